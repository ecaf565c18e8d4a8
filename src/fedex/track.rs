//! Where parcels are: POST /track/v1/trackingnumbers, thirty at a time.
//!
//! A number FedEx does not know is an answer, not an error: a fresh label is unknown until its
//! first scan. FedEx reuses numbers, so an answer may hold several parcels, or only an old one
//! that is not ours; the ship date tells. Scans come newest first, doubled, sometimes without an
//! offset, and go on after delivery; condensing them is [`crate::order::scan`]'s business.

use crate::audit::System;
use crate::fedex::error::{Purpose, Said, unreadable};
pub(super) use crate::fedex::track_answer::{CompleteTrackResult, PackageIdentifier, TrackResult};
use crate::fedex::track_answer::{date, days_between};
use crate::fedex::{READ_TIMEOUT, post_json};
pub use crate::order::parcel_state::Tracked;
use crate::order::retry::Failure;
use crate::transport::Call;
use jiff::ToSpan;
use serde::{Deserialize, Serialize};
use url::Url;

/// FedEx: tracking numbers in one call.
pub const PARCELS_PER_CALL: usize = 30;
const PATH: &str = "/track/v1/trackingnumbers";
/// Days before our ship date that still are our parcel: time zones, and labels dated ahead.
const DAYS_BEFORE: i32 = 3;
/// Days after our ship date that FedEx may first get the parcel; it moves the ship date then.
const DAYS_AFTER: i32 = 60;

/// The call.
pub const CALL: Call =
    Call { system: System::Fedex, operation: "fedex.track", timeout: READ_TIMEOUT, confidential: false };

/// A parcel to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Its tracking number.
    pub tracking_number: String,
    /// Its ship date, `YYYY-MM-DD`, which tells reused numbers apart.
    pub ship_date: Option<String>,
    /// FedEx's unique id of it, once learnt, which tells them apart without doubt.
    pub unique_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    include_detailed_scans: bool,
    tracking_info: Vec<TrackingInfo<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TrackingInfo<'a> {
    tracking_number_info: AskedNumber<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ship_date_begin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ship_date_end: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AskedNumber<'a> {
    tracking_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracking_number_unique_id: Option<&'a str>,
}

/// The request for at most [`PARCELS_PER_CALL`] parcels.
pub fn request(base: &Url, parcels: &[Parcel]) -> http::Request<Vec<u8>> {
    let tracking_info = parcels
        .iter()
        .map(|parcel| {
            // With the id the date says nothing more, and FedEx moves it.
            let date = parcel.ship_date.as_deref().filter(|_| parcel.unique_id.is_none());
            TrackingInfo {
                tracking_number_info: AskedNumber {
                    tracking_number: &parcel.tracking_number,
                    tracking_number_unique_id: parcel.unique_id.as_deref(),
                },
                ship_date_begin: date.and_then(|date| days_from(date, -DAYS_BEFORE)),
                ship_date_end: date.and_then(|date| days_from(date, DAYS_AFTER)),
            }
        })
        .collect();
    post_json(base, PATH, &Request { include_detailed_scans: true, tracking_info })
}

/// One answer for each parcel asked for, in their order.
pub fn parse(body: &[u8], parcels: &[Parcel]) -> Result<Vec<Tracked>, Failure> {
    let results = results(body)?;
    Ok(parcels
        .iter()
        .map(|parcel| {
            let of_parcel = results.iter().filter(|result| result.number() == parcel.tracking_number).collect();
            chosen(of_parcel, parcel)
        })
        .collect())
}

/// All results of a track answer; a result knows its own number.
fn results(body: &[u8]) -> Result<Vec<TrackResult>, Failure> {
    let answer: TrackAnswer = serde_json::from_slice(body).map_err(|_| unreadable(Purpose::Read, body))?;
    let complete = answer.output.complete_track_results.ok_or_else(|| unreadable(Purpose::Read, body))?;
    Ok(complete
        .into_iter()
        .flat_map(|complete| {
            let number = complete.tracking_number;
            complete.track_results.into_iter().map(move |mut result| {
                if result.tracking_number_info.tracking_number.is_empty() {
                    result.tracking_number_info.tracking_number.clone_from(&number);
                }
                result
            })
        })
        .collect())
}

/// A parcel FedEx sent news of without being asked, with its ship date.
pub(super) fn pushed(result: &TrackResult) -> Option<(Tracked, Option<String>)> {
    let is_known = result.error.is_none() && !result.number().is_empty();
    is_known.then(|| (result.tracked(result.number()), result.ship_date()))
}

