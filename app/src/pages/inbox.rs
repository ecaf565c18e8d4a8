//! The inbox: what FedEx pushed, what became of it, and whether the way it comes on works.

use super::inbox_way::{Callback, SelfTest, Tokens};
use crate::api::inbox::{RetireWebhookToken, SetWebhookToken, TestWebhook, load_inbox};
use crate::components::clock::provide_page_clock;
use crate::components::data_table::DataTable;
use crate::components::empty_state::EmptyState;
use crate::components::filter_bar::{FilterChip, filter_value};
use crate::components::icon::{Glyph, Icon};
use crate::components::live::{LiveSwitch, live};
use crate::components::page_header::PageHeader;
use crate::components::problem_notice::{PostProblem, ProblemNotice};
use crate::components::status_badge::StatusBadge;
use crate::components::time_ago::{TimeAgo, TimeOfDay};
use crate::contract::{DeliveryRow, Inbox, InboxFilter};
use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;
use std::time::Duration;

/// A push is on the screen within two seconds.
const REFRESH: Duration = Duration::from_millis(1_500);
/// Forms whose refusal without JavaScript is told on top.
const FORMS: [&str; 3] = [SetWebhookToken::PATH, RetireWebhookToken::PATH, TestWebhook::PATH];
/// The column heads of the list.
const COLUMNS: [&str; 4] = ["When", "Verdict", "What it says", "What became of it"];

/// The inbox page.
#[component]
pub fn InboxPage() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| {
        query.with(|query| InboxFilter { verdict: filter_value(query, "verdict"), after: filter_value(query, "after") })
    });
    let inbox = Resource::new(move || filter.get(), load_inbox);
    view! {
        <div class="page wide">
            <Transition fallback=|| view! { <p class="loading">"Loading…"</p> }>
                {move || Suspend::new(async move {
                    let loaded = inbox.await;
                    let filter = filter.get_untracked();
                    match loaded {
                        Ok(first) => Either::Left(view! { <Sheet first filter/> }),
                        Err(problem) => {
                            Either::Right(
                                view! {
                                    <PageHeader title="Inbox"/>
                                    <ProblemNotice problem/>
                                },
                            )
                        }
                    }
                })}
            </Transition>
        </div>
    }
}

/// The page, once loaded.
#[component]
fn Sheet(first: Inbox, filter: InboxFilter) -> impl IntoView {
    let asked = filter.clone();
    // Only the first one is shown: what is being copied must not change.
    let suggested = first.suggested_token.clone();
    let live = live(first, REFRESH, move || load_inbox(asked.clone()));
    let inbox = live.value;
    provide_page_clock(Signal::derive(move || inbox.with(|inbox| inbox.now.clone())));
    let alarm = Memo::new(move |_| inbox.with(|inbox| inbox.alarm.clone()));
    let turned_away = Memo::new(move |_| inbox.with(|inbox| inbox.turned_away));
    view! {
        <PageHeader title="Inbox">
            <LiveSwitch paused=live.paused problem=live.problem/>
        </PageHeader>
        <p class="headline" data-testid="headline">
            {move || inbox.with(|inbox| inbox.headline.clone())}
        </p>
        {move || {
            alarm
                .get()
                .map(|alarm| {
                    view! {
                        <p class="push-alarm" role="status" data-testid="push-alarm">
                            <Icon glyph=Glyph::Warning/>
                            {alarm}
                        </p>
                    }
                })
        }}
        <PostProblem of=&FORMS/>
        <section aria-labelledby="deliveries-title">
            <h2 id="deliveries-title" class="sr-only">
                "Pushes"
            </h2>
            <Verdicts inbox=inbox.into() filter=filter.clone()/>
            {move || {
                (turned_away.get() > 0)
                    .then(|| {
                        view! {
                            <p class="muted small">
                                {format!(
                                    "{} more refused pushes were counted and not kept: too many came in a minute.",
                                    turned_away.get(),
                                )}
                            </p>
                        }
                    })
            }}
            <Deliveries inbox=inbox.into() filter/>
        </section>
        <div class="rules">
            <SelfTest live/>
            <Callback inbox=inbox.into()/>
            <Tokens live suggested/>
        </div>
    }
    .into_any()
}

