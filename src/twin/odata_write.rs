//! Writes: PATCH of an entity, POST of a new one, DELETE of one that was added.
//!
//! Refused as F&O refuses them: a stale etag with 412, unknown properties and wrong types with the
//! `OData` library's sentence, read-only fields and broken relations with an infolog.

use serde_json::{Map, Value, json};

use super::clock;
use super::d365::{infolog, json_reply, malformed, no_route};
use super::entities::{self, EntitySet, Kind};
use super::exchange::{Call, Reply};
use super::odata;
use super::odata_address::{self, Address};
use super::odata_switches;
use super::sales_table;
use super::state::World;

/// Answers a PATCH: 204 without a body when it is done.
pub(super) fn patch(world: &mut World, call: &Call, rest: &str) -> Reply {
    let Some(Address::Entity(set, key)) = odata_address::parse(rest) else {
        return no_route(call);
    };
    let key: Vec<&str> = key.iter().map(String::as_str).collect();
    if world.tables.row(set, &key).is_some() {
        odata_switches::edit_meanwhile(world, set, &key);
    }
    let Some(row) = world.tables.row(set, &key) else {
        return Reply::empty(404);
    };
    let condition = call.header("if-match");
    if !condition.is_empty() && condition != "*" && condition != row.etag() {
        return precondition_failed();
    }
    let changes = match body(call, set) {
        Ok(changes) => changes,
        Err(message) => return malformed(&message),
    };
    if let Some(field) = changes.keys().find(|name| set.property(name).is_some_and(|known| !known.editable)) {
        return infolog(
            400,
            set.internal,
            &format!(
                "Error: Field '{field}' cannot be edited.; Warning: validateField failed on field '{}.{field}'.",
                set.internal
            ),
        );
    }
    if let Some(refusal) = odata_switches::locked(world, set, &changes) {
        return refusal;
    }
    if let Some(log) = too_long(set, &changes) {
        return infolog(400, set.internal, &log);
    }
    let changes = odata_switches::truncated(world, changes);
    world.tables.merge(set, &key, changes);
    if set.table == entities::headers().table {
        sales_table::mirror(world, key[0], key[1]);
    }
    world.touch();
    Reply::empty(204)
}

fn precondition_failed() -> Reply {
    json_reply(
        412,
        &json!({"error": {
            "code": "",
            "message": "The request cannot be completed because the If-Match condition is not met: the record was changed by another user.",
        }}),
    )
}

/// Answers a DELETE: 204, or 404 when there is no such entity. Only rows that can be added can be removed.
pub(super) fn delete(world: &mut World, call: &Call, rest: &str) -> Reply {
    let Some(Address::Entity(set, key)) = odata_address::parse(rest) else {
        return no_route(call);
    };
    if !set.creatable {
        return infolog(400, set.internal, &format!("Error: Deleting a record in '{}' is not allowed.", set.entity));
    }
    let key: Vec<&str> = key.iter().map(String::as_str).collect();
    if !world.tables.remove(set, &key) {
        return Reply::empty(404);
    }
    world.touch();
    Reply::empty(204)
}

/// Answers a POST: 201 with the entity.
pub(super) fn create(world: &mut World, call: &Call, rest: &str) -> Reply {
    let Some(Address::Set(set)) = odata_address::parse(rest) else {
        return no_route(call);
    };
    let mut values = match body(call, set) {
        Ok(values) => values,
        Err(message) => return malformed(&message),
    };
    if !set.creatable {
        return infolog(400, set.internal, &format!("Error: Creating a record in '{}' is not allowed.", set.entity));
    }
    if set.property("DocumentId").is_some() && !values.contains_key("DocumentId") {
        values.insert("DocumentId".into(), json!(world.fresh_uuid()));
    }
    if let Some(field) = set.keys.iter().find(|key| !values.contains_key(**key)) {
        return infolog(
            400,
            set.internal,
            &format!(
                "Error: Field '{field}' must be filled in.; Warning: validateField failed on field '{}.{field}'.",
                set.internal
            ),
        );
    }
    if let Some(log) = too_long(set, &values).or_else(|| broken_relation(world, set, &values)) {
        return infolog(400, set.internal, &log);
    }
    let key: Vec<String> = set.keys.iter().map(|key| values[*key].as_str().unwrap_or_default().to_owned()).collect();
    let key: Vec<&str> = key.iter().map(String::as_str).collect();
    if world.odata.raced_posts > 0 {
        // Another writer was a moment faster, with the same row.
        world.odata.raced_posts -= 1;
        world.tables.put(set, values.clone());
        world.touch();
    }
    if world.tables.row(set, &key).is_some() {
        return infolog(
            400,
            set.internal,
            &format!("Error: Cannot create a record in {}. The record already exists.", set.entity),
        );
    }
    world.tables.put(set, values);
    world.touch();
    let mut shown = Map::new();
    shown.insert("@odata.context".into(), json!(format!("{}/data/$metadata#{}/$entity", call.origin(), set.name)));
    if let Some(row) = world.tables.row(set, &key) {
        shown.extend(odata::project(set, row, None));
    }
    json_reply(201, &Value::Object(shown))
}

