//! The end of the day.

use super::{answer, answer_told};
use crate::contract::{Day, Problem};
use crate::desk::desk;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Loads the end of the day.
#[server(prefix = "/desk", endpoint = "day/load", input = GetUrl)]
pub async fn load_day() -> Result<Day, Problem> {
    answer(desk()?.day().await)
}

/// Closes FedEx Ground for the day. Answers what FedEx said.
#[server(prefix = "/desk", endpoint = "day/close")]
pub async fn close_day() -> Result<String, Problem> {
    answer_told(desk()?.close_day().await, String::clone)
}
