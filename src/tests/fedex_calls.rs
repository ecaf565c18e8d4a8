//! The calls around a label against the twin: quotes, addresses, the Ground close, and labels whose
//! answer or job was lost.

use crate::support::{TestApp, is};
use ml_connector::clock;
use ml_connector::fedex::Classification;
use ml_connector::order::consignee::Consignee;
use ml_connector::order::state::State;
use ml_connector::transport::Trace;
use serde_json::{Value, json};
use std::sync::Arc;

async fn fedex(app: &TestApp) -> Arc<ml_connector::fedex::Fedex> {
    app.engine.fedex().await.expect("connected")
}

#[tokio::test]
async fn a_quote_names_our_price_and_the_list_price_of_every_service() {
    let app = TestApp::start().await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    let shipment = app.shipment("SO-1").await;
    let today = clock::date(app.clock.now_ms());
    let quotes = fedex(&app).await.quote(&Trace::engine(), &shipment.plan.expect("a plan"), &today).await;
    let quotes = quotes.expect("quoted");
    assert!(quotes.len() >= 5, "{quotes:?}");
    let ground = quotes.iter().find(|quote| quote.service == "FEDEX_GROUND").expect("by Ground");
    let (ours, list) = (ground.account.clone().expect("ours"), ground.list.clone().expect("listed"));
    assert_eq!(Some(ours.amount), shipment.charge.map(|charge| charge.amount));
    assert!(list.amount > ours.amount && ours.currency == "USD");
    assert_eq!(ground.transit_days.as_deref(), Some("3 Business Days"));
    assert!(ground.delivery.is_some());
}

#[tokio::test]
async fn an_address_is_known_or_not_and_neither_is_a_failure() {
    let app = TestApp::start().await;
    let at = |street: &str, postal_code: &str| Consignee {
        name: "Norwood Pump Co".into(),
        street: vec![street.into()],
        city: "Memphis".into(),
        region: Some("TN".into()),
        postal_code: Some(postal_code.into()),
        country: "US".into(),
        phone: "9015550100".into(),
    };
    let fedex = fedex(&app).await;
    let home = fedex.resolve_address(&Trace::engine(), &at("12 Maple Lane", "38118")).await.expect("answered");
    assert_eq!((home.known, home.classification), (true, Classification::Residential));
    assert_eq!(home.street, ["12 MAPLE LN"]);
    // The twin proposes the code of the town for one of another state.
    let moved = fedex.resolve_address(&Trace::engine(), &at("10 Dock Road", "75201")).await.expect("answered");
    assert_eq!((moved.postal_code.as_str(), moved.classification.residential()), ("38116", Some(false)));
    let mut nowhere = at("1 Main St", "00000");
    nowhere.city = "Nowhere".into();
    assert!(!fedex.resolve_address(&Trace::engine(), &nowhere).await.expect("answered").known);
    let code = json!({"system": "fedex", "op": "address", "kind": "status", "status": 400,
        "code": "STANDARDIZED.ADDRESS.NOTFOUND", "message": "Standardized address is not found."});
    app.fault(code).await;
    assert!(!fedex.resolve_address(&Trace::engine(), &nowhere).await.expect("answered").known);
}

#[tokio::test]
async fn the_ground_of_a_day_is_closed_once() {
    let app = TestApp::start().await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    let number = app.shipment("SO-1").await.tracking_number.expect("a number");
    let fedex = fedex(&app).await;
    let account = fedex.credentials().account_number.clone();
    let today = clock::date(app.clock.now_ms());
    let closed = fedex.close_ground(&Trace::engine(), &account, &today).await.expect("closed");
    let manifest = &closed.documents[0];
    assert_eq!((manifest.content_type.as_str(), manifest.image_type.as_str()), ("MANIFEST", "PDF"));
    assert!(String::from_utf8_lossy(&manifest.bytes).contains(&number));
    let again = fedex.close_ground(&Trace::engine(), &account, &today).await.expect("answered");
    assert!(again.documents.is_empty() && again.sentence.starts_with("FedEx has nothing left to close."));
}

/// Numbers of the pieces in their order.
async fn pieces(app: &TestApp, order: &str) -> Vec<String> {
    let shipment = app.shipment(order).await;
    let mut pieces = app.engine.store.db.pieces_of(&shipment.shipment_id).await.expect("read");
    pieces.sort_by_key(|piece| piece.sequence);
    pieces.into_iter().map(|piece| piece.tracking_number).collect()
}

fn numbers(label: &Value) -> Vec<String> {
    let numbers = label["tracking_numbers"].as_array().expect("numbers");
    numbers.iter().filter_map(|number| number.as_str().map(str::to_owned)).collect()
}

#[tokio::test]
async fn packages_whose_answer_was_lost_are_found_each_in_its_place() {
    let app = TestApp::start().await;
    app.fault(json!({"system": "fedex", "op": "ship", "kind": "cut_after"})).await;
    let line = json!({"weight_kg": 4, "quantity": 12, "ship_alone": true});
    app.order_with("SO-1", json!({"lines": [line]})).await;
    app.pull().await;
    app.drive().await;
    let found = app.run_until("SO-1", 60, 60, is(State::Announced)).await;
    assert!(found.reprint_needed);
    let labels = app.live_labels("SO-1").await;
    assert_eq!(labels.len(), 1);
    assert_eq!(found.tracking_number.as_deref(), labels[0]["tracking_number"].as_str());
    assert_eq!(pieces(&app, "SO-1").await, numbers(&labels[0]));
    app.assert_clean().await;
}

#[tokio::test]
async fn the_labels_of_a_job_fedex_no_longer_knows_are_found_by_their_reference() {
    let app = TestApp::start().await;
    let forgotten = json!({"system": "fedex", "op": "results", "kind": "status", "status": 400, "times": 0,
        "code": "SHIPMENT.JOBID.INVALID", "message": "The job id is invalid."});
    app.fault(forgotten).await;
    app.order_with("SO-1", json!({"lines": [{"weight_kg": 4, "quantity": 45, "ship_alone": true}]})).await;
    app.pull().await;
    app.drive().await;
    app.run_until("SO-1", 60, 60, is(State::Announced)).await;
    let labels = app.live_labels("SO-1").await;
    assert_eq!(labels.len(), 1, "nothing was bought twice");
    assert_eq!(pieces(&app, "SO-1").await, numbers(&labels[0]));
    app.assert_clean().await;
}
