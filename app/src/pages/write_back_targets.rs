//! The targets of the write-back: where each value goes, ready-made ones, and fields to choose from.

use super::write_back::when_done;
use crate::api::write_back::{AddTarget, DiscoverFields, RemoveWriteField, SaveWriteField};
use crate::components::action_form::{Submit, problem_after};
use crate::components::ask::Ask;
use crate::components::data_table::DataTable;
use crate::components::field::{Choice, Field, FieldKind};
use crate::components::icon::Glyph;
use crate::components::live::Live;
use crate::components::time_ago::TimeAgo;
use crate::contract::{DiscoveredSet, PresetView, TargetView, WriteBack};
use leptos::form::ActionForm;
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
    /// The page's data.
    live: Live<WriteBack>,
) -> impl IntoView {
    let targets = Memo::new(move |_| live.value.with(|page| page.targets.clone()));
    let presets = Memo::new(move |_| live.value.with(|page| page.presets.clone()));
    let discovered = Memo::new(move |_| live.value.with(|page| page.discovered.clone()));
    let (may_edit, may_write) = live.value.with_untracked(|page| (page.may_edit, page.may_write));
    let order_set = live.value.with_untracked(|page| page.order_set.clone());
    view! {
        <section class="card" aria-labelledby="targets-title" data-testid="targets">
            <h2 id="targets-title">"Targets"</h2>
            <p class="muted">
                "Status, delivery and charge on the order itself need fields of your own; tracking numbers on the packing slip and notes work without."
            </p>
            {move || {
                targets.get().into_iter().map(|target| view! { <Target target may_edit live/> }).collect_view()
            }}
            {may_edit.then(|| view! { <FieldFields entity_set=order_set.clone() companies=String::new() live/> })}
            {may_edit
                .then(|| {
                    view! {
                        {move || {
                            presets.get().into_iter().map(|preset| view! { <Preset preset live/> }).collect_view()
                        }}
                    }
                })}
            <datalist id=LIST>
                {move || {
                    discovered
                        .get()
                        .into_iter()
                        .flat_map(|set| set.fields)
                        .map(|field| view! { <option value=field.property></option> })
                        .collect_view()
                }}
            </datalist>
            {move || {
                discovered.get().into_iter().map(|set| view! { <Discovered set/> }).collect_view()
            }}
            {may_write.then(|| view! { <Discover entity_set=order_set.clone() live/> })}
        </section>
    }
    .into_any()
}

/// One target with its fields.
#[component]
fn Target(target: TargetView, may_edit: bool, live: Live<WriteBack>) -> impl IntoView {
    let remove = ServerAction::<RemoveWriteField>::new();
    when_done(remove, live, "Removed.");
    let key = target.key.clone();
    let rows = target.fields.clone().into_iter().map(move |field| {
        let key = key.clone();
        let label = format!("Remove {}", field.title.to_lowercase());
        view! {
            <tr role="row">
                <th scope="row" role="rowheader">{field.title}</th>
                <td role="cell" class="mono">{field.property}</td>
                <td role="cell" class="muted">{field.remark}</td>
                {may_edit
                    .then(|| {
                        view! {
                            <td role="cell">
                                <ActionForm action=remove>
                                    <input type="hidden" name="target" value=key.clone()/>
                                    <input type="hidden" name="value" value=field.value.clone()/>
                                    <button type="submit" class="button quiet" aria-label=label data-testid="remove-field">
                                        "Remove"
                                    </button>
                                </ActionForm>
                            </td>
                        }
                    })}
            </tr>
        }
    });
    let caption = format!("{} of {}", target.title, target.entity_set);
    let columns: &'static [&'static str] = if may_edit { &COLUMNS } else { &VIEW_COLUMNS };
    view! {
        <div class="write-target" data-testid="target" data-set=target.entity_set.clone()>
            <h3>{target.title.clone()} " " <span class="mono muted">{target.entity_set.clone()}</span></h3>
            <p class="muted small">{target.remark.clone()}</p>
            <DataTable caption columns class="write-fields">{rows.collect::<Vec<_>>()}</DataTable>
            {(may_edit && target.may_choose)
                .then(|| {
                    view! {
                        <FieldFields entity_set=target.entity_set.clone() companies=target.companies.clone() more=true live/>
                    }
                })}
        </div>
    }
    .into_any()
}

/// Where one more value goes.
#[component]
fn FieldFields(
    entity_set: String,
    companies: String,
    /// It adds to a target that is there.
    #[prop(optional)]
    more: bool,
    live: Live<WriteBack>,
) -> impl IntoView {
    let action = ServerAction::<SaveWriteField>::new();
    when_done(action, live, "Saved.");
    let label = if more { "Add or change a field" } else { "Add fields of another set or legal entity" };
    let within = format!("field-{entity_set}-{companies}-{more}").replace([',', ' '], "-");
    view! {
        <Ask label glyph=Glyph::Plus testid="add-field" quiet=!more>
            <ActionForm action=action>
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
                        within=within
                        value=companies
                        kind=FieldKind::Code
                        hint="Blank: all"
                    />
                </div>
                <Submit
                    label="Save the field"
                    busy_label="Saving…"
                    glyph=Glyph::Tick
                    pending=action.pending()
                    problem=problem_after(action)
                    testid="save-field"
                />
            </ActionForm>
        </Ask>
    }
    .into_any()
}

/// A ready-made target, to add.
#[component]
fn Preset(preset: PresetView, live: Live<WriteBack>) -> impl IntoView {
    let action = ServerAction::<AddTarget>::new();
    when_done(action, live, "Added.");
    view! {
        <ActionForm action=action>
            <input type="hidden" name="preset" value=preset.name.clone()/>
            <Submit
                label=format!("Add: {}", preset.title)
                busy_label="Adding…"
                glyph=Glyph::Plus
                pending=action.pending()
                problem=problem_after(action)
                testid="add-preset"
            >
                <span class="muted small">{preset.sentence}</span>
            </Submit>
        </ActionForm>
    }
    .into_any()
}

/// Asks Dynamics 365 what there is.
#[component]
fn Discover(entity_set: String, live: Live<WriteBack>) -> impl IntoView {
    let action = ServerAction::<DiscoverFields>::new();
    when_done(action, live, "Asked; the fields stand here.");
    view! {
        <ActionForm action=action attr:class="inline-form">
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
                pending=action.pending()
                problem=problem_after(action)
                testid="discover"
            />
        </ActionForm>
    }
    .into_any()
}

/// The fields of one set.
#[component]
fn Discovered(set: DiscoveredSet) -> impl IntoView {
    let rows = set.fields.into_iter().map(|field| {
        view! {
            <tr role="row">
                <th scope="row" role="rowheader" class="mono">{field.property}</th>
                <td role="cell">{field.shape}</td>
                <td role="cell">{if field.extension { "Extension" } else { "Standard" }}</td>
            </tr>
        }
    });
    view! {
        <details class="more" data-testid="discovered">
            <summary>"Fields of " <span class="mono">{set.entity_set.clone()}</span> " that can be written"</summary>
            <p class="muted small">"Asked " <TimeAgo at=set.found/></p>
            <DataTable caption=format!("Fields of {} that can be written", set.entity_set) columns=&FOUND class="write-fields">
                {rows.collect_view()}
            </DataTable>
        </details>
    }
    .into_any()
}
