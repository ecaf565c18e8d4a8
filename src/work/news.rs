//! Takes in what FedEx says about a parcel, whether it pushed or was asked: scans once each, the
//! milestone never backwards.

use crate::audit::Actor;
use crate::engine::Engine;
use crate::fedex::Tracked;
use crate::fedex::webhook::Pushed;
use crate::order::scan::{Milestone, advance, condense};
use crate::order::transition::{Event, apply};
use crate::order::{OrderId, ShipmentId};
use crate::store::shipments::{LeaseAfter, Save};
use crate::store::{Result, StoreError};
use crate::work::settle::subject;

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

/// Takes in a push. `None`: no shipment of ours has this number and ship date.
pub async fn pushed(engine: &Engine, news: &Pushed) -> Result<Option<Heard>> {
    let number = &news.tracked.tracking_number;
    let Some(shipment_id) = engine.store.db.shipment_with_number(number).await? else { return Ok(None) };
    hear(engine, &shipment_id, &news.tracked).await
}

/// Stores what FedEx said about one parcel. `None`: the shipment is gone, or changed at this moment.
pub async fn hear(engine: &Engine, id: &ShipmentId, tracked: &Tracked) -> Result<Option<Heard>> {
    let now = engine.clock.now_ms();
    let mut tx = engine.store.begin().await?;
    let Some(before) = tx.shipment(id).await? else { return Ok(None) };
    let mut heard = Heard { shipment_id: id.clone(), order_id: before.order_id.clone(), new_scans: 0, moved: false };
    if !tracked.found {
        // Not found is not yet: a new label shows up after a while.
        return Ok(Some(heard));
    }
    for scan in &tracked.scans {
        heard.new_scans += usize::from(tx.insert_scan(id, scan, now).await?);
    }
    let mut milestone = condense(before.milestone, &tracked.scans);
    if let Some(latest) = tracked.latest {
        milestone = Some(advance(milestone, latest));
    }
    let scanned = tracked.scans.iter().filter(|scan| scan.milestone() == Some(Milestone::Delivered));
    let delivered_ms = tracked.delivered_ms.or_else(|| scanned.map(|scan| scan.at_ms).max());
    if let Some(news) = milestone.filter(|_| milestone != before.milestone) {
        let event =
            Event::Scanned { milestone: news, delivered_ms: delivered_ms.filter(|_| news == Milestone::Delivered) };
        if let Ok(after) = apply(&before, event, now) {
            let save = Save { now_ms: now, lease: LeaseAfter::Kept, environment: None };
            match tx.save_shipment(&before, &after, save).await {
                Ok(()) => {}
                // Changed at this moment: the scans come again, at the next question.
                Err(StoreError::Conflict { .. }) => return Ok(None),
                Err(error) => return Err(error),
            }
            let text = if tracked.latest_text.is_empty() { "no text" } else { &tracked.latest_text };
            let summary = format!("FedEx: {} ({text}).", news.name().replace('_', " "));
            let action = format!("parcel.{}", news.name().replace('_', "-"));
            engine.store.append(&mut tx, &engine.entry(&Actor::Engine, &action, subject(&after), summary)).await?;
            engine.wake_drive.notify_one();
            heard.moved = true;
        }
    }
    if heard.moved || heard.new_scans > 0 {
        tx.write_back_due(&heard.order_id, now).await?;
    }
    tx.commit().await?;
    Ok(Some(heard))
}
