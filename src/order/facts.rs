//! What Dynamics 365 knows around an order, beside the order itself.

use crate::order::Address;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What Dynamics 365's master data says around an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Telephone of the contact person or the customer.
    pub phone: Option<String>,
    /// The customer's tax id.
    pub tax_id: Option<String>,
    /// Whether the delivery address is a home, where Dynamics 365 knows.
    pub residential: Option<bool>,
    /// Addresses of the warehouses.
    pub warehouses: BTreeMap<String, Address>,
    /// What is known of the items, by item number.
    pub items: BTreeMap<String, Item>,
    /// Newest issued invoice of the order.
    pub invoice_number: Option<String>,
    /// Number of the order's newest confirmation.
    pub confirmation_number: Option<String>,
    /// Hours since we first saw the order.
    pub waited_hours: u32,
}

/// What is known of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Gross weight of one inventory unit, in Dynamics 365's unit; `None` when it has none.
    pub weight: Option<Decimal>,
    /// Inventory unit.
    pub unit: String,
    /// A service: nothing to put into a parcel.
    pub is_service: bool,
    /// Dangerous goods.
    pub is_hazardous: bool,
    /// Each unit travels in its own package.
    pub ships_alone: bool,
    /// Country of manufacture.
    pub origin: String,
    /// Harmonised code.
    pub hs_code: String,
}
