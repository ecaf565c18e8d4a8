//! What is prepared and not bought by itself: listed with FedEx's verdict and price, approved one by
//! one or as a frozen list, or declined. And what each legal entity in shadow would have done.

use crate::audit::Actor;
use crate::clock;
use crate::desk::modes::{self, shadowed};
use crate::desk::shipping::reason_given;
use crate::desk::{OperatorDesk, Role, present};
use crate::engine::Engine;
use crate::order::ShipmentId;
use crate::order::cause::{Cause, words};
use crate::order::mode::{Approval, Mode};
use crate::order::plan::Plan;
use crate::order::state::State;
use crate::order::transition::{Event, apply};
use crate::store::StoreError;
use crate::store::approvals::{Awaiting, AwaitingFilter, Tally};
use crate::store::rehearsals::Verdict;
use crate::store::shipments::{LeaseAfter, Save};
use crate::work::rehearse::BUDGET;
use crate::work::settle::subject;
use app::contract::{
    ApprovalFilter, ApprovalRow, Approvals, BackTest, Counter, Problem, RulesChange, ShadowReport, Status, Tone,
};
use app::desk::ApproveDesk;
use async_trait::async_trait;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Shipments shown, and approved at once at most: one transaction writes them all, and SQLite has one writer.
const SHOWN: i64 = 200;
/// Shipments shown of a shadow: a report, not a list to work off.
const SHADOW_SHOWN: i64 = 50;

#[async_trait]
impl ApproveDesk for OperatorDesk {
    async fn approvals(&self, filter: ApprovalFilter) -> Result<Approvals, Problem> {
        self.allowed(Role::Viewer)?;
        let may_approve = self.allowed(Role::Operator).is_ok();
        let may_switch = self.allowed(Role::Admin).is_ok();
        let view = self.store(view(&self.engine, filter).await)?;
        Ok(Approvals { may_approve, may_switch, ..view })
    }

    async fn approve(&self, shipment_id: String, version: i64) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
        let before = self.seen(&shipment_id, version).await?;
        self.may_buy(&before.order_id).await?;
        let fingerprint = before.plan.as_ref().map(Plan::fingerprint).unwrap_or_default();
        self.act(&actor, &before, &before, Event::Approved { fingerprint }, "desk.approve", "").await
    }

    async fn approve_all(&self, frozen: String, reason: String) -> Result<String, Problem> {
        let actor = self.allowed(Role::Operator)?;
        reason_given(&reason)?;
        let list = thaw(&frozen)?;
        let approved = self.store(approve_list(&self.engine, &actor, &list, reason.trim()).await)?;
        self.engine.wake_drive.notify_one();
        let left = list.len() - approved;
        let told = match approved {
            1 => "1 shipment approved; its label is bought next.".to_owned(),
            count => format!("{count} shipments approved; their labels are bought next."),
        };
        Ok(match left {
            0 => told,
            1 => format!("{told} 1 changed since the page was made and was not approved."),
            count => format!("{told} {count} changed since the page was made and were not approved."),
        })
    }

    async fn decline(&self, shipment_id: String, version: i64, reason: String) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
        reason_given(&reason)?;
        let before = self.seen(&shipment_id, version).await?;
        let cause = Cause::new("order.declined").detail(reason.trim());
        self.act(&actor, &before, &before, Event::Declined(cause), "desk.decline", &reason).await
    }

    async fn switch_mode(&self, company: String, mode: String, reason: String) -> Result<String, Problem> {
        let actor = self.allowed(Role::Admin)?;
        self.switch(&actor, &company, &mode, &reason).await
    }

    async fn try_rules(&self, version: i64, change: RulesChange, last: u32) -> Result<BackTest, Problem> {
        self.allowed(Role::Operator)?;
        self.back_test(version, change, last).await
    }
}

