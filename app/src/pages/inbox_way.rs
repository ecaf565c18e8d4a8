//! The way FedEx's pushes come on: callback address, signed test, security tokens.

use crate::api::inbox::{RetireWebhookToken, SetWebhookToken, TestWebhook};
use crate::components::action_form::{Submit, problem_after};
use crate::components::ask::Ask;
use crate::components::copy_button::CopyButton;
use crate::components::field::{Field, FieldKind};
use crate::components::icon::Glyph;
use crate::components::live::Live;
use crate::components::ping_ladder::PingLadder;
use crate::components::time_ago::TimeAgo;
use crate::components::toast::use_toast;
use crate::contract::{Inbox, Problem, WebhookToken};
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// After an action: say so, and fetch the new state.
fn when_done<S>(action: ServerAction<S>, live: Live<Inbox>, text: &'static str)
where
    S: ServerFn<Output = (), Error = Problem> + Clone + Send + Sync + 'static,
{
    let toast = use_toast();
    let value = action.value();
    Effect::new(move |_| {
        if let Some(Ok(())) = value.get() {
            toast.show(text);
            live.refresh();
        }
    });
}

/// The address to give to FedEx, and FedEx's rules for it.
#[component]
pub fn Callback(
    /// The page's data.
    inbox: Signal<Inbox>,
) -> impl IntoView {
    let url = Memo::new(move |_| inbox.with(|inbox| inbox.callback_url.clone()));
    let ladder = Memo::new(move |_| inbox.with(|inbox| inbox.callback.rungs.clone()));
    view! {
        <section class="card" aria-labelledby="callback-title">
            <h2 id="callback-title">"Callback address"</h2>
            {move || {
                view! {
                    <p class="callback-url">
                        <code>{url.get()}</code>
                        <CopyButton text=url.get() what="callback address"/>
                    </p>
                }
            }}
            <p class="muted">
                "Give this address to FedEx when you create the webhook. FedEx refuses one that breaks a rule below."
            </p>
            {move || {
                ladder.track();
                view! { <PingLadder ladder=inbox.with_untracked(|inbox| inbox.callback.clone())/> }
            }}
        </section>
    }
    .into_any()
}

/// The signed test of the way, and how the last one went.
#[component]
pub fn SelfTest(
    /// The page's data.
    live: Live<Inbox>,
) -> impl IntoView {
    let action = ServerAction::<TestWebhook>::new();
    when_done(action, live, "The test is done.");
    let may_test = live.value.with_untracked(|inbox| inbox.may_replay);
    let last = Memo::new(move |_| live.value.with(|inbox| inbox.self_test.clone()));
    view! {
        <section class="card" aria-labelledby="self-test-title" data-testid="self-test">
            <h2 id="self-test-title">"Test the way"</h2>
            <p class="muted">
                "Sends a push signed with the newest token to the callback address, as FedEx would, and looks for it here."
            </p>
            {may_test
                .then(|| {
                    view! {
                        <ActionForm action=action>
                            <Submit
                                label="Send a signed test"
                                busy_label="Sending…"
                                glyph=Glyph::Ping
                                pending=action.pending()
                                problem=problem_after(action)
                                testid="test-webhook"
                            />
                        </ActionForm>
                    }
                })}
            {move || last.get().map(|ladder| view! { <PingLadder ladder/> })}
        </section>
    }
    .into_any()
}

/// Security tokens: which are valid, and changing them without a gap.
#[component]
pub fn Tokens(
    /// The page's data.
    live: Live<Inbox>,
    /// A fresh token, for who may set it.
    suggested: Option<String>,
) -> impl IntoView {
    let tokens = Memo::new(move |_| live.value.with(|inbox| inbox.tokens.clone()));
    let has_old = Memo::new(move |_| tokens.with(|tokens| tokens.len() > 1));
    let none = Memo::new(move |_| tokens.with(Vec::is_empty));
    let may_rotate = live.value.with_untracked(|inbox| inbox.may_rotate);
    view! {
        <section class="card" aria-labelledby="tokens-title" data-testid="webhook-tokens">
            <h2 id="tokens-title">"Security tokens"</h2>
            {move || {
                none.get()
                    .then(|| view! { <p class="muted">"None is set: no push can be verified, so all are refused."</p> })
            }}
            <ul class="token-list">
                {move || tokens.get().into_iter().map(|token| view! { <Token token/> }).collect_view()}
            </ul>
            {suggested.map(|suggested| view! { <SetToken live suggested/> })}
            {move || (may_rotate && has_old.get()).then(|| view! { <RetireToken live/> })}
        </section>
    }
    .into_any()
}

/// One token, without itself.
#[component]
fn Token(token: WebhookToken) -> impl IntoView {
    let name = if token.newest { "Newest token" } else { "Old token" };
    let used = match token.used {
        Some(at) => view! { "last used " <TimeAgo at/> }.into_any(),
        None => view! { "not used yet" }.into_any(),
    };
    let until = token.until.map(|until| {
        let word = if token.ended { "no longer valid since " } else { "valid until " };
        format!(" · {word}{}", until.text)
    });
    view! {
        <li>
            <strong>{name}</strong>
            " "
            <code>{token.token_id}</code>
            " "
            <span class="muted">{used} {until}</span>
        </li>
    }
}

/// A new token, pasted or the suggested one. It is shown here and never again.
#[component]
fn SetToken(live: Live<Inbox>, suggested: String) -> impl IntoView {
    let action = ServerAction::<SetWebhookToken>::new();
    when_done(action, live, "The new token is set; the old one stays valid for 7 days.");
    view! {
        <Ask label="Set a new token" glyph=Glyph::Key testid="set-token">
            <p>
                "Copy the token into FedEx's portal and save it here, in either order within 7 days: the old one stays valid that long. It is not shown again."
            </p>
            <ActionForm action=action>
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
                <Submit
                    label="Set this token"
                    busy_label="Setting…"
                    glyph=Glyph::Key
                    pending=action.pending()
                    problem=problem_after(action)
                    testid="set-token-confirm"
                />
            </ActionForm>
        </Ask>
    }
    .into_any()
}

/// Ends the old token.
#[component]
fn RetireToken(live: Live<Inbox>) -> impl IntoView {
    let action = ServerAction::<RetireWebhookToken>::new();
    when_done(action, live, "The old token is no longer valid.");
    view! {
        <Ask label="End the old token now" glyph=Glyph::Cross testid="retire-token" quiet=true>
            <p>
                "From then on pushes signed with it are refused. Do it once FedEx has used the newest one, or at once if the old one became known."
            </p>
            <ActionForm action=action>
                <Submit
                    label="End it"
                    busy_label="Ending…"
                    glyph=Glyph::Cross
                    pending=action.pending()
                    problem=problem_after(action)
                    testid="retire-token-confirm"
                />
            </ActionForm>
        </Ask>
    }
    .into_any()
}
