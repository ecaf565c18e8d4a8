//! The Ground close at the end of the day, and printing one again.
//!
//! PUT closes what the account shipped by Ground up to a day and answers a manifest; what is closed
//! is closed. FedEx documents no answer for a close that finds nothing: the twin answers no document
//! and says so in an alert.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::clock::{self, HOUR_MS};
use super::exchange::{Call, Reply};
use super::fedex::{self, ACCOUNTS};
use super::shipment::{Shipment, list};
use super::state::World;
use super::{paper, ship_rules};

/// A close that took place.
#[derive(Debug, Serialize, Deserialize)]
struct Closing {
    account: String,
    date: String,
    at_ms: i64,
    /// Master numbers of what it closed.
    numbers: Vec<String>,
}

/// Every close, oldest first: one or a few a day.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Closings(Vec<Closing>);

type Refusal = (&'static str, &'static str);

const NO_ACCOUNT: Refusal = ("ACCOUNTNUMBER.REGISTRATION.REQUIRED", ship_rules::ACCOUNT_TEXT);
const WRONG_DATE: Refusal = ("AVAILABILITY.SHIP.DATE.INVALID", "Ship date is invalid.");
const WRONG_NUMBER: Refusal = (
    "TRACKINGNUMBER.ENTERED.INVALID",
    "Error with entered Tracking Number. Please verify the entered Tracking Number.",
);
const WRONG_REQUEST: Refusal =
    ("INVALID.INPUT.EXCEPTION", "Validation failed for object='closeInputVO'. Error count: 1");

fn refused(world: &mut World, call: &Call, (code, message): Refusal) -> Reply {
    let status = if code == WRONG_REQUEST.0 { 422 } else { 400 };
    fedex::error(world, Some(call), status, code, message)
}

/// The account and the date of a request, today when it names none.
fn read<'a>(body: &'a Value, kind: &str, today: &'a str) -> Result<(&'a str, &'a str), Refusal> {
    let account = body["accountNumber"]["value"].as_str().unwrap_or_default();
    let date = body["closeDate"].as_str().unwrap_or(today);
    if body["closeReqType"] != kind || body["groundServiceCategory"] != "GROUND" {
        return Err(WRONG_REQUEST);
    }
    if !ACCOUNTS.contains(&account) {
        return Err(NO_ACCOUNT);
    }
    if clock::parse_date_ms(date).is_none() {
        return Err(WRONG_DATE);
    }
    Ok((account, date))
}

/// Answers a close.
pub(super) fn close(world: &mut World, call: &Call, body: &Value) -> Reply {
    let now_ms = world.now_ms();
    let today = clock::date(now_ms);
    // A shipper east or west of Greenwich may be a day ahead or behind.
    let days = clock::date(now_ms - 24 * HOUR_MS)..=clock::date(now_ms + 24 * HOUR_MS);
    let (account, date) = match read(body, "GCDR", &today) {
        Ok((_, date)) if !days.contains(&date.to_owned()) => return refused(world, call, WRONG_DATE),
        Ok(read) => read,
        Err(refusal) => return refused(world, call, refusal),
    };
    let numbers = world.shipments.close(now_ms, |shipment| {
        shipment.account == account && shipment.ship_date.as_str() <= date && shipment.created_ms <= now_ms
    });
    if numbers.is_empty() {
        let alert = json!({
            "code": "GROUND.CLOSE.NOTHING",
            "alertType": "NOTE",
            "message": "There are no shipments to close.",
        });
        return fedex::success(world, call, json!({"alerts": [alert], "closeDocuments": []}));
    }
    world.touch();
    let closing = Closing { account: account.to_owned(), date: date.to_owned(), at_ms: now_ms, numbers };
    let documents = documents(world, &closing, body);
    world.closings.0.push(closing);
    fedex::success(world, call, json!({"alerts": [], "closeDocuments": documents}))
}

/// Prints a close again, by its date or by one of its numbers.
pub(super) fn reprint(world: &mut World, call: &Call, body: &Value) -> Reply {
    let today = clock::date(world.now_ms());
    let (account, date) = match read(body, "RGCDR", &today) {
        Ok(read) => read,
        Err(refusal) => return refused(world, call, refusal),
    };
    let mut closings = world.closings.0.iter().rev().filter(|closing| closing.account == account);
    let (found, missing) = match body["reprintOption"].as_str() {
        Some("BY_SHIP_DATE") => (closings.find(|closing| closing.date == date), WRONG_DATE),
        Some("BY_TRACKING_NUMBER") => {
            let number = body["trackingNumber"].as_str().unwrap_or_default();
            let master = world.shipments.by_number(number).map(|(shipment, _)| shipment.master().to_owned());
            (
                closings.find(|closing| master.as_ref().is_some_and(|master| closing.numbers.contains(master))),
                WRONG_NUMBER,
            )
        }
        _ => (None, WRONG_REQUEST),
    };
    match found.map(|closing| documents(world, closing, body)) {
        Some(documents) => fedex::success(world, call, json!({"alerts": [], "closeDocuments": documents})),
        None => refused(world, call, missing),
    }
}

