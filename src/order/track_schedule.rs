//! When FedEx is asked about a parcel again: by stage and age, stretched as the day's budget runs
//! low, spread so that labels printed at once are not all asked about at once.
//!
//! | stage | asked every | urgency |
//! |---|---|---|
//! | out for delivery | 15 min | 0 |
//! | exception, or past its estimate | 30 min, after a day 2 h | 0 |
//! | moving | 1 h | 1 |
//! | label made | 90 min at first, 1 h while pick-up is likely, then 6 h, then daily | 2 |
//! | waits for the consignee; goes back | 2 h; 6 h | 2 |
//! | silent | 6 h, 12 h, daily | 3 |
//! | not found | 30 min, doubling to 12 h | 3 |
//!
//! What FedEx pushes is asked about four times less often and one urgency later.

use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::order::parcel_state::{ParcelState, RETENTION_MS};
use crate::order::scan::Milestone;

/// A parcel on the road is scanned daily, but over a weekend: from Friday's last scan to Monday's
/// first pass less than three days.
pub const SILENT_MS: i64 = 3 * DAY_MS;
/// FedEx holds a parcel for its consignee a week and then brings it back, which is a scan.
const SILENT_AT_COUNTER_MS: i64 = 8 * DAY_MS;
/// A label that is not handed over within a working week was forgotten or never used.
pub const NOT_HANDED_OVER_MS: i64 = 5 * DAY_MS;
/// On the vehicle for longer than this, it is not out for delivery any more, whatever was last said.
const OUT_FOR_MS: i64 = DAY_MS;
/// Trouble is looked at closely for a day; after that somebody has to act, not to look.
const FRESH_TROUBLE_MS: i64 = DAY_MS;
/// A push within this shows that FedEx pushes this parcel's scans.
const PUSHED_MS: i64 = DAY_MS;
/// How much less often a pushed parcel is asked about.
const PUSHED_STRETCH: i64 = 4;
/// FedEx's answer "not found" to a fresh label is worth asking again after this.
const NOT_FOUND_MS: i64 = 30 * MINUTE_MS;
/// Longest wait between two questions about a number that FedEx does not know.
const NOT_FOUND_CAP_MS: i64 = 12 * HOUR_MS;
/// Shortest wait, whatever was configured: the loop looks once a second.
const LEAST_MS: i64 = crate::clock::SECOND_MS;

/// After its label: up to this age, every so often. Pick-ups are in the afternoon.
const LABELLED: [(i64, i64); 4] =
    [(3 * HOUR_MS, 90 * MINUTE_MS), (2 * DAY_MS, HOUR_MS), (7 * DAY_MS, 6 * HOUR_MS), (i64::MAX, DAY_MS)];
/// Without a scan: up to this long, every so often.
const SILENT: [(i64, i64); 3] = [(5 * DAY_MS, 6 * HOUR_MS), (10 * DAY_MS, 12 * HOUR_MS), (i64::MAX, DAY_MS)];

/// Where a parcel stands for the schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The label exists.
    Labelled,
    /// FedEx does not know the number, or has not named it to us.
    NotFound,
    /// On the road.
    Moving,
    /// On the vehicle.
    OutForDelivery,
    /// FedEx cannot go on.
    Exception,
    /// Past the time FedEx named.
    Late,
    /// Waits for the consignee.
    Waiting,
    /// Comes back.
    Returning,
    /// Not heard of for long.
    Silent,
}

/// When to ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// At this moment.
    pub at_ms: i64,
    /// And from then on every so often.
    pub every_ms: i64,
    /// How much its news matter, 0 the most.
    pub urgency: i64,
}

/// How sparingly questions are asked at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Waits are so many percent of the schedule's.
    pub stretch: i64,
    /// Only parcels of at most this urgency are asked about; `None`: none at all.
    pub urgency: Option<i64>,
}

/// Everything as the schedule says.
pub const EASY: Pace = Pace { stretch: 100, urgency: Some(LAST_URGENCY) };
const LAST_URGENCY: i64 = 3;
/// Most that waits are stretched: beyond it the less urgent are left out instead.
const MOST_STRETCH: i64 = 800;

/// Its stage; `None`: nothing more is to be asked.
pub fn stage(parcel: &ParcelState, now_ms: i64) -> Option<Stage> {
    if parcel.ended.is_some() || now_ms - parcel.heard_of_ms() > RETENTION_MS {
        return None;
    }
    let silent_ms = now_ms - parcel.heard_of_ms();
    Some(match parcel.milestone {
        None if parcel.not_found > 0 || parcel.tracking_number.is_empty() => Stage::NotFound,
        None | Some(Milestone::LabelCreated) => Stage::Labelled,
        Some(Milestone::ReadyForPickup) if silent_ms <= SILENT_AT_COUNTER_MS => Stage::Waiting,
        _ if silent_ms > SILENT_MS => Stage::Silent,
        Some(Milestone::Exception) => Stage::Exception,
        Some(Milestone::Returning) => Stage::Returning,
        Some(Milestone::OutForDelivery) if silent_ms <= OUT_FOR_MS => Stage::OutForDelivery,
        _ if parcel.estimated_ms.is_some_and(|estimated| estimated < now_ms) => Stage::Late,
        _ => Stage::Moving,
    })
}

