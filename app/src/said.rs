//! What an action came to, in a sentence for the page that follows it.
//!
//! A form is answered with a redirect, and only the page it leads to can speak. The sentence goes
//! there in a cookie of its own, which that page takes away again: no node has to remember it.

use leptos::prelude::use_context;
use leptos::server_fn::http_export::request::Parts;
use leptos::server_fn::http_export::{HeaderValue, header};
use leptos_axum::ResponseOptions;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The cookie.
const NAME: &str = "ml_said";
/// Seconds it is kept for a page that never comes.
const KEPT_S: u32 = 20;

/// Says a sentence on the page that follows.
pub fn say(sentence: &str) {
    set(&utf8_percent_encode(sentence, NON_ALPHANUMERIC).to_string(), KEPT_S);
}

/// The sentence for this page, once. A page that only refreshes itself leaves it for the one it is meant for.
pub fn take() -> Option<String> {
    let parts = use_context::<Parts>()?;
    if parts.headers.contains_key("x-live") {
        return None;
    }
    let cookies = parts.headers.get_all(header::COOKIE);
    let pairs = cookies.iter().filter_map(|cookie| cookie.to_str().ok()).flat_map(|cookie| cookie.split(';'));
    let value = pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| *name == NAME)?.1;
    set("", 0);
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
}

fn set(value: &str, max_age_s: u32) {
    let cookie = format!("{NAME}={value}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax");
    if let (Some(response), Ok(cookie)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(&cookie)) {
        response.append_header(header::SET_COOKIE, cookie);
    }
}
