//! Orders that stopped for the same reason: the sentence and the next step once, then the orders.

use super::action_form::{Submit, path_of};
use super::cause_note::CauseNote;
use super::data_table::DataTable;
use super::element_id::element_id;
use super::icon::{Glyph, Icon};
use super::order_row::{OrderTable, order_href, place};
use super::time_ago::TimeAgo;
use super::trend::Trend;
use crate::api::repair::BeginRepair;
use crate::contract::{CauseGroup as Group, FixRow, RemedyView};
use leptos::either::Either;
use leptos::prelude::*;

/// One cause, to open, with what can be done about all of it beside.
#[component]
pub fn CauseGroup(
    /// The group.
    group: Group,
    /// Open from the start.
    #[prop(optional)]
    open: bool,
    /// The viewer may act.
    may_act: bool,
    /// The page's moment: what comes later is not meant by its buttons.
    as_of_ms: i64,
) -> impl IntoView {
    let name = if group.key.is_empty() { &group.code } else { &group.key };
    let id = element_id(&["cause", name]);
    let key = group.key.clone();
    let remedy = group.remedy.clone().filter(|_| may_act);
    let (code, class) = (group.code.clone(), group.class.clone());
    view! {
        <div class="cause-item">
            <details
                class="cause"
                id=id
                open=open
                data-testid="cause-group"
                data-code=code
                data-class=class
                data-remedy=remedy.is_some().then_some("")
            >
                <CauseLine group=group.clone()/>
                <CauseBody group may_act/>
            </details>
            {remedy.map(|remedy| view! { <Remedy remedy key as_of_ms/> })}
        </div>
    }
    .into_any()
}

/// The line that stands there always.
#[component]
fn CauseLine(group: Group) -> impl IntoView {
    let standing = match (group.note.regressed, &group.note.acknowledged) {
        (true, _) => Some(("regressed", "regressed".to_owned())),
        (false, Some((_, by))) => Some(("acknowledged", format!("known to {by}"))),
        (false, None) => None,
    };
    view! {
        <summary>
            <span class="cause-chevron">
                <Icon glyph=Glyph::Next/>
            </span>
            <span class="cause-count tabular">{group.count} <span class="sr-only">" orders: "</span></span>
            <span class="cause-title">{group.title}</span>
            <span class="side" data-side=group.side.clone()>
                {side_name(&group.side)}
            </span>
            {standing.map(|(name, words)| view! { <span class="cause-standing" data-standing=name>{words}</span> })}
            <span class="cause-class">{group.class}</span>
            {(!group.trend.is_empty()).then(|| view! { <Trend bars=group.trend/> })}
            <span class="cause-age muted tabular">"since " <TimeAgo at=group.first/></span>
        </summary>
    }
    .into_any()
}

/// What is inside.
#[component]
fn CauseBody(group: Group, may_act: bool) -> impl IntoView {
    let listed = u64::try_from(group.orders.len()).unwrap_or(0);
    let list_label = match group.count.saturating_sub(listed) {
        0 => "Open as a list".to_owned(),
        more => format!("Open as a list, {more} more"),
    };
    let operation = (!group.operation.is_empty()).then(|| {
        let field = group.field.as_ref().map(|field| format!(", field {field}")).unwrap_or_default();
        view! { <span class="muted small">{format!("{}{field}; last ", group.operation)} <TimeAgo at=group.last/></span> }
    });
    let orders = if group.fixes.is_empty() {
        Either::Left(
            view! { <OrderTable caption="Orders with this cause" rows=group.orders within=group.key.clone()/> },
        )
    } else {
        Either::Right(view! { <FixTable rows=group.fixes/> })
    };
    let note = (!group.key.is_empty()).then(|| view! { <CauseNote key=group.key note=group.note may_act/> });
    view! {
        <div class="cause-body">
            <p class="cause-sentence">{group.sentence}</p>
            <p class="next-step">
                <span class="next-step-label">"Next step"</span>
                {group.next_step}
            </p>
            {orders}
            <p class="cause-more">
                <a href=group.href>{list_label}</a>
                {operation}
                <code class="muted">{group.code}</code>
            </p>
            {note}
        </div>
    }
    .into_any()
}

/// The button for all of them. Looking up reads only: it needs no second page.
#[component]
fn Remedy(remedy: RemedyView, key: String, as_of_ms: i64) -> impl IntoView {
    if remedy.kind != "look_up" {
        return Either::Left(view! {
            <a class="button cause-action" href=remedy.href rel="external" data-testid="remedy">
                {remedy.label}
            </a>
        });
    }
    let id = element_id(&["look-up", &key]);
    Either::Right(view! {
        <form method="post" action={path_of::<BeginRepair>()} class="cause-action" id=id>
            <input type="hidden" name="key" value=key/>
            <input type="hidden" name="as_of_ms" value=as_of_ms.to_string()/>
            <input type="hidden" name="others" value="true"/>
            <input type="hidden" name="reason" value="Looked up from Attention"/>
            <Submit label=remedy.label busy_label="Asking…" glyph=Glyph::Search testid="remedy"/>
        </form>
    })
}

/// Orders with the value at fault and what is proposed.
#[component]
fn FixTable(rows: Vec<FixRow>) -> impl IntoView {
    let rows = rows.into_iter().map(|row| view! { <OneFix row/> }).collect_view();
    view! {
        <DataTable caption="Orders with the value at fault" columns=&FIX_COLUMNS class="fixes">
            {rows}
        </DataTable>
    }
}

const FIX_COLUMNS: [&str; 5] = ["Order", "Customer", "At fault", "Proposal", "Since"];

/// One of them.
#[component]
fn OneFix(row: FixRow) -> impl IntoView {
    let (id, href) = (element_id(&["fix", &row.shipment_id]), order_href(&row.company, &row.number));
    let place = place(&row.customer, &row.ship_to).to_owned();
    let proposal = if row.proposal.is_empty() {
        Either::Left(view! { <span class="muted">"fill in"</span> })
    } else {
        Either::Right(
            row.proposal.into_iter().map(|line| view! { <span class="fix-line">{line}</span> }).collect_view(),
        )
    };
    view! {
        <tr role="row" id=id data-row="" data-testid="fix-row">
            <th scope="row" role="rowheader" class="cell-order">
                <a class="row-link" href=href>
                    <span class="mono">{row.number}</span>
                </a>
                <span class="muted small">{row.company}</span>
            </th>
            <td role="cell">
                {row.customer} <span class="muted small fix-line">{place}</span>
            </td>
            <td role="cell" data-label="At fault">
                <mark class="mono">{row.found}</mark>
            </td>
            <td role="cell" class="mono" data-label="Proposal">
                {proposal}
            </td>
            <td role="cell" class="cell-age tabular" data-label="Since">
                <TimeAgo at=row.since/>
            </td>
        </tr>
    }
    .into_any()
}

/// The name of a side for people.
pub fn side_name(side: &str) -> String {
    match side {
        "d365" => "Dynamics 365".into(),
        "fedex" => "FedEx".into(),
        "connector" => "Connector".into(),
        "printer" => "Printer".into(),
        "operator" => "Operator".into(),
        other => other.to_owned(),
    }
}
