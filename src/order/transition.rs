//! The only place states change: (shipment, event, now) → the changed shipment, or a refusal.
//!
//! ```text
//! received ─planned→ ready ─bought→ labelled ─announced→ announced ─scans→ in_transit
//!    ▲  │              │ │             │                     … out_for_delivery, exception
//!    │  └──parked──────┘ └no answer→ outcome_unknown ─found→ labelled      │
//!    │        │                         └absent, proven→ ready             ▼
//!    └─replay─┘                                             delivered ─confirmed→ closed
//! ```
//! Every event is consumed by an exhaustive match; what is not written here cannot happen.

use crate::clock::MINUTE_MS;
use crate::order::cause::Cause;
use crate::order::group::Difference;
use crate::order::mode::{Approval, Permit, after_plan};
use crate::order::plan::Plan;
use crate::order::retry::{Decision, Failure, decide};
use crate::order::scan::{Milestone, advance};
use crate::order::state::State;
use crate::order::{Charge, Shipment, Voiding};

/// FedEx does not say when a new label can be found by its reference. We look again this long
/// after the first look, and believe its absence only after the configured wait.
pub const LOOK_AGAIN_MS: i64 = 2 * MINUTE_MS;
/// Looks that must all miss, over the configured wait, before a label is bought again.
pub const ABSENCES: u32 = 5;

/// A label FedEx made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bought {
    /// Our reference it was bought under.
    pub reference: String,
    /// Master tracking number.
    pub tracking_number: String,
    /// Rated charge, when FedEx rated it.
    pub charge: Option<Charge>,
    /// The label's bytes are stored.
    pub has_label: bool,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The order was checked and can ship.
    Planned(Box<Plan>),
    /// The order was cancelled in Dynamics 365 before a label was bought.
    OrderCancelled,
    /// The order changed in Dynamics 365.
    OrderChanged,
    /// It is not bought by itself: what FedEx would say is known as far as it can be, and a person is asked.
    Rehearsed {
        /// When FedEx is asked again, if it could not be.
        again_ms: Option<i64>,
    },
    /// A person approved this plan.
    Approved {
        /// Of the plan they saw.
        fingerprint: String,
    },
    /// A person did not approve it, and says why.
    Declined(Cause),
    /// A purchase is about to be sent under this reference.
    PurchaseBegun {
        /// Our reference.
        reference: String,
        /// Leave to buy.
        permit: Permit,
    },
    /// FedEx made the label, or it was found by its reference.
    Bought(Bought),
    /// FedEx took the purchase as a job and makes the labels later.
    JobAccepted {
        /// FedEx's name of the job.
        job_id: String,
    },
    /// The job ended without labels.
    JobFailed(Cause),
    /// A look-up did not find the label.
    Absent {
        /// How long it must have been missing before that is believed (setting `absence_wait_s`).
        wait_ms: i64,
    },
    /// The tracking number is on the order in Dynamics 365.
    Announced,
    /// FedEx told where the parcel is.
    Scanned {
        /// What all scans together say.
        milestone: Milestone,
        /// When it was delivered, if it was.
        delivered_ms: Option<i64>,
    },
    /// The delivery is on the order in Dynamics 365.
    DeliveryConfirmed,
    /// The pending step failed. `jitter` is a number from 0 to 1.
    Failed {
        /// How.
        failure: Failure,
        /// Spreads the next try.
        jitter: f64,
    },
    /// The pending step has to wait for something outside, without having failed.
    Waiting {
        /// For what.
        cause: Cause,
        /// How long.
        for_ms: i64,
    },
    /// A purchase was interrupted between sending and storing the answer.
    Interrupted,
    /// It is not ours to ship: another carrier's, or nothing but services.
    NotOurs,
    /// The order changed in Dynamics 365 after the label was bought.
    ChangedAfterLabel(Vec<Difference>),
    /// An operator wants the label cancelled.
    VoidAsked(Voiding),
    /// FedEx cancelled the label.
    Voided,
    /// FedEx did not cancel the label.
    VoidRefused,
    /// Dynamics 365 no longer shows the tracking number of a cancelled label.
    Withdrawn,
    /// An operator lets a parked shipment go on.
    Replay,
    /// An operator decides that a purchase without an answer made no label.
    DeclaredAbsent,
    /// An operator asks to look the parcel up now.
    LookUpNow,
}

/// Why an event is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The state does not allow it.
    #[error("not possible while the shipment is {}", .0.name())]
    NotNow(State),
    /// A label may exist; it must be looked up first.
    #[error("the outcome of the purchase is unknown; look it up first")]
    LookUpFirst,
    /// The answer belongs to another purchase than the one in question.
    #[error("the answer belongs to another purchase")]
    OtherPurchase,
    /// What was approved is not what would be bought.
    #[error("it is planned otherwise now")]
    OtherPlan,
}

