//! Reading the values of OData records: text that may be null, numbers, Yes and No, dates.
//!
//! Numbers are read from the digits as they were sent, never through a float. Enum members are
//! kept as text, because customers extend them.

use crate::d365::error::unreadable;
use crate::order::retry::Failure;
use rust_decimal::Decimal;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// An answer with several records.
#[derive(Deserialize)]
pub struct List {
    /// The records, each to be read by itself.
    pub value: Vec<Box<RawValue>>,
    /// Where more are.
    #[serde(rename = "@odata.nextLink")]
    pub next_link: Option<String>,
    /// How many there are in all, when asked.
    #[serde(rename = "@odata.count")]
    pub count: Option<u64>,
}

/// The list in an answer.
pub fn list(body: &[u8]) -> Result<List, Failure> {
    serde_json::from_slice(body).map_err(|_| unreadable(body))
}

/// The records of a list that can be read; others are left out.
pub fn readable<T: DeserializeOwned>(list: &List) -> Vec<T> {
    list.value.iter().filter_map(|record| serde_json::from_str(record.get()).ok()).collect()
}

/// Text; empty for null.
pub fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    Ok(text_of(&raw))
}

/// Text of a scalar as Dynamics 365 sent it, without quotes; empty for null, lists and objects.
pub fn text_of(raw: &RawValue) -> String {
    match raw.get().as_bytes().first() {
        Some(b'"') => serde_json::from_str(raw.get()).unwrap_or_default(),
        Some(b'{' | b'[' | b'n') | None => String::new(),
        Some(_) => raw.get().to_owned(),
    }
}

/// A number, from a number or from text.
pub fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    decimal_of(&text_of(&raw)).ok_or_else(|| D::Error::custom("not a number"))
}

/// A number in text, with or without an exponent.
pub fn decimal_of(text: &str) -> Option<Decimal> {
    text.trim().parse().ok().or_else(|| Decimal::from_scientific(text.trim()).ok())
}

/// `"Yes"` or `"No"`; also true and false.
pub fn yes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    Ok(matches!(text_of(&raw).to_lowercase().as_str(), "yes" | "true" | "1"))
}
