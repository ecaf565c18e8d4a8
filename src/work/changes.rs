//! Reads what changed since the cursor, where the environment publishes it, and hands it on: a few
//! orders to the queue of looks, many to a scan, which reads hundreds in one request.
//!
//! The cursor is a moment of Dynamics 365's clock and begins at its newest change. Each reading
//! begins a while before it, because rows become visible out of order; what was read there before
//! is remembered, so that it is not queued for ever. A date of change does not move when only a line
//! or an address changes: the periodic scan of the whole open set stays.

use crate::audit::{Actor, Subject};
use crate::clock::{DAY_MS, MINUTE_MS};
use crate::d365::D365;
use crate::d365::changes::{Answer, Change, From};
use crate::engine::Engine;
use crate::order::OrderKey;
use crate::order::ready::Ready;
use crate::order::retry::Failure;
use crate::store::watermarks::Watermark;
use crate::store::{Result, StoreError};
use crate::transport::Trace;
use crate::work::check::noted;
use crate::work::look_at::asking;

/// How far before the cursor a reading begins: transactions in Dynamics 365 may take minutes, and
/// carry the moment they began.
const OVERLAP_MS: i64 = 10 * MINUTE_MS;
/// How often an environment that does not publish changes is asked again: after a deployment it may.
const ASK_AGAIN_MS: i64 = DAY_MS;
/// Orders not known yet that are read one by one; more are read faster by one scan.
const FEW: usize = 25;
/// Pages of one reading; a server that pages in a circle ends here.
const PAGES: usize = 1_000;
/// What a queued order says hinted at it.
pub const WHY: &str = "changed in Dynamics 365";

/// What a reading came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadOn {
    /// Orders queued to be looked at.
    pub queued: usize,
    /// Too many new ones for single looks: the whole set should be scanned now.
    pub scan: bool,
}

/// Reads on. `None` where the environment does not publish changes.
pub async fn tick(engine: &Engine, trace: &Trace) -> Result<std::result::Result<Option<ReadOn>, Failure>> {
    let (d365, ready) = match asking(engine).await? {
        Ok(both) => both,
        Err(failure) => return Ok(Err(failure)),
    };
    let now = engine.clock.now_ms();
    let mark = match engine.store.db.watermark(d365.host()).await? {
        Some(mark) if mark.is_on() => mark,
        Some(mark) if now - mark.probed_ms < ASK_AGAIN_MS => return Ok(Ok(None)),
        _ => match probe(engine, &d365, trace).await? {
            Ok(Some(mark)) => mark,
            Ok(None) => return Ok(Ok(None)),
            Err(failure) => return Ok(Err(failure)),
        },
    };
    let read = read_on(engine, &d365, &ready, mark, trace).await?;
    if read.as_ref().is_ok_and(|read| read.is_some_and(|read| read.queued > 0)) {
        engine.wake_look_at.notify_one();
    }
    Ok(read)
}

/// Asks whether the environment publishes changes, and where they end now.
async fn probe(engine: &Engine, d365: &D365, trace: &Trace) -> Result<std::result::Result<Option<Watermark>, Failure>> {
    let begins = match noted(engine, d365.newest_change(trace).await) {
        Ok(Answer::Known(newest)) => Ok(newest.unwrap_or(0)),
        Ok(Answer::NotOffered(why)) => Err(why),
        Err(failure) => return Ok(Err(failure)),
    };
    keep(engine, d365.host(), begins.as_ref().map(|ms| *ms).map_err(String::as_str)).await?;
    let mark = engine.store.db.watermark(d365.host()).await?;
    Ok(Ok(mark.filter(Watermark::is_on)))
}

async fn keep(engine: &Engine, host: &str, begins: std::result::Result<i64, &str>) -> Result<()> {
    let mut tx = engine.store.begin().await?;
    tx.set_watermark(host, begins, engine.clock.now_ms()).await?;
    tx.commit().await
}

