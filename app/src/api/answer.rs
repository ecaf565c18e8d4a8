//! Gives a refused call, or a page whose data was refused, its HTTP status.
//!
//! A plain form post is left alone: `leptos_axum` answers it with a redirect to the page, and a
//! status set here would replace that redirect.

use crate::contract::Problem;
use crate::said;
use leptos::prelude::use_context;
use leptos::server_fn::http_export::header::ACCEPT;
use leptos::server_fn::http_export::request::Parts;
use leptos::server_fn::http_export::{Method, StatusCode};
use leptos_axum::ResponseOptions;

/// Passes the result on and, when it is a problem, sets the status of the response.
pub(super) fn answer<T>(result: Result<T, Problem>) -> Result<T, Problem> {
    if let Err(problem) = &result
        && !is_plain_form_post()
        && let Some(response) = use_context::<ResponseOptions>()
    {
        response.set_status(status_of(problem));
    }
    result
}

/// The same, and what it came to is said on the page that follows a plain form post.
pub(super) fn answer_told<T>(result: Result<T, Problem>, sentence: impl FnOnce(&T) -> String) -> Result<T, Problem> {
    if let Ok(value) = &result
        && is_plain_form_post()
    {
        said::say(&sentence(value));
    }
    answer(result)
}

/// The same, and a plain form post is led to the page where it goes on.
pub(super) fn answer_at<T>(result: Result<T, Problem>, address: impl FnOnce(&T) -> String) -> Result<T, Problem> {
    if let Ok(value) = &result
        && is_plain_form_post()
    {
        leptos_axum::redirect(&address(value));
    }
    answer(result)
}

/// The same for one part of a page: the page around it is fine and keeps its own status.
pub(super) fn answer_beside<T>(result: Result<T, Problem>) -> Result<T, Problem> {
    let in_a_page = use_context::<Parts>().is_some_and(|parts| parts.method == Method::GET);
    if in_a_page { result } else { answer(result) }
}

fn is_plain_form_post() -> bool {
    use_context::<Parts>().is_some_and(|parts| {
        parts.method == Method::POST
            && parts
                .headers
                .get(ACCEPT)
                .and_then(|value| value.to_str().ok())
                .is_some_and(|accept| accept.contains("text/html"))
    })
}

/// A problem that carries a trace was logged as our failure; the others are the caller's.
fn status_of(problem: &Problem) -> StatusCode {
    let code = problem.code.as_str();
    if code == "session.ended" {
        StatusCode::UNAUTHORIZED
    } else if code.ends_with("not-found") {
        StatusCode::NOT_FOUND
    } else if code.ends_with("not-allowed") || code.ends_with("forbidden") {
        StatusCode::FORBIDDEN
    } else if code.ends_with("stale") {
        StatusCode::CONFLICT
    } else if problem.trace_id.is_some() {
        StatusCode::INTERNAL_SERVER_ERROR
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    }
}
