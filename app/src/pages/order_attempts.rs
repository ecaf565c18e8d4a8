//! Which attempt the page shows: the one its address names, else the newest.

use crate::components::attempt_list::{AttemptLink, AttemptTabs};
use crate::components::icon::{Glyph, Icon};
use crate::contract::{OrderDetail, ShipmentDetail};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use std::sync::Arc;

/// Longest id looked for: ours have 26 letters, and what is longer was never one of ours.
const LONGEST_ID: usize = 64;

/// The attempt that the address names.
#[derive(Clone, Debug)]
pub struct ChosenAttempt(Option<Arc<str>>);

impl ChosenAttempt {
    /// The same address again: what `/live` reloads must not lose it.
    pub fn address(&self, path: &str) -> String {
        match &self.0 {
            Some(id) => format!("{path}?attempt={id}"),
            None => path.to_owned(),
        }
    }

    /// Whether it is one of this shipment's.
    pub fn is_of(&self, shipment: &ShipmentDetail) -> bool {
        shipment.attempts.iter().any(|attempt| self.0.as_deref() == Some(&attempt.attempt_id))
    }
}

/// Makes the choice available to the page. Once, where the page begins.
pub fn provide_chosen_attempt() {
    let asked = use_query_map().with_untracked(|query| query.get("attempt"));
    provide_context(ChosenAttempt(asked.as_deref().and_then(clean)));
}

/// An id as it may stand in an address again.
fn clean(asked: &str) -> Option<Arc<str>> {
    let id: String = asked.chars().filter(char::is_ascii_alphanumeric).take(LONGEST_ID).collect();
    (!id.is_empty()).then(|| id.into())
}

/// The attempts of a shipment.
#[component]
pub fn Attempts(
    /// The shipment.
    shipment: Arc<ShipmentDetail>,
) -> impl IntoView {
    let ChosenAttempt(chosen) = expect_context();
    let attempts = shipment.attempts.clone();
    let of = match shipment.title.as_str() {
        "" => String::new(),
        title => format!(" of {}{}", title[..1].to_lowercase(), &title[1..]),
    };
    let body = if attempts.is_empty() {
        view! { <p class="muted">"No call was made for this shipment yet."</p> }.into_any()
    } else {
        view! { <AttemptTabs attempts chosen=chosen.map(|id| id.to_string()) of/> }.into_any()
    };
    view! {
        <section class="card">
            <h2>"Attempts"</h2>
            {body}
        </section>
    }
    .into_any()
}

/// Says so when the address names an attempt that this order has not, with those it has.
#[component]
pub fn UnknownAttempt(
    /// The order.
    order: Arc<OrderDetail>,
) -> impl IntoView {
    let chosen = expect_context::<ChosenAttempt>();
    let known = order.shipments.iter().any(|shipment| chosen.is_of(shipment));
    let id = chosen.0.filter(|_| !known)?;
    let attempts = order.shipments.iter().flat_map(|shipment| shipment.attempts.clone());
    let links: Vec<_> =
        attempts.map(|attempt| view! { <AttemptLink attempt current=false within="unknown"/> }).collect();
    let next = if links.is_empty() { "No call was made for it yet." } else { "It has these:" };
    let list = (!links.is_empty()).then(|| {
        view! { <nav class="attempt-tabs" aria-label="All attempts of this order">{links}</nav> }
    });
    Some(
        view! {
            <div class="problem" role="status" data-testid="attempt-unknown">
                <Icon glyph=Glyph::Warning/>
                <div>
                    <p class="problem-message">
                        "This order has no attempt " <code>{id.to_string()}</code> "."
                    </p>
                    <p class="problem-hint">
                        "The address was cut short, or it is of another order. " {next}
                    </p>
                    {list}
                </div>
            </div>
        }
        .into_any(),
    )
}

#[cfg(test)]
mod tests {
    use super::{ChosenAttempt, clean};
    use crate::contract::{AttemptView, ShipmentDetail};

    #[test]
    fn the_address_keeps_the_attempt_and_nothing_else_of_what_was_typed() {
        let chosen = ChosenAttempt(clean("01ABC\"&x=<"));
        assert_eq!(chosen.address("/orders/usmf/1"), "/orders/usmf/1?attempt=01ABCx");
        assert_eq!(ChosenAttempt(clean("&")).address("/orders/usmf/1"), "/orders/usmf/1");
        let attempt = AttemptView { attempt_id: "01ABC".into(), ..AttemptView::default() };
        let shipment = ShipmentDetail { attempts: vec![attempt], ..ShipmentDetail::default() };
        assert!(ChosenAttempt(clean("01ABC")).is_of(&shipment) && !chosen.is_of(&shipment));
    }
}
