//! Trying without buying: the exact request with FedEx's verdict, quotes, and advice about an address.

use crate::audit::Actor;
use crate::clock;
use crate::desk::commands::differences;
use crate::desk::{OperatorDesk, present, problem};
use crate::fedex::address::Classification;
use crate::fedex::rate::Quoted;
use crate::order::plan::Plan;
use crate::order::retry::Failure;
use crate::order::{Charge, ShipmentId};
use crate::transport::Trace;
use crate::work::check;
use crate::work::settle::subject;
use app::contract::{AddressAdvice, Correction, DryRun, Problem, Quote, QuoteRow, Status, Tone};

/// Stands for our reference in a request that is only shown.
const TRIAL_REFERENCE: &str = "ML-DRY-RUN";

/// What a trial is made of.
pub(super) struct Trial {
    /// What would be bought, or why nothing would.
    pub plan: Result<Plan, crate::order::cause::Cause>,
    /// For the calls of it.
    pub trace: Trace,
}

impl OperatorDesk {
    /// The plan a shipment has, or would have now, with corrections that are only tried.
    pub(super) async fn trial(
        &self,
        actor: &Actor,
        shipment_id: &str,
        typed: Option<&Correction>,
    ) -> Result<Trial, Problem> {
        let id = ShipmentId(shipment_id.to_owned());
        let found = self.store(self.engine.store.db.shipment(&id).await)?;
        let mut shipment = found.ok_or_else(problem::no_shipment)?;
        let trace = Trace { actor: actor.clone(), subject: subject(&shipment) };
        if let (Some(plan), true) = (shipment.plan.clone(), shipment.tracking_number.is_some()) {
            return Ok(Trial { plan: Ok(plan), trace });
        }
        let record = self.store(self.engine.store.db.order(&shipment.order_id).await)?;
        if let Some(typed) = typed {
            shipment.correction = differences(&record.order, typed);
        }
        let read = self.store(check::read(&self.engine, &record, &shipment, &trace).await)?;
        let plan = match read {
            Ok(read) => read.plan(),
            Err(failure) => Err(failure.cause().clone()),
        };
        Ok(Trial { plan, trace })
    }

    /// The exact request, and what FedEx says to it.
    pub(super) async fn try_it(
        &self,
        actor: &Actor,
        shipment_id: &str,
        typed: Option<&Correction>,
    ) -> Result<DryRun, Problem> {
        let trial = self.trial(actor, shipment_id, typed).await?;
        let fedex = self.engine.fedex().await.map_err(|failure| problem::failure(&failure))?;
        let plan = match trial.plan {
            Ok(plan) => plan,
            Err(cause) => {
                let sentence = format!("It would stop before FedEx is asked: {}", cause.words().sentence);
                return Ok(DryRun {
                    verdict: status("refused", "Would stop", Tone::Bad),
                    sentence,
                    cause: Some(present::cause(&cause)),
                    ..DryRun::default()
                });
            }
        };
        let today = clock::date(self.engine.clock.now_ms());
        let shown = fedex.shown_purchase(&plan, TRIAL_REFERENCE, &today);
        let (request_line, request_body) = match shown {
            Ok((line, body)) => (line, Some(body)),
            Err(failure) => return Ok(refused(&failure, String::new(), None)),
        };
        if plan.packages.len() > 1 {
            return Ok(DryRun {
                verdict: status("unchecked", "Not checked by FedEx", Tone::Neutral),
                sentence: format!("It would ship: {}. FedEx checks single packages only.", check::described(&plan)),
                request_line,
                request_body,
                ..DryRun::default()
            });
        }
        Ok(match fedex.validate(&trial.trace, &plan, TRIAL_REFERENCE, &today).await {
            Ok(alerts) => DryRun {
                verdict: status("accepted", "Would ship", Tone::Good),
                sentence: format!(
                    "It would ship: {}. FedEx accepts it; it does not check the street.",
                    check::described(&plan)
                ),
                alerts,
                request_line,
                request_body,
                ..DryRun::default()
            },
            Err(failure) => refused(&failure, request_line, request_body),
        })
    }
}

