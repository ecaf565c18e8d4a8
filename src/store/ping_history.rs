//! Every climb of a connection's ladder, for some time.

use crate::store::{Db, Result, Tx, on_db, on_tx};

/// Climbs kept of each system: four days of hourly ones, with room for those that people ask for.
pub const KEPT: i64 = 120;

/// One climb.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PingRow {
    /// Its id.
    pub ping_id: String,
    /// `d365` or `fedex`.
    pub system: String,
    /// When.
    pub at_ms: i64,
    /// Who asked.
    pub asked_by: String,
    /// Whether every rung held; 1 or 0.
    pub passed: i64,
    /// The ladder as JSON.
    pub ladder: String,
}

impl Tx {
    /// Keeps a climb, and forgets the oldest of its system.
    pub async fn insert_ping(&mut self, ping: &PingRow) -> Result<()> {
        let insert = "
            insert into ping_history (ping_id, system, at_ms, asked_by, passed, ladder)
            values ($1, $2, $3, $4, $5, $6)";
        let forget = "
            delete from ping_history where system = $1 and ping_id not in (
                select ping_id from ping_history where system = $1 order by at_ms desc, ping_id desc limit $2)";
        on_tx!(self, conn => {
            sqlx::query(insert)
                .bind(&ping.ping_id)
                .bind(&ping.system)
                .bind(ping.at_ms)
                .bind(&ping.asked_by)
                .bind(ping.passed)
                .bind(&ping.ladder)
                .execute(&mut *conn)
                .await?;
            sqlx::query(forget).bind(&ping.system).bind(KEPT).execute(&mut *conn).await?;
        });
        Ok(())
    }
}

impl Db {
    /// The last climbs of a system, newest first.
    pub async fn pings(&self, system: &str, limit: i64) -> Result<Vec<PingRow>> {
        let sql = "
            select ping_id, system, at_ms, asked_by, passed, ladder from ping_history where system = $1
            order by at_ms desc, ping_id desc limit $2";
        Ok(on_db!(self, pool => sqlx::query_as(sql).bind(system).bind(limit).fetch_all(pool).await?))
    }
}
