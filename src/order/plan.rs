//! From a group of lines and what we know around them to a plan: exactly what will be bought.
//!
//! Pure: takes the order, the facts looked up in Dynamics 365, the rules an operator set, and the
//! operator's corrections; answers a [`Plan`] or the first [`Cause`] why there is none.

use crate::order::cause::Cause;
use crate::order::consignee::{Consignee, country, is_post_office_box, propose_split};
use crate::order::correction::{Correction, corrected};
use crate::order::customs::{Customs, declare};
use crate::order::facts::Facts;
use crate::order::group::{Basis, Group};
use crate::order::packing::{Package, pack, weighed};
use crate::order::parcel::{GROUND, GROUND_ECONOMY, HOME_DELIVERY, ImageType, Service};
use crate::order::rules::{InvoiceSource, Payer, Rules, keyed};
use crate::order::{Address, Line, Order};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// FedEx: characters of `P_O_NUMBER` and `INVOICE_NUMBER`.
pub const REFERENCE_LIMIT: usize = 30;

/// What a label will be bought for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Warehouse the parcel leaves from, as Dynamics 365 names it.
    #[serde(default)]
    pub warehouse: String,
    /// FedEx account, where it is not the connection's.
    #[serde(default)]
    pub account_number: Option<String>,
    /// Who sends.
    pub shipper: Consignee,
    /// Who receives.
    pub recipient: Consignee,
    /// The consignee is a home.
    #[serde(default)]
    pub residential: bool,
    /// Service, packaging, signature.
    pub service: Service,
    /// Who pays FedEx.
    #[serde(default)]
    pub payment: Payment,
    /// The packages, master first.
    pub packages: Vec<Package>,
    /// The customs declaration, when the shipment leaves the country.
    #[serde(default)]
    pub customs: Option<Customs>,
    /// Sales order number, for `P_O_NUMBER`.
    pub order_number: String,
    /// What goes into `INVOICE_NUMBER`.
    pub invoice_number: Option<String>,
    /// Label format.
    pub image_type: ImageType,
    /// Label stock.
    pub stock: String,
    /// Set on a return label.
    #[serde(default)]
    pub returning: Option<Return>,
    /// What Dynamics 365 said, to see later what changed.
    #[serde(default)]
    pub basis: Basis,
}

impl Plan {
    /// Weight of all packages.
    pub fn weight(&self) -> Decimal {
        self.packages.iter().map(|package| package.weight.value()).sum()
    }

    /// Changes when anything about what will be bought does.
    pub fn fingerprint(&self) -> String {
        hex::encode(Sha256::digest(serde_json::to_vec(self).expect("a plan is plain data")))
    }

    /// The same parcels on their way back.
    #[must_use]
    pub fn reversed(&self, returning: Return) -> Self {
        Self {
            shipper: self.recipient.clone(),
            recipient: self.shipper.clone(),
            residential: false,
            // A home can send what only homes receive: the way back is plain Ground.
            service: Service {
                service: if self.service.service == HOME_DELIVERY {
                    GROUND.to_owned()
                } else {
                    self.service.service.clone()
                },
                saturday: false,
                ..self.service.clone()
            },
            payment: Payment::default(),
            returning: Some(returning),
            ..self.clone()
        }
    }
}

/// Who pays FedEx.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Who.
    pub payer: Payer,
    /// Whose account, unless it is ours.
    pub account_number: Option<String>,
}

/// A return label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    /// The customer's return authorisation, for `RMA_ASSOCIATION`.
    pub rma: Option<String>,
}

/// Why an order is not to be shipped now, if it is not.
pub fn hold(order: &Order, rules: &Rules) -> Option<Cause> {
    if order.sales_status == "Canceled" || order.processing_status == "Canceled" {
        return Some(Cause::new(CANCELLED));
    }
    if order.stopped {
        return Some(Cause::new("order.stopped").detail("Processing is stopped on the order."));
    }
    if !rules.processing_statuses.contains(&order.processing_status) {
        return Some(Cause::new("order.stopped").detail(format!("Its status is {}.", order.processing_status)));
    }
    None
}

