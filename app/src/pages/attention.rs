//! Home: what needs a person now, grouped by cause; everything else in one line of numbers.

use crate::api::attention::{PullNow, load_attention};
use crate::components::action_form::{Submit, problem_of};
use crate::components::cause_group::CauseGroup;
use crate::components::clock::{page_clock, provide_page_clock};
use crate::components::empty_state::EmptyState;
use crate::components::icon::{Glyph, Icon};
use crate::components::live::{Live, LiveSwitch, live};
use crate::components::page_header::PageHeader;
use crate::components::problem_notice::ProblemNotice;
use crate::components::status_badge::{tone_glyph, tone_name};
use crate::components::time_ago::{TimeAgo, distance};
use crate::components::toast::use_toast;
use crate::contract::{Attention, Counter, Tone};
use leptos::either::Either;
use leptos::form::ActionForm;
use leptos::prelude::*;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(4);

/// The home page.
#[component]
pub fn AttentionPage() -> impl IntoView {
    let attention = Resource::new(|| (), |()| load_attention());
    view! {
        <div class="page">
            <Suspense fallback=|| view! { <p class="loading">"Loading…"</p> }>
                {move || Suspend::new(async move {
                    match attention.await {
                        Ok(first) => Either::Left(view! { <AttentionBoard first/> }),
                        Err(problem) => {
                            Either::Right(
                                view! {
                                    <PageHeader title="Attention"/>
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

/// The board, once loaded.
#[component]
fn AttentionBoard(first: Attention) -> impl IntoView {
    let live = live(first, REFRESH, load_attention);
    let board = live.value;
    provide_page_clock(Signal::derive(move || board.with(|board| board.now.clone())));
    let counters = Memo::new(move |_| board.with(|board| board.counters.clone()));
    let checklist = Memo::new(move |_| board.with(|board| board.checklist.clone()));
    view! {
        <PageHeader title="Attention">
            <LiveSwitch paused=live.paused problem=live.problem/>
        </PageHeader>
        <p class="headline" data-testid="headline">
            {move || board.with(|board| board.headline.clone())}
        </p>
        <ul class="counters">
            {move || {
                counters
                    .get()
                    .into_iter()
                    .map(|counter| view! { <CounterLink counter/> })
                    .collect_view()
            }}
        </ul>
        {move || {
            board
                .with(|board| board.notices.clone())
                .into_iter()
                .map(|notice| {
                    view! {
                        <p class="told" data-tone=tone_name(notice.tone) data-testid="notice">
                            <Icon glyph=tone_glyph(notice.tone)/>
                            <a href=notice.href>{notice.label}</a>
                        </p>
                    }
                })
                .collect_view()
        }}
        {move || {
            let steps = checklist.get();
            (!steps.is_empty()).then(|| view! { <Checklist steps/> })
        }}
        {move || {
            board
                .with(|board| board.gaps.clone())
                .map(|text| {
                    view! {
                        <p class="told" data-tone="bad" role="status" data-testid="gap-alarm">
                            <Icon glyph=Glyph::Bad/>
                            <a href="/pull#gaps">{text}</a>
                        </p>
                    }
                })
        }}
        <Causes live/>
        <PullBar live/>
    }
}

/// A number that leads to its rows.
#[component]
fn CounterLink(counter: Counter) -> impl IntoView {
    view! {
        <li>
            <a class="counter" href=counter.href data-tone=tone_name(counter.tone)>
                <span class="counter-number tabular">{counter.count}</span>
                <span class="counter-label">
                    <Icon glyph=tone_glyph(counter.tone)/>
                    {counter.label}
                </span>
            </a>
        </li>
    }
}

/// First-day steps still open.
#[component]
fn Checklist(steps: Vec<Counter>) -> impl IntoView {
    let rows = steps
        .into_iter()
        .map(|step| {
            let done = step.tone == Tone::Good;
            view! {
                <li data-done=done.to_string()>
                    <a href=step.href>
                        <Icon glyph=if done { Glyph::Good } else { Glyph::Neutral }/>
                        {step.label}
                        {done.then(|| view! { <span class="sr-only">", done"</span> })}
                        <Icon glyph=Glyph::Next/>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card checklist" aria-labelledby="checklist-title" data-testid="checklist">
            <h2 id="checklist-title">"Before the first label"</h2>
            <ol>{rows}</ol>
        </section>
    }
}

/// The cause groups, or the good news.
#[component]
fn Causes(live: Live<Attention>) -> impl IntoView {
    let board = live.value;
    let codes =
        Memo::new(move |_| board.with(|board| board.groups.iter().map(|group| group.code.clone()).collect::<Vec<_>>()));
    let none = Memo::new(move |_| codes.with(Vec::is_empty));
    let unfinished = Memo::new(move |_| board.with(|board| !board.checklist.is_empty()));
    // The first group holds most orders: it is open when somebody comes.
    let first = codes.with_untracked(|codes| codes.first().cloned());
    view! {
        <section class="causes" aria-labelledby="causes-title">
            <h2 id="causes-title" class:sr-only=move || none.get()>
                "Needs you"
            </h2>
            <For each=move || codes.get() key=Clone::clone let:code>
                {
                    let open = first.as_ref() == Some(&code);
                    // A group that left keeps its last content until its element is gone.
                    let group = Memo::new(move |last: Option<&crate::contract::CauseGroup>| {
                        board
                            .with(|board| {
                                board.groups.iter().find(|group| group.code == code).cloned()
                            })
                            .or_else(|| last.cloned())
                            .unwrap_or_default()
                    });
                    view! { <CauseGroup group open/> }
                }
            </For>
            {move || (none.get() && !unfinished.get()).then(|| view! { <NothingNeedsYou/> })}
        </section>
    }
}

/// The empty state of the day.
#[component]
fn NothingNeedsYou() -> impl IntoView {
    view! {
        <EmptyState glyph=Glyph::Good title="Nothing needs you">
            <p>
                "Orders are shipped and written back by themselves. What stops will stand here, "
                "grouped by cause, with the next step."
            </p>
            <p class="links">
                <a href="/orders">"All orders"</a>
                <a href="/trail">"Audit trail"</a>
            </p>
        </EmptyState>
    }
}

/// When Dynamics 365 was asked, when it is asked next, and asking it now.
#[component]
fn PullBar(live: Live<Attention>) -> impl IntoView {
    let action = ServerAction::<PullNow>::new();
    let toast = use_toast();
    let last = Memo::new(move |_| live.value.with(|board| board.last_pull.clone()));
    let next = Memo::new(move |_| live.value.with(|board| board.next_pull.clone()));
    let clock = page_clock();
    Effect::new(move |_| {
        if let Some(Ok(())) = action.value().get() {
            toast.show("Dynamics 365 is being asked for orders.");
            live.refresh();
        }
    });
    view! {
        <div class="pull-bar">
            <p class="muted">
                {move || match last.get() {
                    Some(at) => {
                        Either::Left(view! { "Dynamics 365 was asked for orders " <TimeAgo at/> })
                    }
                    None => Either::Right("Dynamics 365 has not been asked for orders yet"),
                }}
                {move || {
                    next.get()
                        .map(|at| format!("; next {}.", distance((at.ms - clock.get()).max(0))))
                }}
            </p>
            <ActionForm action=action>
                <Submit
                    label="Ask now"
                    busy_label="Asking…"
                    glyph=Glyph::Replay
                    pending=action.pending()
                    problem=problem_of(action.value(), action.pending())
                    testid="pull-now"
                />
            </ActionForm>
        </div>
    }
}
