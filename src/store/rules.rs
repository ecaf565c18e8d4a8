//! What an operator set for shipping: one document with a version.

use crate::order::rules::Rules;
use crate::store::{Db, Result, StoreError, Tx, exactly_one, on_db, on_tx};

/// The rules as saved.
#[derive(Clone, Debug)]
pub struct SavedRules {
    /// The rules.
    pub rules: Rules,
    /// Rises with every save; a save names the version it read.
    pub version: i64,
    /// When.
    pub updated_ms: i64,
    /// By whom.
    pub updated_by: String,
}

impl Tx {
    /// Saves the rules over the version they were read in; 0 when there were none.
    pub async fn save_rules(&mut self, rules: &Rules, version: i64, now_ms: i64, by: &str) -> Result<()> {
        let document = serde_json::to_string(rules).expect("rules are plain data");
        let sql = if version == 0 {
            "insert into rules (id, version, document, updated_ms, updated_by) values (1, $1 + 1, $2, $3, $4)
             on conflict (id) do nothing"
        } else {
            "update rules set version = version + 1, document = $2, updated_ms = $3, updated_by = $4
             where id = 1 and version = $1"
        };
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(version).bind(document).bind(now_ms).bind(by).execute(conn).await?.rows_affected());
        exactly_one(rows, "rules", "1")
    }
}

impl Db {
    /// The rules, if any were saved.
    pub async fn rules(&self) -> Result<Option<SavedRules>> {
        let row: Option<(String, i64, i64, String)> = on_db!(self, pool => sqlx::query_as(
            "select document, version, updated_ms, updated_by from rules where id = 1").fetch_optional(pool).await?);
        row.map(|(document, version, updated_ms, updated_by)| {
            let impossible = |_| StoreError::Impossible { table: "rules", id: "1".to_owned(), column: "document" };
            Ok(SavedRules {
                rules: serde_json::from_str(&document).map_err(impossible)?,
                version,
                updated_ms,
                updated_by,
            })
        })
        .transpose()
    }
}
