//! What the control routes make of compact orders.

use serde_json::{Value, json};

use super::super::state::{Place, Shared, World};
use super::super::table::Row;
use super::super::{TwinOptions, control_orders};
use super::*;

fn empty() -> Shared {
    Shared::open(&TwinOptions::loopback(), Place::default()).unwrap()
}

fn placed(wanted: &Value) -> Value {
    empty().change(|world| control_orders::place(world, wanted)).unwrap()
}

/// A property of every line, in the order of their numbers.
fn of_lines(order: &Value, property: &str) -> Vec<Value> {
    order["lines"].as_array().unwrap().iter().map(|line| line[property].clone()).collect()
}

#[test]
fn a_line_goes_its_own_way_and_otherwise_the_orders() {
    let order = placed(&json!({
        "number": "SO-1", "terms": "COL", "carrier": "FEDEX", "carrier_service": "2D", "carrier_account": "123456789",
        "ship_date": "2026-08-03", "residential": true, "currency": "EUR",
        "lines": [
            {"quantity": 3, "price": 9.99},
            {"address": {"street": "1 Dock Rd", "city": "Reno", "state": "NV", "zip": "89502"}, "warehouse": "13",
             "mode": "FEDEX-2D", "unit": "box", "stopped": true, "status": "Canceled"},
        ],
    }));
    assert_eq!(of_lines(&order, "DeliveryAddressStreet"), ["2200 S Blue Island Ave", "1 Dock Rd"]);
    assert_eq!(of_lines(&order, "DeliveryAddressName"), ["Lakeside Bottling Co", "Lakeside Bottling Co"]);
    assert_eq!(of_lines(&order, "ShippingWarehouseId"), ["24", "13"]);
    assert_eq!(of_lines(&order, "DeliveryModeCode"), ["FEDEX-GRD", "FEDEX-2D"]);
    assert_eq!(of_lines(&order, "SalesOrderLineStatus"), ["Backorder", "Canceled"]);
    assert_eq!(of_lines(&order, "SalesUnitSymbol"), ["ea", "box"]);
    assert_eq!(of_lines(&order, "LineAmount"), [json!(29.97), json!(25)]);
    assert_eq!(of_lines(&order, "CurrencyCode"), ["EUR", "EUR"]);
    assert_eq!(of_lines(&order, "IsLineStopped"), [Value::Null, json!("Yes")]);
    let header = &order["header"];
    assert_eq!(header["DeliveryTermsCode"], "COL");
    assert_eq!(header["ShippingCarrierId"], "FEDEX");
    assert_eq!(header["ShippingCarrierServiceId"], "2D");
    assert_eq!(header["ShippingCarrierCustomerAccountNumber"], "123456789");
    assert_eq!(header["RequestedShippingDate"], "2026-08-03T12:00:00Z");
    assert_eq!(order["residential"], true);
}

