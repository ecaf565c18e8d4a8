//! Time left until a moment: `41 min`, then `0:42` in the last minutes.

use super::clock::page_clock;
use leptos::prelude::*;

/// A countdown; at its end it shows `over`.
#[component]
pub fn Countdown(
    /// The end, in milliseconds since 1970.
    until_ms: i64,
    /// What to show once it is over.
    #[prop(default = "now")]
    over: &'static str,
) -> impl IntoView {
    let clock = page_clock();
    let text = Memo::new(move |_| left(until_ms - clock.get(), over));
    // A timer that is read out every second would drown everything else.
    view! { <span class="countdown" role="timer" aria-live="off">{move || text.get()}</span> }
}

fn left(left_ms: i64, over: &str) -> String {
    let seconds = left_ms / 1_000;
    match seconds {
        ..=0 => over.to_owned(),
        1..=599 => format!("{}:{:02}", seconds / 60, seconds % 60),
        600..=7_199 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::left;

    #[test]
    fn the_last_minutes_are_counted_in_seconds() {
        assert_eq!(left(42_000, "now"), "0:42");
        assert_eq!(left(599_000, "now"), "9:59");
        assert_eq!(left(2_460_000, "now"), "41 min");
        assert_eq!(left(-1, "now"), "now");
    }
}
