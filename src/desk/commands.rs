//! What an operator can do. Each command authorises, decides, saves and audits; the decision about
//! a state is the domain's, see `order/transition.rs`.

use crate::audit::{Actor, System};
use crate::desk::{OperatorDesk, Role, connections, ping, problem};
use crate::order::correction;
use crate::order::state::State;
use crate::order::transition::{Event, apply, is_before_label};
use crate::order::{Order, Shipment, ShipmentId};
use crate::store::shipments::{LeaseAfter, Save};
use crate::work::settle::subject;
use app::contract::{Correction, D365Form, FedexForm, Ladder, Problem};
use app::desk::Commands;
use async_trait::async_trait;

/// Longest reason kept.
const REASON_LIMIT: usize = 300;

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
        self.act(&actor, &before, &corrected, Event::Replay, "desk.correct", &reason).await
    }

    async fn look_up(&self, shipment_id: String, version: i64) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
        let before = self.seen(&shipment_id, version).await?;
        self.act(&actor, &before, &before, Event::LookUpNow, "desk.look-up", "").await
    }

    async fn pull_now(&self) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
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
        self.save_and_ping(&actor, System::D365, document).await
    }

    async fn save_fedex(&self, form: FedexForm) -> Result<Ladder, Problem> {
        let actor = self.allowed(Role::Admin)?;
        let saved = connections::saved(&self.engine, System::Fedex).await?.map(|saved| saved.document);
        let document = connections::fedex_document(saved, &form)?;
        self.save_and_ping(&actor, System::Fedex, document).await
    }

    async fn save_document(&self, system: String, document: String) -> Result<Ladder, Problem> {
        let actor = self.allowed(Role::Admin)?;
        let system = known_system(&system)?;
        let document = serde_json::from_str(&document).map_err(|error| {
            let message = format!("This is not JSON: line {}, column {}.", error.line(), error.column());
            Problem::new("connections.invalid", &message, "Correct it there, then save again.")
        })?;
        self.save_and_ping(&actor, system, document).await
    }

    async fn ping(&self, system: String) -> Result<Ladder, Problem> {
        let actor = self.allowed(Role::Operator)?;
        let system = known_system(&system)?;
        ping::ping(&self.engine, system, &actor).await.map_err(|error| problem::store(&self.engine, &error))
    }
}

impl OperatorDesk {
    /// The shipment as the operator saw it, or the news that it moved on.
    async fn seen(&self, shipment_id: &str, version: i64) -> Result<Shipment, Problem> {
        let found = self.engine.store.db.shipment(&ShipmentId(shipment_id.to_owned())).await;
        let found = found.map_err(|error| problem::store(&self.engine, &error))?;
        let shipment = found.ok_or_else(|| {
            Problem::new("order.not-found", "There is no such shipment.", "Go back to the list and open it again.")
        })?;
        if shipment.version == version { Ok(shipment) } else { Err(problem::stale()) }
    }

    /// Applies an operator's event to a shipment and records it, all or nothing.
    async fn act(
        &self,
        actor: &Actor,
        before: &Shipment,
        changed: &Shipment,
        event: Event,
        action: &str,
        reason: &str,
    ) -> Result<(), Problem> {
        let now = self.engine.clock.now_ms();
        let after = apply(changed, event, now).map_err(|refusal| problem::refusal(&refusal))?;
        let reason: String = reason.trim().chars().take(REASON_LIMIT).collect();
        let mut entry = self.engine.entry(actor, action, subject(before), summary(action, &reason));
        if before.correction != after.correction {
            entry.body = serde_json::to_string(&after.correction).ok();
        }
        let saved = async {
            let mut tx = self.engine.store.begin().await?;
            let save = Save { now_ms: now, lease: LeaseAfter::Kept, environment: None };
            tx.save_shipment(before, &after, save).await?;
            self.engine.store.append(&mut tx, &entry).await?;
            tx.commit().await
        };
        saved.await.map_err(|error| problem::store(&self.engine, &error))?;
        self.engine.wake_drive.notify_one();
        Ok(())
    }

    async fn save_and_ping(
        &self,
        actor: &Actor,
        system: System,
        document: serde_json::Value,
    ) -> Result<Ladder, Problem> {
        connections::save(&self.engine, actor, system, document).await?;
        ping::ping(&self.engine, system, actor).await.map_err(|error| problem::store(&self.engine, &error))
    }
}

fn summary(action: &str, reason: &str) -> String {
    let what = match action {
        "desk.replay" => "Replayed",
        "desk.correct" => "Corrected and replayed",
        _ => "Asked to look the parcel up",
    };
    if reason.is_empty() { format!("{what}.") } else { format!("{what}: {reason}") }
}

fn known_system(name: &str) -> Result<System, Problem> {
    match name {
        "d365" => Ok(System::D365),
        "fedex" => Ok(System::Fedex),
        _ => Err(Problem::new("connections.unknown", "There is no such system.", "Use d365 or fedex.")),
    }
}

/// What the operator changed. Values left as Dynamics 365 has them are not corrections: a later
/// mend there must still come through.
fn differences(order: &Order, typed: &Correction) -> correction::Correction {
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
        residential: String::new(),
    }
}
