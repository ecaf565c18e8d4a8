//! The shell around every page: name, navigation, connections, who is signed in.
//!
//! Before sign-in there is only the name. When a side is not the production system, the whole
//! window wears a frame that says so.

use super::clock::provide_page_clock;
use super::connection_chip::ConnectionChip;
use super::icon::{Glyph, Icon};
use super::key_sheet::KeySheet;
use super::navigation::Navigation;
use super::pause_banner::PauseBanners;
use super::problem_notice::ProblemNotice;
use super::toast::ToastRegion;
use super::top_search::TopSearch;
use crate::api::frame::load_frame;
use crate::contract::{Frame, Problem, Rehearsal, Viewer};
use leptos::prelude::*;

/// The frame of this page load, for pages that need it (set-up).
#[derive(Clone, Copy)]
pub struct FrameResource(pub Resource<Result<Frame, Problem>>);

/// The shell.
#[component]
pub fn Shell(
    /// The pages.
    children: Children,
) -> impl IntoView {
    let frame = Resource::new(|| (), |()| load_frame());
    provide_context(FrameResource(frame));
    view! {
        <a class="skip-link" href="#main">"Skip to content"</a>
        // What the browser part brings up to date in place.
        <div id="app">
            <Suspense>
                {move || Suspend::new(async move {
                    let frame = frame.await.unwrap_or_default();
                    view! { <TopBar frame/> }
                })}
            </Suspense>
            <main id="main" tabindex="-1">
                {children()}
            </main>
            <ToastRegion/>
        </div>
    }
}

/// The bar at the top, and the rehearsal frame.
#[component]
fn TopBar(frame: Frame) -> impl IntoView {
    provide_page_clock(&frame.now);
    let now_ms = frame.now.ms.to_string();
    let is_signed_in = frame.viewer.is_some();
    let signed_in = frame.viewer.map(|viewer| {
        let chips = frame.chips.into_iter().map(|chip| view! { <ConnectionChip chip/> }).collect_view();
        view! {
            <Navigation attention=frame.attention/>
            <TopSearch/>
            <div class="chips" role="group" aria-label="Connections at a glance">
                {chips}
            </div>
            <KeySheet/>
            <SignedIn viewer/>
            <SessionEnded/>
        }
    });
    view! {
        <header
            class="topbar"
            class:bare=!is_signed_in
            data-now=now_ms
            data-live=is_signed_in.then_some("")
        >
            {frame.rehearsal.map(|frame| view! { <RehearsalFrame frame/> })}
            <a class="brand" href="/">
                <Mark/>
                <span>"ml-connector"</span>
            </a>
            {signed_in}
        </header>
        <PauseBanners pauses=frame.pauses/>
    }
}

/// The product's mark: an arrow from one box to the next, and back.
#[component]
fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
            <rect width="24" height="24" rx="6"></rect>
            <path d="M5.5 9.5h10l-3-3M18.5 14.5h-10l3 3"></path>
        </svg>
    }
}

/// Who is signed in, and the way out: a plain form, so it works always.
#[component]
fn SignedIn(viewer: Viewer) -> impl IntoView {
    let role = viewer.role.replace('_', " ");
    view! {
        <form class="viewer" method="post" action="/logout" data-plain="">
            <span class="viewer-name" title=role.clone()>
                {viewer.name}
                <span class="sr-only">{format!(", {role}")}</span>
            </span>
            <button type="submit" class="button icon-only quiet" title="Sign out" data-testid="sign-out">
                <Icon glyph=Glyph::SignOut/>
                <span class="sr-only">"Sign out"</span>
            </button>
        </form>
    }
}

/// Shown by the browser part when the session ended while the page was open: what is shown may be old.
#[component]
fn SessionEnded() -> impl IntoView {
    let problem = Problem::new("session.ended", "Your session has ended.", "Sign in to go on where you were.");
    view! {
        <template id="session-ended" data-own="">
            <div class="session-ended">
                <ProblemNotice problem/>
            </div>
        </template>
    }
}

/// The frame around everything while something is not real.
#[component]
fn RehearsalFrame(frame: Rehearsal) -> impl IntoView {
    view! {
        <div class="rehearsal-frame" aria-hidden="true"></div>
        <p class="rehearsal" data-testid="rehearsal">
            <strong>{frame.word}</strong>
            " "
            <span>{frame.sentence}</span>
        </p>
    }
}
