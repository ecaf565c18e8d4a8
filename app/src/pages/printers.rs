//! Printers: where each warehouse prints its labels and papers, and the queue on its way there.

use super::printers_queue::Queue;
use crate::api::printers::{CancelPrint, RemovePrinter, RetryPrint, SavePrinter, TestPrinter, load_printing};
use crate::components::action_form::{Submit, path_of};
use crate::components::ask::Ask;
use crate::components::clock::provide_page_clock;
use crate::components::element_id::element_id;
use crate::components::field::{Check, Choice, Field, FieldKind};
use crate::components::filter_bar::filter_value;
use crate::components::icon::Glyph;
use crate::components::live::LiveSwitch;
use crate::components::loaded::loaded;
use crate::components::page_header::PageHeader;
use crate::components::problem_notice::PostProblem;
use crate::contract::{PrintFilter, PrinterForm, PrinterRow, Printing};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

/// Forms that are folded or stand there once a row: why one was refused stands on top.
const ROWS: [&str; 5] =
    [SavePrinter::PATH, RemovePrinter::PATH, TestPrinter::PATH, RetryPrint::PATH, CancelPrint::PATH];

const KINDS: [(&str, &str); 2] = [("raw", "Label printer (TCP 9100)"), ("ipp", "IPP or CUPS")];
const TAKES: [(&str, &str); 3] = [("ZPLII", "ZPL"), ("PDF", "PDF"), ("PNG", "PNG")];

/// The printers page.
#[component]
pub fn PrintersPage() -> impl IntoView {
    let filter = use_query_map().with_untracked(|query| PrintFilter {
        state: filter_value(query, "state"),
        after: filter_value(query, "after"),
    });
    let state = filter.state.clone();
    let page = loaded("Printers", load_printing(filter), move |printing| view! { <Sheet printing state/> });
    view! { <div class="page">{page}</div> }
}

/// The page, once loaded.
#[component]
fn Sheet(printing: Printing, state: Option<String>) -> impl IntoView {
    provide_page_clock(&printing.now);
    let Printing { headline, printers, jobs, next, may_edit, may_print, .. } = printing;
    view! {
        <PageHeader title="Printers">
            <LiveSwitch/>
        </PageHeader>
        <p class="headline" data-testid="headline">
            {headline}
        </p>
        <PostProblem of=&ROWS/>
        <div class="rules">
            <Printers printers may_edit may_print/>
            <Queue jobs next state may_print/>
        </div>
    }
    .into_any()
}

/// The printers, and adding one.
#[component]
fn Printers(printers: Vec<PrinterRow>, may_edit: bool, may_print: bool) -> impl IntoView {
    let none = printers.is_empty();
    let rows = printers.into_iter().map(|row| view! { <Printer row may_edit may_print/> }).collect_view();
    let new = PrinterForm { kind: "raw".into(), takes: "ZPLII".into(), enabled: true, ..PrinterForm::default() };
    view! {
        <section class="card" aria-labelledby="printers-title" data-testid="printers">
            <h2 id="printers-title">"Printers"</h2>
            {none
                .then(|| {
                    view! {
                        <p class="muted">
                            "None yet: labels are bought all the same, and saved from the page of their order."
                        </p>
                    }
                })}
            <div class="rule-list">{rows}</div>
            {may_edit
                .then(|| {
                    view! {
                        <Ask label="Add a printer" glyph=Glyph::Plus testid="add-printer">
                            <PrinterFields form=new/>
                        </Ask>
                    }
                })}
        </section>
    }
    .into_any()
}

/// One printer: what it prints, how busy it is; unfolds into its form.
#[component]
fn Printer(row: PrinterRow, may_edit: bool, may_print: bool) -> impl IntoView {
    let id = element_id(&["printer", &row.form.printer_id]);
    let form = row.form.clone();
    let (name, test, remove) = (form.name.clone(), form.printer_id.clone(), form.printer_id.clone());
    view! {
        <details class="rule" id=id data-testid="printer" data-name=name>
            <summary class="rule-line">
                <Summary row/>
                <span class="rule-edit">"Open"</span>
            </summary>
            <div class="ask-panel">
                {may_print.then(|| view! { <TestForm printer_id=test/> })}
                {may_edit
                    .then(|| {
                        view! {
                            <PrinterFields form/>
                            <RemoveForm printer_id=remove/>
                        }
                    })}
            </div>
        </details>
    }
    .into_any()
}

