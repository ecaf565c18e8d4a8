//! What is paused stands still on every node, nothing is lost, and the rest goes on.

use crate::served::Served;
use crate::support::{Backend, TestApp, backends};
use app::desk::{Commands, PauseDesk, PullDesk, Views};
use ml_connector::audit::Actor;
use ml_connector::desk::{Role, pauses};
use ml_connector::engine::Engine;
use ml_connector::order::state::State;
use ml_connector::store::audit::TrailQuery;
use ml_connector::store::pauses::Flow;
use ml_connector::transport::Trace;
use ml_connector::twin::TwinOptions;
use ml_connector::work::poll::{self, Turned};
use ml_connector::work::{drive, look_at, write_back};
use serde_json::json;

impl TestApp {
    async fn pause(&self, flow: &str) {
        self.desk(Role::Operator).pause(flow.into(), "the printer is being repaired".into()).await.expect("paused");
    }

    async fn resume(&self, flow: &str) {
        self.desk(Role::Operator).resume(flow.into()).await.expect("resumed");
    }
}

#[tokio::test]
async fn a_pause_has_a_reason_a_name_and_a_place_on_the_record_and_in_every_frame() {
    for backend in backends() {
        let app = TestApp::start_on(backend, TwinOptions::loopback()).await;
        let desk = app.desk(Role::Operator);
        for (flow, reason, code) in
            [("everything", "x", "pause.unknown-flow"), ("shipping", "  ", "pause.reason-missing")]
        {
            assert_eq!(desk.pause(flow.into(), reason.into()).await.expect_err("refused").code, code);
        }
        app.pause("shipping").await;
        let again = desk.pause("shipping".into(), "another".into()).await.expect_err("already");
        assert_eq!(again.code, "pause.already");
        for role in [Role::Viewer, Role::CustomerService] {
            let desk = app.desk(role);
            assert_eq!(desk.resume("shipping".into()).await.expect_err("refused").code, "desk.not-allowed");
            assert_eq!(desk.pause("pull".into(), "x".into()).await.expect_err("refused").code, "desk.not-allowed");
            let shown = desk.frame().await.expect("shown").pauses;
            assert!(!shown[0].may_resume && shown[0].by == "kim" && shown[0].reason == "the printer is being repaired");
        }
        app.resume("shipping").await;
        // Resumed twice is resumed.
        app.resume("shipping").await;
        assert!(desk.frame().await.expect("shown").pauses.is_empty());
        let trail = app.engine.store.db.trail(&TrailQuery::default(), 10).await.expect("read");
        let told: Vec<_> = trail.iter().map(|row| row.action.as_str()).take(2).collect();
        assert_eq!(told, ["desk.resume", "desk.pause"], "{backend:?}");
        assert!(trail[1].summary.ends_with("Why: the printer is being repaired"));
    }
}