impl OperatorDesk {
    /// What the services would cost.
    pub(super) async fn ask_quote(&self, actor: &Actor, shipment_id: &str) -> Result<Quote, Problem> {
        let trial = self.trial(actor, shipment_id, None).await?;
        let plan = trial.plan.map_err(|cause| problem::cause(&cause))?;
        let fedex = self.engine.fedex().await.map_err(|failure| problem::failure(&failure))?;
        let today = clock::date(self.engine.clock.now_ms());
        let mut quoted =
            fedex.quote(&trial.trace, &plan, &today).await.map_err(|failure| problem::failure(&failure))?;
        let price = |quoted: &Quoted| quoted.account.as_ref().or(quoted.list.as_ref()).map(|charge| charge.amount);
        quoted.sort_by_key(|one| (price(one).is_none(), price(one)));
        let chosen = quoted.iter().find(|one| one.service == plan.service.service);
        let sentence = match chosen.map(|one| (money(one.account.as_ref()), money(one.list.as_ref()))) {
            Some((Some(account), Some(list))) => {
                format!("{} would cost {account} on the account, {list} at list.", plan.service.service)
            }
            Some((Some(price), None) | (None, Some(price))) => format!("{} would cost {price}.", plan.service.service),
            Some((None, None)) | None => format!("FedEx quotes no price for {}.", plan.service.service),
        };
        let row = |one: &Quoted| QuoteRow {
            service: one.service.clone(),
            name: one.name.clone(),
            account: money(one.account.as_ref()),
            list: money(one.list.as_ref()),
            delivery: one.delivery.clone().or_else(|| one.transit_days.clone()),
            chosen: one.service == plan.service.service,
        };
        Ok(Quote { sentence, rows: quoted.iter().map(row).collect() })
    }

    /// FedEx's advice about the delivery address, also of one that we could not plan with.
    pub(super) async fn ask_address(&self, actor: &Actor, shipment_id: &str) -> Result<AddressAdvice, Problem> {
        let trial = self.trial(actor, shipment_id, None).await?;
        let plan = trial.plan.map_err(|cause| problem::cause(&cause))?;
        let fedex = self.engine.fedex().await.map_err(|failure| problem::failure(&failure))?;
        let who = &plan.recipient;
        let advice = fedex.resolve_address(&trial.trace, who).await.map_err(|failure| problem::failure(&failure))?;
        let kind = match advice.classification {
            Classification::Business => "a business",
            Classification::Residential => "a home",
            Classification::Mixed => "a business and a home",
            Classification::Unknown => "an address of unknown kind",
        };
        let sentence = match (advice.known, advice.post_office_box) {
            (false, _) => "FedEx does not know the address; it may exist all the same.".to_owned(),
            (true, true) => "FedEx knows the address as a post office box.".to_owned(),
            (true, false) => format!("FedEx knows the address as {kind}."),
        };
        let same = (&advice.street, &advice.city) == (&who.street, &who.city)
            && advice.region == who.region.clone().unwrap_or_default()
            && advice.postal_code == who.postal_code.clone().unwrap_or_default();
        let line = |index: usize| advice.street.get(index).cloned().unwrap_or_default();
        let residential = match advice.classification.residential() {
            Some(true) => "yes",
            Some(false) => "no",
            None => "",
        };
        let proposal = (advice.known && !same).then(|| Correction {
            name: who.name.clone(),
            street_1: line(0),
            street_2: line(1),
            street_3: line(2),
            city: advice.city.clone(),
            region: advice.region.clone(),
            postal_code: advice.postal_code.clone(),
            residential: residential.to_owned(),
            ..Correction::default()
        });
        let classification = format!("{:?}", advice.classification).to_uppercase();
        Ok(AddressAdvice { sentence, classification, remarks: advice.remarks, proposal })
    }
}

fn money(charge: Option<&Charge>) -> Option<String> {
    charge.map(|charge| format!("{} {}", charge.amount, charge.currency))
}

fn refused(failure: &Failure, request_line: String, request_body: Option<String>) -> DryRun {
    let cause = failure.cause();
    DryRun {
        verdict: match failure {
            Failure::Permanent(_) => status("refused", "Would be refused", Tone::Bad),
            _ => status("unchecked", "Not checked by FedEx", Tone::Warning),
        },
        sentence: cause.words().sentence.to_owned(),
        cause: Some(present::cause(cause)),
        request_line,
        request_body,
        ..DryRun::default()
    }
}

fn status(code: &str, label: &str, tone: Tone) -> Status {
    Status { code: code.to_owned(), label: label.to_owned(), tone }
}
