//! A label as a PNG of 800 by 1200 pixels, two hundred dots per inch, black on white.

use super::label::{HEIGHT, Mark, modules};
use super::label_font::{self, GLYPH_HEIGHT, GLYPH_WIDTH};

const WIDTH_PX: usize = 800;
const HEIGHT_PX: usize = 1_200;
/// Pixels per point.
const SCALE: f32 = 1_200.0 / HEIGHT;
/// Pixels per metre at 200 dpi.
const PIXELS_PER_METRE: u32 = 7_874;
/// Share of the font size that capital letters are high.
const CAPITALS: f32 = 0.72;

struct Canvas(Vec<bool>);

impl Canvas {
    fn fill(&mut self, x: usize, y: usize, w: usize, h: usize) {
        for row in y..(y + h).min(HEIGHT_PX) {
            for column in x..(x + w).min(WIDTH_PX) {
                self.0[row * WIDTH_PX + column] = true;
            }
        }
    }

    fn text(&mut self, x: usize, y: usize, dot: usize, bold: bool, text: &str) {
        let mut left = x;
        for letter in text.chars() {
            let glyph = label_font::glyph(letter);
            for (row, bits) in glyph.iter().enumerate() {
                for column in 0..GLYPH_WIDTH {
                    if bits >> (GLYPH_WIDTH - 1 - column) & 1 == 1 {
                        let w = if bold { dot + dot.div_ceil(3) } else { dot };
                        self.fill(left + column * dot, y + row * dot, w, dot);
                    }
                }
            }
            left += (GLYPH_WIDTH + 1) * dot;
        }
    }
}

/// Renders a label.
pub(super) fn render(marks: &[Mark]) -> Vec<u8> {
    let mut canvas = Canvas(vec![false; WIDTH_PX * HEIGHT_PX]);
    for mark in marks {
        match mark {
            Mark::Text { x, y, size, bold, text } => {
                let dot = (pixels(size * CAPITALS) + GLYPH_HEIGHT / 2) / GLYPH_HEIGHT;
                canvas.text(pixels(*x), pixels(*y), dot.max(1), *bold, text);
            }
            Mark::Bar { x, y, w, h } => {
                canvas.fill(pixels(*x), pixels(*y), pixels(*w).max(2), pixels(*h).max(2));
            }
            Mark::Barcode { x, y, w, h, data } => {
                let modules = modules(data);
                let module = (pixels(*w) / modules.len().max(1)).max(1);
                let spare = pixels(*w).saturating_sub(module * modules.len());
                for (at, black) in modules.iter().enumerate() {
                    if *black {
                        let left = pixels(*x) + spare / 2 + at * module;
                        canvas.fill(left, pixels(*y), module, pixels(*h));
                    }
                }
            }
        }
    }
    encode(&canvas)
}

fn encode(canvas: &Canvas) -> Vec<u8> {
    let packed: Vec<u8> =
        canvas.0.chunks(8).map(|pixels| pixels.iter().fold(0, |byte, black| byte << 1 | u8::from(!black))).collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(
        &mut bytes,
        u32::try_from(WIDTH_PX).expect("800 fits"),
        u32::try_from(HEIGHT_PX).expect("1200 fits"),
    );
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: PIXELS_PER_METRE,
        yppu: PIXELS_PER_METRE,
        unit: png::Unit::Meter,
    }));
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&packed));
    debug_assert!(written.is_ok(), "writing to memory cannot fail");
    bytes
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "all places on the sheet are positive and small"
)]
fn pixels(points: f32) -> usize {
    (points * SCALE).round() as usize
}
