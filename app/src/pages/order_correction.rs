//! Correcting a shipment before its label is bought: typed values, tried or saved.

use super::order_actions::{Target, when_done};
use super::order_trials::Trials;
use crate::api::orders::Correct;
use crate::components::action_form::{Submit, problem_of};
use crate::components::field::{Check, Choice, Field, FieldKind};
use crate::components::icon::{Glyph, Icon};
use crate::components::live::Live;
use crate::contract::{Correction, OrderDetail, ShipmentDetail};
use leptos::ev::MouseEvent;
use leptos::form::ActionForm;
use leptos::prelude::*;

/// FedEx takes at most 35 characters on a street line.
const STREET_MAX: usize = 35;

const RESIDENTIAL: [(&str, &str); 3] = [("", "As in Dynamics 365"), ("yes", "A home"), ("no", "A business")];

/// Changes values, then replays; or tries them first.
#[component]
pub fn CorrectionForm(
    /// The shipment.
    shipment: Memo<ShipmentDetail>,
    /// The page's data, to refresh after the action.
    live: Live<OrderDetail>,
) -> impl IntoView {
    let action = ServerAction::<Correct>::new();
    when_done(action.value(), live, "Saved; replay is under way.");
    let within = shipment.with_untracked(|shipment| format!("correct-{}", shipment.shipment_id));
    view! {
        <div class="action" data-testid="correction-form">
            <h3>"Correct and ship"</h3>
            <p class="muted small">"A blank field means: as in Dynamics 365."</p>
            <ActionForm action=action>
                <Target shipment/>
                <div class="fields">
                    <AddressFields shipment within=within.clone()/>
                    <ParcelFields shipment within=within.clone()/>
                    <Field
                        label="Reason"
                        name="reason"
                        within=within.clone()
                        value="Corrected at the desk"
                        hint="Stands in the audit trail with your name."
                        class="wide"
                    />
                </div>
                <Check
                    label="Remember for this address"
                    name="correction[remember]"
                    within=within
                    hint="The next order of this customer to the same address is corrected the same way. The rules page lists what is remembered."
                />
                <Submit
                    label="Save and replay"
                    busy_label="Saving…"
                    glyph=Glyph::Pencil
                    pending=action.pending()
                    problem=problem_of(action.value(), action.pending())
                    testid="correct"
                    primary=true
                >
                    <TryThese shipment/>
                </Submit>
            </ActionForm>
        </div>
    }
    .into_any()
}

/// Sends the same form to the page's own address instead: a dry run of what is typed.
#[component]
fn TryThese(shipment: Memo<ShipmentDetail>) -> impl IntoView {
    let path = expect_context::<Trials>().path();
    let anchor = shipment.with_untracked(|shipment| format!("#trial-{}", shipment.shipment_id));
    let address = {
        let anchor = anchor.clone();
        move || format!("{}{anchor}", path.get())
    };
    let navigate = leptos_router::hooks::use_navigate();
    let try_here = move |event: MouseEvent| {
        // The form's own handler would save; with JavaScript this button never submits.
        event.prevent_default();
        if let Some(query) = typed(&event) {
            let address = format!("{}?try=dry-run&{query}{anchor}", path.get_untracked());
            navigate(&address, leptos_router::NavigateOptions::default());
        }
    };
    view! {
        <button
            type="submit"
            class="button"
            formmethod="get"
            formaction=address
            name="try"
            value="dry-run"
            data-testid="try-these"
            on:click=try_here
        >
            <Icon glyph=Glyph::Flask/>
            "Try these values"
        </button>
    }
}

/// What is typed in the button's form, as a query.
#[cfg(feature = "hydrate")]
fn typed(event: &MouseEvent) -> Option<String> {
    use leptos::wasm_bindgen::JsCast;
    use leptos::web_sys::{Element, FormData, HtmlFormElement, UrlSearchParams};
    let inside: Element = event.target()?.dyn_into().ok()?;
    let form: HtmlFormElement = inside.closest("form").ok()??.dyn_into().ok()?;
    let data = FormData::new_with_form(&form).ok()?;
    let query = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    query.to_string().as_string()
}

#[cfg(not(feature = "hydrate"))]
fn typed(_event: &MouseEvent) -> Option<String> {
    None
}

/// A value that may be corrected, as it is now.
fn value_of(shipment: Memo<ShipmentDetail>, read: fn(&Correction) -> &String) -> Signal<String> {
    Signal::derive(move || {
        shipment.with(|shipment| shipment.correction.as_ref().map(|values| read(values).clone()).unwrap_or_default())
    })
}

/// Whether the cause names this field.
fn is_at_fault(shipment: Memo<ShipmentDetail>, field: &'static str) -> Signal<bool> {
    Signal::derive(move || {
        shipment.with(|shipment| shipment.cause.as_ref().and_then(|cause| cause.field.as_deref()) == Some(field))
    })
}

/// Where it goes.
#[component]
fn AddressFields(shipment: Memo<ShipmentDetail>, within: String) -> impl IntoView {
    let value = move |read| value_of(shipment, read);
    let fault = move |field| is_at_fault(shipment, field);
    view! {
        <Field
            label="Name"
            name="correction[name]"
            within=within.clone()
            value=value(|c| &c.name)
            at_fault=fault("name")
            class="wide"
        />
        <Field
            label="Street 1"
            name="correction[street_1]"
            within=within.clone()
            value=value(|c| &c.street_1)
            at_fault=fault("street_1")
            max_length=STREET_MAX
            class="wide"
        />
        <Field
            label="Street 2"
            name="correction[street_2]"
            within=within.clone()
            value=value(|c| &c.street_2)
            at_fault=fault("street_2")
            max_length=STREET_MAX
        />
        <Field
            label="Street 3"
            name="correction[street_3]"
            within=within.clone()
            value=value(|c| &c.street_3)
            at_fault=fault("street_3")
            max_length=STREET_MAX
        />
        <Field
            label="City"
            name="correction[city]"
            within=within.clone()
            value=value(|c| &c.city)
            at_fault=fault("city")
        />
        <Field
            label="State or province"
            name="correction[region]"
            within=within.clone()
            value=value(|c| &c.region)
            at_fault=fault("region")
        />
        <Field
            label="Postal code"
            name="correction[postal_code]"
            within=within.clone()
            value=value(|c| &c.postal_code)
            at_fault=fault("postal_code")
            kind=FieldKind::Code
        />
        <Field
            label="Telephone"
            name="correction[phone]"
            within=within
            value=value(|c| &c.phone)
            at_fault=fault("phone")
        />
    }
    .into_any()
}

/// What goes, and how.
#[component]
fn ParcelFields(shipment: Memo<ShipmentDetail>, within: String) -> impl IntoView {
    let residential = value_of(shipment, |c| &c.residential).get_untracked();
    view! {
        <Field
            label="Weight (lb)"
            name="correction[weight_lb]"
            within=within.clone()
            value=value_of(shipment, |c| &c.weight_lb)
            at_fault=is_at_fault(shipment, "weight_lb")
            hint="Several packages: 12.5 + 30"
        />
        <Field
            label="FedEx service"
            name="correction[service]"
            within=within.clone()
            value=value_of(shipment, |c| &c.service)
            at_fault=is_at_fault(shipment, "service")
            kind=FieldKind::Code
        />
        <Choice
            label="The address is"
            name="correction[residential]"
            within=within
            choices=&RESIDENTIAL
            value=residential
        />
    }
    .into_any()
}
