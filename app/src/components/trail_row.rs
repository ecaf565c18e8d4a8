//! One entry of the audit trail as a table row.

use super::cause_group::side_name;
use super::json_view::JsonView;
use super::order_row::order_href;
use super::status_badge::StatusBadge;
use super::time_ago::{TimeAgo, TimeOfDay};
use crate::contract::TrailEntry;
use leptos::prelude::*;
use percent_encoding::percent_decode_str;

/// How the line of a call begins.
const METHODS: [&str; 5] = ["GET ", "POST ", "PUT ", "PATCH ", "DELETE "];

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
    // The line says it already.
    let status = entry.http_status.filter(|status| !entry.summary.ends_with(&format!("answered {status}")));
    let answer = match (status, entry.duration_ms) {
        (Some(status), Some(ms)) => Some(format!("{status} · {ms} ms")),
        (Some(status), None) => Some(status.to_string()),
        (None, Some(ms)) => Some(format!("{ms} ms")),
        (None, None) => None,
    };
    let (summary, query) = without_query(entry.summary);
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
                    {summary} " "
                    {answer.map(|answer| view! { <span class="muted small mono">{answer}</span> })}
                    {related.map(|href| view! { " " <a class="small" href=href>"Related"</a> })}
                </p>
                {query.map(|body| view! { <JsonView label="Query" body/> })}
                {entry.body.map(|body| view! { <JsonView label="Details" body/> })}
            </td>
        </tr>
    }
}

/// A call's line without the query of its address, and the query a part a line, to be read: a filter of
/// OData is longer than the rest of the row.
fn without_query(summary: String) -> (String, Option<String>) {
    let is_call = METHODS.iter().any(|method| summary.starts_with(method));
    match summary.split_once('?').filter(|_| is_call) {
        None => (summary, None),
        Some((line, query)) => {
            let read = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
            (format!("{line}?…"), Some(query.split('&').map(read).collect::<Vec<_>>().join("\n")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::without_query;

    #[test]
    fn a_query_is_folded_away_and_can_be_read() {
        let call = "GET https://x/data/SalesOrderHeadersV2?cross-company=true&$filter=a%20eq%20%27b%27".to_owned();
        let expected = ("GET https://x/data/SalesOrderHeadersV2?…", Some("cross-company=true\n$filter=a eq 'b'"));
        let (line, query) = without_query(call);
        assert_eq!((line.as_str(), query.as_deref()), expected);
        for kept in ["Why was it not shipped?", "PATCH https://x/data/Orders(1)"] {
            assert_eq!(without_query(kept.to_owned()), (kept.to_owned(), None));
        }
    }
}
