//! What each state does next: the one match from a state to a step.

use crate::engine::Engine;
use crate::order::Shipment;
use crate::order::mode::{Course, course};
use crate::order::retry::Failure;
use crate::order::state::State;
use crate::order::transition::Event;
use crate::store::Result;
use crate::store::attempts::AttemptOutcome;
use crate::work::settle::{Begun, Ending, With, settle};
use crate::work::{check, purchase, rehearse, tell, void};

/// Does the one pending step of a claimed shipment.
pub async fn step(engine: &Engine, shipment: &Shipment) -> Result<()> {
    // The one gate before everything that buys or writes. Whoever begins a purchase asks again, in
    // the transaction that writes it down: see `settle::begin`.
    let mode = engine.store.db.mode_of(&shipment.order_id).await?;
    match course(mode, shipment) {
        Course::Go => {}
        Course::Rehearse => return rehearse::rehearse(engine, shipment, mode).await,
        Course::Wait => return rehearse::wait_in_shadow(engine, shipment).await,
    }
    if shipment.voiding.is_some() {
        return void::void(engine, shipment).await;
    }
    match shipment.state {
        State::Received => check::check(engine, shipment).await,
        State::Ready => purchase::buy(engine, shipment).await,
        State::OutcomeUnknown => purchase::find(engine, shipment).await,
        State::Labelled => tell::announce(engine, shipment).await,
        State::Delivered => tell::confirm_delivery(engine, shipment).await,
        State::Voided => tell::withdraw(engine, shipment).await,
        State::Announced
        | State::InTransit
        | State::OutForDelivery
        | State::Exception
        | State::Closed
        | State::Parked
        | State::Returned
        | State::Cancelled
        | State::Excluded => {
            // Such a state has no step; a due time on it is a slip of ours and must not spin.
            tracing::error!(shipment.id = %shipment.shipment_id, order.state = shipment.state.name(), "due without a step");
            Ok(())
        }
    }
}

/// How a step ended.
pub fn ended<'a>(begun: Option<&'a Begun>, outcome: AttemptOutcome, sentence: &str) -> Ending<'a> {
    Ending { attempt: begun.map(|begun| &begun.attempt_id), outcome, sentence: sentence.to_owned() }
}

/// Ends a step that failed, by what its failure means.
pub async fn fail(
    engine: &Engine,
    shipment: &Shipment,
    begun: Option<&Begun>,
    failure: Failure,
    with: With<'_>,
) -> Result<()> {
    let cause = failure.cause();
    let words = cause.words();
    let sentence = match &cause.detail {
        Some(detail) => format!("{} {detail}", words.sentence),
        None => words.sentence.to_owned(),
    };
    let buying = shipment.state == State::Ready;
    let outcome = match &failure {
        Failure::NoAnswer(_) if buying => AttemptOutcome::Unknown,
        Failure::Permanent(_) => AttemptOutcome::Parked,
        _ => AttemptOutcome::Again,
    };
    let event = Event::Failed { failure, jitter: engine.jitter() };
    settle(engine, shipment, event, ended(begun, outcome, &sentence), with).await?;
    Ok(())
}
