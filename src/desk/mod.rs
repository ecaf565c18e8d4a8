//! Everything an operator can see and do: the engine's side of the port that `app` declares.
//!
//! One [`OperatorDesk`] a request, bound to who asks. Seeing is in `views.rs`, doing in
//! `commands.rs`; a command authorises, decides, saves and audits in one place.

pub mod caller;
pub mod commands;
pub mod connections;
pub mod day;
pub mod events;
pub mod inbox;
pub mod inbox_way;
pub mod order_view;
pub mod parcel_view;
pub mod parcels;
pub mod ping;
pub mod present;
pub mod printing;
pub mod printing_views;
pub mod problem;
pub mod pull;
pub mod rules;
pub mod saved_views;
pub mod search;
pub mod shipping;
pub mod sign_in;
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
    /// Sees everything but secrets.
    Viewer,
    /// Also replays, corrects, looks up, pulls, pings.
    Operator,
    /// Also changes connections.
    Admin,
}

impl Role {
    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    /// The role of a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Viewer, Self::Operator, Self::Admin].into_iter().find(|role| role.name() == name)
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
                &format!("Ask an {} to do it.", if least == Role::Admin { "administrator" } else { "operator" }),
            )),
            Some(operator) => Ok(Actor::Operator(operator.name.clone())),
        }
    }
}

impl app::desk::Desk for OperatorDesk {}
