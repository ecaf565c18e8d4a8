//! What FedEx makes of an address: POST /address/v1/addresses/resolve.
//!
//! Advice, not a verdict: an address FedEx does not know may well exist, and shipping never depends on
//! it. Values come in changing types, so they are read as text.

use crate::audit::System;
use crate::fedex::error::{Purpose, Said, refusal, said_code, unreadable};
use crate::fedex::wire::Address;
use crate::fedex::{READ_TIMEOUT, lenient, post_json};
use crate::order::consignee::Consignee;
use crate::order::retry::Failure;
use crate::transport::Call;
use serde::{Deserialize, Serialize};
use url::Url;

const PATH: &str = "/address/v1/addresses/resolve";
/// FedEx's word for an address it does not know, as an error and as a remark.
const NOT_FOUND: &str = "STANDARDIZED.ADDRESS.NOTFOUND";

/// The call.
pub const CALL: Call =
    Call { system: System::Fedex, operation: "fedex.resolve_address", timeout: READ_TIMEOUT, confidential: false };

/// What kind of place an address is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Classification {
    /// A company.
    Business,
    /// A home.
    Residential,
    /// Both.
    Mixed,
    /// FedEx cannot tell.
    #[default]
    Unknown,
}

impl Classification {
    fn read(text: &str) -> Self {
        match text {
            "BUSINESS" => Self::Business,
            "RESIDENTIAL" => Self::Residential,
            "MIXED" => Self::Mixed,
            _ => Self::Unknown,
        }
    }

    /// Whether it is a home, where that is certain.
    pub fn residential(self) -> Option<bool> {
        match self {
            Self::Business => Some(false),
            Self::Residential => Some(true),
            Self::Mixed | Self::Unknown => None,
        }
    }
}

/// An address as FedEx would write it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Advice {
    /// FedEx knows it; otherwise the rest repeats what was asked.
    pub known: bool,
    /// Company or home.
    pub classification: Classification,
    /// It is a post office box.
    pub post_office_box: bool,
    /// Street lines.
    pub street: Vec<String>,
    /// City.
    pub city: String,
    /// State or province.
    pub region: String,
    /// Postal code, with its addition.
    pub postal_code: String,
    /// Country, two letters.
    pub country: String,
    /// FedEx's remarks, `CODE: message`, and what it found missing.
    pub remarks: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    addresses_to_validate: [Asked<'a>; 1],
}

#[derive(Serialize)]
struct Asked<'a> {
    address: Address<'a>,
}

