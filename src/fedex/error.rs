//! What an answer of FedEx that is not a yes means: one table, one place.
//!
//! Sorted by what the caller can do. The difference that costs money is made here: a purchase that
//! may have happened is [`Failure::NoAnswer`], and nothing else is. FedEx tells clients to code on
//! error codes and never on messages, so messages are only quoted.

use crate::fedex::lenient;
use crate::order::cause::Cause;
use crate::order::retry::Failure;
use crate::transport::answer::{quote, retry_after_ms};
use crate::transport::token::{BREAKER_MS, throttled};
use crate::transport::{Answer, SendError, chain};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

/// FedEx's own stand-in for a message it does not have. The code is all there is then.
const FILLER: &str = "We are not able to retrieve the message";

/// Whether a call may have bought something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Buys a label: without a clear answer the outcome is unknown.
    Purchase,
    /// Changes nothing: can be repeated.
    Read,
}

/// What a code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Refused for this cause, at this field.
    Refused(&'static str, Option<&'static str>),
    /// FedEx's own trouble: for a purchase the outcome is unknown.
    Trouble,
    /// Keys are not accepted.
    Keys,
    /// The API is not in the project.
    Rights,
}

use Verdict::{Keys, Refused, Rights, Trouble};

/// Every code FedEx documents or was seen to send (its API files and best-practices page, and the two phone codes
/// of the Ship API's own file).
const CODES: &[(&str, Verdict)] = &[
    ("ACCOUNTNUMBER.REGISTRATION.REQUIRED", Refused("fedex.account-refused", Some("account_number"))),
    ("ACCOUNT.NUMBER.MISMATCH", Refused("fedex.account-refused", Some("account_number"))),
    ("SHIPMENT.ACCOUNTNUMBER.UNAUTHORIZED", Refused("fedex.account-refused", Some("account_number"))),
    ("SHIPMENT.USER.UNAUTHORIZED", Refused("fedex.void-refused", None)),
    ("STREETLINES.TOO.LONG", Refused("fedex.street-too-long", Some("street_1"))),
    ("SERVICE.PACKAGECOMBINATION.INVALID", Refused("fedex.combination-refused", Some("service"))),
    ("SHIPMENT.SMARTPOST.INVALID", Refused("fedex.combination-refused", Some("service"))),
    ("COUNTRY.POSTALCODE.INVALID", Refused("fedex.postal-code-wrong", Some("postal_code"))),
    ("POSTALCODE.INVALID", Refused("fedex.postal-code-wrong", Some("postal_code"))),
    ("DESTINATION.POSTALCODE.MISSING.ORINVALID", Refused("fedex.postal-code-wrong", Some("postal_code"))),
    ("COUNTRY.POSTALANDSTATEORPROVINCECODE.MISMATCH", Refused("fedex.postal-code-wrong", Some("postal_code"))),
    ("CITY.EMPTY", Refused("fedex.city-wrong", Some("city"))),
    ("RECIPIENT.COUNTRY.UNSERVICED", Refused("fedex.lane-not-served", Some("country"))),
    ("INCOUNTRY.SERVICES.NOTALLOWED", Refused("fedex.lane-not-served", Some("service"))),
    ("SELECTED.DESTINATION.SERVICETYPE.INVALID", Refused("fedex.lane-not-served", Some("service"))),
    ("SERVICETYPE.NOT.ALLOWED", Refused("fedex.lane-not-served", Some("service"))),
    ("CURRENCYTYPE.PACKAGES.MUST", Refused("fedex.customs-refused", Some("currency"))),
    ("MIXED.MEASURING.UNITS.INCLUDED", Refused("fedex.customs-refused", Some("lines"))),
    ("RECIPIENTCONTACT.PHONENUMBER.INVALID", Refused("fedex.phone-wrong", Some("phone"))),
    ("RECIPIENTCONTACT.PHONENUMBER.NOTSUPPORTED", Refused("fedex.phone-wrong", Some("phone"))),
    ("TRACKINGNUMBER.ENTERED.INVALID", Refused("fedex.number-refused", Some("tracking_number"))),
    ("SHIPMENT.JOBID.INVALID", Refused("fedex.job-unknown", None)),
    ("TRACKING.TRACKINGNUMBER.EMPTY", Refused("fedex.number-refused", Some("tracking_number"))),
    ("TRACKING.REFERENCETYPE.INVALID", Refused("fedex.number-refused", Some("reference"))),
    ("TRACKING.TCN.NOTFOUND", Refused("fedex.number-refused", None)),
    ("STANDARDIZED.ADDRESS.NOTFOUND", Refused("fedex.address-unknown", Some("street_1"))),
    ("AVAILABILITY.SHIP.DATE.INVALID", Refused("fedex.date-refused", Some("date"))),
    ("INVALID.INPUT.EXCEPTION", Refused("fedex.input-refused", None)),
    ("NOT.FOUND.ERROR", Refused("fedex.path-unknown", None)),
    ("NOT.AUTHORIZED.ERROR", Keys),
    ("LOGIN.REAUTHENTICATE.ERROR", Keys),
    ("FORBIDDEN.ERROR", Rights),
    ("UNAUTHORIZED.USAGE", Rights),
    ("INTERNAL.SERVER.ERROR", Trouble),
    ("SYSTEM.UNEXPECTED.ERROR", Trouble),
    ("SERVICE.UNAVAILABLE.ERROR", Trouble),
    ("SYSTEM.UNAVAILABLE", Trouble),
];

