//! The sheet of keys: a native popover, so its button opens it without JavaScript too.

use super::icon::{Glyph, Icon};
use crate::key_table::{GO, KEYS, Key};
use leptos::prelude::*;

/// The button that opens the sheet, and the sheet.
#[component]
pub fn KeySheet() -> impl IntoView {
    let (go, here): (Vec<Key>, Vec<Key>) = KEYS.into_iter().partition(|key| key.keys.len() > 1);
    view! {
        <button
            type="button"
            class="button icon-only quiet key-button"
            title="Keys"
            popovertarget="keys"
            data-testid="keys-button"
        >
            <Icon glyph=Glyph::Keyboard/>
            <span class="sr-only">"Keys"</span>
        </button>
        <dialog id="keys" class="keys" popover="auto" aria-labelledby="keys-title" data-testid="keys">
            <div class="keys-head">
                <h2 id="keys-title">"Keys"</h2>
                <button type="button" class="button quiet" popovertarget="keys" popovertargetaction="hide">
                    "Close"
                </button>
            </div>
            <div class="keys-lists">
                <KeyList title="Here" keys=here/>
                <KeyList title="Go to a page" keys=go/>
            </div>
            <p class="muted small">
                "Ctrl+K searches too, also while you type. No key buys, sends or changes anything by itself."
            </p>
            <button type="button" class="button needs-js" data-keys-switch="" data-own="" aria-pressed="true">
                "Single keys are on"
            </button>
        </dialog>
    }
    .into_any()
}

/// Some of the keys.
#[component]
fn KeyList(title: &'static str, keys: Vec<Key>) -> impl IntoView {
    let rows = keys
        .into_iter()
        .map(|key| {
            let then = if key.keys.first() == Some(&GO) && key.keys.len() > 1 { " then " } else { "" };
            let names = key
                .keys
                .iter()
                .enumerate()
                .map(|(at, name)| view! { {(at > 0).then_some(then)} <kbd>{*name}</kbd> })
                .collect_view();
            view! {
                <div>
                    <dt>{names}</dt>
                    <dd>{key.words}</dd>
                </div>
            }
        })
        .collect_view();
    view! {
        <section>
            <h3>{title}</h3>
            <dl>{rows}</dl>
        </section>
    }
}
