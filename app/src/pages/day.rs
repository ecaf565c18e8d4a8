//! The end of the day: closing FedEx Ground with its manifest, and what the labels cost.

use crate::api::day::{CloseDay, load_day};
use crate::components::action_form::{Submit, problem_after};
use crate::components::ask::Ask;
use crate::components::clock::provide_page_clock;
use crate::components::icon::{Glyph, Icon};
use crate::components::live::{Live, LiveSwitch, live};
use crate::components::page_header::PageHeader;
use crate::components::problem_notice::{PostProblem, ProblemNotice};
use crate::components::time_ago::TimeAgo;
use crate::components::toast::use_toast;
use crate::contract::{CloseRow, Day};
use leptos::either::Either;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(10);

const FOLDED: [&str; 1] = [CloseDay::PATH];

/// The page.
#[component]
pub fn DayPage() -> impl IntoView {
    let day = Resource::new(|| (), |()| load_day());
    view! {
        <div class="page">
            <Suspense fallback=|| view! { <p class="loading">"Loading…"</p> }>
                {move || Suspend::new(async move {
                    match day.await {
                        Ok(first) => Either::Left(view! { <Sheet first/> }),
                        Err(problem) => {
                            Either::Right(
                                view! {
                                    <PageHeader title="End of day"/>
                                    <ProblemNotice problem/>
                                },
                            )
                        }
                    }
                })}
            </Suspense>
        </div>
    }
}

/// The page, once loaded.
#[component]
fn Sheet(first: Day) -> impl IntoView {
    let may_close = first.may_close;
    let live = live(first, REFRESH, load_day);
    let day = live.value;
    provide_page_clock(Signal::derive(move || day.with(|day| day.now.clone())));
    let closes = Memo::new(move |_| day.with(|day| day.closes.clone()));
    let rows = move || closes.get().into_iter().map(|close| view! { <Close close/> }).collect_view();
    view! {
        <PageHeader title="End of day">
            <LiveSwitch paused=live.paused problem=live.problem/>
        </PageHeader>
        <p class="headline" data-testid="headline">
            {move || day.with(|day| day.headline.clone())}
        </p>
        <PostProblem of=&FOLDED/>
        <div class="day">
            <section class="card" aria-labelledby="close-title">
                <h2 id="close-title">"FedEx Ground"</h2>
                <p>
                    "FedEx Ground wants a close when the driver has come: it ends the day's parcels and gives a \
                     manifest to hand over. Express parcels need none."
                </p>
                {may_close.then(|| view! { <CloseAsk live/> })}
                <h3>"Closes"</h3>
                {move || {
                    closes
                        .with(Vec::is_empty)
                        .then(|| view! { <p class="muted">"None yet."</p> })
                }}
                <ol class="closes">{rows}</ol>
            </section>
            <Charges live/>
        </div>
    }
    .into_any()
}

/// Closes Ground, after saying what that means.
#[component]
fn CloseAsk(live: Live<Day>) -> impl IntoView {
    let action = ServerAction::<CloseDay>::new();
    let toast = use_toast();
    Effect::new(move |_| {
        if let Some(Ok(sentence)) = action.value().get() {
            toast.show(sentence);
            live.refresh();
        }
    });
    view! {
        <Ask label="Close FedEx Ground" glyph=Glyph::Day testid="close-day">
            <p>
                "Ends the day for all FedEx Ground labels bought until now. They cannot be voided here afterwards; \
                 labels bought later belong to the next close."
            </p>
            <ActionForm action=action>
                <Submit
                    label="Close now"
                    busy_label="Closing…"
                    glyph=Glyph::Day
                    pending=action.pending()
                    problem=problem_after(action)
                    testid="close-day-confirm"
                    primary=true
                />
            </ActionForm>
        </Ask>
    }
    .into_any()
}

#[component]
fn Close(close: CloseRow) -> impl IntoView {
    let CloseRow { at, by, sentence, href } = close;
    let day = at.text.clone();
    view! {
        <li data-testid="close">
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
fn Charges(live: Live<Day>) -> impl IntoView {
    let charges = Memo::new(move |_| live.value.with(|day| day.charges.clone()));
    let href = live.value.with_untracked(|day| day.charges_href.clone());
    // `2026-11-22 18:56:53 UTC`: the day is its first part.
    let today = live.value.with_untracked(|day| day.now.text.split(' ').next().unwrap_or_default().to_owned());
    let month = today.get(..8).map(|month| format!("{month}01")).unwrap_or_default();
    let rows = move || charges.get().into_iter().map(|text| view! { <li>{text}</li> }).collect_view();
    view! {
        <section class="card" aria-labelledby="charges-title" data-testid="charges">
            <h2 id="charges-title">"Charges"</h2>
            <h3>"Since midnight"</h3>
            {move || {
                charges
                    .with(Vec::is_empty)
                    .then(|| view! { <p class="muted">"No label was bought since midnight."</p> })
            }}
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
