//! Orders: the list, one order, and what an operator can do with its shipments.

use super::{answer, answer_beside, answer_told};
use crate::contract::{self, AddressAdvice, Correction, OrderDetail, OrderFilter, OrderRow, Page, Problem};
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
    answer_told(desk()?.replay(shipment_id, version, reason).await, |()| "Replay is under way.".to_owned())
}

/// Saves corrected values, then replays.
#[server(prefix = "/desk", endpoint = "orders/correct")]
pub async fn correct(
    shipment_id: String,
    version: i64,
    #[server(default)] correction: Correction,
    #[server(default)] reason: String,
) -> Result<(), Problem> {
    answer_told(desk()?.correct(shipment_id, version, correction, reason).await, |()| {
        "Saved; replay is under way.".to_owned()
    })
}

/// Asks FedEx whether the parcel of an unknown outcome exists.
#[server(prefix = "/desk", endpoint = "orders/look-up")]
pub async fn look_up(shipment_id: String, version: i64) -> Result<(), Problem> {
    answer_told(desk()?.look_up(shipment_id, version).await, |()| "FedEx is being asked.".to_owned())
}

/// Decides that a purchase without an answer made no label, and buys again.
#[server(prefix = "/desk", endpoint = "orders/buy-again")]
pub async fn buy_again(shipment_id: String, version: i64, #[server(default)] reason: String) -> Result<(), Problem> {
    answer_told(desk()?.buy_again(shipment_id, version, reason).await, |()| "A label is being bought.".to_owned())
}

/// Shows what would be sent and FedEx's verdict. Buys nothing.
#[server(prefix = "/desk", endpoint = "orders/dry-run")]
pub async fn dry_run(
    shipment_id: String,
    #[server(default)] correction: Option<Correction>,
) -> Result<contract::DryRun, Problem> {
    answer_beside(desk()?.dry_run(shipment_id, correction).await)
}

/// Asks what the services would cost.
#[server(prefix = "/desk", endpoint = "orders/quote")]
pub async fn quote(shipment_id: String) -> Result<contract::Quote, Problem> {
    answer_beside(desk()?.quote(shipment_id).await)
}

/// Asks FedEx's advice about the delivery address.
#[server(prefix = "/desk", endpoint = "orders/check-address")]
pub async fn check_address(shipment_id: String) -> Result<AddressAdvice, Problem> {
    answer_beside(desk()?.check_address(shipment_id).await)
}

/// Cancels the label; with `reship` the same lines are shipped anew.
#[server(prefix = "/desk", endpoint = "orders/void")]
pub async fn void(
    shipment_id: String,
    version: i64,
    #[server(default)] reship: bool,
    #[server(default)] reason: String,
) -> Result<(), Problem> {
    let told =
        if reship { "The label is being voided; the shipment follows anew." } else { "The label is being voided." };
    answer_told(desk()?.void(shipment_id, version, reship, reason).await, |()| told.to_owned())
}

/// Buys a label for the way back.
#[server(prefix = "/desk", endpoint = "orders/return-label")]
pub async fn return_label(
    shipment_id: String,
    #[server(default)] rma: String,
    #[server(default)] reason: String,
) -> Result<(), Problem> {
    answer_told(desk()?.return_label(shipment_id, rma, reason).await, |()| {
        "The return label is being bought.".to_owned()
    })
}

/// Prints a stored label or paper once more.
#[server(prefix = "/desk", endpoint = "orders/reprint")]
pub async fn reprint(
    shipment_id: String,
    sequence: i64,
    document_no: i64,
    #[server(default)] reason: String,
) -> Result<(), Problem> {
    answer_told(desk()?.reprint(shipment_id, sequence, document_no, reason).await, |()| {
        "It is in the print queue.".to_owned()
    })
}
