//! The audit trail: every call and every decision, filtered in the URL.
//!
//! Bringing it up to date never disturbs reading: while a row is open or focused, or the page is
//! scrolled, new entries wait behind a button.

use crate::api::trail::list_trail;
use crate::components::clock::{page_zone, provide_page_clock};
use crate::components::data_table::DataTable;
use crate::components::empty_state::EmptyState;
use crate::components::filter_bar::{FilterPill, filter_href, filter_value};
use crate::components::icon::{Glyph, Icon};
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
        routine: filter_value(query, "routine"),
    }
}

/// Filters that stand above the list as pills while they are in force.
const PILLS: [(&str, &str); 10] = [
    ("order", "Order"),
    ("actor", "Actor"),
    ("system", "System"),
    ("action", "Action"),
    ("outcome", "Outcome"),
    ("text", "Text"),
    ("from", "From"),
    ("to", "To"),
    ("correlation", "Belongs to"),
    ("routine", "Routine questions"),
];

/// The audit trail.
#[component]
pub fn TrailPage() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let filter = filter_of(&query);
    let asked = filter.clone();
    let page = loaded("Audit trail", async move { list_trail(asked).await }, move |page| {
        view! { <TrailList page filter query/> }
    });
    view! { <div class="page wide">{page}</div> }
}

/// The trail, once loaded.
#[component]
fn TrailList(page: Page<TrailEntry>, filter: TrailFilter, query: ParamsMap) -> impl IntoView {
    provide_page_clock(&page.now);
    let Page { rows, next, total, .. } = page;
    let shown = rows.len();
    let left_out = filter.is_without_routine().then(|| {
        let href = filter_href("/trail", &query, "routine", Some(TrailFilter::SHOWN));
        view! {
            <p class="muted small left-out">
                "Without the routine questions to Dynamics 365 that went well. " <a href=href>"Show them"</a>
            </p>
        }
    });
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
        <Pills query=query.clone()/>
        {left_out}
        <NewRows/>
        {list}
        <Pager shown total next what="entries"/>
        <Exports query/>
    }
}

/// The filters, as a GET form.
#[component]
fn TrailFilters(filter: TrailFilter) -> impl IntoView {
    let zone = page_zone();
    view! {
        <form method="get" action="/trail" class="filters filter-form" role="search" aria-label="Trail">
            <FilterText label="Order" name="order" value=filter.order/>
            <FilterText label="Actor" name="actor" value=filter.actor/>
            <FilterSelect label="System" name="system" choices=&SYSTEMS value=filter.system/>
            <FilterText label="Action" name="action" value=filter.action/>
            <FilterSelect label="Outcome" name="outcome" choices=&OUTCOMES value=filter.outcome/>
            <FilterText label="Text" name="text" value=filter.text/>
            <FilterText label=format!("From ({zone})") name="from" value=filter.from placeholder="2026-11-22T18:30"/>
            <FilterText label=format!("To ({zone})") name="to" value=filter.to placeholder="2026-11-22"/>
            {filter.correlation.map(|id| view! { <input type="hidden" name="correlation" value=id/> })}
            {filter.routine.map(|shown| view! { <input type="hidden" name="routine" value=shown/> })}
            <button type="submit" class="button" data-testid="filter">
                "Filter"
            </button>
        </form>
    }
}

/// Each filter in force, with a way to drop it.
#[component]
fn Pills(query: ParamsMap) -> impl IntoView {
    let pills: Vec<_> = PILLS
        .iter()
        .filter_map(|&(name, label)| {
            let value = filter_value(&query, name)?;
            let href = filter_href("/trail", &query, name, None);
            Some(view! { <FilterPill label value href/> })
        })
        .collect();
    (!pills.is_empty()).then(|| {
        view! {
            <p class="pills" data-testid="pills">
                {pills}
                <a class="clear-filters" href="/trail">"Drop all"</a>
            </p>
        }
    })
}

/// The same entries as a file.
#[component]
fn Exports(query: ParamsMap) -> impl IntoView {
    let href = |format| filter_href("/trail/export", &query, "format", Some(format));
    view! {
        <p class="exports">
            <a class="button quiet" href=href("csv") download="" rel="external" data-testid="export-csv">
                <Icon glyph=Glyph::Download/>
                "All these entries as CSV"
            </a>
            <a class="button quiet" href=href("jsonl") download="" rel="external" data-testid="export-jsonl">
                <Icon glyph=Glyph::Download/>
                "As JSON lines"
            </a>
            <span class="muted small">"Files hold the routine questions too."</span>
        </p>
    }
}

/// A text filter.
#[component]
fn FilterText(
    #[prop(into)] label: String,
    name: &'static str,
    value: Option<String>,
    #[prop(optional)] placeholder: &'static str,
) -> impl IntoView {
    view! {
        <div class="filter-field">
            <label for=name>{label}</label>
            <input
                id=name
                type="text"
                name=name
                placeholder=(!placeholder.is_empty()).then_some(placeholder)
                autocomplete="off"
                spellcheck="false"
                value=value.unwrap_or_default()
            />
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
