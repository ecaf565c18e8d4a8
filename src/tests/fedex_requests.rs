//! The body of every kind of shipment against a schema of FedEx's create-shipment request.
//!
//! Two schemas: our own, written from FedEx's documents, is always used. FedEx's file is used as well
//! where `FEDEX_OPENAPI` names it, with the corrections that its own recorded traffic asks for.

use jsonschema::Validator;
use ml_connector::fedex::ship;
use ml_connector::order::consignee::Consignee;
use ml_connector::order::customs::{Commodity, Customs};
use ml_connector::order::group::Basis;
use ml_connector::order::packing::{Package, weighed};
use ml_connector::order::parcel::{Dimensions, ImageType, Service, Weight};
use ml_connector::order::plan::{Payment, Plan, Return};
use ml_connector::order::rules::Payer;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use url::Url;

/// 20 November 2026 is a Friday.
const FRIDAY: &str = "2026-11-20";
/// As long as those of the engine.
const REFERENCE: &str = "ML01KAFZ3NDEKTSV4RRFFQ69G5FA";

fn at(country: &str, region: Option<&str>, city: &str, postal_code: &str) -> Consignee {
    Consignee {
        name: "Norwood Pump Co".into(),
        street: vec!["1450 Commerce St".into(), "Suite 2".into()],
        city: city.into(),
        region: region.map(str::to_owned),
        postal_code: Some(postal_code.into()),
        country: country.into(),
        phone: "2145550100".into(),
    }
}

fn memphis() -> Consignee {
    at("US", Some("TN"), "Memphis", "38118")
}

fn plan(service: &str, packages: Vec<Package>) -> Plan {
    Plan {
        warehouse: "24".into(),
        account_number: None,
        shipper: memphis(),
        recipient: at("US", Some("TX"), "Dallas", "75201"),
        residential: false,
        service: Service::new(service),
        payment: Payment::default(),
        packages,
        customs: None,
        order_number: "001261".into(),
        invoice_number: Some("CIV-000771".into()),
        image_type: ImageType::Zplii,
        stock: "STOCK_4X6".into(),
        returning: None,
        basis: Basis::default(),
    }
}

/// Packages of these pounds, as an operator types them.
fn packages(weights: &str) -> Vec<Package> {
    weighed(weights, &[]).expect("weights")
}

/// So many packages that are equal but for every tenth.
fn many(count: usize) -> Vec<Package> {
    let weights: Vec<&str> = (0..count).map(|at| if at % 10 == 9 { "31.5" } else { "12.25" }).collect();
    packages(&weights.join("+"))
}

fn abroad(service: &str, from: Consignee, to: Consignee, duties: Payer) -> Plan {
    let goods = |quantity: &str, price: i64, hs_code: Option<&str>| Commodity {
        description: "Centrifugal pump of steel".into(),
        part_number: "P-100".into(),
        hs_code: hs_code.map(str::to_owned),
        origin: "US".into(),
        quantity: quantity.parse().expect("a quantity"),
        unit_price: Decimal::from(price),
        value: Decimal::from(price) * quantity.parse::<Decimal>().expect("a quantity"),
        weight: Weight::parse("6.61").expect("a weight"),
    };
    let customs = Customs {
        purpose: "SOLD".into(),
        terms_of_sale: Some("DAP".into()),
        duties,
        currency: "USD".into(),
        commodities: vec![goods("3", 420, Some("841370")), goods("2.5", 8, None)],
        shipper_tax_id: Some("12-3456789".into()),
        recipient_tax_id: Some("DE123456789".into()),
    };
    Plan { shipper: from, recipient: to, customs: Some(customs), ..plan(service, packages("13.22+7")) }
}

fn toronto() -> Consignee {
    at("CA", Some("ON"), "Toronto", "M5V 2T6")
}

fn with(service: Service, plan: Plan) -> Plan {
    Plan { service, ..plan }
}

fn paid_by(payer: Payer) -> Plan {
    let payment = Payment { payer, account_number: Some("123456789".into()) };
    Plan { payment, ..plan("FEDEX_GROUND", packages("5")) }
}