/// Our cause for a code of FedEx, where the code names one.
pub fn cause_of(code: &str) -> Option<&'static str> {
    CODES.iter().find(|(known, _)| *known == code).and_then(|(_, verdict)| match verdict {
        Refused(cause, _) => Some(*cause),
        Keys => Some("auth.key-rejected"),
        Rights => Some("auth.api-not-allowed"),
        Trouble => None,
    })
}

/// One error as FedEx sends it, in an answer or inside a result.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Said {
    /// Its code.
    #[serde(default, deserialize_with = "lenient::text")]
    pub code: String,
    /// Its words; sometimes a filler.
    #[serde(default, deserialize_with = "lenient::text")]
    pub message: String,
}

impl Said {
    /// `CODE: message`; the code alone where FedEx has only its filler.
    pub fn text(&self) -> String {
        match (self.code.as_str(), self.message.trim()) {
            (code, message) if message.is_empty() || message.starts_with(FILLER) => {
                format!("{code}: (FedEx sent no message)")
            }
            ("", message) => message.to_owned(),
            (code, message) => format!("{code}: {message}"),
        }
    }

    /// FedEx does not know the thing asked for, which is an answer and no failure.
    pub fn is_not_found(&self) -> bool {
        self.code.starts_with("TRACKING.") && (self.code.contains("NOTFOUND") || self.code.contains("NOT.FOUND"))
    }
}

#[derive(Default, Deserialize)]
struct Envelope {
    #[serde(default, deserialize_with = "lenient::list")]
    errors: Vec<Said>,
    // Validate's 404 has another shape.
    #[serde(default, deserialize_with = "lenient::text")]
    error: String,
    #[serde(default, deserialize_with = "lenient::text")]
    error_detail: String,
}

/// The errors in a body, whatever its shape.
pub fn errors(body: &[u8]) -> Vec<Said> {
    let envelope: Envelope = serde_json::from_slice(body).unwrap_or_default();
    let mut errors: Vec<Said> =
        envelope.errors.into_iter().filter(|said| !said.code.is_empty() || !said.message.is_empty()).collect();
    if errors.is_empty() && !envelope.error.is_empty() {
        errors.push(Said { code: envelope.error, message: envelope.error_detail });
    }
    errors
}

/// What an answer that is not a success means.
pub fn classify(status: StatusCode, headers: &HeaderMap, body: &[u8], purpose: Purpose, now_ms: i64) -> Failure {
    let errors = errors(body);
    let detail = detail(status, &errors, body);
    match status.as_u16() {
        401 => Failure::NotAllowed(Cause::new("auth.key-rejected").detail(detail)),
        403 => Failure::NotAllowed(Cause::new("auth.api-not-allowed").detail(detail)),
        429 => Failure::Throttled {
            cause: Cause::new("fedex.throttled").detail(detail),
            retry_after_ms: retry_after_ms(headers, now_ms),
        },
        // The gateway gave up waiting: what it waited for may have happened.
        408 => trouble(purpose, detail),
        400..=499 => refused(&errors, purpose, detail),
        _ => trouble(purpose, detail),
    }
}

