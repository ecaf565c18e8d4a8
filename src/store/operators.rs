//! Who may sign in, the one first administrator, and the throttle of failed sign-ins.

use crate::store::{Db, Result, StoreError, Tx, exactly_one, on_db, on_tx};

/// An operator.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OperatorRow {
    /// Its id.
    pub operator_id: String,
    /// Sign-in name, lower case.
    pub name: String,
    /// Argon2id, in PHC form.
    pub password_hash: String,
    /// The stored name of the role.
    pub role: String,
    /// Added when.
    pub created_ms: i64,
    /// The password was set when: sessions that began before have ended.
    pub password_ms: i64,
    /// Disabled when, if at all.
    pub disabled_ms: Option<i64>,
    /// Signed in last.
    pub signed_in_ms: Option<i64>,
}

const COLUMNS: &str =
    "operator_id, name, password_hash, role, created_ms, password_ms, disabled_ms, signed_in_ms from operators";

const FAILURES: &str = "select failures, last_ms, blocked_until_ms from sign_in_failures where subject = $1";

/// Failed sign-ins of a name or an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
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
    pub async fn insert_operator(&mut self, operator: &OperatorRow) -> Result<bool> {
        let sql = "
            insert into operators (operator_id, name, password_hash, role, created_ms, password_ms)
            values ($1, $2, $3, $4, $5, $6)
            on conflict (name) do nothing";
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(&operator.operator_id)
            .bind(&operator.name)
            .bind(&operator.password_hash)
            .bind(&operator.role)
            .bind(operator.created_ms)
            .bind(operator.password_ms)
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

    /// Changes a role.
    pub async fn set_role(&mut self, operator_id: &str, role: &str) -> Result<()> {
        let sql = "update operators set role = $2 where operator_id = $1";
        let rows =
            on_tx!(self, conn => sqlx::query(sql).bind(operator_id).bind(role).execute(conn).await?.rows_affected());
        exactly_one(rows, "operators", operator_id)
    }

    /// Disables from a moment on, or enables.
    pub async fn set_disabled(&mut self, operator_id: &str, disabled_ms: Option<i64>) -> Result<()> {
        let sql = "update operators set disabled_ms = $2 where operator_id = $1";
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(operator_id).bind(disabled_ms).execute(conn).await?.rows_affected());
        exactly_one(rows, "operators", operator_id)
    }

    /// Sets a new password.
    pub async fn set_password(&mut self, operator_id: &str, password_hash: &str, now_ms: i64) -> Result<()> {
        let sql = "update operators set password_hash = $2, password_ms = $3 where operator_id = $1";
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(operator_id).bind(password_hash).bind(now_ms).execute(conn).await?.rows_affected());
        exactly_one(rows, "operators", operator_id)
    }

    /// Notes that an operator signed in.
    pub async fn note_sign_in(&mut self, operator_id: &str, now_ms: i64) -> Result<()> {
        let sql = "update operators set signed_in_ms = $2 where operator_id = $1";
        let rows =
            on_tx!(self, conn => sqlx::query(sql).bind(operator_id).bind(now_ms).execute(conn).await?.rows_affected());
        exactly_one(rows, "operators", operator_id)
    }

    /// How many administrators may sign in, as this transaction leaves it.
    pub async fn count_administrators(&mut self) -> Result<i64> {
        let sql = "select count(*) from operators where role = 'admin' and disabled_ms is null";
        let row: (i64,) = on_tx!(self, conn => sqlx::query_as(sql).fetch_one(conn).await?);
        Ok(row.0)
    }

    /// Failed sign-ins of a name or an address.
    pub async fn failures(&mut self, subject: &str) -> Result<Failures> {
        let row: Option<Failures> =
            on_tx!(self, conn => sqlx::query_as(FAILURES).bind(subject).fetch_optional(conn).await?);
        Ok(row.unwrap_or_default())
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
    /// Everybody who was ever added, by name.
    pub async fn operators(&self) -> Result<Vec<OperatorRow>> {
        let sql = format!("select {COLUMNS} order by name");
        Ok(on_db!(self, pool => sqlx::query_as(&sql).fetch_all(pool).await?))
    }

    /// An operator by name.
    pub async fn operator(&self, name: &str) -> Result<Option<OperatorRow>> {
        let sql = format!("select {COLUMNS} where name = $1");
        Ok(on_db!(self, pool => sqlx::query_as(&sql).bind(name.trim().to_lowercase()).fetch_optional(pool).await?))
    }

    /// An operator by id.
    pub async fn operator_by_id(&self, operator_id: &str) -> Result<Option<OperatorRow>> {
        let sql = format!("select {COLUMNS} where operator_id = $1");
        Ok(on_db!(self, pool => sqlx::query_as(&sql).bind(operator_id).fetch_optional(pool).await?))
    }

    /// Whether anybody can sign in at all.
    pub async fn has_operators(&self) -> Result<bool> {
        let row: Option<(i64,)> = on_db!(self, pool => sqlx::query_as(
            "select cast(1 as bigint) from operators limit 1").fetch_optional(pool).await?);
        Ok(row.is_some())
    }

    /// Failed sign-ins of a name or an address.
    pub async fn failures(&self, subject: &str) -> Result<Failures> {
        let row: Option<Failures> =
            on_db!(self, pool => sqlx::query_as(FAILURES).bind(subject).fetch_optional(pool).await?);
        Ok(row.unwrap_or_default())
    }
}

/// A stored role that this program does not know.
pub fn unknown_role(operator: &OperatorRow) -> StoreError {
    StoreError::Impossible { table: "operators", id: operator.operator_id.clone(), column: "role" }
}
