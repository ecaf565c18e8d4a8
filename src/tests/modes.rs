//! Shadow, approve, automatic: in shadow nothing can buy however hard one tries, in approve a person
//! lets each plan go, and a switch of the mode lets nothing go by itself.

use crate::support::{Backend, TestApp, backends, is, quick};
use app::contract::{ApprovalFilter, Approvals, Correction, Problem};
use app::desk::{ApproveDesk, Commands, PullDesk, Views, WriteBackDesk};
use ml_connector::desk::Role;
use ml_connector::order::Shipment;
use ml_connector::order::mode::Approval;
use ml_connector::order::state::State;
use ml_connector::store::attempts::Step;
use ml_connector::work::settle::begin;
use ml_connector::work::{rescue, write_back};
use serde_json::{Value, json};

impl TestApp {
    async fn switch(&self, mode: &str) -> String {
        let desk = self.desk(Role::Admin);
        desk.switch_mode("usmf".into(), mode.into(), "for the test".into()).await.expect("switched")
    }

    async fn approvals(&self) -> Approvals {
        self.desk(Role::Operator).approvals(ApprovalFilter::default()).await.expect("the page")
    }

    async fn taken_in(&self, order: &str) -> Shipment {
        self.pull().await;
        self.drive().await;
        self.shipment(order).await
    }

    /// Purchases the FedEx twin was ever asked for, live or not.
    async fn bought(&self, order: &str) -> usize {
        let all = self.twin_get(&format!("/_twin/shipments?order={order}")).await;
        all.as_array().map_or(0, Vec::len)
    }

    async fn change_in_d365(&self, order: &str, change: Value) {
        self.twin_send(reqwest::Method::PATCH, &format!("/_twin/orders/usmf/{order}"), Some(change)).await;
    }

    async fn entries(&self, action: &str) -> usize {
        let (desk, of) = (self.desk(Role::Admin), Some(action.to_owned()));
        let filter = app::contract::TrailFilter { action: of, ..Default::default() };
        desk.trail(filter).await.expect("the trail").rows.len()
    }
}

