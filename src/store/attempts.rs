//! Attempts: written before a vendor is called, finished after. One without an end has an unknown
//! outcome, and its shipment is not stepped before that is cleared.

use crate::order::{AttemptId, ShipmentId};
use crate::store::{Db, Result, Tx, exactly_one, on_db, on_tx};

/// Which step an attempt belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Buy the label.
    Ship,
    /// Ask whether the label exists.
    LookUp,
    /// Write the tracking number onto the order.
    Announce,
    /// Write the delivery onto the order.
    ConfirmDelivery,
    /// Cancel the label.
    Void,
    /// Take the number of a cancelled label off the order.
    Withdraw,
}

impl Step {
    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ship => "ship",
            Self::LookUp => "look_up",
            Self::Announce => "announce",
            Self::ConfirmDelivery => "confirm_delivery",
            Self::Void => "void",
            Self::Withdraw => "withdraw",
        }
    }

    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Ship => "Buy label",
            Self::LookUp => "Look up",
            Self::Announce => "Write tracking number",
            Self::ConfirmDelivery => "Write delivery",
            Self::Void => "Cancel label",
            Self::Withdraw => "Take tracking number back",
        }
    }

    /// The step of a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        const ALL: [Step; 6] =
            [Step::Ship, Step::LookUp, Step::Announce, Step::ConfirmDelivery, Step::Void, Step::Withdraw];
        ALL.into_iter().find(|step| step.name() == name)
    }
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// Done.
    Ok,
    /// Failed; tried again later.
    Again,
    /// Failed; a person is asked.
    Parked,
    /// No answer to a purchase.
    Unknown,
    /// Nothing wrong, but something outside is awaited.
    Waiting,
    /// The program stopped in between.
    Interrupted,
    /// Answered after somebody else had already acted.
    Superseded,
}

impl AttemptOutcome {
    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Again => "again",
            Self::Parked => "parked",
            Self::Unknown => "unknown",
            Self::Waiting => "waiting",
            Self::Interrupted => "interrupted",
            Self::Superseded => "superseded",
        }
    }
}

/// An attempt as stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AttemptRow {
    /// Its id.
    pub attempt_id: String,
    /// Its shipment.
    pub shipment_id: String,
    /// 1, 2, 3 … within the shipment.
    pub number: i64,
    /// Which step.
    pub step: String,
    /// Our reference, for a purchase.
    pub reference: Option<String>,
    /// Which node made it.
    pub node: String,
    /// Begun when.
    pub begun_ms: i64,
    /// Finished when.
    pub finished_ms: Option<i64>,
    /// How.
    pub outcome: Option<String>,
    /// Why not.
    pub cause_code: Option<String>,
    /// The outcome as a sentence.
    pub sentence: Option<String>,
}

const COLUMNS: &str =
    "attempt_id, shipment_id, number, step, reference, node, begun_ms, finished_ms, outcome, cause_code, sentence";

/// The end of an attempt.
#[derive(Clone, Debug)]
pub struct Finish<'a> {
    /// Which.
    pub attempt_id: &'a AttemptId,
    /// When.
    pub at_ms: i64,
    /// How.
    pub outcome: AttemptOutcome,
    /// Why not.
    pub cause_code: Option<&'a str>,
    /// As a sentence.
    pub sentence: &'a str,
}

