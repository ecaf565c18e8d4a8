//! TEMP until the client branch is merged.
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
