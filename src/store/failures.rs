//! What stopped or waits with a failure behind it: counted in groups, listed by group, and found by the
//! time it stopped. All of it is read off the shipments; nothing is kept a second time.

use crate::order::Shipment;
use crate::order::repair::GroupKey;
use crate::order::state::State;
use crate::store::shipments::{COLUMNS, LIST, ListRow, Row};
use crate::store::{Db, Result, StoreError, on_db};
use std::collections::BTreeMap;

/// Failures that can be mended the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureGroup {
    /// Its name.
    pub key: GroupKey,
    /// How many shipments.
    pub shipments: i64,
    /// Of those, stopped: the others go on by themselves.
    pub stopped: i64,
    /// When the oldest of them came into its state.
    pub first_ms: i64,
    /// When the newest did.
    pub last_ms: i64,
    /// What names its shipments in the database.
    slices: Vec<String>,
}

#[derive(sqlx::FromRow)]
struct SliceRow {
    cause_code: String,
    state: String,
    resume: Option<String>,
    cause_field: Option<String>,
    shipments: i64,
    first_ms: i64,
    last_ms: i64,
}

impl SliceRow {
    fn states(&self) -> Result<(State, Option<State>)> {
        let known = |name: &str, column| {
            let id = self.cause_code.clone();
            State::parse(name).ok_or(StoreError::Impossible { table: "shipments", id, column })
        };
        let resume = self.resume.as_deref().map(|name| known(name, "resume")).transpose()?;
        Ok((known(&self.state, "state")?, resume))
    }

    fn slice(&self) -> String {
        let part = |part: &Option<String>| part.clone().unwrap_or_default();
        format!("{}/{}/{}", self.state, part(&self.resume), part(&self.cause_field))
    }
}

/// A shipment that failed, with when it came into its state.
#[derive(Clone, Debug)]
pub struct Failed {
    /// The shipment.
    pub shipment: Shipment,
    /// Since when it stands there.
    pub since_ms: i64,
}

#[derive(sqlx::FromRow)]
struct FailedRow {
    #[sqlx(flatten)]
    row: Row,
    changed_ms: i64,
}

impl FailedRow {
    fn failed(self) -> Result<Failed> {
        Ok(Failed { shipment: self.row.shipment()?, since_ms: self.changed_ms })
    }
}

/// State, state to go on from and field: the same as [`SliceRow::slice`].
const SLICE: &str = "s.state || '/' || coalesce(s.resume, '') || '/' || coalesce(s.cause_field, '')";

