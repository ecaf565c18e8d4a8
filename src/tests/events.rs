//! Business events over real HTTP: kept before the answer, told apart from repeats, and no more than
//! a hint. Nobody without the address gets anywhere, and the address is nowhere to be found.

use crate::served;
use crate::support::{Backend, backends};
use app::contract::Events;
use app::desk::{EventDesk, Views};
use ml_connector::audit::System;
use ml_connector::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use ml_connector::desk::{Operator, OperatorDesk, Role};
use ml_connector::store::Db;
use ml_connector::store::write_backs::WriteState;
use ml_connector::twin::TwinOptions;
use ml_connector::work::{look_at, write_back};
use reqwest::{Method, RequestBuilder, StatusCode};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

const LISTED: &str = "ContosoOrderReleased";

/// An app that listens, with a live address for events.
struct Served {
    app: served::Served,
    /// Path of a live address.
    path: String,
}

impl Served {
    async fn start() -> Self {
        Self::start_on(Backend::Sqlite).await
    }

    async fn start_on(backend: Backend) -> Self {
        let app = served::Served::start(backend, TwinOptions::loopback()).await;
        let desk = app.desk(Role::Admin);
        desk.list_events(LISTED.into()).await.expect("listed");
        app.clock.advance_ms(3_000);
        let path = path(desk.new_event_address().await.expect("an address").expose_secret());
        Self { app, path }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.app.http.request(method, format!("{}{path}", self.app.url))
    }

    async fn post(&self, body: &Value) -> StatusCode {
        // Rows of one millisecond have no order.
        self.app.clock.advance_ms(1);
        let request = self.request(Method::POST, &self.path).header("content-type", "application/json");
        request.body(body.to_string()).send().await.expect("an answer").status()
    }

    /// Verdict and detail of what came, oldest first.
    async fn verdicts(&self) -> Vec<&'static str> {
        let rows = self.app.engine.store.db.business_events(None, 100).await.expect("read");
        rows.iter().rev().map(|row| row.event.verdict.name()).collect()
    }

    /// Orders in the queue.
    async fn queue(&self) -> Vec<(String, String)> {
        let sql = "select company, number from look_at order by number";
        let rows = match &self.app.engine.store.db {
            Db::Sqlite { readers, .. } => sqlx::query_as(sql).fetch_all(readers).await,
            Db::Postgres(pool) => sqlx::query_as(sql).fetch_all(pool).await,
        };
        rows.expect("read")
    }
}

fn path(address: &str) -> String {
    address[address.find("/webhooks/").expect("a path")..].to_owned()
}

fn event(id: &str, order: &str) -> Value {
    json!({"BusinessEventId": LISTED, "BusinessEventLegalEntity": "USMF", "ControlNumber": 5_637_985_363_i64,
        "EventId": id, "EventTimeIso8601": "2026-03-01T15:42:46.3440655Z", "SalesOrderNumber": order})
}

#[tokio::test]
async fn an_event_is_durable_before_200_and_queues_its_order_once_however_often_it_comes() {
    for backend in backends() {
        let served = Served::start_on(backend).await;
        assert_eq!(served.post(&event("E-2", "SO-2")).await, StatusCode::OK);
        assert_eq!(served.queue().await, [("usmf".to_owned(), "SO-2".to_owned())]);
        // Repeated, late, and beside others in one body.
        for body in [event("E-2", "SO-2"), event("E-1", "SO-1"), json!([event("E-1", "SO-1"), event("E-3", "SO-2")])] {
            assert_eq!(served.post(&body).await, StatusCode::OK);
        }
        assert_eq!(served.verdicts().await, ["hint", "duplicate", "hint", "duplicate", "hint"]);
        let queued = served.queue().await;
        assert_eq!(queued.iter().map(|(_, number)| number.as_str()).collect::<Vec<_>>(), ["SO-1", "SO-2"]);
        let woken = tokio::time::timeout(std::time::Duration::from_secs(5), served.app.engine.wake_look_at.notified());
        woken.await.expect("who reads the queue was woken");
        served.app.assert_clean().await;
    }
}

