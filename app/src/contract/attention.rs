//! The home page: what needs a person now.

use super::{Moment, OrderRow, Tone};
use serde::{Deserialize, Serialize};

/// What needs a person, and how the rest goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attention {
    /// The situation as a sentence: `5 orders need you; 32 move by themselves.`
    pub headline: String,
    /// Numbers, each a link to exactly those rows.
    pub counters: Vec<Counter>,
    /// Failures grouped by cause, most orders first.
    pub groups: Vec<CauseGroup>,
    /// What is not about an order and still needs somebody: a sentence each, with where to go.
    #[serde(default)]
    pub notices: Vec<Counter>,
    /// First-day steps still open, empty once all are done.
    pub checklist: Vec<Counter>,
    /// Confirmed orders that are not here, as a sentence, if the last comparison found some.
    #[serde(default)]
    pub gaps: Option<String>,
    /// Pick-ups, the next one first.
    #[serde(default)]
    pub pickups: Vec<PickupClock>,
    /// When FedEx comes, as it is set.
    #[serde(default)]
    pub pickup_rows: Vec<PickupForm>,
    /// Batches made lately.
    #[serde(default)]
    pub batches: Vec<BatchLink>,
    /// The viewer may act on what is shown.
    #[serde(default)]
    pub may_act: bool,
    /// When Dynamics 365 was last asked for orders.
    pub last_pull: Option<Moment>,
    /// When it is asked next.
    pub next_pull: Option<Moment>,
    /// The server's clock.
    pub now: Moment,
}

/// A number that is a link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// What is counted.
    pub label: String,
    /// How many.
    pub count: u64,
    /// The rows behind it.
    pub href: String,
    /// Its reading.
    pub tone: Tone,
}

/// Orders that stopped for the same reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CauseGroup {
    /// Stable dotted code.
    pub code: String,
    /// A few words.
    pub title: String,
    /// Whose side: `d365`, `fedex`, `connector`.
    pub side: String,
    /// One plain sentence.
    pub sentence: String,
    /// The next step.
    pub next_step: String,
    /// `needs data`, `look up`, `moving by itself`.
    pub class: String,
    /// How many orders.
    pub count: u64,
    /// Oldest of them.
    pub first: Moment,
    /// Newest of them.
    pub last: Moment,
    /// All of them, as a list.
    pub href: String,
    /// The first few.
    pub orders: Vec<OrderRow>,
    /// Names the group in addresses and commands; empty for one that is worked on elsewhere.
    #[serde(default)]
    pub key: String,
    /// The step that failed: `Buying the label`.
    #[serde(default)]
    pub operation: String,
    /// The field at fault, if one is known.
    #[serde(default)]
    pub field: Option<String>,
    /// What can be done about all of them.
    #[serde(default)]
    pub remedy: Option<RemedyView>,
    /// How many came in each of the last hours, oldest first.
    #[serde(default)]
    pub trend: Vec<u64>,
    /// The first few with the value at fault and the proposal, where a value can be corrected.
    #[serde(default)]
    pub fixes: Vec<FixRow>,
    /// What was decided and said about it.
    #[serde(default)]
    pub note: CauseNoteView,
}

/// What can be done about a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemedyView {
    /// `fix`, `replay` or `look_up`.
    pub kind: String,
    /// Verb and count: `Review 7 fixes`.
    pub label: String,
    /// Where to look at all of them first.
    pub href: String,
}

/// An order with the value at fault.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixRow {
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
    pub found: String,
    /// The proposal, a line each; empty when somebody must fill it in.
    pub proposal: Vec<String>,
}

/// What was decided and said about a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CauseNoteView {
    /// The version shown; a decision on an older one is refused.
    pub version: i64,
    /// It was acknowledged, then empty, and is back.
    pub regressed: bool,
    /// Who knows of it, and since when.
    pub acknowledged: Option<(Moment, String)>,
    /// Until when it is folded away, and who said so.
    pub snoozed: Option<(Moment, String)>,
    /// Who takes care.
    pub assigned_to: Option<String>,
    /// What was said, newest first.
    pub comments: Vec<CommentView>,
}

/// What somebody said about a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentView {
    /// When.
    pub at: Moment,
    /// Who.
    pub author: String,
    /// What.
    pub words: String,
}

/// What somebody decides about a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CauseNoteForm {
    /// The group.
    pub key: String,
    /// The version seen.
    pub version: i64,
    /// They know of it.
    #[serde(default)]
    pub acknowledged: bool,
    /// Hours to fold it away from now; empty: not, or as it is.
    #[serde(default)]
    pub snooze: String,
    /// Who takes care; empty: nobody.
    #[serde(default)]
    pub assigned_to: String,
    /// What they say.
    #[serde(default)]
    pub comment: String,
}

/// The clock of one warehouse's pick-up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickupClock {
    /// The warehouse.
    pub warehouse: String,
    /// When, in its own time: `16:30 CST`.
    pub text: String,
    /// The same moment.
    pub at_ms: i64,
    /// It is today there.
    pub today: bool,
    /// Labelled since its midnight.
    pub labelled: u64,
    /// Without a label, and waiting for a person.
    pub needs_you: u64,
    /// Without a label, and on the way to one.
    pub waiting: u64,
    /// How near it is.
    pub tone: Tone,
    /// What is not labelled yet: what needs a person first, then the longest waiting.
    pub at_risk: Vec<OrderRow>,
}

/// When FedEx comes to a warehouse.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickupForm {
    /// The warehouse, or `default`.
    pub warehouse: String,
    /// `16:30`.
    pub cut_off: String,
    /// `America/Chicago`.
    pub zone: String,
    /// On Saturdays too.
    #[serde(default)]
    pub saturday: bool,
    /// On Sundays too.
    #[serde(default)]
    pub sunday: bool,
}

/// A batch in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchLink {
    /// Its page.
    pub href: String,
    /// What it is: `Fix and ship: Street line longer than 35`.
    pub title: String,
    /// How far it is.
    pub status: super::Status,
    /// When it was asked for.
    pub at: Moment,
    /// By whom.
    pub by: String,
}
