//! What each state does next: the one match from a state to a vendor call.

use crate::clock::{self, DAY_MS, MINUTE_MS};
use crate::d365::{Value, Written};
use crate::engine::Engine;
use crate::fedex::{Piece, Shipped};
use crate::order::cause::Cause;
use crate::order::plan::{CANCELLED, hold, plan};
use crate::order::retry::Failure;
use crate::order::state::State;
use crate::order::transition::{Bought, Event};
use crate::order::{Order, Shipment};
use crate::store::Result;
use crate::store::attempts::{AttemptOutcome, Step};
use crate::store::orders::OrderRecord;
use crate::transport::Trace;
use crate::work::settle::{Begun, Ending, With, begin, settle, subject};
use std::collections::BTreeMap;

/// An order read longer ago than this is read again before it is planned: it may have been held,
/// changed or cancelled meanwhile.
pub const FRESH_MS: i64 = MINUTE_MS;
/// How long to wait for a packing slip before looking again: a poll's beat.
const PACKING_SLIP_WAIT_MS: i64 = 2 * MINUTE_MS;

/// Does the one pending step of a claimed shipment.
pub async fn step(engine: &Engine, shipment: &Shipment) -> Result<()> {
    match shipment.state {
        State::Received => check(engine, shipment).await,
        State::Ready => ship(engine, shipment).await,
        State::Labelled => announce(engine, shipment).await,
        State::OutcomeUnknown => look_up(engine, shipment).await,
        State::Delivered => confirm_delivery(engine, shipment).await,
        State::Announced
        | State::InTransit
        | State::OutForDelivery
        | State::Exception
        | State::Closed
        | State::Parked
        | State::Voided
        | State::Returned
        | State::Cancelled
        | State::Excluded => {
            // Such a state has no step; a due time on it is a slip of ours and must not spin.
            tracing::error!(shipment.id = %shipment.shipment_id, order.state = shipment.state.name(), "due without a step");
            Ok(())
        }
    }
}

/// Received: read what is needed, plan, or park with the cause.
async fn check(engine: &Engine, shipment: &Shipment) -> Result<()> {
    let record = engine.store.db.order(&shipment.order_id).await?;
    let trace = Trace { subject: subject(shipment), ..Trace::engine() };
    let read = match read(engine, &record, &trace).await {
        Ok(read) => read,
        Err(failure) => return fail(engine, shipment, None, failure, With::default()).await,
    };
    let Some(read) = read else {
        let failure = Failure::Permanent(Cause::new("order.not-found"));
        return fail(engine, shipment, None, failure, With::default()).await;
    };
    let with =
        With { order: Some(&read.order), invoice: Some(read.facts.invoice_number.as_deref()), ..With::default() };
    if let Some(cause) = hold(&read.order, &read.rules) {
        if cause.code == CANCELLED {
            let ending =
                ended(None, AttemptOutcome::Ok, "The order was cancelled in Dynamics 365 before a label was bought.");
            settle(engine, shipment, Event::OrderCancelled, ending, with).await?;
            return Ok(());
        }
        return fail(engine, shipment, None, Failure::Permanent(cause), with).await;
    }
    match plan(&read.order, &read.facts, &read.rules, &shipment.correction) {
        Ok(plan) => {
            let sentence = format!("Checked: {} of {} lb.", plan.service.service, plan.weight.value());
            settle(engine, shipment, Event::Planned(Box::new(plan)), ended(None, AttemptOutcome::Ok, &sentence), with)
                .await?;
            engine.wake_drive.notify_one();
            Ok(())
        }
        Err(cause) => fail(engine, shipment, None, Failure::Permanent(cause), with).await,
    }
}

/// What [`check`] decides on.
struct Read {
    order: Order,
    facts: crate::order::plan::Facts,
    rules: crate::order::plan::Rules,
}

async fn read(engine: &Engine, record: &OrderRecord, trace: &Trace) -> std::result::Result<Option<Read>, Failure> {
    let d365 = engine.d365().await?;
    let fedex = engine.fedex().await?;
    let mut order = record.order.clone();
    if engine.clock.now_ms() - record.read_ms > FRESH_MS {
        match noted(engine, d365.order(trace, &record.key.company, &record.key.number).await)? {
            Some(fresh) => order = fresh,
            None => return Ok(None),
        }
    }
    let facts = noted(engine, d365.facts(trace, &order).await)?;
    let rules = fedex.credentials().rules(&d365.credentials().orders.processing_statuses);
    Ok(Some(Read { order, facts, rules }))
}

