//! What other rules would have made of shipments that were planned: the same orders and the same
//! facts, planned in memory with both, and held against each other.

use crate::order::Order;
use crate::order::cause::Cause;
use crate::order::correction::Correction;
use crate::order::facts::Facts;
use crate::order::group::Group;
use crate::order::plan::{CANCELLED, INVOICE_AWAITED, OTHER_CARRIER, Plan, SERVICES_ONLY, hold, plan};
use crate::order::rules::{Payer, Rules};
use serde::{Deserialize, Serialize};

/// Everything a plan is made of, beside the rules. Kept when a shipment is planned, because the order
/// goes on and its facts are not ours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// The order as it was.
    pub order: Order,
    /// Its lines that travel together.
    pub group: Group,
    /// What Dynamics 365 knew around them.
    pub facts: Facts,
    /// The operator's corrections, remembered ones included.
    pub correction: Correction,
}

impl Inputs {
    /// The plan these rules make of it, or why there is none.
    pub fn plan(&self, rules: &Rules) -> Result<Plan, Cause> {
        match hold(&self.order, rules) {
            Some(cause) => Err(cause),
            None => plan(&self.order, &self.group, &self.facts, rules, &self.correction),
        }
    }
}

/// What would be different.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It would need a person, and does not now.
    NewlyParked,
    /// It would go, and needs a person now.
    NoLongerParked,
    /// It would need a person for another reason.
    ParkedOtherwise,
    /// It would be left alone or wait, or no longer.
    LeftAlone,
    /// Another service, packaging, signature or option.
    Service,
    /// Other packages.
    Packages,
    /// Another address it leaves from.
    ShipFrom,
    /// Another payer or account.
    Payer,
    /// The label, its numbers, customs or the consignee.
    Other,
}

/// One difference, in the words of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What.
    pub kind: Kind,
    /// With the rules as they are.
    pub was: String,
    /// With the other rules.
    pub now: String,
}

/// What the other rules would change of one shipment; nothing when both make the same of it.
pub fn compare(inputs: &Inputs, old: &Rules, new: &Rules) -> Vec<Change> {
    match (inputs.plan(old), inputs.plan(new)) {
        (Ok(was), Ok(now)) => plan_changes(&was, &now),
        // The same reason about another value is the same to who has to mend it.
        (Err(was), Err(now)) if (&was.code, &was.field) == (&now.code, &now.field) => Vec::new(),
        (was, now) => {
            let kind = match (&was, &now) {
                _ if is_left_alone(&was) || is_left_alone(&now) => Kind::LeftAlone,
                (Ok(_), _) => Kind::NewlyParked,
                (Err(_), Ok(_)) => Kind::NoLongerParked,
                (Err(_), Err(_)) => Kind::ParkedOtherwise,
            };
            vec![Change { kind, was: outcome(&was), now: outcome(&now) }]
        }
    }
}

/// It ends or waits without asking anybody.
fn is_left_alone(planned: &Result<Plan, Cause>) -> bool {
    let codes = [CANCELLED, OTHER_CARRIER, SERVICES_ONLY, INVOICE_AWAITED];
    planned.as_ref().is_err_and(|cause| codes.contains(&cause.code.as_str()))
}

fn outcome(planned: &Result<Plan, Cause>) -> String {
    match planned {
        Ok(plan) => format!("{}, {}", service(plan), packages(plan)),
        Err(cause) if cause.code == OTHER_CARRIER => "left to another carrier".to_owned(),
        Err(cause) if cause.code == SERVICES_ONLY => "nothing but services".to_owned(),
        Err(cause) if cause.code == CANCELLED => "cancelled".to_owned(),
        Err(cause) => match &cause.detail {
            Some(detail) => format!("{} ({detail})", cause.words().title),
            None => cause.words().title.to_owned(),
        },
    }
}

fn plan_changes(was: &Plan, now: &Plan) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut differ = |kind: Kind, words: fn(&Plan) -> String| {
        changes.push(Change { kind, was: words(was), now: words(now) });
    };
    if was.service != now.service || was.residential != now.residential {
        differ(Kind::Service, service);
    }
    if was.packages != now.packages {
        differ(Kind::Packages, packages);
    }
    if was.shipper != now.shipper {
        differ(Kind::ShipFrom, ship_from);
    }
    if was.payment != now.payment || was.account_number != now.account_number {
        differ(Kind::Payer, payer);
    }
    let rest = |plan: &Plan| Plan {
        service: now.service.clone(),
        residential: now.residential,
        packages: now.packages.clone(),
        shipper: now.shipper.clone(),
        payment: now.payment.clone(),
        account_number: now.account_number.clone(),
        ..plan.clone()
    };
    if rest(was) != *now {
        differ(Kind::Other, other);
    }
    changes
}