/// The code [`hold`] gives a cancelled order; the shipment ends instead of waiting for a person.
pub const CANCELLED: &str = "order.cancelled";
/// The code of a group that is another carrier's; the shipment ends as excluded.
pub const OTHER_CARRIER: &str = "order.other-carrier";
/// The code of a group of nothing but services beside others that ship.
pub const SERVICES_ONLY: &str = "order.services-only";
/// The code of a group that waits for its invoice number.
pub const INVOICE_AWAITED: &str = "order.invoice-awaited";

/// Plans the shipment of one group of lines.
pub fn plan(
    order: &Order,
    group: &Group,
    facts: &Facts,
    rules: &Rules,
    correction: &Correction,
) -> Result<Plan, Cause> {
    if rules.other_carriers.contains(&group.delivery_mode) && correction.service.trim().is_empty() {
        return Err(Cause::new(OTHER_CARRIER).detail(group.delivery_mode.clone()));
    }
    let lines = shipped_lines(order, group, facts)?;
    let recipient = recipient(&group.ship_to, facts, rules, correction)?;
    let shipper = shipper(&group.warehouse, facts, rules)?;
    let residential = is_residential(facts, correction);
    let service = at_home(service(order, group, rules, correction)?, residential);
    if is_post_office_box(&recipient.street) && service.service != GROUND_ECONOMY {
        let cause = Cause::new("order.post-office-box").field("street_1");
        return Err(cause.detail(format!("{} does not go to a post office box", service.service)));
    }
    let packages = if correction.weight_lb.trim().is_empty() {
        pack(&lines, &group.warehouse, facts, rules)?
    } else {
        weighed(&correction.weight_lb, &lines)?
    };
    let customs = if shipper.country == recipient.country {
        None
    } else {
        Some(declare(order, &lines, facts, rules, &shipper.country)?)
    };
    Ok(Plan {
        warehouse: group.warehouse.clone(),
        account_number: account(&order.company, &group.warehouse, rules),
        residential: residential || service.service == HOME_DELIVERY,
        shipper,
        recipient,
        service,
        payment: payment(order, rules)?,
        packages,
        customs,
        order_number: reference(&order.number, "order_number")?,
        invoice_number: invoice(order, facts, rules)?,
        image_type: rules.label.image_type,
        stock: rules.label.stock().to_owned(),
        returning: None,
        basis: Basis::of(order, group),
    })
}

/// Lines of the group that go into parcels.
fn shipped_lines<'a>(order: &'a Order, group: &Group, facts: &Facts) -> Result<Vec<&'a Line>, Cause> {
    let of_group = |line: &&Line| group.lots.contains(&line.lot) && line.left_out().is_none();
    let lines: Vec<&Line> = order
        .lines
        .iter()
        .filter(of_group)
        .filter(|line| !facts.items.get(&line.item).is_some_and(|item| item.is_service))
        .collect();
    if lines.is_empty() {
        let others = order.lines.iter().any(|line| line.left_out().is_none() && !group.lots.contains(&line.lot));
        return Err(Cause::new(if others { SERVICES_ONLY } else { "order.nothing-to-ship" }));
    }
    let hazardous = lines.iter().find(|line| facts.items.get(&line.item).is_some_and(|item| item.is_hazardous));
    match hazardous {
        Some(line) => Err(Cause::new("order.hazardous").field("lines").detail(line.item.clone())),
        None => Ok(lines),
    }
}

fn recipient(ship_to: &Address, facts: &Facts, rules: &Rules, correction: &Correction) -> Result<Consignee, Cause> {
    let phone =
        if correction.phone.trim().is_empty() { facts.phone.as_deref().unwrap_or_default() } else { &correction.phone };
    let mut address = corrected(ship_to, correction);
    if rules.split_streets
        && let Some(split) = propose_split(&address.street)
    {
        address.street = split.join("\n");
    }
    Consignee::parse(&address, phone)
}

