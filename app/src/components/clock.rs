//! The clock a page reads: the server's, carried forward by the browser.
//!
//! Relative times must read the same on the server and at hydration, so they start from the
//! `now` inside the page's data. Afterwards one ticker a second moves them on; only elapsed time
//! is taken from the browser, so a wrong clock in the warehouse changes nothing.

use crate::contract::Moment;
use leptos::prelude::*;
use std::time::Duration;

/// The browser's clock at the last tick, in milliseconds; zero until hydration is over.
#[derive(Clone, Copy)]
struct Ticker(RwSignal<i64>);

/// The server's clock as the surrounding page knows it.
#[derive(Clone, Copy)]
struct PageClock(Signal<i64>);

/// Starts the ticker. Once, at the top of the application.
pub fn provide_ticker() {
    let ticker = RwSignal::new(0);
    provide_context(Ticker(ticker));
    Effect::new(move |_| {
        ticker.set(browser_ms());
        let tick = move || ticker.set(browser_ms());
        if let Ok(handle) = set_interval_with_handle(tick, Duration::from_secs(1)) {
            on_cleanup(move || handle.clear());
        }
    });
}

/// Makes `now`, the server's moment inside a page's data, the clock of everything below.
pub fn provide_page_clock(now: Signal<Moment>) {
    let ticker = use_context::<Ticker>().map(|ticker| ticker.0);
    let anchor = Memo::new(move |_| (now.with(|now| now.ms), browser_ms()));
    let clock = Memo::new(move |_| {
        let (server_ms, received_ms) = anchor.get();
        let elapsed_ms = ticker.map_or(0, |ticker| ticker.get() - received_ms);
        server_ms + elapsed_ms.max(0)
    });
    provide_context(PageClock(clock.into()));
}

/// The server's clock in milliseconds; zero outside a page, where no time is shown.
pub fn page_clock() -> Signal<i64> {
    use_context::<PageClock>().map_or_else(|| Signal::stored(0), |clock| clock.0)
}

#[cfg(feature = "hydrate")]
#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit for ages")]
fn browser_ms() -> i64 {
    leptos::web_sys::js_sys::Date::now() as i64
}

#[cfg(not(feature = "hydrate"))]
fn browser_ms() -> i64 {
    0
}
