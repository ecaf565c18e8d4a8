//! One entry of the audit trail as a table row.

use super::cause_group::side_name;
use super::json_view::JsonView;
use super::order_row::order_href;
use super::status_badge::StatusBadge;
use super::time_ago::{TimeAgo, TimeOfDay};
use crate::contract::TrailEntry;
use leptos::prelude::*;

/// The column heads of the trail.
pub const TRAIL_COLUMNS: [&str; 7] = ["When", "Actor", "System", "Action", "Outcome", "Order", "What happened"];

/// One entry.
#[component]
pub fn TrailRow(
    /// The entry.
    entry: TrailEntry,
) -> impl IntoView {
    let order = entry.order.map(|(company, number)| {
        let href = order_href(&company, &number);
        view! {
            <a class="mono" href=href>
                {number}
            </a>
        }
    });
    let answer = match (entry.http_status, entry.duration_ms) {
        (Some(status), Some(ms)) => Some(format!("{status} · {ms} ms")),
        (Some(status), None) => Some(status.to_string()),
        (None, Some(ms)) => Some(format!("{ms} ms")),
        (None, None) => None,
    };
    let related = entry.correlation.map(|id| format!("/trail?correlation={id}"));
    view! {
        <tr
            role="row"
            id=format!("entry-{}", entry.sequence)
            data-row=""
            data-testid="trail-row"
            data-sequence=entry.sequence
        >
            <th scope="row" role="rowheader" class="cell-when tabular">
                <TimeAgo at=entry.at.clone()/>
                <TimeOfDay at=entry.at/>
            </th>
            <td role="cell" class="cell-actor">{entry.actor}</td>
            <td role="cell" class="cell-system">
                <span class="side" data-side=entry.system.clone()>{side_name(&entry.system)}</span>
            </td>
            <td role="cell" class="cell-action">
                <code>{entry.action}</code>
            </td>
            <td role="cell" class="cell-outcome">
                <StatusBadge status=entry.outcome/>
            </td>
            <td role="cell" class="cell-order-link">{order}</td>
            <td role="cell" class="cell-summary">
                <p>
                    {entry.summary} " "
                    {answer.map(|answer| view! { <span class="muted small mono">{answer}</span> })}
                    {related.map(|href| view! { " " <a class="small" href=href>"Related"</a> })}
                </p>
                {entry.body.map(|body| view! { <JsonView label="Details" body/> })}
            </td>
        </tr>
    }
}
