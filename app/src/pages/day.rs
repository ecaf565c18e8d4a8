//! The end of the day: closing FedEx Ground with its manifest, and what the labels cost.

use crate::api::day::{CloseDay, load_day};
use crate::components::action_form::{Submit, path_of};
use crate::components::ask::Ask;
use crate::components::clock::provide_page_clock;
use crate::components::element_id::element_id;
use crate::components::icon::{Glyph, Icon};
use crate::components::live::LiveSwitch;
use crate::components::loaded::loaded;
use crate::components::page_header::PageHeader;
use crate::components::problem_notice::PostProblem;
use crate::components::time_ago::TimeAgo;
use crate::contract::{CloseRow, Day};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

const FOLDED: [&str; 1] = [CloseDay::PATH];

/// The page.
#[component]
pub fn DayPage() -> impl IntoView {
    let page = loaded("End of day", load_day(), |day| view! { <Sheet day/> });
    view! { <div class="page">{page}</div> }
}

/// The page, once loaded.
#[component]
fn Sheet(day: Day) -> impl IntoView {
    provide_page_clock(&day.now);
    let Day { headline, closes, charges, charges_href, may_close, now } = day;
    // `2026-11-22 12:56:53 CST`: the day is its first part.
    let today = now.text.split(' ').next().unwrap_or_default().to_owned();
    let none = closes.is_empty();
    let rows = closes.into_iter().map(|close| view! { <Close close/> }).collect_view();
    view! {
        <PageHeader title="End of day">
            <LiveSwitch/>
        </PageHeader>
        <p class="headline" data-testid="headline">
            {headline}
        </p>
        <PostProblem of=&FOLDED/>
        <div class="day">
            <section class="card" aria-labelledby="close-title">
                <h2 id="close-title">"FedEx Ground"</h2>
                <p>
                    "FedEx Ground wants a close when the driver has come: it ends the day's parcels and gives a \
                     manifest to hand over. Express parcels need none."
                </p>
                {may_close.then(|| view! { <CloseAsk/> })}
                <h3>"Closes"</h3>
                {none.then(|| view! { <p class="muted">"None yet."</p> })}
                <ol class="closes">{rows}</ol>
            </section>
            <Charges charges href=charges_href today/>
        </div>
    }
    .into_any()
}

/// Closes Ground, after saying what that means.
#[component]
fn CloseAsk() -> impl IntoView {
    view! {
        <Ask label="Close FedEx Ground" glyph=Glyph::Day testid="close-day">
            <p>
                "Ends the day for all FedEx Ground labels bought until now. They cannot be voided here afterwards; \
                 labels bought later belong to the next close."
            </p>
            <form method="post" action={path_of::<CloseDay>()}>
                <Submit
                    label="Close now"
                    busy_label="Closing…"
                    glyph=Glyph::Day
                    testid="close-day-confirm"
                    primary=true
                />
            </form>
        </Ask>
    }
    .into_any()
}

#[component]
fn Close(close: CloseRow) -> impl IntoView {
    let CloseRow { at, by, sentence, href } = close;
    let id = element_id(&["close", &at.ms.to_string()]);
    let day = at.text.clone();
    view! {
        <li id=id data-testid="close">
            <p>
                {sentence}
                <span class="muted small">
                    {day}
                    " ("
                    <TimeAgo at/>
                    {format!(") by {by}")}
                </span>
            </p>
            {href
                .map(|href| {
                    view! {
                        <a class="button" href=href download="" data-testid="manifest">
                            <Icon glyph=Glyph::Download/>
                            "Manifest"
                        </a>
                    }
                })}
        </li>
    }
}

/// What FedEx rated, and saving it for the reconciliation with FedEx's invoice.
#[component]
fn Charges(charges: Vec<String>, href: String, today: String) -> impl IntoView {
    let month = today.get(..8).map(|month| format!("{month}01")).unwrap_or_default();
    let none = charges.is_empty();
    let rows = charges.into_iter().map(|text| view! { <li>{text}</li> }).collect_view();
    view! {
        <section class="card" aria-labelledby="charges-title" data-testid="charges">
            <h2 id="charges-title">"Charges"</h2>
            <h3>"Since midnight"</h3>
            {none.then(|| view! { <p class="muted">"No label was bought since midnight."</p> })}
            <ul class="charges tabular">{rows}</ul>
            <h3>"Save as CSV"</h3>
            <form method="get" action=href class="span-form" data-testid="charges-form">
                <DayField label="From" name="from" value=month/>
                <DayField label="To" name="to" value=today/>
                <button type="submit" class="button" data-testid="charges-save">
                    <Icon glyph=Glyph::Download/>
                    "Save the charges"
                </button>
            </form>
            <p class="muted small">
                "These are the charges FedEx rated when the labels were bought, to compare with its invoice. \
                 Nothing is posted to a ledger: neither here nor in Dynamics 365."
            </p>
        </section>
    }
    .into_any()
}

#[component]
fn DayField(label: &'static str, name: &'static str, value: String) -> impl IntoView {
    let id = format!("charges-{name}");
    view! {
        <div class="field">
            <div class="field-head">
                <label for=id.clone()>{label}</label>
            </div>
            <input id=id type="date" name=name value=value required/>
        </div>
    }
}
