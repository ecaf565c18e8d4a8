//! Values on their way to a property, and what a property is to hold: its form, its length, its words,
//! and whose value stays. Pure; the requests are in `writeback.rs`.

use crate::clock;
use crate::d365::error;
use crate::d365::record;
use crate::d365::targets::{ALL_OTHERS, DateForm, Field, Policy, Target, WORDS};
use crate::order::cause::Cause;
use crate::order::retry::Failure;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use std::collections::BTreeMap;

/// The empty value of a date without a time. Date-times are empty at midnight.
const EMPTY_DATE: &str = "1900-01-01T12:00:00Z";
/// Dates of this year are no dates.
const EMPTY_YEAR: &str = "1900-";
/// Where FedEx shows a parcel to everybody.
const TRACKING_PAGE: &str = "https://www.fedex.com/fedextrack/?trknbr=";

/// A value to write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Value {
    /// Text.
    Text(String),
    /// A moment, in milliseconds.
    Moment(i64),
    /// An amount.
    Money(Decimal),
}

/// What is known of an order and can be written. Serializes to what its fingerprint is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Values {
    /// Tracking numbers of the shipments that go or went out, in their order.
    pub numbers: Vec<String>,
    /// Numbers of cancelled labels: their rows are taken away.
    pub gone: Vec<String>,
    /// Value → what it is.
    pub fields: BTreeMap<&'static str, Value>,
    /// What is attached to the order, once each.
    pub papers: Vec<Paper>,
}

/// A note or a file for the order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Paper {
    /// Which value it is: `note`, `delivery_note`, `label`.
    pub value: &'static str,
    /// What it is found by again; unique on the order.
    pub description: String,
    /// The text of a note.
    pub text: String,
    /// The bytes of a file. Not told by a fingerprint: a label does not change.
    #[serde(skip)]
    pub file: Option<Attachment>,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// `794644790138`.
    pub name: String,
    /// `pdf`.
    pub kind: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What a property was read back to hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Entity set.
    pub set: String,
    /// Property.
    pub property: String,
    /// As read.
    pub value: String,
    /// It is what we have to say; otherwise somebody else's value was left alone.
    pub ours: bool,
}

/// One value for one property.
pub struct Wanted<'a> {
    /// Where it goes.
    pub field: &'a Field,
    /// What.
    pub value: Value,
    /// What we wrote there last, as it was read back.
    pub before: Option<&'a str>,
}

/// What goes to one target. A number or code that is too long is refused, never cut; words are cut.
pub fn wanted<'a>(target: &'a Target, values: &Values, before: &'a [Proof]) -> Result<Vec<Wanted<'a>>, Failure> {
    let mut wanted = Vec::new();
    for (name, field) in &target.fields {
        let Some(value) = value_of(name, field, values)? else { continue };
        if let Value::Text(text) = &value {
            check_length(name, field, text)?;
        }
        let last = before
            .iter()
            .find(|proof| proof.ours && proof.set == target.entity_set && proof.property == field.property);
        wanted.push(Wanted { field, value, before: last.map(|proof| proof.value.as_str()) });
    }
    Ok(wanted)
}

fn value_of(name: &str, field: &Field, values: &Values) -> Result<Option<Value>, Failure> {
    let fits = |text: &str| field.max_length.is_none_or(|limit| text.chars().count() <= limit);
    let text = match name {
        "tracking_number" => several(&values.numbers, ", ", fits),
        "tracking_url" => match values.numbers.first() {
            None => String::new(),
            // A page of all is better than the first one's, where there is room for it.
            Some(first) => [values.numbers.join(","), first.clone()]
                .map(|numbers| format!("{TRACKING_PAGE}{numbers}"))
                .into_iter()
                .find(|url| fits(url))
                .unwrap_or_else(|| format!("{TRACKING_PAGE}{first}")),
        },
        _ => match values.fields.get(name) {
            Some(Value::Text(text)) if WORDS.contains(&name) => {
                text.chars().take(field.max_length.unwrap_or(usize::MAX)).collect()
            }
            Some(Value::Text(text)) => text.clone(),
            other => return Ok(other.cloned()),
        },
    };
    mapped(name, field, text).map(|text| Some(Value::Text(text)))
}

/// All of them, or the first and how many more where a field is too short for all.
fn several(numbers: &[String], between: &str, fits: impl Fn(&str) -> bool) -> String {
    let joined = numbers.join(between);
    match numbers.first() {
        Some(first) if numbers.len() > 1 && !fits(&joined) => format!("{first} +{}", numbers.len() - 1),
        _ => joined,
    }
}

fn mapped(name: &str, field: &Field, text: String) -> Result<String, Failure> {
    if field.values.is_empty() {
        return Ok(text);
    }
    let member = field.values.get(&text).or_else(|| field.values.get(ALL_OTHERS));
    member.cloned().ok_or_else(|| {
        let detail = format!("{name} is {text:?}, and its map has no member for that");
        refused(&field.property, detail)
    })
}

