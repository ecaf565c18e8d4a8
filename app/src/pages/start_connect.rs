//! The two sides of the guide: paste what you have, check four values, save and ping.

use crate::api::start::{ConnectD365, ConnectFedex, Paste, load_connecting_d365, load_connecting_fedex};
use crate::components::action_form::{Submit, path_of, refusal_of};
use crate::components::clock::provide_page_clock;
use crate::components::field::{Choice, Field, FieldKind};
use crate::components::icon::{Glyph, Icon};
use crate::components::loaded::loaded;
use crate::components::page_header::PageHeader;
use crate::components::ping_ladder::PingLadder;
use crate::components::problem_notice::ProblemNotice;
use crate::contract::{Connecting, D365Access, FedexAccess, Ladder, Problem, SecretHeld};
use leptos::either::Either;
use leptos::prelude::*;

const ENVIRONMENTS: [(&str, &str); 2] =
    [("sandbox", "Sandbox (test keys)"), ("production", "Production (real labels)")];
/// Another address is pasted, or entered on the Connections page.
const WITH_CUSTOM: [(&str, &str); 3] = [ENVIRONMENTS[0], ENVIRONMENTS[1], ("custom", "Custom address")];

/// What differs between the two sides.
#[derive(Clone, Copy)]
struct Side {
    system: &'static str,
    title: &'static str,
    /// What may be pasted.
    examples: &'static str,
    /// Where to go on.
    next: (&'static str, &'static str),
    /// Where everything else is set.
    more: &'static str,
}

const D365: Side = Side {
    system: "d365",
    title: "Connect Dynamics 365",
    examples: "The environment's address from your browser, the Entra application's overview page copied as text, a \
               new client secret, JSON, name=value lines or a curl command. Several pieces one after another are fine.",
    next: ("/start/fedex", "Next: connect FedEx"),
    more: "/connections#d365",
};

const FEDEX: Side = Side {
    system: "fedex",
    title: "Connect FedEx",
    examples: "The project's page on developer.fedex.com copied as text (API key, secret key, account number), JSON, \
               name=value lines or a curl command.",
    next: ("/start", "Next: the first label"),
    more: "/connections#fedex",
};

/// The Dynamics 365 side.
#[component]
pub fn StartD365Page() -> impl IntoView {
    let page = loaded(D365.title, load_connecting_d365(), |side: Connecting<D365Access>| {
        let (form, rest) = parted(side);
        let fields = view! { <D365Fields form secret=rest.secret/> };
        view! {
            <Guide
                side=D365
                rest
                action={path_of::<ConnectD365>()}
                problem={refusal_of::<ConnectD365>()}
                fields=fields.into_any()
            />
        }
    });
    view! { <div class="page narrow">{page}</div> }
}

/// The FedEx side.
#[component]
pub fn StartFedexPage() -> impl IntoView {
    let page = loaded(FEDEX.title, load_connecting_fedex(), |side: Connecting<FedexAccess>| {
        let (form, rest) = parted(side);
        let fields = view! { <FedexFields form secret=rest.secret/> };
        view! {
            <Guide
                side=FEDEX
                rest
                action={path_of::<ConnectFedex>()}
                problem={refusal_of::<ConnectFedex>()}
                fields=fields.into_any()
            />
        }
    });
    view! { <div class="page narrow">{page}</div> }
}

/// The form, and everything else.
fn parted<F>(side: Connecting<F>) -> (F, Connecting<()>) {
    let Connecting { form, secret, understood, remarks, saved, ladder, refused, now } = side;
    (form, Connecting { form: (), secret, understood, remarks, saved, ladder, refused, now })
}

/// One side of the guide.
#[component]
fn Guide(
    side: Side,
    rest: Connecting<()>,
    /// Where the form goes.
    action: &'static str,
    /// Why it was refused.
    problem: Option<Problem>,
    /// Its fields.
    fields: AnyView,
) -> impl IntoView {
    provide_page_clock(&rest.now);
    let Connecting { understood, remarks, saved, ladder, refused, .. } = rest;
    let body = match refused {
        Some(problem) => Either::Left(view! { <ProblemNotice problem/> }),
        None => Either::Right(view! {
            <PasteCard side saved understood remarks/>
            <section class="card" aria-labelledby="check-title">
                <h2 id="check-title">{if saved { "Saved" } else { "Check and save" }}</h2>
                <form method="post" action=action>
                    {fields}
                    <Submit
                        label="Save and ping"
                        busy_label="Saving and pinging…"
                        glyph=Glyph::Key
                        problem
                        testid=if side.system == "d365" { "connect-d365" } else { "connect-fedex" }
                        primary=true
                    />
                </form>
            </section>
        }),
    };
    view! {
        <PageHeader
            title=side.title
            above=|| view! { <a href="/start">"Start"</a> }
        />
        {body}
        {ladder.filter(|_| saved).map(|ladder| view! { <Outcome side ladder/> })}
    }
}

