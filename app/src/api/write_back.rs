//! Write-back: its targets, and writing again.

use super::{answer, answer_told};
use crate::contract::{FieldForm, Problem, TestedWrite, WriteBack};
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
    answer_told(desk()?.add_target(preset).await, |()| "Added.".to_owned())
}

/// Saves where one value goes.
#[server(prefix = "/desk", endpoint = "write-back/save-field")]
pub async fn save_write_field(#[server(default)] form: FieldForm) -> Result<(), Problem> {
    answer_told(desk()?.save_field(form).await, |()| "Saved.".to_owned())
}

/// Takes a value off a target; the last one takes the target with it.
#[server(prefix = "/desk", endpoint = "write-back/remove-field")]
pub async fn remove_write_field(target: String, #[server(default)] value: String) -> Result<(), Problem> {
    answer_told(desk()?.remove_field(target, value).await, |()| "Removed.".to_owned())
}

/// Asks Dynamics 365 for the fields of a set.
#[server(prefix = "/desk", endpoint = "write-back/discover")]
pub async fn discover_fields(entity_set: String) -> Result<(), Problem> {
    answer_told(desk()?.discover_fields(entity_set).await, |()| "Asked; the fields stand here.".to_owned())
}

/// Looks whether all targets can be written.
#[server(prefix = "/desk", endpoint = "write-back/verify")]
pub async fn verify_targets() -> Result<(), Problem> {
    answer_told(desk()?.verify_targets().await, |()| "Looked at.".to_owned())
}

/// Writes to an order, reads back, restores.
#[server(prefix = "/desk", endpoint = "write-back/test")]
pub async fn test_write(company: String, number: String) -> Result<TestedWrite, Problem> {
    answer_told(desk()?.test_write(company, number).await, |_| "Tried; the result stands here.".to_owned())
}

/// Writes an order anew.
#[server(prefix = "/desk", endpoint = "write-back/again")]
pub async fn write_again(company: String, number: String, #[server(default)] reason: String) -> Result<(), Problem> {
    answer_told(desk()?.write_again(company, number, reason).await, |()| "It is written again.".to_owned())
}

/// Writes all orders anew that stopped by a cause.
#[server(prefix = "/desk", endpoint = "write-back/again-all")]
pub async fn write_all_again(cause: String, #[server(default)] reason: String) -> Result<(), Problem> {
    answer_told(desk()?.write_all_again(cause, reason).await, |()| "They are written again.".to_owned())
}

/// Writes all orders anew that were labelled in the last days.
#[server(prefix = "/desk", endpoint = "write-back/repair")]
pub async fn repair_since(days: u32, #[server(default)] reason: String) -> Result<(), Problem> {
    answer_told(desk()?.repair_since(days, reason).await, |()| {
        "All of them are compared and written where they differ.".to_owned()
    })
}
