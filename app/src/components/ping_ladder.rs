//! One ping as named checks: how each went, how long it took, what was seen, what to do.

use super::copy_button::CopyButton;
use super::element_id::element_id;
use super::icon::{Glyph, Icon};
use super::status_badge::StatusBadge;
use super::time_ago::TimeAgo;
use crate::contract::{Ladder, Rung, RungOutcome, Status, Tone};
use leptos::prelude::*;

/// A ping, top to bottom.
#[component]
pub fn PingLadder(
    /// The ping.
    ladder: Ladder,
) -> impl IntoView {
    let verdict = if ladder.passed {
        Status { code: "passed".into(), label: "All checks passed".into(), tone: Tone::Good }
    } else {
        Status { code: "failed".into(), label: "A check failed".into(), tone: Tone::Bad }
    };
    let rungs = ladder
        .rungs
        .into_iter()
        .enumerate()
        .map(|(at, rung)| {
            let id = element_id(&["rung", &ladder.system, &at.to_string()]);
            view! { <RungRow id rung/> }
        })
        .collect_view();
    view! {
        <div
            class="ladder"
            role="group"
            aria-label="Ping"
            data-testid=format!("ladder-{}", ladder.system)
            data-passed=ladder.passed.to_string()
        >
            <header class="ladder-head">
                <StatusBadge status=verdict/>
                <span class="muted">
                    <span class="mono">{format!("{} ms", ladder.duration_ms)}</span>
                    " · "
                    <TimeAgo at=ladder.at/>
                </span>
            </header>
            <ol class="rungs">{rungs}</ol>
        </div>
    }
}

/// One check.
#[component]
fn RungRow(id: String, rung: Rung) -> impl IntoView {
    let (name, glyph, word) = match rung.outcome {
        RungOutcome::Passed => ("passed", Glyph::Tick, "passed"),
        RungOutcome::Warned => ("warned", Glyph::Warning, "works, but look"),
        RungOutcome::Failed => ("failed", Glyph::Cross, "failed"),
        RungOutcome::Skipped => ("skipped", Glyph::Dash, "not tried"),
    };
    let problem = rung.problem.map(|problem| {
        view! {
            <p class="rung-problem">{problem.message}</p>
            <p class="rung-hint">{problem.hint}</p>
            <p class="problem-code">
                <code>{problem.code}</code>
            </p>
        }
    });
    view! {
        <li class="rung" id=id data-outcome=name data-testid="rung">
            <span class="rung-mark">
                <Icon glyph/>
                <span class="sr-only">{word}</span>
            </span>
            <div class="rung-text">
                <p class="rung-name">{rung.name}</p>
                {(!rung.evidence.is_empty())
                    .then(|| view! { <p class="rung-evidence">{rung.evidence}</p> })}
                {problem}
                {rung.for_colleague.map(|text| view! { <ForColleague text/> })}
            </div>
            <span class="rung-time mono">
                {rung.duration_ms.map_or_else(|| "–".into(), |ms| format!("{ms} ms"))}
            </span>
        </li>
    }
}

/// A text to send to whoever can mend it.
#[component]
fn ForColleague(text: String) -> impl IntoView {
    view! {
        <details class="colleague" data-testid="for-colleague">
            <summary>"Text for the colleague who can mend it"</summary>
            <div>
                <pre>{text.clone()}</pre>
                <CopyButton text what="text for your colleague"/>
            </div>
        </details>
    }
}
