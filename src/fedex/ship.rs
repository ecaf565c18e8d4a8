//! Buying a label: POST /ship/v1/shipments.
//!
//! One package, one label, answered in the same call. The answer is read forgivingly: whatever
//! else is odd in it, a tracking number means that a label exists and is paid for. The charge is
//! the shipment rating's and nothing else's; the amounts beside the pieces repeat or omit it
//! (recorded: a single piece, three pieces and twenty-one pieces, three different ways).

use crate::audit::System;
use crate::fedex::error::{Purpose, Said, errors, unreadable};
use crate::fedex::{SHIP_TIMEOUT, lenient, named, post_json};
use crate::order::Charge;
use crate::order::cause::Cause;
use crate::order::consignee::Consignee;
use crate::order::plan::Plan;
use crate::order::retry::Failure;
use crate::transport::Call;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use url::Url;

const PATH: &str = "/ship/v1/shipments";
/// FedEx's mark on the sandbox's canned answers.
const VIRTUAL: &str = "VIRTUAL.RESPONSE";
/// Recorded labels are padded; nothing promises it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The call.
pub const CALL: Call =
    Call { system: System::Fedex, operation: "fedex.ship", timeout: SHIP_TIMEOUT, confidential: false };

/// What FedEx made of a purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purchase {
    /// The labels.
    Made(Shipped),
    /// A job that makes them; see [`crate::fedex::job`].
    Job(String),
}

/// A label FedEx made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// Master tracking number.
    pub tracking_number: String,
    /// The packages, with their labels.
    pub pieces: Vec<Piece>,
    /// What FedEx rated; it ships even when its rating is down.
    pub charge: Option<Charge>,
    /// The service in FedEx's words.
    pub service_name: Option<String>,
    /// FedEx's remarks, `CODE: message`.
    pub alerts: Vec<String>,
    /// A canned answer of the sandbox: its number is not ours alone.
    pub is_virtual: bool,
}

/// One package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// From 1.
    pub sequence: u32,
    /// Its tracking number; the first piece's is the master number.
    pub tracking_number: String,
    /// Its labels and papers.
    pub documents: Vec<Document>,
}

/// A label or a paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// `LABEL`, `AUXILIARY`, `COMMERCIAL_INVOICE`, …
    pub content_type: String,
    /// `PDF`, `PNG`, `ZPLII`, …
    pub image_type: String,
    /// The bytes to print, unchanged.
    pub bytes: Vec<u8>,
    /// How often to print it.
    pub copies: u32,
}

/// The request. `ship_date` is `YYYY-MM-DD`.
pub fn request(base: &Url, account: &str, plan: &Plan, reference: &str, ship_date: &str) -> http::Request<Vec<u8>> {
    named(post_json(base, PATH, &body(account, plan, reference, ship_date)), reference)
}

/// The body, shared with the dry run.
pub(super) fn body(account: &str, plan: &Plan, reference: &str, ship_date: &str) -> impl Serialize + use<> {
    let mut references = vec![
        CustomerReference::new("CUSTOMER_REFERENCE", reference),
        CustomerReference::new("P_O_NUMBER", &plan.order_number),
    ];
    references.extend(plan.invoice_number.iter().map(|number| CustomerReference::new("INVOICE_NUMBER", number)));
    let line_items = plan.packages.iter().map(|package| {
        let weight = package.weight.value().normalize().to_string();
        let weight = RawValue::from_string(weight).expect("a decimal is a JSON number");
        LineItem { weight: WireWeight { units: "LB", value: weight }, customer_references: references.clone() }
    });
    ShipRequest {
        account_number: AccountNumber { value: account.to_owned() },
        label_response_options: "LABEL",
        requested_shipment: RequestedShipment {
            ship_datestamp: ship_date.to_owned(),
            service_type: plan.service.service.clone(),
            packaging_type: plan.service.packaging.clone(),
            pickup_type: "USE_SCHEDULED_PICKUP",
            block_insight_visibility: false,
            shipper: Party::new(&plan.shipper, false),
            recipients: vec![Party::new(&plan.recipient, plan.residential)],
            shipping_charges_payment: Payment { payment_type: "SENDER" },
            label_specification: LabelSpecification {
                image_type: plan.image_type.name(),
                label_stock_type: plan.stock.clone(),
            },
            requested_package_line_items: line_items.collect(),
        },
    }
}

