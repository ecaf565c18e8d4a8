//! Recovering a window of time after an outage: from, to, a count, and what goes on.

use crate::api::repair::{BeginRecovery, load_recovery};
use crate::components::action_form::{Submit, path_of};
use crate::components::clock::{page_zone, provide_page_clock};
use crate::components::field::Field;
use crate::components::icon::{Glyph, Icon};
use crate::components::page_header::PageHeader;
use crate::components::problem_notice::{PostProblem, ProblemNotice};
use crate::contract::{Recovery, RecoveryChoice};
use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

const FORMS: [&str; 1] = [BeginRecovery::PATH];

/// The page.
#[component]
pub fn RecoverPage() -> impl IntoView {
    let window = use_query_map().with_untracked(|query| query.get("from").zip(query.get("to")));
    let page = Suspend::new(async move {
        match load_recovery(window).await {
            Ok(recovery) => Either::Left(view! { <Window recovery/> }),
            Err(problem) => Either::Right(view! {
                <PageHeader title="Recover a window" above=breadcrumb/>
                <ProblemNotice problem/>
                <p class="links">
                    <a href="/recover">"Begin with the last day's failures"</a>
                </p>
            }),
        }
    });
    view! {
        <div class="page">
            <Suspense>{page}</Suspense>
        </div>
    }
}

fn breadcrumb() -> impl IntoView {
    view! { <a href="/">"Attention"</a> }
}

/// The page, once loaded.
#[component]
fn Window(recovery: Recovery) -> impl IntoView {
    provide_page_clock(&recovery.now);
    let zone = page_zone();
    let most = recovery.choices.iter().map(|choice| choice.count).max().unwrap_or(0);
    let headline = match most {
        0 => "Nothing that could go on stands in this window.".to_owned(),
        1 => "1 order stopped in this window and can go on.".to_owned(),
        many => format!("{many} orders stopped in this window and can go on."),
    };
    let left = recovery.left.iter().cloned().map(|line| view! { <li>{line}</li> }).collect_view();
    let (from, to) = (recovery.from.clone(), recovery.to.clone());
    let may = recovery.may_act && most > 0;
    view! {
        <PageHeader title="Recover a window" above=breadcrumb/>
        <p class="headline" data-testid="headline">
            {headline}
        </p>
        <PostProblem of=&FORMS/>
        <section class="card" aria-labelledby="window-title">
            <h2 id="window-title">"The outage"</h2>
            <form method="get" action="/recover" class="span-form window-form">
                <Moment label=format!("From ({zone})") name="from" value=from/>
                <Moment label=format!("To ({zone})") name="to" value=to/>
                <button type="submit" class="button" data-testid="count-window">
                    <Icon glyph=Glyph::Search/>
                    "Count"
                </button>
            </form>
            <ul class="sentences small">{left}</ul>
            {may.then(|| view! { <Decide recovery/> })}
        </section>
    }
    .into_any()
}

/// A moment of the window.
#[component]
fn Moment(label: String, name: &'static str, value: String) -> impl IntoView {
    view! {
        <div class="field">
            <div class="field-head">
                <label for=name>{label}</label>
            </div>
            <input id=name type="datetime-local" name=name value=value required=true/>
        </div>
    }
}

/// What goes on.
#[component]
fn Decide(recovery: Recovery) -> impl IntoView {
    let first = recovery.choices.iter().position(|choice| choice.count > 0);
    let choices = recovery
        .choices
        .into_iter()
        .enumerate()
        .map(|(index, choice)| view! { <Choose choice chosen={Some(index) == first}/> })
        .collect_view();
    view! {
        <form method="post" action={path_of::<BeginRecovery>()} class="recover">
            <input type="hidden" name="from" value=recovery.from/>
            <input type="hidden" name="to" value=recovery.to/>
            <fieldset>
                <legend>"What goes on"</legend>
                {choices}
            </fieldset>
            <Field
                label="Reason"
                name="reason"
                value=recovery.reason
                required=true
                hint="Stands in the audit trail of each order, with your name."
            />
            <Submit
                label="Recover"
                busy_label="Freezing the list…"
                glyph=Glyph::Replay
                primary=true
                testid="recover"
            />
        </form>
    }
    .into_any()
}

/// One of the choices.
#[component]
fn Choose(choice: RecoveryChoice, chosen: bool) -> impl IntoView {
    let id = format!("choice-{}", choice.name);
    let hint = format!("{id}-hint");
    view! {
        <div class="check">
            <input
                id=id.clone()
                type="radio"
                name="choice"
                value=choice.name
                checked=chosen
                disabled=choice.count == 0
                aria-describedby=hint.clone()
            />
            <label for=id>{format!("{}: {}", choice.label, choice.count)}</label>
            <p class="hint" id=hint>{choice.sentence}</p>
        </div>
    }
}
