//! From lines to packages, by the rule of the warehouse.
//!
//! Weights are in pounds from here on. A unit of goods is never divided: one heavier than the
//! limit travels alone, and FedEx says whether it takes it.

use crate::order::Line;
use crate::order::cause::Cause;
use crate::order::facts::{Facts, Item};
use crate::order::parcel::{Dimensions, POUNDS_PER_KG, Weight};
use crate::order::rules::{Carton, MassUnit, Method, Rules, keyed};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// FedEx: pieces of a shipment made asynchronously, the largest it makes at once.
pub const PIECE_LIMIT: usize = 300;
/// FedEx: the heaviest parcel of Ground and Express, in pounds.
const HEAVIEST_LB: Decimal = Decimal::from_parts(150, 0, 0, false, 0);

/// One package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// What it weighs, box included.
    pub weight: Weight,
    /// Its outside, where a carton is known.
    #[serde(default)]
    pub dimensions: Option<Dimensions>,
    /// What the warehouse calls its box.
    #[serde(default)]
    pub carton: Option<String>,
    /// What is in it.
    #[serde(default)]
    pub contents: Vec<Content>,
}

/// Goods of one line in one package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The line.
    pub lot: String,
    /// The item.
    pub item: String,
    /// How much of it, in the line's unit.
    pub quantity: Decimal,
}

/// Goods of a line with what one sales unit of them weighs.
struct Goods<'a> {
    line: &'a Line,
    unit_lb: Decimal,
    alone: bool,
}

/// Packs lines. One item without a weight makes the whole travel at the default weight.
pub fn pack(lines: &[&Line], warehouse: &str, facts: &Facts, rules: &Rules) -> Result<Vec<Package>, Cause> {
    let mut goods = Vec::new();
    for line in lines {
        match unit_weight(line, facts, rules)? {
            Some(unit_lb) => goods.push(Goods { line, unit_lb, alone: travels_alone(line, facts, rules) }),
            None => return stand_in(lines, line, rules),
        }
    }
    let method = keyed(&rules.packing.methods, warehouse).copied().unwrap_or_default();
    let (alone, together): (Vec<_>, Vec<_>) = goods.into_iter().partition(|goods| goods.alone);
    let limit = rules.packing.limit_lb.unwrap_or(HEAVIEST_LB);
    let mut boxes = match method {
        Method::Order if together.is_empty() => Vec::new(),
        Method::Order => vec![together.iter().map(|goods| (goods, goods.line.quantity)).collect()],
        Method::Line => together.iter().map(|goods| vec![(goods, goods.line.quantity)]).collect(),
        Method::Weight => fill(&together, limit),
        Method::Cartons => fill(&together, largest(&rules.packing.cartons)?.limit_lb),
    };
    boxes.extend(
        alone.iter().flat_map(|goods| units(goods.line.quantity).into_iter().map(move |one| vec![(goods, one)])),
    );
    if boxes.len() > PIECE_LIMIT {
        let detail = format!("{} packages; FedEx takes {PIECE_LIMIT} in one shipment", boxes.len());
        return Err(Cause::new("order.too-many-packages").field("lines").detail(detail));
    }
    let cartons = if method == Method::Cartons { &rules.packing.cartons[..] } else { &[] };
    boxes.iter().map(|contents| package(contents, cartons)).collect()
}

/// The packages an operator weighed: `12.5`, or `12.5 + 30` for two.
pub fn weighed(text: &str, lines: &[&Line]) -> Result<Vec<Package>, Cause> {
    let weights: Vec<Weight> = text.split(['+', ';']).map(Weight::parse).collect::<Result<_, _>>()?;
    let all = |line: &&Line| Content { lot: line.lot.clone(), item: line.item.clone(), quantity: line.quantity };
    Ok(weights
        .into_iter()
        .enumerate()
        .map(|(index, weight)| Package {
            weight,
            dimensions: None,
            carton: None,
            // Who weighed the packages knows what is in which; we do not.
            contents: if index == 0 { lines.iter().map(all).collect() } else { Vec::new() },
        })
        .collect())
}

/// One default for the whole parcel: it is a stand-in, not a unit weight.
fn stand_in(lines: &[&Line], without: &Line, rules: &Rules) -> Result<Vec<Package>, Cause> {
    if let Some(default) = rules.weights.default_parcel_lb {
        return weighed(&default.to_string(), lines);
    }
    let detail = format!("item {} has no weight", without.item);
    Err(Cause::new("order.weight-missing").field("weight_lb").detail(detail))
}

/// Pounds of one sales unit of a line; `None` when nobody knows.
pub fn unit_weight(line: &Line, facts: &Facts, rules: &Rules) -> Result<Option<Decimal>, Cause> {
    let item = facts.items.get(&line.item);
    let known = rules.weights.items.get(&line.item).copied().or_else(|| item.and_then(|item| item.weight));
    let Some(weight) = known.filter(|weight| *weight > Decimal::ZERO) else { return Ok(None) };
    let pounds = match rules.weights.unit {
        MassUnit::Kg => weight * POUNDS_PER_KG,
        MassUnit::Lb => weight,
    };
    Ok(Some(pounds * inventory_units(line, item, rules)?))
}