#[tokio::test]
async fn events_sent_side_by_side_act_once() {
    for backend in backends() {
        let served = Served::start_on(backend).await;
        let body = event("E-1", "SO-1");
        let answers = futures::future::join_all((0..16).map(|_| served.post(&body))).await;
        assert!(answers.iter().all(|status| *status == StatusCode::OK), "{answers:?}");
        let verdicts = served.verdicts().await;
        assert_eq!((verdicts.len(), verdicts.iter().filter(|verdict| **verdict == "hint").count()), (16, 1));
    }
}

#[tokio::test]
async fn what_is_not_listed_is_kept_and_acts_once_it_is() {
    let served = Served::start().await;
    let mut other = event("E-1", "SO-1");
    other["BusinessEventId"] = "ContosoOrderPicked".into();
    assert_eq!(served.post(&other).await, StatusCode::OK);
    assert_eq!(served.queue().await, []);
    let desk = served.app.desk(Role::Admin);
    desk.list_events(format!("{LISTED}\nContosoOrderPicked = SalesOrderNumber")).await.expect("listed");
    assert_eq!(desk.events().await.expect("events").events[0].verdict.code, "not_listed");
    served.app.clock.advance_ms(3_000);
    // An operator of Dynamics 365 sends it again from its error list.
    served.post(&other).await;
    assert_eq!(served.verdicts().await, ["not_listed", "hint"]);
    assert_eq!(served.queue().await.len(), 1);
    assert_eq!(desk.events().await.expect("events").listed, format!("{LISTED}\nContosoOrderPicked = SalesOrderNumber"));
    // The list is kept with the connection, whose secret stayed.
    assert!(
        ml_connector::desk::ping::ping(&served.app.engine, System::D365, &ml_connector::audit::Actor::CommandLine)
            .await
            .expect("pinged")
            .passed
    );
}

#[tokio::test]
async fn test_events_invoices_and_bodies_nobody_understands_are_kept_and_answered_200() {
    let served = Served::start().await;
    let test = json!({"BusinessEventId": "BusinessEventsTestEndpointContract", "BusinessEventLegalEntity": "001",
        "ControlNumber": i64::MIN, "EventId": "8D1220EB-E514-4E35-844E-E062DEF0C05D"});
    let mut invoice = event("E-9", "SO-9");
    invoice["BusinessEventId"] = "SalesInvoicePostedBusinessEvent".into();
    for body in [test, invoice, json!({"Hello": "world"})] {
        assert_eq!(served.post(&body).await, StatusCode::OK);
    }
    served.app.clock.advance_ms(1);
    let request = served.request(Method::POST, &served.path).body("<html>");
    assert_eq!(request.send().await.expect("an answer").status(), StatusCode::OK);
    assert_eq!(served.verdicts().await, ["test", "invoice", "unreadable", "unreadable"]);
    let shown = served.app.desk(Role::Viewer).events().await.expect("events").events;
    assert_eq!(shown[3].control_number, Some(i64::MIN));
    assert!(shown[1].detail.as_deref().is_some_and(|detail| detail.contains("Hello")), "{shown:?}");
    assert_eq!(served.queue().await, [("usmf".to_owned(), "SO-9".to_owned())]);
}

