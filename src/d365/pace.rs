//! How fast one environment is asked: a rate, calls side by side, and a gate that a 429 closes.
//!
//! A throttle counts for the whole environment, so after a 429 nothing leaves until the time it
//! named, for whichever order; a try before that prolongs it. The gate outlives the process. The
//! first call after a start or a long rest meets a cold server, which is no fault of anybody.

use crate::clock::{MINUTE_MS, SECOND_MS};
use crate::order::cause::Cause;
use crate::order::retry::{Failure, LONGEST_RETRY_AFTER_MS, UNNAMED_THROTTLE_MS};
use crate::transport::credential::CredentialError;
use crate::transport::token::Shelf;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use http::Method;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Calls a second: half of Microsoft's 6,000 in 300 s for one user, because others use it too.
const PER_SECOND: u32 = 10;
/// Calls side by side. Microsoft's limit was 52 for a user and web server.
const CONCURRENT: usize = 8;
/// Writes side by side: Microsoft marks the order header "single thread recommended".
const WRITES: usize = 3;
/// Most an operator may set; more is a typing slip.
const MOST: usize = 1_000;
/// Longest wait for a 429 that names no time, however many came in a row.
const LONGEST_UNNAMED_MS: i64 = 5 * MINUTE_MS;
/// After so long without an answer the server may have gone to sleep.
const IDLE_MS: i64 = 20 * MINUTE_MS;
/// A first call under way for longer is shown as warming up.
const WARMING_AFTER_MS: i64 = 3 * SECOND_MS;
/// So many first calls without an answer in a row, of two minutes each, are called warming up; after
/// that it is simply not answering.
const WARMING_MISSES: u32 = 2;

/// How fast an environment is asked, as an operator sets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Calls a second.
    pub per_second: u32,
    /// Calls side by side.
    pub concurrent: usize,
    /// Writes among them.
    pub writes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_second: PER_SECOND, concurrent: CONCURRENT, writes: WRITES }
    }
}

impl Limits {
    /// Takes limits that can be kept.
    pub fn checked(self) -> Result<Self, CredentialError> {
        let rate = usize::try_from(self.per_second).unwrap_or(usize::MAX);
        for (field, value) in [("per_second", rate), ("concurrent", self.concurrent), ("writes", self.writes)] {
            if !(1..=MOST).contains(&value) {
                let next = format!("Use 1 to {MOST}; the defaults are {PER_SECOND}, {CONCURRENT} and {WRITES}.");
                return Err(CredentialError::new(&format!("limits.{field}"), "It is out of range.", &next));
            }
        }
        Ok(self)
    }
}

/// Closed while a vendor wants to be left alone.
pub(super) struct Gate {
    name: String,
    until_ms: AtomicI64,
    in_a_row: AtomicU32,
    shelf: Arc<dyn Shelf>,
}

impl Gate {
    pub(super) fn new(name: String, shelf: Arc<dyn Shelf>) -> Self {
        Self { name, until_ms: AtomicI64::new(0), in_a_row: AtomicU32::new(0), shelf }
    }

    /// Until when nothing may leave. Asked anew each time, because another node may have closed it.
    pub(super) async fn closed_until(&self, now_ms: i64) -> Option<i64> {
        let kept = self.shelf.breaker(&self.name).await.unwrap_or(0);
        let until_ms = self.until_ms.fetch_max(kept, Ordering::SeqCst).max(kept);
        (until_ms > now_ms).then_some(until_ms)
    }

    /// Refuses while it is closed.
    pub(super) async fn pass(&self, now_ms: i64) -> Result<(), Failure> {
        match self.closed_until(now_ms).await {
            Some(until_ms) => {
                let detail = format!("nothing is sent before {}", crate::clock::text(until_ms));
                Err(throttled(Cause::new("d365.throttled").detail(detail), until_ms - now_ms))
            }
            None => Ok(()),
        }
    }

    /// A 429 came. Answers how long it is closed from now.
    pub(super) async fn close(&self, named_ms: Option<i64>, now_ms: i64, jitter: f64) -> i64 {
        let wait_ms = wait_ms(named_ms, self.in_a_row.fetch_add(1, Ordering::SeqCst), jitter);
        let until_ms = self.until_ms.fetch_max(now_ms + wait_ms, Ordering::SeqCst).max(now_ms + wait_ms);
        self.shelf.open_breaker(&self.name, until_ms).await;
        until_ms - now_ms
    }

