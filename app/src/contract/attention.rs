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
}
