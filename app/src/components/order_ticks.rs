//! Ticking orders of the list that stand, and letting them go on at once.

use super::action_form::path_of;
use super::element_id::element_id;
use super::field::Field;
use super::icon::{Glyph, Icon};
use crate::api::repair::GoOn;
use crate::contract::{OrderFilter, Standing};
use leptos::prelude::*;

/// The form every tick of the list belongs to, wherever it stands on the page.
pub const TICKS_FORM: &str = "ticks";

/// The box of a row; an order that moves by itself has none.
#[component]
pub fn Tick(
    /// Its place among the rows.
    index: usize,
    /// Order number, for who does not see the row.
    number: String,
    /// The shipment, if it stands.
    stands: Option<Standing>,
) -> impl IntoView {
    let stands = stands.map(|stands| {
        let name = |part: &str| format!("items[{index}][{part}]");
        let id = element_id(&["tick", &stands.shipment_id]);
        view! {
            <input type="hidden" form=TICKS_FORM name=name("shipment_id") value=stands.shipment_id/>
            <input type="hidden" form=TICKS_FORM name=name("version") value=stands.version.to_string()/>
            <input id=id.clone() type="checkbox" form=TICKS_FORM name=name("ticked") value="true" data-tick=""/>
            <label for=id>
                <span class="sr-only">{format!("Tick {number}")}</span>
            </label>
        }
    });
    view! {
        <span class="tick">{stands}</span>
    }
}

/// What is done with the ticked ones.
#[component]
pub fn TickedActions(
    /// What the list is filtered by.
    filter: OrderFilter,
    /// The server's clock of this page.
    as_of_ms: i64,
) -> impl IntoView {
    let filters = filter
        .parts()
        .map(|(part, value)| view! { <input type="hidden" name=format!("filter[{part}]") value=value.to_owned()/> })
        .collect_view();
    view! {
        <details class="ticked" id="ticked">
            <summary class="button quiet">
                <Icon glyph=Glyph::Replay/>
                "Let ticked orders go on"
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
                <p class="muted">
                    "Failed steps are done again; an unknown outcome is looked up at FedEx, never bought again."
                </p>
                <div class="check">
                    <input id="ticks-all" type="checkbox" name="all" value="true"/>
                    <label for="ticks-all">
                        "All that stand and match this filter, on every page; the list is shown first and waits for your yes"
                    </label>
                </div>
                <Field
                    label="Reason"
                    name="reason"
                    value=String::new()
                    required=true
                    hint="Stands in the audit trail of each order, with your name."
                />
                <div class="submit">
                    <button type="submit" class="button primary" data-testid="go-on">
                        <Icon glyph=Glyph::Replay/>
                        <span class="idle-label" data-tick-label="" data-own="">"Go on"</span>
                        <span class="busy-label">"Freezing the list…"</span>
                    </button>
                </div>
            </form>
        </details>
    }
    .into_any()
}
