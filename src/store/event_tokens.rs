//! Addresses that business events come to: only the hash of each token is kept.

use crate::store::{Db, Result, StoreError, Tx, exactly_one, on_db, on_tx};

/// An address.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct EventToken {
    /// Its id.
    pub token_id: String,
    /// SHA-256 of the token, hexadecimal.
    pub token_hash: String,
    /// Made when.
    pub created_ms: i64,
    /// By whom.
    pub created_by: String,
    /// The last event came here when.
    pub last_used_ms: Option<i64>,
    /// Retired when.
    pub retired_ms: Option<i64>,
    /// By whom.
    pub retired_by: Option<String>,
}

const COLUMNS: &str = "token_id, token_hash, created_ms, created_by, last_used_ms, retired_ms, retired_by";

impl Tx {
    /// Keeps a new address; `false` when two are live already.
    pub async fn insert_event_token(&mut self, id: &str, hash: &str, by: &str, now_ms: i64) -> Result<bool> {
        let sql = "
            insert into event_tokens (token_id, token_hash, slot, created_ms, created_by)
            values ($1, $2, $3, $4, $5)
            on conflict (slot) do nothing";
        for slot in [1_i64, 2] {
            let rows = on_tx!(self, conn => sqlx::query(sql)
                .bind(id).bind(hash).bind(slot).bind(now_ms).bind(by).execute(conn).await?.rows_affected());
            if rows == 1 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Ends a live address.
    pub async fn retire_event_token(&mut self, id: &str, by: &str, now_ms: i64) -> Result<()> {
        let sql = "
            update event_tokens set slot = null, retired_ms = $2, retired_by = $3
            where token_id = $1 and retired_ms is null";
        let rows =
            on_tx!(self, conn => sqlx::query(sql).bind(id).bind(now_ms).bind(by).execute(conn).await?.rows_affected());
        exactly_one(rows, "event_tokens", id)
    }

    /// Notes that something came to an address; it may have been retired this very moment.
    pub async fn note_event_token_used(&mut self, id: &str, now_ms: i64) -> Result<()> {
        let sql = "update event_tokens set last_used_ms = $2 where token_id = $1";
        on_tx!(self, conn => sqlx::query(sql).bind(id).bind(now_ms).execute(conn).await?.rows_affected());
        Ok(())
    }
}

impl Db {
    /// All addresses, newest first.
    pub async fn event_tokens(&self) -> Result<Vec<EventToken>> {
        let sql = format!("select {COLUMNS} from event_tokens order by token_id desc limit 20");
        Ok(on_db!(self, pool => sqlx::query_as(&sql).fetch_all(pool).await.map_err(StoreError::from)?))
    }

    /// The live addresses: two at most.
    pub async fn live_event_tokens(&self) -> Result<Vec<EventToken>> {
        let sql = format!("select {COLUMNS} from event_tokens where retired_ms is null order by token_id");
        Ok(on_db!(self, pool => sqlx::query_as(&sql).fetch_all(pool).await.map_err(StoreError::from)?))
    }
}
