//! Orders as they are: split, of many packages, abroad, changed after the label; and the life of a label.

use crate::support::{Backend, TestApp, backends, is, quick};
use app::contract::{Correction, ServiceRow};
use app::desk::{Commands, Views};
use ml_connector::desk::Role;
use ml_connector::order::rules::{DEFAULT, Method, Rules};
use ml_connector::order::state::State;
use ml_connector::order::{Kind, Shipment};
use serde_json::{Value, json};

impl TestApp {
    async fn shipments(&self, order: &str) -> Vec<Shipment> {
        let found = self.engine.store.db.orders_by_number(order).await.expect("read");
        let record = found.first().unwrap_or_else(|| panic!("order {order} was not taken in"));
        self.engine.store.db.shipments_of(&record.order_id).await.expect("read")
    }

    async fn change_order(&self, order: &str, change: Value) {
        self.twin_send(reqwest::Method::PATCH, &format!("/_twin/orders/usmf/{order}"), Some(change)).await;
    }

    async fn change_rules(&self, change: impl FnOnce(&mut Rules)) {
        let desk = self.desk(Role::Admin);
        let view = desk.rules().await.expect("rules");
        let mut rules: Rules = serde_json::from_str(&view.document).expect("readable");
        change(&mut rules);
        let document = serde_json::to_string(&rules).expect("plain");
        desk.save_rules(view.version, document).await.expect("saved");
    }

    async fn shipped(&self, order: &str) -> Shipment {
        self.pull().await;
        self.drive().await;
        let shipment = self.shipment(order).await;
        assert_eq!(shipment.state, State::Announced, "{:?}", shipment.cause);
        shipment
    }
}

#[tokio::test]
async fn lines_of_two_places_are_two_shipments_and_the_order_shows_both_numbers() {
    for backend in backends() {
        let app = TestApp::start_on(backend, quick()).await;
        let lines = json!([{"weight_kg": 2, "quantity": 1}, {"weight_kg": 3, "quantity": 1, "warehouse": "13"}]);
        app.order_with("SO-1", json!({"lines": lines})).await;
        app.pull().await;
        app.drive().await;
        let shipments = app.shipments("SO-1").await;
        let numbers: Vec<String> = shipments.iter().filter_map(|shipment| shipment.tracking_number.clone()).collect();
        assert_eq!(numbers.len(), 2, "{shipments:?}");
        assert_eq!(app.live_labels("SO-1").await.len(), 2);
        assert_eq!(app.d365_order("SO-1").await["FdxTrackingNumber"], numbers.join(", ").as_str());
        for _ in 0..60 {
            app.advance(300).await;
            ml_connector::work::reconcile::tick(&app.engine).await.expect("reconciled");
            app.drive().await;
        }
        assert!(app.shipments("SO-1").await.iter().all(|shipment| shipment.state == State::Closed));
        assert_eq!(app.d365_order("SO-1").await["FdxStatus"], "delivered");
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn a_line_that_moves_to_another_warehouse_before_the_label_makes_two_shipments() {
    let app = TestApp::start().await;
    let lines = json!([{"weight_kg": 2, "quantity": 1}, {"weight_kg": 3, "quantity": 1}]);
    // Parked for its postal code, so that nothing is bought yet.
    app.order_with("SO-1", json!({"lines": lines, "address": {"zip": "1"}})).await;
    app.pull().await;
    app.drive().await;
    assert_eq!(app.shipments("SO-1").await.len(), 1);
    app.change_order("SO-1", json!({"lines": {"2": {"warehouse": "13"}}})).await;
    app.pull().await;
    let shipments = app.shipments("SO-1").await;
    assert_eq!(shipments.len(), 2);
    assert_eq!(shipments.iter().map(|shipment| shipment.group_no).collect::<Vec<_>>(), [1, 2]);
    app.change_order("SO-1", json!({"lines": {"2": {"status": "Canceled"}}})).await;
    app.pull().await;
    assert_eq!(app.shipments("SO-1").await[1].state, State::Cancelled);
}

#[tokio::test]
async fn an_order_that_changes_just_before_its_label_is_planned_anew() {
    let app = TestApp::start().await;
    // Ready, and then FedEx cannot be signed in to for a while: time for the order to change.
    app.fault(json!({"system": "fedex", "op": "token", "kind": "status", "status": 503, "times": 3})).await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.state, State::Ready);
    app.change_order("SO-1", json!({"address": {"street": "77 New Road"}})).await;
    app.run_until("SO-1", 20, 60, is(State::Announced)).await;
    let sent = app.live_labels("SO-1").await[0]["request"].to_string();
    assert!(sent.contains("77 New Road"), "{sent}");
    app.assert_clean().await;
}

#[tokio::test]
async fn an_order_that_changes_while_it_is_planned_is_not_shipped_as_it_was() {
    let app = TestApp::start().await;
    app.order("SO-1").await;
    app.pull().await;
    // Planning waits for the master data; in the middle of that the order changes and is pulled.
    app.fault(json!({"system": "d365", "op": "master", "kind": "delay", "delay_ms": 600})).await;
    let change = async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        app.change_order("SO-1", json!({"address": {"street": "77 New Road"}})).await;
        assert_eq!(app.pull().await.changed, 1);
    };
    tokio::join!(app.drive(), change);
    app.drive().await;
    let labels = app.live_labels("SO-1").await;
    assert_eq!(labels.len(), 1);
    assert!(labels[0]["request"].to_string().contains("77 New Road"), "{}", labels[0]["request"]);
    app.assert_clean().await;
}

