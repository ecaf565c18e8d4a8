//! A throttle holds back everything for the whole environment, a cold server is warming up, and no
//! cookie is sent back.

use crate::support::{Backend, TestApp, backends, until};
use app::contract::{RungOutcome, Tone};
use app::desk::Views;
use http::header;
use ml_connector::audit::{Actor, System};
use ml_connector::desk::Role;
use ml_connector::desk::ping::ping;
use ml_connector::order::retry::Failure;
use ml_connector::order::state::State;
use ml_connector::transport::Trace;
use ml_connector::twin::TwinOptions;
use ml_connector::work::{drive, poll};
use serde_json::{Value, json};
use std::time::Duration;

/// Calls to the environment; those for tokens are Entra's.
async fn calls(app: &TestApp) -> u64 {
    let counts = app.twin_get("/_twin/calls").await["counts"].clone();
    let of_data = |(name, _): &(&String, &Value)| name.starts_with("d365.") && !name.starts_with("d365.token");
    counts.as_object().expect("counts").iter().filter(of_data).filter_map(|(_, count)| count.as_u64()).sum()
}

async fn pull(app: &TestApp) -> Result<poll::Pulled, Failure> {
    poll::tick(&app.engine, &Trace::engine()).await.expect("stored")
}

async fn throttle(app: &TestApp, op: &str, retry_after: Option<&str>) {
    app.fault(json!({"system": "d365", "op": op, "kind": "status", "status": 429, "retry_after": retry_after})).await;
}

fn waits_ms(failure: &Failure) -> i64 {
    match failure {
        Failure::Throttled { retry_after_ms: Some(wait_ms), cause } if cause.code == "d365.throttled" => *wait_ms,
        other => panic!("not throttled: {other:?}"),
    }
}

