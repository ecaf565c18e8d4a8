//! Packages whose numbers were lost with the answer of their purchase: FedEx shows them under our
//! reference when it has indexed them, some later than others.

use crate::clock::{self, DAY_MS, HOUR_MS};
use crate::engine::Engine;
use crate::fedex::{Fedex, Found};
use crate::order::parcel_state::ParcelState;
use crate::order::track_schedule::Pace;
use crate::order::{Shipment, ShipmentId};
use crate::store::{Result, StoreError};
use crate::transport::Trace;
use crate::work::{news, reconcile};
use std::collections::BTreeMap;

/// Looks for the numbers of packages that have none.
pub async fn find(engine: &Engine, fedex: &Fedex, unnamed: &[ParcelState], pace: Pace) -> Result<()> {
    let mut by_shipment: BTreeMap<&ShipmentId, Vec<ParcelState>> = BTreeMap::new();
    for parcel in unnamed {
        by_shipment.entry(&parcel.shipment_id).or_default().push(parcel.clone());
    }
    for (id, parcels) in by_shipment {
        let Some(shipment) = engine.store.db.shipment(id).await? else { continue };
        let (Some(reference), Some(plan)) = (&shipment.reference, &shipment.plan) else { continue };
        // A day earlier covers FedEx's time zones.
        let ship_date = clock::date(shipment.labelled_ms.unwrap_or_else(|| engine.clock.now_ms()) - DAY_MS);
        let result = fedex.look_up(&Trace::engine(), fedex.account(plan), reference, &ship_date).await;
        engine.note_fedex(result.as_ref().err().map(|failure| failure.cause().clone()));
        match result {
            Ok(found) => name_all(engine, &shipment, &parcels, &found, pace).await?,
            Err(_) => reconcile::put_off(engine, &parcels, engine.clock.now_ms() + HOUR_MS).await?,
        }
    }
    Ok(())
}

/// Gives the packages the numbers that were found and are not known yet.
async fn name_all(
    engine: &Engine,
    shipment: &Shipment,
    parcels: &[ParcelState],
    found: &[Found],
    pace: Pace,
) -> Result<()> {
    let now = engine.clock.now_ms();
    let mut tx = engine.store.begin().await?;
    tx.note_tracked(&shipment.shipment_id, now).await?;
    let known = tx.parcels_of(&shipment.shipment_id).await?;
    let mut new: Vec<&Found> = found
        .iter()
        .filter(|found| {
            !found.cancelled && found.master.as_ref().is_none_or(|of| Some(of) == shipment.tracking_number.as_ref())
        })
        .filter(|found| !known.iter().any(|parcel| parcel.tracking_number == found.tracking_number))
        .collect();
    for parcel in parcels {
        // As it is now: it was claimed a moment ago.
        let Some(before) = known.iter().find(|known| known.sequence == parcel.sequence) else { continue };
        let mut after = before.clone();
        let match_at = new.iter().position(|found| found.sequence.is_none_or(|at| i64::from(at) == parcel.sequence));
        if let Some(match_at) = match_at {
            after.tracking_number.clone_from(&new.remove(match_at).tracking_number);
            (after.not_found, after.changed_ms) = (0, now);
            tx.insert_piece(&shipment.shipment_id, parcel.sequence, &after.tracking_number).await?;
            // Where it is is asked next.
            after.next_track_ms = Some(now);
        } else {
            after.not_found += 1;
            news::schedule(engine, &mut after, pace, now);
        }
        after.asked_ms = Some(now);
        match tx.save_parcel(before, &after).await {
            // A push or another node was faster; its news stand.
            Ok(()) | Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    tx.commit().await
}
