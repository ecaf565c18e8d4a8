//! Printers and the print queue.

use super::{answer, answer_told};
use crate::contract::{PrintFilter, PrinterForm, Printing, Problem};
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

/// Gives a document up.
#[server(prefix = "/desk", endpoint = "printers/cancel")]
pub async fn cancel_print(job_id: String, version: i64, #[server(default)] reason: String) -> Result<(), Problem> {
    answer_told(desk()?.cancel_print(job_id, version, reason).await, |()| "Given up.".to_owned())
}
