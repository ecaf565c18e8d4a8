//! The end of the day: what was labelled, what FedEx Ground still has to be told, what it cost.

use crate::audit::{Actor, Outcome, Subject};
use crate::clock;
use crate::desk::spreadsheet::defused;
use crate::desk::{OperatorDesk, present};
use crate::engine::Engine;
use crate::store::StoreError;
use crate::store::charges::ChargeRow;
use app::contract::{CloseRow, Day, Problem};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// Closes shown.
const CLOSES_SHOWN: i64 = 30;
/// Rows of charges read at once.
const CHARGES_PAGE: i64 = 1_000;

/// The day so far, since the midnight of the warehouse.
pub async fn view(engine: &Engine, may_close: bool) -> Result<Day, StoreError> {
    let now = engine.clock.now_ms();
    let zone = engine.zone().await?;
    let midnight = zone.midnight_ms(now);
    let closes = engine.store.db.closes(CLOSES_SHOWN).await?;
    let last_close = closes.first().map_or(0, |close| close.at_ms).max(midnight);
    let labelled = engine.store.db.count_labelled(midnight, false).await?;
    let open_ground = engine.store.db.count_labelled(last_close, true).await?;
    Ok(Day {
        headline: format!(
            "{labelled} label{} since midnight {}; {open_ground} of FedEx Ground not closed yet.",
            if labelled == 1 { "" } else { "s" },
            zone.short(midnight)
        ),
        closes: closes
            .into_iter()
            .map(|close| CloseRow {
                at: present::moment(close.at_ms),
                by: close.actor,
                sentence: close.sentence,
                href: close.has_document.then(|| format!("/day/closes/{}", close.close_id)),
            })
            .collect(),
        charges: totals(engine, midnight, now + 1).await?,
        charges_href: "/charges.csv".to_owned(),
        may_close,
        now: present::moment(now),
    })
}

async fn totals(engine: &Engine, from_ms: i64, to_ms: i64) -> Result<Vec<String>, StoreError> {
    let mut sums: BTreeMap<String, (Decimal, u64)> = BTreeMap::new();
    for row in charges(engine, from_ms, to_ms).await? {
        let amount: Decimal = row.amount.parse().unwrap_or_default();
        let sum = sums.entry(row.currency).or_default();
        if row.kind == "rated" {
            (sum.0, sum.1) = (sum.0 + amount, sum.1 + 1);
        } else {
            (sum.0, sum.1) = (sum.0 - amount, sum.1.saturating_sub(1));
        }
    }
    let line =
        |(currency, (amount, count)): (String, (Decimal, u64))| format!("{amount} {currency} for {count} labels");
    Ok(sums.into_iter().map(line).collect())
}

/// All charges of a span.
async fn charges(engine: &Engine, from_ms: i64, to_ms: i64) -> Result<Vec<ChargeRow>, StoreError> {
    let mut all = Vec::new();
    let mut after = String::new();
    loop {
        let page = engine.store.db.charges(from_ms, to_ms, &after, CHARGES_PAGE).await?;
        let Some((last, _)) = page.last() else { return Ok(all) };
        after.clone_from(last);
        all.extend(page.into_iter().map(|(_, row)| row));
    }
}

/// The charges of a span as CSV, for comparing with FedEx's invoice, from one moment until before another;
/// nothing of it is posted to any ledger.
pub async fn charges_csv(engine: &Engine, from_ms: i64, until_ms: i64) -> Result<Vec<u8>, StoreError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let head = [
        "company",
        "order_number",
        "invoice_number",
        "customer_account",
        "kind",
        "at_utc",
        "environment",
        "account_number",
        "payer",
        "service",
        "tracking_number",
        "packages",
        "amount",
        "currency",
        "rate_type",
        "invoices_found_later",
    ];
    write(&mut writer, &head);
    for row in charges(engine, from_ms, until_ms).await? {
        let fields = [
            row.company.as_str(),
            &row.order_number,
            row.invoice_number.as_deref().unwrap_or_default(),
            &row.customer_account,
            &row.kind,
            &clock::rfc3339(row.at_ms),
            row.environment.as_deref().unwrap_or_default(),
            &row.account_number,
            &row.payer,
            &row.service,
            &row.tracking_number,
            &row.packages.to_string(),
            &row.amount,
            &row.currency,
            &row.rate_type,
            row.invoices_found.as_deref().unwrap_or_default(),
        ];
        write(&mut writer, &fields.map(defused));
    }
    Ok(writer.into_inner().expect("memory takes every byte"))
}

fn write<T: AsRef<[u8]>>(writer: &mut csv::Writer<Vec<u8>>, fields: &[T]) {
    writer.write_record(fields).expect("memory takes every byte");
}

impl OperatorDesk {
    /// Tells FedEx Ground what it gets today, and keeps the manifest.
    pub(super) async fn close_ground(&self, actor: &Actor) -> Result<String, Problem> {
        let engine = &self.engine;
        let fedex = engine.fedex().await.map_err(|failure| super::problem::failure(&failure))?;
        let trace = crate::transport::Trace { actor: actor.clone(), subject: Subject::default() };
        let now = engine.clock.now_ms();
        let rules = self.store(engine.rules().await)?;
        let today = rules.shown_in().date(now);
        // Each account has its own end of day.
        let mut accounts = BTreeSet::from([fedex.credentials().account_number.clone()]);
        accounts.extend(rules.accounts.into_values());
        let mut sentences = Vec::new();
        for account in &accounts {
            let closed = fedex.close_ground(&trace, account, &today).await;
            let closed = closed.map_err(|failure| super::problem::failure(&failure))?;
            let sentence = match accounts.len() {
                1 => closed.sentence,
                _ => format!("Account {account}: {}", closed.sentence),
            };
            let entry = engine.entry(actor, "desk.close", Subject::default(), &sentence).outcome(Outcome::Ok);
            let written = async {
                let mut tx = engine.store.begin().await?;
                let document = closed.documents.first();
                tx.insert_close(&engine.new_id(), now, actor.name(), &sentence, document).await?;
                engine.store.append(&mut tx, &entry).await?;
                tx.commit().await
            };
            self.store(written.await)?;
            sentences.push(sentence);
        }
        Ok(sentences.join(" "))
    }
}
