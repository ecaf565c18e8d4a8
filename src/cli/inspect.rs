//! `ping`, `orders`, `order`, `import` and `replay`: the desk without a browser.

use super::credentials::system;
use super::{Exit, Failed, Result};
use crate::audit::{Actor, System};
use crate::desk::{Operator, OperatorDesk, Role, ping as pinging};
use crate::engine::Engine;
use crate::order::state::State;
use crate::store::shipments::ListFilter;
use app::contract::{Ladder, OrderFilter, OrderRow, RungOutcome};
use app::desk::{Commands, Views};
use clap::Args;

/// The desk of the person at the machine: who can read the master key may do everything.
pub(super) fn desk(engine: &Engine) -> OperatorDesk {
    let operator = Operator { name: Actor::CommandLine.name().to_owned(), role: Role::Admin };
    OperatorDesk::new(engine.clone(), Some(operator), false)
}

/// `ping`.
pub async fn ping(engine: &Engine, name: Option<&str>, json: bool) -> Result {
    let systems = match name {
        Some(name) => vec![system(name)?],
        None => vec![System::D365, System::Fedex],
    };
    let mut exit = Exit::Done;
    for system in systems {
        let configured = match system {
            System::D365 => engine.d365().await.is_ok(),
            System::Fedex | System::Connector => engine.fedex().await.is_ok(),
        };
        if !configured {
            eprintln!("{} is not configured; use `ml-connector credentials set {}`.", system.title(), system.name());
            exit = Exit::Usage;
            continue;
        }
        let ladder = pinging::ping(engine, system, &Actor::CommandLine).await?;
        if json {
            say!("{}", serde_json::to_string(&ladder).unwrap_or_default());
        } else {
            print_ladder(system.title(), &ladder);
        }
        if !ladder.passed && exit == Exit::Done {
            exit = Exit::No;
        }
    }
    Ok(exit)
}

pub(super) fn print_ladder(title: &str, ladder: &Ladder) {
    say!("{title} ({} ms)", ladder.duration_ms);
    for rung in &ladder.rungs {
        let mark = match rung.outcome {
            RungOutcome::Passed => "ok",
            RungOutcome::Warned => "!!",
            RungOutcome::Failed => "NO",
            RungOutcome::Skipped => "--",
        };
        let ms = rung.duration_ms.map_or_else(String::new, |ms| format!("{ms} ms"));
        say!("  {mark}  {:<14} {ms:>8}  {}", rung.name, rung.evidence);
        if let Some(problem) = &rung.problem {
            say!("      {} {}", problem.message, problem.hint);
        }
    }
}

/// `orders`.
pub async fn orders(engine: &Engine, state: Option<String>, json: bool) -> Result {
    let desk = desk(engine);
    let mut filter = OrderFilter { state, ..OrderFilter::default() };
    loop {
        let page = desk.orders(filter.clone()).await.map_err(|problem| Failed::usage(problem.to_string()))?;
        for row in &page.rows {
            if json {
                say!("{}", serde_json::to_string(row).unwrap_or_default());
            } else {
                print_row(row);
            }
        }
        if page.next.is_none() {
            super::mode::tell_held(engine).await?;
            return Ok(Exit::Done);
        }
        filter.after = page.next;
    }
}

fn print_row(row: &OrderRow) {
    let tracking = row.tracking_number.as_deref().unwrap_or("-");
    let cause = row.cause.as_deref().unwrap_or_default();
    say!("{}\t{}\t{}\t{}\t{tracking}\t{cause}", row.company, row.number, row.status.code, row.customer);
}

/// `order`.
pub async fn order(engine: &Engine, number: &str, json: bool) -> Result {
    let found = engine.store.db.orders_by_number(number).await?;
    let Some(record) = found.first() else {
        return Err(Failed::no(format!(
            "order {number} has not been seen; `ml-connector import {number}` asks for it."
        )));
    };
    let detail = desk(engine).order(record.key.company.clone(), number.to_owned()).await?;
    if json {
        say!("{}", serde_json::to_string(&detail).unwrap_or_default());
        return Ok(Exit::Done);
    }
    say!("{} {}  {}\n{}", detail.company, detail.number, detail.customer, detail.headline);
    for shipment in &detail.shipments {
        say!("{}: {}", shipment.status.code, shipment.sentence);
        if let Some(cause) = &shipment.cause {
            say!("  {} {}", cause.sentence, cause.next_step);
        }
        for attempt in shipment.attempts.iter().rev() {
            say!("  {}  {}  {}: {}", attempt.begun.text, attempt.step, attempt.outcome.label, attempt.sentence);
        }
    }
    Ok(Exit::Done)
}

/// Arguments of `replay`.
#[derive(Args)]
pub struct Replay {
    /// Order number.
    #[arg(required_unless_present = "cause")]
    number: Option<String>,
    /// All orders parked for this cause.
    #[arg(long, conflicts_with = "number")]
    cause: Option<String>,
    /// Only say which.
    #[arg(long)]
    dry_run: bool,
}

impl Replay {
    /// Replays, audited as the command line.
    pub async fn run(self, engine: &Engine) -> Result {
        let mut numbers: Vec<(String, String)> = Vec::new();
        if let Some(number) = &self.number {
            let found = engine.store.db.orders_by_number(number).await?;
            numbers.extend(found.into_iter().map(|record| (record.key.company, record.key.number)));
            if numbers.is_empty() {
                return Err(Failed::no(format!(
                    "order {number} has not been seen; `ml-connector import {number}` asks for it."
                )));
            }
        }
        if let Some(cause) = self.cause {
            let mut filter = ListFilter { states: vec![State::Parked], cause: Some(cause), ..ListFilter::default() };
            loop {
                let rows = engine.store.db.list(&filter, 500).await?;
                let Some(last) = rows.last() else { break };
                filter.after = Some((last.changed_ms, last.shipment_id.clone()));
                numbers.extend(rows.into_iter().map(|row| (row.company, row.number)));
            }
        }
        let mut exit = Exit::Done;
        let desk = desk(engine);
        for (company, number) in numbers {
            if self.dry_run {
                say!("{company} {number}: would be replayed");
                continue;
            }
            let detail = desk.order(company.clone(), number.clone()).await?;
            for shipment in detail.shipments {
                let reason = "Replayed at the command line.".to_owned();
                match desk.replay(shipment.shipment_id, shipment.version, reason).await {
                    Ok(()) => say!("{company} {number}: replayed"),
                    Err(problem) => {
                        eprintln!("{company} {number}: {problem}");
                        exit = Exit::No;
                    }
                }
            }
        }
        Ok(exit)
    }
}
