//! The shape of an order's records: headers of every version, lines inside them or read apart.
//!
//! What one version has and another lacks is empty, never an error; what the rules stand on must be
//! there. One record that has not the shape of an order never costs its page.

use crate::d365::error::unreadable;
use crate::d365::record;
use crate::order::cause::Cause;
use crate::order::retry::Failure;
use crate::order::{Address, Line, Order};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Decimals kept of a price that is an amount divided by a quantity.
const PRICE_DECIMALS: u32 = 6;

/// A record that has not the shape of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Legal entity, when it could be read.
    pub company: Option<String>,
    /// Number, when it could be read.
    pub number: Option<String>,
    /// What is wrong.
    pub detail: String,
}

/// One order alone, with its lines where they were read apart.
pub(super) fn parse_one(body: &[u8], apart: Option<&[Box<RawValue>]>) -> Result<Order, Failure> {
    let raw: &RawValue = serde_json::from_slice(body).map_err(|_| unreadable(body))?;
    parse(raw.get(), apart).map_err(|detail| Failure::Permanent(Cause::new("order.unreadable").detail(detail)))
}

/// An order from its header and its lines: those inside it, or those that were read apart.
pub(super) fn parse(json: &str, apart: Option<&[Box<RawValue>]>) -> Result<Order, String> {
    let header: Header = serde_json::from_str(json).map_err(|error| words(&error))?;
    if header.company.is_empty() || header.number.is_empty() {
        return Err("the legal entity or the order number is missing".to_owned());
    }
    if header.more_lines.is_some() {
        return Err("the order has more lines than one answer holds".to_owned());
    }
    let lines = match (apart, &header.lines) {
        (Some(apart), _) => apart,
        (None, Some(inside)) => inside,
        (None, None) => return Err("missing field `SalesOrderLines`".to_owned()),
    };
    let ship_to: WireAddress = serde_json::from_str(json).map_err(|error| words(&error))?;
    Ok(Order {
        // Lower case as Dynamics 365 means it, so that one company is never two.
        company: header.company.to_lowercase(),
        number: header.number,
        customer_account: header.customer_account,
        customer_name: header.customer_name,
        customer_reference: header.customer_reference,
        contact_person: header.contact_person,
        email: header.email,
        delivery_mode: header.delivery_mode,
        carrier_service: header.carrier_service,
        carrier_account: header.carrier_account,
        terms: header.terms,
        warehouse: header.warehouse,
        ship_to: ship_to.address(),
        currency: header.currency,
        sales_status: header.sales_status,
        processing_status: header.processing_status,
        stopped: header.stopped,
        lines: lines.iter().map(|line| parse_line(line.get())).collect::<Result<_, _>>()?,
    })
}

fn parse_line(json: &str) -> Result<Line, String> {
    let line: WireLine = serde_json::from_str(json).map_err(|error| format!("line: {}", words(&error)))?;
    let ship_to: WireAddress = serde_json::from_str(json).map_err(|error| format!("line: {}", words(&error)))?;
    Ok(Line {
        lot: line.lot,
        item: line.item,
        description: line.description,
        quantity: line.quantity,
        unit: line.unit,
        price: price(line.amount, line.price, line.quantity),
        hs_code: line.hs_code,
        status: line.status,
        stopped: line.stopped,
        warehouse: line.warehouse,
        delivery_mode: line.delivery_mode,
        ship_to: ship_to.address(),
    })
}

/// Price of one unit after the line's discounts; the list price where the line has no amount.
fn price(amount: Decimal, list: Decimal, quantity: Decimal) -> Decimal {
    match amount.checked_div(quantity) {
        Some(net) if net > Decimal::ZERO => net.round_dp(PRICE_DECIMALS),
        _ => list,
    }
}

/// serde's words without its place in the text.
fn words(error: &serde_json::Error) -> String {
    let words = error.to_string();
    words.split(" at line ").next().unwrap_or(&words).to_owned()
}

/// What can still be said of a record that is no order.
pub(super) fn name_unreadable(json: &str, detail: String) -> Unreadable {
    let value: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
    let text = |name: &str| value.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    let company = text("dataAreaId").map(|company| company.to_lowercase());
    Unreadable { company, number: text("SalesOrderNumber"), detail }
}

