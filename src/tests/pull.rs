//! How orders come in beside the pull: looks, changes, imports, and the versions of the sets.

use crate::support::{Backend, TestApp, backends, quick};
use app::contract::TrailFilter;
use app::desk::{PullDesk, Views};
use ml_connector::audit::{Actor, System};
use ml_connector::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use ml_connector::desk::Role;
use ml_connector::order::OrderKey;
use ml_connector::order::state::State;
use ml_connector::store::audit::TrailQuery;
use ml_connector::transport::Trace;
use ml_connector::twin::TwinOptions;
use ml_connector::work::{changes, look_at, poll};
use serde_json::{Value, json};

pub async fn key(app: &TestApp, company: &str, number: &str) -> OrderKey {
    let host = app.engine.d365().await.expect("connected").host().to_owned();
    OrderKey { host, company: company.into(), number: number.into() }
}

/// Hints at orders, as a business event does.
async fn hint(app: &TestApp, orders: &[(&str, &str)]) {
    let mut tx = app.engine.store.begin().await.expect("begun");
    for (company, number) in orders {
        tx.ask_to_look_at(&key(app, company, number).await, "event", app.clock.now_ms()).await.expect("asked");
    }
    tx.commit().await.expect("committed");
}

async fn look(app: &TestApp) -> usize {
    look_at::tick(&app.engine).await.expect("looked")
}

async fn read_on(app: &TestApp) -> Option<changes::ReadOn> {
    changes::tick(&app.engine, &Trace::engine()).await.expect("stored").expect("read")
}

pub async fn summaries(app: &TestApp, action: &str) -> Vec<String> {
    let rows = app.engine.store.db.trail(&TrailQuery::default(), 1_000).await.expect("read");
    rows.into_iter().filter(|row| row.action == action).map(|row| row.summary).collect()
}

async fn count_looks(app: &TestApp) -> (i64, i64) {
    let host = key(app, "", "").await.host;
    app.engine.store.db.count_looks(&host).await.expect("read")
}

async fn first_look(app: &TestApp) -> ml_connector::store::look_at::LookAt {
    let host = key(app, "", "").await.host;
    app.engine.store.db.looks_waiting(&host, 10).await.expect("read").remove(0)
}

async fn is_here(app: &TestApp, number: &str) -> bool {
    !app.engine.store.db.orders_by_number(number).await.expect("read").is_empty()
}

pub async fn calls(app: &TestApp, op: &str) -> u64 {
    app.twin_get("/_twin/calls").await["counts"][format!("d365.{op}")].as_u64().unwrap_or(0)
}

/// The twin's connection with other settings for its orders.
async fn with_orders(app: &TestApp, settings: Value) {
    let mut document = app.twin.d365_credentials();
    for (name, value) in settings.as_object().expect("an object") {
        document["orders"][name] = value.clone();
    }
    app.connect(System::D365, document).await;
}