/// What FedEx made.
pub fn parse(body: &[u8]) -> Result<Purchase, Failure> {
    let answer: ShipAnswer = serde_json::from_slice(body).map_err(|_| unreadable(Purpose::Purchase, body))?;
    let output = answer.output;
    let Some(shipment) = output.transaction_shipments.into_iter().next() else {
        if !output.job_id.trim().is_empty() {
            return Ok(Purchase::Job(output.job_id));
        }
        return Err(no_number(body, "no shipment in the answer"));
    };
    let detail = shipment.completed_shipment_detail;
    let tracking_number = [
        shipment.master_tracking_number,
        shipment.piece_responses.first().map(|piece| piece.tracking_number.clone()).unwrap_or_default(),
        detail.master_tracking_id.tracking_number,
    ]
    .into_iter()
    .find(|number| !number.trim().is_empty())
    .ok_or_else(|| no_number(body, "no tracking number in the answer"))?;
    let alerts: Vec<Said> = shipment.alerts.into_iter().chain(output.alerts).collect();
    let pieces = pieces(shipment.piece_responses, shipment.papers, &tracking_number);
    Ok(Purchase::Made(Shipped {
        pieces,
        charge: charge(detail.shipment_rating),
        service_name: Some(shipment.service_name).filter(|name| !name.is_empty()),
        is_virtual: alerts.iter().any(|alert| alert.code == VIRTUAL),
        alerts: alerts.iter().map(Said::text).collect(),
        tracking_number,
    }))
}

fn no_number(body: &[u8], what: &str) -> Failure {
    let said: Vec<String> = errors(body).iter().map(Said::text).collect();
    let detail = if said.is_empty() { what.to_owned() } else { format!("{what}; {}", said.join("; ")) };
    Failure::NoAnswer(Cause::new("fedex.no-tracking-number").detail(detail))
}

/// The rate named by `actualRateType`, and no other: list rates stand beside it.
fn charge(rating: ShipmentRating) -> Option<Charge> {
    let actual = rating.actual_rate_type;
    let rate = rating.shipment_rate_details.into_iter().find(|rate| !actual.is_empty() && rate.rate_type == actual)?;
    let amount = rate.total_net_charge?;
    (!rate.currency.is_empty()).then_some(Charge { amount, currency: rate.currency, rate_type: actual })
}

fn pieces(wires: Vec<WirePiece>, papers: Vec<WireDocument>, master: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = (1..)
        .zip(wires)
        .map(|(place, wire)| Piece {
            sequence: wire.package_sequence_number.unwrap_or(place),
            tracking_number: if wire.tracking_number.is_empty() { master.to_owned() } else { wire.tracking_number },
            documents: wire.package_documents.into_iter().filter_map(document).collect(),
        })
        .collect();
    if pieces.is_empty() {
        pieces.push(Piece { sequence: 1, tracking_number: master.to_owned(), documents: Vec::new() });
    }
    // Papers of the whole shipment go with the first piece.
    pieces[0].documents.extend(papers.into_iter().filter_map(document));
    pieces
}

