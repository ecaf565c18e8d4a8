//! Clears what a dead process left: attempts that were begun and never finished.
//!
//! An interrupted purchase becomes *outcome unknown* and is looked up. Everything else we do is
//! safe to repeat (a look-up reads, a write-back reads before it writes), so it is simply due again.

use crate::engine::Engine;
use crate::lifecycle::Lifecycle;
use crate::order::transition::Event;
use crate::order::{AttemptId, ShipmentId};
use crate::store::Result;
use crate::store::attempts::{AttemptOutcome, AttemptRow, Step};
use crate::work::print;
use crate::work::settle::{Ending, With, settle};
use std::time::Duration;

/// How often to look for abandoned calls; leases last minutes.
const EVERY: Duration = Duration::from_secs(15);

/// At the start of the only process on a database: nobody can be in the middle of anything.
pub async fn at_start(engine: &Engine) -> Result<()> {
    let mut tx = engine.store.begin().await?;
    let released = tx.release_all_leases().await? + tx.free_all_write_backs().await?;
    tx.commit().await?;
    let rescued = tick(engine).await?;
    print::at_start(engine).await?;
    if released + rescued as u64 > 0 {
        tracing::info!(leases = released, attempts = rescued, "took up what the last process left");
    }
    Ok(())
}

/// Clears abandoned attempts. Answers how many.
pub async fn tick(engine: &Engine) -> Result<usize> {
    let abandoned = engine.store.db.abandoned_attempts(engine.clock.now_ms()).await?;
    for attempt in &abandoned {
        clear(engine, attempt).await?;
    }
    if !abandoned.is_empty() {
        engine.wake_drive.notify_one();
    }
    Ok(abandoned.len())
}

async fn clear(engine: &Engine, attempt: &AttemptRow) -> Result<()> {
    let Some(shipment) = engine.store.db.shipment(&ShipmentId(attempt.shipment_id.clone())).await? else {
        return Ok(());
    };
    let attempt_id = AttemptId(attempt.attempt_id.clone());
    let (event, sentence) = if Step::parse(&attempt.step) == Some(Step::Ship) {
        (Event::Interrupted, "The program stopped before FedEx's answer was stored; a label may exist.")
    } else {
        let cause = crate::order::cause::Cause::new("connector.interrupted");
        (Event::Waiting { cause, for_ms: 0 }, "The program stopped in between; the step is repeated, which is safe.")
    };
    let ending =
        Ending { attempt: Some(&attempt_id), outcome: AttemptOutcome::Interrupted, sentence: sentence.to_owned() };
    settle(engine, &shipment, event, ending, With::default()).await?;
    Ok(())
}

/// Ticks until the program stops.
pub async fn run(engine: &Engine, lifecycle: &Lifecycle) {
    while !lifecycle.is_stopping() {
        if let Err(error) = tick(engine).await {
            super::failed("rescue", &error);
        }
        super::pause(EVERY, lifecycle).await;
    }
}
