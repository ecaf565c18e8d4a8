//! What surrounds every page.

use super::answer;
use crate::contract::{Frame, Problem};
use crate::desk::desk;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Loads the frame: viewer, chips, counts.
#[server(prefix = "/desk", endpoint = "frame", input = GetUrl)]
pub async fn load_frame() -> Result<Frame, Problem> {
    answer(desk()?.frame().await)
}
