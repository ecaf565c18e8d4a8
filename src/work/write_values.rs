//! What Dynamics 365 is told of an order: the whole order, put together from its shipments and the news
//! of their parcels.
//!
//! An order may have several shipments and its fields hold one value. A number is the list of all; a
//! status is the one that asks most for a look, and says delivered when all are; a moment is the last.

use crate::d365::value::{Attachment, Paper};
use crate::d365::{Value, Values};
use crate::engine::Engine;
use crate::order::parcel_state::ParcelState;
use crate::order::scan::{Milestone, Scan};
use crate::order::state::State;
use crate::order::{Charge, Kind, OrderId, Shipment};
use crate::store::Result;
use std::collections::BTreeMap;

/// The only carrier there is.
const CARRIER: &str = "FedEx";
/// What FedEx calls a label among its documents.
const LABEL: &str = "LABEL";

/// A shipment with the news of its parcel.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// The shipment.
    pub shipment: Shipment,
    /// The newest scan.
    pub last_scan: Option<Scan>,
    /// When FedEx means to deliver.
    pub estimated_ms: Option<i64>,
    /// Who took it.
    pub signed_by: Option<String>,
}

/// The parcels of an order, with what FedEx said of them last.
pub async fn parcels_of(engine: &Engine, order: &OrderId) -> Result<Vec<Parcel>> {
    let db = &engine.store.db;
    let packages = db.parcels_of_order(order).await?;
    let mut parcels = Vec::new();
    for shipment in db.shipments_of(order).await? {
        let last_scan = match shipment.tracking_number {
            Some(_) => db.scans_of(&shipment.shipment_id).await?.into_iter().next(),
            None => None,
        };
        let own: Vec<&ParcelState> =
            packages.iter().filter(|package| package.shipment_id == shipment.shipment_id).collect();
        // One package without an estimate makes any date for the whole a guess.
        let estimates: Option<Vec<i64>> = own.iter().map(|package| package.estimated_ms).collect();
        let estimated_ms = estimates.and_then(|all| all.into_iter().max());
        let signed_by = joined(own.iter().filter_map(|package| package.signed_by.clone()));
        parcels.push(Parcel { shipment, last_scan, estimated_ms, signed_by });
    }
    Ok(parcels)
}

/// The invoice of an order: the one on its label, or those found since.
pub async fn invoice_of(engine: &Engine, order: &OrderId) -> Result<Option<String>> {
    if let Some(number) = engine.store.db.order(order).await?.invoice_number {
        return Ok(Some(number));
    }
    let found = engine.store.db.found_invoices(order).await?;
    Ok(joined(found.into_iter().map(|invoice| invoice.number)))
}

/// What is to be written onto an order; `None` as long as it never had a label.
pub async fn values_of(engine: &Engine, order: &OrderId) -> Result<Option<Values>> {
    let invoice = invoice_of(engine, order).await?;
    Ok(values(&parcels_of(engine, order).await?, invoice.as_deref()))
}

/// The same, from what is known.
pub fn values(parcels: &[Parcel], invoice: Option<&str>) -> Option<Values> {
    let outbound: Vec<&Parcel> = parcels
        .iter()
        .filter(|one| one.shipment.kind == Kind::Outbound && one.shipment.tracking_number.is_some())
        .collect();
    if outbound.is_empty() {
        return None;
    }
    let number = |parcel: &&Parcel| parcel.shipment.tracking_number.clone();
    let (live, gone): (Vec<&Parcel>, Vec<&Parcel>) =
        outbound.into_iter().partition(|one| !one.shipment.state.frees_lines());
    let mut values = Values {
        numbers: live.iter().filter_map(number).collect(),
        gone: gone.iter().filter_map(number).collect(),
        fields: BTreeMap::from([("status", Value::Text(status(&live).to_owned()))]),
        papers: Vec::new(),
    };
    let mut set = |name: &'static str, value: Option<Value>| {
        if let Some(value) = value {
            values.fields.insert(name, value);
        }
    };
    set("invoice_reference", invoice.map(|number| Value::Text(number.to_owned())));
    if live.is_empty() {
        return Some(values);
    }
    set("carrier", Some(Value::Text(CARRIER.to_owned())));
    set("service", services(&live).map(Value::Text));
    set("ship_date", live.iter().filter_map(|one| one.shipment.labelled_ms).min().map(Value::Moment));
    let newest = live.iter().filter_map(|one| one.last_scan.as_ref()).max_by_key(|scan| scan.at_ms);
    set("status_time", newest.map(|scan| Value::Moment(scan.at_ms)));
    set("last_scan", newest.map(|scan| Value::Text(scan_line(scan))));
    // One parcel without an estimate makes any date for the whole a guess.
    let estimates: Option<Vec<i64>> = live.iter().map(|one| one.estimated_ms).collect();
    set("estimated_delivery", estimates.and_then(|all| all.into_iter().max()).map(Value::Moment));
    if live.iter().all(|one| is_delivered(&one.shipment)) {
        set("delivered_at", live.iter().filter_map(|one| one.shipment.delivered_ms).max().map(Value::Moment));
        let signed = joined(live.iter().filter_map(|one| one.signed_by.clone()));
        set("signed_by", signed.map(Value::Text));
    }
    if let Some(charge) = total(&live) {
        set("charge_amount", Some(Value::Money(charge.amount)));
        set("charge_currency", Some(Value::Text(charge.currency)));
    }
    values.papers = live.iter().flat_map(|one| notes(one)).collect();
    Some(values)
}

