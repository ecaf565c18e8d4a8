//! The customer's own mapping of delivery modes to carrier services, to begin the rules with.

use crate::d365::odata::{Query, literal};
use crate::d365::{D365, data_call, record};
use crate::order::retry::Failure;
use crate::transport::{Call, Trace};
use serde::Deserialize;

const CARRIERS: Call = data_call("d365.carrier_services");
/// A company has a handful of carriers with a dozen services each.
const SERVICES: usize = 500;

/// A carrier's service as transport management knows it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub struct CarrierService {
    /// Delivery mode.
    #[serde(rename = "DeliveryModeCode", deserialize_with = "record::text")]
    pub mode: String,
    /// Carrier.
    #[serde(rename = "ShippingCarrierId", default, deserialize_with = "record::text")]
    pub carrier: String,
    /// Service in words.
    #[serde(rename = "ServiceName", default, deserialize_with = "record::text")]
    pub name: String,
    /// The carrier's own name of the service, if somebody entered it.
    #[serde(rename = "ExternalShippingCarrierServiceId", default, deserialize_with = "record::text")]
    pub external: String,
}

impl D365 {
    /// Carrier services of a legal entity that have a delivery mode.
    pub async fn carrier_services(&self, trace: &Trace, company: &str) -> Result<Vec<CarrierService>, Failure> {
        let query = Query::new()
            .filter(&[format!("dataAreaId eq {}", literal(company))])
            .select(&["DeliveryModeCode", "ShippingCarrierId", "ServiceName", "ExternalShippingCarrierServiceId"])
            .top(SERVICES);
        let mut found: Vec<CarrierService> =
            self.known_list(trace, &CARRIERS, "ShippingCarrierServices", &query).await?;
        found.retain(|service| !service.mode.is_empty());
        Ok(found)
    }
}
