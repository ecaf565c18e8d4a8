//! The ping ladder's FedEx rungs: keys, the APIs this project may call, and what is set up for them.
//!
//! Nothing is bought: Ship is tried with FedEx's own dry run of a one-pound parcel from the
//! default address to itself.

use crate::clock::{self, MINUTE_MS};
use crate::fedex::{Fedex, Parcel, Project};
use crate::order::cause::Cause;
use crate::order::consignee::Consignee;
use crate::order::group::Basis;
use crate::order::packing::Package;
use crate::order::parcel::{GROUND, Service, Weight};
use crate::order::plan::{Payment, Plan};
use crate::order::retry::Failure;
use crate::order::rules::{DEFAULT, Rules, ShipFrom};
use crate::transport::Trace;
use crate::transport::probe::{Footing, Ladder, ProbeRung};
use rust_decimal::Decimal;

/// FedEx's documented mock number of a delivered parcel; any answer about it will do.
const TRIAL_NUMBER: &str = "122816215025810";
/// Stands for order and reference in the dry run.
const TRIAL_REFERENCE: &str = "ML-CONNECTOR-PING";

impl Fedex {
    /// Climbs the ladder; rungs after a failed one are skipped.
    pub async fn probe(&self, trace: &Trace, rules: &Rules) -> Vec<ProbeRung> {
        let mut ladder = Ladder::new(self.inner.transport.clock().clone());
        ladder.climb_to(&self.inner.credentials.base_url, "fedex.unreachable").await;
        ladder.climb("Sign in", self.try_sign_in(trace)).await;
        // Each API is a right of its own: one that is missing says nothing of the others.
        ladder.climb_beside("Track API", self.try_track(trace)).await;
        ladder.climb_beside("Ship API", self.try_ship(trace, rules)).await;
        ladder.climb_beside("Rates API", self.try_rates(trace, rules)).await;
        ladder.climb_beside("Address API", self.try_address(trace, rules)).await;
        ladder.climb("Services", async { try_services(rules) }).await;
        ladder.finish()
    }

    async fn try_sign_in(&self, trace: &Trace) -> Footing {
        let mut seen = Vec::new();
        for project in [Project::Ship, Project::Track] {
            if project == Project::Track && self.inner.track_tokens.is_none() {
                break;
            }
            let tokens = self.tokens(project);
            if let Err(failure) = tokens.token(|| self.mint(trace, project)).await {
                return Footing::Failed(failure.cause().clone());
            }
            let now_ms = self.inner.transport.clock().now_ms();
            let minutes = tokens.until_ms().await.map_or(0, |until_ms| (until_ms - now_ms) / MINUTE_MS);
            let whose = if project == Project::Track { "track token" } else { "token" };
            seen.push(format!("{whose} good for {minutes} min"));
        }
        Footing::Passed(seen.join(", "))
    }

    async fn try_track(&self, trace: &Trace) -> Footing {
        let parcel = Parcel { tracking_number: TRIAL_NUMBER.to_owned(), ship_date: None, unique_id: None };
        match self.track(trace, &[parcel]).await {
            Ok(_) => Footing::Passed("the Track API answers".to_owned()),
            Err(failure) => Footing::Failed(failure.cause().clone()),
        }
    }

    async fn try_ship(&self, trace: &Trace, rules: &Rules) -> Footing {
        let plan = match trial_plan(rules) {
            Ok(plan) => plan,
            Err(cause) => return Footing::Failed(cause),
        };
        let today = clock::date(self.inner.transport.clock().now_ms());
        match self.validate(trace, &plan, TRIAL_REFERENCE, &today).await {
            Ok(alerts) => {
                let sample = if rules.ship_from.contains_key(DEFAULT) {
                    ""
                } else {
                    " from FedEx's own address, as no ship-from address is set"
                };
                let said = if alerts.is_empty() { String::new() } else { format!(": {}", alerts.join("; ")) };
                Footing::Passed(format!("FedEx accepts a trial shipment{sample}{said}"))
            }
            // Keys and API are good; FedEx only dislikes the trial parcel.
            Err(Failure::Permanent(cause)) => {
                let words = cause.detail.clone().unwrap_or_else(|| cause.words().sentence.to_owned());
                Footing::Warned(words, Some(cause))
            }
            Err(failure) => Footing::Failed(failure.cause().clone()),
        }
    }

