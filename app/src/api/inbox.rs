//! FedEx's pushes.

use super::{answer, answer_told};
use crate::contract::{Delivery, Inbox, InboxFilter, Problem};
use crate::desk::desk;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Loads one page of the inbox.
#[server(prefix = "/desk", endpoint = "inbox/load", input = GetUrl)]
pub async fn load_inbox(
    // An empty filter is an empty query, which names no field at all.
    #[server(default)] filter: InboxFilter,
) -> Result<Inbox, Problem> {
    answer(desk()?.inbox(filter).await)
}

/// Loads one delivery.
#[server(prefix = "/desk", endpoint = "inbox/delivery", input = GetUrl)]
pub async fn load_delivery(delivery_id: String) -> Result<Delivery, Problem> {
    answer(desk()?.delivery(delivery_id).await)
}

/// Has a delivery read again.
#[server(prefix = "/desk", endpoint = "inbox/replay")]
pub async fn replay_delivery(delivery_id: String) -> Result<(), Problem> {
    answer_told(desk()?.replay_delivery(delivery_id).await, |()| "It is read again.".to_owned())
}

/// Sends a signed test through the public address.
#[server(prefix = "/desk", endpoint = "inbox/self-test")]
pub async fn test_webhook() -> Result<(), Problem> {
    answer_told(desk()?.test_webhook().await.map(drop), |()| "The test is done.".to_owned())
}

/// Sets a new security token; the one before stays valid for a while.
#[server(prefix = "/desk", endpoint = "inbox/set-token")]
pub async fn set_webhook_token(token: String) -> Result<(), Problem> {
    answer_told(desk()?.set_webhook_token(token).await, |()| {
        "The new token is set; the old one stays valid for 7 days.".to_owned()
    })
}

/// Ends the old security token now.
#[server(prefix = "/desk", endpoint = "inbox/retire-token")]
pub async fn retire_webhook_token() -> Result<(), Problem> {
    answer_told(desk()?.retire_webhook_token().await, |()| "The old token is no longer valid.".to_owned())
}
