//! Business events on the Connections page: the addresses to give to Dynamics 365, which events are
//! hints, and what came last.

use crate::api::events::{ListEvents, MakeEventAddress, RetireEventAddress, load_events};
use crate::components::action_form::{Submit, path_of};
use crate::components::ask::Ask;
use crate::components::copy_button::CopyButton;
use crate::components::element_id::element_id;
use crate::components::icon::Glyph;
use crate::components::order_row::order_href;
use crate::components::problem_notice::{PostProblem, ProblemNotice};
use crate::components::status_badge::StatusBadge;
use crate::components::time_ago::TimeAgo;
use crate::contract::{EventAddress, EventView, Events};
use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// Forms whose refusal stands on top of the card.
const FORMS: [&str; 3] = [MakeEventAddress::PATH, RetireEventAddress::PATH, ListEvents::PATH];

/// The card.
#[component]
pub fn EventsCard() -> impl IntoView {
    let card = Suspend::new(async move {
        match load_events().await {
            Ok(events) => Either::Left(view! { <Sheet events/> }),
            Err(problem) => Either::Right(view! { <ProblemNotice problem/> }),
        }
    });
    view! { <Suspense>{card}</Suspense> }
}

/// The card, once loaded.
#[component]
fn Sheet(events: Events) -> impl IntoView {
    let Events { headline, warnings, fresh, addresses, may_add, may_edit, listed, events, .. } = events;
    let may_add = may_edit && may_add;
    let warnings =
        warnings.into_iter().map(|text| view! { <p class="told" data-tone="warning">{text}</p> }).collect_view();
    view! {
        <section class="card connection" id="events" aria-labelledby="events-title" data-testid="events">
            <h2 id="events-title">"Business events of Dynamics 365"</h2>
            <p class="muted" data-testid="events-headline">{headline}</p>
            <PostProblem of=&FORMS/>
            {warnings}
            <Addresses fresh addresses may_add may_edit/>
            {may_edit.then(|| view! { <ListedForm listed/> })}
            <Came events/>
        </section>
    }
    .into_any()
}

/// The addresses, and making and retiring them.
#[component]
fn Addresses(fresh: Option<String>, addresses: Vec<EventAddress>, may_add: bool, may_edit: bool) -> impl IntoView {
    let fresh = fresh.map(|address| {
        view! {
            <div class="told" data-tone="good" role="status" data-testid="fresh-address">
                <span>
                    "Copy it now; it is shown for some minutes only: " <code class="mono">{address.clone()}</code>
                </span>
                <CopyButton text=address what="address"/>
            </div>
        }
    });
    let rows = addresses.into_iter().map(|address| view! { <Address address may_edit/> }).collect_view();
    view! {
        <h3>"Addresses"</h3>
        <p class="muted small">
            "Give a whole address to an HTTPS endpoint (System administration > Business events > Endpoints) or to an "
            "Event Grid subscription of type webhook. Whoever knows it can say that an order should be looked at, and nothing more."
        </p>
        {fresh}
        <ul class="rule-list">{rows}</ul>
        {may_add
            .then(|| {
                view! {
                    <form method="post" action={path_of::<MakeEventAddress>()}>
                        <Submit
                            label="Make an address"
                            busy_label="Making…"
                            glyph=Glyph::Plus
                            testid="make-event-address"
                        />
                    </form>
                }
            })}
    }
    .into_any()
}

/// One address.
#[component]
fn Address(address: EventAddress, may_edit: bool) -> impl IntoView {
    let EventAddress { token_id, made: (made, by), last_used, retired } = address;
    let may_retire = may_edit && retired.is_none();
    let used = match last_used {
        Some(at) => Either::Left(view! { "last used " <TimeAgo at/> }),
        None => Either::Right("never used"),
    };
    let ended =
        retired.map(|(at, by)| view! { <span class="tag">"retired " <TimeAgo at/> {format!(" by {by}")}</span> });
    let id = element_id(&["event-address", &token_id]);
    let shown = token_id.clone();
    view! {
        <li class="rule-line" id=id data-testid="event-address">
            <span class="rule-value">
                <code class="mono small">{shown}</code>
                <span class="muted small">"made " <TimeAgo at=made/> {format!(" by {by}, ")} {used}</span>
                {ended}
            </span>
            {may_retire.then(|| view! { <RetireAsk token_id/> })}
        </li>
    }
    .into_any()
}

/// Retires an address.
#[component]
fn RetireAsk(token_id: String) -> impl IntoView {
    view! {
        <Ask label="Retire" glyph=Glyph::Cross testid="retire-event-address" quiet=true>
            <p>"What still calls it is answered 404 from now on. Give the other address to Dynamics 365 first."</p>
            <form method="post" action={path_of::<RetireEventAddress>()}>
                <input type="hidden" name="token_id" value=token_id/>
                <Submit
                    label="Retire the address"
                    busy_label="Retiring…"
                    glyph=Glyph::Cross
                    testid="retire-event-address-confirm"
                />
            </form>
        </Ask>
    }
    .into_any()
}

/// Which events are hints.
#[component]
fn ListedForm(listed: String) -> impl IntoView {
    view! {
        <form method="post" action={path_of::<ListEvents>()}>
            <div class="field wide">
                <div class="field-head">
                    <label for="events-listed">"Events that are hints"</label>
                </div>
                <textarea
                    id="events-listed"
                    class="mono"
                    name="listed"
                    rows="4"
                    spellcheck="false"
                    aria-describedby="events-listed-hint"
                >
                    {listed}
                </textarea>
                <p class="hint" id="events-listed-hint">
                    "One a line: the BusinessEventId, and where the payload has the order and the company if not in the usual places: "
                    <code>"ID = Order.Number, Company"</code>
                </p>
            </div>
            <Submit label="Save the list" busy_label="Saving…" glyph=Glyph::Tick testid="list-events"/>
        </form>
    }
    .into_any()
}

/// What came last.
#[component]
fn Came(events: Vec<EventView>) -> impl IntoView {
    let none = events.is_empty();
    let rows = events.into_iter().map(|event| view! { <Event event/> }).collect_view();
    view! {
        <h3>"What came last"</h3>
        {none.then(|| view! { <p class="muted">"Nothing yet."</p> })}
        <ol class="rule-list">{rows}</ol>
    }
    .into_any()
}

/// One event.
#[component]
fn Event(event: EventView) -> impl IntoView {
    let order = event.order.map(|(company, number)| {
        view! {
            <a class="row-link" href=order_href(&company, &number)>
                <span class="mono">{number.clone()}</span>
            </a>
        }
    });
    let code = event.verdict.code.clone();
    let id = element_id(&["event", &event.row_id]);
    view! {
        <li class="rule-line" id=id data-testid="business-event" data-verdict=code>
            <span class="rule-value">
                <StatusBadge status=event.verdict/>
                {order}
                <span class="small">{event.kind}</span>
                <span class="muted small">
                    <TimeAgo at=event.received/>
                    {event.control_number.map(|number| format!(" · control number {number}"))}
                    {event.detail.map(|detail| format!(" · {detail}"))}
                </span>
            </span>
        </li>
    }
}