fn check_length(name: &str, field: &Field, text: &str) -> Result<(), Failure> {
    let length = text.chars().count();
    match field.max_length {
        Some(limit) if length > limit => {
            Err(refused(&field.property, format!("{name} has {length} characters, {} takes {limit}", field.property)))
        }
        _ => Ok(()),
    }
}

/// A write that cannot be done as it is set up.
pub fn refused(property: &str, detail: String) -> Failure {
    Failure::Permanent(Cause::new("d365.write-refused").field(property).detail(detail))
}

impl Wanted<'_> {
    /// What is to be written over what the property holds; `None`: it stays as it is.
    pub fn over(&self, present: &str) -> Result<Option<Value>, Failure> {
        if self.value.equals(present, self.field.date) {
            return Ok(None);
        }
        Ok(match (self.field.policy, &self.value) {
            (Policy::OnlyIfEmpty, _) if !is_empty(present) && self.before != Some(present) => None,
            (Policy::Append, Value::Text(text)) if text.is_empty() || present.lines().any(|line| line == text) => None,
            (Policy::Append, Value::Text(text)) if !present.is_empty() => {
                let longer = format!("{present}\n{text}");
                check_length("the text with ours appended", self.field, &longer)?;
                Some(Value::Text(longer))
            }
            _ => Some(self.value.clone()),
        })
    }

    /// What was read back of it.
    pub fn proof(&self, set: &str, present: &str) -> Proof {
        let appended = self.field.policy == Policy::Append
            && matches!(&self.value, Value::Text(text) if present.lines().any(|line| line == text));
        Proof {
            set: set.to_owned(),
            property: self.field.property.clone(),
            value: present.to_owned(),
            ours: appended || self.value.equals(present, self.field.date),
        }
    }
}

/// Nobody's value: blank, the year 1900, or zero.
fn is_empty(present: &str) -> bool {
    present.is_empty() || present.starts_with(EMPTY_YEAR) || record::decimal_of(present) == Some(Decimal::ZERO)
}

impl Value {
    /// As it is shown.
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => format!("{text:?}"),
            Self::Moment(ms) => clock::rfc3339(*ms),
            Self::Money(amount) => amount.to_string(),
        }
    }

    /// As it is sent. `present` is what the property holds now: where nothing else is known, an empty
    /// date without a time shows that it takes dates, which Dynamics 365 keeps at noon.
    pub fn json(&self, present: &str, form: DateForm) -> Box<RawValue> {
        let day = form == DateForm::Date || form == DateForm::Auto && present == EMPTY_DATE;
        let json = match self {
            Self::Text(text) => to_raw_value(text),
            Self::Moment(ms) if day => to_raw_value(&noon(*ms)),
            Self::Moment(ms) => to_raw_value(&clock::rfc3339(*ms)),
            Self::Money(amount) => RawValue::from_string(amount.to_string()),
        };
        json.expect("text, dates and decimals are JSON")
    }

    /// The property holds this value. Forms differ: 71.8 and 71.80, a moment and its day at noon.
    pub fn equals(&self, present: &str, form: DateForm) -> bool {
        match self {
            Self::Text(text) => text == present,
            Self::Money(amount) => record::decimal_of(present) == Some(*amount),
            Self::Moment(ms) => {
                let day = clock::date(*ms);
                let Ok(read) = present.parse::<Timestamp>() else {
                    return form != DateForm::DateTime && present == day;
                };
                let read = clock::rfc3339(read.as_millisecond());
                let same_moment = form != DateForm::Date && read == clock::rfc3339(*ms);
                let same_day = read == noon(*ms) || read == format!("{day}T00:00:00Z");
                same_moment || form != DateForm::DateTime && same_day
            }
        }
    }
}

fn noon(ms: i64) -> String {
    format!("{}T12:00:00Z", clock::date(ms))
}

/// A record as read: its ETag and its properties, each as it came.
pub struct Record {
    /// Its version.
    pub etag: Option<String>,
    /// Property → JSON.
    pub properties: BTreeMap<String, Box<RawValue>>,
}

impl Record {
    /// Reads one.
    pub fn parse(body: &[u8]) -> Result<Self, Failure> {
        let mut properties: BTreeMap<String, Box<RawValue>> =
            serde_json::from_slice(body).map_err(|_| error::unreadable(body))?;
        let etag = properties.remove("@odata.etag").map(|etag| record::text_of(&etag)).filter(|etag| !etag.is_empty());
        Ok(Self { etag, properties })
    }

