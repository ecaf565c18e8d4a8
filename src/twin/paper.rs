//! Papers on letter sheets: the commercial invoice and the manifest of a Ground close.

use serde_json::Value;

use super::clock;
use super::label::Mark;
use super::label_pdf;
use super::ship_customs::{cents, value_of};
use super::shipment::{Shipment, list};

/// Lines of one sheet.
const SHEET_LINES: usize = 62;
/// Distance between two lines in points.
const LINE_HEIGHT: f32 = 11.5;
/// Margin of a sheet in points.
const MARGIN: f32 = 36.0;
/// Size of the text in points.
const TEXT_SIZE: f32 = 9.0;

/// The commercial invoice of a shipment.
pub(super) fn commercial_invoice(shipment: &Shipment) -> Vec<u8> {
    let wanted = shipment.wanted();
    let customs = &wanted["customsClearanceDetail"];
    let invoice = &customs["commercialInvoice"];
    let commodities = list(&customs["commodities"]);
    let currency = text(&commodities[0]["customsValue"]["currency"]);
    let mut lines = vec![
        format!("AIR WAYBILL NO. {}   DATE {}", shipment.master(), shipment.ship_date),
        format!("REFERENCE {}", shipment.references().map(|(_, value)| value).collect::<Vec<_>>().join(" ")),
        format!("EXPORTER {}", party(&wanted["shipper"])),
        format!("CONSIGNEE {}", party(&wanted["recipients"][0])),
        format!("PURPOSE {}   TERMS {}", text(&invoice["shipmentPurpose"]), text(&invoice["termsOfSale"])),
        format!("DUTIES PAID BY {}", text(&customs["dutiesPayment"]["paymentType"])),
        String::new(),
    ];
    for commodity in commodities {
        lines.push(text(&commodity["description"]).to_owned());
        lines.push(format!(
            "    {} {} at {}   value {}   weight {} {}   origin {}   HS {}",
            commodity["quantity"],
            text(&commodity["quantityUnits"]),
            money(cents(&commodity["unitPrice"]), currency),
            money(cents(&commodity["customsValue"]), currency),
            commodity["weight"]["value"],
            text(&commodity["weight"]["units"]),
            text(&commodity["countryOfManufacture"]),
            text(&commodity["harmonizedCode"]),
        ));
    }
    lines.push(String::new());
    lines.push(format!("TOTAL VALUE {}", money(value_of(commodities), currency)));
    lines.extend(list(&invoice["comments"]).iter().take(2).map(|comment| text(comment).to_owned()));
    lines.push(text(&invoice["declarationStatement"]).to_owned());
    render("COMMERCIAL INVOICE", &lines)
}

/// The manifest of a Ground close.
pub(super) fn manifest(account: &str, date: &str, closed_ms: i64, shipments: &[Shipment]) -> Vec<u8> {
    let mut lines = vec![
        format!("ACCOUNT {account}   DATE {date}   CLOSED {}", clock::utc(closed_ms)),
        format!("SHIPMENTS {}", shipments.len()),
        String::new(),
    ];
    for shipment in shipments {
        for piece in shipment.pieces.iter().filter(|piece| piece.cancelled_ms.is_none()) {
            let (pounds, hundredths) = (piece.weight_clb / 100, piece.weight_clb % 100);
            lines.push(format!("{}   {pounds}.{hundredths:02} LB   {}", piece.tracking_number, shipment.service));
        }
    }
    render("FEDEX GROUND MANIFEST", &lines)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn money(cents: i64, currency: &str) -> String {
    format!("{}.{:02} {currency}", cents / 100, cents % 100)
}

fn party(party: &Value) -> String {
    let (contact, address) = (&party["contact"], &party["address"]);
    let name = contact["companyName"].as_str().unwrap_or_else(|| text(&contact["personName"]));
    let streets: Vec<&str> = list(&address["streetLines"]).iter().map(text).collect();
    format!(
        "{name}, {}, {} {} {}, {}",
        streets.join(", "),
        text(&address["city"]),
        text(&address["stateOrProvinceCode"]),
        text(&address["postalCode"]),
        text(&address["countryCode"])
    )
}

#[expect(clippy::cast_precision_loss, reason = "a sheet has a few dozen lines")]
fn render(title: &str, lines: &[String]) -> Vec<u8> {
    let sheets: Vec<Vec<Mark>> = lines
        .chunks(SHEET_LINES - 2)
        .map(|page| {
            let heading = Mark::Text { x: MARGIN, y: MARGIN, size: 13.0, bold: true, text: title.to_owned() };
            let below = page.iter().enumerate().filter(|(_, line)| !line.is_empty()).map(|(at, line)| Mark::Text {
                x: MARGIN,
                y: MARGIN + LINE_HEIGHT * (at + 2) as f32,
                size: TEXT_SIZE,
                bold: false,
                text: line.clone(),
            });
            std::iter::once(heading).chain(below).collect()
        })
        .collect();
    label_pdf::render(&sheets, "PAPER_LETTER")
}
