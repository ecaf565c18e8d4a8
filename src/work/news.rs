//! Takes in what FedEx says about a parcel, whether it pushed or was asked: scans once each, the
//! milestone never backwards, and the shipment where its least advanced parcel is.

use crate::audit::Actor;
use crate::clock::SECOND_MS;
use crate::engine::Engine;
use crate::fedex::webhook::Pushed;
use crate::fedex::{Shipped, Tracked};
use crate::order::parcel_state::{Ended, ParcelState, of_shipment};
use crate::order::scan::{Milestone, Scan, advance};
use crate::order::track_schedule::{self, EASY, Pace};
use crate::order::transition::{Event, apply};
use crate::order::{OrderId, Shipment, ShipmentId};
use crate::store::scans::Source;
use crate::store::shipments::{LeaseAfter, Save};
use crate::store::{Result, StoreError, Tx};
use crate::work::settle::subject;

/// How often news are taken in anew when the parcel changed at this moment: a push and an answer at
/// once, with an operator's note between.
const REAPPLY: usize = 5;

/// What became of news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The shipment they are about.
    pub shipment_id: ShipmentId,
    /// Its order.
    pub order_id: OrderId,
    /// Scans not known before.
    pub new_scans: usize,
    /// The parcel is somewhere else than before.
    pub moved: bool,
}

/// Begins to follow the packages of a label. One that was found again may show fewer packages than
/// were planned: the rest are followed without a number until FedEx names them.
pub async fn follow(
    engine: &Engine,
    tx: &mut Tx,
    shipment: &Shipment,
    shipped: &Shipped,
    environment: &str,
    now: i64,
) -> Result<()> {
    let named = shipped.pieces.iter().map(|piece| (i64::from(piece.sequence), piece.tracking_number.as_str()));
    let mut packages: Vec<(i64, &str)> = named.collect();
    if packages.is_empty() {
        packages.push((1, &shipped.tracking_number));
    }
    let planned = shipment.plan.as_ref().map_or(0, |plan| plan.packages.len());
    if shipment.reprint_needed {
        for sequence in (1..).take(planned) {
            if !packages.iter().any(|(known, _)| *known == sequence) {
                packages.push((sequence, ""));
            }
        }
    }
    for (sequence, number) in packages {
        let mut parcel = ParcelState::labelled(shipment.shipment_id.clone(), sequence, number, environment, now);
        schedule(engine, &mut parcel, EASY, now);
        tx.insert_parcel(&parcel).await?;
    }
    Ok(())
}

/// Takes in a push. `None`: no parcel of ours has this number and ship date.
pub async fn pushed(engine: &Engine, news: &Pushed) -> Result<Option<Heard>> {
    let now = engine.clock.now_ms();
    let Tracked { tracking_number, unique_id, .. } = &news.tracked;
    let environment = engine.fedex().await.ok().map(|fedex| fedex.environment_name());
    let of_number = engine.store.db.parcels_with_number(tracking_number).await?;
    let ours = of_number.into_iter().filter(|parcel| {
        environment.is_none_or(|name| parcel.environment == name)
            && parcel.is_meant(unique_id, news.ship_date.as_deref(), now)
    });
    // Of several, the one FedEx names by its id; else the first, which is the youngest under way.
    let Some(parcel) = ours.reduce(|best, next| {
        let is_named = |parcel: &ParcelState| !unique_id.is_empty() && parcel.unique_id == *unique_id;
        if is_named(&next) && !is_named(&best) { next } else { best }
    }) else {
        return Ok(None);
    };
    hear(engine, &parcel.shipment_id, parcel.sequence, &news.tracked, Source::Push, EASY).await
}

/// Stores what FedEx said about one parcel. `None`: it is gone.
pub async fn hear(
    engine: &Engine,
    id: &ShipmentId,
    sequence: i64,
    news: &Tracked,
    source: Source,
    pace: Pace,
) -> Result<Option<Heard>> {
    for _ in 1..REAPPLY {
        match hear_once(engine, id, sequence, news, source, pace).await {
            Err(StoreError::Conflict { .. }) => {}
            heard => return heard,
        }
    }
    hear_once(engine, id, sequence, news, source, pace).await
}

