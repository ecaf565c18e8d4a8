//! The answer to a create, in the recorded shapes, including their traps.
//!
//! Only `shipmentRating` carries the true charge. The amounts of the pieces are kept as misleading
//! as recorded: Ground repeats net charges as base amounts beside zeros, Express repeats the whole
//! shipment's total on every piece.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::clock::{self, HOUR_MS};
use super::rate::{self, amount};
use super::ship_services::{self, is_ground};
use super::shipment::Shipment;
use super::state::hex;
use super::{fedex, label, paper, ship_customs};

/// A commercial invoice goes out in so many copies.
const INVOICE_COPIES: u32 = 3;
/// Bytes of the hash that makes a label address unguessable.
const DOCUMENT_HASH: usize = 10;

/// The transaction of one shipment.
pub(super) fn transaction(shipment: &Shipment, alerts: &[Value], fedex_url: &str) -> Value {
    let service = ship_services::find(&shipment.service);
    let pieces: Value = (0..shipment.pieces.len()).map(|piece| piece_response(shipment, piece, fedex_url)).collect();
    json!({
        "alerts": alerts,
        "masterTrackingNumber": shipment.master(),
        "serviceType": shipment.service,
        "shipDatestamp": shipment.ship_date,
        "serviceName": service.map_or("", |service| service.name),
        "serviceCategory": if is_ground(&shipment.service) { "GROUND" } else { "EXPRESS" },
        "pieceResponses": pieces,
        "shipmentDocuments": shipment_documents(shipment, fedex_url),
        "shipmentAdvisoryDetails": {},
        "completedShipmentDetail": completed(shipment),
    })
}

fn packaging_name(shipment: &Shipment) -> &'static str {
    match shipment.wanted()["packagingType"].as_str() {
        Some("FEDEX_ENVELOPE") => "FedEx\u{ae} Envelope",
        Some("FEDEX_PAK") => "FedEx\u{ae} Pak",
        Some("FEDEX_TUBE") => "FedEx\u{ae} Tube",
        Some("YOUR_PACKAGING") | None => "Customer Packaging",
        Some(_) => "FedEx\u{ae} Box",
    }
}

fn delivery_ms(shipment: &Shipment) -> i64 {
    let days = ship_services::find(&shipment.service).map_or(3, |service| service.days);
    let shipped = clock::parse_date_ms(&shipment.ship_date).unwrap_or(shipment.created_ms);
    shipped + days * 24 * HOUR_MS
}

fn piece_response(shipment: &Shipment, piece: usize, fedex_url: &str) -> Value {
    let ground = is_ground(&shipment.service);
    let base = shipment.charge.bases[piece];
    let total = shipment.charge.net();
    json!({
        "masterTrackingNumber": shipment.master(),
        "deliveryDatestamp": clock::date(delivery_ms(shipment)),
        "trackingNumber": shipment.pieces[piece].tracking_number,
        "packageSequenceNumber": piece + 1,
        "additionalChargesDiscount": 0.0,
        "netRateAmount": amount(if ground || shipment.unrated { 0 } else { total }),
        "netChargeAmount": 0.0,
        "netDiscountAmount": 0.0,
        "packageDocuments": [label_document(shipment, piece, fedex_url)],
        "currency": "USD",
        "customerReferences": shipment.item_of(piece)["customerReferences"]
            .as_array().cloned().unwrap_or_default(),
        "codcollectionAmount": 0.0,
        "baseRateAmount": amount(match (shipment.unrated, ground) {
            (true, _) => 0,
            (_, true) => rate::net(base),
            (_, false) => base,
        }),
    })
}

/// A document that can be fetched by its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paper {
    /// The label of a piece.
    Label,
    /// The commercial invoice of a shipment.
    Invoice,
}

impl Paper {
    const ALL: [Self; 2] = [Self::Label, Self::Invoice];

    fn ending(self) -> &'static str {
        match self {
            Self::Label => "_SHIPPING_P",
            Self::Invoice => "_COMMERCIALINVOICE_P",
        }
    }
}

