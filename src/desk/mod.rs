//! Everything an operator can see and do: the engine's side of the port that `app` declares.
//!
//! One [`OperatorDesk`] a request, bound to who asks. Seeing is in `views.rs`, doing in
//! `commands.rs`; a command authorises, decides, saves and audits in one place.

pub mod approve;
pub mod attention;
pub mod backtest;
pub mod batches;
pub mod built_in_twins;
pub mod caller;
pub mod cause_notes;
pub mod chosen;
pub mod colleague;
pub mod commands;
pub mod connections;
pub mod day;
pub mod environments;
pub mod events;
pub mod figures;
pub mod for_reader;
pub mod inbox;
pub mod inbox_way;
pub mod mask;
pub mod modes;
mod order_corrections;
mod order_timeline;
pub mod order_view;
pub mod parcel_view;
pub mod parcels;
pub mod pasted;
pub mod pauses;
pub mod people;
pub mod pickups;
pub mod ping;
pub mod ping_hourly;
pub mod present;
pub mod printing;
pub mod printing_views;
pub mod problem;
pub mod pull;
pub mod recovery;
pub mod repair;
pub mod repair_sheet;
pub mod rotate;
pub mod rules;
pub mod saved_views;
pub mod schedules;
pub mod search;
pub mod setup_code;
pub mod shipping;
pub mod sign_in;
pub mod spreadsheet;
pub mod start;
pub mod start_steps;
pub mod trail;
pub mod trial;
pub mod views;
pub mod why;
pub mod write_back;
pub mod write_back_views;

use crate::audit::Actor;
use crate::engine::Engine;
use app::contract::Problem;

/// What an operator may do, by role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Sees what happens; personal data is hidden (`mask.rs`).
    Viewer,
    /// Also sees people, labels and proofs; connections are not shown.
    CustomerService,
    /// Also replays, corrects, looks up, pulls, pings, pauses.
    Operator,
    /// Also changes connections and people.
    Admin,
}

impl Role {
    /// All, the one that may least first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::CustomerService, Self::Operator, Self::Admin];

    /// Whether streets, telephones, e-mail addresses and names of people are shown.
    pub fn sees_people(self) -> bool {
        self != Self::Viewer
    }

    /// Whether the details of connections are shown: who answers customers has no use for them.
    pub fn sees_connections(self) -> bool {
        self != Self::CustomerService
    }

    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::CustomerService => "customer_service",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    /// The role of a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// A signed-in operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// Sign-in name.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// The desk of one request.
#[derive(Clone)]
pub struct OperatorDesk {
    engine: Engine,
    operator: Option<Operator>,
    setup_code_required: bool,
}

impl OperatorDesk {
    /// The desk of whoever asks.
    pub fn new(engine: Engine, operator: Option<Operator>, setup_code_required: bool) -> Self {
        Self { engine, operator, setup_code_required }
    }

    /// Who asks, if they may do at least what this role may.
    fn allowed(&self, least: Role) -> Result<Actor, Problem> {
        match &self.operator {
            None => Err(Problem::new("session.ended", "You are signed out.", "Sign in again.")),
            Some(operator) if operator.role < least => Err(Problem::new(
                "desk.not-allowed",
                "Your role does not allow this.",
                &format!("Ask {} to do it.", people::whom_to_ask(least)),
            )),
            Some(operator) => Ok(Actor::Operator(operator.name.clone())),
        }
    }

    /// Whether who asks sees what is about people, and may look for it.
    fn sees_people(&self) -> bool {
        self.operator.as_ref().is_some_and(|operator| operator.role.sees_people())
    }

    /// Who asks, if they may see how the two systems are connected.
    fn allowed_connections(&self) -> Result<Actor, Problem> {
        match &self.operator {
            Some(operator) if !operator.role.sees_connections() => Err(Problem::new(
                "desk.not-allowed",
                "Your role does not show connections.",
                "Ask an operator how they are; the chips at the top tell whether they work.",
            )),
            _ => self.allowed(Role::Viewer),
        }
    }
}

impl app::desk::Desk for OperatorDesk {}
