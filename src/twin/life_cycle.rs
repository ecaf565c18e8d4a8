//! What happens to an order inside D365: confirmed, stopped, cancelled, delivered, invoiced.
//!
//! Each action moves both statuses as F&O combines them. There is no standard way to do these over
//! `OData`, so only the control routes and the release of waiting orders come here.

use serde_json::{Map, Value, json};

use super::clock;
use super::entities::{self, EntitySet};
use super::sales_table;
use super::state::World;
use super::table::{Row, decimal, values};

/// The actions a test may ask for.
pub(super) const ACTIONS: [&str; 8] =
    ["confirm", "stop", "unstop", "cancel", "pick", "packing_slip", "invoice", "prepay"];

/// Performs an action on an order.
pub(super) fn act(world: &mut World, company: &str, number: &str, action: &str) -> Result<(), String> {
    if world.tables.row(entities::headers(), &[company, number]).is_none() {
        return Err(format!("no order {number} in company {company}"));
    }
    match action {
        // Confirming again keeps the status and adds a document.
        "confirm" => {
            set_status(world, company, number, "Backorder", "Confirmed");
            post_confirmation(world, company, number);
        }
        "pick" => set_status(world, company, number, "Backorder", "Picked"),
        "stop" => set_header(world, company, number, [("IsSalesProcessingStopped", json!("Yes"))]),
        "unstop" => set_header(world, company, number, [("IsSalesProcessingStopped", json!("No"))]),
        "cancel" => {
            set_status(world, company, number, "Canceled", "Canceled");
            set_lines(world, company, number, "Canceled");
        }
        "packing_slip" => {
            post_packing_slip(world, company, number);
            set_status(world, company, number, "Delivered", "Delivered");
            set_lines(world, company, number, "Delivered");
        }
        "invoice" => {
            post_invoice(world, company, number, None);
            set_status(world, company, number, "Invoiced", "Invoiced");
            set_lines(world, company, number, "Invoiced");
        }
        // A prepayment invoice exists before anything was shipped and leaves the order open.
        "prepay" => post_invoice(world, company, number, None),
        _ => return Err(format!("action must be one of {ACTIONS:?}")),
    }
    sales_table::mirror(world, company, number);
    world.touch();
    Ok(())
}

fn set_header<const N: usize>(world: &mut World, company: &str, number: &str, changes: [(&str, Value); N]) {
    world.tables.merge(entities::headers(), &[company, number], values(changes));
}

fn set_status(world: &mut World, company: &str, number: &str, status: &str, processing: &str) {
    let today = clock::noon(world.now_ms());
    set_header(
        world,
        company,
        number,
        [
            ("SalesOrderStatus", json!(status)),
            ("SalesOrderProcessingStatus", json!(processing)),
            ("ConfirmedShippingDate", json!(today)),
        ],
    );
}

/// Moves the open lines; a cancelled line stays cancelled.
fn set_lines(world: &mut World, company: &str, number: &str, status: &str) {
    let set = entities::lines();
    let open = open_lines(world, company, number);
    let lots: Vec<String> = open.into_iter().map(|line| line.text("InventoryLotId").to_owned()).collect();
    for lot in lots {
        let changes = values([("SalesOrderLineStatus", json!(status))]);
        world.tables.merge(set, &[company, &lot], changes);
    }
}

/// Reads texts of an order's header.
fn header_texts<const N: usize>(world: &World, company: &str, number: &str, properties: [&str; N]) -> [String; N] {
    let row = world.tables.row(entities::headers(), &[company, number]);
    properties.map(|name| row.map_or_else(String::new, |row| row.text(name).to_owned()))
}

/// An order that arrives Confirmed or further on was confirmed once.
pub(super) fn confirmed_on_arrival(world: &mut World, company: &str, number: &str) {
    let [processing] = header_texts(world, company, number, ["SalesOrderProcessingStatus"]);
    if !["", "Active", "Canceled"].contains(&processing.as_str()) {
        post_confirmation(world, company, number);
    }
}

/// Writes the confirmation `<order>-1`, or the next number after those there are.
fn post_confirmation(world: &mut World, company: &str, number: &str) {
    let set = entities::confirmations();
    let Some(header) = world.tables.row(entities::headers(), &[company, number]) else {
        return;
    };
    let before = world.tables.of(set, company, "SalesOrderNumber", number).len();
    let mut row: Map<String, Value> = header
        .stored()
        .iter()
        .filter(|(name, _)| set.property(name).is_some())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let net: f64 = open_lines(world, company, number).iter().map(|line| net_weight(world, company, line)).sum();
    row.extend(values([
        ("ConfirmationNumber", json!(format!("{}-{}", header.text("SalesOrderNumber"), before + 1))),
        ("ConfirmationDate", json!(clock::noon(world.now_ms()))),
        ("TotalQuantity", decimal(total(world, company, number, "OrderedSalesQuantity"))),
        ("TotalConfirmedAmount", decimal(total(world, company, number, "LineAmount"))),
        ("TotalNetWeight", decimal((net * 1_000.0).round() / 1_000.0)),
    ]));
    world.tables.put(set, row);
}

fn open_lines<'a>(world: &'a World, company: &str, number: &str) -> Vec<&'a Row> {
    let lines = world.tables.of(entities::lines(), company, "SalesOrderNumber", number);
    lines.into_iter().filter(|line| line.text("SalesOrderLineStatus") != "Canceled").collect()
}