/// Adds the files of labels that a target wants and that were not seen there yet.
pub async fn add_labels(engine: &Engine, values: &mut Values, parcels: &[Parcel], seen: &[String]) -> Result<()> {
    for parcel in parcels {
        let shipment = &parcel.shipment;
        let Some(number) = shipment.tracking_number.as_ref().filter(|number| values.numbers.contains(*number)) else {
            continue;
        };
        let description = format!("FedEx label {number}");
        let text = String::new();
        if seen.contains(&description) {
            values.papers.push(Paper { value: "label", description, text, file: None });
            continue;
        }
        let documents = engine.store.db.documents_of(&shipment.shipment_id).await?;
        let Some(label) = documents.iter().find(|row| row.content_type == LABEL) else { continue };
        let found = engine.store.db.document(&shipment.shipment_id, label.sequence, label.document_no).await?;
        let Some((kind, bytes)) = found else { continue };
        let kind = if kind == "ZPLII" { "zpl".to_owned() } else { kind.to_lowercase() };
        let file = Some(Attachment { name: number.clone(), kind, bytes });
        values.papers.push(Paper { value: "label", description, text, file });
    }
    Ok(())
}

fn is_delivered(shipment: &Shipment) -> bool {
    matches!(shipment.state, State::Delivered | State::Closed) || shipment.milestone == Some(Milestone::Delivered)
}

/// The order's status: of several parcels the one that asks most for a look, else the one least far.
fn status(live: &[&Parcel]) -> &'static str {
    let of = |parcel: &&Parcel| match parcel.shipment.milestone {
        _ if is_delivered(&parcel.shipment) => State::Delivered,
        Some(Milestone::Exception) => State::Exception,
        Some(Milestone::Returning) => State::Returned,
        Some(Milestone::OutForDelivery) => State::OutForDelivery,
        Some(Milestone::PickedUp | Milestone::InTransit | Milestone::ReadyForPickup) => State::InTransit,
        _ => State::Labelled,
    };
    let order =
        [State::Exception, State::Returned, State::Labelled, State::InTransit, State::OutForDelivery, State::Delivered];
    let states: Vec<State> = live.iter().map(of).collect();
    order.into_iter().find(|state| states.contains(state)).unwrap_or(State::Voided).name()
}

fn services(live: &[&Parcel]) -> Option<String> {
    joined(live.iter().filter_map(|one| Some(one.shipment.plan.as_ref()?.service.service.clone())))
}

/// Each once, in their order; `None` for none at all.
fn joined(all: impl Iterator<Item = String>) -> Option<String> {
    let mut each: Vec<String> = Vec::new();
    for one in all.filter(|one| !one.trim().is_empty()) {
        if !each.contains(&one) {
            each.push(one);
        }
    }
    (!each.is_empty()).then(|| each.join(", "))
}

