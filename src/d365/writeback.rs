//! Writing tracking and delivery back, so that doing it twice changes nothing.
//!
//! Every write begins with a read: what is already there is not written again, which makes an
//! answer that got lost harmless. Every write ends with a read: Dynamics 365 accepts writes it
//! does not keep. Between them the record's ETag tells whether somebody else wrote.

use crate::d365::error::{self, Purpose};
use crate::d365::odata::{Query, keyed_by_template, literal};
use crate::d365::targets::{Condition, Kind, Target};
use crate::d365::value::{Proof, Record, Value, Values, Wanted, wanted};
use crate::d365::{D365, data_call, record, request};
use crate::order::cause::Cause;
use crate::order::retry::Failure;
use crate::transport::{Call, Trace};
use http::{HeaderValue, Method, StatusCode, header};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Writes tried before somebody else's edits win: one, and two more on the record read anew.
const WRITES: usize = 3;
/// An order has a handful of packing slips; the newest is ours.
const SLIPS: usize = 50;

pub(super) const READ: Call = data_call("d365.read_back");
const PATCH: Call = data_call("d365.write");
const SLIP: Call = data_call("d365.packing_slip");

/// How a write ended, target by target put together. What could be written is written, whatever the others did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Something was written; `false`: all was there already.
    pub changed: bool,
    /// What was read back.
    pub proof: Vec<Proof>,
    /// Something outside must happen first.
    pub waiting: Option<Cause>,
    /// The first target that could not be written.
    pub failure: Option<Failure>,
}

/// The order a write is about.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// Legal entity.
    pub company: &'a str,
    /// Order number, as it is.
    pub number: &'a str,
}

/// How one target ended.
pub(super) enum Ended {
    /// It holds the values.
    Done { changed: bool, proof: Vec<Proof> },
    /// Something outside must happen first.
    Waiting(Cause),
}

impl D365 {
    /// Writes values onto an order, to every target that is for it. `before` is what was read back last.
    pub async fn write(&self, trace: &Trace, order: Place<'_>, values: &Values, before: &[Proof]) -> Written {
        let mut written = Written::default();
        for target in self.inner.credentials.write_back.iter().filter(|target| target.is_for(order.company)) {
            match self.write_target(trace, target, order, values, before).await {
                Ok(Ended::Done { changed, proof }) => {
                    written.changed |= changed;
                    written.proof.extend(proof);
                }
                Ok(Ended::Waiting(cause)) => written.waiting = Some(cause),
                Err(failure) => {
                    // Another target may well be fine; a server that is down or throttles is not asked again.
                    let goes_on = matches!(failure, Failure::Permanent(_));
                    written.failure.get_or_insert(failure);
                    if !goes_on {
                        break;
                    }
                }
            }
        }
        written
    }

    async fn write_target(
        &self,
        trace: &Trace,
        target: &Target,
        order: Place<'_>,
        values: &Values,
        before: &[Proof],
    ) -> Result<Ended, Failure> {
        if target.attaches() {
            return self.attach(trace, target, order, values).await;
        }
        if target.kind == Kind::Post {
            return self.tracking_rows(trace, target, order, values).await;
        }
        let wanted = wanted(target, values, before)?;
        if wanted.is_empty() {
            return Ok(Ended::Done { changed: false, proof: Vec::new() });
        }
        if target.condition == Condition::PackingSlip && self.packing_slip(trace, order).await?.is_none() {
            return Ok(Ended::Waiting(Cause::new("d365.packing-slip-missing")));
        }
        self.patch(trace, target, order, &wanted).await
    }

    async fn patch(
        &self,
        trace: &Trace,
        target: &Target,
        order: Place<'_>,
        wanted: &[Wanted<'_>],
    ) -> Result<Ended, Failure> {
        let set = &target.entity_set;
        let properties: Vec<&str> = wanted.iter().map(|wanted| wanted.field.property.as_str()).collect();
        for _ in 0..WRITES {
            let fresh = self.read_record(trace, target, order, &properties).await?;
            let changes = changes(wanted, &fresh)?;
            if changes.is_empty() {
                return Ok(Ended::Done { changed: false, proof: proof(set, wanted, &fresh) });
            }
            match self.patch_record(trace, target, order, fresh.etag.as_deref(), &body(&changes, &fresh)).await {
                Ok(()) => {
                    let kept = self.read_record(trace, target, order, &properties).await?;
                    kept_all(&changes, &kept)?;
                    return Ok(Ended::Done { changed: true, proof: proof(set, wanted, &kept) });
                }
                Err(failure) if error::is_conflict(&failure) => {}
                Err(failure) => return Err(failure),
            }
        }
        Err(error::conflict("somebody else changed the record each time while we wrote"))
    }

    /// Changes the record of an order, if it still is as it was read.
    pub(super) async fn patch_record(
        &self,
        trace: &Trace,
        target: &Target,
        order: Place<'_>,
        etag: Option<&str>,
        body: &BTreeMap<&str, Box<RawValue>>,
    ) -> Result<(), Failure> {
        let body = serde_json::to_vec(body).expect("a write is plain data");
        let mut request = request(Method::PATCH, &self.address(&path_of(target, order), &Query::new()), &body)?;
        if let Some(etag) = etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            request.headers_mut().insert(header::IF_MATCH, etag);
        }
        let answer = self.exchange(trace, &PATCH, Purpose::Write, request).await?;
        if answer.status() == StatusCode::NOT_FOUND {
            let detail = format!("{} {} is gone from {}", order.company, order.number, target.entity_set);
            return Err(Failure::Permanent(Cause::new("order.not-found").detail(detail)));
        }
        Ok(())
    }

