//! All orders: filtered by state, cause and search in the URL, refreshed in place.

use crate::api::orders::list_orders;
use crate::components::clock::provide_page_clock;
use crate::components::empty_state::EmptyState;
use crate::components::filter_bar::{FilterChip, FilterPill, SearchBox, filter_href, filter_value};
use crate::components::icon::Glyph;
use crate::components::live::{LiveSwitch, live};
use crate::components::order_row::OrderTable;
use crate::components::page_header::PageHeader;
use crate::components::pager::Pager;
use crate::components::problem_notice::ProblemNotice;
use crate::contract::{OrderFilter, OrderRow, Page};
use leptos::either::Either;
use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(4);

/// The chips: every stored state by its name, after the two that matter most.
const STATES: [(&str, &str); 17] = [
    ("", "All"),
    ("attention", "Needs you"),
    ("received", "Received"),
    ("ready", "Ready"),
    ("labelled", "Labelled"),
    ("announced", "Announced"),
    ("in_transit", "In transit"),
    ("out_for_delivery", "Out for delivery"),
    ("delivered", "Delivered"),
    ("closed", "Closed"),
    ("parked", "Parked"),
    ("outcome_unknown", "Outcome unknown"),
    ("exception", "Exception"),
    ("returned", "Returned"),
    ("voided", "Voided"),
    ("cancelled", "Cancelled"),
    ("excluded", "Excluded"),
];

fn filter_of(query: &ParamsMap) -> OrderFilter {
    OrderFilter {
        state: filter_value(query, "state"),
        cause: filter_value(query, "cause"),
        search: filter_value(query, "search"),
        after: filter_value(query, "after"),
    }
}

/// The order list.
#[component]
pub fn OrdersPage() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(filter_of));
    let page = Resource::new(move || filter.get(), list_orders);
    view! {
        <div class="page wide">
            <Transition fallback=|| view! { <p class="loading">"Loading…"</p> }>
                {move || Suspend::new(async move {
                    let loaded = page.await;
                    let filter = filter.get_untracked();
                    match loaded {
                        Ok(first) => Either::Left(view! { <OrderList first filter/> }),
                        Err(problem) => {
                            Either::Right(
                                view! {
                                    <PageHeader title="Orders"/>
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

/// The list, once loaded.
#[component]
fn OrderList(first: Page<OrderRow>, filter: OrderFilter) -> impl IntoView {
    let asked = filter.clone();
    let live = live(first, REFRESH, move || list_orders(asked.clone()));
    let page = live.value;
    provide_page_clock(Signal::derive(move || page.with(|page| page.now.clone())));
    let rows = Memo::new(move |_| page.with(|page| page.rows.clone()));
    let next = Memo::new(move |_| page.with(|page| page.next.clone()));
    let total = Memo::new(move |_| page.with(|page| page.total));
    let empty = Memo::new(move |_| rows.with(Vec::is_empty));
    view! {
        <PageHeader title="Orders">
            <LiveSwitch paused=live.paused problem=live.problem/>
        </PageHeader>
        <OrderFilters/>
        {move || {
            if empty.get() {
                Either::Left(view! { <NoOrders filter=filter.clone()/> })
            } else {
                Either::Right(
                    view! {
                        <OrderTable caption="Orders" rows/>
                        <Pager shown=Signal::derive(move || rows.with(Vec::len)) total next what="orders"/>
                    },
                )
            }
        }}
    }
}

/// State chips, search box, and the cause if a link set one.
#[component]
fn OrderFilters() -> impl IntoView {
    let query = use_query_map();
    let chips = STATES
        .iter()
        .map(|&(state, label)| {
            let value = (!state.is_empty()).then_some(state);
            let href = Signal::derive(move || query.with(|query| filter_href("/orders", query, "state", value)));
            let current = Signal::derive(move || query.with(|query| filter_value(query, "state").as_deref() == value));
            view! { <FilterChip label href current/> }
        })
        .collect_view();
    let search = Signal::derive(move || query.with(|query| filter_value(query, "search")).unwrap_or_default());
    let kept = move |name| query.with(|query| filter_value(query, name));
    view! {
        <div class="filters">
            <Form method="GET" action="/orders" attr:class="filter-form" attr:role="search">
                {move || kept("state").map(|v| view! { <input type="hidden" name="state" value=v/> })}
                {move || kept("cause").map(|v| view! { <input type="hidden" name="cause" value=v/> })}
                <SearchBox
                    label="Search orders"
                    name="search"
                    placeholder="Order, customer, tracking number"
                    value=search
                />
                <button type="submit" class="button">"Search"</button>
            </Form>
            {move || {
                kept("cause")
                    .map(|value| {
                        let href = query.with(|query| filter_href("/orders", query, "cause", None));
                        view! { <FilterPill label="Cause" value href/> }
                    })
            }}
            <nav class="filter-chips" aria-label="State">
                {chips}
            </nav>
        </div>
    }
}

/// Why the list is empty: nothing there yet, nothing that matches, or good news.
#[component]
fn NoOrders(filter: OrderFilter) -> impl IntoView {
    let needs_you = filter.state.as_deref() == Some("attention");
    let ask_about = filter.search.clone().map(|number| {
        let mut query = ParamsMap::new();
        query.insert("number", number.clone());
        let href = format!("/pull{}#why", query.to_query_string());
        view! { <a href=href data-testid="ask-about">{format!("Ask Dynamics 365 about order {number}, or import it")}</a> }
    });
    let filtered = filter.cause.is_some() || filter.search.is_some() || filter.after.is_some();
    match (needs_you && !filtered, filtered || filter.state.is_some()) {
        (true, _) => view! {
            <EmptyState glyph=Glyph::Good title="Nothing needs you">
                <p>"Every order is moving by itself or done."</p>
                <p class="links">
                    <a href="/orders">"All orders"</a>
                </p>
            </EmptyState>
        }
        .into_any(),
        (false, true) => view! {
            <EmptyState glyph=Glyph::Search title="No order matches these filters">
                <p>"Search looks in order numbers, customers, references and tracking numbers."</p>
                <p class="links">
                    <a href="/orders">"Drop all filters"</a>
                    {ask_about}
                </p>
            </EmptyState>
        }
        .into_any(),
        (false, false) => view! {
            <EmptyState glyph=Glyph::Parcel title="No orders yet">
                <p>
                    "Confirmed sales orders appear here within a minute of being released in "
                    "Dynamics 365."
                </p>
                <p class="links">
                    <a href="/connections">"Check the connections"</a>
                    <a href="/">"Ask Dynamics 365 now"</a>
                </p>
            </EmptyState>
        }
        .into_any(),
    }
}