#[tokio::test]
async fn an_order_stopped_just_before_its_label_is_not_bought() {
    let app = TestApp::start().await;
    app.fault(json!({"system": "fedex", "op": "token", "kind": "status", "status": 503, "times": 3})).await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    app.change_order("SO-1", json!({"action": "stop"})).await;
    app.advance(600).await;
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.cause.expect("parked").code, "order.stopped");
    assert!(app.live_labels("SO-1").await.is_empty());
}

#[tokio::test]
async fn many_packages_have_each_its_label_and_one_true_charge() {
    let app = TestApp::start().await;
    app.change_rules(|rules| {
        rules.packing.methods.insert(DEFAULT.to_owned(), Method::Line);
    })
    .await;
    let line = json!({"weight_kg": 4, "quantity": 1});
    app.order_with("SO-1", json!({"lines": [line, line, line]})).await;
    let shipment = app.shipped("SO-1").await;
    let labels = app.live_labels("SO-1").await;
    assert_eq!(labels.len(), 1);
    let numbers = labels[0]["tracking_numbers"].as_array().expect("numbers").clone();
    assert_eq!(numbers.len(), 3);
    let pieces = app.engine.store.db.pieces_of(&shipment.shipment_id).await.expect("read");
    assert_eq!(pieces.iter().map(|piece| json!(piece.tracking_number)).collect::<Vec<_>>(), numbers);
    let documents = app.engine.store.db.documents_of(&shipment.shipment_id).await.expect("read");
    assert_eq!(documents.iter().map(|document| document.sequence).collect::<Vec<_>>(), [1, 2, 3]);
    let charge = shipment.charge.expect("rated");
    assert_eq!(json!(charge.amount), json!(labels[0]["charge"]["amount"].to_string().trim_matches('"')));
    let order = app.desk(Role::Viewer).order("usmf".into(), "SO-1".into()).await.expect("an order");
    let packages = &order.shipments[0].packages;
    assert!(packages.len() == 3 && packages.iter().all(|package| package.documents.len() == 1), "{packages:?}");
}

#[tokio::test]
async fn more_than_forty_packages_are_made_as_a_job() {
    let app = TestApp::start().await;
    app.twin_post("/_twin/clock", json!({"job_delay_s": 20})).await;
    app.order_with("SO-1", json!({"lines": [{"weight_kg": 4, "quantity": 45, "ship_alone": true}]})).await;
    app.pull().await;
    app.drive().await;
    let pending = app.shipment("SO-1").await;
    assert_eq!(pending.state, State::OutcomeUnknown, "{:?}", pending.cause);
    assert!(pending.job_id.is_some());
    let made = app.run_until("SO-1", 60, 5, is(State::Announced)).await;
    assert!(!made.reprint_needed);
    assert_eq!(app.engine.store.db.pieces_of(&made.shipment_id).await.expect("read").len(), 45);
    assert_eq!(app.live_labels("SO-1").await.len(), 1);
}

