//! How bytes leave for a vendor: the only user of reqwest.
//!
//! One [`Transport::send`]: records the call as begun, sends it within its budget, reads a bounded
//! answer, records it as completed. It never retries, follows no redirect and keeps no cookie
//! (Microsoft asks clients not to return its affinity cookie). It tells *not sent* from *no
//! answer*, because only the first may be repeated blindly.

pub mod answer;
pub mod credential;
pub mod probe;
pub mod redact;
pub mod token;

use crate::audit::{Actor, Outcome, Subject, System};
use crate::clock::Clock;
use crate::transport::redact::Redactor;
use async_trait::async_trait;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// To make a connection. An address nobody answers at is known within this; the ping promises a
/// sentence within five seconds.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// Idle connections are dropped before the vendors' gateways (60 s and more) drop them under us.
const IDLE_TIMEOUT: Duration = Duration::from_secs(45);
/// Largest answer read: a page of a thousand orders with lines is about 4 MB, a 4x6 PNG label 0.2.
const BODY_LIMIT: usize = 32 * 1024 * 1024;

/// Who calls, and for what.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Who.
    pub actor: Actor,
    /// For what.
    pub subject: Subject,
}

impl Trace {
    /// The program by itself, about nothing in particular.
    pub fn engine() -> Self {
        Self { actor: Actor::Engine, subject: Subject::default() }
    }
}

/// What kind of call it is.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Whom we ask.
    pub system: System,
    /// Stable dotted name: `fedex.ship`.
    pub operation: &'static str,
    /// How long the whole call may take.
    pub timeout: Duration,
    /// The bodies are credentials, or documents for a printer: never recorded.
    pub confidential: bool,
}

/// The beginning of a call, for the journal.
#[derive(Debug)]
pub struct Begun<'a> {
    /// Who and for what.
    pub trace: &'a Trace,
    /// What kind.
    pub call: &'a Call,
    /// `POST https://apis.fedex.com/ship/v1/shipments`.
    pub request_line: String,
    /// Body without secrets.
    pub body: Option<String>,
    /// When.
    pub at_ms: i64,
}

/// The end of a call, for the journal.
#[derive(Debug)]
pub struct Completed<'a> {
    /// Who and for what.
    pub trace: &'a Trace,
    /// What kind.
    pub call: &'a Call,
    /// What [`Journal::begun`] answered.
    pub call_id: &'a str,
    /// How it ended.
    pub outcome: Outcome,
    /// One line.
    pub summary: String,
    /// HTTP status, if an answer came.
    pub http_status: Option<i64>,
    /// Body without secrets.
    pub body: Option<String>,
    /// When.
    pub at_ms: i64,
    /// How long.
    pub duration_ms: i64,
    /// The ids by which the vendor finds it in its own logs.
    pub vendor_ids: BTreeSet<String>,
}

