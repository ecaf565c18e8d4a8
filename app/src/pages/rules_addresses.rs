//! Where parcels leave from, and what was corrected on customers' addresses.

use super::rules::{Version, may_edit, when_saved};
use crate::api::rules::{ForgetCorrection, SaveShipFrom};
use crate::components::action_form::{Submit, problem_after};
use crate::components::ask::Ask;
use crate::components::field::{Field, FieldKind};
use crate::components::icon::Glyph;
use crate::components::live::Live;
use crate::components::time_ago::TimeAgo;
use crate::components::toast::use_toast;
use crate::contract::{CorrectionRow, Rules, ShipFromRow};
use leptos::either::Either;
use leptos::form::ActionForm;
use leptos::html::Form;
use leptos::prelude::*;

/// The warehouses with an address of their own.
#[component]
pub fn ShipFrom(
    /// The page's data.
    live: Live<Rules>,
) -> impl IntoView {
    let rows = Memo::new(move |_| live.value.with(|rules| rules.ship_from.clone()));
    let names = move || rows.with(|rows| rows.iter().map(|row| row.warehouse.clone()).collect::<Vec<_>>());
    view! {
        <section class="card" aria-labelledby="from-title" data-testid="ship-from">
            <h2 id="from-title">"Ship from"</h2>
            <p class="muted">
                "What Dynamics 365 knows of a warehouse is completed from here; default stands for every other one."
            </p>
            <div class="rule-list">
                <For each=names key=Clone::clone let:name>
                    {
                        let row = Memo::new(move |last: Option<&ShipFromRow>| {
                            rows.with(|rows| rows.iter().find(|row| row.warehouse == name).cloned())
                                .or_else(|| last.cloned())
                                .unwrap_or_default()
                        });
                        view! { <ShipFromLine row live/> }
                    }
                </For>
            </div>
            {may_edit(live)
                .then(|| {
                    view! {
                        <Ask label="Add a warehouse" glyph=Glyph::Plus testid="add-warehouse">
                            <ShipFromForm row=ShipFromRow::default() fixed=false live/>
                        </Ask>
                    }
                })}
        </section>
    }
    .into_any()
}

#[component]
fn ShipFromLine(row: Memo<ShipFromRow>, live: Live<Rules>) -> impl IntoView {
    let summary = move || {
        let row = row.get();
        let street = row.street.split('|').map(str::trim).collect::<Vec<_>>().join(", ");
        let place = [row.region.as_str(), row.postal_code.as_str()].join(" ");
        let parts = [row.company.as_str(), street.as_str(), row.city.as_str(), place.trim(), row.country.as_str()];
        let line: Vec<&str> = parts.into_iter().filter(|part| !part.trim().is_empty()).collect();
        view! {
            <span class="rule-key mono">{row.warehouse.clone()}</span>
            <span class="rule-value">{line.join(", ")}</span>
        }
    };
    if !may_edit(live) {
        return Either::Left(view! { <p class="rule-line">{summary}</p> });
    }
    let first = row.get_untracked();
    let warehouse = first.warehouse.clone();
    Either::Right(view! {
        <details class="rule" data-testid="ship-from-row" data-warehouse=warehouse>
            <summary class="rule-line">{summary} <span class="rule-edit">"Edit"</span></summary>
            <div class="ask-panel">
                <ShipFromForm row=first fixed=true live/>
            </div>
        </details>
    })
}

