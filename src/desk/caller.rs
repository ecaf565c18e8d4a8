//! What a caller who asks "where is my order?" is told: one sentence, made of what is stored.
//!
//! Times of scans are told as the clocks there showed them, and days by the newest scan's distance
//! from UTC: "today" is the caller's, not the server's.

use crate::clock::{self, DAY_MS};
use crate::order::parcel_state::{Ended, ParcelState};
use crate::order::scan::{Milestone, Scan};
use crate::order::state::State;
use crate::order::{Kind, Shipment};
use crate::zone::Zone;

/// FedEx's name for a delivery that nobody signs for.
const NO_SIGNATURE: &str = "NO_SIGNATURE_REQUIRED";

/// What is known of an order.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Its number.
    pub number: &'a str,
    /// Who ordered.
    pub customer: &'a str,
    /// Its shipments, voided ones and returns too.
    pub shipments: &'a [Shipment],
    /// Their parcels.
    pub parcels: &'a [ParcelState],
    /// Their scans.
    pub scans: &'a [Scan],
    /// The server's clock.
    pub now_ms: i64,
    /// What is told where no scan names a time there.
    pub zone: &'a Zone,
}

/// The sentence: `SO-004213 for Norwood Pump Co: 2 parcels by FedEx Ground, last scan Memphis TN
/// 06:12 today, expected Thursday 24 Nov; signature required.`
pub fn sentence(known: Known<'_>) -> String {
    let who = match known.customer.trim() {
        "" => known.number.to_owned(),
        customer => format!("{} for {customer}", known.number),
    };
    let live: Vec<&Shipment> =
        known.shipments.iter().filter(|one| one.kind == Kind::Outbound && !one.state.frees_lines()).collect();
    let (labelled, waiting): (Vec<&Shipment>, Vec<&Shipment>) =
        live.into_iter().partition(|one| one.tracking_number.is_some());
    let mut parts = Vec::new();
    if !labelled.is_empty() {
        parts.push(on_the_way(&labelled, known));
    }
    parts.extend(not_yet(&waiting, labelled.is_empty()));
    if parts.is_empty() {
        parts.push(nothing(known.shipments).to_owned());
    }
    format!("{who}: {}.", parts.join("; "))
}

fn nothing(shipments: &[Shipment]) -> &'static str {
    match shipments.last().map(|one| one.state) {
        Some(State::Voided) => "its label was cancelled and nothing is shipped in its place",
        Some(State::Cancelled) => "cancelled before anything was shipped",
        Some(State::Excluded) => "not shipped by FedEx from here",
        _ => "nothing to ship",
    }
}

fn not_yet(waiting: &[&Shipment], alone: bool) -> Option<String> {
    let most_stuck = waiting.iter().max_by_key(|one| one.state.needs_attention())?;
    let why = match most_stuck.state {
        State::OutcomeUnknown => "its label is being looked up at FedEx".to_owned(),
        State::Parked => {
            let title = most_stuck.cause.as_ref().map_or("no cause is known", |cause| cause.words().title);
            format!("it waits for somebody here ({title})")
        }
        _ => most_stuck.cause.as_ref().map_or_else(
            || "its label is bought next".to_owned(),
            |cause| format!("it waits by itself ({})", cause.words().title),
        ),
    };
    Some(match (alone, waiting.len()) {
        (true, _) => format!("not shipped yet, {why}"),
        (false, 1) => format!("1 more shipment is not shipped yet, {why}"),
        (false, several) => format!("{several} more shipments are not shipped yet, {why}"),
    })
}

