//! One token a connection: minted once, shared, renewed early, kept over a restart.
//!
//! Both vendors give one-hour tokens for client credentials and no refresh token. FedEx answers a
//! burst of token requests with 403 for ten minutes, per network address, and longer for who goes
//! on trying; so minting is single flight, the token is sealed on the shelf, and a 403 opens a
//! breaker that outlives the process.

use crate::clock::{Clock, MINUTE_MS, SECOND_MS};
use crate::order::cause::Cause;
use crate::order::retry::Failure;
use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Renewed this long before its end: longer than any call takes, clocks differing included.
const RENEW_EARLY_MS: i64 = 5 * MINUTE_MS;
/// A token that lives shorter than we renew early is used for this part of its life.
const SHORT_LIFE_PART: i64 = 2;
/// FedEx's penalty at the token endpoint (quotas page: 403 for ten minutes), and a little more.
pub const BREAKER_MS: i64 = 10 * MINUTE_MS + 5 * SECOND_MS;
/// After credentials were refused nobody asks again for this long, unless they change. FedEx locks
/// out who keeps trying, and forty waiting orders must not ask forty times.
const REFUSED_MS: i64 = MINUTE_MS;

/// A fresh token as the vendor gave it.
#[derive(Debug)]
pub struct Minted {
    /// The token.
    pub value: SecretString,
    /// Its life from now.
    pub lives_ms: i64,
}

/// A token on the shelf.
#[derive(Clone, Serialize, Deserialize)]
pub struct Shelved {
    /// Of the credentials it was minted with: others' tokens are not taken.
    pub fingerprint: String,
    /// The token; sealed where it lies.
    pub value: String,
    /// Minted when.
    pub minted_ms: i64,
    /// Ends when.
    pub until_ms: i64,
}

/// Where tokens and breakers outlive the process. Implemented by the engine: tokens are sealed.
#[async_trait]
pub trait Shelf: Send + Sync {
    /// The token under this name.
    async fn token(&self, name: &str) -> Option<Shelved>;
    /// Keeps a token under this name.
    async fn keep_token(&self, name: &str, token: &Shelved);
    /// Until when the endpoint of this name must be left alone.
    async fn breaker(&self, name: &str) -> Option<i64>;
    /// Leaves the endpoint of this name alone until then.
    async fn open_breaker(&self, name: &str, until_ms: i64);
}

/// The token of one connection.
pub struct TokenCache {
    name: &'static str,
    fingerprint: String,
    shelf: Arc<dyn Shelf>,
    clock: Clock,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    token: Option<Shelved>,
    refused: Option<(i64, Failure)>,
}

impl TokenCache {
    /// The cache of a connection. `fingerprint` changes with the credentials.
    pub fn new(name: &'static str, fingerprint: String, shelf: Arc<dyn Shelf>, clock: Clock) -> Self {
        Self { name, fingerprint, shelf, clock, held: Mutex::new(Held::default()) }
    }

    /// A token to use now. Waits for a mint in flight instead of starting another.
    pub async fn token<F>(&self, mint: F) -> Result<SecretString, Failure>
    where
        F: AsyncFnOnce() -> Result<Minted, Failure>,
    {
        let mut held = self.held.lock().await;
        if held.token.is_none() {
            held.token = self.shelf.token(self.name).await.filter(|token| token.fingerprint == self.fingerprint);
        }
        let now = self.clock.now_ms();
        if let Some(token) = held.token.as_ref().filter(|token| now < renew_from(token)) {
            return Ok(token.value.clone().into());
        }
        match self.renew(&mut held, mint).await {
            Ok(token) => Ok(token),
            // Renewing early failed, and the token still lives: it serves on.
            Err(failure) => match held.token.as_ref().filter(|token| now < token.until_ms - SECOND_MS) {
                Some(token) => Ok(token.value.clone().into()),
                None => Err(failure),
            },
        }
    }

    /// A token after a 401 on `refused`: another one if somebody renewed meanwhile, else a new one.
    pub async fn token_after_refusal<F>(&self, refused: &SecretString, mint: F) -> Result<SecretString, Failure>
    where
        F: AsyncFnOnce() -> Result<Minted, Failure>,
    {
        let mut held = self.held.lock().await;
        if let Some(token) = held.token.as_ref().filter(|token| token.value != refused.expose_secret()) {
            return Ok(token.value.clone().into());
        }
        held.token = None;
        self.renew(&mut held, mint).await
    }

    /// Forgets that credentials were refused: an operator asks to try again now.
    pub async fn try_again(&self) {
        self.held.lock().await.refused = None;
    }

    /// When the held token ends.
    pub async fn until_ms(&self) -> Option<i64> {
        self.held.lock().await.token.as_ref().map(|token| token.until_ms)
    }

