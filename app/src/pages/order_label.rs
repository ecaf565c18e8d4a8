//! The life of a label: void, void and reship, a return, and buying again after an unknown outcome.
//!
//! Each costs something or cannot be undone, so each unfolds into a second step that says exactly
//! what will happen and asks for a reason.

use super::order_actions::{Target, is_allowed};
use crate::api::orders::{BuyAgain, ReturnLabel, Void};
use crate::components::action_form::{Submit, path_of};
use crate::components::ask::Ask;
use crate::components::data_table::DataTable;
use crate::components::element_id::element_id;
use crate::components::field::{Field, FieldKind};
use crate::components::icon::{Glyph, Icon};
use crate::contract::{ActionKind, ShipmentDetail};
use leptos::prelude::*;
use std::sync::Arc;

const CHANGE_COLUMNS: [&str; 3] = ["What", "When the label was bought", "Now"];
const REASON_HINT: &str = "Stands in the audit trail with your name.";

/// What changed in Dynamics 365 since the label was bought, and the way out.
#[component]
pub fn Changes(
    /// The shipment.
    shipment: Arc<ShipmentDetail>,
) -> impl IntoView {
    let can_void = is_allowed(&shipment, ActionKind::Void);
    let can_reship = is_allowed(&shipment, ActionKind::Reship);
    let rows = shipment
        .changes
        .iter()
        .cloned()
        .map(|change| {
            let id = element_id(&["change", &shipment.shipment_id, &change.what]);
            view! {
                <tr role="row" id=id data-testid="change">
                    <th scope="row" role="rowheader">{change.what}</th>
                    <td role="cell" class="was" data-label="When the label was bought">{or_nothing(change.was)}</td>
                    <td role="cell" class="now" data-label="Now">{or_nothing(change.now)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="changes" data-tone="warning" data-testid="changes">
            <h2>
                <Icon glyph=Glyph::Warning/>
                "Changed in Dynamics 365 after the label"
            </h2>
            <DataTable caption="What changed since the label was bought" columns=&CHANGE_COLUMNS class="diff">
                {rows}
            </DataTable>
            <div class="asks">
                {can_reship.then(|| view! { <VoidAsk shipment=Arc::clone(&shipment) reship=true/> })}
                {can_void.then(|| view! { <VoidAsk shipment=Arc::clone(&shipment) reship=false/> })}
            </div>
        </div>
    }
    .into_any()
}

fn or_nothing(text: String) -> String {
    if text.is_empty() { "nothing".to_owned() } else { text }
}

/// The label of a shipment in words: `label 794612345678`, `labels of all 3 packages (master …)`.
fn label_of(shipment: &ShipmentDetail) -> String {
    let number = shipment.tracking_number.as_deref().unwrap_or_default();
    match shipment.packages.len() {
        0 | 1 => format!("the label {number}"),
        several => format!("the labels of all {several} packages (master {number})"),
    }
}

/// Cancels the label; with `reship` the same lines are shipped anew.
#[component]
pub fn VoidAsk(
    /// The shipment.
    shipment: Arc<ShipmentDetail>,
    /// Ships anew afterwards.
    reship: bool,
) -> impl IntoView {
    let (title, testid, sending) =
        if reship { ("Void and reship", "reship", "reship-confirm") } else { ("Void", "void", "void-confirm") };
    let within = format!("{testid}-{}", shipment.shipment_id);
    let label = label_of(&shipment);
    let sentence = if reship {
        format!(
            "FedEx is asked to cancel {label}. Only when FedEx has confirmed it, the same lines are planned \
             anew from what Dynamics 365 says then, and a new label is bought. Destroy the old one if it is printed."
        )
    } else {
        format!(
            "FedEx is asked to cancel {label}, and its tracking number is taken off the order in Dynamics 365. \
             Nothing takes its place. Destroy the label if it is printed."
        )
    };
    view! {
        <Ask label=title glyph=if reship { Glyph::Replay } else { Glyph::Void } testid grave=true>
            <p>{sentence}</p>
            <form method="post" action={path_of::<Void>()}>
                <Target shipment/>
                <input type="hidden" name="reship" value=reship.to_string()/>
                <Field label="Reason" name="reason" within required=true hint=REASON_HINT/>
                <Submit
                    label=if reship { "Void this label and reship" } else { "Void this label" }
                    busy_label="Voiding…"
                    glyph=Glyph::Void
                    testid=sending
                />
            </form>
        </Ask>
    }
    .into_any()
}

/// Buys a label for the way back.
#[component]
pub fn ReturnAsk(
    /// The shipment that comes back.
    shipment: Arc<ShipmentDetail>,
) -> impl IntoView {
    let id = shipment.shipment_id.clone();
    let within = format!("return-{id}");
    let back = match shipment.warehouse.as_str() {
        "" => "where it came from".to_owned(),
        name => format!("warehouse {name}"),
    };
    view! {
        <Ask label="Return label" glyph=Glyph::Return testid="return-label">
            <p>
                {format!(
                    "Buys a FedEx label for the way back, from the customer to {back}. It becomes a shipment \
                     of its own on this page; the label that went out stays as it is.",
                )}
            </p>
            <form method="post" action={path_of::<ReturnLabel>()}>
                <input type="hidden" name="shipment_id" value=id/>
                <div class="fields">
                    <Field
                        label="RMA number"
                        name="rma"
                        within=within.clone()
                        kind=FieldKind::Code
                        hint="Printed on the label. Blank: none"
                    />
                    <Field label="Reason" name="reason" within required=true hint=REASON_HINT/>
                </div>
                <Submit
                    label="Buy the return label"
                    busy_label="Buying…"
                    glyph=Glyph::Return
                    testid="return-confirm"
                />
            </form>
        </Ask>
    }
    .into_any()
}

/// Decides that a purchase without an answer made no label.
#[component]
pub fn BuyAgainAsk(
    /// The shipment.
    shipment: Arc<ShipmentDetail>,
) -> impl IntoView {
    let within = format!("buy-again-{}", shipment.shipment_id);
    view! {
        <Ask label="Buy again" glyph=Glyph::Warning testid="buy-again" grave=true>
            <p>
                <strong>"FedEx may have made a label; a second one costs money. "</strong>
                "Look it up first, and ask FedEx when it is not found. Buy again only when you are sure that \
                 there is no label: you decide it, and the trail keeps your name and reason."
            </p>
            <form method="post" action={path_of::<BuyAgain>()}>
                <Target shipment/>
                <Field
                    label="How do you know?"
                    name="reason"
                    within
                    required=true
                    placeholder="FedEx support: no shipment under this reference"
                    hint=REASON_HINT
                />
                <Submit
                    label="There is no label; buy again"
                    busy_label="Buying…"
                    glyph=Glyph::Warning
                    testid="buy-again-confirm"
                />
            </form>
        </Ask>
    }
    .into_any()
}
