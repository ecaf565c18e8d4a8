//! Forms that call a server function, and the button at their end.
//!
//! They are plain forms: the browser part sends them without leaving the page when it can
//! (`browser/forms.rs`), marks the button as pending, and lets nothing be sent twice.

use super::icon::{Glyph, Icon};
use super::problem_notice::ProblemNotice;
use crate::contract::Problem;
use leptos::prelude::*;
use leptos::server::ServerActionError;
use leptos::server_fn::ServerFn;
use leptos::server_fn::error::ServerFnUrlError;

/// Where a form of this server function is sent.
pub fn path_of<S: ServerFn>() -> &'static str {
    S::PATH
}

/// Why a form of this server function was refused, if that is what this page answers.
pub fn refusal_of<S: ServerFn>() -> Option<Problem> {
    let refused = use_context::<ServerActionError>().filter(|refused| refused.path() == S::PATH)?;
    Some(ServerFnUrlError::<Problem>::decode_err(refused.err()))
}

/// Button and problem of one action.
#[component]
pub fn Submit(
    /// The verb on the button.
    #[prop(into)]
    label: String,
    /// The same while it runs: `Saving and pinging…`.
    busy_label: &'static str,
    /// A drawing.
    glyph: Glyph,
    /// Why the last try was refused, where the form always stands open.
    #[prop(optional_no_strip)]
    problem: Option<Problem>,
    /// The page's main action.
    #[prop(optional)]
    primary: bool,
    /// For tests.
    testid: &'static str,
    /// More beside the button.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="submit">
            <button type="submit" class="button" class:primary=primary data-testid=testid>
                <Icon glyph/>
                <span class="idle-label">{label}</span>
                <span class="busy-label">{busy_label}</span>
            </button>
            {children.map(|children| children())}
        </div>
        {problem.map(|problem| view! { <ProblemNotice problem kept=format!("refused-{testid}")/> })}
    }
}