/// Every kind of shipment the product makes.
fn shapes() -> Vec<(&'static str, Plan)> {
    let boxed =
        Package { dimensions: Some(Dimensions { length: 24, width: 18, height: 12 }), ..packages("31.5").remove(0) };
    let monterrey = at("MX", None, "Monterrey", "64000");
    let (hamburg, lyon) = (at("DE", None, "Hamburg", "20457"), at("FR", None, "Lyon", "69002"));
    let express = "FEDEX_INTERNATIONAL_PRIORITY";
    let returning = || Return { rma: Some("RMA-2026-0042".into()) };
    vec![
        ("single", plan("FEDEX_GROUND", packages("13.20"))),
        ("multi-piece", plan("FEDEX_GROUND", vec![boxed.clone(), boxed, packages("2").remove(0)])),
        ("more than thirty", plan("FEDEX_GROUND", many(35))),
        ("asynchronous", plan("FEDEX_GROUND", many(300))),
        ("paid by the recipient", paid_by(Payer::Recipient)),
        ("paid by a third party", paid_by(Payer::ThirdParty)),
        ("return", plan("FEDEX_GROUND", packages("5")).reversed(returning())),
        ("Saturday", with(Service { saturday: true, ..Service::new("PRIORITY_OVERNIGHT") }, plan("", packages("5")))),
        (
            "One Rate",
            with(
                Service { one_rate: true, packaging: "FEDEX_PAK".into(), ..Service::new("FEDEX_2_DAY") },
                plan("", packages("5")),
            ),
        ),
        (
            "signature",
            with(Service { signature: Some("ADULT".into()), ..Service::new("FEDEX_2_DAY") }, plan("", packages("5+6"))),
        ),
        ("home delivery", Plan { residential: true, ..plan("GROUND_HOME_DELIVERY", packages("5")) }),
        ("US to CA", abroad("FEDEX_GROUND", memphis(), toronto(), Payer::Recipient)),
        ("US to MX", abroad(express, memphis(), monterrey, Payer::Sender)),
        ("US to DE", abroad(express, memphis(), hamburg.clone(), Payer::Recipient)),
        ("DE to FR", abroad(express, hamburg, lyon, Payer::Sender)),
        ("return across a border", abroad(express, memphis(), toronto(), Payer::Sender).reversed(returning())),
    ]
}

fn body(plan: &Plan) -> Value {
    let base = Url::parse("https://apis.fedex.com").expect("an address");
    let request = ship::request(&base, "740561073", plan, REFERENCE, FRIDAY).expect("can be asked for");
    serde_json::from_slice(request.body()).expect("JSON")
}

fn ours() -> Validator {
    let schema: Value = serde_json::from_str(include_str!("fedex_ship_request.schema.json")).expect("JSON");
    jsonschema::validator_for(&schema).expect("a schema")
}

/// FedEx's own schema, where the file is at hand.
fn theirs() -> Option<Validator> {
    let path = std::env::var("FEDEX_OPENAPI").ok().filter(|path| !path.is_empty())?;
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("FEDEX_OPENAPI: {error}"));
    let mut file: Value = serde_json::from_str(&text).expect("FEDEX_OPENAPI is JSON");
    let schemas = &mut file["components"]["schemas"];
    correct(schemas);
    for schema in schemas.as_object_mut().expect("schemas").values_mut() {
        forbid_others(schema);
    }
    let schema = json!({"$schema": "http://json-schema.org/draft-07/schema#",
        "allOf": [{"$ref": "#/components/schemas/Full_Schema_Ship"}], "components": file["components"]});
    Some(jsonschema::validator_for(&schema).expect("a schema"))
}

/// What the file says against FedEx's own samples and recorded traffic.
fn correct(schemas: &mut Value) {
    // Recorded shipments of one and of three packages pass without it.
    let required = schemas["RequestedShipment_1"]["required"].as_array_mut().expect("a list");
    let before = required.len();
    required.retain(|name| name != "totalWeight");
    assert_eq!(required.len(), before - 1, "the correction is no longer needed");
    // All samples weigh goods in pounds, and units must not be mixed.
    let units = &mut schemas["Weight_4"]["properties"]["units"]["enum"];
    assert_eq!(*units, json!(["KG"]), "the correction is no longer needed");
    *units = json!(["KG", "LB"]);
}

/// The file allows any property anywhere, so a misspelt name would pass.
fn forbid_others(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    let is_whole = !["allOf", "oneOf", "anyOf"].iter().any(|key| object.contains_key(*key));
    if is_whole && object.contains_key("properties") {
        object.insert("additionalProperties".into(), json!(false));
    }
}

