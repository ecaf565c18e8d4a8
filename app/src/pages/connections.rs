//! Both connections: credentials in (never out), a ping that proves, and everything as JSON.

use super::connection_events::EventsCard;
use super::connection_forms::{D365Fields, FedexFields};
use super::connection_history::{LadderHistory, RefusedSecret};
use crate::api::connections::{Ping, SaveAnyway, SaveD365, SaveDocument, SaveFedex, load_connections};
use crate::components::action_form::{Submit, path_of, refusal_of};
use crate::components::clock::provide_page_clock;
use crate::components::connection_chip::ChipCountdowns;
use crate::components::icon::{Glyph, Icon};
use crate::components::loaded::loaded;
use crate::components::page_header::PageHeader;
use crate::components::ping_ladder::PingLadder;
use crate::components::problem_notice::PostProblem;
use crate::components::status_badge::{tone_glyph, tone_name};
use crate::components::time_ago::TimeAgo;
use crate::contract::{ConnectionChip, Connections, Ladder, LadderRow, Moment, Problem, RefusedSave};
use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// Forms that stand in both cards: why one was refused stands on top.
const IN_BOTH: [&str; 3] = [Ping::PATH, SaveDocument::PATH, SaveAnyway::PATH];

/// The connections page.
#[component]
pub fn ConnectionsPage() -> impl IntoView {
    let page = loaded("Connections", load_connections(), |both| view! { <BothConnections both/> });
    view! { <div class="page">{page}</div> }
}

/// The cards, once loaded.
#[component]
fn BothConnections(both: Connections) -> impl IntoView {
    provide_page_clock(&both.now);
    let Connections { d365, fedex, .. } = both;
    let (d365_saved, fedex_saved) = (d365.saved.is_some(), fedex.saved.is_some());
    view! {
        <PageHeader title="Connections"/>
        <PostProblem of=&IN_BOTH/>
        <div class="connections">
            <ConnectionCard
                side=Side { system: "d365", name: "Dynamics 365 Finance & Operations" }
                chip=d365.chip
                saved=d365.saved
                ladder=d365.ladder
                history=d365.history
                refused=d365.refused
                document=d365.document
            >
                {d365
                    .expiry
                    .map(|text| {
                        view! { <p class="told" data-tone="warning" data-testid="d365-expiry">{text}</p> }
                    })}
                <p class="muted small">
                    "Which fields of the order are written, and whether that works, stands on the "
                    <a href="/write-back">"Write-back"</a>
                    " page."
                </p>
                <form method="post" action={path_of::<SaveD365>()}>
                    <D365Fields form=d365.form saved=d365_saved/>
                    <SaveAndPing system="d365" problem={refusal_of::<SaveD365>()}/>
                </form>
            </ConnectionCard>
            <ConnectionCard
                side=Side { system: "fedex", name: "FedEx" }
                chip=fedex.chip
                saved=fedex.saved
                ladder=fedex.ladder
                history=fedex.history
                refused=fedex.refused
                document=fedex.document
            >
                <form method="post" action={path_of::<SaveFedex>()}>
                    <FedexFields form=fedex.form saved=fedex_saved/>
                    <SaveAndPing system="fedex" problem={refusal_of::<SaveFedex>()}/>
                </form>
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

/// One connection: health, form, ping, ladder, JSON.
#[component]
fn ConnectionCard(
    side: Side,
    chip: ConnectionChip,
    saved: Option<(Moment, String)>,
    ladder: Option<Ladder>,
    history: Vec<LadderRow>,
    refused: Option<RefusedSave>,
    document: String,
    children: Children,
) -> impl IntoView {
    let title = format!("{}-title", side.system);
    let saved = match saved {
        Some((at, by)) => Either::Left(view! { "Saved " <TimeAgo at/> {format!(" by {by}")} }),
        None => Either::Right("Not set up yet"),
    };
    view! {
        <section class="card connection" id=side.system aria-labelledby=title>
            <header class="connection-head">
                <h2 id=title.clone()>{side.name}</h2>
                <Health chip/>
            </header>
            <p class="muted small saved-line">{saved}</p>
            <div>{children()}</div>
            // Pings what is saved. Its button stands beside *Save and ping*.
            <form method="post" action={path_of::<Ping>()} id=format!("ping-{}", side.system)>
                <input type="hidden" name="system" value=side.system/>
            </form>
            {refused.map(|refused| view! { <RefusedSecret system=side.system refused/> })}
            {ladder.map(|ladder| view! { <PingLadder ladder/> })}
            <LadderHistory system=side.system history/>
            <DocumentForm side document/>
        </section>
    }
}

/// The chip of a card: not a link, it is already there.
#[component]
fn Health(chip: ConnectionChip) -> impl IntoView {
    let (text, tone, testid) = (chip.text.clone(), chip.tone, format!("health-{}", chip.system));
    view! {
        <span class="chip" data-tone=tone_name(tone) data-testid=testid>
            <Icon glyph=tone_glyph(tone)/>
            <span class="chip-text">{text}</span>
            <ChipCountdowns chip/>
        </span>
    }
}

/// The buttons under a form. *Ping* belongs to the card's other form.
#[component]
fn SaveAndPing(system: &'static str, problem: Option<Problem>) -> impl IntoView {
    let ping = format!("ping-{system}");
    view! {
        <Submit
            label="Save and ping"
            busy_label="Saving and pinging…"
            glyph=Glyph::Key
            problem
            testid=if system == "d365" { "save-d365" } else { "save-fedex" }
            primary=true
        >
            <button
                type="submit"
                form=ping.clone()
                class="button"
                data-testid=ping
                title="Checks what is saved; changes nothing"
            >
                <Icon glyph=Glyph::Ping/>
                <span class="idle-label">"Ping"</span>
                <span class="busy-label">"Pinging…"</span>
            </button>
            // The style sheet shows it while one of the card's forms is under way, and late.
            <span class="cold-start muted small">
                "Still asking. An environment that slept can take a minute for its first answer."
            </span>
        </Submit>
    }
}

/// Everything saved, as JSON, for what the form does not show.
#[component]
fn DocumentForm(side: Side, document: String) -> impl IntoView {
    let id = format!("{}-document", side.system);
    let hint_id = format!("{id}-hint");
    view! {
        <details class="document">
            <summary>"Everything as JSON"</summary>
            <form method="post" action={path_of::<SaveDocument>()}>
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
                    >
                        {document}
                    </textarea>
                    <p class="hint" id=hint_id>
                        "Secrets are left out here; what you leave out is kept."
                    </p>
                </div>
                <Submit
                    label="Save JSON and ping"
                    busy_label="Saving and pinging…"
                    glyph=Glyph::Braces
                    testid=if side.system == "d365" { "save-document-d365" } else { "save-document-fedex" }
                />
            </form>
        </details>
    }
}