/// When a parcel is asked about next; `None`: never again. `fixed_ms` is the configured interval,
/// which overrides the stages; `jitter` is a number from 0 to 1.
pub fn next(parcel: &ParcelState, pace: Pace, fixed_ms: Option<i64>, jitter: f64, now_ms: i64) -> Option<Turn> {
    let stage = stage(parcel, now_ms)?;
    let (mut every_ms, mut urgency) = of_stage(stage, parcel, now_ms);
    if let Some(fixed_ms) = fixed_ms {
        let every_ms = fixed_ms.max(LEAST_MS);
        return Some(Turn { at_ms: now_ms + every_ms, every_ms, urgency });
    }
    if parcel.pushed_ms.is_some_and(|pushed| now_ms - pushed <= PUSHED_MS) {
        every_ms *= PUSHED_STRETCH;
        urgency = (urgency + 1).min(LAST_URGENCY);
    }
    if urgency > 0 {
        every_ms = every_ms * pace.stretch / 100;
    }
    Some(Turn { at_ms: now_ms + spread(every_ms, jitter), every_ms, urgency })
}

fn of_stage(stage: Stage, parcel: &ParcelState, now_ms: i64) -> (i64, i64) {
    let trouble_ms = |since: Option<i64>| {
        let is_fresh = since.is_none_or(|since| now_ms - since <= FRESH_TROUBLE_MS);
        if is_fresh { 30 * MINUTE_MS } else { 2 * HOUR_MS }
    };
    match stage {
        Stage::OutForDelivery => (15 * MINUTE_MS, 0),
        Stage::Exception => (trouble_ms(parcel.exception_ms), 0),
        Stage::Late => (trouble_ms(parcel.estimated_ms), 0),
        Stage::Moving => (HOUR_MS, 1),
        Stage::Labelled => (by_age(&LABELLED, now_ms - parcel.labelled_ms), 2),
        Stage::Waiting => (2 * HOUR_MS, 2),
        Stage::Returning => (6 * HOUR_MS, 2),
        Stage::Silent => (by_age(&SILENT, now_ms - parcel.heard_of_ms()), 3),
        Stage::NotFound => {
            let doublings = u32::try_from((parcel.not_found - 1).clamp(0, 8)).unwrap_or(0);
            ((NOT_FOUND_MS << doublings).min(NOT_FOUND_CAP_MS), 3)
        }
    }
}

fn by_age(table: &[(i64, i64)], age_ms: i64) -> i64 {
    table.iter().find(|(up_to, _)| age_ms <= *up_to).map_or(DAY_MS, |(_, every)| *every)
}

/// Up to a quarter later, never earlier.
fn spread(wait_ms: i64, jitter: f64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "waits are small numbers of milliseconds"
    )]
    let extra = (wait_ms as f64 / 4.0 * jitter.clamp(0.0, 1.0)) as i64;
    wait_ms + extra
}

