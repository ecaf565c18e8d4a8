//! Address resolution: a simple standardisation that is advice, not a verdict.

use serde_json::{Value, json};

use super::exchange::{Call, Reply};
use super::fedex;
use super::postal;
use super::shipment::list;
use super::state::World;

/// Addresses that one request may hold.
const ADDRESS_LIMIT: usize = 100;

/// Answers a resolve.
pub(super) fn resolve(world: &mut World, call: &Call, body: &Value) -> Reply {
    let wanted = list(&body["addressesToValidate"]);
    let possible = wanted.iter().all(|entry| entry["address"]["countryCode"].is_string());
    if wanted.is_empty() || wanted.len() > ADDRESS_LIMIT || !possible {
        return fedex::error(
            world,
            Some(call),
            400,
            "STANDARDIZED.ADDRESS.NOTFOUND",
            "Standardized address is not found.",
        );
    }
    let resolved: Value = wanted.iter().map(resolved).collect();
    fedex::success(world, call, json!({"resolvedAddresses": resolved, "alerts": []}))
}

fn resolved(entry: &Value) -> Value {
    let address = &entry["address"];
    let text = |name: &str| address[name].as_str().unwrap_or_default().to_uppercase();
    let lines: Vec<String> =
        list(&address["streetLines"]).iter().filter_map(Value::as_str).map(str::to_uppercase).collect();
    let (base, add_on) = match text("postalCode").split_once('-') {
        Some((base, add_on)) => (base.to_owned(), add_on.to_owned()),
        None => (text("postalCode"), String::new()),
    };
    let good = !lines.is_empty()
        && postal::check(&text("countryCode"), &text("stateOrProvinceCode"), &text("postalCode")).is_ok();
    let state = match postal::state_of(&base) {
        Some(state) if text("countryCode") == "US" => state.to_owned(),
        _ => text("stateOrProvinceCode"),
    };
    // FedEx writes these flags as text.
    let flag = if good { "true" } else { "false" };
    json!({
        "clientReferenceId": entry["clientReferenceId"],
        "streetLinesToken": lines,
        "city": text("city"),
        "stateOrProvinceCode": state,
        "countryCode": text("countryCode"),
        "customerMessages": if good { json!([]) } else {
            json!([{"code": "STANDARDIZED.ADDRESS.NOTFOUND", "message": "Standardized address is not found."}])
        },
        "parsedPostalCode": {"base": base, "addOn": add_on, "deliveryPoint": ""},
        "classification": if good { "BUSINESS" } else { "UNKNOWN" },
        "postOfficeBox": false,
        "attributes": {"Resolved": flag, "DPV": flag, "Matched": flag, "POBox": "false", "SuiteRequiredButMissing": "false"},
    })
}
