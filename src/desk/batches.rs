//! A batch as a page shows it: what was decided, how far it is, and where each order stands now.

use crate::audit::{Actor, Subject};
use crate::desk::repair::title;
use crate::desk::repair_sheet::hide_lines;
use crate::desk::{OperatorDesk, Role, present};
use crate::engine::Engine;
use crate::order::cause::words;
use crate::order::correction::{Correction, corrected};
use crate::order::repair::{GroupKey, Value};
use crate::order::state::State;
use crate::order::{Address, Order};
use crate::store::StoreError;
use crate::store::batches::{Batch, BatchKind, BatchState, ItemCount, ItemResult, ItemRow};
use app::contract::{BatchChange, BatchLink, BatchRow, BatchView, Counter, Problem, Status, Tone};

/// Items of a page.
const PAGE: i64 = 100;
/// Batches named on the home page.
const LATEST: i64 = 5;

/// The latest batches.
pub async fn latest(engine: &Engine) -> Result<Vec<BatchLink>, StoreError> {
    let batches = engine.store.db.batches(LATEST).await?;
    Ok(batches
        .into_iter()
        .map(|batch| BatchLink {
            href: format!("/batches/{}", batch.batch_id),
            title: title(batch.kind, &batch.cause),
            status: status(batch.state),
            at: present::moment(batch.asked_ms),
            by: batch.asked_by,
        })
        .collect())
}

fn status(state: BatchState) -> Status {
    let (label, tone) = match state {
        BatchState::Draft => ("Waits for your yes", Tone::Warning),
        BatchState::Running => ("Under way", Tone::Moving),
        BatchState::Done => ("Worked off", Tone::Good),
        BatchState::Discarded => ("Discarded", Tone::Neutral),
    };
    Status { code: state.name().to_owned(), label: label.to_owned(), tone }
}

/// Where the shipments of a batch stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    waiting: u64,
    under_way: u64,
    labelled: u64,
    ended: u64,
    stopped: u64,
    unknown: u64,
    skipped: u64,
}

impl Tally {
    fn of(counts: &[ItemCount]) -> Self {
        let mut tally = Self::default();
        for one in counts {
            let count = u64::try_from(one.count).unwrap_or(0);
            let place = match (one.result, one.state) {
                (None, _) => &mut tally.waiting,
                (Some(ItemResult::Skipped), _) => &mut tally.skipped,
                (Some(ItemResult::Done), State::Received | State::Ready) => &mut tally.under_way,
                (Some(ItemResult::Done), State::Parked) => &mut tally.stopped,
                (Some(ItemResult::Done), State::OutcomeUnknown) => &mut tally.unknown,
                (Some(ItemResult::Done), State::Voided | State::Cancelled | State::Excluded) => &mut tally.ended,
                (
                    Some(ItemResult::Done),
                    State::Labelled
                    | State::Announced
                    | State::InTransit
                    | State::OutForDelivery
                    | State::Exception
                    | State::Delivered
                    | State::Closed
                    | State::Returned,
                ) => &mut tally.labelled,
            };
            *place += count;
        }
        tally
    }

    fn total(self) -> u64 {
        self.waiting + self.settled()
    }

    fn settled(self) -> u64 {
        self.under_way + self.labelled + self.ended + self.stopped + self.unknown + self.skipped
    }

    fn counters(self) -> Vec<Counter> {
        let counter = |label: &str, count: u64, tone: Tone| Counter {
            label: label.to_owned(),
            count,
            href: "#items".to_owned(),
            tone,
        };
        let all = vec![
            counter("Waiting for their turn", self.waiting, Tone::Neutral),
            counter("Under way", self.under_way, Tone::Moving),
            counter("With a label", self.labelled, Tone::Good),
            counter("Ended without a label", self.ended, Tone::Neutral),
            counter("Stopped again", self.stopped, Tone::Bad),
            counter("Outcome unknown", self.unknown, Tone::Bad),
            counter("Skipped", self.skipped, Tone::Warning),
        ];
        all.into_iter().filter(|counter| counter.count > 0).collect()
    }

