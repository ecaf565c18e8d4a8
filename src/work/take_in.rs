//! Takes in an order as Dynamics 365 has it now: new ones become shipments, changed ones are dealt
//! out anew, and what changed after a label is noted for a person.
//!
//! Everything of one order happens in one transaction. A shipment with a call in flight is left
//! alone: its answer decides, and the next pull sees the change again.

use crate::audit::{Actor, Outcome};
use crate::d365::Unreadable;
use crate::engine::Engine;
use crate::order::cause::Cause;
use crate::order::consignee::Consignee;
use crate::order::group::{Group, deal, differences, group_of, groups};
use crate::order::state::State;
use crate::order::transition::{Event, apply, is_before_label};
use crate::order::{Address, Kind, Order, OrderId, OrderKey, Shipment, ShipmentId};
use crate::store::orders::OrderRecord;
use crate::store::shipments::{LeaseAfter, Save, Shown};
use crate::store::{Result, StoreError, Tx};
use crate::work::settle::{one_line, subject};
use std::collections::BTreeSet;

/// What became of an order in the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenIn {
    /// Not seen before.
    New,
    /// Seen before, and different now.
    Changed,
    /// Nothing to do.
    Known,
    /// A shipment of it was changed by somebody else at this moment: nothing was taken in.
    Busy,
}

/// What became of a page of orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageTakenIn {
    /// Not seen before.
    pub new: usize,
    /// Seen before, and different now.
    pub changed: usize,
}

/// New orders in one transaction: each costs a handful of rows, and SQLite one flush to the disk.
const NEW_AT_ONCE: usize = 25;

/// Takes in a page: one question tells which orders are as we know them, and they cost nothing more;
/// new ones are inserted in batches.
pub async fn take_in_page(engine: &Engine, host: &str, orders: &[Order]) -> Result<PageTakenIn> {
    let keys = orders.iter().map(|order| (order.company.as_str(), order.number.as_str()));
    let known = engine.store.db.fingerprints(host, keys).await?;
    let fingerprint = |order: &Order| known.get(&(order.company.clone(), order.number.clone()));
    let mut taken = PageTakenIn::default();
    let new: Vec<&Order> = orders.iter().filter(|order| fingerprint(order).is_none()).collect();
    for some in new.chunks(NEW_AT_ONCE) {
        let mut tx = engine.store.begin().await?;
        for order in some {
            let key = OrderKey { host: host.to_owned(), company: order.company.clone(), number: order.number.clone() };
            taken.new += usize::from(insert_in(engine, &mut tx, &key, order, None).await?);
        }
        tx.commit().await?;
    }
    for order in orders {
        if fingerprint(order).is_some_and(|known| *known != order.fingerprint())
            && take_in(engine, host, order).await? == TakenIn::Changed
        {
            taken.changed += 1;
        }
    }
    Ok(taken)
}

/// Takes in one order.
pub async fn take_in(engine: &Engine, host: &str, order: &Order) -> Result<TakenIn> {
    let key = OrderKey { host: host.to_owned(), company: order.company.clone(), number: order.number.clone() };
    match engine.store.db.order_by_key(&key).await? {
        None => {
            let new = insert(engine, &key, order, None).await?;
            Ok(if new { TakenIn::New } else { TakenIn::Known })
        }
        Some(record) => take_in_again(engine, &record, order).await,
    }
}

/// Takes in an order that is known.
pub async fn take_in_again(engine: &Engine, record: &OrderRecord, order: &Order) -> Result<TakenIn> {
    if record.fingerprint == order.fingerprint() {
        return Ok(TakenIn::Known);
    }
    match change(engine, &record.order_id, order).await {
        Ok(()) => Ok(TakenIn::Changed),
        // The next pull, or the next look, sees both.
        Err(StoreError::Conflict { .. }) => Ok(TakenIn::Busy),
        Err(error) => Err(error),
    }
}

/// Inserts an order with its shipments; `false` when it is already there.
async fn insert(engine: &Engine, key: &OrderKey, order: &Order, parked: Option<Cause>) -> Result<bool> {
    let mut tx = engine.store.begin().await?;
    let new = insert_in(engine, &mut tx, key, order, parked).await?;
    tx.commit().await?;
    Ok(new)
}

