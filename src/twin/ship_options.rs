//! Special services: what FedEx takes, and what it refuses to combine.

use serde_json::Value;

use super::clock::{self, HOUR_MS};
use super::ship_rules::{Problems, absent_or, at_most, filled, one_of};
use super::ship_services;
use super::shipment::{has_service, is_abroad, list};

const SHIPMENT_SERVICES: [&str; 24] = [
    "BROKER_SELECT_OPTION",
    "CALL_BEFORE_DELIVERY",
    "COD",
    "CUSTOM_DELIVERY_WINDOW",
    "DELIVERY_ON_INVOICE_ACCEPTANCE",
    "DRY_ICE",
    "ELECTRONIC_TRADE_DOCUMENTS",
    "EVENT_NOTIFICATION",
    "EXTREME_LENGTH",
    "FEDEX_ONE_RATE",
    "FUTURE_DAY_SHIPMENT",
    "HOLD_AT_LOCATION",
    "HOME_DELIVERY_PREMIUM",
    "INSIDE_DELIVERY",
    "INSIDE_PICKUP",
    "INTERNATIONAL_CONTROLLED_EXPORT_SERVICE",
    "INTERNATIONAL_TRAFFIC_IN_ARMS_REGULATIONS",
    "LIFTGATE_DELIVERY",
    "LIFTGATE_PICKUP",
    "PROTECTION_FROM_FREEZING",
    "RETURN_SHIPMENT",
    "SATURDAY_DELIVERY",
    "SATURDAY_PICKUP",
    "THIRD_PARTY_CONSIGNEE",
];
const PACKAGE_SERVICES: [&str; 9] = [
    "ALCOHOL",
    "APPOINTMENT",
    "BATTERY",
    "COD",
    "DANGEROUS_GOODS",
    "DRY_ICE",
    "NON_STANDARD_CONTAINER",
    "PRIORITY_ALERT",
    "SIGNATURE_OPTION",
];
const SIGNATURES: [&str; 5] = ["SERVICE_DEFAULT", "NO_SIGNATURE_REQUIRED", "INDIRECT", "DIRECT", "ADULT"];
const RETURN_REASONS: [&str; 10] = [
    "COURTESY_RETURN_LABEL",
    "EXHIBITION_TRADE_SHOW",
    "FAULTY_ITEM",
    "FOLLOWING_REPAIR",
    "FOR_REPAIR",
    "ITEM_FOR_LOAN",
    "OTHER",
    "REJECTED",
    "REPLACEMENT",
    "TRIAL",
];
/// Longest tax number of a party.
const TAX_NUMBER_LIMIT: usize = 18;

/// Counts the broken rules that have no code of their own.
pub(super) fn violations(wanted: &Value) -> usize {
    let services = list(&wanted["shipmentSpecialServices"]["specialServiceTypes"]);
    let items = list(&wanted["requestedPackageLineItems"]);
    let package = |item: &Value| item["packageSpecialServices"].clone();
    let signatures: Vec<Value> = items.iter().map(|item| package(item)["signatureOptionType"].clone()).collect();
    let parties = [&wanted["shipper"], &wanted["recipients"][0]];
    [
        services.iter().all(|kind| one_of(kind, &SHIPMENT_SERVICES)),
        items
            .iter()
            .all(|item| list(&package(item)["specialServiceTypes"]).iter().all(|kind| one_of(kind, &PACKAGE_SERVICES))),
        signatures.iter().all(|option| absent_or(option, |option| one_of(option, &SIGNATURES))),
        // All pieces are handed over against the same signature.
        signatures.windows(2).all(|pair| pair[0] == pair[1]),
        return_is_complete(wanted),
        parties.iter().all(|party| list(&party["tins"]).iter().all(|tin| at_most(&tin["number"], TAX_NUMBER_LIMIT))),
    ]
    .into_iter()
    .filter(|good| !good)
    .count()
}

/// The twin knows printed return labels; labels sent by mail would need a pending shipment.
fn return_is_complete(wanted: &Value) -> bool {
    let detail = &wanted["shipmentSpecialServices"]["returnShipmentDetail"];
    if !has_service(wanted, "RETURN_SHIPMENT") {
        return detail.is_null();
    }
    let reason = &wanted["customsClearanceDetail"]["customsOption"];
    let explained =
        one_of(&reason["type"], &RETURN_REASONS) && (reason["type"] != "OTHER" || filled(&reason["description"]));
    detail["returnType"] == "PRINT_RETURN_LABEL" && (!is_abroad(wanted) || explained)
}

/// Checks what has a code; `today` stands in for a missing or past ship date.
pub(super) fn check(wanted: &Value, today: &str, problems: &mut Problems) {
    if has_service(wanted, "SATURDAY_DELIVERY") && !arrives_on_saturday(wanted, today) {
        problems.push((
            "SERVICE.PACKAGECOMBINATION.INVALID",
            "Saturday delivery is not available for the selected service and ship date.".to_owned(),
        ));
    }
}

