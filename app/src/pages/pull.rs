//! How orders come in: why one was not shipped, the scan and the cursor, the queue of orders to look
//! at, and what is missing.

use super::pull_gap::Gap;
use super::pull_schedules::Schedules;
use super::pull_why::OneOrder;
use crate::api::attention::PullNow;
use crate::api::pauses::Pause;
use crate::api::pull::{FindGaps, ImportOrder, Rewind, load_pull};
use crate::components::action_form::{Submit, path_of};
use crate::components::ask::Ask;
use crate::components::clock::{page_zone, provide_page_clock};
use crate::components::element_id::element_id;
use crate::components::field::{Field, FieldKind};
use crate::components::icon::Glyph;
use crate::components::live::LiveSwitch;
use crate::components::loaded::loaded;
use crate::components::order_row::order_href;
use crate::components::page_header::PageHeader;
use crate::components::problem_notice::PostProblem;
use crate::components::status_badge::StatusBadge;
use crate::components::time_ago::TimeAgo;
use crate::contract::{ChangesView, LookQueue, LookRow, Moment, Pull, ScanOfOrders};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// Forms that are folded or stand there once a row: why one was refused stands on top.
const FORMS: [&str; 5] = [ImportOrder::PATH, Rewind::PATH, FindGaps::PATH, PullNow::PATH, Pause::PATH];

/// The page.
#[component]
pub fn PullPage() -> impl IntoView {
    let page = loaded("Pull", load_pull(), |pull| view! { <Sheet pull/> });
    view! { <div class="page">{page}</div> }
}

/// The page, once loaded.
#[component]
fn Sheet(pull: Pull) -> impl IntoView {
    provide_page_clock(&pull.now);
    let Pull { headline, scan, changes, queue, gap, schedules, flows, may_act, .. } = pull;
    view! {
        <PageHeader title="Pull">
            <LiveSwitch/>
        </PageHeader>
        <p class="headline" data-testid="headline">
            {headline}
        </p>
        <PostProblem of=&FORMS/>
        <div class="rules">
            <OneOrder may_act/>
            <div class="day">
                <Scan scan may_act/>
                <Changes changes may_act/>
            </div>
            <Queue queue/>
            <Gap gap may_act/>
            <Schedules sentences=schedules flows/>
        </div>
    }
    .into_any()
}

/// A moment in a list of facts.
fn fact(name: &'static str, at: Option<Moment>) -> impl IntoView {
    at.map(|at| view! { <div><dt>{name}</dt><dd>{at.text.clone()} " (" <TimeAgo at/> ")"</dd></div> })
}

/// The scan of the whole open set.
#[component]
fn Scan(scan: ScanOfOrders, may_act: bool) -> impl IntoView {
    let ScanOfOrders { sentence, last, next, trouble } = scan;
    view! {
        <section class="card" aria-labelledby="scan-title" data-testid="scan">
            <h2 id="scan-title">"Scan"</h2>
            <p>{sentence}</p>
            {trouble.map(|text| view! { <p class="job-cause">{text}</p> })}
            <dl class="facts">{fact("Last", last)} {fact("Next", next)}</dl>
            {may_act
                .then(|| {
                    view! {
                        <form method="post" action={path_of::<PullNow>()}>
                            <Submit label="Scan now" busy_label="Asking…" glyph=Glyph::Replay testid="scan-now"/>
                        </form>
                    }
                })}
        </section>
    }
    .into_any()
}

/// Reading what changed, and its cursor.
#[component]
fn Changes(changes: ChangesView, may_act: bool) -> impl IntoView {
    let ChangesView { status, sentence, cursor, cursor_text, read } = changes;
    let may_rewind = may_act && cursor.is_some();
    view! {
        <section class="card" aria-labelledby="changes-title" data-testid="changes">
            <h2 id="changes-title">"Changes"</h2>
            <p>
                <StatusBadge status/>
            </p>
            <p>{sentence}</p>
            <dl class="facts">{fact("Changes read up to", cursor)} {fact("Last read", read)}</dl>
            {may_rewind.then(|| view! { <RewindForm at=cursor_text/> })}
        </section>
    }
    .into_any()
}

/// Moves the cursor.
#[component]
fn RewindForm(at: String) -> impl IntoView {
    view! {
        <Ask label="Rewind" glyph=Glyph::Back testid="rewind" quiet=true>
            <p>
                "Every order changed since then is looked at again. Nothing ships twice: what has a label here keeps it."
            </p>
            <form method="post" action={path_of::<Rewind>()}>
                <Field
                    label="To"
                    name="to"
                    within="rewind"
                    value=at
                    kind=FieldKind::Code
                    hint=format!("{}, like 2026-11-22T18:30", page_zone())
                    required=true
                />
                <Submit label="Move the cursor" busy_label="Moving…" glyph=Glyph::Back testid="rewind-confirm"/>
            </form>
        </Ask>
    }
    .into_any()
}

/// Orders that wait to be read one by one.
#[component]
fn Queue(queue: LookQueue) -> impl IntoView {
    let rows = queue.rows.into_iter().map(|row| view! { <Look row/> }).collect_view();
    view! {
        <section class="card" aria-labelledby="looks-title" data-testid="looks">
            <h2 id="looks-title">"Orders to look at"</h2>
            <p>{queue.sentence}</p>
            <ol class="jobs">{rows}</ol>
        </section>
    }
    .into_any()
}

/// One of them.
#[component]
fn Look(row: LookRow) -> impl IntoView {
    let LookRow { company, number, why, asked, next, cause } = row;
    let id = element_id(&["look", &company, &number]);
    let href = order_href(&company, &number);
    view! {
        <li class="job" id=id data-testid="look">
            <p class="job-head">
                <a class="row-link" href=href>
                    <span class="mono">{number}</span>
                </a>
                <span class="muted small">
                    {company} " · " {why} " " <TimeAgo at=asked/> " · read " <TimeAgo at=next/>
                </span>
            </p>
            {cause.map(|cause| view! { <p class="job-cause">{cause}</p> })}
        </li>
    }
}
