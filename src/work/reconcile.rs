//! Asks FedEx where the parcels are, in batches: complete on its own, whether FedEx pushes or not.
//!
//! What is due is claimed and taken off the day's budget in one transaction, then asked about. A
//! batch that fails blames no parcel. Refused for too many questions, nobody asks until the ten
//! seconds of FedEx's window are over; refused in three windows in a row, until 00:00 GMT, because
//! then it is the day's quota: FedEx's two refusals differ in their words alone.

use crate::clock::{self, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
use crate::engine::Engine;
use crate::fedex::track::PARCELS_PER_CALL;
use crate::fedex::{Fedex, Parcel};
use crate::lifecycle::Lifecycle;
use crate::order::parcel_state::ParcelState;
use crate::order::retry::{Decision, Failure, decide};
use crate::order::track_schedule::{Pace, pace};
use crate::store::Result;
use crate::store::scans::Source;
use crate::store::track_days::{PAUSED_UNTIL, REFUSALS};
use crate::transport::Trace;
use crate::work::{find_pieces, news};
use futures::{StreamExt, stream};
use std::time::Duration;

/// How often to look for due parcels: a cheap query.
const EVERY: Duration = Duration::from_secs(1);
/// Batches of one look: 120 parcels a second are 400,000 an hour, far beyond any day's budget.
const BATCHES: usize = 4;
/// Batches asked at the same time: FedEx answers thirty parcels within two seconds.
const AT_ONCE: usize = 2;
/// How long claimed parcels are left alone: longer than a sign-in and a call with their timeouts.
const CLAIM_MS: i64 = 3 * MINUTE_MS;
/// FedEx counts transactions in fixed windows of so long.
const WINDOW_MS: i64 = 10 * SECOND_MS;
/// Our clock may run a little before FedEx's.
const CLOCKS_APART_MS: i64 = SECOND_MS;
/// Refusals in so many windows in a row are the day's quota.
const QUOTA_AFTER: i64 = 3;
/// Over so long the nodes come back after midnight.
const AFTER_MIDNIGHT_MS: i64 = MINUTE_MS;
/// Shortest wait after a failed batch.
const LEAST_WAIT_MS: i64 = 10 * SECOND_MS;
/// A single parcel that FedEx refuses to look at; tomorrow it may.
const REFUSED_PARCEL_MS: i64 = 6 * HOUR_MS;

/// Asks about the parcels that are due. Answers how many.
pub async fn tick(engine: &Engine) -> Result<usize> {
    let now = engine.clock.now_ms();
    if paused_until(engine).await? > now {
        return Ok(0);
    }
    let budget = i64::from(engine.config.track_daily_budget);
    let day = clock::date(now);
    let asked = engine.store.db.track_day(&day).await?.asked;
    let pace = pace(asked, budget, now);
    let Some(urgency) = pace.urgency else { return Ok(0) };
    if !engine.store.db.has_due_parcels(now, urgency).await? {
        return Ok(0);
    }
    let Ok(fedex) = engine.fedex().await else { return Ok(0) };
    let limit = i64::try_from(BATCHES * PARCELS_PER_CALL).unwrap_or(1).min(budget - asked);
    let mut tx = engine.store.begin().await?;
    let claimed = tx.claim_parcels(now, now + CLAIM_MS, urgency, limit).await?;
    let calls = claimed.len().div_ceil(PARCELS_PER_CALL);
    if claimed.is_empty() || !tx.spend_questions(&day, count(claimed.len()), count(calls), budget).await? {
        return Ok(0);
    }
    tx.commit().await?;
    let due = claimed.len();
    let (named, unnamed): (Vec<ParcelState>, Vec<ParcelState>) =
        claimed.into_iter().partition(|parcel| !parcel.tracking_number.is_empty());
    let batches: Vec<Vec<ParcelState>> = named.chunks(PARCELS_PER_CALL).map(<[ParcelState]>::to_vec).collect();
    let fedex = fedex.as_ref();
    let asked: Vec<Result<()>> = stream::iter(batches)
        .map(|batch| async move { ask(engine, fedex, &batch, pace).await })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    asked.into_iter().collect::<Result<()>>()?;
    find_pieces::find(engine, fedex, &unnamed, pace).await?;
    Ok(due)
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Until when nobody asks.
async fn paused_until(engine: &Engine) -> Result<i64> {
    Ok(engine.store.db.cursor(PAUSED_UNTIL).await?.unwrap_or(0))
}

/// What FedEx is asked about a parcel.
fn question(parcel: &ParcelState) -> Parcel {
    Parcel {
        tracking_number: parcel.tracking_number.clone(),
        ship_date: Some(clock::date(parcel.labelled_ms)),
        unique_id: Some(parcel.unique_id.clone()).filter(|id| !id.is_empty()),
    }
}

/// Asks about one batch, unless FedEx refused another one meanwhile.
async fn ask(engine: &Engine, fedex: &Fedex, batch: &[ParcelState], pace: Pace) -> Result<()> {
    let paused = paused_until(engine).await?;
    if paused > engine.clock.now_ms() {
        return put_off(engine, batch, paused).await;
    }
    match answered(engine, fedex, batch, pace).await? {
        None => Ok(()),
        // One number may spoil the batch: each is asked about on its own, once.
        Some(Failure::Permanent(_)) if batch.len() > 1 => {
            let day = clock::date(engine.clock.now_ms());
            let mut tx = engine.store.begin().await?;
            let budget = i64::from(engine.config.track_daily_budget);
            if !tx.spend_questions(&day, count(batch.len()), count(batch.len()), budget).await? {
                drop(tx);
                return put_off(engine, batch, engine.clock.now_ms() + HOUR_MS).await;
            }
            tx.commit().await?;
            for parcel in batch {
                let single = std::slice::from_ref(parcel);
                if let Some(failure) = answered(engine, fedex, single, pace).await? {
                    failed(engine, single, &failure).await?;
                }
            }
            Ok(())
        }
        Some(failure) => failed(engine, batch, &failure).await,
    }
}

/// Asks and takes in the answers; the failure if none came.
async fn answered(engine: &Engine, fedex: &Fedex, batch: &[ParcelState], pace: Pace) -> Result<Option<Failure>> {
    let questions: Vec<Parcel> = batch.iter().map(question).collect();
    let result = fedex.track(&Trace::engine(), &questions).await;
    engine.note_fedex(result.as_ref().err().map(|failure| failure.cause().clone()));
    let answers = match result {
        Ok(answers) => answers,
        Err(failure) => return Ok(Some(failure)),
    };
    if engine.store.db.cursor(REFUSALS).await?.unwrap_or(0) > 0 {
        engine.store.db.set_cursor(REFUSALS, 0, engine.clock.now_ms()).await?;
    }
    for (parcel, answer) in batch.iter().zip(&answers) {
        news::hear(engine, &parcel.shipment_id, parcel.sequence, answer, Source::Poll, pace).await?;
    }
    Ok(None)
}

/// All of them later; none of them is to blame.
async fn failed(engine: &Engine, batch: &[ParcelState], failure: &Failure) -> Result<()> {
    let now = engine.clock.now_ms();
    let at_ms = match (failure, decide(failure, 0, engine.jitter())) {
        (Failure::Throttled { retry_after_ms, .. }, _) => pause(engine, *retry_after_ms, now).await?,
        (_, Decision::Again { in_ms, .. }) => now + in_ms.max(LEAST_WAIT_MS),
        (_, Decision::Park) if batch.len() == 1 => now + REFUSED_PARCEL_MS,
        (_, Decision::Park) => now + HOUR_MS,
    };
    put_off(engine, batch, at_ms).await
}

/// Nobody asks for a while. Answers until when.
async fn pause(engine: &Engine, retry_after_ms: Option<i64>, now: i64) -> Result<i64> {
    let known = paused_until(engine).await?;
    if known > now {
        // Another call of the same window was refused already.
        return Ok(known);
    }
    let db = &engine.store.db;
    let refusals = db.cursor(REFUSALS).await?.unwrap_or(0) + 1;
    let until = match retry_after_ms {
        Some(wait_ms) => now + wait_ms,
        None if refusals < QUOTA_AFTER => (now / WINDOW_MS + 1) * WINDOW_MS + CLOCKS_APART_MS,
        None => (now / DAY_MS + 1) * DAY_MS + spread(AFTER_MIDNIGHT_MS, engine.jitter()),
    };
    db.set_cursor(REFUSALS, refusals, now).await?;
    db.set_cursor(PAUSED_UNTIL, until, now).await?;
    let mut tx = engine.store.begin().await?;
    tx.note_refused_question(&clock::date(now)).await?;
    tx.commit().await?;
    tracing::warn!(until = clock::text(until), refusals, "FedEx refused a question: too many were asked");
    Ok(until)
}

fn spread(over_ms: i64, jitter: f64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "waits are small numbers of milliseconds"
    )]
    let part = (over_ms as f64 * jitter.clamp(0.0, 1.0)) as i64;
    part
}

/// Makes claimed parcels due at another moment.
pub async fn put_off(engine: &Engine, parcels: &[ParcelState], at_ms: i64) -> Result<()> {
    let mut tx = engine.store.begin().await?;
    for parcel in parcels {
        tx.put_off_parcel(&parcel.shipment_id, parcel.sequence, at_ms).await?;
    }
    tx.commit().await
}

/// Ticks until the program stops.
pub async fn run(engine: &Engine, lifecycle: &Lifecycle) {
    while !lifecycle.is_stopping() {
        if let Err(error) = tick(engine).await {
            super::failed("reconcile", &error);
        }
        super::pause(EVERY, lifecycle).await;
    }
}