#[tokio::test]
async fn a_hint_is_decided_by_the_rule_of_the_pull_and_its_row_goes_with_the_reason() {
    for backend in backends() {
        let app = TestApp::start_on(backend, quick()).await;
        app.order("SO-1").await;
        app.order_with("SO-2", json!({"status": "Active"})).await;
        app.order_with("SO-3", json!({"properties": {"DeliveryModeCode": "UPS-GRD"}})).await;
        app.order("SO-4").await;
        app.twin_send(reqwest::Method::PATCH, "/_twin/orders/usmf/SO-4", Some(json!({"action": "stop"}))).await;
        let of = |number| ("usmf", number);
        hint(&app, &[of("SO-1"), of("SO-2"), of("SO-3"), of("SO-4"), of("SO-5"), ("dat", "SO-6")]).await;
        assert_eq!(look(&app).await, 6);
        assert_eq!(count_looks(&app).await, (0, 0), "every row is gone");
        assert!(is_here(&app, "SO-1").await);
        for number in ["SO-2", "SO-3", "SO-4", "SO-5", "SO-6"] {
            assert!(!is_here(&app, number).await, "{number}");
        }
        let told = summaries(&app, "order.not-taken-in").await.join("\n");
        for reason in [
            "SO-2 of usmf: It is not taken in: its processing status is not one we ship at (Active; we wait for Confirmed).",
            "SO-3 of usmf: It is not taken in: its delivery mode does not mean FedEx (UPS-GRD; we wait for",
            "SO-4 of usmf: It is not taken in: it is stopped in Dynamics 365",
            "SO-5 of usmf: Dynamics 365 has no such order.",
            "SO-6 of dat: It is not taken in: its legal entity is not configured.",
        ] {
            assert!(told.contains(reason), "{reason} is missing in {told}");
        }
        app.drive().await;
        assert_eq!(app.shipment("SO-1").await.state, State::Announced);
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn a_hint_about_a_known_order_takes_its_change_in() {
    let app = TestApp::start().await;
    app.order_with("SO-1", json!({"address": {"zip": "1"}})).await;
    app.pull().await;
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.state, State::Parked);
    app.twin_send(reqwest::Method::PATCH, "/_twin/orders/usmf/SO-1", Some(json!({"action": "cancel"}))).await;
    hint(&app, &[("usmf", "SO-1")]).await;
    look(&app).await;
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.state, State::Cancelled, "it left the ready set, and is read all the same");
}

#[tokio::test]
async fn a_look_that_fails_waits_longer_each_time_and_is_never_lost() {
    for backend in backends() {
        let app = TestApp::start_on(backend, quick()).await;
        app.order("SO-1").await;
        app.fault(json!({"system": "d365", "op": "order", "kind": "status", "status": 503, "times": 0})).await;
        hint(&app, &[("usmf", "SO-1")]).await;
        let mut waits = Vec::new();
        for failures in 1..=14 {
            assert_eq!(look(&app).await, 1);
            assert_eq!(look(&app).await, 0, "it waits");
            let row = first_look(&app).await;
            assert_eq!((row.failures, row.cause_code.as_deref()), (failures, Some("d365.unavailable")));
            waits.push(row.next_run_ms - app.clock.now_ms());
            app.clock.advance_ms(row.next_run_ms - app.clock.now_ms());
        }
        assert!(waits[3] > waits[0] && waits.iter().all(|wait| *wait <= 6 * MINUTE_MS), "{waits:?}");
        app.twin_send(reqwest::Method::DELETE, "/_twin/faults", None).await;
        look(&app).await;
        assert!(is_here(&app, "SO-1").await);
    }
}

#[tokio::test]
async fn a_look_that_is_throttled_stops_the_others_and_none_comes_too_early() {
    let app = TestApp::start().await;
    let numbers: Vec<String> = (1..=20).map(|number| format!("SO-{number}")).collect();
    for number in &numbers {
        app.order(number).await;
    }
    let throttle =
        json!({"system": "d365", "op": "order", "kind": "status", "status": 429, "retry_after": "120", "times": 0});
    app.fault(throttle).await;
    hint(&app, &numbers.iter().map(|number| ("usmf", number.as_str())).collect::<Vec<_>>()).await;
    look(&app).await;
    assert!(calls(&app, "order").await <= 4, "those under way, and no more");
    app.clock.advance_ms(119_000);
    assert_eq!(look(&app).await, 0);
    app.twin_send(reqwest::Method::DELETE, "/_twin/faults", None).await;
    app.clock.advance_ms(60_000);
    while look(&app).await > 0 {}
    for number in &numbers {
        assert!(is_here(&app, number).await, "{number}");
    }
}

