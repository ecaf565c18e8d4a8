//! Tracking by number and by reference.
//!
//! A number that FedEx does not know is an error inside a 200. Scans come newest first, with one
//! offset-less event near the end; missing texts are empty strings.

use serde_json::{Value, json};

use super::clock::{self, HOUR_MS};
use super::course::{Course, STRANGER_AGE_MS};
use super::exchange::{Call, Reply};
use super::fedex;
use super::journey::{self, Scan};
use super::rate::amount;
use super::ship_services::{self, is_ground};
use super::shipment::{Shipment, list};
use super::state::World;

/// Numbers that one request may ask for.
const NUMBER_LIMIT: usize = 30;
/// Default window of a look-up by reference, in days before and after today.
const WINDOW_DAYS: (i64, i64) = (30, 1);
/// Reference types of Track; Ship names some of them differently.
const REFERENCE_TYPES: [(&str, &str); 8] = [
    ("CUSTOMER_REFERENCE", "CUSTOMER_REFERENCE"),
    ("PURCHASE_ORDER", "P_O_NUMBER"),
    ("INVOICE", "INVOICE_NUMBER"),
    ("DEPARTMENT", "DEPARTMENT_NUMBER"),
    ("RETURN_MATERIALS_AUTHORIZATION", "RMA_ASSOCIATION"),
    ("SHIPPER_REFERENCE", "CUSTOMER_REFERENCE"),
    ("BILL_OF_LADING", ""),
    ("PART_NUMBER", ""),
];

/// Answers a tracking request by numbers.
pub(super) fn by_number(world: &mut World, call: &Call, body: &Value) -> Reply {
    let wanted = list(&body["trackingInfo"]);
    let number = |info: &Value| info["trackingNumberInfo"]["trackingNumber"].as_str().unwrap_or_default().to_owned();
    if wanted.is_empty() || wanted.iter().any(|info| number(info).is_empty()) {
        return invalid(world, call, "TRACKING.TRACKINGNUMBER.EMPTY", "Please provide tracking number.");
    }
    if wanted.len() > NUMBER_LIMIT {
        return invalid(
            world,
            call,
            "TRACKING.TRACKINGINFO.EXCEEDED",
            "Maximum number of tracking numbers exceeded. Please limit the request to 30.",
        );
    }
    let scans = body["includeDetailedScans"] == true;
    let now_ms = world.now_ms();
    let results: Value = wanted
        .iter()
        .map(|info| {
            let number = number(info);
            let mut results = of_number(world, &number, info, now_ms, scans);
            if results.is_empty() {
                results.push(not_found(&number));
            }
            json!({"trackingNumber": number, "trackResults": results})
        })
        .collect();
    fedex::success(world, call, json!({"completeTrackResults": results}))
}

/// Every parcel that has or had a number. FedEx's documents only recommend the ship dates, so a
/// stranger's parcel shows whatever the dates; the unique id is exact.
fn of_number(world: &World, number: &str, info: &Value, now_ms: i64, scans: bool) -> Vec<Value> {
    let Some((shipment, piece)) = world.shipments.by_number(number) else { return Vec::new() };
    let course = &shipment.pieces[piece].course;
    let is_shown = now_ms >= (shipment.created_ms + world.track_delay_ms).max(course.hidden_until_ms);
    let mut results = Vec::new();
    if course.stranger {
        results.push(stranger(&shipment, piece, scans));
    }
    if is_shown && in_window(&shipment, info) {
        results.push(result(&shipment, piece, now_ms, scans));
    }
    let wanted = info["trackingNumberInfo"]["trackingNumberUniqueId"].as_str().unwrap_or_default();
    results.retain(|one| wanted.is_empty() || one["trackingNumberInfo"]["trackingNumberUniqueId"] == wanted);
    results
}

/// The parcel that had the number before: delivered long ago.
pub(super) fn stranger(shipment: &Shipment, piece: usize, scans: bool) -> Value {
    let created_ms = shipment.created_ms - STRANGER_AGE_MS;
    let mut old = Shipment { created_ms, ship_date: clock::date(created_ms), ..shipment.clone() };
    old.pieces[piece].course = Course::default();
    old.pieces[piece].cancelled_ms = None;
    result(&old, piece, shipment.created_ms, scans)
}