#[tokio::test]
async fn a_job_that_fails_made_no_label_and_a_replay_sends_it_anew() {
    let app = TestApp::start().await;
    app.twin_post("/_twin/fedex", json!({"fail_jobs": 1})).await;
    app.order_with("SO-1", json!({"lines": [{"weight_kg": 4, "quantity": 45, "ship_alone": true}]})).await;
    app.pull().await;
    app.drive().await;
    let parked = app.run_until("SO-1", 60, 5, is(State::Parked)).await;
    assert!(app.live_labels("SO-1").await.is_empty());
    let desk = app.desk(Role::Operator);
    desk.replay(parked.shipment_id.0, parked.version, "again".into()).await.expect("replayed");
    app.run_until("SO-1", 60, 5, is(State::Announced)).await;
    assert_eq!(app.live_labels("SO-1").await.len(), 1);
}

#[tokio::test]
async fn a_shipment_that_leaves_the_country_has_a_declaration_and_a_commercial_invoice() {
    let app = TestApp::start().await;
    app.change_rules(|rules| {
        let service = ml_connector::order::parcel::Service::new("FEDEX_INTERNATIONAL_PRIORITY");
        rules.services.insert("FEDEX-IP".to_owned(), service);
    })
    .await;
    let address = json!({"name": "Maple Pumps", "street": "120 Front St W", "city": "Toronto", "state": "ON",
        "zip": "M5V 2T6", "country": "CAN"});
    let line = json!({"weight_kg": 4, "quantity": 2, "price": 150.5, "origin": "USA", "hs_code": "84137020"});
    app.order_with("SO-1", json!({"address": address, "mode": "FEDEX-IP", "phone": "4165550100", "lines": [line]}))
        .await;
    let shipment = app.shipped("SO-1").await;
    let customs = shipment.plan.clone().expect("a plan").customs.expect("declared");
    assert_eq!(customs.total().to_string(), "301.00");
    let documents = app.engine.store.db.documents_of(&shipment.shipment_id).await.expect("read");
    assert!(documents.iter().any(|document| document.content_type == "COMMERCIAL_INVOICE"), "{documents:?}");
}

