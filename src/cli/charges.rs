//! `charges`: what FedEx rated, for comparing with its invoice.

use super::{Exit, Failed, Result};
use crate::clock::{self, DAY_MS};
use crate::desk::day;
use crate::engine::Engine;
use clap::Subcommand;
use std::io::Write;

/// What FedEx rated. Nothing of it is posted to any ledger.
#[derive(Subcommand)]
pub enum Charges {
    /// Writes the charges of a span of days as CSV to standard output.
    Export {
        /// First day, 2026-11-01.
        #[arg(long)]
        from: String,
        /// Last day, included.
        #[arg(long)]
        to: String,
    },
}

impl Charges {
    /// Runs it.
    pub async fn run(self, engine: &Engine) -> Result {
        let Self::Export { from, to } = self;
        let day_of = |text: &str| {
            clock::day_ms(text).ok_or_else(|| Failed::usage(format!("{text} is not a day; write it as 2026-11-30.")))
        };
        let csv = day::charges_csv(engine, day_of(&from)?, day_of(&to)? + DAY_MS).await?;
        // A closed pipe is no reason to complain.
        drop(std::io::stdout().write_all(&csv));
        Ok(Exit::Done)
    }
}
