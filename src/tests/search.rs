//! An order is found by whatever somebody names, on both databases and by their indexes alone.

use crate::support::{Backend, TestApp, backends, is, quick};
use app::contract::{Found, Layout, OrderFilter, TrailFilter};
use app::desk::{FindDesk, Views};
use ml_connector::desk::for_reader::desk_of;
use ml_connector::desk::{Operator, Role};
use ml_connector::order::search::Query;
use ml_connector::order::state::State;
use ml_connector::store::Db;
use ml_connector::twin::TwinOptions;
use serde_json::json;

/// Three orders, of which SO-004213 is labelled.
async fn with_orders(backend: Backend) -> TestApp {
    let app = TestApp::start_on(backend, TwinOptions::loopback()).await;
    app.order_with(
        "SO-004213",
        json!({
            "customer": "C-NORWOOD", "phone": "+1 (214) 555-0143", "properties": {"Email": "jane@norwood.example"},
            "po": "PO 77/81", "invoice": "INV-90017", "address": {"name": "Norwood Pump Co"},
        }),
    )
    .await;
    app.order_with("SO-004299", json!({"customer": "C-NORWOOD-2", "address": {"name": "Norwood Pump Co"}})).await;
    app.order_with("SO-014213", json!({"customer": "C-CAFE", "address": {"name": "Cafe O'Brien"}})).await;
    app.pull().await;
    app.drive().await;
    app
}

async fn search(app: &TestApp, query: &str) -> Found {
    app.desk(Role::CustomerService).search(query.into()).await.expect("an answer")
}

fn numbers(found: &Found) -> Vec<String> {
    let mut numbers: Vec<String> = found.best.iter().chain(&found.others).map(|order| order.number.clone()).collect();
    numbers.sort();
    numbers
}

