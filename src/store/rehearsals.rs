//! What FedEx said to plans that are not bought by themselves, and how often it was asked today.

use crate::order::cause::Cause;
use crate::order::{Charge, ShipmentId};
use crate::store::{Db, Result, StoreError, Tx, on_db, on_tx};

/// FedEx's verdict on a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// FedEx would take it.
    Accepted,
    /// FedEx would refuse it.
    Refused,
    /// FedEx was not asked, does not check this, or did not answer.
    Unchecked,
}

impl Verdict {
    const ALL: [Self; 3] = [Self::Accepted, Self::Refused, Self::Unchecked];

    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Unchecked => "unchecked",
        }
    }

    /// The verdict of a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}

/// What FedEx said to a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsal {
    /// Which plan.
    pub plan_fingerprint: String,
    /// When it was asked.
    pub at_ms: i64,
    /// Its verdict.
    pub verdict: Verdict,
    /// Why it would be refused, or why there is no verdict.
    pub cause: Option<Cause>,
    /// What it would cost, with the kind of rate.
    pub price: Option<Charge>,
}

#[derive(sqlx::FromRow)]
struct Row {
    plan_fingerprint: String,
    at_ms: i64,
    verdict: String,
    cause_code: Option<String>,
    cause_field: Option<String>,
    cause_detail: Option<String>,
    price_amount: Option<String>,
    price_currency: Option<String>,
    price_rate_type: Option<String>,
}

/// A price as it is stored in three columns.
pub(super) fn price(
    amount: Option<String>,
    currency: Option<String>,
    rate_type: Option<String>,
) -> std::result::Result<Option<Charge>, rust_decimal::Error> {
    match (amount, currency, rate_type) {
        (Some(amount), Some(currency), Some(rate_type)) => {
            Ok(Some(Charge { amount: amount.parse()?, currency, rate_type }))
        }
        _ => Ok(None),
    }
}

impl Tx {
    /// Keeps what FedEx said, in place of what it said before.
    pub async fn keep_rehearsal(&mut self, id: &ShipmentId, rehearsal: &Rehearsal) -> Result<()> {
        let sql = "
            insert into rehearsals (shipment_id, plan_fingerprint, at_ms, verdict, cause_code, cause_field, cause_detail,
                                    price_amount, price_currency, price_rate_type)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (shipment_id) do update set
                plan_fingerprint = excluded.plan_fingerprint, at_ms = excluded.at_ms, verdict = excluded.verdict,
                cause_code = excluded.cause_code, cause_field = excluded.cause_field,
                cause_detail = excluded.cause_detail, price_amount = excluded.price_amount,
                price_currency = excluded.price_currency, price_rate_type = excluded.price_rate_type";
        let cause = rehearsal.cause.as_ref();
        let price = rehearsal.price.as_ref();
        on_tx!(self, conn => sqlx::query(sql)
            .bind(&id.0)
            .bind(&rehearsal.plan_fingerprint)
            .bind(rehearsal.at_ms)
            .bind(rehearsal.verdict.name())
            .bind(cause.map(|cause| cause.code.clone()))
            .bind(cause.and_then(|cause| cause.field.clone()))
            .bind(cause.and_then(|cause| cause.detail.clone()))
            .bind(price.map(|price| price.amount.to_string()))
            .bind(price.map(|price| price.currency.clone()))
            .bind(price.map(|price| price.rate_type.clone()))
            .execute(conn).await?.rows_affected());
        Ok(())
    }

    /// Forgets what FedEx said to another plan than this one.
    pub async fn forget_other_rehearsal(&mut self, id: &ShipmentId, plan_fingerprint: &str) -> Result<()> {
        let sql = "delete from rehearsals where shipment_id = $1 and plan_fingerprint <> $2";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(&id.0).bind(plan_fingerprint).execute(conn).await?.rows_affected());
        Ok(())
    }

    /// Takes one rehearsal off the day's budget; `false` when none is left.
    pub async fn spend_rehearsal(&mut self, day: &str, budget: i64) -> Result<bool> {
        let first = "insert into rehearsal_days (day, asked) values ($1, 0) on conflict (day) do nothing";
        on_tx!(self, conn => sqlx::query(first).bind(day).execute(conn).await?.rows_affected());
        let sql = "update rehearsal_days set asked = asked + 1 where day = $1 and asked < $2";
        let rows = on_tx!(self, conn => sqlx::query(sql).bind(day).bind(budget).execute(conn).await?.rows_affected());
        Ok(rows == 1)
    }
}

impl Db {
    /// What FedEx said to a shipment's plan, if it was asked.
    pub async fn rehearsal(&self, id: &ShipmentId) -> Result<Option<Rehearsal>> {
        let sql = "
            select plan_fingerprint, at_ms, verdict, cause_code, cause_field, cause_detail,
                   price_amount, price_currency, price_rate_type
            from rehearsals where shipment_id = $1";
        let row: Option<Row> = on_db!(self, pool => sqlx::query_as(sql).bind(&id.0).fetch_optional(pool).await?);
        row.map(|row| row.rehearsal(id)).transpose()
    }

    /// Rehearsals of a day of GMT, `YYYY-MM-DD`.
    pub async fn rehearsals_of_day(&self, day: &str) -> Result<i64> {
        let sql = "select asked from rehearsal_days where day = $1";
        let row: Option<(i64,)> = on_db!(self, pool => sqlx::query_as(sql).bind(day).fetch_optional(pool).await?);
        Ok(row.map_or(0, |row| row.0))
    }
}

impl Row {
    fn rehearsal(self, id: &ShipmentId) -> Result<Rehearsal> {
        let impossible = |column| StoreError::Impossible { table: "rehearsals", id: id.0.clone(), column };
        Ok(Rehearsal {
            plan_fingerprint: self.plan_fingerprint,
            at_ms: self.at_ms,
            verdict: Verdict::parse(&self.verdict).ok_or_else(|| impossible("verdict"))?,
            cause: self.cause_code.map(|code| Cause { code, field: self.cause_field, detail: self.cause_detail }),
            price: price(self.price_amount, self.price_currency, self.price_rate_type)
                .map_err(|_| impossible("price_amount"))?,
        })
    }
}
