//! Create and validate shipments, and hand out the documents of `URL_ONLY`.
//!
//! Creating is not idempotent: each accepted request is a new shipment with new numbers, whatever
//! its references or transaction id say.

use serde_json::{Value, json};

use super::clock::{self, HOUR_MS};
use super::course::Course;
use super::exchange::{Call, Reply};
use super::fedex;
use super::rate::Charge;
use super::shipment::{Piece, Shipment, list, tracking_number};
use super::state::World;
use super::{Scenario, job, label, paper, ship_answer, ship_rules};

/// How long a label can be fetched by its address.
const LABEL_LIFE_MS: i64 = 24 * HOUR_MS;
/// In the demo one shipment of so many meets a delivery exception.
const DETOUR_EVERY: usize = 9;
/// First eleven digits of 794972072690, the only number that the virtual sandbox hands out.
const CANNED_PIECE: u64 = 79_497_207_269;
/// Pounds in a kilogram.
const POUNDS_PER_KG: f64 = 2.204_622_6;

/// Answers a create.
pub(super) fn create(world: &mut World, call: &Call, body: &Value) -> Reply {
    let now_ms = world.now_ms();
    let alerts = match ship_rules::check(body, &clock::date(now_ms)) {
        Ok(alerts) => alerts,
        Err(refusal) => {
            return fedex::errors(world, Some(call), refusal.status, &refusal.errors());
        }
    };
    let shipment = shipment(world, body, now_ms);
    if ship_rules::needs_job(body) {
        return job::accept(world, call, shipment, alerts);
    }
    let output = json!({
        "transactionShipments": [ship_answer::transaction(&shipment, &alerts, &world.place.fedex_url)],
    });
    world.shipments.add(shipment);
    world.touch();
    fedex::success(world, call, output)
}

fn shipment(world: &mut World, body: &Value, now_ms: i64) -> Shipment {
    let wanted = &body["requestedShipment"];
    let packages = packages(wanted);
    let weights: Vec<u64> = packages.iter().map(|(_, weight)| *weight).collect();
    let service = wanted["serviceType"].as_str().unwrap_or_default();
    let postal = |party: &Value| party["address"]["postalCode"].as_str().unwrap_or_default().to_owned();
    let from = postal(&wanted["shipper"]);
    let to = postal(&wanted["recipients"][0]);
    let first = if world.switches.canned { CANNED_PIECE } else { world.next_piece };
    let pieces: Vec<Piece> = (first..)
        .zip(packages)
        .map(|(serial, (item, weight_clb))| Piece {
            tracking_number: tracking_number(serial),
            item,
            weight_clb,
            cancelled_ms: None,
            course: Course::default(),
        })
        .collect();
    if !world.switches.canned {
        world.next_piece += pieces.len() as u64;
    }
    let today = clock::date(now_ms);
    let asked = wanted["shipDatestamp"].as_str().unwrap_or(&today);
    let detour = world.scenario == Scenario::Demo && world.shipments.len() % DETOUR_EVERY == DETOUR_EVERY / 2;
    Shipment {
        created_ms: now_ms,
        ship_date: asked.max(today.as_str()).to_owned(),
        account: body["accountNumber"]["value"].as_str().unwrap_or_default().to_owned(),
        service: service.to_owned(),
        pieces,
        charge: Charge::new(service, &from, &to, &weights),
        journey_ms: world.journey_ms,
        detour,
        unrated: world.switches.unrated,
        request: body.clone(),
        ..Shipment::default()
    }
}

/// The packages in their order: the place of the line item and the weight in hundredths of a pound.
/// A group counts as so many packages; sequence numbers decide where every item has one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the rules admit only positive weights of at most a few thousand pounds"
)]
pub(super) fn packages(wanted: &Value) -> Vec<(usize, u64)> {
    let mut items: Vec<(usize, &Value)> = list(&wanted["requestedPackageLineItems"]).iter().enumerate().collect();
    if items.iter().all(|(_, item)| item["sequenceNumber"].is_u64()) {
        items.sort_by_key(|(_, item)| item["sequenceNumber"].as_u64());
    }
    let mut packages = Vec::new();
    for (at, item) in items {
        let value = item["weight"]["value"].as_f64().unwrap_or_default();
        let pounds = match item["weight"]["units"].as_str() {
            Some("KG") => value * POUNDS_PER_KG,
            _ => value,
        };
        let group = item["groupPackageCount"].as_u64().unwrap_or(1).max(1);
        for _ in 0..group {
            packages.push((at, (pounds * 100.0).round() as u64));
        }
    }
    packages
}

/// Answers a validate: the same checks for a single piece, no shipment.
pub(super) fn validate(world: &mut World, call: &Call, body: &Value) -> Reply {
    let today = clock::date(world.now_ms());
    let mut alerts = match ship_rules::check_single(body, &today) {
        Ok(alerts) => alerts,
        Err(refusal) => {
            return fedex::errors(world, Some(call), refusal.status, &refusal.errors());
        }
    };
    alerts.push(json!({
        "code": "SHIPMENT.VALIDATION.SUCCESS",
        "message": "Shipment validated successfully. No errors found.",
        "alertType": "NOTE",
    }));
    fedex::success(world, call, json!({"alerts": alerts}))
}

/// Answers a fetch of a document by its address.
pub(super) fn document(world: &mut World, call: &Call) -> Reply {
    let wanted = call.path.strip_prefix(fedex::LABEL).and_then(ship_answer::read_address);
    let now_ms = world.now_ms();
    let found = wanted.and_then(|(paper, number)| {
        let (shipment, piece) = world.shipments.by_number(number)?;
        (now_ms < shipment.created_ms + LABEL_LIFE_MS).then_some((paper, shipment, piece))
    });
    match found {
        Some((ship_answer::Paper::Label, shipment, piece)) => {
            Reply::bytes(200, label::Image::of(&shipment).content_type(), label::render(&shipment, piece))
        }
        Some((ship_answer::Paper::Invoice, shipment, _)) => {
            Reply::bytes(200, "application/pdf", paper::commercial_invoice(&shipment))
        }
        None => Reply::html(404, "Not Found"),
    }
}

#[cfg(test)]
#[path = "ship_tests.rs"]
mod tests;
