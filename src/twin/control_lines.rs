//! Lines of the compact orders, and the items that they name.
//!
//! A line that says nothing has what its order has. What a line says of its item is written on the
//! product, where F&O keeps it: weight, size, origin, tariff, and how units convert.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::compact::{self, ADDRESS, DIMENSIONS, ITEM, ITEM_OBJECT_ONLY, ITEM_ONLY, LINE, LINE_ONLY};
use super::control_orders::{address_of, overrides};
use super::entities;
use super::odata_write;
use super::state::{World, hex};
use super::table::{Row, decimal, values};

/// The item of a line that says nothing of it.
const USUAL_ITEM: &str = "6205-2RS";
/// The unit of an item made on the way.
const USUAL_UNIT: &str = "ea";
/// The weight in kilograms of an item made on the way.
const USUAL_WEIGHT: f64 = 1.0;
/// Price of a line that says none.
const USUAL_PRICE: f64 = 25.0;
/// Header properties that a line of its own takes over, by the line's name.
const OF_HEADER: [(&str, &str); 7] = [
    ("SalesOrderNumber", "SalesOrderNumber"),
    ("SalesOrderLineStatus", "SalesOrderStatus"),
    ("ShippingSiteId", "DefaultShippingSiteId"),
    ("ShippingWarehouseId", "DefaultShippingWarehouseId"),
    ("DeliveryModeCode", "DeliveryModeCode"),
    ("DeliveryTermsId", "DeliveryTermsCode"),
    ("RequestedShippingDate", "RequestedShippingDate"),
];

/// What a line says of its item: its own fields, and those of an `item` object over them.
fn said_of_item(line: &Value) -> Result<Map<String, Value>, String> {
    let fields = ITEM.iter().map(|(field, _)| *field).chain(ITEM_ONLY.iter().copied());
    let mut said: Map<String, Value> =
        fields.filter(|field| !line[*field].is_null()).map(|field| (field.to_owned(), line[field].clone())).collect();
    match &line["item"] {
        Value::String(number) => {
            said.insert("number".into(), json!(number));
        }
        Value::Object(object) => {
            compact::known("an item", &line["item"], &[ITEM], &[ITEM_ONLY, ITEM_OBJECT_ONLY])?;
            said.extend(object.clone());
        }
        Value::Null => {}
        _ => return Err("item is a number in quotes or an object".to_owned()),
    }
    Ok(said)
}

/// The number of an item that none names: the same description is the same item.
fn number_of(said: &Map<String, Value>) -> String {
    match said.get("weight_kg") {
        _ if said.is_empty() => USUAL_ITEM.to_owned(),
        Some(weight) if said.len() == 1 => format!("KG-{}", decimal(weight.as_f64().unwrap_or_default())),
        _ => format!("TWIN-{}", hex(&Sha256::digest(json!(said).to_string())[..4]).to_uppercase()),
    }
}

/// The item of a line. One that does not exist is made; what is said of one is written on it.
fn ensure_item(world: &mut World, company: &str, line: &Value) -> Result<String, String> {
    let said = said_of_item(line)?;
    let item = said.get("number").and_then(Value::as_str).map_or_else(|| number_of(&said), str::to_owned);
    let said = Value::Object(said);
    let set = entities::products();
    let mut changes = compact::properties(ITEM, set, &said)?;
    changes.extend(compact::properties(DIMENSIONS, set, &said["dimensions"])?);
    if let Some((_, three)) = said["origin"].as_str().and_then(compact::country) {
        changes.insert("OriginCountryRegionId".into(), json!(three));
    }
    if let Some(service) = said["service"].as_bool() {
        changes.insert("ProductType".into(), json!(if service { "Service" } else { "Item" }));
    }
    changes.extend(overrides(set, &said["properties"])?);
    if world.tables.row(set, &[company, &item]).is_none() {
        let unit = line["unit"].as_str().unwrap_or(USUAL_UNIT);
        let mut row = values([
            ("dataAreaId", json!(company)),
            ("ItemNumber", json!(item)),
            ("ProductNumber", json!(item)),
            ("ProductName", json!(format!("Twin item {item}"))),
            ("SearchName", json!(format!("Twin item {item}"))),
            ("InventoryUnitSymbol", json!(USUAL_UNIT)),
            ("SalesUnitSymbol", json!(unit)),
            ("NetProductWeight", decimal(USUAL_WEIGHT)),
        ]);
        row.extend(changes);
        world.tables.put(set, row);
    } else if !changes.is_empty() {
        world.tables.merge(set, &[company, &item], changes);
    }
    if let Some(factor) = said["factor"].as_f64() {
        convert(world, company, &item, line["unit"].as_str(), factor);
    }
    Ok(item)
}

