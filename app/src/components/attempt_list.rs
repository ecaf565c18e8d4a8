//! The calls made to the vendors: one attempt with its requests and responses, the others as links.
//!
//! Which one is chosen stands in the address (`?attempt=ID`), so that it can be sent to somebody and
//! needs no script.

use super::element_id::element_id;
use super::exchange::Exchange;
use super::icon::Icon;
use super::status_badge::{StatusBadge, tone_glyph, tone_name};
use super::time_ago::TimeAgo;
use crate::contract::{AttemptView, ExchangeView};
use crate::time_words::duration;
use leptos::prelude::*;

/// Where an attempt stands: on its order's page.
pub fn attempt_href(attempt_id: &str) -> String {
    format!("?attempt={attempt_id}#attempt-{attempt_id}")
}

/// The attempts of a shipment: links to all, and one of them open.
#[component]
pub fn AttemptTabs(
    /// Newest first.
    attempts: Vec<AttemptView>,
    /// The one to open; the newest, when it is not among them.
    chosen: Option<String>,
    /// Whose attempts they are, for the name of the list: ` of shipment 1 of 2`, or nothing.
    of: String,
) -> impl IntoView {
    let at = attempts.iter().position(|attempt| Some(&attempt.attempt_id) == chosen.as_ref()).unwrap_or_default();
    let links = attempts
        .iter()
        .enumerate()
        .map(|(index, attempt)| view! { <AttemptLink attempt=attempt.clone() current=index == at/> })
        .collect_view();
    let open = attempts.get(at).cloned().map(|attempt| {
        let calls = with_previous(&attempts, at);
        view! { <Attempt attempt calls/> }
    });
    view! {
        <nav class="attempt-tabs" aria-label=format!("Attempts{of}") data-testid="attempts">
            {links}
        </nav>
        {open}
    }
    .into_any()
}

/// A link to an attempt.
#[component]
pub fn AttemptLink(
    /// The attempt.
    attempt: AttemptView,
    /// It is the one that is open.
    current: bool,
    /// What it stands in, when that is not the list of its shipment: the same link may stand there too.
    #[prop(optional)]
    within: &'static str,
) -> impl IntoView {
    let id = element_id(&["tab", within, &attempt.attempt_id]);
    let name = format!("#{} {}", attempt.number, attempt.step);
    let outcome = format!(", {}", attempt.outcome.label);
    view! {
        <a
            id=id
            class="attempt-tab"
            href=attempt_href(&attempt.attempt_id)
            rel="external"
            aria-current=current.then_some("true")
            title=attempt.begun.text
            data-tone=tone_name(attempt.outcome.tone)
            data-testid="attempt-tab"
        >
            <Icon glyph=tone_glyph(attempt.outcome.tone)/>
            {name}
            <span class="sr-only">{outcome}</span>
        </a>
    }
    .into_any()
}

/// A call, and the same call of the last attempt before that did the same step and made it.
type Call = (ExchangeView, Option<(i64, ExchangeView)>);

fn with_previous(attempts: &[AttemptView], at: usize) -> Vec<Call> {
    let Some(attempt) = attempts.get(at) else { return Vec::new() };
    let earlier = || attempts[at + 1..].iter().filter(|earlier| earlier.step == attempt.step);
    let calls = attempt.exchanges.iter().enumerate();
    calls
        .map(|(index, call)| {
            let same = |other: &&ExchangeView| other.operation == call.operation;
            // The second read of an attempt is held against the second read of the one before.
            let nth = attempt.exchanges[..index].iter().filter(same).count();
            let previous =
                earlier().find_map(|one| Some((one.number, one.exchanges.iter().filter(same).nth(nth)?.clone())));
            (call.clone(), previous)
        })
        .collect()
}

/// One attempt.
#[component]
fn Attempt(attempt: AttemptView, calls: Vec<Call>) -> impl IntoView {
    let took = attempt.duration_ms.map_or_else(|| "no answer".to_owned(), duration);
    let anchor = format!("attempt-{}", attempt.attempt_id);
    let link = attempt_href(&attempt.attempt_id);
    let reference = attempt.reference.map(|reference| {
        view! { <p class="muted small">"Our reference " <span class="mono">{reference}</span></p> }
    });
    let calls = calls
        .into_iter()
        .enumerate()
        .map(|(at, (call, previous))| {
            let id = element_id(&["call", &attempt.attempt_id, &at.to_string()]);
            view! { <Exchange id call previous/> }
        })
        .collect_view();
    view! {
        <article class="attempt" id=anchor data-testid="attempt" data-attempt=attempt.attempt_id>
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
        </article>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::with_previous;
    use crate::contract::{AttemptView, ExchangeView};

    fn attempt(number: i64, step: &str, operations: &[&str]) -> AttemptView {
        let call = |name: &&str| ExchangeView {
            operation: (*name).into(),
            request_line: format!("{number}"),
            ..ExchangeView::default()
        };
        let exchanges = operations.iter().map(call).collect();
        AttemptView { number, step: step.into(), exchanges, ..AttemptView::default() }
    }

    #[test]
    fn a_call_is_held_against_the_same_call_of_the_same_step_before() {
        let attempts = [
            attempt(5, "Buy label", &["token", "ship"]),
            attempt(4, "Look up", &["ship"]),
            attempt(3, "Buy label", &["token"]),
            attempt(2, "Buy label", &["ship", "ship"]),
        ];
        let previous: Vec<_> =
            with_previous(&attempts, 0).into_iter().map(|(_, previous)| previous.map(|(number, _)| number)).collect();
        assert_eq!(previous, [Some(3), Some(2)]);
        assert_eq!(with_previous(&attempts, 1)[0].1, None);
        assert!(with_previous(&attempts, 9).is_empty());
    }
}
