//! How orders come in, what is missing, and why an order was not shipped.

#[cfg(feature = "ssr")]
use super::{answer, answer_at, answer_beside};
use crate::contract::{Problem, Pull, Why};
#[cfg(feature = "ssr")]
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

/// Imports one order now. Without JavaScript the answer stands on the page it leads to: why it was,
/// or was not, taken in.
#[server(prefix = "/desk", endpoint = "pull/import")]
pub async fn import_order(#[server(default)] company: String, number: String) -> Result<String, Problem> {
    let mut query = leptos_router::params::ParamsMap::new();
    query.insert("number", number.clone());
    if !company.trim().is_empty() {
        query.insert("company", company.clone());
    }
    answer_at(desk()?.import(named(company), number).await, |_| format!("/pull{}#why", query.to_query_string()))
}

/// Moves the cursor of changes.
#[server(prefix = "/desk", endpoint = "pull/rewind")]
pub async fn rewind(to: String) -> Result<(), Problem> {
    answer(desk()?.rewind(to).await)
}

/// Compares with Dynamics 365 now.
#[server(prefix = "/desk", endpoint = "pull/find-gaps")]
pub async fn find_gaps() -> Result<(), Problem> {
    answer(desk()?.find_gaps().await)
}

#[cfg(feature = "ssr")]
fn named(company: String) -> Option<String> {
    Some(company).filter(|company| !company.trim().is_empty())
}
