//! FedEx's pushes: what came, what became of it, and whether the way they come on works.

use super::{Ladder, Moment, Status};
use serde::{Deserialize, Serialize};

/// What part of the inbox is shown; also the page's URL query.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InboxFilter {
    /// A verdict: `quarantined`.
    pub verdict: Option<String>,
    /// Cursor of the page.
    pub after: Option<String>,
}

/// The inbox, one page of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    /// One sentence: `FedEx pushed last 2 minutes ago.`
    pub headline: String,
    /// FedEx is silent although parcels move, and what that means.
    pub alarm: Option<String>,
    /// How many deliveries have each verdict.
    pub counts: Vec<VerdictCount>,
    /// Newest first.
    pub rows: Vec<DeliveryRow>,
    /// Cursor of the following page, if there is one.
    pub next: Option<String>,
    /// Refused pushes that were counted and not kept, since this server started.
    pub turned_away: u64,
    /// The address to give to FedEx.
    pub callback_url: String,
    /// That address held against FedEx's rules.
    pub callback: Ladder,
    /// The last test of the way.
    pub self_test: Option<Ladder>,
    /// Security tokens that are valid, newest first.
    pub tokens: Vec<WebhookToken>,
    /// A fresh token to use for the next one; only for who may set it.
    pub suggested_token: Option<String>,
    /// The operator may replay deliveries and test the way.
    pub may_replay: bool,
    /// The operator may change tokens.
    pub may_rotate: bool,
    /// The server's clock.
    pub now: Moment,
}

/// Deliveries of one verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictCount {
    /// The verdict.
    pub status: Status,
    /// How many.
    pub count: u64,
}

/// A delivery in the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRow {
    /// Its id.
    pub delivery_id: String,
    /// When it came.
    pub received: Moment,
    /// What became of it.
    pub verdict: Status,
    /// That in words.
    pub reason: String,
    /// What it says, in FedEx's words.
    pub event: String,
    /// Tracking numbers in it.
    pub parcels: Vec<String>,
    /// How often the same news came again.
    pub repeats: i64,
    /// Bytes.
    pub size: i64,
}

/// A delivery with everything kept of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// As in the list.
    pub row: DeliveryRow,
    /// When it last came.
    pub last: Moment,
    /// When it was read.
    pub read: Option<Moment>,
    /// Which token signed it: `the newest token`.
    pub signer: String,
    /// How often an operator had it read again.
    pub replays: i64,
    /// Headers kept.
    pub headers: Vec<(String, String)>,
    /// Legal entity and number of the orders its parcels belong to.
    pub orders: Vec<(String, String)>,
    /// Its body without images, shortened.
    pub body: String,
    /// It may be read again.
    pub may_replay: bool,
    /// The server's clock.
    pub now: Moment,
}

/// A security token, without itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookToken {
    /// Names it without telling it.
    pub token_id: String,
    /// It is the one FedEx should use.
    pub newest: bool,
    /// When it last signed a push.
    pub used: Option<Moment>,
    /// When a replaced one stops being valid.
    pub until: Option<Moment>,
    /// That moment is past.
    pub ended: bool,
}

/// A picture or signature of a delivery.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofView {
    /// `Signature`, `Picture of the delivery`.
    pub title: String,
    /// Where its bytes are.
    pub href: String,
    /// Browsers show it by themselves.
    pub shown: bool,
    /// `TIFF`, `JPEG`.
    pub format: String,
    /// The parcel.
    pub tracking_number: String,
    /// Bytes.
    pub size: i64,
    /// When FedEx sent it.
    pub received: Moment,
}
