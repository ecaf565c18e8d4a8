//! Counts what is typed into a field with a limit, and what is ticked in a list that is decided at once.

use super::dom;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlFormElement, HtmlInputElement};

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
        // Boxes stand in the rows of a list, outside the form they belong to.
        if let Some(form) = tick.form() {
            show_ticked(&form);
        }
    });
}

/// The button of a form that decides about many says how many that is.
pub fn show_ticked(form: &HtmlFormElement) {
    let (Some(verb), Ok(Some(label))) = (form.get_attribute("data-verb"), form.query_selector("[data-tick-label]"))
    else {
        return;
    };
    let controls = form.elements();
    let checked: Vec<Element> = (0..controls.length())
        .filter_map(|index| controls.item(index))
        .filter(|control| control.matches(":checked").unwrap_or(false))
        .collect();
    let ticked = checked.iter().filter(|control| control.has_attribute("data-tick")).count();
    let others = || form.get_attribute("data-others").and_then(|others| others.parse::<usize>().ok()).unwrap_or(0);
    let others = if checked.iter().any(|control| control.has_attribute("data-tick-others")) { others() } else { 0 };
    let all = checked.iter().find_map(|control| control.get_attribute("data-tick-all"));
    label.set_text_content(Some(&all.unwrap_or_else(|| format!("{verb} {}", ticked + others))));
}
