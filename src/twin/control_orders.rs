//! Orders from a compact description, for tests and for the seed.
//!
//! Everything but the number has a default that makes a shippable order, so a test states only
//! what it is about. A customer or item that does not exist yet is made on the way. `compact.rs`
//! lists the fields.

use serde_json::{Map, Value, json};

use super::clock::{self, HOUR_MS};
use super::compact::{self, ADDRESS, CHANGE_ONLY, HEADER, NEW_ONLY, ORDER_ONLY};
use super::control_lines;
use super::entities::{self, EntitySet};
use super::life_cycle;
use super::odata_write;
use super::sales_table;
use super::state::World;
use super::table::values;

/// A customer of each company that ships without trouble.
const USUAL_CUSTOMERS: [(&str, &str); 2] = [("usmf", "US-1001"), ("usrt", "RT-2001")];
/// The phone of a customer made on the way.
const USUAL_PHONE: &str = "9015550199";
/// The parts of a customer's delivery address, and the parts of an order's that they become.
const OF_CUSTOMER: [(&str, &str); 7] = [
    ("OrganizationName", "DeliveryAddressName"),
    ("DeliveryAddressStreet", "DeliveryAddressStreet"),
    ("DeliveryAddressCity", "DeliveryAddressCity"),
    ("DeliveryAddressState", "DeliveryAddressStateId"),
    ("DeliveryAddressZipCode", "DeliveryAddressZipCode"),
    ("DeliveryAddressCountryRegionId", "DeliveryAddressCountryRegionId"),
    ("DeliveryAddressCountryRegionISOCode", "DeliveryAddressCountryRegionISOCode"),
];

/// Creates or replaces an order and returns it as the control routes show it.
pub(super) fn place(world: &mut World, wanted: &Value) -> Result<Value, String> {
    let (company, number) = make(world, wanted)?;
    Ok(life_cycle::view(world, &company, &number))
}

/// Creates or replaces several orders and returns their names only: thousands would not fit well.
pub(super) fn place_all(world: &mut World, wanted: &[Value]) -> Result<Value, String> {
    let mut made = Vec::with_capacity(wanted.len());
    for (at, one) in wanted.iter().enumerate() {
        let (company, number) = make(world, one).map_err(|error| format!("order {at} of the array: {error}"))?;
        made.push(json!({"company": company, "number": number}));
    }
    Ok(Value::Array(made))
}

fn make(world: &mut World, wanted: &Value) -> Result<(String, String), String> {
    compact::known("an order", wanted, &[HEADER], &[NEW_ONLY, ORDER_ONLY])?;
    let text = |name: &str| wanted[name].as_str();
    let company = text("company").unwrap_or("usmf").to_lowercase();
    let number = text("number").map_or_else(|| format!("SO-{:06}", 900_000 + world.next_serial()), str::to_owned);
    let customer = text("customer").map_or_else(|| usual_customer(&company), str::to_owned);
    ensure_customer(world, &company, &customer, wanted);
    let header = header(world, [&company, &number, &customer], wanted)?;
    clear(world, &company, &number);
    world.tables.put(entities::headers(), header.clone());
    let usual = vec![json!({})];
    let lines = wanted["lines"].as_array().unwrap_or(&usual);
    for (at, line) in lines.iter().enumerate() {
        control_lines::add(world, &header, at + 1, line)?;
    }
    life_cycle::confirmed_on_arrival(world, &company, &number);
    post_invoices(world, &company, &number, &wanted["invoice"]);
    if wanted["waiting"] == true {
        world.release.waiting.push_back((company.clone(), number.clone()));
    }
    sales_table::mirror(world, &company, &number);
    set_residential(world, &company, &number, &wanted["residential"]);
    world.touch();
    Ok((company, number))
}

fn usual_customer(company: &str) -> String {
    USUAL_CUSTOMERS.iter().find(|(known, _)| *known == company).map_or("C-1", |(_, customer)| customer).to_owned()
}

