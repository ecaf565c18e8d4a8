//! The port: everything an operator can see and do, as the server offers it to the pages.
//!
//! The engine implements [`Desk`] for the operator of one request; the web layer puts it into
//! the context as a [`DeskHandle`]; server functions reach it through [`desk`]. One newtype and
//! one accessor, because contexts are found by type.

use crate::contract::{
    AddressAdvice, Attention, Connections, Correction, D365Form, Day, Delivery, DryRun, FedexForm, Frame, Inbox,
    InboxFilter, Ladder, OrderDetail, OrderFilter, OrderRow, Page, PrintFilter, PrinterForm, Printing, Problem, Quote,
    Rules, RulesSaved, ServiceRow, ShipFromRow, Suggestion, TrailEntry, TrailFilter,
};
use async_trait::async_trait;
use std::sync::Arc;

/// What an operator can see.
#[async_trait]
pub trait Views: Send + Sync {
    /// What surrounds every page. Never refused: the login page shows it too.
    async fn frame(&self) -> Result<Frame, Problem>;
    /// What needs a person now.
    async fn attention(&self) -> Result<Attention, Problem>;
    /// One page of orders.
    async fn orders(&self, filter: OrderFilter) -> Result<Page<OrderRow>, Problem>;
    /// One order.
    async fn order(&self, company: String, number: String) -> Result<OrderDetail, Problem>;
    /// One page of the audit trail.
    async fn trail(&self, filter: TrailFilter) -> Result<Page<TrailEntry>, Problem>;
    /// Both connections.
    async fn connections(&self) -> Result<Connections, Problem>;
    /// How orders become shipments.
    async fn rules(&self) -> Result<Rules, Problem>;
    /// The end of the day.
    async fn day(&self) -> Result<Day, Problem>;
}

/// What an operator can do. Every command is authorised, decided, saved and audited.
#[async_trait]
pub trait Commands: Send + Sync {
    /// Runs the failed step of a parked shipment again.
    async fn replay(&self, shipment_id: String, version: i64, reason: String) -> Result<(), Problem>;
    /// Saves corrected values, then replays.
    async fn correct(
        &self,
        shipment_id: String,
        version: i64,
        correction: Correction,
        reason: String,
    ) -> Result<(), Problem>;
    /// Asks FedEx whether the parcel of an unknown outcome exists.
    async fn look_up(&self, shipment_id: String, version: i64) -> Result<(), Problem>;
    /// Decides that a purchase without an answer made no label, and buys again.
    async fn buy_again(&self, shipment_id: String, version: i64, reason: String) -> Result<(), Problem>;
    /// Shows what would be sent and FedEx's verdict, with corrections that are not saved. Buys nothing.
    async fn dry_run(&self, shipment_id: String, correction: Option<Correction>) -> Result<DryRun, Problem>;
    /// Asks what the services would cost.
    async fn quote(&self, shipment_id: String) -> Result<Quote, Problem>;
    /// Asks FedEx's advice about the delivery address.
    async fn check_address(&self, shipment_id: String) -> Result<AddressAdvice, Problem>;
    /// Cancels the label; with `reship` the same lines are shipped anew.
    async fn void(&self, shipment_id: String, version: i64, reship: bool, reason: String) -> Result<(), Problem>;
    /// Buys a label for the way back.
    async fn return_label(&self, shipment_id: String, rma: String, reason: String) -> Result<(), Problem>;
    /// Prints a stored label or paper once more.
    async fn reprint(
        &self,
        shipment_id: String,
        sequence: i64,
        document_no: i64,
        reason: String,
    ) -> Result<(), Problem>;
    /// Saves one delivery mode; shipments that waited for it go on.
    async fn save_service(&self, version: i64, row: ServiceRow) -> Result<RulesSaved, Problem>;
    /// Removes one delivery mode; `other_carrier` says that it belongs to another carrier from now on.
    async fn remove_service(&self, version: i64, mode: String, other_carrier: bool) -> Result<RulesSaved, Problem>;
    /// Saves one warehouse's ship-from address.
    async fn save_ship_from(&self, version: i64, row: ShipFromRow) -> Result<RulesSaved, Problem>;
    /// Saves all rules as JSON.
    async fn save_rules(&self, version: i64, document: String) -> Result<RulesSaved, Problem>;
    /// Asks Dynamics 365 which services its own carrier set-up names.
    async fn suggest_services(&self) -> Result<Vec<Suggestion>, Problem>;
    /// Forgets a remembered correction.
    async fn forget_correction(&self, correction_id: String) -> Result<(), Problem>;
    /// Closes FedEx Ground for the day.
    async fn close_day(&self) -> Result<String, Problem>;
    /// Asks Dynamics 365 for orders now.
    async fn pull_now(&self) -> Result<(), Problem>;
    /// Saves the Dynamics 365 connection and pings it.
    async fn save_d365(&self, form: D365Form) -> Result<Ladder, Problem>;
    /// Saves the FedEx connection and pings it.
    async fn save_fedex(&self, form: FedexForm) -> Result<Ladder, Problem>;
    /// Saves a connection as JSON (secrets left out are kept) and pings it.
    async fn save_document(&self, system: String, document: String) -> Result<Ladder, Problem>;
    /// Pings a connection.
    async fn ping(&self, system: String) -> Result<Ladder, Problem>;
}

