//! Ten thousand orders: the twin must not be what a campaign waits for.
//!
//! `cargo test --release --lib twin::speed -- --ignored --nocapture` prints how long each kind of
//! call takes. Nothing here asserts a time.

use axum::body::Bytes;
use http::{HeaderMap, Method};
use serde_json::{Value, json};

use super::TwinOptions;
use super::clock;
use super::control;
use super::exchange::Call;
use super::odata;
use super::odata_write;
use super::state::{Place, Shared, World};

/// The query a connector reads its ready orders with.
const READY: &str = "cross-company=true&$filter=(dataAreaId eq 'usmf' or dataAreaId eq 'usrt') \
    and SalesOrderStatus eq Microsoft.Dynamics.DataEntities.SalesStatus'Backorder' \
    and SalesOrderProcessingStatus eq Microsoft.Dynamics.DataEntities.SalesOrderProcessingStatus'Confirmed' \
    and IsSalesProcessingStopped eq Microsoft.Dynamics.DataEntities.NoYes'No' \
    and (DeliveryModeCode eq 'FEDEX-GRD' or DeliveryModeCode eq 'FEDEX-2D')\
    &$select=dataAreaId,SalesOrderNumber&$expand=SalesOrderLines($select=InventoryLotId)\
    &$orderby=dataAreaId,SalesOrderNumber";

fn call(method: Method, path: &str, query: &str, body: &Value) -> Call {
    let query = query.replace(' ', "%20");
    let body = Bytes::from(if body.is_null() { String::new() } else { body.to_string() });
    Call { method, path: path.to_owned(), query, headers: HeaderMap::new(), body }
}

fn world_of<T>(orders: usize, look: impl FnOnce(&mut World) -> T) -> T {
    let place = Place { page_size: 10_000, ..Place::default() };
    Shared::open(&TwinOptions::loopback(), place).unwrap().change(|world| {
        let several: Value = (0..orders).map(|at| json!({"number": format!("SO-{at:06}")})).collect();
        let reply = control::answer(world, &call(Method::POST, "/_twin/orders", "", &several));
        assert_eq!(reply.status, 200);
        look(world)
    })
}

fn get(world: &World, path: &str, query: &str) -> Value {
    let reply = odata::read(world, &call(Method::GET, &format!("/data{path}"), query, &Value::Null), path);
    assert_eq!(reply.status, 200);
    serde_json::from_slice(&reply.body).unwrap()
}

#[test]
fn pages_hold_every_order_once_and_in_order() {
    world_of(450, |world| {
        let mut seen = Vec::new();
        loop {
            let page = get(world, "/SalesOrderHeadersV2", &format!("{READY}&$top=200&$skip={}", seen.len()));
            let rows = page["value"].as_array().unwrap();
            if rows.is_empty() {
                break;
            }
            assert!(rows.iter().all(|row| row["SalesOrderLines"].as_array().is_some_and(|lines| lines.len() == 1)));
            seen.extend(rows.iter().map(|row| row["SalesOrderNumber"].as_str().unwrap().to_owned()));
        }
        let wanted: Vec<String> = (0..450).map(|at| format!("SO-{at:06}")).collect();
        assert_eq!(seen, wanted);
        // Descending takes the other way through the rows, counting sees them all.
        let query = format!("{READY} desc&$top=2&$skip=1&$count=true");
        let page = get(world, "/SalesOrderHeadersV2", &query);
        assert_eq!(page["@odata.count"], 450);
        assert_eq!(page["value"][0]["SalesOrderNumber"], "SO-000448");
        assert_eq!(page["value"].as_array().unwrap().len(), 2);
        let pinned = "cross-company=true&$filter=SalesOrderNumber eq 'so-000007' or SalesOrderNumber eq 'SO-000003'";
        let page = get(world, "/SalesOrderHeadersV2", pinned);
        assert_eq!(page["value"][0]["SalesOrderNumber"], "SO-000003");
        assert_eq!(page["value"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn a_full_page_names_the_next_one_and_the_last_does_not() {
    world_of(7, |world| {
        world.place.page_size = 3;
        let lengths = |skip: usize| {
            let query = format!("cross-company=true&$skip={skip}");
            let page = get(world, "/SalesOrderHeadersV2", &query);
            (page["value"].as_array().unwrap().len(), page["@odata.nextLink"].is_string())
        };
        assert_eq!([lengths(0), lengths(3), lengths(4), lengths(6)], [(3, true), (3, true), (3, false), (1, false)]);
        assert_eq!(lengths(7), (0, false));
    });
}

/// Prints what one kind of call costs; wall time, so only to be read.
fn measure(what: &str, times: usize, mut act: impl FnMut(usize)) {
    let begun = clock::wall_ms();
    for at in 0..times {
        act(at);
    }
    let took = clock::wall_ms() - begun;
    println!("{what:<44} {times:>6} times {took:>7} ms");
}

#[test]
#[ignore = "prints figures for a reader and proves nothing"]
fn ten_thousand_orders() {
    const ORDERS: usize = 10_000;
    let begun = clock::wall_ms();
    world_of(ORDERS, |world| {
        println!("{:<44} {ORDERS:>6} orders {:>6} ms", "placed in one call", clock::wall_ms() - begun);
        measure("placed one by one", 1_000, |at| {
            let order = json!({"number": format!("SO-{at:06}")});
            control::answer(world, &call(Method::POST, "/_twin/orders", "", &order));
        });
        measure("ready list, pages of 200", ORDERS / 200, |at| {
            get(world, "/SalesOrderHeadersV2", &format!("{READY}&$top=200&$skip={}", at * 200));
        });
        measure("one order by key with lines", 1_000, |at| {
            let path = format!("/SalesOrderHeadersV2(dataAreaId='usmf',SalesOrderNumber='SO-{at:06}')");
            get(world, &path, "$expand=SalesOrderLines");
        });
        measure("PATCH of an order", 1_000, |at| {
            let rest = format!("/SalesOrderHeadersV2(dataAreaId='usmf',SalesOrderNumber='SO-{at:06}')");
            let body = json!({"FdxTrackingNumber": "794644790138", "FdxStatus": "labelled"});
            let reply = odata_write::patch(world, &call(Method::PATCH, "", "", &body), &rest);
            assert_eq!(reply.status, 204);
        });
        for (set, property) in [
            ("SalesOrderLines", "SalesOrderNumber"),
            ("SalesInvoiceHeadersV2", "SalesOrderNumber"),
            ("SalesOrderConfirmationHeaders", "SalesOrderNumber"),
            ("SalesTableBiEntities", "SalesId"),
            ("CustPackingSlipJourBiEntities", "SalesId"),
        ] {
            measure(&format!("{set} by order"), 1_000, |at| {
                let query = format!("cross-company=true&$filter=dataAreaId eq 'usmf' and {property} eq 'SO-{at:06}'");
                get(world, &format!("/{set}"), &query);
            });
        }
        measure("all orders, brief", 1, |_| {
            control::answer(world, &call(Method::GET, "/_twin/orders", "brief=true", &Value::Null));
        });
        measure("all orders, whole", 1, |_| {
            control::answer(world, &call(Method::GET, "/_twin/orders", "", &Value::Null));
        });
    });
}
