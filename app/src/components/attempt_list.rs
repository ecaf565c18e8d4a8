//! The calls made to the vendors, newest first, each with its request and response.

use super::json_view::JsonView;
use super::status_badge::StatusBadge;
use super::time_ago::{TimeAgo, duration};
use crate::contract::{AttemptView, ExchangeView};
use leptos::prelude::*;

/// The attempts of a shipment.
#[component]
pub fn AttemptList(
    /// Newest first.
    #[prop(into)]
    attempts: Signal<Vec<AttemptView>>,
) -> impl IntoView {
    let attempts = Memo::new(move |_| attempts.get());
    let ids = Memo::new(move |_| attempts.with(|all| all.iter().map(|one| one.attempt_id.clone()).collect::<Vec<_>>()));
    view! {
        <ol class="attempts">
            <For each=move || ids.get() key=Clone::clone let:id>
                {
                    let anchor = format!("attempt-{id}");
                    let attempt = Memo::new(move |_| {
                        attempts
                            .with(|all| all.iter().find(|one| one.attempt_id == id).cloned())
                    });
                    view! {
                        <li class="attempt" id=anchor data-testid="attempt">
                            {move || {
                                attempt.get().map(|attempt| view! { <AttemptBody attempt/> })
                            }}
                        </li>
                    }
                }
            </For>
        </ol>
    }
}

/// One attempt.
#[component]
fn AttemptBody(attempt: AttemptView) -> impl IntoView {
    let took = attempt.duration_ms.map_or_else(|| "no answer".to_owned(), |ms| format!("{ms} ms"));
    let anchor = format!("#attempt-{}", attempt.attempt_id);
    view! {
        <div class="attempt-head">
            <a class="attempt-number mono" href=anchor rel="external" title="Link to this attempt">
                {format!("#{}", attempt.number)}
            </a>
            <h3>{attempt.step}</h3>
            <StatusBadge status=attempt.outcome/>
            <span class="muted small tabular">
                <TimeAgo at=attempt.begun/>
                " · "
                <span class="mono">{took}</span>
            </span>
        </div>
        <p>{attempt.sentence}</p>
        {attempt
            .reference
            .map(|reference| {
                view! {
                    <p class="muted small">"Our reference " <span class="mono">{reference}</span></p>
                }
            })}
        {attempt.exchanges.into_iter().map(|call| view! { <Exchange call/> }).collect_view()}
    }
}

/// One HTTP exchange.
#[component]
fn Exchange(call: ExchangeView) -> impl IntoView {
    let status = call.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let tone = match call.status {
        Some(..=299) => "good",
        Some(300..=499) => "warning",
        Some(500..) | None => "bad",
    };
    view! {
        <div class="exchange">
            <p class="exchange-line mono">
                <span class="http-status" data-tone=tone>{status}</span>
                <span class="exchange-operation">{call.operation}</span>
                <span class="exchange-request">{call.request_line}</span>
                {call.duration_ms.map(|ms| view! { <span class="muted">{duration(ms)}</span> })}
            </p>
            {call.request_body.map(|body| view! { <JsonView label="Request" body/> })}
            {call.response_body.map(|body| view! { <JsonView label="Response" body/> })}
        </div>
    }
}