/// Of several parcels with one number: the one of our id, the one of our ship date, else the newest.
fn chosen(results: Vec<&TrackResult>, parcel: &Parcel) -> Tracked {
    let unknown = |text: String| Tracked {
        tracking_number: parcel.tracking_number.clone(),
        latest_text: text,
        ..Tracked::default()
    };
    let said = results.iter().find_map(|result| result.error.as_ref()).map(Said::text).unwrap_or_default();
    let known: Vec<&TrackResult> = results.into_iter().filter(|result| result.error.is_none()).collect();
    if let Some(id) = &parcel.unique_id {
        let named = |result: &&TrackResult| &result.tracking_number_info.tracking_number_unique_id == id;
        if let Some(ours) = known.iter().find(|result| named(result)) {
            return ours.tracked(&parcel.tracking_number);
        }
        // The id holds the ship date, which FedEx moves: the date tells then.
    }
    let ours = parcel.ship_date.as_deref().and_then(date);
    let best = match ours {
        Some(ours) => known
            .into_iter()
            .filter(|result| result.ship_day().is_none_or(|day| days_between(ours, day) >= -DAYS_BEFORE))
            .min_by_key(|result| result.ship_day().map_or(i32::MAX, |day| days_between(ours, day).abs())),
        None => known.into_iter().max_by_key(|result| result.newest_ms()),
    };
    match best {
        Some(result) => result.tracked(&parcel.tracking_number),
        None if said.is_empty() => unknown("FedEx does not know this number yet.".to_owned()),
        None => unknown(said),
    }
}

/// A date so many days from another; `None` when it is no date.
pub(super) fn days_from(text: &str, days: i32) -> Option<String> {
    date(text)?.checked_add(days.days()).ok().map(|day| day.to_string())
}

#[derive(Deserialize)]
struct TrackAnswer {
    output: Output,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    complete_track_results: Option<Vec<CompleteTrackResult>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::scan::{Milestone, condense};
    use serde_json::{Value, json};

    fn parcel(ship_date: Option<&str>) -> Parcel {
        Parcel { tracking_number: "794".into(), ship_date: ship_date.map(str::to_owned), unique_id: None }
    }

    fn answer(results: &Value) -> Vec<u8> {
        let results = json!([{"trackingNumber": "794", "trackResults": results}]);
        json!({"output": {"alerts": "FedEx once sent text here", "completeTrackResults": results}})
            .to_string()
            .into_bytes()
    }

    fn result(unique_id: &str, shipped: &str, code: &str) -> Value {
        json!({"trackingNumberInfo": {"trackingNumber": "794", "trackingNumberUniqueId": unique_id},
            "latestStatusDetail": {"code": code, "description": "Words"},
            "dateAndTimes": [{"type": "SHIP", "dateTime": format!("{shipped}T00:00:00-06:00")}]})
    }

    #[test]
    fn the_request_names_numbers_and_the_days_around_their_ship_date() {
        let base = Url::parse("http://127.0.0.1:9/").unwrap();
        let request = request(&base, &[parcel(Some("2026-03-01")), parcel(None)]);
        assert_eq!(request.uri(), "http://127.0.0.1:9/track/v1/trackingnumbers");
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        let number = json!({"trackingNumber": "794"});
        let expected = json!({"includeDetailedScans": true, "trackingInfo": [
            {"trackingNumberInfo": number, "shipDateBegin": "2026-02-26", "shipDateEnd": "2026-04-30"},
            {"trackingNumberInfo": number}]});
        assert_eq!(body, expected);
    }

    #[test]
    fn a_learnt_id_is_asked_for_and_another_parcels_answer_is_not_ours() {
        let ours = Parcel { unique_id: Some("new".into()), ..parcel(Some("2026-03-01")) };
        let request = request(&Url::parse("http://127.0.0.1:9/").unwrap(), std::slice::from_ref(&ours));
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        let info = json!({"trackingNumberInfo": {"trackingNumber": "794", "trackingNumberUniqueId": "new"}});
        assert_eq!(body["trackingInfo"], json!([info]));
        let both = answer(&json!([result("old", "2026-03-01", "DL"), result("new", "2026-04-20", "IT")]));
        assert_eq!(parse(&both, std::slice::from_ref(&ours)).unwrap()[0].unique_id, "new");
        let moved = answer(&json!([result("old", "2025-03-01", "DL"), result("newer", "2026-03-04", "IT")]));
        assert_eq!(parse(&moved, std::slice::from_ref(&ours)).unwrap()[0].unique_id, "newer");
        let other = answer(&json!([result("old", "2025-03-01", "DL")]));
        assert!(!parse(&other, &[ours]).unwrap()[0].found);
    }

    #[test]
    fn not_found_inside_a_200_is_an_answer() {
        let body = answer(&json!([{"trackingNumberInfo": {"trackingNumber": "794", "trackingNumberUniqueId": ""},
            "error": {"code": "TRACKING.TRACKINGNUMBER.NOTFOUND", "message": "Cannot be found."}}]));
        let tracked = parse(&body, &[parcel(None)]).unwrap().remove(0);
        assert!(!tracked.found && tracked.latest_text.starts_with("TRACKING.TRACKINGNUMBER.NOTFOUND"));
        // The sandbox answers for another number than asked.
        let other = Parcel { tracking_number: "1".into(), ship_date: None, unique_id: None };
        assert!(!parse(&body, &[other]).unwrap()[0].found);
    }

