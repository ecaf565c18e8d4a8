//! Rate quotes: what a shipment would cost with each service, from the tariff that creates are
//! charged by.

use serde_json::{Value, json};

use super::clock::{self, HOUR_MS};
use super::exchange::{Call, Reply};
use super::fedex::{self, ACCOUNTS};
use super::postal;
use super::rate::{self, Charge, amount};
use super::ship;
use super::ship_rules::{self, one_of};
use super::ship_services::{self, Service, is_ground};
use super::shipment::list;
use super::state::World;

type Refusal = (u16, &'static str, String);

/// Answers a quote.
pub(super) fn quote(world: &mut World, call: &Call, body: &Value) -> Reply {
    let today = clock::date(world.now_ms());
    let services = match check(body).and_then(|()| services(&body["requestedShipment"])) {
        Ok(services) => services,
        Err((status, code, message)) => return fedex::error(world, Some(call), status, code, &message),
    };
    let date = body["requestedShipment"]["shipDateStamp"].as_str().unwrap_or(&today).max(today.as_str());
    let details: Value = services.iter().map(|service| detail(body, service, date)).collect();
    let output = json!({"rateReplyDetails": details, "quoteDate": today, "encoded": false, "alerts": []});
    fedex::success(world, call, output)
}

fn check(body: &Value) -> Result<(), Refusal> {
    let wanted = &body["requestedShipment"];
    let items = list(&wanted["requestedPackageLineItems"]);
    let country = |party: &str| wanted[party]["address"]["countryCode"].as_str().unwrap_or_default();
    let weighed = items.iter().all(|item| {
        one_of(&item["weight"]["units"], &["LB", "KG"])
            && item["weight"]["value"].as_f64().is_some_and(|value| value > 0.0)
    });
    let pickup = one_of(
        &wanted["pickupType"],
        &["CONTACT_FEDEX_TO_SCHEDULE", "DROPOFF_AT_FEDEX_LOCATION", "USE_SCHEDULED_PICKUP"],
    );
    let commodities = list(&wanted["customsClearanceDetail"]["commodities"]);
    let valued =
        !commodities.is_empty() && commodities.iter().all(|commodity| commodity["customsValue"]["amount"].is_number());
    let complete =
        country("shipper").len() == 2 && country("recipient").len() == 2 && !items.is_empty() && weighed && pickup;
    if !complete || (is_abroad(wanted) && !valued) {
        let message = "Validation failed for object='rateInputVO'. Error count: 1".to_owned();
        return Err((422, "INVALID.INPUT.EXCEPTION", message));
    }
    let account = body["accountNumber"]["value"].as_str().unwrap_or_default();
    if !ACCOUNTS.contains(&account) {
        return Err((400, "ACCOUNTNUMBER.REGISTRATION.REQUIRED", ship_rules::ACCOUNT_TEXT.to_owned()));
    }
    for party in ["shipper", "recipient"] {
        let postal = wanted[party]["address"]["postalCode"].as_str().unwrap_or_default();
        let known = postal::state_of(postal).is_some();
        if country(party) == "US" && !known {
            let code =
                if party == "recipient" { "DESTINATION.POSTALCODE.MISSING.ORINVALID" } else { "POSTALCODE.INVALID" };
            return Err((400, code, format!("The postal code of the {party} is missing or invalid.")));
        }
    }
    Ok(())
}

fn is_abroad(wanted: &Value) -> bool {
    wanted["shipper"]["address"]["countryCode"] != wanted["recipient"]["address"]["countryCode"]
}

/// The services that are quoted: the one asked for, or all that could carry it.
fn services(wanted: &Value) -> Result<Vec<&'static Service>, Refusal> {
    let abroad = is_abroad(wanted);
    let to_canada =
        wanted["shipper"]["address"]["countryCode"] == "US" && wanted["recipient"]["address"]["countryCode"] == "CA";
    let ground = ship_services::find("FEDEX_GROUND").filter(|_| to_canada);
    let offered: Vec<&Service> = ship_services::offered(abroad).chain(ground).collect();
    let Some(asked) = wanted["serviceType"].as_str() else {
        return Ok(offered.into_iter().filter(|service| carries(wanted, service)).collect());
    };
    if !ship_services::is_known(asked) {
        return Err((400, "SERVICETYPE.NOT.ALLOWED", format!("Service type {asked} is not allowed.")));
    }
    let items = list(&wanted["requestedPackageLineItems"]);
    let no_value_by_post = asked == "SMART_POST" && items.iter().any(|item| !item["declaredValue"].is_null());
    if asked == "SMART_POST" && (wanted["smartPostInfoDetail"].is_null() || no_value_by_post) {
        return Err((400, "SHIPMENT.SMARTPOST.INVALID", "SmartPost details are missing or invalid.".to_owned()));
    }
    match offered.into_iter().find(|service| service.code == asked && carries(wanted, service)) {
        Some(service) => Ok(vec![service]),
        None => {
            Err((400, "SERVICE.PACKAGECOMBINATION.INVALID", "Invalid service and packaging combination.".to_owned()))
        }
    }
}

