//! From an order and what we know around it to a plan: exactly what will be bought.
//!
//! Pure: takes the order, the facts looked up in Dynamics 365, the rules an operator set, and the
//! operator's corrections; answers a [`Plan`] or the first [`Cause`] why there is none.

use crate::order::cause::Cause;
use crate::order::consignee::{Consignee, country};
use crate::order::parcel::{ImageType, Service, Weight};
use crate::order::{Address, Line, Order};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// FedEx: characters of `P_O_NUMBER` and `INVOICE_NUMBER`.
pub const REFERENCE_LIMIT: usize = 30;

/// What a label will be bought for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Who sends.
    pub shipper: Consignee,
    /// Who receives.
    pub recipient: Consignee,
    /// Service and packaging.
    pub service: Service,
    /// Weight of the one package.
    pub weight: Weight,
    /// Sales order number, for `P_O_NUMBER`.
    pub order_number: String,
    /// Customer invoice number, for `INVOICE_NUMBER`, where one exists.
    pub invoice_number: Option<String>,
    /// Label format.
    pub image_type: ImageType,
    /// Label stock.
    pub stock: String,
}

/// What Dynamics 365's master data says around an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Telephone of the contact person or the customer.
    pub phone: Option<String>,
    /// Address of the warehouse.
    pub warehouse: Option<Address>,
    /// What is known of the items, by item number.
    pub items: BTreeMap<String, Item>,
    /// Newest issued invoice of the order.
    pub invoice_number: Option<String>,
}

/// What is known of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Gross kilograms of one unit; `None` when Dynamics 365 has none.
    pub weight_kg: Option<Decimal>,
    /// A service: nothing to put into a parcel.
    pub is_service: bool,
    /// Dangerous goods.
    pub is_hazardous: bool,
}

/// What an operator set: services by delivery mode, ship-from by warehouse, label, weights.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Delivery mode → service.
    pub services: BTreeMap<String, Service>,
    /// Warehouse (or `default`) → address and telephone.
    pub ship_from: BTreeMap<String, (Address, String)>,
    /// Weight where Dynamics 365 has none.
    pub default_weight_lb: Option<Decimal>,
    /// Label format.
    pub image_type: ImageType,
    /// Label stock.
    pub stock: String,
    /// Processing statuses that may ship.
    pub processing_statuses: Vec<String>,
}

/// Values an operator changed on one shipment; empty text means "as in Dynamics 365".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Correction {
    /// Consignee.
    pub name: String,
    /// Street, one to three lines.
    pub street: Vec<String>,
    /// City.
    pub city: String,
    /// State or province.
    pub region: String,
    /// Postal code.
    pub postal_code: String,
    /// Telephone.
    pub phone: String,
    /// Weight in pounds.
    pub weight_lb: String,
    /// FedEx service.
    pub service: String,
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

/// Plans the one shipment of an order.
pub fn plan(order: &Order, facts: &Facts, rules: &Rules, correction: &Correction) -> Result<Plan, Cause> {
    let lines = shipped_lines(order, facts)?;
    let one = one_destination(order, &lines)?;
    let recipient = recipient(&one.ship_to, facts, correction)?;
    let shipper = shipper(&one.warehouse, facts, rules)?;
    if shipper.country != recipient.country {
        return Err(Cause::new("order.international").field("country").detail(recipient.country));
    }
    let service = service(&one.delivery_mode, rules, correction)?;
    let weight = weight(&lines, facts, rules, correction)?;
    let order_number = reference(&order.number, "order_number")?;
    let invoice_number = match &facts.invoice_number {
        Some(number) => Some(reference(number, "invoice_number")?),
        None => None,
    };
    Ok(Plan {
        shipper,
        recipient,
        service,
        weight,
        order_number,
        invoice_number,
        image_type: rules.image_type,
        stock: rules.stock.clone(),
    })
}

/// Lines that go into the parcel.
fn shipped_lines<'a>(order: &'a Order, facts: &Facts) -> Result<Vec<&'a Line>, Cause> {
    let lines: Vec<&Line> = order
        .lines
        .iter()
        .filter(|line| line.left_out().is_none())
        .filter(|line| !facts.items.get(&line.item).is_some_and(|item| item.is_service))
        .collect();
    if lines.is_empty() {
        return Err(Cause::new("order.nothing-to-ship"));
    }
    let hazardous = lines.iter().find(|line| facts.items.get(&line.item).is_some_and(|item| item.is_hazardous));
    match hazardous {
        Some(line) => Err(Cause::new("order.hazardous").field("lines").detail(line.item.clone())),
        None => Ok(lines),
    }
}

