//! Moves the focus to the heading of a page after a navigation inside the browser.
//!
//! A full page load does this by itself; the router only swaps the content, and a screen reader
//! would stay silent on a link that is gone.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use std::time::Duration;

/// Time for the new page to be in place.
const SETTLE: Duration = Duration::from_millis(60);

/// Watches the path. Query changes (filters, pages) leave the focus where it is.
#[component]
pub fn RouteAnnouncer() -> impl IntoView {
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        if before.is_some_and(|before| before != now) {
            set_timeout(focus_heading, SETTLE);
        }
        now
    });
}

/// Puts the focus on the page's heading, for example after the focused form has gone.
pub fn focus_heading() {
    #[cfg(feature = "hydrate")]
    {
        use leptos::wasm_bindgen::JsCast;
        let heading = document().query_selector("main h1").ok().flatten();
        if let Some(heading) = heading.and_then(|heading| heading.dyn_into::<leptos::web_sys::HtmlElement>().ok()) {
            // Only an element that cannot take the focus refuses it; the heading can.
            drop(heading.focus());
        }
    }
}
