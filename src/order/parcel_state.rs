//! Where one parcel is, from all that FedEx said of it, and what its parcels say of a shipment.
//!
//! Everything is a function of the scans known and of FedEx's newest word, so that pushes and polls
//! come to the same state in whatever order they arrive.

use crate::order::ShipmentId;
use crate::order::scan::{Milestone, Scan, advance, condense, in_order};

/// What FedEx knows of a parcel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tracked {
    /// The number asked for.
    pub tracking_number: String,
    /// FedEx's unique id of the parcel; may be empty.
    pub unique_id: String,
    /// FedEx knows it.
    pub found: bool,
    /// Its scans as they came.
    pub scans: Vec<Scan>,
    /// What its latest status says; `None`: a notice, or a code we do not know.
    pub latest: Option<Milestone>,
    /// The code of its latest status.
    pub code: String,
    /// The code FedEx derives from it.
    pub derived_code: String,
    /// The latest status, or why there is none, in FedEx's words.
    pub latest_text: String,
    /// Where it has that status.
    pub latest_place: String,
    /// Why FedEx could not go on: its code, empty when it could.
    pub reason_code: String,
    /// The same in FedEx's words.
    pub reason_text: String,
    /// When it was delivered.
    pub delivered_ms: Option<i64>,
    /// Who took it.
    pub signed_by: Option<String>,
    /// When FedEx means to deliver it.
    pub estimated_ms: Option<i64>,
    /// When FedEx committed itself to deliver it, or its service usually does.
    pub committed_ms: Option<i64>,
}

/// Why a parcel is not asked about any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It arrived.
    Delivered,
    /// Its label was cancelled.
    Cancelled,
    /// It arrived back at the shipper.
    Returned,
    /// It never ended, and FedEx keeps no data for so long.
    Forgotten,
}

impl Ended {
    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
            Self::Returned => "returned",
            Self::Forgotten => "forgotten",
        }
    }

    /// The end of a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Delivered, Self::Cancelled, Self::Returned, Self::Forgotten].into_iter().find(|end| end.name() == name)
    }
}

/// That a person has seen a parcel's trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    /// When.
    pub at_ms: i64,
    /// Who.
    pub by: String,
    /// What they did about it.
    pub note: String,
}

/// One package of a labelled shipment, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParcelState {
    /// Its shipment.
    pub shipment_id: ShipmentId,
    /// Its place in it; 1 is the master.
    pub sequence: i64,
    /// Raised by every save.
    pub version: i64,
    /// FedEx environment of its label: the sandbox repeats numbers.
    pub environment: String,
    /// Its number; empty while FedEx has not named it to us.
    pub tracking_number: String,
    /// FedEx's unique id, empty until learnt: tells reused numbers apart.
    pub unique_id: String,
    /// When its label was bought: the ship date we told FedEx.
    pub labelled_ms: i64,
    /// Where it is.
    pub milestone: Option<Milestone>,
    /// The code of its latest status.
    pub status_code: String,
    /// The code FedEx derives from it.
    pub derived_code: String,
    /// The latest status in FedEx's words.
    pub status_text: String,
    /// Its last scan.
    pub last_scan_ms: Option<i64>,
    /// Where that was.
    pub last_scan_place: String,
    /// What it said.
    pub last_scan_text: String,
    /// Why FedEx cannot go on: its code.
    pub reason_code: String,
    /// The same in FedEx's words.
    pub reason_text: String,
    /// Since when FedEx cannot go on.
    pub exception_ms: Option<i64>,
    /// The first time FedEx named for its delivery.
    pub promised_ms: Option<i64>,
    /// The time it names now.
    pub estimated_ms: Option<i64>,
    /// When it was delivered.
    pub delivered_ms: Option<i64>,
    /// Who took it.
    pub signed_by: Option<String>,
    /// When FedEx is asked next; `None`: never again.
    pub next_track_ms: Option<i64>,
    /// How often it is asked about at present.
    pub every_ms: i64,
    /// How much its news matter, 0 the most.
    pub urgency: i64,
    /// When FedEx was last asked.
    pub asked_ms: Option<i64>,
    /// When FedEx last pushed news of it.
    pub pushed_ms: Option<i64>,
    /// How often in a row FedEx did not know it.
    pub not_found: i64,
    /// Why it is not asked about any more.
    pub ended: Option<Ended>,
    /// A person has seen its trouble.
    pub acknowledged: Option<Acknowledged>,
    /// When it last changed.
    pub changed_ms: i64,
}

