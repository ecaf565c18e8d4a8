//! What FedEx rated, one row a label and one more when it was cancelled. Nothing of it is posted
//! anywhere: it is for comparing with FedEx's invoice.

use crate::order::{Charge, Shipment};
use crate::store::{Db, Result, Tx, on_db, on_tx};

/// What happened to the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChargeKind {
    /// FedEx rated a label.
    Rated,
    /// The label was cancelled: FedEx should not charge it.
    Voided,
}

impl ChargeKind {
    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rated => "rated",
            Self::Voided => "voided",
        }
    }
}

/// A row of the export.
#[derive(Clone, Debug, serde::Serialize, sqlx::FromRow)]
pub struct ChargeRow {
    /// Legal entity.
    pub company: String,
    /// Sales order number.
    pub order_number: String,
    /// Customer invoice, if one was known when the label was bought.
    pub invoice_number: Option<String>,
    /// Customer invoices found later, separated by semicolons.
    pub invoices_found: Option<String>,
    /// Customer account.
    pub customer_account: String,
    /// `rated` or `voided`.
    pub kind: String,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// FedEx environment: `production`, `sandbox`, `custom`.
    pub environment: Option<String>,
    /// FedEx account that ships.
    pub account_number: String,
    /// Who pays: `sender`, `recipient`, `third_party`.
    pub payer: String,
    /// FedEx service.
    pub service: String,
    /// Master tracking number.
    pub tracking_number: String,
    /// Pieces.
    pub packages: i64,
    /// Amount as FedEx rated it, decimal.
    pub amount: String,
    /// Currency.
    pub currency: String,
    /// Which rate it is.
    pub rate_type: String,
}

impl Tx {
    /// Adds a row for a shipment; a second one of its kind is left out. `account` is the
    /// connection's, for plans that name none.
    pub async fn insert_charge(
        &mut self,
        charge_id: &str,
        kind: ChargeKind,
        shipment: &Shipment,
        charge: &Charge,
        account: &str,
        now_ms: i64,
    ) -> Result<()> {
        let sql = "
            insert into charges (charge_id, shipment_id, kind, at_ms, account_number, payer, service, tracking_number,
                                 packages, amount, currency, rate_type)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            on conflict (shipment_id, kind) do nothing";
        let plan = shipment.plan.as_ref();
        let own = plan.and_then(|plan| plan.account_number.clone());
        let payer = plan.map(|plan| plan.payment.payer).unwrap_or_default();
        on_tx!(self, conn => sqlx::query(sql)
            .bind(charge_id)
            .bind(&shipment.shipment_id.0)
            .bind(kind.name())
            .bind(now_ms)
            .bind(own.clone().unwrap_or_else(|| account.to_owned()))
            .bind(payer.name())
            .bind(plan.map(|plan| plan.service.service.clone()).unwrap_or_default())
            .bind(shipment.tracking_number.clone().unwrap_or_default())
            .bind(plan.map_or(1, |plan| i64::try_from(plan.packages.len()).unwrap_or(1)))
            .bind(charge.amount.to_string())
            .bind(&charge.currency)
            .bind(&charge.rate_type)
            .execute(conn).await?.rows_affected());
        Ok(())
    }
}

impl Db {
    /// Charges from a moment to another, oldest first, after a row if one is named.
    pub async fn charges(&self, from_ms: i64, to_ms: i64, after: &str, limit: i64) -> Result<Vec<(String, ChargeRow)>> {
        #[derive(sqlx::FromRow)]
        struct Row {
            charge_id: String,
            #[sqlx(flatten)]
            charge: ChargeRow,
        }
        let sql = "
            select c.charge_id, o.company, o.number as order_number, o.invoice_number,
                   (select string_agg(i.number, '; ' order by i.number) from order_invoices i
                    where i.order_id = o.order_id) as invoices_found,
                   o.customer_account, c.kind, c.at_ms,
                   s.environment, c.account_number, c.payer, c.service, c.tracking_number, c.packages, c.amount,
                   c.currency, c.rate_type
            from charges c join shipments s using (shipment_id) join orders o using (order_id)
            where c.at_ms >= $1 and c.at_ms < $2 and c.charge_id > $3
            order by c.charge_id limit $4";
        let rows: Vec<Row> = on_db!(self, pool => sqlx::query_as(sql)
            .bind(from_ms).bind(to_ms).bind(after).bind(limit).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|row| (row.charge_id, row.charge)).collect())
    }
}
