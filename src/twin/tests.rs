//! The twins over real sockets: what cannot be seen from inside one file.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::{Twin, TwinOptions, credentials, fedex, start};

/// Sends one request and returns everything that came back before the connection closed.
async fn send(url: &str, line: &str, headers: &str, body: String) -> String {
    let host = url.trim_start_matches("http://").to_owned();
    let request = format!(
        "{line} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let sent = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(host).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    sent.await.unwrap()
}

fn json_of(answer: &str) -> Value {
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}

async fn token(twin: &Twin) -> String {
    let form =
        format!("grant_type=client_credentials&client_id={}&client_secret={}", fedex::API_KEY, fedex::SECRET_KEY);
    let headers = "content-type: application/x-www-form-urlencoded\r\n";
    let answer = send(&twin.fedex_url(), "POST /oauth/token", headers, form).await;
    json_of(&answer)["access_token"].as_str().unwrap().to_owned()
}

async fn ship(twin: &Twin, token: &str) -> String {
    let party = json!({
        "contact": {"companyName": "Twin", "phoneNumber": "9015550100"},
        "address": {"streetLines": ["1 Main St"], "city": "Memphis", "stateOrProvinceCode": "TN",
                    "postalCode": "38103", "countryCode": "US"},
    });
    let body = json!({
        "accountNumber": {"value": fedex::ACCOUNT},
        "labelResponseOptions": "LABEL",
        "requestedShipment": {
            "pickupType": "USE_SCHEDULED_PICKUP", "serviceType": "FEDEX_GROUND",
            "packagingType": "YOUR_PACKAGING", "shipper": party, "recipients": [party],
            "shippingChargesPayment": {"paymentType": "SENDER"},
            "labelSpecification": {"imageType": "ZPLII", "labelStockType": "STOCK_4X6"},
            "requestedPackageLineItems": [{"weight": {"units": "LB", "value": 3}}],
        },
    });
    let headers = format!("content-type: application/json\r\nauthorization: Bearer {token}\r\n");
    let line = "POST /ship/v1/shipments";
    send(&twin.fedex_url(), line, &headers, body.to_string()).await
}

async fn shipments(twin: &Twin) -> usize {
    let answer = send(&twin.d365_url(), "GET /_twin/shipments", "", String::new()).await;
    json_of(&answer).as_array().unwrap().len()
}

async fn arm(twin: &Twin, fault: Value) {
    send(&twin.fedex_url(), "POST /_twin/faults", "", fault.to_string()).await;
}

#[tokio::test]
async fn a_cut_gives_no_answer_and_only_cut_after_leaves_a_shipment() {
    let twin = start(TwinOptions::loopback()).await.unwrap();
    let token = token(&twin).await;
    arm(&twin, json!({"op": "ship", "kind": "cut_before"})).await;
    assert_eq!(ship(&twin, &token).await, "");
    assert_eq!(shipments(&twin).await, 0);
    arm(&twin, json!({"op": "ship", "kind": "cut_after"})).await;
    assert_eq!(ship(&twin, &token).await, "");
    assert_eq!(shipments(&twin).await, 1);
    assert!(ship(&twin, &token).await.starts_with("HTTP/1.1 200"));
    assert_eq!(shipments(&twin).await, 2);
    twin.stop().await;
}

#[tokio::test]
async fn the_world_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = TwinOptions::loopback();
    options.state_file = Some(folder.path().join("twin.json"));
    let first = start(options.clone()).await.unwrap();
    let token = token(&first).await;
    let answer = json_of(&ship(&first, &token).await);
    let number = answer["output"]["transactionShipments"][0]["masterTrackingNumber"].clone();
    // No stop: whoever was killed had no time for it either.
    let second = start(options).await.unwrap();
    assert_eq!(shipments(&second).await, 1);
    let answer = json_of(&ship(&second, &token).await);
    assert_ne!(answer["output"]["transactionShipments"][0]["masterTrackingNumber"], number);
    let push = json!({"tracking_number": number}).to_string();
    let answer = send(&second.fedex_url(), "POST /_twin/webhook", "", push).await;
    assert_eq!(json_of(&answer)["headers"]["fdx-signature"].as_str().unwrap().len(), 44);
    first.stop().await;
    second.stop().await;
}

#[test]
fn the_credentials_name_every_mode_but_map_one_less() {
    let d365 = credentials::d365("http://twin");
    let fedex = credentials::fedex("http://twin");
    let modes = d365["orders"]["delivery_modes"].as_array().unwrap();
    let unmapped: Vec<&Value> =
        modes.iter().filter(|mode| fedex["services"][mode.as_str().unwrap()].is_null()).collect();
    assert_eq!(unmapped, ["FEDEX-SAT"]);
}

