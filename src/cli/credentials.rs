//! `credentials set` and `credentials list`.

use super::{Exit, Failed, Result};
use crate::audit::{Actor, System};
use crate::clock;
use crate::desk::{connections, rotate};
use crate::engine::Engine;
use clap::Subcommand;
use serde_json::Value;
use std::io::Read;

/// Subcommands.
#[derive(Subcommand)]
pub enum Credentials {
    /// Saves a connection; a new secret is tried before it replaces the old one.
    Set {
        /// d365 or fedex.
        system: String,
        /// JSON file, `-` for standard input.
        #[arg(long)]
        file: String,
        /// Saves a new secret although it fails its test.
        #[arg(long)]
        anyway: bool,
    },
    /// Names and dates, never values.
    List,
}

/// The system of a name.
pub fn system(name: &str) -> std::result::Result<System, Failed> {
    match name {
        "d365" => Ok(System::D365),
        "fedex" => Ok(System::Fedex),
        other => Err(Failed::usage(format!("there is no system {other}; use d365 or fedex."))),
    }
}

impl Credentials {
    /// Runs it.
    pub async fn run(self, engine: &Engine) -> Result {
        match self {
            Self::Set { system: name, file, anyway } => {
                let system = system(&name)?;
                let text = read(&file)?;
                let document = serde_json::from_str(&text).map_err(|error| {
                    Failed::usage(format!("{file} is not JSON (line {}, column {}).", error.line(), error.column()))
                })?;
                save(engine, system, document, anyway).await?;
                say!("{} saved; `ml-connector ping {name}` tells whether it works.", system.title());
            }
            Self::List => {
                for (name, updated_ms, updated_by) in engine.store.db.secret_names().await? {
                    say!("{name}\t{}\t{updated_by}", clock::text(updated_ms));
                }
            }
        }
        Ok(Exit::Done)
    }
}

/// A new secret replaces one in force when it works, or when that is wanted anyway.
async fn save(engine: &Engine, system: System, document: Value, anyway: bool) -> std::result::Result<(), Failed> {
    let by = &Actor::CommandLine;
    let saved = if anyway {
        connections::save(engine, by, system, document).await
    } else {
        rotate::save_tested(engine, by, system, document).await.map(drop)
    };
    saved.map_err(|problem| match problem.code.as_str() {
        "connections.test-failed" => Failed::no(format!("{} Correct it, or add --anyway.", problem.message)),
        _ => Failed::usage(problem.to_string()),
    })
}

fn read(file: &str) -> std::result::Result<String, Failed> {
    if file == "-" {
        let mut text = String::new();
        let read = std::io::stdin().read_to_string(&mut text);
        return read.map(|_| text).map_err(|error| Failed::usage(format!("standard input cannot be read: {error}.")));
    }
    std::fs::read_to_string(file).map_err(|error| Failed::usage(format!("{file} cannot be read: {error}.")))
}
