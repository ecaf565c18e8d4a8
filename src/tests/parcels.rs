//! Every package is followed on its own, and a person sees which one needs them and what to do.

use crate::support::{Backend, TestApp, backends, is, quick};
use app::contract::{ParcelFilter, ParcelSheet};
use app::desk::{ParcelDesk, Views};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use ml_connector::clock::{DAY_MS, HOUR_MS};
use ml_connector::desk::Role;
use ml_connector::desk::sign_in::first_administrator;
use ml_connector::fedex::webhook::{Pushed, parse};
use ml_connector::lifecycle::Lifecycle;
use ml_connector::order::parcel_state::{Ended, ParcelState};
use ml_connector::order::scan::Milestone;
use ml_connector::order::state::State;
use ml_connector::store::parcel_queue::Shown;
use ml_connector::twin::TwinOptions;
use ml_connector::work::{news, reconcile};
use serde_json::{Value, json};
use tower::ServiceExt;

impl TestApp {
    /// Makes an order of so many packages and buys its labels.
    pub async fn ship(&self, order: &str, packages: usize) -> Vec<ParcelState> {
        let line = json!({"weight_kg": 4, "quantity": packages, "ship_alone": true});
        self.order_with(order, json!({"lines": [line]})).await;
        self.pull().await;
        self.drive().await;
        let parcels = self.parcels(order).await;
        assert_eq!(parcels.len(), packages);
        parcels
    }

    /// The parcels of an order.
    pub async fn parcels(&self, order: &str) -> Vec<ParcelState> {
        let shipment = self.shipment(order).await;
        self.engine.store.db.parcels_of_order(&shipment.order_id).await.expect("read")
    }

    /// Lets hours pass and FedEx be asked about what is due meanwhile.
    pub async fn pass(&self, hours: f64) {
        #[expect(clippy::cast_possible_truncation, reason = "a few days at most")]
        let steps = (hours * 2.0) as i64;
        for _ in 0..steps {
            self.advance(1_800).await;
            reconcile::tick(&self.engine).await.expect("asked");
            self.drive().await;
        }
    }

    /// Gives a parcel its own way at the twin.
    pub async fn course(&self, parcel: &ParcelState, course: Value) {
        let mut course = course;
        course["tracking_number"] = json!(parcel.tracking_number);
        self.twin_post("/_twin/parcels", course).await;
    }

    /// What FedEx would push about a parcel now.
    pub async fn push_of(&self, parcel: &ParcelState) -> Pushed {
        let push = self.twin_post("/_twin/webhook", json!({"tracking_number": parcel.tracking_number})).await;
        parse(push["body"].as_str().expect("a body").as_bytes()).remove(0)
    }

    /// The parcels a filter shows.
    pub async fn shown(&self, filter: &str) -> ParcelSheet {
        let filter = ParcelFilter { show: Some(filter.into()), after: None };
        self.desk(Role::Viewer).parcels(filter).await.expect("shown")
    }
}

/// A twin on one of the databases, parcels two days under way.
async fn slow(backend: Backend) -> TestApp {
    TestApp::start_on(backend, TwinOptions::loopback()).await
}

