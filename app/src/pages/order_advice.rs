//! FedEx's advice about an address, and taking it over. Advice never stops a shipment.

use super::order_actions::{Target, is_allowed};
use crate::api::orders::Correct;
use crate::components::action_form::{Submit, path_of, refusal_of};
use crate::components::field::Check;
use crate::components::icon::Glyph;
use crate::contract::{ActionKind, AddressAdvice, Correction, ShipmentDetail};
use leptos::prelude::*;
use std::sync::Arc;

/// What FedEx says about the address.
#[component]
pub fn Advice(
    /// The advice.
    advice: AddressAdvice,
    /// The shipment it is about.
    shipment: Arc<ShipmentDetail>,
) -> impl IntoView {
    let remarks = advice.remarks;
    view! {
        <div class="trial-body" data-testid="advice" data-classification=advice.classification.clone()>
            <p>
                {advice.sentence} " " <span class="tag">{advice.classification.to_lowercase()}</span>
            </p>
            {(!remarks.is_empty())
                .then(|| {
                    view! {
                        <figure class="vendor-text">
                            <figcaption>"FedEx's remarks"</figcaption>
                            <ul>{remarks.into_iter().map(|text| view! { <li>{text}</li> }).collect_view()}</ul>
                        </figure>
                    }
                })}
            {advice.proposal.map(|proposal| view! { <Proposal proposal shipment/> })}
        </div>
    }
    .into_any()
}

/// The address as FedEx writes it, and one button to use it where that is still possible.
#[component]
fn Proposal(proposal: Correction, shipment: Arc<ShipmentDetail>) -> impl IntoView {
    let lines = [&proposal.name, &proposal.street_1, &proposal.street_2, &proposal.street_3]
        .into_iter()
        .cloned()
        .chain([format!("{} {} {}", proposal.city, proposal.region, proposal.postal_code)])
        .filter(|line| !line.trim().is_empty())
        .map(|line| view! { <span>{line}</span> })
        .collect_view();
    let usable = is_allowed(&shipment, ActionKind::Correct);
    view! {
        <div class="proposal">
            <h3>"As FedEx writes it"</h3>
            <address>{lines}</address>
            {usable.then(|| view! { <UseProposal proposal shipment/> })}
        </div>
    }
    .into_any()
}

/// Sends the shipment's correction with FedEx's address in it.
#[component]
fn UseProposal(proposal: Correction, shipment: Arc<ShipmentDetail>) -> impl IntoView {
    let within = format!("proposal-{}", shipment.shipment_id);
    let hidden = with_address(shipment.correction.clone().unwrap_or_default(), proposal)
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=format!("correction[{name}]") value=value/> })
        .collect_view();
    view! {
        <form method="post" action={path_of::<Correct>()}>
            <Target shipment/>
            {hidden}
            <input type="hidden" name="reason" value="The address as FedEx writes it"/>
            <Check
                label="Remember for this address"
                name="correction[remember]"
                within
                hint="The next order that goes there gets it too."
            />
            <Submit
                label="Use it and ship"
                busy_label="Saving…"
                glyph=Glyph::Pencil
                problem={refusal_of::<Correct>()}
                testid="use-proposal"
            />
        </form>
    }
    .into_any()
}

/// What is corrected already, with the proposed address.
fn with_address(now: Correction, proposal: Correction) -> [(&'static str, String); 11] {
    let or_now = |proposed: String, now: String| if proposed.trim().is_empty() { now } else { proposed };
    [
        ("name", or_now(proposal.name, now.name)),
        // The street is one thing: a line less must not leave the old one standing.
        ("street_1", proposal.street_1),
        ("street_2", proposal.street_2),
        ("street_3", proposal.street_3),
        ("city", or_now(proposal.city, now.city)),
        ("region", or_now(proposal.region, now.region)),
        ("postal_code", or_now(proposal.postal_code, now.postal_code)),
        ("phone", or_now(proposal.phone, now.phone)),
        ("weight_lb", now.weight_lb),
        ("service", now.service),
        ("residential", or_now(proposal.residential, now.residential)),
    ]
}

#[cfg(test)]
mod tests {
    use super::with_address;
    use crate::contract::Correction;

    #[test]
    fn a_proposal_changes_the_address_alone() {
        let now = Correction { phone: "9015550100".into(), street_2: "Dock 4".into(), ..Correction::default() };
        let proposal = Correction { street_1: "1 MAIN ST".into(), city: "MEMPHIS".into(), ..Correction::default() };
        let fields = with_address(now, proposal);
        let of = |name| fields.iter().find(|field| field.0 == name).map(|field| field.1.as_str());
        assert_eq!((of("street_1"), of("street_2")), (Some("1 MAIN ST"), Some("")));
        assert_eq!(of("phone"), Some("9015550100"));
    }
}
