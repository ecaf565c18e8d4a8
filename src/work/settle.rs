//! Begins and ends attempts: the two transactions around every outside call that changes something.
//!
//! Begin: attempt written down, lease renewed, reference stored. Then the call, with no transaction
//! open. Settle: attempt finished, event applied, everything that came with the answer stored, the
//! audit entry appended; all or nothing. If somebody else changed the shipment meanwhile, the event
//! is applied to what is there now; if that is refused, the answer is kept as superseded.

use crate::audit::{Actor, Outcome, Subject};
use crate::engine::{Engine, LEASE_MS};
use crate::fedex::Shipped;
use crate::order::backtest::Inputs;
use crate::order::group::Group;
use crate::order::mode::permit;
use crate::order::plan::shown_country;
use crate::order::state::State;
use crate::order::transition::{Event, Refusal, apply};
use crate::order::{Address, AttemptId, Shipment, ShipmentId};
use crate::store::attempts::{AttemptOutcome, Finish, Step};
use crate::store::charges::ChargeKind;
use crate::store::documents::NewDocument;
use crate::store::rehearsals::Rehearsal;
use crate::store::shipments::{Lease, LeaseAfter, Save};
use crate::store::{Result, StoreError, Tx};
use crate::transport::Trace;
use crate::work::take_in::insert_shipment;
use crate::work::{news, print};

/// How often an event is applied anew to a shipment that changed under it. Scans and operators are
/// slow compared to one transaction: twice is rare.
const REAPPLY: usize = 5;

/// An attempt that is written down and not finished.
pub struct Begun {
    /// Its id.
    pub attempt_id: AttemptId,
    /// The shipment as saved with it.
    pub shipment: Shipment,
    /// For the calls of this attempt.
    pub trace: Trace,
}

/// Writes an attempt down. News of the parcel may have changed the shipment since it was claimed;
/// as long as its state is the same, the step is still the right one. A purchase needs leave: the
/// mode is read in this transaction, so a switch to shadow comes before it or after it.
pub async fn begin(engine: &Engine, claimed: &Shipment, step: Step, reference: Option<String>) -> Result<Begun> {
    let mut shipment = claimed.clone();
    for _ in 0..REAPPLY {
        let now = engine.clock.now_ms();
        let attempt_id = AttemptId(engine.new_id());
        let mut after = shipment.clone();
        let mut tx = engine.store.begin().await?;
        if let Some(reference) = &reference {
            let mode = tx.mode_of(&shipment.order_id).await?;
            let permit = permit(mode, &shipment).map_err(|_| conflict(&shipment.shipment_id))?;
            let event = Event::PurchaseBegun { reference: reference.clone(), permit };
            after = apply(&shipment, event, now).map_err(|_| conflict(&shipment.shipment_id))?;
        }
        let lease = Lease { node: engine.node.clone(), until_ms: now + LEASE_MS };
        match tx.save_begun(&shipment, &after, &lease).await {
            Ok(()) => {}
            Err(StoreError::Conflict { .. }) => {
                let id = &shipment.shipment_id;
                shipment = tx.shipment(id).await?.ok_or_else(|| conflict(id))?;
                if shipment.state != claimed.state {
                    return Err(conflict(&claimed.shipment_id));
                }
                continue;
            }
            Err(error) => return Err(error),
        }
        tx.begin_attempt(&attempt_id, &shipment.shipment_id, step, reference.as_deref(), &engine.node, now).await?;
        tx.commit().await?;
        after.version += 1;
        let subject = Subject { attempt_id: Some(attempt_id.clone()), ..subject(&after) };
        return Ok(Begun { attempt_id, trace: Trace { actor: Actor::Engine, subject }, shipment: after });
    }
    Err(conflict(&claimed.shipment_id))
}

/// What came with an answer, stored in the same transaction as the change of state.
#[derive(Default)]
pub struct With<'a> {
    /// The order was read anew, and is as we know it.
    pub order_read: bool,
    /// The customer invoice, looked up.
    pub invoice: Option<Option<&'a str>>,
    /// What the plan was made of, or would have been.
    pub inputs: Option<&'a Inputs>,
    /// What FedEx said to the plan.
    pub rehearsal: Option<&'a Rehearsal>,
    /// The label and its documents.
    pub shipped: Option<&'a Shipped>,
    /// FedEx environment of the label.
    pub environment: Option<&'a str>,
    /// The connection's FedEx account, for the ledger of charges.
    pub account: Option<&'a str>,
    /// A remembered correction that was used.
    pub correction_used: Option<&'a str>,
    /// Shipments that take the place of this one.
    pub successors: &'a [Successor],
}

