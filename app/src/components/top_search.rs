//! The search box in the bar of every page: a plain form, so Enter is all it takes.

use super::icon::{Glyph, Icon};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The search box; on a phone a link to the search page, which has a box of its own.
#[component]
pub fn TopSearch() -> impl IntoView {
    let location = use_location();
    // The search page shows what was looked for in its own box.
    let is_elsewhere = location.pathname.get_untracked() != "/search";
    view! {
        <a class="find-link button icon-only quiet" href="/search" title="Search">
            <Icon glyph=Glyph::Search/>
            <span class="sr-only">"Search"</span>
        </a>
        {is_elsewhere.then(|| view! { <FindForm id="find" value="" class="top-find"/> })}
    }
}

/// The form.
#[component]
pub fn FindForm(
    /// Id of its box.
    id: &'static str,
    /// What was looked for.
    #[prop(into)]
    value: String,
    /// Its style.
    class: &'static str,
    /// The page is for this: the focus starts here.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    view! {
        <form method="get" action="/search" class=format!("search {class}") role="search" aria-label="Everything">
            <Icon glyph=Glyph::Search/>
            <label class="sr-only" for=id>
                "Order, customer, tracking number, invoice or any other number"
            </label>
            <input
                id=id
                type="search"
                name="q"
                value=value
                placeholder="Where is my order?"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                enterkeyhint="search"
                maxlength="200"
                autofocus=autofocus
                data-find=""
            />
            <kbd class="needs-js" aria-hidden="true">"/"</kbd>
        </form>
    }
}