#[derive(Deserialize)]
struct Header {
    #[serde(rename = "dataAreaId", deserialize_with = "record::text")]
    company: String,
    #[serde(rename = "SalesOrderNumber", deserialize_with = "record::text")]
    number: String,
    #[serde(rename = "OrderingCustomerAccountNumber", default, deserialize_with = "record::text")]
    customer_account: String,
    #[serde(rename = "SalesOrderName", default, deserialize_with = "record::text")]
    customer_name: String,
    #[serde(rename = "CustomersOrderReference", default, deserialize_with = "record::text")]
    customer_reference: String,
    #[serde(rename = "ContactPersonId", default, deserialize_with = "record::text")]
    contact_person: String,
    #[serde(rename = "Email", default, deserialize_with = "record::text")]
    email: String,
    #[serde(rename = "DeliveryModeCode", default, deserialize_with = "record::text")]
    delivery_mode: String,
    #[serde(rename = "DeliveryTermsCode", default, deserialize_with = "record::text")]
    terms: String,
    #[serde(rename = "ShippingCarrierServiceId", default, deserialize_with = "record::text")]
    carrier_service: String,
    #[serde(rename = "ShippingCarrierCustomerAccountNumber", default, deserialize_with = "record::text")]
    carrier_account: String,
    #[serde(rename = "DefaultShippingWarehouseId", default, deserialize_with = "record::text")]
    warehouse: String,
    #[serde(rename = "CurrencyCode", default, deserialize_with = "record::text")]
    currency: String,
    #[serde(rename = "SalesOrderStatus", deserialize_with = "record::text")]
    sales_status: String,
    #[serde(rename = "SalesOrderProcessingStatus", deserialize_with = "record::text")]
    processing_status: String,
    #[serde(rename = "IsSalesProcessingStopped", deserialize_with = "record::yes")]
    stopped: bool,
    #[serde(rename = "SalesOrderLines")]
    lines: Option<Vec<Box<RawValue>>>,
    #[serde(rename = "SalesOrderLines@odata.nextLink")]
    more_lines: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct WireLine {
    #[serde(rename = "InventoryLotId", deserialize_with = "record::text")]
    lot: String,
    #[serde(rename = "ItemNumber", deserialize_with = "record::text")]
    item: String,
    #[serde(rename = "LineDescription", default, deserialize_with = "record::text")]
    description: String,
    #[serde(rename = "OrderedSalesQuantity", deserialize_with = "record::decimal")]
    quantity: Decimal,
    #[serde(rename = "SalesUnitSymbol", default, deserialize_with = "record::text")]
    unit: String,
    #[serde(rename = "LineAmount", default, deserialize_with = "record::decimal")]
    amount: Decimal,
    #[serde(rename = "SalesPrice", default, deserialize_with = "record::decimal")]
    price: Decimal,
    #[serde(rename = "IntrastatCommodityCode", default, deserialize_with = "record::text")]
    hs_code: String,
    #[serde(rename = "SalesOrderLineStatus", deserialize_with = "record::text")]
    status: String,
    #[serde(rename = "IsLineStopped", default, deserialize_with = "record::yes")]
    stopped: bool,
    #[serde(rename = "ShippingWarehouseId", default, deserialize_with = "record::text")]
    warehouse: String,
    #[serde(rename = "DeliveryModeCode", default, deserialize_with = "record::text")]
    delivery_mode: String,
}

/// The delivery address, named alike on headers and lines.
#[derive(Deserialize)]
struct WireAddress {
    #[serde(rename = "DeliveryAddressName", default, deserialize_with = "record::text")]
    name: String,
    #[serde(rename = "DeliveryAddressStreet", default, deserialize_with = "record::text")]
    street: String,
    #[serde(rename = "DeliveryAddressStreetNumber", default, deserialize_with = "record::text")]
    street_number: String,
    #[serde(rename = "DeliveryAddressCity", default, deserialize_with = "record::text")]
    city: String,
    #[serde(rename = "DeliveryAddressStateId", default, deserialize_with = "record::text")]
    region: String,
    #[serde(rename = "DeliveryAddressZipCode", default, deserialize_with = "record::text")]
    postal_code: String,
    #[serde(rename = "DeliveryAddressCountryRegionId", default, deserialize_with = "record::text")]
    country_id: String,
    #[serde(rename = "DeliveryAddressCountryRegionISOCode", default, deserialize_with = "record::text")]
    country_iso: String,
}

impl WireAddress {
    /// The two-letter code where there is one; Dynamics 365's own ids have three letters.
    fn address(self) -> Address {
        Address {
            name: self.name,
            street: street(&self.street, &self.street_number),
            city: self.city,
            region: self.region,
            postal_code: self.postal_code,
            country: if self.country_iso.is_empty() { self.country_id } else { self.country_iso },
        }
    }
}

/// A house number kept apart goes behind its street, unless the street has it already.
pub(super) fn street(street: &str, number: &str) -> String {
    let number = number.trim();
    let has_it = street.split(|c: char| !c.is_alphanumeric()).any(|word| word == number);
    if number.is_empty() || street.trim().is_empty() || has_it {
        street.to_owned()
    } else {
        format!("{street} {number}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_house_number_is_added_once() {
        assert_eq!(street("Main St", "12"), "Main St 12");
        assert_eq!(street("12 Main St", "12"), "12 Main St");
        assert_eq!(street("120 Main St", "12"), "120 Main St 12");
        assert_eq!(street("", "12"), "");
    }

    #[test]
    fn lines_read_apart_count_and_missing_ones_are_no_empty_order() {
        let header = r#"{"dataAreaId":"usmf","SalesOrderNumber":"1","SalesOrderStatus":"Backorder",
            "SalesOrderProcessingStatus":"Confirmed","IsSalesProcessingStopped":"No"}"#;
        let line =
            r#"{"InventoryLotId":"L1","ItemNumber":"A","OrderedSalesQuantity":2,"SalesOrderLineStatus":"Backorder"}"#;
        let apart = [RawValue::from_string(line.to_owned()).unwrap()];
        assert_eq!(parse(header, Some(&apart)).unwrap().lines[0].lot, "L1");
        assert!(parse(header, Some(&[])).unwrap().lines.is_empty());
        assert_eq!(parse(header, None).unwrap_err(), "missing field `SalesOrderLines`");
    }
}