#[component]
fn ShipFromForm(row: ShipFromRow, fixed: bool, live: Live<Rules>) -> impl IntoView {
    let action = ServerAction::<SaveShipFrom>::new();
    let form = NodeRef::<Form>::new();
    when_saved(action, live, form);
    let name: String = row.warehouse.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let within = format!("from-{name}");
    let warehouse = if fixed {
        Either::Left(view! { <input type="hidden" name="row[warehouse]" value=row.warehouse/> })
    } else {
        Either::Right(view! {
            <Field
                label="Warehouse"
                name="row[warehouse]"
                within=within.clone()
                kind=FieldKind::Code
                required=true
                hint="As in Dynamics 365, or default"
            />
        })
    };
    view! {
        <ActionForm action=action node_ref=form>
            <Version live/>
            <div class="fields">
                {warehouse}
                <Field label="Company" name="row[company]" within=within.clone() value=row.company/>
                <Field label="Telephone" name="row[phone]" within=within.clone() value=row.phone/>
                <Field
                    label="Street"
                    name="row[street]"
                    within=within.clone()
                    value=row.street
                    class="wide"
                    hint="Up to three lines, separated by |"
                />
                <Field label="City" name="row[city]" within=within.clone() value=row.city/>
                <Field label="State or province" name="row[region]" within=within.clone() value=row.region/>
                <Field
                    label="Postal code"
                    name="row[postal_code]"
                    within=within.clone()
                    value=row.postal_code
                    kind=FieldKind::Code
                />
                <Field label="Country" name="row[country]" within value=row.country hint="Two letters: US"/>
            </div>
            <Submit
                label="Save"
                busy_label="Saving…"
                glyph=Glyph::Tick
                pending=action.pending()
                problem=problem_after(action)
                testid="save-ship-from"
            />
        </ActionForm>
    }
    .into_any()
}

/// Corrections that are made again by themselves.
#[component]
pub fn Remembered(
    /// The page's data.
    live: Live<Rules>,
) -> impl IntoView {
    let rows = Memo::new(move |_| live.value.with(|rules| rules.corrections.clone()));
    let forget = ServerAction::<ForgetCorrection>::new();
    let toast = use_toast();
    Effect::new(move |_| {
        if let Some(Ok(())) = forget.value().get() {
            toast.show("Forgotten; the next order there goes as Dynamics 365 has it.");
            live.refresh();
        }
    });
    let content = move || {
        let rows = rows.get();
        if rows.is_empty() {
            return Either::Left(view! {
                <p class="muted">
                    "None. A corrected address can be remembered on the order's page; then the next order there \
                     is corrected by itself."
                </p>
            });
        }
        let lines = rows.into_iter().map(|row| view! { <CorrectionLine row forget live/> }).collect_view();
        Either::Right(view! { <ul class="rule-list">{lines}</ul> })
    };
    view! {
        <section class="card" aria-labelledby="remembered-title" data-testid="remembered">
            <h2 id="remembered-title">"Remembered corrections"</h2>
            {content}
        </section>
    }
    .into_any()
}

#[component]
fn CorrectionLine(row: CorrectionRow, forget: ServerAction<ForgetCorrection>, live: Live<Rules>) -> impl IntoView {
    let CorrectionRow { correction_id, customer, address, correction, used, saved: (at, by) } = row;
    let used = match used {
        0 => "not used yet".to_owned(),
        1 => "used once".to_owned(),
        times => format!("used {times} times"),
    };
    let mine = correction_id.clone();
    let pending = Signal::derive(move || {
        forget.pending().get()
            && forget.input().with(|input| input.as_ref().is_some_and(|input| input.correction_id == mine))
    });
    let button = may_edit(live).then(|| {
        view! {
            <ActionForm action=forget>
                <input type="hidden" name="correction_id" value=correction_id/>
                <Submit
                    label="Forget"
                    busy_label="Forgetting…"
                    glyph=Glyph::Cross
                    pending
                    problem=problem_after(forget)
                    testid="forget"
                />
            </ActionForm>
        }
    });
    view! {
        <li class="rule-line" data-testid="correction-row">
            <span class="rule-key mono">{customer}</span>
            <span class="rule-value">
                <span>{address}</span>
                <span>"→ " {correction}</span>
                <span class="muted small">{used} "; saved " <TimeAgo at/> {format!(" by {by}")}</span>
            </span>
            {button}
        </li>
    }
    .into_any()
}
