//! How orders come in, what is missing, and why an order was not shipped.

use super::{answer, answer_beside, answer_told};
use crate::contract::{Problem, Pull, Why};
use crate::desk::desk;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Loads how orders come in.
#[server(prefix = "/desk", endpoint = "pull/load", input = GetUrl)]
pub async fn load_pull() -> Result<Pull, Problem> {
    answer(desk()?.pull().await)
}

/// Asks why an order was not shipped.
#[server(prefix = "/desk", endpoint = "pull/why", input = GetUrl)]
pub async fn load_why(#[server(default)] company: String, number: String) -> Result<Why, Problem> {
    answer_beside(desk()?.why(named(company), number).await)
}

/// Imports one order now, and says why it was, or was not, taken in.
#[server(prefix = "/desk", endpoint = "pull/import")]
pub async fn import_order(#[server(default)] company: String, number: String) -> Result<String, Problem> {
    answer_told(desk()?.import(named(company), number).await, Clone::clone)
}

/// Moves the cursor of changes.
#[server(prefix = "/desk", endpoint = "pull/rewind")]
pub async fn rewind(to: String) -> Result<(), Problem> {
    answer_told(desk()?.rewind(to).await, |()| "The cursor is moved.".to_owned())
}

/// Compares with Dynamics 365 now.
#[server(prefix = "/desk", endpoint = "pull/find-gaps")]
pub async fn find_gaps() -> Result<(), Problem> {
    answer_told(desk()?.find_gaps().await, |()| "Dynamics 365 is being compared with what is here.".to_owned())
}

fn named(company: String) -> Option<String> {
    Some(company).filter(|company| !company.trim().is_empty())
}
