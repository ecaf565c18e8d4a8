//! The home page's data, and asking Dynamics 365 now.

use super::{answer, answer_told};
use crate::contract::{Attention, Problem};
use crate::desk::desk;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Loads what needs a person now.
#[server(prefix = "/desk", endpoint = "attention", input = GetUrl)]
pub async fn load_attention() -> Result<Attention, Problem> {
    answer(desk()?.attention().await)
}

/// Asks Dynamics 365 for orders now.
#[server(prefix = "/desk", endpoint = "pull")]
pub async fn pull_now() -> Result<(), Problem> {
    answer_told(desk()?.pull_now().await, |()| "Dynamics 365 is being asked for orders.".to_owned())
}
