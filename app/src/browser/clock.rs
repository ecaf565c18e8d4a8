//! Moves times and countdowns on, once a second.
//!
//! A page carries the server's time; only elapsed time is taken from the browser, so a wrong clock
//! in the warehouse changes nothing.

use super::dom;
use crate::time_words::{distance, left};
use std::cell::Cell;
use web_sys::Element;

/// How often times are written anew.
const TICK_MS: i32 = 1_000;

thread_local! {
    /// The server's clock minus the browser's.
    static AHEAD_MS: Cell<i64> = const { Cell::new(0) };
}

/// Reads the page's clock, and ticks.
pub fn start() {
    read();
    dom::every(TICK_MS, tick);
}

/// Takes the server's time from the page, when it is new.
pub fn read() {
    if let Some(now_ms) = dom::find("[data-now]").and_then(|page| number(&page, "data-now")) {
        AHEAD_MS.set(now_ms - dom::now_ms());
    }
}

fn tick() {
    let now_ms = dom::now_ms() + AHEAD_MS.get();
    for time in dom::find_all("[data-at]") {
        if let Some(at_ms) = number(&time, "data-at") {
            write(&time, &distance(at_ms - now_ms));
        }
    }
    for time in dom::find_all("[data-until]") {
        if let Some(until_ms) = number(&time, "data-until") {
            write(&time, &left(until_ms - now_ms, &time.get_attribute("data-over").unwrap_or_default()));
        }
    }
}

/// Only what changed: a selection inside a text that is written again is lost.
fn write(time: &Element, text: &str) {
    if time.text_content().as_deref() != Some(text) {
        time.set_text_content(Some(text));
    }
}

fn number(element: &Element, name: &str) -> Option<i64> {
    element.get_attribute(name)?.parse().ok()
}
