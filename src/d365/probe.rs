//! The ping ladder's Dynamics 365 rungs: sign in, be let in, read orders, see the write-back
//! fields.
//!
//! A token proves nothing here: an application that the environment does not know, or a user
//! without rights, shows only at a read. Nothing is written.

use crate::clock::{MINUTE_MS, SECOND_MS};
use crate::d365::error::{Purpose, WARMING_UP};
use crate::d365::expiry::Expiry;
use crate::d365::odata::{Query, literal};
use crate::d365::orders::{conditions, no_set};
use crate::d365::targets::{Kind, Target};
use crate::d365::{D365, DATA_TIMEOUT, SignIn, data_call, record};
use crate::order::cause::Cause;
use crate::order::ready::Ready;
use crate::order::retry::Failure;
use crate::transport::probe::{Footing, Ladder, ProbeRung};
use crate::transport::{Call, Trace};
use serde::Deserialize;
use std::time::Duration;

/// A person waits for the answer. The first call after a rest has longer, as every other call.
const PROBE_TIMEOUT: Duration = Duration::from_secs(30);
/// Most legal entities that are looked at: groups of companies have dozens, some have hundreds.
const COMPANIES: usize = 1_000;
/// How many of them are named.
const COMPANIES_SHOWN: usize = 12;
/// A first answer that took longer came from a server that had to wake up.
const WOKE_UP_MS: i64 = 5 * SECOND_MS;

impl D365 {
    /// Climbs the ladder; rungs after a failed one are skipped.
    pub async fn probe(&self, trace: &Trace, delivery_modes: &[String]) -> Vec<ProbeRung> {
        let mut ladder = Ladder::new(self.inner.transport.clock().clone());
        ladder.climb_to(&self.inner.credentials.base_url, "d365.unreachable").await;
        ladder.climb("Sign in", self.try_sign_in(trace)).await;
        if let Some(expiry) = self.expiry() {
            ladder.climb("Valid until", async { self.until(expiry) }).await;
        }
        ladder.climb("Environment", footing(self.try_environment(trace))).await;
        if self.is_cold() {
            // It wakes up, and the later rungs would wait for it one after another.
            ladder.stop_after_remark();
        }
        ladder.climb("Legal entities", footing(self.try_companies(trace))).await;
        ladder.climb("Read orders", footing(self.try_orders(trace, delivery_modes))).await;
        ladder.climb("Write-back fields", footing(self.try_fields(trace))).await;
        ladder.finish()
    }

    async fn try_sign_in(&self, trace: &Trace) -> Footing {
        if let Err(failure) = self.inner.tokens.token(|| self.mint(trace)).await {
            let over = self.expiry().is_some_and(|expiry| expiry.is_over(self.now_ms()));
            let refused = matches!(failure, Failure::NotAllowed(_));
            let cause = failure.cause().clone();
            return Footing::Failed(match &self.inner.credentials.sign_in {
                SignIn::Certificate(_) if over && refused => Cause { code: "auth.certificate-expired".into(), ..cause },
                _ => cause,
            });
        }
        let now_ms = self.now_ms();
        let minutes = self.token_until_ms().await.map_or(0, |until_ms| (until_ms - now_ms) / MINUTE_MS);
        Footing::Passed(format!("token for {minutes} min from {}", self.inner.credentials.tenant_id))
    }

    /// When what signs us in ends. A day that was typed wrong stops nothing.
    fn until(&self, expiry: Expiry) -> Footing {
        match expiry.notice(self.now_ms()) {
            None => Footing::Passed(format!("the {} is good until {}", expiry.what, expiry.day())),
            Some(notice) => Footing::Warned(notice.sentence, None),
        }
    }

    async fn try_environment(&self, trace: &Trace) -> Result<Footing, Failure> {
        let query = Query::new().select(&["LegalEntityId"]).top(1);
        let began_ms = self.now_ms();
        // A 404 is fine: somebody who was let in said that there is no such set.
        match self.get(trace, &self.call(), Purpose::Read, &self.address("LegalEntities", &query)).await {
            Err(Failure::Transient(cause)) if cause.code == WARMING_UP => {
                let waited = DATA_TIMEOUT.as_secs();
                return Ok(Footing::Warned(format!("no answer within {waited} s: it is warming up"), Some(cause)));
            }
            other => drop(other?),
        }
        let took_ms = self.now_ms() - began_ms;
        let woke = if took_ms < WOKE_UP_MS {
            String::new()
        } else {
            format!("; it was warming up, the first answer took {} s", took_ms / SECOND_MS)
        };
        Ok(Footing::Passed(format!("{} accepts the application{woke}", self.host())))
    }