/// Applies an event. The version does not change here: saving raises it.
pub fn apply(shipment: &Shipment, event: Event, now_ms: i64) -> Result<Shipment, Refusal> {
    let mut next = shipment.clone();
    match event {
        Event::Planned(plan) => {
            only_in(&next, State::Received)?;
            next.approval = after_plan(next.approval, &plan);
            next.plan = Some(*plan);
            enter(&mut next, State::Ready, Some(now_ms));
        }
        Event::OrderCancelled => before_label(&mut next, State::Cancelled, None)?,
        Event::NotOurs => before_label(&mut next, State::Excluded, None)?,
        Event::OrderChanged => {
            before_label(&mut next, State::Received, Some(now_ms))?;
            // What was approved was another order.
            next.approval = next.approval.map(|_| Approval::Awaited);
        }
        Event::Rehearsed { .. } | Event::Approved { .. } | Event::Declined(_) => {
            only_in(&next, State::Ready)?;
            approve(&mut next, event, now_ms)?;
        }
        Event::PurchaseBegun { reference, permit: _ } => {
            only_in(&next, State::Ready)?;
            forget_purchase(&mut next);
            next.reference = Some(reference);
        }
        Event::Bought(bought) => buy(&mut next, bought, now_ms)?,
        Event::JobAccepted { job_id } => {
            only_in(&next, State::Ready)?;
            unknown(&mut next, Cause::new("fedex.job-pending"), now_ms + FIRST_JOB_LOOK_MS);
            next.job_id = Some(job_id);
        }
        Event::Interrupted => {
            only_in(&next, State::Ready)?;
            unknown(&mut next, Cause::new("connector.interrupted"), now_ms);
        }
        Event::JobFailed(_) | Event::Absent { .. } | Event::DeclaredAbsent | Event::LookUpNow => {
            only_in(&next, State::OutcomeUnknown)?;
            looked_up(&mut next, event, now_ms);
        }
        Event::Announced => {
            only_in(&next, State::Labelled)?;
            enter(&mut next, State::Announced, None);
            follow(&mut next, now_ms);
        }
        Event::Scanned { milestone, delivered_ms } => scanned(&mut next, milestone, delivered_ms, now_ms)?,
        Event::DeliveryConfirmed => {
            only_in(&next, State::Delivered)?;
            enter(&mut next, State::Closed, None);
        }
        Event::Failed { failure, jitter } => failed(&mut next, &failure, jitter, now_ms)?,
        Event::Waiting { cause, for_ms } => {
            only_if(&next, has_step(&next))?;
            note_cause(&mut next, cause);
            next.next_run_ms = Some(now_ms + for_ms);
        }
        Event::ChangedAfterLabel(changes) => {
            only_if(&next, next.may_have_label() && next.changes != changes)?;
            next.changes = changes;
        }
        Event::VoidAsked(_) | Event::Voided | Event::VoidRefused | Event::Withdrawn => {
            void(&mut next, &event, now_ms)?;
        }
        Event::Replay => replay(&mut next, now_ms)?,
    }
    if next.voiding.is_some() && next.next_run_ms.is_none() {
        // Whatever else happened, the label is still to be cancelled.
        next.next_run_ms = Some(now_ms);
    }
    Ok(next)
}

fn only_if(shipment: &Shipment, condition: bool) -> Result<(), Refusal> {
    if condition { Ok(()) } else { Err(Refusal::NotNow(shipment.state)) }
}

fn only_in(shipment: &Shipment, state: State) -> Result<(), Refusal> {
    only_if(shipment, shipment.state == state)
}

/// Before the label everything is still open.
fn before_label(next: &mut Shipment, state: State, next_run_ms: Option<i64>) -> Result<(), Refusal> {
    only_if(next, is_before_label(next))?;
    enter(next, state, next_run_ms);
    Ok(())
}

/// A plan that is not bought by itself: a person is asked, and answers.
fn approve(next: &mut Shipment, event: Event, now_ms: i64) -> Result<(), Refusal> {
    match event {
        Event::Approved { fingerprint } => {
            let planned = next.plan.as_ref().map(Plan::fingerprint);
            if planned.as_ref() != Some(&fingerprint) {
                return Err(Refusal::OtherPlan);
            }
            enter(next, State::Ready, Some(now_ms));
            next.approval = Some(Approval::Given(fingerprint));
        }
        Event::Declined(cause) => {
            park(next, cause);
            next.approval = Some(Approval::Awaited);
        }
        Event::Rehearsed { again_ms } => {
            enter(next, State::Ready, again_ms);
            next.approval = Some(Approval::Awaited);
        }
        _ => {}
    }
    Ok(())
}

