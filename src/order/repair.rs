//! What helps shipments that stopped, and which of them can be helped together.
//!
//! Failures group by what is structured in them (side and code, the operation that failed, the field
//! at fault), never by prose. For a group there is one [`Remedy`]; for a value at fault there is the
//! part of the correction that may mend it, and where it can be known, a proposal.

use crate::order::cause::Cause;
use crate::order::consignee::{Consignee, propose_split};
use crate::order::correction::{Correction, corrected};
use crate::order::state::State;
use crate::order::transition::{Event, is_before_label};
use crate::order::{Address, Shipment};

/// What an operator can do about a shipment that stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Correct a value, then go on.
    Fix,
    /// Go on from the step that failed.
    Replay,
    /// Ask FedEx whether the label exists; nothing is bought before that.
    LookUp,
}

impl Remedy {
    const ALL: [Self; 3] = [Self::Fix, Self::Replay, Self::LookUp];

    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fix => "fix",
            Self::Replay => "replay",
            Self::LookUp => "look_up",
        }
    }

    /// The remedy of a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|remedy| remedy.name() == name)
    }

    /// What helps this shipment; `None` when it moves by itself or nobody can help it here.
    pub fn of(shipment: &Shipment) -> Option<Self> {
        match shipment.state {
            State::OutcomeUnknown => Some(Self::LookUp),
            State::Parked if shipment.voiding.is_some() => None,
            State::Parked if is_before_label(shipment) => {
                let values = shipment.cause.as_ref().map(Value::of).unwrap_or_default();
                Some(if values.is_empty() { Self::Replay } else { Self::Fix })
            }
            State::Parked => Some(Self::Replay),
            _ => None,
        }
    }

    /// What it does to a shipment. Not one of them buys where a label may exist.
    pub fn event(self) -> Event {
        match self {
            Self::Fix | Self::Replay => Event::Replay,
            Self::LookUp => Event::LookUpNow,
        }
    }
}

/// The step that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Everything up to the label.
    Ship,
    /// Finding out whether a label exists.
    LookUp,
    /// The tracking number onto the order.
    Announce,
    /// The delivery onto the order.
    ConfirmDelivery,
    /// Whatever else has a cause: a cancellation, a number taken back.
    Other,
}

impl Operation {
    const ALL: [Self; 5] = [Self::Ship, Self::LookUp, Self::Announce, Self::ConfirmDelivery, Self::Other];

    /// Its name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ship => "ship",
            Self::LookUp => "look-up",
            Self::Announce => "announce",
            Self::ConfirmDelivery => "confirm-delivery",
            Self::Other => "other",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.name() == name)
    }

    fn of(state: State, resume: Option<State>) -> Self {
        match resume.unwrap_or(state) {
            State::OutcomeUnknown => Self::LookUp,
            State::Received | State::Ready => Self::Ship,
            State::Labelled => Self::Announce,
            State::Delivered => Self::ConfirmDelivery,
            _ => Self::Other,
        }
    }
}

/// Names a group of failures that can be mended the same way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupKey {
    /// Code of the cause; the part before its dot is the side.
    pub code: String,
    /// The step that failed.
    pub operation: Operation,
    /// The field at fault, street lines as one; empty when none is known.
    pub field: String,
}

/// Between the parts of a key: a letter that an address leaves alone and no part holds.
const BETWEEN: char = '~';

impl GroupKey {
    /// The group of a cause in a state.
    pub fn new(code: &str, state: State, resume: Option<State>, field: &str) -> Self {
        let field = if field.starts_with("street_") { "street" } else { field };
        Self { code: code.to_owned(), operation: Operation::of(state, resume), field: field.to_owned() }
    }

    /// The group a shipment belongs to.
    pub fn of(shipment: &Shipment) -> Option<Self> {
        let cause = shipment.cause.as_ref()?;
        Some(Self::new(&cause.code, shipment.state, shipment.resume, cause.field.as_deref().unwrap_or_default()))
    }