#[tokio::test]
async fn two_nodes_share_the_queue_and_a_second_hint_outlives_the_first_look() {
    for backend in backends() {
        let app = TestApp::start_on(backend, quick()).await;
        let (db, now) = (&app.engine.store.db, app.clock.now_ms());
        hint(&app, &[("usmf", "SO-1"), ("usmf", "SO-2")]).await;
        let host = key(&app, "usmf", "SO-1").await.host;
        let claim = async |limit| {
            let mut tx = db.begin().await.expect("begun");
            let claimed = tx.claim_look_at(&host, now, now + MINUTE_MS, limit).await.expect("claimed");
            tx.commit().await.expect("committed");
            claimed
        };
        let (first, second) = (claim(1).await, claim(9).await);
        assert_eq!((first.len(), second.len()), (1, 1));
        assert_ne!(first[0].key, second[0].key);
        hint(&app, &[("usmf", &first[0].key.number)]).await;
        let mut tx = db.begin().await.expect("begun");
        assert!(!tx.end_look_at(&first[0]).await.expect("ended"), "it was hinted at again meanwhile");
        assert!(tx.end_look_at(&second[0]).await.expect("ended"));
        tx.commit().await.expect("committed");
        assert_eq!(claim(9).await.len(), 1, "and is due at once");
    }
}

#[tokio::test]
async fn a_record_that_is_no_order_is_parked_by_a_look_as_by_a_pull() {
    let app = TestApp::start().await;
    for number in ["SO-1", "SO-2", "SO-3"] {
        app.order(number).await;
    }
    app.twin_post("/_twin/tenant", json!({"broken_orders": ["SO-1", "SO-2", "SO-3"]})).await;
    hint(&app, &[("usmf", "SO-1")]).await;
    look(&app).await;
    assert_eq!(count_looks(&app).await, (0, 0));
    let told = app.desk(Role::Operator).import(None, "SO-2".into()).await.expect("asked");
    assert!(told.contains("a record that is no order: missing field `SalesOrderStatus`"), "{told}");
    assert_eq!(app.pull().await.unreadable, 3);
    for number in ["SO-1", "SO-2", "SO-3"] {
        assert_eq!(app.shipment(number).await.cause.expect("a cause").code, "order.unreadable", "{number}");
    }
    // Mended, it is taken in by whatever hint comes first.
    app.twin_post("/_twin/tenant", json!({"broken_orders": []})).await;
    hint(&app, &[("usmf", "SO-1")]).await;
    look(&app).await;
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.state, State::Announced);
}

#[tokio::test]
async fn what_changed_is_looked_at_between_two_scans_and_queued_once() {
    for backend in backends() {
        let app = TestApp::start_on(backend, quick()).await;
        app.order("SO-1").await;
        app.pull().await;
        assert_eq!(read_on(&app).await.expect("offered").queued, 1, "the overlap shows what the scan had");
        look(&app).await;
        app.advance(30).await;
        app.order("SO-2").await;
        app.order_with("SO-3", json!({"properties": {"DeliveryModeCode": "UPS-GRD"}})).await;
        let read = read_on(&app).await.expect("offered");
        assert_eq!((read.queued, read.scan), (1, false), "another carrier's order is not read");
        let lists = calls(&app, "orders").await;
        look(&app).await;
        assert!(is_here(&app, "SO-2").await && !is_here(&app, "SO-3").await);
        assert_eq!(calls(&app, "orders").await, lists, "without reading the whole set");
        for _ in 0..3 {
            assert_eq!(read_on(&app).await.expect("offered").queued, 0, "the overlap is not queued for ever");
            app.advance(60).await;
        }
        app.twin_send(reqwest::Method::PATCH, "/_twin/orders/usmf/SO-2", Some(json!({"action": "stop"}))).await;
        assert_eq!(read_on(&app).await.expect("offered").queued, 1);
        look(&app).await;
        app.drive().await;
        assert_eq!(app.shipment("SO-2").await.state, State::Parked);
    }
}