fn is_residential(facts: &Facts, correction: &Correction) -> bool {
    match correction.residential.trim() {
        "yes" => true,
        "no" => false,
        _ => facts.residential.unwrap_or(false),
    }
}

/// Ground to a home is a service of its own.
fn at_home(service: Service, residential: bool) -> Service {
    if residential && service.service == GROUND {
        Service { service: HOME_DELIVERY.to_owned(), ..service }
    } else {
        service
    }
}

/// Ship-from: the operator's entry for the warehouse; else the warehouse in Dynamics 365, with
/// company and telephone of the operator's default (Dynamics 365 has neither); else the default.
fn shipper(warehouse: &str, facts: &Facts, rules: &Rules) -> Result<Consignee, Cause> {
    let missing = |cause: Cause| {
        let field = cause.field.unwrap_or_default();
        Cause::new("rules.ship-from-missing").field(&field).detail(format!("warehouse {warehouse}: {field}"))
    };
    if let Some(from) = rules.ship_from.get(warehouse) {
        return Consignee::parse(&from.address(), &from.phone).map_err(missing);
    }
    let from_d365 = facts.warehouses.get(warehouse).filter(|address| !address.is_empty());
    match (from_d365, keyed(&rules.ship_from, warehouse)) {
        (Some(address), Some(owner)) => {
            let address = Address { name: owner.company.clone(), ..address.clone() };
            // A warehouse kept half empty in Dynamics 365 must not stop what the default can ship.
            let own = Consignee::parse(&address, &owner.phone);
            own.or_else(|_| Consignee::parse(&owner.address(), &owner.phone)).map_err(missing)
        }
        (None, Some(owner)) => Consignee::parse(&owner.address(), &owner.phone).map_err(missing),
        (_, None) => Err(missing(Cause::new("rules.ship-from-missing").field("default"))),
    }
}

/// The service of the delivery mode; one of the mode with the carrier's service beside it counts more.
fn service(order: &Order, group: &Group, rules: &Rules, correction: &Correction) -> Result<Service, Cause> {
    let chosen = correction.service.trim();
    if !chosen.is_empty() {
        return Ok(Service::new(chosen));
    }
    let mode = &group.delivery_mode;
    let exact = rules.services.get(&format!("{mode}/{}", order.carrier_service));
    exact.or_else(|| rules.services.get(mode)).cloned().ok_or_else(|| {
        Cause::new("rules.delivery-mode-unmapped").field("service").detail(format!("delivery mode {mode}"))
    })
}

fn account(company: &str, warehouse: &str, rules: &Rules) -> Option<String> {
    let of_warehouse = rules.accounts.get(&format!("{company}/{warehouse}"));
    of_warehouse.or_else(|| rules.accounts.get(company)).cloned()
}

/// Who pays: the rule of the delivery terms. Without one, an account of the customer's on the order
/// means that the customer pays.
fn payment(order: &Order, rules: &Rules) -> Result<Payment, Cause> {
    let account_number = Some(order.carrier_account.trim()).filter(|account| !account.is_empty());
    let payer = rules.payers.get(&order.terms).copied();
    match (payer, account_number) {
        (Some(Payer::Sender), _) | (None, None) => Ok(Payment::default()),
        (Some(payer), Some(account)) => Ok(Payment { payer, account_number: Some(account.to_owned()) }),
        (None, Some(account)) => Ok(Payment { payer: Payer::Recipient, account_number: Some(account.to_owned()) }),
        (Some(_), None) => {
            let detail = format!("delivery terms {}", order.terms);
            Err(Cause::new("order.payer-account-missing").field("carrier_account").detail(detail))
        }
    }
}

