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
) -> impl IntoView {
    let ended = problem.code == "session.ended";
    view! {
        <div class="problem" role="alert" data-testid="problem" data-code=problem.code.clone()>
            <Icon glyph=Glyph::Bad/>
            <div>
                <p class="problem-message">{problem.message.clone()}</p>
                <p class="problem-hint">{problem.hint.clone()}</p>
                <p class="problem-code">
                    <code>{problem.code.clone()}</code>
                    {problem
                        .trace_id
                        .clone()
                        .map(|trace| view! { " · trace " <code>{trace}</code> })}
                </p>
                {ended.then(|| view! { <SignInAgain/> })}
            </div>
        </div>
    }
}

/// The problem of something that may succeed later, or nothing.
#[component]
pub fn ProblemSlot(
    /// What went wrong, if something did.
    #[prop(into)]
    problem: Signal<Option<Problem>>,
) -> impl IntoView {
    move || problem.get().map(|problem| view! { <ProblemNotice problem/> })
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
        view! { <ProblemNotice problem/> }
    })
}

/// The way back in: a full page load, so that the server starts a fresh session.
#[component]
fn SignInAgain() -> impl IntoView {
    let location = use_location();
    let href = move || {
        let mut here = location.query.get();
        // The marks of a failed form post belong to that post, not to the page.
        here.remove("__path");
        here.remove("__err");
        let mut query = ParamsMap::new();
        query.insert("next", format!("{}{}", location.pathname.get(), here.to_query_string()));
        format!("/login{}", query.to_query_string())
    };
    view! {
        <a class="button primary" href=href rel="external" data-testid="sign-in-again">
            "Sign in again"
        </a>
    }
}
