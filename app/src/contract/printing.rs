//! Printers and the print queue.

use super::{CauseView, Moment, Status};
use serde::{Deserialize, Serialize};

/// What part of the queue is shown; also the page's URL query.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PrintFilter {
    /// A state of print jobs: `unknown`.
    pub state: Option<String>,
    /// Cursor of the page.
    pub after: Option<String>,
}

/// All printers, and one page of the queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Printing {
    /// One sentence: `2 printers; 1 document needs you.`
    pub headline: String,
    /// By name.
    pub printers: Vec<PrinterRow>,
    /// Newest first.
    pub jobs: Vec<PrintJobRow>,
    /// Cursor of the following page, if there is one.
    pub next: Option<String>,
    /// The operator may add, change and remove printers.
    pub may_edit: bool,
    /// The operator may print, retry and cancel.
    pub may_print: bool,
    /// The server's clock.
    pub now: Moment,
}

/// A printer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrinterRow {
    /// As it is set up.
    pub form: PrinterForm,
    /// Documents on their way.
    pub waiting: i64,
    /// Documents that need a person.
    pub needs_person: i64,
}

/// A printer as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PrinterForm {
    /// The one to change; empty adds one.
    pub printer_id: String,
    /// What people call it.
    pub name: String,
    /// `raw` or `ipp`.
    pub kind: String,
    /// `host:port`, or `ipp://host:631/printers/NAME`.
    pub address: String,
    /// `ZPLII`, `PDF` or `PNG`.
    pub takes: String,
    /// Off keeps its queue and sends nothing.
    pub enabled: bool,
    /// Warehouses whose labels it prints, separated by commas; `default` stands for all others.
    pub labels: String,
    /// Warehouses whose papers it prints.
    pub papers: String,
}

/// A document on its way to paper.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintJobRow {
    /// Its id.
    pub job_id: String,
    /// The version this page was made from.
    pub version: i64,
    /// `Label of package 2`, `Test label`.
    pub title: String,
    /// Legal entity and number of its order; a test label has none.
    pub order: Option<(String, String)>,
    /// Where it stands.
    pub status: Status,
    /// Printer.
    pub printer: String,
    /// `by itself`, `reprint`, `test`.
    pub origin: String,
    /// Who asked last and why, if a person did.
    pub asked: Option<(String, String)>,
    /// Why it waits or needs a person.
    pub cause: Option<CauseView>,
    /// When it is tried next.
    pub next_run: Option<Moment>,
    /// Last change of state.
    pub changed: Moment,
    /// It may be sent again.
    pub may_retry: bool,
    /// Only with a reason: it may be on paper already.
    pub reason_needed: bool,
    /// It may be given up.
    pub may_cancel: bool,
}
