//! The frame of a table: caption, column heads, and its own scroll container.
//!
//! On a narrow screen the style sheet turns rows into cards; the explicit roles keep it a table
//! for screen readers all the same, because `display` would take that away.

use leptos::prelude::*;

/// A table with its heads; rows are its children.
#[component]
pub fn DataTable(
    /// What it lists; read out, not shown.
    #[prop(into)]
    caption: String,
    /// The column heads.
    columns: &'static [&'static str],
    /// A style for its columns.
    #[prop(into)]
    class: String,
    /// The rows.
    children: Children,
) -> impl IntoView {
    let heads =
        columns.iter().map(|&column| view! { <th scope="col" role="columnheader">{column}</th> }).collect_view();
    view! {
        <div class="table-frame">
            <table class=format!("data {class}") role="table">
                <caption class="sr-only">{caption}</caption>
                <thead role="rowgroup">
                    <tr role="row">{heads}</tr>
                </thead>
                <tbody role="rowgroup">{children()}</tbody>
            </table>
        </div>
    }
}
