//! The FedEx port: routing, tokens with their throttle, and the error envelope.
//!
//! What a route does lives in the file of its subject, from `ship.rs` to `close.rs`. FedEx publishes no body for
//! its throttled token endpoint, so that one answers HTML.

use std::collections::VecDeque;

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::clock::SECOND_MS;
use super::exchange::{Call, Reply};
use super::fault::{Fault, Kind};
use super::state::{Token, World};
use super::{address, cancel, close, entra, job, quote, ship, track};

/// The only project's key.
pub(super) const API_KEY: &str = "l7twin4f0c9e2b7d8a41c6935be01f7ac2d8";
/// Its secret.
pub(super) const SECRET_KEY: &str = "9b41f0c67e2d4a85b3c91e7d60f2a8c4";
/// The shipping account of the credentials.
pub(super) const ACCOUNT: &str = "740561073";
/// The accounts that the project may use: its own, and those of further warehouses.
pub(super) const ACCOUNTS: [&str; 4] = [ACCOUNT, "510088000", "612345678", GROUND_TO_HOMES];
/// The only account that is enabled for plain Ground to residences.
pub(super) const GROUND_TO_HOMES: &str = "700257037";
/// Life of a token as recorded; the documents say one second more.
const LIFE_S: i64 = 3_599;
/// Audience of FedEx tokens, which keeps them apart from those of Entra.
const AUDIENCE: &str = "fedex";

const TOKEN: &str = "/oauth/token";
const SHIP: &str = "/ship/v1/shipments";
const VALIDATE: &str = "/ship/v1/shipments/packages/validate";
const CANCEL: &str = "/ship/v1/shipments/cancel";
const RESULTS: &str = "/ship/v1/shipments/results";
const CLOSE: &str = "/ship/v1/endofday/";
const RATE: &str = "/rate/v1/rates/quotes";
const TRACK: &str = "/track/v1/trackingnumbers";
const LOOKUP: &str = "/track/v1/referencenumbers";
const ADDRESS: &str = "/address/v1/addresses/resolve";
/// Where the documents of `URL_ONLY` are fetched, without a token.
pub(super) const LABEL: &str = "/document/v1/cache/retrieve/";

/// Names the operation of a call, for the counters and the fault script.
pub(super) fn operation(call: &Call) -> &'static str {
    match (call.method.as_str(), call.path.as_str()) {
        (_, TOKEN) => "token",
        (_, SHIP) => "ship",
        (_, VALIDATE) => "validate",
        (_, CANCEL) => "cancel",
        (_, RESULTS) => "results",
        (_, RATE) => "rate",
        (_, path) if path.trim_end_matches('/') == CLOSE.trim_end_matches('/') => "close",
        (_, TRACK) => "track",
        (_, LOOKUP) => "lookup",
        (_, ADDRESS) => "address",
        (_, path) if path.starts_with(LABEL) => "label",
        _ => "other",
    }
}

/// Answers a call on the FedEx port.
pub(super) fn answer(world: &mut World, call: &Call) -> Reply {
    let op = operation(call);
    let expected = match op {
        "cancel" => Method::PUT,
        // PUT closes, POST prints a close again.
        "close" if call.method == Method::PUT => Method::PUT,
        "label" => Method::GET,
        "other" => return error(world, None, 404, "NOT.FOUND.ERROR", NOT_FOUND),
        _ => Method::POST,
    };
    if call.method != expected {
        return error(world, None, 405, "METHOD.NOT.ALLOWED.ERROR", NOT_ALLOWED);
    }
    match op {
        "token" => return token(world, call),
        "label" => return ship::document(world, call),
        _ => {}
    }
    if let Err(refusal) = authorised(world, call, op) {
        return refusal;
    }
    let now_ms = world.now_ms();
    let mut admitted = world.quota.admit(now_ms);
    if admitted.is_ok() && ["track", "lookup"].contains(&op) {
        admitted = world.quota.admit_tracking(now_ms);
    }
    if let Err(message) = admitted {
        return error(world, None, 429, known_error(429).0, message);
    }
    let media_type = call.header("content-type").split(';').next().unwrap_or_default();
    if !media_type.trim().eq_ignore_ascii_case("application/json") {
        return error(world, None, 415, "UNSUPPORTED.MEDIATYPE.ERROR", WRONG_TYPE);
    }
    let Some(body @ Value::Object(_)) = call.json() else {
        return error(world, Some(call), 400, "BAD.REQUEST.ERROR", BAD_JSON);
    };
    match op {
        "ship" => ship::create(world, call, &body),
        "validate" => ship::validate(world, call, &body),
        "cancel" => cancel::cancel(world, call, &body),
        "results" => job::results(world, call, &body),
        "rate" => quote::quote(world, call, &body),
        "close" if call.method == Method::PUT => close::close(world, call, &body),
        "close" => close::reprint(world, call, &body),
        "track" => track::by_number(world, call, &body),
        "lookup" => track::by_reference(world, call, &body),
        _ => address::resolve(world, call, &body),
    }
}

