//! Write-back: its targets, and writing again.

#[cfg(feature = "ssr")]
use super::answer;
use crate::contract::{FieldForm, Problem, TestedWrite, WriteBack};
#[cfg(feature = "ssr")]
use crate::desk::desk;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Loads targets and how the orders stand.
#[server(prefix = "/desk", endpoint = "write-back/load", input = GetUrl)]
pub async fn load_write_back() -> Result<WriteBack, Problem> {
    answer(desk()?.write_back().await)
}

/// Adds a ready-made target.
#[server(prefix = "/desk", endpoint = "write-back/add")]
pub async fn add_target(preset: String) -> Result<(), Problem> {
    answer(desk()?.add_target(preset).await)
}

/// Saves where one value goes.
#[server(prefix = "/desk", endpoint = "write-back/save-field")]
pub async fn save_write_field(#[server(default)] form: FieldForm) -> Result<(), Problem> {
    answer(desk()?.save_field(form).await)
}

/// Takes a value off a target; the last one takes the target with it.
#[server(prefix = "/desk", endpoint = "write-back/remove-field")]
pub async fn remove_write_field(target: String, #[server(default)] value: String) -> Result<(), Problem> {
    answer(desk()?.remove_field(target, value).await)
}

/// Asks Dynamics 365 for the fields of a set.
#[server(prefix = "/desk", endpoint = "write-back/discover")]
pub async fn discover_fields(entity_set: String) -> Result<(), Problem> {
    answer(desk()?.discover_fields(entity_set).await)
}

/// Looks whether all targets can be written.
#[server(prefix = "/desk", endpoint = "write-back/verify")]
pub async fn verify_targets() -> Result<(), Problem> {
    answer(desk()?.verify_targets().await)
}

/// Writes to an order, reads back, restores.
#[server(prefix = "/desk", endpoint = "write-back/test")]
pub async fn test_write(company: String, number: String) -> Result<TestedWrite, Problem> {
    answer(desk()?.test_write(company, number).await)
}

/// Writes an order anew.
#[server(prefix = "/desk", endpoint = "write-back/again")]
pub async fn write_again(company: String, number: String, #[server(default)] reason: String) -> Result<(), Problem> {
    answer(desk()?.write_again(company, number, reason).await)
}

/// Writes all orders anew that stopped by a cause.
#[server(prefix = "/desk", endpoint = "write-back/again-all")]
pub async fn write_all_again(cause: String, #[server(default)] reason: String) -> Result<(), Problem> {
    answer(desk()?.write_all_again(cause, reason).await)
}

/// Writes all orders anew that were labelled in the last days.
#[server(prefix = "/desk", endpoint = "write-back/repair")]
pub async fn repair_since(days: u32, #[server(default)] reason: String) -> Result<(), Problem> {
    answer(desk()?.repair_since(days, reason).await)
}
