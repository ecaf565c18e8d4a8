//! Short confirmations: shown for a few seconds, and read out politely.

use super::dom;
use std::cell::Cell;
use wasm_bindgen_futures::spawn_local;

/// How long one is shown.
const SHOWN_FOR_MS: i32 = 6_000;

thread_local! {
    static COUNT: Cell<u32> = const { Cell::new(0) };
}

/// Takes away, after a while, what the page came with.
pub fn start() {
    fade();
}

/// Shows and announces a sentence.
pub fn show(text: &str) {
    if let Some(region) = dom::find(".toast") {
        region.set_text_content(Some(text));
        fade();
    }
}

/// Empties the region after a while, unless something newer is in it.
pub fn fade() {
    let mine = COUNT.get().wrapping_add(1);
    COUNT.set(mine);
    spawn_local(async move {
        dom::sleep(SHOWN_FOR_MS).await;
        if COUNT.get() == mine
            && let Some(region) = dom::find(".toast")
        {
            region.set_text_content(None);
        }
    });
}
