//! Looks whether the write-back targets can be written: after a save, at the start, once a day; and
//! tries them on one order when an administrator asks.

use crate::audit::{Actor, Outcome, Subject, System};
use crate::clock::{DAY_MS, MINUTE_MS};
use crate::d365::Place;
use crate::d365::rehearsal::Rehearsed;
use crate::engine::Engine;
use crate::lifecycle::Lifecycle;
use crate::order::cause::Cause;
use crate::order::mode::Mode;
use crate::order::retry::Failure;
use crate::store::Result;
use crate::store::orders::OrderRecord;
use crate::transport::Trace;
use crate::transport::probe::ProbeOutcome;
use crate::work::write_back::{end_turn, take_turn};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Under this name the last look is kept, beside the pings of the systems.
pub const NAME: &str = "write_back";
/// How often to see whether the connection was saved anew.
const EVERY: Duration = Duration::from_secs(3);
/// When to look again after a look that could not be ended: the server may have been down.
const AGAIN_MS: i64 = MINUTE_MS;
/// A deployment may take a field away while we run: looked at once a day.
pub const AGE_MS: i64 = DAY_MS;

/// One target, as it was found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VerifiedTarget {
    /// A word or two.
    pub name: String,
    /// Nothing is wrong with it.
    pub passed: bool,
    /// It works as far as one can see, but somebody should look.
    pub doubtful: bool,
    /// How long the look took.
    pub duration_ms: Option<i64>,
    /// What was seen.
    pub evidence: String,
    /// What is wrong.
    pub cause: Option<Cause>,
}

/// A look at all targets.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Verified {
    /// When.
    pub at_ms: i64,
    /// How long it took.
    pub duration_ms: i64,
    /// Of the connection it is about.
    pub fingerprint: String,
    /// Target by target.
    pub targets: Vec<VerifiedTarget>,
}

impl Verified {
    /// Nothing is wrong with any target.
    pub fn passed(&self) -> bool {
        self.targets.iter().all(|target| target.passed)
    }

    /// What is wrong first.
    pub fn cause(&self) -> Option<&Cause> {
        self.targets.iter().find_map(|target| target.cause.as_ref())
    }

    /// It ended with a verdict about the targets, not with trouble on the way.
    fn is_conclusive(&self) -> bool {
        self.targets.iter().all(|target| {
            target.passed || target.cause.as_ref().is_none_or(|cause| cause.code.starts_with("d365.write-"))
        })
    }
}

/// Looks at all targets, keeps what was found, and says so in the trail.
pub async fn verify(engine: &Engine, actor: &Actor) -> Result<std::result::Result<Verified, Failure>> {
    let d365 = match engine.d365().await {
        Ok(d365) => d365,
        Err(failure) => return Ok(Err(failure)),
    };
    let began = engine.clock.now_ms();
    let trace = Trace { actor: actor.clone(), subject: Subject::default() };
    let rungs = d365.verify(&trace).await;
    let at_ms = engine.clock.now_ms();
    let target = |rung: crate::transport::probe::ProbeRung| VerifiedTarget {
        name: rung.name.to_owned(),
        passed: rung.outcome != ProbeOutcome::Failed,
        doubtful: rung.outcome == ProbeOutcome::Warned,
        duration_ms: rung.duration_ms,
        evidence: rung.evidence,
        cause: rung.cause,
    };
    let verified = Verified {
        at_ms,
        duration_ms: at_ms - began,
        fingerprint: d365.credentials().fingerprint(),
        targets: rungs.into_iter().map(target).collect(),
    };
    let (outcome, summary) = match verified.cause() {
        None => (Outcome::Ok, "Every write-back target can be written, as the metadata says.".to_owned()),
        Some(cause) => {
            let detail = cause.detail.as_deref().unwrap_or_default();
            (Outcome::Failed, format!("{} {detail} {}", cause.words().sentence, cause.words().next_step))
        }
    };
    let mut entry = engine.entry(actor, "write-back.verified", Subject::default(), summary).outcome(outcome);
    entry.system = System::D365;
    engine.store.record(&entry).await?;
    let json = serde_json::to_string(&verified).expect("a look is plain data");
    engine.store.db.keep_ping(NAME, at_ms, verified.passed(), &json).await?;
    Ok(Ok(verified))
}

