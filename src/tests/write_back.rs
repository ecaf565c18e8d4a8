//! Write-back into Dynamics 365: what goes where, how often, and what becomes of it when something is wrong.

use crate::support::{Backend, TestApp, backends, is, quick};
use ml_connector::audit::{Actor, System};
use ml_connector::desk::Role;
use ml_connector::order::state::State;
use ml_connector::store::write_backs::{WriteBack, WriteState};
use ml_connector::twin::TwinOptions;
use ml_connector::work::{reconcile, verify, write_back};
use serde_json::{Value, json};

/// A field of the customer's own for every value.
fn all_fields() -> Value {
    json!([{
        "kind": "patch", "entity_set": "SalesOrderHeadersV2", "fields": {
            "tracking_number": {"property": "FdxTrackingNumber", "max_length": 30},
            "tracking_url": {"property": "FdxTrackingUrl", "max_length": 100},
            "service": {"property": "FdxService"},
            "status": {"property": "FdxStatus"},
            "status_time": {"property": "FdxStatusAt"},
            "last_scan": {"property": "FdxLastScan", "max_length": 100},
            "ship_date": {"property": "FdxShipDate"},
            "delivered_at": {"property": "FdxDeliveredAt"},
            "charge_amount": {"property": "FdxCharge"},
            "charge_currency": {"property": "FdxChargeCurrency"},
            "invoice_reference": {"property": "FdxInvoice"},
        },
    }])
}

/// One field of the order.
fn one_field(value: &str, field: Value) -> Value {
    json!([{"kind": "patch", "entity_set": "SalesOrderHeadersV2", "fields": {value: field}}])
}

fn status_field() -> Value {
    one_field("status", json!({"property": "FdxStatus"}))
}

async fn app_with(backend: Backend, options: TwinOptions, targets: Value) -> TestApp {
    let app = TestApp::start_on(backend, options).await;
    app.targets(targets).await;
    app
}

impl TestApp {
    async fn targets(&self, targets: Value) {
        let mut credentials = self.twin.d365_credentials();
        credentials["write_back"] = targets;
        self.connect(System::D365, credentials).await;
    }

    /// An order with its label announced.
    async fn announced(&self, number: &str) {
        self.order(number).await;
        self.pull().await;
        self.drive().await;
        let shipment = self.shipment(number).await;
        assert_eq!(shipment.state, State::Announced, "{:?}", shipment.cause);
    }

    /// Waits out the debounce and writes what is due.
    async fn write_due(&self) -> usize {
        self.advance(6).await;
        write_back::tick(&self.engine).await.expect("written")
    }

    async fn row(&self, number: &str) -> WriteBack {
        let order = self.shipment(number).await.order_id;
        self.engine.store.db.write_back(&order).await.expect("read").expect("something is owed")
    }

    async fn due(&self, number: &str) {
        let order = self.shipment(number).await.order_id;
        let mut tx = self.engine.store.begin().await.expect("begun");
        tx.write_back_due(&order, self.clock.now_ms()).await.expect("due");
        tx.commit().await.expect("committed");
    }

    async fn entities(&self, switches: Value) {
        self.twin_post("/_twin/entities", switches).await;
    }

    async fn calls(&self, op: &str) -> u64 {
        self.twin_get("/_twin/calls").await["counts"][format!("d365.{op}")].as_u64().unwrap_or(0)
    }

    async fn d365_field(&self, number: &str, property: &str) -> Value {
        self.d365_order(number).await["header"][property].clone()
    }

    /// Hours pass, FedEx is asked, and what it said is written.
    async fn pass_s(&self, seconds: i64) {
        self.advance(seconds).await;
        reconcile::tick(&self.engine).await.expect("asked");
        self.drive().await;
        self.write_due().await;
    }

    async fn set_field(&self, number: &str, fields: Value) {
        self.twin_send(reqwest::Method::PATCH, &format!("/_twin/orders/usmf/{number}"), Some(fields)).await;
    }
}

