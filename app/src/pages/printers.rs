//! Printers: where each warehouse prints its labels and papers, and the queue on its way there.

use super::printers_queue::Queue;
use crate::api::printers::{CancelPrint, RemovePrinter, RetryPrint, SavePrinter, TestPrinter, load_printing};
use crate::components::action_form::{Submit, problem_after};
use crate::components::ask::Ask;
use crate::components::clock::provide_page_clock;
use crate::components::field::{Check, Choice, Field, FieldKind};
use crate::components::filter_bar::filter_value;
use crate::components::icon::Glyph;
use crate::components::live::{Live, LiveSwitch, live};
use crate::components::page_header::PageHeader;
use crate::components::problem_notice::{PostProblem, ProblemNotice};
use crate::components::toast::use_toast;
use crate::contract::{PrintFilter, PrinterForm, PrinterRow, Printing, Problem};
use leptos::either::Either;
use leptos::form::ActionForm;
use leptos::html::Form;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(4);

/// Forms that are folded or stand there once a row: why one was refused without JavaScript stands on top.
const ROWS: [&str; 5] =
    [SavePrinter::PATH, RemovePrinter::PATH, TestPrinter::PATH, RetryPrint::PATH, CancelPrint::PATH];

const KINDS: [(&str, &str); 2] = [("raw", "Label printer (TCP 9100)"), ("ipp", "IPP or CUPS")];
const TAKES: [(&str, &str); 3] = [("ZPLII", "ZPL"), ("PDF", "PDF"), ("PNG", "PNG")];

/// The printers page.
#[component]
pub fn PrintersPage() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| {
        query.with(|query| PrintFilter { state: filter_value(query, "state"), after: filter_value(query, "after") })
    });
    let printing = Resource::new(move || filter.get(), load_printing);
    view! {
        <div class="page">
            <Transition fallback=|| view! { <p class="loading">"Loading…"</p> }>
                {move || Suspend::new(async move {
                    let loaded = printing.await;
                    let filter = filter.get_untracked();
                    match loaded {
                        Ok(first) => Either::Left(view! { <Sheet first filter/> }),
                        Err(problem) => {
                            Either::Right(
                                view! {
                                    <PageHeader title="Printers"/>
                                    <ProblemNotice problem/>
                                },
                            )
                        }
                    }
                })}
            </Transition>
        </div>
    }
}

/// The page, once loaded.
#[component]
fn Sheet(first: Printing, filter: PrintFilter) -> impl IntoView {
    let asked = filter.clone();
    let live = live(first, REFRESH, move || load_printing(asked.clone()));
    let printing = live.value;
    provide_page_clock(Signal::derive(move || printing.with(|printing| printing.now.clone())));
    view! {
        <PageHeader title="Printers">
            <LiveSwitch paused=live.paused problem=live.problem/>
        </PageHeader>
        <p class="headline" data-testid="headline">
            {move || printing.with(|printing| printing.headline.clone())}
        </p>
        <PostProblem of=&ROWS/>
        <div class="rules">
            <Printers live/>
            <Queue live filter/>
        </div>
    }
    .into_any()
}

