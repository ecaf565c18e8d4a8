//! Parcels: which need a person and what to do, which are late, silent, under way or delivered, and
//! the day's questions to FedEx.

use super::order_tracking::{ParcelHead, ParcelTimes, ParcelWords};
use crate::api::parcels::{AcknowledgeParcel, load_parcels};
use crate::components::action_form::{Submit, problem_after};
use crate::components::ask::Ask;
use crate::components::clock::provide_page_clock;
use crate::components::empty_state::EmptyState;
use crate::components::field::Field;
use crate::components::filter_bar::filter_value;
use crate::components::icon::Glyph;
use crate::components::live::{Live, LiveSwitch, live};
use crate::components::order_row::order_href;
use crate::components::page_header::PageHeader;
use crate::components::pager::Pager;
use crate::components::problem_notice::{PostProblem, ProblemNotice};
use crate::components::status_badge::tone_name;
use crate::components::toast::use_toast;
use crate::contract::{ParcelFilter, ParcelSheet, ParcelView, QueuedParcel};
use leptos::either::Either;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(4);
/// The form stands there once a row: why one was refused without JavaScript stands on top.
const ROWS: [&str; 1] = [AcknowledgeParcel::PATH];
/// What is shown when the address names no filter.
const FIRST: &str = "exceptions";

