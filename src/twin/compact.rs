//! The compact fields of the control routes, and the D365 properties they stand for.
//!
//! Compact fields are lower case, D365 properties begin with a capital (but for `dataAreaId`), so a
//! change may mix both. An unknown field is refused, so that a misspelt test does not pass.

use serde_json::{Map, Value, json};

use super::clock;
use super::entities::{EntitySet, Kind};
use super::odata_write;
use super::table::decimal;

/// A compact field and its property.
pub(super) type Fields = &'static [(&'static str, &'static str)];

/// What an order says on its header.
pub(super) const HEADER: Fields = &[
    ("mode", "DeliveryModeCode"),
    ("warehouse", "DefaultShippingWarehouseId"),
    ("po", "CustomersOrderReference"),
    ("requisition", "CustomerRequisitionNumber"),
    ("contact", "ContactPersonId"),
    ("stopped", "IsSalesProcessingStopped"),
    ("carrier", "ShippingCarrierId"),
    ("carrier_service", "ShippingCarrierServiceId"),
    ("carrier_account", "ShippingCarrierCustomerAccountNumber"),
    ("terms", "DeliveryTermsCode"),
    ("ship_date", "RequestedShippingDate"),
    ("currency", "CurrencyCode"),
    ("tax_number", "TaxExemptNumber"),
    ("cause", "CampaignId"),
];

/// What an order says that is not a property of its header.
pub(super) const ORDER_ONLY: &[&str] = &["status", "address", "phone", "residential", "invoice"];

/// What is fixed when an order is made.
pub(super) const NEW_ONLY: &[&str] = &["number", "company", "customer", "waiting", "lines", "properties"];

/// What a change says beside the fields of an order.
pub(super) const CHANGE_ONLY: &[&str] = &["action", "lines", "add_lines"];

/// What a line says of itself.
pub(super) const LINE: Fields = &[
    ("quantity", "OrderedSalesQuantity"),
    ("price", "SalesPrice"),
    ("unit", "SalesUnitSymbol"),
    ("status", "SalesOrderLineStatus"),
    ("stopped", "IsLineStopped"),
    ("warehouse", "ShippingWarehouseId"),
    ("mode", "DeliveryModeCode"),
    ("terms", "DeliveryTermsId"),
    ("ship_date", "RequestedShippingDate"),
    ("description", "LineDescription"),
    ("deliver_now", "SalesDeliverNow"),
];

/// What a line says that is not a property of it.
pub(super) const LINE_ONLY: &[&str] = &["item", "address", "properties"];

/// What is said of an item, in the line or in its `item` object.
pub(super) const ITEM: Fields = &[
    ("name", "ProductName"),
    ("weight_kg", "NetProductWeight"),
    ("tare_kg", "TareProductWeight"),
    ("hs_code", "IntrastatCommodityCode"),
    ("origin", "OriginCountryRegionId"),
    ("origin_state", "OriginStateId"),
    ("ship_alone", "IsShipAloneEnabled"),
    ("hazardous", "IsHazardousMaterial"),
    ("inventory_unit", "InventoryUnitSymbol"),
    ("sales_unit", "SalesUnitSymbol"),
];

/// What is said of an item that is not one property of it.
pub(super) const ITEM_ONLY: &[&str] = &["dimensions", "service", "factor"];

/// What the `item` object says beside that.
pub(super) const ITEM_OBJECT_ONLY: &[&str] = &["number", "properties"];

/// The sides of `dimensions`, per inventory unit.
pub(super) const DIMENSIONS: Fields =
    &[("height", "GrossProductHeight"), ("width", "GrossProductWidth"), ("depth", "GrossDepth")];

/// An address of an order or of a line.
pub(super) const ADDRESS: Fields = &[
    ("name", "DeliveryAddressName"),
    ("street", "DeliveryAddressStreet"),
    ("street_number", "DeliveryAddressStreetNumber"),
    ("building", "DeliveryBuildingCompliment"),
    ("city", "DeliveryAddressCity"),
    ("state", "DeliveryAddressStateId"),
    ("zip", "DeliveryAddressZipCode"),
    ("post_box", "DeliveryAddressPostBox"),
    ("country", "DeliveryAddressCountryRegionId"),
    ("iso", "DeliveryAddressCountryRegionISOCode"),
];

