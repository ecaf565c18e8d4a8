//! Where the parcels of a shipment are, when they will arrive, and what proves that they did.

use crate::components::copy_button::CopyButton;
use crate::components::element_id::element_id;
use crate::components::status_badge::{StatusBadge, tone_name};
use crate::components::time_ago::TimeAgo;
use crate::contract::{ParcelView, ShipmentDetail};
use leptos::prelude::*;
use std::sync::Arc;

/// The parcels of one shipment; nothing before its label.
#[component]
pub fn Tracking(
    /// The shipment.
    shipment: Arc<ShipmentDetail>,
) -> impl IntoView {
    let parcels = &shipment.parcels;
    let rows = parcels.iter().map(|parcel| view! { <TrackedParcel parcel=parcel.clone()/> }).collect_view();
    (!parcels.is_empty()).then(|| {
        view! {
            <section class="card" data-testid="tracking">
                <h2>"Where it is"</h2>
                <ol class="parcels">{rows}</ol>
            </section>
        }
    })
}

/// One parcel on the page of its order.
#[component]
fn TrackedParcel(parcel: ParcelView) -> impl IntoView {
    let id = element_id(&["parcel", &parcel.shipment_id, &parcel.sequence.to_string()]);
    let status = parcel.status.code.clone();
    view! {
        <li class="parcel" id=id data-testid="tracked-parcel" data-status=status>
            <ParcelHead parcel=parcel.clone()/>
            <ParcelWords parcel=parcel.clone()/>
            <ParcelTimes parcel/>
        </li>
    }
    .into_any()
}

/// Which package it is, its number with FedEx's page of it, its status and FedEx's code.
#[component]
pub fn ParcelHead(
    /// The parcel.
    parcel: ParcelView,
) -> impl IntoView {
    let number = parcel.tracking_url.map(|url| {
        let number = parcel.tracking_number;
        view! {
            <a class="mono" href=url rel="external noopener" target="_blank">
                {number.clone()}
                <span class="sr-only">" at FedEx, opens a new tab"</span>
            </a>
            <CopyButton text=number what="tracking number"/>
        }
    });
    view! {
        <p class="job-head">
            {(!parcel.package.is_empty()).then(|| view! { <strong>{parcel.package.clone()}</strong> })}
            {number}
            <StatusBadge status=parcel.status/>
            {(!parcel.code.is_empty())
                .then(|| view! { <code class="muted small" title="FedEx's own code">{parcel.code.clone()}</code> })}
        </p>
    }
    .into_any()
}

/// Where it is in plain words, and what is wrong with it: since when, and what to do next.
#[component]
pub fn ParcelWords(
    /// The parcel.
    parcel: ParcelView,
) -> impl IntoView {
    let ParcelView { sentence, trouble, .. } = parcel;
    let trouble = trouble.map(|trouble| {
        // Trouble that FedEx reports is the status itself: said once.
        let more = (trouble.sentence != sentence).then_some(trouble.sentence);
        view! {
            <div
                class="parcel-trouble"
                data-tone=tone_name(trouble.tone)
                data-testid="trouble"
                data-trouble=trouble.code
            >
                {more.map(|text| view! { <p>{text}</p> })}
                <p>
                    <strong>"Next: "</strong>
                    {trouble.next_action}
                </p>
                <p class="muted small">
                    "Since " <TimeAgo at=trouble.since/>
                    {trouble.reason.map(|reason| format!(". FedEx's reason: {reason}"))}
                </p>
            </div>
        }
    });
    view! {
        <p>{sentence}</p>
        {trouble}
    }
    .into_any()
}

/// Estimate, delivery, and when FedEx was and will be asked.
#[component]
pub fn ParcelTimes(
    /// The parcel.
    parcel: ParcelView,
) -> impl IntoView {
    let late = parcel.promised.map(|first| format!(" (at first {})", first.text));
    let estimate = parcel.estimate.map(|at| format!("Expected by {}{}. ", at.text, late.unwrap_or_default()));
    let signed = parcel.signed_by.map(|by| format!("Taken by {by}. "));
    let seen = parcel.acknowledged.map(|(by, note)| format!("Acknowledged by {by}: {note}. "));
    let heard = parcel.heard.map(|at| view! { "Last heard " <TimeAgo at/> ". " });
    let next = parcel.next_asked.map(|at| view! { "Asked again " <TimeAgo at/> "." });
    view! { <p class="muted small">{estimate} {signed} {seen} {heard} {next}</p> }.into_any()
}
