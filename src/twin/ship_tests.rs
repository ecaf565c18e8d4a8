//! Creates over the whole port: pieces and their charges, accounts, the virtual sandbox, the quotas.

use serde_json::{Value, json};

use super::super::fedex::{ACCOUNT, ACCOUNTS, GROUND_TO_HOMES};
use super::super::fedex_bench::{Bench, abroad, good};

fn pieces_of(made: &Value) -> &Vec<Value> {
    made["pieceResponses"].as_array().unwrap()
}

/// The total that applies, in cents.
fn total(made: &Value) -> i64 {
    let rating = &made["completedShipmentDetail"]["shipmentRating"];
    let details = rating["shipmentRateDetails"].as_array().unwrap();
    let applies = details.iter().find(|detail| detail["rateType"] == rating["actualRateType"]).unwrap();
    cents(&applies["totalNetCharge"])
}

#[expect(clippy::cast_possible_truncation, reason = "charges of a test are small")]
fn cents(amount: &Value) -> i64 {
    (amount.as_f64().unwrap() * 100.0).round() as i64
}

fn with_items(items: &Value) -> Value {
    let mut body = good();
    body["requestedShipment"]["requestedPackageLineItems"] = items.clone();
    body
}

fn item(pounds: f64) -> Value {
    json!({"weight": {"units": "LB", "value": pounds}})
}

#[test]
fn every_piece_has_its_number_and_its_label_and_the_first_is_the_master() {
    let mut group = item(7.0);
    group["groupPackageCount"] = json!(2);
    let made = Bench::new().ship(&with_items(&json!([item(3.0), group, item(20.0)])));
    let pieces = pieces_of(&made);
    let sequences: Vec<u64> = pieces.iter().map(|piece| piece["packageSequenceNumber"].as_u64().unwrap()).collect();
    assert_eq!(sequences, [1, 2, 3, 4]);
    assert_eq!(pieces[0]["trackingNumber"], made["masterTrackingNumber"]);
    for (at, piece) in pieces.iter().enumerate() {
        assert!(piece["packageDocuments"][0]["encodedLabel"].is_string());
        assert!(pieces[..at].iter().all(|other| other["trackingNumber"] != piece["trackingNumber"]));
    }
}

#[test]
fn sequence_numbers_decide_which_piece_is_the_master() {
    let mut bench = Bench::new();
    let mut items = [item(3.0), item(20.0)];
    for (item, (sequence, reference)) in items.iter_mut().zip([(2, "SMALL"), (1, "LARGE")]) {
        item["sequenceNumber"] = json!(sequence);
        item["customerReferences"] = json!([{"customerReferenceType": "CUSTOMER_REFERENCE", "value": reference}]);
    }
    let made = bench.ship(&with_items(&json!(items)));
    assert_eq!(pieces_of(&made)[0]["customerReferences"][0]["value"], "LARGE");
    let weight = &bench.world.shipments.by_number(made["masterTrackingNumber"].as_str().unwrap()).unwrap().0.pieces[0];
    assert_eq!(weight.weight_clb, 2_000);
    items[0]["sequenceNumber"] = json!(1);
    assert_eq!(bench.refusal(&with_items(&json!(items))), "INVALID.INPUT.EXCEPTION");
}

#[test]
fn forty_pieces_pass_and_more_need_a_job() {
    let mut bench = Bench::new();
    let count = |count: u64| {
        let mut group = item(1.0);
        group["groupPackageCount"] = json!(count);
        with_items(&json!([group]))
    };
    assert_eq!(pieces_of(&bench.ship(&count(40))).len(), 40);
    let (status, answer) = bench.send("POST", "/ship/v1/shipments", &count(41));
    assert_eq!((status, &answer["errors"][0]["code"]), (400, &json!("GROUPPACKAGECOUNT.EXCEEDED")));
    let mut jobs = count(301);
    jobs["processingOptionType"] = json!("ALLOW_ASYNCHRONOUS");
    assert_eq!(bench.refusal(&jobs), "GROUPPACKAGECOUNT.EXCEEDED");
    let items: Vec<Value> = (0..31).map(|_| item(1.0)).collect();
    assert_eq!(bench.refusal(&with_items(&json!(items))), "INVALID.INPUT.EXCEPTION");
    let mut wrong = count(3);
    wrong["requestedShipment"]["totalPackageCount"] = json!(4);
    assert_eq!(bench.refusal(&wrong), "INVALID.INPUT.EXCEPTION");
}

#[test]
fn the_amounts_of_pieces_mislead_and_the_rating_tells_the_truth() {
    let mut bench = Bench::new();
    let single = bench.ship(&good());
    assert_eq!(cents(&pieces_of(&single)[0]["baseRateAmount"]), total(&single));
    assert_eq!(pieces_of(&single)[0]["netChargeAmount"], 0.0);

    let several = bench.ship(&with_items(&json!([item(3.0), item(9.0), item(20.0)])));
    let bases: i64 = pieces_of(&several).iter().map(|piece| cents(&piece["baseRateAmount"])).sum();
    assert_eq!(bases, total(&several));
    assert!(pieces_of(&several).iter().all(|piece| piece["netChargeAmount"] == 0.0 && piece["netRateAmount"] == 0.0));

    let mut many = abroad();
    many["requestedShipment"]["requestedPackageLineItems"][0]["groupPackageCount"] = json!(21);
    let many = bench.ship(&many);
    let nets: i64 = pieces_of(&many).iter().map(|piece| cents(&piece["netRateAmount"])).sum();
    assert_eq!(nets, 21 * total(&many));
}

