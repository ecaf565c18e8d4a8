//! Keeps a page's data fresh without a reload, and the switch that pauses it.
//!
//! The page renders from the first data; after hydration it is asked for again every few seconds
//! and written into a signal, so the page is patched in place: focus, open details and typed
//! text stay. A hidden tab asks for nothing. Old data stays when an answer fails.

use super::icon::{Glyph, Icon};
use crate::contract::Problem;
use leptos::prelude::*;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

/// Data that refreshes itself.
pub struct Live<T: Send + Sync + 'static> {
    /// The latest data.
    pub value: RwSignal<T>,
    /// Whether the switch is off.
    pub paused: RwSignal<bool>,
    /// Why the last refresh failed, until one succeeds.
    pub problem: RwSignal<Option<Problem>>,
    pulse: RwSignal<u32>,
}

impl<T: Send + Sync + 'static> Clone for Live<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Live<T> {}

impl<T: Send + Sync + 'static> Live<T> {
    /// Asks now, paused or not: after an action.
    pub fn refresh(&self) {
        self.pulse.update(|pulse| *pulse += 1);
    }
}

/// Starts from `first` and asks `load` again every `every` after hydration.
pub fn live<T, Load, Answer>(first: T, every: Duration, load: Load) -> Live<T>
where
    T: Send + Sync + 'static,
    Load: Fn() -> Answer + 'static,
    Answer: Future<Output = Result<T, Problem>> + 'static,
{
    let live = Live {
        value: RwSignal::new(first),
        paused: RwSignal::new(false),
        problem: RwSignal::new(None),
        pulse: RwSignal::new(0),
    };
    let asking = StoredValue::new(Asking::default());
    let ask = Rc::new(move || ask(live, asking, load()));
    Effect::new({
        let ask = Rc::clone(&ask);
        move |before: Option<()>| {
            live.pulse.track();
            if before.is_some() {
                ask();
            }
        }
    });
    Effect::new(move |_| {
        let ask = Rc::clone(&ask);
        let tick = move || {
            let busy = asking.try_with_value(|asking| asking.busy).unwrap_or(true);
            if !busy && live.paused.try_get_untracked() == Some(false) && !document().hidden() {
                ask();
            }
        };
        if let Ok(handle) = set_interval_with_handle(tick, every) {
            on_cleanup(move || handle.clear());
        }
    });
    live
}

/// Which question is the latest, and whether its answer is still to come.
#[derive(Default)]
struct Asking {
    latest: u32,
    busy: bool,
}

/// Asks once. An answer counts only while no later question was asked and the page is there.
fn ask<T: Send + Sync + 'static>(
    live: Live<T>,
    asking: StoredValue<Asking>,
    answer: impl Future<Output = Result<T, Problem>> + 'static,
) {
    let ticket = asking.try_update_value(|asking| {
        asking.latest = asking.latest.wrapping_add(1);
        asking.busy = true;
        asking.latest
    });
    leptos::task::spawn_local(async move {
        let answer = answer.await;
        let current = asking.try_update_value(|asking| {
            let current = Some(asking.latest) == ticket;
            asking.busy &= !current;
            current
        });
        if current != Some(true) {
            return;
        }
        match answer {
            Ok(value) => {
                live.value.try_set(value);
                live.problem.try_set(None);
            }
            Err(problem) => {
                live.problem.try_set(Some(problem));
            }
        }
    });
}

/// The switch: live or paused, and whether the last refresh failed. Shown once it can work.
#[component]
pub fn LiveSwitch(
    /// Whether refreshing is paused.
    paused: RwSignal<bool>,
    /// Why the last refresh failed.
    problem: RwSignal<Option<Problem>>,
) -> impl IntoView {
    let state = move || match (paused.get(), problem.with(Option::is_some)) {
        (true, _) => "paused",
        (false, true) => "stale",
        (false, false) => "live",
    };
    let word = move || match state() {
        "paused" => "Paused",
        "stale" => "Not refreshing",
        _ => "Live",
    };
    view! {
        <button
            type="button"
            class="live-switch needs-js"
            data-testid="live-switch"
            data-state=state
            title=move || problem.get().map(|problem| problem.to_string())
            on:click=move |_| paused.update(|paused| *paused = !*paused)
        >
            <span class="pulse" aria-hidden="true"></span>
            {word}
            <span class="sr-only">
                {move || if paused.get() { ": resume updates" } else { ": pause updates" }}
            </span>
            {move || {
                let glyph = if paused.get() { Glyph::Play } else { Glyph::Pause };
                view! { <Icon glyph/> }
            }}
        </button>
    }
}
