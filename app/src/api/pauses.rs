//! Stopping parts of the flow, and letting them go on.

use super::answer_told;
use crate::contract::Problem;
use crate::desk::desk;
use leptos::prelude::*;

/// Pauses a flow.
#[server(prefix = "/desk", endpoint = "pauses/pause")]
pub async fn pause(flow: String, reason: String) -> Result<(), Problem> {
    answer_told(desk()?.pause(flow, reason).await, |()| "Paused. What is in flight finishes.".to_owned())
}

/// Resumes a flow.
#[server(prefix = "/desk", endpoint = "pauses/resume")]
pub async fn resume(flow: String) -> Result<(), Problem> {
    answer_told(desk()?.resume(flow).await, |()| "It goes on.".to_owned())
}
