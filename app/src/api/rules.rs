//! How orders become shipments: the rules, and changing them.

use super::{answer, answer_beside, answer_told};
use crate::contract::{Problem, Rules, RulesSaved, ServiceRow, ShipFromRow, Suggestion};
use crate::desk::desk;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// What a save did, for the page that follows it.
fn told(saved: &RulesSaved) -> String {
    saved.sentence.clone()
}

/// Loads the rules.
#[server(prefix = "/desk", endpoint = "rules/load", input = GetUrl)]
pub async fn load_rules() -> Result<Rules, Problem> {
    answer(desk()?.rules().await)
}

/// Saves one delivery mode; shipments that waited for it go on.
#[server(prefix = "/desk", endpoint = "rules/save-service")]
pub async fn save_service(version: i64, #[server(default)] row: ServiceRow) -> Result<RulesSaved, Problem> {
    answer_told(desk()?.save_service(version, row).await, told)
}

/// Removes one delivery mode, or says that it belongs to another carrier.
#[server(prefix = "/desk", endpoint = "rules/remove-service")]
pub async fn remove_service(
    version: i64,
    mode: String,
    #[server(default)] other_carrier: bool,
) -> Result<RulesSaved, Problem> {
    answer_told(desk()?.remove_service(version, mode, other_carrier).await, told)
}

/// Saves one warehouse's ship-from address.
#[server(prefix = "/desk", endpoint = "rules/save-ship-from")]
pub async fn save_ship_from(version: i64, #[server(default)] row: ShipFromRow) -> Result<RulesSaved, Problem> {
    answer_told(desk()?.save_ship_from(version, row).await, told)
}

/// Saves all rules as JSON.
#[server(prefix = "/desk", endpoint = "rules/save")]
pub async fn save_rules(version: i64, #[server(default)] document: String) -> Result<RulesSaved, Problem> {
    answer_told(desk()?.save_rules(version, document).await, told)
}

/// Asks Dynamics 365 which services its own carrier set-up names.
#[server(prefix = "/desk", endpoint = "rules/suggest")]
pub async fn suggest_services() -> Result<Vec<Suggestion>, Problem> {
    answer_beside(desk()?.suggest_services().await)
}

/// Forgets a remembered correction.
#[server(prefix = "/desk", endpoint = "rules/forget-correction")]
pub async fn forget_correction(correction_id: String) -> Result<(), Problem> {
    answer_told(desk()?.forget_correction(correction_id).await, |()| {
        "Forgotten; the next order there goes as Dynamics 365 has it.".to_owned()
    })
}
