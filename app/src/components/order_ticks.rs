//! Ticking orders of the list: those that stand go on, those with a label are printed again.

use super::action_form::path_of;
use super::element_id::element_id;
use super::field::Field;
use super::icon::{Glyph, Icon};
use crate::api::printers::PrintChosen;
use crate::api::repair::GoOn;
use crate::contract::{OrderFilter, Standing};
use leptos::prelude::*;

/// The form every tick of the list belongs to, wherever it stands on the page.
pub const TICKS_FORM: &str = "ticks";

/// The box of a row; an order for which nothing can be done here has none.
#[component]
pub fn Tick(
    /// Its place among the rows.
    index: usize,
    /// Order number, for who does not see the row.
    number: String,
    /// The shipment as it was shown, if it stands or can be printed again.
    shown: Option<Standing>,
) -> impl IntoView {
    let shown = shown.map(|shown| {
        let name = |part: &str| format!("shown[{index}][{part}]");
        let id = element_id(&["tick", &shown.shipment_id]);
        view! {
            <input type="hidden" form=TICKS_FORM name=name("shipment_id") value=shown.shipment_id.clone()/>
            <input type="hidden" form=TICKS_FORM name=name("version") value=shown.version.to_string()/>
            <input id=id.clone() type="checkbox" form=TICKS_FORM name="ticked[]" value=shown.shipment_id data-tick=""/>
            <label for=id>
                <span class="sr-only">{format!("Tick {number}")}</span>
            </label>
        }
    });
    view! {
        <span class="tick">{shown}</span>
    }
}

/// What is done with the ticked ones.
#[component]
pub fn TickedActions(
    /// What the list is filtered by.
    filter: OrderFilter,
    /// The server's clock of this page.
    as_of_ms: i64,
    /// Some on the page stand.
    stand: bool,
    /// Some on the page can be printed again.
    print: bool,
) -> impl IntoView {
    let summary = if print { "With ticked orders" } else { "Let ticked orders go on" };
    let filters = filter
        .parts()
        .map(|(part, value)| view! { <input type="hidden" name=format!("filter[{part}]") value=value.to_owned()/> })
        .collect_view();
    view! {
        <details class="ticked" id="ticked">
            <summary class="button quiet">
                <Icon glyph=Glyph::Replay/>
                {summary}
            </summary>
            <form
                method="post"
                action={path_of::<GoOn>()}
                id=TICKS_FORM
                class="ticked-form"
                data-verb="Go on with"
                data-testid="ticked-form"
            >
                {filters}
                <input type="hidden" name="as_of_ms" value=as_of_ms.to_string()/>
                {stand.then(|| view! { <GoOnWords/> })}
                <Field
                    label="Reason"
                    name="reason"
                    value=String::new()
                    required=true
                    hint="Stands in the audit trail of each order, with your name."
                />
                <div class="submit">
                    {stand.then(|| view! { <GoOnButton/> })} {print.then(|| view! { <PrintButton/> })}
                </div>
            </form>
        </details>
    }
    .into_any()
}

/// What going on means, and doing it for all.
#[component]
fn GoOnWords() -> impl IntoView {
    view! {
        <p class="muted">
            "Failed steps are done again; an unknown outcome is looked up at FedEx, never bought again."
        </p>
        <div class="check">
            <input id="ticks-all" type="checkbox" name="all" value="true" data-tick-all="Show the list first"/>
            <label for="ticks-all">
                "All that stand and match this filter, on every page; the list is shown first and waits for your yes"
            </label>
        </div>
    }
}

/// Lets them go on.
#[component]
fn GoOnButton() -> impl IntoView {
    view! {
        <button type="submit" class="button primary" data-testid="go-on">
            <Icon glyph=Glyph::Replay/>
            <span class="idle-label" data-tick-label="" data-own="">"Go on"</span>
            <span class="busy-label">"Freezing the list…"</span>
        </button>
    }
}

/// Prints them again: the same label, no new tracking number.
#[component]
fn PrintButton() -> impl IntoView {
    view! {
        <button type="submit" class="button" formaction={path_of::<PrintChosen>()} data-testid="print-chosen">
            <Icon glyph=Glyph::Printer/>
            <span class="idle-label">"Print ticked again"</span>
            <span class="busy-label">"Queueing…"</span>
        </button>
        <span class="muted small">"The same labels; nothing is bought."</span>
    }
}