    async fn renew<F>(&self, held: &mut Held, mint: F) -> Result<SecretString, Failure>
    where
        F: AsyncFnOnce() -> Result<Minted, Failure>,
    {
        let now = self.clock.now_ms();
        if let Some(until_ms) = self.shelf.breaker(self.name).await.filter(|until| now < *until) {
            return Err(throttled(until_ms - now));
        }
        if let Some((_, failure)) = held.refused.as_ref().filter(|(until, _)| now < *until) {
            return Err(failure.clone());
        }
        match mint().await {
            Ok(minted) => {
                let now = self.clock.now_ms();
                let token = Shelved {
                    fingerprint: self.fingerprint.clone(),
                    value: minted.value.expose_secret().to_owned(),
                    minted_ms: now,
                    until_ms: now + minted.lives_ms,
                };
                self.shelf.keep_token(self.name, &token).await;
                *held = Held { token: Some(token), refused: None };
                Ok(minted.value)
            }
            Err(failure) => {
                match &failure {
                    Failure::Throttled { cause, .. } if cause.code == "auth.token-throttled" => {
                        self.shelf.open_breaker(self.name, now + BREAKER_MS).await;
                    }
                    Failure::NotAllowed(_) => held.refused = Some((now + REFUSED_MS, failure.clone())),
                    _ => {}
                }
                Err(failure)
            }
        }
    }
}

fn renew_from(token: &Shelved) -> i64 {
    let life = token.until_ms - token.minted_ms;
    if life > 2 * RENEW_EARLY_MS { token.until_ms - RENEW_EARLY_MS } else { token.minted_ms + life / SHORT_LIFE_PART }
}

/// The failure of a token endpoint that must be left alone.
pub fn throttled(for_ms: i64) -> Failure {
    Failure::Throttled { cause: Cause::new("auth.token-throttled"), retry_after_ms: Some(for_ms) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex as StdMutex;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[derive(Default)]
    struct Memory {
        token: StdMutex<Option<Shelved>>,
        breaker: StdMutex<Option<i64>>,
    }

    #[async_trait]
    impl Shelf for Memory {
        async fn token(&self, _: &str) -> Option<Shelved> {
            self.token.lock().unwrap().clone()
        }
        async fn keep_token(&self, _: &str, token: &Shelved) {
            *self.token.lock().unwrap() = Some(token.clone());
        }
        async fn breaker(&self, _: &str) -> Option<i64> {
            *self.breaker.lock().unwrap()
        }
        async fn open_breaker(&self, _: &str, until_ms: i64) {
            *self.breaker.lock().unwrap() = Some(until_ms);
        }
    }

    struct Bench {
        clock: Clock,
        shelf: Arc<Memory>,
        minted: AtomicU32,
    }

    impl Bench {
        fn new() -> Self {
            Self { clock: Clock::manual(1_000_000), shelf: Arc::default(), minted: AtomicU32::new(0) }
        }
        fn cache(&self) -> TokenCache {
            TokenCache::new("fedex.token", "f1".into(), self.shelf.clone(), self.clock.clone())
        }
        async fn mint(&self) -> Result<Minted, Failure> {
            let n = self.minted.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            Ok(Minted { value: format!("token-{n}").into(), lives_ms: 3_599_000 })
        }
        fn count(&self) -> u32 {
            self.minted.load(Ordering::SeqCst)
        }
    }

    #[tokio::test]
    async fn many_callers_share_one_mint_and_a_restart_mints_none() {
        let bench = Bench::new();
        let cache = bench.cache();
        let calls = (0..20).map(|_| cache.token(async || bench.mint().await));
        for token in futures::future::join_all(calls).await {
            assert_eq!(token.unwrap().expose_secret(), "token-0");
        }
        let restarted = bench.cache();
        restarted.token(async || bench.mint().await).await.unwrap();
        assert_eq!(bench.count(), 1);
    }

    #[tokio::test]
    async fn it_is_renewed_before_its_end_and_once_after_a_refusal() {
        let bench = Bench::new();
        let cache = bench.cache();
        let first = cache.token(async || bench.mint().await).await.unwrap();
        bench.clock.advance_ms(3_599_000 - RENEW_EARLY_MS + 1);
        let second = cache.token(async || bench.mint().await).await.unwrap();
        assert_ne!(first.expose_secret(), second.expose_secret());
        // Two calls were refused with the old token: one renewal serves both.
        let third = cache.token_after_refusal(&second, async || bench.mint().await).await.unwrap();
        let again = cache.token_after_refusal(&second, async || bench.mint().await).await.unwrap();
        assert_eq!(third.expose_secret(), again.expose_secret());
        assert_eq!(bench.count(), 3);
    }

    #[tokio::test]
    async fn a_throttled_endpoint_is_left_alone_for_ten_minutes_even_by_a_new_process() {
        let bench = Bench::new();
        let refused = bench.cache().token(async || Err(throttled(0))).await;
        assert!(refused.is_err());
        let restarted = bench.cache();
        assert!(restarted.token(async || bench.mint().await).await.is_err());
        assert_eq!(bench.count(), 0);
        bench.clock.advance_ms(BREAKER_MS);
        assert!(restarted.token(async || bench.mint().await).await.is_ok());
    }

    #[tokio::test]
    async fn refused_credentials_are_not_tried_again_for_every_order() {
        let bench = Bench::new();
        let cache = bench.cache();
        let refuse = async || {
            bench.minted.fetch_add(1, Ordering::SeqCst);
            Err(Failure::NotAllowed(Cause::new("auth.key-rejected")))
        };
        for _ in 0..5 {
            assert!(cache.token(refuse).await.is_err());
        }
        assert_eq!(bench.count(), 1);
        cache.try_again().await;
        assert!(cache.token(refuse).await.is_err());
        assert_eq!(bench.count(), 2);
    }
}