/// Where calls are recorded. Implemented by the store.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Records a call as begun; durable when it returns. Answers an id for [`Journal::completed`].
    async fn begun(&self, begun: Begun<'_>) -> Result<String, JournalError>;
    /// Records how it ended.
    async fn completed(&self, completed: Completed<'_>) -> Result<(), JournalError>;
}

/// The journal could not write.
#[derive(Debug, thiserror::Error)]
#[error("the audit trail could not be written")]
pub struct JournalError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Why no answer can be given.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Certainly not sent: name not resolved, connection refused, TLS not agreed.
    #[error("no connection could be made")]
    NotSent(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Sent, wholly or in part, and no complete answer came.
    #[error("sent, but no complete answer came")]
    NoAnswer(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Not sent, because it could not be recorded first.
    #[error("not sent, because it could not be recorded")]
    NotRecorded(#[source] JournalError),
}

/// Where the pieces of a streamed answer go.
#[derive(Clone, Debug)]
pub struct Pieces {
    /// Takes them in their order; a full channel slows the sender down.
    pub sender: tokio::sync::mpsc::Sender<Vec<u8>>,
    /// The most bytes read in all.
    pub limit: usize,
}

/// An answer, whole.
pub type Answer = http::Response<Vec<u8>>;

/// Sends requests to vendors. Cheap to clone.
#[derive(Clone)]
pub struct Transport {
    client: reqwest::Client,
    journal: Arc<dyn Journal>,
    clock: Clock,
}

impl Transport {
    /// The transport of this process.
    pub fn new(journal: Arc<dyn Journal>, clock: Clock) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .user_agent(concat!("ml-connector/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .build()?;
        Ok(Self { client, journal, clock })
    }

    /// The clock the calls are recorded by.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Sends one request. Whatever the status, an answer is `Ok`.
    pub async fn send(
        &self,
        trace: &Trace,
        call: &Call,
        request: http::Request<Vec<u8>>,
        redactor: &Redactor,
    ) -> Result<Answer, SendError> {
        let request_line = redactor.text(&format!("{} {}", request.method(), request.uri()));
        let body = (!call.confidential && !request.body().is_empty()).then(|| redactor.body(request.body()));
        let sent_ids = vendor_ids(request.headers());
        let begun_ms = self.clock.now_ms();
        let begun = Begun { trace, call, request_line, body, at_ms: begun_ms };
        let call_id = self.journal.begun(begun).await.map_err(SendError::NotRecorded)?;
        let mut result = self.exchange(call, request).await;
        if let Ok(answer) = &mut result {
            // A token is the one secret a caller wants.
            let is_token = call.confidential && answer.status().is_success();
            if let Some(scrubbed) = redactor.scrubbed(answer.body()).filter(|_| !is_token) {
                *answer.body_mut() = scrubbed;
            }
        }
        let at_ms = self.clock.now_ms();
        let mut completed = completed(trace, call, &call_id, &result, redactor, at_ms, at_ms - begun_ms);
        completed.vendor_ids.extend(sent_ids);
        if let Err(error) = self.journal.completed(completed).await {
            // The answer counts more than its record: the caller stores the outcome itself.
            tracing::error!(remote.op = call.operation, error = %error, "answer not recorded in the audit trail");
        }
        result
    }

    /// Sends one request and hands the body of a success on as it comes, so that an answer of any size
    /// needs no more memory than a few pieces of it. The pieces are not recorded. Any other answer is
    /// read whole, as by [`Transport::send`]. Whoever has heard enough drops the receiver.
    pub async fn stream(
        &self,
        trace: &Trace,
        call: &Call,
        request: http::Request<Vec<u8>>,
        redactor: &Redactor,
        pieces: Pieces,
    ) -> Result<Answer, SendError> {
        let request_line = redactor.text(&format!("{} {}", request.method(), request.uri()));
        let sent_ids = vendor_ids(request.headers());
        let begun_ms = self.clock.now_ms();
        let begun = Begun { trace, call, request_line, body: None, at_ms: begun_ms };
        let call_id = self.journal.begun(begun).await.map_err(SendError::NotRecorded)?;
        let mut read = 0;
        let result = self.exchange_pieces(call, request, pieces, &mut read).await;
        let at_ms = self.clock.now_ms();
        let mut completed = completed(trace, call, &call_id, &result, redactor, at_ms, at_ms - begun_ms);
        completed.vendor_ids.extend(sent_ids);
        if read > 0 {
            completed.summary = format!("{}, {read} bytes read", completed.summary);
        }
        if let Err(error) = self.journal.completed(completed).await {
            tracing::error!(remote.op = call.operation, error = %error, "answer not recorded in the audit trail");
        }
        result
    }

    async fn exchange_pieces(
        &self,
        call: &Call,
        request: http::Request<Vec<u8>>,
        pieces: Pieces,
        read: &mut usize,
    ) -> Result<Answer, SendError> {
        let (mut response, mut answer) = self.begin(call, request).await?;
        if !answer.status().is_success() {
            read_whole(&mut response, &mut answer).await?;
            return Ok(answer);
        }
        while let Some(chunk) = response.chunk().await.map_err(sorted)? {
            *read += chunk.len();
            if *read > pieces.limit {
                return Err(SendError::NoAnswer(format!("answer larger than {} bytes", pieces.limit).into()));
            }
            if pieces.sender.send(chunk.to_vec()).await.is_err() {
                break;
            }
        }
        Ok(answer)
    }

    async fn exchange(&self, call: &Call, request: http::Request<Vec<u8>>) -> Result<Answer, SendError> {
        let (mut response, mut answer) = self.begin(call, request).await?;
        read_whole(&mut response, &mut answer).await?;
        Ok(answer)
    }

    /// Sends, and reads the head of the answer.
    async fn begin(
        &self,
        call: &Call,
        request: http::Request<Vec<u8>>,
    ) -> Result<(reqwest::Response, Answer), SendError> {
        let mut request = reqwest::Request::try_from(request).map_err(|error| SendError::NotSent(error.into()))?;
        *request.timeout_mut() = Some(call.timeout);
        let response = self.client.execute(request).await.map_err(sorted)?;
        let mut answer = http::Response::new(Vec::new());
        *answer.status_mut() = response.status();
        *answer.headers_mut() = response.headers().clone();
        Ok((response, answer))
    }
}

async fn read_whole(response: &mut reqwest::Response, answer: &mut Answer) -> Result<(), SendError> {
    while let Some(chunk) = response.chunk().await.map_err(sorted)? {
        if answer.body().len() + chunk.len() > BODY_LIMIT {
            return Err(SendError::NoAnswer(format!("answer larger than {BODY_LIMIT} bytes").into()));
        }
        answer.body_mut().extend_from_slice(&chunk);
    }
    Ok(())
}

fn sorted(error: reqwest::Error) -> SendError {
    if error.is_connect() || error.is_builder() {
        SendError::NotSent(error.without_url().into())
    } else {
        SendError::NoAnswer(error.without_url().into())
    }
}

fn completed<'a>(
    trace: &'a Trace,
    call: &'a Call,
    call_id: &'a str,
    result: &Result<Answer, SendError>,
    redactor: &Redactor,
    at_ms: i64,
    duration_ms: i64,
) -> Completed<'a> {
    let (outcome, summary, http_status, body) = match result {
        Ok(answer) => {
            let status = answer.status();
            let outcome = if status.is_success() {
                Outcome::Ok
            } else if status.is_client_error() {
                Outcome::Refused
            } else {
                Outcome::Failed
            };
            // A confidential answer is a token when it is a success; an error must be readable.
            let hidden = call.confidential && status.is_success();
            let body = (!hidden && !answer.body().is_empty()).then(|| redactor.body(answer.body()));
            (
                outcome,
                format!("{} answered {}", call.operation, status.as_u16()),
                Some(i64::from(status.as_u16())),
                body,
            )
        }
        Err(SendError::NoAnswer(source)) => {
            (Outcome::Unknown, format!("{} got no answer", call.operation), None, Some(chain(source.as_ref())))
        }
        Err(error) => (Outcome::Failed, format!("{} was not sent", call.operation), None, Some(chain(error))),
    };
    let vendor_ids = result.as_ref().map(|answer| answered_ids(call.system, answer)).unwrap_or_default();
    Completed { trace, call, call_id, outcome, summary, http_status, body, at_ms, duration_ms, vendor_ids }
}

/// Headers that name a call in a vendor's logs: what we send to Dynamics 365 and what it answers.
const ID_HEADERS: [&str; 3] = ["x-ms-client-request-id", "ms-dyn-aid", "x-ms-request-id"];
/// Longer than any vendor's id.
const ID_LIMIT: usize = 100;

fn vendor_ids(headers: &http::HeaderMap) -> BTreeSet<String> {
    let values = ID_HEADERS.iter().filter_map(|name| headers.get(*name)?.to_str().ok());
    values.filter(|id| !id.is_empty() && id.len() <= ID_LIMIT).map(str::to_owned).collect()
}

/// The same of an answer; FedEx names its transaction in the body.
fn answered_ids(system: System, answer: &Answer) -> BTreeSet<String> {
    #[derive(serde::Deserialize)]
    struct Named {
        #[serde(rename = "transactionId")]
        transaction_id: String,
    }
    let mut ids = vendor_ids(answer.headers());
    if system != System::Fedex {
        return ids;
    }
    let named = serde_json::from_slice::<Named>(answer.body()).ok().map(|named| named.transaction_id);
    ids.extend(named.filter(|id| !id.is_empty() && id.len() <= ID_LIMIT));
    ids
}

/// An error with all its sources, for the record.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
