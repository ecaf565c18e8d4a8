//! What is personal in a text or a value, and how it is taken out. Pure.
//!
//! Four ways find it, because personal data comes as fields, inside recorded bodies and in sentences:
//! by the name of a field, by what such a field held (taken out of every other text of the same
//! answer), by what we know of the orders an answer names, and by the look of an e-mail address or a
//! telephone number. Companies and cities stay. A body that cannot be read is hidden whole.

use crate::order::{Address, Order, Shipment};
use app::contract::{BODY_HIDDEN, HIDDEN};
use regex::{NoExpand, Regex, RegexBuilder};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Fields that hold personal data, by a part of their name in lower case without punctuation.
const PERSONAL: [&str; 14] = [
    "street",
    "addressline",
    "formatteddelivery",
    "formattedaddress",
    "phone",
    "fax",
    "email",
    "personname",
    "contactperson",
    "contact",
    "attention",
    "signedby",
    "receivedby",
    "recipientname",
];
/// Fields that hold the name of whom a parcel goes to: a person's, unless it is the customer's too.
const NAMES: [&str; 2] = ["deliveryaddressname", "deliveryname"];
/// Fields that hold the customer's name, which is a company's.
const COMPANIES: [&str; 2] = ["salesordername", "customername"];
/// Fields that hold a recorded body.
const BODIES: [&str; 3] = ["body", "requestbody", "responsebody"];
/// A remembered correction is an address and nothing else, and names no order to compare it with.
const CORRECTION: (&str, [&str; 2]) = ("correction_id", ["address", "correction"]);
/// Shorter values are parts of ordinary words.
const SHORTEST: usize = 3;
/// Longer ones are texts, which nothing repeats word for word.
const LONGEST: usize = 200;
/// Values of one pattern: as many, at their longest, stay well within what a pattern may weigh.
const VALUES_A_PATTERN: usize = 50;

static LOOKS_PERSONAL: LazyLock<Regex> = LazyLock::new(|| {
    let email = r"[\w.+%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+";
    // Written as people write them. Digits alone may be any number, and a date has other groups.
    let international = r"\+\d[\d ().-]{7,}\d";
    let north_american = r"\(\d{3}\)\s?\d{3}[-. ]\d{4}|\b\d{3}[-. ]\d{3}[-. ]\d{4}\b";
    Regex::new(&format!("{email}|{international}|{north_american}")).expect("a constant pattern")
});

/// What is known to be personal.
#[derive(Clone, Debug, Default)]
pub struct Personal {
    values: BTreeSet<String>,
    companies: BTreeSet<String>,
}

impl Personal {
    /// Takes up what an order holds of people.
    pub fn add_order(&mut self, order: &Order, shipments: &[Shipment]) {
        self.companies.insert(folded(&order.customer_name));
        self.add(&order.email);
        self.add(&order.contact_person);
        let lines = order.lines.iter().map(|line| &line.ship_to);
        lines.chain([&order.ship_to]).for_each(|address| self.add_address(address));
        for shipment in shipments {
            let correction = &shipment.correction;
            correction.street.iter().chain([&correction.phone]).for_each(|value| self.add(value));
            self.add_name(&correction.name);
            let Some(plan) = &shipment.plan else { continue };
            let recipient = &plan.recipient;
            recipient.street.iter().chain([&recipient.phone]).for_each(|value| self.add(value));
            self.add_name(&recipient.name);
        }
    }

    /// Takes up one value.
    pub fn add(&mut self, value: &str) {
        let value = value.trim();
        let is_telling =
            value.chars().any(char::is_alphabetic) || value.chars().filter(char::is_ascii_digit).count() > 6;
        if (SHORTEST..=LONGEST).contains(&value.chars().count()) && is_telling && value != HIDDEN {
            self.values.insert(value.to_owned());
        }
    }

    fn add_address(&mut self, address: &Address) {
        self.add(&address.street);
        address.street.lines().for_each(|line| self.add(line));
        self.add_name(&address.name);
    }

    fn add_name(&mut self, name: &str) {
        if !self.companies.contains(&folded(name)) {
            self.add(name);
        }
    }

