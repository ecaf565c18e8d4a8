//! Deciding about many orders at once: the list is frozen here, on the server, and worked off by
//! `work/batch.rs`. What is decided is what was on the page: its rows with the versions shown, and of
//! those that did not fit on it, the ones that were there when it was made.

use crate::audit::{Actor, Subject};
use crate::desk::repair_sheet::{BATCH_MOST, Proposed, known_key, proposed, verb};
use crate::desk::{OperatorDesk, Role, present, problem};
use crate::order::cause::words;
use crate::order::correction;
use crate::order::repair::{GroupKey, Remedy, Value, overlaid, remaining_fault};
use crate::order::{Shipment, ShipmentId};
use crate::store::batches::{Batch, BatchKind, BatchState, Item};
use crate::work::act::REASON_LIMIT;
use app::contract::{
    BatchView, CauseNoteForm, ChosenForm, Correction, DryRun, PickupForm, Problem, RecoverForm, Recovery, RepairForm,
    RepairItem, RepairSheet,
};
use app::desk::RepairDesk;
use async_trait::async_trait;
use futures::{StreamExt, stream};
use std::collections::BTreeSet;

/// Orders a dry run asks FedEx about; each costs some calls, and the form is answered with the last.
const TRIED_MOST: usize = 20;
/// Dry runs at a time.
const TRIED_AT_ONCE: usize = 4;

#[async_trait]
impl RepairDesk for OperatorDesk {
    async fn repair_sheet(&self, key: String, ask: bool) -> Result<RepairSheet, Problem> {
        self.allowed(Role::Viewer)?;
        self.repair_rows(&key, ask).await
    }

    async fn repair(&self, form: RepairForm) -> Result<String, Problem> {
        let actor = self.allowed(Role::Operator)?;
        let key = known_key(&form.key)?;
        let (items, left_out) = self.frozen(&key, &form).await?;
        let new = NewBatch { kind: kind_of(key.remedy()), cause: key.text(), left_out, state: BatchState::Running };
        self.make_batch(&actor, new, &form.reason, &items).await
    }

    async fn try_repair(&self, form: RepairForm) -> Result<String, Problem> {
        let actor = self.allowed(Role::Operator)?;
        let key = known_key(&form.key)?;
        let (items, left_out) = self.frozen(&key, &form).await?;
        let new = NewBatch { kind: kind_of(key.remedy()), cause: key.text(), left_out, state: BatchState::Draft };
        let batch_id = self.make_batch(&actor, new, &form.reason, &items).await?;
        self.try_items(&actor, &batch_id, &items).await?;
        Ok(batch_id)
    }

    async fn go_on(&self, form: ChosenForm) -> Result<String, Problem> {
        let actor = self.allowed(Role::Operator)?;
        self.go_on_with_chosen(&actor, &form).await
    }

    async fn batch(&self, batch_id: String, after: i64) -> Result<BatchView, Problem> {
        self.allowed(Role::Viewer)?;
        self.batch_view(&batch_id, after).await
    }

    async fn start_batch(&self, batch_id: String) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
        self.decide_draft(&actor, &batch_id, BatchState::Running).await
    }

    async fn discard_batch(&self, batch_id: String) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
        self.decide_draft(&actor, &batch_id, BatchState::Discarded).await
    }

    async fn recovery(&self, window: Option<(String, String)>) -> Result<Recovery, Problem> {
        self.allowed(Role::Viewer)?;
        self.recovery_view(window).await
    }

    async fn recover(&self, form: RecoverForm) -> Result<String, Problem> {
        let actor = self.allowed(Role::Operator)?;
        self.recover_window(&actor, &form).await
    }

    async fn note_cause(&self, form: CauseNoteForm) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
        self.note(&actor, &form).await
    }

    async fn save_pickup(&self, form: PickupForm) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
        self.set_pickup(&actor, &form).await
    }

    async fn remove_pickup(&self, warehouse: String) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
        self.drop_pickup(&actor, &warehouse).await
    }
}

/// What a batch is about.
pub(super) struct NewBatch {
    /// What is done.
    pub kind: BatchKind,
    /// The group, or the window.
    pub cause: String,
    /// What matched and is not in it.
    pub left_out: usize,
    /// Whether it waits for its yes.
    pub state: BatchState,
}

