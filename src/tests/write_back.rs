//! Write-back into Dynamics 365: what goes where, how often, and what becomes of it when something is wrong.

use crate::support::{Backend, TestApp, backends, is, quick};
use ml_connector::audit::System;
use ml_connector::desk::Role;
use ml_connector::order::state::State;
use ml_connector::store::write_backs::{WriteBack, WriteState};
use ml_connector::twin::TwinOptions;
use ml_connector::work::{reconcile, write_back};
use serde_json::{Value, json};

/// A field of the customer's own for every value.
pub fn all_fields() -> Value {
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
pub fn status_field() -> Value {
    json!([{"kind": "patch", "entity_set": "SalesOrderHeadersV2", "fields": {"status": {"property": "FdxStatus"}}}])
}

pub async fn app_with(backend: Backend, options: TwinOptions, targets: Value) -> TestApp {
    let app = TestApp::start_on(backend, options).await;
    app.targets(targets).await;
    app
}

impl TestApp {
    pub async fn targets(&self, targets: Value) {
        let mut credentials = self.twin.d365_credentials();
        credentials["write_back"] = targets;
        self.connect(System::D365, credentials).await;
    }

    /// An order with its label announced.
    pub async fn announced(&self, number: &str) {
        self.order(number).await;
        self.pull().await;
        self.drive().await;
        let shipment = self.shipment(number).await;
        assert_eq!(shipment.state, State::Announced, "{:?}", shipment.cause);
    }

    /// Waits out the debounce and writes what is due.
    pub async fn write_due(&self) -> usize {
        self.advance(6).await;
        write_back::tick(&self.engine).await.expect("written")
    }

    pub async fn row(&self, number: &str) -> WriteBack {
        let order = self.shipment(number).await.order_id;
        self.engine.store.db.write_back(&order).await.expect("read").expect("something is owed")
    }

    pub async fn due(&self, number: &str) {
        let order = self.shipment(number).await.order_id;
        let mut tx = self.engine.store.begin().await.expect("begun");
        tx.write_back_due(&order, self.clock.now_ms()).await.expect("due");
        tx.commit().await.expect("committed");
    }

    pub async fn entities(&self, switches: Value) {
        self.twin_post("/_twin/entities", switches).await;
    }

    pub async fn calls(&self, op: &str) -> u64 {
        self.twin_get("/_twin/calls").await["counts"][format!("d365.{op}")].as_u64().unwrap_or(0)
    }

    pub async fn d365_field(&self, number: &str, property: &str) -> Value {
        self.d365_order(number).await["header"][property].clone()
    }

    /// Hours pass, FedEx is asked, and what it said is written.
    pub async fn pass_s(&self, seconds: i64) {
        self.advance(seconds).await;
        reconcile::tick(&self.engine).await.expect("asked");
        self.drive().await;
        self.write_due().await;
    }

    pub async fn set_field(&self, number: &str, fields: Value) {
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
        app.pass_s(2 * 3_600).await;
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
async fn a_turn_of_a_process_that_died_ends_with_the_next_start() {
    let mut app = app_with(Backend::Sqlite, quick(), status_field()).await;
    app.announced("SO-1").await;
    let order = app.shipment("SO-1").await.order_id;
    let _lost = write_back::take_turn(&app.engine, &order).await.expect("read").expect("free");
    assert_eq!(app.write_due().await, 0);
    app.restart().await;
    assert_eq!(write_back::tick(&app.engine).await.expect("written"), 1);
    assert_eq!(app.row("SO-1").await.state, WriteState::Done);
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
async fn what_stopped_stands_on_the_home_page_and_on_the_order() {
    let app = app_with(Backend::Sqlite, TwinOptions::loopback(), status_field()).await;
    app.announced("SO-1").await;
    app.set_field("SO-1", json!({"FdxStatus": "typed over"})).await;
    app.entities(json!({"locked": ["FdxStatus"]})).await;
    app.due("SO-1").await;
    app.write_due().await;
    let desk = app.desk(Role::Viewer);
    let home = app::desk::Views::attention(&desk).await.expect("read");
    assert!(home.headline.starts_with("The write-back of 1 order needs you"), "{}", home.headline);
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
