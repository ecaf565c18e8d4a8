//! `pull`, `import` and `why`: how orders come in, without a browser.

use super::inspect::desk;
use super::{Exit, Failed, Result};
use crate::audit::Actor;
use crate::engine::Engine;
use crate::work::{gap, look_at};
use app::contract::{Pull as View, WhyAnswer};
use app::desk::PullDesk;
use clap::Subcommand;

/// Subcommands of `pull`.
#[derive(Subcommand)]
pub enum Pull {
    /// Cursors, the queue of orders to look at, and what is missing.
    Status {
        /// JSON instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Moves the cursor of changes; what changed since is looked at again, and nothing ships twice.
    Rewind {
        /// 2026-11-22T18:30 in UTC.
        #[arg(long)]
        to: String,
    },
    /// Compares with Dynamics 365 now: 0 nothing is missing, 1 something is.
    Gaps,
}

impl Pull {
    /// Runs it.
    pub async fn run(self, engine: &Engine) -> Result {
        let desk = desk(engine);
        match self {
            Self::Status { json } => {
                let view = desk.pull().await?;
                if json {
                    say!("{}", serde_json::to_string(&view).unwrap_or_default());
                } else {
                    print_status(&view);
                }
                Ok(Exit::Done)
            }
            Self::Rewind { to } => {
                desk.rewind(to).await?;
                say!("The cursor is moved; the running server reads on from there.");
                Ok(Exit::Done)
            }
            Self::Gaps => {
                let run = gap::compare(engine, &Actor::CommandLine).await?.map_err(|failure| unreachable(&failure))?;
                say!("{}", gap::sentence(&run));
                for order in engine.store.db.gap_orders(&run.run_id).await? {
                    say!("{}\t{}\t{}\t{}", order.kind, order.company, order.number, order.reason);
                }
                Ok(if run.missing == 0 { Exit::Done } else { Exit::No })
            }
        }
    }
}

fn unreachable(failure: &crate::order::retry::Failure) -> Failed {
    let words = failure.cause().words();
    Failed::unreachable(format!("{} {}", words.sentence, words.next_step))
}

fn print_status(view: &View) {
    say!("{}", view.headline);
    say!("{}", view.scan.sentence);
    if let Some(trouble) = &view.scan.trouble {
        say!("  {trouble}");
    }
    say!("{}: {}", view.changes.status.label, view.changes.sentence);
    if let Some(cursor) = &view.changes.cursor {
        say!("  cursor {}", cursor.text);
    }
    say!("{}", view.queue.sentence);
    for row in &view.queue.rows {
        say!("  {} {}\t{}\t{}", row.company, row.number, row.why, row.cause.as_deref().unwrap_or_default());
    }
    say!("{}", view.gap.sentence);
}

/// `import`.
pub async fn import(engine: &Engine, company: Option<&str>, number: &str) -> Result {
    let imported = look_at::import(engine, &Actor::CommandLine, company, number).await?;
    let name = imported.company.map_or_else(|| number.to_owned(), |company| format!("{company} {number}"));
    match imported.looked {
        Ok(looked) if looked.is_in() => {
            say!("{name}: {}", looked.sentence());
            Ok(Exit::Done)
        }
        Ok(looked) => Err(Failed::no(format!("{name}: {} `ml-connector why {number}` says more.", looked.sentence()))),
        Err(failure) => Err(unreachable(&failure)),
    }
}

/// `why`.
pub async fn why(engine: &Engine, company: Option<String>, number: String, json: bool) -> Result {
    let why = desk(engine).why(company, number).await?;
    if json {
        say!("{}", serde_json::to_string(&why).unwrap_or_default());
    } else {
        why.answers.iter().for_each(print_answer);
    }
    Ok(if why.answers.iter().all(|answer| answer.shipped) { Exit::Done } else { Exit::No })
}

fn print_answer(answer: &WhyAnswer) {
    say!("{}\n{}", answer.sentence, answer.next_step);
    for step in &answer.chain {
        let mark = match step.holds {
            Some(true) => "✓",
            Some(false) => "✗",
            None => "–",
        };
        say!("  {mark}  {:<24} {}", step.condition, step.evidence);
    }
}
