//! What was corrected: Dynamics 365's value beside ours, by whom and when. It stays after the label.

use crate::components::data_table::DataTable;
use crate::components::element_id::element_id;
use crate::components::time_ago::TimeAgo;
use crate::contract::{CorrectedValues, CorrectionMade, ShipmentDetail};
use leptos::prelude::*;
use std::sync::Arc;

const COLUMNS: [&str; 3] = ["What", "In Dynamics 365", "Corrected to"];

/// A field: its name, how to read it, and what a blank original means.
type Field = (&'static str, fn(&CorrectedValues) -> &String, &'static str);

const FIELDS: [Field; 9] = [
    ("Name", |values| &values.recipient_name, "nothing"),
    ("Street", |values| &values.street, "nothing"),
    ("City", |values| &values.city, "nothing"),
    ("State or province", |values| &values.region, "nothing"),
    ("Postal code", |values| &values.postal_code, "nothing"),
    ("Telephone", |values| &values.phone, "nothing"),
    ("Weight (lb)", |values| &values.weight_lb, "from the weights of its items"),
    ("FedEx service", |values| &values.service, "from the rules"),
    ("The address is", |values| &values.residential, "not known there"),
];

/// The corrections of a shipment; nothing when there are none.
#[component]
pub fn Corrected(
    /// The shipment.
    shipment: Arc<ShipmentDetail>,
) -> impl IntoView {
    let made: Vec<_> = shipment
        .corrected
        .iter()
        .enumerate()
        .map(|(at, made)| {
            let id = element_id(&["corrected", &shipment.shipment_id, &at.to_string()]);
            view! { <Made id made=made.clone()/> }
        })
        .collect();
    (!made.is_empty()).then(|| {
        view! {
            <section class="card" data-testid="corrected">
                <h2>"Corrected before the label"</h2>
                {made}
            </section>
        }
        .into_any()
    })
}

/// What was corrected together.
#[component]
fn Made(id: String, made: CorrectionMade) -> impl IntoView {
    let CorrectionMade { original, corrected, by, at, remembered } = made;
    let who = match (remembered, by) {
        (false, Some(name)) => format!("By {name}"),
        (false, None) => "By whom is not on record here".to_owned(),
        (true, Some(name)) => format!("Remembered for this address from an earlier order, by {name}"),
        (true, None) => "Remembered for this address from an earlier order; forgotten or changed since".to_owned(),
    };
    let rows = FIELDS
        .iter()
        .filter(|(_, read, _)| !read(&corrected).is_empty())
        .map(|(name, read, blank)| {
            let row_id = element_id(&[&id, name]);
            let was = read(&original).clone();
            let (is_blank, was) = (was.is_empty(), if was.is_empty() { (*blank).to_owned() } else { was });
            view! {
                <tr role="row" id=row_id data-testid="corrected-row">
                    <th scope="row" role="rowheader">{*name}</th>
                    <td role="cell" class:was=!is_blank class:muted=is_blank data-label="In Dynamics 365">{was}</td>
                    <td role="cell" class="now" data-label="Corrected to">{read(&corrected).clone()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="corrected" id=id.clone()>
            <p class="muted small">
                {who}
                {at.map(|at| view! { ", " <TimeAgo at=at.clone()/> {format!(" ({})", at.text)} })}
                "."
            </p>
            <DataTable caption="What was corrected" columns=&COLUMNS class="diff">
                {rows}
            </DataTable>
        </div>
    }
    .into_any()
}
