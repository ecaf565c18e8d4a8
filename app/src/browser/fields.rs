//! Counts what is typed into a field with a limit.

use super::dom;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

/// Listens for typing.
pub fn start() {
    dom::on("input", |event: Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return };
        let Some(length) =
            input.closest(".field").ok().flatten().and_then(|field| field.query_selector(".length").ok()?)
        else {
            return;
        };
        let Some(most) = length.get_attribute("data-most").and_then(|most| most.parse::<usize>().ok()) else { return };
        let typed = input.value().chars().count();
        length.set_text_content(Some(&format!("{typed} of {most}")));
        drop(length.class_list().toggle_with_force("over", typed > most));
    });
}
