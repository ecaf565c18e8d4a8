//! The journey of a parcel: which scans exist at which moment.
//!
//! The schedule is fixed when the label is made; each scan has a real instant, so that ages make
//! sense however short the journey is. A cancelled piece has its label scan and the cancellation.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::clock;
use super::course::Made;
use super::postal;
use super::shipment::Shipment;

/// Share of the journey, in thousandths, at which FedEx takes the parcel.
const PICKUP: i64 = 150;

/// A scan.
pub(super) struct Scan {
    pub at_ms: i64,
    pub code: Cow<'static, str>,
    pub description: Cow<'static, str>,
    pub derived_code: Cow<'static, str>,
    pub derived: Cow<'static, str>,
    exception: Option<(Cow<'static, str>, Cow<'static, str>)>,
    place: Place,
    /// Printed without an offset, at midnight, as FedEx prints some estimates.
    bare: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Customer,
    Pickup,
    Origin,
    Hub,
    Destination,
    Vehicle,
    Door,
}

type Step = (i64, &'static str, &'static str, &'static str, &'static str, Place);

const STEPS: [Step; 10] = [
    (0, "OC", "Shipment information sent to FedEx", "IN", "Initiated", Place::Customer),
    (PICKUP, "PU", "Picked up", "PU", "Picked up", Place::Pickup),
    (220, "DP", "Left FedEx origin facility", "IT", "In transit", Place::Origin),
    (340, "AR", "Arrived at FedEx hub", "IT", "In transit", Place::Hub),
    (430, "DP", "Departed FedEx hub", "IT", "In transit", Place::Hub),
    (560, "IT", "In transit", "IT", "In transit", Place::Hub),
    (690, "AR", "At local FedEx facility", "IT", "In transit", Place::Destination),
    (850, "OD", "On FedEx vehicle for delivery", "IT", "In transit", Place::Vehicle),
    (930, "DE", "Delivery exception", "DE", "Delivery exception", Place::Vehicle),
    (1000, "DL", "Delivered", "DL", "Delivered", Place::Door),
];

/// Why the one deviating parcel was not delivered at the first attempt.
const DETOUR: (Cow<str>, Cow<str>) = (Cow::Borrowed("08"), Cow::Borrowed("Recipient not in"));

/// The scans of a piece that exist at a moment, oldest first.
pub(super) fn scans(shipment: &Shipment, piece: usize, now_ms: i64) -> Vec<Scan> {
    let cancelled_ms = shipment.pieces[piece].cancelled_ms;
    let course = &shipment.pieces[piece].course;
    let until_ms = course.stands_ms.unwrap_or(now_ms).min(now_ms);
    let mut scans: Vec<Scan> = STEPS
        .iter()
        .filter(|(_, code, ..)| *code != "DE" || shipment.detour)
        .map(|(share, code, description, derived_code, derived, place)| Scan {
            at_ms: moment(shipment, *share),
            code: Cow::Borrowed(*code),
            description: Cow::Borrowed(*description),
            derived_code: Cow::Borrowed(*derived_code),
            derived: Cow::Borrowed(*derived),
            exception: (*code == "DE").then_some(DETOUR),
            place: *place,
            bare: false,
        })
        .take_while(|scan| scan.at_ms <= until_ms && (cancelled_ms.is_none() || scan.code == "OC"))
        .collect();
    if cancelled_ms.is_none() {
        scans.extend(course.scans.iter().filter(|scan| scan.at_ms <= now_ms).map(made));
        scans.sort_by_key(|scan| scan.at_ms);
    }
    if let Some(at_ms) = cancelled_ms {
        scans.push(Scan {
            at_ms,
            code: "CA".into(),
            description: "Shipment cancelled by sender".into(),
            derived_code: "CA".into(),
            derived: "Shipment cancelled by sender".into(),
            exception: None,
            place: Place::Customer,
            bare: false,
        });
    }
    scans
}

/// A scan that a test made, at the place where its code belongs.
fn made(scan: &Made) -> Scan {
    let place = match scan.code.as_str() {
        "DL" => Place::Door,
        "OD" | "DE" => Place::Vehicle,
        "PU" => Place::Pickup,
        "OC" => Place::Customer,
        "HL" | "HP" | "FD" | "AF" => Place::Destination,
        _ => Place::Hub,
    };
    Scan {
        at_ms: scan.at_ms,
        code: scan.code.clone().into(),
        description: scan.description.clone().into(),
        derived_code: scan.derived_code.clone().into(),
        derived: scan.description.clone().into(),
        exception: (!scan.reason.is_empty()).then(|| (scan.reason.clone().into(), scan.reason_text.clone().into())),
        place,
        bare: false,
    }
}

