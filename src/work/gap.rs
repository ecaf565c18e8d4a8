//! Compares what Dynamics 365 has confirmed with what we have seen: daily, and when somebody asks.
//!
//! The question is wider than the pull's: stopped orders and those of other carriers are counted
//! beside, so that a number nobody finds in our list is found here with its reason. What is missing
//! is scanned for before it counts: only what a scan does not bring in either is a gap.

use crate::audit::{Actor, Outcome, Subject};
use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::d365::D365;
use crate::d365::orders::Confirmed;
use crate::engine::Engine;
use crate::lifecycle::Lifecycle;
use crate::order::OrderKey;
use crate::order::cause::words;
use crate::order::ready::Ready;
use crate::order::retry::Failure;
use crate::store::Result;
use crate::store::gaps::{GapOrder, GapRun};
use crate::store::pauses::Flow;
use crate::transport::Trace;
use crate::work::check::noted;
use crate::work::look_at::asking;
use crate::work::poll;
use std::time::Duration;

/// How often to look whether a comparison is due: a cheap query.
const EVERY: Duration = Duration::from_mins(1);
/// Between two comparisons: it reads the key of every confirmed order.
pub const DAILY_MS: i64 = DAY_MS;
/// After one that failed.
const AGAIN_MS: i64 = HOUR_MS;
/// One that began longer ago and has no end died with its process.
const DEAD_MS: i64 = 30 * MINUTE_MS;
/// How long results are kept.
const KEPT_MS: i64 = 30 * DAY_MS;
/// Orders of each kind that are listed; the counts are always of all.
const LISTED: usize = 500;
/// Pages of one comparison; a server that pages in a circle ends here.
const PAGES: usize = 1_000;

/// Compares when it is due. Answers whether it did.
pub async fn tick(engine: &Engine) -> Result<bool> {
    let Ok(d365) = engine.d365().await else { return Ok(false) };
    let now = engine.clock.now_ms();
    let due = match engine.store.db.last_gap_run(d365.host(), false).await? {
        None => true,
        Some(run) => {
            let age = now - run.started_ms;
            match (&run.cause_code, run.ended_ms) {
                (Some(_), _) => age >= AGAIN_MS,
                (None, Some(_)) => age >= DAILY_MS,
                (None, None) => age >= DEAD_MS,
            }
        }
    };
    // Before the first pull everything would be missing.
    let pulled = engine.store.db.cursor(crate::store::cursors::FULL_SCAN).await?.is_some();
    // And while pulling is paused everything that is new is.
    if !due || !pulled || engine.store.db.is_paused(Flow::Pull).await? {
        return Ok(false);
    }
    drop(compare(engine, &Actor::Engine).await?);
    Ok(true)
}

/// Compares now, and keeps the result.
pub async fn compare(engine: &Engine, actor: &Actor) -> Result<std::result::Result<GapRun, Failure>> {
    let (d365, ready) = match asking(engine).await? {
        Ok(both) => both,
        Err(failure) => return Ok(Err(failure)),
    };
    let mut run = GapRun {
        run_id: engine.new_id(),
        host: d365.host().to_owned(),
        asked_by: actor.name().to_owned(),
        started_ms: engine.clock.now_ms(),
        ..GapRun::default()
    };
    let mut tx = engine.store.begin().await?;
    tx.begin_gap_run(&run).await?;
    tx.forget_gap_runs(run.started_ms - KEPT_MS).await?;
    tx.commit().await?;
    let trace = Trace { actor: actor.clone(), ..Trace::engine() };
    let result = read(engine, &d365, &ready, &mut run, &trace).await?;
    run.ended_ms = Some(engine.clock.now_ms());
    let (summary, outcome) = match &result {
        Ok(_) if run.missing > 0 => (sentence(&run), Outcome::Refused),
        Ok(_) => (sentence(&run), Outcome::Ok),
        Err(failure) => {
            let cause = failure.cause();
            (run.cause_code, run.cause_detail) = (Some(cause.code.clone()), cause.detail.clone());
            (format!("Could not compare with Dynamics 365: {}", cause.words().sentence), Outcome::Failed)
        }
    };
    let entry = engine.entry(actor, "pull.compared", Subject::default(), summary).outcome(outcome);
    let mut tx = engine.store.begin().await?;
    tx.end_gap_run(&run, result.as_deref().unwrap_or_default()).await?;
    engine.store.append(&mut tx, &entry).await?;
    tx.commit().await?;
    Ok(result.map(|_| run))
}

