//! Batches: one decision about many shipments, frozen as a list, and what became of each.

use crate::order::ShipmentId;
use crate::order::correction::Correction;
use crate::order::repair::Remedy;
use crate::order::state::State;
use crate::store::{Db, Result, StoreError, Tx, exactly_one, on_db, on_tx};

macro_rules! names {
    ($(#[$doc:meta])* $type:ident { $($(#[$each:meta])* $name:ident = $stored:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $type { $($(#[$each])* $name,)+ }

        impl $type {
            /// The stored name.
            pub fn name(self) -> &'static str {
                match self { $($type::$name => $stored,)+ }
            }

            /// The value of a stored name.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($stored => Some($type::$name),)+ _ => None }
            }
        }
    };
}

names! {
    /// What was decided.
    BatchKind {
        /// Values of one cause corrected.
        Fix = "fix",
        /// Failed steps of one cause done again.
        Replay = "replay",
        /// Unknown outcomes looked up.
        LookUp = "look_up",
        /// Everything that failed in a window of time.
        Recover = "recover",
        /// What was ticked in the list of orders.
        Chosen = "chosen",
    }
}

names! {
    /// How far a batch is.
    BatchState {
        /// Frozen, and waiting for its yes.
        Draft = "draft",
        /// Worked off item by item.
        Running = "running",
        /// Every item has its result.
        Done = "done",
        /// Given up before it ran.
        Discarded = "discarded",
    }
}

names! {
    /// What became of an item.
    ItemResult {
        /// Done as decided.
        Done = "done",
        /// Nothing was done, for the reason given.
        Skipped = "skipped",
    }
}

/// A batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its id; sorts by time.
    pub batch_id: String,
    /// What was decided.
    pub kind: BatchKind,
    /// The group of failures, or the window.
    pub cause: String,
    /// By whom.
    pub asked_by: String,
    /// When.
    pub asked_ms: i64,
    /// Why.
    pub reason: String,
    /// How far it is.
    pub state: BatchState,
    /// Shipments that matched and are not in it, because it is bounded.
    pub left_out: i64,
    /// Its end.
    pub finished_ms: Option<i64>,
}

/// An item as it is frozen, or was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The shipment.
    pub shipment_id: ShipmentId,
    /// The version it was decided for.
    pub version: i64,
    /// What is done.
    pub remedy: Remedy,
    /// Its correction when the list was made.
    pub before: Correction,
    /// Its correction afterwards.
    pub after: Correction,
    /// Why nothing will be done, if that is certain when the list is made.
    pub skipped: Option<String>,
}

/// An item that waits for its turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenItem {
    /// Its place in the batch.
    pub position: i64,
    /// What is to be done.
    pub item: Item,
}

/// An item with its shipment as it stands now.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ItemRow {
    /// Its place in the batch.
    pub position: i64,
    /// The shipment.
    pub shipment_id: String,
    /// What is done: `fix`, `replay`, `look_up`.
    pub remedy: String,
    /// Correction before, JSON.
    pub before: String,
    /// Correction after, JSON.
    pub after: String,
    /// What a dry run said: `accepted`, `refused`, `unchecked`.
    pub verdict: Option<String>,
    /// The same as a sentence.
    pub verdict_text: Option<String>,
    /// `done` or `skipped`.
    pub result: Option<String>,
    /// The result as a sentence.
    pub message: Option<String>,
    /// Legal entity.
    pub company: String,
    /// Order number.
    pub number: String,
    /// Customer.
    pub customer_name: String,
    /// The order as Dynamics 365 last told it, JSON.
    pub snapshot: String,
    /// Where the shipment stands now.
    pub state: String,
    /// Why it does.
    pub cause_code: Option<String>,
    /// Its tracking number.
    pub tracking_number: Option<String>,
}

/// How many items of a batch have this result while their shipment is in this state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemCount {
    /// The result.
    pub result: Option<ItemResult>,
    /// The shipment's state.
    pub state: State,
    /// How many.
    pub count: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    batch_id: String,
    kind: String,
    cause: String,
    asked_by: String,
    asked_ms: i64,
    reason: String,
    state: String,
    left_out: i64,
    finished_ms: Option<i64>,
}