    /// A value without what is personal in it.
    pub fn hidden_in(mut self, mut value: Value) -> Value {
        self.learn_companies(&value);
        self.learn(&value);
        let known = self.patterns();
        hide(&mut value, &self, &known);
        value
    }

    fn learn_companies(&mut self, value: &Value) {
        walk(value, &mut |name, text| {
            if COMPANIES.contains(&name) {
                self.companies.insert(folded(text));
            }
        });
    }

    fn learn(&mut self, value: &Value) {
        let mut found = Vec::new();
        walk(value, &mut |name, text| {
            if is_personal(name) || NAMES.contains(&name) {
                found.push(text.to_owned());
            }
        });
        for text in &found {
            self.add_name(text);
        }
    }

    /// Patterns for everything known, the longest values first, as whole words.
    fn patterns(&self) -> Vec<Regex> {
        let mut values: Vec<&String> = self.values.iter().collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        let edge = |letter: Option<char>| if letter.is_some_and(char::is_alphanumeric) { r"\b" } else { "" };
        let word = |value: &&String| {
            format!("{}{}{}", edge(value.chars().next()), regex::escape(value), edge(value.chars().last()))
        };
        let pattern = |values: &[&String]| {
            let words: Vec<String> = values.iter().map(word).collect();
            let pattern = RegexBuilder::new(&words.join("|")).case_insensitive(true).build();
            pattern.expect("few escaped values of bounded length")
        };
        values.chunks(VALUES_A_PATTERN).map(pattern).collect()
    }
}

/// A text without what looks personal and what is known to be.
fn text_without(text: &str, known: &[Regex]) -> String {
    let hide = |text: String, pattern: &Regex| pattern.replace_all(&text, NoExpand(HIDDEN)).into_owned();
    hide(known.iter().fold(text.to_owned(), hide), &LOOKS_PERSONAL)
}

/// A sentence without what looks personal.
pub fn hidden_in_text(text: &str) -> String {
    text_without(text, &[])
}

fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

fn is_personal(name: &str) -> bool {
    PERSONAL.iter().any(|part| name.contains(part))
}

/// The JSON that a text is, if it is an object or a list.
fn nested(text: &str) -> Option<Value> {
    let text = text.trim_start();
    if !text.starts_with(['{', '[']) {
        return None;
    }
    serde_json::from_str(text).ok()
}

/// Calls back for every text with the plain name of the field it stands in.
fn walk(value: &Value, each: &mut impl FnMut(&str, &str)) {
    fn go(name: &str, value: &Value, each: &mut dyn FnMut(&str, &str)) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(name, value)| go(&plain(name), value, each)),
            Value::Array(items) => items.iter().for_each(|item| go(name, item, each)),
            Value::String(text) => match nested(text) {
                Some(inner) => go(name, &inner, each),
                None => each(name, text),
            },
            _ => {}
        }
    }
    go("", value, each);
}