/// What a purchase of unknown outcome turned out to be, when it made no label.
fn looked_up(next: &mut Shipment, event: Event, now_ms: i64) {
    match event {
        Event::JobFailed(cause) => {
            forget_purchase(next);
            next.state = State::Received;
            park(next, cause);
        }
        Event::Absent { wait_ms } => absent(next, wait_ms, now_ms),
        Event::DeclaredAbsent => {
            forget_purchase(next);
            enter(next, State::Received, Some(now_ms));
        }
        _ => next.next_run_ms = Some(now_ms),
    }
}

/// Cancelling a label: asked, done, refused, and off the order.
fn void(next: &mut Shipment, event: &Event, now_ms: i64) -> Result<(), Refusal> {
    match event {
        Event::VoidAsked(voiding) => {
            only_if(next, next.is_before_tender() && next.voiding.is_none())?;
            next.voiding = Some(*voiding);
            next.next_run_ms = Some(now_ms);
            next.failures = 0;
        }
        Event::Withdrawn => {
            only_in(next, State::Voided)?;
            next.next_run_ms = None;
            next.cause = None;
        }
        _ => {
            only_if(next, next.voiding.is_some())?;
            if matches!(event, Event::Voided) { voided(next, now_ms) } else { void_refused(next, now_ms) }
        }
    }
    Ok(())
}

fn replay(next: &mut Shipment, now_ms: i64) -> Result<(), Refusal> {
    match (next.state, next.resume) {
        (State::Parked, Some(resume)) if next.voiding.is_none() => {
            enter(next, resume, Some(now_ms));
            Ok(())
        }
        (State::OutcomeUnknown, _) => Err(Refusal::LookUpFirst),
        (state, _) => Err(Refusal::NotNow(state)),
    }
}

/// Why the pending step waits. An unknown outcome keeps its own cause: a failed look-up says nothing
/// about it. Nor does a failed cancellation about why a shipment is parked.
fn note_cause(next: &mut Shipment, cause: Cause) {
    if !matches!(next.state, State::OutcomeUnknown | State::Parked) {
        next.cause = Some(cause);
    }
}

/// Something is to be done with it: its state asks for a step, or its label is being cancelled.
fn has_step(shipment: &Shipment) -> bool {
    shipment.voiding.is_some()
        || match shipment.state {
            State::Received | State::Ready | State::Labelled | State::Delivered | State::OutcomeUnknown => true,
            // The tracking number of a cancelled label is taken off the order.
            State::Voided => shipment.next_run_ms.is_some(),
            _ => false,
        }
}

/// Parked, with everything before the label still open.
pub fn is_before_label(shipment: &Shipment) -> bool {
    match shipment.state {
        State::Parked => shipment.resume.is_some_and(State::is_before_label),
        state => state.is_before_label(),
    }
}

fn enter(next: &mut Shipment, state: State, next_run_ms: Option<i64>) {
    next.state = state;
    next.next_run_ms = next_run_ms;
    next.resume = None;
    next.cause = None;
    next.failures = 0;
}

fn park(next: &mut Shipment, cause: Cause) {
    // Before the label everything is read and planned again: the mend may lie anywhere.
    let resume = if next.state.is_before_label() { State::Received } else { next.state };
    next.state = State::Parked;
    next.resume = Some(resume);
    next.cause = Some(cause);
    next.next_run_ms = None;
    next.failures = 0;
}

fn unknown(next: &mut Shipment, cause: Cause, now_ms: i64) {
    enter(next, State::OutcomeUnknown, Some(now_ms));
    next.cause = Some(cause);
}

fn buy(next: &mut Shipment, bought: Bought, now_ms: i64) -> Result<(), Refusal> {
    let is_same = next.reference.as_ref() == Some(&bought.reference);
    match next.state {
        // Unknown: found by look-up, or the late answer of a node that was thought dead.
        State::Ready | State::OutcomeUnknown if is_same => {}
        // Later still: an operator decided that there was no label, and none was asked for since.
        _ if is_before_label(next) && (is_same || next.reference.is_none()) => {}
        State::Ready | State::OutcomeUnknown => return Err(Refusal::OtherPurchase),
        state => return Err(Refusal::NotNow(state)),
    }
    enter(next, State::Labelled, Some(now_ms));
    forget_purchase(next);
    next.reference = Some(bought.reference);
    next.tracking_number = Some(bought.tracking_number);
    next.charge = bought.charge;
    next.reprint_needed = !bought.has_label;
    next.labelled_ms = Some(now_ms);
    Ok(())
}

