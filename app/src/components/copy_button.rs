//! Copies a text. Shown only where the browser can do it: after hydration, on a secure origin.

use super::icon::{Glyph, Icon};
use super::toast::use_toast;
use leptos::prelude::*;

/// A small copy button.
#[component]
pub fn CopyButton(
    /// What is copied.
    #[prop(into)]
    text: String,
    /// What it is, for the button's name: `tracking number`.
    what: &'static str,
) -> impl IntoView {
    let toast = use_toast();
    let copy = move |_| {
        write_to_clipboard(&text);
        toast.show(format!("Copied the {what}."));
    };
    view! {
        <button
            type="button"
            class="button icon-only quiet needs-clipboard"
            title=format!("Copy {what}")
            on:click=copy
        >
            <Icon glyph=Glyph::Copy/>
            <span class="sr-only">{format!("Copy {what}")}</span>
        </button>
    }
}

/// Whether this browser offers a clipboard here.
#[cfg(feature = "hydrate")]
pub fn clipboard_offered() -> bool {
    clipboard().is_some()
}

#[cfg(feature = "hydrate")]
fn clipboard() -> Option<leptos::web_sys::js_sys::Object> {
    use leptos::wasm_bindgen::{JsCast, JsValue};
    use leptos::web_sys::js_sys::Reflect;
    let navigator = Reflect::get(&window(), &JsValue::from_str("navigator")).ok()?;
    Reflect::get(&navigator, &JsValue::from_str("clipboard")).ok()?.dyn_into().ok()
}

/// Through reflection: two property reads are cheaper than another binding crate.
#[cfg(feature = "hydrate")]
fn write_to_clipboard(text: &str) {
    use leptos::wasm_bindgen::{JsCast, JsValue};
    use leptos::web_sys::js_sys::{Function, Reflect};
    let Some(clipboard) = clipboard() else { return };
    let Ok(write) = Reflect::get(&clipboard, &JsValue::from_str("writeText")) else { return };
    if let Some(write) = write.dyn_ref::<Function>() {
        // A refusal (the tab lost focus) is rare, and the text is on the page to select.
        drop(write.call1(&clipboard, &JsValue::from_str(text)));
    }
}

#[cfg(not(feature = "hydrate"))]
fn write_to_clipboard(_text: &str) {}
