//! Proof of delivery on the page of an order: pictures in place, signatures to save where a browser
//! does not show their format.

use crate::components::element_id::element_id;
use crate::components::icon::{Glyph, Icon};
use crate::contract::{ProofView, ShipmentDetail};
use leptos::either::Either;
use leptos::prelude::*;
use std::sync::Arc;

/// The proofs of one shipment; nothing while FedEx sent none.
#[component]
pub fn Proofs(
    /// The shipment.
    shipment: Arc<ShipmentDetail>,
) -> impl IntoView {
    let proofs = &shipment.proofs;
    let rows = proofs.iter().map(|proof| view! { <Proof proof=proof.clone()/> }).collect_view();
    (!proofs.is_empty()).then(|| {
        view! {
            <section class="card" data-testid="proofs">
                <h2>"Proof of delivery"</h2>
                <ul class="proofs">{rows}</ul>
            </section>
        }
    })
}

/// One picture or signature.
#[component]
fn Proof(proof: ProofView) -> impl IntoView {
    let ProofView { title, href, shown, format, tracking_number, size, received } = proof;
    let id = element_id(&["proof", &href, &tracking_number, &title]);
    let about = format!("{title} of parcel {tracking_number}");
    let caption = format!(
        "{tracking_number} · {format}, {} KiB · sent {}",
        size.max(0).unsigned_abs().div_ceil(1_024),
        received.text
    );
    view! {
        <li id=id>
            <figure>
                {if shown {
                    Either::Left(view! {
                        <a href=href.clone() rel="external">
                            <img src=href.clone() alt=about loading="lazy"/>
                        </a>
                    })
                } else {
                    Either::Right(view! {
                        <a class="button" href=href rel="external" download="">
                            <Icon glyph=Glyph::Download/>
                            {format!("{title} as {format}")}
                        </a>
                    })
                }}
                <figcaption>
                    <strong>{title}</strong>
                    " "
                    <span class="muted small mono">{caption}</span>
                </figcaption>
            </figure>
        </li>
    }
}
