//! Looking whether the targets can be written, and trying it on one order: written, read back, and put
//! back as it was.
//!
//! The metadata says what should be possible; only a write shows what an extension's code or a security
//! role does. What was there before is kept in memory and in the trail, and is written back whatever
//! the test found.

use crate::d365::metadata::{Entity, Property, Shape};
use crate::d365::odata::{Query, any_of, literal};
use crate::d365::targets::{Condition, DateForm, Field, Kind, Target, kind_of};
use crate::d365::value::{Record, Value, Values};
use crate::d365::writeback::{Ended, Place, no_target};
use crate::d365::{D365, error::Purpose};
use crate::order::cause::Cause;
use crate::order::retry::Failure;
use crate::transport::Trace;
use crate::transport::probe::{ProbeOutcome, ProbeRung};
use rust_decimal::Decimal;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// What a test writes into text; a letter that cuts it shows the length of the field.
const TEST_TEXT: &str = "ML-TEST";
/// A moment nobody ships at, with a time that a day would lose: 2001-02-03 04:05:06 UTC.
const TEST_MOMENT: i64 = 981_173_106_000;

/// How a test of one target went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsed {
    /// Entity set.
    pub set: String,
    /// What was done and seen, in sentences.
    pub sentence: String,
    /// It went as it should.
    pub passed: bool,
}

impl D365 {
    /// Asks the environment whether every target and field is there and can be written. One rung a target.
    pub async fn verify(&self, trace: &Trace) -> Vec<ProbeRung> {
        let mut rungs = Vec::new();
        let mut known: BTreeMap<String, Result<Option<Entity>, Failure>> = BTreeMap::new();
        for target in &self.inner.credentials.write_back {
            let begun_ms = self.now_ms();
            let set = &target.entity_set;
            if !known.contains_key(set) {
                known.insert(set.clone(), self.entity(trace, set).await);
            }
            let held = match known.get(set) {
                Some(Ok(Some(entity))) => verdict(target, entity),
                Some(Err(Failure::Permanent(_))) => self.without_metadata(trace, target).await,
                Some(Err(failure)) => Err(failure.cause().clone()),
                Some(Ok(None)) | None => Err(no_target(set).cause().clone()),
            };
            let (outcome, evidence, cause) = match held {
                Ok((evidence, true)) => (ProbeOutcome::Passed, evidence, None),
                Ok((evidence, false)) => (ProbeOutcome::Warned, evidence, None),
                Err(cause) => (ProbeOutcome::Failed, cause.detail.clone().unwrap_or_default(), Some(cause)),
            };
            let duration_ms = Some(self.now_ms() - begun_ms);
            rungs.push(ProbeRung { name: title(target), outcome, duration_ms, evidence, cause });
        }
        rungs
    }

    /// An environment that hides its metadata still shows whether the fields are there.
    async fn without_metadata(&self, trace: &Trace, target: &Target) -> Result<(String, bool), Cause> {
        let properties: Vec<&str> = target.fields.values().map(|field| field.property.as_str()).collect();
        let companies = self.inner.credentials.legal_entities.iter().map(|company| literal(company));
        let conditions: Vec<String> = any_of("dataAreaId", companies).into_iter().collect();
        let query = Query::new().select(&properties).filter(&conditions).top(1);
        let address = self.address(&target.entity_set, &query);
        match self.get(trace, &super::writeback::READ, Purpose::Write, &address).await {
            Ok(Some(_)) => {
                Ok((format!("{} are there; whether they can be written is not told", properties.join(", ")), false))
            }
            Ok(None) => Err(no_target(&target.entity_set).cause().clone()),
            Err(failure) => Err(failure.cause().clone()),
        }
    }

    /// Writes to every target of an order's company, reads back, restores, reads back again.
    pub async fn rehearse(&self, trace: &Trace, order: Place<'_>) -> Vec<Rehearsed> {
        let mut all = Vec::new();
        for target in self.inner.credentials.write_back.iter().filter(|target| target.is_for(order.company)) {
            let (sentence, passed) = if target.attaches() {
                ("Not tried: an attachment cannot be taken away again. Its first label shows it.".to_owned(), true)
            } else {
                let tried = match target.kind {
                    Kind::Post => self.rehearse_row(trace, target, order).await,
                    Kind::Patch => self.rehearse_fields(trace, target, order).await,
                };
                tried.unwrap_or_else(|failure| (said(&failure), false))
            };
            all.push(Rehearsed { set: target.entity_set.clone(), sentence, passed });
        }
        all
    }

    /// A row that is taken away again.
    async fn rehearse_row(&self, trace: &Trace, target: &Target, order: Place<'_>) -> Result<(String, bool), Failure> {
        let added = Values { numbers: vec![TEST_TEXT.to_owned()], ..Values::default() };
        if let Ended::Waiting(cause) = self.tracking_rows(trace, target, order, &added).await? {
            return Ok((format!("Not tried: {}", cause.words().sentence), true));
        }
        let removed = Values { gone: added.numbers.clone(), ..Values::default() };
        match self.tracking_rows(trace, target, order, &removed).await {
            Ok(_) => Ok((format!("A row of {TEST_TEXT} was added, read back, removed, and is gone."), true)),
            Err(failure) => {
                Ok((format!("NOT RESTORED: remove the row of {TEST_TEXT} by hand. {}", said(&failure)), false))
            }
        }
    }

