//! Orders that stopped for the same reason: the sentence and the next step once, then the orders.

use super::element_id::element_id;
use super::icon::{Glyph, Icon};
use super::order_row::OrderTable;
use super::time_ago::TimeAgo;
use crate::contract::CauseGroup as Group;
use leptos::prelude::*;

/// One cause, to open.
#[component]
pub fn CauseGroup(
    /// The group.
    group: Group,
    /// Open from the start.
    #[prop(optional)]
    open: bool,
) -> impl IntoView {
    let listed = u64::try_from(group.orders.len()).unwrap_or(0);
    let list_label = match group.count.saturating_sub(listed) {
        0 => "Open as a list".to_owned(),
        more => format!("Open as a list, {more} more"),
    };
    let (id, code, class) = (element_id(&["cause", &group.code]), group.code.clone(), group.class);
    view! {
        <details
            class="cause"
            id=id
            open=open
            data-testid="cause-group"
            data-code=group.code
            data-class=class.clone()
        >
            <summary>
                <span class="cause-chevron">
                    <Icon glyph=Glyph::Next/>
                </span>
                <span class="cause-count tabular">
                    {group.count}
                    <span class="sr-only">" orders: "</span>
                </span>
                <span class="cause-title">{group.title}</span>
                <span class="side" data-side=group.side.clone()>
                    {side_name(&group.side)}
                </span>
                <span class="cause-class">{class.clone()}</span>
                <span class="cause-age muted tabular">
                    "since " <TimeAgo at=group.first/>
                </span>
            </summary>
            <div class="cause-body">
                <p class="cause-sentence">{group.sentence}</p>
                <p class="next-step">
                    <span class="next-step-label">"Next step"</span>
                    {group.next_step}
                </p>
                <OrderTable caption="Orders with this cause" rows=group.orders/>
                <p class="cause-more">
                    <a href=group.href>{list_label}</a>
                    <code class="muted">{code}</code>
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
