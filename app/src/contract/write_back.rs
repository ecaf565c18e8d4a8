//! Write-back: where values go in Dynamics 365, whether that works, and what became of each order.

use super::{CauseView, Counter, Ladder, Moment, Status};
use serde::{Deserialize, Serialize};

/// The write-back page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteBack {
    /// One sentence: `2 targets; 3 orders need you.`
    pub headline: String,
    /// How the orders stand.
    pub counters: Vec<Counter>,
    /// Where values go, in the order they are written.
    pub targets: Vec<TargetView>,
    /// Ready-made targets that are not there yet.
    pub presets: Vec<PresetView>,
    /// Fields found in Dynamics 365, set by set.
    pub discovered: Vec<DiscoveredSet>,
    /// The last look at all targets.
    pub verified: Option<Ladder>,
    /// The last test write.
    pub tested: Option<TestedWrite>,
    /// What needs a person, by cause.
    pub parked: Vec<ParkedWrites>,
    /// What waits, and when it is tried again.
    pub waiting: Vec<WriteBackRow>,
    /// The set that holds the orders, to begin with.
    pub order_set: String,
    /// The operator may change targets and try them.
    pub may_edit: bool,
    /// The operator may write again.
    pub may_write: bool,
    /// The server's clock.
    pub now: Moment,
}

/// One place values are written to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetView {
    /// Names it in commands.
    pub key: String,
    /// A few words.
    pub title: String,
    /// Entity set.
    pub entity_set: String,
    /// When and for whom: `Once a packing slip is posted; usmf only`.
    pub remark: String,
    /// Its fields can be chosen one by one.
    pub may_choose: bool,
    /// Legal entities, as typed.
    pub companies: String,
    /// Value by value.
    pub fields: Vec<TargetField>,
}

/// Where one value goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetField {
    /// Its name: `tracking_number`.
    pub value: String,
    /// For people: `Tracking number`.
    pub title: String,
    /// The property.
    pub property: String,
    /// Length, policy, form and map in one line.
    pub remark: String,
}

/// A ready-made target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresetView {
    /// Its name.
    pub name: String,
    /// A few words.
    pub title: String,
    /// What it does.
    pub sentence: String,
}

/// A field as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FieldForm {
    /// Entity set.
    pub entity_set: String,
    /// Legal entities it is for, separated by commas; blank: all.
    pub companies: String,
    /// Which value.
    pub value: String,
    /// Property.
    pub property: String,
    /// Its length; blank: not known.
    pub max_length: String,
    /// `always`, `only_if_empty`, `append`.
    pub policy: String,
    /// `auto`, `date`, `date_time`.
    pub date: String,
    /// `delivered = Done`, separated by commas.
    pub values: String,
}

/// The fields of one set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscoveredSet {
    /// The set.
    pub entity_set: String,
    /// When it was asked for.
    pub found: Moment,
    /// What can be written, the customer's own fields first.
    pub fields: Vec<DiscoveredField>,
}

/// A field that can be chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscoveredField {
    /// The property.
    pub property: String,
    /// `text`, `date`, …
    pub shape: String,
    /// Added by the customer or a supplier of theirs.
    pub extension: bool,
}

/// Orders whose write-back stopped for the same reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkedWrites {
    /// Why.
    pub cause: CauseView,
    /// How many.
    pub count: i64,
    /// The first few.
    pub rows: Vec<WriteBackRow>,
}

/// An order's write-back in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteBackRow {
    /// Legal entity.
    pub company: String,
    /// Order number.
    pub number: String,
    /// Who ordered.
    pub customer: String,
    /// How it stands.
    pub status: Status,
    /// Why.
    pub cause: Option<CauseView>,
    /// When it is tried next.
    pub next_run: Option<Moment>,
    /// Last change of state.
    pub changed: Moment,
}

/// What Dynamics 365 holds of an order, for the order's page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderWriteBack {
    /// How it stands.
    pub status: Status,
    /// The same as a sentence.
    pub sentence: String,
    /// Why it waits or needs a person.
    pub cause: Option<CauseView>,
    /// When it is tried next.
    pub next_run: Option<Moment>,
    /// When Dynamics 365 was last read.
    pub verified: Option<Moment>,
    /// What was read back.
    pub proof: Vec<FieldProof>,
}

/// A property that was read back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProof {
    /// The property.
    pub property: String,
    /// Its value.
    pub value: String,
    /// Somebody else's value, left alone.
    pub theirs: bool,
}

/// A test write, in sentences.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestedWrite {
    /// Legal entity and number of the order.
    pub order: (String, String),
    /// When.
    pub at: Moment,
    /// Everything was written, read back and restored.
    pub passed: bool,
    /// Target by target.
    pub lines: Vec<String>,
}