fn service(plan: &Plan) -> String {
    let service = &plan.service;
    let own = service.packaging == crate::order::parcel::Service::new(&service.service).packaging;
    let parts = [
        Some(service.service.clone()),
        (!own).then(|| service.packaging.clone()),
        service.signature.as_ref().map(|signature| format!("signature {signature}")),
        service.saturday.then(|| "Saturday".to_owned()),
        service.one_rate.then(|| "One Rate".to_owned()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// `3 packages of 71.8 lb: S, S, L`.
fn packages(plan: &Plan) -> String {
    let count = match plan.packages.len() {
        1 => "1 package".to_owned(),
        count => format!("{count} packages"),
    };
    let cartons: Vec<&str> = plan.packages.iter().filter_map(|package| package.carton.as_deref()).collect();
    let cartons = if cartons.is_empty() { String::new() } else { format!(": {}", cartons.join(", ")) };
    format!("{count} of {} lb{cartons}", plan.weight().normalize())
}

fn ship_from(plan: &Plan) -> String {
    let from = &plan.shipper;
    let parts = [from.name.as_str(), &from.street.join(", "), &from.city, from.region.as_deref().unwrap_or_default()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

fn payer(plan: &Plan) -> String {
    let ours = plan.account_number.as_ref().map(|account| format!("our account {account}"));
    let theirs = plan.payment.account_number.clone().unwrap_or_default();
    match plan.payment.payer {
        Payer::Sender => ours.unwrap_or_else(|| "our account".to_owned()),
        Payer::Recipient => format!("the recipient's account {theirs}"),
        Payer::ThirdParty => format!("a third party's account {theirs}"),
    }
}

fn other(plan: &Plan) -> String {
    let invoice = plan.invoice_number.as_ref().map(|number| format!("invoice number {number}"));
    let customs = plan.customs.as_ref().map(|customs| {
        let duties = customs.duties.name().replace('_', " ");
        format!("declared {} {}, duties paid by the {duties}", customs.total(), customs.currency)
    });
    let parts = [
        Some(format!("to {}, {}", plan.recipient.name, plan.recipient.street.join(", "))),
        invoice,
        Some(format!("label {:?} {}", plan.image_type, plan.stock)),
        customs,
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::group::groups;
    use crate::order::parcel::Service;
    use crate::order::plan::tests::{facts, order, rules};
    use crate::order::rules::{InvoiceSource, Method};
    use std::collections::BTreeSet;

    fn inputs() -> Inputs {
        let order = order();
        let group = groups(&order, &BTreeSet::new()).remove(0);
        Inputs { order, group, facts: facts(), correction: Correction::default() }
    }

    fn kinds(change: impl FnOnce(&mut Rules)) -> Vec<Kind> {
        let mut new = rules();
        change(&mut new);
        compare(&inputs(), &rules(), &new).into_iter().map(|change| change.kind).collect()
    }

    #[test]
    fn the_same_rules_change_nothing() {
        assert_eq!(kinds(|_| {}), []);
        // A rule of something else changes nothing of this one.
        let other = |rules: &mut Rules| {
            rules.services.insert("TRUCK".into(), Service::new("FEDEX_2_DAY"));
        };
        assert_eq!(kinds(other), []);
    }

    #[test]
    fn each_kind_of_rule_is_a_difference_of_its_own_kind() {
        let service = |rules: &mut Rules| {
            rules.services.insert("FEDEX-GRD".into(), Service::new("FEDEX_2_DAY"));
        };
        assert_eq!(kinds(service), [Kind::Service]);
        let each_alone = |rules: &mut Rules| rules.packing.ship_alone.push("P-100".into());
        assert_eq!(kinds(each_alone), [Kind::Packages]);
        let moved = |rules: &mut Rules| rules.ship_from.get_mut("default").expect("there").city = "Olive Branch".into();
        assert_eq!(kinds(moved), [Kind::ShipFrom]);
        let account = |rules: &mut Rules| {
            rules.accounts.insert("usmf".into(), "740561073".into());
        };
        assert_eq!(kinds(account), [Kind::Payer]);
        let invoice = |rules: &mut Rules| rules.invoice.source = InvoiceSource::OrderNumber;
        assert_eq!(kinds(invoice), [Kind::Other]);
        let both = |rules: &mut Rules| {
            service(rules);
            each_alone(rules);
        };
        assert_eq!(kinds(both), [Kind::Service, Kind::Packages]);
    }

    #[test]
    fn what_would_stop_or_go_is_told_with_its_reason() {
        let unmapped = |rules: &mut Rules| rules.services.clear();
        let mut none = rules();
        unmapped(&mut none);
        let change = compare(&inputs(), &rules(), &none).remove(0);
        assert_eq!((change.kind, change.was.as_str()), (Kind::NewlyParked, "FEDEX_GROUND, 1 package of 13.23 lb"));
        assert!(change.now.contains("FEDEX-GRD"), "{}", change.now);
        assert_eq!(compare(&inputs(), &none, &rules())[0].kind, Kind::NoLongerParked);
        let theirs = |rules: &mut Rules| rules.other_carriers.push("FEDEX-GRD".into());
        assert_eq!(kinds(theirs), [Kind::LeftAlone]);
        let mut nowhere = none.clone();
        nowhere.ship_from.clear();
        assert_eq!(compare(&inputs(), &none, &nowhere)[0].kind, Kind::ParkedOtherwise);
        assert_eq!(compare(&inputs(), &none, &none), []);
        let cartons = |rules: &mut Rules| {
            rules.packing.methods.insert("default".into(), Method::Cartons);
        };
        assert_eq!(kinds(cartons), [Kind::NewlyParked]);
    }

    #[test]
    fn what_was_kept_is_read_again() {
        let json = serde_json::to_string(&inputs()).expect("plain data");
        assert_eq!(serde_json::from_str::<Inputs>(&json).expect("readable"), inputs());
    }
}
