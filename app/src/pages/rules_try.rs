//! A change of the rules that is only tried: what it would do to the last orders, above the form with
//! what was typed. The form is posted to the Rules page itself, which saves nothing.

use super::rules::DocumentForm;
use super::rules_addresses::ShipFromForm;
use super::rules_services::{RemoveForm, ServiceForm};
use crate::components::icon::{Glyph, Icon};
use crate::components::order_row::order_href;
use crate::components::problem_notice::ProblemNotice;
use crate::contract::{BackTest, BackTestGroup, BackTestRow, Problem, RulesChange, ServiceRow, ShipFromRow};
use crate::desk::desk;
use leptos::context::Provider;
use leptos::either::Either;
use leptos::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Where a change is tried: the answer is the page, at its result.
pub const ACTION: &str = "/rules#tried";
/// Shipments a change is tried on first.
const LAST: u32 = 200;
/// And at most.
const MOST: u32 = 1_000;

/// What was posted to the Rules page, as the web layer hands it on.
#[derive(Clone)]
pub struct Posted(pub String);

/// Where a result stands already, more can be asked for.
#[derive(Clone, Copy)]
struct More;

/// The button beside *Save* that tries instead.
#[component]
pub fn TryButton(
    /// Which kind of form it stands in.
    what: &'static str,
) -> impl IntoView {
    let more = use_context::<More>().map(|More| view! { <TryOn what last=MOST/> });
    view! {
        <TryOn what last=LAST/>
        {more}
    }
}

#[component]
fn TryOn(what: &'static str, last: u32) -> impl IntoView {
    let testid = if last == LAST { "try-rules" } else { "try-rules-on-more" };
    view! {
        <button
            type="submit"
            class="button"
            formaction=ACTION
            formmethod="post"
            name="try"
            value=format!("{what}:{last}")
            data-testid=testid
        >
            <Icon glyph=Glyph::Search/>
            <span class="idle-label">{format!("Try on the last {last} orders")}</span>
            <span class="busy-label">"Trying…"</span>
        </button>
    }
}

#[derive(Deserialize)]
struct Asked {
    version: i64,
    /// Which form, and on how many: `service:200`.
    r#try: String,
}

#[derive(Deserialize)]
struct ServicePosted {
    row: ServiceRow,
}

#[derive(Deserialize)]
struct RemovePosted {
    mode: String,
    #[serde(default)]
    other_carrier: bool,
}

#[derive(Deserialize)]
struct ShipFromPosted {
    row: ShipFromRow,
}

#[derive(Deserialize)]
struct DocumentPosted {
    #[serde(default)]
    document: String,
}

/// A change that was asked to be tried.
#[derive(Clone)]
struct Wanted {
    version: i64,
    last: u32,
    change: RulesChange,
}

fn read(body: &str) -> Option<Wanted> {
    fn part<T: DeserializeOwned>(body: &str) -> Option<T> {
        serde_qs::Config::new(5, false).deserialize_str(body).ok()
    }
    let asked: Asked = part(body)?;
    let (what, last) = asked.r#try.split_once(':')?;
    let change = match what {
        "service" => RulesChange::Service(part::<ServicePosted>(body)?.row),
        "remove" => {
            let RemovePosted { mode, other_carrier } = part(body)?;
            RulesChange::RemoveService { mode, other_carrier }
        }
        "ship-from" => RulesChange::ShipFrom(part::<ShipFromPosted>(body)?.row),
        "document" => RulesChange::Document(part::<DocumentPosted>(body)?.document),
        _ => return None,
    };
    Some(Wanted { version: asked.version, last: last.parse().ok()?, change })
}

