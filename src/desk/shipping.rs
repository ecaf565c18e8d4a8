//! Cancelling labels, shipping anew, return labels, and giving up a purchase without an answer.

use crate::audit::Actor;
use crate::desk::{OperatorDesk, problem};
use crate::order::mode::{Approval, Mode};
use crate::order::plan::Return;
use crate::order::state::State;
use crate::order::transition::Event;
use crate::order::{Kind, Shipment, ShipmentId, Voiding};
use crate::store::shipments::Shown;
use crate::work::settle::{one_line, subject};
use crate::work::take_in::destination;
use app::contract::Problem;

/// FedEx: characters of `RMA_ASSOCIATION`.
const RMA_LIMIT: usize = 20;

/// Why no return label can be bought for a shipment, if none can.
pub fn return_refused(shipment: &Shipment, all: &[Shipment]) -> Option<String> {
    let is_return =
        |one: &Shipment| one.kind == Kind::Return && one.group_no == shipment.group_no && !one.state.frees_lines();
    if shipment.kind == Kind::Return {
        Some("This is the return already.".to_owned())
    } else if shipment.tracking_number.is_none() || shipment.state.frees_lines() || shipment.plan.is_none() {
        Some("There is no parcel that could come back.".to_owned())
    } else if all.iter().any(is_return) {
        Some("There is a return label already.".to_owned())
    } else {
        None
    }
}

/// A decision that costs money or labels says why.
pub(super) fn reason_given(reason: &str) -> Result<(), Problem> {
    if reason.trim().is_empty() {
        let hint = "Write in a few words why; it goes on the record.";
        return Err(Problem::new("desk.reason-missing", "This needs a reason.", hint));
    }
    Ok(())
}

impl OperatorDesk {
    /// Gives up a purchase without an answer.
    pub(super) async fn give_up(&self, actor: &Actor, before: &Shipment, reason: &str) -> Result<(), Problem> {
        reason_given(reason)?;
        let wanted = self.asked_to_buy(before).await?;
        let in_flight = async {
            let mut tx = self.engine.store.begin().await?;
            tx.has_open_attempt(&before.shipment_id).await
        };
        if self.store(in_flight.await)? {
            return Err(Problem::new(
                "order.call-in-flight",
                "FedEx is being asked at this moment.",
                "Read the page again in a minute; the answer may settle it.",
            ));
        }
        self.act(actor, before, &wanted, Event::DeclaredAbsent, "desk.buy-again", reason).await
    }

    /// Asks to cancel a label.
    pub(super) async fn ask_void(
        &self,
        actor: &Actor,
        before: &Shipment,
        reship: bool,
        reason: &str,
    ) -> Result<(), Problem> {
        reason_given(reason)?;
        let (voiding, action) = if reship { (Voiding::AndReship, "desk.reship") } else { (Voiding::Only, "desk.void") };
        if reship && before.kind == Kind::Return {
            return Err(problem::refusal(&crate::order::transition::Refusal::NotNow(before.state)));
        }
        let wanted = if reship { self.asked_to_buy(before).await? } else { before.clone() };
        self.act(actor, before, &wanted, Event::VoidAsked(voiding), action, reason).await
    }

    /// Makes a shipment of the way back; its label is bought like any other.
    pub(super) async fn make_return(
        &self,
        actor: &Actor,
        shipment_id: &str,
        rma: &str,
        reason: &str,
    ) -> Result<(), Problem> {
        let id = ShipmentId(shipment_id.to_owned());
        let found = self.store(self.engine.store.db.shipment(&id).await)?;
        let outbound = found.ok_or_else(problem::no_shipment)?;
        let all = self.store(self.engine.store.db.shipments_of(&outbound.order_id).await)?;
        if let Some(why) = return_refused(&outbound, &all) {
            return Err(Problem::new("order.no-return", &why, "Read the page again; it may have moved on."));
        }
        let Some(plan) = &outbound.plan else { return Err(problem::no_shipment()) };
        let mode = self.may_buy(&outbound.order_id).await?;
        let rma = rma.trim();
        if rma.chars().count() > RMA_LIMIT || !rma.is_ascii() {
            let message = format!("FedEx takes {RMA_LIMIT} plain characters as return authorisation.");
            return Err(Problem::new("order.value-too-long", &message, "Shorten it."));
        }
        let now = self.engine.clock.now_ms();
        let returning = Return { rma: (!rma.is_empty()).then(|| rma.to_owned()) };
        let reversed = plan.reversed(returning);
        let back = Shipment {
            kind: Kind::Return,
            parent: Some(outbound.shipment_id.clone()),
            state: State::Ready,
            approval: (mode != Mode::Automatic).then(|| Approval::Given(reversed.fingerprint())),
            plan: Some(reversed),
            ..Shipment::received(ShipmentId(self.engine.new_id()), outbound.order_id.clone(), outbound.group_no, now)
        };
        let reversed = back.plan.as_ref().expect("set just now");
        let ship_to = one_line(&destination(&reversed.recipient));
        let shown = Shown { ship_to: &ship_to, service: &reversed.service.service, warehouse: &reversed.warehouse };
        let summary = match reason.trim() {
            "" => "Asked for a return label.".to_owned(),
            reason => format!("Asked for a return label: {reason}"),
        };
        let entry = self.engine.entry(actor, "desk.return-label", subject(&back), summary);
        let saved = async {
            let mut tx = self.engine.store.begin().await?;
            tx.insert_shipment(&back, &shown, now).await?;
            self.engine.store.append(&mut tx, &entry).await?;
            tx.commit().await
        };
        match saved.await {
            // Two operators at once: the database keeps one.
            Err(error) if error.is_unique() => Err(problem::stale()),
            other => self.store(other),
        }?;
        self.engine.wake_drive.notify_one();
        Ok(())
    }
}
