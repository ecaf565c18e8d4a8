//! The loops that do the work. Each has a public `tick` that tests call, and a `run` that only
//! waits and calls it; between two ticks the truth is in the database alone.

pub mod act;
pub mod batch;
pub mod cause_notes;
pub mod changes;
pub mod check;
pub mod drive;
pub mod events;
pub mod find_pieces;
pub mod gap;
pub mod ingest;
pub mod invoices;
pub mod look_at;
pub mod news;
pub mod poll;
pub mod print;
pub mod purchase;
pub mod reconcile;
pub mod rehearse;
pub mod rescue;
pub mod settle;
pub mod step;
pub mod take_in;
pub mod tell;
pub mod verify;
pub mod void;
pub mod write_back;
pub mod write_values;

use crate::engine::Engine;
use crate::lifecycle::Lifecycle;
use std::time::Duration;

/// Starts all loops.
pub fn spawn(engine: &Engine, lifecycle: &Lifecycle) {
    let (e, l) = (engine.clone(), lifecycle.clone());
    lifecycle.spawn("poll", async move { poll::run(&e, &l).await });
    let (e, l) = (engine.clone(), lifecycle.clone());
    lifecycle.spawn("look-at", async move { look_at::run(&e, &l).await });
    let (e, l) = (engine.clone(), lifecycle.clone());
    lifecycle.spawn("gap", async move { gap::run(&e, &l).await });
    let (e, l) = (engine.clone(), lifecycle.clone());
    lifecycle.spawn("invoices", async move { invoices::run(&e, &l).await });
    let (e, l) = (engine.clone(), lifecycle.clone());
    lifecycle.spawn("drive", async move { drive::run(&e, &l).await });
    let (e, l) = (engine.clone(), lifecycle.clone());
    lifecycle.spawn("reconcile", async move { reconcile::run(&e, &l).await });
    let (e, l) = (engine.clone(), lifecycle.clone());
    lifecycle.spawn("rescue", async move { rescue::run(&e, &l).await });
    let (e, l) = (engine.clone(), lifecycle.clone());
    lifecycle.spawn("print", async move { print::run(&e, &l).await });
    let (e, l) = (engine.clone(), lifecycle.clone());
    lifecycle.spawn("ingest", async move { ingest::run(&e, &l).await });
    let (e, l) = (engine.clone(), lifecycle.clone());
    lifecycle.spawn("write_back", async move { write_back::run(&e, &l).await });
    let (e, l) = (engine.clone(), lifecycle.clone());
    lifecycle.spawn("verify", async move { verify::run(&e, &l).await });
    let (e, l) = (engine.clone(), lifecycle.clone());
    lifecycle.spawn("batch", async move { batch::run(&e, &l).await });
    let (e, l) = (engine.clone(), lifecycle.clone());
    lifecycle.spawn("cause-notes", async move { cause_notes::run(&e, &l).await });
}

/// Waits, or ends the wait when the program stops.
async fn pause(wait: Duration, lifecycle: &Lifecycle) {
    tokio::select! {
        () = tokio::time::sleep(wait) => {}
        () = lifecycle.stopping() => {}
    }
}

/// A loop's own failure is the database's: said once a tick, and tried again.
fn failed(task: &str, error: &crate::store::StoreError) {
    tracing::error!(task, error = %crate::transport::chain(error), "a loop could not read or write the database; it tries again");
}
