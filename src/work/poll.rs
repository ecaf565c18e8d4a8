//! Asks Dynamics 365 for orders that are ready to ship, and takes in what is new or changed.
//!
//! The whole open set is scanned each time: the header set has no modified date, and the set is
//! small, because orders leave it when they are delivered. Our own ledger decides what was seen,
//! never the filter: an order can be confirmed again after it was shipped.
//!
//! Where the environment publishes changes (`changes.rs`), most turns of the loop ask for those
//! only, and the whole set is scanned at a longer interval.

use crate::clock::MINUTE_MS;
use crate::d365::D365;
use crate::engine::Engine;
use crate::lifecycle::Lifecycle;
use crate::order::retry::{Decision, Failure, decide};
use crate::store::Result;
use crate::store::cursors::{FULL_SCAN, FULL_SCAN_SEEN, LAST_PULL};
use crate::store::pauses::Flow;
use crate::transport::{Trace, chain};
use crate::work::changes;
use crate::work::look_at::asking;
use crate::work::take_in::{TakenIn, park_unreadable, take_in_again, take_in_page};
use std::time::Duration;

/// Pages of one pull. At 200 orders a page this is more than any warehouse has open; a server that
/// pages in a circle ends here.
const PAGES: usize = 1_000;

/// How long a labelled order may stay unread: a change after the label is worth money until the truck
/// comes, and no longer.
const LOOK_AGAIN_MS: i64 = 10 * MINUTE_MS;
/// Labelled orders read one by one in a pull, so that a busy day does not become a load on the ERP.
const LABELLED_A_PULL: i64 = 20;

/// What one pull found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pulled {
    /// Orders in the answer.
    pub seen: usize,
    /// Orders that are new.
    pub new: usize,
    /// Orders that changed.
    pub changed: usize,
    /// Records that could not be read.
    pub unreadable: usize,
}

/// One pull of the whole open set.
pub async fn tick(engine: &Engine, trace: &Trace) -> Result<std::result::Result<Pulled, Failure>> {
    let result = pull(engine, trace).await?;
    let cause = result.as_ref().err().map(|failure| failure.cause().clone());
    match (&result, &cause) {
        (Ok(pulled), _) => {
            let now = engine.clock.now_ms();
            let seen = i64::try_from(pulled.seen + pulled.unreadable).unwrap_or(i64::MAX);
            for (name, value) in [(LAST_PULL, now), (FULL_SCAN, now), (FULL_SCAN_SEEN, seen)] {
                engine.store.db.set_cursor(name, value, now).await?;
            }
            if pulled.new + pulled.changed > 0 {
                engine.wake_drive.notify_one();
            }
            tracing::debug!(?pulled, "pulled orders");
        }
        // Nobody was asked: what is not set up yet is no news of the connection.
        (Err(_), Some(cause)) if cause.code == "auth.not-configured" => return Ok(result),
        (Err(_), cause) => {
            let code = cause.as_ref().map(|cause| cause.code.as_str());
            tracing::warn!(remote.system = "d365", problem.code = code, "orders could not be pulled; trying again");
        }
    }
    engine.note_d365(cause);
    Ok(result)
}

