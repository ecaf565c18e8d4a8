//! What an operator can do with a shipment: first what helps now, then everything else, and why
//! something is not possible.

use super::order_correction::CorrectionForm;
use super::order_label::{BuyAgainAsk, Changes, ReturnAsk, VoidAsk};
use super::order_trials::TrialLinks;
use crate::api::orders::{LookUp, Replay};
use crate::components::action_form::{Submit, problem_of};
use crate::components::countdown::Countdown;
use crate::components::field::Field;
use crate::components::icon::{Glyph, Icon};
use crate::components::live::Live;
use crate::components::route_announcer::focus_heading;
use crate::components::status_badge::{tone_glyph, tone_name};
use crate::components::toast::use_toast;
use crate::contract::{ActionKind, CauseView, OrderDetail, Problem, ShipmentDetail, Tone};
use leptos::form::ActionForm;
use leptos::prelude::*;

/// The cause, and the actions that are allowed.
#[component]
pub fn ShipmentActions(
    /// The shipment.
    shipment: Memo<ShipmentDetail>,
    /// The page's data, to refresh after an action.
    live: Live<OrderDetail>,
) -> impl IntoView {
    let cause = Memo::new(move |_| shipment.with(|shipment| shipment.cause.clone()));
    let tone = Memo::new(move |_| shipment.with(|shipment| shipment.status.tone));
    let sentence = Memo::new(move |_| shipment.with(|shipment| shipment.sentence.clone()));
    let next_run = Memo::new(move |_| shipment.with(|shipment| shipment.next_run.clone()));
    let correct = allowed(shipment, ActionKind::Correct);
    let can_correct = Memo::new(move |_| correct.get() && shipment.with(|shipment| shipment.correction.is_some()));
    let can_replay = allowed(shipment, ActionKind::Replay);
    let can_look_up = allowed(shipment, ActionKind::LookUp);
    let can_buy_again = allowed(shipment, ActionKind::BuyAgain);
    let changed = Memo::new(move |_| shipment.with(|shipment| !shipment.changes.is_empty()));
    view! {
        <section class="card situation" data-tone=move || tone_name(tone.get())>
            <p class="situation-sentence">
                {move || view! { <Icon glyph=tone_glyph(tone.get())/> }}
                <span>
                    {move || sentence.get()}
                    {move || {
                        next_run
                            .get()
                            .map(|at| {
                                view! {
                                    <span class="muted">
                                        " Next step in " <Countdown until_ms=at.ms over="a moment"/> "."
                                    </span>
                                }
                            })
                    }}
                </span>
            </p>
            {move || cause.get().map(|cause| view! { <CauseCard cause tone=tone.get()/> })}
            {move || changed.get().then(|| view! { <Changes shipment live/> })}
            {move || can_look_up.get().then(|| view! { <LookUpForm shipment live/> })}
            {move || can_buy_again.get().then(|| view! { <BuyAgainAsk shipment live/> })}
            {move || can_correct.get().then(|| view! { <CorrectionForm shipment live/> })}
            {move || can_replay.get().then(|| view! { <ReplayForm shipment live unchanged=can_correct/> })}
            <More shipment live changed/>
        </section>
    }
    .into_any()
}

/// Everything else that can be done, and what cannot.
#[component]
fn More(shipment: Memo<ShipmentDetail>, live: Live<OrderDetail>, changed: Memo<bool>) -> impl IntoView {
    let can_void = allowed(shipment, ActionKind::Void);
    let can_reship = allowed(shipment, ActionKind::Reship);
    let can_return = allowed(shipment, ActionKind::ReturnLabel);
    // They stand beside what changed, when something did.
    let here = move |can: Memo<bool>| can.get() && !changed.get();
    let any = Memo::new(move |_| here(can_void) || here(can_reship) || can_return.get());
    view! {
        <details class="more more-actions" data-testid="more">
            <summary>"More"</summary>
            <TrialLinks shipment/>
            {move || {
                any.get()
                    .then(|| {
                        view! {
                            <div class="more-group asks">
                                {move || {
                                    here(can_reship)
                                        .then(|| view! { <VoidAsk shipment live reship=true/> })
                                }}
                                {move || {
                                    here(can_void)
                                        .then(|| view! { <VoidAsk shipment live reship=false/> })
                                }}
                                {move || can_return.get().then(|| view! { <ReturnAsk shipment live/> })}
                            </div>
                        }
                    })
            }}
            <Refusals shipment/>
        </details>
    }
    .into_any()
}

