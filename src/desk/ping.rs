//! One ping: the ladder of a system, kept and audited.

use crate::audit::{Actor, Outcome, Subject, System};
use crate::desk::colleague::{self, Facts};
use crate::desk::present::moment;
use crate::engine::Engine;
use crate::order::cause::Cause;
use crate::order::retry::Failure;
use crate::store::Result;
use crate::transport::Trace;
use crate::transport::probe::{ProbeOutcome, ProbeRung};
use app::contract::{Ladder, Rung, RungOutcome};

/// Climbs the ladder of a system.
pub async fn ping(engine: &Engine, system: System, actor: &Actor) -> Result<Ladder> {
    let began = engine.clock.now_ms();
    let trace = Trace { actor: actor.clone(), subject: Subject::default() };
    let rungs = match system {
        System::D365 => climb_d365(engine, &trace).await,
        System::Fedex | System::Connector => climb_fedex(engine, &trace).await,
    };
    let at = engine.clock.now_ms();
    let passed = rungs.iter().all(|rung| rung.outcome != ProbeOutcome::Failed && rung.outcome != ProbeOutcome::Skipped);
    // A remark after which nothing more was tried says as much as a failure.
    let failed = rungs.iter().find(|rung| rung.outcome == ProbeOutcome::Failed);
    let stopped = || rungs.iter().filter(|_| !passed).find(|rung| rung.cause.is_some());
    let fault = failed.or_else(stopped).and_then(|rung| rung.cause.clone());
    match system {
        System::D365 => engine.note_d365(fault.clone()),
        System::Fedex | System::Connector => engine.note_fedex(fault.clone()),
    }
    let facts = colleague::facts(engine).await;
    let ladder = Ladder {
        system: system.name().to_owned(),
        at: moment(at),
        passed,
        duration_ms: at - began,
        rungs: rungs.iter().map(|one| rung(system, one, &facts)).collect(),
    };
    let summary = match &fault {
        None => format!("{} answers on every rung.", system.title()),
        Some(cause) => format!("{}: {} {}", system.title(), cause.words().sentence, cause.words().next_step),
    };
    let json = serde_json::to_string(&ladder).expect("a ladder is plain data");
    let outcome = if passed { Outcome::Ok } else { Outcome::Failed };
    let mut entry = engine.entry(actor, "desk.ping", Subject::default(), summary).outcome(outcome);
    entry.system = system;
    entry.duration_ms = Some(at - began);
    entry.body = Some(json.clone());
    engine.store.record(&entry).await?;
    engine.store.db.keep_ping(system.name(), at, passed, &json).await?;
    if passed {
        // What waited for this connection goes on now.
        let mut tx = engine.store.begin().await?;
        tx.hurry_waiting(at).await?;
        tx.hurry_write_backs(at).await?;
        tx.commit().await?;
        engine.wake_poll.notify_one();
        engine.wake_drive.notify_one();
    }
    Ok(ladder)
}

async fn climb_d365(engine: &Engine, trace: &Trace) -> Vec<ProbeRung> {
    let d365 = match engine.d365().await {
        Ok(d365) => d365,
        Err(failure) => return not_configured(&failure),
    };
    let mut modes = d365.credentials().orders.delivery_modes.clone();
    if let (true, Ok(rules)) = (modes.is_empty(), engine.rules().await) {
        modes = rules.fedex_modes();
    }
    d365.try_again().await;
    d365.probe(trace, &modes).await
}

async fn climb_fedex(engine: &Engine, trace: &Trace) -> Vec<ProbeRung> {
    match engine.fedex().await {
        Ok(fedex) => {
            fedex.try_again().await;
            let rules = engine.rules().await.unwrap_or_default();
            fedex.probe(trace, &rules).await
        }
        Err(failure) => not_configured(&failure),
    }
}

fn not_configured(failure: &Failure) -> Vec<ProbeRung> {
    vec![ProbeRung {
        name: "Credentials",
        outcome: ProbeOutcome::Failed,
        duration_ms: None,
        evidence: String::new(),
        cause: Some(failure.cause().clone()),
    }]
}

fn rung(system: System, rung: &ProbeRung, facts: &Facts) -> Rung {
    let problem = |cause: &Cause| super::problem::cause(cause);
    Rung {
        name: rung.name.to_owned(),
        outcome: match rung.outcome {
            ProbeOutcome::Passed => RungOutcome::Passed,
            ProbeOutcome::Warned => RungOutcome::Warned,
            ProbeOutcome::Failed => RungOutcome::Failed,
            ProbeOutcome::Skipped => RungOutcome::Skipped,
        },
        duration_ms: rung.duration_ms,
        evidence: rung.evidence.clone(),
        problem: rung.cause.as_ref().map(problem),
        for_colleague: rung.cause.as_ref().and_then(|cause| colleague::text(system, rung.name, cause, facts)),
    }
}
