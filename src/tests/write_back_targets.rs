//! The targets of the write-back: discovered, chosen, verified, tried on an order.

use crate::support::{Backend, TestApp, quick};
use crate::write_back::{all_fields, app_with, status_field};
use ml_connector::audit::{Actor, System};
use ml_connector::d365::targets::{DateForm, ValueKind};
use ml_connector::desk::Role;
use ml_connector::order::state::State;
use ml_connector::twin::TwinOptions;
use ml_connector::work::{verify, write_back};
use serde_json::{Value, json};

#[tokio::test]
async fn fields_are_discovered_from_either_document_and_only_those_that_fit() {
    for absent in [false, true] {
        let app = TestApp::start().await;
        app.entities(json!({"public_entities_absent": absent, "metadata_mb": 2, "locked": ["FdxSignedBy"]})).await;
        let d365 = app.engine.d365().await.expect("connected");
        let trace = ml_connector::transport::Trace::engine();
        let entity = d365.entity(&trace, "SalesOrderHeadersV2").await.expect("answered").expect("there");
        let offered = |kind| entity.offered(kind).iter().map(|one| one.name.clone()).collect::<Vec<_>>();
        let text = offered(ValueKind::Text);
        assert!(text[0].starts_with("Fdx"), "extension fields first: {text:?}");
        assert!(!text.contains(&"FdxSignedBy".to_owned()) && !text.contains(&"SalesOrderNumber".to_owned()));
        assert!(!text.contains(&"SalesOrderStatus".to_owned()), "locked by the vendor");
        assert!(text.contains(&"CustomersOrderReference".to_owned()));
        assert_eq!(
            offered(ValueKind::Moment)[..4],
            ["FdxDeliveredAt", "FdxEstimatedDelivery", "FdxShipDate", "FdxStatusAt"]
        );
        assert_eq!(offered(ValueKind::Money)[0], "FdxCharge");
        let form = |name: &str| entity.property(name).expect("there").shape.date_form();
        assert_eq!((form("FdxShipDate"), form("FdxStatusAt")), (DateForm::Date, DateForm::DateTime));
        assert_eq!(d365.entity(&trace, "Unheard").await.expect("answered"), None);
        let padded = app.calls("metadata").await;
        assert!(padded >= if absent { 2 } else { 1 });
    }
}

#[tokio::test]
async fn targets_are_verified_and_a_field_that_vanished_has_its_cause() {
    let app = app_with(Backend::Sqlite, TwinOptions::loopback(), all_fields()).await;
    let mut last = None;
    verify::tick(&app.engine, &mut last).await.expect("looked");
    let found = verify::last(&app.engine).await.expect("read").expect("kept");
    assert!(found.passed() && !found.targets[0].doubtful, "{found:?}");
    // Nobody looks again while nothing changed; a save and a start do.
    let calls = app.calls("metadata").await;
    verify::tick(&app.engine, &mut last).await.expect("looked");
    assert_eq!(app.calls("metadata").await, calls);
    app.entities(json!({"hidden": ["FdxStatus"]})).await;
    app.targets(all_fields()).await;
    verify::tick(&app.engine, &mut last).await.expect("looked");
    verify::tick(&app.engine, &mut None).await.expect("looked");
    let found = verify::last(&app.engine).await.expect("read").expect("kept");
    let cause = found.cause().expect("a cause");
    assert_eq!((cause.code.as_str(), cause.field.as_deref()), ("d365.write-field-unknown", Some("FdxStatus")));
    app.entities(json!({"hidden": [], "locked": ["FdxStatus"]})).await;
    let found = verify::verify(&app.engine, &Actor::CommandLine).await.expect("stored").expect("connected");
    assert_eq!(found.cause().expect("a cause").code, "d365.write-field-closed");
}

