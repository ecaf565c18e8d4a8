//! Repairing many orders at once: what is decided is what was on the page, it happens once, and no
//! batch ever buys a second label.

use crate::support::{Backend, TestApp, backends, is};
use app::contract::{CauseGroup, Correction, RecoverForm, RepairForm, RepairItem, RepairSheet, TrailFilter};
use app::desk::{Commands, RepairDesk, Views};
use ml_connector::desk::for_reader::desk_of;
use ml_connector::desk::{Operator, Role};
use ml_connector::order::state::State;
use ml_connector::twin::TwinOptions;
use ml_connector::work::batch;
use serde_json::json;

const LONG: &str = "120 Industrial Parkway Building 7 Suite 210";
const TOO_LONG: &str = "order.street-too-long~ship~street";
const NO_PHONE: &str = "order.phone-missing~ship~phone";
const UNKNOWN: &str = "fedex.no-answer~look-up";

impl TestApp {
    async fn too_long(&self, from: usize, to: usize) {
        for number in from..=to {
            self.order_with(&format!("SO-{number:03}"), json!({"address": {"street": LONG}})).await;
        }
    }

    async fn take_in(&self) {
        self.pull().await;
        self.drive().await;
    }

    /// Works off what batches there are, and what comes of it.
    pub async fn work_off(&self) {
        while batch::tick(&self.engine).await.expect("worked on") > 0 {}
        self.drive().await;
    }

    async fn group(&self, key: &str) -> Option<CauseGroup> {
        let home = self.desk(Role::Viewer).attention().await.expect("home");
        home.groups.into_iter().find(|group| group.key == key)
    }

    async fn actions(&self, action: &str) -> usize {
        let filter = TrailFilter { actor: Some("kim".into()), ..TrailFilter::default() };
        let trail = self.desk(Role::Viewer).trail(filter).await.expect("trail");
        trail.rows.iter().filter(|row| row.action == action).count()
    }
}

/// The sheet as a browser sends it: everything ticked, everything as filled in.
fn filled(sheet: &RepairSheet) -> RepairForm {
    let items = sheet.rows.iter().map(|row| {
        let value = |name: &str| {
            row.values.iter().find(|value| value.name == name).map(|value| value.value.clone()).unwrap_or_default()
        };
        RepairItem {
            shipment_id: row.shipment_id.clone(),
            version: row.version,
            ticked: true,
            typed: Correction {
                street_1: value("street_1"),
                street_2: value("street_2"),
                street_3: value("street_3"),
                phone: value("phone"),
                ..Correction::default()
            },
        }
    });
    RepairForm {
        key: sheet.key.clone(),
        as_of_ms: sheet.now.ms,
        others: true,
        reason: sheet.reason.clone(),
        items: items.collect(),
    }
}

/// The look-up straight from the home page: no rows, all that are there.
fn all_of(key: &str, as_of_ms: i64) -> RepairForm {
    RepairForm { key: key.into(), as_of_ms, others: true, reason: "looked up from Attention".into(), items: Vec::new() }
}