const COLUMNS: &str = "batch_id, kind, cause, asked_by, asked_ms, reason, state, left_out, finished_ms";

impl Row {
    fn batch(self) -> Result<Batch> {
        let id = self.batch_id.clone();
        let impossible = |column| StoreError::Impossible { table: "batches", id: id.clone(), column };
        Ok(Batch {
            kind: BatchKind::parse(&self.kind).ok_or_else(|| impossible("kind"))?,
            state: BatchState::parse(&self.state).ok_or_else(|| impossible("state"))?,
            batch_id: self.batch_id,
            cause: self.cause,
            asked_by: self.asked_by,
            asked_ms: self.asked_ms,
            reason: self.reason,
            left_out: self.left_out,
            finished_ms: self.finished_ms,
        })
    }
}

#[derive(sqlx::FromRow)]
struct OpenRow {
    position: i64,
    shipment_id: String,
    version: i64,
    remedy: String,
    before: String,
    after: String,
}

impl OpenRow {
    fn item(self) -> Result<OpenItem> {
        let id = self.shipment_id.clone();
        let impossible = |column| StoreError::Impossible { table: "batch_items", id: id.clone(), column };
        Ok(OpenItem {
            position: self.position,
            item: Item {
                version: self.version,
                remedy: Remedy::parse(&self.remedy).ok_or_else(|| impossible("remedy"))?,
                before: serde_json::from_str(&self.before).map_err(|_| impossible("before"))?,
                after: serde_json::from_str(&self.after).map_err(|_| impossible("after"))?,
                shipment_id: ShipmentId(self.shipment_id),
                skipped: None,
            },
        })
    }
}

fn json(correction: &Correction) -> String {
    serde_json::to_string(correction).expect("a correction is plain data")
}

impl Tx {
    /// Freezes a batch with its items, in their order.
    pub async fn insert_batch(&mut self, batch: &Batch, items: &[Item]) -> Result<()> {
        let sql = format!("insert into batches ({COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
        on_tx!(self, conn => sqlx::query(&sql)
            .bind(&batch.batch_id)
            .bind(batch.kind.name())
            .bind(&batch.cause)
            .bind(&batch.asked_by)
            .bind(batch.asked_ms)
            .bind(&batch.reason)
            .bind(batch.state.name())
            .bind(batch.left_out)
            .bind(batch.finished_ms)
            .execute(conn).await?.rows_affected());
        let sql = "
            insert into batch_items (batch_id, position, shipment_id, version, remedy, before, after, result, message,
                                     settled_ms)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        for (position, item) in (1_i64..).zip(items) {
            let skipped = item.skipped.as_ref();
            on_tx!(self, conn => sqlx::query(sql)
                .bind(&batch.batch_id)
                .bind(position)
                .bind(&item.shipment_id.0)
                .bind(item.version)
                .bind(item.remedy.name())
                .bind(json(&item.before))
                .bind(json(&item.after))
                .bind(skipped.map(|_| ItemResult::Skipped.name()))
                .bind(skipped)
                .bind(skipped.map(|_| batch.asked_ms))
                .execute(conn).await?.rows_affected());
        }
        Ok(())
    }

    /// Moves a batch on from a state; somebody else was faster: a conflict.
    pub async fn move_batch(&mut self, batch_id: &str, from: BatchState, to: BatchState, now_ms: i64) -> Result<()> {
        let sql = "update batches set state = $3, finished_ms = $4 where batch_id = $1 and state = $2";
        let finished = matches!(to, BatchState::Done | BatchState::Discarded).then_some(now_ms);
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(batch_id).bind(from.name()).bind(to.name()).bind(finished).execute(conn).await?.rows_affected());
        exactly_one(rows, "batches", batch_id)
    }