#[tokio::test]
async fn news_after_the_label_reach_every_field_with_what_was_read_back() {
    for backend in backends() {
        let app = app_with(backend, quick(), all_fields()).await;
        app.order_with("SO-1", json!({"invoice": "INV-77"})).await;
        app.pull().await;
        app.drive().await;
        assert_eq!(app.write_due().await, 1);
        let row = app.row("SO-1").await;
        assert_eq!((row.state, row.cause.clone()), (WriteState::Done, None));
        let day = ml_connector::clock::date(app.shipment("SO-1").await.labelled_ms.expect("a label"));
        let header = app.d365_order("SO-1").await["header"].clone();
        assert_eq!(header["FdxShipDate"], format!("{day}T12:00:00Z"), "a day goes at noon");
        assert_eq!(header["FdxInvoice"], "INV-77");
        assert_eq!(header["FdxService"], "FEDEX_GROUND");
        let number = app.shipment("SO-1").await.tracking_number.expect("a number");
        assert_eq!(header["FdxTrackingUrl"], format!("https://www.fedex.com/fedextrack/?trknbr={number}"));

        // The parcel moves: the order says so before anybody confirms a delivery.
        app.twin_post("/_twin/clock", json!({"journey_s": 7_200})).await;
        app.pass_s(3_700).await;
        let moving = app.row("SO-1").await;
        assert_eq!(moving.state, WriteState::Done, "{:?}", moving.cause);
        let header = app.d365_order("SO-1").await["header"].clone();
        let status = header["FdxStatus"].as_str().expect("text").to_owned();
        assert!(["in_transit", "out_for_delivery", "delivered"].contains(&status.as_str()), "{status}");
        assert!(!header["FdxLastScan"].as_str().unwrap_or_default().is_empty());
        assert_ne!(header["FdxStatusAt"], "1900-01-01T00:00:00Z");

        app.run_until("SO-1", 60, 300, is(State::Closed)).await;
        app.write_due().await;
        let row = app.row("SO-1").await;
        let proof = |property: &str| row.proof.iter().find(|one| one.property == property).map(|one| one.value.clone());
        assert_eq!(proof("FdxStatus").as_deref(), Some("delivered"));
        let delivered = app.d365_field("SO-1", "FdxDeliveredAt").await;
        assert_eq!(proof("FdxDeliveredAt").as_deref(), delivered.as_str());
        assert!(row.verified_ms.is_some() && row.proof.iter().all(|one| one.ours));
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn what_matches_is_not_patched_and_news_without_news_are_not_even_read() {
    let app = app_with(Backend::Sqlite, quick(), status_field()).await;
    app.announced("SO-1").await;
    assert_eq!(app.calls("patch").await, 1);
    assert_eq!(app.write_due().await, 1);
    assert_eq!(app.calls("patch").await, 1, "the announcement wrote it already");
    let read = app.calls("order").await;
    app.due("SO-1").await;
    assert_eq!(app.write_due().await, 1);
    assert_eq!(app.calls("order").await, read, "nothing changed, so nobody is asked");
    assert_eq!(app.row("SO-1").await.state, WriteState::Done);
}

#[tokio::test]
async fn somebody_elses_edit_is_read_anew_and_ours_applied_on_top() {
    for fault in ["412", "infolog"] {
        let app = app_with(Backend::Sqlite, quick(), all_fields()).await;
        app.order("SO-1").await;
        app.pull().await;
        if fault == "412" {
            app.entities(json!({"edits": 2})).await;
        } else {
            let message = "Write failed for table row of type 'SalesOrderHeaderV2Entity'. Infolog: Error: An update conflict occurred due to another user process deleting the record or changing one or more fields.";
            app.fault(json!({"system": "d365", "op": "patch", "kind": "status", "status": 500, "message": message, "times": 2})).await;
        }
        app.drive().await;
        assert_eq!(app.shipment("SO-1").await.state, State::Announced, "{fault}");
        assert_eq!(app.d365_field("SO-1", "FdxStatus").await, "labelled", "{fault}");
        if fault == "412" {
            assert_eq!(
                app.d365_field("SO-1", "CampaignId").await,
                "edited meanwhile, 0 more to come",
                "their edit stays"
            );
        }
    }
}

#[tokio::test]
async fn conflicts_without_end_are_tried_later_and_not_for_ever_at_once() {
    let app = app_with(Backend::Sqlite, quick(), status_field()).await;
    app.announced("SO-1").await;
    app.set_field("SO-1", json!({"FdxStatus": "typed over"})).await;
    app.entities(json!({"edits": 1_000})).await;
    let before = app.calls("patch").await;
    app.due("SO-1").await;
    app.write_due().await;
    assert_eq!(app.calls("patch").await - before, 3, "bounded");
    let row = app.row("SO-1").await;
    assert_eq!((row.state, row.failures), (WriteState::Waiting, 1));
    assert_eq!(row.cause.expect("a cause").code, "d365.write-conflict");
    app.entities(json!({"edits": 0})).await;
    app.write_due().await;
    assert_eq!(app.row("SO-1").await.state, WriteState::Done);
}

#[tokio::test]
async fn a_500_with_an_infolog_asks_a_person_and_one_without_passes() {
    let app = app_with(Backend::Sqlite, quick(), status_field()).await;
    app.announced("SO-1").await;
    app.set_field("SO-1", json!({"FdxStatus": "typed over"})).await;
    app.fault(json!({"system": "d365", "op": "patch", "kind": "status", "status": 500})).await;
    app.due("SO-1").await;
    app.write_due().await;
    let row = app.row("SO-1").await;
    assert_eq!((row.state, row.cause.expect("a cause").code.as_str()), (WriteState::Waiting, "d365.unavailable"));

    let message = "Write failed for table row of type 'X'. Infolog: Error: The order is locked by credit control.";
    app.fault(json!({"system": "d365", "op": "patch", "kind": "status", "status": 500, "message": message})).await;
    app.write_due().await;
    let row = app.row("SO-1").await;
    let cause = row.cause.expect("a cause");
    assert_eq!((row.state, cause.code.as_str()), (WriteState::Parked, "d365.write-refused"));
    assert_eq!(cause.detail.as_deref(), Some("The order is locked by credit control."));
    let order = app.shipment("SO-1").await.order_id;
    let trail = app.engine.store.db.trail_of_order(&order.0, 1_000).await.expect("read");
    let parked = trail.iter().find(|row| row.action == "write-back.parked").expect("told");
    assert!(
        parked.summary.contains("credit control") && !parked.summary.contains("UpdateProcessor"),
        "{}",
        parked.summary
    );

    // News leave it parked; a person lets it go on, with a reason in the trail.
    app.due("SO-1").await;
    assert_eq!(app.write_due().await, 0);
    let desk = app.desk(Role::Operator);
    app::desk::WriteBackDesk::write_again(&desk, "usmf".into(), "SO-1".into(), "mended".into()).await.expect("again");
    app.write_due().await;
    assert_eq!(app.row("SO-1").await.state, WriteState::Done);
    assert_eq!(app.d365_field("SO-1", "FdxStatus").await, "labelled");
    let trail = app.engine.store.db.trail_of_order(&order.0, 1_000).await.expect("read");
    assert!(trail.iter().any(|row| row.action == "desk.write-again" && row.summary.contains("mended")));
    let viewer = app.desk(Role::Viewer);
    let refused = app::desk::WriteBackDesk::write_again(&viewer, "usmf".into(), "SO-1".into(), String::new()).await;
    assert_eq!(refused.expect_err("refused").code, "desk.not-allowed");
}

#[tokio::test]
async fn a_write_that_is_accepted_and_not_kept_is_told() {
    let app = app_with(Backend::Sqlite, quick(), all_fields()).await;
    app.entities(json!({"truncate": 4})).await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    let cause = app.shipment("SO-1").await.cause.expect("a cause");
    assert_eq!(cause.code, "d365.write-not-kept");
    assert!(cause.detail.expect("what was read").contains("read back"));
}

#[tokio::test]
async fn an_order_has_one_writer_at_a_time() {
    for backend in backends() {
        let app = app_with(backend, quick(), status_field()).await;
        app.announced("SO-1").await;
        app.write_due().await;
        let order = app.shipment("SO-1").await.order_id;
        let turn = write_back::take_turn(&app.engine, &order).await.expect("read").expect("free");
        assert!(write_back::take_turn(&app.engine, &order).await.expect("read").is_none());
        app.due("SO-1").await;
        assert_eq!(app.write_due().await, 0, "somebody else writes it");
        write_back::end_turn(&app.engine, &turn).await.expect("ended");
        assert_eq!(write_back::tick(&app.engine).await.expect("written"), 1);

        // A dead process's right ends by itself.
        let _lost = write_back::take_turn(&app.engine, &order).await.expect("read").expect("free");
        app.due("SO-1").await;
        app.advance(601).await;
        assert_eq!(write_back::tick(&app.engine).await.expect("written"), 1);
    }
}

#[tokio::test]
async fn news_that_come_while_an_order_is_written_are_not_lost() {
    for backend in backends() {
        let app = app_with(backend, quick(), status_field()).await;
        app.announced("SO-1").await;
        app.write_due().await;
        app.set_field("SO-1", json!({"FdxStatus": "typed over"})).await;
        let order = app.shipment("SO-1").await.order_id;
        let mut tx = app.engine.store.begin().await.expect("begun");
        tx.write_again(&order, app.clock.now_ms()).await.expect("due");
        tx.commit().await.expect("committed");
        // The write hangs in its first read; news come in meanwhile.
        app.fault(json!({"system": "d365", "op": "order", "kind": "delay", "delay_ms": 800})).await;
        let engine = app.engine.clone();
        let (written, ()) = futures::join!(write_back::tick(&engine), async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            app.due("SO-1").await;
        });
        assert_eq!(written.expect("written"), 2, "{backend:?}: once more, for the news");
        let row = app.row("SO-1").await;
        assert_eq!((row.state, row.failures), (WriteState::Done, 0), "{backend:?}");
        assert!(row.proof.iter().any(|one| one.value == "labelled"));
    }
}

#[tokio::test]
async fn the_policy_of_a_field_says_whose_value_stays() {
    let app = app_with(
        Backend::Sqlite,
        quick(),
        json!([{"kind": "patch", "entity_set": "SalesOrderHeadersV2", "fields": {
            "tracking_number": {"property": "FdxTrackingNumber", "policy": "only_if_empty"},
            "status": {"property": "FdxHistory", "policy": "append", "max_length": 1000},
            "service": {"property": "FdxState", "values": {"FEDEX_GROUND": "Open", "*": "Trouble"}},
        }}]),
    )
    .await;
    app.order("SO-1").await;
    app.set_field("SO-1", json!({"FdxTrackingNumber": "typed by a person", "FdxHistory": "called the customer"})).await;
    app.pull().await;
    app.drive().await;
    assert_eq!(app.d365_field("SO-1", "FdxTrackingNumber").await, "typed by a person");
    assert_eq!(app.d365_field("SO-1", "FdxHistory").await, "called the customer\nlabelled");
    assert_eq!(app.d365_field("SO-1", "FdxState").await, "Open");
    app.write_due().await;
    let order = app.shipment("SO-1").await.order_id;
    let mut tx = app.engine.store.begin().await.expect("begun");
    tx.write_again(&order, app.clock.now_ms()).await.expect("due");
    tx.commit().await.expect("committed");
    app.write_due().await;
    assert_eq!(app.d365_field("SO-1", "FdxHistory").await, "called the customer\nlabelled", "a line is appended once");
    let row = app.row("SO-1").await;
    let theirs: Vec<&str> = row.proof.iter().filter(|one| !one.ours).map(|one| one.property.as_str()).collect();
    assert_eq!(theirs, ["FdxTrackingNumber"]);
}

#[tokio::test]
async fn targets_are_for_their_legal_entities() {
    let mut targets = status_field();
    targets[0]["companies"] = json!(["usrt"]);
    let app = app_with(Backend::Sqlite, quick(), targets).await;
    app.order("SO-1").await;
    app.order_with("SO-2", json!({"company": "usrt"})).await;
    app.pull().await;
    app.drive().await;
    app.write_due().await;
    assert_eq!(app.d365_order("SO-2").await["FdxStatus"], "labelled");
    assert_eq!(app.d365_order("SO-1").await["FdxStatus"], "");
    assert_eq!(app.row("SO-1").await.state, WriteState::Done);
}

#[tokio::test]
async fn identifiers_keep_their_leading_spaces_and_apostrophes() {
    let app = app_with(Backend::Sqlite, quick(), status_field()).await;
    let number = " O'B/1";
    app.order(number).await;
    app.pull().await;
    app.drive().await;
    app.write_due().await;
    let order = app.twin_get("/_twin/orders?number=%20O%27B%2F1").await;
    assert!(order.to_string().contains("labelled"), "{order}");
    assert_eq!(app.row(number).await.state, WriteState::Done);
}

#[tokio::test]
async fn notes_and_the_label_are_attached_once_whatever_is_lost() {
    for (fault, times) in [(None, 0), (Some("cut_after"), 1), (Some("error_after"), 2)] {
        let preset = |name: &str| serde_json::to_value(ml_connector::d365::Target::preset(name).expect("there").wire());
        let mut targets = vec![status_field()[0].clone()];
        targets.extend(["order_note", "label_attachment"].map(|name| preset(name).expect("JSON")));
        let app = app_with(Backend::Sqlite, quick(), targets.into()).await;
        app.announced("SO-1").await;
        if let Some(kind) = fault {
            app.fault(json!({"system": "d365", "op": "post", "kind": kind, "times": times})).await;
        }
        for _ in 0..4 {
            app.write_due().await;
        }
        let number = app.shipment("SO-1").await.tracking_number.expect("a number");
        let attached = |order: &Value| -> Vec<(String, String)> {
            let rows = order["attachments"].as_array().cloned().unwrap_or_default();
            let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
            let mut all: Vec<(String, String)> = rows
                .iter()
                .map(|row| (text(row, "AttachmentDescription"), text(row, "DocumentAttachmentTypeCode")))
                .collect();
            all.sort();
            all
        };
        let order = app.d365_order("SO-1").await;
        let expected =
            [(format!("FedEx {number}"), "Note".to_owned()), (format!("FedEx label {number}"), "File".to_owned())];
        assert_eq!(attached(&order), expected, "{fault:?}");
        let file = order["attachments"].as_array().expect("rows").iter().find(|row| row["FileType"] == "pdf");
        assert!(file.expect("the label")["Attachment"].as_str().expect("base64").starts_with("JVBERi"), "a PDF");
        let trail =
            app.engine.store.db.trail_of_order(&app.shipment("SO-1").await.order_id.0, 1_000).await.expect("read");
        assert!(
            !trail.iter().any(|row| row.body.as_deref().unwrap_or_default().contains("JVBERi")),
            "no label in the trail"
        );

        app.run_until("SO-1", 60, 300, is(State::Closed)).await;
        app.write_due().await;
        let order = app.d365_order("SO-1").await;
        assert_eq!(attached(&order).len(), 3, "and one note of the delivery");
    }
}

#[tokio::test]
async fn tracking_rows_come_with_the_packing_slip_once_and_go_with_the_label() {
    for raced in [0, 1] {
        let app = TestApp::start().await;
        let mut credentials = app.twin.d365_credentials();
        credentials.as_object_mut().expect("an object").remove("write_back");
        app.connect(System::D365, credentials).await;
        app.order("SO-1").await;
        app.pull().await;
        app.drive().await;
        app.write_due().await;
        let row = app.row("SO-1").await;
        assert_eq!(
            (row.state, row.cause.expect("it waits").code.as_str()),
            (WriteState::Waiting, "d365.packing-slip-missing")
        );
        app.set_field("SO-1", json!({"action": "packing_slip"})).await;
        app.entities(json!({"raced_posts": raced})).await;
        app.run_until("SO-1", 20, 60, is(State::Announced)).await;
        app.write_due().await;
        assert_eq!(app.row("SO-1").await.state, WriteState::Done);
        let rows = app.d365_order("SO-1").await["tracking"].as_array().cloned().unwrap_or_default();
        assert_eq!(rows.len(), 1, "{rows:?}");

        let shipment = app.shipment("SO-1").await;
        let desk = app.desk(Role::Operator);
        app::desk::Commands::void(&desk, shipment.shipment_id.0, shipment.version, false, "damaged".into())
            .await
            .expect("asked");
        app.drive().await;
        app.write_due().await;
        let rows = app.d365_order("SO-1").await["tracking"].as_array().cloned().unwrap_or_default();
        assert!(rows.is_empty(), "{rows:?}");
    }
}

#[tokio::test]
async fn fields_are_discovered_from_either_document_and_only_those_that_fit() {
    for absent in [false, true] {
        let app = TestApp::start().await;
        app.entities(json!({"public_entities_absent": absent, "metadata_mb": 2, "locked": ["FdxSignedBy"]})).await;
        let d365 = app.engine.d365().await.expect("connected");
        let trace = ml_connector::transport::Trace::engine();
        let entity = d365.entity(&trace, "SalesOrderHeadersV2").await.expect("answered").expect("there");
        let offered = |kind| entity.offered(kind).iter().map(|one| one.name.clone()).collect::<Vec<_>>();
        use ml_connector::d365::targets::ValueKind;
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
        use ml_connector::d365::targets::DateForm;
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
async fn all_orders_of_a_window_are_compared_and_repaired() {
    for backend in backends() {
        let app = app_with(backend, TwinOptions::loopback(), status_field()).await;
        for number in ["SO-1", "SO-2"] {
            app.announced(number).await;
        }
        app.write_due().await;
        // Somebody restores an old state of one order; nobody tells us.
        app.set_field("SO-2", json!({"FdxStatus": ""})).await;
        let patches = app.calls("patch").await;
        let desk = app.desk(Role::Operator);
        app::desk::WriteBackDesk::repair_since(&desk, 1, "restored a backup".into()).await.expect("asked");
        assert_eq!(write_back::tick(&app.engine).await.expect("written"), 2);
        assert_eq!(app.calls("patch").await - patches, 1, "only what differs is written");
        assert_eq!(app.d365_field("SO-2", "FdxStatus").await, "labelled");
        let refused = app::desk::WriteBackDesk::repair_since(&desk, 0, String::new()).await;
        assert_eq!(refused.expect_err("refused").code, "write-back.days-wrong");
        app.assert_clean().await;
    }
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

#[tokio::test]
async fn what_stopped_stands_on_the_home_page_and_on_the_order() {
    let app = app_with(Backend::Sqlite, TwinOptions::loopback(), status_field()).await;
    app.announced("SO-1").await;
    app.set_field("SO-1", json!({"FdxStatus": "typed over"})).await;
    app.entities(json!({"locked": ["FdxStatus"]})).await;
    app.due("SO-1").await;
    app.write_due().await;
    let desk = app.desk(Role::Viewer);
    let home = app::desk::Views::attention(&desk).await.expect("read");
    let group = home.groups.iter().find(|group| group.code == "write-back.d365.write-refused").expect("a group");
    assert_eq!((group.count, group.orders[0].number.as_str()), (1, "SO-1"));
    let order = app::desk::Views::order(&desk, "usmf".into(), "SO-1".into()).await.expect("read");
    let held = order.write_back.expect("something is owed");
    assert_eq!(held.status.code, "parked");
    assert!(held.cause.expect("why").vendor_text.expect("their words").contains("cannot be edited"));
    assert!(held.proof.iter().any(|proof| proof.property == "FdxStatus" && proof.value == "labelled"));
    app.entities(json!({"locked": []})).await;
    let desk = app.desk(Role::Operator);
    app::desk::WriteBackDesk::write_all_again(&desk, "d365.write-refused".into(), "opened".into())
        .await
        .expect("again");
    assert_eq!(write_back::tick(&app.engine).await.expect("written"), 1);
    let home = app::desk::Views::attention(&desk).await.expect("read");
    assert!(!home.groups.iter().any(|group| group.code.starts_with("write-back.")), "{:?}", home.groups);
}

#[tokio::test]
async fn several_shipments_of_an_order_are_written_as_one() {
    let app = app_with(Backend::Sqlite, TwinOptions::loopback(), all_fields()).await;
    let lines = json!([{"weight_kg": 2.5}, {"weight_kg": 1, "warehouse": "13"}]);
    app.order_with("SO-1", json!({"lines": lines})).await;
    app.pull().await;
    app.drive().await;
    let order = app.shipment("SO-1").await.order_id;
    let shipments = app.engine.store.db.shipments_of(&order).await.expect("read");
    let numbers: Vec<String> = shipments.iter().filter_map(|one| one.tracking_number.clone()).collect();
    assert_eq!(numbers.len(), 2, "{shipments:?}");
    assert!(shipments.iter().all(|one| one.state == State::Announced), "{shipments:?}");
    app.write_due().await;
    assert_eq!(app.d365_field("SO-1", "FdxTrackingNumber").await, numbers.join(", "));
    let sum = shipments
        .iter()
        .filter_map(|one| one.charge.as_ref())
        .map(|charge| charge.amount)
        .sum::<rust_decimal::Decimal>();
    assert_eq!(app.d365_field("SO-1", "FdxCharge").await.to_string(), sum.normalize().to_string());
}
