//! A test label of our own, four by six inches: a frame at the very edge of the stock, so that a
//! wrong size shows, and who printed it. It carries no barcode, so nobody can ship it.

use crate::clock;
use crate::order::parcel::ImageType;
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};

/// `contentType` of its job.
pub const CONTENT_TYPE: &str = "TEST_LABEL";

/// Dots of a 203 dpi printer on four by six inches.
const DOTS: (u32, u32) = (812, 1_218);
/// Points of the same.
const POINTS: (f32, f32) = (288.0, 432.0);
/// Pixels of FedEx's PNG labels, 200 an inch.
const PIXELS: (u32, u32) = (800, 1_200);
/// Line of the frame, in dots and pixels.
const LINE: u32 = 4;

/// The test label in a format.
pub fn render(format: ImageType, printer: &str, at_ms: i64) -> Vec<u8> {
    let lines = ["ml-connector test label".to_owned(), plain(printer), clock::text(at_ms), "NOT FOR CARRIAGE".into()];
    match format {
        ImageType::Zplii => zpl(&lines),
        ImageType::Pdf => pdf(&lines),
        ImageType::Png => png(),
    }
}

/// What all formats can show, and no printer takes for a command.
fn plain(text: &str) -> String {
    let shown = |letter: char| letter.is_ascii_alphanumeric() || " -_.".contains(letter);
    text.chars().map(|letter| if shown(letter) { letter } else { '?' }).collect()
}

fn zpl(lines: &[String]) -> Vec<u8> {
    let (width, height) = DOTS;
    let row = |(row, line): (usize, &String)| format!("^FO60,{}^A0N,48,48^FD{line}^FS", 100 + row * 80);
    let rows: String = lines.iter().enumerate().map(row).collect();
    format!("^XA^PW{width}^LL{height}^FO0,0^GB{width},{height},{LINE}^FS{rows}^XZ").into_bytes()
}

fn pdf(lines: &[String]) -> Vec<u8> {
    let font_name = Name(b"F1");
    let (catalog, pages, page, font, stream) = (Ref::new(1), Ref::new(2), Ref::new(3), Ref::new(4), Ref::new(5));
    let (width, height) = POINTS;
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages);
    pdf.pages(pages).kids([page]).count(1);
    let mut leaf = pdf.page(page);
    leaf.media_box(Rect::new(0.0, 0.0, width, height));
    leaf.parent(pages);
    leaf.contents(stream);
    leaf.resources().fonts().pair(font_name, font);
    leaf.finish();
    pdf.type1_font(font).base_font(Name(b"Helvetica"));
    let mut content = Content::new();
    content.rect(1.0, 1.0, width - 2.0, height - 2.0).stroke();
    let mut baseline = height - 50.0;
    for line in lines {
        content.begin_text().set_font(font_name, 16.0).next_line(24.0, baseline).show(Str(line.as_bytes())).end_text();
        baseline -= 28.0;
    }
    pdf.stream(stream, &content.finish());
    pdf.finish()
}

/// The frame alone: a picture has no letters of its own.
fn png() -> Vec<u8> {
    let (width, height) = PIXELS;
    let edge = |at: u32, size: u32| at < LINE || at >= size - LINE;
    let shade = |x: u32, y: u32| if edge(x, width) || edge(y, height) { 0 } else { u8::MAX };
    let pixels: Vec<u8> = (0..height).flat_map(|y| (0..width).map(move |x| shade(x, y))).collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().expect("memory takes every byte");
    writer.write_image_data(&pixels).expect("there are exactly as many pixels as the header says");
    writer.finish().expect("memory takes every byte");
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_label_is_a_whole_file_of_its_format() {
        let zpl = String::from_utf8(render(ImageType::Zplii, "zebra ^XZ~JA", 0)).expect("ASCII");
        assert!(zpl.starts_with("^XA") && zpl.ends_with("^XZ"));
        assert_eq!(zpl.matches("^XZ").count(), 1, "a printer's name is no command: {zpl}");
        assert!(zpl.contains("zebra ?XZ?JA") && zpl.contains("1970-01-01") && zpl.is_ascii());
        let pdf = render(ImageType::Pdf, "office", 0);
        assert!(pdf.starts_with(b"%PDF-") && pdf.trim_ascii_end().ends_with(b"%%EOF"));
        let png = render(ImageType::Png, "office", 0);
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        assert_eq!(reader.next_frame(&mut pixels).expect("all pixels").width, 800);
    }
}