/// The estimate that FedEx lists as an event without an offset, once the parcel has moved.
pub(super) fn estimate(shipment: &Shipment, piece: usize, now_ms: i64) -> Option<Scan> {
    let until_ms = shipment.pieces[piece].course.stands_ms.unwrap_or(now_ms).min(now_ms);
    let moved = shipment.pieces[piece].cancelled_ms.is_none() && moment(shipment, 220) <= until_ms;
    moved.then_some(Scan {
        at_ms: shipment.created_ms,
        code: "AO".into(),
        description: "Shipment arriving On-Time".into(),
        derived_code: "IT".into(),
        derived: "In transit".into(),
        exception: None,
        place: Place::Origin,
        bare: true,
    })
}

/// Tells whether FedEx has the shipment, after which it cannot be cancelled.
pub(super) fn tendered(shipment: &Shipment, now_ms: i64) -> bool {
    moment(shipment, PICKUP) <= now_ms
}

/// The instant of a share of the journey, in thousandths.
pub(super) fn moment(shipment: &Shipment, share: i64) -> i64 {
    shipment.created_ms.saturating_add(shipment.journey_ms.saturating_mul(share) / 1_000)
}

impl Scan {
    /// The scan as FedEx prints it.
    pub(super) fn show(&self, shipment: &Shipment) -> Value {
        let offset = self.offset(shipment);
        let date = if self.bare {
            format!("{}T00:00:00", clock::date(self.at_ms))
        } else {
            clock::with_offset(self.at_ms, offset)
        };
        let (exception, exception_text) = self.exception.clone().unwrap_or_default();
        let mut shown = json!({
            "date": date,
            "eventType": self.code,
            "eventDescription": self.description,
            "exceptionCode": exception,
            "exceptionDescription": exception_text,
            "scanLocation": self.location(shipment),
            "locationType": self.location_type(),
            "derivedStatusCode": self.derived_code,
            "derivedStatus": self.derived,
        });
        if !matches!(self.place, Place::Customer | Place::Door) {
            shown["locationId"] = json!(self.location_id(shipment));
        }
        shown
    }

    /// The instant with its offset, whatever the scan itself prints.
    pub(super) fn stamp(&self, shipment: &Shipment) -> String {
        clock::with_offset(self.at_ms, self.offset(shipment))
    }

    /// Where the scan was made.
    pub(super) fn location(&self, shipment: &Shipment) -> Value {
        let (city, state, postal) = self.city(shipment);
        let mut location = json!({
            "streetLines": [""],
            "city": city.to_uppercase(),
            "stateOrProvinceCode": state,
            "postalCode": postal,
            "countryCode": "US",
            "residential": false,
            "countryName": "United States",
        });
        if self.place == Place::Customer
            && let Some(location) = location.as_object_mut()
        {
            // The label scan knows only the postal code.
            location.remove("city");
            location.remove("stateOrProvinceCode");
        }
        location
    }

    fn city<'a>(&self, shipment: &'a Shipment) -> (&'a str, &'a str, &'a str) {
        let wanted = shipment.wanted();
        let address = match self.place {
            Place::Hub => return ("Indianapolis", "IN", "46241"),
            Place::Customer | Place::Pickup | Place::Origin => &wanted["shipper"]["address"],
            Place::Destination | Place::Vehicle | Place::Door => &wanted["recipients"][0]["address"],
        };
        let text = |name: &str| address[name].as_str().unwrap_or_default();
        (text("city"), text("stateOrProvinceCode"), text("postalCode"))
    }

    fn offset(&self, shipment: &Shipment) -> i8 {
        postal::utc_offset(self.city(shipment).1)
    }

    fn location_id(&self, shipment: &Shipment) -> String {
        let postal = self.city(shipment).2;
        format!("0{}", postal.get(..3).unwrap_or("000"))
    }

    fn location_type(&self) -> &'static str {
        match self.place {
            Place::Customer => "CUSTOMER",
            Place::Pickup => "PICKUP_LOCATION",
            Place::Origin => "ORIGIN_FEDEX_FACILITY",
            Place::Hub => "FEDEX_FACILITY",
            Place::Destination => "DESTINATION_FEDEX_FACILITY",
            Place::Vehicle => "VEHICLE",
            Place::Door => "DELIVERY_LOCATION",
        }
    }

    /// What the scan says about a failed attempt, where it was one.
    pub(super) fn ancillary(&self) -> Value {
        match &self.exception {
            Some((reason, text)) => json!([{
                "reason": reason,
                "reasonDescription": text,
                "action": "",
                "actionDescription": "A further delivery attempt will be made",
            }]),
            None => json!([]),
        }
    }
}
