//! One call to a vendor: request, response, what is new in the request, and the call as a command.

use super::copy_button::CopyButton;
use super::element_id::element_id;
use super::json_view::JsonView;
use crate::contract::ExchangeView;
use crate::curl::{advice, curl};
use crate::request_diff::{Compared, Line, Sign, compare};
use crate::time_words::duration;
use leptos::either::Either;
use leptos::prelude::*;

/// One HTTP exchange.
#[component]
pub fn Exchange(
    /// Its id on the page.
    id: String,
    /// The call.
    call: ExchangeView,
    /// The same call of an attempt before, with that attempt's number.
    previous: Option<(i64, ExchangeView)>,
) -> impl IntoView {
    let status = call.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let tone = match call.status {
        Some(..=299) => "good",
        Some(300..=499) => "warning",
        Some(500..) | None => "bad",
    };
    let part = |name: &str| element_id(&[name, &id]);
    let diff = previous.map(|(number, before)| {
        let compared = compare(&before, &call);
        view! { <RequestDiff id=part("diff") number compared/> }
    });
    let command = curl(&call.operation, &call.request_line, call.request_body.as_deref());
    let advice = advice(&call.operation, &call.request_line);
    let curl_id = part("curl");
    // Children are evaluated before attributes.
    let operation = call.operation.clone();
    view! {
        <div class="exchange" id=id data-testid="exchange" data-operation=operation>
            <p class="exchange-line mono">
                <span class="http-status" data-tone=tone>{status}</span>
                <span class="exchange-operation">{call.operation}</span>
                <span class="exchange-request">{call.request_line}</span>
                {call.duration_ms.map(|ms| view! { <span class="muted">{duration(ms)}</span> })}
            </p>
            {diff}
            {call.request_body.map(|body| view! { <JsonView label="Request" body/> })}
            {call.response_body.map(|body| view! { <JsonView label="Response" body/> })}
            <Command id=curl_id command advice/>
        </div>
    }
    .into_any()
}

/// The call as a command, to read and to copy.
#[component]
fn Command(id: String, command: String, advice: &'static str) -> impl IntoView {
    view! {
        <details class="json" id=id data-testid="curl">
            <summary>"Copy as cURL"</summary>
            <p class="muted small">{advice}</p>
            <div class="json-body">
                <CopyButton text=command.clone() what="curl command"/>
                <pre tabindex="0" role="group" aria-label="curl command">
                    <code>{command}</code>
                </pre>
            </div>
        </details>
    }
    .into_any()
}

/// What differs from the request before.
#[component]
fn RequestDiff(id: String, number: i64, compared: Compared) -> impl IntoView {
    let places = match compared {
        Compared::Changed(places) => places,
        told => {
            let sentence = match told {
                Compared::Same => format!("Same request as attempt {number}."),
                Compared::SameAsSeen => format!("No difference to attempt {number} in what your role sees."),
                _ => format!("Too large to be compared with attempt {number}."),
            };
            return Either::Left(view! { <p class="muted small" id=id data-testid="diff">{sentence}</p> });
        }
    };
    let changed = places.iter().flatten().filter(|line| line.sign != Sign::Kept).count();
    let lines = if changed == 1 { "line" } else { "lines" };
    let summary = format!("Request changed since attempt {number}: {changed} {lines}");
    let places = places
        .into_iter()
        .enumerate()
        .map(|(at, place)| {
            let gap = (at > 0).then(|| view! { <span class="diff-gap" aria-hidden="true">"⋯\n"</span> });
            let lines = place.into_iter().map(line_view).collect_view();
            view! {
                {gap}
                {lines}
            }
        })
        .collect_view();
    let label = format!("Changes since attempt {number}");
    Either::Right(view! {
        <details class="json request-diff" id=id open=true data-testid="diff">
            <summary>{summary}</summary>
            <div class="json-body">
                <pre tabindex="0" role="group" aria-label=label>
                    <code>{places}</code>
                </pre>
            </div>
        </details>
    })
}

/// A line with its sign: the colour alone would not tell everybody.
fn line_view(line: Line) -> AnyView {
    match line.sign {
        Sign::Kept => view! { <span>{format!("  {}\n", line.text)}</span> }.into_any(),
        Sign::Gone => view! { <del>{format!("− {}\n", line.text)}</del> }.into_any(),
        Sign::New => view! { <ins>{format!("+ {}\n", line.text)}</ins> }.into_any(),
    }
}