/// How many inventory units a sales unit holds: weights are of inventory units, quantities of
/// sales units.
fn inventory_units(line: &Line, item: Option<&Item>, rules: &Rules) -> Result<Decimal, Cause> {
    let stocked = item.map(|item| item.unit.trim()).unwrap_or_default();
    let sold = line.unit.trim();
    if stocked.is_empty() || sold.is_empty() || stocked.eq_ignore_ascii_case(sold) {
        return Ok(Decimal::ONE);
    }
    let conversions = &rules.weights.conversions;
    let factor = conversions.get(&format!("{}/{sold}", line.item)).or_else(|| conversions.get(sold)).copied();
    factor.filter(|factor| *factor > Decimal::ZERO).ok_or_else(|| {
        let detail = format!("item {} is sold in {sold} and weighed in {stocked}", line.item);
        Cause::new("rules.unit-unknown").field("lines").detail(detail)
    })
}

fn travels_alone(line: &Line, facts: &Facts, rules: &Rules) -> bool {
    rules.packing.ship_alone.contains(&line.item) || facts.items.get(&line.item).is_some_and(|item| item.ships_alone)
}

/// Whole units one by one; a broken rest (2.5 m of hose) goes with the last.
fn units(quantity: Decimal) -> Vec<Decimal> {
    let mut left = quantity;
    let mut units = Vec::new();
    while left > Decimal::ZERO && units.len() <= PIECE_LIMIT {
        let one = if left < Decimal::TWO { left } else { Decimal::ONE };
        units.push(one);
        left -= one;
    }
    units
}

type Contents<'a> = Vec<(&'a Goods<'a>, Decimal)>;

