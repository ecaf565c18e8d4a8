//! Trials of a shipment: a dry run, a quote, the address check. They buy nothing.
//!
//! A trial stands in the address (`?try=dry-run&shipment_id=…`), so its result is part of a page
//! that can be linked. The links are marked so that nothing follows them but a click.

use super::order_actions::{CauseCard, is_allowed};
use super::order_advice::Advice;
use crate::api::orders::{check_address, dry_run, quote};
use crate::components::data_table::DataTable;
use crate::components::element_id::element_id;
use crate::components::icon::{Glyph, Icon};
use crate::components::json_view::JsonView;
use crate::components::order_row::order_href;
use crate::components::problem_notice::ProblemNotice;
use crate::components::status_badge::{StatusBadge, tone_name};
use crate::contract::{ActionKind, AddressAdvice, Correction, DryRun, Problem, Quote, QuoteRow, ShipmentDetail};
use leptos::either::{Either, EitherOf3};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;
use std::sync::Arc;

const QUOTE_COLUMNS: [&str; 4] = ["Service", "Your rate", "List rate", "Arrives"];

/// Which trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrialKind {
    /// The exact request and FedEx's verdict.
    DryRun,
    /// What the services would cost.
    Quote,
    /// FedEx's advice about the address.
    CheckAddress,
}

impl TrialKind {
    const ALL: [Self; 3] = [Self::DryRun, Self::Quote, Self::CheckAddress];

    /// Its name in the address.
    fn name(self) -> &'static str {
        match self {
            Self::DryRun => "dry-run",
            Self::Quote => "quote",
            Self::CheckAddress => "check-address",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::DryRun => "Dry run",
            Self::Quote => "Quote",
            Self::CheckAddress => "Check address",
        }
    }

    fn glyph(self) -> Glyph {
        match self {
            Self::DryRun => Glyph::Flask,
            Self::Quote => Glyph::Tag,
            Self::CheckAddress => Glyph::Pin,
        }
    }

    fn action(self) -> ActionKind {
        match self {
            Self::DryRun => ActionKind::DryRun,
            Self::Quote => ActionKind::Quote,
            Self::CheckAddress => ActionKind::CheckAddress,
        }
    }
}

/// A trial that the address asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Trial {
    kind: TrialKind,
    shipment_id: String,
    /// Values that are tried and not saved.
    correction: Option<Correction>,
}

/// What came out of it.
#[derive(Clone, Debug, PartialEq)]
enum TrialAnswer {
    /// Of a dry run.
    DryRun(DryRun),
    /// Of a quote.
    Quote(Quote),
    /// Of an address check.
    Advice(AddressAdvice),
}

/// The trial of this page, if its address asks for one.
#[derive(Clone)]
pub struct Trials {
    path: Arc<str>,
    asked: Option<Trial>,
}

impl Trials {
    /// The address of the order's page.
    pub fn path(&self) -> &str {
        &self.path
    }
}

/// Makes the trial available to the page. Once, where the page begins.
pub fn provide_trials(company: &str, number: &str) {
    let asked = use_query_map().with_untracked(trial_of);
    provide_context(Trials { path: Arc::from(order_href(company, number)), asked });
}

fn trial_of(query: &ParamsMap) -> Option<Trial> {
    let name = query.get("try")?;
    let kind = TrialKind::ALL.into_iter().find(|kind| kind.name() == name)?;
    Some(Trial { kind, shipment_id: query.get("shipment_id")?, correction: correction_of(query) })
}

/// The values of the correction form, when the dry run was asked for there.
fn correction_of(query: &ParamsMap) -> Option<Correction> {
    let field = |name: &str| query.get(&format!("correction[{name}]"));
    let text = |name: &str| field(name).unwrap_or_default();
    field("name")?;
    Some(Correction {
        name: text("name"),
        street_1: text("street_1"),
        street_2: text("street_2"),
        street_3: text("street_3"),
        city: text("city"),
        region: text("region"),
        postal_code: text("postal_code"),
        phone: text("phone"),
        weight_lb: text("weight_lb"),
        service: text("service"),
        residential: text("residential"),
        remember: false,
    })
}

async fn run(trial: Trial) -> Result<TrialAnswer, Problem> {
    let id = trial.shipment_id;
    match trial.kind {
        TrialKind::DryRun => dry_run(id, trial.correction).await.map(TrialAnswer::DryRun),
        TrialKind::Quote => quote(id).await.map(TrialAnswer::Quote),
        TrialKind::CheckAddress => check_address(id).await.map(TrialAnswer::Advice),
    }
}

/// The links to the trials that are possible now.
#[component]
pub fn TrialLinks(
    /// The shipment.
    shipment: Arc<ShipmentDetail>,
) -> impl IntoView {
    let possible = TrialKind::ALL.into_iter().filter(|kind| is_allowed(&shipment, kind.action()));
    let links: Vec<_> =
        possible.map(|kind| view! { <TrialLink kind shipment_id=shipment.shipment_id.clone()/> }).collect();
    (!links.is_empty()).then(|| {
        view! {
            <div class="more-group">
                <div class="asks">{links}</div>
                <p class="muted small">"These ask FedEx and buy nothing. Each leaves an entry in the trail."</p>
            </div>
        }
    })
}

#[component]
fn TrialLink(kind: TrialKind, shipment_id: String) -> impl IntoView {
    let trials = expect_context::<Trials>();
    let name = kind.name();
    let id = shipment_id;
    let href = format!("{}?try={name}&shipment_id={id}#trial-{id}", trials.path());
    view! {
        <a class="button" href=href rel="nofollow" data-no-prefetch="" data-testid=format!("try-{name}")>
            <Icon glyph=kind.glyph()/>
            {kind.title()}
        </a>
    }
}