fn invalid(world: &mut World, call: &Call, code: &str, message: &str) -> Reply {
    fedex::error(world, Some(call), 400, code, message)
}

/// Tells whether a shipment lies in the ship date window of a request, where one is given.
fn in_window(shipment: &Shipment, wanted: &Value) -> bool {
    let begin = wanted["shipDateBegin"].as_str().unwrap_or("0000-00-00");
    let end = end_date(wanted).unwrap_or("9999-99-99");
    (begin..=end).contains(&shipment.ship_date.as_str())
}

/// The schema and the examples disagree about the name of the second date.
fn end_date(wanted: &Value) -> Option<&str> {
    wanted["shipDateEnd"].as_str().or_else(|| wanted["shipDateEndDate"].as_str())
}

fn not_found(number: &str) -> Value {
    json!({
        "trackingNumberInfo": {
            "trackingNumber": number,
            "trackingNumberUniqueId": "",
            "carrierCode": "",
        },
        "error": {
            "code": "TRACKING.TRACKINGNUMBER.NOTFOUND",
            "message": "Tracking number cannot be found. Please correct the tracking number and try again.",
        },
    })
}

/// Answers a tracking request by reference.
pub(super) fn by_reference(world: &mut World, call: &Call, body: &Value) -> Reply {
    let wanted = &body["referencesInformation"];
    let value = wanted["value"].as_str().unwrap_or_default();
    if value.is_empty() {
        return invalid(world, call, "TRACKING.REFERENCEVALUE.EMPTY", "Please provide a valid reference value.");
    }
    let kind = wanted["type"].as_str();
    let ship_kind =
        kind.and_then(|kind| REFERENCE_TYPES.iter().find(|(track, _)| *track == kind).map(|(_, ship)| *ship));
    if kind.is_some() && ship_kind.is_none() {
        return invalid(world, call, "TRACKING.REFERENCETYPE.INVALID", "Please provide a valid reference type.");
    }
    let account = wanted["accountNumber"].as_str();
    let by_type = kind.is_some()
        && wanted["carrierCode"].is_string()
        && wanted["shipDateBegin"].is_string()
        && end_date(wanted).is_some()
        && wanted["destinationCountryCode"].is_string();
    if account.is_none() && !by_type {
        return invalid(
            world,
            call,
            "TRACKING.REFERENCEINFORMATION.INVALID",
            "Please provide either the account number or carrier, ship dates and destination.",
        );
    }
    let scans = body["includeDetailedScans"] == true;
    let now_ms = world.now_ms();
    let results = found_by_reference(world, wanted, ship_kind, now_ms, scans);
    let results =
        if results.is_empty() { vec![json!({"trackingNumber": "", "trackResults": [not_found("")]})] } else { results };
    fedex::success(world, call, json!({"completeTrackResults": results, "successful": true, "cxsErrors": []}))
}

fn found_by_reference(world: &World, wanted: &Value, ship_kind: Option<&str>, now_ms: i64, scans: bool) -> Vec<Value> {
    let value = wanted["value"].as_str().unwrap_or_default();
    let mut window = wanted.clone();
    if window["shipDateBegin"].is_null() {
        window["shipDateBegin"] = json!(clock::date(now_ms - WINDOW_DAYS.0 * 24 * HOUR_MS));
    }
    if end_date(&window).is_none() {
        window["shipDateEnd"] = json!(clock::date(now_ms + WINDOW_DAYS.1 * 24 * HOUR_MS));
    }
    let same = |shipment: &Shipment| {
        let destination = &shipment.wanted()["recipients"][0]["address"];
        let agrees = |field: &str, actual: &Value| wanted[field].is_null() || &wanted[field] == actual;
        agrees("accountNumber", &json!(shipment.account))
            && agrees("carrierCode", &json!(carrier(shipment)))
            && agrees("destinationCountryCode", &destination["countryCode"])
            && agrees("destinationPostalCode", &destination["postalCode"])
            && ship_kind.is_none_or(|kind| shipment.references().any(|found| found == (kind, value)))
    };
    world
        .shipments
        .by_reference(value)
        .filter(|shipment| now_ms >= shipment.created_ms + world.reference_delay_ms)
        .filter(|shipment| in_window(shipment, &window) && same(shipment))
        .flat_map(|shipment| {
            let results: Vec<Value> = (0..shipment.pieces.len())
                .filter(|piece| now_ms >= shipment.pieces[*piece].course.hidden_until_ms)
                .map(|piece| {
                    json!({
                        "trackingNumber": shipment.pieces[piece].tracking_number,
                        "trackResults": [result(&shipment, piece, now_ms, scans)],
                    })
                })
                .collect();
            results
        })
        .collect()
}

