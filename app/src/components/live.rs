//! What a page shows of being kept up to date: the switch that pauses it, and the button behind which
//! new rows wait while somebody is at the list. What they do is in `browser/live.rs`.

use super::icon::{Glyph, Icon};
use leptos::prelude::*;

/// Live or paused, and whether the last refresh failed. Shown once it can work.
#[component]
pub fn LiveSwitch() -> impl IntoView {
    view! {
        <button
            type="button"
            class="live-switch needs-js"
            data-testid="live-switch"
            data-live-switch=""
            data-own=""
            data-state="live"
            aria-pressed="false"
        >
            <span class="pulse" aria-hidden="true"></span>
            <span data-word="">"Live"</span>
            <span class="sr-only">": pause updates"</span>
            <span class="when-live">
                <Icon glyph=Glyph::Pause/>
            </span>
            <span class="when-paused">
                <Icon glyph=Glyph::Play/>
            </span>
        </button>
    }
}

/// Offers the rows that came while somebody was at the list.
#[component]
pub fn NewRows() -> impl IntoView {
    view! {
        <div class="new-rows" aria-live="polite" data-own="">
            <button type="button" class="button new-rows-button" data-testid="new-rows" data-new-rows="" hidden=true>
                <Icon glyph=Glyph::Replay/>
                <span data-count=""></span>
            </button>
        </div>
    }
}
