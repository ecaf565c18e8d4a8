//! What Dynamics 365 holds of an order: what was read back, when, and what is owed to it.

use crate::api::write_back::WriteAgain;
use crate::components::action_form::{Submit, path_of};
use crate::components::ask::Ask;
use crate::components::element_id::element_id;
use crate::components::field::Field;
use crate::components::icon::Glyph;
use crate::components::status_badge::StatusBadge;
use crate::components::time_ago::TimeAgo;
use crate::contract::{OrderDetail, OrderWriteBack};
use leptos::prelude::*;
use std::sync::Arc;

/// The card; nothing as long as nothing is owed to the order.
#[component]
pub fn OrderWriteBackCard(
    /// The order.
    order: Arc<OrderDetail>,
) -> impl IntoView {
    let held = order.write_back.clone();
    held.map(|held| {
        view! {
            <section class="card" aria-labelledby="write-back-title" data-testid="order-write-back">
                <h2 id="write-back-title">"In Dynamics 365"</h2>
                <Held held/>
                <Again company=order.company.clone() number=order.number.clone()/>
            </section>
        }
    })
}

/// State and proof.
#[component]
fn Held(held: OrderWriteBack) -> impl IntoView {
    let cause = held.cause.map(|cause| {
        view! {
            {cause.vendor_text.map(|text| view! { <p class="mono small">{text}</p> })}
            <p class="next-step">
                <span class="next-step-label">"Next step"</span>
                {cause.next_step}
            </p>
        }
    });
    let proof = held.proof.into_iter().map(|proof| {
        let id = element_id(&["held", &proof.property]);
        view! {
            <div id=id>
                <dt>{proof.property}</dt>
                <dd>
                    {if proof.value.is_empty() { "blank".to_owned() } else { proof.value }}
                    {proof.theirs.then(|| view! { <span class="muted small">" (somebody else's, left alone)"</span> })}
                </dd>
            </div>
        }
    });
    view! {
        <p><StatusBadge status=held.status/></p>
        <p>{held.sentence}</p>
        {cause}
        {held.next_run.map(|at| view! { <p class="muted small">"Tried next " <TimeAgo at/></p> })}
        <dl class="facts write-proof">{proof.collect_view()}</dl>
        {held.verified.map(|at| view! { <p class="muted small">"Read back " <TimeAgo at/></p> })}
    }
}

/// Writes the order again.
#[component]
fn Again(company: String, number: String) -> impl IntoView {
    view! {
        <Ask label="Write again" glyph=Glyph::Replay testid="write-again" quiet=true>
            <form method="post" action={path_of::<WriteAgain>()}>
                <input type="hidden" name="company" value=company/>
                <input type="hidden" name="number" value=number/>
                <Field label="Reason" name="reason" within="write-again" hint="Stands in the audit trail"/>
                <Submit
                    label="Write again"
                    busy_label="Asking…"
                    glyph=Glyph::Replay
                    testid="write-again-confirm"
                />
            </form>
        </Ask>
    }
    .into_any()
}
