//! Writing tracking and delivery back, so that doing it twice changes nothing.
//!
//! Every write begins with a read: what is already there is not written again, which makes an
//! answer that got lost harmless. Every write ends with a read: Dynamics 365 accepts writes it
//! does not keep. Between them the record's ETag tells whether somebody else wrote.

use crate::clock;
use crate::d365::credentials::{Condition, Kind, TRACKING_SET, Target};
use crate::d365::error::{self, Purpose};
use crate::d365::odata::{Query, keyed_by_template, literal};
use crate::d365::{D365, data_call, record, request};
use crate::order::cause::Cause;
use crate::order::retry::Failure;
use crate::transport::{Call, Trace};
use http::{HeaderValue, Method, StatusCode, header};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use std::collections::BTreeMap;

/// Writes tried before somebody else's edits win: one, and one on the record read anew.
const WRITES: usize = 2;
/// An order has a handful of packing slips; the newest is ours.
const SLIPS: usize = 50;
/// The empty value of a date without a time. Date-times are empty at midnight.
const EMPTY_DATE: &str = "1900-01-01T12:00:00Z";

const READ: Call = data_call("d365.read_back");
const PATCH: Call = data_call("d365.write");
const SLIP: Call = data_call("d365.packing_slip");
const ADD: Call = data_call("d365.add_tracking");

/// A value to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text.
    Text(String),
    /// A moment, in milliseconds.
    Moment(i64),
    /// An amount.
    Money(Decimal),
    /// Tracking numbers of an order: of the shipment at hand, and of all its shipments.
    Numbers {
        /// Of the shipment at hand.
        own: Option<String>,
        /// Of all, in the order of the shipments.
        all: Vec<String>,
    },
}

/// How a write ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// Every target holds the values.
    Done {
        /// Something was written; `false`: all was there already.
        changed: bool,
        /// What was read back: property and value.
        proof: Vec<(String, String)>,
    },
    /// Something outside must happen first. What could be written is written.
    Waiting(Cause),
}

/// What goes to one target: property → value, and the property's length.
type Wanted<'a> = Vec<(&'a str, &'a Value)>;

impl D365 {
    /// Writes values onto an order, to every configured target that maps one of them.
    pub async fn write(
        &self,
        trace: &Trace,
        company: &str,
        number: &str,
        values: &BTreeMap<&str, Value>,
    ) -> Result<Written, Failure> {
        let mut all_changed = false;
        let mut all_proof = Vec::new();
        let mut waiting = None;
        for target in &self.inner.credentials.write_back {
            let Some(values) = for_target(target, values) else { continue };
            let wanted = wanted(target, &values)?;
            if wanted.is_empty() {
                continue;
            }
            let order = Place { company, number };
            let written = match target.kind {
                Kind::Patch if target.condition == Condition::PackingSlip => {
                    match self.packing_slip(trace, &order).await? {
                        Some(_) => self.patch(trace, target, &order, &wanted).await?,
                        None => Written::Waiting(Cause::new("d365.packing-slip-missing")),
                    }
                }
                Kind::Patch => self.patch(trace, target, &order, &wanted).await?,
                Kind::Post => self.add_tracking(trace, &order, &wanted).await?,
            };
            match written {
                Written::Done { changed, proof } => {
                    all_changed |= changed;
                    all_proof.extend(proof);
                }
                Written::Waiting(cause) => waiting = Some(cause),
            }
        }
        Ok(match waiting {
            Some(cause) => Written::Waiting(cause),
            None => Written::Done { changed: all_changed, proof: all_proof },
        })
    }