/// Printers and what is on its way to them. Commands are authorised and audited as all others.
#[async_trait]
pub trait PrintDesk: Send + Sync {
    /// All printers, and one page of the queue.
    async fn printing(&self, filter: PrintFilter) -> Result<Printing, Problem>;
    /// Adds or changes a printer and which warehouses print there.
    async fn save_printer(&self, form: PrinterForm) -> Result<(), Problem>;
    /// Takes a printer away; what waits for it is stopped.
    async fn remove_printer(&self, printer_id: String) -> Result<(), Problem>;
    /// Queues a test label.
    async fn test_printer(&self, printer_id: String) -> Result<(), Problem>;
    /// Sends a stopped or doubtful document again.
    async fn retry_print(&self, job_id: String, version: i64, reason: String) -> Result<(), Problem>;
    /// Gives a document up.
    async fn cancel_print(&self, job_id: String, version: i64, reason: String) -> Result<(), Problem>;
}

/// FedEx's pushes: what came, what became of it, and whether the way they come on works.
#[async_trait]
pub trait InboxDesk: Send + Sync {
    /// One page of what came, and how the way it comes on is set up.
    async fn inbox(&self, filter: InboxFilter) -> Result<Inbox, Problem>;
    /// One delivery with its body.
    async fn delivery(&self, delivery_id: String) -> Result<Delivery, Problem>;
    /// Has a delivery read again.
    async fn replay_delivery(&self, delivery_id: String) -> Result<(), Problem>;
    /// Sends a signed test through the public address, and looks for it in the inbox.
    async fn test_webhook(&self) -> Result<Ladder, Problem>;
    /// Holds the callback address against FedEx's rules, and resolves its name.
    async fn check_callback(&self) -> Result<Ladder, Problem>;
    /// Sets a new security token; the one before stays valid for a while.
    async fn set_webhook_token(&self, token: String) -> Result<(), Problem>;
    /// Ends the old security token now.
    async fn retire_webhook_token(&self) -> Result<(), Problem>;
}

/// Parcels under way, their exceptions, and the budget of questions to FedEx.
#[async_trait]
pub trait ParcelDesk: Send + Sync {}

/// Where values are written in Dynamics 365, and what became of it.
#[async_trait]
pub trait WriteBackDesk: Send + Sync {}

/// How orders come in from Dynamics 365, and why one did not.
#[async_trait]
pub trait PullDesk: Send + Sync {}

/// Business events of Dynamics 365: their addresses, and what came.
#[async_trait]
pub trait EventDesk: Send + Sync {}

/// Seeing and doing.
pub trait Desk: Views + Commands + PrintDesk + InboxDesk + ParcelDesk + WriteBackDesk + PullDesk + EventDesk {}

/// The desk of the request's operator, as it stands in the context.
#[derive(Clone)]
pub struct DeskHandle(pub Arc<dyn Desk>);

/// The desk of this request.
pub fn desk() -> Result<Arc<dyn Desk>, Problem> {
    leptos::prelude::use_context::<DeskHandle>().map(|handle| handle.0).ok_or_else(|| {
        Problem::new(
            "desk.no-context",
            "This page was rendered outside a request.",
            "Reload the page; if it stays, report it with the time.",
        )
    })
}