/// A shipment in the place of a cancelled one.
pub struct Successor {
    /// The shipment.
    pub shipment: Shipment,
    /// Its lines.
    pub group: Group,
}

/// How an attempt ended, in words.
pub struct Ending<'a> {
    /// The attempt; steps that only read have none.
    pub attempt: Option<&'a AttemptId>,
    /// How.
    pub outcome: AttemptOutcome,
    /// As a sentence.
    pub sentence: String,
}

/// Ends a step. Answers the shipment as it stands afterwards.
pub async fn settle(
    engine: &Engine,
    before: &Shipment,
    event: Event,
    ending: Ending<'_>,
    with: With<'_>,
) -> Result<Shipment> {
    let mut current = before.clone();
    for _ in 0..REAPPLY {
        let now = engine.clock.now_ms();
        let after = match apply(&current, event.clone(), now) {
            Ok(after) => after,
            Err(refusal) => return superseded(engine, &current, &ending, &refusal).await,
        };
        let mut tx = engine.store.begin().await?;
        let save = Save { now_ms: now, lease: LeaseAfter::Freed, environment: with.environment };
        match tx.save_shipment(&current, &after, save).await {
            Ok(()) => {}
            Err(StoreError::Conflict { .. }) if matches!(event, Event::Planned(_)) => {
                // The order changed while it was planned: a plan of what was is no plan. It is due anew.
                tx.release_lease(&current.shipment_id, &engine.node).await?;
                tx.commit().await?;
                return Ok(current);
            }
            Err(StoreError::Conflict { .. }) => {
                let id = &current.shipment_id;
                current = tx.shipment(id).await?.ok_or_else(|| conflict(id))?;
                continue;
            }
            Err(error) => return Err(error),
        }
        store_with(engine, &mut tx, &current, &after, &with, now).await?;
        finish(&mut tx, &after, &ending, now).await?;
        let entry = transition_entry(engine, &current, &after, &ending);
        engine.store.append(&mut tx, &entry).await?;
        tx.commit().await?;
        log_transition(&current, &after);
        return Ok(Shipment { version: current.version + 1, ..after });
    }
    Err(conflict(&current.shipment_id))
}

async fn finish(tx: &mut Tx, after: &Shipment, ending: &Ending<'_>, now: i64) -> Result<()> {
    let Some(attempt_id) = ending.attempt else { return Ok(()) };
    let finish = Finish {
        attempt_id,
        at_ms: now,
        outcome: ending.outcome,
        cause_code: after.cause.as_ref().map(|cause| cause.code.as_str()),
        sentence: &ending.sentence,
    };
    match tx.finish_attempt(&finish).await {
        // Rescue thought this node dead and closed the attempt; the answer came after all.
        Err(StoreError::Conflict { .. }) => tx.answer_late(&finish).await,
        other => other,
    }
}

