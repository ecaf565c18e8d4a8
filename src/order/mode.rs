//! How far an order goes by itself, a legal entity at a time.
//!
//! In *shadow* an order is read, checked and planned, and FedEx is asked what it would say and cost;
//! nothing is bought and nothing is written back. In *approve* a person lets each plan go. In
//! *automatic* it goes by itself. Here is the only place that gives leave to buy.

use crate::order::plan::Plan;
use crate::order::state::State;
use crate::order::{Kind, Shipment};
use serde::{Deserialize, Serialize};

/// The mode of a legal entity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Nothing is bought, nothing is written back.
    Shadow,
    /// A person lets each plan go.
    Approve,
    /// Orders go by themselves.
    #[default]
    Automatic,
}

impl Mode {
    /// Every mode, the most careful first.
    pub const ALL: [Self; 3] = [Self::Shadow, Self::Approve, Self::Automatic];

    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Shadow => "shadow",
            Self::Approve => "approve",
            Self::Automatic => "automatic",
        }
    }

    /// The mode of a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

/// What a person said, or is asked to say, about buying a shipment's label. Nothing said: its legal
/// entity's mode decides alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Approval {
    /// A person is asked. This outlives a switch of the mode: what was held back is never let go by it.
    Awaited,
    /// The next plan, whatever it is: an operator asked to buy before there was one.
    Next,
    /// This plan and no other, by its fingerprint.
    Given(String),
}

impl Approval {
    /// As it is stored.
    pub fn stored(&self) -> &str {
        match self {
            Self::Awaited => "awaited",
            Self::Next => "next",
            Self::Given(fingerprint) => fingerprint,
        }
    }

    /// From what is stored.
    pub fn from_stored(text: String) -> Self {
        match text.as_str() {
            "awaited" => Self::Awaited,
            "next" => Self::Next,
            _ => Self::Given(text),
        }
    }
}

/// Leave to buy one label. A purchase does not begin without, and only [`permit`] makes one.
#[derive(Clone, Debug)]
pub struct Permit(());

/// Why there is no leave to buy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// The legal entity is in shadow.
    Shadow,
    /// Nobody approved this plan.
    NotApproved,
}

/// Leave to buy the label of a shipment, or why there is none.
pub fn permit(mode: Mode, shipment: &Shipment) -> Result<Permit, Held> {
    let approved = match (&shipment.approval, &shipment.plan) {
        (Some(Approval::Given(fingerprint)), Some(plan)) => *fingerprint == plan.fingerprint(),
        (None, _) => mode == Mode::Automatic,
        _ => false,
    };
    match mode {
        Mode::Shadow => Err(Held::Shadow),
        Mode::Approve | Mode::Automatic if approved => Ok(Permit(())),
        Mode::Approve | Mode::Automatic => Err(Held::NotApproved),
    }
}

/// What a mode makes of a shipment's pending step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// The step is done.
    Go,
    /// Instead of buying, FedEx is asked what it would say.
    Rehearse,
    /// It would write to Dynamics 365, which is not done in shadow.
    Wait,
}

/// What the mode makes of the pending step.
pub fn course(mode: Mode, shipment: &Shipment) -> Course {
    if shipment.voiding.is_some() {
        // Cancelling a label buys nothing.
        return Course::Go;
    }
    let writes =
        shipment.kind == Kind::Outbound && matches!(shipment.state, State::Labelled | State::Delivered | State::Voided);
    match shipment.state {
        State::Ready if permit(mode, shipment).is_err() => Course::Rehearse,
        _ if writes && mode == Mode::Shadow => Course::Wait,
        _ => Course::Go,
    }
}

/// What an operator says by asking for a label that has no plan yet. Where orders go by themselves
/// and nobody was asked, nothing needs to be said.
pub fn asked_to_buy(mode: Mode, said: Option<&Approval>) -> Option<Approval> {
    if mode == Mode::Automatic && said.is_none() { None } else { Some(Approval::Next) }
}

/// What stands after a new plan: an approval is of one plan.
pub(super) fn after_plan(said: Option<Approval>, plan: &Plan) -> Option<Approval> {
    match said {
        Some(Approval::Next) => Some(Approval::Given(plan.fingerprint())),
        Some(Approval::Given(fingerprint)) if fingerprint != plan.fingerprint() => Some(Approval::Awaited),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::{OrderId, ShipmentId, Voiding};

    fn ready(approval: Option<Approval>) -> Shipment {
        let plan = crate::order::plan::tests::sample();
        let received = Shipment::received(ShipmentId("s".into()), OrderId("o".into()), 1, 0);
        Shipment { state: State::Ready, plan: Some(plan), approval, ..received }
    }

    fn given() -> Approval {
        Approval::Given(crate::order::plan::tests::sample().fingerprint())
    }

    #[test]
    fn in_shadow_there_is_no_leave_whatever_was_said() {
        for said in [None, Some(Approval::Awaited), Some(Approval::Next), Some(given())] {
            assert_eq!(permit(Mode::Shadow, &ready(said.clone())).err(), Some(Held::Shadow));
            assert_eq!(course(Mode::Shadow, &ready(said)), Course::Rehearse);
        }
    }

    #[test]
    fn an_approval_is_of_one_plan() {
        assert!(permit(Mode::Approve, &ready(Some(given()))).is_ok());
        let mut other = ready(Some(given()));
        other.plan.as_mut().expect("a plan").order_number = "another".into();
        assert_eq!(permit(Mode::Approve, &other).err(), Some(Held::NotApproved));
        let plan = other.plan.expect("a plan");
        assert_eq!(after_plan(Some(given()), &plan), Some(Approval::Awaited));
        assert_eq!(after_plan(Some(Approval::Next), &plan), Some(Approval::Given(plan.fingerprint())));
        assert_eq!(after_plan(None, &plan), None);
    }

    #[test]
    fn what_was_held_back_is_not_let_go_by_a_switch() {
        assert!(permit(Mode::Automatic, &ready(None)).is_ok());
        for mode in [Mode::Approve, Mode::Automatic] {
            assert_eq!(permit(mode, &ready(Some(Approval::Awaited))).err(), Some(Held::NotApproved));
        }
        assert_eq!(permit(Mode::Approve, &ready(None)).err(), Some(Held::NotApproved));
    }

    #[test]
    fn in_shadow_nothing_is_written_back_and_labels_can_still_be_cancelled() {
        for state in [State::Labelled, State::Delivered, State::Voided] {
            let labelled = Shipment { state, ..ready(None) };
            assert_eq!(course(Mode::Shadow, &labelled), Course::Wait, "{}", state.name());
            assert_eq!(course(Mode::Approve, &labelled), Course::Go, "{}", state.name());
            let back = Shipment { kind: Kind::Return, ..labelled.clone() };
            assert_eq!(course(Mode::Shadow, &back), Course::Go, "a return is not written to the order");
            let voiding = Shipment { voiding: Some(Voiding::Only), ..labelled };
            assert_eq!(course(Mode::Shadow, &voiding), Course::Go);
        }
    }

    #[test]
    fn stored_names_lead_back() {
        for mode in Mode::ALL {
            assert_eq!(Mode::parse(mode.name()), Some(mode));
        }
        for said in [Approval::Awaited, Approval::Next, given()] {
            assert_eq!(Approval::from_stored(said.stored().to_owned()), said);
        }
    }
}
