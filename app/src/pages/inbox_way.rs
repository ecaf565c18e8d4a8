//! The way FedEx's pushes come on: callback address, signed test, security tokens.

use crate::api::inbox::{RetireWebhookToken, SetWebhookToken, TestWebhook};
use crate::components::action_form::{Submit, path_of};
use crate::components::ask::Ask;
use crate::components::copy_button::CopyButton;
use crate::components::element_id::element_id;
use crate::components::field::{Field, FieldKind};
use crate::components::icon::Glyph;
use crate::components::ping_ladder::PingLadder;
use crate::components::time_ago::TimeAgo;
use crate::contract::{Ladder, WebhookToken};
use leptos::either::Either;
use leptos::prelude::*;

/// The address to give to FedEx, and FedEx's rules for it.
#[component]
pub fn Callback(
    /// The address.
    url: String,
    /// That address held against the rules.
    ladder: Ladder,
) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="callback-title">
            <h2 id="callback-title">"Callback address"</h2>
            <p class="callback-url">
                <code>{url.clone()}</code>
                <CopyButton text=url what="callback address"/>
            </p>
            <p class="muted">
                "Give this address to FedEx when you create the webhook. FedEx refuses one that breaks a rule below."
            </p>
            <PingLadder ladder/>
        </section>
    }
    .into_any()
}

/// The signed test of the way, and how the last one went.
#[component]
pub fn SelfTest(
    /// The last test.
    last: Option<Ladder>,
    /// The operator may test.
    may_test: bool,
) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="self-test-title" data-testid="self-test">
            <h2 id="self-test-title">"Test the way"</h2>
            <p class="muted">
                "Sends a push signed with the newest token to the callback address, as FedEx would, and looks for it here."
            </p>
            {may_test
                .then(|| {
                    view! {
                        <form method="post" action={path_of::<TestWebhook>()}>
                            <Submit
                                label="Send a signed test"
                                busy_label="Sending…"
                                glyph=Glyph::Ping
                                testid="test-webhook"
                            />
                        </form>
                    }
                })}
            {last.map(|ladder| view! { <PingLadder ladder/> })}
        </section>
    }
    .into_any()
}

/// Security tokens: which are valid, and changing them without a gap.
#[component]
pub fn Tokens(
    /// Those that are valid, newest first.
    tokens: Vec<WebhookToken>,
    /// A fresh token, for who may set it.
    suggested: Option<String>,
    /// The operator may end the old one.
    may_rotate: bool,
) -> impl IntoView {
    let none = tokens.is_empty();
    let may_retire = may_rotate && tokens.len() > 1;
    let rows = tokens.into_iter().map(|token| view! { <Token token/> }).collect_view();
    view! {
        <section class="card" aria-labelledby="tokens-title" data-testid="webhook-tokens">
            <h2 id="tokens-title">"Security tokens"</h2>
            {none
                .then(|| view! { <p class="muted">"None is set: no push can be verified, so all are refused."</p> })}
            <ul class="token-list">{rows}</ul>
            {suggested.map(|suggested| view! { <SetToken suggested/> })}
            {may_retire.then(|| view! { <RetireToken/> })}
        </section>
    }
    .into_any()
}

/// One token, without itself.
#[component]
fn Token(token: WebhookToken) -> impl IntoView {
    let id = element_id(&["token", &token.token_id]);
    let name = if token.newest { "Newest token" } else { "Old token" };
    let used = match token.used {
        Some(at) => Either::Left(view! { "last used " <TimeAgo at/> }),
        None => Either::Right("not used yet"),
    };
    let until = token.until.map(|until| {
        let word = if token.ended { "no longer valid since " } else { "valid until " };
        format!(" · {word}{}", until.text)
    });
    view! {
        <li id=id>
            <strong>{name}</strong>
            " "
            <code>{token.token_id}</code>
            " "
            <span class="muted">{used} {until}</span>
        </li>
    }
}

/// A new token, pasted or the suggested one. It is shown here and never again; what is being copied
/// must not change, so the form is kept while the page refreshes.
#[component]
fn SetToken(suggested: String) -> impl IntoView {
    view! {
        <Ask label="Set a new token" glyph=Glyph::Key testid="set-token">
            <p>
                "Copy the token into FedEx's portal and save it here, in either order within 7 days: the old one stays valid that long. It is not shown again."
            </p>
            <form method="post" action={path_of::<SetWebhookToken>()} id="set-token-form" data-keep="">
                <Field
                    label="New token"
                    name="token"
                    value=suggested
                    kind=FieldKind::Code
                    required=true
                    min_length=26
                    max_length=100
                    hint="26 to 100 characters with an upper-case letter, a lower-case letter and a digit. This one is fresh; paste another if FedEx already has it."
                />
                <Submit label="Set this token" busy_label="Setting…" glyph=Glyph::Key testid="set-token-confirm"/>
            </form>
        </Ask>
    }
    .into_any()
}

/// Ends the old token.
#[component]
fn RetireToken() -> impl IntoView {
    view! {
        <Ask label="End the old token now" glyph=Glyph::Cross testid="retire-token" quiet=true>
            <p>
                "From then on pushes signed with it are refused. Do it once FedEx has used the newest one, or at once if the old one became known."
            </p>
            <form method="post" action={path_of::<RetireWebhookToken>()}>
                <Submit label="End it" busy_label="Ending…" glyph=Glyph::Cross testid="retire-token-confirm"/>
            </form>
        </Ask>
    }
    .into_any()
}