impl ParcelState {
    /// A parcel whose label was just bought. Its first question comes when the schedule says.
    pub fn labelled(
        shipment_id: ShipmentId,
        sequence: i64,
        tracking_number: &str,
        environment: &str,
        now_ms: i64,
    ) -> Self {
        Self {
            shipment_id,
            sequence,
            version: 0,
            environment: environment.to_owned(),
            tracking_number: tracking_number.to_owned(),
            unique_id: String::new(),
            labelled_ms: now_ms,
            milestone: None,
            status_code: String::new(),
            derived_code: String::new(),
            status_text: String::new(),
            last_scan_ms: None,
            last_scan_place: String::new(),
            last_scan_text: String::new(),
            reason_code: String::new(),
            reason_text: String::new(),
            exception_ms: None,
            promised_ms: None,
            estimated_ms: None,
            delivered_ms: None,
            signed_by: None,
            next_track_ms: Some(now_ms),
            every_ms: crate::clock::HOUR_MS,
            urgency: 2,
            asked_ms: None,
            pushed_ms: None,
            not_found: 0,
            ended: None,
            acknowledged: None,
            changed_ms: now_ms,
        }
    }

    /// Whether news under this number are of this parcel, and not of another one that had or will have
    /// the number. `ship_date` is FedEx's, `YYYY-MM-DD`.
    pub fn is_meant(&self, unique_id: &str, ship_date: Option<&str>, now_ms: i64) -> bool {
        if !unique_id.is_empty() && unique_id == self.unique_id {
            return true;
        }
        let bought = crate::clock::day_ms(&crate::clock::date(self.labelled_ms)).unwrap_or(self.labelled_ms);
        match ship_date.and_then(crate::clock::day_ms) {
            // FedEx moves the ship date, and the id holds it: another id may still be our parcel.
            Some(shipped) => (-SHIPPED_BEFORE_MS..=SHIPPED_AFTER_MS).contains(&(shipped - bought)),
            None if !unique_id.is_empty() && !self.unique_id.is_empty() => false,
            // Nothing tells the two apart: ours while FedEx keeps data of it.
            None => now_ms - self.labelled_ms <= RETENTION_MS && self.ended != Some(Ended::Forgotten),
        }
    }

