//! All addresses of the site, and the document around its pages.

use crate::components::shell::Shell;
use crate::pages::approve::ApprovePage;
use crate::pages::attention::AttentionPage;
use crate::pages::batch::BatchPage;
use crate::pages::connections::ConnectionsPage;
use crate::pages::day::DayPage;
use crate::pages::figures::FiguresPage;
use crate::pages::inbox::InboxPage;
use crate::pages::inbox_delivery::DeliveryPage;
use crate::pages::login::LoginPage;
use crate::pages::not_found::NotFoundPage;
use crate::pages::order::OrderPage;
use crate::pages::orders::OrdersPage;
use crate::pages::parcels::ParcelsPage;
use crate::pages::people::PeoplePage;
use crate::pages::printers::PrintersPage;
use crate::pages::pull::PullPage;
use crate::pages::recover::RecoverPage;
use crate::pages::repair::RepairPage;
use crate::pages::rules::RulesPage;
use crate::pages::search::SearchPage;
use crate::pages::setup::SetupPage;
use crate::pages::start::StartPage;
use crate::pages::start_connect::{StartD365Page, StartFedexPage};
use crate::pages::trail::TrailPage;
use crate::pages::write_back::WriteBackPage;
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

/// The HTML document around the application.
pub fn document(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="robots" content="noindex, nofollow"/>
                <link rel="icon" type="image/svg+xml" href="/favicon.svg"/>
                <HashedStylesheet options=options.clone()/>
                <HydrationScripts options islands=true/>
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
    view! {
        <Title formatter=|title: String| format!("{title} · ml-connector")/>
        <Router>
            <Shell>
                <Routes fallback=NotFoundPage>
                    <Route path=path!("/") view=AttentionPage ssr=SsrMode::Async/>
                    <Route path=path!("/attention/:cause") view=RepairPage ssr=SsrMode::Async/>
                    <Route path=path!("/batches/:batch") view=BatchPage ssr=SsrMode::Async/>
                    <Route path=path!("/recover") view=RecoverPage ssr=SsrMode::Async/>
                    <Route path=path!("/search") view=SearchPage ssr=SsrMode::Async/>
                    <Route path=path!("/orders") view=OrdersPage ssr=SsrMode::Async/>
                    <Route path=path!("/orders/:company/:number") view=OrderPage ssr=SsrMode::Async/>
                    <Route path=path!("/approve") view=ApprovePage ssr=SsrMode::Async/>
                    <Route path=path!("/day") view=DayPage ssr=SsrMode::Async/>
                    <Route path=path!("/figures") view=FiguresPage ssr=SsrMode::Async/>
                    <Route path=path!("/parcels") view=ParcelsPage ssr=SsrMode::Async/>
                    <Route path=path!("/inbox") view=InboxPage ssr=SsrMode::Async/>
                    <Route path=path!("/inbox/:delivery") view=DeliveryPage ssr=SsrMode::Async/>
                    <Route path=path!("/printers") view=PrintersPage ssr=SsrMode::Async/>
                    <Route path=path!("/people") view=PeoplePage ssr=SsrMode::Async/>
                    <Route path=path!("/pull") view=PullPage ssr=SsrMode::Async/>
                    <Route path=path!("/rules") view=RulesPage ssr=SsrMode::Async/>
                    <Route path=path!("/write-back") view=WriteBackPage ssr=SsrMode::Async/>
                    <Route path=path!("/trail") view=TrailPage ssr=SsrMode::Async/>
                    <Route path=path!("/connections") view=ConnectionsPage ssr=SsrMode::Async/>
                    <Route path=path!("/start") view=StartPage ssr=SsrMode::Async/>
                    <Route path=path!("/start/d365") view=StartD365Page ssr=SsrMode::Async/>
                    <Route path=path!("/start/fedex") view=StartFedexPage ssr=SsrMode::Async/>
                    <Route path=path!("/setup") view=SetupPage ssr=SsrMode::Async/>
                    <Route path=path!("/login") view=LoginPage ssr=SsrMode::Async/>
                </Routes>
            </Shell>
        </Router>
    }
}