#[test]
fn what_a_line_says_of_its_item_is_on_the_product() {
    let order = json!({"lines": [
        {"item": "NEW-1", "weight_kg": 3, "tare_kg": 0.5, "hs_code": "84821010", "origin": "DE", "origin_state": "BW",
         "ship_alone": true, "hazardous": true, "unit": "box", "factor": 12,
         "dimensions": {"height": 10, "width": 20, "depth": 30.5}},
        {"item": {"number": "6205-2RS", "weight_kg": 0.2, "inventory_unit": "pcs"}},
        {"weight_kg": 2.5},
        {"weight_kg": 2.5, "hazardous": true},
        {"item": {"service": true}},
    ]});
    empty().change(|world| {
        let order = control_orders::place(world, &order).unwrap();
        let items = of_lines(&order, "ItemNumber");
        assert_eq!(items[..3], ["NEW-1", "6205-2RS", "KG-2.5"]);
        let product =
            |item: &Value| world.tables.row(entities::products(), &["usmf", item.as_str().unwrap()]).unwrap().stored();
        let new = product(&items[0]);
        assert_eq!(new["NetProductWeight"], 3);
        assert_eq!(new["TareProductWeight"], 0.5);
        assert_eq!(new["OriginCountryRegionId"], "DEU");
        assert_eq!(new["OriginStateId"], "BW");
        assert_eq!((&new["IsShipAloneEnabled"], &new["IsHazardousMaterial"]), (&json!("Yes"), &json!("Yes")));
        assert_eq!((&new["GrossProductHeight"], &new["GrossDepth"]), (&json!(10), &json!(30.5)));
        assert_eq!((&new["SalesUnitSymbol"], &new["InventoryUnitSymbol"]), (&json!("box"), &json!("ea")));
        assert_eq!(of_lines(&order, "IntrastatCommodityCode")[0], "84821010");
        assert_eq!(product(&items[1])["NetProductWeight"], 0.2);
        assert_eq!(product(&items[1])["InventoryUnitSymbol"], "pcs");
        assert!(!product(&items[2]).contains_key("IsHazardousMaterial"), "another description is another item");
        assert_eq!(product(&items[3])["IsHazardousMaterial"], "Yes");
        assert_eq!(product(&items[4])["ProductType"], "Service");
        let box_of = world.tables.row(entities::product_units(), &["box", "ea", "NEW-1"]).unwrap();
        assert_eq!(box_of.stored()["Factor"], 12);
        // Twelve pieces in the box of three kilograms each, and the other lines.
        assert_eq!(order["confirmations"][0]["TotalNetWeight"], 36.0 + 0.2 + 2.5 + 2.5 + 1.0);
    });
}

#[test]
fn a_misspelt_field_and_a_wrong_value_are_refused() {
    let refused = |wanted: Value| empty().change(move |world| control_orders::place(world, &wanted)).unwrap_err();
    assert!(refused(json!({"adress": {}})).contains("adress"));
    assert!(refused(json!({"address": {"postcode": "38103"}})).contains("postcode"));
    assert!(refused(json!({"lines": [{"weight": 2}]})).contains("weight"));
    assert!(refused(json!({"lines": [{"item": {"hs": "1"}}]})).contains("hs"));
    assert!(refused(json!({"status": "Shipped"})).contains("Shipped"));
    assert!(refused(json!({"lines": [{"quantity": "3"}]})).contains("OrderedSalesQuantity"));
}

#[test]
fn a_changed_header_takes_only_the_lines_along_that_had_its_value() {
    let other = json!({"street": "1 Dock Rd", "city": "Reno", "state": "NV", "zip": "89502"});
    let order = json!({"number": "SO-1", "lines": [{}, {"address": other, "warehouse": "13", "mode": "FEDEX-2D"}]});
    empty().change(|world| {
        control_orders::place(world, &order).unwrap();
        let change = json!({
            "address": {"street": "9 New St", "zip": "60609"}, "warehouse": "71", "DeliveryModeCode": "FEDEX-ON",
        });
        let order = control_orders::change(world, "usmf", "SO-1", &change).unwrap();
        assert_eq!(order["header"]["DeliveryAddressStreet"], "9 New St");
        assert_eq!(order["header"]["DeliveryAddressCity"], "Chicago");
        assert_eq!(of_lines(&order, "DeliveryAddressStreet"), ["9 New St", "1 Dock Rd"]);
        assert_eq!(of_lines(&order, "DeliveryAddressZipCode"), ["60609", "89502"]);
        assert_eq!(of_lines(&order, "ShippingWarehouseId"), ["71", "13"]);
        assert_eq!(of_lines(&order, "DeliveryModeCode"), ["FEDEX-ON", "FEDEX-2D"]);
    });
}

