//! Reading orders: the ready ones page by page, one by its number, and all of a number.
//!
//! A poll reads the open confirmed set; Dynamics 365 has no date of change to ask by. Pages are
//! cut by skip and top, not by a cursor, so they are sorted by key and read twice rather than not
//! at all. One record that has not the shape of an order never costs the page.

use crate::d365::error::Purpose;
use crate::d365::odata::{Query, any_of, keyed, literal, member};
pub use crate::d365::order_record::Unreadable;
use crate::d365::order_record::{name_unreadable, parse, parse_one};
use crate::d365::order_select::Selection;
use crate::d365::{D365, data_call, order_lines, record};
use crate::order::Order;
use crate::order::cause::Cause;
use crate::order::ready::Ready;
use crate::order::retry::Failure;
use crate::transport::{Call, Trace};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::HashSet;
use url::Url;

/// Rows of confirmed orders in one request, which are a key and two values each: Microsoft's own
/// samples read thousands.
const CONFIRMED_PAGE: usize = 1_000;
/// Orders of one number: every legal entity may have one of its own.
const OF_A_NUMBER: usize = 50;

const LIST: Call = data_call("d365.orders");
const ONE: Call = data_call("d365.order");
const CONFIRMED: Call = data_call("d365.confirmed");

const LINES: &str = "SalesOrderLines";
const BY_KEY: &str = "dataAreaId,SalesOrderNumber";

/// Where the next page is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

/// An order that is confirmed, whatever its delivery mode, stopped or not.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Confirmed {
    /// Legal entity.
    #[serde(rename = "dataAreaId", deserialize_with = "record::text")]
    pub company: String,
    /// Number.
    #[serde(rename = "SalesOrderNumber", deserialize_with = "record::text")]
    pub number: String,
    /// Delivery mode.
    #[serde(rename = "DeliveryModeCode", default, deserialize_with = "record::text")]
    pub delivery_mode: String,
    /// On hold.
    #[serde(rename = "IsSalesProcessingStopped", default, deserialize_with = "record::yes")]
    pub stopped: bool,
}

impl D365 {
    /// A page of the orders that may ship. `next` comes from the page before.
    pub async fn ready_orders(
        &self,
        trace: &Trace,
        ready: &Ready,
        next: Option<NextLink>,
    ) -> Result<OrdersPage, Failure> {
        let (set, size) = (self.orders_set(), self.inner.credentials.orders.page_size);
        let place = next.unwrap_or_default();
        let body = if let Some(link) = &place.link {
            self.get(trace, &LIST, Purpose::Read, link).await?
        } else {
            let conditions = conditions(ready);
            let query = |selection: &Selection| {
                with_lines(set, selection).filter(&conditions).order_by(BY_KEY).top(size).skip(place.start)
            };
            self.get_selected(trace, &LIST, set, &query).await?
        };
        let list = record::list(&body.ok_or_else(|| no_set(set))?)?;
        let parsed = self.orders_of(trace, &list.value).await?;
        let next = self.following(&list, &place, size)?;
        Ok(OrdersPage { next, ..parsed })
    }

    /// One order; `None` when Dynamics 365 has none of this number.
    pub async fn order(&self, trace: &Trace, company: &str, number: &str) -> Result<Option<Order>, Failure> {
        let set = self.orders_set();
        let path = keyed(set, &[("dataAreaId", company), ("SalesOrderNumber", number)]);
        let query = |selection: &Selection| with_lines(set, selection);
        let Some(body) = self.get_selected(trace, &ONE, &path, &query).await? else { return Ok(None) };
        if !order_lines::are_apart(set) {
            return parse_one(&body, None).map(Some);
        }
        let key = (company.to_lowercase(), number.to_owned());
        let lines = self.lines_of(trace, std::slice::from_ref(&key)).await?;
        parse_one(&body, Some(lines.of(company, number))).map(Some)
    }

    /// The orders of a number in every legal entity the user may see.
    pub async fn orders_of_number(&self, trace: &Trace, number: &str) -> Result<OrdersPage, Failure> {
        let set = self.orders_set();
        let conditions = [format!("SalesOrderNumber eq {}", literal(number))];
        let query =
            |selection: &Selection| with_lines(set, selection).filter(&conditions).order_by(BY_KEY).top(OF_A_NUMBER);
        let body = self.get_selected(trace, &ONE, set, &query).await?;
        let list = record::list(&body.ok_or_else(|| no_set(set))?)?;
        self.orders_of(trace, &list.value).await
    }