#[tokio::test]
async fn a_turn_reads_changes_and_scans_at_its_own_interval() {
    let app = TestApp::start().await;
    let turn = async |scan| poll::turn(&app.engine, &Trace::engine(), scan).await.expect("stored").expect("asked");
    turn(true).await;
    let scans = calls(&app, "orders").await;
    for _ in 0..5 {
        turn(false).await;
        app.advance(60).await;
    }
    assert_eq!(calls(&app, "orders").await, scans, "changes are enough");
    app.advance(15 * 60).await;
    turn(false).await;
    assert_eq!(calls(&app, "orders").await, scans + 1, "lines and addresses move no date");
    turn(true).await;
    assert_eq!(calls(&app, "orders").await, scans + 2, "and when somebody asks");
}

#[tokio::test]
async fn many_new_orders_are_left_to_one_scan() {
    let app = TestApp::start().await;
    app.pull().await;
    read_on(&app).await;
    let orders: Vec<Value> = (1..=40).map(|number| json!({"number": format!("SO-{number:02}")})).collect();
    app.twin_post("/_twin/orders", json!(orders)).await;
    poll::turn(&app.engine, &Trace::engine(), false).await.expect("stored").expect("asked");
    for number in 1..=40 {
        assert!(is_here(&app, &format!("SO-{number:02}")).await, "SO-{number:02}");
    }
    assert!(calls(&app, "order").await == 0, "no order was read by itself");
}

#[tokio::test]
async fn a_tenant_without_the_raw_table_is_scanned_and_asked_again_daily() {
    for refusal in
        [json!({"absent_sets": ["SalesTableBiEntities"]}), json!({"absent_properties": ["SalesTable.DlvMode"]})]
    {
        let app = TestApp::start().await;
        app.twin_post("/_twin/tenant", refusal).await;
        app.order("SO-1").await;
        app.pull().await;
        assert_eq!(read_on(&app).await, None);
        let view = app.desk(Role::Viewer).pull().await.expect("the page");
        assert_eq!(view.changes.status.code, "off");
        assert!(view.changes.sentence.contains("does not publish changes ("), "{}", view.changes.sentence);
        let (asked, scans) = (calls(&app, "master").await, calls(&app, "orders").await);
        poll::turn(&app.engine, &Trace::engine(), false).await.expect("stored").expect("asked");
        assert_eq!(calls(&app, "orders").await, scans + 1, "every turn is a scan");
        assert_eq!(calls(&app, "master").await, asked, "and it is not asked again soon");
        app.twin_post("/_twin/tenant", json!({"absent_sets": [], "absent_properties": []})).await;
        app.advance(DAY_MS / 1_000).await;
        assert!(read_on(&app).await.is_some(), "after a day it is, and publishes them now");
    }
}

