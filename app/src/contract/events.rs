//! Business events of Dynamics 365: the addresses they come to, and what came.

use super::{Moment, Status};
use serde::{Deserialize, Serialize};

/// Addresses, settings and the last events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Events {
    /// One sentence: `Events come in; the last 3 minutes ago.`
    pub headline: String,
    /// What somebody should look at, a sentence each.
    pub warnings: Vec<String>,
    /// A whole address, for some minutes after it was made and only for who made it.
    pub fresh: Option<String>,
    /// Newest first.
    pub addresses: Vec<EventAddress>,
    /// Another address may be made: fewer than two are live.
    pub may_add: bool,
    /// The operator may change addresses and the list.
    pub may_edit: bool,
    /// Listed events, one a line: `ID`, `ID = order path`, `ID = order path, company path`.
    pub listed: String,
    /// The last events, newest first.
    pub events: Vec<EventView>,
    /// The server's clock.
    pub now: Moment,
}

/// An address, without its secret part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventAddress {
    /// Its id.
    pub token_id: String,
    /// Made when, by whom.
    pub made: (Moment, String),
    /// The last event came here when.
    pub last_used: Option<Moment>,
    /// Retired when, by whom.
    pub retired: Option<(Moment, String)>,
}

/// An event as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventView {
    /// Its place in time.
    pub row_id: String,
    /// `SalesOrderConfirmedBusinessEvent`.
    pub kind: String,
    /// Legal entity and number it hints at.
    pub order: Option<(String, String)>,
    /// Dynamics 365's number of it.
    pub control_number: Option<i64>,
    /// What became of it.
    pub verdict: Status,
    /// Why it is no hint.
    pub detail: Option<String>,
    /// Came when.
    pub received: Moment,
}