#[tokio::test]
async fn while_shipping_is_paused_no_node_buys_and_look_ups_and_voids_go_on() {
    for backend in backends() {
        let app = TestApp::start_on(backend, TwinOptions::loopback()).await;
        // One purchase gets no answer, one has its label, and one comes only now.
        app.fault(json!({"system": "fedex", "op": "ship", "kind": "cut_after"})).await;
        app.order("SO-1").await;
        app.pull().await;
        app.drive().await;
        assert_eq!(app.shipment("SO-1").await.state, State::OutcomeUnknown, "{backend:?}");
        app.order("SO-2").await;
        app.pull().await;
        app.drive().await;
        app.pause("shipping").await;
        app.order("SO-3").await;
        app.pull().await;
        let bought = app.twin_get("/_twin/calls").await["counts"]["fedex.ship"].clone();
        app.drive().await;
        // Another node reads the same database.
        let other = Engine::start(app.config().clone(), app.clock.clone()).await.expect("another node");
        while drive::tick(&other).await.expect("driven") > 0 {}
        assert_eq!(app.shipment("SO-3").await.state, State::Ready, "it is checked, and waits for its label");

        let two = app.shipment("SO-2").await;
        let desk = app.desk(Role::Operator);
        desk.void(two.shipment_id.0.clone(), two.version, false, "wrong".into()).await.expect("asked");
        let found = app.run_until("SO-1", 10, 60, |shipment| shipment.tracking_number.is_some()).await;
        assert!(found.tracking_number.is_some(), "the look-up went on");
        assert!(app.shipment("SO-2").await.state.frees_lines(), "the label was cancelled");
        assert_eq!(app.twin_get("/_twin/calls").await["counts"]["fedex.ship"], bought, "{backend:?}: nobody bought");

        app.resume("shipping").await;
        app.drive().await;
        assert!(app.shipment("SO-3").await.tracking_number.is_some(), "nothing is lost");
        assert_eq!(app.live_labels("SO-3").await.len(), 1);
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn while_write_back_is_paused_labels_are_bought_and_what_is_owed_is_written_later() {
    for backend in backends() {
        let app = TestApp::start_on(backend, TwinOptions::loopback()).await;
        app.pause("write-back").await;
        app.order("SO-1").await;
        app.pull().await;
        app.drive().await;
        assert_eq!(write_back::tick(&app.engine).await.expect("stored"), 0);
        let held = app.shipment("SO-1").await;
        assert_eq!(held.state, State::Labelled, "{backend:?}");
        assert_eq!(app.d365_order("SO-1").await["FdxTrackingNumber"].as_str().unwrap_or_default(), "");
        app.resume("write-back").await;
        app.drive().await;
        write_back::tick(&app.engine).await.expect("stored");
        assert_eq!(app.shipment("SO-1").await.state, State::Announced);
        assert_eq!(app.d365_order("SO-1").await["FdxTrackingNumber"].as_str(), held.tracking_number.as_deref());
    }
}

#[tokio::test]
async fn while_pulling_is_paused_dynamics_is_not_asked_and_a_single_import_still_works() {
    let app = TestApp::start().await;
    app.pull().await;
    app.pause("pull").await;
    app.order("SO-1").await;
    let calls = app.twin_get("/_twin/calls").await["counts"].clone();
    for scan in [true, false] {
        let turned = poll::turn(&app.engine, &Trace::engine(), scan).await.expect("stored").expect("no failure");
        assert_eq!(turned, Turned::Paused);
    }
    assert_eq!(look_at::tick(&app.engine).await.expect("stored"), 0);
    assert_eq!(app.twin_get("/_twin/calls").await["counts"], calls);
    let desk = app.desk(Role::Operator);
    for refused in [desk.pull_now().await, desk.find_gaps().await] {
        assert_eq!(refused.expect_err("refused").code, "pause.pull-paused");
    }
    let told = desk.import(None, "SO-1".into()).await.expect("imported");
    assert!(told.contains("SO-1"), "{told}");
    app.order("SO-2").await;
    app.resume("pull").await;
    let turned = poll::turn(&app.engine, &Trace::engine(), true).await.expect("stored").expect("asked");
    assert_eq!(turned, Turned::Asked);
    assert_eq!(app.shipment("SO-2").await.state, State::Received);
}

#[tokio::test]
async fn the_banner_is_on_every_page_and_its_button_works_without_javascript() {
    let served = Served::start(Backend::Sqlite, TwinOptions::loopback()).await;
    let operator = served.signed_in("olga", Role::Operator).await;
    let viewer = served.signed_in("vera", Role::Viewer).await;
    pauses::pause(&served.engine, &Actor::CommandLine, Flow::Shipping, "the printer <is> broken")
        .await
        .expect("paused");
    for path in ["/", "/orders", "/parcels", "/trail", "/people", "/no-such-page"] {
        for (cookie, may) in [(&operator, true), (&viewer, false)] {
            let page = served.get(path, cookie).await.text().await.expect("a page");
            assert!(page.contains("Shipping is paused") && page.contains("the printer &lt;is&gt; broken"), "{path}");
            assert_eq!(page.contains("data-testid=\"resume-shipping\""), may, "{path}");
        }
    }
    let answer = served.form("/desk/pauses/resume", "flow=shipping", &operator).await;
    assert_eq!(answer.status(), 302);
    assert!(!served.engine.store.db.is_paused(Flow::Shipping).await.expect("read"));
    let page = served.get("/orders", &viewer).await.text().await.expect("a page");
    assert!(!page.contains("Shipping is paused"));
}
