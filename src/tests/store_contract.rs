//! The same promises on both databases.

use crate::support::{Backend, TestApp, backends};
use ml_connector::order::state::State;
use ml_connector::order::{AttemptId, OrderId, ShipmentId};
use ml_connector::store::attempts::{AttemptOutcome, Finish, Step};
use ml_connector::store::shipments::{LeaseAfter, ListFilter, Save};
use ml_connector::store::{Db, StoreError};
use ml_connector::twin::TwinOptions;

async fn with_orders(backend: Backend, count: usize) -> TestApp {
    let app = TestApp::start_on(backend, TwinOptions::loopback()).await;
    for number in 1..=count {
        app.order(&format!("SO-{number}")).await;
    }
    app.pull().await;
    app
}

#[tokio::test]
async fn an_order_is_inserted_once_even_by_two_at_a_time() {
    for backend in backends() {
        let app = with_orders(backend, 1).await;
        let record = app.engine.store.db.orders_by_number("SO-1").await.unwrap().remove(0);
        let insert = async |id: &str| {
            let mut tx = app.engine.store.begin().await.unwrap();
            let key = ml_connector::order::OrderKey { number: "SO-9".into(), ..record.key.clone() };
            let new = tx.insert_order(&OrderId(id.into()), &key, &record.order, 1).await.unwrap();
            tx.commit().await.unwrap();
            new
        };
        let (first, second) = tokio::join!(insert("a"), insert("b"));
        assert!(first ^ second, "{backend:?}");
    }
}

#[tokio::test]
async fn due_shipments_are_claimed_by_one_node_each_and_again_after_the_lease() {
    for backend in backends() {
        let app = with_orders(backend, 8).await;
        let now = app.clock.now_ms() + 1;
        let claim = async |node: &str, at: i64| {
            let mut tx = app.engine.store.begin().await.unwrap();
            let claimed = tx.claim_due(node, at, at + 1_000, 5).await.unwrap();
            tx.commit().await.unwrap();
            claimed.into_iter().map(|shipment| shipment.shipment_id.0).collect::<Vec<_>>()
        };
        let (one, two) = tokio::join!(claim("one", now), claim("two", now));
        let mut all: Vec<&String> = one.iter().chain(&two).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), one.len() + two.len(), "{backend:?}: nobody is claimed twice");
        assert_eq!(all.len(), 8);
        assert!(claim("three", now).await.is_empty());
        assert_eq!(claim("three", now + 2_000).await.len(), 5, "leases end");
    }
}

#[tokio::test]
async fn a_save_over_somebody_elses_change_is_a_conflict_and_writes_nothing() {
    for backend in backends() {
        let app = with_orders(backend, 1).await;
        let before = app.shipment("SO-1").await;
        let mut after = before.clone();
        after.state = State::Excluded;
        after.next_run_ms = None;
        let save = Save { now_ms: 1, lease: LeaseAfter::Freed, environment: None };
        let mut tx = app.engine.store.begin().await.unwrap();
        tx.save_shipment(&before, &after, save).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = app.engine.store.begin().await.unwrap();
        let conflict = tx.save_shipment(&before, &before, save).await;
        assert!(matches!(conflict, Err(StoreError::Conflict { .. })), "{backend:?}");
        drop(tx);
        let kept = app.shipment("SO-1").await;
        assert_eq!((kept.state, kept.version), (State::Excluded, before.version + 1));
    }
}

#[tokio::test]
async fn at_most_one_attempt_is_open_and_it_is_finished_once() {
    for backend in backends() {
        let app = with_orders(backend, 1).await;
        let id = app.shipment("SO-1").await.shipment_id;
        let begin = async |attempt: &str| {
            let mut tx = app.engine.store.begin().await?;
            tx.begin_attempt(&AttemptId(attempt.into()), &id, Step::LookUp, None, "n", 1).await?;
            tx.commit().await
        };
        begin("a").await.unwrap();
        assert!(begin("b").await.is_err(), "{backend:?}: a second open attempt");
        let first = AttemptId("a".into());
        let finish =
            Finish { attempt_id: &first, at_ms: 2, outcome: AttemptOutcome::Ok, cause_code: None, sentence: "done" };
        let mut tx = app.engine.store.begin().await.unwrap();
        tx.finish_attempt(&finish).await.unwrap();
        assert!(matches!(tx.finish_attempt(&finish).await, Err(StoreError::Conflict { .. })));
        tx.commit().await.unwrap();
        begin("b").await.unwrap();
        let rows = app.engine.store.db.attempts_of(&id).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [2, 1]);
    }
}

