//! Where a new installation begins: twins or real systems, then the steps until the first label.

use crate::api::start::{PutStartAway, RemoveTwins, StartTwins, load_start};
use crate::components::action_form::{Submit, path_of, refusal_of};
use crate::components::ask::Ask;
use crate::components::clock::provide_page_clock;
use crate::components::icon::{Glyph, Icon};
use crate::components::loaded::loaded;
use crate::components::page_header::PageHeader;
use crate::components::problem_notice::PostProblem;
use crate::components::status_badge::StatusBadge;
use crate::components::time_ago::TimeAgo;
use crate::contract::{FirstLabel, Problem, Start, StartStep, StartWay};
use leptos::either::{Either, EitherOf3};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// Forms that are folded: why one was refused stands on top.
const FOLDED: [&str; 1] = [RemoveTwins::PATH];

/// The start page.
#[component]
pub fn StartPage() -> impl IntoView {
    let page = loaded("Start", load_start(), |start| view! { <Beginning start/> });
    view! { <div class="page">{page}</div> }
}

/// The page, once loaded.
#[component]
fn Beginning(start: Start) -> impl IntoView {
    provide_page_clock(&start.now);
    let body = match start.way {
        StartWay::Choose => EitherOf3::A(view! { <Choice refused=start.twins_refused may_change=start.may_change/> }),
        StartWay::Twins => EitherOf3::B(view! {
            <Label label=start.first_label.clone()/>
            <Steps start=start.clone()/>
            {start.may_change.then(|| view! { <RemoveTwinsAsk/> })}
        }),
        StartWay::Connect => EitherOf3::C(view! {
            {start.first_label.clone().map(|label| view! { <LabelCard label/> })}
            <Steps start=start.clone()/>
        }),
    };
    view! {
        <PageHeader title="Start"/>
        <PostProblem of=&FOLDED/>
        {body}
    }
}

/// Two ways to begin.
#[component]
fn Choice(refused: Option<Problem>, may_change: bool) -> impl IntoView {
    let twins = match (refused, may_change) {
        (Some(problem), _) => EitherOf3::A(view! {
            <p class="muted" data-testid="twins-refused">
                {format!("{} {}", problem.message, problem.hint)}
            </p>
        }),
        (None, false) => EitherOf3::B(view! { <p class="muted">"An administrator can start them."</p> }),
        (None, true) => EitherOf3::C(view! {
            <form method="post" action={path_of::<StartTwins>()}>
                <Submit
                    label="Start the twins"
                    busy_label="Starting the twins…"
                    glyph=Glyph::Flask
                    problem={refusal_of::<StartTwins>()}
                    testid="start-twins"
                    primary=true
                />
            </form>
        }),
    };
    view! {
        <p class="headline">"How do you want to begin?"</p>
        <div class="start-choice">
            <section class="card" aria-labelledby="twins-title">
                <h2 id="twins-title">"Try it with the built-in twins"</h2>
                <p>
                    "Both systems are simulated inside this server: orders come in, labels are bought, parcels "
                    "travel. Nothing leaves this machine and nothing costs money. The first label is here within "
                    "a minute; afterwards the twins are removed without a trace in your figures."
                </p>
                {twins}
            </section>
            <section class="card" aria-labelledby="connect-title">
                <h2 id="connect-title">"Connect my systems"</h2>
                <p>
                    "Paste what you have about Dynamics 365 and FedEx. Each side is checked step by step; what is "
                    "missing is said in one sentence, with a text for the colleague who can mend it. No label is "
                    "bought until a delivery mode has a FedEx service."
                </p>
                <p>
                    <a class="button" href="/start/d365" data-testid="connect-systems">
                        <Icon glyph=Glyph::Plug/>
                        "Connect my systems"
                    </a>
                </p>
            </section>
        </div>
    }
}

/// The first label of the twins, or the wait for it.
#[component]
fn Label(label: Option<FirstLabel>) -> impl IntoView {
    match label {
        Some(label) => Either::Left(view! { <LabelCard label/> }),
        None => Either::Right(view! {
            <section class="card start-wait" data-testid="waiting" aria-live="polite">
                <Icon glyph=Glyph::Moving/>
                <p>
                    "The twins' orders are being read, and the first label is bought. This page shows it as soon "
                    "as it is here."
                </p>
                // With JavaScript the page is brought up to date in place.
                <noscript>
                    <meta http-equiv="refresh" content="2"/>
                </noscript>
            </section>
        }),
    }
}

/// The first label.
#[component]
fn LabelCard(label: FirstLabel) -> impl IntoView {
    let title = format!("Label {} for {}", label.tracking_number, label.number);
    let alt = title.clone();
    view! {
        <section class="card start-label" aria-labelledby="first-label" data-testid="first-label">
            <div>
                <h2 id="first-label">{title}</h2>
                <p class="muted">"The first label, bought " <TimeAgo at=label.at/> "."</p>
                <ul class="start-links">
                    <li>
                        <a href=label.order_href>"The order with all its steps"</a>
                    </li>
                    {label
                        .label_href
                        .map(|href| {
                            view! {
                                <li>
                                    <a href=href rel="external">"The label as FedEx sent it"</a>
                                </li>
                            }
                        })}
                    <li>
                        <a href="/orders">"All orders"</a>
                    </li>
                    <li>
                        <a href="/">"What needs you"</a>
                    </li>
                </ul>
            </div>
            {label.picture_href.map(|href| view! { <img src=href alt=alt/> })}
        </section>
    }
}

/// The steps, each with what was seen.
#[component]
fn Steps(start: Start) -> impl IntoView {
    let may_put_away = start.done && start.may_put_away && !start.put_away;
    let rows = start.steps.into_iter().map(|step| view! { <StepRow step/> }).collect_view();
    view! {
        <section class="card" aria-labelledby="steps-title" data-testid="start-steps">
            <h2 id="steps-title">"The first day"</h2>
            <ol class="start-steps">{rows}</ol>
            {may_put_away
                .then(|| {
                    view! {
                        <form method="post" action={path_of::<PutStartAway>()} class="start-done">
                            <p>"Everything that must be done is done."</p>
                            <Submit
                                label="Put this list away"
                                busy_label="Putting it away…"
                                glyph=Glyph::Tick
                                problem={refusal_of::<PutStartAway>()}
                                testid="put-start-away"
                            />
                        </form>
                    }
                })}
        </section>
    }
}

/// One step.
#[component]
fn StepRow(step: StartStep) -> impl IntoView {
    let code = step.status.code.clone();
    view! {
        <li id=format!("step-{}", step.key) data-testid="start-step" data-status=code>
            <StatusBadge status=step.status/>
            <div>
                <a href=step.href>{step.title}</a>
                <p class="muted small">{step.evidence}</p>
            </div>
        </li>
    }
}

/// The end of the twins.
#[component]
fn RemoveTwinsAsk() -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="remove-title">
            <h2 id="remove-title">"When you want to connect your own systems"</h2>
            <Ask label="Remove the twins" glyph=Glyph::Cross testid="remove-twins" grave=true>
                <p>
                    "The twins end, and everything that came of them is removed: their orders, labels, charges and "
                    "pushes, all rules, remembered corrections, notes on causes, and this list. Operators, printers "
                    "and the audit trail stay. It cannot be undone; the twins can be started anew until a real system "
                    "is connected."
                </p>
                <form method="post" action={path_of::<RemoveTwins>()}>
                    <Submit
                        label="Remove the twins"
                        busy_label="Removing…"
                        glyph=Glyph::Cross
                        testid="remove-twins-confirm"
                    />
                </form>
            </Ask>
        </section>
    }
}