/// Where all lines go to and come from. What a line leaves empty, the header says.
struct Destination {
    ship_to: Address,
    warehouse: String,
    delivery_mode: String,
}

fn one_destination(order: &Order, lines: &[&Line]) -> Result<Destination, Cause> {
    let or_header = |line: &str, header: &str| if line.is_empty() { header.to_owned() } else { line.to_owned() };
    let address = |line: &Line| {
        if line.ship_to.is_empty() { order.ship_to.clone() } else { line.ship_to.clone() }
    };
    let differ = |what: &str| Cause::new("order.several-destinations").field(what);
    let modes: BTreeSet<String> =
        lines.iter().map(|line| or_header(&line.delivery_mode, &order.delivery_mode)).collect();
    let warehouses: BTreeSet<String> = lines.iter().map(|line| or_header(&line.warehouse, &order.warehouse)).collect();
    let first = address(lines[0]);
    if modes.len() > 1 {
        return Err(differ("delivery_mode"));
    }
    if warehouses.len() > 1 {
        return Err(differ("warehouse"));
    }
    if lines.iter().any(|line| address(line) != first) {
        return Err(differ("address"));
    }
    Ok(Destination {
        ship_to: first,
        warehouse: warehouses.into_iter().next().unwrap_or_default(),
        delivery_mode: modes.into_iter().next().unwrap_or_default(),
    })
}

/// The address a parcel goes to: the order's, with the operator's corrections over it.
pub fn corrected(address: &Address, correction: &Correction) -> Address {
    let over = |corrected: &str, given: &str| {
        if corrected.trim().is_empty() { given.to_owned() } else { corrected.trim().to_owned() }
    };
    Address {
        name: over(&correction.name, &address.name),
        street: over(&correction.street.join("\n"), &address.street),
        city: over(&correction.city, &address.city),
        region: over(&correction.region, &address.region),
        postal_code: over(&correction.postal_code, &address.postal_code),
        country: address.country.clone(),
    }
}

fn recipient(ship_to: &Address, facts: &Facts, correction: &Correction) -> Result<Consignee, Cause> {
    let phone =
        if correction.phone.trim().is_empty() { facts.phone.as_deref().unwrap_or_default() } else { &correction.phone };
    Consignee::parse(&corrected(ship_to, correction), phone)
}

/// Ship-from: the operator's entry for the warehouse; else the warehouse in Dynamics 365, with
/// company and telephone of the operator's default (Dynamics 365 has neither); else the default.
fn shipper(warehouse: &str, facts: &Facts, rules: &Rules) -> Result<Consignee, Cause> {
    let missing = |cause: Cause| {
        let field = cause.field.unwrap_or_default();
        Cause::new("rules.ship-from-missing").field(&field).detail(format!("warehouse {warehouse}: {field}"))
    };
    if let Some((address, phone)) = rules.ship_from.get(warehouse) {
        return Consignee::parse(address, phone).map_err(missing);
    }
    let default = rules.ship_from.get("default");
    let from_d365 = facts.warehouse.as_ref().filter(|address| !address.is_empty());
    match (from_d365, default) {
        (Some(address), Some((owner, phone))) => {
            let address = Address { name: owner.name.clone(), ..address.clone() };
            // A warehouse kept half empty in Dynamics 365 must not stop what the default can ship.
            Consignee::parse(&address, phone).or_else(|_| Consignee::parse(owner, phone)).map_err(missing)
        }
        (None, Some((address, phone))) => Consignee::parse(address, phone).map_err(missing),
        (_, None) => Err(missing(Cause::new("rules.ship-from-missing").field("default"))),
    }
}

fn service(mode: &str, rules: &Rules, correction: &Correction) -> Result<Service, Cause> {
    let chosen = correction.service.trim();
    if !chosen.is_empty() {
        return Ok(Service { service: chosen.to_owned(), packaging: "YOUR_PACKAGING".to_owned() });
    }
    rules.services.get(mode).cloned().ok_or_else(|| {
        Cause::new("rules.delivery-mode-unmapped").field("service").detail(format!("delivery mode {mode}"))
    })
}

