//! The pick-up of each warehouse as a countdown, with what is not labelled by then; and the form that
//! sets when FedEx comes.

use super::action_form::{Submit, path_of};
use super::ask::Ask;
use super::countdown::Countdown;
use super::element_id::element_id;
use super::field::{Check, Field, FieldKind};
use super::icon::{Glyph, Icon};
use super::order_row::OrderTable;
use super::status_badge::tone_name;
use crate::api::repair::{RemovePickup, SavePickup};
use crate::contract::{PickupClock, PickupForm, Tone};
use leptos::prelude::*;

/// All clocks, the next pick-up first.
#[component]
pub fn PickupClocks(
    /// The clocks.
    clocks: Vec<PickupClock>,
) -> impl IntoView {
    let none = clocks.is_empty();
    let clocks = clocks.into_iter().map(|clock| view! { <Clock clock/> }).collect_view();
    (!none).then(|| {
        view! {
            <section class="pickups" aria-labelledby="pickups-title" data-testid="pickups">
                <h2 id="pickups-title" class="sr-only">
                    "Pick-ups"
                </h2>
                {clocks}
            </section>
        }
    })
}

/// One warehouse.
#[component]
fn Clock(clock: PickupClock) -> impl IntoView {
    let id = element_id(&["pickup", &clock.warehouse]);
    let urgent = clock.tone == Tone::Bad;
    let open = clock.needs_you + clock.waiting;
    let at_risk = (!clock.at_risk.is_empty()).then(|| {
        let caption = format!("Not labelled yet in warehouse {}", clock.warehouse);
        view! {
            <details class="more" open=urgent data-testid="at-risk">
                <summary>{format!("{open} not labelled yet")}</summary>
                <OrderTable caption rows=clock.at_risk/>
            </details>
        }
    });
    view! {
        <div class="pickup" id=id data-tone=tone_name(clock.tone) data-testid="pickup">
            <p class="pickup-head">
                <Icon glyph=Glyph::Truck/>
                <span class="pickup-name">{format!("Warehouse {}", clock.warehouse)}</span>
                <span>{format!("pick-up {}", clock.text)}</span>
                <span class="pickup-left">
                    <Countdown until_ms=clock.at_ms over="over"/>
                    <span class="sr-only">" left"</span>
                </span>
            </p>
            <p class="pickup-counts">
                <span>
                    <b class="tabular">{clock.labelled}</b>
                    " labelled today"
                </span>
                <span class:needs=move || { clock.needs_you > 0 }>
                    <b class="tabular">{clock.needs_you}</b>
                    {if clock.needs_you == 1 { " needs you" } else { " need you" }}
                </span>
                <span>
                    <b class="tabular">{clock.waiting}</b>
                    " on the way to a label"
                </span>
            </p>
            {at_risk}
        </div>
    }
    .into_any()
}

/// When FedEx comes, folded.
#[component]
pub fn PickupTimes(
    /// As it is set.
    rows: Vec<PickupForm>,
) -> impl IntoView {
    let set = rows.into_iter().map(|row| view! { <OneSet row/> }).collect_view();
    view! {
        <Ask label="Pick-up times" glyph=Glyph::Clock testid="set-pickups" quiet=true>
            <ul class="pickup-rows">{set}</ul>
            <form method="post" action={path_of::<SavePickup>()}>
                <div class="fields">
                    <Field
                        label="Warehouse"
                        name="warehouse"
                        within="pickup"
                        kind=FieldKind::Code
                        hint="As in Dynamics 365; blank: all others."
                    />
                    <Field
                        label="Cut-off"
                        name="cut_off"
                        within="pickup"
                        value="16:30"
                        required=true
                        hint="In the warehouse's own time."
                    />
                    <Field
                        label="Time zone"
                        name="zone"
                        within="pickup"
                        kind=FieldKind::Code
                        required=true
                        placeholder="America/Chicago"
                        list="zones"
                    />
                    <Zones/>
                </div>
                <Check label="Saturdays too" name="saturday" within="pickup"/>
                <Check label="Sundays too" name="sunday" within="pickup"/>
                <Submit label="Save pick-up" busy_label="Saving…" glyph=Glyph::Tick testid="save-pickup"/>
            </form>
        </Ask>
    }
    .into_any()
}

/// Zones of the United States and Canada to choose from; any other can be written.
#[component]
fn Zones() -> impl IntoView {
    const ZONES: [&str; 8] = [
        "America/New_York",
        "America/Chicago",
        "America/Denver",
        "America/Phoenix",
        "America/Los_Angeles",
        "America/Anchorage",
        "Pacific/Honolulu",
        "America/Toronto",
    ];
    let options = ZONES.iter().map(|zone| view! { <option value=*zone></option> }).collect_view();
    view! { <datalist id="zones">{options}</datalist> }
}

/// A pick-up that is set.
#[component]
fn OneSet(row: PickupForm) -> impl IntoView {
    let days = match (row.saturday, row.sunday) {
        (false, false) => "Monday to Friday",
        (true, false) => "Monday to Saturday",
        (false, true) => "Sunday to Friday",
        (true, true) => "every day",
    };
    let id = element_id(&["pickup-row", &row.warehouse]);
    let whom =
        if row.warehouse == "default" { "All others".to_owned() } else { format!("Warehouse {}", row.warehouse) };
    view! {
        <li id=id>
            <span>{format!("{whom}: {} {}, {days}", row.cut_off, row.zone)}</span>
            <form method="post" action={path_of::<RemovePickup>()}>
                <input type="hidden" name="warehouse" value=row.warehouse/>
                <Submit label="Remove" busy_label="Removing…" glyph=Glyph::Cross testid="remove-pickup"/>
            </form>
        </li>
    }
}
