//! The ping ladder: rungs climbed in order, from "does the name resolve" to "may it do the work".
//!
//! The first rung that breaks is the answer; all later ones are skipped, so an operator reads one
//! sentence instead of five consequences of it. The two rungs below any vendor, address and
//! connection, are here; the others stand beside the calls they try. Nothing here sends HTTP.

use crate::clock::Clock;
use crate::order::cause::Cause;
use std::future::Future;
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use url::{Host, Url};

/// To resolve a name. With [`CONNECT_LIMIT`] it keeps the promise of a sentence within 5 seconds.
const LOOKUP_LIMIT: Duration = Duration::from_secs(2);
/// To open a TCP connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);

/// How a rung held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeOutcome {
    /// It works.
    Passed,
    /// It works as far as one can see, but somebody should look.
    Warned,
    /// It does not work.
    Failed,
    /// Not tried, because a lower rung failed.
    Skipped,
}

/// One rung of the ladder, climbed or skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeRung {
    /// A word or two.
    pub name: &'static str,
    /// How it held.
    pub outcome: ProbeOutcome,
    /// How long it took; `None` when skipped.
    pub duration_ms: Option<i64>,
    /// What was seen, for people. No secrets.
    pub evidence: String,
    /// Why it did not hold.
    pub cause: Option<Cause>,
}

/// What one rung found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Footing {
    /// It works; the text says what was seen.
    Passed(String),
    /// Somebody should look.
    Warned(String, Option<Cause>),
    /// It does not work.
    Failed(Cause),
}

/// Climbs rungs in order and stops at the first that fails.
pub struct Ladder {
    clock: Clock,
    rungs: Vec<ProbeRung>,
    broken: bool,
}

impl Ladder {
    /// A ladder with nothing climbed.
    pub fn new(clock: Clock) -> Self {
        Self { clock, rungs: Vec::new(), broken: false }
    }