/// The result as a sentence.
pub fn sentence(run: &GapRun) -> String {
    let orders = |count: i64| if count == 1 { "1 order".to_owned() } else { format!("{count} orders") };
    let beside = format!("{} stopped there, {} for other delivery modes", run.stopped, run.other_mode);
    match run.missing {
        0 => format!("All {} confirmed in Dynamics 365 and ready are here; {beside}.", orders(run.seen)),
        missing => format!("{} confirmed and ready in Dynamics 365 not seen here; {beside}.", orders(missing)),
    }
}

/// Reads every confirmed order and counts; answers those that are not here.
async fn read(
    engine: &Engine,
    d365: &D365,
    ready: &Ready,
    run: &mut GapRun,
    trace: &Trace,
) -> Result<std::result::Result<Vec<GapOrder>, Failure>> {
    let mut missing = Vec::new();
    let mut listed = Vec::new();
    let mut next = None;
    for _ in 0..PAGES {
        let (rows, following) = match noted(engine, d365.confirmed_orders(trace, ready, next).await) {
            Ok(page) => page,
            Err(failure) => return Ok(Err(failure)),
        };
        for row in unknown(engine, d365.host(), &rows, &mut run.seen).await? {
            if !ready.has_mode(&row.delivery_mode) {
                run.other_mode += 1;
                listed.push(order(row, "other_mode", "Its delivery mode does not mean FedEx."));
            } else if row.stopped {
                run.stopped += 1;
                listed.push(order(row, "stopped", "Processing is stopped on the order in Dynamics 365."));
            } else {
                missing.push(row.clone());
            }
        }
        next = following;
        if next.is_none() {
            break;
        }
    }
    let mut failed = None;
    if !missing.is_empty() {
        // Confirmed since the last scan, most likely.
        failed = poll::tick(engine, trace).await?.err();
        missing = unknown(engine, d365.host(), &missing, &mut run.seen).await?.into_iter().cloned().collect();
    }
    run.missing = i64::try_from(missing.len()).unwrap_or(i64::MAX);
    run.confirmed = run.seen + run.missing + run.stopped + run.other_mode;
    let mut orders = Vec::new();
    for row in missing.iter().take(LISTED) {
        orders.push(order(row, "missing", &reason(engine, d365.host(), row, failed.as_ref()).await?));
    }
    for kind in ["stopped", "other_mode"] {
        orders.extend(listed.iter().filter(|order| order.kind == kind).take(LISTED).cloned());
    }
    Ok(Ok(orders))
}

/// Those that are not here; the others are counted as seen.
async fn unknown<'a>(engine: &Engine, host: &str, rows: &'a [Confirmed], seen: &mut i64) -> Result<Vec<&'a Confirmed>> {
    let mut unknown = Vec::new();
    for some in rows.chunks(LISTED) {
        let keys = some.iter().map(|row| (row.company.as_str(), row.number.as_str()));
        let known = engine.store.db.fingerprints(host, keys).await?;
        unknown.extend(some.iter().filter(|row| !known.contains_key(&(row.company.clone(), row.number.clone()))));
    }
    *seen += i64::try_from(rows.len() - unknown.len()).unwrap_or(0);
    Ok(unknown)
}

/// Why it is not here, as far as anybody knows.
async fn reason(engine: &Engine, host: &str, row: &Confirmed, failed: Option<&Failure>) -> Result<String> {
    let key = OrderKey { host: host.to_owned(), company: row.company.clone(), number: row.number.clone() };
    if let Some(waiting) = engine.store.db.look_at(&key).await? {
        return Ok(match &waiting.cause_code {
            Some(code) => format!("It waits to be read: {}", words(code).sentence),
            None => "It waits to be read.".to_owned(),
        });
    }
    Ok(match failed {
        Some(failure) => format!("The scan for it failed: {}", failure.cause().words().sentence),
        None => "No reason is known: a scan did not bring it in.".to_owned(),
    })
}

fn order(row: &Confirmed, kind: &str, reason: &str) -> GapOrder {
    GapOrder {
        kind: kind.to_owned(),
        company: row.company.clone(),
        number: row.number.clone(),
        delivery_mode: row.delivery_mode.clone(),
        reason: reason.to_owned(),
    }
}

/// Compares daily and when asked, until the program stops.
pub async fn run(engine: &Engine, lifecycle: &Lifecycle) {
    while !lifecycle.is_stopping() {
        if let Err(error) = tick(engine).await {
            super::failed("gap", &error);
        }
        tokio::select! {
            () = engine.wake_gap.notified() => {
                if let Err(error) = compare(engine, &Actor::Engine).await {
                    super::failed("gap", &error);
                }
            }
            () = tokio::time::sleep(EVERY) => {}
            () = lifecycle.stopping() => {}
        }
    }
}
