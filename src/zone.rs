//! The time zone in which people read and write moments: of their warehouse. Systems get UTC.

use crate::clock::{DAY_MS, SECOND_MS, timestamp};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// A moment as `clock::text` writes it, in sentences too.
static IN_UTC: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC\b").expect("a constant pattern"));

/// A time zone; UTC unless an operator named one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl Zone {
    /// The zone of an IANA name: `America/Chicago`. The zones are in the binary, so that the answer
    /// is the same on every machine.
    pub fn named(name: &str) -> Option<Self> {
        TimeZoneDatabase::bundled().get(name.trim()).ok().map(Self)
    }

    /// Its IANA name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// Whether nothing has to be moved.
    pub fn is_utc(&self) -> bool {
        self.0 == TimeZone::UTC
    }

    /// For the calendar of a warehouse.
    pub fn time_zone(&self) -> TimeZone {
        self.0.clone()
    }

    /// `2026-11-22 12:56:53 CST`.
    pub fn text(&self, ms: i64) -> String {
        self.written(ms, "%Y-%m-%d %H:%M:%S %Z")
    }

    /// What its clocks are called at a moment: `CST`.
    pub fn short(&self, ms: i64) -> String {
        self.written(ms, "%Z")
    }

    /// The day of a moment: `2026-11-22`.
    pub fn date(&self, ms: i64) -> String {
        self.written(ms, "%Y-%m-%d")
    }

    /// `2026-11-22T12:56`, as a browser's input takes it.
    pub fn input(&self, ms: i64) -> String {
        self.written(ms, "%Y-%m-%dT%H:%M")
    }

    /// How far its clocks are from UTC at a moment, in milliseconds.
    pub fn offset_ms(&self, ms: i64) -> i64 {
        i64::from(self.0.to_offset(timestamp(ms)).seconds()) * SECOND_MS
    }

    /// The beginning of the day of a moment.
    pub fn midnight_ms(&self, ms: i64) -> i64 {
        let day = timestamp(ms).to_zoned(self.time_zone()).start_of_day();
        day.map_or(ms - ms.rem_euclid(DAY_MS), |day| day.timestamp().as_millisecond())
    }

    /// The beginning of the day after the one of a moment.
    pub fn next_midnight_ms(&self, ms: i64) -> i64 {
        let tomorrow = timestamp(ms).to_zoned(self.time_zone()).tomorrow();
        let day = tomorrow.and_then(|day| day.start_of_day());
        day.map_or(self.midnight_ms(ms) + DAY_MS, |day| day.timestamp().as_millisecond())
    }

    /// A moment as a form or a person writes it: `2026-11-22`, which is the beginning of the day,
    /// `2026-11-22T18:30`, or one that names its own distance from UTC.
    pub fn read(&self, text: &str) -> Option<i64> {
        let text = text.trim();
        if let Ok(moment) = text.parse::<Timestamp>() {
            return Some(moment.as_millisecond());
        }
        let local = text.parse::<DateTime>().ok().or_else(|| text.parse::<Date>().ok().map(|day| day.at(0, 0, 0, 0)));
        Some(local?.to_zoned(self.time_zone()).ok()?.timestamp().as_millisecond())
    }

    /// A text with every moment in it that was written in UTC.
    pub fn localised(&self, text: &str) -> Option<String> {
        if self.is_utc() || !text.contains(" UTC") {
            return None;
        }
        let local = IN_UTC.replace_all(text, |found: &Captures<'_>| {
            let moment = format!("{}T{}Z", &found[1], &found[2]).parse::<Timestamp>();
            moment.map_or_else(|_| found[0].to_owned(), |moment| self.text(moment.as_millisecond()))
        });
        Some(local.into_owned())
    }

    fn written(&self, ms: i64, format: &str) -> String {
        timestamp(ms).to_zoned(self.time_zone()).strftime(format).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{self, HOUR_MS};

    /// 2026-11-22 18:56:53 UTC.
    const NOW: i64 = 1_795_373_813_000;

    fn chicago() -> Zone {
        Zone::named(" America/Chicago ").expect("a zone")
    }

    #[test]
    fn a_moment_is_written_as_the_warehouse_reads_it() {
        let zone = chicago();
        assert_eq!(zone.text(NOW), "2026-11-22 12:56:53 CST");
        assert_eq!((zone.short(NOW), zone.short(NOW - 60 * DAY_MS)), ("CST".into(), "CDT".into()));
        assert_eq!((zone.date(NOW), zone.input(NOW)), ("2026-11-22".into(), "2026-11-22T12:56".into()));
        assert_eq!(zone.offset_ms(NOW), -6 * HOUR_MS);
        assert_eq!(clock::rfc3339(zone.midnight_ms(NOW)), "2026-11-22T06:00:00Z");
        assert_eq!(clock::rfc3339(zone.next_midnight_ms(NOW)), "2026-11-23T06:00:00Z");
        // The day clocks are put back has 25 hours.
        let autumn = zone.read("2026-11-01").expect("a day");
        assert_eq!(zone.next_midnight_ms(autumn) - autumn, 25 * HOUR_MS);
        assert_eq!(Zone::default().text(NOW), clock::text(NOW));
        assert!(Zone::named("Chicago").is_none() && Zone::default().is_utc() && !zone.is_utc());
    }

    #[test]
    fn what_a_person_writes_is_meant_by_the_clocks_of_the_warehouse() {
        let at = |text: &str| chicago().read(text).map(clock::rfc3339);
        assert_eq!(at("2026-11-22").as_deref(), Some("2026-11-22T06:00:00Z"));
        assert_eq!(at(" 2026-11-22T18:30 ").as_deref(), Some("2026-11-23T00:30:00Z"));
        assert_eq!(at("2026-11-22 18:30:15").as_deref(), Some("2026-11-23T00:30:15Z"));
        assert_eq!(at("2026-07-22T18:30").as_deref(), Some("2026-07-22T23:30:00Z"));
        assert_eq!(at("2026-11-22T18:30:00Z").as_deref(), Some("2026-11-22T18:30:00Z"));
        assert_eq!(at("2026-11-22T18:30:00-08:00").as_deref(), Some("2026-11-23T02:30:00Z"));
        assert_eq!((at("yesterday"), at(""), at("18:30")), (None, None, None));
        assert_eq!(Zone::default().read("2026-11-22T18:56:53"), Some(NOW));
    }

    #[test]
    fn moments_in_a_sentence_are_moved_and_nothing_else() {
        let zone = chicago();
        let moved = zone.localised("Delivered on 2026-11-22 18:56:53 UTC; counted anew at 2026-11-23 00:00:00 UTC.");
        let expected = "Delivered on 2026-11-22 12:56:53 CST; counted anew at 2026-11-22 18:00:00 CST.";
        assert_eq!(moved.as_deref(), Some(expected));
        for kept in ["at 00:00 UTC", "2026-13-45 99:00:00 UTC"] {
            assert_eq!(zone.localised(kept).as_deref(), Some(kept));
        }
        assert_eq!(zone.localised("2026-11-22T18:56:53Z"), None);
        assert_eq!(Zone::default().localised("2026-11-22 18:56:53 UTC"), None);
    }
}
