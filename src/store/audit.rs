//! The audit trail: append, read, verify. There is no update and no delete, here or in the database.

use crate::audit::{CHAIN_START, Entry, Stored, follows};
use crate::store::{Conditions, Db, Param, Result, Store, Tx, bind_all, contains, on_db, on_tx};
use crate::transport::{Begun, Completed, Journal, JournalError};
use async_trait::async_trait;

/// Entries read at a time when the chain is verified or exported: memory stays flat.
const CHUNK: i64 = 1_000;

#[derive(Clone, Debug, sqlx::FromRow)]
struct Row {
    sequence: i64,
    previous: String,
    hash: String,
    at_ms: i64,
    actor: String,
    system: String,
    action: String,
    outcome: String,
    order_id: Option<String>,
    shipment_id: Option<String>,
    attempt_id: Option<String>,
    call_id: Option<String>,
    summary: String,
    http_status: Option<i64>,
    duration_ms: Option<i64>,
    body: Option<String>,
}

impl From<Row> for Stored {
    fn from(row: Row) -> Self {
        Self {
            sequence: row.sequence,
            previous: row.previous,
            hash: row.hash,
            at_ms: row.at_ms,
            actor: row.actor,
            system: row.system,
            action: row.action,
            outcome: row.outcome,
            order_id: row.order_id,
            shipment_id: row.shipment_id,
            attempt_id: row.attempt_id,
            call_id: row.call_id,
            summary: row.summary,
            http_status: row.http_status,
            duration_ms: row.duration_ms,
            body: row.body,
        }
    }
}

const COLUMNS: &str = "sequence, previous, hash, at_ms, actor, system, action, outcome, order_id, shipment_id,
    attempt_id, call_id, summary, http_status, duration_ms, body";

/// An entry with the name of its order.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct TrailRow {
    /// Position.
    pub sequence: i64,
    /// When.
    pub at_ms: i64,
    /// Who.
    pub actor: String,
    /// Which side.
    pub system: String,
    /// What.
    pub action: String,
    /// How.
    pub outcome: String,
    /// One line.
    pub summary: String,
    /// HTTP status.
    pub http_status: Option<i64>,
    /// Milliseconds.
    pub duration_ms: Option<i64>,
    /// Body or details.
    pub body: Option<String>,
    /// Shipment.
    pub shipment_id: Option<String>,
    /// Attempt.
    pub attempt_id: Option<String>,
    /// Joins begun and completed.
    pub call_id: Option<String>,
    /// Legal entity of the order.
    pub company: Option<String>,
    /// Number of the order.
    pub number: Option<String>,
}

pub(super) const TRAIL: &str = "a.sequence, a.at_ms, a.actor, a.system, a.action, a.outcome, a.summary, a.http_status,
    a.duration_ms, a.body, a.shipment_id, a.attempt_id, a.call_id, o.company, o.number
    from audit a left join orders o on o.order_id = a.order_id";

/// An entry for an export.
#[derive(Clone, Debug)]
pub struct Exported {
    /// As it stands in the chain.
    pub entry: Stored,
    /// Legal entity and number of its order.
    pub order: Option<(String, String)>,
}

#[derive(sqlx::FromRow)]
struct ExportRow {
    #[sqlx(flatten)]
    entry: Row,
    company: Option<String>,
    number: Option<String>,
}

/// Questions asked all day, whatever happens: what changed, and what is open. Among them nothing else
/// would be found in a list. They stand in the trail all the same, and in every file of it.
const ROUTINE: &str = "('d365.changes', 'd365.orders')";

/// What the trail is asked for.
#[derive(Clone, Debug, Default)]
pub struct TrailQuery {
    /// Order number.
    pub order: Option<String>,
    /// Who.
    pub actor: Option<String>,
    /// Which side.
    pub system: Option<String>,
    /// An action, or the beginning of some.
    pub action: Option<String>,
    /// How.
    pub outcome: Option<String>,
    /// Part of the summary.
    pub text: Option<String>,
    /// From this moment on.
    pub from_ms: Option<i64>,
    /// Before this moment.
    pub to_ms: Option<i64>,
    /// Id of an order, a shipment, an attempt or a call.
    pub correlation: Option<String>,
    /// Without [`ROUTINE`] questions that went well.
    pub without_routine: bool,
    /// Entries before this position.
    pub before: Option<i64>,
}

