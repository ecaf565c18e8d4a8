//! Recovering a window of time after an outage, from the command line.

use super::inspect::desk;
use super::{Exit, Failed, Result};
use crate::engine::Engine;
use app::contract::RecoverForm;
use app::desk::RepairDesk;
use clap::Args;

/// Arguments of `recover`.
#[derive(Args)]
pub struct Recover {
    /// Begin in UTC, 2026-11-22T18:30; without a window, the span of the last day's failures.
    #[arg(long, requires = "to")]
    from: Option<String>,
    /// End in UTC.
    #[arg(long, requires = "from")]
    to: Option<String>,
    /// What goes on: `failed`, `unknown` or `both`.
    #[arg(long, default_value = "both")]
    choice: String,
    /// Why; stands in the trail.
    #[arg(long, default_value = "Recovery after an outage")]
    reason: String,
    /// Only count.
    #[arg(long)]
    dry_run: bool,
}

impl Recover {
    /// Counts, then freezes what stands in the window; a running server or worker works it off.
    pub async fn run(self, engine: &Engine) -> Result {
        let desk = desk(engine);
        let found = desk.recovery(self.from.zip(self.to)).await?;
        say!("{} to {} UTC", found.from, found.to);
        for choice in &found.choices {
            say!("  {}: {}", choice.name, choice.count);
        }
        for line in &found.left {
            say!("  {line}");
        }
        if self.dry_run {
            return Ok(Exit::Done);
        }
        let form = RecoverForm { from: found.from, to: found.to, choice: self.choice, reason: self.reason };
        match desk.recover(form).await {
            Ok(batch_id) => {
                say!("batch {batch_id}; its page is /batches/{batch_id}");
                Ok(Exit::Done)
            }
            Err(problem) => Err(Failed::from(problem)),
        }
    }
}
