//! Where parcels are: POST /track/v1/trackingnumbers, thirty at a time.
//!
//! A number FedEx does not know is an answer, not an error: a fresh label is unknown until its
//! first scan. FedEx reuses numbers, so an answer may hold several parcels, or only an old one
//! that is not ours; the ship date tells. Scans come newest first, doubled, sometimes without an
//! offset, and go on after delivery; condensing them is [`crate::order::scan`]'s business.

use crate::audit::System;
use crate::fedex::error::{Purpose, Said, unreadable};
use crate::fedex::{READ_TIMEOUT, lenient, post_json};
use crate::order::retry::Failure;
use crate::order::scan::{Milestone, Scan, milestone_of};
use crate::transport::Call;
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
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
}

/// What FedEx knows of a parcel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tracked {
    /// The number asked for.
    pub tracking_number: String,
    /// FedEx's unique id of the parcel; may be empty.
    pub unique_id: String,
    /// FedEx knows it.
    pub found: bool,
    /// Its scans as they came.
    pub scans: Vec<Scan>,
    /// What its latest status says; `None`: a notice, or a code we do not know.
    pub latest: Option<Milestone>,
    /// The latest status, or why there is none, in FedEx's words.
    pub latest_text: String,
    /// When it was delivered.
    pub delivered_ms: Option<i64>,
    /// Who took it.
    pub signed_by: Option<String>,
    /// When FedEx means to deliver it.
    pub estimated_ms: Option<i64>,
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
}

