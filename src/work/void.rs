//! Cancelling a label an operator no longer wants, and putting a new shipment in its place.
//!
//! FedEx cancels until it has the parcel. When its answer is lost the parcel itself is asked first:
//! cancelling twice is refused, and a refusal must not look like a label that lives.

use crate::clock;
use crate::engine::Engine;
use crate::fedex::{Fedex, Parcel};
use crate::order::cause::Cause;
use crate::order::group::groups;
use crate::order::mode::Approval;
use crate::order::retry::Failure;
use crate::order::scan::Milestone;
use crate::order::transition::Event;
use crate::order::{Shipment, ShipmentId, Voiding};
use crate::store::Result;
use crate::store::attempts::{AttemptOutcome, Step};
use crate::transport::Trace;
use crate::work::settle::{Begun, Successor, With, begin, settle};
use crate::work::step::{ended, fail};
use std::collections::BTreeSet;

/// Does the step.
pub async fn void(engine: &Engine, shipment: &Shipment) -> Result<()> {
    let (Ok(fedex), Some(plan), Some(number)) =
        (engine.fedex().await, shipment.plan.as_ref(), shipment.tracking_number.as_deref())
    else {
        let failure = Failure::NotAllowed(Cause::new("auth.not-configured"));
        return fail(engine, shipment, None, failure, With::default()).await;
    };
    let begun = begin(engine, shipment, Step::Void, None).await?;
    // Asked before, without an answer that counted: is it cancelled already? Track may have said so.
    let known = shipment.milestone == Some(Milestone::Cancelled);
    if known || shipment.failures > 0 && is_cancelled(&fedex, &begun.trace, shipment, number).await {
        return voided(engine, &begun, &fedex, "FedEx says that the label is cancelled.").await;
    }
    let result = fedex.cancel(&begun.trace, plan, number).await;
    engine.note_fedex(result.as_ref().err().map(|failure| failure.cause().clone()));
    match result {
        Ok(()) => voided(engine, &begun, &fedex, &format!("FedEx cancelled the label {number}.")).await,
        Err(failure) => fail(engine, &begun.shipment, Some(&begun), failure, With::default()).await,
    }
}

async fn is_cancelled(fedex: &Fedex, trace: &Trace, shipment: &Shipment, number: &str) -> bool {
    let parcel = Parcel {
        tracking_number: number.to_owned(),
        ship_date: shipment.labelled_ms.map(clock::date),
        unique_id: None,
    };
    let tracked = fedex.track(trace, &[parcel]).await.unwrap_or_default();
    tracked.iter().any(|tracked| tracked.latest == Some(Milestone::Cancelled))
}

async fn voided(engine: &Engine, begun: &Begun, fedex: &Fedex, sentence: &str) -> Result<()> {
    let successors = successors(engine, &begun.shipment).await?;
    let sentence = match (begun.shipment.voiding, successors.len()) {
        (Some(Voiding::AndReship), 0) => format!("{sentence} Nothing of it is left to ship."),
        (Some(Voiding::AndReship), _) => format!("{sentence} The same lines are planned anew."),
        _ => sentence.to_owned(),
    };
    let account = fedex.credentials().account_number.clone();
    let with = With { successors: &successors, account: Some(&account), ..With::default() };
    let ending = ended(Some(begun), AttemptOutcome::Ok, &sentence);
    settle(engine, &begun.shipment, Event::Voided, ending, with).await?;
    engine.wake_drive.notify_one();
    Ok(())
}

/// The shipments that take the place of a cancelled one: its lines as the order has them now, which may
/// have gone apart meanwhile.
async fn successors(engine: &Engine, shipment: &Shipment) -> Result<Vec<Successor>> {
    if shipment.voiding != Some(Voiding::AndReship) {
        return Ok(Vec::new());
    }
    let order = engine.store.db.order(&shipment.order_id).await?.order;
    let mut lots = engine.store.db.lots_of(&shipment.order_id).await?;
    let own = lots.remove(&shipment.shipment_id);
    let siblings = engine.store.db.shipments_of(&shipment.order_id).await?;
    let last_no = siblings.iter().map(|sibling| sibling.group_no).max().unwrap_or(0);
    let others: BTreeSet<String> = match own {
        Some(own) => order.lines.iter().map(|line| line.lot.clone()).filter(|lot| !own.contains(lot)).collect(),
        // From before shipments knew their lines: such a shipment is the whole order.
        None => BTreeSet::new(),
    };
    let now = engine.clock.now_ms();
    let numbers = std::iter::once(shipment.group_no).chain(last_no + 1..);
    let successor = |(group_no, group)| {
        let id = ShipmentId(engine.new_id());
        let mut next = Shipment::received(id, shipment.order_id.clone(), group_no, now);
        next.parent = Some(shipment.shipment_id.clone());
        next.correction = shipment.correction.clone();
        // Whoever asked to ship anew asked to buy.
        next.approval = shipment.approval.clone().filter(|said| *said == Approval::Next);
        Successor { shipment: next, group }
    };
    Ok(numbers.zip(groups(&order, &others)).map(successor).collect())
}
