//! What customs want to know of a shipment that leaves the country.

use crate::order::cause::Cause;
use crate::order::consignee::{country, plain_text};
use crate::order::facts::Facts;
use crate::order::packing::unit_weight;
use crate::order::parcel::Weight;
use crate::order::rules::{Payer, Rules, keyed};
use crate::order::{Line, Order};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// FedEx: characters of a commodity's description.
const DESCRIPTION_LIMIT: usize = 450;
/// FedEx: commodities of a shipment that is made synchronously or not.
const COMMODITY_LIMIT: usize = 999;
/// FedEx: characters of a tax id.
const TAX_ID_LIMIT: usize = 18;
/// Purposes FedEx knows.
pub const PURPOSES: [&str; 6] = ["SOLD", "NOT_SOLD", "GIFT", "SAMPLE", "REPAIR_AND_RETURN", "PERSONAL_EFFECTS"];

/// The customs declaration of a shipment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customs {
    /// FedEx `shipmentPurpose`.
    pub purpose: String,
    /// FedEx `termsOfSale`, three letters.
    pub terms_of_sale: Option<String>,
    /// Who pays duties and taxes.
    pub duties: Payer,
    /// Currency of all values.
    pub currency: String,
    /// The goods.
    pub commodities: Vec<Commodity>,
    /// Our tax id.
    pub shipper_tax_id: Option<String>,
    /// The consignee's tax id.
    pub recipient_tax_id: Option<String>,
}

impl Customs {
    /// Value of all goods.
    pub fn total(&self) -> Decimal {
        self.commodities.iter().map(|commodity| commodity.value).sum()
    }
}

/// Goods of one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commodity {
    /// What it is, in plain ASCII.
    pub description: String,
    /// Item number.
    pub part_number: String,
    /// Harmonised code, where known.
    pub hs_code: Option<String>,
    /// Country of manufacture, two letters.
    pub origin: String,
    /// How many.
    pub quantity: Decimal,
    /// Price of one, two decimals.
    pub unit_price: Decimal,
    /// Value of all.
    pub value: Decimal,
    /// Weight of all.
    pub weight: Weight,
}

/// Declares the lines of a shipment. `total_lb` is the weight of its packages.
pub fn declare(order: &Order, lines: &[&Line], facts: &Facts, rules: &Rules, from: &str) -> Result<Customs, Cause> {
    if order.currency.trim().is_empty() {
        return Err(Cause::new("order.customs-value-missing").field("currency").detail("the order has no currency"));
    }
    if lines.len() > COMMODITY_LIMIT {
        return Err(Cause::new("order.too-many-packages").field("lines").detail(format!("{} lines", lines.len())));
    }
    let commodities = lines.iter().map(|line| commodity(line, facts, rules)).collect::<Result<_, _>>()?;
    let wanted = rules.customs.purpose.trim();
    Ok(Customs {
        purpose: if wanted.is_empty() { PURPOSES[0].to_owned() } else { wanted.to_owned() },
        terms_of_sale: rules.customs.terms_of_sale.get(&order.terms).cloned(),
        duties: rules.customs.duties.unwrap_or(Payer::Recipient),
        currency: order.currency.trim().to_uppercase(),
        commodities,
        shipper_tax_id: rules.customs.tax_ids.get(from).map(|id| tax_id(id)).transpose()?,
        recipient_tax_id: facts.tax_id.as_deref().map(tax_id).transpose()?,
    })
}