#[test]
fn a_shipment_goes_out_without_charges_when_rating_is_down() {
    let mut bench = Bench::new();
    bench.switch(&json!({"rating": false}));
    let made = bench.ship(&good());
    assert!(made["completedShipmentDetail"]["shipmentRating"].is_null());
    assert_eq!(pieces_of(&made)[0]["baseRateAmount"], 0.0);
}

#[test]
fn every_account_of_the_project_ships_and_is_looked_up_by_itself() {
    let mut bench = Bench::new();
    for account in ACCOUNTS {
        let mut body = good();
        body["accountNumber"]["value"] = json!(account);
        bench.ship(&body);
    }
    assert_eq!(bench.look_up("SO-1").len(), 1, "the look-up names one account");
    let (_, shown) = bench.send("GET", "/_twin/shipments?order=SO-1&brief=true", &Value::Null);
    let accounts: Vec<&str> = shown.as_array().unwrap().iter().map(|one| one["account"].as_str().unwrap()).collect();
    assert_eq!(accounts, ACCOUNTS);
    assert!(shown[0]["request"].is_null() && shown[0]["pieces"][0]["live"] == true);
}

#[test]
fn homes_and_post_boxes_have_their_own_services() {
    let wrong = "SELECTED.DESTINATION.SERVICETYPE.INVALID";
    let to = |account: &str, service: &str, street: &str, home: bool| {
        let mut body = good();
        body["accountNumber"]["value"] = json!(account);
        body["requestedShipment"]["serviceType"] = json!(service);
        body["requestedShipment"]["smartPostInfoDetail"] = json!({"hubId": "5531", "indicia": "PARCEL_SELECT"});
        let address = &mut body["requestedShipment"]["recipients"][0]["address"];
        address["residential"] = json!(home);
        address["streetLines"] = json!([street]);
        Bench::new().refusal(&body)
    };
    let street = "12 Elm St";
    assert_eq!(to(ACCOUNT, "GROUND_HOME_DELIVERY", street, true), "OK");
    assert_eq!(to(ACCOUNT, "GROUND_HOME_DELIVERY", street, false), wrong);
    assert_eq!(to(ACCOUNT, "FEDEX_GROUND", street, true), wrong);
    assert_eq!(to(GROUND_TO_HOMES, "FEDEX_GROUND", street, true), "OK");
    assert_eq!(to(ACCOUNT, "FEDEX_2_DAY", street, true), "OK");
    for service in ["FEDEX_GROUND", "FEDEX_2_DAY"] {
        assert_eq!(to(ACCOUNT, service, "P.O. Box 12", false), wrong);
    }
    assert_eq!(to(ACCOUNT, "SMART_POST", "P.O. Box 12", true), "OK");
}

#[test]
fn the_virtual_sandbox_repeats_one_number_and_says_so() {
    let mut bench = Bench::new();
    bench.switch(&json!({"virtual": true}));
    for _ in 0..2 {
        let made = bench.ship(&good());
        assert_eq!(made["masterTrackingNumber"], "794972072690");
        assert_eq!(made["alerts"][0]["code"], "VIRTUAL.RESPONSE");
    }
    assert_eq!(bench.world.shipments.len(), 2);
    let body = json!({"accountNumber": {"value": ACCOUNT}, "trackingNumber": "794972072690"});
    let (_, answer) = bench.send("PUT", "/ship/v1/shipments/cancel", &body);
    assert_eq!(answer["output"]["alerts"][0]["code"], "VIRTUAL.RESPONSE");
    assert!(answer["transactionId"].as_str().unwrap().starts_with("APIF_SV_SHPC_TxID"));
    bench.switch(&json!({"virtual": false}));
    assert_ne!(bench.ship(&good())["masterTrackingNumber"], "794972072690");
}

#[test]
fn beyond_a_quota_every_call_is_refused_with_its_reason() {
    let mut bench = Bench::new();
    bench.switch(&json!({"daily_limit": 2}));
    bench.ship(&good());
    bench.ship(&good());
    let (status, answer) = bench.send("POST", "/ship/v1/shipments", &good());
    assert_eq!(status, 429);
    assert_eq!(answer["errors"][0]["message"], "Daily transaction quota exceeded. Retry after 12:00AM GMT");
    bench.advance(24 * 3_600_000);
    bench.ship(&good());
    let (_, shown) = bench.send("GET", "/_twin/fedex", &Value::Null);
    assert_eq!((&shown["transactions_today"], &shown["window_limit"]), (&json!(1), &json!(1_400)));
}

#[test]
fn validate_takes_a_single_piece_and_leaves_nothing() {
    let mut bench = Bench::new();
    let path = "/ship/v1/shipments/packages/validate";
    let (status, answer) = bench.send("POST", path, &good());
    assert_eq!((status, &answer["output"]["alerts"][0]["code"]), (200, &json!("SHIPMENT.VALIDATION.SUCCESS")));
    let (status, _) = bench.send("POST", path, &with_items(&json!([item(1.0), item(2.0)])));
    assert_eq!((status, bench.world.shipments.len()), (422, 0));
}

#[test]
fn unknown_switches_are_refused() {
    let mut bench = Bench::new();
    assert_eq!(bench.send("POST", "/_twin/fedex", &json!({"virtual": "yes"})).0, 400);
    assert_eq!(bench.send("POST", "/_twin/fedex", &json!({"speed": 9})).0, 400);
}
