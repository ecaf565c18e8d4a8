//! The newer versions of the order sets: the same records under other names, with a few properties
//! more and fewer. V4 headers have no navigation to their lines.

use super::entities::{EntitySet, Kind};

/// Properties of revenue recognition and billing, which V4 dropped.
const GONE_IN_V4: &str = "RevRecReallocationId RevRecContractEndDate RevRecContractStartDate \
     RevRecLatestReverseJournal RevRecFollowOriginalPricingMethod RevRecMultipleSOReallocation \
     SubBillCreatedFromSubscriptionBilling SkipGlobalUnifiedPricingCalculation";
/// Properties of lines that their V3 dropped.
const GONE_IN_LINES_V3: &str = "BundleLineStatus BundleLineType RevRecRevenueScheduleId RevRecContractEndDate \
     RevRecContractStartDate RevRecSalesDeliverNow RevRecOccurrences SubBillRevenueSplit \
     InventoryServiceAdjustmentOffsetDatasource InventoryServiceAdjustmentOffsetPhysicalMeasure";

/// The third version of the headers; `like` makes the second under another name.
pub(super) fn header_v3(like: fn(&'static str, &'static str, &'static str) -> EntitySet) -> EntitySet {
    like("SalesOrderHeadersV3", "SalesOrderHeaderV3", "SalesOrderHeaderV3Entity")
        .texts("RetailChannelTable")
        .enums("ExcludeFromMasterPlanning:NoYes=No")
        .view_of("SalesOrderHeadersV2")
}

/// The fourth version of the headers.
pub(super) fn header_v4(like: fn(&'static str, &'static str, &'static str) -> EntitySet) -> EntitySet {
    like("SalesOrderHeadersV4", "SalesOrderHeaderV4", "SalesOrderHeaderV4Entity")
        .texts("RetailChannelTable FinTagDisplayValue ShipmentProcessingPolicyName")
        .enums("ExcludeFromMasterPlanning:NoYes=No")
        .without(GONE_IN_V4)
        .without_lines()
        .view_of("SalesOrderHeadersV2")
}

/// The third version of the lines.
pub(super) fn line_v3(like: fn(&'static str, &'static str, &'static str) -> EntitySet) -> EntitySet {
    like("SalesOrderLinesV3", "SalesOrderLineV3", "SalesOrderLineV3Entity")
        .add("FinTagDisplayValue", Kind::Text(255))
        .without(GONE_IN_LINES_V3)
        .view_of("SalesOrderLines")
}