#[tokio::test]
async fn after_a_429_nothing_leaves_before_its_time_in_any_of_its_three_forms() {
    let app = TestApp::start().await;
    app.order("SO-1").await;
    app.pull().await;
    for (form, least_s, most_s) in [("seconds", 40, 40), ("date", 39, 41), ("none", 30, 36)] {
        let retry_after = match form {
            "seconds" => Some("40".to_owned()),
            "date" => Some(http_date(app.clock.now_ms() + 40_000)),
            _ => None,
        };
        throttle(&app, "orders", retry_after.as_deref()).await;
        let wait_ms = waits_ms(&pull(&app).await.expect_err("throttled"));
        assert!((least_s * 1_000..=most_s * 1_000).contains(&wait_ms), "{form}: {wait_ms}");

        let before = calls(&app).await;
        app.clock.advance_ms(wait_ms - 1);
        assert_eq!(waits_ms(&pull(&app).await.expect_err("closed")), 1, "{form}");
        drive::tick(&app.engine).await.expect("driven");
        ping(&app.engine, System::D365, &Actor::CommandLine).await.expect("pinged");
        assert_eq!(calls(&app).await, before, "{form}: something left too early");
        app.clock.advance_ms(1);
        pull(&app).await.expect("the time is over");
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(ms).expect("a moment");
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[tokio::test]
async fn a_throttle_of_one_write_holds_back_every_order_and_outlives_a_restart() {
    for backend in backends() {
        let mut app = TestApp::start_on(backend, TwinOptions::loopback()).await;
        app.order("SO-1").await;
        app.pull().await;
        throttle(&app, "patch", Some("120")).await;
        app.drive().await;
        let waiting = app.shipment("SO-1").await;
        assert_eq!(
            (waiting.state, waiting.cause.expect("it waits").code.as_str()),
            (State::Labelled, "d365.throttled")
        );

        let chip = app.desk(Role::Viewer).frame().await.expect("frame").chips[0].clone();
        assert_eq!((chip.tone, chip.text.as_str()), (Tone::Warning, "throttled"));
        let until_ms = chip.breaker_until_ms.expect("a countdown");
        assert!((1..=120_000).contains(&(until_ms - app.clock.now_ms())));

        let before = calls(&app).await;
        app.restart().await;
        app.order("SO-2").await;
        waits_ms(&pull(&app).await.expect_err("still closed"));
        app.drive().await;
        assert_eq!(calls(&app).await, before, "a new process asks no earlier");
        let announced = app.run_until("SO-1", 30, 10, |shipment| shipment.state == State::Announced).await;
        assert_eq!(announced.state, State::Announced, "afterwards it goes on by itself");
        assert_eq!(app.desk(Role::Viewer).frame().await.expect("frame").chips[0].breaker_until_ms, None);
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn a_throttled_sign_in_is_left_alone_too() {
    let app = TestApp::start().await;
    throttle(&app, "token", Some("60")).await;
    assert_eq!(waits_ms(&pull(&app).await.expect_err("throttled")), 60_000);
    let tokens = app.twin_get("/_twin/calls").await["counts"]["d365.token"].clone();
    app.clock.advance_ms(59_999);
    assert_eq!(waits_ms(&pull(&app).await.expect_err("closed")), 1);
    assert_eq!(app.twin_get("/_twin/calls").await["counts"]["d365.token"], tokens);
    app.clock.advance_ms(1);
    pull(&app).await.expect("the time is over");
}

#[tokio::test]
async fn no_cookie_is_sent_back() {
    let app = TestApp::start().await;
    app.order("SO-1").await;
    for _ in 0..3 {
        app.pull().await;
        app.drive().await;
    }
    let token = ml_connector::transport::token::Shelf::token(&app.engine, "d365.token").await.expect("a token");
    let url = format!("{}/data/LegalEntities", app.twin.d365_url());
    let asked = app.http.get(&url).bearer_auth(&token.value).send().await.expect("the twin answers");
    let cookie =
        asked.headers().get(header::SET_COOKIE).expect("a cookie is offered").to_str().expect("text").to_owned();
    assert_eq!(app.twin_get("/_twin/calls").await["counts"]["d365.cookies_returned"], Value::Null);
    let with = app.http.get(&url).bearer_auth(&token.value).header(header::COOKIE, cookie);
    with.send().await.expect("the twin answers");
    assert_eq!(app.twin_get("/_twin/calls").await["counts"]["d365.cookies_returned"], 1, "the twin would notice");
}

#[tokio::test]
async fn a_first_call_that_takes_long_is_warming_up_and_no_error() {
    let app = TestApp::start().await;
    app.order("SO-1").await;
    let chip = || async { app.desk(Role::Viewer).frame().await.expect("frame").chips[0].clone() };
    let slow = json!({"system": "d365", "op": "orders", "kind": "delay", "delay_ms": 1_500});
    app.fault(slow.clone()).await;
    let watch = async {
        until_called(&app).await;
        app.clock.advance_ms(40_000);
        chip().await
    };
    let (pulled, warming) = tokio::join!(pull(&app), watch);
    assert_eq!((warming.tone, warming.text.as_str()), (Tone::Moving, "warming up"));
    assert_eq!(pulled.expect("40 s are no error").new, 1);
    assert_eq!(chip().await.text, "connected");

    // Warm now: the same wait is nothing to tell.
    app.fault(slow).await;
    app.twin_send(reqwest::Method::DELETE, "/_twin/calls", None).await;
    let (_, warm) = tokio::join!(pull(&app), async {
        until_called(&app).await;
        app.clock.advance_ms(40_000);
        chip().await
    });
    assert_eq!(warm.text, "connected");
}

async fn until_called(app: &TestApp) {
    let called = async || !app.twin_get("/_twin/calls").await["counts"]["d365.orders"].is_null();
    until("Dynamics 365 is asked for orders", Duration::from_secs(30), called).await;
}

#[tokio::test]
async fn a_first_call_without_an_answer_is_warming_up_and_then_simply_no_answer() {
    let app = TestApp::start().await;
    app.fault(json!({"system": "d365", "op": "orders", "kind": "cut_before", "times": 3})).await;
    for code in ["d365.warming-up", "d365.warming-up", "d365.no-answer"] {
        assert_eq!(pull(&app).await.expect_err("cut").cause().code, code);
    }
    pull(&app).await.expect("it is awake");
    app.fault(json!({"system": "d365", "op": "orders", "kind": "cut_before"})).await;
    assert_eq!(pull(&app).await.expect_err("cut").cause().code, "d365.no-answer", "a server that was awake");
}

#[tokio::test]
async fn a_ping_of_a_cold_server_says_that_it_wakes_up() {
    let app = TestApp::start_on(Backend::Sqlite, TwinOptions::loopback()).await;
    app.fault(json!({"system": "d365", "op": "master", "kind": "cut_before"})).await;
    let ladder = ping(&app.engine, System::D365, &Actor::CommandLine).await.expect("pinged");
    let rung = ladder.rungs.iter().find(|rung| rung.name == "Environment").expect("the rung");
    assert_eq!(rung.outcome, RungOutcome::Warned, "{ladder:?}");
    assert!(rung.evidence.contains("warming up"), "{rung:?}");
    assert!(!ladder.passed && ladder.rungs.last().expect("rungs").outcome == RungOutcome::Skipped);
    let chip = app.desk(Role::Viewer).frame().await.expect("frame").chips[0].clone();
    assert_eq!((chip.tone, chip.text.as_str()), (Tone::Warning, "warming up"));
    assert!(ping(&app.engine, System::D365, &Actor::CommandLine).await.expect("pinged").passed);
}

#[tokio::test]
async fn a_slow_pace_is_kept_by_all_calls_together() {
    let app = TestApp::start_unconnected(Backend::Sqlite, TwinOptions::loopback()).await;
    let mut document = app.twin.d365_credentials();
    document["limits"] = json!({"concurrent": 1, "writes": 1});
    app.connect(System::D365, document).await;
    app.connect(System::Fedex, app.twin.fedex_credentials()).await;
    app.order("SO-1").await;
    app.fault(json!({"system": "d365", "op": "orders", "kind": "delay", "delay_ms": 1_500})).await;
    // One call at a time: while the pull waits for its answer, the ping's call does not leave.
    let (pulled, seen) = tokio::join!(pull(&app), async {
        until_called(&app).await;
        let pinged = ping(&app.engine, System::D365, &Actor::CommandLine);
        let early = tokio::time::timeout(Duration::from_millis(500), pinged).await;
        assert!(early.is_err(), "the ping had to wait for its turn");
        app.twin_get("/_twin/calls").await["counts"]["d365.master"].clone()
    });
    assert_eq!(seen, Value::Null);
    assert_eq!(pulled.expect("pulled").new, 1);
    assert!(ping(&app.engine, System::D365, &Actor::CommandLine).await.expect("pinged").passed);
}