fn kind_of(remedy: Remedy) -> BatchKind {
    match remedy {
        Remedy::Fix => BatchKind::Fix,
        Remedy::Replay => BatchKind::Replay,
        Remedy::LookUp => BatchKind::LookUp,
    }
}

/// What a batch does, for people.
pub(super) fn title(kind: BatchKind, cause: &str) -> String {
    let what = match kind {
        BatchKind::Fix => verb(Remedy::Fix),
        BatchKind::Replay => verb(Remedy::Replay),
        BatchKind::LookUp => verb(Remedy::LookUp),
        BatchKind::Recover => return format!("Recover {cause}"),
        BatchKind::Chosen => return format!("Go on: {cause}"),
    };
    let code = GroupKey::parse(cause).map_or_else(|| cause.to_owned(), |key| key.code);
    format!("{what}: {}", words(&code).title)
}

/// What was typed, as the domain keeps it.
fn typed(typed: &Correction) -> correction::Correction {
    let street = [&typed.street_1, &typed.street_2, &typed.street_3];
    let street = street.into_iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty());
    correction::Correction {
        name: typed.name.clone(),
        street: street.collect(),
        city: typed.city.clone(),
        region: typed.region.clone(),
        postal_code: typed.postal_code.clone(),
        phone: typed.phone.clone(),
        weight_lb: typed.weight_lb.clone(),
        service: typed.service.clone(),
        residential: typed.residential.clone(),
    }
}

impl OperatorDesk {
    /// The list a form decides about, and how many more matched than one batch takes.
    async fn frozen(&self, key: &GroupKey, form: &RepairForm) -> Result<(Vec<Item>, usize), Problem> {
        let db = &self.engine.store.db;
        let mut items = Vec::new();
        for row in form.items.iter().filter(|row| row.ticked) {
            items.push(self.frozen_row(key, row).await?);
        }
        let mut left_out = 0;
        if form.others
            && let Some(group) = self.store(db.failure_group(key).await)?
        {
            let shown: BTreeSet<&str> = form.items.iter().map(|row| row.shipment_id.as_str()).collect();
            let found = db.failed_shipments(&group, form.as_of_ms, i64::from(BATCH_MOST) + 1).await;
            for failed in self.store(found)? {
                let shipment = failed.shipment;
                if shown.contains(shipment.shipment_id.0.as_str()) || Remedy::of(&shipment).is_none() {
                    continue;
                }
                if items.len() >= usize::from(BATCH_MOST) {
                    left_out += 1;
                    continue;
                }
                items.push(self.frozen_other(key, &shipment).await?);
            }
            if left_out > 0 {
                // More were not even read: all of them count.
                let all = usize::try_from(group.stopped).unwrap_or(0);
                left_out = all.saturating_sub(items.len()).max(left_out);
            }
        }
        if items.is_empty() {
            let hint = "Tick at least one order; if the list is empty, somebody was faster.";
            return Err(Problem::new("batch.empty", "There is no order to do this for.", hint));
        }
        Ok((items, left_out))
    }

    /// A row of the page, with what was typed there.
    async fn frozen_row(&self, key: &GroupKey, row: &RepairItem) -> Result<Item, Problem> {
        let found = self.engine.store.db.shipment(&ShipmentId(row.shipment_id.clone())).await;
        let shipment = self.store(found)?.ok_or_else(problem::no_shipment)?;
        if key.remedy() != Remedy::Fix || shipment.version != row.version {
            return Ok(Item { version: row.version, ..plain(key.remedy(), &shipment) });
        }
        let values = key.values();
        let proposed = self.store(proposed(&self.engine, &shipment, values).await)?;
        Ok(fixed(&shipment, &proposed, values, &typed(&row.typed)))
    }

    /// One that was not on the page: its proposal, if that mends it.
    async fn frozen_other(&self, key: &GroupKey, shipment: &Shipment) -> Result<Item, Problem> {
        if key.remedy() != Remedy::Fix {
            return Ok(plain(key.remedy(), shipment));
        }
        let values = key.values();
        let proposed = self.store(proposed(&self.engine, shipment, values).await)?;
        let item = fixed(shipment, &proposed, values, &proposed.proposal);
        let skipped = item.skipped.clone().or_else(|| {
            (!proposed.ready).then(|| "No value is known that mends it; it stays for a person.".to_owned())
        });
        Ok(Item { skipped, ..item })
    }