fn documents(world: &World, closing: &Closing, body: &Value) -> Value {
    let asked = list(&body["closeDocumentSpecification"]["closeDocumentTypes"]);
    if !asked.is_empty() && asked.iter().all(|kind| kind != "MANIFEST") {
        // The other document, OP_950, is for dangerous goods, which the twin has none of.
        return json!([]);
    }
    let shipments: Vec<Shipment> = closing
        .numbers
        .iter()
        .filter_map(|number| world.shipments.by_number(number))
        .map(|(shipment, _)| shipment)
        .collect();
    let manifest = paper::manifest(&closing.account, &closing.date, closing.at_ms, &shipments);
    json!([{
        "type": "MANIFEST",
        "shippingCycle": "END_OF_DAY",
        "shippingDocumentDisposition": "RETURNED",
        "accessReference": "",
        "resolution": 200,
        "copiesToPrint": 1,
        "parts": [{"documentPartSequenceNumber": 1, "image": STANDARD.encode(manifest)}],
    }])
}

#[cfg(test)]
mod tests {
    use super::super::fedex_bench::{Bench, good};
    use super::*;

    fn ask(bench: &mut Bench, account: &str, date: &str) -> (u16, Value) {
        let body = json!({"closeReqType": "GCDR", "groundServiceCategory": "GROUND",
                          "accountNumber": {"value": account}, "closeDate": date});
        bench.send("PUT", "/ship/v1/endofday/", &body)
    }

    fn manifest(answer: &Value) -> String {
        let image = answer["output"]["closeDocuments"][0]["parts"][0]["image"].as_str().unwrap();
        String::from_utf8_lossy(&STANDARD.decode(image).unwrap()).into_owned()
    }

    #[test]
    fn a_close_lists_the_days_ground_shipments_once() {
        let mut bench = Bench::new();
        let today = bench.today();
        let ground = bench.ship(&good())["masterTrackingNumber"].as_str().unwrap().to_owned();
        let mut express = good();
        express["requestedShipment"]["serviceType"] = json!("FEDEX_2_DAY");
        let express = bench.ship(&express)["masterTrackingNumber"].as_str().unwrap().to_owned();
        let void = bench.ship(&good())["masterTrackingNumber"].as_str().unwrap().to_owned();
        let cancel = json!({"accountNumber": {"value": fedex::ACCOUNT}, "trackingNumber": void});
        bench.send("PUT", "/ship/v1/shipments/cancel", &cancel);
        let mut other = good();
        other["accountNumber"]["value"] = json!(ACCOUNTS[1]);
        let other = bench.ship(&other)["masterTrackingNumber"].as_str().unwrap().to_owned();

        let (status, answer) = ask(&mut bench, fedex::ACCOUNT, &today);
        assert_eq!(status, 200);
        let text = manifest(&answer);
        assert!(text.starts_with("%PDF-") && text.contains(&ground));
        assert!(![&express, &void, &other].iter().any(|number| text.contains(number.as_str())));
        let (status, answer) = ask(&mut bench, fedex::ACCOUNT, &today);
        assert_eq!((status, &answer["output"]["closeDocuments"]), (200, &json!([])));
        assert_eq!(answer["output"]["alerts"][0]["alertType"], "NOTE");
        assert!(manifest(&ask(&mut bench, ACCOUNTS[1], &today).1).contains(&other));
    }

    #[test]
    fn a_close_can_be_printed_again() {
        let mut bench = Bench::new();
        let today = bench.today();
        let number = bench.ship(&good())["masterTrackingNumber"].clone();
        let mut again = json!({"closeReqType": "RGCDR", "groundServiceCategory": "GROUND",
                               "accountNumber": {"value": fedex::ACCOUNT}, "reprintOption": "BY_SHIP_DATE"});
        let ask_again = |bench: &mut Bench, body: &Value| bench.send("POST", "/ship/v1/endofday/", body);
        assert_eq!(ask_again(&mut bench, &again).0, 400);
        let (_, closed) = ask(&mut bench, fedex::ACCOUNT, &today);
        assert_eq!(manifest(&ask_again(&mut bench, &again).1), manifest(&closed));
        again["reprintOption"] = json!("BY_TRACKING_NUMBER");
        again["trackingNumber"] = number;
        assert_eq!(manifest(&ask_again(&mut bench, &again).1), manifest(&closed));
    }

    #[test]
    fn dates_accounts_and_kinds_are_checked() {
        let mut bench = Bench::new();
        let today = bench.today();
        assert_eq!(ask(&mut bench, fedex::ACCOUNT, "2020-05-12").1["errors"][0]["code"], WRONG_DATE.0);
        assert_eq!(ask(&mut bench, "123456789", &today).1["errors"][0]["code"], NO_ACCOUNT.0);
        let (status, _) = bench.send("PUT", "/ship/v1/endofday/", &json!({}));
        assert_eq!(status, 422);
    }
}
