//! One test per code that a create can be refused with.

use serde_json::{Value, json};

use super::super::fedex::ACCOUNT;
use super::super::fedex_bench;
use super::*;

const TODAY: &str = "2026-07-30";

fn good() -> Value {
    let mut body = fedex_bench::good();
    body["requestedShipment"]["shipDatestamp"] = json!(TODAY);
    body["requestedShipment"]["labelSpecification"] = json!({"imageType": "PDF", "labelStockType": "PAPER_4X6"});
    body
}

/// The first code a changed request is refused with, or OK.
fn code(change: impl FnOnce(&mut Value)) -> String {
    let mut body = good();
    change(&mut body);
    match check(&body, TODAY) {
        Ok(_) => "OK".to_owned(),
        Err(refusal) => refusal.errors()[0]["code"].as_str().unwrap().to_owned(),
    }
}

/// The same for a change of the requested shipment.
fn shipment_code(pointer: &str, value: Value) -> String {
    code(|body| {
        let target = body["requestedShipment"].pointer_mut(pointer).unwrap();
        *target = value;
    })
}

const RECIPIENT: &str = "/recipients/0/address";

#[test]
fn a_good_request_passes() {
    assert_eq!(code(|_| {}), "OK");
    assert!(check(&good(), TODAY).unwrap().is_empty());
}

#[test]
fn a_past_date_is_only_a_warning() {
    let alerts = check(&good(), "2026-07-31").unwrap();
    assert_eq!(alerts[0]["code"], "SHIPMENT.SHIPDATESTAMP.INVALID");
}

#[test]
fn accounts_are_checked() {
    let account = |value: &str| code(|body| body["accountNumber"]["value"] = json!(value));
    assert_eq!(account("12345"), "ACCOUNTNUMBER.REGISTRATION.REQUIRED");
    assert_eq!(account("123456789"), "SHIPMENT.ACCOUNTNUMBER.UNAUTHORIZED");
    let payor = |kind: &str, value: &str| {
        shipment_code(
            "/shippingChargesPayment",
            json!({"paymentType": kind, "payor": {"responsibleParty": {"accountNumber": {"value": value}}}}),
        )
    };
    assert_eq!(payor("SENDER", "123456789"), "ACCOUNT.NUMBER.MISMATCH");
    assert_eq!(payor("SENDER", ACCOUNT), "OK");
    for kind in ["RECIPIENT", "THIRD_PARTY", "COLLECT"] {
        assert_eq!(payor(kind, ""), "ACCOUNTNUMBER.REGISTRATION.REQUIRED");
        assert_eq!(payor(kind, "000000000"), "ACCOUNTNUMBER.REGISTRATION.REQUIRED");
        assert_eq!(payor(kind, "123456789"), "OK");
    }
}

#[test]
fn addresses_are_checked() {
    let at = |field: &str, value: Value| shipment_code(&format!("{RECIPIENT}/{field}"), value);
    let long = "1234 North Industrial Park Boulevard Ext";
    assert_eq!(at("streetLines", json!([long])), "STREETLINES.TOO.LONG");
    assert_eq!(at("streetLines", json!(["PO Box 12"])), "SELECTED.DESTINATION.SERVICETYPE.INVALID");
    assert_eq!(at("city", json!("")), "CITY.EMPTY");
    assert_eq!(at("postalCode", json!("")), "DESTINATION.POSTALCODE.MISSING.ORINVALID");
    assert_eq!(at("postalCode", json!("6060")), "COUNTRY.POSTALCODE.INVALID");
    assert_eq!(at("postalCode", json!("00000")), "POSTALCODE.INVALID");
    assert_eq!(at("postalCode", json!("38118")), "COUNTRY.POSTALANDSTATEORPROVINCECODE.MISMATCH");
    assert_eq!(
        shipment_code("/recipients/0/contact/phoneNumber", json!("555-0143")),
        "RECIPIENTCONTACT.PHONENUMBER.INVALID"
    );
}

