//! Business events: which order does one hint at? Pure; receiving is somebody else's.
//!
//! Dynamics 365 sends them itself, or through Event Grid in either schema, or as Dataverse data
//! events; every envelope is opened until one of the two payloads is found. Nothing in an event is
//! believed but company and order: what is true is asked of Dynamics 365.

use crate::order::OrderKey;
use crate::transport::credential::CredentialError;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Sent once when an endpoint is activated.
const TEST: &str = "BusinessEventsTestEndpointContract";
/// Tells that an order has an invoice; known without being listed.
const INVOICE: &str = "SalesInvoicePostedBusinessEvent";
/// Event Grid's handshake: event type, and the header that announces it.
const VALIDATION: &str = "Microsoft.EventGrid.SubscriptionValidationEvent";
/// See [`VALIDATION`].
const VALIDATION_HEADER: &str = "SubscriptionValidation";
/// In the name of every version of the order header as Dataverse has it.
const ORDER_HEADER: &str = "salesorderheader";
/// Where contracts usually have the order, tried in this order.
const ORDER_PATHS: [&str; 3] = ["SalesOrderNumber", "SalesOrderId", "SalesId"];
/// Where envelopes, old and new, have the company.
const COMPANY_PATHS: [&str; 3] = ["BusinessEventLegalEntity", "LegalEntity", "dataAreaId"];
/// Envelopes inside each other; there are never more than two.
const DEPTH: usize = 4;
/// Longest name of anything we keep; an order number has twenty characters at most.
const NAME_LIMIT: usize = 100;
/// Events listed; a tenant activates a handful.
const LISTED_LIMIT: usize = 50;

/// A business event that is a hint, and where it has its order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// `BusinessEventId`.
    pub id: String,
    /// Dotted path to the order number, when it is none of the usual.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// Dotted path to the company, when it is none of the usual.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
}

impl Listed {
    /// Takes a list whose names can be names.
    pub fn checked(listed: Vec<Self>) -> Result<Vec<Self>, CredentialError> {
        if listed.len() > LISTED_LIMIT {
            let next = format!("List at most {LISTED_LIMIT}.");
            return Err(CredentialError::new("events", "It lists too many events.", &next));
        }
        let plain = |text: &str| {
            let fits = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
            !text.is_empty() && text.len() <= NAME_LIMIT && text.chars().all(fits)
        };
        for (index, event) in listed.iter().enumerate() {
            let parts = [("id", Some(&event.id)), ("order", event.order.as_ref()), ("company", event.company.as_ref())];
            for (name, text) in parts {
                if text.is_some_and(|text| !plain(text)) {
                    let next = "Use letters, digits, dots and underscores, as in the business events catalogue.";
                    return Err(CredentialError::new(&format!("events.{index}.{name}"), "It is not a name.", next));
                }
            }
        }
        Ok(listed)
    }
}

/// What a connection says about events.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Host of the environment.
    pub host: &'a str,
    /// Legal entities whose orders are shipped, lower case.
    pub companies: &'a [String],
    /// Events that are hints.
    pub listed: &'a [Listed],
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its order is looked at.
    Hint,
    /// It came before.
    Duplicate,
    /// Nobody listed it, or it is of a company that is not shipped here.
    NotListed,
    /// The activation of an endpoint.
    Test,
    /// Its order has an invoice.
    Invoice,
    /// It has no known shape, or names no order.
    Unreadable,
}

impl Verdict {
    /// All.
    pub const ALL: [Self; 6] =
        [Self::Hint, Self::Duplicate, Self::NotListed, Self::Test, Self::Invoice, Self::Unreadable];

    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Duplicate => "duplicate",
            Self::NotListed => "not_listed",
            Self::Test => "test",
            Self::Invoice => "invoice",
            Self::Unreadable => "unreadable",
        }
    }

    /// The verdict of a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The same in every delivery of it.
    pub event_id: String,
    /// Its kind: `BusinessEventId`, or what stands in its place.
    pub kind: String,
    /// Grows with gaps, and is negative in the test event.
    pub control_number: Option<i64>,
    /// When it happened there.
    pub happened_ms: Option<i64>,
    /// Its company, lower case.
    pub company: Option<String>,
    /// Its order.
    pub order: Option<String>,
    /// What becomes of it, duplicates aside.
    pub verdict: Verdict,
    /// Why it is no hint.
    pub detail: Option<String>,
}

