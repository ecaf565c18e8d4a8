//! `operator add`.

use super::{Exit, Failed, Result};
use crate::desk::Role;
use crate::desk::sign_in::{PASSWORD_LEAST, SignInRefusal, add_operator};
use crate::engine::Engine;
use clap::Subcommand;
use secrecy::SecretString;

/// Subcommands.
#[derive(Subcommand)]
pub enum Operators {
    /// Adds an operator; the password comes from `ML_OPERATOR_PASSWORD` or standard input.
    Add {
        /// Sign-in name.
        name: String,
        /// admin, operator or viewer.
        #[arg(long)]
        role: String,
    },
}

impl Operators {
    /// Runs it.
    pub async fn run(self, engine: &Engine) -> Result {
        let Self::Add { name, role } = self;
        let role = Role::parse(&role)
            .ok_or_else(|| Failed::usage(format!("there is no role {role}; use admin, operator or viewer.")))?;
        match add_operator(engine, &name, &password()?, role).await? {
            Ok(operator) => {
                println!("{} may sign in as {}.", operator.name, operator.role);
                Ok(Exit::Done)
            }
            Err(SignInRefusal::PasswordShort) => {
                Err(Failed::usage(format!("the password must have at least {PASSWORD_LEAST} characters.")))
            }
            Err(SignInRefusal::NameTaken) => Err(Failed::no(format!("{name} exists already; choose another name."))),
            Err(_) => Err(Failed::usage(format!("{name:?} cannot be a name; use letters and digits."))),
        }
    }
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