/// After an action: say so, and fetch the new state.
pub fn when_done<S>(action: ServerAction<S>, live: Live<Printing>, text: &'static str)
where
    S: ServerFn<Output = (), Error = Problem> + Clone + Send + Sync + 'static,
{
    let toast = use_toast();
    let value = action.value();
    Effect::new(move |_| {
        if let Some(Ok(())) = value.get() {
            toast.show(text);
            live.refresh();
        }
    });
}

/// The printers, and adding one.
#[component]
fn Printers(live: Live<Printing>) -> impl IntoView {
    let rows = Memo::new(move |_| live.value.with(|printing| printing.printers.clone()));
    let ids = move || rows.with(|rows| rows.iter().map(|row| row.form.printer_id.clone()).collect::<Vec<_>>());
    let none = Memo::new(move |_| rows.with(Vec::is_empty));
    let may_edit = live.value.with_untracked(|printing| printing.may_edit);
    let new = PrinterForm { kind: "raw".into(), takes: "ZPLII".into(), enabled: true, ..PrinterForm::default() };
    view! {
        <section class="card" aria-labelledby="printers-title" data-testid="printers">
            <h2 id="printers-title">"Printers"</h2>
            {move || {
                none.get()
                    .then(|| {
                        view! {
                            <p class="muted">
                                "None yet: labels are bought all the same, and saved from the page of their order."
                            </p>
                        }
                    })
            }}
            <div class="rule-list">
                <For each=ids key=Clone::clone let:id>
                    {
                        let row = Memo::new(move |last: Option<&PrinterRow>| {
                            rows.with(|rows| rows.iter().find(|row| row.form.printer_id == id).cloned())
                                .or_else(|| last.cloned())
                                .unwrap_or_default()
                        });
                        view! { <Printer row live/> }
                    }
                </For>
            </div>
            {may_edit
                .then(|| {
                    view! {
                        <Ask label="Add a printer" glyph=Glyph::Plus testid="add-printer">
                            <PrinterFields form=new live/>
                        </Ask>
                    }
                })}
        </section>
    }
    .into_any()
}

/// One printer: what it prints, how busy it is; unfolds into its form.
#[component]
fn Printer(row: Memo<PrinterRow>, live: Live<Printing>) -> impl IntoView {
    let summary = move || {
        let PrinterRow { form, waiting, needs_person } = row.get();
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
        let tags = tags.into_iter().flatten().map(|text| view! { <span class="tag">{text}</span> });
        view! {
            <span class="rule-key">{form.name}</span>
            <span class="rule-value">
                <span class="mono">{form.address}</span>
                <span class="muted small">{format!("{} by {kind}", form.takes)}</span>
                {tags.collect_view()}
                {(needs_person > 0)
                    .then(|| view! { <span class="needs">{format!("{needs_person} need you")}</span> })}
            </span>
        }
    };
    let (may_edit, may_print) = live.value.with_untracked(|printing| (printing.may_edit, printing.may_print));
    let form = row.get_untracked().form;
    let (test, remove, name) = (form.printer_id.clone(), form.printer_id.clone(), form.name.clone());
    view! {
        <details class="rule" data-testid="printer" data-name=name>
            <summary class="rule-line">{summary} <span class="rule-edit">"Open"</span></summary>
            <div class="ask-panel">
                {may_print.then(|| view! { <TestForm printer_id=test live/> })}
                {may_edit
                    .then(|| {
                        view! {
                            <PrinterFields form live/>
                            <RemoveForm printer_id=remove live/>
                        }
                    })}
            </div>
        </details>
    }
    .into_any()
}

/// What a printer is and prints.
#[component]
fn PrinterFields(form: PrinterForm, live: Live<Printing>) -> impl IntoView {
    let action = ServerAction::<SavePrinter>::new();
    let element = NodeRef::<Form>::new();
    when_done(action, live, "Saved.");
    Effect::new(move |_| {
        if let (Some(Ok(())), Some(form)) = (action.value().get(), element.get_untracked()) {
            form.reset();
        }
    });
    let within = format!("printer-{}", form.printer_id);
    view! {
        <ActionForm action=action node_ref=element>
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
            <Submit
                label="Save"
                busy_label="Saving…"
                glyph=Glyph::Tick
                pending=action.pending()
                problem=problem_after(action)
                testid="save-printer"
            />
        </ActionForm>
    }
    .into_any()
}

/// A label that is no label.
#[component]
fn TestForm(printer_id: String, live: Live<Printing>) -> impl IntoView {
    let action = ServerAction::<TestPrinter>::new();
    when_done(action, live, "A test label is in the queue.");
    view! {
        <ActionForm action=action>
            <input type="hidden" name="printer_id" value=printer_id/>
            <Submit
                label="Print a test label"
                busy_label="Queueing…"
                glyph=Glyph::Printer
                pending=action.pending()
                problem=problem_after(action)
                testid="test-label"
            >
                <span class="muted small">"It says that it is a test, and belongs to no parcel."</span>
            </Submit>
        </ActionForm>
    }
    .into_any()
}

/// Takes a printer away.
#[component]
fn RemoveForm(printer_id: String, live: Live<Printing>) -> impl IntoView {
    let action = ServerAction::<RemovePrinter>::new();
    when_done(action, live, "Removed.");
    view! {
        <Ask label="Remove" glyph=Glyph::Cross testid="remove-printer" quiet=true>
            <p>
                "Its warehouses print nowhere until another printer takes them. What waits for it is stopped and needs you."
            </p>
            <ActionForm action=action>
                <input type="hidden" name="printer_id" value=printer_id/>
                <Submit
                    label="Remove the printer"
                    busy_label="Removing…"
                    glyph=Glyph::Cross
                    pending=action.pending()
                    problem=problem_after(action)
                    testid="remove-printer-confirm"
                />
            </ActionForm>
        </Ask>
    }
    .into_any()
}
