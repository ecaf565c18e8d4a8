//! What FedEx refuses about a shipment, and with which code.
//!
//! A body that breaks the schema is one 422 that names no field. Everything else is a 400 that
//! lists each broken rule. Rules without a published code are treated as schema violations.

use serde_json::{Value, json};

use super::fedex::ACCOUNT;
use super::postal;
use super::ship_services::{self, is_express};
use super::shipment::list;

pub(super) use super::ship_services::is_ground;

/// Longest street line.
const STREET_LIMIT: usize = 35;
/// Line items that one request may hold.
const ITEM_LIMIT: usize = 30;
/// Pieces that are answered synchronously.
const PIECE_LIMIT: u64 = 40;
/// Longest city and company name.
const NAME_LIMIT: usize = 35;
/// Longest person name.
const PERSON_LIMIT: usize = 70;
/// Countries FedEx does not serve.
const UNSERVICED: [&str; 4] = ["CU", "IR", "KP", "SY"];

/// The sentence for a missing or malformed account.
pub(super) const ACCOUNT_TEXT: &str =
    "Please enter a valid 9-digit FedEx account number or register for a new FedEx account number.";

/// Why a shipment is refused.
#[derive(Debug)]
pub(super) struct Refusal {
    pub status: u16,
    problems: Vec<(&'static str, String)>,
}

impl Refusal {
    /// The errors as FedEx lists them.
    pub(super) fn errors(&self) -> Value {
        self.problems.iter().map(|(code, message)| json!({"code": code, "message": message})).collect()
    }
}

type Problems = Vec<(&'static str, String)>;

/// Checks a request; returns the alerts of an accepted one.
pub(super) fn check(body: &Value, today: &str) -> Result<Vec<Value>, Refusal> {
    let broken = schema_violations(body);
    if broken > 0 {
        return Err(Refusal {
            status: 422,
            problems: vec![(
                "INVALID.INPUT.EXCEPTION",
                format!("Validation failed for object='shipShipmentInputVO'. Error count: {broken}"),
            )],
        });
    }
    let wanted = &body["requestedShipment"];
    let mut problems = Problems::new();
    check_accounts(body, &mut problems);
    check_party(&wanted["shipper"], "Shipper", &mut problems);
    check_party(&wanted["recipients"][0], "Recipient", &mut problems);
    check_lane(wanted, &mut problems);
    check_packages(wanted, &mut problems);
    if !problems.is_empty() {
        return Err(Refusal { status: 400, problems });
    }
    Ok(alerts(wanted, today))
}

fn alerts(wanted: &Value, today: &str) -> Vec<Value> {
    let mut alerts = Vec::new();
    if wanted["shipDatestamp"].as_str().is_some_and(|date| date < today) {
        alerts.push(json!({
            "code": "SHIPMENT.SHIPDATESTAMP.INVALID",
            "message": "Requested shipDatestamp is prior to current date.",
            "alertType": "WARNING",
        }));
    }
    alerts
}

/// Counts what a generated validator would count.
fn schema_violations(body: &Value) -> usize {
    let wanted = &body["requestedShipment"];
    let mut broken = 0;
    let mut need = |good: bool| broken += usize::from(!good);
    need(one_of(&body["labelResponseOptions"], &["LABEL", "URL_ONLY"]));
    need(body.to_string().is_ascii());
    need(party_is_complete(&wanted["shipper"]));
    let recipients = list(&wanted["recipients"]);
    need(recipients.len() == 1);
    need(recipients.iter().all(party_is_complete));
    need(one_of(
        &wanted["pickupType"],
        &["CONTACT_FEDEX_TO_SCHEDULE", "DROPOFF_AT_FEDEX_LOCATION", "USE_SCHEDULED_PICKUP"],
    ));
    need(filled(&wanted["serviceType"]));
    need(filled(&wanted["packagingType"]));
    need(one_of(&wanted["shippingChargesPayment"]["paymentType"], &["SENDER", "RECIPIENT", "THIRD_PARTY", "COLLECT"]));
    need(label_is_possible(&wanted["labelSpecification"]));
    let date = &wanted["shipDatestamp"];
    need(date.is_null() || date.as_str().is_some_and(is_date));
    let items = list(&wanted["requestedPackageLineItems"]);
    need(!items.is_empty() && items.len() <= ITEM_LIMIT);
    let pieces: u64 = items.iter().map(|item| item["groupPackageCount"].as_u64().unwrap_or(1)).sum();
    need(pieces <= PIECE_LIMIT);
    let express = wanted["serviceType"].as_str().is_some_and(is_express);
    for item in items {
        need(item_is_complete(item, express));
    }
    let abroad = recipients
        .first()
        .is_some_and(|party| party["address"]["countryCode"] != wanted["shipper"]["address"]["countryCode"]);
    let customs = &wanted["customsClearanceDetail"];
    need(!abroad || (!list(&customs["commodities"]).is_empty() && customs["commercialInvoice"].is_object()));
    broken
}

fn filled(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

fn one_of(value: &Value, known: &[&str]) -> bool {
    value.as_str().is_some_and(|text| known.contains(&text))
}

fn at_most(value: &Value, limit: usize) -> bool {
    value.as_str().is_none_or(|text| text.chars().count() <= limit)
}

fn is_date(text: &str) -> bool {
    super::clock::parse_date_ms(text).is_some()
}

fn party_is_complete(party: &Value) -> bool {
    let contact = &party["contact"];
    let address = &party["address"];
    (filled(&contact["personName"]) || filled(&contact["companyName"]))
        && filled(&contact["phoneNumber"])
        && at_most(&contact["personName"], PERSON_LIMIT)
        && at_most(&contact["companyName"], NAME_LIMIT)
        && at_most(&contact["phoneExtension"], 6)
        && at_most(&contact["emailAddress"], 80)
        && list(&address["streetLines"]).first().is_some_and(filled)
        && list(&address["streetLines"]).iter().all(Value::is_string)
        && address["city"].is_string()
        && at_most(&address["city"], NAME_LIMIT)
        && address["countryCode"].as_str().is_some_and(|code| code.len() == 2)
        && at_most(&address["stateOrProvinceCode"], 2)
        && at_most(&address["postalCode"], 10)
}

/// Thermal images go on stock, laser images on paper.
fn label_is_possible(label: &Value) -> bool {
    const STOCK: [&str; 10] = [
        "STOCK_4X6",
        "STOCK_4X675",
        "STOCK_4X675_LEADING_DOC_TAB",
        "STOCK_4X675_TRAILING_DOC_TAB",
        "STOCK_4X8",
        "STOCK_4X9",
        "STOCK_4X9_LEADING_DOC_TAB",
        "STOCK_4X9_TRAILING_DOC_TAB",
        "STOCK_4X85_TRAILING_DOC_TAB",
        "STOCK_4X105_TRAILING_DOC_TAB",
    ];
    const PAPER: [&str; 8] = [
        "PAPER_4X6",
        "PAPER_4X675",
        "PAPER_4X8",
        "PAPER_4X9",
        "PAPER_7X475",
        "PAPER_85X11_BOTTOM_HALF_LABEL",
        "PAPER_85X11_TOP_HALF_LABEL",
        "PAPER_LETTER",
    ];
    match label["imageType"].as_str() {
        Some("ZPLII") => one_of(&label["labelStockType"], &STOCK),
        Some("PDF" | "PNG") => one_of(&label["labelStockType"], &PAPER),
        _ => false,
    }
}

fn item_is_complete(item: &Value, express: bool) -> bool {
    let weight = &item["weight"];
    let references = list(&item["customerReferences"]);
    one_of(&weight["units"], &["LB", "KG"])
        && weight["value"].as_f64().is_some_and(|value| value > 0.0)
        && at_most(&item["itemDescription"], 50)
        && dimensions_are_whole(&item["dimensions"])
        && references.iter().all(|reference| reference_fits(reference, express))
}

fn dimensions_are_whole(dimensions: &Value) -> bool {
    dimensions.is_null()
        || (one_of(&dimensions["units"], &["IN", "CM"])
            && ["length", "width", "height"]
                .iter()
                .all(|side| dimensions[side].as_u64().is_some_and(|size| (1..=999).contains(&size))))
}

fn reference_fits(reference: &Value, express: bool) -> bool {
    let limit = match reference["customerReferenceType"].as_str() {
        Some("CUSTOMER_REFERENCE") if express => 40,
        Some(
            "CUSTOMER_REFERENCE"
            | "P_O_NUMBER"
            | "INVOICE_NUMBER"
            | "DEPARTMENT_NUMBER"
            | "INTRACOUNTRY_REGULATORY_REFERENCE"
            | "SHIPMENT_INTEGRITY",
        ) => 30,
        Some("RMA_ASSOCIATION") => 20,
        _ => return false,
    };
    filled(&reference["value"]) && at_most(&reference["value"], limit)
}

fn check_accounts(body: &Value, problems: &mut Problems) {
    let account = body["accountNumber"]["value"].as_str().unwrap_or_default();
    if account.len() != 9 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
        problems.push(("ACCOUNTNUMBER.REGISTRATION.REQUIRED", ACCOUNT_TEXT.to_owned()));
        return;
    }
    if account != ACCOUNT {
        problems.push((
            "SHIPMENT.ACCOUNTNUMBER.UNAUTHORIZED",
            "We are not able to retrieve the message for the warning or error.".to_owned(),
        ));
    }
    let payment = &body["requestedShipment"]["shippingChargesPayment"];
    let payor = payment["payor"]["responsibleParty"]["accountNumber"]["value"].as_str().unwrap_or_default();
    if payment["paymentType"] == "SENDER" {
        if !payor.is_empty() && payor != account {
            problems.push((
                "ACCOUNT.NUMBER.MISMATCH",
                "When payment Type is SENDER, ShippingChargesPayment Payor AccountNumber should match the shipper account number.".to_owned(),
            ));
        }
    } else if payor.len() != 9 {
        problems.push(("ACCOUNTNUMBER.REGISTRATION.REQUIRED", ACCOUNT_TEXT.to_owned()));
    }
}

fn check_party(party: &Value, who: &str, problems: &mut Problems) {
    let address = &party["address"];
    if list(&address["streetLines"]).iter().any(|line| !at_most(line, STREET_LIMIT)) {
        problems.push((
            "STREETLINES.TOO.LONG",
            format!(
                "{who} street lines cannot be more than {STREET_LIMIT} characters each. Please update and try again."
            ),
        ));
    }
    let country = address["countryCode"].as_str().unwrap_or_default();
    let phone = party["contact"]["phoneNumber"].as_str().unwrap_or_default();
    if !phone_is_possible(country, phone) {
        problems.push((
            "RECIPIENTCONTACT.PHONENUMBER.INVALID",
            format!(
                "{who} phone number format is not matching with the country code. Please provide a valid phone number."
            ),
        ));
    }
    if !filled(&address["city"]) {
        problems.push(("CITY.EMPTY", format!("{who} city is required. Please update and try again.")));
    }
    check_postal(address, who, country, problems);
}

fn check_postal(address: &Value, who: &str, country: &str, problems: &mut Problems) {
    let code = address["postalCode"].as_str().unwrap_or_default();
    let state = address["stateOrProvinceCode"].as_str().unwrap_or_default();
    if !matches!(country, "US" | "CA" | "PR") {
        return;
    }
    if code.is_empty() {
        problems
            .push(("DESTINATION.POSTALCODE.MISSING.ORINVALID", format!("{who} postal code is missing or invalid.")));
        return;
    }
    let problem = match postal::check(country, state, code) {
        Ok(()) => return,
        Err(postal::Fault::Form) => {
            ("COUNTRY.POSTALCODE.INVALID", format!("{who} postal code {code} is not valid for country {country}."))
        }
        Err(postal::Fault::Unknown) => {
            ("POSTALCODE.INVALID", format!("{who} postal code {code} is not a known postal code."))
        }
        Err(postal::Fault::OtherState) => (
            "COUNTRY.POSTALANDSTATEORPROVINCECODE.MISMATCH",
            format!("{who} postal code {code} does not match state or province code {state}."),
        ),
    };
    problems.push(problem);
}

/// US and CA numbers have ten digits and perhaps a leading 1 or +1; others ten to fifteen.
fn phone_is_possible(country: &str, phone: &str) -> bool {
    let digits = phone.bytes().filter(u8::is_ascii_digit).count();
    let clean = phone.chars().all(|letter| letter.is_ascii_digit() || "+-(). ".contains(letter));
    let first_is_one = phone.bytes().find(u8::is_ascii_digit) == Some(b'1');
    match country {
        "US" | "CA" | "PR" => clean && (digits == 10 || (digits == 11 && first_is_one)),
        _ => clean && (10..=15).contains(&digits),
    }
}

fn check_lane(wanted: &Value, problems: &mut Problems) {
    let service = wanted["serviceType"].as_str().unwrap_or_default();
    let from = wanted["shipper"]["address"]["countryCode"].as_str().unwrap_or_default();
    let address = &wanted["recipients"][0]["address"];
    let to = address["countryCode"].as_str().unwrap_or_default();
    if UNSERVICED.contains(&to) {
        problems.push(("RECIPIENT.COUNTRY.UNSERVICED", format!("FedEx service is not available to country {to}.")));
    }
    if !ship_services::is_known(service) {
        problems.push(("SERVICETYPE.NOT.ALLOWED", format!("Service type {service} is not allowed.")));
        return;
    }
    let international = ship_services::is_international(service);
    if from == to && international {
        problems.push((
            "INCOUNTRY.SERVICES.NOTALLOWED",
            "The selected service is not allowed within a country.".to_owned(),
        ));
    }
    let post_box = list(&address["streetLines"]).iter().any(|line| line.as_str().is_some_and(is_post_box));
    let ground_to_canada = service == "FEDEX_GROUND" && to == "CA";
    if (from != to && !international && !ground_to_canada) || (post_box && is_ground(service)) {
        problems.push((
            "SELECTED.DESTINATION.SERVICETYPE.INVALID",
            "The selected service type is not available to the destination.".to_owned(),
        ));
    }
    if service == "SMART_POST" && !filled(&wanted["smartPostInfoDetail"]["hubId"]) {
        problems.push(("SHIPMENT.SMARTPOST.INVALID", "SmartPost details are missing or invalid.".to_owned()));
    }
}

fn is_post_box(line: &str) -> bool {
    let line = line.to_uppercase().replace(['.', ' '], "");
    line.strip_prefix("POBOX").is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
}

fn check_packages(wanted: &Value, problems: &mut Problems) {
    let service = wanted["serviceType"].as_str().unwrap_or_default();
    let packaging = wanted["packagingType"].as_str().unwrap_or_default();
    let items = list(&wanted["requestedPackageLineItems"]);
    let units = |item: &Value| item["weight"]["units"].as_str().unwrap_or_default().to_owned();
    if items.iter().any(|item| units(item) != units(&items[0])) {
        problems.push(("MIXED.MEASURING.UNITS.INCLUDED", "All weights must use the same unit.".to_owned()));
    }
    let fits = ship_services::packaging_limit(service, packaging).is_some_and(|limit_lb| {
        items.iter().all(|item| {
            let value = item["weight"]["value"].as_f64().unwrap_or_default();
            let pounds = if item["weight"]["units"] == "KG" { value * 2.204_622_6 } else { value };
            pounds <= limit_lb && ship_services::size_fits(&item["dimensions"], is_ground(service))
        })
    });
    if !fits {
        problems.push(("SERVICE.PACKAGECOMBINATION.INVALID", "Invalid service and packaging combination.".to_owned()));
    }
}

#[cfg(test)]
#[path = "ship_rules_tests.rs"]
mod tests;
