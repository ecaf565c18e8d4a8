//! FedEx's status codes in plain sentences: what happened, where, when, and what comes next.
//!
//! FedEx's own list (API reference guide, tracking status codes). Some letters mean two things in its
//! groups; these are the readings of a track answer. A code that is not here is shown as it came.

use crate::clock;
use crate::order::parcel_state::{Ended, ParcelState};
use crate::order::scan::Milestone;

/// Code, what it says, what comes next.
const WORDS: [(&str, &str, &str); 65] = [
    ("OC", "The label was made", FIRST_SCAN),
    ("IN", "The label was made", FIRST_SCAN),
    ("OX", "The shipment was announced to the postal service", FIRST_SCAN),
    ("EP", "FedEx is on its way to pick it up", FIRST_SCAN),
    ("DS", "A vehicle was sent to pick it up", FIRST_SCAN),
    ("MD", "FedEx has the shipment's data", FIRST_SCAN),
    ("AP", "FedEx is at the pick-up", FIRST_SCAN),
    ("PM", "The pick-up is in progress", FIRST_SCAN),
    ("DO", "It was dropped off at FedEx", MOVES_ON),
    ("PU", "FedEx picked it up", MOVES_ON),
    ("PX", "FedEx picked it up", MOVES_ON),
    ("IP", "FedEx has it", MOVES_ON),
    ("OF", "It is at the FedEx facility it started from", MOVES_ON),
    ("IT", "It is in transit", MOVES_ON),
    ("IX", "It is in transit", MOVES_ON),
    ("AR", "It arrived at a FedEx facility", MOVES_ON),
    ("DP", "It left a FedEx facility", MOVES_ON),
    ("AF", "It is at the FedEx facility near its destination", "It goes out for delivery next."),
    ("FD", "It is at the FedEx facility of its destination", "It goes out for delivery next."),
    ("SF", "It is at a sort facility", MOVES_ON),
    ("AA", "It is at an airport", MOVES_ON),
    ("AC", "It is at a facility of Canada Post", "Canada Post delivers it."),
    ("AX", "It is at a facility of the postal service", "The postal service delivers it."),
    ("EA", "It is on its way to an airport", MOVES_ON),
    ("EO", "It is on its way to the airport it starts from", MOVES_ON),
    ("LO", "It left the place it started from", MOVES_ON),
    ("PF", "Its plane is in the air", MOVES_ON),
    ("PL", "Its plane has landed", MOVES_ON),
    ("TR", "It was transferred", MOVES_ON),
    ("Ow", "It is on its way", MOVES_ON),
    ("CC", "It cleared customs", MOVES_ON),
    ("CP", "Customs are clearing it", "It moves on when they are done."),
    ("OD", "It is on the vehicle for delivery", "It is delivered today unless FedEx says otherwise."),
    ("ED", "It is on its way to the consignee", "It is delivered today unless FedEx says otherwise."),
    ("AD", "FedEx is at the consignee", "It is delivered now, or comes back to the facility."),
    ("HL", "FedEx holds it at a location", COUNTER),
    ("HP", "It is ready to be picked up", COUNTER),
    ("HA", "FedEx accepted to hold it at a location", COUNTER),
    ("DE", "It could not be delivered", STANDS),
    ("SE", "FedEx reports an exception on its way", STANDS),
    ("CD", "Customs delay it", "Customs or FedEx may need a paper or an answer."),
    ("DD", "Its delivery is delayed", LATER),
    ("DY", "It is delayed", LATER),
    ("PD", "Its pick-up is delayed", "FedEx picks it up later; the label stays good."),
    ("PY", "FedEx reports a delay over a payment", STANDS),
    ("DR", "FedEx sent a vehicle that was not used", "Ask FedEx for a new pick-up."),
    ("DL", "It was delivered", "Nothing is left to do."),
    ("CA", "Its label was cancelled", "It does not travel."),
    ("RS", "FedEx brings it back to the shipper", BACK),
    ("RT", "FedEx brings it back to the shipper", BACK),
    ("RD", "The link to its return label has expired", "Send a new one if it is still to come back."),
    ("RP", "The link to its return label was sent", "The sender prints the label."),
    ("RG", "The link to its return label expires soon", "Remind the sender to print it."),
    ("LP", "The link to its return label was cancelled", "Send a new one if it is still to come back."),
    ("LC", "Its return label was cancelled", "Send a new one if it is still to come back."),
    ("AE", "It will arrive early", MOVES_ON),
    ("AO", "It will arrive on time", MOVES_ON),
    ("US", "FedEx updated its status", MOVES_ON),
    ("CH", "Its place of delivery was changed", MOVES_ON),
    ("RR", "A delivery option was asked for", MOVES_ON),
    ("RM", "A delivery option was changed", MOVES_ON),
    ("RC", "A delivery option was cancelled", MOVES_ON),
    ("RA", "FedEx noted an option of its recipient", MOVES_ON),
    ("PR", "FedEx noted an option of its payer or recipient", MOVES_ON),
    ("AS", "Its address was corrected", MOVES_ON),
];
/// Its packages travel apart; printed beside its own row, since FedEx uses the letters three times.
const SPLIT: (&str, &str, &str) = ("SP", "Its packages travel apart", MOVES_ON);

