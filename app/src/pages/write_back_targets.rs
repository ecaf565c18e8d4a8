//! The targets of the write-back: where each value goes, ready-made ones, and fields to choose from.

use crate::api::write_back::{AddTarget, DiscoverFields, RemoveWriteField, SaveWriteField};
use crate::components::action_form::{Submit, path_of};
use crate::components::ask::Ask;
use crate::components::data_table::DataTable;
use crate::components::element_id::element_id;
use crate::components::field::{Choice, Field, FieldKind};
use crate::components::icon::Glyph;
use crate::components::time_ago::TimeAgo;
use crate::contract::{DiscoveredSet, PresetView, TargetField, TargetView};
use leptos::prelude::*;

/// What can be written to a field, in the order of a parcel's life.
const VALUES: [(&str, &str); 14] = [
    ("tracking_number", "Tracking number"),
    ("tracking_url", "Tracking page"),
    ("carrier", "Carrier"),
    ("service", "Service"),
    ("status", "Status"),
    ("status_time", "Time of the last scan"),
    ("last_scan", "Last scan"),
    ("ship_date", "Ship date"),
    ("estimated_delivery", "Estimated delivery"),
    ("delivered_at", "Delivered at"),
    ("signed_by", "Signed by"),
    ("charge_amount", "Rated charge"),
    ("charge_currency", "Currency of the charge"),
    ("invoice_reference", "Invoice"),
];
const POLICIES: [(&str, &str); 3] =
    [("always", "Ours replaces it"), ("only_if_empty", "It stays"), ("append", "Ours is added as a line")];
const DATES: [(&str, &str); 3] = [("auto", "As discovered"), ("date", "The day"), ("date_time", "With the time")];

const COLUMNS: [&str; 4] = ["Value", "Field", "How", "Remove"];
const VIEW_COLUMNS: [&str; 3] = ["Value", "Field", "How"];
const FOUND: [&str; 3] = ["Field", "Takes", "Origin"];
/// Names the discovered fields for the field that asks for one.
const LIST: &str = "discovered-fields";

/// All targets, and adding more.
#[component]
pub fn Targets(
    /// Where values go, in the order they are written.
    targets: Vec<TargetView>,
    /// Ready-made targets that are not there yet.
    presets: Vec<PresetView>,
    /// Fields found in Dynamics 365, set by set.
    discovered: Vec<DiscoveredSet>,
    /// The set that holds the orders, to begin with.
    order_set: String,
    /// The operator may change targets.
    may_edit: bool,
    /// The operator may ask for fields.
    may_write: bool,
) -> impl IntoView {
    let targets = targets.into_iter().map(|target| view! { <Target target may_edit/> }).collect_view();
    let more = may_edit.then(|| {
        let presets = presets.into_iter().map(|preset| view! { <Preset preset/> }).collect_view();
        view! {
            <FieldFields entity_set=order_set.clone() companies=String::new()/>
            {presets}
        }
    });
    let options = discovered
        .iter()
        .flat_map(|set| &set.fields)
        .map(|field| view! { <option value=field.property.clone()></option> })
        .collect_view();
    let discovered = discovered.into_iter().map(|set| view! { <Discovered set/> }).collect_view();
    view! {
        <section class="card" aria-labelledby="targets-title" data-testid="targets">
            <h2 id="targets-title">"Targets"</h2>
            <p class="muted">
                "Status, delivery and charge on the order itself need fields of your own; tracking numbers on the packing slip and notes work without."
            </p>
            {targets}
            {more}
            <datalist id=LIST>{options}</datalist>
            {discovered}
            {may_write.then(|| view! { <Discover entity_set=order_set/> })}
        </section>
    }
    .into_any()
}

/// One target with its fields.
#[component]
fn Target(target: TargetView, may_edit: bool) -> impl IntoView {
    let TargetView { key, title, entity_set, remark, may_choose, companies, fields } = target;
    let id = element_id(&["target", &key]);
    let set = entity_set.clone();
    let caption = format!("{title} of {entity_set}");
    let columns: &'static [&'static str] = if may_edit { &COLUMNS } else { &VIEW_COLUMNS };
    let rows = fields.into_iter().map(|field| view! { <Written field target=key.clone() may_edit/> }).collect_view();
    view! {
        <div class="write-target" id=id data-testid="target" data-set=set>
            <h3>{title} " " <span class="mono muted">{entity_set.clone()}</span></h3>
            <p class="muted small">{remark}</p>
            <DataTable caption columns class="write-fields">
                {rows}
            </DataTable>
            {(may_edit && may_choose).then(|| view! { <FieldFields entity_set companies more=true/> })}
        </div>
    }
    .into_any()
}