fn carrier(shipment: &Shipment) -> &'static str {
    ship_services::find(&shipment.service).map_or("FDXE", |service| service.carrier)
}

/// The state of a piece as `latestStatusDetail` names it.
pub(super) fn status(shipment: &Shipment, piece: usize, now_ms: i64) -> String {
    journey::scans(shipment, piece, now_ms).last().map_or_else(|| "OC".to_owned(), |scan| scan.code.to_string())
}

/// A track result as both tracking calls and pushes carry it.
pub(super) fn result(shipment: &Shipment, piece: usize, now_ms: i64, detailed: bool) -> Value {
    let scans = journey::scans(shipment, piece, now_ms);
    let mut events: Vec<&Scan> = scans.iter().rev().collect();
    let estimate = journey::estimate(shipment, piece, now_ms);
    events.extend(estimate.as_ref());
    let latest = scans.last();
    let number = &shipment.pieces[piece].tracking_number;
    let unique = format!(
        "{}~{number}~{}",
        shipment.created_ms / 1_000,
        if is_ground(&shipment.service) { "FDEG" } else { "FX" }
    );
    let wanted = shipment.wanted();
    let service = ship_services::find(&shipment.service);
    let mut result = json!({
        "trackingNumberInfo": {
            "trackingNumber": number,
            "trackingNumberUniqueId": unique,
            "carrierCode": carrier(shipment),
        },
        "additionalTrackingInfo": {
            "nickname": "",
            "packageIdentifiers": identifiers(shipment),
            "hasAssociatedShipments": shipment.pieces.len() > 1,
        },
        "shipperInformation": {"address": short_address(&wanted["shipper"])},
        "recipientInformation": {"address": short_address(&wanted["recipients"][0])},
        "latestStatusDetail": latest.map(|scan| json!({
            "code": scan.code,
            "derivedCode": scan.derived_code,
            "statusByLocale": scan.derived,
            "description": scan.description,
            "scanLocation": scan.location(shipment),
            "ancillaryDetails": scan.ancillary(),
        })),
        "dateAndTimes": dates(shipment, piece, &scans),
        "availableImages": [],
        "packageDetails": package(shipment, piece),
        "shipmentDetails": {"possessionStatus": scans.iter().any(|scan| scan.code == "PU")},
        "serviceDetail": {
            "type": shipment.service,
            "description": service.map_or("", |service| service.name),
            "shortDescription": if is_ground(&shipment.service) { "FG" } else { "XP" },
        },
        "availableNotifications": [],
        "deliveryDetails": delivery(shipment, &scans),
        "lastUpdatedDestinationAddress": short_address(&wanted["recipients"][0]),
        "serviceCommitMessage": {"message": "", "type": ""},
        "originLocation": {"locationContactAndAddress": {"address": short_address(&wanted["shipper"])}},
        "standardTransitTimeWindow": {"window": {}},
        "estimatedDeliveryTimeWindow": {"window": {}},
        "goodsClassificationCode": "",
        "returnDetail": {},
    });
    if detailed {
        result["scanEvents"] = events.iter().map(|scan| scan.show(shipment)).collect();
    }
    result
}

fn identifiers(shipment: &Shipment) -> Value {
    let mut identifiers = vec![json!({
        "type": "STANDARD_MPS",
        "values": [shipment.master()],
        "trackingNumberUniqueId": "",
        "carrierCode": "",
    })];
    for (kind, value) in shipment.references() {
        let kind = REFERENCE_TYPES.iter().find(|(_, ship)| *ship == kind).map_or(kind, |(track, _)| track);
        let shown = json!({
            "type": kind, "values": [value], "trackingNumberUniqueId": "", "carrierCode": "",
        });
        if !identifiers.contains(&shown) {
            identifiers.push(shown);
        }
    }
    Value::Array(identifiers)
}