const FIRST_SCAN: &str = "FedEx scans it when it gets the parcel.";
const MOVES_ON: &str = "It moves on by itself.";
const COUNTER: &str = "The consignee has to fetch it, usually within a week; then it goes back.";
const STANDS: &str = "It stands until FedEx tries again or somebody acts.";
const LATER: &str = "FedEx delivers it later than planned.";
const BACK: &str = "It arrives at the warehouse it left from.";

fn words(code: &str) -> Option<(&'static str, &'static str)> {
    let found = WORDS.iter().chain([&SPLIT]).find(|(known, ..)| *known == code)?;
    Some((found.1, found.2))
}

/// Whether a code is one of FedEx's list.
pub fn is_known(code: &str) -> bool {
    words(code).is_some()
}

/// Where a parcel is, as one or two sentences.
pub fn sentence(parcel: &ParcelState) -> String {
    if parcel.tracking_number.is_empty() {
        return "FedEx has not named the number of this package to us yet; we look it up by our reference.".to_owned();
    }
    match (parcel.ended, parcel.milestone) {
        (Some(Ended::Forgotten), _) => return forgotten(parcel),
        (Some(Ended::Returned), _) => return happened("It is back at the shipper", parcel, ""),
        (Some(Ended::Cancelled), _) => return "Its label was cancelled; it does not travel.".to_owned(),
        (_, None) if parcel.not_found > 0 => {
            let times = if parcel.not_found == 1 { "once".to_owned() } else { format!("{} times", parcel.not_found) };
            return format!(
                "FedEx does not know the number yet, asked {times}. A new label shows up with its first scan."
            );
        }
        (_, None) if parcel.status_code.is_empty() => {
            return "The label was bought; FedEx was not asked about it yet.".to_owned();
        }
        _ => {}
    }
    if parcel.ended == Some(Ended::Delivered) {
        let (at, by) = (parcel.delivered_ms.or(parcel.last_scan_ms), parcel.signed_by.as_deref());
        let when = at.map(|at| format!(" on {}", clock::text(at))).unwrap_or_default();
        let who = by.map(|by| format!(", taken by {by}")).unwrap_or_default();
        return format!("It was delivered{}{when}{who}.", place(parcel));
    }
    let known = words(&parcel.status_code).or_else(|| words(&parcel.derived_code));
    let Some((what, next)) = known else { return unknown(parcel) };
    let reason = if parcel.reason_text.is_empty() || !parcel.is_in_trouble() {
        String::new()
    } else {
        format!(" ({})", parcel.reason_text.trim_end_matches('.'))
    };
    happened(&format!("{what}{reason}"), parcel, next)
}

fn happened(what: &str, parcel: &ParcelState, next: &str) -> String {
    let when = parcel.last_scan_ms.map(|at| format!(" on {}", clock::text(at))).unwrap_or_default();
    format!("{what}{}{when}. {next}", place(parcel)).trim_end().to_owned()
}

