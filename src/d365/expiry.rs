//! When what signs us in ends, told early enough to change it.

use crate::clock::{self, DAY_MS};

/// Told from this long before. A new secret needs somebody with rights in Entra, who may be away.
pub const WARN_BEFORE_MS: i64 = 30 * DAY_MS;

/// An end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// Good until.
    pub at_ms: i64,
    /// The day people know.
    day_ms: i64,
    /// `client secret` or `certificate`.
    pub what: &'static str,
}

/// What to tell of an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// It is over.
    pub expired: bool,
    /// A few words: `secret expires 2026-12-20`.
    pub short: String,
    /// One sentence with its next step.
    pub sentence: String,
}

impl Expiry {
    /// A client secret, good to the end of the day that Entra names.
    pub fn of_secret(day_ms: i64) -> Self {
        Self { at_ms: day_ms + DAY_MS, day_ms, what: "client secret" }
    }

    /// A certificate.
    pub fn of_certificate(at_ms: i64) -> Self {
        Self { at_ms, day_ms: at_ms, what: "certificate" }
    }

    /// The day, `2026-12-20`.
    pub fn day(&self) -> String {
        clock::date(self.day_ms)
    }

    /// It is over.
    pub fn is_over(&self, now_ms: i64) -> bool {
        now_ms >= self.at_ms
    }

    /// What is told now; nothing while the end is far.
    pub fn notice(&self, now_ms: i64) -> Option<Notice> {
        if now_ms < self.at_ms - WARN_BEFORE_MS {
            return None;
        }
        let expired = self.is_over(now_ms);
        let verb = if expired { "expired" } else { "expires" };
        let (what, day) = (self.what, self.day());
        let word = what.rsplit(' ').next().unwrap_or(what);
        Some(Notice {
            expired,
            short: format!("{word} {verb} {day}"),
            sentence: format!(
                "The {what} of Dynamics 365 {verb} on {day}: make a new one in Microsoft Entra and enter it on the Connections page."
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_from_thirty_days_before_and_otherwise_after() {
        let day = clock::day_ms("2026-12-20").unwrap();
        let secret = Expiry::of_secret(day);
        assert_eq!(secret.notice(day - 30 * DAY_MS), None);
        let soon = secret.notice(day - 29 * DAY_MS).unwrap();
        assert_eq!((soon.expired, soon.short.as_str()), (false, "secret expires 2026-12-20"));
        assert!(!secret.notice(day + DAY_MS - 1).unwrap().expired, "the last day counts");
        let over = secret.notice(day + DAY_MS).unwrap();
        assert!(over.expired && over.sentence.contains("expired on 2026-12-20"), "{over:?}");
        assert!(Expiry::of_certificate(day).notice(day).unwrap().short.starts_with("certificate expired"));
    }
}