    /// Reads what the record of an order holds.
    pub(super) async fn read_record(
        &self,
        trace: &Trace,
        target: &Target,
        order: Place<'_>,
        properties: &[&str],
    ) -> Result<Record, Failure> {
        let address = self.address(&path_of(target, order), &Query::new().select(properties));
        let body = self.get(trace, &READ, Purpose::Write, &address).await?.ok_or_else(|| {
            let detail = format!("no record of this order in {}", target.entity_set);
            Failure::Permanent(Cause::new("order.not-found").detail(detail))
        })?;
        Record::parse(&body)
    }

    /// The newest posted packing slip of an order.
    pub(super) async fn packing_slip(&self, trace: &Trace, order: Place<'_>) -> Result<Option<Slip>, Failure> {
        let conditions =
            [format!("dataAreaId eq {}", literal(order.company)), format!("SalesId eq {}", literal(order.number))];
        let query = Query::new().filter(&conditions).select(&["PackingSlipId", "DeliveryDate"]).top(SLIPS);
        let set = "CustPackingSlipJourBiEntities";
        let body = self.get(trace, &SLIP, Purpose::Write, &self.address(set, &query)).await?;
        let list = record::list(&body.ok_or_else(|| no_target(set))?)?;
        Ok(newest_slip(record::readable(&list)))
    }
}

fn path_of(target: &Target, order: Place<'_>) -> String {
    keyed_by_template(&target.entity_set, &target.key, order.company, order.number)
}

/// What is to be written, property by property.
fn changes<'a>(wanted: &'a [Wanted<'_>], fresh: &Record) -> Result<Vec<(&'a Wanted<'a>, Value)>, Failure> {
    let mut changes = Vec::new();
    for one in wanted {
        if let Some(value) = one.over(&fresh.text(&one.field.property))? {
            changes.push((one, value));
        }
    }
    Ok(changes)
}

fn body<'a>(changes: &[(&'a Wanted<'a>, Value)], fresh: &Record) -> BTreeMap<&'a str, Box<RawValue>> {
    let json = |(one, value): &(&'a Wanted<'a>, Value)| {
        let property = one.field.property.as_str();
        (property, value.json(&fresh.text(property), one.field.date))
    };
    changes.iter().map(json).collect()
}

