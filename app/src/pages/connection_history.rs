//! The earlier climbs of a connection's ladder, and a new secret that failed its test.

use crate::api::connections::SaveAnyway;
use crate::components::action_form::{Submit, path_of};
use crate::components::ask::Ask;
use crate::components::element_id::element_id;
use crate::components::icon::{Glyph, Icon};
use crate::components::ping_ladder::PingLadder;
use crate::components::time_ago::TimeAgo;
use crate::contract::{LadderRow, RefusedSave, RungOutcome};
use leptos::prelude::*;

/// The climbs of the last days as a table: a mark a rung, and the first fault.
#[component]
pub fn LadderHistory(
    /// `d365` or `fedex`.
    system: &'static str,
    /// Newest first.
    history: Vec<LadderRow>,
) -> impl IntoView {
    let count = history.len();
    let failed = history.iter().filter(|row| !row.ladder.passed).count();
    let summary = match (count, failed) {
        (0, _) => return None,
        (1, 0) => "The last check: all passed".to_owned(),
        (1, _) => "The last check: failed".to_owned(),
        (_, 0) => format!("The last {count} checks: all passed"),
        (_, failed) => format!("The last {count} checks: {failed} failed"),
    };
    let rows = history.into_iter().map(|row| view! { <Climb row/> }).collect_view();
    Some(view! {
        <details class="document" id=format!("history-{system}") data-testid=format!("history-{system}")>
            <summary>{summary}</summary>
            <div class="table-frame">
                <table class="ladder-history">
                    <caption class="sr-only">"Earlier checks, newest first"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"When"</th>
                            <th scope="col">"By"</th>
                            <th scope="col">"Checks"</th>
                            <th scope="col">"First fault"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    })
}

/// One climb.
#[component]
fn Climb(row: LadderRow) -> impl IntoView {
    let LadderRow { ping_id, by, fault, ladder } = row;
    let marks = ladder
        .rungs
        .iter()
        .map(|rung| {
            let (name, glyph, word) = match rung.outcome {
                RungOutcome::Passed => ("passed", Glyph::Tick, "passed"),
                RungOutcome::Warned => ("warned", Glyph::Warning, "works, but look"),
                RungOutcome::Failed => ("failed", Glyph::Cross, "failed"),
                RungOutcome::Skipped => ("skipped", Glyph::Dash, "not tried"),
            };
            let told = format!("{}: {word}", rung.name);
            let title = told.clone();
            view! {
                <span class="rung-dot" data-outcome=name title=title>
                    <Icon glyph/>
                    <span class="sr-only">{told} ". "</span>
                </span>
            }
        })
        .collect_view();
    view! {
        <tr id=element_id(&["climb", &ping_id]) data-testid="climb">
            <th scope="row" class="tabular">
                <TimeAgo at=ladder.at/>
            </th>
            <td>{if by == "engine" { "hourly".to_owned() } else { by }}</td>
            <td>
                <span class="rung-dots">{marks}</span>
            </td>
            <td>{fault.unwrap_or_else(|| "none".to_owned())}</td>
        </tr>
    }
}

/// A secret that is not in force: its test, and saving it anyway.
#[component]
pub fn RefusedSecret(
    /// `d365` or `fedex`.
    system: &'static str,
    /// What was refused.
    refused: RefusedSave,
) -> impl IntoView {
    let RefusedSave { ladder, by, until, risk } = refused;
    view! {
        <section class="refused-save" id=format!("refused-{system}") data-tone="warning" data-testid=format!("refused-{system}")>
            <p>
                <strong>"A new secret failed its test and is not in force."</strong>
                {format!(" {by} entered it; it is kept until {}.", until.text)}
            </p>
            <PingLadder ladder/>
            <Ask label="Save anyway" glyph=Glyph::Warning testid="save-anyway" grave=true>
                <p>{risk}</p>
                <form method="post" action={path_of::<SaveAnyway>()}>
                    <input type="hidden" name="system" value=system/>
                    <Submit
                        label="Replace the old secret"
                        busy_label="Saving and pinging…"
                        glyph=Glyph::Key
                        testid="save-anyway-confirm"
                    />
                </form>
            </Ask>
        </section>
    }
}
