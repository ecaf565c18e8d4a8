//! What a failed call means for its step: try again, wait, or ask a person.
//!
//! | class | what we do |
//! |---|---|
//! | transient | again after 2 s, doubling to 5 min, with jitter; parked after 12 in a row |
//! | throttled | again when the vendor says, never earlier; does not count |
//! | not allowed in | again every 5 min; does not count, since a person must mend the connection |
//! | permanent | parked with its cause |
//! | no answer | for a purchase: outcome unknown; for all else: like transient |

use crate::clock::{MINUTE_MS, SECOND_MS};
use crate::order::cause::Cause;

/// First wait of a transient failure. Short, because most such failures are over at once.
pub const FIRST_WAIT_MS: i64 = 2 * SECOND_MS;
/// Longest wait of a transient failure: an operator who mended something sees it within this.
pub const LONGEST_WAIT_MS: i64 = 5 * MINUTE_MS;
/// Transient failures in a row before a person is asked: about half an hour of trying.
pub const PARK_AFTER: u32 = 12;
/// Wait when the vendor throttles and names no time; Microsoft's own sample waits 30 s.
pub const UNNAMED_THROTTLE_MS: i64 = 30 * SECOND_MS;
/// Longest Retry-After we believe: a day, FedEx's daily quota being the longest known.
pub const LONGEST_RETRY_AFTER_MS: i64 = 24 * 60 * MINUTE_MS;
/// Between tries while credentials are refused. FedEx locks out who keeps trying.
pub const REFUSED_WAIT_MS: i64 = 5 * MINUTE_MS;

/// How a call failed, by what we can do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Certainly not done, and likely to pass: connection refused, 502, 503 of a read.
    Transient(Cause),
    /// Not done; the vendor asked us to wait.
    Throttled {
        /// Its cause, shown while waiting.
        cause: Cause,
        /// The vendor's Retry-After, if it named one.
        retry_after_ms: Option<i64>,
    },
    /// Credentials or rights are missing: no order can pass until somebody mends the connection.
    NotAllowed(Cause),
    /// Will fail again however often we try: a person must change something.
    Permanent(Cause),
    /// Sent, and no answer came: it may have been done.
    NoAnswer(Cause),
}

impl Failure {
    /// Its cause.
    pub fn cause(&self) -> &Cause {
        match self {
            Self::Transient(cause)
            | Self::Throttled { cause, .. }
            | Self::NotAllowed(cause)
            | Self::Permanent(cause)
            | Self::NoAnswer(cause) => cause,
        }
    }
}

/// What to do after a failure of a step that may be repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Again in so many milliseconds; `counts` says whether it adds to the failures in a row.
    Again {
        /// From now.
        in_ms: i64,
        /// Adds to the failures in a row.
        counts: bool,
    },
    /// A person is asked.
    Park,
}

/// Decides for a step that may be repeated safely. `jitter` is a number from 0 to 1.
pub fn decide(failure: &Failure, failures: u32, jitter: f64) -> Decision {
    match failure {
        Failure::Permanent(_) => Decision::Park,
        Failure::NotAllowed(_) => Decision::Again { in_ms: spread(REFUSED_WAIT_MS, jitter), counts: false },
        Failure::Throttled { retry_after_ms, .. } => {
            let asked = retry_after_ms.unwrap_or(UNNAMED_THROTTLE_MS).clamp(0, LONGEST_RETRY_AFTER_MS);
            // Only ever later than asked: an early try prolongs the throttle.
            Decision::Again { in_ms: spread(asked, jitter), counts: false }
        }
        Failure::Transient(_) | Failure::NoAnswer(_) => {
            if failures + 1 >= PARK_AFTER {
                return Decision::Park;
            }
            let doubled = FIRST_WAIT_MS.saturating_mul(1 << failures.min(20));
            Decision::Again { in_ms: spread(doubled.min(LONGEST_WAIT_MS), jitter), counts: true }
        }
    }
}

/// Up to a fifth later, so that many orders do not come back in the same moment.
fn spread(wait_ms: i64, jitter: f64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "waits are small numbers of milliseconds"
    )]
    let extra = (wait_ms as f64 / 5.0 * jitter.clamp(0.0, 1.0)) as i64;
    wait_ms + extra
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::cause::Cause;

    fn cause() -> Cause {
        Cause::new("fedex.unavailable")
    }

    #[test]
    fn transient_failures_wait_longer_each_time_and_end_with_a_person() {
        let failure = Failure::Transient(cause());
        assert_eq!(decide(&failure, 0, 0.0), Decision::Again { in_ms: 2_000, counts: true });
        assert_eq!(decide(&failure, 3, 0.0), Decision::Again { in_ms: 16_000, counts: true });
        assert_eq!(decide(&failure, 10, 0.0), Decision::Again { in_ms: 300_000, counts: true });
        assert_eq!(decide(&failure, 11, 0.0), Decision::Park);
    }

    #[test]
    fn a_throttled_call_never_comes_back_early_and_never_counts() {
        let failure = Failure::Throttled { cause: cause(), retry_after_ms: Some(7_000) };
        for jitter in [0.0, 0.5, 1.0] {
            let Decision::Again { in_ms, counts } = decide(&failure, 99, jitter) else {
                panic!("throttled is never parked")
            };
            assert!(in_ms >= 7_000 && !counts);
        }
    }

    #[test]
    fn refused_credentials_wait_and_permanent_failures_park() {
        assert_eq!(
            decide(&Failure::NotAllowed(cause()), 50, 0.0),
            Decision::Again { in_ms: REFUSED_WAIT_MS, counts: false }
        );
        assert_eq!(decide(&Failure::Permanent(cause()), 0, 0.0), Decision::Park);
    }
}
