//! Parcels in the words of the pages: where each is, what is wrong with it, and what to do.

use crate::clock::{self, MINUTE_MS, SECOND_MS};
use crate::desk::present;
use crate::order::outlook::{self, Trouble};
use crate::order::parcel_state::{Ended, ParcelState};
use crate::order::status_words;
use crate::store::track_days::TrackDay;
use app::contract::{ParcelView, Status, Tone, TrackBudget, TroubleView};

/// A parcel. `packages` is how many its shipment has; `is_return` that it travels on a return label.
pub fn parcel(parcel: &ParcelState, packages: i64, is_return: bool, now_ms: i64) -> ParcelView {
    let number = &parcel.tracking_number;
    let moved = parcel.promised_ms.filter(|_| parcel.promised_ms != parcel.estimated_ms);
    ParcelView {
        shipment_id: parcel.shipment_id.0.clone(),
        sequence: parcel.sequence,
        version: parcel.changed_ms,
        package: if packages > 1 { format!("Package {} of {packages}", parcel.sequence) } else { String::new() },
        tracking_number: number.clone(),
        tracking_url: (!number.is_empty()).then(|| present::tracking_url(number)),
        status: status(parcel),
        code: code(parcel),
        sentence: status_words::sentence(parcel),
        trouble: outlook::trouble(parcel, is_return, now_ms).map(|trouble| trouble_view(trouble, parcel)),
        estimate: parcel.estimated_ms.filter(|_| parcel.ended.is_none()).map(present::moment),
        promised: moved.map(present::moment),
        delivered: parcel.delivered_ms.map(present::moment),
        signed_by: parcel.signed_by.clone(),
        heard: parcel.asked_ms.max(parcel.pushed_ms).map(present::moment),
        next_asked: parcel.next_track_ms.map(present::moment),
        acknowledged: parcel.acknowledged.as_ref().map(|seen| (seen.by.clone(), seen.note.clone())),
    }
}

fn status(parcel: &ParcelState) -> Status {
    let word = |code: &str, label: &str, tone| Status { code: code.to_owned(), label: label.to_owned(), tone };
    match (parcel.ended, parcel.milestone) {
        (Some(Ended::Forgotten), _) => word("forgotten", "Never arrived", Tone::Bad),
        (Some(Ended::Returned), _) => word("returned", "Back at the shipper", Tone::Warning),
        (Some(Ended::Cancelled), _) => word("cancelled", "Cancelled", Tone::Neutral),
        (_, Some(milestone)) => present::milestone(milestone),
        (_, None) => word("unknown", "Not scanned yet", Tone::Neutral),
    }
}

/// FedEx's own code as it came, and that we do not know it.
fn code(parcel: &ParcelState) -> String {
    let (code, derived) = (&parcel.status_code, &parcel.derived_code);
    if code.is_empty() && derived.is_empty() {
        return String::new();
    }
    let derived = if derived.is_empty() || derived == code { String::new() } else { format!(", derived {derived}") };
    let unknown = if status_words::is_known(code) { "" } else { ", not known" };
    format!("{code}{derived}{unknown}")
}

fn trouble_view(trouble: Trouble, parcel: &ParcelState) -> TroubleView {
    let (code, tone) = match trouble {
        Trouble::Exception => ("exception", Tone::Warning),
        Trouble::Returning => ("returning", Tone::Warning),
        Trouble::Waiting => ("waiting", Tone::Warning),
        Trouble::Forgotten => ("forgotten", Tone::Bad),
        Trouble::Silent => ("silent", Tone::Warning),
        Trouble::NotHandedOver => ("not_handed_over", Tone::Warning),
        Trouble::Late => ("late", Tone::Bad),
        Trouble::Moved => ("moved", Tone::Warning),
        Trouble::Stalled => ("stalled", Tone::Warning),
    };
    let reason = format!("{} {}", parcel.reason_code, parcel.reason_text);
    let reason = reason.trim();
    TroubleView {
        code: code.to_owned(),
        sentence: outlook::sentence(trouble, parcel),
        tone,
        reason: (!reason.is_empty()).then(|| reason.to_owned()),
        since: present::moment(outlook::since_ms(trouble, parcel)),
        next_action: outlook::next_action(trouble, parcel).to_owned(),
    }
}