    /// Tries a rung, or skips it when a lower one failed.
    pub async fn climb<F>(&mut self, name: &'static str, rung: F)
    where
        F: Future<Output = Footing>,
    {
        if self.broken {
            let evidence = "not tried, because an earlier step failed".to_owned();
            self.rungs.push(ProbeRung {
                name,
                outcome: ProbeOutcome::Skipped,
                duration_ms: None,
                evidence,
                cause: None,
            });
            return;
        }
        let begun_ms = self.clock.now_ms();
        let (outcome, evidence, cause) = match rung.await {
            Footing::Passed(evidence) => (ProbeOutcome::Passed, evidence, None),
            Footing::Warned(evidence, cause) => (ProbeOutcome::Warned, evidence, cause),
            Footing::Failed(cause) => {
                let evidence = cause.detail.clone().unwrap_or_else(|| cause.words().sentence.to_owned());
                (ProbeOutcome::Failed, evidence, Some(cause))
            }
        };
        self.broken = outcome == ProbeOutcome::Failed;
        let duration_ms = Some(self.clock.now_ms() - begun_ms);
        self.rungs.push(ProbeRung { name, outcome, duration_ms, evidence, cause });
    }

    /// Tries a rung that no later one stands on: how it holds says nothing of the others.
    pub async fn climb_beside<F>(&mut self, name: &'static str, rung: F)
    where
        F: Future<Output = Footing>,
    {
        let broken = self.broken;
        self.climb(name, rung).await;
        self.broken = broken;
    }

    /// The two rungs below any vendor. `unreachable` is the vendor's code for "no connection".
    pub async fn climb_to(&mut self, url: &Url, unreachable: &str) {
        self.climb("Address", resolve(url, unreachable)).await;
        self.climb("Connection", connect(url, unreachable)).await;
    }

    /// The last rung's remark was enough: the later ones are not tried.
    pub fn stop_after_remark(&mut self) {
        self.broken |= self.rungs.last().is_some_and(|rung| rung.cause.is_some());
    }

    /// All rungs, in order.
    pub fn finish(self) -> Vec<ProbeRung> {
        self.rungs
    }
}

async fn resolve(url: &Url, unreachable: &str) -> Footing {
    let (host, port) = endpoint(url);
    match timeout(LOOKUP_LIMIT, lookup_host((host.as_str(), port))).await {
        Ok(Ok(addresses)) => match addresses.count() {
            0 => Footing::Failed(Cause::new(unreachable).detail(format!("{host} has no address"))),
            1 => Footing::Passed(format!("{host} resolves to 1 address")),
            count => Footing::Passed(format!("{host} resolves to {count} addresses")),
        },
        Ok(Err(_)) => Footing::Failed(Cause::new(unreachable).detail(format!("the name {host} does not resolve"))),
        Err(_) => {
            let detail = format!("the name {host} was not resolved within {} s", LOOKUP_LIMIT.as_secs());
            Footing::Failed(Cause::new(unreachable).detail(detail))
        }
    }
}

async fn connect(url: &Url, unreachable: &str) -> Footing {
    let (host, port) = endpoint(url);
    match timeout(CONNECT_LIMIT, TcpStream::connect((host.as_str(), port))).await {
        Ok(Ok(_)) => Footing::Passed(format!("{host}:{port} answers")),
        Ok(Err(error)) => Footing::Failed(Cause::new(unreachable).detail(format!("{host}:{port}: {}", error.kind()))),
        Err(_) => {
            let detail = format!("{host}:{port} did not answer within {} s", CONNECT_LIMIT.as_secs());
            Footing::Failed(Cause::new(unreachable).detail(detail))
        }
    }
}

/// Host without the brackets of an IPv6 address, and port.
fn endpoint(url: &Url) -> (String, u16) {
    let host = match url.host() {
        Some(Host::Ipv6(address)) => address.to_string(),
        Some(host) => host.to_string(),
        None => String::new(),
    };
    (host, url.port_or_known_default().unwrap_or(443))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ladder_to(url: &str) -> Vec<ProbeRung> {
        let mut ladder = Ladder::new(Clock::manual(0));
        ladder.climb_to(&Url::parse(url).unwrap(), "fedex.unreachable").await;
        ladder.climb("Sign in", async { Footing::Passed("never tried".into()) }).await;
        ladder.finish()
    }

    #[tokio::test]
    async fn after_a_failed_rung_the_later_ones_are_skipped() {
        let rungs = ladder_to("http://name-that-does-not-exist.invalid").await;
        assert_eq!(rungs[0].outcome, ProbeOutcome::Failed);
        assert_eq!(rungs[0].cause.as_ref().unwrap().code, "fedex.unreachable");
        assert!(rungs[1..].iter().all(|rung| rung.outcome == ProbeOutcome::Skipped));
    }

    #[tokio::test]
    async fn a_rung_beside_breaks_no_other_and_is_skipped_below_a_broken_one() {
        let mut ladder = Ladder::new(Clock::manual(0));
        ladder.climb_beside("Ship", async { Footing::Failed(Cause::new("auth.api-not-allowed")) }).await;
        ladder.climb_beside("Rate", async { Footing::Passed("answers".into()) }).await;
        ladder.climb("Sign in", async { Footing::Failed(Cause::new("auth.key-rejected")) }).await;
        ladder.climb_beside("Track", async { Footing::Passed("never tried".into()) }).await;
        let outcomes: Vec<_> = ladder.finish().iter().map(|rung| rung.outcome).collect();
        assert_eq!(outcomes, [ProbeOutcome::Failed, ProbeOutcome::Passed, ProbeOutcome::Failed, ProbeOutcome::Skipped]);
    }

    #[tokio::test]
    async fn a_closed_port_fails_at_the_connection() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let open = ladder_to(&format!("http://{address}")).await;
        assert!(open.iter().all(|rung| rung.outcome == ProbeOutcome::Passed), "{open:?}");
        drop(listener);
        let closed = ladder_to(&format!("http://{address}")).await;
        assert_eq!((closed[0].outcome, closed[1].outcome), (ProbeOutcome::Passed, ProbeOutcome::Failed));
    }
}