#[tokio::test]
async fn twelve_failures_of_four_causes_are_repaired_and_each_order_has_one_label() {
    for backend in backends() {
        let app = TestApp::start_on(backend, TwinOptions::loopback()).await;
        app.too_long(1, 7).await;
        for number in 8..=10 {
            let customer = format!("C-{number}");
            app.order_with(&format!("SO-{number:03}"), json!({"customer": customer, "phone": ""})).await;
        }
        app.order("SO-011").await;
        app.fault(json!({"system": "fedex", "op": "ship", "kind": "cut_after", "match": "SO-011"})).await;
        app.order("SO-012").await;
        let throttled = json!({"system": "d365", "op": "patch", "kind": "status", "status": 429, "retry_after": "20"});
        app.fault(json!({"match": "SO-012", "times": 1}).merged(throttled)).await;
        app.take_in().await;
        let desk = app.desk(Role::Operator);
        let home = desk.attention().await.expect("home");
        let groups: Vec<_> = home.groups.iter().map(|group| (group.class.as_str(), group.count)).collect();
        assert_eq!(groups, [("fix ready", 7), ("needs data", 3), ("look up", 1), ("moving by itself", 1)]);
        let first = &home.groups[0];
        assert_eq!(first.remedy.as_ref().map(|remedy| remedy.label.as_str()), Some("Review 7 fixes"));
        assert_eq!(first.fixes[0].proposal, ["120 Industrial Parkway Building 7", "Suite 210"]);
        assert_eq!((first.fixes[0].found.as_str(), first.trend.iter().sum::<u64>()), (LONG, 7));

        // Seven streets, as proposed.
        let sheet = desk.repair_sheet(TOO_LONG.into(), false).await.expect("the sheet");
        assert_eq!((sheet.count, sheet.verb.as_str()), (7, "Fix and ship"));
        assert!(sheet.rows.iter().all(|row| row.ready));
        let fixed = desk.repair(filled(&sheet)).await.expect("decided");
        // As long as Dynamics 365 asks for patience it is not asked, and the sheet says so.
        let sheet = desk.repair_sheet(NO_PHONE.into(), true).await.expect("the sheet");
        assert!(sheet.asked.is_some_and(|said| said.contains("could not be asked")));
        app.advance(30).await;
        // Two telephones are in Dynamics 365 by now, the third is typed.
        for number in [8, 9] {
            app.twin_send(
                reqwest::Method::PATCH,
                &format!("/_twin/customers/usmf/C-{number}"),
                Some(json!({"PrimaryContactPhone": format!("(901) 555-010{number}")})),
            )
            .await;
        }
        let sheet = desk.repair_sheet(NO_PHONE.into(), true).await.expect("the sheet");
        assert_eq!(sheet.rows.iter().filter(|row| row.ready).count(), 2, "{:?}", sheet.asked);
        let mut form = filled(&sheet);
        for item in &mut form.items {
            if item.typed.phone.is_empty() {
                item.typed.phone = "901 555 0110".into();
            }
        }
        desk.repair(form).await.expect("decided");
        // The unknown one is looked up, straight from the home page.
        let looked_up = desk.repair(all_of(UNKNOWN, app.clock.now_ms())).await.expect("decided");
        app.work_off().await;

        for number in 1..=12 {
            let number = format!("SO-{number:03}");
            assert_eq!(app.shipment(&number).await.state, State::Announced, "{number} on {backend:?}");
            assert_eq!(app.live_labels(&number).await.len(), 1, "{number} on {backend:?}");
        }
        assert_eq!(app.desk(Role::Viewer).attention().await.expect("home").groups, []);
        let batch = desk.batch(fixed, 0).await.expect("the batch");
        assert_eq!((batch.settled, batch.total, batch.status.code.as_str()), (7, 7, "done"));
        assert_eq!(batch.sentence, "All 7 had their turn; 7 have a label.");
        assert_eq!(batch.rows[0].changes[0].after, ["120 Industrial Parkway Building 7", "Suite 210"]);
        assert!(batch.rows.iter().all(|row| row.tracking_number.is_some()));
        assert_eq!(desk.batch(looked_up, 0).await.expect("the batch").total, 1);
        assert_eq!(app.actions("desk.correct").await, 10);
        assert_eq!(app.actions("desk.look-up").await, 1);
        app.assert_clean().await;
    }
}

trait Merged {
    fn merged(self, other: Self) -> Self;
}

impl Merged for serde_json::Value {
    fn merged(mut self, other: Self) -> Self {
        let more = other.as_object().cloned().unwrap_or_default();
        self.as_object_mut().expect("an object").extend(more);
        self
    }
}

#[tokio::test]
async fn all_that_match_are_decided_about_not_only_the_page_and_nothing_that_came_later() {
    let app = TestApp::start().await;
    app.too_long(1, 60).await;
    app.take_in().await;
    let desk = app.desk(Role::Operator);
    let sheet = desk.repair_sheet(TOO_LONG.into(), false).await.expect("the sheet");
    assert_eq!((sheet.count, sheet.rows.len(), sheet.others), (60, 50, 10));
    app.clock.advance_ms(1_000);
    app.too_long(61, 61).await;
    app.take_in().await;
    let mut form = filled(&sheet);
    form.items[0].ticked = false;
    // One that nobody can split, typed as it is: it is left, and says why.
    form.items[1].typed.street_1 = "x".repeat(40);
    form.items[1].typed.street_2 = String::new();
    let id = desk.repair(form).await.expect("decided");
    app.work_off().await;
    let batch = desk.batch(id.clone(), 0).await.expect("the batch");
    assert_eq!((batch.total, batch.rows.len()), (59, 59));
    let skipped: Vec<_> = batch.rows.iter().filter(|row| row.skipped).collect();
    assert_eq!(skipped.len(), 1);
    assert!(skipped[0].message.as_deref().is_some_and(|text| text.starts_with("Left as it is: ")), "{skipped:?}");
    let left = app.group(TOO_LONG).await.expect("some are left");
    assert_eq!(left.count, 3, "the unticked one, the one that cannot be, and the one that came later");
    assert_eq!(app.shipment("SO-061").await.state, State::Parked);
    // Without the others, the page is all there is.
    let sheet = desk.repair_sheet(TOO_LONG.into(), false).await.expect("the sheet");
    let none = RepairForm { others: false, items: Vec::new(), ..filled(&sheet) };
    assert_eq!(desk.repair(none).await.expect_err("nothing ticked").code, "batch.empty");
}

