//! Invoices found after the label was bought, and when to look for them. The number that stands on
//! the label is another fact and stays where it is, on the order.

use crate::d365::invoices::Invoice;
use crate::order::OrderId;
use crate::order::search::{Kind, Term};
use crate::store::{Db, Result, Tx, on_db, on_tx};

/// An invoice of an order.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct FoundInvoice {
    /// Its number.
    pub number: String,
    /// Its day, as Dynamics 365 writes it.
    pub dated: String,
    /// Total, decimal.
    pub amount: String,
    /// Currency.
    pub currency: String,
    /// When we found it.
    pub found_ms: i64,
}

/// A shipped order whose invoice is to be looked for.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct InvoiceLook {
    /// The order.
    pub order_id: String,
    /// Host of its environment.
    pub host: String,
    /// Its legal entity.
    pub company: String,
    /// Its number.
    pub number: String,
    /// When its first label was bought.
    pub labelled_ms: i64,
    /// How often it was looked for.
    pub looks: i64,
}

/// How the search for an invoice goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextLook {
    /// Again at this time.
    At(i64),
    /// It is found.
    Found,
    /// It was looked for long enough.
    GivenUp,
}

impl Tx {
    /// Orders labelled since a moment whose label names no invoice are looked for from `first_ms` on.
    pub async fn schedule_invoice_looks(&mut self, since_ms: i64, first_ms: i64) -> Result<u64> {
        let sql = "
            insert into invoice_looks (order_id, labelled_ms, looks, next_run_ms)
            select s.order_id, min(s.labelled_ms), 0, $2
            from shipments s join orders o on o.order_id = s.order_id
            where s.labelled_ms >= $1 and s.kind = 'outbound' and o.invoice_number is null
              and not exists (select 1 from invoice_looks l where l.order_id = s.order_id)
            group by s.order_id
            on conflict do nothing";
        Ok(on_tx!(self, conn => sqlx::query(sql).bind(since_ms).bind(first_ms).execute(conn).await?.rows_affected()))
    }

    /// Claims orders of an environment whose invoice is to be looked for; nobody else looks before
    /// `until_ms`.
    pub async fn claim_invoice_looks(
        &mut self,
        host: &str,
        now_ms: i64,
        until_ms: i64,
        limit: i64,
    ) -> Result<Vec<InvoiceLook>> {
        let claim = |skip: &str| {
            format!(
                "update invoice_looks set next_run_ms = $3 where order_id in (
                     select l.order_id from invoice_looks l join orders o on o.order_id = l.order_id
                     where l.next_run_ms <= $2 and o.host = $1 order by l.next_run_ms limit $4 {skip})
                 returning order_id"
            )
        };
        let ids: Vec<(String,)> = match self {
            Tx::Sqlite(tx) => {
                let sql = claim("");
                sqlx::query_as(&sql).bind(host).bind(now_ms).bind(until_ms).bind(limit).fetch_all(&mut **tx).await?
            }
            Tx::Postgres(tx) => {
                let sql = claim("for update of l skip locked");
                sqlx::query_as(&sql).bind(host).bind(now_ms).bind(until_ms).bind(limit).fetch_all(&mut **tx).await?
            }
        };
        let sql = "
            select l.order_id, o.host, o.company, o.number, l.labelled_ms, l.looks
            from invoice_looks l join orders o on o.order_id = l.order_id where l.order_id = $1";
        let mut looks = Vec::with_capacity(ids.len());
        for (id,) in ids {
            looks.extend(
                on_tx!(self, conn => sqlx::query_as::<_, InvoiceLook>(sql).bind(&id).fetch_optional(conn).await?),
            );
        }
        Ok(looks)
    }

    /// Says how the search goes on.
    pub async fn set_next_invoice_look(&mut self, id: &OrderId, next: NextLook, now_ms: i64) -> Result<()> {
        let sql = "
            update invoice_looks set looks = looks + 1, last_ms = $2, next_run_ms = $3, ended = $4 where order_id = $1";
        let (at, ended) = match next {
            NextLook::At(ms) => (Some(ms), None),
            NextLook::Found => (None, Some("found")),
            NextLook::GivenUp => (None, Some("given_up")),
        };
        on_tx!(self, conn => sqlx::query(sql).bind(&id.0).bind(now_ms).bind(at).bind(ended)
            .execute(conn).await?.rows_affected());
        Ok(())
    }

    /// Keeps an invoice of an order; `false` when it was known.
    pub async fn insert_found_invoice(&mut self, id: &OrderId, invoice: &Invoice, now_ms: i64) -> Result<bool> {
        let sql = "
            insert into order_invoices (order_id, number, dated, amount, currency, found_ms)
            values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(&id.0)
            .bind(&invoice.number)
            .bind(&invoice.date)
            .bind(invoice.amount.to_string())
            .bind(&invoice.currency)
            .bind(now_ms)
            .execute(conn).await?.rows_affected());
        self.add_terms(id, Term::number(Kind::Invoice, &invoice.number)).await?;
        Ok(rows == 1)
    }
}

impl Db {
    /// The invoices found for an order, oldest first.
    pub async fn found_invoices(&self, id: &OrderId) -> Result<Vec<FoundInvoice>> {
        let sql = "
            select number, dated, amount, currency, found_ms from order_invoices where order_id = $1
            order by dated, number";
        Ok(on_db!(self, pool => sqlx::query_as(sql).bind(&id.0).fetch_all(pool).await?))
    }
}
