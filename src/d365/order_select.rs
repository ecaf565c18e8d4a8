//! Which properties of an order are asked for, and which of them this environment does not have.
//!
//! Versions of the sets differ, and a property that one lacks refuses the whole request. Such a
//! property is left out from then on, unless the rules stand on it.

use crate::order::cause::Cause;
use crate::order::retry::Failure;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

const HEADER: [&str; 24] = [
    "dataAreaId",
    "SalesOrderNumber",
    "OrderingCustomerAccountNumber",
    "SalesOrderName",
    "CustomersOrderReference",
    "ContactPersonId",
    "Email",
    "DeliveryModeCode",
    "DeliveryTermsCode",
    "ShippingCarrierServiceId",
    "ShippingCarrierCustomerAccountNumber",
    "DefaultShippingWarehouseId",
    "DeliveryAddressName",
    "DeliveryAddressStreet",
    "DeliveryAddressStreetNumber",
    "DeliveryAddressCity",
    "DeliveryAddressStateId",
    "DeliveryAddressZipCode",
    "DeliveryAddressCountryRegionId",
    "DeliveryAddressCountryRegionISOCode",
    "CurrencyCode",
    "SalesOrderStatus",
    "SalesOrderProcessingStatus",
    "IsSalesProcessingStopped",
];
const LINE: [&str; 20] = [
    "InventoryLotId",
    "ItemNumber",
    "LineDescription",
    "OrderedSalesQuantity",
    "SalesUnitSymbol",
    "LineAmount",
    "SalesPrice",
    "IntrastatCommodityCode",
    "SalesOrderLineStatus",
    "IsLineStopped",
    "ShippingWarehouseId",
    "DeliveryModeCode",
    "DeliveryAddressName",
    "DeliveryAddressStreet",
    "DeliveryAddressStreetNumber",
    "DeliveryAddressCity",
    "DeliveryAddressStateId",
    "DeliveryAddressZipCode",
    "DeliveryAddressCountryRegionId",
    "DeliveryAddressCountryRegionISOCode",
];
/// Without these nothing can be decided; an environment that lacks one says so.
const NEEDED: [&str; 9] = [
    "dataAreaId",
    "SalesOrderNumber",
    "SalesOrderStatus",
    "SalesOrderProcessingStatus",
    "IsSalesProcessingStopped",
    "InventoryLotId",
    "ItemNumber",
    "OrderedSalesQuantity",
    "SalesOrderLineStatus",
];
/// In the name of the type a refusal names, when the property is a line's.
const OF_LINES: &str = "SalesOrderLine";

/// Whose property it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    Header,
    Line,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selection {
    /// Of the headers.
    pub header: Vec<&'static str>,
    /// Of the lines.
    pub line: Vec<&'static str>,
}

/// What this environment does not have, as far as it has said so.
#[derive(Debug, Default)]
pub(super) struct Missing(Mutex<BTreeSet<(Of, &'static str)>>);

impl Missing {
    /// All properties but those that are missing here.
    pub fn selection(&self) -> Selection {
        let missing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let there =
            |of: Of, all: &[&'static str]| all.iter().copied().filter(|name| !missing.contains(&(of, *name))).collect();
        Selection { header: there(Of::Header, &HEADER), line: there(Of::Line, &LINE) }
    }

    /// Learns from a refusal; `true` when the request is worth another try without a property.
    pub fn learn(&self, failure: &Failure) -> bool {
        let Failure::Permanent(Cause { field: Some(field), detail: Some(detail), .. }) = failure else { return false };
        let of_lines = detail.split_once("on type '").is_some_and(|(_, kind)| kind.contains(OF_LINES));
        let (of, all) = if of_lines { (Of::Line, &LINE[..]) } else { (Of::Header, &HEADER[..]) };
        // A header's delivery mode is part of the filter.
        let needed = NEEDED.contains(&field.as_str()) || (of, field.as_str()) == (Of::Header, "DeliveryModeCode");
        let Some(name) = all.iter().copied().find(|name| *name == field).filter(|_| !needed) else { return false };
        let new = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((of, name));
        if new {
            tracing::warn!(remote.system = "d365", property = name, "this environment has no such property; left out");
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(property: &str, kind: &str) -> Failure {
        let detail = format!("HTTP 400: Could not find a property named '{property}' on type 'X.{kind}'.");
        Failure::Permanent(Cause::new("d365.read-refused").detail(detail).field(property))
    }

    #[test]
    fn a_property_that_is_missing_is_left_out_once_and_a_needed_one_never() {
        let missing = Missing::default();
        assert!(missing.learn(&refusal("ContactPersonId", "SalesOrderHeaderV4")));
        assert!(!missing.learn(&refusal("ContactPersonId", "SalesOrderHeaderV4")), "no second try for the same");
        assert!(missing.learn(&refusal("DeliveryModeCode", "SalesOrderLineV3")));
        assert!(!missing.learn(&refusal("DeliveryModeCode", "SalesOrderHeaderV4")));
        assert!(!missing.learn(&refusal("IsSalesProcessingStopped", "SalesOrderHeaderV4")));
        assert!(!missing.learn(&refusal("Unheard", "SalesOrderHeaderV4")));
        assert!(!missing.learn(&Failure::Permanent(Cause::new("d365.read-refused").detail("no"))));
        let selection = missing.selection();
        assert!(!selection.header.contains(&"ContactPersonId") && selection.header.contains(&"DeliveryModeCode"));
        assert!(!selection.line.contains(&"DeliveryModeCode"));
    }
}
