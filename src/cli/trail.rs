//! `audit verify` and `audit export`.

use super::{Exit, Failed, Result};
use crate::audit::Stored;
use crate::clock;
use crate::engine::Engine;
use clap::{Subcommand, ValueEnum};
use serde_json::json;

/// Entries read at a time.
const CHUNK: i64 = 1_000;

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
                    println!("{count} entries, all in place.");
                    Ok(Exit::Done)
                }
                Err(broken) => {
                    Err(Failed::no(format!("the audit trail does not hold: {broken}; restore a backup and compare.")))
                }
            },
            Self::Export { format } => {
                if matches!(format, Format::Csv) {
                    println!("sequence,at,actor,system,action,outcome,order_id,summary,http_status,duration_ms,hash");
                }
                let mut after = 0;
                loop {
                    let chunk = engine.store.db.audit_after(after, CHUNK).await?;
                    let Some(last) = chunk.last() else { return Ok(Exit::Done) };
                    after = last.sequence;
                    for entry in &chunk {
                        match format {
                            Format::Jsonl => println!("{}", jsonl(entry)),
                            Format::Csv => println!("{}", csv(entry)),
                        }
                    }
                }
            }
        }
    }
}

fn jsonl(entry: &Stored) -> serde_json::Value {
    json!({
        "sequence": entry.sequence, "at": clock::rfc3339(entry.at_ms), "actor": entry.actor, "system": entry.system,
        "action": entry.action, "outcome": entry.outcome, "order_id": entry.order_id, "shipment_id": entry.shipment_id,
        "attempt_id": entry.attempt_id, "summary": entry.summary, "http_status": entry.http_status,
        "duration_ms": entry.duration_ms, "body": entry.body, "previous": entry.previous, "hash": entry.hash,
    })
}

fn csv(entry: &Stored) -> String {
    let number = |value: Option<i64>| value.map_or_else(String::new, |value| value.to_string());
    let fields = [
        entry.sequence.to_string(),
        clock::rfc3339(entry.at_ms),
        entry.actor.clone(),
        entry.system.clone(),
        entry.action.clone(),
        entry.outcome.clone(),
        entry.order_id.clone().unwrap_or_default(),
        entry.summary.clone(),
        number(entry.http_status),
        number(entry.duration_ms),
        entry.hash.clone(),
    ];
    fields.map(|field| cell(&field)).join(",")
}

/// Quoted where needed; a leading sign of a formula is made text, since spreadsheets run it.
fn cell(field: &str) -> String {
    let field = if field.starts_with(['=', '+', '-', '@']) { format!("'{field}") } else { field.to_owned() };
    if field.contains([',', '"', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_is_quoted_and_never_a_formula() {
        assert_eq!(cell("a,b"), "\"a,b\"");
        assert_eq!(cell("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(cell("=1+1"), "'=1+1");
    }
}