fn carries(wanted: &Value, service: &Service) -> bool {
    let residential = wanted["recipient"]["address"]["residential"] == true;
    let packaging = wanted["packagingType"].as_str().unwrap_or("YOUR_PACKAGING");
    let items = list(&wanted["requestedPackageLineItems"]);
    let heaviest = ship::packages(wanted).iter().map(|(_, weight)| *weight).max().unwrap_or_default();
    let suits = match service.code {
        "GROUND_HOME_DELIVERY" => residential,
        "FEDEX_GROUND" => !residential,
        "SMART_POST" => !wanted["smartPostInfoDetail"].is_null(),
        _ => true,
    };
    suits
        && ship_services::packaging_limit(service.code, packaging)
            .is_some_and(|limit_lb| rate::pounds(heaviest) <= limit_lb)
        && items.iter().all(|item| ship_services::size_fits(&item["dimensions"], is_ground(service.code)))
}

fn detail(body: &Value, service: &Service, date: &str) -> Value {
    let wanted = &body["requestedShipment"];
    let weights: Vec<u64> = ship::packages(wanted).iter().map(|(_, weight)| *weight).collect();
    let postal = |party: &str| wanted[party]["address"]["postalCode"].as_str().unwrap_or_default();
    let charge = Charge::new(service.code, postal("shipper"), postal("recipient"), &weights);
    let types = list(&wanted["rateRequestType"]);
    let listed = types.iter().any(|kind| kind == "LIST").then(|| rated("LIST", &charge.list(), &weights));
    // List rates come first, so that taking the first entry is wrong.
    let rates: Vec<Value> = listed.into_iter().chain([rated("ACCOUNT", &charge, &weights)]).collect();
    let arrives_ms = clock::parse_date_ms(date).unwrap_or_default() + service.days * 24 * HOUR_MS;
    let mut detail = json!({
        "serviceType": service.code,
        "serviceName": service.name,
        "packagingType": wanted["packagingType"].as_str().unwrap_or("YOUR_PACKAGING"),
        "customerMessages": [],
        "ratedShipmentDetails": rates,
        "operationalDetail": {"ineligibleForMoneyBackGuarantee": false, "transitTime": transit_time(service.days)},
        "signatureOptionType": "SERVICE_DEFAULT",
        "serviceDescription": {"serviceType": service.code, "description": service.mark, "serviceCategory": "parcel"},
    });
    if is_abroad(wanted) {
        detail["customerMessages"] = json!([{
            "code": "SERVICE.TYPE.INTERNATIONAL.MESSAGE",
            "message": "Rate does not include duties and taxes, clearance entry fees or other import fees.",
        }]);
    }
    if body["rateRequestControlParameters"]["returnTransitTimes"] == true {
        detail["commit"] = json!({
            "dateDetail": {
                "dayOfWeek": clock::weekday(arrives_ms),
                "dayFormat": format!("{}T20:00:00", clock::date(arrives_ms)),
            },
            "transitDays": {
                "minimumTransitTime": transit_time(service.days),
                "description": format!("{} Business Days", service.days),
            },
            "saturdayDelivery": false,
        });
    }
    detail
}

