//! Which lines travel together: one shipment for each address, warehouse and delivery mode.
//!
//! A line is in at most one live shipment, ever. So when an order changes, lines that are bought
//! already are out of play, and the rest is dealt out anew, as far as possible to the shipments
//! that hold them now.

use crate::order::{Address, Line, Order};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Lines that travel together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Where they go.
    pub ship_to: Address,
    /// Where they come from.
    pub warehouse: String,
    /// How.
    pub delivery_mode: String,
    /// Which lines.
    pub lots: Vec<String>,
}

impl Group {
    fn of(order: &Order, line: &Line) -> Self {
        let or_header = |line: &str, header: &str| if line.is_empty() { header.to_owned() } else { line.to_owned() };
        Self {
            ship_to: if line.ship_to.is_empty() { order.ship_to.clone() } else { line.ship_to.clone() },
            warehouse: or_header(&line.warehouse, &order.warehouse),
            delivery_mode: or_header(&line.delivery_mode, &order.delivery_mode),
            lots: Vec::new(),
        }
    }

    /// The group of an order without lines to ship, so that somebody sees it.
    fn empty(order: &Order) -> Self {
        Self {
            ship_to: order.ship_to.clone(),
            warehouse: order.warehouse.clone(),
            delivery_mode: order.delivery_mode.clone(),
            lots: Vec::new(),
        }
    }

    fn goes_with(&self, other: &Self) -> bool {
        (&self.ship_to, &self.warehouse, &self.delivery_mode)
            == (&other.ship_to, &other.warehouse, &other.delivery_mode)
    }
}

/// The groups of an order, in the order of their first lines. Lines in `taken` are left out.
/// Service items are known only with the master data; the plan leaves those out.
pub fn groups(order: &Order, taken: &BTreeSet<String>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for line in order.lines.iter().filter(|line| line.left_out().is_none() && !taken.contains(&line.lot)) {
        let group = Group::of(order, line);
        match groups.iter_mut().find(|known| known.goes_with(&group)) {
            Some(known) => known.lots.push(line.lot.clone()),
            None => groups.push(Group { lots: vec![line.lot.clone()], ..group }),
        }
    }
    groups
}

/// The group of one shipment: the lines it holds, as the order has them now.
pub fn group_of(order: &Order, lots: &BTreeSet<String>) -> Group {
    let others: BTreeSet<String> =
        order.lines.iter().map(|line| line.lot.clone()).filter(|lot| !lots.contains(lot)).collect();
    groups(order, &others).into_iter().next().unwrap_or_else(|| Group::empty(order))
}

/// What becomes of the shipments of an order that was read anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dealt {
    /// For each open shipment, in the order given: its lines, or `None` when nothing is left for it.
    pub open: Vec<Option<Vec<String>>>,
    /// Groups that no shipment holds yet.
    pub new: Vec<Vec<String>>,
}

/// Deals the lines out: `open` are the lines of each shipment that may still change, `taken` the
/// lines of those that may not.
pub fn deal(order: &Order, open: &[BTreeSet<String>], taken: &BTreeSet<String>) -> Dealt {
    let mut left = groups(order, taken);
    let mut dealt = Dealt { open: vec![None; open.len()], new: Vec::new() };
    // The largest common part first, so that a line that moved away does not drag a shipment along.
    let mut pairs: Vec<(usize, usize, usize)> = Vec::new();
    for (shipment, lots) in open.iter().enumerate() {
        for (group, candidate) in left.iter().enumerate() {
            let common = candidate.lots.iter().filter(|lot| lots.contains(*lot)).count();
            pairs.push((common, shipment, group));
        }
    }
    pairs.sort_by_key(|(common, shipment, group)| (std::cmp::Reverse(*common), *shipment, *group));
    let mut given = BTreeSet::new();
    for (_, shipment, group) in pairs {
        if dealt.open[shipment].is_none() && given.insert(group) {
            dealt.open[shipment] = Some(left[group].lots.clone());
        }
    }
    let mut index = 0;
    left.retain(|_| {
        index += 1;
        !given.contains(&(index - 1))
    });
    dealt.new = left.into_iter().map(|group| group.lots).collect();
    // An order without anything to ship keeps one shipment, which says so to a person.
    if taken.is_empty() && dealt.open.iter().all(Option::is_none) && dealt.new.is_empty() {
        match dealt.open.first_mut() {
            Some(first) => *first = Some(Vec::new()),
            None => dealt.new.push(Vec::new()),
        }
    }
    dealt
}

/// What a label was bought for, as Dynamics 365 had it: to see later what changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// Where, from where, how, which lines.
    pub group: Group,
    /// Line, item and quantity of each.
    pub lines: Vec<(String, String, Decimal)>,
}

impl Basis {
    /// The basis of a group.
    pub fn of(order: &Order, group: &Group) -> Self {
        let lines = order.lines.iter().filter(|line| group.lots.contains(&line.lot));
        Self {
            group: group.clone(),
            lines: lines.map(|line| (line.lot.clone(), line.item.clone(), line.quantity)).collect(),
        }
    }
}

/// Something that is different in Dynamics 365 since the label was bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What: `delivery address`, `quantity of P-100`.
    pub what: String,
    /// As bought.
    pub was: String,
    /// As it is now.
    pub now: String,
}

impl Difference {
    fn new(what: impl Into<String>, was: impl Into<String>, now: impl Into<String>) -> Self {
        Self { what: what.into(), was: was.into(), now: now.into() }
    }
}

