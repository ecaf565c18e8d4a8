//! Delivery modes and their FedEx services: what waits for one, the table, what Dynamics 365's own
//! carrier set-up proposes, and the modes of other carriers.

use super::rules::Version;
use super::rules_try::TryButton;
use crate::api::rules::{RemoveService, SaveService, suggest_services};
use crate::components::action_form::{Submit, path_of};
use crate::components::ask::Ask;
use crate::components::element_id::element_id;
use crate::components::field::{Check, Choice, Field, FieldKind};
use crate::components::icon::{Glyph, Icon};
use crate::components::problem_notice::ProblemNotice;
use crate::contract::{ServiceRow, Suggestion, UnmappedMode};
use leptos::either::Either;
use leptos::prelude::*;

const SERVICES: &str = "fedex-services";
const PACKAGINGS: &str = "fedex-packagings";

/// FedEx's services, in plain words. A help for typing: FedEx's own answer decides.
const SERVICE_WORDS: [(&str, &str); 14] = [
    ("FEDEX_GROUND", "Ground: 1 to 5 days, to businesses"),
    ("GROUND_HOME_DELIVERY", "Home Delivery: Ground, to homes"),
    ("SMART_POST", "Ground Economy: light parcels, slowest"),
    ("FEDEX_EXPRESS_SAVER", "Express Saver: third day"),
    ("FEDEX_2_DAY", "2Day: second day"),
    ("FEDEX_2_DAY_AM", "2Day AM: second day, in the morning"),
    ("STANDARD_OVERNIGHT", "Standard Overnight: next afternoon"),
    ("PRIORITY_OVERNIGHT", "Priority Overnight: next morning"),
    ("FIRST_OVERNIGHT", "First Overnight: next day, early"),
    ("FEDEX_INTERNATIONAL_PRIORITY", "International Priority: 1 to 3 days"),
    ("FEDEX_INTERNATIONAL_PRIORITY_EXPRESS", "International Priority Express: by a set time"),
    ("INTERNATIONAL_ECONOMY", "International Economy: 4 to 6 days"),
    ("INTERNATIONAL_FIRST", "International First: early in the morning"),
    ("FEDEX_INTERNATIONAL_CONNECT_PLUS", "International Connect Plus: for web shops"),
];

const PACKAGING_WORDS: [(&str, &str); 10] = [
    ("YOUR_PACKAGING", "Your own box"),
    ("FEDEX_ENVELOPE", "FedEx Envelope"),
    ("FEDEX_PAK", "FedEx Pak"),
    ("FEDEX_SMALL_BOX", "FedEx Small Box"),
    ("FEDEX_MEDIUM_BOX", "FedEx Medium Box"),
    ("FEDEX_LARGE_BOX", "FedEx Large Box"),
    ("FEDEX_EXTRA_LARGE_BOX", "FedEx Extra Large Box"),
    ("FEDEX_TUBE", "FedEx Tube"),
    ("FEDEX_10KG_BOX", "FedEx 10kg Box"),
    ("FEDEX_25KG_BOX", "FedEx 25kg Box"),
];

const SIGNATURES: [(&str, &str); 6] = [
    ("", "As the service has it"),
    ("SERVICE_DEFAULT", "FedEx decides"),
    ("NO_SIGNATURE_REQUIRED", "None"),
    ("INDIRECT", "Anybody at or near the address"),
    ("DIRECT", "Somebody at the address"),
    ("ADULT", "An adult at the address"),
];

/// The lists that service fields choose from; once on the page.
#[component]
pub fn ServiceLists() -> impl IntoView {
    let options = |words: &'static [(&str, &str)]| {
        words.iter().map(|&(code, word)| view! { <option value=code>{word}</option> }).collect_view()
    };
    view! {
        <datalist id=SERVICES>{options(&SERVICE_WORDS)}</datalist>
        <datalist id=PACKAGINGS>{options(&PACKAGING_WORDS)}</datalist>
    }
}

