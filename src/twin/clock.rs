//! The twin's clock: the wall clock plus an offset that a test may advance.
//!
//! Everything that ages inside the twins (tokens, throttles, journeys, label addresses) reads this
//! clock and no other. The formats that the vendors print live here too.

use jiff::{Timestamp, tz::Offset};

/// One second in milliseconds, the unit of every time kept by the twins.
pub(super) const SECOND_MS: i64 = 1_000;
/// One minute in milliseconds.
pub(super) const MINUTE_MS: i64 = 60 * SECOND_MS;
/// One hour in milliseconds.
pub(super) const HOUR_MS: i64 = 3_600 * SECOND_MS;

/// Reads the wall clock in Unix milliseconds.
#[expect(clippy::disallowed_methods, reason = "the twin plays an outside system, which has its own clock")]
pub(super) fn wall_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

/// Prints an instant as F&O does: UTC, whole seconds, a final Z.
pub(super) fn utc(ms: i64) -> String {
    stamp(ms).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Prints an instant as Entra does in its error bodies.
pub(super) fn entra(ms: i64) -> String {
    stamp(ms).strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// Prints the UTC day of an instant as `YYYY-MM-DD`.
pub(super) fn date(ms: i64) -> String {
    stamp(ms).strftime("%Y-%m-%d").to_string()
}

/// Prints the day of an instant the way F&O keeps date-only fields: noon UTC.
pub(super) fn noon(ms: i64) -> String {
    format!("{}T12:00:00Z", date(ms))
}

/// Prints an instant in local time with its offset, as FedEx stamps a scan.
pub(super) fn with_offset(ms: i64, hours: i8) -> String {
    let offset = Offset::from_hours(hours).unwrap_or(Offset::UTC);
    format!("{}{:+03}:00", offset.to_datetime(stamp(ms)).strftime("%Y-%m-%dT%H:%M:%S"), hours)
}

/// The name of the day, as FedEx writes a delivery day.
pub(super) fn weekday(ms: i64) -> String {
    let day = Offset::UTC.to_datetime(stamp(ms)).strftime("%a").to_string();
    day.to_uppercase()
}

/// Parses an instant that carries an offset or Z.
pub(super) fn parse_ms(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

/// Parses `YYYY-MM-DD` to midnight UTC.
pub(super) fn parse_date_ms(text: &str) -> Option<i64> {
    parse_ms(&format!("{text}T00:00:00Z"))
}

fn stamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_those_of_the_vendors() {
        let ms = parse_ms("2026-07-30T18:05:09Z").unwrap();
        assert_eq!(utc(ms), "2026-07-30T18:05:09Z");
        assert_eq!(noon(ms), "2026-07-30T12:00:00Z");
        assert_eq!(with_offset(ms, -6), "2026-07-30T12:05:09-06:00");
        assert_eq!(entra(ms), "2026-07-30 18:05:09Z");
        assert_eq!(weekday(ms), "THU");
        assert_eq!(parse_date_ms("2026-07-30").map(utc).as_deref(), Some("2026-07-30T00:00:00Z"));
    }
}
