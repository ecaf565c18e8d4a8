//! The rules page: how orders become shipments.

use super::{Moment, Status};
use serde::{Deserialize, Serialize};

/// Everything an operator set for shipping.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// The version this page was made from; a save on an older one is refused.
    pub version: i64,
    /// Saved when, by whom.
    pub saved: Option<(Moment, String)>,
    /// Delivery modes and their services.
    pub services: Vec<ServiceRow>,
    /// Modes that orders use and no rule names, with how many orders wait for each.
    pub unmapped: Vec<UnmappedMode>,
    /// Modes that belong to other carriers.
    pub other_carriers: Vec<String>,
    /// Where parcels leave from.
    pub ship_from: Vec<ShipFromRow>,
    /// Everything, as JSON: accounts, payers, packing, weights, invoice, customs.
    pub document: String,
    /// Legal entities that do not go by themselves: name, mode and what it means.
    #[serde(default)]
    pub modes: Vec<(String, Status, String)>,
    /// The rules in words, a sentence each: `One package an order.`
    pub sentences: Vec<String>,
    /// Remembered corrections of addresses.
    pub corrections: Vec<CorrectionRow>,
    /// The operator may change rules.
    pub may_edit: bool,
    /// The server's clock.
    pub now: Moment,
}

/// One delivery mode; also the form that edits it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceRow {
    /// Delivery mode, or `mode/carrier service`.
    pub mode: String,
    /// FedEx `serviceType`.
    pub service: String,
    /// FedEx `packagingType`; empty: `YOUR_PACKAGING`.
    pub packaging: String,
    /// FedEx `signatureOptionType`; empty: the service's own.
    pub signature: String,
    /// Delivery on Saturday.
    pub saturday: bool,
    /// FedEx One Rate.
    pub one_rate: bool,
}

/// A mode without a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnmappedMode {
    /// Delivery mode.
    pub mode: String,
    /// Orders that wait for it.
    pub orders: u64,
    /// What Dynamics 365's own carrier set-up proposes, if it was asked.
    pub proposal: Option<String>,
}

/// One warehouse; also the form that edits it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShipFromRow {
    /// Warehouse, or `default`.
    pub warehouse: String,
    /// Company.
    pub company: String,
    /// Telephone.
    pub phone: String,
    /// Street; lines separated by `|`.
    pub street: String,
    /// City.
    pub city: String,
    /// State or province code.
    pub region: String,
    /// Postal code.
    pub postal_code: String,
    /// Country, two letters.
    pub country: String,
}

/// A remembered correction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectionRow {
    /// Its id.
    pub correction_id: String,
    /// Customer account.
    pub customer: String,
    /// The address as Dynamics 365 has it, in one line.
    pub address: String,
    /// What is corrected, in words: `phone 2145550199; street 120 Industrial Pkwy | Bldg 7`.
    pub correction: String,
    /// How often it was used.
    pub used: i64,
    /// When, by whom.
    pub saved: (Moment, String),
}

/// What a save of the rules did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesSaved {
    /// One sentence: `Saved; 3 shipments that waited for it go on.`
    pub sentence: String,
    /// How many shipments go on.
    pub released: u64,
}

/// A service that Dynamics 365's carrier set-up proposes for a mode.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Delivery mode.
    pub mode: String,
    /// Carrier and service there.
    pub carrier: String,
    /// FedEx service, if it names one we know.
    pub service: Option<String>,
    /// A rule for the mode exists already.
    pub mapped: bool,
}

/// A change of the rules, as a form makes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RulesChange {
    /// One delivery mode.
    Service(ServiceRow),
    /// A delivery mode goes.
    RemoveService {
        /// Which.
        mode: String,
        /// It belongs to another carrier from now on.
        other_carrier: bool,
    },
    /// One warehouse.
    ShipFrom(ShipFromRow),
    /// All rules as JSON.
    Document(String),
}

/// What a change of the rules would do to orders that were planned. Nothing is saved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackTest {
    /// As a sentence.
    pub headline: String,
    /// How many shipments were planned with both.
    pub tried: u64,
    /// How many would be different.
    pub different: u64,
    /// The differences, grouped.
    pub groups: Vec<BackTestGroup>,
}

/// Shipments that would be different in the same way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackTestGroup {
    /// Stable name: `service`, `newly-parked`.
    pub kind: String,
    /// What is different.
    pub title: String,
    /// How many.
    pub count: u64,
    /// The first of them.
    pub rows: Vec<BackTestRow>,
}

/// One difference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackTestRow {
    /// Legal entity.
    pub company: String,
    /// Order number.
    pub number: String,
    /// With the rules as they are.
    pub was: String,
    /// With the change.
    pub now: String,
}
