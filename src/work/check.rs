//! Received: read what is needed, plan, or park with the cause.

use crate::clock::{HOUR_MS, MINUTE_MS, SECOND_MS};
use crate::engine::Engine;
use crate::order::Shipment;
use crate::order::backtest::Inputs;
use crate::order::cause::Cause;
use crate::order::group::{Basis, Group, group_of};
use crate::order::plan::{CANCELLED, INVOICE_AWAITED, OTHER_CARRIER, Plan, SERVICES_ONLY};
use crate::order::retry::Failure;
use crate::order::rules::{InvoiceSource, Rules};
use crate::order::transition::Event;
use crate::store::Result;
use crate::store::attempts::AttemptOutcome;
use crate::store::orders::OrderRecord;
use crate::transport::Trace;
use crate::work::settle::{With, settle, subject};
use crate::work::step::{ended, fail};
use crate::work::take_in::{TakenIn, take_in_again};

/// An order read longer ago than this is read again before it is planned: it may have been held,
/// changed or cancelled meanwhile.
const PLAN_FRESH_MS: i64 = MINUTE_MS;
/// The same before its label is bought. Checking and buying follow each other within a second or
/// two; only what had to wait in between is read a second time.
const BUY_FRESH_MS: i64 = 15 * SECOND_MS;
/// How long to wait for an invoice before looking again: people post invoices in batches.
const INVOICE_WAIT_MS: i64 = 10 * MINUTE_MS;

/// Does the step.
pub async fn check(engine: &Engine, shipment: &Shipment) -> Result<()> {
    let trace = Trace { subject: subject(shipment), ..Trace::engine() };
    let Known { record, read: order_read } = match reread(engine, shipment, PLAN_FRESH_MS, &trace).await? {
        Ok(Some(known)) => known,
        Ok(None) => return Ok(()),
        Err(failure) => return fail(engine, shipment, None, failure, With::default()).await,
    };
    let read = match read(engine, &record, shipment, &trace).await? {
        Ok(read) => read,
        Err(failure) => return fail(engine, shipment, None, failure, With::default()).await,
    };
    let with = With {
        order_read,
        invoice: Some(read.inputs.facts.invoice_number.as_deref()),
        correction_used: read.remembered.as_deref(),
        inputs: Some(&read.inputs),
        ..With::default()
    };
    match read.plan() {
        Ok(plan) => {
            let sentence = format!("Checked: {}.", described(&plan));
            let event = Event::Planned(Box::new(plan));
            settle(engine, shipment, event, ended(None, AttemptOutcome::Ok, &sentence), with).await?;
            engine.wake_drive.notify_one();
            Ok(())
        }
        Err(cause) => stop(engine, shipment, cause, with).await,
    }
}

/// No plan: the shipment ends, waits, or needs a person.
async fn stop(engine: &Engine, shipment: &Shipment, cause: Cause, with: With<'_>) -> Result<()> {
    let detail = cause.detail.clone().unwrap_or_default();
    let (event, sentence) = match cause.code.as_str() {
        CANCELLED => {
            (Event::OrderCancelled, "The order was cancelled in Dynamics 365 before a label was bought.".to_owned())
        }
        OTHER_CARRIER => (Event::NotOurs, format!("Delivery mode {detail} belongs to another carrier.")),
        SERVICES_ONLY => (Event::NotOurs, "Nothing but services: there is no parcel to send.".to_owned()),
        INVOICE_AWAITED => {
            let sentence = cause.words().sentence.to_owned();
            (Event::Waiting { cause, for_ms: INVOICE_WAIT_MS }, sentence)
        }
        _ => return fail(engine, shipment, None, Failure::Permanent(cause), with).await,
    };
    settle(engine, shipment, event, ended(None, AttemptOutcome::Ok, &sentence), with).await?;
    Ok(())
}

/// An order that is as we know it.
pub struct Known {
    /// The order.
    pub record: OrderRecord,
    /// It was read from Dynamics 365 just now.
    pub read: bool,
}

/// Reads the order of a shipment again when what we know is older than `fresh_ms`. `None`: it changed
/// and was taken in, so the shipment is due anew.
async fn reread(
    engine: &Engine,
    shipment: &Shipment,
    fresh_ms: i64,
    trace: &Trace,
) -> Result<std::result::Result<Option<Known>, Failure>> {
    let record = engine.store.db.order(&shipment.order_id).await?;
    if engine.clock.now_ms() - record.read_ms <= fresh_ms {
        return Ok(Ok(Some(Known { record, read: false })));
    }
    let d365 = match engine.d365().await {
        Ok(d365) => d365,
        Err(failure) => return Ok(Err(failure)),
    };
    let order = match noted(engine, d365.order(trace, &record.key.company, &record.key.number).await) {
        Ok(Some(order)) => order,
        Ok(None) => return Ok(Err(Failure::Permanent(Cause::new("order.not-found")))),
        Err(failure) => return Ok(Err(failure)),
    };
    if record.fingerprint == order.fingerprint() {
        return Ok(Ok(Some(Known { record, read: true })));
    }
    if take_in_again(engine, &record, &order).await? == TakenIn::Busy {
        // Somebody else changed a shipment of it at this moment: it comes around again.
        tracing::debug!(shipment.id = %shipment.shipment_id, "the order is being changed elsewhere");
    }
    let mut tx = engine.store.begin().await?;
    tx.release_lease(&shipment.shipment_id, &engine.node).await?;
    tx.commit().await?;
    Ok(Ok(None))
}

