//! Planted secrets are looked for everywhere they must not be: database, trail, pages, errors.

use crate::support::{Backend, TestApp, is, quick};
use app::contract::{OrderFilter, TrailFilter};
use app::desk::{Commands, Views};
use ml_connector::audit::System;
use ml_connector::desk::Role;
use ml_connector::order::state::State;
use serde_json::Value;

/// Secrets of the twins' credentials and the tokens minted with them.
pub async fn planted(app: &TestApp) -> Vec<String> {
    let text = |document: &Value, name: &str| document[name].as_str().unwrap_or_default().to_owned();
    let (d365, fedex) = (app.twin.d365_credentials(), app.twin.fedex_credentials());
    let mut secrets = vec![text(&d365, "client_secret"), text(&fedex, "secret_key")];
    for name in ["fedex.token", "d365.token"] {
        if let Some(shelved) = ml_connector::transport::token::Shelf::token(&app.engine, name).await {
            secrets.push(shelved.value);
        }
    }
    assert!(secrets.len() == 4 && secrets.iter().all(|secret| secret.len() > 7), "nothing to look for");
    secrets
}

fn assert_clean(place: &str, text: &str, secrets: &[String]) {
    for secret in secrets {
        assert!(!text.contains(secret.as_str()), "a secret is in {place}");
    }
}

#[tokio::test]
async fn no_secret_is_in_the_database_the_trail_or_on_a_page() {
    let app = TestApp::start_on(Backend::Sqlite, quick()).await;
    app.order("SO-1").await;
    app.order_with("SO-2", serde_json::json!({"address": {"zip": "1"}})).await;
    let desk = app.desk(Role::Admin);
    for system in ["d365", "fedex"] {
        assert!(desk.ping(system.into()).await.expect("pinged").passed);
    }
    app.pull().await;
    app.run_until("SO-1", 60, 300, is(State::Closed)).await;
    let secrets = planted(&app).await;

    let mut after = 0;
    loop {
        let chunk = app.engine.store.db.audit_after(after, 500).await.expect("read");
        let Some(last) = chunk.last() else { break };
        after = last.sequence;
        for entry in &chunk {
            assert_clean(&format!("audit entry {}", entry.sequence), &format!("{entry:?}"), &secrets);
        }
    }
    let connections = desk.connections().await.expect("connections");
    let with_routine = TrailFilter { routine: Some(TrailFilter::SHOWN.into()), ..TrailFilter::default() };
    let pages = [
        format!("{connections:?}"),
        format!("{:?}", desk.attention().await.expect("home")),
        format!("{:?}", desk.orders(OrderFilter::default()).await.expect("orders")),
        format!("{:?}", desk.order("usmf".into(), "SO-1".into()).await.expect("order")),
        format!("{:?}", desk.trail(with_routine).await.expect("trail")),
        format!("{:?}", desk.frame().await.expect("frame")),
    ];
    for page in &pages {
        assert_clean("a page", page, &secrets);
    }
    assert!(connections.fedex.form.secret_key.is_empty() && connections.d365.form.client_secret.is_empty());

    let directory = app.config().data_dir.clone();
    app.engine.store.db.close().await;
    for file in std::fs::read_dir(directory).expect("readable") {
        let path = file.expect("readable").path();
        let bytes = String::from_utf8_lossy(&std::fs::read(&path).expect("readable")).into_owned();
        assert_clean(&path.display().to_string(), &bytes, &secrets);
    }
}

#[tokio::test]
async fn a_vendor_that_echoes_a_secret_does_not_get_it_into_the_trail() {
    let app = TestApp::start().await;
    let secret = app.twin.fedex_credentials()["secret_key"].as_str().expect("a secret").to_owned();
    let echo = serde_json::json!({"system": "fedex", "op": "ship", "kind": "status", "status": 400,
        "code": "ECHO", "message": format!("You sent {secret}.")});
    app.fault(echo).await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    let desk = app.desk(Role::Viewer);
    let page = format!("{:?}", desk.order("usmf".into(), "SO-1".into()).await.expect("order"));
    assert!(page.contains("ECHO"), "FedEx's words are shown");
    assert_clean("the order page", &page, &[secret]);
}

#[tokio::test]
async fn a_saved_secret_does_not_follow_to_another_host() {
    let app = TestApp::start().await;
    let desk = app.desk(Role::Admin);
    let mut form = desk.connections().await.expect("connections").d365.form;
    form.base_url = "https://attacker.example".into();
    let refused = desk.save_d365(form).await.expect_err("refused");
    assert_eq!(refused.code, "connections.secret-again");
    let kept = ml_connector::desk::connections::saved(&app.engine, System::D365).await.expect("read").expect("saved");
    assert_eq!(kept.document["base_url"], app.twin.d365_credentials()["base_url"]);
}