/// Removes what an order of the same number left behind.
fn clear(world: &mut World, company: &str, number: &str) {
    let tables = &mut world.tables;
    for (set, property) in [
        (entities::lines(), "SalesOrderNumber"),
        (entities::confirmations(), "SalesOrderNumber"),
        (entities::invoices(), "SalesOrderNumber"),
        (entities::packing_slips(), "SalesId"),
        (entities::tracking(), "SalesOrderNumber"),
        (entities::sales_table(), "SalesId"),
    ] {
        tables.remove_of(set, company, property, number);
    }
    world.release.waiting.retain(|(waiting_company, waiting)| waiting_company != company || waiting != number);
}

fn ensure_customer(world: &mut World, company: &str, customer: &str, wanted: &Value) {
    let set = entities::customers();
    if world.tables.row(set, &[company, customer]).is_none() {
        let name = wanted["address"]["name"].as_str().unwrap_or("Twin Test Customer");
        let phone = wanted["phone"].as_str().unwrap_or(USUAL_PHONE);
        let row = values([
            ("dataAreaId", json!(company)),
            ("CustomerAccount", json!(customer)),
            ("OrganizationName", json!(name)),
            ("PrimaryContactPhone", json!(phone)),
            ("DeliveryAddressStreet", json!("100 Peabody Pl")),
            ("DeliveryAddressCity", json!("Memphis")),
            ("DeliveryAddressState", json!("TN")),
            ("DeliveryAddressZipCode", json!("38103")),
            ("DeliveryAddressCountryRegionId", json!("USA")),
            ("DeliveryAddressCountryRegionISOCode", json!("US")),
        ]);
        world.tables.put(set, row);
    } else {
        set_phone(world, company, customer, &wanted["phone"]);
    }
}

fn set_phone(world: &mut World, company: &str, customer: &str, phone: &Value) {
    if phone.is_string() {
        let changes = values([("PrimaryContactPhone", phone.clone())]);
        world.tables.merge(entities::customers(), &[company, customer], changes);
    }
}

fn set_residential(world: &mut World, company: &str, number: &str, residential: &Value) {
    if let Some(yes) = residential.as_bool() {
        let changes = values([("ShipCarrierResidential", compact::yes_no(yes))]);
        world.tables.merge(entities::sales_table(), &[company, number], changes);
    }
}

fn post_invoices(world: &mut World, company: &str, number: &str, wanted: &Value) {
    let several = match wanted {
        Value::Array(several) => several.as_slice(),
        one => std::slice::from_ref(one),
    };
    for invoice in several.iter().filter_map(Value::as_str) {
        life_cycle::post_invoice(world, company, number, Some(invoice));
    }
}

fn header(world: &World, [company, number, customer]: [&str; 3], order: &Value) -> Result<Map<String, Value>, String> {
    let set = entities::headers();
    let row = world.tables.row(entities::customers(), &[company, customer]);
    let of_customer = |property: &str| json!(row.map_or("", |row| row.text(property)));
    let currency = row.map(|row| row.text("SalesCurrencyCode")).filter(|code| !code.is_empty()).unwrap_or("USD");
    let status = order["status"].as_str().unwrap_or(if order["waiting"] == true { "Active" } else { "Confirmed" });
    let now_ms = world.now_ms();
    let mut header = values([
        ("dataAreaId", json!(company)),
        ("SalesOrderNumber", json!(number)),
        ("SalesOrderName", of_customer("OrganizationName")),
        ("OrderingCustomerAccountNumber", json!(customer)),
        ("InvoiceCustomerAccountNumber", json!(customer)),
        ("ContactPersonId", of_customer("ContactPersonId")),
        ("Email", of_customer("PrimaryContactEmail")),
        ("TaxExemptNumber", of_customer("TaxExemptNumber")),
        ("CurrencyCode", json!(currency)),
        ("LanguageId", json!("en-US")),
        ("PaymentTermsName", json!("Net30")),
        ("DeliveryModeCode", json!("FEDEX-GRD")),
        ("DeliveryTermsCode", json!("PP")),
        ("IsSalesProcessingStopped", json!("No")),
        ("DefaultShippingSiteId", json!("1")),
        ("DefaultShippingWarehouseId", json!(usual_warehouse(company))),
        ("OrderCreationDateTime", json!(clock::utc(now_ms - 6 * HOUR_MS))),
        ("RequestedShippingDate", json!(clock::noon(now_ms + 24 * HOUR_MS))),
        ("RequestedReceiptDate", json!(clock::noon(now_ms + 96 * HOUR_MS))),
    ]);
    header.extend(statuses(status)?);
    header.extend(compact::properties(HEADER, set, order)?);
    let there = OF_CUSTOMER.iter().map(|(from, to)| ((*to).to_owned(), of_customer(from))).collect();
    header.extend(compact::address(set, &order["address"], &there)?);
    header.retain(|_, value| value != "");
    header.extend(overrides(set, &order["properties"])?);
    Ok(header)
}

