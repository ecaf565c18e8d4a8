//! Where FedEx pushes to: verified, stored durably, then answered.
//!
//! FedEx counts 200 and 202 as delivered and gives up after a few tries, so 200 goes out only once
//! the push is in the database, and everything after that is the ingest loop's. Whoever is not FedEx
//! learns nothing but that the signature is not right.

use crate::clock::DAY_MS;
use crate::engine::Engine;
use crate::fedex::callback;
use crate::fedex::webhook::{self, SIGNATURE_HEADER};
use crate::store::inbox::NewDelivery;
use crate::store::intake::{Intake, NotKept};
use crate::web::Web;
use crate::work::ingest::token_until;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use futures::StreamExt;
use secrecy::SecretString;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Largest push read. Pictures of a proof of delivery are some megabytes in base64.
const BODY_LIMIT: usize = 8 * 1024 * 1024;
/// Most kilobytes of pushes in memory at a time, signed or not: beyond it FedEx is asked to come again,
/// and strangers cannot fill the memory.
const IN_MEMORY_KIB: usize = 128 * 1024;
/// How long a push may take to arrive; who is slower holds a connection for nothing.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes kept of a refused push: enough to see what it is.
const REFUSED_BODY: usize = 4 * 1024;
/// Headers kept with a push, for finding out who sent it and how.
const KEPT_HEADERS: [&str; 6] =
    ["content-type", "content-length", "user-agent", "x-forwarded-for", "x-real-ip", "content-encoding"];
/// Longest value of a header kept.
const HEADER_LIMIT: usize = 200;
/// FedEx is asked to come again in so many seconds.
const RETRY_S: u16 = 30;

/// The route. Outside the session: FedEx has none.
pub fn routes(intake: Intake) -> Router<Web> {
    let room = Arc::new(Semaphore::new(IN_MEMORY_KIB));
    let posts: MethodRouter<Web> = on(MethodFilter::POST, move |State(web): State<Web>, request: Request| {
        let (intake, room) = (intake.clone(), room.clone());
        async move { receive(&web.engine, &intake, &room, request).await }
    });
    Router::new().route(callback::PATH, posts.fallback(only_post))
}

async fn only_post() -> Response {
    let text = "FedEx pushes here with POST. Nothing is shown at this address; see the page Inbox of ml-connector.";
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")], text).into_response()
}

/// Answers one push.
async fn receive(engine: &Engine, intake: &Intake, room: &Semaphore, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let announced = content_length(&parts.headers);
    if announced.is_some_and(|length| length > BODY_LIMIT) {
        return too_large();
    }
    let read = tokio::time::timeout(BODY_TIMEOUT, read(body, room)).await;
    // Its place in memory is held until the push is answered.
    let (body, _place) = match read {
        Ok(Ok(read)) => read,
        Ok(Err(ReadError::Full)) => return not_kept(&NotKept::Full),
        Ok(Err(ReadError::TooLarge)) => return too_large(),
        Ok(Err(ReadError::Broken)) => return text(StatusCode::BAD_REQUEST, "The body broke off."),
        Err(_) => return text(StatusCode::REQUEST_TIMEOUT, "The body did not arrive in time."),
    };
    let signature = parts.headers.get(SIGNATURE_HEADER).map(|value| value.to_str().unwrap_or("\u{fffd}"));
    let fedex = engine.fedex().await.ok();
    let tokens: &[SecretString] = fedex.as_ref().map_or(&[], |fedex| &fedex.credentials().webhook_tokens);
    let signer = match webhook::signed_by(tokens, &body, signature) {
        Ok(place) => still_valid(engine, &tokens[place], place).await,
        Err(refusal) => Err(refusal.to_string()),
    };
    let environment = fedex.as_ref().map_or("", |fedex| fedex.environment_name());
    let (signer, reason) = match signer {
        Ok(signer) => (signer, String::new()),
        Err(reason) => (String::new(), reason),
    };
    let now = engine.clock.now_ms();
    let believed = reason.is_empty();
    if !believed && !engine.refusals.admit(now) {
        return refused();
    }
    let delivery = NewDelivery {
        delivery_id: engine.new_id(),
        environment: environment.to_owned(),
        content_key: believed.then(|| webhook::content_key(&body)),
        received_ms: now,
        reason,
        signer,
        headers: kept_headers(&parts.headers),
        body_size: i64::try_from(body.len()).unwrap_or(i64::MAX),
        body: if believed { body } else { body[..body.len().min(REFUSED_BODY)].to_vec() },
    };
    match intake.keep(delivery).await {
        // Whether it was kept is not a stranger's business.
        _ if !believed => refused(),
        Ok(_) => StatusCode::OK.into_response(),
        Err(error) => not_kept(&error),
    }
}

