//! Keeps the page up to date: the server says that something changed, the page is asked for again
//! and changed in place.
//!
//! A hidden tab listens to nothing. When the line is broken the page asks by itself, more slowly.

use super::dom;
use super::forms;
use super::morph::{self, Reason};
use std::cell::{Cell, RefCell};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Event, EventSource, Headers, MouseEvent, RequestCache, RequestInit, Response, Url};

/// Rest between two askings, at least: somebody is reading.
const REST_MS: i32 = 700;
/// An asking that took long is followed by this many times its length of rest, so that a busy
/// server is not kept busy by its own readers.
const REST_FACTOR: i64 = 3;
/// How often a page asks by itself, in case the line is broken without the browser knowing.
const BY_ITSELF_MS: i32 = 15_000;
/// Where the switch is remembered, for this tab.
const PAUSED: &str = "ml-paused";

thread_local! {
    static LINE: RefCell<Option<EventSource>> = const { RefCell::new(None) };
    static BUSY: Cell<bool> = const { Cell::new(false) };
    /// Something changed while the page was being asked for.
    static AGAIN: Cell<bool> = const { Cell::new(false) };
    static FAILED: Cell<bool> = const { Cell::new(false) };
    static ENDED: Cell<bool> = const { Cell::new(false) };
}

/// Opens the line, and listens to the switch.
pub fn start() {
    morph::first_islands();
    if dom::find("[data-live]").is_none() {
        // Nobody is signed in: nothing changes here.
        return;
    }
    dom::on("visibilitychange", |_: Event| {
        if dom::document().hidden() {
            hang_up();
        } else {
            listen();
            changed();
        }
    });
    dom::on("click", |event: MouseEvent| {
        if dom::closest(&event, "[data-live-switch]").is_some() {
            set_paused(!is_paused());
            changed();
        } else if dom::closest(&event, "[data-new-rows]").is_some() {
            spawn_local(ask(Reason::Answer));
        }
    });
    dom::every(BY_ITSELF_MS, changed);
    show_switch();
    listen();
}

fn listen() {
    let open = LINE.with_borrow(|line| line.as_ref().is_some_and(|line| line.ready_state() != EventSource::CLOSED));
    if open || dom::document().hidden() || ENDED.get() {
        return;
    }
    let Ok(line) = EventSource::new("/live") else { return };
    let heard = Closure::<dyn Fn()>::new(changed).into_js_value();
    line.set_onmessage(Some(heard.unchecked_ref()));
    LINE.set(Some(line));
}

fn hang_up() {
    if let Some(line) = LINE.take() {
        line.close();
    }
}

/// Something changed, or may have.
fn changed() {
    if is_paused() || dom::document().hidden() || ENDED.get() {
        return;
    }
    if BUSY.get() {
        AGAIN.set(true);
        return;
    }
    spawn_local(async {
        BUSY.set(true);
        loop {
            AGAIN.set(false);
            let began = dom::now_ms();
            ask(Reason::News).await;
            let took = i32::try_from((dom::now_ms() - began) * REST_FACTOR).unwrap_or(i32::MAX);
            dom::sleep(took.max(REST_MS)).await;
            if !AGAIN.get() || is_paused() {
                break;
            }
        }
        BUSY.set(false);
    });
}

/// Asks for this page and changes it in place.
async fn ask(reason: Reason) {
    let (before, answers) = (address(), forms::answers());
    let page = fetch(&before).await;
    FAILED.set(page.is_none());
    if let Some((url, html)) = page {
        if Url::new(&url).is_ok_and(|url| url.pathname() == "/login") {
            session_ended();
        } else if before == address()
            && !is_sending()
            && answers == forms::answers()
            && !(reason == Reason::News && is_paused())
            && let Some(page) = morph::parse(&html)
        {
            show_held(morph::apply(&page, reason));
        }
    }
    show_switch();
    listen();
}

/// A form is under way: its answer is newer than ours.
fn is_sending() -> bool {
    dom::find("form[data-pending]").is_some()
}

async fn fetch(address: &str) -> Option<(String, String)> {
    let headers = Headers::new().ok()?;
    headers.set("accept", "text/html").ok()?;
    headers.set("x-live", "1").ok()?;
    let request = RequestInit::new();
    request.set_headers(&headers);
    request.set_cache(RequestCache::NoStore);
    let answer = JsFuture::from(dom::window().fetch_with_str_and_init(address, &request)).await.ok()?;
    let answer: Response = answer.dyn_into().ok()?;
    if answer.status() >= 500 {
        return None;
    }
    let text = JsFuture::from(answer.text().ok()?).await.ok()?;
    Some((answer.url(), text.as_string()?))
}

/// This page's address, or the one it names for this: asking again must not do again.
fn address() -> String {
    let named = dom::find("[data-live-href]").and_then(|page| page.get_attribute("data-live-href"));
    named.or_else(|| dom::window().location().href().ok()).unwrap_or_default()
}

/// Offers the rows that were held back.
fn show_held(held: u32) {
    let Some(button) = dom::find("[data-new-rows]") else { return };
    if held == 0 {
        dom::set(&button, "hidden", "");
    } else {
        dom::unset(&button, "hidden");
        if let Ok(Some(count)) = button.query_selector("[data-count]") {
            count.set_text_content(Some(&format!("{held} new")));
        }
    }
}

fn session_ended() {
    ENDED.set(true);
    hang_up();
    if let Some(notice) = dom::find("template#session-ended") {
        // What the server wrote for this moment; a place in the document takes it.
        drop(notice.insert_adjacent_html("afterend", &notice.inner_html()));
    }
}

fn is_paused() -> bool {
    let store = dom::window().session_storage().ok().flatten();
    store.and_then(|store| store.get_item(PAUSED).ok().flatten()).is_some()
}

fn set_paused(paused: bool) {
    let Ok(Some(store)) = dom::window().session_storage() else { return };
    // A full store only forgets the switch at the next page.
    drop(if paused { store.set_item(PAUSED, "1") } else { store.remove_item(PAUSED) });
    show_switch();
}

/// Writes on the switch how it stands.
fn show_switch() {
    let Some(switch) = dom::find("[data-live-switch]") else { return };
    let (state, word, verb) = match (is_paused(), FAILED.get() || ENDED.get()) {
        (true, _) => ("paused", "Paused", ": resume updates"),
        (false, true) => ("stale", "Not refreshing", ": pause updates"),
        (false, false) => ("live", "Live", ": pause updates"),
    };
    dom::set(&switch, "data-state", state);
    dom::set(&switch, "aria-pressed", if is_paused() { "true" } else { "false" });
    let write = |selector: &str, text: &str| {
        if let Ok(Some(part)) = switch.query_selector(selector) {
            part.set_text_content(Some(text));
        }
    };
    write("[data-word]", word);
    write(".sr-only", verb);
}
