//! Orders to be read one by one. A hint only names an order; what is true is asked of Dynamics 365.

use crate::order::OrderKey;
use crate::store::{Result, Tx, on_tx};

impl Tx {
    /// Queues an order to be read. Asked again while it waits, it is due at once and keeps one row.
    pub async fn ask_to_look_at(&mut self, key: &OrderKey, why: &str, now_ms: i64) -> Result<()> {
        let sql = "
            insert into look_at (host, company, number, why, asked_ms, next_run_ms, failures)
            values ($1, $2, $3, $4, $5, $5, 0)
            on conflict (host, company, number) do update
            set why = excluded.why, asked_ms = excluded.asked_ms, next_run_ms = excluded.next_run_ms, failures = 0";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(&key.host).bind(&key.company).bind(&key.number).bind(why).bind(now_ms)
            .execute(conn).await?.rows_affected());
        Ok(())
    }
}
