//! What an operator set for shipping: one document with a version.

use crate::order::OrderId;
use crate::order::mode::Mode;
use crate::order::rules::Rules;
use crate::store::{Db, Result, StoreError, Tx, exactly_one, on_db, on_tx};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

    /// The mode of an order's legal entity. It cannot be switched before this transaction ends: a
    /// purchase that begins under one mode is written down before the next one counts.
    pub async fn mode_of(&mut self, order: &OrderId) -> Result<Mode> {
        let document: Option<(String,)> = match self {
            // Whoever writes is alone there.
            Tx::Sqlite(tx) => sqlx::query_as(DOCUMENT).fetch_optional(&mut **tx).await?,
            Tx::Postgres(tx) => sqlx::query_as(&format!("{DOCUMENT} for share")).fetch_optional(&mut **tx).await?,
        };
        let company: (String,) = on_tx!(self, conn => sqlx::query_as(COMPANY).bind(&order.0).fetch_one(conn).await?);
        mode_in(document, &company.0)
    }
}

/// No document has it: versions begin at 1.
const NO_VERSION: i64 = 0;
const DOCUMENT: &str = "select document from rules where id = 1";
const COMPANY: &str = "select company from orders where order_id = $1";

fn mode_in(document: Option<(String,)>, company: &str) -> Result<Mode> {
    Ok(document.map(|(document,)| parsed(&document)).transpose()?.map(|rules| rules.mode(company)).unwrap_or_default())
}

fn parsed(document: &str) -> Result<Rules> {
    let impossible = |_| StoreError::Impossible { table: "rules", id: "1".to_owned(), column: "document" };
    serde_json::from_str(document).map_err(impossible)
}

/// The rules as they were saved last, by whatever process: while they are the ones that are held, their
/// document is neither read nor decoded.
#[derive(Default)]
pub struct HeldRules(Mutex<Option<Arc<SavedRules>>>);

impl HeldRules {
    /// The rules, if any were saved and not cleared since.
    pub async fn latest(&self, db: &Db) -> Result<Option<Arc<SavedRules>>> {
        let held = self.held().clone();
        let latest = match db.rules_unless(held.as_deref()).await? {
            Found::None => None,
            Found::Same => return Ok(held),
            Found::Other(saved) => Some(saved),
        };
        // Two who read at once may leave the older one here: the next to ask reads again.
        self.held().clone_from(&latest);
        Ok(latest)
    }

    fn held(&self) -> MutexGuard<'_, Option<Arc<SavedRules>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is stored, beside what is known.
enum Found {
    None,
    Same,
    Other(Arc<SavedRules>),
}

impl Db {
    /// The rules, if any were saved.
    pub async fn rules(&self) -> Result<Option<SavedRules>> {
        match self.rules_unless(None).await? {
            Found::Other(saved) => Ok(Some(Arc::unwrap_or_clone(saved))),
            Found::None | Found::Same => Ok(None),
        }
    }

    /// The rules, without their document if they are these. Versions begin anew once rules were cleared,
    /// so the moment counts too.
    async fn rules_unless(&self, held: Option<&SavedRules>) -> Result<Found> {
        let sql = "
            select case when version = $1 and updated_ms = $2 then null else document end, version, updated_ms, updated_by
            from rules where id = 1";
        let (version, updated_ms) = held.map_or((NO_VERSION, 0), |held| (held.version, held.updated_ms));
        let row: Option<(Option<String>, i64, i64, String)> =
            on_db!(self, pool => sqlx::query_as(sql).bind(version).bind(updated_ms).fetch_optional(pool).await?);
        Ok(match row {
            None => Found::None,
            Some((None, ..)) => Found::Same,
            Some((Some(document), version, updated_ms, updated_by)) => {
                Found::Other(Arc::new(SavedRules { rules: parsed(&document)?, version, updated_ms, updated_by }))
            }
        })
    }

    /// The mode of an order's legal entity.
    pub async fn mode_of(&self, order: &OrderId) -> Result<Mode> {
        let document: Option<(String,)> = on_db!(self, pool => sqlx::query_as(DOCUMENT).fetch_optional(pool).await?);
        let company: (String,) = on_db!(self, pool => sqlx::query_as(COMPANY).bind(&order.0).fetch_one(pool).await?);
        mode_in(document, &company.0)
    }
}