/// How sparingly to ask, from what is left of the day's budget and of the day. Below a fifth only
/// what moves is asked about, below a twentieth only what is urgent, and then nothing until 00:00 GMT.
pub fn pace(asked: i64, budget: i64, now_ms: i64) -> Pace {
    let left = budget - asked;
    if left <= 0 {
        return Pace { stretch: MOST_STRETCH, urgency: None };
    }
    let day_left_ms = DAY_MS - now_ms.rem_euclid(DAY_MS);
    // What is left of the day over what is left of the budget, in percent.
    let wanted = i128::from(day_left_ms) * i128::from(budget) * 100 / (i128::from(left) * i128::from(DAY_MS));
    let stretch = i64::try_from(wanted).unwrap_or(MOST_STRETCH).clamp(100, MOST_STRETCH);
    let urgency = if left * 20 < budget {
        0
    } else if left * 5 < budget && stretch > 100 {
        1
    } else {
        LAST_URGENCY
    };
    Pace { stretch, urgency: Some(urgency) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::ShipmentId;
    use crate::order::parcel_state::Ended;

    const NOW: i64 = 20_000 * DAY_MS;

    fn parcel(milestone: Option<Milestone>, heard_of_ms: i64) -> ParcelState {
        let mut parcel = ParcelState::labelled(ShipmentId("s".into()), 1, "794", "production", NOW - heard_of_ms);
        parcel.milestone = milestone;
        parcel
    }

    fn every(parcel: &ParcelState) -> (i64, i64) {
        next(parcel, EASY, None, 0.0, NOW).map(|turn| (turn.every_ms, turn.urgency)).expect("asked again")
    }

    #[test]
    fn each_stage_has_its_interval_and_urgency() {
        use Milestone::{Exception, InTransit, LabelCreated, OutForDelivery, ReadyForPickup, Returning};
        for (milestone, heard_of_ms, interval, urgency) in [
            (None, 0, 90 * MINUTE_MS, 2),
            (Some(LabelCreated), 10 * HOUR_MS, HOUR_MS, 2),
            (Some(LabelCreated), 4 * DAY_MS, 6 * HOUR_MS, 2),
            (Some(LabelCreated), 30 * DAY_MS, DAY_MS, 2),
            (Some(InTransit), HOUR_MS, HOUR_MS, 1),
            (Some(OutForDelivery), HOUR_MS, 15 * MINUTE_MS, 0),
            (Some(OutForDelivery), 30 * HOUR_MS, HOUR_MS, 1),
            (Some(Exception), HOUR_MS, 30 * MINUTE_MS, 0),
            (Some(ReadyForPickup), 4 * DAY_MS, 2 * HOUR_MS, 2),
            (Some(Returning), HOUR_MS, 6 * HOUR_MS, 2),
            (Some(InTransit), 4 * DAY_MS, 6 * HOUR_MS, 3),
            (Some(InTransit), 7 * DAY_MS, 12 * HOUR_MS, 3),
            (Some(Exception), 20 * DAY_MS, DAY_MS, 3),
        ] {
            assert_eq!(every(&parcel(milestone, heard_of_ms)), (interval, urgency), "{milestone:?} {heard_of_ms}");
        }
        let late = ParcelState { estimated_ms: Some(NOW - 1), ..parcel(Some(InTransit), HOUR_MS) };
        assert_eq!(every(&late), (30 * MINUTE_MS, 0));
    }

    #[test]
    fn not_found_is_asked_less_and_less_and_given_up_after_the_retention() {
        let of = |not_found, age| every(&ParcelState { not_found, ..parcel(None, age) }).0;
        let waits = [1, 2, 3, 6, 60].map(|times| of(times, HOUR_MS));
        assert_eq!(waits, [30 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS, 12 * HOUR_MS, 12 * HOUR_MS]);
        let old = ParcelState { not_found: 60, ..parcel(None, 91 * DAY_MS) };
        assert_eq!(next(&old, EASY, None, 0.0, NOW), None);
    }

    #[test]
    fn nothing_is_asked_about_what_has_ended() {
        for ended in [Ended::Delivered, Ended::Cancelled, Ended::Returned, Ended::Forgotten] {
            let over = ParcelState { ended: Some(ended), ..parcel(Some(Milestone::InTransit), 0) };
            assert_eq!(next(&over, EASY, Some(5), 0.0, NOW), None);
        }
    }

    #[test]
    fn a_pushed_parcel_is_asked_about_less_often_and_a_configured_interval_overrides_all() {
        let pushed = ParcelState { pushed_ms: Some(NOW - HOUR_MS), ..parcel(Some(Milestone::InTransit), HOUR_MS) };
        assert_eq!(every(&pushed), (4 * HOUR_MS, 2));
        let long_ago = ParcelState { pushed_ms: Some(NOW - 2 * DAY_MS), ..pushed.clone() };
        assert_eq!(every(&long_ago), (HOUR_MS, 1));
        let fixed = next(&pushed, Pace { stretch: 800, ..EASY }, Some(5_000), 1.0, NOW).expect("asked");
        assert_eq!((fixed.at_ms, fixed.every_ms), (NOW + 5_000, 5_000));
    }

    #[test]
    fn jitter_spreads_what_was_labelled_at_once_and_never_hurries() {
        let labels = parcel(None, 0);
        let at = |jitter| next(&labels, EASY, None, jitter, NOW).expect("asked").at_ms - NOW;
        assert_eq!((at(0.0), at(0.4), at(1.0)), (90 * MINUTE_MS, 99 * MINUTE_MS, 90 * MINUTE_MS * 5 / 4));
    }

    #[test]
    fn the_schedule_stretches_as_the_budget_runs_low_and_stops_at_it() {
        let noon = 100 * DAY_MS + DAY_MS / 2;
        assert_eq!(pace(400, 1_000, noon), Pace { stretch: 100, urgency: Some(3) });
        assert_eq!(pace(750, 1_000, noon), Pace { stretch: 200, urgency: Some(3) });
        assert_eq!(pace(900, 1_000, noon), Pace { stretch: 500, urgency: Some(1) });
        assert_eq!(pace(960, 1_000, noon), Pace { stretch: 800, urgency: Some(0) });
        assert_eq!(pace(1_000, 1_000, noon).urgency, None);
        assert_eq!(pace(850, 1_000, noon + DAY_MS * 45 / 100).urgency, Some(3), "enough for what is left of the day");
        let stretched = |milestone| {
            let turn = next(&parcel(Some(milestone), HOUR_MS), pace(900, 1_000, noon), None, 0.0, NOW);
            turn.expect("asked").every_ms
        };
        assert_eq!(stretched(Milestone::InTransit), 5 * HOUR_MS);
        assert_eq!(stretched(Milestone::OutForDelivery), 15 * MINUTE_MS, "the most urgent are not stretched");
    }
}