#[tokio::test]
async fn a_shipment_is_delivered_when_its_last_package_is() {
    for backend in backends() {
        let app = TestApp::start_on(backend, quick()).await;
        let parcels = app.ship("SO-1", 3).await;
        app.course(&parcels[2], json!({"stands": true})).await;
        app.pass(6.0).await;
        let ended: Vec<Option<Ended>> = app.parcels("SO-1").await.into_iter().map(|parcel| parcel.ended).collect();
        assert_eq!(ended, [Some(Ended::Delivered), Some(Ended::Delivered), None]);
        let shipment = app.shipment("SO-1").await;
        assert_eq!((shipment.state, shipment.delivered_ms), (State::InTransit, None));

        app.course(&parcels[2], json!({"stands": false})).await;
        let closed = app.run_until("SO-1", 30, 1_800, is(State::Closed)).await;
        let parcels = app.parcels("SO-1").await;
        assert_eq!(closed.delivered_ms, parcels.iter().filter_map(|parcel| parcel.delivered_ms).max());
        assert!(parcels.iter().all(|parcel| parcel.signed_by.is_some() && parcel.next_track_ms.is_none()));
        let last_ms = closed.delivered_ms.expect("delivered");
        let of_the_day =
            parcels.iter().filter(|parcel| parcel.delivered_ms >= Some(last_ms - last_ms % DAY_MS)).count();
        let shown = app.engine.store.db.count_parcels(Shown::Delivered, last_ms).await.expect("counted");
        assert_eq!(shown, i64::try_from(of_the_day).expect("few"));
        let next_day = app.engine.store.db.count_parcels(Shown::Delivered, last_ms + DAY_MS).await.expect("counted");
        assert_eq!(next_day, 0);
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn an_exception_is_acknowledged_and_comes_back_when_fedex_reports_a_new_one() {
    for backend in backends() {
        let app = slow(backend).await;
        let parcels = app.ship("SO-1", 2).await;
        app.pass(10.0).await;
        let trouble = json!({"scans": [{"code": "DE", "description": "Delivery exception", "reason": "08",
            "reason_text": "Recipient not in"}], "stands": true});
        app.course(&parcels[1], trouble.clone()).await;
        app.pass(2.0).await;
        assert_eq!(app.shipment("SO-1").await.state, State::Exception, "one of two is enough");
        let sheet = app.shown("exceptions").await;
        assert_eq!((sheet.total, sheet.rows.len()), (1, 1), "{}", sheet.headline);
        let row = &sheet.rows[0];
        let told = row.parcel.trouble.clone().expect("trouble");
        assert_eq!((row.number.as_str(), row.parcel.package.as_str()), ("SO-1", "Package 2 of 2"));
        assert!(told.next_action.starts_with("Call the consignee"), "{}", told.next_action);
        assert_eq!(told.reason.as_deref(), Some("08 Recipient not in"));
        assert!(
            row.parcel.sentence.contains("could not be delivered (Recipient not in) in"),
            "{}",
            row.parcel.sentence
        );
        assert!(row.parcel.tracking_url.as_ref().is_some_and(|url| url.contains(&parcels[1].tracking_number)));

        let acknowledge = |role, version, note: &str| {
            let (desk, id, note) = (app.desk(role), row.parcel.shipment_id.clone(), note.to_owned());
            async move { desk.acknowledge_parcel(id, 2, version, note).await }
        };
        let seen = row.parcel.version;
        assert_eq!(acknowledge(Role::Viewer, seen, "called").await.expect_err("refused").code, "desk.not-allowed");
        assert_eq!(acknowledge(Role::Operator, seen, " ").await.expect_err("refused").code, "parcel.note-missing");
        assert_eq!(acknowledge(Role::Operator, seen - 1, "called").await.expect_err("old").code, "desk.stale");
        acknowledge(Role::Operator, seen, "called, Friday").await.expect("acknowledged");
        assert_eq!((app.shown("exceptions").await.total, app.shown("acknowledged").await.total), (0, 1));
        let order = app.shipment("SO-1").await.order_id;
        let trail = app.engine.store.db.trail_of_order(&order.0, 500).await.expect("read");
        assert!(trail.iter().any(|row| row.action == "desk.acknowledge-parcel" && row.summary.contains("Friday")));

        app.pass(3.0).await;
        assert_eq!(app.shown("exceptions").await.total, 0, "the same exception stays acknowledged");
        app.course(&parcels[1], trouble).await;
        app.pass(3.0).await;
        assert_eq!(app.shown("exceptions").await.total, 1, "a new one comes back");
        app.course(&parcels[1], json!({"stands": false})).await;
        app.run_until("SO-1", 120, 1_800, is(State::Closed)).await;
        assert_eq!(app.shown("exceptions").await.total, 0);
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn a_strangers_old_parcel_under_our_number_never_touches_ours() {
    let app = slow(Backend::Sqlite).await;
    let parcel = app.ship("SO-1", 1).await.remove(0);
    app.course(&parcel, json!({"stranger": true, "hidden_s": 6 * 3_600})).await;
    app.pass(4.0).await;
    let asked = app.parcels("SO-1").await.remove(0);
    assert!(asked.not_found > 0 && asked.milestone.is_none(), "FedEx knew only the stranger's, which was delivered");
    app.pass(10.0).await;
    let found = app.parcels("SO-1").await.remove(0);
    assert_eq!(found.milestone, Some(Milestone::InTransit));
    assert!(!found.unique_id.is_empty());

    let ours = app.push_of(&parcel).await;
    assert!(news::pushed(&app.engine, &ours).await.expect("stored").is_some());
    let mut theirs = ours.clone();
    theirs.ship_date = Some(ml_connector::clock::date(app.clock.now_ms() - 400 * DAY_MS));
    theirs.tracked.unique_id = "old".into();
    theirs.tracked.latest = Some(Milestone::Delivered);
    assert_eq!(news::pushed(&app.engine, &theirs).await.expect("read"), None);
    assert_eq!(app.parcels("SO-1").await[0].ended, None);
}

#[tokio::test]
async fn a_push_for_a_number_whose_shipment_ended_long_ago_is_not_ours() {
    let app = TestApp::start_on(Backend::Sqlite, quick()).await;
    let parcel = app.ship("SO-1", 1).await.remove(0);
    app.run_until("SO-1", 60, 600, is(State::Closed)).await;
    let mut push = app.push_of(&parcel).await;
    assert!(news::pushed(&app.engine, &push).await.expect("stored").is_some(), "late noise of our own");
    app.clock.advance_ms(200 * DAY_MS);
    push.ship_date = Some(ml_connector::clock::date(app.clock.now_ms()));
    push.tracked.unique_id = "new".into();
    assert_eq!(news::pushed(&app.engine, &push).await.expect("read"), None);
    push.ship_date = None;
    push.tracked.unique_id = String::new();
    assert_eq!(news::pushed(&app.engine, &push).await.expect("read"), None);
    push.tracked.tracking_number = "111111111111".into();
    assert_eq!(news::pushed(&app.engine, &push).await.expect("read"), None);
}

#[tokio::test]
async fn a_parcel_that_falls_silent_is_flagged_and_a_label_nobody_hands_over_too() {
    for backend in backends() {
        let app = slow(backend).await;
        let parcels = app.ship("SO-1", 2).await;
        app.course(&parcels[1], json!({"stands": true})).await;
        app.pass(12.0).await;
        app.course(&parcels[0], json!({"stands": true})).await;
        app.pass(84.0).await;
        let sheet = app.shown("silent").await;
        assert_eq!((sheet.total, app.shown("exceptions").await.total), (1, 0));
        let silent = sheet.rows[0].parcel.trouble.clone().expect("trouble");
        assert_eq!((sheet.rows[0].parcel.sequence, silent.code.as_str()), (1, "silent"));
        assert!(silent.next_action.contains("trace"), "{}", silent.next_action);
        assert_eq!(app.parcels("SO-1").await[0].every_ms, 6 * HOUR_MS, "asked less often");
        app.pass(36.0).await;
        let codes: Vec<String> =
            app.shown("silent").await.rows.into_iter().filter_map(|row| Some(row.parcel.trouble?.code)).collect();
        assert!(codes.contains(&"not_handed_over".to_owned()) && codes.len() == 2, "{codes:?}");
    }
}

#[tokio::test]
async fn a_later_estimate_is_a_risk_and_a_missed_one_is_late() {
    for backend in backends() {
        let app = slow(backend).await;
        let parcel = app.ship("SO-1", 1).await.remove(0);
        app.pass(10.0).await;
        let promised = app.parcels("SO-1").await[0].promised_ms.expect("FedEx named a time");
        assert_eq!(app.shown("late").await.total, 0);
        app.course(&parcel, json!({"estimate_s": 5 * 86_400})).await;
        app.pass(2.0).await;
        let desk = app.desk(Role::Viewer);
        let page = desk.order("usmf".into(), "SO-1".into()).await.expect("the order");
        let tracked = page.shipments[0].parcels[0].clone();
        assert_eq!(tracked.promised.map(|at| at.ms), Some(promised));
        assert!(tracked.estimate.is_some_and(|at| at.ms > promised + DAY_MS));
        assert_eq!(tracked.trouble.map(|trouble| trouble.code).as_deref(), Some("moved"));
        assert_eq!(app.shown("late").await.rows[0].parcel.trouble.as_ref().map(|one| one.code.as_str()), Some("moved"));
        app.course(&parcel, json!({"estimate_s": -60})).await;
        app.pass(2.0).await;
        let late = app.shown("late").await;
        assert_eq!(late.rows[0].parcel.trouble.as_ref().map(|one| one.code.as_str()), Some("late"));
        assert_eq!(app.parcels("SO-1").await[0].urgency, 0, "the most urgent");
    }
}

#[tokio::test]
async fn a_return_is_followed_until_it_is_back_and_is_no_delivery() {
    let app = slow(Backend::Sqlite).await;
    let parcel = app.ship("SO-1", 1).await.remove(0);
    app.pass(10.0).await;
    let back = |code: &str| json!({"stands": true, "scans": [{"code": code, "description": "Words"}]});
    app.course(&parcel, back("RS")).await;
    app.pass(3.0).await;
    assert_eq!(app.shipment("SO-1").await.state, State::Returned);
    let going = app.parcels("SO-1").await.remove(0);
    assert!(going.ended.is_none() && going.next_track_ms.is_some());
    assert!(app.shown("exceptions").await.rows[0].parcel.trouble.as_ref().is_some_and(|one| one.code == "returning"));
    app.course(&parcel, back("DL")).await;
    app.pass(10.0).await;
    let arrived = app.parcels("SO-1").await.remove(0);
    assert_eq!((arrived.ended, arrived.delivered_ms, arrived.next_track_ms), (Some(Ended::Returned), None, None));
    assert_ne!(app.d365_order("SO-1").await["FdxStatus"], "delivered");
}

#[tokio::test]
async fn an_unknown_code_is_kept_and_shown_as_it_came() {
    let app = slow(Backend::Sqlite).await;
    let parcel = app.ship("SO-1", 1).await.remove(0);
    app.pass(12.0).await;
    app.course(&parcel, json!({"stands": true, "scans": [{"code": "ZZ", "description": "Beamed up"}]})).await;
    app.pass(3.0).await;
    let page = app.desk(Role::Viewer).order("usmf".into(), "SO-1".into()).await.expect("the order");
    let shown = &page.shipments[0].parcels[0];
    assert_eq!((shown.code.as_str(), shown.status.code.as_str()), ("ZZ, not known", "in_transit"));
    assert!(shown.sentence.contains("“Beamed up” (ZZ)"), "{}", shown.sentence);
    assert!(page.shipments[0].scans.iter().any(|scan| scan.code == "ZZ"));
}

#[tokio::test]
async fn a_scan_without_a_time_does_not_stand_before_the_order() {
    let app = slow(Backend::Sqlite).await;
    app.ship("SO-1", 1).await;
    app.pass(14.0).await;
    let page = app.desk(Role::Viewer).order("usmf".into(), "SO-1".into()).await.expect("the order");
    let bare = page.shipments[0].scans.iter().find(|scan| scan.code == "AO").expect("FedEx's estimate");
    assert!(bare.local_time.ends_with("T00:00:00"));
    let labelled_ms = app.shipment("SO-1").await.labelled_ms.expect("labelled");
    assert!(bare.at.ms >= labelled_ms, "{} is before the label", bare.at.text);
    let place = |title: &str| page.timeline.iter().position(|entry| entry.title.contains(title)).expect("told");
    assert!(place("Received") < place("On-Time"), "the order was seen first");
}

#[tokio::test]
async fn a_package_whose_number_was_lost_is_found_later_and_the_shipment_waits_for_it() {
    let app = TestApp::start_on(Backend::Sqlite, quick()).await;
    app.fault(json!({"system": "fedex", "op": "ship", "kind": "cut_after"})).await;
    let line = json!({"weight_kg": 4, "quantity": 3, "ship_alone": true});
    app.order_with("SO-1", json!({"lines": [line]})).await;
    app.pull().await;
    app.drive().await;
    let label = app.live_labels("SO-1").await.remove(0);
    let last = label["tracking_numbers"][2].clone();
    app.twin_post("/_twin/parcels", json!({"tracking_number": last, "hidden_s": 5 * 3_600})).await;
    app.run_until("SO-1", 60, 60, is(State::Announced)).await;
    let numbers: Vec<String> = app.parcels("SO-1").await.into_iter().map(|parcel| parcel.tracking_number).collect();
    assert_eq!((numbers.len(), numbers[2].as_str()), (3, ""));
    app.pass(3.0).await;
    let shipment = app.shipment("SO-1").await;
    assert_eq!(shipment.state, State::InTransit, "two of three arrived");
    app.run_until("SO-1", 60, 1_800, is(State::Closed)).await;
    assert_eq!(json!(app.parcels("SO-1").await[2].tracking_number), last);
    assert_eq!(app.engine.store.db.pieces_of(&shipment.shipment_id).await.expect("read").len(), 3);
    app.assert_clean().await;
}

#[tokio::test]
async fn the_queue_is_read_page_by_page() {
    for backend in backends() {
        let app = slow(backend).await;
        app.ship("SO-1", 35).await;
        app.ship("SO-2", 35).await;
        let desk = app.desk(Role::Viewer);
        let mut filter = ParcelFilter { show: Some("under-way".into()), after: None };
        let (mut seen, mut pages) = (std::collections::BTreeSet::new(), 0);
        loop {
            let sheet = desk.parcels(filter.clone()).await.expect("shown");
            assert_eq!(sheet.total, 70);
            for row in sheet.rows {
                assert!(seen.insert((row.parcel.shipment_id, row.parcel.sequence)), "a row twice");
            }
            pages += 1;
            let Some(next) = sheet.next else { break };
            filter.after = Some(next);
        }
        assert_eq!((seen.len(), pages), (70, 2));
        filter.show = Some("lunch".into());
        assert_eq!(desk.parcels(filter).await.expect_err("refused").code, "parcel.no-such-filter");
    }
}

/// One request to the program's own router; the answer's status, cookie and text.
async fn browse(router: &axum::Router, method: &str, path: &str, cookie: &str, form: &str) -> (u16, String, String) {
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], 9));
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("cookie", cookie)
        .header("content-type", "application/x-www-form-urlencoded")
        .extension(ConnectInfo(address))
        .body(Body::from(form.to_owned()))
        .expect("a request");
    let answer = router.clone().oneshot(request).await.expect("answered");
    let status = answer.status().as_u16();
    let kept = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok());
    let kept = kept.and_then(|value| value.split(';').next()).unwrap_or_default().to_owned();
    let bytes = axum::body::to_bytes(answer.into_body(), 1 << 22).await.expect("read");
    (status, kept, String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test]
async fn both_pages_say_it_and_acknowledge_without_javascript() {
    let app = slow(Backend::Sqlite).await;
    let parcel = app.ship("SO-1", 1).await.remove(0);
    app.pass(10.0).await;
    let scan = json!({"code": "DE", "description": "Words", "reason": "007", "reason_text": "Business closed"});
    app.course(&parcel, json!({"stands": true, "scans": [scan]})).await;
    app.pass(2.0).await;
    let password = secrecy::SecretString::from("correct horse battery");
    first_administrator(&app.engine, "kim", &password).await.expect("stored").expect("allowed");
    let site = tempfile::tempdir().expect("a directory");
    let router = ml_connector::web::router(&app.engine, site.path().to_owned(), None, &Lifecycle::default())
        .await
        .expect("routes");
    let (status, cookie, _) =
        browse(&router, "POST", "/login", "", "name=kim&password=correct+horse+battery&next=/parcels").await;
    assert_eq!(status, 303);
    let (status, _, page) = browse(&router, "GET", "/parcels", &cookie, "").await;
    assert_eq!(status, 200);
    let order = browse(&router, "GET", "/orders/usmf/SO-1", &cookie, "").await.2;
    for text in ["could not be delivered (Business closed)", "Call the consignee", &parcel.tracking_number] {
        assert!(page.contains(text) && order.contains(text), "{text} is missing");
    }
    assert!(page.contains("Questions to FedEx today") && page.contains("/parcels?show=late"));
    let seen = app.parcels("SO-1").await.remove(0);
    let form = format!("shipment_id={}&sequence=1&version={}&note=called", seen.shipment_id, seen.changed_ms);
    let (status, _, text) = browse(&router, "POST", "/desk/parcels/acknowledge", &cookie, &form).await;
    assert!(status < 400, "{status} {text}");
    assert_eq!(app.shown("exceptions").await.total, 0);
    assert!(browse(&router, "GET", "/parcels", &cookie, "").await.2.contains("No parcel here"));
}
