//! What an address without a page answers, with status 404.

use crate::components::empty_state::EmptyState;
use crate::components::icon::Glyph;
use crate::components::page_header::PageHeader;
use leptos::prelude::*;

/// The not-found page.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(leptos::server_fn::http_export::StatusCode::NOT_FOUND);
    }
    view! {
        <div class="page narrow">
            <PageHeader title="Page not found"/>
            <EmptyState glyph=Glyph::Search title="There is nothing at this address">
                <p>"It may have been mistyped, or the link is from another installation."</p>
                <p class="links">
                    <a href="/">"What needs you"</a>
                    <a href="/orders">"All orders"</a>
                </p>
            </EmptyState>
        </div>
    }
}