fn refused(errors: &[Said], purpose: Purpose, detail: String) -> Failure {
    let known = errors.iter().find_map(|said| verdict(&said.code));
    match known {
        Some(Refused(code, field)) => {
            let cause = Cause::new(code).detail(detail);
            Failure::Permanent(match field {
                Some(field) => cause.field(field),
                None => cause,
            })
        }
        Some(Trouble) => trouble(purpose, detail),
        Some(Keys) => Failure::NotAllowed(Cause::new("auth.key-rejected").detail(detail)),
        Some(Rights) => Failure::NotAllowed(Cause::new("auth.api-not-allowed").detail(detail)),
        None => Failure::Permanent(Cause::new("fedex.refused").detail(detail)),
    }
}

/// A refusal inside a success, if there is one.
pub fn refusal(body: &[u8], purpose: Purpose) -> Option<Failure> {
    let errors = errors(body);
    let said: Vec<String> = errors.iter().map(Said::text).collect();
    (!errors.is_empty()).then(|| refused(&errors, purpose, said.join("; ")))
}

/// FedEx's code at the beginning of a cause's detail; empty when there is none.
pub fn said_code(cause: &Cause) -> &str {
    cause.detail.as_deref().and_then(|detail| detail.split_once(": ")).map_or("", |(code, _)| code)
}

fn verdict(code: &str) -> Option<Verdict> {
    CODES.iter().find(|(known, _)| *known == code).map(|(_, verdict)| *verdict)
}

fn trouble(purpose: Purpose, detail: String) -> Failure {
    match purpose {
        Purpose::Purchase => Failure::NoAnswer(Cause::new("fedex.no-answer").detail(detail)),
        Purpose::Read => Failure::Transient(Cause::new("fedex.unavailable").detail(detail)),
    }
}

/// A success whose body cannot be read.
pub fn unreadable(purpose: Purpose, body: &[u8]) -> Failure {
    let detail = format!("answer not readable: {}", quote(body));
    match purpose {
        Purpose::Purchase => Failure::NoAnswer(Cause::new("fedex.answer-unreadable").detail(detail)),
        Purpose::Read => Failure::Transient(Cause::new("fedex.unavailable").detail(detail)),
    }
}

/// What it means that no answer came.
pub fn unsent(error: &SendError, purpose: Purpose) -> Failure {
    let detail = chain(error);
    match (error, purpose) {
        (SendError::NotSent(_), _) => Failure::Transient(Cause::new("fedex.unreachable").detail(detail)),
        (SendError::NotRecorded(_), _) => Failure::Transient(Cause::new("connector.not-recorded").detail(detail)),
        (SendError::NoAnswer(_), Purpose::Purchase) => Failure::NoAnswer(Cause::new("fedex.no-answer").detail(detail)),
        (SendError::NoAnswer(_), Purpose::Read) => Failure::Transient(Cause::new("fedex.unavailable").detail(detail)),
    }
}

/// What it means that no token came. A token is never a purchase.
pub fn token_unsent(error: &SendError) -> Failure {
    unsent(error, Purpose::Read)
}

/// What a token endpoint that gives no token means.
pub fn classify_token(answer: &Answer, now_ms: i64) -> Failure {
    let detail = detail(answer.status(), &errors(answer.body()), answer.body());
    match answer.status().as_u16() {
        // FedEx's penalty for asking too often, whatever the body says (quotas page).
        403 => match throttled(BREAKER_MS) {
            Failure::Throttled { cause, retry_after_ms } => {
                Failure::Throttled { cause: cause.detail(detail), retry_after_ms }
            }
            other => other,
        },
        429 => Failure::Throttled {
            cause: Cause::new("fedex.throttled").detail(detail),
            retry_after_ms: retry_after_ms(answer.headers(), now_ms),
        },
        408 | 500..=599 => Failure::Transient(Cause::new("fedex.unavailable").detail(detail)),
        400..=499 => Failure::NotAllowed(Cause::new("auth.key-rejected").detail(detail)),
        _ => unreadable(Purpose::Read, answer.body()),
    }
}

