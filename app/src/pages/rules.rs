//! The rules: how orders become shipments. What waits for a rule stands first.

use super::rules_addresses::{Remembered, ShipFrom};
use super::rules_services::{OtherCarriers, ServiceLists, Services, Suggestions, Unmapped};
use crate::api::rules::{
    ForgetCorrection, RemoveService, SaveRules, SaveService, SaveShipFrom, load_rules, suggest_services,
};
use crate::components::action_form::{Submit, problem_of};
use crate::components::clock::provide_page_clock;
use crate::components::icon::{Glyph, Icon};
use crate::components::live::{Live, live};
use crate::components::page_header::PageHeader;
use crate::components::problem_notice::{PostProblem, ProblemNotice};
use crate::components::time_ago::TimeAgo;
use crate::components::toast::use_toast;
use crate::contract::{Problem, Rules, RulesSaved, Suggestion};
use leptos::either::Either;
use leptos::form::ActionForm;
use leptos::html::Form;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;
use std::time::Duration;

/// Rules seldom change; the orders that wait for one do.
const REFRESH: Duration = Duration::from_secs(10);

/// Forms that stand there once a row: why one was refused without JavaScript stands on top.
const ROWS: [&str; 4] = [SaveService::PATH, RemoveService::PATH, SaveShipFrom::PATH, ForgetCorrection::PATH];

/// What Dynamics 365 proposes, once it was asked.
pub type Suggested = Resource<Option<Result<Vec<Suggestion>, Problem>>>;

/// The rules page.
#[component]
pub fn RulesPage() -> impl IntoView {
    let rules = Resource::new(|| (), |()| load_rules());
    let query = use_query_map();
    // In the address, so that it works without JavaScript; see `order_trials.rs`.
    let asked = Memo::new(move |_| query.with(|query| query.get("suggest").is_some()));
    let suggested: Suggested = Resource::new(
        move || asked.get(),
        |asked| async move { if asked { Some(suggest_services().await) } else { None } },
    );
    view! {
        <div class="page">
            <PageHeader title="Rules"/>
            <p class="muted">
                "What goes back onto the order is set on the " <a href="/write-back">"Write-back"</a> " page."
            </p>
            <Suspense fallback=|| view! { <p class="loading">"Loading…"</p> }>
                {move || Suspend::new(async move {
                    match rules.await {
                        Ok(first) => Either::Left(view! { <Sheet first suggested/> }),
                        Err(problem) => Either::Right(view! { <ProblemNotice problem/> }),
                    }
                })}
            </Suspense>
        </div>
    }
}

/// The page, once loaded.
#[component]
fn Sheet(first: Rules, suggested: Suggested) -> impl IntoView {
    let may_edit = first.may_edit;
    let live = live(first, REFRESH, load_rules);
    let rules = live.value;
    provide_page_clock(Signal::derive(move || rules.with(|rules| rules.now.clone())));
    let saved = Memo::new(move |_| rules.with(|rules| rules.saved.clone()));
    view! {
        <p class="headline">"How orders become shipments. A change counts for everything that has no label yet."</p>
        <p class="muted small saved-line">
            {move || match saved.get() {
                Some((at, by)) => Either::Left(view! { "Saved " <TimeAgo at/> {format!(" by {by}")} }),
                None => Either::Right("Never changed"),
            }}
            {(!may_edit).then_some("; your role may look at them, not change them")}
        </p>
        <Told/>
        <PostProblem of=&ROWS/>
        <ServiceLists/>
        <div class="rules">
            <Unmapped live/>
            <Services live/>
            <Suggestions live suggested/>
            <OtherCarriers live/>
            <ShipFrom live/>
            <Words live/>
            <Remembered live/>
        </div>
    }
    .into_any()
}

