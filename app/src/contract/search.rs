//! What a search found, the sentence first.

use super::{Moment, Status};
use serde::{Deserialize, Serialize};

/// The answer to a search.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What was looked for, trimmed.
    pub query: String,
    /// The one order that is meant, if only one can be.
    pub best: Option<FoundOrder>,
    /// The others, the newest first.
    pub others: Vec<FoundOrder>,
    /// There are more than these.
    pub more: bool,
    /// Causes that have this name or code.
    pub causes: Vec<FoundLink>,
    /// Calls that a vendor knows under this id.
    pub calls: Vec<FoundLink>,
    /// What to do when nothing was found.
    pub advice: String,
    /// The server's clock.
    pub now: Moment,
}

/// An order that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundOrder {
    /// Legal entity.
    pub company: String,
    /// Its number.
    pub number: String,
    /// What a caller is told.
    pub sentence: String,
    /// Where it stands.
    pub status: Status,
    /// By what it was found: `invoice number`.
    pub found_by: Vec<String>,
    /// FedEx's public page of its first parcel under way, for the caller.
    pub tracking_url: Option<String>,
    /// What belongs to it; only of the one that is meant.
    pub related: Vec<FoundGroup>,
}

/// Related things of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundGroup {
    /// What they are: `Parcels`.
    pub title: String,
    /// They.
    pub links: Vec<FoundLink>,
}

/// A related thing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundLink {
    /// Its name.
    pub label: String,
    /// What there is to say of it.
    pub detail: String,
    /// Where it leads; empty: nowhere.
    pub href: String,
}