fn detail(status: StatusCode, errors: &[Said], body: &[u8]) -> String {
    if errors.is_empty() {
        return format!("HTTP {}: {}", status.as_u16(), quote(body));
    }
    errors.iter().map(Said::text).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::cause::CATALOGUE;

    fn answered(status: u16, body: &str, purpose: Purpose) -> Failure {
        classify(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), body.as_bytes(), purpose, 0)
    }

    fn coded(code: &str) -> String {
        format!(r#"{{"transactionId":"t","errors":[{{"code":"{code}","message":"{FILLER} for the error."}}]}}"#)
    }

    #[test]
    fn every_code_of_the_table_has_words_and_shows_itself_even_with_a_filler() {
        for (code, verdict) in CODES {
            let failure = answered(400, &coded(code), Purpose::Purchase);
            let cause = failure.cause();
            assert!(CATALOGUE.iter().any(|words| words.code == cause.code), "{code}: {}", cause.code);
            assert!(cause.detail.as_ref().unwrap().contains(code), "{code}");
            match verdict {
                Refused(expected, field) => {
                    assert!(matches!(&failure, Failure::Permanent(_)), "{code}");
                    assert_eq!((cause.code.as_str(), cause.field.as_deref()), (*expected, *field));
                }
                Trouble => assert!(matches!(&failure, Failure::NoAnswer(_)), "{code}"),
                Keys | Rights => assert!(matches!(&failure, Failure::NotAllowed(_)), "{code}"),
            }
        }
    }

    /// The codes of FedEx's documents and recordings, with the status they come with, written down
    /// apart from the table so that neither can lose one unseen.
    const DOCUMENTED: &[(u16, &str)] = &[
        (400, "ACCOUNTNUMBER.REGISTRATION.REQUIRED"),
        (400, "ACCOUNT.NUMBER.MISMATCH"),
        (400, "SHIPMENT.ACCOUNTNUMBER.UNAUTHORIZED"),
        (400, "SHIPMENT.USER.UNAUTHORIZED"),
        (400, "STREETLINES.TOO.LONG"),
        (400, "SERVICE.PACKAGECOMBINATION.INVALID"),
        (400, "SHIPMENT.SMARTPOST.INVALID"),
        (400, "COUNTRY.POSTALCODE.INVALID"),
        (400, "POSTALCODE.INVALID"),
        (400, "DESTINATION.POSTALCODE.MISSING.ORINVALID"),
        (400, "CITY.EMPTY"),
        (400, "RECIPIENT.COUNTRY.UNSERVICED"),
        (400, "INCOUNTRY.SERVICES.NOTALLOWED"),
        (400, "SELECTED.DESTINATION.SERVICETYPE.INVALID"),
        (400, "SERVICETYPE.NOT.ALLOWED"),
        (400, "COUNTRY.POSTALANDSTATEORPROVINCECODE.MISMATCH"),
        (400, "CURRENCYTYPE.PACKAGES.MUST"),
        (400, "MIXED.MEASURING.UNITS.INCLUDED"),
        (400, "TRACKINGNUMBER.ENTERED.INVALID"),
        (400, "SHIPMENT.JOBID.INVALID"),
        (400, "TRACKING.TRACKINGNUMBER.EMPTY"),
        (400, "TRACKING.REFERENCETYPE.INVALID"),
        (400, "TRACKING.TCN.NOTFOUND"),
        (400, "STANDARDIZED.ADDRESS.NOTFOUND"),
        (400, "AVAILABILITY.SHIP.DATE.INVALID"),
        (422, "INVALID.INPUT.EXCEPTION"),
        (401, "NOT.AUTHORIZED.ERROR"),
        (401, "LOGIN.REAUTHENTICATE.ERROR"),
        (403, "FORBIDDEN.ERROR"),
        (403, "UNAUTHORIZED.USAGE"),
        (404, "NOT.FOUND.ERROR"),
        (500, "INTERNAL.SERVER.ERROR"),
        (500, "SYSTEM.UNEXPECTED.ERROR"),
        (503, "SERVICE.UNAVAILABLE.ERROR"),
        (503, "SYSTEM.UNAVAILABLE"),
    ];

    #[test]
    fn every_documented_code_has_a_cause_a_sentence_and_a_next_step() {
        for (status, code) in DOCUMENTED {
            assert!(verdict(code).is_some(), "{code} is not in the table");
            let cause = answered(*status, &coded(code), Purpose::Purchase).cause().clone();
            // Not merely "refused": the code says more than that.
            assert_ne!(cause.code, "fedex.refused", "{code}");
            let words = CATALOGUE.iter().find(|words| words.code == cause.code).expect("has words");
            assert!(!words.sentence.is_empty() && !words.next_step.is_empty(), "{code}");
        }
    }

    #[test]
    fn an_unknown_code_is_refused_with_its_words() {
        let body = r#"{"errors":[{"code":"NEW.CODE","message":"Something new."}]}"#;
        let Failure::Permanent(cause) = answered(422, body, Purpose::Purchase) else { panic!("must be permanent") };
        assert_eq!((cause.code.as_str(), cause.detail.as_deref()), ("fedex.refused", Some("NEW.CODE: Something new.")));
    }

    #[test]
    fn trouble_makes_a_purchase_unknown_and_a_read_come_again() {
        for status in [302, 408, 500, 502, 503] {
            assert!(matches!(answered(status, "<html>", Purpose::Purchase), Failure::NoAnswer(_)), "{status}");
            assert!(matches!(answered(status, "<html>", Purpose::Read), Failure::Transient(_)), "{status}");
        }
        assert!(matches!(unreadable(Purpose::Purchase, b"{"), Failure::NoAnswer(_)));
        assert!(matches!(unreadable(Purpose::Read, b"{"), Failure::Transient(_)));
    }

    #[test]
    fn what_was_not_sent_may_be_sent_again_even_when_it_buys() {
        let failure = unsent(&SendError::NotSent("refused".into()), Purpose::Purchase);
        assert!(matches!(&failure, Failure::Transient(cause) if cause.code == "fedex.unreachable"));
        let failure = unsent(&SendError::NoAnswer("reset".into()), Purpose::Purchase);
        assert!(matches!(&failure, Failure::NoAnswer(cause) if cause.code == "fedex.no-answer"));
        assert!(matches!(unsent(&SendError::NoAnswer("reset".into()), Purpose::Read), Failure::Transient(_)));
    }

    #[test]
    fn rights_and_keys_are_told_apart_whatever_the_body() {
        for (status, code) in [(401, "auth.key-rejected"), (403, "auth.api-not-allowed")] {
            for body in ["", "<html>", r#"{"errors":[{"code":"X","message":"y"}]}"#] {
                let failure = answered(status, body, Purpose::Purchase);
                assert!(matches!(&failure, Failure::NotAllowed(cause) if cause.code == code));
            }
        }
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let after = |value: Option<&str>| {
            let mut headers = HeaderMap::new();
            if let Some(value) = value {
                headers.insert("retry-after", value.parse().unwrap());
            }
            let now_ms = 784_111_770_000;
            match classify(StatusCode::TOO_MANY_REQUESTS, &headers, b"", Purpose::Purchase, now_ms) {
                Failure::Throttled { retry_after_ms, .. } => retry_after_ms,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(after(Some("7")), Some(7_000));
        assert_eq!(after(Some("Sun, 06 Nov 1994 08:49:37 GMT")), Some(7_000));
        assert_eq!(after(Some("Sun, 06 Nov 1994 08:00:00 GMT")), Some(0));
        assert_eq!(after(Some("soon")), None);
        assert_eq!(after(None), None);
    }

    #[test]
    fn the_token_endpoint_says_other_things_with_the_same_numbers() {
        let token = |status: u16, body: &str| {
            let mut answer = Answer::new(body.as_bytes().to_vec());
            *answer.status_mut() = StatusCode::from_u16(status).unwrap();
            classify_token(&answer, 0)
        };
        let bad = r#"{"errors":[{"code":"NOT.AUTHORIZED.ERROR","message":"Not valid."}]}"#;
        assert!(matches!(token(401, bad), Failure::NotAllowed(cause) if cause.code == "auth.key-rejected"));
        for body in ["", "<html>Forbidden</html>", bad] {
            let Failure::Throttled { cause, retry_after_ms } = token(403, body) else { panic!("must be throttled") };
            assert_eq!((cause.code.as_str(), retry_after_ms), ("auth.token-throttled", Some(BREAKER_MS)));
        }
        assert!(matches!(token(503, ""), Failure::Transient(_)));
    }

    #[test]
    fn the_other_shape_of_a_404_is_read_too() {
        let body = r#"{"error":"not_found","error_detail":"No such path"}"#;
        let failure = answered(404, body, Purpose::Read);
        assert_eq!(failure.cause().detail.as_deref(), Some("not_found: No such path"));
    }
}
