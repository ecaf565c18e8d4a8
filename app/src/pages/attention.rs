//! Home: what needs a person now, grouped by cause; everything else in one line of numbers.

use crate::api::attention::{PullNow, load_attention};
use crate::api::repair::{BeginRepair, NoteCause, RemovePickup, SavePickup};
use crate::components::action_form::{Submit, path_of, refusal_of};
use crate::components::cause_group::CauseGroup;
use crate::components::clock::provide_page_clock;
use crate::components::countdown::Countdown;
use crate::components::element_id::element_id;
use crate::components::empty_state::EmptyState;
use crate::components::icon::{Glyph, Icon};
use crate::components::live::LiveSwitch;
use crate::components::loaded::loaded;
use crate::components::page_header::PageHeader;
use crate::components::pickup_clock::{PickupClocks, PickupTimes};
use crate::components::problem_notice::PostProblem;
use crate::components::status_badge::{StatusBadge, tone_glyph, tone_name};
use crate::components::time_ago::TimeAgo;
use crate::contract::{Attention, BatchLink, CauseGroup as Group, Counter, Moment, Tone};
use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// Forms that are folded or stand there once a group: why one was refused stands on top.
const FORMS: [&str; 4] = [BeginRepair::PATH, NoteCause::PATH, SavePickup::PATH, RemovePickup::PATH];

/// The home page.
#[component]
pub fn AttentionPage() -> impl IntoView {
    let page = loaded("Attention", load_attention(), |board| view! { <AttentionBoard board/> });
    view! { <div class="page">{page}</div> }
}

/// The board, once loaded.
#[component]
fn AttentionBoard(board: Attention) -> impl IntoView {
    provide_page_clock(&board.now);
    let (may_act, as_of_ms) = (board.may_act, board.now.ms);
    let counters = board.counters.into_iter().map(|counter| view! { <CounterLink counter/> }).collect_view();
    let notices = board.notices.into_iter().map(|notice| view! { <Notice notice/> }).collect_view();
    let listed = !board.checklist.is_empty();
    let unfinished = board.checklist.iter().any(|step| !matches!(step.tone, Tone::Good | Tone::Neutral));
    let gaps = board.gaps.map(|text| {
        view! {
            <p class="told" data-tone="bad" role="status" data-testid="gap-alarm">
                <Icon glyph=Glyph::Bad/>
                <a href="/pull#gaps">{text}</a>
            </p>
        }
    });
    view! {
        <PageHeader title="Attention">
            <LiveSwitch/>
        </PageHeader>
        <p class="headline" data-testid="headline">
            {board.headline}
        </p>
        <PostProblem of=&FORMS/>
        <PickupClocks clocks=board.pickups/>
        <ul class="counters">{counters}</ul>
        {notices}
        {listed.then(|| view! { <Checklist steps=board.checklist/> })}
        {gaps}
        <Causes groups=board.groups unfinished may_act as_of_ms/>
        <Batches batches=board.batches/>
        {may_act.then(|| view! { <PickupTimes rows=board.pickup_rows/> })}
        <PullBar last=board.last_pull next=board.next_pull/>
    }
}

