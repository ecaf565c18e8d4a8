//! Asks Dynamics 365 for orders that are ready to ship, and takes in what is new or changed.
//!
//! The whole open set is scanned each time: the header set has no modified date, and the set is
//! small, because orders leave it when they are delivered. Our own ledger decides what was seen,
//! never the filter: an order can be confirmed again after it was shipped.

use crate::audit::{Actor, Outcome, Subject};
use crate::d365::Unreadable;
use crate::engine::Engine;
use crate::lifecycle::Lifecycle;
use crate::order::cause::Cause;
use crate::order::plan::Correction;
use crate::order::retry::{Decision, Failure, decide};
use crate::order::state::State;
use crate::order::transition::{Event, apply};
use crate::order::{Order, OrderId, OrderKey, Shipment, ShipmentId};
use crate::store::cursors::LAST_PULL;
use crate::store::shipments::{LeaseAfter, Save};
use crate::store::{Result, StoreError, Tx};
use crate::transport::{Trace, chain};
use crate::work::settle::one_line;
use std::time::Duration;

/// Pages of one pull. At 200 orders a page this is more than any warehouse has open; a server that
/// pages in a circle ends here.
const PAGES: usize = 1_000;

/// What one pull found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pulled {
    /// Orders in the answer.
    pub seen: usize,
    /// Orders that are new.
    pub new: usize,
    /// Orders that changed before their label.
    pub changed: usize,
    /// Records that could not be read.
    pub unreadable: usize,
}

/// One pull.
pub async fn tick(engine: &Engine, trace: &Trace) -> Result<std::result::Result<Pulled, Failure>> {
    let result = pull(engine, trace).await?;
    let cause = result.as_ref().err().map(|failure| failure.cause().clone());
    match (&result, &cause) {
        (Ok(pulled), _) => {
            let now = engine.clock.now_ms();
            engine.store.db.set_cursor(LAST_PULL, now, now).await?;
            if pulled.new + pulled.changed > 0 {
                engine.wake_drive.notify_one();
            }
            tracing::debug!(?pulled, "pulled orders");
        }
        (Err(_), Some(cause)) if cause.code == "auth.not-configured" => {}
        (Err(_), cause) => {
            let code = cause.as_ref().map(|cause| cause.code.as_str());
            tracing::warn!(remote.system = "d365", problem.code = code, "orders could not be pulled; trying again");
        }
    }
    engine.note_d365(cause);
    Ok(result)
}

async fn pull(engine: &Engine, trace: &Trace) -> Result<std::result::Result<Pulled, Failure>> {
    let d365 = match engine.d365().await {
        Ok(d365) => d365,
        Err(failure) => return Ok(Err(failure)),
    };
    // Delivery modes that mean FedEx: the configured ones, else those that have a service.
    let mut modes = d365.credentials().orders.delivery_modes.clone();
    if modes.is_empty() {
        match engine.fedex().await {
            Ok(fedex) => modes = fedex.credentials().services.keys().cloned().collect(),
            Err(failure) => return Ok(Err(failure)),
        }
    }
    let mut pulled = Pulled::default();
    let mut next = None;
    for _ in 0..PAGES {
        let page = match d365.ready_orders(trace, &modes, next).await {
            Ok(page) => page,
            Err(failure) => return Ok(Err(failure)),
        };
        pulled.seen += page.orders.len();
        for order in &page.orders {
            match take_in(engine, d365.host(), order).await? {
                TakenIn::New => pulled.new += 1,
                TakenIn::Changed => pulled.changed += 1,
                TakenIn::Known => {}
            }
        }
        for record in &page.unreadable {
            pulled.unreadable += 1;
            pulled.new += usize::from(park_unreadable(engine, d365.host(), record).await?);
        }
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    Ok(Ok(pulled))
}

/// What became of an order in the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenIn {
    /// Not seen before.
    New,
    /// Seen before, and different now, before its label.
    Changed,
    /// Nothing to do.
    Known,
}

/// Takes in one order: inserts it once, or notes a change while that still matters.
pub async fn take_in(engine: &Engine, host: &str, order: &Order) -> Result<TakenIn> {
    let key = OrderKey { host: host.to_owned(), company: order.company.clone(), number: order.number.clone() };
    match engine.store.db.order_by_key(&key).await? {
        None => {
            let new = insert(engine, &key, order, State::Received, None).await?;
            Ok(if new { TakenIn::New } else { TakenIn::Known })
        }
        Some(record) if record.fingerprint == order.fingerprint() => Ok(TakenIn::Known),
        Some(record) => change(engine, &record.order_id, order).await,
    }
}

