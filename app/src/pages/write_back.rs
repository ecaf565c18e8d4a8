//! Write-back: where values go in Dynamics 365, whether that works, and what became of the orders.

use super::write_back_targets::Targets;
use crate::api::write_back::{
    AddTarget, DiscoverFields, RemoveWriteField, RepairSince, SaveWriteField, TestWrite, VerifyTargets, WriteAgain,
    WriteAllAgain, load_write_back,
};
use crate::components::action_form::{Submit, problem_after};
use crate::components::ask::Ask;
use crate::components::clock::provide_page_clock;
use crate::components::data_table::DataTable;
use crate::components::field::{Field, FieldKind};
use crate::components::icon::{Glyph, Icon};
use crate::components::live::{Live, LiveSwitch, live};
use crate::components::order_row::order_href;
use crate::components::page_header::PageHeader;
use crate::components::ping_ladder::PingLadder;
use crate::components::problem_notice::{PostProblem, ProblemNotice};
use crate::components::status_badge::{StatusBadge, tone_glyph, tone_name};
use crate::components::time_ago::TimeAgo;
use crate::components::toast::use_toast;
use crate::contract::{ParkedWrites, Problem, Status, TestedWrite, Tone, WriteBack, WriteBackRow};
use leptos::either::Either;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(4);

/// Forms that are folded or stand there several times: why one was refused without JavaScript stands on top.
const FORMS: [&str; 9] = [
    AddTarget::PATH,
    SaveWriteField::PATH,
    RemoveWriteField::PATH,
    DiscoverFields::PATH,
    VerifyTargets::PATH,
    TestWrite::PATH,
    WriteAgain::PATH,
    WriteAllAgain::PATH,
    RepairSince::PATH,
];

const COLUMNS: [&str; 5] = ["Order", "State", "Customer", "Why", "Since"];

