//! Orders: the list, one order, and what an operator can do with its shipments.

#[cfg(feature = "ssr")]
use super::answer;
use crate::contract::{Correction, OrderDetail, OrderFilter, OrderRow, Page, Problem};
#[cfg(feature = "ssr")]
use crate::desk::desk;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Loads one page of orders.
#[server(prefix = "/desk", endpoint = "orders/list", input = GetUrl)]
pub async fn list_orders(
    // An empty filter is an empty query, which names no field at all.
    #[server(default)] filter: OrderFilter,
) -> Result<Page<OrderRow>, Problem> {
    answer(desk()?.orders(filter).await)
}

/// Loads one order.
#[server(prefix = "/desk", endpoint = "orders/one", input = GetUrl)]
pub async fn load_order(company: String, number: String) -> Result<OrderDetail, Problem> {
    answer(desk()?.order(company, number).await)
}

/// Runs the failed step of a parked shipment again.
#[server(prefix = "/desk", endpoint = "orders/replay")]
pub async fn replay(shipment_id: String, version: i64, #[server(default)] reason: String) -> Result<(), Problem> {
    answer(desk()?.replay(shipment_id, version, reason).await)
}

/// Saves corrected values, then replays.
#[server(prefix = "/desk", endpoint = "orders/correct")]
pub async fn correct(
    shipment_id: String,
    version: i64,
    #[server(default)] correction: Correction,
    #[server(default)] reason: String,
) -> Result<(), Problem> {
    answer(desk()?.correct(shipment_id, version, correction, reason).await)
}

/// Asks FedEx whether the parcel of an unknown outcome exists.
#[server(prefix = "/desk", endpoint = "orders/look-up")]
pub async fn look_up(shipment_id: String, version: i64) -> Result<(), Problem> {
    answer(desk()?.look_up(shipment_id, version).await)
}
