//! All orders: filtered by state, cause and search in the URL.

use crate::api::orders::list_orders;
use crate::api::printers::PrintChosen;
use crate::api::repair::GoOn;
use crate::api::views::{RemoveView, SaveView, SetLayout, load_list_settings};
use crate::components::clock::provide_page_clock;
use crate::components::empty_state::EmptyState;
use crate::components::filter_bar::{FilterChip, FilterPill, SearchBox, filter_href, filter_value};
use crate::components::icon::Glyph;
use crate::components::live::{LiveSwitch, NewRows};
use crate::components::loaded::loaded;
use crate::components::order_row::OrderTable;
use crate::components::order_ticks::TickedActions;
use crate::components::order_views::{ListTools, ViewChips};
use crate::components::page_header::PageHeader;
use crate::components::pager::Pager;
use crate::components::problem_notice::PostProblem;
use crate::contract::{ListSettings, OrderFilter, OrderRow, Page};
use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

/// Actions whose forms are folded away: why one was refused stands on top.
const FOLDED: [&str; 5] = [GoOn::PATH, PrintChosen::PATH, SaveView::PATH, RemoveView::PATH, SetLayout::PATH];
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
    let query = use_query_map().get_untracked();
    let filter = filter_of(&query);
    let asked = filter.clone();
    let both = async move { Ok((list_orders(asked).await?, load_list_settings().await?)) };
    let page = loaded("Orders", both, move |(page, settings)| {
        view! { <OrderList page settings filter query/> }
    });
    view! { <div class="page wide">{page}</div> }
}

/// The filter as the query of a saved view. The server keeps views in this form.
fn view_query(filter: &OrderFilter) -> String {
    let mut query = ParamsMap::new();
    for (name, value) in filter.parts() {
        query.insert(name, value.to_owned());
    }
    query.to_query_string()
}

/// The list, once loaded.
#[component]
fn OrderList(page: Page<OrderRow>, settings: ListSettings, filter: OrderFilter, query: ParamsMap) -> impl IntoView {
    provide_page_clock(&page.now);
    let as_of_ms = page.now.ms;
    let here = view_query(&filter);
    let layout = settings.layout.clone();
    let Page { rows, next, total, .. } = page;
    let shown = rows.len();
    let (stand, print) = (rows.iter().any(|row| row.stands.is_some()), rows.iter().any(|row| row.prints.is_some()));
    let ticks = stand || print;
    let actions = ticks.then(|| view! { <TickedActions filter=filter.clone() as_of_ms stand print/> });
    let list = if rows.is_empty() {
        Either::Left(view! { <NoOrders filter/> })
    } else {
        Either::Right(view! {
            <OrderTable caption="Orders" rows layout ticks/>
            <Pager shown total next what="orders"/>
        })
    };
    view! {
        <PageHeader title="Orders">
            <LiveSwitch/>
        </PageHeader>
        <PostProblem of=&FOLDED/>
        <ViewChips views=settings.views.clone() here=here.clone()/>
        <OrderFilters query/>
        <ListTools settings here>{actions}</ListTools>
        <NewRows/>
        {list}
    }
}

/// State chips, search box, and the cause if a link set one.
#[component]
fn OrderFilters(query: ParamsMap) -> impl IntoView {
    let state = filter_value(&query, "state");
    let cause = filter_value(&query, "cause");
    let chips = STATES
        .iter()
        .map(|&(name, label)| {
            let value = (!name.is_empty()).then_some(name);
            let href = filter_href("/orders", &query, "state", value);
            view! { <FilterChip label href current=state.as_deref() == value/> }
        })
        .collect_view();
    let pill = cause.clone().map(|value| {
        let href = filter_href("/orders", &query, "cause", None);
        view! { <FilterPill label="Cause" value href/> }
    });
    view! {
        <div class="filters">
            <form method="get" action="/orders" class="filter-form" role="search" aria-label="Orders">
                {state.clone().map(|v| view! { <input type="hidden" name="state" value=v/> })}
                {cause.map(|v| view! { <input type="hidden" name="cause" value=v/> })}
                <SearchBox
                    label="Search orders"
                    name="search"
                    placeholder="Order, customer or number"
                    value=filter_value(&query, "search").unwrap_or_default()
                />
                <button type="submit" class="button">"Search"</button>
            </form>
            {pill}
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
                <p>"Search looks for words and numbers by their beginning, and for numbers by their end."</p>
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
