//! Parcels under way and their trouble.

use super::{answer, answer_told};
use crate::contract::{ParcelFilter, ParcelSheet, Problem};
use crate::desk::desk;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Loads one page of parcels and the day's budget.
#[server(prefix = "/desk", endpoint = "parcels/load", input = GetUrl)]
pub async fn load_parcels(
    // An empty filter is an empty query, which names no field at all.
    #[server(default)] filter: ParcelFilter,
) -> Result<ParcelSheet, Problem> {
    answer(desk()?.parcels(filter).await)
}

/// Notes that a person has seen a parcel's trouble.
#[server(prefix = "/desk", endpoint = "parcels/acknowledge")]
pub async fn acknowledge_parcel(
    shipment_id: String,
    sequence: i64,
    version: i64,
    #[server(default)] note: String,
) -> Result<(), Problem> {
    answer_told(desk()?.acknowledge_parcel(shipment_id, sequence, version, note).await, |()| "Acknowledged.".to_owned())
}
