//! The label of a piece: what is printed on it and where, independent of the file format.
//!
//! One layout in points on a four by six inch sheet serves PDF, PNG and ZPL, so that all three
//! carry the same text. Only ASCII is printed: a create with anything else is refused.

use barcoders::sym::code128::Code128;
use serde_json::Value;

use super::ship_services::{self, is_ground};
use super::shipment::{Shipment, list};
use super::{label_pdf, label_png, label_zpl};

/// Width of the sheet in points.
pub(super) const WIDTH: f32 = 288.0;
/// Height of the sheet in points.
pub(super) const HEIGHT: f32 = 432.0;
const LEFT: f32 = 10.0;
const RIGHT: f32 = WIDTH - 10.0;

/// The file formats of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Image {
    /// PDF.
    Pdf,
    /// PNG.
    Png,
    /// ZPL II.
    Zpl,
}

impl Image {
    /// The format that a shipment asked for.
    pub(super) fn of(shipment: &Shipment) -> Self {
        match shipment.wanted()["labelSpecification"]["imageType"].as_str() {
            Some("PNG") => Self::Png,
            Some("ZPLII") => Self::Zpl,
            _ => Self::Pdf,
        }
    }

    /// Its name in requests and answers.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Png => "PNG",
            Self::Zpl => "ZPLII",
        }
    }

    /// Its media type.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Zpl => "text/plain",
        }
    }
}

/// Something printed; the origin is the upper left corner, the unit a point.
pub(super) enum Mark {
    /// A line of text, by its upper left corner.
    Text { x: f32, y: f32, size: f32, bold: bool, text: String },
    /// A filled rectangle.
    Bar { x: f32, y: f32, w: f32, h: f32 },
    /// A Code 128 barcode.
    Barcode { x: f32, y: f32, w: f32, h: f32, data: String },
}

/// How often a label is needed: Express out of the US goes with one label and two copies for the
/// papers.
pub(super) fn copies(shipment: &Shipment) -> usize {
    let from_us = shipment.wanted()["shipper"]["address"]["countryCode"] == "US";
    if shipment.is_abroad() && from_us && !is_ground(&shipment.service) { 3 } else { 1 }
}

/// Renders the label of a piece in the format its shipment asked for. A thermal one holds all its
/// copies in one buffer.
pub(super) fn render(shipment: &Shipment, piece: usize) -> Vec<u8> {
    match Image::of(shipment) {
        Image::Pdf => {
            let stock = &shipment.wanted()["labelSpecification"]["labelStockType"];
            label_pdf::render(&[layout(shipment, piece, 0)], stock.as_str().unwrap_or_default())
        }
        Image::Png => label_png::render(&layout(shipment, piece, 0)),
        Image::Zpl => {
            (0..copies(shipment)).flat_map(|copy| label_zpl::render(&layout(shipment, piece, copy))).collect()
        }
    }
}

/// The digits of the barcode: 34, ending in the tracking number padded to 14.
pub(super) fn barcode(shipment: &Shipment, piece: usize) -> String {
    let number = &shipment.pieces[piece].tracking_number;
    let postal = shipment.wanted()["recipients"][0]["address"]["postalCode"].as_str().unwrap_or_default();
    let postal: String = postal.chars().filter(char::is_ascii_digit).take(5).collect();
    let prefix = if is_ground(&shipment.service) { "9622001900" } else { "1001901234" };
    format!("{prefix}{postal:0>10}{number:0>14}")
}

/// A tracking number in groups of four, as labels print it.
pub(super) fn spaced(number: &str) -> String {
    let groups: Vec<&str> = (0..number.len()).step_by(4).map(|at| &number[at..(at + 4).min(number.len())]).collect();
    groups.join(" ")
}

/// The bars of a barcode: one flag per module, true where it is black.
pub(super) fn modules(data: &str) -> Vec<bool> {
    // U+0106 starts set C, which packs two digits into a symbol.
    Code128::new(format!("\u{106}{data}"))
        .map(|code| code.encode().into_iter().map(|module| module == 1).collect())
        .unwrap_or_default()
}

struct Sheet(Vec<Mark>);

impl Sheet {
    fn text(&mut self, x: f32, y: f32, size: f32, text: impl Into<String>) {
        self.put(x, y, size, false, text.into());
    }

    fn bold(&mut self, x: f32, y: f32, size: f32, text: impl Into<String>) {
        self.put(x, y, size, true, text.into());
    }

    fn put(&mut self, x: f32, y: f32, size: f32, bold: bool, text: String) {
        if !text.is_empty() {
            self.0.push(Mark::Text { x, y, size, bold, text });
        }
    }

    fn rule(&mut self, y: f32) {
        self.bar(LEFT, y, RIGHT - LEFT, 1.0);
    }

