//! Domain → contract: words and tones. Exhaustive matches, so that a new state does not compile
//! before the screen has a word for it. No rule lives here.

use crate::audit::System;
use crate::clock;
use crate::engine::Engine;
use crate::order::cause::{Cause, Class, words};
use crate::order::consignee::{Consignee, propose_split};
use crate::order::correction::corrected;
use crate::order::mode::Approval;
use crate::order::plan::shown_country;
use crate::order::scan::{Milestone, Scan};
use crate::order::state::State;
use crate::order::{Address, Order, Shipment};
use crate::print::job::JobState;
use crate::store::attempts::Step;
use crate::store::ping_history::PingRow;
use app::contract::{
    AddressView, CauseView, Correction, Ladder, LadderRow, Moment, Rung, RungOutcome, ScanView, Status, Tone,
};

/// A moment for people.
pub fn moment(ms: i64) -> Moment {
    Moment { ms, text: clock::text(ms) }
}

fn status(code: &str, label: &str, tone: Tone) -> Status {
    Status { code: code.to_owned(), label: label.to_owned(), tone }
}

/// A state's word.
pub fn state(state: State) -> Status {
    let (label, tone) = match state {
        State::Received => ("Received", Tone::Moving),
        State::Ready => ("Ready", Tone::Moving),
        State::Labelled => ("Labelled", Tone::Moving),
        State::Announced => ("Announced", Tone::Moving),
        State::InTransit => ("In transit", Tone::Moving),
        State::OutForDelivery => ("Out for delivery", Tone::Moving),
        State::Exception => ("Exception", Tone::Warning),
        State::Delivered => ("Delivered", Tone::Good),
        State::Closed => ("Closed", Tone::Good),
        State::Parked => ("Needs you", Tone::Bad),
        State::OutcomeUnknown => ("Outcome unknown", Tone::Bad),
        State::Voided => ("Voided", Tone::Neutral),
        State::Returned => ("Returned", Tone::Warning),
        State::Cancelled => ("Cancelled", Tone::Neutral),
        State::Excluded => ("Excluded", Tone::Neutral),
    };
    status(state.name(), label, tone)
}

/// A milestone's word.
pub fn milestone(milestone: Milestone) -> Status {
    let (label, tone) = match milestone {
        Milestone::LabelCreated => ("Label created", Tone::Neutral),
        Milestone::PickedUp => ("Picked up", Tone::Moving),
        Milestone::InTransit => ("In transit", Tone::Moving),
        Milestone::Exception => ("Exception", Tone::Warning),
        Milestone::ReadyForPickup => ("Ready for pick-up", Tone::Warning),
        Milestone::OutForDelivery => ("Out for delivery", Tone::Moving),
        Milestone::Returning => ("Returning", Tone::Warning),
        Milestone::Cancelled => ("Cancelled", Tone::Neutral),
        Milestone::Delivered => ("Delivered", Tone::Good),
    };
    status(milestone.name(), label, tone)
}

/// A print job's word.
pub fn print_state(state: JobState) -> Status {
    let (label, tone) = match state {
        JobState::Queued => ("Queued", Tone::Moving),
        JobState::Sending => ("Printing", Tone::Moving),
        JobState::Sent => ("At the printer", Tone::Moving),
        JobState::Printed => ("Printed", Tone::Good),
        JobState::Failed => ("Tried again soon", Tone::Warning),
        JobState::Stopped => ("Needs you", Tone::Bad),
        JobState::Unknown => ("Look at the printer", Tone::Bad),
        JobState::Cancelled => ("Not printed", Tone::Neutral),
    };
    status(state.name(), label, tone)
}

/// An audit outcome's word.
pub fn outcome(name: &str) -> Status {
    let (label, tone) = match name {
        "begun" => ("Begun", Tone::Neutral),
        "ok" => ("OK", Tone::Good),
        "refused" => ("Refused", Tone::Warning),
        "failed" => ("Failed", Tone::Bad),
        "unknown" => ("No answer", Tone::Bad),
        other => (other, Tone::Neutral),
    };
    status(name, label, tone)
}

/// An attempt's word.
pub fn attempt_outcome(name: Option<&str>) -> Status {
    let (label, tone) = match name {
        None => ("In flight", Tone::Moving),
        Some("ok") => ("Done", Tone::Good),
        Some("again") => ("Failed, tried again", Tone::Warning),
        Some("parked") => ("Refused", Tone::Bad),
        Some("unknown") => ("No answer", Tone::Bad),
        Some("waiting") => ("Waiting", Tone::Neutral),
        Some("interrupted") => ("Interrupted", Tone::Warning),
        Some("superseded") => ("Too late", Tone::Warning),
        Some(other) => (other, Tone::Neutral),
    };
    status(name.unwrap_or("in_flight"), label, tone)
}

