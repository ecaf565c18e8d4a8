//! Reading orders: the ready ones page by page, and one by its number.
//!
//! A poll reads the open confirmed set; Dynamics 365 has no date of change to ask by. Pages are
//! cut by skip and top, not by a cursor, so they are sorted by key and read twice rather than not
//! at all. One record that has not the shape of an order never costs the page.

use crate::d365::error::{Purpose, unreadable};
use crate::d365::odata::{Query, any_of, keyed, literal, member};
use crate::d365::{Credentials, D365, data_call, record};
use crate::order::cause::Cause;
use crate::order::retry::Failure;
use crate::order::{Address, Line, Order};
use crate::transport::{Call, Trace};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::HashSet;
use url::Url;

/// Orders in one request. The server's own limit is 10,000; 200 orders with lines are about a
/// megabyte and answered in a second or two.
pub const PAGE_SIZE: usize = 200;

const LIST: Call = data_call("d365.orders");
const ONE: Call = data_call("d365.order");

const HEADER: [&str; 24] = [
    "dataAreaId",
    "SalesOrderNumber",
    "OrderingCustomerAccountNumber",
    "SalesOrderName",
    "CustomersOrderReference",
    "ContactPersonId",
    "Email",
    "DeliveryModeCode",
    "DeliveryTermsCode",
    "ShippingCarrierServiceId",
    "ShippingCarrierCustomerAccountNumber",
    "DefaultShippingWarehouseId",
    "DeliveryAddressName",
    "DeliveryAddressStreet",
    "DeliveryAddressStreetNumber",
    "DeliveryAddressCity",
    "DeliveryAddressStateId",
    "DeliveryAddressZipCode",
    "DeliveryAddressCountryRegionId",
    "DeliveryAddressCountryRegionISOCode",
    "CurrencyCode",
    "SalesOrderStatus",
    "SalesOrderProcessingStatus",
    "IsSalesProcessingStopped",
];
const LINES: &str = "SalesOrderLines";
const LINE: [&str; 20] = [
    "InventoryLotId",
    "ItemNumber",
    "LineDescription",
    "OrderedSalesQuantity",
    "SalesUnitSymbol",
    "LineAmount",
    "SalesPrice",
    "IntrastatCommodityCode",
    "SalesOrderLineStatus",
    "IsLineStopped",
    "ShippingWarehouseId",
    "DeliveryModeCode",
    "DeliveryAddressName",
    "DeliveryAddressStreet",
    "DeliveryAddressStreetNumber",
    "DeliveryAddressCity",
    "DeliveryAddressStateId",
    "DeliveryAddressZipCode",
    "DeliveryAddressCountryRegionId",
    "DeliveryAddressCountryRegionISOCode",
];
/// Decimals kept of a price that is an amount divided by a quantity.
const PRICE_DECIMALS: u32 = 6;
/// Processing statuses of orders whose header says "Delivered" instead of "Backorder".
const DELIVERED_STATUSES: [&str; 2] = ["Delivered", "DeliveredPartiallyInvoiced"];

/// Where the next page is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextLink {
    /// Rows before the `$top` rows we asked for.
    start: usize,
    /// Rows of those that were read already.
    read: usize,
    /// The server's own link to the rest of them.
    link: Option<String>,
}

/// Some of the ready orders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrdersPage {
    /// The orders.
    pub orders: Vec<Order>,
    /// Records that are no orders.
    pub unreadable: Vec<Unreadable>,
    /// Where more are.
    pub next: Option<NextLink>,
}

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

impl D365 {
    /// A page of the orders that may ship. `next` comes from the page before.
    pub async fn ready_orders(
        &self,
        trace: &Trace,
        delivery_modes: &[String],
        next: Option<NextLink>,
    ) -> Result<OrdersPage, Failure> {
        let credentials = &self.inner.credentials;
        let place = next.unwrap_or(NextLink { start: 0, read: 0, link: None });
        let address = match &place.link {
            Some(link) => link.clone(),
            None => self.address(&credentials.orders.entity_set, &page_query(credentials, delivery_modes, place.start)),
        };
        let body = self.get(trace, &LIST, Purpose::Read, &address).await?;
        let body = body.ok_or_else(|| no_set(&credentials.orders.entity_set))?;
        parse_page(&body, &place, &credentials.base_url)
    }

