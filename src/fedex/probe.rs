//! The ping ladder's FedEx rungs: keys, the Track API, the Ship API, and what is set up for it.
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
use crate::order::rules::{DEFAULT, Rules};
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
        ladder.climb("Track", self.try_track(trace)).await;
        ladder.climb("Ship", self.try_ship(trace, rules)).await;
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
            Ok(alerts) if alerts.is_empty() => Footing::Passed("FedEx accepts a trial shipment".to_owned()),
            Ok(alerts) => Footing::Passed(format!("FedEx accepts a trial shipment: {}", alerts.join("; "))),
            // Keys and API are good; FedEx only dislikes the trial parcel.
            Err(Failure::Permanent(cause)) => {
                let words = cause.detail.clone().unwrap_or_else(|| cause.words().sentence.to_owned());
                Footing::Warned(words, Some(cause))
            }
            Err(failure) => Footing::Failed(failure.cause().clone()),
        }
    }
}

/// A one-pound parcel from the default address to itself.
fn trial_plan(rules: &Rules) -> Result<Plan, Cause> {
    let missing = |detail: String| Cause::new("rules.ship-from-missing").field("ship_from.default").detail(detail);
    let from = rules.ship_from.get(DEFAULT).ok_or_else(|| missing("no default ship-from address is set".to_owned()))?;
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
