//! What a test makes of one parcel's way: it stands, is unknown, meets what FedEx reports, is promised
//! for another time, or has a number that was a stranger's before.
//!
//! `POST /_twin/parcels` sets it for one tracking number; the parcels of a shipment go their own ways.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::clock::{HOUR_MS, SECOND_MS};
use super::state::World;

/// How long ago a stranger had the number: FedEx uses numbers again after some months.
pub(super) const STRANGER_AGE_MS: i64 = 400 * 24 * HOUR_MS;

/// A parcel's own way.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Course {
    /// The scans of the common journey end here.
    pub stands_ms: Option<i64>,
    /// Tracking does not know it before.
    pub hidden_until_ms: i64,
    /// Scans beside the journey's.
    pub scans: Vec<Made>,
    /// When it is to be delivered, instead of the journey's end.
    pub estimate_ms: Option<i64>,
    /// When its service committed itself to deliver it.
    pub commitment_ms: Option<i64>,
    /// Somebody else's parcel had the number before.
    pub stranger: bool,
}

/// A scan that a test made.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Made {
    pub at_ms: i64,
    pub code: String,
    pub description: String,
    pub derived_code: String,
    pub reason: String,
    pub reason_text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    tracking_number: String,
    /// Stands from now on, or goes on.
    stands: Option<bool>,
    /// Unknown to tracking for so long from now.
    hidden_s: Option<i64>,
    #[serde(default)]
    scans: Vec<WantedScan>,
    /// From now.
    estimate_s: Option<i64>,
    /// From now.
    commitment_s: Option<i64>,
    stranger: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WantedScan {
    code: String,
    #[serde(default)]
    description: String,
    /// The code itself unless told otherwise.
    derived_code: Option<String>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    reason_text: String,
    /// From now; may lie in the past.
    #[serde(default)]
    in_s: i64,
}

/// Sets the way of a parcel and shows it.
pub(super) fn set(world: &mut World, wanted: &Value) -> Result<Value, String> {
    let wanted: Wanted = serde_json::from_value(wanted.clone()).map_err(|error| error.to_string())?;
    let now_ms = world.now_ms();
    let number = &wanted.tracking_number;
    let (shipment, piece) = world.shipments.by_number_mut(number).ok_or_else(|| format!("no parcel {number}"))?;
    let course = &mut shipment.pieces[piece].course;
    let later = |seconds: i64| now_ms + seconds * SECOND_MS;
    match wanted.stands {
        Some(true) => course.stands_ms = Some(now_ms),
        Some(false) => course.stands_ms = None,
        None => {}
    }
    if let Some(seconds) = wanted.hidden_s {
        course.hidden_until_ms = later(seconds);
    }
    course.estimate_ms = wanted.estimate_s.map(later).or(course.estimate_ms);
    course.commitment_ms = wanted.commitment_s.map(later).or(course.commitment_ms);
    course.stranger = wanted.stranger.unwrap_or(course.stranger);
    course.scans.extend(wanted.scans.into_iter().map(|scan| Made {
        at_ms: later(scan.in_s),
        derived_code: scan.derived_code.unwrap_or_else(|| scan.code.clone()),
        code: scan.code,
        description: scan.description,
        reason: scan.reason,
        reason_text: scan.reason_text,
    }));
    let shown = json!(course);
    world.touch();
    Ok(shown)
}
