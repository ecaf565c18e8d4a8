//! `credentials set` and `credentials list`.

use super::{Exit, Failed, Result};
use crate::audit::{Actor, System};
use crate::clock;
use crate::desk::connections;
use crate::engine::Engine;
use clap::Subcommand;
use std::io::Read;

/// Subcommands.
#[derive(Subcommand)]
pub enum Credentials {
    /// Saves a connection.
    Set {
        /// d365 or fedex.
        system: String,
        /// JSON file, `-` for standard input.
        #[arg(long)]
        file: String,
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
            Self::Set { system: name, file } => {
                let system = system(&name)?;
                let text = read(&file)?;
                let document = serde_json::from_str(&text).map_err(|error| {
                    Failed::usage(format!("{file} is not JSON (line {}, column {}).", error.line(), error.column()))
                })?;
                let saved = connections::save(engine, &Actor::CommandLine, system, document).await;
                saved.map_err(|problem| Failed::usage(problem.to_string()))?;
                println!("{} saved; `ml-connector ping {name}` tells whether it works.", system.title());
            }
            Self::List => {
                for (name, updated_ms, updated_by) in engine.store.db.secret_names().await? {
                    println!("{name}\t{}\t{updated_by}", clock::text(updated_ms));
                }
            }
        }
        Ok(Exit::Done)
    }
}

fn read(file: &str) -> std::result::Result<String, Failed> {
    if file == "-" {
        let mut text = String::new();
        let read = std::io::stdin().read_to_string(&mut text);
        return read.map(|_| text).map_err(|error| Failed::usage(format!("standard input cannot be read: {error}.")));
    }
    std::fs::read_to_string(file).map_err(|error| Failed::usage(format!("{file} cannot be read: {error}.")))
}