#[tokio::test]
async fn a_change_after_the_label_is_shown_and_void_and_reship_mends_it() {
    for backend in backends() {
        let app = TestApp::start_on(backend, quick()).await;
        app.order("SO-1").await;
        let first = app.shipped("SO-1").await;
        app.change_order("SO-1", json!({"address": {"street": "9 Other Street"}})).await;
        app.pull().await;
        let changed = app.shipment("SO-1").await;
        assert_eq!(changed.changes.len(), 1, "{:?}", changed.changes);
        assert!(changed.changes[0].now.contains("9 Other Street"));
        assert_eq!(changed.state, State::Announced, "the label stands until somebody decides");

        let desk = app.desk(Role::Operator);
        let id = changed.shipment_id.0.clone();
        let refused = desk.void(id.clone(), changed.version, true, " ".into()).await.expect_err("a reason is needed");
        assert_eq!(refused.code, "desk.reason-missing");
        desk.void(id, changed.version, true, "new address".into()).await.expect("asked");
        app.drive().await;
        let shipments = app.shipments("SO-1").await;
        assert_eq!(shipments.len(), 2);
        assert_eq!((shipments[0].state, shipments[1].state), (State::Voided, State::Announced));
        assert_eq!(shipments[1].parent.as_ref(), Some(&shipments[0].shipment_id));
        let live = app.live_labels("SO-1").await;
        assert_eq!(live.len(), 1);
        let number = shipments[1].tracking_number.clone().expect("a number");
        assert_ne!(Some(&number), first.tracking_number.as_ref());
        assert_eq!(live[0]["tracking_number"], number.as_str());
        assert!(live[0]["request"].to_string().contains("9 Other Street"));
        assert_eq!(app.d365_order("SO-1").await["FdxTrackingNumber"], number.as_str());
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn an_order_cancelled_after_its_label_is_noticed_although_it_left_the_ready_set() {
    let app = TestApp::start().await;
    app.order("SO-1").await;
    app.shipped("SO-1").await;
    app.change_order("SO-1", json!({"action": "cancel"})).await;
    app.advance(1_200).await;
    app.pull().await;
    let changed = app.shipment("SO-1").await;
    assert_eq!(changed.changes.first().map(|change| change.now.as_str()), Some("cancelled"));
}

#[tokio::test]
async fn a_voided_label_is_taken_off_the_order() {
    let app = TestApp::start().await;
    app.order("SO-1").await;
    let labelled = app.shipped("SO-1").await;
    let desk = app.desk(Role::Operator);
    desk.void(labelled.shipment_id.0, labelled.version, false, "customer called".into()).await.expect("asked");
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.state, State::Voided);
    assert!(app.live_labels("SO-1").await.is_empty());
    let order = app.d365_order("SO-1").await;
    assert_eq!((order["FdxTrackingNumber"].as_str(), order["FdxStatus"].as_str()), (Some(""), Some("voided")));
    app.pull().await;
    app.drive().await;
    assert!(app.live_labels("SO-1").await.is_empty(), "voided is voided, until somebody asks for more");
    app.assert_clean().await;
}

#[tokio::test]
async fn a_void_fedex_refuses_leaves_the_label_and_one_whose_answer_is_lost_is_asked_about() {
    let app = TestApp::start().await;
    app.order("SO-1").await;
    let labelled = app.shipped("SO-1").await;
    let refusal = json!({"system": "fedex", "op": "cancel", "kind": "status", "status": 400,
        "code": "SHIPMENT.USER.UNAUTHORIZED", "message": "The shipment was tendered."});
    app.fault(refusal).await;
    let desk = app.desk(Role::Operator);
    desk.void(labelled.shipment_id.0.clone(), labelled.version, false, "try".into()).await.expect("asked");
    app.drive().await;
    let kept = app.shipment("SO-1").await;
    assert_eq!((kept.state, kept.voiding), (State::Announced, None));
    assert_eq!(app.live_labels("SO-1").await.len(), 1);

    app.fault(json!({"system": "fedex", "op": "cancel", "kind": "cut_after"})).await;
    desk.void(kept.shipment_id.0, kept.version, true, "really".into()).await.expect("asked");
    app.drive().await;
    app.advance(60).await;
    app.drive().await;
    let shipments = app.shipments("SO-1").await;
    assert_eq!(shipments.iter().map(|shipment| shipment.state).collect::<Vec<_>>(), [State::Voided, State::Announced]);
    assert_eq!(app.live_labels("SO-1").await.len(), 1);
    app.assert_clean().await;
}

#[tokio::test]
async fn a_return_label_goes_the_other_way_and_is_not_written_to_the_order() {
    let app = TestApp::start_on(Backend::Sqlite, quick()).await;
    app.order("SO-1").await;
    let out = app.shipped("SO-1").await;
    let desk = app.desk(Role::Operator);
    let asked = desk.return_label(out.shipment_id.0.clone(), "RMA-77".into(), "wrong part".into()).await;
    asked.expect("made");
    let twice = desk.return_label(out.shipment_id.0.clone(), String::new(), String::new()).await;
    assert_eq!(twice.expect_err("one is enough").code, "order.no-return");
    app.drive().await;
    let shipments = app.shipments("SO-1").await;
    let back = shipments.iter().find(|shipment| shipment.kind == Kind::Return).expect("a return");
    assert_eq!(back.state, State::Announced, "{:?}", back.cause);
    let labels = app.live_labels("SO-1").await;
    let returned = labels.iter().find(|label| label["is_return"] == true).expect("a return label");
    assert!(returned["request"].to_string().contains("RMA-77"));
    assert_eq!(app.d365_order("SO-1").await["FdxTrackingNumber"], out.tracking_number.expect("a number").as_str());
}

#[tokio::test]
async fn a_purchase_without_an_answer_is_given_up_only_with_a_reason_and_then_bought_once() {
    let app = TestApp::start().await;
    app.fault(json!({"system": "fedex", "op": "ship", "kind": "cut_before"})).await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    let unknown = app.shipment("SO-1").await;
    assert_eq!(unknown.state, State::OutcomeUnknown);
    let desk = app.desk(Role::Operator);
    let id = unknown.shipment_id.0.clone();
    let replay = desk.replay(id.clone(), unknown.version, "again".into()).await;
    assert_eq!(replay.expect_err("refused").code, "order.look-up-first");
    let silent = desk.buy_again(id.clone(), unknown.version, String::new()).await;
    assert_eq!(silent.expect_err("refused").code, "desk.reason-missing");
    desk.buy_again(id, unknown.version, "FedEx's support sees no label".into()).await.expect("decided");
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.state, State::Announced);
    assert_eq!(app.live_labels("SO-1").await.len(), 1);
    app.assert_clean().await;
}