/// Whether an action is allowed, as it changes.
pub fn allowed(shipment: Memo<ShipmentDetail>, kind: ActionKind) -> Memo<bool> {
    Memo::new(move |_| shipment.with(|shipment| is_allowed(shipment, kind)))
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
    shipment: Memo<ShipmentDetail>,
) -> impl IntoView {
    view! {
        <input type="hidden" name="shipment_id" value=move || shipment.with(|s| s.shipment_id.clone())/>
        <input
            type="hidden"
            name="version"
            value=move || shipment.with(|s| s.version.to_string())
        />
    }
}

/// After an action: say so, fetch the new state, and put the focus where it is not lost.
pub fn when_done(value: impl Into<Signal<Option<Result<(), Problem>>>>, live: Live<OrderDetail>, text: &'static str) {
    let value = value.into();
    let toast = use_toast();
    Effect::new(move |_| {
        if let Some(Ok(())) = value.get() {
            toast.show(text);
            live.refresh();
            focus_heading();
        }
    });
}

/// Runs the failed step again; the lesser choice where values can be corrected.
#[component]
fn ReplayForm(shipment: Memo<ShipmentDetail>, live: Live<OrderDetail>, unchanged: Memo<bool>) -> impl IntoView {
    let action = ServerAction::<Replay>::new();
    when_done(action.value(), live, "Replay is under way.");
    let within = shipment.with_untracked(|shipment| format!("replay-{}", shipment.shipment_id));
    view! {
        <div class="action" data-testid="replay-form">
            <ActionForm action=action attr:class="inline-form">
                <Target shipment/>
                <Field
                    label="Reason"
                    name="reason"
                    within=within
                    value="Checked; try the step again"
                    hint="Stands in the audit trail with your name."
                />
                <Submit
                    label=if unchanged.get_untracked() { "Replay unchanged" } else { "Replay" }
                    busy_label="Replaying…"
                    glyph=Glyph::Replay
                    pending=action.pending()
                    problem=problem_of(action.value(), action.pending())
                    testid="replay"
                    primary=!unchanged.get_untracked()
                />
            </ActionForm>
        </div>
    }
    .into_any()
}

/// Asks FedEx whether the parcel exists: the only right thing after an unknown outcome.
#[component]
fn LookUpForm(shipment: Memo<ShipmentDetail>, live: Live<OrderDetail>) -> impl IntoView {
    let action = ServerAction::<LookUp>::new();
    when_done(action.value(), live, "FedEx is being asked.");
    view! {
        <div class="action" data-testid="look-up-form">
            <ActionForm action=action>
                <Target shipment/>
                <Submit
                    label="Look it up"
                    busy_label="Asking FedEx…"
                    glyph=Glyph::Search
                    pending=action.pending()
                    problem=problem_of(action.value(), action.pending())
                    testid="look-up"
                    primary=true
                >
                    <span class="muted small">
                        "Asks FedEx by our reference. Nothing is bought."
                    </span>
                </Submit>
            </ActionForm>
        </div>
    }
    .into_any()
}

/// What is not possible now, and why.
#[component]
fn Refusals(shipment: Memo<ShipmentDetail>) -> impl IntoView {
    let refused = Memo::new(move |_| {
        shipment.with(|shipment| {
            let refused = shipment
                .actions
                .iter()
                .filter_map(|action| action.refused.as_ref().map(|why| (action_name(action.kind), why.clone())));
            refused.collect::<Vec<_>>()
        })
    });
    move || {
        let refused = refused.get();
        (!refused.is_empty()).then(|| {
            let rows = refused.into_iter().map(|(name, why)| {
                view! { <div><dt>{name}</dt><dd>{why}</dd></div> }
            });
            view! {
                <div class="more-group">
                    <h3>"Not possible now"</h3>
                    <dl class="refusals" data-testid="refusals">
                        {rows.collect_view()}
                    </dl>
                </div>
            }
        })
    }
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