/// The last look.
pub async fn last(engine: &Engine) -> Result<Option<Verified>> {
    let kept = engine.store.db.last_ping(NAME).await?;
    Ok(kept.and_then(|(_, json)| serde_json::from_str(&json).ok()))
}

/// Looks if nobody looked since the connection was saved, since the start (`last` is `None` then), or for
/// a day. Answers when to look again at the earliest.
pub async fn tick(engine: &Engine, last: &mut Option<(String, i64)>) -> Result<()> {
    let Ok(d365) = engine.d365().await else { return Ok(()) };
    let fingerprint = d365.credentials().fingerprint();
    let now = engine.clock.now_ms();
    if last.as_ref().is_some_and(|(known, until_ms)| *known == fingerprint && now < *until_ms) {
        return Ok(());
    }
    if let Ok(verified) = verify(engine, &Actor::Engine).await? {
        let wait_ms = if verified.is_conclusive() { AGE_MS } else { AGAIN_MS };
        *last = Some((fingerprint, now + wait_ms));
    }
    Ok(())
}

/// Looks until the program stops.
pub async fn run(engine: &Engine, lifecycle: &Lifecycle) {
    let mut last = None;
    while !lifecycle.is_stopping() {
        if let Err(error) = tick(engine, &mut last).await {
            super::failed("verify", &error);
        }
        super::pause(EVERY, lifecycle).await;
    }
}

/// Why a test write was not begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotTried {
    /// There is no connection.
    NotConnected(Cause),
    /// The legal entity is in shadow.
    Shadow,
    /// Something of the order is under way.
    Busy(&'static str),
}

/// Tries the targets on one order, if nothing of it is under way. What was tried stands in the trail,
/// with what the order held before.
pub async fn rehearse(
    engine: &Engine,
    actor: &Actor,
    record: &OrderRecord,
) -> Result<std::result::Result<Vec<Rehearsed>, NotTried>> {
    let d365 = match engine.d365().await {
        Ok(d365) => d365,
        Err(failure) => return Ok(Err(NotTried::NotConnected(failure.cause().clone()))),
    };
    if engine.store.db.mode_of(&record.order_id).await? == Mode::Shadow {
        return Ok(Err(NotTried::Shadow));
    }
    let Some(turn) = take_turn(engine, &record.order_id).await? else {
        return Ok(Err(NotTried::Busy("the order is being written at this moment")));
    };
    let tried = rehearse_in_turn(engine, &d365, actor, record).await;
    end_turn(engine, &turn).await?;
    tried
}

async fn rehearse_in_turn(
    engine: &Engine,
    d365: &crate::d365::D365,
    actor: &Actor,
    record: &OrderRecord,
) -> Result<std::result::Result<Vec<Rehearsed>, NotTried>> {
    let mut tx = engine.store.begin().await?;
    let mut busy = false;
    for shipment in tx.shipments_of(&record.order_id).await? {
        busy |= tx.has_open_attempt(&shipment.shipment_id).await? || shipment.state.is_label_in_flight();
    }
    if busy {
        return Ok(Err(NotTried::Busy("a label or a cancellation of it is under way")));
    }
    let subject = Subject { order_id: Some(record.order_id.clone()), ..Subject::default() };
    let summary = format!("Tries the write-back targets on {}.", record.key.number.trim());
    let entry = engine.entry(actor, "desk.test-write", subject.clone(), summary).outcome(Outcome::Begun);
    engine.store.append(&mut tx, &entry).await?;
    tx.commit().await?;
    let trace = Trace { actor: actor.clone(), subject: subject.clone() };
    let place = Place { company: &record.key.company, number: &record.key.number };
    let tried = d365.rehearse(&trace, place).await;
    let passed = tried.iter().all(|one| one.passed);
    let sentences: Vec<String> = tried.iter().map(|one| format!("{}: {}", one.set, one.sentence)).collect();
    let outcome = if passed { Outcome::Ok } else { Outcome::Failed };
    let entry = engine.entry(actor, "desk.test-write", subject, sentences.join(" ")).outcome(outcome);
    engine.store.record(&entry).await?;
    Ok(Ok(tried))
}
