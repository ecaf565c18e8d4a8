//! FedEx: labels, tracking, and looking up what a lost answer did.
//!
//! One file per call, each with a pure `request` and a pure `parse`; [`Fedex`] carries them over
//! the transport. It signs in, renews a token once after a 401 (a 401 was not processed, so even a
//! purchase may be sent again), and leaves every other repetition to its caller.

pub mod address;
pub mod callback;
pub mod cancel;
pub mod close;
pub mod credentials;
pub mod error;
pub mod job;
mod lenient;
pub mod lookup;
pub mod probe;
pub mod proof;
pub mod rate;
#[cfg(test)]
mod sample;
pub mod ship;
mod ship_answer;
mod ship_customs;
mod ship_packages;
mod ship_request;
mod token;
pub mod track;
mod track_answer;
pub mod validate;
pub mod webhook;
mod wire;

pub use address::{Advice, Classification};
pub use close::Closed;
pub use credentials::{CredentialError, Credentials, Environment};
pub use job::JobAnswer;
pub use lookup::Found;
pub use rate::Quoted;
pub use ship::{Document, Piece, Purchase, Shipped};
pub use track::{Parcel, Tracked};

use crate::fedex::error::Purpose;
use crate::order::consignee::Consignee;
use crate::order::plan::Plan;
use crate::order::retry::Failure;
use crate::transport::redact::Redactor;
use crate::transport::token::{Minted, Shelf, Shelved, TokenCache};
use crate::transport::{Call, Trace, Transport};
use async_trait::async_trait;
use http::{HeaderValue, Method, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// A purchase: recorded creates take 0.3 to 1.7 s. A minute, because giving up early costs a
/// look-up of an hour, and no proxy on the way waits longer.
pub(crate) const SHIP_TIMEOUT: Duration = Duration::from_mins(1);
/// A read: recorded ones take under 2 s, and it is simply asked again.
pub(crate) const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Under this name tokens and the breaker of the token endpoint are kept.
const TOKEN_NAME: &str = "fedex.token";
/// The same for a separate Track project.
const TRACK_TOKEN_NAME: &str = "fedex.track-token";

/// The FedEx of one connection. Cheap to clone.
#[derive(Clone)]
pub struct Fedex {
    inner: Arc<Inner>,
}

struct Inner {
    credentials: Credentials,
    transport: Transport,
    redactor: Redactor,
    ship_tokens: TokenCache,
    track_tokens: Option<TokenCache>,
}

/// Which project's keys a call needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Project {
    Ship,
    Track,
}

impl Fedex {
    /// A client for these credentials.
    pub fn new(credentials: Credentials, transport: Transport, shelf: Arc<dyn Shelf>) -> Self {
        let shelf: Arc<dyn Shelf> = Arc::new(OneBreaker(shelf));
        let clock = transport.clock().clone();
        let cache = |name, fingerprint| TokenCache::new(name, fingerprint, shelf.clone(), clock.clone());
        let ship_tokens = cache(TOKEN_NAME, credentials.ship_fingerprint());
        let track_tokens = credentials.track_fingerprint().map(|print| cache(TRACK_TOKEN_NAME, print));
        let redactor = Redactor::new(credentials.secrets());
        Self { inner: Arc::new(Inner { credentials, transport, redactor, ship_tokens, track_tokens }) }
    }

    /// What it was made with.
    pub fn credentials(&self) -> &Credentials {
        &self.inner.credentials
    }

