//! A problem as a person reads it: what happened, what to do next, and how to find it in the log.

use super::icon::{Glyph, Icon};
use crate::contract::Problem;
use leptos::prelude::*;
use leptos::server::ServerActionError;
use leptos::server_fn::error::ServerFnUrlError;
use leptos_router::hooks::use_location;
use leptos_router::params::ParamsMap;

/// A problem, where it happened.
#[component]
pub fn ProblemNotice(
    /// What went wrong.
    problem: Problem,
    /// Its id, when it answers a form: news of something else do not take it away.
    #[prop(optional, into)]
    kept: Option<String>,
) -> impl IntoView {
    let Problem { code, message, hint, trace_id } = problem;
    let ended = code == "session.ended";
    let trace = trace_id.map(|trace| view! { " · trace " <code>{trace}</code> });
    view! {
        <div
            class="problem"
            role="alert"
            id=kept.clone()
            data-keep=kept.map(|_| "")
            data-testid="problem"
            data-code=code.clone()
        >
            <Icon glyph=Glyph::Bad/>
            <div>
                <p class="problem-message">{message}</p>
                <p class="problem-hint">{hint}</p>
                <p class="problem-code">
                    <code>{code.clone()}</code>
                    {trace}
                </p>
                {ended.then(|| view! { <SignInAgain/> })}
            </div>
        </div>
    }
}

/// What a plain form post was refused for, at the top of the page: its form may be folded away or
/// stand there once a row.
#[component]
pub fn PostProblem(
    /// The addresses of the page's folded and repeated forms.
    of: &'static [&'static str],
) -> impl IntoView {
    let refused = use_context::<ServerActionError>().filter(|refused| of.contains(&refused.path()));
    refused.map(|refused| {
        let problem: Problem = ServerFnUrlError::<Problem>::decode_err(refused.err());
        view! { <ProblemNotice problem kept="refused"/> }
    })
}

/// The way back in: a full page load, so that the server starts a fresh session.
#[component]
fn SignInAgain() -> impl IntoView {
    let location = use_location();
    let mut here = location.query.get_untracked();
    // The marks of a failed form post belong to that post, not to the page.
    here.remove("__path");
    here.remove("__err");
    let mut query = ParamsMap::new();
    query.insert("next", format!("{}{}", location.pathname.get_untracked(), here.to_query_string()));
    let href = format!("/login{}", query.to_query_string());
    view! {
        <a class="button primary" href=href rel="external" data-testid="sign-in-again">
            "Sign in again"
        </a>
    }
}