async fn insert_in(engine: &Engine, tx: &mut Tx, key: &OrderKey, order: &Order, parked: Option<Cause>) -> Result<bool> {
    let now = engine.clock.now_ms();
    let order_id = OrderId(engine.new_id());
    if !tx.insert_order(&order_id, key, order, now).await? {
        return Ok(false);
    }
    let mut dealt = groups(order, &BTreeSet::new());
    if dealt.is_empty() {
        dealt.push(group_of(order, &BTreeSet::new()));
    }
    let count = dealt.len();
    for (group_no, group) in (1..).zip(&dealt) {
        let mut shipment = Shipment::received(ShipmentId(engine.new_id()), order_id.clone(), group_no, now);
        if let Some(cause) = &parked {
            (shipment.state, shipment.resume, shipment.next_run_ms) = (State::Parked, Some(State::Received), None);
            shipment.cause = Some(cause.clone());
        }
        let mut summary = match &parked {
            Some(cause) => cause.words().sentence.to_owned(),
            None => format!("Order {} of {} seen in Dynamics 365.", key.number, key.company),
        };
        if count > 1 {
            summary = format!("{summary} Shipment {group_no} of {count}: {}.", place(group));
        }
        insert_shipment(engine, tx, &shipment, group, &summary, now).await?;
    }
    let state = if parked.is_some() { State::Parked } else { State::Received };
    tracing::info!(
        order.number = key.number,
        order.state = state.name(),
        "order {} of {} received",
        key.number,
        key.company
    );
    Ok(true)
}

/// Inserts a shipment with its lines and its audit entry.
pub async fn insert_shipment(
    engine: &Engine,
    tx: &mut Tx,
    shipment: &Shipment,
    group: &Group,
    summary: &str,
    now: i64,
) -> Result<()> {
    tx.insert_shipment(shipment, &shown(group, &one_line(&group.ship_to)), now).await?;
    tx.set_lots(&shipment.shipment_id, &shipment.order_id, &group.lots).await?;
    let action = format!("shipment.{}", shipment.state.name());
    let outcome = if shipment.cause.is_some() { Outcome::Refused } else { Outcome::Ok };
    let entry = engine.entry(&Actor::Engine, &action, subject(shipment), summary).outcome(outcome);
    engine.store.append(tx, &entry).await?;
    Ok(())
}

fn shown<'a>(group: &'a Group, ship_to: &'a str) -> Shown<'a> {
    Shown { ship_to, service: &group.delivery_mode, warehouse: &group.warehouse }
}

/// A checked address as lists show it.
pub fn destination(consignee: &Consignee) -> Address {
    Address {
        name: consignee.name.clone(),
        street: consignee.street.join("\n"),
        city: consignee.city.clone(),
        region: consignee.region.clone().unwrap_or_default(),
        postal_code: consignee.postal_code.clone().unwrap_or_default(),
        country: consignee.country.clone(),
    }
}

/// `warehouse 13, Dallas TX 75201, US, by FEDEX-GRD`.
fn place(group: &Group) -> String {
    let from = if group.warehouse.is_empty() { String::new() } else { format!("warehouse {}, ", group.warehouse) };
    format!("{from}{}, by {}", one_line(&group.ship_to), group.delivery_mode)
}