/// The day's questions as people see them.
pub fn budget(day: TrackDay, budget: i64, more: i64, paused_until: Option<i64>, now_ms: i64) -> TrackBudget {
    let left = (budget - day.asked).max(0);
    let forecast = day.asked.saturating_add(more);
    let resets_ms = (now_ms / clock::DAY_MS + 1) * clock::DAY_MS;
    let paused = paused_until.filter(|until| *until > now_ms);
    let (tail, tone) = match paused {
        Some(until) => (
            format!(
                "FedEx refused more questions, so none are asked until {}; pushes still come in.",
                clock::text(until)
            ),
            Tone::Bad,
        ),
        None if left == 0 => {
            ("It is used up: nothing is asked until it resets; pushes still come in.".to_owned(), Tone::Bad)
        }
        None if forecast > budget => (
            "The schedule would need more, so waits stretch and what is urgent goes first. \
             Raise track_daily_budget if FedEx grants you more."
                .to_owned(),
            Tone::Warning,
        ),
        None => ("That is enough for what is under way.".to_owned(), Tone::Good),
    };
    TrackBudget {
        budget,
        used: day.asked,
        left,
        forecast,
        resets: present::moment(resets_ms),
        paused_until: paused.map(present::moment),
        sentence: format!(
            "{} of {budget} questions asked today, {left} left, about {forecast} expected by 00:00 GMT. {tail}",
            day.asked
        ),
        tone,
        delays: String::new(),
    }
}

/// How long scans took to reach us, as a sentence: the middle of the newest, by push and by poll.
pub fn delays(push: Option<i64>, poll: Option<i64>) -> String {
    match (push, poll) {
        (None, None) => "No scan has come in yet.".to_owned(),
        (Some(push), None) => format!("A scan takes {} to reach us by push.", length(push)),
        (None, Some(poll)) => format!("A scan takes {} to reach us by asking; FedEx pushes none.", length(poll)),
        (Some(push), Some(poll)) => {
            format!("A scan takes {} to reach us by push, {} by asking.", length(push), length(poll))
        }
    }
}

/// The middle of some delays; `None` without any.
pub fn median(mut delays: Vec<i64>) -> Option<i64> {
    delays.sort_unstable();
    delays.get(delays.len() / 2).copied()
}

fn length(ms: i64) -> String {
    if ms < 2 * MINUTE_MS { format!("{} s", ms / SECOND_MS) } else { format!("{} min", ms / MINUTE_MS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_says_what_it_means() {
        let day = |asked| TrackDay { asked, calls: 1, refused: 0 };
        let now = clock::DAY_MS * 10 + 5;
        let easy = budget(day(10), 100, 20, None, now);
        assert_eq!((easy.left, easy.forecast, easy.tone), (90, 30, Tone::Good));
        assert_eq!(easy.resets.ms, clock::DAY_MS * 11);
        assert_eq!(budget(day(10), 100, 200, None, now).tone, Tone::Warning);
        assert!(budget(day(100), 100, 0, None, now).sentence.contains("used up"));
        let paused = budget(day(10), 100, 20, Some(now + 1), now);
        assert!(paused.paused_until.is_some() && paused.tone == Tone::Bad);
        assert!(budget(day(10), 100, 20, Some(now - 1), now).paused_until.is_none());
    }

    #[test]
    fn a_median_is_the_middle_one() {
        assert_eq!(median(vec![9_000, 1_000, 300_000]), Some(9_000));
        assert_eq!(median(Vec::new()), None);
        assert_eq!(delays(Some(9_000), Some(300_000)), "A scan takes 9 s to reach us by push, 5 min by asking.");
    }
}
