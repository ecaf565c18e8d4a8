//! All orders of a group of failures, filled in as far as values are known: look through, tick,
//! decide once. The list stands still while somebody is at it; what comes later is not in it.

use crate::api::repair::{BeginRepair, TryRepair, load_repair};
use crate::components::action_form::path_of;
use crate::components::clock::provide_page_clock;
use crate::components::element_id::element_id;
use crate::components::empty_state::EmptyState;
use crate::components::field::Field;
use crate::components::icon::{Glyph, Icon};
use crate::components::order_row::{order_href, place};
use crate::components::page_header::PageHeader;
use crate::components::problem_notice::{PostProblem, ProblemNotice};
use crate::components::time_ago::TimeAgo;
use crate::contract::{RepairRow, RepairSheet, RepairValue};
use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::{use_params_map, use_query_map};

const FORMS: [&str; 2] = [BeginRepair::PATH, TryRepair::PATH];

/// The page of a group.
#[component]
pub fn RepairPage() -> impl IntoView {
    let key = use_params_map().with_untracked(|params| params.get("cause")).unwrap_or_default();
    let ask = use_query_map().with_untracked(|query| query.get("ask").is_some());
    let page = Suspend::new(async move {
        match load_repair(key, ask).await {
            Ok(sheet) => Either::Left(view! { <Sheet sheet/> }),
            Err(problem) => Either::Right(view! {
                <PageHeader title="Repair" above=breadcrumb/>
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
fn Sheet(sheet: RepairSheet) -> impl IntoView {
    provide_page_clock(&sheet.now);
    // Asked again, this page must not ask Dynamics 365 again.
    let here = format!("/attention/{}", sheet.key);
    let headline = match sheet.count {
        0 => "Nothing stands here any more.".to_owned(),
        1 => format!("1 order. {}", sheet.sentence),
        many => format!("{many} orders. {}", sheet.sentence),
    };
    let body = if sheet.count == 0 {
        Either::Left(view! { <NothingLeft/> })
    } else {
        Either::Right(view! { <Decision sheet=sheet.clone()/> })
    };
    view! {
        <PageHeader title=sheet.title above=breadcrumb/>
        <p class="headline" data-testid="headline" data-live-href=here>
            {headline}
        </p>
        <p class="next-step">
            <span class="next-step-label">"Next step"</span>
            {sheet.next_step}
        </p>
        <PostProblem of=&FORMS/>
        {body}
    }
    .into_any()
}

#[component]
fn NothingLeft() -> impl IntoView {
    view! {
        <EmptyState glyph=Glyph::Good title="This group is empty">
            <p>"Somebody was faster, or it passed by itself."</p>
            <p class="links">
                <a href="/">"Back to Attention"</a>
            </p>
        </EmptyState>
    }
}

/// The form. It is the operator's own: nothing in it changes under their hands.
#[component]
fn Decision(sheet: RepairSheet) -> impl IntoView {
    let rows = sheet
        .rows
        .iter()
        .cloned()
        .enumerate()
        .map(|(index, row)| view! { <Order index row may_act=sheet.may_act/> })
        .collect_view();
    let id = element_id(&["repair", &sheet.key]);
    let missing = sheet.rows.iter().any(|row| !row.ready);
    let ask = (sheet.can_ask && missing).then(|| {
        let href = format!("/attention/{}?ask=true", sheet.key);
        view! {
            <p>
                <a class="button" href=href rel="external" data-testid="ask-d365">
                    <Icon glyph=Glyph::Search/>
                    "Look for telephones in Dynamics 365"
                </a>
            </p>
        }
    });
    let blank = (sheet.kind == "fix").then(|| "A blank field stays as Dynamics 365 and the rules have it.".to_owned());
    let notes = [sheet.asked.clone(), sheet.bound.clone(), blank].into_iter().flatten();
    let notes = notes.map(|note| view! { <p class="muted" data-testid="repair-note">{note}</p> }).collect_view();
    view! {
        <form
            method="post"
            action={path_of::<BeginRepair>()}
            class="repair"
            id=id
            data-own=""
            data-verb=sheet.verb.clone()
            data-others=sheet.others.to_string()
        >
            <input type="hidden" name="key" value=sheet.key.clone()/>
            <input type="hidden" name="as_of_ms" value=sheet.now.ms.to_string()/>
            {notes}
            {ask}
            <ul class="repair-rows">{rows}</ul>
            {sheet.may_act.then(|| view! { <Decide sheet=sheet.clone()/> })}
        </form>
    }
    .into_any()
}

/// The reason and the buttons, under the list.
#[component]
fn Decide(sheet: RepairSheet) -> impl IntoView {
    let label = format!("{} {}", sheet.verb, sheet.count);
    let others = (sheet.others > 0).then(|| {
        let what = if sheet.kind == "fix" { ", each with its proposal where that mends it" } else { "" };
        view! {
            <div class="check">
                <input id="others" type="checkbox" name="others" value="true" checked=true data-tick-others=""/>
                <label for="others">{format!("Also the {} not shown here{what}", sheet.others)}</label>
            </div>
        }
    });
    let fix = sheet.kind == "fix";
    view! {
        <div class="repair-decide">
            {others}
            <Field
                label="Reason"
                name="reason"
                value=sheet.reason
                required=true
                hint="Stands in the audit trail of each order, with your name."
            />
            <div class="submit">
                <button type="submit" class="button primary" data-testid="begin-repair">
                    <Icon glyph=if fix { Glyph::Pencil } else { Glyph::Replay }/>
                    <span class="idle-label" data-tick-label="">{label}</span>
                    <span class="busy-label">"Freezing the list…"</span>
                </button>
                {fix.then(|| view! { <TryFirst/> })}
            </div>
        </div>
    }
    .into_any()
}

/// The same form, tried: FedEx is asked, nothing is bought.
#[component]
fn TryFirst() -> impl IntoView {
    view! {
        <button
            type="submit"
            class="button"
            formaction={path_of::<TryRepair>()}
            data-testid="try-repair"
        >
            <Icon glyph=Glyph::Flask/>
            <span class="idle-label">"Ask FedEx first"</span>
            <span class="busy-label">"Asking FedEx…"</span>
        </button>
        <span class="muted small">"Shows before and after with FedEx's verdict; nothing is done before your yes."</span>
    }
}

/// One order: a tick, what is wrong, and what to change.
#[component]
fn Order(index: usize, row: RepairRow, may_act: bool) -> impl IntoView {
    let name = |part: &str| format!("items[{index}][{part}]");
    let id = element_id(&["tick", &row.shipment_id]);
    let href = order_href(&row.company, &row.number);
    let most = row.values.iter().find_map(|value| value.most).and_then(|most| usize::try_from(most).ok());
    let place = place(&row.customer, &row.ship_to).to_owned();
    let found = row.found.map(|found| view! { <Found found most/> });
    let shipment = row.shipment_id.clone();
    let inputs = row
        .values
        .into_iter()
        .map(|value| {
            view! { <Value index value shipment=shipment.clone() may_act/> }
        })
        .collect_view();
    view! {
        <li class="repair-row" data-row="" data-testid="repair-row" data-ready=row.ready.to_string()>
            <div class="repair-head">
                {may_act
                    .then(|| {
                        view! {
                            <input type="hidden" name=name("shipment_id") value=row.shipment_id/>
                            <input type="hidden" name=name("version") value=row.version.to_string()/>
                            <input
                                id=id.clone()
                                type="checkbox"
                                name=name("ticked")
                                value="true"
                                checked=true
                                data-tick=""
                            />
                            <label for=id>
                                <span class="sr-only">{format!("Include {}", row.number)}</span>
                            </label>
                        }
                    })} <a class="mono row-link" href=href>
                    {row.number}
                </a> <span class="repair-customer">{row.customer}</span>
                <span class="muted small">{place}</span>
                <span class="muted small repair-since">
                    <TimeAgo at=row.since/>
                </span>
            </div>
            {found}
            <div class="repair-values">{inputs}</div>
            {row.source.map(|source| view! { <p class="muted small">{source}</p> })}
        </li>
    }
    .into_any()
}

/// The value at fault; of one that is too long, the part that is.
#[component]
fn Found(found: String, most: Option<usize>) -> impl IntoView {
    let fits: String = found.chars().take(most.unwrap_or(0)).collect();
    let over: String = found.chars().skip(most.unwrap_or(0)).collect();
    let length = most.map(|most| format!("{} of {most} characters", found.chars().count()));
    view! {
        <p class="repair-found">
            <span class="mono">{fits} {(!over.is_empty()).then(|| view! { <mark>{over}</mark> })}</span>
            {length.map(|length| view! { <span class="muted small">{length}</span> })}
        </p>
    }
}

/// A value that can be changed.
#[component]
fn Value(index: usize, value: RepairValue, shipment: String, may_act: bool) -> impl IntoView {
    let id = element_id(&["value", &shipment, &value.name]);
    let length = value.value.chars().count();
    view! {
        <div class="field">
            <div class="field-head">
                <label for=id.clone()>{value.label}</label>
                {value
                    .most
                    .map(|most| {
                        view! {
                            <span class="length" data-most=most.to_string()>
                                {format!("{length} of {most}")}
                            </span>
                        }
                    })}
            </div>
            <input
                id=id
                type="text"
                name=format!("items[{index}][typed][{}]", value.name)
                value=value.value
                maxlength=value.most.map(|most| most.to_string())
                disabled=!may_act
                autocomplete="off"
            />
        </div>
    }
}