    async fn rehearse_fields(
        &self,
        trace: &Trace,
        target: &Target,
        order: Place<'_>,
    ) -> Result<(String, bool), Failure> {
        if target.condition == Condition::PackingSlip && self.packing_slip(trace, order).await?.is_none() {
            return Ok((format!("Not tried: {}", Cause::new("d365.packing-slip-missing").words().sentence), true));
        }
        let properties: Vec<&str> = target.fields.values().map(|field| field.property.as_str()).collect();
        let before = self.read_record(trace, target, order, &properties).await?;
        let mut tests: BTreeMap<&str, (Value, DateForm)> = BTreeMap::new();
        let mut left_out = Vec::new();
        for (name, field) in &target.fields {
            match test_value(name, field, &before) {
                Some(value) => drop(tests.insert(&field.property, (value, field.date))),
                None => left_out.push(field.property.as_str()),
            }
        }
        let body = tests
            .iter()
            .map(|(property, (value, form))| (*property, value.json(&before.text(property), *form)))
            .collect();
        let written = self.patch_record(trace, target, order, before.etag.as_deref(), &body).await;
        let kept = match &written {
            Ok(()) => self.read_record(trace, target, order, &properties).await,
            Err(failure) => Err(failure.clone()),
        };
        // Even a refused write may have left something: what was there is written back in any case.
        let restored = self.restore(trace, target, order, &before, tests.keys().copied()).await;
        Ok(told(&tests, &left_out, kept, restored))
    }

    /// Writes back what was read before. Answers the properties that are not as they were.
    async fn restore<'a>(
        &self,
        trace: &Trace,
        target: &Target,
        order: Place<'_>,
        before: &Record,
        properties: impl Iterator<Item = &'a str>,
    ) -> Result<Vec<String>, Failure> {
        let properties: Vec<&str> = properties.collect();
        let now = self.read_record(trace, target, order, &properties).await?;
        let differs = |read: &Record, property: &str| read.text(property) != before.text(property);
        let changed: BTreeMap<&str, Box<RawValue>> = properties
            .iter()
            .filter(|property| differs(&now, property))
            .filter_map(|property| Some((*property, before.properties.get(*property)?.clone())))
            .collect();
        if changed.is_empty() {
            return Ok(Vec::new());
        }
        self.patch_record(trace, target, order, now.etag.as_deref(), &changed).await?;
        let after = self.read_record(trace, target, order, &properties).await?;
        let lost = properties.iter().filter(|property| differs(&after, property));
        Ok(lost.map(|property| format!("{property} (was {:?})", before.text(property))).collect())
    }
}

/// A value that differs from what is there and can be put back; `None`: it cannot be tried safely.
fn test_value(name: &str, field: &Field, before: &Record) -> Option<Value> {
    let present = before.text(&field.property);
    // Null cannot be written back everywhere: an unset enumeration stays untouched.
    if before.properties.get(&field.property).is_none_or(|raw| raw.get() == "null") {
        return None;
    }
    match kind_of(name)? {
        super::targets::ValueKind::Moment => Some(Value::Moment(TEST_MOMENT)),
        super::targets::ValueKind::Money => Some(Value::Money(Decimal::new(1, 2))),
        super::targets::ValueKind::Paper => None,
        super::targets::ValueKind::Text if !field.values.is_empty() => {
            field.values.values().find(|member| **member != present).map(|member| Value::Text(member.clone()))
        }
        super::targets::ValueKind::Text => {
            // Currencies and other codes have three letters where no length is known.
            let usual = if name == "charge_currency" { 3 } else { TEST_TEXT.len() };
            Some(Value::Text(TEST_TEXT.chars().take(field.max_length.unwrap_or(usual).min(usual)).collect()))
        }
    }
}

fn told(
    tests: &BTreeMap<&str, (Value, DateForm)>,
    left_out: &[&str],
    kept: Result<Record, Failure>,
    restored: Result<Vec<String>, Failure>,
) -> (String, bool) {
    let mut passed = true;
    let mut sentences = Vec::new();
    match kept {
        Err(failure) => {
            passed = false;
            sentences.push(said(&failure));
        }
        Ok(read) => {
            let lost = tests.iter().filter(|(property, (value, form))| !value.equals(&read.text(property), *form));
            let lost: Vec<String> = lost
                .map(|(property, (value, _))| {
                    format!("{property} (wrote {}, read back {:?})", value.text(), read.text(property))
                })
                .collect();
            if lost.is_empty() {
                let names: Vec<&str> = tests.keys().copied().collect();
                sentences.push(format!("Written and read back: {}.", names.join(", ")));
            } else {
                passed = false;
                sentences.push(format!("Accepted and not kept: {}.", lost.join(", ")));
            }
        }
    }
    if !left_out.is_empty() {
        sentences.push(format!("Not tried, because it is unset and could not be put back: {}.", left_out.join(", ")));
    }
    match restored {
        Ok(lost) if lost.is_empty() => sentences.push("Restored, and read back as it was.".to_owned()),
        Ok(lost) => {
            passed = false;
            sentences.push(format!("NOT RESTORED, correct it by hand: {}.", lost.join(", ")));
        }
        Err(failure) => {
            passed = false;
            sentences.push(format!("NOT RESTORED, compare the order with the trail. {}", said(&failure)));
        }
    }
    (sentences.join(" "), passed)
}