    async fn patch(
        &self,
        trace: &Trace,
        target: &Target,
        order: &Place<'_>,
        wanted: &Wanted<'_>,
    ) -> Result<Written, Failure> {
        let path = keyed_by_template(&target.entity_set, &target.key, order.company, order.number);
        for _ in 0..WRITES {
            let fresh = self.read_target(trace, target, &path, wanted).await?;
            if fresh.holds(wanted) {
                return Ok(Written::Done { changed: false, proof: fresh.proof(wanted) });
            }
            let body = patch_body(wanted, &fresh);
            let mut request = request(Method::PATCH, &self.address(&path, &Query::new()), &body)?;
            if let Some(etag) = fresh.etag.as_deref().and_then(|etag| HeaderValue::from_str(etag).ok()) {
                request.headers_mut().insert(header::IF_MATCH, etag);
            }
            match self.exchange(trace, &PATCH, Purpose::Write, request).await {
                Ok(answer) if answer.status() == StatusCode::NOT_FOUND => return Err(gone(target, order)),
                Ok(_) => {
                    let kept = self.read_target(trace, target, &path, wanted).await?;
                    return kept.proved(wanted).map(|proof| Written::Done { changed: true, proof });
                }
                Err(failure) if error::is_conflict(&failure) => {}
                Err(failure) => return Err(failure),
            }
        }
        Err(error::conflict("somebody else changed the record twice while we wrote"))
    }

    async fn read_target(
        &self,
        trace: &Trace,
        target: &Target,
        path: &str,
        wanted: &Wanted<'_>,
    ) -> Result<Record, Failure> {
        let properties: Vec<&str> = wanted.iter().map(|(property, _)| *property).collect();
        let address = self.address(path, &Query::new().select(&properties));
        let body = self.get(trace, &READ, Purpose::Write, &address).await?.ok_or_else(|| {
            let detail = format!("no record of this order in {}", target.entity_set);
            Failure::Permanent(Cause::new("order.not-found").detail(detail))
        })?;
        Record::parse(&body)
    }

    /// One row for each tracking number, under the newest packing slip. A row that is there under
    /// any slip of the order counts: a slip posted later does not ask for a second row.
    async fn add_tracking(&self, trace: &Trace, order: &Place<'_>, wanted: &Wanted<'_>) -> Result<Written, Failure> {
        let Some((property, Value::Text(tracking_number))) = wanted.first() else {
            return Err(refused("tracking_number", "a tracking number is text".to_owned()));
        };
        if let Some(proof) = self.tracking_row(trace, order, property, tracking_number).await? {
            return Ok(Written::Done { changed: false, proof });
        }
        let Some(slip) = self.packing_slip(trace, order).await? else {
            return Ok(Written::Waiting(Cause::new("d365.packing-slip-missing")));
        };
        let body = tracking_body(order, &slip, tracking_number);
        let request = request(Method::POST, &self.address(TRACKING_SET, &Query::new()), &body)?;
        let changed = match self.exchange(trace, &ADD, Purpose::Write, request).await {
            Ok(answer) if answer.status() == StatusCode::NOT_FOUND => return Err(no_target(TRACKING_SET)),
            Ok(_) => true,
            Err(failure) if error::is_already_there(&failure) => false,
            Err(failure) => return Err(failure),
        };
        let proof = self.tracking_row(trace, order, property, tracking_number).await?.ok_or_else(|| {
            let detail = format!("{TRACKING_SET} has no row of {tracking_number} after adding it");
            Failure::Permanent(Cause::new("d365.write-not-kept").field(property).detail(detail))
        })?;
        Ok(Written::Done { changed, proof })
    }

    async fn tracking_row(
        &self,
        trace: &Trace,
        order: &Place<'_>,
        property: &str,
        tracking_number: &str,
    ) -> Result<Option<Vec<(String, String)>>, Failure> {
        let conditions = [
            format!("dataAreaId eq {}", literal(order.company)),
            format!("SalesOrderNumber eq {}", literal(order.number)),
            format!("{property} eq {}", literal(tracking_number)),
        ];
        let query = Query::new().filter(&conditions).select(&["PackingSlipNumber", property]).top(1);
        let body = self.get(trace, &READ, Purpose::Write, &self.address(TRACKING_SET, &query)).await?;
        let list = record::list(&body.ok_or_else(|| no_target(TRACKING_SET))?)?;
        let Some(row) = list.value.first() else { return Ok(None) };
        let row = Record::parse(row.get().as_bytes())?;
        let proof = ["PackingSlipNumber", property].map(|name| (name.to_owned(), row.text(name)));
        Ok(Some(proof.into()))
    }

