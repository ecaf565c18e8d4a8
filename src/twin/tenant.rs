//! How this tenant differs from the usual one: sets and properties it does not have, and orders
//! that appear between two pages of a list.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::control_orders;
use super::d365::malformed;
use super::entities::{self, EntitySet, NAMESPACE};
use super::exchange::{Call, Reply};
use super::odata_address::{self, Address};
use super::state::World;
use super::table::Row;

/// The differences.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Tenant {
    absent_sets: BTreeSet<String>,
    /// `Entity.Property`; the entity is the beginning of its type's name.
    absent_properties: BTreeSet<String>,
    /// Numbers of orders whose records lack what every order has.
    broken_orders: BTreeSet<String>,
    /// Each is placed after one page of order headers.
    between_pages: VecDeque<Value>,
}

/// Shows the differences.
pub(super) fn view(world: &World) -> Value {
    json!(world.tenant)
}

/// Sets some of the differences.
pub(super) fn set(world: &mut World, wanted: &Value) -> Result<Value, String> {
    for (name, value) in wanted.as_object().ok_or("the tenant is a JSON object")? {
        let list = value.as_array().ok_or_else(|| format!("{name} is a list"))?;
        let texts = || list.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        match name.as_str() {
            "absent_sets" => world.tenant.absent_sets = texts(),
            "absent_properties" => world.tenant.absent_properties = texts(),
            "broken_orders" => world.tenant.broken_orders = texts(),
            "between_pages" => world.tenant.between_pages = list.iter().cloned().collect(),
            _ => return Err(format!("the tenant has no {name}")),
        }
    }
    world.touch();
    Ok(view(world))
}

/// The answer where this tenant lacks what is asked for; `None`: it has it all.
pub(super) fn lacks(world: &World, call: &Call, rest: &str) -> Option<Reply> {
    let tenant = &world.tenant;
    if tenant.absent_sets.is_empty() && tenant.absent_properties.is_empty() {
        return None;
    }
    let set = match odata_address::parse(rest)? {
        Address::Set(set) | Address::Count(set) | Address::Entity(set, _) => set,
    };
    if tenant.absent_sets.contains(set.name) {
        return Some(super::d365::no_route(call));
    }
    let named = |expanded: bool, property: &str| {
        url::form_urlencoded::parse(call.query.as_bytes())
            .filter(|(name, _)| name.starts_with('$') && (*name == "$expand") == expanded)
            .any(|(_, value)| value.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == property))
    };
    tenant.absent_properties.iter().find_map(|absent| {
        let (entity, property) = absent.split_once('.')?;
        let own = set.entity.starts_with(entity) && named(false, property);
        let of_lines = set.has_lines && entities::lines().entity.starts_with(entity) && named(true, property);
        let kind = if own { set.entity } else { entities::lines().entity };
        (own || of_lines)
            .then(|| malformed(&format!("Could not find a property named '{property}' on type '{NAMESPACE}.{kind}'.")))
    })
}

/// The record of this order lacks what every order has.
pub(super) fn is_broken(world: &World, row: &Row) -> bool {
    !world.tenant.broken_orders.is_empty() && world.tenant.broken_orders.contains(row.text("SalesOrderNumber"))
}

/// A page of a list was answered: the next order that waits for that appears.
pub(super) fn page_answered(world: &mut World, set: &EntitySet) {
    if set.table != entities::headers().table {
        return;
    }
    if let Some(order) = world.tenant.between_pages.pop_front() {
        // One that cannot be placed was refused when it was given; see the test that gives it.
        let placed = control_orders::place(world, &order);
        debug_assert!(placed.is_ok(), "{placed:?}");
    }
}
