//! What every answer carries, and which requests are not ours.

use crate::web::Web;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use leptos::nonce::use_nonce;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// Headers on every answer. Labels are shown in a frame of our own pages, hence same origin.
const ALWAYS: [(HeaderName, HeaderValue); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
];

/// Nothing comes from elsewhere, and no script stands in a page but the one that `nonce` names.
fn content_policy(nonce: Option<&str>) -> String {
    let own_script = nonce.map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
    format!(
        "default-src 'self'; script-src 'self'{own_script} 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data:; object-src 'self'; frame-src 'self'; frame-ancestors 'self'; base-uri 'self'; \
         form-action 'self'"
    )
}

/// While a page is rendered: lets the script run that leptos writes into it, and no other.
pub fn allow_page_script() {
    let policy = use_nonce().and_then(|nonce| HeaderValue::from_str(&content_policy(Some(&nonce))).ok());
    if let (Some(policy), Some(response)) = (policy, use_context::<ResponseOptions>()) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// Adds the headers. Pages show customers' data: no shared cache may keep them.
pub async fn protect(request: Request, next: Next) -> Response {
    let is_asset = request.uri().path().starts_with("/pkg/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.insert(name, value);
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY)
        && let Ok(policy) = HeaderValue::from_str(&content_policy(None))
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if !is_asset && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// Refuses requests that change something and come from another site's page. Browsers say where a
/// request comes from; programs that say nothing carry no cookie of ours by accident.
pub async fn refuse_foreign_origin(State(web): State<Web>, request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && is_foreign(&web, &request) {
        let text = "This request came from another site and was refused. Open ml-connector itself and try again there.";
        return (StatusCode::FORBIDDEN, text).into_response();
    }
    next.run(request).await
}

fn is_foreign(web: &Web, request: &Request) -> bool {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if matches!(text("sec-fetch-site"), Some("cross-site" | "same-site")) {
        return true;
    }
    match text("origin") {
        None => false,
        Some("null") => true,
        Some(origin) => {
            let ours = web.engine.config.public_url().origin().ascii_serialization();
            // Reached by another name of this machine, the host header is that name.
            let host = text("host").unwrap_or_default();
            origin != ours && origin != format!("http://{host}") && origin != format!("https://{host}")
        }
    }
}