    async fn packing_slip(&self, trace: &Trace, order: &Place<'_>) -> Result<Option<Slip>, Failure> {
        let conditions =
            [format!("dataAreaId eq {}", literal(order.company)), format!("SalesId eq {}", literal(order.number))];
        let query = Query::new().filter(&conditions).select(&["PackingSlipId", "DeliveryDate"]).top(SLIPS);
        let set = "CustPackingSlipJourBiEntities";
        let body = self.get(trace, &SLIP, Purpose::Write, &self.address(set, &query)).await?;
        let list = record::list(&body.ok_or_else(|| no_target(set))?)?;
        Ok(newest_slip(record::readable(&list)))
    }
}

/// The order a write is about.
struct Place<'a> {
    company: &'a str,
    number: &'a str,
}

/// Numbers as this target holds them: a row takes the shipment's own, a field all of them. A field too
/// short for all says how many more there are. `None`: nothing of this is for the target.
fn for_target<'a>(target: &Target, values: &BTreeMap<&'a str, Value>) -> Option<BTreeMap<&'a str, Value>> {
    let mut values = values.clone();
    if let Some(Value::Numbers { own, all }) = values.get("tracking_number") {
        let text = match target.kind {
            Kind::Post => own.clone()?,
            Kind::Patch => {
                let joined = all.join(", ");
                let limit = target.fields.get("tracking_number").and_then(|field| field.max_length);
                match (limit, all.first()) {
                    (Some(limit), Some(first)) if joined.chars().count() > limit && all.len() > 1 => {
                        format!("{first} +{}", all.len() - 1)
                    }
                    _ => joined,
                }
            }
        };
        values.insert("tracking_number", Value::Text(text));
    }
    Some(values)
}

/// What this target takes of the values; a value that is too long is refused, never cut.
fn wanted<'a>(target: &'a Target, values: &'a BTreeMap<&str, Value>) -> Result<Wanted<'a>, Failure> {
    let mut wanted = Vec::new();
    for (name, field) in &target.fields {
        let Some(value) = values.get(name.as_str()) else { continue };
        if let (Some(limit), Value::Text(text)) = (field.max_length, value) {
            let length = text.chars().count();
            if length > limit {
                let detail = format!("{name} has {length} characters, {} takes {limit}", field.property);
                return Err(refused(&field.property, detail));
            }
        }
        wanted.push((field.property.as_str(), value));
    }
    Ok(wanted)
}

fn refused(property: &str, detail: String) -> Failure {
    Failure::Permanent(Cause::new("d365.write-refused").field(property).detail(detail))
}

fn no_target(set: &str) -> Failure {
    let detail = format!("this environment has no entity set {set}");
    Failure::Permanent(Cause::new("d365.write-field-unknown").field(set).detail(detail))
}

fn gone(target: &Target, order: &Place<'_>) -> Failure {
    let detail = format!("{} {} is gone from {}", order.company, order.number, target.entity_set);
    Failure::Permanent(Cause::new("order.not-found").detail(detail))
}

fn patch_body(wanted: &Wanted<'_>, fresh: &Record) -> Vec<u8> {
    let body: BTreeMap<&str, Box<RawValue>> =
        wanted.iter().map(|(property, value)| (*property, value.json(&fresh.text(property)))).collect();
    serde_json::to_vec(&body).expect("a write is plain data")
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TrackingRow<'a> {
    #[serde(rename = "dataAreaId")]
    company: &'a str,
    sales_order_number: &'a str,
    packing_slip_number: &'a str,
    delivery_date: &'a str,
    tracking_number: &'a str,
    #[serde(rename = "TrackingURL")]
    tracking_url: String,
}

