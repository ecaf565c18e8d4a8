//! Business events: their addresses, the list of hints, and what came.

use super::{answer_beside, answer_told};
use crate::contract::{Events, Problem};
use crate::desk::desk;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Loads addresses and the last events.
#[server(prefix = "/desk", endpoint = "events/load", input = GetUrl)]
pub async fn load_events() -> Result<Events, Problem> {
    answer_beside(desk()?.events().await)
}

/// Makes an address.
#[server(prefix = "/desk", endpoint = "events/make-address")]
pub async fn make_event_address() -> Result<(), Problem> {
    answer_told(desk()?.make_event_address().await, |()| "The address is made; copy it now.".to_owned())
}

/// Retires an address.
#[server(prefix = "/desk", endpoint = "events/retire-address")]
pub async fn retire_event_address(token_id: String) -> Result<(), Problem> {
    answer_told(desk()?.retire_event_address(token_id).await, |()| "Retired.".to_owned())
}

/// Saves which events are hints.
#[server(prefix = "/desk", endpoint = "events/list")]
pub async fn list_events(#[server(default)] listed: String) -> Result<(), Problem> {
    answer_told(desk()?.list_events(listed).await, |()| "Saved.".to_owned())
}
