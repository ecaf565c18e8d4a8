//! Who may sign in, the one first administrator, and the throttle of failed sign-ins.

use crate::store::{Db, Result, StoreError, Tx, on_db, on_tx};

/// An operator.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OperatorRow {
    /// Its id.
    pub operator_id: String,
    /// Sign-in name, lower case.
    pub name: String,
    /// Argon2id, in PHC form.
    pub password_hash: String,
    /// `admin`, `operator` or `viewer`.
    pub role: String,
}

/// Failed sign-ins of a name or an address.
#[derive(Clone, Copy, Debug, Default, sqlx::FromRow)]
pub struct Failures {
    /// In a row.
    pub failures: i64,
    /// The last.
    pub last_ms: i64,
    /// No more tries before.
    pub blocked_until_ms: i64,
}

impl Tx {
    /// Adds an operator; `false` when the name is taken.
    pub async fn insert_operator(&mut self, operator: &OperatorRow, now_ms: i64) -> Result<bool> {
        let sql = "
            insert into operators (operator_id, name, password_hash, role, created_ms) values ($1, $2, $3, $4, $5)
            on conflict (name) do nothing";
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(&operator.operator_id)
            .bind(&operator.name)
            .bind(&operator.password_hash)
            .bind(&operator.role)
            .bind(now_ms)
            .execute(conn).await?.rows_affected());
        Ok(rows == 1)
    }

    /// Claims the place of the first administrator; `false` when it is taken. The operator must
    /// be inserted in the same transaction, so that of two browsers one loses everything.
    pub async fn claim_first_administrator(&mut self, operator_id: &str) -> Result<bool> {
        let sql = "insert into first_administrator (id, operator_id) values (1, $1) on conflict (id) do nothing";
        let rows = on_tx!(self, conn => sqlx::query(sql).bind(operator_id).execute(conn).await?.rows_affected());
        Ok(rows == 1)
    }

    /// Sets the failed sign-ins of a name or an address.
    pub async fn set_failures(&mut self, subject: &str, failures: Failures) -> Result<()> {
        let sql = "
            insert into sign_in_failures (subject, failures, last_ms, blocked_until_ms) values ($1, $2, $3, $4)
            on conflict (subject) do update
            set failures = excluded.failures, last_ms = excluded.last_ms, blocked_until_ms = excluded.blocked_until_ms";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(subject).bind(failures.failures).bind(failures.last_ms).bind(failures.blocked_until_ms)
            .execute(conn).await?.rows_affected());
        Ok(())
    }
}

impl Db {
    /// An operator by name.
    pub async fn operator(&self, name: &str) -> Result<Option<OperatorRow>> {
        let sql = "select operator_id, name, password_hash, role from operators where name = $1";
        Ok(on_db!(self, pool => sqlx::query_as(sql).bind(name.trim().to_lowercase()).fetch_optional(pool).await?))
    }

    /// An operator by id, for a session.
    pub async fn operator_by_id(&self, operator_id: &str) -> Result<Option<OperatorRow>> {
        let sql = "select operator_id, name, password_hash, role from operators where operator_id = $1";
        Ok(on_db!(self, pool => sqlx::query_as(sql).bind(operator_id).fetch_optional(pool).await?))
    }

    /// Whether anybody can sign in at all.
    pub async fn has_operators(&self) -> Result<bool> {
        let row: Option<(i64,)> = on_db!(self, pool => sqlx::query_as(
            "select cast(1 as bigint) from operators limit 1").fetch_optional(pool).await?);
        Ok(row.is_some())
    }

    /// Failed sign-ins of a name or an address.
    pub async fn failures(&self, subject: &str) -> Result<Failures> {
        let sql = "select failures, last_ms, blocked_until_ms from sign_in_failures where subject = $1";
        let row: Option<Failures> = on_db!(self, pool => sqlx::query_as(sql).bind(subject).fetch_optional(pool).await?);
        Ok(row.unwrap_or_default())
    }
}

/// A stored role that this program does not know.
pub fn unknown_role(operator: &OperatorRow) -> StoreError {
    StoreError::Impossible { table: "operators", id: operator.operator_id.clone(), column: "role" }
}