/// How the ping went, and where to go on.
#[component]
fn Outcome(side: Side, ladder: Ladder) -> impl IntoView {
    let (href, words) = side.next;
    let passed = ladder.passed;
    view! {
        <section class="card start-outcome" aria-labelledby="ping-title">
            <h2 id="ping-title">"What was checked"</h2>
            <PingLadder ladder/>
            <p class="start-next">
                <a class="button" class:primary=passed href=href data-testid="start-next">
                    {words}
                    <Icon glyph=Glyph::Next/>
                </a>
                <a href=side.more>"Everything else about this connection"</a>
            </p>
        </section>
    }
}

/// The box to paste into; folded once something is saved, so that the checks stand in sight.
#[component]
fn PasteCard(side: Side, saved: bool, understood: Vec<(String, String)>, remarks: Vec<String>) -> impl IntoView {
    let folded = saved && understood.is_empty();
    let paste = view! { <PasteBox side understood remarks/> };
    if folded {
        Either::Left(view! {
            <details class="card start-paste">
                <summary>"Paste something else"</summary>
                {paste}
            </details>
        })
    } else {
        Either::Right(view! {
            <section class="card" aria-labelledby="paste-title">
                <h2 id="paste-title">"Paste what you have"</h2>
                {paste}
            </section>
        })
    }
}

/// One box for whatever is at hand, and what was read in it.
#[component]
fn PasteBox(side: Side, understood: Vec<(String, String)>, remarks: Vec<String>) -> impl IntoView {
    let rows = understood
        .into_iter()
        .map(|(name, value)| {
            view! {
                <div>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                </div>
            }
        })
        .collect_view();
    let remarks = remarks
        .into_iter()
        .map(|remark| view! { <p class="told" data-tone="warning" data-testid="paste-remark">{remark}</p> })
        .collect_view();
    view! {
        <form method="post" action={path_of::<Paste>()}>
            <input type="hidden" name="system" value=side.system/>
            <div class="field">
                <div class="field-head">
                    <label for="paste">"Text"</label>
                </div>
                <textarea
                    id="paste"
                    class="mono"
                    name="text"
                    rows="5"
                    required=true
                    spellcheck="false"
                    autocomplete="off"
                    data-secret=""
                    aria-describedby="paste-hint"
                ></textarea>
                <p class="hint" id="paste-hint">
                    {side.examples}
                    " A secret in it is held on the server for 15 minutes, for you alone, and is never shown."
                </p>
            </div>
            <Submit
                label="Read it"
                busy_label="Reading…"
                glyph=Glyph::Search
                problem={refusal_of::<Paste>()}
                testid="read-pasted"
            />
        </form>
        {remarks}
        <dl class="start-understood" data-testid="understood">{rows}</dl>
    }
}

/// Where the secret comes from when the field is left blank.
fn secret_hint(held: SecretHeld) -> &'static str {
    match held {
        SecretHeld::Missing => "Sealed when saved; never shown again.",
        SecretHeld::Pasted => "Taken from what you pasted; leave it blank.",
        SecretHeld::Saved => "Saved; leave it blank to keep it.",
    }
}

/// The four values of Dynamics 365.
#[component]
fn D365Fields(form: D365Access, secret: SecretHeld) -> impl IntoView {
    view! {
        <div class="fields">
            <Field
                label="Environment address"
                name="form[base_url]"
                value=form.base_url
                kind=FieldKind::Code
                placeholder="https://contoso.operations.dynamics.com"
                required=true
                class="wide"
            />
            <Field
                label="Tenant"
                name="form[tenant_id]"
                value=form.tenant_id
                kind=FieldKind::Code
                hint="Directory (tenant) ID, or its domain"
                required=true
            />
            <Field
                label="Client id"
                name="form[client_id]"
                value=form.client_id
                kind=FieldKind::Code
                hint="Application (client) ID"
                required=true
            />
            <Field
                label="Client secret"
                name="form[client_secret]"
                kind=FieldKind::Secret
                hint=secret_hint(secret)
                required=secret == SecretHeld::Missing
            />
        </div>
        <p class="muted small">
            "Orders of all legal entities the application sees are read, unless the text you pasted names some. A "
            "certificate instead of a secret is entered on the "
            <a href="/connections#d365">"Connections"</a>
            " page."
        </p>
    }
}

/// The four values of FedEx.
#[component]
fn FedexFields(form: FedexAccess, secret: SecretHeld) -> impl IntoView {
    let custom = form.environment == "custom";
    view! {
        <div class="fields">
            <Choice
                label="Environment"
                name="form[environment]"
                choices=if custom { &WITH_CUSTOM } else { &ENVIRONMENTS }
                value=form.environment
            />
            <Field
                label="Account number"
                name="form[account_number]"
                value=form.account_number
                kind=FieldKind::Code
                hint="Nine digits"
                required=true
            />
            <Field label="API key" name="form[api_key]" value=form.api_key kind=FieldKind::Code required=true/>
            <Field
                label="Secret key"
                name="form[secret_key]"
                kind=FieldKind::Secret
                hint=secret_hint(secret)
                required=secret == SecretHeld::Missing
            />
            {custom
                .then(|| {
                    view! {
                        <Field
                            label="Custom address"
                            name="form[base_url]"
                            value=form.base_url
                            kind=FieldKind::Code
                            class="wide"
                        />
                    }
                })}
        </div>
    }
}
