//! An order's whole way, and what both sides hold at its end.

use crate::support::{TestApp, backends, is, quick};
use ml_connector::order::state::State;
use serde_json::json;

#[tokio::test]
async fn a_confirmed_order_is_labelled_announced_delivered_and_closed() {
    for backend in backends() {
        let app = TestApp::start_on(backend, quick()).await;
        app.order_with("SO-1", json!({"invoice": "INV-77"})).await;
        assert_eq!(app.pull().await.new, 1);
        app.drive().await;
        let shipment = app.shipment("SO-1").await;
        assert_eq!(shipment.state, State::Announced, "{:?}", shipment.cause);

        let number = shipment.tracking_number.clone().expect("a tracking number");
        let order = app.d365_order("SO-1").await;
        assert_eq!(order["FdxTrackingNumber"], number.as_str());
        assert_eq!(order["FdxStatus"], "labelled");
        let charge = shipment.charge.clone().expect("rated");
        assert_eq!(order["FdxCharge"].to_string(), charge.amount.to_string());
        assert_eq!(order["FdxChargeCurrency"], charge.currency.as_str());

        let labels = app.live_labels("SO-1").await;
        assert_eq!(labels.len(), 1);
        let sent = labels[0]["request"].to_string();
        for expected in [
            r#"{"customerReferenceType":"P_O_NUMBER","value":"SO-1"}"#,
            r#"{"customerReferenceType":"INVOICE_NUMBER","value":"INV-77"}"#,
            &format!(
                r#"{{"customerReferenceType":"CUSTOMER_REFERENCE","value":"{}"}}"#,
                shipment.reference.as_deref().expect("ours")
            ),
        ] {
            assert!(sent.contains(expected), "{expected} is missing in {sent}");
        }
        let (kind, bytes) =
            app.engine.store.db.document(&shipment.shipment_id, 1, 1).await.expect("read").expect("a label");
        assert!(kind == "PDF" && bytes.starts_with(b"%PDF"));

        let closed = app.run_until("SO-1", 60, 300, is(State::Closed)).await;
        let order = app.d365_order("SO-1").await;
        assert_eq!(order["FdxStatus"], "delivered");
        let delivered = ml_connector::clock::rfc3339(closed.delivered_ms.expect("a time"));
        assert_eq!(order["FdxDeliveredAt"], delivered.as_str());
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn the_trail_tells_the_whole_way_in_order() {
    let app = TestApp::start_on(crate::support::Backend::Sqlite, quick()).await;
    app.order("SO-1").await;
    app.pull().await;
    app.run_until("SO-1", 60, 300, is(State::Closed)).await;
    let shipment = app.shipment("SO-1").await;
    let trail = app.engine.store.db.trail_of_order(&shipment.order_id.0, 1_000).await.expect("read");
    let told: Vec<String> = trail
        .iter()
        .filter(|row| !row.action.starts_with("parcel."))
        .map(|row| format!("{} {}", row.action, row.outcome))
        .collect();
    insta::assert_json_snapshot!("the_trail_of_an_order", told);
}

#[tokio::test]
async fn pulling_again_and_confirming_again_ships_nothing_twice() {
    let app = TestApp::start().await;
    app.order("SO-1").await;
    for _ in 0..3 {
        app.pull().await;
        app.drive().await;
    }
    app.twin_send(reqwest::Method::PATCH, "/_twin/orders/usmf/SO-1", Some(json!({"action": "confirm"}))).await;
    app.advance(120).await;
    app.pull().await;
    app.drive().await;
    assert_eq!(app.live_labels("SO-1").await.len(), 1);
}

#[tokio::test]
async fn every_page_of_orders_is_read() {
    let options = ml_connector::twin::TwinOptions { page_size: 3, ..quick() };
    let app = TestApp::start_on(crate::support::Backend::Sqlite, options).await;
    for number in 1..=10 {
        app.order(&format!("SO-{number}")).await;
    }
    assert_eq!(app.pull().await.new, 10);
}

#[tokio::test]
async fn a_pull_throttled_in_the_middle_goes_on_where_it_stopped() {
    let options = ml_connector::twin::TwinOptions { page_size: 3, ..quick() };
    let app = TestApp::start_on(crate::support::Backend::Sqlite, options).await;
    for number in 1..=7 {
        app.order(&format!("SO-{number}")).await;
    }
    // The first page passes, the second is throttled.
    app.fault(json!({"system": "d365", "op": "orders", "kind": "status", "status": 429, "match": "skip"})).await;
    let trace = ml_connector::transport::Trace::engine();
    let first = ml_connector::work::poll::tick(&app.engine, &trace).await.expect("stored");
    assert!(first.is_err(), "{first:?}");
    // It named no time, so nothing leaves for half a minute and a little more.
    app.clock.advance_ms(36_000);
    assert_eq!(app.pull().await.seen, 4, "only the pages that were missing");
    assert_eq!(app.pull().await.seen, 7, "and then all again");
}

#[tokio::test]
async fn what_cannot_ship_is_parked_with_its_cause_and_a_mend_in_dynamics_releases_it() {
    let app = TestApp::start().await;
    let long = "120 Industrial Parkway Building 7 Suite 210";
    app.order_with("SO-1", json!({"address": {"street": long}})).await;
    app.order("SO-2").await;
    app.pull().await;
    app.drive().await;
    let parked = app.shipment("SO-1").await;
    assert_eq!(parked.cause.expect("a cause").code, "order.street-too-long");
    assert_eq!(app.shipment("SO-2").await.state, State::Announced, "one bad order holds up no other");

    let mend = json!({"DeliveryAddressStreet": "120 Industrial Parkway\nBuilding 7 Suite 210"});
    app.twin_send(reqwest::Method::PATCH, "/_twin/orders/usmf/SO-1", Some(mend)).await;
    assert_eq!(app.pull().await.changed, 1);
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.state, State::Announced);
}

#[tokio::test]
async fn an_order_cancelled_before_its_label_is_not_shipped() {
    let app = TestApp::start().await;
    app.order_with("SO-1", json!({"address": {"zip": "1"}})).await;
    app.pull().await;
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.state, State::Parked);
    app.twin_send(reqwest::Method::PATCH, "/_twin/orders/usmf/SO-1", Some(json!({"action": "cancel"}))).await;
    app.advance(120).await;
    let desk = app.desk(ml_connector::desk::Role::Operator);
    let shipment = app.shipment("SO-1").await;
    app::desk::Commands::replay(&desk, shipment.shipment_id.0, shipment.version, "again".into())
        .await
        .expect("replayed");
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.state, State::Cancelled);
    assert!(app.live_labels("SO-1").await.is_empty());
}

#[tokio::test]
async fn tracking_goes_onto_the_packing_slip_when_that_is_the_target() {
    let app = TestApp::start().await;
    let mut credentials = app.twin.d365_credentials();
    credentials.as_object_mut().expect("an object").remove("write_back");
    app.connect(ml_connector::audit::System::D365, credentials).await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    let waiting = app.shipment("SO-1").await;
    assert_eq!(waiting.state, State::Labelled);
    assert_eq!(waiting.cause.expect("it waits").code, "d365.packing-slip-missing");
    app.twin_send(reqwest::Method::PATCH, "/_twin/orders/usmf/SO-1", Some(json!({"action": "packing_slip"}))).await;
    app.run_until("SO-1", 20, 60, |shipment| shipment.state != State::Labelled).await;
    let order = app.d365_order("SO-1").await.to_string();
    assert!(order.contains(&waiting.tracking_number.expect("a number")), "{order}");
}