    /// As it stands in an address: `order.street-too-long~ship~street`.
    pub fn text(&self) -> String {
        let mut text = format!("{}{BETWEEN}{}", self.code, self.operation.name());
        if !self.field.is_empty() {
            text.push(BETWEEN);
            text.push_str(&self.field);
        }
        text
    }

    /// The values that may mend it, before the label.
    pub fn values(&self) -> &'static [Value] {
        let cause = Cause { code: self.code.clone(), field: Some(self.field.clone()), detail: None };
        if self.operation == Operation::Ship { Value::of(&cause) } else { &[] }
    }

    /// What helps those of it that stopped.
    pub fn remedy(&self) -> Remedy {
        match self.operation {
            Operation::LookUp => Remedy::LookUp,
            _ if self.values().is_empty() => Remedy::Replay,
            _ => Remedy::Fix,
        }
    }

    /// The key of a text.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, BETWEEN);
        let code = parts.next().filter(|code| !code.is_empty())?.to_owned();
        let operation = Operation::parse(parts.next()?)?;
        Some(Self { code, operation, field: parts.next().unwrap_or_default().to_owned() })
    }
}

/// A value an operator can correct before the label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// Consignee.
    Name,
    /// Street lines.
    Street,
    /// City.
    City,
    /// State or province.
    Region,
    /// Postal code.
    PostalCode,
    /// Telephone.
    Phone,
    /// Weight of the parcel.
    Weight,
    /// FedEx service.
    Service,
}