fn faults(schema: &Validator, body: &Value) -> Vec<String> {
    schema.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn every_kind_of_shipment_is_asked_for_as_fedex_takes_it() {
    let (ours, theirs) = (ours(), theirs());
    for (shape, plan) in shapes() {
        let body = body(&plan);
        assert_eq!(faults(&ours, &body), Vec::<String>::new(), "{shape}: {body:#}");
        if let Some(theirs) = &theirs {
            assert_eq!(faults(theirs, &body), Vec::<String>::new(), "{shape} by FedEx's own schema: {body:#}");
        }
    }
    // Its hub is a setting we do not have yet, which FedEx's own schema asks for.
    let economy = body(&plan("SMART_POST", packages("5")));
    assert_eq!(faults(&ours, &economy), Vec::<String>::new(), "{economy:#}");
    match theirs {
        Some(_) => eprintln!("{} shapes hold in our schema and in FedEx's own", shapes().len()),
        None => eprintln!("FEDEX_OPENAPI is not set: FedEx's own schema file was not at hand, only ours was used"),
    }
}

#[test]
fn the_shapes_are_what_they_are_called() {
    let find = |name: &str| {
        let (_, plan) = shapes().into_iter().find(|(shape, _)| *shape == name).expect("a shape");
        body(&plan)
    };
    let groups = |body: &Value| -> Vec<u64> {
        let items = body["requestedShipment"]["requestedPackageLineItems"].as_array().expect("items");
        items.iter().filter_map(|item| item["groupPackageCount"].as_u64()).collect()
    };
    assert_eq!(groups(&find("multi-piece")), [1, 1, 1]);
    assert_eq!(groups(&find("more than thirty")), [32, 3]);
    let job = find("asynchronous");
    assert_eq!((groups(&job), &job["processingOptionType"]), (vec![270, 30], &json!("ALLOW_ASYNCHRONOUS")));
    let services = |name: &str| find(name)["requestedShipment"]["shipmentSpecialServices"].clone();
    assert_eq!(services("Saturday"), json!({"specialServiceTypes": ["SATURDAY_DELIVERY"]}));
    assert_eq!(services("One Rate"), json!({"specialServiceTypes": ["FEDEX_ONE_RATE"]}));
    for lane in ["US to CA", "US to MX", "US to DE", "DE to FR"] {
        assert_eq!(
            find(lane)["requestedShipment"]["customsClearanceDetail"]["commodities"][0]["quantity"],
            3,
            "{lane}"
        );
    }
}

#[test]
fn more_kinds_of_packages_than_fedex_takes_are_never_asked_for() {
    let weights: Vec<String> = (1..=31).map(|pounds| pounds.to_string()).collect();
    let cause = weighed(&weights.join("+"), &[]).expect_err("too many kinds");
    assert_eq!(cause.code, "order.too-many-packages");
}

/// A body with something wrong in it, made from a good one.
fn broken(shape: &str, pointer: &str, value: Value) -> Value {
    let (_, plan) = shapes().into_iter().find(|(name, _)| *name == shape).expect("a shape");
    let mut body = body(&plan);
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let parent = body.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer} is not in {shape}"));
    match (value, parent) {
        (Value::Null, Value::Object(object)) => drop(object.remove(name).expect("was there")),
        (value, Value::Object(object)) => drop(object.insert(name.to_owned(), value)),
        (value, list) => list[name.parse::<usize>().expect("an index")] = value,
    }
    body
}