/// The write-back page.
#[component]
pub fn WriteBackPage() -> impl IntoView {
    let page = Resource::new(|| (), |()| load_write_back());
    view! {
        <div class="page">
            <Suspense fallback=|| view! { <p class="loading">"Loading…"</p> }>
                {move || Suspend::new(async move {
                    match page.await {
                        Ok(first) => Either::Left(view! { <Sheet first/> }),
                        Err(problem) => {
                            Either::Right(
                                view! {
                                    <PageHeader title="Write-back"/>
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
fn Sheet(first: WriteBack) -> impl IntoView {
    let live = live(first, REFRESH, load_write_back);
    let page = live.value;
    provide_page_clock(Signal::derive(move || page.with(|page| page.now.clone())));
    let counters = Memo::new(move |_| page.with(|page| page.counters.clone()));
    let counter = |counter: crate::contract::Counter| {
        view! {
            <li>
                <a class="counter" href=counter.href data-tone=tone_name(counter.tone) rel="external">
                    <span class="counter-number tabular">{counter.count}</span>
                    <span class="counter-label">
                        <Icon glyph=tone_glyph(counter.tone)/>
                        {counter.label}
                    </span>
                </a>
            </li>
        }
    };
    view! {
        <PageHeader title="Write-back">
            <LiveSwitch paused=live.paused problem=live.problem/>
        </PageHeader>
        <p class="headline" data-testid="headline">
            {move || page.with(|page| page.headline.clone())}
        </p>
        <PostProblem of=&FORMS/>
        <ul class="counters">{move || counters.get().into_iter().map(counter).collect_view()}</ul>
        <div class="rules">
            <Parked live/>
            <Targets live/>
            <Verification live/>
            <Waiting live/>
        </div>
    }
    .into_any()
}

/// After an action: say so, and fetch the new state.
pub fn when_done<S>(action: ServerAction<S>, live: Live<WriteBack>, text: &'static str)
where
    S: ServerFn<Error = Problem> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let toast = use_toast();
    let value = action.value();
    Effect::new(move |_| {
        if value.with(|value| matches!(value, Some(Ok(_)))) {
            toast.show(text);
            live.refresh();
        }
    });
}

/// What needs a person, by cause, and writing all of it again.
#[component]
fn Parked(live: Live<WriteBack>) -> impl IntoView {
    let groups = Memo::new(move |_| live.value.with(|page| page.parked.clone()));
    let may_write = live.value.with_untracked(|page| page.may_write);
    view! {
        <section class="card" id="parked" aria-labelledby="parked-title" data-testid="parked-writes">
            <h2 id="parked-title">"Needs you"</h2>
            {move || {
                let groups = groups.get();
                if groups.is_empty() {
                    return Either::Left(view! { <p class="muted">"No order stopped on its way back."</p> });
                }
                let all = groups.into_iter().map(|group| view! { <CauseOf group may_write live/> });
                Either::Right(all.collect_view())
            }}
            {may_write.then(|| view! { <Repair live/> })}
        </section>
    }
    .into_any()
}

/// One cause with its orders.
#[component]
fn CauseOf(group: ParkedWrites, may_write: bool, live: Live<WriteBack>) -> impl IntoView {
    let action = ServerAction::<WriteAllAgain>::new();
    when_done(action, live, "They are written again.");
    let code = group.cause.code.clone();
    let shown = code.clone();
    let title = format!("{} · {}", group.count, group.cause.title);
    view! {
        <div class="write-cause" data-code=shown>
            <h3>{title}</h3>
            <p>{group.cause.sentence}</p>
            <p class="next-step">
                <span class="next-step-label">"Next step"</span>
                {group.cause.next_step}
            </p>
            <Rows caption="Orders whose write-back stopped for this cause" rows=group.rows/>
            {may_write
                .then(|| {
                    view! {
                        <Ask label="Write them again" glyph=Glyph::Replay testid="write-all-again">
                            <ActionForm action=action>
                                <input type="hidden" name="cause" value=code.clone()/>
                                <Field label="Reason" name="reason" within=format!("again-{code}") hint="Stands in the audit trail"/>
                                <Submit
                                    label="Write them again"
                                    busy_label="Asking…"
                                    glyph=Glyph::Replay
                                    pending=action.pending()
                                    problem=problem_after(action)
                                    testid="write-all-again-confirm"
                                />
                            </ActionForm>
                        </Ask>
                    }
                })}
        </div>
    }
    .into_any()
}

/// All orders of a window, whatever they are believed to hold.
#[component]
fn Repair(live: Live<WriteBack>) -> impl IntoView {
    let action = ServerAction::<RepairSince>::new();
    when_done(action, live, "All of them are compared and written where they differ.");
    view! {
        <Ask label="Repair all since…" glyph=Glyph::Replay testid="repair" quiet=true>
            <p>
                "Every order labelled in the window is read in Dynamics 365 and written where it differs. For a time when somebody restored a database or a field was renamed."
            </p>
            <ActionForm action=action>
                <div class="fields">
                    <Field label="Days back" name="days" value="1".to_owned() required=true kind=FieldKind::Code class="narrow"/>
                    <Field label="Reason" name="reason" within="repair" hint="Stands in the audit trail"/>
                </div>
                <Submit
                    label="Repair"
                    busy_label="Asking…"
                    glyph=Glyph::Replay
                    pending=action.pending()
                    problem=problem_after(action)
                    testid="repair-confirm"
                />
            </ActionForm>
        </Ask>
    }
    .into_any()
}

/// The last look at the targets, and trying them on an order.
#[component]
fn Verification(live: Live<WriteBack>) -> impl IntoView {
    let verified = Memo::new(move |_| live.value.with(|page| page.verified.clone()));
    let tested = Memo::new(move |_| live.value.with(|page| page.tested.clone()));
    let (may_edit, may_write) = live.value.with_untracked(|page| (page.may_edit, page.may_write));
    let verify = ServerAction::<VerifyTargets>::new();
    when_done(verify, live, "Looked at.");
    view! {
        <section class="card" aria-labelledby="verify-title" data-testid="verification">
            <h2 id="verify-title">"Can it be written?"</h2>
            {move || match verified.get() {
                Some(ladder) => Either::Left(view! { <PingLadder ladder/> }),
                None => Either::Right(view! { <p class="muted">"Nobody has looked yet; it is done at every start and after every save."</p> }),
            }}
            {may_write
                .then(|| {
                    view! {
                        <ActionForm action=verify>
                            <Submit
                                label="Verify now"
                                busy_label="Asking Dynamics 365…"
                                glyph=Glyph::Search
                                pending=verify.pending()
                                problem=problem_after(verify)
                                testid="verify"
                            >
                                <span class="muted small">"Reads the metadata; writes nothing."</span>
                            </Submit>
                        </ActionForm>
                    }
                })}
            {move || tested.get().map(|tested| view! { <Tested tested/> })}
            {may_edit.then(|| view! { <TestForm live/> })}
        </section>
    }
    .into_any()
}

/// What the last test write found.
#[component]
fn Tested(tested: TestedWrite) -> impl IntoView {
    let status = if tested.passed {
        Status { code: "passed".into(), label: "Test write passed".into(), tone: Tone::Good }
    } else {
        Status { code: "failed".into(), label: "Test write failed".into(), tone: Tone::Bad }
    };
    let (company, number) = tested.order;
    view! {
        <div class="write-cause" data-testid="tested" data-passed=tested.passed.to_string()>
            <h3>"Last test write"</h3>
            <p>
                <StatusBadge status/>
                " "
                <a href=order_href(&company, &number) class="mono">{number.clone()}</a>
                " "
                <TimeAgo at=tested.at/>
            </p>
            <ul>{tested.lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
        </div>
    }
}

/// Names an order to try on.
#[component]
fn TestForm(live: Live<WriteBack>) -> impl IntoView {
    let action = ServerAction::<TestWrite>::new();
    when_done(action, live, "Tried; the result stands here.");
    view! {
        <Ask label="Test write on an order…" glyph=Glyph::Pencil testid="test-write">
            <p>
                "Test values are written to every field of the targets on the order you name, read back, and replaced by what was there before. Choose an order nobody works on at this moment."
            </p>
            <ActionForm action=action>
                <div class="fields">
                    <Field label="Legal entity" name="company" kind=FieldKind::Code required=true placeholder="usmf" within="test" class="narrow"/>
                    <Field label="Order number" name="number" kind=FieldKind::Code required=true within="test"/>
                </div>
                <Submit
                    label="Write, read back, restore"
                    busy_label="Trying…"
                    glyph=Glyph::Pencil
                    pending=action.pending()
                    problem=problem_after(action)
                    testid="test-write-confirm"
                />
            </ActionForm>
        </Ask>
    }
    .into_any()
}

/// What waits for something outside.
#[component]
fn Waiting(live: Live<WriteBack>) -> impl IntoView {
    let rows = Memo::new(move |_| live.value.with(|page| page.waiting.clone()));
    view! {
        <section class="card" id="waiting" aria-labelledby="waiting-title">
            <h2 id="waiting-title">"Waiting"</h2>
            {move || {
                let rows = rows.get();
                if rows.is_empty() {
                    return Either::Left(view! { <p class="muted">"No order waits for something outside."</p> });
                }
                Either::Right(view! { <Rows caption="Orders whose write-back waits" rows/> })
            }}
        </section>
    }
    .into_any()
}

/// Orders with their state and cause.
#[component]
fn Rows(caption: &'static str, rows: Vec<WriteBackRow>) -> impl IntoView {
    let row = |row: WriteBackRow| {
        let why = row.cause.map(|cause| cause.vendor_text.unwrap_or(cause.sentence)).unwrap_or_default();
        view! {
            <tr role="row">
                <th scope="row" role="rowheader" class="cell-order">
                    <a class="row-link" href=order_href(&row.company, &row.number)>
                        <span class="mono">{row.number.clone()}</span>
                    </a>
                    <span class="muted small">{row.company.clone()}</span>
                </th>
                <td role="cell"><StatusBadge status=row.status/></td>
                <td role="cell">{row.customer}</td>
                <td role="cell">{why}</td>
                <td role="cell"><TimeAgo at=row.changed/></td>
            </tr>
        }
    };
    view! {
        <DataTable caption columns=&COLUMNS class="write-backs">
            {rows.into_iter().map(row).collect_view()}
        </DataTable>
    }
    .into_any()
}
