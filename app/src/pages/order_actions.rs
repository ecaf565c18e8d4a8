//! What an operator can do with a shipment: correct it, replay it, look it up; or why not.

use crate::api::orders::{Correct, LookUp, Replay};
use crate::components::action_form::{Submit, problem_of};
use crate::components::countdown::Countdown;
use crate::components::field::{Field, FieldKind};
use crate::components::icon::{Glyph, Icon};
use crate::components::live::Live;
use crate::components::route_announcer::focus_heading;
use crate::components::status_badge::{tone_glyph, tone_name};
use crate::components::toast::use_toast;
use crate::contract::{ActionKind, CauseView, Correction, OrderDetail, Problem, ShipmentDetail, Tone};
use leptos::form::ActionForm;
use leptos::prelude::*;

/// FedEx takes at most 35 characters on a street line.
const STREET_MAX: usize = 35;

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
    let allowed = move |kind| Memo::new(move |_| shipment.with(|shipment| is_allowed(shipment, kind)));
    let correct = allowed(ActionKind::Correct);
    let can_correct = Memo::new(move |_| correct.get() && shipment.with(|shipment| shipment.correction.is_some()));
    let can_replay = allowed(ActionKind::Replay);
    let can_look_up = allowed(ActionKind::LookUp);
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
            {move || can_look_up.get().then(|| view! { <LookUpForm shipment live/> })}
            {move || can_correct.get().then(|| view! { <CorrectionForm shipment live/> })}
            {move || can_replay.get().then(|| view! { <ReplayForm shipment live unchanged=can_correct/> })}
            <Refusals shipment/>
        </section>
    }
}

fn is_allowed(shipment: &ShipmentDetail, kind: ActionKind) -> bool {
    shipment.actions.iter().any(|action| action.kind == kind && action.refused.is_none())
}

/// Why it stopped, what to do, and what the vendor said.
#[component]
fn CauseCard(cause: CauseView, tone: Tone) -> impl IntoView {
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
            <p class="problem-code">
                <code>{cause.code.clone()}</code>
            </p>
        </div>
    }
}

/// The two hidden fields that say which shipment, in which version.
#[component]
fn Target(shipment: Memo<ShipmentDetail>) -> impl IntoView {
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
fn when_done(value: impl Into<Signal<Option<Result<(), Problem>>>>, live: Live<OrderDetail>, text: &'static str) {
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
    view! {
        <div class="action" data-testid="replay-form">
            <ActionForm action=action attr:class="inline-form">
                <Target shipment/>
                <Field
                    label="Reason"
                    name="reason"
                    within="replay"
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
}

/// Changes values, then replays.
#[component]
fn CorrectionForm(shipment: Memo<ShipmentDetail>, live: Live<OrderDetail>) -> impl IntoView {
    let action = ServerAction::<Correct>::new();
    when_done(action.value(), live, "Saved; replay is under way.");
    view! {
        <div class="action" data-testid="correction-form">
            <h3>"Correct and ship"</h3>
            <ActionForm action=action>
                <Target shipment/>
                <div class="fields">
                    <CorrectionFields shipment/>
                    <Field
                        label="Reason"
                        name="reason"
                        within="correct"
                        value="Corrected at the desk"
                        hint="Stands in the audit trail with your name."
                        class="wide"
                    />
                </div>
                <Submit
                    label="Save and replay"
                    busy_label="Saving…"
                    glyph=Glyph::Pencil
                    pending=action.pending()
                    problem=problem_of(action.value(), action.pending())
                    testid="correct"
                    primary=true
                />
            </ActionForm>
        </div>
    }
}

/// The values that may be corrected, as they are now.
#[component]
fn CorrectionFields(shipment: Memo<ShipmentDetail>) -> impl IntoView {
    let value = move |read: fn(&Correction) -> &String| {
        Signal::derive(move || {
            shipment
                .with(|shipment| shipment.correction.as_ref().map(|values| read(values).clone()).unwrap_or_default())
        })
    };
    let fault = move |field: &'static str| {
        Signal::derive(move || {
            shipment.with(|shipment| shipment.cause.as_ref().and_then(|cause| cause.field.as_deref()) == Some(field))
        })
    };
    view! {
        <Field label="Name" name="correction[name]" value=value(|c| &c.name) at_fault=fault("name") class="wide"/>
        <Field
            label="Street 1"
            name="correction[street_1]"
            value=value(|c| &c.street_1)
            at_fault=fault("street_1")
            max_length=STREET_MAX
            class="wide"
        />
        <Field
            label="Street 2"
            name="correction[street_2]"
            value=value(|c| &c.street_2)
            at_fault=fault("street_2")
            max_length=STREET_MAX
        />
        <Field
            label="Street 3"
            name="correction[street_3]"
            value=value(|c| &c.street_3)
            at_fault=fault("street_3")
            max_length=STREET_MAX
        />
        <Field label="City" name="correction[city]" value=value(|c| &c.city) at_fault=fault("city")/>
        <Field label="State or province" name="correction[region]" value=value(|c| &c.region) at_fault=fault("region")/>
        <Field
            label="Postal code"
            name="correction[postal_code]"
            value=value(|c| &c.postal_code)
            at_fault=fault("postal_code")
            kind=FieldKind::Code
        />
        <Field label="Telephone" name="correction[phone]" value=value(|c| &c.phone) at_fault=fault("phone")/>
        <Field
            label="Weight (lb)"
            name="correction[weight_lb]"
            value=value(|c| &c.weight_lb)
            at_fault=fault("weight_lb")
        />
        <Field
            label="FedEx service"
            name="correction[service]"
            value=value(|c| &c.service)
            at_fault=fault("service")
            kind=FieldKind::Code
        />
    }
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
                <dl class="refusals" data-testid="refusals">
                    {rows.collect_view()}
                </dl>
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
