//! Labels and other papers as a PDF with the built-in Helvetica fonts.

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};

use super::label::{HEIGHT, Mark, WIDTH, modules};

const REGULAR: Name<'static> = Name(b"F1");
const BOLD: Name<'static> = Name(b"F2");
/// Share of the font size that lies above the baseline.
const ASCENT: f32 = 0.74;

/// Size of the page for a stock in points; the label lies in its upper left corner.
fn page_size(stock: &str) -> (f32, f32) {
    match stock {
        "PAPER_4X675" => (WIDTH, 486.0),
        "PAPER_4X8" => (WIDTH, 576.0),
        "PAPER_4X9" => (WIDTH, 648.0),
        "PAPER_LETTER" | "PAPER_85X11_TOP_HALF_LABEL" | "PAPER_85X11_BOTTOM_HALF_LABEL" => (612.0, 792.0),
        _ => (WIDTH, HEIGHT),
    }
}

/// Renders sheets of one stock, a page each.
pub(super) fn render(sheets: &[Vec<Mark>], stock: &str) -> Vec<u8> {
    let (catalog, pages, regular, bold) = (Ref::new(1), Ref::new(2), Ref::new(3), Ref::new(4));
    // Each page is followed by its content.
    let places: Vec<(Ref, Ref)> =
        (0..).map(|at| (Ref::new(5 + 2 * at), Ref::new(6 + 2 * at))).take(sheets.len()).collect();
    let (width, height) = page_size(stock);
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages);
    pdf.pages(pages)
        .kids(places.iter().map(|(page, _)| *page))
        .count(i32::try_from(places.len()).expect("a document has a few pages"));
    pdf.type1_font(regular).base_font(Name(b"Helvetica"));
    pdf.type1_font(bold).base_font(Name(b"Helvetica-Bold"));
    for (marks, (page, stream)) in sheets.iter().zip(places) {
        let mut leaf = pdf.page(page);
        leaf.media_box(Rect::new(0.0, 0.0, width, height));
        leaf.parent(pages);
        leaf.contents(stream);
        leaf.resources().fonts().pair(REGULAR, regular).pair(BOLD, bold);
        leaf.finish();
        let mut content = Content::new();
        for mark in marks {
            draw(&mut content, mark, height);
        }
        pdf.stream(stream, &content.finish());
    }
    pdf.finish()
}

fn draw(content: &mut Content, mark: &Mark, height: f32) {
    match mark {
        Mark::Text { x, y, size, bold, text } => {
            content.begin_text();
            content.set_font(if *bold { BOLD } else { REGULAR }, *size);
            content.next_line(*x, height - y - size * ASCENT);
            content.show(Str(text.as_bytes()));
            content.end_text();
        }
        Mark::Bar { x, y, w, h } => {
            content.rect(*x, height - y - h, *w, *h);
            content.fill_nonzero();
        }
        Mark::Barcode { x, y, w, h, data } => barcode(content, *x, height - y - h, (*w, *h), data),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a barcode has a few hundred modules")]
fn barcode(content: &mut Content, x: f32, bottom: f32, (w, h): (f32, f32), data: &str) {
    let modules = modules(data);
    let module = w / modules.len().max(1) as f32;
    let mut at = 0;
    for run in modules.chunk_by(|left, right| left == right) {
        if run[0] {
            content.rect(x + at as f32 * module, bottom, run.len() as f32 * module, h);
        }
        at += run.len();
    }
    content.fill_nonzero();
}