fn invoice(order: &Order, facts: &Facts, rules: &Rules) -> Result<Option<String>, Cause> {
    let value = match rules.invoice.source {
        InvoiceSource::Omit => None,
        InvoiceSource::OrderNumber => Some(&order.number),
        InvoiceSource::Confirmation => facts.confirmation_number.as_ref(),
        InvoiceSource::WhenKnown => facts.invoice_number.as_ref(),
        InvoiceSource::Wait => match &facts.invoice_number {
            None if facts.waited_hours < rules.invoice.wait_hours => return Err(Cause::new(INVOICE_AWAITED)),
            found => found.as_ref(),
        },
    };
    value.map(|value| reference(value, "invoice_number")).transpose()
}

fn reference(value: &str, field: &str) -> Result<String, Cause> {
    // Never cut silently: a shortened number is another number.
    if value.chars().count() > REFERENCE_LIMIT || !value.is_ascii() {
        return Err(Cause::new("order.value-too-long").field(field).detail(value));
    }
    Ok(value.to_owned())
}

/// Two-letter country for showing, or the text as it is.
pub fn shown_country(text: &str) -> String {
    country(text).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::order::facts::Item;
    use crate::order::group::groups;
    use crate::order::rules::{Invoice, Label, ShipFrom};
    use std::collections::{BTreeMap, BTreeSet};

    pub fn order() -> Order {
        let ship_to = Address {
            name: "Norwood Pump Co".into(),
            street: "1450 Commerce St".into(),
            city: "Dallas".into(),
            region: "TX".into(),
            postal_code: "75201".into(),
            country: "US".into(),
        };
        let line = Line {
            lot: "L1".into(),
            item: "P-100".into(),
            quantity: Decimal::from(2),
            price: Decimal::TEN,
            status: "Backorder".into(),
            ..Line::default()
        };
        Order {
            company: "usmf".into(),
            number: "001261".into(),
            currency: "USD".into(),
            delivery_mode: "FEDEX-GRD".into(),
            processing_status: "Confirmed".into(),
            ship_to,
            lines: vec![line],
            ..Order::default()
        }
    }

    pub fn facts() -> Facts {
        let item = Item { weight: Some(Decimal::from(3)), origin: "US".into(), ..Item::default() };
        Facts { phone: Some("2145550100".into()), items: [("P-100".into(), item)].into(), ..Facts::default() }
    }

    pub fn rules() -> Rules {
        let from = ShipFrom {
            company: "Contoso Parts".into(),
            city: "Memphis".into(),
            region: "TN".into(),
            postal_code: "38118".into(),
            street: vec!["10 FedEx Pkwy".into()],
            country: "US".into(),
            phone: "9015550100".into(),
        };
        Rules {
            services: [("FEDEX-GRD".into(), Service::new("FEDEX_GROUND"))].into(),
            ship_from: [("default".into(), from)].into(),
            label: Label { stock: "PAPER_4X6".into(), ..Label::default() },
            processing_statuses: vec!["Confirmed".into()],
            ..Rules::default()
        }
    }

    fn planned(order: &Order, facts: &Facts, rules: &Rules, correction: &Correction) -> Result<Plan, Cause> {
        let group = groups(order, &BTreeSet::new()).into_iter().next().unwrap_or_default();
        plan(order, &group, facts, rules, correction)
    }

    pub fn sample() -> Plan {
        planned(&order(), &facts(), &rules(), &Correction::default()).expect("a plan")
    }

    fn code(order: &Order, facts: &Facts, rules: &Rules) -> String {
        planned(order, facts, rules, &Correction::default()).expect_err("must be refused").code
    }

    #[test]
    fn an_order_becomes_a_plan_with_weight_in_pounds() {
        let plan = planned(&order(), &facts(), &rules(), &Correction::default()).expect("a plan");
        assert_eq!(plan.weight().to_string(), "13.23");
        assert_eq!(plan.order_number, "001261");
        assert_eq!((plan.invoice_number, plan.customs), (None, None));
    }

    #[test]
    fn what_is_missing_is_named_and_a_correction_mends_it() {
        let no_phone = Facts { phone: None, ..facts() };
        assert_eq!(code(&order(), &no_phone, &rules()), "order.phone-missing");
        let correction = Correction { phone: "2145550199".into(), ..Correction::default() };
        assert!(planned(&order(), &no_phone, &rules(), &correction).is_ok());
        let unmapped = Rules { services: BTreeMap::new(), ..rules() };
        assert_eq!(code(&order(), &facts(), &unmapped), "rules.delivery-mode-unmapped");
        let weightless = Facts { items: BTreeMap::new(), ..facts() };
        assert_eq!(code(&order(), &weightless, &rules()), "order.weight-missing");
    }

    #[test]
    fn service_lines_stay_out_and_an_empty_parcel_is_refused() {
        let mut cancelled = order();
        cancelled.lines[0].status = "Canceled".into();
        assert_eq!(code(&cancelled, &facts(), &rules()), "order.nothing-to-ship");
        let mut services = facts();
        services.items.get_mut("P-100").unwrap().is_service = true;
        assert_eq!(code(&order(), &services, &rules()), "order.nothing-to-ship");
        let mut split = order();
        split.lines.push(Line {
            lot: "L2".into(),
            warehouse: "13".into(),
            item: "B".into(),
            ..order().lines[0].clone()
        });
        assert_eq!(code(&split, &services, &rules()), SERVICES_ONLY);
    }

    #[test]
    fn a_mode_of_another_carrier_is_left_alone_and_a_carrier_service_refines_a_mode() {
        let other = Rules { other_carriers: vec!["FEDEX-GRD".into()], ..rules() };
        assert_eq!(code(&order(), &facts(), &other), OTHER_CARRIER);
        let mut refined = rules();
        refined.services.insert("FEDEX-GRD/2DAY".into(), Service::new("FEDEX_2_DAY"));
        let fast = Order { carrier_service: "2DAY".into(), ..order() };
        assert_eq!(planned(&fast, &facts(), &refined, &Correction::default()).unwrap().service.service, "FEDEX_2_DAY");
    }

    #[test]
    fn ground_to_a_home_is_home_delivery() {
        let home = Facts { residential: Some(true), ..facts() };
        let plan = planned(&order(), &home, &rules(), &Correction::default()).unwrap();
        assert_eq!((plan.service.service.as_str(), plan.residential), ("GROUND_HOME_DELIVERY", true));
        let business = Correction { residential: "no".into(), ..Correction::default() };
        assert_eq!(planned(&order(), &home, &rules(), &business).unwrap().service.service, "FEDEX_GROUND");
    }

    #[test]
    fn a_post_office_box_needs_another_service_or_address() {
        let mut boxed = order();
        boxed.ship_to.street = "P.O. Box 123".into();
        assert_eq!(code(&boxed, &facts(), &rules()), "order.post-office-box");
        let economy = Correction { service: "SMART_POST".into(), ..Correction::default() };
        assert!(planned(&boxed, &facts(), &rules(), &economy).is_ok());
    }

    #[test]
    fn the_customers_account_pays_when_the_order_names_one_or_the_terms_say_so() {
        let theirs = Order { carrier_account: "123456789".into(), terms: "3RD".into(), ..order() };
        let paid = |order: &Order, rules: &Rules| {
            planned(order, &facts(), rules, &Correction::default()).map(|plan| plan.payment)
        };
        let by_recipient = Payment { payer: Payer::Recipient, account_number: Some("123456789".into()) };
        assert_eq!(paid(&theirs, &rules()).unwrap(), by_recipient);
        let third = Rules { payers: [("3RD".to_owned(), Payer::ThirdParty)].into(), ..rules() };
        assert_eq!(paid(&theirs, &third).unwrap().payer, Payer::ThirdParty);
        let missing = paid(&Order { carrier_account: String::new(), ..theirs }, &third);
        assert_eq!(missing.unwrap_err().code, "order.payer-account-missing");
    }

    #[test]
    fn the_account_of_the_warehouse_counts_more_than_the_companys() {
        let mut rules = rules();
        rules.accounts = [("usmf".to_owned(), "1".to_owned()), ("usmf/24".to_owned(), "2".to_owned())].into();
        let account = |warehouse: &str| {
            let order = Order { warehouse: warehouse.into(), ..order() };
            planned(&order, &facts(), &rules, &Correction::default()).unwrap().account_number
        };
        assert_eq!((account("24"), account("13")), (Some("2".into()), Some("1".into())));
    }

    #[test]
    fn the_invoice_number_comes_from_where_the_rule_says() {
        let invoice = |source, waited_hours, number: Option<&str>| {
            let rules = Rules { invoice: Invoice { source, wait_hours: 24 }, ..rules() };
            let facts = Facts {
                invoice_number: number.map(str::to_owned),
                confirmation_number: Some("001261-1".into()),
                waited_hours,
                ..facts()
            };
            planned(&order(), &facts, &rules, &Correction::default()).map(|plan| plan.invoice_number)
        };
        assert_eq!(invoice(InvoiceSource::OrderNumber, 0, None).unwrap().as_deref(), Some("001261"));
        assert_eq!(invoice(InvoiceSource::Confirmation, 0, None).unwrap().as_deref(), Some("001261-1"));
        assert_eq!(invoice(InvoiceSource::Omit, 0, Some("I")).unwrap(), None);
        assert_eq!(invoice(InvoiceSource::Wait, 23, None).unwrap_err().code, INVOICE_AWAITED);
        assert_eq!(invoice(InvoiceSource::Wait, 24, None).unwrap(), None);
        assert_eq!(invoice(InvoiceSource::Wait, 1, Some("I")).unwrap().as_deref(), Some("I"));
        let long = "x".repeat(31);
        assert_eq!(invoice(InvoiceSource::WhenKnown, 0, Some(&long)).unwrap_err().code, "order.value-too-long");
    }

    #[test]
    fn a_parcel_that_leaves_the_country_is_declared() {
        let mut abroad = order();
        abroad.ship_to = Address {
            city: "Toronto".into(),
            region: "ON".into(),
            postal_code: "M5V 2T6".into(),
            country: "CAN".into(),
            ..abroad.ship_to
        };
        let customs = planned(&abroad, &facts(), &rules(), &Correction::default()).unwrap().customs.expect("declared");
        assert_eq!((customs.total(), customs.commodities.len()), (Decimal::from(20), 1));
    }

    #[test]
    fn a_long_street_is_split_when_the_rule_says_so() {
        let mut long = order();
        long.ship_to.street = "120 Industrial Parkway Building 7 Suite 210".into();
        assert_eq!(code(&long, &facts(), &rules()), "order.street-too-long");
        let split = Rules { split_streets: true, ..rules() };
        assert_eq!(planned(&long, &facts(), &split, &Correction::default()).unwrap().recipient.street.len(), 2);
    }

    #[test]
    fn a_return_goes_the_other_way_at_our_cost() {
        let theirs = Order { carrier_account: "123456789".into(), ..order() };
        let out = planned(&theirs, &facts(), &rules(), &Correction::default()).unwrap();
        let back = out.reversed(Return { rma: Some("RMA-1".into()) });
        assert_eq!((&back.shipper, &back.recipient), (&out.recipient, &out.shipper));
        assert_eq!(back.payment, Payment::default());
    }

    #[test]
    fn a_stopped_or_unconfirmed_order_is_held_and_a_cancelled_one_ends() {
        let rules = rules();
        assert_eq!(hold(&order(), &rules), None);
        let stopped = Order { stopped: true, ..order() };
        assert_eq!(hold(&stopped, &rules).expect("held").code, "order.stopped");
        let cancelled = Order { sales_status: "Canceled".into(), ..order() };
        assert_eq!(hold(&cancelled, &rules).expect("held").code, CANCELLED);
    }
}