    /// A page of all confirmed orders of the configured legal entities: more than those that may ship.
    pub async fn confirmed_orders(
        &self,
        trace: &Trace,
        ready: &Ready,
        next: Option<NextLink>,
    ) -> Result<(Vec<Confirmed>, Option<NextLink>), Failure> {
        let set = self.orders_set();
        let place = next.unwrap_or_default();
        let address = if let Some(link) = &place.link {
            link.clone()
        } else {
            let query = Query::new()
                .filter(&confirmed(ready))
                .select(&["dataAreaId", "SalesOrderNumber", "DeliveryModeCode", "IsSalesProcessingStopped"])
                .order_by(BY_KEY)
                .top(CONFIRMED_PAGE)
                .skip(place.start);
            self.address(set, &query)
        };
        let body = self.get(trace, &CONFIRMED, Purpose::Read, &address).await?;
        let list = record::list(&body.ok_or_else(|| no_set(set))?)?;
        let mut rows: Vec<Confirmed> = record::readable(&list);
        for row in &mut rows {
            row.company = row.company.to_lowercase();
        }
        Ok((rows, self.following(&list, &place, CONFIRMED_PAGE)?))
    }

    /// The rule of this connection, with the delivery modes that mean FedEx.
    pub fn ready(&self, delivery_modes: &[String]) -> Ready {
        let credentials = &self.inner.credentials;
        Ready::new(&credentials.legal_entities, &credentials.orders.processing_statuses, delivery_modes)
    }

    fn orders_set(&self) -> &str {
        &self.inner.credentials.orders.entity_set
    }

    /// Asks for every property, and again without those this environment says it does not have.
    pub(super) async fn get_selected(
        &self,
        trace: &Trace,
        call: &Call,
        path: &str,
        query: &(dyn Fn(&Selection) -> Query + Sync),
    ) -> Result<Option<Vec<u8>>, Failure> {
        loop {
            let address = self.address(path, &query(&self.inner.missing.selection()));
            match self.get(trace, call, Purpose::Read, &address).await {
                Err(failure) if self.inner.missing.learn(&failure) => {}
                answer => return answer,
            }
        }
    }

    /// The orders of some headers; their lines are asked for where the headers do not have them.
    async fn orders_of(&self, trace: &Trace, records: &[Box<RawValue>]) -> Result<OrdersPage, Failure> {
        let apart = if order_lines::are_apart(self.orders_set()) {
            let keys: Vec<(String, String)> = records.iter().filter_map(|raw| order_lines::key(raw.get())).collect();
            Some(self.lines_of(trace, &keys).await?)
        } else {
            None
        };
        Ok(parse_page(records, apart.as_ref()))
    }

    fn following(&self, list: &record::List, place: &NextLink, size: usize) -> Result<Option<NextLink>, Failure> {
        following(list.value.len(), list.next_link.as_deref(), place, size, &self.inner.credentials.base_url)
    }
}

/// No entity set of this name in this environment.
pub(super) fn no_set(set: &str) -> Failure {
    Failure::Permanent(Cause::new("d365.read-refused").detail(format!("this environment has no entity set {set}")))
}

/// What makes an order ready to ship.
pub(super) fn conditions(ready: &Ready) -> Vec<String> {
    let mut conditions = confirmed(ready);
    conditions.extend(any_of("IsSalesProcessingStopped", [member("NoYes", "No")]));
    conditions.extend(any_of("DeliveryModeCode", ready.delivery_modes.iter().map(|mode| literal(mode))));
    conditions
}

