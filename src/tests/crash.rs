//! The program stops between the begin and the finish of each attempt: nothing is lost, nothing is
//! bought twice.

use crate::support::{Backend, TestApp, is, quick};
use ml_connector::fedex::{Purchase, Shipped};
use ml_connector::order::state::State;
use ml_connector::store::attempts::Step;
use ml_connector::work::settle::begin;
use serde_json::json;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Claims the shipment of an order like a node does.
async fn claim(app: &TestApp, order: &str) -> ml_connector::order::Shipment {
    let now = app.clock.now_ms();
    let mut tx = app.engine.store.begin().await.expect("begun");
    let claimed = tx.claim_due(&app.engine.node, now, now + 600_000, 10).await.expect("claimed");
    tx.commit().await.expect("committed");
    let wanted = app.shipment(order).await.shipment_id;
    claimed.into_iter().find(|shipment| shipment.shipment_id == wanted).expect("it was due")
}

fn made(purchase: Purchase) -> Shipped {
    match purchase {
        Purchase::Made(shipped) => shipped,
        Purchase::Job(job_id) => panic!("one package is no job: {job_id}"),
    }
}

async fn app_with_order_in(state: State) -> TestApp {
    let app = TestApp::start_on(Backend::Sqlite, quick()).await;
    if state == State::OutcomeUnknown {
        app.fault(json!({"system": "fedex", "op": "ship", "kind": "cut_after"})).await;
    }
    app.order("SO-1").await;
    app.pull().await;
    for _ in 0..200 {
        if app.shipment("SO-1").await.state == state {
            app.advance(15).await;
            return app;
        }
        ml_connector::work::drive::tick(&app.engine).await.expect("driven");
        if state == State::Delivered && app.shipment("SO-1").await.state != State::Delivered {
            ml_connector::work::reconcile::tick(&app.engine).await.expect("reconciled");
            if app.shipment("SO-1").await.state != State::Delivered {
                app.advance(300).await;
            }
        }
    }
    panic!("never {}", state.name());
}