fn label_document(shipment: &Shipment, piece: usize, fedex_url: &str) -> Value {
    let image = label::Image::of(shipment);
    // Thermal labels come with all their copies in one buffer; others are to be printed so often.
    let copies = if image == label::Image::Zpl { 1 } else { label::copies(shipment) };
    let place = json!({"contentType": "LABEL", "copiesToPrint": copies, "docType": image.name()});
    let number = &shipment.pieces[piece].tracking_number;
    filled(shipment, place, (Paper::Label, number), fedex_url, || label::render(shipment, piece))
}

/// The papers of the whole shipment: a commercial invoice where one was asked for.
fn shipment_documents(shipment: &Shipment, fedex_url: &str) -> Value {
    if !ship_customs::wants_invoice(shipment.wanted()) {
        return json!([]);
    }
    let place = json!({
        "contentType": "COMMERCIAL_INVOICE",
        "copiesToPrint": INVOICE_COPIES,
        "docType": "PDF",
        "trackingNumber": shipment.master(),
    });
    let of = (Paper::Invoice, shipment.master());
    json!([filled(shipment, place, of, fedex_url, || paper::commercial_invoice(shipment))])
}

/// Puts the bytes of a document into its place, or the address where they can be fetched.
fn filled(
    shipment: &Shipment,
    mut place: Value,
    (paper, number): (Paper, &str),
    fedex_url: &str,
    bytes: impl FnOnce() -> Vec<u8>,
) -> Value {
    if shipment.request["labelResponseOptions"] == "URL_ONLY" {
        let (hash, ending) = (document_hash(number), paper.ending());
        let address = format!("SH,{hash}{number}{ending}?isLabel={}&autoPrint=false", paper == Paper::Label);
        place["url"] = json!(format!("{fedex_url}{}{address}", fedex::LABEL));
    } else {
        place["encodedLabel"] = json!(STANDARD.encode(bytes()));
    }
    place
}

fn document_hash(number: &str) -> String {
    let digest = Sha256::digest(format!("label {number}"));
    hex(&digest[..DOCUMENT_HASH])
}

/// Which document of which number an address names, when the address is genuine.
pub(super) fn read_address(address: &str) -> Option<(Paper, &str)> {
    let rest = address.strip_prefix("SH,")?;
    let (paper, rest) = Paper::ALL.into_iter().find_map(|paper| Some((paper, rest.strip_suffix(paper.ending())?)))?;
    let (hash, number) = rest.split_at_checked(DOCUMENT_HASH * 2)?;
    (hash == document_hash(number)).then_some((paper, number))
}

fn tracking_id(shipment: &Shipment, piece: usize) -> Value {
    json!({
        "trackingIdType": "FEDEX",
        "formId": if is_ground(&shipment.service) { "9622" } else { "0201" },
        "trackingNumber": shipment.pieces[piece].tracking_number,
    })
}

fn completed(shipment: &Shipment) -> Value {
    let service = ship_services::find(&shipment.service);
    let address = &shipment.wanted()["recipients"][0]["address"];
    let details: Value = (0..shipment.pieces.len()).map(|piece| package_detail(shipment, piece)).collect();
    let name = service.map_or("", |service| service.name);
    let mut completed = json!({
        "usDomestic": address["countryCode"] == "US" && !shipment.is_abroad(),
        "carrierCode": service.map_or("FDXE", |service| service.carrier),
        "masterTrackingId": tracking_id(shipment, 0),
        "serviceDescription": {
            "serviceType": shipment.service,
            "names": [
                {"type": "long", "encoding": "utf-8", "value": name},
                {"type": "long", "encoding": "ascii", "value": name.replace('\u{ae}', "")},
            ],
            "operatingOrgCodes": [if is_ground(&shipment.service) { "FXG" } else { "FXE" }],
            "serviceCategory": "parcel",
            "description": service.map_or("", |service| service.mark),
        },
        "packagingDescription": packaging_name(shipment),
        "operationalDetail": {
            "originLocationNumber": 0,
            "destinationLocationNumber": 0,
            "destinationLocationStateOrProvinceCode": address["stateOrProvinceCode"],
            "deliveryDate": clock::date(delivery_ms(shipment)),
            "deliveryDay": clock::weekday(delivery_ms(shipment)),
            "ineligibleForMoneyBackGuarantee": false,
            "postalCode": address["postalCode"],
            "stateOrProvinceCode": address["stateOrProvinceCode"],
            "countryCode": address["countryCode"],
            "scac": "",
        },
        "completedPackageDetails": details,
    });
    if !shipment.unrated {
        completed["shipmentRating"] = rating(shipment);
    }
    if shipment.is_abroad() {
        completed["documentRequirements"] = json!({"requiredDocuments": ["COMMERCIAL_OR_PRO_FORMA_INVOICE"]});
    }
    completed
}

