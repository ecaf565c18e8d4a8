//! The shipments FedEx has on record, their numbers, and how they are found again.
//!
//! A repeated create is a second shipment: nothing here recognises a repeat. Requests are kept as
//! compact text and read again on look-up, so that ten thousand shipments stay small; nothing that a
//! call needs walks the whole list.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::clock::HOUR_MS;
use super::course::Course;
use super::rate::Charge;
use super::ship_services;

/// One package.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Piece {
    pub tracking_number: String,
    /// Place of the line item it belongs to; a group of identical packages shares one.
    #[serde(default)]
    pub item: usize,
    /// Hundredths of a pound.
    pub weight_clb: u64,
    pub cancelled_ms: Option<i64>,
    /// Its own way, where a test gave it one.
    #[serde(default)]
    pub course: Course,
}

/// One shipment.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Shipment {
    /// When its labels are made; in the future while its job runs.
    pub created_ms: i64,
    pub ship_date: String,
    pub account: String,
    pub service: String,
    pub pieces: Vec<Piece>,
    pub charge: Charge,
    /// Time from the label to the delivery.
    pub journey_ms: i64,
    /// Meets a delivery exception on its way.
    pub detour: bool,
    /// The job it was made by.
    #[serde(default)]
    pub job: Option<String>,
    /// When the Ground shipments of its day were closed.
    #[serde(default)]
    pub closed_ms: Option<i64>,
    /// Answered without charges, as when FedEx's rating is down.
    #[serde(default)]
    pub unrated: bool,
    /// What was asked for; null while the shipment is kept.
    #[serde(skip)]
    pub request: Value,
    #[serde(rename = "request")]
    pub kept_request: Option<Box<RawValue>>,
}

impl Shipment {
    /// The number that stands for the whole shipment.
    pub(super) fn master(&self) -> &str {
        &self.pieces[0].tracking_number
    }

    /// The requested shipment, where all parties and packages are.
    pub(super) fn wanted(&self) -> &Value {
        &self.request["requestedShipment"]
    }

    /// The line item that a piece belongs to.
    pub(super) fn item_of(&self, piece: usize) -> &Value {
        &self.wanted()["requestedPackageLineItems"][self.pieces[piece].item]
    }

    /// Tells whether it crosses a border.
    pub(super) fn is_abroad(&self) -> bool {
        is_abroad(self.wanted())
    }

    /// Tells whether it is a return to the shipper's own customer service.
    pub(super) fn is_return(&self) -> bool {
        has_service(self.wanted(), "RETURN_SHIPMENT")
    }

    /// Tells whether every piece was cancelled.
    pub(super) fn is_cancelled(&self) -> bool {
        self.pieces.iter().all(|piece| piece.cancelled_ms.is_some())
    }

    /// Tells whether it waits for the close of its day.
    fn is_to_close(&self) -> bool {
        self.closed_ms.is_none() && ship_services::is_closed_daily(&self.service)
    }

    /// The shipment with its request, as it was before it was kept.
    fn open(&self) -> Self {
        let request = self
            .kept_request
            .as_ref()
            .map_or(Value::Null, |text| serde_json::from_str(text.get()).expect("a request was JSON when it was kept"));
        Self { request, ..self.clone() }
    }

    /// The first reference of a type, over all packages.
    pub(super) fn reference(&self, kind: &str) -> Option<&str> {
        self.references().find(|(found, _)| *found == kind).map(|(_, value)| value)
    }

    /// All references: type and value.
    pub(super) fn references(&self) -> impl Iterator<Item = (&str, &str)> {
        references(&self.request)
    }
}

/// Tells whether a requested shipment crosses a border.
pub(super) fn is_abroad(wanted: &Value) -> bool {
    wanted["recipients"][0]["address"]["countryCode"] != wanted["shipper"]["address"]["countryCode"]
}

/// Tells whether a requested shipment asks for a special service.
pub(super) fn has_service(wanted: &Value, kind: &str) -> bool {
    list(&wanted["shipmentSpecialServices"]["specialServiceTypes"]).iter().any(|found| found == kind)
}

fn references(request: &Value) -> impl Iterator<Item = (&str, &str)> {
    list(&request["requestedShipment"]["requestedPackageLineItems"])
        .iter()
        .flat_map(|item| list(&item["customerReferences"]))
        .filter_map(|reference| Some((reference["customerReferenceType"].as_str()?, reference["value"].as_str()?)))
}

/// The elements of an array; none when it is not one.
pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Every shipment ever made.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Shipments {
    list: Vec<Shipment>,
    #[serde(skip)]
    by_number: HashMap<String, (usize, usize)>,
    #[serde(skip)]
    by_reference: HashMap<String, Vec<usize>>,
    /// Ground shipments that no close has taken yet.
    #[serde(skip)]
    to_close: Vec<usize>,
}

impl Shipments {
    /// Adds a shipment.
    pub(super) fn add(&mut self, mut shipment: Shipment) {
        let at = self.list.len();
        self.index(&shipment, at);
        let text = shipment.request.take().to_string();
        shipment.kept_request = Some(RawValue::from_string(text).expect("a JSON value prints as JSON"));
        self.list.push(shipment);
    }

