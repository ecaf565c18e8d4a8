//! A `$metadata` of 50 MB is read in bounded memory: measured in a process of its own, whose peak the
//! kernel counts.

use crate::support::TestApp;
use ml_connector::d365::Credentials;
use ml_connector::transport::Trace;
use serde_json::json;

/// What a document of 50 MB may add to the peak of a process that has read a small one: the pieces under
/// way, and some slack of the allocator. A reader that held the document would add more than 50.
const GROWTH_KB: u64 = 12 * 1024;
/// Tells the child where the twin is.
const ADDRESS: &str = "ML_TEST_EDMX_TWIN";

#[tokio::test]
async fn metadata_of_50_mb_is_read_in_bounded_memory() {
    let app = TestApp::start().await;
    app.twin_post("/_twin/entities", json!({"public_entities_absent": true})).await;
    let address = json!({"control": app.twin.fedex_url(), "d365": app.twin.d365_credentials()}).to_string();
    let child = tokio::task::spawn_blocking(move || {
        std::process::Command::new(std::env::current_exe().expect("this binary"))
            .args(["write_back_memory::in_a_process_of_its_own", "--exact", "--ignored", "--nocapture"])
            .env(ADDRESS, address)
            .output()
    });
    let output = child.await.expect("it ends").expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Runs in the child only: alone in its process, so that the peak is its own.
#[tokio::test]
#[ignore = "started by metadata_of_50_mb_is_read_in_bounded_memory in a process of its own"]
async fn in_a_process_of_its_own() {
    let given: serde_json::Value =
        serde_json::from_str(&std::env::var(ADDRESS).expect("started by its parent")).expect("JSON");
    let control = given["control"].as_str().expect("an address").to_owned();
    let app = TestApp::start().await;
    let credentials = Credentials::parse(&given["d365"].to_string()).expect("valid");
    let shelf = std::sync::Arc::new(app.engine.clone());
    let d365 = ml_connector::d365::D365::new(credentials, app.engine.transport.clone(), shelf);
    let mut peaks = Vec::new();
    for megabytes in [1, 50] {
        let body = json!({"metadata_mb": megabytes}).to_string();
        let url = format!("{control}/_twin/entities");
        let answer =
            app.http.post(url).header("content-type", "application/json").body(body).send().await.expect("set");
        assert!(answer.status().is_success());
        let entity = d365.entity(&Trace::engine(), "SalesOrderHeadersV2").await.expect("read").expect("there");
        assert!(entity.property("FdxTrackingNumber").is_some());
        peaks.push(peak_kb());
    }
    let read = app.engine.store.db.trail(&ml_connector::store::audit::TrailQuery::default(), 50).await.expect("read");
    let largest =
        read.iter().filter(|row| row.action == "d365.metadata").filter_map(|row| bytes_in(&row.summary)).max();
    assert!(largest.is_some_and(|bytes| bytes > 50 * 1024 * 1024), "all of it was read: {largest:?}");
    let growth = peaks[1] - peaks[0];
    assert!(growth < GROWTH_KB, "50 MB of metadata cost {growth} KB more than 1 MB");
}

/// `…, 52481234 bytes read`.
fn bytes_in(summary: &str) -> Option<usize> {
    summary.strip_suffix(" bytes read")?.rsplit(' ').next()?.parse().ok()
}

/// The most memory this process ever held, as the kernel counts it.
fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("VmHWM");
    line.split_whitespace().nth(1).expect("a number").parse().expect("a number")
}
