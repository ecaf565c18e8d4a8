//! The shipments of an order: one fills the page, several get a section each.

use super::order_actions::ShipmentActions;
use super::order_facts::{OrderFacts, Scans, ShipmentFacts};
use super::order_packages::Packages;
use super::order_proofs::Proofs;
use super::order_tracking::Tracking;
use super::order_trials::TrialResult;
use crate::components::attempt_list::AttemptList;
use crate::components::live::Live;
use crate::components::status_badge::StatusBadge;
use crate::contract::{OrderDetail, ShipmentDetail};
use leptos::prelude::*;

/// What stands in the main column for one shipment: situation, trial, packages.
#[component]
pub fn ShipmentMain(
    /// The shipment.
    shipment: Memo<ShipmentDetail>,
    /// The page's data.
    live: Live<OrderDetail>,
) -> impl IntoView {
    view! {
        <ShipmentActions shipment live/>
        <TrialResult shipment live/>
        <Tracking shipment/>
        <Packages shipment live/>
        <Proofs shipment/>
    }
    .into_any()
}

/// One of several shipments: its own section, folded when it is no longer alive.
#[component]
pub fn ShipmentSection(
    /// The shipment.
    shipment: Memo<ShipmentDetail>,
    /// The page's data.
    live: Live<OrderDetail>,
) -> impl IntoView {
    let id = shipment.with_untracked(|shipment| shipment.shipment_id.clone());
    let anchor = format!("shipment-{id}");
    let open = shipment.with_untracked(|shipment| !is_over(shipment));
    let head = Memo::new(move |_| {
        shipment.with(|shipment| {
            (
                shipment.title.clone(),
                shipment.warehouse.clone(),
                shipment.kind == "return",
                shipment.tracking_number.clone(),
            )
        })
    });
    let statuses = Memo::new(move |_| shipment.with(|shipment| (shipment.status.clone(), shipment.carrier.clone())));
    view! {
        <details class="shipment" id=anchor open=open data-testid="shipment" data-shipment=id>
            <summary>
                {move || {
                    let (title, warehouse, is_return, tracking) = head.get();
                    view! {
                        <h2>{if title.is_empty() { "Shipment".to_owned() } else { title }}</h2>
                        {is_return.then(|| view! { <span class="tag">"return"</span> })}
                        {(!warehouse.is_empty())
                            .then(|| view! { <span class="muted small">{format!("Warehouse {warehouse}")}</span> })}
                        <span class="muted small mono">{tracking}</span>
                    }
                }}
                {move || {
                    let (status, carrier) = statuses.get();
                    view! {
                        <span class="badges" data-testid="shipment-state">
                            <StatusBadge status/>
                            {carrier.map(|status| view! { <StatusBadge status quiet=true/> })}
                        </span>
                    }
                }}
            </summary>
            <div class="order-grid">
                <div class="order-main">
                    <ShipmentMain shipment live/>
                    <details class="more">
                        <summary>"Attempts and scans"</summary>
                        <div class="order-main">
                            <Evidence shipment/>
                        </div>
                    </details>
                </div>
                <div class="order-side">
                    <ShipmentFacts shipment/>
                </div>
            </div>
        </details>
    }
    .into_any()
}

/// Whether a shipment has ended without a parcel on the road.
fn is_over(shipment: &ShipmentDetail) -> bool {
    matches!(shipment.status.code.as_str(), "voided" | "cancelled" | "excluded")
}

/// The shipment that stands for the order in the page's head: the first one alive.
pub fn leading(shipments: &[ShipmentDetail]) -> Option<&ShipmentDetail> {
    let alive = |shipment: &&ShipmentDetail| !is_over(shipment) && shipment.kind != "return";
    shipments.iter().find(alive).or_else(|| shipments.first())
}

/// Facts of the order itself, for a page with several shipments.
#[component]
pub fn OrderCard(
    /// The order.
    order: Signal<OrderDetail>,
) -> impl IntoView {
    view! {
        <section class="card">
            <h2>"Order"</h2>
            <dl class="facts">
                <OrderFacts order/>
            </dl>
        </section>
    }
}

/// Attempts and scans of one shipment.
#[component]
pub fn Evidence(
    /// The shipment.
    shipment: Memo<ShipmentDetail>,
) -> impl IntoView {
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
                    .then(|| view! { <p class="muted">"No call was made for this shipment yet."</p> })
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
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::leading;
    use crate::contract::{ShipmentDetail, Status};

    fn shipment(state: &str, kind: &str) -> ShipmentDetail {
        let status = Status { code: state.into(), ..Status::default() };
        ShipmentDetail {
            shipment_id: format!("{state}-{kind}"),
            kind: kind.into(),
            status,
            ..ShipmentDetail::default()
        }
    }

    #[test]
    fn a_voided_shipment_does_not_stand_for_the_order() {
        let all = [shipment("voided", "outbound"), shipment("labelled", "return"), shipment("ready", "outbound")];
        assert_eq!(leading(&all).map(|one| one.shipment_id.as_str()), Some("ready-outbound"));
        assert_eq!(leading(&all[..1]).map(|one| one.shipment_id.as_str()), Some("voided-outbound"));
    }
}
