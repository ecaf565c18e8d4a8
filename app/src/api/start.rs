//! The first day.

use super::{answer, answer_told};
use crate::contract::{Connecting, D365Access, FedexAccess, Ladder, Problem, Start};
use crate::desk::desk;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Loads where the installation stands.
#[server(prefix = "/desk", endpoint = "start", input = GetUrl)]
pub async fn load_start() -> Result<Start, Problem> {
    answer(desk()?.start().await)
}

/// Starts the built-in twins in place of both systems.
#[server(prefix = "/desk", endpoint = "start/twins")]
pub async fn start_twins() -> Result<(), Problem> {
    answer_told(desk()?.start_twins().await, |()| "The twins are at work.".to_owned())
}

/// Removes the twins with everything that came of them.
#[server(prefix = "/desk", endpoint = "start/remove-twins")]
pub async fn remove_twins() -> Result<(), Problem> {
    answer_told(desk()?.remove_twins().await, |()| "The twins are removed, with everything of theirs.".to_owned())
}

/// Reads what an administrator has in hand about a system.
#[server(prefix = "/desk", endpoint = "start/paste")]
pub async fn paste(system: String, text: String) -> Result<(), Problem> {
    answer_told(desk()?.paste(system, text).await, |()| "Read; check it below, then save.".to_owned())
}

/// Loads the Dynamics 365 side of the guide.
#[server(prefix = "/desk", endpoint = "start/d365", input = GetUrl)]
pub async fn load_connecting_d365() -> Result<Connecting<D365Access>, Problem> {
    answer(desk()?.connecting_d365().await)
}

/// Loads the FedEx side of the guide.
#[server(prefix = "/desk", endpoint = "start/fedex", input = GetUrl)]
pub async fn load_connecting_fedex() -> Result<Connecting<FedexAccess>, Problem> {
    answer(desk()?.connecting_fedex().await)
}

/// Saves Dynamics 365 from the guide and pings it.
#[server(prefix = "/desk", endpoint = "start/connect-d365")]
pub async fn connect_d365(#[server(default)] form: D365Access) -> Result<Ladder, Problem> {
    answer_told(desk()?.connect_d365(form).await, |ladder| outcome("Dynamics 365", ladder))
}

/// Saves FedEx from the guide and pings it.
#[server(prefix = "/desk", endpoint = "start/connect-fedex")]
pub async fn connect_fedex(#[server(default)] form: FedexAccess) -> Result<Ladder, Problem> {
    answer_told(desk()?.connect_fedex(form).await, |ladder| outcome("FedEx", ladder))
}

/// Puts the finished list of the first day away.
#[server(prefix = "/desk", endpoint = "start/put-away")]
pub async fn put_start_away() -> Result<(), Problem> {
    answer_told(desk()?.put_start_away().await, |()| "The list is put away; the Start page keeps it.".to_owned())
}

/// `FedEx is saved; all checks passed.`
fn outcome(name: &str, ladder: &Ladder) -> String {
    let checks = if ladder.passed { "all checks passed" } else { "a check failed" };
    format!("{name} is saved; {checks}.")
}