/// A frozen list as a page wrote it: each shipment with the version it was shown in.
fn thaw(frozen: &str) -> Result<Vec<(ShipmentId, i64)>, Problem> {
    let one = |word: &str| {
        let (id, version) = word.split_once(':')?;
        Some((ShipmentId(id.to_owned()), version.parse().ok()?))
    };
    let list: Option<Vec<(ShipmentId, i64)>> = frozen.split_whitespace().map(one).collect();
    let list = list.filter(|list| !list.is_empty() && list.len() <= usize::try_from(SHOWN).unwrap_or(0));
    list.ok_or_else(|| {
        let message = "The list of shipments cannot be read.";
        Problem::new("approve.list-invalid", message, "Open the Approve page again, then approve.")
    })
}

fn freeze(rows: &[Awaiting]) -> String {
    rows.iter().map(|row| format!("{}:{}", row.shipment_id, row.version)).collect::<Vec<_>>().join(" ")
}

/// Approves what of a list is still as it was shown, in one transaction. Answers how many.
async fn approve_list(
    engine: &Engine,
    actor: &Actor,
    list: &[(ShipmentId, i64)],
    reason: &str,
) -> Result<usize, StoreError> {
    let now = engine.clock.now_ms();
    let mut approved = 0;
    let mut tx = engine.store.begin().await?;
    for (id, version) in list {
        let Some(before) = tx.shipment(id).await?.filter(|shipment| shipment.version == *version) else { continue };
        let awaited = before.approval == Some(Approval::Awaited);
        if !awaited || tx.mode_of(&before.order_id).await? == Mode::Shadow {
            continue;
        }
        let fingerprint = before.plan.as_ref().map(Plan::fingerprint).unwrap_or_default();
        let Ok(after) = apply(&before, Event::Approved { fingerprint }, now) else { continue };
        let save = Save { now_ms: now, lease: LeaseAfter::Kept, environment: None };
        match tx.save_shipment(&before, &after, save).await {
            Ok(()) => {}
            // It changed between reading and saving: on PostgreSQL others write beside us.
            Err(StoreError::Conflict { .. }) => continue,
            Err(error) => return Err(error),
        }
        let what = format!("Approved with {} others: {reason}", list.len() - 1);
        let entry = engine.entry(actor, "desk.approve", subject(&before), what);
        engine.store.append(&mut tx, &entry).await?;
        approved += 1;
    }
    tx.commit().await?;
    Ok(approved)
}

async fn view(engine: &Engine, filter: ApprovalFilter) -> Result<Approvals, StoreError> {
    let db = &engine.store.db;
    let rules = engine.rules().await?;
    let shadows = shadowed(&rules);
    let asked = AwaitingFilter { not_of: shadows.clone(), ..wanted(&filter) };
    let rows = db.awaiting(&asked, SHOWN).await?;
    let total = count(db.count_awaiting(&asked).await?);
    let mut reports = Vec::new();
    for company in shadows.iter().filter(|company| filter.company.as_ref().is_none_or(|wanted| wanted == *company)) {
        reports.push(shadow(engine, company, &filter).await?);
    }
    let now = engine.clock.now_ms();
    let spent = db.rehearsals_of_day(&clock::date(now)).await?;
    Ok(Approvals {
        headline: headline(total, &reports),
        services: db.services_awaiting().await?,
        frozen: freeze(&rows),
        cost: cost(&rows.iter().map(tally).collect::<Vec<_>>()),
        rows: rows.iter().map(row).collect(),
        total,
        companies: modes::overview(engine, &rules).await?,
        shadows: reports,
        rehearsals: format!("FedEx was asked about {spent} of at most {BUDGET} plans today (GMT)."),
        filter,
        may_approve: false,
        may_switch: false,
        now: present::moment(now),
    })
}

fn headline(total: u64, shadows: &[ShadowReport]) -> String {
    let waiting = match total {
        0 => "Nothing waits for approval.".to_owned(),
        count => format!("{} for approval.", modes::shipments(count)),
    };
    let shadowed: Vec<&str> = shadows.iter().map(|report| report.headline.as_str()).collect();
    [vec![waiting.as_str()], shadowed].concat().join(" ")
}