    /// Builds the indexes anew, after the list was read from the state file.
    pub(super) fn reindex(&mut self) {
        self.by_number.clear();
        self.by_reference.clear();
        self.to_close.clear();
        let list = std::mem::take(&mut self.list);
        for (at, shipment) in list.iter().enumerate() {
            self.index(&shipment.open(), at);
        }
        self.list = list;
    }

    fn index(&mut self, shipment: &Shipment, at: usize) {
        for (piece, found) in shipment.pieces.iter().enumerate() {
            self.by_number.insert(found.tracking_number.clone(), (at, piece));
        }
        for (_, value) in shipment.references() {
            let known = self.by_reference.entry(value.to_owned()).or_default();
            if known.last() != Some(&at) {
                known.push(at);
            }
        }
        if shipment.is_to_close() {
            self.to_close.push(at);
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// All shipments, oldest first.
    pub(super) fn all(&self) -> impl Iterator<Item = Shipment> {
        self.list.iter().map(Shipment::open)
    }

    /// Shipments whose journey is not long over; the others have nothing new to tell.
    pub(super) fn under_way(&self, now_ms: i64) -> impl Iterator<Item = Shipment> {
        let young = move |shipment: &&Shipment| {
            shipment.created_ms <= now_ms && now_ms - shipment.created_ms <= 2 * shipment.journey_ms + HOUR_MS
        };
        self.list.iter().filter(young).map(Shipment::open)
    }

    /// A shipment and the place of the piece in it, by the piece's number.
    pub(super) fn by_number(&self, number: &str) -> Option<(Shipment, usize)> {
        let (at, piece) = *self.by_number.get(number)?;
        Some((self.list[at].open(), piece))
    }

    /// The same as it is kept, without its request, to change it.
    pub(super) fn by_number_mut(&mut self, number: &str) -> Option<(&mut Shipment, usize)> {
        let (at, piece) = *self.by_number.get(number)?;
        Some((&mut self.list[at], piece))
    }

    /// Shipments that carry a reference value, oldest first.
    pub(super) fn by_reference(&self, value: &str) -> impl Iterator<Item = Shipment> {
        self.by_reference.get(value).into_iter().flatten().map(|at| self.list[*at].open())
    }

    /// Closes the Ground shipments that a test of them picks and returns their numbers. Cancelled
    /// ones are dropped for good.
    pub(super) fn close(&mut self, now_ms: i64, picks: impl Fn(&Shipment) -> bool) -> Vec<String> {
        let mut closed = Vec::new();
        let waiting = std::mem::take(&mut self.to_close);
        for at in waiting {
            let shipment = &mut self.list[at];
            if shipment.is_cancelled() {
                continue;
            }
            if picks(shipment) {
                shipment.closed_ms = Some(now_ms);
                closed.push(shipment.master().to_owned());
            } else {
                self.to_close.push(at);
            }
        }
        closed
    }
}

/// Weights of the check digit, repeated from the left over the first eleven digits.
const CHECK_WEIGHTS: [u64; 3] = [3, 1, 7];

/// Appends the check digit to eleven digits: weighted sum modulo 11, then modulo 10.
pub(super) fn tracking_number(serial: u64) -> String {
    let digits = format!("{serial:011}");
    let sum: u64 =
        digits.bytes().zip(CHECK_WEIGHTS.iter().cycle()).map(|(digit, weight)| u64::from(digit - b'0') * weight).sum();
    format!("{digits}{}", sum % 11 % 10)
}

/// Tells whether a text is a number that FedEx Express would accept at all.
pub(super) fn is_number(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Tells whether a number of twelve digits ends in its check digit.
pub(super) fn has_check_digit(number: &str) -> bool {
    number.get(..11).and_then(|digits| digits.parse().ok()).is_some_and(|serial| tracking_number(serial) == number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_kept_comes_back_whole_and_is_found_again_after_a_restart() {
        let request = json!({"requestedShipment": {"requestedPackageLineItems": [
            {"customerReferences": [{"customerReferenceType": "P_O_NUMBER", "value": "SO-1"}]}]}});
        let piece = Piece { tracking_number: "794980600023".into(), ..Piece::default() };
        let mut shipments = Shipments::default();
        shipments.add(Shipment { request: request.clone(), pieces: vec![piece], ..Shipment::default() });
        let text = serde_json::to_string(&shipments).unwrap();
        assert!(text.contains(&format!("\"request\":{request}")), "the state file keeps requests as JSON");
        let mut shipments: Shipments = serde_json::from_str(&text).unwrap();
        shipments.reindex();
        let (found, piece) = shipments.by_number("794980600023").unwrap();
        assert_eq!((found.request, piece), (request, 0));
        assert_eq!(shipments.by_reference("SO-1").count(), 1);
    }

    #[test]
    fn check_digits_are_those_of_recorded_numbers() {
        for recorded in ["794972072690", "794980600023", "794980600034", "794980600045"] {
            let serial = recorded[..11].parse().unwrap();
            assert_eq!(tracking_number(serial), recorded);
        }
        assert!(is_number("794972072690"));
        assert!(!is_number("79497207269"));
    }
}