const NOT_FOUND: &str = "The resource you requested is no longer available. Please modify your request and try again.";
const NOT_ALLOWED: &str = "The method is not allowed for this resource. Please modify your request and try again.";
const WRONG_TYPE: &str = "The media type is not supported. Please modify your request and try again.";
const BAD_JSON: &str = "The request could not be read. Please modify your request and try again.";
const EXPIRED: &str = "Access token expired. Please modify your request and try again.";
const WRONG_KEYS: &str = "The given client credentials were not valid. Please modify your request and try again.";
const FORBIDDEN: &str = "We could not authorize your credentials. Please check your permissions and try again.";
const INTERNAL: &str = "We encountered an unexpected error and are working to resolve the issue. We apologize for any inconvenience. Please check back at a later time.";
const UNAVAILABLE: &str = "The service is currently unavailable and we are working to resolve the issue. We apologize for any inconvenience. Please check back at a later time.";
const TOO_MANY: &str = "We have received too many requests in a short duration. Please wait a while to try again.";

fn authorised(world: &mut World, call: &Call, op: &str) -> Result<(), Reply> {
    let now_ms = world.now_ms();
    let good = call
        .bearer()
        .and_then(|token| world.tokens.get(token))
        .is_some_and(|token| token.audience == AUDIENCE && token.expires_ms > now_ms);
    if good { Ok(()) } else { Err(expired(world, op)) }
}

fn expired(world: &mut World, op: &str) -> Reply {
    match op {
        "validate" => error(world, None, 401, "LOGIN.REAUTHENTICATE.ERROR", "Re-Login authentication error"),
        _ => error(world, None, 401, "NOT.AUTHORIZED.ERROR", EXPIRED),
    }
}

/// Wraps an output in the envelope of a success; a virtual one is marked as such.
pub(super) fn success(world: &mut World, call: &Call, output: Value) -> Reply {
    let mut body = json!({"transactionId": world.fresh_uuid()});
    echo(&mut body, Some(call));
    body["output"] = output;
    if world.switches.canned {
        mark_virtual(&mut body);
    }
    Reply::json(200, &body)
}

/// Marks an answer as the virtual sandbox does: in each shipment, else in the output.
fn mark_virtual(body: &mut Value) {
    let id = format!("APIF_SV_SHPC_TxID{}", body["transactionId"].as_str().unwrap_or_default());
    body["transactionId"] = json!(id);
    let alert = json!({"code": "VIRTUAL.RESPONSE", "message": "This is a Virtual Response.", "alertType": "NOTE"});
    let add = |place: &mut Value| match &mut place["alerts"] {
        Value::Array(alerts) => alerts.push(alert.clone()),
        none => *none = json!([alert]),
    };
    match body["output"]["transactionShipments"].as_array_mut() {
        Some(shipments) => shipments.iter_mut().for_each(add),
        None => add(&mut body["output"]),
    }
}

/// Wraps one error in FedEx's envelope.
pub(super) fn error(world: &mut World, call: Option<&Call>, status: u16, code: &str, message: &str) -> Reply {
    errors(world, call, status, &json!([{"code": code, "message": message}]))
}

/// Wraps a list of errors in FedEx's envelope.
pub(super) fn errors(world: &mut World, call: Option<&Call>, status: u16, errors: &Value) -> Reply {
    let mut body = json!({"transactionId": world.fresh_uuid()});
    echo(&mut body, call);
    body["errors"] = errors.clone();
    Reply::json(status, &body)
}

fn echo(body: &mut Value, call: Option<&Call>) {
    let id = call.map_or("", |call| call.header("x-customer-transaction-id"));
    if !id.is_empty() {
        body["customerTransactionId"] = json!(id);
    }
}

