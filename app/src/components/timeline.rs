//! One timeline over everything: a lane each for Dynamics 365, the connector, FedEx, the printer, and
//! people where people did something.

use super::attempt_list::attempt_href;
use super::cause_group::side_name;
use super::element_id::element_id;
use super::icon::Icon;
use super::status_badge::{tone_glyph, tone_name};
use super::time_ago::TimeOfDay;
use crate::contract::{Moment, TimelineEntry};
use crate::time_words::duration;
use leptos::prelude::*;

/// The lanes that are always there.
const LANES: [&str; 4] = ["d365", "connector", "fedex", "printer"];
/// The lane of people; most orders go without one.
const PEOPLE: &str = "operator";
/// A pause worth a line of its own.
const LONG_PAUSE_MS: i64 = 30 * 60 * 1_000;
/// A hop worth its time.
const NOTABLE_HOP_MS: i64 = 1_000;

/// Everything that happened, oldest first.
#[component]
pub fn Timeline(
    /// The entries, oldest first.
    entries: Vec<TimelineEntry>,
) -> impl IntoView {
    let people = entries.iter().any(|entry| entry.lane == PEOPLE).then_some(PEOPLE);
    let lanes = LANES.len() + usize::from(people.is_some());
    let heads = LANES
        .into_iter()
        .chain(people)
        .map(|lane| view! { <span class="lane-head" data-lane=lane>{side_name(lane)}</span> })
        .collect_view();
    let rows = entries
        .iter()
        .enumerate()
        .map(|(at, entry)| {
            let earlier = &entries[..at];
            let (id, before) = (id_of(entry, earlier), earlier.last().map(|last| last.at.clone()));
            view! { <TimelineRow id before entry=entry.clone()/> }
        })
        .collect_view();
    view! {
        <div class="timeline" data-lanes=lanes.to_string()>
            <div class="lane-heads" aria-hidden="true">
                {heads}
            </div>
            <ol class="timeline-list">{rows}</ol>
        </div>
    }
}

/// An entry's lane and moment, and which of those alike it is.
fn id_of(entry: &TimelineEntry, earlier: &[TimelineEntry]) -> String {
    let alike = earlier.iter().filter(|one| one.at.ms == entry.at.ms && one.lane == entry.lane).count();
    element_id(&["entry", &entry.lane, &entry.at.ms.to_string(), &alike.to_string()])
}

/// One entry, and how long after the one before.
#[component]
fn TimelineRow(id: String, before: Option<Moment>, entry: TimelineEntry) -> impl IntoView {
    let day = day_of(&entry.at).to_owned();
    let new_day = before.as_ref().is_none_or(|before| day_of(before) != day);
    let hop_ms = before.map_or(0, |before| entry.at.ms - before.ms);
    let hop = (hop_ms >= NOTABLE_HOP_MS).then(|| format!("+{}", duration(hop_ms)));
    let after_pause = hop_ms >= LONG_PAUSE_MS;
    let attempt = entry.attempt_id.map(|attempt| {
        view! {
            <a class="attempt-link" href=attempt_href(&attempt) rel="external">
                "request and response"
            </a>
        }
    });
    let took = entry.took_ms.map(|ms| view! { <span class="took">{format!(" · took {}", duration(ms))}</span> });
    view! {
        <li
            class="timeline-row"
            id=id
            class:after-pause=after_pause
            data-lane=entry.lane.clone()
            data-tone=tone_name(entry.tone)
            data-testid="timeline-row"
        >
            {new_day.then(|| view! { <p class="timeline-day mono">{day}</p> })}
            <span class="timeline-time">
                <TimeOfDay at=entry.at/>
                {hop.map(|hop| view! { <span class="hop">{hop}</span> })}
            </span>
            <span class="timeline-rail" aria-hidden="true">
                <span class="timeline-dot">
                    <Icon glyph=tone_glyph(entry.tone)/>
                </span>
            </span>
            <div class="timeline-text">
                <p class="timeline-title">
                    <span class="sr-only">{side_name(&entry.lane)} ": "</span>
                    {entry.title}
                </p>
                <p class="timeline-detail">{entry.detail} " " {attempt} {took}</p>
            </div>
        </li>
    }
}

fn day_of(at: &Moment) -> &str {
    at.text.split(' ').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::id_of;
    use crate::contract::TimelineEntry;

    #[test]
    fn two_entries_of_one_moment_have_two_ids() {
        let entry = TimelineEntry { lane: "fedex".into(), ..TimelineEntry::default() };
        assert_eq!(id_of(&entry, &[]), "entry-fedex-0-0");
        assert_eq!(id_of(&entry, std::slice::from_ref(&entry)), "entry-fedex-0-1");
    }
}
