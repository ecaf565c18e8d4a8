//! A browser that goes away before its answer: what it asked for is done to its end.

use crate::served::Served;
use crate::support::{Backend, until};
use ml_connector::twin::TwinOptions;
use serde_json::json;
use std::time::Duration;

/// How long Dynamics 365 takes for a write: the browser is gone long before.
const WRITE_MS: u64 = 700;
/// When the browser goes away: the first write is under way.
const GONE: Duration = Duration::from_millis(WRITE_MS / 2);
/// Far more than the rest takes.
const HANGS: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_test_write_whose_browser_went_away_is_restored_and_told() {
    let app = Served::start(Backend::Sqlite, TwinOptions::loopback()).await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    let held = app.d365_order("SO-1").await["header"].clone();
    assert_eq!(held["FdxStatus"], "labelled");
    let cookie = app.sign_in().await;
    app.fault(json!({"system": "d365", "op": "patch", "kind": "delay", "delay_ms": WRITE_MS, "when": "after"})).await;
    let asked = app.form("/desk/write-back/test", "company=usmf&number=SO-1", &cookie);
    assert!(tokio::time::timeout(GONE, asked).await.is_err(), "the browser waits no longer");
    let tested = app.d365_order("SO-1").await["header"].clone();
    assert_ne!(tested["FdxStatus"], held["FdxStatus"], "the test's value stands there");

    until("the end of the test write", HANGS, async || {
        let entries = app.engine.store.db.audit_after(0, 10_000).await.expect("read");
        entries.iter().any(|entry| entry.action == "desk.test-write" && entry.outcome != "begun")
    })
    .await;
    let after = app.d365_order("SO-1").await["header"].clone();
    for field in ["FdxStatus", "FdxTrackingNumber"] {
        assert_eq!(after[field], held[field], "{field} is as it was");
    }
}
