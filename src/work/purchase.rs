//! Buying a label, and finding out what a purchase without an answer did.
//!
//! FedEx has no key against duplicates, so the order of things is everything: the reference is stored,
//! then the purchase is sent, then its answer is stored. Without an answer nothing is sent again
//! before FedEx was asked for the reference, several times over a long wait.

use crate::audit::{Actor, Outcome};
use crate::clock::{self, DAY_MS, SECOND_MS};
use crate::engine::Engine;
use crate::fedex::{Fedex, JobAnswer, Piece, Purchase, Shipped};
use crate::order::Shipment;
use crate::order::cause::Cause;
use crate::order::plan::Plan;
use crate::order::retry::Failure;
use crate::order::transition::{Bought, Event};
use crate::store::Result;
use crate::store::attempts::{AttemptOutcome, Step};
use crate::transport::Trace;
use crate::work::check::still_stands;
use crate::work::settle::{Begun, With, begin, settle, subject};
use crate::work::step::{ended, fail};

/// How long to wait before asking about a job again: FedEx makes some hundred labels in seconds.
const JOB_WAIT_MS: i64 = 5 * SECOND_MS;

/// Ready: buy, under a reference that is stored first.
pub async fn buy(engine: &Engine, shipment: &Shipment) -> Result<()> {
    let (fedex, plan) = match (engine.fedex().await, shipment.plan.clone()) {
        (Ok(fedex), Some(plan)) => (fedex, plan),
        (Err(failure), _) => return fail(engine, shipment, None, failure, With::default()).await,
        (_, None) => {
            let failure = Failure::Permanent(Cause::new("order.unreadable").detail("the shipment has no plan"));
            return fail(engine, shipment, None, failure, With::default()).await;
        }
    };
    if plan.returning.is_none() {
        let trace = Trace { subject: subject(shipment), ..Trace::engine() };
        match still_stands(engine, shipment, &trace).await? {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(failure) => return fail(engine, shipment, None, failure, With::default()).await,
        }
    }
    let reference = format!("ML{}", engine.new_id());
    let begun = begin(engine, shipment, Step::Ship, Some(reference.clone())).await?;
    let ship_date = clock::date(engine.clock.now_ms());
    let result = fedex.ship(&begun.trace, &plan, &reference, &ship_date).await;
    engine.note_fedex(result.as_ref().err().map(|failure| failure.cause().clone()));
    match result {
        Ok(Purchase::Made(shipped)) => made(engine, &begun, &fedex, reference, &shipped).await,
        Ok(Purchase::Job(job_id)) => {
            let sentence = "FedEx took the shipment and makes its labels; we ask for them next.";
            let ending = ended(Some(&begun), AttemptOutcome::Waiting, sentence);
            settle(engine, &begun.shipment, Event::JobAccepted { job_id }, ending, With::default()).await?;
            Ok(())
        }
        Err(failure) => fail(engine, &begun.shipment, Some(&begun), failure, With::default()).await,
    }
}

/// FedEx made the labels: stores them, or cancels what came too late to be wanted.
pub async fn made(engine: &Engine, begun: &Begun, fedex: &Fedex, reference: String, shipped: &Shipped) -> Result<()> {
    let number = &shipped.tracking_number;
    let event = Event::Bought(Bought {
        reference,
        tracking_number: number.clone(),
        charge: shipped.charge.clone(),
        has_label: has_label(shipped),
    });
    let sentence = match shipped.pieces.len() {
        1 => format!("FedEx made the label: tracking number {number}."),
        count => format!("FedEx made {count} labels: master tracking number {number}."),
    };
    let ending = ended(Some(begun), AttemptOutcome::Ok, &sentence);
    let settled = settle(engine, &begun.shipment, event, ending, with(fedex, shipped)).await?;
    if settled.tracking_number.as_ref() != Some(number) {
        cancel_stray(engine, begun, fedex, number).await?;
    }
    engine.wake_drive.notify_one();
    Ok(())
}

/// A label that nobody holds: its answer came after an operator had given the purchase up and another
/// label was bought. It is cancelled at once, before somebody prints it from FedEx.
async fn cancel_stray(engine: &Engine, begun: &Begun, fedex: &Fedex, number: &str) -> Result<()> {
    let Some(plan) = &begun.shipment.plan else { return Ok(()) };
    let (outcome, sentence) = match fedex.cancel(&begun.trace, plan, number).await {
        Ok(()) => (Outcome::Ok, format!("A second label, {number}, came too late to be wanted; FedEx cancelled it.")),
        Err(failure) => {
            let detail = failure.cause().detail.clone().unwrap_or_default();
            let sentence = format!(
                "A second label, {number}, came too late to be wanted, and FedEx did not cancel it: {detail} \
                 Cancel it in FedEx's own tools before the truck comes."
            );
            (Outcome::Failed, sentence)
        }
    };
    tracing::error!(shipment.id = %begun.shipment.shipment_id, "{sentence}");
    let entry = engine.entry(&Actor::Engine, "shipment.stray-label", begun.trace.subject.clone(), sentence);
    engine.store.record(&entry.outcome(outcome)).await.map(drop)
}