fn on_the_way(labelled: &[&Shipment], known: Known<'_>) -> String {
    let is_meant = |parcel: &&ParcelState| {
        parcel.ended != Some(Ended::Cancelled) && labelled.iter().any(|one| one.shipment_id == parcel.shipment_id)
    };
    let parcels: Vec<&ParcelState> = known.parcels.iter().filter(is_meant).collect();
    let plan = labelled.iter().find_map(|one| one.plan.as_ref());
    let service = plan.map(|plan| format!(" by {}", service(&plan.service.service))).unwrap_or_default();
    let count = if parcels.len() == 1 { "1 parcel".to_owned() } else { format!("{} parcels", parcels.len()) };
    let delivered = parcels.iter().filter(|parcel| parcel.milestone == Some(Milestone::Delivered)).count();
    // What is still to come is told by the parcel that is least far.
    let last = parcels.iter().max_by_key(|parcel| (urgency(parcel), parcel.estimated_ms));
    let Some(last) = last else { return format!("labelled{service}, FedEx has not told of its parcels yet") };
    let local = Local { offset_ms: offset_ms(last, known.scans), zone: known.zone, now_ms: known.now_ms };
    if delivered == parcels.len() {
        let newest = parcels.iter().filter_map(|parcel| parcel.delivered_ms.or(parcel.last_scan_ms)).max();
        let when = newest.map(|ms| format!(" {}", local.moment(ms))).unwrap_or_default();
        let by = last.signed_by.as_deref().map(|name| format!(", signed for by {name}")).unwrap_or_default();
        return format!("{count}{service}, delivered{when}{by}");
    }
    let some = if delivered > 0 { format!(", {delivered} delivered; still to come") } else { String::new() };
    let expected = last.estimated_ms.or(last.promised_ms).map(|ms| local.expected(ms)).unwrap_or_default();
    let signature = plan.and_then(|plan| plan.service.signature.as_deref()).filter(|asked| *asked != NO_SIGNATURE);
    let signature = signature.map_or("", |_| "; signature required");
    format!("{count}{service}{some}, {}{expected}{signature}", place(last, local))
}

/// What a caller must hear of first, when parcels of an order differ.
fn urgency(parcel: &ParcelState) -> u8 {
    match (parcel.ended, parcel.milestone) {
        (Some(Ended::Forgotten | Ended::Returned), _) | (_, Some(Milestone::Returning)) => 6,
        (_, Some(Milestone::Exception)) => 5,
        (_, Some(Milestone::ReadyForPickup)) => 4,
        (_, None | Some(Milestone::LabelCreated)) => 3,
        (_, Some(Milestone::PickedUp | Milestone::InTransit)) => 2,
        (_, Some(Milestone::OutForDelivery)) => 1,
        (_, Some(Milestone::Delivered | Milestone::Cancelled)) => 0,
    }
}

fn place(parcel: &ParcelState, local: Local<'_>) -> String {
    let at = parcel.last_scan_ms.map(|ms| local.moment(ms)).unwrap_or_default();
    let place = parcel.last_scan_place.trim_end_matches(", US");
    let scan = [place, &at].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let reason = if parcel.reason_text.is_empty() { String::new() } else { format!(" ({})", parcel.reason_text) };
    match (parcel.ended, parcel.milestone) {
        (Some(Ended::Forgotten), _) => "FedEx has lost sight of it".to_owned(),
        (Some(Ended::Returned), _) => format!("back at the shipper {scan}"),
        (_, Some(Milestone::Returning)) => format!("FedEx brings it back{reason}, last scan {scan}"),
        (_, Some(Milestone::Exception)) => format!("FedEx reports an exception{reason}, last scan {scan}"),
        (_, Some(Milestone::ReadyForPickup)) => format!("waiting to be picked up at FedEx, {scan}"),
        (_, Some(Milestone::OutForDelivery)) => format!("on the vehicle for delivery, {scan}"),
        (_, Some(Milestone::PickedUp | Milestone::InTransit | Milestone::Delivered | Milestone::Cancelled)) => {
            format!("last scan {scan}")
        }
        (_, None | Some(Milestone::LabelCreated)) => {
            format!("labelled {}, not scanned by FedEx yet", local.moment(parcel.labelled_ms))
        }
    }
}

/// How far from UTC the clocks are where a parcel was scanned last.
fn offset_ms(parcel: &ParcelState, scans: &[Scan]) -> Option<i64> {
    let of_parcel = scans.iter().filter(|scan| scan.tracking_number == parcel.tracking_number);
    let timed = of_parcel.filter_map(|scan| Some((scan.at_ms, clock::offset_ms(&scan.local_time)?)));
    timed.max_by_key(|(at_ms, _)| *at_ms).map(|(_, offset_ms)| offset_ms)
}

/// Time as the clocks near a parcel show it; as those of the warehouse, and saying so, where no scan names them.
#[derive(Clone, Copy, Debug)]
struct Local<'a> {
    offset_ms: Option<i64>,
    zone: &'a Zone,
    now_ms: i64,
}

