//! "Does this parcel already exist?": POST /track/v1/referencenumbers with our own reference.
//!
//! FedEx has no idempotency key and no list of shipments; this is the only way to learn what a
//! purchase without an answer did. Two mistakes are expensive here: taking a stranger's parcel for
//! ours, and taking trouble at FedEx for absence. So a result must carry our reference, and only a
//! clear "not found" counts as absent.

use crate::audit::System;
use crate::fedex::error::{Purpose, Said, said_code, unreadable};
use crate::fedex::track::{self, PackageIdentifier, TrackResult};
use crate::fedex::{READ_TIMEOUT, lenient, post_json};
use crate::order::cause::Cause;
use crate::order::retry::Failure;
use crate::order::scan::{Milestone, milestone_of};
use crate::transport::Call;
use serde::{Deserialize, Serialize};
use url::Url;

const PATH: &str = "/track/v1/referencenumbers";
/// Days before our ship date: the date line, and a clock that runs ahead.
const DAYS_BEFORE: i32 = 1;
/// Days after our ship date: FedEx moves the ship date to the day it gets the parcel. Generous,
/// because the reference is ours alone.
const DAYS_AFTER: i32 = 14;
/// The identifier that holds the master number of a shipment.
const MASTER: &str = "STANDARD_MPS";
/// Identifiers that hold tracking numbers, not references of the shipper.
const NUMBER_TYPES: [&str; 5] =
    [MASTER, "GROUP_MPS", "TRACKING_NUMBER_OR_DOORTAG", "OUTBOUND_LINK_TO_RETURN", "TRACKING_CONTROL_NUMBER"];

/// The call.
pub const CALL: Call =
    Call { system: System::Fedex, operation: "fedex.look_up", timeout: READ_TIMEOUT, confidential: false };

/// A label that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its tracking number.
    pub tracking_number: String,
    /// FedEx's unique id of the parcel; may be empty.
    pub unique_id: String,
    /// Its ship date, `YYYY-MM-DD`.
    pub ship_date: Option<String>,
    /// The references FedEx echoed.
    pub references: Vec<String>,
    /// It was cancelled.
    pub cancelled: bool,
    /// The master number of its shipment, where FedEx names it.
    pub master: Option<String>,
    /// Which package of its shipment it is, from 1.
    pub sequence: Option<u32>,
    /// How many packages its shipment has.
    pub count: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    references_information: ReferencesInformation<'a>,
    include_detailed_scans: bool,
}

// The schema calls the second date shipDateEndDate, every example shipDateEnd.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReferencesInformation<'a> {
    value: &'a str,
    account_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ship_date_begin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ship_date_end: Option<String>,
}

