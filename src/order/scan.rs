//! FedEx's scans, and what they say of the parcel.
//!
//! Scans come unsorted, doubled, sometimes without an offset, and go on after delivery. They are
//! deduplicated by [`Scan::key`], ordered by time, and condensed to one [`Milestone`] that never
//! moves backwards: delivered wins over everything but a return. Codes are FedEx's own list
//! (API reference guide, tracking status codes); unknown codes are kept and change nothing.

use serde::{Deserialize, Serialize};

/// One scan of a parcel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scan {
    /// The parcel.
    pub tracking_number: String,
    /// FedEx's unique id of the parcel, which tells reused numbers apart. May be empty.
    pub unique_id: String,
    /// Event type: `OD`.
    pub code: String,
    /// Derived status, when FedEx gives one.
    pub derived_code: String,
    /// What happened, in FedEx's words.
    pub description: String,
    /// When, in milliseconds.
    pub at_ms: i64,
    /// When, as FedEx wrote it, with its offset.
    pub local_time: String,
    /// Where: `Memphis TN, US`.
    pub place: String,
    /// FedEx's location id.
    pub location_id: String,
    /// Exception code, empty when none.
    pub exception_code: String,
    /// Exception in FedEx's words.
    pub exception: String,
}

impl Scan {
    /// The same scan has the same key, however often it comes.
    pub fn key(&self) -> String {
        [
            if self.unique_id.is_empty() { &self.tracking_number } else { &self.unique_id },
            self.code.as_str(),
            self.local_time.as_str(),
            self.exception_code.as_str(),
            if self.location_id.is_empty() { &self.place } else { &self.location_id },
        ]
        .join("|")
    }

    /// What this scan alone says; `None`: a notice that changes nothing.
    pub fn milestone(&self) -> Option<Milestone> {
        milestone_of(&self.code).or_else(|| milestone_of(&self.derived_code))
    }

    /// FedEx says at what time it was made, and not only on which day.
    pub fn has_time(&self) -> bool {
        self.at_ms != 0 && self.local_time.len() > 10 && !self.local_time.ends_with("T00:00:00")
    }

    /// It tells trouble: FedEx names an exception, or the parcel goes back.
    pub fn is_trouble(&self) -> bool {
        !self.exception_code.is_empty()
            || matches!(self.milestone(), Some(Milestone::Exception | Milestone::ReadyForPickup | Milestone::Returning))
    }

    /// Its place on a parcel's way, for scans of the same second: FedEx prints whole seconds, and what
    /// happened first is then told by what must come first. A notice stands before all else.
    fn journey(&self) -> u8 {
        match self.milestone() {
            None => 0,
            Some(Milestone::LabelCreated) => 1,
            Some(Milestone::PickedUp) => 2,
            // One arrives before one departs.
            Some(Milestone::InTransit) => {
                if self.code == "DP" {
                    4
                } else {
                    3
                }
            }
            Some(Milestone::ReadyForPickup) => 5,
            Some(Milestone::OutForDelivery) => 6,
            Some(Milestone::Exception) => 7,
            Some(Milestone::Returning) => 8,
            Some(Milestone::Delivered) => 9,
            Some(Milestone::Cancelled) => 10,
        }
    }
}

/// Scans in the order in which they happened.
pub fn in_order(scans: &[Scan]) -> Vec<&Scan> {
    let mut sorted: Vec<&Scan> = scans.iter().collect();
    sorted.sort_by_key(|scan| (scan.at_ms, scan.journey()));
    sorted
}

/// Where a parcel is, on FedEx's axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    /// The label exists, the parcel is not with FedEx.
    LabelCreated,
    /// FedEx has it.
    PickedUp,
    /// It moves.
    InTransit,
    /// FedEx could not go on by itself.
    Exception,
    /// Waits at a FedEx location for the consignee.
    ReadyForPickup,
    /// On the vehicle.
    OutForDelivery,
    /// Goes back to the shipper.
    Returning,
    /// Cancelled at FedEx.
    Cancelled,
    /// Delivered.
    Delivered,
}

impl Milestone {
    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::LabelCreated => "label_created",
            Self::PickedUp => "picked_up",
            Self::InTransit => "in_transit",
            Self::Exception => "exception",
            Self::ReadyForPickup => "ready_for_pickup",
            Self::OutForDelivery => "out_for_delivery",
            Self::Returning => "returning",
            Self::Cancelled => "cancelled",
            Self::Delivered => "delivered",
        }
    }

    /// The milestone of a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        [
            Self::LabelCreated,
            Self::PickedUp,
            Self::InTransit,
            Self::Exception,
            Self::ReadyForPickup,
            Self::OutForDelivery,
            Self::Returning,
            Self::Cancelled,
            Self::Delivered,
        ]
        .into_iter()
        .find(|milestone| milestone.name() == name)
    }

    /// FedEx will say nothing more that matters.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Delivered | Self::Cancelled)
    }

    /// How far along the normal way; `None` for what lies beside it.
    pub fn progress(self) -> Option<u8> {
        match self {
            Self::LabelCreated => Some(0),
            Self::PickedUp => Some(1),
            Self::InTransit => Some(2),
            Self::ReadyForPickup => Some(3),
            Self::OutForDelivery => Some(4),
            Self::Delivered => Some(5),
            Self::Exception | Self::Returning | Self::Cancelled => None,
        }
    }
}

