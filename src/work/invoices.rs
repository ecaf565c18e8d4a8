//! Finds the customer invoices of shipped orders, so that what FedEx bills can be matched to them.
//!
//! When the label is bought there is seldom an invoice yet. What is found later is kept beside the
//! number on the label: FedEx has the label as it was, and cannot be told of an invoice afterwards.

use crate::audit::{Actor, Subject};
use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::d365::D365;
use crate::d365::invoices::Invoice;
use crate::engine::Engine;
use crate::lifecycle::Lifecycle;
use crate::order::retry::Failure;
use crate::order::{OrderId, OrderKey};
use crate::store::Result;
use crate::store::invoices::{InvoiceLook, NextLook};
use crate::transport::Trace;
use crate::work::check::noted;
use std::collections::BTreeMap;
use std::time::Duration;

/// How often to look for orders whose invoice is due: cheap queries.
const EVERY: Duration = Duration::from_mins(1);
/// Within the first day most invoices are posted, in batches through the day.
pub const FIRST_DAY_EVERY_MS: i64 = HOUR_MS;
/// Later ones come with the month's end.
pub const LATER_EVERY_MS: i64 = DAY_MS;
/// An order without an invoice for so long has none for us: it is another company's, or was never
/// billed. FedEx's own invoices come within two weeks, and are disputed within sixty days.
pub const GIVE_UP_MS: i64 = 60 * DAY_MS;
/// Orders asked for in one turn.
const BATCH: i64 = 100;
/// How long a claimed order is ours: longer than the calls for one batch.
const CLAIM_MS: i64 = 15 * MINUTE_MS;
/// Invoices dated so long before the label count too: prepaid orders, and clocks of other zones.
const DATED_BEFORE_MS: i64 = 90 * DAY_MS;

/// Looks for the invoices that are due. Answers how many orders it asked for.
pub async fn tick(engine: &Engine) -> Result<std::result::Result<usize, Failure>> {
    let Ok(d365) = engine.d365().await else { return Ok(Ok(0)) };
    let now = engine.clock.now_ms();
    let mut tx = engine.store.begin().await?;
    tx.schedule_invoice_looks(now - GIVE_UP_MS, now + FIRST_DAY_EVERY_MS).await?;
    let due = tx.claim_invoice_looks(d365.host(), now, now + CLAIM_MS, BATCH).await?;
    tx.commit().await?;
    let mut by_company: BTreeMap<&str, Vec<&InvoiceLook>> = BTreeMap::new();
    for look in &due {
        by_company.entry(&look.company).or_default().push(look);
    }
    for (company, looks) in by_company {
        if let Err(failure) = look_for(engine, &d365, company, &looks).await? {
            // Claimed they are, so they come again when the claim ends: later for all, none to blame.
            return Ok(Err(failure));
        }
    }
    Ok(Ok(due.len()))
}

async fn look_for(
    engine: &Engine,
    d365: &D365,
    company: &str,
    looks: &[&InvoiceLook],
) -> Result<std::result::Result<(), Failure>> {
    let numbers: Vec<&str> = looks.iter().map(|look| look.number.as_str()).collect();
    let oldest = looks.iter().map(|look| look.labelled_ms).min().unwrap_or(0);
    let from_ms = oldest - DATED_BEFORE_MS;
    let found = match noted(engine, d365.invoices(&Trace::engine(), company, &numbers, from_ms).await) {
        Ok(found) => found,
        Err(failure) => return Ok(Err(failure)),
    };
    let now = engine.clock.now_ms();
    for look in looks {
        let of_it: Vec<&Invoice> =
            found.iter().filter(|invoice| invoice.order.eq_ignore_ascii_case(&look.number)).collect();
        let id = OrderId(look.order_id.clone());
        keep(engine, &id, &of_it, next_look(!of_it.is_empty(), look.labelled_ms, now)).await?;
    }
    Ok(Ok(()))
}

/// When to look again.
fn next_look(found: bool, labelled_ms: i64, now_ms: i64) -> NextLook {
    let age = now_ms - labelled_ms;
    if found {
        NextLook::Found
    } else if age >= GIVE_UP_MS {
        NextLook::GivenUp
    } else if age < DAY_MS {
        NextLook::At(now_ms + FIRST_DAY_EVERY_MS)
    } else {
        NextLook::At(now_ms + LATER_EVERY_MS)
    }
}

/// Keeps what was found, with an entry for what is new, and says how the search goes on.
async fn keep(engine: &Engine, id: &OrderId, found: &[&Invoice], next: NextLook) -> Result<usize> {
    let now = engine.clock.now_ms();
    let mut tx = engine.store.begin().await?;
    let mut new = Vec::new();
    for invoice in found {
        if tx.insert_found_invoice(id, invoice, now).await? {
            new.push(invoice.number.as_str());
        }
    }
    if !new.is_empty() {
        let subject = Subject { order_id: Some(id.clone()), ..Subject::default() };
        let summary = format!("Invoiced in Dynamics 365: {}.", new.join(", "));
        engine.store.append(&mut tx, &engine.entry(&Actor::Engine, "order.invoiced", subject, summary)).await?;
        tx.write_back_due(id, now).await?;
    }
    tx.set_next_invoice_look(id, next, now).await?;
    tx.commit().await?;
    Ok(new.len())
}

/// Looks for the invoices of one order now, because an event says that one was posted. Answers how
/// many are new; an order we do not know has none. What fails is found by the schedule.
pub async fn look(engine: &Engine, company: &str, number: &str) -> Result<std::result::Result<usize, Failure>> {
    let d365 = match engine.d365().await {
        Ok(d365) => d365,
        Err(failure) => return Ok(Err(failure)),
    };
    let key = OrderKey { host: d365.host().to_owned(), company: company.to_lowercase(), number: number.to_owned() };
    let Some(record) = engine.store.db.order_by_key(&key).await? else { return Ok(Ok(0)) };
    let from_ms = record.seen_ms - DATED_BEFORE_MS;
    match noted(engine, d365.invoices(&Trace::engine(), &key.company, &[number], from_ms).await) {
        Ok(found) if found.is_empty() => Ok(Ok(0)),
        Ok(found) => {
            let found: Vec<&Invoice> = found.iter().collect();
            keep(engine, &record.order_id, &found, NextLook::Found).await.map(Ok)
        }
        Err(failure) => Ok(Err(failure)),
    }
}

/// Looks for invoices until the program stops.
pub async fn run(engine: &Engine, lifecycle: &Lifecycle) {
    while !lifecycle.is_stopping() {
        match tick(engine).await {
            Ok(Ok(asked)) if asked == usize::try_from(BATCH).unwrap_or(0) => continue,
            Ok(Ok(_)) => {}
            Ok(Err(failure)) => tracing::debug!(problem.code = failure.cause().code, "invoices are looked for later"),
            Err(error) => super::failed("invoices", &error),
        }
        super::pause(EVERY, lifecycle).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invoice_is_looked_for_hourly_then_daily_then_no_more() {
        assert_eq!(next_look(false, 0, HOUR_MS), NextLook::At(2 * HOUR_MS));
        assert_eq!(next_look(false, 0, DAY_MS), NextLook::At(2 * DAY_MS));
        assert_eq!(next_look(false, 0, GIVE_UP_MS), NextLook::GivenUp);
        assert_eq!(next_look(true, 0, HOUR_MS), NextLook::Found);
    }
}
