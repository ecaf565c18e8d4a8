//! Obeys the keys of `key_table.rs`. Never inside a field, and never does anything that buys, sends or
//! changes: a key moves the focus or opens a page.

use super::{copy, dom, toast};
use crate::key_table::{Deed, GO, deed};
use std::cell::Cell;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement, KeyboardEvent, MouseEvent};

/// The second of two keys comes within this, or the first is forgotten.
const TWO_KEYS_MS: i64 = 1_500;
/// Where it is remembered that somebody wants no single keys: speech and switch input press them by
/// mistake (WCAG 2.1.4).
const OFF: &str = "ml-keys-off";
/// The sheet's switch.
const SWITCH: &str = "[data-keys-switch]";
/// A row, and what in it takes the focus.
const ROW: &str = "[data-row]";
const IN_ROW: &str = ".row-link, a[href], summary, button";
/// What a page is for, the plainest first.
const MAIN_ACTIONS: [&str; 3] = ["main [data-main-action]", "main .button.primary", "main .ask > summary"];

thread_local! {
    static WENT_MS: Cell<i64> = const { Cell::new(0) };
}

/// Listens for keys, and for the switch that turns them off.
pub fn start() {
    dom::on("keydown", |event: KeyboardEvent| pressed(&event));
    dom::on("click", |event: MouseEvent| {
        if dom::closest(&event, SWITCH).is_some() {
            set_off(!is_off());
        }
    });
    show_switch();
}

fn pressed(event: &KeyboardEvent) {
    if event.default_prevented() || event.is_composing() || event.alt_key() {
        return;
    }
    if event.ctrl_key() || event.meta_key() {
        if event.key().eq_ignore_ascii_case("k") && !event.shift_key() {
            event.prevent_default();
            obey(Deed::Find);
        }
        return;
    }
    if is_off() || is_typing(event) {
        return;
    }
    let now_ms = dom::now_ms();
    let after_go = now_ms - WENT_MS.replace(0) <= TWO_KEYS_MS;
    if let Some(deed) = deed(after_go, &event.key()) {
        event.prevent_default();
        obey(deed);
    } else if event.key() == GO {
        WENT_MS.set(now_ms);
    }
}

/// Whether the key belongs to a field. A checkbox takes none but the space bar.
fn is_typing(event: &KeyboardEvent) -> bool {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return false };
    let is_box = target.dyn_ref::<HtmlInputElement>().is_some_and(|input| input.type_() == "checkbox");
    !is_box && target.closest("input, textarea, select, [contenteditable]").is_ok_and(|field| field.is_some())
}

fn obey(deed: Deed) {
    match deed {
        Deed::Find => find(),
        // The button is there for the mouse, and opens and closes.
        Deed::Sheet => click("[popovertarget=keys]"),
        Deed::Go(page) => drop(dom::window().location().assign(page)),
        Deed::NextRow => move_by(1),
        Deed::PreviousRow => move_by(-1),
        Deed::OpenRow => {
            if let Some(link) = row_at_focus().and_then(|row| first_in(&row)) {
                link.click();
            }
        }
        Deed::MainAction => main_action(),
        Deed::CopySentence if copy::offered() => click("[data-copy-key]"),
        Deed::CopySentence => {
            if dom::find("[data-copy-key]").is_some() {
                toast::show("The browser copies only over HTTPS; select the text instead.");
            }
        }
        Deed::Pause => click("[data-live-switch]"),
    }
}

/// The page's own search box before the bar's; on a phone there is only the search page.
fn find() {
    let boxes = dom::find_all("[data-find]").into_iter().filter(is_shown);
    match boxes.filter_map(|found| found.dyn_into::<HtmlInputElement>().ok()).last() {
        Some(input) => {
            dom::focus(&input);
            input.select();
        }
        None => click(".find-link"),
    }
}

fn click(selector: &str) {
    if let Some(element) = dom::find(selector).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        element.click();
    }
}

/// Moves the focus over the rows; from outside to the first or the last.
fn move_by(step: isize) {
    let rows: Vec<Element> = dom::find_all(ROW).into_iter().filter(is_shown).collect();
    let here = row_at_focus().and_then(|row| rows.iter().position(|one| *one == row));
    let there = match (here, step) {
        (Some(at), step) => at.saturating_add_signed(step).min(rows.len().saturating_sub(1)),
        (None, 1) => 0,
        (None, _) => rows.len().saturating_sub(1),
    };
    if let Some(link) = rows.get(there).and_then(first_in) {
        dom::focus(&link);
    }
}

fn row_at_focus() -> Option<Element> {
    dom::document().active_element()?.closest(ROW).ok()?
}

fn first_in(row: &Element) -> Option<HtmlElement> {
    row.query_selector(IN_ROW).ok()??.dyn_into().ok()
}

fn main_action() {
    let found = MAIN_ACTIONS.iter().find_map(|selector| dom::find_all(selector).into_iter().find(is_shown));
    if let Some(action) = found {
        dom::focus(&action);
    }
}

/// Folded away and hidden things take no focus.
fn is_shown(element: &Element) -> bool {
    element.get_client_rects().length() > 0
}

fn is_off() -> bool {
    let store = dom::window().local_storage().ok().flatten();
    store.and_then(|store| store.get_item(OFF).ok().flatten()).is_some()
}

fn set_off(off: bool) {
    let Ok(Some(store)) = dom::window().local_storage() else { return };
    // A full store only forgets the switch at the next page.
    drop(if off { store.set_item(OFF, "1") } else { store.remove_item(OFF) });
    show_switch();
}

fn show_switch() {
    let Some(switch) = dom::find(SWITCH) else { return };
    let (pressed, words) = if is_off() { ("false", "Single keys are off") } else { ("true", "Single keys are on") };
    dom::set(&switch, "aria-pressed", pressed);
    switch.set_text_content(Some(words));
}