    /// Stores a batch with its list, on record.
    pub(super) async fn make_batch(
        &self,
        actor: &Actor,
        new: NewBatch,
        reason: &str,
        items: &[Item],
    ) -> Result<String, Problem> {
        let engine = &self.engine;
        let now = engine.clock.now_ms();
        let reason: String = reason.trim().chars().take(REASON_LIMIT).collect();
        if reason.is_empty() {
            let hint = "Write in a few words why; it goes on the record.";
            return Err(Problem::new("desk.reason-missing", "This needs a reason.", hint));
        }
        let what = title(new.kind, &new.cause);
        let batch = Batch {
            batch_id: engine.new_id(),
            kind: new.kind,
            cause: new.cause,
            asked_by: actor.name().to_owned(),
            asked_ms: now,
            reason,
            state: new.state,
            left_out: i64::try_from(new.left_out).unwrap_or(i64::MAX),
            finished_ms: None,
        };
        let begun = if batch.state == BatchState::Draft { "Prepared" } else { "Began" };
        let summary = format!("{begun} a batch of {}: {what}. {}", items.len(), batch.reason);
        let mut entry = engine.entry(actor, "desk.batch", Subject::default(), summary);
        let list: Vec<&str> = items.iter().map(|item| item.shipment_id.0.as_str()).collect();
        entry.body = serde_json::to_string(&serde_json::json!({"batch_id": batch.batch_id, "shipments": list})).ok();
        let saved = async {
            let mut tx = engine.store.begin().await?;
            tx.insert_batch(&batch, items).await?;
            engine.store.append(&mut tx, &entry).await?;
            tx.commit().await
        };
        self.store(saved.await)?;
        engine.wake_batch.notify_one();
        Ok(batch.batch_id)
    }

    /// Asks what would come of the first items of a draft, and keeps it beside them.
    async fn try_items(&self, actor: &Actor, batch_id: &str, items: &[Item]) -> Result<(), Problem> {
        let open = (1_i64..).zip(items.iter().cloned()).filter(|(_, item)| item.skipped.is_none());
        let open: Vec<(i64, Item)> = open.take(TRIED_MOST).collect();
        let tried =
            stream::iter(open).map(|(position, item)| async move { (position, self.try_item(actor, &item).await) });
        let tried: Vec<_> = tried.buffered(TRIED_AT_ONCE).collect().await;
        let kept = async {
            let mut tx = self.engine.store.begin().await?;
            for (position, said) in &tried {
                let (verdict, sentence) = match said {
                    Ok(run) => (run.verdict.code.as_str(), run.sentence.clone()),
                    Err(problem) => ("unchecked", problem.message.clone()),
                };
                tx.set_verdict(batch_id, *position, verdict, &sentence).await?;
            }
            tx.commit().await
        };
        self.store(kept.await)
    }

    async fn try_item(&self, actor: &Actor, item: &Item) -> Result<DryRun, Problem> {
        let db = &self.engine.store.db;
        let shipment = self.store(db.shipment(&item.shipment_id).await)?.ok_or_else(problem::no_shipment)?;
        let record = self.store(db.order(&shipment.order_id).await)?;
        let corrected = Shipment { correction: item.after.clone(), ..shipment };
        let typed = present::correction(&record.order, &corrected);
        self.try_it(actor, &item.shipment_id.0, Some(&typed)).await
    }
}

/// An item that changes no value.
pub(super) fn plain(remedy: Remedy, shipment: &Shipment) -> Item {
    Item {
        shipment_id: shipment.shipment_id.clone(),
        version: shipment.version,
        remedy,
        before: shipment.correction.clone(),
        after: shipment.correction.clone(),
        skipped: None,
    }
}

/// An item that changes the values in question. What FedEx would certainly refuse is not sent again.
fn fixed(shipment: &Shipment, proposed: &Proposed, values: &[Value], typed: &correction::Correction) -> Item {
    let after = overlaid(&proposed.address, &shipment.correction, values, typed);
    let skipped = remaining_fault(&proposed.address, &after, values).map(|fault| {
        let detail = fault.detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default();
        format!("Left as it is: {}{detail}", fault.words().sentence)
    });
    Item { after, skipped, ..plain(Remedy::Fix, shipment) }
}