/// The verdicts with their counts, as filters.
#[component]
fn Verdicts(inbox: Signal<Inbox>, filter: InboxFilter) -> impl IntoView {
    let counts = Memo::new(move |_| inbox.with(|inbox| inbox.counts.clone()));
    let chosen = filter.verdict.unwrap_or_default();
    let all_chosen = chosen.is_empty();
    let chips = move || {
        counts
            .get()
            .into_iter()
            .map(|one| {
                let href = format!("/inbox?verdict={}", one.status.code);
                let label = format!("{} {}", one.status.label, one.count);
                view! { <FilterChip href label current=one.status.code == chosen/> }
            })
            .collect_view()
    };
    view! {
        <div class="filter-chips" role="group" aria-label="Verdict">
            <FilterChip href="/inbox".to_owned() label="All" current=all_chosen/>
            {chips}
        </div>
    }
}

/// One page of deliveries.
#[component]
fn Deliveries(inbox: Signal<Inbox>, filter: InboxFilter) -> impl IntoView {
    let rows = Memo::new(move |_| inbox.with(|inbox| inbox.rows.clone()));
    let next = Memo::new(move |_| inbox.with(|inbox| inbox.next.clone()));
    let empty = Memo::new(move |_| rows.with(Vec::is_empty));
    let ids = move || rows.with(|rows| rows.iter().map(|row| row.delivery_id.clone()).collect::<Vec<_>>());
    let row_of = move |id: String| {
        Memo::new(move |last: Option<&DeliveryRow>| {
            rows.with(|rows| rows.iter().find(|row| row.delivery_id == id).cloned())
                .or_else(|| last.cloned())
                .unwrap_or_default()
        })
    };
    let older = move || {
        next.get().map(|after| {
            let mut query = ParamsMap::new();
            if let Some(verdict) = &filter.verdict {
                query.insert("verdict", verdict.clone());
            }
            query.insert("after", after);
            view! {
                <a class="button" href=format!("/inbox{}", query.to_query_string()) data-testid="next-page">
                    "Older"
                    <Icon glyph=Glyph::Next/>
                </a>
            }
        })
    };
    view! {
        {move || {
            if empty.get() {
                Either::Left(view! {
                    <EmptyState glyph=Glyph::Inbox title="Nothing here">
                        <p>"What FedEx pushes stands here, newest first, whether it could be used or not."</p>
                    </EmptyState>
                })
            } else {
                Either::Right(view! {
                    <DataTable caption="Pushes, newest first" columns=&COLUMNS class="inbox">
                        <For each=ids key=Clone::clone let:id>
                            <Row row=row_of(id)/>
                        </For>
                    </DataTable>
                })
            }
        }}
        {older}
    }
}

/// One delivery in the list.
#[component]
fn Row(row: Memo<DeliveryRow>) -> impl IntoView {
    let id = row.with_untracked(|row| row.delivery_id.clone());
    let received = row.with_untracked(|row| row.received.clone());
    let href = format!("/inbox/{id}");
    view! {
        <tr role="row" data-testid="delivery" data-delivery=id>
            <th scope="row" role="rowheader" class="cell-when tabular">
                <a href=href>
                    <TimeAgo at=received.clone()/>
                    " "
                    <TimeOfDay at=received/>
                </a>
            </th>
            <td role="cell">{move || view! { <StatusBadge status=row.with(|row| row.verdict.clone())/> }}</td>
            <td role="cell">
                {move || row.with(|row| row.event.clone())}
                <span class="muted small mono">{move || row.with(|row| parcels(&row.parcels))}</span>
            </td>
            <td role="cell" class="cell-summary">
                {move || row.with(|row| row.reason.clone())}
                {move || {
                    let repeats = row.with(|row| row.repeats);
                    (repeats > 0).then(|| view! { <span class="tag">{format!("came again {repeats}×")}</span> })
                }}
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