/// The event no longer fits: somebody else acted. The answer stays on the record.
async fn superseded(engine: &Engine, current: &Shipment, ending: &Ending<'_>, refusal: &Refusal) -> Result<Shipment> {
    let now = engine.clock.now_ms();
    let sentence = format!("{} It came too late: {refusal}.", ending.sentence);
    tracing::error!(shipment.id = %current.shipment_id, order.state = current.state.name(), "an answer came too late: {refusal}");
    let mut tx = engine.store.begin().await?;
    if let Some(attempt_id) = ending.attempt {
        let finish = Finish {
            attempt_id,
            at_ms: now,
            outcome: AttemptOutcome::Superseded,
            cause_code: None,
            sentence: &sentence,
        };
        match tx.finish_attempt(&finish).await {
            Ok(()) | Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let subject = Subject { attempt_id: ending.attempt.cloned(), ..subject(current) };
    let entry = engine.entry(&Actor::Engine, "shipment.answer-too-late", subject, sentence).outcome(Outcome::Failed);
    engine.store.append(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(current.clone())
}

async fn store_with(
    engine: &Engine,
    tx: &mut Tx,
    before: &Shipment,
    after: &Shipment,
    with: &With<'_>,
    now: i64,
) -> Result<()> {
    if with.order_read {
        tx.note_order_read(&after.order_id, now).await?;
    }
    if let Some(invoice) = with.invoice {
        tx.set_invoice(&after.order_id, invoice).await?;
    }
    if let Some(correction) = with.correction_used {
        tx.count_correction(correction).await?;
    }
    if let Some(inputs) = with.inputs {
        tx.keep_plan_inputs(&after.shipment_id, inputs, now).await?;
    }
    if let (State::Received, Some(plan)) = (before.state, &after.plan) {
        tx.forget_other_rehearsal(&after.shipment_id, &plan.fingerprint()).await?;
    }
    if let Some(rehearsal) = with.rehearsal {
        tx.keep_rehearsal(&after.shipment_id, rehearsal).await?;
    }
    if let Some(shipped) = with.shipped {
        store_documents(tx, &after.shipment_id, shipped, now).await?;
        news::follow(engine, tx, after, shipped, with.environment.unwrap_or_default(), now).await?;
        print::enqueue(engine, tx, after, now).await?;
    }
    let kind = match (before.state, after.state) {
        (State::Ready | State::OutcomeUnknown, State::Labelled) => Some(ChargeKind::Rated),
        (_, State::Voided) => Some(ChargeKind::Voided),
        _ => None,
    };
    if let (Some(kind), Some(charge)) = (kind, &after.charge) {
        tx.insert_charge(&engine.new_id(), kind, after, charge, with.account.unwrap_or_default(), now).await?;
    }
    if with.shipped.is_some() || after.state == State::Voided {
        tx.write_back_due(&after.order_id, now).await?;
    }
    for successor in with.successors {
        let summary = "In place of a label that was cancelled.";
        insert_shipment(engine, tx, &successor.shipment, &successor.group, summary, now).await?;
    }
    Ok(())
}

async fn store_documents(tx: &mut Tx, id: &ShipmentId, shipped: &Shipped, now: i64) -> Result<()> {
    for piece in &shipped.pieces {
        let sequence = i64::from(piece.sequence);
        tx.insert_piece(id, sequence, &piece.tracking_number).await?;
        for (document_no, document) in (1..).zip(&piece.documents) {
            let new = NewDocument {
                sequence,
                document_no,
                content_type: &document.content_type,
                image_type: &document.image_type,
                copies: i64::from(document.copies),
                bytes: &document.bytes,
            };
            tx.insert_document(id, &new, now).await?;
        }
    }
    Ok(())
}

/// `Norwood Pump Co, Dallas TX 75201, US`: what lists show and search finds.
pub fn one_line(address: &Address) -> String {
    let place = [&address.city, &address.region, &address.postal_code].map(|part| part.trim()).join(" ");
    let country = shown_country(&address.country);
    let parts = [address.name.trim(), place.trim(), country.trim()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// What entries about a shipment name.
pub fn subject(shipment: &Shipment) -> Subject {
    Subject {
        order_id: Some(shipment.order_id.clone()),
        shipment_id: Some(shipment.shipment_id.clone()),
        attempt_id: None,
    }
}

fn transition_entry(engine: &Engine, before: &Shipment, after: &Shipment, ending: &Ending<'_>) -> crate::audit::Entry {
    let action = if before.state == after.state {
        format!("shipment.still-{}", after.state.name().replace('_', "-"))
    } else {
        format!("shipment.{}", after.state.name().replace('_', "-"))
    };
    let outcome = match (after.state, &after.cause) {
        (State::OutcomeUnknown, _) => Outcome::Unknown,
        (State::Parked, _) => Outcome::Refused,
        (_, Some(_)) => Outcome::Failed,
        (_, None) => Outcome::Ok,
    };
    let subject = Subject { attempt_id: ending.attempt.cloned(), ..subject(after) };
    engine.entry(&Actor::Engine, &action, subject, ending.sentence.clone()).outcome(outcome)
}

fn log_transition(before: &Shipment, after: &Shipment) {
    let code = after.cause.as_ref().map(|cause| cause.code.as_str());
    tracing::info!(
        shipment.id = %after.shipment_id,
        order.state = after.state.name(),
        problem.code = code,
        "shipment {} went from {} to {}",
        after.shipment_id,
        before.state.name(),
        after.state.name()
    );
}

fn conflict(id: &ShipmentId) -> StoreError {
    StoreError::Conflict { table: "shipments", id: id.0.clone() }
}
