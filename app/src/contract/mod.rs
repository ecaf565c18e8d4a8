//! What crosses the wire between browser and server: plain structs with public fields.
//!
//! Compiled twice, for the browser and for the server, and written once. No rule lives here:
//! the server computes every word, tone and allowed action, the browser shows them. Fields are
//! only ever added, because a tab may stay open over a deployment.

mod approve;
mod attention;
mod batch;
mod connection;
mod day;
mod events;
mod figures;
mod frame;
mod inbox;
mod order;
mod page;
mod parcels;
mod people;
mod printing;
mod problem;
mod pull;
mod rules;
mod search;
mod start;
mod trail;
mod views;
mod write_back;

pub use approve::{ApprovalFilter, ApprovalRow, Approvals, CompanyMode, ModeSwitch, ShadowReport};
pub use attention::{
    Attention, BatchLink, CauseGroup, CauseNoteForm, CauseNoteView, CommentView, Counter, FixRow, PickupClock,
    PickupForm, RemedyView,
};
pub use batch::{
    BatchChange, BatchRow, BatchView, ChosenForm, RecoverForm, Recovery, RecoveryChoice, RepairForm, RepairItem,
    RepairRow, RepairSheet, RepairValue,
};
pub use connection::{
    Connections, D365Connection, D365Form, FedexConnection, FedexForm, Ladder, LadderRow, RefusedSave, Rung,
    RungOutcome,
};
pub use day::{CloseRow, Day};
pub use events::{EventAddress, EventView, Events};
pub use figures::{Bar, BarChart, ChartPart, FigureSpan, Figures, LatencyChart, LatencyRow};
pub use frame::{ConnectionChip, Frame, PauseView, Rehearsal, Viewer};
pub use inbox::{Delivery, DeliveryRow, Inbox, InboxFilter, ProofView, VerdictCount, WebhookToken};
pub use order::{
    Action, ActionKind, AddressAdvice, AddressView, AttemptView, CauseView, ChangeView, ChargeView, CorrectedValues,
    Correction, CorrectionMade, CustomsView, DocumentView, DryRun, ExchangeView, LabelView, LineView, OrderDetail,
    OrderFilter, OrderRow, PackageView, PrintView, Quote, QuoteRow, ScanView, ShipmentDetail, Standing, TimelineEntry,
};
pub use page::{Moment, Page, Status, Tone};
pub use parcels::{ParcelCount, ParcelFilter, ParcelSheet, ParcelView, QueuedParcel, TrackBudget, TroubleView};
pub use people::{People, PersonRow, RoleView};
pub use printing::{PrintFilter, PrintJobRow, PrinterForm, PrinterRow, Printing};
pub use problem::Problem;
pub use pull::{
    ChangesView, FlowView, GapRow, GapView, InvoiceView, LookQueue, LookRow, Pull, ScanOfOrders, Why, WhyAnswer,
    WhyStep,
};
pub use rules::{
    BackTest, BackTestGroup, BackTestRow, CorrectionRow, Rules, RulesChange, RulesSaved, ServiceRow, ShipFromRow,
    Suggestion, UnmappedMode,
};
pub use search::{Found, FoundGroup, FoundLink, FoundOrder};
pub use start::{Connecting, D365Access, FedexAccess, FirstLabel, SecretHeld, Start, StartStep, StartWay};
pub use trail::{TrailEntry, TrailFilter};
pub use views::{Layout, ListSettings, SavedView};
pub use write_back::{
    DiscoveredField, DiscoveredSet, FieldForm, FieldProof, OrderWriteBack, ParkedWrites, PresetView, TargetField,
    TargetView, TestedWrite, WriteBack, WriteBackRow,
};

/// Stands where a person's data is hidden from who does not see people.
pub const HIDDEN: &str = "•••";
/// Stands for a body that cannot be read: what is personal in it cannot be told from the rest.
pub const BODY_HIDDEN: &str = "This body is hidden: it holds personal data, which your role does not see.";