#[tokio::test]
async fn event_grid_shakes_hands_in_both_schemas_and_delivers_batches() {
    let served = Served::start().await;
    let grid = |id: &str, kind: &str, data: Value| {
        json!({"id": id, "topic": "/subscriptions/x", "subject": "", "eventType": kind, "eventTime": "2026-03-01T00:00:00Z",
            "dataVersion": "1", "metadataVersion": "1", "data": data})
    };
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let validation_url = format!("http://{}/validate", nobody.local_addr().expect("an address"));
    let validation = json!([grid(
        "v",
        "Microsoft.EventGrid.SubscriptionValidationEvent",
        json!({"validationCode": "512d38b6-c7b8", "validationUrl": validation_url})
    )]);
    let post = |body: &Value, kind: &'static str| {
        served.app.clock.advance_ms(1);
        let request = served.request(Method::POST, &served.path).header("aeg-event-type", kind);
        request.header("content-type", "application/json; charset=utf-8").body(body.to_string()).send()
    };
    let answer = post(&validation, "SubscriptionValidation").await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
    let text = answer.text().await.expect("text");
    assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), json!({"validationResponse": "512d38b6-c7b8"}));
    let fetched = tokio::time::timeout(std::time::Duration::from_millis(200), nobody.accept()).await;
    assert!(fetched.is_err(), "an address from a body is never called");

    let batch = json!([grid("1", "Released", event("E-1", "SO-1")), grid("2", "Released", event("E-2", "SO-2"))]);
    assert_eq!(post(&batch, "Notification").await.expect("an answer").status(), StatusCode::OK);

    let asked = served.request(Method::OPTIONS, &served.path).header("WebHook-Request-Origin", "eventgrid.azure.net");
    let asked = asked.header("WebHook-Request-Callback", &validation_url).send().await.expect("an answer");
    assert_eq!(asked.status(), StatusCode::OK);
    assert_eq!(asked.headers()["webhook-allowed-origin"], "eventgrid.azure.net");
    assert!(asked.headers().contains_key("webhook-allowed-rate"));
    let cloud = |id: &str, data: Value| json!({"specversion": "1.0", "id": id, "source": "/x", "type": "Released", "data": data});
    for (content_type, body) in [
        ("application/cloudevents+json", cloud("3", event("E-3", "SO-3"))),
        (
            "application/cloudevents-batch+json",
            json!([cloud("4", event("E-4", "SO-4")), cloud("5", event("E-1", "SO-1"))]),
        ),
    ] {
        served.app.clock.advance_ms(1);
        let request = served.request(Method::POST, &served.path).header("content-type", content_type);
        assert_eq!(request.body(body.to_string()).send().await.expect("an answer").status(), StatusCode::OK);
    }
    assert_eq!(served.verdicts().await, ["test", "hint", "hint", "hint", "hint", "duplicate"]);
    assert_eq!(served.queue().await.len(), 4);
}

#[tokio::test]
async fn a_wrong_address_is_answered_like_none_and_noted_once_a_minute() {
    let served = Served::start().await;
    let mut almost = served.path.clone();
    let last = almost.pop().expect("a letter");
    almost.push(if last == 'A' { 'B' } else { 'A' });
    for path in [almost.as_str(), "/webhooks/d365/x", "/webhooks/d365/%00"] {
        for method in [Method::POST, Method::OPTIONS] {
            let answer =
                served.request(method, path).body(event("E-1", "SO-1").to_string()).send().await.expect("an answer");
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
            assert_eq!(answer.text().await.expect("text"), "", "no detail");
        }
    }
    assert_eq!(served.verdicts().await, [""; 0]);
    let noted =
        || async { served.app.engine.store.db.cursor("events.wrong_token_ms").await.expect("read").expect("noted") };
    let first = noted().await;
    served.app.clock.advance_ms(MINUTE_MS - 1);
    served.request(Method::POST, &almost).send().await.expect("an answer");
    assert_eq!(noted().await, first);
    served.app.clock.advance_ms(1);
    served.request(Method::POST, &almost).send().await.expect("an answer");
    assert!(noted().await > first);
    let warnings = served.app.desk(Role::Viewer).events().await.expect("events").warnings;
    assert!(warnings.iter().any(|text| text.contains("unknown or retired address")), "{warnings:?}");
}