fn transit_time(days: i64) -> &'static str {
    match days {
        1 => "ONE_DAY",
        2 => "TWO_DAYS",
        3 => "THREE_DAYS",
        4 => "FOUR_DAYS",
        5 => "FIVE_DAYS",
        _ => "UNKNOWN",
    }
}

fn rated(kind: &str, charge: &Charge, weights: &[u64]) -> Value {
    let billed: u64 = weights.iter().map(|weight| weight.div_ceil(100) * 100).sum();
    let packages: Value = charge
        .bases
        .iter()
        .map(|base| {
            json!({
                "groupNumber": 0,
                "effectiveNetDiscount": 0.0,
                "packageRateDetail": {
                    "rateType": format!("PAYOR_{kind}_PACKAGE"),
                    "ratedWeightMethod": "ACTUAL",
                    "baseCharge": amount(*base),
                    "netFreight": amount(*base),
                    "totalSurcharges": amount(rate::net(*base) - base),
                    "netFedExCharge": amount(rate::net(*base)),
                    "netCharge": amount(rate::net(*base)),
                    "currency": "USD",
                },
            })
        })
        .collect();
    json!({
        "rateType": kind,
        "ratedWeightMethod": "ACTUAL",
        "totalDiscounts": 0.0,
        "totalBaseCharge": amount(charge.base()),
        "totalNetCharge": amount(charge.net()),
        "totalNetFedExCharge": amount(charge.net()),
        "totalDutiesAndTaxes": 0.0,
        "totalNetChargeWithDutiesAndTaxes": amount(charge.net()),
        "shipmentRateDetail": {
            "rateZone": format!("{:02}", charge.zone),
            "dimDivisor": 0,
            "fuelSurchargePercent": rate::fuel_percent(),
            "totalSurcharges": amount(charge.fuel()),
            "totalFreightDiscount": 0.0,
            "surCharges": [{"type": "FUEL", "description": "Fuel Surcharge", "amount": amount(charge.fuel())}],
            "pricingCode": "PACKAGE",
            "totalBillingWeight": {"units": "LB", "value": amount(billed)},
            "currency": "USD",
        },
        "ratedPackages": packages,
        "currency": "USD",
    })
}

#[cfg(test)]
mod tests {
    use super::super::fedex_bench::{Bench, good};
    use super::*;

    fn wanted() -> Value {
        json!({
            "accountNumber": {"value": fedex::ACCOUNT},
            "rateRequestControlParameters": {"returnTransitTimes": true},
            "requestedShipment": {
                "shipper": {"address": {"postalCode": "38118", "countryCode": "US"}},
                "recipient": {"address": {"postalCode": "60601", "countryCode": "US"}},
                "pickupType": "USE_SCHEDULED_PICKUP",
                "rateRequestType": ["ACCOUNT", "LIST"],
                "requestedPackageLineItems": [{"weight": {"units": "LB", "value": 12.5}}],
            },
        })
    }

    fn ask(body: &Value) -> (u16, Value) {
        Bench::new().send("POST", "/rate/v1/rates/quotes", body)
    }

    /// The services quoted for a changed request, or the code it is refused with.
    fn quoted(change: impl FnOnce(&mut Value)) -> Vec<String> {
        let mut body = wanted();
        change(&mut body["requestedShipment"]);
        let (_, answer) = ask(&body);
        match answer["output"]["rateReplyDetails"].as_array() {
            Some(details) => details.iter().map(|one| one["serviceType"].as_str().unwrap().to_owned()).collect(),
            None => vec![answer["errors"][0]["code"].as_str().unwrap().to_owned()],
        }
    }