    #[test]
    fn of_a_reused_number_the_parcel_of_our_ship_date_is_ours() {
        let body = answer(&json!([result("old", "2025-01-10", "DL"), result("new", "2026-03-02", "IT")]));
        let of = |ship_date| parse(&body, &[parcel(ship_date)]).unwrap().remove(0);
        assert_eq!(of(Some("2026-03-01")).unique_id, "new");
        assert_eq!(of(Some("2025-01-10")).unique_id, "old");
        assert_eq!(of(None).unique_id, "new");
        // Ours has no news yet; an old stranger's delivery is not ours.
        let old = answer(&json!([result("old", "2025-01-10", "DL")]));
        assert!(!parse(&old, &[parcel(Some("2026-03-01"))]).unwrap()[0].found);
    }

    #[test]
    fn scans_come_newest_first_doubled_and_without_an_offset() {
        let scan = |date: &str, code: &str, derived: &str| {
            json!({"date": date, "eventType": code, "derivedStatusCode": derived, "eventDescription": "Words",
                "exceptionCode": "", "scanLocation": {"city": "Memphis", "stateOrProvinceCode": "TN", "countryCode": "US"}})
        };
        let mut one = result("u", "2026-03-01", "DL");
        one["scanEvents"] = json!([
            scan("2026-03-03T09:17:02-06:00", "DL", "DL"),
            scan("2026-03-03T04:29:00-06:00", "OD", "IT"),
            scan("2026-03-03T04:29:00-06:00", "OD", "IT"),
            scan("2026-03-01T00:00:00", "OC", "IN"),
            "odd"
        ]);
        one["dateAndTimes"]
            .as_array_mut()
            .unwrap()
            .push(json!({"type": "ACTUAL_DELIVERY", "dateTime": "2026-03-03T09:17:02-06:00"}));
        one["deliveryDetails"] = json!({"signedByName": "", "receivedByName": "J.DOE"});
        one["latestStatusDetail"]["ancillaryDetails"] = json!([{"reason": "08", "reasonDescription": "Not in"}]);
        one["standardTransitTimeWindow"] = json!({"window": {"ends": "2026-03-02T20:00:00-06:00"}});
        one["estimatedDeliveryTimeWindow"] = json!({"window": {"ends": "2026-03-03T20:00:00-06:00"}});
        let tracked = parse(&answer(&json!([one])), &[parcel(Some("2026-03-01"))]).unwrap().remove(0);
        assert_eq!(tracked.scans.len(), 4);
        assert_eq!(tracked.scans[0].place, "Memphis TN, US");
        assert_eq!(tracked.scans[3].at_ms, 1_772_366_400_000, "a day without a time is its noon");
        assert_eq!(condense(None, &tracked.scans), Some(Milestone::Delivered));
        assert_eq!((tracked.latest, tracked.delivered_ms), (Some(Milestone::Delivered), Some(1_772_551_022_000)));
        assert_eq!((tracked.signed_by.as_deref(), tracked.estimated_ms), (Some("J.DOE"), Some(1_772_589_600_000)));
        assert_eq!(tracked.committed_ms, Some(1_772_503_200_000));
        assert_eq!((tracked.code.as_str(), tracked.reason_code.as_str()), ("DL", "08"));
    }

    #[test]
    fn a_day_without_a_time_stands_beside_what_happened_that_day() {
        let scan = |date: &str, code: &str| json!({"date": date, "eventType": code});
        let mut one = result("u", "2026-03-01", "PU");
        one["scanEvents"] = json!([
            scan("2026-03-01T16:00:00-06:00", "PU"),
            scan("2026-03-01T10:00:00-06:00", "OC"),
            scan("2026-03-01T00:00:00", "AO")
        ]);
        let scans = parse(&answer(&json!([one])), &[parcel(None)]).unwrap().remove(0).scans;
        assert_eq!(scans[2].at_ms, scans[1].at_ms);
        assert!(scans[1].has_time() && !scans[2].has_time());
    }

    #[test]
    fn an_unknown_status_is_no_failure_and_half_an_answer_is() {
        let body = answer(&json!([result("u", "2026-03-01", "ZZ")]));
        let tracked = parse(&body, &[parcel(None)]).unwrap().remove(0);
        assert_eq!((tracked.found, tracked.latest, tracked.latest_text.as_str()), (true, None, "Words"));
        for body in ["{}", r#"{"output":{}}"#, "<html>"] {
            assert!(matches!(parse(body.as_bytes(), &[parcel(None)]), Err(Failure::Transient(_))), "{body}");
        }
    }
}