#[tokio::test]
async fn what_moved_on_is_skipped_and_the_same_form_twice_does_nothing_twice() {
    for backend in backends() {
        let app = TestApp::start_on(backend, TwinOptions::loopback()).await;
        app.too_long(1, 3).await;
        app.take_in().await;
        let desk = app.desk(Role::Operator);
        let sheet = desk.repair_sheet(TOO_LONG.into(), false).await.expect("the sheet");
        let one = &sheet.rows[0];
        desk.replay(one.shipment_id.clone(), one.version, "in between".into()).await.expect("replayed");
        app.drive().await;
        let first = desk.repair(filled(&sheet)).await.expect("decided");
        app.clock.advance_ms(1);
        let second = desk.repair(filled(&sheet)).await.expect("sent twice");
        app.work_off().await;
        let skipped = async |id: String| {
            let batch = desk.batch(id, 0).await.expect("the batch");
            batch
                .rows
                .into_iter()
                .filter(|row| row.skipped)
                .map(|row| row.message.unwrap_or_default())
                .collect::<Vec<_>>()
        };
        let of_first = skipped(first).await;
        assert_eq!(of_first, ["It changed after the list was made and is parked now; nothing was done."]);
        assert_eq!(skipped(second).await.len(), 3);
        assert_eq!(app.actions("desk.correct").await, 2);
        for row in &sheet.rows[1..] {
            assert_eq!(app.live_labels(&row.number).await.len(), 1, "{} on {backend:?}", row.number);
        }
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn a_batch_goes_on_after_a_restart_and_two_at_it_do_nothing_twice() {
    for backend in backends() {
        let mut app = TestApp::start_on(backend, TwinOptions::loopback()).await;
        app.too_long(1, 6).await;
        app.take_in().await;
        let desk = app.desk(Role::Operator);
        let sheet = desk.repair_sheet(TOO_LONG.into(), false).await.expect("the sheet");
        let id = desk.repair(filled(&sheet)).await.expect("decided");
        app.restart().await;
        let (one, two) = tokio::join!(batch::tick(&app.engine), batch::tick(&app.engine));
        assert_eq!(one.expect("worked on") + two.expect("worked on"), 6, "{backend:?}: each item once");
        app.work_off().await;
        assert_eq!(app.actions("desk.correct").await, 6, "{backend:?}");
        let batch = app.desk(Role::Viewer).batch(id, 0).await.expect("the batch");
        assert_eq!((batch.status.code.as_str(), batch.settled), ("done", 6));
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn a_prepared_batch_says_what_fedex_would_and_waits_for_its_yes() {
    let app = TestApp::start().await;
    app.too_long(1, 2).await;
    app.take_in().await;
    let desk = app.desk(Role::Operator);
    let sheet = desk.repair_sheet(TOO_LONG.into(), false).await.expect("the sheet");
    let id = desk.try_repair(filled(&sheet)).await.expect("prepared");
    app.work_off().await;
    let draft = desk.batch(id.clone(), 0).await.expect("the batch");
    assert_eq!((draft.confirm.as_deref(), draft.settled), (Some("Fix and ship 2"), 0));
    assert!(draft.rows.iter().all(|row| row.verdict.as_ref().is_some_and(|verdict| verdict.code == "accepted")));
    assert_eq!(app.shipment("SO-001").await.state, State::Parked, "nothing was done yet");
    desk.start_batch(id.clone()).await.expect("yes");
    app.work_off().await;
    assert_eq!(app.shipment("SO-001").await.state, State::Announced);
    assert_eq!(desk.start_batch(id).await.expect_err("once").code, "batch.stale");

    app.too_long(3, 3).await;
    app.take_in().await;
    let sheet = desk.repair_sheet(TOO_LONG.into(), false).await.expect("the sheet");
    let id = desk.try_repair(filled(&sheet)).await.expect("prepared");
    desk.discard_batch(id.clone()).await.expect("no");
    app.work_off().await;
    assert_eq!(app.shipment("SO-003").await.state, State::Parked);
    assert_eq!(desk.batch(id, 0).await.expect("the batch").status.code, "discarded");
}

#[tokio::test]
async fn a_viewer_sees_and_decides_nothing() {
    let app = TestApp::start().await;
    app.too_long(1, 1).await;
    app.take_in().await;
    let viewer = app.desk(Role::Viewer);
    let sheet = viewer.repair_sheet(TOO_LONG.into(), true).await.expect("the sheet");
    assert!(!sheet.may_act);
    let window = RecoverForm {
        from: "2026-01-01T00:00".into(),
        to: "2099-01-01T00:00".into(),
        choice: "both".into(),
        reason: "x".into(),
    };
    for refused in [
        viewer.repair(filled(&sheet)).await.map(drop),
        viewer.try_repair(filled(&sheet)).await.map(drop),
        viewer.recover(window).await.map(drop),
        viewer.start_batch("B".into()).await,
        viewer.note_cause(app::contract::CauseNoteForm::default()).await,
        viewer.save_pickup(app::contract::PickupForm::default()).await,
        viewer.remove_pickup("24".into()).await,
    ] {
        assert_eq!(refused.expect_err("refused").code, "desk.not-allowed");
    }
    assert_eq!(viewer.repair_sheet("nonsense".into(), false).await.expect_err("no").code, "attention.unknown-group");
    assert_eq!(viewer.batch("B".into(), 0).await.expect_err("none").code, "batch.not-found");
}

#[tokio::test]
async fn who_does_not_see_people_sees_no_proposal_either() {
    let app = TestApp::start().await;
    app.too_long(1, 1).await;
    app.take_in().await;
    let desk = app.desk(Role::Operator);
    let sheet = desk.repair_sheet(TOO_LONG.into(), false).await.expect("the sheet");
    let draft = desk.try_repair(filled(&sheet)).await.expect("prepared");
    let seen = async |role: Role| {
        let operator = Operator { name: "kim".into(), role };
        let desk = desk_of(app.engine.clone(), Some(operator), false);
        let home = desk.attention().await.expect("home");
        let sheet = desk.repair_sheet(TOO_LONG.into(), false).await.expect("the sheet");
        let batch = desk.batch(draft.clone(), 0).await.expect("the batch");
        [json!(home), json!(sheet), json!(batch)].map(|page| page.to_string().contains("Suite 210"))
    };
    assert_eq!(seen(Role::CustomerService).await, [true; 3]);
    assert_eq!(seen(Role::Viewer).await, [false; 3]);
}

#[tokio::test]
async fn an_outage_is_recovered_by_its_window_without_what_succeeded() {
    let app = TestApp::start_on(Backend::Sqlite, TwinOptions::loopback()).await;
    // Refused for good while it lasted: two stop after their label, one outcome is unknown.
    let refused = json!({"system": "d365", "op": "patch", "kind": "status", "status": 400});
    for number in ["SO-001", "SO-002"] {
        app.order(number).await;
        app.fault(json!({"match": number}).merged(refused.clone())).await;
    }
    app.order("SO-003").await;
    app.fault(json!({"system": "fedex", "op": "ship", "kind": "cut_after", "match": "SO-003"})).await;
    app.too_long(4, 4).await;
    app.take_in().await;
    let desk = app.desk(Role::Operator);
    // One goes on before anybody recovers.
    let one = app.shipment("SO-001").await;
    assert_eq!((one.state, one.resume), (State::Parked, Some(State::Labelled)));
    desk.replay(one.shipment_id.0, one.version, "by hand".into()).await.expect("replayed");
    app.drive().await;

    let page = desk.recovery(None).await.expect("the page");
    let count = |name: &str| page.choices.iter().find(|choice| choice.name == name).map(|choice| choice.count);
    assert_eq!((count("both"), count("failed"), count("unknown")), (Some(2), Some(1), Some(1)));
    assert!(page.left.iter().any(|line| line.starts_with("1 failed in this window and have gone on since")));
    assert!(page.left.iter().any(|line| line.starts_with("1 wait for a value")), "{:?}", page.left);
    let form = |choice: &str| RecoverForm {
        from: page.from.clone(),
        to: page.to.clone(),
        choice: choice.into(),
        reason: page.reason.clone(),
    };
    assert_eq!(desk.recover(form("all")).await.expect_err("no such choice").code, "recovery.choice");
    let id = desk.recover(form("both")).await.expect("decided");
    app.work_off().await;
    app.run_until("SO-003", 20, 30, is(State::Announced)).await;
    for number in ["SO-001", "SO-002", "SO-003"] {
        assert_eq!(app.shipment(number).await.state, State::Announced, "{number}");
        assert_eq!(app.live_labels(number).await.len(), 1, "{number}");
    }
    assert_eq!(desk.batch(id, 0).await.expect("the batch").total, 2);
    assert_eq!(desk.recover(form("both")).await.expect_err("nothing stands").code, "batch.empty");
}
