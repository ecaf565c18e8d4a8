//! Telling Dynamics 365: the tracking number onto the order, the delivery, and back off it.
//!
//! An order may have several shipments and its fields hold one value, so what is written is of the whole
//! order, and it is read again after the write: a label bought meanwhile must not be lost.

use crate::clock::MINUTE_MS;
use crate::d365::{Value, Written};
use crate::engine::Engine;
use crate::order::state::State;
use crate::order::transition::Event;
use crate::order::{Charge, Kind, Shipment};
use crate::store::Result;
use crate::store::attempts::{AttemptOutcome, Step};
use crate::work::check::noted;
use crate::work::settle::{With, begin, settle};
use crate::work::step::{ended, fail};
use std::collections::BTreeMap;

/// How long to wait for a packing slip before looking again: a poll's beat.
const PACKING_SLIP_WAIT_MS: i64 = 2 * MINUTE_MS;
/// How often what is written is put together anew because another label of the order came meanwhile.
const REWRITES: usize = 5;

type Values = BTreeMap<&'static str, Value>;

/// Labelled: the tracking number and the rated charge onto the order.
pub async fn announce(engine: &Engine, shipment: &Shipment) -> Result<()> {
    if shipment.kind == Kind::Return {
        let sentence = "A return label is not written to the order.";
        settle(engine, shipment, Event::Announced, ended(None, AttemptOutcome::Ok, sentence), With::default()).await?;
        return Ok(());
    }
    write(engine, shipment, Step::Announce, Event::Announced, announcement).await
}

/// Delivered: status and time of the delivery onto the order, once all of it is delivered.
pub async fn confirm_delivery(engine: &Engine, shipment: &Shipment) -> Result<()> {
    let live = live(engine, shipment).await?;
    let done = live.iter().all(|one| matches!(one.state, State::Delivered | State::Closed));
    if shipment.kind == Kind::Return || !done {
        let sentence = if done {
            "A returned parcel is not written to the order."
        } else {
            "Delivered; the order says so when its other shipments are delivered too."
        };
        let ending = ended(None, AttemptOutcome::Ok, sentence);
        settle(engine, shipment, Event::DeliveryConfirmed, ending, With::default()).await?;
        return Ok(());
    }
    write(engine, shipment, Step::ConfirmDelivery, Event::DeliveryConfirmed, delivery).await
}

/// Voided: the tracking number off the order.
pub async fn withdraw(engine: &Engine, shipment: &Shipment) -> Result<()> {
    write(engine, shipment, Step::Withdraw, Event::Withdrawn, announcement).await
}

/// The shipments of the order that go or went out.
async fn live(engine: &Engine, shipment: &Shipment) -> Result<Vec<Shipment>> {
    let all = engine.store.db.shipments_of(&shipment.order_id).await?;
    Ok(all.into_iter().filter(|one| one.kind == Kind::Outbound && !one.state.frees_lines()).collect())
}

fn announcement(shipment: &Shipment, live: &[Shipment]) -> Values {
    let all: Vec<String> = live.iter().filter_map(|one| one.tracking_number.clone()).collect();
    let state = if all.is_empty() { State::Voided } else { State::Labelled };
    let own = shipment.tracking_number.clone().filter(|own| all.contains(own));
    let mut values = Values::from([
        ("tracking_number", Value::Numbers { own, all }),
        ("status", Value::Text(state.name().to_owned())),
    ]);
    if let Some(charge) = total(live) {
        values.insert("charge_amount", Value::Money(charge.amount));
        values.insert("charge_currency", Value::Text(charge.currency));
    }
    values
}

fn delivery(_: &Shipment, live: &[Shipment]) -> Values {
    let mut values = Values::from([("status", Value::Text(State::Delivered.name().to_owned()))]);
    if let Some(delivered_ms) = live.iter().filter_map(|one| one.delivered_ms).max() {
        values.insert("delivered_at", Value::Moment(delivered_ms));
    }
    values
}

/// What FedEx rated for the whole order, if it is of one currency.
fn total(live: &[Shipment]) -> Option<Charge> {
    let charges: Vec<&Charge> = live.iter().filter_map(|one| one.charge.as_ref()).collect();
    let first = *charges.first()?;
    let amount = charges.iter().map(|charge| charge.amount).sum();
    charges.iter().all(|charge| charge.currency == first.currency).then(|| Charge { amount, ..first.clone() })
}

async fn write(
    engine: &Engine,
    shipment: &Shipment,
    step: Step,
    done: Event,
    values: fn(&Shipment, &[Shipment]) -> Values,
) -> Result<()> {
    let d365 = match engine.d365().await {
        Ok(d365) => d365,
        Err(failure) => return fail(engine, shipment, None, failure, With::default()).await,
    };
    let key = engine.store.db.order(&shipment.order_id).await?.key;
    let begun = begin(engine, shipment, step, None).await?;
    let mut wanted = values(shipment, &live(engine, shipment).await?);
    let mut written = noted(engine, d365.write(&begun.trace, &key.company, &key.number, &wanted).await);
    for _ in 0..REWRITES {
        let now = values(shipment, &live(engine, shipment).await?);
        if now == wanted || written.is_err() {
            break;
        }
        wanted = now;
        written = noted(engine, d365.write(&begun.trace, &key.company, &key.number, &wanted).await);
    }
    match written {
        Ok(Written::Done { changed, proof }) => {
            let shown: Vec<String> = proof.iter().map(|(property, value)| format!("{property} = {value}")).collect();
            let sentence = match (changed, shown.is_empty()) {
                (_, true) => "No field is configured for this; nothing to write.".to_owned(),
                (true, false) => format!("Written and read back: {}.", shown.join(", ")),
                (false, false) => format!("Already there: {}.", shown.join(", ")),
            };
            let ending = ended(Some(&begun), AttemptOutcome::Ok, &sentence);
            settle(engine, &begun.shipment, done, ending, With::default()).await?;
            engine.wake_drive.notify_one();
        }
        Ok(Written::Waiting(cause)) => {
            let sentence = cause.words().sentence;
            let event = Event::Waiting { cause, for_ms: PACKING_SLIP_WAIT_MS };
            let ending = ended(Some(&begun), AttemptOutcome::Waiting, sentence);
            settle(engine, &begun.shipment, event, ending, With::default()).await?;
        }
        Err(failure) => return fail(engine, &begun.shipment, Some(&begun), failure, With::default()).await,
    }
    Ok(())
}