/// The rating: one entry for a single Ground piece; account and list rates otherwise, and for
/// Express the list rate first, so that taking the first entry is wrong.
fn rating(shipment: &Shipment) -> Value {
    let level = if is_ground(&shipment.service) { "PACKAGE" } else { "SHIPMENT" };
    let account = rate_detail(shipment, &format!("PAYOR_ACCOUNT_{level}"), &shipment.charge);
    let list = rate_detail(shipment, &format!("PAYOR_LIST_{level}"), &shipment.charge.list());
    let details = match (is_ground(&shipment.service), shipment.pieces.len()) {
        (true, 1) => json!([account]),
        (true, _) => json!([account, list]),
        (false, _) => json!([list, account]),
    };
    json!({
        "actualRateType": format!("PAYOR_ACCOUNT_{level}"),
        "shipmentRateDetails": details,
    })
}

fn rate_detail(shipment: &Shipment, rate_type: &str, charge: &rate::Charge) -> Value {
    let weight: u64 = shipment.pieces.iter().map(|piece| piece.weight_clb.div_ceil(100) * 100).sum();
    json!({
        "rateType": rate_type,
        "rateScale": "7167",
        "rateZone": format!("{:02}", charge.zone),
        "pricingCode": "PACKAGE",
        "ratedWeightMethod": "ACTUAL",
        "dimDivisor": 0,
        "fuelSurchargePercent": rate::fuel_percent(),
        "totalBillingWeight": {"units": "LB", "value": amount(weight)},
        "totalBaseCharge": amount(charge.base()),
        "totalFreightDiscounts": 0.0,
        "totalNetFreight": amount(charge.base()),
        "totalSurcharges": amount(charge.fuel()),
        "totalNetFedExCharge": amount(charge.net()),
        "totalTaxes": 0.0,
        "totalNetCharge": amount(charge.net()),
        "totalRebates": 0.0,
        "totalDutiesAndTaxes": 0.0,
        "totalAncillaryFeesAndTaxes": 0.0,
        "totalDutiesTaxesAndFees": 0.0,
        "totalNetChargeWithDutiesAndTaxes": 0.0,
        "surcharges": [{"surchargeType": "FUEL", "description": "Fuel", "amount": amount(charge.fuel())}],
        "freightDiscounts": [],
        "taxes": [],
        "currency": "USD",
    })
}

fn package_detail(shipment: &Shipment, piece: usize) -> Value {
    let mut detail = json!({
        "sequenceNumber": piece + 1,
        "trackingIds": [tracking_id(shipment, piece)],
        "groupNumber": 0,
        "signatureOption": shipment.item_of(piece)["packageSpecialServices"]["signatureOptionType"]
            .as_str().unwrap_or("SERVICE_DEFAULT"),
        "operationalDetail": {
            "barcodes": {
                "binaryBarcodes": [],
                "stringBarcodes": [{"type": "FEDEX_1D", "value": label::barcode(shipment, piece)}],
            },
            "astraHandlingText": "",
            "operationalInstructions": [
                {"number": 2, "content": "TRK#"},
                {"number": 10, "content": label::spaced(&shipment.pieces[piece].tracking_number)},
            ],
        },
    });
    if !shipment.unrated {
        detail["packageRating"] = package_rating(shipment, piece);
    }
    detail
}

