//! The end of the day: handing over, closing Ground, and what it cost.

use super::Moment;
use serde::{Deserialize, Serialize};

/// The end of the day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// One sentence: `14 labels since midnight; 9 of FedEx Ground are not closed yet.`
    pub headline: String,
    /// Closes so far, newest first.
    pub closes: Vec<CloseRow>,
    /// Charges FedEx rated since midnight, by currency: `312.40 USD for 14 labels`.
    pub charges: Vec<String>,
    /// Where the charges of a span of days can be saved: append `?from=2026-11-01&to=2026-11-30`.
    pub charges_href: String,
    /// The operator may close.
    pub may_close: bool,
    /// The server's clock.
    pub now: Moment,
}

/// One end-of-day close.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseRow {
    /// When.
    pub at: Moment,
    /// By whom.
    pub by: String,
    /// What FedEx said.
    pub sentence: String,
    /// The manifest, if FedEx sent one.
    pub href: Option<String>,
}
