//! The shipments of an order: one fills the page, several get a section each.

use super::order_actions::ShipmentActions;
use super::order_attempts::{Attempts, ChosenAttempt};
use super::order_corrected::Corrected;
use super::order_facts::{OrderFacts, Scans, ShipmentFacts};
use super::order_packages::Packages;
use super::order_proofs::Proofs;
use super::order_tracking::Tracking;
use super::order_trials::TrialResult;
use crate::components::element_id::element_id;
use crate::components::status_badge::StatusBadge;
use crate::contract::{OrderDetail, ShipmentDetail};
use leptos::prelude::*;
use std::sync::Arc;

/// What stands in the main column for one shipment: situation, trial, packages.
#[component]
pub fn ShipmentMain(
    /// The shipment.
    shipment: Arc<ShipmentDetail>,
    /// Its sentence stands above already.
    #[prop(optional)]
    said: bool,
) -> impl IntoView {
    view! {
        <ShipmentActions shipment=shipment.clone() said/>
        <TrialResult shipment=shipment.clone()/>
        <Corrected shipment=shipment.clone()/>
        <Tracking shipment=shipment.clone()/>
        <Packages shipment=shipment.clone()/>
        <Proofs shipment/>
    }
    .into_any()
}

/// One of several shipments: its own section, folded when it is no longer alive.
#[component]
pub fn ShipmentSection(
    /// The shipment.
    shipment: Arc<ShipmentDetail>,
) -> impl IntoView {
    let id = shipment.shipment_id.clone();
    let anchor = format!("shipment-{id}");
    let chosen = expect_context::<ChosenAttempt>().is_of(&shipment);
    let open = chosen || !is_over(&shipment);
    let evidence = element_id(&["evidence", &id]);
    view! {
        <details class="shipment" id=anchor open=open data-testid="shipment" data-shipment=id>
            <Summary shipment=shipment.clone()/>
            <div class="order-grid">
                <div class="order-main">
                    <ShipmentMain shipment=shipment.clone()/>
                    <details class="more" id=evidence open=chosen>
                        <summary>"Attempts and scans"</summary>
                        <div class="order-main">
                            <Evidence shipment=shipment.clone()/>
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

/// Which of several shipments it is, and how it stands.
#[component]
fn Summary(shipment: Arc<ShipmentDetail>) -> impl IntoView {
    let title = if shipment.title.is_empty() { "Shipment".to_owned() } else { shipment.title.clone() };
    let is_return = shipment.kind == "return";
    let warehouse = (!shipment.warehouse.is_empty()).then(|| format!("Warehouse {}", shipment.warehouse));
    view! {
        <summary>
            <h2>{title}</h2>
            {is_return.then(|| view! { <span class="tag">"return"</span> })}
            {warehouse.map(|text| view! { <span class="muted small">{text}</span> })}
            <span class="muted small mono">{shipment.tracking_number.clone()}</span>
            <span class="badges" data-testid="shipment-state">
                <StatusBadge status=shipment.status.clone()/>
                {shipment.carrier.clone().map(|status| view! { <StatusBadge status quiet=true/> })}
            </span>
        </summary>
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
    order: Arc<OrderDetail>,
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
    shipment: Arc<ShipmentDetail>,
) -> impl IntoView {
    let scanned = !shipment.scans.is_empty();
    view! {
        <Attempts shipment=shipment.clone()/>
        {scanned
            .then(|| {
                view! {
                    <section class="card">
                        <h2>"FedEx scans"</h2>
                        <Scans shipment/>
                    </section>
                }
            })}
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
