//! The small shapes every page uses: a moment, a status, one page of a list.

use serde::{Deserialize, Serialize};

/// A point in time as the server knows it. The text spares the browser a calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Milliseconds since 1970, UTC.
    pub ms: i64,
    /// The same moment for people, by the clocks of the warehouse: `2026-11-22 12:56:53 CST`.
    pub text: String,
}

/// How a status wants to be read. Always shown as colour, icon and word together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Nothing to say about it.
    #[default]
    Neutral,
    /// Under way, by itself.
    Moving,
    /// Done, well.
    Good,
    /// Somebody should look.
    Warning,
    /// Somebody must act.
    Bad,
}

/// A status ready to be drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The stored name, stable, for links and tests: `out_for_delivery`.
    pub code: String,
    /// The word on the badge: `Out for delivery`.
    pub label: String,
    /// Its reading.
    pub tone: Tone,
}

/// One page of a list. Cursors are opaque; they go into the URL as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows, in the order to show them.
    pub rows: Vec<T>,
    /// Cursor of the following page, if there is one.
    pub next: Option<String>,
    /// How many rows match the filter in all.
    pub total: u64,
    /// The server's clock when it answered, for relative times.
    pub now: Moment,
}
