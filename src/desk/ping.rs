//! One ping: the ladder of a system, kept with the earlier ones and audited.

use crate::audit::{Actor, Outcome, Subject, System};
use crate::d365::D365;
use crate::desk::colleague::{self, Facts};
use crate::desk::present::moment;
use crate::engine::Engine;
use crate::fedex::Fedex;
use crate::order::cause::Cause;
use crate::order::retry::Failure;
use crate::store::Result;
use crate::store::ping_history::PingRow;
use crate::transport::Trace;
use crate::transport::probe::{ProbeOutcome, ProbeRung};
use app::contract::{Ladder, Rung, RungOutcome};
use secrecy::{ExposeSecret, SecretString};

/// A climbed ladder and what stopped it.
pub struct Climbed {
    /// As shown.
    pub ladder: Ladder,
    /// What is wrong, if something is.
    pub fault: Option<Cause>,
}

/// Climbs the ladder of a system and keeps it. An operator who asks has refused credentials tried
/// again; the hourly check does not, since vendors lock out who keeps trying.
pub async fn ping(engine: &Engine, system: System, actor: &Actor) -> Result<Ladder> {
    let began = engine.clock.now_ms();
    let trace = Trace { actor: actor.clone(), subject: Subject::default() };
    let anew = *actor != Actor::Engine;
    let rungs = match system {
        System::D365 => match engine.d365().await {
            Ok(d365) => climb_d365(engine, &d365, &trace, anew).await,
            Err(failure) => not_configured(&failure),
        },
        System::Fedex | System::Connector => match engine.fedex().await {
            Ok(fedex) => climb_fedex(engine, &fedex, &trace, anew).await,
            Err(failure) => not_configured(&failure),
        },
    };
    let climbed = climbed(engine, system, began, &rungs).await;
    keep(engine, system, actor, &climbed).await?;
    Ok(climbed.ladder)
}

/// Climbs the ladder with credentials that are not in force; nothing of it is kept but its calls.
pub async fn climb_on_trial(engine: &Engine, system: System, actor: &Actor, document: &SecretString) -> Climbed {
    let began = engine.clock.now_ms();
    let trace = Trace { actor: actor.clone(), subject: Subject::default() };
    let refused = || not_configured(&Failure::NotAllowed(Cause::new("auth.not-configured")));
    let rungs = match system {
        System::D365 => match crate::d365::Credentials::parse(document.expose_secret()) {
            Ok(credentials) => climb_d365(engine, &engine.d365_on_trial(credentials), &trace, true).await,
            Err(_) => refused(),
        },
        System::Fedex | System::Connector => {
            let parsed = crate::fedex::Credentials::parse(document.expose_secret()).ok();
            match parsed.and_then(|credentials| engine.fedex_on_trial(credentials)) {
                Some(fedex) => climb_fedex(engine, &fedex, &trace, true).await,
                None => refused(),
            }
        }
    };
    climbed(engine, system, began, &rungs).await
}

async fn climbed(engine: &Engine, system: System, began: i64, rungs: &[ProbeRung]) -> Climbed {
    let at = engine.clock.now_ms();
    let passed = rungs.iter().all(|rung| rung.outcome != ProbeOutcome::Failed && rung.outcome != ProbeOutcome::Skipped);
    // A remark after which nothing more was tried says as much as a failure.
    let failed = rungs.iter().find(|rung| rung.outcome == ProbeOutcome::Failed);
    let stopped = || rungs.iter().filter(|_| !passed).find(|rung| rung.cause.is_some());
    let fault = failed.or_else(stopped).and_then(|rung| rung.cause.clone());
    let facts = colleague::facts(engine).await;
    let ladder = Ladder {
        system: system.name().to_owned(),
        at: moment(at),
        passed,
        duration_ms: at - began,
        rungs: rungs.iter().map(|one| rung(system, one, &facts)).collect(),
    };
    Climbed { ladder, fault }
}

/// Keeps a ladder of the credentials in force: as the last one, in the history and in the trail.
pub async fn keep(engine: &Engine, system: System, actor: &Actor, climbed: &Climbed) -> Result<()> {
    let Climbed { ladder, fault } = climbed;
    match system {
        System::D365 => engine.note_d365(fault.clone()),
        System::Fedex | System::Connector => engine.note_fedex(fault.clone()),
    }
    let summary = match fault {
        None => format!("{} answers on every rung.", system.title()),
        Some(cause) => format!("{}: {} {}", system.title(), cause.words().sentence, cause.words().next_step),
    };
    let at = ladder.at.ms;
    let json = serde_json::to_string(ladder).expect("a ladder is plain data");
    let outcome = if ladder.passed { Outcome::Ok } else { Outcome::Failed };
    let mut entry = engine.entry(actor, "desk.ping", Subject::default(), summary).outcome(outcome);
    entry.system = system;
    entry.duration_ms = Some(ladder.duration_ms);
    entry.body = Some(json.clone());
    let row = PingRow {
        ping_id: engine.new_id(),
        system: system.name().to_owned(),
        at_ms: at,
        asked_by: actor.name().to_owned(),
        passed: i64::from(ladder.passed),
        ladder: json.clone(),
    };
    let mut tx = engine.store.begin().await?;
    engine.store.append(&mut tx, &entry).await?;
    tx.insert_ping(&row).await?;
    if ladder.passed {
        // What waited for this connection goes on now.
        tx.hurry_waiting(at).await?;
        tx.hurry_write_backs(at).await?;
    }
    tx.commit().await?;
    engine.store.db.keep_ping(system.name(), at, ladder.passed, &json).await?;
    if ladder.passed {
        engine.wake_poll.notify_one();
        engine.wake_drive.notify_one();
    }
    Ok(())
}

async fn climb_d365(engine: &Engine, d365: &D365, trace: &Trace, anew: bool) -> Vec<ProbeRung> {
    let mut modes = d365.credentials().orders.delivery_modes.clone();
    if let (true, Ok(rules)) = (modes.is_empty(), engine.rules().await) {
        modes = rules.fedex_modes();
    }
    if anew {
        d365.try_again().await;
    }
    d365.probe(trace, &modes).await
}

async fn climb_fedex(engine: &Engine, fedex: &Fedex, trace: &Trace, anew: bool) -> Vec<ProbeRung> {
    if anew {
        fedex.try_again().await;
    }
    let rules = engine.rules().await.unwrap_or_default();
    fedex.probe(trace, &rules).await
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
