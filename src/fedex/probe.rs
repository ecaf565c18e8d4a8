//! The ping ladder's FedEx rungs: keys, the Track API, the Ship API, and what is set up for it.
//!
//! Nothing is bought: Ship is tried with FedEx's own dry run of a one-pound parcel from the
//! default address to itself.

use crate::clock::{self, MINUTE_MS};
use crate::fedex::{Fedex, Parcel, Project};
use crate::order::cause::Cause;
use crate::order::consignee::Consignee;
use crate::order::parcel::{Service, Weight};
use crate::order::plan::Plan;
use crate::order::retry::Failure;
use crate::transport::Trace;
use crate::transport::probe::{Footing, Ladder, ProbeRung};
use rust_decimal::Decimal;

/// FedEx's documented mock number of a delivered parcel; any answer about it will do.
const TRIAL_NUMBER: &str = "122816215025810";
/// Stands for order and reference in the dry run.
const TRIAL_REFERENCE: &str = "ML-CONNECTOR-PING";
/// Tried when no delivery mode has a service yet: every US account has it.
const TRIAL_SERVICE: &str = "FEDEX_GROUND";

impl Fedex {
    /// Climbs the ladder; rungs after a failed one are skipped.
    pub async fn probe(&self, trace: &Trace) -> Vec<ProbeRung> {
        let mut ladder = Ladder::new(self.inner.transport.clock().clone());
        ladder.climb_to(&self.inner.credentials.base_url, "fedex.unreachable").await;
        ladder.climb("Sign in", self.try_sign_in(trace)).await;
        ladder.climb("Track", self.try_track(trace)).await;
        ladder.climb("Ship", self.try_ship(trace)).await;
        ladder.climb("Services", async { self.try_services() }).await;
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
        let parcel = Parcel { tracking_number: TRIAL_NUMBER.to_owned(), ship_date: None };
        match self.track(trace, &[parcel]).await {
            Ok(_) => Footing::Passed("the Track API answers".to_owned()),
            Err(failure) => Footing::Failed(failure.cause().clone()),
        }
    }

    async fn try_ship(&self, trace: &Trace) -> Footing {
        let plan = match self.trial_plan() {
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

    fn trial_plan(&self) -> Result<Plan, Cause> {
        let rules = self.inner.credentials.rules(&[]);
        let missing = |detail: String| Cause::new("rules.ship-from-missing").field("ship_from.default").detail(detail);
        let (address, phone) =
            rules.ship_from.get("default").ok_or_else(|| missing("no default ship-from address is set".to_owned()))?;
        let from = Consignee::parse(address, phone)
            .map_err(|cause| missing(format!("the default ship-from address: {}", cause.words().sentence)))?;
        let ground = || Service { service: TRIAL_SERVICE.to_owned(), packaging: "YOUR_PACKAGING".to_owned() };
        Ok(Plan {
            shipper: from.clone(),
            recipient: from,
            service: rules.services.values().next().cloned().unwrap_or_else(ground),
            weight: Weight::pounds(Decimal::ONE)?,
            order_number: TRIAL_REFERENCE.to_owned(),
            invoice_number: None,
            image_type: rules.image_type,
            stock: rules.stock,
        })
    }

    fn try_services(&self) -> Footing {
        match self.inner.credentials.services.len() {
            0 => {
                let cause = Cause::new("rules.delivery-mode-unmapped").field("services");
                Footing::Warned("no delivery mode has a FedEx service".to_owned(), Some(cause))
            }
            1 => Footing::Passed("1 delivery mode has a FedEx service".to_owned()),
            count => Footing::Passed(format!("{count} delivery modes have a FedEx service")),
        }
    }
}