/// A step's title from its stored name.
pub fn step_title(name: &str) -> String {
    Step::parse(name).map_or_else(|| name.to_owned(), |step| step.title().to_owned())
}

/// What kind of help a cause needs.
pub fn class(class: Class) -> &'static str {
    match class {
        Class::NeedsData => "needs data",
        Class::NeedsSetup => "needs set-up",
        Class::LookUp => "look up",
        Class::MovesByItself => "moving by itself",
    }
}

/// Whose side a cause is on.
pub fn side(code: &str) -> &'static str {
    match code.split('.').next() {
        Some("fedex") => "fedex",
        Some("d365" | "order") => "d365",
        _ => "connector",
    }
}

/// A cause with its words.
pub fn cause(cause: &Cause) -> CauseView {
    let words = words(&cause.code);
    CauseView {
        code: cause.code.clone(),
        title: words.title.to_owned(),
        sentence: words.sentence.to_owned(),
        next_step: words.next_step.to_owned(),
        field: cause.field.clone(),
        vendor_text: cause.detail.clone(),
    }
}

/// An address as Dynamics 365 has it.
pub fn address(address: &Address, phone: Option<&str>) -> AddressView {
    let city = [&address.city, &address.region, &address.postal_code].map(|part| part.trim()).join(" ");
    let mut lines = vec![address.name.trim().to_owned()];
    lines.extend(address.street.lines().map(|line| line.trim().to_owned()));
    lines.push(city.trim().to_owned());
    lines.push(shown_country(&address.country));
    lines.retain(|line| !line.is_empty());
    AddressView { lines, phone: phone.map(str::to_owned) }
}

/// A checked address.
pub fn consignee(consignee: &Consignee) -> AddressView {
    let mut lines = vec![consignee.name.clone()];
    lines.extend(consignee.street.iter().cloned());
    let region = consignee.region.clone().unwrap_or_default();
    let postal_code = consignee.postal_code.clone().unwrap_or_default();
    lines.push([consignee.city.as_str(), &region, &postal_code].join(" ").trim().to_owned());
    lines.push(consignee.country.clone());
    AddressView { lines, phone: Some(consignee.phone.clone()) }
}

/// The correction form, filled: what was corrected, else what Dynamics 365 has, with a proposed
/// split where the street is too long.
pub fn correction(order: &Order, shipment: &Shipment) -> Correction {
    let now = corrected(&order.ship_to, &shipment.correction);
    let too_long = shipment.cause.as_ref().is_some_and(|cause| cause.code.ends_with(".street-too-long"));
    let given: Vec<String> =
        now.street.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let street = if too_long { propose_split(&now.street).unwrap_or(given) } else { given };
    let line = |index: usize| street.get(index).cloned().unwrap_or_default();
    Correction {
        name: now.name,
        street_1: line(0),
        street_2: line(1),
        street_3: line(2),
        city: now.city,
        region: now.region,
        postal_code: now.postal_code,
        phone: shipment.correction.phone.clone(),
        weight_lb: shipment.correction.weight_lb.clone(),
        service: shipment.correction.service.clone(),
        residential: shipment.correction.residential.clone(),
        remember: false,
    }
}

/// A document of FedEx in words.
pub fn document_title(content_type: &str) -> String {
    match content_type {
        "LABEL" => "Label".to_owned(),
        "AUXILIARY" | "ACCEPTANCE_LABEL" => "Second label".to_owned(),
        other => sentence_case(&other.to_lowercase()),
    }
}

/// A scan.
pub fn scan(scan: &Scan) -> ScanView {
    let exception = [scan.exception_code.as_str(), scan.exception.as_str()].join(" ");
    let exception = exception.trim();
    ScanView {
        at: moment(scan.at_ms),
        local_time: scan.local_time.clone(),
        code: scan.code.clone(),
        description: scan.description.clone(),
        place: scan.place.clone(),
        exception: (!exception.is_empty()).then(|| exception.to_owned()),
        tone: scan.milestone().map_or(Tone::Neutral, |reached| milestone(reached).tone),
    }
}

/// FedEx's public tracking page of a parcel.
pub fn tracking_url(number: &str) -> String {
    format!("https://www.fedex.com/fedextrack/?trknbr={number}")
}

