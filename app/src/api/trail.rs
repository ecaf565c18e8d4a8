//! The audit trail's data.

use super::answer;
use crate::contract::{Page, Problem, TrailEntry, TrailFilter};
use crate::desk::desk;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Loads one page of the audit trail.
#[server(prefix = "/desk", endpoint = "trail/list", input = GetUrl)]
pub async fn list_trail(
    // An empty filter is an empty query, which names no field at all.
    #[server(default)] filter: TrailFilter,
) -> Result<Page<TrailEntry>, Problem> {
    answer(desk()?.trail(filter).await)
}