/// Answers a token request.
fn token(world: &mut World, call: &Call) -> Reply {
    let now_ms = world.now_ms();
    world.touch();
    if !world.throttle.admits(now_ms) {
        return Reply::html(403, "Forbidden");
    }
    let form = call.header("content-type").starts_with("application/x-www-form-urlencoded");
    let field = |name: &str| call.form(name).unwrap_or_default();
    let valid = form
        && field("grant_type") == "client_credentials"
        && field("client_id") == API_KEY
        && field("client_secret") == SECRET_KEY;
    if !valid {
        return error(world, None, 401, "NOT.AUTHORIZED.ERROR", WRONG_KEYS);
    }
    let expires_ms = now_ms + LIFE_S * SECOND_MS;
    let token = entra::signed(
        world,
        &json!({"scope": ["CXS-TP"], "exp": expires_ms / SECOND_MS + 1, "client_id": API_KEY,
                "Payload": {"clientIdentity": {"clientKey": API_KEY}, "authenticationRealm": "CMAC"}}),
    );
    world.tokens.retain(|_, token| token.expires_ms > now_ms);
    world.tokens.insert(token.clone(), Token { audience: AUDIENCE.to_owned(), expires_ms });
    world.tally("fedex.token_mints");
    Reply::json(200, &json!({"access_token": token, "token_type": "bearer", "expires_in": LIFE_S, "scope": "CXS-TP"}))
        .with("content-type", "application/json;charset=UTF-8")
        .with("cache-control", "no-store")
        .with("server", "Layer7-API-Gateway")
}

/// The throttle of the token endpoint, which counts every hit of an address.
///
/// Source: FedEx's page on rate limits. More than three a second over five seconds, or more than
/// one a second over two minutes, closes the endpoint for ten minutes.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Throttle {
    hits: VecDeque<i64>,
    closed_until_ms: i64,
}

/// Hits that are still admitted within the burst window.
const BURST_HITS: usize = 15;
/// The burst window.
const BURST_MS: i64 = 5 * SECOND_MS;
/// Hits that are still admitted within the long window.
const LONG_HITS: usize = 120;
/// The long window.
const LONG_MS: i64 = 120 * SECOND_MS;
/// How long the endpoint stays closed.
const PENALTY_MS: i64 = 600 * SECOND_MS;

impl Throttle {
    /// Counts a hit and tells whether it is answered.
    fn admits(&mut self, now_ms: i64) -> bool {
        if now_ms < self.closed_until_ms {
            return false;
        }
        self.hits.push_back(now_ms);
        while self.hits.front().is_some_and(|hit| *hit <= now_ms - LONG_MS) {
            self.hits.pop_front();
        }
        let burst = self.hits.iter().rev().take_while(|hit| **hit > now_ms - BURST_MS).count();
        if burst > BURST_HITS || self.hits.len() > LONG_HITS {
            self.closed_until_ms = now_ms + PENALTY_MS;
            self.hits.clear();
            return false;
        }
        true
    }
}

/// What the FedEx port answers when a fault stands in for the twin.
pub(super) fn refusal(world: &mut World, op: &str, fault: &Fault) -> Reply {
    let reply = match fault.kind {
        Kind::Html => Reply::html(fault.status.unwrap_or(503), "Service Unavailable"),
        Kind::TokenThrottle => Reply::html(403, "Forbidden"),
        Kind::Unauthorized if op == "token" => error(world, None, 401, "NOT.AUTHORIZED.ERROR", WRONG_KEYS),
        Kind::Unauthorized => expired(world, op),
        kind => {
            let usual = if kind == Kind::ErrorAfter { 500 } else { 503 };
            let status = fault.status.unwrap_or(usual);
            let (code, message) = known_error(status);
            error(
                world,
                None,
                status,
                fault.code.as_deref().unwrap_or(code),
                fault.message.as_deref().unwrap_or(message),
            )
        }
    };
    match &fault.retry_after {
        Some(value) => reply.with("retry-after", value.clone()),
        None => reply,
    }
}

fn known_error(status: u16) -> (&'static str, &'static str) {
    match status {
        400 => ("BAD.REQUEST.ERROR", BAD_JSON),
        401 => ("NOT.AUTHORIZED.ERROR", EXPIRED),
        403 => ("FORBIDDEN.ERROR", FORBIDDEN),
        404 => ("NOT.FOUND.ERROR", NOT_FOUND),
        // FedEx publishes no code for 429; the message is the published one.
        429 => ("TOO.MANY.REQUESTS.ERROR", TOO_MANY),
        503 => ("SERVICE.UNAVAILABLE.ERROR", UNAVAILABLE),
        _ => ("INTERNAL.SERVER.ERROR", INTERNAL),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_closes_the_token_endpoint_for_ten_minutes() {
        let mut throttle = Throttle::default();
        for hit in 0..15 {
            assert!(throttle.admits(hit * 100));
        }
        assert!(!throttle.admits(1_500));
        assert!(!throttle.admits(1_500 + 599_999));
        assert!(throttle.admits(1_500 + 600_000));
    }

    #[test]
    fn a_steady_hammering_closes_it_too() {
        let mut throttle = Throttle::default();
        let refused = (0..200).position(|hit| !throttle.admits(hit * 900));
        assert!(refused.is_some_and(|hit| hit >= 120));
        let mut calm = Throttle::default();
        assert!((0..200).all(|hit| calm.admits(hit * 1_100)));
    }
}
