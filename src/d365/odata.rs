//! Writing OData addresses: literals, keys, filters, queries. Pure text, no requests.
//!
//! Everything that comes from data is escaped here and only here: apostrophes doubled, then
//! percent-encoded, so that an order number with a slash, a leading space or a quote names that
//! order and nothing else. Nothing is trimmed; a leading space is part of an identifier.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Namespace of all enums.
const NAMESPACE: &str = "Microsoft.Dynamics.DataEntities";
/// Unreserved characters (RFC 3986), and those a query may hold that only help reading the log.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'(')
    .remove(b')')
    .remove(b',')
    .remove(b'$')
    .remove(b':');
/// Values inside a key, in the path.
const KEY_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// Dates and numbers inside a key.
const KEY_PLAIN: &AsciiSet = &KEY_VALUE.remove(b':');
/// What an operator writes around the values of a key.
const KEY_TEMPLATE: &AsciiSet =
    &KEY_VALUE.remove(b'(').remove(b')').remove(b',').remove(b'=').remove(b'\'').remove(b':');

/// A text literal: `'O''Brien'`. Not yet percent-encoded.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// An enum literal; a bare member name is refused.
pub fn member(kind: &str, name: &str) -> String {
    format!("{NAMESPACE}.{kind}{}", literal(name))
}

/// `(Property eq a or Property eq b)`; `None` for no values at all. `in` is not supported.
pub fn any_of(property: &str, literals: impl IntoIterator<Item = String>) -> Option<String> {
    let terms: Vec<String> = literals.into_iter().map(|value| format!("{property} eq {value}")).collect();
    match terms.len() {
        0 => None,
        1 => terms.into_iter().next(),
        _ => Some(format!("({})", terms.join(" or "))),
    }
}

/// The path of one entity by the text parts of its key: `Set(a='x',b='y')`.
pub fn keyed(set: &str, parts: &[(&str, &str)]) -> String {
    let parts: Vec<String> = parts.iter().map(|(name, value)| format!("{name}='{}'", key_value(value))).collect();
    format!("{set}({})", parts.join(","))
}