fn tracking_body(order: &Place<'_>, slip: &Slip, tracking_number: &str) -> Vec<u8> {
    let row = TrackingRow {
        company: order.company,
        sales_order_number: order.number,
        packing_slip_number: &slip.number,
        delivery_date: &slip.delivery_date,
        tracking_number,
        tracking_url: format!("https://www.fedex.com/fedextrack/?trknbr={tracking_number}"),
    };
    serde_json::to_vec(&row).expect("a row is plain data")
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
struct Slip {
    #[serde(rename = "PackingSlipId", deserialize_with = "record::text")]
    number: String,
    // Must equal the journal's, so it is sent back as it came.
    #[serde(rename = "DeliveryDate", deserialize_with = "record::text")]
    delivery_date: String,
}

fn newest_slip(slips: Vec<Slip>) -> Option<Slip> {
    let posted = slips.into_iter().filter(|slip| !slip.number.is_empty());
    posted.max_by(|a, b| (&a.delivery_date, &a.number).cmp(&(&b.delivery_date, &b.number)))
}

/// A record as read: its ETag and its properties.
struct Record {
    etag: Option<String>,
    properties: BTreeMap<String, Box<RawValue>>,
}

impl Record {
    fn parse(body: &[u8]) -> Result<Self, Failure> {
        let mut properties: BTreeMap<String, Box<RawValue>> =
            serde_json::from_slice(body).map_err(|_| error::unreadable(body))?;
        let etag = properties.remove("@odata.etag").map(|etag| record::text_of(&etag)).filter(|etag| !etag.is_empty());
        Ok(Self { etag, properties })
    }

    fn text(&self, property: &str) -> String {
        self.properties.get(property).map(|raw| record::text_of(raw)).unwrap_or_default()
    }

    fn holds(&self, wanted: &Wanted<'_>) -> bool {
        wanted.iter().all(|(property, value)| value.equals(&self.text(property)))
    }

    fn proof(&self, wanted: &Wanted<'_>) -> Vec<(String, String)> {
        wanted.iter().map(|(property, _)| ((*property).to_owned(), self.text(property))).collect()
    }

    /// The proof, or the first value that was not kept.
    fn proved(&self, wanted: &Wanted<'_>) -> Result<Vec<(String, String)>, Failure> {
        let lost = wanted.iter().find(|(property, value)| !value.equals(&self.text(property)));
        let Some((property, value)) = lost else { return Ok(self.proof(wanted)) };
        let detail = format!("{property}: wrote {}, read back {:?}", value.text(), self.text(property));
        Err(Failure::Permanent(Cause::new("d365.write-not-kept").field(property).detail(detail)))
    }
}

impl Value {
    /// As it is shown.
    fn text(&self) -> String {
        match self {
            Self::Text(text) => format!("{text:?}"),
            Self::Moment(ms) => clock::rfc3339(*ms),
            Self::Money(amount) => amount.to_string(),
            Self::Numbers { all, .. } => all.join(", "),
        }
    }

    /// As it is sent. `present` is what the property holds now; an empty date without a time
    /// shows that it takes dates, which Dynamics 365 keeps at noon.
    fn json(&self, present: &str) -> Box<RawValue> {
        let json = match self {
            Self::Text(text) => to_raw_value(text),
            Self::Moment(ms) if present == EMPTY_DATE => to_raw_value(&format!("{}T12:00:00Z", clock::date(*ms))),
            Self::Moment(ms) => to_raw_value(&clock::rfc3339(*ms)),
            Self::Money(amount) => RawValue::from_string(amount.to_string()),
            Self::Numbers { all, .. } => to_raw_value(&all.join(", ")),
        };
        json.expect("text, dates and decimals are JSON")
    }

    /// The property holds this value. Forms differ: 71.8 and 71.80, a moment and its day at noon.
    fn equals(&self, present: &str) -> bool {
        match self {
            Self::Text(text) => text == present,
            Self::Numbers { all, .. } => all.join(", ") == present,
            Self::Money(amount) => record::decimal_of(present) == Some(*amount),
            Self::Moment(ms) => {
                let Ok(read) = present.parse::<Timestamp>() else {
                    return present == clock::date(*ms);
                };
                let read = clock::rfc3339(read.as_millisecond());
                let day = clock::date(*ms);
                read == clock::rfc3339(*ms) || read == format!("{day}T12:00:00Z") || read == format!("{day}T00:00:00Z")
            }
        }
    }
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

    fn values() -> BTreeMap<&'static str, Value> {
        [
            ("tracking_number", Value::Text("794972072690".into())),
            ("delivered_at", Value::Moment(1_772_551_022_000)),
            ("charge_amount", Value::Money("71.80".parse().unwrap())),
            ("status", Value::Text("not mapped".into())),
        ]
        .into()
    }

    fn record(number: &str, delivered: &str, charge: &str) -> Record {
        let body = format!(
            r#"{{"@odata.etag":"W/\"e1\"","FdxNumber":{number},"FdxDelivered":"{delivered}","FdxCharge":{charge}}}"#
        );
        Record::parse(body.as_bytes()).unwrap()
    }

    #[test]
    fn what_is_written_keeps_its_decimals_and_its_kind_of_date() {
        let (target, values) = (target(), values());
        let wanted = wanted(&target, &values).unwrap();
        let fresh = record(r#""""#, "1900-01-01T00:00:00Z", "0");
        assert_eq!(fresh.etag.as_deref(), Some(r#"W/"e1""#));
        let body = String::from_utf8(patch_body(&wanted, &fresh)).unwrap();
        let expected = r#"{"FdxCharge":71.80,"FdxDelivered":"2026-03-03T15:17:02Z","FdxNumber":"794972072690"}"#;
        assert_eq!(body, expected);
        let dated = String::from_utf8(patch_body(&wanted, &record("null", EMPTY_DATE, "0"))).unwrap();
        assert!(dated.contains(r#""2026-03-03T12:00:00Z""#), "{dated}");
    }

    #[test]
    fn what_is_there_already_is_not_written_again() {
        let (target, values) = (target(), values());
        let wanted = wanted(&target, &values).unwrap();
        for (delivered, charge) in [
            ("2026-03-03T15:17:02Z", "71.8"),
            ("2026-03-03T15:17:02.0000000Z", "71.80"),
            ("2026-03-03T12:00:00Z", "71.800000"),
            ("2026-03-03T09:17:02-06:00", r#""71.80""#),
        ] {
            assert!(record(r#""794972072690""#, delivered, charge).holds(&wanted), "{delivered} {charge}");
        }
        assert!(!record(r#""79497207269""#, "2026-03-03T12:00:00Z", "71.8").holds(&wanted));
        assert!(!record(r#""794972072690""#, "2026-03-04T12:00:00Z", "71.8").holds(&wanted));
        assert!(!record(r#""794972072690""#, "2026-03-03T12:00:00Z", "71.81").holds(&wanted));
    }

    #[test]
    fn a_value_that_was_not_kept_is_named() {
        let (target, values) = (target(), values());
        let wanted = wanted(&target, &values).unwrap();
        let kept = record(r#""7949720726""#, "2026-03-03T15:17:02Z", "71.8");
        let Err(Failure::Permanent(cause)) = kept.proved(&wanted) else { panic!("must not be proved") };
        assert_eq!((cause.code.as_str(), cause.field.as_deref()), ("d365.write-not-kept", Some("FdxNumber")));
        let proof = record(r#""794972072690""#, "2026-03-03T15:17:02Z", "71.8").proved(&wanted).unwrap();
        assert!(proof.contains(&("FdxCharge".to_owned(), "71.8".to_owned())));
    }

    #[test]
    fn a_value_that_is_too_long_is_refused_and_never_cut() {
        let (target, mut values) = (target(), values());
        values.insert("tracking_number", Value::Text("7949720726901".into()));
        let Err(Failure::Permanent(cause)) = wanted(&target, &values) else { panic!("must be refused") };
        assert_eq!((cause.code.as_str(), cause.field.as_deref()), ("d365.write-refused", Some("FdxNumber")));
    }

    #[test]
    fn a_tracking_row_stands_under_the_newest_packing_slip() {
        let slip = |number: &str, date: &str| Slip { number: number.into(), delivery_date: date.into() };
        let slips = vec![slip("PS-2", "2026-03-02T12:00:00Z"), slip("PS-1", "2026-03-01T12:00:00Z"), slip("", "2027")];
        let newest = newest_slip(slips).unwrap();
        assert_eq!(newest.number, "PS-2");
        let body = tracking_body(&Place { company: "usmf", number: "001261" }, &newest, "794");
        assert_eq!(
            String::from_utf8(body).unwrap(),
            r#"{"dataAreaId":"usmf","SalesOrderNumber":"001261","PackingSlipNumber":"PS-2","DeliveryDate":"2026-03-02T12:00:00Z","TrackingNumber":"794","TrackingURL":"https://www.fedex.com/fedextrack/?trknbr=794"}"#
        );
        assert_eq!(newest_slip(Vec::new()), None);
    }
}
