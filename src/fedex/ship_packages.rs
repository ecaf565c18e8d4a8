//! The packages of a shipment as line items of a request.
//!
//! FedEx takes thirty line items, so more packages go as groups of equal neighbours;
//! [`crate::order::packing`] has put them side by side and counted the groups.

use crate::fedex::wire::{Dimensions, Weight};
use crate::order::packing::{Package, entries};
use crate::order::plan::Plan;
use serde::Serialize;

/// Countries whose customs want to know what a package is that is not FedEx's own: all goods into
/// Canada, and goods from Canada and Mexico into the United States.
const NAMED_PACKAGING: [(&[&str], &[&str]); 2] = [(&["CA"], &[]), (&["US", "PR"], &["CA", "MX"])];

/// A package, or a group of equal ones.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LineItem<'a> {
    // Only single packages are numbered; groups count by their place.
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence_number: Option<usize>,
    // Without it FedEx does not keep the references, by which a lost label is found again.
    group_package_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_packaging_type: Option<&'static str>,
    weight: Weight,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<Dimensions>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    customer_references: Vec<CustomerReference<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package_special_services: Option<PackageServices<'a>>,
}

/// A reference that is printed on the label and can be searched for.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CustomerReference<'a> {
    /// FedEx's name of its kind.
    pub(super) customer_reference_type: &'static str,
    /// Its value.
    pub(super) value: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PackageServices<'a> {
    special_service_types: [&'static str; 1],
    signature_option_type: &'a str,
}

/// The line items of a purchase.
pub(super) fn line_items<'a>(plan: &'a Plan, references: &[CustomerReference<'a>]) -> Vec<LineItem<'a>> {
    let entries = entries(&plan.packages);
    let is_grouped = entries.len() < plan.packages.len();
    (1..)
        .zip(entries)
        .map(|(place, equal)| LineItem {
            sequence_number: (!is_grouped).then_some(place),
            customer_references: references.to_vec(),
            ..item(plan, equal)
        })
        .collect()
}

/// The line items of a quote, which have neither numbers nor references.
pub(super) fn quoted_items(plan: &Plan) -> Vec<LineItem<'_>> {
    entries(&plan.packages).into_iter().map(|equal| item(plan, equal)).collect()
}

fn item<'a>(plan: &'a Plan, equal: &[Package]) -> LineItem<'a> {
    let package = equal.first().expect("a group has a package");
    LineItem {
        sequence_number: None,
        group_package_count: equal.len(),
        sub_packaging_type: has_named_packaging(plan).then_some("BOX"),
        weight: package.weight.into(),
        dimensions: package.dimensions.map(Dimensions::from),
        customer_references: Vec::new(),
        // All packages of a shipment must ask for the same signature: it is the plan's.
        package_special_services: plan.service.signature.as_deref().map(|signature_option_type| PackageServices {
            special_service_types: ["SIGNATURE_OPTION"],
            signature_option_type,
        }),
    }
}

fn has_named_packaging(plan: &Plan) -> bool {
    let lane = |(to, from): &(&[&str], &[&str])| {
        to.contains(&plan.recipient.country.as_str())
            && (from.is_empty() || from.contains(&plan.shipper.country.as_str()))
    };
    plan.customs.is_some() && plan.service.packaging == "YOUR_PACKAGING" && NAMED_PACKAGING.iter().any(lane)
}
