//! The shell around every page: name, navigation, connections, who is signed in.
//!
//! Before sign-in there is only the name. When FedEx is not the production system, the whole
//! window wears a frame that says so.

use super::clock::provide_page_clock;
use super::connection_chip::ConnectionChip;
use super::icon::{Glyph, Icon};
use super::live::live;
use super::problem_notice::ProblemNotice;
use super::route_announcer::RouteAnnouncer;
use super::toast::ToastRegion;
use crate::api::frame::load_frame;
use crate::contract::{Frame, Problem, Rehearsal, Viewer};
use leptos::prelude::*;
use leptos_router::components::A;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(5);

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
        // `external` leaves the jump to the browser, which then also moves the focus.
        <a class="skip-link" href="#main" rel="external">"Skip to content"</a>
        <Suspense fallback=|| view! { <header class="topbar"></header> }>
            {move || Suspend::new(async move {
                let first = frame.await.unwrap_or_default();
                view! { <TopBar first/> }
            })}
        </Suspense>
        <main id="main" tabindex="-1">
            {children()}
        </main>
        <RouteAnnouncer/>
        <ToastRegion/>
    }
}

/// The bar at the top, and the rehearsal frame.
#[component]
fn TopBar(first: Frame) -> impl IntoView {
    let signed_in = first.viewer.is_some();
    let frame = live(first, REFRESH, load_frame).value;
    provide_page_clock(Signal::derive(move || frame.with(|frame| frame.now.clone())));
    let viewer = Memo::new(move |_| frame.with(|frame| frame.viewer.clone()));
    let chips = Memo::new(move |_| frame.with(|frame| frame.chips.clone()));
    let rehearsal = Memo::new(move |_| frame.with(|frame| frame.rehearsal.clone()));
    let attention = Memo::new(move |_| frame.with(|frame| frame.attention));
    view! {
        <header class="topbar" class:bare=!signed_in>
            {move || rehearsal.get().map(|frame| view! { <RehearsalFrame frame/> })}
            <a class="brand" href="/">
                <Mark/>
                <span>"ml-connector"</span>
            </a>
            {signed_in
                .then(|| {
                    view! {
                        <Navigation attention=attention.into()/>
                        <div class="chips" role="group" aria-label="Connections at a glance">
                            {move || {
                                chips
                                    .get()
                                    .into_iter()
                                    .map(|chip| view! { <ConnectionChip chip/> })
                                    .collect_view()
                            }}
                        </div>
                    }
                })}
            {move || viewer.get().map(|viewer| view! { <SignedIn viewer/> })}
            {move || (signed_in && viewer.with(Option::is_none)).then(|| view! { <SessionEnded/> })}
        </header>
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

/// The main navigation.
#[component]
fn Navigation(attention: Signal<u64>) -> impl IntoView {
    let count = move || {
        let count = attention.get();
        (count > 0).then(|| {
            view! {
                <span class="nav-count tabular" data-testid="nav-attention">
                    {count}
                    <span class="sr-only">" need you"</span>
                </span>
            }
        })
    };
    view! {
        <nav class="nav" aria-label="Main">
            <A href="/" exact=true>
                <Icon glyph=Glyph::Attention/>
                "Attention"
                {count}
            </A>
            <A href="/orders">
                <Icon glyph=Glyph::Parcel/>
                "Orders"
            </A>
            <A href="/parcels">
                <Icon glyph=Glyph::Truck/>
                "Parcels"
            </A>
            <A href="/inbox">
                <Icon glyph=Glyph::Inbox/>
                "Inbox"
            </A>
            <A href="/day">
                <Icon glyph=Glyph::Day/>
                "End of day"
            </A>
            <A href="/printers">
                <Icon glyph=Glyph::Printer/>
                "Printers"
            </A>
            <A href="/pull">
                <Icon glyph=Glyph::Download/>
                "Pull"
            </A>
            <A href="/rules">
                <Icon glyph=Glyph::Rules/>
                "Rules"
            </A>
            <A href="/trail">
                <Icon glyph=Glyph::Trail/>
                "Trail"
            </A>
            <A href="/connections">
                <Icon glyph=Glyph::Plug/>
                "Connections"
            </A>
        </nav>
    }
}

/// Who is signed in, and the way out: a plain form, so it works always.
#[component]
fn SignedIn(viewer: Viewer) -> impl IntoView {
    view! {
        <form class="viewer" method="post" action="/logout">
            <span class="viewer-name" title=viewer.role.clone()>
                {viewer.name}
                <span class="sr-only">{format!(", {}", viewer.role)}</span>
            </span>
            <button type="submit" class="button icon-only quiet" title="Sign out" data-testid="sign-out">
                <Icon glyph=Glyph::SignOut/>
                <span class="sr-only">"Sign out"</span>
            </button>
        </form>
    }
}

/// The session ended while the page was open: what is shown may be old.
#[component]
fn SessionEnded() -> impl IntoView {
    let problem = Problem::new("session.ended", "Your session has ended.", "Sign in to go on where you were.");
    view! {
        <div class="session-ended">
            <ProblemNotice problem/>
        </div>
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
