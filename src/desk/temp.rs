//! TEMP until the client branch is merged.
use crate::fedex::{Document, Fedex};
use crate::order::cause::Cause;
use crate::order::retry::Failure;
use crate::transport::Trace;

/// TEMP
pub struct Closed {
    /// TEMP
    pub sentence: String,
    /// TEMP
    pub documents: Vec<Document>,
}

impl Fedex {
    /// TEMP
    pub async fn close_ground(&self, _trace: &Trace, _date: &str) -> Result<Closed, Failure> {
        Err(Failure::Permanent(Cause::new("fedex.refused")))
    }
}
impl super::OperatorDesk {
    pub(super) async fn ask_quote(
        &self,
        _: &crate::audit::Actor,
        _: &str,
    ) -> Result<app::contract::Quote, app::contract::Problem> {
        Err(super::problem::no_shipment())
    }
    pub(super) async fn ask_address(
        &self,
        _: &crate::audit::Actor,
        _: &str,
    ) -> Result<app::contract::AddressAdvice, app::contract::Problem> {
        Err(super::problem::no_shipment())
    }
}