/// What makes it confirmed, stopped or not, for whatever carrier.
fn confirmed(ready: &Ready) -> Vec<String> {
    let members =
        |kind: &'static str, names: &[String]| -> Vec<String> { names.iter().map(|name| member(kind, name)).collect() };
    [
        any_of("dataAreaId", ready.companies.iter().map(|company| literal(company))),
        any_of("SalesOrderStatus", members("SalesStatus", &ready.sales_statuses)),
        any_of("SalesOrderProcessingStatus", members("SalesOrderProcessingStatus", &ready.processing_statuses)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The properties of headers, and of the lines inside them where this version has them inside.
fn with_lines(set: &str, selection: &Selection) -> Query {
    let query = Query::new().select(&selection.header);
    if order_lines::are_apart(set) { query } else { query.expand(LINES, &selection.line) }
}

fn parse_page(records: &[Box<RawValue>], apart: Option<&order_lines::Apart>) -> OrdersPage {
    let mut page = OrdersPage::default();
    let mut seen = HashSet::new();
    for raw in records {
        let lines = apart.map(|apart| order_lines::key(raw.get()).map_or(&[][..], |key| apart.of(&key.0, &key.1)));
        match parse(raw.get(), lines) {
            Ok(order) if seen.insert((order.company.clone(), order.number.clone())) => page.orders.push(order),
            Ok(_) => {}
            Err(detail) => page.unreadable.push(name_unreadable(raw.get(), detail)),
        }
    }
    page
}

/// Where the page after one of so many rows is.
fn following(
    rows: usize,
    link: Option<&str>,
    place: &NextLink,
    size: usize,
    base: &Url,
) -> Result<Option<NextLink>, Failure> {
    let read = place.read + rows;
    Ok(match link {
        Some(link) => Some(NextLink { start: place.start, read, link: Some(followed(link, base)?) }),
        // Full, and the server says nothing of more: it may have stopped because we said so.
        None if read >= size => Some(NextLink { start: place.start + read, read: 0, link: None }),
        None => None,
    })
}

/// A link of the server, if it leads to where we came from; the token goes nowhere else.
pub(super) fn followed(link: &str, base: &Url) -> Result<String, Failure> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Url {
        Url::parse("https://contoso.operations.dynamics.com").unwrap()
    }

    fn rule(statuses: &[&str], modes: &[&str]) -> Ready {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        Ready::new(&texts(&["usmf"]), &texts(statuses), &texts(modes))
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

    fn page(records: &[String]) -> OrdersPage {
        let records: Vec<_> = records.iter().map(|record| RawValue::from_string(record.clone()).unwrap()).collect();
        parse_page(&records, None)
    }

    fn next(rows: usize, link: Option<&str>, place: &NextLink) -> Option<NextLink> {
        following(rows, link, place, SIZE, &base()).unwrap()
    }

    const SIZE: usize = 200;

    #[test]
    fn the_filter_names_enums_in_full_and_doubles_apostrophes() {
        let modes = ["FEDEX-GRD", "O'B"];
        let text = conditions(&rule(&["Confirmed"], &modes)).join(" and ");
        assert_eq!(
            text,
            "dataAreaId eq 'usmf' and SalesOrderStatus eq Microsoft.Dynamics.DataEntities.SalesStatus'Backorder' \
             and SalesOrderProcessingStatus eq Microsoft.Dynamics.DataEntities.SalesOrderProcessingStatus'Confirmed' \
             and IsSalesProcessingStopped eq Microsoft.Dynamics.DataEntities.NoYes'No' \
             and (DeliveryModeCode eq 'FEDEX-GRD' or DeliveryModeCode eq 'O''B')"
        );
        let delivered = conditions(&rule(&["PartiallyDelivered", "Delivered"], &[])).join(" and ");
        assert!(delivered.contains("SalesStatus'Delivered'"), "{delivered}");
        let selection = crate::d365::order_select::Missing::default().selection();
        let text = |set: &str| with_lines(set, &selection).text().to_owned();
        for set in ["SalesOrderHeadersV2", "SalesOrderHeadersV3"] {
            assert!(text(set).contains("&$expand=SalesOrderLines($select%3DInventoryLotId,ItemNumber,"), "{set}");
        }
        assert!(!text("SalesOrderHeadersV4").contains("$expand"), "V4 has no navigation to its lines");
    }

    #[test]
    fn a_record_becomes_an_order_and_keeps_what_it_does_not_know() {
        let page = page(&[record("001261", "2.50")]);
        let order = &page.orders[0];
        assert_eq!((order.company.as_str(), order.processing_status.as_str()), ("usmf", "ConfirmedByIsv"));
        assert_eq!((order.ship_to.street.as_str(), order.ship_to.country.as_str()), ("Main St 12", "US"));
        let line = &order.lines[0];
        assert_eq!(
            (line.item.as_str(), line.quantity.to_string().as_str(), line.stopped),
            (" RFI-TEST-002", "2.50", true)
        );
        assert_eq!(line.ship_to.country, "USA");
    }

    #[test]
    fn one_bad_record_does_not_cost_the_page_and_none_comes_twice() {
        let records = [record("1", "1"), record("2", r#""many""#), "7".into(), record("1", "1"), record("3", r#""4""#)];
        let page = page(&records);
        let numbers: Vec<&str> = page.orders.iter().map(|order| order.number.as_str()).collect();
        assert_eq!(numbers, ["1", "3"]);
        assert_eq!(page.unreadable.len(), 2);
        assert_eq!(page.unreadable[0].number.as_deref(), Some("2"));
        assert_eq!(page.unreadable[0].detail, "line: not a number");
        assert_eq!(page.unreadable[1].number, None);
    }

    #[test]
    fn the_next_page_is_the_servers_or_our_own() {
        let first = NextLink::default();
        let link = "https://contoso.operations.dynamics.com/data/SalesOrderHeadersV2?cross-company=true&$skip=3";
        let servers = next(1, Some(link), &first).unwrap();
        assert_eq!((servers.start, servers.read), (0, 1));
        assert!(servers.link.as_deref().unwrap().ends_with("$skip=3"));
        // The server cut our 200 rows into pieces and has reached their end.
        let end = NextLink { start: 0, read: SIZE - 1, link: Some(link.into()) };
        assert_eq!(next(1, None, &end), Some(NextLink { start: SIZE, read: 0, link: None }));
        assert_eq!(next(1, None, &first), None);
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
            let failure = followed(link, &base()).unwrap_err();
            assert!(matches!(&failure, Failure::Permanent(cause) if cause.code == "d365.answer-unreadable"), "{link}");
        }
        assert!(followed("SalesOrderHeadersV2?$skip=3", &base()).is_ok());
    }
}