impl Store {
    /// Appends an entry in a transaction of the caller: what it records and the record are one.
    pub async fn append(&self, tx: &mut Tx, entry: &Entry) -> Result<i64> {
        // SQLite has one writer; in PostgreSQL appenders wait here for each other.
        let (last, previous): (i64, String) = match tx {
            Tx::Sqlite(tx) => {
                sqlx::query_as("select sequence, hash from audit_head where id = 1").fetch_one(&mut **tx).await?
            }
            Tx::Postgres(tx) => {
                sqlx::query_as("select sequence, hash from audit_head where id = 1 for update")
                    .fetch_one(&mut **tx)
                    .await?
            }
        };
        let stored = Stored::place(entry, last + 1, &previous, &self.chain);
        let sql = format!(
            "insert into audit ({COLUMNS})
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
        );
        on_tx!(tx, conn => {
            sqlx::query(&sql)
                .bind(stored.sequence)
                .bind(&stored.previous)
                .bind(&stored.hash)
                .bind(stored.at_ms)
                .bind(&stored.actor)
                .bind(&stored.system)
                .bind(&stored.action)
                .bind(&stored.outcome)
                .bind(stored.order_id.clone())
                .bind(stored.shipment_id.clone())
                .bind(stored.attempt_id.clone())
                .bind(stored.call_id.clone())
                .bind(&stored.summary)
                .bind(stored.http_status)
                .bind(stored.duration_ms)
                .bind(stored.body.clone())
                .execute(&mut *conn)
                .await?;
            sqlx::query("update audit_head set sequence = $1, hash = $2 where id = 1")
                .bind(stored.sequence)
                .bind(&stored.hash)
                .execute(&mut *conn)
                .await?;
        });
        Ok(stored.sequence)
    }

    /// Appends an entry in a transaction of its own.
    pub async fn record(&self, entry: &Entry) -> Result<()> {
        let mut tx = self.begin().await?;
        self.append(&mut tx, entry).await?;
        tx.commit().await
    }

    /// Walks the whole chain. `Ok(Ok(n))`: n entries, all in place.
    pub async fn verify_chain(&self) -> Result<std::result::Result<i64, crate::audit::Broken>> {
        let mut previous: Option<Stored> = None;
        loop {
            let chunk = self.db.audit_after(previous.as_ref().map_or(0, |entry| entry.sequence), CHUNK).await?;
            if chunk.is_empty() {
                break;
            }
            for entry in chunk {
                if let Err(broken) = follows(previous.as_ref(), &entry, &self.chain) {
                    return Ok(Err(broken));
                }
                previous = Some(entry);
            }
        }
        let (count, hash) = previous.map_or((0, CHAIN_START.to_owned()), |entry| (entry.sequence, entry.hash));
        let head: (i64, String) = on_db!(&self.db, pool => sqlx::query_as(
            "select sequence, hash from audit_head where id = 1").fetch_one(pool).await?);
        if head != (count, hash) {
            return Ok(Err(crate::audit::Broken::Gap { expected: count + 1, found: head.0 + 1 }));
        }
        Ok(Ok(count))
    }
}

impl Db {
    /// The number of the trail's last entry; zero while there is none.
    pub async fn audit_end(&self) -> Result<i64> {
        let sql = "select coalesce(max(sequence), 0) from audit";
        let row: (i64,) = on_db!(self, pool => sqlx::query_as(sql).fetch_one(pool).await?);
        Ok(row.0)
    }

    /// Entries after a position, oldest first.
    pub async fn audit_after(&self, sequence: i64, limit: i64) -> Result<Vec<Stored>> {
        let sql = format!("select {COLUMNS} from audit where sequence > $1 order by sequence limit $2");
        let rows: Vec<Row> =
            on_db!(self, pool => sqlx::query_as(&sql).bind(sequence).bind(limit).fetch_all(pool).await?);
        Ok(rows.into_iter().map(Stored::from).collect())
    }

    /// One page of the trail, newest first.
    pub async fn trail(&self, query: &TrailQuery, limit: i64) -> Result<Vec<TrailRow>> {
        let mut conditions = trail_conditions(query);
        if let Some(before) = query.before {
            conditions.and("a.sequence < ?", Param::Number(before));
        }
        let sql = format!("select {TRAIL} {} order by a.sequence desc limit {limit}", conditions.sql());
        Ok(on_db!(self, pool => bind_all!(sqlx::query_as(&sql), &conditions.params).fetch_all(pool).await?))
    }

    /// Entries that match after a position, oldest first, with legal entity and number of their order.
    pub async fn trail_after(&self, query: &TrailQuery, after: i64, limit: i64) -> Result<Vec<Exported>> {
        let mut conditions = trail_conditions(query);
        conditions.and("a.sequence > ?", Param::Number(after));
        let columns: Vec<String> = COLUMNS.split(',').map(|column| format!("a.{}", column.trim())).collect();
        let sql = format!(
            "select {}, o.company, o.number from audit a left join orders o on o.order_id = a.order_id {}
             order by a.sequence limit {limit}",
            columns.join(", "),
            conditions.sql()
        );
        let rows: Vec<ExportRow> =
            on_db!(self, pool => bind_all!(sqlx::query_as(&sql), &conditions.params).fetch_all(pool).await?);
        let exported = |row: ExportRow| Exported { entry: row.entry.into(), order: row.company.zip(row.number) };
        Ok(rows.into_iter().map(exported).collect())
    }

