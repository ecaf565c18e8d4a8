//! Correcting a shipment before its label is bought: typed values, tried or saved.

use super::order_actions::Target;
use super::order_trials::Trials;
use crate::api::orders::Correct;
use crate::components::action_form::{Submit, path_of, refusal_of};
use crate::components::field::{Check, Choice, Field, FieldKind};
use crate::components::icon::{Glyph, Icon};
use crate::contract::{Correction, ShipmentDetail};
use leptos::prelude::*;
use std::sync::Arc;

/// FedEx takes at most 35 characters on a street line.
const STREET_MAX: usize = 35;

const RESIDENTIAL: [(&str, &str); 3] = [("", "As in Dynamics 365"), ("yes", "A home"), ("no", "A business")];

/// Changes values, then replays; or tries them first.
#[component]
pub fn CorrectionForm(
    /// The shipment.
    shipment: Arc<ShipmentDetail>,
) -> impl IntoView {
    let within = format!("correct-{}", shipment.shipment_id);
    let same = move || Arc::clone(&shipment);
    view! {
        <div class="action" data-testid="correction-form">
            <h3>"Correct and ship"</h3>
            <p class="muted small">"A blank field means: as in Dynamics 365."</p>
            <form method="post" action={path_of::<Correct>()}>
                <Target shipment=same()/>
                <div class="fields">
                    <AddressFields shipment=same() within=within.clone()/>
                    <ParcelFields shipment=same() within=within.clone()/>
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
                    problem={refusal_of::<Correct>()}
                    testid="correct"
                    primary=true
                >
                    <TryThese shipment=same()/>
                </Submit>
            </form>
        </div>
    }
    .into_any()
}

/// Sends the same form to the page's own address instead: a dry run of what is typed.
#[component]
fn TryThese(shipment: Arc<ShipmentDetail>) -> impl IntoView {
    let address = format!("{}#trial-{}", expect_context::<Trials>().path(), shipment.shipment_id);
    view! {
        <button
            type="submit"
            class="button"
            formmethod="get"
            formaction=address
            name="try"
            value="dry-run"
            data-testid="try-these"
        >
            <Icon glyph=Glyph::Flask/>
            "Try these values"
        </button>
    }
}

/// A value that may be corrected, as it is now.
fn value_of(shipment: &ShipmentDetail, read: fn(&Correction) -> &String) -> String {
    shipment.correction.as_ref().map(|values| read(values).clone()).unwrap_or_default()
}

/// Whether the cause names this field.
fn is_at_fault(shipment: &ShipmentDetail, field: &'static str) -> bool {
    shipment.cause.as_ref().and_then(|cause| cause.field.as_deref()) == Some(field)
}

/// Where it goes.
#[component]
fn AddressFields(shipment: Arc<ShipmentDetail>, within: String) -> impl IntoView {
    let value = |read| value_of(&shipment, read);
    let fault = |field| is_at_fault(&shipment, field);
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
fn ParcelFields(shipment: Arc<ShipmentDetail>, within: String) -> impl IntoView {
    let residential = value_of(&shipment, |c| &c.residential);
    view! {
        <Field
            label="Weight (lb)"
            name="correction[weight_lb]"
            within=within.clone()
            value=value_of(&shipment, |c| &c.weight_lb)
            at_fault=is_at_fault(&shipment, "weight_lb")
            hint="Several packages: 12.5 + 30"
        />
        <Field
            label="FedEx service"
            name="correction[service]"
            within=within.clone()
            value=value_of(&shipment, |c| &c.service)
            at_fault=is_at_fault(&shipment, "service")
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
