//! Parcels: which need a person and what to do, which are late, silent, under way or delivered, and
//! the day's questions to FedEx.

use super::order_tracking::{ParcelHead, ParcelTimes, ParcelWords};
use crate::api::parcels::{AcknowledgeParcel, load_parcels};
use crate::components::action_form::{Submit, path_of};
use crate::components::ask::Ask;
use crate::components::clock::provide_page_clock;
use crate::components::element_id::element_id;
use crate::components::empty_state::EmptyState;
use crate::components::field::Field;
use crate::components::filter_bar::filter_value;
use crate::components::icon::Glyph;
use crate::components::live::LiveSwitch;
use crate::components::loaded::loaded;
use crate::components::order_row::order_href;
use crate::components::page_header::PageHeader;
use crate::components::pager::Pager;
use crate::components::problem_notice::PostProblem;
use crate::components::status_badge::tone_name;
use crate::contract::{ParcelCount, ParcelFilter, ParcelSheet, QueuedParcel, TrackBudget};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

/// The form stands there once a row: why one was refused stands on top.
const ROWS: [&str; 1] = [AcknowledgeParcel::PATH];
/// What is shown when the address names no filter.
const FIRST: &str = "exceptions";

/// The parcels page.
#[component]
pub fn ParcelsPage() -> impl IntoView {
    let filter = use_query_map().with_untracked(|query| ParcelFilter {
        show: filter_value(query, "show"),
        after: filter_value(query, "after"),
    });
    let chosen = filter.show.clone().unwrap_or_else(|| FIRST.to_owned());
    let page = loaded("Parcels", load_parcels(filter), move |sheet| view! { <Sheet sheet chosen/> });
    view! { <div class="page">{page}</div> }
}

/// The page, once loaded.
#[component]
fn Sheet(sheet: ParcelSheet, chosen: String) -> impl IntoView {
    provide_page_clock(&sheet.now);
    let ParcelSheet { headline, filters, rows, next, total, budget, may_act, .. } = sheet;
    let shown = rows.len();
    let rows = rows.into_iter().map(|row| view! { <Row row may_act/> }).collect_view();
    view! {
        <PageHeader title="Parcels">
            <LiveSwitch/>
        </PageHeader>
        <p class="headline" data-testid="headline">
            {headline}
        </p>
        <PostProblem of=&ROWS/>
        <Filters filters chosen/>
        {(shown == 0).then(|| view! { <NoParcels/> })}
        <ol class="parcels" aria-label="Parcels">
            {rows}
        </ol>
        {(shown > 0).then(|| view! { <Pager shown total next what="parcels"/> })}
        <Budget budget/>
    }
    .into_any()
}

/// The filters, each with its count.
#[component]
fn Filters(filters: Vec<ParcelCount>, chosen: String) -> impl IntoView {
    let chips = filters
        .into_iter()
        .map(move |filter| {
            let current = (filter.code == chosen).then_some("true");
            view! {
                <a class="filter-chip" href=format!("/parcels?show={}", filter.code) aria-current=current>
                    {filter.label}
                    " "
                    <span class="tabular">{filter.count}</span>
                </a>
            }
        })
        .collect_view();
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
fn Row(row: QueuedParcel, may_act: bool) -> impl IntoView {
    let QueuedParcel { company, number, consignee, parcel } = row;
    let id = element_id(&["parcel", &parcel.shipment_id, &parcel.sequence.to_string()]);
    let href = order_href(&company, &number);
    let acknowledge = (may_act && parcel.trouble.is_some() && parcel.acknowledged.is_none()).then(|| {
        let (shipment_id, sequence, version) = (parcel.shipment_id.clone(), parcel.sequence, parcel.version);
        view! { <AcknowledgeAsk shipment_id sequence version/> }
    });
    view! {
        <li class="parcel" id=id data-testid="parcel-row">
            <p class="parcel-order">
                <a class="row-link" href=href>
                    <span class="mono">{number}</span>
                </a>
                <span class="muted small">{company}</span>
                <span>{consignee}</span>
            </p>
            <ParcelHead parcel=parcel.clone()/>
            <ParcelWords parcel=parcel.clone()/>
            <ParcelTimes parcel/>
            {acknowledge}
        </li>
    }
    .into_any()
}

/// Says that somebody looks after it: it leaves the queue until FedEx reports something new.
#[component]
fn AcknowledgeAsk(shipment_id: String, sequence: i64, version: i64) -> impl IntoView {
    let sequence = sequence.to_string();
    let within = element_id(&["acknowledge", &shipment_id, &sequence]);
    view! {
        <Ask label="Acknowledge" glyph=Glyph::Good testid="acknowledge" quiet=true>
            <p>"It leaves this list and comes back when FedEx reports a new exception."</p>
            <form method="post" action={path_of::<AcknowledgeParcel>()}>
                <input type="hidden" name="shipment_id" value=shipment_id/>
                <input type="hidden" name="sequence" value=sequence/>
                <input type="hidden" name="version" value=version.to_string()/>
                <Field
                    label="What was done?"
                    name="note"
                    within
                    required=true
                    hint="Stands in the audit trail with your name."
                />
                <Submit
                    label="Acknowledge it"
                    busy_label="Saving…"
                    glyph=Glyph::Good
                    testid="acknowledge-confirm"
                />
            </form>
        </Ask>
    }
    .into_any()
}

/// The day's questions to FedEx.
#[component]
fn Budget(budget: TrackBudget) -> impl IntoView {
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
