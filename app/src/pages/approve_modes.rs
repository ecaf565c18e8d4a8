//! The modes of legal entities with their switches, and what each shadow would have done.

use super::approve::ApprovalTable;
use crate::api::approve::SwitchMode;
use crate::components::action_form::{Submit, path_of};
use crate::components::ask::Ask;
use crate::components::element_id::element_id;
use crate::components::field::Field;
use crate::components::icon::Glyph;
use crate::components::status_badge::{StatusBadge, tone_name};
use crate::contract::{CompanyMode, Counter, ModeSwitch, ShadowReport};
use leptos::prelude::*;

/// What a legal entity in shadow would have done.
#[component]
pub fn Shadow(
    /// The report.
    report: ShadowReport,
    /// Its mode, with where it can be switched to.
    company: Option<CompanyMode>,
    /// The operator may switch it.
    may_switch: bool,
) -> impl IntoView {
    let ShadowReport { company: name, headline, verdicts, cost, failures, rows, total } = report;
    let id = element_id(&["shadow", &name]);
    let (title, labelled) = (format!("{id}-title"), format!("{id}-title"));
    let name_of = name.clone();
    let shown = rows.len();
    let switches = company.filter(|_| may_switch).map(|company| view! { <Switches company within="shadow"/> });
    let list = (shown > 0).then(|| {
        view! {
            <h3>"Prepared"</h3>
            <ApprovalTable caption=format!("What {name} would ship") rows may_approve=false/>
            <p class="muted small">{format!("{shown} of {total} shown, the longest waiting first.")}</p>
        }
    });
    view! {
        <section class="card shadow" id=id aria-labelledby=labelled data-testid="shadow" data-company=name_of>
            <h2 id=title>{format!("Shadow of {name}")}</h2>
            <p>{headline}</p>
            <Numbers title="FedEx says" counters=verdicts/>
            <Lines title="It would cost" lines=cost/>
            <Numbers title="Would fail, by cause" counters=failures/>
            {switches}
            {list}
        </section>
    }
    .into_any()
}

/// Numbers that lead to their rows.
#[component]
fn Numbers(title: &'static str, counters: Vec<Counter>) -> impl IntoView {
    (!counters.is_empty()).then(|| {
        let counters = counters
            .into_iter()
            .map(|counter| {
                view! {
                    <li>
                        <a class="tally" href=counter.href data-tone=tone_name(counter.tone)>
                            <span class="tabular">{counter.count}</span>
                            " "
                            {counter.label}
                        </a>
                    </li>
                }
            })
            .collect_view();
        view! {
            <h3>{title}</h3>
            <ul class="tallies">{counters}</ul>
        }
    })
}

#[component]
fn Lines(title: &'static str, lines: Vec<String>) -> impl IntoView {
    (!lines.is_empty()).then(|| {
        let lines = lines.into_iter().map(|line| view! { <li class="tabular">{line}</li> }).collect_view();
        view! {
            <h3>{title}</h3>
            <ul class="lines">{lines}</ul>
        }
    })
}

/// Every legal entity and its mode.
#[component]
pub fn Modes(
    /// The legal entities.
    companies: Vec<CompanyMode>,
    /// The operator may switch them.
    may_switch: bool,
    /// How often FedEx was asked today.
    rehearsals: String,
) -> impl IntoView {
    let rows = companies.into_iter().map(|company| view! { <CompanyLine company may_switch/> }).collect_view();
    view! {
        <section class="card" id="modes" aria-labelledby="modes-title" data-testid="modes">
            <h2 id="modes-title">"How far orders go by themselves"</h2>
            <p class="muted">
                "In shadow everything is prepared and nothing is bought or written back. Approve waits for a person \
                 before each label. Automatic ships confirmed orders by itself."
            </p>
            <ul class="rule-list">{rows}</ul>
            <p class="muted small">{rehearsals}</p>
        </section>
    }
    .into_any()
}

#[component]
fn CompanyLine(company: CompanyMode, may_switch: bool) -> impl IntoView {
    let id = element_id(&["mode-of", &company.company]);
    let name = company.company.clone();
    let switches = may_switch.then(|| view! { <Switches company=company.clone() within="modes"/> });
    view! {
        <li class="rule-line" id=id data-testid="company-mode" data-company=name>
            <span class="rule-key mono">{company.company}</span>
            <span class="rule-value">
                <StatusBadge status=company.mode/>
                <span class="muted small">{company.meaning}</span>
            </span>
            {switches}
        </li>
    }
    .into_any()
}

/// Where a legal entity can be switched to, each telling what it would do first.
#[component]
fn Switches(company: CompanyMode, within: &'static str) -> impl IntoView {
    let CompanyMode { company, switches, .. } = company;
    let asks =
        switches.into_iter().map(|switch| view! { <SwitchAsk company=company.clone() switch within/> }).collect_view();
    view! { <div class="switches">{asks}</div> }
}

#[component]
fn SwitchAsk(company: String, switch: ModeSwitch, within: &'static str) -> impl IntoView {
    let ModeSwitch { mode, label, effect } = switch;
    let field = element_id(&[within, &company, &mode]);
    let label = format!("Switch {company} to {label}");
    let (verb, to) = (label.clone(), mode.clone());
    view! {
        <Ask label=verb glyph=Glyph::Rules testid="switch-mode" quiet=true>
            <p data-testid="effect">{effect}</p>
            <form method="post" action={path_of::<SwitchMode>()} data-mode=to>
                <input type="hidden" name="company" value=company/>
                <input type="hidden" name="mode" value=mode/>
                <Field label="Reason" name="reason" within=field required=true hint="Stands in the audit trail"/>
                <Submit label busy_label="Switching…" glyph=Glyph::Rules testid="switch-mode-confirm"/>
            </form>
        </Ask>
    }
    .into_any()
}