/// A part of a key, by how it is written.
#[derive(Clone, Copy, Debug)]
pub enum KeyPart<'a> {
    /// In quotes.
    Text(&'a str),
    /// Dates, numbers and Guids stand as they are.
    Plain(&'a str),
}

/// The path of one entity by all parts of its key.
pub fn keyed_by(set: &str, parts: &[(&str, KeyPart<'_>)]) -> String {
    let part = |(name, part): &(&str, KeyPart<'_>)| match part {
        KeyPart::Text(value) => format!("{name}='{}'", key_value(value)),
        KeyPart::Plain(value) => format!("{name}={}", utf8_percent_encode(value, KEY_PLAIN)),
    };
    format!("{set}({})", parts.iter().map(part).collect::<Vec<_>>().join(","))
}

/// The path of one entity by a key template with `{company}` and `{order}`.
pub fn keyed_by_template(set: &str, template: &str, company: &str, order: &str) -> String {
    let mut key = String::new();
    let mut rest = template;
    // Walked instead of replaced: an order number may hold "{company}".
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        key.push_str(&utf8_percent_encode(before, KEY_TEMPLATE).to_string());
        let (value, placeholder) = if from.starts_with("{company}") {
            (key_value(company), "{company}")
        } else if from.starts_with("{order}") {
            (key_value(order), "{order}")
        } else {
            ("%7B".to_owned(), "{")
        };
        key.push_str(&value);
        rest = &from[placeholder.len()..];
    }
    key.push_str(&utf8_percent_encode(rest, KEY_TEMPLATE).to_string());
    format!("{set}({key})")
}

fn key_value(value: &str) -> String {
    utf8_percent_encode(&value.replace('\'', "''"), KEY_VALUE).to_string()
}

/// The query of a request. Always across companies: without it, rows of other companies than the
/// user's own are silently missing.
#[derive(Clone, Debug)]
pub struct Query {
    text: String,
}

impl Query {
    /// Across companies, and nothing else yet.
    pub fn new() -> Self {
        Self { text: "cross-company=true".to_owned() }
    }

    /// Only these properties. Computed ones are slow, so only what is used.
    #[must_use]
    pub fn select(self, properties: &[&str]) -> Self {
        self.option("$select", &properties.join(","))
    }

    /// With the rows behind a navigation, first level only.
    #[must_use]
    pub fn expand(self, navigation: &str, properties: &[&str]) -> Self {
        self.option("$expand", &format!("{navigation}($select={})", properties.join(",")))
    }

    /// All of these conditions; no condition is no filter.
    #[must_use]
    pub fn filter(self, conditions: &[String]) -> Self {
        if conditions.is_empty() { self } else { self.option("$filter", &conditions.join(" and ")) }
    }

    /// In this order.
    #[must_use]
    pub fn order_by(self, properties: &str) -> Self {
        self.option("$orderby", properties)
    }

    /// At most so many.
    #[must_use]
    pub fn top(self, rows: usize) -> Self {
        self.option("$top", &rows.to_string())
    }

    /// After so many.
    #[must_use]
    pub fn skip(self, rows: usize) -> Self {
        if rows == 0 { self } else { self.option("$skip", &rows.to_string()) }
    }

    /// With the number of all rows, however many are answered.
    #[must_use]
    pub fn count(self) -> Self {
        self.option("$count", "true")
    }

    fn option(mut self, name: &str, value: &str) -> Self {
        self.text.push('&');
        self.text.push_str(name);
        self.text.push('=');
        self.text.push_str(&utf8_percent_encode(value, QUERY).to_string());
        self
    }

    /// As it stands behind the question mark.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl Default for Query {
    fn default() -> Self {
        Self::new()
    }
}

/// A name of a set, property or enum member that can stand in an address as it is.
pub fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_quotes_slashes_and_leading_spaces() {
        assert_eq!(keyed("S", &[("a", "usmf"), ("b", " O'B/1")]), "S(a='usmf',b='%20O%27%27B%2F1')");
        let template = "dataAreaId='{company}',SalesOrderNumber='{order}'";
        assert_eq!(
            keyed_by_template("S", template, "usmf", "{company}'1"),
            "S(dataAreaId='usmf',SalesOrderNumber='%7Bcompany%7D%27%271')"
        );
        assert_eq!(keyed_by_template("S", "Id='{order}',X={y}", "c", "o"), "S(Id='o',X=%7By%7D)");
    }

    #[test]
    fn a_key_of_several_parts_quotes_its_text_only() {
        let key = [("n", KeyPart::Text(" O'B")), ("d", KeyPart::Plain("2026-07-30T12:00:00Z"))];
        assert_eq!(keyed_by("S", &key), "S(n='%20O%27%27B',d=2026-07-30T12:00:00Z)");
    }

    #[test]
    fn filters_double_apostrophes_and_name_enums_in_full() {
        assert_eq!(literal("O'Brien"), "'O''Brien'");
        assert_eq!(member("NoYes", "No"), "Microsoft.Dynamics.DataEntities.NoYes'No'");
        assert_eq!(any_of("A", [literal("x"), literal("y")]).unwrap(), "(A eq 'x' or A eq 'y')");
        assert_eq!(any_of("A", []), None);
        let query = Query::new().filter(&["A eq 'x&y'".into(), "B eq 1".into()]).top(2).skip(0);
        assert_eq!(query.text(), "cross-company=true&$filter=A%20eq%20%27x%26y%27%20and%20B%20eq%201&$top=2");
    }

    #[test]
    fn names_hold_no_address_syntax() {
        assert!(is_name("FdxTrackingNumber") && is_name("dataAreaId") && is_name("TaxGroup_BR"));
        assert!(!is_name("") && !is_name("A,B") && !is_name("../x") && !is_name("1a"));
    }
}
