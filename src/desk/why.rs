//! Why an order was not shipped: asks Dynamics 365 now, holds its answer against the rule and our own
//! ledger, and says the first thing that stands in the way.

use crate::audit::Actor;
use crate::d365::D365;
use crate::desk::{modes, order_view, present};
use crate::engine::Engine;
use crate::order::cause::{Cause, words};
use crate::order::mode::{Mode, permit};
use crate::order::ready::{Checked, Condition, Ready};
use crate::order::retry::Failure;
use crate::order::state::State;
use crate::order::{Kind, Order, OrderKey, Shipment};
use crate::store::Result;
use crate::store::look_at::LookAt;
use crate::store::orders::OrderRecord;
use crate::transport::Trace;
use crate::work::check::{self, noted};
use crate::work::look_at::asking;
use app::contract::{Why, WhyAnswer, WhyStep};

/// The conditions a person reads, in their order; those of the rule stand between them.
const LINES: &str = "Lines to ship";
/// See [`LINES`].
const HERE: &str = "Taken in here";
/// See [`LINES`].
const LABEL: &str = "Label";
/// See [`LINES`].
const MODE: &str = "Mode";

/// The answer.
pub async fn why(engine: &Engine, actor: &Actor, company: Option<&str>, number: &str) -> Result<Why> {
    let company = company.map(str::to_lowercase);
    let company = company.as_deref().map(str::trim);
    let answers = match ask(engine, actor, number).await? {
        Ok((d365, ready, page)) => {
            let mut found: Vec<&Order> = page.orders.iter().collect();
            found.sort_by_key(|order| (company != Some(order.company.as_str()), !ready.has_company(&order.company)));
            let mut answers = Vec::new();
            for order in found.iter().filter(|order| company.is_none_or(|company| company == order.company)) {
                answers.push(found_there(engine, &d365, &ready, order).await?);
            }
            for record in
                page.unreadable.iter().filter(|record| company.is_none() || record.company.as_deref() == company)
            {
                answers.push(unreadable(record.company.clone(), &record.detail));
            }
            if answers.is_empty() {
                let elsewhere: Vec<&str> = found.iter().map(|order| order.company.as_str()).collect();
                answers.push(not_there(engine, &d365, &ready, company, number, &elsewhere).await?);
            }
            answers
        }
        Err(failure) => vec![could_not_ask(engine, company, number, &failure).await?],
    };
    Ok(Why { number: number.to_owned(), answers, now: present::moment(engine.clock.now_ms()) })
}

type Asked = (std::sync::Arc<D365>, Ready, crate::d365::OrdersPage);

async fn ask(engine: &Engine, actor: &Actor, number: &str) -> Result<std::result::Result<Asked, Failure>> {
    let (d365, ready) = match asking(engine).await? {
        Ok(both) => both,
        Err(failure) => return Ok(Err(failure)),
    };
    let trace = Trace { actor: actor.clone(), ..Trace::engine() };
    Ok(noted(engine, d365.orders_of_number(&trace, number).await).map(|page| (d365, ready, page)))
}

/// What we know of an order ourselves.
struct Here {
    record: Option<OrderRecord>,
    shipments: Vec<Shipment>,
    waiting: Option<LookAt>,
}

async fn here(engine: &Engine, key: &OrderKey) -> Result<Here> {
    let db = &engine.store.db;
    let record = db.order_by_key(key).await?;
    let shipments = match &record {
        Some(record) => db.shipments_of(&record.order_id).await?,
        None => Vec::new(),
    };
    Ok(Here { record, shipments, waiting: db.look_at(key).await? })
}

/// Dynamics 365 has it.
async fn found_there(engine: &Engine, d365: &D365, ready: &Ready, order: &Order) -> Result<WhyAnswer> {
    let key = OrderKey { host: d365.host().to_owned(), company: order.company.clone(), number: order.number.clone() };
    let here = here(engine, &key).await?;
    let checked = ready.check(order);
    let mut chain = vec![step("In Dynamics 365", Some(true), format!("{} of {}", order.number, order.company))];
    chain.extend(checked.iter().map(|one| step(title(one.condition), Some(one.holds), one.evidence.clone())));
    let left = order.lines.iter().filter(|line| line.left_out().is_none()).count();
    chain.push(step(LINES, Some(left > 0), lines(order, left)));
    let mode = engine.rules().await?.mode(&order.company);
    chain.push(step(MODE, Some(mode != Mode::Shadow), modes::meaning(&order.company, mode)));
    chain.extend(ours(&here));
    let unmet = checked.into_iter().find(|one| !one.holds);
    let (sentence, next_step) = sentence(engine, order, &here, unmet.as_ref(), left, mode);
    Ok(WhyAnswer {
        company: Some(order.company.clone()),
        sentence,
        next_step,
        shipped: label(&here).is_some(),
        is_here: here.record.is_some(),
        may_import: here.record.is_none() && unmet.is_none(),
        chain,
    })
}

