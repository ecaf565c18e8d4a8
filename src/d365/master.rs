//! What the master data says around an order: telephone, warehouse, items, invoice.
//!
//! Only what this order needs is asked. A set that does not exist in this environment, or that the
//! application may not read, knows nothing: the plan then says which value is missing. Throttling
//! and trouble are not swallowed, because they would make a value look missing that is there.

use crate::d365::error::{Purpose, unreadable};
use crate::d365::odata::{Query, any_of, keyed, literal};
use crate::d365::order_record::street;
use crate::d365::{D365, data_call, record};
use crate::order::facts::{Facts, Item};
use crate::order::group::Group;
use crate::order::retry::Failure;
use crate::order::{Address, Order};
use crate::transport::{Call, Trace};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

/// Items in one filter. Every one is another term of an or-chain in the address, and IIS refuses
/// query strings over 2,048 characters unless told otherwise.
const ITEMS_PER_CALL: usize = 20;
/// Invoices looked at to find the newest; an order with more was not shipped as one parcel.
const INVOICES: usize = 20;

const CONTACT: Call = data_call("d365.contact");
const CUSTOMER: Call = data_call("d365.customer");
const WAREHOUSE: Call = data_call("d365.warehouse");
const ITEMS: Call = data_call("d365.items");
const INVOICE: Call = data_call("d365.invoice");
const CONFIRMATION: Call = data_call("d365.confirmation");
const TABLE: Call = data_call("d365.order_table");

impl D365 {
    /// What is known around a group of an order's lines.
    pub async fn facts(&self, trace: &Trace, order: &Order, group: &Group) -> Result<Facts, Failure> {
        let customer = self.customer(trace, order).await?.unwrap_or_default();
        let contact = self.contact(trace, order).await?.unwrap_or_default();
        let phone = [contact.phone, customer.phone].into_iter().find(|phone| !phone.trim().is_empty());
        let warehouse = self.warehouse(trace, &order.company, &group.warehouse).await?;
        Ok(Facts {
            phone,
            tax_id: Some(customer.tax_id).filter(|id| !id.trim().is_empty()),
            residential: self.residential(trace, order).await?,
            warehouses: warehouse.into_iter().map(|address| (group.warehouse.clone(), address)).collect(),
            items: self.items(trace, order, group).await?,
            invoice_number: self.newest_invoice(trace, order).await?,
            confirmation_number: None,
            waited_hours: 0,
        })
    }

    /// Telephones Dynamics 365 has of whoever ordered, each with where it stands: the one that counts
    /// for a label first.
    pub async fn telephones(&self, trace: &Trace, order: &Order) -> Result<Vec<(&'static str, String)>, Failure> {
        let contact = self.contact(trace, order).await?.unwrap_or_default();
        let customer = self.customer(trace, order).await?.unwrap_or_default();
        let mut found = vec![("contact", contact.phone), ("customer", customer.phone)];
        found.retain(|(_, phone)| !phone.trim().is_empty());
        Ok(found)
    }

    async fn contact(&self, trace: &Trace, order: &Order) -> Result<Option<Contact>, Failure> {
        if order.contact_person.is_empty() {
            return Ok(None);
        }
        let key = [("dataAreaId", order.company.as_str()), ("ContactPersonId", &order.contact_person)];
        let query = Query::new().select(&["PrimaryPhoneNumber"]);
        self.known_one(trace, &CONTACT, &keyed("ContactPersons", &key), &query).await
    }

    async fn customer(&self, trace: &Trace, order: &Order) -> Result<Option<Customer>, Failure> {
        if order.customer_account.is_empty() {
            return Ok(None);
        }
        let key = [("dataAreaId", order.company.as_str()), ("CustomerAccount", &order.customer_account)];
        let query = Query::new().select(&["PrimaryContactPhone", "TaxExemptNumber"]);
        self.known_one(trace, &CUSTOMER, &keyed("CustomersV3", &key), &query).await
    }