    /// Which FedEx, by its stored name: tracking numbers are unique only within one.
    pub fn environment_name(&self) -> &'static str {
        self.inner.credentials.environment.name()
    }

    /// The account a plan ships on.
    pub fn account<'a>(&'a self, plan: &'a Plan) -> &'a str {
        plan.account_number.as_deref().unwrap_or(&self.inner.credentials.account_number)
    }

    /// Buys labels. [`Failure::NoAnswer`] means that they may exist.
    pub async fn ship(
        &self,
        trace: &Trace,
        plan: &Plan,
        reference: &str,
        ship_date: &str,
    ) -> Result<Purchase, Failure> {
        let request = ship::request(&self.inner.credentials.base_url, self.account(plan), plan, reference, ship_date)?;
        let body = self.exchange(trace, &ship::CALL, Purpose::Purchase, Project::Ship, request).await?;
        ship::parse(&body)
    }

    /// A purchase as it would be sent: method and address, and the body in readable form.
    pub fn shown_purchase(&self, plan: &Plan, reference: &str, ship_date: &str) -> Result<(String, String), Failure> {
        let request = ship::request(&self.inner.credentials.base_url, self.account(plan), plan, reference, ship_date)?;
        let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let line = format!("{} {}", request.method(), request.uri());
        Ok((line, serde_json::to_string_pretty(&body).unwrap_or_default()))
    }

    /// Asks what became of a job.
    pub async fn job(&self, trace: &Trace, plan: &Plan, job_id: &str) -> Result<JobAnswer, Failure> {
        let request = job::request(&self.inner.credentials.base_url, self.account(plan), job_id);
        match self.exchange(trace, &job::CALL, Purpose::Read, Project::Ship, request).await {
            Ok(body) => job::parse(&body),
            Err(failure) => job::refused(failure),
        }
    }

    /// Cancels a label with all its packages.
    pub async fn cancel(&self, trace: &Trace, plan: &Plan, tracking_number: &str) -> Result<(), Failure> {
        let base = &self.inner.credentials.base_url;
        let request = cancel::request(base, self.account(plan), &plan.shipper.country, tracking_number);
        let answer = self.exchange(trace, &cancel::CALL, Purpose::Read, Project::Ship, request).await;
        cancel::parse(&answer.map_err(cancel::refused)?)
    }

    /// Asks FedEx to check a shipment without buying it; answers its alerts.
    pub async fn validate(
        &self,
        trace: &Trace,
        plan: &Plan,
        reference: &str,
        ship_date: &str,
    ) -> Result<Vec<String>, Failure> {
        let base = &self.inner.credentials.base_url;
        let request = validate::request(base, self.account(plan), plan, reference, ship_date)?;
        let body = self.exchange(trace, &validate::CALL, Purpose::Read, Project::Ship, request).await?;
        validate::parse(&body)
    }

    /// Looks for labels bought under our reference; empty when FedEx knows none.
    pub async fn look_up(
        &self,
        trace: &Trace,
        account: &str,
        reference: &str,
        ship_date: &str,
    ) -> Result<Vec<Found>, Failure> {
        let request = lookup::request(&self.inner.credentials.base_url, account, reference, ship_date);
        match self.exchange(trace, &lookup::CALL, Purpose::Read, Project::Track, request).await {
            Ok(body) => lookup::parse(&body, reference),
            Err(failure) if lookup::is_absent(&failure) => Ok(Vec::new()),
            Err(failure) => Err(failure),
        }
    }

    /// What a shipment would cost with every service that could carry it.
    pub async fn quote(&self, trace: &Trace, plan: &Plan, ship_date: &str) -> Result<Vec<Quoted>, Failure> {
        let request = rate::request(&self.inner.credentials.base_url, self.account(plan), plan, ship_date);
        let body = self.exchange(trace, &rate::CALL, Purpose::Read, Project::Ship, request).await?;
        rate::parse(&body)
    }

    /// What FedEx makes of an address: advice, not a verdict.
    pub async fn resolve_address(&self, trace: &Trace, who: &Consignee) -> Result<Advice, Failure> {
        let request = address::request(&self.inner.credentials.base_url, who);
        match self.exchange(trace, &address::CALL, Purpose::Read, Project::Ship, request).await {
            Ok(body) => address::parse(&body),
            Err(failure) => address::unknown(failure),
        }
    }

    /// Closes the day's Ground shipments of an account. `date` is `YYYY-MM-DD`.
    pub async fn close_ground(&self, trace: &Trace, account: &str, date: &str) -> Result<Closed, Failure> {
        let request = close::request(&self.inner.credentials.base_url, account, date);
        let body = self.exchange(trace, &close::CALL, Purpose::Read, Project::Ship, request).await?;
        close::parse(&body)
    }

    /// Asks where parcels are; one answer for each, in their order.
    pub async fn track(&self, trace: &Trace, parcels: &[Parcel]) -> Result<Vec<Tracked>, Failure> {
        let mut tracked = Vec::with_capacity(parcels.len());
        for some in parcels.chunks(track::PARCELS_PER_CALL) {
            let request = track::request(&self.inner.credentials.base_url, some);
            let body = self.exchange(trace, &track::CALL, Purpose::Read, Project::Track, request).await?;
            tracked.extend(track::parse(&body, some)?);
        }
        Ok(tracked)
    }

    /// When the held token of the ship project ends.
    pub async fn token_until_ms(&self) -> Option<i64> {
        self.inner.ship_tokens.until_ms().await
    }

    /// Forgets that keys were refused: an operator asks to try again now.
    pub async fn try_again(&self) {
        self.inner.ship_tokens.try_again().await;
        if let Some(tokens) = &self.inner.track_tokens {
            tokens.try_again().await;
        }
    }

    async fn exchange(
        &self,
        trace: &Trace,
        call: &Call,
        purpose: Purpose,
        project: Project,
        request: http::Request<Vec<u8>>,
    ) -> Result<Vec<u8>, Failure> {
        let tokens = self.tokens(project);
        let token = tokens.token(|| self.mint(trace, project)).await?;
        let mut answer = self.send(trace, call, purpose, &token, request.clone()).await?;
        if answer.status() == StatusCode::UNAUTHORIZED {
            let token = tokens.token_after_refusal(&token, || self.mint(trace, project)).await?;
            answer = self.send(trace, call, purpose, &token, request).await?;
        }
        if answer.status().is_success() {
            return Ok(answer.into_body());
        }
        let now_ms = self.inner.transport.clock().now_ms();
        Err(error::classify(answer.status(), answer.headers(), answer.body(), purpose, now_ms))
    }

    async fn send(
        &self,
        trace: &Trace,
        call: &Call,
        purpose: Purpose,
        token: &SecretString,
        mut request: http::Request<Vec<u8>>,
    ) -> Result<crate::transport::Answer, Failure> {
        // A token that is no header value cannot be sent; FedEx will say that it is missing.
        if let Ok(mut bearer) = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret())) {
            bearer.set_sensitive(true);
            request.headers_mut().insert(header::AUTHORIZATION, bearer);
        }
        let redactor = self.inner.redactor.and(token);
        let sent = self.inner.transport.send(trace, call, request, &redactor).await;
        sent.map_err(|error| error::unsent(&error, purpose))
    }

    async fn mint(&self, trace: &Trace, project: Project) -> Result<Minted, Failure> {
        let credentials = &self.inner.credentials;
        let (key, secret) = match (project, credentials.track_keys()) {
            (Project::Track, Some(keys)) => keys,
            _ => (credentials.api_key.as_str(), &credentials.secret_key),
        };
        let request = token::request(&credentials.base_url, key, secret);
        let sent = self.inner.transport.send(trace, &token::CALL, request, &self.inner.redactor).await;
        let answer = sent.map_err(|error| error::token_unsent(&error))?;
        token::parse(&answer, self.inner.transport.clock().now_ms())
    }

    fn tokens(&self, project: Project) -> &TokenCache {
        match (project, &self.inner.track_tokens) {
            (Project::Track, Some(tokens)) => tokens,
            _ => &self.inner.ship_tokens,
        }
    }
}

