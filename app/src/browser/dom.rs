//! The few things everybody here asks of the document.

use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, Event, HtmlElement, Window};

/// The window. A page without one does not run this program.
pub fn window() -> Window {
    web_sys::window().expect("a page has a window")
}

/// The document.
pub fn document() -> Document {
    window().document().expect("a window has a document")
}

/// The first element that matches.
pub fn find(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok().flatten()
}

/// All elements that match.
pub fn find_all(selector: &str) -> Vec<Element> {
    let Ok(list) = document().query_selector_all(selector) else { return Vec::new() };
    (0..list.length()).filter_map(|index| list.item(index)?.dyn_into().ok()).collect()
}

/// Sets an attribute of the document itself.
pub fn mark(name: &str) {
    if let Some(root) = document().document_element() {
        set(&root, name, "");
    }
}

/// Sets an attribute.
pub fn set(element: &Element, name: &str, value: &str) {
    // Only an invalid name is refused, and names are written in this program.
    drop(element.set_attribute(name, value));
}

/// Removes an attribute.
pub fn unset(element: &Element, name: &str) {
    drop(element.remove_attribute(name));
}

/// Puts the focus on an element without moving the page.
pub fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        drop(element.focus());
    }
}

/// Listens to all events of a kind, wherever they happen.
pub fn on<E: JsCast + 'static>(kind: &str, react: impl Fn(E) + 'static) {
    let listener = Closure::<dyn Fn(Event)>::new(move |event: Event| {
        if let Ok(event) = event.dyn_into::<E>() {
            react(event);
        }
    });
    // The document takes every listener; it lives as long as the page.
    drop(document().add_event_listener_with_callback(kind, listener.into_js_value().unchecked_ref()));
}

/// Runs something again and again.
pub fn every(milliseconds: i32, run: impl Fn() + 'static) {
    let tick = Closure::<dyn Fn()>::new(run).into_js_value();
    drop(window().set_interval_with_callback_and_timeout_and_arguments_0(tick.unchecked_ref(), milliseconds));
}

/// Waits.
pub async fn sleep(milliseconds: i32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        drop(window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds));
    });
    drop(wasm_bindgen_futures::JsFuture::from(promise).await);
}

/// What was clicked, or something around it.
pub fn closest(event: &Event, selector: &str) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok()?
}

/// The browser's clock, milliseconds since 1970.
#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit for ages")]
pub fn now_ms() -> i64 {
    js_sys::Date::now() as i64
}
