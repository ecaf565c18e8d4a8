//! Time left until a moment: `41 min`, then `0:42` in the last minutes.

use super::clock::page_clock;
use crate::time_words::left;
use leptos::prelude::*;

/// A countdown; at its end it shows `over`. The browser moves it on.
#[component]
pub fn Countdown(
    /// The end, in milliseconds since 1970.
    until_ms: i64,
    /// What to show once it is over.
    #[prop(default = "now")]
    over: &'static str,
) -> impl IntoView {
    let text = left(until_ms - page_clock(), over);
    // A timer that is read out every second would drown everything else.
    view! {
        <span class="countdown" role="timer" aria-live="off" data-until=until_ms.to_string() data-over=over>
            {text}
        </span>
    }
}