    /// The legal entities this application sees, lower case; `None` where the environment does not
    /// publish them.
    pub async fn companies(&self, trace: &Trace) -> Result<Option<Vec<String>>, Failure> {
        #[derive(Deserialize)]
        struct Company {
            #[serde(rename = "LegalEntityId", deserialize_with = "record::text")]
            id: String,
        }
        let query = Query::new().select(&["LegalEntityId"]).top(COMPANIES);
        let answer = self.get(trace, &self.call(), Purpose::Read, &self.address("LegalEntities", &query)).await?;
        let Some(body) = answer else { return Ok(None) };
        let found = record::readable::<Company>(&record::list(&body)?);
        Ok(Some(found.into_iter().map(|company| company.id.to_lowercase()).filter(|id| !id.is_empty()).collect()))
    }

    /// An order of a legal entity that is not there would be missed without a word.
    async fn try_companies(&self, trace: &Trace) -> Result<Footing, Failure> {
        let wanted = &self.inner.credentials.legal_entities;
        let Some(seen) = self.companies(trace).await? else {
            return Ok(Footing::Warned("this environment does not publish its legal entities".to_owned(), None));
        };
        let missing: Vec<&str> = wanted.iter().filter(|one| !seen.contains(one)).map(String::as_str).collect();
        let seen = shortened(&seen);
        if missing.is_empty() {
            return Ok(Footing::Passed(format!("orders are read from {}; it has {seen}", wanted.join(", "))));
        }
        let cause = Cause::new("d365.company-unknown").field("legal_entities");
        Ok(Footing::Failed(cause.detail(format!("{} is not among {seen}", missing.join(", ")))))
    }

    fn is_cold(&self) -> bool {
        self.inner.pace.is_cold(self.now_ms())
    }

    fn call(&self) -> Call {
        let call = data_call("d365.probe");
        if self.is_cold() { call } else { Call { timeout: PROBE_TIMEOUT, ..call } }
    }

    async fn try_orders(&self, trace: &Trace, delivery_modes: &[String]) -> Result<Footing, Failure> {
        let credentials = &self.inner.credentials;
        let set = &credentials.orders.entity_set;
        let mut seen = Vec::new();
        for company in &credentials.legal_entities {
            let ready = Ready { companies: vec![company.clone()], ..self.ready(delivery_modes) };
            let query = Query::new().filter(&conditions(&ready)).select(&["SalesOrderNumber"]).count().top(1);
            let body = self.get(trace, &self.call(), Purpose::Read, &self.address(set, &query)).await?;
            let list = record::list(&body.ok_or_else(|| no_set(set))?)?;
            let count = list.count.map_or_else(|| list.value.len().to_string(), |count| count.to_string());
            seen.push(format!("{company}: {count} ready"));
        }
        Ok(Footing::Passed(seen.join(", ")))
    }

    async fn try_fields(&self, trace: &Trace) -> Result<Footing, Failure> {
        let credentials = &self.inner.credentials;
        if credentials.write_back.is_empty() {
            return Ok(Footing::Warned("nothing is written back: no target is set".to_owned(), None));
        }
        let mut seen = Vec::new();
        let mut unsure = false;
        for target in &credentials.write_back {
            let properties: Vec<&str> = target.fields.values().map(|field| field.property.as_str()).collect();
            let conditions = company_filter(target, &credentials.legal_entities);
            let query = Query::new().select(&properties).filter(&conditions).top(1);
            let body = self.get(trace, &self.call(), Purpose::Write, &self.address(&target.entity_set, &query)).await?;
            let Some(body) = body else {
                let cause = Cause::new("d365.write-field-unknown").field(&target.entity_set);
                let detail = format!("this environment has no entity set {}", target.entity_set);
                return Ok(Footing::Failed(cause.detail(detail)));
            };
            let is_empty = record::list(&body)?.value.is_empty();
            // A set rows are added to may well be empty; a header set without orders is odd.
            unsure |= is_empty && target.kind == Kind::Patch;
            let remark = if is_empty { " (no record to look at)" } else { "" };
            seen.push(format!("{}: {}{remark}", target.entity_set, properties.join(", ")));
        }
        let evidence = seen.join("; ");
        Ok(if unsure { Footing::Warned(evidence, None) } else { Footing::Passed(evidence) })
    }
}

/// The first few of a list that may have hundreds.
fn shortened(companies: &[String]) -> String {
    let shown = companies.iter().take(COMPANIES_SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match companies.len().checked_sub(COMPANIES_SHOWN) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} and {more} more"),
    }
}

/// Only where the set is known to have companies.
fn company_filter(target: &Target, companies: &[String]) -> Vec<String> {
    if !target.key.contains("dataAreaId") {
        return Vec::new();
    }
    crate::d365::odata::any_of("dataAreaId", companies.iter().map(|company| literal(company))).into_iter().collect()
}

async fn footing(rung: impl Future<Output = Result<Footing, Failure>>) -> Footing {
    rung.await.unwrap_or_else(|failure| Footing::Failed(failure.cause().clone()))
}
