//! The port: everything an operator can see and do, as the server offers it to the pages.
//!
//! The engine implements [`Desk`] for the operator of one request; the web layer puts it into
//! the context as a [`DeskHandle`]; server functions reach it through [`desk`]. One newtype and
//! one accessor, because contexts are found by type.

use crate::contract::{
    AddressAdvice, ApprovalFilter, Approvals, Attention, BackTest, BatchView, CauseNoteForm, ChosenForm, Connecting,
    Connections, Correction, D365Access, D365Form, Day, Delivery, DryRun, Events, FedexAccess, FedexForm, FieldForm,
    Figures, Found, Frame, Inbox, InboxFilter, Ladder, Layout, ListSettings, OrderDetail, OrderFilter, OrderRow, Page,
    ParcelFilter, ParcelSheet, People, PickupForm, PrintFilter, PrinterForm, Printing, Problem, Pull, Quote,
    RecoverForm, Recovery, RepairForm, RepairSheet, Rules, RulesChange, RulesSaved, ServiceRow, ShipFromRow, Start,
    Suggestion, TestedWrite, TrailEntry, TrailFilter, Why, WriteBack,
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
    /// Counts and times of the last `24h`, `7d` or `30d`; without a name, of the last 24 hours.
    async fn figures(&self, span: Option<String>) -> Result<Figures, Problem>;
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
    /// Saves the Dynamics 365 connection and pings it; a new secret is tried before it replaces the old one.
    async fn save_d365(&self, form: D365Form) -> Result<Ladder, Problem>;
    /// Saves the FedEx connection and pings it; a new secret is tried before it replaces the old one.
    async fn save_fedex(&self, form: FedexForm) -> Result<Ladder, Problem>;
    /// Saves a connection as JSON (secrets left out are kept) and pings it.
    async fn save_document(&self, system: String, document: String) -> Result<Ladder, Problem>;
    /// Saves the secret whose test failed a moment ago.
    async fn save_anyway(&self, system: String) -> Result<Ladder, Problem>;
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
    /// Prints the documents of shipments again that were ticked in the list; answers what was queued.
    async fn print_chosen(&self, form: ChosenForm) -> Result<String, Problem>;
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
pub trait ParcelDesk: Send + Sync {
    /// One page of parcels, and the day's budget.
    async fn parcels(&self, filter: ParcelFilter) -> Result<ParcelSheet, Problem>;
    /// Notes that a person has seen a parcel's trouble and what they did about it.
    async fn acknowledge_parcel(
        &self,
        shipment_id: String,
        sequence: i64,
        version: i64,
        note: String,
    ) -> Result<(), Problem>;
}

/// Where values are written in Dynamics 365, and what became of it.
#[async_trait]
pub trait WriteBackDesk: Send + Sync {
    /// Targets, and how the orders stand.
    async fn write_back(&self) -> Result<WriteBack, Problem>;
    /// Adds a ready-made target.
    async fn add_target(&self, preset: String) -> Result<(), Problem>;
    /// Saves where one value goes.
    async fn save_field(&self, form: FieldForm) -> Result<(), Problem>;
    /// Takes a value off a target, or with no value the whole target.
    async fn remove_field(&self, target: String, value: String) -> Result<(), Problem>;
    /// Asks Dynamics 365 for the fields of a set.
    async fn discover_fields(&self, entity_set: String) -> Result<(), Problem>;
    /// Looks whether all targets can be written.
    async fn verify_targets(&self) -> Result<(), Problem>;
    /// Writes to an order, reads back, restores.
    async fn test_write(&self, company: String, number: String) -> Result<TestedWrite, Problem>;
    /// Writes an order anew.
    async fn write_again(&self, company: String, number: String, reason: String) -> Result<(), Problem>;
    /// Writes all orders anew that stopped by a cause.
    async fn write_all_again(&self, cause: String, reason: String) -> Result<(), Problem>;
    /// Writes all orders anew that were labelled in the last days.
    async fn repair_since(&self, days: u32, reason: String) -> Result<(), Problem>;
}

/// How orders come in from Dynamics 365, and why one did not.
#[async_trait]
pub trait PullDesk: Send + Sync {
    /// How orders come in, and what is missing.
    async fn pull(&self) -> Result<Pull, Problem>;
    /// Why an order was not shipped, asking Dynamics 365 now.
    async fn why(&self, company: Option<String>, number: String) -> Result<Why, Problem>;
    /// Imports one order now; answers what became of it.
    async fn import(&self, company: Option<String>, number: String) -> Result<String, Problem>;
    /// Moves the cursor of changes to a moment; what changed since is looked at again.
    async fn rewind(&self, to: String) -> Result<(), Problem>;
    /// Compares with Dynamics 365 now.
    async fn find_gaps(&self) -> Result<(), Problem>;
}

/// Business events of Dynamics 365: their addresses, and what came.
#[async_trait]
pub trait EventDesk: Send + Sync {
    /// Addresses, the list of hints, and the last events.
    async fn events(&self) -> Result<Events, Problem>;
    /// Makes an address; it is shown to this operator for some minutes.
    async fn make_event_address(&self) -> Result<(), Problem>;
    /// Ends an address.
    async fn retire_event_address(&self, token_id: String) -> Result<(), Problem>;
    /// Saves which events are hints, one a line.
    async fn list_events(&self, listed: String) -> Result<(), Problem>;
}

/// The first day: twins or real systems, and the steps until the first label.
#[async_trait]
pub trait StartDesk: Send + Sync {
    /// Where the installation stands.
    async fn start(&self) -> Result<Start, Problem>;
    /// Starts the built-in twins in place of both systems.
    async fn start_twins(&self) -> Result<(), Problem>;
    /// Removes the twins with everything that came of them.
    async fn remove_twins(&self) -> Result<(), Problem>;
    /// Reads what an administrator has in hand about a system, and keeps it for the form.
    async fn paste(&self, system: String, text: String) -> Result<(), Problem>;
    /// The Dynamics 365 side of the guide.
    async fn connecting_d365(&self) -> Result<Connecting<D365Access>, Problem>;
    /// The FedEx side of the guide.
    async fn connecting_fedex(&self) -> Result<Connecting<FedexAccess>, Problem>;
    /// Saves Dynamics 365 from the guide and pings it.
    async fn connect_d365(&self, form: D365Access) -> Result<Ladder, Problem>;
    /// Saves FedEx from the guide and pings it.
    async fn connect_fedex(&self, form: FedexAccess) -> Result<Ladder, Problem>;
    /// Puts the finished list of the first day away.
    async fn put_start_away(&self) -> Result<(), Problem>;
}

/// Repairing many orders at once, and what is decided about groups of failures and pick-ups.
#[async_trait]
pub trait RepairDesk: Send + Sync {
    /// All orders of a group, filled in; with `ask`, Dynamics 365 is asked for missing values.
    async fn repair_sheet(&self, key: String, ask: bool) -> Result<RepairSheet, Problem>;
    /// Freezes the list and works it off; answers the batch.
    async fn repair(&self, form: RepairForm) -> Result<String, Problem>;
    /// Freezes the list and asks FedEx what it would say; answers the batch, which waits for its yes.
    async fn try_repair(&self, form: RepairForm) -> Result<String, Problem>;
    /// Lets orders that were ticked in the list go on; answers the batch.
    async fn go_on(&self, form: ChosenForm) -> Result<String, Problem>;
    /// A batch, with its items after a place.
    async fn batch(&self, batch_id: String, after: i64) -> Result<BatchView, Problem>;
    /// Says yes to a batch that waits for it.
    async fn start_batch(&self, batch_id: String) -> Result<(), Problem>;
    /// Gives up a batch that waits for its yes.
    async fn discard_batch(&self, batch_id: String) -> Result<(), Problem>;
    /// What failed in a window and still stands; without one, in the span of the last day's failures.
    async fn recovery(&self, window: Option<(String, String)>) -> Result<Recovery, Problem>;
    /// Freezes what failed in a window and works it off; answers the batch.
    async fn recover(&self, form: RecoverForm) -> Result<String, Problem>;
    /// Acknowledges, snoozes, assigns, comments on a group.
    async fn note_cause(&self, form: CauseNoteForm) -> Result<(), Problem>;
    /// Saves when FedEx comes to a warehouse.
    async fn save_pickup(&self, form: PickupForm) -> Result<(), Problem>;
    /// Removes it again.
    async fn remove_pickup(&self, warehouse: String) -> Result<(), Problem>;
}

/// Who may sign in, and as what.
#[async_trait]
pub trait PeopleDesk: Send + Sync {
    /// Everybody to administrators, themselves to others.
    async fn people(&self) -> Result<People, Problem>;
    /// Adds a person.
    async fn add_person(&self, name: String, role: String, password: String) -> Result<(), Problem>;
    /// Changes what a person may do.
    async fn set_role(&self, operator_id: String, role: String) -> Result<(), Problem>;
    /// Lets a person sign in, or puts them out at once.
    async fn set_enabled(&self, operator_id: String, enabled: bool) -> Result<(), Problem>;
    /// Sets a person's password; they are signed out everywhere.
    async fn set_password(&self, operator_id: String, password: String) -> Result<(), Problem>;
    /// Changes one's own password; one is signed out everywhere.
    async fn change_own_password(&self, old: String, new: String) -> Result<(), Problem>;
}

/// Stopping parts of the flow, and letting them go on.
#[async_trait]
pub trait PauseDesk: Send + Sync {
    /// Pauses `shipping`, `write_back` or `pull`.
    async fn pause(&self, flow: String, reason: String) -> Result<(), Problem>;
    /// Resumes it.
    async fn resume(&self, flow: String) -> Result<(), Problem>;
}

/// How far orders go by themselves, and letting single ones go.
#[async_trait]
pub trait ApproveDesk: Send + Sync {
    /// What waits for approval, what shadows show, and the modes.
    async fn approvals(&self, filter: ApprovalFilter) -> Result<Approvals, Problem>;
    /// Approves the plan of one shipment.
    async fn approve(&self, shipment_id: String, version: i64) -> Result<(), Problem>;
    /// Approves all of a frozen list in one transaction; answers what came of it.
    async fn approve_all(&self, frozen: String, reason: String) -> Result<String, Problem>;
    /// Does not approve one shipment; it is parked with the reason.
    async fn decline(&self, shipment_id: String, version: i64, reason: String) -> Result<(), Problem>;
    /// Switches the mode of a legal entity; answers what came of it.
    async fn switch_mode(&self, company: String, mode: String, reason: String) -> Result<String, Problem>;
    /// Plans the last shipments with the rules as they are and as they would be. Saves nothing.
    async fn try_rules(&self, version: i64, change: RulesChange, last: u32) -> Result<BackTest, Problem>;
}

/// One search for everything, and the order list as an operator wants it.
#[async_trait]
pub trait FindDesk: Send + Sync {
    /// Looks for an order, or what belongs to one, by whatever somebody named.
    async fn search(&self, query: String) -> Result<Found, Problem>;
    /// Saved views and layout of the order list.
    async fn list_settings(&self) -> Result<ListSettings, Problem>;
    /// Gives a filter of the order list a name.
    async fn save_view(&self, name: String, query: String, shared: bool) -> Result<(), Problem>;
    /// Removes a saved view.
    async fn remove_view(&self, view_id: String) -> Result<(), Problem>;
    /// Sets how the operator wants the order list.
    async fn set_layout(&self, layout: Layout) -> Result<(), Problem>;
}

/// Seeing and doing.
pub trait Desk:
    Views
    + Commands
    + PrintDesk
    + InboxDesk
    + ParcelDesk
    + WriteBackDesk
    + PullDesk
    + EventDesk
    + StartDesk
    + RepairDesk
    + PeopleDesk
    + PauseDesk
    + ApproveDesk
    + FindDesk
{
}

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