    #[test]
    fn a_quote_is_what_the_shipment_then_costs() {
        let (_, answer) = ask(&wanted());
        let details = answer["output"]["rateReplyDetails"].as_array().unwrap();
        let ground = details.iter().find(|one| one["serviceType"] == "FEDEX_GROUND").unwrap();
        let rates = ground["ratedShipmentDetails"].as_array().unwrap();
        assert_eq!(rates.iter().map(|rate| &rate["rateType"]).collect::<Vec<_>>(), ["LIST", "ACCOUNT"]);
        assert!(rates[0]["totalNetCharge"].as_f64() > rates[1]["totalNetCharge"].as_f64());
        assert_eq!(ground["commit"]["transitDays"]["minimumTransitTime"], "THREE_DAYS");
        let made = Bench::new().ship(&good());
        let charged = &made["completedShipmentDetail"]["shipmentRating"]["shipmentRateDetails"][0]["totalNetCharge"];
        assert_eq!(&rates[1]["totalNetCharge"], charged);
    }

    #[test]
    fn without_a_service_all_are_quoted_that_could_carry_it() {
        let all = quoted(|_| {});
        assert!(all.len() >= 6 && all.contains(&"FEDEX_GROUND".to_owned()));
        assert!(!all.contains(&"GROUND_HOME_DELIVERY".to_owned()) && !all.contains(&"SMART_POST".to_owned()));
        let home = quoted(|wanted| wanted["recipient"]["address"]["residential"] = json!(true));
        assert!(home.contains(&"GROUND_HOME_DELIVERY".to_owned()) && !home.contains(&"FEDEX_GROUND".to_owned()));
        assert_eq!(quoted(|wanted| wanted["serviceType"] = json!("FEDEX_2_DAY")), ["FEDEX_2_DAY"]);
        let commodity = json!({"description": "Bearing", "customsValue": {"amount": 5, "currency": "USD"}});
        let abroad = quoted(|wanted| {
            wanted["recipient"]["address"] = json!({"postalCode": "M5V3L9", "countryCode": "CA"});
            wanted["customsClearanceDetail"] = json!({"commodities": [commodity]});
        });
        assert!(
            abroad.contains(&"FEDEX_INTERNATIONAL_PRIORITY".to_owned()) && abroad.contains(&"FEDEX_GROUND".to_owned())
        );
    }

    #[test]
    fn what_cannot_be_quoted_is_refused() {
        let heavy = json!([{"weight": {"units": "LB", "value": 400}}]);
        assert_eq!(quoted(|wanted| wanted["serviceType"] = json!("PIGEON")), ["SERVICETYPE.NOT.ALLOWED"]);
        assert_eq!(quoted(|wanted| wanted["serviceType"] = json!("SMART_POST")), ["SHIPMENT.SMARTPOST.INVALID"]);
        assert_eq!(
            quoted(|wanted| {
                wanted["serviceType"] = json!("FEDEX_GROUND");
                wanted["requestedPackageLineItems"] = heavy;
            }),
            ["SERVICE.PACKAGECOMBINATION.INVALID"]
        );
        assert_eq!(
            quoted(|wanted| wanted["recipient"]["address"]["postalCode"] = json!("00000")),
            ["DESTINATION.POSTALCODE.MISSING.ORINVALID"]
        );
        let germany = json!({"postalCode": "20457", "countryCode": "DE"});
        assert_eq!(quoted(|wanted| wanted["recipient"]["address"] = germany), ["INVALID.INPUT.EXCEPTION"]);
        let mut body = wanted();
        body["accountNumber"]["value"] = json!("123456789");
        assert_eq!(ask(&body).1["errors"][0]["code"], "ACCOUNTNUMBER.REGISTRATION.REQUIRED");
    }
}
