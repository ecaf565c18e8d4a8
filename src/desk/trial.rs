//! Trying without buying: the exact request with FedEx's verdict, quotes, and advice about an address.

use crate::audit::Actor;
use crate::clock;
use crate::desk::commands::differences;
use crate::desk::{OperatorDesk, present, problem};
use crate::order::ShipmentId;
use crate::order::plan::{Plan, hold};
use crate::order::retry::Failure;
use crate::transport::Trace;
use crate::work::check;
use crate::work::settle::subject;
use app::contract::{Correction, DryRun, Problem, Status, Tone};

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
            Ok(read) => match hold(&record.order, &read.rules) {
                Some(cause) => Err(cause),
                None => read.plan(&record.order),
            },
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
