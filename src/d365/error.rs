//! What an answer of Dynamics 365 or of Microsoft Entra that is not a yes means.
//!
//! The outer message of Dynamics 365 is useless ("An error has occurred."); the reason stands in
//! the infolog, and an infolog makes even a 500 permanent. Stack traces are never shown. Entra is
//! judged by its error codes, because its texts changed over the years.

use crate::order::cause::Cause;
use crate::order::retry::Failure;
use crate::transport::answer::{quote, retry_after_ms};
use crate::transport::{Answer, SendError, chain};
use serde::Deserialize;

/// Code of a write that met another one; see [`is_conflict`].
const CONFLICT: &str = "d365.write-conflict";
/// Code of a first call that got no answer.
pub(super) const WARMING_UP: &str = "d365.warming-up";
/// Dynamics 365's words when two writes meet inside it.
const UPDATE_CONFLICT: &str = "update conflict";

/// What a call is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Reads orders and what is around them.
    Read,
    /// Writes back, or tries whether it could.
    Write,
}

#[derive(Default, Deserialize)]
struct Envelope {
    error: Option<ODataError>,
    #[serde(rename = "Message")]
    message: Option<String>,
    #[serde(rename = "ExceptionMessage")]
    exception_message: Option<String>,
}

#[derive(Default, Deserialize)]
struct ODataError {
    #[serde(default)]
    message: String,
    innererror: Option<Inner>,
}

#[derive(Default, Deserialize)]
struct Inner {
    #[serde(default)]
    message: String,
    #[serde(default, rename = "type")]
    kind: String,
}

/// What an answer of `/data` that is not a success means. A 404 is for the caller to judge first.
pub fn classify(answer: &Answer, purpose: Purpose, now_ms: i64) -> Failure {
    let body = answer.body();
    let status = answer.status().as_u16();
    let detail = || detail(status, body);
    match status {
        401 => Failure::NotAllowed(Cause::new("auth.app-not-registered").detail(detail())),
        403 => Failure::NotAllowed(Cause::new("auth.user-disabled").detail(detail())),
        412 => conflict("the record changed since it was read"),
        429 => Failure::Throttled {
            cause: Cause::new("d365.throttled").detail(detail()),
            retry_after_ms: retry_after_ms(answer.headers(), now_ms),
        },
        408 => unavailable(detail()),
        400..=499 => refused(body, purpose, &detail()),
        // The same business rules were answered with 500 in 2019 and with 400 in 2026.
        500..=599 if infolog(body).is_some() => refused(body, purpose, &detail()),
        _ => unavailable(detail()),
    }
}

fn refused(body: &[u8], purpose: Purpose, detail: &str) -> Failure {
    if purpose == Purpose::Write && detail.to_lowercase().contains(UPDATE_CONFLICT) {
        return conflict(detail);
    }
    let unknown = unknown_property(body);
    let cause = match (purpose, &unknown) {
        (Purpose::Write, Some(_)) => Cause::new("d365.write-field-unknown"),
        (Purpose::Write, None) => Cause::new("d365.write-refused"),
        (Purpose::Read, _) => Cause::new("d365.read-refused"),
    };
    let cause = cause.detail(detail);
    Failure::Permanent(match unknown {
        Some(property) => cause.field(&property),
        None => cause,
    })
}

fn unavailable(detail: String) -> Failure {
    Failure::Transient(Cause::new("d365.unavailable").detail(detail))
}

/// Somebody else wrote at the same moment.
pub fn conflict(detail: &str) -> Failure {
    Failure::Transient(Cause::new(CONFLICT).detail(detail))
}

/// This failure is one that reading again and writing again can mend at once.
pub fn is_conflict(failure: &Failure) -> bool {
    failure.cause().code == CONFLICT
}

/// A row with this key is already there.
pub fn is_already_there(failure: &Failure) -> bool {
    let Failure::Permanent(cause) = failure else { return false };
    cause.detail.as_deref().unwrap_or_default().to_lowercase().contains("already exists")
}

/// A success whose body cannot be read: an HTML page of a gateway passes, another shape does not.
pub fn unreadable(body: &[u8]) -> Failure {
    let detail = format!("answer not readable: {}", quote(body));
    if serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok() {
        return Failure::Permanent(Cause::new("d365.answer-unreadable").detail(detail));
    }
    unavailable(detail)
}

/// No answer came to the first call after a rest.
pub fn warming_up(error: &SendError) -> Failure {
    Failure::Transient(Cause::new(WARMING_UP).detail(chain(error)))
}

/// What it means that no answer came. Writes read before they write, so all may be repeated.
pub fn unsent(error: &SendError) -> Failure {
    let code = match error {
        SendError::NotSent(_) => "d365.unreachable",
        SendError::NoAnswer(_) => "d365.no-answer",
        SendError::NotRecorded(_) => "connector.not-recorded",
    };
    Failure::Transient(Cause::new(code).detail(chain(error)))
}