    /// The parcel after news of it. `scans` are all that are known, those of the news included;
    /// `new_trouble`: the news hold a scan of trouble not seen before.
    #[must_use]
    pub fn heard(&self, scans: &[Scan], news: &Tracked, new_trouble: bool, now_ms: i64) -> Self {
        let sorted = in_order(scans);
        let newest = news.scans.iter().map(|scan| scan.at_ms).max();
        let last = sorted.last();
        // An older push that comes late must not undo what a newer one said.
        let is_newest = newest.is_none_or(|newest| last.is_none_or(|last| newest >= last.at_ms));
        let mut next = self.clone();
        next.not_found = 0;
        if !news.unique_id.is_empty() && (is_newest || next.unique_id.is_empty()) {
            next.unique_id.clone_from(&news.unique_id);
        }
        let folded = condense(None, scans);
        let folded = news.latest.filter(|_| is_newest).map(|latest| advance(folded, latest)).or(folded);
        next.milestone = folded.map(|folded| advance(self.milestone, folded)).or(self.milestone);
        if is_newest {
            next.status_code.clone_from(&news.code);
            next.derived_code.clone_from(&news.derived_code);
            next.status_text.clone_from(&news.latest_text);
            next.estimated_ms = news.estimated_ms.or(self.estimated_ms);
        }
        next.promised_ms = self.promised_ms.or(news.committed_ms).or(news.estimated_ms);
        if let Some(last) = last {
            next.last_scan_ms = Some(last.at_ms);
            next.last_scan_place.clone_from(&last.place);
            next.last_scan_text.clone_from(&last.description);
        } else if !news.latest_place.is_empty() {
            // A status without scans still says where.
            next.last_scan_place.clone_from(&news.latest_place);
        }
        next.note_trouble(&sorted, news, is_newest, now_ms);
        next.note_end(&sorted, news, is_newest);
        if new_trouble {
            next.acknowledged = None;
        }
        if next.milestone != self.milestone
            || next.status_code != self.status_code
            || next.last_scan_ms != self.last_scan_ms
            || next.ended != self.ended
        {
            next.changed_ms = now_ms;
        }
        next
    }

    /// Why FedEx cannot go on, and since when; nothing once it goes on.
    fn note_trouble(&mut self, sorted: &[&Scan], news: &Tracked, is_newest: bool, now_ms: i64) {
        if !self.is_in_trouble() {
            self.exception_ms = None;
            self.reason_code.clear();
            self.reason_text.clear();
            return;
        }
        let (mut reached, mut since) = (None, None);
        for scan in sorted {
            let Some(milestone) = scan.milestone() else { continue };
            let after = advance(reached, milestone);
            if !is_trouble(after) {
                since = None;
            } else if since.is_none() {
                since = Some(scan.at_ms);
            }
            reached = Some(after);
        }
        self.exception_ms = since.or(self.exception_ms).or(Some(now_ms));
        let reason = sorted.iter().rev().find(|scan| !scan.exception_code.is_empty());
        if is_newest && !news.reason_code.is_empty() {
            self.reason_code.clone_from(&news.reason_code);
            self.reason_text.clone_from(&news.reason_text);
        } else if let Some(scan) = reason {
            self.reason_code.clone_from(&scan.exception_code);
            self.reason_text.clone_from(&scan.exception);
        }
    }

    /// Whether it has arrived, here or back at the shipper.
    fn note_end(&mut self, sorted: &[&Scan], news: &Tracked, is_newest: bool) {
        let delivery = sorted.iter().rev().find(|scan| scan.milestone() == Some(Milestone::Delivered));
        self.ended = match self.milestone {
            Some(Milestone::Delivered) => {
                let scanned = delivery.map(|scan| scan.at_ms);
                self.delivered_ms = self.delivered_ms.or(news.delivered_ms).or(scanned);
                self.signed_by = news.signed_by.clone().or(self.signed_by.take());
                Some(Ended::Delivered)
            }
            Some(Milestone::Cancelled) => Some(Ended::Cancelled),
            Some(Milestone::Returning) => {
                let turned = sorted.iter().find(|scan| scan.milestone() == Some(Milestone::Returning));
                let back = match (delivery, turned) {
                    (Some(delivery), Some(turned)) => delivery.at_ms > turned.at_ms,
                    _ => is_newest && news.latest == Some(Milestone::Delivered),
                };
                (self.delivered_ms, self.signed_by) = (None, None);
                back.then_some(Ended::Returned)
            }
            _ => None,
        };
    }

    /// FedEx cannot go on by itself, or brings it back.
    pub fn is_in_trouble(&self) -> bool {
        self.milestone.is_some_and(is_trouble)
    }

    /// FedEx has it, or had it.
    pub fn is_tendered(&self) -> bool {
        !matches!(self.milestone, None | Some(Milestone::LabelCreated | Milestone::Cancelled))
    }