    fn sentence(self, state: BatchState) -> String {
        let total = self.total();
        match state {
            BatchState::Draft if total == 1 => "Nothing has been done yet. 1 order is on the list.".to_owned(),
            BatchState::Draft => format!("Nothing has been done yet. {total} orders are on the list."),
            BatchState::Discarded => "Given up; nothing was done.".to_owned(),
            BatchState::Running => format!("{} of {total} have their turn behind them.", self.settled()),
            BatchState::Done if self.under_way + self.unknown > 0 => {
                format!("All {total} had their turn; {} of them are still under way.", self.under_way + self.unknown)
            }
            BatchState::Done if self.stopped > 0 => {
                format!("All {total} had their turn; {} stopped again, each with its cause.", self.stopped)
            }
            BatchState::Done => format!("All {total} had their turn; {} have a label.", self.labelled),
        }
    }
}

impl OperatorDesk {
    /// The page of a batch.
    pub(super) async fn batch_view(&self, batch_id: &str, after: i64) -> Result<BatchView, Problem> {
        let engine = &self.engine;
        let batch = self.known_batch(batch_id).await?;
        let tally = Tally::of(&self.store(engine.store.db.count_items(batch_id).await)?);
        let mut items = self.store(engine.store.db.batch_items(batch_id, after, PAGE + 1).await)?;
        let more = items.len() > usize::try_from(PAGE).unwrap_or(0);
        items.truncate(usize::try_from(PAGE).unwrap_or(0));
        let next = items.last().filter(|_| more).map(|item| item.position);
        let rows = items.into_iter().map(|item| row(item, batch.kind)).collect::<Result<_, _>>();
        let fixable = tally.waiting;
        let what = title(batch.kind, &batch.cause);
        Ok(BatchView {
            status: status(batch.state),
            sentence: tally.sentence(batch.state),
            reason: batch.reason.clone(),
            asked: present::moment(batch.asked_ms),
            asked_by: batch.asked_by.clone(),
            finished: batch.finished_ms.map(present::moment),
            settled: tally.settled(),
            total: tally.total(),
            counters: tally.counters(),
            left_out: (batch.left_out > 0).then(|| {
                format!("{} more matched than one batch takes; make another one when this is done.", batch.left_out)
            }),
            confirm: (batch.state == BatchState::Draft)
                .then(|| format!("{} {fixable}", what.split(':').next().unwrap_or_default())),
            moving: batch.state == BatchState::Running || (batch.state == BatchState::Done && tally.under_way > 0),
            rows: self.shown_to_viewer(self.store(rows)?),
            next,
            back: GroupKey::parse(&batch.cause).map(|key| format!("/attention/{}", key.text())),
            may_act: self.allowed(Role::Operator).is_ok(),
            title: what,
            batch_id: batch.batch_id,
            now: present::moment(engine.clock.now_ms()),
        })
    }

    /// A corrected value is personal before any order holds it, and only what orders hold is known to
    /// `for_reader.rs`.
    fn shown_to_viewer(&self, mut rows: Vec<BatchRow>) -> Vec<BatchRow> {
        if !self.sees_people() {
            for change in rows.iter_mut().flat_map(|row| &mut row.changes) {
                hide_lines(&mut change.before);
                hide_lines(&mut change.after);
            }
        }
        rows
    }

    async fn known_batch(&self, batch_id: &str) -> Result<Batch, Problem> {
        self.store(self.engine.store.db.batch(batch_id).await)?.ok_or_else(|| {
            let hint = "Go back to Attention; the latest batches are named there.";
            Problem::new("batch.not-found", "There is no such batch.", hint)
        })
    }

    /// Says yes or no to a draft.
    pub(super) async fn decide_draft(&self, actor: &Actor, batch_id: &str, to: BatchState) -> Result<(), Problem> {
        let batch = self.known_batch(batch_id).await?;
        if batch.state != BatchState::Draft {
            let hint = "Read the page again; its progress stands there.";
            return Err(Problem::new("batch.stale", "This batch was decided already.", hint));
        }
        let what = if to == BatchState::Running { "Began" } else { "Discarded" };
        let summary = format!("{what} a prepared batch: {}.", title(batch.kind, &batch.cause));
        let mut entry = self.engine.entry(actor, "desk.batch", Subject::default(), summary);
        entry.body = serde_json::to_string(&serde_json::json!({"batch_id": batch_id})).ok();
        let saved = async {
            let mut tx = self.engine.store.begin().await?;
            tx.move_batch(batch_id, BatchState::Draft, to, self.engine.clock.now_ms()).await?;
            self.engine.store.append(&mut tx, &entry).await?;
            tx.commit().await
        };
        self.store(saved.await)?;
        self.engine.wake_batch.notify_one();
        Ok(())
    }
}

