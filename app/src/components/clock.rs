//! The clock a page reads: the server's, as it stands in the page's data. The browser carries the
//! times on from there (`browser/clock.rs`).

use crate::contract::Moment;
use leptos::prelude::*;

/// The server's clock as the surrounding page knows it.
#[derive(Clone)]
struct PageClock {
    ms: i64,
    zone: String,
}

/// Makes `now`, the server's moment inside a page's data, the clock of everything below.
pub fn provide_page_clock(now: &Moment) {
    // `2026-11-22 12:56:53 CST`: what the clocks are called is its last part.
    let zone = now.text.rsplit(' ').next().unwrap_or_default().to_owned();
    provide_context(PageClock { ms: now.ms, zone });
}

/// The server's clock in milliseconds; zero outside a page, where no time is shown.
pub fn page_clock() -> i64 {
    use_context::<PageClock>().map_or(0, |clock| clock.ms)
}

/// What the clocks of the page are called: `CST`. Moments are typed by them.
pub fn page_zone() -> String {
    use_context::<PageClock>().map_or_else(String::new, |clock| clock.zone)
}