/// Inserts an order with its first shipment and the audit entry; `false` when it is already there.
async fn insert(engine: &Engine, key: &OrderKey, order: &Order, state: State, cause: Option<Cause>) -> Result<bool> {
    let now = engine.clock.now_ms();
    let order_id = OrderId(engine.new_id());
    let shipment = first_shipment(engine, &order_id, state, cause, now);
    let mut tx = engine.store.begin().await?;
    if !tx.insert_order(&order_id, key, order, now).await? {
        return Ok(false);
    }
    tx.insert_shipment(&shipment, &one_line(&order.ship_to), &order.delivery_mode, now).await?;
    let subject =
        Subject { order_id: Some(order_id), shipment_id: Some(shipment.shipment_id.clone()), attempt_id: None };
    let action = format!("shipment.{}", state.name());
    let summary = match &shipment.cause {
        Some(cause) => cause.words().sentence.to_owned(),
        None => format!("Order {} of {} seen in Dynamics 365.", key.number, key.company),
    };
    let outcome = if shipment.cause.is_some() { Outcome::Refused } else { Outcome::Ok };
    let entry = engine.entry(&Actor::Engine, &action, subject, summary).outcome(outcome);
    engine.store.append(&mut tx, &entry).await?;
    tx.commit().await?;
    tracing::info!(
        order.number = key.number,
        order.state = state.name(),
        "order {} of {} received",
        key.number,
        key.company
    );
    Ok(true)
}

fn first_shipment(engine: &Engine, order_id: &OrderId, state: State, cause: Option<Cause>, now: i64) -> Shipment {
    let is_parked = state == State::Parked;
    Shipment {
        shipment_id: ShipmentId(engine.new_id()),
        order_id: order_id.clone(),
        state,
        version: 1,
        resume: is_parked.then_some(State::Received),
        cause,
        failures: 0,
        next_run_ms: (!is_parked).then_some(now),
        plan: None,
        correction: Correction::default(),
        reference: None,
        tracking_number: None,
        milestone: None,
        delivered_ms: None,
        charge: None,
        reprint_needed: false,
        labelled_ms: None,
        absent_since_ms: None,
        absences: 0,
    }
}

/// The order differs from what we know. Before the label that is news for the plan; after it, the
/// label stands for the order as it was, so the old picture is kept.
async fn change(engine: &Engine, order_id: &OrderId, order: &Order) -> Result<TakenIn> {
    let now = engine.clock.now_ms();
    let mut tx = engine.store.begin().await?;
    let mut any = false;
    for shipment in tx.shipments_of(order_id).await? {
        any |= change_shipment(engine, &mut tx, &shipment, order, now).await?;
    }
    if !any {
        return Ok(TakenIn::Known);
    }
    tx.update_order(order_id, order, now).await?;
    tx.commit().await?;
    Ok(TakenIn::Changed)
}

async fn change_shipment(engine: &Engine, tx: &mut Tx, shipment: &Shipment, order: &Order, now: i64) -> Result<bool> {
    let Ok(after) = apply(shipment, Event::OrderChanged, now) else { return Ok(false) };
    let save = Save { now_ms: now, lease: LeaseAfter::Kept, environment: None };
    match tx.save_shipment(shipment, &after, save).await {
        Ok(()) => {}
        // Being stepped at this moment: the step reads fresh data, or the next pull sees it.
        Err(StoreError::Conflict { .. }) => return Ok(false),
        Err(error) => return Err(error),
    }
    tx.set_ship_to(&shipment.shipment_id, &one_line(&order.ship_to)).await?;
    let subject = crate::work::settle::subject(shipment);
    let entry = engine.entry(
        &Actor::Engine,
        "shipment.order-changed",
        subject,
        "The order changed in Dynamics 365; it is checked again.",
    );
    engine.store.append(tx, &entry).await?;
    Ok(true)
}

/// A record without the shape of an order: visible, with the cause, and in nobody's way.
async fn park_unreadable(engine: &Engine, host: &str, record: &Unreadable) -> Result<bool> {
    let (Some(company), Some(number)) = (&record.company, &record.number) else {
        tracing::warn!(remote.system = "d365", "a record without company or number was skipped");
        return Ok(false);
    };
    let key = OrderKey { host: host.to_owned(), company: company.clone(), number: number.clone() };
    if engine.store.db.order_by_key(&key).await?.is_some() {
        return Ok(false);
    }
    let order = Order { company: company.clone(), number: number.clone(), ..Order::default() };
    let cause = Cause::new("order.unreadable").detail(record.detail.clone());
    insert(engine, &key, &order, State::Parked, Some(cause)).await
}

/// Pulls until the program stops: at the interval, when somebody asks, later after failures.
pub async fn run(engine: &Engine, lifecycle: &Lifecycle) {
    let interval = Duration::from_secs(engine.config.poll_interval_s);
    let mut failures = 0;
    while !lifecycle.is_stopping() {
        let wait = match tick(engine, &Trace::engine()).await {
            Ok(Ok(_)) => {
                failures = 0;
                interval
            }
            Ok(Err(failure)) => {
                let wait = match decide(&failure, failures, engine.jitter()) {
                    Decision::Again { in_ms, .. } => Duration::from_millis(u64::try_from(in_ms).unwrap_or(0)),
                    Decision::Park => interval,
                };
                failures = (failures + 1).min(crate::order::retry::PARK_AFTER - 2);
                wait.max(interval)
            }
            Err(error) => {
                tracing::error!(error = %chain(&error), "orders could not be stored; trying again");
                interval
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = engine.wake_poll.notified() => {}
            () = lifecycle.stopping() => {}
        }
    }
}