fn noted<T>(engine: &Engine, result: std::result::Result<T, Failure>) -> std::result::Result<T, Failure> {
    engine.note_d365(result.as_ref().err().map(|failure| failure.cause().clone()));
    result
}

/// Ready: buy the label, under a reference that is stored first.
async fn ship(engine: &Engine, shipment: &Shipment) -> Result<()> {
    let fedex = match engine.fedex().await {
        Ok(fedex) => fedex,
        Err(failure) => return fail(engine, shipment, None, failure, With::default()).await,
    };
    let Some(plan) = shipment.plan.clone() else {
        return fail(engine, shipment, None, Failure::Permanent(Cause::new("order.unreadable")), With::default()).await;
    };
    let reference = format!("ML{}", engine.new_id());
    let begun = begin(engine, shipment, Step::Ship, Some(reference.clone())).await?;
    let ship_date = clock::date(engine.clock.now_ms());
    let result = fedex.ship(&begun.trace, &plan, &reference, &ship_date).await;
    engine.note_fedex(result.as_ref().err().map(|failure| failure.cause().clone()));
    match result {
        Ok(shipped) => {
            let event = Event::Bought(Bought {
                reference,
                tracking_number: shipped.tracking_number.clone(),
                charge: shipped.charge.clone(),
                has_label: has_label(&shipped),
            });
            let sentence = format!("FedEx made the label: tracking number {}.", shipped.tracking_number);
            let with = With { shipped: Some(&shipped), environment: Some(fedex.environment_name()), ..With::default() };
            settle(engine, &begun.shipment, event, ended(Some(&begun), AttemptOutcome::Ok, &sentence), with).await?;
            engine.wake_drive.notify_one();
            Ok(())
        }
        Err(failure) => fail(engine, &begun.shipment, Some(&begun), failure, With::default()).await,
    }
}

/// A label that was found, not received: its number is all we have.
fn adopted(tracking_number: &str) -> Shipped {
    Shipped {
        tracking_number: tracking_number.to_owned(),
        pieces: vec![Piece { sequence: 1, tracking_number: tracking_number.to_owned(), documents: Vec::new() }],
        charge: None,
        service_name: None,
        alerts: Vec::new(),
        is_virtual: false,
    }
}

fn has_label(shipped: &Shipped) -> bool {
    !shipped.pieces.is_empty() && shipped.pieces.iter().all(|piece| !piece.documents.is_empty())
}

/// Outcome unknown: ask FedEx for the label by its reference. Never buys.
async fn look_up(engine: &Engine, shipment: &Shipment) -> Result<()> {
    let (Some(reference), Ok(fedex)) = (shipment.reference.clone(), engine.fedex().await) else {
        let failure = Failure::NotAllowed(Cause::new("auth.not-configured"));
        return fail(engine, shipment, None, failure, With::default()).await;
    };
    let begun = begin(engine, shipment, Step::LookUp, None).await?;
    // FedEx searches from the ship date on. That is the day of the purchase, not today: after a
    // weekend without power today's window would miss Friday's label, and it would be bought again.
    let attempts = engine.store.db.attempts_of(&shipment.shipment_id).await?;
    let purchase = attempts.iter().find(|attempt| attempt.reference.as_ref() == Some(&reference));
    let bought_ms = purchase.map_or_else(|| engine.clock.now_ms(), |attempt| attempt.begun_ms);
    // A day earlier covers its time zones.
    let ship_date = clock::date(bought_ms - DAY_MS);
    let result = fedex.look_up(&begun.trace, &reference, &ship_date).await;
    engine.note_fedex(result.as_ref().err().map(|failure| failure.cause().clone()));
    let found = match result {
        Ok(found) => found.into_iter().find(|found| !found.cancelled),
        Err(failure) => return fail(engine, &begun.shipment, Some(&begun), failure, With::default()).await,
    };
    if let Some(found) = found {
        let shipped = adopted(&found.tracking_number);
        let event = Event::Bought(Bought {
            reference,
            tracking_number: found.tracking_number.clone(),
            charge: None,
            has_label: false,
        });
        let sentence = format!(
            "The label exists at FedEx: tracking number {}. Its bytes were lost with the answer; print it again from FedEx.",
            found.tracking_number
        );
        let with = With { shipped: Some(&shipped), environment: Some(fedex.environment_name()), ..With::default() };
        settle(engine, &begun.shipment, event, ended(Some(&begun), AttemptOutcome::Ok, &sentence), with).await?;
    } else {
        let sentence = "FedEx does not know a label under this reference yet.";
        let ending = ended(Some(&begun), AttemptOutcome::Waiting, sentence);
        settle(
            engine,
            &begun.shipment,
            Event::Absent { wait_ms: engine.config.absence_wait_ms() },
            ending,
            With::default(),
        )
        .await?;
    }
    engine.wake_drive.notify_one();
    Ok(())
}

