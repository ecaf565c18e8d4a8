//! The day's questions to FedEx's Track API, counted for all nodes before they are sent.

use crate::store::{Db, Result, Tx, on_db, on_tx};

/// When asking goes on after FedEx refused: until then nobody asks.
pub const PAUSED_UNTIL: &str = "fedex.track_paused_until_ms";
/// Refusals for too many questions in a row.
pub const REFUSALS: &str = "fedex.track_refusals";

/// What was asked on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct TrackDay {
    /// Parcels asked about.
    pub asked: i64,
    /// Calls they took.
    pub calls: i64,
    /// Calls FedEx refused because there were too many.
    pub refused: i64,
}

impl Tx {
    /// Takes questions off the day's budget; `false` when so many are not left.
    pub async fn spend_questions(&mut self, day: &str, asked: i64, calls: i64, budget: i64) -> Result<bool> {
        let first =
            "insert into track_days (day, asked, calls, refused) values ($1, 0, 0, 0) on conflict (day) do nothing";
        on_tx!(self, conn => sqlx::query(first).bind(day).execute(conn).await?.rows_affected());
        let sql = "update track_days set asked = asked + $2, calls = calls + $3 where day = $1 and asked + $2 <= $4";
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(day).bind(asked).bind(calls).bind(budget).execute(conn).await?.rows_affected());
        Ok(rows == 1)
    }

    /// Notes that FedEx refused a call.
    pub async fn note_refused_question(&mut self, day: &str) -> Result<()> {
        let sql = "update track_days set refused = refused + 1 where day = $1";
        on_tx!(self, conn => sqlx::query(sql).bind(day).execute(conn).await?.rows_affected());
        Ok(())
    }
}

impl Db {
    /// What was asked on a day of GMT, `YYYY-MM-DD`.
    pub async fn track_day(&self, day: &str) -> Result<TrackDay> {
        let sql = "select asked, calls, refused from track_days where day = $1";
        let row: Option<TrackDay> = on_db!(self, pool => sqlx::query_as(sql).bind(day).fetch_optional(pool).await?);
        Ok(row.unwrap_or_default())
    }

    /// How many questions the schedule asks from now to a moment, as it stands.
    pub async fn questions_until(&self, now_ms: i64, until_ms: i64) -> Result<i64> {
        let sql = "
            select cast(coalesce(sum(1 + ($2 - case when next_track_ms < $1 then $1 else next_track_ms end) / every_ms), 0)
                        as bigint)
            from parcels where next_track_ms < $2";
        let row: (i64,) = on_db!(self, pool => sqlx::query_as(sql).bind(now_ms).bind(until_ms).fetch_one(pool).await?);
        Ok(row.0)
    }
}
