//! Sealed values and who changed them when. Only the vault reads them with sense.

use crate::store::{Db, Result, Tx, on_db, on_tx};

/// A sealed value.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SealedRow {
    /// Its name; also what it was sealed with.
    pub name: String,
    /// Which master key opens it.
    pub key_id: String,
    /// Nonce.
    pub nonce: Vec<u8>,
    /// Noise.
    pub sealed: Vec<u8>,
    /// When.
    pub updated_ms: i64,
    /// By whom.
    pub updated_by: String,
}

impl Tx {
    /// Keeps a sealed value.
    pub async fn put_secret(&mut self, row: &SealedRow) -> Result<()> {
        let replace = "update set key_id = excluded.key_id, nonce = excluded.nonce, sealed = excluded.sealed,
            updated_ms = excluded.updated_ms, updated_by = excluded.updated_by";
        self.insert_secret(row, replace).await.map(|_| ())
    }

    /// Keeps a sealed value if none of its name is there; `false` when one is.
    pub async fn put_secret_once(&mut self, row: &SealedRow) -> Result<bool> {
        Ok(self.insert_secret(row, "nothing").await? == 1)
    }

    /// Forgets all sealed values whose name begins so.
    pub async fn forget_secrets(&mut self, prefix: &str) -> Result<()> {
        let sql = "delete from secrets where substr(name, 1, length($1)) = $1";
        on_tx!(self, conn => sqlx::query(sql).bind(prefix).execute(conn).await?.rows_affected());
        Ok(())
    }

    /// Inserts a sealed value; `else_do` says what happens when one of its name is there.
    async fn insert_secret(&mut self, row: &SealedRow, else_do: &str) -> Result<u64> {
        let sql = format!(
            "insert into secrets (name, key_id, nonce, sealed, updated_ms, updated_by) values ($1, $2, $3, $4, $5, $6)
             on conflict (name) do {else_do}"
        );
        Ok(on_tx!(self, conn => sqlx::query(&sql)
            .bind(&row.name)
            .bind(&row.key_id)
            .bind(row.nonce.clone())
            .bind(row.sealed.clone())
            .bind(row.updated_ms)
            .bind(&row.updated_by)
            .execute(conn).await?.rows_affected()))
    }
}

impl Db {
    /// A sealed value.
    pub async fn secret(&self, name: &str) -> Result<Option<SealedRow>> {
        let sql = "select name, key_id, nonce, sealed, updated_ms, updated_by from secrets where name = $1";
        Ok(on_db!(self, pool => sqlx::query_as(sql).bind(name).fetch_optional(pool).await?))
    }

    /// Names and dates of all sealed values, for lists and for noticing changes.
    pub async fn secret_names(&self) -> Result<Vec<(String, i64, String)>> {
        let sql = "select name, updated_ms, updated_by from secrets order by name";
        Ok(on_db!(self, pool => sqlx::query_as(sql).fetch_all(pool).await?))
    }
}