/// Labelled: the tracking number and the rated charge onto the order.
async fn announce(engine: &Engine, shipment: &Shipment) -> Result<()> {
    let mut values = BTreeMap::new();
    if let Some(number) = &shipment.tracking_number {
        values.insert("tracking_number", Value::Text(number.clone()));
    }
    values.insert("status", Value::Text(State::Labelled.name().to_owned()));
    if let Some(charge) = &shipment.charge {
        values.insert("charge_amount", Value::Money(charge.amount));
        values.insert("charge_currency", Value::Text(charge.currency.clone()));
    }
    write(engine, shipment, Step::Announce, &values, Event::Announced).await
}

/// Delivered: status and time of the delivery onto the order.
async fn confirm_delivery(engine: &Engine, shipment: &Shipment) -> Result<()> {
    let mut values = BTreeMap::from([("status", Value::Text(State::Delivered.name().to_owned()))]);
    if let Some(delivered_ms) = shipment.delivered_ms {
        values.insert("delivered_at", Value::Moment(delivered_ms));
    }
    write(engine, shipment, Step::ConfirmDelivery, &values, Event::DeliveryConfirmed).await
}

async fn write(
    engine: &Engine,
    shipment: &Shipment,
    step: Step,
    values: &BTreeMap<&'static str, Value>,
    done: Event,
) -> Result<()> {
    let d365 = match engine.d365().await {
        Ok(d365) => d365,
        Err(failure) => return fail(engine, shipment, None, failure, With::default()).await,
    };
    let key = engine.store.db.order(&shipment.order_id).await?.key;
    let begun = begin(engine, shipment, step, None).await?;
    let written = noted(engine, d365.write(&begun.trace, &key.company, &key.number, values).await);
    match written {
        Ok(Written::Done { changed, proof }) => {
            let shown: Vec<String> = proof.iter().map(|(property, value)| format!("{property} = {value}")).collect();
            let sentence = match (changed, shown.is_empty()) {
                (_, true) => "No field is configured for this; nothing to write.".to_owned(),
                (true, false) => format!("Written and read back: {}.", shown.join(", ")),
                (false, false) => format!("Already there: {}.", shown.join(", ")),
            };
            let ending = ended(Some(&begun), AttemptOutcome::Ok, &sentence);
            settle(engine, &begun.shipment, done, ending, With::default()).await?;
            engine.wake_drive.notify_one();
        }
        Ok(Written::Waiting(cause)) => {
            let sentence = cause.words().sentence;
            let event = Event::Waiting { cause, for_ms: PACKING_SLIP_WAIT_MS };
            let ending = ended(Some(&begun), AttemptOutcome::Waiting, sentence);
            settle(engine, &begun.shipment, event, ending, With::default()).await?;
        }
        Err(failure) => return fail(engine, &begun.shipment, Some(&begun), failure, With::default()).await,
    }
    Ok(())
}

fn ended<'a>(begun: Option<&'a Begun>, outcome: AttemptOutcome, sentence: &str) -> Ending<'a> {
    Ending { attempt: begun.map(|begun| &begun.attempt_id), outcome, sentence: sentence.to_owned() }
}

/// Ends a step that failed, by what its failure means.
async fn fail(
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
