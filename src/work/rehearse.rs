//! Ready, and not bought by itself: asks FedEx once what it would say to the plan and what it would
//! cost, keeps the answer, and leaves the shipment to a person. Nothing here buys or writes.

use crate::clock::{self, DAY_MS, MINUTE_MS};
use crate::engine::Engine;
use crate::fedex::Fedex;
use crate::order::cause::Cause;
use crate::order::mode::Mode;
use crate::order::plan::Plan;
use crate::order::retry::Failure;
use crate::order::transition::Event;
use crate::order::{Charge, Shipment};
use crate::store::Result;
use crate::store::attempts::AttemptOutcome;
use crate::store::rehearsals::{Rehearsal, Verdict};
use crate::transport::Trace;
use crate::work::check::described;
use crate::work::settle::{With, settle, subject};
use crate::work::step::ended;

/// Plans FedEx is asked about in a day of GMT, all nodes together: two calls each, a small part of
/// what a project may ask, so that a first pull of a whole backlog in shadow takes nothing from buying.
pub const BUDGET: i64 = 2_000;
/// When FedEx is asked again after it could not be: nobody waits for a verdict as for a label.
const AGAIN_MS: i64 = 15 * MINUTE_MS;
/// How long what waits for a shadow to end rests between two looks; a switch makes it due at once.
pub const SHADOW_WAIT_MS: i64 = 10 * MINUTE_MS;
/// Stands for our reference in a request that buys nothing.
const REFERENCE: &str = "ML-REHEARSAL";

/// Does the step.
pub async fn rehearse(engine: &Engine, shipment: &Shipment, mode: Mode) -> Result<()> {
    let Some(plan) = &shipment.plan else { return Ok(()) };
    let fingerprint = plan.fingerprint();
    let known = engine.store.db.rehearsal(&shipment.shipment_id).await?;
    let known = known.filter(|known| known.plan_fingerprint == fingerprint && !is_open(known));
    let (rehearsal, again_ms) = match known {
        Some(known) => (known, None),
        None => ask(engine, shipment, plan, fingerprint).await?,
    };
    let sentence = format!("{} {}", words(plan, &rehearsal), next(mode));
    let with = With { rehearsal: Some(&rehearsal), ..With::default() };
    let ending = ended(None, AttemptOutcome::Ok, &sentence);
    settle(engine, shipment, Event::Rehearsed { again_ms }, ending, with).await?;
    Ok(())
}

/// In shadow a step that would write to Dynamics 365 is not done.
pub async fn wait_in_shadow(engine: &Engine, shipment: &Shipment) -> Result<()> {
    let cause = Cause::new("mode.shadow");
    let ending = ended(None, AttemptOutcome::Ok, cause.words().sentence);
    let event = Event::Waiting { cause, for_ms: SHADOW_WAIT_MS };
    settle(engine, shipment, event, ending, With::default()).await?;
    Ok(())
}

/// FedEx could not be asked: it is asked again.
fn is_open(rehearsal: &Rehearsal) -> bool {
    rehearsal.verdict == Verdict::Unchecked && rehearsal.cause.is_some()
}

/// Asks FedEx, within the day's budget. Answers also when to ask again, if it could not be asked.
async fn ask(
    engine: &Engine,
    shipment: &Shipment,
    plan: &Plan,
    plan_fingerprint: String,
) -> Result<(Rehearsal, Option<i64>)> {
    let now = engine.clock.now_ms();
    let open = |cause: Cause| Rehearsal {
        plan_fingerprint: plan_fingerprint.clone(),
        at_ms: now,
        verdict: Verdict::Unchecked,
        cause: Some(cause),
        price: None,
    };
    let fedex = match engine.fedex().await {
        Ok(fedex) => fedex,
        Err(failure) => return Ok((open(failure.cause().clone()), Some(now + AGAIN_MS))),
    };
    let mut tx = engine.store.begin().await?;
    let left = tx.spend_rehearsal(&clock::date(now), BUDGET).await?;
    tx.commit().await?;
    if !left {
        let tomorrow = now - now.rem_euclid(DAY_MS) + DAY_MS;
        return Ok((open(Cause::new("mode.rehearsals-used-up")), Some(tomorrow)));
    }
    let trace = Trace { subject: subject(shipment), ..Trace::engine() };
    let verdict = verdict(engine, &fedex, &trace, plan, now).await;
    let price = price(engine, &fedex, &trace, plan, now).await;
    let failed = [verdict.as_ref().err(), price.as_ref().err()].into_iter().flatten().find(|one| passes(one));
    if let Some(failure) = failed {
        return Ok((open(failure.cause().clone()), Some(now + AGAIN_MS)));
    }
    let (verdict, cause) = match verdict {
        Ok(verdict) => (verdict, None),
        Err(failure) => (Verdict::Refused, Some(failure.cause().clone())),
    };
    Ok((Rehearsal { plan_fingerprint, at_ms: now, verdict, cause, price: price.unwrap_or_default() }, None))
}

/// It may answer otherwise later.
fn passes(failure: &Failure) -> bool {
    !matches!(failure, Failure::Permanent(_))
}

async fn verdict(
    engine: &Engine,
    fedex: &Fedex,
    trace: &Trace,
    plan: &Plan,
    now: i64,
) -> std::result::Result<Verdict, Failure> {
    if plan.packages.len() > 1 {
        // FedEx checks single packages only.
        return Ok(Verdict::Unchecked);
    }
    let result = fedex.validate(trace, plan, REFERENCE, &clock::date(now)).await;
    engine.note_fedex(result.as_ref().err().map(|failure| failure.cause().clone()));
    result.map(|_| Verdict::Accepted)
}

/// What the planned service would cost: our own rate, else the list's.
async fn price(
    engine: &Engine,
    fedex: &Fedex,
    trace: &Trace,
    plan: &Plan,
    now: i64,
) -> std::result::Result<Option<Charge>, Failure> {
    let result = fedex.quote(trace, plan, &clock::date(now)).await;
    engine.note_fedex(result.as_ref().err().map(|failure| failure.cause().clone()));
    let chosen = result?.into_iter().find(|quoted| quoted.service == plan.service.service);
    Ok(chosen.and_then(|quoted| quoted.account.or(quoted.list)))
}

fn words(plan: &Plan, rehearsal: &Rehearsal) -> String {
    let verdict = match (rehearsal.verdict, &rehearsal.cause) {
        (Verdict::Accepted, _) => "FedEx accepts it".to_owned(),
        (Verdict::Refused, cause) => {
            format!("FedEx would refuse it: {}", cause.as_ref().map_or("", |cause| cause.words().title))
        }
        (Verdict::Unchecked, None) => "FedEx checks single packages only".to_owned(),
        (Verdict::Unchecked, Some(cause)) => format!("no verdict yet: {}", cause.words().title),
    };
    let price = match &rehearsal.price {
        Some(price) => format!("{} {} ({})", price.amount, price.currency, price.rate_type),
        None => "no price".to_owned(),
    };
    format!("It would ship: {}; {verdict}; {price}.", described(plan))
}

fn next(mode: Mode) -> &'static str {
    match mode {
        Mode::Shadow => "Its legal entity is in shadow: nothing is bought.",
        Mode::Approve | Mode::Automatic => "It waits for approval.",
    }
}
