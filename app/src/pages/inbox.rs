//! The inbox: what FedEx pushed, what became of it, and whether the way it comes on works.

use super::inbox_way::{Callback, SelfTest, Tokens};
use crate::api::inbox::{RetireWebhookToken, SetWebhookToken, TestWebhook, load_inbox};
use crate::components::clock::provide_page_clock;
use crate::components::data_table::DataTable;
use crate::components::element_id::element_id;
use crate::components::empty_state::EmptyState;
use crate::components::filter_bar::{FilterChip, filter_value};
use crate::components::icon::{Glyph, Icon};
use crate::components::live::LiveSwitch;
use crate::components::loaded::loaded;
use crate::components::page_header::PageHeader;
use crate::components::problem_notice::PostProblem;
use crate::components::status_badge::StatusBadge;
use crate::components::time_ago::{TimeAgo, TimeOfDay};
use crate::contract::{DeliveryRow, Inbox, InboxFilter, VerdictCount};
use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

/// Forms whose refusal is told on top.
const FORMS: [&str; 3] = [SetWebhookToken::PATH, RetireWebhookToken::PATH, TestWebhook::PATH];
/// The column heads of the list.
const COLUMNS: [&str; 4] = ["When", "Verdict", "What it says", "What became of it"];

/// The inbox page.
#[component]
pub fn InboxPage() -> impl IntoView {
    let filter = use_query_map().with_untracked(|query| InboxFilter {
        verdict: filter_value(query, "verdict"),
        after: filter_value(query, "after"),
    });
    let verdict = filter.verdict.clone();
    let page = loaded("Inbox", load_inbox(filter), move |inbox| view! { <Sheet inbox verdict/> });
    view! { <div class="page wide">{page}</div> }
}

/// The page, once loaded.
#[component]
fn Sheet(inbox: Inbox, verdict: Option<String>) -> impl IntoView {
    provide_page_clock(&inbox.now);
    let alarm = inbox.alarm.map(|alarm| {
        view! {
            <p class="push-alarm" role="status" data-testid="push-alarm">
                <Icon glyph=Glyph::Warning/>
                {alarm}
            </p>
        }
    });
    let turned_away = (inbox.turned_away > 0).then(|| {
        view! {
            <p class="muted small">
                {format!(
                    "{} more refused pushes were counted and not kept: too many came in a minute.",
                    inbox.turned_away,
                )}
            </p>
        }
    });
    view! {
        <PageHeader title="Inbox">
            <LiveSwitch/>
        </PageHeader>
        <p class="headline" data-testid="headline">
            {inbox.headline}
        </p>
        {alarm}
        <PostProblem of=&FORMS/>
        <section aria-labelledby="deliveries-title">
            <h2 id="deliveries-title" class="sr-only">
                "Pushes"
            </h2>
            <Verdicts counts=inbox.counts chosen=verdict.clone().unwrap_or_default()/>
            {turned_away}
            <Deliveries rows=inbox.rows next=inbox.next verdict/>
        </section>
        <div class="rules">
            <SelfTest last=inbox.self_test may_test=inbox.may_replay/>
            <Callback url=inbox.callback_url ladder=inbox.callback/>
            <Tokens tokens=inbox.tokens suggested=inbox.suggested_token may_rotate=inbox.may_rotate/>
        </div>
    }
    .into_any()
}

/// The verdicts with their counts, as filters.
#[component]
fn Verdicts(counts: Vec<VerdictCount>, chosen: String) -> impl IntoView {
    let all_chosen = chosen.is_empty();
    let chips = counts
        .into_iter()
        .map(move |one| {
            let href = format!("/inbox?verdict={}", one.status.code);
            let label = format!("{} {}", one.status.label, one.count);
            view! { <FilterChip href label current=one.status.code == chosen/> }
        })
        .collect_view();
    view! {
        <div class="filter-chips" role="group" aria-label="Verdict">
            <FilterChip href="/inbox".to_owned() label="All" current=all_chosen/>
            {chips}
        </div>
    }
}

/// One page of deliveries.
#[component]
fn Deliveries(rows: Vec<DeliveryRow>, next: Option<String>, verdict: Option<String>) -> impl IntoView {
    let list = if rows.is_empty() {
        Either::Left(view! {
            <EmptyState glyph=Glyph::Inbox title="Nothing here">
                <p>"What FedEx pushes stands here, newest first, whether it could be used or not."</p>
            </EmptyState>
        })
    } else {
        let rows = rows.into_iter().map(|row| view! { <Row row/> }).collect_view();
        Either::Right(view! {
            <DataTable caption="Pushes, newest first" columns=&COLUMNS class="inbox">
                {rows}
            </DataTable>
        })
    };
    let older = next.map(|after| {
        let mut query = ParamsMap::new();
        if let Some(verdict) = verdict {
            query.insert("verdict", verdict);
        }
        query.insert("after", after);
        view! {
            <a class="button" href=format!("/inbox{}", query.to_query_string()) data-testid="next-page">
                "Older"
                <Icon glyph=Glyph::Next/>
            </a>
        }
    });
    view! {
        {list}
        {older}
    }
}

/// One delivery in the list.
#[component]
fn Row(row: DeliveryRow) -> impl IntoView {
    let id = element_id(&["delivery", &row.delivery_id]);
    let href = format!("/inbox/{}", row.delivery_id);
    let numbers = parcels(&row.parcels);
    let again = (row.repeats > 0).then(|| format!("came again {}×", row.repeats));
    view! {
        <tr role="row" id=id data-row="" data-testid="delivery" data-delivery=row.delivery_id>
            <th scope="row" role="rowheader" class="cell-when tabular">
                <a href=href>
                    <TimeAgo at=row.received.clone()/>
                    " "
                    <TimeOfDay at=row.received/>
                </a>
            </th>
            <td role="cell">
                <StatusBadge status=row.verdict/>
            </td>
            <td role="cell">
                {row.event}
                <span class="muted small mono">{numbers}</span>
            </td>
            <td role="cell" class="cell-summary">
                {row.reason}
                {again.map(|again| view! { <span class="tag">{again}</span> })}
            </td>
        </tr>
    }
}

/// The first few numbers, and how many more.
fn parcels(numbers: &[String]) -> String {
    const SHOWN: usize = 3;
    let first = numbers.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match numbers.len().saturating_sub(SHOWN) {
        0 if first.is_empty() => String::new(),
        0 => format!(" {first}"),
        more => format!(" {first} and {more} more"),
    }
}
