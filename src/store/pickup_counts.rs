//! How a warehouse stands before its pick-up: what is labelled, and what is not yet.

use crate::store::shipments::{LIST, ListRow};
use crate::store::{Db, Result, on_db};

/// Shipments of a warehouse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct PickupCounts {
    /// Labelled since the given moment.
    pub labelled: i64,
    /// Without a label, and waiting for a person.
    pub needs_you: i64,
    /// Without a label, and on their way to one.
    pub waiting: i64,
}

/// Without a label, and a person is asked.
const NEEDS_YOU: &str = "(s.state = 'outcome_unknown' or (s.state = 'parked' and s.resume = 'received'))";
/// Without a label, and on the way to one.
const WAITING: &str = "s.state in ('received', 'ready')";

impl Db {
    /// Warehouses that have something to ship, or labelled something since a moment.
    pub async fn warehouses_at_work(&self, since_ms: i64) -> Result<Vec<String>> {
        let sql = format!(
            "select distinct s.warehouse from shipments s
             where s.labelled_ms >= $1 or {NEEDS_YOU} or {WAITING} order by s.warehouse"
        );
        let rows: Vec<(String,)> = on_db!(self, pool => sqlx::query_as(&sql).bind(since_ms).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|(warehouse,)| warehouse).collect())
    }

    /// How a warehouse stands, counting labels since a moment.
    pub async fn pickup_counts(&self, warehouse: &str, since_ms: i64) -> Result<PickupCounts> {
        let sql = format!(
            "select count(case when s.labelled_ms >= $2 and s.state <> 'voided' and s.kind = 'outbound' then 1 end)
                        as labelled,
                    count(case when {NEEDS_YOU} then 1 end) as needs_you,
                    count(case when {WAITING} then 1 end) as waiting
             from shipments s
             where s.warehouse = $1 and (s.labelled_ms >= $2 or {NEEDS_YOU} or {WAITING})"
        );
        Ok(on_db!(self, pool => sqlx::query_as(&sql).bind(warehouse).bind(since_ms).fetch_one(pool).await?))
    }

    /// What a warehouse has not labelled: first what needs a person, then the longest waiting.
    pub async fn at_risk(&self, warehouse: &str, limit: i64) -> Result<Vec<ListRow>> {
        let sql = format!(
            "{LIST} where s.warehouse = $1 and ({NEEDS_YOU} or {WAITING})
             order by case when {NEEDS_YOU} then 0 else 1 end, o.seen_ms, s.shipment_id limit $2"
        );
        Ok(on_db!(self, pool => sqlx::query_as(&sql).bind(warehouse).bind(limit).fetch_all(pool).await?))
    }
}
