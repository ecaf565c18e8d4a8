//! The one search.

use super::answer;
use crate::contract::{Found, Problem};
use crate::desk::desk;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Looks for an order, or what belongs to one.
#[server(prefix = "/desk", endpoint = "search", input = GetUrl)]
pub async fn find(#[server(default)] query: String) -> Result<Found, Problem> {
    answer(desk()?.search(query).await)
}