/// The infolog of a refusal, without its marks; never the stack trace.
pub fn infolog(body: &[u8]) -> Option<String> {
    let inner = envelope(body).error?.innererror?;
    let text = match inner.message.split_once("Infolog:") {
        Some((_, infolog)) => infolog,
        None if inner.kind.ends_with("AxODataWriteException") => &inner.message,
        None => return None,
    };
    let parts = text.split(';').map(str::trim).map(|part| {
        ["Info:", "Warning:", "Error:"].iter().find_map(|mark| part.strip_prefix(mark)).unwrap_or(part).trim()
    });
    let text = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
    Some(text)
}

/// The property a message says does not exist.
fn unknown_property(body: &[u8]) -> Option<String> {
    let error = envelope(body).error?;
    let inner = error.innererror.map(|inner| inner.message).unwrap_or_default();
    [error.message, inner].iter().find_map(|message| {
        let rest = match message.split_once("property named '") {
            Some((_, rest)) => rest,
            None => message.split_once("The property '").filter(|(_, rest)| rest.contains("does not exist"))?.1,
        };
        rest.split('\'').next().map(str::to_owned)
    })
}

fn detail(status: u16, body: &[u8]) -> String {
    if let Some(infolog) = infolog(body).filter(|infolog| !infolog.is_empty()) {
        return infolog;
    }
    let envelope = envelope(body);
    let (message, inner) = envelope
        .error
        .map_or_else(Default::default, |error| (error.message, error.innererror.unwrap_or_default().message));
    let empty = message.is_empty() || message.starts_with("An error has occurred");
    let said = [
        if empty && !inner.is_empty() { inner } else { message },
        envelope.exception_message.unwrap_or_default(),
        envelope.message.unwrap_or_default(),
    ];
    match said.iter().find(|text| !text.trim().is_empty()) {
        Some(text) => format!("HTTP {status}: {}", text.trim()),
        None => format!("HTTP {status}: {}", quote(body)),
    }
}

fn envelope(body: &[u8]) -> Envelope {
    serde_json::from_slice(body).unwrap_or_default()
}

/// Microsoft Entra's codes (its list of AADSTS error codes). 900023 is the tenant id that is no tenant id.
const ENTRA_CODES: &[(i64, &str)] = &[
    (7_000_215, "auth.secret-rejected"),
    (7_000_222, "auth.secret-expired"),
    (700_027, "auth.certificate-rejected"),
    (700_021, "auth.certificate-rejected"),
    (700_023, "auth.certificate-rejected"),
    (50_027, "auth.certificate-rejected"),
    (700_024, "auth.clock-wrong"),
    (700_016, "auth.client-unknown"),
    (7_000_229, "auth.client-unknown"),
    (90_002, "auth.tenant-unknown"),
    (900_023, "auth.tenant-unknown"),
    (500_011, "auth.scope-unknown"),
    (70_011, "auth.scope-unknown"),
    (1_002_012, "auth.scope-unknown"),
];

#[derive(Default, Deserialize)]
#[serde(default)]
struct EntraError {
    error: String,
    error_description: String,
    error_codes: Vec<i64>,
    trace_id: String,
}

/// What a token endpoint that gives no token means.
pub fn classify_token(answer: &Answer, now_ms: i64) -> Failure {
    let status = answer.status().as_u16();
    let said: EntraError = serde_json::from_slice(answer.body()).unwrap_or_default();
    let detail = entra_detail(status, &said, answer.body());
    match status {
        429 => {
            return Failure::Throttled {
                cause: Cause::new("d365.throttled").detail(detail),
                retry_after_ms: retry_after_ms(answer.headers(), now_ms),
            };
        }
        408 | 500..=599 => return unavailable(detail),
        _ => {}
    }
    let code = said
        .error_codes
        .first()
        .and_then(|code| ENTRA_CODES.iter().find(|(known, _)| known == code).map(|(_, cause)| *cause));
    Failure::NotAllowed(Cause::new(code.unwrap_or("auth.refused")).detail(detail))
}

