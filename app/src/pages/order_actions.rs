//! What an operator can do with a shipment: first what helps now, then everything else, and why
//! something is not possible.

use super::order_correction::CorrectionForm;
use super::order_label::{BuyAgainAsk, Changes, ReturnAsk, VoidAsk};
use super::order_trials::TrialLinks;
use crate::api::orders::{LookUp, Replay};
use crate::components::action_form::{Submit, path_of, refusal_of};
use crate::components::countdown::Countdown;
use crate::components::element_id::element_id;
use crate::components::field::Field;
use crate::components::icon::{Glyph, Icon};
use crate::components::status_badge::{tone_glyph, tone_name};
use crate::contract::{ActionKind, CauseView, ShipmentDetail, Tone};
use leptos::prelude::*;
use std::sync::Arc;

/// The cause, and the actions that are allowed.
#[component]
pub fn ShipmentActions(
    /// The shipment.
    shipment: Arc<ShipmentDetail>,
    /// Its sentence stands above already.
    said: bool,
) -> impl IntoView {
    let may = |kind| is_allowed(&shipment, kind);
    let same = || Arc::clone(&shipment);
    let tone = shipment.status.tone;
    let can_correct = may(ActionKind::Correct) && shipment.correction.is_some();
    let next_run = shipment.next_run.clone().map(|at| {
        view! {
            <span class="muted">
                " Next step in " <Countdown until_ms=at.ms over="a moment"/> "."
            </span>
        }
    });
    let sentence = (!said).then(|| shipment.sentence.clone());
    let anything = sentence.is_some() || next_run.is_some();
    let sentence = anything.then(|| {
        view! {
            <p class="situation-sentence">
                <Icon glyph=tone_glyph(tone)/>
                <span>{sentence} {next_run}</span>
            </p>
        }
    });
    view! {
        <section class="card situation" data-tone=tone_name(tone)>
            {sentence}
            {shipment.cause.clone().map(|cause| view! { <CauseCard cause tone/> })}
            {(!shipment.changes.is_empty()).then(|| view! { <Changes shipment=same()/> })}
            {may(ActionKind::LookUp).then(|| view! { <LookUpForm shipment=same()/> })}
            {may(ActionKind::BuyAgain).then(|| view! { <BuyAgainAsk shipment=same()/> })}
            {can_correct.then(|| view! { <CorrectionForm shipment=same()/> })}
            {may(ActionKind::Replay)
                .then(|| view! { <ReplayForm shipment=same() unchanged=can_correct/> })}
            <More shipment=same()/>
        </section>
    }
    .into_any()
}

/// Everything else that can be done, and what cannot.
#[component]
fn More(shipment: Arc<ShipmentDetail>) -> impl IntoView {
    let same = || Arc::clone(&shipment);
    // Voiding stands beside what changed, when something did.
    let here = |kind| is_allowed(&shipment, kind) && shipment.changes.is_empty();
    let (can_reship, can_void) = (here(ActionKind::Reship), here(ActionKind::Void));
    let can_return = is_allowed(&shipment, ActionKind::ReturnLabel);
    let asks = (can_reship || can_void || can_return).then(|| {
        view! {
            <div class="more-group asks">
                {can_reship.then(|| view! { <VoidAsk shipment=same() reship=true/> })}
                {can_void.then(|| view! { <VoidAsk shipment=same() reship=false/> })}
                {can_return.then(|| view! { <ReturnAsk shipment=same()/> })}
            </div>
        }
    });
    view! {
        <details class="more more-actions" data-testid="more">
            <summary>"More"</summary>
            <TrialLinks shipment=same()/>
            {asks}
            <Refusals shipment=same()/>
        </details>
    }
    .into_any()
}

/// Whether an action is allowed.
pub fn is_allowed(shipment: &ShipmentDetail, kind: ActionKind) -> bool {
    shipment.actions.iter().any(|action| action.kind == kind && action.refused.is_none())
}

