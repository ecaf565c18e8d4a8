//! Entra ID's check of a client assertion: a statement signed with the key of a registered
//! certificate, in place of a secret.
//!
//! Written from Microsoft's page on certificate credentials. The signature is checked by the TLS
//! library's verifier, which has nothing in common with what signs it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rustls::SignatureScheme;
use serde_json::Value;
use sha2::{Digest, Sha256};
use x509_cert::der::Decode;

use super::clock::SECOND_MS;
use super::entra::{CLIENT_ID, Refusal};
use super::exchange::Call;
use super::state::World;

/// The only type of assertion.
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far clocks may differ, in seconds.
const SKEW_S: i64 = 5 * 60;

/// Registers certificates in PEM, as an administrator uploads them; replaces those before.
pub(super) fn register(world: &mut World, wanted: &Value) -> Result<Value, String> {
    let list = wanted["certificates"].as_array().ok_or("certificates is a list of PEM texts")?;
    let mut registered = Vec::new();
    for pem in list {
        let der = pem.as_str().and_then(der).ok_or("a certificate is not in PEM form")?;
        x509_cert::Certificate::from_der(&der).map_err(|error| format!("a certificate cannot be read: {error}"))?;
        registered.push(STANDARD.encode(der));
    }
    world.certificates = registered;
    world.touch();
    Ok(serde_json::json!({"certificates": world.certificates.len()}))
}

fn der(pem: &str) -> Option<Vec<u8>> {
    let (_, rest) = pem.split_once("-----BEGIN CERTIFICATE-----")?;
    let (body, _) = rest.split_once("-----END CERTIFICATE-----")?;
    STANDARD.decode(body.split_whitespace().collect::<String>()).ok()
}

/// Checks the assertion of a request.
pub(super) fn check(world: &World, call: &Call, assertion: &str) -> Result<(), Refusal> {
    if call.form("client_assertion_type").as_deref() != Some(TYPE) {
        return Err(Refusal::new(
            400,
            "invalid_request",
            900_144,
            "The request body must contain the following parameter: 'client_assertion_type'.",
        ));
    }
    let malformed = || Refusal::new(401, "invalid_client", 50_027, "JWT token is invalid or malformed.");
    let mut parts = assertion.split('.');
    let (Some(head), Some(claims), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(malformed());
    };
    let json =
        |part: &str| URL_SAFE_NO_PAD.decode(part).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let (Some(header), Some(said)) = (json(head), json(claims)) else { return Err(malformed()) };
    let certificate = world
        .certificates
        .iter()
        .filter_map(|certificate| STANDARD.decode(certificate).ok())
        .find(|der| header["x5t#S256"] == URL_SAFE_NO_PAD.encode(Sha256::digest(der)));
    let Some(certificate) = certificate else {
        return Err(unregistered(
            "The certificate with identifier used to sign the client assertion is not registered on application",
        ));
    };
    let scheme = match header["alg"].as_str() {
        Some("PS256") => SignatureScheme::RSA_PSS_SHA256,
        Some("RS256") => SignatureScheme::RSA_PKCS1_SHA256,
        _ => return Err(malformed()),
    };
    let signed = &assertion[..head.len() + 1 + claims.len()];
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| malformed())?;
    let Ok(parsed) = x509_cert::Certificate::from_der(&certificate) else { return Err(malformed()) };
    let public = parsed.tbs_certificate().subject_public_key_info().subject_public_key.raw_bytes().to_vec();
    if !is_signed(scheme, &public, signed.as_bytes(), &signature) {
        return Err(unregistered("Client assertion failed signature validation"));
    }
    let now_s = world.now_ms() / SECOND_MS;
    let ends_s = parsed.tbs_certificate().validity().not_after.to_unix_duration().as_secs();
    if i64::try_from(ends_s).is_ok_and(|ends_s| ends_s < now_s) {
        return Err(unregistered("The key was found, but is expired"));
    }
    claims_hold(&said, call, now_s)
}

fn claims_hold(said: &Value, call: &Call, now_s: i64) -> Result<(), Refusal> {
    let refused = |number, text: &str| Err(Refusal::new(401, "invalid_client", number, text));
    if said["aud"] != format!("{}{}", call.origin(), call.path) {
        return refused(700_023, "Client assertion audience claim does not match Realm issuer.");
    }
    if said["iss"] != CLIENT_ID || said["sub"] != CLIENT_ID {
        return refused(700_021, "Client assertion application identifier doesn't match 'client_id' parameter.");
    }
    let (Some(from_s), Some(until_s)) = (said["nbf"].as_i64(), said["exp"].as_i64()) else {
        return refused(50_027, "JWT token is invalid or malformed.");
    };
    if from_s > now_s + SKEW_S || until_s < now_s - SKEW_S {
        return refused(700_024, "Client assertion is not within its valid time range.");
    }
    if said["jti"].as_str().is_none_or(str::is_empty) {
        return refused(50_027, "JWT token is invalid or malformed.");
    }
    Ok(())
}

fn unregistered(text: &str) -> Refusal {
    Refusal::new(401, "invalid_client", 700_027, format!("{text} '{CLIENT_ID}'."))
}

fn is_signed(scheme: SignatureScheme, public: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let known = rustls::crypto::ring::default_provider().signature_verification_algorithms;
    let verifiers = known.mapping.iter().find(|(of, _)| *of == scheme).map_or(&[][..], |(_, verifiers)| verifiers);
    verifiers.iter().any(|verifier| verifier.verify_signature(public, message, signature).is_ok())
}