/// `$first, $second, …` for so many values.
fn places(from: usize, count: usize) -> String {
    (from..from + count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}

impl Db {
    /// All groups, the largest first.
    pub async fn failure_groups(&self) -> Result<Vec<FailureGroup>> {
        let sql = "
            select cause_code, state, resume, cause_field, count(*) as shipments, min(changed_ms) as first_ms,
                   max(changed_ms) as last_ms
            from shipments where cause_code is not null group by cause_code, state, resume, cause_field";
        let rows: Vec<SliceRow> = on_db!(self, pool => sqlx::query_as(sql).fetch_all(pool).await?);
        let mut groups: BTreeMap<GroupKey, FailureGroup> = BTreeMap::new();
        for row in rows {
            let (state, resume) = row.states()?;
            let key = GroupKey::new(&row.cause_code, state, resume, row.cause_field.as_deref().unwrap_or_default());
            let group = groups.entry(key.clone()).or_insert_with(|| FailureGroup {
                key,
                shipments: 0,
                stopped: 0,
                first_ms: row.first_ms,
                last_ms: row.last_ms,
                slices: Vec::new(),
            });
            group.shipments += row.shipments;
            group.stopped += if state.needs_attention() { row.shipments } else { 0 };
            group.first_ms = group.first_ms.min(row.first_ms);
            group.last_ms = group.last_ms.max(row.last_ms);
            group.slices.push(row.slice());
        }
        let mut groups: Vec<FailureGroup> = groups.into_values().collect();
        groups.sort_by_key(|group| -group.shipments);
        Ok(groups)
    }

    /// One group, if it is not empty.
    pub async fn failure_group(&self, key: &GroupKey) -> Result<Option<FailureGroup>> {
        Ok(self.failure_groups().await?.into_iter().find(|group| group.key == *key))
    }

    /// How many of a group came into their state in each span of this length since a moment: the
    /// number of the span, and how many.
    pub async fn failures_by_span(&self, group: &FailureGroup, since_ms: i64, span_ms: i64) -> Result<Vec<(i64, i64)>> {
        let sql = format!(
            "select (s.changed_ms - $1) / $2, count(*) from shipments s
             where s.cause_code = $3 and s.changed_ms >= $1 and {SLICE} in ({})
             group by 1",
            places(4, group.slices.len())
        );
        Ok(on_db!(self, pool => {
            let mut query = sqlx::query_as(&sql).bind(since_ms).bind(span_ms).bind(&group.key.code);
            for slice in &group.slices {
                query = query.bind(slice);
            }
            query.fetch_all(pool).await?
        }))
    }

    /// Shipments of a group that came into their state until a moment, oldest first.
    pub async fn failed_shipments(&self, group: &FailureGroup, until_ms: i64, limit: i64) -> Result<Vec<Failed>> {
        let sql = format!(
            "select {COLUMNS}, changed_ms from shipments s
             where s.cause_code = $1 and s.changed_ms <= $2 and {SLICE} in ({})
             order by s.changed_ms, s.shipment_id limit $3",
            places(4, group.slices.len())
        );
        let rows: Vec<FailedRow> = on_db!(self, pool => {
            let mut query = sqlx::query_as(&sql).bind(&group.key.code).bind(until_ms).bind(limit);
            for slice in &group.slices {
                query = query.bind(slice);
            }
            query.fetch_all(pool).await?
        });
        rows.into_iter().map(FailedRow::failed).collect()
    }

    /// The same as rows of a list.
    pub async fn list_failures(&self, group: &FailureGroup, limit: i64) -> Result<Vec<ListRow>> {
        let sql = format!(
            "{LIST} where s.cause_code = $1 and {SLICE} in ({}) order by s.changed_ms, s.shipment_id limit $2",
            places(3, group.slices.len())
        );
        Ok(on_db!(self, pool => {
            let mut query = sqlx::query_as(&sql).bind(&group.key.code).bind(limit);
            for slice in &group.slices {
                query = query.bind(slice);
            }
            query.fetch_all(pool).await?
        }))
    }

    /// Shipments that stopped within a window and still stand there, oldest first.
    pub async fn stopped_between(&self, from_ms: i64, to_ms: i64, limit: i64) -> Result<Vec<Failed>> {
        let sql = format!(
            "select {COLUMNS}, changed_ms from shipments
             where state in ('parked', 'outcome_unknown') and changed_ms between $1 and $2
             order by changed_ms, shipment_id limit $3"
        );
        let rows: Vec<FailedRow> = on_db!(self, pool =>
            sqlx::query_as(&sql).bind(from_ms).bind(to_ms).bind(limit).fetch_all(pool).await?);
        rows.into_iter().map(FailedRow::failed).collect()
    }

    /// Since a moment: when the first and the last shipment stopped that still stand there.
    pub async fn stopped_span(&self, since_ms: i64) -> Result<Option<(i64, i64)>> {
        let sql = "
            select min(changed_ms), max(changed_ms) from shipments
            where state in ('parked', 'outcome_unknown') and changed_ms >= $1";
        let row: (Option<i64>, Option<i64>) =
            on_db!(self, pool => sqlx::query_as(sql).bind(since_ms).fetch_one(pool).await?);
        Ok(row.0.zip(row.1))
    }

    /// Shipments that failed at a vendor within a window and do not stand there any more.
    pub async fn count_recovered(&self, from_ms: i64, to_ms: i64) -> Result<i64> {
        let sql = "
            select count(distinct a.shipment_id) from attempts a join shipments s using (shipment_id)
            where a.finished_ms between $1 and $2 and a.outcome in ('again', 'parked', 'unknown', 'interrupted')
              and s.cause_code is null and s.state not in ('parked', 'outcome_unknown')";
        let row: (i64,) = on_db!(self, pool => sqlx::query_as(sql).bind(from_ms).bind(to_ms).fetch_one(pool).await?);
        Ok(row.0)
    }
}
