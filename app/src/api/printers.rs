//! Printers and the print queue.

use super::{answer, answer_told};
use crate::contract::{ChosenForm, OrderFilter, PrintFilter, PrinterForm, Printing, Problem, Standing};
use crate::desk::desk;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Loads all printers and one page of the queue.
#[server(prefix = "/desk", endpoint = "printers/load", input = GetUrl)]
pub async fn load_printing(
    // An empty filter is an empty query, which names no field at all.
    #[server(default)] filter: PrintFilter,
) -> Result<Printing, Problem> {
    answer(desk()?.printing(filter).await)
}

/// Adds or changes a printer.
#[server(prefix = "/desk", endpoint = "printers/save")]
pub async fn save_printer(#[server(default)] form: PrinterForm) -> Result<(), Problem> {
    answer_told(desk()?.save_printer(form).await, |()| "Saved.".to_owned())
}

/// Takes a printer away.
#[server(prefix = "/desk", endpoint = "printers/remove")]
pub async fn remove_printer(printer_id: String) -> Result<(), Problem> {
    answer_told(desk()?.remove_printer(printer_id).await, |()| "Removed.".to_owned())
}

/// Queues a test label.
#[server(prefix = "/desk", endpoint = "printers/test")]
pub async fn test_printer(printer_id: String) -> Result<(), Problem> {
    answer_told(desk()?.test_printer(printer_id).await, |()| "A test label is in the queue.".to_owned())
}

/// Sends a document again.
#[server(prefix = "/desk", endpoint = "printers/retry")]
pub async fn retry_print(job_id: String, version: i64, #[server(default)] reason: String) -> Result<(), Problem> {
    answer_told(desk()?.retry_print(job_id, version, reason).await, |()| "It is in the queue again.".to_owned())
}

/// Prints the documents of shipments again that were ticked in the list of orders: the form of `go_on`,
/// with another button.
#[server(prefix = "/desk", endpoint = "orders/print-again")]
pub async fn print_chosen(
    #[server(default)] filter: OrderFilter,
    as_of_ms: i64,
    #[server(default)] all: bool,
    #[server(default)] reason: String,
    #[server(default)] ticked: Vec<String>,
    #[server(default)] shown: Vec<Standing>,
) -> Result<String, Problem> {
    let form = ChosenForm { filter, as_of_ms, all, reason, ticked, shown };
    answer_told(desk()?.print_chosen(form).await, Clone::clone)
}

/// Gives a document up.
#[server(prefix = "/desk", endpoint = "printers/cancel")]
pub async fn cancel_print(job_id: String, version: i64, #[server(default)] reason: String) -> Result<(), Problem> {
    answer_told(desk()?.cancel_print(job_id, version, reason).await, |()| "Given up.".to_owned())
}