/// The result of what was posted to this page, if anything was.
#[component]
pub fn Tried() -> impl IntoView {
    use_context::<Posted>().map(|Posted(body)| {
        let answer = Suspend::new(async move {
            let Some(wanted) = read(&body) else {
                let message = "What was sent cannot be read.";
                let problem = Problem::new("rules.try-unreadable", message, "Open the Rules page again, then try.");
                return Either::Left(view! { <ProblemNotice problem/> });
            };
            let tried = match desk() {
                Ok(desk) => desk.try_rules(wanted.version, wanted.change.clone(), wanted.last).await,
                Err(problem) => Err(problem),
            };
            let result = match tried {
                Ok(result) => Either::Left(view! { <Outcome result/> }),
                Err(problem) => Either::Right(view! { <ProblemNotice problem/> }),
            };
            Either::Right(view! {
                {result}
                <Provider value=More>
                    <Again change=wanted.change version=wanted.version/>
                </Provider>
            })
        });
        view! {
            <section
                class="card tried"
                id="tried"
                tabindex="-1"
                aria-labelledby="tried-title"
                data-testid="tried"
                data-keep=""
            >
                <h2 id="tried-title">"What would differ"</h2>
                <Suspense>{answer}</Suspense>
            </section>
        }
    })
}

/// The form with what was typed: to save it, or to try another value.
#[component]
fn Again(change: RulesChange, version: i64) -> impl IntoView {
    match change {
        RulesChange::Service(row) => {
            view! { <ServiceForm row fixed=false version label="Save" testid="save-tried"/> }.into_any()
        }
        RulesChange::RemoveService { mode, other_carrier } => {
            view! { <RemoveForm mode version other_carrier/> }.into_any()
        }
        RulesChange::ShipFrom(row) => view! { <ShipFromForm row fixed=false version within="tried"/> }.into_any(),
        RulesChange::Document(document) => {
            view! { <DocumentForm document version=Some(version) within="tried"/> }.into_any()
        }
    }
}

/// The differences.
#[component]
fn Outcome(result: BackTest) -> impl IntoView {
    let groups = result.groups.into_iter().map(|group| view! { <Group group/> }).collect_view();
    view! {
        <p class="headline" data-testid="tried-headline">
            {result.headline}
        </p>
        {groups}
    }
    .into_any()
}

#[component]
fn Group(group: BackTestGroup) -> impl IntoView {
    let BackTestGroup { kind, title, count, rows } = group;
    let left = count.saturating_sub(u64::try_from(rows.len()).unwrap_or(u64::MAX));
    let rows = rows.into_iter().map(|row| view! { <Line row/> }).collect_view();
    view! {
        <h3 data-testid="tried-group" data-kind=kind>
            <span class="tabular">{count}</span>
            " · "
            {title}
        </h3>
        <ul class="rule-list">{rows}</ul>
        {(left > 0).then(|| view! { <p class="muted small">{format!("and {left} more")}</p> })}
    }
    .into_any()
}

#[component]
fn Line(row: BackTestRow) -> impl IntoView {
    let href = order_href(&row.company, &row.number);
    view! {
        <li class="rule-line" data-testid="tried-row">
            <span class="rule-key">
                <a href=href class="mono">
                    {row.number}
                </a>
                " "
                <span class="muted small">{row.company}</span>
            </span>
            <span class="rule-value">
                <span class="was">{row.was}</span>
                <span>"→ " {row.now}</span>
            </span>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_the_browser_sends_it() {
        let body =
            "version=3&row%5Bmode%5D=FEDEX-GRD&row%5Bservice%5D=FEDEX_2_DAY&row%5Bsaturday%5D=true&try=service%3A200";
        let wanted = read(body).expect("readable");
        let RulesChange::Service(row) = wanted.change else { panic!("a service") };
        assert_eq!((wanted.version, wanted.last, row.mode.as_str(), row.saturday), (3, 200, "FEDEX-GRD", true));
        let body = "version=0&document=%7B%22a%22%3A+%26+%7D&try=document%3A1000";
        let wanted = read(body).expect("readable");
        assert_eq!((wanted.last, wanted.change), (1_000, RulesChange::Document("{\"a\": & }".into())));
        let gone = read("version=1&mode=TRUCK&other_carrier=true&try=remove:200").expect("readable");
        assert_eq!(gone.change, RulesChange::RemoveService { mode: "TRUCK".into(), other_carrier: true });
        for wrong in ["", "version=1", "version=x&try=service:1", "version=1&try=else:1", "version=1&try=service:x"] {
            assert!(read(wrong).is_none(), "{wrong}");
        }
    }
}
