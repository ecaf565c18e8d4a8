//! A new secret is tried before it replaces the old one, and every climb of a ladder is remembered.

use crate::auth::{certificate, certified};
use crate::support::{TestApp, backends};
use app::desk::{Commands, Views};
use ml_connector::audit::{Actor, System};
use ml_connector::clock::{HOUR_MS, MINUTE_MS};
use ml_connector::desk::ping::ping;
use ml_connector::desk::{Role, ping_hourly};
use ml_connector::store::audit::TrailQuery;
use ml_connector::store::ping_history::KEPT;
use ml_connector::twin::TwinOptions;
use serde_json::json;

#[tokio::test]
async fn a_secret_that_fails_its_test_changes_nothing_until_it_is_saved_anyway() {
    for backend in backends() {
        let app = TestApp::start_on(backend, TwinOptions::loopback()).await;
        app.order("SO-1").await;
        let desk = app.desk(Role::Admin);
        for (system, field, code) in
            [("d365", "client_secret", "auth.secret-rejected"), ("fedex", "secret_key", "auth.key-rejected")]
        {
            let mut document =
                if system == "d365" { app.twin.d365_credentials() } else { app.twin.fedex_credentials() };
            document[field] = json!("wrong-Secret-2026");
            let refused = desk.save_document(system.into(), document.to_string()).await.expect_err("refused");
            assert_eq!(refused.code, "connections.test-failed", "{backend:?}");
            assert!(refused.message.contains("the old one stays in force"), "{refused}");
            let page = desk.connections().await.expect("seen");
            let shown = if system == "d365" { &page.d365.refused } else { &page.fedex.refused };
            let shown = shown.as_ref().expect("kept aside");
            let problem = shown.ladder.rungs.iter().find_map(|rung| rung.problem.clone()).expect("a problem");
            assert!(problem.code == code && shown.by == "kim" && shown.risk.contains("Until the new one works"));
            assert!(!format!("{page:?}").contains("wrong-Secret"));
            assert!(app.desk(Role::Operator).connections().await.expect("seen").fedex.refused.is_none());
        }
        // The old ones are in force: the order goes its way.
        app.clock.advance_ms(3_000);
        app.pull().await;
        app.drive().await;
        assert!(app.shipment("SO-1").await.tracking_number.is_some(), "{backend:?}");

        assert_eq!(
            app.desk(Role::Operator).save_anyway("fedex".into()).await.expect_err("refused").code,
            "desk.not-allowed"
        );
        let ladder = desk.save_anyway("fedex".into()).await.expect("saved");
        assert!(!ladder.passed, "it is in force now, and does not work");
        assert_eq!(desk.save_anyway("fedex".into()).await.expect_err("once").code, "connections.nothing-refused");
        app.clock.advance_ms(16 * MINUTE_MS);
        assert_eq!(desk.save_anyway("d365".into()).await.expect_err("too late").code, "connections.nothing-refused");
        let trail = app.engine.store.db.trail(&TrailQuery::default(), 1_000).await.expect("read");
        assert!(trail.iter().any(|row| row.action == "connections.test-failed" && row.outcome == "failed"));
        assert!(!format!("{trail:?}").contains("wrong-Secret"));
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn a_secret_that_works_replaces_the_old_one_after_one_climb() {
    let app = TestApp::start().await;
    let desk = app.desk(Role::Admin);
    let pair = certificate(300);
    app.twin_post("/_twin/entra", json!({"certificates": [pair.0]})).await;
    let mut document = certified(&app, &pair);
    let ladder = desk.save_document("d365".into(), document.to_string()).await.expect("saved");
    assert!(ladder.passed, "{ladder:?}");
    let history = desk.connections().await.expect("seen").d365.history;
    assert_eq!((history.len(), history[0].fault.clone(), history[0].by.as_str()), (1, None, "kim"));
    // What signs in is the same: it is saved, and pinged as ever.
    document["private_key"] = json!("***");
    document["legal_entities"] = json!(["usmf"]);
    assert!(desk.save_document("d365".into(), document.to_string()).await.expect("saved").passed);
}

#[tokio::test]
async fn ladders_are_kept_with_their_first_fault_and_the_oldest_are_forgotten() {
    for backend in backends() {
        let app = TestApp::start_on(backend, TwinOptions::loopback()).await;
        let mut wrong = app.twin.fedex_credentials();
        wrong["secret_key"] = json!("wrong");
        app.connect(System::Fedex, wrong).await;
        for _ in 0..KEPT + 3 {
            ping(&app.engine, System::Fedex, &Actor::CommandLine).await.expect("pinged");
            app.clock.advance_ms(2 * MINUTE_MS);
        }
        let kept = app.engine.store.db.pings("fedex", 1_000).await.expect("read");
        assert_eq!(i64::try_from(kept.len()).expect("few"), KEPT, "{backend:?}");
        assert!(kept.windows(2).all(|two| two[0].at_ms > two[1].at_ms), "newest first");
        let history = app.desk(Role::Viewer).connections().await.expect("seen").fedex.history;
        let fault = history[0].fault.clone().expect("a fault");
        assert!(fault.starts_with("Sign in: "), "{fault}");
    }
}

#[tokio::test]
async fn ladders_are_climbed_hourly_sooner_after_a_failure_and_never_against_a_closed_door() {
    let app = TestApp::start().await;
    assert_eq!(ping_hourly::tick(&app.engine).await.expect("stored"), 2, "never climbed");
    assert_eq!(ping_hourly::tick(&app.engine).await.expect("stored"), 0);
    let mints = app.twin_get("/_twin/calls").await["token_mints"].clone();
    app.advance(3_000).await;
    assert_eq!(ping_hourly::tick(&app.engine).await.expect("stored"), 0, "not an hour yet");
    app.fault(json!({"system": "fedex", "op": "token", "kind": "token_throttle"})).await;
    app.advance(HOUR_MS / 1_000 - 3_000).await;
    assert_eq!(ping_hourly::tick(&app.engine).await.expect("stored"), 2);
    let after = app.twin_get("/_twin/calls").await["token_mints"].clone();
    assert!(mints["fedex"].as_i64() <= after["fedex"].as_i64());
    // FedEx closed its sign-in: nobody knocks before it opens.
    let calls = app.twin_get("/_twin/calls").await["counts"]["fedex.token"].clone();
    app.advance(300).await;
    assert_eq!(ping_hourly::tick(&app.engine).await.expect("stored"), 0);
    assert_eq!(app.twin_get("/_twin/calls").await["counts"]["fedex.token"], calls);
    app.advance(601).await;
    assert_eq!(ping_hourly::tick(&app.engine).await.expect("stored"), 1, "FedEx alone, after a quarter of an hour");
    assert!(app.desk(Role::Viewer).connections().await.expect("seen").fedex.history[0].fault.is_none());
}
