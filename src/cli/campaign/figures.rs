//! What a campaign counts, and what must hold of it.

use super::product::processor_seconds;
use super::{Done, Rehearsal, control};
use crate::clock::{MINUTE_MS, SECOND_MS};
use crate::engine::Engine;
use crate::order::state::State;
use crate::store::audit::TrailQuery;
use crate::store::shipments::ListFilter;
use crate::twin::Twin;
use http::Method;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Rows of the order list read at a time.
const PAGE: i64 = 1_000;
/// Orders named of each kind of failure; the rest is counted.
const NAMED: usize = 10;
/// FedEx's penalty at its token endpoint: in that time nobody may ask again.
const PENALTY_MS: i64 = 10 * MINUTE_MS;

/// The figures of a campaign.
#[derive(Debug, Default, Serialize)]
pub struct Figures {
    /// Orders placed.
    pub orders: usize,
    /// Seed of the script.
    pub seed: u64,
    /// Shipments by state, from the database.
    pub states: BTreeMap<&'static str, i64>,
    /// Parked orders by cause.
    pub parked: BTreeMap<String, usize>,
    /// Live labels at the twin.
    pub live_labels: usize,
    /// Orders without a live label at the twin.
    pub without_label: Vec<String>,
    /// Orders with more than one.
    pub with_several: Vec<String>,
    /// Orders whose label at the twin is not the one we know.
    pub other_label: Vec<String>,
    /// Orders whose number in Dynamics 365 is ours.
    pub written_back: usize,
    /// Orders that are not parked and whose number in Dynamics 365 is not ours.
    pub not_written_back: Vec<String>,
    /// Purchases whose outcome was unknown.
    pub unknown: i64,
    /// Labels found by a look-up and taken over.
    pub adopted: i64,
    /// Purchases repeated after their label was proven absent.
    pub bought_again: i64,
    /// Kills of the product while FedEx held answers back.
    pub kills: u32,
    /// Orders caught by them between send and commit.
    pub caught: i64,
    /// Faults fired, by kind and place.
    pub faults: BTreeMap<String, u64>,
    /// Entries of the audit trail, all in place; none when the chain is broken.
    pub audit_entries: Option<i64>,
    /// Where the chain is broken.
    pub audit_broken: Option<String>,
    /// Calls written down as begun, and calls the twins received, by system.
    pub calls: BTreeMap<&'static str, (i64, u64)>,
    /// Requests for a FedEx token.
    pub token_requests: usize,
    /// Most of them within ten minutes.
    pub token_peak: usize,
    /// Requests for a FedEx token while its endpoint was closed.
    pub token_too_early: usize,
    /// Real seconds from the first start to the last order.
    pub wall_s: i64,
    /// Processor seconds of the product, all its processes together.
    pub product_cpu_s: i64,
    /// Processor seconds of the twins.
    pub twins_cpu_s: i64,
    /// What does not hold; empty when the campaign passed.
    pub failures: Vec<String>,
}

impl Figures {
    /// Notes what the campaign itself knows.
    pub fn measure(&mut self, rehearsal: &Rehearsal, wall_ms: i64) {
        self.kills = rehearsal.product.kills;
        self.wall_s = wall_ms / SECOND_MS;
        if let Some((own, children)) = processor_seconds() {
            (self.twins_cpu_s, self.product_cpu_s) = (own, children);
        }
    }

    /// Reads the product's database.
    pub async fn read_product(&mut self, engine: &Engine) -> Done<()> {
        let db = &engine.store.db;
        self.states = db.count_by_state().await?.into_iter().map(|(state, count)| (state.name(), count)).collect();
        for (step, outcome, count) in db.count_attempts().await? {
            match (step.as_str(), outcome.as_deref()) {
                ("ship", Some("unknown" | "interrupted")) => self.unknown += count,
                ("look_up", Some("ok")) => self.adopted += count,
                _ => {}
            }
        }
        self.bought_again = db.count_bought_again().await?;
        self.caught = db.count_interrupted_purchases().await?;
        match engine.store.verify_chain().await? {
            Ok(entries) => self.audit_entries = Some(entries),
            Err(broken) => self.audit_broken = Some(broken.to_string()),
        }
        for system in ["d365", "fedex"] {
            let query = TrailQuery {
                system: Some(system.to_owned()),
                outcome: Some("begun".to_owned()),
                ..TrailQuery::default()
            };
            self.calls.entry(system).or_default().0 = db.count_trail(&query).await?;
        }
        self.read_token_requests(&db.ends_of_calls("fedex.token").await?);
        Ok(())
    }

    fn read_token_requests(&mut self, requests: &[(i64, Option<i64>)]) {
        self.token_requests = requests.len();
        for (at, (from_ms, status)) in requests.iter().enumerate() {
            let soon = requests[at..].iter().take_while(|(ms, _)| ms - from_ms < PENALTY_MS).count();
            self.token_peak = self.token_peak.max(soon);
            if *status == Some(403) {
                self.token_too_early += soon - 1;
            }
        }
    }