fn place(parcel: &ParcelState) -> String {
    if parcel.last_scan_place.is_empty() { String::new() } else { format!(" in {}", parcel.last_scan_place) }
}

/// A code we do not know: what FedEx said, and that we cannot say what it means.
fn unknown(parcel: &ParcelState) -> String {
    let text = if parcel.status_text.is_empty() { "no text" } else { &parcel.status_text };
    let code = if parcel.status_code.is_empty() { "no code" } else { &parcel.status_code };
    let known = parcel.milestone.map(|milestone| format!(" Before that it was {}.", spoken(milestone)));
    format!(
        "FedEx says “{text}” ({code}), a code this program does not know; it is kept as it came.{}",
        known.unwrap_or_default()
    )
}

fn forgotten(parcel: &ParcelState) -> String {
    let last = clock::text(parcel.heard_of_ms());
    format!(
        "Nothing was heard of it since {last}. FedEx keeps tracking data about 90 days, so it is not asked about any more."
    )
}

/// A milestone inside a sentence.
pub fn spoken(milestone: Milestone) -> &'static str {
    match milestone {
        Milestone::LabelCreated => "labelled",
        Milestone::PickedUp => "picked up",
        Milestone::InTransit => "in transit",
        Milestone::Exception => "held up by an exception",
        Milestone::ReadyForPickup => "ready for pick-up",
        Milestone::OutForDelivery => "out for delivery",
        Milestone::Returning => "going back",
        Milestone::Cancelled => "cancelled",
        Milestone::Delivered => "delivered",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::ShipmentId;
    use crate::order::scan::milestone_of;

    /// Every code of FedEx's list, as its guide groups them.
    const CODES: &str = "OC IN OX EP DS MD AP PM DO PU PX IP OF IT IX AR DP AF FD SF AA AC AX EA EO LO PF PL TR Ow CC \
        CP OD ED AD HL HP HA DE SE CD DD DY PD PY DR DL CA RS RT RD RP RG LP LC AE AO US CH RR RM RC RA PR AS SP";

    fn parcel(code: &str) -> ParcelState {
        let mut parcel = ParcelState::labelled(ShipmentId("s".into()), 1, "794", "production", 0);
        parcel.status_code = code.into();
        parcel.milestone = Some(milestone_of(code).unwrap_or(Milestone::InTransit));
        parcel.last_scan_ms = Some(1_795_373_813_000);
        parcel.last_scan_place = "Memphis TN, US".into();
        parcel
    }

    #[test]
    fn every_code_has_a_sentence_with_place_time_and_what_comes_next() {
        let mut codes = 0;
        for code in CODES.split_whitespace() {
            let said = sentence(&parcel(code));
            assert!(
                is_known(code) && said.contains("in Memphis TN, US on 2026-11-22 18:56:53 UTC. "),
                "{code}: {said}"
            );
            assert!(said.matches(". ").count() >= 1 && said.ends_with('.') && !said.contains(".."), "{code}: {said}");
            codes += 1;
        }
        assert_eq!(codes, WORDS.len() + 1, "each code once");
    }

    #[test]
    fn an_unknown_code_is_shown_as_it_came() {
        let said = sentence(&ParcelState { status_text: "Beamed up".into(), ..parcel("ZZ") });
        assert!(said.contains("“Beamed up” (ZZ)") && said.contains("in transit"), "{said}");
    }

    #[test]
    fn the_end_and_the_silence_are_said_too() {
        let delivered = ParcelState {
            ended: Some(Ended::Delivered),
            delivered_ms: Some(1_795_373_813_000),
            signed_by: Some("J.DOE".into()),
            ..parcel("DL")
        };
        assert_eq!(
            sentence(&delivered),
            "It was delivered in Memphis TN, US on 2026-11-22 18:56:53 UTC, taken by J.DOE."
        );
        let new = ParcelState { milestone: None, not_found: 3, ..parcel("") };
        assert!(sentence(&new).contains("asked 3 times"));
        let gone = ParcelState { ended: Some(Ended::Forgotten), ..parcel("IT") };
        assert!(sentence(&gone).contains("not asked about any more"));
    }
}
