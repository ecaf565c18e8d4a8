//! What a person does about a parcel in trouble: one table from FedEx's reason to the next action.
//!
//! Reasons are FedEx's exception codes; it prints some with leading zeros and some without. A reason
//! that is not here falls back to what the status itself asks for.

use crate::order::parcel_state::ParcelState;
use crate::order::scan::Milestone;

/// FedEx's reason without leading zeros, and what to do.
const BY_REASON: [(&str, &str); 12] = [
    ("2", ADDRESS),
    ("3", ADDRESS),
    ("7", "Call the consignee: nobody was there or the business was closed. Agree on a day and give it to FedEx."),
    ("8", "Call the consignee: nobody was in. FedEx tries again; agree on a day or a pick-up location."),
    ("15A", "Tell the consignee that it lies at a FedEx Office location and bring an identity card and the number."),
    ("39", "Ask FedEx for a damage report, ask the consignee for pictures, and ship a replacement if it is needed."),
    ("83", "Call FedEx: a local restriction keeps it. Ask when the place is served again, or for another address."),
    ("84", "Wait a day: weather or traffic holds FedEx up. Tell the consignee about the new date."),
    ("99", "Call FedEx: it could not deliver and does not say why. Ask what it needs, then call the consignee."),
    ("A12", REDIRECTED),
    ("A13", REDIRECTED),
    ("72", CUSTOMS),
];

const ADDRESS: &str =
    "Get the right address from the consignee and give it to FedEx; correct it in Dynamics 365 for the next order.";
const REDIRECTED: &str =
    "Ask the consignee whether they asked FedEx for another address or a hold; if not, call FedEx at once.";
const CUSTOMS: &str =
    "Call FedEx's customs desk: ask which paper or answer is missing, and send it. It moves on after that.";
const RETURNED: &str =
    "Call the consignee, find out why it comes back, and decide: ship again to a right address, or credit the order.";
const COUNTER: &str = "Tell the consignee that it waits at a FedEx location; after about a week it goes back.";
const DELAYED: &str = "Tell the consignee about the delay; FedEx delivers it by itself.";
const UNKNOWN: &str = "Open FedEx's page of the parcel, or call FedEx with the number, and ask what it needs.";
const FORGOTTEN: &str = "Ask the consignee whether it came. If not, file a claim at FedEx and ship again.";
const SILENT: &str = "Ask FedEx to trace it. Prepare the consignee; if it is lost, file a claim and ship again.";
const NOT_HANDED_OVER: &str =
    "Look for it at the packing station: hand it to FedEx, or cancel the label if it does not go out.";
const LATE: &str = "Tell the consignee about the new time; ask FedEx if it does not move by tomorrow.";

/// What to do about trouble FedEx reports.
pub fn for_trouble(parcel: &ParcelState) -> &'static str {
    let reason = parcel.reason_code.trim().trim_start_matches('0').to_uppercase();
    let by_reason = BY_REASON.iter().find(|(known, _)| *known == reason).map(|(_, action)| *action);
    match parcel.milestone {
        Some(Milestone::Returning) => RETURNED,
        Some(Milestone::ReadyForPickup) => by_reason.unwrap_or(COUNTER),
        _ => by_reason.unwrap_or(match parcel.status_code.as_str() {
            "CD" => CUSTOMS,
            "DD" | "DY" | "PD" => DELAYED,
            _ => UNKNOWN,
        }),
    }
}

/// What to do about a parcel nothing is heard of.
pub fn for_silence(parcel: &ParcelState) -> &'static str {
    if parcel.is_tendered() { SILENT } else { NOT_HANDED_OVER }
}

/// What to do about one FedEx has no data of any more.
pub fn for_forgotten() -> &'static str {
    FORGOTTEN
}

/// What to do about one that is or will be late.
pub fn for_lateness() -> &'static str {
    LATE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::ShipmentId;

    fn parcel(milestone: Milestone, code: &str, reason: &str) -> ParcelState {
        let mut parcel = ParcelState::labelled(ShipmentId("s".into()), 1, "794", "production", 0);
        (parcel.milestone, parcel.status_code, parcel.reason_code) = (Some(milestone), code.into(), reason.into());
        parcel
    }

    #[test]
    fn every_reason_has_an_action_however_it_is_written() {
        for reason in ["007", "08", "8", "083", "03", "002", "039", "099", "015A", "A12", "A13", "a12"] {
            assert_ne!(for_trouble(&parcel(Milestone::Exception, "DE", reason)), UNKNOWN, "{reason}");
        }
        assert!(for_trouble(&parcel(Milestone::Exception, "DE", "007")).starts_with("Call the consignee"));
        assert_eq!(for_trouble(&parcel(Milestone::Exception, "DE", "777")), UNKNOWN);
    }

    #[test]
    fn without_a_reason_the_status_tells() {
        assert_eq!(for_trouble(&parcel(Milestone::Exception, "CD", "")), CUSTOMS);
        assert_eq!(for_trouble(&parcel(Milestone::Exception, "DY", "")), DELAYED);
        assert_eq!(for_trouble(&parcel(Milestone::ReadyForPickup, "HP", "")), COUNTER);
        assert_eq!(for_trouble(&parcel(Milestone::Returning, "RS", "08")), RETURNED);
    }
}
