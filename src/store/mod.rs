//! All SQL. One file a table; a state change names the version it read and must hit one row.
//!
//! SQLite and PostgreSQL share every statement but four (claiming due work, keeping the rules
//! while a purchase begins, and locking the end of the audit chain), each written beside the other. Concrete pools behind one enum instead of
//! sqlx's `Any`: the pragmas, `begin immediate` and the session stores need them anyway.
//!
//! No transaction stays open over a network call: SQLite has one writer.

pub mod approvals;
pub mod attempts;
pub mod audit;
pub mod batches;
pub mod built_in_twins;
pub mod business_events;
pub mod cause_notes;
pub mod charges;
pub mod closes;
pub mod corrections;
pub mod cursors;
pub mod documents;
pub mod event_tokens;
pub mod failures;
pub mod figures;
pub mod gaps;
pub mod inbox;
pub mod intake;
pub mod invoices;
pub mod lines;
pub mod look_at;
pub mod operators;
pub mod orders;
pub mod parcel_queue;
pub mod parcels;
pub mod pauses;
pub mod pickup_counts;
pub mod ping_history;
pub mod plan_inputs;
pub mod printers;
pub mod prints;
pub mod proofs;
pub mod rehearsals;
pub mod rules;
pub mod scans;
pub mod search;
pub mod secrets;
pub mod shipments;
pub mod track_days;
pub mod views;
pub mod watermarks;
pub mod write_backs;

use crate::audit::ChainKey;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use std::str::FromStr;
use std::time::Duration;

/// Readers of an SQLite file. Pages and loops read side by side; more gain nothing on small machines.
const SQLITE_READERS: u32 = 8;
/// How long an SQLite statement waits for the file. Our writer is alone; this is for `backup` and
/// command-line tools beside a running server.
const SQLITE_BUSY: Duration = Duration::from_secs(10);
/// PostgreSQL connections of one node.
const POSTGRES_CONNECTIONS: u32 = 16;
/// How long to wait for a connection before saying so.
const ACQUIRE: Duration = Duration::from_secs(10);

/// A connected database.
#[derive(Clone, Debug)]
pub enum Db {
    /// One file, one writer, many readers.
    Sqlite {
        /// The only connection that writes.
        writer: SqlitePool,
        /// Connections that read.
        readers: SqlitePool,
    },
    /// A server.
    Postgres(PgPool),
}

/// An open transaction.
pub enum Tx {
    /// Of the SQLite writer.
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    /// Of a PostgreSQL connection.
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

/// Expands one body for both transactions; `$conn` is a mutable connection.
macro_rules! on_tx {
    ($tx:expr, $conn:ident => $body:expr) => {
        match $tx {
            $crate::store::Tx::Sqlite(tx) => {
                let $conn = &mut **tx;
                $body
            }
            $crate::store::Tx::Postgres(tx) => {
                let $conn = &mut **tx;
                $body
            }
        }
    };
}

/// Expands one body for both pools of readers.
macro_rules! on_db {
    ($db:expr, $pool:ident => $body:expr) => {
        match $db {
            $crate::store::Db::Sqlite { readers: $pool, .. } => $body,
            $crate::store::Db::Postgres($pool) => $body,
        }
    };
}

pub(crate) use {on_db, on_tx};

/// What the database could not do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The row is not as it was read: somebody else acted first.
    #[error("{table} {id} was changed by somebody else")]
    Conflict {
        /// Table.
        table: &'static str,
        /// Key of the row.
        id: String,
    },
    /// The database holds something this program never writes.
    #[error("{table} {id} holds an impossible {column}")]
    Impossible {
        /// Table.
        table: &'static str,
        /// Key of the row.
        id: String,
        /// Column.
        column: &'static str,
    },
    /// The database address is not one we know.
    #[error("the database address must begin with sqlite:// or postgres://")]
    Address,
    /// The database itself failed.
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
    /// The schema could not be brought to this version.
    #[error("the database could not be brought to this version")]
    Migration(#[source] sqlx::migrate::MigrateError),
}

impl StoreError {
    /// The database kept something unique.
    pub fn is_unique(&self) -> bool {
        let Self::Database(error) = self else { return false };
        error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

/// Short for the module's results.
pub type Result<T> = std::result::Result<T, StoreError>;

impl Db {
    /// Connects to `sqlite://FILE` or `postgres://…`.
    pub async fn connect(url: &str) -> Result<Self> {
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)?
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // What was acknowledged survives a power cut, not only a crash.
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(SQLITE_BUSY);
            let pool = |size| SqlitePoolOptions::new().max_connections(size).acquire_timeout(ACQUIRE);
            let writer = pool(1).connect_with(options.clone()).await?;
            let readers = pool(SQLITE_READERS).connect_with(options).await?;
            return Ok(Self::Sqlite { writer, readers });
        }
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(url)?;
            let pool = PgPoolOptions::new().max_connections(POSTGRES_CONNECTIONS).acquire_timeout(ACQUIRE);
            return Ok(Self::Postgres(pool.connect_with(options).await?));
        }
        Err(StoreError::Address)
    }