/// What the last save did, when it was made without JavaScript.
#[component]
fn Told() -> impl IntoView {
    let query = use_query_map();
    let released = move || query.with(|query| query.get("released")?.parse::<u64>().ok());
    move || {
        released().map(|released| {
            let sentence = match released {
                0 => "Saved.".to_owned(),
                1 => "Saved; 1 shipment that waited for a rule goes on.".to_owned(),
                several => format!("Saved; {several} shipments that waited for a rule go on."),
            };
            view! {
                <p class="told" data-tone="good" role="status" data-testid="told">
                    <Icon glyph=Glyph::Good/>
                    {sentence}
                </p>
            }
        })
    }
}

/// After a save: say what it did, fetch the new rules, and empty the form for what is saved now.
pub fn when_saved<S>(action: ServerAction<S>, live: Live<Rules>, form: NodeRef<Form>)
where
    S: ServerFn<Output = RulesSaved, Error = Problem> + Clone + Send + Sync + 'static,
{
    let toast = use_toast();
    let value = action.value();
    Effect::new(move |_| {
        if let Some(Ok(saved)) = value.get() {
            toast.show(saved.sentence);
            live.refresh();
            if let Some(form) = form.get_untracked() {
                form.reset();
            }
        }
    });
}

/// The hidden field that says which rules the form was made from.
#[component]
pub fn Version(
    /// The page's data.
    live: Live<Rules>,
) -> impl IntoView {
    let version = Memo::new(move |_| live.value.with(|rules| rules.version));
    view! { <input type="hidden" name="version" value=move || version.get().to_string()/> }
}

/// Whether this operator may change rules, and whether a list is empty: shorthands for sections.
pub fn may_edit(live: Live<Rules>) -> bool {
    live.value.with_untracked(|rules| rules.may_edit)
}

/// All other rules: in sentences, and as a document to change them.
#[component]
fn Words(live: Live<Rules>) -> impl IntoView {
    let sentences = Memo::new(move |_| live.value.with(|rules| rules.sentences.clone()));
    view! {
        <section class="card" aria-labelledby="words-title" data-testid="words">
            <h2 id="words-title">"Packing, weights, payers, customs"</h2>
            <ul class="sentences">
                {move || {
                    sentences.get().into_iter().map(|text| view! { <li>{text}</li> }).collect_view()
                }}
            </ul>
            <Document live/>
        </section>
    }
    .into_any()
}

/// Everything as JSON.
#[component]
fn Document(live: Live<Rules>) -> impl IntoView {
    let action = ServerAction::<SaveRules>::new();
    let form = NodeRef::<Form>::new();
    when_saved(action, live, form);
    let document = Memo::new(move |_| live.value.with(|rules| rules.document.clone()));
    let problem = problem_of(action.value(), action.pending());
    let refused = problem.with_untracked(Option::is_some);
    let may_edit = may_edit(live);
    let rows = document.with_untracked(|text| text.lines().count().clamp(12, 40));
    view! {
        <details class="document" open=refused data-testid="rules-document">
            <summary>"All rules as JSON"</summary>
            <ActionForm action=action node_ref=form>
                <Version live/>
                <div class="field">
                    <div class="field-head">
                        <label for="rules-document">"Document"</label>
                    </div>
                    <textarea
                        id="rules-document"
                        class="mono"
                        name="document"
                        rows=rows.to_string()
                        spellcheck="false"
                        readonly=!may_edit
                        aria-describedby="rules-document-hint"
                    >
                        {document.get_untracked()}
                    </textarea>
                    <p class="hint" id="rules-document-hint">
                        "Services and addresses from above too, and what has no form: accounts, payers, packing, \
                         weights, invoice numbers, customs. What you leave out falls back to its default."
                    </p>
                </div>
                {may_edit
                    .then(|| {
                        view! {
                            <Submit
                                label="Save JSON"
                                busy_label="Saving…"
                                glyph=Glyph::Braces
                                pending=action.pending()
                                problem
                                testid="save-rules"
                            />
                        }
                    })}
            </ActionForm>
        </details>
    }
    .into_any()
}