    async fn warehouse(&self, trace: &Trace, company: &str, id: &str) -> Result<Option<Address>, Failure> {
        if id.is_empty() {
            return Ok(None);
        }
        let path = keyed("Warehouses", &[("dataAreaId", company), ("WarehouseId", id)]);
        let query = Query::new().select(&WAREHOUSE_PROPERTIES);
        let found: Option<Warehouse> = self.known_one(trace, &WAREHOUSE, &path, &query).await?;
        Ok(found.map(Warehouse::address).filter(|address| !address.is_empty()))
    }

    async fn items(&self, trace: &Trace, order: &Order, group: &Group) -> Result<BTreeMap<String, Item>, Failure> {
        let of_group = order.lines.iter().filter(|line| group.lots.contains(&line.lot));
        let wanted: BTreeSet<&str> = of_group.map(|line| line.item.as_str()).collect();
        let wanted: Vec<&str> = wanted.into_iter().filter(|item| !item.is_empty()).collect();
        let mut items = BTreeMap::new();
        for some in wanted.chunks(ITEMS_PER_CALL) {
            let conditions = [
                Some(format!("dataAreaId eq {}", literal(&order.company))),
                any_of("ItemNumber", some.iter().map(|item| literal(item))),
            ];
            let query = Query::new().filter(&conditions.into_iter().flatten().collect::<Vec<_>>()).select(&PRODUCT);
            for product in self.known_list::<Product>(trace, &ITEMS, "ReleasedProductsV2", &query).await? {
                // Dynamics 365 compares without case; the order's own spelling is ours.
                let number = some.iter().find(|item| item.eq_ignore_ascii_case(&product.number));
                if let Some(number) = number {
                    items.insert((*number).to_owned(), product.item());
                }
            }
        }
        Ok(items)
    }

    /// Only the raw order table knows whether an address is a home, and not every environment
    /// publishes it.
    async fn residential(&self, trace: &Trace, order: &Order) -> Result<Option<bool>, Failure> {
        let path = keyed("SalesTableBiEntities", &[("dataAreaId", &order.company), ("SalesId", &order.number)]);
        let query = Query::new().select(&["ShipCarrierResidential"]);
        let found: Option<Table> = self.known_one(trace, &TABLE, &path, &query).await?;
        Ok(found.map(|table| table.residential))
    }

    /// Number of the order's newest confirmation.
    pub async fn confirmation(&self, trace: &Trace, order: &Order) -> Result<Option<String>, Failure> {
        let conditions = [
            format!("dataAreaId eq {}", literal(&order.company)),
            format!("SalesOrderNumber eq {}", literal(&order.number)),
        ];
        let query = Query::new()
            .filter(&conditions)
            .select(&["ConfirmationNumber", "ConfirmationDate"])
            .order_by("ConfirmationDate desc,ConfirmationNumber desc")
            .top(1);
        let found: Vec<Confirmation> =
            self.known_list(trace, &CONFIRMATION, "SalesOrderConfirmationHeaders", &query).await?;
        Ok(found.into_iter().map(|confirmation| confirmation.number).find(|number| !number.is_empty()))
    }

    async fn newest_invoice(&self, trace: &Trace, order: &Order) -> Result<Option<String>, Failure> {
        let conditions = [
            format!("dataAreaId eq {}", literal(&order.company)),
            format!("SalesOrderNumber eq {}", literal(&order.number)),
        ];
        let query = Query::new()
            .filter(&conditions)
            .select(&["InvoiceNumber", "InvoiceDate"])
            .order_by("InvoiceDate desc,InvoiceNumber desc")
            .top(INVOICES);
        let invoices: Vec<Invoice> = self.known_list(trace, &INVOICE, "SalesInvoiceHeadersV2", &query).await?;
        Ok(newest(invoices))
    }

