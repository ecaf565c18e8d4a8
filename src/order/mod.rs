//! What an order is, in one screen. Pure: no async, no I/O, no clock.
//!
//! An [`Order`] is a sales order as Dynamics 365 holds it. A [`Shipment`] is the part of it that
//! goes to one address from one warehouse by one delivery mode; it owns the state, because the
//! parts of a split order live their own lives. A voided shipment may have a successor, and a
//! return label is a shipment of its own.

pub mod backtest;
pub mod cause;
pub mod consignee;
pub mod correction;
pub mod customs;
pub mod facts;
pub mod figures;
pub mod group;
pub mod mode;
pub mod next_action;
pub mod outlook;
pub mod packing;
pub mod parcel;
pub mod parcel_state;
pub mod pickup;
pub mod plan;
pub mod postal;
pub mod ready;
pub mod repair;
pub mod retry;
pub mod rules;
pub mod scan;
pub mod search;
pub mod state;
pub mod status_words;
pub mod track_schedule;
pub mod transition;

use crate::order::cause::Cause;
use crate::order::correction::Correction;
use crate::order::group::Difference;
use crate::order::mode::Approval;
use crate::order::plan::Plan;
use crate::order::scan::Milestone;
use crate::order::state::State;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name(pub String);
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// Our id of an order (ULID).
    OrderId
);
id!(
    /// Our id of a shipment (ULID).
    ShipmentId
);
id!(
    /// Our id of an attempt (ULID).
    AttemptId
);

/// What names an order outside: the environment's host, the legal entity, the number.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OrderKey {
    /// Host of the Dynamics 365 environment: sandbox and production repeat order numbers.
    pub host: String,
    /// Legal entity, lower case as Dynamics 365 answers it.
    pub company: String,
    /// Sales order number, never trimmed.
    pub number: String,
}

/// A sales order as Dynamics 365 holds it. Text may be empty, as it often is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Legal entity.
    pub company: String,
    /// Sales order number.
    pub number: String,
    /// Account of the customer who ordered.
    pub customer_account: String,
    /// Name on the order.
    pub customer_name: String,
    /// The customer's own reference.
    pub customer_reference: String,
    /// Contact person on the order, a source of the telephone number.
    pub contact_person: String,
    /// E-mail of the order.
    pub email: String,
    /// Delivery mode; our rules turn it into a FedEx service.
    pub delivery_mode: String,
    /// The carrier's service, where transport management names one.
    #[serde(default)]
    pub carrier_service: String,
    /// The customer's own account with the carrier.
    #[serde(default)]
    pub carrier_account: String,
    /// Delivery terms.
    #[serde(default)]
    pub terms: String,
    /// Warehouse the order ships from, when the header names one.
    pub warehouse: String,
    /// Delivery address of the header.
    pub ship_to: Address,
    /// Currency.
    pub currency: String,
    /// `SalesOrderStatus` member name.
    pub sales_status: String,
    /// `SalesOrderProcessingStatus` member name.
    pub processing_status: String,
    /// `IsSalesProcessingStopped`.
    pub stopped: bool,
    /// Lines.
    pub lines: Vec<Line>,
}

impl Order {
    /// Changes when something we ship by changes. Not the ETag: that also moves when a joined
    /// table does.
    pub fn fingerprint(&self) -> String {
        let bytes = serde_json::to_vec(self).expect("an order is plain data");
        hex::encode(Sha256::digest(bytes))
    }
}

/// A postal address as a system gave it to us, unchecked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Company or person.
    pub name: String,
    /// Street; may hold several lines.
    pub street: String,
    /// City.
    pub city: String,
    /// State or province code ("state" means something else here).
    pub region: String,
    /// Postal code.
    pub postal_code: String,
    /// Two-letter country code, or what the system had.
    pub country: String,
}

impl Address {
    /// Nothing to send a parcel to.
    pub fn is_empty(&self) -> bool {
        self.street.trim().is_empty() && self.city.trim().is_empty() && self.postal_code.trim().is_empty()
    }
}

/// A line of an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Dynamics 365's identity of the line.
    pub lot: String,
    /// Item number; may begin with a space, never trimmed.
    pub item: String,
    /// Description.
    pub description: String,
    /// Ordered quantity; negative on returns.
    pub quantity: Decimal,
    /// Unit of the quantity.
    pub unit: String,
    /// Price of one unit after discounts, in the order's currency.
    #[serde(default)]
    pub price: Decimal,
    /// Harmonised code, where the line names one.
    #[serde(default)]
    pub hs_code: String,
    /// `SalesOrderLineStatus` member name.
    pub status: String,
    /// `IsLineStopped`.
    pub stopped: bool,
    /// Warehouse of the line.
    pub warehouse: String,
    /// Delivery mode of the line.
    pub delivery_mode: String,
    /// Delivery address of the line.
    pub ship_to: Address,
}

