//! What the figures are counted from. Counting is the database's: as many rows come back as there are
//! buckets, names or calls of a sample, however many orders there are.

use crate::order::figures::Window;
use crate::store::attempts::Step;
use crate::store::{Db, Result, on_db};

/// How an attempt ends that did not do what it was for.
const FAILED: &str = "outcome in ('again', 'parked', 'unknown', 'interrupted')";

/// How parcels of a service kept the day FedEx had named.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Punctuality {
    /// FedEx's `serviceType`.
    pub service: String,
    /// Delivered on that day or before.
    pub on_time: i64,
    /// Delivered after it.
    pub late: i64,
    /// Delivered without a day that FedEx had named.
    pub unpromised: i64,
}

impl Db {
    /// Labels by bucket: the number of the bucket, and how many. Cancelled ones were labels too.
    pub async fn labels_by_bucket(&self, window: &Window) -> Result<Vec<(i64, i64)>> {
        let sql = "
            select (labelled_ms - $1) / $3, count(*) from shipments
            where labelled_ms >= $1 and labelled_ms < $2 group by 1";
        Ok(on_db!(self, pool => sqlx::query_as(sql)
            .bind(window.from_ms).bind(window.to_ms).bind(window.bucket_ms).fetch_all(pool).await?))
    }

    /// Purchases that failed, by bucket. Each try counts.
    pub async fn failed_purchases_by_bucket(&self, window: &Window) -> Result<Vec<(i64, i64)>> {
        let sql = format!(
            "select (finished_ms - $1) / $3, count(*) from attempts
             where step = $4 and finished_ms >= $1 and finished_ms < $2 and {FAILED} group by 1"
        );
        Ok(on_db!(self, pool => sqlx::query_as(&sql)
            .bind(window.from_ms).bind(window.to_ms).bind(window.bucket_ms).bind(Step::Ship.name())
            .fetch_all(pool).await?))
    }

    /// Failures by bucket and cause: attempts that failed, and shipments that stand parked without an
    /// attempt that says why. What was parked before any call and went on since left no row.
    pub async fn causes_by_bucket(&self, window: &Window) -> Result<Vec<(i64, String, i64)>> {
        let sql = format!(
            "select (at_ms - $1) / $3, cause_code, count(*) from (
                 select finished_ms as at_ms, cause_code from attempts
                 where cause_code is not null and finished_ms >= $1 and finished_ms < $2 and {FAILED}
                 union all
                 select s.changed_ms, s.cause_code from shipments s
                 where s.state = 'parked' and s.cause_code is not null and s.changed_ms >= $1 and s.changed_ms < $2
                   and not exists (select 1 from attempts a where a.shipment_id = s.shipment_id
                                   and a.cause_code = s.cause_code and a.finished_ms >= s.changed_ms)
             ) failures group by 1, 2"
        );
        Ok(on_db!(self, pool => sqlx::query_as(&sql)
            .bind(window.from_ms).bind(window.to_ms).bind(window.bucket_ms).fetch_all(pool).await?))
    }

    /// Parcels delivered in the window by service, the most parcels first. Days are `day_ms` long, and begin
    /// by the window's clocks.
    pub async fn punctuality(&self, window: &Window, day_ms: i64, limit: i64) -> Result<Vec<Punctuality>> {
        let sql = "
            select service,
                   count(case when (delivered_ms + $5) / $3 <= (named_ms + $5) / $3 then 1 end) as on_time,
                   count(case when (delivered_ms + $5) / $3 > (named_ms + $5) / $3 then 1 end) as late,
                   count(case when named_ms is null then 1 end) as unpromised
            from (
                select coalesce(s.service, '') as service, p.delivered_ms,
                       coalesce(p.promised_ms, p.estimated_ms) as named_ms
                from parcels p join shipments s using (shipment_id)
                where p.delivered_ms >= $1 and p.delivered_ms < $2 and p.milestone = 'delivered'
            ) delivered
            group by service order by count(*) desc, service limit $4";
        Ok(on_db!(self, pool => sqlx::query_as(sql)
            .bind(window.from_ms).bind(window.to_ms).bind(day_ms).bind(limit).bind(window.offset_ms).fetch_all(pool).await?))
    }

    /// How long the newest finished attempts of a step took, in milliseconds. When an interrupted one
    /// ended nobody knows.
    pub async fn attempt_durations(&self, window: &Window, step: Step, limit: i64) -> Result<Vec<i64>> {
        let sql = "
            select finished_ms - begun_ms from attempts
            where step = $3 and finished_ms >= $1 and finished_ms < $2 and outcome <> 'interrupted'
            order by finished_ms desc limit $4";
        let rows: Vec<(i64,)> = on_db!(self, pool => sqlx::query_as(sql)
            .bind(window.from_ms).bind(window.to_ms).bind(step.name()).bind(limit).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|(ms,)| ms).collect())
    }
}
