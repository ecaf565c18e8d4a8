//! How orders come in from Dynamics 365, what is missing, and why an order was not shipped.

use super::{Moment, Status};
use serde::{Deserialize, Serialize};

/// How orders come in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    /// One sentence: `Everything confirmed is here; nothing waits.`
    pub headline: String,
    /// The scan of the whole open set.
    pub scan: ScanOfOrders,
    /// Reading what changed.
    pub changes: ChangesView,
    /// Orders that wait to be read one by one.
    pub queue: LookQueue,
    /// What is confirmed there and not here.
    pub gap: GapView,
    /// What runs when, in sentences, from the settings in force.
    #[serde(default)]
    pub schedules: Vec<String>,
    /// What the operator may pause now.
    #[serde(default)]
    pub flows: Vec<FlowView>,
    /// The operator may import, rewind and compare.
    pub may_act: bool,
    /// The server's clock.
    pub now: Moment,
}

/// A part of the flow that can be paused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowView {
    /// `shipping`, `write_back` or `pull`.
    pub flow: String,
    /// After a verb: `shipping`.
    pub title: String,
    /// What stands still then, and what goes on.
    pub sentence: String,
}

/// The scan of the whole open set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanOfOrders {
    /// What it does, how often, and how the last one went.
    pub sentence: String,
    /// When it last ended.
    pub last: Option<Moment>,
    /// When the next is due.
    pub next: Option<Moment>,
    /// Why Dynamics 365 cannot be asked at the moment.
    pub trouble: Option<String>,
}

/// Reading what changed, where the environment publishes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangesView {
    /// On, off, not asked yet.
    pub status: Status,
    /// What that means.
    pub sentence: String,
    /// Changes up to here are read, by the clock of Dynamics 365.
    pub cursor: Option<Moment>,
    /// The same as the rewind form takes it: `2026-11-22T18:56`.
    pub cursor_text: String,
    /// When changes were last read.
    pub read: Option<Moment>,
}

/// Orders that wait to be read one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookQueue {
    /// How many, as a sentence.
    pub sentence: String,
    /// The first of them, failed ones on top.
    pub rows: Vec<LookRow>,
}

/// An order that waits to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookRow {
    /// Legal entity.
    pub company: String,
    /// Number.
    pub number: String,
    /// What hinted at it.
    pub why: String,
    /// When.
    pub asked: Moment,
    /// When it is read.
    pub next: Moment,
    /// Why the last try failed.
    pub cause: Option<String>,
}

/// What is confirmed in Dynamics 365 and not here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapView {
    /// The last result as a sentence.
    pub sentence: String,
    /// Its reading: `good`, `missing`, `failed`, `running`, `never`.
    pub status: Status,
    /// When it was found.
    pub at: Option<Moment>,
    /// Orders not here: missing ones first, then stopped ones and those that go another way.
    pub rows: Vec<GapRow>,
}

/// A confirmed order that is not here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapRow {
    /// Missing, stopped, another way.
    pub status: Status,
    /// Legal entity.
    pub company: String,
    /// Number.
    pub number: String,
    /// Delivery mode.
    pub delivery_mode: String,
    /// Why, as far as it is known.
    pub reason: String,
    /// It may be imported.
    pub may_import: bool,
}

/// Why an order was not shipped: one answer for each legal entity that has the number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// The number that was asked for.
    pub number: String,
    /// The answers, configured legal entities first.
    pub answers: Vec<WhyAnswer>,
    /// When Dynamics 365 was asked.
    pub now: Moment,
}

/// The answer for one order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhyAnswer {
    /// Legal entity, where one has the number.
    pub company: Option<String>,
    /// The answer as one sentence.
    pub sentence: String,
    /// What to do.
    pub next_step: String,
    /// It has a label.
    pub shipped: bool,
    /// It has a page here.
    pub is_here: bool,
    /// It is ready and not here: it may be imported.
    pub may_import: bool,
    /// The conditions, in their order.
    pub chain: Vec<WhyStep>,
}

/// One condition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhyStep {
    /// What must hold: `Processing status`.
    pub condition: String,
    /// It holds; `None`: it was not asked, because of one before it.
    pub holds: Option<bool>,
    /// What was seen.
    pub evidence: String,
}

/// An invoice found after the label was bought.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceView {
    /// Its number.
    pub number: String,
    /// `2026-11-22, 120.50 USD`.
    pub text: String,
    /// When it was found.
    pub found: Moment,
}