/// What must be refused: where, and what stands there; null removes.
fn wrongs() -> Vec<(&'static str, &'static str, Value)> {
    let items = "/requestedShipment/requestedPackageLineItems";
    let long_street = "x".repeat(36);
    vec![
        ("single", "/requestedShipment/recipient", json!([])),
        ("single", "/requestedShipment/shipDateStamp", json!(FRIDAY)),
        ("single", "/requestedShipment/pickupType", json!("REGULAR_PICKUP")),
        ("single", "/requestedShipment/serviceType", json!("INTERNATIONAL_PRIORITY")),
        ("single", "/requestedShipment/shipper/contact/phoneNumber", json!("214-555-0100")),
        ("single", "/requestedShipment/shipper/contact/companyName", Value::Null),
        ("single", "/requestedShipment/shipper/address/stateOrProvinceCode", Value::Null),
        ("single", "/requestedShipment/recipients/0/address/streetLines/0", json!(long_street)),
        ("single", "/requestedShipment/recipients/0/address/streetLines", json!(["a", "b", "c", "d"])),
        ("single", "/requestedShipment/recipients/0/address/city", json!("Z\u{fc}rich")),
        ("single", "/requestedShipment/recipients/0/address/postalCode", json!("")),
        ("single", "/requestedShipment/labelSpecification/labelStockType", json!("PAPER_4X6")),
        ("single", "/requestedShipment/requestedPackageLineItems/0/weight/value", json!("13.2")),
        ("single", "/requestedShipment/requestedPackageLineItems/0/weight/unit", json!("LB")),
        ("single", "/requestedShipment/requestedPackageLineItems/0/customerReferences/0/value", json!("x".repeat(31))),
        (
            "single",
            "/requestedShipment/requestedPackageLineItems/0/customerReferences/1/customerReferenceType",
            json!("PURCHASE_ORDER"),
        ),
        ("multi-piece", "/requestedShipment/totalPackageCount", Value::Null),
        ("multi-piece", "/requestedShipment/requestedPackageLineItems/0/dimensions/length", json!(10.5)),
        ("multi-piece", "/requestedShipment/requestedPackageLineItems/0/dimensions/width", json!(1000)),
        ("asynchronous", "/processingOptionType", json!("ASYNCHRONOUS")),
        ("asynchronous", items, Value::Array(vec![json!({"weight": {"units": "LB", "value": 1}}); 31])),
        ("paid by the recipient", "/requestedShipment/shippingChargesPayment/payor", Value::Null),
        (
            "paid by a third party",
            "/requestedShipment/shippingChargesPayment/payor/responsibleParty/accountNumber/value",
            json!("1234567890"),
        ),
        ("return", "/requestedShipment/shipmentSpecialServices/returnShipmentDetail", Value::Null),
        ("return", "/requestedShipment/requestedPackageLineItems/0/customerReferences/3/value", json!("7".repeat(21))),
        ("Saturday", "/requestedShipment/shipmentSpecialServices/specialServiceTypes", json!(["SATURDAY"])),
        ("signature", "/requestedShipment/requestedPackageLineItems/0/signatureOptionType", json!("ADULT")),
        (
            "signature",
            "/requestedShipment/requestedPackageLineItems/0/packageSpecialServices/signatureOptionType",
            json!("YES"),
        ),
        ("home delivery", "/requestedShipment/recipients/0/address/residential", Value::Null),
        ("US to CA", "/requestedShipment/requestedPackageLineItems/0/subPackagingType", Value::Null),
        ("US to CA", "/requestedShipment/customsClearanceDetail/commercialInvoice", Value::Null),
        ("US to MX", "/requestedShipment/customsClearanceDetail/commodities/0/quantity", json!(2.5)),
        ("US to MX", "/requestedShipment/customsClearanceDetail/commodities/0/countryOfManufacture", json!("")),
        ("US to DE", "/requestedShipment/recipients/0/address/stateOrProvinceCode", json!("HH")),
        ("US to DE", "/requestedShipment/recipients/0/tins/0/number", json!("1".repeat(19))),
        ("DE to FR", "/requestedShipment/customsClearanceDetail/commercialInvoice/shipmentPurpose", json!("SALE")),
        ("DE to FR", "/requestedShipment/customsClearanceDetail/totalCustomsValue/amount", json!(100_000)),
        ("DE to FR", "/requestedShipment/shippingDocumentSpecification", Value::Null),
        ("return across a border", "/requestedShipment/customsClearanceDetail/customsOption/description", Value::Null),
    ]
}

#[test]
fn a_wrong_body_is_refused() {
    let ours = ours();
    for (shape, pointer, value) in wrongs() {
        let body = broken(shape, pointer, value.clone());
        assert!(!ours.is_valid(&body), "{shape}: {pointer} = {value} must be refused");
    }
    let Some(theirs) = theirs() else { return };
    // FedEx's own schema has few limits, but names, types and enumerations.
    for (shape, pointer, value) in [
        ("single", "/requestedShipment/shipDateStamp", json!(FRIDAY)),
        ("single", "/requestedShipment/recipients", Value::Null),
        ("single", "/requestedShipment/pickupType", json!("REGULAR_PICKUP")),
        ("single", "/requestedShipment/requestedPackageLineItems/0/weight/value", json!("13.2")),
        ("US to MX", "/requestedShipment/customsClearanceDetail/commodities/0/hsCode", json!("841370")),
    ] {
        let body = broken(shape, pointer, value.clone());
        assert!(!theirs.is_valid(&body), "{shape}: {pointer} = {value} must be refused by FedEx's own schema");
    }
}
