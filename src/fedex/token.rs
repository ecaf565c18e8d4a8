//! The token call: client credentials for an hour's bearer token.
//!
//! One call, never repeated here; [`crate::transport::token::TokenCache`] decides when.

use crate::audit::System;
use crate::fedex::error;
use crate::fedex::lenient;
use crate::order::retry::Failure;
use crate::transport::token::Minted;
use crate::transport::{Answer, Call};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::time::Duration;
use url::{Url, form_urlencoded};

/// The endpoint.
const PATH: &str = "/oauth/token";
/// Recorded mints take 0.7 s; the ping promises a sentence within five seconds.
const TIMEOUT: Duration = Duration::from_secs(4);
/// FedEx's documented life, for an answer that names none.
const USUAL_LIFE_S: i64 = 3_600;

/// The call. Its bodies are secrets.
pub const CALL: Call = Call { system: System::Fedex, operation: "fedex.token", timeout: TIMEOUT, confidential: true };

#[derive(Deserialize)]
struct Wire {
    access_token: String,
    #[serde(default, deserialize_with = "lenient::text")]
    expires_in: String,
}

/// The request for a token.
pub fn request(base: &Url, key: &str, secret: &SecretString) -> http::Request<Vec<u8>> {
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", key)
        .append_pair("client_secret", secret.expose_secret())
        .finish();
    super::post(base, PATH, "application/x-www-form-urlencoded", form.into_bytes())
}

/// The token in an answer.
pub fn parse(answer: &Answer, now_ms: i64) -> Result<Minted, Failure> {
    if !answer.status().is_success() {
        return Err(error::classify_token(answer, now_ms));
    }
    // Not quoted: it may hold a token.
    let unreadable = || error::unreadable(error::Purpose::Read, b"(token answer)");
    let wire: Wire = serde_json::from_slice(answer.body()).map_err(|_| unreadable())?;
    if wire.access_token.is_empty() {
        return Err(unreadable());
    }
    let life_s = wire.expires_in.parse().unwrap_or(USUAL_LIFE_S);
    Ok(Minted { value: wire.access_token.into(), lives_ms: life_s.saturating_mul(1_000) })
}