    /// A property as text; empty for null.
    pub fn text(&self, property: &str) -> String {
        self.properties.get(property).map(|raw| record::text_of(raw)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOMENT: i64 = 1_772_551_022_000;

    fn field(max_length: Option<usize>, policy: Policy, date: DateForm) -> Field {
        Field { property: "X".into(), max_length, policy, date, values: BTreeMap::new() }
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn json(date: DateForm, present: &str) -> String {
        Value::Moment(MOMENT).json(present, date).get().to_owned()
    }

    #[test]
    fn dates_go_at_noon_and_moments_with_their_time() {
        assert_eq!(json(DateForm::Date, ""), r#""2026-03-03T12:00:00Z""#);
        assert_eq!(json(DateForm::DateTime, EMPTY_DATE), r#""2026-03-03T15:17:02Z""#);
        assert_eq!(json(DateForm::Auto, EMPTY_DATE), r#""2026-03-03T12:00:00Z""#);
        assert_eq!(json(DateForm::Auto, "1900-01-01T00:00:00Z"), r#""2026-03-03T15:17:02Z""#);
        let equals = |present: &str, date| Value::Moment(MOMENT).equals(present, date);
        assert!(equals("2026-03-03T12:00:00Z", DateForm::Date) && equals("2026-03-03T12:00:00Z", DateForm::Auto));
        assert!(!equals("2026-03-03T12:00:00Z", DateForm::DateTime), "a time that was lost is not kept");
        assert!(equals("2026-03-03T09:17:02-06:00", DateForm::DateTime));
        assert!(!equals("2026-03-04T12:00:00Z", DateForm::Auto));
    }

    #[test]
    fn a_persons_value_stays_where_only_empty_fields_are_ours() {
        for empty in ["", "1900-01-01T00:00:00Z", "0", "0.00"] {
            let field = field(None, Policy::OnlyIfEmpty, DateForm::Auto);
            let wanted = Wanted { field: &field, value: text("ours"), before: None };
            assert_eq!(wanted.over(empty).unwrap(), Some(text("ours")), "{empty}");
        }
        let field = field(None, Policy::OnlyIfEmpty, DateForm::Auto);
        let theirs = Wanted { field: &field, value: text("ours"), before: None };
        assert_eq!(theirs.over("typed by a person").unwrap(), None);
        assert!(!theirs.proof("S", "typed by a person").ours);
        let own = Wanted { field: &field, value: text("delivered"), before: Some("labelled") };
        assert_eq!(own.over("labelled").unwrap(), Some(text("delivered")), "what we wrote we may renew");
        assert_eq!(own.over("typed by a person").unwrap(), None);
    }

    #[test]
    fn a_line_is_appended_once_and_never_beyond_the_length() {
        let short = field(Some(12), Policy::Append, DateForm::Auto);
        let wanted = |value: &str| Wanted { field: &short, value: text(value), before: None };
        assert_eq!(wanted("b").over("a").unwrap(), Some(text("a\nb")));
        assert_eq!(wanted("b").over("").unwrap(), Some(text("b")));
        assert_eq!(wanted("b").over("a\nb\nc").unwrap(), None);
        assert!(wanted("b").proof("S", "a\nb\nc").ours);
        assert!(matches!(wanted("bbbb").over("123456789").unwrap_err(), Failure::Permanent(_)));
    }

    #[test]
    fn numbers_are_never_cut_and_words_are() {
        let values = |numbers: &[&str]| Values {
            numbers: numbers.iter().map(|&number| number.to_owned()).collect(),
            fields: BTreeMap::from([("last_scan", text("At local FedEx facility"))]),
            ..Values::default()
        };
        let limited = field(Some(16), Policy::Always, DateForm::Auto);
        let of = |name: &str, numbers: &[&str]| value_of(name, &limited, &values(numbers)).unwrap();
        assert_eq!(of("last_scan", &[]), Some(text("At local FedEx f")));
        assert_eq!(of("tracking_number", &["794972072690", "794972072691"]), Some(text("794972072690 +1")));
        let mut target = Target::patch("S");
        target.fields.insert("tracking_number".into(), field(Some(5), Policy::Always, DateForm::Auto));
        let Err(Failure::Permanent(cause)) = wanted(&target, &values(&["794972"]), &[]) else { panic!("refused") };
        assert_eq!((cause.code.as_str(), cause.field.as_deref()), ("d365.write-refused", Some("X")));
    }

    #[test]
    fn words_become_members_of_an_enumeration() {
        let mut field = field(None, Policy::Always, DateForm::Auto);
        field.values = BTreeMap::from([("delivered".into(), "Done".into()), ("*".into(), "Open".into())]);
        assert_eq!(mapped("status", &field, "delivered".into()).unwrap(), "Done");
        assert_eq!(mapped("status", &field, "in_transit".into()).unwrap(), "Open");
        field.values.remove("*");
        assert!(mapped("status", &field, "in_transit".into()).is_err());
    }

    #[test]
    fn a_tracking_page_shows_all_numbers_where_there_is_room() {
        let values = Values { numbers: vec!["1".into(), "2".into()], ..Values::default() };
        let of = |limit| value_of("tracking_url", &field(limit, Policy::Always, DateForm::Auto), &values).unwrap();
        assert_eq!(of(None), Some(text("https://www.fedex.com/fedextrack/?trknbr=1,2")));
        assert_eq!(of(Some(42)), Some(text("https://www.fedex.com/fedextrack/?trknbr=1")));
    }
}
