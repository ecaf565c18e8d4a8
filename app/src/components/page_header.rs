//! The head of a page: its heading, one sentence, and what stands to the right.

use leptos::prelude::*;
use leptos_meta::Title;

/// Heading and title of a page.
#[component]
pub fn PageHeader(
    /// The heading; also the tab's title.
    #[prop(into)]
    title: String,
    /// What stands above it: where one is.
    #[prop(optional, into)]
    above: Option<ViewFn>,
    /// What stands to the right: switches, actions.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <Title text=title.clone()/>
        <div class="page-header">
            <div class="page-title">
                {above.map(|above| view! { <p class="above">{above.run()}</p> })}
                <h1 tabindex="-1">{title}</h1>
            </div>
            {children.map(|children| view! { <div class="page-tools">{children()}</div> })}
        </div>
    }
}