/// Two and three letters of the countries that the twin's orders go to or come from.
const COUNTRIES: [(&str, &str); 14] = [
    ("US", "USA"),
    ("CA", "CAN"),
    ("MX", "MEX"),
    ("PR", "PRI"),
    ("DE", "DEU"),
    ("FR", "FRA"),
    ("NL", "NLD"),
    ("BE", "BEL"),
    ("AT", "AUT"),
    ("IT", "ITA"),
    ("ES", "ESP"),
    ("GB", "GBR"),
    ("JP", "JPN"),
    ("CN", "CHN"),
];

/// Two and three letters of a country by either of them.
pub(super) fn country(code: &str) -> Option<(&'static str, &'static str)> {
    COUNTRIES.into_iter().find(|(two, three)| *two == code || *three == code)
}

/// Refuses a field that is in none of the lists.
pub(super) fn known(what: &str, wanted: &Value, fields: &[Fields], others: &[&[&str]]) -> Result<(), String> {
    let object = wanted.as_object().ok_or_else(|| format!("{what} is a JSON object"))?;
    let names = || fields.iter().flat_map(|list| list.iter().map(|(name, _)| *name)).chain(others.concat());
    match object.keys().find(|name| !names().any(|known| known == name.as_str())) {
        Some(unknown) => {
            Err(format!("unknown field {unknown}; {what} may say {}", names().collect::<Vec<_>>().join(", ")))
        }
        None => Ok(()),
    }
}

/// The properties that the given fields stand for, checked like those of a request.
pub(super) fn properties(fields: Fields, set: &EntitySet, wanted: &Value) -> Result<Map<String, Value>, String> {
    let mut found = Map::new();
    for (field, property) in fields {
        let given = &wanted[*field];
        if !given.is_null() {
            let kind = set.property(property).expect("the lists name properties that exist").kind;
            found.insert((*property).to_owned(), stored(kind, given));
        }
    }
    odata_write::check(set, found)
}

/// A value as F&O writes it: `Yes` for true, noon for a day, whole numbers without a point.
fn stored(kind: Kind, given: &Value) -> Value {
    match (kind, given) {
        (Kind::Enum("NoYes", _), Value::Bool(yes)) => yes_no(*yes),
        (Kind::Date, Value::String(day)) => {
            clock::parse_date_ms(day).map_or_else(|| given.clone(), |ms| json!(clock::noon(ms)))
        }
        (Kind::Decimal, Value::Number(number)) => number.as_f64().map_or_else(|| given.clone(), decimal),
        _ => given.clone(),
    }
}

/// A truth as F&O writes it.
pub(super) fn yes_no(yes: bool) -> Value {
    json!(if yes { "Yes" } else { "No" })
}

/// An address: what is given over what is there. One of `country` and `iso` brings the other.
pub(super) fn address(
    set: &EntitySet,
    given: &Value,
    there: &Map<String, Value>,
) -> Result<Map<String, Value>, String> {
    let mut found = Map::new();
    for (_, property) in ADDRESS {
        if let Some(value) = there.get(*property) {
            found.insert((*property).to_owned(), value.clone());
        }
    }
    if given.is_null() {
        return Ok(found);
    }
    known("an address", given, &[ADDRESS], &[])?;
    let mut wanted = given.clone();
    match (given["country"].as_str(), given["iso"].as_str()) {
        (Some(code), None) | (None, Some(code)) => match country(code) {
            Some((two, three)) => {
                wanted["country"] = json!(three);
                wanted["iso"] = json!(two);
            }
            // Only the other code is known to be wrong now: it belonged to another country.
            None if given["iso"].is_null() => wanted["iso"] = json!(""),
            None => wanted["country"] = json!(""),
        },
        // Both given: a test wants just these, right or wrong.
        _ => {}
    }
    found.extend(properties(ADDRESS, set, &wanted)?);
    Ok(found)
}

