//! Short confirmations: shown for a few seconds, and read out politely.

use leptos::prelude::*;
use std::time::Duration;

const SHOWN_FOR: Duration = Duration::from_secs(5);

/// Where confirmations are put.
#[derive(Clone, Copy)]
pub struct Toast {
    text: RwSignal<String>,
    count: RwSignal<u32>,
}

impl Toast {
    /// Shows and announces a sentence.
    pub fn show(self, text: impl Into<String>) {
        self.count.update(|count| *count = count.wrapping_add(1));
        self.text.set(text.into());
        let shown = self.count.get_untracked();
        let clear = move || {
            if self.count.get_untracked() == shown {
                self.text.set(String::new());
            }
        };
        set_timeout(clear, SHOWN_FOR);
    }
}

/// Makes the toast available to everything below. Once, at the top of the application.
pub fn provide_toast() {
    provide_context(Toast { text: RwSignal::new(String::new()), count: RwSignal::new(0) });
}

/// The toast of the application.
pub fn use_toast() -> Toast {
    use_context::<Toast>().unwrap_or_else(|| Toast { text: RwSignal::new(String::new()), count: RwSignal::new(0) })
}

/// The region that shows it. It is always there: a live region must exist before it speaks.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let toast = use_toast();
    view! {
        <div
            class="toast"
            class:shown=move || toast.text.with(|text| !text.is_empty())
            role="status"
            aria-live="polite"
            data-testid="toast"
        >
            {move || toast.text.get()}
        </div>
    }
}
