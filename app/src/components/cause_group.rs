//! Orders that stopped for the same reason: the sentence and the next step once, then the orders.

use super::icon::{Glyph, Icon};
use super::order_row::OrderTable;
use super::time_ago::TimeAgo;
use crate::contract::CauseGroup as Group;
use leptos::prelude::*;

/// One cause, to open.
#[component]
pub fn CauseGroup(
    /// The group; the element stays while its content changes.
    group: Memo<Group>,
    /// Open from the start.
    #[prop(optional)]
    open: bool,
) -> impl IntoView {
    let orders = Memo::new(move |_| group.with(|group| group.orders.clone()));
    let hidden = move || group.with(|group| group.count.saturating_sub(group.orders.len().try_into().unwrap_or(0)));
    view! {
        <details
            class="cause"
            open=open
            data-testid="cause-group"
            data-code=move || group.with(|group| group.code.clone())
            data-class=move || group.with(|group| group.class.clone())
        >
            <summary>
                <span class="cause-chevron">
                    <Icon glyph=Glyph::Next/>
                </span>
                <span class="cause-count tabular">
                    {move || group.with(|group| group.count)}
                    <span class="sr-only">" orders: "</span>
                </span>
                <span class="cause-title">{move || group.with(|group| group.title.clone())}</span>
                <span class="side" data-side=move || group.with(|group| group.side.clone())>
                    {move || group.with(|group| side_name(&group.side))}
                </span>
                <span class="cause-class">{move || group.with(|group| group.class.clone())}</span>
                <span class="cause-age muted tabular">
                    "since " {move || view! { <TimeAgo at=group.with(|group| group.first.clone())/> }}
                </span>
            </summary>
            <div class="cause-body">
                <p class="cause-sentence">{move || group.with(|group| group.sentence.clone())}</p>
                <p class="next-step">
                    <span class="next-step-label">"Next step"</span>
                    {move || group.with(|group| group.next_step.clone())}
                </p>
                <OrderTable caption="Orders with this cause" rows=orders/>
                <p class="cause-more">
                    <a href=move || group.with(|group| group.href.clone())>
                        {move || match hidden() {
                            0 => "Open as a list".to_owned(),
                            more => format!("Open as a list, {more} more"),
                        }}
                    </a>
                    <code class="muted">{move || group.with(|group| group.code.clone())}</code>
                </p>
            </div>
        </details>
    }
}

/// The name of a side for people.
pub fn side_name(side: &str) -> String {
    match side {
        "d365" => "Dynamics 365".into(),
        "fedex" => "FedEx".into(),
        "connector" => "Connector".into(),
        "operator" => "Operator".into(),
        other => other.to_owned(),
    }
}
