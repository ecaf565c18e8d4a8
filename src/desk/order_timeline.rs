//! The timeline of an order, from its trail: a lane each for Dynamics 365, the connector, FedEx, the
//! printer and people, and how long the ways between them took.

use crate::clock::SECOND_MS;
use crate::desk::present;
use crate::order::scan::Scan;
use crate::order::{Kind, Shipment};
use crate::print::job::{Job, JobState, Origin};
use crate::store::audit::TrailRow;
use app::contract::{ShipmentDetail, TimelineEntry};
use app::time_words::duration;
use std::collections::BTreeMap;

/// What FedEx calls a label among its documents.
const LABEL: &str = "LABEL";
/// The entry that says that Dynamics 365 has the tracking number.
const ANNOUNCED: &str = "shipment.announced";
/// Bytes are on their way to a printer.
const SEND: &str = "print.send";
/// They did not get there, and are sent again.
const FAILED: &str = "print.failed";

/// Changes of state, what operators did, and what printers were sent. Scans come beside it from their
/// own table, and calls stand under the attempts.
pub(super) fn entries(trail: &[TrailRow]) -> Vec<TimelineEntry> {
    let rows: Vec<&TrailRow> = trail.iter().filter(|row| is_told(&row.action)).collect();
    let mut told = Vec::with_capacity(rows.len());
    let mut repeated = 1;
    for (at, row) in rows.iter().enumerate() {
        let later = || rows[at + 1..].iter().filter(|later| later.shipment_id == row.shipment_id && is_print(later));
        // A printer that is off is tried for half an hour: what repeats itself is told once.
        if row.action == SEND && later().next().is_some_and(|next| next.action == FAILED) {
            continue;
        }
        let same = |next: &&&TrailRow| next.action == FAILED && next.summary == row.summary;
        if row.action == FAILED && later().find(|next| next.action != SEND).as_ref().is_some_and(same) {
            repeated += 1;
            continue;
        }
        let tries = if repeated > 1 { format!(" {repeated} tries.") } else { String::new() };
        repeated = 1;
        told.push(TimelineEntry {
            at: present::moment(row.at_ms),
            lane: present::lane(&row.action, &row.system).to_owned(),
            title: present::action_title(&row.action),
            detail: format!("{}{tries}", row.summary),
            tone: present::outcome(&row.outcome).tone,
            attempt_id: row.attempt_id.clone(),
            took_ms: None,
        });
    }
    told
}

fn is_told(action: &str) -> bool {
    ["shipment.", "desk.", "print."].iter().any(|start| action.starts_with(start)) || action == "order.invoiced"
}

fn is_print(row: &TrailRow) -> bool {
    row.action.starts_with("print.")
}

/// A scan as an entry.
pub(super) fn scan_entry(scan: &Scan) -> TimelineEntry {
    let view = present::scan(scan);
    let detail = [view.place.clone(), view.exception.clone().unwrap_or_default()];
    TimelineEntry {
        at: view.at,
        lane: "fedex".to_owned(),
        title: view.description,
        detail: detail.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" · "),
        tone: view.tone,
        attempt_id: None,
        took_ms: None,
    }
}

/// Says of each entry that ended an attempt how long the attempt took.
pub(super) fn add_lengths(timeline: &mut [TimelineEntry], shipments: &[ShipmentDetail]) {
    let attempts = shipments.iter().flat_map(|shipment| &shipment.attempts);
    let took: BTreeMap<&str, Option<i64>> =
        attempts.map(|attempt| (attempt.attempt_id.as_str(), attempt.duration_ms)).collect();
    for entry in timeline {
        entry.took_ms = entry.attempt_id.as_deref().and_then(|id| took.get(id).copied().flatten());
    }
}