/// Why it stopped, what to do, and what the vendor said.
#[component]
pub fn CauseCard(
    /// The cause.
    cause: CauseView,
    /// Its reading.
    tone: Tone,
) -> impl IntoView {
    let vendor = cause.vendor_text.map(|text| {
        let whose = match cause.code.split('.').next() {
            Some("fedex") => "FedEx's words",
            Some("d365") => "Dynamics 365's words",
            Some("auth") => "The vendor's words",
            // Found by us: the value that is at fault.
            _ => "What was seen",
        };
        view! {
            <figure class="vendor-text">
                <figcaption>{whose}</figcaption>
                <blockquote>{text}</blockquote>
            </figure>
        }
    });
    view! {
        <div class="cause-card" data-tone=tone_name(tone) data-testid="cause" data-code=cause.code.clone()>
            <h2>{cause.title}</h2>
            <p>{cause.sentence}</p>
            <p class="next-step">
                <span class="next-step-label">"Next step"</span>
                {cause.next_step}
            </p>
            {vendor}
            {cause
                .code
                .starts_with("rules.")
                .then(|| {
                    view! {
                        <p>
                            <a class="button" href="/rules">
                                <Icon glyph=Glyph::Rules/>
                                "Open the rules"
                            </a>
                        </p>
                    }
                })}
            <p class="problem-code">
                <code>{cause.code.clone()}</code>
            </p>
        </div>
    }
    .into_any()
}

/// The two hidden fields that say which shipment, in which version.
#[component]
pub fn Target(
    /// The shipment.
    shipment: Arc<ShipmentDetail>,
) -> impl IntoView {
    view! {
        <input type="hidden" name="shipment_id" value=shipment.shipment_id.clone()/>
        <input type="hidden" name="version" value=shipment.version.to_string()/>
    }
}

/// Runs the failed step again; the lesser choice where values can be corrected.
#[component]
fn ReplayForm(shipment: Arc<ShipmentDetail>, unchanged: bool) -> impl IntoView {
    let within = format!("replay-{}", shipment.shipment_id);
    view! {
        <div class="action" data-testid="replay-form">
            <form method="post" action={path_of::<Replay>()} class="inline-form">
                <Target shipment/>
                <Field
                    label="Reason"
                    name="reason"
                    within=within
                    value="Checked; try the step again"
                    hint="Stands in the audit trail with your name."
                />
                <Submit
                    label=if unchanged { "Replay unchanged" } else { "Replay" }
                    busy_label="Replaying…"
                    glyph=Glyph::Replay
                    problem={refusal_of::<Replay>()}
                    testid="replay"
                    primary=!unchanged
                />
            </form>
        </div>
    }
    .into_any()
}

/// Asks FedEx whether the parcel exists: the only right thing after an unknown outcome.
#[component]
fn LookUpForm(shipment: Arc<ShipmentDetail>) -> impl IntoView {
    view! {
        <div class="action" data-testid="look-up-form">
            <form method="post" action={path_of::<LookUp>()}>
                <Target shipment/>
                <Submit
                    label="Look it up"
                    busy_label="Asking FedEx…"
                    glyph=Glyph::Search
                    problem={refusal_of::<LookUp>()}
                    testid="look-up"
                    primary=true
                >
                    <span class="muted small">
                        "Asks FedEx by our reference. Nothing is bought."
                    </span>
                </Submit>
            </form>
        </div>
    }
    .into_any()
}

/// What is not possible now, and why.
#[component]
fn Refusals(shipment: Arc<ShipmentDetail>) -> impl IntoView {
    let refused =
        shipment.actions.iter().filter_map(|action| Some((action_name(action.kind), action.refused.clone()?)));
    let rows: Vec<_> = refused
        .map(|(name, why)| {
            let id = element_id(&["refused", &shipment.shipment_id, name]);
            view! { <div id=id><dt>{name}</dt><dd>{why}</dd></div> }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <div class="more-group">
                <h3>"Not possible now"</h3>
                <dl class="refusals" data-testid="refusals">
                    {rows}
                </dl>
            </div>
        }
    })
}

fn action_name(kind: ActionKind) -> &'static str {
    match kind {
        ActionKind::Replay => "Replay",
        ActionKind::Correct => "Correct",
        ActionKind::LookUp => "Look it up",
        ActionKind::BuyAgain => "Buy again",
        ActionKind::DryRun => "Dry run",
        ActionKind::Quote => "Quote",
        ActionKind::CheckAddress => "Check address",
        ActionKind::Void => "Void",
        ActionKind::Reship => "Void and reship",
        ActionKind::ReturnLabel => "Return label",
    }
}
