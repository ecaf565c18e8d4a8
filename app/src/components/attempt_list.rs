//! The calls made to the vendors, newest first, each with its request and response.

use super::element_id::element_id;
use super::json_view::JsonView;
use super::status_badge::StatusBadge;
use super::time_ago::TimeAgo;
use crate::contract::{AttemptView, ExchangeView};
use crate::time_words::duration;
use leptos::prelude::*;

/// The attempts of a shipment.
#[component]
pub fn AttemptList(
    /// Newest first.
    attempts: Vec<AttemptView>,
) -> impl IntoView {
    let rows = attempts.into_iter().map(|attempt| view! { <Attempt attempt/> }).collect_view();
    view! { <ol class="attempts">{rows}</ol> }
}

/// One attempt.
#[component]
fn Attempt(attempt: AttemptView) -> impl IntoView {
    let took = attempt.duration_ms.map_or_else(|| "no answer".to_owned(), |ms| format!("{ms} ms"));
    let anchor = format!("attempt-{}", attempt.attempt_id);
    let link = format!("#{anchor}");
    let reference = attempt.reference.map(|reference| {
        view! { <p class="muted small">"Our reference " <span class="mono">{reference}</span></p> }
    });
    let calls = attempt
        .exchanges
        .into_iter()
        .enumerate()
        .map(|(at, call)| {
            let id = element_id(&["call", &attempt.attempt_id, &at.to_string()]);
            view! { <Exchange id call/> }
        })
        .collect_view();
    view! {
        <li class="attempt" id=anchor data-testid="attempt">
            <div class="attempt-head">
                <a class="attempt-number mono" href=link rel="external" title="Link to this attempt">
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
            {reference}
            {calls}
        </li>
    }
}

/// One HTTP exchange.
#[component]
fn Exchange(id: String, call: ExchangeView) -> impl IntoView {
    let status = call.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let tone = match call.status {
        Some(..=299) => "good",
        Some(300..=499) => "warning",
        Some(500..) | None => "bad",
    };
    view! {
        <div class="exchange" id=id>
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