#[tokio::test]
async fn a_held_purchase_is_made_and_seen_until_its_caller_is_gone() {
    let twin = start(TwinOptions::loopback()).await.unwrap();
    let good = token(&twin).await;
    let fault = json!({"system": "fedex", "op": "ship", "kind": "hold"});
    twin.control(http::Method::POST, "/_twin/faults", &fault).await.unwrap();
    // A purchase that is refused is no purchase: it is answered, and the next one is held.
    assert!(ship(&twin, "expired").await.contains("401"));
    let caller = ship(&twin, &good);
    let seen = async {
        while twin.held() == 0 {
            tokio::task::yield_now().await;
        }
        twin.control(http::Method::GET, "/_twin/shipments", &Value::Null).await.unwrap()
    };
    tokio::select! {
        answer = caller => panic!("it was answered: {answer}"),
        shipments = seen => assert_eq!(shipments.as_array().unwrap().len(), 1),
    }
    let fault = json!({"system": "fedex", "kind": "expire_tokens"});
    twin.control(http::Method::POST, "/_twin/faults", &fault).await.unwrap();
    assert!(ship(&twin, &good).await.contains("401"), "its token was forgotten");
    let refused = twin.control(http::Method::POST, "/_twin/faults", &json!({"kind": "lunch"})).await;
    assert!(refused.unwrap_err().contains("lunch"));
}

/// A receiver that answers each push with the next of these statuses, and then 200.
async fn receiver(statuses: &[u16]) -> (String, tokio::sync::mpsc::UnboundedReceiver<(String, String)>) {
    let (seen, pushes) = tokio::sync::mpsc::unbounded_channel();
    let statuses = std::sync::Arc::new(std::sync::Mutex::new(std::collections::VecDeque::from(statuses.to_vec())));
    let take = move |headers: http::HeaderMap, body: String| {
        let status = statuses.lock().unwrap().pop_front().unwrap_or(200);
        let signature = headers.get("fdx-signature").unwrap().to_str().unwrap().to_owned();
        seen.send((signature, body)).unwrap();
        std::future::ready(http::StatusCode::from_u16(status).unwrap())
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/push", listener.local_addr().unwrap());
    let router = axum::Router::new().route("/push", axum::routing::post(take));
    #[expect(clippy::disallowed_methods, reason = "a test's own receiver")]
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, pushes)
}

#[tokio::test]
async fn a_push_that_is_not_taken_comes_again_and_then_is_missed_until_somebody_asks() {
    let twin = start(TwinOptions::loopback()).await.unwrap();
    let (url, mut pushes) = receiver(&[500, 204, 500, 500]).await;
    let token = token(&twin).await;
    ship(&twin, &token).await;
    assert!(twin.push_to("https://example.com/push").is_err(), "a twin posts to nobody else's machine");
    twin.push_to(&url).unwrap();
    let mut attempts = Vec::new();
    for advance_s in [60, 120, 240, 0] {
        let (signature, body) = pushes.recv().await.unwrap();
        assert_eq!(signature.len(), 44);
        let body: Value = serde_json::from_str(&body).unwrap();
        attempts.push(body["outputMetaData"][0]["attempt"].as_u64().unwrap());
        settled(&twin, u64::try_from(attempts.len()).unwrap()).await;
        twin.control(http::Method::POST, "/_twin/clock", &json!({"advance_s": advance_s})).await.unwrap();
    }
    assert_eq!(attempts, [1, 2, 3, 4]);
    let view = twin.control(http::Method::GET, "/_twin/subscription", &Value::Null).await.unwrap();
    assert_eq!((view["missed"].as_array().unwrap().len(), &view["accepted"]), (1, &json!(0)));
    twin.control(http::Method::POST, "/_twin/subscription", &json!({"replay_missed": true})).await.unwrap();
    pushes.recv().await.unwrap();
    assert_eq!(settled(&twin, 5).await["accepted"], 1);
    twin.stop().await;
}

/// Waits until so many pushes were answered.
async fn settled(twin: &Twin, sent: u64) -> Value {
    loop {
        let view = twin.control(http::Method::GET, "/_twin/subscription", &Value::Null).await.unwrap();
        if view["sent"].as_u64().unwrap() >= sent {
            return view;
        }
        tokio::task::yield_now().await;
    }
}