impl Local<'_> {
    fn shifted(self, ms: i64) -> i64 {
        ms + self.offset_ms.unwrap_or_else(|| self.zone.offset_ms(ms))
    }

    /// ` CST`, where the time is not that of the place.
    fn named(self, ms: i64) -> String {
        if self.offset_ms.is_none() { format!(" {}", self.zone.short(ms)) } else { String::new() }
    }

    /// `06:12 today`, `Tuesday 22 Nov 06:12`.
    fn moment(self, ms: i64) -> String {
        let time = clock::hour_and_minute(self.shifted(ms));
        let zone = self.named(ms);
        match self.days_from_today(ms) {
            0 => format!("{time}{zone} today"),
            -1 => format!("{time}{zone} yesterday"),
            _ => format!("{} {time}{zone}", clock::weekday(self.shifted(ms))),
        }
    }

    /// `, expected Thursday 24 Nov`.
    fn expected(self, ms: i64) -> String {
        // Without a zone the day may be the next one there: then the hour is said too.
        let hour = match self.offset_ms {
            None => format!(" {}{}", clock::hour_and_minute(self.shifted(ms)), self.named(ms)),
            Some(_) => String::new(),
        };
        let day = match self.days_from_today(ms) {
            0 => "today".to_owned(),
            1 => "tomorrow".to_owned(),
            _ => clock::weekday(self.shifted(ms)),
        };
        let verb = if ms < self.now_ms { "was expected" } else { "expected" };
        format!(", {verb} {day}{hour}")
    }

    fn days_from_today(self, ms: i64) -> i64 {
        self.shifted(ms).div_euclid(DAY_MS) - self.shifted(self.now_ms).div_euclid(DAY_MS)
    }
}

/// A mode of delivery in Dynamics 365 has at most so many characters (`DlvMode.Code`), and no name of a
/// FedEx service but `SMART_POST` is as short.
const LONGEST_MODE: usize = 10;

/// What stands for a shipment's service: FedEx's as people call it, or the mode of delivery while no
/// service is chosen.
pub fn service_or_mode(code: &str) -> String {
    let is_service = code == "SMART_POST" || (code.len() > LONGEST_MODE && code.contains('_'));
    if is_service { service(code) } else { code.to_owned() }
}

