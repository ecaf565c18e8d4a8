//! Stopping parts of the flow, with a reason, and letting them go on. What is in flight finishes;
//! what waits keeps its place, since nothing but the claim is held back (`store/pauses.rs`).

use crate::audit::{Actor, Subject};
use crate::desk::{OperatorDesk, Role, present, problem};
use crate::engine::Engine;
use crate::store::StoreError;
use crate::store::pauses::{Flow, Pause};
use app::contract::{FlowView, PauseView, Problem};
use app::desk::PauseDesk;
use async_trait::async_trait;

/// Longest reason: it stands on every page.
const REASON_LIMIT: usize = 200;

/// What stands still.
pub fn title(flow: Flow) -> &'static str {
    match flow {
        Flow::Shipping => "Shipping is paused: no label is bought.",
        Flow::WriteBack => "Write-back is paused: nothing is written to orders in Dynamics 365.",
        Flow::Pull => "Pulling is paused: Dynamics 365 is not asked for orders.",
    }
}

/// What goes on meanwhile.
fn goes_on(flow: Flow) -> &'static str {
    match flow {
        Flow::Shipping => {
            "Orders are taken in and checked, purchases without an answer are looked up, labels are cancelled, \
             parcels are followed."
        }
        Flow::WriteBack => {
            "Labels are bought and printed, parcels are followed; what is owed is kept and written later."
        }
        Flow::Pull => "Orders that are here are shipped, single orders can be imported, business events are kept.",
    }
}

/// A flow by its name, or what to use instead.
pub fn flow_of(name: &str) -> Result<Flow, Problem> {
    Flow::parse(&name.trim().replace('-', "_")).ok_or_else(|| {
        let names = Flow::ALL.map(Flow::name).join(", ");
        Problem::new("pause.unknown-flow", &format!("There is no flow {name}."), &format!("Use one of {names}."))
    })
}

/// Stops a flow.
pub async fn pause(engine: &Engine, actor: &Actor, flow: Flow, reason: &str) -> Result<(), Problem> {
    let reason: String = reason.trim().chars().take(REASON_LIMIT).collect();
    if reason.is_empty() {
        return Err(Problem::new(
            "pause.reason-missing",
            "A pause says why, on every page.",
            "Write a few words, for example “label printer is being repaired”.",
        ));
    }
    let summary = format!("{} Why: {reason}", title(flow));
    let entry = engine.entry(actor, "desk.pause", Subject::default(), summary);
    let pause = Pause { flow, reason, paused_by: actor.name().to_owned(), paused_ms: engine.clock.now_ms() };
    let paused = async {
        let mut tx = engine.store.begin().await?;
        let is_new = tx.pause(&pause).await?;
        if is_new {
            engine.store.append(&mut tx, &entry).await?;
            tx.commit().await?;
        }
        Ok::<_, StoreError>(is_new)
    };
    if paused.await.map_err(|error| problem::store(engine, &error))? {
        return Ok(());
    }
    Err(Problem::new(
        "pause.already",
        "It is paused already, and the first reason stands.",
        "Resume it first if the reason should be another.",
    ))
}

/// Lets a flow go on, at once.
pub async fn resume(engine: &Engine, actor: &Actor, flow: Flow) -> Result<(), Problem> {
    let summary = match flow {
        Flow::Shipping => "Shipping goes on.",
        Flow::WriteBack => "Write-back goes on.",
        Flow::Pull => "Pulling goes on.",
    };
    let entry = engine.entry(actor, "desk.resume", Subject::default(), summary);
    let resumed = async {
        let mut tx = engine.store.begin().await?;
        // Resumed by somebody else a moment ago, it goes on as wanted.
        if tx.resume(flow).await? {
            engine.store.append(&mut tx, &entry).await?;
        }
        tx.commit().await
    };
    resumed.await.map_err(|error: StoreError| problem::store(engine, &error))?;
    match flow {
        Flow::Shipping | Flow::WriteBack => engine.wake_drive.notify_one(),
        Flow::Pull => {
            engine.wake_poll.notify_one();
            engine.wake_look_at.notify_one();
        }
    }
    Ok(())
}

fn flow_view(flow: Flow) -> FlowView {
    let (title, stops) = match flow {
        Flow::Shipping => ("shipping", "No label is bought until somebody resumes it; what is in flight finishes."),
        Flow::WriteBack => ("write-back", "Nothing is written to orders in Dynamics 365 until somebody resumes it."),
        Flow::Pull => ("pulling", "Dynamics 365 is not asked for orders until somebody resumes it."),
    };
    let sentence = format!("{stops} {}", goes_on(flow));
    FlowView { flow: flow.name().to_owned(), title: title.to_owned(), sentence }
}

/// A pause as the banner shows it.
fn view(pause: &Pause, may_resume: bool) -> PauseView {
    PauseView {
        flow: pause.flow.name().to_owned(),
        title: title(pause.flow).to_owned(),
        goes_on: goes_on(pause.flow).to_owned(),
        reason: pause.reason.clone(),
        since: present::moment(pause.paused_ms),
        by: pause.paused_by.clone(),
        may_resume,
    }
}

#[async_trait]
impl PauseDesk for OperatorDesk {
    async fn pause(&self, flow: String, reason: String) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
        pause(&self.engine, &actor, flow_of(&flow)?, &reason).await
    }

    async fn resume(&self, flow: String) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
        resume(&self.engine, &actor, flow_of(&flow)?).await
    }
}

impl OperatorDesk {
    /// What stands still, for the banner of every page.
    pub(super) async fn paused(&self) -> Result<Vec<PauseView>, Problem> {
        let may_resume = self.allowed(Role::Operator).is_ok();
        let pauses = self.store(self.engine.store.db.pauses().await)?;
        Ok(pauses.iter().map(|pause| view(pause, may_resume)).collect())
    }

    /// What can be paused now, for who may.
    pub(super) async fn pausable(&self) -> Result<Vec<FlowView>, Problem> {
        if self.allowed(Role::Operator).is_err() {
            return Ok(Vec::new());
        }
        let paused = self.store(self.engine.store.db.pauses().await)?;
        let running = Flow::ALL.into_iter().filter(|flow| paused.iter().all(|pause| pause.flow != *flow));
        Ok(running.map(flow_view).collect())
    }

    /// Asking for orders by hand makes no sense while pulling is paused.
    pub(super) async fn refuse_paused_pull(&self) -> Result<(), Problem> {
        if !self.store(self.engine.store.db.is_paused(Flow::Pull).await)? {
            return Ok(());
        }
        let next = "Resume it in the banner above, or import a single order.";
        Err(Problem::new("pause.pull-paused", title(Flow::Pull), next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flow_is_found_by_its_name_and_says_what_stands_still() {
        for flow in Flow::ALL {
            assert_eq!(flow_of(flow.name()).ok(), Some(flow));
            assert!(title(flow).contains("is paused") && goes_on(flow).ends_with('.'));
        }
        assert_eq!(flow_of("write-back").ok(), Some(Flow::WriteBack));
        assert_eq!(flow_of("all").expect_err("unknown").code, "pause.unknown-flow");
    }
}
