//! What a browser with WebAssembly adds to pages that work without it.
//!
//! Every page is rendered by the server, whole, and every action is a plain form. Here they are
//! made quicker: a form is sent without leaving the page, a page is brought up to date in place
//! when something changed, times move on. All of it listens on the document, so whatever the
//! server puts into the page later works at once; nothing here knows a page.

mod chips;
mod clock;
mod copy;
mod dom;
mod fields;
mod forms;
mod keys;
mod live;
mod morph;
mod toast;

/// Starts everything. Once, when the program is loaded.
pub fn start() {
    morph::without_move_before();
    chips::start();
    clock::start();
    copy::start();
    fields::start();
    forms::start();
    keys::start();
    live::start();
    toast::start();
    // The style sheet shows what needs JavaScript, and browser tests wait for it.
    dom::mark("data-hydrated");
    if copy::offered() {
        dom::mark("data-clipboard");
    }
}
