//! An action that asks before it is done: a button that unfolds its form, with what will happen.
//!
//! A `details` element, so the second step is there without JavaScript too.

use super::icon::{Glyph, Icon};
use leptos::prelude::*;

/// A folded form behind a button.
#[component]
pub fn Ask(
    /// The verb on the button.
    #[prop(into)]
    label: String,
    /// A drawing.
    glyph: Glyph,
    /// For tests.
    testid: &'static str,
    /// Unfolded from the start, for a form that was refused without JavaScript.
    #[prop(optional)]
    open: bool,
    /// It cannot be undone.
    #[prop(optional)]
    grave: bool,
    /// A button without a frame, for rows.
    #[prop(optional)]
    quiet: bool,
    /// The form.
    children: Children,
) -> impl IntoView {
    view! {
        <details class="ask" class:grave=grave open=open data-testid=testid>
            <summary class="button" class:quiet=quiet>
                <Icon glyph/>
                {label}
            </summary>
            <div class="ask-panel">{children()}</div>
        </details>
    }
    .into_any()
}
