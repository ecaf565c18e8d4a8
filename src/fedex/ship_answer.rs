//! What FedEx made of a purchase.
//!
//! Read forgivingly: whatever else is odd in an answer, a tracking number means that a label exists
//! and is paid for. The charge is the shipment rating's and nothing else's; the amounts beside the
//! pieces repeat or omit it (recorded: a single piece, three pieces and twenty-one pieces, three
//! different ways).

use crate::fedex::error::{Purpose, Said, errors, unreadable};
use crate::fedex::lenient;
use crate::fedex::ship::{Document, Piece, Purchase, Shipped};
use crate::order::Charge;
use crate::order::cause::Cause;
use crate::order::retry::Failure;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::BTreeSet;

/// FedEx's mark on the sandbox's canned answers.
const VIRTUAL: &str = "VIRTUAL.RESPONSE";
/// FedEx's name of the label among the papers of a package.
const LABEL: &str = "LABEL";
/// Stands for a paper of the shipment that FedEx does not name.
const PAPER: &str = "AUXILIARY";
/// Recorded labels are padded; nothing promises it.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

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
    // Numbers that repeat would lose a label: then the place counts.
    let numbers: BTreeSet<u32> = wires.iter().filter_map(|wire| wire.package_sequence_number).collect();
    let are_numbered = numbers.len() == wires.len() && !numbers.contains(&0);
    let mut pieces: Vec<Piece> = (1..)
        .zip(wires)
        .map(|(place, wire)| Piece {
            sequence: wire.package_sequence_number.filter(|_| are_numbered).unwrap_or(place),
            tracking_number: if wire.tracking_number.is_empty() { master.to_owned() } else { wire.tracking_number },
            documents: wire.package_documents.into_iter().filter_map(|wire| document(wire, LABEL)).collect(),
        })
        .collect();
    if pieces.is_empty() {
        pieces.push(Piece { sequence: 1, tracking_number: master.to_owned(), documents: Vec::new() });
    }
    pieces.sort_by_key(|piece| piece.sequence);
    // Papers of the whole shipment go with the first piece; their type tells them from its label.
    pieces[0].documents.extend(papers.into_iter().filter_map(|wire| document(wire, PAPER)));
    pieces
}

/// A document with its bytes. One without them (an address to fetch it from, as the sandbox
/// answers) is left out, and the parcel shows that its label has to be printed again.
fn document(wire: WireDocument, kind: &str) -> Option<Document> {
    let bytes = decoded(&wire.encoded_label)?;
    let copies = wire.copies_to_print.unwrap_or(1).max(1);
    let content_type = if wire.content_type.is_empty() { kind.to_owned() } else { wire.content_type };
    Some(Document { content_type, image_type: wire.doc_type, bytes, copies })
}

/// The bytes of a document as FedEx packs them.
pub(super) fn decoded(text: &str) -> Option<Vec<u8>> {
    let packed: String = text.split_whitespace().collect();
    BASE64.decode(packed).ok().filter(|bytes| !bytes.is_empty())
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
    use serde_json::{Value, json};

    fn made(body: &[u8]) -> Shipped {
        match parse(body).unwrap() {
            Purchase::Made(shipped) => shipped,
            Purchase::Job(job) => panic!("job {job}"),
        }
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

    #[test]
    fn every_label_is_kept_even_when_fedex_numbers_pieces_oddly() {
        let piece = |number: &str, sequence: u32| {
            json!({"trackingNumber": number, "packageSequenceNumber": sequence,
                "packageDocuments": [{"contentType": "LABEL", "docType": "ZPLII", "encodedLabel": "XlhB"}]})
        };
        let sequences = |pieces: &Value| -> Vec<(u32, String)> {
            made(&rated(pieces, &json!({}))).pieces.into_iter().map(|one| (one.sequence, one.tracking_number)).collect()
        };
        let expected: Vec<(u32, String)> = vec![(1, "A".into()), (2, "B".into())];
        assert_eq!(sequences(&json!([piece("B", 2), piece("A", 1)])), expected);
        assert_eq!(sequences(&json!([piece("A", 1), piece("B", 1)])), expected);
        assert_eq!(sequences(&json!([piece("A", 0), piece("B", 1)])), expected);
    }

    #[test]
    fn papers_of_the_shipment_stay_apart_from_the_label() {
        let paper =
            |kind: &str| json!({"contentType": kind, "docType": "PDF", "encodedLabel": "JVBERg", "copiesToPrint": 3});
        let answer = json!({"output": {"transactionShipments": [{"masterTrackingNumber": "794",
            "pieceResponses": [{"trackingNumber": "794", "packageDocuments": [paper("LABEL")]},
                {"trackingNumber": "795", "packageDocuments": []}],
            "shipmentDocuments": [paper("COMMERCIAL_INVOICE"), paper("")]}]}});
        let shipped = made(answer.to_string().as_bytes());
        let kinds: Vec<_> =
            shipped.pieces[0].documents.iter().map(|one| (one.content_type.as_str(), one.is_label())).collect();
        assert_eq!(kinds, [("LABEL", true), ("COMMERCIAL_INVOICE", false), ("AUXILIARY", false)]);
        assert!(shipped.pieces[0].has_label() && !shipped.pieces[1].has_label());
    }
}
