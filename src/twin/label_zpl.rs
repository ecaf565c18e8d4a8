//! A label as ZPL II for a 203 dpi printer on four by six inch stock.

use std::fmt::Write as _;

use super::label::{HEIGHT, Mark, WIDTH};

/// Dots per point at 203 dpi.
const DOTS: f32 = 203.0 / 72.0;

/// Renders a label.
pub(super) fn render(marks: &[Mark]) -> Vec<u8> {
    let mut zpl = format!("^XA\n^CI0\n^PW{}\n^LL{}\n^LH0,0\n", dots(WIDTH), dots(HEIGHT));
    for mark in marks {
        // Writing to a string cannot fail.
        let _ = match mark {
            Mark::Text { x, y, size, text, .. } => {
                writeln!(zpl, "^FO{},{}^A0N,{},{}^FD{}^FS", dots(*x), dots(*y), dots(*size), dots(*size), field(text))
            }
            Mark::Bar { x, y, w, h } => {
                let (w, h) = (dots(*w).max(1), dots(*h).max(1));
                writeln!(zpl, "^FO{},{}^GB{w},{h},{}^FS", dots(*x), dots(*y), w.min(h))
            }
            Mark::Barcode { x, y, h, data, .. } => {
                writeln!(zpl, "^FO{},{}^BY3^BCN,{},N,N,N,A^FD{data}^FS", dots(*x), dots(*y), dots(*h))
            }
        };
    }
    zpl.push_str("^XZ\n");
    zpl.into_bytes()
}

/// Caret and tilde start commands; a label never needs them.
fn field(text: &str) -> String {
    text.replace(['^', '~'], " ")
}

#[expect(clippy::cast_possible_truncation, reason = "a sheet is about a thousand dots long")]
fn dots(points: f32) -> i32 {
    (points * DOTS).round() as i32
}
