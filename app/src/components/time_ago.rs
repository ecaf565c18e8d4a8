//! A moment as a distance: `3 min ago`; the full date on hover and for machines.

use super::clock::page_clock;
use crate::contract::Moment;
use leptos::prelude::*;

/// A relative time that keeps moving after hydration.
#[component]
pub fn TimeAgo(
    /// When.
    at: Moment,
) -> impl IntoView {
    let clock = page_clock();
    let at_ms = at.ms;
    let text = Memo::new(move |_| distance(at_ms - clock.get()));
    view! {
        <time datetime=machine_time(&at) title=at.text.clone()>
            {move || text.get()}
        </time>
    }
}

/// A moment as its time of day, `18:56:53`; the full date on hover and for machines.
#[component]
pub fn TimeOfDay(
    /// When.
    at: Moment,
) -> impl IntoView {
    let clock: String = at.text.split(' ').nth(1).unwrap_or(&at.text).to_owned();
    view! { <time class="mono" datetime=machine_time(&at) title=at.text.clone()>{clock}</time> }
}

/// `2026-11-22 18:56:53 UTC` in the form that `<time datetime>` wants.
fn machine_time(at: &Moment) -> String {
    at.text.replacen(' ', "T", 1).replace(" UTC", "Z")
}

/// A distance from now for people: past is negative.
pub fn distance(delta_ms: i64) -> String {
    let length = duration(delta_ms.abs());
    match delta_ms {
        -4_999..=4_999 => "just now".into(),
        ..=-5_000 => format!("{length} ago"),
        5_000.. => format!("in {length}"),
    }
}

/// A length of time in its largest whole unit.
pub fn duration(length_ms: i64) -> String {
    let seconds = length_ms / 1_000;
    match seconds {
        ..=0 => format!("{length_ms} ms"),
        1..=59 => format!("{seconds} s"),
        60..=3_599 => format!("{} min", seconds / 60),
        3_600..=172_799 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::{distance, duration};

    #[test]
    fn a_distance_names_its_direction() {
        assert_eq!(distance(-200), "just now");
        assert_eq!(distance(-65_000), "1 min ago");
        assert_eq!(distance(40_000), "in 40 s");
    }

    #[test]
    fn a_duration_uses_the_largest_whole_unit() {
        assert_eq!(duration(96), "96 ms");
        assert_eq!(duration(59_999), "59 s");
        assert_eq!(duration(7_200_000), "2 h");
        assert_eq!(duration(259_200_000), "3 days");
    }
}
