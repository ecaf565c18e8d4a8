//! Figures over time: labels, causes, punctuality by service, and how long calls take.

use crate::api::figures::load_figures;
use crate::components::chart_columns::ColumnChart;
use crate::components::chart_rows::{ShareChart, TimeChart};
use crate::components::clock::provide_page_clock;
use crate::components::filter_bar::{FilterChip, filter_value};
use crate::components::loaded::loaded;
use crate::components::page_header::PageHeader;
use crate::contract::{FigureSpan, Figures};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The patterns of the parts, see the style sheet: bought, failed.
const LABELS: [usize; 2] = [0, 1];
/// The most frequent cause first; a failed purchase looks like the most frequent cause.
const CAUSES: [usize; 5] = [1, 3, 0, 2, 4];
/// On time, late, no promise known.
const PUNCTUALITY: [usize; 3] = [2, 1, 5];

/// The page.
#[component]
pub fn FiguresPage() -> impl IntoView {
    let span = use_query_map().with_untracked(|query| filter_value(query, "span"));
    let page = loaded("Figures", load_figures(span), |figures| view! { <Sheet figures/> });
    view! { <div class="page">{page}</div> }
}

/// The page, once loaded.
#[component]
fn Sheet(figures: Figures) -> impl IntoView {
    provide_page_clock(&figures.now);
    let Figures { headline, spans, labels, causes, punctuality, latency, now: _ } = figures;
    view! {
        <PageHeader title="Figures"/>
        <p class="headline" data-testid="headline">
            {headline}
        </p>
        <Spans spans/>
        <div class="charts">
            <ColumnChart id="labels" chart=labels patterns=&LABELS/>
            <ColumnChart id="causes" chart=causes patterns=&CAUSES/>
            <ShareChart id="punctuality" chart=punctuality patterns=&PUNCTUALITY/>
            <TimeChart id="latency" chart=latency/>
        </div>
    }
    .into_any()
}

/// The spans to choose from: links, so that each has an address.
#[component]
fn Spans(spans: Vec<FigureSpan>) -> impl IntoView {
    let chips = spans
        .into_iter()
        .map(|FigureSpan { code, label, current }| {
            view! { <FilterChip label href=format!("/figures?span={code}") current/> }
        })
        .collect_view();
    view! {
        <nav class="filter-chips" aria-label="Which span of time">
            {chips}
        </nav>
    }
    .into_any()
}
