//! What waits for approval: approved one by one or all that are shown, or declined. Below stand what
//! each legal entity in shadow would have done, and the modes.

use super::approve_modes::{Modes, Shadow};
use crate::api::approve::{ApproveAll, ApproveOne, DeclineOne, SwitchMode, load_approvals};
use crate::components::action_form::{Submit, path_of};
use crate::components::ask::Ask;
use crate::components::clock::provide_page_clock;
use crate::components::data_table::DataTable;
use crate::components::element_id::element_id;
use crate::components::empty_state::EmptyState;
use crate::components::field::Field;
use crate::components::filter_bar::{FilterChip, filter_href, filter_value};
use crate::components::icon::{Glyph, Icon};
use crate::components::live::{LiveSwitch, NewRows};
use crate::components::loaded::loaded;
use crate::components::order_row::order_href;
use crate::components::page_header::PageHeader;
use crate::components::problem_notice::PostProblem;
use crate::components::status_badge::StatusBadge;
use crate::components::time_ago::TimeAgo;
use crate::contract::{ApprovalFilter, ApprovalRow, Approvals, CompanyMode};
use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

const PATH: &str = "/approve";
/// In the address: the list stands frozen on top, to be approved.
const FREEZE: &str = "freeze";
/// Forms that are folded or stand there once a row: why one was refused stands on top.
const FORMS: [&str; 4] = [ApproveOne::PATH, ApproveAll::PATH, DeclineOne::PATH, SwitchMode::PATH];
const COLUMNS: [&str; 7] = ["Order", "Customer", "Service", "Packages", "FedEx says", "Price", "Waits"];
const VERDICTS: [(&str, &str); 5] = [
    ("", "All"),
    ("accepted", "Would ship"),
    ("refused", "Would be refused"),
    ("unchecked", "Not checked"),
    ("none", "Not asked yet"),
];

/// The page.
#[component]
pub fn ApprovePage() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let filter = ApprovalFilter {
        company: filter_value(&query, "company"),
        service: filter_value(&query, "service"),
        verdict: filter_value(&query, "verdict"),
    };
    let page = loaded("Approve", load_approvals(filter), move |page| view! { <Sheet page query/> });
    view! { <div class="page wide">{page}</div> }
}

/// The page, once loaded.
#[component]
fn Sheet(page: Approvals, query: ParamsMap) -> impl IntoView {
    provide_page_clock(&page.now);
    let Approvals { headline, filter, services, rows, total, frozen, cost, companies, shadows, rehearsals, .. } = page;
    let (may_approve, may_switch) = (page.may_approve, page.may_switch);
    let shown = rows.len();
    let back = filter_href(PATH, &query, FREEZE, None);
    let asked = (may_approve && shown > 0 && query.get(FREEZE).is_some())
        .then(|| view! { <Frozen shown total frozen cost back/> });
    let freeze =
        (may_approve && asked.is_none()).then(|| format!("{}#frozen", filter_href(PATH, &query, FREEZE, Some("1"))));
    let shadows = shadows
        .into_iter()
        .map(|report| {
            let company = companies.iter().find(|one| one.company == report.company).cloned();
            view! { <Shadow report company may_switch/> }
        })
        .collect_view();
    view! {
        <PageHeader title="Approve">
            <LiveSwitch/>
        </PageHeader>
        <p class="headline" data-testid="headline">
            {headline}
        </p>
        <PostProblem of=&FORMS/>
        <Filters filter query companies=companies.clone() services/>
        <NewRows/>
        {asked}
        <Waiting rows total freeze may_approve/>
        {shadows}
        <Modes companies may_switch rehearsals/>
    }
    .into_any()
}