fn usual_warehouse(company: &str) -> &'static str {
    if company == "usrt" { "WEST" } else { "24" }
}

/// Both statuses of an order whose processing status is the given one.
fn statuses(processing: &str) -> Result<Map<String, Value>, String> {
    let status = match processing {
        "Delivered" | "DeliveredPartiallyInvoiced" => "Delivered",
        "Invoiced" => "Invoiced",
        "Canceled" => "Canceled",
        _ => "Backorder",
    };
    let both = values([("SalesOrderStatus", json!(status)), ("SalesOrderProcessingStatus", json!(processing))]);
    odata_write::check(entities::headers(), both)
}

/// Properties given by their D365 names, checked like those of a request.
pub(super) fn overrides(set: &EntitySet, wanted: &Value) -> Result<Map<String, Value>, String> {
    match wanted {
        Value::Null => Ok(Map::new()),
        Value::Object(properties) => odata_write::check(set, properties.clone()),
        _ => Err("properties is an object of D365 property names".to_owned()),
    }
}

/// Changes an order: compact fields or D365 properties, lines by their number, and an action.
pub(super) fn change(world: &mut World, company: &str, number: &str, wanted: &Value) -> Result<Value, String> {
    let (wanted, properties) = compact::split(wanted)?;
    compact::known("a change", &wanted, &[HEADER], &[ORDER_ONLY, CHANGE_ONLY])?;
    let set = entities::headers();
    let Some(row) = world.tables.row(set, &[company, number]) else {
        return Err(format!("no order {number} in company {company}"));
    };
    let before = row.stored().clone();
    let mut changes = compact::properties(HEADER, set, &wanted)?;
    if let Some(status) = wanted["status"].as_str() {
        changes.extend(statuses(status)?);
    }
    if !wanted["address"].is_null() {
        changes.extend(compact::address(set, &wanted["address"], &before)?);
    }
    changes.extend(odata_write::check(set, properties)?);
    if !changes.is_empty() {
        control_lines::follow(world, &before, &changes);
        world.tables.merge(set, &[company, number], changes);
        sales_table::mirror(world, company, number);
    }
    for (line, changes) in wanted["lines"].as_object().into_iter().flatten() {
        control_lines::change(world, (company, number), line, changes)?;
    }
    for line in wanted["add_lines"].as_array().into_iter().flatten() {
        control_lines::append(world, company, number, line)?;
    }
    let customer = before.get("OrderingCustomerAccountNumber").and_then(Value::as_str).unwrap_or_default();
    set_phone(world, company, customer, &wanted["phone"]);
    set_residential(world, company, number, &wanted["residential"]);
    post_invoices(world, company, number, &wanted["invoice"]);
    world.touch();
    if let Some(action) = wanted.get("action") {
        life_cycle::act(world, company, number, action.as_str().unwrap_or_default())?;
    }
    Ok(life_cycle::view(world, company, number))
}

/// The parts of a header's address, which the lines have as well.
pub(super) fn address_of(values: &Map<String, Value>) -> [&str; ADDRESS.len()] {
    let mut parts = [""; ADDRESS.len()];
    for (part, (_, property)) in parts.iter_mut().zip(ADDRESS) {
        *part = values.get(*property).and_then(Value::as_str).unwrap_or_default();
    }
    parts
}

#[cfg(test)]
#[path = "control_orders_tests.rs"]
mod tests;
