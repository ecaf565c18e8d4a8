//! What FedEx refuses about a shipment, and with which code.
//!
//! A body that breaks the schema is one 422 that names no field. Everything else is a 400 that
//! lists each broken rule. Rules without a published code are treated as schema violations.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::fedex::{ACCOUNTS, GROUND_TO_HOMES};
use super::ship_services::{self, is_express};
use super::shipment::{has_service, list};
use super::{postal, ship_customs, ship_options};

pub(super) use super::ship_services::is_ground;

/// Longest street line.
const STREET_LIMIT: usize = 35;
/// Line items that one request may hold.
const ITEM_LIMIT: usize = 30;
/// Pieces that are answered synchronously.
const PIECE_LIMIT: u64 = 40;
/// Pieces that a job may have.
const JOB_PIECE_LIMIT: u64 = 300;
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
    /// A body that breaks the schema in so many places.
    fn broken(count: usize) -> Self {
        let message = format!("Validation failed for object='shipShipmentInputVO'. Error count: {count}");
        Self { status: 422, problems: vec![("INVALID.INPUT.EXCEPTION", message)] }
    }

    /// The errors as FedEx lists them.
    pub(super) fn errors(&self) -> Value {
        self.problems.iter().map(|(code, message)| json!({"code": code, "message": message})).collect()
    }
}

