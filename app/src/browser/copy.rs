//! Copies what a button names in `data-copy`.

use super::{dom, toast};
use web_sys::MouseEvent;

/// Listens for clicks.
pub fn start() {
    dom::on("click", |event: MouseEvent| {
        let Some(button) = dom::closest(&event, "[data-copy]") else { return };
        let text = button.get_attribute("data-copy").unwrap_or_default();
        let what = button.get_attribute("data-copy-what").unwrap_or_else(|| "text".to_owned());
        wasm_bindgen_futures::spawn_local(async move {
            let written = dom::window().navigator().clipboard().write_text(&text);
            match wasm_bindgen_futures::JsFuture::from(written).await {
                Ok(_) => toast::show(&format!("Copied the {what}.")),
                Err(_) => toast::show("The browser did not allow copying; select the text instead."),
            }
        });
    });
}

/// Whether this browser offers a clipboard here: only on a secure origin.
pub fn offered() -> bool {
    let navigator = dom::window().navigator();
    js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|clipboard| clipboard.is_object())
}
