//! Address resolution: a simple standardisation that is advice, not a verdict.
//!
//! The twin has no map. It knows a few towns with one ZIP code each, from which it proposes a code
//! where the one given lies in another state, and it reads from the words of a street whether
//! somebody lives or works there.

use serde_json::{Value, json};

use super::exchange::{Call, Reply};
use super::fedex;
use super::postal;
use super::shipment::list;
use super::state::World;

/// Addresses that one request may hold.
const ADDRESS_LIMIT: usize = 100;
/// Towns and the ZIP code that is proposed for them.
const TOWNS: [(&str, &str, &str); 30] = [
    ("ALBUQUERQUE", "NM", "87102"),
    ("APPLETON", "WI", "54911"),
    ("ATLANTA", "GA", "30318"),
    ("BOSTON", "MA", "02127"),
    ("BUFFALO", "NY", "14204"),
    ("CHICAGO", "IL", "60608"),
    ("COLUMBUS", "OH", "43217"),
    ("DENVER", "CO", "80216"),
    ("DETROIT", "MI", "48202"),
    ("FRESNO", "CA", "93725"),
    ("GREENVILLE", "SC", "29601"),
    ("HOUSTON", "TX", "77029"),
    ("INDIANAPOLIS", "IN", "46219"),
    ("INDIANOLA", "MS", "38751"),
    ("LOUISVILLE", "KY", "40203"),
    ("MEMPHIS", "TN", "38116"),
    ("MIAMI", "FL", "33122"),
    ("MINNEAPOLIS", "MN", "55413"),
    ("NEW YORK", "NY", "10001"),
    ("NORFOLK", "VA", "23510"),
    ("OMAHA", "NE", "68110"),
    ("PHOENIX", "AZ", "85009"),
    ("PITTSBURGH", "PA", "15201"),
    ("PORTLAND", "OR", "97210"),
    ("RENO", "NV", "89502"),
    ("SALT LAKE CITY", "UT", "84115"),
    ("SAN FRANCISCO", "CA", "94124"),
    ("SEATTLE", "WA", "98119"),
    ("SPRINGFIELD", "MO", "65802"),
    ("TORONTO", "ON", "M5V3L9"),
];
/// Words of a street in full and as the post writes them.
const SHORT: [(&str, &str); 16] = [
    ("AVENUE", "AVE"),
    ("BOULEVARD", "BLVD"),
    ("BUILDING", "BLDG"),
    ("CIRCLE", "CIR"),
    ("COURT", "CT"),
    ("DRIVE", "DR"),
    ("EAST", "E"),
    ("HIGHWAY", "HWY"),
    ("LANE", "LN"),
    ("NORTH", "N"),
    ("PARKWAY", "PKWY"),
    ("ROAD", "RD"),
    ("SOUTH", "S"),
    ("STREET", "ST"),
    ("SUITE", "STE"),
    ("WEST", "W"),
];
/// Words, shortened, of streets and houses where people live.
const HOMES: [&str; 6] = ["APT", "CIR", "CT", "LN", "TER", "TRLR"];
/// Words, shortened, of places where people work in several units.
const WORKS: [&str; 8] = ["BLDG", "DOCK", "FL", "FLOOR", "INDUSTRIAL", "PIER", "STE", "WHSE"];

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

fn shortened(line: &str) -> String {
    let words: Vec<String> = line
        .to_uppercase()
        .split_whitespace()
        .map(|word| {
            let word = word.trim_end_matches(['.', ',']);
            SHORT.iter().find(|(full, _)| *full == word).map_or(word, |(_, short)| short).to_owned()
        })
        .collect();
    words.join(" ")
}

fn classification(lines: &[String]) -> &'static str {
    let has = |known: &[&str]| lines.iter().flat_map(|line| line.split(' ')).any(|word| known.contains(&word));
    match (has(&HOMES), has(&WORKS)) {
        (true, true) => "MIXED",
        (true, false) => "RESIDENTIAL",
        (false, _) => "BUSINESS",
    }
}

/// State and postal code as they should be, where anything can be said about them.
fn proposal(country: &str, city: &str, state: &str, postal: &str) -> Option<(String, String)> {
    match postal::check(country, state, postal) {
        Ok(()) => Some((state.to_owned(), postal.to_owned())),
        Err(fault) => {
            let town = TOWNS.iter().find(|(known, of, _)| *known == city && *of == state);
            match town {
                Some((.., code)) => Some((state.to_owned(), (*code).to_owned())),
                // A town the twin does not know: then the code is believed and the state is not.
                None if country == "US" && fault == postal::Fault::OtherState => {
                    postal::state_of(postal).map(|state| (state.to_owned(), postal.to_owned()))
                }
                None => None,
            }
        }
    }
}