/// Fills packages up to a weight in the order of the lines, which is the order of picking.
fn fill<'a>(goods: &'a [Goods<'a>], limit_lb: Decimal) -> Vec<Contents<'a>> {
    let mut boxes: Vec<Contents<'a>> = Vec::new();
    let mut room = Decimal::ZERO;
    for goods in goods {
        let mut left = goods.line.quantity;
        while left > Decimal::ZERO && boxes.len() <= PIECE_LIMIT {
            let fits = |room: Decimal| if goods.unit_lb * left <= room { left } else { (room / goods.unit_lb).floor() };
            let mut take = fits(room);
            if take.is_zero() {
                boxes.push(Vec::new());
                room = limit_lb;
                // At least one unit, or it would never leave.
                take = fits(room).max(left.min(Decimal::ONE));
            }
            boxes.last_mut().expect("the first unit opened one").push((goods, take));
            room = (room - goods.unit_lb * take).max(Decimal::ZERO);
            left -= take;
        }
    }
    boxes
}

fn largest(cartons: &[Carton]) -> Result<&Carton, Cause> {
    cartons
        .iter()
        .max_by_key(|carton| carton.limit_lb)
        .ok_or_else(|| Cause::new("rules.cartons-missing").field("packing").detail("the carton list is empty"))
}

fn package(contents: &[(&Goods<'_>, Decimal)], cartons: &[Carton]) -> Result<Package, Cause> {
    let goods_lb: Decimal = contents.iter().map(|(goods, quantity)| goods.unit_lb * quantity).sum();
    // The smallest box that bears the goods; too heavy goods go in the largest, and FedEx decides.
    let fitting = cartons.iter().filter(|carton| carton.limit_lb >= goods_lb).min_by_key(|carton| carton.limit_lb);
    let carton = fitting.or_else(|| cartons.iter().max_by_key(|carton| carton.limit_lb));
    Ok(Package {
        weight: Weight::pounds(goods_lb + carton.map(|carton| carton.tare_lb).unwrap_or_default())?,
        dimensions: carton.map(|carton| carton.dimensions),
        carton: carton.map(|carton| carton.name.clone()),
        contents: contents
            .iter()
            .map(|(goods, quantity)| Content {
                lot: goods.line.lot.clone(),
                item: goods.line.item.clone(),
                quantity: *quantity,
            })
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::rules::{DEFAULT, Packing, Weights};

    fn line(lot: &str, quantity: &str) -> Line {
        Line {
            lot: lot.into(),
            item: lot.into(),
            quantity: quantity.parse().unwrap(),
            unit: "ea".into(),
            ..Line::default()
        }
    }

    fn facts(weights: &[(&str, i64)]) -> Facts {
        let item = |weight: i64| Item { weight: Some(Decimal::from(weight)), unit: "EA".into(), ..Item::default() };
        Facts {
            items: weights.iter().map(|(name, weight)| ((*name).into(), item(*weight))).collect(),
            ..Facts::default()
        }
    }

    fn rules(method: Method) -> Rules {
        let packing = Packing {
            methods: [(DEFAULT.to_owned(), method)].into(),
            limit_lb: Some(Decimal::from(50)),
            ..Packing::default()
        };
        Rules { packing, weights: Weights { unit: MassUnit::Lb, ..Weights::default() }, ..Rules::default() }
    }

    /// Weight and contents of each package: `20:A2,B1`.
    fn packed(lines: &[Line], facts: &Facts, rules: &Rules) -> Vec<String> {
        let lines: Vec<&Line> = lines.iter().collect();
        let packages = pack(&lines, "24", facts, rules).expect("packed");
        let contents = |package: &Package| {
            let parts: Vec<String> = package
                .contents
                .iter()
                .map(|content| format!("{}{}", content.item, content.quantity.normalize()))
                .collect();
            format!("{}:{}", package.weight.value().normalize(), parts.join(","))
        };
        packages.iter().map(contents).collect()
    }

    #[test]
    fn each_method_packs_in_its_way() {
        let lines = [line("A", "4"), line("B", "1")];
        let facts = facts(&[("A", 20), ("B", 5)]);
        assert_eq!(packed(&lines, &facts, &rules(Method::Order)), ["85:A4,B1"]);
        assert_eq!(packed(&lines, &facts, &rules(Method::Line)), ["80:A4", "5:B1"]);
        assert_eq!(packed(&lines, &facts, &rules(Method::Weight)), ["40:A2", "45:A2,B1"]);
    }

    #[test]
    fn cartons_are_filled_and_the_smallest_that_bears_the_rest_is_taken() {
        let carton = |name: &str, limit: i64| Carton {
            name: name.into(),
            dimensions: Dimensions { length: 12, width: 10, height: 8 },
            limit_lb: Decimal::from(limit),
            tare_lb: Decimal::ONE,
        };
        let mut rules = rules(Method::Cartons);
        let lines = [line("A", "5")];
        assert_eq!(pack(&[&lines[0]], "24", &facts(&[("A", 10)]), &rules).unwrap_err().code, "rules.cartons-missing");
        rules.packing.cartons = vec![carton("S", 15), carton("L", 30)];
        let packages = pack(&[&lines[0]], "24", &facts(&[("A", 10)]), &rules).unwrap();
        let boxes: Vec<_> =
            packages.iter().map(|package| (package.carton.as_deref().unwrap(), package.weight.value())).collect();
        assert_eq!(boxes, [("L", Decimal::from(31)), ("L", Decimal::from(21))]);
    }

    #[test]
    fn what_ships_alone_does_and_what_is_too_heavy_is_not_lost() {
        let lines = [line("A", "3"), line("B", "1.5"), line("C", "2")];
        let mut rules = rules(Method::Weight);
        rules.packing.ship_alone = vec!["B".into()];
        let facts = facts(&[("A", 60), ("B", 10), ("C", 1)]);
        assert_eq!(packed(&lines, &facts, &rules), ["60:A1", "60:A1", "60:A1", "2:C2", "15:B1.5"]);
    }

    #[test]
    fn sales_units_are_converted_or_a_person_is_asked() {
        let mut rules = rules(Method::Order);
        let boxes = Line { unit: "BOX".into(), ..line("A", "2") };
        let facts = facts(&[("A", 1)]);
        assert_eq!(pack(&[&boxes], "24", &facts, &rules).unwrap_err().code, "rules.unit-unknown");
        rules.weights.conversions = [("BOX".to_owned(), Decimal::from(12))].into();
        assert_eq!(packed(std::slice::from_ref(&boxes), &facts, &rules), ["24:A2"]);
        rules.weights.conversions.insert("A/BOX".into(), Decimal::from(6));
        assert_eq!(packed(&[boxes], &facts, &rules), ["12:A2"]);
    }

    #[test]
    fn an_item_without_a_weight_takes_the_default_or_a_person() {
        let lines = [line("A", "1"), line("B", "1")];
        let known = facts(&[("A", 1)]);
        let mut rules = rules(Method::Line);
        assert_eq!(pack(&lines.each_ref(), "24", &known, &rules).unwrap_err().code, "order.weight-missing");
        rules.weights.default_parcel_lb = Some(Decimal::from(7));
        assert_eq!(packed(&lines, &known, &rules), ["7:A1,B1"]);
    }

    #[test]
    fn an_operator_weighs_packages_one_by_one() {
        let line = line("A", "1");
        let packages = weighed("12.5 + 30", &[&line]).unwrap();
        assert_eq!(
            packages.iter().map(|package| package.weight.value().to_string()).collect::<Vec<_>>(),
            ["12.5", "30"]
        );
        assert_eq!(weighed("12 + heavy", &[&line]).unwrap_err().code, "order.weight-wrong");
    }

    #[test]
    fn more_packages_than_fedex_takes_go_to_a_person() {
        let line = line("A", "100000");
        let cause = pack(&[&line], "24", &facts(&[("A", 50)]), &rules(Method::Weight)).unwrap_err();
        assert_eq!(cause.code, "order.too-many-packages");
    }
}
