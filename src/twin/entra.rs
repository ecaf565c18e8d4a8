//! Entra ID's token endpoint for client credentials, versions 1 and 2.
//!
//! Refusals carry the AADSTS number that an operator will search for. The secret contains
//! characters that a form must encode, because unencoded secrets are a classic mistake.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::clock::{self, SECOND_MS};
use super::entra_assertion;
use super::exchange::{Call, Reply};
use super::state::{Token, World};

/// The only tenant.
pub(super) const TENANT: &str = "3f6c1b52-8d0e-4a77-9c2d-5b1e7a90c4d8";
/// The only registered application.
pub(super) const CLIENT_ID: &str = "a1d0c3f4-6b2e-47c9-8f15-0e9d7b6a5c43";
/// Its secret; plus, slash, equals and ampersand have to be form-encoded.
pub(super) const CLIENT_SECRET: &str = "Tw8Q~n+7/xK=d365&twin.Secret_9zR";
/// Life of a token as Entra states it.
const LIFE_S: i64 = 3_599;

/// Tells whether a path is a token endpoint of some tenant.
pub(super) fn is_token_path(path: &str) -> bool {
    endpoint(path).is_some()
}

fn endpoint(path: &str) -> Option<(&str, Version)> {
    let (tenant, rest) = path.strip_prefix('/')?.split_once('/')?;
    match rest {
        "oauth2/v2.0/token" => Some((tenant, Version::Two)),
        "oauth2/token" => Some((tenant, Version::One)),
        _ => None,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

/// Answers a token request.
pub(super) fn token(world: &mut World, call: &Call) -> Reply {
    let Some((tenant, version)) = endpoint(&call.path) else {
        return Reply::empty(404);
    };
    match check(world, call, tenant, version) {
        Ok(audience) => grant(world, &audience, version),
        Err(refusal) => refuse(world, &refusal),
    }
}

pub(super) struct Refusal {
    status: u16,
    error: &'static str,
    number: u32,
    text: String,
}

impl Refusal {
    pub(super) fn new(status: u16, error: &'static str, number: u32, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { status, error, number, text }
    }
}

/// Checks the request in Entra's order and returns the audience of the token.
fn check(world: &World, call: &Call, tenant: &str, version: Version) -> Result<String, Refusal> {
    if !tenant.eq_ignore_ascii_case(TENANT) {
        return Err(Refusal::new(
            400,
            "invalid_request",
            90_002,
            format!(
                "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."
            ),
        ));
    }
    let grant = required(call, "grant_type")?;
    let client = required(call, "client_id")?;
    let wanted = match version {
        Version::Two => required(call, "scope")?,
        Version::One => required(call, "resource")?,
    };
    let assertion = call.form("client_assertion");
    let secret = if assertion.is_some() { String::new() } else { required(call, "client_secret")? };
    if grant != "client_credentials" {
        return Err(Refusal::new(
            400,
            "unsupported_grant_type",
            70_003,
            format!("The app requested an unsupported grant type '{grant}'."),
        ));
    }
    if !client.eq_ignore_ascii_case(CLIENT_ID) {
        return Err(Refusal::new(
            400,
            "unauthorized_client",
            700_016,
            format!(
                "Application with identifier '{client}' was not found in the directory 'Twin Industrial Supply'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant."
            ),
        ));
    }
    match assertion {
        Some(assertion) => entra_assertion::check(world, call, &assertion)?,
        None if secret != CLIENT_SECRET => return Err(bad_secret()),
        None => {}
    }
    audience(world, &wanted, version)
}

fn required(call: &Call, name: &str) -> Result<String, Refusal> {
    call.form(name).filter(|value| !value.is_empty()).ok_or_else(|| {
        Refusal::new(
            400,
            "invalid_request",
            900_144,
            format!("The request body must contain the following parameter: '{name}'."),
        )
    })
}

fn bad_secret() -> Refusal {
    Refusal::new(
        401,
        "invalid_client",
        7_000_215,
        format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{CLIENT_ID}'."
        ),
    )
}

/// The host must be this environment's; its exact spelling is F&O's business, not Entra's.
fn audience(world: &World, wanted: &str, version: Version) -> Result<String, Refusal> {
    let resource = match version {
        Version::One => wanted,
        Version::Two => wanted.strip_suffix("/.default").ok_or_else(|| {
            Refusal::new(
                400,
                "invalid_scope",
                1_002_012,
                format!("The provided value for scope {wanted} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."),
            )
        })?,
    };
    let host = resource.trim_end_matches('/');
    if !host.eq_ignore_ascii_case(&world.place.d365_url) {
        return Err(Refusal::new(
            400,
            "invalid_resource",
            500_011,
            format!(
                "The resource principal named {resource} was not found in the tenant named Twin Industrial Supply. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant."
            ),
        ));
    }
    Ok(resource.to_owned())
}

fn grant(world: &mut World, audience: &str, version: Version) -> Reply {
    let now_ms = world.now_ms();
    let expires_ms = now_ms + LIFE_S * SECOND_MS;
    let issued_s = now_ms / SECOND_MS;
    let end_s = issued_s + LIFE_S;
    let token = signed(
        world,
        &json!({
            "aud": audience, "iss": format!("https://sts.windows.net/{TENANT}/"),
            "iat": issued_s, "nbf": issued_s, "exp": end_s,
            "appid": CLIENT_ID, "appidacr": "1", "tid": TENANT,
            "oid": "5a2f7c1e-93bd-4f06-8c4a-1d7e60b9f352", "ver": "1.0",
        }),
    );
    world.tokens.retain(|_, token| token.expires_ms > now_ms);
    world.tokens.insert(token.clone(), Token { audience: audience.to_owned(), expires_ms });
    world.tally("d365.token_mints");
    world.touch();
    let life = LIFE_S.to_string();
    let body = match version {
        Version::Two => json!({
            "token_type": "Bearer", "expires_in": LIFE_S, "ext_expires_in": LIFE_S,
            "access_token": token,
        }),
        // Version 1 writes its numbers as strings.
        Version::One => json!({
            "token_type": "Bearer", "expires_in": life, "ext_expires_in": life,
            "expires_on": end_s.to_string(), "not_before": issued_s.to_string(),
            "resource": audience, "access_token": token,
        }),
    };
    Reply::json(200, &body)
        .with("content-type", "application/json; charset=utf-8")
        .with("cache-control", "no-store, no-cache")
}

/// Makes something that looks like a signed JWT; only this twin ever checks it.
pub(super) fn signed(world: &mut World, claims: &Value) -> String {
    let mark = URL_SAFE_NO_PAD.encode(world.fresh_bytes());
    let header = URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"RS256","kid":"twin"}"#);
    let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
    format!("{header}.{claims}.{mark}")
}

/// The refusal of a wrong secret, for the fault script.
pub(super) fn wrong_secret(world: &mut World) -> Reply {
    refuse(world, &bad_secret())
}

fn refuse(world: &mut World, refusal: &Refusal) -> Reply {
    let trace = world.fresh_uuid();
    let correlation = world.fresh_uuid();
    let timestamp = clock::entra(world.now_ms());
    let number = refusal.number;
    Reply::json(
        refusal.status,
        &json!({
            "error": refusal.error,
            "error_description": format!(
                "AADSTS{number}: {}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {timestamp}",
                refusal.text
            ),
            "error_codes": [number],
            "timestamp": timestamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={number}"),
        }),
    )
    .with("content-type", "application/json; charset=utf-8")
}
