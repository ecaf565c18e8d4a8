//! The shipments FedEx has on record, their numbers, and how they are found again.
//!
//! A repeated create is a second shipment: nothing here recognises a repeat.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::rate::Charge;

/// One package.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Piece {
    pub tracking_number: String,
    /// Hundredths of a pound.
    pub weight_clb: u64,
    pub cancelled_ms: Option<i64>,
}

/// One shipment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Shipment {
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
    pub request: Value,
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

    /// The first reference of a type, over all packages.
    pub(super) fn reference(&self, kind: &str) -> Option<&str> {
        self.references().find(|(found, _)| *found == kind).map(|(_, value)| value)
    }

    /// All references: type and value.
    pub(super) fn references(&self) -> impl Iterator<Item = (&str, &str)> {
        references(&self.request)
    }
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
}

impl Shipments {
    /// Adds a shipment.
    pub(super) fn add(&mut self, shipment: Shipment) -> &Shipment {
        self.list.push(shipment);
        self.index(self.list.len() - 1);
        self.list.last().expect("one was just pushed")
    }

    /// Builds the indexes anew, after the list was read from the state file.
    pub(super) fn reindex(&mut self) {
        self.by_number.clear();
        self.by_reference.clear();
        for at in 0..self.list.len() {
            self.index(at);
        }
    }

    fn index(&mut self, at: usize) {
        let shipment = &self.list[at];
        for (piece, found) in shipment.pieces.iter().enumerate() {
            self.by_number.insert(found.tracking_number.clone(), (at, piece));
        }
        for (_, value) in shipment.references() {
            let known = self.by_reference.entry(value.to_owned()).or_default();
            if known.last() != Some(&at) {
                known.push(at);
            }
        }
    }

    /// All shipments, oldest first.
    pub(super) fn all(&self) -> &[Shipment] {
        &self.list
    }

    /// A shipment and the place of the piece in it, by the piece's number.
    pub(super) fn by_number(&self, number: &str) -> Option<(&Shipment, usize)> {
        let (at, piece) = *self.by_number.get(number)?;
        Some((&self.list[at], piece))
    }

    /// The same, to change it.
    pub(super) fn by_number_mut(&mut self, number: &str) -> Option<(&mut Shipment, usize)> {
        let (at, piece) = *self.by_number.get(number)?;
        Some((&mut self.list[at], piece))
    }

    /// Shipments that carry a reference value, oldest first.
    pub(super) fn by_reference(&self, value: &str) -> impl Iterator<Item = &Shipment> {
        self.by_reference.get(value).into_iter().flatten().map(|at| &self.list[*at])
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

#[cfg(test)]
mod tests {
    use super::*;

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
