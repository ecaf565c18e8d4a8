//! A FedEx twin without sockets, for tests: a world, a valid token, and a request that is accepted.

use http::{HeaderMap, Method};
use serde_json::{Value, json};

use super::exchange::{Call, Reply};
use super::state::{Token, World};
use super::{Scenario, TwinOptions, clock, control, fedex};

/// A world of its own with a token.
pub(super) struct Bench {
    pub world: World,
}

impl Bench {
    /// An empty world.
    pub(super) fn new() -> Self {
        let mut world = World::new(&TwinOptions { scenario: Scenario::Empty, ..TwinOptions::loopback() });
        let token = Token { audience: "fedex".to_owned(), expires_ms: i64::MAX };
        world.tokens.insert("bench".to_owned(), token);
        Self { world }
    }

    /// Sends a call and reads its JSON answer.
    pub(super) fn send(&mut self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let reply = self.raw(method, path, body);
        (reply.status, serde_json::from_slice(&reply.body).unwrap())
    }

    /// Sends a call.
    pub(super) fn raw(&mut self, method: &str, path: &str, body: &Value) -> Reply {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", "Bearer bench".parse().unwrap());
        headers.insert("content-type", "application/json".parse().unwrap());
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let call = Call {
            method: method.parse::<Method>().unwrap(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers,
            body: body.to_string().into(),
        };
        if path.starts_with("/_twin") {
            control::answer(&mut self.world, &call)
        } else {
            fedex::answer(&mut self.world, &call)
        }
    }

    /// Creates a shipment that must be accepted and returns its transaction.
    pub(super) fn ship(&mut self, body: &Value) -> Value {
        let (status, mut answer) = self.send("POST", "/ship/v1/shipments", body);
        assert_eq!(status, 200, "{answer}");
        answer["output"]["transactionShipments"][0].take()
    }

    /// The first code a create is refused with, or OK.
    pub(super) fn refusal(&mut self, body: &Value) -> String {
        let (_, answer) = self.send("POST", "/ship/v1/shipments", body);
        answer["errors"][0]["code"].as_str().unwrap_or("OK").to_owned()
    }

    /// The numbers found by a reference.
    pub(super) fn look_up(&mut self, reference: &str) -> Vec<String> {
        let body = json!({"referencesInformation": {"value": reference, "accountNumber": fedex::ACCOUNT}});
        let (_, answer) = self.send("POST", "/track/v1/referencenumbers", &body);
        let results = answer["output"]["completeTrackResults"].as_array().unwrap();
        results.iter().map(|result| result["trackingNumber"].as_str().unwrap().to_owned()).collect()
    }

    /// The latest status of a number.
    pub(super) fn status(&mut self, number: &str) -> String {
        let body = json!({"trackingInfo": [{"trackingNumberInfo": {"trackingNumber": number}}]});
        let (_, answer) = self.send("POST", "/track/v1/trackingnumbers", &body);
        let result = &answer["output"]["completeTrackResults"][0]["trackResults"][0];
        result["latestStatusDetail"]["code"].as_str().unwrap_or("none").to_owned()
    }

    /// Sets FedEx's switches.
    pub(super) fn switch(&mut self, wanted: &Value) {
        let (status, answer) = self.send("POST", "/_twin/fedex", wanted);
        assert_eq!(status, 200, "{answer}");
    }

    /// Moves the clock.
    pub(super) fn advance(&mut self, ms: i64) {
        self.world.offset_ms += ms;
    }

    /// The day of the twin's clock.
    pub(super) fn today(&self) -> String {
        clock::date(self.world.now_ms())
    }
}

/// A domestic Ground request that is accepted.
pub(super) fn good() -> Value {
    json!({
        "accountNumber": {"value": fedex::ACCOUNT},
        "labelResponseOptions": "LABEL",
        "requestedShipment": {
            "pickupType": "USE_SCHEDULED_PICKUP",
            "serviceType": "FEDEX_GROUND",
            "packagingType": "YOUR_PACKAGING",
            "shipper": {
                "contact": {"companyName": "Sender", "phoneNumber": "9015550100"},
                "address": {"streetLines": ["3600 Air Park St"], "city": "Memphis",
                            "stateOrProvinceCode": "TN", "postalCode": "38118", "countryCode": "US"},
            },
            "recipients": [{
                "contact": {"personName": "Pat Buyer", "phoneNumber": "+1 (312) 555-0143"},
                "address": {"streetLines": ["100 Main St", "Dock 4"], "city": "Chicago",
                            "stateOrProvinceCode": "IL", "postalCode": "60601", "countryCode": "US"},
            }],
            "shippingChargesPayment": {"paymentType": "SENDER"},
            "labelSpecification": {"imageType": "ZPLII", "labelStockType": "STOCK_4X6"},
            "requestedPackageLineItems": [{
                "weight": {"units": "LB", "value": 12.5},
                "customerReferences": [{"customerReferenceType": "P_O_NUMBER", "value": "SO-1"}],
            }],
        },
    })
}

/// An Express request to Germany, with customs and a commercial invoice, that is accepted.
pub(super) fn abroad() -> Value {
    let mut body = good();
    let wanted = &mut body["requestedShipment"];
    wanted["serviceType"] = json!("FEDEX_INTERNATIONAL_PRIORITY");
    wanted["recipients"][0]["address"] =
        json!({"streetLines": ["Hafenstrasse 7"], "city": "Hamburg", "postalCode": "20457", "countryCode": "DE"});
    wanted["recipients"][0]["contact"]["phoneNumber"] = json!("+49 40 5550143");
    let usd = |amount: f64| json!({"amount": amount, "currency": "USD"});
    wanted["customsClearanceDetail"] = json!({
        "commercialInvoice": {"shipmentPurpose": "SOLD", "termsOfSale": "DAP"},
        "dutiesPayment": {"paymentType": "SENDER"},
        "totalCustomsValue": usd(84.0),
        "commodities": [
            {"description": "Ball bearing 6205", "countryOfManufacture": "US", "harmonizedCode": "8482.10.5064",
             "quantity": 4, "quantityUnits": "PCS", "unitPrice": usd(8.5), "customsValue": usd(34.0),
             "numberOfPieces": 1, "weight": {"units": "LB", "value": 2.5}},
            {"description": "V-belt A42", "countryOfManufacture": "MX", "harmonizedCode": "4010.33.3000",
             "quantity": 5, "quantityUnits": "PCS", "unitPrice": usd(10.0), "customsValue": usd(50.0),
             "numberOfPieces": 1, "weight": {"units": "LB", "value": 10.0}},
        ],
    });
    wanted["shippingDocumentSpecification"] = json!({
        "shippingDocumentTypes": ["COMMERCIAL_INVOICE"],
        "commercialInvoiceDetail": {"documentFormat": {"docType": "PDF", "stockType": "PAPER_LETTER"}},
    });
    body
}