/// FedEx's service as people call it: `FedEx Ground`.
pub fn service(code: &str) -> String {
    match code {
        "FEDEX_2_DAY" => "FedEx 2Day".to_owned(),
        "FEDEX_2_DAY_AM" => "FedEx 2Day AM".to_owned(),
        "GROUND_HOME_DELIVERY" => "FedEx Home Delivery".to_owned(),
        "SMART_POST" => "FedEx Ground Economy".to_owned(),
        other => {
            let words = other.strip_prefix("FEDEX_").unwrap_or(other).split('_').map(|word| {
                let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
                format!("{first}{}", rest.to_lowercase())
            });
            format!("FedEx {}", words.collect::<Vec<_>>().join(" "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::HOUR_MS;
    use crate::order::cause::Cause;
    use crate::order::{OrderId, ShipmentId};

    /// 2026-11-22, a Sunday, 18:56:53 UTC: nearly one o'clock in Memphis.
    const NOW: i64 = 1_795_373_813_000;

    fn shipment(id: &str, number: Option<&str>) -> Shipment {
        let mut shipment = Shipment::received(ShipmentId(id.into()), OrderId("o".into()), 1, NOW);
        shipment.tracking_number = number.map(str::to_owned);
        shipment.state = if number.is_some() { State::InTransit } else { State::Received };
        shipment
    }

    fn parcel(id: &str, number: &str, milestone: Milestone) -> ParcelState {
        let mut parcel = ParcelState::labelled(ShipmentId(id.into()), 1, number, "production", NOW - 2 * DAY_MS);
        parcel.milestone = Some(milestone);
        parcel.last_scan_ms = Some(NOW - HOUR_MS);
        parcel.last_scan_place = "Memphis TN, US".into();
        parcel.estimated_ms = Some(NOW + 2 * DAY_MS);
        parcel
    }

    fn scan(number: &str) -> Scan {
        Scan {
            tracking_number: number.into(),
            at_ms: NOW - HOUR_MS,
            local_time: "2026-11-22T11:56:53-06:00".into(),
            ..Scan::default()
        }
    }

    fn told(shipments: &[Shipment], parcels: &[ParcelState], scans: &[Scan]) -> String {
        told_in(&Zone::default(), shipments, parcels, scans)
    }

    fn told_in(zone: &Zone, shipments: &[Shipment], parcels: &[ParcelState], scans: &[Scan]) -> String {
        let (number, customer) = ("SO-004213", "Norwood Pump Co");
        sentence(Known { number, customer, shipments, parcels, scans, now_ms: NOW, zone })
    }

    #[test]
    fn a_parcel_under_way_is_told_by_its_last_scan_in_the_time_there() {
        let shipments = [shipment("s", Some("7949"))];
        let parcels = [parcel("s", "7949", Milestone::InTransit), parcel("s", "7950", Milestone::InTransit)];
        assert_eq!(
            told(&shipments, &parcels, &[scan("7950"), scan("7949")]),
            "SO-004213 for Norwood Pump Co: 2 parcels, last scan Memphis TN 11:56 today, expected Tuesday 24 Nov."
        );
        assert!(told(&shipments, &parcels, &[]).contains("17:56 UTC today, expected Tuesday 24 Nov 18:56 UTC"));
        let chicago = Zone::named("America/Chicago").expect("a zone");
        let told = told_in(&chicago, &shipments, &parcels, &[]);
        assert!(told.contains("11:56 CST today, expected Tuesday 24 Nov 12:56 CST"), "{told}");
    }

    #[test]
    fn a_day_is_the_day_there() {
        let shipments = [shipment("s", Some("7949"))];
        let mut late = parcel("s", "7949", Milestone::OutForDelivery);
        // Eight in the evening there is two in the morning of the next day in Greenwich.
        late.estimated_ms = Some(NOW + 7 * HOUR_MS);
        let text = told(&shipments, &[late], &[scan("7949")]);
        assert!(text.contains("on the vehicle for delivery, Memphis TN 11:56 today, expected today"), "{text}");
    }

    #[test]
    fn what_arrived_and_what_is_wrong_is_said() {
        let shipments = [shipment("s", Some("7949"))];
        let mut there = parcel("s", "7949", Milestone::Delivered);
        (there.delivered_ms, there.signed_by) = (Some(NOW - DAY_MS), Some("J.RUIZ".into()));
        let text = told(&shipments, std::slice::from_ref(&there), &[scan("7949")]);
        assert!(text.ends_with("1 parcel, delivered 12:56 yesterday, signed for by J.RUIZ."), "{text}");
        let mut astray = parcel("s", "7950", Milestone::Exception);
        astray.reason_text = "Recipient not in".into();
        let text = told(&shipments, &[there, astray], &[scan("7949")]);
        assert!(
            text.contains("2 parcels, 1 delivered; still to come, FedEx reports an exception (Recipient not in)"),
            "{text}"
        );
    }

    #[test]
    fn what_is_not_shipped_says_why() {
        let mut parked = shipment("s", None);
        (parked.state, parked.cause) = (State::Parked, Some(Cause::new("order.phone-missing")));
        let text = told(&[parked], &[], &[]);
        assert!(text.ends_with("not shipped yet, it waits for somebody here (Recipient phone missing)."), "{text}");
        let text = told(&[shipment("s", None)], &[], &[]);
        assert!(text.ends_with("not shipped yet, its label is bought next."), "{text}");
        let both = [shipment("s", Some("7949")), shipment("t", None)];
        let text = told(&both, &[parcel("s", "7949", Milestone::InTransit)], &[scan("7949")]);
        assert!(text.ends_with("; 1 more shipment is not shipped yet, its label is bought next."), "{text}");
        let mut gone = shipment("s", Some("7949"));
        gone.state = State::Voided;
        assert!(told(&[gone], &[], &[]).contains("its label was cancelled"));
    }

    #[test]
    fn a_service_is_named_as_people_name_it() {
        assert_eq!(service("FEDEX_GROUND"), "FedEx Ground");
        assert_eq!(service("FEDEX_2_DAY"), "FedEx 2Day");
        assert_eq!(
            ["FEDEX-GRD", "FX_GRD", "PRIORITY_OVERNIGHT", "SMART_POST"].map(service_or_mode),
            ["FEDEX-GRD", "FX_GRD", "FedEx Priority Overnight", "FedEx Ground Economy"]
        );
        assert_eq!(service("GROUND_HOME_DELIVERY"), "FedEx Home Delivery");
        assert_eq!(service("PRIORITY_OVERNIGHT"), "FedEx Priority Overnight");
    }
}
