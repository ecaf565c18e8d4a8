//! Keeps orders in Dynamics 365 up to date with what happens after the label, each by one writer at a time.
//!
//! Whoever learns something marks the order due. The loop claims it, writes what is known at that
//! moment to every target, and stores what was read back; news that came meanwhile leave it due. The
//! steps of a shipment that write the same order (`tell.rs`) take the same right to write it.

use crate::audit::{Actor, Outcome, Subject};
use crate::clock::{MINUTE_MS, SECOND_MS};
use crate::d365::{D365, Place, Proof, Values, Written};
use crate::engine::{Engine, LEASE_MS};
use crate::lifecycle::Lifecycle;
use crate::order::OrderId;
use crate::order::cause::Cause;
use crate::order::mode::Mode;
use crate::order::retry::{Decision, decide};
use crate::store::Result;
use crate::store::write_backs::{WriteBack, WriteEnd, WriteState};
use crate::transport::{Trace, chain};
use crate::work::rehearse::SHADOW_WAIT_MS;
use crate::work::write_values::{add_labels, invoice_of, parcels_of, values};
use futures::{StreamExt, stream};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// Orders written at the same time. Microsoft marks the header entity for a single thread, and advises
/// a low number of writers in all.
const CONCURRENCY: usize = 3;
/// Longest sleep between two looks. With the debounce and a write it is far within a minute.
const IDLE: Duration = Duration::from_secs(1);
/// How long to wait for a packing slip before looking again: a poll's beat.
pub const PACKING_SLIP_WAIT_MS: i64 = 2 * MINUTE_MS;
/// A step waits for another writer of its order so often and so long each time: a write takes seconds.
const HOLD_TRIES: usize = 200;
/// See [`HOLD_TRIES`].
const HOLD_WAIT: Duration = Duration::from_millis(50);
/// When a step that did not get its turn comes again.
pub const TURN_MS: i64 = 5 * SECOND_MS;

/// The right to write an order, as long as the store says so.
pub struct Turn {
    order_id: OrderId,
    /// Nobody else is called so: two loops of one node are two writers.
    pub holder: String,
}

/// Waits for the right to write an order; `None`: somebody else kept it all the time.
pub async fn wait_for_turn(engine: &Engine, order_id: &OrderId) -> Result<Option<Turn>> {
    for _ in 0..HOLD_TRIES {
        if let Some(turn) = take_turn(engine, order_id).await? {
            return Ok(Some(turn));
        }
        tokio::time::sleep(HOLD_WAIT).await;
    }
    Ok(None)
}

/// Takes the right to write an order, if nobody has it and its legal entity is not in shadow.
pub async fn take_turn(engine: &Engine, order_id: &OrderId) -> Result<Option<Turn>> {
    let holder = holder(engine);
    let now = engine.clock.now_ms();
    let mut tx = engine.store.begin().await?;
    // In shadow nobody has the right.
    let may_write = tx.mode_of(order_id).await? != Mode::Shadow;
    let held = may_write && tx.hold_write_back(order_id, &holder, now, now + LEASE_MS).await?;
    tx.commit().await?;
    Ok(held.then(|| Turn { order_id: order_id.clone(), holder }))
}

/// Gives it back.
pub async fn end_turn(engine: &Engine, turn: &Turn) -> Result<()> {
    let mut tx = engine.store.begin().await?;
    tx.free_write_back(&turn.order_id, &turn.holder).await?;
    tx.commit().await
}

fn holder(engine: &Engine) -> String {
    format!("{}/{}", engine.node, engine.new_id())
}

/// Writes what is due, a few orders at a time. Answers how many.
pub async fn tick(engine: &Engine) -> Result<usize> {
    let mut count = 0;
    loop {
        let mut claimed = Vec::new();
        while claimed.len() < CONCURRENCY {
            match claim(engine).await? {
                Some(one) => claimed.push(one),
                None => break,
            }
        }
        if claimed.is_empty() {
            return Ok(count);
        }
        count += claimed.len();
        stream::iter(claimed).for_each_concurrent(CONCURRENCY, |claimed| one(engine, claimed)).await;
    }
}

/// An order that is this writer's.
struct Claimed {
    row: WriteBack,
    holder: String,
}

async fn claim(engine: &Engine) -> Result<Option<Claimed>> {
    let now = engine.clock.now_ms();
    let holder = holder(engine);
    let mut tx = engine.store.begin().await?;
    let row = tx.claim_write_back(&holder, now, now + LEASE_MS).await?;
    tx.commit().await?;
    Ok(row.map(|row| Claimed { row, holder }))
}

