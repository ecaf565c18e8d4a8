//! The clock a page reads: the server's, as it stands in the page's data. The browser carries the
//! times on from there (`browser/clock.rs`).

use crate::contract::Moment;
use leptos::prelude::*;

/// The server's clock as the surrounding page knows it.
#[derive(Clone, Copy)]
struct PageClock(i64);

/// Makes `now`, the server's moment inside a page's data, the clock of everything below.
pub fn provide_page_clock(now: &Moment) {
    provide_context(PageClock(now.ms));
}

/// The server's clock in milliseconds; zero outside a page, where no time is shown.
pub fn page_clock() -> i64 {
    use_context::<PageClock>().map_or(0, |clock| clock.0)
}