/// A shipment's state as a sentence.
pub fn sentence(shipment: &Shipment) -> String {
    if shipment.voiding.is_some() {
        return "The label is being cancelled at FedEx.".to_owned();
    }
    let number = shipment.tracking_number.as_deref().unwrap_or("unknown");
    let cause = shipment.cause.as_ref().map(Cause::words);
    match shipment.state {
        State::Received => waits("It is checked next.", cause.map(|words| words.sentence)),
        State::Ready if shipment.approval == Some(Approval::Awaited) => {
            "Prepared: it would ship. It waits for approval, or for its legal entity to leave shadow.".to_owned()
        }
        State::Ready => waits("The label is bought next.", cause.map(|words| words.sentence)),
        State::Labelled => waits(
            &format!("Label bought, tracking number {number}; it is written to Dynamics 365 next."),
            cause.map(|words| words.sentence),
        ),
        State::Announced => format!(
            "Label bought and tracking number {number} written to Dynamics 365; waiting for FedEx's first scan."
        ),
        State::InTransit => format!("FedEx has the parcel {number} and moves it."),
        State::OutForDelivery => format!("The parcel {number} is on the vehicle for delivery."),
        State::Exception => format!("FedEx reports an exception for the parcel {number}; see the last scan."),
        State::Delivered => {
            waits("Delivered; the delivery is written to Dynamics 365 next.", cause.map(|words| words.sentence))
        }
        State::Closed => match shipment.delivered_ms {
            Some(ms) => format!("Delivered on {}; the order in Dynamics 365 says so.", clock::text(ms)),
            None => "Delivered; the order in Dynamics 365 says so.".to_owned(),
        },
        // The cause has its own place beside; this says how far the shipment came.
        State::Parked => match shipment.resume {
            Some(State::Labelled) => {
                format!("Label bought, tracking number {number}; writing it to Dynamics 365 waits for you.")
            }
            Some(State::Delivered) => "Delivered; writing that to Dynamics 365 waits for you.".to_owned(),
            _ => "No label was bought; it waits for you.".to_owned(),
        },
        State::OutcomeUnknown if shipment.job_id.is_some() => {
            "FedEx took the shipment and makes its labels; we ask for them every few seconds.".to_owned()
        }
        State::OutcomeUnknown => {
            "The purchase got no answer: a label may exist. We look it up; nothing is bought again before that."
                .to_owned()
        }
        State::Voided => format!("The label {number} was cancelled at FedEx."),
        State::Returned => format!("FedEx brings the parcel {number} back."),
        State::Cancelled => "The order was cancelled in Dynamics 365 before a label was bought.".to_owned(),
        State::Excluded => "An operator or a rule said not to ship this.".to_owned(),
    }
}

fn waits(normal: &str, cause: Option<&str>) -> String {
    match cause {
        Some(cause) => format!("{normal} It waits: {cause}"),
        None => normal.to_owned(),
    }
}

/// Which lane of the timeline an audit action belongs to.
pub fn lane(action: &str, system: &str) -> &'static str {
    match action {
        action if action.starts_with("desk.") || action.starts_with("session.") => "operator",
        "shipment.received"
        | "shipment.announced"
        | "shipment.closed"
        | "shipment.order-changed"
        | "order.invoiced" => "d365",
        "shipment.labelled" | "shipment.outcome-unknown" => "fedex",
        action if action.starts_with("parcel.") => "fedex",
        // What a person asked of the printing is theirs.
        "print.reprint" | "print.retry" => "operator",
        action if action.starts_with("print.") => "printer",
        _ if system == System::D365.name() => "d365",
        _ if system == System::Fedex.name() => "fedex",
        _ => "connector",
    }
}

/// An audit action in a few words.
pub fn action_title(action: &str) -> String {
    if let Some(name) = action.strip_prefix("shipment.still-") {
        let label = State::parse(&name.replace('-', "_")).map_or(name.to_owned(), |found| state(found).label);
        return format!("Still {}", label.to_lowercase());
    }
    if let Some(name) = action.strip_prefix("shipment.") {
        if let Some(found) = State::parse(&name.replace('-', "_")) {
            return state(found).label;
        }
        return sentence_case(name);
    }
    match action {
        "desk.replay" => "Replayed".to_owned(),
        "desk.correct" => "Corrected and replayed".to_owned(),
        "desk.look-up" => "Asked to look it up".to_owned(),
        "desk.buy-again" => "Decided that there is no label".to_owned(),
        "desk.void" => "Asked to cancel the label".to_owned(),
        "desk.reship" => "Asked to cancel the label and ship anew".to_owned(),
        "desk.acknowledge-parcel" => "Acknowledged a parcel's trouble".to_owned(),
        "desk.approve" => "Approved".to_owned(),
        "desk.decline" => "Not approved".to_owned(),
        "desk.mode" => "Switched a mode".to_owned(),
        "desk.batch" => "Decided about many orders".to_owned(),
        "desk.note-cause" => "Decided about a group of failures".to_owned(),
        "desk.return-label" => "Asked for a return label".to_owned(),
        "print.queued" => "Queued for printing".to_owned(),
        "print.send" => "Sent to the printer".to_owned(),
        "print.sent" => "At the printer".to_owned(),
        "print.failed" => "Not printed, tried again".to_owned(),
        "print.stopped" => "Not printed, needs you".to_owned(),
        "print.unknown" => "Perhaps printed".to_owned(),
        "print.cancelled" => "Not printed".to_owned(),
        "print.answer-too-late" => "The printer answered too late".to_owned(),
        "print.reprint" => "Asked to print again".to_owned(),
        "print.retry" => "Asked to try printing again".to_owned(),
        other => sentence_case(other.split_once('.').map_or(other, |(_, rest)| rest)),
    }
}

