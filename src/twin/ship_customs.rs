//! What customs want to know, without which nothing crosses a border.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::ship_rules::{self, Problems, absent_or, at_most, filled, has_two_decimals, is_payer, one_of};
use super::shipment::{is_abroad, list};

/// Commodities of one shipment.
const COMMODITY_LIMIT: usize = 999;
/// Longest description of a commodity.
const DESCRIPTION_LIMIT: usize = 450;
/// Longest tariff code, dots included.
const TARIFF_LIMIT: usize = 14;
/// Pieces of one commodity.
const PIECES_LIMIT: u64 = 9_999;
/// A price has at most five digits before the point.
const PRICE_LIMIT: f64 = 100_000.0;
/// A customs value has at most eleven.
const VALUE_LIMIT: f64 = 100_000_000_000.0;
/// Longest terms of sale.
const TERMS_LIMIT: usize = 3;
/// Longest declaration on the invoice.
const DECLARATION_LIMIT: usize = 554;
const PURPOSES: [&str; 6] = ["GIFT", "NOT_SOLD", "PERSONAL_EFFECTS", "REPAIR_AND_RETURN", "SAMPLE", "SOLD"];

/// Tells whether a commercial invoice is to be made.
pub(super) fn wants_invoice(wanted: &Value) -> bool {
    let types = list(&wanted["shippingDocumentSpecification"]["shippingDocumentTypes"]);
    is_abroad(wanted) && types.iter().any(|kind| kind == "COMMERCIAL_INVOICE")
}

/// Counts the broken rules that have no code of their own.
pub(super) fn violations(wanted: &Value) -> usize {
    if !is_abroad(wanted) {
        return 0;
    }
    let customs = &wanted["customsClearanceDetail"];
    let invoice = &customs["commercialInvoice"];
    let commodities = list(&customs["commodities"]);
    let total = &customs["totalCustomsValue"];
    let format = &wanted["shippingDocumentSpecification"]["commercialInvoiceDetail"]["documentFormat"];
    [
        invoice.is_object(),
        absent_or(&invoice["shipmentPurpose"], |purpose| one_of(purpose, &PURPOSES)),
        at_most(&invoice["termsOfSale"], TERMS_LIMIT),
        at_most(&invoice["declarationStatement"], DECLARATION_LIMIT),
        is_payer(&customs["dutiesPayment"]["paymentType"]),
        (1..=COMMODITY_LIMIT).contains(&commodities.len()),
        absent_or(total, |total| is_money(total, VALUE_LIMIT) && cents(total) >= value_of(commodities)),
        declared(wanted) <= value_of(commodities),
        !wants_invoice(wanted) || (format["docType"] == "PDF" && format["stockType"] == "PAPER_LETTER"),
        packaging_is_named(wanted),
    ]
    .into_iter()
    .chain(commodities.iter().map(is_complete))
    .filter(|good| !good)
    .count()
}

fn is_complete(commodity: &Value) -> bool {
    let weight = &commodity["weight"];
    filled(&commodity["description"])
        && at_most(&commodity["description"], DESCRIPTION_LIMIT)
        && filled(&commodity["countryOfManufacture"])
        && at_most(&commodity["countryOfManufacture"], 4)
        && commodity["quantity"].as_u64().is_some_and(|quantity| quantity > 0)
        && filled(&commodity["quantityUnits"])
        && is_money(&commodity["unitPrice"], PRICE_LIMIT)
        && is_money(&commodity["customsValue"], VALUE_LIMIT)
        && one_of(&weight["units"], &["LB", "KG"])
        && weight["value"].as_f64().is_some_and(|value| value > 0.0 && has_two_decimals(value))
        && absent_or(&commodity["numberOfPieces"], |pieces| pieces.as_u64().is_some_and(|count| count <= PIECES_LIMIT))
        && absent_or(&commodity["harmonizedCode"], |code| code.as_str().is_some_and(is_tariff_code))
}

