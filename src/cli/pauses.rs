//! `pause`, `resume` and `status`.

use super::{Exit, Failed, Result};
use crate::audit::Actor;
use crate::clock;
use crate::desk::pauses;
use crate::engine::Engine;
use crate::store::pauses::Flow;

/// Stops a flow.
pub async fn pause(engine: &Engine, flow: &str, reason: &str) -> Result {
    let flow = known(flow)?;
    pauses::pause(engine, &Actor::CommandLine, flow, reason).await?;
    say!("{}", pauses::title(flow));
    Ok(Exit::Done)
}

/// Lets a flow go on.
pub async fn resume(engine: &Engine, flow: &str) -> Result {
    let flow = known(flow)?;
    pauses::resume(engine, &Actor::CommandLine, flow).await?;
    say!("{} runs.", flow.name());
    Ok(Exit::Done)
}

/// Which flows run: 0 all, 1 something is paused.
pub async fn status(engine: &Engine) -> Result {
    let paused = engine.store.db.pauses().await?;
    for flow in Flow::ALL {
        match paused.iter().find(|pause| pause.flow == flow) {
            None => say!("{}\truns", flow.name()),
            Some(pause) => {
                let since = clock::text(pause.paused_ms);
                say!("{}\tpaused\t{since}\t{}\t{}", flow.name(), pause.paused_by, pause.reason);
            }
        }
    }
    Ok(if paused.is_empty() { Exit::Done } else { Exit::No })
}

fn known(flow: &str) -> std::result::Result<Flow, Failed> {
    pauses::flow_of(flow).map_err(|problem| Failed::usage(problem.to_string()))
}