/// A packing slip row needs its posted packing slip; an attachment needs its order.
fn broken_relation(world: &World, set: &EntitySet, values: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| values.get(name).and_then(Value::as_str).unwrap_or_default();
    let company = text("dataAreaId");
    let order = text("SalesOrderNumber");
    if world.tables.row(entities::headers(), &[company, order]).is_none() {
        return Some(format!(
            "Warning: The value '{order}' in field 'Sales order' is not found in the related table 'Sales orders'."
        ));
    }
    if set.name != entities::tracking().name {
        return None;
    }
    let slips = world.tables.of(entities::packing_slips(), company, "SalesId", order);
    let posted = slips.iter().any(|slip| {
        slip.text("PackingSlipId").eq_ignore_ascii_case(text("PackingSlipNumber"))
            && slip.text("DeliveryDate") == text("DeliveryDate")
    });
    if posted {
        return None;
    }
    Some(format!(
        "Warning: The value '{}' in field 'Packing slip' is not found in the related table 'Customer packing slip journal'.; Warning: validateField failed on field '{}.PackingSlipNumber'.",
        text("PackingSlipNumber"),
        set.internal
    ))
}

fn too_long(set: &EntitySet, values: &Map<String, Value>) -> Option<String> {
    values.iter().find_map(|(name, value)| {
        let Kind::Text(limit) = set.property(name)?.kind else {
            return None;
        };
        let length = value.as_str()?.chars().count();
        (length > limit).then(|| {
            format!(
                "Error: The text in field '{name}' has {length} characters; the maximum is {limit}.; Warning: validateField failed on field '{}.{name}'.",
                set.internal
            )
        })
    })
}

/// Reads a body whose every property exists and fits its type.
fn body(call: &Call, set: &EntitySet) -> Result<Map<String, Value>, String> {
    let Some(Value::Object(body)) = call.json() else {
        return Err("The request body is not a valid JSON object.".to_owned());
    };
    check(set, body)
}

/// Checks properties against an entity type and brings dates into the stored form.
pub(super) fn check(set: &EntitySet, body: Map<String, Value>) -> Result<Map<String, Value>, String> {
    let mut values = Map::new();
    for (name, value) in body {
        if name.starts_with('@') {
            continue;
        }
        let Some(property) = set.property(&name) else {
            return Err(format!(
                "The property '{name}' does not exist on type '{}'. Make sure to only use property names that are defined by the type.",
                set.type_name()
            ));
        };
        let value = typed(&name, property.kind, value)?;
        values.insert(name, value);
    }
    Ok(values)
}

fn typed(name: &str, kind: Kind, value: Value) -> Result<Value, String> {
    let refused = |value: &Value| {
        format!(
            "Cannot convert the literal '{}' to the expected type '{}' (property '{name}').",
            value.as_str().map_or_else(|| value.to_string(), str::to_owned),
            kind.edm()
        )
    };
    let fits = match kind {
        Kind::Text(_) | Kind::Guid => value.is_string(),
        Kind::Decimal => value.is_number(),
        Kind::Whole => value.is_i64(),
        Kind::Date | Kind::Moment => {
            let Some(ms) = value.as_str().and_then(clock::parse_ms) else {
                return Err(refused(&value));
            };
            let stored = if kind == Kind::Date { clock::noon(ms) } else { clock::utc(ms) };
            return Ok(json!(stored));
        }
        Kind::Enum(of, _) => {
            let known = entities::members(of);
            value.as_str().is_some_and(|member| known.is_none_or(|known| known.contains(&member)))
        }
    };
    if fits { Ok(value) } else { Err(refused(&value)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(body: Value) -> Result<Map<String, Value>, String> {
        let Value::Object(body) = body else { unreachable!("the tests pass objects") };
        check(entities::headers(), body)
    }

    #[test]
    fn bodies_are_checked_against_the_type() {
        assert!(checked(json!({"FdxCharge": 12.34, "FdxStatus": "delivered"})).is_ok());
        assert!(checked(json!({"FdxCharge": "12.34"})).is_err());
        assert!(checked(json!({"FdxTracking": "x"})).is_err());
        assert!(checked(json!({"FdxDeliveredAt": "yesterday"})).is_err());
        assert!(checked(json!({"IsSalesProcessingStopped": "Maybe"})).is_err());
        let dates = checked(json!({
            "FdxDeliveredAt": "2026-07-30T12:00:05-06:00",
            "RequestedShippingDate": "2026-07-30T00:00:00Z",
        }))
        .unwrap();
        assert_eq!(dates["FdxDeliveredAt"], "2026-07-30T18:00:05Z");
        assert_eq!(dates["RequestedShippingDate"], "2026-07-30T12:00:00Z");
    }
}