fn weight(lines: &[&Line], facts: &Facts, rules: &Rules, correction: &Correction) -> Result<Weight, Cause> {
    if !correction.weight_lb.trim().is_empty() {
        return Weight::parse(&correction.weight_lb);
    }
    let mut kilograms = Decimal::ZERO;
    for line in lines {
        let known = facts.items.get(&line.item).and_then(|item| item.weight_kg);
        match (known.filter(|weight| *weight > Decimal::ZERO), rules.default_weight_lb) {
            (Some(weight), _) => kilograms += weight * line.quantity,
            // One default for the whole parcel: it is a stand-in, not a unit weight.
            (None, Some(default)) => return Weight::pounds(default),
            (None, None) => {
                let detail = format!("item {} has no weight", line.item);
                return Err(Cause::new("order.weight-missing").field("weight_lb").detail(detail));
            }
        }
    }
    Weight::kilograms(kilograms)
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
mod tests {
    use super::*;

    fn order() -> Order {
        let ship_to = Address {
            name: "Norwood Pump Co".into(),
            street: "1450 Commerce St".into(),
            city: "Dallas".into(),
            region: "TX".into(),
            postal_code: "75201".into(),
            country: "US".into(),
        };
        let line =
            Line { item: "P-100".into(), quantity: Decimal::from(2), status: "Backorder".into(), ..Line::default() };
        Order {
            company: "usmf".into(),
            number: "001261".into(),
            delivery_mode: "FEDEX-GRD".into(),
            processing_status: "Confirmed".into(),
            ship_to,
            lines: vec![line],
            ..Order::default()
        }
    }

    fn facts() -> Facts {
        let item = Item { weight_kg: Some(Decimal::from(3)), ..Item::default() };
        Facts { phone: Some("2145550100".into()), items: [("P-100".into(), item)].into(), ..Facts::default() }
    }

    fn rules() -> Rules {
        let from = Address {
            name: "Contoso Parts".into(),
            city: "Memphis".into(),
            region: "TN".into(),
            postal_code: "38118".into(),
            street: "10 FedEx Pkwy".into(),
            country: "US".into(),
        };
        Rules {
            services: [("FEDEX-GRD".into(), Service { service: "FEDEX_GROUND".into(), packaging: your() })].into(),
            ship_from: [("default".into(), (from, "9015550100".into()))].into(),
            stock: "PAPER_4X6".into(),
            processing_statuses: vec!["Confirmed".into()],
            ..Rules::default()
        }
    }

    fn your() -> String {
        "YOUR_PACKAGING".into()
    }

    #[test]
    fn an_order_becomes_a_plan_with_weight_in_pounds() {
        let plan = plan(&order(), &facts(), &rules(), &Correction::default()).expect("a plan");
        assert_eq!(plan.weight.value().to_string(), "13.23");
        assert_eq!(plan.order_number, "001261");
        assert_eq!(plan.invoice_number, None);
    }

    #[test]
    fn what_is_missing_is_named_and_a_correction_mends_it() {
        let no_phone = Facts { phone: None, ..facts() };
        let cause = plan(&order(), &no_phone, &rules(), &Correction::default()).expect_err("no phone");
        assert_eq!(cause.code, "order.phone-missing");
        let correction = Correction { phone: "2145550199".into(), ..Correction::default() };
        assert!(plan(&order(), &no_phone, &rules(), &correction).is_ok());

        let unmapped = Rules { services: BTreeMap::new(), ..rules() };
        let cause = plan(&order(), &facts(), &unmapped, &Correction::default()).expect_err("unmapped");
        assert_eq!(cause.code, "rules.delivery-mode-unmapped");

        let weightless = Facts { items: BTreeMap::new(), ..facts() };
        let cause = plan(&order(), &weightless, &rules(), &Correction::default()).expect_err("weight");
        assert_eq!(cause.code, "order.weight-missing");
    }

    #[test]
    fn service_and_cancelled_lines_stay_out_and_an_empty_parcel_is_refused() {
        let mut order = order();
        order.lines[0].status = "Canceled".into();
        let cause = plan(&order, &facts(), &rules(), &Correction::default()).expect_err("empty");
        assert_eq!(cause.code, "order.nothing-to-ship");
    }

    #[test]
    fn lines_to_two_warehouses_are_not_put_into_one_parcel() {
        let mut order = order();
        let mut second = order.lines[0].clone();
        second.warehouse = "24".into();
        order.lines.push(second);
        let cause = plan(&order, &facts(), &rules(), &Correction::default()).expect_err("two");
        assert_eq!(cause.code, "order.several-destinations");
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
