//! How many transactions FedEx admits: in ten seconds for a project, in a day for an organisation.
//!
//! Both refusals are a 429 and differ in their message alone. Labels and tokens do not count; the
//! token endpoint has a throttle of its own.

use serde::{Deserialize, Serialize};

use super::clock::{HOUR_MS, SECOND_MS};

/// Transactions that a project may make in one window, as FedEx's page on limits states.
const WINDOW_LIMIT: u64 = 1_400;
/// The window, counted from the full ten seconds and not from the first call.
const WINDOW_MS: i64 = 10 * SECOND_MS;
/// The day of the daily quota, by GMT.
const DAY_MS: i64 = 24 * HOUR_MS;

const TOO_MANY: &str = "We have received too many requests in a short duration. Please wait a while to try again.";
const DAY_IS_OVER: &str = "Daily transaction quota exceeded. Retry after 12:00AM GMT";

/// Counts transactions against their limits; a limit of 0 is none.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Quota {
    pub window_limit: u64,
    pub daily_limit: u64,
    /// Of the tracking calls alone, whose quota is a project's own.
    #[serde(default)]
    pub track_limit: u64,
    #[serde(default)]
    track_day: i64,
    #[serde(default)]
    tracked: u64,
    window: i64,
    in_window: u64,
    day: i64,
    in_day: u64,
}

impl Default for Quota {
    fn default() -> Self {
        Self {
            window_limit: WINDOW_LIMIT,
            daily_limit: 0,
            track_limit: 0,
            track_day: 0,
            tracked: 0,
            window: 0,
            in_window: 0,
            day: 0,
            in_day: 0,
        }
    }
}

impl Quota {
    /// Counts a transaction, or says why it is refused.
    pub(super) fn admit(&mut self, now_ms: i64) -> Result<(), &'static str> {
        let (window, day) = (now_ms / WINDOW_MS, now_ms / DAY_MS);
        if self.window != window {
            (self.window, self.in_window) = (window, 0);
        }
        if self.day != day {
            (self.day, self.in_day) = (day, 0);
        }
        if self.daily_limit > 0 && self.in_day >= self.daily_limit {
            return Err(DAY_IS_OVER);
        }
        if self.window_limit > 0 && self.in_window >= self.window_limit {
            return Err(TOO_MANY);
        }
        self.in_window += 1;
        self.in_day += 1;
        Ok(())
    }

    /// Counts a tracking call, which has a quota of its own beside, or says why it is refused.
    pub(super) fn admit_tracking(&mut self, now_ms: i64) -> Result<(), &'static str> {
        if self.track_day != now_ms / DAY_MS {
            (self.track_day, self.tracked) = (now_ms / DAY_MS, 0);
        }
        if self.track_limit > 0 && self.tracked >= self.track_limit {
            return Err(DAY_IS_OVER);
        }
        self.tracked += 1;
        Ok(())
    }

    /// Transactions admitted today.
    pub(super) fn today(&self, now_ms: i64) -> u64 {
        if self.day == now_ms / DAY_MS { self.in_day } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_refuses_until_it_ends_and_a_day_until_midnight() {
        let mut quota = Quota { window_limit: 3, daily_limit: 5, ..Quota::default() };
        let at = DAY_MS - 2 * WINDOW_MS;
        for call in 0..3 {
            assert_eq!(quota.admit(at + call), Ok(()));
        }
        assert_eq!(quota.admit(at + 9_999), Err(TOO_MANY));
        assert_eq!(quota.admit(at + WINDOW_MS), Ok(()));
        assert_eq!(quota.admit(at + WINDOW_MS), Ok(()));
        assert_eq!(quota.admit(DAY_MS - 1), Err(DAY_IS_OVER));
        assert_eq!((quota.today(DAY_MS - 1), quota.today(DAY_MS)), (5, 0));
        assert_eq!(quota.admit(DAY_MS), Ok(()));
    }

    #[test]
    fn tracking_has_a_quota_of_its_own_until_midnight() {
        let mut quota = Quota { track_limit: 2, ..Quota::default() };
        assert_eq!([1, 2, 3].map(|at| quota.admit_tracking(at)), [Ok(()), Ok(()), Err(DAY_IS_OVER)]);
        assert_eq!(quota.admit(4), Ok(()));
        assert_eq!(quota.admit_tracking(DAY_MS), Ok(()));
    }

    #[test]
    fn without_limits_everything_is_admitted() {
        let mut quota = Quota { window_limit: 0, ..Quota::default() };
        assert!((0..5_000).all(|_| quota.admit(1).is_ok()));
    }
}
