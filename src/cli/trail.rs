//! `audit verify` and `audit export`.

use super::{Exit, Failed, Result};
use crate::desk::trail::{self, Export, query_of};
use crate::engine::Engine;
use crate::zone::Zone;
use app::contract::TrailFilter;
use clap::{Subcommand, ValueEnum};
use std::io::Write;

/// Subcommands.
#[derive(Subcommand)]
pub enum Audit {
    /// Checks that no entry was changed, removed or inserted.
    Verify,
    /// Writes the trail to standard output, oldest first.
    Export {
        /// Format.
        #[arg(long, default_value = "jsonl")]
        format: Format,
        /// Entries about this order number.
        #[arg(long)]
        order: Option<String>,
        /// Entries of this operator, of `engine` or of `command line`.
        #[arg(long)]
        actor: Option<String>,
        /// d365, fedex or connector.
        #[arg(long)]
        system: Option<String>,
        /// An action, or the beginning of some: `fedex.`
        #[arg(long)]
        action: Option<String>,
        /// begun, ok, refused, failed or unknown.
        #[arg(long)]
        outcome: Option<String>,
        /// From this moment on, in UTC: 2026-11-22 or 2026-11-22T18:30.
        #[arg(long)]
        from: Option<String>,
        /// Up to this moment; a day counts to its end.
        #[arg(long)]
        to: Option<String>,
    },
}

/// Export format.
#[derive(Clone, Copy, ValueEnum)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated, with a header line.
    Csv,
}

impl Audit {
    /// Runs it.
    pub async fn run(self, engine: &Engine) -> Result {
        match self {
            Self::Verify => match engine.store.verify_chain().await? {
                Ok(count) => {
                    say!("{count} entries, all in place.");
                    Ok(Exit::Done)
                }
                Err(broken) => {
                    Err(Failed::no(format!("the audit trail does not hold: {broken}; restore a backup and compare.")))
                }
            },
            Self::Export { format, order, actor, system, action, outcome, from, to } => {
                let routine = Some(TrailFilter::SHOWN.to_owned());
                let filter =
                    TrailFilter { order, actor, system, action, outcome, from, to, routine, ..TrailFilter::default() };
                // Scripts and files tell the time in UTC.
                let query =
                    query_of(&filter, &Zone::default()).map_err(|problem| Failed::usage(problem.to_string()))?;
                let format = match format {
                    Format::Jsonl => trail::Format::JsonLines,
                    Format::Csv => trail::Format::Csv,
                };
                let mut export = Export::of(engine, query, format);
                let mut part = Some(format.head());
                while let Some(text) = part {
                    // Who reads may have read enough.
                    if std::io::stdout().write_all(text.as_bytes()).is_err() {
                        break;
                    }
                    part = export.next().await?;
                }
                Ok(Exit::Done)
            }
        }
    }
}