#[tokio::test]
async fn the_database_itself_refuses_what_must_never_be() {
    for backend in backends() {
        let app = with_orders(backend, 2).await;
        let id = app.shipment("SO-1").await.shipment_id.0;
        let order = app.shipment("SO-1").await.order_id.0;
        let forbidden = [
            format!("update shipments set state = 'lost' where shipment_id = '{id}'"),
            format!("update shipments set state = 'labelled' where shipment_id = '{id}'"),
            format!("update shipments set state = 'parked' where shipment_id = '{id}'"),
            format!("update shipments set state = 'closed' where shipment_id = '{id}'"),
            format!("update shipments set lease = 'x' where shipment_id = '{id}'"),
            format!("update shipments set order_id = '{order}'"),
            "update shipments set environment = 'custom', tracking_number = '1'".to_owned(),
            "update shipments set reference = 'same'".to_owned(),
            "update audit set summary = 'forged'".to_owned(),
            "delete from audit".to_owned(),
            "insert into first_administrator (id, operator_id) values (2, 'x')".to_owned(),
        ];
        for sql in &forbidden {
            assert!(execute(&app.engine.store.db, sql).await.is_err(), "{backend:?} allowed: {sql}");
        }
        // The sandbox repeats its numbers: there, and only there, two may be alike.
        let sandbox = "update shipments set environment = 'sandbox', tracking_number = '794972072690'";
        execute(&app.engine.store.db, sandbox).await.expect("allowed");
    }
}

async fn execute(db: &Db, sql: &str) -> Result<(), sqlx::Error> {
    match db {
        Db::Sqlite { writer, .. } => sqlx::query(sql).execute(writer).await.map(|_| ()),
        Db::Postgres(pool) => sqlx::query(sql).execute(pool).await.map(|_| ()),
    }
}

#[tokio::test]
async fn a_forged_trail_is_found() {
    for backend in backends() {
        let app = with_orders(backend, 1).await;
        assert!(app.engine.store.verify_chain().await.unwrap().is_ok());
        let (disarm, cut) = match backend {
            Backend::Sqlite => {
                ("drop trigger audit_no_delete", "delete from audit where sequence = (select max(sequence) from audit)")
            }
            Backend::Postgres => (
                "alter table audit disable trigger audit_no_update",
                "delete from audit where sequence = (select max(sequence) from audit)",
            ),
        };
        execute(&app.engine.store.db, disarm).await.expect("disarmed");
        execute(&app.engine.store.db, cut).await.expect("cut");
        assert!(app.engine.store.verify_chain().await.unwrap().is_err(), "{backend:?}: a cut tail must show");
    }
}

#[tokio::test]
async fn counts_lists_and_causes_agree() {
    for backend in backends() {
        let app = with_orders(backend, 3).await;
        app.order_with("SO-77", serde_json::json!({"address": {"zip": "1"}})).await;
        app.pull().await;
        app.drive().await;
        let db = &app.engine.store.db;
        let counts = db.count_by_state().await.unwrap();
        assert_eq!(counts.iter().map(|(_, count)| count).sum::<i64>(), 4, "{backend:?}");
        let causes = db.failure_groups().await.unwrap();
        assert_eq!(causes.len(), 1);
        let filter = ListFilter { cause: Some(causes[0].key.code.clone()), ..ListFilter::default() };
        assert_eq!(db.count(&filter).await.unwrap(), causes[0].shipments);
        assert_eq!(db.list(&filter, 10).await.unwrap()[0].number, "SO-77");
        assert!(db.shipment(&ShipmentId("none".into())).await.unwrap().is_none());
    }
}
