//! Brings the chosen one of a row of chips into view, where the row scrolls sideways.

use super::dom;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// What is seen of the chip before the chosen one, in pixels: there is more on that side.
const BEFORE_PX: i32 = 48;

/// Once, when the page is there: a row may be scrolled by hand from then on.
pub fn start() {
    for chip in dom::find_all(".filter-chips [aria-current]") {
        let Ok(chip) = chip.dyn_into::<HtmlElement>() else { continue };
        let Some(row) = chip.parent_element().and_then(|row| row.dyn_into::<HtmlElement>().ok()) else { continue };
        // Both are measured from the same edge.
        row.set_scroll_left(chip.offset_left() - row.offset_left() - BEFORE_PX);
    }
}
