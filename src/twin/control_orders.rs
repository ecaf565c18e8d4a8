//! Orders from a compact description, for tests and for the seed.
//!
//! Everything but the number has a default that makes a shippable order, so a test states only
//! what it is about. A customer or item that does not exist yet is made on the way.

use serde_json::{Map, Value, json};

use super::clock::{self, HOUR_MS};
use super::entities;
use super::life_cycle;
use super::odata_write;
use super::state::World;
use super::table::{decimal, values};

/// What a compact order may say.
const FIELDS: [&str; 16] = [
    "number",
    "company",
    "customer",
    "phone",
    "mode",
    "status",
    "stopped",
    "warehouse",
    "po",
    "address",
    "contact",
    "lines",
    "invoice",
    "cause",
    "waiting",
    "properties",
];
/// A customer of each company that ships without trouble.
const USUAL_CUSTOMERS: [(&str, &str); 2] = [("usmf", "US-1001"), ("usrt", "RT-2001")];
/// The item of an order that names none.
const USUAL_ITEM: &str = "6205-2RS";
/// The phone of a customer made on the way.
const USUAL_PHONE: &str = "9015550199";

/// Creates or replaces an order and returns it as the control routes show it.
pub(super) fn place(world: &mut World, wanted: &Value) -> Result<Value, String> {
    let fields = wanted.as_object().ok_or("an order is a JSON object")?;
    if let Some(unknown) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        return Err(format!("unknown field {unknown}; an order may say {FIELDS:?}"));
    }
    let text = |name: &str| wanted[name].as_str();
    let company = text("company").unwrap_or("usmf").to_lowercase();
    let number = text("number").map_or_else(|| format!("SO-{:06}", 900_000 + world.next_serial()), str::to_owned);
    let customer = text("customer").map_or_else(|| usual_customer(&company), str::to_owned);
    ensure_customer(world, &company, &customer, wanted);
    let header = header(world, &company, &number, &customer, wanted)?;
    clear(world, &company, &number);
    world.tables.put(entities::headers(), header.clone());
    let usual = json!([{}]);
    let lines = match &wanted["lines"] {
        Value::Null => &usual,
        given => given,
    };
    for (at, line) in lines.as_array().into_iter().flatten().enumerate() {
        add_line(world, &header, at + 1, line)?;
    }
    match &wanted["invoice"] {
        Value::String(invoice) => life_cycle::post_invoice(world, &company, &number, Some(invoice)),
        Value::Array(several) => {
            for invoice in several.iter().filter_map(Value::as_str) {
                life_cycle::post_invoice(world, &company, &number, Some(invoice));
            }
        }
        _ => {}
    }
    if wanted["waiting"] == true {
        world.release.waiting.push_back((company.clone(), number.clone()));
    }
    world.touch();
    Ok(life_cycle::view(world, &company, &number))
}

fn usual_customer(company: &str) -> String {
    USUAL_CUSTOMERS.iter().find(|(known, _)| *known == company).map_or("C-1", |(_, customer)| customer).to_owned()
}

/// Removes what an order of the same number left behind.
fn clear(world: &mut World, company: &str, number: &str) {
    let tables = &mut world.tables;
    tables.remove_of(entities::lines(), company, "SalesOrderNumber", number);
    tables.remove_of(entities::invoices(), company, "SalesOrderNumber", number);
    tables.remove_of(entities::packing_slips(), company, "SalesId", number);
    tables.remove_of(entities::tracking(), company, "SalesOrderNumber", number);
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
        ]);
        world.tables.put(set, row);
    } else if let Some(phone) = wanted["phone"].as_str() {
        let changes = values([("PrimaryContactPhone", json!(phone))]);
        world.tables.merge(set, &[company, customer], changes);
    }
}

/// Reads a compact order against the customer it is for.
struct Wanted<'a> {
    order: &'a Value,
    customer: Map<String, Value>,
}

impl Wanted<'_> {
    fn text(&self, name: &str, usual: &str) -> Value {
        json!(self.order[name].as_str().unwrap_or(usual))
    }

    fn of_customer(&self, property: &str) -> Value {
        self.customer.get(property).cloned().unwrap_or(json!(""))
    }

    /// A part of the address: the order's own, else the customer's.
    fn address(&self, name: &str, property: &str) -> Value {
        match &self.order["address"][name] {
            Value::Null => self.of_customer(property),
            given => given.clone(),
        }
    }

    fn country(&self, name: &str, usual: &str) -> Value {
        json!(self.order["address"][name].as_str().unwrap_or(usual))
    }

    fn address_values(&self) -> Map<String, Value> {
        values([
            ("DeliveryAddressName", self.address("name", "OrganizationName")),
            ("DeliveryAddressStreet", self.address("street", "DeliveryAddressStreet")),
            ("DeliveryAddressCity", self.address("city", "DeliveryAddressCity")),
            ("DeliveryAddressStateId", self.address("state", "DeliveryAddressState")),
            ("DeliveryAddressZipCode", self.address("zip", "DeliveryAddressZipCode")),
            ("DeliveryAddressCountryRegionId", self.country("country", "USA")),
            ("DeliveryAddressCountryRegionISOCode", self.country("iso", "US")),
        ])
    }
}