    /// How many entries match, whatever the page.
    pub async fn count_trail(&self, query: &TrailQuery) -> Result<i64> {
        let conditions = trail_conditions(query);
        let sql =
            format!("select count(*) from audit a left join orders o on o.order_id = a.order_id {}", conditions.sql());
        let row: (i64,) =
            on_db!(self, pool => bind_all!(sqlx::query_as(&sql), &conditions.params).fetch_one(pool).await?);
        Ok(row.0)
    }

    /// When calls of one kind ended, and with which HTTP status, oldest first.
    pub async fn ends_of_calls(&self, action: &str) -> Result<Vec<(i64, Option<i64>)>> {
        let sql = "select at_ms, http_status from audit
                   where action = $1 and call_id is not null order by sequence";
        Ok(on_db!(self, pool => sqlx::query_as(sql).bind(action).fetch_all(pool).await?))
    }

    /// Everything about one order, oldest first.
    pub async fn trail_of_order(&self, order_id: &str, limit: i64) -> Result<Vec<TrailRow>> {
        let sql = format!("select {TRAIL} where a.order_id = $1 order by a.sequence desc limit $2");
        let mut rows: Vec<TrailRow> =
            on_db!(self, pool => sqlx::query_as(&sql).bind(order_id).bind(limit).fetch_all(pool).await?);
        rows.reverse();
        Ok(rows)
    }
}

fn trail_conditions(query: &TrailQuery) -> Conditions {
    let mut conditions = Conditions::default();
    let given =
        |value: &Option<String>| value.as_deref().map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned);
    for (column, value) in [
        ("o.number = ?", &query.order),
        ("a.actor = ?", &query.actor),
        ("a.system = ?", &query.system),
        ("a.outcome = ?", &query.outcome),
    ] {
        if let Some(value) = given(value) {
            conditions.and(column, Param::Text(value));
        }
    }
    if let Some(action) = given(&query.action) {
        let beginning = contains(&action).trim_start_matches('%').to_owned();
        conditions.and(r"lower(a.action) like ? escape '\'", Param::Text(beginning));
    }
    if let Some(text) = given(&query.text) {
        conditions.and(r"lower(a.summary) like ? escape '\'", Param::Text(contains(&text)));
    }
    for (column, value) in [("a.at_ms >= ?", query.from_ms), ("a.at_ms < ?", query.to_ms)] {
        if let Some(value) = value {
            conditions.and(column, Param::Number(value));
        }
    }
    if query.without_routine {
        conditions.and_plain(&format!("not (a.action in {ROUTINE} and a.outcome in ('begun', 'ok'))"));
    }
    if let Some(id) = given(&query.correlation) {
        // A call is named by the position of its begun entry.
        let begun = id.parse::<i64>().map(|sequence| format!(" or a.sequence = {sequence}")).unwrap_or_default();
        let any = format!("(a.order_id = ? or a.shipment_id = ? or a.attempt_id = ? or a.call_id = ?{begun})");
        conditions.and(&any, Param::Text(id));
    }
    conditions
}

#[async_trait]
impl Journal for Store {
    async fn begun(&self, begun: Begun<'_>) -> std::result::Result<String, JournalError> {
        // The position of the entry is unique, so it names the call too.
        let failed = |error: crate::store::StoreError| JournalError(error.into());
        let mut tx = self.begin().await.map_err(failed)?;
        let entry = Entry {
            at_ms: begun.at_ms,
            actor: begun.trace.actor.clone(),
            system: begun.call.system,
            action: begun.call.operation.to_owned(),
            outcome: crate::audit::Outcome::Begun,
            subject: begun.trace.subject.clone(),
            call_id: None,
            summary: begun.request_line,
            http_status: None,
            duration_ms: None,
            body: begun.body,
        };
        let sequence = self.append(&mut tx, &entry).await.map_err(failed)?;
        tx.commit().await.map_err(failed)?;
        Ok(sequence.to_string())
    }

    async fn completed(&self, completed: Completed<'_>) -> std::result::Result<(), JournalError> {
        let entry = Entry {
            at_ms: completed.at_ms,
            actor: completed.trace.actor.clone(),
            system: completed.call.system,
            action: completed.call.operation.to_owned(),
            outcome: completed.outcome,
            subject: completed.trace.subject.clone(),
            call_id: Some(completed.call_id.to_owned()),
            summary: completed.summary,
            http_status: completed.http_status,
            duration_ms: Some(completed.duration_ms),
            body: completed.body,
        };
        let failed = |error: crate::store::StoreError| JournalError(error.into());
        let mut tx = self.begin().await.map_err(failed)?;
        let sequence = self.append(&mut tx, &entry).await.map_err(failed)?;
        tx.add_call_ids(sequence, &completed.vendor_ids).await.map_err(failed)?;
        tx.commit().await.map_err(failed)
    }
}