    /// Gives an item its result; one that has one already is a conflict.
    pub async fn settle_item(
        &mut self,
        batch_id: &str,
        position: i64,
        result: ItemResult,
        message: &str,
        now_ms: i64,
    ) -> Result<()> {
        let sql = "
            update batch_items set result = $3, message = $4, settled_ms = $5
            where batch_id = $1 and position = $2 and result is null";
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(batch_id)
            .bind(position)
            .bind(result.name())
            .bind(message)
            .bind(now_ms)
            .execute(conn).await?.rows_affected());
        exactly_one(rows, "batch_items", batch_id)
    }

    /// Keeps what a dry run of an item said.
    pub async fn set_verdict(&mut self, batch_id: &str, position: i64, verdict: &str, text: &str) -> Result<()> {
        let sql = "update batch_items set verdict = $3, verdict_text = $4 where batch_id = $1 and position = $2";
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(batch_id).bind(position).bind(verdict).bind(text).execute(conn).await?.rows_affected());
        exactly_one(rows, "batch_items", batch_id)
    }
}

impl Db {
    /// A batch.
    pub async fn batch(&self, batch_id: &str) -> Result<Option<Batch>> {
        let sql = format!("select {COLUMNS} from batches where batch_id = $1");
        let row: Option<Row> = on_db!(self, pool => sqlx::query_as(&sql).bind(batch_id).fetch_optional(pool).await?);
        row.map(Row::batch).transpose()
    }

    /// The newest batches that were not discarded.
    pub async fn batches(&self, limit: i64) -> Result<Vec<Batch>> {
        let sql = format!(
            "select {COLUMNS} from batches where state <> 'discarded' order by asked_ms desc, batch_id desc limit $1"
        );
        let rows: Vec<Row> = on_db!(self, pool => sqlx::query_as(&sql).bind(limit).fetch_all(pool).await?);
        rows.into_iter().map(Row::batch).collect()
    }

    /// The running batches, oldest first.
    pub async fn running_batches(&self) -> Result<Vec<Batch>> {
        let sql = format!("select {COLUMNS} from batches where state = 'running' order by asked_ms, batch_id");
        let rows: Vec<Row> = on_db!(self, pool => sqlx::query_as(&sql).fetch_all(pool).await?);
        rows.into_iter().map(Row::batch).collect()
    }

    /// The first items of a batch that have no result.
    pub async fn open_items(&self, batch_id: &str, limit: i64) -> Result<Vec<OpenItem>> {
        let sql = "
            select position, shipment_id, version, remedy, before, after from batch_items
            where batch_id = $1 and result is null order by position limit $2";
        let rows: Vec<OpenRow> =
            on_db!(self, pool => sqlx::query_as(sql).bind(batch_id).bind(limit).fetch_all(pool).await?);
        rows.into_iter().map(OpenRow::item).collect()
    }

    /// Items of a batch after a place, with their shipments as they stand now.
    pub async fn batch_items(&self, batch_id: &str, after: i64, limit: i64) -> Result<Vec<ItemRow>> {
        let sql = "
            select i.position, i.shipment_id, i.remedy, i.before, i.after, i.verdict, i.verdict_text, i.result,
                   i.message, o.company, o.number, o.customer_name, o.snapshot, s.state, s.cause_code,
                   s.tracking_number
            from batch_items i join shipments s using (shipment_id) join orders o using (order_id)
            where i.batch_id = $1 and i.position > $2 order by i.position limit $3";
        Ok(on_db!(self, pool => sqlx::query_as(sql).bind(batch_id).bind(after).bind(limit).fetch_all(pool).await?))
    }

    /// The items of a batch by their result and by where their shipments stand now.
    pub async fn count_items(&self, batch_id: &str) -> Result<Vec<ItemCount>> {
        let sql = "
            select i.result, s.state, count(*) from batch_items i join shipments s using (shipment_id)
            where i.batch_id = $1 group by i.result, s.state";
        let rows: Vec<(Option<String>, String, i64)> =
            on_db!(self, pool => sqlx::query_as(sql).bind(batch_id).fetch_all(pool).await?);
        let impossible = |column| StoreError::Impossible { table: "batch_items", id: batch_id.to_owned(), column };
        rows.into_iter()
            .map(|(result, state, count)| {
                let result = match result.as_deref() {
                    None => None,
                    Some(name) => Some(ItemResult::parse(name).ok_or_else(|| impossible("result"))?),
                };
                Ok(ItemCount { result, state: State::parse(&state).ok_or_else(|| impossible("state"))?, count })
            })
            .collect()
    }
}
