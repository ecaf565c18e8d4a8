//! Repairing many orders at once: what is decided, and what becomes of it.

use super::{Correction, Counter, Moment, OrderFilter, Standing, Status};
use serde::{Deserialize, Serialize};

/// All orders of a group of failures, to decide about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepairSheet {
    /// The group.
    pub key: String,
    /// Stable dotted code of the cause.
    pub code: String,
    /// A few words.
    pub title: String,
    /// One plain sentence.
    pub sentence: String,
    /// The next step.
    pub next_step: String,
    /// The step that failed.
    pub operation: String,
    /// `fix`, `replay` or `look_up`.
    pub kind: String,
    /// The verb of the button: `Fix and ship`.
    pub verb: String,
    /// How many can be decided about.
    pub count: u64,
    /// The first of them.
    pub rows: Vec<RepairRow>,
    /// How many more there are.
    pub others: u64,
    /// What is bounded, as a sentence.
    pub bound: Option<String>,
    /// Dynamics 365 may know values; asking it is one click.
    pub can_ask: bool,
    /// What asking Dynamics 365 came to, when it was asked.
    pub asked: Option<String>,
    /// A reason to begin with.
    pub reason: String,
    /// The viewer may decide.
    pub may_act: bool,
    /// The server's clock; what comes later is not in the list.
    pub now: Moment,
}

/// An order of the sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepairRow {
    /// The shipment.
    pub shipment_id: String,
    /// The version seen.
    pub version: i64,
    /// Legal entity.
    pub company: String,
    /// Order number.
    pub number: String,
    /// Who ordered.
    pub customer: String,
    /// Where it goes.
    pub ship_to: String,
    /// Since when it stands.
    pub since: Moment,
    /// The value at fault, or what was said of it.
    pub found: Option<String>,
    /// What can be changed, filled in.
    pub values: Vec<RepairValue>,
    /// What is filled in mends it.
    pub ready: bool,
    /// Where a value that is filled in comes from.
    pub source: Option<String>,
}

/// A value that can be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepairValue {
    /// Its name in [`Correction`].
    pub name: String,
    /// For people.
    pub label: String,
    /// Filled in with.
    pub value: String,
    /// The most characters it takes.
    pub most: Option<u32>,
}

/// A decision about a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepairForm {
    /// The group.
    pub key: String,
    /// The server's clock of the page it was decided on.
    pub as_of_ms: i64,
    /// Also those that did not fit on the page.
    #[serde(default)]
    pub others: bool,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// The orders of the page.
    #[serde(default)]
    pub items: Vec<RepairItem>,
}

/// One order of a decision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepairItem {
    /// The shipment.
    pub shipment_id: String,
    /// The version seen.
    pub version: i64,
    /// It is meant.
    #[serde(default)]
    pub ticked: bool,
    /// What was typed.
    #[serde(default)]
    pub typed: Correction,
}

/// A decision about orders that somebody ticked in the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenForm {
    /// What the list was filtered by.
    #[serde(default)]
    pub filter: OrderFilter,
    /// The server's clock of the page it was decided on.
    pub as_of_ms: i64,
    /// All that match the filter and stand, on whatever page, ticked or not.
    #[serde(default)]
    pub all: bool,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// The shipments of ticked boxes.
    #[serde(default)]
    pub ticked: Vec<String>,
    /// Every shipment of the page that has a box, as it was shown.
    #[serde(default)]
    pub shown: Vec<Standing>,
}

impl ChosenForm {
    /// What was ticked, as it was shown. A box and what stands beside it meet by the shipment, not by
    /// their places: a ticked box stays as it is while the list moves under it.
    pub fn chosen(&self) -> impl Iterator<Item = &Standing> {
        self.shown.iter().filter(|shown| self.ticked.contains(&shown.shipment_id))
    }
}

/// A batch with a page of its items.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchView {
    /// Its id.
    pub batch_id: String,
    /// What it is: `Fix and ship: Street line longer than 35`.
    pub title: String,
    /// How far it is.
    pub status: Status,
    /// How it stands, as a sentence.
    pub sentence: String,
    /// Why.
    pub reason: String,
    /// When it was asked for.
    pub asked: Moment,
    /// By whom.
    pub asked_by: String,
    /// Its end.
    pub finished: Option<Moment>,
    /// Items with a result.
    pub settled: u64,
    /// All items.
    pub total: u64,
    /// What became of the shipments.
    pub counters: Vec<Counter>,
    /// What is not in it, as a sentence.
    pub left_out: Option<String>,
    /// It waits for its yes; the button says this.
    pub confirm: Option<String>,
    /// Something still moves: the page refreshes itself.
    pub moving: bool,
    /// A page of its items.
    pub rows: Vec<BatchRow>,
    /// Where the next page begins.
    pub next: Option<i64>,
    /// The group it came from, if that has an address.
    pub back: Option<String>,
    /// The viewer may decide.
    pub may_act: bool,
    /// The server's clock.
    pub now: Moment,
}

/// An item of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchRow {
    /// Its place.
    pub position: i64,
    /// Legal entity.
    pub company: String,
    /// Order number.
    pub number: String,
    /// Who ordered.
    pub customer: String,
    /// What changes.
    pub changes: Vec<BatchChange>,
    /// What a dry run said.
    pub verdict: Option<Status>,
    /// The same as a sentence.
    pub verdict_text: Option<String>,
    /// What became of the item, as a sentence; nothing while it waits.
    pub message: Option<String>,
    /// Nothing was done.
    pub skipped: bool,
    /// Where the shipment stands now.
    pub status: Status,
    /// Why it does.
    pub cause: Option<String>,
    /// Its tracking number.
    pub tracking_number: Option<String>,
}

/// A value before and after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchChange {
    /// Which.
    pub label: String,
    /// Before, a line each.
    pub before: Vec<String>,
    /// After, a line each.
    pub after: Vec<String>,
}

/// What failed in a window of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// Begin, as an input of the browser takes it, by the clocks of the warehouse.
    pub from: String,
    /// End.
    pub to: String,
    /// What can be recovered.
    pub choices: Vec<RecoveryChoice>,
    /// What is left alone, as sentences.
    pub left: Vec<String>,
    /// A reason to begin with.
    pub reason: String,
    /// The viewer may decide.
    pub may_act: bool,
    /// The server's clock.
    pub now: Moment,
}

/// A choice of what to recover.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryChoice {
    /// `failed`, `unknown` or `both`.
    pub name: String,
    /// For people.
    pub label: String,
    /// What it does, as a sentence.
    pub sentence: String,
    /// How many.
    pub count: u64,
}

/// A decision about a window.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoverForm {
    /// Begin.
    pub from: String,
    /// End.
    pub to: String,
    /// `failed`, `unknown` or `both`.
    pub choice: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
}
