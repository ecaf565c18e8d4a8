//! What operators see and may do, through the port the pages use.

use crate::support::TestApp;
use app::contract::{ActionKind, Correction, OrderFilter, TrailFilter};
use app::desk::{Commands, Views};
use ml_connector::desk::sign_in::{SignInRefusal, first_administrator, sign_in};
use ml_connector::desk::{OperatorDesk, Role};
use ml_connector::order::state::State;
use serde_json::json;

#[tokio::test]
async fn a_parked_order_is_corrected_and_shipped_and_the_correction_is_on_record() {
    let app = TestApp::start().await;
    app.order_with("SO-1", json!({"address": {"street": "120 Industrial Parkway Building 7 Suite 210"}})).await;
    app.pull().await;
    app.drive().await;
    let desk = app.desk(Role::Operator);
    let home = desk.attention().await.expect("home");
    assert_eq!(home.groups[0].code, "order.street-too-long");
    assert!(home.headline.contains('1'), "{}", home.headline);

    let page = desk.order("usmf".into(), "SO-1".into()).await.expect("the order");
    let shipment = page.shipments[0].clone();
    let proposal = shipment.correction.expect("it can be corrected");
    assert_eq!(
        (proposal.street_1.as_str(), proposal.street_2.as_str()),
        ("120 Industrial Parkway Building 7", "Suite 210")
    );
    desk.correct(shipment.shipment_id, shipment.version, proposal, "split".into()).await.expect("corrected");
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.state, State::Announced);
    let trail = desk.trail(TrailFilter { actor: Some("kim".into()), ..TrailFilter::default() }).await.expect("trail");
    assert!(trail.rows.iter().any(|row| row.action == "desk.correct" && row.summary.contains("split")));
}

#[tokio::test]
async fn an_unknown_outcome_cannot_be_replayed_only_looked_up() {
    let app = TestApp::start().await;
    app.fault(json!({"system": "fedex", "op": "ship", "kind": "cut_after"})).await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    let desk = app.desk(Role::Operator);
    let shipment = desk.order("usmf".into(), "SO-1".into()).await.expect("the order").shipments[0].clone();
    let action = |kind| shipment.actions.iter().find(|action| action.kind == kind).expect("offered").refused.clone();
    assert!(action(ActionKind::Replay).is_some_and(|reason| reason.contains("label may exist")));
    assert_eq!(action(ActionKind::LookUp), None);
    let refused =
        desk.replay(shipment.shipment_id.clone(), shipment.version, String::new()).await.expect_err("refused");
    assert_eq!(refused.code, "order.look-up-first");
    desk.look_up(shipment.shipment_id, shipment.version).await.expect("asked");
    app.drive().await;
    assert_eq!(app.live_labels("SO-1").await.len(), 1);
}

#[tokio::test]
async fn an_old_page_and_a_low_role_change_nothing() {
    let app = TestApp::start().await;
    app.order_with("SO-1", json!({"address": {"zip": "1"}})).await;
    app.pull().await;
    app.drive().await;
    let parked = app.shipment("SO-1").await;
    let id = parked.shipment_id.0.clone();
    let viewer = app.desk(Role::Viewer);
    assert_eq!(
        viewer.replay(id.clone(), parked.version, String::new()).await.expect_err("refused").code,
        "desk.not-allowed"
    );
    assert_eq!(
        viewer
            .correct(id.clone(), parked.version, Correction::default(), String::new())
            .await
            .expect_err("refused")
            .code,
        "desk.not-allowed"
    );
    let operator = app.desk(Role::Operator);
    assert_eq!(
        operator.save_document("fedex".into(), "{}".into()).await.expect_err("refused").code,
        "desk.not-allowed"
    );
    assert_eq!(operator.replay(id, parked.version - 1, String::new()).await.expect_err("stale").code, "desk.stale");
    let nobody = OperatorDesk::new(app.engine.clone(), None, false);
    assert_eq!(nobody.orders(OrderFilter::default()).await.expect_err("signed out").code, "session.ended");
    assert_eq!(app.shipment("SO-1").await, parked);
}

#[tokio::test]
async fn lists_filter_page_and_find() {
    let app = TestApp::start().await;
    for number in 1..=60 {
        app.order(&format!("SO-{number:03}")).await;
    }
    app.order_with("SO-900", json!({"address": {"name": "Zebra 100% Ltd"}})).await;
    app.pull().await;
    let desk = app.desk(Role::CustomerService);
    let mut seen = std::collections::HashSet::new();
    let mut filter = OrderFilter::default();
    loop {
        let page = desk.orders(filter.clone()).await.expect("a page");
        assert_eq!(page.total, 61);
        for row in &page.rows {
            assert!(seen.insert(row.number.clone()), "{} twice", row.number);
        }
        if page.next.is_none() {
            break;
        }
        filter.after = page.next;
    }
    assert_eq!(seen.len(), 61);
    let found = |search: &str| {
        let filter = OrderFilter { search: Some(search.into()), ..OrderFilter::default() };
        let desk = desk.clone();
        async move { desk.orders(filter).await.expect("a page").total }
    };
    assert_eq!(found("so-017").await, 1);
    assert_eq!(found("zebra 100%").await, 1);
    assert_eq!(found("%").await, 61, "what holds no letter and no digit is no filter");
    let wrong = OrderFilter { state: Some("lost".into()), ..OrderFilter::default() };
    assert_eq!(desk.orders(wrong).await.expect_err("unknown").code, "orders.unknown-state");
    let zebra = OrderFilter { search: Some("zebra".into()), ..OrderFilter::default() };
    let unseen = app.desk(Role::Viewer).orders(zebra).await.expect("a page").total;
    assert_eq!(unseen, 0, "who does not see a consignee's name does not find by it");
}

#[tokio::test]
async fn of_two_first_administrators_one_is_refused() {
    for backend in crate::support::backends() {
        let app = TestApp::start_unconnected(backend, ml_connector::twin::TwinOptions::loopback()).await;
        let password = "correct horse battery".into();
        let (first, second) = tokio::join!(
            first_administrator(&app.engine, "ann", &password),
            first_administrator(&app.engine, "bob", &password)
        );
        let made = [first.expect("stored"), second.expect("stored")];
        assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1, "{made:?}");
        assert!(made.iter().any(|made| made.as_ref().err() == Some(&SignInRefusal::SetupDone)));
        let third = first_administrator(&app.engine, "eve", &password).await.expect("stored");
        assert_eq!(third.err(), Some(SignInRefusal::SetupDone));
    }
}

#[tokio::test]
async fn guessing_is_throttled_and_the_right_password_waits_too() {
    let app = TestApp::start().await;
    let password = "correct horse battery".into();
    first_administrator(&app.engine, "ann", &password).await.expect("stored").expect("made");
    for _ in 0..6 {
        let wrong = sign_in(&app.engine, "ann", &"guess guess guess".into(), "10.0.0.9").await.expect("stored");
        assert_eq!(wrong.err(), Some(SignInRefusal::Wrong));
    }
    let blocked = sign_in(&app.engine, "ann", &password, "10.0.0.9").await.expect("stored");
    assert!(matches!(blocked.err(), Some(SignInRefusal::Throttled { .. })));
    app.clock.advance_ms(6_000);
    let right = sign_in(&app.engine, "Ann ", &password, "10.0.0.9").await.expect("stored");
    assert_eq!(right.expect("signed in").name, "ann");
}