/// Writes down how many inventory units a sales unit of the product holds.
fn convert(world: &mut World, company: &str, item: &str, unit: Option<&str>, factor: f64) {
    let Some(product) = world.tables.row(entities::products(), &[company, item]) else {
        return;
    };
    let unit = unit.unwrap_or(product.text("SalesUnitSymbol")).to_owned();
    let row = values([
        ("FromUnitSymbol", json!(unit)),
        ("ToUnitSymbol", json!(product.text("InventoryUnitSymbol"))),
        ("ProductNumber", json!(product.text("ProductNumber"))),
        ("Factor", decimal(factor)),
        ("Numerator", json!(1)),
        ("Denominator", json!(1)),
    ]);
    world.tables.put(entities::product_units(), row);
}

/// The part of a line that comes from its item.
fn item_values(world: &World, company: &str, item: &str) -> Map<String, Value> {
    let product = world.tables.row(entities::products(), &[company, item]);
    let text = |property: &str| json!(product.map_or("", |row| row.text(property)));
    values([
        ("ItemNumber", json!(item)),
        ("LineDescription", text("ProductName")),
        ("SalesUnitSymbol", text("SalesUnitSymbol")),
        ("IntrastatCommodityCode", text("IntrastatCommodityCode")),
    ])
}

/// The amount of a line as F&O calculates it: two decimals.
fn amount(row: &Map<String, Value>) -> Value {
    let number = |name: &str, usual: f64| row.get(name).and_then(Value::as_f64).unwrap_or(usual);
    let per = number("SalesPriceQuantity", 1.0);
    let amount = number("OrderedSalesQuantity", 0.0) * number("SalesPrice", 0.0) / if per == 0.0 { 1.0 } else { per };
    decimal((amount * 100.0).round() / 100.0)
}

/// Adds a line to the order of the header.
pub(super) fn add(world: &mut World, header: &Map<String, Value>, at: usize, line: &Value) -> Result<(), String> {
    compact::known("a line", line, &[LINE, ITEM], &[LINE_ONLY, ITEM_ONLY])?;
    let set = entities::lines();
    let company = header["dataAreaId"].as_str().unwrap_or_default().to_owned();
    let item = ensure_item(world, &company, line)?;
    let lot = world.next_serial();
    let mut row = values([
        ("dataAreaId", json!(company)),
        ("InventoryLotId", json!(format!("{}-{lot:06}", company.to_uppercase()))),
        ("LineNumber", json!(at)),
        ("LineCreationSequenceNumber", json!(at)),
        ("OrderedSalesQuantity", json!(1)),
        ("SalesPrice", decimal(USUAL_PRICE)),
        ("SalesPriceQuantity", json!(1)),
        ("CurrencyCode", json!("USD")),
    ]);
    row.extend(item_values(world, &company, &item));
    for (own, of_header) in OF_HEADER.into_iter().chain([("CurrencyCode", "CurrencyCode")]) {
        if let Some(value) = header.get(of_header) {
            row.insert(own.into(), value.clone());
        }
    }
    row.extend(compact::properties(LINE, set, line)?);
    row.extend(compact::address(set, &line["address"], header)?);
    row.insert("LineAmount".into(), amount(&row));
    row.retain(|_, value| value != "");
    row.extend(overrides(set, &line["properties"])?);
    world.tables.put(set, row);
    Ok(())
}