fn header(
    world: &World,
    company: &str,
    number: &str,
    customer: &str,
    order: &Value,
) -> Result<Map<String, Value>, String> {
    let row = world.tables.row(entities::customers(), &[company, customer]);
    let customer_values = row.map_or_else(Map::new, |row| row.stored().clone());
    let wanted = Wanted { order, customer: customer_values };
    let waiting = order["waiting"] == true;
    let status = wanted.text("status", if waiting { "Active" } else { "Confirmed" });
    let stopped = if order["stopped"] == true { "Yes" } else { "No" };
    let contact = wanted.of_customer("ContactPersonId");
    let now_ms = world.now_ms();
    let mut header = values([
        ("dataAreaId", json!(company)),
        ("SalesOrderNumber", json!(number)),
        ("SalesOrderName", wanted.of_customer("OrganizationName")),
        ("SalesOrderStatus", json!(order_status(status.as_str().unwrap_or_default()))),
        ("SalesOrderProcessingStatus", status),
        ("IsSalesProcessingStopped", json!(stopped)),
        ("OrderingCustomerAccountNumber", json!(customer)),
        ("InvoiceCustomerAccountNumber", json!(customer)),
        ("CustomersOrderReference", wanted.text("po", "")),
        ("ContactPersonId", wanted.text("contact", contact.as_str().unwrap_or_default())),
        ("Email", wanted.of_customer("PrimaryContactEmail")),
        ("CurrencyCode", json!("USD")),
        ("LanguageId", json!("en-US")),
        ("PaymentTermsName", json!("Net30")),
        ("DeliveryModeCode", wanted.text("mode", "FEDEX-GRD")),
        ("DeliveryTermsCode", json!("PP")),
        ("DefaultShippingSiteId", json!("1")),
        ("DefaultShippingWarehouseId", wanted.text("warehouse", usual_warehouse(company))),
        ("OrderCreationDateTime", json!(clock::utc(now_ms - 6 * HOUR_MS))),
        ("RequestedShippingDate", json!(clock::noon(now_ms + 24 * HOUR_MS))),
        ("RequestedReceiptDate", json!(clock::noon(now_ms + 96 * HOUR_MS))),
        ("CampaignId", wanted.text("cause", "")),
    ]);
    header.extend(wanted.address_values());
    header.retain(|_, value| value != "");
    header.extend(overrides(entities::headers(), &order["properties"])?);
    Ok(header)
}

fn usual_warehouse(company: &str) -> &'static str {
    if company == "usrt" { "WEST" } else { "24" }
}

/// How the status of an order follows from its processing status.
fn order_status(processing: &str) -> &'static str {
    match processing {
        "Delivered" | "DeliveredPartiallyInvoiced" => "Delivered",
        "Invoiced" => "Invoiced",
        "Canceled" => "Canceled",
        _ => "Backorder",
    }
}

/// Properties given by their D365 names, checked like those of a request.
pub(super) fn overrides(set: &entities::EntitySet, wanted: &Value) -> Result<Map<String, Value>, String> {
    match wanted {
        Value::Null => Ok(Map::new()),
        Value::Object(properties) => odata_write::check(set, properties.clone()),
        _ => Err("properties is an object of D365 property names".to_owned()),
    }
}

/// The item of a line; one that does not exist is made with the weight the line gives.
fn ensure_item(world: &mut World, company: &str, line: &Value) -> String {
    let weight = line["weight_kg"].as_f64();
    let item = match (line["item"].as_str(), weight) {
        (Some(item), _) => item.to_owned(),
        (None, Some(weight)) => format!("KG-{weight}"),
        (None, None) => USUAL_ITEM.to_owned(),
    };
    let set = entities::products();
    if world.tables.row(set, &[company, &item]).is_none() {
        let row = values([
            ("dataAreaId", json!(company)),
            ("ItemNumber", json!(item)),
            ("ProductNumber", json!(item)),
            ("ProductName", json!(format!("Twin item {item}"))),
            ("SearchName", json!(format!("Twin item {item}"))),
            ("InventoryUnitSymbol", json!("ea")),
            ("SalesUnitSymbol", json!("ea")),
            ("NetProductWeight", decimal(weight.unwrap_or(1.0))),
        ]);
        world.tables.put(set, row);
    }
    item
}