impl Value {
    /// The values that may mend a cause; none when no value on this side does.
    pub fn of(cause: &Cause) -> &'static [Self] {
        match cause.code.split_once('.').map_or("", |(_, what)| what) {
            "street-too-long" | "street-missing" | "address-unknown" => &[Self::Street],
            "name-missing" => &[Self::Name],
            "city-missing" | "city-wrong" => &[Self::City],
            "region-missing" => &[Self::Region],
            "postal-code-wrong" | "postal-code-elsewhere" => &[Self::PostalCode, Self::Region],
            "phone-missing" | "phone-wrong" => &[Self::Phone],
            "weight-missing" | "weight-wrong" => &[Self::Weight],
            "post-office-box" => &[Self::Street, Self::Service],
            "lane-not-served" | "delivery-mode-unmapped" => &[Self::Service],
            "combination-refused" => &[Self::Service, Self::Weight],
            "value-too-long" | "not-ascii" => Self::of_field(cause.field.as_deref().unwrap_or_default()),
            _ => &[],
        }
    }

    fn of_field(field: &str) -> &'static [Self] {
        match field {
            "name" => &[Self::Name],
            "city" => &[Self::City],
            "region" => &[Self::Region],
            "postal_code" => &[Self::PostalCode],
            street if street.starts_with("street") => &[Self::Street],
            _ => &[],
        }
    }

    /// This value in a correction: street lines one below the other.
    pub fn read(self, correction: &Correction) -> String {
        match self {
            Self::Name => correction.name.clone(),
            Self::Street => correction.street.join("\n"),
            Self::City => correction.city.clone(),
            Self::Region => correction.region.clone(),
            Self::PostalCode => correction.postal_code.clone(),
            Self::Phone => correction.phone.clone(),
            Self::Weight => correction.weight_lb.clone(),
            Self::Service => correction.service.clone(),
        }
    }

    fn write(self, correction: &mut Correction, text: &str) {
        let text = text.trim();
        match self {
            Self::Name => text.clone_into(&mut correction.name),
            Self::Street => correction.street = lines(text),
            Self::City => text.clone_into(&mut correction.city),
            Self::Region => text.clone_into(&mut correction.region),
            Self::PostalCode => text.clone_into(&mut correction.postal_code),
            Self::Phone => text.clone_into(&mut correction.phone),
            Self::Weight => text.clone_into(&mut correction.weight_lb),
            Self::Service => text.clone_into(&mut correction.service),
        }
    }

    /// What Dynamics 365 has for it on the address; the others are not of an address.
    pub fn given(self, address: &Address) -> &str {
        match self {
            Self::Name => &address.name,
            Self::Street => &address.street,
            Self::City => &address.city,
            Self::Region => &address.region,
            Self::PostalCode => &address.postal_code,
            Self::Phone | Self::Weight | Self::Service => "",
        }
    }

    /// The value a fault of the consignee is about.
    fn of_fault(field: &str) -> Option<Self> {
        Self::of_field(field).first().copied().or((field == "phone").then_some(Self::Phone))
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// What to fill in for a value at fault: the street split at words where that fits, else the value as
/// it is. Nothing is invented.
pub fn proposal(address: &Address, before: &Correction, values: &[Value]) -> Correction {
    let now = corrected(address, before);
    let mut proposal = before.clone();
    for value in values {
        match value {
            Value::Street => {
                let split = propose_split(&now.street);
                proposal.street = split.unwrap_or_else(|| lines(&now.street));
            }
            Value::Phone | Value::Weight | Value::Service => {}
            _ => {
                let text = value.given(&now).to_owned();
                value.write(&mut proposal, &text);
            }
        }
    }
    proposal
}

/// The correction before, with what was typed for these values. Text that Dynamics 365 has anyway is
/// no correction: a later mend there must still come through.
pub fn overlaid(address: &Address, before: &Correction, values: &[Value], typed: &Correction) -> Correction {
    let mut after = before.clone();
    for value in values {
        let text = value.read(typed);
        let same = lines(&text) == lines(value.given(address));
        value.write(&mut after, if same { "" } else { &text });
    }
    after
}

/// A telephone that every country takes: stands in where the telephone is not in question.
const ANY_PHONE: &str = "2145550100";

/// What is still wrong with the values after a correction, as far as the address alone tells.
pub fn remaining_fault(address: &Address, after: &Correction, values: &[Value]) -> Option<Cause> {
    let phone = Some(after.phone.trim()).filter(|phone| !phone.is_empty()).unwrap_or(ANY_PHONE);
    let fault = Consignee::parse(&corrected(address, after), phone).err()?;
    let value = Value::of_fault(fault.field.as_deref()?)?;
    values.contains(&value).then_some(fault)
}

/// The proposal mends the fault by itself: nobody has to type.
pub fn is_ready(address: &Address, before: &Correction, proposal: &Correction, values: &[Value]) -> bool {
    let after = overlaid(address, before, values, proposal);
    after != *before && remaining_fault(address, &after, values).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::{OrderId, ShipmentId};

    const LONG: &str = "120 Industrial Parkway Building 7 Suite 210";

    fn address(street: &str) -> Address {
        Address {
            name: "Norwood Pump Co".into(),
            street: street.into(),
            city: "Dallas".into(),
            region: "TX".into(),
            postal_code: "75201".into(),
            country: "US".into(),
        }
    }

    fn parked(cause: Cause, resume: State) -> Shipment {
        Shipment {
            state: State::Parked,
            resume: Some(resume),
            cause: Some(cause),
            ..Shipment::received(ShipmentId("s".into()), OrderId("o".into()), 1, 0)
        }
    }

    #[test]
    fn an_unknown_outcome_is_looked_up_and_never_anything_else() {
        let unknown =
            Shipment { state: State::OutcomeUnknown, ..parked(Cause::new("order.street-too-long"), State::Received) };
        assert_eq!(Remedy::of(&unknown), Some(Remedy::LookUp));
    }

    #[test]
    fn a_value_is_corrected_only_before_the_label() {
        let cause = Cause::new("order.phone-missing").field("phone");
        assert_eq!(Remedy::of(&parked(cause.clone(), State::Received)), Some(Remedy::Fix));
        assert_eq!(Remedy::of(&parked(cause, State::Labelled)), Some(Remedy::Replay));
        assert_eq!(Remedy::of(&parked(Cause::new("order.stopped"), State::Received)), Some(Remedy::Replay));
        let moving = Shipment { state: State::Labelled, ..parked(Cause::new("d365.throttled"), State::Labelled) };
        assert_eq!(Remedy::of(&moving), None, "it passes by itself");
    }

    #[test]
    fn street_lines_are_one_group_and_other_fields_and_steps_are_not() {
        let key = |code: &str, field: &str, resume| GroupKey::of(&parked(Cause::new(code).field(field), resume));
        let too_long = "order.street-too-long";
        assert_eq!(key(too_long, "street_1", State::Received), key(too_long, "street_2", State::Received));
        let not_ascii = "order.not-ascii";
        assert_ne!(key(not_ascii, "city", State::Received), key(not_ascii, "name", State::Received));
        let refused = "d365.write-refused";
        assert_ne!(key(refused, "", State::Labelled), key(refused, "", State::Delivered));
        for key in [key(too_long, "street_3", State::Received), key(refused, "", State::Delivered)] {
            let key = key.expect("it has a cause");
            assert_eq!(GroupKey::parse(&key.text()), Some(key));
        }
        let remedy = |text| GroupKey::parse(text).expect("a key").remedy();
        assert_eq!(remedy("order.not-ascii~ship~street"), Remedy::Fix);
        assert_eq!(remedy("order.not-ascii~ship~order_number"), Remedy::Replay);
        assert_eq!(remedy("fedex.no-answer~look-up"), Remedy::LookUp);
        assert_eq!(GroupKey::parse("order.street-too-long"), None);
        assert_eq!(GroupKey::parse("~ship"), None);
    }

    #[test]
    fn a_long_street_has_a_ready_proposal_and_a_missing_telephone_has_none() {
        let before = Correction::default();
        let street = proposal(&address(LONG), &before, &[Value::Street]);
        assert_eq!(street.street, ["120 Industrial Parkway Building 7", "Suite 210"]);
        assert!(is_ready(&address(LONG), &before, &street, &[Value::Street]));
        let unsplittable = address(&"x".repeat(40));
        let street = proposal(&unsplittable, &before, &[Value::Street]);
        assert!(!is_ready(&unsplittable, &before, &street, &[Value::Street]), "a person must look");
        let phone = proposal(&address(LONG), &before, &[Value::Phone]);
        assert_eq!(phone, before, "nothing is invented");
        assert!(!is_ready(&address("1 Main St"), &before, &phone, &[Value::Phone]));
    }

    #[test]
    fn only_the_values_in_question_change_and_what_dynamics_has_is_no_correction() {
        let before = Correction { weight_lb: "5".into(), city: "Dallas North".into(), ..Correction::default() };
        let typed = Correction { phone: " 214 555 0199 ".into(), city: "ignored".into(), ..Correction::default() };
        let after = overlaid(&address("1 Main St"), &before, &[Value::Phone], &typed);
        assert_eq!(after, Correction { phone: "214 555 0199".into(), ..before.clone() });
        let as_given = Correction { city: "Dallas".into(), ..Correction::default() };
        let after = overlaid(&address("1 Main St"), &before, &[Value::City], &as_given);
        assert_eq!(after.city, "");
    }

    #[test]
    fn a_fault_that_remains_is_named_if_it_is_about_the_values() {
        let typed = |street: &str| Correction { street: vec![street.into()], ..Correction::default() };
        let fault = remaining_fault(&address(LONG), &typed(&"y".repeat(36)), &[Value::Street]);
        assert_eq!(fault.map(|cause| cause.code), Some("order.street-too-long".into()));
        assert_eq!(remaining_fault(&address(LONG), &Correction::default(), &[Value::Phone]), None);
        let short = Correction { phone: "555-0100".into(), ..Correction::default() };
        assert_eq!(
            remaining_fault(&address("1 Main St"), &short, &[Value::Phone]).map(|cause| cause.code),
            Some("order.phone-wrong".into())
        );
    }

    #[test]
    fn every_remedy_has_a_name_and_none_of_them_buys_where_a_label_may_exist() {
        for remedy in Remedy::ALL {
            assert_eq!(Remedy::parse(remedy.name()), Some(remedy));
        }
        assert!(matches!(Remedy::LookUp.event(), Event::LookUpNow));
    }
}