    /// Prices are compared before a label, never needed for it.
    async fn try_rates(&self, trace: &Trace, rules: &Rules) -> Footing {
        let plan = match trial_plan(rules) {
            Ok(plan) => plan,
            Err(cause) => return Footing::Warned(cause.words().sentence.to_owned(), Some(cause)),
        };
        let today = clock::date(self.inner.transport.clock().now_ms());
        match self.quote(trace, &plan, &today).await {
            Ok(quoted) => Footing::Passed(format!("the Rates API quotes {} services", quoted.len())),
            Err(failure) => optional("the Rates API", "prices cannot be compared before shipping", &failure),
        }
    }

    /// Advice about addresses is never needed for a label.
    async fn try_address(&self, trace: &Trace, rules: &Rules) -> Footing {
        let who = match trial_plan(rules) {
            Ok(plan) => plan.recipient,
            Err(cause) => return Footing::Warned(cause.words().sentence.to_owned(), Some(cause)),
        };
        match self.resolve_address(trace, &who).await {
            Ok(_) => Footing::Passed("the Address Validation API answers".to_owned()),
            Err(failure) => optional("the Address Validation API", "FedEx gives no advice about addresses", &failure),
        }
    }
}

/// How a rung holds that shipping does not need.
fn optional(api: &str, without: &str, failure: &Failure) -> Footing {
    match failure {
        // It let us in, and only dislikes the trial parcel.
        Failure::Permanent(cause) => {
            let words = cause.detail.as_deref().unwrap_or(cause.words().sentence);
            Footing::Passed(format!("{api} answers: {words}"))
        }
        other => {
            let cause = other.cause().clone();
            let words = cause.detail.as_deref().unwrap_or(cause.words().sentence);
            Footing::Warned(format!("{without}: {words}"), Some(cause.clone()))
        }
    }
}

/// FedEx's headquarters: an address that FedEx certainly serves, while none of ours is set.
fn sample_address() -> ShipFrom {
    ShipFrom {
        company: "FedEx".to_owned(),
        phone: "8004633339".to_owned(),
        street: vec!["942 South Shady Grove Road".to_owned()],
        city: "Memphis".to_owned(),
        region: "TN".to_owned(),
        postal_code: "38120".to_owned(),
        country: "US".to_owned(),
    }
}

/// A one-pound parcel from the default address to itself.
fn trial_plan(rules: &Rules) -> Result<Plan, Cause> {
    let missing = |detail: String| Cause::new("rules.ship-from-missing").field("ship_from.default").detail(detail);
    let from = rules.ship_from.get(DEFAULT).cloned().unwrap_or_else(sample_address);
    let from = Consignee::parse(&from.address(), &from.phone)
        .map_err(|cause| missing(format!("the default ship-from address: {}", cause.words().sentence)))?;
    let package =
        Package { weight: Weight::pounds(Decimal::ONE)?, dimensions: None, carton: None, contents: Vec::new() };
    Ok(Plan {
        warehouse: DEFAULT.to_owned(),
        account_number: None,
        shipper: from.clone(),
        recipient: from,
        residential: false,
        // Every US account has Ground.
        service: rules.services.values().next().cloned().unwrap_or_else(|| Service::new(GROUND)),
        payment: Payment::default(),
        packages: vec![package],
        customs: None,
        order_number: TRIAL_REFERENCE.to_owned(),
        invoice_number: None,
        image_type: rules.label.image_type,
        stock: rules.label.stock().to_owned(),
        returning: None,
        basis: Basis::default(),
    })
}

fn try_services(rules: &Rules) -> Footing {
    match rules.services.len() {
        0 => {
            let cause = Cause::new("rules.delivery-mode-unmapped").field("services");
            Footing::Warned("no delivery mode has a FedEx service".to_owned(), Some(cause))
        }
        1 => Footing::Passed("1 delivery mode has a FedEx service".to_owned()),
        count => Footing::Passed(format!("{count} delivery modes have a FedEx service")),
    }
}
