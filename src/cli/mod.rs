//! The command line: one file a group of commands. Data on standard output; errors on standard
//! error, one sentence and one next step.

/// Writes a line to standard output.
macro_rules! say {
    ($($text:tt)*) => { $crate::cli::say(format_args!($($text)*)) };
}

mod campaign;
mod charges;
mod credentials;
mod demo;
mod events;
mod inbox;
mod inspect;
mod mode;
mod operators;
mod parcels;
mod pauses;
mod printing;
mod pull;
mod recover;
mod run;
mod trail;
mod write_back;

use crate::config::Config;
use crate::engine::Engine;
use clap::{Parser, Subcommand};
use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// How a command ended; part of the contract with scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// It ran, and the answer is no.
    No,
    /// Usage or configuration.
    Usage,
    /// What it needs cannot be reached.
    Unreachable,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::No => 1,
            Exit::Usage => 2,
            Exit::Unreachable => 3,
        })
    }
}

/// Why a command failed: one sentence with its next step, and the exit code.
#[derive(Debug)]
pub struct Failed {
    exit: Exit,
    text: String,
}

impl Failed {
    fn usage(text: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, text: text.into() }
    }
    fn no(text: impl Into<String>) -> Self {
        Self { exit: Exit::No, text: text.into() }
    }
    fn unreachable(text: impl Into<String>) -> Self {
        Self { exit: Exit::Unreachable, text: text.into() }
    }
}

impl From<crate::store::StoreError> for Failed {
    fn from(error: crate::store::StoreError) -> Self {
        Self::unreachable(format!("{}; check the database.", crate::transport::chain(&error)))
    }
}

impl From<app::contract::Problem> for Failed {
    fn from(problem: app::contract::Problem) -> Self {
        Self::no(problem.to_string())
    }
}

type Result = std::result::Result<Exit, Failed>;

/// Dynamics 365 Finance & Operations orders onto FedEx trucks, and the truth back.
#[derive(Parser)]
#[command(name = "ml-connector", version)]
struct Arguments {
    /// Settings file; default ml-connector.toml, if present.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Web server and workers (also without a command).
    Serve,
    /// Workers only, for a second node on PostgreSQL.
    Worker,
    /// Server, workers and both twins in one process, with its own data.
    Demo(demo::Demo),
    /// The twins alone: simulated Dynamics 365 and FedEx on loopback.
    Twin(demo::TwinArguments),
    /// The rehearsal: many orders over the twins, answers lost, processes killed, everything counted.
    Campaign(campaign::Campaign),
    /// Brings the database to this version and stops.
    Migrate,
    /// Prints the settings in force, secrets as ***.
    CheckConfig,
    /// Connections as JSON.
    #[command(subcommand)]
    Credentials(credentials::Credentials),
    /// Who may sign in.
    #[command(subcommand)]
    Operator(operators::Operators),
    /// Stops a part of the flow with a reason, on all nodes; what is in flight finishes.
    Pause {
        /// shipping, write-back or pull.
        flow: String,
        /// Why; it stands on every page.
        #[arg(long)]
        reason: String,
    },
    /// Lets a stopped part go on.
    Resume {
        /// shipping, write-back or pull.
        flow: String,
    },
    /// Says which parts of the flow run: 0 all, 1 something is paused.
    Status,
    /// Climbs the ladder of checks: 0 all green, 1 something red, 2 not configured.
    Ping {
        /// d365 or fedex; both without.
        system: Option<String>,
        /// JSON instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Lists orders, newest change first.
    Orders {
        /// A state, or `attention`.
        #[arg(long)]
        state: Option<String>,
        /// JSON lines instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Shows one order.
    Order {
        /// Order number.
        number: String,
        /// JSON instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Reads one order from Dynamics 365 now.
    Import {
        /// Order number.
        number: String,
        /// Legal entity; without one, the configured ones are searched.
        #[arg(long)]
        company: Option<String>,
    },
    /// Says why an order was not shipped, asking Dynamics 365 now: 0 it was, 1 it was not.
    Why {
        /// Order number.
        number: String,
        /// Legal entity; without one, all are searched.
        #[arg(long)]
        company: Option<String>,
        /// JSON instead of text.
        #[arg(long)]
        json: bool,
    },
    /// How far orders go by themselves: shadow, approve or automatic, a legal entity at a time.
    Mode(mode::ModeArguments),
    /// How orders come in: cursors, the queue of orders to look at, what is missing.
    #[command(subcommand)]
    Pull(pull::Pull),
    /// Replays parked orders: one by number, or all of a cause.
    Replay(inspect::Replay),
    /// Lets go on what stopped in a window of time, after an outage.
    Recover(recover::Recover),
    /// Parcels under way, their trouble, and the day's questions to FedEx.
    Parcels(parcels::Parcels),
    /// Printers, and which of them prints what.
    #[command(subcommand)]
    Printers(printing::Printers),
    /// The print queue, newest first.
    Prints(printing::Prints),
    /// Prints the documents of an order again.
    Print(printing::Print),
    /// Where values are written in Dynamics 365, and whether that works.
    #[command(subcommand)]
    WriteBack(write_back::WriteBack),
    /// What FedEx rated, for comparing with its invoice.
    #[command(subcommand)]
    Charges(charges::Charges),
    /// Business events of Dynamics 365: their addresses, and what came.
    #[command(subcommand)]
    Events(events::Events),
    /// FedEx's pushes, newest first, and the way they come on.
    Inbox(inbox::Inbox),
    /// The audit trail.
    #[command(subcommand)]
    Audit(trail::Audit),
}

/// Writes a line to standard output. Who reads it may have seen enough and closed the pipe (`| head`):
/// what is being done is done to its end all the same.
fn say(line: fmt::Arguments<'_>) {
    match writeln!(io::stdout().lock(), "{line}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("ml-connector: standard output cannot be written: {error}; make room, and ask again.");
            std::process::exit(1);
        }
        _ => {}
    }
}

/// Runs the command line of this process.
pub async fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers; anything else is a usage error.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            // A closed pipe is no reason to complain.
            drop(error.print());
            return exit.into();
        }
    };
    match Box::pin(dispatch(arguments)).await {
        Ok(exit) => exit.into(),
        Err(failed) => {
            eprintln!("ml-connector: {}", failed.text);
            failed.exit.into()
        }
    }
}

