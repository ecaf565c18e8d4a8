//! The print queue: what is on its way to paper, what stopped, and what may be printed already.

use super::printers::when_done;
use crate::api::printers::{CancelPrint, RetryPrint};
use crate::components::action_form::{Submit, problem_after};
use crate::components::ask::Ask;
use crate::components::field::Field;
use crate::components::filter_bar::FilterChip;
use crate::components::icon::Glyph;
use crate::components::live::Live;
use crate::components::order_row::order_href;
use crate::components::status_badge::StatusBadge;
use crate::components::time_ago::TimeAgo;
use crate::contract::{PrintFilter, PrintJobRow, Printing};
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::params::ParamsMap;

/// The chips: what needs a person stands first.
const STATES: [(&str, &str); 9] = [
    ("", "All"),
    ("unknown", "Look at the printer"),
    ("stopped", "Needs you"),
    ("failed", "Tried again"),
    ("queued", "Queued"),
    ("sending", "Printing"),
    ("sent", "At the printer"),
    ("printed", "Printed"),
    ("cancelled", "Not printed"),
];

/// The queue, newest first.
#[component]
pub fn Queue(
    /// The page's data.
    live: Live<Printing>,
    /// What part of it is shown.
    filter: PrintFilter,
) -> impl IntoView {
    let jobs = Memo::new(move |_| live.value.with(|printing| printing.jobs.clone()));
    let ids = move || jobs.with(|jobs| jobs.iter().map(|job| job.job_id.clone()).collect::<Vec<_>>());
    let none = Memo::new(move |_| jobs.with(Vec::is_empty));
    let next = Memo::new(move |_| live.value.with(|printing| printing.next.clone()));
    let chosen = filter.state.clone().unwrap_or_default();
    let state = filter.state;
    let chips = STATES
        .iter()
        .map(|&(state, label)| {
            let href = if state.is_empty() { "/printers".to_owned() } else { format!("/printers?state={state}") };
            view! { <FilterChip href label current=state == chosen/> }
        })
        .collect_view();
    let older = move || {
        next.get().map(|after| {
            let mut query = ParamsMap::new();
            if let Some(state) = &state {
                query.insert("state", state.clone());
            }
            query.insert("after", after);
            view! { <a class="button" href=format!("/printers{}", query.to_query_string())>"Older"</a> }
        })
    };
    view! {
        <section class="card" aria-labelledby="queue-title" data-testid="queue">
            <h2 id="queue-title">"Print queue"</h2>
            <div class="filter-chips" role="group" aria-label="State">
                {chips}
            </div>
            {move || none.get().then(|| view! { <p class="muted">"Nothing here."</p> })}
            <ol class="jobs">
                <For each=ids key=Clone::clone let:id>
                    {
                        let job = Memo::new(move |last: Option<&PrintJobRow>| {
                            jobs.with(|jobs| jobs.iter().find(|job| job.job_id == id).cloned())
                                .or_else(|| last.cloned())
                                .unwrap_or_default()
                        });
                        view! { <Job job live/> }
                    }
                </For>
            </ol>
            {older}
        </section>
    }
    .into_any()
}

/// One document on its way.
#[component]
fn Job(job: Memo<PrintJobRow>, live: Live<Printing>) -> impl IntoView {
    let may_print = live.value.with_untracked(|printing| printing.may_print);
    let may_retry = Memo::new(move |_| may_print && job.with(|job| job.may_retry));
    let may_cancel = Memo::new(move |_| may_print && job.with(|job| job.may_cancel));
    let head = move || {
        let PrintJobRow { title, order, status, printer, origin, asked, cause, changed, .. } = job.get();
        let order = order.map(|(company, number)| {
            view! {
                <a class="row-link" href=order_href(&company, &number)>
                    <span class="mono">{number.clone()}</span>
                </a>
            }
        });
        let asked = asked.map(|(by, reason)| {
            let because = if reason.is_empty() { String::new() } else { format!(": {reason}") };
            format!(", asked by {by}{because}")
        });
        view! {
            <p class="job-head">
                {order} <span>{title}</span> <StatusBadge status/>
                <span class="muted small">
                    {printer} " · " <TimeAgo at=changed/> " · " {origin} {asked}
                </span>
            </p>
            {cause
                .map(|cause| {
                    view! {
                        <div class="job-cause">
                            <p>{cause.sentence}</p>
                            <p class="muted">{cause.next_step}</p>
                            {cause.vendor_text.map(|text| view! { <p class="small mono">{text}</p> })}
                        </div>
                    }
                })}
        }
    };
    let state = move || job.with(|job| job.status.code.clone());
    view! {
        <li class="job" data-testid="print-job" data-state=state>
            {head}
            <div class="asks">
                {move || may_retry.get().then(|| view! { <RetryAsk job live/> })}
                {move || may_cancel.get().then(|| view! { <CancelAsk job live/> })}
            </div>
        </li>
    }
    .into_any()
}

/// The two hidden fields that say which job, in which version.
#[component]
fn Target(job: Memo<PrintJobRow>) -> impl IntoView {
    view! {
        <input type="hidden" name="job_id" value=move || job.with(|job| job.job_id.clone())/>
        <input type="hidden" name="version" value=move || job.with(|job| job.version.to_string())/>
    }
}

/// Sends a document again. One that may be on paper already needs a reason.
#[component]
fn RetryAsk(job: Memo<PrintJobRow>, live: Live<Printing>) -> impl IntoView {
    let action = ServerAction::<RetryPrint>::new();
    when_done(action, live, "It is in the queue again.");
    let (id, doubtful) = job.with_untracked(|job| (job.job_id.clone(), job.reason_needed));
    let sentence = if doubtful {
        "The bytes were sent and the connection broke before anybody confirmed them. Look at the printer first: \
         if the label came out, cancel this; if you print it again, destroy the first one."
    } else {
        "It is certainly not printed yet; it goes to the same printer."
    };
    view! {
        <Ask label="Print again" glyph=Glyph::Replay testid="retry-print" grave=doubtful>
            <p>{sentence}</p>
            <ActionForm action=action>
                <Target job/>
                <Field
                    label=if doubtful { "What did you see at the printer?" } else { "Reason" }
                    name="reason"
                    within=format!("retry-{id}")
                    required=doubtful
                    hint="Stands in the audit trail with your name."
                />
                <Submit
                    label="Print it again"
                    busy_label="Queueing…"
                    glyph=Glyph::Printer
                    pending=action.pending()
                    problem=problem_after(action)
                    testid="retry-print-confirm"
                />
            </ActionForm>
        </Ask>
    }
    .into_any()
}

/// Gives a document up.
#[component]
fn CancelAsk(job: Memo<PrintJobRow>, live: Live<Printing>) -> impl IntoView {
    let action = ServerAction::<CancelPrint>::new();
    when_done(action, live, "Given up.");
    let id = job.with_untracked(|job| job.job_id.clone());
    view! {
        <Ask label="Cancel" glyph=Glyph::Cross testid="cancel-print" quiet=true>
            <p>"It leaves the queue. The document stays on the page of its order and can be printed from there."</p>
            <ActionForm action=action>
                <Target job/>
                <Field
                    label="Reason"
                    name="reason"
                    within=format!("cancel-{id}")
                    hint="Stands in the audit trail with your name."
                />
                <Submit
                    label="Cancel it"
                    busy_label="Cancelling…"
                    glyph=Glyph::Cross
                    pending=action.pending()
                    problem=problem_after(action)
                    testid="cancel-print-confirm"
                />
            </ActionForm>
        </Ask>
    }
    .into_any()
}
