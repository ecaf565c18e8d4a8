//! Write-back: where values go in Dynamics 365, whether that works, and what became of the orders.

use super::write_back_targets::Targets;
use crate::api::write_back::{
    AddTarget, DiscoverFields, RemoveWriteField, RepairSince, SaveWriteField, TestWrite, VerifyTargets, WriteAgain,
    WriteAllAgain, load_write_back,
};
use crate::components::action_form::{Submit, path_of};
use crate::components::ask::Ask;
use crate::components::clock::provide_page_clock;
use crate::components::data_table::DataTable;
use crate::components::element_id::element_id;
use crate::components::field::{Field, FieldKind};
use crate::components::icon::{Glyph, Icon};
use crate::components::live::LiveSwitch;
use crate::components::loaded::loaded;
use crate::components::order_row::order_href;
use crate::components::page_header::PageHeader;
use crate::components::ping_ladder::PingLadder;
use crate::components::problem_notice::PostProblem;
use crate::components::status_badge::{StatusBadge, tone_glyph, tone_name};
use crate::components::time_ago::TimeAgo;
use crate::contract::{Counter, Ladder, ParkedWrites, Status, TestedWrite, Tone, WriteBack, WriteBackRow};
use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// Forms that are folded or stand there several times: why one was refused stands on top.
const FORMS: [&str; 9] = [
    AddTarget::PATH,
    SaveWriteField::PATH,
    RemoveWriteField::PATH,
    DiscoverFields::PATH,
    VerifyTargets::PATH,
    TestWrite::PATH,
    WriteAgain::PATH,
    WriteAllAgain::PATH,
    RepairSince::PATH,
];

const COLUMNS: [&str; 5] = ["Order", "State", "Customer", "Why", "Since"];

/// The write-back page.
#[component]
pub fn WriteBackPage() -> impl IntoView {
    let page = loaded("Write-back", load_write_back(), |page| view! { <Sheet page/> });
    view! { <div class="page">{page}</div> }
}

/// The page, once loaded.
#[component]
fn Sheet(page: WriteBack) -> impl IntoView {
    provide_page_clock(&page.now);
    let (may_edit, may_write) = (page.may_edit, page.may_write);
    let counters = page.counters.into_iter().map(|counter| view! { <CounterLink counter/> }).collect_view();
    view! {
        <PageHeader title="Write-back">
            <LiveSwitch/>
        </PageHeader>
        <p class="headline" data-testid="headline">
            {page.headline}
        </p>
        <PostProblem of=&FORMS/>
        <ul class="counters">{counters}</ul>
        <div class="rules">
            <Parked groups=page.parked may_write/>
            <Targets
                targets=page.targets
                presets=page.presets
                discovered=page.discovered
                order_set=page.order_set
                may_edit
                may_write
            />
            <Verification verified=page.verified tested=page.tested may_edit may_write/>
            <Waiting rows=page.waiting/>
        </div>
    }
    .into_any()
}