#[tokio::test]
async fn a_rewound_cursor_reads_again_and_ships_nothing_twice() {
    for backend in backends() {
        let app = TestApp::start_on(backend, quick()).await;
        app.order("SO-1").await;
        app.pull().await;
        app.drive().await;
        assert_eq!(app.shipment("SO-1").await.state, State::Announced);
        read_on(&app).await;
        look(&app).await;
        app.drive().await;
        assert_eq!(read_on(&app).await.expect("offered").queued, 0);
        let before = app.desk(Role::Viewer).pull().await.expect("the page").changes.cursor.expect("a cursor");

        let hour_ago = ml_connector::clock::rfc3339(app.clock.now_ms() - HOUR_MS);
        let refused = app.desk(Role::Viewer).rewind(hour_ago.clone()).await.expect_err("a viewer");
        assert_eq!(refused.code, "desk.not-allowed");
        for wrong in ["yesterday", "2001-01-01", "2999-01-01T00:00"] {
            assert_eq!(app.desk(Role::Operator).rewind(wrong.into()).await.expect_err(wrong).code, "pull.no-moment");
        }
        app.desk(Role::Operator).rewind(hour_ago).await.expect("rewound");
        let after = app.desk(Role::Viewer).pull().await.expect("the page").changes.cursor.expect("a cursor");
        assert!(after.ms <= before.ms - HOUR_MS + MINUTE_MS, "{after:?} {before:?}");
        assert!(read_on(&app).await.expect("offered").queued >= 1, "everything since is looked at again");
        while look(&app).await > 0 {}
        app.drive().await;
        assert_eq!(app.live_labels("SO-1").await.len(), 1);
        assert_eq!(app.engine.store.db.orders_by_number("SO-1").await.expect("read").len(), 1);
        let filter = TrailFilter { actor: Some("kim".into()), ..TrailFilter::default() };
        let trail = app.desk(Role::Viewer).trail(filter).await.expect("the trail");
        assert!(trail.rows.iter().any(|row| row.action == "desk.rewind" && row.summary.contains("was set from")));
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn an_import_tells_what_became_of_the_order() {
    let app = TestApp::start().await;
    app.order("SO-1").await;
    app.order_with("SO-2", json!({"status": "Active"})).await;
    let desk = app.desk(Role::Operator);
    let import = async |number: &str| desk.import(None, number.into()).await.expect("asked");
    assert_eq!(import(" SO-1 ").await, "Order SO-1 of usmf: It is taken in.");
    assert_eq!(import("SO-1").await, "Order SO-1 of usmf: It is known already, and nothing changed.");
    let mend = json!({"DeliveryAddressStreet": "1 Other Street"});
    app.twin_send(reqwest::Method::PATCH, "/_twin/orders/usmf/SO-1", Some(mend)).await;
    assert_eq!(import("SO-1").await, "Order SO-1 of usmf: It was known; what changed is taken in.");
    assert!(import("SO-2").await.contains("its processing status is not one we ship at (Active"));
    assert_eq!(import("SO-9").await, "Order SO-9: Dynamics 365 has no such order.");
    assert_eq!(desk.import(None, " ".into()).await.expect_err("nothing").code, "pull.no-number");
    let viewer = app.desk(Role::Viewer).import(None, "SO-1".into()).await.expect_err("a viewer");
    assert_eq!(viewer.code, "desk.not-allowed");
    assert_eq!(summaries(&app, "desk.import").await.len(), 5, "each is in the trail");
}

#[tokio::test]
async fn an_import_that_cannot_be_asked_now_waits_in_the_queue() {
    let app = TestApp::start().await;
    app.order("SO-1").await;
    app.fault(json!({"system": "d365", "op": "orders", "kind": "status", "status": 503})).await;
    let desk = app.desk(Role::Operator);
    let told = desk.import(Some("USMF".into()), "SO-1".into()).await.expect("queued");
    assert!(told.contains("could not be asked now") && told.contains("SO-1 of usmf waits"), "{told}");
    let queue = desk.pull().await.expect("the page").queue;
    assert_eq!((queue.rows.len(), queue.rows[0].why.as_str()), (1, "kim"));
    look(&app).await;
    assert!(is_here(&app, "SO-1").await);
}

#[tokio::test]
async fn headers_of_every_version_give_the_same_orders() {
    let app = TestApp::start_on(Backend::Sqlite, TwinOptions { page_size: 3, ..quick() }).await;
    for number in 1..=8 {
        app.order_with(&format!("SO-{number}"), json!({"lines": [{"weight_kg": 1.0}, {"weight_kg": 2.0}]})).await;
    }
    let first = app.pull().await;
    assert_eq!((first.new, first.changed, first.unreadable), (8, 0, 0));
    for set in ["SalesOrderHeadersV3", "SalesOrderHeadersV4"] {
        with_orders(&app, json!({"entity_set": set})).await;
        let again = app.pull().await;
        assert_eq!((again.seen, again.new, again.changed, again.unreadable), (8, 0, 0, 0), "{set}");
    }
    // V4 again, where only the older lines are published; and one order alone.
    app.twin_post("/_twin/tenant", json!({"absent_sets": ["SalesOrderLinesV3"]})).await;
    assert_eq!(app.pull().await.changed, 0);
    app.order("SO-9").await;
    hint(&app, &[("usmf", "SO-9")]).await;
    look(&app).await;
    app.drive().await;
    let shipment = app.shipment("SO-9").await;
    assert_eq!(shipment.state, State::Announced, "{:?}", shipment.cause);
}

#[tokio::test]
async fn a_property_this_version_lacks_is_left_out() {
    let app = TestApp::start().await;
    let absent =
        ["SalesOrderHeader.ContactPersonId", "SalesOrderHeader.Email", "SalesOrderLine.IntrastatCommodityCode"];
    app.twin_post("/_twin/tenant", json!({"absent_properties": absent})).await;
    app.order("SO-1").await;
    assert_eq!(app.pull().await.new, 1);
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.state, State::Announced);
    let lists = calls(&app, "orders").await;
    app.pull().await;
    assert_eq!(calls(&app, "orders").await, lists + 1, "it is not asked for again");

    // What the rules stand on is never left out.
    app.twin_post("/_twin/tenant", json!({"absent_properties": ["SalesOrderHeader.IsSalesProcessingStopped"]})).await;
    let failed = poll::tick(&app.engine, &Trace::engine()).await.expect("stored").expect_err("refused");
    assert_eq!(failed.cause().code, "d365.read-refused");
}

#[tokio::test]
async fn the_page_size_is_a_setting() {
    let app = TestApp::start().await;
    let orders: Vec<Value> = (1..=5).map(|number| json!({"number": format!("SO-{number}")})).collect();
    app.twin_post("/_twin/orders", json!(orders)).await;
    with_orders(&app, json!({"page_size": 2})).await;
    let before = calls(&app, "orders").await;
    assert_eq!(app.pull().await.new, 5);
    assert_eq!(calls(&app, "orders").await - before, 3, "two, two and one");
}

#[tokio::test]
async fn an_order_that_appears_between_two_pages_shifts_none_out_of_sight() {
    let app = TestApp::start_on(Backend::Sqlite, TwinOptions { page_size: 2, ..quick() }).await;
    for number in 3..=7 {
        app.order(&format!("SO-{number}")).await;
    }
    app.twin_post("/_twin/tenant", json!({"between_pages": [{"number": "SO-1"}, {"number": "SO-2"}]})).await;
    assert_eq!(app.pull().await.new, 5, "those that were there are all read, some of them twice");
    assert_eq!(app.pull().await.new, 2, "and the new ones by the next scan");
}

#[tokio::test]
async fn a_page_is_taken_in_as_a_whole_and_costs_nothing_when_nothing_changed() {
    for backend in backends() {
        let app = TestApp::start_on(backend, quick()).await;
        let orders: Vec<Value> = (1..=60).map(|number| json!({"number": format!("SO-{number:02}")})).collect();
        app.twin_post("/_twin/orders", json!(orders)).await;
        assert_eq!(app.pull().await.new, 60);
        let trail = app.engine.store.db.count_trail(&TrailQuery::default()).await.expect("read");
        let again = app.pull().await;
        assert_eq!((again.seen, again.new, again.changed), (60, 0, 0));
        let more = app.engine.store.db.count_trail(&TrailQuery::default()).await.expect("read");
        assert_eq!(more - trail, 2, "the call itself, and nothing about any order");
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn who_may_not_act_sees_no_actions() {
    let app = TestApp::start().await;
    assert!(!app.desk(Role::Viewer).pull().await.expect("the page").may_act);
    assert!(app.desk(Role::Operator).pull().await.expect("the page").may_act);
    assert_eq!(app.desk(Role::Viewer).find_gaps().await.expect_err("a viewer").code, "desk.not-allowed");
    let imported = look_at::import(&app.engine, &Actor::CommandLine, None, "SO-404").await.expect("stored");
    assert_eq!(imported.looked.expect("asked"), look_at::Looked::NotFound);
}
