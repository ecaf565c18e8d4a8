//! Dynamics 365 Finance & Operations: orders out, tracking in, over OData.
//!
//! One file per subject with pure `request` and `parse` parts; [`D365`] carries them over the
//! transport. It signs in at Microsoft Entra, renews a token once after a 401, and leaves every
//! other repetition to its caller. Its token goes to the configured host and nowhere else.

pub mod assertion;
mod attach;
pub mod business_event;
pub mod carriers;
pub mod changes;
pub mod credentials;
pub mod environment;
pub mod error;
pub mod expiry;
pub mod invoices;
pub mod master;
pub mod metadata;
pub mod odata;
mod order_lines;
mod order_record;
mod order_select;
pub mod orders;
pub mod pace;
pub mod probe;
mod record;
pub mod rehearsal;
pub mod standard;
pub mod targets;
mod token;
pub mod value;
pub mod writeback;

pub use carriers::CarrierService;
pub use credentials::{CredentialError, Credentials, SignIn};
pub use orders::{NextLink, OrdersPage, Unreadable};
pub use targets::Target;
pub use value::{Proof, Value, Values};
pub use writeback::{Place, Written};

use crate::audit::System;
use crate::d365::error::Purpose;
use crate::d365::expiry::Expiry;
use crate::d365::odata::Query;
use crate::d365::pace::{Gate, Pace, throttled};
use crate::order::cause::Cause;
use crate::order::retry::Failure;
use crate::transport::answer::retry_after_ms;
use crate::transport::redact::Redactor;
use crate::transport::token::{Minted, Shelf, TokenCache};
use crate::transport::{Answer, Call, Pieces, SendError, Trace, Transport};
use http::{HeaderValue, Method, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A call of `/data`. The first one of the day waits for a cold server: tens of seconds are
/// usual, Microsoft's advice is not to give up before two minutes.
pub(crate) const DATA_TIMEOUT: Duration = Duration::from_mins(2);
/// Under this name tokens are kept.
const TOKEN_NAME: &str = "d365.token";

/// The Dynamics 365 of one connection. Cheap to clone.
#[derive(Clone)]
pub struct D365 {
    inner: Arc<Inner>,
}

struct Inner {
    credentials: Credentials,
    transport: Transport,
    redactor: Redactor,
    sign_in_redactor: Redactor,
    tokens: TokenCache,
    pace: Pace,
    /// Closed by a 429 of the token endpoint, which is not the environment's.
    sign_in_gate: Gate,
    sent: AtomicU64,
    /// Properties of orders this environment does not have.
    missing: order_select::Missing,
}

impl D365 {
    /// A client for these credentials.
    pub fn new(credentials: Credentials, transport: Transport, shelf: Arc<dyn Shelf>) -> Self {
        let clock = transport.clock().clone();
        let tokens = TokenCache::new(TOKEN_NAME, credentials.token_fingerprint(), shelf.clone(), clock);
        // A private key goes nowhere; only what Entra answers is looked through for its lines.
        let (redactor, sign_in_redactor) = match &credentials.sign_in {
            SignIn::Secret(secret, _) => (Redactor::new(vec![secret.clone()]), Redactor::new(vec![secret.clone()])),
            SignIn::Certificate(certificate) => (Redactor::default(), Redactor::new(certificate.secret_lines())),
        };
        let pace = Pace::new(credentials.limits, Gate::new(format!("d365.{}", credentials.host()), shelf.clone()));
        let sign_in_gate = Gate::new("d365.sign-in".to_owned(), shelf);
        let inner = Inner {
            credentials,
            transport,
            redactor,
            sign_in_redactor,
            tokens,
            pace,
            sign_in_gate,
            sent: AtomicU64::new(0),
            missing: order_select::Missing::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// What it was made with.
    pub fn credentials(&self) -> &Credentials {
        &self.inner.credentials
    }

    /// Host of the environment, lower case: part of every order's key.
    pub fn host(&self) -> &str {
        self.inner.credentials.host()
    }

    /// When the held token ends.
    pub async fn token_until_ms(&self) -> Option<i64> {
        self.inner.tokens.until_ms().await
    }

    /// Until when the environment wants to be left alone.
    pub async fn throttled_until_ms(&self) -> Option<i64> {
        self.inner.pace.gate.closed_until(self.now_ms()).await
    }

    /// The first call after a rest waits for a server that wakes up.
    pub fn is_warming_up(&self) -> bool {
        self.inner.pace.is_warming(self.now_ms())
    }

    /// When what signs us in ends, as far as that is known.
    pub fn expiry(&self) -> Option<Expiry> {
        self.inner.credentials.expiry()
    }

    /// Forgets that the application was refused: an operator asks to try again now.
    pub async fn try_again(&self) {
        self.inner.tokens.try_again().await;
    }

    fn now_ms(&self) -> i64 {
        self.inner.transport.clock().now_ms()
    }

    /// The address of something under `/data`.
    fn address(&self, path: &str, query: &Query) -> String {
        let base = self.inner.credentials.base_url.as_str().trim_end_matches('/');
        format!("{base}/data/{path}?{}", query.text())
    }

    /// Reads; `None` when there is nothing under this address.
    async fn get(
        &self,
        trace: &Trace,
        call: &Call,
        purpose: Purpose,
        address: &str,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let answer = self.exchange(trace, call, purpose, request(Method::GET, address, &[])?).await?;
        Ok((answer.status() != StatusCode::NOT_FOUND).then(|| answer.into_body()))
    }

    /// Sends; a success or a 404 is an answer, everything else a failure.
    async fn exchange(
        &self,
        trace: &Trace,
        call: &Call,
        purpose: Purpose,
        request: http::Request<Vec<u8>>,
    ) -> Result<Answer, Failure> {
        let token = self.inner.tokens.token(|| self.mint(trace)).await?;
        let mut answer = self.send(trace, call, &token, request.clone()).await?;
        if answer.status() == StatusCode::UNAUTHORIZED {
            let token = self.inner.tokens.token_after_refusal(&token, || self.mint(trace)).await?;
            answer = self.send(trace, call, &token, request).await?;
        }
        self.concluded(answer, purpose).await
    }

    /// The same, with the body of a success handed on piece by piece.
    async fn exchange_pieces(
        &self,
        trace: &Trace,
        call: &Call,
        request: http::Request<Vec<u8>>,
        pieces: Pieces,
    ) -> Result<Answer, Failure> {
        let token = self.inner.tokens.token(|| self.mint(trace)).await?;
        let mut answer = self.stream(trace, call, &token, request.clone(), pieces.clone()).await?;
        if answer.status() == StatusCode::UNAUTHORIZED {
            let token = self.inner.tokens.token_after_refusal(&token, || self.mint(trace)).await?;
            answer = self.stream(trace, call, &token, request, pieces).await?;
        }
        self.concluded(answer, Purpose::Read).await
    }

    /// What an answer means to the caller.
    async fn concluded(&self, answer: Answer, purpose: Purpose) -> Result<Answer, Failure> {
        if answer.status().is_success() || answer.status() == StatusCode::NOT_FOUND {
            return Ok(answer);
        }
        let failure = error::classify(&answer, purpose, self.now_ms());
        if answer.status() != StatusCode::TOO_MANY_REQUESTS {
            return Err(failure);
        }
        // What was throttled was not done, writes included. Longer may be closed than this one says.
        let closed_ms = self.throttled_until_ms().await.map_or(0, |until_ms| until_ms - self.now_ms());
        Err(throttled(failure.cause().clone(), closed_ms))
    }

    async fn send(
        &self,
        trace: &Trace,
        call: &Call,
        token: &SecretString,
        mut request: http::Request<Vec<u8>>,
    ) -> Result<Answer, Failure> {
        self.sign(&mut request, token);
        let (method, redactor) = (request.method().clone(), self.inner.redactor.and(token));
        self.paced(&method, Box::pin(self.inner.transport.send(trace, call, request, &redactor))).await
    }

    async fn stream(
        &self,
        trace: &Trace,
        call: &Call,
        token: &SecretString,
        mut request: http::Request<Vec<u8>>,
        pieces: Pieces,
    ) -> Result<Answer, Failure> {
        self.sign(&mut request, token);
        let (method, redactor) = (request.method().clone(), self.inner.redactor.and(token));
        self.paced(&method, Box::pin(self.inner.transport.stream(trace, call, request, &redactor, pieces))).await
    }

    /// Puts the token and an id for Microsoft's support on a request.
    fn sign(&self, request: &mut http::Request<Vec<u8>>, token: &SecretString) {
        let headers = request.headers_mut();
        // A token that is no header value cannot be sent; Dynamics 365 will say that it is missing.
        if let Ok(mut bearer) = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret())) {
            bearer.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, bearer);
        }
        if let Ok(id) = HeaderValue::from_str(&self.request_id()) {
            headers.insert("x-ms-client-request-id", id);
        }
    }

    /// Makes one call at the environment's pace, and notes how it was answered. Nothing is sent before
    /// `call` is awaited.
    async fn paced(
        &self,
        method: &Method,
        call: impl Future<Output = Result<Answer, SendError>>,
    ) -> Result<Answer, Failure> {
        let pace = &self.inner.pace;
        let _turn = pace.turn(method).await;
        // Last of all: the gate may have closed while this call waited for its turn.
        pace.gate.pass(self.now_ms()).await?;
        let cold = pace.left(self.now_ms());
        match call.await {
            Ok(answer) => {
                match answer.status().as_u16() {
                    429 => drop(self.close(&pace.gate, &answer).await),
                    502..=504 => drop(pace.missed(cold)),
                    _ => {
                        pace.gate.opened();
                        pace.answered(self.now_ms());
                    }
                }
                Ok(answer)
            }
            Err(error) => {
                let warming = pace.missed(cold) && matches!(error, SendError::NoAnswer(_));
                Err(if warming { error::warming_up(&error) } else { error::unsent(&error) })
            }
        }
    }

    /// A 429 came: nothing more leaves until it is over. Answers how long that is.
    async fn close(&self, gate: &Gate, answer: &Answer) -> i64 {
        let now_ms = self.now_ms();
        gate.close(retry_after_ms(answer.headers(), now_ms), now_ms, rand::random()).await
    }

    async fn mint(&self, trace: &Trace) -> Result<Minted, Failure> {
        let Inner { credentials, sign_in_redactor: redactor, sign_in_gate, .. } = &*self.inner;
        sign_in_gate.pass(self.now_ms()).await?;
        let proof = token::proof(credentials, &format!("{:032x}", rand::random::<u128>()), self.now_ms())?;
        let request = token::request(credentials, &proof);
        let sent = self.inner.transport.send(trace, &token::CALL, request, &redactor.and(&proof)).await;
        let answer = sent.map_err(|error| error::unsent(&error))?;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            let failure = error::classify_token(&answer, self.now_ms());
            return Err(throttled(failure.cause().clone(), self.close(sign_in_gate, &answer).await));
        }
        sign_in_gate.opened();
        token::parse(&answer, self.now_ms())
    }

    /// An id for Microsoft's support, in the form of a GUID. Made from the connection, the time
    /// and a count: it must differ, not be secret.
    fn request_id(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.inner.credentials.token_fingerprint());
        hash.update(self.now_ms().to_be_bytes());
        hash.update(self.inner.sent.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        let hex = format!("{:x}", hash.finalize());
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32]].join("-")
    }
}

/// A request of `/data` without its token.
fn request(method: Method, address: &str, body: &[u8]) -> Result<http::Request<Vec<u8>>, Failure> {
    let mut builder = http::Request::builder()
        .method(method)
        .uri(address)
        .header(header::ACCEPT, "application/json")
        .header("OData-Version", "4.0")
        .header("OData-MaxVersion", "4.0");
    if !body.is_empty() {
        builder = builder.header(header::CONTENT_TYPE, "application/json");
    }
    // An address can be longer than any URI may be: thousands of delivery modes, say.
    builder.body(body.to_vec()).map_err(|error| {
        Failure::Permanent(Cause::new("d365.read-refused").detail(format!("the address cannot be built: {error}")))
    })
}

/// The call of an operation on `/data`.
const fn data_call(operation: &'static str) -> Call {
    Call { system: System::D365, operation, timeout: DATA_TIMEOUT, confidential: false }
}
