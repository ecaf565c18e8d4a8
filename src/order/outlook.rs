//! Whether a parcel arrives when it should, and what is wrong with it if not.

use crate::clock::{self, DAY_MS, HOUR_MS};
use crate::order::next_action;
use crate::order::parcel_state::{Ended, ParcelState};
use crate::order::scan::Milestone;
use crate::order::status_words;
use crate::order::track_schedule::{NOT_HANDED_OVER_MS, SILENT_MS};

/// Estimates move by minutes all the time; half a working day later is news for a consignee.
pub const MOVED_MS: i64 = 4 * HOUR_MS;
/// So long before its estimate a parcel is on its last leg and scanned often.
pub const LAST_LEG_MS: i64 = DAY_MS;
/// Without a scan for so long on its last leg, it will hardly make it.
pub const STALLED_MS: i64 = DAY_MS;

/// What is wrong, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// FedEx cannot go on by itself.
    Exception,
    /// It comes back, or came.
    Returning,
    /// It waits for the consignee.
    Waiting,
    /// FedEx keeps no data of it any more, and it never arrived.
    Forgotten,
    /// Not heard of for long.
    Silent,
    /// Labelled long ago and not with FedEx.
    NotHandedOver,
    /// Past the time FedEx named.
    Late,
    /// FedEx names a later time than at first.
    Moved,
    /// Close to its time and not moving.
    Stalled,
}

/// What is wrong with a parcel; `None`: nothing. A return label may lie unused for months:
/// `is_return` says that it is one.
pub fn trouble(parcel: &ParcelState, is_return: bool, now_ms: i64) -> Option<Trouble> {
    let silent_ms = now_ms - parcel.heard_of_ms();
    match (parcel.ended, parcel.milestone) {
        (Some(Ended::Forgotten), _) => return (parcel.is_tendered() || !is_return).then_some(Trouble::Forgotten),
        (Some(Ended::Returned), _) | (None, Some(Milestone::Returning)) => return Some(Trouble::Returning),
        (Some(_), _) => return None,
        (None, Some(Milestone::Exception)) => return Some(Trouble::Exception),
        (None, Some(Milestone::ReadyForPickup)) => return Some(Trouble::Waiting),
        _ => {}
    }
    if !parcel.is_tendered() {
        return (silent_ms > NOT_HANDED_OVER_MS && !is_return).then_some(Trouble::NotHandedOver);
    }
    if silent_ms > SILENT_MS {
        return Some(Trouble::Silent);
    }
    let estimated = parcel.estimated_ms.or(parcel.promised_ms)?;
    if estimated < now_ms {
        return Some(Trouble::Late);
    }
    if parcel.promised_ms.is_some_and(|promised| estimated - promised >= MOVED_MS) {
        return Some(Trouble::Moved);
    }
    let stalled = estimated - now_ms <= LAST_LEG_MS && silent_ms >= STALLED_MS;
    stalled.then_some(Trouble::Stalled)
}

/// The trouble as a sentence.
pub fn sentence(trouble: Trouble, parcel: &ParcelState) -> String {
    let estimated = parcel.estimated_ms.or(parcel.promised_ms).map(clock::text).unwrap_or_default();
    let last = clock::text(parcel.heard_of_ms());
    match trouble {
        Trouble::Exception | Trouble::Returning | Trouble::Waiting | Trouble::Forgotten => {
            status_words::sentence(parcel)
        }
        Trouble::Silent => format!("FedEx has scanned nothing since {last}."),
        Trouble::NotHandedOver => format!("Its label was made on {last}, and FedEx has not got the parcel."),
        Trouble::Late => format!("It was to arrive by {estimated} and has not."),
        Trouble::Moved => {
            let promised = parcel.promised_ms.map(clock::text).unwrap_or_default();
            format!("FedEx now names {estimated}; at first it was {promised}.")
        }
        Trouble::Stalled => format!("It is to arrive by {estimated}, and has not moved since {last}."),
    }
}

/// What a person does about it.
pub fn next_action(trouble: Trouble, parcel: &ParcelState) -> &'static str {
    match trouble {
        Trouble::Exception | Trouble::Returning | Trouble::Waiting => next_action::for_trouble(parcel),
        Trouble::Forgotten => next_action::for_forgotten(),
        Trouble::Silent | Trouble::NotHandedOver => next_action::for_silence(parcel),
        Trouble::Late | Trouble::Moved | Trouble::Stalled => next_action::for_lateness(),
    }
}

/// Since when.
pub fn since_ms(trouble: Trouble, parcel: &ParcelState) -> i64 {
    match trouble {
        Trouble::Late => parcel.estimated_ms.or(parcel.promised_ms).unwrap_or(parcel.changed_ms),
        Trouble::Exception | Trouble::Returning | Trouble::Waiting => {
            parcel.exception_ms.unwrap_or_else(|| parcel.heard_of_ms())
        }
        _ => parcel.heard_of_ms(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::ShipmentId;

    const NOW: i64 = 1_000 * DAY_MS;

    fn moving() -> ParcelState {
        let mut parcel = ParcelState::labelled(ShipmentId("s".into()), 1, "794", "production", NOW - 2 * DAY_MS);
        parcel.milestone = Some(Milestone::InTransit);
        parcel.last_scan_ms = Some(NOW - HOUR_MS);
        parcel.promised_ms = Some(NOW + 2 * DAY_MS);
        parcel.estimated_ms = Some(NOW + 2 * DAY_MS);
        parcel
    }

    #[test]
    fn a_parcel_is_late_or_at_risk_by_its_estimate() {
        let of = |parcel: &ParcelState| trouble(parcel, false, NOW);
        assert_eq!(of(&moving()), None);
        let mut parcel = moving();
        parcel.estimated_ms = Some(NOW + 3 * DAY_MS);
        assert_eq!(of(&parcel), Some(Trouble::Moved));
        assert!(sentence(Trouble::Moved, &parcel).contains("at first it was"));
        parcel.estimated_ms = Some(NOW - HOUR_MS);
        assert_eq!(of(&parcel), Some(Trouble::Late));
        let mut parcel = moving();
        parcel.estimated_ms = Some(NOW + 5 * HOUR_MS);
        assert_eq!(of(&parcel), None);
        parcel.last_scan_ms = Some(NOW - 30 * HOUR_MS);
        assert_eq!(of(&parcel), Some(Trouble::Stalled));
        assert_eq!(of(&ParcelState { ended: Some(Ended::Delivered), ..parcel }), None);
    }

    #[test]
    fn silence_and_forgotten_labels_are_trouble_but_an_unused_return_label_is_none() {
        let mut parcel = moving();
        parcel.last_scan_ms = Some(NOW - 4 * DAY_MS);
        parcel.labelled_ms = NOW - 6 * DAY_MS;
        assert_eq!(trouble(&parcel, false, NOW), Some(Trouble::Silent));
        (parcel.milestone, parcel.last_scan_ms) = (Some(Milestone::LabelCreated), None);
        assert_eq!(trouble(&parcel, false, NOW), Some(Trouble::NotHandedOver));
        assert_eq!(trouble(&parcel, true, NOW), None);
        parcel.ended = Some(Ended::Forgotten);
        assert_eq!((trouble(&parcel, false, NOW), trouble(&parcel, true, NOW)), (Some(Trouble::Forgotten), None));
    }
}
