//! Letting ticked orders of the list go on: what was ticked is done once, a list nobody saw whole waits
//! for its yes, and an unknown outcome is never bought again. Ticked labels are printed again, not bought.

use crate::print_servers::{Manner, RawPrinter};
use crate::support::{TestApp, backends, is};
use app::contract::{ChosenForm, OrderFilter, OrderRow};
use app::desk::{Commands, PrintDesk, RepairDesk, Views};
use ml_connector::desk::Role;
use ml_connector::desk::printing::PrinterForm;
use ml_connector::order::state::State;
use ml_connector::twin::TwinOptions;
use ml_connector::work::print;
use serde_json::json;

const REASON: &str = "Dynamics 365 answers again";

/// What the list's form sends of rows that have a box, some of them ticked.
fn ticked(rows: &[(OrderRow, bool)], reason: &str) -> ChosenForm {
    let shown = |row: &OrderRow| row.stands.clone().or(row.prints.clone()).expect("it has a box");
    let ticked = rows.iter().filter(|(_, ticked)| *ticked).map(|(row, _)| shown(row).shipment_id).collect();
    let shown = rows.iter().map(|(row, _)| shown(row)).collect();
    ChosenForm { ticked, shown, reason: reason.into(), ..ChosenForm::default() }
}

impl TestApp {
    /// Two stop after their label, the third has an unknown outcome, the fourth goes through.
    async fn four_orders(&self) {
        for number in ["SO-001", "SO-002"] {
            self.order(number).await;
            self.fault(json!({"system": "d365", "op": "patch", "kind": "status", "status": 400, "match": number}))
                .await;
        }
        self.order("SO-003").await;
        self.fault(json!({"system": "fedex", "op": "ship", "kind": "cut_after", "match": "SO-003"})).await;
        self.order("SO-004").await;
        self.pull().await;
        self.drive().await;
    }

    async fn rows(&self, wanted: &[(&str, bool)]) -> Vec<(OrderRow, bool)> {
        let mut rows = Vec::new();
        for (number, ticked) in wanted {
            rows.push((self.listed(number).await, *ticked));
        }
        rows
    }

    async fn listed(&self, number: &str) -> OrderRow {
        let page = self.desk(Role::Operator).orders(OrderFilter::default()).await.expect("the list");
        page.rows.into_iter().find(|row| row.number == number).expect("in the list")
    }
}

#[tokio::test]
async fn what_was_ticked_goes_on_and_what_moves_by_itself_has_no_box() {
    for backend in backends() {
        let app = TestApp::start_on(backend, TwinOptions::loopback()).await;
        app.four_orders().await;
        assert_eq!(app.listed("SO-004").await.stands, None, "it moves by itself");
        let rows = [("SO-001", true), ("SO-002", false), ("SO-003", true)];
        let desk = app.desk(Role::Operator);
        let form = ChosenForm { as_of_ms: app.clock.now_ms(), ..ticked(&app.rows(&rows).await, REASON) };
        let nothing = ChosenForm { ticked: Vec::new(), ..form.clone() };
        assert_eq!(desk.go_on(nothing).await.expect_err("nothing ticked").code, "batch.empty");
        let silent = ChosenForm { reason: " ".into(), ..form.clone() };
        assert_eq!(desk.go_on(silent).await.expect_err("no reason").code, "desk.reason-missing");
        let id = desk.go_on(form).await.expect("decided");
        app.work_off().await;
        app.run_until("SO-003", 20, 30, is(State::Announced)).await;
        let batch = desk.batch(id, 0).await.expect("the batch");
        assert_eq!((batch.total, batch.settled, batch.status.code.as_str()), (2, 2, "done"), "{backend:?}");
        assert_eq!(batch.title, "Go on: orders ticked in the list");
        assert_eq!(app.shipment("SO-001").await.state, State::Announced);
        assert_eq!(app.shipment("SO-002").await.state, State::Parked, "it was not ticked");
        for number in ["SO-001", "SO-002", "SO-003", "SO-004"] {
            assert_eq!(app.live_labels(number).await.len(), 1, "{number} on {backend:?}");
        }
    }
}

