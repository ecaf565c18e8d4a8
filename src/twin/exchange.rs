//! One call and its answer: reading it, meeting a fault, reaching the twin, saving, answering.
//!
//! The handlers of both vendors are plain functions from the world and a [`Call`] to a [`Reply`];
//! only this file awaits anything, and it never does so while it holds the world.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use futures::{StreamExt, stream};
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::Value;

use super::fault::{Fault, Kind, When};
use super::state::Shared;
use super::wire::Cut;
use super::{control, d365, fedex};

/// Largest body a twin reads; a label attachment is the largest thing it is ever sent.
const BODY_LIMIT: usize = 16 * 1024 * 1024;
/// Pieces in which a slow body trickles.
const SLOW_PIECES: usize = 10;
/// Default time a slow body takes.
const SLOW_BODY_MS: u64 = 2_000;

/// Which vendor's port a call came in on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum System {
    /// FedEx REST.
    Fedex,
    /// Entra ID and D365 `OData`.
    D365,
}

impl System {
    /// The name used by the fault script and the counters.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Fedex => "fedex",
            Self::D365 => "d365",
        }
    }
}

/// A request, read completely.
pub(super) struct Call {
    pub method: Method,
    /// Path as sent, still percent-encoded.
    pub path: String,
    /// Query as sent, without the question mark.
    pub query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Call {
    /// A header as text, empty when absent.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The token of a bearer authorization.
    pub(super) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization").split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    }

    /// A field of a form body, decoded.
    pub(super) fn form(&self, name: &str) -> Option<String> {
        pair(&self.body, name)
    }

    /// An option of the query, decoded.
    pub(super) fn option(&self, name: &str) -> Option<String> {
        pair(self.query.as_bytes(), name)
    }

    /// The body as JSON.
    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The address this twin was called by.
    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.header("host"))
    }

    fn text(&self) -> String {
        let body = String::from_utf8_lossy(&self.body);
        format!("{}?{}\n{body}", self.path, self.query)
    }
}

fn pair(text: &[u8], name: &str) -> Option<String> {
    url::form_urlencoded::parse(text).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// More of the body, made while it is sent.
    pub more: Option<More>,
}

/// The rest of a body that is too large to be held: so many pieces, then the end.
#[derive(Debug)]
pub(super) struct More {
    pub pieces: usize,
    pub piece: fn(usize) -> String,
    pub end: Vec<u8>,
}

