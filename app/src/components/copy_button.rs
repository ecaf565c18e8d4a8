//! Copies a text. Shown only where the browser can do it: after hydration, on a secure origin.

use super::icon::{Glyph, Icon};
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
    view! {
        <button
            type="button"
            class="button icon-only quiet needs-clipboard"
            title=format!("Copy {what}")
            data-copy=text
            data-copy-what=what
        >
            <Icon glyph=Glyph::Copy/>
            <span class="sr-only">{format!("Copy {what}")}</span>
        </button>
    }
}