pub(super) type Problems = Vec<(&'static str, String)>;

/// Pieces that a request asks for; a group counts as so many.
fn piece_count(wanted: &Value) -> u64 {
    let counts = list(&wanted["requestedPackageLineItems"]).iter().map(|item| &item["groupPackageCount"]);
    counts.fold(0, |sum: u64, count| sum.saturating_add(count.as_u64().unwrap_or(1)))
}

/// Tells whether a request that passes has to be made by a job.
pub(super) fn needs_job(body: &Value) -> bool {
    piece_count(&body["requestedShipment"]) > PIECE_LIMIT
}

/// Checks a request of a single piece, which is all that validate takes.
pub(super) fn check_single(body: &Value, today: &str) -> Result<Vec<Value>, Refusal> {
    if piece_count(&body["requestedShipment"]) > 1 {
        return Err(Refusal::broken(1));
    }
    check(body, today)
}

/// Checks a request; returns the alerts of an accepted one.
pub(super) fn check(body: &Value, today: &str) -> Result<Vec<Value>, Refusal> {
    let broken = schema_violations(body);
    if broken > 0 {
        return Err(Refusal::broken(broken));
    }
    let wanted = &body["requestedShipment"];
    let mut problems = Problems::new();
    check_accounts(body, &mut problems);
    check_party(&wanted["shipper"], "Shipper", &mut problems);
    check_party(&wanted["recipients"][0], "Recipient", &mut problems);
    check_lane(wanted, &mut problems);
    check_homes(body, &mut problems);
    check_packages(wanted, &mut problems);
    check_count(body, &mut problems);
    ship_options::check(wanted, today, &mut problems);
    ship_customs::check(wanted, &mut problems);
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
    alerts.extend(ship_customs::alerts(wanted));
    alerts
}

/// Counts what a generated validator would count.
fn schema_violations(body: &Value) -> usize {
    let wanted = &body["requestedShipment"];
    let mut broken = 0;
    let mut need = |good: bool| broken += usize::from(!good);
    need(one_of(&body["labelResponseOptions"], &["LABEL", "URL_ONLY"]));
    need(absent_or(&body["processingOptionType"], |value| one_of(value, &["SYNCHRONOUS_ONLY", "ALLOW_ASYNCHRONOUS"])));
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
    need(is_payer(&wanted["shippingChargesPayment"]["paymentType"]));
    need(label_is_possible(&wanted["labelSpecification"]));
    need(absent_or(&wanted["shipDatestamp"], |date| date.as_str().is_some_and(is_date)));
    broken + item_violations(wanted) + ship_options::violations(wanted) + ship_customs::violations(wanted)
}

fn item_violations(wanted: &Value) -> usize {
    let items = list(&wanted["requestedPackageLineItems"]);
    let express = wanted["serviceType"].as_str().is_some_and(is_express);
    let sequences: Vec<u64> = items.iter().filter_map(|item| item["sequenceNumber"].as_u64()).collect();
    let distinct: HashSet<&u64> = sequences.iter().collect();
    let total = &wanted["totalPackageCount"];
    [
        !items.is_empty() && items.len() <= ITEM_LIMIT,
        distinct.len() == sequences.len(),
        absent_or(total, |total| total.as_u64() == Some(piece_count(wanted))),
    ]
    .into_iter()
    .chain(items.iter().map(|item| item_is_complete(item, express)))
    .filter(|good| !good)
    .count()
}

pub(super) fn absent_or(value: &Value, good: impl Fn(&Value) -> bool) -> bool {
    value.is_null() || good(value)
}

pub(super) fn is_payer(value: &Value) -> bool {
    one_of(value, &["SENDER", "RECIPIENT", "THIRD_PARTY", "COLLECT"])
}

pub(super) fn filled(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

pub(super) fn one_of(value: &Value, known: &[&str]) -> bool {
    value.as_str().is_some_and(|text| known.contains(&text))
}

pub(super) fn at_most(value: &Value, limit: usize) -> bool {
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
    let positive = |count: &Value| count.as_u64().is_some_and(|count| count > 0);
    one_of(&weight["units"], &["LB", "KG"])
        && weight["value"].as_f64().is_some_and(|value| value > 0.0 && has_two_decimals(value))
        && absent_or(&item["groupPackageCount"], positive)
        && absent_or(&item["sequenceNumber"], positive)
        && at_most(&item["itemDescription"], 50)
        && dimensions_are_whole(&item["dimensions"])
        && references.iter().all(|reference| reference_fits(reference, express))
}

/// Tells whether a number has at most two decimals, as weights and amounts may have.
pub(super) fn has_two_decimals(value: f64) -> bool {
    let hundredths = value * 100.0;
    (hundredths - hundredths.round()).abs() < 1e-6 * hundredths.abs().max(1.0)
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
    if !is_account(account) {
        problems.push(("ACCOUNTNUMBER.REGISTRATION.REQUIRED", ACCOUNT_TEXT.to_owned()));
        return;
    }
    if !ACCOUNTS.contains(&account) {
        problems.push((
            "SHIPMENT.ACCOUNTNUMBER.UNAUTHORIZED",
            "We are not able to retrieve the message for the warning or error.".to_owned(),
        ));
    }
    let payment = &body["requestedShipment"]["shippingChargesPayment"];
    let payor = payor(payment);
    if payment["paymentType"] == "SENDER" {
        if !payor.is_empty() && payor != account {
            problems.push((
                "ACCOUNT.NUMBER.MISMATCH",
                "When payment Type is SENDER, ShippingChargesPayment Payor AccountNumber should match the shipper account number.".to_owned(),
            ));
        }
    } else if !is_account(payor) {
        problems.push(("ACCOUNTNUMBER.REGISTRATION.REQUIRED", ACCOUNT_TEXT.to_owned()));
    }
}

/// The account that a payment names.
pub(super) fn payor(payment: &Value) -> &str {
    payment["payor"]["responsibleParty"]["accountNumber"]["value"].as_str().unwrap_or_default()
}

/// Tells whether a text could be an account: nine digits, not all zero.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 9 && text.bytes().all(|byte| byte.is_ascii_digit()) && text.bytes().any(|byte| byte != b'0')
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
    let ground_to_neighbour = service == "FEDEX_GROUND" && matches!((from, to), ("US", "CA") | ("CA", "US"));
    // Only Economy ends in the hands of the post, which has the key to the box.
    let post_box = service != "SMART_POST"
        && list(&address["streetLines"]).iter().any(|line| line.as_str().is_some_and(postal::is_post_box));
    if (from != to && !international && !ground_to_neighbour) || post_box {
        problems.push(wrong_destination());
    }
    if service == "SMART_POST" && !filled(&wanted["smartPostInfoDetail"]["hubId"]) {
        problems.push(("SHIPMENT.SMARTPOST.INVALID", "SmartPost details are missing or invalid.".to_owned()));
    }
}

fn wrong_destination() -> (&'static str, String) {
    (
        "SELECTED.DESTINATION.SERVICETYPE.INVALID",
        "The selected service type is not available to the destination.".to_owned(),
    )
}

/// Home Delivery goes to residences only, and Ground to them only for an account enabled for it.
fn check_homes(body: &Value, problems: &mut Problems) {
    let wanted = &body["requestedShipment"];
    let residential = wanted["recipients"][0]["address"]["residential"] == true;
    let enabled = body["accountNumber"]["value"] == GROUND_TO_HOMES;
    let wrong = match wanted["serviceType"].as_str() {
        Some("GROUND_HOME_DELIVERY") => !residential,
        Some("FEDEX_GROUND") => residential && !enabled,
        _ => false,
    };
    if wrong {
        problems.push(wrong_destination());
    }
}

/// FedEx documents the limits and publishes no code for going beyond them.
fn check_count(body: &Value, problems: &mut Problems) {
    let count = piece_count(&body["requestedShipment"]);
    let asynchronous = body["processingOptionType"] == "ALLOW_ASYNCHRONOUS";
    let limit = if asynchronous { JOB_PIECE_LIMIT } else { PIECE_LIMIT };
    if count > limit {
        let hint = if asynchronous { "" } else { " Use processing option ALLOW_ASYNCHRONOUS for more." };
        problems.push((
            "GROUPPACKAGECOUNT.EXCEEDED",
            format!("A shipment of {count} packages exceeds the limit of {limit}.{hint}"),
        ));
    }
}

fn check_packages(wanted: &Value, problems: &mut Problems) {
    let service = wanted["serviceType"].as_str().unwrap_or_default();
    let packaging = wanted["packagingType"].as_str().unwrap_or_default();
    let items = list(&wanted["requestedPackageLineItems"]);
    let units = |item: &Value| item["weight"]["units"].as_str().unwrap_or_default().to_owned();
    let sizes: HashSet<&str> = items.iter().filter_map(|item| item["dimensions"]["units"].as_str()).collect();
    if items.iter().any(|item| units(item) != units(&items[0])) || sizes.len() > 1 {
        problems
            .push(("MIXED.MEASURING.UNITS.INCLUDED", "All packages must use the same units of measure.".to_owned()));
    }
    let limit = if has_service(wanted, "FEDEX_ONE_RATE") {
        ship_services::one_rate_limit(service, packaging)
    } else {
        ship_services::packaging_limit(service, packaging)
    };
    let fits = limit.is_some_and(|limit_lb| {
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
