//! Comparisons of what Dynamics 365 has confirmed with what we have seen.

use crate::store::{Db, Result, Tx, on_db, on_tx};

/// One comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct GapRun {
    /// Its id; sorts by time.
    pub run_id: String,
    /// Host of the environment.
    pub host: String,
    /// Who asked for it.
    pub asked_by: String,
    /// When it began.
    pub started_ms: i64,
    /// When it ended; `None` while it runs.
    pub ended_ms: Option<i64>,
    /// Orders confirmed in Dynamics 365.
    pub confirmed: i64,
    /// Of those, seen here.
    pub seen: i64,
    /// Of those, ready to ship and not seen here.
    pub missing: i64,
    /// Of those, not seen because they are stopped there.
    pub stopped: i64,
    /// Of those, not seen because they go another way.
    pub other_mode: i64,
    /// Why it could not end.
    pub cause_code: Option<String>,
    /// More of it.
    pub cause_detail: Option<String>,
}

/// A confirmed order we have not seen.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct GapOrder {
    /// `missing`, `stopped` or `other_mode`.
    pub kind: String,
    /// Legal entity.
    pub company: String,
    /// Number.
    pub number: String,
    /// Delivery mode.
    pub delivery_mode: String,
    /// Why, as far as it is known.
    pub reason: String,
}

const COLUMNS: &str = "run_id, host, asked_by, started_ms, ended_ms, confirmed, seen, missing, stopped, other_mode, \
                       cause_code, cause_detail";

impl Tx {
    /// Begins a comparison.
    pub async fn begin_gap_run(&mut self, run: &GapRun) -> Result<()> {
        let sql = "
            insert into gap_runs (run_id, host, asked_by, started_ms, confirmed, seen, missing, stopped, other_mode)
            values ($1, $2, $3, $4, 0, 0, 0, 0, 0)";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(&run.run_id).bind(&run.host).bind(&run.asked_by).bind(run.started_ms)
            .execute(conn).await?.rows_affected());
        Ok(())
    }

    /// Ends a comparison with what it found.
    pub async fn end_gap_run(&mut self, run: &GapRun, orders: &[GapOrder]) -> Result<()> {
        let sql = "
            update gap_runs set ended_ms = $2, confirmed = $3, seen = $4, missing = $5, stopped = $6, other_mode = $7,
                                cause_code = $8, cause_detail = $9
            where run_id = $1";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(&run.run_id)
            .bind(run.ended_ms)
            .bind(run.confirmed)
            .bind(run.seen)
            .bind(run.missing)
            .bind(run.stopped)
            .bind(run.other_mode)
            .bind(run.cause_code.clone())
            .bind(run.cause_detail.clone())
            .execute(conn).await?.rows_affected());
        let sql = "
            insert into gap_orders (run_id, kind, company, number, delivery_mode, reason)
            values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
        for order in orders {
            on_tx!(self, conn => sqlx::query(sql)
                .bind(&run.run_id)
                .bind(&order.kind)
                .bind(&order.company)
                .bind(&order.number)
                .bind(&order.delivery_mode)
                .bind(&order.reason)
                .execute(conn).await?.rows_affected());
        }
        Ok(())
    }

    /// Forgets comparisons that began before a moment.
    pub async fn forget_gap_runs(&mut self, before_ms: i64) -> Result<()> {
        for sql in [
            "delete from gap_orders where run_id in (select run_id from gap_runs where started_ms < $1)",
            "delete from gap_runs where started_ms < $1",
        ] {
            on_tx!(self, conn => sqlx::query(sql).bind(before_ms).execute(conn).await?.rows_affected());
        }
        Ok(())
    }
}

impl Db {
    /// The newest comparison of an environment, or the newest that came to its end.
    pub async fn last_gap_run(&self, host: &str, complete: bool) -> Result<Option<GapRun>> {
        let only = if complete { "and ended_ms is not null and cause_code is null" } else { "" };
        let sql = format!(
            "select {COLUMNS} from gap_runs where host = $1 {only} order by started_ms desc, run_id desc limit 1"
        );
        Ok(on_db!(self, pool => sqlx::query_as(&sql).bind(host).fetch_optional(pool).await?))
    }

    /// The orders a comparison found, missing ones first.
    pub async fn gap_orders(&self, run_id: &str) -> Result<Vec<GapOrder>> {
        let sql = "
            select kind, company, number, delivery_mode, reason from gap_orders where run_id = $1
            order by case kind when 'missing' then 0 when 'stopped' then 1 else 2 end, company, number";
        Ok(on_db!(self, pool => sqlx::query_as(sql).bind(run_id).fetch_all(pool).await?))
    }
}