    async fn known_one<T: DeserializeOwned>(
        &self,
        trace: &Trace,
        call: &Call,
        path: &str,
        query: &Query,
    ) -> Result<Option<T>, Failure> {
        match self.get(trace, call, Purpose::Read, &self.address(path, query)).await {
            Ok(None) => Ok(None),
            Ok(Some(body)) => match (serde_json::from_slice(&body), unreadable(&body)) {
                (Ok(known), _) => Ok(Some(known)),
                (Err(_), failure) if knows_nothing(&failure) => Ok(None),
                (Err(_), failure) => Err(failure),
            },
            Err(failure) if knows_nothing(&failure) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    pub(super) async fn known_list<T: DeserializeOwned>(
        &self,
        trace: &Trace,
        call: &Call,
        set: &str,
        query: &Query,
    ) -> Result<Vec<T>, Failure> {
        match self.get(trace, call, Purpose::Read, &self.address(set, query)).await {
            Ok(Some(body)) => Ok(record::readable(&record::list(&body)?)),
            Ok(None) => Ok(Vec::new()),
            Err(failure) if knows_nothing(&failure) => Ok(Vec::new()),
            Err(failure) => Err(failure),
        }
    }
}

/// Refused for good, or not allowed to read this set; signing in and passing trouble are not that.
pub(super) fn knows_nothing(failure: &Failure) -> bool {
    match failure {
        Failure::Permanent(_) => true,
        Failure::NotAllowed(cause) => cause.code == "auth.user-disabled",
        Failure::Transient(_) | Failure::Throttled { .. } | Failure::NoAnswer(_) => false,
    }
}

#[derive(Default, Deserialize)]
struct Contact {
    #[serde(rename = "PrimaryPhoneNumber", deserialize_with = "record::text")]
    phone: String,
}

#[derive(Default, Deserialize)]
struct Customer {
    #[serde(rename = "PrimaryContactPhone", default, deserialize_with = "record::text")]
    phone: String,
    #[serde(rename = "TaxExemptNumber", default, deserialize_with = "record::text")]
    tax_id: String,
}

#[derive(Deserialize)]
struct Confirmation {
    #[serde(rename = "ConfirmationNumber", deserialize_with = "record::text")]
    number: String,
}

#[derive(Deserialize)]
struct Table {
    #[serde(rename = "ShipCarrierResidential", default, deserialize_with = "record::yes")]
    residential: bool,
}

const WAREHOUSE_PROPERTIES: [&str; 7] = [
    "WarehouseName",
    "PrimaryAddressStreet",
    "PrimaryAddressStreetNumber",
    "PrimaryAddressCity",
    "PrimaryAddressStateId",
    "PrimaryAddressZipCode",
    "PrimaryAddressCountryRegionId",
];

#[derive(Default, Deserialize)]
#[serde(default)]
struct Warehouse {
    #[serde(rename = "WarehouseName", deserialize_with = "record::text")]
    name: String,
    #[serde(rename = "PrimaryAddressStreet", deserialize_with = "record::text")]
    street: String,
    #[serde(rename = "PrimaryAddressStreetNumber", deserialize_with = "record::text")]
    street_number: String,
    #[serde(rename = "PrimaryAddressCity", deserialize_with = "record::text")]
    city: String,
    #[serde(rename = "PrimaryAddressStateId", deserialize_with = "record::text")]
    region: String,
    #[serde(rename = "PrimaryAddressZipCode", deserialize_with = "record::text")]
    postal_code: String,
    // Three letters; this entity has no ISO code.
    #[serde(rename = "PrimaryAddressCountryRegionId", deserialize_with = "record::text")]
    country: String,
}

impl Warehouse {
    fn address(self) -> Address {
        Address {
            name: self.name,
            street: street(&self.street, &self.street_number),
            city: self.city,
            region: self.region,
            postal_code: self.postal_code,
            country: self.country,
        }
    }
}

const PRODUCT: [&str; 9] = [
    "ItemNumber",
    "NetProductWeight",
    "TareProductWeight",
    "InventoryUnitSymbol",
    "ProductType",
    "IsHazardousMaterial",
    "IsShipAloneEnabled",
    "OriginCountryRegionId",
    "IntrastatCommodityCode",
];

#[derive(Deserialize)]
struct Product {
    #[serde(rename = "ItemNumber", deserialize_with = "record::text")]
    number: String,
    #[serde(rename = "NetProductWeight", default, deserialize_with = "record::decimal")]
    net: Decimal,
    #[serde(rename = "TareProductWeight", default, deserialize_with = "record::decimal")]
    tare: Decimal,
    #[serde(rename = "InventoryUnitSymbol", default, deserialize_with = "record::text")]
    unit: String,
    #[serde(rename = "ProductType", default, deserialize_with = "record::text")]
    kind: String,
    #[serde(rename = "IsHazardousMaterial", default, deserialize_with = "record::yes")]
    is_hazardous: bool,
    #[serde(rename = "IsShipAloneEnabled", default, deserialize_with = "record::yes")]
    ships_alone: bool,
    #[serde(rename = "OriginCountryRegionId", default, deserialize_with = "record::text")]
    origin: String,
    #[serde(rename = "IntrastatCommodityCode", default, deserialize_with = "record::text")]
    hs_code: String,
}

impl Product {
    /// There is no gross weight; it is net and tare. Zero means that nobody entered one.
    fn item(self) -> Item {
        Item {
            weight: self.net.checked_add(self.tare).filter(|gross| *gross > Decimal::ZERO),
            unit: self.unit,
            is_service: self.kind == "Service",
            is_hazardous: self.is_hazardous,
            ships_alone: self.ships_alone,
            origin: self.origin,
            hs_code: self.hs_code,
        }
    }
}

#[derive(Deserialize)]
struct Invoice {
    #[serde(rename = "InvoiceNumber", deserialize_with = "record::text")]
    number: String,
    #[serde(rename = "InvoiceDate", default, deserialize_with = "record::text")]
    date: String,
}

/// Dates are ISO text, so they sort as text.
fn newest(invoices: Vec<Invoice>) -> Option<String> {
    let issued = invoices.into_iter().filter(|invoice| !invoice.number.is_empty());
    issued.max_by(|a, b| (&a.date, &a.number).cmp(&(&b.date, &b.number))).map(|invoice| invoice.number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::cause::Cause;

    #[test]
    fn weights_are_net_and_tare_and_zero_is_unknown() {
        let product = |json: &str| serde_json::from_str::<Product>(json).unwrap().item();
        let pump = product(
            r#"{"ItemNumber":" P-100","NetProductWeight":2.5,"TareProductWeight":0.25,"ProductType":"Item","IsHazardousMaterial":"No"}"#,
        );
        assert_eq!(pump.weight.unwrap().to_string(), "2.75");
        let hours =
            product(r#"{"ItemNumber":"H","NetProductWeight":0,"ProductType":"Service","IsHazardousMaterial":"Yes"}"#);
        assert_eq!((hours.weight, hours.is_service, hours.is_hazardous), (None, true, true));
    }

    #[test]
    fn a_warehouse_without_an_address_knows_none() {
        let json = r#"{"WarehouseName":"Main","PrimaryAddressStreet":"","PrimaryAddressCountryRegionId":"USA"}"#;
        let warehouse: Warehouse = serde_json::from_str(json).unwrap();
        let address = warehouse.address();
        assert!(address.is_empty() && address.country == "USA");
    }

    #[test]
    fn of_several_invoices_the_newest_counts() {
        let invoice = |number: &str, date: &str| Invoice { number: number.into(), date: date.into() };
        let invoices =
            vec![invoice("I-2", "2026-03-02T12:00:00Z"), invoice("I-1", "2026-03-01T12:00:00Z"), invoice("", "2027")];
        assert_eq!(newest(invoices), Some("I-2".into()));
    }

    #[test]
    fn a_refused_set_knows_nothing_and_trouble_is_not_swallowed() {
        assert!(knows_nothing(&Failure::Permanent(Cause::new("d365.read-refused"))));
        assert!(knows_nothing(&Failure::NotAllowed(Cause::new("auth.user-disabled"))));
        assert!(!knows_nothing(&Failure::NotAllowed(Cause::new("auth.app-not-registered"))));
        assert!(!knows_nothing(&Failure::Transient(Cause::new("d365.unavailable"))));
    }
}