/// Streets and people are for authorised callers only.
fn short_address(party: &Value) -> Value {
    let address = &party["address"];
    json!({
        "city": address["city"].as_str().unwrap_or_default().to_uppercase(),
        "stateOrProvinceCode": address["stateOrProvinceCode"],
        "countryCode": address["countryCode"],
        "residential": address["residential"] == true,
        "countryName": if address["countryCode"] == "US" { "United States" } else { "" },
    })
}

fn dates(shipment: &Shipment, piece: usize, scans: &[Scan]) -> Value {
    let mut dates = Vec::new();
    let course = &shipment.pieces[piece].course;
    let when = |code: &str| scans.iter().find(|scan| scan.code == code).map(|scan| scan.stamp(shipment));
    if let Some(stamp) = when("DL") {
        dates.push(json!({"type": "ACTUAL_DELIVERY", "dateTime": stamp}));
    } else {
        let expected_ms = course.estimate_ms.unwrap_or_else(|| journey::moment(shipment, 1_000));
        let expected = clock::with_offset(expected_ms, 0);
        dates.push(json!({"type": "ESTIMATED_DELIVERY", "dateTime": expected}));
    }
    if let Some(committed_ms) = course.commitment_ms {
        dates.push(json!({"type": "COMMITMENT", "dateTime": clock::with_offset(committed_ms, 0)}));
    }
    if let Some(stamp) = when("PU") {
        dates.push(json!({"type": "ACTUAL_PICKUP", "dateTime": stamp}));
        dates.push(json!({"type": "ACTUAL_TENDER", "dateTime": stamp}));
    }
    if let Some(stamp) = when("DE") {
        dates.push(json!({"type": "ATTEMPTED_DELIVERY", "dateTime": stamp}));
    }
    dates.push(json!({"type": "SHIP", "dateTime": format!("{}T00:00:00+00:00", shipment.ship_date)}));
    Value::Array(dates)
}

#[expect(clippy::cast_precision_loss, reason = "weights are far below 2^53 hundredths of a pound")]
fn package(shipment: &Shipment, piece: usize) -> Value {
    let pounds = shipment.pieces[piece].weight_clb as f64 / 100.0;
    json!({
        "packagingDescription": {"type": "YOUR_PACKAGING", "description": "Package"},
        "physicalPackagingType": "PACKAGE",
        "sequenceNumber": (piece + 1).to_string(),
        "count": shipment.pieces.len().to_string(),
        "declaredValue": {"currency": "USD", "value": amount(0)},
        "weightAndDimensions": {
            "weight": [
                {"value": format!("{pounds:.1}"), "unit": "LB"},
                {"value": format!("{:.2}", pounds * 0.453_592_37), "unit": "KG"},
            ],
            "dimensions": shipment.item_of(piece)["dimensions"].as_object().map(|dimensions| json!([dimensions])),
        },
        "packageContent": [],
    })
}

fn delivery(shipment: &Shipment, scans: &[Scan]) -> Value {
    let delivered = scans.iter().any(|scan| scan.code == "DL");
    let attempts = scans.iter().filter(|scan| scan.code == "DE").count();
    let mut delivery = json!({
        "deliveryAttempts": attempts.to_string(),
        "receivedByName": "",
        "destinationServiceArea": "",
        "deliveryOptionEligibilityDetails": [],
    });
    if delivered {
        let name = &shipment.wanted()["recipients"][0]["contact"]["personName"];
        let receiver = name.as_str().and_then(|name| name.split_whitespace().last()).unwrap_or("RECEIVER");
        delivery["receivedByName"] = json!(format!("R.{}", receiver.to_uppercase()));
        delivery["signedByName"] = json!(format!("R.{}", receiver.to_uppercase()));
        delivery["locationType"] = json!("SHIPPING_RECEIVING");
        delivery["locationDescription"] = json!("Shipping/Receiving");
        delivery["actualDeliveryAddress"] = short_address(&shipment.wanted()["recipients"][0]);
    }
    delivery
}