async fn read_on(
    engine: &Engine,
    d365: &D365,
    ready: &Ready,
    mut mark: Watermark,
    trace: &Trace,
) -> Result<std::result::Result<Option<ReadOn>, Failure>> {
    let mut read = ReadOn::default();
    let mut few = FEW;
    let mut from = From { ms: (mark.cursor_ms - OVERLAP_MS).max(0), skip: 0 };
    for _ in 0..PAGES {
        let page = match noted(engine, d365.changes(trace, from).await) {
            Ok(Answer::Known(page)) => page,
            Ok(Answer::NotOffered(why)) => {
                keep(engine, d365.host(), Err(&why)).await?;
                return Ok(Ok(None));
            }
            Err(failure) => return Ok(Err(failure)),
        };
        match hand_on(engine, ready, &mut mark, &page.rows, &mut few).await {
            Ok(some) => {
                read.queued += some.queued;
                read.scan |= some.scan;
            }
            // Somebody rewound the cursor, or another node read on: the next reading begins there.
            Err(StoreError::Conflict { .. }) => break,
            Err(error) => return Err(error),
        }
        let Some(next) = page.next else { break };
        from = next;
    }
    let now = engine.clock.now_ms();
    let mut tx = engine.store.begin().await?;
    tx.forget_changes(d365.host(), 0, mark.cursor_ms - 2 * OVERLAP_MS).await?;
    tx.note_watermark_read(d365.host(), i64::try_from(read.queued).unwrap_or(i64::MAX), now).await?;
    tx.commit().await?;
    Ok(Ok(Some(read)))
}

/// Queues what matters of a page and moves the cursor, in one transaction: neither without the other.
async fn hand_on(
    engine: &Engine,
    ready: &Ready,
    mark: &mut Watermark,
    rows: &[Change],
    few: &mut usize,
) -> Result<ReadOn> {
    let Some(newest) = rows.iter().map(|row| row.modified_ms).max() else { return Ok(ReadOn::default()) };
    let keys = rows.iter().map(|row| (row.company.as_str(), row.number.as_str()));
    let known = engine.store.db.fingerprints(&mark.host, keys).await?;
    let now = engine.clock.now_ms();
    let mut read = ReadOn::default();
    let mut tx = engine.store.begin().await?;
    for row in rows {
        if !tx.see_change(&mark.host, &row.company, &row.number, row.modified_ms).await? {
            continue;
        }
        if !known.contains_key(&(row.company.clone(), row.number.clone())) {
            if !may_be_ready(ready, row) {
                continue;
            }
            if *few == 0 {
                read.scan = true;
                continue;
            }
            *few -= 1;
        }
        let key = OrderKey { host: mark.host.clone(), company: row.company.clone(), number: row.number.clone() };
        tx.ask_to_look_at(&key, WHY, now).await?;
        read.queued += 1;
    }
    let cursor_ms = newest.max(mark.cursor_ms);
    if cursor_ms > mark.cursor_ms {
        tx.move_watermark(mark, cursor_ms).await?;
        (mark.cursor_ms, mark.version) = (cursor_ms, mark.version + 1);
    }
    tx.commit().await?;
    Ok(read)
}

/// Whether an order we do not know is worth a look: the raw table has neither the processing status
/// nor the hold of the header, so this only leaves out what certainly is not ours.
fn may_be_ready(ready: &Ready, row: &Change) -> bool {
    let status = row.sales_status.as_str();
    ready.has_company(&row.company)
        && ready.has_mode(&row.delivery_mode)
        && (status.is_empty() || ready.sales_statuses.iter().any(|one| one == status))
}

/// Moves the cursor back, for a person: everything changed since is looked at again. Our own ledger
/// decides what ships, so nothing ships twice by it. `false`: there is no cursor to move.
pub async fn rewind(engine: &Engine, actor: &Actor, host: &str, to_ms: i64) -> Result<bool> {
    let Some(mark) = engine.store.db.watermark(host).await?.filter(Watermark::is_on) else { return Ok(false) };
    let summary = format!(
        "The cursor of changes was set from {} to {}.",
        crate::clock::text(mark.cursor_ms),
        crate::clock::text(to_ms)
    );
    let entry = engine.entry(actor, "desk.rewind", Subject::default(), summary);
    let mut tx = engine.store.begin().await?;
    tx.move_watermark(&mark, to_ms).await?;
    tx.forget_changes(host, to_ms - OVERLAP_MS, i64::MAX).await?;
    engine.store.append(&mut tx, &entry).await?;
    tx.commit().await?;
    engine.wake_changes.notify_one();
    Ok(true)
}