/// One value of a target.
#[component]
fn Written(field: TargetField, target: String, may_edit: bool) -> impl IntoView {
    let TargetField { value, title, property, remark } = field;
    let id = element_id(&["written", &target, &value, &property]);
    let label = format!("Remove {}", title.to_lowercase());
    let remove = may_edit.then(|| {
        view! {
            <td role="cell">
                <form method="post" action={path_of::<RemoveWriteField>()}>
                    <input type="hidden" name="target" value=target/>
                    <input type="hidden" name="value" value=value/>
                    <button type="submit" class="button quiet" aria-label=label data-testid="remove-field">
                        "Remove"
                    </button>
                </form>
            </td>
        }
    });
    view! {
        <tr role="row" id=id>
            <th scope="row" role="rowheader">{title}</th>
            <td role="cell" class="mono">{property}</td>
            <td role="cell" class="muted">{remark}</td>
            {remove}
        </tr>
    }
}

/// Where one more value goes.
#[component]
fn FieldFields(
    entity_set: String,
    companies: String,
    /// It adds to a target that is there.
    #[prop(optional)]
    more: bool,
) -> impl IntoView {
    let label = if more { "Add or change a field" } else { "Add fields of another set or legal entity" };
    let within = element_id(&["field", &entity_set, &companies, &more.to_string()]);
    view! {
        <Ask label glyph=Glyph::Plus testid="add-field" quiet=!more>
            <form method="post" action={path_of::<SaveWriteField>()}>
                <div class="fields">
                    <Choice label="Value" name="form[value]" within=within.clone() choices=&VALUES value=""/>
                    <Field
                        label="Field in Dynamics 365"
                        name="form[property]"
                        within=within.clone()
                        kind=FieldKind::Code
                        list=LIST
                        required=true
                        hint="Discover fields to choose one"
                    />
                    <Choice label="If a value is there" name="form[policy]" within=within.clone() choices=&POLICIES value="always"/>
                    <Choice label="A moment as" name="form[date]" within=within.clone() choices=&DATES value="auto"/>
                    <Field
                        label="Longest text"
                        name="form[max_length]"
                        within=within.clone()
                        kind=FieldKind::Code
                        hint="Characters; numbers are never cut"
                        class="narrow"
                    />
                    <Field
                        label="Words of an enumeration"
                        name="form[values]"
                        within=within.clone()
                        kind=FieldKind::Code
                        hint="delivered = Done, * = Open"
                    />
                    <Field
                        label="Entity set"
                        name="form[entity_set]"
                        within=within.clone()
                        value=entity_set
                        kind=FieldKind::Code
                        required=true
                    />
                    <Field
                        label="Legal entities"
                        name="form[companies]"
                        within
                        value=companies
                        kind=FieldKind::Code
                        hint="Blank: all"
                    />
                </div>
                <Submit label="Save the field" busy_label="Saving…" glyph=Glyph::Tick testid="save-field"/>
            </form>
        </Ask>
    }
    .into_any()
}

/// A ready-made target, to add.
#[component]
fn Preset(preset: PresetView) -> impl IntoView {
    let PresetView { name, title, sentence } = preset;
    let id = element_id(&["preset", &name]);
    view! {
        <form method="post" action={path_of::<AddTarget>()} id=id>
            <input type="hidden" name="preset" value=name/>
            <Submit
                label=format!("Add: {title}")
                busy_label="Adding…"
                glyph=Glyph::Plus
                testid="add-preset"
            >
                <span class="muted small">{sentence}</span>
            </Submit>
        </form>
    }
    .into_any()
}

/// Asks Dynamics 365 what there is.
#[component]
fn Discover(entity_set: String) -> impl IntoView {
    view! {
        <form method="post" action={path_of::<DiscoverFields>()} class="inline-form">
            <Field
                label="Discover the fields of"
                name="entity_set"
                value=entity_set
                kind=FieldKind::Code
                required=true
                hint="An entity set, such as SalesOrderHeadersV2"
            />
            <Submit
                label="Discover"
                busy_label="Reading the metadata…"
                glyph=Glyph::Search
                testid="discover"
            />
        </form>
    }
    .into_any()
}

/// The fields of one set.
#[component]
fn Discovered(set: DiscoveredSet) -> impl IntoView {
    let DiscoveredSet { entity_set, found, fields } = set;
    let id = element_id(&["discovered", &entity_set]);
    let caption = format!("Fields of {entity_set} that can be written");
    let rows = fields
        .into_iter()
        .map(|field| {
            let id = element_id(&["found", &entity_set, &field.property]);
            view! {
                <tr role="row" id=id>
                    <th scope="row" role="rowheader" class="mono">{field.property}</th>
                    <td role="cell">{field.shape}</td>
                    <td role="cell">{if field.extension { "Extension" } else { "Standard" }}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <details class="more" id=id data-testid="discovered">
            <summary>"Fields of " <span class="mono">{entity_set}</span> " that can be written"</summary>
            <p class="muted small">"Asked " <TimeAgo at=found/></p>
            <DataTable caption columns=&FOUND class="write-fields">
                {rows}
            </DataTable>
        </details>
    }
    .into_any()
}
