//! The rules: how orders become shipments. What waits for a rule stands first.

use super::rules_addresses::{Remembered, ShipFrom};
use super::rules_services::{OtherCarriers, ServiceLists, Services, Suggestions, Unmapped};
use super::rules_try::{Tried, TryButton};
use crate::api::rules::{ForgetCorrection, RemoveService, SaveRules, SaveService, SaveShipFrom, load_rules};
use crate::components::action_form::{Submit, path_of, refusal_of};
use crate::components::clock::provide_page_clock;
use crate::components::icon::Glyph;
use crate::components::loaded::loaded;
use crate::components::page_header::PageHeader;
use crate::components::problem_notice::PostProblem;
use crate::components::status_badge::StatusBadge;
use crate::components::time_ago::TimeAgo;
use crate::contract::{Rules, Status};
use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

/// Forms that stand there once a row: why one was refused stands on top.
const ROWS: [&str; 4] = [SaveService::PATH, RemoveService::PATH, SaveShipFrom::PATH, ForgetCorrection::PATH];

/// The rules page.
#[component]
pub fn RulesPage() -> impl IntoView {
    // In the address, so that it works without JavaScript; see `order_trials.rs`.
    let suggest = use_query_map().with_untracked(|query| query.get("suggest").is_some());
    let page = loaded("Rules", load_rules(), move |rules| view! { <Sheet rules suggest/> });
    view! { <div class="page">{page}</div> }
}

/// The page, once loaded.
#[component]
fn Sheet(rules: Rules, suggest: bool) -> impl IntoView {
    provide_page_clock(&rules.now);
    // Who may not change rules gets no form, and a form needs the version it was made from.
    let version = rules.may_edit.then_some(rules.version);
    let saved = match rules.saved {
        Some((at, by)) => Either::Left(view! { "Saved " <TimeAgo at/> {format!(" by {by}")} }),
        None => Either::Right("Never changed"),
    };
    view! {
        <PageHeader title="Rules"/>
        <p class="headline">"How orders become shipments. A change counts for everything that has no label yet."</p>
        <p class="muted">
            "What goes back onto the order is set on the " <a href="/write-back">"Write-back"</a> " page."
        </p>
        <p class="muted small saved-line">
            {saved} {version.is_none().then_some("; your role may look at them, not change them")}
        </p>
        <Held modes=rules.modes/>
        <PostProblem of=&ROWS/>
        <Tried/>
        <ServiceLists/>
        <div class="rules">
            <Unmapped modes=rules.unmapped version/>
            <Services rows=rules.services version/>
            <Suggestions asked=suggest version/>
            <OtherCarriers modes=rules.other_carriers/>
            <ShipFrom rows=rules.ship_from version/>
            <Words sentences=rules.sentences document=rules.document version/>
            <Remembered rows=rules.corrections may_forget=version.is_some()/>
        </div>
    }
    .into_any()
}

/// Legal entities that do not go by themselves.
#[component]
fn Held(modes: Vec<(String, Status, String)>) -> impl IntoView {
    (!modes.is_empty()).then(|| {
        let rows = modes
            .into_iter()
            .map(|(company, mode, meaning)| {
                view! {
                    <li data-testid="held-company" data-company=company>
                        <StatusBadge status=mode/>
                        " "
                        {meaning}
                    </li>
                }
            })
            .collect_view();
        view! {
            <ul class="held-companies">
                {rows} <li><a href="/approve#modes">"Modes are switched on the Approve page"</a></li>
            </ul>
        }
    })
}

/// The hidden field that says which rules the form was made from.
#[component]
pub fn Version(
    /// Their version.
    version: i64,
) -> impl IntoView {
    view! { <input type="hidden" name="version" value=version.to_string()/> }
}

/// All other rules: in sentences, and as a document to change them.
#[component]
fn Words(sentences: Vec<String>, document: String, version: Option<i64>) -> impl IntoView {
    let sentences = sentences.into_iter().map(|text| view! { <li>{text}</li> }).collect_view();
    view! {
        <section class="card" aria-labelledby="words-title" data-testid="words">
            <h2 id="words-title">"Packing, weights, payers, customs"</h2>
            <ul class="sentences">{sentences}</ul>
            <Document document version/>
        </section>
    }
    .into_any()
}

/// Everything as JSON.
#[component]
fn Document(document: String, version: Option<i64>) -> impl IntoView {
    let refused = refusal_of::<SaveRules>().is_some();
    view! {
        <details class="document" open=refused data-testid="rules-document">
            <summary>"All rules as JSON"</summary>
            <DocumentForm document version within="rules"/>
        </details>
    }
    .into_any()
}

/// The form of everything as JSON.
#[component]
pub fn DocumentForm(
    /// What it starts with.
    document: String,
    /// The version a change is made from, for who may make one.
    version: Option<i64>,
    /// Makes its ids unique where it stands on the page twice.
    within: &'static str,
) -> impl IntoView {
    let problem = refusal_of::<SaveRules>();
    let rows = document.lines().count().clamp(12, 40);
    let (id, hint) = (format!("{within}-document"), format!("{within}-document-hint"));
    let submit = version.map(|_| {
        view! {
            <Submit label="Save JSON" busy_label="Saving…" glyph=Glyph::Braces problem testid="save-rules">
                <TryButton what="document"/>
            </Submit>
        }
    });
    view! {
        <form method="post" action={path_of::<SaveRules>()}>
            {version.map(|version| view! { <Version version/> })}
            <div class="field">
                <div class="field-head">
                    <label for=id.clone()>"Document"</label>
                </div>
                <textarea
                    id=id
                    class="mono"
                    name="document"
                    rows=rows.to_string()
                    spellcheck="false"
                    readonly=version.is_none()
                    aria-describedby=hint.clone()
                >
                    {document}
                </textarea>
                <p class="hint" id=hint>
                    "Services and addresses from above too, and what has no form: accounts, payers, packing, \
                     weights, invoice numbers, customs. What you leave out falls back to its default."
                </p>
            </div>
            {submit}
        </form>
    }
    .into_any()
}
