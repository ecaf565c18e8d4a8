//! Short confirmations: shown for a few seconds, and read out politely.

use crate::said;
use leptos::prelude::*;

/// The region that shows what the last action came to. It is always there: a live region must
/// exist before it speaks.
#[component]
pub fn ToastRegion() -> impl IntoView {
    view! {
        <div class="toast" role="status" aria-live="polite" data-testid="toast" data-keep="">
            {said::take()}
        </div>
    }
}
