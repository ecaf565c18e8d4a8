//! Both connections: credentials in (never out), a ping that proves, and everything as JSON.

use super::connection_events::EventsCard;
use super::connection_forms::{D365Fields, FedexFields};
use crate::api::connections::{Ping, SaveD365, SaveDocument, SaveFedex, load_connections};
use crate::components::action_form::{Submit, problem_of};
use crate::components::clock::provide_page_clock;
use crate::components::connection_chip::ChipCountdowns;
use crate::components::icon::{Glyph, Icon};
use crate::components::live::{Live, live};
use crate::components::page_header::PageHeader;
use crate::components::ping_ladder::PingLadder;
use crate::components::problem_notice::{ProblemNotice, ProblemSlot};
use crate::components::status_badge::{tone_glyph, tone_name};
use crate::components::time_ago::TimeAgo;
use crate::components::toast::use_toast;
use crate::contract::{ConnectionChip, Connections, Ladder, Moment, Problem};
use leptos::either::Either;
use leptos::form::ActionForm;
use leptos::html::Div;
use leptos::prelude::*;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(5);

/// The connections page.
#[component]
pub fn ConnectionsPage() -> impl IntoView {
    let connections = Resource::new(|| (), |()| load_connections());
    view! {
        <div class="page">
            <PageHeader title="Connections"/>
            <Suspense fallback=|| view! { <p class="loading">"Loading…"</p> }>
                {move || Suspend::new(async move {
                    match connections.await {
                        Ok(first) => Either::Left(view! { <BothConnections first/> }),
                        Err(problem) => Either::Right(view! { <ProblemNotice problem/> }),
                    }
                })}
            </Suspense>
        </div>
    }
}

/// The two cards, once loaded.
#[component]
fn BothConnections(first: Connections) -> impl IntoView {
    let d365_form = first.d365.form.clone();
    let fedex_form = first.fedex.form.clone();
    let live = live(first, REFRESH, load_connections);
    let both = live.value;
    provide_page_clock(Signal::derive(move || both.with(|both| both.now.clone())));
    let ping = ServerAction::<Ping>::new();
    let save_d365 = ServerAction::<SaveD365>::new();
    let save_fedex = ServerAction::<SaveFedex>::new();
    let pinged = last_pinged(ping);
    // Without JavaScript nobody knows which ping a problem in the address belongs to.
    let ping_problem = problem_of(ping.value(), ping.pending());
    let unplaced = Signal::derive(move || ping_problem.get().filter(|_| pinged.get().is_none()));
    let d365_saved = Memo::new(move |_| both.with(|both| both.d365.saved.is_some()));
    let fedex_saved = Memo::new(move |_| both.with(|both| both.fedex.saved.is_some()));
    view! {
        <ProblemSlot problem=unplaced/>
        <div class="connections">
            <ConnectionCard
                side=Side { system: "d365", name: "Dynamics 365 Finance & Operations" }
                chip=Memo::new(move |_| both.with(|both| both.d365.chip.clone()))
                saved=Memo::new(move |_| both.with(|both| both.d365.saved.clone()))
                ladder=Memo::new(move |_| both.with(|both| both.d365.ladder.clone()))
                document=Memo::new(move |_| both.with(|both| both.d365.document.clone()))
                ping
                live
                saved_ladder=save_d365.value().into()
            >
                {move || {
                    let expiry = both.with(|both| both.d365.expiry.clone());
                    expiry
                        .map(|text| {
                            view! { <p class="told" data-tone="warning" data-testid="d365-expiry">{text}</p> }
                        })
                }}
                <p class="muted small">
                    "Which fields of the order are written, and whether that works, stands on the "
                    <a href="/write-back">"Write-back"</a>
                    " page."
                </p>
                <ActionForm action=save_d365>
                    <D365Fields form=d365_form saved=d365_saved.into()/>
                    <SaveAndPing
                        system="d365"
                        pending=save_d365.pending().into()
                        problem=problem_of(save_d365.value(), save_d365.pending())
                        ping
                    />
                </ActionForm>
            </ConnectionCard>
            <ConnectionCard
                side=Side { system: "fedex", name: "FedEx" }
                chip=Memo::new(move |_| both.with(|both| both.fedex.chip.clone()))
                saved=Memo::new(move |_| both.with(|both| both.fedex.saved.clone()))
                ladder=Memo::new(move |_| both.with(|both| both.fedex.ladder.clone()))
                document=Memo::new(move |_| both.with(|both| both.fedex.document.clone()))
                ping
                live
                saved_ladder=save_fedex.value().into()
            >
                <ActionForm action=save_fedex>
                    <FedexFields form=fedex_form saved=fedex_saved.into()/>
                    <SaveAndPing
                        system="fedex"
                        pending=save_fedex.pending().into()
                        problem=problem_of(save_fedex.value(), save_fedex.pending())
                        ping
                    />
                </ActionForm>
            </ConnectionCard>
            <EventsCard/>
        </div>
    }
}

