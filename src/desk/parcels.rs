//! Parcels under way: where each is, which need a person, and what asking FedEx costs.

use crate::desk::OperatorDesk;
use app::desk::ParcelDesk;
use async_trait::async_trait;

#[async_trait]
impl ParcelDesk for OperatorDesk {}
