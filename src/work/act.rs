//! An operator's decision about one shipment: applied, saved and put on record in one transaction.
//! Single actions and the items of a batch take this same way.

use crate::audit::Actor;
use crate::engine::Engine;
use crate::order::Shipment;
use crate::order::transition::{Event, Refusal, apply};
use crate::store::StoreError;
use crate::store::batches::ItemResult;
use crate::store::shipments::{LeaseAfter, Save};
use crate::work::settle::subject;

/// Longest reason kept: a few sentences; the trail is no diary.
pub const REASON_LIMIT: usize = 300;

/// What was decided.
pub struct Decision<'a> {
    /// By whom.
    pub actor: &'a Actor,
    /// The shipment as it is stored.
    pub before: &'a Shipment,
    /// The same with what the operator changed on it.
    pub changed: &'a Shipment,
    /// What happens to it.
    pub event: Event,
    /// The action on record.
    pub action: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// The place of a decision in a batch.
pub struct Place<'a> {
    /// The batch.
    pub batch_id: &'a str,
    /// The item.
    pub position: i64,
}

/// Why a decision was not carried out.
#[derive(Debug)]
pub enum ActError {
    /// The state does not allow it.
    Refused(Refusal),
    /// The database failed, or somebody else was faster.
    Store(StoreError),
}

impl From<StoreError> for ActError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Carries a decision out. For an item of a batch its result is part of the same transaction: it
/// happens once, whatever is killed in between.
pub async fn act(engine: &Engine, decision: &Decision<'_>, item: Option<&Place<'_>>) -> Result<(), ActError> {
    let Decision { actor, before, changed, event, action, reason } = decision;
    let now = engine.clock.now_ms();
    let after = apply(changed, event.clone(), now).map_err(ActError::Refused)?;
    let reason: String = reason.trim().chars().take(REASON_LIMIT).collect();
    let mut entry = engine.entry(actor, action, subject(before), summary(action, &reason));
    if before.correction != after.correction {
        entry.body = serde_json::to_string(&after.correction).ok();
    }
    let mut tx = engine.store.begin().await?;
    let save = Save { now_ms: now, lease: LeaseAfter::Kept, environment: None };
    tx.save_shipment(before, &after, save).await?;
    engine.store.append(&mut tx, &entry).await?;
    if let Some(Place { batch_id, position }) = item {
        tx.settle_item(batch_id, *position, ItemResult::Done, &format!("{}.", what(action)), now).await?;
    }
    tx.commit().await?;
    engine.wake_drive.notify_one();
    Ok(())
}

fn what(action: &str) -> &'static str {
    match action {
        "desk.replay" => "Replayed",
        "desk.correct" => "Corrected and replayed",
        "desk.approve" => "Approved; its label is bought next",
        "desk.decline" => "Not approved",
        "desk.buy-again" => "Decided that no label was made; it is bought again",
        "desk.void" => "Asked to cancel the label",
        "desk.reship" => "Asked to cancel the label and ship the same lines anew",
        _ => "Asked to look the parcel up",
    }
}

fn summary(action: &str, reason: &str) -> String {
    let what = what(action);
    if reason.is_empty() { format!("{what}.") } else { format!("{what}: {reason}") }
}
