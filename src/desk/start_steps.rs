//! The steps of the first day. Each one's state is a fact looked up now, never a tick somebody made.

use crate::audit::System;
use crate::engine::Engine;
use crate::store::Result;
use crate::store::built_in_twins::FirstLabel;
use crate::store::cursors::{FIRST_DAY_DONE, LAST_PULL};
use crate::work::ingest::LAST_PUSH;
use app::contract::{Counter, Ladder, RungOutcome, StartStep, Status, Tone};

/// A step that must be done, and is.
const DONE: &str = "done";
/// One that nobody needs.
const OPTIONAL: &str = "optional";

fn status(code: &str) -> Status {
    let (label, tone) = match code {
        DONE => ("Done", Tone::Good),
        "trouble" => ("Needs you", Tone::Bad),
        OPTIONAL => ("Optional", Tone::Neutral),
        _ => ("Open", Tone::Moving),
    };
    Status { code: code.to_owned(), label: label.to_owned(), tone }
}

/// All steps, in their order.
pub async fn steps(engine: &Engine) -> Result<Vec<StartStep>> {
    let db = &engine.store.db;
    let twins = super::built_in_twins::since(engine).await?.is_some();
    let step = |key: &str, title: &str, code: &str, evidence: String, href: &str| StartStep {
        key: key.to_owned(),
        title: title.to_owned(),
        status: status(code),
        evidence,
        href: href.to_owned(),
    };
    let side = |page: &'static str, card: &'static str| if twins { card } else { page };
    let (d365, d365_seen) = connected(engine, System::D365).await?;
    let (fedex, fedex_seen) = connected(engine, System::Fedex).await?;
    let services = engine.rules().await?.services.len();
    let services_seen = match services {
        0 => "Say which delivery mode is which FedEx service; Dynamics 365's own carriers are suggested.".to_owned(),
        count => format!("{count} with a FedEx service."),
    };
    let orders: i64 = db.count_by_state().await?.iter().map(|(_, count)| count).sum();
    let pulled = db.cursor(LAST_PULL).await?.is_some();
    let orders_seen = match (pulled, orders) {
        (false, _) if services == 0 => "They come once a delivery mode has a FedEx service.".to_owned(),
        (false, _) => "They come by themselves once Dynamics 365 is connected.".to_owned(),
        (true, 0) => "Dynamics 365 was asked, and nothing is ready to ship yet.".to_owned(),
        (true, count) => format!("{count} shipments so far."),
    };
    let (label, label_seen) = labelled(db.first_label().await?);
    let (pushes, pushes_seen) = pushed(engine).await?;
    let mark = |is_done: bool| if is_done { DONE } else { "open" };
    Ok(vec![
        step("d365", "Connect Dynamics 365", d365, d365_seen, side("/start/d365", "/connections#d365")),
        step("fedex", "Connect FedEx", fedex, fedex_seen, side("/start/fedex", "/connections#fedex")),
        step("services", "Give delivery modes a FedEx service", mark(services > 0), services_seen, "/rules"),
        step("orders", "See the first orders", mark(pulled && orders > 0), orders_seen, "/orders"),
        step("label", "Ship the first order", label, label_seen, "/orders?state=before_label"),
        step("pushes", "Let FedEx push scans and proofs of delivery", pushes, pushes_seen, "/inbox"),
    ])
}

/// Everything that must be done is done.
pub fn are_done(steps: &[StartStep]) -> bool {
    steps.iter().all(|step| step.status.code == DONE || step.key == "pushes")
}

/// Whether an operator put the finished list away.
pub async fn are_put_away(engine: &Engine) -> Result<bool> {
    Ok(engine.store.db.cursor(FIRST_DAY_DONE).await?.is_some())
}

/// The steps as the home page shows them, until they are put away.
pub async fn checklist(engine: &Engine) -> Result<Vec<Counter>> {
    if are_put_away(engine).await? {
        return Ok(Vec::new());
    }
    let line = |step: StartStep| Counter { label: step.title, count: 1, href: step.href, tone: step.status.tone };
    Ok(steps(engine).await?.into_iter().map(line).collect())
}

/// How a side stands, by its last ping.
async fn connected(engine: &Engine, system: System) -> Result<(&'static str, String)> {
    let saved = match system {
        System::D365 => engine.d365().await.is_ok(),
        System::Fedex | System::Connector => engine.fedex().await.is_ok(),
    };
    if !saved {
        return Ok(("open", "Paste what you have; four values are enough.".to_owned()));
    }
    let last = engine.store.db.last_ping(system.name()).await?;
    let Some(ladder) = last.and_then(|(_, json)| serde_json::from_str::<Ladder>(&json).ok()) else {
        return Ok(("open", "Saved and not pinged yet.".to_owned()));
    };
    if ladder.passed {
        return Ok((DONE, evidence(&ladder)));
    }
    let broken = ladder.rungs.iter().find(|rung| rung.outcome == RungOutcome::Failed);
    let words =
        broken.and_then(|rung| rung.problem.as_ref().map(|problem| format!("{}: {}", rung.name, problem.message)));
    Ok(("trouble", words.unwrap_or_else(|| "The last ping did not pass.".to_owned())))
}

/// What a passed ladder has seen that counts.
fn evidence(ladder: &Ladder) -> String {
    let of = |name: &str| ladder.rungs.iter().find(|rung| rung.name == name).map(|rung| rung.evidence.as_str());
    if let Some(orders) = of("Read orders") {
        return format!("Orders ready to ship: {orders}.");
    }
    let is_allowed = |outcome| matches!(outcome, RungOutcome::Passed);
    let apis = ladder.rungs.iter().filter(|rung| rung.name.ends_with(" API"));
    let (allowed, refused): (Vec<_>, Vec<_>) = apis.partition(|rung| is_allowed(rung.outcome));
    let names = |rungs: Vec<&app::contract::Rung>| {
        rungs.iter().map(|rung| rung.name.trim_end_matches(" API")).collect::<Vec<_>>().join(", ")
    };
    let refused = if refused.is_empty() { String::new() } else { format!("; not allowed: {}", names(refused)) };
    format!("APIs allowed: {}{refused}.", names(allowed))
}

fn labelled(first: Option<FirstLabel>) -> (&'static str, String) {
    if let Some(label) = first {
        return (DONE, format!("Label {} for {}.", label.tracking_number, label.number));
    }
    let words = "Nothing is bought for a trial: FedEx validated one when you pinged it, an order's page has a \
                 dry run, and a legal entity in shadow (Rules) buys nothing.";
    ("open", words.to_owned())
}

async fn pushed(engine: &Engine) -> Result<(&'static str, String)> {
    let db = &engine.store.db;
    if db.cursor(LAST_PUSH).await?.is_some() {
        return Ok((DONE, "A signed push came and was stored.".to_owned()));
    }
    let tested = db.last_ping(super::inbox_way::WEBHOOK).await?;
    let tested = tested.and_then(|(_, json)| serde_json::from_str::<Ladder>(&json).ok());
    Ok(match tested {
        Some(ladder) if ladder.passed => (DONE, "A signed test came through the public address.".to_owned()),
        Some(_) => (OPTIONAL, "The last test did not come through; without pushes parcels are asked about.".to_owned()),
        None => (OPTIONAL, "Without pushes parcels are asked about, from every 15 minutes to once a day.".to_owned()),
    })
}
