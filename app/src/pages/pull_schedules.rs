//! What runs when, in sentences, and the switches that stop a part of it.

use crate::api::pauses::Pause;
use crate::components::action_form::{Submit, path_of};
use crate::components::ask::Ask;
use crate::components::field::Field;
use crate::components::icon::Glyph;
use crate::contract::FlowView;
use leptos::prelude::*;

/// The card.
#[component]
pub fn Schedules(
    /// What runs when.
    sentences: Vec<String>,
    /// What can be paused now.
    flows: Vec<FlowView>,
) -> impl IntoView {
    let sentences = sentences.into_iter().map(|sentence| view! { <li>{sentence}</li> }).collect_view();
    let flows = flows.into_iter().map(|flow| view! { <PauseForm flow/> }).collect_view();
    view! {
        <section class="card" aria-labelledby="schedules-title" data-testid="schedules">
            <h2 id="schedules-title">"What runs when"</h2>
            <ul class="sentences">{sentences}</ul>
            <div class="asks">{flows}</div>
        </section>
    }
    .into_any()
}

/// Stops one part of the flow.
#[component]
fn PauseForm(flow: FlowView) -> impl IntoView {
    let FlowView { flow, title, sentence } = flow;
    let (testid, confirm) = match flow.as_str() {
        "shipping" => ("pause-shipping", "pause-shipping-confirm"),
        "write_back" => ("pause-write-back", "pause-write-back-confirm"),
        _ => ("pause-pull", "pause-pull-confirm"),
    };
    let within = format!("pause-{flow}");
    view! {
        <Ask label=format!("Pause {title}") glyph=Glyph::Pause testid quiet=true>
            <p>{sentence}</p>
            <form method="post" action={path_of::<Pause>()}>
                <input type="hidden" name="flow" value=flow/>
                <Field
                    label="Why"
                    name="reason"
                    within
                    required=true
                    max_length=200
                    hint="Stands on every page until somebody resumes it"
                />
                <Submit label="Pause" busy_label="Pausing…" glyph=Glyph::Pause testid=confirm/>
            </form>
        </Ask>
    }
}