#[test]
fn lines_are_changed_added_and_cancelled() {
    empty().change(|world| {
        control_orders::place(world, &json!({"number": "SO-1", "lines": [{"price": 10}, {}]})).unwrap();
        let etag = |world: &World| world.tables.row(entities::headers(), &["usmf", "SO-1"]).map(Row::etag).unwrap();
        let before = etag(world);
        let change = json!({
            "lines": {
                "1": {"quantity": 4, "address": {"street": "5 Side St"}, "OrderLineReference": "L-1"},
                "2": {"status": "Canceled"},
            },
            "add_lines": [{"item": "UCP208-24", "quantity": 2, "warehouse": "13"}],
        });
        let order = control_orders::change(world, "usmf", "SO-1", &change).unwrap();
        assert_eq!(before, etag(world), "lines are records of their own");
        assert_eq!(of_lines(&order, "LineNumber"), [1, 2, 3]);
        assert_eq!(of_lines(&order, "OrderedSalesQuantity"), [4, 1, 2]);
        assert_eq!(of_lines(&order, "LineAmount")[0], 40);
        assert_eq!(of_lines(&order, "OrderLineReference")[0], "L-1");
        assert_eq!(of_lines(&order, "DeliveryAddressStreet")[0], "5 Side St");
        assert_eq!(of_lines(&order, "SalesOrderLineStatus"), ["Backorder", "Canceled", "Backorder"]);
        assert_eq!(of_lines(&order, "ItemNumber")[2], "UCP208-24");
        assert_eq!(of_lines(&order, "ShippingWarehouseId")[2], "13");
        let missing = control_orders::change(world, "usmf", "SO-1", &json!({"lines": {"9": {"quantity": 1}}}));
        assert!(missing.unwrap_err().contains("no line 9"));
        assert!(control_orders::change(world, "usmf", "SO-1", &json!({"qauntity": 1})).is_err());
    });
}

#[test]
fn every_confirmation_leaves_a_document() {
    empty().change(|world| {
        control_orders::place(world, &json!({"number": "SO-1", "status": "Active"})).unwrap();
        let numbers = |order: &Value| -> Vec<String> {
            let rows = order["confirmations"].as_array().unwrap();
            rows.iter().map(|row| row["ConfirmationNumber"].as_str().unwrap().to_owned()).collect()
        };
        let confirm = json!({"action": "confirm"});
        let order = control_orders::change(world, "usmf", "SO-1", &confirm).unwrap();
        assert_eq!(numbers(&order), ["SO-1-1"]);
        let order = control_orders::change(world, "usmf", "SO-1", &confirm).unwrap();
        assert_eq!(numbers(&order), ["SO-1-1", "SO-1-2"]);
        let order = control_orders::place(world, &json!({"number": "SO-1", "status": "Picked"})).unwrap();
        assert_eq!(numbers(&order), ["SO-1-1"], "a new order begins anew");
    });
}

#[test]
fn the_raw_table_follows_the_header() {
    empty().change(|world| {
        control_orders::place(world, &json!({"number": "SO-1", "residential": true})).unwrap();
        let raw = |world: &World, column: &str| {
            let set = entities::sales_table();
            world.tables.row(set, &["usmf", "SO-1"]).unwrap().value(set, column)
        };
        assert_eq!(raw(world, "DocumentStatus"), "Confirmation");
        let before = raw(world, "SysModifiedDateTime");
        world.offset_ms += 60_000;
        let change = json!({"carrier_account": "987654321", "action": "packing_slip"});
        control_orders::change(world, "usmf", "SO-1", &change).unwrap();
        assert_eq!(raw(world, "ShipCarrierAccount"), "987654321");
        assert_eq!(
            (raw(world, "SalesStatus"), raw(world, "DocumentStatus")),
            (json!("Delivered"), json!("PackingSlip"))
        );
        assert_eq!(raw(world, "ShipCarrierResidential"), "Yes");
        assert_ne!(raw(world, "SysModifiedDateTime"), before);
    });
}

#[test]
fn many_orders_are_placed_at_once() {
    empty().change(|world| {
        let several = [json!({"number": "SO-1"}), json!({"number": "SO-2", "company": "usrt"})];
        let made = control_orders::place_all(world, &several).unwrap();
        assert_eq!(made, json!([{"company": "usmf", "number": "SO-1"}, {"company": "usrt", "number": "SO-2"}]));
        let error = control_orders::place_all(world, &[json!({}), json!({"nmber": "SO-3"})]).unwrap_err();
        assert!(error.contains("order 1 of the array"), "{error}");
    });
}
