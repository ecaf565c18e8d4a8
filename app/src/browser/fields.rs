//! Counts what is typed into a field with a limit, and what is ticked in a list that is decided at once.

use super::dom;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlInputElement};

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
    dom::on("change", |event: Event| {
        let Some(tick) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return };
        if let Ok(Some(form)) = tick.closest("form[data-verb]") {
            show_ticked(&form);
        }
    });
}

/// The button says how many it is about.
fn show_ticked(form: &Element) {
    let count = |selector: &str| form.query_selector_all(selector).map_or(0, |found| found.length());
    let others = form.get_attribute("data-others").and_then(|others| others.parse::<u32>().ok()).unwrap_or(0);
    let others = if count("[data-tick-others]:checked") > 0 { others } else { 0 };
    let verb = form.get_attribute("data-verb").unwrap_or_default();
    if let Ok(Some(label)) = form.query_selector("[data-tick-label]") {
        label.set_text_content(Some(&format!("{verb} {}", count("[data-tick]:checked") + others)));
    }
}
