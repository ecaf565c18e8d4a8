//! Cancelling a label: PUT /ship/v1/shipments/cancel, of all its packages.
//!
//! Possible until FedEx has the parcel. The boolean is the answer: the text beside it has another
//! name in every version of the documents. For Express a yes is weak evidence, because FedEx takes any
//! number of the right length.

use crate::audit::System;
use crate::fedex::error::{Purpose, Said, errors, unreadable};
use crate::fedex::{READ_TIMEOUT, lenient, post_json};
use crate::order::cause::Cause;
use crate::order::retry::Failure;
use crate::transport::Call;
use http::Method;
use serde::{Deserialize, Serialize};
use url::Url;

const PATH: &str = "/ship/v1/shipments/cancel";

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

#[derive(Serialize)]
struct AccountNumber<'a> {
    value: &'a str,
}

#[derive(Deserialize)]
struct Cancelled {
    #[serde(default, deserialize_with = "lenient::or_empty")]
    output: Output,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Output {
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

/// Cancelled, or refused with FedEx's words.
pub fn parse(body: &[u8]) -> Result<(), Failure> {
    let answer: Cancelled = serde_json::from_slice(body).map_err(|_| unreadable(Purpose::Read, body))?;
    if answer.output.cancelled_shipment {
        return Ok(());
    }
    let said: Vec<String> = errors(body).iter().chain(&answer.output.alerts).map(Said::text).collect();
    Err(Failure::Permanent(Cause::new("fedex.void-refused").detail(said.join("; "))))
}