/// Separates the D365 properties of a change from its compact fields.
pub(super) fn split(wanted: &Value) -> Result<(Value, Map<String, Value>), String> {
    let fields = wanted.as_object().ok_or("a change is a JSON object")?;
    let (mut compact, mut properties) = (Map::new(), Map::new());
    for (name, value) in fields {
        let own = name != "dataAreaId" && name.starts_with(char::is_lowercase);
        if own { &mut compact } else { &mut properties }.insert(name.clone(), value.clone());
    }
    Ok((Value::Object(compact), properties))
}

/// What the control routes accept, as `GET /_twin/` shows it.
pub(super) fn accepted() -> Value {
    let pairs = |fields: Fields| -> Map<String, Value> {
        fields.iter().map(|(field, property)| ((*field).to_owned(), json!(property))).collect()
    };
    let line_also = [LINE_ONLY, ITEM_ONLY].concat();
    json!({
        "order": {
            "header": pairs(HEADER),
            "new": NEW_ONLY,
            "also": ORDER_ONLY,
            "change": CHANGE_ONLY,
        },
        "line": {"line": pairs(LINE), "item": pairs(ITEM), "also": line_also},
        "item": ITEM_OBJECT_ONLY,
        "dimensions": pairs(DIMENSIONS),
        "address": pairs(ADDRESS),
        "notes": [
            "status is a SalesOrderProcessingStatus; a line's status is a SalesStatus",
            "item is a number or an object of item fields; what is said of an item is written on the product",
            "factor is how many inventory units one sales unit holds",
            "a line without address, warehouse or mode has the order's",
            "PATCH lines is an object by line number, add_lines an array; both take D365 properties as well",
            "invoice posts one invoice, or an array of them, under the given numbers",
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::super::entities;
    use super::*;

    #[test]
    fn every_field_stands_for_a_property() {
        let none = json!({});
        for (fields, set) in [
            (HEADER, entities::headers()),
            (ADDRESS, entities::headers()),
            (ADDRESS, entities::lines()),
            (LINE, entities::lines()),
            (ITEM, entities::products()),
            (DIMENSIONS, entities::products()),
        ] {
            assert!(properties(fields, set, &none).unwrap().is_empty());
            for (field, property) in fields {
                assert!(set.property(property).is_some(), "{field}: {property}");
            }
        }
    }

    #[test]
    fn values_are_written_as_fo_writes_them() {
        let wanted = json!({"stopped": true, "ship_date": "2026-08-03", "mode": "FEDEX-2D"});
        let found = properties(HEADER, entities::headers(), &wanted).unwrap();
        assert_eq!(found["IsSalesProcessingStopped"], "Yes");
        assert_eq!(found["RequestedShippingDate"], "2026-08-03T12:00:00Z");
        assert!(properties(HEADER, entities::headers(), &json!({"ship_date": "Monday"})).is_err());
        assert!(known("an order", &json!({"adress": {}}), &[HEADER], &[ORDER_ONLY]).is_err());
    }

    #[test]
    fn one_country_code_brings_the_other() {
        let set = entities::headers();
        let codes = |given: Value| {
            let found = address(set, &given, &Map::new()).unwrap();
            let text = |name: &str| found.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            [text("DeliveryAddressCountryRegionId"), text("DeliveryAddressCountryRegionISOCode")]
        };
        assert_eq!(codes(json!({"country": "CAN"})), ["CAN", "CA"]);
        assert_eq!(codes(json!({"country": "DE"})), ["DEU", "DE"]);
        assert_eq!(codes(json!({"iso": "MX"})), ["MEX", "MX"]);
        assert_eq!(codes(json!({"country": "USA", "iso": ""})), ["USA", ""]);
        assert_eq!(codes(json!({"country": "XYZ"})), ["XYZ", ""]);
    }
}