fn resolved(entry: &Value) -> Value {
    let address = &entry["address"];
    let text = |name: &str| address[name].as_str().unwrap_or_default().trim().to_uppercase();
    let given: Vec<&str> = list(&address["streetLines"]).iter().filter_map(Value::as_str).collect();
    let lines: Vec<String> = given.iter().map(|line| shortened(line)).filter(|line| !line.is_empty()).collect();
    let (country, city, postal) = (text("countryCode"), text("city"), text("postalCode"));
    let found = proposal(&country, &city, &text("stateOrProvinceCode"), &postal).filter(|_| !lines.is_empty());
    let good = found.is_some();
    let (state, code) = found.unwrap_or_else(|| (text("stateOrProvinceCode"), postal.clone()));
    let (base, add_on) = code.split_once('-').unwrap_or((&code, ""));
    let post_box = given.iter().any(|line| postal::is_post_box(line));
    // FedEx writes these flags as text.
    let flag = |set: bool| if set { "true" } else { "false" };
    json!({
        "clientReferenceId": entry["clientReferenceId"],
        "streetLinesToken": lines,
        "city": city,
        "stateOrProvinceCode": state,
        "countryCode": country,
        "customerMessages": if good { json!([]) } else {
            json!([{"code": "STANDARDIZED.ADDRESS.NOTFOUND", "message": "Standardized address is not found."}])
        },
        "cityToken": [{"changed": false, "value": city}],
        "postalCodeToken": {"changed": code != postal, "value": code},
        "parsedPostalCode": {"base": base, "addOn": add_on, "deliveryPoint": ""},
        "classification": if good { classification(&lines) } else { "UNKNOWN" },
        "postOfficeBox": post_box,
        "attributes": {
            "Resolved": flag(good),
            "DPV": flag(good && code == postal),
            "Matched": flag(good),
            "POBox": flag(post_box),
            "SuiteRequiredButMissing": "false",
            "CountrySupported": "true",
            "AddressType": if good { "STANDARDIZED" } else { "NORMALIZED" },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::super::fedex_bench::Bench;
    use super::*;

    fn ask(street: &[&str], city: &str, state: &str, postal: &str) -> Value {
        let address = json!({"streetLines": street, "city": city, "stateOrProvinceCode": state,
                             "postalCode": postal, "countryCode": "US"});
        let body = json!({"addressesToValidate": [{"address": address, "clientReferenceId": "A"}]});
        let (status, mut answer) = Bench::new().send("POST", "/address/v1/addresses/resolve", &body);
        assert_eq!(status, 200);
        answer["output"]["resolvedAddresses"][0].take()
    }

    #[test]
    fn a_good_address_is_put_in_the_form_of_the_post() {
        let found = ask(&["100 North Main Street", "Suite 4"], "Omaha", "NE", "68110-1234");
        assert_eq!(found["streetLinesToken"], json!(["100 N MAIN ST", "STE 4"]));
        assert_eq!((&found["clientReferenceId"], &found["attributes"]["DPV"]), (&json!("A"), &json!("true")));
        assert_eq!(found["parsedPostalCode"], json!({"base": "68110", "addOn": "1234", "deliveryPoint": ""}));
        assert_eq!(found["postalCodeToken"]["changed"], false);
    }

    #[test]
    fn a_wrong_code_is_answered_with_a_proposal() {
        let found = ask(&["4610 N 16th St"], "Omaha", "NE", "50110");
        assert_eq!(found["postalCodeToken"], json!({"changed": true, "value": "68110"}));
        assert_eq!(
            (&found["stateOrProvinceCode"], &found["parsedPostalCode"]["base"]),
            (&json!("NE"), &json!("68110"))
        );
        assert_eq!((&found["attributes"]["Resolved"], &found["attributes"]["DPV"]), (&json!("true"), &json!("false")));
        let elsewhere = ask(&["1 Mill Rd"], "Smallville", "NE", "50110");
        assert_eq!(
            (&elsewhere["stateOrProvinceCode"], &elsewhere["postalCodeToken"]["value"]),
            (&json!("IA"), &json!("50110"))
        );
        let hopeless = ask(&["1 Mill Rd"], "Smallville", "NE", "00000");
        assert_eq!(
            (&hopeless["classification"], &hopeless["attributes"]["Resolved"]),
            (&json!("UNKNOWN"), &json!("false"))
        );
        assert_eq!(hopeless["customerMessages"][0]["code"], "STANDARDIZED.ADDRESS.NOTFOUND");
    }

    #[test]
    fn the_words_of_a_street_tell_homes_from_works() {
        let class = |lines: &[&str]| ask(lines, "Omaha", "NE", "68110")["classification"].clone();
        assert_eq!(class(&["4610 N 16th St"]), "BUSINESS");
        assert_eq!(class(&["12 Meadow Lane"]), "RESIDENTIAL");
        assert_eq!(class(&["12 Meadow St", "Apt 3"]), "RESIDENTIAL");
        assert_eq!(class(&["12 Meadow Lane", "Suite 3"]), "MIXED");
        let post_box = ask(&["PO Box 12"], "Omaha", "NE", "68110");
        assert_eq!((&post_box["postOfficeBox"], &post_box["attributes"]["POBox"]), (&json!(true), &json!("true")));
    }
}
