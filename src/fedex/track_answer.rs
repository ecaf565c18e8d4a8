//! One parcel as FedEx's Track API and its pushes tell it, and what of it we take.
//!
//! Scans come newest first, doubled, sometimes with a day and no time; missing texts are empty.

use crate::fedex::error::Said;
use crate::fedex::lenient;
use crate::order::parcel_state::Tracked;
use crate::order::scan::{Milestone, Scan, milestone_of};
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz::TimeZone};
use serde::Deserialize;

/// A day without a time is taken for its middle: at most half a day wrong, whatever its time zone.
const NOON_MS: i64 = 12 * crate::clock::HOUR_MS;

/// Days from one date to another.
pub(super) fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// The day at the beginning of a date or date-time, in its own time zone.
pub(super) fn date(text: &str) -> Option<Date> {
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
    estimated_delivery_time_window: TimeWindow,
    #[serde(deserialize_with = "lenient::or_empty")]
    standard_transit_time_window: TimeWindow,
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
    #[serde(deserialize_with = "lenient::or_empty")]
    scan_location: ScanLocation,
    #[serde(deserialize_with = "lenient::list")]
    ancillary_details: Vec<AncillaryDetail>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct AncillaryDetail {
    #[serde(deserialize_with = "lenient::text")]
    reason: String,
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
struct TimeWindow {
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
    /// Its tracking number.
    pub(super) fn number(&self) -> &str {
        &self.tracking_number_info.tracking_number
    }

    fn time(&self, kind: &str) -> Option<&str> {
        let time = self.date_and_times.iter().find(|time| time.kind == kind)?;
        Some(time.date_time.as_str()).filter(|text| !text.is_empty())
    }

    /// The day on which it was shipped.
    pub(super) fn ship_day(&self) -> Option<Date> {
        self.time("SHIP").or_else(|| self.time("ACTUAL_PICKUP")).or_else(|| self.time("ACTUAL_TENDER")).and_then(date)
    }

    /// Its ship date, `YYYY-MM-DD`.
    pub(super) fn ship_date(&self) -> Option<String> {
        self.ship_day().map(|day| day.to_string())
    }

    /// The newest moment it tells of.
    pub(super) fn newest_ms(&self) -> i64 {
        let scans = self.scan_events.iter().map(|scan| scan.date.as_str());
        let times = self.date_and_times.iter().map(|time| time.date_time.as_str());
        scans.chain(times).filter_map(moment_ms).max().unwrap_or(i64::MIN)
    }

    /// What we take of it.
    pub(super) fn tracked(&self, tracking_number: &str) -> Tracked {
        let latest = milestone_of(&self.latest_status_detail.code)
            .or_else(|| milestone_of(&self.latest_status_detail.derived_code));
        let delivery = self.scan_events.iter().filter(|scan| scan.event_type == "DL").map(|scan| scan.date.as_str());
        let delivered = self.time("ACTUAL_DELIVERY").into_iter().chain(delivery).find_map(moment_ms);
        let signed_by = [&self.delivery_details.signed_by_name, &self.delivery_details.received_by_name];
        let estimated =
            [self.time("ESTIMATED_DELIVERY"), Some(self.estimated_delivery_time_window.window.ends.as_str())];
        let committed = [self.time("COMMITMENT"), Some(self.standard_transit_time_window.window.ends.as_str())];
        let status = &self.latest_status_detail;
        let reason = status.ancillary_details.iter().find(|detail| !detail.reason.is_empty());
        Tracked {
            tracking_number: tracking_number.to_owned(),
            unique_id: self.tracking_number_info.tracking_number_unique_id.clone(),
            found: true,
            scans: self.scans(tracking_number),
            latest,
            code: status.code.clone(),
            derived_code: status.derived_code.clone(),
            latest_place: status.scan_location.place(),
            reason_code: reason.map(|reason| reason.reason.clone()).unwrap_or_default(),
            reason_text: reason.map(|reason| reason.reason_description.clone()).unwrap_or_default(),
            latest_text: self.latest_text(),
            // Coming back to the shipper ends in a delivery too, which is not ours.
            delivered_ms: delivered.filter(|_| latest != Some(Milestone::Returning)),
            signed_by: signed_by.into_iter().find(|name| !name.trim().is_empty()).cloned(),
            estimated_ms: estimated.into_iter().flatten().find_map(moment_ms),
            committed_ms: committed.into_iter().flatten().find_map(moment_ms),
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

    fn scans(&self, tracking_number: &str) -> Vec<Scan> {
        let mut scans: Vec<Scan> = self.scan_events.iter().map(|event| self.scan(event, tracking_number)).collect();
        let timed: Vec<Option<(Option<Date>, i64)>> =
            scans.iter().map(|scan| scan.has_time().then(|| (date(&scan.local_time), scan.at_ms))).collect();
        for (place, scan) in scans.iter_mut().enumerate().filter(|(_, scan)| !scan.has_time()) {
            // A day without a time stands beside what happened on that day: the list is in FedEx's order.
            let Some(day) = date(&scan.local_time) else { continue };
            let newer = timed[..place].iter().rev().flatten().next();
            let older = timed[place + 1..].iter().flatten().next();
            let beside = [newer, older].into_iter().flatten().find(|(of, _)| *of == Some(day));
            scan.at_ms = beside.map_or(scan.at_ms + NOON_MS, |(_, at_ms)| *at_ms);
        }
        scans
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