#[tokio::test]
async fn another_sites_page_may_call_and_a_large_body_is_refused() {
    let served = Served::start().await;
    let foreign = served.request(Method::POST, &served.path).header("origin", "https://x.example");
    let foreign = foreign.header("sec-fetch-site", "cross-site").body(event("E-1", "SO-1").to_string());
    assert_eq!(foreign.send().await.expect("an answer").status(), StatusCode::OK);
    served.app.clock.advance_ms(1);
    let fits = served.request(Method::POST, &served.path).body(" ".repeat(256 * 1024));
    assert_eq!(fits.send().await.expect("an answer").status(), StatusCode::OK);
    let large = served.request(Method::POST, &served.path).body(" ".repeat(256 * 1024 + 1));
    assert_eq!(large.send().await.expect("an answer").status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(served.verdicts().await, ["hint", "unreadable"]);
}

#[tokio::test]
async fn what_cannot_be_stored_is_not_acknowledged() {
    let served = Served::start().await;
    served.app.engine.store.db.close().await;
    assert_eq!(served.post(&event("E-1", "SO-1")).await, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn addresses_are_rotated_with_an_overlap_and_there_are_never_three() {
    for backend in backends() {
        let served = Served::start_on(backend).await;
        let desk = served.app.desk(Role::Admin);
        // What is made in one millisecond has no order.
        served.app.clock.advance_ms(1);
        let second = path(desk.new_event_address().await.expect("an address").expose_secret());
        let refused = desk.new_event_address().await.expect_err("two are live");
        assert_eq!(refused.code, "events.two-addresses");
        let post = |path: String, id: &'static str| {
            let request = served.request(Method::POST, &path).body(event(id, "SO-1").to_string());
            async move { request.send().await.expect("an answer").status() }
        };
        assert_eq!(post(served.path.clone(), "E-1").await, StatusCode::OK);
        assert_eq!(post(second.clone(), "E-2").await, StatusCode::OK);
        let oldest = desk.events().await.expect("events").addresses.last().expect("two").clone();
        assert!(oldest.last_used.is_some());
        desk.retire_event_address(oldest.token_id.clone()).await.expect("retired");
        assert_eq!(
            desk.retire_event_address(oldest.token_id).await.expect_err("again").code,
            "events.address-not-found"
        );
        assert_eq!(post(served.path.clone(), "E-3").await, StatusCode::NOT_FOUND);
        assert_eq!(post(second.clone(), "E-4").await, StatusCode::OK);
        served.app.clock.advance_ms(1);
        desk.new_event_address().await.expect("a place is free again");
        // Two at the same moment: the database gives the last place to one of them.
        let newest = desk.events().await.expect("events").addresses[0].token_id.clone();
        desk.retire_event_address(newest).await.expect("retired");
        let (one, other) = tokio::join!(desk.new_event_address(), desk.new_event_address());
        assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|made| **made).count(), 1);
    }
}

#[tokio::test]
async fn an_address_is_shown_to_who_made_it_for_some_minutes_and_nobody_else_sees_it() {
    let served = Served::start().await;
    let app = &served.app;
    let desk = app.desk(Role::Admin);
    desk.make_event_address().await.expect("made");
    let shown = desk.events().await.expect("events").fresh.expect("shown");
    let other = Operator { name: "lee".into(), role: Role::Admin };
    let other = OperatorDesk::new(app.engine.clone(), Some(other), false);
    assert_eq!(other.events().await.expect("events").fresh, None);
    let answer = served.request(Method::POST, &path(&shown)).body(event("E-1", "SO-1").to_string());
    assert_eq!(answer.send().await.expect("an answer").status(), StatusCode::OK);
    app.clock.advance_ms(5 * MINUTE_MS);
    assert_eq!(desk.events().await.expect("events").fresh, None);

    // It is nowhere: not even where a body repeats it.
    let token = path(&shown).trim_start_matches("/webhooks/d365/").to_owned();
    let echo = served.request(Method::POST, &path(&shown)).body(json!({"sent_to": token}).to_string());
    assert_eq!(echo.send().await.expect("an answer").status(), StatusCode::OK);
    let page = format!("{:?}", desk.events().await.expect("events"));
    assert!(page.contains("sent_to") && !page.contains(&token), "{page}");
    for entry in app.engine.store.db.audit_after(0, 1_000).await.expect("read") {
        assert!(!format!("{entry:?}").contains(&token), "audit entry {}", entry.sequence);
    }
    let directory = app.config().data_dir.clone();
    app.engine.store.db.close().await;
    for file in std::fs::read_dir(directory).expect("readable") {
        let path = file.expect("readable").path();
        let bytes = std::fs::read(&path).expect("readable");
        assert!(!String::from_utf8_lossy(&bytes).contains(&token), "{}", path.display());
    }
}