    fn bar(&mut self, x: f32, y: f32, w: f32, h: f32) {
        self.0.push(Mark::Bar { x, y, w, h });
    }
}

fn layout(shipment: &Shipment, piece: usize, copy: usize) -> Vec<Mark> {
    let mut sheet = Sheet(Vec::new());
    head(&mut sheet, shipment, piece);
    recipient(&mut sheet, shipment);
    references(&mut sheet, shipment, piece);
    service(&mut sheet, shipment, piece);
    foot(&mut sheet, shipment, piece, copy);
    sheet.0
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Who a party is and where: names, streets, and the line with city, state and postal code.
fn party_lines(party: &Value) -> (Vec<String>, String) {
    let contact = &party["contact"];
    let address = &party["address"];
    let mut lines: Vec<String> = [&contact["personName"], &contact["companyName"]]
        .into_iter()
        .map(|name| text_of(name).to_uppercase())
        .filter(|name| !name.is_empty())
        .collect();
    lines.extend(
        list(&address["streetLines"])
            .iter()
            .take(3)
            .map(|line| text_of(line).to_uppercase())
            .filter(|line| !line.is_empty()),
    );
    let city = format!(
        "{} {} {}",
        text_of(&address["city"]),
        text_of(&address["stateOrProvinceCode"]),
        text_of(&address["postalCode"])
    );
    (lines, city.to_uppercase())
}

fn head(sheet: &mut Sheet, shipment: &Shipment, piece: usize) {
    let shipper = &shipment.wanted()["shipper"];
    let (lines, city) = party_lines(shipper);
    sheet.text(LEFT, 8.0, 6.0, format!("ORIGIN ID:TWIN  {}", text_of(&shipper["contact"]["phoneNumber"])));
    let mut y = 16.0;
    for line in lines.iter().take(4) {
        sheet.text(LEFT, y, 7.0, line.as_str());
        y += 8.5;
    }
    sheet.text(LEFT, y, 7.0, city);
    sheet.text(LEFT, 59.0, 7.0, format!("UNITED STATES {}", text_of(&shipper["address"]["countryCode"])));
    let weight = shipment.pieces[piece].weight_clb;
    let right = 176.0;
    sheet.text(right, 8.0, 7.0, format!("SHIP DATE: {}", shipment.ship_date));
    sheet.text(right, 17.0, 7.0, format!("ACTWGT: {}.{:02} LB", weight / 100, weight % 100));
    sheet.text(right, 26.0, 7.0, format!("ACCT: {}", shipment.account));
    let size = &shipment.item_of(piece)["dimensions"];
    if size.is_object() {
        let dimensions =
            format!("DIMS: {}X{}X{} {}", size["length"], size["width"], size["height"], text_of(&size["units"]));
        sheet.text(right, 35.0, 7.0, dimensions);
    }
    let payment = &shipment.wanted()["shippingChargesPayment"]["paymentType"];
    sheet.text(right, 44.0, 7.0, format!("BILL {}", text_of(payment).replace('_', " ")));
    sheet.rule(70.0);
}

fn recipient(sheet: &mut Sheet, shipment: &Shipment) {
    let party = &shipment.wanted()["recipients"][0];
    let (lines, city) = party_lines(party);
    sheet.text(LEFT, 76.0, 7.0, "TO");
    let mut y = 75.0;
    for line in lines.iter().take(5) {
        sheet.bold(28.0, y, 10.0, line.as_str());
        y += 12.5;
    }
    sheet.bold(28.0, y + 1.0, 13.0, city);
    sheet.text(
        28.0,
        y + 16.0,
        7.0,
        format!("PH {}   ({})", text_of(&party["contact"]["phoneNumber"]), text_of(&party["address"]["countryCode"])),
    );
}

fn references(sheet: &mut Sheet, shipment: &Shipment, piece: usize) {
    let item = shipment.item_of(piece);
    let of = |kind: &str| {
        list(&item["customerReferences"])
            .iter()
            .find(|reference| reference["customerReferenceType"] == kind)
            .map_or_else(
                || shipment.reference(kind).unwrap_or_default().to_owned(),
                |reference| text_of(&reference["value"]).to_owned(),
            )
    };
    sheet.rule(168.0);
    sheet.text(LEFT, 173.0, 7.0, format!("REF: {}", of("CUSTOMER_REFERENCE")));
    sheet.text(LEFT, 183.0, 7.0, format!("PO: {}", of("P_O_NUMBER")));
    let department = of("DEPARTMENT_NUMBER");
    if !department.is_empty() {
        sheet.text(150.0, 183.0, 7.0, format!("DEPT: {department}"));
    }
    sheet.text(LEFT, 193.0, 7.0, format!("INV: {}", of("INVOICE_NUMBER")));
    sheet.rule(204.0);
}

fn service(sheet: &mut Sheet, shipment: &Shipment, piece: usize) {
    let known = ship_services::find(&shipment.service);
    let mark = known.map_or(shipment.service.as_str(), |service| service.mark);
    sheet.bold(LEFT, 211.0, 26.0, "FedEx");
    sheet.bold(94.0, 218.0, 15.0, mark);
    let letter = if is_ground(&shipment.service) { "G" } else { "E" };
    sheet.bar(244.0, 208.0, 34.0, 2.0);
    sheet.bar(244.0, 240.0, 34.0, 2.0);
    sheet.bar(244.0, 208.0, 2.0, 34.0);
    sheet.bar(276.0, 208.0, 2.0, 34.0);
    sheet.bold(253.0, 212.0, 26.0, letter);
    sheet.rule(247.0);
    let number = &shipment.pieces[piece].tracking_number;
    sheet.text(LEFT, 253.0, 7.0, "TRK#");
    sheet.bold(36.0, 251.0, 15.0, spaced(number));
    sheet.text(LEFT, 271.0, 7.0, format!("{} OF {}", piece + 1, shipment.pieces.len()));
    if shipment.pieces.len() > 1 {
        sheet.text(64.0, 271.0, 7.0, format!("MSTR# {}", spaced(shipment.master())));
    }
    let address = &shipment.wanted()["recipients"][0]["address"];
    let state = text_of(&address["stateOrProvinceCode"]);
    sheet.bold(214.0, 251.0, 15.0, format!("{state}-{}", text_of(&address["countryCode"])));
    sheet.bold(214.0, 269.0, 12.0, text_of(&address["postalCode"]));
}

fn foot(sheet: &mut Sheet, shipment: &Shipment, piece: usize, copy: usize) {
    let data = barcode(shipment, piece);
    sheet.rule(284.0);
    sheet.0.push(Mark::Barcode { x: 22.0, y: 292.0, w: WIDTH - 44.0, h: 96.0, data: data.clone() });
    sheet.text(64.0, 393.0, 7.0, format!("{} {} {}", &data[..10], &data[10..20], &data[20..]));
    sheet.rule(406.0);
    sheet.text(LEFT, 411.0, 6.0, "TWIN - NOT FOR CARRIAGE");
    sheet.text(112.0, 411.0, 6.0, if copy > 0 { "CONSIGNEE COPY" } else { "" });
    sheet.text(LEFT, 420.0, 6.0, if shipment.is_return() { "RETURN LABEL" } else { "" });
    sheet.text(176.0, 411.0, 6.0, "PRINTED BY A SIMULATOR");
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::rate::Charge;
    use super::super::shipment::Piece;
    use super::*;

    fn shipment(image: &str) -> Shipment {
        Shipment {
            created_ms: 0,
            ship_date: "2026-07-30".into(),
            account: "740561073".into(),
            service: "FEDEX_GROUND".into(),
            pieces: vec![Piece { tracking_number: "794980600023".into(), weight_clb: 1_250, ..Piece::default() }],
            charge: Charge::new("FEDEX_GROUND", "38118", "60601", &[1_250]),
            journey_ms: 1,
            request: json!({"requestedShipment": {
                "labelSpecification": {"imageType": image, "labelStockType": "PAPER_4X6"},
                "shipper": {"contact": {"companyName": "Twin Supply"}, "address": {"city": "Memphis"}},
                "recipients": [{"contact": {"personName": "Pat"}, "address": {"postalCode": "60601"}}],
                "requestedPackageLineItems": [{"customerReferences": [
                    {"customerReferenceType": "P_O_NUMBER", "value": "SO-00042"},
                    {"customerReferenceType": "INVOICE_NUMBER", "value": "INV-7"}]}],
            }}),
            ..Shipment::default()
        }
    }

    #[test]
    fn every_format_is_what_it_says() {
        let pdf = render(&shipment("PDF"), 0);
        assert!(pdf.starts_with(b"%PDF-"));
        assert!(pdf.windows(8).any(|text| text == b"SO-00042"));
        let zpl = String::from_utf8(render(&shipment("ZPLII"), 0)).unwrap();
        assert!(zpl.starts_with("^XA") && zpl.trim_end().ends_with("^XZ") && zpl.is_ascii());
        assert!(zpl.contains("7949 8060 0023") && zpl.contains("794980600023"));
        assert!(zpl.contains("SO-00042") && zpl.contains("INV-7"));
        assert!(render(&shipment("PNG"), 0).starts_with(b"\x89PNG"));
    }

    #[test]
    fn the_barcode_has_34_digits_and_ends_in_the_number() {
        let data = barcode(&shipment("PDF"), 0);
        assert_eq!(data.len(), 34);
        assert!(data.starts_with("96") && data.ends_with("00794980600023"));
        // Start, 17 pairs, check and stop: 19 symbols of 11 modules and one of 13.
        assert_eq!(modules(&data).len(), 19 * 11 + 13);
    }
}
