//! One order: why it was not shipped, asked of Dynamics 365 now, and importing it.

use super::pull_gap::ImportForm;
use crate::api::pull::{ImportOrder, load_why};
use crate::components::action_form::{Submit, problem_after};
use crate::components::field::{Field, FieldKind};
use crate::components::filter_bar::filter_value;
use crate::components::icon::{Glyph, Icon};
use crate::components::live::Live;
use crate::components::order_row::order_href;
use crate::components::problem_notice::ProblemNotice;
use crate::components::toast::use_toast;
use crate::contract::{Problem, Pull, Why, WhyAnswer, WhyStep};
use leptos::either::Either;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;

/// Legal entity, if one is given, and number.
type Question = (String, String);
/// The answer to the question in the page's address, if there is one.
pub type Answered = Resource<Result<Option<Why>, Problem>>;

/// The question in the page's address.
pub fn asked() -> Memo<Option<Question>> {
    let query = use_query_map();
    Memo::new(move |_| {
        query.with(|query| {
            let company = filter_value(query, "company").unwrap_or_default();
            filter_value(query, "number").map(|number| (company, number))
        })
    })
}

/// Its answer.
pub async fn answer_to(question: Option<Question>) -> Result<Option<Why>, Problem> {
    match question {
        Some((company, number)) => load_why(company, number).await.map(Some),
        None => Ok(None),
    }
}

/// The question, its answer, and the import.
#[component]
pub fn OneOrder(
    /// The page's data.
    live: Live<Pull>,
    /// The answer to the question in the address.
    why: Answered,
) -> impl IntoView {
    let asked = asked();
    let company = Signal::derive(move || asked.get().map(|asked| asked.0).unwrap_or_default());
    let number = Signal::derive(move || asked.get().map(|asked| asked.1).unwrap_or_default());
    view! {
        <section class="card" id="why" aria-labelledby="why-title" data-testid="why">
            <h2 id="why-title">"Why was this order not shipped?"</h2>
            <Form method="GET" action="/pull" attr:class="span-form">
                <Field
                    label="Order number"
                    name="number"
                    within="why"
                    value=number
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
            </Form>
            <Transition fallback=|| view! { <p class="loading">"Dynamics 365 is being asked…"</p> }>
                {move || Suspend::new(async move {
                    match why.await {
                        Ok(why) => Either::Left(view! { <Answers why live/> }),
                        Err(problem) => Either::Right(view! { <ProblemNotice problem/> }),
                    }
                })}
            </Transition>
            {live.value.with_untracked(|pull| pull.may_act).then(|| view! { <Import live/> })}
        </section>
    }
    .into_any()
}

/// The answers, one for each legal entity that has the number.
#[component]
fn Answers(why: Option<Why>, live: Live<Pull>) -> impl IntoView {
    let why = why.unwrap_or_default();
    let number = why.number;
    why.answers.into_iter().map(|answer| view! { <OneAnswer answer number=number.clone() live/> }).collect_view()
}

/// The answer for the order of one legal entity.
#[component]
fn OneAnswer(answer: WhyAnswer, number: String, live: Live<Pull>) -> impl IntoView {
    let may_act = live.value.with_untracked(|pull| pull.may_act);
    let company = answer.company.clone().unwrap_or_default();
    let page = answer.is_here.then(|| {
        view! {
            <p>
                <a href=order_href(&company, &number)>"Its page"</a>
            </p>
        }
    });
    let import = (answer.may_import && may_act)
        .then(|| view! { <ImportForm company=company.clone() number=number.clone() live/> });
    let steps = answer.chain.into_iter().map(|step| view! { <Step step/> }).collect_view();
    view! {
        <div class="why-answer" data-testid="why-answer">
            <p class="headline">{answer.sentence}</p>
            <p>{answer.next_step}</p>
            {page}
            {import}
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
fn Import(live: Live<Pull>) -> impl IntoView {
    let action = ServerAction::<ImportOrder>::new();
    let toast = use_toast();
    Effect::new(move |_| {
        if let Some(Ok(sentence)) = action.value().get() {
            toast.show(sentence);
            live.refresh();
        }
    });
    view! {
        <h3>"Import one order now"</h3>
        <ActionForm action=action attr:class="span-form">
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
            <Submit
                label="Import"
                busy_label="Importing…"
                glyph=Glyph::Download
                pending=action.pending()
                problem=problem_after(action)
                testid="import"
            />
        </ActionForm>
        <p class="muted small">
            "It is read at once, by the same rule as a pull: what is not ready to ship is not taken in, and you are told why."
        </p>
    }
    .into_any()
}
