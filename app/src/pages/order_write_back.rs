//! What Dynamics 365 holds of an order: what was read back, when, and what is owed to it.

use crate::api::write_back::WriteAgain;
use crate::components::action_form::{Submit, problem_after};
use crate::components::ask::Ask;
use crate::components::field::Field;
use crate::components::icon::Glyph;
use crate::components::live::Live;
use crate::components::status_badge::StatusBadge;
use crate::components::time_ago::TimeAgo;
use crate::components::toast::use_toast;
use crate::contract::{OrderDetail, OrderWriteBack};
use leptos::form::ActionForm;
use leptos::prelude::*;

/// The card; nothing as long as nothing is owed to the order.
#[component]
pub fn OrderWriteBackCard(
    /// The order.
    live: Live<OrderDetail>,
) -> impl IntoView {
    let held = Memo::new(move |_| live.value.with(|order| order.write_back.clone()));
    let is_there = Memo::new(move |_| held.with(Option::is_some));
    let name = live.value.with_untracked(|order| (order.company.clone(), order.number.clone()));
    move || {
        is_there.get().then(|| {
            let (company, number) = name.clone();
            view! {
                <section class="card" aria-labelledby="write-back-title" data-testid="order-write-back">
                    <h2 id="write-back-title">"In Dynamics 365"</h2>
                    {move || held.get().map(|held| view! { <Held held/> })}
                    <Again company number live/>
                </section>
            }
        })
    }
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
        view! {
            <div>
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
fn Again(company: String, number: String, live: Live<OrderDetail>) -> impl IntoView {
    let action = ServerAction::<WriteAgain>::new();
    let toast = use_toast();
    Effect::new(move |_| {
        if let Some(Ok(())) = action.value().get() {
            toast.show("It is written again.");
            live.refresh();
        }
    });
    view! {
        <Ask label="Write again" glyph=Glyph::Replay testid="write-again" quiet=true>
            <ActionForm action=action>
                <input type="hidden" name="company" value=company/>
                <input type="hidden" name="number" value=number/>
                <Field label="Reason" name="reason" within="write-again" hint="Stands in the audit trail"/>
                <Submit
                    label="Write again"
                    busy_label="Asking…"
                    glyph=Glyph::Replay
                    pending=action.pending()
                    problem=problem_after(action)
                    testid="write-again-confirm"
                />
            </ActionForm>
        </Ask>
    }
    .into_any()
}
