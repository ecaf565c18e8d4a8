//! Both connections: what is saved (never a secret), saving, and the ping.

use super::{answer, answer_told};
use crate::contract::{Connections, D365Form, FedexForm, Ladder, Problem};
use crate::desk::desk;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Loads both connections.
#[server(prefix = "/desk", endpoint = "connections", input = GetUrl)]
pub async fn load_connections() -> Result<Connections, Problem> {
    answer(desk()?.connections().await)
}

/// Saves the Dynamics 365 connection and pings it.
#[server(prefix = "/desk", endpoint = "connections/save-d365")]
pub async fn save_d365(#[server(default)] form: D365Form) -> Result<Ladder, Problem> {
    answer_told(desk()?.save_d365(form).await, |ladder| outcome("saved", ladder))
}

/// Saves the FedEx connection and pings it.
#[server(prefix = "/desk", endpoint = "connections/save-fedex")]
pub async fn save_fedex(#[server(default)] form: FedexForm) -> Result<Ladder, Problem> {
    answer_told(desk()?.save_fedex(form).await, |ladder| outcome("saved", ladder))
}

/// Saves a connection as JSON and pings it.
#[server(prefix = "/desk", endpoint = "connections/save-document")]
pub async fn save_document(system: String, document: String) -> Result<Ladder, Problem> {
    answer_told(desk()?.save_document(system, document).await, |ladder| outcome("saved", ladder))
}

/// Saves the secret whose test failed a moment ago, and pings it.
#[server(prefix = "/desk", endpoint = "connections/save-anyway")]
pub async fn save_anyway(system: String) -> Result<Ladder, Problem> {
    answer_told(desk()?.save_anyway(system).await, |ladder| outcome("saved", ladder))
}

/// Pings a connection.
#[server(prefix = "/desk", endpoint = "connections/ping")]
pub async fn ping(system: String) -> Result<Ladder, Problem> {
    answer_told(desk()?.ping(system).await, |ladder| outcome("pinged", ladder))
}

/// `FedEx saved; all checks passed.`
fn outcome(done: &str, ladder: &Ladder) -> String {
    let name = if ladder.system == "d365" { "Dynamics 365 Finance & Operations" } else { "FedEx" };
    let checks = if ladder.passed { "all checks passed" } else { "a check failed" };
    format!("{name} {done}; {checks}.")
}