impl Tx {
    /// Writes an attempt down before its call.
    pub async fn begin_attempt(
        &mut self,
        id: &AttemptId,
        shipment: &ShipmentId,
        step: Step,
        reference: Option<&str>,
        node: &str,
        now_ms: i64,
    ) -> Result<()> {
        let sql = "
            insert into attempts (attempt_id, shipment_id, number, step, reference, node, begun_ms)
            select $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6
            from attempts where shipment_id = $2";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(&id.0).bind(&shipment.0).bind(step.name()).bind(reference).bind(node).bind(now_ms)
            .execute(conn).await?.rows_affected());
        Ok(())
    }

    /// A call of this shipment is in flight, or its answer was never stored.
    pub async fn has_open_attempt(&mut self, shipment: &ShipmentId) -> Result<bool> {
        let sql = "select count(*) from attempts where shipment_id = $1 and finished_ms is null";
        let row: (i64,) = on_tx!(self, conn => sqlx::query_as(sql).bind(&shipment.0).fetch_one(conn).await?);
        Ok(row.0 > 0)
    }

    /// Finishes an open attempt. One that is finished already is a conflict.
    pub async fn finish_attempt(&mut self, finish: &Finish<'_>) -> Result<()> {
        self.end_attempt(finish, "finished_ms is null").await
    }

    /// Corrects the end of an attempt that was thought interrupted and then answered after all.
    pub async fn answer_late(&mut self, finish: &Finish<'_>) -> Result<()> {
        self.end_attempt(finish, "outcome = 'interrupted'").await
    }

    /// Writes the end of an attempt that still is as `while_it` says; otherwise a conflict.
    async fn end_attempt(&mut self, finish: &Finish<'_>, while_it: &str) -> Result<()> {
        let sql = format!(
            "update attempts set finished_ms = $2, outcome = $3, cause_code = $4, sentence = $5
             where attempt_id = $1 and {while_it}"
        );
        let rows = on_tx!(self, conn => sqlx::query(&sql)
            .bind(&finish.attempt_id.0)
            .bind(finish.at_ms)
            .bind(finish.outcome.name())
            .bind(finish.cause_code)
            .bind(finish.sentence)
            .execute(conn).await?.rows_affected());
        exactly_one(rows, "attempts", &finish.attempt_id.0)
    }
}

impl Db {
    /// Open attempts whose shipment nobody holds any more.
    pub async fn abandoned_attempts(&self, now_ms: i64) -> Result<Vec<AttemptRow>> {
        let sql = "
            select a.attempt_id, a.shipment_id, a.number, a.step, a.reference, a.node, a.begun_ms,
                   a.finished_ms, a.outcome, a.cause_code, a.sentence
            from attempts a join shipments s using (shipment_id)
            where a.finished_ms is null and (s.lease_until_ms is null or s.lease_until_ms < $1)
            order by a.begun_ms";
        Ok(on_db!(self, pool => sqlx::query_as(sql).bind(now_ms).fetch_all(pool).await?))
    }

    /// Attempts by step and by how they ended; without an end they are open.
    pub async fn count_attempts(&self) -> Result<Vec<(String, Option<String>, i64)>> {
        let sql = "select step, outcome, count(*) from attempts group by step, outcome order by step, outcome";
        Ok(on_db!(self, pool => sqlx::query_as(sql).fetch_all(pool).await?))
    }

    /// Shipments that had a purchase interrupted between sending and storing its answer.
    pub async fn count_interrupted_purchases(&self) -> Result<i64> {
        let sql = "select count(distinct shipment_id) from attempts where step = 'ship' and outcome = 'interrupted'";
        let row: (i64,) = on_db!(self, pool => sqlx::query_as(sql).fetch_one(pool).await?);
        Ok(row.0)
    }

    /// Purchases whose outcome was unknown and after which another one was begun: their label was
    /// proven absent.
    pub async fn count_bought_again(&self) -> Result<i64> {
        let sql = "
            select count(*) from attempts a
            where a.step = 'ship' and a.outcome in ('unknown', 'interrupted') and exists (
                select 1 from attempts b
                where b.shipment_id = a.shipment_id and b.step = 'ship' and b.number > a.number)";
        let row: (i64,) = on_db!(self, pool => sqlx::query_as(sql).fetch_one(pool).await?);
        Ok(row.0)
    }

    /// The attempts of a shipment, newest first.
    pub async fn attempts_of(&self, shipment: &ShipmentId) -> Result<Vec<AttemptRow>> {
        let sql = format!("select {COLUMNS} from attempts where shipment_id = $1 order by number desc");
        Ok(on_db!(self, pool => sqlx::query_as(&sql).bind(&shipment.0).fetch_all(pool).await?))
    }
}