#[tokio::test]
async fn an_order_is_found_by_whatever_a_caller_names_and_its_sentence_comes_first() {
    for backend in backends() {
        let app = with_orders(backend).await;
        let shipment = app.shipment("SO-004213").await;
        let tracking = shipment.tracking_number.clone().expect("labelled");
        let spaced = format!("{} {} {}", &tracking[..4], &tracking[4..8], &tracking[8..]);
        let reference = shipment.reference.clone().expect("ours");
        let attempts = app.engine.store.db.attempts_of(&shipment.shipment_id).await.expect("read");
        for query in [
            "SO-004213",
            "so 004213",
            "order SO004213",
            "INV-90017",
            "invoice 90017",
            "PO 77/81",
            "norwood 4213",
            "4213 pump",
            "+1 214 555 0143",
            "0143 norwood",
            "jane@norwood.example",
            "jane@",
            tracking.as_str(),
            spaced.as_str(),
            reference.as_str(),
            attempts[0].attempt_id.as_str(),
            attempts[0].attempt_id.to_lowercase().as_str(),
        ] {
            let found = search(&app, query).await;
            let best = found.best.unwrap_or_else(|| panic!("{backend:?}: nothing is best for {query}"));
            assert_eq!(best.number, "SO-004213", "{backend:?}: {query}");
            assert!(best.sentence.starts_with("SO-004213 for Norwood Pump Co: 1 parcel by FedEx"), "{}", best.sentence);
            assert!(best.sentence.contains("not scanned by FedEx yet"), "{}", best.sentence);
            assert!(best.tracking_url.is_some_and(|url| url.ends_with(&tracking)));
        }
        let best = search(&app, "INV-90017").await.best.expect("found");
        assert_eq!(best.found_by, ["invoice number"]);
        let titles: Vec<&str> = best.related.iter().map(|group| group.title.as_str()).collect();
        assert_eq!(titles, ["Parcels", "Shipments", "Invoices", "Attempts", "Last in the trail"]);
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn several_orders_are_a_list_each_with_its_sentence() {
    for backend in backends() {
        let app = with_orders(backend).await;
        let found = search(&app, "norwood").await;
        assert!(found.best.is_none());
        assert_eq!(numbers(&found), ["SO-004213", "SO-004299"], "{backend:?}");
        assert!(found.others.iter().all(|order| order.sentence.starts_with(&order.number)));
        assert_eq!(numbers(&search(&app, "4213").await), ["SO-004213", "SO-014213"], "both end like this");
        assert_eq!(numbers(&search(&app, "obrien").await), numbers(&search(&app, "O'Brien").await));
        assert_eq!(numbers(&search(&app, "C-NORWOOD").await).len(), 2);
        for nothing in ["norwood obrien", "wood", "00421", "%", "_orwood", "' or 1=1 --", ""] {
            let found = search(&app, nothing).await;
            assert!(numbers(&found).is_empty(), "{backend:?}: {nothing} found {:?}", numbers(&found));
            assert!(!found.advice.is_empty());
        }
        let filter = OrderFilter { search: Some("norwood 4213".into()), ..OrderFilter::default() };
        let page = app.desk(Role::Viewer).orders(filter).await.expect("a page");
        assert_eq!((page.total, page.rows[0].number.as_str()), (1, "SO-004213"), "the list searches alike");
    }
}

#[tokio::test]
async fn what_changes_is_found_anew_and_what_ended_is_told() {
    for backend in backends() {
        let app = TestApp::start_on(backend, quick()).await;
        app.order_with("SO-1", json!({"po": "FIRST-1"})).await;
        app.pull().await;
        app.order_with("SO-1", json!({"po": "SECOND-2"})).await;
        app.pull().await;
        assert_eq!(numbers(&search(&app, "second 2").await), ["SO-1"], "{backend:?}");
        assert!(numbers(&search(&app, "FIRST-1").await).is_empty());
        app.run_until("SO-1", 60, 300, is(State::Closed)).await;
        let best = search(&app, "SO-1").await.best.expect("found");
        assert!(best.sentence.contains("delivered"), "{}", best.sentence);
    }
}

#[tokio::test]
async fn a_call_is_found_by_the_vendors_id_and_a_cause_by_its_code() {
    for backend in backends() {
        let app = with_orders(backend).await;
        app.order_with("SO-2", json!({"address": {"street": "120 Industrial Parkway Building 7 Suite 210"}})).await;
        app.pull().await;
        app.drive().await;
        let of_order = TrailFilter { order: Some("SO-004213".into()), ..TrailFilter::default() };
        let rows = app.desk(Role::Viewer).trail(of_order).await.expect("the trail").rows;
        let bought = rows.iter().find(|row| row.action == "fedex.ship" && row.http_status.is_some()).expect("bought");
        let body: serde_json::Value = serde_json::from_str(bought.body.as_deref().expect("kept")).expect("JSON");
        let id = body["transactionId"].as_str().expect("FedEx names its transaction");
        let found = search(&app, id).await;
        assert_eq!(found.best.expect("the order").number, "SO-004213", "{backend:?}");
        assert!(found.calls[0].href.contains(&format!("entry-{}", bought.sequence)), "{:?}", found.calls);

        for query in ["order.street-too-long", "street line", "STREETLINES.TOO.LONG"] {
            let causes = search(&app, query).await.causes;
            assert!(causes.iter().any(|cause| cause.href.contains("street-too-long")), "{backend:?}: {query}");
        }
        let cause = &search(&app, "order.street-too-long").await.causes[0];
        assert!(cause.detail.contains("1 shipment waits for it"), "{}", cause.detail);
    }
}

#[tokio::test]
async fn orders_from_before_the_search_are_found_after_the_next_start() {
    for backend in backends() {
        let mut app = with_orders(backend).await;
        let everything = ["INV-90017", "jane@norwood.example", "+1 214 555 0143", "PO 77/81"];
        forget_terms(&app.engine.store.db).await;
        assert!(numbers(&search(&app, "INV-90017").await).is_empty(), "{backend:?}: the test forgot them");
        app.restart().await;
        for query in everything {
            assert_eq!(numbers(&search(&app, query).await), ["SO-004213"], "{backend:?}: {query}");
        }
    }
}

async fn forget_terms(db: &Db) {
    match db {
        Db::Sqlite { writer, .. } => sqlx::query("delete from search_terms").execute(writer).await.map(|_| ()),
        Db::Postgres(pool) => sqlx::query("delete from search_terms").execute(pool).await.map(|_| ()),
    }
    .expect("forgotten");
}

/// Enough orders that a database would rather read its index than the table, if it has one that fits.
async fn with_many_terms(db: &Db) {
    let sql = "
        with recursive n (i) as (select 1 union all select i + 1 from n where i < 20000)
        insert into search_terms (order_id, kind, term, backwards)
        select o.order_id, 'reference', 'many' || n.i, n.i || 'ynam' from n, (select min(order_id) as order_id from orders) o";
    match db {
        Db::Sqlite { writer, .. } => sqlx::query(sql).execute(writer).await.map(|_| ()),
        Db::Postgres(pool) => {
            sqlx::query(sql).execute(pool).await.expect("filled");
            sqlx::query("analyze search_terms").execute(pool).await.map(|_| ())
        }
    }
    .expect("filled");
}

#[tokio::test]
async fn no_search_reads_a_whole_table() {
    for backend in backends() {
        let app = with_orders(backend).await;
        let db = &app.engine.store.db;
        with_many_terms(db).await;
        for typed in ["SO-004213", "4213", "norwood 4213", "norwood pump", "jane@norwood.example"] {
            let query = Query::read(typed).expect("a query");
            let said = db.explain_search(&query, 20).await.expect("explained");
            let whole = said.iter().find(|line| match backend {
                Backend::Sqlite => line.starts_with("SCAN") && !line.contains("USING") && line.contains("search_terms"),
                Backend::Postgres => line.contains("Seq Scan"),
            });
            assert_eq!(whole, None, "{backend:?}: {typed}: {said:#?}");
            let wanted = |name: &str| said.iter().any(|line| line.contains(name));
            assert!(wanted("search_terms_forwards"), "{backend:?}: {typed}: {said:#?}");
            assert!(!typed.contains("4213") || wanted("search_terms_backwards"), "{backend:?}: {typed}: {said:#?}");
        }
    }
}

#[tokio::test]
async fn a_view_is_its_owners_unless_shared_and_every_change_is_on_record() {
    for backend in backends() {
        let app = TestApp::start_on(backend, TwinOptions::loopback()).await;
        let kim = app.desk(Role::Operator);
        let lee = app.desk_of("lee", Role::Viewer);
        kim.save_view("Mine".into(), "?state=parked&after=1.x".into(), false).await.expect("saved");
        kim.save_view("  Ours,  all ".into(), "state=attention".into(), true).await.expect("saved");
        let views = kim.list_settings().await.expect("settings").views;
        let shown: Vec<(&str, &str)> = views.iter().map(|view| (view.name.as_str(), view.query.as_str())).collect();
        assert_eq!(shown, [("Mine", "?state=parked"), ("Ours, all", "?state=attention")], "{backend:?}");

        let seen = lee.list_settings().await.expect("settings").views;
        assert_eq!((seen.len(), seen[0].by.as_deref(), seen[0].may_remove), (1, Some("kim"), false));
        let refused = lee.remove_view(seen[0].view_id.clone()).await.expect_err("not theirs");
        assert_eq!(refused.code, "desk.not-allowed");
        let refused = lee.save_view("All".into(), "state=parked".into(), true).await.expect_err("not a viewer's");
        assert_eq!(refused.code, "desk.not-allowed");
        let refused = kim.save_view("Empty".into(), "?after=1.x".into(), false).await.expect_err("no filter");
        assert_eq!(refused.code, "view.nothing-to-save");
        kim.save_view("Mine".into(), "?state=ready".into(), false).await.expect("replaced");
        let views = kim.list_settings().await.expect("settings").views;
        assert_eq!((views.len(), views[0].query.as_str()), (2, "?state=ready"));
        kim.remove_view(views[0].view_id.clone()).await.expect("removed");
        assert_eq!(kim.remove_view(views[0].view_id.clone()).await.expect_err("gone").code, "view.not-found");
        let trail =
            kim.trail(TrailFilter { actor: Some("kim".into()), ..TrailFilter::default() }).await.expect("trail");
        let actions: Vec<&str> = trail.rows.iter().map(|row| row.action.as_str()).collect();
        assert_eq!(actions, ["desk.remove-view", "desk.save-view", "desk.save-view", "desk.save-view"]);

        let layout = Layout { hidden: vec!["service".into(), "order".into(), "x".into()], compact: true };
        lee.set_layout(layout).await.expect("set");
        let kept = lee.list_settings().await.expect("settings").layout;
        assert_eq!(kept, Layout { hidden: vec!["service".into()], compact: true }, "what must stand stands");
        assert_eq!(kim.list_settings().await.expect("settings").layout, Layout::default());
    }
}

#[tokio::test]
async fn who_does_not_see_people_does_not_find_by_them() {
    for backend in backends() {
        let app = with_orders(backend).await;
        app.order_with("SO-5", json!({"customer": "C-CAFE", "address": {"name": "Ximena Quintero"}})).await;
        app.pull().await;
        let desk = desk_of(app.engine.clone(), Some(Operator { name: "vi".into(), role: Role::Viewer }), false);
        for personal in ["jane@norwood.example", "jane@", "+1 214 555 0143", "2145550143", "quintero", "ximena 5"] {
            assert!(!numbers(&search(&app, personal).await).is_empty(), "{backend:?}: {personal} can be found");
            let found = desk.search(personal.into()).await.expect("an answer");
            assert!(numbers(&found).is_empty(), "{backend:?}: {personal} was found: {found:?}");
            let filter = OrderFilter { search: Some(personal.into()), ..OrderFilter::default() };
            assert_eq!(desk.orders(filter).await.expect("a page").total, 0, "{backend:?}: {personal} in the list");
        }
        assert_eq!(numbers(&desk.search("norwood 4213".into()).await.expect("an answer")), ["SO-004213"]);
    }
}
