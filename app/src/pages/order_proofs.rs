//! Proof of delivery on the page of an order: pictures in place, signatures to save where a browser
//! does not show their format.

use crate::components::icon::{Glyph, Icon};
use crate::contract::{ProofView, ShipmentDetail};
use leptos::either::Either;
use leptos::prelude::*;

/// The proofs of one shipment; nothing while FedEx sent none.
#[component]
pub fn Proofs(
    /// The shipment.
    shipment: Memo<ShipmentDetail>,
) -> impl IntoView {
    let proofs = Memo::new(move |_| shipment.with(|shipment| shipment.proofs.clone()));
    move || {
        let proofs = proofs.get();
        (!proofs.is_empty()).then(|| {
            view! {
                <section class="card" data-testid="proofs">
                    <h2>"Proof of delivery"</h2>
                    <ul class="proofs">
                        {proofs.into_iter().map(|proof| view! { <Proof proof/> }).collect_view()}
                    </ul>
                </section>
            }
        })
    }
}

/// One picture or signature.
#[component]
fn Proof(proof: ProofView) -> impl IntoView {
    let ProofView { title, href, shown, format, tracking_number, size, received } = proof;
    let about = format!("{title} of parcel {tracking_number}");
    let caption = format!(
        "{tracking_number} · {format}, {} KiB · sent {}",
        size.max(0).unsigned_abs().div_ceil(1_024),
        received.text
    );
    view! {
        <li>
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