/// A number that leads to its rows.
#[component]
fn CounterLink(counter: Counter) -> impl IntoView {
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

/// What needs a person, by cause, and writing all of it again.
#[component]
fn Parked(groups: Vec<ParkedWrites>, may_write: bool) -> impl IntoView {
    let causes = if groups.is_empty() {
        Either::Left(view! { <p class="muted">"No order stopped on its way back."</p> })
    } else {
        Either::Right(groups.into_iter().map(|group| view! { <CauseOf group may_write/> }).collect_view())
    };
    view! {
        <section class="card" id="parked" aria-labelledby="parked-title" data-testid="parked-writes">
            <h2 id="parked-title">"Needs you"</h2>
            {causes}
            {may_write.then(|| view! { <Repair/> })}
        </section>
    }
    .into_any()
}

/// One cause with its orders.
#[component]
fn CauseOf(group: ParkedWrites, may_write: bool) -> impl IntoView {
    let ParkedWrites { cause, count, rows } = group;
    let id = element_id(&["cause", &cause.code]);
    let code = cause.code.clone();
    view! {
        <div class="write-cause" id=id data-code=code>
            <h3>{format!("{count} · {}", cause.title)}</h3>
            <p>{cause.sentence}</p>
            <p class="next-step">
                <span class="next-step-label">"Next step"</span>
                {cause.next_step}
            </p>
            <Rows caption="Orders whose write-back stopped for this cause" rows/>
            {may_write.then(|| view! { <WriteThemAgain cause=cause.code/> })}
        </div>
    }
    .into_any()
}

/// Writes all orders of one cause again.
#[component]
fn WriteThemAgain(cause: String) -> impl IntoView {
    let within = element_id(&["again", &cause]);
    view! {
        <Ask label="Write them again" glyph=Glyph::Replay testid="write-all-again">
            <form method="post" action={path_of::<WriteAllAgain>()}>
                <input type="hidden" name="cause" value=cause/>
                <Field label="Reason" name="reason" within hint="Stands in the audit trail"/>
                <Submit
                    label="Write them again"
                    busy_label="Asking…"
                    glyph=Glyph::Replay
                    testid="write-all-again-confirm"
                />
            </form>
        </Ask>
    }
    .into_any()
}

/// All orders of a window, whatever they are believed to hold.
#[component]
fn Repair() -> impl IntoView {
    view! {
        <Ask label="Repair all since…" glyph=Glyph::Replay testid="repair" quiet=true>
            <p>
                "Every order labelled in the window is read in Dynamics 365 and written where it differs. For a time when somebody restored a database or a field was renamed."
            </p>
            <form method="post" action={path_of::<RepairSince>()}>
                <div class="fields">
                    <Field label="Days back" name="days" value="1" required=true kind=FieldKind::Code class="narrow"/>
                    <Field label="Reason" name="reason" within="repair" hint="Stands in the audit trail"/>
                </div>
                <Submit label="Repair" busy_label="Asking…" glyph=Glyph::Replay testid="repair-confirm"/>
            </form>
        </Ask>
    }
    .into_any()
}

/// The last look at the targets, and trying them on an order.
#[component]
fn Verification(
    verified: Option<Ladder>,
    tested: Option<TestedWrite>,
    may_edit: bool,
    may_write: bool,
) -> impl IntoView {
    let verified = match verified {
        Some(ladder) => Either::Left(view! { <PingLadder ladder/> }),
        None => Either::Right(view! {
            <p class="muted">"Nobody has looked yet; it is done at every start and after every save."</p>
        }),
    };
    view! {
        <section class="card" aria-labelledby="verify-title" data-testid="verification">
            <h2 id="verify-title">"Can it be written?"</h2>
            {verified}
            {may_write
                .then(|| {
                    view! {
                        <form method="post" action={path_of::<VerifyTargets>()}>
                            <Submit
                                label="Verify now"
                                busy_label="Asking Dynamics 365…"
                                glyph=Glyph::Search
                                testid="verify"
                            >
                                <span class="muted small">"Reads the metadata; writes nothing."</span>
                            </Submit>
                        </form>
                    }
                })}
            {tested.map(|tested| view! { <Tested tested/> })}
            {may_edit.then(|| view! { <TestForm/> })}
        </section>
    }
    .into_any()
}

/// What the last test write found.
#[component]
fn Tested(tested: TestedWrite) -> impl IntoView {
    let TestedWrite { order: (company, number), at, passed, lines } = tested;
    let status = if passed {
        Status { code: "passed".into(), label: "Test write passed".into(), tone: Tone::Good }
    } else {
        Status { code: "failed".into(), label: "Test write failed".into(), tone: Tone::Bad }
    };
    let href = order_href(&company, &number);
    view! {
        <div class="write-cause" data-testid="tested" data-passed=passed.to_string()>
            <h3>"Last test write"</h3>
            <p>
                <StatusBadge status/>
                " "
                <a href=href class="mono">{number}</a>
                " "
                <TimeAgo at/>
            </p>
            <ul>{lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
        </div>
    }
}

/// Names an order to try on.
#[component]
fn TestForm() -> impl IntoView {
    view! {
        <Ask label="Test write on an order…" glyph=Glyph::Pencil testid="test-write">
            <p>
                "Test values are written to every field of the targets on the order you name, read back, and replaced by what was there before. Choose an order nobody works on at this moment."
            </p>
            <form method="post" action={path_of::<TestWrite>()}>
                <div class="fields">
                    <Field
                        label="Legal entity"
                        name="company"
                        kind=FieldKind::Code
                        required=true
                        placeholder="usmf"
                        within="test"
                        class="narrow"
                    />
                    <Field label="Order number" name="number" kind=FieldKind::Code required=true within="test"/>
                </div>
                <Submit
                    label="Write, read back, restore"
                    busy_label="Trying…"
                    glyph=Glyph::Pencil
                    testid="test-write-confirm"
                />
            </form>
        </Ask>
    }
    .into_any()
}

/// What waits for something outside.
#[component]
fn Waiting(rows: Vec<WriteBackRow>) -> impl IntoView {
    let rows = if rows.is_empty() {
        Either::Left(view! { <p class="muted">"No order waits for something outside."</p> })
    } else {
        Either::Right(view! { <Rows caption="Orders whose write-back waits" rows/> })
    };
    view! {
        <section class="card" id="waiting" aria-labelledby="waiting-title">
            <h2 id="waiting-title">"Waiting"</h2>
            {rows}
        </section>
    }
    .into_any()
}

/// Orders with their state and cause.
#[component]
fn Rows(caption: &'static str, rows: Vec<WriteBackRow>) -> impl IntoView {
    let rows = rows.into_iter().map(|row| view! { <Row row/> }).collect_view();
    view! {
        <DataTable caption columns=&COLUMNS class="write-backs">
            {rows}
        </DataTable>
    }
    .into_any()
}

/// One order.
#[component]
fn Row(row: WriteBackRow) -> impl IntoView {
    let WriteBackRow { company, number, customer, status, cause, changed, .. } = row;
    let id = element_id(&["row", &company, &number]);
    let href = order_href(&company, &number);
    let why = cause.map(|cause| cause.vendor_text.unwrap_or(cause.sentence)).unwrap_or_default();
    view! {
        <tr role="row" id=id data-row="">
            <th scope="row" role="rowheader" class="cell-order">
                <a class="row-link" href=href>
                    <span class="mono">{number}</span>
                </a>
                <span class="muted small">{company}</span>
            </th>
            <td role="cell"><StatusBadge status/></td>
            <td role="cell">{customer}</td>
            <td role="cell">{why}</td>
            <td role="cell"><TimeAgo at=changed/></td>
        </tr>
    }
}
