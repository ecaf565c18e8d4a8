//! When FedEx is asked, how much, and what becomes of it when FedEx does not want to be asked.

use crate::support::{Backend, TestApp, backends, is, quick};
use axum::body::Body;
use axum::http::Request;
use ml_connector::clock::{self, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
use ml_connector::lifecycle::Lifecycle;
use ml_connector::order::parcel_state::Ended;
use ml_connector::order::scan::Milestone;
use ml_connector::order::state::State;
use ml_connector::store::scans::Source;
use ml_connector::store::track_days::{PAUSED_UNTIL, REFUSALS};
use ml_connector::twin::TwinOptions;
use ml_connector::work::{news, reconcile};
use serde_json::json;
use sqlx::Connection;
use tower::ServiceExt;

impl TestApp {
    async fn track_calls(&self) -> u64 {
        self.twin_get("/_twin/calls").await["counts"]["fedex.track"].as_u64().unwrap_or_default()
    }

    /// Takes so many questions off today's budget.
    async fn spend(&self, questions: i64) {
        let day = clock::date(self.clock.now_ms());
        let mut tx = self.engine.store.begin().await.expect("begun");
        assert!(tx.spend_questions(&day, questions, 1, i64::MAX).await.expect("stored"));
        tx.commit().await.expect("stored");
    }

    /// Moves both clocks to the next midnight and a little further.
    async fn next_day(&self) {
        let left_ms = DAY_MS - self.clock.now_ms().rem_euclid(DAY_MS);
        self.advance(left_ms / SECOND_MS + 120).await;
    }

    async fn asked_today(&self) -> i64 {
        self.engine.store.db.track_day(&clock::date(self.clock.now_ms())).await.expect("read").asked
    }
}

#[tokio::test]
async fn labels_printed_at_once_are_not_asked_about_at_once_and_not_right_away() {
    let app = TestApp::start().await;
    let parcels = app.ship("SO-1", 12).await;
    let first = parcels.iter().filter_map(|parcel| parcel.next_track_ms).min().expect("asked");
    let last = parcels.iter().filter_map(|parcel| parcel.next_track_ms).max().expect("asked");
    assert!(first - parcels[0].labelled_ms >= HOUR_MS && last > first);
    assert_eq!(reconcile::tick(&app.engine).await.expect("looked"), 0);
    assert_eq!(app.track_calls().await, 0);
}

#[tokio::test]
async fn many_parcels_are_asked_about_in_batches_of_thirty_and_counted_each() {
    for backend in backends() {
        let app = TestApp::start_on(backend, TwinOptions::loopback()).await;
        app.ship("SO-1", 38).await;
        app.ship("SO-2", 32).await;
        app.advance(2 * 3_600).await;
        assert_eq!(reconcile::tick(&app.engine).await.expect("asked"), 70);
        assert_eq!(app.track_calls().await, 3);
        let day = app.engine.store.db.track_day(&clock::date(app.clock.now_ms())).await.expect("read");
        assert_eq!((day.asked, day.calls), (70, 3));
        let parcels = app.parcels("SO-2").await;
        assert!(parcels.iter().all(|parcel| parcel.milestone == Some(Milestone::LabelCreated)), "all were heard");
    }
}

#[tokio::test]
async fn a_label_fedex_does_not_know_is_asked_less_and_less_and_given_up_where_a_person_sees_it() {
    for backend in backends() {
        let app = TestApp::start_on(backend, TwinOptions::loopback()).await;
        let parcel = app.ship("SO-1", 1).await.remove(0);
        app.course(&parcel, json!({"hidden_s": 200 * 86_400})).await;
        app.pass(6.0).await;
        let asked = app.parcels("SO-1").await.remove(0);
        assert!((2..=5).contains(&asked.not_found), "{} times", asked.not_found);
        assert!(asked.every_ms >= HOUR_MS && asked.ended.is_none());
        app.advance(91 * 86_400).await;
        reconcile::tick(&app.engine).await.expect("asked");
        let gone = app.parcels("SO-1").await.remove(0);
        assert_eq!((gone.ended, gone.next_track_ms), (Some(Ended::Forgotten), None));
        let sheet = app.shown("exceptions").await;
        let trouble = sheet.rows[0].parcel.trouble.clone().expect("trouble");
        assert!(trouble.sentence.contains("not asked about any more") && trouble.next_action.contains("claim"));
        let calls = app.track_calls().await;
        app.pass(3.0).await;
        assert_eq!(app.track_calls().await, calls);
    }
}

#[tokio::test]
async fn a_refusal_without_a_time_pauses_for_the_window_and_blames_no_parcel() {
    let app = TestApp::start_on(Backend::Sqlite, quick()).await;
    app.ship("SO-1", 2).await;
    app.advance(3 * 3_600).await;
    app.fault(json!({"system": "fedex", "op": "track", "kind": "status", "status": 429})).await;
    reconcile::tick(&app.engine).await.expect("refused");
    let until = app.engine.store.db.cursor(PAUSED_UNTIL).await.expect("read").expect("paused");
    assert!((0..=11 * SECOND_MS).contains(&(until - app.clock.now_ms())), "{}", until - app.clock.now_ms());
    assert_eq!(reconcile::tick(&app.engine).await.expect("looked"), 0);
    assert_eq!(app.track_calls().await, 1);
    app.advance(12).await;
    reconcile::tick(&app.engine).await.expect("asked");
    let parcels = app.parcels("SO-1").await;
    assert!(parcels.iter().all(|parcel| parcel.ended == Some(Ended::Delivered) && parcel.not_found == 0));
    assert_eq!(app.engine.store.db.cursor(REFUSALS).await.expect("read"), Some(0));
}

#[tokio::test]
async fn refused_in_window_after_window_it_is_the_days_quota_and_asking_rests_until_midnight() {
    for backend in backends() {
        let app = TestApp::start_on(backend, TwinOptions::loopback()).await;
        let parcel = app.ship("SO-1", 1).await.remove(0);
        // The first question comes two hours after the label.
        app.advance(2 * 3_600).await;
        app.next_day().await;
        reconcile::tick(&app.engine).await.expect("asked");
        // The twin's quota of tracking calls: one a day, and that one is used.
        app.twin_post("/_twin/fedex", json!({"track_limit": 1})).await;
        // Whatever time of day it is: on until the parcel is due and FedEx refuses.
        while app.engine.store.db.cursor(REFUSALS).await.expect("read").unwrap_or(0) == 0 {
            app.advance(1_800).await;
            reconcile::tick(&app.engine).await.expect("asked");
        }
        for _ in 0..2 {
            app.advance(15).await;
            reconcile::tick(&app.engine).await.expect("refused");
        }
        let until = app.engine.store.db.cursor(PAUSED_UNTIL).await.expect("read").expect("paused");
        let midnight = (app.clock.now_ms() / DAY_MS + 1) * DAY_MS;
        assert!((0..=MINUTE_MS).contains(&(until - midnight)), "{} is not midnight", clock::text(until));
        let calls = app.track_calls().await;
        assert_eq!(calls, 4);
        app.pass(2.0).await;
        assert_eq!(app.track_calls().await, calls, "nobody asks");
        let sheet = app.shown("under-way").await;
        assert!(sheet.budget.paused_until.is_some() && sheet.budget.sentence.contains("FedEx refused"));
        // Pushes come in all the same.
        let push = app.push_of(&parcel).await;
        assert!(news::pushed(&app.engine, &push).await.expect("stored").is_some());
        app.next_day().await;
        reconcile::tick(&app.engine).await.expect("asked");
        app.pass(4.0).await;
        assert!(app.track_calls().await > calls);
    }
}

#[tokio::test]
async fn one_number_that_fedex_refuses_does_not_hold_up_its_batch() {
    let app = TestApp::start_on(Backend::Sqlite, quick()).await;
    let parcels = app.ship("SO-1", 3).await;
    app.fault(json!({"system": "fedex", "op": "track", "kind": "status", "status": 400, "times": 0,
        "code": "TRACKING.TRACKINGNUMBER.INVALID", "match": parcels[1].tracking_number}))
        .await;
    app.advance(3 * 3_600).await;
    reconcile::tick(&app.engine).await.expect("asked");
    let ended: Vec<Option<Ended>> = app.parcels("SO-1").await.into_iter().map(|parcel| parcel.ended).collect();
    assert_eq!(ended, [Some(Ended::Delivered), None, Some(Ended::Delivered)]);
    let refused = app.parcels("SO-1").await.remove(1);
    assert!(refused.next_track_ms.is_some_and(|at| at - app.clock.now_ms() >= 5 * HOUR_MS) && refused.not_found == 0);
    let cleared = app.twin_send(reqwest::Method::DELETE, "/_twin/faults", None).await;
    assert_eq!(cleared["cleared"], 1);
    app.run_until("SO-1", 30, 1_800, is(State::Closed)).await;
}

#[tokio::test]
async fn the_budget_is_kept_the_urgent_go_first_and_a_new_day_begins_anew() {
    for backend in backends() {
        let app = TestApp::start_on(backend, TwinOptions::loopback()).await;
        let parcels = app.ship("SO-1", 2).await;
        app.next_day().await;
        let out = json!({"scans": [{"code": "OD", "description": "Out"}], "stands": true});
        app.course(&parcels[0], out).await;
        app.course(&parcels[1], json!({"stands": true})).await;
        app.pass(4.0).await;
        assert_eq!(app.parcels("SO-1").await[0].urgency, 0);
        let before = app.asked_today().await;
        // What is left is below a twentieth: only the parcel on the vehicle is asked about.
        app.spend(60_000 - before - 100).await;
        let asked = |parcels: Vec<ml_connector::order::parcel_state::ParcelState>| {
            parcels.into_iter().map(|parcel| parcel.asked_ms).collect::<Vec<_>>()
        };
        let then = asked(app.parcels("SO-1").await);
        app.pass(3.0).await;
        let now = asked(app.parcels("SO-1").await);
        assert!(now[0] > then[0] && now[1] == then[1], "{then:?} {now:?}");
        let budget = app.shown("under-way").await.budget;
        assert_eq!((budget.budget, budget.used + budget.left), (60_000, 60_000));
        assert!(budget.forecast >= budget.used && budget.resets.ms % DAY_MS == 0);

        app.spend(60_000 - app.asked_today().await).await;
        let calls = app.track_calls().await;
        app.pass(2.0).await;
        assert_eq!((app.track_calls().await, app.asked_today().await), (calls, 60_000), "not one more");
        assert!(app.shown("under-way").await.budget.sentence.contains("used up"));
        app.next_day().await;
        reconcile::tick(&app.engine).await.expect("asked");
        assert!(app.track_calls().await > calls && app.asked_today().await > 0);
    }
}

#[tokio::test]
async fn what_is_pushed_is_asked_about_less_often_and_both_ways_are_measured() {
    let app = TestApp::start().await;
    let parcel = app.ship("SO-1", 1).await.remove(0);
    app.pass(10.0).await;
    assert_eq!(app.parcels("SO-1").await[0].every_ms, HOUR_MS);
    app.advance(3 * 3_600).await;
    let push = app.push_of(&parcel).await;
    let heard = news::pushed(&app.engine, &push).await.expect("stored").expect("ours");
    assert!(heard.new_scans > 0);
    let pushed = app.parcels("SO-1").await.remove(0);
    assert_eq!((pushed.every_ms, pushed.pushed_ms), (4 * HOUR_MS, Some(app.clock.now_ms())));
    for source in [Source::Push, Source::Poll] {
        assert!(!app.engine.store.db.scan_delays(source, 10).await.expect("read").is_empty(), "{source:?}");
    }
    assert!(app.shown("under-way").await.budget.delays.contains("by push"));
}

#[tokio::test]
async fn figures_of_the_budget_and_of_the_delay_stand_in_the_metrics() {
    let app = TestApp::start().await;
    app.ship("SO-1", 1).await;
    app.pass(10.0).await;
    let site = tempfile::tempdir().expect("a directory");
    let router = ml_connector::web::router(&app.engine, site.path().to_owned(), None, &Lifecycle::default())
        .await
        .expect("routes");
    let request = Request::get("/metrics").body(Body::empty()).expect("a request");
    let answer = router.oneshot(request).await.expect("answered");
    let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.expect("read");
    let text = String::from_utf8_lossy(&bytes);
    let asked = app.asked_today().await;
    for line in [
        "ml_track_questions{kind=\"budget\"} 60000".to_owned(),
        format!("ml_track_questions{{kind=\"used\"}} {asked}"),
        format!("ml_track_questions{{kind=\"left\"}} {}", 60_000 - asked),
        "ml_scan_delay_seconds{way=\"poll\"}".to_owned(),
    ] {
        assert!(text.contains(&line), "{line} is missing in {text}");
    }
}

/// What a migration keeps: shipment, place, number, milestone, delivery, next question, end.
type Kept = (String, i64, String, Option<String>, Option<i64>, Option<i64>, Option<String>);

#[tokio::test]
async fn parcels_of_before_are_taken_over_with_what_was_known() {
    let mut database = sqlx::SqliteConnection::connect("sqlite::memory:").await.expect("a database");
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    let mut names: Vec<_> = std::fs::read_dir(folder).expect("readable").map(|file| file.unwrap().path()).collect();
    names.sort();
    let (before, after) = names.split_at(names.iter().position(|name| name.ends_with("0012_parcels.sql")).unwrap());
    for file in before {
        sqlx::raw_sql(&std::fs::read_to_string(file).unwrap()).execute(&mut database).await.expect("migrated");
    }
    let order = "insert into orders values ('o', 'h', 'usmf', 'SO-1', '', '', '', null, '{}', '', 1, 1)";
    sqlx::raw_sql(order).execute(&mut database).await.expect("stored");
    // Two packages of which the master arrived; an adopted label without packages; a closed one.
    for (id, state, number, milestone, closed) in [
        ("a", "in_transit", "1", "delivered", "null"),
        ("b", "announced", "2", "in_transit", "null"),
        ("c", "closed", "3", "delivered", "9"),
    ] {
        let sql = format!(
            "insert into shipments (shipment_id, order_id, group_no, state, version, failures, correction, environment,
                 tracking_number, ship_to, milestone, delivered_ms, reprint_needed, labelled_ms, absences,
                 next_track_ms, created_ms, changed_ms, closed_ms)
             values ('{id}', 'o', {number}, '{state}', 1, 0, '{{}}', 'production', '{number}', '', '{milestone}',
                 case when '{milestone}' = 'delivered' then 8 end, 0, 5, 0, 7, 1, 6, {closed})"
        );
        sqlx::raw_sql(&sql).execute(&mut database).await.expect("stored");
    }
    for (id, sequence, number) in [("a", 1, "1"), ("a", 2, "11"), ("c", 1, "3"), ("c", 2, "33")] {
        let sql = format!("insert into pieces values ('{id}', {sequence}, '{number}')");
        sqlx::raw_sql(&sql).execute(&mut database).await.expect("stored");
    }
    sqlx::raw_sql(&std::fs::read_to_string(&after[0]).unwrap()).execute(&mut database).await.expect("migrated");
    let sql = "select shipment_id, sequence, tracking_number, milestone, delivered_ms, next_track_ms, ended
               from parcels order by shipment_id, sequence";
    let kept: Vec<Kept> = sqlx::query_as(sql).fetch_all(&mut database).await.expect("read");
    let row = |id: &str, sequence, number: &str, milestone: Option<&str>, delivered, next, ended: Option<&str>| {
        (id.into(), sequence, number.into(), milestone.map(Into::into), delivered, next, ended.map(Into::into))
    };
    let expected: Vec<Kept> = vec![
        row("a", 1, "1", Some("delivered"), Some(8), Some(7), None),
        row("a", 2, "11", None, None, Some(7), None),
        row("b", 1, "2", Some("in_transit"), None, Some(7), None),
        row("c", 1, "3", Some("delivered"), Some(8), None, Some("delivered")),
        row("c", 2, "33", Some("delivered"), Some(8), None, Some("delivered")),
    ];
    assert_eq!(kept, expected);
}