fn package_rating(shipment: &Shipment, piece: usize) -> Value {
    let base = shipment.charge.bases[piece];
    let fuel = rate::net(base) - base;
    let weight = shipment.pieces[piece].weight_clb.div_ceil(100) * 100;
    json!({
        "actualRateType": "PAYOR_ACCOUNT_PACKAGE",
        "effectiveNetDiscount": 0.0,
        "packageRateDetails": [{
            "rateType": "PAYOR_ACCOUNT_PACKAGE",
            "ratedWeightMethod": "ACTUAL",
            "minimumChargeType": "",
            "billingWeight": {"units": "LB", "value": amount(weight)},
            "baseCharge": amount(base),
            "totalFreightDiscounts": 0.0,
            "netFreight": amount(base),
            "totalSurcharges": amount(fuel),
            "netFedExCharge": amount(base + fuel),
            "totalTaxes": 0.0,
            "netCharge": amount(base + fuel),
            "totalRebates": 0.0,
            "surcharges": [{"surchargeType": "FUEL", "description": "Fuel", "amount": amount(fuel)}],
            "currency": "USD",
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::super::rate::Charge;
    use super::super::shipment::{Piece, tracking_number};
    use super::*;

    fn shipment(service: &str, weights: &[u64]) -> Shipment {
        Shipment {
            created_ms: 0,
            ship_date: "2026-07-30".into(),
            account: fedex::ACCOUNT.into(),
            service: service.into(),
            pieces: (0_u64..)
                .zip(weights)
                .map(|(at, weight)| Piece {
                    tracking_number: tracking_number(79_498_060_002 + at),
                    weight_clb: *weight,
                    ..Piece::default()
                })
                .collect(),
            charge: Charge::new(service, "38118", "60601", weights),
            journey_ms: 1,
            request: json!({"labelResponseOptions": "URL_ONLY", "requestedShipment": {
                "labelSpecification": {"imageType": "PDF"}}}),
            ..Shipment::default()
        }
    }

    #[test]
    fn the_true_charge_is_only_in_the_rating() {
        let ground = transaction(&shipment("FEDEX_GROUND", &[1_000]), &[], "http://twin");
        let rating = &ground["completedShipmentDetail"]["shipmentRating"];
        assert_eq!(rating["actualRateType"], "PAYOR_ACCOUNT_PACKAGE");
        let net = &rating["shipmentRateDetails"][0]["totalNetCharge"];
        assert_eq!(&ground["pieceResponses"][0]["baseRateAmount"], net);
        assert_eq!(ground["pieceResponses"][0]["netChargeAmount"], 0.0);
        let express = transaction(&shipment("FEDEX_2_DAY", &[1_000, 2_000]), &[], "http://twin");
        let rating = &express["completedShipmentDetail"]["shipmentRating"];
        assert_eq!(rating["actualRateType"], "PAYOR_ACCOUNT_SHIPMENT");
        assert_eq!(rating["shipmentRateDetails"][0]["rateType"], "PAYOR_LIST_SHIPMENT");
        let net = &rating["shipmentRateDetails"][1]["totalNetCharge"];
        assert_eq!(&express["pieceResponses"][0]["netRateAmount"], net);
        assert_eq!(&express["pieceResponses"][1]["netRateAmount"], net);
    }

    #[test]
    fn a_label_address_leads_back_to_its_number_and_cannot_be_guessed() {
        let answer = transaction(&shipment("FEDEX_GROUND", &[1_000]), &[], "http://twin");
        let url = answer["pieceResponses"][0]["packageDocuments"][0]["url"].as_str().unwrap();
        let document = url.split('/').next_back().unwrap().split('?').next().unwrap();
        assert_eq!(
            read_address(document),
            answer["masterTrackingNumber"].as_str().map(|number| (Paper::Label, number))
        );
        assert_eq!(read_address("SH,00000000000000000000794980600023_SHIPPING_P"), None);
    }
}
