//! Ends of day with their manifests.

use crate::fedex::Document;
use crate::store::{Db, Result, Tx, on_db, on_tx};

/// An end of day without its manifest.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CloseRecord {
    /// Its id.
    pub close_id: String,
    /// When.
    pub at_ms: i64,
    /// By whom.
    pub actor: String,
    /// What FedEx said.
    pub sentence: String,
    /// A manifest is stored.
    pub has_document: bool,
}

impl Tx {
    /// Stores an end of day.
    pub async fn insert_close(
        &mut self,
        close_id: &str,
        at_ms: i64,
        actor: &str,
        sentence: &str,
        document: Option<&Document>,
    ) -> Result<()> {
        let sql = "insert into closes (close_id, at_ms, actor, sentence, content_type, document)
                   values ($1, $2, $3, $4, $5, $6)";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(close_id)
            .bind(at_ms)
            .bind(actor)
            .bind(sentence)
            .bind(document.map(|document| document.image_type.clone()))
            .bind(document.map(|document| document.bytes.clone()))
            .execute(conn).await?.rows_affected());
        Ok(())
    }
}

impl Db {
    /// Ends of day, newest first.
    pub async fn closes(&self, limit: i64) -> Result<Vec<CloseRecord>> {
        let sql = "select close_id, at_ms, actor, sentence, document is not null as has_document
                   from closes order by at_ms desc, close_id desc limit $1";
        Ok(on_db!(self, pool => sqlx::query_as(sql).bind(limit).fetch_all(pool).await?))
    }

    /// The manifest of an end of day: what it is, and its bytes.
    pub async fn manifest(&self, close_id: &str) -> Result<Option<(String, Vec<u8>)>> {
        let sql = "select content_type, document from closes
                   where close_id = $1 and document is not null and content_type is not null";
        Ok(on_db!(self, pool => sqlx::query_as(sql).bind(close_id).fetch_optional(pool).await?))
    }
}