#[derive(Deserialize)]
struct LookedUp {
    output: Output,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    complete_track_results: Option<Vec<CompleteTrackResult>>,
    #[serde(default, deserialize_with = "lenient::list")]
    cxs_errors: Vec<Said>,
    #[serde(default, deserialize_with = "lenient::list")]
    alerts: Vec<Said>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CompleteTrackResult {
    #[serde(default, deserialize_with = "lenient::text")]
    tracking_number: String,
    #[serde(default)]
    track_results: Vec<TrackResult>,
}

/// The request. `ship_date` is `YYYY-MM-DD`.
pub fn request(base: &Url, account: &str, reference: &str, ship_date: &str) -> http::Request<Vec<u8>> {
    let references_information = ReferencesInformation {
        value: reference,
        account_number: account,
        ship_date_begin: track::days_from(ship_date, -DAYS_BEFORE),
        ship_date_end: track::days_from(ship_date, DAYS_AFTER),
    };
    post_json(base, PATH, &Request { references_information, include_detailed_scans: false })
}

/// The labels that carry our reference; empty when FedEx clearly has none.
pub fn parse(body: &[u8], reference: &str) -> Result<Vec<Found>, Failure> {
    let answer: LookedUp = serde_json::from_slice(body).map_err(|_| unreadable(Purpose::Read, body))?;
    let output = answer.output;
    if let Some(trouble) = output.cxs_errors.iter().find(|said| !said.is_not_found()) {
        return Err(in_trouble(trouble));
    }
    let Some(complete) = output.complete_track_results else {
        let says_so = output.cxs_errors.iter().chain(&output.alerts).any(Said::is_not_found);
        return if says_so { Ok(Vec::new()) } else { Err(unreadable(Purpose::Read, body)) };
    };
    let mut found: Vec<Found> = Vec::new();
    for complete in complete {
        for result in complete.track_results {
            match &result.error {
                Some(said) if said.is_not_found() => continue,
                Some(said) => return Err(in_trouble(said)),
                None => {}
            }
            let parcel = parcel(result, &complete.tracking_number);
            if is_ours(&parcel, reference) && !found.contains(&parcel) {
                found.push(parcel);
            }
        }
    }
    Ok(found)
}

/// A refusal that says "not found" in so many words is an answer.
pub fn is_absent(failure: &Failure) -> bool {
    let Failure::Permanent(cause) = failure else { return false };
    Said { code: said_code(cause).to_owned(), message: String::new() }.is_not_found()
}

fn in_trouble(said: &Said) -> Failure {
    Failure::Transient(Cause::new("fedex.unavailable").detail(said.text()))
}

fn parcel(result: TrackResult, outer_number: &str) -> Found {
    let ship_date = result.ship_date();
    let latest = &result.latest_status_detail;
    let cancelled =
        [&latest.code, &latest.derived_code].iter().any(|code| milestone_of(code) == Some(Milestone::Cancelled));
    let (sequence, count) = (result.package_details.sequence_number, result.package_details.count);
    let (numbers, references): (Vec<_>, Vec<_>) = result
        .additional_tracking_info
        .package_identifiers
        .into_iter()
        .partition(|identifier| NUMBER_TYPES.contains(&identifier.kind.as_str()));
    let values = |identifiers: Vec<PackageIdentifier>| {
        identifiers.into_iter().flat_map(|identifier| identifier.values.into_iter().chain(identifier.value))
    };
    let of_shipment = numbers.into_iter().filter(|identifier| identifier.kind == MASTER).collect();
    let info = result.tracking_number_info;
    Found {
        tracking_number: if info.tracking_number.is_empty() { outer_number.to_owned() } else { info.tracking_number },
        unique_id: info.tracking_number_unique_id,
        ship_date,
        references: values(references).collect(),
        cancelled,
        master: values(of_shipment).find(|number| !number.is_empty()),
        sequence: sequence.filter(|sequence| *sequence > 0),
        count: count.filter(|count| *count > 0),
    }
}

/// Carries our reference; or FedEx echoed no references, and then its own search must do.
fn is_ours(found: &Found, reference: &str) -> bool {
    let same = |echoed: &String| echoed.trim().eq_ignore_ascii_case(reference.trim());
    !found.tracking_number.is_empty() && (found.references.is_empty() || found.references.iter().any(same))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn answer(results: &Value) -> Vec<u8> {
        let complete = json!([{"trackingNumber": "794", "trackResults": results}]);
        json!({"output": {"completeTrackResults": complete}}).to_string().into_bytes()
    }

    fn result(identifiers: &Value, code: &str) -> Value {
        json!({"trackingNumberInfo": {"trackingNumber": "794", "trackingNumberUniqueId": "u"},
            "additionalTrackingInfo": {"packageIdentifiers": identifiers},
            "latestStatusDetail": {"code": code},
            "dateAndTimes": [{"type": "SHIP", "dateTime": "2026-03-01T00:00:00-06:00"}]})
    }

    #[test]
    fn the_request_asks_by_value_and_account_around_the_ship_date() {
        let base = Url::parse("https://apis.fedex.com").unwrap();
        let request = request(&base, "740561073", "01REF", "2026-03-01");
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        let expected = json!({"referencesInformation": {"value": "01REF", "accountNumber": "740561073",
            "shipDateBegin": "2026-02-28", "shipDateEnd": "2026-03-15"}, "includeDetailedScans": false});
        assert_eq!(body, expected);
    }

    #[test]
    fn a_label_is_ours_when_it_carries_our_reference_in_either_spelling() {
        for member in ["values", "value"] {
            let identifiers =
                json!([{"type": "STANDARD_MPS", "values": ["794"]}, {"type": "CUSTOMER_REFERENCE", member: ["01REF"]}]);
            let found = parse(&answer(&json!([result(&identifiers, "OC")])), "01ref").unwrap();
            assert_eq!(
                (found.len(), found[0].ship_date.as_deref(), found[0].cancelled),
                (1, Some("2026-03-01"), false)
            );
            assert_eq!(found[0].references, ["01REF"]);
        }
    }

    #[test]
    fn pieces_of_one_shipment_name_their_master_and_their_place() {
        let piece = |number: &str, sequence: &str| {
            let mut piece = result(
                &json!([{"type": "STANDARD_MPS", "values": ["802"]}, {"type": "CUSTOMER_REFERENCE", "values": ["01REF"]}]),
                "OC",
            );
            piece["trackingNumberInfo"]["trackingNumber"] = json!(number);
            piece["packageDetails"] = json!({"sequenceNumber": sequence, "count": "2"});
            piece
        };
        let found = parse(&answer(&json!([piece("794", "2"), piece("802", "1")])), "01REF").unwrap();
        let places: Vec<_> = found
            .iter()
            .map(|one| (one.tracking_number.as_str(), one.master.as_deref(), one.sequence, one.count))
            .collect();
        assert_eq!(places, [("794", Some("802"), Some(2), Some(2)), ("802", Some("802"), Some(1), Some(2))]);
    }

    #[test]
    fn a_strangers_label_is_not_and_one_without_references_is() {
        let stranger = json!([{"type": "CUSTOMER_REFERENCE", "values": ["OTHER"]}]);
        assert_eq!(parse(&answer(&json!([result(&stranger, "OC")])), "01REF").unwrap(), []);
        let found = parse(&answer(&json!([result(&json!([]), "CA")])), "01REF").unwrap();
        assert!(found[0].cancelled);
    }

    #[test]
    fn only_a_clear_not_found_is_absence() {
        let not_found = json!([{"error": {"code": "TRACKING.REFERENCENUMBER.NOTFOUND", "message": "No."}}]);
        assert_eq!(parse(&answer(&not_found), "R").unwrap(), []);
        assert_eq!(parse(br#"{"output":{"completeTrackResults":[]}}"#, "R").unwrap(), []);
        let trouble = json!([{"error": {"code": "SYSTEM.UNAVAILABLE", "message": "Later."}}]);
        assert!(matches!(parse(&answer(&trouble), "R"), Err(Failure::Transient(_))));
        for body in
            ["{}", r#"{"output":{}}"#, "<html>", r#"{"output":{"cxsErrors":[{"code":"X"}],"completeTrackResults":[]}}"#]
        {
            assert!(matches!(parse(body.as_bytes(), "R"), Err(Failure::Transient(_))), "{body}");
        }
        let refused = Failure::Permanent(Cause::new("fedex.refused").detail("TRACKING.REFERENCENUMBER.NOTFOUND: No."));
        assert!(is_absent(&refused));
        assert!(!is_absent(&Failure::Permanent(Cause::new("fedex.refused").detail("NOT.FOUND.ERROR: Path."))));
    }
}
