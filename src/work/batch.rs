//! Works batches off, item by item, each the way a single action goes.
//!
//! An item's change of its shipment, the audit entry and the item's result are one transaction: after a
//! kill the batch goes on where it stopped, and two nodes at the same batch do nothing twice. Whether
//! somebody may do this was decided when the batch was made; whether it still fits is decided here.

use crate::audit::{Actor, Subject};
use crate::engine::Engine;
use crate::lifecycle::Lifecycle;
use crate::order::Shipment;
use crate::order::repair::Remedy;
use crate::order::state::State;
use crate::store::batches::{Batch, BatchState, ItemResult, OpenItem};
use crate::store::{Result, StoreError};
use crate::work::act::{ActError, Decision, Place, act};
use std::time::Duration;

/// Items read at a time: few enough that what is read is still true when its turn comes.
const CHUNK: i64 = 50;
/// Longest sleep between two looks: a batch made by another process is found within this.
const IDLE: Duration = Duration::from_secs(5);

/// Works on every running batch for one chunk. Answers how many items got their result.
pub async fn tick(engine: &Engine) -> Result<usize> {
    let mut settled = 0;
    for batch in engine.store.db.running_batches().await? {
        let items = engine.store.db.open_items(&batch.batch_id, CHUNK).await?;
        if items.is_empty() {
            finish(engine, &batch).await?;
        }
        for item in items {
            settled += usize::from(one(engine, &batch, &item).await?);
        }
    }
    Ok(settled)
}

/// One item; `false` when somebody else was at it or its shipment, and it comes around again.
async fn one(engine: &Engine, batch: &Batch, open: &OpenItem) -> Result<bool> {
    let done = match engine.store.db.shipment(&open.item.shipment_id).await? {
        None => skip(engine, batch, open, "The shipment is not there any more.").await,
        Some(before) => match moved_on(&before, open) {
            Some(sentence) => skip(engine, batch, open, &sentence).await,
            None => carry_out(engine, batch, open, &before).await,
        },
    };
    match done {
        Ok(()) => Ok(true),
        Err(StoreError::Conflict { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Why an item no longer fits its shipment. Looking up reads only, and looks go on by themselves
/// meanwhile: it fits as long as the outcome is unknown.
fn moved_on(now: &Shipment, open: &OpenItem) -> Option<String> {
    let fits = match open.item.remedy {
        Remedy::LookUp => now.state == State::OutcomeUnknown,
        Remedy::Fix | Remedy::Replay => now.version == open.item.version,
    };
    (!fits).then(|| {
        format!(
            "It changed after the list was made and is {} now; nothing was done.",
            now.state.name().replace('_', " ")
        )
    })
}

async fn carry_out(engine: &Engine, batch: &Batch, open: &OpenItem, before: &Shipment) -> Result<()> {
    let actor = match batch.asked_by.as_str() {
        name if name == Actor::CommandLine.name() => Actor::CommandLine,
        name => Actor::Operator(name.to_owned()),
    };
    let (changed, action) = match open.item.remedy {
        Remedy::LookUp => (before.clone(), "desk.look-up"),
        Remedy::Fix if open.item.after != before.correction => {
            (Shipment { correction: open.item.after.clone(), ..before.clone() }, "desk.correct")
        }
        Remedy::Fix | Remedy::Replay => (before.clone(), "desk.replay"),
    };
    let decision = Decision {
        actor: &actor,
        before,
        changed: &changed,
        event: open.item.remedy.event(),
        action,
        reason: &batch.reason,
    };
    let place = Place { batch_id: &batch.batch_id, position: open.position };
    match act(engine, &decision, Some(&place)).await {
        Ok(()) => Ok(()),
        Err(ActError::Refused(refusal)) => skip(engine, batch, open, &format!("Nothing was done: {refusal}.")).await,
        Err(ActError::Store(error)) => Err(error),
    }
}

async fn skip(engine: &Engine, batch: &Batch, open: &OpenItem, sentence: &str) -> Result<()> {
    let now = engine.clock.now_ms();
    let mut tx = engine.store.begin().await?;
    tx.settle_item(&batch.batch_id, open.position, ItemResult::Skipped, sentence, now).await?;
    tx.commit().await
}

async fn finish(engine: &Engine, batch: &Batch) -> Result<()> {
    let counts = engine.store.db.count_items(&batch.batch_id).await?;
    let count = |result| -> i64 { counts.iter().filter(|one| one.result == Some(result)).map(|one| one.count).sum() };
    let summary =
        format!("Batch worked off: {} done, {} skipped.", count(ItemResult::Done), count(ItemResult::Skipped));
    let entry = engine.entry(&Actor::Engine, "batch.done", Subject::default(), summary);
    let ended = async {
        let mut tx = engine.store.begin().await?;
        tx.move_batch(&batch.batch_id, BatchState::Running, BatchState::Done, engine.clock.now_ms()).await?;
        engine.store.append(&mut tx, &entry).await?;
        tx.commit().await
    };
    match ended.await {
        // Another node ended it.
        Err(StoreError::Conflict { .. }) => Ok(()),
        other => other,
    }
}

/// Ticks until the program stops.
pub async fn run(engine: &Engine, lifecycle: &Lifecycle) {
    while !lifecycle.is_stopping() {
        match tick(engine).await {
            Ok(settled) if settled > 0 => continue,
            Ok(_) => {}
            Err(error) => super::failed("batch", &error),
        }
        tokio::select! {
            () = engine.wake_batch.notified() => {}
            () = tokio::time::sleep(IDLE) => {}
            () = lifecycle.stopping() => {}
        }
    }
}
