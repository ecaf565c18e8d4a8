//! One push of FedEx: what is known of it, its body without images, and reading it again.

use crate::api::inbox::{ReplayDelivery, load_delivery};
use crate::components::action_form::{Submit, path_of};
use crate::components::clock::provide_page_clock;
use crate::components::icon::Glyph;
use crate::components::json_view::JsonView;
use crate::components::live::LiveSwitch;
use crate::components::order_row::order_href;
use crate::components::page_header::PageHeader;
use crate::components::problem_notice::{PostProblem, ProblemNotice};
use crate::components::status_badge::StatusBadge;
use crate::contract::{Delivery, DeliveryRow};
use leptos::either::Either;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_params_map;

/// Its form, whose refusal is told on top.
const FORMS: [&str; 1] = [ReplayDelivery::PATH];

/// The page of one delivery.
#[component]
pub fn DeliveryPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("delivery")).unwrap_or_default();
    let page = Suspend::new(async move {
        match load_delivery(id).await {
            Ok(delivery) => Either::Left(view! { <DeliverySheet delivery/> }),
            Err(problem) => Either::Right(view! {
                <PageHeader title="Push" above=breadcrumb/>
                <ProblemNotice problem/>
            }),
        }
    });
    view! {
        <div class="page">
            <Suspense>{page}</Suspense>
        </div>
    }
}

fn breadcrumb() -> impl IntoView {
    view! { <a href="/inbox">"Inbox"</a> }
}

/// One delivery with its body.
#[component]
fn DeliverySheet(delivery: Delivery) -> impl IntoView {
    provide_page_clock(&delivery.now);
    let DeliveryRow { delivery_id, verdict, reason, .. } = delivery.row.clone();
    let (body, may_replay) = (delivery.body.clone(), delivery.may_replay);
    view! {
        <PageHeader title="Push from FedEx" above=breadcrumb>
            <StatusBadge status=verdict/>
            <LiveSwitch/>
        </PageHeader>
        <p class="headline" data-testid="headline">
            {reason}
        </p>
        <PostProblem of=&FORMS/>
        <section class="card" aria-labelledby="facts-title">
            <h2 id="facts-title">"What is known of it"</h2>
            <Facts delivery/>
        </section>
        <JsonView label="Body" body open=true/>
        {may_replay
            .then(|| {
                view! {
                    <form method="post" action={path_of::<ReplayDelivery>()}>
                        <input type="hidden" name="delivery_id" value=delivery_id/>
                        <Submit
                            label="Read it again"
                            busy_label="Asking…"
                            glyph=Glyph::Replay
                            testid="replay-delivery"
                        >
                            <span class="muted small">"Nothing is taken in twice: known scans stay as they are."</span>
                        </Submit>
                    </form>
                }
            })}
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
