//! How far orders go by themselves: modes of legal entities, what waits for approval, and what a shadow shows.

use super::{Counter, Moment, Status};
use serde::{Deserialize, Serialize};

/// Which shipments that wait for approval are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApprovalFilter {
    /// Of this legal entity.
    pub company: Option<String>,
    /// With this FedEx service.
    pub service: Option<String>,
    /// With this verdict of FedEx: `accepted`, `refused`, `unchecked`, `none`.
    pub verdict: Option<String>,
}

/// The Approve page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approvals {
    /// The situation as a sentence.
    pub headline: String,
    /// What is shown.
    pub filter: ApprovalFilter,
    /// Services that wait, for choosing one.
    pub services: Vec<String>,
    /// The shipments, the longest waiting first.
    pub rows: Vec<ApprovalRow>,
    /// How many match, shown or not.
    pub total: u64,
    /// The rows as they are shown, each with its version: what *Approve all shown* approves, and nothing else.
    pub frozen: String,
    /// What those would cost together, as far as FedEx quoted them.
    pub cost: Vec<String>,
    /// Every legal entity and its mode.
    pub companies: Vec<CompanyMode>,
    /// What each shadow shows.
    pub shadows: Vec<ShadowReport>,
    /// Plans FedEx was asked about today, and how many it may be.
    pub rehearsals: String,
    /// The operator may approve.
    pub may_approve: bool,
    /// The operator may switch modes.
    pub may_switch: bool,
    /// The server's clock.
    pub now: Moment,
}

/// A shipment that is prepared and not bought by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRow {
    /// Its id; actions name it.
    pub shipment_id: String,
    /// The version this page was made from; an action on an older one is refused.
    pub version: i64,
    /// Legal entity.
    pub company: String,
    /// Order number.
    pub number: String,
    /// Customer.
    pub customer: String,
    /// Consignee in one line.
    pub ship_to: String,
    /// FedEx service.
    pub service: String,
    /// `2 packages, 71.8 lb`.
    pub packages: String,
    /// What it would cost: amount and currency.
    pub price: Option<String>,
    /// Which rate that is: `ACCOUNT`, `LIST`.
    pub rate_type: Option<String>,
    /// FedEx's verdict.
    pub verdict: Status,
    /// Why it would be refused, or why there is no verdict.
    pub why: Option<String>,
    /// Since when it waits.
    pub since: Moment,
}

/// A legal entity and its mode.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyMode {
    /// Legal entity.
    pub company: String,
    /// Its mode.
    pub mode: Status,
    /// What it means, as a sentence.
    pub meaning: String,
    /// Where it can be switched to, and what that would do.
    pub switches: Vec<ModeSwitch>,
}

/// A switch that can be made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModeSwitch {
    /// To which mode, by its stored name.
    pub mode: String,
    /// Its word: `Approve`.
    pub label: String,
    /// What it would do, told before.
    pub effect: String,
}

/// What a legal entity in shadow would have done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShadowReport {
    /// Legal entity.
    pub company: String,
    /// As a sentence.
    pub headline: String,
    /// How many FedEx would take, would refuse, did not check.
    pub verdicts: Vec<Counter>,
    /// What they would cost together, by currency and kind of rate.
    pub cost: Vec<String>,
    /// What would fail, by cause: refused by FedEx, or stopped before.
    pub failures: Vec<Counter>,
    /// What would ship, the longest waiting first.
    pub rows: Vec<ApprovalRow>,
    /// How many would ship, shown or not.
    pub total: u64,
}
