//! Parcels under way, and what asking FedEx about them costs.

use super::{Moment, Status, Tone};
use serde::{Deserialize, Serialize};

/// Which parcels are shown; also the page's URL query.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ParcelFilter {
    /// `exceptions`, `late`, `silent`, `under-way`, `delivered`, `acknowledged`; exceptions without.
    pub show: Option<String>,
    /// Cursor of the page.
    pub after: Option<String>,
}

/// One page of parcels, and the day's budget.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelSheet {
    /// One sentence: `2 parcels need you; 14 are under way.`
    pub headline: String,
    /// The filters with how many parcels each shows.
    pub filters: Vec<ParcelCount>,
    /// The last changed first.
    pub rows: Vec<QueuedParcel>,
    /// Cursor of the following page, if there is one.
    pub next: Option<String>,
    /// How many parcels the filter shows in all.
    pub total: u64,
    /// The questions of the day.
    pub budget: TrackBudget,
    /// The operator may acknowledge.
    pub may_act: bool,
    /// The server's clock.
    pub now: Moment,
}

/// How many parcels a filter shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelCount {
    /// The filter: `late`.
    pub code: String,
    /// Its word: `Late or at risk`.
    pub label: String,
    /// How many.
    pub count: u64,
}

/// A parcel in the queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuedParcel {
    /// Legal entity of its order.
    pub company: String,
    /// Number of its order.
    pub number: String,
    /// Consignee in one line.
    pub consignee: String,
    /// The parcel.
    pub parcel: ParcelView,
}

/// A parcel as people see it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelView {
    /// Its shipment.
    pub shipment_id: String,
    /// Its place in it.
    pub sequence: i64,
    /// The version this page was made from; an action on an older one is refused.
    pub version: i64,
    /// `Package 2 of 3`; empty for the only one.
    pub package: String,
    /// Its number; empty while FedEx has not named it.
    pub tracking_number: String,
    /// FedEx's public page of it.
    pub tracking_url: Option<String>,
    /// Where it is.
    pub status: Status,
    /// FedEx's own code, as it came: `AR`, `AR, derived IT`.
    pub code: String,
    /// Where it is, in plain words.
    pub sentence: String,
    /// What is wrong, if anything is.
    pub trouble: Option<TroubleView>,
    /// When FedEx means to deliver it.
    pub estimate: Option<Moment>,
    /// What FedEx named at first, where that was another time.
    pub promised: Option<Moment>,
    /// When it was delivered.
    pub delivered: Option<Moment>,
    /// Who took it.
    pub signed_by: Option<String>,
    /// When FedEx was last asked, or pushed.
    pub heard: Option<Moment>,
    /// When FedEx is asked next.
    pub next_asked: Option<Moment>,
    /// Who has seen the trouble, and their note.
    pub acknowledged: Option<(String, String)>,
}

/// What is wrong with a parcel, and what to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TroubleView {
    /// `late`, `exception`, …
    pub code: String,
    /// What is wrong.
    pub sentence: String,
    /// How it wants to be read.
    pub tone: Tone,
    /// FedEx's reason: `08 Recipient not in`.
    pub reason: Option<String>,
    /// Since when.
    pub since: Moment,
    /// What a person does next.
    pub next_action: String,
}

/// The questions of a day of GMT.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackBudget {
    /// How many may be asked.
    pub budget: i64,
    /// How many were.
    pub used: i64,
    /// How many are left.
    pub left: i64,
    /// How many it will be by the end of the day, as the schedule stands.
    pub forecast: i64,
    /// When counting begins anew.
    pub resets: Moment,
    /// Until when FedEx wants no questions, if it said so.
    pub paused_until: Option<Moment>,
    /// All of it as a sentence.
    pub sentence: String,
    /// How it wants to be read.
    pub tone: Tone,
    /// How long scans take to reach us, as a sentence.
    pub delays: String,
}
