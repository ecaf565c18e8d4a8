//! When FedEx comes to a warehouse, in the warehouse's own time: the next pick-up, and the midnight
//! that its day began with.

use crate::zone::Zone;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};
use serde::{Deserialize, Serialize};

/// Days looked ahead for the next pick-up; every week has one.
const DAYS_AHEAD: i64 = 7;

/// When parcels of a warehouse must be labelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pickup {
    /// `16:30`, in the time zone below. From Monday to Friday.
    pub cut_off: String,
    /// IANA name: `America/Chicago`.
    pub zone: String,
    /// On Saturdays too.
    #[serde(default)]
    pub saturday: bool,
    /// On Sundays too.
    #[serde(default)]
    pub sunday: bool,
}

/// A pick-up seen from a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextPickup {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// `16:30 CST`, or `Mon 16:30 CST` on another day.
    pub text: String,
    /// It is on the day of that moment.
    pub today: bool,
    /// The midnight that day began with.
    pub midnight_ms: i64,
}

impl Pickup {
    /// What cannot be meant, if anything.
    pub fn fault(&self) -> Option<&'static str> {
        if self.time().is_none() {
            return Some("the cut-off is a time like 16:30");
        }
        self.time_zone().is_none().then_some("the time zone is a name like America/Chicago")
    }

    /// The next pick-up after a moment; `None` when time or zone cannot be meant.
    pub fn next(&self, now_ms: i64) -> Option<NextPickup> {
        let (time, zone) = (self.time()?, self.time_zone()?);
        let now = Timestamp::from_millisecond(now_ms).ok()?.to_zoned(zone);
        let midnight_ms = now.start_of_day().ok()?.timestamp().as_millisecond();
        let at = (0..=DAYS_AHEAD).find_map(|days| {
            let day = now.checked_add(Span::new().days(days)).ok()?;
            let at = day.with().time(time).build().ok()?;
            (at > now && self.comes_on(at.weekday())).then_some(at)
        })?;
        let today = at.date() == now.date();
        Some(NextPickup { at_ms: at.timestamp().as_millisecond(), text: text(&at, today), today, midnight_ms })
    }

    /// `16:30` or `16:30:00`.
    fn time(&self) -> Option<Time> {
        let text = self.cut_off.trim();
        if text.contains(':') { text.parse().ok() } else { None }
    }

    fn time_zone(&self) -> Option<TimeZone> {
        Zone::named(&self.zone).map(|zone| zone.time_zone())
    }

    fn comes_on(&self, day: Weekday) -> bool {
        match day {
            Weekday::Saturday => self.saturday,
            Weekday::Sunday => self.sunday,
            _ => true,
        }
    }
}

fn text(at: &Zoned, today: bool) -> String {
    at.strftime(if today { "%H:%M %Z" } else { "%a %H:%M %Z" }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::parse_ms;

    fn chicago() -> Pickup {
        Pickup { cut_off: "16:30".into(), zone: "America/Chicago".into(), saturday: false, sunday: false }
    }

    fn next(pickup: &Pickup, now: &str) -> (String, bool) {
        let next = pickup.next(parse_ms(now).expect("a moment")).expect("there is one");
        (next.text, next.today)
    }

    #[test]
    fn the_next_pick_up_is_today_until_it_is_over_and_skips_the_weekend() {
        assert_eq!(next(&chicago(), "2026-11-26T20:00:00Z"), ("16:30 CST".into(), true));
        assert_eq!(next(&chicago(), "2026-11-26T22:30:00Z"), ("Fri 16:30 CST".into(), false));
        assert_eq!(next(&chicago(), "2026-11-27T22:31:00Z"), ("Mon 16:30 CST".into(), false));
        let saturday = Pickup { saturday: true, ..chicago() };
        assert_eq!(next(&saturday, "2026-11-27T22:31:00Z"), ("Sat 16:30 CST".into(), false));
    }

    #[test]
    fn the_day_is_the_warehouses_own_also_when_the_clocks_change() {
        let midnight = |now: &str| chicago().next(parse_ms(now).expect("a moment")).expect("one").midnight_ms;
        assert_eq!(Some(midnight("2026-11-27T03:00:00Z")), parse_ms("2026-11-26T06:00:00Z"));
        let summer = chicago().next(parse_ms("2026-10-30T23:00:00Z").expect("a moment")).expect("one");
        // The Monday after the clocks went back: an hour later in UTC than on Friday.
        assert_eq!(Some(summer.at_ms), parse_ms("2026-11-02T22:30:00Z"));
    }

    #[test]
    fn what_cannot_be_meant_is_named() {
        assert_eq!(chicago().fault(), None);
        for wrong in ["", "1630", "25:00", "half past"] {
            assert!(Pickup { cut_off: wrong.into(), ..chicago() }.fault().is_some(), "{wrong}");
        }
        assert!(Pickup { zone: "Chicago".into(), ..chicago() }.fault().is_some());
    }
}