/// What a FedEx code means. The same letters are reused between FedEx's groups; these are the
/// readings of the track answer.
pub fn milestone_of(code: &str) -> Option<Milestone> {
    Some(match code {
        "OC" | "IN" | "OX" | "EP" | "DS" | "MD" | "AP" | "PM" => Milestone::LabelCreated,
        "DO" | "PU" | "PX" | "IP" | "OF" => Milestone::PickedUp,
        "IT" | "IX" | "AR" | "DP" | "AF" | "FD" | "SF" | "AA" | "AC" | "AX" | "EA" | "EO" | "LO" | "PF" | "PL"
        | "TR" | "Ow" | "CC" | "CP" => Milestone::InTransit,
        "OD" | "ED" | "AD" => Milestone::OutForDelivery,
        "HL" | "HP" | "HA" => Milestone::ReadyForPickup,
        "DE" | "SE" | "CD" | "DD" | "DY" | "PD" | "PY" | "DR" => Milestone::Exception,
        "DL" => Milestone::Delivered,
        "CA" => Milestone::Cancelled,
        "RS" | "RT" | "RD" | "RP" | "RG" | "LP" | "LC" => Milestone::Returning,
        _ => return None,
    })
}

/// What all scans together say, never less than `known`. Scans may come in any order.
pub fn condense(known: Option<Milestone>, scans: &[Scan]) -> Option<Milestone> {
    in_order(scans).into_iter().filter_map(Scan::milestone).fold(known, |before, next| Some(advance(before, next)))
}

/// The milestone after one more piece of news.
pub fn advance(before: Option<Milestone>, next: Milestone) -> Milestone {
    let Some(before) = before else { return next };
    match (before, next) {
        // Delivered is the end, but for a parcel that really goes back.
        // A return ends by being delivered to the shipper; it stays a return.
        (Milestone::Delivered, Milestone::Returning) | (Milestone::Returning, _) => Milestone::Returning,
        (Milestone::Delivered | Milestone::Cancelled, _) => before,
        // An exception ends with the next news of movement; a label notice is none.
        (Milestone::Exception, Milestone::LabelCreated) => Milestone::Exception,
        (Milestone::Exception, _) => next,
        (_, _) => match (before.progress(), next.progress()) {
            (Some(now), Some(news)) if news < now => before,
            _ => next,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(code: &str, at_ms: i64) -> Scan {
        Scan { code: code.into(), at_ms, local_time: at_ms.to_string(), ..Scan::default() }
    }

    #[test]
    fn the_order_of_arrival_does_not_matter() {
        let mut scans = vec![scan("OC", 1), scan("PU", 2), scan("IT", 3), scan("OD", 4), scan("DL", 5)];
        assert_eq!(condense(None, &scans), Some(Milestone::Delivered));
        scans.reverse();
        assert_eq!(condense(None, &scans), Some(Milestone::Delivered));
    }

    #[test]
    fn late_noise_after_delivery_changes_nothing_but_a_return_does() {
        assert_eq!(condense(Some(Milestone::Delivered), &[scan("IT", 9)]), Some(Milestone::Delivered));
        assert_eq!(condense(Some(Milestone::Delivered), &[scan("RS", 9)]), Some(Milestone::Returning));
    }

    #[test]
    fn status_never_moves_backwards() {
        let scans = [scan("OD", 4), scan("AR", 5)];
        assert_eq!(condense(None, &scans), Some(Milestone::OutForDelivery));
    }

    #[test]
    fn an_exception_shows_until_the_parcel_moves_again() {
        assert_eq!(condense(None, &[scan("OD", 1), scan("DE", 2)]), Some(Milestone::Exception));
        assert_eq!(condense(None, &[scan("DE", 2), scan("OD", 3)]), Some(Milestone::OutForDelivery));
    }

    #[test]
    fn scans_of_the_same_second_stand_in_the_order_of_a_parcels_way() {
        let scans = [scan("DL", 5), scan("OD", 5), scan("DP", 5), scan("AR", 5), scan("OC", 5)];
        let codes: Vec<&str> = in_order(&scans).into_iter().map(|scan| scan.code.as_str()).collect();
        assert_eq!(codes, ["OC", "AR", "DP", "OD", "DL"]);
        assert_eq!(condense(None, &[scan("OD", 1), scan("DE", 1)]), Some(Milestone::Exception));
    }

    #[test]
    fn unknown_codes_are_kept_and_change_nothing() {
        assert_eq!(condense(Some(Milestone::InTransit), &[scan("ZZ", 9)]), Some(Milestone::InTransit));
    }

    #[test]
    fn a_repeated_scan_has_the_same_key() {
        assert_eq!(scan("PU", 2).key(), scan("PU", 2).key());
        assert_ne!(scan("PU", 2).key(), scan("PU", 3).key());
    }
}
