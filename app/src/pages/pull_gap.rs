//! What is confirmed in Dynamics 365 and not here, on the page of pulls.

use crate::api::pull::{FindGaps, ImportOrder};
use crate::components::action_form::{Submit, path_of};
use crate::components::element_id::element_id;
use crate::components::icon::Glyph;
use crate::components::status_badge::StatusBadge;
use crate::components::time_ago::TimeAgo;
use crate::contract::{GapRow, GapView};
use leptos::prelude::*;

/// The last comparison, and what it found.
#[component]
pub fn Gap(
    /// What it found.
    gap: GapView,
    /// The operator may compare.
    may_act: bool,
) -> impl IntoView {
    let GapView { sentence, status, at, rows } = gap;
    let rows = rows.into_iter().map(|row| view! { <Missing row/> }).collect_view();
    view! {
        <section class="card" id="gaps" aria-labelledby="gaps-title" data-testid="gaps">
            <h2 id="gaps-title">"Missing orders"</h2>
            <p>
                <StatusBadge status/>
            </p>
            <p>
                {sentence}
                {at.map(|at| view! { <span class="muted small">" Compared " <TimeAgo at/> "."</span> })}
            </p>
            <ol class="jobs">{rows}</ol>
            {may_act
                .then(|| {
                    view! {
                        <form method="post" action={path_of::<FindGaps>()}>
                            <Submit
                                label="Compare now"
                                busy_label="Asking…"
                                glyph=Glyph::Search
                                testid="find-gaps"
                            >
                                <span class="muted small">"It happens by itself once a day."</span>
                            </Submit>
                        </form>
                    }
                })}
        </section>
    }
    .into_any()
}

/// A confirmed order that is not here.
#[component]
fn Missing(row: GapRow) -> impl IntoView {
    let GapRow { status, company, number, delivery_mode, reason, may_import } = row;
    let id = element_id(&["gap", &company, &number]);
    let named = number.clone();
    let mode = if delivery_mode.is_empty() { "no delivery mode".to_owned() } else { delivery_mode };
    view! {
        <li class="job" id=id data-testid="gap" data-number=named>
            <p class="job-head">
                <span class="mono">{number.clone()}</span>
                <StatusBadge status/>
                <span class="muted small">{format!("{company} · {mode}")}</span>
            </p>
            <p>{reason}</p>
            {may_import.then(|| view! { <ImportForm company number/> })}
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
) -> impl IntoView {
    view! {
        <form method="post" action={path_of::<ImportOrder>()}>
            <input type="hidden" name="company" value=company/>
            <input type="hidden" name="number" value=number/>
            <Submit label="Import now" busy_label="Importing…" glyph=Glyph::Download testid="import-one"/>
        </form>
    }
    .into_any()
}
