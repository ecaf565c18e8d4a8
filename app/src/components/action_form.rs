//! The end of an action's form: its button with a pending state, and its problem beside it.
//!
//! The form itself is a leptos `ActionForm` on the page: a plain form without WASM, a call with
//! it. A second press while one is under way does nothing.

use super::icon::{Glyph, Icon};
use super::problem_notice::ProblemSlot;
use crate::contract::Problem;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

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
    /// Whether it runs.
    #[prop(into)]
    pending: Signal<bool>,
    /// How it failed, if it did.
    #[prop(into)]
    problem: Signal<Option<Problem>>,
    /// The page's main action.
    #[prop(optional)]
    primary: bool,
    /// For tests.
    testid: &'static str,
    /// More beside the button.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let refuse_second = move |event: leptos::ev::MouseEvent| {
        if pending.get_untracked() {
            event.prevent_default();
        }
    };
    view! {
        <div class="submit">
            <button
                type="submit"
                class="button"
                class:primary=primary
                data-testid=testid
                aria-disabled=move || pending.get().then_some("true")
                data-pending=move || pending.get().then_some("true")
                on:click=refuse_second
            >
                <Icon glyph/>
                {move || if pending.get() { busy_label.to_owned() } else { label.clone() }}
            </button>
            {children.map(|children| children())}
        </div>
        <ProblemSlot problem/>
    }
}

/// The problem in an action's value, while no new attempt runs.
pub fn problem_of<T: Clone + Send + Sync + 'static>(
    value: impl Into<Signal<Option<Result<T, Problem>>>>,
    pending: impl Into<Signal<bool>>,
) -> Signal<Option<Problem>> {
    let (value, pending) = (value.into(), pending.into());
    Signal::derive(move || {
        if pending.get() {
            return None;
        }
        value.with(|value| match value {
            Some(Err(problem)) => Some(problem.clone()),
            _ => None,
        })
    })
}

/// The same for a folded form or a row: what a plain form post was refused for is not shown there,
/// where nobody would see it or everybody would; [`PostProblem`] shows it on the page.
///
/// [`PostProblem`]: super::problem_notice::PostProblem
pub fn problem_after<S>(action: ServerAction<S>) -> Signal<Option<Problem>>
where
    S: ServerFn<Error = Problem> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let (version, problem) = (action.version(), problem_of(action.value(), action.pending()));
    Signal::derive(move || problem.get().filter(|_| version.get() > 0))
}