impl Line {
    /// Why this line is not shipped, or `None` when it is. Service items are known only with the
    /// master data, see [`plan`].
    pub fn left_out(&self) -> Option<&'static str> {
        if self.stopped {
            return Some("stopped");
        }
        match self.status.as_str() {
            "Canceled" => return Some("cancelled"),
            "Delivered" => return Some("already delivered"),
            "Invoiced" => return Some("already invoiced"),
            _ => {}
        }
        if self.quantity <= Decimal::ZERO { Some("no quantity to ship") } else { None }
    }
}

/// Which way a shipment goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// To the consignee.
    #[default]
    Outbound,
    /// Back from the consignee, under a return label.
    Return,
}

impl Kind {
    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Outbound => "outbound",
            Self::Return => "return",
        }
    }

    /// The kind of a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Outbound, Self::Return].into_iter().find(|kind| kind.name() == name)
    }
}

/// What an operator wants to become of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voiding {
    /// It is cancelled, and nothing is shipped in its place.
    Only,
    /// It is cancelled, and the same lines are planned and bought anew.
    AndReship,
}

impl Voiding {
    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Only => "only",
            Self::AndReship => "and_reship",
        }
    }

    /// The wish of a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Only, Self::AndReship].into_iter().find(|voiding| voiding.name() == name)
    }
}

/// A shipment as we hold it: one row, one lease, one pending step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipment {
    /// Its id.
    pub shipment_id: ShipmentId,
    /// The order it belongs to.
    pub order_id: OrderId,
    /// Which way it goes.
    pub kind: Kind,
    /// 1, 2, 3 … within the order; a successor of a voided shipment has its number.
    pub group_no: i64,
    /// The shipment it takes the place of, or returns.
    pub parent: Option<ShipmentId>,
    /// Where it stands.
    pub state: State,
    /// Rises with every saved change; a save names the version it read.
    pub version: i64,
    /// The state to go on from when a person lets a parked shipment go.
    pub resume: Option<State>,
    /// Why it is parked, unknown or waiting.
    pub cause: Option<Cause>,
    /// Failures in a row of the pending step.
    pub failures: u32,
    /// When the pending step is due; `None`: nothing to do until something happens.
    pub next_run_ms: Option<i64>,
    /// What we are about to buy, or bought.
    pub plan: Option<Plan>,
    /// What an operator changed.
    pub correction: Correction,
    /// What a person said, or is asked to say, about buying its label.
    pub approval: Option<Approval>,
    /// The reference of the attempt that bought, or may have bought, the label.
    pub reference: Option<String>,
    /// FedEx's job that makes the labels, while it does.
    pub job_id: Option<String>,
    /// The label is being cancelled.
    pub voiding: Option<Voiding>,
    /// What changed in Dynamics 365 since the label was bought.
    pub changes: Vec<Difference>,
    /// Master tracking number.
    pub tracking_number: Option<String>,
    /// Where the parcel is, on FedEx's axis.
    pub milestone: Option<Milestone>,
    /// When FedEx delivered.
    pub delivered_ms: Option<i64>,
    /// Rated charge, from FedEx's shipment rating.
    pub charge: Option<Charge>,
    /// Label bytes were lost with the answer.
    pub reprint_needed: bool,
    /// When the label was bought.
    pub labelled_ms: Option<i64>,
    /// First look-up that did not find a parcel of unknown outcome.
    pub absent_since_ms: Option<i64>,
    /// Look-ups in a row that did not find it.
    pub absences: u32,
}

impl Shipment {
    /// A shipment that was just seen and is checked at `now_ms`.
    pub fn received(shipment_id: ShipmentId, order_id: OrderId, group_no: i64, now_ms: i64) -> Self {
        Self {
            shipment_id,
            order_id,
            kind: Kind::Outbound,
            group_no,
            parent: None,
            state: State::Received,
            version: 1,
            resume: None,
            cause: None,
            failures: 0,
            next_run_ms: Some(now_ms),
            plan: None,
            correction: Correction::default(),
            approval: None,
            reference: None,
            job_id: None,
            voiding: None,
            changes: Vec::new(),
            tracking_number: None,
            milestone: None,
            delivered_ms: None,
            charge: None,
            reprint_needed: false,
            labelled_ms: None,
            absent_since_ms: None,
            absences: 0,
        }
    }

    /// FedEx has a label for it that is not cancelled, or may have.
    pub fn may_have_label(&self) -> bool {
        !matches!(self.state, State::Voided | State::Cancelled | State::Excluded)
            && (self.tracking_number.is_some() || self.state == State::OutcomeUnknown)
    }

    /// FedEx has the label and not the parcel yet.
    pub fn is_before_tender(&self) -> bool {
        self.tracking_number.is_some()
            && !self.state.is_terminal()
            && matches!(self.milestone, None | Some(Milestone::LabelCreated))
    }
}

/// Money FedEx rated, before its invoice. Decimal, never float.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// Amount.
    pub amount: Decimal,
    /// ISO currency.
    pub currency: String,
    /// Which rate this is: `PAYOR_ACCOUNT_PACKAGE`, …
    pub rate_type: String,
}