/// Kilograms of a line without packing: products weigh per inventory unit, lines count sales units.
fn net_weight(world: &World, company: &str, line: &Row) -> f64 {
    let Some(product) = world.tables.row(entities::products(), &[company, line.text("ItemNumber")]) else {
        return 0.0;
    };
    let number = |row: &Row, name: &str| row.stored().get(name).and_then(Value::as_f64).unwrap_or_default();
    let units = [line.text("SalesUnitSymbol"), product.text("InventoryUnitSymbol"), product.text("ProductNumber")];
    let factor = world.tables.row(entities::product_units(), &units).map_or(1.0, |row| number(row, "Factor"));
    number(line, "OrderedSalesQuantity") * factor * number(product, "NetProductWeight")
}

fn post_packing_slip(world: &mut World, company: &str, number: &str) {
    let serial = world.next_serial();
    let today = clock::noon(world.now_ms());
    let [customer, name, mode, order, data_area] = header_texts(
        world,
        company,
        number,
        ["OrderingCustomerAccountNumber", "DeliveryAddressName", "DeliveryModeCode", "SalesOrderNumber", "dataAreaId"],
    );
    let quantity: f64 = total(world, company, number, "OrderedSalesQuantity");
    let slip = values([
        ("dataAreaId", json!(data_area)),
        ("SourceDocumentHeader", json!((5_637_200_000 + serial).to_string())),
        ("SalesId", json!(order)),
        ("PackingSlipId", json!(format!("{}-PS-{serial:06}", data_area.to_uppercase()))),
        ("DeliveryDate", json!(today)),
        ("CreatedOn", json!(clock::utc(world.now_ms()))),
        ("OrderAccount", json!(customer)),
        ("InvoiceAccount", json!(customer)),
        ("DeliveryName", json!(name)),
        ("DlvMode", json!(mode)),
        ("Qty", decimal(quantity)),
    ]);
    world.tables.put(entities::packing_slips(), slip);
}

/// Posts an invoice, under the given number or the next one.
pub(super) fn post_invoice(world: &mut World, company: &str, number: &str, invoice: Option<&str>) {
    let serial = world.next_serial();
    let today = clock::noon(world.now_ms());
    let [customer, currency, mode, order, data_area, reference] = header_texts(
        world,
        company,
        number,
        [
            "InvoiceCustomerAccountNumber",
            "CurrencyCode",
            "DeliveryModeCode",
            "SalesOrderNumber",
            "dataAreaId",
            "CustomersOrderReference",
        ],
    );
    let invoice = invoice.map_or_else(|| format!("FTI-{serial:08}"), str::to_owned);
    let amount = total(world, company, number, "LineAmount");
    let row = values([
        ("dataAreaId", json!(data_area)),
        ("InvoiceNumber", json!(invoice)),
        ("InvoiceDate", json!(today)),
        ("LedgerVoucher", json!(format!("ARI{serial:08}"))),
        ("SalesOrderNumber", json!(order)),
        ("CustomersOrderReference", json!(reference)),
        ("InvoiceCustomerAccountNumber", json!(customer)),
        ("CurrencyCode", json!(currency)),
        ("DeliveryModeCode", json!(mode)),
        ("TotalInvoiceAmount", decimal(amount)),
    ]);
    world.tables.put(entities::invoices(), row);
}

fn total(world: &World, company: &str, number: &str, property: &str) -> f64 {
    let set = entities::lines();
    open_lines(world, company, number).into_iter().filter_map(|line| line.value(set, property).as_f64()).sum()
}

/// What `/_twin/orders?brief=true` shows of an order: its key, its status, and what was written back.
pub(super) fn brief(header: &Row) -> Map<String, Value> {
    let set = entities::headers();
    let mut view = Map::new();
    view.insert("company".into(), header.value(set, "dataAreaId"));
    view.insert("number".into(), header.value(set, "SalesOrderNumber"));
    // The seed names the failure an order was made for in its campaign.
    view.insert("cause".into(), header.value(set, "CampaignId"));
    view.insert("etag".into(), json!(header.etag()));
    for name in [
        "SalesOrderStatus",
        "SalesOrderProcessingStatus",
        "IsSalesProcessingStopped",
        "DeliveryModeCode",
        "FdxTrackingNumber",
        "FdxStatus",
        "FdxDeliveredAt",
        "FdxCharge",
        "FdxChargeCurrency",
    ] {
        view.insert(name.into(), header.value(set, name));
    }
    view
}

/// An order with everything that belongs to it, as `/_twin/orders` shows it.
pub(super) fn view(world: &World, company: &str, number: &str) -> Value {
    let Some(header) = world.tables.row(entities::headers(), &[company, number]) else {
        return Value::Null;
    };
    let mut view = brief(header);
    let raw = world.tables.row(entities::sales_table(), &[company, number]);
    view.insert("residential".into(), json!(raw.is_some_and(|row| row.text("ShipCarrierResidential") == "Yes")));
    view.insert("header".into(), Value::Object(header.stored().clone()));
    let rows = |set: &EntitySet, property: &str| -> Value {
        world
            .tables
            .of(set, company, property, number)
            .into_iter()
            .map(|row| Value::Object(row.stored().clone()))
            .collect()
    };
    view.insert("lines".into(), rows(entities::lines(), "SalesOrderNumber"));
    view.insert("confirmations".into(), rows(entities::confirmations(), "SalesOrderNumber"));
    view.insert("packing_slips".into(), rows(entities::packing_slips(), "SalesId"));
    view.insert("tracking".into(), rows(entities::tracking(), "SalesOrderNumber"));
    view.insert("invoices".into(), rows(entities::invoices(), "SalesOrderNumber"));
    view.insert("attachments".into(), rows(entities::attachments(), "SalesOrderNumber"));
    Value::Object(view)
}