#[tokio::test]
async fn a_mapping_lets_go_what_waited_for_it_and_another_carriers_mode_is_left_alone() {
    let app = TestApp::start().await;
    app.order_with("SO-1", json!({"mode": "FEDEX-SAT"})).await;
    app.order_with(
        "SO-2",
        json!({"mode": "FEDEX-SAT", "lines": [{"weight_kg": 1, "quantity": 1, "mode": "TRUCK"},
        {"weight_kg": 1, "quantity": 1}]}),
    )
    .await;
    app.pull().await;
    app.drive().await;
    let desk = app.desk(Role::Operator);
    let rules = desk.rules().await.expect("rules");
    assert_eq!(
        rules.unmapped.iter().map(|mode| (mode.mode.as_str(), mode.orders)).collect::<Vec<_>>(),
        [("FEDEX-SAT", 2), ("TRUCK", 1)]
    );
    let row = ServiceRow { mode: "FEDEX-SAT".into(), service: "FEDEX_2_DAY".into(), ..ServiceRow::default() };
    let saved = desk.save_service(rules.version, row.clone()).await.expect("saved");
    assert_eq!(saved.released, 3, "{}", saved.sentence);
    assert_eq!(desk.save_service(rules.version, row).await.expect_err("old page").code, "rules.stale");
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.state, State::Announced);
    let rules = desk.rules().await.expect("rules");
    desk.remove_service(rules.version, "TRUCK".into(), true).await.expect("saved");
    app.drive().await;
    let states: Vec<State> = app.shipments("SO-2").await.iter().map(|shipment| shipment.state).collect();
    assert_eq!(states, [State::Excluded, State::Announced]);
}

#[tokio::test]
async fn a_correction_is_remembered_for_the_next_order_that_goes_there() {
    let app = TestApp::start().await;
    let long = json!({"address": {"street": "120 Industrial Parkway Building 7 Suite 210"}});
    app.order_with("SO-1", long.clone()).await;
    app.pull().await;
    app.drive().await;
    let parked = app.shipment("SO-1").await;
    let desk = app.desk(Role::Operator);
    let order = desk.order("usmf".into(), "SO-1".into()).await.expect("an order");
    let proposed = order.shipments[0].correction.clone().expect("a form");
    let correction = Correction { remember: true, ..proposed };
    desk.correct(parked.shipment_id.0, parked.version, correction, String::new()).await.expect("corrected");
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.state, State::Announced);
    app.order_with("SO-2", long).await;
    app.shipped("SO-2").await;
    let rules = desk.rules().await.expect("rules");
    assert_eq!((rules.corrections.len(), rules.corrections[0].used), (1, 1));
    desk.forget_correction(rules.corrections[0].correction_id.clone()).await.expect("forgotten");
    assert!(desk.rules().await.expect("rules").corrections.is_empty());
}