impl Event {
    /// The order to look at, if it is a hint at one.
    pub fn order_key(&self, host: &str) -> Option<OrderKey> {
        if !matches!(self.verdict, Verdict::Hint | Verdict::Invoice) {
            return None;
        }
        let (company, number) = (self.company.clone()?, self.order.clone()?);
        Some(OrderKey { host: host.to_owned(), company, number })
    }
}

/// A body, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its events.
    pub events: Vec<Event>,
    /// What Event Grid wants to hear back.
    pub validation_code: Option<String>,
}

/// Reads a body. `None` for `known`: no environment is connected, so nothing can be a hint.
pub fn parse(body: &[u8], aeg_event_type: &str, known: Option<Known<'_>>) -> Delivery {
    let Ok(body_value) = serde_json::from_slice::<Value>(body) else {
        return Delivery { events: vec![unreadable(body, "it is not JSON")], validation_code: None };
    };
    let items = match body_value {
        Value::Array(items) => items,
        one => vec![one],
    };
    let validates = aeg_event_type.eq_ignore_ascii_case(VALIDATION_HEADER);
    let validation_code = items.iter().filter(|_| validates).find_map(validation_code);
    Delivery { events: items.iter().map(|item| event(item, known)).collect(), validation_code }
}

fn validation_code(item: &Value) -> Option<String> {
    let code = item.get("data")?.get("validationCode")?.as_str()?;
    (item.get("eventType")?.as_str()? == VALIDATION).then(|| code.to_owned())
}

/// One entry of a body, whatever it is wrapped in.
fn event(item: &Value, known: Option<Known<'_>>) -> Event {
    let mut wrapper_id = None;
    let mut payload = item.clone();
    for _ in 0..DEPTH {
        if payload.get("BusinessEventId").is_some() {
            return business_event(&payload, wrapper_id, known);
        }
        if payload.get("PrimaryEntityName").is_some() {
            return data_event(&payload, wrapper_id, known);
        }
        let kind = text_at(&payload, "eventType").or_else(|| text_at(&payload, "type"));
        wrapper_id = text_at(&payload, "id").or(wrapper_id);
        if kind.as_deref() == Some(VALIDATION) {
            return of_kind(VALIDATION, wrapper_id, item, Verdict::Test);
        }
        payload = match payload.get("data") {
            // Some pipelines send the payload as text.
            Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
            Some(inner) => inner.clone(),
            None => break,
        };
    }
    unreadable(item.to_string().as_bytes(), "it has the shape of no business event")
}

fn business_event(payload: &Value, wrapper_id: Option<String>, known: Option<Known<'_>>) -> Event {
    let kind = text_at(payload, "BusinessEventId").unwrap_or_default();
    let id = text_at(payload, "EventId").or(wrapper_id);
    let mut event = of_kind(&kind, id, payload, Verdict::Test);
    event.control_number = whole_number(payload.get("ControlNumber"));
    let times = ["EventTimeIso8601", "EventTime"].into_iter();
    event.happened_ms = times.filter_map(|name| payload.get(name)).find_map(moment);
    let listed = known.and_then(|known| known.listed.iter().find(|listed| listed.id == kind));
    let order_path = listed.and_then(|listed| listed.order.as_deref());
    let company_path = listed.and_then(|listed| listed.company.as_deref());
    event.order = first(payload, order_path, &ORDER_PATHS);
    event.company = first(payload, company_path, &COMPANY_PATHS).map(|company| company.to_lowercase());
    if kind == TEST {
        return event;
    }
    if kind != INVOICE && listed.is_none() {
        return Event { verdict: Verdict::NotListed, detail: Some("its id is not listed".to_owned()), ..event };
    }
    let wanted = if kind == INVOICE { Verdict::Invoice } else { Verdict::Hint };
    judged(event, wanted, known)
}

/// A change of a record, as Dataverse tells it. It does not say what changed.
fn data_event(payload: &Value, wrapper_id: Option<String>, known: Option<Known<'_>>) -> Event {
    let entity = text_at(payload, "PrimaryEntityName").unwrap_or_default();
    let message = text_at(payload, "MessageName").unwrap_or_default();
    let id = text_at(payload, "OperationId").filter(|id| id.chars().any(|c| c.is_ascii_hexdigit() && c != '0'));
    let mut event = of_kind(format!("{entity} {message}").trim(), id.or(wrapper_id), payload, Verdict::NotListed);
    event.happened_ms = payload.get("OperationCreatedOn").and_then(moment);
    if !entity.to_lowercase().contains(ORDER_HEADER) {
        return Event { detail: Some("it is not of an order's header".to_owned()), ..event };
    }
    let target = payload.get("InputParameters").and_then(|all| keyed(all, "Target"));
    let attributes = target.and_then(|target| target.get("Attributes"));
    let attribute = |name: &str| keyed(attributes?, name).and_then(plain);
    event.order = attribute("salesordernumber");
    event.company = attribute("dataareaid").map(|company| company.to_lowercase());
    judged(event, Verdict::Hint, known)
}