/// A token that was replaced is valid until its overlap ends.
async fn still_valid(engine: &Engine, token: &SecretString, place: usize) -> Result<String, String> {
    let id = webhook::token_id(token);
    if place > 0 {
        let until = engine.store.db.cursor(&token_until(&id)).await.ok().flatten();
        if let Some(until) = until.filter(|until| *until <= engine.clock.now_ms()) {
            let days = (engine.clock.now_ms() - until) / DAY_MS;
            return Err(format!(
                "It is signed with the old token, whose overlap ended {days} days ago. Set the new token at FedEx."
            ));
        }
    }
    Ok(id)
}

enum ReadError {
    TooLarge,
    Full,
    Broken,
}

/// Reads a body, taking room for what came, not for what was announced.
async fn read(body: Body, room: &Semaphore) -> Result<(Vec<u8>, Vec<SemaphorePermit<'_>>), ReadError> {
    let (mut bytes, mut places) = (Vec::new(), Vec::new());
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| ReadError::Broken)?;
        if bytes.len() + chunk.len() > BODY_LIMIT {
            return Err(ReadError::TooLarge);
        }
        let kib = u32::try_from(chunk.len().div_ceil(1024)).unwrap_or(u32::MAX);
        places.push(room.try_acquire_many(kib).map_err(|_| ReadError::Full)?);
        bytes.extend_from_slice(&chunk);
    }
    Ok((bytes, places))
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn kept_headers(headers: &HeaderMap) -> String {
    let kept = KEPT_HEADERS.iter().filter_map(|name| {
        let value: String = headers.get(*name)?.to_str().ok()?.chars().take(HEADER_LIMIT).collect();
        Some(format!("{name}: {value}"))
    });
    kept.collect::<Vec<_>>().join("\n")
}

fn text(status: StatusCode, text: &'static str) -> Response {
    (status, text).into_response()
}

fn refused() -> Response {
    text(StatusCode::UNAUTHORIZED, "The push is not signed with a security token that is valid here.")
}

fn too_large() -> Response {
    // The rest is not read: the connection cannot be used again.
    let close = [(header::CONNECTION, HeaderValue::from_static("close"))];
    (StatusCode::PAYLOAD_TOO_LARGE, close, "A push may have at most 8 MiB.").into_response()
}

fn not_kept(error: &NotKept) -> Response {
    tracing::warn!(error = %error, "a signed push is not kept; FedEx is asked to come again");
    let headers = [(header::RETRY_AFTER, HeaderValue::from(RETRY_S))];
    (StatusCode::SERVICE_UNAVAILABLE, headers, "It cannot be stored now; please send it again.").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_fills_the_memory_is_put_off_and_room_comes_back() {
        let room = Semaphore::new(3);
        let body = |kib: usize| Body::from(vec![b'x'; kib * 1024]);
        let held = read(body(2), &room).await.ok().expect("there is room");
        assert!(matches!(read(body(2), &room).await, Err(ReadError::Full)));
        assert!(read(body(1), &room).await.is_ok(), "what fits is read");
        drop(held);
        assert!(read(body(3), &room).await.is_ok());
        assert!(matches!(read(body(BODY_LIMIT / 1024 + 1), &room).await, Err(ReadError::TooLarge)));
    }
}
