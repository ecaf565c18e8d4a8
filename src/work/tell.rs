//! Telling Dynamics 365: the tracking number onto the order, the delivery, and back off it.
//!
//! An order may have several shipments and its fields hold one value, so what is written is of the whole
//! order, and one writer at a time writes it. These steps move the shipment; what happens between them
//! is written by `write_back.rs`.

use crate::d365::targets::ATTACHMENT_SETS;
use crate::d365::{D365, Place, Proof, Written};
use crate::engine::Engine;
use crate::order::state::State;
use crate::order::transition::Event;
use crate::order::{Kind, Shipment};
use crate::store::Result;
use crate::store::attempts::{AttemptOutcome, Step};
use crate::work::settle::{With, begin, settle};
use crate::work::step::{ended, fail};
use crate::work::write_back::{PACKING_SLIP_WAIT_MS, TURN_MS, Turn, end_turn, shown, wait_for_turn};
use crate::work::write_values::values_of;

/// Labelled: the tracking number and the rated charge onto the order.
pub async fn announce(engine: &Engine, shipment: &Shipment) -> Result<()> {
    if shipment.kind == Kind::Return {
        let sentence = "A return label is not written to the order.";
        settle(engine, shipment, Event::Announced, ended(None, AttemptOutcome::Ok, sentence), With::default()).await?;
        return Ok(());
    }
    write(engine, shipment, Step::Announce, Event::Announced).await
}

/// Delivered: status and time of the delivery onto the order, once all of it is delivered.
pub async fn confirm_delivery(engine: &Engine, shipment: &Shipment) -> Result<()> {
    let live = live(engine, shipment).await?;
    let done = live.iter().all(|one| matches!(one.state, State::Delivered | State::Closed));
    if shipment.kind == Kind::Return || !done {
        let sentence = if done {
            "A returned parcel is not written to the order."
        } else {
            "Delivered; the order says so when its other shipments are delivered too."
        };
        let ending = ended(None, AttemptOutcome::Ok, sentence);
        settle(engine, shipment, Event::DeliveryConfirmed, ending, With::default()).await?;
        return Ok(());
    }
    write(engine, shipment, Step::ConfirmDelivery, Event::DeliveryConfirmed).await
}

/// Voided: the tracking number off the order.
pub async fn withdraw(engine: &Engine, shipment: &Shipment) -> Result<()> {
    write(engine, shipment, Step::Withdraw, Event::Withdrawn).await
}

/// The shipments of the order that go or went out.
async fn live(engine: &Engine, shipment: &Shipment) -> Result<Vec<Shipment>> {
    let all = engine.store.db.shipments_of(&shipment.order_id).await?;
    Ok(all.into_iter().filter(|one| one.kind == Kind::Outbound && !one.state.frees_lines()).collect())
}

/// Writes the order in its turn: one writer at a time, whoever it is.
async fn write(engine: &Engine, shipment: &Shipment, step: Step, done: Event) -> Result<()> {
    let d365 = match engine.d365().await {
        Ok(d365) => d365,
        Err(failure) => return fail(engine, shipment, None, failure, With::default()).await,
    };
    let Some(turn) = wait_for_turn(engine, &shipment.order_id).await? else {
        let mut tx = engine.store.begin().await?;
        tx.postpone(&shipment.shipment_id, &engine.node, engine.clock.now_ms() + TURN_MS).await?;
        return tx.commit().await;
    };
    let result = write_in_turn(engine, &d365, shipment, step, done, &turn).await;
    end_turn(engine, &turn).await?;
    result
}

async fn write_in_turn(
    engine: &Engine,
    d365: &D365,
    shipment: &Shipment,
    step: Step,
    done: Event,
    turn: &Turn,
) -> Result<()> {
    let key = engine.store.db.order(&shipment.order_id).await?.key;
    let begun = begin(engine, shipment, step, None).await?;
    let before = engine.store.db.write_back(&shipment.order_id).await?.map(|row| row.proof).unwrap_or_default();
    // Read now that it is our turn: a label bought meanwhile must not be lost. Notes and files are the loop's.
    let mut values = values_of(engine, &shipment.order_id).await?.unwrap_or_default();
    values.papers.clear();
    let place = Place { company: &key.company, number: &key.number };
    let written = d365.write(&begun.trace, place, &values, &before).await;
    engine.note_d365(written.failure.as_ref().map(|failure| failure.cause().clone()));
    keep_proof(engine, shipment, turn, &before, &written).await?;
    if let Some(failure) = written.failure {
        return fail(engine, &begun.shipment, Some(&begun), failure, With::default()).await;
    }
    if let Some(cause) = written.waiting {
        let sentence = cause.words().sentence;
        let event = Event::Waiting { cause, for_ms: PACKING_SLIP_WAIT_MS };
        let ending = ended(Some(&begun), AttemptOutcome::Waiting, sentence);
        settle(engine, &begun.shipment, event, ending, With::default()).await?;
        return Ok(());
    }
    let sentence = match (written.changed, written.proof.is_empty()) {
        (true, true) => "Taken away, and read back as gone.".to_owned(),
        (false, true) => "No field is configured for this; nothing to write.".to_owned(),
        (true, false) => format!("Written and read back: {}.", shown(&written.proof)),
        (false, false) => format!("Already there: {}.", shown(&written.proof)),
    };
    let ending = ended(Some(&begun), AttemptOutcome::Ok, &sentence);
    settle(engine, &begun.shipment, done, ending, With::default()).await?;
    engine.wake_drive.notify_one();
    Ok(())
}

/// What was read back stays with the order, beside what only the loop writes.
async fn keep_proof(
    engine: &Engine,
    shipment: &Shipment,
    turn: &Turn,
    before: &[Proof],
    written: &Written,
) -> Result<()> {
    if written.proof.is_empty() {
        return Ok(());
    }
    let attached = before.iter().filter(|proof| ATTACHMENT_SETS.contains(&proof.set.as_str()));
    let proof: Vec<Proof> = written.proof.iter().chain(attached).cloned().collect();
    let now = engine.clock.now_ms();
    let mut tx = engine.store.begin().await?;
    tx.note_write_back(&shipment.order_id, &turn.holder, Some(&proof), written.changed, now).await?;
    tx.commit().await
}