fn said(failure: &Failure) -> String {
    let cause = failure.cause();
    match &cause.detail {
        Some(detail) => format!("{} {detail}", cause.words().sentence),
        None => cause.words().sentence.to_owned(),
    }
}

/// What a rung of this target is called.
fn title(target: &Target) -> &'static str {
    match (target.kind, target.attaches()) {
        (Kind::Patch, _) => "Fields",
        (Kind::Post, true) => "Attachments",
        (Kind::Post, false) => "Packing slip tracking",
    }
}

/// What the metadata says of a target: what was seen and whether it is all as it should be.
fn verdict(target: &Target, entity: &Entity) -> Result<(String, bool), Cause> {
    let set = &target.entity_set;
    let mut unsure = Vec::new();
    for (value, field) in &target.fields {
        let name = &field.property;
        let closed =
            |why: String| Cause::new("d365.write-field-closed").field(name).detail(format!("{set}.{name} {why}"));
        let Some(property) = entity.property(name) else {
            let detail = format!("{set} has no {name} any more, or it is not refreshed yet");
            return Err(Cause::new("d365.write-field-unknown").field(name).detail(detail));
        };
        if !property.may_write(target.kind) {
            return Err(closed("cannot be written: its metadata says so".to_owned()));
        }
        if kind_of(value).is_some_and(|kind| !property.shape.takes(kind)) {
            return Err(closed(format!("takes {}, and {value} is none", property.shape.name().replace('_', " "))));
        }
        if let Some(doubt) = doubt(field, property) {
            unsure.push(format!("{name} {doubt}"));
        }
    }
    let names: Vec<&str> = target.fields.values().map(|field| field.property.as_str()).collect();
    let seen = format!("{set}: {} can be written", names.join(", "));
    if unsure.is_empty() { Ok((seen, true)) } else { Ok((format!("{seen}; but {}", unsure.join("; ")), false)) }
}

fn doubt(field: &Field, property: &Property) -> Option<&'static str> {
    let form = property.shape.date_form();
    if property.shape == Shape::Enum && field.values.is_empty() {
        return Some("takes members of an enumeration, and no map of words is set");
    }
    let other = field.date != DateForm::Auto && form != DateForm::Auto && field.date != form;
    other.then_some("is set as a day and takes a time, or the other way round")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn property(name: &str, shape: Shape, may_edit: bool) -> Property {
        Property { name: name.into(), shape, is_key: false, may_edit, may_create: true }
    }

    fn target(value: &str, name: &str) -> Target {
        let mut target = Target::patch("SalesOrderHeadersV2");
        target.fields.insert(value.into(), Field { property: name.into(), ..Field::default() });
        target
    }

    #[test]
    fn a_field_that_vanished_closed_or_changed_its_kind_is_told_apart() {
        let entity = Entity {
            set: "SalesOrderHeadersV2".into(),
            properties: vec![
                property("Open", Shape::Text, true),
                property("Closed", Shape::Text, false),
                property("Member", Shape::Enum, true),
            ],
        };
        let code = |value: &str, name: &str| verdict(&target(value, name), &entity).unwrap_err().code;
        assert_eq!(code("status", "Gone"), "d365.write-field-unknown");
        assert_eq!(code("status", "Closed"), "d365.write-field-closed");
        assert_eq!(code("delivered_at", "Open"), "d365.write-field-closed");
        assert!(verdict(&target("status", "Open"), &entity).unwrap().1);
        assert!(!verdict(&target("status", "Member"), &entity).unwrap().1, "words without a map need a look");
    }

    #[test]
    fn a_test_leaves_alone_what_it_could_not_put_back() {
        let before = Record::parse(br#"{"A":null,"B":"x"}"#).unwrap();
        let field = |name: &str| Field { property: name.into(), ..Field::default() };
        assert_eq!(test_value("status", &field("A"), &before), None);
        assert_eq!(test_value("status", &field("B"), &before), Some(Value::Text("ML-TEST".into())));
        let short = Field { max_length: Some(2), ..field("B") };
        assert_eq!(test_value("status", &short, &before), Some(Value::Text("ML".into())));
        assert_eq!(test_value("charge_currency", &field("B"), &before), Some(Value::Text("ML-".into())));
    }
}
