//! FedEx's pushes: is it from FedEx, and what does it say. Pure; receiving is the web's business.
//!
//! `fdx-signature` is an HMAC-SHA256 over the bytes as they came, keyed with the webhook's security
//! token. Base64 by all good evidence, hexadecimal in one sentence of FedEx's page: both are read,
//! since a right MAC is a right MAC. There is no timestamp and no delivery id, so repeats are told
//! by content, and not by the whole of it: the counter of attempts changes.

use crate::fedex::lenient;
use crate::fedex::track::{CompleteTrackResult, TrackResult, Tracked, pushed};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

/// Header of the signature; compared without case, as all headers.
pub const SIGNATURE_HEADER: &str = "fdx-signature";

const FORGIVING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, FORGIVING);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, FORGIVING);

/// News of one parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// What FedEx knows of it.
    pub tracked: Tracked,
    /// Its ship date, `YYYY-MM-DD`, which tells a reused number.
    pub ship_date: Option<String>,
}

/// Why a push is not believed. Says what was seen, never a token or the right signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No token is set, so nothing can be verified.
    NoTokens,
    /// The header is missing.
    NoHeader,
    /// The header is neither base64 nor hexadecimal; its length.
    Unreadable(usize),
    /// It is readable, and as many bytes as no HMAC-SHA256 has.
    WrongLength(usize),
    /// It is a signature, and none of our tokens makes it of these bytes; how it was written.
    Mismatch(&'static str),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoTokens => f.write_str("No security token is set here, so that no push can be verified."),
            Self::NoHeader => write!(f, "The header {SIGNATURE_HEADER} is missing."),
            Self::Unreadable(length) => {
                write!(f, "The signature ({length} characters) is neither base64 nor hexadecimal.")
            }
            Self::WrongLength(bytes) => write!(f, "The signature is {bytes} bytes long instead of {MAC_BYTES}."),
            Self::Mismatch(writing) => write!(
                f,
                "The signature ({MAC_BYTES} bytes in {writing}) was not made of this body with a token that is valid here."
            ),
        }
    }
}

/// Bytes of an HMAC-SHA256.
const MAC_BYTES: usize = 32;

/// Which of the tokens signed these bytes, by its place. Takes the same time whichever it was.
pub fn signed_by(tokens: &[SecretString], body: &[u8], signature: Option<&str>) -> Result<usize, Refusal> {
    let signature = signature.ok_or(Refusal::NoHeader)?.trim();
    if tokens.is_empty() {
        return Err(Refusal::NoTokens);
    }
    let signature = signature.strip_prefix("sha256=").unwrap_or(signature);
    let base64 = STANDARD.decode(signature).or_else(|_| URL_SAFE.decode(signature)).ok();
    // Every hexadecimal text is base64 as well; the length tells.
    let read: Vec<(&str, Vec<u8>)> = [("base64", base64), ("hexadecimal", from_hex(signature))]
        .into_iter()
        .filter_map(|(w, r)| Some((w, r?)))
        .collect();
    let Some((_, first)) = read.first() else { return Err(Refusal::Unreadable(signature.len())) };
    let Some((writing, mac)) = read.iter().find(|(_, bytes)| bytes.len() == MAC_BYTES) else {
        return Err(Refusal::WrongLength(first.len()));
    };
    let mut signer = Err(Refusal::Mismatch(writing));
    for (place, token) in tokens.iter().enumerate() {
        if hmac(token, body).verify_slice(mac).is_ok() {
            signer = Ok(place);
        }
    }
    signer
}

fn hmac(token: &SecretString, body: &[u8]) -> Hmac<Sha256> {
    let keyed = Hmac::<Sha256>::new_from_slice(token.expose_secret().as_bytes());
    keyed.expect("HMAC takes keys of any length").chain_update(body)
}

/// The signature FedEx would send with these bytes; for our own test of the way.
pub fn sign(token: &SecretString, body: &[u8]) -> String {
    STANDARD.encode(hmac(token, body).finalize().into_bytes())
}

/// Names a token without telling it: for pages, and for who signed what.
pub fn token_id(token: &SecretString) -> String {
    let digest = Sha256::new().chain_update(b"webhook token id\0").chain_update(token.expose_secret());
    hex::encode(&digest.finalize()[..TOKEN_ID_BYTES])
}

/// Of a digest, as many bytes as tell two tokens apart and say nothing of them.
const TOKEN_ID_BYTES: usize = 4;

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if text.len() % 2 == 1 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

/// The news in a push; empty for a body of another shape, which is kept and not an error.
pub fn parse(body: &[u8]) -> Vec<Pushed> {
    let Ok(push) = serde_json::from_slice::<Push>(body) else { return Vec::new() };
    let mut results: Vec<TrackResult> = push.output.complete_track_results.into_iter().flat_map(named).collect();
    results.extend(push.track_results);
    if results.is_empty() {
        results.extend(serde_json::from_slice::<TrackResult>(body));
    }
    let pushed = results.iter().filter_map(pushed);
    pushed.map(|(tracked, ship_date)| Pushed { tracked, ship_date }).collect()
}

