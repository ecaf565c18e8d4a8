//! `write-back`: targets, their fields, and writing orders again without a browser.

use super::inspect::desk;
use super::{Exit, Failed, Result};
use crate::audit::Actor;
use crate::engine::Engine;
use crate::work::verify;
use app::desk::WriteBackDesk;
use clap::Subcommand;

/// Subcommands of `write-back`.
#[derive(Subcommand)]
pub enum WriteBack {
    /// Lists targets, and how the orders stand.
    List {
        /// JSON instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Asks Dynamics 365 which fields of a set can be written.
    Discover {
        /// Entity set, such as `SalesOrderHeadersV2`.
        set: String,
    },
    /// Looks whether all targets can be written: 0 all of them, 1 not.
    Verify,
    /// Writes to an order, reads back, and restores it: 0 as it should be, 1 not.
    Test {
        /// Order number.
        order: String,
    },
    /// Writes an order again.
    Again {
        /// Order number.
        order: String,
        /// Why; stands in the audit trail.
        #[arg(long, default_value = "")]
        reason: String,
    },
}

impl WriteBack {
    /// Runs it.
    pub async fn run(self, engine: &Engine) -> Result {
        let desk = desk(engine);
        match self {
            Self::List { json } => {
                let page = desk.write_back().await?;
                if json {
                    say!("{}", serde_json::to_string(&page).unwrap_or_default());
                    return Ok(Exit::Done);
                }
                say!("{}", page.headline);
                for target in &page.targets {
                    say!("{} ({}): {}", target.title, target.entity_set, target.remark);
                    for field in &target.fields {
                        say!("  {:<20} {:<32} {}", field.value, field.property, field.remark);
                    }
                }
                for group in &page.parked {
                    say!("{} orders: {} {}", group.count, group.cause.sentence, group.cause.next_step);
                    for row in &group.rows {
                        say!("  {} {}", row.company, row.number);
                    }
                }
            }
            Self::Discover { set } => {
                desk.discover(&Actor::CommandLine, &set).await?;
                let page = desk.write_back().await?;
                for field in page.discovered.iter().filter(|one| one.entity_set == set).flat_map(|one| &one.fields) {
                    let mark = if field.extension { "extension" } else { "" };
                    say!("{:<48} {:<22} {mark}", field.property, field.shape);
                }
            }
            Self::Verify => {
                let found = verify::verify(engine, &Actor::CommandLine).await?;
                let found = found.map_err(|failure| Failed::from(crate::desk::problem::failure(&failure)))?;
                for target in &found.targets {
                    let mark = if target.passed { "ok" } else { "NO" };
                    say!("  {mark}  {:<24} {}", target.name, target.evidence);
                }
                return Ok(if found.passed() { Exit::Done } else { Exit::No });
            }
            Self::Test { order } => {
                let (company, number) = named(engine, &order).await?;
                let tested = desk.test_write(company, number).await?;
                for line in &tested.lines {
                    say!("{line}");
                }
                return Ok(if tested.passed { Exit::Done } else { Exit::No });
            }
            Self::Again { order, reason } => {
                let (company, number) = named(engine, &order).await?;
                desk.write_again(company, number, reason).await?;
                say!("{order} is due; the running server writes it, `ml-connector write-back list` tells.");
            }
        }
        Ok(Exit::Done)
    }
}

/// The legal entity and number of an order that is known by its number.
async fn named(engine: &Engine, number: &str) -> std::result::Result<(String, String), Failed> {
    let found = engine.store.db.orders_by_number(number).await?;
    let Some(record) = found.into_iter().next() else {
        return Err(Failed::no(format!("{number} has not been seen; check the number.")));
    };
    Ok((record.key.company, record.key.number))
}