    /// Another answer than a 429 came.
    pub(super) fn opened(&self) {
        self.in_a_row.store(0, Ordering::SeqCst);
    }
}

/// How long a 429 is obeyed. Without a time: half a minute, doubling, spread so that nodes do not
/// come back together.
fn wait_ms(named_ms: Option<i64>, in_a_row: u32, jitter: f64) -> i64 {
    if let Some(named_ms) = named_ms {
        return named_ms.clamp(0, LONGEST_RETRY_AFTER_MS);
    }
    let doubled = UNNAMED_THROTTLE_MS.saturating_mul(1 << in_a_row.min(10)).min(LONGEST_UNNAMED_MS);
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a few minutes in milliseconds")]
    let spread = (doubled as f64 / 5.0 * jitter.clamp(0.0, 1.0)) as i64;
    doubled + spread
}

/// A failure that waits so long.
pub(super) fn throttled(cause: Cause, wait_ms: i64) -> Failure {
    Failure::Throttled { cause, retry_after_ms: Some(wait_ms) }
}

#[derive(Default)]
struct Warmth {
    answered_ms: Option<i64>,
    asking_ms: Option<i64>,
    misses: u32,
}

/// The pace of one environment.
pub(super) struct Pace {
    rate: DefaultDirectRateLimiter,
    calls: Semaphore,
    writes: Semaphore,
    warmth: Mutex<Warmth>,
    /// Closed by the environment's 429.
    pub(super) gate: Gate,
}

/// The right to make one call; it ends when this is dropped.
pub(super) struct Turn<'a> {
    _write: Option<SemaphorePermit<'a>>,
    _call: Option<SemaphorePermit<'a>>,
}

impl Pace {
    pub(super) fn new(limits: Limits, gate: Gate) -> Self {
        let per_second = NonZeroU32::new(limits.per_second).unwrap_or(NonZeroU32::MIN);
        Self {
            rate: RateLimiter::direct(Quota::per_second(per_second)),
            calls: Semaphore::new(limits.concurrent),
            writes: Semaphore::new(limits.writes),
            warmth: Mutex::default(),
            gate,
        }
    }