#[tokio::test]
async fn stopped_before_the_call_of_any_attempt_the_order_still_arrives_with_one_label() {
    let steps = [
        (State::Ready, Step::Ship),
        (State::OutcomeUnknown, Step::LookUp),
        (State::Labelled, Step::Announce),
        (State::Delivered, Step::ConfirmDelivery),
    ];
    for (state, step) in steps {
        let mut app = app_with_order_in(state).await;
        let claimed = claim(&app, "SO-1").await;
        let reference = (step == Step::Ship).then(|| "MLTESTBEFORE".to_owned());
        // Begun, and then the power goes.
        drop(begin(&app.engine, &claimed, step, reference).await.expect("begun"));
        app.restart().await;
        let closed = app.run_until("SO-1", 400, 60, is(State::Closed)).await;
        assert!(closed.tracking_number.is_some());
        assert_eq!(app.live_labels("SO-1").await.len(), 1, "{}", step.name());
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn stopped_after_fedex_made_the_label_it_is_found_and_not_bought_again() {
    let mut app = app_with_order_in(State::Ready).await;
    let claimed = claim(&app, "SO-1").await;
    let begun = begin(&app.engine, &claimed, Step::Ship, Some("MLTESTAFTER".into())).await.expect("begun");
    let fedex = app.engine.fedex().await.expect("connected");
    let plan = claimed.plan.clone().expect("planned");
    let date = ml_connector::clock::date(app.clock.now_ms());
    let shipped = made(fedex.ship(&begun.trace, &plan, "MLTESTAFTER", &date).await.expect("FedEx made it"));
    // The answer is here, and the power goes before it is stored.
    app.restart().await;
    let unknown = app.shipment("SO-1").await;
    assert_eq!(unknown.state, State::OutcomeUnknown);
    let closed = app.run_until("SO-1", 400, 30, is(State::Closed)).await;
    assert_eq!(closed.tracking_number, Some(shipped.tracking_number));
    assert_eq!(app.live_labels("SO-1").await.len(), 1);
    app.assert_clean().await;
}

#[tokio::test]
async fn the_late_answer_of_a_node_thought_dead_is_taken_and_not_bought_again() {
    let app = app_with_order_in(State::Ready).await;
    let claimed = claim(&app, "SO-1").await;
    let begun = begin(&app.engine, &claimed, Step::Ship, Some("MLTESTLATE".into())).await.expect("begun");
    // The node is paused so long that its lease ends and another one rescues.
    app.advance(3_600).await;
    ml_connector::work::rescue::tick(&app.engine).await.expect("rescued");
    assert_eq!(app.shipment("SO-1").await.state, State::OutcomeUnknown);
    let fedex = app.engine.fedex().await.expect("connected");
    let plan = claimed.plan.clone().expect("planned");
    let date = ml_connector::clock::date(app.clock.now_ms());
    let shipped = made(fedex.ship(&begun.trace, &plan, "MLTESTLATE", &date).await.expect("FedEx made it"));
    let event = ml_connector::order::transition::Event::Bought(ml_connector::order::transition::Bought {
        reference: "MLTESTLATE".into(),
        tracking_number: shipped.tracking_number.clone(),
        charge: shipped.charge.clone(),
        has_label: true,
    });
    let ending = ml_connector::work::settle::Ending {
        attempt: Some(&begun.attempt_id),
        outcome: ml_connector::store::attempts::AttemptOutcome::Ok,
        sentence: "late".into(),
    };
    let with = ml_connector::work::settle::With { shipped: Some(&shipped), ..Default::default() };
    let settled =
        ml_connector::work::settle::settle(&app.engine, &begun.shipment, event, ending, with).await.expect("settled");
    assert_eq!(settled.state, State::Labelled);
    app.drive().await;
    assert_eq!(app.live_labels("SO-1").await.len(), 1);
    app.assert_clean().await;
}

#[tokio::test]
async fn a_label_that_turns_up_after_another_was_bought_is_cancelled() {
    let app = app_with_order_in(State::Ready).await;
    let claimed = claim(&app, "SO-1").await;
    let begun = begin(&app.engine, &claimed, Step::Ship, Some("MLTESTSTRAY".into())).await.expect("begun");
    app.advance(3_600).await;
    ml_connector::work::rescue::tick(&app.engine).await.expect("rescued");
    let unknown = app.shipment("SO-1").await;
    let desk = app.desk(ml_connector::desk::Role::Operator);
    let gave_up = app::desk::Commands::buy_again(&desk, unknown.shipment_id.0, unknown.version, "no label".into());
    gave_up.await.expect("given up");
    app.drive().await;
    let bought = app.shipment("SO-1").await;
    assert_eq!(bought.state, State::Announced);
    // And now the first purchase gets through after all.
    let fedex = app.engine.fedex().await.expect("connected");
    let plan = claimed.plan.clone().expect("planned");
    let date = ml_connector::clock::date(app.clock.now_ms());
    let late = made(fedex.ship(&begun.trace, &plan, "MLTESTSTRAY", &date).await.expect("FedEx made it"));
    assert_eq!(app.live_labels("SO-1").await.len(), 2);
    let stored = ml_connector::work::purchase::made(&app.engine, &begun, &fedex, "MLTESTSTRAY".into(), &late);
    stored.await.expect("stored");
    let live = app.live_labels("SO-1").await;
    assert_eq!(live.len(), 1);
    assert_eq!(live[0]["tracking_number"], bought.tracking_number.expect("a number").as_str());
    app.assert_clean().await;
}

/// The real program on a real file, killed without warning again and again.
#[tokio::test]
async fn killed_at_any_moment_the_program_loses_nothing_and_buys_nothing_twice() {
    const ORDERS: usize = 12;
    const KILLS: u64 = 8;
    let mut app = TestApp::start_on(Backend::Sqlite, quick()).await;
    app.twin_post("/_twin/clock", json!({"reference_delay_s": 0})).await;
    // Answers take a while, so that kills fall into calls.
    app.fault(json!({"system": "fedex", "op": "ship", "kind": "delay", "delay_ms": 150, "times": 0})).await;
    for number in 1..=ORDERS {
        app.order(&format!("SO-{number}")).await;
    }
    app.engine.store.db.close().await;
    let site = app.config().data_dir.join("site/pkg");
    std::fs::create_dir_all(&site).expect("a directory");
    std::fs::write(site.join("ml.js"), "").expect("a file");
    for kill in 0..KILLS {
        let mut child = serve(&app);
        tokio::time::sleep(Duration::from_millis(900 + kill * 130)).await;
        child.kill().expect("killed");
        child.wait().expect("gone");
    }
    // A purchase may have been cut off before FedEx saw it; that is believed only after an hour of
    // looking, so the rest of the way is walked with the clock in hand.
    app.twin_send(reqwest::Method::DELETE, "/_twin/faults", None).await;
    app.restart().await;
    for number in 1..=ORDERS {
        let order = format!("SO-{number}");
        app.run_until(&order, 400, 60, is(State::Closed)).await;
        assert_eq!(app.live_labels(&order).await.len(), 1, "{order}");
        assert_eq!(app.d365_order(&order).await["FdxStatus"], "delivered", "{order}");
    }
    app.assert_clean().await;
}

fn serve(app: &TestApp) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ml-connector"));
    command
        .arg("serve")
        .env("ML_DATA_DIR", &app.config().data_dir)
        .env("ML_SITE_DIR", app.config().data_dir.join("site"))
        .env("ML_LISTEN", "127.0.0.1:0")
        .env("ML_POLL_INTERVAL_S", "1")
        .env("ML_LOG", "error")
        .stdout(Stdio::null());
    command.spawn().expect("the program starts")
}
