//! The print queue: what is on its way to paper, what stopped, and what may be printed already.

use crate::api::printers::{CancelPrint, RetryPrint};
use crate::components::action_form::{Submit, path_of};
use crate::components::ask::Ask;
use crate::components::element_id::element_id;
use crate::components::field::Field;
use crate::components::filter_bar::FilterChip;
use crate::components::icon::Glyph;
use crate::components::order_row::order_href;
use crate::components::status_badge::StatusBadge;
use crate::components::time_ago::TimeAgo;
use crate::contract::PrintJobRow;
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
    /// One page of it.
    jobs: Vec<PrintJobRow>,
    /// Cursor of the following page.
    next: Option<String>,
    /// The state that is shown; none shows all.
    state: Option<String>,
    /// The operator may print, retry and cancel.
    may_print: bool,
) -> impl IntoView {
    let none = jobs.is_empty();
    let rows = jobs.into_iter().map(|job| view! { <Job job may_print/> }).collect_view();
    let chosen = state.clone().unwrap_or_default();
    let chips = STATES
        .iter()
        .map(|&(state, label)| {
            let href = if state.is_empty() { "/printers".to_owned() } else { format!("/printers?state={state}") };
            view! { <FilterChip href label current=state == chosen/> }
        })
        .collect_view();
    let older = next.map(|after| {
        let mut query = ParamsMap::new();
        if let Some(state) = state {
            query.insert("state", state);
        }
        query.insert("after", after);
        view! { <a class="button" href=format!("/printers{}", query.to_query_string())>"Older"</a> }
    });
    view! {
        <section class="card" aria-labelledby="queue-title" data-testid="queue">
            <h2 id="queue-title">"Print queue"</h2>
            <div class="filter-chips" role="group" aria-label="State">
                {chips}
            </div>
            {none.then(|| view! { <p class="muted">"Nothing here."</p> })}
            <ol class="jobs">{rows}</ol>
            {older}
        </section>
    }
    .into_any()
}

/// One document on its way.
#[component]
fn Job(job: PrintJobRow, may_print: bool) -> impl IntoView {
    let PrintJobRow { job_id, version, title, order, status, printer, origin, asked, cause, changed, .. } = job;
    let id = element_id(&["job", &job_id]);
    let state = status.code.clone();
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
    let cause = cause.map(|cause| {
        view! {
            <div class="job-cause">
                <p>{cause.sentence}</p>
                <p class="muted">{cause.next_step}</p>
                {cause.vendor_text.map(|text| view! { <p class="small mono">{text}</p> })}
            </div>
        }
    });
    let retry = (may_print && job.may_retry).then(|| {
        view! { <RetryAsk job_id=job_id.clone() version doubtful=job.reason_needed/> }
    });
    let cancel = (may_print && job.may_cancel).then(|| view! { <CancelAsk job_id version/> });
    view! {
        <li class="job" id=id data-testid="print-job" data-state=state>
            <p class="job-head">
                {order} <span>{title}</span> <StatusBadge status/>
                <span class="muted small">
                    {printer} " · " <TimeAgo at=changed/> " · " {origin} {asked}
                </span>
            </p>
            {cause}
            <div class="asks">{retry} {cancel}</div>
        </li>
    }
    .into_any()
}

/// The two hidden fields that say which job, in which version.
#[component]
fn Target(job_id: String, version: i64) -> impl IntoView {
    view! {
        <input type="hidden" name="job_id" value=job_id/>
        <input type="hidden" name="version" value=version.to_string()/>
    }
}

/// Sends a document again. One that may be on paper already needs a reason.
#[component]
fn RetryAsk(job_id: String, version: i64, doubtful: bool) -> impl IntoView {
    let within = format!("retry-{job_id}");
    let sentence = if doubtful {
        "The bytes were sent and the connection broke before anybody confirmed them. Look at the printer first: \
         if the label came out, cancel this; if you print it again, destroy the first one."
    } else {
        "It is certainly not printed yet; it goes to the same printer."
    };
    view! {
        <Ask label="Print again" glyph=Glyph::Replay testid="retry-print" grave=doubtful>
            <p>{sentence}</p>
            <form method="post" action={path_of::<RetryPrint>()}>
                <Target job_id version/>
                <Field
                    label=if doubtful { "What did you see at the printer?" } else { "Reason" }
                    name="reason"
                    within
                    required=doubtful
                    hint="Stands in the audit trail with your name."
                />
                <Submit
                    label="Print it again"
                    busy_label="Queueing…"
                    glyph=Glyph::Printer
                    testid="retry-print-confirm"
                />
            </form>
        </Ask>
    }
    .into_any()
}

/// Gives a document up.
#[component]
fn CancelAsk(job_id: String, version: i64) -> impl IntoView {
    let within = format!("cancel-{job_id}");
    view! {
        <Ask label="Cancel" glyph=Glyph::Cross testid="cancel-print" quiet=true>
            <p>"It leaves the queue. The document stays on the page of its order and can be printed from there."</p>
            <form method="post" action={path_of::<CancelPrint>()}>
                <Target job_id version/>
                <Field label="Reason" name="reason" within hint="Stands in the audit trail with your name."/>
                <Submit label="Cancel it" busy_label="Cancelling…" glyph=Glyph::Cross testid="cancel-print-confirm"/>
            </form>
        </Ask>
    }
    .into_any()
}
