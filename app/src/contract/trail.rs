//! The audit trail.

use super::{Moment, Status};
use serde::{Deserialize, Serialize};

/// The trail's filter; also its URL query.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailFilter {
    /// Order number.
    #[serde(default)]
    pub order: Option<String>,
    /// Operator name, or `engine`.
    #[serde(default)]
    pub actor: Option<String>,
    /// `d365`, `fedex` or `connector`.
    #[serde(default)]
    pub system: Option<String>,
    /// What was done: an action, or the beginning of some: `fedex.`.
    #[serde(default)]
    pub action: Option<String>,
    /// `begun`, `ok`, `refused`, `failed`, `unknown`.
    #[serde(default)]
    pub outcome: Option<String>,
    /// A part of the summary.
    #[serde(default)]
    pub text: Option<String>,
    /// From this moment on: `2026-11-22`, `2026-11-22T18:30`, by the clocks of the warehouse.
    #[serde(default)]
    pub from: Option<String>,
    /// Up to this moment; a day counts to its end.
    #[serde(default)]
    pub to: Option<String>,
    /// Id of an order, a shipment, an attempt or a call: everything that belongs together.
    #[serde(default)]
    pub correlation: Option<String>,
    /// `shown`: also the routine questions that went well, which are left out otherwise.
    #[serde(default)]
    pub routine: Option<String>,
    /// Cursor of the page.
    #[serde(default)]
    pub after: Option<String>,
}

impl TrailFilter {
    /// The value of `routine` that shows them.
    pub const SHOWN: &'static str = "shown";

    /// Routine questions are left out: nobody asked for them, for an action or for what belongs together.
    pub fn is_without_routine(&self) -> bool {
        self.routine.as_deref() != Some(Self::SHOWN) && self.action.is_none() && self.correlation.is_none()
    }
}

/// One entry of the audit trail. Entries are never changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailEntry {
    /// Position in the trail.
    pub sequence: i64,
    /// When.
    pub at: Moment,
    /// Operator name, `engine` or `command line`.
    pub actor: String,
    /// `d365`, `fedex` or `connector`.
    pub system: String,
    /// What: `fedex.ship`, `desk.replay`.
    pub action: String,
    /// How it stands or ended.
    pub outcome: Status,
    /// One line.
    pub summary: String,
    /// What joins it to other entries: the attempt, else the shipment, else the call.
    #[serde(default)]
    pub correlation: Option<String>,
    /// Legal entity and number of the order it is about.
    pub order: Option<(String, String)>,
    /// HTTP status, for outside calls that were answered.
    pub http_status: Option<i64>,
    /// Milliseconds, for completed calls.
    pub duration_ms: Option<i64>,
    /// Body or details, secrets removed, shortened for the list.
    pub body: Option<String>,
}