/// A key of what a push says, the same for every attempt to deliver it.
pub fn content_key(body: &[u8]) -> [u8; 32] {
    let said = serde_json::from_slice::<Said>(body).ok().and_then(|said| said.output);
    Sha256::digest(said.map_or(body, |output| output.get().as_bytes())).into()
}

fn named(complete: CompleteTrackResult) -> impl Iterator<Item = TrackResult> {
    let number = complete.tracking_number;
    complete.track_results.into_iter().map(move |mut result| {
        if result.tracking_number_info.tracking_number.is_empty() {
            result.tracking_number_info.tracking_number.clone_from(&number);
        }
        result
    })
}

#[derive(Deserialize)]
struct Said<'a> {
    #[serde(borrow)]
    output: Option<&'a RawValue>,
}

/// FedEx's shape, and the flat one other receivers report.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Push {
    #[serde(default, deserialize_with = "lenient::or_empty")]
    output: Output,
    #[serde(default, deserialize_with = "lenient::list")]
    track_results: Vec<TrackResult>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Output {
    #[serde(deserialize_with = "lenient::list")]
    complete_track_results: Vec<CompleteTrackResult>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose;

    const RESULT: &str = r#"{"trackingNumberInfo":{"trackingNumber":"794"},"latestStatusDetail":{"code":"OD"},
        "dateAndTimes":[{"type":"SHIP","dateTime":"2026-03-01T00:00:00-06:00"}],
        "scanEvents":[{"date":"2026-03-03T04:29:00-06:00","eventType":"OD"}]}"#;

    #[test]
    fn either_token_in_either_writing_counts_and_a_changed_body_does_not() {
        let tokens: Vec<SecretString> =
            vec!["OldWebhookToken2026ForTests1".into(), "NewWebhookToken2026ForTests2".into()];
        let body = b"{\"a\": 1}";
        let mac = Hmac::<Sha256>::new_from_slice(tokens[1].expose_secret().as_bytes()).unwrap();
        let bytes = mac.chain_update(body).finalize().into_bytes();
        let hex = format!("{bytes:x}");
        for signature in [
            general_purpose::STANDARD.encode(bytes),
            general_purpose::STANDARD_NO_PAD.encode(bytes),
            general_purpose::URL_SAFE.encode(bytes),
            hex.to_uppercase(),
            format!("sha256={hex}"),
        ] {
            assert_eq!(signed_by(&tokens, body, Some(&signature)), Ok(1), "{signature}");
            assert!(matches!(signed_by(&tokens, b"{\"a\":1}", Some(&signature)), Err(Refusal::Mismatch(_))));
            assert!(matches!(signed_by(&tokens[..1], body, Some(&signature)), Err(Refusal::Mismatch(_))));
        }
        assert_eq!(signed_by(&tokens, body, Some(&sign(&tokens[0], body))), Ok(0));
        assert_eq!(signed_by(&tokens, body, None), Err(Refusal::NoHeader));
        assert_eq!(signed_by(&tokens, body, Some("é")), Err(Refusal::Unreadable(2)));
        assert_eq!(signed_by(&tokens, body, Some("AAAA")), Err(Refusal::WrongLength(3)));
        assert_eq!(signed_by(&[], body, Some(&hex)), Err(Refusal::NoTokens));
        assert_ne!(token_id(&tokens[0]), token_id(&tokens[1]));
    }

    #[test]
    fn three_shapes_are_read_and_any_other_says_nothing() {
        for body in [
            format!(
                r#"{{"output":{{"completeTrackResults":[{{"trackingNumber":"794","trackResults":[{RESULT}]}}]}}}}"#
            ),
            format!(r#"{{"trackResults":[{RESULT}]}}"#),
            RESULT.to_owned(),
        ] {
            let news = parse(body.as_bytes());
            assert_eq!((news.len(), news[0].ship_date.as_deref()), (1, Some("2026-03-01")), "{body}");
            assert_eq!((news[0].tracked.tracking_number.as_str(), news[0].tracked.scans.len()), ("794", 1));
        }
        for body in ["", "[]", "{}", r#"{"authenticationCode":"x"}"#, r#"{"output":"x"}"#] {
            assert_eq!(parse(body.as_bytes()), [], "{body}");
        }
    }

    #[test]
    fn a_second_attempt_has_the_same_key() {
        let push =
            |attempt: u32, output: &str| format!(r#"{{"outputMetaData":[{{"attempt":{attempt}}}],"output":{output}}}"#);
        let key = |attempt, output| content_key(push(attempt, output).as_bytes());
        assert_eq!(key(1, r#"{"x":1}"#), key(2, r#"{"x":1}"#));
        assert_ne!(key(1, r#"{"x":1}"#), key(1, r#"{"x":2}"#));
        assert_ne!(content_key(b"a"), content_key(b"b"));
    }
}
