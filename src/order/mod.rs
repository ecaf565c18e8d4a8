//! What an order is, in one screen. Pure: no async, no I/O, no clock.
//!
//! An [`Order`] is a sales order as Dynamics 365 holds it. A [`Shipment`] is the part of it that
//! goes to one address from one warehouse by one delivery mode; it owns the state, because the
//! parts of a split order live their own lives. Today an order has exactly one shipment.

pub mod cause;
pub mod consignee;
pub mod parcel;
pub mod plan;
pub mod retry;
pub mod scan;
pub mod state;
pub mod transition;

use crate::order::cause::Cause;
use crate::order::plan::{Correction, Plan};
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

/// A shipment as we hold it: one row, one lease, one pending step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipment {
    /// Its id.
    pub shipment_id: ShipmentId,
    /// The order it belongs to.
    pub order_id: OrderId,
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
    /// The reference of the attempt that bought, or may have bought, the label.
    pub reference: Option<String>,
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
