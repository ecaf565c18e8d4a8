//! Sales orders as Dynamics 365 last told them.

use crate::order::search::{Kind, Term};
use crate::order::{Order, OrderId, OrderKey};
use crate::store::{Db, Result, StoreError, Tx, on_db, on_tx};
use std::collections::HashMap;

/// An order with what we know around it.
#[derive(Clone, Debug)]
pub struct OrderRecord {
    /// Its id.
    pub order_id: OrderId,
    /// Its name outside.
    pub key: OrderKey,
    /// As last read.
    pub order: Order,
    /// What it was shipped by.
    pub fingerprint: String,
    /// Invoice, once known.
    pub invoice_number: Option<String>,
    /// First seen.
    pub seen_ms: i64,
    /// Last read.
    pub read_ms: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    order_id: String,
    host: String,
    company: String,
    number: String,
    invoice_number: Option<String>,
    snapshot: String,
    fingerprint: String,
    seen_ms: i64,
    read_ms: i64,
}

impl Row {
    fn record(self) -> Result<OrderRecord> {
        let order: Order = serde_json::from_str(&self.snapshot).map_err(|_| StoreError::Impossible {
            table: "orders",
            id: self.order_id.clone(),
            column: "snapshot",
        })?;
        Ok(OrderRecord {
            order_id: OrderId(self.order_id),
            key: OrderKey { host: self.host, company: self.company, number: self.number },
            order,
            fingerprint: self.fingerprint,
            invoice_number: self.invoice_number,
            seen_ms: self.seen_ms,
            read_ms: self.read_ms,
        })
    }
}

const COLUMNS: &str = "order_id, host, company, number, invoice_number, snapshot, fingerprint, seen_ms, read_ms";

fn snapshot(order: &Order) -> String {
    serde_json::to_string(order).expect("an order is plain data")
}

impl Tx {
    /// Inserts an order; `false` when it is already there.
    pub async fn insert_order(&mut self, id: &OrderId, key: &OrderKey, order: &Order, now_ms: i64) -> Result<bool> {
        let sql = "
            insert into orders (order_id, host, company, number, customer_account, customer_name,
                                customer_reference, snapshot, fingerprint, seen_ms, read_ms)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
            on conflict (host, company, number) do nothing";
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(&id.0)
            .bind(&key.host)
            .bind(&key.company)
            .bind(&key.number)
            .bind(&order.customer_account)
            .bind(&order.customer_name)
            .bind(&order.customer_reference)
            .bind(snapshot(order))
            .bind(order.fingerprint())
            .bind(now_ms)
            .execute(conn).await?.rows_affected());
        if rows == 1 {
            self.set_terms_of_order(id, order).await?;
        }
        Ok(rows == 1)
    }

    /// Replaces what Dynamics 365 told us.
    pub async fn update_order(&mut self, id: &OrderId, order: &Order, now_ms: i64) -> Result<()> {
        let sql = "
            update orders
            set customer_account = $2, customer_name = $3, customer_reference = $4,
                snapshot = $5, fingerprint = $6, read_ms = $7
            where order_id = $1";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(&id.0)
            .bind(&order.customer_account)
            .bind(&order.customer_name)
            .bind(&order.customer_reference)
            .bind(snapshot(order))
            .bind(order.fingerprint())
            .bind(now_ms)
            .execute(conn).await?.rows_affected());
        self.set_terms_of_order(id, order).await
    }

    /// Notes that an order was read, whether or not it had changed.
    pub async fn note_order_read(&mut self, id: &OrderId, now_ms: i64) -> Result<()> {
        on_tx!(self, conn => sqlx::query("update orders set read_ms = $2 where order_id = $1")
            .bind(&id.0).bind(now_ms).execute(conn).await?.rows_affected());
        Ok(())
    }

    /// Notes the customer invoice of an order.
    pub async fn set_invoice(&mut self, id: &OrderId, number: Option<&str>) -> Result<()> {
        on_tx!(self, conn => sqlx::query("update orders set invoice_number = $2 where order_id = $1")
            .bind(&id.0).bind(number).execute(conn).await?.rows_affected());
        self.add_terms(id, number.and_then(|number| Term::number(Kind::Invoice, number))).await
    }
}

