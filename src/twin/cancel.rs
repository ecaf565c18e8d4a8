//! Taking shipments back, which FedEx allows until it has them.
//!
//! The documents name two codes for all failures: the user may not (another account's shipment, or
//! one already tendered), and the number is wrong. A second cancel is a 200 whose boolean is false.

use serde_json::{Value, json};

use super::exchange::{Call, Reply};
use super::fedex::{self, ACCOUNTS};
use super::shipment::{self, Shipment};
use super::state::World;
use super::{journey, ship_rules};

type Refusal = (&'static str, &'static str);

const NO_ACCOUNT: Refusal = ("ACCOUNTNUMBER.REGISTRATION.REQUIRED", ship_rules::ACCOUNT_TEXT);
const NOT_YOURS: Refusal = ("SHIPMENT.USER.UNAUTHORIZED", "Requested user is not authorized to perform the operation.");
const NO_NUMBER: Refusal = (
    "TRACKINGNUMBER.ENTERED.INVALID",
    "Error with entered Tracking Number. Please verify the entered Tracking Number.",
);

/// Answers a cancel; the boolean of a 200 decides, not the status.
pub(super) fn cancel(world: &mut World, call: &Call, body: &Value) -> Reply {
    match taken_back(world, body) {
        Err((code, message)) => fedex::error(world, Some(call), 400, code, message),
        Ok(cancelled) => {
            let alerts = if cancelled { json!([]) } else { json!([already()]) };
            let output = json!({"cancelledShipment": cancelled, "cancelledHistory": cancelled, "alerts": alerts});
            fedex::success(world, call, output)
        }
    }
}

/// FedEx publishes no code for a second cancel, and answers many alerts with this very sentence.
fn already() -> Value {
    json!({
        "code": "SHIPMENT.CANCEL.NOTALLOWED",
        "message": "We are not able to retrieve the message for the warning or error.",
        "alertType": "WARNING",
    })
}

fn taken_back(world: &mut World, body: &Value) -> Result<bool, Refusal> {
    let account = body["accountNumber"]["value"].as_str().unwrap_or_default();
    if account.is_empty() {
        return Err(NO_ACCOUNT);
    }
    if !ACCOUNTS.contains(&account) {
        return Err(NOT_YOURS);
    }
    let number = body["trackingNumber"].as_str().unwrap_or_default();
    if !shipment::is_number(number) {
        return Err(NO_NUMBER);
    }
    let now_ms = world.now_ms();
    let found = world.shipments.by_number_mut(number).filter(|(shipment, _)| shipment.created_ms <= now_ms);
    let Some((shipment, piece)) = found else {
        // Express takes back any number that could be one, so that a success proves little.
        return if shipment::has_check_digit(number) { Ok(true) } else { Err(NO_NUMBER) };
    };
    if shipment.account != account || journey::tendered(shipment, now_ms) {
        return Err(NOT_YOURS);
    }
    if shipment.pieces[piece].cancelled_ms.is_some() {
        return Ok(false);
    }
    let whole = body["deletionControl"] == "DELETE_ALL_PACKAGES";
    take_back(shipment, piece, whole, now_ms);
    world.touch();
    Ok(true)
}

/// Cancels one piece of a Ground shipment; its master number, or any number of Express, all of it.
fn take_back(shipment: &mut Shipment, piece: usize, whole: bool, now_ms: i64) {
    let all = whole || piece == 0 || !ship_rules::is_ground(&shipment.service);
    for (at, found) in shipment.pieces.iter_mut().enumerate() {
        if (all || at == piece) && found.cancelled_ms.is_none() {
            found.cancelled_ms = Some(now_ms);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fedex_bench::{Bench, good};
    use super::*;

    fn shipped(pieces: u64) -> (Bench, Vec<String>) {
        let mut bench = Bench::new();
        let mut body = good();
        body["requestedShipment"]["requestedPackageLineItems"][0]["groupPackageCount"] = json!(pieces);
        let made = bench.ship(&body);
        let pieces = made["pieceResponses"].as_array().unwrap();
        let numbers = pieces.iter().map(|piece| piece["trackingNumber"].as_str().unwrap().to_owned()).collect();
        (bench, numbers)
    }

    /// The boolean of the answer, or the code of the refusal.
    fn ask(bench: &mut Bench, account: &str, number: &str, control: Option<&str>) -> String {
        let body = json!({"accountNumber": {"value": account}, "trackingNumber": number, "deletionControl": control});
        let (status, answer) = bench.send("PUT", "/ship/v1/shipments/cancel", &body);
        match status {
            200 => answer["output"]["cancelledShipment"].to_string(),
            _ => answer["errors"][0]["code"].as_str().unwrap().to_owned(),
        }
    }

    #[test]
    fn a_cancelled_shipment_shows_by_number_and_by_reference_and_cannot_be_cancelled_again() {
        let (mut bench, numbers) = shipped(1);
        assert_eq!(ask(&mut bench, fedex::ACCOUNT, &numbers[0], None), "true");
        assert_eq!(bench.status(&numbers[0]), "CA");
        assert_eq!(bench.look_up("SO-1"), numbers);
        assert_eq!(ask(&mut bench, fedex::ACCOUNT, &numbers[0], None), "false");
    }

    #[test]
    fn a_ground_piece_goes_alone_and_the_master_takes_all() {
        let (mut bench, numbers) = shipped(3);
        assert_eq!(ask(&mut bench, fedex::ACCOUNT, &numbers[1], None), "true");
        assert_eq!([0, 1, 2].map(|at| bench.status(&numbers[at])), ["OC", "CA", "OC"]);
        assert_eq!(ask(&mut bench, fedex::ACCOUNT, &numbers[0], None), "true");
        assert_eq!([0, 1, 2].map(|at| bench.status(&numbers[at])), ["CA", "CA", "CA"]);
        let (mut bench, numbers) = shipped(2);
        assert_eq!(ask(&mut bench, fedex::ACCOUNT, &numbers[1], Some("DELETE_ALL_PACKAGES")), "true");
        assert_eq!(bench.status(&numbers[0]), "CA");
    }

    #[test]
    fn what_is_tendered_or_not_yours_is_refused() {
        let (mut bench, numbers) = shipped(1);
        let unauthorised = "SHIPMENT.USER.UNAUTHORIZED";
        assert_eq!(ask(&mut bench, "123456789", &numbers[0], None), unauthorised);
        assert_eq!(ask(&mut bench, ACCOUNTS[1], &numbers[0], None), unauthorised);
        assert_eq!(ask(&mut bench, "", &numbers[0], None), "ACCOUNTNUMBER.REGISTRATION.REQUIRED");
        let journey_ms = bench.world.journey_ms;
        bench.advance(journey_ms / 2);
        assert_eq!(ask(&mut bench, fedex::ACCOUNT, &numbers[0], None), unauthorised);
        assert_ne!(bench.status(&numbers[0]), "CA");
    }

    #[test]
    fn an_unknown_number_is_refused_unless_it_could_be_one() {
        let mut bench = Bench::new();
        assert_eq!(ask(&mut bench, fedex::ACCOUNT, "123", None), "TRACKINGNUMBER.ENTERED.INVALID");
        assert_eq!(ask(&mut bench, fedex::ACCOUNT, "794980600024", None), "TRACKINGNUMBER.ENTERED.INVALID");
        assert_eq!(ask(&mut bench, fedex::ACCOUNT, "794980600023", None), "true");
    }
}
