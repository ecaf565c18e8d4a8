//! Reads orders one by one, because something hinted at them: a business event, the watermark, an
//! operator. What becomes of an order is decided from what Dynamics 365 says now, never from the
//! hint; the rule is the one of the page filter.

use crate::audit::{Actor, Outcome, Subject};
use crate::clock::{HOUR_MS, SECOND_MS};
use crate::d365::{D365, Unreadable};
use crate::engine::Engine;
use crate::lifecycle::Lifecycle;
use crate::order::cause::Cause;
use crate::order::ready::{Condition, Ready};
use crate::order::retry::{Decision, Failure, PARK_AFTER, decide};
use crate::order::{Order, OrderKey};
use crate::store::look_at::LookAt;
use crate::store::pauses::Flow;
use crate::store::{Result, Tx};
use crate::transport::Trace;
use crate::work::check::noted;
use crate::work::events::INVOICE_EVENT;
use crate::work::invoices;
use crate::work::take_in::{TakenIn, park_unreadable, take_in};
use futures::{StreamExt, stream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Longest sleep between two looks: orders queued by another process are found within this.
const IDLE: Duration = Duration::from_secs(1);
/// Orders claimed at a time.
const BATCH: i64 = 20;
/// Orders read at the same time; Dynamics 365 serves a few callers well and many badly.
const AT_ONCE: usize = 4;
/// How long a claimed order is ours: longer than its one call, which may take two minutes.
const CLAIM_MS: i64 = 5 * 60 * SECOND_MS;
/// A shipment of the order is being changed at this moment; it takes about as long.
const BUSY_MS: i64 = 2 * SECOND_MS;
/// A read that is refused for good is tried again all the same: a hint is never lost.
const REFUSED_MS: i64 = HOUR_MS;

/// What became of an order that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// It was new, and is taken in.
    New,
    /// It was known, and what changed is taken in.
    Changed,
    /// It was known, and is as it was.
    Known,
    /// It is not taken in: the condition that does not hold, and what was seen.
    NotReady(Condition, String),
    /// It is not read, because its legal entity is not configured.
    NotOurs,
    /// Dynamics 365 has no such order.
    NotFound,
    /// It has not the shape of an order, and is parked where it was new.
    Unreadable(String),
}

impl Looked {
    /// As a sentence about the order.
    pub fn sentence(&self) -> String {
        match self {
            Self::New => "It is taken in.".to_owned(),
            Self::Changed => "It was known; what changed is taken in.".to_owned(),
            Self::Known => "It is known already, and nothing changed.".to_owned(),
            Self::NotReady(condition, seen) => format!("It is not taken in: {} ({seen}).", condition.sentence()),
            Self::NotOurs => format!("It is not taken in: {}.", Condition::Company.sentence()),
            Self::NotFound => "Dynamics 365 has no such order.".to_owned(),
            Self::Unreadable(detail) => format!("Dynamics 365 answered a record that is no order: {detail}."),
        }
    }

    /// It is with us now, or was before.
    pub fn is_in(&self) -> bool {
        matches!(self, Self::New | Self::Changed | Self::Known)
    }
}

/// The rule of what is ready to ship, or why there is none yet.
async fn rule(engine: &Engine, d365: &D365) -> Result<std::result::Result<Ready, Failure>> {
    // Delivery modes that mean FedEx: the configured ones, else those that have a service.
    let mut modes = d365.credentials().orders.delivery_modes.clone();
    if modes.is_empty() {
        modes = engine.rules().await?.fedex_modes();
    }
    Ok(if modes.is_empty() {
        Err(Failure::NotAllowed(Cause::new("auth.not-configured")))
    } else {
        Ok(d365.ready(&modes))
    })
}

/// Whom to ask for orders, and the rule of which of them are ready, or why that is not known yet.
pub async fn asking(engine: &Engine) -> Result<std::result::Result<(Arc<D365>, Ready), Failure>> {
    let d365 = match engine.d365().await {
        Ok(d365) => d365,
        Err(failure) => return Ok(Err(failure)),
    };
    Ok(rule(engine, &d365).await?.map(|ready| (d365, ready)))
}

/// Decides about an order as it was just read. `None`: a shipment of it is being changed elsewhere.
pub async fn decide_on(engine: &Engine, d365: &D365, ready: &Ready, order: &Order) -> Result<Option<Looked>> {
    let key = OrderKey { host: d365.host().to_owned(), company: order.company.clone(), number: order.number.clone() };
    // A known order is taken in however it stands now: that it was stopped or cancelled is the news.
    if engine.store.db.order_by_key(&key).await?.is_none()
        && let Some(unmet) = ready.unmet(order)
    {
        return Ok(Some(Looked::NotReady(unmet.condition, unmet.evidence)));
    }
    Ok(match take_in(engine, d365.host(), order).await? {
        TakenIn::New => Some(Looked::New),
        TakenIn::Changed => Some(Looked::Changed),
        TakenIn::Known => Some(Looked::Known),
        TakenIn::Busy => None,
    })
}

