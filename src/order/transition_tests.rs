//! What each event does to a shipment, and what is refused.

use super::*;
use crate::clock::HOUR_MS;
use crate::order::mode::{Mode, permit};
use crate::order::{OrderId, ShipmentId};

fn shipment(state: State) -> Shipment {
    Shipment {
        state,
        next_run_ms: None,
        reference: Some("R1".into()),
        ..Shipment::received(ShipmentId("s".into()), OrderId("o".into()), 1, 0)
    }
}

fn labelled(state: State) -> Shipment {
    Shipment { tracking_number: Some("794600000001".into()), ..shipment(state) }
}

fn bought(reference: &str) -> Event {
    Event::Bought(Bought {
        reference: reference.into(),
        tracking_number: "794600000001".into(),
        charge: None,
        has_label: true,
    })
}

/// Leave to buy, as an automatic legal entity gives it.
fn leave() -> Permit {
    permit(Mode::Automatic, &shipment(State::Ready)).expect("nobody is asked")
}

fn planned() -> Shipment {
    let plan = crate::order::plan::tests::sample();
    apply(&shipment(State::Received), Event::Planned(Box::new(plan)), 0).expect("allowed")
}

fn no_answer() -> Event {
    Event::Failed { failure: Failure::NoAnswer(Cause::new("fedex.no-answer")), jitter: 0.0 }
}

#[test]
fn a_purchase_without_an_answer_is_unknown_and_cannot_be_replayed() {
    let unknown = apply(&shipment(State::Ready), no_answer(), 0).expect("allowed");
    assert_eq!(unknown.state, State::OutcomeUnknown);
    assert_eq!(apply(&unknown, Event::Replay, 0), Err(Refusal::LookUpFirst));
    assert!(apply(&unknown, Event::PurchaseBegun { reference: "R2".into(), permit: leave() }, 0).is_err());
}

#[test]
fn a_found_label_is_adopted_and_a_strangers_is_not() {
    let unknown = shipment(State::OutcomeUnknown);
    assert_eq!(apply(&unknown, bought("R1"), 5).expect("adopted").state, State::Labelled);
    assert_eq!(apply(&unknown, bought("R9"), 5), Err(Refusal::OtherPurchase));
    let decided = apply(&unknown, Event::DeclaredAbsent, 5).expect("decided");
    assert_eq!(apply(&decided, bought("R1"), 6).expect("late, and true").state, State::Labelled);
}

#[test]
fn absence_is_believed_only_after_several_looks_over_the_configured_wait() {
    for wait_ms in [0, HOUR_MS, 6 * HOUR_MS] {
        let mut now = 0;
        let mut seen = shipment(State::OutcomeUnknown);
        let mut looks = 0;
        while seen.state == State::OutcomeUnknown {
            seen = apply(&seen, Event::Absent { wait_ms }, now).expect("allowed");
            looks += 1;
            now = seen.next_run_ms.expect("looks again");
            assert!(looks < 20, "it must end");
        }
        assert_eq!(seen.state, State::Ready);
        assert_eq!(seen.reference, None);
        assert!(looks >= ABSENCES && now >= wait_ms, "{looks} looks in {now} ms, asked for {wait_ms}");
    }
}

#[test]
fn a_second_label_cannot_be_bought() {
    for state in [State::Labelled, State::Announced, State::Delivered, State::Closed, State::Parked] {
        assert!(apply(&shipment(state), bought("R1"), 0).is_err(), "{}", state.name());
        let begun = Event::PurchaseBegun { reference: "R2".into(), permit: leave() };
        assert!(apply(&shipment(state), begun, 0).is_err(), "{}", state.name());
    }
}

#[test]
fn parking_remembers_where_to_go_on() {
    let fail = || Event::Failed { failure: Failure::Permanent(Cause::new("fedex.refused")), jitter: 0.0 };
    let before = apply(&shipment(State::Ready), fail(), 0).expect("parked");
    assert_eq!((before.state, before.resume), (State::Parked, Some(State::Received)));
    let after = apply(&shipment(State::Labelled), fail(), 0).expect("parked");
    assert_eq!(after.resume, Some(State::Labelled));
    let again = apply(&after, Event::Replay, 7).expect("replayed");
    assert_eq!((again.state, again.next_run_ms), (State::Labelled, Some(7)));
}

#[test]
fn scans_before_the_write_back_wait_for_it_and_then_count() {
    let mut labelled = shipment(State::Labelled);
    labelled.tracking_number = Some("1".into());
    let scan = Event::Scanned { milestone: Milestone::Delivered, delivered_ms: Some(3) };
    let known = apply(&labelled, scan, 4).expect("kept");
    assert_eq!((known.state, known.milestone), (State::Labelled, Some(Milestone::Delivered)));
    let announced = apply(&known, Event::Announced, 5).expect("announced");
    assert_eq!((announced.state, announced.next_run_ms), (State::Delivered, Some(5)));
}

#[test]
fn a_change_in_dynamics_releases_what_was_parked_before_the_label_only() {
    let mut parked = shipment(State::Parked);
    parked.resume = Some(State::Received);
    assert_eq!(apply(&parked, Event::OrderChanged, 0).expect("goes on").state, State::Received);
    parked.resume = Some(State::Labelled);
    assert!(apply(&parked, Event::OrderChanged, 0).is_err());
}

