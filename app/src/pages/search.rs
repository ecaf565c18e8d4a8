//! The answer to a search: the sentence for the caller first, then what belongs to it.

use crate::api::search::find;
use crate::components::clock::provide_page_clock;
use crate::components::element_id::element_id;
use crate::components::empty_state::EmptyState;
use crate::components::filter_bar::filter_value;
use crate::components::icon::{Glyph, Icon};
use crate::components::live::LiveSwitch;
use crate::components::loaded::loaded;
use crate::components::order_row::order_href;
use crate::components::page_header::PageHeader;
use crate::components::status_badge::StatusBadge;
use crate::components::top_search::FindForm;
use crate::contract::{Found, FoundGroup, FoundLink, FoundOrder};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

/// The search page.
#[component]
pub fn SearchPage() -> impl IntoView {
    let query = use_query_map().with_untracked(|query| filter_value(query, "q")).unwrap_or_default();
    let page = loaded("Search", find(query), |found| view! { <Answer found/> });
    view! { <div class="page">{page}</div> }
}

/// The page, once loaded.
#[component]
fn Answer(found: Found) -> impl IntoView {
    provide_page_clock(&found.now);
    let Found { query, best, others, more, causes, calls, advice, .. } = found;
    let is_asked = !query.is_empty();
    let title = if is_asked { format!("Search: {query}") } else { "Search".to_owned() };
    let list = (!others.is_empty()).then(|| {
        let title = match (&best, more) {
            (Some(_), _) => "Other orders that fit",
            (None, true) => "The newest orders that fit",
            (None, false) => "Orders that fit",
        };
        view! { <Orders title orders=others query=query.clone() more/> }
    });
    view! {
        <PageHeader title>
            <LiveSwitch/>
        </PageHeader>
        <FindForm id="find-here" value=query.clone() class="find-here" autofocus=!is_asked/>
        {best.map(|order| view! { <Best order/> })}
        {list}
        {(!causes.is_empty()).then(|| view! { <Links group=FoundGroup { title: "Causes".to_owned(), links: causes }/> })}
        {(!calls.is_empty()).then(|| view! { <Links group=FoundGroup { title: "Calls".to_owned(), links: calls }/> })}
        {(!advice.is_empty()).then(|| view! { <Nothing query advice/> })}
    }
    .into_any()
}

/// The one order that is meant.
#[component]
fn Best(order: FoundOrder) -> impl IntoView {
    let FoundOrder { company, number, sentence, status, found_by, tracking_url, related } = order;
    let caller = tracking_url.map(|href| {
        view! {
            <a class="button" href=href rel="noreferrer" target="_blank">
                <Icon glyph=Glyph::External/>
                "FedEx's page for the caller"
            </a>
        }
    });
    let related = related.into_iter().map(|group| view! { <Links group/> }).collect_view();
    view! {
        <section class="card answer" aria-labelledby="answer-sentence" data-testid="answer">
            <p class="answer-sentence" id="answer-sentence" data-testid="answer-sentence">
                {sentence.clone()}
            </p>
            <div class="answer-tools">
                <a class="button primary" href=order_href(&company, &number) data-testid="open-order">
                    "Open order"
                </a>
                <button
                    type="button"
                    class="button needs-clipboard"
                    data-copy=sentence
                    data-copy-what="sentence"
                    data-copy-key=""
                >
                    <Icon glyph=Glyph::Copy/>
                    "Copy sentence"
                    <kbd aria-hidden="true">"c"</kbd>
                </button>
                {caller}
                <StatusBadge status/>
                <FoundBy found_by/>
            </div>
        </section>
        <div class="related">{related}</div>
    }
    .into_any()
}

/// Several orders, each with its sentence.
#[component]
fn Orders(title: &'static str, orders: Vec<FoundOrder>, query: String, more: bool) -> impl IntoView {
    let all = more.then(|| {
        let mut filter = ParamsMap::new();
        filter.insert("search", query);
        let href = format!("/orders{}", filter.to_query_string());
        view! { <p class="found-more"><a href=href>"All of them, as a list"</a></p> }
    });
    let rows = orders
        .into_iter()
        .map(|order| {
            let id = element_id(&["found", &order.company, &order.number]);
            let href = order_href(&order.company, &order.number);
            view! {
                <li id=id data-row="" data-testid="found">
                    <p class="found-head">
                        <a class="row-link mono" href=href>{order.number}</a>
                        <span class="muted small">{order.company}</span>
                        <StatusBadge status=order.status/>
                        <FoundBy found_by=order.found_by/>
                    </p>
                    <p>{order.sentence}</p>
                </li>
            }
        })
        .collect_view();
    view! {
        <section aria-labelledby="found-title">
            <h2 id="found-title">{title}</h2>
            <ol class="found">{rows}</ol>
            {all}
        </section>
    }
    .into_any()
}

/// By what an order was found, where that is not its number.
#[component]
fn FoundBy(found_by: Vec<String>) -> impl IntoView {
    (!found_by.is_empty()).then(|| {
        view! { <span class="muted small" data-testid="found-by">{format!("Found by {}", found_by.join(", "))}</span> }
    })
}

/// Related things of one kind.
#[component]
fn Links(group: FoundGroup) -> impl IntoView {
    let FoundGroup { title, links } = group;
    let id = element_id(&["found", &title]);
    let rows = links.into_iter().map(|link| view! { <Link link/> }).collect_view();
    view! {
        <section class="card" aria-labelledby=id.clone() data-testid="related">
            <h2 id=id.clone()>{title}</h2>
            <ul class="found-links">{rows}</ul>
        </section>
    }
    .into_any()
}

/// One related thing.
#[component]
fn Link(link: FoundLink) -> impl IntoView {
    let FoundLink { label, detail, href } = link;
    let is_outside = href.starts_with("https:");
    let name = if href.is_empty() {
        view! { <strong>{label}</strong> }.into_any()
    } else {
        let target = is_outside.then_some("_blank");
        view! { <a href=href target=target rel=is_outside.then_some("noreferrer")>{label}</a> }.into_any()
    };
    view! {
        <li>
            {name}
            <span class="muted small">{detail}</span>
        </li>
    }
}

/// Nothing was found, or nothing was asked.
#[component]
fn Nothing(query: String, advice: String) -> impl IntoView {
    let ask = (!query.is_empty()).then(|| {
        let mut number = ParamsMap::new();
        number.insert("number", query.clone());
        let href = format!("/pull{}#why", number.to_query_string());
        view! { <p class="links"><a href=href data-testid="ask-about">"Ask Dynamics 365 about it, or import it"</a></p> }
    });
    let title =
        if query.is_empty() { "What are you looking for?".to_owned() } else { format!("Nothing fits “{query}”") };
    view! {
        <EmptyState glyph=Glyph::Search title>
            <p>{advice}</p>
            {ask}
        </EmptyState>
    }
    .into_any()
}