/// Domestic services reach a Saturday only from the right day; abroad the lane decides.
fn arrives_on_saturday(wanted: &Value, today: &str) -> bool {
    let service = wanted["serviceType"].as_str().unwrap_or_default();
    if !ship_services::has_saturday(service) {
        return false;
    }
    let shipped = wanted["shipDatestamp"].as_str().unwrap_or(today).max(today);
    let days = ship_services::find(service).map_or(0, |service| service.days);
    let arrives = clock::parse_date_ms(shipped).map(|ms| clock::weekday(ms + days * 24 * HOUR_MS));
    is_abroad(wanted) || arrives.as_deref() == Some("SAT")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fedex_bench::{Bench, abroad, good};
    use super::*;

    const SCHEMA: &str = "INVALID.INPUT.EXCEPTION";
    const COMBINATION: &str = "SERVICE.PACKAGECOMBINATION.INVALID";

    fn refusal(change: impl FnOnce(&mut Value)) -> String {
        let mut body = good();
        change(&mut body["requestedShipment"]);
        Bench::new().refusal(&body)
    }

    fn saturday(service: &str, date: &str) -> String {
        refusal(|wanted| {
            wanted["serviceType"] = json!(service);
            wanted["shipDatestamp"] = json!(date);
            wanted["shipmentSpecialServices"] = json!({"specialServiceTypes": ["SATURDAY_DELIVERY"]});
        })
    }

    #[test]
    fn saturday_wants_a_service_and_a_day_that_reach_it() {
        // 4 January 2097 is a Friday.
        assert_eq!(saturday("PRIORITY_OVERNIGHT", "2097-01-04"), "OK");
        assert_eq!(saturday("PRIORITY_OVERNIGHT", "2097-01-03"), COMBINATION);
        assert_eq!(saturday("FEDEX_2_DAY", "2097-01-03"), "OK");
        assert_eq!(saturday("FEDEX_GROUND", "2097-01-04"), COMBINATION);
        assert_eq!(saturday("STANDARD_OVERNIGHT", "2097-01-04"), COMBINATION);
    }

    #[test]
    fn one_rate_wants_fedex_packaging_and_less_than_fifty_pounds() {
        let one_rate = |service: &str, packaging: &str, pounds: f64| {
            refusal(|wanted| {
                wanted["serviceType"] = json!(service);
                wanted["packagingType"] = json!(packaging);
                wanted["requestedPackageLineItems"][0]["weight"]["value"] = json!(pounds);
                wanted["shipmentSpecialServices"] = json!({"specialServiceTypes": ["FEDEX_ONE_RATE"]});
            })
        };
        assert_eq!(one_rate("FEDEX_2_DAY", "FEDEX_MEDIUM_BOX", 50.0), "OK");
        assert_eq!(one_rate("FEDEX_2_DAY", "FEDEX_MEDIUM_BOX", 50.01), COMBINATION);
        assert_eq!(one_rate("FEDEX_2_DAY", "FEDEX_ENVELOPE", 11.0), COMBINATION);
        assert_eq!(one_rate("FEDEX_2_DAY", "YOUR_PACKAGING", 5.0), COMBINATION);
        assert_eq!(one_rate("FEDEX_GROUND", "FEDEX_MEDIUM_BOX", 5.0), COMBINATION);
    }

    #[test]
    fn all_pieces_share_one_signature_which_the_answer_repeats() {
        let signed = |options: &[&str]| {
            let mut body = good();
            body["requestedShipment"]["requestedPackageLineItems"] = options
                .iter()
                .map(|option| {
                    json!({"weight": {"units": "LB", "value": 1}, "packageSpecialServices":
                        {"specialServiceTypes": ["SIGNATURE_OPTION"], "signatureOptionType": option}})
                })
                .collect();
            body
        };
        assert_eq!(Bench::new().refusal(&signed(&["ADULT", "DIRECT"])), SCHEMA);
        assert_eq!(Bench::new().refusal(&signed(&["SCRIBBLE"])), SCHEMA);
        let made = Bench::new().ship(&signed(&["ADULT", "ADULT"]));
        let details = &made["completedShipmentDetail"]["completedPackageDetails"];
        assert_eq!(details[1]["signatureOption"], "ADULT");
    }

    #[test]
    fn unknown_services_are_schema_violations() {
        assert_eq!(
            refusal(|wanted| wanted["shipmentSpecialServices"] = json!({"specialServiceTypes": ["SUNDAY"]})),
            SCHEMA
        );
        let package = "packageSpecialServices";
        assert_eq!(
            refusal(|wanted| wanted["requestedPackageLineItems"][0][package] = json!({"specialServiceTypes": ["X"]})),
            SCHEMA
        );
    }

    fn returned(mut body: Value, detail: &Value) -> Value {
        body["requestedShipment"]["shipmentSpecialServices"] =
            json!({"specialServiceTypes": ["RETURN_SHIPMENT"], "returnShipmentDetail": detail});
        body["requestedShipment"]["requestedPackageLineItems"][0]["customerReferences"] =
            json!([{"customerReferenceType": "RMA_ASSOCIATION", "value": "RMA-7"}]);
        body
    }

    #[test]
    fn a_return_has_a_label_and_is_shown_as_one() {
        let mut bench = Bench::new();
        let printed = json!({"returnType": "PRINT_RETURN_LABEL"});
        let made = bench.ship(&returned(good(), &printed));
        assert!(made["pieceResponses"][0]["packageDocuments"][0]["encodedLabel"].is_string());
        let (_, shown) = bench.send("GET", "/_twin/shipments", &Value::Null);
        assert_eq!(shown[0]["is_return"], true);
        assert_eq!(bench.look_up("RMA-7").len(), 1);
        assert_eq!(bench.refusal(&returned(good(), &json!({"returnType": "PENDING"}))), SCHEMA);
        assert_eq!(bench.refusal(&returned(good(), &Value::Null)), SCHEMA);
        // Customs want to know why goods come back.
        let mut from_abroad = returned(abroad(), &printed);
        assert_eq!(bench.refusal(&from_abroad), SCHEMA);
        from_abroad["requestedShipment"]["customsClearanceDetail"]["customsOption"] = json!({"type": "FAULTY_ITEM"});
        assert_eq!(bench.refusal(&from_abroad), "OK");
    }
}