impl Db {
    /// An order by its name outside.
    pub async fn order_by_key(&self, key: &OrderKey) -> Result<Option<OrderRecord>> {
        let sql = format!("select {COLUMNS} from orders where host = $1 and company = $2 and number = $3");
        let row: Option<Row> = on_db!(self, pool => sqlx::query_as(&sql)
            .bind(&key.host).bind(&key.company).bind(&key.number).fetch_optional(pool).await?);
        row.map(Row::record).transpose()
    }

    /// The fingerprints of those of these orders that are known, by company and number: a page of
    /// them in one question. Of 1,000 orders a page, each dialect takes ten times as many values.
    pub async fn fingerprints(
        &self,
        host: &str,
        orders: impl Iterator<Item = (&str, &str)>,
    ) -> Result<HashMap<(String, String), String>> {
        let numbers: Vec<&str> = orders.map(|(_, number)| number).collect();
        if numbers.is_empty() {
            return Ok(HashMap::new());
        }
        let places: Vec<String> = (2..numbers.len() + 2).map(|place| format!("${place}")).collect();
        let sql = format!(
            "select company, number, fingerprint from orders where host = $1 and number in ({})",
            places.join(", ")
        );
        let rows: Vec<(String, String, String)> = on_db!(self, pool => {
            let mut query = sqlx::query_as(&sql).bind(host);
            for number in &numbers {
                query = query.bind(*number);
            }
            query.fetch_all(pool).await?
        });
        Ok(rows.into_iter().map(|(company, number, fingerprint)| ((company, number), fingerprint)).collect())
    }

    /// The newest order of a company and number, whatever the environment: for pages, whose
    /// addresses do not name one.
    pub async fn order_by_number(&self, company: &str, number: &str) -> Result<Option<OrderRecord>> {
        let sql =
            format!("select {COLUMNS} from orders where company = $1 and number = $2 order by seen_ms desc limit 1");
        let row: Option<Row> = on_db!(self, pool => sqlx::query_as(&sql)
            .bind(company).bind(number).fetch_optional(pool).await?);
        row.map(Row::record).transpose()
    }

    /// Orders of a number in any company, for the command line.
    pub async fn orders_by_number(&self, number: &str) -> Result<Vec<OrderRecord>> {
        let sql = format!("select {COLUMNS} from orders where number = $1 order by seen_ms desc");
        let rows: Vec<Row> = on_db!(self, pool => sqlx::query_as(&sql).bind(number).fetch_all(pool).await?);
        rows.into_iter().map(Row::record).collect()
    }

    /// Orders with a label whose parcel FedEx does not have yet, not read since a moment; the longest
    /// unread first.
    pub async fn labelled_orders_read_before(&self, before_ms: i64, limit: i64) -> Result<Vec<OrderRecord>> {
        let sql = format!(
            "select {COLUMNS} from orders
             where read_ms < $1 and order_id in (
                 select order_id from shipments
                 where state in ('labelled', 'announced') and kind = 'outbound')
             order by read_ms limit $2"
        );
        let rows: Vec<Row> =
            on_db!(self, pool => sqlx::query_as(&sql).bind(before_ms).bind(limit).fetch_all(pool).await?);
        rows.into_iter().map(Row::record).collect()
    }

    /// An order by its id.
    pub async fn order(&self, id: &OrderId) -> Result<OrderRecord> {
        let sql = format!("select {COLUMNS} from orders where order_id = $1");
        let row: Option<Row> = on_db!(self, pool => sqlx::query_as(&sql).bind(&id.0).fetch_optional(pool).await?);
        row.map(Row::record).transpose()?.ok_or(StoreError::Conflict { table: "orders", id: id.0.clone() })
    }
}
