//! The raw sales table beside the header entity: the same order with the table's own column names.
//!
//! F&O reads both from one record; here the row follows the header after each of its changes. Only
//! this set carries a date of change, and whether the carrier delivers to a home.

use serde_json::json;

use super::clock;
use super::entities;
use super::state::World;
use super::table::values;

/// Columns that hold what a property of the header holds.
const COLUMNS: [(&str, &str); 16] = [
    ("dataAreaId", "dataAreaId"),
    ("SalesId", "SalesOrderNumber"),
    ("CustAccount", "OrderingCustomerAccountNumber"),
    ("InvoiceAccount", "InvoiceCustomerAccountNumber"),
    ("CustomerRef", "CustomersOrderReference"),
    ("DlvMode", "DeliveryModeCode"),
    ("DlvTerm", "DeliveryTermsCode"),
    ("Email", "Email"),
    ("CurrencyCode", "CurrencyCode"),
    ("InventSiteId", "DefaultShippingSiteId"),
    ("ShipCarrierId", "ShippingCarrierId"),
    ("ShipCarrierAccount", "ShippingCarrierCustomerAccountNumber"),
    ("SalesStatus", "SalesOrderStatus"),
    ("MCROrderStopped", "IsSalesProcessingStopped"),
    ("ShippingDateRequested", "RequestedShippingDate"),
    ("CreatedOn", "OrderCreationDateTime"),
];

/// The newest document of an order, by its processing status.
fn document(processing: &str) -> &'static str {
    match processing {
        "Confirmed" => "Confirmation",
        "Picked" => "PickingList",
        "PartiallyDelivered" | "Delivered" => "PackingSlip",
        "Invoiced" | "PartiallyInvoiced" | "DeliveredPartiallyInvoiced" => "Invoice",
        _ => "None",
    }
}

/// Brings the raw table up to date with the header of an order.
pub(super) fn mirror(world: &mut World, company: &str, number: &str) {
    let set = entities::sales_table();
    let Some(header) = world.tables.row(entities::headers(), &[company, number]) else {
        return;
    };
    let now = clock::utc(world.now_ms());
    let mut row = values([
        ("DocumentStatus", json!(document(header.text("SalesOrderProcessingStatus")))),
        ("SysModifiedDateTime", json!(now)),
    ]);
    for (column, property) in COLUMNS {
        if let Some(value) = header.stored().get(property) {
            row.insert(column.into(), value.clone());
        }
    }
    if world.tables.row(set, &[company, number]).is_some() {
        world.tables.merge(set, &[company, number], row);
    } else {
        world.tables.put(set, row);
    }
}