/// Looks at what is due. Answers how many orders it looked at.
pub async fn tick(engine: &Engine) -> Result<usize> {
    if engine.store.db.is_paused(Flow::Pull).await? {
        return Ok(0);
    }
    let Ok(d365) = engine.d365().await else { return Ok(0) };
    let Ok(ready) = rule(engine, &d365).await? else { return Ok(0) };
    let now = engine.clock.now_ms();
    let mut tx = engine.store.begin().await?;
    let claimed = tx.claim_look_at(d365.host(), now, now + CLAIM_MS, BATCH).await?;
    tx.commit().await?;
    let count = claimed.len();
    let (d365, ready, halted) = (&d365, &ready, &Mutex::new(None));
    let results: Vec<Result<()>> = stream::iter(claimed)
        .map(|one| async move {
            let mut looked = look_unless(halted, engine, d365, ready, &one.key).await?;
            if one.why == INVOICE_EVENT
                && matches!(looked, Ok(Some(_)))
                && let Err(failure) = invoices::look(engine, &one.key.company, &one.key.number).await?
            {
                looked = Err(failure);
            }
            settle(engine, &one, looked).await
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    // What could not be stored is claimed, and due again when the claim ends.
    results.into_iter().collect::<Result<Vec<()>>>()?;
    Ok(count)
}

/// Looks, unless the look before was told to wait: asking on would only prolong that for all.
async fn look_unless(
    halted: &Mutex<Option<Failure>>,
    engine: &Engine,
    d365: &D365,
    ready: &Ready,
    key: &OrderKey,
) -> Result<std::result::Result<Option<Looked>, Failure>> {
    let before = halted.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some(failure) = before {
        return Ok(Err(failure));
    }
    let looked = look(engine, d365, ready, key).await?;
    if let Err(failure @ (Failure::Throttled { .. } | Failure::NotAllowed(_))) = &looked {
        *halted.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure.clone());
    }
    Ok(looked)
}

async fn look(
    engine: &Engine,
    d365: &D365,
    ready: &Ready,
    key: &OrderKey,
) -> Result<std::result::Result<Option<Looked>, Failure>> {
    if !ready.has_company(&key.company) {
        return Ok(Ok(Some(Looked::NotOurs)));
    }
    match noted(engine, d365.order(&Trace::engine(), &key.company, &key.number).await) {
        Ok(Some(order)) => decide_on(engine, d365, ready, &order).await.map(Ok),
        Ok(None) => Ok(Ok(Some(Looked::NotFound))),
        Err(Failure::Permanent(cause)) if cause.code == "order.unreadable" => {
            let detail = cause.detail.unwrap_or_default();
            let record = Unreadable {
                company: Some(key.company.clone()),
                number: Some(key.number.clone()),
                detail: detail.clone(),
            };
            park_unreadable(engine, d365.host(), &record).await?;
            Ok(Ok(Some(Looked::Unreadable(detail))))
        }
        Err(failure) => Ok(Err(failure)),
    }
}

/// Ends a look, or puts it off.
async fn settle(engine: &Engine, claimed: &LookAt, result: std::result::Result<Option<Looked>, Failure>) -> Result<()> {
    let now = engine.clock.now_ms();
    let mut tx = engine.store.begin().await?;
    match result {
        Ok(Some(looked)) => {
            if tx.end_look_at(claimed).await? && !looked.is_in() {
                tell(engine, &mut tx, &Actor::Engine, "order.not-taken-in", &claimed.key, &looked).await?;
            }
            if looked == Looked::New || looked == Looked::Changed {
                engine.wake_drive.notify_one();
            }
        }
        Ok(None) => tx.put_off_look_at(claimed, now + BUSY_MS, claimed.failures, "d365.write-conflict").await?,
        Err(failure) => {
            let (in_ms, counts) = match decide(&failure, claimed.failures.min(PARK_AFTER - 2), engine.jitter()) {
                Decision::Again { in_ms, counts } => (in_ms, counts),
                Decision::Park => (REFUSED_MS, true),
            };
            let failures = claimed.failures.saturating_add(u32::from(counts));
            tx.put_off_look_at(claimed, now + in_ms, failures, &failure.cause().code).await?;
        }
    }
    tx.commit().await
}

/// Puts into the trail what became of an order.
async fn tell(
    engine: &Engine,
    tx: &mut Tx,
    actor: &Actor,
    action: &str,
    key: &OrderKey,
    looked: &Looked,
) -> Result<()> {
    let summary = format!("Order {} of {}: {}", key.number, key.company, looked.sentence());
    let outcome = if looked.is_in() { Outcome::Ok } else { Outcome::Refused };
    let entry = engine.entry(actor, action, Subject::default(), summary).outcome(outcome);
    engine.store.append(tx, &entry).await.map(drop)
}

/// What became of an order a person asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Its legal entity, where it was found.
    pub company: Option<String>,
    /// What became of it, or why it could not be asked for. With a legal entity it then waits in the
    /// queue.
    pub looked: std::result::Result<Looked, Failure>,
}

