//! One order: what happened over both systems, what it is, and what an operator can do.

use super::order_actions::ShipmentActions;
use super::order_facts::{Lines, Scans, ShipmentFacts};
use crate::api::orders::load_order;
use crate::components::attempt_list::AttemptList;
use crate::components::clock::provide_page_clock;
use crate::components::copy_button::CopyButton;
use crate::components::live::{LiveSwitch, live};
use crate::components::page_header::PageHeader;
use crate::components::problem_notice::ProblemNotice;
use crate::components::status_badge::StatusBadge;
use crate::components::timeline::Timeline;
use crate::contract::{OrderDetail, ShipmentDetail};
use leptos::either::Either;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(3);

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
    let lines = Memo::new(move |_| order.with(|order| order.lines.clone()));
    let shipments = Memo::new(move |_| order.with(|order| order.shipments.clone()));
    let each_shipment = move || shipments.with(|all| all.iter().map(|one| one.shipment_id.clone()).collect::<Vec<_>>());
    view! {
        <PageHeader title=title.clone() above=above>
            <CopyButton text=title what="order number"/>
            {move || shipments.with(|all| all.first().map(|one| view! { <Badges of=one.clone()/> }))}
            <LiveSwitch paused=live.paused problem=live.problem/>
        </PageHeader>
        <p class="headline" data-testid="headline">
            {move || order.with(|order| order.headline.clone())}
        </p>
        <div class="order-grid">
            <div class="order-main">
                <For each=each_shipment key=Clone::clone let:id>
                    <ShipmentActions shipment=one_of(shipments, id) live/>
                </For>
                <section class="card" aria-labelledby="timeline-title">
                    <h2 id="timeline-title">"Timeline"</h2>
                    <Timeline entries=timeline/>
                </section>
                <For each=each_shipment key=Clone::clone let:id>
                    <Evidence shipment=one_of(shipments, id)/>
                </For>
            </div>
            <div class="order-side">
                <For each=each_shipment key=Clone::clone let:id>
                    <ShipmentFacts order=order.into() shipment=one_of(shipments, id)/>
                </For>
                <Lines lines/>
            </div>
        </div>
    }
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
fn Badges(of: ShipmentDetail) -> impl IntoView {
    view! {
        <span class="badges" data-testid="order-state">
            <StatusBadge status=of.status/>
            {of.carrier.map(|status| view! { <StatusBadge status quiet=true/> })}
        </span>
    }
}

/// Attempts and scans of one shipment.
#[component]
fn Evidence(shipment: Memo<ShipmentDetail>) -> impl IntoView {
    let attempts = Memo::new(move |_| shipment.with(|shipment| shipment.attempts.clone()));
    let scans = Memo::new(move |_| shipment.with(|shipment| shipment.scans.clone()));
    let no_attempts = Memo::new(move |_| attempts.with(Vec::is_empty));
    let no_scans = Memo::new(move |_| scans.with(Vec::is_empty));
    view! {
        <section class="card">
            <h2>"Attempts"</h2>
            {move || {
                no_attempts
                    .get()
                    .then(|| view! { <p class="muted">"No call was made for this order yet."</p> })
            }}
            <AttemptList attempts/>
        </section>
        {move || {
            (!no_scans.get())
                .then(|| {
                    view! {
                        <section class="card">
                            <h2>"FedEx scans"</h2>
                            <Scans scans/>
                        </section>
                    }
                })
        }}
    }
}
