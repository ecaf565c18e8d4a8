//! Claims due shipments and steps them, a few at a time.

use crate::engine::{Engine, LEASE_MS};
use crate::lifecycle::Lifecycle;
use crate::order::Shipment;
use crate::store::{Result, StoreError};
use crate::transport::chain;
use crate::work::step::step;
use futures::{StreamExt, stream};
use std::collections::VecDeque;
use std::time::Duration;

/// Longest sleep between two looks: work saved by another process is found within this.
const IDLE: Duration = Duration::from_secs(1);

/// Steps what is due. Answers how many shipments it stepped.
pub async fn tick(engine: &Engine) -> Result<usize> {
    let claimed = claim(engine).await?;
    let count = claimed.len();
    stream::iter(claimed)
        .for_each_concurrent(engine.config.concurrency, |shipment| async move { one(engine, &shipment).await })
        .await;
    Ok(count)
}

/// Claims what is due, as much as is stepped at a time.
async fn claim(engine: &Engine) -> Result<VecDeque<Shipment>> {
    let now = engine.clock.now_ms();
    let limit = i64::try_from(engine.config.concurrency).unwrap_or(1);
    let mut tx = engine.store.begin().await?;
    let claimed = tx.claim_due(&engine.node, now, now + LEASE_MS, limit).await?;
    tx.commit().await?;
    Ok(claimed.into())
}

async fn one(engine: &Engine, shipment: &Shipment) {
    if let Err(error) = step(engine, shipment).await {
        tracing::error!(
            shipment.id = %shipment.shipment_id,
            order.state = shipment.state.name(),
            error = %chain(&error),
            "a step could not be stored; it is taken up again"
        );
        release(engine, shipment).await;
    }
}

/// Gives a claimed shipment back, so that it is not held up: a step without an attempt is due
/// again, and an open attempt is cleared by rescue, never repeated blindly.
async fn release(engine: &Engine, shipment: &Shipment) {
    let released = async {
        let mut tx = engine.store.begin().await?;
        tx.release_lease(&shipment.shipment_id, &engine.node).await?;
        tx.commit().await
    };
    if let Err(error) = released.await {
        let error: StoreError = error;
        tracing::error!(shipment.id = %shipment.shipment_id, error = %chain(&error), "its lease ends by itself");
    }
}

/// Steps what is due until the program stops. A step that takes long (a vendor may take two
/// minutes to answer) holds its own place only: the others go on beside it.
pub async fn run(engine: &Engine, lifecycle: &Lifecycle) {
    stream::unfold(VecDeque::new(), |claimed| next_due(engine, lifecycle, claimed))
        .for_each_concurrent(engine.config.concurrency, |shipment| async move { one(engine, &shipment).await })
        .await;
}

/// The next shipment to step, and what else was claimed with it; `None` once the program stops.
async fn next_due(
    engine: &Engine,
    lifecycle: &Lifecycle,
    mut claimed: VecDeque<Shipment>,
) -> Option<(Shipment, VecDeque<Shipment>)> {
    while !lifecycle.is_stopping() {
        if let Some(shipment) = claimed.pop_front() {
            return Some((shipment, claimed));
        }
        match claim(engine).await {
            Ok(found) if !found.is_empty() => {
                claimed = found;
                continue;
            }
            Ok(_) => {}
            Err(error) => super::failed("drive", &error),
        }
        tokio::select! {
            () = engine.wake_drive.notified() => {}
            () = tokio::time::sleep(IDLE) => {}
            () = lifecycle.stopping() => {}
        }
    }
    for shipment in &claimed {
        release(engine, shipment).await;
    }
    None
}