#[derive(Deserialize)]
struct Resolved {
    #[serde(default, deserialize_with = "lenient::or_empty")]
    output: Option<Output>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Output {
    #[serde(deserialize_with = "lenient::list")]
    resolved_addresses: Vec<ResolvedAddress>,
    #[serde(deserialize_with = "lenient::list")]
    alerts: Vec<Said>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ResolvedAddress {
    #[serde(deserialize_with = "lenient::texts")]
    street_lines_token: Vec<String>,
    #[serde(deserialize_with = "lenient::text")]
    city: String,
    #[serde(deserialize_with = "lenient::text")]
    state_or_province_code: String,
    #[serde(deserialize_with = "lenient::text")]
    country_code: String,
    #[serde(deserialize_with = "lenient::or_empty")]
    parsed_postal_code: PostalCode,
    #[serde(deserialize_with = "lenient::text")]
    classification: String,
    #[serde(deserialize_with = "lenient::flag")]
    post_office_box: bool,
    // The schema says customerMessage, the samples say customerMessages.
    #[serde(deserialize_with = "lenient::list")]
    customer_message: Vec<Said>,
    #[serde(deserialize_with = "lenient::list")]
    customer_messages: Vec<Said>,
    #[serde(deserialize_with = "lenient::or_empty")]
    attributes: Attributes,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PostalCode {
    #[serde(deserialize_with = "lenient::text")]
    base: String,
    #[serde(deserialize_with = "lenient::text")]
    add_on: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Attributes {
    #[serde(deserialize_with = "lenient::text")]
    resolved: String,
    #[serde(deserialize_with = "lenient::flag")]
    suite_required_but_missing: bool,
    #[serde(deserialize_with = "lenient::flag")]
    invalid_suite_number: bool,
}

/// The request.
pub fn request(base: &Url, who: &Consignee) -> http::Request<Vec<u8>> {
    post_json(base, PATH, &Request { addresses_to_validate: [Asked { address: Address::new(who, false) }] })
}

/// What FedEx says of it.
pub fn parse(body: &[u8]) -> Result<Advice, Failure> {
    if let Some(failure) = refusal(body, Purpose::Read) {
        return unknown(failure);
    }
    let answer: Resolved = serde_json::from_slice(body).map_err(|_| unreadable(Purpose::Read, body))?;
    let output = answer.output.ok_or_else(|| unreadable(Purpose::Read, body))?;
    let alerts = output.alerts.iter().map(Said::text).collect();
    match output.resolved_addresses.into_iter().next() {
        Some(address) => Ok(advice(address, alerts)),
        None => Ok(Advice { remarks: alerts, ..Advice::default() }),
    }
}

/// A refusal that says "not known" is an answer.
pub fn unknown(failure: Failure) -> Result<Advice, Failure> {
    match failure {
        Failure::Permanent(cause) if said_code(&cause) == NOT_FOUND => {
            Ok(Advice { remarks: cause.detail.into_iter().collect(), ..Advice::default() })
        }
        other => Err(other),
    }
}

fn advice(address: ResolvedAddress, alerts: Vec<String>) -> Advice {
    let messages: Vec<Said> = address.customer_message.into_iter().chain(address.customer_messages).collect();
    let is_unknown =
        address.attributes.resolved.eq_ignore_ascii_case("false") || messages.iter().any(|said| said.code == NOT_FOUND);
    let suite = [
        (address.attributes.suite_required_but_missing, "The suite or apartment is missing."),
        (address.attributes.invalid_suite_number, "The suite or apartment is not known."),
    ];
    let suite = suite.into_iter().filter(|(is_so, _)| *is_so).map(|(_, words)| words.to_owned());
    let postal = address.parsed_postal_code;
    Advice {
        known: !is_unknown,
        classification: Classification::read(&address.classification),
        post_office_box: address.post_office_box,
        street: address.street_lines_token,
        city: address.city,
        region: address.state_or_province_code,
        postal_code: if postal.add_on.is_empty() { postal.base } else { format!("{}-{}", postal.base, postal.add_on) },
        country: address.country_code,
        remarks: messages.iter().map(Said::text).chain(suite).chain(alerts).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fedex::sample::plan;
    use crate::order::cause::Cause;
    use serde_json::{Value, json};

    #[test]
    fn the_request_holds_the_address_and_no_name() {
        let base = Url::parse("https://apis.fedex.com").unwrap();
        let body: Value = serde_json::from_slice(request(&base, &plan(&["1"]).recipient).body()).unwrap();
        let expected = json!({"addressesToValidate": [{"address": {"streetLines": ["1450 Commerce St", "Suite 2"],
            "city": "Dallas", "stateOrProvinceCode": "TX", "postalCode": "75201", "countryCode": "US"}}]});
        assert_eq!(body, expected);
    }

    #[test]
    fn values_are_read_as_booleans_and_as_text() {
        for (resolved, messages) in [(json!(true), "customerMessages"), (json!("true"), "customerMessage")] {
            let body = json!({"output": {"resolvedAddresses": [{
                "streetLinesToken": ["1450 COMMERCE ST", "STE 2"], "city": "DALLAS", "stateOrProvinceCode": "TX",
                "countryCode": "US", "parsedPostalCode": {"base": "75201", "addOn": "4801"},
                "classification": "BUSINESS", "postOfficeBox": "false", messages: [null],
                "attributes": {"Resolved": resolved, "SuiteRequiredButMissing": "true"}}]}});
            let advice = parse(body.to_string().as_bytes()).unwrap();
            assert!(advice.known && !advice.post_office_box);
            assert_eq!(advice.street, ["1450 COMMERCE ST", "STE 2"]);
            assert_eq!((advice.postal_code.as_str(), advice.classification.residential()), ("75201-4801", Some(false)));
            assert_eq!(advice.remarks, ["The suite or apartment is missing."]);
        }
    }

    #[test]
    fn not_known_is_an_answer_in_every_form() {
        let remark = json!([{"code": NOT_FOUND, "message": "Not found."}]);
        for body in [
            json!({"output": {"resolvedAddresses": [{"city": "X", "customerMessages": remark}]}}),
            json!({"output": {"resolvedAddresses": [{"attributes": {"Resolved": "FALSE"}}]}}),
            json!({"output": {"resolvedAddresses": []}}),
            json!({"errors": remark}),
        ] {
            assert!(!parse(body.to_string().as_bytes()).unwrap().known, "{body}");
        }
        let refused =
            |code: &str| unknown(Failure::Permanent(Cause::new("fedex.refused").detail(format!("{code}: Words."))));
        assert_eq!(refused(NOT_FOUND).unwrap().remarks, [format!("{NOT_FOUND}: Words.")]);
        assert!(refused("CITY.EMPTY").is_err());
        assert!(matches!(parse(b"{}"), Err(Failure::Transient(_))));
    }
}