/// Which card.
#[derive(Clone, Copy)]
struct Side {
    system: &'static str,
    name: &'static str,
}

/// The value of an action that answers with a ladder.
type LadderAnswer = Signal<Option<Result<Ladder, Problem>>>;

/// One connection: health, form, ping, ladder, JSON.
#[component]
fn ConnectionCard(
    side: Side,
    chip: Memo<ConnectionChip>,
    saved: Memo<Option<(Moment, String)>>,
    ladder: Memo<Option<Ladder>>,
    document: Memo<String>,
    ping: ServerAction<Ping>,
    live: Live<Connections>,
    saved_ladder: LadderAnswer,
    children: Children,
) -> impl IntoView {
    let frame = NodeRef::<Div>::new();
    let save_document = ServerAction::<SaveDocument>::new();
    let title = format!("{}-title", side.system);
    for answer in [saved_ladder, save_document.value().into()] {
        when_saved(answer, side, live, frame);
    }
    Effect::new(move |_| {
        if ping.value().with(Option::is_some) {
            live.refresh();
        }
    });
    view! {
        <section class="card connection" id=side.system aria-labelledby=title.clone()>
            <header class="connection-head">
                <h2 id=title.clone()>{side.name}</h2>
                {move || view! { <Health chip=chip.get()/> }}
            </header>
            <p class="muted small saved-line">
                {move || match saved.get() {
                    Some((at, by)) => {
                        Either::Left(view! { "Saved " <TimeAgo at/> {format!(" by {by}")} })
                    }
                    None => Either::Right("Not set up yet"),
                }}
            </p>
            <div node_ref=frame>{children()}</div>
            <PingForm side ping/>
            {move || ladder.get().map(|ladder| view! { <PingLadder ladder/> })}
            <DocumentForm side document action=save_document/>
        </section>
    }
}

/// After a save: say how the ping went, fetch the new state, and empty the secret field.
fn when_saved(answer: LadderAnswer, side: Side, live: Live<Connections>, frame: NodeRef<Div>) {
    let toast = use_toast();
    Effect::new(move |_| {
        if let Some(Ok(ladder)) = answer.get() {
            toast.show(if ladder.passed {
                format!("{} saved; all checks passed.", side.name)
            } else {
                format!("{} saved; a check failed.", side.name)
            });
            live.refresh();
            clear_secret(frame);
        }
    });
}

/// A saved secret does not stay in the page.
#[cfg(feature = "hydrate")]
fn clear_secret(frame: NodeRef<Div>) {
    use leptos::wasm_bindgen::JsCast;
    let Some(frame) = frame.get_untracked() else { return };
    // One secret a card; a private key is many lines.
    let key = frame.query_selector("textarea[data-secret]").ok().flatten();
    if let Some(key) = key.and_then(|node| node.dyn_into::<leptos::web_sys::HtmlTextAreaElement>().ok()) {
        key.set_value("");
    }
    let secret = frame.query_selector("input[type=password]").ok().flatten();
    if let Some(secret) = secret.and_then(|node| node.dyn_into::<leptos::web_sys::HtmlInputElement>().ok()) {
        secret.set_value("");
    }
}

#[cfg(not(feature = "hydrate"))]
fn clear_secret(_frame: NodeRef<Div>) {}

