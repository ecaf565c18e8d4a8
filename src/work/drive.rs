//! Claims due shipments and steps them, a few at a time.

use crate::engine::{Engine, LEASE_MS};
use crate::lifecycle::Lifecycle;
use crate::order::Shipment;
use crate::store::{Result, StoreError};
use crate::transport::chain;
use crate::work::step::step;
use futures::StreamExt;
use std::time::Duration;

/// Longest sleep between two looks: work saved by another process is found within this.
const IDLE: Duration = Duration::from_secs(1);

/// Steps what is due. Answers how many shipments it stepped.
pub async fn tick(engine: &Engine) -> Result<usize> {
    let now = engine.clock.now_ms();
    let limit = i64::try_from(engine.config.concurrency).unwrap_or(1);
    let mut tx = engine.store.begin().await?;
    let claimed = tx.claim_due(&engine.node, now, now + LEASE_MS, limit).await?;
    tx.commit().await?;
    let count = claimed.len();
    futures::stream::iter(claimed)
        .for_each_concurrent(engine.config.concurrency, |shipment| async move {
            if let Err(error) = step(engine, &shipment).await {
                give_up(engine, &shipment, &error).await;
            }
        })
        .await;
    Ok(count)
}

/// The step ended without being stored. Its lease goes, so that it is not held up: a step without
/// an attempt is due again, and an open attempt is cleared by rescue, never repeated blindly.
async fn give_up(engine: &Engine, shipment: &Shipment, error: &StoreError) {
    tracing::error!(
        shipment.id = %shipment.shipment_id,
        order.state = shipment.state.name(),
        error = %chain(error),
        "a step could not be stored; it is taken up again"
    );
    let released = async {
        let mut tx = engine.store.begin().await?;
        tx.release_lease(&shipment.shipment_id, &engine.node).await?;
        tx.commit().await
    };
    if let Err(error) = released.await {
        tracing::error!(shipment.id = %shipment.shipment_id, error = %chain(&error), "its lease ends by itself");
    }
}

/// Ticks until the program stops.
pub async fn run(engine: &Engine, lifecycle: &Lifecycle) {
    while !lifecycle.is_stopping() {
        match tick(engine).await {
            Ok(count) if count > 0 => continue,
            Ok(_) => {}
            Err(error) => super::failed("drive", &error),
        }
        tokio::select! {
            () = engine.wake_drive.notified() => {}
            () = tokio::time::sleep(IDLE) => {}
            () = lifecycle.stopping() => {}
        }
    }
}