fn lines(order: &Order, left: usize) -> String {
    let reasons: Vec<String> =
        order.lines.iter().filter_map(|line| Some(format!("{}: {}", line.item, line.left_out()?))).collect();
    let left_out = if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join(", ")) };
    format!("{left} of {}{left_out}", order.lines.len())
}

/// Our own part of the chain.
fn ours(here: &Here) -> Vec<WhyStep> {
    let Some(record) = &here.record else {
        let evidence = match &here.waiting {
            Some(LookAt { cause_code: Some(code), .. }) => format!("it waits to be read: {}", words(code).sentence),
            Some(_) => "it waits to be read".to_owned(),
            None => "not yet".to_owned(),
        };
        return vec![step(HERE, Some(false), evidence), step(LABEL, None, String::new())];
    };
    let mut steps = vec![step(HERE, Some(true), crate::clock::text(record.seen_ms))];
    for shipment in here.shipments.iter().filter(|one| one.kind == Kind::Outbound) {
        let name =
            if here.shipments.len() > 1 { format!("Shipment {}", shipment.group_no) } else { "Shipment".to_owned() };
        let cause = shipment.cause.as_ref().map(|cause| format!(": {}", cause.words().sentence)).unwrap_or_default();
        let evidence = format!("{}{cause}", present::state(shipment.state).label);
        steps.push(step(&name, Some(!shipment.state.needs_attention()), evidence));
    }
    match label(here) {
        Some(label) => steps.push(step(LABEL, Some(true), label)),
        None => steps.push(step(LABEL, Some(false), "none yet".to_owned())),
    }
    steps
}

/// Tracking numbers of live labels.
fn label(here: &Here) -> Option<String> {
    let outbound = here.shipments.iter().filter(|one| one.kind == Kind::Outbound && !one.state.frees_lines());
    let numbers: Vec<&str> = outbound.filter_map(|one| one.tracking_number.as_deref()).collect();
    (!numbers.is_empty()).then(|| numbers.join(", "))
}

/// The first thing that stands in the way, and what to do about it.
fn sentence(
    engine: &Engine,
    order: &Order,
    here: &Here,
    unmet: Option<&Checked>,
    left: usize,
    mode: Mode,
) -> (String, String) {
    let name = format!("Order {} of {}", order.number, order.company);
    if let Some(numbers) = label(here) {
        return (format!("{name} was shipped, with {numbers}."), "Its page shows where the parcel is.".to_owned());
    }
    if let Some(shipment) = here.shipments.iter().find(|one| one.state.needs_attention()) {
        let words = shipment.cause.as_ref().map_or_else(|| words("order.stopped"), Cause::words);
        return (format!("{name} needs a person: {}", words.sentence), words.next_step.to_owned());
    }
    if let Some(unmet) = unmet {
        let sentence = format!("{name} is not shipped: {} ({}).", unmet.condition.sentence(), unmet.evidence);
        return (sentence, next_step(unmet.condition).to_owned());
    }
    if let Some(held) = held_back(here, &name, mode) {
        return held;
    }
    if here.record.is_some() {
        let headline = order_view::headline(&here.shipments);
        return (format!("{name} is here: {headline}"), "Its page shows every step.".to_owned());
    }
    if left == 0 {
        let next = "Check the lines in Dynamics 365.".to_owned();
        return (format!("{name} has no line to ship."), next);
    }
    if here.waiting.is_some() {
        let next = "Nothing; or import it, to see at once what becomes of it.".to_owned();
        return (format!("{name} is ready to ship and waits to be read."), next);
    }
    let pulled = engine.health().d365.and_then(|(_, cause)| cause);
    let reason = match pulled {
        Some(cause) => format!(": {}", cause.words().sentence),
        None => ", because the last pull came before it was ready.".to_owned(),
    };
    (
        format!("{name} is ready to ship and not taken in yet{reason}"),
        "Import it, or wait for the next pull.".to_owned(),
    )
}

/// It is prepared, and a person or the mode holds it back.
fn held_back(here: &Here, name: &str, mode: Mode) -> Option<(String, String)> {
    let held = here.shipments.iter().find(|one| one.state == State::Ready && permit(mode, one).is_err())?;
    let what = held.plan.as_ref().map(check::described).unwrap_or_default();
    Some(match mode {
        Mode::Shadow => (
            format!("{name} is not shipped: its legal entity is in shadow. It would ship: {what}."),
            "An administrator switches the legal entity on the Approve page.".to_owned(),
        ),
        Mode::Approve | Mode::Automatic => (
            format!("{name} is not shipped yet: it waits for approval. It would ship: {what}."),
            "Approve it on the Approve page, or decline it there with a reason.".to_owned(),
        ),
    })
}

