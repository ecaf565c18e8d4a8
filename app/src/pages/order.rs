//! One order: what happened over both systems, what it is, and what an operator can do.

use super::order_facts::{Lines, ShipmentFacts};
use super::order_shipment::{Evidence, OrderCard, ShipmentMain, ShipmentSection, leading};
use super::order_trials::provide_trials;
use super::order_write_back::OrderWriteBackCard;
use crate::api::orders::{BuyAgain, Reprint, ReturnLabel, Void, load_order};
use crate::api::write_back::WriteAgain;
use crate::components::clock::provide_page_clock;
use crate::components::copy_button::CopyButton;
use crate::components::live::{Live, LiveSwitch, live};
use crate::components::page_header::PageHeader;
use crate::components::problem_notice::{PostProblem, ProblemNotice};
use crate::components::status_badge::StatusBadge;
use crate::components::timeline::Timeline;
use crate::contract::{OrderDetail, ShipmentDetail, Status, TimelineEntry};
use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_params_map;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(1);

/// Actions whose forms are folded away: why one was refused without JavaScript stands on top.
const FOLDED: [&str; 5] = [Void::PATH, ReturnLabel::PATH, BuyAgain::PATH, Reprint::PATH, WriteAgain::PATH];

/// The page of one order.
#[component]
pub fn OrderPage() -> impl IntoView {
    let params = use_params_map();
    let name = Memo::new(move |_| {
        params.with(|params| {
            let part = |name| params.get(name).unwrap_or_default();
            (part("company"), part("number"))
        })
    });
    let order = Resource::new(move || name.get(), |(company, number)| load_order(company, number));
    provide_trials(name);
    view! {
        <div class="page">
            <Suspense fallback=|| view! { <p class="loading">"Loading…"</p> }>
                {move || Suspend::new(async move {
                    match order.await {
                        Ok(first) => Either::Left(view! { <OrderSheet first/> }),
                        Err(problem) => {
                            let number = name.get_untracked().1;
                            Either::Right(
                                view! {
                                    <PageHeader title=number above=breadcrumb/>
                                    <ProblemNotice problem/>
                                },
                            )
                        }
                    }
                })}
            </Suspense>
        </div>
    }
}

fn breadcrumb() -> impl IntoView {
    view! { <a href="/orders">"Orders"</a> }
}

/// The sheet, once loaded.
#[component]
fn OrderSheet(first: OrderDetail) -> impl IntoView {
    let (company, number) = (first.company.clone(), first.number.clone());
    let title = number.clone();
    let above = {
        let company = company.clone();
        move || view! { {breadcrumb()} <span class="muted">{company.clone()}</span> }
    };
    let live = live(first, REFRESH, move || load_order(company.clone(), number.clone()));
    let order = live.value;
    provide_page_clock(Signal::derive(move || order.with(|order| order.now.clone())));
    let timeline = Memo::new(move |_| order.with(|order| order.timeline.clone()));
    let shipments = Memo::new(move |_| order.with(|order| order.shipments.clone()));
    let several = Memo::new(move |_| shipments.with(|all| all.len() > 1));
    let leading =
        Memo::new(move |_| shipments.with(|all| leading(all).map(|one| (one.status.clone(), one.carrier.clone()))));
    view! {
        <PageHeader title=title.clone() above=above>
            <CopyButton text=title what="order number"/>
            {move || leading.get().map(|(status, carrier)| view! { <Badges status carrier/> })}
            <LiveSwitch paused=live.paused problem=live.problem/>
        </PageHeader>
        <p class="headline" data-testid="headline">
            {move || order.with(|order| order.headline.clone())}
        </p>
        <PostProblem of=&FOLDED/>
        {move || {
            if several.get() {
                Either::Left(view! { <SeveralShipments shipments timeline live/> })
            } else {
                Either::Right(view! { <OneShipment shipments timeline live/> })
            }
        }}
    }
    .into_any()
}

/// One shipment: the order and its shipment are one thing to look at.
#[component]
fn OneShipment(
    shipments: Memo<Vec<ShipmentDetail>>,
    timeline: Memo<Vec<TimelineEntry>>,
    live: Live<OrderDetail>,
) -> impl IntoView {
    let order = live.value;
    let lines = Memo::new(move |_| order.with(|order| order.lines.clone()));
    let each = move || ids(shipments);
    view! {
        <div class="order-grid">
            <div class="order-main">
                <For each key=Clone::clone let:id>
                    <ShipmentMain shipment=one_of(shipments, id) live/>
                </For>
                <TimelineCard timeline/>
                <For each key=Clone::clone let:id>
                    <Evidence shipment=one_of(shipments, id)/>
                </For>
            </div>
            <div class="order-side">
                <For each key=Clone::clone let:id>
                    <ShipmentFacts shipment=one_of(shipments, id) order=order/>
                </For>
                <OrderWriteBackCard live/>
                <Lines lines/>
            </div>
        </div>
    }
    .into_any()
}

/// Several shipments: a section each, then what belongs to all of them.
#[component]
fn SeveralShipments(
    shipments: Memo<Vec<ShipmentDetail>>,
    timeline: Memo<Vec<TimelineEntry>>,
    live: Live<OrderDetail>,
) -> impl IntoView {
    let order = live.value;
    let lines = Memo::new(move |_| order.with(|order| order.lines.clone()));
    view! {
        <div class="shipments">
            <For each=move || ids(shipments) key=Clone::clone let:id>
                <ShipmentSection shipment=one_of(shipments, id) live/>
            </For>
        </div>
        <div class="order-grid">
            <div class="order-main">
                <TimelineCard timeline/>
            </div>
            <div class="order-side">
                <OrderCard order=order.into()/>
                <OrderWriteBackCard live/>
                <Lines lines/>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn TimelineCard(timeline: Memo<Vec<TimelineEntry>>) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="timeline-title">
            <h2 id="timeline-title">"Timeline"</h2>
            <Timeline entries=timeline/>
        </section>
    }
}

fn ids(shipments: Memo<Vec<ShipmentDetail>>) -> Vec<String> {
    shipments.with(|all| all.iter().map(|one| one.shipment_id.clone()).collect())
}

/// A shipment by its id. One that left keeps its last content until its element is gone.
fn one_of(shipments: Memo<Vec<ShipmentDetail>>, id: String) -> Memo<ShipmentDetail> {
    Memo::new(move |last: Option<&ShipmentDetail>| {
        shipments
            .with(|all| all.iter().find(|one| one.shipment_id == id).cloned())
            .or_else(|| last.cloned())
            .unwrap_or_default()
    })
}

/// The states in the page's head.
#[component]
fn Badges(status: Status, carrier: Option<Status>) -> impl IntoView {
    view! {
        <span class="badges" data-testid="order-state">
            <StatusBadge status/>
            {carrier.map(|status| view! { <StatusBadge status quiet=true/> })}
        </span>
    }
}