    /// When it was last heard of; its label is the first that is known of it.
    pub fn heard_of_ms(&self) -> i64 {
        self.last_scan_ms.unwrap_or(self.labelled_ms).max(self.labelled_ms)
    }
}

/// FedEx keeps tracking data about 90 days; a parcel silent for so long will not speak again.
pub const RETENTION_MS: i64 = 90 * crate::clock::DAY_MS;
/// FedEx's ship date may lie this much before ours: time zones.
const SHIPPED_BEFORE_MS: i64 = 3 * crate::clock::DAY_MS;
/// And this much after: FedEx moves it to the day on which it gets the parcel.
const SHIPPED_AFTER_MS: i64 = 60 * crate::clock::DAY_MS;

fn is_trouble(milestone: Milestone) -> bool {
    matches!(milestone, Milestone::Exception | Milestone::ReadyForPickup | Milestone::Returning)
}

/// What its parcels say of a shipment: the least advanced counts, trouble of one shows, and it is
/// delivered when all are. Cancelled packages count only when all are.
pub fn of_shipment(parcels: &[Option<Milestone>]) -> Option<Milestone> {
    let live: Vec<Option<Milestone>> =
        parcels.iter().copied().filter(|one| *one != Some(Milestone::Cancelled)).collect();
    let has = |wanted| live.contains(&Some(wanted));
    let is_over = |one: &Option<Milestone>| matches!(one, Some(Milestone::Delivered | Milestone::Returning));
    if live.is_empty() {
        return (!parcels.is_empty()).then_some(Milestone::Cancelled);
    }
    if live.iter().all(Option::is_none) {
        return None;
    }
    if live.iter().all(is_over) {
        return Some(if has(Milestone::Returning) { Milestone::Returning } else { Milestone::Delivered });
    }
    // While others are under way, one that comes back is an exception of the whole.
    if has(Milestone::Exception) || has(Milestone::Returning) {
        return Some(Milestone::Exception);
    }
    let least = live
        .iter()
        .map(|one| one.unwrap_or(Milestone::LabelCreated))
        .min_by_key(|one| one.progress())
        .unwrap_or(Milestone::LabelCreated);
    let begun = live.iter().any(|one| !matches!(one, None | Some(Milestone::LabelCreated)));
    // FedEx has a part of it: the label can no longer be cancelled.
    Some(if least == Milestone::LabelCreated && begun { Milestone::PickedUp } else { least })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{DAY_MS, HOUR_MS};

    fn parcel() -> ParcelState {
        ParcelState::labelled(ShipmentId("s".into()), 1, "794", "production", DAY_MS)
    }

    fn scan(code: &str, at_ms: i64, reason: &str) -> Scan {
        let exception_code = reason.to_owned();
        Scan { code: code.into(), at_ms, local_time: at_ms.to_string(), exception_code, ..Scan::default() }
    }

    fn news(scans: &[Scan]) -> Tracked {
        let last = in_order(scans).last().map(|scan| (*scan).clone()).unwrap_or_default();
        Tracked { found: true, latest: last.milestone(), code: last.code, scans: scans.to_vec(), ..Tracked::default() }
    }

    #[test]
    fn a_shipment_is_delivered_when_all_its_parcels_are() {
        use Milestone::{
            Cancelled, Delivered, Exception, InTransit, LabelCreated, OutForDelivery, PickedUp, Returning,
        };
        for (parcels, whole) in [
            (vec![], None),
            (vec![None, None], None),
            (vec![Some(LabelCreated), None], Some(LabelCreated)),
            (vec![Some(Delivered), None, None], Some(PickedUp)),
            (vec![Some(Delivered), Some(InTransit), Some(OutForDelivery)], Some(InTransit)),
            (vec![Some(Delivered), Some(Exception), Some(InTransit)], Some(Exception)),
            (vec![Some(Delivered), Some(Returning), Some(InTransit)], Some(Exception)),
            (vec![Some(Delivered), Some(Returning)], Some(Returning)),
            (vec![Some(Delivered), Some(Cancelled)], Some(Delivered)),
            (vec![Some(Cancelled), Some(Cancelled)], Some(Cancelled)),
            (vec![Some(Delivered), Some(Delivered)], Some(Delivered)),
        ] {
            assert_eq!(of_shipment(&parcels), whole, "{parcels:?}");
        }
    }

    #[test]
    fn late_and_reordered_news_end_in_the_same_state() {
        let (od, de, again) = (scan("OD", 5, ""), scan("DE", 6, "08"), scan("OD", 9, ""));
        let all = [od.clone(), de.clone(), again.clone()];
        let whole = parcel().heard(&all, &news(&all), true, 10);
        // The exception is told after the parcel went out again.
        let first = parcel().heard(&[od.clone(), again.clone()], &news(&[od.clone(), again]), false, 10);
        let late = first.heard(&all, &news(&[od, de]), true, 10);
        assert_eq!((late.milestone, &late.status_code), (whole.milestone, &whole.status_code));
        assert_eq!((late.milestone, late.exception_ms), (Some(Milestone::OutForDelivery), None));
    }

    #[test]
    fn trouble_has_a_reason_and_a_beginning_and_a_new_one_comes_back_to_people() {
        let scans = [scan("OD", 5, ""), scan("DE", 6, "08"), scan("DE", 8, "08")];
        let mut troubled = parcel().heard(&scans[..2], &news(&scans[..2]), true, 10);
        assert_eq!((troubled.exception_ms, troubled.reason_code.as_str()), (Some(6), "08"));
        troubled.acknowledged = Some(Acknowledged { at_ms: 7, by: "kim".into(), note: "called".into() });
        let same = troubled.heard(&scans[..2], &news(&scans[..2]), false, 11);
        assert!(same.acknowledged.is_some());
        let more = same.heard(&scans, &news(&scans), true, 12);
        assert_eq!((more.acknowledged, more.exception_ms), (None, Some(6)));
    }

    #[test]
    fn a_return_ends_when_it_is_back_and_is_no_delivery() {
        let scans = [scan("OD", 5, ""), scan("RS", 6, ""), scan("DL", 9, "")];
        let going = parcel().heard(&scans[..2], &news(&scans[..2]), true, 7);
        assert_eq!((going.milestone, going.ended), (Some(Milestone::Returning), None));
        let back = going.heard(&scans, &news(&scans), false, 10);
        assert_eq!((back.milestone, back.ended), (Some(Milestone::Returning), Some(Ended::Returned)));
        assert_eq!(back.delivered_ms, None);
    }

    #[test]
    fn a_number_used_again_is_told_by_its_id_or_its_ship_date() {
        let mut ours = parcel();
        ours.labelled_ms = 400 * DAY_MS;
        let now = 401 * DAY_MS;
        assert!(ours.is_meant("", Some(&crate::clock::date(402 * DAY_MS)), now));
        assert!(!ours.is_meant("", Some(&crate::clock::date(10 * DAY_MS)), now), "an old stranger");
        assert!(ours.is_meant("", None, now) && !ours.is_meant("", None, now + 91 * DAY_MS));
        ours.unique_id = "u".into();
        assert!(ours.is_meant("u", None, now + 900 * DAY_MS) && !ours.is_meant("v", None, now));
    }

    #[test]
    fn the_first_promise_stays_while_the_estimate_moves() {
        let told = |estimated_ms| Tracked { estimated_ms: Some(estimated_ms), ..news(&[]) };
        let moved = parcel().heard(&[], &told(HOUR_MS), false, 1).heard(&[], &told(DAY_MS), false, 2);
        assert_eq!((moved.promised_ms, moved.estimated_ms), (Some(HOUR_MS), Some(DAY_MS)));
    }
}
