//! One order: why it was not shipped, asked of Dynamics 365 now, and importing it.

use super::pull_gap::ImportForm;
use crate::api::pull::{ImportOrder, load_why};
use crate::components::action_form::{Submit, path_of};
use crate::components::element_id::element_id;
use crate::components::field::{Field, FieldKind};
use crate::components::filter_bar::filter_value;
use crate::components::icon::{Glyph, Icon};
use crate::components::order_row::order_href;
use crate::components::problem_notice::ProblemNotice;
use crate::contract::{Why, WhyAnswer, WhyStep};
use leptos::either::Either;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The question in the page's address, its answer, and the import.
///
/// While the page refreshes, the answer is kept: Dynamics 365 is not asked again.
#[component]
pub fn OneOrder(
    /// The operator may import.
    may_act: bool,
) -> impl IntoView {
    let (company, number) = use_query_map()
        .with_untracked(|query| (filter_value(query, "company").unwrap_or_default(), filter_value(query, "number")));
    let asked = number.is_some();
    let answers = number.clone().map(|number| view! { <Answers company=company.clone() number may_act/> });
    view! {
        <section
            class="card"
            id="why"
            aria-labelledby="why-title"
            data-testid="why"
            data-keep=asked.then_some("")
            data-live-href=asked.then_some("/pull")
        >
            <h2 id="why-title">"Why was this order not shipped?"</h2>
            <form method="get" action="/pull" class="span-form">
                <Field
                    label="Order number"
                    name="number"
                    within="why"
                    value=number.unwrap_or_default()
                    kind=FieldKind::Code
                    hint="As in Dynamics 365"
                    required=true
                />
                <Field
                    label="Legal entity"
                    name="company"
                    within="why"
                    value=company
                    kind=FieldKind::Code
                    hint="Blank: all are searched"
                />
                <button type="submit" class="button primary" data-testid="ask-why">
                    <Icon glyph=Glyph::Search/>
                    "Ask Dynamics 365"
                </button>
            </form>
            {answers}
            {may_act.then(|| view! { <Import/> })}
        </section>
    }
    .into_any()
}

/// The answers, one for each legal entity that has the number.
#[component]
fn Answers(company: String, number: String, may_act: bool) -> impl IntoView {
    let answers = Suspend::new(async move {
        match load_why(company, number).await {
            Ok(Why { number, answers, .. }) => {
                let answers = answers
                    .into_iter()
                    .map(|answer| view! { <OneAnswer answer number=number.clone() may_act/> })
                    .collect_view();
                Either::Left(answers)
            }
            Err(problem) => Either::Right(view! { <ProblemNotice problem/> }),
        }
    });
    view! { <Suspense>{answers}</Suspense> }
}

/// The answer for the order of one legal entity.
#[component]
fn OneAnswer(answer: WhyAnswer, number: String, may_act: bool) -> impl IntoView {
    let WhyAnswer { company, sentence, next_step, is_here, may_import, chain, .. } = answer;
    let company = company.unwrap_or_default();
    let id = element_id(&["why", &company, &number]);
    let page = is_here.then(|| {
        view! {
            <p>
                <a href=order_href(&company, &number)>"Its page"</a>
            </p>
        }
    });
    let steps = chain.into_iter().map(|step| view! { <Step step/> }).collect_view();
    view! {
        <div class="why-answer" id=id data-testid="why-answer">
            <p class="headline">{sentence}</p>
            <p>{next_step}</p>
            {page}
            {(may_import && may_act).then(|| view! { <ImportForm company number/> })}
            <ol class="chain" aria-label="What must hold, in this order">
                {steps}
            </ol>
        </div>
    }
    .into_any()
}

/// One condition.
#[component]
fn Step(step: WhyStep) -> impl IntoView {
    let (glyph, tone, word) = match step.holds {
        Some(true) => (Glyph::Tick, "good", "holds"),
        Some(false) => (Glyph::Cross, "bad", "does not hold"),
        None => (Glyph::Dash, "neutral", "not asked"),
    };
    view! {
        <li data-tone=tone data-holds=word>
            <Icon glyph/>
            <span class="sr-only">{format!("{word}: ")}</span>
            <span class="chain-condition">{step.condition}</span>
            <span class="muted">{step.evidence}</span>
        </li>
    }
}

/// Imports an order by its number.
#[component]
fn Import() -> impl IntoView {
    view! {
        <h3>"Import one order now"</h3>
        <form method="post" action={path_of::<ImportOrder>()} class="span-form">
            <Field
                label="Order number"
                name="number"
                within="import"
                kind=FieldKind::Code
                hint="As in Dynamics 365"
                required=true
            />
            <Field
                label="Legal entity"
                name="company"
                within="import"
                kind=FieldKind::Code
                hint="Blank: the configured ones"
            />
            <Submit label="Import" busy_label="Importing…" glyph=Glyph::Download testid="import"/>
        </form>
        <p class="muted small">
            "It is read at once, by the same rule as a pull: what is not ready to ship is not taken in, and you are told why."
        </p>
    }
    .into_any()
}