fn row(item: ItemRow, kind: BatchKind) -> Result<BatchRow, StoreError> {
    let id = item.shipment_id.clone();
    let impossible = |column| StoreError::Impossible { table: "batch_items", id: id.clone(), column };
    let order: Order = serde_json::from_str(&item.snapshot).map_err(|_| impossible("snapshot"))?;
    let before: Correction = serde_json::from_str(&item.before).map_err(|_| impossible("before"))?;
    let after: Correction = serde_json::from_str(&item.after).map_err(|_| impossible("after"))?;
    let changes = if kind == BatchKind::Fix { changes(&order.ship_to, &before, &after) } else { Vec::new() };
    let state = State::parse(&item.state).ok_or_else(|| impossible("state"))?;
    Ok(BatchRow {
        position: item.position,
        company: item.company,
        number: item.number,
        customer: item.customer_name,
        changes,
        verdict: item.verdict.as_deref().map(verdict),
        verdict_text: item.verdict_text,
        skipped: item.result.as_deref() == Some(ItemResult::Skipped.name()),
        message: item.message,
        status: present::state(state),
        cause: item.cause_code.map(|code| words(&code).title.to_owned()),
        tracking_number: item.tracking_number,
    })
}

fn verdict(name: &str) -> Status {
    let (label, tone) = match name {
        "accepted" => ("Would ship", Tone::Good),
        "refused" => ("Would be refused", Tone::Bad),
        _ => ("Not checked", Tone::Neutral),
    };
    Status { code: name.to_owned(), label: label.to_owned(), tone }
}

/// Values that differ, before and after.
fn changes(address: &Address, before: &Correction, after: &Correction) -> Vec<BatchChange> {
    const ALL: [(Value, &str); 8] = [
        (Value::Name, "Name"),
        (Value::Street, "Street"),
        (Value::City, "City"),
        (Value::Region, "State or province"),
        (Value::PostalCode, "Postal code"),
        (Value::Phone, "Telephone"),
        (Value::Weight, "Weight (lb)"),
        (Value::Service, "FedEx service"),
    ];
    let shown = |value: Value, correction: &Correction| -> Vec<String> {
        let text = value.read(correction);
        let text = if text.is_empty() { value.given(&corrected(address, correction)).to_owned() } else { text };
        text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    };
    ALL.into_iter()
        .filter(|(value, _)| value.read(before) != value.read(after))
        .map(|(value, label)| BatchChange {
            label: label.to_owned(),
            before: shown(value, before),
            after: shown(value, after),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_counts_each_item_once_and_says_what_is_left() {
        let count = |result, state, count| ItemCount { result, state, count };
        let tally = Tally::of(&[
            count(None, State::Parked, 2),
            count(Some(ItemResult::Done), State::Announced, 3),
            count(Some(ItemResult::Done), State::Parked, 1),
            count(Some(ItemResult::Skipped), State::Closed, 1),
        ]);
        assert_eq!((tally.total(), tally.settled(), tally.labelled, tally.stopped), (7, 5, 3, 1));
        assert!(tally.sentence(BatchState::Running).starts_with("5 of 7"));
        let labels: Vec<String> = tally.counters().into_iter().map(|counter| counter.label).collect();
        assert_eq!(labels, ["Waiting for their turn", "With a label", "Stopped again", "Skipped"]);
    }

    #[test]
    fn a_change_shows_what_dynamics_has_and_what_is_sent_instead() {
        let address = Address { street: "120 Industrial Parkway Building 7 Suite 210".into(), ..Address::default() };
        let after = Correction {
            street: vec!["120 Industrial Parkway Building 7".into(), "Suite 210".into()],
            ..Correction::default()
        };
        let changes = changes(&address, &Correction::default(), &after);
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].before, ["120 Industrial Parkway Building 7 Suite 210"]);
        assert_eq!(changes[0].after, ["120 Industrial Parkway Building 7", "Suite 210"]);
    }
}
