//! Who may sign in, and as what.

use super::{answer, answer_told};
use crate::contract::{People, Problem};
use crate::desk::desk;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Loads the people.
#[server(prefix = "/desk", endpoint = "people/load", input = GetUrl)]
pub async fn load_people() -> Result<People, Problem> {
    answer(desk()?.people().await)
}

/// Adds a person.
#[server(prefix = "/desk", endpoint = "people/add")]
pub async fn add_person(name: String, role: String, password: String) -> Result<(), Problem> {
    let told = format!("{} may sign in.", name.trim());
    answer_told(desk()?.add_person(name, role, password).await, |()| told)
}

/// Changes what a person may do.
#[server(prefix = "/desk", endpoint = "people/role")]
pub async fn set_role(operator_id: String, role: String) -> Result<(), Problem> {
    answer_told(desk()?.set_role(operator_id, role).await, |()| "The role is changed.".to_owned())
}

/// Lets a person sign in, or puts them out.
#[server(prefix = "/desk", endpoint = "people/enabled")]
pub async fn set_enabled(operator_id: String, #[server(default)] enabled: bool) -> Result<(), Problem> {
    let told = if enabled { "They may sign in again." } else { "They are out, and may no longer sign in." };
    answer_told(desk()?.set_enabled(operator_id, enabled).await, |()| told.to_owned())
}

/// Sets a person's password.
#[server(prefix = "/desk", endpoint = "people/password")]
pub async fn set_password(operator_id: String, password: String) -> Result<(), Problem> {
    answer_told(desk()?.set_password(operator_id, password).await, |()| {
        "The password is set; they sign in with it from now on.".to_owned()
    })
}

/// Changes one's own password.
#[server(prefix = "/desk", endpoint = "people/own-password")]
pub async fn change_own_password(old: String, new: String) -> Result<(), Problem> {
    answer_told(desk()?.change_own_password(old, new).await, |()| {
        "Your password is changed; sign in with it.".to_owned()
    })
}
