//! Buying a label, and finding out what a purchase without an answer did.
//!
//! FedEx has no key against duplicates, so the order of things is everything: the reference is stored,
//! then the purchase is sent, then its answer is stored. Without an answer nothing is sent again
//! before FedEx was asked for the reference, several times over a long wait.

use crate::audit::{Actor, Outcome};
use crate::clock::{self, DAY_MS, SECOND_MS};
use crate::engine::Engine;
use crate::fedex::{Fedex, Found, JobAnswer, Piece, Purchase, Shipped};
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
use std::collections::BTreeSet;
use std::fmt::Write as _;

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
        match still_stands(engine, shipment, &plan, &trace).await? {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(failure) => return fail(engine, shipment, None, failure, With::default()).await,
        }
    }
    let reference = format!("ML{}", engine.new_id());
    let begun = begin(engine, shipment, Step::Ship, Some(reference.clone())).await?;
    // The label is dated by the day of the warehouse: in the evening UTC is a day further.
    let ship_date = engine.rules().await?.zone_of(&plan.warehouse).date(engine.clock.now_ms());
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
    !shipped.pieces.is_empty() && shipped.pieces.iter().all(Piece::has_label)
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
        // The job is no use: the labels it may have made are found like those of any lost answer.
        Ok(JobAnswer::Unknown(_)) => look_up(engine, begun, fedex, plan, reference).await,
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
    let found: Vec<Found> = match result {
        Ok(found) => found.into_iter().filter(|found| !found.cancelled).collect(),
        Err(failure) => return fail(engine, &begun.shipment, Some(begun), failure, With::default()).await,
    };
    if let Some(Adopted { shipped, missing, others }) = adopted(found) {
        let number = &shipped.tracking_number;
        let event =
            Event::Bought(Bought { reference, tracking_number: number.clone(), charge: None, has_label: false });
        let mut sentence = format!(
            "The label exists at FedEx: tracking number {number}. Its bytes were lost with the answer; print it again from FedEx."
        );
        if missing > 0 {
            let _ = write!(sentence, " FedEx does not show {missing} of its packages yet.");
        }
        if !others.is_empty() {
            tracing::error!(shipment.id = %begun.shipment.shipment_id, "several shipments under one reference");
            let _ = write!(sentence, " It also has {} under our reference: cancel it at FedEx.", others.join(", "));
        }
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

/// What a look-up found.
struct Adopted {
    shipped: Shipped,
    /// Packages of it that FedEx does not show yet.
    missing: usize,
    /// Master numbers of other shipments under the same reference, which must not be.
    others: Vec<String>,
}

/// Labels that were found, not received: their numbers are all we have. FedEx names the master and the
/// place of each piece; where it does not, the numbers of a shipment are consecutive and the master's
/// is the first.
fn adopted(mut found: Vec<Found>) -> Option<Adopted> {
    found.sort_by(|one, next| one.tracking_number.cmp(&next.tracking_number));
    found.dedup_by(|one, next| one.tracking_number == next.tracking_number);
    let lowest = found.first()?.tracking_number.clone();
    let named = |found: &Found| found.master.clone().unwrap_or_else(|| lowest.clone());
    let master = found.iter().map(named).min()?;
    let (mut ours, theirs): (Vec<Found>, Vec<Found>) = found.into_iter().partition(|found| named(found) == master);
    let others: BTreeSet<String> = theirs.iter().map(named).collect();
    let count = ours.iter().filter_map(|found| found.count).max().unwrap_or_default();
    let missing = usize::try_from(count).unwrap_or_default().saturating_sub(ours.len());
    ours.sort_by_key(|found| (found.tracking_number != master, found.sequence));
    let places: BTreeSet<u32> = ours.iter().filter_map(|found| found.sequence).collect();
    let are_placed = places.len() == ours.len();
    let piece = |(place, found): (u32, Found)| Piece {
        sequence: found.sequence.filter(|_| are_placed).unwrap_or(place),
        tracking_number: found.tracking_number,
        documents: Vec::new(),
    };
    Some(Adopted {
        shipped: Shipped {
            tracking_number: master,
            pieces: (1..).zip(ours).map(piece).collect(),
            charge: None,
            service_name: None,
            alerts: Vec::new(),
            is_virtual: false,
        },
        missing,
        others: others.into_iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(number: &str, master: Option<&str>, sequence: Option<u32>, count: Option<u32>) -> Found {
        Found {
            tracking_number: number.into(),
            unique_id: String::new(),
            ship_date: None,
            references: Vec::new(),
            cancelled: false,
            master: master.map(str::to_owned),
            sequence,
            count,
        }
    }

    fn pieces(adopted: &Adopted) -> Vec<(u32, &str)> {
        adopted.shipped.pieces.iter().map(|piece| (piece.sequence, piece.tracking_number.as_str())).collect()
    }

    #[test]
    fn fedex_says_which_number_is_the_master_and_which_piece_is_which() {
        let some = vec![found("794", Some("802"), Some(2), Some(3)), found("802", Some("802"), Some(1), Some(3))];
        let adopted = adopted(some).expect("found");
        assert_eq!((adopted.shipped.tracking_number.as_str(), adopted.missing), ("802", 1));
        assert_eq!(pieces(&adopted), [(1, "802"), (2, "794")]);
    }

    #[test]
    fn without_its_word_the_first_number_is_the_master() {
        let found = |number| found(number, None, None, None);
        let adopted = adopted(vec![found("805"), found("794"), found("794")]).expect("found");
        assert_eq!((adopted.shipped.tracking_number.as_str(), adopted.missing), ("794", 0));
        assert_eq!(pieces(&adopted), [(1, "794"), (2, "805")]);
        assert!(super::adopted(Vec::new()).is_none());
    }

    #[test]
    fn a_second_shipment_under_the_reference_is_named_and_not_mixed_in() {
        let twice = vec![found("900", Some("900"), Some(1), None), found("794", Some("794"), Some(1), None)];
        let adopted = adopted(twice).expect("found");
        assert_eq!((pieces(&adopted), adopted.others.as_slice()), (vec![(1, "794")], ["900".to_owned()].as_slice()));
    }
}