#[tokio::test]
async fn all_that_match_wait_for_a_yes_and_what_changed_since_is_left_alone() {
    for backend in backends() {
        let app = TestApp::start_on(backend, TwinOptions::loopback()).await;
        app.four_orders().await;
        let desk = app.desk(Role::Operator);
        let form = ChosenForm {
            filter: OrderFilter { state: Some("parked".into()), ..OrderFilter::default() },
            as_of_ms: app.clock.now_ms(),
            all: true,
            // One of them is ticked too: it is in the list once.
            ..ticked(&app.rows(&[("SO-001", true), ("SO-002", false)]).await, REASON)
        };
        let id = desk.go_on(form.clone()).await.expect("frozen");
        app.work_off().await;
        let draft = desk.batch(id.clone(), 0).await.expect("the batch");
        assert_eq!((draft.confirm.as_deref(), draft.settled), (Some("Go on 2"), 0), "the unknown one is not parked");
        let first = app.listed("SO-001").await.stands.expect("it stands");
        desk.replay(first.shipment_id, first.version, "by hand".into()).await.expect("replayed");
        app.drive().await;
        desk.start_batch(id.clone()).await.expect("yes");
        app.work_off().await;
        let batch = desk.batch(id, 0).await.expect("the batch");
        let skipped: Vec<&str> = batch.rows.iter().filter(|row| row.skipped).map(|row| row.number.as_str()).collect();
        assert_eq!(skipped, ["SO-001"], "{backend:?}");
        assert_eq!(app.shipment("SO-002").await.state, State::Announced);
        let early = ChosenForm { as_of_ms: 0, filter: OrderFilter::default(), ticked: Vec::new(), ..form };
        assert_eq!(desk.go_on(early).await.expect_err("all came later").code, "batch.empty");
    }
}

#[tokio::test]
async fn ticked_labels_are_printed_again_and_nothing_is_bought() {
    for backend in backends() {
        let app = TestApp::start_on(backend, TwinOptions::loopback()).await;
        app.four_orders().await;
        assert_eq!(app.listed("SO-004").await.prints, None, "there is no printer");
        let printer = RawPrinter::start(Manner::Good);
        let form = PrinterForm {
            printer_id: None,
            name: "dock".into(),
            kind: "raw".into(),
            address: printer.address.clone(),
            takes: "PDF".into(),
            enabled: true,
            labels: vec!["default".into()],
            papers: Vec::new(),
        };
        app.desk(Role::Admin).save_printer(form).await.expect("a printer");
        let desk = app.desk(Role::Operator);
        let rows = [("SO-001", true), ("SO-002", false), ("SO-003", true), ("SO-004", true)];
        let form = ticked(&app.rows(&rows).await, "The roll was crooked");
        let silent = ChosenForm { reason: " ".into(), ..form.clone() };
        assert_eq!(desk.print_chosen(silent).await.expect_err("no reason").code, "print.reason-missing");
        let nothing = ChosenForm { ticked: Vec::new(), ..form.clone() };
        assert_eq!(desk.print_chosen(nothing).await.expect_err("none").code, "print.nothing-ticked");
        let refused = app.desk(Role::Viewer).print_chosen(form.clone()).await;
        assert_eq!(refused.expect_err("a viewer").code, "desk.not-allowed");
        let said = desk.print_chosen(form).await.expect("queued");
        assert!(said.starts_with("Queued to print again: 2 documents. Not SO-003: "), "{said}");
        while print::tick(&app.engine).await.expect("stored") > 0 {}
        assert_eq!(printer.sheets().len(), 2, "{backend:?}");
        for number in ["SO-001", "SO-002", "SO-003", "SO-004"] {
            assert_eq!(app.live_labels(number).await.len(), 1, "{number} on {backend:?}");
        }
    }
}

#[tokio::test]
async fn a_viewer_has_no_boxes_and_no_say() {
    let app = TestApp::start().await;
    app.four_orders().await;
    let viewer = app.desk(Role::Viewer);
    let page = viewer.orders(OrderFilter::default()).await.expect("the list");
    assert!(page.rows.iter().all(|row| row.stands.is_none()));
    let form = ChosenForm { all: true, reason: REASON.into(), ..ChosenForm::default() };
    assert_eq!(viewer.go_on(form).await.expect_err("refused").code, "desk.not-allowed");
}