#[tokio::test]
async fn a_test_write_is_read_back_restored_and_told() {
    let mut targets = all_fields();
    let extra = serde_json::to_value(ml_connector::d365::Target::usual().wire()).expect("JSON");
    targets.as_array_mut().expect("a list").push(extra);
    let app = app_with(Backend::Sqlite, quick(), targets).await;
    app.order("SO-1").await;
    app.set_field("SO-1", json!({"FdxStatus": "typed by a person", "action": "packing_slip"})).await;
    app.pull().await;
    // Not shipped by us any more, so it must be known from before.
    app.order("SO-2").await;
    app.pull().await;
    let before = app.d365_order("SO-2").await["header"].clone();
    let desk = app.desk(Role::Admin);
    let sentences = app::desk::WriteBackDesk::test_write(&desk, "usmf".into(), "SO-2".into()).await.expect("tried");
    assert!(sentences.passed && sentences.lines[0].contains("Written and read back"), "{sentences:?}");
    assert!(sentences.lines[0].contains("Restored, and read back as it was."), "{sentences:?}");
    assert!(sentences.lines[1].contains("Not tried"), "no packing slip: {sentences:?}");
    let without = |mut header: Value| {
        header
            .as_object_mut()
            .expect("fields")
            .retain(|name, value| !name.starts_with("Fdx") || *value != json!("") && *value != json!(0));
        header
    };
    let after = app.d365_order("SO-2").await["header"].clone();
    for field in ["FdxStatus", "FdxTrackingNumber"] {
        assert_eq!(after[field].as_str().unwrap_or_default(), before[field].as_str().unwrap_or_default());
    }
    assert_eq!(without(after.clone())["SalesOrderName"], without(before)["SalesOrderName"]);

    // A field that keeps less than it takes shows itself, and is restored all the same.
    app.entities(json!({"truncate": 3})).await;
    let cut = app::desk::WriteBackDesk::test_write(&desk, "usmf".into(), "SO-2".into()).await.expect("tried");
    assert!(!cut.passed && cut.lines[0].contains("Accepted and not kept"), "{cut:?}");
    assert!(cut.lines[0].contains("Restored"), "{cut:?}");
    let order = app.shipment("SO-2").await.order_id;
    let trail = app.engine.store.db.trail_of_order(&order.0, 1_000).await.expect("read");
    assert!(trail.iter().any(|row| row.action == "desk.test-write" && row.outcome == "failed"));
    let operator = app.desk(Role::Operator);
    let refused = app::desk::WriteBackDesk::test_write(&operator, "usmf".into(), "SO-2".into()).await;
    assert_eq!(refused.expect_err("refused").code, "desk.not-allowed");
}

#[tokio::test]
async fn a_test_write_leaves_an_order_alone_whose_label_is_in_flight() {
    let app = app_with(Backend::Sqlite, TwinOptions::loopback(), status_field()).await;
    app.fault(json!({"system": "fedex", "op": "ship", "kind": "cut_after"})).await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.state, State::OutcomeUnknown);
    let desk = app.desk(Role::Admin);
    let refused = app::desk::WriteBackDesk::test_write(&desk, "usmf".into(), "SO-1".into()).await.expect_err("refused");
    assert_eq!(refused.code, "write-back.busy");
    let order = app.shipment("SO-1").await.order_id;
    let turn = write_back::take_turn(&app.engine, &order).await.expect("read").expect("the refusal gave it back");
    let refused = app::desk::WriteBackDesk::test_write(&desk, "usmf".into(), "SO-1".into()).await.expect_err("refused");
    assert_eq!(refused.code, "write-back.busy", "somebody writes it");
    write_back::end_turn(&app.engine, &turn).await.expect("ended");
    assert_eq!(app.calls("patch").await, 0);
}

#[tokio::test]
async fn targets_are_chosen_on_the_page_and_the_rest_of_the_connection_stays() {
    let app = app_with(Backend::Sqlite, TwinOptions::loopback(), status_field()).await;
    let desk = app.desk(Role::Admin);
    let before = ml_connector::desk::connections::saved(&app.engine, System::D365).await.expect("read").expect("saved");
    app::desk::WriteBackDesk::discover_fields(&desk, "SalesOrderHeadersV2".into()).await.expect("asked");
    let form = app::contract::FieldForm {
        entity_set: "SalesOrderHeadersV2".into(),
        value: "ship_date".into(),
        property: "FdxShipDate".into(),
        ..app::contract::FieldForm::default()
    };
    app::desk::WriteBackDesk::save_field(&desk, form.clone()).await.expect("saved");
    app.clock.advance_ms(3_000);
    app::desk::WriteBackDesk::add_target(&desk, "order_note".into()).await.expect("added");
    app.clock.advance_ms(3_000);
    let page = app::desk::WriteBackDesk::write_back(&desk).await.expect("read");
    assert!(page.may_edit && page.targets.len() == 2, "{page:?}");
    let ship_date = page.targets[0].fields.iter().find(|field| field.value == "ship_date").expect("there");
    assert_eq!(ship_date.remark, "as a day", "the discovered shape is kept");
    assert!(page.discovered[0].fields[0].extension && !page.presets.iter().any(|preset| preset.name == "order_note"));
    let key = page.targets[1].key.clone();
    app::desk::WriteBackDesk::remove_field(&desk, key.clone(), String::new()).await.expect("removed");
    app.clock.advance_ms(3_000);
    let stale = app::desk::WriteBackDesk::remove_field(&desk, key, String::new()).await.expect_err("stale");
    assert_eq!(stale.code, "desk.stale");
    let after = ml_connector::desk::connections::saved(&app.engine, System::D365).await.expect("read").expect("saved");
    for name in ["base_url", "tenant_id", "client_id", "legal_entities", "orders"] {
        assert_eq!(after.document[name], before.document[name], "{name}");
    }
    app.pull().await;

    let wrong = app::contract::FieldForm { property: "Fdx,Ship".into(), ..form.clone() };
    let refused = app::desk::WriteBackDesk::save_field(&desk, wrong).await.expect_err("refused");
    assert!(refused.message.contains("write_back.0.fields.ship_date.property"), "{refused:?}");
    let operator = app.desk(Role::Operator);
    let refused = app::desk::WriteBackDesk::save_field(&operator, form).await.expect_err("refused");
    assert_eq!(refused.code, "desk.not-allowed");
}
