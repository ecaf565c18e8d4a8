//! Small facts the engine remembers, and the last ping of each system.

use crate::store::{Db, Result, Tx, on_db, on_tx};

/// When Dynamics 365 was last asked for orders, successfully.
pub const LAST_PULL: &str = "d365.last_pull_ms";
/// When the whole open set was last read to its end.
pub const FULL_SCAN: &str = "d365.full_scan_ms";
/// How many orders were in it.
pub const FULL_SCAN_SEEN: &str = "d365.full_scan_seen";
/// Since when the built-in twins stand in for both systems.
pub const TWINS_AT_WORK: &str = "twins.begun_ms";
/// When an operator put the finished checklist of the first day away.
pub const FIRST_DAY_DONE: &str = "first_day.done_ms";

impl Tx {
    /// Remembers a number.
    pub async fn set_cursor(&mut self, name: &str, value: i64, now_ms: i64) -> Result<()> {
        let sql = "
            insert into cursors (name, value, updated_ms) values ($1, $2, $3)
            on conflict (name) do update set value = excluded.value, updated_ms = excluded.updated_ms";
        on_tx!(self, conn => sqlx::query(sql).bind(name).bind(value).bind(now_ms).execute(conn).await?.rows_affected());
        Ok(())
    }
}

impl Db {
    /// A remembered number.
    pub async fn cursor(&self, name: &str) -> Result<Option<i64>> {
        let row: Option<(i64,)> = on_db!(self, pool => sqlx::query_as("select value from cursors where name = $1")
            .bind(name).fetch_optional(pool).await?);
        Ok(row.map(|row| row.0))
    }

    /// Remembers a number.
    pub async fn set_cursor(&self, name: &str, value: i64, now_ms: i64) -> Result<()> {
        let mut tx = self.begin().await?;
        tx.set_cursor(name, value, now_ms).await?;
        tx.commit().await
    }

    /// The last ping of a system: when, and the ladder as JSON.
    pub async fn last_ping(&self, system: &str) -> Result<Option<(i64, String)>> {
        Ok(on_db!(self, pool => sqlx::query_as("select at_ms, ladder from pings where system = $1")
            .bind(system).fetch_optional(pool).await?))
    }

    /// Keeps the last ping of a system.
    pub async fn keep_ping(&self, system: &str, at_ms: i64, passed: bool, ladder: &str) -> Result<()> {
        let sql = "
            insert into pings (system, at_ms, passed, ladder) values ($1, $2, $3, $4)
            on conflict (system) do update
            set at_ms = excluded.at_ms, passed = excluded.passed, ladder = excluded.ladder";
        let mut tx = self.begin().await?;
        on_tx!(&mut tx, conn => sqlx::query(sql)
            .bind(system).bind(at_ms).bind(i64::from(passed)).bind(ladder).execute(conn).await?.rows_affected());
        tx.commit().await
    }
}