/// How long the ways of a shipment took, as far as they are known: `From first seen to label 42 s; label
/// to paper 3 s; label to Dynamics 365 5 s.` When an order was confirmed Dynamics 365 does not say.
pub(super) fn pace(seen_ms: i64, shipment: &Shipment, prints: &[Job], trail: &[TrailRow]) -> Option<String> {
    let labelled_ms = shipment.labelled_ms?;
    let mut parts = Vec::new();
    if shipment.kind == Kind::Outbound {
        parts.push(format!("from first seen to label {}", length(seen_ms, labelled_ms)));
    }
    parts.extend(on_paper_ms(prints).map(|ms| format!("label to paper {}", length(labelled_ms, ms))));
    let of_shipment = |row: &&TrailRow| row.shipment_id.as_deref() == Some(&shipment.shipment_id.0);
    let announced = trail.iter().filter(of_shipment).find(|row| row.action == ANNOUNCED && row.at_ms >= labelled_ms);
    parts.extend(announced.map(|row| format!("label to Dynamics 365 {}", length(labelled_ms, row.at_ms))));
    let text = parts.join("; ");
    let mut letters = text.chars();
    letters.next().map(|first| format!("{}{}.", first.to_ascii_uppercase(), letters.as_str()))
}

/// When the last of the labels that print by themselves was on paper; `None` until all are.
fn on_paper_ms(prints: &[Job]) -> Option<i64> {
    let labels = || prints.iter().filter(|job| job.origin == Origin::Automatic && job.content_type == LABEL);
    let all = labels().all(|job| job.state == JobState::Printed);
    labels().map(|job| job.changed_ms).max().filter(|_| all)
}

fn length(from_ms: i64, to_ms: i64) -> String {
    // Two nodes' clocks may differ by a little, so that less than a second says nothing.
    if to_ms - from_ms < SECOND_MS { "under 1 s".to_owned() } else { duration(to_ms - from_ms) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::{OrderId, ShipmentId};

    fn row(sequence: i64, action: &str, summary: &str) -> TrailRow {
        TrailRow {
            sequence,
            at_ms: sequence * 1_000,
            actor: "engine".into(),
            system: "connector".into(),
            action: action.into(),
            outcome: "ok".into(),
            summary: summary.into(),
            http_status: None,
            duration_ms: None,
            body: None,
            shipment_id: Some("S".into()),
            attempt_id: None,
            call_id: None,
            company: None,
            number: None,
        }
    }

    #[test]
    fn a_printer_that_is_off_is_told_once_and_each_lane_has_its_entries() {
        let trail = [
            row(1, "shipment.labelled", "Bought."),
            row(2, "print.queued", "To be printed: 1 on zebra."),
            row(3, SEND, "Sending."),
            row(4, FAILED, "Not reachable."),
            row(5, SEND, "Sending."),
            row(6, FAILED, "Not reachable."),
            row(7, "d365.patch", "a call"),
            row(8, SEND, "Sending."),
            row(9, "print.printed", "Printed."),
            row(10, "print.reprint", "Again: smeared."),
        ];
        let told: Vec<_> = entries(&trail).into_iter().map(|entry| (entry.lane, entry.title, entry.detail)).collect();
        let expected = [
            ("fedex", "Labelled", "Bought."),
            ("printer", "Queued for printing", "To be printed: 1 on zebra."),
            ("printer", "Not printed, tried again", "Not reachable. 2 tries."),
            ("printer", "Sent to the printer", "Sending."),
            ("printer", "Printed", "Printed."),
            ("operator", "Asked to print again", "Again: smeared."),
        ];
        assert_eq!(told, expected.map(|(lane, title, detail)| (lane.into(), title.into(), detail.into())));
    }

    #[test]
    fn only_the_ways_that_are_known_are_told() {
        let mut shipment = Shipment::received(ShipmentId("S".into()), OrderId("O".into()), 1, 0);
        assert_eq!(pace(0, &shipment, &[], &[]), None);
        shipment.labelled_ms = Some(42_000);
        assert_eq!(pace(0, &shipment, &[], &[]).as_deref(), Some("From first seen to label 42 s."));
        let trail = [row(41, ANNOUNCED, "an earlier label's"), row(47, ANNOUNCED, "Written.")];
        let whole = "From first seen to label 42 s; label to Dynamics 365 5 s.";
        assert_eq!(pace(0, &shipment, &[], &trail).as_deref(), Some(whole));
        shipment.kind = Kind::Return;
        assert_eq!(pace(0, &shipment, &[], &trail).as_deref(), Some("Label to Dynamics 365 5 s."));
    }
}
