//! What crosses the wire between browser and server: plain structs with public fields.
//!
//! Compiled twice, for the browser and for the server, and written once. No rule lives here:
//! the server computes every word, tone and allowed action, the browser shows them. Fields are
//! only ever added, because a tab may stay open over a deployment.

mod attention;
mod connection;
mod day;
mod events;
mod frame;
mod inbox;
mod order;
mod page;
mod parcels;
mod printing;
mod problem;
mod pull;
mod rules;
mod search;
mod trail;
mod views;
mod write_back;

pub use attention::{Attention, CauseGroup, Counter};
pub use connection::{Connections, D365Connection, D365Form, FedexConnection, FedexForm, Ladder, Rung, RungOutcome};
pub use day::{CloseRow, Day};
pub use events::{EventAddress, EventView, Events};
pub use frame::{ConnectionChip, Frame, Viewer};
pub use inbox::{Delivery, DeliveryRow, Inbox, InboxFilter, ProofView, VerdictCount, WebhookToken};
pub use order::{
    Action, ActionKind, AddressAdvice, AddressView, AttemptView, CauseView, ChangeView, ChargeView, Correction,
    CustomsView, DocumentView, DryRun, ExchangeView, LabelView, LineView, OrderDetail, OrderFilter, OrderRow,
    PackageView, PrintView, Quote, QuoteRow, ScanView, ShipmentDetail, TimelineEntry,
};
pub use page::{Moment, Page, Status, Tone};
pub use parcels::{ParcelCount, ParcelFilter, ParcelSheet, ParcelView, QueuedParcel, TrackBudget, TroubleView};
pub use printing::{PrintFilter, PrintJobRow, PrinterForm, PrinterRow, Printing};
pub use problem::Problem;
pub use pull::{
    ChangesView, GapRow, GapView, InvoiceView, LookQueue, LookRow, Pull, ScanOfOrders, Why, WhyAnswer, WhyStep,
};
pub use rules::{CorrectionRow, Rules, RulesSaved, ServiceRow, ShipFromRow, Suggestion, UnmappedMode};
pub use search::{Found, FoundGroup, FoundLink, FoundOrder};
pub use trail::{TrailEntry, TrailFilter};
pub use views::{Layout, ListSettings, SavedView};
pub use write_back::{
    DiscoveredField, DiscoveredSet, FieldForm, FieldProof, OrderWriteBack, ParkedWrites, PresetView, TargetField,
    TargetView, TestedWrite, WriteBack, WriteBackRow,
};
