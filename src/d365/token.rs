//! The token call: client credentials at Microsoft Entra, for an hour's bearer token.
//!
//! Two forms of the same: v2 asks with a scope, v1 with a resource and answers its numbers as
//! text. One call, never repeated here; [`crate::transport::token::TokenCache`] decides when.

use crate::audit::System;
use crate::d365::credentials::{Credentials, SignIn, TokenVersion};
use crate::d365::error;
use crate::order::cause::Cause;
use crate::order::retry::Failure;
use crate::transport::token::Minted;
use crate::transport::{Answer, Call};
use http::{Method, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::time::Duration;
use url::form_urlencoded;

/// Entra answers in well under a second; the ping promises a sentence within five.
const TIMEOUT: Duration = Duration::from_secs(4);
/// Microsoft's shortest documented life, for an answer that names none.
const USUAL_LIFE_S: i64 = 3_600;
/// RFC 7523's name for a signed statement.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The call. Its bodies are secrets.
pub const CALL: Call = Call { system: System::D365, operation: "d365.token", timeout: TIMEOUT, confidential: true };

#[derive(Deserialize)]
struct Wire {
    access_token: String,
    #[serde(default)]
    expires_in: serde_json::Value,
}

/// What proves who we are: the secret, or a statement signed with the certificate's key. `id` must
/// never have been used before.
pub fn proof(credentials: &Credentials, id: &str, now_ms: i64) -> Result<SecretString, Failure> {
    match &credentials.sign_in {
        SignIn::Secret(secret, _) => Ok(secret.clone()),
        SignIn::Certificate(certificate) => {
            certificate.assertion(&credentials.client_id, &endpoint(credentials), id, now_ms)
        }
    }
}

/// The request for a token.
pub fn request(credentials: &Credentials, proof: &SecretString) -> http::Request<Vec<u8>> {
    let scope = credentials.scope_in_force();
    let (name, value) = match credentials.token_version {
        TokenVersion::V2 => ("scope", scope.as_str()),
        TokenVersion::V1 => ("resource", scope.strip_suffix("/.default").unwrap_or(&scope)),
    };
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials").append_pair("client_id", &credentials.client_id);
    match credentials.sign_in {
        SignIn::Secret(..) => form.append_pair("client_secret", proof.expose_secret()),
        SignIn::Certificate(_) => form
            .append_pair("client_assertion_type", ASSERTION_TYPE)
            .append_pair("client_assertion", proof.expose_secret()),
    };
    http::Request::builder()
        .method(Method::POST)
        .uri(endpoint(credentials))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "application/json")
        .body(form.append_pair(name, value).finish().into_bytes())
        .expect("a parsed address with an escaped path is a URI")
}

/// Where tokens are asked for; also to whom a certificate's statement is addressed.
fn endpoint(credentials: &Credentials) -> String {
    let authority = credentials.authority.as_str().trim_end_matches('/');
    // A tenant is a GUID or a domain; dots and hyphens need no escape, but it costs nothing.
    let tenant = utf8_percent_encode(&credentials.tenant_id, NON_ALPHANUMERIC).to_string();
    let tenant = tenant.replace("%2D", "-").replace("%2E", ".");
    let path = if credentials.token_version == TokenVersion::V1 { "oauth2/token" } else { "oauth2/v2.0/token" };
    format!("{authority}/{tenant}/{path}")
}

/// The token in an answer.
pub fn parse(answer: &Answer, now_ms: i64) -> Result<Minted, Failure> {
    if !answer.status().is_success() {
        return Err(error::classify_token(answer, now_ms));
    }
    // Not quoted: it may hold a token.
    let unreadable = || Failure::Transient(Cause::new("d365.unavailable").detail("the sign-in answer is not readable"));
    let wire: Wire = serde_json::from_slice(answer.body()).map_err(|_| unreadable())?;
    if wire.access_token.is_empty() {
        return Err(unreadable());
    }
    let life_s = match &wire.expires_in {
        serde_json::Value::Number(number) => number.as_i64(),
        serde_json::Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let lives_ms = life_s.unwrap_or(USUAL_LIFE_S).saturating_mul(1_000);
    Ok(Minted { value: wire.access_token.into(), lives_ms })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(extra: &str) -> Credentials {
        let json = format!(
            r#"{{"tenant_id":"contoso.com","base_url":"https://Contoso.Operations.dynamics.com/?cmp=usmf","client_id":"c",
            "client_secret":"a+b/c=&d","legal_entities":["USMF"]{extra}}}"#
        );
        Credentials::parse(&json).unwrap()
    }

    #[test]
    fn both_forms_ask_for_the_environment_without_a_slash_and_encode_the_secret() {
        let asked = |extra: &str| {
            let credentials = credentials(extra);
            request(&credentials, &proof(&credentials, "id", 0).unwrap())
        };
        let v2 = asked("");
        assert_eq!(v2.uri(), "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token");
        let body = String::from_utf8(v2.into_body()).unwrap();
        assert!(body.contains("client_secret=a%2Bb%2Fc%3D%26d"), "{body}");
        assert!(body.ends_with("scope=https%3A%2F%2Fcontoso.operations.dynamics.com%2F.default"), "{body}");
        let v1 = asked(r#","token_version":"v1""#);
        assert_eq!(v1.uri(), "https://login.microsoftonline.com/contoso.com/oauth2/token");
        let body = String::from_utf8(v1.into_body()).unwrap();
        assert!(body.ends_with("resource=https%3A%2F%2Fcontoso.operations.dynamics.com"), "{body}");
    }

    #[test]
    fn numbers_come_as_numbers_and_as_text() {
        for life in ["3599", r#""3599""#] {
            let body = format!(r#"{{"token_type":"Bearer","expires_in":{life},"access_token":"ey"}}"#);
            assert_eq!(parse(&Answer::new(body.into_bytes()), 0).unwrap().lives_ms, 3_599_000);
        }
        assert!(parse(&Answer::new(b"<html>".to_vec()), 0).is_err());
    }
}
