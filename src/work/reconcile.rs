//! Asks FedEx where the parcels are, in batches: complete on its own, whether FedEx pushes or not.

use crate::clock::{self, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
use crate::engine::Engine;
use crate::fedex::track::PARCELS_PER_CALL;
use crate::fedex::{Parcel, Tracked};
use crate::lifecycle::Lifecycle;
use crate::order::ShipmentId;
use crate::order::retry::{Decision, decide};
use crate::order::scan::Milestone;
use crate::store::Result;
use crate::store::shipments::ToTrack;
use crate::transport::Trace;
use crate::work::news;
use std::time::Duration;

/// How often to look for due parcels: a cheap query.
const EVERY: Duration = Duration::from_secs(1);

/// From the label to the first pick-up scan hours pass.
const LABEL_MS: i64 = HOUR_MS;
/// A moving parcel is scanned a few times a day.
const MOVING_MS: i64 = HOUR_MS;
/// On the vehicle news matter most.
const OUT_MS: i64 = 15 * MINUTE_MS;
/// An exception is looked at by people.
const EXCEPTION_MS: i64 = 30 * MINUTE_MS;
/// FedEx keeps tracking data about 90 days; a parcel silent for so long will not speak again.
const GIVE_UP_MS: i64 = 90 * DAY_MS;

/// When to ask about a parcel again, from now.
fn interval_ms(engine: &Engine, milestone: Option<Milestone>) -> i64 {
    if let Some(seconds) = engine.config.track_interval_s {
        return i64::try_from(seconds).unwrap_or(i64::MAX / SECOND_MS) * SECOND_MS;
    }
    match milestone {
        None | Some(Milestone::LabelCreated) => LABEL_MS,
        Some(Milestone::PickedUp | Milestone::InTransit | Milestone::Returning) => MOVING_MS,
        Some(Milestone::OutForDelivery | Milestone::ReadyForPickup) => OUT_MS,
        Some(Milestone::Exception | Milestone::Delivered | Milestone::Cancelled) => EXCEPTION_MS,
    }
}

/// Asks about the parcels that are due. Answers how many.
pub async fn tick(engine: &Engine) -> Result<usize> {
    let now = engine.clock.now_ms();
    let batch = i64::try_from(PARCELS_PER_CALL).unwrap_or(1);
    let due = engine.store.db.due_for_tracking(now, batch).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let Ok(fedex) = engine.fedex().await else { return Ok(0) };
    let parcels: Vec<Parcel> = due
        .iter()
        .map(|row| Parcel { tracking_number: row.tracking_number.clone(), ship_date: row.labelled_ms.map(clock::date) })
        .collect();
    let result = fedex.track(&Trace::engine(), &parcels).await;
    engine.note_fedex(result.as_ref().err().map(|failure| failure.cause().clone()));
    match result {
        Ok(tracked) => {
            for row in &due {
                let answer = tracked.iter().find(|tracked| tracked.tracking_number == row.tracking_number);
                take_in(engine, row, answer).await?;
            }
        }
        Err(failure) => {
            // All of them later; none of them is to blame.
            let wait = match decide(&failure, 0, engine.jitter()) {
                Decision::Again { in_ms, .. } => in_ms.max(10 * SECOND_MS),
                Decision::Park => HOUR_MS,
            };
            let mut tx = engine.store.begin().await?;
            for row in &due {
                tx.set_next_track(&ShipmentId(row.shipment_id.clone()), now, Some(now + wait)).await?;
            }
            tx.commit().await?;
        }
    }
    Ok(due.len())
}

/// Takes in one answer, and says when to ask again.
async fn take_in(engine: &Engine, row: &ToTrack, answer: Option<&Tracked>) -> Result<()> {
    let id = ShipmentId(row.shipment_id.clone());
    if let Some(tracked) = answer {
        news::hear(engine, &id, tracked).await?;
    }
    let now = engine.clock.now_ms();
    let milestone = engine.store.db.shipment(&id).await?.and_then(|shipment| shipment.milestone);
    let silent = row.labelled_ms.is_some_and(|labelled_ms| now - labelled_ms > GIVE_UP_MS);
    let done = silent || milestone.is_some_and(Milestone::is_final);
    let next = (!done).then(|| now + interval_ms(engine, milestone));
    let mut tx = engine.store.begin().await?;
    tx.set_next_track(&id, now, next).await?;
    tx.commit().await
}

/// Ticks until the program stops.
pub async fn run(engine: &Engine, lifecycle: &Lifecycle) {
    while !lifecycle.is_stopping() {
        if let Err(error) = tick(engine).await {
            super::failed("reconcile", &error);
        }
        super::pause(EVERY, lifecycle).await;
    }
}