async fn dispatch(arguments: Arguments) -> Result {
    let config = Config::load(arguments.config.as_deref()).map_err(|error| Failed::usage(error.to_string()))?;
    crate::telemetry::start(&config.log, config.log_format);
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => run::serve(config).await,
        Command::Worker => run::worker(config).await,
        Command::Demo(demo) => Box::pin(demo.run(config)).await,
        Command::Twin(twin) => twin.run().await,
        Command::Campaign(campaign) => campaign.run(config).await,
        Command::Migrate => engine(config).await.map(|_| Exit::Done),
        Command::CheckConfig => {
            say!("{}", config.redacted().trim_end());
            Ok(Exit::Done)
        }
        Command::Credentials(command) => command.run(&engine(config).await?).await,
        Command::Operator(command) => command.run(&engine(config).await?).await,
        Command::Pause { flow, reason } => pauses::pause(&engine(config).await?, &flow, &reason).await,
        Command::Resume { flow } => pauses::resume(&engine(config).await?, &flow).await,
        Command::Status => pauses::status(&engine(config).await?).await,
        Command::Ping { system, json } => inspect::ping(&engine(config).await?, system.as_deref(), json).await,
        Command::Orders { state, json } => inspect::orders(&engine(config).await?, state, json).await,
        Command::Order { number, json } => inspect::order(&engine(config).await?, &number, json).await,
        Command::Import { number, company } => pull::import(&engine(config).await?, company.as_deref(), &number).await,
        Command::Why { number, company, json } => pull::why(&engine(config).await?, company, number, json).await,
        Command::Mode(mode) => mode.run(&engine(config).await?).await,
        Command::Pull(command) => command.run(&engine(config).await?).await,
        Command::Replay(replay) => replay.run(&engine(config).await?).await,
        Command::Recover(recover) => recover.run(&engine(config).await?).await,
        Command::Parcels(parcels) => parcels.run(&engine(config).await?).await,
        Command::Printers(command) => command.run(&engine(config).await?).await,
        Command::Prints(prints) => prints.run(&engine(config).await?).await,
        Command::Print(print) => print.run(&engine(config).await?).await,
        Command::WriteBack(command) => command.run(&engine(config).await?).await,
        Command::Charges(command) => command.run(&engine(config).await?).await,
        Command::Events(command) => command.run(&engine(config).await?).await,
        Command::Inbox(inbox) => inbox.run(&engine(config).await?).await,
        Command::Audit(command) => command.run(&engine(config).await?).await,
    }
}

async fn engine(config: Config) -> std::result::Result<Engine, Failed> {
    use crate::engine::StartError;
    let clock = config.clock();
    Engine::start(config, clock).await.map_err(|error| {
        let text = format!("{}.", crate::transport::chain(&error));
        match error {
            StartError::Store(_) => Failed::unreachable(text),
            _ => Failed::usage(text),
        }
    })
}