fn hide(value: &mut Value, personal: &Personal, known: &[Regex]) {
    fn go(name: &str, value: &mut Value, personal: &Personal, known: &[Regex]) {
        match value {
            Value::Object(fields) => {
                let is_correction = fields.contains_key(CORRECTION.0);
                for (name, value) in fields {
                    if is_correction && CORRECTION.1.contains(&name.as_str()) {
                        *value = HIDDEN.into();
                    } else {
                        go(&plain(name), value, personal, known);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| go(name, item, personal, known)),
            Value::String(text) => *text = hidden_text(name, text, personal, known),
            // Some systems write it as a number.
            Value::Number(_) if name.contains("phone") => *value = Value::Null,
            _ => {}
        }
    }
    go("", value, personal, known);
}

fn hidden_text(name: &str, text: &str, personal: &Personal, known: &[Regex]) -> String {
    if text.trim().is_empty() {
        return text.to_owned();
    }
    if let Some(mut inner) = nested(text) {
        hide(&mut inner, personal, known);
        let is_pretty = text.contains('\n');
        let written = if is_pretty { serde_json::to_string_pretty(&inner) } else { serde_json::to_string(&inner) };
        return written.unwrap_or_else(|_| BODY_HIDDEN.to_owned());
    }
    if BODIES.contains(&name) {
        return BODY_HIDDEN.to_owned();
    }
    let is_name_of_person = NAMES.contains(&name) && !personal.companies.contains(&folded(text));
    if is_personal(name) || is_name_of_person { HIDDEN.to_owned() } else { text_without(text, known) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn order() -> Order {
        Order {
            customer_name: "Norwood Pump Co".into(),
            email: "jo@norwood.example".into(),
            contact_person: "Jo Planted".into(),
            ship_to: Address {
                name: "Mary Planted".into(),
                street: "77 Secret Way\nDock 9".into(),
                city: "Dallas".into(),
                ..Address::default()
            },
            ..Order::default()
        }
    }

    fn hidden(value: Value) -> String {
        let mut personal = Personal::default();
        personal.add_order(&order(), &[]);
        personal.hidden_in(value).to_string()
    }

    #[test]
    fn people_are_taken_out_of_fields_bodies_and_sentences_while_companies_and_cities_stay() {
        let body = json!({"contact": {"companyName": "Mary Planted", "phoneNumber": "2145550134"},
            "address": {"streetLines": ["77 Secret Way"], "city": "Dallas"}});
        let shown = hidden(json!({
            "customer": "Norwood Pump Co (US-014)",
            "ship_to": "Mary Planted, Dallas TX 75201, US",
            "sentence": "Rang MARY PLANTED at 2145550134, dock 9; wrote to jo@norwood.example.",
            "signed_by": "J.DOE",
            "summary": "Signed by J.DOE.",
            "request_body": body.to_string(),
        }));
        for planted in ["lanted", "LANTED", "Secret", "2145550134", "norwood.example", "J.DOE", "dock 9"] {
            assert!(!shown.contains(planted), "{planted}: {shown}");
        }
        for kept in ["Norwood Pump Co (US-014)", "Dallas TX 75201, US", "companyName", "streetLines"] {
            assert!(shown.contains(kept), "{kept}: {shown}");
        }
    }

    #[test]
    fn a_delivery_name_stays_where_it_is_the_customers() {
        let shown = |name: &str| hidden(json!({"SalesOrderName": "Contoso Retail", "DeliveryAddressName": name}));
        assert!(shown("CONTOSO Retail").contains("CONTOSO Retail"));
        assert!(!shown("Ann Other").contains("Ann Other"));
    }

    #[test]
    fn a_body_that_cannot_be_read_is_hidden_whole() {
        let shown = hidden(json!({"body": "{\"city\": \"Dallas\", \"note\": \"cut of"}));
        assert_eq!(shown, json!({"body": BODY_HIDDEN}).to_string());
        let pretty = hidden(json!({"body": "{\n  \"city\": \"Dallas\"\n}"}));
        assert_eq!(pretty, json!({"body": "{\n  \"city\": \"Dallas\"\n}"}).to_string());
    }

    #[test]
    fn telephones_and_addresses_are_known_by_their_look_and_dates_and_numbers_are_not() {
        for personal in ["+1 (214) 555-0134", "(214) 555-0134", "214-555-0134", "a.b+c@d.example", "x%40y.example"] {
            assert_eq!(hidden_in_text(&format!("say {personal} now")), format!("say {HIDDEN} now"));
        }
        for kept in ["2026-11-22 18:56:53 UTC", "794644790138", "ML01JDABC", "22.08 USD", "SO-000123"] {
            assert_eq!(hidden_in_text(kept), kept);
        }
    }

    #[test]
    fn a_remembered_correction_is_hidden_although_it_names_no_order() {
        let shown = hidden(
            json!({"correction_id": "1", "customer": "US-014", "address": "X Y, Dallas", "correction": "name Z"}),
        );
        assert_eq!(
            shown,
            json!({"correction_id": "1", "customer": "US-014", "address": HIDDEN, "correction": HIDDEN}).to_string()
        );
    }

    #[test]
    fn short_and_ordinary_values_are_not_taken_out_of_words() {
        let mut personal = Personal::default();
        for value in ["", "No", "12", "75201", "Ann"] {
            personal.add(value);
        }
        let shown = personal.hidden_in(json!({"text": "Anniversary 12, No 75201"}));
        assert_eq!(shown["text"], "Anniversary 12, No 75201");
    }
}