/// Something that needs somebody and is not about an order.
#[component]
fn Notice(notice: Counter) -> impl IntoView {
    view! {
        <p class="told" data-tone=tone_name(notice.tone) data-testid="notice">
            <Icon glyph=tone_glyph(notice.tone)/>
            <a href=notice.href>{notice.label}</a>
        </p>
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
    let begun = steps.iter().any(|step| step.tone == Tone::Good);
    let more = if begun { "Each step with what was seen" } else { "Begin: built-in twins, or your systems" };
    let rows = steps
        .into_iter()
        .map(|step| {
            let done = step.tone == Tone::Good;
            let glyph = if step.tone == Tone::Moving { Glyph::Neutral } else { tone_glyph(step.tone) };
            view! {
                <li data-done=done.to_string()>
                    <a href=step.href>
                        <Icon glyph/>
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
            <h2 id="checklist-title">"The first day"</h2>
            <ol>{rows}</ol>
            <p class="checklist-more">
                <a href="/start" data-testid="to-start">{more}</a>
            </p>
        </section>
    }
}

/// The cause groups, or the good news.
#[component]
fn Causes(groups: Vec<Group>, unfinished: bool, may_act: bool, as_of_ms: i64) -> impl IntoView {
    let none = groups.is_empty();
    let (snoozed, awake): (Vec<Group>, Vec<Group>) = groups.into_iter().partition(|group| group.note.snoozed.is_some());
    // The first group is what to look at first: it is open when somebody comes.
    let awake = awake
        .into_iter()
        .enumerate()
        .map(|(index, group)| view! { <CauseGroup group open=index == 0 may_act as_of_ms/> })
        .collect_view();
    view! {
        <section class="causes" aria-labelledby="causes-title">
            <div class="causes-head">
                <h2 id="causes-title" class:sr-only=none>
                    "Needs you"
                </h2>
                {may_act.then(|| view! { <a href="/recover" data-testid="recover-window">"Recover a window"</a> })}
            </div>
            {awake}
            {(!snoozed.is_empty()).then(|| view! { <Snoozed groups=snoozed may_act as_of_ms/> })}
            {(none && !unfinished).then(|| view! { <NothingNeedsYou/> })}
        </section>
    }
}

/// Groups nobody wants to see for now, folded away with their count.
#[component]
fn Snoozed(groups: Vec<Group>, may_act: bool, as_of_ms: i64) -> impl IntoView {
    let orders: u64 = groups.iter().map(|group| group.count).sum();
    let plural = |count: usize, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
    let orders = usize::try_from(orders).unwrap_or(usize::MAX);
    let label = format!("{}, {}", plural(groups.len(), "snoozed group"), plural(orders, "order"));
    let groups = groups.into_iter().map(|group| view! { <CauseGroup group may_act as_of_ms/> }).collect_view();
    view! {
        <details class="more snoozed" data-testid="snoozed">
            <summary>{label}</summary>
            <div class="causes">{groups}</div>
        </details>
    }
}

/// The latest decisions about many orders.
#[component]
fn Batches(batches: Vec<BatchLink>) -> impl IntoView {
    let none = batches.is_empty();
    let rows = batches.into_iter().map(|batch| view! { <OneBatch batch/> }).collect_view();
    (!none).then(|| {
        view! {
            <section class="batches" aria-labelledby="batches-title">
                <h2 id="batches-title">"Latest batches"</h2>
                <ul>{rows}</ul>
            </section>
        }
    })
}

/// One of them.
#[component]
fn OneBatch(batch: BatchLink) -> impl IntoView {
    let id = element_id(&["batch", &batch.href]);
    view! {
        <li id=id data-testid="batch-link">
            <a href=batch.href>{batch.title}</a>
            <StatusBadge status=batch.status quiet=true/>
            <span class="muted small">{format!("{} ", batch.by)} <TimeAgo at=batch.at/></span>
        </li>
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
fn PullBar(last: Option<Moment>, next: Option<Moment>) -> impl IntoView {
    let last = match last {
        Some(at) => Either::Left(view! { "Dynamics 365 was asked for orders " <TimeAgo at/> }),
        None => Either::Right("Dynamics 365 has not been asked for orders yet"),
    };
    view! {
        <div class="pull-bar">
            <p class="muted">{last} {next.map(|at| view! { "; next in " <Countdown until_ms=at.ms over="a moment"/> "." })}</p>
            <form method="post" action={path_of::<PullNow>()}>
                <Submit
                    label="Ask now"
                    busy_label="Asking…"
                    glyph=Glyph::Replay
                    problem={refusal_of::<PullNow>()}
                    testid="pull-now"
                />
            </form>
        </div>
    }
}
