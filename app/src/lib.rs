//! The browser side of ml-connector: the whole site on one screen, and the contract it shares
//! with the server.
//!
//! Compiled twice: for the browser (`hydrate`) and for the server (`ssr`), never with both. Every
//! route renders completely on the server, so each page can be read and acted on without
//! JavaScript; hydration adds live updates and pending states.

// The type of a page is the nesting of everything on it; hydrating the order's page nests deeper
// than the compiler's own limit.
#![recursion_limit = "256"]

pub mod contract;
#[cfg(feature = "ssr")]
pub mod desk;

pub mod api;
pub mod components;
pub mod pages;

use components::clock::provide_ticker;
use components::shell::Shell;
use components::toast::provide_toast;
use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};
use pages::attention::AttentionPage;
use pages::connections::ConnectionsPage;
use pages::day::DayPage;
use pages::inbox::InboxPage;
use pages::inbox_delivery::DeliveryPage;
use pages::login::LoginPage;
use pages::not_found::NotFoundPage;
use pages::order::OrderPage;
use pages::orders::OrdersPage;
use pages::parcels::ParcelsPage;
use pages::printers::PrintersPage;
use pages::pull::PullPage;
use pages::rules::RulesPage;
use pages::setup::SetupPage;
use pages::trail::TrailPage;
use pages::write_back::WriteBackPage;

/// The HTML document around the application, for the server.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="robots" content="noindex, nofollow"/>
                <link rel="icon" type="image/svg+xml" href="/favicon.svg"/>
                <link rel="stylesheet" href="/pkg/ml.css"/>
                <HydrationScripts options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The application: every route, in reading order.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_ticker();
    provide_toast();
    mark_hydrated();
    view! {
        <Title formatter=|title: String| format!("{title} · ml-connector")/>
        <Router>
            <Shell>
                <Routes fallback=NotFoundPage>
                    <Route path=path!("/") view=AttentionPage ssr=SsrMode::Async/>
                    <Route path=path!("/orders") view=OrdersPage ssr=SsrMode::Async/>
                    <Route path=path!("/orders/:company/:number") view=OrderPage ssr=SsrMode::Async/>
                    <Route path=path!("/day") view=DayPage ssr=SsrMode::Async/>
                    <Route path=path!("/parcels") view=ParcelsPage ssr=SsrMode::Async/>
                    <Route path=path!("/inbox") view=InboxPage ssr=SsrMode::Async/>
                    <Route path=path!("/inbox/:delivery") view=DeliveryPage ssr=SsrMode::Async/>
                    <Route path=path!("/printers") view=PrintersPage ssr=SsrMode::Async/>
                    <Route path=path!("/pull") view=PullPage ssr=SsrMode::Async/>
                    <Route path=path!("/rules") view=RulesPage ssr=SsrMode::Async/>
                    <Route path=path!("/write-back") view=WriteBackPage ssr=SsrMode::Async/>
                    <Route path=path!("/trail") view=TrailPage ssr=SsrMode::Async/>
                    <Route path=path!("/connections") view=ConnectionsPage ssr=SsrMode::Async/>
                    <Route path=path!("/setup") view=SetupPage ssr=SsrMode::Async/>
                    <Route path=path!("/login") view=LoginPage ssr=SsrMode::Async/>
                </Routes>
            </Shell>
        </Router>
    }
}

/// Marks the document once effects run: the style sheet shows what needs JavaScript, and browser
/// tests wait for it.
fn mark_hydrated() {
    #[cfg(feature = "hydrate")]
    Effect::new(|_| {
        let Some(root) = document().document_element() else { return };
        let mut marks = vec!["data-hydrated"];
        if components::copy_button::clipboard_offered() {
            marks.push("data-clipboard");
        }
        for mark in marks {
            // Setting a fixed, valid attribute name cannot fail.
            drop(root.set_attribute(mark, ""));
        }
    });
}

/// Wakes the server-rendered page in the browser.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(App);
}
