//! Repairing many orders at once, what is decided about groups of failures, and pick-ups.

use super::{answer, answer_at, answer_told};
use crate::contract::{
    BatchView, CauseNoteForm, ChosenForm, OrderFilter, PickupForm, Problem, RecoverForm, Recovery, RepairForm,
    RepairItem, RepairSheet, Standing,
};
use crate::desk::desk;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Loads all orders of a group; with `ask`, Dynamics 365 is asked for missing values.
#[server(prefix = "/desk", endpoint = "repair/sheet", input = GetUrl)]
pub async fn load_repair(key: String, ask: bool) -> Result<RepairSheet, Problem> {
    answer(desk()?.repair_sheet(key, ask).await)
}

/// Freezes the list and works it off.
#[server(prefix = "/desk", endpoint = "repair/begin")]
pub async fn begin_repair(
    key: String,
    as_of_ms: i64,
    #[server(default)] others: bool,
    #[server(default)] reason: String,
    #[server(default)] items: Vec<RepairItem>,
) -> Result<String, Problem> {
    let form = RepairForm { key, as_of_ms, others, reason, items };
    answer_at(desk()?.repair(form).await, |id| batch_href(id))
}

/// Freezes the list and asks FedEx what it would say; the batch waits for its yes.
#[server(prefix = "/desk", endpoint = "repair/try")]
pub async fn try_repair(
    key: String,
    as_of_ms: i64,
    #[server(default)] others: bool,
    #[server(default)] reason: String,
    #[server(default)] items: Vec<RepairItem>,
) -> Result<String, Problem> {
    let form = RepairForm { key, as_of_ms, others, reason, items };
    answer_at(desk()?.try_repair(form).await, |id| batch_href(id))
}

/// Lets orders that were ticked in the list go on.
#[server(prefix = "/desk", endpoint = "orders/go-on")]
pub async fn go_on(
    #[server(default)] filter: OrderFilter,
    as_of_ms: i64,
    #[server(default)] all: bool,
    #[server(default)] reason: String,
    #[server(default)] ticked: Vec<String>,
    #[server(default)] shown: Vec<Standing>,
) -> Result<String, Problem> {
    let form = ChosenForm { filter, as_of_ms, all, reason, ticked, shown };
    answer_at(desk()?.go_on(form).await, |id| batch_href(id))
}

/// Loads a batch with its items after a place.
#[server(prefix = "/desk", endpoint = "batches/one", input = GetUrl)]
pub async fn load_batch(batch_id: String, after: i64) -> Result<BatchView, Problem> {
    answer(desk()?.batch(batch_id, after).await)
}

/// Says yes to a batch that waits for it.
#[server(prefix = "/desk", endpoint = "batches/start")]
pub async fn start_batch(batch_id: String) -> Result<(), Problem> {
    answer(desk()?.start_batch(batch_id).await)
}

/// Gives up a batch that waits for its yes.
#[server(prefix = "/desk", endpoint = "batches/discard")]
pub async fn discard_batch(batch_id: String) -> Result<(), Problem> {
    answer_told(desk()?.discard_batch(batch_id).await, |()| "Discarded; nothing was done.".to_owned())
}

/// Loads what failed in a window; without one, in the span of the last day's failures.
#[server(prefix = "/desk", endpoint = "recovery/window", input = GetUrl)]
pub async fn load_recovery(window: Option<(String, String)>) -> Result<Recovery, Problem> {
    answer(desk()?.recovery(window).await)
}

/// Freezes what failed in a window and lets it go on.
#[server(prefix = "/desk", endpoint = "recovery/begin")]
pub async fn begin_recovery(
    from: String,
    to: String,
    choice: String,
    #[server(default)] reason: String,
) -> Result<String, Problem> {
    let form = RecoverForm { from, to, choice, reason };
    answer_at(desk()?.recover(form).await, |id| batch_href(id))
}

/// Acknowledges, snoozes, assigns, comments on a group of failures.
#[server(prefix = "/desk", endpoint = "attention/note")]
pub async fn note_cause(
    key: String,
    version: i64,
    #[server(default)] acknowledged: bool,
    #[server(default)] snooze: String,
    #[server(default)] assigned_to: String,
    #[server(default)] comment: String,
) -> Result<(), Problem> {
    let form = CauseNoteForm { key, version, acknowledged, snooze, assigned_to, comment };
    answer_told(desk()?.note_cause(form).await, |()| "Saved; it stands in the trail.".to_owned())
}

/// Saves when FedEx comes to a warehouse.
#[server(prefix = "/desk", endpoint = "pickups/save")]
pub async fn save_pickup(
    #[server(default)] warehouse: String,
    cut_off: String,
    zone: String,
    #[server(default)] saturday: bool,
    #[server(default)] sunday: bool,
) -> Result<(), Problem> {
    let form = PickupForm { warehouse, cut_off, zone, saturday, sunday };
    answer_told(desk()?.save_pickup(form).await, |()| "The pick-up is saved.".to_owned())
}

/// Removes when FedEx comes to a warehouse.
#[server(prefix = "/desk", endpoint = "pickups/remove")]
pub async fn remove_pickup(warehouse: String) -> Result<(), Problem> {
    answer_told(desk()?.remove_pickup(warehouse).await, |()| "The pick-up is removed.".to_owned())
}

fn batch_href(batch_id: &str) -> String {
    format!("/batches/{batch_id}")
}
