//! Issued invoices of orders, for matching what FedEx bills. Numbers are matched exactly, in
//! or-chains: the set refuses `startswith` and `contains`.

use crate::clock;
use crate::d365::error::Purpose;
use crate::d365::odata::{Query, any_of, literal};
use crate::d365::order_lines::chains;
use crate::d365::orders::{followed, no_set};
use crate::d365::{D365, data_call, record};
use crate::order::retry::Failure;
use crate::transport::{Call, Trace};
use rust_decimal::Decimal;
use serde::Deserialize;

const SET: &str = "SalesInvoiceHeadersV2";
const CALL: Call = data_call("d365.invoices");
const PROPERTIES: [&str; 5] =
    ["SalesOrderNumber", "InvoiceNumber", "InvoiceDate", "TotalInvoiceAmount", "CurrencyCode"];

/// An issued invoice.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Invoice {
    /// Order.
    #[serde(rename = "SalesOrderNumber", deserialize_with = "record::text")]
    pub order: String,
    /// Its number.
    #[serde(rename = "InvoiceNumber", deserialize_with = "record::text")]
    pub number: String,
    /// Day, as Dynamics 365 writes it.
    #[serde(rename = "InvoiceDate", default, deserialize_with = "record::text")]
    pub date: String,
    /// Total.
    #[serde(rename = "TotalInvoiceAmount", default, deserialize_with = "record::decimal")]
    pub amount: Decimal,
    /// Currency.
    #[serde(rename = "CurrencyCode", default, deserialize_with = "record::text")]
    pub currency: String,
}

impl D365 {
    /// The invoices of some orders of a legal entity, dated from a day on.
    pub async fn invoices(
        &self,
        trace: &Trace,
        company: &str,
        orders: &[&str],
        from_ms: i64,
    ) -> Result<Vec<Invoice>, Failure> {
        let mut invoices = Vec::new();
        for some in chains(orders) {
            let conditions: Vec<String> = [
                Some(format!("dataAreaId eq {}", literal(company))),
                Some(format!("InvoiceDate ge {}T00:00:00Z", clock::date(from_ms))),
                any_of("SalesOrderNumber", some.iter().map(|order| literal(order))),
            ]
            .into_iter()
            .flatten()
            .collect();
            let query = Query::new()
                .filter(&conditions)
                .select(&PROPERTIES)
                .order_by("dataAreaId,InvoiceNumber,InvoiceDate,LedgerVoucher");
            let mut address = Some(self.address(SET, &query));
            while let Some(page) = address {
                let body = self.get(trace, &CALL, Purpose::Read, &page).await?.ok_or_else(|| no_set(SET))?;
                let list = record::list(&body)?;
                invoices.extend(record::readable::<Invoice>(&list));
                let base = &self.inner.credentials.base_url;
                address = list.next_link.map(|link| followed(&link, base)).transpose()?;
            }
        }
        invoices.retain(|invoice| !invoice.number.is_empty());
        Ok(invoices)
    }
}