/// The order differs from what we know.
async fn change(engine: &Engine, order_id: &OrderId, order: &Order) -> Result<()> {
    let now = engine.clock.now_ms();
    let mut tx = engine.store.begin().await?;
    let mut lots = tx.live_lots(order_id).await?;
    let shipments = tx.shipments_of(order_id).await?;
    let last_no = shipments.iter().map(|shipment| shipment.group_no).max().unwrap_or(0);
    let outbound =
        shipments.into_iter().filter(|shipment| shipment.kind == Kind::Outbound && !shipment.state.frees_lines());
    let mut open = Vec::new();
    let mut taken = BTreeSet::new();
    for shipment in outbound {
        let held = lots.remove(&shipment.shipment_id).unwrap_or_default();
        if is_before_label(&shipment) && !tx.has_open_attempt(&shipment.shipment_id).await? {
            open.push((shipment, held));
            continue;
        }
        // A label from before shipments knew their lines was bought for the whole order.
        let whole = held.is_empty() && shipment.may_have_label();
        taken.extend(if whole { order.lines.iter().map(|line| line.lot.clone()).collect() } else { held });
        note_after_label(engine, &mut tx, &shipment, order, now).await?;
    }
    let held: Vec<BTreeSet<String>> = open.iter().map(|(_, held)| held.clone()).collect();
    let dealt = deal(order, &held, &taken);
    // Lines move between shipments: all hands let go before any takes hold.
    for (shipment, _) in &open {
        tx.set_lots(&shipment.shipment_id, order_id, &[]).await?;
    }
    for ((shipment, _), lots) in open.iter().zip(&dealt.open) {
        change_open(engine, &mut tx, shipment, order, lots.as_deref(), now).await?;
    }
    for (group_no, lots) in (last_no + 1..).zip(&dealt.new) {
        let group = group_of(order, &lots.iter().cloned().collect());
        let shipment = Shipment::received(ShipmentId(engine.new_id()), order_id.clone(), group_no, now);
        let summary = format!("The order changed in Dynamics 365: one more shipment, {}.", place(&group));
        insert_shipment(engine, &mut tx, &shipment, &group, &summary, now).await?;
    }
    tx.update_order(order_id, order, now).await?;
    tx.commit().await
}

/// Before the label a change is news for the plan.
async fn change_open(
    engine: &Engine,
    tx: &mut Tx,
    shipment: &Shipment,
    order: &Order,
    lots: Option<&[String]>,
    now: i64,
) -> Result<()> {
    let (event, summary) = match lots {
        Some(_) => (Event::OrderChanged, "The order changed in Dynamics 365; it is checked again."),
        None => (Event::OrderCancelled, "The order changed in Dynamics 365: nothing is left for this shipment."),
    };
    let Ok(after) = apply(shipment, event, now) else { return Ok(()) };
    let save = Save { now_ms: now, lease: LeaseAfter::Kept, environment: None };
    tx.save_shipment(shipment, &after, save).await?;
    if let Some(lots) = lots {
        let group = group_of(order, &lots.iter().cloned().collect());
        tx.set_lots(&shipment.shipment_id, &shipment.order_id, lots).await?;
        tx.set_shown(&shipment.shipment_id, &shown(&group, &one_line(&group.ship_to))).await?;
    }
    let action = if lots.is_some() { "shipment.order-changed" } else { "shipment.cancelled" };
    let entry = engine.entry(&Actor::Engine, action, subject(shipment), summary);
    engine.store.append(tx, &entry).await?;
    Ok(())
}

/// After the label a change is for a person: the label stands for the order as it was.
async fn note_after_label(engine: &Engine, tx: &mut Tx, shipment: &Shipment, order: &Order, now: i64) -> Result<()> {
    let Some(plan) = &shipment.plan else { return Ok(()) };
    if plan.basis.lines.is_empty() || !shipment.is_before_tender() {
        return Ok(());
    }
    let changes = differences(&plan.basis, order);
    let summary = match changes.first() {
        None => "What had changed in Dynamics 365 after the label is as it was again.".to_owned(),
        Some(first) => format!(
            "The order changed in Dynamics 365 after its label was bought: {} was {}, is {}.",
            first.what, first.was, first.now
        ),
    };
    let Ok(after) = apply(shipment, Event::ChangedAfterLabel(changes), now) else { return Ok(()) };
    tx.save_shipment(shipment, &after, Save { now_ms: now, lease: LeaseAfter::Kept, environment: None }).await?;
    let entry = engine.entry(&Actor::Engine, "shipment.changed-after-label", subject(shipment), summary);
    engine.store.append(tx, &entry.outcome(Outcome::Refused)).await?;
    Ok(())
}

/// A record without the shape of an order: visible, with the cause, and in nobody's way.
pub async fn park_unreadable(engine: &Engine, host: &str, record: &Unreadable) -> Result<bool> {
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
    insert(engine, &key, &order, Some(cause)).await
}
