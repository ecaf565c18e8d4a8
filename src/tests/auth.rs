//! Wrong tenant, wrong secret, wrong key, unreachable host, throttled sign-in: one sentence and a
//! next step each, in the ping and in the trail.

use crate::support::{Backend, TestApp};
use ml_connector::audit::{Actor, System};
use ml_connector::desk::ping::ping;
use ml_connector::order::state::State;
use ml_connector::store::audit::TrailQuery;
use ml_connector::twin::TwinOptions;
use serde_json::{Value, json};

/// An address of this machine where nobody listens.
const NOBODY: &str = "http://127.0.0.1:9";

async fn fault_of(app: &TestApp, system: System) -> String {
    let ladder = ping(&app.engine, system, &Actor::Operator("kim".into())).await.expect("pinged");
    assert!(!ladder.passed);
    let problem = ladder.rungs.iter().find_map(|rung| rung.problem.clone()).expect("a problem");
    assert!(problem.message.contains(' ') && problem.hint.ends_with('.'), "{problem:?}");
    let query = TrailQuery { actor: Some("kim".into()), ..TrailQuery::default() };
    let trail = app.engine.store.db.trail(&query, 50).await.expect("read");
    let entry = trail.iter().find(|row| row.action == "desk.ping").expect("in the trail");
    assert_eq!((entry.system.as_str(), entry.outcome.as_str()), (system.name(), "failed"));
    problem.code
}

async fn with(system: System, changes: &[(&str, Value)]) -> String {
    let app = TestApp::start_unconnected(Backend::Sqlite, TwinOptions::loopback()).await;
    let mut document = if system == System::D365 { app.twin.d365_credentials() } else { app.twin.fedex_credentials() };
    for (name, value) in changes {
        document[*name] = value.clone();
    }
    app.connect(System::Fedex, app.twin.fedex_credentials()).await;
    app.connect(system, document).await;
    fault_of(&app, system).await
}

#[tokio::test]
async fn each_wrong_credential_is_told_apart() {
    assert_eq!(with(System::D365, &[("tenant_id", json!("nowhere.example"))]).await, "auth.tenant-unknown");
    assert_eq!(with(System::D365, &[("client_secret", json!("wrong"))]).await, "auth.secret-rejected");
    assert_eq!(
        with(System::D365, &[("client_id", json!("00000000-0000-0000-0000-00000000dead"))]).await,
        "auth.client-unknown"
    );
    assert_eq!(with(System::D365, &[("base_url", json!(NOBODY))]).await, "d365.unreachable");
    assert_eq!(with(System::Fedex, &[("secret_key", json!("wrong"))]).await, "auth.key-rejected");
    assert_eq!(with(System::Fedex, &[("base_url", json!(NOBODY))]).await, "fedex.unreachable");
}

#[tokio::test]
async fn good_credentials_pass_every_rung() {
    let app = TestApp::start().await;
    app.order("SO-1").await;
    for system in [System::D365, System::Fedex] {
        let ladder = ping(&app.engine, system, &Actor::CommandLine).await.expect("pinged");
        assert!(ladder.passed, "{ladder:?}");
        assert!(ladder.rungs.len() >= 5);
    }
}

#[tokio::test]
async fn a_throttled_sign_in_opens_a_breaker_that_outlives_the_process() {
    let mut app = TestApp::start().await;
    app.fault(json!({"system": "fedex", "op": "token", "kind": "token_throttle"})).await;
    assert_eq!(fault_of(&app, System::Fedex).await, "auth.token-throttled");
    let mints = app.twin_get("/_twin/calls").await["counts"]["fedex.token"].clone();

    app.restart().await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    let waiting = app.shipment("SO-1").await;
    assert_eq!(waiting.state, State::Ready);
    assert_eq!(waiting.cause.expect("it waits").code, "auth.token-throttled");
    assert_eq!(app.twin_get("/_twin/calls").await["counts"]["fedex.token"], mints, "nobody asked again");

    let labelled = app.run_until("SO-1", 30, 60, |shipment| shipment.tracking_number.is_some()).await;
    assert!(labelled.tracking_number.is_some(), "after ten minutes it goes on by itself");
}

#[tokio::test]
async fn one_token_serves_many_orders_and_a_restart() {
    let mut app = TestApp::start().await;
    for number in 1..=20 {
        app.order(&format!("SO-{number}")).await;
    }
    app.pull().await;
    app.drive().await;
    app.restart().await;
    app.order("SO-21").await;
    app.pull().await;
    app.drive().await;
    assert!(app.shipment("SO-21").await.tracking_number.is_some());
    let calls = app.twin_get("/_twin/calls").await;
    assert_eq!(calls["token_mints"], json!({"d365": 1, "fedex": 1}));
}

#[tokio::test]
async fn an_expired_token_is_renewed_once_and_nothing_is_bought_twice() {
    let app = TestApp::start().await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    // The twins' clock runs ahead of ours: our token looks good and is refused.
    app.twin_post("/_twin/clock", json!({"advance_s": 7_200})).await;
    for number in 2..=6 {
        app.order(&format!("SO-{number}")).await;
    }
    app.pull().await;
    app.drive().await;
    for number in 2..=6 {
        assert_eq!(app.live_labels(&format!("SO-{number}")).await.len(), 1);
    }
    assert_eq!(app.twin_get("/_twin/calls").await["token_mints"]["fedex"], 2);
}

#[tokio::test]
async fn a_connection_mended_in_the_product_lets_waiting_orders_go_at_once() {
    let app = TestApp::start().await;
    let mut wrong = app.twin.fedex_credentials();
    wrong["secret_key"] = "wrong".into();
    app.connect(System::Fedex, wrong).await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.cause.expect("it waits").code, "auth.key-rejected");
    app.connect(System::Fedex, app.twin.fedex_credentials()).await;
    ping(&app.engine, System::Fedex, &Actor::CommandLine).await.expect("pinged");
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.state, State::Announced);
}
