//! Delivery modes and their FedEx services: what waits for one, the table, what Dynamics 365's own
//! carrier set-up proposes, and the modes of other carriers.

use super::rules::{Suggested, Version, may_edit, when_saved};
use crate::api::rules::{RemoveService, SaveService};
use crate::components::action_form::{Submit, problem_after};
use crate::components::ask::Ask;
use crate::components::field::{Check, Choice, Field, FieldKind};
use crate::components::icon::{Glyph, Icon};
use crate::components::live::Live;
use crate::components::problem_notice::ProblemNotice;
use crate::contract::{Rules, ServiceRow, Suggestion, UnmappedMode};
use leptos::either::Either;
use leptos::form::ActionForm;
use leptos::html::Form;
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
    /// The page's data.
    live: Live<Rules>,
) -> impl IntoView {
    let modes = Memo::new(move |_| live.value.with(|rules| rules.unmapped.clone()));
    let names = move || modes.with(|modes| modes.iter().map(|mode| mode.mode.clone()).collect::<Vec<_>>());
    let some = Memo::new(move |_| modes.with(|modes| !modes.is_empty()));
    move || {
        some.get().then(|| {
            view! {
                <section class="card waiting" aria-labelledby="unmapped-title" data-testid="unmapped">
                    <h2 id="unmapped-title">"Orders wait for these delivery modes"</h2>
                    <For each=names key=Clone::clone let:name>
                        {
                            let mode = Memo::new(move |last: Option<&UnmappedMode>| {
                                modes
                                    .with(|modes| {
                                        modes.iter().find(|mode| mode.mode == name).cloned()
                                    })
                                    .or_else(|| last.cloned())
                                    .unwrap_or_default()
                            });
                            view! { <UnmappedRow mode live/> }
                        }
                    </For>
                </section>
            }
        })
    }
}

#[component]
fn UnmappedRow(mode: Memo<UnmappedMode>, live: Live<Rules>) -> impl IntoView {
    let name = mode.with_untracked(|mode| mode.mode.clone());
    let row = ServiceRow {
        mode: name.clone(),
        service: mode.with_untracked(|mode| mode.proposal.clone().unwrap_or_default()),
        ..ServiceRow::default()
    };
    let (shown, removed) = (name.clone(), name.clone());
    let waiting = move || match mode.with(|mode| mode.orders) {
        1 => "1 order waits".to_owned(),
        several => format!("{several} orders wait"),
    };
    let proposal = move || {
        mode.with(|mode| mode.proposal.clone()).map(|service| {
            view! {
                <span class="muted small">
                    "Dynamics 365's carrier set-up proposes " <span class="mono">{service}</span>
                </span>
            }
        })
    };
    view! {
        <div class="rule-row" data-testid="unmapped-mode" data-mode=name>
            <p class="rule-head">
                <strong class="mono">{shown}</strong>
                <span class="tag">{waiting}</span>
                {proposal}
            </p>
            {may_edit(live)
                .then(|| {
                    view! {
                        <ServiceForm row fixed=true live label="Use this service" testid="map-mode" primary=true/>
                        <RemoveForm mode=removed live other_carrier=true/>
                    }
                })}
        </div>
    }
    .into_any()
}

/// The table of delivery modes: each row unfolds into its form.
#[component]
pub fn Services(
    /// The page's data.
    live: Live<Rules>,
) -> impl IntoView {
    let rows = Memo::new(move |_| live.value.with(|rules| rules.services.clone()));
    let modes = move || rows.with(|rows| rows.iter().map(|row| row.mode.clone()).collect::<Vec<_>>());
    let none = Memo::new(move |_| rows.with(Vec::is_empty));
    view! {
        <section class="card" aria-labelledby="services-title" data-testid="services">
            <h2 id="services-title">"Delivery modes and their FedEx services"</h2>
            {move || {
                none.get()
                    .then(|| {
                        view! { <p class="muted">"None yet: every order waits until its mode has a service."</p> }
                    })
            }}
            <div class="rule-list">
                <For each=modes key=Clone::clone let:mode>
                    {
                        let row = Memo::new(move |last: Option<&ServiceRow>| {
                            rows.with(|rows| rows.iter().find(|row| row.mode == mode).cloned())
                                .or_else(|| last.cloned())
                                .unwrap_or_default()
                        });
                        view! { <ServiceLine row live/> }
                    }
                </For>
            </div>
            {may_edit(live)
                .then(|| {
                    view! {
                        <Ask label="Add a delivery mode" glyph=Glyph::Plus testid="add-mode">
                            <ServiceForm
                                row=ServiceRow::default()
                                fixed=false
                                live
                                label="Add"
                                testid="save-new-mode"
                            />
                        </Ask>
                    }
                })}
        </section>
    }
    .into_any()
}

#[component]
fn ServiceLine(row: Memo<ServiceRow>, live: Live<Rules>) -> impl IntoView {
    let summary = move || {
        let ServiceRow { mode, service, packaging, signature, saturday, one_rate } = row.get();
        let words = word_of(&SERVICE_WORDS, &service).unwrap_or_default();
        let own = packaging.is_empty() || packaging == "YOUR_PACKAGING";
        let packaging = (!own).then(|| word_of(&PACKAGING_WORDS, &packaging).map_or(packaging.clone(), str::to_owned));
        let signature = (!signature.is_empty()).then(|| format!("signature: {}", signature.to_lowercase()));
        let tags = [packaging, signature, saturday.then(|| "Saturday".into()), one_rate.then(|| "One Rate".into())];
        let tags = tags.into_iter().flatten().map(|tag: String| view! { <span class="tag">{tag}</span> });
        view! {
            <span class="rule-key mono">{mode}</span>
            <span class="rule-value">
                <span class="mono">{service}</span>
                <span class="muted small">{words}</span>
                {tags.collect_view()}
            </span>
        }
    };
    if !may_edit(live) {
        return Either::Left(view! { <p class="rule-line">{summary}</p> });
    }
    let first = row.get_untracked();
    let (mode, removed) = (first.mode.clone(), first.mode.clone());
    Either::Right(view! {
        <details class="rule" data-testid="service-row" data-mode=mode>
            <summary class="rule-line">{summary} <span class="rule-edit">"Edit"</span></summary>
            <div class="ask-panel">
                <ServiceForm row=first fixed=true live label="Save" testid="save-mode"/>
                <RemoveForm mode=removed live other_carrier=false/>
            </div>
        </details>
    })
}