async fn one(engine: &Engine, claimed: Claimed) {
    if let Err(error) = write(engine, &claimed).await {
        tracing::error!(
            order.id = %claimed.row.order_id,
            error = %chain(&error),
            "a write-back could not be stored; it is taken up again when its lease ends"
        );
    }
}

/// Writes one order, whatever it takes, and stores how that ended.
async fn write(engine: &Engine, claimed: &Claimed) -> Result<()> {
    let row = &claimed.row;
    if engine.store.db.mode_of(&row.order_id).await? == Mode::Shadow {
        let shadow = End {
            state: WriteState::Waiting,
            cause: Some(Cause::new("mode.shadow")),
            failures: 0,
            next_run_ms: Some(engine.clock.now_ms() + SHADOW_WAIT_MS),
        };
        return end(engine, claimed, &shadow, &Written::default(), row.fingerprint.as_deref()).await;
    }
    let nothing = End { state: WriteState::Done, cause: None, failures: 0, next_run_ms: None };
    let d365 = match engine.d365().await {
        Ok(d365) => d365,
        Err(failure) => {
            return store(engine, claimed, &Written { failure: Some(failure), ..Written::default() }, None).await;
        }
    };
    let parcels = parcels_of(engine, &row.order_id).await?;
    let invoice = invoice_of(engine, &row.order_id).await?;
    let Some(mut values) = values(&parcels, invoice.as_deref()) else {
        return end(engine, claimed, &nothing, &Written::default(), None).await;
    };
    if d365.credentials().write_back.iter().any(|target| target.fields.contains_key("label")) {
        // Written anew on purpose, a label is looked for again, and added if somebody took it away.
        let seen: Vec<String> = match row.fingerprint {
            Some(_) => row.proof.iter().map(|proof| proof.value.clone()).collect(),
            None => Vec::new(),
        };
        add_labels(engine, &mut values, &parcels, &seen).await?;
    }
    let fingerprint = fingerprint(&d365, &values);
    if row.fingerprint.as_deref() == Some(fingerprint.as_str()) {
        return end(engine, claimed, &nothing, &Written::default(), Some(&fingerprint)).await;
    }
    let trace = Trace { subject: subject(&row.order_id), ..Trace::engine() };
    let place = Place { company: &row.company, number: &row.number };
    let written = d365.write(&trace, place, &values, &row.proof).await;
    engine.note_d365(written.failure.as_ref().map(|failure| failure.cause().clone()));
    store(engine, claimed, &written, Some(&fingerprint)).await
}

/// How an order stands after a write.
struct End {
    state: WriteState,
    cause: Option<Cause>,
    failures: u32,
    next_run_ms: Option<i64>,
}

async fn store(engine: &Engine, claimed: &Claimed, written: &Written, fingerprint: Option<&str>) -> Result<()> {
    let ended = judge(written, claimed.row.failures, engine.clock.now_ms(), engine.jitter());
    let fingerprint = fingerprint.filter(|_| ended.state == WriteState::Done);
    end(engine, claimed, &ended, written, fingerprint).await
}

/// What follows a write, by how it went.
fn judge(written: &Written, failures: u32, now_ms: i64, jitter: f64) -> End {
    let waiting = |cause: &Cause, failures: u32, in_ms: i64| End {
        state: WriteState::Waiting,
        cause: Some(cause.clone()),
        failures,
        next_run_ms: Some(now_ms + in_ms),
    };
    match (&written.failure, &written.waiting) {
        (Some(failure), _) => match decide(failure, failures, jitter) {
            Decision::Again { in_ms, counts } => waiting(failure.cause(), failures + u32::from(counts), in_ms),
            Decision::Park => End {
                state: WriteState::Parked,
                cause: Some(failure.cause().clone()),
                failures: failures + 1,
                next_run_ms: None,
            },
        },
        (None, Some(cause)) => waiting(cause, 0, PACKING_SLIP_WAIT_MS),
        (None, None) => End { state: WriteState::Done, cause: None, failures: 0, next_run_ms: None },
    }
}