/// The parcels page.
#[component]
pub fn ParcelsPage() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| {
        query.with(|query| ParcelFilter { show: filter_value(query, "show"), after: filter_value(query, "after") })
    });
    let sheet = Resource::new(move || filter.get(), load_parcels);
    view! {
        <div class="page">
            <Transition fallback=|| view! { <p class="loading">"Loading…"</p> }>
                {move || Suspend::new(async move {
                    let loaded = sheet.await;
                    let filter = filter.get_untracked();
                    match loaded {
                        Ok(first) => Either::Left(view! { <Sheet first filter/> }),
                        Err(problem) => {
                            Either::Right(
                                view! {
                                    <PageHeader title="Parcels"/>
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
fn Sheet(first: ParcelSheet, filter: ParcelFilter) -> impl IntoView {
    let asked = filter.clone();
    let live = live(first, REFRESH, move || load_parcels(asked.clone()));
    let sheet = live.value;
    provide_page_clock(Signal::derive(move || sheet.with(|sheet| sheet.now.clone())));
    let chosen = filter.show.unwrap_or_else(|| FIRST.to_owned());
    let rows = Memo::new(move |_| sheet.with(|sheet| sheet.rows.clone()));
    let keys = move || rows.with(|rows| rows.iter().map(key).collect::<Vec<_>>());
    let next = Memo::new(move |_| sheet.with(|sheet| sheet.next.clone()));
    let total = Memo::new(move |_| sheet.with(|sheet| sheet.total));
    let empty = Memo::new(move |_| rows.with(Vec::is_empty));
    view! {
        <PageHeader title="Parcels">
            <LiveSwitch paused=live.paused problem=live.problem/>
        </PageHeader>
        <p class="headline" data-testid="headline">
            {move || sheet.with(|sheet| sheet.headline.clone())}
        </p>
        <PostProblem of=&ROWS/>
        <Filters live chosen/>
        {move || empty.get().then(|| view! { <NoParcels/> })}
        <ol class="parcels" aria-label="Parcels">
            <For each=keys key=Clone::clone let:id>
                {
                    let row = Memo::new(move |last: Option<&QueuedParcel>| {
                        rows.with(|rows| rows.iter().find(|row| key(row) == id).cloned())
                            .or_else(|| last.cloned())
                            .unwrap_or_default()
                    });
                    view! { <Row row live/> }
                }
            </For>
        </ol>
        <Pager shown=Signal::derive(move || rows.with(Vec::len)) total next what="parcels"/>
        <Budget live/>
    }
    .into_any()
}

/// What a parcel is known by while the page refreshes.
fn key(row: &QueuedParcel) -> String {
    format!("{}-{}", row.parcel.shipment_id, row.parcel.sequence)
}

/// The filters, each with its count.
#[component]
fn Filters(live: Live<ParcelSheet>, chosen: String) -> impl IntoView {
    let filters = Memo::new(move |_| live.value.with(|sheet| sheet.filters.clone()));
    let chips = move || {
        let one = |filter: crate::contract::ParcelCount| {
            let current = (filter.code == chosen).then_some("true");
            view! {
                <a class="filter-chip" href=format!("/parcels?show={}", filter.code) aria-current=current>
                    {filter.label}
                    " "
                    <span class="tabular">{filter.count}</span>
                </a>
            }
        };
        filters.get().into_iter().map(one).collect_view()
    };
    view! {
        <nav class="filter-chips" aria-label="Which parcels">
            {chips}
        </nav>
    }
    .into_any()
}

/// Nothing matches.
#[component]
fn NoParcels() -> impl IntoView {
    view! {
        <EmptyState glyph=Glyph::Parcel title="No parcel here">
            <p>"Nothing matches this filter. Every package of a bought label is followed until it arrives."</p>
        </EmptyState>
    }
}

/// One parcel of the queue.
#[component]
fn Row(row: Memo<QueuedParcel>, live: Live<ParcelSheet>) -> impl IntoView {
    let may_act = live.value.with_untracked(|sheet| sheet.may_act);
    let may_acknowledge = Memo::new(move |_| {
        may_act && row.with(|row| row.parcel.trouble.is_some() && row.parcel.acknowledged.is_none())
    });
    let body = move || {
        let QueuedParcel { company, number, consignee, parcel } = row.get();
        view! {
            <p class="parcel-order">
                <a class="row-link" href=order_href(&company, &number)>
                    <span class="mono">{number.clone()}</span>
                </a>
                <span class="muted small">{company}</span>
                <span>{consignee}</span>
            </p>
            <ParcelHead parcel=parcel.clone()/>
            <ParcelWords parcel=parcel.clone()/>
            <ParcelTimes parcel/>
        }
    };
    view! {
        <li class="parcel" data-testid="parcel-row">
            {body}
            {move || may_acknowledge.get().then(|| view! { <AcknowledgeAsk row live/> })}
        </li>
    }
    .into_any()
}

/// Says that somebody looks after it: it leaves the queue until FedEx reports something new.
#[component]
fn AcknowledgeAsk(row: Memo<QueuedParcel>, live: Live<ParcelSheet>) -> impl IntoView {
    let action = ServerAction::<AcknowledgeParcel>::new();
    let toast = use_toast();
    let value = action.value();
    Effect::new(move |_| {
        if let Some(Ok(())) = value.get() {
            toast.show("Acknowledged.");
            live.refresh();
        }
    });
    let parcel = move |read: fn(&ParcelView) -> String| row.with(|row| read(&row.parcel));
    let within = row.with_untracked(key);
    view! {
        <Ask label="Acknowledge" glyph=Glyph::Good testid="acknowledge" quiet=true>
            <p>"It leaves this list and comes back when FedEx reports a new exception."</p>
            <ActionForm action=action>
                <input type="hidden" name="shipment_id" value=move || parcel(|parcel| parcel.shipment_id.clone())/>
                <input type="hidden" name="sequence" value=move || parcel(|parcel| parcel.sequence.to_string())/>
                <input type="hidden" name="version" value=move || parcel(|parcel| parcel.version.to_string())/>
                <Field
                    label="What was done?"
                    name="note"
                    within=format!("acknowledge-{within}")
                    required=true
                    hint="Stands in the audit trail with your name."
                />
                <Submit
                    label="Acknowledge it"
                    busy_label="Saving…"
                    glyph=Glyph::Good
                    pending=action.pending()
                    problem=problem_after(action)
                    testid="acknowledge-confirm"
                />
            </ActionForm>
        </Ask>
    }
    .into_any()
}

/// The day's questions to FedEx.
#[component]
fn Budget(live: Live<ParcelSheet>) -> impl IntoView {
    let budget = Memo::new(move |_| live.value.with(|sheet| sheet.budget.clone()));
    move || {
        let budget = budget.get();
        let used = budget.used.clamp(0, budget.budget);
        view! {
            <section class="card" aria-labelledby="budget-title" data-testid="track-budget" data-tone=tone_name(budget.tone)>
                <h2 id="budget-title">"Questions to FedEx today"</h2>
                <meter
                    class="budget"
                    aria-labelledby="budget-title"
                    min="0"
                    max=budget.budget.to_string()
                    value=used.to_string()
                ></meter>
                <p>{budget.sentence}</p>
                <p class="muted small">{budget.delays} " Counted anew at " {budget.resets.text} "."</p>
            </section>
        }
    }
}