#[tokio::test]
async fn a_dry_run_shows_the_request_and_buys_nothing() {
    let app = TestApp::start().await;
    app.order_with("SO-1", json!({"mode": "FEDEX-SAT"})).await;
    app.pull().await;
    app.drive().await;
    let parked = app.shipment("SO-1").await;
    let desk = app.desk(Role::Operator);
    let stopped = desk.dry_run(parked.shipment_id.0.clone(), None).await.expect("tried");
    assert_eq!(stopped.cause.expect("why").code, "rules.delivery-mode-unmapped");
    let with = Correction { service: "FEDEX_GROUND".into(), ..Correction::default() };
    let tried = desk.dry_run(parked.shipment_id.0.clone(), Some(with)).await.expect("tried");
    assert_eq!(tried.verdict.code, "accepted", "{}", tried.sentence);
    assert!(tried.request_body.expect("shown").contains("\"serviceType\": \"FEDEX_GROUND\""));
    assert!(app.live_labels("SO-1").await.is_empty());
    assert_eq!(app.shipment("SO-1").await, parked, "a trial changes nothing");
}

#[tokio::test]
async fn a_quote_names_the_price_of_the_planned_service_and_advice_the_kind_of_address() {
    let app = TestApp::start().await;
    app.order_with("SO-1", json!({"mode": "FEDEX-SAT"})).await;
    app.order("SO-2").await;
    app.pull().await;
    app.drive().await;
    let desk = app.desk(Role::Operator);
    let unmapped = app.shipment("SO-1").await.shipment_id.0;
    assert_eq!(desk.quote(unmapped).await.expect_err("no plan").code, "rules.delivery-mode-unmapped");
    let planned = app.shipment("SO-2").await;
    let quote = desk.quote(planned.shipment_id.0.clone()).await.expect("quoted");
    let charge = planned.charge.expect("rated");
    let chosen = quote.rows.iter().find(|row| row.chosen).expect("the planned service");
    assert_eq!(chosen.account.as_deref(), Some(format!("{} {}", charge.amount, charge.currency).as_str()));
    let advice = desk.check_address(planned.shipment_id.0).await.expect("advice");
    assert!(!advice.classification.is_empty() && advice.sentence.ends_with('.'), "{advice:?}");
    assert_eq!(app.live_labels("SO-1").await.len() + app.live_labels("SO-2").await.len(), 1);
}

#[tokio::test]
async fn the_day_is_closed_once_and_its_manifest_is_kept() {
    let app = TestApp::start().await;
    app.order("SO-1").await;
    app.shipped("SO-1").await;
    let desk = app.desk(Role::Operator);
    let day = desk.day().await.expect("a day");
    assert!(day.headline.contains("1 label since midnight UTC; 1 of FedEx Ground not closed yet"), "{}", day.headline);
    app.advance(1).await;
    desk.close_day().await.expect("closed");
    let day = desk.day().await.expect("a day");
    assert!(day.headline.contains("0 of FedEx Ground not closed yet"), "{}", day.headline);
    assert!(day.closes[0].href.is_some(), "{:?}", day.closes);
    assert_eq!(day.charges.len(), 1);
}

#[tokio::test]
async fn charges_are_kept_once_and_a_cancelled_label_is_marked() {
    let app = TestApp::start().await;
    app.order("SO-1").await;
    let labelled = app.shipped("SO-1").await;
    let desk = app.desk(Role::Operator);
    app.advance(1).await;
    desk.void(labelled.shipment_id.0, labelled.version, false, "not wanted".into()).await.expect("asked");
    app.drive().await;
    let now = app.clock.now_ms();
    let csv = ml_connector::desk::day::charges_csv(&app.engine, now - 86_400_000, now + 1).await.expect("written");
    let text = String::from_utf8(csv).expect("text");
    let kinds: Vec<&str> = text.lines().skip(1).filter_map(|line| line.split(',').nth(4)).collect();
    assert_eq!(kinds, ["rated", "voided"], "{text}");
}

#[tokio::test]
async fn the_sandbox_answers_one_number_for_all_and_orders_still_ship() {
    let app = TestApp::start().await;
    let mut credentials = app.twin.fedex_credentials();
    credentials["environment"] = "sandbox".into();
    app.connect(ml_connector::audit::System::Fedex, credentials).await;
    app.twin_post("/_twin/fedex", json!({"virtual": true})).await;
    app.order("SO-1").await;
    app.order("SO-2").await;
    let first = app.shipped("SO-1").await;
    let second = app.shipped("SO-2").await;
    assert_eq!(first.tracking_number.as_deref(), Some("794972072690"));
    assert_eq!(first.tracking_number, second.tracking_number);
}
