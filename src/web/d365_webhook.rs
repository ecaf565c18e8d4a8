//! Where business events of Dynamics 365 come to.
//!
//! No session and no origin: who knows the address may call it. A wrong address is answered like
//! one that does not exist, before the body is read. Whatever a body holds, it is kept and answered
//! 200, because a refusal only makes Dynamics 365 put the event on a list that nobody reads.

use crate::transport::chain;
use crate::web::Web;
use crate::work::events;
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use secrecy::SecretString;
use serde_json::json;

/// Largest body: an event is a kilobyte or two, Event Grid's batches are told to stay below this.
const BODY_LIMIT: usize = 256 * 1024;
/// Deliveries a minute that Event Grid may make: more than any warehouse confirms.
const ALLOWED_RATE: HeaderValue = HeaderValue::from_static("1000");
/// Event Grid's kind of delivery.
const AEG_EVENT_TYPE: &str = "aeg-event-type";
/// Who asks, in the handshake of the `CloudEvents` schema.
const REQUEST_ORIGIN: &str = "webhook-request-origin";

/// The routes.
pub fn routes() -> Router<Web> {
    Router::new().route("/webhooks/d365/{token}", post(receive).options(handshake))
}

async fn receive(State(web): State<Web>, Path(token): Path<SecretString>, request: Request) -> Response {
    let address = match events::address_of(&web.engine, &token).await {
        Ok(Some(address)) => address,
        Ok(None) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => return later(&error),
    };
    let aeg_event_type = text(request.headers(), AEG_EVENT_TYPE).to_owned();
    let Ok(body) = axum::body::to_bytes(request.into_body(), BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    match events::receive(&web.engine, &address, &token, &body, &aeg_event_type).await {
        Ok(received) => match received.validation_code {
            Some(code) => axum::Json(json!({ "validationResponse": code })).into_response(),
            None => StatusCode::OK.into_response(),
        },
        Err(error) => later(&error),
    }
}

/// Event Grid asks whether it may deliver `CloudEvents` here.
async fn handshake(State(web): State<Web>, Path(token): Path<SecretString>, headers: HeaderMap) -> Response {
    match events::address_of(&web.engine, &token).await {
        Ok(Some(_)) => {}
        Ok(None) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => return later(&error),
    }
    let mut response = StatusCode::OK.into_response();
    let allowed = response.headers_mut();
    allowed.insert(header::ALLOW, HeaderValue::from_static("POST, OPTIONS"));
    if let Some(origin) = headers.get(REQUEST_ORIGIN) {
        allowed.insert(HeaderName::from_static("webhook-allowed-origin"), origin.clone());
        allowed.insert(HeaderName::from_static("webhook-allowed-rate"), ALLOWED_RATE);
    }
    response
}

/// Not stored, so not acknowledged: whoever sent it comes again.
fn later(error: &crate::store::StoreError) -> Response {
    tracing::error!(error = %chain(error), "a business event could not be stored; its sender tries again");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
