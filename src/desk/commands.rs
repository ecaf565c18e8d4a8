//! What an operator can do. Each command authorises, decides, saves and audits; the decision about
//! a state is the domain's, see `order/transition.rs`.

use crate::audit::{Actor, Subject, System};
use crate::desk::{OperatorDesk, Role, connections, ping, problem, rotate};
use crate::order::correction;
use crate::order::group::group_of;
use crate::order::state::State;
use crate::order::transition::{Event, is_before_label};
use crate::order::{Order, Shipment, ShipmentId};
use crate::print::job::DocumentKey;
use crate::store::corrections::ToRemember;
use crate::store::orders::OrderRecord;
use crate::work::act::{ActError, Decision, act};
use crate::work::settle::{one_line, subject};
use app::contract::{
    AddressAdvice, Correction, D365Form, DryRun, FedexForm, Ladder, Problem, Quote, RulesChange, RulesSaved,
    ServiceRow, ShipFromRow, Suggestion,
};
use app::desk::Commands;
use async_trait::async_trait;
use std::collections::BTreeSet;

#[async_trait]
impl Commands for OperatorDesk {
    async fn replay(&self, shipment_id: String, version: i64, reason: String) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
        let before = self.seen(&shipment_id, version).await?;
        self.act(&actor, &before, &before, Event::Replay, "desk.replay", &reason).await
    }

    async fn correct(
        &self,
        shipment_id: String,
        version: i64,
        correction: Correction,
        reason: String,
    ) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
        let before = self.seen(&shipment_id, version).await?;
        if before.state != State::Parked || !is_before_label(&before) {
            return Err(Problem::new(
                "order.too-late-to-correct",
                "Values can be corrected only before a label is bought.",
                "Read the page again; it may have moved on.",
            ));
        }
        let record = self.engine.store.db.order(&before.order_id).await;
        let record = record.map_err(|error| problem::store(&self.engine, &error))?;
        let corrected = Shipment { correction: differences(&record.order, &correction), ..before.clone() };
        self.act(&actor, &before, &corrected, Event::Replay, "desk.correct", &reason).await?;
        if correction.remember { self.remember(&actor, &record, &corrected).await } else { Ok(()) }
    }

    async fn look_up(&self, shipment_id: String, version: i64) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
        let before = self.seen(&shipment_id, version).await?;
        self.act(&actor, &before, &before, Event::LookUpNow, "desk.look-up", "").await
    }

    async fn buy_again(&self, shipment_id: String, version: i64, reason: String) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
        let before = self.seen(&shipment_id, version).await?;
        self.give_up(&actor, &before, &reason).await
    }

    async fn dry_run(&self, shipment_id: String, correction: Option<Correction>) -> Result<DryRun, Problem> {
        let actor = self.allowed(Role::Operator)?;
        self.try_it(&actor, &shipment_id, correction.as_ref()).await
    }

    async fn quote(&self, shipment_id: String) -> Result<Quote, Problem> {
        let actor = self.allowed(Role::Operator)?;
        self.ask_quote(&actor, &shipment_id).await
    }

    async fn check_address(&self, shipment_id: String) -> Result<AddressAdvice, Problem> {
        let actor = self.allowed(Role::Operator)?;
        self.ask_address(&actor, &shipment_id).await
    }

    async fn void(&self, shipment_id: String, version: i64, reship: bool, reason: String) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
        let before = self.seen(&shipment_id, version).await?;
        self.ask_void(&actor, &before, reship, &reason).await
    }

    async fn return_label(&self, shipment_id: String, rma: String, reason: String) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
        self.make_return(&actor, &shipment_id, &rma, &reason).await
    }

    async fn reprint(
        &self,
        shipment_id: String,
        sequence: i64,
        document_no: i64,
        reason: String,
    ) -> Result<(), Problem> {
        let key = DocumentKey { shipment_id: ShipmentId(shipment_id), sequence, document_no };
        self.print_again(&key, &reason).await.map(drop)
    }

    async fn save_service(&self, version: i64, row: ServiceRow) -> Result<RulesSaved, Problem> {
        let actor = self.allowed(Role::Operator)?;
        self.change_rules(&actor, version, RulesChange::Service(row)).await
    }

    async fn remove_service(&self, version: i64, mode: String, other_carrier: bool) -> Result<RulesSaved, Problem> {
        let actor = self.allowed(Role::Operator)?;
        self.change_rules(&actor, version, RulesChange::RemoveService { mode, other_carrier }).await
    }

    async fn save_ship_from(&self, version: i64, row: ShipFromRow) -> Result<RulesSaved, Problem> {
        let actor = self.allowed(Role::Operator)?;
        self.change_rules(&actor, version, RulesChange::ShipFrom(row)).await
    }

    async fn save_rules(&self, version: i64, document: String) -> Result<RulesSaved, Problem> {
        let actor = self.allowed(Role::Operator)?;
        self.change_rules(&actor, version, RulesChange::Document(document)).await
    }

    async fn suggest_services(&self) -> Result<Vec<Suggestion>, Problem> {
        let actor = self.allowed(Role::Operator)?;
        self.suggestions(&actor).await
    }

    async fn forget_correction(&self, correction_id: String) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
        let entry = self.engine.entry(&actor, "desk.forget-correction", Subject::default(), "Forgot a correction.");
        let forgotten = async {
            let mut tx = self.engine.store.begin().await?;
            if tx.forget_correction(&correction_id).await? {
                self.engine.store.append(&mut tx, &entry).await?;
            }
            tx.commit().await
        };
        self.store(forgotten.await)
    }

    async fn close_day(&self) -> Result<String, Problem> {
        let actor = self.allowed(Role::Operator)?;
        self.close_ground(&actor).await
    }

    async fn pull_now(&self) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
        self.refuse_paused_pull().await?;
        let entry =
            self.engine.entry(&actor, "desk.pull", crate::audit::Subject::default(), "Asked for a pull of orders now.");
        self.engine.store.record(&entry).await.map_err(|error| problem::store(&self.engine, &error))?;
        self.engine.wake_poll.notify_one();
        Ok(())
    }

    async fn save_d365(&self, form: D365Form) -> Result<Ladder, Problem> {
        let actor = self.allowed(Role::Admin)?;
        let saved = connections::saved(&self.engine, System::D365).await?.map(|saved| saved.document);
        let document = connections::d365_document(saved, &form);
        rotate::save_tested(&self.engine, &actor, System::D365, document).await
    }

    async fn save_fedex(&self, form: FedexForm) -> Result<Ladder, Problem> {
        let actor = self.allowed(Role::Admin)?;
        let saved = connections::saved(&self.engine, System::Fedex).await?.map(|saved| saved.document);
        let document = connections::fedex_document(saved, &form)?;
        rotate::save_tested(&self.engine, &actor, System::Fedex, document).await
    }

    async fn save_document(&self, system: String, document: String) -> Result<Ladder, Problem> {
        let actor = self.allowed(Role::Admin)?;
        let system = known_system(&system)?;
        let document = serde_json::from_str(&document).map_err(|error| {
            let message = format!("This is not JSON: line {}, column {}.", error.line(), error.column());
            Problem::new("connections.invalid", &message, "Correct it there, then save again.")
        })?;
        rotate::save_tested(&self.engine, &actor, system, document).await
    }

    async fn save_anyway(&self, system: String) -> Result<Ladder, Problem> {
        let actor = self.allowed(Role::Admin)?;
        self.save_refused(&actor, known_system(&system)?).await
    }

    async fn ping(&self, system: String) -> Result<Ladder, Problem> {
        let actor = self.allowed(Role::Operator)?;
        let system = known_system(&system)?;
        ping::ping(&self.engine, system, &actor).await.map_err(|error| problem::store(&self.engine, &error))
    }
}