/// A hint needs an order of a company that is shipped here.
fn judged(mut event: Event, wanted: Verdict, known: Option<Known<'_>>) -> Event {
    let Some(known) = known else {
        let detail = Some("no Dynamics 365 is connected".to_owned());
        return Event { verdict: Verdict::NotListed, detail, ..event };
    };
    if event.order.is_none() {
        let detail = Some("it names no order; give the path of its order number".to_owned());
        return Event { verdict: Verdict::Unreadable, detail, ..event };
    }
    if event.company.is_none()
        && let [only] = known.companies
    {
        event.company = Some(only.clone());
    }
    match &event.company {
        None => {
            let detail = Some("it names no company; give the path of its company".to_owned());
            Event { verdict: Verdict::Unreadable, detail, ..event }
        }
        Some(company) if !known.companies.contains(company) => {
            let detail = Some(format!("orders of {company} are not shipped here"));
            Event { verdict: Verdict::NotListed, detail, ..event }
        }
        Some(_) => Event { verdict: wanted, ..event },
    }
}

fn of_kind(kind: &str, id: Option<String>, payload: &Value, verdict: Verdict) -> Event {
    let kind = if kind.is_empty() { "without a name" } else { kind };
    Event {
        event_id: id.map_or_else(|| fingerprint(payload.to_string().as_bytes()), |id| cut(&id)),
        kind: cut(kind),
        control_number: None,
        happened_ms: None,
        company: None,
        order: None,
        verdict,
        detail: None,
    }
}

fn unreadable(body: &[u8], why: &str) -> Event {
    let said = crate::transport::answer::quote(body);
    let detail = Some(format!("{why}: {said}"));
    let event = of_kind("", Some(fingerprint(body)), &Value::Null, Verdict::Unreadable);
    Event { detail, ..event }
}

fn fingerprint(body: &[u8]) -> String {
    format!("{:x}", Sha256::digest(body))
}

fn cut(text: &str) -> String {
    text.chars().take(NAME_LIMIT).collect()
}

/// The first path that leads to something; with a path of its own an event is read there only.
fn first(payload: &Value, own: Option<&str>, usual: &[&str]) -> Option<String> {
    match own {
        Some(path) => text_at(payload, path),
        None => usual.iter().find_map(|path| text_at(payload, path)),
    }
}

/// Text at a dotted path.
fn text_at(payload: &Value, path: &str) -> Option<String> {
    payload.pointer(&format!("/{}", path.replace('.', "/"))).and_then(plain)
}

/// Text or a whole number as text; Dataverse wraps some in `value`. Spaces are part of a number.
fn plain(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if !number.is_f64() => number.to_string(),
        Value::Object(fields) => plain(fields.get("value").or_else(|| fields.get("Value"))?)?,
        _ => return None,
    };
    (!text.trim().is_empty() && text.len() <= NAME_LIMIT).then_some(text)
}

/// The value beside a key in Dataverse's lists; keys carry the prefix of virtual tables.
fn keyed<'a>(list: &'a Value, name: &str) -> Option<&'a Value> {
    let is_it = |entry: &&Value| {
        let key = entry.get("key").and_then(Value::as_str).unwrap_or_default();
        key.trim_start_matches("mserp_").eq_ignore_ascii_case(name)
    };
    list.as_array()?.iter().find(is_it)?.get("value")
}