/// A printer in one line.
#[component]
fn Summary(row: PrinterRow) -> impl IntoView {
    let PrinterRow { form, waiting, needs_person } = row;
    let kind = if form.kind == "raw" { "TCP" } else { "IPP" };
    let labels = (!form.labels.is_empty()).then(|| format!("labels of {}", form.labels));
    let papers = (!form.papers.is_empty()).then(|| format!("papers of {}", form.papers));
    let unused = labels.is_none() && papers.is_none();
    let tags = [
        labels,
        papers,
        unused.then(|| "no warehouse prints here".to_owned()),
        (!form.enabled).then(|| "off".to_owned()),
        (waiting > 0).then(|| format!("{waiting} on the way")),
    ];
    let tags = tags.into_iter().flatten().map(|text| view! { <span class="tag">{text}</span> }).collect_view();
    view! {
        <span class="rule-key">{form.name}</span>
        <span class="rule-value">
            <span class="mono">{form.address}</span>
            <span class="muted small">{format!("{} by {kind}", form.takes)}</span>
            {tags}
            {(needs_person > 0)
                .then(|| view! { <span class="needs">{format!("{needs_person} need you")}</span> })}
        </span>
    }
}

/// What a printer is and prints.
#[component]
fn PrinterFields(form: PrinterForm) -> impl IntoView {
    let within = format!("printer-{}", form.printer_id);
    view! {
        <form method="post" action={path_of::<SavePrinter>()}>
            <input type="hidden" name="form[printer_id]" value=form.printer_id/>
            <div class="fields">
                <Field
                    label="Name"
                    name="form[name]"
                    within=within.clone()
                    value=form.name
                    required=true
                    placeholder="Dock 1"
                />
                <Choice
                    label="Reached by"
                    name="form[kind]"
                    within=within.clone()
                    choices=&KINDS
                    value=form.kind
                />
                <Choice
                    label="It takes"
                    name="form[takes]"
                    within=within.clone()
                    choices=&TAKES
                    value=form.takes
                    hint="The label format of the rules must be the same"
                />
                <Field
                    label="Address"
                    name="form[address]"
                    within=within.clone()
                    value=form.address
                    kind=FieldKind::Code
                    required=true
                    hint="host:9100, or ipp://host:631/printers/NAME"
                    class="wide"
                />
                <Field
                    label="Prints the labels of"
                    name="form[labels]"
                    within=within.clone()
                    value=form.labels
                    kind=FieldKind::Code
                    hint="Warehouses, separated by commas; default for all others"
                />
                <Field
                    label="Prints the papers of"
                    name="form[papers]"
                    within=within.clone()
                    value=form.papers
                    kind=FieldKind::Code
                    hint="The same, for commercial invoices"
                />
            </div>
            <Check
                label="Switched on"
                name="form[enabled]"
                within
                checked=form.enabled
                hint="Off: documents wait for it, nothing is sent."
            />
            <Submit label="Save" busy_label="Saving…" glyph=Glyph::Tick testid="save-printer"/>
        </form>
    }
    .into_any()
}

/// A label that is no label.
#[component]
fn TestForm(printer_id: String) -> impl IntoView {
    view! {
        <form method="post" action={path_of::<TestPrinter>()}>
            <input type="hidden" name="printer_id" value=printer_id/>
            <Submit label="Print a test label" busy_label="Queueing…" glyph=Glyph::Printer testid="test-label">
                <span class="muted small">"It says that it is a test, and belongs to no parcel."</span>
            </Submit>
        </form>
    }
    .into_any()
}

/// Takes a printer away.
#[component]
fn RemoveForm(printer_id: String) -> impl IntoView {
    view! {
        <Ask label="Remove" glyph=Glyph::Cross testid="remove-printer" quiet=true>
            <p>
                "Its warehouses print nowhere until another printer takes them. What waits for it is stopped and needs you."
            </p>
            <form method="post" action={path_of::<RemovePrinter>()}>
                <input type="hidden" name="printer_id" value=printer_id/>
                <Submit
                    label="Remove the printer"
                    busy_label="Removing…"
                    glyph=Glyph::Cross
                    testid="remove-printer-confirm"
                />
            </form>
        </Ask>
    }
    .into_any()
}