    /// Waits for a place among the calls side by side, then for the rate.
    pub(super) async fn turn(&self, method: &Method) -> Turn<'_> {
        // Nobody closes these; without a permit the call would only be early.
        let write = if *method == Method::GET { None } else { self.writes.acquire().await.ok() };
        let call = self.calls.acquire().await.ok();
        self.rate.until_ready().await;
        Turn { _write: write, _call: call }
    }

    /// The next call may meet a server that has to wake up.
    pub(super) fn is_cold(&self, now_ms: i64) -> bool {
        self.warmth().answered_ms.is_none_or(|answered_ms| now_ms - answered_ms > IDLE_MS)
    }

    /// A call leaves. Answers whether it is one of the first.
    pub(super) fn left(&self, now_ms: i64) -> bool {
        let cold = self.is_cold(now_ms);
        if cold {
            self.warmth().asking_ms.get_or_insert(now_ms);
        }
        cold
    }

    /// The server answered for itself.
    pub(super) fn answered(&self, now_ms: i64) {
        *self.warmth() = Warmth { answered_ms: Some(now_ms), ..Warmth::default() };
    }

    /// It did not, or a gateway did in its place. Answers whether that is still called warming up.
    pub(super) fn missed(&self, was_cold: bool) -> bool {
        let mut warmth = self.warmth();
        let misses = warmth.misses + u32::from(was_cold);
        *warmth = Warmth { misses, ..Warmth::default() };
        was_cold && misses <= WARMING_MISSES
    }

    /// A first call has been under way for a while.
    pub(super) fn is_warming(&self, now_ms: i64) -> bool {
        self.warmth().asking_ms.is_some_and(|asking_ms| now_ms - asking_ms >= WARMING_AFTER_MS)
    }

    fn warmth(&self) -> MutexGuard<'_, Warmth> {
        self.warmth.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::token::Shelved;
    use async_trait::async_trait;

    #[derive(Default)]
    struct Memory(Mutex<Option<i64>>);

    #[async_trait]
    impl Shelf for Memory {
        async fn token(&self, _: &str) -> Option<Shelved> {
            None
        }
        async fn keep_token(&self, _: &str, _: &Shelved) {}
        async fn breaker(&self, _: &str) -> Option<i64> {
            *self.0.lock().unwrap()
        }
        async fn open_breaker(&self, _: &str, until_ms: i64) {
            *self.0.lock().unwrap() = Some(until_ms);
        }
    }

    #[test]
    fn a_named_time_is_kept_and_an_unnamed_one_doubles() {
        assert_eq!(wait_ms(Some(7_000), 5, 1.0), 7_000);
        assert_eq!(wait_ms(Some(i64::MAX), 0, 0.0), LONGEST_RETRY_AFTER_MS);
        assert_eq!([0, 1, 2, 30].map(|row| wait_ms(None, row, 0.0)), [30_000, 60_000, 120_000, 300_000]);
        assert_eq!(wait_ms(None, 0, 1.0), 36_000);
    }

    #[tokio::test]
    async fn a_shorter_throttle_does_not_open_the_gate_and_another_process_finds_it_closed() {
        let shelf = Arc::new(Memory::default());
        let gate = Gate::new("d365.host".into(), shelf.clone());
        assert_eq!(gate.close(Some(60_000), 1_000, 0.0).await, 60_000);
        assert_eq!(gate.close(Some(1_000), 2_000, 0.0).await, 59_000);
        let restarted = Gate::new("d365.host".into(), shelf);
        for gate in [gate, restarted] {
            assert_eq!(gate.closed_until(60_999).await, Some(61_000));
            let refused = gate.pass(60_000).await;
            assert!(matches!(refused, Err(Failure::Throttled { retry_after_ms: Some(1_000), .. })), "{refused:?}");
            assert_eq!(gate.closed_until(61_000).await, None);
        }
    }

    #[tokio::test]
    async fn writes_are_fewer_than_calls_and_reads_pass_them() {
        let gate = Gate::new("d365.host".into(), Arc::new(Memory::default()));
        let pace = Pace::new(Limits { per_second: 1_000, concurrent: 3, writes: 1 }, gate);
        let write = pace.turn(&Method::PATCH).await;
        assert!(futures::FutureExt::now_or_never(pace.turn(&Method::POST)).is_none(), "one write at a time");
        let reads = (pace.turn(&Method::GET).await, pace.turn(&Method::GET).await);
        assert!(futures::FutureExt::now_or_never(pace.turn(&Method::GET)).is_none(), "three calls at a time");
        drop((write, reads));
        pace.turn(&Method::POST).await;
    }

    #[tokio::test]
    async fn a_rate_is_kept_by_all_calls_together() {
        let gate = Gate::new("d365.host".into(), Arc::new(Memory::default()));
        let pace = Pace::new(Limits { per_second: 1, ..Limits::default() }, gate);
        pace.turn(&Method::GET).await;
        // Each try that came through took the place of a whole second.
        let waited = (0..3).any(|_| futures::FutureExt::now_or_never(pace.turn(&Method::GET)).is_none());
        assert!(waited, "a second call in the same second has to wait");
    }

    #[test]
    fn only_the_first_calls_after_a_rest_are_warming_up() {
        let gate = Gate::new("d365.host".into(), Arc::new(Memory::default()));
        let pace = Pace::new(Limits::default(), gate);
        assert!(pace.left(0) && !pace.is_warming(1_000) && pace.is_warming(WARMING_AFTER_MS));
        assert!(pace.missed(true) && pace.missed(true) && !pace.missed(true), "then it is no warming up any more");
        pace.answered(10_000);
        assert!(!pace.left(10_000) && !pace.is_warming(100_000) && !pace.missed(false));
        assert!(pace.is_cold(10_000), "after a gateway's answer the server may have been restarted");
        pace.answered(20_000);
        assert!(pace.is_cold(20_001 + IDLE_MS) && !pace.is_cold(20_000 + IDLE_MS));
    }

    #[test]
    fn limits_that_stop_everything_are_refused_by_name() {
        assert_eq!(Limits::default().checked().unwrap(), Limits::default());
        let none = Limits { writes: 0, ..Limits::default() };
        assert_eq!(none.checked().unwrap_err().field, "limits.writes");
        let many = Limits { per_second: 1_001, ..Limits::default() };
        assert_eq!(many.checked().unwrap_err().field, "limits.per_second");
    }
}
