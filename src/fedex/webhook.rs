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

/// One of the tokens signed these bytes. Takes the same time whether or not it did.
pub fn is_signed(tokens: &[SecretString], body: &[u8], signature: &str) -> bool {
    let signature = signature.trim();
    let signature = signature.strip_prefix("sha256=").unwrap_or(signature);
    let candidates = [STANDARD.decode(signature).ok(), URL_SAFE.decode(signature).ok(), from_hex(signature)];
    let mut signed = false;
    for token in tokens {
        for candidate in candidates.iter().flatten() {
            let mac = Hmac::<Sha256>::new_from_slice(token.expose_secret().as_bytes());
            signed |= mac.is_ok_and(|mac| mac.chain_update(body).verify_slice(candidate).is_ok());
        }
    }
    signed
}

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
pub fn content_key(body: &[u8]) -> String {
    let said = serde_json::from_slice::<Said>(body).ok().and_then(|said| said.output);
    let said = said.as_ref().map_or(body, |output| output.get().as_bytes());
    format!("{:x}", Sha256::digest(said))
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
struct Said {
    output: Option<Box<RawValue>>,
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
            assert!(is_signed(&tokens, body, &signature), "{signature}");
            assert!(!is_signed(&tokens, b"{\"a\":1}", &signature));
            assert!(!is_signed(&tokens[..1], body, &signature));
        }
        assert!(!is_signed(&tokens, body, "") && !is_signed(&tokens, body, "é") && !is_signed(&[], body, &hex));
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
