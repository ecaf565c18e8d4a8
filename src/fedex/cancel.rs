//! Cancelling a label: PUT /ship/v1/shipments/cancel, of all its packages.
//!
//! Possible until FedEx has the parcel. The boolean is the answer: the text beside it has another
//! name in every version of the documents. For Express a yes is weak evidence, because FedEx takes any
//! number of the right length.

use crate::audit::System;
use crate::fedex::error::{Purpose, Said, refusal, unreadable};
use crate::fedex::wire::AccountNumber;
use crate::fedex::{READ_TIMEOUT, lenient, post_json};
use crate::order::cause::Cause;
use crate::order::retry::Failure;
use crate::transport::Call;
use http::Method;
use serde::{Deserialize, Serialize};
use url::Url;

const PATH: &str = "/ship/v1/shipments/cancel";
const REFUSED: &str = "fedex.void-refused";
const ACCOUNT_REFUSED: &str = "fedex.account-refused";

/// The call.
pub const CALL: Call =
    Call { system: System::Fedex, operation: "fedex.cancel", timeout: READ_TIMEOUT, confidential: false };

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    account_number: AccountNumber<'a>,
    sender_country_code: &'a str,
    deletion_control: &'static str,
    tracking_number: &'a str,
}

#[derive(Deserialize)]
struct Cancelled {
    #[serde(default, deserialize_with = "lenient::or_empty")]
    output: Option<Output>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Output {
    #[serde(deserialize_with = "lenient::flag")]
    cancelled_shipment: bool,
    #[serde(deserialize_with = "lenient::list")]
    alerts: Vec<Said>,
}

/// The request.
pub fn request(base: &Url, account: &str, country: &str, tracking_number: &str) -> http::Request<Vec<u8>> {
    let body = Request {
        account_number: AccountNumber { value: account },
        sender_country_code: country,
        deletion_control: "DELETE_ALL_PACKAGES",
        tracking_number,
    };
    let mut request = post_json(base, PATH, &body);
    *request.method_mut() = Method::PUT;
    request
}

/// Cancelled, or refused with FedEx's words. A second cancel is refused like a parcel on its way:
/// whoever lost the first answer asks Track before asking again.
pub fn parse(body: &[u8]) -> Result<(), Failure> {
    if let Some(failure) = refusal(body, Purpose::Read) {
        return Err(refused(failure));
    }
    let answer: Cancelled = serde_json::from_slice(body).map_err(|_| unreadable(Purpose::Read, body))?;
    let output = answer.output.ok_or_else(|| unreadable(Purpose::Read, body))?;
    if output.cancelled_shipment {
        return Ok(());
    }
    let said: Vec<String> = output.alerts.iter().map(Said::text).collect();
    Err(Failure::Permanent(Cause::new(REFUSED).detail(said.join("; "))))
}

/// Whatever FedEx has against it, the label was not cancelled. Only a wrong account is mended elsewhere.
pub fn refused(failure: Failure) -> Failure {
    match failure {
        Failure::Permanent(cause) if cause.code != ACCOUNT_REFUSED => {
            Failure::Permanent(Cause::new(REFUSED).detail(cause.detail.unwrap_or_default()))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn the_request_takes_all_packages_back() {
        let base = Url::parse("https://apis.fedex.com").unwrap();
        let request = request(&base, "740561073", "US", "794972072690");
        assert_eq!((request.method(), request.uri().path()), (&Method::PUT, PATH));
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        let expected = json!({"accountNumber": {"value": "740561073"}, "senderCountryCode": "US",
            "deletionControl": "DELETE_ALL_PACKAGES", "trackingNumber": "794972072690"});
        assert_eq!(body, expected);
    }

    #[test]
    fn only_the_boolean_says_yes() {
        for yes in ["true", r#""true""#] {
            let body = format!(r#"{{"output":{{"cancelledShipment":{yes},"cancelledHistory":true}}}}"#);
            assert_eq!(parse(body.as_bytes()), Ok(()));
        }
        let body = br#"{"output":{"cancelledShipment":false,"message":"Success",
            "alerts":[{"code":"SHIPMENT.CANCEL.NOTALLOWED","message":"No."}]}}"#;
        let Err(Failure::Permanent(cause)) = parse(body) else { panic!("must be refused") };
        assert_eq!(cause.code, REFUSED);
        assert_eq!(cause.detail.as_deref(), Some("SHIPMENT.CANCEL.NOTALLOWED: No."));
    }

    #[test]
    fn every_refusal_is_one_of_the_cancel_and_no_answer_is_asked_again() {
        for code in ["SHIPMENT.USER.UNAUTHORIZED", "TRACKINGNUMBER.ENTERED.INVALID", "NEW.CODE"] {
            let body = json!({"errors": [{"code": code, "message": "Words."}]}).to_string();
            let Err(Failure::Permanent(cause)) = parse(body.as_bytes()) else { panic!("{code} must be refused") };
            assert_eq!((cause.code.as_str(), cause.detail), (REFUSED, Some(format!("{code}: Words."))));
        }
        let account = Failure::Permanent(Cause::new(ACCOUNT_REFUSED));
        assert_eq!(refused(account.clone()), account);
        for body in ["", "<html>", "{}", r#"{"output":{"cancelled"#] {
            assert!(matches!(parse(body.as_bytes()), Err(Failure::Transient(_))), "{body}");
        }
    }
}