/// What changed in the order since the label was bought. That lines are delivered or invoiced is the
/// usual course of things and no difference.
pub fn differences(basis: &Basis, order: &Order) -> Vec<Difference> {
    if order.sales_status == "Canceled" || order.processing_status == "Canceled" {
        return vec![Difference::new("order", "confirmed", "cancelled")];
    }
    let mut found = Vec::new();
    if order.stopped {
        found.push(Difference::new("order", "released", "stopped"));
    }
    let mut place: Option<Group> = None;
    for (lot, item, quantity) in &basis.lines {
        let Some(line) = order.lines.iter().find(|line| line.lot == *lot) else {
            found.push(Difference::new(format!("line {item}"), quantity.normalize().to_string(), "removed"));
            continue;
        };
        if line.status == "Canceled" {
            found.push(Difference::new(format!("line {item}"), quantity.normalize().to_string(), "cancelled"));
            continue;
        }
        if line.stopped {
            found.push(Difference::new(format!("line {item}"), "released", "stopped"));
        }
        if line.quantity != *quantity {
            let (was, now) = (quantity.normalize().to_string(), line.quantity.normalize().to_string());
            found.push(Difference::new(format!("quantity of {item}"), was, now));
        }
        // Lines that went apart differ from the basis each by itself; the first difference is shown.
        let now = Group::of(order, line);
        if place.as_ref().is_none_or(|known| known.goes_with(&basis.group)) {
            place = Some(now);
        }
    }
    if let Some(now) = place {
        found.extend(place_differences(&basis.group, &now));
    }
    found
}

fn place_differences(was: &Group, now: &Group) -> Vec<Difference> {
    let address = |address: &Address| {
        let parts =
            [&address.name, &address.street, &address.city, &address.region, &address.postal_code, &address.country];
        let parts = parts.into_iter().map(|part| part.replace('\n', ", ")).filter(|part| !part.trim().is_empty());
        parts.collect::<Vec<_>>().join(", ")
    };
    let mut found = Vec::new();
    if was.ship_to != now.ship_to {
        found.push(Difference::new("delivery address", address(&was.ship_to), address(&now.ship_to)));
    }
    if was.delivery_mode != now.delivery_mode {
        found.push(Difference::new("delivery mode", &was.delivery_mode, &now.delivery_mode));
    }
    if was.warehouse != now.warehouse {
        found.push(Difference::new("warehouse", &was.warehouse, &now.warehouse));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(lot: &str, warehouse: &str) -> Line {
        Line {
            lot: lot.into(),
            item: format!("item {lot}"),
            quantity: Decimal::ONE,
            warehouse: warehouse.into(),
            status: "Backorder".into(),
            ..Line::default()
        }
    }

    fn order(lines: &[(&str, &str)]) -> Order {
        let lines = lines.iter().map(|(lot, warehouse)| line(lot, warehouse)).collect();
        Order { warehouse: "24".into(), delivery_mode: "FEDEX-GRD".into(), lines, ..Order::default() }
    }

    fn lots(lots: &[&str]) -> BTreeSet<String> {
        lots.iter().map(|lot| (*lot).to_owned()).collect()
    }

    #[test]
    fn lines_of_one_place_travel_together_and_an_empty_field_means_the_headers() {
        let groups = groups(&order(&[("1", ""), ("2", "13"), ("3", "24")]), &BTreeSet::new());
        assert_eq!(groups.len(), 2);
        assert_eq!((groups[0].warehouse.as_str(), &groups[0].lots[..]), ("24", &["1".to_owned(), "3".to_owned()][..]));
    }

    #[test]
    fn a_line_that_moves_away_makes_a_new_shipment_and_leaves_the_old_one_its_rest() {
        let moved = order(&[("1", "24"), ("2", "13"), ("3", "24")]);
        let dealt = deal(&moved, &[lots(&["1", "2", "3"])], &BTreeSet::new());
        assert_eq!(dealt.open, [Some(vec!["1".to_owned(), "3".to_owned()])]);
        assert_eq!(dealt.new, [vec!["2".to_owned()]]);
    }

    #[test]
    fn lines_that_were_bought_are_never_dealt_again_and_a_shipment_without_lines_ends() {
        let dealt = deal(&order(&[("1", "24"), ("2", "24")]), &[lots(&["2"])], &lots(&["1"]));
        assert_eq!(dealt.open, [Some(vec!["2".to_owned()])]);
        let joined = deal(&order(&[("1", "24")]), &[lots(&["1"]), lots(&["2"])], &BTreeSet::new());
        assert_eq!((joined.open[1].as_ref(), joined.new.len()), (None, 0));
        let all_bought = deal(&order(&[("1", "24")]), &[], &lots(&["1"]));
        assert_eq!(all_bought, Dealt::default());
    }

    #[test]
    fn an_order_with_nothing_to_ship_keeps_one_shipment_to_say_so() {
        assert_eq!(deal(&order(&[]), &[lots(&["1"])], &BTreeSet::new()).open, [Some(Vec::new())]);
        assert_eq!(deal(&order(&[]), &[], &BTreeSet::new()).new, [Vec::<String>::new()]);
    }

    #[test]
    fn what_changed_after_the_label_is_named_and_the_usual_course_is_not() {
        let bought = order(&[("1", "24"), ("2", "24")]);
        let group = groups(&bought, &BTreeSet::new()).remove(0);
        let basis = Basis::of(&bought, &group);
        let mut now = bought.clone();
        now.lines[0].status = "Delivered".into();
        assert_eq!(differences(&basis, &now), []);
        now.lines[1].quantity = Decimal::from(3);
        now.ship_to.city = "Austin".into();
        now.lines.remove(0);
        let found = differences(&basis, &now);
        let what: Vec<&str> = found.iter().map(|difference| difference.what.as_str()).collect();
        assert_eq!(what, ["line item 1", "quantity of item 2", "delivery address"]);
        now.sales_status = "Canceled".into();
        assert_eq!(differences(&basis, &now)[0].now, "cancelled");
    }
}
