//! A new secret is tried before it replaces the one in force, so that a typing slip stops no label.
//!
//! What fails its test is kept in memory for some minutes; saving it anyway is a second decision,
//! which says what it risks.

use crate::audit::{Actor, Outcome, Subject, System};
use crate::clock::MINUTE_MS;
use crate::desk::connections::{self, Prepared};
use crate::desk::{OperatorDesk, Role, ping, present, problem};
use crate::engine::{Engine, RefusedConnection};
use app::contract::{Ladder, Problem, RefusedSave};
use secrecy::ExposeSecret;
use serde_json::Value;

/// How long a refused secret can be saved anyway: time to read why, not to leave it lying about.
const KEPT_MS: i64 = 15 * MINUTE_MS;

/// Saves a connection. A new secret that fails its test is not saved.
pub async fn save_tested(engine: &Engine, actor: &Actor, system: System, document: Value) -> Result<Ladder, Problem> {
    let prepared = connections::prepare(engine, system, document).await?;
    if !prepared.replaces_secret {
        connections::write(engine, actor, system, &prepared).await?;
        return ping::ping(engine, system, actor).await.map_err(|error| problem::store(engine, &error));
    }
    let climbed = ping::climb_on_trial(engine, system, actor, &prepared.sealed).await;
    if !climbed.ladder.passed {
        return Err(refuse(engine, actor, system, &prepared, &climbed).await?);
    }
    connections::write(engine, actor, system, &prepared).await?;
    ping::keep(engine, system, actor, &climbed).await.map_err(|error| problem::store(engine, &error))?;
    Ok(climbed.ladder)
}

/// Keeps what failed aside, and says why the old one stays.
async fn refuse(
    engine: &Engine,
    actor: &Actor,
    system: System,
    prepared: &Prepared,
    climbed: &ping::Climbed,
) -> Result<Problem, Problem> {
    let why = climbed.fault.as_ref().map(|cause| cause.words().sentence).unwrap_or_default();
    let summary = format!("A new secret for {} failed its test and was not saved. {why}", system.title());
    let mut entry = engine.entry(actor, "connections.test-failed", Subject::default(), summary.trim_end());
    entry.system = system;
    entry.body = serde_json::to_string(&climbed.ladder).ok();
    let recorded = engine.store.record(&entry.outcome(Outcome::Failed)).await;
    recorded.map_err(|error| problem::store(engine, &error))?;
    let refused = RefusedConnection {
        document: prepared.sealed.clone(),
        ladder: serde_json::to_string(&climbed.ladder).unwrap_or_default(),
        by: actor.name().to_owned(),
        until_ms: engine.clock.now_ms() + KEPT_MS,
    };
    engine.keep_refused(system, Some(refused));
    let message = format!("The new secret failed its test, so nothing was saved and the old one stays in force. {why}");
    Ok(Problem::new(
        "connections.test-failed",
        message.trim_end(),
        "Correct it and save again, or save it anyway where its test is shown.",
    ))
}

/// What may go wrong until a secret that failed its test works.
fn risk(system: System) -> &'static str {
    match system {
        System::D365 => {
            "The old secret is gone then. Until the new one works, no order comes in and nothing is written back; \
             orders before their label wait."
        }
        System::Fedex | System::Connector => {
            "The old secret is gone then. Until the new one works, no label is bought and no parcel is followed; \
             orders wait."
        }
    }
}

impl OperatorDesk {
    /// Saves what failed its test a moment ago.
    pub(super) async fn save_refused(&self, actor: &Actor, system: System) -> Result<Ladder, Problem> {
        let Some(refused) = self.engine.refused(system) else {
            return Err(Problem::new(
                "connections.nothing-refused",
                "No refused secret is kept any more.",
                "Enter it again and save; what fails its test is kept for 15 minutes.",
            ));
        };
        // The rules of a FedEx connection are as they are, and are not part of the sealed document.
        let document = serde_json::from_str(refused.document.expose_secret()).unwrap_or_default();
        connections::save(&self.engine, actor, system, document).await?;
        ping::ping(&self.engine, system, actor).await.map_err(|error| problem::store(&self.engine, &error))
    }

    /// The refused secret of a system, for who may save it.
    pub(super) fn refused_save(&self, system: System) -> Option<RefusedSave> {
        self.allowed(Role::Admin).ok()?;
        let refused = self.engine.refused(system)?;
        Some(RefusedSave {
            ladder: serde_json::from_str(&refused.ladder).unwrap_or_default(),
            by: refused.by,
            until: present::moment(refused.until_ms),
            risk: risk(system).to_owned(),
        })
    }
}