/// A document with its bytes. One without them (an address to fetch it from, as the sandbox
/// answers) is left out, and the parcel shows that its label has to be printed again.
fn document(wire: WireDocument) -> Option<Document> {
    let packed: String = wire.encoded_label.split_whitespace().collect();
    let bytes = BASE64.decode(packed).ok().filter(|bytes| !bytes.is_empty())?;
    let copies = wire.copies_to_print.unwrap_or(1).max(1);
    Some(Document { content_type: wire.content_type, image_type: wire.doc_type, bytes, copies })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShipRequest {
    account_number: AccountNumber,
    label_response_options: &'static str,
    requested_shipment: RequestedShipment,
}

#[derive(Serialize)]
struct AccountNumber {
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestedShipment {
    ship_datestamp: String,
    service_type: String,
    packaging_type: String,
    pickup_type: &'static str,
    block_insight_visibility: bool,
    shipper: Party,
    recipients: Vec<Party>,
    shipping_charges_payment: Payment,
    label_specification: LabelSpecification,
    requested_package_line_items: Vec<LineItem>,
}

#[derive(Serialize)]
struct Party {
    contact: Contact,
    address: WireAddress,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Contact {
    company_name: String,
    phone_number: String,
}

// FedEx asks that empty elements are left out rather than sent empty.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireAddress {
    street_lines: Vec<String>,
    city: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_or_province_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<String>,
    country_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    residential: Option<bool>,
}

impl Party {
    fn new(who: &Consignee, is_home: bool) -> Self {
        Self {
            contact: Contact { company_name: who.name.clone(), phone_number: who.phone.clone() },
            address: WireAddress {
                street_lines: who.street.clone(),
                city: who.city.clone(),
                state_or_province_code: who.region.clone(),
                postal_code: who.postal_code.clone(),
                country_code: who.country.clone(),
                residential: is_home.then_some(true),
            },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payment {
    payment_type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LabelSpecification {
    image_type: &'static str,
    label_stock_type: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LineItem {
    weight: WireWeight,
    customer_references: Vec<CustomerReference>,
}

#[derive(Serialize)]
struct WireWeight {
    units: &'static str,
    value: Box<RawValue>,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct CustomerReference {
    customer_reference_type: &'static str,
    value: String,
}

impl CustomerReference {
    fn new(customer_reference_type: &'static str, value: &str) -> Self {
        Self { customer_reference_type, value: value.to_owned() }
    }
}

#[derive(Deserialize)]
struct ShipAnswer {
    #[serde(default, deserialize_with = "lenient::or_empty")]
    output: Output,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Output {
    #[serde(deserialize_with = "lenient::list")]
    transaction_shipments: Vec<Shipment>,
    #[serde(deserialize_with = "lenient::text")]
    job_id: String,
    #[serde(deserialize_with = "lenient::list")]
    alerts: Vec<Said>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Shipment {
    #[serde(deserialize_with = "lenient::text")]
    master_tracking_number: String,
    #[serde(deserialize_with = "lenient::text")]
    service_name: String,
    #[serde(deserialize_with = "lenient::list")]
    alerts: Vec<Said>,
    #[serde(deserialize_with = "lenient::list")]
    piece_responses: Vec<WirePiece>,
    #[serde(rename = "shipmentDocuments", deserialize_with = "lenient::list")]
    papers: Vec<WireDocument>,
    #[serde(deserialize_with = "lenient::or_empty")]
    completed_shipment_detail: CompletedShipmentDetail,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WirePiece {
    #[serde(deserialize_with = "lenient::count")]
    package_sequence_number: Option<u32>,
    #[serde(deserialize_with = "lenient::text")]
    tracking_number: String,
    #[serde(deserialize_with = "lenient::list")]
    package_documents: Vec<WireDocument>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WireDocument {
    #[serde(deserialize_with = "lenient::text")]
    content_type: String,
    #[serde(deserialize_with = "lenient::text")]
    doc_type: String,
    #[serde(deserialize_with = "lenient::text")]
    encoded_label: String,
    #[serde(deserialize_with = "lenient::count")]
    copies_to_print: Option<u32>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CompletedShipmentDetail {
    #[serde(deserialize_with = "lenient::or_empty")]
    master_tracking_id: TrackingId,
    #[serde(deserialize_with = "lenient::or_empty")]
    shipment_rating: ShipmentRating,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct TrackingId {
    #[serde(deserialize_with = "lenient::text")]
    tracking_number: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ShipmentRating {
    #[serde(deserialize_with = "lenient::text")]
    actual_rate_type: String,
    #[serde(deserialize_with = "lenient::list")]
    shipment_rate_details: Vec<RateDetail>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RateDetail {
    #[serde(deserialize_with = "lenient::text")]
    rate_type: String,
    #[serde(deserialize_with = "lenient::text")]
    currency: String,
    #[serde(deserialize_with = "lenient::amount")]
    total_net_charge: Option<Decimal>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::group::Basis;
    use crate::order::packing::Package;
    use crate::order::parcel::{HOME_DELIVERY, ImageType, Service, Weight};
    use crate::order::plan::Payment;
    use serde_json::{Value, json};

    fn consignee(name: &str) -> Consignee {
        Consignee {
            name: name.into(),
            street: vec!["1450 Commerce St".into(), "Suite 2".into()],
            city: "Dallas".into(),
            region: Some("TX".into()),
            postal_code: Some("75201".into()),
            country: "US".into(),
            phone: "2145550100".into(),
        }
    }

    fn plan(service: &str) -> Plan {
        let package =
            Package { weight: Weight::parse("13.20").unwrap(), dimensions: None, carton: None, contents: Vec::new() };
        Plan {
            warehouse: "24".into(),
            account_number: None,
            shipper: consignee("Contoso Parts"),
            recipient: consignee("Norwood Pump Co"),
            residential: service == HOME_DELIVERY,
            service: Service::new(service),
            payment: Payment::default(),
            packages: vec![package],
            customs: None,
            order_number: "001261".into(),
            invoice_number: Some("INV-7".into()),
            image_type: ImageType::Zplii,
            stock: "STOCK_4X6".into(),
            returning: None,
            basis: Basis::default(),
        }
    }

    fn made(body: &[u8]) -> Shipped {
        match parse(body).unwrap() {
            Purchase::Made(shipped) => shipped,
            Purchase::Job(job) => panic!("job {job}"),
        }
    }

    fn party(name: &str) -> Value {
        json!({"contact": {"companyName": name, "phoneNumber": "2145550100"},
            "address": {"streetLines": ["1450 Commerce St", "Suite 2"], "city": "Dallas", "stateOrProvinceCode": "TX",
                "postalCode": "75201", "countryCode": "US"}})
    }

    #[test]
    fn the_request_is_what_fedex_was_recorded_to_take() {
        let base = Url::parse("https://apis.fedex.com").unwrap();
        let request = request(&base, "740561073", &plan("FEDEX_GROUND"), "01REF", "2026-11-22");
        assert_eq!(request.uri(), "https://apis.fedex.com/ship/v1/shipments");
        assert_eq!(request.headers()["x-customer-transaction-id"], "01REF");
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        let expected = json!({
            "accountNumber": {"value": "740561073"},
            "labelResponseOptions": "LABEL",
            "requestedShipment": {
                "shipDatestamp": "2026-11-22", "serviceType": "FEDEX_GROUND", "packagingType": "YOUR_PACKAGING",
                "pickupType": "USE_SCHEDULED_PICKUP", "blockInsightVisibility": false,
                "shipper": party("Contoso Parts"), "recipients": [party("Norwood Pump Co")],
                "shippingChargesPayment": {"paymentType": "SENDER"},
                "labelSpecification": {"imageType": "ZPLII", "labelStockType": "STOCK_4X6"},
                "requestedPackageLineItems": [{"weight": {"units": "LB", "value": 13.2}, "customerReferences": [
                    {"customerReferenceType": "CUSTOMER_REFERENCE", "value": "01REF"},
                    {"customerReferenceType": "P_O_NUMBER", "value": "001261"},
                    {"customerReferenceType": "INVOICE_NUMBER", "value": "INV-7"}]}]
            }
        });
        assert_eq!(body, expected);
        assert!(String::from_utf8_lossy(request.body()).contains(r#""value":13.2}"#), "a number, not text");
    }

    #[test]
    fn home_delivery_goes_to_a_residence() {
        let body = serde_json::to_value(body("1", &plan(HOME_DELIVERY), "R", "2026-11-22")).unwrap();
        assert_eq!(body["requestedShipment"]["recipients"][0]["address"]["residential"], json!(true));
        assert_eq!(body["requestedShipment"]["shipper"]["address"].get("residential"), None);
    }

    fn rated(pieces: &Value, rating: &Value) -> Vec<u8> {
        let answer = json!({"transactionId": "t", "output": {"transactionShipments": [{
            "masterTrackingNumber": "794972072690", "serviceName": "FedEx Ground®",
            "alerts": [{"code": "VIRTUAL.RESPONSE", "message": "This is a Virtual Response.", "alertType": "NOTE"}],
            "pieceResponses": pieces, "completedShipmentDetail": {"shipmentRating": rating}}]}});
        serde_json::to_vec(&answer).unwrap()
    }

    #[test]
    fn a_single_ground_parcel_costs_what_the_rating_says() {
        let pieces = json!([{"trackingNumber": "794972072690", "netChargeAmount": 0.0, "baseRateAmount": 22.08,
            "packageDocuments": [{"contentType": "LABEL", "docType": "PDF", "copiesToPrint": "2", "encodedLabel": "JVBE\nRg"},
                {"contentType": "LABEL", "docType": "PDF", "url": "https://wwwtest.fedex.com/x"}]}]);
        let rating = json!({"actualRateType": "PAYOR_ACCOUNT_PACKAGE", "shipmentRateDetails": [
            {"rateType": "PAYOR_LIST_PACKAGE", "totalNetCharge": 31.5, "currency": "USD"},
            {"rateType": "PAYOR_ACCOUNT_PACKAGE", "totalNetCharge": 22.08, "currency": "USD"}]});
        let shipped = made(&rated(&pieces, &rating));
        let charge = shipped.charge.unwrap();
        assert_eq!((charge.amount.to_string(), charge.currency.as_str()), ("22.08".into(), "USD"));
        assert!(shipped.is_virtual && shipped.alerts == ["VIRTUAL.RESPONSE: This is a Virtual Response."]);
        let document = &shipped.pieces[0].documents;
        assert_eq!((document.len(), document[0].bytes.as_slice(), document[0].copies), (1, b"%PDF".as_slice(), 2));
    }

    #[test]
    fn three_pieces_cost_the_total_and_not_a_sum_of_zeroes() {
        let piece = |number: &str| json!({"trackingNumber": number, "netChargeAmount": 0.0, "baseRateAmount": 22.26});
        let pieces = json!([piece("794980600023"), piece("794980600034"), piece("794980600045")]);
        // As text of the answer, so that the last zero is there.
        let body = String::from_utf8(rated(&pieces, &json!("RATING"))).unwrap().replace(
            r#""RATING""#,
            r#"{"actualRateType":"PAYOR_ACCOUNT_PACKAGE","shipmentRateDetails":
               [{"rateType":"PAYOR_ACCOUNT_PACKAGE","currency":"USD","totalNetCharge":71.80}]}"#,
        );
        let shipped = made(body.as_bytes());
        assert_eq!(shipped.charge.unwrap().amount.to_string(), "71.80");
        let sequences: Vec<u32> = shipped.pieces.iter().map(|piece| piece.sequence).collect();
        assert_eq!(sequences, [1, 2, 3]);
    }

    #[test]
    fn a_label_without_rating_or_with_odd_fields_still_is_a_label() {
        let odd = json!({"actualRateType": 7, "shipmentRateDetails": {"x": []}});
        let shipped = made(&rated(&json!("none"), &odd));
        assert_eq!((shipped.tracking_number.as_str(), shipped.charge), ("794972072690", None));
        assert_eq!(shipped.pieces.len(), 1);
    }

    #[test]
    fn a_yes_without_a_number_is_an_unknown_outcome() {
        assert_eq!(parse(br#"{"output":{"jobId":"J1"}}"#).unwrap(), Purchase::Job("J1".into()));
        for body in [r#"{"output":{"transactionShipments":[{}]}}"#, "{}"] {
            let failure = parse(body.as_bytes()).unwrap_err();
            assert!(matches!(&failure, Failure::NoAnswer(cause) if cause.code == "fedex.no-tracking-number"), "{body}");
        }
        let failure = parse(br#"{"output":{"transactionShi"#).unwrap_err();
        assert!(matches!(&failure, Failure::NoAnswer(cause) if cause.code == "fedex.answer-unreadable"));
    }
}
