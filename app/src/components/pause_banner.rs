//! What a person stopped, why, and the button that lets it go on: on every page.

use super::action_form::{Submit, path_of, refusal_of};
use super::icon::{Glyph, Icon};
use super::time_ago::TimeAgo;
use crate::api::pauses::Resume;
use crate::contract::PauseView;
use leptos::prelude::*;

/// One banner a stopped part of the flow.
#[component]
pub fn PauseBanners(
    /// What stands still.
    pauses: Vec<PauseView>,
) -> impl IntoView {
    pauses.into_iter().map(|pause| view! { <PauseBanner pause/> }).collect_view()
}

#[component]
fn PauseBanner(pause: PauseView) -> impl IntoView {
    let PauseView { flow, title, goes_on, reason, since, by, may_resume } = pause;
    let testid = match flow.as_str() {
        "shipping" => "resume-shipping",
        "write_back" => "resume-write-back",
        _ => "resume-pull",
    };
    let id = format!("pause-{flow}");
    view! {
        <section class="pause-banner" id=id aria-label="Paused" data-tone="warning" data-testid="pause">
            <Icon glyph=Glyph::Pause/>
            <div class="pause-text">
                <p>
                    <strong>{title}</strong>
                    " "
                    <q>{reason}</q>
                </p>
                <p class="small">
                    {format!("Paused by {by} ")} <TimeAgo at=since/> ". " {goes_on}
                </p>
            </div>
            {may_resume
                .then(|| {
                    view! {
                        <form method="post" action={path_of::<Resume>()}>
                            <input type="hidden" name="flow" value=flow/>
                            <Submit
                                label="Resume"
                                busy_label="Resuming…"
                                glyph=Glyph::Play
                                problem={refusal_of::<Resume>()}
                                testid
                            />
                        </form>
                    }
                })}
        </section>
    }
}
