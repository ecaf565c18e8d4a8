//! What is missing and why: the comparison, the question "why was this order not shipped?", and the
//! invoices that come after the label.

use crate::pull::{calls, key, summaries};
use crate::support::{Backend, TestApp, backends, quick};
use app::contract::WhyAnswer;
use app::desk::{PullDesk, Views};
use ml_connector::audit::Actor;
use ml_connector::clock::DAY_MS;
use ml_connector::desk::{Role, day};
use ml_connector::order::state::State;
use ml_connector::work::{gap, invoices, look_at};
use serde_json::{Value, json};
use std::process::Command;

async fn change(app: &TestApp, number: &str, change: Value) {
    app.twin_send(reqwest::Method::PATCH, &format!("/_twin/orders/usmf/{number}"), Some(change)).await;
}

async fn compare(app: &TestApp) -> ml_connector::store::gaps::GapRun {
    gap::compare(&app.engine, &Actor::Engine).await.expect("stored").expect("compared")
}

#[tokio::test]
async fn what_is_confirmed_there_and_not_here_is_listed_with_its_reason_until_it_is_imported() {
    for backend in backends() {
        let app = TestApp::start_on(backend, quick()).await;
        app.order("SO-1").await;
        app.pull().await;
        app.order("SO-2").await;
        change(&app, "SO-2", json!({"action": "stop"})).await;
        app.order_with("SO-3", json!({"properties": {"DeliveryModeCode": "UPS-GRD"}})).await;
        app.order("SO-4").await;
        app.order_with("SO-5", json!({"status": "Active"})).await;
        // The scan fails, the comparison's own question does not.
        app.fault(
            json!({"system": "d365", "op": "orders", "kind": "status", "status": 503, "times": 0, "match": "$expand"}),
        )
        .await;
        let run = compare(&app).await;
        assert_eq!((run.confirmed, run.seen, run.missing, run.stopped, run.other_mode), (4, 1, 1, 1, 1));
        let desk = app.desk(Role::Operator);
        let view = desk.pull().await.expect("the page");
        assert_eq!(view.gap.status.code, "missing");
        let rows: Vec<_> = view.gap.rows.iter().map(|row| (row.number.as_str(), row.status.code.as_str())).collect();
        assert_eq!(rows, [("SO-4", "missing"), ("SO-2", "stopped"), ("SO-3", "other_mode")]);
        assert!(view.gap.rows[0].reason.contains("temporary error"), "{}", view.gap.rows[0].reason);
        assert!(view.gap.rows[0].may_import && !view.gap.rows[1].may_import);
        let alarm = desk.attention().await.expect("home").gaps.expect("an alarm");
        assert!(alarm.starts_with("1 order confirmed and ready in Dynamics 365 not seen here"), "{alarm}");

        app.twin_send(reqwest::Method::DELETE, "/_twin/faults", None).await;
        desk.import(Some("usmf".into()), "SO-4".into()).await.expect("imported");
        app.advance(1).await;
        assert_eq!(compare(&app).await.missing, 0);
        assert_eq!(desk.attention().await.expect("home").gaps, None);
        assert_eq!(desk.pull().await.expect("the page").gap.status.code, "good");
        assert_eq!(summaries(&app, "pull.compared").await.len(), 2);
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn what_was_confirmed_since_the_last_scan_is_no_gap() {
    let app = TestApp::start().await;
    app.pull().await;
    app.order("SO-1").await;
    let run = compare(&app).await;
    assert_eq!((run.seen, run.missing), (1, 0), "the scan brought it in");
}

#[tokio::test]
async fn it_compares_daily_and_again_after_a_failure() {
    for backend in backends() {
        let app = TestApp::start_on(backend, quick()).await;
        assert!(!gap::tick(&app.engine).await.expect("stored"), "not before the first pull");
        app.pull().await;
        app.fault(json!({"system": "d365", "op": "orders", "kind": "status", "status": 503})).await;
        assert!(gap::tick(&app.engine).await.expect("stored"));
        let view = app.desk(Role::Viewer).pull().await.expect("the page").gap;
        assert_eq!(view.status.code, "failed");
        assert!(view.sentence.starts_with("The last try failed: "), "{}", view.sentence);
        assert!(!gap::tick(&app.engine).await.expect("stored"));
        app.advance(3_601).await;
        assert!(gap::tick(&app.engine).await.expect("stored"), "an hour after a failure");
        app.advance(3_601).await;
        assert!(!gap::tick(&app.engine).await.expect("stored"));
        app.advance(DAY_MS / 1_000).await;
        assert!(gap::tick(&app.engine).await.expect("stored"), "and a day after a success");
    }
}

async fn why(app: &TestApp, company: Option<&str>, number: &str) -> WhyAnswer {
    let why = app.desk(Role::Viewer).why(company.map(str::to_owned), number.into()).await.expect("asked");
    why.answers.into_iter().next().expect("an answer")
}

/// The first condition that does not hold.
fn stands_in_the_way(answer: &WhyAnswer) -> &str {
    answer.chain.iter().find(|step| step.holds == Some(false)).map_or("", |step| &step.condition)
}

#[tokio::test]
async fn every_condition_answers_why_an_order_was_not_shipped() {
    let app = TestApp::start().await;
    app.pull().await;
    app.order_with("SO-ACTIVE", json!({"status": "Active"})).await;
    app.order("SO-STOP").await;
    change(&app, "SO-STOP", json!({"action": "stop"})).await;
    app.order("SO-GONE").await;
    change(&app, "SO-GONE", json!({"action": "cancel"})).await;
    app.order_with("SO-MODE", json!({"properties": {"DeliveryModeCode": "UPS-GRD"}})).await;
    app.order_with("SO-ELSE", json!({"company": "dat", "customer": "C-1"})).await;
    app.order("SO-READY").await;
    for (number, condition, words) in [
        (
            "SO-ACTIVE",
            "Processing status",
            "its processing status is not one we ship at (Active; we wait for Confirmed)",
        ),
        ("SO-STOP", "Not stopped", "it is stopped in Dynamics 365"),
        ("SO-GONE", "Order status", "it is not an open order (Canceled"),
        ("SO-MODE", "Delivery mode", "its delivery mode does not mean FedEx (UPS-GRD"),
        ("SO-ELSE", "Legal entity", "its legal entity is not configured (dat; we wait for usmf"),
        ("SO-READY", "Taken in here", "is ready to ship and not taken in yet"),
        ("SO-NONE", "In Dynamics 365", "Dynamics 365 has no order SO-NONE"),
    ] {
        let answer = why(&app, None, number).await;
        assert_eq!(stands_in_the_way(&answer), condition, "{answer:?}");
        assert!(answer.sentence.contains(words), "{}", answer.sentence);
        assert!(answer.next_step.ends_with('.') && !answer.shipped && !answer.is_here, "{answer:?}");
        assert_eq!(answer.may_import, number == "SO-READY");
    }
    let elsewhere = why(&app, Some("usmf"), "SO-ELSE").await;
    assert!(elsewhere.sentence.contains("is not in usmf, but in dat"), "{}", elsewhere.sentence);
}

#[tokio::test]
async fn the_answer_goes_on_with_what_is_here() {
    let app = TestApp::start().await;
    app.order("SO-1").await;
    app.order_with("SO-2", json!({"address": {"zip": "1"}})).await;
    app.pull().await;
    app.drive().await;
    let shipped = why(&app, Some("usmf"), "SO-1").await;
    let number = app.shipment("SO-1").await.tracking_number.expect("a label");
    assert!(shipped.shipped && shipped.is_here && shipped.sentence.contains(&number), "{shipped:?}");
    let parked = why(&app, None, "SO-2").await;
    assert!(parked.sentence.contains("needs a person: The postal code"), "{}", parked.sentence);
    assert_eq!(stands_in_the_way(&parked), "Shipment");

    let mut tx = app.engine.store.begin().await.expect("begun");
    tx.ask_to_look_at(&key(&app, "usmf", "SO-3").await, "event", app.clock.now_ms()).await.expect("asked");
    tx.commit().await.expect("committed");
    app.order("SO-3").await;
    assert!(why(&app, None, "SO-3").await.sentence.contains("waits to be read"));

    // Refused access, and no answer at all: said as such, with what is known here.
    app.fault(json!({"system": "d365", "op": "orders", "kind": "status", "status": 403})).await;
    let refused = why(&app, None, "SO-1").await;
    assert!(
        refused.sentence.contains("could not be asked") && refused.sentence.contains("lacks rights"),
        "{refused:?}"
    );
    assert!(refused.is_here && refused.next_step.contains("security roles"), "{refused:?}");
}

/// Runs the program on the same database: exit code and standard output.
async fn command(app: &TestApp, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ml-connector"));
    command.args(arguments).env("ML_DATA_DIR", &app.config().data_dir).env("ML_LOG", "error");
    let output = tokio::task::spawn_blocking(move || command.output().expect("it runs")).await.expect("it ends");
    (output.status.code(), String::from_utf8(output.stdout).expect("text"))
}

#[tokio::test]
async fn the_command_line_imports_rewinds_and_says_why() {
    let app = TestApp::start().await;
    app.order("SO-1").await;
    app.order_with("SO-2", json!({"status": "Active"})).await;
    let (code, said) = command(&app, &["why", "SO-2", "--json"]).await;
    assert_eq!(code, Some(1), "{said}");
    let why: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(why["answers"][0]["company"], "usmf");
    assert_eq!(why["answers"][0]["chain"][3]["condition"], "Processing status");
    assert_eq!(why["answers"][0]["chain"][3]["holds"], false);
    let (_, said) = command(&app, &["why", "SO-2"]).await;
    assert!(said.contains("✗  Processing status") && said.contains("✓  Order status"), "{said}");

    assert_eq!(command(&app, &["import", "SO-1"]).await, (Some(0), "usmf SO-1: It is taken in.\n".to_owned()));
    assert_eq!(command(&app, &["import", "SO-2"]).await.0, Some(1));
    app.drive().await;
    assert_eq!(command(&app, &["why", "SO-1"]).await.0, Some(0), "it was shipped");

    assert_eq!(command(&app, &["pull", "rewind", "--to", "2026-01-01"]).await.0, Some(1), "there is no cursor yet");
    ml_connector::work::changes::tick(&app.engine, &ml_connector::transport::Trace::engine())
        .await
        .expect("stored")
        .expect("read");
    let hour_ago = ml_connector::clock::rfc3339(app.clock.now_ms() - 3_600_000);
    assert_eq!(command(&app, &["pull", "rewind", "--to", &hour_ago]).await.0, Some(0));
    let (_, said) = command(&app, &["pull", "status", "--json"]).await;
    let status: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(status["changes"]["cursor"]["ms"].as_i64().map(ml_connector::clock::rfc3339), Some(hour_ago));
    assert_eq!(command(&app, &["pull", "gaps"]).await.0, Some(0));
}

async fn ask_for_invoices(app: &TestApp) -> usize {
    invoices::tick(&app.engine).await.expect("stored").expect("asked")
}

#[tokio::test]
async fn an_invoice_posted_after_the_label_is_found_and_kept_beside_the_labels_own() {
    for backend in backends() {
        let app = TestApp::start_on(backend, quick()).await;
        app.order("SO-1").await;
        app.order_with("SO-2", json!({"invoice": "INV-PREPAID"})).await;
        app.pull().await;
        app.drive().await;
        assert_eq!(app.shipment("SO-1").await.state, State::Announced);
        assert_eq!(ask_for_invoices(&app).await, 0, "not at once");
        app.advance(3_601).await;
        assert_eq!(ask_for_invoices(&app).await, 1, "the label of the other names its invoice");
        assert_eq!(ask_for_invoices(&app).await, 0, "then hourly");
        change(&app, "SO-1", json!({"action": "invoice"})).await;
        app.advance(3_601).await;
        assert_eq!(ask_for_invoices(&app).await, 1);
        let order = app.desk(Role::Viewer).order("usmf".into(), "SO-1".into()).await.expect("the order");
        assert_eq!(order.invoice_number, None, "the label names none, and that stays so");
        let number = order.invoices[0].number.clone();
        assert!(number.starts_with("FTI-"), "{number}");
        app.advance(DAY_MS / 1_000).await;
        assert_eq!(ask_for_invoices(&app).await, 0, "found is found");

        // An event tells of a second one.
        change(&app, "SO-1", json!({"invoice": "INV-2"})).await;
        let new = invoices::look(&app.engine, "USMF", "SO-1").await.expect("stored").expect("asked");
        assert_eq!(new, 1);
        assert_eq!(invoices::look(&app.engine, "usmf", "SO-1").await.expect("stored").expect("asked"), 0);
        assert_eq!(invoices::look(&app.engine, "usmf", "SO-404").await.expect("stored").expect("asked"), 0);
        let order = app.desk(Role::Viewer).order("usmf".into(), "SO-1".into()).await.expect("the order");
        assert_eq!(order.invoices.len(), 2);
        assert_eq!(summaries(&app, "order.invoiced").await.len(), 2);

        let now = app.clock.now_ms();
        let csv =
            String::from_utf8(day::charges_csv(&app.engine, now - 9 * DAY_MS, now).await.expect("read")).expect("text");
        let row = csv.lines().find(|line| line.contains(",SO-1,")).expect("a row");
        assert!(row.ends_with(&format!(",{number}; INV-2")), "{row}");
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn an_invoice_that_never_comes_is_looked_for_daily_and_given_up() {
    let app = TestApp::start_on(Backend::Sqlite, quick()).await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    let mut asked = 0;
    ask_for_invoices(&app).await;
    for _ in 0..24 * 70 {
        app.clock.advance_ms(DAY_MS / 24);
        if asked >= 24 {
            app.clock.advance_ms(DAY_MS);
        }
        asked += ask_for_invoices(&app).await;
        if asked > 100 {
            break;
        }
    }
    assert!((70..=90).contains(&asked), "hourly on the first day, daily for two months: {asked}");
}

#[tokio::test]
async fn invoices_that_cannot_be_asked_for_are_asked_for_again() {
    let app = TestApp::start().await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    ask_for_invoices(&app).await;
    change(&app, "SO-1", json!({"action": "invoice"})).await;
    app.advance(3_601).await;
    app.fault(
        json!({"system": "d365", "op": "master", "kind": "status", "status": 429, "match": "SalesInvoiceHeadersV2"}),
    )
    .await;
    invoices::tick(&app.engine).await.expect("stored").expect_err("throttled");
    app.advance(15 * 60).await;
    assert_eq!(ask_for_invoices(&app).await, 1);
    assert!(calls(&app, "master").await > 0);
    let record = app.engine.store.db.orders_by_number("SO-1").await.expect("read").remove(0);
    assert_eq!(app.engine.store.db.found_invoices(&record.order_id).await.expect("read").len(), 1);
}

#[tokio::test]
async fn the_settings_form_keeps_version_and_page_size() {
    use app::desk::Commands;
    let app = TestApp::start().await;
    let admin = app.desk(Role::Admin);
    let mut form = admin.connections().await.expect("the page").d365.form;
    assert_eq!((form.entity_set.as_str(), form.page_size.as_str()), ("SalesOrderHeadersV2", "200"));
    (form.entity_set, form.page_size) = ("SalesOrderHeadersV4".into(), "50".into());
    admin.save_d365(form.clone()).await.expect("saved");
    let saved = admin.connections().await.expect("the page").d365.form;
    assert_eq!((saved.entity_set.as_str(), saved.page_size.as_str()), ("SalesOrderHeadersV4", "50"));
    for wrong in ["0", "1001", "many"] {
        form.page_size = wrong.into();
        let refused = admin.save_d365(form.clone()).await.expect_err(wrong);
        assert_eq!(refused.code, "connections.invalid");
    }
    app.clock.advance_ms(5_000);
    app.order("SO-1").await;
    assert!(look_at::import(&app.engine, &Actor::CommandLine, None, "SO-1").await.expect("stored").looked.is_ok());
}