/// One delivery mode.
#[component]
fn ServiceForm(
    /// What it starts with.
    row: ServiceRow,
    /// The mode cannot be changed.
    fixed: bool,
    live: Live<Rules>,
    label: &'static str,
    testid: &'static str,
    #[prop(optional)] primary: bool,
) -> impl IntoView {
    let action = ServerAction::<SaveService>::new();
    let form = NodeRef::<Form>::new();
    when_saved(action, live, form);
    let within = format!("{testid}-{}", element_name(&row.mode));
    let mode = if fixed {
        Either::Left(view! { <input type="hidden" name="row[mode]" value=row.mode/> })
    } else {
        Either::Right(view! {
            <Field
                label="Delivery mode"
                name="row[mode]"
                within=within.clone()
                kind=FieldKind::Code
                required=true
                hint="As in Dynamics 365; mode/carrier service for one of its services"
            />
        })
    };
    view! {
        <ActionForm action=action node_ref=form>
            <Version live/>
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
            <Submit
                label
                busy_label="Saving…"
                glyph=Glyph::Tick
                pending=action.pending()
                problem=problem_after(action)
                testid
                primary
            />
        </ActionForm>
    }
    .into_any()
}

/// A mode as part of an element's id.
fn element_name(mode: &str) -> String {
    mode.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

/// Takes a mode away, or leaves it to another carrier.
#[component]
fn RemoveForm(mode: String, live: Live<Rules>, other_carrier: bool) -> impl IntoView {
    let action = ServerAction::<RemoveService>::new();
    when_saved(action, live, NodeRef::new());
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
            <ActionForm action=action>
                <Version live/>
                <input type="hidden" name="mode" value=mode/>
                <input type="hidden" name="other_carrier" value=other_carrier.to_string()/>
                <Submit
                    label=confirm
                    busy_label="Saving…"
                    glyph=Glyph::Tick
                    pending=action.pending()
                    problem=problem_after(action)
                    testid=sure
                />
            </ActionForm>
        </Ask>
    }
    .into_any()
}

/// What Dynamics 365's own carrier set-up names, on request.
#[component]
pub fn Suggestions(
    /// The page's data.
    live: Live<Rules>,
    /// The answer, once asked.
    suggested: Suggested,
) -> impl IntoView {
    view! {
        <section class="card" id="suggestions" aria-labelledby="suggestions-title" data-testid="suggestions">
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
            <Suspense fallback=|| view! { <p class="loading">"Asking Dynamics 365…"</p> }>
                {move || Suspend::new(async move {
                    suggested
                        .await
                        .map(|answer| match answer {
                            Ok(rows) => Either::Left(view! { <SuggestionList rows live/> }),
                            Err(problem) => Either::Right(view! { <ProblemNotice problem/> }),
                        })
                })}
            </Suspense>
        </section>
    }
    .into_any()
}

#[component]
fn SuggestionList(rows: Vec<Suggestion>, live: Live<Rules>) -> impl IntoView {
    if rows.is_empty() {
        return Either::Left(view! { <p>"Its carrier set-up names no delivery mode."</p> });
    }
    let lines = rows
        .into_iter()
        .map(|row| {
            let may = may_edit(live) && !row.mapped;
            let Suggestion { mode, carrier, service, mapped } = row;
            let (shown, used) = (mode.clone(), mode.clone());
            let usable = service.clone().filter(|_| may);
            view! {
                <li class="rule-line" data-testid="suggestion" data-mode=mode>
                    <span class="rule-key mono">{shown}</span>
                    <span class="rule-value">
                        <span class="muted">{carrier}</span>
                        {match service {
                            Some(service) => Either::Left(view! { <span class="mono">{service}</span> }),
                            None => Either::Right(view! { <span class="tag">"not a FedEx service we know"</span> }),
                        }}
                        {mapped.then(|| view! { <span class="tag">"has a rule"</span> })}
                    </span>
                    {usable.map(|service| view! { <UseSuggestion mode=used service live/> })}
                </li>
            }
        })
        .collect_view();
    Either::Right(view! { <ul class="rule-list">{lines}</ul> })
}

#[component]
fn UseSuggestion(mode: String, service: String, live: Live<Rules>) -> impl IntoView {
    let action = ServerAction::<SaveService>::new();
    when_saved(action, live, NodeRef::new());
    view! {
        <ActionForm action=action>
            <Version live/>
            <input type="hidden" name="row[mode]" value=mode/>
            <input type="hidden" name="row[service]" value=service/>
            <Submit
                label="Use it"
                busy_label="Saving…"
                glyph=Glyph::Tick
                pending=action.pending()
                problem=problem_after(action)
                testid="use-suggestion"
            />
        </ActionForm>
    }
    .into_any()
}

/// Modes that are not FedEx's.
#[component]
pub fn OtherCarriers(
    /// The page's data.
    live: Live<Rules>,
) -> impl IntoView {
    let modes = Memo::new(move |_| live.value.with(|rules| rules.other_carriers.clone()));
    move || {
        let modes = modes.get();
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
}
