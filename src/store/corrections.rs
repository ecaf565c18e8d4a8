//! Corrections of addresses, remembered for the next order that goes there.

use crate::order::Address;
use crate::order::correction::Correction;
use crate::store::{Db, Result, StoreError, Tx, on_db, on_tx};
use sha2::{Digest, Sha256};

/// A remembered correction.
#[derive(Clone, Debug)]
pub struct Remembered {
    /// Its id.
    pub correction_id: String,
    /// Legal entity.
    pub company: String,
    /// Customer account.
    pub customer: String,
    /// The address as Dynamics 365 has it, in one line.
    pub address: String,
    /// What is corrected.
    pub correction: Correction,
    /// How often it was used.
    pub used: i64,
    /// When it was last changed.
    pub updated_ms: i64,
    /// By whom.
    pub updated_by: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    correction_id: String,
    company: String,
    customer: String,
    address: String,
    correction: String,
    used: i64,
    updated_ms: i64,
    updated_by: String,
}

impl Row {
    fn remembered(self) -> Result<Remembered> {
        let correction = serde_json::from_str(&self.correction).map_err(|_| StoreError::Impossible {
            table: "address_corrections",
            id: self.correction_id.clone(),
            column: "correction",
        })?;
        Ok(Remembered {
            correction_id: self.correction_id,
            company: self.company,
            customer: self.customer,
            address: self.address,
            correction,
            used: self.used,
            updated_ms: self.updated_ms,
            updated_by: self.updated_by,
        })
    }
}

const COLUMNS: &str = "correction_id, company, customer, address, correction, used, updated_ms, updated_by";

/// Names an address: the smallest change in Dynamics 365 makes it another one, and the correction
/// is then no longer ours to apply.
fn address_key(address: &Address) -> String {
    hex::encode(Sha256::digest(serde_json::to_vec(address).expect("an address is plain data")))
}

/// What is to be remembered.
pub struct ToRemember<'a> {
    /// A new id, used when nothing is remembered for the address yet.
    pub correction_id: &'a str,
    /// Legal entity.
    pub company: &'a str,
    /// Customer account.
    pub customer: &'a str,
    /// The address as Dynamics 365 has it.
    pub address: &'a Address,
    /// The same in one line.
    pub shown: &'a str,
    /// What is corrected.
    pub correction: &'a Correction,
    /// By whom.
    pub by: &'a str,
}

impl Tx {
    /// Remembers a correction, in place of an older one for the same address.
    pub async fn remember_correction(&mut self, new: &ToRemember<'_>, now_ms: i64) -> Result<()> {
        let sql = "
            insert into address_corrections (correction_id, company, customer, address_key, address, correction, used,
                                             updated_ms, updated_by)
            values ($1, $2, $3, $4, $5, $6, 0, $7, $8)
            on conflict (company, customer, address_key) do update
            set correction = excluded.correction, updated_ms = excluded.updated_ms, updated_by = excluded.updated_by";
        let json = serde_json::to_string(new.correction).expect("a correction is plain data");
        on_tx!(self, conn => sqlx::query(sql)
            .bind(new.correction_id)
            .bind(new.company)
            .bind(new.customer)
            .bind(address_key(new.address))
            .bind(new.shown)
            .bind(json)
            .bind(now_ms)
            .bind(new.by)
            .execute(conn).await?.rows_affected());
        Ok(())
    }

    /// Forgets a correction; `false` when there is none.
    pub async fn forget_correction(&mut self, correction_id: &str) -> Result<bool> {
        let rows = on_tx!(self, conn => sqlx::query("delete from address_corrections where correction_id = $1")
            .bind(correction_id).execute(conn).await?.rows_affected());
        Ok(rows == 1)
    }

    /// Counts a use.
    pub async fn count_correction(&mut self, correction_id: &str) -> Result<()> {
        on_tx!(self, conn => sqlx::query("update address_corrections set used = used + 1 where correction_id = $1")
            .bind(correction_id).execute(conn).await?.rows_affected());
        Ok(())
    }
}

impl Db {
    /// What is remembered for an address of a customer.
    pub async fn remembered(&self, company: &str, customer: &str, address: &Address) -> Result<Option<Remembered>> {
        let sql = format!(
            "select {COLUMNS} from address_corrections where company = $1 and customer = $2 and address_key = $3"
        );
        let row: Option<Row> = on_db!(self, pool => sqlx::query_as(&sql)
            .bind(company).bind(customer).bind(address_key(address)).fetch_optional(pool).await?);
        row.map(Row::remembered).transpose()
    }

    /// Remembered corrections, newest first.
    pub async fn corrections(&self, limit: i64) -> Result<Vec<Remembered>> {
        let sql = format!("select {COLUMNS} from address_corrections order by updated_ms desc, correction_id limit $1");
        let rows: Vec<Row> = on_db!(self, pool => sqlx::query_as(&sql).bind(limit).fetch_all(pool).await?);
        rows.into_iter().map(Row::remembered).collect()
    }
}
