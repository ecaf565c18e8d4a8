//! Reading FedEx's JSON the way it really comes: numbers as text, text as numbers, "true", one
//! value where a list belongs, members missing or new.
//!
//! One odd field must never make an answer unreadable: behind it may be a label that is paid for.
//! Each reader falls back to its empty value instead of failing. Money is read from the digits as
//! they were sent, never through a float.

use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Anything, or its empty value when it has another shape than expected.
pub fn or_empty<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).unwrap_or_default())
}

/// The readable entries of a list; one value where a list belongs is a list of one.
pub fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    Ok(match serde_json::from_str::<Vec<Box<RawValue>>>(raw.get()) {
        Ok(entries) => entries.iter().filter_map(|entry| serde_json::from_str(entry.get()).ok()).collect(),
        Err(_) if raw.get() == "null" => Vec::new(),
        Err(_) => serde_json::from_str(raw.get()).into_iter().collect(),
    })
}

/// Text, or a number or a boolean as text; empty for everything else.
pub fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    Ok(text_of(raw.get()))
}

/// A list of texts; one text where a list belongs is a list of one.
pub fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    let all = match serde_json::from_str::<Vec<Box<RawValue>>>(raw.get()) {
        Ok(entries) => entries.iter().map(|entry| text_of(entry.get())).collect(),
        Err(_) => vec![text_of(raw.get())],
    };
    Ok(all.into_iter().filter(|text| !text.is_empty()).collect())
}

/// An amount, from a number or from text.
pub fn amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    let digits = text_of(raw.get());
    Ok(digits.parse().ok().or_else(|| Decimal::from_scientific(&digits).ok()))
}

/// A whole number, from a number or from text.
pub fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    Ok(text_of(raw.get()).parse().ok())
}

/// A boolean, or its text; anything else is no.
pub fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    Ok(text_of(raw.get()).eq_ignore_ascii_case("true"))
}

fn text_of(json: &str) -> String {
    match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str(json).unwrap_or_default(),
        Some(b'{' | b'[') | None => String::new(),
        Some(_) if json == "null" => String::new(),
        Some(_) => json.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Odd {
        #[serde(default, deserialize_with = "text")]
        word: String,
        #[serde(default, deserialize_with = "texts")]
        words: Vec<String>,
        #[serde(default, deserialize_with = "amount")]
        amount: Option<Decimal>,
        #[serde(default, deserialize_with = "list")]
        counts: Vec<u32>,
        #[serde(default, deserialize_with = "or_empty")]
        inner: Option<Vec<u32>>,
        #[serde(default, deserialize_with = "flag")]
        flag: bool,
    }

    #[test]
    fn odd_shapes_become_empty_or_what_they_mean() {
        let odd: Odd =
            serde_json::from_str(r#"{"word":7,"words":"a","amount":"71.80","counts":[1,"x",3],"inner":{}}"#).unwrap();
        assert_eq!((odd.word.as_str(), odd.words.as_slice()), ("7", ["a".to_owned()].as_slice()));
        assert_eq!((odd.amount.unwrap().to_string().as_str(), odd.counts.as_slice()), ("71.80", [1, 3].as_slice()));
        assert_eq!(odd.inner, None);
        let flag = |json: &str| serde_json::from_str::<Odd>(json).unwrap().flag;
        assert!(flag(r#"{"flag":true}"#) && flag(r#"{"flag":"True"}"#));
        assert!(!flag(r#"{"flag":"no"}"#) && !flag(r#"{"flag":null}"#) && !flag(r#"{"flag":[true]}"#));
        let empty: Odd = serde_json::from_str(r#"{"word":null,"words":null,"amount":true,"counts":null}"#).unwrap();
        assert!(empty.word.is_empty() && empty.words.is_empty() && empty.amount.is_none() && empty.counts.is_empty());
    }
}