/// Just before the label is bought: `false` when the order is no longer what was planned.
pub async fn still_stands(
    engine: &Engine,
    shipment: &Shipment,
    plan: &Plan,
    trace: &Trace,
) -> Result<std::result::Result<bool, Failure>> {
    let Known { record, read } = match reread(engine, shipment, BUY_FRESH_MS, trace).await? {
        Ok(Some(known)) => known,
        Ok(None) => return Ok(Ok(false)),
        Err(failure) => return Ok(Err(failure)),
    };
    // Whatever way a change came in: what is bought is what the order says now.
    let group = group(engine, &record, shipment).await?;
    if !plan.basis.lines.is_empty() && Basis::of(&record.order, &group) != plan.basis {
        let ending = ended(None, AttemptOutcome::Ok, "The order changed since it was planned; it is checked again.");
        settle(engine, shipment, Event::OrderChanged, ending, With::default()).await?;
        return Ok(Ok(false));
    }
    if read {
        let mut tx = engine.store.begin().await?;
        tx.note_order_read(&shipment.order_id, engine.clock.now_ms()).await?;
        tx.commit().await?;
    }
    Ok(Ok(true))
}

/// The lines of a shipment as the order has them now.
async fn group(engine: &Engine, record: &OrderRecord, shipment: &Shipment) -> Result<Group> {
    let lots = engine.store.db.lots_of(&shipment.order_id).await?;
    Ok(match lots.get(&shipment.shipment_id) {
        Some(lots) => group_of(&record.order, lots),
        // From before shipments knew their lines: such a shipment is the whole order.
        None => group_of(&record.order, &record.order.lines.iter().map(|line| line.lot.clone()).collect()),
    })
}

/// Everything a plan is made of.
pub struct Read {
    /// The order and what is known around it.
    pub inputs: Inputs,
    /// What an operator set.
    pub rules: Rules,
    /// The remembered correction that is in use.
    pub remembered: Option<String>,
}

impl Read {
    /// The plan, or why there is none.
    pub fn plan(&self) -> std::result::Result<Plan, Cause> {
        self.inputs.plan(&self.rules)
    }
}

/// Reads what a plan of this shipment is made of.
pub async fn read(
    engine: &Engine,
    record: &OrderRecord,
    shipment: &Shipment,
    trace: &Trace,
) -> Result<std::result::Result<Read, Failure>> {
    let d365 = match (engine.d365().await, engine.fedex().await) {
        (Ok(d365), Ok(_)) => d365,
        (Err(failure), _) | (_, Err(failure)) => return Ok(Err(failure)),
    };
    let group = group(engine, record, shipment).await?;
    let mut facts = match noted(engine, d365.facts(trace, &record.order, &group).await) {
        Ok(facts) => facts,
        Err(failure) => return Ok(Err(failure)),
    };
    let rules = engine.rules().await?;
    if rules.invoice.source == InvoiceSource::Confirmation {
        facts.confirmation_number = match noted(engine, d365.confirmation(trace, &record.order).await) {
            Ok(number) => number,
            Err(failure) => return Ok(Err(failure)),
        };
    }
    facts.waited_hours = u32::try_from((engine.clock.now_ms() - record.seen_ms) / HOUR_MS).unwrap_or(0);
    let remembered =
        engine.store.db.remembered(&record.key.company, &record.order.customer_account, &group.ship_to).await?;
    let correction = match &remembered {
        Some(remembered) => shipment.correction.over(&remembered.correction),
        None => shipment.correction.clone(),
    };
    // The shipment it was made on does not count as a use.
    let remembered = remembered.filter(|one| shipment.correction.of_address() != one.correction);
    let remembered = remembered.map(|remembered| remembered.correction_id);
    let inputs = Inputs { order: record.order.clone(), group, facts, correction };
    Ok(Ok(Read { inputs, rules, remembered }))
}

/// Notes how a call to Dynamics 365 went.
pub fn noted<T>(engine: &Engine, result: std::result::Result<T, Failure>) -> std::result::Result<T, Failure> {
    engine.note_d365(result.as_ref().err().map(|failure| failure.cause().clone()));
    result
}

/// `FEDEX_GROUND, 3 packages of 71.8 lb`.
pub fn described(plan: &Plan) -> String {
    let packages = match plan.packages.len() {
        1 => "1 package".to_owned(),
        count => format!("{count} packages"),
    };
    format!("{}, {packages} of {} lb", plan.service.service, plan.weight().normalize())
}