/// Six digits at least, and dots.
fn is_tariff_code(code: &str) -> bool {
    let digits = code.bytes().filter(u8::is_ascii_digit).count();
    digits >= 6 && code.len() <= TARIFF_LIMIT && code.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

fn is_money(money: &Value, limit: f64) -> bool {
    money["amount"].as_f64().is_some_and(|amount| (0.0..limit).contains(&amount) && has_two_decimals(amount))
        && money["currency"].as_str().is_some_and(|currency| currency.len() == 3)
}

#[expect(clippy::cast_possible_truncation, reason = "amounts are limited to eleven digits")]
pub(super) fn cents(money: &Value) -> i64 {
    (money["amount"].as_f64().unwrap_or_default() * 100.0).round() as i64
}

/// The customs value of all commodities in cents.
pub(super) fn value_of(commodities: &[Value]) -> i64 {
    commodities.iter().map(|commodity| cents(&commodity["customsValue"])).sum()
}

/// The declared value of all packages in cents.
fn declared(wanted: &Value) -> i64 {
    list(&wanted["requestedPackageLineItems"])
        .iter()
        .map(|item| {
            let group = item["groupPackageCount"].as_i64().unwrap_or(1);
            cents(&item["declaredValue"]).saturating_mul(group)
        })
        .fold(0, i64::saturating_add)
}

/// Canada wants to know what a package of one's own is.
fn packaging_is_named(wanted: &Value) -> bool {
    wanted["recipients"][0]["address"]["countryCode"] != "CA"
        || wanted["packagingType"] != "YOUR_PACKAGING"
        || list(&wanted["requestedPackageLineItems"]).iter().all(|item| filled(&item["subPackagingType"]))
}

/// Checks what has a code: currencies everywhere, units and the payer of duties across borders.
pub(super) fn check(wanted: &Value, problems: &mut Problems) {
    let abroad = is_abroad(wanted);
    let customs = &wanted["customsClearanceDetail"];
    let items = list(&wanted["requestedPackageLineItems"]);
    let commodities = if abroad { list(&customs["commodities"]) } else { &[] };
    let prices = commodities.iter().flat_map(|commodity| [&commodity["unitPrice"], &commodity["customsValue"]]);
    let total = abroad.then_some(&customs["totalCustomsValue"]);
    let currencies: HashSet<&str> = items
        .iter()
        .map(|item| &item["declaredValue"])
        .chain(prices)
        .chain(total)
        .filter_map(|money| money["currency"].as_str())
        .collect();
    if currencies.len() > 1 {
        problems.push((
            "CURRENCYTYPE.PACKAGES.MUST",
            "Currency type must be the same for all packages and commodities.".to_owned(),
        ));
    }
    let units = &items[0]["weight"]["units"];
    if commodities.iter().any(|commodity| &commodity["weight"]["units"] != units) {
        problems.push((
            "MIXED.MEASURING.UNITS.INCLUDED",
            "Packages and commodities must use the same unit of weight.".to_owned(),
        ));
    }
    let duties = &customs["dutiesPayment"];
    let payor = ship_rules::payor(duties);
    let named = match duties["paymentType"].as_str() {
        // A recipient without an account pays at the door.
        Some("SENDER" | "RECIPIENT") => payor.is_empty() || ship_rules::is_account(payor),
        _ => ship_rules::is_account(payor),
    };
    if abroad && !named {
        problems.push(("ACCOUNTNUMBER.REGISTRATION.REQUIRED", ship_rules::ACCOUNT_TEXT.to_owned()));
    }
}

/// Remarks about an accepted shipment: goods declared below their price.
pub(super) fn alerts(wanted: &Value) -> Option<Value> {
    let too_low = |commodity: &Value| {
        let quantity = commodity["quantity"].as_i64().unwrap_or(1);
        cents(&commodity["customsValue"]) < cents(&commodity["unitPrice"]).saturating_mul(quantity)
    };
    let commodities = list(&wanted["customsClearanceDetail"]["commodities"]);
    (is_abroad(wanted) && commodities.iter().any(too_low)).then(|| {
        json!({
            "code": "COMMODITIES.CUSTOMSVALUE.LESSTHANREQUIRED",
            "message": "We are not able to retrieve the message for the warning or error.",
            "alertType": "WARNING",
        })
    })
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::super::fedex_bench::{Bench, abroad, good};
    use super::*;

    const SCHEMA: &str = "INVALID.INPUT.EXCEPTION";

    fn refusal(change: impl FnOnce(&mut Value)) -> String {
        let mut body = abroad();
        change(&mut body["requestedShipment"]);
        Bench::new().refusal(&body)
    }

    fn commodity(field: &str, value: Value) -> String {
        refusal(|wanted| wanted["customsClearanceDetail"]["commodities"][1][field] = value)
    }

    #[test]
    fn nothing_crosses_a_border_without_its_papers() {
        assert_eq!(refusal(|_| {}), "OK");
        assert_eq!(refusal(|wanted| wanted["customsClearanceDetail"] = Value::Null), SCHEMA);
        for part in ["commercialInvoice", "dutiesPayment", "commodities"] {
            assert_eq!(refusal(|wanted| wanted["customsClearanceDetail"][part] = Value::Null), SCHEMA, "{part}");
        }
    }

    #[test]
    fn every_commodity_is_complete() {
        assert_eq!(commodity("harmonizedCode", Value::Null), "OK");
        assert_eq!(commodity("harmonizedCode", json!("BELT")), SCHEMA);
        assert_eq!(commodity("countryOfManufacture", json!("")), SCHEMA);
        assert_eq!(commodity("description", json!("x".repeat(451))), SCHEMA);
        assert_eq!(commodity("quantity", json!(2.5)), SCHEMA);
        assert_eq!(commodity("quantityUnits", Value::Null), SCHEMA);
        assert_eq!(commodity("unitPrice", json!({"amount": 100_000, "currency": "USD"})), SCHEMA);
        assert_eq!(commodity("unitPrice", json!({"amount": 1.125, "currency": "USD"})), SCHEMA);
        assert_eq!(commodity("weight", Value::Null), SCHEMA);
    }

    #[test]
    fn values_units_and_currencies_agree() {
        let money = |amount: f64, currency: &str| json!({"amount": amount, "currency": currency});
        let total = |money: Value| refusal(|wanted| wanted["customsClearanceDetail"]["totalCustomsValue"] = money);
        assert_eq!(total(money(83.99, "USD")), SCHEMA);
        assert_eq!(total(money(90.0, "USD")), "OK");
        assert_eq!(total(money(84.0, "EUR")), "CURRENCYTYPE.PACKAGES.MUST");
        let declared = |amount: f64| {
            refusal(|wanted| wanted["requestedPackageLineItems"][0]["declaredValue"] = money(amount, "USD"))
        };
        assert_eq!((declared(84.0).as_str(), declared(85.0).as_str()), ("OK", SCHEMA));
        let kilograms = json!({"units": "KG", "value": 1});
        assert_eq!(commodity("weight", kilograms), "MIXED.MEASURING.UNITS.INCLUDED");
    }

    #[test]
    fn a_third_party_that_pays_the_duties_is_named() {
        let duties = |payment: Value| refusal(|wanted| wanted["customsClearanceDetail"]["dutiesPayment"] = payment);
        assert_eq!(duties(json!({"paymentType": "RECIPIENT"})), "OK");
        assert_eq!(duties(json!({"paymentType": "THIRD_PARTY"})), "ACCOUNTNUMBER.REGISTRATION.REQUIRED");
        let named = json!({"responsibleParty": {"accountNumber": {"value": "123456789"}}});
        assert_eq!(duties(json!({"paymentType": "THIRD_PARTY", "payor": named})), "OK");
    }

    #[test]
    fn neighbours_are_reached_by_their_own_rules() {
        let to = |country: &str, state: &str, postal: &str, service: &str, packaging: Value| {
            refusal(|wanted| {
                wanted["serviceType"] = json!(service);
                wanted["requestedPackageLineItems"][0]["subPackagingType"] = packaging;
                wanted["recipients"][0]["contact"]["phoneNumber"] = json!("4165550143");
                wanted["recipients"][0]["address"] = json!({"streetLines": ["1 Main St"], "city": "Town",
                    "stateOrProvinceCode": state, "postalCode": postal, "countryCode": country});
            })
        };
        let priority = "FEDEX_INTERNATIONAL_PRIORITY";
        assert_eq!(to("CA", "ON", "M5V3L9", priority, json!("BOX")), "OK");
        assert_eq!(to("CA", "ON", "M5V3L9", "FEDEX_GROUND", json!("BOX")), "OK");
        assert_eq!(to("CA", "ON", "M5V3L9", priority, Value::Null), SCHEMA);
        assert_eq!(to("MX", "DF", "06600", "INTERNATIONAL_ECONOMY", Value::Null), "OK");
        assert_eq!(to("MX", "DF", "06600", "FEDEX_GROUND", Value::Null), "SELECTED.DESTINATION.SERVICETYPE.INVALID");
    }

    #[test]
    fn goods_below_their_price_are_remarked() {
        let mut body = abroad();
        body["requestedShipment"]["customsClearanceDetail"]["commodities"][0]["unitPrice"]["amount"] = json!(9);
        let made = Bench::new().ship(&body);
        assert_eq!(made["alerts"][0]["code"], "COMMODITIES.CUSTOMSVALUE.LESSTHANREQUIRED");
    }

    #[test]
    fn the_invoice_comes_when_asked_for_and_the_thermal_label_in_three_copies() {
        let mut bench = Bench::new();
        let made = bench.ship(&abroad());
        let paper = &made["shipmentDocuments"][0];
        assert_eq!((&paper["contentType"], &paper["copiesToPrint"]), (&json!("COMMERCIAL_INVOICE"), &json!(3)));
        let pdf = STANDARD.decode(paper["encodedLabel"].as_str().unwrap()).unwrap();
        assert!(pdf.starts_with(b"%PDF-"));
        for text in ["Ball bearing 6205", "8482.10.5064", "84.00 USD", made["masterTrackingNumber"].as_str().unwrap()] {
            assert!(pdf.windows(text.len()).any(|found| found == text.as_bytes()), "{text}");
        }
        let label = &made["pieceResponses"][0]["packageDocuments"][0];
        let zpl = String::from_utf8(STANDARD.decode(label["encodedLabel"].as_str().unwrap()).unwrap()).unwrap();
        assert_eq!((zpl.matches("^XA").count(), zpl.matches("CONSIGNEE COPY").count()), (3, 2));
        assert_eq!(label["copiesToPrint"], 1);

        let mut body = abroad();
        body["requestedShipment"]["shippingDocumentSpecification"] = Value::Null;
        body["requestedShipment"]["labelSpecification"] = json!({"imageType": "PDF", "labelStockType": "PAPER_4X6"});
        let made = bench.ship(&body);
        assert_eq!(made["shipmentDocuments"], json!([]));
        assert_eq!(made["pieceResponses"][0]["packageDocuments"][0]["copiesToPrint"], 3);
        assert_eq!(bench.ship(&good())["shipmentDocuments"], json!([]));
    }

    #[test]
    fn the_invoice_can_be_fetched_by_its_address() {
        let mut bench = Bench::new();
        let mut body = abroad();
        body["labelResponseOptions"] = json!("URL_ONLY");
        let made = bench.ship(&body);
        let url = made["shipmentDocuments"][0]["url"].as_str().unwrap();
        let path = url[url.find("/document/").unwrap()..].to_owned();
        let reply = bench.raw("GET", &path, &Value::Null);
        assert_eq!(reply.status, 200);
        assert!(reply.body.starts_with(b"%PDF-"));
        bench.advance(24 * 3_600_000);
        assert_eq!(bench.raw("GET", &path, &Value::Null).status, 404);
    }
}
