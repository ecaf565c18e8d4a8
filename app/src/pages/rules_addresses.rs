//! Where parcels leave from, and what was corrected on customers' addresses.

use super::rules::Version;
use super::rules_try::TryButton;
use crate::api::rules::{ForgetCorrection, SaveShipFrom};
use crate::components::action_form::{Submit, path_of};
use crate::components::ask::Ask;
use crate::components::element_id::element_id;
use crate::components::field::{Field, FieldKind};
use crate::components::icon::Glyph;
use crate::components::time_ago::TimeAgo;
use crate::contract::{CorrectionRow, ShipFromRow};
use leptos::either::Either;
use leptos::prelude::*;

/// The warehouses with an address of their own.
#[component]
pub fn ShipFrom(
    /// The warehouses.
    rows: Vec<ShipFromRow>,
    /// The version a change is made from, for who may make one.
    version: Option<i64>,
) -> impl IntoView {
    let rows = rows.into_iter().map(|row| view! { <ShipFromLine row version/> }).collect_view();
    let add = version.map(|version| {
        view! {
            <Ask label="Add a warehouse" glyph=Glyph::Plus testid="add-warehouse">
                <ShipFromForm row=ShipFromRow::default() fixed=false version within="from"/>
            </Ask>
        }
    });
    view! {
        <section class="card" aria-labelledby="from-title" data-testid="ship-from">
            <h2 id="from-title">"Ship from"</h2>
            <p class="muted">
                "What Dynamics 365 knows of a warehouse is completed from here; default stands for every other one."
            </p>
            <div class="rule-list">{rows}</div>
            {add}
        </section>
    }
    .into_any()
}

#[component]
fn ShipFromLine(row: ShipFromRow, version: Option<i64>) -> impl IntoView {
    let id = element_id(&["warehouse", &row.warehouse]);
    let name = row.warehouse.clone();
    let summary = view! {
        <span class="rule-key mono">{name.clone()}</span>
        <span class="rule-value">{address_line(&row)}</span>
    };
    match version {
        None => Either::Left(view! { <p class="rule-line" id=id>{summary}</p> }),
        Some(version) => Either::Right(view! {
            <details class="rule" id=id data-testid="ship-from-row" data-warehouse=name>
                <summary class="rule-line">{summary} <span class="rule-edit">"Edit"</span></summary>
                <div class="ask-panel">
                    <ShipFromForm row fixed=true version within="from"/>
                </div>
            </details>
        }),
    }
}

/// An address in one line, without what is empty.
fn address_line(row: &ShipFromRow) -> String {
    let street = row.street.split('|').map(str::trim).collect::<Vec<_>>().join(", ");
    let place = [row.region.as_str(), row.postal_code.as_str()].join(" ");
    let parts = [row.company.as_str(), street.as_str(), row.city.as_str(), place.trim(), row.country.as_str()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.trim().is_empty()).collect();
    parts.join(", ")
}

/// One warehouse.
#[component]
pub fn ShipFromForm(
    /// What it starts with.
    row: ShipFromRow,
    /// The warehouse cannot be changed.
    fixed: bool,
    /// The version a change is made from.
    version: i64,
    /// Makes its ids unique where it stands on the page twice.
    within: &'static str,
) -> impl IntoView {
    let within = element_id(&[within, &row.warehouse]);
    let warehouse = if fixed {
        Either::Left(view! { <input type="hidden" name="row[warehouse]" value=row.warehouse/> })
    } else {
        Either::Right(view! {
            <Field
                label="Warehouse"
                name="row[warehouse]"
                within=within.clone()
                value=row.warehouse
                kind=FieldKind::Code
                required=true
                hint="As in Dynamics 365, or default"
            />
        })
    };
    view! {
        <form method="post" action={path_of::<SaveShipFrom>()}>
            <Version version/>
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
            <Submit label="Save" busy_label="Saving…" glyph=Glyph::Tick testid="save-ship-from">
                <TryButton what="ship-from"/>
            </Submit>
        </form>
    }
    .into_any()
}

/// Corrections that are made again by themselves.
#[component]
pub fn Remembered(
    /// The corrections.
    rows: Vec<CorrectionRow>,
    /// The operator may have one forgotten.
    may_forget: bool,
) -> impl IntoView {
    let content = if rows.is_empty() {
        Either::Left(view! {
            <p class="muted">
                "None. A corrected address can be remembered on the order's page; then the next order there \
                 is corrected by itself."
            </p>
        })
    } else {
        let lines = rows.into_iter().map(|row| view! { <CorrectionLine row may_forget/> }).collect_view();
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
fn CorrectionLine(row: CorrectionRow, may_forget: bool) -> impl IntoView {
    let CorrectionRow { correction_id, customer, address, correction, used, saved: (at, by) } = row;
    let id = element_id(&["correction", &correction_id]);
    let used = match used {
        0 => "not used yet".to_owned(),
        1 => "used once".to_owned(),
        times => format!("used {times} times"),
    };
    let forget = may_forget.then(|| {
        view! {
            <form method="post" action={path_of::<ForgetCorrection>()}>
                <input type="hidden" name="correction_id" value=correction_id/>
                <Submit label="Forget" busy_label="Forgetting…" glyph=Glyph::Cross testid="forget"/>
            </form>
        }
    });
    view! {
        <li class="rule-line" id=id data-testid="correction-row">
            <span class="rule-key mono">{customer}</span>
            <span class="rule-value">
                <span>{address}</span>
                <span>"→ " {correction}</span>
                <span class="muted small">{used} "; saved " <TimeAgo at/> {format!(" by {by}")}</span>
            </span>
            {forget}
        </li>
    }
    .into_any()
}
