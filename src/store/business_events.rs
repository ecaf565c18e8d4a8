//! Business events as they came, for some time.

use crate::d365::business_event::{Event, Verdict};
use crate::store::{Db, Result, StoreError, Tx, on_db, on_tx};

/// An event as it came.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// Its place in time.
    pub row_id: String,
    /// What it is and what became of it.
    pub event: Event,
    /// Came when.
    pub received_ms: i64,
}

#[derive(sqlx::FromRow)]
struct Kept {
    row_id: String,
    event_id: String,
    kind: String,
    control_number: Option<i64>,
    company: Option<String>,
    number: Option<String>,
    happened_ms: Option<i64>,
    received_ms: i64,
    verdict: String,
    detail: Option<String>,
}

impl Kept {
    fn event(self) -> Result<EventRow> {
        let verdict = Verdict::parse(&self.verdict).ok_or_else(|| StoreError::Impossible {
            table: "business_events",
            id: self.row_id.clone(),
            column: "verdict",
        })?;
        let event = Event {
            event_id: self.event_id,
            kind: self.kind,
            control_number: self.control_number,
            happened_ms: self.happened_ms,
            company: self.company,
            order: self.number,
            verdict,
            detail: self.detail,
        };
        Ok(EventRow { row_id: self.row_id, event, received_ms: self.received_ms })
    }
}

impl Tx {
    /// Keeps an event. `false`: it came before, which is kept too.
    pub async fn insert_business_event(&mut self, row_id: &str, event: &Event, now_ms: i64) -> Result<bool> {
        let sql = "
            insert into business_events (row_id, event_id, kind, control_number, company, number, happened_ms,
                                         received_ms, verdict, detail)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (event_id) where verdict in ('hint', 'invoice', 'test') do nothing";
        for verdict in [event.verdict, Verdict::Duplicate] {
            let rows = on_tx!(self, conn => sqlx::query(sql)
                .bind(row_id)
                .bind(&event.event_id)
                .bind(&event.kind)
                .bind(event.control_number)
                .bind(event.company.clone())
                .bind(event.order.clone())
                .bind(event.happened_ms)
                .bind(now_ms)
                .bind(verdict.name())
                .bind(event.detail.clone())
                .execute(conn).await?.rows_affected());
            if rows == 1 {
                return Ok(verdict == event.verdict);
            }
        }
        Ok(false)
    }

    /// Forgets events that came before a time, and all but the newest so many.
    pub async fn prune_business_events(&mut self, before_ms: i64, keep: i64) -> Result<()> {
        let old = "delete from business_events where received_ms < $1";
        on_tx!(self, conn => sqlx::query(old).bind(before_ms).execute(conn).await?.rows_affected());
        let many = "
            delete from business_events where row_id <= (
                select row_id from business_events order by row_id desc limit 1 offset $1)";
        on_tx!(self, conn => sqlx::query(many).bind(keep).execute(conn).await?.rows_affected());
        Ok(())
    }
}

impl Db {
    /// The newest events; without those of a page before.
    pub async fn business_events(&self, before: Option<&str>, limit: i64) -> Result<Vec<EventRow>> {
        let sql = "
            select row_id, event_id, kind, control_number, company, number, happened_ms, received_ms, verdict, detail
            from business_events where $1 = '' or row_id < $1 order by row_id desc limit $2";
        let rows: Vec<Kept> = on_db!(self, pool => sqlx::query_as(sql)
            .bind(before.unwrap_or_default()).bind(limit).fetch_all(pool).await?);
        rows.into_iter().map(Kept::event).collect()
    }

    /// When the last event came.
    pub async fn last_business_event_ms(&self) -> Result<Option<i64>> {
        let sql = "select max(received_ms) from business_events";
        let row: (Option<i64>,) = on_db!(self, pool => sqlx::query_as(sql).fetch_one(pool).await?);
        Ok(row.0)
    }

    /// How many orders were first seen since a time.
    pub async fn orders_seen_since(&self, since_ms: i64) -> Result<i64> {
        let sql = "select count(*) from orders where seen_ms >= $1";
        let row: (i64,) = on_db!(self, pool => sqlx::query_as(sql).bind(since_ms).fetch_one(pool).await?);
        Ok(row.0)
    }
}
