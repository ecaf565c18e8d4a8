//! What a client reads of the sets around an order.

use axum::body::Bytes;
use http::HeaderMap;

use super::super::entities;
use super::super::state::{Place, Shared};
use super::super::{Scenario, TwinOptions, control_orders, odata_write};
use super::*;

fn demo<T>(look: impl FnOnce(&mut World) -> T) -> T {
    let mut options = TwinOptions::loopback();
    options.scenario = Scenario::Demo;
    let place = Place { page_size: 10_000, ..Place::default() };
    Shared::open(&options, place).unwrap().change(look)
}

fn call(rest: &str, query: &str, body: &str) -> Call {
    Call {
        method: http::Method::GET,
        path: format!("/data{rest}"),
        query: query.replace(' ', "%20"),
        headers: HeaderMap::new(),
        body: Bytes::from(body.to_owned()),
    }
}

fn get(world: &World, rest: &str, query: &str) -> Value {
    let reply = read(world, &call(rest, query, ""), rest);
    assert_eq!(reply.status, 200, "{rest}?{query}: {}", String::from_utf8_lossy(&reply.body));
    serde_json::from_slice(&reply.body).unwrap()
}

#[test]
fn the_carriers_services_are_found_by_delivery_mode() {
    demo(|world| {
        let query = "cross-company=true&$select=ServiceId,ExternalShippingCarrierServiceId,ShippingLabelRequestType\
            &$filter=dataAreaId eq 'usmf' and ShippingCarrierId eq 'FEDEX' and DeliveryModeCode eq 'FEDEX-2D'";
        let found = get(world, "/ShippingCarrierServices", query);
        assert_eq!(found["value"].as_array().unwrap().len(), 1);
        assert_eq!(found["value"][0]["ExternalShippingCarrierServiceId"], "FEDEX_2_DAY");
        assert_eq!(found["value"][0]["ShippingLabelRequestType"], "ShippingLabelOnly");
        let terms = get(world, "/DeliveryTerms(dataAreaId='usmf',TermsCode='COL')", "");
        assert_eq!((&terms["FreightChargeTerms"], &terms["IsCashOnDelivery"]), (&json!("Collect"), &json!("No")));
        let carrier = get(world, "/ShippingCarriers(dataAreaId='usmf',CarrierId='FEDEX')", "");
        assert_eq!(carrier["IsShippingCarrierActive"], "Yes");
    });
}

#[test]
fn units_belong_to_no_company() {
    demo(|world| {
        let dozen = get(world, "/UnitOfMeasureConversions(FromUnitSymbol='dz',ToUnitSymbol='ea')", "");
        assert_eq!(
            (&dozen["Factor"], &dozen["Numerator"], &dozen["Rounding"]),
            (&json!(12), &json!(1), &json!("Nearest"))
        );
        let query = "$filter=ProductNumber eq '6205-2RS'";
        assert_eq!(get(world, "/ProductUnitOfMeasureConversions", query)["value"][0]["FromUnitSymbol"], "box");
    });
}

#[test]
fn products_and_customers_say_what_customs_ask() {
    demo(|world| {
        let query = "$select=OriginCountryRegionId,IntrastatCommodityCode,GrossDepth,IsShipAloneEnabled";
        let pump = get(world, "/ReleasedProductsV2(dataAreaId='usmf',ItemNumber='PMP-CR3-8')", query);
        assert_eq!((&pump["OriginCountryRegionId"], &pump["GrossDepth"]), (&json!("CAN"), &json!(30)));
        assert_eq!((&pump["IntrastatCommodityCode"], &pump["IsShipAloneEnabled"]), (&json!("84137020"), &json!("Yes")));
        let abroad = get(world, "/CustomersV3(dataAreaId='usmf',CustomerAccount='DE-5001')", "");
        assert_eq!(abroad["TaxExemptNumber"], "DE136695976");
        assert_eq!(abroad["DeliveryAddressCountryRegionISOCode"], "DE");
        let order = get(
            world,
            "/SalesOrderHeadersV2(dataAreaId='usmf',SalesOrderNumber='SO-001037')",
            "$expand=SalesOrderLines",
        );
        assert_eq!((&order["CurrencyCode"], &order["TaxExemptNumber"]), (&json!("EUR"), &json!("DE136695976")));
        assert_eq!(order["SalesOrderLines"][0]["IntrastatCommodityCode"], "85044040");
    });
}

#[test]
fn a_write_to_the_order_shows_in_the_raw_table_which_itself_is_read_only() {
    demo(|world| {
        control_orders::place(world, &json!({"number": "SO-1", "residential": true})).unwrap();
        let raw = |world: &World| {
            let query = "cross-company=true&$filter=dataAreaId eq 'usmf' and SalesId eq 'SO-1'";
            get(world, "/SalesTableBiEntities", query)["value"][0].clone()
        };
        let before = raw(world);
        assert_eq!(before["ShipCarrierResidential"], "Yes");
        world.offset_ms += 60_000;
        let rest = "/SalesOrderHeadersV2(dataAreaId='usmf',SalesOrderNumber='SO-1')";
        let reply = odata_write::patch(world, &call(rest, "", r#"{"FdxStatus": "labelled"}"#), rest);
        assert_eq!(reply.status, 204);
        assert_ne!(raw(world)["SysModifiedDateTime"], before["SysModifiedDateTime"]);
        let rest = "/SalesTableBiEntities(dataAreaId='usmf',SalesId='SO-1')";
        let reply = odata_write::patch(world, &call(rest, "", r#"{"ShipCarrierResidential": "No"}"#), rest);
        assert_eq!(reply.status, 400);
        assert_eq!(raw(world)["ShipCarrierResidential"], "Yes");
        assert!(entities::sales_table().properties().all(|(_, property)| !property.editable));
    });
}

#[test]
fn confirmations_are_found_by_their_order() {
    demo(|world| {
        let confirm = json!({"action": "confirm"});
        control_orders::place(world, &json!({"number": "SO-1"})).unwrap();
        control_orders::change(world, "usmf", "SO-1", &confirm).unwrap();
        let query = "cross-company=true&$orderby=ConfirmationNumber desc&$top=1\
            &$filter=dataAreaId eq 'usmf' and SalesOrderNumber eq 'SO-1'";
        let found = get(world, "/SalesOrderConfirmationHeaders", query);
        assert_eq!(found["value"][0]["ConfirmationNumber"], "SO-1-2");
        assert_eq!(found["value"].as_array().unwrap().len(), 1);
    });
}
