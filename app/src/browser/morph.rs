//! Brings the page up to what the server answered, changing only what differs.
//!
//! Idiomorph does the work; this file says what must stay: what somebody typed, what they folded
//! open, islands, and in a table somebody is at, its rows.

use super::{clock, dom, toast};
use std::cell::Cell;
use wasm_bindgen::prelude::*;
use web_sys::{
    Document, DomParser, Element, HtmlInputElement, HtmlOptionElement, HtmlSelectElement, HtmlTextAreaElement, Node,
    SupportedType,
};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Idiomorph, js_name = morph, catch)]
    fn idiomorph(old: &Element, new: &Element, config: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_namespace = window, js_name = __hydrateIsland, catch)]
    fn hydrate_island(island: &Element, component: &str) -> Result<JsValue, JsValue>;
}

/// Scrolled further than this, somebody is reading.
const SCROLLED_PX: f64 = 240.0;

/// Why the page is changed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Something happened on the server; nobody here asked for anything.
    News,
    /// The operator did something and this is the answer.
    Answer,
}

thread_local! {
    static REASON: Cell<Reason> = const { Cell::new(Reason::Answer) };
    /// Rows that were held back.
    static HELD: Cell<u32> = const { Cell::new(0) };
    static CONFIG: JsValue = config();
}

/// Parses a page.
pub fn parse(html: &str) -> Option<Document> {
    DomParser::new().ok()?.parse_from_string(html, SupportedType::TextHtml).ok()
}

/// Changes the page into `page`; answers how many rows were held back.
pub fn apply(page: &Document, reason: Reason) -> u32 {
    let (Some(old), Some(new)) = (document_body(&dom::document()), document_body(page)) else { return 0 };
    REASON.set(reason);
    HELD.set(0);
    if CONFIG.with(|config| idiomorph(&old, &new, config)).is_err() {
        // Rather a whole new page than half of one.
        drop(dom::window().location().reload());
        return 0;
    }
    dom::document().set_title(&page.title());
    for island in dom::find_all("leptos-island:not([data-awake])") {
        wake(&island);
    }
    clock::read();
    if reason == Reason::Answer {
        toast::fade();
    }
    HELD.get()
}

/// Takes the browser's new `moveBefore` away, for which Idiomorph has a way around. Chromium 156 ends the
/// whole tab when a part of a form that has the focus is moved by it and taken out afterwards.
pub fn without_move_before() {
    for kind in ["Document", "DocumentFragment", "Element"] {
        let prototype = js_sys::Reflect::get(&dom::window(), &kind.into())
            .and_then(|kind| js_sys::Reflect::get(&kind, &"prototype".into()));
        if let Some(prototype) = prototype.ok().and_then(|prototype| prototype.dyn_into::<js_sys::Object>().ok()) {
            // Where the browser does not have it there is nothing to take.
            drop(js_sys::Reflect::delete_property(&prototype, &"moveBefore".into()));
        }
    }
}

/// Marks the islands of the first page: those were woken by the page's own script.
pub fn first_islands() {
    for island in dom::find_all("leptos-island") {
        dom::set(&island, "data-awake", "");
    }
}

fn wake(island: &Element) {
    dom::set(island, "data-awake", "");
    if let Some(component) = island.get_attribute("data-component") {
        drop(hydrate_island(island, &component));
    }
}

fn document_body(document: &Document) -> Option<Element> {
    document.query_selector("#app").ok().flatten()
}

/// What Idiomorph is told.
fn config() -> JsValue {
    let callbacks = js_sys::Object::new();
    let put = |name: &str, call: JsValue| drop(js_sys::Reflect::set(&callbacks, &name.into(), &call));
    put("beforeNodeMorphed", Closure::<dyn Fn(Node) -> bool>::new(|old| may_change(&old)).into_js_value());
    put("beforeNodeAdded", Closure::<dyn Fn(Node) -> bool>::new(|new| may_come(&new)).into_js_value());
    put("beforeNodeRemoved", Closure::<dyn Fn(Node) -> bool>::new(|old| may_go(&old)).into_js_value());
    let set = Closure::<dyn Fn(String, Element) -> bool>::new(|name: String, element| may_set(&name, &element));
    put("beforeAttributeUpdated", set.into_js_value());
    let config = js_sys::Object::new();
    drop(js_sys::Reflect::set(&config, &"morphStyle".into(), &"outerHTML".into()));
    drop(js_sys::Reflect::set(&config, &"callbacks".into(), &callbacks));
    config.into()
}

fn may_change(old: &Node) -> bool {
    let Some(old) = old.dyn_ref::<Element>() else { return true };
    if is_own(old) || was_typed_into(old) {
        return false;
    }
    let news = REASON.get() == Reason::News;
    !(news && (old.has_attribute("data-keep") || old.has_attribute("data-pending")))
}

fn may_come(new: &Node) -> bool {
    let held = REASON.get() == Reason::News && new.dyn_ref::<Element>().is_some_and(is_row) && somebody_is_at_rows();
    if held {
        HELD.set(HELD.get() + 1);
    }
    !held
}

fn may_go(old: &Node) -> bool {
    let Some(old) = old.dyn_ref::<Element>() else { return true };
    let news = REASON.get() == Reason::News;
    !(news && (old.has_attribute("data-keep") || is_row(old) && somebody_is_at_rows()))
}

/// What somebody folded open stays open, and what this program set stays set.
fn may_set(name: &str, element: &Element) -> bool {
    match name {
        "open" => !matches!(element.tag_name().as_str(), "DETAILS" | "DIALOG"),
        "data-awake" => false,
        _ => true,
    }
}

/// Whether the browser part alone decides what an element shows.
fn is_own(element: &Element) -> bool {
    element.tag_name() == "LEPTOS-ISLAND" || element.has_attribute("data-own")
}

fn is_row(element: &Element) -> bool {
    element.has_attribute("data-row")
}

/// Whether somebody reads, has the focus or a selection among rows: then none may come, go or move.
fn somebody_is_at_rows() -> bool {
    const AT_ROWS: &str = "[data-row]:focus-within, [data-row] details[open], [data-row] input[type=checkbox]:checked";
    let scrolled = dom::window().scroll_y().is_ok_and(|y| y > SCROLLED_PX);
    // Only where a button offers them later.
    dom::find("[data-new-rows]").is_some() && (scrolled || dom::find(AT_ROWS).is_some())
}

/// Whether a control holds something the server did not put there.
fn was_typed_into(element: &Element) -> bool {
    if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        return match input.type_().as_str() {
            "checkbox" | "radio" => input.checked() != input.default_checked(),
            "hidden" | "submit" | "button" => false,
            _ => input.value() != input.default_value(),
        };
    }
    if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
        return area.default_value().is_ok_and(|default| area.value() != default);
    }
    element.dyn_ref::<HtmlSelectElement>().is_some_and(|select| {
        let options = select.options();
        (0..options.length())
            .filter_map(|index| options.item(index)?.dyn_into::<HtmlOptionElement>().ok())
            .any(|option| option.selected() != option.default_selected())
    })
}
