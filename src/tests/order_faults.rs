//! Every step, every fault: the order still ends delivered, with exactly one label.

use crate::support::{TestApp, is, quick};
use ml_connector::order::state::State;
use serde_json::{Value, json};

/// Calls on an order's way, as the twins name them.
const CALLS: [(&str, &str); 9] = [
    ("d365", "token"),
    ("d365", "orders"),
    ("d365", "order"),
    ("d365", "master"),
    ("d365", "patch"),
    ("fedex", "token"),
    ("fedex", "ship"),
    ("fedex", "lookup"),
    ("fedex", "track"),
];

/// Faults that pass: after them the order must go on by itself.
fn faults() -> Vec<(&'static str, Value)> {
    vec![
        ("503", json!({"kind": "status", "status": 503})),
        ("500", json!({"kind": "status", "status": 500})),
        ("429 with Retry-After", json!({"kind": "status", "status": 429, "retry_after": "5"})),
        ("429 without", json!({"kind": "status", "status": 429})),
        ("HTML", json!({"kind": "html", "status": 502})),
        ("cut before", json!({"kind": "cut_before"})),
        ("cut after", json!({"kind": "cut_after"})),
        ("500 after", json!({"kind": "error_after"})),
        ("malformed", json!({"kind": "malformed"})),
        ("401", json!({"kind": "unauthorized"})),
    ]
}

#[tokio::test]
async fn every_passing_fault_on_every_call_ends_delivered_with_one_label() {
    let cases = CALLS.iter().flat_map(|call| faults().into_iter().map(move |fault| (*call, fault)));
    let runs = cases.map(|((system, op), (name, mut fault))| async move {
        fault["system"] = system.into();
        fault["op"] = op.into();
        fault["times"] = 1.into();
        let app = TestApp::start_on(crate::support::Backend::Sqlite, quick()).await;
        if op == "lookup" {
            // A look-up happens only after a lost answer.
            app.fault(json!({"system": "fedex", "op": "ship", "kind": "cut_after"})).await;
        }
        app.order("SO-1").await;
        app.fault(fault).await;
        app.run_until_taken_in("SO-1").await;
        app.run_until("SO-1", 400, 30, is(State::Closed)).await;
        let labels = app.live_labels("SO-1").await;
        assert_eq!(labels.len(), 1, "{name} on {system} {op}: {labels:?}");
        assert_eq!(app.d365_order("SO-1").await["FdxStatus"], "delivered", "{name} on {system} {op}");
        app.assert_clean().await;
    });
    // A few at a time: each has its own database and twins.
    futures::StreamExt::for_each_concurrent(futures::stream::iter(runs), 4, |run| run).await;
}

#[tokio::test]
async fn a_lost_answer_is_looked_up_and_adopted_not_bought_again() {
    for kind in ["cut_after", "error_after"] {
        let app = TestApp::start().await;
        app.twin_post("/_twin/clock", json!({"reference_delay_s": 300})).await;
        app.fault(json!({"system": "fedex", "op": "ship", "kind": kind})).await;
        app.order("SO-1").await;
        app.pull().await;
        app.drive().await;
        let unknown = app.shipment("SO-1").await;
        assert_eq!(unknown.state, State::OutcomeUnknown, "{kind}");
        // FedEx indexes the reference only after five minutes: absence is not believed.
        let adopted = app.run_until("SO-1", 200, 30, |shipment| shipment.tracking_number.is_some()).await;
        assert!(adopted.reprint_needed, "the bytes were lost with the answer");
        assert_eq!(app.live_labels("SO-1").await.len(), 1, "{kind}");
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn a_label_is_still_found_after_an_outage_of_days() {
    let app = TestApp::start().await;
    app.fault(json!({"system": "fedex", "op": "ship", "kind": "cut_after"})).await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.state, State::OutcomeUnknown);
    // The machine is off over a long weekend; FedEx is asked about the day of the purchase.
    app.advance(4 * 86_400).await;
    let adopted = app.run_until("SO-1", 200, 60, |shipment| shipment.tracking_number.is_some()).await;
    assert!(adopted.reprint_needed);
    assert_eq!(app.live_labels("SO-1").await.len(), 1);
    app.assert_clean().await;
}

#[tokio::test]
async fn a_label_that_never_was_is_bought_after_the_wait_and_only_once() {
    let app = TestApp::start().await;
    app.fault(json!({"system": "fedex", "op": "ship", "kind": "cut_before"})).await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.state, State::OutcomeUnknown);
    let labelled = app.run_until("SO-1", 400, 60, |shipment| shipment.tracking_number.is_some()).await;
    assert!(!labelled.reprint_needed);
    assert_eq!(app.live_labels("SO-1").await.len(), 1);
}

#[tokio::test]
async fn a_refusal_parks_with_fedex_words_and_a_replay_ships() {
    let app = TestApp::start().await;
    let refusal = json!({"system": "fedex", "op": "ship", "kind": "status", "status": 400,
        "code": "SERVICE.PACKAGECOMBINATION.INVALID", "message": "Invalid service and packaging combination."});
    app.fault(refusal).await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    let parked = app.shipment("SO-1").await;
    let cause = parked.cause.clone().expect("a cause");
    assert_eq!(cause.code, "fedex.combination-refused");
    assert!(cause.detail.expect("their words").contains("SERVICE.PACKAGECOMBINATION.INVALID"));
    let desk = app.desk(ml_connector::desk::Role::Operator);
    app::desk::Commands::replay(&desk, parked.shipment_id.0, parked.version, "mended".into()).await.expect("replayed");
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.state, State::Announced);
    assert_eq!(app.live_labels("SO-1").await.len(), 1);
}

#[tokio::test]
async fn dynamics_refusing_the_write_parks_with_its_infolog_and_keeps_the_label() {
    let app = TestApp::start().await;
    let refusal = json!({"system": "d365", "op": "patch", "kind": "status", "status": 400,
        "message": "Write failed for table row of type 'SalesOrderHeaderV2Entity'. Infolog: Error: The order is locked."});
    app.fault(refusal).await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    let parked = app.shipment("SO-1").await;
    assert_eq!((parked.state, parked.resume), (State::Parked, Some(State::Labelled)));
    assert_eq!(parked.cause.clone().expect("a cause").code, "d365.write-refused");
    let desk = app.desk(ml_connector::desk::Role::Operator);
    app::desk::Commands::replay(&desk, parked.shipment_id.0, parked.version, String::new()).await.expect("replayed");
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.state, State::Announced);
    assert_eq!(app.live_labels("SO-1").await.len(), 1, "a replay of the write buys nothing");
}

impl TestApp {
    /// Pulls until the order is there, whatever faults stand in the way.
    async fn run_until_taken_in(&self, order: &str) {
        for _ in 0..60 {
            let pulled = ml_connector::work::poll::tick(&self.engine, &ml_connector::transport::Trace::engine()).await;
            drop(pulled.expect("stored"));
            if !self.engine.store.db.orders_by_number(order).await.expect("read").is_empty() {
                return;
            }
            self.advance(30).await;
        }
        panic!("{order} was never taken in");
    }
}
