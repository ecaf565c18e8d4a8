//! Figures over time.

use super::answer;
use crate::contract::{Figures, Problem};
use crate::desk::desk;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Loads the figures of a span: `24h`, which is meant without a name, `7d` or `30d`.
#[server(prefix = "/desk", endpoint = "figures/load", input = GetUrl)]
pub async fn load_figures(span: Option<String>) -> Result<Figures, Problem> {
    answer(desk()?.figures(span).await)
}