fn with<'a>(fedex: &'a Fedex, shipped: &'a Shipped) -> With<'a> {
    With {
        shipped: Some(shipped),
        environment: Some(fedex.environment_name()),
        account: Some(&fedex.credentials().account_number),
        ..With::default()
    }
}

fn has_label(shipped: &Shipped) -> bool {
    !shipped.pieces.is_empty() && shipped.pieces.iter().all(|piece| !piece.documents.is_empty())
}

/// Outcome unknown: ask FedEx for the job, or for the label by its reference. Never buys.
pub async fn find(engine: &Engine, shipment: &Shipment) -> Result<()> {
    let (Some(reference), Some(plan), Ok(fedex)) =
        (shipment.reference.clone(), shipment.plan.clone(), engine.fedex().await)
    else {
        let failure = Failure::NotAllowed(Cause::new("auth.not-configured"));
        return fail(engine, shipment, None, failure, With::default()).await;
    };
    let begun = begin(engine, shipment, Step::LookUp, None).await?;
    match shipment.job_id.clone() {
        Some(job_id) => ask_job(engine, &begun, &fedex, &plan, reference, &job_id).await,
        None => look_up(engine, &begun, &fedex, &plan, reference).await,
    }
}

async fn ask_job(
    engine: &Engine,
    begun: &Begun,
    fedex: &Fedex,
    plan: &Plan,
    reference: String,
    job_id: &str,
) -> Result<()> {
    let result = fedex.job(&begun.trace, plan, job_id).await;
    engine.note_fedex(result.as_ref().err().map(|failure| failure.cause().clone()));
    match result {
        Ok(JobAnswer::Made(shipped)) => made(engine, begun, fedex, reference, &shipped).await,
        Ok(JobAnswer::Pending) => {
            let ending = ended(Some(begun), AttemptOutcome::Waiting, "FedEx is still making the labels.");
            let event = Event::Waiting { cause: Cause::new("fedex.job-pending"), for_ms: JOB_WAIT_MS };
            settle(engine, &begun.shipment, event, ending, With::default()).await?;
            Ok(())
        }
        Ok(JobAnswer::Failed(cause)) => {
            let detail = cause.detail.clone().unwrap_or_default();
            let sentence = format!("FedEx ended the job without labels. {detail}");
            let ending = ended(Some(begun), AttemptOutcome::Parked, sentence.trim());
            settle(engine, &begun.shipment, Event::JobFailed(cause), ending, With::default()).await?;
            Ok(())
        }
        Err(failure) => fail(engine, &begun.shipment, Some(begun), failure, With::default()).await,
    }
}

async fn look_up(engine: &Engine, begun: &Begun, fedex: &Fedex, plan: &Plan, reference: String) -> Result<()> {
    // FedEx searches from the ship date on. That is the day of the purchase, not today: after a
    // weekend without power today's window would miss Friday's label, and it would be bought again.
    let attempts = engine.store.db.attempts_of(&begun.shipment.shipment_id).await?;
    let purchase = attempts.iter().find(|attempt| attempt.reference.as_ref() == Some(&reference));
    let bought_ms = purchase.map_or_else(|| engine.clock.now_ms(), |attempt| attempt.begun_ms);
    // A day earlier covers its time zones.
    let ship_date = clock::date(bought_ms - DAY_MS);
    let result = fedex.look_up(&begun.trace, fedex.account(plan), &reference, &ship_date).await;
    engine.note_fedex(result.as_ref().err().map(|failure| failure.cause().clone()));
    let found: Vec<String> = match result {
        Ok(found) => found.into_iter().filter(|found| !found.cancelled).map(|found| found.tracking_number).collect(),
        Err(failure) => return fail(engine, &begun.shipment, Some(begun), failure, With::default()).await,
    };
    if let Some(shipped) = adopted(found) {
        let number = &shipped.tracking_number;
        let event =
            Event::Bought(Bought { reference, tracking_number: number.clone(), charge: None, has_label: false });
        let sentence = format!(
            "The label exists at FedEx: tracking number {number}. Its bytes were lost with the answer; print it again from FedEx."
        );
        let ending = ended(Some(begun), AttemptOutcome::Ok, &sentence);
        settle(engine, &begun.shipment, event, ending, with(fedex, &shipped)).await?;
    } else {
        let sentence = "FedEx does not know a label under this reference yet.";
        let ending = ended(Some(begun), AttemptOutcome::Waiting, sentence);
        let event = Event::Absent { wait_ms: engine.config.absence_wait_ms() };
        settle(engine, &begun.shipment, event, ending, With::default()).await?;
    }
    engine.wake_drive.notify_one();
    Ok(())
}

/// Labels that were found, not received: their numbers are all we have. Pieces of one shipment have
/// consecutive numbers, and the master's is the first.
fn adopted(mut numbers: Vec<String>) -> Option<Shipped> {
    numbers.sort();
    numbers.dedup();
    let master = numbers.first()?.clone();
    let piece = |(sequence, tracking_number)| Piece { sequence, tracking_number, documents: Vec::new() };
    Some(Shipped {
        tracking_number: master,
        pieces: (1..).zip(numbers).map(piece).collect(),
        charge: None,
        service_name: None,
        alerts: Vec::new(),
        is_virtual: false,
    })
}