#[test]
fn services_are_checked() {
    let service = |value: &str| shipment_code("/serviceType", json!(value));
    assert_eq!(service("INTERNATIONAL_PRIORITY"), "SERVICETYPE.NOT.ALLOWED");
    assert_eq!(service("FEDEX_INTERNATIONAL_PRIORITY"), "INCOUNTRY.SERVICES.NOTALLOWED");
    assert_eq!(service("SMART_POST"), "SHIPMENT.SMARTPOST.INVALID");
    let abroad = |service: &str, country: &str| {
        code(|body| {
            *body = fedex_bench::abroad();
            let wanted = &mut body["requestedShipment"];
            wanted["serviceType"] = json!(service);
            wanted["recipients"][0]["address"]["countryCode"] = json!(country);
        })
    };
    assert_eq!(abroad("FEDEX_INTERNATIONAL_PRIORITY", "DE"), "OK");
    assert_eq!(abroad("FEDEX_2_DAY", "DE"), "SELECTED.DESTINATION.SERVICETYPE.INVALID");
    assert_eq!(abroad("FEDEX_INTERNATIONAL_PRIORITY", "KP"), "RECIPIENT.COUNTRY.UNSERVICED");
}

#[test]
fn packages_are_checked() {
    let weight = |value: f64| shipment_code("/requestedPackageLineItems/0/weight/value", json!(value));
    assert_eq!(weight(150.0), "OK");
    assert_eq!(weight(190.0), "SERVICE.PACKAGECOMBINATION.INVALID");
    assert_eq!(weight(0.0), "INVALID.INPUT.EXCEPTION");
    assert_eq!(weight(12.125), "INVALID.INPUT.EXCEPTION");
    let size = |sides: [u32; 3]| {
        let [length, width, height] = sides;
        let dimensions = json!({"length": length, "width": width, "height": height, "units": "IN"});
        code(|body| body["requestedShipment"]["requestedPackageLineItems"][0]["dimensions"] = dimensions)
    };
    assert_eq!(size([108, 10, 10]), "OK");
    assert_eq!(size([109, 10, 10]), "SERVICE.PACKAGECOMBINATION.INVALID");
    assert_eq!(size([60, 30, 30]), "SERVICE.PACKAGECOMBINATION.INVALID");
    assert_eq!(size([1_000, 1, 1]), "INVALID.INPUT.EXCEPTION");
    assert_eq!(shipment_code("/packagingType", json!("FEDEX_BOX")), "SERVICE.PACKAGECOMBINATION.INVALID");
    let mixed = json!([{"weight": {"units": "LB", "value": 1}}, {"weight": {"units": "KG", "value": 1}}]);
    assert_eq!(shipment_code("/requestedPackageLineItems", mixed), "MIXED.MEASURING.UNITS.INCLUDED");
}

#[test]
fn schema_violations_name_no_field() {
    let broken = "INVALID.INPUT.EXCEPTION";
    assert_eq!(code(|body| body["labelResponseOptions"] = json!("BOTH")), broken);
    assert_eq!(shipment_code("/recipients/0/contact/phoneNumber", json!("")), broken);
    assert_eq!(shipment_code("/recipients/0/contact/personName", json!("Zo\u{eb}")), broken);
    assert_eq!(shipment_code("/pickupType", json!("REGULAR_PICKUP")), broken);
    assert_eq!(shipment_code("/labelSpecification/labelStockType", json!("STOCK_4X6")), broken);
    let reference = "/requestedPackageLineItems/0/customerReferences/0";
    assert_eq!(shipment_code(&format!("{reference}/value"), json!("x".repeat(31))), broken);
    assert_eq!(shipment_code(&format!("{reference}/customerReferenceType"), json!("PURCHASE_ORDER")), broken);
    let refusal = check(&json!({}), TODAY).unwrap_err();
    assert_eq!(refusal.status, 422);
    assert!(refusal.errors()[0]["message"].as_str().unwrap().contains("Error count:"));
}

#[test]
fn several_broken_rules_are_all_listed() {
    let mut body = good();
    body["requestedShipment"]["recipients"][0]["address"]["postalCode"] = json!("38118");
    body["requestedShipment"]["requestedPackageLineItems"][0]["weight"]["value"] = json!(200);
    let refusal = check(&body, TODAY).unwrap_err();
    assert_eq!(refusal.status, 400);
    assert_eq!(refusal.errors().as_array().unwrap().len(), 2);
}