async fn pull(engine: &Engine, trace: &Trace) -> Result<std::result::Result<Pulled, Failure>> {
    let (d365, ready) = match asking(engine).await? {
        Ok(both) => both,
        Err(failure) => return Ok(Err(failure)),
    };
    let mut pulled = Pulled::default();
    // Throttled in the middle of a long list, the next pull goes on there: beginning anew would never
    // reach the end of it while the throttle lasts.
    let mut next = engine.take_stopped_at(d365.host());
    for _ in 0..PAGES {
        let page = match d365.ready_orders(trace, &ready, next.clone()).await {
            Ok(page) => page,
            Err(failure) => {
                engine.keep_stopped_at(d365.host(), next);
                return Ok(Err(failure));
            }
        };
        pulled.seen += page.orders.len();
        let taken = take_in_page(engine, d365.host(), &page.orders).await?;
        pulled.new += taken.new;
        pulled.changed += taken.changed;
        for record in &page.unreadable {
            pulled.unreadable += 1;
            pulled.new += usize::from(park_unreadable(engine, d365.host(), record).await?);
        }
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    match look_at_labelled(engine, &d365, trace).await? {
        Ok(changed) => pulled.changed += changed,
        Err(failure) => return Ok(Err(failure)),
    }
    Ok(Ok(pulled))
}

/// Orders whose label is bought and whose parcel FedEx does not have yet leave the ready set when
/// they are cancelled or stopped there. They are read one by one, a few each pull.
async fn look_at_labelled(engine: &Engine, d365: &D365, trace: &Trace) -> Result<std::result::Result<usize, Failure>> {
    let before = engine.clock.now_ms() - LOOK_AGAIN_MS;
    let mut changed = 0;
    for record in engine.store.db.labelled_orders_read_before(before, LABELLED_A_PULL).await? {
        if record.key.host != d365.host() {
            continue;
        }
        match d365.order(trace, &record.key.company, &record.key.number).await {
            Ok(Some(order)) => {
                if take_in_again(engine, &record, &order).await? == TakenIn::Changed {
                    changed += 1;
                }
            }
            // Deleted there: as the label stands, that is for the reconciliation to find.
            Ok(None) => {}
            Err(failure) => return Ok(Err(failure)),
        }
        let mut tx = engine.store.begin().await?;
        tx.note_order_read(&record.order_id, engine.clock.now_ms()).await?;
        tx.commit().await?;
    }
    Ok(Ok(changed))
}

/// What a turn of the loop did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turned {
    /// It asked.
    Asked,
    /// A person paused pulling.
    Paused,
}

/// One turn of the loop: what changed, where that can be asked for and a scan is not due; else a scan.
pub async fn turn(engine: &Engine, trace: &Trace, scan: bool) -> Result<std::result::Result<Turned, Failure>> {
    if engine.store.db.is_paused(Flow::Pull).await? {
        return Ok(Ok(Turned::Paused));
    }
    Ok(ask(engine, trace, scan).await?.map(|()| Turned::Asked))
}

async fn ask(engine: &Engine, trace: &Trace, scan: bool) -> Result<std::result::Result<(), Failure>> {
    let last = engine.store.db.cursor(FULL_SCAN).await?;
    let due = last.is_none_or(|last| engine.clock.now_ms() - last >= engine.config.full_scan_interval_ms());
    if !scan && !due {
        match changes::tick(engine, trace).await? {
            Ok(Some(read)) if !read.scan => {
                let now = engine.clock.now_ms();
                engine.store.db.set_cursor(LAST_PULL, now, now).await?;
                return labelled(engine, trace).await;
            }
            Ok(_) => {}
            Err(failure) => return Ok(Err(failure)),
        }
    }
    Ok(tick(engine, trace).await?.map(drop))
}

/// Between two scans the labelled orders are read as often as ever: a line changed after the label
/// moves no date.
async fn labelled(engine: &Engine, trace: &Trace) -> Result<std::result::Result<(), Failure>> {
    let d365 = match engine.d365().await {
        Ok(d365) => d365,
        Err(failure) => return Ok(Err(failure)),
    };
    let changed = look_at_labelled(engine, &d365, trace).await?;
    if changed.as_ref().is_ok_and(|changed| *changed > 0) {
        engine.wake_drive.notify_one();
    }
    Ok(changed.map(drop))
}

/// Pulls until the program stops: at the interval, when somebody asks, later after failures.
pub async fn run(engine: &Engine, lifecycle: &Lifecycle) {
    let interval = Duration::from_secs(engine.config.poll_interval_s);
    let mut failures = 0;
    // After a start everything is scanned: what was handed to a scan before may not have come to it.
    let mut scan = true;
    while !lifecycle.is_stopping() {
        let wait = match turn(engine, &Trace::engine(), scan).await {
            Ok(Ok(turned)) => {
                failures = 0;
                // A scan that is due waits until pulling goes on.
                scan &= turned == Turned::Paused;
                interval
            }
            Ok(Err(failure)) => {
                let wait = match decide(&failure, failures, engine.jitter()) {
                    Decision::Again { in_ms, .. } => Duration::from_millis(u64::try_from(in_ms).unwrap_or(0)),
                    Decision::Park => interval,
                };
                failures = (failures + 1).min(crate::order::retry::PARK_AFTER - 2);
                wait.max(interval)
            }
            Err(error) => {
                tracing::error!(error = %chain(&error), "orders could not be stored; trying again");
                interval
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = engine.wake_poll.notified() => scan = true,
            () = engine.wake_changes.notified() => {}
            () = lifecycle.stopping() => {}
        }
    }
}