#[tokio::test]
async fn without_javascript_the_card_makes_shows_and_retires_an_address() {
    let served = Served::start().await;
    let form = "name=ann&password=correct+horse+battery&password_again=correct+horse+battery";
    // The cookie comes with the answer that redirects.
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let post = |path: &str, body: String| {
        let request = browser.post(format!("{}{path}", served.app.url)).header("accept", "text/html");
        request.header("content-type", "application/x-www-form-urlencoded").header("referer", "/connections").body(body)
    };
    let answer = post("/setup", form.into()).send().await.expect("an answer");
    let cookie = answer.headers().get_all("set-cookie").iter().find_map(|value| value.to_str().ok());
    let cookie = cookie.and_then(|cookie| cookie.split(';').next()).expect("a session").to_owned();
    let page = || async {
        let request = served.request(Method::GET, "/connections").header("cookie", &cookie);
        request.send().await.expect("a page").text().await.expect("text")
    };
    let before = page().await;
    for words in ["Business events of Dynamics 365", "form[certificate]", "Secret expires on", "ContosoOrderReleased"] {
        assert!(before.contains(words), "{words} is not on the page");
    }
    assert!(!before.contains("fresh-address"));

    served.app.clock.advance_ms(1);
    let made = post("/desk/events/make-address", String::new()).header("cookie", &cookie).send().await;
    assert!(made.is_ok_and(|answer| !answer.status().is_server_error()));
    let after = page().await;
    let address = after.split("/webhooks/d365/").nth(1).and_then(|rest| rest.get(..43)).expect("the address is shown");
    let call =
        served.request(Method::POST, &format!("/webhooks/d365/{address}")).body(event("E-1", "SO-1").to_string());
    assert_eq!(call.send().await.expect("an answer").status(), StatusCode::OK);

    let id = served.app.engine.store.db.event_tokens().await.expect("read")[0].token_id.clone();
    let gone = post("/desk/events/retire-address", format!("token_id={id}")).header("cookie", &cookie).send().await;
    assert!(gone.is_ok_and(|answer| !answer.status().is_server_error()));
    assert!(!page().await.contains(address), "a retired address is not shown any more");
    assert_eq!(served.verdicts().await, ["hint"]);
}

#[tokio::test]
async fn only_an_administrator_changes_addresses_and_the_list_and_each_change_is_on_record() {
    let served = Served::start().await;
    let operator = served.app.desk(Role::Operator);
    let id = operator.events().await.expect("events").addresses[0].token_id.clone();
    for refused in [
        operator.make_event_address().await,
        operator.retire_event_address(id.clone()).await,
        operator.list_events("X".into()).await,
    ] {
        assert_eq!(refused.expect_err("refused").code, "desk.not-allowed");
    }
    let admin = served.app.desk(Role::Admin);
    assert_eq!(admin.list_events("not a name".into()).await.expect_err("refused").code, "connections.invalid");
    admin.retire_event_address(id).await.expect("retired");
    let trail = admin
        .trail(app::contract::TrailFilter { actor: Some("kim".into()), ..Default::default() })
        .await
        .expect("trail");
    let actions: Vec<&str> = trail.rows.iter().map(|row| row.action.as_str()).collect();
    for action in ["events.address-made", "events.address-retired", "connections.saved"] {
        assert!(actions.contains(&action), "{actions:?}");
    }
}