fn commodity(line: &Line, facts: &Facts, rules: &Rules) -> Result<Commodity, Cause> {
    let item = facts.items.get(&line.item);
    let named = |cause: Cause| {
        let detail = cause.detail.clone().unwrap_or_default();
        cause.detail(format!("item {}: {detail}", line.item))
    };
    let origin = item.map(|item| item.origin.trim()).filter(|origin| !origin.is_empty());
    let origin = origin.or_else(|| keyed(&rules.customs.origins, &line.item).map(String::as_str));
    let origin = origin.ok_or_else(|| named(Cause::new("order.origin-missing").field("lines").detail("no origin")))?;
    let hs_code = [line.hs_code.as_str(), item.map_or("", |item| item.hs_code.as_str())];
    let hs_code = hs_code.into_iter().map(str::trim).find(|code| !code.is_empty()).map(str::to_owned);
    let value = cents(line.price * line.quantity);
    if value <= Decimal::ZERO {
        return Err(named(Cause::new("order.customs-value-missing").field("lines").detail("no price")));
    }
    let pounds = unit_weight(line, facts, rules)?.map(|unit_lb| unit_lb * line.quantity);
    let pounds =
        pounds.ok_or_else(|| named(Cause::new("order.weight-missing").field("weight_lb").detail("no weight")))?;
    let described = if line.description.trim().is_empty() { &line.item } else { &line.description };
    let description = plain_text(described.trim(), "lines")?;
    if description.len() > DESCRIPTION_LIMIT {
        return Err(named(Cause::new("order.value-too-long").field("lines").detail(description)));
    }
    Ok(Commodity {
        description,
        part_number: line.item.trim().to_owned(),
        hs_code: hs_code.or_else(|| rules.customs.hs_codes.get(&line.item).cloned()),
        origin: country(origin).map_err(named)?,
        quantity: line.quantity,
        unit_price: cents(line.price),
        value,
        weight: Weight::pounds(pounds)?,
    })
}

/// FedEx takes two decimals of money.
fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

fn tax_id(text: &str) -> Result<String, Cause> {
    let id = plain_text(text.trim(), "tax_id")?;
    if id.len() > TAX_ID_LIMIT {
        return Err(Cause::new("order.value-too-long").field("tax_id").detail(id));
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::facts::Item;

    fn line() -> Line {
        Line {
            lot: "1".into(),
            item: "P-100".into(),
            description: "Pump hüb".into(),
            quantity: Decimal::from(3),
            price: "19.999".parse().unwrap(),
            ..Line::default()
        }
    }

    fn facts() -> Facts {
        let item = Item {
            weight: Some(Decimal::from(2)),
            origin: "DEU".into(),
            hs_code: "84137020".into(),
            ..Item::default()
        };
        Facts { items: [("P-100".into(), item)].into(), tax_id: Some("DE123456789".into()), ..Facts::default() }
    }

    fn order() -> Order {
        Order { currency: "usd".into(), terms: "DDP".into(), ..Order::default() }
    }

    fn code(line: &Line, facts: &Facts) -> String {
        declare(&order(), &[line], facts, &Rules::default(), "US").expect_err("must be refused").code
    }

    #[test]
    fn a_line_becomes_a_commodity_with_its_value_to_the_cent() {
        let customs = declare(&order(), &[&line()], &facts(), &Rules::default(), "US").unwrap();
        let goods = &customs.commodities[0];
        assert_eq!((goods.description.as_str(), goods.origin.as_str()), ("Pump hub", "DE"));
        assert_eq!((goods.value.to_string(), goods.weight.value().to_string()), ("60.00".into(), "13.23".into()));
        assert_eq!(
            (customs.purpose.as_str(), customs.duties, customs.currency.as_str()),
            ("SOLD", Payer::Recipient, "USD")
        );
        assert_eq!(goods.hs_code.as_deref(), Some("84137020"));
    }

    #[test]
    fn what_customs_need_and_nobody_knows_goes_to_a_person() {
        let mut no_origin = facts();
        no_origin.items.get_mut("P-100").unwrap().origin.clear();
        assert_eq!(code(&line(), &no_origin), "order.origin-missing");
        assert_eq!(code(&Line { price: Decimal::ZERO, ..line() }, &facts()), "order.customs-value-missing");
        let mut no_weight = facts();
        no_weight.items.get_mut("P-100").unwrap().weight = None;
        assert_eq!(code(&line(), &no_weight), "order.weight-missing");
    }
}
