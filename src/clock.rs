//! Time as a parameter: the only caller of the wall clock.
//!
//! Everything that depends on time takes a [`Clock`] or a number of milliseconds, so tests move
//! time by hand and no rule can read it behind our back.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Milliseconds in a second.
pub const SECOND_MS: i64 = 1_000;
/// Milliseconds in a minute.
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
/// Milliseconds in an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds in a day.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// Where the time comes from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// The machine's clock, made faster: for rehearsals, where an hour's wait must pass in a minute.
    Scaled(Pace),
    /// A clock that stands still until a test moves it.
    Manual(Arc<AtomicI64>),
}

/// How a scaled clock runs. Both are given from outside, so that a process that is started again
/// goes on where the one before it was killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The moment at which it agrees with the machine's clock.
    pub from_ms: i64,
    /// How many times faster it runs.
    pub factor: i64,
}

impl Pace {
    /// What the scaled clock shows when the machine's shows `wall_ms`.
    pub fn at(self, wall_ms: i64) -> i64 {
        self.from_ms + (wall_ms - self.from_ms) * self.factor
    }
}

impl Clock {
    /// A clock that starts at `now_ms` and moves only by [`Clock::advance_ms`].
    pub fn manual(now_ms: i64) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(now_ms)))
    }

    /// Milliseconds since 1970, UTC.
    pub fn now_ms(&self) -> i64 {
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is the one place")]
            Self::System => jiff::Timestamp::now().as_millisecond(),
            Self::Scaled(pace) => pace.at(Self::System.now_ms()),
            Self::Manual(now) => now.load(Ordering::SeqCst),
        }
    }

    /// Moves a manual clock forward; the others do not listen.
    pub fn advance_ms(&self, by_ms: i64) {
        if let Self::Manual(now) = self {
            now.fetch_add(by_ms, Ordering::SeqCst);
        }
    }
}

/// `2026-11-22 18:56:53 UTC`, for people.
pub fn text(ms: i64) -> String {
    timestamp(ms).strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// `2026-11-22T18:56:53Z`, for systems.
pub fn rfc3339(ms: i64) -> String {
    timestamp(ms).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `2026-11-22` in UTC.
pub fn date(ms: i64) -> String {
    timestamp(ms).strftime("%Y-%m-%d").to_string()
}

/// How far from UTC a moment was written, in milliseconds: `2026-11-22T18:56:53-06:00`.
pub fn offset_ms(text: &str) -> Option<i64> {
    let offset = jiff::fmt::temporal::Pieces::parse(text.trim()).ok()?.to_numeric_offset()?;
    Some(i64::from(offset.seconds()) * SECOND_MS)
}

/// `06:12` in UTC.
pub fn hour_and_minute(ms: i64) -> String {
    timestamp(ms).strftime("%H:%M").to_string()
}

/// `Thursday 24 Nov` in UTC.
pub fn weekday(ms: i64) -> String {
    timestamp(ms).strftime("%A %-d %b").to_string()
}

/// The beginning of a day written as `2026-11-22`, in UTC.
pub fn day_ms(text: &str) -> Option<i64> {
    let date: jiff::civil::Date = text.trim().parse().ok()?;
    Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

/// A moment written as `2026-11-22T18:56:53Z`, or with an offset.
pub fn parse_ms(text: &str) -> Option<i64> {
    text.trim().parse().ok().map(jiff::Timestamp::as_millisecond)
}

/// A moment as the calendar takes it; one beyond all calendars is the beginning of 1970.
pub(crate) fn timestamp(ms: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_for_people_and_for_systems() {
        assert_eq!(text(1_795_373_813_000), "2026-11-22 18:56:53 UTC");
        assert_eq!(rfc3339(1_795_373_813_000), "2026-11-22T18:56:53Z");
        assert_eq!(date(1_795_373_813_000), "2026-11-22");
        assert_eq!(day_ms("2026-11-22").map(date).as_deref(), Some("2026-11-22"));
        assert_eq!(day_ms("22.11.2026"), None);
        assert_eq!(parse_ms("2026-11-22T18:56:53Z"), Some(1_795_373_813_000));
        assert_eq!(parse_ms("2026-11-22"), None);
        assert_eq!(
            (hour_and_minute(1_795_373_813_000), weekday(1_795_373_813_000)),
            ("18:56".into(), "Sunday 22 Nov".into())
        );
        assert_eq!(offset_ms("2026-11-22T18:56:53-06:00"), Some(-6 * HOUR_MS));
        assert_eq!((offset_ms("2026-11-22T18:56:53"), offset_ms("noon")), (None, None));
    }

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = Clock::manual(5);
        clock.advance_ms(SECOND_MS);
        assert_eq!(clock.now_ms(), 1_005);
    }

    #[test]
    fn a_scaled_clock_runs_faster_from_where_it_began() {
        let pace = Pace { from_ms: 1_000_000, factor: 60 };
        assert_eq!(pace.at(1_000_000), 1_000_000);
        assert_eq!(pace.at(1_000_000 + MINUTE_MS), 1_000_000 + HOUR_MS);
    }
}
