//! The trail by its filters, and as a file of any length.

use crate::served::Served;
use crate::support::{TestApp, backends};
use app::contract::TrailFilter;
use app::desk::Views;
use ml_connector::audit::{Actor, Subject};
use ml_connector::clock::{self, DAY_MS};
use ml_connector::desk::Role;
use ml_connector::twin::TwinOptions;
use serde_json::Value;

fn set(field: &str, value: &str) -> TrailFilter {
    let mut filter = serde_json::to_value(TrailFilter::default()).expect("plain");
    filter[field] = value.into();
    serde_json::from_value(filter).expect("a field of the filter")
}

#[tokio::test]
async fn each_filter_narrows_the_trail_and_all_parts_of_a_step_are_found_by_any_of_its_ids() {
    for backend in backends() {
        let app = TestApp::start_on(backend, TwinOptions::loopback()).await;
        for number in ["SO-1", "SO-2"] {
            app.order(number).await;
        }
        app.pull().await;
        app.drive().await;
        let desk = app.desk(Role::Viewer);
        let all = desk.trail(TrailFilter::default()).await.expect("seen").total;
        let shipment = app.shipment("SO-1").await;
        let attempt = app.engine.store.db.attempts_of(&shipment.shipment_id).await.expect("read").remove(0).attempt_id;
        let today = clock::date(app.clock.now_ms());
        let tomorrow = clock::date(app.clock.now_ms() + DAY_MS);
        for (field, value, rows) in [
            ("action", "fedex.", None),
            ("action", "FEDEX.SHIP", Some(4)),
            ("text", "MADE the label", Some(2)),
            ("text", "100%_", Some(0)),
            ("outcome", "begun", None),
            ("from", today.as_str(), Some(all)),
            ("to", today.as_str(), Some(all)),
            ("from", tomorrow.as_str(), Some(0)),
            ("correlation", shipment.shipment_id.0.as_str(), None),
            ("correlation", shipment.order_id.0.as_str(), None),
            ("correlation", attempt.as_str(), None),
            ("correlation", "nothing", Some(0)),
        ] {
            let found = desk.trail(set(field, value)).await.expect("seen");
            match rows {
                Some(rows) => assert_eq!(found.total, rows, "{backend:?}: {field}={value}"),
                None => assert!(found.total > 0 && found.total < all, "{backend:?}: {field}={value}: {}", found.total),
            }
        }
        let of_attempt = desk.trail(set("correlation", &attempt)).await.expect("seen").rows;
        assert!(of_attempt.iter().all(|row| row.correlation.as_deref() == Some(attempt.as_str())));
        // A call is named by its beginning, and both its entries are found.
        let call = of_attempt.iter().find(|row| row.outcome.code == "begun").expect("a call").sequence.to_string();
        assert_eq!(desk.trail(set("correlation", &call)).await.expect("seen").total, 2, "{backend:?}");
        assert_eq!(desk.trail(set("from", "soon")).await.expect_err("no moment").code, "trail.no-moment");
    }
}

#[tokio::test]
async fn an_export_has_every_entry_once_and_no_formula_and_is_on_the_record() {
    for backend in backends() {
        let served = Served::start_unconnected(backend, TwinOptions::loopback()).await;
        let cookie = served.signed_in("olga", Role::Operator).await;
        // More than two parts of the export.
        for count in 0..1_100 {
            let summary =
                if count == 7 { "=HYPERLINK(\"http://evil.example\")".to_owned() } else { format!("Entry, {count}") };
            let entry = served.engine.entry(&Actor::CommandLine, "test.entry", Subject::default(), summary);
            served.engine.store.record(&entry).await.expect("recorded");
        }
        let answer = served.get("/trail/export?format=jsonl&action=test.", &cookie).await;
        assert_eq!(answer.headers()["content-disposition"], "attachment; filename=\"trail.jsonl\"");
        let text = answer.text().await.expect("a file");
        let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let sequences: Vec<i64> = rows.iter().filter_map(|row| row["sequence"].as_i64()).collect();
        assert!(sequences.len() == 1_100 && sequences.windows(2).all(|two| two[0] < two[1]), "{backend:?}");
        assert_eq!(rows[7]["summary"], "=HYPERLINK(\"http://evil.example\")", "JSON is no spreadsheet");

        let csv = served.get("/trail/export?format=csv&action=test.entry", &cookie).await.text().await.expect("a file");
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let head = reader.headers().expect("a head").clone();
        let place = head.iter().position(|name| name == "summary").expect("a column");
        let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("a table");
        assert_eq!(
            (rows.len(), &rows[7][place], &rows[8][place]),
            (1_100, "'=HYPERLINK(\"http://evil.example\")", "Entry, 8")
        );
        let exported = served.desk(Role::Viewer).trail(set("action", "desk.trail-exported")).await.expect("seen");
        assert!(exported.total == 2 && exported.rows[0].actor == "olga");
        assert_eq!(exported.rows[0].body.as_deref(), Some("{\"action\":\"test.entry\"}"));

        for (path, words) in [("?format=xls", "use csv or jsonl"), ("?format=csv&from=soon", "Write it like")] {
            let refused = served.get(&format!("/trail/export{path}"), &cookie).await;
            assert_eq!(refused.status(), 400);
            assert!(refused.text().await.expect("text").contains(words), "{path}");
        }
        assert_eq!(served.lands_on("/trail/export?format=csv", "").await, "/login");
    }
}