#[tokio::test]
async fn in_shadow_an_order_is_prepared_with_verdict_and_price_and_nothing_is_bought() {
    for backend in backends() {
        let app = TestApp::start_on(backend, quick()).await;
        app.switch("shadow").await;
        app.order("SO-1").await;
        let shadowed = app.taken_in("SO-1").await;
        assert_eq!((shadowed.state, shadowed.next_run_ms), (State::Ready, None), "{:?}", shadowed.cause);
        assert_eq!(app.bought("SO-1").await, 0);
        assert_eq!(app.d365_order("SO-1").await["FdxTrackingNumber"], "");
        let page = app.approvals().await;
        assert_eq!((page.total, page.shadows.len()), (0, 1), "in shadow nothing waits for approval");
        let report = &page.shadows[0];
        assert_eq!((report.total, report.rows[0].verdict.code.as_str()), (1, "accepted"), "{report:?}");
        let price = report.rows[0].price.clone().expect("quoted");
        assert_eq!(report.rows[0].rate_type.as_deref(), Some("ACCOUNT"));
        assert!(report.cost[0].starts_with(&price) && report.cost[0].contains("(ACCOUNT)"), "{:?}", report.cost);
        let home = app.desk(Role::Viewer).attention().await.expect("home");
        assert!(home.notices.iter().any(|one| one.label.starts_with("usmf is in shadow: nothing is shipped.")));
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn fedex_is_asked_once_a_plan_however_often_the_step_comes_round() {
    let app = TestApp::start().await;
    app.switch("shadow").await;
    app.order("SO-1").await;
    app.taken_in("SO-1").await;
    assert_eq!(app.entries("fedex.validate").await, 2, "begun and completed");
    app.switch("approve").await;
    app.switch("shadow").await;
    let mut due = app.shipment("SO-1").await;
    let before = due.clone();
    due.next_run_ms = Some(0);
    let mut tx = app.engine.store.begin().await.expect("begun");
    let save = ml_connector::store::shipments::Save {
        now_ms: app.clock.now_ms(),
        lease: ml_connector::store::shipments::LeaseAfter::Freed,
        environment: None,
    };
    tx.save_shipment(&before, &due, save).await.expect("saved");
    tx.commit().await.expect("committed");
    app.drive().await;
    assert_eq!(app.entries("fedex.validate").await, 2);
    assert_eq!(app.shipment("SO-1").await.next_run_ms, None);
    // Another plan is another question.
    app.advance(1).await;
    app.change_in_d365("SO-1", json!({"address": {"street": "77 New Road"}})).await;
    app.taken_in("SO-1").await;
    assert_eq!(app.entries("fedex.validate").await, 4);
}

#[tokio::test]
async fn nothing_can_buy_in_shadow_however_hard_one_tries() {
    for backend in backends() {
        let mut app = TestApp::start_on(backend, quick()).await;
        // A label from before, one without an answer, and one that is parked.
        app.order("SO-OLD").await;
        assert_eq!(app.taken_in("SO-OLD").await.state, State::Announced);
        app.fault(json!({"system": "fedex", "op": "ship", "kind": "cut_before"})).await;
        app.order("SO-LOST").await;
        assert_eq!(app.taken_in("SO-LOST").await.state, State::OutcomeUnknown);
        app.switch("shadow").await;
        let bought = app.bought("SO-LOST").await;
        app.order("SO-1").await;
        app.order_with("SO-2", json!({"address": {"street": "120 Industrial Parkway Building 7 Suite 210"}})).await;
        app.taken_in("SO-1").await;

        let desk = app.desk(Role::Admin);
        refused_in_shadow(&app).await;

        // Correct and replay: prepared, not bought.
        let parked = app.shipment("SO-2").await;
        assert_eq!(parked.state, State::Parked);
        let order = desk.order("usmf".into(), "SO-2".into()).await.expect("the order");
        let correction: Correction = order.shipments[0].correction.clone().expect("a form");
        desk.correct(parked.shipment_id.0, parked.version, correction, "split".into()).await.expect("corrected");
        app.drive().await;
        assert_eq!(app.shipment("SO-2").await.state, State::Ready);

        // A purchase begun past the gate is refused where it would be written down.
        let ready = app.shipment("SO-1").await;
        let mut given = ready.clone();
        given.approval = Some(Approval::Given(ready.plan.clone().expect("a plan").fingerprint()));
        for shipment in [&ready, &given] {
            assert!(begin(&app.engine, shipment, Step::Ship, Some("MLPASTTHEGATE".into())).await.is_err());
        }

        // The look-ups end with proven absence, which would buy again; and a crash in between.
        app.restart().await;
        for _ in 0..60 {
            app.advance(300).await;
            rescue::tick(&app.engine).await.expect("rescued");
            app.pull().await;
            app.drive().await;
            write_back::tick(&app.engine).await.expect("written");
        }
        assert_eq!(app.shipment("SO-LOST").await.state, State::Ready, "absent, and held");
        for order in ["SO-1", "SO-2"] {
            assert_eq!((app.shipment(order).await.state, app.bought(order).await), (State::Ready, 0), "{order}");
        }
        assert_eq!((app.bought("SO-LOST").await, app.bought("SO-OLD").await), (bought, 1));
        app.assert_clean().await;
    }
}

/// Whatever an operator presses that would buy or write is refused with the reason.
async fn refused_in_shadow(app: &TestApp) {
    let desk = app.desk(Role::Admin);
    let code = |answer: Result<(), Problem>| answer.expect_err("refused").code;
    let (old, lost, ready) = (app.shipment("SO-OLD").await, app.shipment("SO-LOST").await, app.shipment("SO-1").await);
    let id = |shipment: &Shipment| shipment.shipment_id.0.clone();
    assert_eq!(code(desk.buy_again(id(&lost), lost.version, "sure".into()).await), "mode.shadow");
    assert_eq!(code(desk.void(id(&old), old.version, true, "again".into()).await), "mode.shadow");
    assert_eq!(code(desk.return_label(id(&old), String::new(), "back".into()).await), "mode.shadow");
    assert_eq!(code(desk.approve(id(&ready), ready.version).await), "mode.shadow");
    let frozen = format!("{}:{}", id(&ready), ready.version);
    let told = desk.approve_all(frozen, "all".into()).await.expect("answered");
    assert!(told.starts_with("0 shipments approved"), "{told}");
    let tested = desk.test_write("usmf".into(), "SO-OLD".into()).await;
    assert_eq!(tested.expect_err("refused").code, "mode.shadow");
    assert_eq!(code(desk.replay(id(&ready), ready.version, "go".into()).await), "order.not-now");
    let page = desk.order("usmf".into(), "SO-OLD".into()).await.expect("the order");
    let reship = page.shipments[0].actions.iter().find(|one| one.kind == app::contract::ActionKind::Reship);
    assert!(reship.and_then(|one| one.refused.clone()).is_some_and(|why| why.contains("shadow")));
}

#[tokio::test]
async fn in_shadow_nothing_is_written_back_and_what_is_owed_is_written_after_it() {
    let app = TestApp::start_on(Backend::Sqlite, quick()).await;
    app.order("SO-1").await;
    app.pull().await;
    // Bought, and before its number is written the legal entity goes into shadow.
    for _ in 0..20 {
        if app.shipment("SO-1").await.state == State::Labelled {
            break;
        }
        ml_connector::work::drive::tick(&app.engine).await.expect("driven");
        app.advance(5).await;
    }
    assert_eq!(app.shipment("SO-1").await.state, State::Labelled);
    app.switch("shadow").await;
    for _ in 0..10 {
        app.advance(300).await;
        app.drive().await;
        write_back::tick(&app.engine).await.expect("written");
    }
    let held = app.shipment("SO-1").await;
    assert_eq!((held.state, held.cause.expect("why").code.as_str()), (State::Labelled, "mode.shadow"));
    assert_eq!(app.d365_order("SO-1").await["FdxTrackingNumber"], "");
    app.switch("approve").await;
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.state, State::Announced);
    assert_ne!(app.d365_order("SO-1").await["FdxTrackingNumber"], "");
    app.assert_clean().await;
}

#[tokio::test]
async fn an_approved_plan_is_bought_and_a_changed_one_asks_again() {
    for backend in backends() {
        let app = TestApp::start_on(backend, quick()).await;
        app.switch("approve").await;
        app.order("SO-1").await;
        app.order("SO-2").await;
        let seen = app.taken_in("SO-1").await;
        let page = app.approvals().await;
        assert_eq!((page.total, page.rows.len()), (2, 2), "{}", page.headline);
        assert!(page.rows.iter().all(|row| row.price.is_some() && row.verdict.code == "accepted"));
        let desk = app.desk(Role::Operator);
        assert_eq!(
            app.desk(Role::Viewer).approve(seen.shipment_id.0.clone(), seen.version).await.expect_err("refused").code,
            "desk.not-allowed"
        );
        // The order changes after the page was made: what was seen is not what would be bought.
        app.advance(1).await;
        app.change_in_d365("SO-1", json!({"address": {"street": "77 New Road"}})).await;
        app.taken_in("SO-1").await;
        let stale = desk.approve(seen.shipment_id.0.clone(), seen.version).await.expect_err("refused");
        assert_eq!(stale.code, "desk.stale");
        let told = desk.approve_all(page.frozen, "checked".into()).await.expect("approved");
        assert_eq!(
            told,
            "1 shipment approved; its label is bought next. 1 changed since the page was made and was not approved."
        );
        app.drive().await;
        assert_eq!(app.shipment("SO-2").await.state, State::Announced);
        assert_eq!(app.bought("SO-1").await, 0);
        let again = app.shipment("SO-1").await;
        desk.approve(again.shipment_id.0, again.version).await.expect("approved");
        app.drive().await;
        assert_eq!(app.shipment("SO-1").await.state, State::Announced);
        assert!(app.live_labels("SO-1").await[0]["request"].to_string().contains("77 New Road"));
        assert_eq!(app.approvals().await.total, 0);
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn a_change_between_approval_and_purchase_needs_approval_again() {
    let app = TestApp::start().await;
    app.switch("approve").await;
    app.order("SO-1").await;
    let seen = app.taken_in("SO-1").await;
    let desk = app.desk(Role::Operator);
    desk.approve(seen.shipment_id.0, seen.version).await.expect("approved");
    // Read long ago: it is read again before the label is bought.
    app.advance(60).await;
    app.change_in_d365("SO-1", json!({"address": {"street": "77 New Road"}})).await;
    app.drive().await;
    let changed = app.shipment("SO-1").await;
    assert_eq!((changed.state, changed.approval), (State::Ready, Some(Approval::Awaited)));
    assert_eq!(app.bought("SO-1").await, 0);
}

#[tokio::test]
async fn what_is_declined_is_parked_with_the_reason() {
    let app = TestApp::start().await;
    app.switch("approve").await;
    app.order("SO-1").await;
    let seen = app.taken_in("SO-1").await;
    let desk = app.desk(Role::Operator);
    let silent = desk.decline(seen.shipment_id.0.clone(), seen.version, " ".into()).await.expect_err("refused");
    assert_eq!(silent.code, "desk.reason-missing");
    desk.decline(seen.shipment_id.0, seen.version, "the customer collects it".into()).await.expect("declined");
    let parked = app.shipment("SO-1").await;
    let cause = parked.cause.clone().expect("why");
    assert_eq!((cause.code.as_str(), cause.detail.as_deref()), ("order.declined", Some("the customer collects it")));
    desk.replay(parked.shipment_id.0, parked.version, "after all".into()).await.expect("replayed");
    app.drive().await;
    assert_eq!((app.shipment("SO-1").await.state, app.approvals().await.total), (State::Ready, 1));
    assert_eq!(app.bought("SO-1").await, 0);
}

#[tokio::test]
async fn asking_for_a_label_in_approve_mode_is_approval() {
    let app = TestApp::start().await;
    app.switch("approve").await;
    app.order("SO-1").await;
    let seen = app.taken_in("SO-1").await;
    let desk = app.desk(Role::Operator);
    app.fault(json!({"system": "fedex", "op": "ship", "kind": "cut_before"})).await;
    desk.approve(seen.shipment_id.0, seen.version).await.expect("approved");
    app.drive().await;
    let lost = app.shipment("SO-1").await;
    assert_eq!(lost.state, State::OutcomeUnknown);
    desk.buy_again(lost.shipment_id.0, lost.version, "FedEx's support sees no label".into()).await.expect("decided");
    app.drive().await;
    let labelled = app.shipment("SO-1").await;
    assert_eq!(labelled.state, State::Announced, "{:?}", labelled.cause);
    desk.return_label(labelled.shipment_id.0.clone(), String::new(), "wrong size".into()).await.expect("asked");
    app.drive().await;
    app.advance(1).await;
    let labelled = app.shipment("SO-1").await;
    desk.void(labelled.shipment_id.0, labelled.version, true, "damaged".into()).await.expect("asked");
    app.drive().await;
    let found = app.engine.store.db.orders_by_number("SO-1").await.expect("read");
    let all = app.engine.store.db.shipments_of(&found[0].order_id).await.expect("read");
    let bought = all.iter().filter(|one| one.tracking_number.is_some() && one.state != State::Voided).count();
    assert_eq!(bought, 2, "the successor and the return: {all:?}");
    assert_eq!(app.approvals().await.total, 0);
}

#[tokio::test]
async fn switching_lets_nothing_go_and_is_for_administrators_with_a_reason() {
    for backend in backends() {
        let app = TestApp::start_on(backend, quick()).await;
        let admin = app.desk(Role::Admin);
        let switch = |mode: &str, reason: &str| {
            let (mode, reason) = (mode.to_owned(), reason.to_owned());
            let admin = admin.clone();
            async move { admin.switch_mode("USMF".into(), mode, reason).await }
        };
        let by_operator = app.desk(Role::Operator).switch_mode("usmf".into(), "shadow".into(), "x".into()).await;
        assert_eq!(by_operator.expect_err("refused").code, "desk.not-allowed");
        assert_eq!(switch("shadow", "").await.expect_err("refused").code, "desk.reason-missing");
        assert_eq!(switch("night", "x").await.expect_err("refused").code, "mode.unknown");
        assert_eq!(switch("automatic", "x").await.expect_err("refused").code, "mode.same");
        let nowhere = admin.switch_mode("nowhere".into(), "shadow".into(), "x".into()).await;
        assert_eq!(nowhere.expect_err("refused").code, "mode.company-not-found");
        switch("shadow", "the first days").await.expect("switched");

        app.order("SO-1").await;
        app.order_with("SO-2", json!({"address": {"street": "120 Industrial Parkway Building 7 Suite 210"}})).await;
        app.taken_in("SO-1").await;
        let page = app.approvals().await;
        let usmf = page.companies.iter().find(|one| one.company == "usmf").expect("listed");
        let effect = &usmf.switches.iter().find(|one| one.mode == "automatic").expect("offered").effect;
        assert!(effect.starts_with("2 shipments wait without a label; none is shipped by switching."), "{effect}");
        let told = switch("automatic", "it works").await.expect("switched");
        assert!(told.ends_with("2 shipments wait; none was shipped."), "{told}");
        app.drive().await;
        // Not even when the order changes, or is replayed.
        app.advance(1).await;
        app.change_in_d365("SO-2", json!({"address": {"street": "77 New Road"}})).await;
        app.taken_in("SO-2").await;
        assert_eq!((app.bought("SO-1").await, app.bought("SO-2").await), (0, 0));
        let held = app.shipment("SO-2").await;
        assert_eq!((held.state, app.approvals().await.total), (State::Ready, 2), "{held:?}");
        // What comes from now on goes by itself.
        app.order("SO-3").await;
        assert_eq!(app.taken_in("SO-3").await.state, State::Announced);
        assert_eq!(app.entries("desk.mode").await, 2);
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn a_plan_fedex_cannot_be_asked_about_is_listed_and_asked_again() {
    let app = TestApp::start().await;
    app.switch("approve").await;
    app.fault(json!({"system": "fedex", "op": "validate", "kind": "status", "status": 503, "times": 1})).await;
    app.order("SO-1").await;
    app.taken_in("SO-1").await;
    let page = app.approvals().await;
    assert_eq!((page.rows[0].verdict.code.as_str(), page.rows[0].price.clone()), ("unchecked", None));
    assert!(page.rows[0].why.is_some());
    app.advance(20 * 60).await;
    app.drive().await;
    assert_eq!(app.approvals().await.rows[0].verdict.code, "accepted");
    assert_eq!(app.shipment("SO-1").await.state, State::Ready, "a lost answer of a rehearsal is no lost purchase");
}

#[tokio::test]
async fn what_fedex_would_refuse_and_what_stops_before_are_counted_by_cause() {
    let app = TestApp::start().await;
    app.switch("shadow").await;
    app.fault(json!({"system": "fedex", "op": "validate", "kind": "status", "status": 400, "code": "RECIPIENTS.POSTALCODE.INVALID"}))
        .await;
    app.order("SO-1").await;
    app.taken_in("SO-1").await;
    app.order_with("SO-2", json!({"address": {"street": "120 Industrial Parkway Building 7 Suite 210"}})).await;
    app.taken_in("SO-2").await;
    let report = app.approvals().await.shadows.remove(0);
    let failures: Vec<(&str, u64)> = report.failures.iter().map(|one| (one.label.as_str(), one.count)).collect();
    assert_eq!(failures.len(), 2, "{failures:?}");
    assert!(report.headline.contains("1 would ship, 2 would fail"), "{}", report.headline);
    let refused = report.verdicts.iter().find(|one| one.label == "Would be refused").expect("counted");
    assert_eq!(refused.count, 1);
}

#[tokio::test]
async fn why_names_the_mode_and_the_approval_that_is_missing() {
    let app = TestApp::start().await;
    app.switch("shadow").await;
    app.order("SO-1").await;
    app.taken_in("SO-1").await;
    let desk = app.desk(Role::Viewer);
    let why = desk.why(None, "SO-1".into()).await.expect("answered");
    assert!(why.answers[0].sentence.contains("in shadow"), "{}", why.answers[0].sentence);
    app.switch("approve").await;
    let why = desk.why(None, "SO-1".into()).await.expect("answered");
    assert!(why.answers[0].sentence.contains("waits for approval"), "{}", why.answers[0].sentence);
}

#[tokio::test]
async fn the_modes_are_not_changed_with_the_rules() {
    let app = TestApp::start().await;
    app.switch("shadow").await;
    let desk = app.desk(Role::Operator);
    let rules = desk.rules().await.expect("rules");
    assert_eq!(rules.modes.iter().map(|(company, ..)| company.as_str()).collect::<Vec<_>>(), ["usmf"]);
    let without = rules.document.replace("\"shadow\"", "\"automatic\"");
    assert_eq!(desk.save_rules(rules.version, without).await.expect_err("refused").code, "rules.modes");
    desk.save_rules(rules.version, rules.document).await.expect("saved as it is");
    app.order("SO-1").await;
    app.pull().await;
    let held = app.run_until("SO-1", 5, 1, is(State::Ready)).await;
    assert_eq!(held.tracking_number, None);
}
