//! Business events on the Connections page: the addresses to give to Dynamics 365, which events are
//! hints, and what came last.

use crate::api::events::{ListEvents, MakeEventAddress, RetireEventAddress, load_events};
use crate::components::action_form::{Submit, problem_after};
use crate::components::ask::Ask;
use crate::components::copy_button::CopyButton;
use crate::components::icon::Glyph;
use crate::components::live::{Live, live};
use crate::components::order_row::order_href;
use crate::components::problem_notice::{PostProblem, ProblemNotice};
use crate::components::status_badge::StatusBadge;
use crate::components::time_ago::TimeAgo;
use crate::components::toast::use_toast;
use crate::contract::{EventAddress, EventView, Events, Problem};
use leptos::either::Either;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use std::time::Duration;

const REFRESH: Duration = Duration::from_secs(5);

/// Forms whose refusal without JavaScript stands on top of the card.
const FORMS: [&str; 3] = [MakeEventAddress::PATH, RetireEventAddress::PATH, ListEvents::PATH];

/// The card.
#[component]
pub fn EventsCard() -> impl IntoView {
    let events = Resource::new(|| (), |()| load_events());
    view! {
        <Suspense fallback=|| view! { <p class="loading">"Loading…"</p> }>
            {move || Suspend::new(async move {
                match events.await {
                    Ok(first) => Either::Left(view! { <Sheet first/> }),
                    Err(problem) => Either::Right(view! { <ProblemNotice problem/> }),
                }
            })}
        </Suspense>
    }
}

/// The card, once loaded.
#[component]
fn Sheet(first: Events) -> impl IntoView {
    let may_edit = first.may_edit;
    let listed = first.listed.clone();
    let live = live(first, REFRESH, load_events);
    let value = live.value;
    let warnings = Memo::new(move |_| value.with(|events| events.warnings.clone()));
    view! {
        <section class="card connection" id="events" aria-labelledby="events-title" data-testid="events">
            <h2 id="events-title">"Business events of Dynamics 365"</h2>
            <p class="muted" data-testid="events-headline">{move || value.with(|events| events.headline.clone())}</p>
            <PostProblem of=&FORMS/>
            {move || {
                warnings
                    .get()
                    .into_iter()
                    .map(|text| view! { <p class="told" data-tone="warning">{text}</p> })
                    .collect_view()
            }}
            <Addresses live may_edit/>
            {may_edit.then(|| view! { <ListedForm listed live/> })}
            <Came live/>
        </section>
    }
    .into_any()
}

/// The addresses, and making and retiring them.
#[component]
fn Addresses(live: Live<Events>, may_edit: bool) -> impl IntoView {
    let value = live.value;
    let fresh = Memo::new(move |_| value.with(|events| events.fresh.clone()));
    let may_add = Memo::new(move |_| may_edit && value.with(|events| events.may_add));
    let addresses = Memo::new(move |_| value.with(|events| events.addresses.clone()));
    let make = ServerAction::<MakeEventAddress>::new();
    when_done(make, live, "The address is made; copy it now.");
    view! {
        <h3>"Addresses"</h3>
        <p class="muted small">
            "Give a whole address to an HTTPS endpoint (System administration > Business events > Endpoints) or to an "
            "Event Grid subscription of type webhook. Whoever knows it can say that an order should be looked at, and nothing more."
        </p>
        {move || {
            fresh
                .get()
                .map(|address| {
                    view! {
                        <div class="told" data-tone="good" role="status" data-testid="fresh-address">
                            <span>
                                "Copy it now; it is shown for some minutes only: " <code class="mono">{address.clone()}</code>
                            </span>
                            <CopyButton text=address what="address"/>
                        </div>
                    }
                })
        }}
        <ul class="rule-list">
            {move || {
                addresses.get().into_iter().map(|address| view! { <Address address may_edit live/> }).collect_view()
            }}
        </ul>
        {move || {
            may_add
                .get()
                .then(|| {
                    view! {
                        <ActionForm action=make>
                            <Submit
                                label="Make an address"
                                busy_label="Making…"
                                glyph=Glyph::Plus
                                pending=make.pending()
                                problem=problem_after(make)
                                testid="make-event-address"
                            />
                        </ActionForm>
                    }
                })
        }}
    }
    .into_any()
}

/// One address.
#[component]
fn Address(address: EventAddress, may_edit: bool, live: Live<Events>) -> impl IntoView {
    let retire = ServerAction::<RetireEventAddress>::new();
    when_done(retire, live, "Retired.");
    let EventAddress { token_id, made: (made, by), last_used, retired } = address;
    let live_now = retired.is_none();
    let used = match last_used {
        Some(at) => Either::Left(view! { "last used " <TimeAgo at/> }),
        None => Either::Right("never used"),
    };
    let ended =
        retired.map(|(at, by)| view! { <span class="tag">"retired " <TimeAgo at/> {format!(" by {by}")}</span> });
    let id = token_id.clone();
    view! {
        <li class="rule-line" data-testid="event-address">
            <span class="rule-value">
                <code class="mono small">{token_id}</code>
                <span class="muted small">"made " <TimeAgo at=made/> {format!(" by {by}, ")} {used}</span>
                {ended}
            </span>
            {(may_edit && live_now)
                .then(|| {
                    view! {
                        <Ask label="Retire" glyph=Glyph::Cross testid="retire-event-address" quiet=true>
                            <p>"What still calls it is answered 404 from now on. Give the other address to Dynamics 365 first."</p>
                            <ActionForm action=retire>
                                <input type="hidden" name="token_id" value=id/>
                                <Submit
                                    label="Retire the address"
                                    busy_label="Retiring…"
                                    glyph=Glyph::Cross
                                    pending=retire.pending()
                                    problem=problem_after(retire)
                                    testid="retire-event-address-confirm"
                                />
                            </ActionForm>
                        </Ask>
                    }
                })}
        </li>
    }
    .into_any()
}

/// Which events are hints.
#[component]
fn ListedForm(listed: String, live: Live<Events>) -> impl IntoView {
    let action = ServerAction::<ListEvents>::new();
    when_done(action, live, "Saved.");
    view! {
        <ActionForm action=action>
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
            <Submit
                label="Save the list"
                busy_label="Saving…"
                glyph=Glyph::Tick
                pending=action.pending()
                problem=problem_after(action)
                testid="list-events"
            />
        </ActionForm>
    }
    .into_any()
}

/// What came last.
#[component]
fn Came(live: Live<Events>) -> impl IntoView {
    let came = Memo::new(move |_| live.value.with(|events| events.events.clone()));
    view! {
        <h3>"What came last"</h3>
        {move || came.with(Vec::is_empty).then(|| view! { <p class="muted">"Nothing yet."</p> })}
        <ol class="rule-list">
            {move || came.get().into_iter().map(|event| view! { <Event event/> }).collect_view()}
        </ol>
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
    view! {
        <li class="rule-line" data-testid="business-event" data-verdict=code>
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

/// After an action: say so, and fetch the new state.
fn when_done<S>(action: ServerAction<S>, live: Live<Events>, text: &'static str)
where
    S: ServerFn<Output = (), Error = Problem> + Clone + Send + Sync + 'static,
{
    let toast = use_toast();
    let value = action.value();
    Effect::new(move |_| {
        if let Some(Ok(())) = value.get() {
            toast.show(text);
            live.refresh();
        }
    });
}
