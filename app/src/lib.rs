//! The pages of ml-connector, and the contract they share with the engine.
//!
//! Compiled twice: for the server (`ssr`) with all pages, and for the browser (`hydrate`), where
//! only islands and `browser` go. Every route renders completely on the server and every action is
//! a plain form, so each page can be read and acted on without JavaScript.

// The type of a page is the nesting of everything on it, and the order's page nests deeper than the
// compiler's own limit.
#![recursion_limit = "256"]

pub mod contract;
#[cfg(feature = "ssr")]
pub mod desk;
pub mod key_table;
pub mod time_words;

#[cfg(feature = "ssr")]
pub mod api;
#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "ssr")]
pub mod components;
#[cfg(feature = "ssr")]
pub mod curl;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod request_diff;
#[cfg(feature = "ssr")]
mod said;
#[cfg(feature = "ssr")]
mod site;

#[cfg(feature = "ssr")]
pub use site::{App, document};

/// Wakes the page in the browser.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
    browser::start();
}
