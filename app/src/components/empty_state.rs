//! What a list shows when it has nothing to show: why, and what to do.

use super::icon::{Glyph, Icon};
use leptos::prelude::*;

/// An empty list, explained.
#[component]
pub fn EmptyState(
    /// A drawing.
    glyph: Glyph,
    /// Why it is empty, in a few words.
    #[prop(into)]
    title: String,
    /// A sentence and links.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="empty" data-testid="empty">
            <span class="empty-icon">
                <Icon glyph/>
            </span>
            <p class="empty-title">{title}</p>
            <div class="empty-text">{children()}</div>
        </div>
    }
}