    /// One order; `None` when Dynamics 365 has none of this number.
    pub async fn order(&self, trace: &Trace, company: &str, number: &str) -> Result<Option<Order>, Failure> {
        let set = &self.inner.credentials.orders.entity_set;
        let path = keyed(set, &[("dataAreaId", company), ("SalesOrderNumber", number)]);
        let address = self.address(&path, &Query::new().select(&HEADER).expand(LINES, &LINE));
        match self.get(trace, &ONE, Purpose::Read, &address).await? {
            Some(body) => parse_one(&body).map(Some),
            None => Ok(None),
        }
    }
}

/// No entity set of this name in this environment.
pub(super) fn no_set(set: &str) -> Failure {
    Failure::Permanent(Cause::new("d365.read-refused").detail(format!("this environment has no entity set {set}")))
}

/// What makes an order ready to ship.
pub(super) fn ready(credentials: &Credentials, companies: &[String], delivery_modes: &[String]) -> Vec<String> {
    let statuses = &credentials.orders.processing_statuses;
    let mut sales = vec![member("SalesStatus", "Backorder")];
    if statuses.iter().any(|status| DELIVERED_STATUSES.contains(&status.as_str())) {
        sales.push(member("SalesStatus", "Delivered"));
    }
    let processing = statuses.iter().map(|status| member("SalesOrderProcessingStatus", status));
    [
        any_of("dataAreaId", companies.iter().map(|company| literal(company))),
        any_of("SalesOrderStatus", sales),
        any_of("SalesOrderProcessingStatus", processing),
        any_of("IsSalesProcessingStopped", [member("NoYes", "No")]),
        any_of("DeliveryModeCode", delivery_modes.iter().map(|mode| literal(mode))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn page_query(credentials: &Credentials, delivery_modes: &[String], start: usize) -> Query {
    Query::new()
        .filter(&ready(credentials, &credentials.legal_entities, delivery_modes))
        .select(&HEADER)
        .expand(LINES, &LINE)
        .order_by("dataAreaId,SalesOrderNumber")
        .top(PAGE_SIZE)
        .skip(start)
}

fn parse_page(body: &[u8], place: &NextLink, base: &Url) -> Result<OrdersPage, Failure> {
    let list = record::list(body)?;
    let mut page = OrdersPage::default();
    let mut seen = HashSet::new();
    for raw in &list.value {
        match parse_record(raw.get()) {
            Ok(order) if seen.insert((order.company.clone(), order.number.clone())) => page.orders.push(order),
            Ok(_) => {}
            Err(detail) => page.unreadable.push(name_unreadable(raw.get(), detail)),
        }
    }
    let read = place.read + list.value.len();
    page.next = match list.next_link {
        Some(link) => Some(NextLink { start: place.start, read, link: Some(followed(&link, base)?) }),
        // Full, and the server says nothing of more: it may have stopped because we said so.
        None if read >= PAGE_SIZE => Some(NextLink { start: place.start + read, read: 0, link: None }),
        None => None,
    };
    Ok(page)
}

/// A link of the server, if it leads to where we came from; the token goes nowhere else.
fn followed(link: &str, base: &Url) -> Result<String, Failure> {
    let foreign = || {
        let detail = "the next page's address is not on the configured host";
        Failure::Permanent(Cause::new("d365.answer-unreadable").detail(detail))
    };
    let data = format!("{}/data/", base.as_str().trim_end_matches('/'));
    let url = Url::parse(&data).and_then(|data| data.join(link)).map_err(|_| foreign())?;
    let has_credentials = !url.username().is_empty() || url.password().is_some();
    if url.origin() != base.origin() || has_credentials {
        return Err(foreign());
    }
    Ok(url.into())
}

fn parse_one(body: &[u8]) -> Result<Order, Failure> {
    let raw: &RawValue = serde_json::from_slice(body).map_err(|_| unreadable(body))?;
    parse_record(raw.get()).map_err(|detail| Failure::Permanent(Cause::new("order.unreadable").detail(detail)))
}

fn parse_record(json: &str) -> Result<Order, String> {
    let header: Header = serde_json::from_str(json).map_err(|error| words(&error))?;
    if header.company.is_empty() || header.number.is_empty() {
        return Err("the legal entity or the order number is missing".to_owned());
    }
    if header.more_lines.is_some() {
        return Err("the order has more lines than one answer holds".to_owned());
    }
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
        lines: header.lines.iter().map(|line| parse_line(line.get())).collect::<Result<_, _>>()?,
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

fn name_unreadable(json: &str, detail: String) -> Unreadable {
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
    lines: Vec<Box<RawValue>>,
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

    fn base() -> Url {
        Url::parse("https://contoso.operations.dynamics.com").unwrap()
    }

    fn credentials(statuses: &str) -> Credentials {
        let json = format!(
            r#"{{"tenant_id":"t","base_url":"https://contoso.operations.dynamics.com","client_id":"c","client_secret":"s",
            "legal_entities":["usmf"],"orders":{{"processing_statuses":[{statuses}]}}}}"#
        );
        Credentials::parse(&json).unwrap()
    }

    fn record(number: &str, quantity: &str) -> String {
        format!(
            r#"{{"@odata.etag":"W/\"x\"","dataAreaId":"USMF","SalesOrderNumber":"{number}","OrderTotalAmount":0,
            "SalesOrderStatus":"Backorder","SalesOrderProcessingStatus":"ConfirmedByIsv","IsSalesProcessingStopped":"No",
            "DeliveryAddressTimeZone":null,"DeliveryAddressName":"Riverside","DeliveryAddressStreet":"Main St",
            "DeliveryAddressStreetNumber":"12","DeliveryAddressCountryRegionId":"USA","DeliveryAddressCountryRegionISOCode":"US",
            "SalesOrderLines":[{{"InventoryLotId":"L1","ItemNumber":" RFI-TEST-002","OrderedSalesQuantity":{quantity},
            "SalesOrderLineStatus":"Backorder","IsLineStopped":"Yes","ShippingWarehouseId":"RFI-WH",
            "DeliveryAddressCountryRegionId":"USA","DeliveryAddressCountryRegionISOCode":""}}]}}"#
        )
    }

    fn page(records: &[String], link: Option<&str>, place: &NextLink) -> Result<OrdersPage, Failure> {
        let link = link.map(|link| format!(r#","@odata.nextLink":"{link}""#)).unwrap_or_default();
        parse_page(format!(r#"{{"value":[{}]{link}}}"#, records.join(",")).as_bytes(), place, &base())
    }

    fn first() -> NextLink {
        NextLink { start: 0, read: 0, link: None }
    }

    #[test]
    fn the_filter_names_enums_in_full_and_doubles_apostrophes() {
        let modes = ["FEDEX-GRD".to_owned(), "O'B".to_owned()];
        let text = ready(&credentials(r#""Confirmed""#), &["usmf".into()], &modes).join(" and ");
        assert_eq!(
            text,
            "dataAreaId eq 'usmf' and SalesOrderStatus eq Microsoft.Dynamics.DataEntities.SalesStatus'Backorder' \
             and SalesOrderProcessingStatus eq Microsoft.Dynamics.DataEntities.SalesOrderProcessingStatus'Confirmed' \
             and IsSalesProcessingStopped eq Microsoft.Dynamics.DataEntities.NoYes'No' \
             and (DeliveryModeCode eq 'FEDEX-GRD' or DeliveryModeCode eq 'O''B')"
        );
        let delivered = ready(&credentials(r#""PartiallyDelivered","Delivered""#), &["usmf".into()], &[]).join(" and ");
        assert!(delivered.contains("SalesStatus'Delivered'"), "{delivered}");
        let query = page_query(&credentials(r#""Confirmed""#), &modes, 400);
        assert!(query.text().starts_with("cross-company=true&$filter="));
        assert!(query.text().contains("&$expand=SalesOrderLines($select%3DInventoryLotId,ItemNumber,"));
        assert!(query.text().ends_with("&$orderby=dataAreaId,SalesOrderNumber&$top=200&$skip=400"));
    }

    #[test]
    fn a_record_becomes_an_order_and_keeps_what_it_does_not_know() {
        let page = page(&[record("001261", "2.50")], None, &first()).unwrap();
        let order = &page.orders[0];
        assert_eq!((order.company.as_str(), order.processing_status.as_str()), ("usmf", "ConfirmedByIsv"));
        assert_eq!((order.ship_to.street.as_str(), order.ship_to.country.as_str()), ("Main St 12", "US"));
        let line = &order.lines[0];
        assert_eq!(
            (line.item.as_str(), line.quantity.to_string().as_str(), line.stopped),
            (" RFI-TEST-002", "2.50", true)
        );
        assert_eq!(line.ship_to.country, "USA");
        assert_eq!(page.next, None);
    }

    #[test]
    fn one_bad_record_does_not_cost_the_page_and_none_comes_twice() {
        let records = [record("1", "1"), record("2", r#""many""#), "7".into(), record("1", "1"), record("3", r#""4""#)];
        let page = page(&records, None, &first()).unwrap();
        let numbers: Vec<&str> = page.orders.iter().map(|order| order.number.as_str()).collect();
        assert_eq!(numbers, ["1", "3"]);
        assert_eq!(page.unreadable.len(), 2);
        assert_eq!(page.unreadable[0].number.as_deref(), Some("2"));
        assert_eq!(page.unreadable[0].detail, "line: not a number");
        assert_eq!(page.unreadable[1].number, None);
    }

    #[test]
    fn the_next_page_is_the_servers_or_our_own() {
        let link = "https://contoso.operations.dynamics.com/data/SalesOrderHeadersV2?cross-company=true&$skip=3";
        let next = page(&[record("1", "1")], Some(link), &first()).unwrap().next.unwrap();
        assert_eq!((next.start, next.read), (0, 1));
        assert!(next.link.as_deref().unwrap().ends_with("$skip=3"));
        // The server cut our 200 rows into pieces and has reached their end.
        let end = NextLink { start: 0, read: PAGE_SIZE - 1, link: Some(link.into()) };
        let next = page(&[record("1", "1")], None, &end).unwrap().next;
        assert_eq!(next, Some(NextLink { start: PAGE_SIZE, read: 0, link: None }));
        assert_eq!(page(&[record("1", "1")], None, &first()).unwrap().next, None);
    }

    #[test]
    fn a_next_page_on_a_foreign_host_is_refused() {
        for link in [
            "https://evil.example/data/S?$skip=3",
            "http://contoso.operations.dynamics.com/data/S",
            "https://contoso.operations.dynamics.com:8443/data/S",
            "https://contoso.operations.dynamics.com.evil.example/data/S",
            "https://contoso.operations.dynamics.com@evil.example/data/S",
            "//evil.example/data/S",
        ] {
            let failure = page(&[], Some(link), &first()).unwrap_err();
            assert!(matches!(&failure, Failure::Permanent(cause) if cause.code == "d365.answer-unreadable"), "{link}");
        }
        assert!(page(&[], Some("SalesOrderHeadersV2?$skip=3"), &first()).is_ok());
    }

    #[test]
    fn a_house_number_is_added_once() {
        assert_eq!(street("Main St", "12"), "Main St 12");
        assert_eq!(street("12 Main St", "12"), "12 Main St");
        assert_eq!(street("120 Main St", "12"), "120 Main St 12");
        assert_eq!(street("", "12"), "");
    }
}