#[test]
fn a_label_is_cancelled_only_before_fedex_has_the_parcel() {
    for state in [State::Labelled, State::Announced] {
        let asked = apply(&labelled(state), Event::VoidAsked(Voiding::Only), 5).expect("allowed");
        assert_eq!((asked.state, asked.next_run_ms), (state, Some(5)));
        assert!(apply(&asked, Event::VoidAsked(Voiding::AndReship), 5).is_err(), "once is enough");
        let voided = apply(&asked, Event::Voided, 6).expect("cancelled");
        assert_eq!((voided.state, voided.next_run_ms), (State::Voided, Some(6)), "its number is withdrawn");
        assert_eq!(apply(&voided, Event::Withdrawn, 7).expect("withdrawn").next_run_ms, None);
    }
    let moving = Shipment { milestone: Some(Milestone::PickedUp), ..labelled(State::InTransit) };
    assert!(apply(&moving, Event::VoidAsked(Voiding::Only), 0).is_err());
    assert!(apply(&shipment(State::Ready), Event::VoidAsked(Voiding::Only), 0).is_err());
    assert!(apply(&labelled(State::Announced), Event::Voided, 0).is_err(), "nobody asked");
}

#[test]
fn a_refused_cancellation_leaves_everything_as_it_was() {
    let mut parked = labelled(State::Parked);
    (parked.resume, parked.cause) = (Some(State::Labelled), Some(Cause::new("d365.write-refused")));
    let asked = apply(&parked, Event::VoidAsked(Voiding::AndReship), 0).expect("allowed");
    assert!(apply(&asked, Event::Replay, 0).is_err(), "not while it is being cancelled");
    let refusal = Event::Failed { failure: Failure::Permanent(Cause::new("fedex.void-refused")), jitter: 0.0 };
    let refused = apply(&asked, refusal, 1).expect("kept");
    assert_eq!(refused, parked);
    let asked = apply(&labelled(State::Labelled), Event::VoidAsked(Voiding::Only), 0).expect("allowed");
    assert_eq!(apply(&asked, Event::VoidRefused, 3).expect("goes on").next_run_ms, Some(3));
}

#[test]
fn a_job_is_an_unknown_outcome_until_it_ends() {
    let pending = apply(&shipment(State::Ready), Event::JobAccepted { job_id: "j".into() }, 0).expect("accepted");
    assert_eq!((pending.state, pending.job_id.as_deref()), (State::OutcomeUnknown, Some("j")));
    assert_eq!(apply(&pending, Event::Replay, 0), Err(Refusal::LookUpFirst));
    assert_eq!(apply(&pending, bought("R1"), 1).expect("made").job_id, None);
    let failed = apply(&pending, Event::JobFailed(Cause::new("fedex.refused")), 1).expect("parked");
    assert_eq!((failed.state, failed.resume, failed.reference), (State::Parked, Some(State::Received), None));
}

#[test]
fn an_operator_may_decide_that_no_label_was_made() {
    let decided = apply(&shipment(State::OutcomeUnknown), Event::DeclaredAbsent, 4).expect("allowed");
    assert_eq!((decided.state, decided.reference, decided.next_run_ms), (State::Received, None, Some(4)));
    assert!(apply(&labelled(State::Labelled), Event::DeclaredAbsent, 4).is_err());
}

#[test]
fn a_change_after_the_label_is_kept_once_and_changes_no_state() {
    let changes = vec![Difference { what: "order".into(), was: "confirmed".into(), now: "cancelled".into() }];
    let noted = apply(&labelled(State::Announced), Event::ChangedAfterLabel(changes.clone()), 0).expect("noted");
    assert_eq!((noted.state, &noted.changes), (State::Announced, &changes));
    assert!(apply(&noted, Event::ChangedAfterLabel(changes.clone()), 0).is_err(), "known already");
    assert!(apply(&shipment(State::Ready), Event::ChangedAfterLabel(changes), 0).is_err());
}

#[test]
fn a_person_approves_the_plan_they_saw_and_no_other() {
    let asked = apply(&planned(), Event::Rehearsed { again_ms: None }, 5).expect("asked");
    assert_eq!((asked.state, asked.next_run_ms, &asked.approval), (State::Ready, None, &Some(Approval::Awaited)));
    let other = apply(&asked, Event::Approved { fingerprint: "other".into() }, 6);
    assert_eq!(other, Err(Refusal::OtherPlan));
    let fingerprint = asked.plan.as_ref().expect("a plan").fingerprint();
    let approved = apply(&asked, Event::Approved { fingerprint }, 7).expect("approved");
    assert!(permit(Mode::Approve, &approved).is_ok());
    assert_eq!(approved.next_run_ms, Some(7));
    let changed = apply(&approved, Event::OrderChanged, 8).expect("changed");
    assert_eq!((changed.state, changed.approval), (State::Received, Some(Approval::Awaited)));
}

#[test]
fn what_a_person_declines_is_parked_and_asks_again_after_a_replay() {
    let asked = apply(&planned(), Event::Rehearsed { again_ms: Some(9) }, 5).expect("asked");
    let declined = apply(&asked, Event::Declined(Cause::new("order.declined")), 6).expect("declined");
    assert_eq!((declined.state, declined.resume), (State::Parked, Some(State::Received)));
    let again = apply(&declined, Event::Replay, 7).expect("replayed");
    let again = apply(&again, Event::Planned(Box::new(crate::order::plan::tests::sample())), 8).expect("planned");
    assert!(permit(Mode::Automatic, &again).is_err(), "nothing is let go by the way");
    assert!(apply(&labelled(State::Labelled), Event::Declined(Cause::new("order.declined")), 6).is_err());
}