    /// Compares order by order what we know with what both twins hold.
    pub async fn compare(&mut self, twin: &Twin, engine: &Engine) -> Done<()> {
        let labels = live_labels(&control(twin, Method::GET, "/_twin/shipments", &Value::Null).await?);
        let written = written(&control(twin, Method::GET, "/_twin/orders", &Value::Null).await?);
        let none = Vec::new();
        let ours = our_orders(engine).await?;
        self.live_labels = labels.values().map(Vec::len).sum();
        for number in written.keys() {
            let live = labels.get(number).unwrap_or(&none);
            let ours = ours.get(number);
            let tracking = ours.and_then(|ours| ours.tracking_number.as_deref());
            match live.as_slice() {
                [] => self.without_label.push(number.clone()),
                [one] if Some(one.as_str()) == tracking => {}
                [_] => self.other_label.push(number.clone()),
                _ => self.with_several.push(number.clone()),
            }
            let cause = ours.filter(|ours| ours.state == State::Parked.name());
            if let Some(parked) = cause {
                *self.parked.entry(parked.cause_code.clone().unwrap_or_default()).or_default() += 1;
            } else if tracking.is_some() && written.get(number).map(String::as_str) == tracking {
                self.written_back += 1;
            } else {
                self.not_written_back.push(number.clone());
            }
        }
        let calls = control(twin, Method::GET, "/_twin/calls", &Value::Null).await?;
        for (name, count) in calls["counts"].as_object().into_iter().flatten() {
            let received = count.as_u64().unwrap_or(0);
            match name.split_once('.') {
                Some((_, "token_mints")) | None => {}
                Some(("fedex", _)) => self.calls.entry("fedex").or_default().1 += received,
                Some(_) => self.calls.entry("d365").or_default().1 += received,
            }
        }
        let faults = control(twin, Method::GET, "/_twin/faults", &Value::Null).await?;
        for fault in faults.as_array().into_iter().flatten() {
            *self.faults.entry(name_of(fault)).or_default() += fault["fired"].as_u64().unwrap_or(0);
        }
        Ok(())
    }

    /// Says what does not hold.
    pub fn judge(&mut self, in_time: bool, target: usize) {
        let mut failures = Vec::new();
        let mut must = |holds: bool, otherwise: String| {
            if !holds {
                failures.push(otherwise);
            }
        };
        must(in_time, format!("the time was over; the orders stood at {}", json!(self.states)));
        must(self.live_labels == self.orders, format!("{} live labels for {} orders", self.live_labels, self.orders));
        for (what, orders) in [
            ("without a live label", &self.without_label),
            ("with more than one live label", &self.with_several),
            ("whose label is not the one we know", &self.other_label),
            ("neither parked nor with our number in Dynamics 365", &self.not_written_back),
        ] {
            let named = orders.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
            must(orders.is_empty(), format!("{} orders {what}: {named}", orders.len()));
        }
        must(!self.parked.contains_key(""), "orders are parked without a cause".to_owned());
        let broken = self.audit_broken.clone().unwrap_or_default();
        must(self.audit_entries.is_some(), format!("the audit trail does not hold: {broken}"));
        for (system, (begun, received)) in &self.calls {
            // Begun and then killed before it was sent is possible; sent and not begun is not.
            let text = format!("{system} received {received} calls, but only {begun} are in the audit trail");
            must(u64::try_from(*begun).unwrap_or(0) >= *received, text);
        }
        let caught = usize::try_from(self.caught).unwrap_or(0);
        must(caught >= target, format!("only {caught} orders were caught by kills, {target} were wanted"));
        for (fault, fired) in &self.faults {
            must(*fired > 0, format!("{fault} never happened: there were too few orders for it"));
        }
        must(self.token_too_early == 0, "FedEx's closed token endpoint was asked again too early".to_owned());
        self.failures = failures;
    }

    /// The figures for people.
    pub fn table(&self) -> String {
        let mut table = String::new();
        let mut row = |name: &str, value: String| {
            // Writing to a string cannot fail.
            let _ = writeln!(table, "  {name:<44} {value}");
        };
        row("orders (seed)", format!("{} ({})", self.orders, self.seed));
        for (state, count) in &self.states {
            row(&format!("  {}", state.replace('_', " ")), count.to_string());
        }
        for (cause, count) in &self.parked {
            row(&format!("  parked: {cause}"), count.to_string());
        }
        row("live labels at FedEx", self.live_labels.to_string());
        row("  orders without one", self.without_label.len().to_string());
        row("  orders with several", self.with_several.len().to_string());
        row("tracking numbers in Dynamics 365", self.written_back.to_string());
        row("purchases with unknown outcome", self.unknown.to_string());
        row("  found by look-up and adopted", self.adopted.to_string());
        row("  proven absent and bought again", self.bought_again.to_string());
        row("process kills between send and commit", self.kills.to_string());
        row("  orders caught by them", self.caught.to_string());
        for (fault, fired) in &self.faults {
            row(&format!("fault: {fault}"), fired.to_string());
        }
        row("FedEx token requests", self.token_requests.to_string());
        row("  most within ten minutes", self.token_peak.to_string());
        row("  while the endpoint was closed", self.token_too_early.to_string());
        for (system, (begun, received)) in &self.calls {
            row(&format!("calls to {system}: recorded, received"), format!("{begun}, {received}"));
        }
        let entries = self.audit_entries.map_or_else(|| "BROKEN".to_owned(), |entries| entries.to_string());
        row("audit entries, chain verified", entries);
        row("real time", format!("{} min {} s", self.wall_s / 60, self.wall_s % 60));
        row("orders a second", per_second(self.orders, self.wall_s));
        row("processor time: product, twins", format!("{} s, {} s", self.product_cpu_s, self.twins_cpu_s));
        let verdict = if self.failures.is_empty() { "everything holds" } else { "DOES NOT HOLD" };
        row("verdict", verdict.to_owned());
        for failure in &self.failures {
            row("", failure.clone());
        }
        table
    }
}