/// The chip of a card: not a link, it is already there.
#[component]
fn Health(chip: ConnectionChip) -> impl IntoView {
    view! {
        <span class="chip" data-tone=tone_name(chip.tone) data-testid=format!("health-{}", chip.system)>
            <Icon glyph=tone_glyph(chip.tone)/>
            <span class="chip-text">{chip.text.clone()}</span>
            <ChipCountdowns chip=chip.clone()/>
        </span>
    }
}

/// The buttons under a form. *Ping* belongs to the card's other form, [`PingForm`].
#[component]
fn SaveAndPing(
    system: &'static str,
    pending: Signal<bool>,
    problem: Signal<Option<Problem>>,
    ping: ServerAction<Ping>,
) -> impl IntoView {
    let pinging = is_pinging(ping, system);
    let waiting = move || pending.get() || pinging.get();
    view! {
        <Submit
            label="Save and ping"
            busy_label="Saving and pinging…"
            glyph=Glyph::Key
            pending
            problem
            testid=if system == "d365" { "save-d365" } else { "save-fedex" }
            primary=true
        >
            <button
                type="submit"
                form=format!("ping-{system}")
                class="button"
                data-testid=format!("ping-{system}")
                title="Checks what is saved; changes nothing"
                aria-disabled=move || pinging.get().then_some("true")
                data-pending=move || pinging.get().then_some("true")
            >
                <Icon glyph=Glyph::Ping/>
                {move || if pinging.get() { "Pinging…" } else { "Ping" }}
            </button>
            {move || waiting().then(|| view! { <ColdStart/> })}
        </Submit>
    }
}

/// Whether the ping under way is this system's.
fn is_pinging(ping: ServerAction<Ping>, system: &'static str) -> Signal<bool> {
    Signal::derive(move || {
        ping.pending().get() && ping.input().with(|input| input.as_ref().is_some_and(|input| input.system == system))
    })
}

/// Appears late, by a CSS delay.
#[component]
fn ColdStart() -> impl IntoView {
    view! {
        <span class="cold-start muted small">
            "Still asking. An environment that slept can take a minute for its first answer."
        </span>
    }
}

/// The system pinged last. The action forgets its input once the answer is there.
fn last_pinged(ping: ServerAction<Ping>) -> RwSignal<Option<String>> {
    let pinged = RwSignal::new(None);
    Effect::new(move |_| {
        if let Some(input) = ping.input().get() {
            pinged.set(Some(input.system));
        }
    });
    pinged
}

/// Pings what is saved. Its button stands beside *Save and ping*.
#[component]
fn PingForm(side: Side, ping: ServerAction<Ping>) -> impl IntoView {
    let failed = problem_of(ping.value(), ping.pending());
    let pinged = last_pinged(ping);
    let mine = move || pinged.with(|system| system.as_deref() == Some(side.system));
    let problem = Signal::derive(move || failed.get().filter(|_| mine()));
    view! {
        <ActionForm action=ping attr:id=format!("ping-{}", side.system)>
            <input type="hidden" name="system" value=side.system/>
        </ActionForm>
        <ProblemSlot problem/>
    }
}

/// Everything saved, as JSON, for what the form does not show.
#[component]
fn DocumentForm(side: Side, document: Memo<String>, action: ServerAction<SaveDocument>) -> impl IntoView {
    let id = format!("{}-document", side.system);
    let hint_id = format!("{id}-hint");
    view! {
        <details class="document">
            <summary>"Everything as JSON"</summary>
            <ActionForm action=action>
                <input type="hidden" name="system" value=side.system/>
                <div class="field">
                    <div class="field-head">
                        <label for=id.clone()>"Document"</label>
                    </div>
                    <textarea
                        id=id
                        class="mono"
                        name="document"
                        rows="16"
                        spellcheck="false"
                        aria-describedby=hint_id.clone()
                        prop:value=move || document.get()
                    >
                        {document.get_untracked()}
                    </textarea>
                    <p class="hint" id=hint_id>
                        "Secrets are left out here; what you leave out is kept."
                    </p>
                </div>
                <Submit
                    label="Save JSON and ping"
                    busy_label="Saving and pinging…"
                    glyph=Glyph::Braces
                    pending=action.pending()
                    problem=problem_of(action.value(), action.pending())
                    testid=if side.system == "d365" { "save-document-d365" } else { "save-document-fedex" }
                />
            </ActionForm>
        </details>
    }
}