/// Chips: each sets one filter and keeps the others.
#[component]
fn Filters(
    filter: ApprovalFilter,
    query: ParamsMap,
    companies: Vec<CompanyMode>,
    services: Vec<String>,
) -> impl IntoView {
    let all = |word: &str| (String::new(), word.to_owned());
    let same = |value: String| (value.clone(), value);
    let companies: Vec<(String, String)> =
        std::iter::once(all("All companies")).chain(companies.into_iter().map(|one| same(one.company))).collect();
    let services: Vec<(String, String)> =
        std::iter::once(all("All services")).chain(services.into_iter().map(same)).collect();
    let verdicts: Vec<(String, String)> =
        VERDICTS.iter().map(|&(value, word)| (value.to_owned(), word.to_owned())).collect();
    let groups = [
        ("company", companies, filter.company),
        ("service", services, filter.service),
        ("verdict", verdicts, filter.verdict),
    ];
    // A choice of one is no choice.
    let groups = groups.into_iter().filter(|(_, choices, chosen)| choices.len() > 2 || chosen.is_some());
    let rows = groups
        .map(|(name, choices, chosen)| {
            let chips = choices
                .into_iter()
                .map(|(value, label)| {
                    let wanted = (!value.is_empty()).then_some(value.as_str());
                    let href = filter_href(PATH, &query, name, wanted);
                    view! { <FilterChip label href current=wanted == chosen.as_deref()/> }
                })
                .collect_view();
            view! { <nav class="filter-chips" aria-label=format!("By {name}")>{chips}</nav> }
        })
        .collect_view();
    view! { <div class="filters">{rows}</div> }
}

/// The shipments that wait for a person.
#[component]
fn Waiting(rows: Vec<ApprovalRow>, total: u64, freeze: Option<String>, may_approve: bool) -> impl IntoView {
    if rows.is_empty() {
        return Either::Left(view! {
            <EmptyState glyph=Glyph::Good title="Nothing waits for approval">
                <p>"A shipment comes here once it is prepared, when its legal entity asks for approval."</p>
            </EmptyState>
        });
    }
    let shown = rows.len();
    let freeze = freeze.map(|href| view! { <FreezeLink shown href/> });
    Either::Right(view! {
        {freeze}
        <ApprovalTable caption="Shipments that wait for approval" rows may_approve/>
        <p class="muted small">{format!("{shown} of {total} shown, the longest waiting first.")}</p>
    })
}

/// Leads to the list as it stands at that moment.
#[component]
fn FreezeLink(shown: usize, href: String) -> impl IntoView {
    view! {
        <p>
            <a class="button" href=href rel="nofollow" data-testid="freeze">
                <Icon glyph=Glyph::Tick/>
                {if shown == 1 { "Approve the one shown…".to_owned() } else { format!("Approve all {shown} shown…") }}
            </a>
        </p>
    }
}

/// The list as it stood when it was asked for, to approve it and nothing else. While the page is kept
/// up to date, this part stays as it is.
#[component]
fn Frozen(shown: usize, total: u64, frozen: String, cost: Vec<String>, back: String) -> impl IntoView {
    let what = if shown == 1 { "this 1 shipment".to_owned() } else { format!("these {shown} shipments") };
    let more = (u64::try_from(shown).unwrap_or(u64::MAX) < total)
        .then(|| view! { <p>{format!("{total} match; the {shown} that wait longest are approved first.")}</p> });
    let cost = cost.into_iter().map(|line| view! { <li class="tabular">{line}</li> }).collect_view();
    let live = back.clone();
    view! {
        <section
            class="card frozen"
            id="frozen"
            tabindex="-1"
            aria-labelledby="frozen-title"
            data-testid="frozen"
            data-keep=""
            data-live-href=live
        >
            <h2 id="frozen-title">"Approve all that are shown"</h2>
            <p>
                {format!(
                    "Buys the labels of exactly {what} as planned now. What changes before is left out and asks again.",
                )}
            </p>
            {more}
            <ul class="sentences">{cost}</ul>
            <form method="post" action={path_of::<ApproveAll>()}>
                <input type="hidden" name="frozen" value=frozen/>
                <Field label="Reason" name="reason" within="approve-all" required=true hint="Stands in the audit trail"/>
                <Submit
                    label=format!("Approve {what}")
                    busy_label="Approving…"
                    glyph=Glyph::Tick
                    testid="approve-all"
                    primary=true
                >
                    <a class="button quiet" href=back>
                        "Not now"
                    </a>
                </Submit>
            </form>
        </section>
    }
    .into_any()
}

