//! How far orders go by themselves, and letting single ones go.

use super::{answer, answer_told};
use crate::contract::{ApprovalFilter, Approvals, Problem};
use crate::desk::desk;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Loads what waits for approval, what shadows show, and the modes.
#[server(prefix = "/desk", endpoint = "approve/load", input = GetUrl)]
pub async fn load_approvals(#[server(default)] filter: ApprovalFilter) -> Result<Approvals, Problem> {
    answer(desk()?.approvals(filter).await)
}

/// Approves the plan of one shipment.
#[server(prefix = "/desk", endpoint = "approve/one")]
pub async fn approve_one(shipment_id: String, version: i64) -> Result<(), Problem> {
    answer_told(desk()?.approve(shipment_id, version).await, |()| "Approved; its label is bought next.".to_owned())
}

/// Approves all shipments of a frozen list.
#[server(prefix = "/desk", endpoint = "approve/all")]
pub async fn approve_all(
    #[server(default)] frozen: String,
    #[server(default)] reason: String,
) -> Result<String, Problem> {
    answer_told(desk()?.approve_all(frozen, reason).await, Clone::clone)
}

/// Does not approve one shipment.
#[server(prefix = "/desk", endpoint = "approve/decline")]
pub async fn decline_one(shipment_id: String, version: i64, #[server(default)] reason: String) -> Result<(), Problem> {
    answer_told(desk()?.decline(shipment_id, version, reason).await, |()| {
        "Not approved; it is parked with the reason.".to_owned()
    })
}

/// Switches the mode of a legal entity.
#[server(prefix = "/desk", endpoint = "approve/switch-mode")]
pub async fn switch_mode(company: String, mode: String, #[server(default)] reason: String) -> Result<String, Problem> {
    answer_told(desk()?.switch_mode(company, mode, reason).await, Clone::clone)
}