#[tokio::test]
async fn a_day_of_silence_while_orders_come_is_told_on_both_pages() {
    let served = Served::start().await;
    let app = &served.app;
    let told = || async {
        let Events { warnings, .. } = app.desk(Role::Viewer).events().await.expect("events");
        let notices = app.desk(Role::Viewer).attention().await.expect("home").notices;
        let notice = notices.iter().any(|notice| notice.label.contains("No business event came for"));
        assert_eq!(notice, warnings.iter().any(|text| text.contains("No business event came for")));
        notice
    };
    served.post(&event("E-1", "SO-1")).await;
    app.clock.advance_ms(DAY_MS);
    assert!(!told().await, "no order came either");
    app.order("SO-2").await;
    app.pull().await;
    assert!(told().await);
    served.post(&event("E-2", "SO-2")).await;
    assert!(!told().await, "it clears itself");
    app.clock.advance_ms(DAY_MS - HOUR_MS);
    assert!(!told().await);
}

#[tokio::test]
async fn old_events_are_forgotten_and_many_are_too() {
    for backend in backends() {
        let served = Served::start_on(backend).await;
        for number in 0..6 {
            served.post(&event(&format!("E-{number}"), "SO-1")).await;
            served.app.clock.advance_ms(DAY_MS);
        }
        let now = served.app.clock.now_ms();
        let left = |before_ms: i64, keep: i64| {
            let app = &served.app;
            async move {
                let mut tx = app.engine.store.begin().await.expect("begun");
                tx.prune_business_events(before_ms, keep).await.expect("pruned");
                tx.commit().await.expect("stored");
                app.engine.store.db.business_events(None, 100).await.expect("read").len()
            }
        };
        assert_eq!(left(now - 30 * DAY_MS, 6).await, 6);
        assert_eq!(left(now - 5 * DAY_MS - HOUR_MS, 100).await, 5);
        assert_eq!(left(now - 30 * DAY_MS, 2).await, 2);
    }
}

#[tokio::test]
async fn an_event_of_a_posted_invoice_has_its_number_looked_up_and_told_to_dynamics() {
    for backend in backends() {
        let served = Served::start_on(backend).await;
        let app = &served.app;
        app.order("SO-1").await;
        app.pull().await;
        app.drive().await;
        write_back::tick(&app.engine).await.expect("written");
        app.twin_send(Method::PATCH, "/_twin/orders/usmf/SO-1", Some(json!({"invoice": "INV-9"}))).await;
        let event = json!({"BusinessEventId": "SalesInvoicePostedBusinessEvent", "BusinessEventLegalEntity": "USMF",
            "EventId": "I-1", "InvoiceId": "INV-9", "SalesOrderId": "SO-1"});
        assert_eq!(served.post(&event).await, StatusCode::OK);
        // Dynamics 365 does not answer at first: the hint is not lost.
        app.fault(
            json!({"system": "d365", "op": "any", "match": "SalesInvoiceHeaders", "kind": "status", "status": 503}),
        )
        .await;
        for _ in 0..2 {
            look_at::tick(&app.engine).await.expect("looked");
            app.advance(120).await;
        }
        let order = app.shipment("SO-1").await.order_id;
        let found = app.engine.store.db.found_invoices(&order).await.expect("read");
        assert_eq!(found.iter().map(|invoice| invoice.number.as_str()).collect::<Vec<_>>(), ["INV-9"], "{backend:?}");
        assert_eq!(served.queue().await, []);
        let owed = app.engine.store.db.write_back(&order).await.expect("read").expect("a row");
        assert_eq!(owed.state, WriteState::Due, "the order is to be told");
        app.assert_clean().await;
    }
}