/// A code's words, or the code itself.
fn word_of(words: &'static [(&str, &str)], code: &str) -> Option<&'static str> {
    words.iter().find(|(known, _)| *known == code).map(|(_, word)| *word)
}

/// Modes that orders use and no rule names.
#[component]
pub fn Unmapped(
    /// The modes.
    modes: Vec<UnmappedMode>,
    /// The version a change is made from, for who may make one.
    version: Option<i64>,
) -> impl IntoView {
    (!modes.is_empty()).then(|| {
        let rows = modes.into_iter().map(|mode| view! { <UnmappedRow mode version/> }).collect_view();
        view! {
            <section class="card waiting" aria-labelledby="unmapped-title" data-testid="unmapped">
                <h2 id="unmapped-title">"Orders wait for these delivery modes"</h2>
                {rows}
            </section>
        }
    })
}

#[component]
fn UnmappedRow(mode: UnmappedMode, version: Option<i64>) -> impl IntoView {
    let UnmappedMode { mode, orders, proposal } = mode;
    let id = element_id(&["unmapped", &mode]);
    let name = mode.clone();
    let waiting = match orders {
        1 => "1 order waits".to_owned(),
        several => format!("{several} orders wait"),
    };
    let forms = version.map(|version| {
        let service = proposal.clone().unwrap_or_default();
        let row = ServiceRow { mode: mode.clone(), service, ..ServiceRow::default() };
        view! {
            <ServiceForm row fixed=true version label="Use this service" testid="map-mode" primary=true/>
            <RemoveForm mode=mode.clone() version other_carrier=true/>
        }
    });
    let proposal = proposal.map(|service| {
        view! {
            <span class="muted small">
                "Dynamics 365's carrier set-up proposes " <span class="mono">{service}</span>
            </span>
        }
    });
    view! {
        <div class="rule-row" id=id data-testid="unmapped-mode" data-mode=name>
            <p class="rule-head">
                <strong class="mono">{mode}</strong>
                <span class="tag">{waiting}</span>
                {proposal}
            </p>
            {forms}
        </div>
    }
    .into_any()
}

/// The table of delivery modes: each row unfolds into its form.
#[component]
pub fn Services(
    /// The modes.
    rows: Vec<ServiceRow>,
    /// The version a change is made from, for who may make one.
    version: Option<i64>,
) -> impl IntoView {
    let none = rows.is_empty();
    let rows = rows.into_iter().map(|row| view! { <ServiceLine row version/> }).collect_view();
    let add = version.map(|version| {
        view! {
            <Ask label="Add a delivery mode" glyph=Glyph::Plus testid="add-mode">
                <ServiceForm row=ServiceRow::default() fixed=false version label="Add" testid="save-new-mode"/>
            </Ask>
        }
    });
    view! {
        <section class="card" aria-labelledby="services-title" data-testid="services">
            <h2 id="services-title">"Delivery modes and their FedEx services"</h2>
            {none
                .then(|| view! { <p class="muted">"None yet: every order waits until its mode has a service."</p> })}
            <div class="rule-list">{rows}</div>
            {add}
        </section>
    }
    .into_any()
}

#[component]
fn ServiceLine(row: ServiceRow, version: Option<i64>) -> impl IntoView {
    let id = element_id(&["mode", &row.mode]);
    let summary = view! { <ServiceSummary row=row.clone()/> };
    match version {
        None => Either::Left(view! { <p class="rule-line" id=id>{summary}</p> }),
        Some(version) => {
            let (mode, removed) = (row.mode.clone(), row.mode.clone());
            Either::Right(view! {
                <details class="rule" id=id data-testid="service-row" data-mode=mode>
                    <summary class="rule-line">{summary} <span class="rule-edit">"Edit"</span></summary>
                    <div class="ask-panel">
                        <ServiceForm row fixed=true version label="Save" testid="save-mode"/>
                        <RemoveForm mode=removed version other_carrier=false/>
                    </div>
                </details>
            })
        }
    }
}

/// A mode and what it means, in one line.
#[component]
fn ServiceSummary(row: ServiceRow) -> impl IntoView {
    let ServiceRow { mode, service, packaging, signature, saturday, one_rate } = row;
    let words = word_of(&SERVICE_WORDS, &service).unwrap_or_default();
    let own = packaging.is_empty() || packaging == "YOUR_PACKAGING";
    let packaging = (!own).then(|| word_of(&PACKAGING_WORDS, &packaging).map_or(packaging.clone(), str::to_owned));
    let signature = (!signature.is_empty()).then(|| format!("signature: {}", signature.to_lowercase()));
    let tags = [packaging, signature, saturday.then(|| "Saturday".into()), one_rate.then(|| "One Rate".into())];
    let tags = tags.into_iter().flatten().map(|tag: String| view! { <span class="tag">{tag}</span> }).collect_view();
    view! {
        <span class="rule-key mono">{mode}</span>
        <span class="rule-value">
            <span class="mono">{service}</span>
            <span class="muted small">{words}</span>
            {tags}
        </span>
    }
}

/// One delivery mode.
#[component]
pub fn ServiceForm(
    /// What it starts with.
    row: ServiceRow,
    /// The mode cannot be changed.
    fixed: bool,
    /// The version a change is made from.
    version: i64,
    /// The verb on its button.
    label: &'static str,
    /// For tests.
    testid: &'static str,
    /// The page's main action.
    #[prop(optional)]
    primary: bool,
) -> impl IntoView {
    let within = element_id(&[testid, &row.mode]);
    let mode = if fixed {
        Either::Left(view! { <input type="hidden" name="row[mode]" value=row.mode/> })
    } else {
        Either::Right(view! {
            <Field
                label="Delivery mode"
                name="row[mode]"
                within=within.clone()
                value=row.mode
                kind=FieldKind::Code
                required=true
                hint="As in Dynamics 365; mode/carrier service for one of its services"
            />
        })
    };
    view! {
        <form method="post" action={path_of::<SaveService>()}>
            <Version version/>
            <div class="fields">
                {mode}
                <Field
                    label="FedEx service"
                    name="row[service]"
                    within=within.clone()
                    value=row.service
                    kind=FieldKind::Code
                    list=SERVICES
                    required=true
                />
                <Field
                    label="Packaging"
                    name="row[packaging]"
                    within=within.clone()
                    value=row.packaging
                    kind=FieldKind::Code
                    list=PACKAGINGS
                    hint="Blank: your own box"
                />
                <Choice
                    label="Signature"
                    name="row[signature]"
                    within=within.clone()
                    choices=&SIGNATURES
                    value=row.signature
                />
                <div class="checks">
                    <Check
                        label="Deliver on Saturday"
                        name="row[saturday]"
                        within=within.clone()
                        checked=row.saturday
                    />
                    <Check label="FedEx One Rate" name="row[one_rate]" within checked=row.one_rate/>
                </div>
            </div>
            <Submit label busy_label="Saving…" glyph=Glyph::Tick testid primary>
                <TryButton what="service"/>
            </Submit>
        </form>
    }
    .into_any()
}

/// Takes a mode away, or leaves it to another carrier.
#[component]
pub fn RemoveForm(
    /// The mode.
    mode: String,
    /// The version a change is made from.
    version: i64,
    /// It belongs to another carrier.
    other_carrier: bool,
) -> impl IntoView {
    let (label, sentence, confirm, testid, sure) = if other_carrier {
        (
            "Belongs to another carrier",
            "Lines with this mode are left alone from now on: no FedEx label is bought for them, and nothing waits.",
            "Leave it to another carrier",
            "other-carrier",
            "other-carrier-confirm",
        )
    } else {
        (
            "Remove",
            "Orders with this mode wait for a person from now on. Labels that were bought stay.",
            "Remove the mode",
            "remove-mode",
            "remove-mode-confirm",
        )
    };
    view! {
        <Ask label glyph=if other_carrier { Glyph::Truck } else { Glyph::Cross } testid quiet=true>
            <p>{sentence}</p>
            <form method="post" action={path_of::<RemoveService>()}>
                <Version version/>
                <input type="hidden" name="mode" value=mode/>
                <input type="hidden" name="other_carrier" value=other_carrier.to_string()/>
                <Submit label=confirm busy_label="Saving…" glyph=Glyph::Tick testid=sure>
                    <TryButton what="remove"/>
                </Submit>
            </form>
        </Ask>
    }
    .into_any()
}

/// What Dynamics 365's own carrier set-up names, on request.
///
/// While the page refreshes, the answer is kept: Dynamics 365 is not asked again.
#[component]
pub fn Suggestions(
    /// The page's address asks for it.
    asked: bool,
    /// The version a change is made from, for who may make one.
    version: Option<i64>,
) -> impl IntoView {
    view! {
        <section
            class="card"
            id="suggestions"
            aria-labelledby="suggestions-title"
            data-testid="suggestions"
            data-keep=asked.then_some("")
            data-live-href=asked.then_some("/rules")
        >
            <h2 id="suggestions-title">"From Dynamics 365's carrier set-up"</h2>
            <p class="muted">
                "Dynamics 365 can tie delivery modes to carriers and their services. Asking changes nothing."
            </p>
            <p>
                <a
                    class="button"
                    href="/rules?suggest=1#suggestions"
                    rel="nofollow"
                    data-no-prefetch=""
                    data-testid="suggest"
                >
                    <Icon glyph=Glyph::Search/>
                    "Ask Dynamics 365"
                </a>
            </p>
            {asked.then(|| view! { <Suggested version/> })}
        </section>
    }
    .into_any()
}

/// The answer of Dynamics 365.
#[component]
fn Suggested(version: Option<i64>) -> impl IntoView {
    let answer = Suspend::new(async move {
        match suggest_services().await {
            Ok(rows) => Either::Left(view! { <SuggestionList rows version/> }),
            Err(problem) => Either::Right(view! { <ProblemNotice problem/> }),
        }
    });
    view! { <Suspense>{answer}</Suspense> }
}

#[component]
fn SuggestionList(rows: Vec<Suggestion>, version: Option<i64>) -> impl IntoView {
    if rows.is_empty() {
        return Either::Left(view! { <p>"Its carrier set-up names no delivery mode."</p> });
    }
    let lines = rows.into_iter().map(|row| view! { <SuggestionLine row version/> }).collect_view();
    Either::Right(view! { <ul class="rule-list">{lines}</ul> })
}

#[component]
fn SuggestionLine(row: Suggestion, version: Option<i64>) -> impl IntoView {
    let Suggestion { mode, carrier, service, mapped } = row;
    let id = element_id(&["suggestion", &mode, &carrier]);
    let name = mode.clone();
    let usable = service.clone().filter(|_| !mapped).zip(version);
    let usable = usable.map(|(service, version)| view! { <UseSuggestion mode=mode.clone() service version/> });
    let service = match service {
        Some(service) => Either::Left(view! { <span class="mono">{service}</span> }),
        None => Either::Right(view! { <span class="tag">"not a FedEx service we know"</span> }),
    };
    view! {
        <li class="rule-line" id=id data-testid="suggestion" data-mode=name>
            <span class="rule-key mono">{mode}</span>
            <span class="rule-value">
                <span class="muted">{carrier}</span>
                {service}
                {mapped.then(|| view! { <span class="tag">"has a rule"</span> })}
            </span>
            {usable}
        </li>
    }
}

#[component]
fn UseSuggestion(mode: String, service: String, version: i64) -> impl IntoView {
    view! {
        <form method="post" action={path_of::<SaveService>()}>
            <Version version/>
            <input type="hidden" name="row[mode]" value=mode/>
            <input type="hidden" name="row[service]" value=service/>
            <Submit label="Use it" busy_label="Saving…" glyph=Glyph::Tick testid="use-suggestion"/>
        </form>
    }
    .into_any()
}

/// Modes that are not FedEx's.
#[component]
pub fn OtherCarriers(
    /// The modes.
    modes: Vec<String>,
) -> impl IntoView {
    (!modes.is_empty()).then(|| {
        let tags = modes.into_iter().map(|mode| view! { <span class="tag mono">{mode}</span> }).collect_view();
        view! {
            <section class="card" aria-labelledby="others-title" data-testid="other-carriers">
                <h2 id="others-title">"Left to other carriers"</h2>
                <p class="tags">{tags}</p>
                <p class="muted small">"Add a mode above to take it back to FedEx."</p>
            </section>
        }
    })
}