fn add_line(world: &mut World, header: &Map<String, Value>, at: usize, line: &Value) -> Result<(), String> {
    let company = header["dataAreaId"].as_str().unwrap_or_default();
    let item = ensure_item(world, company, line);
    let product = world.tables.row(entities::products(), &[company, &item]);
    let name = product.map_or("", |row| row.text("ProductName")).to_owned();
    let unit = product.map_or("", |row| row.text("SalesUnitSymbol")).to_owned();
    let quantity = line["quantity"].as_f64().unwrap_or(1.0);
    let price = line["price"].as_f64().unwrap_or(25.0);
    let of_header = |name: &str| header.get(name).cloned().unwrap_or(json!(""));
    let own = |name: &str, property: &str| match &line[name] {
        Value::Null => of_header(property),
        given => given.clone(),
    };
    let status = match line["status"].as_str() {
        Some(status) => json!(status),
        None => of_header("SalesOrderStatus"),
    };
    let lot = world.next_serial();
    let mut row = values([
        ("dataAreaId", json!(company)),
        ("InventoryLotId", json!(format!("{}-{lot:06}", company.to_uppercase()))),
        ("SalesOrderNumber", of_header("SalesOrderNumber")),
        ("LineNumber", json!(at)),
        ("LineCreationSequenceNumber", json!(at)),
        ("ItemNumber", json!(item)),
        ("LineDescription", json!(name)),
        ("OrderedSalesQuantity", decimal(quantity)),
        ("SalesUnitSymbol", json!(unit)),
        ("SalesPrice", decimal(price)),
        ("SalesPriceQuantity", json!(1)),
        ("LineAmount", decimal((quantity * price * 100.0).round() / 100.0)),
        ("CurrencyCode", json!("USD")),
        ("SalesOrderLineStatus", status),
        ("ShippingSiteId", json!("1")),
        ("ShippingWarehouseId", own("warehouse", "DefaultShippingWarehouseId")),
        ("DeliveryModeCode", own("mode", "DeliveryModeCode")),
    ]);
    for name in [
        "DeliveryAddressName",
        "DeliveryAddressStreet",
        "DeliveryAddressCity",
        "DeliveryAddressStateId",
        "DeliveryAddressZipCode",
        "DeliveryAddressCountryRegionId",
        "DeliveryAddressCountryRegionISOCode",
        "RequestedShippingDate",
    ] {
        row.insert(name.into(), of_header(name));
    }
    row.extend(overrides(entities::lines(), &line["properties"])?);
    world.tables.put(entities::lines(), row);
    Ok(())
}

/// Changes an order: properties by their D365 names, lines by their number, and an action.
pub(super) fn change(world: &mut World, company: &str, number: &str, wanted: &Value) -> Result<Value, String> {
    let Some(mut fields) = wanted.as_object().cloned() else {
        return Err("a change is a JSON object".to_owned());
    };
    if world.tables.row(entities::headers(), &[company, number]).is_none() {
        return Err(format!("no order {number} in company {company}"));
    }
    let action = fields.remove("action");
    let lines = fields.remove("lines");
    let header = odata_write::check(entities::headers(), fields)?;
    if let Some(Value::Object(lines)) = lines {
        for (line, changes) in lines {
            change_line(world, (company, number), &line, &changes)?;
        }
    }
    if !header.is_empty() {
        // What is changed on the header reaches the lines that had the header's value.
        copy_to_lines(world, company, number, &header);
        world.tables.merge(entities::headers(), &[company, number], header);
    }
    world.touch();
    if let Some(action) = action {
        life_cycle::act(world, company, number, action.as_str().unwrap_or_default())?;
    }
    Ok(life_cycle::view(world, company, number))
}

fn line_lots(world: &World, company: &str, number: &str) -> Vec<(String, String)> {
    let set = entities::lines();
    world
        .tables
        .of(set, company, "SalesOrderNumber", number)
        .into_iter()
        .map(|line| (line.value(set, "LineNumber").to_string(), line.text("InventoryLotId").to_owned()))
        .collect()
}

fn change_line(world: &mut World, (company, number): (&str, &str), line: &str, changes: &Value) -> Result<(), String> {
    let lots = line_lots(world, company, number);
    let (_, lot) =
        lots.iter().find(|(found, _)| found == line).ok_or_else(|| format!("order {number} has no line {line}"))?;
    let changes = overrides(entities::lines(), changes)?;
    world.tables.merge(entities::lines(), &[company, lot], changes);
    Ok(())
}

fn copy_to_lines(world: &mut World, company: &str, number: &str, header: &Map<String, Value>) {
    let copied: Map<String, Value> = header
        .iter()
        .filter(|(name, _)| name.starts_with("DeliveryAddress") || *name == "DeliveryModeCode")
        .filter(|(name, _)| entities::lines().property(name).is_some())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if copied.is_empty() {
        return;
    }
    for (_, lot) in line_lots(world, company, number) {
        world.tables.merge(entities::lines(), &[company, &lot], copied.clone());
    }
}
