//! One order: what happened over both systems, what it is, and what an operator can do.

use super::order_attempts::{ChosenAttempt, UnknownAttempt, provide_chosen_attempt};
use super::order_facts::{Lines, ShipmentFacts};
use super::order_shipment::{Evidence, OrderCard, ShipmentMain, ShipmentSection, leading};
use super::order_trials::provide_trials;
use super::order_write_back::OrderWriteBackCard;
use crate::api::orders::{BuyAgain, Reprint, ReturnLabel, Void, load_order};
use crate::api::write_back::WriteAgain;
use crate::components::clock::provide_page_clock;
use crate::components::copy_button::CopyButton;
use crate::components::element_id::element_id;
use crate::components::icon::{Glyph, Icon};
use crate::components::live::LiveSwitch;
use crate::components::order_row::order_href;
use crate::components::page_header::PageHeader;
use crate::components::problem_notice::{PostProblem, ProblemNotice};
use crate::components::status_badge::StatusBadge;
use crate::components::timeline::Timeline;
use crate::contract::{OrderDetail, ShipmentDetail, Status};
use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_params_map;
use std::sync::Arc;

/// Actions whose forms are folded away: why one was refused without JavaScript stands on top.
const FOLDED: [&str; 5] = [Void::PATH, ReturnLabel::PATH, BuyAgain::PATH, Reprint::PATH, WriteAgain::PATH];

/// The page of one order.
#[component]
pub fn OrderPage() -> impl IntoView {
    let (company, number) = use_params_map().with_untracked(|params| {
        let part = |name| params.get(name).unwrap_or_default();
        (part("company"), part("number"))
    });
    provide_trials(&company, &number);
    provide_chosen_attempt();
    let title = number.clone();
    let page = Suspend::new(async move {
        match load_order(company, number).await {
            Ok(order) => Either::Left(view! { <OrderSheet order=Arc::new(order)/> }),
            Err(problem) => Either::Right(view! {
                <PageHeader title above=breadcrumb/>
                <ProblemNotice problem/>
            }),
        }
    });
    view! {
        <div class="page">
            <Suspense>{page}</Suspense>
        </div>
    }
}

fn breadcrumb() -> impl IntoView {
    view! { <a href="/orders">"Orders"</a> }
}

/// The sheet, once loaded.
#[component]
fn OrderSheet(order: Arc<OrderDetail>) -> impl IntoView {
    provide_page_clock(&order.now);
    let (company, title) = (order.company.clone(), order.number.clone());
    let here = expect_context::<ChosenAttempt>().address(&order_href(&company, &title));
    let above = move || view! { {breadcrumb()} <span class="muted">{company.clone()}</span> };
    let shipments: Vec<_> = order.shipments.iter().cloned().map(Arc::new).collect();
    let badges =
        leading(&order.shipments).map(|one| view! { <Badges status=one.status.clone() carrier=one.carrier.clone()/> });
    let headline = order.headline.clone();
    let d365 = order.d365_href.clone().map(|href| view! { <D365Link href company=order.company.clone()/> });
    let unknown = view! { <UnknownAttempt order=Arc::clone(&order)/> };
    let sheet = if shipments.len() > 1 {
        Either::Left(view! { <SeveralShipments order shipments/> })
    } else {
        Either::Right(view! { <OneShipment order shipment=shipments.into_iter().next()/> })
    };
    view! {
        <PageHeader title=title.clone() above=above>
            <CopyButton text=title what="order number"/>
            {badges}
            {d365}
            <LiveSwitch/>
        </PageHeader>
        // Asked again, this page must not repeat a trial that its address asks for.
        <p class="headline" data-testid="headline" data-live-href=here>
            {headline}
        </p>
        <PostProblem of=&FOLDED/>
        {unknown}
        {sheet}
    }
    .into_any()
}

/// One shipment: the order and its shipment are one thing to look at.
#[component]
fn OneShipment(order: Arc<OrderDetail>, shipment: Option<Arc<ShipmentDetail>>) -> impl IntoView {
    let same = || shipment.clone();
    let said = shipment.as_ref().is_some_and(|shipment| shipment.sentence == order.headline);
    view! {
        <div class="order-grid">
            <div class="order-main">
                {same().map(|shipment| view! { <ShipmentMain shipment said/> })}
                <TimelineCard order=Arc::clone(&order)/>
                {same().map(|shipment| view! { <Evidence shipment/> })}
            </div>
            <div class="order-side">
                {same().map(|shipment| view! { <ShipmentFacts shipment order=Arc::clone(&order)/> })}
                <OrderWriteBackCard order=Arc::clone(&order)/>
                <Lines lines=order.lines.clone()/>
            </div>
        </div>
    }
    .into_any()
}

/// Several shipments: a section each, then what belongs to all of them.
#[component]
fn SeveralShipments(order: Arc<OrderDetail>, shipments: Vec<Arc<ShipmentDetail>>) -> impl IntoView {
    let sections = shipments.into_iter().map(|shipment| view! { <ShipmentSection shipment/> }).collect_view();
    view! {
        <div class="shipments">{sections}</div>
        <div class="order-grid">
            <div class="order-main">
                <TimelineCard order=Arc::clone(&order)/>
            </div>
            <div class="order-side">
                <OrderCard order=Arc::clone(&order)/>
                <OrderWriteBackCard order=Arc::clone(&order)/>
                <Lines lines=order.lines.clone()/>
            </div>
        </div>
    }
    .into_any()
}

/// How long the ways took, and everything that happened.
#[component]
fn TimelineCard(order: Arc<OrderDetail>) -> impl IntoView {
    let paces = order.shipments.iter().filter_map(|shipment| {
        let pace = shipment.pace.clone()?;
        let id = element_id(&["pace", &shipment.shipment_id]);
        let whose = (!shipment.title.is_empty()).then(|| format!("{}: ", shipment.title));
        Some(view! { <p class="pace" id=id data-testid="pace">{whose} {pace}</p> })
    });
    let paces = paces.collect_view();
    view! {
        <section class="card" aria-labelledby="timeline-title">
            <h2 id="timeline-title">"Timeline"</h2>
            {paces}
            <Timeline entries=order.timeline.clone()/>
        </section>
    }
    .into_any()
}

/// The list of sales orders there: a record can be linked by that system alone.
#[component]
fn D365Link(href: String, company: String) -> impl IntoView {
    view! {
        <a
            class="button quiet"
            href=href
            target="_blank"
            rel="noopener noreferrer"
            title="A single order cannot be linked from outside; filter the list by its number."
            data-testid="open-d365"
        >
            <Icon glyph=Glyph::External/>
            {format!("Sales orders of {company} in Dynamics 365")}
        </a>
    }
    .into_any()
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
