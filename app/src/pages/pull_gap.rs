//! What is confirmed in Dynamics 365 and not here, on the page of pulls.

use super::pull::when_done;
use crate::api::pull::{FindGaps, ImportOrder};
use crate::components::action_form::{Submit, problem_after};
use crate::components::icon::Glyph;
use crate::components::live::Live;
use crate::components::status_badge::StatusBadge;
use crate::components::time_ago::TimeAgo;
use crate::components::toast::use_toast;
use crate::contract::{GapRow, Pull};
use leptos::form::ActionForm;
use leptos::prelude::*;

/// The last comparison, and what it found.
#[component]
pub fn Gap(
    /// The page's data.
    live: Live<Pull>,
) -> impl IntoView {
    let gap = Memo::new(move |_| live.value.with(|pull| pull.gap.clone()));
    let may_act = live.value.with_untracked(|pull| pull.may_act);
    let action = ServerAction::<FindGaps>::new();
    when_done(action, live, "Dynamics 365 is being compared with what is here.");
    let rows = move || gap.get().rows.into_iter().map(|row| view! { <Missing row live/> }).collect_view();
    view! {
        <section class="card" id="gaps" aria-labelledby="gaps-title" data-testid="gaps">
            <h2 id="gaps-title">"Missing orders"</h2>
            <p>{move || view! { <StatusBadge status=gap.with(|gap| gap.status.clone())/> }}</p>
            <p>
                {move || gap.with(|gap| gap.sentence.clone())}
                {move || {
                    gap.with(|gap| gap.at.clone())
                        .map(|at| view! { <span class="muted small">" Compared " <TimeAgo at/> "."</span> })
                }}
            </p>
            <ol class="jobs">{rows}</ol>
            {may_act
                .then(|| {
                    view! {
                        <ActionForm action=action>
                            <Submit
                                label="Compare now"
                                busy_label="Asking…"
                                glyph=Glyph::Search
                                pending=action.pending()
                                problem=problem_after(action)
                                testid="find-gaps"
                            >
                                <span class="muted small">"It happens by itself once a day."</span>
                            </Submit>
                        </ActionForm>
                    }
                })}
        </section>
    }
    .into_any()
}

/// A confirmed order that is not here.
#[component]
fn Missing(row: GapRow, live: Live<Pull>) -> impl IntoView {
    let GapRow { status, company, number, delivery_mode, reason, may_import } = row;
    let named = number.clone();
    let mode = if delivery_mode.is_empty() { "no delivery mode".to_owned() } else { delivery_mode };
    view! {
        <li class="job" data-testid="gap" data-number=named.clone()>
            <p class="job-head">
                <span class="mono">{named.clone()}</span>
                <StatusBadge status/>
                <span class="muted small">{format!("{company} · {mode}")}</span>
            </p>
            <p>{reason}</p>
            {may_import.then(|| view! { <ImportForm company number live/> })}
        </li>
    }
    .into_any()
}

/// Imports one order that is named already.
#[component]
pub fn ImportForm(
    /// Its legal entity.
    company: String,
    /// Its number.
    number: String,
    /// The page's data.
    live: Live<Pull>,
) -> impl IntoView {
    let action = ServerAction::<ImportOrder>::new();
    let toast = use_toast();
    Effect::new(move |_| {
        if let Some(Ok(sentence)) = action.value().get() {
            toast.show(sentence);
            live.refresh();
        }
    });
    view! {
        <ActionForm action=action>
            <input type="hidden" name="company" value=company/>
            <input type="hidden" name="number" value=number/>
            <Submit
                label="Import now"
                busy_label="Importing…"
                glyph=Glyph::Download
                pending=action.pending()
                problem=problem_after(action)
                testid="import-one"
            />
        </ActionForm>
    }
    .into_any()
}
