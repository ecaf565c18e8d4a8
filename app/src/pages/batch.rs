//! One decision about many orders: how far it is, and where each order stands.

use crate::api::repair::{DiscardBatch, StartBatch, load_batch};
use crate::components::action_form::{Submit, path_of};
use crate::components::clock::provide_page_clock;
use crate::components::data_table::DataTable;
use crate::components::element_id::element_id;
use crate::components::icon::{Glyph, Icon};
use crate::components::live::LiveSwitch;
use crate::components::order_row::order_href;
use crate::components::page_header::PageHeader;
use crate::components::problem_notice::{PostProblem, ProblemNotice};
use crate::components::status_badge::{StatusBadge, tone_glyph, tone_name};
use crate::components::time_ago::TimeAgo;
use crate::contract::{BatchChange, BatchRow, BatchView, Counter};
use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::{use_params_map, use_query_map};

const FORMS: [&str; 2] = [StartBatch::PATH, DiscardBatch::PATH];
const COLUMNS: [&str; 5] = ["Order", "State", "Customer", "Before and after", "Result"];

/// The page of a batch.
#[component]
pub fn BatchPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("batch")).unwrap_or_default();
    let after = use_query_map().with_untracked(|query| query.get("after"));
    let after = after.and_then(|after| after.parse().ok()).unwrap_or(0);
    let page = Suspend::new(async move {
        match load_batch(id, after).await {
            Ok(batch) => Either::Left(view! { <Batch batch/> }),
            Err(problem) => Either::Right(view! {
                <PageHeader title="Batch" above=breadcrumb/>
                <ProblemNotice problem/>
            }),
        }
    });
    view! {
        <div class="page">
            <Suspense>{page}</Suspense>
        </div>
    }
}

fn breadcrumb() -> impl IntoView {
    view! { <a href="/">"Attention"</a> }
}

/// The page, once loaded.
#[component]
fn Batch(batch: BatchView) -> impl IntoView {
    provide_page_clock(&batch.now);
    let here = format!("/batches/{}", batch.batch_id);
    let counters = batch.counters.into_iter().map(|counter| view! { <Number counter/> }).collect_view();
    let rows = batch.rows.into_iter().map(|row| view! { <Item row/> }).collect_view();
    let draft = batch.confirm.filter(|_| batch.may_act);
    let refresh = batch.moving.then(|| {
        view! {
            <noscript>
                <p>
                    <a class="button" href=here.clone()>
                        "Refresh"
                    </a>
                </p>
            </noscript>
        }
    });
    let next = batch.next.map(|next| {
        view! { <a class="button" href=format!("{here}?after={next}#items")>"More orders"</a> }
    });
    view! {
        <PageHeader title=batch.title above=breadcrumb>
            <StatusBadge status=batch.status/>
            <LiveSwitch/>
        </PageHeader>
        <p class="headline" role="status" data-testid="headline">
            {batch.sentence}
        </p>
        <progress
            class="batch-progress"
            max=batch.total.to_string()
            value=batch.settled.to_string()
            aria-label="Orders that had their turn"
        ></progress>
        <p class="muted small">
            {format!("{} ", batch.asked_by)}
            <TimeAgo at=batch.asked/>
            {format!(": {}", batch.reason)}
        </p>
        {batch.left_out.map(|left| view! { <p class="told" data-tone="warning">{left}</p> })}
        <PostProblem of=&FORMS/>
        {draft.map(|confirm| view! { <Confirm batch_id=batch.batch_id confirm/> })}
        <ul class="counters">{counters}</ul>
        {refresh}
        <div id="items">
            <DataTable caption="Orders of this batch" columns=&COLUMNS class="batch">
                {rows}
            </DataTable>
        </div>
        <p class="batch-links">
            {next}
            {batch.back.map(|back| view! { <a href=back>"What is left of this cause"</a> })}
            <a href="/">"Back to Attention"</a>
        </p>
    }
    .into_any()
}

/// Yes or no to a prepared batch.
#[component]
fn Confirm(batch_id: String, confirm: String) -> impl IntoView {
    view! {
        <div class="batch-confirm">
            <form method="post" action={path_of::<StartBatch>()}>
                <input type="hidden" name="batch_id" value=batch_id.clone()/>
                <Submit
                    label=confirm
                    busy_label="Beginning…"
                    glyph=Glyph::Pencil
                    primary=true
                    testid="start-batch"
                />
            </form>
            <form method="post" action={path_of::<DiscardBatch>()}>
                <input type="hidden" name="batch_id" value=batch_id/>
                <Submit label="Discard" busy_label="Discarding…" glyph=Glyph::Cross testid="discard-batch"/>
            </form>
        </div>
    }
}

/// A number of the batch.
#[component]
fn Number(counter: Counter) -> impl IntoView {
    view! {
        <li>
            <a class="counter" href=counter.href data-tone=tone_name(counter.tone)>
                <span class="counter-number tabular">{counter.count}</span>
                <span class="counter-label">
                    <Icon glyph=tone_glyph(counter.tone)/>
                    {counter.label}
                </span>
            </a>
        </li>
    }
}

/// One order.
#[component]
fn Item(row: BatchRow) -> impl IntoView {
    let href = order_href(&row.company, &row.number);
    let changes = row.changes.into_iter().map(|change| view! { <Change change/> }).collect_view();
    let message = row.message.unwrap_or_else(|| "Waits for its turn.".to_owned());
    let verdict = row.verdict.map(|status| view! { <StatusBadge status/> });
    view! {
        <tr
            role="row"
            id=element_id(&["item", &row.position.to_string()])
            data-testid="batch-item"
            data-skipped=row.skipped.to_string()
        >
            <th scope="row" role="rowheader" class="cell-order">
                <a class="row-link" href=href>
                    <span class="mono">{row.number}</span>
                </a>
                <span class="muted small">{row.company}</span>
            </th>
            <td role="cell" class="cell-state">
                <StatusBadge status=row.status/>
                {row.cause.map(|cause| view! { <span class="cell-cause">{cause}</span> })}
                {row.tracking_number.map(|number| view! { <span class="mono small">{number}</span> })}
            </td>
            <td role="cell">{row.customer}</td>
            <td role="cell">{changes}</td>
            <td role="cell">
                {verdict}
                {row.verdict_text.map(|text| view! { <p class="small">{text}</p> })}
                <p class="small" class:muted=!row.skipped>{message}</p>
            </td>
        </tr>
    }
    .into_any()
}

/// A value before and after.
#[component]
fn Change(change: BatchChange) -> impl IntoView {
    let before = if change.before.is_empty() { "nothing".to_owned() } else { change.before.join(" · ") };
    let after = if change.after.is_empty() { "as in Dynamics 365".to_owned() } else { change.after.join(" · ") };
    view! {
        <p class="batch-change small">
            <span class="sr-only">{format!("{}, before: ", change.label)}</span>
            <del>{before}</del>
            <span class="sr-only">", after: "</span>
            <ins>{after}</ins>
        </p>
    }
}
