//! Filters that live in the URL: chips are links, fields are a GET form.

use super::icon::{Glyph, Icon};
use leptos::prelude::*;
use leptos_router::params::ParamsMap;

/// A link that sets one filter and keeps the others.
#[component]
pub fn FilterChip(
    /// What it shows.
    #[prop(into)]
    label: String,
    /// Where it leads.
    href: String,
    /// Whether it is in force.
    current: bool,
) -> impl IntoView {
    view! {
        <a
            class="filter-chip"
            href=href
            aria-current=current.then_some("true")
        >
            {label}
        </a>
    }
}

/// A filter in force that only a link could set, with a way to drop it.
#[component]
pub fn FilterPill(
    /// What it filters by.
    label: &'static str,
    /// Its value.
    value: String,
    /// The list without it.
    href: String,
) -> impl IntoView {
    view! {
        <a class="filter-pill" href=href title="Remove this filter">
            <span class="muted">{label}</span>
            <code>{value}</code>
            <Icon glyph=Glyph::Cross/>
            <span class="sr-only">"remove"</span>
        </a>
    }
}

/// The search box of a filter form.
#[component]
pub fn SearchBox(
    /// Its label, for screen readers.
    label: &'static str,
    /// Its name in the query.
    name: &'static str,
    /// What it searches.
    placeholder: &'static str,
    /// What is searched now.
    value: String,
) -> impl IntoView {
    view! {
        <div class="search">
            <Icon glyph=Glyph::Search/>
            <label class="sr-only" for=name>
                {label}
            </label>
            <input
                id=name
                type="search"
                name=name
                placeholder=placeholder
                value=value
                autocomplete="off"
                spellcheck="false"
            />
        </div>
    }
}

/// The value of a filter in the query; an empty field of a GET form is no filter.
pub fn filter_value(query: &ParamsMap, name: &str) -> Option<String> {
    query.get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// The list's address with one filter set or dropped, from its first page.
pub fn filter_href(path: &str, query: &ParamsMap, name: &'static str, value: Option<&str>) -> String {
    let mut kept = ParamsMap::new();
    for (key, text) in query.clone() {
        let leave_out = key == "after" || key == name || key.starts_with("__") || text.is_empty();
        if !leave_out {
            kept.insert(key, text);
        }
    }
    if let Some(value) = value {
        kept.insert(name, value.to_owned());
    }
    format!("{path}{}", kept.to_query_string())
}
