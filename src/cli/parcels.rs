//! `parcels`: the parcels under way and what is wrong with them, without a browser.

use super::inspect::desk;
use super::{Exit, Failed, Result};
use crate::engine::Engine;
use app::contract::{ParcelFilter, QueuedParcel};
use app::desk::ParcelDesk;
use clap::Args;

/// Arguments of `parcels`.
#[derive(Args)]
pub struct Parcels {
    /// exceptions (also without), late, silent, under-way, delivered or acknowledged.
    #[arg(long)]
    filter: Option<String>,
    /// JSON lines instead of text; the day's budget of questions is the last line.
    #[arg(long)]
    json: bool,
}

impl Parcels {
    /// Runs it.
    pub async fn run(self, engine: &Engine) -> Result {
        let desk = desk(engine);
        let mut filter = ParcelFilter { show: self.filter, after: None };
        loop {
            let sheet = desk.parcels(filter.clone()).await.map_err(|problem| Failed::usage(problem.to_string()))?;
            for row in &sheet.rows {
                if self.json {
                    say!("{}", serde_json::to_string(row).unwrap_or_default());
                } else {
                    print_row(row);
                }
            }
            if sheet.next.is_none() {
                if self.json {
                    say!("{}", serde_json::to_string(&sheet.budget).unwrap_or_default());
                } else {
                    say!("{} {} {}", sheet.headline, sheet.budget.sentence, sheet.budget.delays);
                }
                return Ok(Exit::Done);
            }
            filter.after = sheet.next;
        }
    }
}

fn print_row(row: &QueuedParcel) {
    let parcel = &row.parcel;
    let number = if parcel.tracking_number.is_empty() { "-" } else { &parcel.tracking_number };
    let (wrong, next) = match &parcel.trouble {
        Some(trouble) => (trouble.sentence.as_str(), trouble.next_action.as_str()),
        None => (parcel.sentence.as_str(), ""),
    };
    say!("{}\t{}\t{}\t{number}\t{wrong}\t{next}", row.company, row.number, parcel.status.code);
}
