//! Orders to be read one by one. A hint only names an order; what is true is asked of Dynamics 365.
//!
//! A node claims an order by making it due later; one that dies leaves it due then. Asked for again
//! meanwhile, the order is due at once, and what the first look found does not end the second.

use crate::order::OrderKey;
use crate::store::{Db, Result, Tx, on_db, on_tx};

/// An order that waits to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookAt {
    /// Which.
    pub key: OrderKey,
    /// What hinted at it.
    pub why: String,
    /// When it was hinted at.
    pub asked_ms: i64,
    /// When it is read.
    pub next_run_ms: i64,
    /// Failures in a row.
    pub failures: u32,
    /// Why the last look failed, if it did.
    pub cause_code: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    host: String,
    company: String,
    number: String,
    why: String,
    asked_ms: i64,
    next_run_ms: i64,
    failures: i64,
    cause_code: Option<String>,
}

impl From<Row> for LookAt {
    fn from(row: Row) -> Self {
        Self {
            key: OrderKey { host: row.host, company: row.company, number: row.number },
            why: row.why,
            asked_ms: row.asked_ms,
            next_run_ms: row.next_run_ms,
            failures: u32::try_from(row.failures).unwrap_or(0),
            cause_code: row.cause_code,
        }
    }
}

const COLUMNS: &str = "host, company, number, why, asked_ms, next_run_ms, failures, cause_code";

impl Tx {
    /// Queues an order to be read. Asked again while it waits, it is due at once and keeps one row.
    pub async fn ask_to_look_at(&mut self, key: &OrderKey, why: &str, now_ms: i64) -> Result<()> {
        let sql = "
            insert into look_at (host, company, number, why, asked_ms, next_run_ms, failures)
            values ($1, $2, $3, $4, $5, $5, 0)
            on conflict (host, company, number) do update
            set why = excluded.why, asked_ms = excluded.asked_ms, next_run_ms = excluded.next_run_ms, failures = 0,
                cause_code = null";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(&key.host).bind(&key.company).bind(&key.number).bind(why).bind(now_ms)
            .execute(conn).await?.rows_affected());
        Ok(())
    }

    /// Claims orders of an environment that are due; nobody else reads them before `until_ms`.
    pub async fn claim_look_at(&mut self, host: &str, now_ms: i64, until_ms: i64, limit: i64) -> Result<Vec<LookAt>> {
        let claim = |skip: &str| {
            format!(
                "update look_at set next_run_ms = $3 where (host, company, number) in (
                     select host, company, number from look_at where host = $1 and next_run_ms <= $2
                     order by next_run_ms, company, number limit $4 {skip})
                 returning {COLUMNS}"
            )
        };
        let rows: Vec<Row> = match self {
            Tx::Sqlite(tx) => {
                let sql = claim("");
                sqlx::query_as(&sql).bind(host).bind(now_ms).bind(until_ms).bind(limit).fetch_all(&mut **tx).await?
            }
            Tx::Postgres(tx) => {
                let sql = claim("for update skip locked");
                sqlx::query_as(&sql).bind(host).bind(now_ms).bind(until_ms).bind(limit).fetch_all(&mut **tx).await?
            }
        };
        Ok(rows.into_iter().map(LookAt::from).collect())
    }

    /// Ends a claimed look; `false` when the order was asked for again meanwhile, and stays.
    pub async fn end_look_at(&mut self, claimed: &LookAt) -> Result<bool> {
        let sql = "delete from look_at where host = $1 and company = $2 and number = $3 and next_run_ms = $4";
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(&claimed.key.host).bind(&claimed.key.company).bind(&claimed.key.number).bind(claimed.next_run_ms)
            .execute(conn).await?.rows_affected());
        Ok(rows == 1)
    }

    /// Puts a claimed look off, with why.
    pub async fn put_off_look_at(
        &mut self,
        claimed: &LookAt,
        next_run_ms: i64,
        failures: u32,
        cause_code: &str,
    ) -> Result<()> {
        let sql = "
            update look_at set next_run_ms = $5, failures = $6, cause_code = $7
            where host = $1 and company = $2 and number = $3 and next_run_ms = $4";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(&claimed.key.host).bind(&claimed.key.company).bind(&claimed.key.number).bind(claimed.next_run_ms)
            .bind(next_run_ms).bind(i64::from(failures)).bind(cause_code)
            .execute(conn).await?.rows_affected());
        Ok(())
    }
}

impl Db {
    /// An order that waits to be read.
    pub async fn look_at(&self, key: &OrderKey) -> Result<Option<LookAt>> {
        let sql = format!("select {COLUMNS} from look_at where host = $1 and company = $2 and number = $3");
        let row: Option<Row> = on_db!(self, pool => sqlx::query_as(&sql)
            .bind(&key.host).bind(&key.company).bind(&key.number).fetch_optional(pool).await?);
        Ok(row.map(LookAt::from))
    }

    /// Orders of an environment that wait to be read: those that failed first, then the longest waiting.
    pub async fn looks_waiting(&self, host: &str, limit: i64) -> Result<Vec<LookAt>> {
        let sql = format!(
            "select {COLUMNS} from look_at where host = $1
             order by case when cause_code is null then 1 else 0 end, asked_ms, number limit $2"
        );
        let rows: Vec<Row> = on_db!(self, pool => sqlx::query_as(&sql).bind(host).bind(limit).fetch_all(pool).await?);
        Ok(rows.into_iter().map(LookAt::from).collect())
    }

    /// How many wait, and how many of them failed at least once.
    pub async fn count_looks(&self, host: &str) -> Result<(i64, i64)> {
        let sql = "select count(*), count(cause_code) from look_at where host = $1";
        Ok(on_db!(self, pool => sqlx::query_as(sql).bind(host).fetch_one(pool).await?))
    }
}