impl OperatorDesk {
    /// The shipment as the operator saw it, or the news that it moved on.
    pub(super) async fn seen(&self, shipment_id: &str, version: i64) -> Result<Shipment, Problem> {
        let found = self.engine.store.db.shipment(&ShipmentId(shipment_id.to_owned())).await;
        let found = found.map_err(|error| problem::store(&self.engine, &error))?;
        let shipment = found.ok_or_else(problem::no_shipment)?;
        if shipment.version == version { Ok(shipment) } else { Err(problem::stale()) }
    }

    /// Remembers the address part of a correction for the next order that goes there.
    async fn remember(&self, actor: &Actor, record: &OrderRecord, shipment: &Shipment) -> Result<(), Problem> {
        let correction = shipment.correction.of_address();
        if correction.is_empty() {
            return Ok(());
        }
        let lots = self.store(self.engine.store.db.lots_of(&shipment.order_id).await)?;
        let address = group_of(&record.order, lots.get(&shipment.shipment_id).unwrap_or(&BTreeSet::new())).ship_to;
        let shown = one_line(&address);
        let new = ToRemember {
            correction_id: &self.engine.new_id(),
            company: &record.key.company,
            customer: &record.order.customer_account,
            address: &address,
            shown: &shown,
            correction: &correction,
            by: actor.name(),
        };
        let what = format!("Remembered a correction for {shown}.");
        let entry = self.engine.entry(actor, "desk.remember-correction", subject(shipment), what);
        let kept = async {
            let mut tx = self.engine.store.begin().await?;
            tx.remember_correction(&new, self.engine.clock.now_ms()).await?;
            self.engine.store.append(&mut tx, &entry).await?;
            tx.commit().await
        };
        self.store(kept.await)
    }

    /// Applies an operator's event to a shipment and records it, all or nothing.
    pub(super) async fn act(
        &self,
        actor: &Actor,
        before: &Shipment,
        changed: &Shipment,
        event: Event,
        action: &str,
        reason: &str,
    ) -> Result<(), Problem> {
        let decision = Decision { actor, before, changed, event, action, reason };
        act(&self.engine, &decision, None).await.map_err(|error| match error {
            ActError::Refused(refusal) => problem::refusal(&refusal),
            ActError::Store(error) => problem::store(&self.engine, &error),
        })
    }
}

pub(super) fn known_system(name: &str) -> Result<System, Problem> {
    match name {
        "d365" => Ok(System::D365),
        "fedex" => Ok(System::Fedex),
        _ => Err(Problem::new("connections.unknown", "There is no such system.", "Use d365 or fedex.")),
    }
}

/// What the operator changed. Values left as Dynamics 365 has them are not corrections: a later
/// mend there must still come through.
pub fn differences(order: &Order, typed: &Correction) -> correction::Correction {
    let changed = |typed: &str, given: &str| {
        let typed = typed.trim();
        if typed == given.trim() { String::new() } else { typed.to_owned() }
    };
    let lines = |lines: Vec<&str>| -> Vec<String> {
        lines.into_iter().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    let street = lines(vec![&typed.street_1, &typed.street_2, &typed.street_3]);
    let given = lines(order.ship_to.street.lines().collect());
    correction::Correction {
        name: changed(&typed.name, &order.ship_to.name),
        street: if street == given { Vec::new() } else { street },
        city: changed(&typed.city, &order.ship_to.city),
        region: changed(&typed.region, &order.ship_to.region),
        postal_code: changed(&typed.postal_code, &order.ship_to.postal_code),
        phone: typed.phone.trim().to_owned(),
        weight_lb: typed.weight_lb.trim().to_owned(),
        service: typed.service.trim().to_owned(),
        residential: typed.residential.trim().to_owned(),
    }
}