fn proof(set: &str, wanted: &[Wanted<'_>], read: &Record) -> Vec<Proof> {
    wanted.iter().map(|one| one.proof(set, &read.text(&one.field.property))).collect()
}

/// The first value that was accepted and not kept is an error.
fn kept_all(changes: &[(&Wanted<'_>, Value)], read: &Record) -> Result<(), Failure> {
    for (one, value) in changes {
        let property = &one.field.property;
        let present = read.text(property);
        if !value.equals(&present, one.field.date) {
            let detail = format!("{property}: wrote {}, read back {present:?}", value.text());
            return Err(Failure::Permanent(Cause::new("d365.write-not-kept").field(property).detail(detail)));
        }
    }
    Ok(())
}

/// The environment has no such set.
pub(super) fn no_target(set: &str) -> Failure {
    let detail = format!("this environment has no entity set {set}");
    Failure::Permanent(Cause::new("d365.write-field-unknown").field(set).detail(detail))
}

/// A posted packing slip.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(super) struct Slip {
    #[serde(rename = "PackingSlipId", deserialize_with = "record::text")]
    pub number: String,
    // Must equal the journal's, so it is sent back as it came.
    #[serde(rename = "DeliveryDate", deserialize_with = "record::text")]
    pub delivery_date: String,
}

fn newest_slip(slips: Vec<Slip>) -> Option<Slip> {
    let posted = slips.into_iter().filter(|slip| !slip.number.is_empty());
    posted.max_by(|a, b| (&a.delivery_date, &a.number).cmp(&(&b.delivery_date, &b.number)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::d365::credentials::Credentials;

    fn target() -> Target {
        let json = r#"{"tenant_id":"t","base_url":"https://a.b","client_id":"c","client_secret":"s","legal_entities":["usmf"],
            "write_back":[{"kind":"patch","entity_set":"SalesOrderHeadersV2","fields":{
            "tracking_number":{"property":"FdxNumber","max_length":12},"delivered_at":{"property":"FdxDelivered"},
            "charge_amount":{"property":"FdxCharge"}}}]}"#;
        Credentials::parse(json).unwrap().write_back.remove(0)
    }

    fn values() -> Values {
        let fields = [
            ("delivered_at", Value::Moment(1_772_551_022_000)),
            ("charge_amount", Value::Money("71.80".parse().unwrap())),
            ("status", Value::Text("not mapped".into())),
        ];
        Values { numbers: vec!["794972072690".into()], fields: fields.into(), ..Values::default() }
    }

    fn record(number: &str, delivered: &str, charge: &str) -> Record {
        let body = format!(
            r#"{{"@odata.etag":"W/\"e1\"","FdxNumber":{number},"FdxDelivered":"{delivered}","FdxCharge":{charge}}}"#
        );
        Record::parse(body.as_bytes()).unwrap()
    }

    fn sent(fresh: &Record) -> String {
        let target = target();
        let wanted = wanted(&target, &values(), &[]).unwrap();
        let changes = changes(&wanted, fresh).unwrap();
        serde_json::to_string(&body(&changes, fresh)).unwrap()
    }

    #[test]
    fn what_is_written_keeps_its_decimals_and_its_kind_of_date() {
        let fresh = record(r#""""#, "1900-01-01T00:00:00Z", "0");
        assert_eq!(fresh.etag.as_deref(), Some(r#"W/"e1""#));
        let expected = r#"{"FdxCharge":71.80,"FdxDelivered":"2026-03-03T15:17:02Z","FdxNumber":"794972072690"}"#;
        assert_eq!(sent(&fresh), expected);
        let dated = sent(&record("null", "1900-01-01T12:00:00Z", "0"));
        assert!(dated.contains(r#""2026-03-03T12:00:00Z""#), "{dated}");
    }

    #[test]
    fn what_is_there_already_is_not_written_again() {
        for (delivered, charge) in [
            ("2026-03-03T15:17:02Z", "71.8"),
            ("2026-03-03T15:17:02.0000000Z", "71.80"),
            ("2026-03-03T12:00:00Z", "71.800000"),
            ("2026-03-03T09:17:02-06:00", r#""71.80""#),
        ] {
            assert_eq!(sent(&record(r#""794972072690""#, delivered, charge)), "{}", "{delivered} {charge}");
        }
        let only = |property: &str, sent: String| assert!(sent.starts_with(&format!("{{\"{property}\"")), "{sent}");
        only("FdxNumber", sent(&record(r#""79497207269""#, "2026-03-03T12:00:00Z", "71.8")));
        only("FdxDelivered", sent(&record(r#""794972072690""#, "2026-03-04T12:00:00Z", "71.8")));
        only("FdxCharge", sent(&record(r#""794972072690""#, "2026-03-03T12:00:00Z", "71.81")));
    }

    #[test]
    fn a_value_that_was_not_kept_is_named() {
        let target = target();
        let wanted = wanted(&target, &values(), &[]).unwrap();
        let changes = changes(&wanted, &record(r#""""#, "1900-01-01T00:00:00Z", "0")).unwrap();
        let kept = record(r#""7949720726""#, "2026-03-03T15:17:02Z", "71.8");
        let Err(Failure::Permanent(cause)) = kept_all(&changes, &kept) else { panic!("must not be proved") };
        assert_eq!((cause.code.as_str(), cause.field.as_deref()), ("d365.write-not-kept", Some("FdxNumber")));
        let kept = record(r#""794972072690""#, "2026-03-03T15:17:02Z", "71.8");
        kept_all(&changes, &kept).unwrap();
        let proof = proof("S", &wanted, &kept);
        assert!(proof.iter().any(|one| one.property == "FdxCharge" && one.value == "71.8" && one.ours));
    }

    #[test]
    fn the_newest_packing_slip_counts() {
        let slip = |number: &str, date: &str| Slip { number: number.into(), delivery_date: date.into() };
        let slips = vec![slip("PS-2", "2026-03-02T12:00:00Z"), slip("PS-1", "2026-03-01T12:00:00Z"), slip("", "2027")];
        assert_eq!(newest_slip(slips).unwrap().number, "PS-2");
        assert_eq!(newest_slip(Vec::new()), None);
    }
}