async fn hear_once(
    engine: &Engine,
    id: &ShipmentId,
    sequence: i64,
    news: &Tracked,
    source: Source,
    pace: Pace,
) -> Result<Option<Heard>> {
    let now = engine.clock.now_ms();
    let mut tx = engine.store.begin().await?;
    // Writers of a shipment meet at its row first, so that none waits for another in a circle.
    tx.note_tracked(id, now).await?;
    let Some(shipment) = tx.shipment(id).await? else { return Ok(None) };
    let Some(before) = tx.parcel(id, sequence).await? else { return Ok(None) };
    let mut heard = Heard { shipment_id: id.clone(), order_id: shipment.order_id.clone(), new_scans: 0, moved: false };
    let mut after = before.clone();
    if news.found {
        let news = Tracked { scans: dated(news, before.labelled_ms), ..news.clone() };
        let mut new_trouble = false;
        for scan in &news.scans {
            if tx.insert_scan(id, scan, source, now).await? {
                heard.new_scans += 1;
                new_trouble |= scan.is_trouble();
            }
        }
        let scans = tx.scans_of_parcel(id, &before.tracking_number).await?;
        after = before.heard(&scans, &news, new_trouble, now);
        heard.moved = after.milestone != before.milestone;
    } else {
        // Not found is not yet: a new label shows up after a while. Nor is an id of use any more that
        // FedEx does not know: it moved the ship date.
        after.not_found += 1;
        after.unique_id.clear();
    }
    match source {
        Source::Push => after.pushed_ms = Some(now),
        Source::Poll => after.asked_ms = Some(now),
    }
    schedule(engine, &mut after, pace, now);
    tx.save_parcel(&before, &after).await?;
    let moved = move_shipment(engine, &mut tx, &shipment, &after, now).await?;
    let promised = |parcel: &ParcelState| (parcel.estimated_ms, parcel.signed_by.clone());
    if moved || heard.moved || heard.new_scans > 0 || promised(&before) != promised(&after) {
        tx.write_back_due(&shipment.order_id, now).await?;
    }
    tx.commit().await?;
    if moved {
        engine.wake_drive.notify_one();
    }
    Ok(Some(heard))
}

/// Says when FedEx is asked about a parcel next, or that it is given up.
pub fn schedule(engine: &Engine, parcel: &mut ParcelState, pace: Pace, now: i64) {
    let fixed_ms = engine
        .config
        .track_interval_s
        .map(|seconds| i64::try_from(seconds).unwrap_or(i64::MAX / SECOND_MS).saturating_mul(SECOND_MS));
    let turn = track_schedule::next(parcel, pace, fixed_ms, engine.jitter(), now);
    parcel.next_track_ms = turn.map(|turn| turn.at_ms);
    if let Some(turn) = turn {
        (parcel.every_ms, parcel.urgency) = (turn.every_ms, turn.urgency);
    } else if parcel.ended.is_none() {
        (parcel.ended, parcel.changed_ms) = (Some(Ended::Forgotten), now);
    }
}

/// The scans of news. What has a day and no time cannot have happened before the label was made; nor
/// can a scan of the label's own second, since FedEx prints whole seconds.
fn dated(news: &Tracked, labelled_ms: i64) -> Vec<Scan> {
    let mut scans = news.scans.clone();
    for scan in &mut scans {
        if !scan.has_time() || labelled_ms - scan.at_ms < SECOND_MS {
            scan.at_ms = scan.at_ms.max(labelled_ms);
        }
    }
    scans
}

/// Moves the shipment to where its parcels are together. Answers whether it moved.
async fn move_shipment(
    engine: &Engine,
    tx: &mut Tx,
    before: &Shipment,
    parcel: &ParcelState,
    now: i64,
) -> Result<bool> {
    let parcels = tx.parcels_of(&before.shipment_id).await?;
    let milestones: Vec<Option<Milestone>> = parcels.iter().map(|one| one.milestone).collect();
    let Some(whole) = of_shipment(&milestones) else { return Ok(false) };
    if before.milestone.is_some_and(|known| advance(Some(known), whole) == known) {
        return Ok(false);
    }
    let last_ms = parcels.iter().filter_map(|one| one.delivered_ms).max();
    let event = Event::Scanned { milestone: whole, delivered_ms: last_ms.filter(|_| whole == Milestone::Delivered) };
    let Ok(after) = apply(before, event, now) else { return Ok(false) };
    let save = Save { now_ms: now, lease: LeaseAfter::Kept, environment: None };
    tx.save_shipment(before, &after, save).await?;
    let text = if parcel.status_text.is_empty() { "no text" } else { &parcel.status_text };
    let which = if parcels.len() > 1 {
        format!(" Package {} of {} told it.", parcel.sequence, parcels.len())
    } else {
        String::new()
    };
    let summary = format!("FedEx: {} ({text}).{which}", whole.name().replace('_', " "));
    let action = format!("parcel.{}", whole.name().replace('_', "-"));
    engine.store.append(tx, &engine.entry(&Actor::Engine, &action, subject(&after), summary)).await?;
    Ok(true)
}
