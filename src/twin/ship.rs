//! Create, validate and cancel shipments, and hand out the labels of `URL_ONLY`.
//!
//! Creating is not idempotent: each accepted request is a new shipment with new numbers, whatever
//! its references or transaction id say.

use serde_json::{Value, json};

use super::clock::{self, HOUR_MS};
use super::exchange::{Call, Reply};
use super::fedex::{self, ACCOUNT};
use super::rate::Charge;
use super::shipment::{self, Piece, Shipment, list, tracking_number};
use super::state::World;
use super::{Scenario, journey, label, ship_answer, ship_rules};

/// How long a label can be fetched by its address.
const LABEL_LIFE_MS: i64 = 24 * HOUR_MS;
/// In the demo one shipment of so many meets a delivery exception.
const DETOUR_EVERY: usize = 9;
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
    let output = json!({
        "transactionShipments": [ship_answer::transaction(&shipment, &alerts, &world.place.fedex_url)],
    });
    world.shipments.add(shipment);
    world.touch();
    fedex::success(world, call, &output)
}

fn shipment(world: &mut World, body: &Value, now_ms: i64) -> Shipment {
    let wanted = &body["requestedShipment"];
    let weights = weights_clb(wanted);
    let service = wanted["serviceType"].as_str().unwrap_or_default();
    let postal = |party: &Value| party["address"]["postalCode"].as_str().unwrap_or_default().to_owned();
    let from = postal(&wanted["shipper"]);
    let to = postal(&wanted["recipients"][0]);
    let pieces = weights
        .iter()
        .map(|weight| {
            let serial = world.next_piece;
            world.next_piece += 1;
            Piece { tracking_number: tracking_number(serial), weight_clb: *weight, cancelled_ms: None }
        })
        .collect();
    let today = clock::date(now_ms);
    let asked = wanted["shipDatestamp"].as_str().unwrap_or(&today);
    let detour = world.scenario == Scenario::Demo && world.shipments.all().len() % DETOUR_EVERY == DETOUR_EVERY / 2;
    Shipment {
        created_ms: now_ms,
        ship_date: asked.max(today.as_str()).to_owned(),
        account: ACCOUNT.to_owned(),
        service: service.to_owned(),
        pieces,
        charge: Charge::new(service, &from, &to, &weights),
        journey_ms: world.journey_ms,
        detour,
        request: body.clone(),
    }
}

/// The weight of each piece in hundredths of a pound; a group counts as so many pieces.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the rules admit only positive weights of at most a few thousand pounds"
)]
fn weights_clb(wanted: &Value) -> Vec<u64> {
    let mut weights = Vec::new();
    for item in list(&wanted["requestedPackageLineItems"]) {
        let value = item["weight"]["value"].as_f64().unwrap_or_default();
        let pounds = match item["weight"]["units"].as_str() {
            Some("KG") => value * POUNDS_PER_KG,
            _ => value,
        };
        let group = item["groupPackageCount"].as_u64().unwrap_or(1).max(1);
        for _ in 0..group {
            weights.push((pounds * 100.0).round() as u64);
        }
    }
    weights
}

/// Answers a validate: the same checks, no shipment.
pub(super) fn validate(world: &mut World, call: &Call, body: &Value) -> Reply {
    let today = clock::date(world.now_ms());
    let mut alerts = match ship_rules::check(body, &today) {
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
    fedex::success(world, call, &json!({"alerts": alerts}))
}

/// Answers a cancel; the boolean of a 200 decides, not the status.
pub(super) fn cancel(world: &mut World, call: &Call, body: &Value) -> Reply {
    let account = body["accountNumber"]["value"].as_str().unwrap_or_default();
    if account.is_empty() {
        return invalid(world, call, "ACCOUNTNUMBER.REGISTRATION.REQUIRED", ship_rules::ACCOUNT_TEXT);
    }
    if account != ACCOUNT {
        return invalid(
            world,
            call,
            "SHIPMENT.USER.UNAUTHORIZED",
            "Requested user is not authorized to perform the operation.",
        );
    }
    let number = body["trackingNumber"].as_str().unwrap_or_default().to_owned();
    if !shipment::is_number(&number) {
        return invalid(
            world,
            call,
            "TRACKINGNUMBER.ENTERED.INVALID",
            "Error with entered Tracking Number. Please verify the entered Tracking Number.",
        );
    }
    let whole = body["deletionControl"].as_str() == Some("DELETE_ALL_PACKAGES");
    let now_ms = world.now_ms();
    let cancelled = match world.shipments.by_number_mut(&number) {
        // Express takes back any number that could be one; a success proves little.
        None => true,
        Some((shipment, piece)) => take_back(shipment, piece, whole, now_ms),
    };
    if cancelled {
        world.touch();
    }
    let alerts = if cancelled {
        json!([])
    } else {
        json!([{
            "code": "SHIPMENT.CANCEL.NOTALLOWED",
            "message": "We are not able to retrieve the message for the warning or error.",
            "alertType": "WARNING",
        }])
    };
    fedex::success(
        world,
        call,
        &json!({"cancelledShipment": cancelled, "cancelledHistory": cancelled, "alerts": alerts}),
    )
}

fn invalid(world: &mut World, call: &Call, code: &str, message: &str) -> Reply {
    fedex::error(world, Some(call), 400, code, message)
}

/// Cancels before tender only; one piece of a Ground shipment, all of an Express one.
fn take_back(shipment: &mut Shipment, piece: usize, whole: bool, now_ms: i64) -> bool {
    if shipment.pieces[piece].cancelled_ms.is_some() || journey::tendered(shipment, now_ms) {
        return false;
    }
    let all = whole || piece == 0 || !ship_rules::is_ground(&shipment.service);
    for (at, found) in shipment.pieces.iter_mut().enumerate() {
        if (all || at == piece) && found.cancelled_ms.is_none() {
            found.cancelled_ms = Some(now_ms);
        }
    }
    true
}

/// Answers a fetch of a label by its address.
pub(super) fn label(world: &mut World, call: &Call) -> Reply {
    let number = call.path.strip_prefix(fedex::LABEL).and_then(ship_answer::number_of_document);
    let now_ms = world.now_ms();
    let found = number
        .and_then(|number| world.shipments.by_number(number))
        .filter(|(shipment, _)| now_ms < shipment.created_ms + LABEL_LIFE_MS);
    match found {
        Some((shipment, piece)) => {
            let kind = label::Image::of(shipment);
            Reply::bytes(200, kind.content_type(), label::render(shipment, piece))
        }
        None => Reply::html(404, "Not Found"),
    }
}
