//! The states of a shipment and their stored names.

use serde::{Deserialize, Serialize};

macro_rules! states {
    ($($(#[$doc:meta])* $name:ident = $stored:literal,)+) => {
        /// Where a shipment stands. The stored names are part of the contract.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum State { $($(#[$doc])* $name,)+ }

        impl State {
            /// Every state, in the order of a shipment's life.
            pub const ALL: &[State] = &[$(State::$name,)+];

            /// The stored name.
            pub fn name(self) -> &'static str {
                match self { $(State::$name => $stored,)+ }
            }

            /// The state of a stored name.
            pub fn parse(name: &str) -> Option<State> {
                match name { $($stored => Some(State::$name),)+ _ => None }
            }
        }
    };
}

states! {
    /// Seen in Dynamics 365; not yet checked.
    Received = "received",
    /// Checked and planned; the label is bought next.
    Ready = "ready",
    /// FedEx has made the label; Dynamics 365 does not know yet.
    Labelled = "labelled",
    /// The tracking number is on the order in Dynamics 365.
    Announced = "announced",
    /// FedEx has the parcel and moves it.
    InTransit = "in_transit",
    /// On the vehicle.
    OutForDelivery = "out_for_delivery",
    /// FedEx could not go on by itself.
    Exception = "exception",
    /// Delivered; Dynamics 365 does not know yet.
    Delivered = "delivered",
    /// The delivery is on the order in Dynamics 365. The end.
    Closed = "closed",
    /// Needs a person; has a cause and a state to resume from.
    Parked = "parked",
    /// A label may or may not have been bought.
    OutcomeUnknown = "outcome_unknown",
    /// The label was cancelled at FedEx.
    Voided = "voided",
    /// FedEx brings or brought the parcel back.
    Returned = "returned",
    /// Cancelled in Dynamics 365 before a label was bought.
    Cancelled = "cancelled",
    /// An operator or a rule said this one is not ours to ship.
    Excluded = "excluded",
}

impl State {
    /// Nothing will happen any more.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Closed | Self::Voided | Self::Returned | Self::Cancelled | Self::Excluded)
    }

    /// A person is asked to look.
    pub fn needs_attention(self) -> bool {
        matches!(self, Self::Parked | Self::OutcomeUnknown | Self::Exception)
    }

    /// Its lines are free for another shipment: nothing was sent, or it was cancelled.
    pub fn frees_lines(self) -> bool {
        matches!(self, Self::Voided | Self::Cancelled | Self::Excluded)
    }

    /// A label is about to be bought, or may have been.
    pub fn is_label_in_flight(self) -> bool {
        matches!(self, Self::Ready | Self::OutcomeUnknown)
    }

    /// No label was asked for yet: the plan may still change.
    pub fn is_before_label(self) -> bool {
        matches!(self, Self::Received | Self::Ready)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stored_name_leads_back_to_its_state() {
        for &state in State::ALL {
            assert_eq!(State::parse(state.name()), Some(state));
        }
        assert_eq!(State::parse("lost"), None);
    }
}