    /// Brings the schema to this version.
    pub async fn migrate(&self) -> Result<()> {
        match self {
            Self::Sqlite { writer, .. } => sqlx::migrate!("migrations/sqlite").run(writer).await,
            Self::Postgres(pool) => sqlx::migrate!("migrations/postgres").run(pool).await,
        }
        .map_err(StoreError::Migration)
    }

    /// Begins a transaction that will write.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match self {
            // Immediate: a reader that turns writer halfway is refused at once by SQLite, without waiting.
            Self::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("begin immediate").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// The database answers.
    pub async fn check(&self) -> Result<()> {
        on_db!(self, pool => sqlx::query("select 1").execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Closes all connections; for SQLite this also folds the write-ahead log into the file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Makes everything in it durable.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
        .map_err(StoreError::Database)
    }
}

/// The store: the database and the key of the audit chain.
#[derive(Clone)]
pub struct Store {
    /// The database.
    pub db: Db,
    chain: ChainKey,
}

impl Store {
    /// A store over a migrated database.
    pub fn new(db: Db, chain: ChainKey) -> Self {
        Self { db, chain }
    }

    /// Begins a transaction that will write.
    pub async fn begin(&self) -> Result<Tx> {
        self.db.begin().await
    }
}

/// One row must have changed, else somebody else acted.
fn exactly_one(rows: u64, table: &'static str, id: &str) -> Result<()> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Conflict { table, id: id.to_owned() }) }
}

/// A value of a query put together from optional parts.
enum Param {
    /// Text.
    Text(String),
    /// A number.
    Number(i64),
}

/// `… where a and b` from optional parts, with numbered placeholders.
#[derive(Default)]
struct Conditions {
    parts: Vec<String>,
    params: Vec<Param>,
}

impl Conditions {
    /// Adds a part; every `?` in it becomes the placeholder of this one value.
    fn and(&mut self, part: &str, value: Param) {
        self.params.push(value);
        self.parts.push(part.replace('?', &format!("${}", self.params.len())));
    }

    /// Adds a part without a value.
    fn and_plain(&mut self, part: &str) {
        self.parts.push(part.to_owned());
    }

    fn sql(&self) -> String {
        if self.parts.is_empty() { String::new() } else { format!("where {}", self.parts.join(" and ")) }
    }
}

/// Binds the values of [`Conditions`] in their order.
macro_rules! bind_all {
    ($query:expr, $params:expr) => {{
        let mut query = $query;
        for param in $params {
            query = match param {
                $crate::store::Param::Text(text) => query.bind(text.clone()),
                $crate::store::Param::Number(number) => query.bind(*number),
            };
        }
        query
    }};
}
use bind_all;

/// A search pattern for `like … escape '\'`, lower case.
fn contains(text: &str) -> String {
    let escaped = text.trim().to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}