fn scan_line(scan: &Scan) -> String {
    let exception = Some(scan.exception.trim()).filter(|text| !text.is_empty() && *text != scan.description.trim());
    let parts = [Some(scan.description.trim()), exception, Some(scan.place.trim())];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// What FedEx rated for the whole order, if it is of one currency.
fn total(live: &[&Parcel]) -> Option<Charge> {
    let charges: Vec<&Charge> = live.iter().filter_map(|one| one.shipment.charge.as_ref()).collect();
    let first = *charges.first()?;
    let amount = charges.iter().map(|charge| charge.amount).sum();
    charges.iter().all(|charge| charge.currency == first.currency).then(|| Charge { amount, ..first.clone() })
}

/// The notes of a parcel: when its label was made, and when it was delivered.
fn notes(parcel: &Parcel) -> Vec<Paper> {
    let shipment = &parcel.shipment;
    let Some(number) = &shipment.tracking_number else { return Vec::new() };
    let service = shipment.plan.as_ref().map(|plan| plan.service.service.clone());
    let charge = shipment.charge.as_ref().map(|charge| format!("Rated {} {}", charge.amount, charge.currency));
    let page = Some(format!("https://www.fedex.com/fedextrack/?trknbr={number}"));
    let lines = [Some(format!("FedEx {number}")), service, charge, page];
    let text = lines.into_iter().flatten().collect::<Vec<_>>().join("\n");
    let mut notes = vec![Paper { value: "note", description: format!("FedEx {number}"), text, file: None }];
    if let Some(delivered_ms) = shipment.delivered_ms.filter(|_| is_delivered(shipment)) {
        let signed = parcel.signed_by.as_ref().map(|name| format!(", signed by {name}")).unwrap_or_default();
        let text = format!("FedEx {number} was delivered on {}{signed}.", crate::clock::text(delivered_ms));
        let description = format!("FedEx {number} delivered");
        notes.push(Paper { value: "delivery_note", description, text, file: None });
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::ShipmentId;

    fn parcel(number: &str, state: State, milestone: Option<Milestone>) -> Parcel {
        let mut shipment = Shipment::received(ShipmentId(number.into()), OrderId("o".into()), 1, 0);
        shipment.tracking_number = Some(number.into());
        shipment.labelled_ms = Some(1_000);
        shipment.delivered_ms = (milestone == Some(Milestone::Delivered)).then_some(5_000);
        (shipment.state, shipment.milestone) = (state, milestone);
        let amount = "10.05".parse().unwrap();
        shipment.charge = Some(Charge { amount, currency: "USD".into(), rate_type: "R".into() });
        Parcel { shipment, last_scan: None, estimated_ms: Some(9_000), signed_by: Some("R. Lopez".into()) }
    }

    fn text(values: &Values, name: &str) -> Option<String> {
        values.fields.get(name).map(|value| match value {
            Value::Text(text) => text.clone(),
            other => other.text(),
        })
    }

    #[test]
    fn several_shipments_make_one_order() {
        let moving = parcel("1", State::InTransit, Some(Milestone::InTransit));
        let done = parcel("2", State::Closed, Some(Milestone::Delivered));
        let both = values(&[moving.clone(), done.clone()], Some("INV-1")).unwrap();
        assert_eq!(both.numbers, ["1", "2"]);
        assert_eq!(text(&both, "status").as_deref(), Some("in_transit"));
        assert_eq!(text(&both, "charge_amount").as_deref(), Some("20.10"));
        assert_eq!(text(&both, "invoice_reference").as_deref(), Some("INV-1"));
        assert!(!both.fields.contains_key("delivered_at"), "not all of it is there");
        let all = values(std::slice::from_ref(&done), None).unwrap();
        assert_eq!(text(&all, "status").as_deref(), Some("delivered"));
        assert_eq!(text(&all, "signed_by").as_deref(), Some("R. Lopez"));
        assert!(all.fields.contains_key("delivered_at") && all.fields.contains_key("estimated_delivery"));
        let late = parcel("3", State::Exception, Some(Milestone::Exception));
        assert_eq!(text(&values(&[late, done], None).unwrap(), "status").as_deref(), Some("exception"));
    }

    #[test]
    fn a_cancelled_label_leaves_nothing_but_its_absence() {
        let voided = parcel("1", State::Voided, Some(Milestone::Cancelled));
        let values_of = values(std::slice::from_ref(&voided), None).unwrap();
        assert!(values_of.numbers.is_empty() && values_of.papers.is_empty());
        assert_eq!(values_of.gone, ["1"]);
        assert_eq!(text(&values_of, "status").as_deref(), Some("voided"));
        let mut unlabelled = voided;
        unlabelled.shipment.tracking_number = None;
        assert_eq!(values(&[unlabelled], None), None);
    }

    #[test]
    fn a_parcel_has_a_note_when_labelled_and_one_when_delivered() {
        let labelled = values(&[parcel("1", State::Announced, None)], None).unwrap();
        let descriptions =
            |values: &Values| values.papers.iter().map(|paper| paper.description.clone()).collect::<Vec<_>>();
        assert_eq!(descriptions(&labelled), ["FedEx 1"]);
        let delivered = values(&[parcel("1", State::Closed, Some(Milestone::Delivered))], None).unwrap();
        assert_eq!(descriptions(&delivered), ["FedEx 1", "FedEx 1 delivered"]);
        assert!(delivered.papers[1].text.contains("signed by R. Lopez"), "{:?}", delivered.papers);
    }
}