fn sentence_case(name: &str) -> String {
    let text = name.replace(['-', '_'], " ");
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// An earlier climb; `None` when it was kept by a version whose ladders nobody can read any more.
pub fn ladder_row(row: PingRow) -> Option<LadderRow> {
    let ladder: Ladder = serde_json::from_str(&row.ladder).ok()?;
    let stopped = |rung: &&Rung| !matches!(rung.outcome, RungOutcome::Passed | RungOutcome::Warned);
    let first = ladder.rungs.iter().find(stopped).filter(|_| !ladder.passed);
    let said = |rung: &Rung| rung.problem.as_ref().map(|problem| format!(": {}", problem.message)).unwrap_or_default();
    let fault = first.map(|rung| format!("{}{}", rung.name, said(rung)));
    Some(LadderRow { ping_id: row.ping_id, by: row.asked_by, fault, ladder })
}

async fn is_silent(engine: &Engine) -> bool {
    matches!(super::inbox::silence(engine).await, Ok(Some(_)))
}

/// The chip of a system.
pub async fn chip(engine: &Engine, system: System) -> app::contract::ConnectionChip {
    if system == System::D365 { d365_chip(engine).await } else { fedex_chip(engine).await }
}

async fn d365_chip(engine: &Engine) -> app::contract::ConnectionChip {
    let now = engine.clock.now_ms();
    let Ok(client) = engine.d365().await else {
        return chip_of(System::D365, standing(false, None));
    };
    let throttled = client.throttled_until_ms().await;
    let (tone, text) = match (client.expiry().and_then(|expiry| expiry.notice(now)), throttled) {
        (Some(over), _) if over.expired => (Tone::Bad, over.short),
        (_, Some(_)) => (Tone::Warning, "throttled".to_owned()),
        // Before what was found out last: this is happening now.
        _ if client.is_warming_up() => (Tone::Moving, "warming up".to_owned()),
        (soon, None) => match (standing(true, engine.health().d365), soon) {
            ((Tone::Good, text), Some(soon)) => (Tone::Warning, format!("{text}; {}", soon.short)),
            (standing, _) => standing,
        },
    };
    app::contract::ConnectionChip {
        token_until_ms: client.token_until_ms().await.filter(|until| *until > now),
        breaker_until_ms: throttled,
        ..chip_of(System::D365, (tone, text))
    }
}

async fn fedex_chip(engine: &Engine) -> app::contract::ConnectionChip {
    let now = engine.clock.now_ms();
    let Ok(client) = engine.fedex().await else {
        return chip_of(System::Fedex, standing(false, None));
    };
    let breaker = crate::transport::token::Shelf::breaker(engine, "fedex.token").await;
    let breaker = breaker.filter(|until| *until > now);
    let reading = match (breaker, standing(true, engine.health().fedex)) {
        (Some(_), _) => (Tone::Bad, "sign-in throttled".to_owned()),
        // Pushes are FedEx's side of the connection.
        (None, (Tone::Good, _)) if is_silent(engine).await => (Tone::Warning, "pushes silent".to_owned()),
        (None, standing) => standing,
    };
    app::contract::ConnectionChip {
        token_until_ms: client.token_until_ms().await.filter(|until| *until > now),
        breaker_until_ms: breaker,
        ..chip_of(System::Fedex, reading)
    }
}

/// What the last calls say of a connection.
fn standing(configured: bool, last: Option<(i64, Option<Cause>)>) -> (Tone, String) {
    match last {
        _ if !configured => (Tone::Neutral, "not connected yet".to_owned()),
        None => (Tone::Neutral, "not asked yet".to_owned()),
        Some((_, None)) => (Tone::Good, "connected".to_owned()),
        Some((_, Some(cause))) => match cause.words().class {
            // A refusal of one order says nothing about the connection.
            Class::NeedsData => (Tone::Good, "connected".to_owned()),
            Class::MovesByItself => (Tone::Warning, cause.words().title.to_lowercase()),
            Class::NeedsSetup | Class::LookUp => (Tone::Bad, cause.words().title.to_lowercase()),
        },
    }
}

fn chip_of(system: System, (tone, text): (Tone, String)) -> app::contract::ConnectionChip {
    app::contract::ConnectionChip {
        system: system.name().to_owned(),
        name: system.title().to_owned(),
        tone,
        text,
        token_until_ms: None,
        breaker_until_ms: None,
    }
}