/// The first sentence of the description, and the trace id Microsoft's support asks for.
fn entra_detail(status: u16, said: &EntraError, body: &[u8]) -> String {
    let sentence = said.error_description.lines().next().unwrap_or_default();
    let sentence = sentence.split_once(". ").map_or(sentence, |(first, _)| first).trim_end_matches('.');
    let text = match (sentence, said.error.as_str()) {
        ("", "") => return format!("HTTP {status}: {}", quote(body)),
        ("", error) => error,
        (sentence, _) => sentence,
    };
    if said.trace_id.is_empty() { format!("{text}.") } else { format!("{text}. (trace {})", said.trace_id) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::cause::CATALOGUE;
    use http::StatusCode;

    fn answer(status: u16, body: &str) -> Answer {
        let mut answer = Answer::new(body.as_bytes().to_vec());
        *answer.status_mut() = StatusCode::from_u16(status).unwrap();
        answer
    }

    fn classified(status: u16, body: &str, purpose: Purpose) -> Failure {
        classify(&answer(status, body), purpose, 0)
    }

    const INFOLOG: &str = r#"{"error":{"code":"","message":"An error has occurred.","innererror":{
        "message":"Write failed for table row of type 'SalesOrderHeaderV2Entity'. Infolog: Warning: The value 'X' in field 'Status' is not found.; Warning: validateField failed.",
        "type":"Microsoft.Dynamics.Platform.Integration.Services.OData.AxODataWriteException",
        "stacktrace":"   at Microsoft.Dynamics.Secret.Place"}}}"#;

    #[test]
    fn an_infolog_is_permanent_whatever_the_status_and_shows_no_stack() {
        for status in [400, 500] {
            let failure = classified(status, INFOLOG, Purpose::Write);
            let Failure::Permanent(cause) = &failure else { panic!("{status}: {failure:?}") };
            assert_eq!(cause.code, "d365.write-refused");
            let detail = cause.detail.as_deref().unwrap();
            assert_eq!(detail, "The value 'X' in field 'Status' is not found.; validateField failed.");
            assert_eq!(classified(status, INFOLOG, Purpose::Read).cause().code, "d365.read-refused");
        }
    }

    #[test]
    fn trouble_without_an_infolog_passes() {
        for (status, body) in
            [(500, r#"{"error":{"message":"An error has occurred."}}"#), (502, "<html>Bad gateway</html>"), (503, "")]
        {
            let failure = classified(status, body, Purpose::Write);
            assert!(matches!(&failure, Failure::Transient(cause) if cause.code == "d365.unavailable"), "{status}");
        }
        assert!(matches!(unreadable(b"<html>Sign in</html>"), Failure::Transient(_)));
        assert!(matches!(unreadable(br#"{"value":[{"#), Failure::Transient(_)));
        assert!(matches!(unreadable(br#"{"Hello":1}"#), Failure::Permanent(_)));
    }

    #[test]
    fn an_unknown_property_is_named_on_a_write() {
        let body = r#"{"error":{"code":"","message":"Could not find a property named 'FdxX' on type 'T'."}}"#;
        let failure = classified(400, body, Purpose::Write);
        assert_eq!(
            (failure.cause().code.as_str(), failure.cause().field.as_deref()),
            ("d365.write-field-unknown", Some("FdxX"))
        );
        let body = r#"{"error":{"message":"An error has occurred.","innererror":{"message":"The property 'FdxY' does not exist on type 'T'."}}}"#;
        assert_eq!(classified(400, body, Purpose::Write).cause().field.as_deref(), Some("FdxY"));
        assert_eq!(classified(400, body, Purpose::Read).cause().code, "d365.read-refused");
    }

    #[test]
    fn conflicts_are_told_in_two_ways() {
        assert!(is_conflict(&classified(412, "", Purpose::Write)));
        let body = INFOLOG.replace("validateField failed.", "An update conflict occurred due to another user process.");
        assert!(is_conflict(&classified(500, &body, Purpose::Write)));
        assert!(!is_conflict(&classified(400, INFOLOG, Purpose::Write)));
        let there = INFOLOG.replace("validateField failed.", "The record already exists.");
        assert!(is_already_there(&classified(400, &there, Purpose::Write)));
    }

    #[test]
    fn rights_throttling_and_time_have_their_own_classes() {
        assert_eq!(classified(401, "Authentication failed", Purpose::Read).cause().code, "auth.app-not-registered");
        let disabled = r#"{"ExceptionMessage":"Forbidden","ExceptionType":"WebFaultException"}"#;
        let failure = classified(403, disabled, Purpose::Read);
        assert_eq!(
            (failure.cause().code.as_str(), failure.cause().detail.as_deref()),
            ("auth.user-disabled", Some("HTTP 403: Forbidden"))
        );
        let mut throttled = answer(429, "");
        throttled.headers_mut().insert("retry-after", "60".parse().unwrap());
        let failure = classify(&throttled, Purpose::Write, 0);
        assert!(matches!(failure, Failure::Throttled { retry_after_ms: Some(60_000), .. }));
        let unsent = unsent(&SendError::NoAnswer("reset".into()));
        assert!(matches!(&unsent, Failure::Transient(cause) if cause.code == "d365.no-answer"));
    }

    #[test]
    fn entra_is_judged_by_its_code_and_quoted_by_its_first_sentence() {
        for (code, cause) in ENTRA_CODES {
            let body = format!(
                r#"{{"error":"e","error_description":"AADSTS{code}: First. Second.\r\nTrace ID: x","error_codes":[{code}],"trace_id":"t-1"}}"#
            );
            let failure = classify_token(&answer(400, &body), 0);
            let Failure::NotAllowed(given) = &failure else { panic!("{code}: {failure:?}") };
            assert_eq!(given.code, *cause);
            assert!(CATALOGUE.iter().any(|words| words.code == *cause));
            assert_eq!(given.detail.as_deref(), Some(format!("AADSTS{code}: First. (trace t-1)").as_str()));
        }
        let other = classify_token(&answer(400, r#"{"error":"invalid_request","error_codes":[900144]}"#), 0);
        assert!(matches!(&other, Failure::NotAllowed(cause) if cause.code == "auth.refused"));
        assert!(matches!(classify_token(&answer(503, "<html>"), 0), Failure::Transient(_)));
        assert!(matches!(classify_token(&answer(429, ""), 0), Failure::Throttled { .. }));
    }
}