/// The result of this shipment's trial, or nothing.
#[component]
pub fn TrialResult(
    /// The shipment.
    shipment: Arc<ShipmentDetail>,
) -> impl IntoView {
    let Trials { path, asked } = expect_context();
    let trial = asked.filter(|trial| trial.shipment_id == shipment.shipment_id);
    let anchor = format!("trial-{}", shipment.shipment_id);
    let result = trial.map(|trial| {
        let title = trial.kind.title();
        let answer = Suspend::new(async move {
            let answer = run(trial).await;
            view! { <Answer answer shipment/> }
        });
        view! {
            <section class="card" data-testid="trial">
                <div class="trial-head">
                    <h2>{title}</h2>
                    <span class="tag">"nothing was bought"</span>
                    <a class="button quiet" href=path.to_string()>
                        <Icon glyph=Glyph::Cross/>
                        "Close"
                    </a>
                </div>
                <Suspense>{answer}</Suspense>
            </section>
        }
    });
    view! { <div class="trial" id=anchor data-keep="">{result}</div> }.into_any()
}

#[component]
fn Answer(answer: Result<TrialAnswer, Problem>, shipment: Arc<ShipmentDetail>) -> impl IntoView {
    match answer {
        Err(problem) => Either::Left(view! { <ProblemNotice problem/> }),
        Ok(answer) => Either::Right(match answer {
            TrialAnswer::DryRun(run) => EitherOf3::A(view! { <DryRunResult run/> }),
            TrialAnswer::Quote(quote) => EitherOf3::B(view! { <QuoteResult quote/> }),
            TrialAnswer::Advice(advice) => EitherOf3::C(view! { <Advice advice shipment/> }),
        }),
    }
}

/// The verdict, and the request it is about.
#[component]
fn DryRunResult(run: DryRun) -> impl IntoView {
    let (tone, code) = (run.verdict.tone, run.verdict.code.clone());
    let alerts = run.alerts;
    view! {
        <div class="trial-body" data-tone=tone_name(tone) data-testid="dry-run" data-verdict=code>
            <p class="trial-verdict">
                <StatusBadge status=run.verdict/>
                <span>{run.sentence}</span>
            </p>
            {run.cause.map(|cause| view! { <CauseCard cause tone/> })}
            {(!alerts.is_empty())
                .then(|| {
                    view! {
                        <figure class="vendor-text">
                            <figcaption>"FedEx's remarks"</figcaption>
                            <ul>{alerts.into_iter().map(|text| view! { <li>{text}</li> }).collect_view()}</ul>
                        </figure>
                    }
                })}
            {run
                .request_body
                .map(|body| {
                    view! {
                        <div>
                            <p class="exchange-line mono">
                                <span class="exchange-request">{run.request_line}</span>
                            </p>
                            <JsonView label="Request" body open=true/>
                        </div>
                    }
                })}
        </div>
    }
    .into_any()
}

/// Services with their prices, cheapest first.
#[component]
fn QuoteResult(quote: Quote) -> impl IntoView {
    let rows = quote.rows.into_iter().map(|row| view! { <QuoteLine row/> }).collect_view();
    view! {
        <div class="trial-body" data-testid="quote">
            <p>{quote.sentence}</p>
            <DataTable caption="What FedEx would charge" columns=&QUOTE_COLUMNS class="quote">
                {rows}
            </DataTable>
        </div>
    }
    .into_any()
}

#[component]
fn QuoteLine(row: QuoteRow) -> impl IntoView {
    let none = || "–".to_owned();
    let id = element_id(&["quote", &row.service]);
    view! {
        <tr role="row" id=id class:chosen=row.chosen data-testid="quote-row">
            <th scope="row" role="rowheader" class="cell-service">
                <span>{row.name}</span>
                <span class="muted small mono">{row.service}</span>
                {row.chosen.then(|| view! { <span class="tag">"planned"</span> })}
            </th>
            <td role="cell" class="cell-account" data-label="Your rate">{row.account.unwrap_or_else(none)}</td>
            <td role="cell" class="cell-list muted" data-label="List rate">{row.list.unwrap_or_else(none)}</td>
            <td role="cell" class="cell-delivery" data-label="Arrives">{row.delivery.unwrap_or_else(none)}</td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::{TrialKind, trial_of};
    use leptos_router::params::ParamsMap;

    fn query(pairs: &[(&'static str, &'static str)]) -> ParamsMap {
        let mut query = ParamsMap::new();
        for (name, value) in pairs {
            query.insert(*name, (*value).to_owned());
        }
        query
    }

    #[test]
    fn an_address_asks_for_a_trial_of_one_shipment() {
        let trial = trial_of(&query(&[("try", "quote"), ("shipment_id", "01A")])).expect("a trial");
        assert_eq!((trial.kind, trial.shipment_id.as_str(), trial.correction), (TrialKind::Quote, "01A", None));
        assert_eq!(trial_of(&query(&[("try", "quote")])), None, "of which shipment?");
        assert_eq!(trial_of(&query(&[("try", "buy"), ("shipment_id", "01A")])), None);
    }

    #[test]
    fn values_of_the_correction_form_are_tried() {
        let asked = query(&[
            ("try", "dry-run"),
            ("shipment_id", "01A"),
            ("correction[name]", ""),
            ("correction[city]", "Dallas"),
        ]);
        let correction = trial_of(&asked).and_then(|trial| trial.correction).expect("a correction");
        assert_eq!(correction.city, "Dallas");
    }
}