async fn end(
    engine: &Engine,
    claimed: &Claimed,
    ended: &End,
    written: &Written,
    fingerprint: Option<&str>,
) -> Result<()> {
    let now = engine.clock.now_ms();
    let row = &claimed.row;
    let end = WriteEnd {
        state: ended.state,
        cause: ended.cause.as_ref(),
        failures: ended.failures,
        next_run_ms: ended.next_run_ms,
        proof: (!written.proof.is_empty()).then_some(written.proof.as_slice()),
        fingerprint: fingerprint.filter(|_| !written.proof.is_empty() || row.verified_ms.is_some()),
        written: written.changed,
    };
    let mut tx = engine.store.begin().await?;
    tx.end_write_back(row, &claimed.holder, &end, now).await?;
    if let Some((action, outcome, summary)) = told(row, ended, written) {
        let entry = engine.entry(&Actor::Engine, action, subject(&row.order_id), summary).outcome(outcome);
        engine.store.append(&mut tx, &entry).await?;
    }
    tx.commit().await
}

/// What the trail is told: what was written, and what needs a person. Trouble that passes stands in its calls.
fn told(row: &WriteBack, ended: &End, written: &Written) -> Option<(&'static str, Outcome, String)> {
    if let (WriteState::Parked, Some(cause)) = (ended.state, &ended.cause) {
        let detail = cause.detail.as_deref().unwrap_or_default();
        let summary = format!("{} {} {detail}", row.number.trim(), cause.words().sentence);
        return Some(("write-back.parked", Outcome::Refused, summary.trim_end().to_owned()));
    }
    let summary = || format!("Written and read back: {}.", shown(&written.proof));
    written.changed.then(|| ("write-back.written", Outcome::Ok, summary()))
}

/// `FdxStatus = delivered, FdxCharge = 71.80`.
pub fn shown(proof: &[Proof]) -> String {
    proof.iter().map(|one| format!("{} = {}", one.property, one.value)).collect::<Vec<_>>().join(", ")
}

fn subject(order_id: &OrderId) -> Subject {
    Subject { order_id: Some(order_id.clone()), ..Subject::default() }
}

/// Changes when a value or a target does.
fn fingerprint(d365: &D365, values: &Values) -> String {
    let targets = &d365.credentials().write_back;
    let bytes = serde_json::to_vec(&(targets, values)).expect("values are plain data");
    hex::encode(Sha256::digest(bytes))
}

/// Writes what is due until the program stops. A write that takes long holds its own place only.
pub async fn run(engine: &Engine, lifecycle: &Lifecycle) {
    stream::unfold((), |()| async move { next_due(engine, lifecycle).await.map(|claimed| (claimed, ())) })
        .for_each_concurrent(CONCURRENCY, |claimed| one(engine, claimed))
        .await;
}

/// The next order to write; `None` once the program stops.
async fn next_due(engine: &Engine, lifecycle: &Lifecycle) -> Option<Claimed> {
    while !lifecycle.is_stopping() {
        match claim(engine).await {
            Ok(Some(claimed)) => return Some(claimed),
            Ok(None) => {}
            Err(error) => super::failed("write_back", &error),
        }
        super::pause(IDLE, lifecycle).await;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::retry::Failure;

    fn after(failure: Option<Failure>, waiting: Option<Cause>, failures: u32) -> (WriteState, u32, Option<i64>) {
        let end = judge(&Written { waiting, failure, ..Written::default() }, failures, 1_000, 0.0);
        (end.state, end.failures, end.next_run_ms)
    }

    #[test]
    fn what_passes_is_tried_again_and_what_does_not_asks_a_person() {
        let cause = || Cause::new("d365.unavailable");
        assert_eq!(after(None, None, 3), (WriteState::Done, 0, None));
        assert_eq!(after(Some(Failure::Transient(cause())), None, 0), (WriteState::Waiting, 1, Some(3_000)));
        assert_eq!(after(Some(Failure::Permanent(cause())), None, 0).0, WriteState::Parked);
        let throttled = Failure::Throttled { cause: cause(), retry_after_ms: Some(7_000) };
        assert_eq!(after(Some(throttled), None, 4), (WriteState::Waiting, 4, Some(8_000)));
        let slip = Cause::new("d365.packing-slip-missing");
        assert_eq!(after(None, Some(slip.clone()), 2), (WriteState::Waiting, 0, Some(1_000 + PACKING_SLIP_WAIT_MS)));
        let both = after(Some(Failure::Permanent(cause())), Some(slip), 0);
        assert_eq!(both.0, WriteState::Parked, "a fault is not hidden behind a wait");
    }
}
