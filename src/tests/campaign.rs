//! The campaign in small: the real program, real kills, and the same checks as `make campaign`.

use crate::support::{Backend, TestApp, backends, fresh_postgres};
use ml_connector::audit::{Actor, System};
use ml_connector::clock::{Clock, Pace};
use ml_connector::config::Config;
use ml_connector::desk::connections;
use ml_connector::engine::Engine;
use serde_json::{Value, json};
use std::process::{Command, Stdio};

/// Enough for every fault of the script, and for two kills that catch several orders each.
const ORDERS: u64 = 160;

#[tokio::test]
async fn a_small_campaign_ends_with_exactly_one_live_label_an_order() {
    for backend in backends() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut command = Command::new(env!("CARGO_BIN_EXE_ml-connector"));
        command
            .args(["campaign", "--orders", &ORDERS.to_string(), "--seed", "20261122", "--minutes", "5"])
            // Faster than the big one: the hour before an absent label is believed takes 15 seconds.
            .args(["--concurrency", "4", "--factor", "240", "--json", "--data-dir"])
            .arg(directory.path())
            .stderr(Stdio::inherit());
        if backend == Backend::Postgres {
            command.args(["--database", &fresh_postgres().await]);
        }
        let output = tokio::task::spawn_blocking(move || command.output()).await.expect("it ran");
        let output = output.expect("the campaign starts");
        let text = String::from_utf8_lossy(&output.stdout);
        let figures: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{backend:?}: no figures: {text}"));
        assert_eq!(figures["failures"], json!([]), "{backend:?}: {text}");
        assert!(output.status.success(), "{backend:?}: {text}");
        assert_eq!(figures["live_labels"], ORDERS);
        assert_eq!(figures["written_back"], ORDERS, "nothing in the script parks an order");
        assert!(figures["caught"].as_u64() >= Some(ORDERS / 20), "{backend:?}: caught by kills: {text}");
        assert!(figures["bought_again"].as_u64() > Some(0), "a 503 before the commit leaves no label: {text}");
    }
}

#[tokio::test]
async fn a_rehearsal_clock_is_refused_with_any_fedex_but_one_of_our_own() {
    let app = TestApp::start().await;
    let directory = tempfile::tempdir().expect("a directory");
    let pace = Pace { from_ms: Clock::System.now_ms(), factor: 60 };
    let engine = Engine::start(Config::in_directory(directory.path()), Clock::Scaled(pace)).await.expect("it starts");
    for (environment, allowed) in [("custom", true), ("sandbox", false), ("production", false)] {
        let mut document = app.twin.fedex_credentials();
        if !allowed {
            document["environment"] = environment.into();
            document["base_url"] = Value::Null;
        }
        connections::save(&engine, &Actor::CommandLine, System::Fedex, document).await.expect("valid by itself");
        assert_eq!(engine.fedex().await.is_ok(), allowed, "{environment}");
    }
}