/// A missing label is believed only after several looks over a long wait.
fn absent(next: &mut Shipment, wait_ms: i64, now_ms: i64) {
    let since = *next.absent_since_ms.get_or_insert(now_ms);
    next.absences += 1;
    if next.absences >= ABSENCES && now_ms - since >= wait_ms {
        enter(next, State::Ready, Some(now_ms));
        forget_purchase(next);
    } else {
        // Twice as long each time: quick when FedEx indexes quickly, patient when it does not.
        let wait = LOOK_AGAIN_MS << (next.absences - 1).min(4);
        next.failures = 0;
        next.next_run_ms = Some(now_ms + wait);
    }
}

/// The purchase is over: the next one has a reference of its own.
fn forget_purchase(next: &mut Shipment) {
    next.reference = None;
    next.job_id = None;
    next.absent_since_ms = None;
    next.absences = 0;
}

/// The number is taken off the order in Dynamics 365, unless a successor's number will replace it.
fn voided(next: &mut Shipment, now_ms: i64) {
    let withdraw = next.voiding == Some(Voiding::Only);
    enter(next, State::Voided, withdraw.then_some(now_ms));
    next.voiding = None;
}

/// The label stays as it was, and its pending step with it.
fn void_refused(next: &mut Shipment, now_ms: i64) {
    next.voiding = None;
    next.failures = 0;
    next.next_run_ms = (next.state == State::Labelled).then_some(now_ms);
}

/// The parcel's news are kept in every state; the state follows once Dynamics 365 knows the number.
fn scanned(next: &mut Shipment, milestone: Milestone, delivered_ms: Option<i64>, now_ms: i64) -> Result<(), Refusal> {
    only_if(next, next.tracking_number.is_some())?;
    next.milestone = Some(advance(next.milestone, milestone));
    next.delivered_ms = next.delivered_ms.or(delivered_ms);
    match next.state {
        State::Announced | State::InTransit | State::OutForDelivery | State::Exception => follow(next, now_ms),
        State::Received
        | State::Ready
        | State::Labelled
        | State::Delivered
        | State::Closed
        | State::Parked
        | State::OutcomeUnknown
        | State::Voided
        | State::Returned
        | State::Cancelled
        | State::Excluded => {}
    }
    Ok(())
}

fn follow(next: &mut Shipment, now_ms: i64) {
    let Some(milestone) = next.milestone else { return };
    let (state, due) = match milestone {
        Milestone::LabelCreated => return,
        Milestone::PickedUp | Milestone::InTransit | Milestone::ReadyForPickup => (State::InTransit, None),
        Milestone::OutForDelivery => (State::OutForDelivery, None),
        Milestone::Exception => (State::Exception, None),
        Milestone::Returning => (State::Returned, None),
        Milestone::Cancelled => (State::Voided, None),
        Milestone::Delivered => (State::Delivered, Some(now_ms)),
    };
    if next.state != state {
        enter(next, state, due);
    }
}

fn failed(next: &mut Shipment, failure: &Failure, jitter: f64, now_ms: i64) -> Result<(), Refusal> {
    only_if(next, has_step(next))?;
    // The one call that must never be repeated blindly.
    if let (State::Ready, Failure::NoAnswer(cause)) = (next.state, failure) {
        unknown(next, cause.clone(), now_ms + FIRST_LOOK_MS);
        return Ok(());
    }
    match decide(failure, next.failures, jitter) {
        Decision::Again { in_ms, counts } => {
            next.failures += u32::from(counts);
            note_cause(next, failure.cause().clone());
            next.next_run_ms = Some(now_ms + in_ms);
        }
        // Looking up has no end: parking would hide that a label may exist.
        Decision::Park if next.state == State::OutcomeUnknown => {
            next.next_run_ms = Some(now_ms + crate::order::retry::LONGEST_WAIT_MS);
        }
        Decision::Park if next.voiding.is_some() => void_refused(next, now_ms),
        // A cancelled label is the end; that Dynamics 365 still shows its number is on the record.
        Decision::Park if next.state == State::Voided => next.next_run_ms = None,
        Decision::Park => park(next, failure.cause().clone()),
    }
    Ok(())
}

/// From an answer that did not come to the first look: FedEx needs a moment to index a label.
const FIRST_LOOK_MS: i64 = 10 * crate::clock::SECOND_MS;
/// From the acceptance of a job to the first question: a few hundred labels take some seconds.
const FIRST_JOB_LOOK_MS: i64 = 3 * crate::clock::SECOND_MS;

#[cfg(test)]
#[path = "transition_tests.rs"]
mod tests;
