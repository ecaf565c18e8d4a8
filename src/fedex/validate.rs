//! A dry run of a purchase: POST /ship/v1/shipments/packages/validate with the same body.
//!
//! FedEx checks single packages only, and no street addresses; a yes is no promise.

use crate::audit::System;
use crate::fedex::error::{Purpose, Said, refusal, unreadable};
use crate::fedex::{READ_TIMEOUT, lenient, named, post_json, ship_request};
use crate::order::plan::Plan;
use crate::order::retry::Failure;
use crate::transport::Call;
use serde::Deserialize;
use url::Url;

const PATH: &str = "/ship/v1/shipments/packages/validate";

/// The call.
pub const CALL: Call =
    Call { system: System::Fedex, operation: "fedex.validate", timeout: READ_TIMEOUT, confidential: false };

#[derive(Deserialize)]
struct Validated {
    #[serde(default, deserialize_with = "lenient::or_empty")]
    output: Output,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Output {
    #[serde(deserialize_with = "lenient::list")]
    alerts: Vec<Said>,
}

/// The request, or why this plan cannot be asked for.
pub fn request(
    base: &Url,
    account: &str,
    plan: &Plan,
    reference: &str,
    ship_date: &str,
) -> Result<http::Request<Vec<u8>>, Failure> {
    let body = ship_request::body(account, plan, reference, ship_date).map_err(Failure::Permanent)?;
    Ok(named(post_json(base, PATH, &body), reference))
}

/// FedEx's remarks, `CODE: message`.
pub fn parse(body: &[u8]) -> Result<Vec<String>, Failure> {
    let answer: Validated = serde_json::from_slice(body).map_err(|_| unreadable(Purpose::Read, body))?;
    if let Some(failure) = refusal(body, Purpose::Read) {
        return Err(failure);
    }
    Ok(answer.output.alerts.iter().map(Said::text).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_are_listed_and_errors_inside_a_200_are_a_refusal() {
        let body = br#"{"output":{"alerts":[{"code":"SHIPMENT.VALIDATION.SUCCESS","message":"No errors found.","alertType":"NOTE"}]}}"#;
        assert_eq!(parse(body).unwrap(), ["SHIPMENT.VALIDATION.SUCCESS: No errors found."]);
        let body = br#"{"errors":[{"code":"CITY.EMPTY","message":"City is empty."}]}"#;
        assert!(matches!(parse(body), Err(Failure::Permanent(cause)) if cause.code == "fedex.city-wrong"));
    }
}
