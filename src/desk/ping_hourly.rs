//! Climbs both ladders without being asked, so that a secret that ended in the night is known before
//! the first order of the morning.
//!
//! A climb signs in with the token that is held; it asks for a new one only when that ended, as any
//! call would. While a vendor keeps its sign-in closed, nobody climbs.

use crate::audit::{Actor, System};
use crate::clock::{HOUR_MS, MINUTE_MS};
use crate::desk::ping;
use crate::engine::Engine;
use crate::lifecycle::Lifecycle;
use crate::store::Result;
use crate::transport::chain;
use crate::transport::token::Shelf;
use std::time::Duration;

/// How often to see whether one is due: a cheap query.
const EVERY: Duration = Duration::from_mins(1);
/// Between two climbs that hold: FedEx's and Entra's tokens live an hour, so each climb meets one new token.
pub const HOURLY_MS: i64 = HOUR_MS;
/// After a climb or a call that failed: longer than FedEx keeps its sign-in closed (ten minutes), so
/// that trying never prolongs that.
pub const AFTER_FAILURE_MS: i64 = 15 * MINUTE_MS;

/// Climbs what is due. Answers how many ladders.
pub async fn tick(engine: &Engine) -> Result<usize> {
    let mut climbed = 0;
    for system in [System::D365, System::Fedex] {
        if is_configured(engine, system).await && is_due(engine, system).await? {
            ping::ping(engine, system, &Actor::Engine).await?;
            climbed += 1;
        }
    }
    Ok(climbed)
}

async fn is_configured(engine: &Engine, system: System) -> bool {
    match system {
        System::D365 => engine.d365().await.is_ok(),
        System::Fedex | System::Connector => engine.fedex().await.is_ok(),
    }
}

async fn is_due(engine: &Engine, system: System) -> Result<bool> {
    let now = engine.clock.now_ms();
    let closed = match system {
        System::D365 => match engine.d365().await {
            Ok(d365) => d365.throttled_until_ms().await,
            Err(_) => None,
        },
        System::Fedex | System::Connector => engine.breaker("fedex.token").await,
    };
    if closed.is_some_and(|until| now < until) {
        return Ok(false);
    }
    let last = engine.store.db.pings(system.name(), 1).await?;
    let health = engine.health();
    let called = if system == System::D365 { health.d365 } else { health.fedex };
    let failed_ms = called.filter(|(_, cause)| cause.is_some()).map(|(at_ms, _)| at_ms);
    Ok(due(last.first().map(|ping| (ping.at_ms, ping.passed == 1)), failed_ms, now))
}

/// Whether the next climb is due: hourly, sooner after one or a call that failed.
fn due(last: Option<(i64, bool)>, failed_ms: Option<i64>, now_ms: i64) -> bool {
    let Some((at_ms, passed)) = last else { return true };
    let age = now_ms - at_ms;
    let failed = !passed || failed_ms.is_some_and(|failed| failed > at_ms);
    age >= if failed { AFTER_FAILURE_MS } else { HOURLY_MS }
}

/// Climbs what is due until the program stops.
pub async fn run(engine: &Engine, lifecycle: &Lifecycle) {
    while !lifecycle.is_stopping() {
        if let Err(error) = tick(engine).await {
            tracing::error!(error = %chain(&error), "the connections could not be checked; trying again");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = lifecycle.stopping() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_climb_is_due_hourly_and_sooner_after_a_failure() {
        assert!(due(None, None, 0), "never climbed");
        assert!(!due(Some((0, true)), None, HOURLY_MS - 1));
        assert!(due(Some((0, true)), None, HOURLY_MS));
        assert!(!due(Some((0, false)), None, AFTER_FAILURE_MS - 1));
        assert!(due(Some((0, false)), None, AFTER_FAILURE_MS));
        assert!(due(Some((0, true)), Some(1), AFTER_FAILURE_MS), "a call failed since");
        assert!(!due(Some((5, true)), Some(1), AFTER_FAILURE_MS), "the climb after it held");
    }
}