/// Imports one order now, for a person. What cannot be asked now waits in the queue, if its legal
/// entity is known.
pub async fn import(engine: &Engine, actor: &Actor, company: Option<&str>, number: &str) -> Result<Imported> {
    let company = company.map(str::to_lowercase);
    let failed = |company, failure| Imported { company, looked: Err(failure) };
    let (d365, ready) = match asking(engine).await? {
        Ok(both) => both,
        Err(failure) => return Ok(failed(None, failure)),
    };
    let trace = Trace { actor: actor.clone(), ..Trace::engine() };
    let found = match noted(engine, d365.orders_of_number(&trace, number).await) {
        Ok(found) => found,
        Err(failure) => {
            let only = (ready.companies.len() == 1).then(|| ready.companies[0].clone());
            let company = company.or(only);
            if let Some(company) = &company {
                let key =
                    OrderKey { host: d365.host().to_owned(), company: company.clone(), number: number.to_owned() };
                queue(engine, actor, &key).await?;
            }
            return Ok(failed(company, failure));
        }
    };
    let wanted = |of: &str| company.as_deref().is_none_or(|company| company == of);
    let ours = |of: &str| wanted(of) && ready.has_company(of);
    let unreadable: Vec<&Unreadable> =
        found.unreadable.iter().filter(|record| record.company.as_deref().is_some_and(ours)).collect();
    for record in &unreadable {
        park_unreadable(engine, d365.host(), record).await?;
    }
    let mut orders: Vec<&Order> = found.orders.iter().filter(|order| wanted(&order.company)).collect();
    orders.sort_by_key(|order| !ready.has_company(&order.company));
    let (company, looked) = match (orders.first(), unreadable.first()) {
        (Some(order), _) => (order.company.clone(), decide_on(engine, &d365, &ready, order).await?),
        (None, Some(record)) => {
            (record.company.clone().unwrap_or_default(), Some(Looked::Unreadable(record.detail.clone())))
        }
        (None, None) => (company.unwrap_or_else(|| "any legal entity".to_owned()), Some(Looked::NotFound)),
    };
    let is_there = !orders.is_empty();
    let key = OrderKey { host: d365.host().to_owned(), company, number: number.to_owned() };
    let Some(looked) = looked else {
        queue(engine, actor, &key).await?;
        return Ok(failed(Some(key.company), Failure::Transient(Cause::new("d365.write-conflict"))));
    };
    let mut tx = engine.store.begin().await?;
    tell(engine, &mut tx, actor, "desk.import", &key, &looked).await?;
    tx.commit().await?;
    engine.wake_drive.notify_one();
    let company = is_there.then_some(key.company);
    Ok(Imported { company, looked: Ok(looked) })
}

/// Queues an order that could not be asked for, for a person.
async fn queue(engine: &Engine, actor: &Actor, key: &OrderKey) -> Result<()> {
    let summary = format!("Order {} of {} waits to be read.", key.number, key.company);
    let mut tx = engine.store.begin().await?;
    tx.ask_to_look_at(key, actor.name(), engine.clock.now_ms()).await?;
    let entry = engine.entry(actor, "desk.import", Subject::default(), summary).outcome(Outcome::Unknown);
    engine.store.append(&mut tx, &entry).await?;
    tx.commit().await
}

/// Looks at orders until the program stops.
pub async fn run(engine: &Engine, lifecycle: &Lifecycle) {
    while !lifecycle.is_stopping() {
        match tick(engine).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => super::failed("look-at", &error),
        }
        tokio::select! {
            () = engine.wake_look_at.notified() => {}
            () = tokio::time::sleep(IDLE) => {}
            () = lifecycle.stopping() => {}
        }
    }
}