/// A signed 64-bit number, never through a float: control numbers lie beyond what one can hold.
fn whole_number(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// `/Date(1697470966000+0000)/`, ISO with up to nine decimals, or milliseconds.
fn moment(value: &Value) -> Option<i64> {
    let text = match value {
        Value::Number(number) => return number.as_i64(),
        Value::String(text) => text.trim(),
        _ => return None,
    };
    if let Some(inner) = text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/")) {
        // The offset behind it only says where the writer stood.
        let end = inner.char_indices().skip(1).find(|(_, c)| matches!(c, '+' | '-')).map_or(inner.len(), |(at, _)| at);
        return inner[..end].parse().ok();
    }
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn listed() -> Vec<Listed> {
        let own = |id: &str, order: Option<&str>, company: Option<&str>| Listed {
            id: id.into(),
            order: order.map(str::to_owned),
            company: company.map(str::to_owned),
        };
        vec![own("OrderReleased", None, None), own("Deep", Some("Order.Lines.0.Nr"), Some("Order.Firm"))]
    }

    fn read(body: &Value, header: &str) -> Delivery {
        let (listed, companies) = (listed(), vec!["usmf".to_owned(), "usrt".to_owned()]);
        let known = Known { host: "h", companies: &companies, listed: &listed };
        parse(body.to_string().as_bytes(), header, Some(known))
    }

    fn one(body: &Value) -> Event {
        let mut events = read(body, "").events;
        assert_eq!(events.len(), 1);
        events.remove(0)
    }

    fn released(more: &Value) -> Value {
        let mut event = json!({"BusinessEventId": "OrderReleased", "BusinessEventLegalEntity": "USMF",
            "ControlNumber": 5_637_985_363_i64, "EventId": "E-1", "EventTime": "/Date(1697470966000)/",
            "EventTimeIso8601": "2023-10-16T15:42:46.3440655Z", "SalesOrderNumber": "SO-1"});
        for (name, value) in more.as_object().unwrap() {
            event[name] = value.clone();
        }
        event
    }

    #[test]
    fn a_listed_event_is_a_hint_at_company_and_order() {
        let event = one(&released(&json!({})));
        assert_eq!(
            event.order_key("h").unwrap(),
            OrderKey { host: "h".into(), company: "usmf".into(), number: "SO-1".into() }
        );
        assert_eq!((event.event_id.as_str(), event.control_number), ("E-1", Some(5_637_985_363)));
        assert_eq!(event.happened_ms, Some(1_697_470_966_344), "seven decimals");
        let old = json!({"BusinessEventId": "OrderReleased", "ControlNumber": "5637144576", "EventId": "E-2",
            "EventTime": "/Date(1637246655000+0000)/", "LegalEntity": "usrt", "SalesId": "SO-2"});
        let old = one(&old);
        assert_eq!(
            (old.verdict, old.company.as_deref(), old.order.as_deref()),
            (Verdict::Hint, Some("usrt"), Some("SO-2"))
        );
        assert_eq!((old.control_number, old.happened_ms), (Some(5_637_144_576), Some(1_637_246_655_000)));
        let deep =
            json!({"BusinessEventId": "Deep", "SalesId": "wrong", "Order": {"Firm": "usmf", "Lines": [{"Nr": 7}]}});
        assert_eq!(one(&deep).order.as_deref(), Some("7"));
    }

    #[test]
    fn the_order_number_is_looked_for_in_the_usual_order() {
        let all = json!({"BusinessEventId": "OrderReleased", "dataAreaId": "usmf", "SalesId": "c", "SalesOrderId": "b", "SalesOrderNumber": "a"});
        let mut event = all.clone();
        for (gone, wanted) in [("", "a"), ("SalesOrderNumber", "b"), ("SalesOrderId", "c")] {
            event.as_object_mut().unwrap().remove(gone);
            assert_eq!(one(&event).order.as_deref(), Some(wanted));
        }
        event.as_object_mut().unwrap().remove("SalesId");
        assert_eq!(one(&event).verdict, Verdict::Unreadable);
        assert_eq!(one(&event).order_key("h"), None);
    }

    #[test]
    fn what_is_no_hint_says_why() {
        let test = json!({"BusinessEventId": "BusinessEventsTestEndpointContract", "BusinessEventLegalEntity": "001",
            "ControlNumber": i64::MIN, "EventId": "T"});
        assert_eq!((one(&test).verdict, one(&test).control_number), (Verdict::Test, Some(i64::MIN)));
        let unlisted = one(&released(&json!({"BusinessEventId": "CustomerChanged"})));
        assert_eq!((unlisted.verdict, unlisted.order_key("h")), (Verdict::NotListed, None));
        let foreign = one(&released(&json!({"BusinessEventLegalEntity": "brmf"})));
        assert!(foreign.verdict == Verdict::NotListed && foreign.detail.unwrap().contains("brmf"));
        let invoice = one(&released(&json!({"BusinessEventId": "SalesInvoicePostedBusinessEvent"})));
        assert_eq!((invoice.verdict, invoice.order_key("h").is_some()), (Verdict::Invoice, true));
        for body in [json!({"Hello": 1}), json!([7]), json!({"id": "x", "data": null})] {
            assert_eq!(one(&body).verdict, Verdict::Unreadable, "{body}");
        }
        let garbage = parse(b"<html>", "", None);
        assert_eq!(garbage.events[0].verdict, Verdict::Unreadable);
        assert_eq!(parse(released(&json!({})).to_string().as_bytes(), "", None).events[0].verdict, Verdict::NotListed);
        assert_eq!(read(&json!([]), "").events, []);
    }

    #[test]
    fn a_missing_company_is_the_only_one_there_is() {
        let body = json!({"BusinessEventId": "OrderReleased", "SalesId": "SO-1"});
        assert_eq!(one(&body).verdict, Verdict::Unreadable, "two companies are shipped");
        let (listed, companies) = (listed(), vec!["usmf".to_owned()]);
        let known = Known { host: "h", companies: &companies, listed: &listed };
        let event = parse(body.to_string().as_bytes(), "", Some(known)).events.remove(0);
        assert_eq!((event.verdict, event.company.as_deref()), (Verdict::Hint, Some("usmf")));
    }

    #[test]
    fn event_grid_is_validated_only_by_its_header_and_both_schemas_are_opened() {
        let validation = json!([{"id": "v", "topic": "/subscriptions/x", "subject": "", "eventType": VALIDATION,
            "data": {"validationCode": "512d38b6", "validationUrl": "https://rp.example/validate"}}]);
        let answer = read(&validation, "subscriptionvalidation");
        assert_eq!((answer.validation_code.as_deref(), answer.events[0].verdict), (Some("512d38b6"), Verdict::Test));
        assert_eq!(read(&validation, "Notification").validation_code, None);

        let grid = |id: &str, data: Value| json!({"id": id, "eventType": "x", "topic": "t", "data": data});
        let batch = json!([
            grid("a", released(&json!({}))),
            grid("b", released(&json!({"EventId": null, "SalesOrderNumber": "SO-2"}))),
            grid("c", released(&json!({"EventId": "E-3"})).to_string().into()),
        ]);
        let events = read(&batch, "Notification").events;
        assert_eq!(events.iter().map(|event| event.event_id.as_str()).collect::<Vec<_>>(), ["E-1", "b", "E-3"]);
        assert!(events.iter().all(|event| event.verdict == Verdict::Hint), "{events:?}");
        let cloud =
            json!({"specversion": "1.0", "id": "ce", "source": "/x", "type": "y", "data": released(&json!({}))});
        assert_eq!(one(&cloud).verdict, Verdict::Hint);
    }

    #[test]
    fn a_dataverse_change_of_an_order_header_is_a_hint() {
        let change = |entity: &str| {
            json!({"MessageName": "OnExternalUpdated", "PrimaryEntityName": entity,
                "PrimaryEntityId": "00000000-0000-0000-0000-000000000000", "OperationId": "00000000-0000-0000-0000-000000000000",
                "OperationCreatedOn": "/Date(1697470966000+0000)/",
                "InputParameters": [{"key": "Target", "value": {"Attributes": [
                    {"key": "mserp_salesordernumber", "value": "SO-1"}, {"key": "mserp_dataareaid", "value": "USMF"},
                    {"key": "mserp_salesorderstatus", "value": {"Value": 200_000_001}}]}}]})
        };
        let event = one(&change("mserp_salesorderheaderv2entity"));
        assert_eq!(
            (event.verdict, event.order.as_deref(), event.company.as_deref()),
            (Verdict::Hint, Some("SO-1"), Some("usmf"))
        );
        assert_eq!(event.happened_ms, Some(1_697_470_966_000));
        assert_eq!(event.event_id.len(), 64, "a made-up operation id is none");
        assert_eq!(one(&change("mserp_custcustomerv3entity")).verdict, Verdict::NotListed);
    }

    #[test]
    fn a_list_of_events_is_checked_by_name() {
        assert!(Listed::checked(listed()).is_ok());
        let wrong = vec![Listed { id: "A B".into(), order: None, company: None }];
        assert_eq!(Listed::checked(wrong).unwrap_err().field, "events.0.id");
    }
}
