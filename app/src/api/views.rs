//! Saved views and layout of the order list.

use super::{answer, answer_told};
use crate::contract::{Layout, ListSettings, Problem};
use crate::desk::desk;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Loads what the order list holds for this operator.
#[server(prefix = "/desk", endpoint = "views/load", input = GetUrl)]
pub async fn load_list_settings() -> Result<ListSettings, Problem> {
    answer(desk()?.list_settings().await)
}

/// Gives the list's filter a name.
#[server(prefix = "/desk", endpoint = "views/save")]
pub async fn save_view(name: String, query: String, #[server(default)] shared: bool) -> Result<(), Problem> {
    answer_told(desk()?.save_view(name, query, shared).await, |()| "The view is saved.".to_owned())
}

/// Removes a saved view.
#[server(prefix = "/desk", endpoint = "views/remove")]
pub async fn remove_view(view_id: String) -> Result<(), Problem> {
    answer_told(desk()?.remove_view(view_id).await, |()| "The view is removed.".to_owned())
}

/// Sets how the list looks. A form sends the columns that are ticked: those that stand.
#[server(prefix = "/desk", endpoint = "views/layout")]
pub async fn set_layout(
    #[server(default)] shown: Vec<String>,
    #[server(default)] compact: bool,
) -> Result<(), Problem> {
    let columns = Layout::COLUMNS.iter().map(|(name, _)| (*name).to_owned());
    let hidden = columns.filter(|name| !shown.contains(name)).collect();
    answer_told(desk()?.set_layout(Layout { hidden, compact }).await, |()| "The list is laid out anew.".to_owned())
}
