//! What people decide about groups of failures, and the clock of the pick-up.

use crate::support::{TestApp, backends};
use app::contract::{CauseNoteForm, PickupForm};
use app::desk::{Commands, RepairDesk, Views};
use ml_connector::clock::{HOUR_MS, text};
use ml_connector::desk::{OperatorDesk, Role};
use ml_connector::store::operators::OperatorRow;
use ml_connector::twin::TwinOptions;
use ml_connector::work::cause_notes;
use serde_json::json;

const KEY: &str = "order.postal-code-wrong~ship~postal_code";

fn note(version: i64) -> CauseNoteForm {
    CauseNoteForm { key: KEY.into(), version, ..CauseNoteForm::default() }
}

async fn stop(app: &TestApp, number: &str) {
    app.order_with(number, json!({"address": {"zip": "1"}})).await;
    app.pull().await;
    app.drive().await;
}

async fn mend(app: &TestApp, desk: &OperatorDesk, number: &str) {
    let page = desk.order("usmf".into(), number.into()).await.expect("the order");
    let shipment = page.shipments[0].clone();
    let mut values = shipment.correction.expect("it can be corrected");
    values.postal_code = "60608".into();
    desk.correct(shipment.shipment_id, shipment.version, values, "mended".into()).await.expect("corrected");
    app.drive().await;
}

#[tokio::test]
async fn a_group_is_acknowledged_resolves_itself_and_comes_back_as_regressed() {
    for backend in backends() {
        let app = TestApp::start_on(backend, TwinOptions::loopback()).await;
        stop(&app, "SO-1").await;
        let desk = app.desk(Role::Operator);
        let operator = OperatorRow {
            operator_id: "O1".into(),
            name: "lee".into(),
            password_hash: "-".into(),
            role: "operator".into(),
            created_ms: 1,
            password_ms: 1,
            disabled_ms: None,
            signed_in_ms: None,
        };
        let mut tx = app.engine.store.begin().await.expect("begun");
        tx.insert_operator(&operator).await.expect("inserted");
        tx.commit().await.expect("committed");

        let form = CauseNoteForm {
            acknowledged: true,
            snooze: "4".into(),
            assigned_to: "Lee".into(),
            comment: "the catalogue had it wrong".into(),
            ..note(0)
        };
        desk.note_cause(form).await.expect("noted");
        let group = desk.attention().await.expect("home").groups.remove(0);
        assert_eq!((group.key.as_str(), group.note.assigned_to.as_deref()), (KEY, Some("lee")));
        let until = group.note.snoozed.expect("snoozed").0;
        assert_eq!(until.text, text(app.clock.now_ms() + 4 * HOUR_MS));
        assert_eq!(group.note.comments[0].words, "the catalogue had it wrong");
        assert!(group.note.acknowledged.is_some() && !group.note.regressed);
        // A decision on what is no longer there, a stranger, and nothing at all.
        let stale = CauseNoteForm { acknowledged: true, ..note(0) };
        assert_eq!(desk.note_cause(stale).await.expect_err("stale").code, "attention.stale");
        let stranger = CauseNoteForm { acknowledged: true, assigned_to: "nobody".into(), ..note(1) };
        assert_eq!(desk.note_cause(stranger).await.expect_err("unknown").code, "attention.unknown-operator");
        let nothing = CauseNoteForm { acknowledged: true, assigned_to: "lee".into(), ..note(1) };
        assert_eq!(desk.note_cause(nothing).await.expect_err("nothing").code, "attention.nothing-new");

        assert_eq!(cause_notes::tick(&app.engine).await.expect("looked"), 0, "it is not empty");
        mend(&app, &desk, "SO-1").await;
        assert_eq!(desk.attention().await.expect("home").groups.len(), 0, "it resolved itself");
        assert_eq!(cause_notes::tick(&app.engine).await.expect("looked"), 1);
        stop(&app, "SO-2").await;
        let group = desk.attention().await.expect("home").groups.remove(0);
        assert!(group.note.regressed, "{backend:?}");
        assert_eq!((group.note.snoozed, group.note.acknowledged, group.note.comments.len()), (None, None, 1));
        let known = CauseNoteForm { acknowledged: true, ..note(group.note.version) };
        desk.note_cause(known).await.expect("noted");
        assert!(!desk.attention().await.expect("home").groups[0].note.regressed);
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn a_snooze_ends_by_itself() {
    let app = TestApp::start().await;
    stop(&app, "SO-1").await;
    let desk = app.desk(Role::Operator);
    desk.note_cause(CauseNoteForm { snooze: "1".into(), ..note(0) }).await.expect("noted");
    assert!(desk.attention().await.expect("home").groups[0].note.snoozed.is_some());
    app.clock.advance_ms(HOUR_MS);
    assert_eq!(desk.attention().await.expect("home").groups[0].note.snoozed, None);
}

#[tokio::test]
async fn the_clock_counts_by_warehouse_and_names_what_is_at_risk_first() {
    for backend in backends() {
        let app = TestApp::start_on(backend, TwinOptions::loopback()).await;
        app.order("SO-1").await;
        stop(&app, "SO-2").await;
        // Read and not planned yet.
        app.order("SO-3").await;
        app.pull().await;
        let desk = app.desk(Role::Operator);
        assert_eq!(desk.attention().await.expect("home").pickups, [], "no pick-up is set");
        let form = PickupForm {
            cut_off: "16:30".into(),
            zone: "America/Chicago".into(),
            saturday: true,
            sunday: true,
            ..PickupForm::default()
        };
        let wrong = PickupForm { zone: "Mars/Olympus".into(), ..form.clone() };
        assert_eq!(desk.save_pickup(wrong).await.expect_err("no such zone").code, "rules.invalid");
        desk.save_pickup(form).await.expect("saved");
        let home = desk.attention().await.expect("home");
        assert_eq!(home.pickup_rows[0].warehouse, "default");
        let clock = home.pickups.first().expect("one warehouse is at work");
        assert_eq!((clock.labelled, clock.needs_you, clock.waiting), (1, 1, 1), "{backend:?}");
        let numbers: Vec<&str> = clock.at_risk.iter().map(|row| row.number.as_str()).collect();
        assert_eq!(numbers, ["SO-2", "SO-3"]);
        let left = clock.at_ms - app.clock.now_ms();
        assert!(left > 0 && left <= 24 * HOUR_MS && clock.text.contains("16:30 C"), "{}", clock.text);
        desk.remove_pickup("default".into()).await.expect("removed");
        assert_eq!(desk.attention().await.expect("home").pickups, []);
    }
}
