//! The first day.

use super::answer;
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
    answer(desk()?.start_twins().await)
}

/// Removes the twins with everything that came of them.
#[server(prefix = "/desk", endpoint = "start/remove-twins")]
pub async fn remove_twins() -> Result<(), Problem> {
    answer(desk()?.remove_twins().await)
}

/// Reads what an administrator has in hand about a system.
#[server(prefix = "/desk", endpoint = "start/paste")]
pub async fn paste(system: String, text: String) -> Result<(), Problem> {
    answer(desk()?.paste(system, text).await)
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
    answer(desk()?.connect_d365(form).await)
}

/// Saves FedEx from the guide and pings it.
#[server(prefix = "/desk", endpoint = "start/connect-fedex")]
pub async fn connect_fedex(#[server(default)] form: FedexAccess) -> Result<Ladder, Problem> {
    answer(desk()?.connect_fedex(form).await)
}

/// Puts the finished list of the first day away.
#[server(prefix = "/desk", endpoint = "start/put-away")]
pub async fn put_start_away() -> Result<(), Problem> {
    answer(desk()?.put_start_away().await)
}
