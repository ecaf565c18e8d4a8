//! A moment as a distance: `3 min ago`; the full date on hover and for machines.

use super::clock::page_clock;
use crate::contract::Moment;
use crate::time_words::distance;
use leptos::prelude::*;

/// A relative time. The browser moves it on.
#[component]
pub fn TimeAgo(
    /// When.
    at: Moment,
) -> impl IntoView {
    let text = distance(at.ms - page_clock());
    view! {
        <time datetime=machine_time(&at) title=at.text.clone() data-at=at.ms.to_string()>
            {text}
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

/// `2026-11-22T18:56:53Z`, as `<time datetime>` wants it.
fn machine_time(at: &Moment) -> Option<String> {
    // A second is all a page shows.
    Some(jiff::Timestamp::from_second(at.ms.div_euclid(1_000)).ok()?.to_string())
}
