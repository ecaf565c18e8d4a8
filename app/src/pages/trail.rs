//! The audit trail: every call and every decision, filtered in the URL.
//!
//! Bringing it up to date never disturbs reading: while a row is open or focused, or the page is
//! scrolled, new entries wait behind a button.

use crate::api::trail::list_trail;
use crate::components::clock::provide_page_clock;
use crate::components::data_table::DataTable;
use crate::components::empty_state::EmptyState;
use crate::components::filter_bar::filter_value;
use crate::components::icon::Glyph;
use crate::components::live::{LiveSwitch, NewRows};
use crate::components::loaded::loaded;
use crate::components::page_header::PageHeader;
use crate::components::pager::Pager;
use crate::components::trail_row::{TRAIL_COLUMNS, TrailRow};
use crate::contract::{Page, TrailEntry, TrailFilter};
use leptos::either::Either;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

const SYSTEMS: [(&str, &str); 4] =
    [("", "All systems"), ("d365", "Dynamics 365"), ("fedex", "FedEx"), ("connector", "Connector")];
const OUTCOMES: [(&str, &str); 6] = [
    ("", "All outcomes"),
    ("begun", "Begun"),
    ("ok", "OK"),
    ("refused", "Refused"),
    ("failed", "Failed"),
    ("unknown", "Unknown"),
];

fn filter_of(query: &ParamsMap) -> TrailFilter {
    TrailFilter {
        order: filter_value(query, "order"),
        actor: filter_value(query, "actor"),
        system: filter_value(query, "system"),
        outcome: filter_value(query, "outcome"),
        after: filter_value(query, "after"),
        action: filter_value(query, "action"),
        text: filter_value(query, "text"),
        from: filter_value(query, "from"),
        to: filter_value(query, "to"),
        correlation: filter_value(query, "correlation"),
    }
}

/// The audit trail.
#[component]
pub fn TrailPage() -> impl IntoView {
    let filter = use_query_map().with_untracked(filter_of);
    let asked = filter.clone();
    let page = loaded("Audit trail", async move { list_trail(asked).await }, move |page| {
        view! { <TrailList page filter/> }
    });
    view! { <div class="page wide">{page}</div> }
}

/// The trail, once loaded.
#[component]
fn TrailList(page: Page<TrailEntry>, filter: TrailFilter) -> impl IntoView {
    provide_page_clock(&page.now);
    let Page { rows, next, total, .. } = page;
    let shown = rows.len();
    let list = if rows.is_empty() {
        Either::Left(view! { <NoEntries filter=filter.clone()/> })
    } else {
        let rows = rows.into_iter().map(|entry| view! { <TrailRow entry/> }).collect_view();
        Either::Right(view! {
            <DataTable caption="Audit trail, newest first" columns=&TRAIL_COLUMNS class="trail">
                {rows}
            </DataTable>
        })
    };
    view! {
        <PageHeader title="Audit trail">
            <LiveSwitch/>
        </PageHeader>
        <TrailFilters filter/>
        <NewRows/>
        {list}
        <Pager shown total next what="entries"/>
    }
}

/// The filters, as a GET form.
#[component]
fn TrailFilters(filter: TrailFilter) -> impl IntoView {
    let any = filter != TrailFilter::default();
    view! {
        <form method="get" action="/trail" class="filters filter-form" role="search">
            <FilterText label="Order" name="order" value=filter.order/>
            <FilterText label="Actor" name="actor" value=filter.actor/>
            <FilterSelect label="System" name="system" choices=&SYSTEMS value=filter.system/>
            <FilterSelect label="Outcome" name="outcome" choices=&OUTCOMES value=filter.outcome/>
            <button type="submit" class="button" data-testid="filter">
                "Filter"
            </button>
            {any.then(|| view! { <a class="clear-filters" href="/trail">"Drop all"</a> })}
        </form>
    }
}

/// A text filter.
#[component]
fn FilterText(label: &'static str, name: &'static str, value: Option<String>) -> impl IntoView {
    view! {
        <div class="filter-field">
            <label for=name>{label}</label>
            <input id=name type="text" name=name autocomplete="off" spellcheck="false" value=value.unwrap_or_default()/>
        </div>
    }
}

/// A filter with a few choices.
#[component]
fn FilterSelect(
    label: &'static str,
    name: &'static str,
    choices: &'static [(&'static str, &'static str)],
    value: Option<String>,
) -> impl IntoView {
    let value = value.unwrap_or_default();
    let options = choices
        .iter()
        .map(|&(choice, word)| {
            view! {
                <option value=choice selected=value == choice>
                    {word}
                </option>
            }
        })
        .collect_view();
    view! {
        <div class="filter-field">
            <label for=name>{label}</label>
            <select id=name name=name>
                {options}
            </select>
        </div>
    }
}

/// Why the trail shows nothing.
#[component]
fn NoEntries(filter: TrailFilter) -> impl IntoView {
    if filter == TrailFilter::default() {
        Either::Left(view! {
            <EmptyState glyph=Glyph::Trail title="The trail is empty">
                <p>"Every call to Dynamics 365 and FedEx, and every decision here, will stand here."</p>
            </EmptyState>
        })
    } else {
        Either::Right(view! {
            <EmptyState glyph=Glyph::Search title="No entry matches these filters">
                <p class="links">
                    <a href="/trail">"Drop all filters"</a>
                </p>
            </EmptyState>
        })
    }
}