/// With one decimal, without floating point.
fn per_second(orders: usize, seconds: i64) -> String {
    let tenths = orders * 10 / usize::try_from(seconds).unwrap_or(1).max(1);
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// `fedex ship cut_after`, `any any status 429`.
fn name_of(fault: &Value) -> String {
    let part = |name: &str| fault[name].as_str().unwrap_or_default().to_owned();
    let mut name = format!("{} {} {}", part("system"), part("op"), part("kind"));
    if let Some(status) = fault["status"].as_u64() {
        let _ = write!(name, " {status}");
    }
    name
}

/// Live labels by order.
fn live_labels(shipments: &Value) -> BTreeMap<String, Vec<String>> {
    let mut labels: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for shipment in shipments.as_array().into_iter().flatten().filter(|shipment| shipment["live"] == true) {
        labels.entry(text(&shipment["order_number"])).or_default().push(text(&shipment["tracking_number"]));
    }
    labels
}

/// The tracking number on each order in Dynamics 365.
fn written(orders: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = orders.as_array().into_iter().flatten();
    all.map(|order| (text(&order["number"]), text(&order["FdxTrackingNumber"]))).collect()
}

/// Our orders by number.
async fn our_orders(engine: &Engine) -> Done<BTreeMap<String, crate::store::shipments::ListRow>> {
    let mut ours = BTreeMap::new();
    let mut filter = ListFilter::default();
    loop {
        let rows = engine.store.db.list(&filter, PAGE).await?;
        let Some(last) = rows.last() else { return Ok(ours) };
        filter.after = Some((last.changed_ms, last.shipment_id.clone()));
        ours.extend(rows.into_iter().map(|row| (row.number.clone(), row)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed() -> Figures {
        Figures { orders: 2, live_labels: 2, written_back: 2, caught: 1, audit_entries: Some(9), ..Figures::default() }
    }

    fn failures(change: impl FnOnce(&mut Figures)) -> String {
        let mut figures = passed();
        change(&mut figures);
        figures.judge(true, 1);
        figures.failures.join("; ")
    }

    #[test]
    fn what_does_not_hold_is_said() {
        assert_eq!(failures(|_| {}), "");
        assert!(failures(|f| f.with_several.push("SO-7".into())).contains("more than one live label: SO-7"));
        assert!(failures(|f| f.without_label.push("SO-8".into())).contains("without a live label: SO-8"));
        assert!(failures(|f| f.live_labels = 3).contains("3 live labels for 2 orders"));
        assert!(failures(|f| f.not_written_back.push("SO-9".into())).contains("SO-9"));
        assert!(failures(|f| f.audit_entries = None).contains("audit trail"));
        assert!(failures(|f| f.calls = BTreeMap::from([("fedex", (4, 5))])).contains("received 5 calls"));
        assert!(failures(|f| f.caught = 0).contains("only 0 orders"));
        assert!(failures(|f| f.faults = BTreeMap::from([("x".to_owned(), 0)])).contains("x never happened"));
        assert!(failures(|f| f.token_too_early = 1).contains("too early"));
        let mut late = passed();
        late.judge(false, 1);
        assert!(late.failures[0].contains("the time was over") && late.table().contains("DOES NOT HOLD"));
    }

    #[test]
    fn token_requests_are_counted_by_ten_minutes_and_after_a_refusal() {
        let mut figures = Figures::default();
        let minutes = |minutes: i64| minutes * MINUTE_MS;
        let good = Some(200);
        figures.read_token_requests(&[(0, good), (minutes(9), Some(403)), (minutes(19), good), (minutes(20), good)]);
        assert_eq!((figures.token_requests, figures.token_peak, figures.token_too_early), (4, 2, 0));
        figures.read_token_requests(&[(0, Some(403)), (minutes(5), good)]);
        assert_eq!(figures.token_too_early, 1);
    }

    #[test]
    fn only_live_labels_count() {
        let shipments = json!([
            {"order_number": "SO-1", "tracking_number": "1", "live": true},
            {"order_number": "SO-1", "tracking_number": "2", "live": false},
            {"order_number": "SO-2", "tracking_number": "3", "live": true},
            {"order_number": "SO-2", "tracking_number": "4", "live": true},
        ]);
        let labels = live_labels(&shipments);
        assert_eq!((labels["SO-1"].len(), labels["SO-2"].len()), (1, 2));
    }
}