/// Nobody may see such an order, or only in another legal entity.
async fn not_there(
    engine: &Engine,
    d365: &D365,
    ready: &Ready,
    company: Option<&str>,
    number: &str,
    elsewhere: &[&str],
) -> Result<WhyAnswer> {
    let known = known(engine, company, number).await?;
    let place = company.map_or_else(|| "any legal entity its user may see".to_owned(), str::to_owned);
    let evidence = match elsewhere {
        [] => format!("not in {place}"),
        others => format!("not in {place}, but in {}", others.join(", ")),
    };
    let mut chain = vec![step("In Dynamics 365", Some(false), evidence.clone())];
    let conditions = [Condition::Company, Condition::Status, Condition::Processing, Condition::Released];
    chain.extend(conditions.map(|condition| step(title(condition), None, String::new())));
    let (sentence, next_step) = match (&known, elsewhere) {
        (Some(record), _) => (
            format!("Dynamics 365 no longer has order {number} of {}.", record.key.company),
            "Its page shows what we knew of it.".to_owned(),
        ),
        (None, []) => (
            format!("Dynamics 365 has no order {number}: {evidence} ({}).", d365.host()),
            format!(
                "Check the number, and that the application's user may see its legal entity. Configured: {}.",
                ready.companies.join(", ")
            ),
        ),
        (None, others) => {
            (format!("Order {number} is not in {place}, but in {}.", others.join(", ")), "Ask for it there.".to_owned())
        }
    };
    Ok(WhyAnswer {
        company: known.as_ref().map(|record| record.key.company.clone()),
        sentence,
        next_step,
        is_here: known.is_some(),
        chain,
        ..WhyAnswer::default()
    })
}

/// Dynamics 365 did not answer, or refused.
async fn could_not_ask(engine: &Engine, company: Option<&str>, number: &str, failure: &Failure) -> Result<WhyAnswer> {
    let known = known(engine, company, number).await?;
    let words = failure.cause().words();
    let detail = failure.cause().detail.as_deref().map(|detail| format!(" ({detail})")).unwrap_or_default();
    let mut chain = vec![step("In Dynamics 365", None, format!("{}{detail}", words.sentence))];
    let mut sentence = format!("Dynamics 365 could not be asked about order {number}: {}", words.sentence);
    if let Some(record) = &known {
        let here = here(engine, &record.key).await?;
        chain.extend(ours(&here));
        sentence = format!("{sentence} Here: {}", order_view::headline(&here.shipments));
    }
    Ok(WhyAnswer {
        company: known.as_ref().map(|record| record.key.company.clone()),
        sentence,
        next_step: words.next_step.to_owned(),
        is_here: known.is_some(),
        chain,
        ..WhyAnswer::default()
    })
}

async fn known(engine: &Engine, company: Option<&str>, number: &str) -> Result<Option<OrderRecord>> {
    let records = engine.store.db.orders_by_number(number).await?;
    Ok(records.into_iter().find(|record| company.is_none_or(|company| company == record.key.company)))
}

fn unreadable(company: Option<String>, detail: &str) -> WhyAnswer {
    let words = words("order.unreadable");
    WhyAnswer {
        company,
        sentence: format!("{} ({detail})", words.sentence),
        next_step: words.next_step.to_owned(),
        chain: vec![step("In Dynamics 365", Some(true), detail.to_owned())],
        ..WhyAnswer::default()
    }
}

fn step(condition: &str, holds: Option<bool>, evidence: String) -> WhyStep {
    WhyStep { condition: condition.to_owned(), holds, evidence }
}

fn title(condition: Condition) -> &'static str {
    match condition {
        Condition::Company => "Legal entity",
        Condition::Status => "Order status",
        Condition::Processing => "Processing status",
        Condition::Released => "Not stopped",
        Condition::DeliveryMode => "Delivery mode",
    }
}

fn next_step(condition: Condition) -> &'static str {
    match condition {
        Condition::Company => "Add the legal entity on the Connections page, if its orders are ours to ship.",
        Condition::Status => "Nothing, if it is cancelled, delivered or invoiced; else open it in Dynamics 365.",
        Condition::Processing => {
            "Confirm the order in Dynamics 365, or accept its status on the Connections page if you ship at it."
        }
        Condition::Released => "Release the order in Dynamics 365.",
        Condition::DeliveryMode => {
            "Change the delivery mode of the order, or give this mode a service on the Rules page."
        }
    }
}