fn wanted(filter: &ApprovalFilter) -> AwaitingFilter {
    let text = |value: &Option<String>| value.clone().filter(|value| !value.trim().is_empty());
    AwaitingFilter {
        company: text(&filter.company),
        not_of: Vec::new(),
        service: text(&filter.service),
        verdict: text(&filter.verdict),
    }
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn row(row: &Awaiting) -> ApprovalRow {
    let packages = match row.plan.packages.len() {
        1 => "1 package".to_owned(),
        count => format!("{count} packages"),
    };
    ApprovalRow {
        shipment_id: row.shipment_id.0.clone(),
        version: row.version,
        company: row.company.clone(),
        number: row.number.clone(),
        customer: row.customer_name.clone(),
        ship_to: row.ship_to.clone(),
        service: row.plan.service.service.clone(),
        packages: format!("{packages}, {} lb", row.plan.weight().normalize()),
        price: row.price.as_ref().map(|price| format!("{} {}", price.amount, price.currency)),
        rate_type: row.price.as_ref().map(|price| price.rate_type.clone()),
        verdict: verdict(row.verdict),
        why: row.cause.as_ref().map(why),
        since: present::moment(row.since_ms),
    }
}

fn why(cause: &Cause) -> String {
    match &cause.detail {
        Some(detail) => format!("{}: {detail}", cause.words().title),
        None => cause.words().title.to_owned(),
    }
}

/// A verdict's word.
fn verdict(verdict: Option<Verdict>) -> Status {
    let (code, label, tone) = match verdict {
        Some(Verdict::Accepted) => ("accepted", "Would ship", Tone::Good),
        Some(Verdict::Refused) => ("refused", "Would be refused", Tone::Bad),
        Some(Verdict::Unchecked) => ("unchecked", "Not checked by FedEx", Tone::Neutral),
        None => ("none", "Not asked yet", Tone::Moving),
    };
    Status { code: code.to_owned(), label: label.to_owned(), tone }
}

fn tally(row: &Awaiting) -> Tally {
    let price = row.price.as_ref();
    Tally {
        verdict: row.verdict.map(|verdict| verdict.name().to_owned()),
        cause_code: row.cause.as_ref().map(|cause| cause.code.clone()),
        price_amount: price.map(|price| price.amount.to_string()),
        price_currency: price.map(|price| price.currency.clone()),
        price_rate_type: price.map(|price| price.rate_type.clone()),
        shipments: 1,
    }
}

/// `1234.50 USD (ACCOUNT) for 132 shipments`: currencies and kinds of rate are never mixed.
fn cost(tallies: &[Tally]) -> Vec<String> {
    let mut sums: BTreeMap<(String, String), (Decimal, i64)> = BTreeMap::new();
    let mut unpriced = 0;
    for tally in tallies {
        let priced = tally.price_amount.as_ref().zip(tally.price_currency.clone()).zip(tally.price_rate_type.clone());
        let Some(((amount, currency), rate_type)) = priced else {
            unpriced += tally.shipments;
            continue;
        };
        let amount: Decimal = amount.parse().unwrap_or_default();
        let sum = sums.entry((currency, rate_type)).or_default();
        (sum.0, sum.1) = (sum.0 + amount * Decimal::from(tally.shipments), sum.1 + tally.shipments);
    }
    let of = |count: i64| if count == 1 { "1 shipment".to_owned() } else { format!("{count} shipments") };
    let mut lines: Vec<String> = sums
        .into_iter()
        .map(|((currency, rate_type), (amount, count))| format!("{amount} {currency} ({rate_type}) for {}", of(count)))
        .collect();
    if unpriced > 0 && !lines.is_empty() {
        lines.push(format!("no price for {}", of(unpriced)));
    }
    lines
}

/// What a legal entity in shadow would have done.
async fn shadow(engine: &Engine, company: &str, filter: &ApprovalFilter) -> Result<ShadowReport, StoreError> {
    let db = &engine.store.db;
    let all = AwaitingFilter { company: Some(company.to_owned()), ..AwaitingFilter::default() };
    let shown = AwaitingFilter { company: Some(company.to_owned()), ..wanted(filter) };
    let tallies = db.tally_awaiting(&all).await?;
    let rows = db.awaiting(&shown, SHADOW_SHOWN).await?;
    let verdicts = [Some(Verdict::Accepted), Some(Verdict::Refused), Some(Verdict::Unchecked), None];
    let counters = verdicts.map(|one| {
        let of = tallies.iter().filter(|tally| tally.verdict.as_deref() == one.map(Verdict::name));
        let Status { code, label, tone } = verdict(one);
        let href = format!("/approve?company={company}&verdict={code}#shadow-{company}");
        Counter { label, count: count(of.map(|tally| tally.shipments).sum()), href, tone }
    });
    // What FedEx did not check may go all the same; what it would refuse does not.
    let would_ship =
        counters.iter().filter(|counter| counter.tone != Tone::Bad).map(|counter| counter.count).sum::<u64>();
    let mut failures: Vec<Counter> = Vec::new();
    let mut refused: BTreeMap<&str, i64> = BTreeMap::new();
    for tally in tallies.iter().filter(|tally| tally.verdict.as_deref() == Some(Verdict::Refused.name())) {
        *refused.entry(tally.cause_code.as_deref().unwrap_or_default()).or_default() += tally.shipments;
    }
    for (code, shipments) in refused {
        let href = format!("/approve?company={company}&verdict=refused#shadow-{company}");
        let refused = failure(code, shipments, href);
        failures.push(Counter { label: format!("FedEx would refuse: {}", refused.label), ..refused });
    }
    for (code, shipments) in db.parked_before_label(company).await? {
        let href = format!("/orders?state={}&cause={code}", State::Parked.name());
        failures.push(failure(&code, shipments, href));
    }
    failures.sort_by_key(|counter| std::cmp::Reverse(counter.count));
    let stopped: u64 = failures.iter().map(|counter| counter.count).sum();
    Ok(ShadowReport {
        company: company.to_owned(),
        headline: format!(
            "{company} is in shadow: {would_ship} would ship, {stopped} would fail; nothing is bought or written."
        ),
        verdicts: counters.into_iter().filter(|counter| counter.count > 0).collect(),
        cost: cost(&tallies),
        failures,
        rows: rows.iter().map(row).collect(),
        total: count(db.count_awaiting(&shown).await?),
    })
}

fn failure(code: &str, shipments: i64, href: String) -> Counter {
    Counter { label: words(code).title.to_owned(), count: count(shipments), href, tone: Tone::Bad }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn priced(amount: &str, rate_type: &str, shipments: i64) -> Tally {
        Tally {
            verdict: Some("accepted".into()),
            cause_code: None,
            price_amount: Some(amount.into()),
            price_currency: Some("USD".into()),
            price_rate_type: Some(rate_type.into()),
            shipments,
        }
    }

    #[test]
    fn costs_are_added_up_exactly_and_kinds_of_rate_never_mixed() {
        let unpriced = Tally { price_amount: None, price_currency: None, price_rate_type: None, ..priced("0", "", 2) };
        let all = [priced("0.10", "ACCOUNT", 3), priced("22.10", "ACCOUNT", 1), priced("31.50", "LIST", 1), unpriced];
        let told =
            ["22.40 USD (ACCOUNT) for 4 shipments", "31.50 USD (LIST) for 1 shipment", "no price for 2 shipments"];
        assert_eq!(cost(&all), told);
        assert!(cost(&[]).is_empty());
    }

    #[test]
    fn a_frozen_list_names_versions_and_has_a_limit() {
        let list = thaw("A:3 B:1").expect("readable");
        assert_eq!(list, [(ShipmentId("A".into()), 3), (ShipmentId("B".into()), 1)]);
        let long = vec!["A:1"; 201].join(" ");
        for wrong in ["", "A", "A:x", long.as_str()] {
            assert_eq!(thaw(wrong).expect_err("refused").code, "approve.list-invalid");
        }
    }
}
