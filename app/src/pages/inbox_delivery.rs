//! One push of FedEx: what is known of it, its body without images, and reading it again.

use crate::api::inbox::{ReplayDelivery, load_delivery};
use crate::components::action_form::{Submit, problem_after};
use crate::components::clock::provide_page_clock;
use crate::components::icon::Glyph;
use crate::components::json_view::JsonView;
use crate::components::live::{LiveSwitch, live};
use crate::components::order_row::order_href;
use crate::components::page_header::PageHeader;
use crate::components::problem_notice::{PostProblem, ProblemNotice};
use crate::components::status_badge::StatusBadge;
use crate::components::toast::use_toast;
use crate::contract::Delivery;
use leptos::either::Either;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_params_map;
use std::time::Duration;

/// What becomes of it is on the screen within two seconds.
const REFRESH: Duration = Duration::from_millis(1_500);
/// Its form, whose refusal without JavaScript is told on top.
const FORMS: [&str; 1] = [ReplayDelivery::PATH];

/// The page of one delivery.
#[component]
pub fn DeliveryPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("delivery").unwrap_or_default()));
    let delivery = Resource::new(move || id.get(), load_delivery);
    view! {
        <div class="page">
            <Suspense fallback=|| view! { <p class="loading">"Loading…"</p> }>
                {move || Suspend::new(async move {
                    match delivery.await {
                        Ok(first) => Either::Left(view! { <DeliverySheet first/> }),
                        Err(problem) => {
                            Either::Right(
                                view! {
                                    <PageHeader title="Push" above=breadcrumb/>
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

fn breadcrumb() -> impl IntoView {
    view! { <a href="/inbox">"Inbox"</a> }
}

/// One delivery with its body.
#[component]
fn DeliverySheet(first: Delivery) -> impl IntoView {
    let id = first.row.delivery_id.clone();
    let body = first.body.clone();
    let asked = id.clone();
    let live = live(first, REFRESH, move || load_delivery(asked.clone()));
    let delivery = live.value;
    provide_page_clock(Signal::derive(move || delivery.with(|delivery| delivery.now.clone())));
    let action = ServerAction::<ReplayDelivery>::new();
    let toast = use_toast();
    Effect::new(move |_| {
        if let Some(Ok(())) = action.value().get() {
            toast.show("It is read again.");
            live.refresh();
        }
    });
    let may_replay = Memo::new(move |_| delivery.with(|delivery| delivery.may_replay));
    let verdict = Memo::new(move |_| delivery.with(|delivery| delivery.row.verdict.clone()));
    view! {
        <PageHeader title="Push from FedEx" above=breadcrumb>
            {move || view! { <StatusBadge status=verdict.get()/> }}
            <LiveSwitch paused=live.paused problem=live.problem/>
        </PageHeader>
        <p class="headline" data-testid="headline">
            {move || delivery.with(|delivery| delivery.row.reason.clone())}
        </p>
        <PostProblem of=&FORMS/>
        <section class="card" aria-labelledby="facts-title">
            <h2 id="facts-title">"What is known of it"</h2>
            {move || view! { <Facts delivery=delivery.get()/> }}
        </section>
        <JsonView label="Body" body open=true/>
        {move || {
            let id = id.clone();
            may_replay
                .get()
                .then(|| {
                    view! {
                        <ActionForm action=action>
                            <input type="hidden" name="delivery_id" value=id/>
                            <Submit
                                label="Read it again"
                                busy_label="Asking…"
                                glyph=Glyph::Replay
                                pending=action.pending()
                                problem=problem_after(action)
                                testid="replay-delivery"
                            >
                                <span class="muted small">"Nothing is taken in twice: known scans stay as they are."</span>
                            </Submit>
                        </ActionForm>
                    }
                })
        }}
    }
    .into_any()
}

/// Everything kept beside the body.
#[component]
fn Facts(delivery: Delivery) -> impl IntoView {
    let Delivery { row, last, read, signer, replays, headers, orders, .. } = delivery;
    let orders = orders
        .into_iter()
        .map(|(company, number)| {
            view! {
                <a class="mono" href=order_href(&company, &number)>
                    {number.clone()}
                </a>
                " "
            }
        })
        .collect_view();
    let headers = headers
        .into_iter()
        .map(|(name, value)| {
            view! {
                <dt>
                    <code>{name}</code>
                </dt>
                <dd class="mono">{value}</dd>
            }
        })
        .collect_view();
    view! {
        <dl class="facts">
            <dt>"Received"</dt>
            <dd>{row.received.text}</dd>
            {(row.repeats > 0)
                .then(|| {
                    view! {
                        <dt>"Came again"</dt>
                        <dd>{format!("{}×, last at {}", row.repeats, last.text)}</dd>
                    }
                })}
            {read
                .map(|read| {
                    view! {
                        <dt>"Read"</dt>
                        <dd>{read.text}</dd>
                    }
                })}
            {(replays > 0)
                .then(|| {
                    view! {
                        <dt>"Replayed"</dt>
                        <dd>{format!("{replays}×")}</dd>
                    }
                })}
            <dt>"Signed by"</dt>
            <dd>{signer}</dd>
            <dt>"Says"</dt>
            <dd>{row.event}</dd>
            <dt>"Parcels"</dt>
            <dd class="mono">{row.parcels.join(", ")}</dd>
            <dt>"Orders"</dt>
            <dd>{orders}</dd>
            <dt>"Size"</dt>
            <dd>{format!("{} bytes", row.size)}</dd>
            {headers}
        </dl>
    }
}