/// The request for at most [`PARCELS_PER_CALL`] parcels.
pub fn request(base: &Url, parcels: &[Parcel]) -> http::Request<Vec<u8>> {
    let tracking_info = parcels
        .iter()
        .map(|parcel| TrackingInfo {
            tracking_number_info: AskedNumber { tracking_number: &parcel.tracking_number },
            ship_date_begin: parcel.ship_date.as_deref().and_then(|date| days_from(date, -DAYS_BEFORE)),
            ship_date_end: parcel.ship_date.as_deref().and_then(|date| days_from(date, DAYS_AFTER)),
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

/// Of several parcels with one number: the one of our ship date, else the newest.
fn chosen(results: Vec<&TrackResult>, parcel: &Parcel) -> Tracked {
    let unknown = |text: String| Tracked {
        tracking_number: parcel.tracking_number.clone(),
        latest_text: text,
        ..Tracked::default()
    };
    let said = results.iter().find_map(|result| result.error.as_ref()).map(Said::text).unwrap_or_default();
    let known = results.into_iter().filter(|result| result.error.is_none());
    let ours = parcel.ship_date.as_deref().and_then(date);
    let best = match ours {
        Some(ours) => known
            .filter(|result| result.ship_day().is_none_or(|day| days_between(ours, day) >= -DAYS_BEFORE))
            .min_by_key(|result| result.ship_day().map_or(i32::MAX, |day| days_between(ours, day).abs())),
        None => known.max_by_key(|result| result.newest_ms()),
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

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// The day at the beginning of a date or date-time, in its own time zone.
fn date(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

/// A moment. FedEx leaves the offset out at times; UTC then, which is at most half a day wrong.
fn moment_ms(text: &str) -> Option<i64> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment.as_millisecond());
    }
    let local: DateTime = text.parse().ok()?;
    local.to_zoned(TimeZone::UTC).ok().map(|moment| moment.timestamp().as_millisecond())
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

/// The results of one number, in a track answer and in a push.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct CompleteTrackResult {
    #[serde(deserialize_with = "lenient::text")]
    pub(super) tracking_number: String,
    #[serde(deserialize_with = "lenient::list")]
    pub(super) track_results: Vec<TrackResult>,
}

/// One parcel of a track answer; also what a look-up by reference answers.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct TrackResult {
    #[serde(deserialize_with = "lenient::or_empty")]
    pub(super) tracking_number_info: TrackingNumberInfo,
    #[serde(deserialize_with = "lenient::or_empty")]
    pub(super) additional_tracking_info: AdditionalTrackingInfo,
    #[serde(deserialize_with = "lenient::or_empty")]
    pub(super) latest_status_detail: LatestStatus,
    #[serde(deserialize_with = "lenient::or_empty")]
    pub(super) package_details: PackageDetails,
    #[serde(deserialize_with = "lenient::or_empty")]
    pub(super) error: Option<Said>,
    #[serde(deserialize_with = "lenient::list")]
    date_and_times: Vec<DateAndTime>,
    #[serde(deserialize_with = "lenient::list")]
    scan_events: Vec<ScanEvent>,
    #[serde(deserialize_with = "lenient::or_empty")]
    delivery_details: DeliveryDetails,
    #[serde(deserialize_with = "lenient::or_empty")]
    estimated_delivery_time_window: EstimatedWindow,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct TrackingNumberInfo {
    #[serde(deserialize_with = "lenient::text")]
    pub(super) tracking_number: String,
    #[serde(deserialize_with = "lenient::text")]
    pub(super) tracking_number_unique_id: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct AdditionalTrackingInfo {
    #[serde(deserialize_with = "lenient::list")]
    pub(super) package_identifiers: Vec<PackageIdentifier>,
}

/// Which of how many packages it is.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PackageDetails {
    #[serde(deserialize_with = "lenient::count")]
    pub(super) sequence_number: Option<u32>,
    #[serde(deserialize_with = "lenient::count")]
    pub(super) count: Option<u32>,
}

/// `value` in FedEx's schema, `values` in its recorded answers.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct PackageIdentifier {
    #[serde(rename = "type", deserialize_with = "lenient::text")]
    pub(super) kind: String,
    #[serde(deserialize_with = "lenient::texts")]
    pub(super) values: Vec<String>,
    #[serde(deserialize_with = "lenient::texts")]
    pub(super) value: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct LatestStatus {
    #[serde(deserialize_with = "lenient::text")]
    pub(super) code: String,
    #[serde(deserialize_with = "lenient::text")]
    pub(super) derived_code: String,
    #[serde(deserialize_with = "lenient::text")]
    status_by_locale: String,
    #[serde(deserialize_with = "lenient::text")]
    description: String,
    #[serde(deserialize_with = "lenient::list")]
    ancillary_details: Vec<AncillaryDetail>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct AncillaryDetail {
    #[serde(deserialize_with = "lenient::text")]
    reason_description: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DateAndTime {
    #[serde(rename = "type", deserialize_with = "lenient::text")]
    kind: String,
    #[serde(deserialize_with = "lenient::text")]
    date_time: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DeliveryDetails {
    #[serde(deserialize_with = "lenient::text")]
    signed_by_name: String,
    #[serde(deserialize_with = "lenient::text")]
    received_by_name: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct EstimatedWindow {
    #[serde(deserialize_with = "lenient::or_empty")]
    window: Window,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Window {
    #[serde(deserialize_with = "lenient::text")]
    ends: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ScanEvent {
    #[serde(deserialize_with = "lenient::text")]
    date: String,
    #[serde(deserialize_with = "lenient::text")]
    event_type: String,
    #[serde(deserialize_with = "lenient::text")]
    event_description: String,
    #[serde(deserialize_with = "lenient::text")]
    derived_status_code: String,
    #[serde(deserialize_with = "lenient::text")]
    exception_code: String,
    #[serde(deserialize_with = "lenient::text")]
    exception_description: String,
    #[serde(deserialize_with = "lenient::text")]
    location_id: String,
    #[serde(deserialize_with = "lenient::or_empty")]
    scan_location: ScanLocation,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ScanLocation {
    #[serde(deserialize_with = "lenient::text")]
    city: String,
    #[serde(deserialize_with = "lenient::text")]
    state_or_province_code: String,
    #[serde(deserialize_with = "lenient::text")]
    country_code: String,
}

impl ScanLocation {
    /// `Memphis TN, US`.
    fn place(&self) -> String {
        let join =
            |parts: [&str; 2], by: &str| parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(by);
        join([&join([&self.city, &self.state_or_province_code], " "), &self.country_code], ", ")
    }
}

impl TrackResult {
    fn number(&self) -> &str {
        &self.tracking_number_info.tracking_number
    }

    fn time(&self, kind: &str) -> Option<&str> {
        let time = self.date_and_times.iter().find(|time| time.kind == kind)?;
        Some(time.date_time.as_str()).filter(|text| !text.is_empty())
    }

    fn ship_day(&self) -> Option<Date> {
        self.time("SHIP").or_else(|| self.time("ACTUAL_PICKUP")).or_else(|| self.time("ACTUAL_TENDER")).and_then(date)
    }

    /// Its ship date, `YYYY-MM-DD`.
    pub(super) fn ship_date(&self) -> Option<String> {
        self.ship_day().map(|day| day.to_string())
    }

    fn newest_ms(&self) -> i64 {
        let scans = self.scan_events.iter().map(|scan| scan.date.as_str());
        let times = self.date_and_times.iter().map(|time| time.date_time.as_str());
        scans.chain(times).filter_map(moment_ms).max().unwrap_or(i64::MIN)
    }

    fn tracked(&self, tracking_number: &str) -> Tracked {
        let latest = milestone_of(&self.latest_status_detail.code)
            .or_else(|| milestone_of(&self.latest_status_detail.derived_code));
        let delivery = self.scan_events.iter().filter(|scan| scan.event_type == "DL").map(|scan| scan.date.as_str());
        let delivered = self.time("ACTUAL_DELIVERY").into_iter().chain(delivery).find_map(moment_ms);
        let signed_by = [&self.delivery_details.signed_by_name, &self.delivery_details.received_by_name];
        let estimated =
            [self.time("ESTIMATED_DELIVERY"), Some(self.estimated_delivery_time_window.window.ends.as_str())];
        Tracked {
            tracking_number: tracking_number.to_owned(),
            unique_id: self.tracking_number_info.tracking_number_unique_id.clone(),
            found: true,
            scans: self.scan_events.iter().map(|event| self.scan(event, tracking_number)).collect(),
            latest,
            latest_text: self.latest_text(),
            // Coming back to the shipper ends in a delivery too, which is not ours.
            delivered_ms: delivered.filter(|_| latest != Some(Milestone::Returning)),
            signed_by: signed_by.into_iter().find(|name| !name.trim().is_empty()).cloned(),
            estimated_ms: estimated.into_iter().flatten().find_map(moment_ms),
        }
    }

    fn latest_text(&self) -> String {
        let status = &self.latest_status_detail;
        let text = if status.description.is_empty() { &status.status_by_locale } else { &status.description };
        match status.ancillary_details.iter().find(|detail| !detail.reason_description.is_empty()) {
            Some(detail) if detail.reason_description != *text => format!("{text} ({})", detail.reason_description),
            _ => text.clone(),
        }
    }

    fn scan(&self, event: &ScanEvent, tracking_number: &str) -> Scan {
        Scan {
            tracking_number: tracking_number.to_owned(),
            unique_id: self.tracking_number_info.tracking_number_unique_id.clone(),
            code: event.event_type.clone(),
            derived_code: event.derived_status_code.clone(),
            description: event.event_description.clone(),
            at_ms: moment_ms(&event.date).unwrap_or_default(),
            local_time: event.date.clone(),
            place: event.scan_location.place(),
            location_id: event.location_id.clone(),
            exception_code: event.exception_code.clone(),
            exception: event.exception_description.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::scan::condense;
    use serde_json::{Value, json};

    fn parcel(ship_date: Option<&str>) -> Parcel {
        Parcel { tracking_number: "794".into(), ship_date: ship_date.map(str::to_owned) }
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
    fn not_found_inside_a_200_is_an_answer() {
        let body = answer(&json!([{"trackingNumberInfo": {"trackingNumber": "794", "trackingNumberUniqueId": ""},
            "error": {"code": "TRACKING.TRACKINGNUMBER.NOTFOUND", "message": "Cannot be found."}}]));
        let tracked = parse(&body, &[parcel(None)]).unwrap().remove(0);
        assert!(!tracked.found && tracked.latest_text.starts_with("TRACKING.TRACKINGNUMBER.NOTFOUND"));
        // The sandbox answers for another number than asked.
        let other = Parcel { tracking_number: "1".into(), ship_date: None };
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
        one["estimatedDeliveryTimeWindow"] = json!({"window": {"ends": "2026-03-03T20:00:00-06:00"}});
        let tracked = parse(&answer(&json!([one])), &[parcel(Some("2026-03-01"))]).unwrap().remove(0);
        assert_eq!(tracked.scans.len(), 4);
        assert_eq!(tracked.scans[0].place, "Memphis TN, US");
        assert_eq!(tracked.scans[3].at_ms, 1_772_323_200_000, "no offset is read as UTC");
        assert_eq!(condense(None, &tracked.scans), Some(Milestone::Delivered));
        assert_eq!((tracked.latest, tracked.delivered_ms), (Some(Milestone::Delivered), Some(1_772_551_022_000)));
        assert_eq!((tracked.signed_by.as_deref(), tracked.estimated_ms), (Some("J.DOE"), Some(1_772_589_600_000)));
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