/// FedEx throttles its token endpoint per network address, not per key: what one project's keys
/// ran into, the other's would prolong. So both share one breaker.
struct OneBreaker(Arc<dyn Shelf>);

#[async_trait]
impl Shelf for OneBreaker {
    async fn token(&self, name: &str) -> Option<Shelved> {
        self.0.token(name).await
    }
    async fn keep_token(&self, name: &str, token: &Shelved) {
        self.0.keep_token(name, token).await;
    }
    async fn breaker(&self, _: &str) -> Option<i64> {
        self.0.breaker(TOKEN_NAME).await
    }
    async fn open_breaker(&self, _: &str, until_ms: i64) {
        self.0.open_breaker(TOKEN_NAME, until_ms).await;
    }
}

/// A POST to FedEx; all its reads are POSTs too.
fn post(base: &Url, path: &str, content_type: &'static str, body: Vec<u8>) -> http::Request<Vec<u8>> {
    http::Request::builder()
        .method(Method::POST)
        .uri(format!("{}{path}", base.as_str().trim_end_matches('/')))
        .header(header::CONTENT_TYPE, content_type)
        .header(header::ACCEPT, "application/json")
        .header("x-locale", "en_US")
        .body(body)
        .expect("a parsed address with a constant path is a URI")
}

/// A POST of JSON.
fn post_json<T: serde::Serialize>(base: &Url, path: &str, body: &T) -> http::Request<Vec<u8>> {
    let body = serde_json::to_vec(body).expect("requests are plain data");
    post(base, path, "application/json", body)
}

/// Names a request with our reference; FedEx echoes it and keeps it in its logs.
fn named(mut request: http::Request<Vec<u8>>, reference: &str) -> http::Request<Vec<u8>> {
    if let Ok(value) = HeaderValue::from_str(reference) {
        request.headers_mut().insert("x-customer-transaction-id", value);
    }
    request
}
