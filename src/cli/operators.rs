//! `operator add`, `list`, `role`, `disable`, `enable` and `password`.

use super::{Exit, Failed, Result};
use crate::audit::Actor;
use crate::clock;
use crate::desk::people;
use crate::engine::Engine;
use app::contract::Problem;
use clap::Subcommand;
use secrecy::SecretString;

/// Subcommands.
#[derive(Subcommand)]
pub enum Operators {
    /// Adds an operator; the password comes from `ML_OPERATOR_PASSWORD` or standard input.
    Add {
        /// Sign-in name.
        name: String,
        /// admin, operator, `customer_service` or viewer.
        #[arg(long)]
        role: String,
    },
    /// Lists who may sign in, as what, and when they last did.
    List,
    /// Changes what an operator may do.
    Role {
        /// Sign-in name.
        name: String,
        /// admin, operator, `customer_service` or viewer.
        role: String,
    },
    /// Puts an operator out at once.
    Disable {
        /// Sign-in name.
        name: String,
    },
    /// Lets an operator sign in again.
    Enable {
        /// Sign-in name.
        name: String,
    },
    /// Sets a new password, from `ML_OPERATOR_PASSWORD` or standard input; their sessions end.
    Password {
        /// Sign-in name.
        name: String,
    },
}

impl Operators {
    /// Runs it.
    pub async fn run(self, engine: &Engine) -> Result {
        let by = &Actor::CommandLine;
        match self {
            Self::Add { name, role } => {
                let role = people::role_of(&role).map_err(|problem| usage(&problem))?;
                let added = people::add(engine, by, &name, role, &password()?)
                    .await
                    .map_err(|problem| usage_or_no(&problem))?;
                say!("{} may sign in as {}.", added.name, added.role);
            }
            Self::List => {
                for row in engine.store.db.operators().await? {
                    let last = row.signed_in_ms.map_or_else(|| "never".to_owned(), clock::text);
                    let state = if row.disabled_ms.is_some() { "disabled" } else { "enabled" };
                    say!("{}\t{}\t{state}\t{last}", row.name, row.role);
                }
            }
            Self::Role { name, role } => {
                let role = people::role_of(&role).map_err(|problem| usage(&problem))?;
                let person = people::named(engine, &name).await?;
                people::set_role(engine, by, &person.operator_id, role).await?;
                say!("{} is {} now.", person.name, role.name());
            }
            Self::Disable { name } => {
                let person = people::named(engine, &name).await?;
                people::set_enabled(engine, by, &person.operator_id, false).await?;
                say!("{} may no longer sign in.", person.name);
            }
            Self::Enable { name } => {
                let person = people::named(engine, &name).await?;
                people::set_enabled(engine, by, &person.operator_id, true).await?;
                say!("{} may sign in.", person.name);
            }
            Self::Password { name } => {
                let person = people::named(engine, &name).await?;
                let set = people::set_password(engine, by, &person.operator_id, &password()?).await;
                set.map_err(|problem| usage_or_no(&problem))?;
                say!("{} has a new password.", person.name);
            }
        }
        Ok(Exit::Done)
    }
}

fn usage(problem: &Problem) -> Failed {
    Failed::usage(problem.to_string())
}

/// What was typed wrong is a matter of usage; what stands in the way is an answer.
fn usage_or_no(problem: &Problem) -> Failed {
    if problem.code == "people.name-taken" { Failed::no(problem.to_string()) } else { usage(problem) }
}

fn password() -> std::result::Result<SecretString, Failed> {
    if let Ok(given) = std::env::var("ML_OPERATOR_PASSWORD") {
        return Ok(given.into());
    }
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line);
    read.map_err(|error| Failed::usage(format!("standard input cannot be read: {error}.")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned().into())
}