/// Adds a line after the last one of an order.
pub(super) fn append(world: &mut World, company: &str, number: &str, line: &Value) -> Result<(), String> {
    let last = lines(world, company, number)
        .iter()
        .filter_map(|line| line.stored().get("LineNumber")?.as_u64())
        .max()
        .unwrap_or_default();
    let header = world.tables.row(entities::headers(), &[company, number]);
    let header = header.map_or_else(Map::new, |row| row.stored().clone());
    let at = usize::try_from(last).unwrap_or_default() + 1;
    add(world, &header, at, line)
}

fn lines<'a>(world: &'a World, company: &str, number: &str) -> Vec<&'a Row> {
    world.tables.of(entities::lines(), company, "SalesOrderNumber", number)
}

/// Changes one line by its number; compact fields and D365 properties may be mixed.
pub(super) fn change(
    world: &mut World,
    (company, number): (&str, &str),
    line: &str,
    wanted: &Value,
) -> Result<(), String> {
    let set = entities::lines();
    let (wanted, properties) = compact::split(wanted)?;
    compact::known("a line", &wanted, &[LINE, ITEM], &[LINE_ONLY, ITEM_ONLY])?;
    let at = |row: &Row| row.stored().get("LineNumber").and_then(Value::as_u64);
    let found = line
        .parse()
        .ok()
        .and_then(|wanted: u64| lines(world, company, number).into_iter().find(|row| at(row) == Some(wanted)));
    let mut row = found.ok_or_else(|| format!("order {number} has no line {line}"))?.stored().clone();
    let mut changes = Map::new();
    let mut of_item = wanted.clone();
    if wanted["item"].is_null() {
        of_item["item"] = row["ItemNumber"].clone();
    }
    let item = ensure_item(world, company, &of_item)?;
    if row["ItemNumber"] != item.as_str() {
        changes.extend(item_values(world, company, &item));
    }
    changes.extend(compact::properties(LINE, set, &wanted)?);
    if !wanted["address"].is_null() {
        changes.extend(compact::address(set, &wanted["address"], &row)?);
    }
    row.extend(changes.clone());
    changes.insert("LineAmount".into(), amount(&row));
    changes.extend(overrides(set, &wanted["properties"])?);
    changes.extend(odata_write::check(set, properties)?);
    let lot = row["InventoryLotId"].as_str().unwrap_or_default();
    world.tables.merge(set, &[company, lot], changes);
    Ok(())
}

/// What changes on the header reaches the lines that had the header's value, as F&O offers it.
pub(super) fn follow(world: &mut World, before: &Map<String, Value>, changes: &Map<String, Value>) {
    let set = entities::lines();
    let text =
        |of: &Map<String, Value>, name: &str| of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (company, number) = (text(before, "dataAreaId"), text(before, "SalesOrderNumber"));
    let is_address = |name: &str| ADDRESS.iter().any(|(_, property)| *property == name);
    let mut follows: Vec<(String, Map<String, Value>)> = Vec::new();
    for line in lines(world, &company, &number) {
        let same_address = address_of(before) == address_of(line.stored());
        let mut copied: Map<String, Value> = changes
            .iter()
            .filter(|(name, _)| same_address && is_address(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        for (own, of_header) in OF_HEADER {
            if let Some(value) = changes.get(of_header)
                && text(before, of_header) == line.text(own)
            {
                copied.insert(own.to_owned(), value.clone());
            }
        }
        if !copied.is_empty() {
            follows.push((line.text("InventoryLotId").to_owned(), copied));
        }
    }
    for (lot, copied) in follows {
        world.tables.merge(set, &[&company, &lot], copied);
    }
}