/// Shipments that are prepared and not bought by themselves.
#[component]
pub fn ApprovalTable(
    /// What it lists.
    #[prop(into)]
    caption: String,
    /// The rows.
    rows: Vec<ApprovalRow>,
    /// They can be approved here.
    may_approve: bool,
) -> impl IntoView {
    let rows = rows.into_iter().map(|row| view! { <Row row may_approve/> }).collect_view();
    view! {
        <DataTable caption columns=&COLUMNS class="approvals">
            {rows}
        </DataTable>
    }
    .into_any()
}

#[component]
fn Row(row: ApprovalRow, may_approve: bool) -> impl IntoView {
    let id = element_id(&["approve", &row.shipment_id]);
    let href = order_href(&row.company, &row.number);
    let number = row.number.clone();
    let actions = may_approve.then(|| {
        view! { <Actions shipment_id=row.shipment_id.clone() version=row.version number=row.number.clone()/> }
    });
    let price = match row.price {
        Some(price) => Either::Left(view! {
            <span class="tabular">{price}</span>
            " "
            <span class="muted small">{row.rate_type}</span>
        }),
        None => Either::Right(view! { <span class="muted">"no price"</span> }),
    };
    view! {
        <tr role="row" id=id data-row="" data-testid="approval-row" data-number=number>
            <th scope="row" role="rowheader" class="cell-order">
                <a class="row-link" href=href>
                    <span class="mono">{row.number}</span>
                </a>
                <span class="muted small">{row.company}</span>
                {actions}
            </th>
            <td role="cell" data-label="Customer" title=row.ship_to>{row.customer}</td>
            <td role="cell" data-label="Service" class="mono small">{row.service}</td>
            <td role="cell" data-label="Packages" class="tabular">{row.packages}</td>
            <td role="cell" data-label="FedEx says">
                <StatusBadge status=row.verdict/>
                {row.why.map(|why| view! { <span class="cell-cause">{why}</span> })}
            </td>
            <td role="cell" data-label="Price">{price}</td>
            <td role="cell" data-label="Waits" class="tabular">
                <TimeAgo at=row.since/>
            </td>
        </tr>
    }
    .into_any()
}

/// Approve, or decline with a reason.
#[component]
fn Actions(shipment_id: String, version: i64, number: String) -> impl IntoView {
    let within = element_id(&["decline", &shipment_id]);
    let (declined, version) = (shipment_id.clone(), version.to_string());
    view! {
        <div class="approval-actions">
            <form method="post" action={path_of::<ApproveOne>()}>
                <input type="hidden" name="shipment_id" value=shipment_id/>
                <input type="hidden" name="version" value=version.clone()/>
                <Submit label="Approve" busy_label="Approving…" glyph=Glyph::Tick testid="approve">
                    <span class="sr-only">{format!("order {number}")}</span>
                </Submit>
            </form>
            <Ask label="Decline" glyph=Glyph::Cross testid="decline" quiet=true>
                <form method="post" action={path_of::<DeclineOne>()}>
                    <input type="hidden" name="shipment_id" value=declined/>
                    <input type="hidden" name="version" value=version/>
                    <Field label="Reason" name="reason" within required=true hint="It is parked with this reason"/>
                    <Submit label="Decline and park" busy_label="Parking…" glyph=Glyph::Cross testid="decline-confirm"/>
                </form>
            </Ask>
        </div>
    }
    .into_any()
}