impl Reply {
    /// An answer without a body.
    pub(super) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), more: None }
    }

    /// A body of the given type.
    pub(super) fn bytes(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        Self { status, headers: vec![("content-type", content_type.to_owned())], body, more: None }
    }

    /// A JSON body.
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self::bytes(status, "application/json", body.to_string().into_bytes())
    }

    /// A page as gateways in front of the vendors send it.
    pub(super) fn html(status: u16, title: &str) -> Self {
        let page = format!(
            "<html><head><title>{status} {title}</title></head>\r\n<body><center><h1>{status} {title}</h1></center><hr></body></html>\r\n"
        );
        Self::bytes(status, "text/html", page.into_bytes())
    }

    /// Adds a header.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
        self
    }

    fn into_response(self, body: Body) -> Response {
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in self.headers {
            if let Ok(value) = value.parse() {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// What one port needs to answer.
#[derive(Clone)]
pub(super) struct Port {
    pub system: System,
    pub shared: Arc<Shared>,
}

/// Answers every request of a port.
pub(super) async fn answer(State(port): State<Port>, ConnectInfo(cut): ConnectInfo<Cut>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        return Reply::html(413, "Request Entity Too Large").into_response(Body::empty());
    };
    let call = Call {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
    };
    if call.path == "/_twin" || call.path.starts_with("/_twin/") {
        let reply = commit(&port.shared, move |world| control::answer(world, &call)).await;
        return whole(reply);
    }
    let op = match port.system {
        System::Fedex => fedex::operation(&call),
        System::D365 => d365::operation(&call),
    };
    let fault = port.shared.change(|world| {
        world.release_due();
        world.count(port.system, op);
        if !world.faults.armed() {
            return None;
        }
        let fault = world.faults.take(port.system.name(), op, &call.text());
        if fault.is_some() {
            world.touch();
        }
        fault
    });
    serve(port, call, op, fault, cut).await
}

async fn serve(port: Port, call: Call, op: &'static str, fault: Option<Fault>, cut: Cut) -> Response {
    let system = port.system;
    let act = move |world: &mut super::state::World| match system {
        System::Fedex => fedex::answer(world, &call),
        System::D365 => d365::answer(world, &call),
    };
    let Some(fault) = fault else {
        return whole(commit(&port.shared, act).await);
    };
    if fault.when == When::Before && fault.kind != Kind::SlowBody {
        rest(fault.delay_ms).await;
    }
    if fault.kind == Kind::CutBefore {
        cut.pull();
        return whole(Reply::empty(200));
    }
    if !fault.kind.reaches_twin() {
        let reply = port.shared.change(|world| match system {
            System::Fedex => fedex::refusal(world, op, &fault),
            System::D365 => d365::refusal(world, op, &fault),
        });
        return whole(reply);
    }
    if fault.kind == Kind::ExpireTokens {
        port.shared.change(|world| {
            world.tokens.clear();
            world.touch();
        });
    }
    let reply = commit(&port.shared, act).await;
    if fault.kind == Kind::Hold {
        if reply.status >= 400 {
            port.shared.change(|world| world.faults.spare(fault.id));
            return whole(reply);
        }
        let _held = Held::new(&port.shared);
        return std::future::pending().await;
    }
    if fault.when == When::After && fault.kind != Kind::SlowBody {
        rest(fault.delay_ms).await;
    }
    match fault.kind {
        Kind::CutAfter => {
            cut.pull();
            whole(Reply::empty(200))
        }
        Kind::ErrorAfter => whole(port.shared.change(|world| match system {
            System::Fedex => fedex::refusal(world, op, &fault),
            System::D365 => d365::refusal(world, op, &fault),
        })),
        Kind::Malformed => {
            let mut reply = reply;
            reply.body.truncate(reply.body.len() / 2);
            whole(reply)
        }
        Kind::SlowBody => trickle(reply, fault.delay_ms),
        _ => whole(reply),
    }
}

/// An answer that is held back until its caller is gone.
struct Held(Arc<Shared>);

impl Held {
    fn new(shared: &Arc<Shared>) -> Self {
        shared.held.send_modify(|held| *held += 1);
        Self(Arc::clone(shared))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.held.send_modify(|held| *held -= 1);
    }
}

/// Changes the world and has it on the disk, where one is wanted, before the answer goes out.
pub(super) async fn commit<F>(shared: &Arc<Shared>, act: F) -> Reply
where
    F: FnOnce(&mut super::state::World) -> Reply,
{
    let (reply, snapshot) = shared.change_and_snapshot(act);
    if let Some(snapshot) = snapshot {
        let shared = Arc::clone(shared);
        let saved = tokio::task::spawn_blocking(move || shared.save(&snapshot)).await;
        if !matches!(saved, Ok(Ok(()))) {
            tracing::error!("the twin could not save its state; this answer is not durable");
        }
    }
    reply
}

fn whole(mut reply: Reply) -> Response {
    let body = std::mem::take(&mut reply.body);
    let Some(More { pieces, piece, end }) = reply.more.take() else {
        return reply.into_response(Body::from(body));
    };
    let between = stream::iter(0..pieces).map(move |number| piece(number).into_bytes());
    let all = stream::iter([body]).chain(between).chain(stream::iter([end]));
    let body = Body::from_stream(all.map(Ok::<_, Infallible>));
    reply.into_response(body)
}

fn trickle(mut reply: Reply, delay_ms: u64) -> Response {
    let total = if delay_ms == 0 { SLOW_BODY_MS } else { delay_ms };
    let step = Duration::from_millis(total / SLOW_PIECES as u64);
    let body = std::mem::take(&mut reply.body);
    let length = body.len();
    let size = length.div_ceil(SLOW_PIECES).max(1);
    let pieces: Vec<Bytes> = body.chunks(size).map(Bytes::copy_from_slice).collect();
    let slow = stream::iter(pieces).then(move |piece| async move {
        tokio::time::sleep(step).await;
        Ok::<_, Infallible>(piece)
    });
    let mut response = reply.into_response(Body::from_stream(slow));
    response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    response
}

async fn rest(delay_ms: u64) {
    if delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
    }
}
