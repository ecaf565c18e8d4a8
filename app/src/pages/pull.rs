//! How orders come in: why one was not shipped, the scan and the cursor, the queue of orders to look
//! at, and what is missing.

use super::pull_gap::Gap;
use super::pull_why::{Answered, OneOrder, answer_to, asked};
use crate::api::attention::PullNow;
use crate::api::pull::{FindGaps, ImportOrder, Rewind, load_pull};
use crate::components::action_form::{Submit, problem_after};
use crate::components::ask::Ask;
use crate::components::clock::provide_page_clock;
use crate::components::field::{Field, FieldKind};
use crate::components::icon::Glyph;
use crate::components::live::{Live, LiveSwitch, live};
use crate::components::order_row::order_href;
use crate::components::page_header::PageHeader;
use crate::components::problem_notice::{PostProblem, ProblemNotice};
use crate::components::status_badge::StatusBadge;
use crate::components::time_ago::TimeAgo;
use crate::components::toast::use_toast;
use crate::contract::{LookRow, Moment, Problem, Pull};
use leptos::either::Either;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(4);

/// Forms that are folded or stand there once a row: why one was refused without JavaScript stands on top.
const FORMS: [&str; 4] = [ImportOrder::PATH, Rewind::PATH, FindGaps::PATH, PullNow::PATH];

/// The page.
#[component]
pub fn PullPage() -> impl IntoView {
    let pull = Resource::new(|| (), |()| load_pull());
    let asked = asked();
    let why = Resource::new(move || asked.get(), answer_to);
    view! {
        <div class="page">
            <Suspense fallback=|| view! { <p class="loading">"Loading…"</p> }>
                {move || Suspend::new(async move {
                    match pull.await {
                        Ok(first) => Either::Left(view! { <Sheet first why/> }),
                        Err(problem) => {
                            Either::Right(
                                view! {
                                    <PageHeader title="Pull"/>
                                    <ProblemNotice problem/>
                                },
                            )
                        }
                    }
                })}
            </Suspense>
        </div>
    }
}

/// The page, once loaded.
#[component]
fn Sheet(first: Pull, why: Answered) -> impl IntoView {
    let live = live(first, REFRESH, load_pull);
    let pull = live.value;
    provide_page_clock(Signal::derive(move || pull.with(|pull| pull.now.clone())));
    view! {
        <PageHeader title="Pull">
            <LiveSwitch paused=live.paused problem=live.problem/>
        </PageHeader>
        <p class="headline" data-testid="headline">
            {move || pull.with(|pull| pull.headline.clone())}
        </p>
        <PostProblem of=&FORMS/>
        <div class="rules">
            <OneOrder live why/>
            <div class="day">
                <Scan live/>
                <Changes live/>
            </div>
            <Queue live/>
            <Gap live/>
        </div>
    }
    .into_any()
}

/// After an action: say so, and fetch the new state.
pub fn when_done<S>(action: ServerAction<S>, live: Live<Pull>, text: &'static str)
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

/// A moment in a list of facts.
fn fact(name: &'static str, at: Option<Moment>) -> impl IntoView {
    at.map(|at| view! { <div><dt>{name}</dt><dd>{at.text.clone()} " (" <TimeAgo at/> ")"</dd></div> })
}

/// The scan of the whole open set.
#[component]
fn Scan(live: Live<Pull>) -> impl IntoView {
    let scan = Memo::new(move |_| live.value.with(|pull| pull.scan.clone()));
    let may_act = live.value.with_untracked(|pull| pull.may_act);
    let action = ServerAction::<PullNow>::new();
    when_done(action, live, "Dynamics 365 is being asked for orders.");
    view! {
        <section class="card" aria-labelledby="scan-title" data-testid="scan">
            <h2 id="scan-title">"Scan"</h2>
            <p>{move || scan.with(|scan| scan.sentence.clone())}</p>
            {move || scan.with(|scan| scan.trouble.clone()).map(|text| view! { <p class="job-cause">{text}</p> })}
            <dl class="facts">
                {move || fact("Last", scan.with(|scan| scan.last.clone()))}
                {move || fact("Next", scan.with(|scan| scan.next.clone()))}
            </dl>
            {may_act
                .then(|| {
                    view! {
                        <ActionForm action=action>
                            <Submit
                                label="Scan now"
                                busy_label="Asking…"
                                glyph=Glyph::Replay
                                pending=action.pending()
                                problem=problem_after(action)
                                testid="scan-now"
                            />
                        </ActionForm>
                    }
                })}
        </section>
    }
    .into_any()
}

/// Reading what changed, and its cursor.
#[component]
fn Changes(live: Live<Pull>) -> impl IntoView {
    let changes = Memo::new(move |_| live.value.with(|pull| pull.changes.clone()));
    let may_act = live.value.with_untracked(|pull| pull.may_act);
    let has_cursor = Memo::new(move |_| changes.with(|changes| changes.cursor.is_some()));
    view! {
        <section class="card" aria-labelledby="changes-title" data-testid="changes">
            <h2 id="changes-title">"Changes"</h2>
            <p>{move || view! { <StatusBadge status=changes.with(|changes| changes.status.clone())/> }}</p>
            <p>{move || changes.with(|changes| changes.sentence.clone())}</p>
            <dl class="facts">
                {move || fact("Cursor", changes.with(|changes| changes.cursor.clone()))}
                {move || fact("Last read", changes.with(|changes| changes.read.clone()))}
            </dl>
            {move || {
                (may_act && has_cursor.get())
                    .then(|| {
                        let at = changes.with_untracked(|changes| changes.cursor_text.clone());
                        view! { <RewindForm at live/> }
                    })
            }}
        </section>
    }
    .into_any()
}

/// Moves the cursor.
#[component]
fn RewindForm(at: String, live: Live<Pull>) -> impl IntoView {
    let action = ServerAction::<Rewind>::new();
    when_done(action, live, "The cursor is moved.");
    view! {
        <Ask label="Rewind" glyph=Glyph::Back testid="rewind" quiet=true>
            <p>
                "Every order changed since then is looked at again. Nothing ships twice: what has a label here keeps it."
            </p>
            <ActionForm action=action>
                <Field
                    label="To"
                    name="to"
                    within="rewind"
                    value=at
                    kind=FieldKind::Code
                    hint="UTC, by the clock of Dynamics 365: 2026-11-22T18:30"
                    required=true
                />
                <Submit
                    label="Move the cursor"
                    busy_label="Moving…"
                    glyph=Glyph::Back
                    pending=action.pending()
                    problem=problem_after(action)
                    testid="rewind-confirm"
                />
            </ActionForm>
        </Ask>
    }
    .into_any()
}

/// Orders that wait to be read one by one.
#[component]
fn Queue(live: Live<Pull>) -> impl IntoView {
    let queue = Memo::new(move |_| live.value.with(|pull| pull.queue.clone()));
    let rows = move || queue.get().rows.into_iter().map(|row| view! { <Look row/> }).collect_view();
    view! {
        <section class="card" aria-labelledby="looks-title" data-testid="looks">
            <h2 id="looks-title">"Orders to look at"</h2>
            <p>{move || queue.with(|queue| queue.sentence.clone())}</p>
            <ol class="jobs">{rows}</ol>
        </section>
    }
    .into_any()
}

/// One of them.
#[component]
fn Look(row: LookRow) -> impl IntoView {
    let LookRow { company, number, why, asked, next, cause } = row;
    let href = order_href(&company, &number);
    view! {
        <li class="job" data-testid="look">
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
