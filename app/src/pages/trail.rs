//! The audit trail: every call and every decision, filtered in the URL, live.
//!
//! Live never disturbs reading: while a row is open or focused, or the page is scrolled, new
//! entries wait behind a button.

use crate::api::trail::list_trail;
use crate::components::clock::provide_page_clock;
use crate::components::data_table::DataTable;
use crate::components::empty_state::EmptyState;
use crate::components::filter_bar::filter_value;
use crate::components::icon::{Glyph, Icon};
use crate::components::live::{LiveSwitch, live};
use crate::components::page_header::PageHeader;
use crate::components::pager::Pager;
use crate::components::problem_notice::ProblemNotice;
use crate::components::trail_row::{TRAIL_COLUMNS, TrailRow};
use crate::contract::{Page, TrailEntry, TrailFilter};
use leptos::either::Either;
use leptos::html::Div;
use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(3);
/// Scrolled further than this, somebody is reading.
#[cfg(feature = "hydrate")]
const SCROLLED_PX: f64 = 240.0;

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
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(filter_of));
    let page = Resource::new(move || filter.get(), list_trail);
    view! {
        <div class="page wide">
            <Transition fallback=|| view! { <p class="loading">"Loading…"</p> }>
                {move || Suspend::new(async move {
                    let loaded = page.await;
                    let filter = filter.get_untracked();
                    match loaded {
                        Ok(first) => Either::Left(view! { <TrailList first filter/> }),
                        Err(problem) => {
                            Either::Right(
                                view! {
                                    <PageHeader title="Audit trail"/>
                                    <ProblemNotice problem/>
                                },
                            )
                        }
                    }
                })}
            </Transition>
        </div>
    }
}

/// The trail, once loaded.
#[component]
fn TrailList(first: Page<TrailEntry>, filter: TrailFilter) -> impl IntoView {
    let frame = NodeRef::<Div>::new();
    let shown = RwSignal::new(first.clone());
    let asked = filter.clone();
    let live = live(first, REFRESH, move || list_trail(asked.clone()));
    let waiting = Memo::new(move |_| {
        let newest = shown.with(newest_sequence);
        live.value.with(|page| page.rows.iter().filter(|row| row.sequence > newest).count())
    });
    Effect::new(move |before: Option<()>| {
        let page = live.value.get();
        if before.is_some() && !somebody_reads(frame) {
            shown.set(page);
        }
    });
    provide_page_clock(Signal::derive(move || live.value.with(|page| page.now.clone())));
    let rows = Memo::new(move |_| shown.with(|page| page.rows.clone()));
    let next = Memo::new(move |_| shown.with(|page| page.next.clone()));
    let total = Memo::new(move |_| live.value.with(|page| page.total));
    let empty = Memo::new(move |_| rows.with(Vec::is_empty));
    let show_waiting = move |_| shown.set(live.value.get_untracked());
    view! {
        <PageHeader title="Audit trail">
            <LiveSwitch paused=live.paused problem=live.problem/>
        </PageHeader>
        <TrailFilters/>
        <div class="new-rows" aria-live="polite">
            {move || {
                (waiting.get() > 0)
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="button new-rows-button"
                                data-testid="new-rows"
                                on:click=show_waiting
                            >
                                <Icon glyph=Glyph::Replay/>
                                {move || format!("{} new", waiting.get())}
                            </button>
                        }
                    })
            }}
        </div>
        <div node_ref=frame>
            {move || {
                if empty.get() {
                    Either::Left(view! { <NoEntries filter=filter.clone()/> })
                } else {
                    Either::Right(view! { <TrailTable rows/> })
                }
            }}
        </div>
        <Pager shown=Signal::derive(move || rows.with(Vec::len)) total next what="entries"/>
    }
}

/// The table. Entries never change, so each keeps its row.
#[component]
fn TrailTable(rows: Memo<Vec<TrailEntry>>) -> impl IntoView {
    view! {
        <DataTable caption="Audit trail, newest first" columns=&TRAIL_COLUMNS class="trail">
            <For each=move || rows.get() key=|entry| entry.sequence let:entry>
                <TrailRow entry/>
            </For>
        </DataTable>
    }
}

/// The filters, as a GET form.
#[component]
fn TrailFilters() -> impl IntoView {
    let query = use_query_map();
    let value = move |name: &'static str| {
        Signal::derive(move || query.with(|query| filter_value(query, name)).unwrap_or_default())
    };
    let any = move || query.with(|query| filter_of(query) != TrailFilter::default());
    view! {
        <Form method="GET" action="/trail" attr:class="filters filter-form" attr:role="search">
            <FilterText label="Order" name="order" value=value("order")/>
            <FilterText label="Actor" name="actor" value=value("actor")/>
            <FilterSelect label="System" name="system" choices=&SYSTEMS value=value("system")/>
            <FilterSelect label="Outcome" name="outcome" choices=&OUTCOMES value=value("outcome")/>
            <button type="submit" class="button" data-testid="filter">
                "Filter"
            </button>
            {move || any().then(|| view! { <a class="clear-filters" href="/trail">"Drop all"</a> })}
        </Form>
    }
}

/// A text filter.
#[component]
fn FilterText(label: &'static str, name: &'static str, value: Signal<String>) -> impl IntoView {
    view! {
        <div class="filter-field">
            <label for=name>{label}</label>
            <input
                id=name
                type="text"
                name=name
                autocomplete="off"
                spellcheck="false"
                value=move || value.get()
                prop:value=move || value.get()
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
    value: Signal<String>,
) -> impl IntoView {
    let options = choices
        .iter()
        .map(|&(choice, word)| {
            let selected = move || value.with(|value| value == choice);
            view! {
                <option value=choice selected=selected>
                    {word}
                </option>
            }
        })
        .collect_view();
    view! {
        <div class="filter-field">
            <label for=name>{label}</label>
            <select id=name name=name prop:value=move || value.get()>
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

fn newest_sequence(page: &Page<TrailEntry>) -> i64 {
    page.rows.iter().map(|row| row.sequence).max().unwrap_or(0)
}

#[cfg(feature = "hydrate")]
fn somebody_reads(frame: NodeRef<Div>) -> bool {
    let scrolled = window().scroll_y().is_ok_and(|y| y > SCROLLED_PX);
    let inside = frame
        .get_untracked()
        .is_some_and(|frame| frame.query_selector("tr:focus-within, details[open]").is_ok_and(|hit| hit.is_some()));
    scrolled || inside
}

#[cfg(not(feature = "hydrate"))]
fn somebody_reads(_frame: NodeRef<Div>) -> bool {
    false
}
