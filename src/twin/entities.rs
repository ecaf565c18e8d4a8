//! The entity sets of the D365 twin: names, types, keys and what may be written.
//!
//! Names are case-sensitive and come from a tenant's metadata. The `Fdx…` properties on the header
//! are this customer's own extension fields, the usual place for what the carrier answers.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::entity_master;
use super::entity_properties as names;
use super::entity_versions;

/// The type of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text of at most so many characters.
    Text(usize),
    /// A day, carried as noon UTC.
    Date,
    /// An instant.
    Moment,
    /// A decimal number.
    Decimal,
    /// A whole number.
    Whole,
    /// A Guid.
    Guid,
    /// An enumeration: its type and the member that stands for unset.
    Enum(&'static str, Option<&'static str>),
}

/// Length of text properties whose real length is not known here.
const TEXT_LIMIT: usize = 255;

impl Kind {
    /// What F&O sends for a property that was never set.
    pub(super) fn empty(self) -> Value {
        match self {
            Self::Text(_) => json!(""),
            Self::Date => json!("1900-01-01T12:00:00Z"),
            Self::Moment => json!("1900-01-01T00:00:00Z"),
            Self::Decimal | Self::Whole => json!(0),
            Self::Guid => json!("00000000-0000-0000-0000-000000000000"),
            Self::Enum(_, member) => json!(member),
        }
    }

    /// The name of the type in metadata and in error texts.
    pub(super) fn edm(self) -> String {
        match self {
            Self::Text(_) => "Edm.String".to_owned(),
            Self::Date | Self::Moment => "Edm.DateTimeOffset".to_owned(),
            Self::Decimal => "Edm.Decimal".to_owned(),
            Self::Whole => "Edm.Int64".to_owned(),
            Self::Guid => "Edm.Guid".to_owned(),
            Self::Enum(name, _) => format!("{NAMESPACE}.{name}"),
        }
    }
}

/// The namespace of every entity and enumeration.
pub(super) const NAMESPACE: &str = "Microsoft.Dynamics.DataEntities";

/// A property of an entity.
#[derive(Clone, Copy, Debug)]
pub(super) struct Property {
    pub kind: Kind,
    /// `AllowEdit` of the metadata.
    pub editable: bool,
}

/// One published entity set.
#[derive(Debug)]
pub(super) struct EntitySet {
    pub name: &'static str,
    pub entity: &'static str,
    /// The entity's name inside F&O, which its infologs print.
    pub internal: &'static str,
    pub keys: &'static [&'static str],
    /// Rows belong to companies, so that reads without cross-company see only the default one.
    pub per_company: bool,
    pub indexed: &'static [&'static str],
    pub creatable: bool,
    /// The table its rows are in: versions of a set show the same rows.
    pub table: &'static str,
    /// Has a navigation to the lines of an order.
    pub has_lines: bool,
    properties: BTreeMap<&'static str, Property>,
}

impl EntitySet {
    /// A set without properties; every row is read-only to a POST until [`EntitySet::creatable`].
    pub(super) fn new(
        name: &'static str,
        entity: &'static str,
        internal: &'static str,
        keys: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            entity,
            internal,
            keys,
            per_company: keys.first() == Some(&"dataAreaId"),
            indexed: &[],
            creatable: false,
            table: name,
            has_lines: false,
            properties: BTreeMap::new(),
        }
    }

    /// A property by its exact name.
    pub(super) fn property(&self, name: &str) -> Option<Property> {
        self.properties.get(name).copied()
    }

    /// All properties, by name.
    pub(super) fn properties(&self) -> impl Iterator<Item = (&'static str, Property)> {
        self.properties.iter().map(|(name, property)| (*name, *property))
    }

    /// The full type name, as error texts print it.
    pub(super) fn type_name(&self) -> String {
        format!("{NAMESPACE}.{}", self.entity)
    }

    /// Adds the listed properties.
    pub(super) fn add(mut self, list: &'static str, kind: Kind) -> Self {
        for name in list.split_whitespace() {
            let property = Property { kind, editable: !self.keys.contains(&name) };
            self.properties.insert(name, property);
        }
        self
    }

    /// Adds texts of the usual length.
    pub(super) fn texts(self, list: &'static str) -> Self {
        self.add(list, Kind::Text(TEXT_LIMIT))
    }

    /// Adds enumerations, written `Name:Type=EmptyMember`.
    pub(super) fn enums(mut self, list: &'static str) -> Self {
        for entry in list.split_whitespace() {
            let (name, of) = entry.split_once(':').expect("the list is written so");
            let (of, member) = match of.split_once('=') {
                Some((of, member)) => (of, Some(member)),
                None => (of, None),
            };
            self = self.add(name, Kind::Enum(of, member));
        }
        self
    }

    fn read_only(mut self, list: &str) -> Self {
        for name in list.split_whitespace() {
            if let Some(property) = self.properties.get_mut(name) {
                property.editable = false;
            }
        }
        self
    }

    /// Properties that rows are found by.
    pub(super) fn indexed(mut self, list: &'static [&'static str]) -> Self {
        self.indexed = list;
        self
    }

    /// Nothing of it can be changed over `OData`.
    fn sealed(mut self) -> Self {
        for property in self.properties.values_mut() {
            property.editable = false;
        }
        self
    }

    /// Shows the rows of another set.
    pub(super) fn view_of(mut self, table: &'static str) -> Self {
        self.table = table;
        self
    }

    /// Drops properties of the set it was made from.
    pub(super) fn without(mut self, list: &str) -> Self {
        for name in list.split_whitespace() {
            self.properties.remove(name);
        }
        self
    }

    /// Has no navigation to lines.
    pub(super) fn without_lines(mut self) -> Self {
        self.has_lines = false;
        self
    }

    fn creatable(mut self) -> Self {
        self.creatable = true;
        self
    }
}

/// Finds an entity set by its exact name.
pub(super) fn set(name: &str) -> Option<&'static EntitySet> {
    CATALOGUE.get(name)
}

/// All entity sets by name.
pub(super) fn sets() -> impl Iterator<Item = &'static EntitySet> {
    CATALOGUE.values()
}

fn known(name: &str) -> &'static EntitySet {
    set(name).expect("the catalogue holds every set the twin uses")
}

/// Sales order headers.
pub(super) fn headers() -> &'static EntitySet {
    known("SalesOrderHeadersV2")
}

/// Sales order lines.
pub(super) fn lines() -> &'static EntitySet {
    known("SalesOrderLines")
}

/// Posted packing slips.
pub(super) fn packing_slips() -> &'static EntitySet {
    known("CustPackingSlipJourBiEntities")
}

/// Tracking rows of packing slips.
pub(super) fn tracking() -> &'static EntitySet {
    known("PackingSlipTrackingInformation")
}

/// Notes and files of orders.
pub(super) fn attachments() -> &'static EntitySet {
    known("SalesOrderHeaderDocumentAttachmentsV2")
}

/// Issued sales invoices.
pub(super) fn invoices() -> &'static EntitySet {
    known("SalesInvoiceHeadersV2")
}

/// Confirmations of sales orders.
pub(super) fn confirmations() -> &'static EntitySet {
    known("SalesOrderConfirmationHeaders")
}

/// The raw sales table.
pub(super) fn sales_table() -> &'static EntitySet {
    known("SalesTableBiEntities")
}

/// Conversions between units of one product.
pub(super) fn product_units() -> &'static EntitySet {
    known("ProductUnitOfMeasureConversions")
}

/// Customers.
pub(super) fn customers() -> &'static EntitySet {
    known("CustomersV3")
}

/// Released products.
pub(super) fn products() -> &'static EntitySet {
    known("ReleasedProductsV2")
}

/// Members of the enumerations the twin knows completely; others accept any member.
pub(super) fn members(enumeration: &str) -> Option<&'static [&'static str]> {
    Some(match enumeration {
        "NoYes" => &["No", "Yes"],
        "SalesStatus" => &["None", "Backorder", "Delivered", "Invoiced", "Canceled"],
        "SalesOrderProcessingStatus" => &[
            "Active",
            "Confirmed",
            "Picked",
            "PartiallyDelivered",
            "Delivered",
            "Invoiced",
            "PartiallyInvoiced",
            "Canceled",
            "DeliveredPartiallyInvoiced",
        ],
        "FdxState" => &["None", "Open", "Trouble", "Done"],
        "EcoResProductType" => &["Item", "Service"],
        "DocuRestriction" => &["Internal", "External"],
        "TMSShippingLabelRequestType" => &["ShippingLabelOnly", "ShippingAndReturnLabels"],
        "WMSFreightChargeTerms" => &["Prepaid", "Collect", "ThirdParty", "ConsigneeParty", "Nofreight"],
        "UnitOfMeasureConversionRounding" => &["Nearest", "Up", "Down"],
        "DocumentStatus" => &[
            "None",
            "Quotation",
            "PurchaseOrder",
            "Confirmation",
            "PickingList",
            "PackingSlip",
            "ReceiptsList",
            "Invoice",
        ],
        _ => return None,
    })
}

static CATALOGUE: LazyLock<BTreeMap<&'static str, EntitySet>> = LazyLock::new(|| {
    [
        header_set("SalesOrderHeadersV2", "SalesOrderHeaderV2", "SalesOrderHeaderV2Entity"),
        entity_versions::header_v3(header_set),
        entity_versions::header_v4(header_set),
        line_set("SalesOrderLines", "SalesOrderLine", "SalesOrderLineV2Entity"),
        entity_versions::line_v3(line_set),
        sales_table_set(),
        confirmation_set(),
        invoice_set(),
        packing_slip_set(),
        tracking_set(),
        attachment_set(),
    ]
    .into_iter()
    .chain(entity_master::sets())
    .map(|set| (set.name, set))
    .collect()
});

fn header_set(name: &'static str, entity: &'static str, internal: &'static str) -> EntitySet {
    let mut set = EntitySet::new(name, entity, internal, &["dataAreaId", "SalesOrderNumber"]);
    set.has_lines = true;
    set.texts(names::HEADER_TEXTS)
        .add(names::HEADER_DATES, Kind::Date)
        .add("OrderCreationDateTime", Kind::Moment)
        .add(names::HEADER_DECIMALS, Kind::Decimal)
        .add("BaseDocumentLineNumber RevRecLatestReverseJournal", Kind::Whole)
        .add("TransportationDocumentLineId", Kind::Guid)
        .enums(names::HEADER_ENUMS)
        .add("DeliveryModeCode", Kind::Text(10))
        .add("CustomersOrderReference", Kind::Text(60))
        .add("CustomerRequisitionNumber", Kind::Text(20))
        .add("FdxTrackingNumber", Kind::Text(30))
        .add("FdxStatus", Kind::Text(40))
        .add("FdxDeliveredAt", Kind::Moment)
        .add("FdxCharge", Kind::Decimal)
        .add("FdxChargeCurrency", Kind::Text(3))
        .add("FdxTrackingUrl FdxService FdxLastScan FdxSignedBy FdxInvoice", Kind::Text(100))
        .add("FdxHistory", Kind::Text(1_000))
        .add("FdxStatusAt", Kind::Moment)
        .add("FdxShipDate FdxEstimatedDelivery", Kind::Date)
        .enums("FdxState:FdxState=None")
        .read_only(
            "SalesOrderStatus SalesOrderProcessingStatus OrderCreationDateTime OrderTotalAmount \
         OrderTotalChargesAmount OrderTotalDiscountAmount OrderTotalTaxAmount \
         OrderHeaderTaxAmount AreTotalsCalculated FormattedDelveryAddress FormattedInvoiceAddress",
        )
        .indexed(&["SalesOrderNumber", "SalesOrderProcessingStatus"])
}

fn line_set(name: &'static str, entity: &'static str, internal: &'static str) -> EntitySet {
    EntitySet::new(name, entity, internal, &["dataAreaId", "InventoryLotId"])
        .texts(names::LINE_TEXTS)
        .add(names::LINE_DATES, Kind::Date)
        .add(names::LINE_DECIMALS, Kind::Decimal)
        .add("CustomersLineNumber LineCreationSequenceNumber RevRecOccurrences Catalog NGPCode", Kind::Whole)
        .enums(names::LINE_ENUMS)
        .read_only("SalesOrderLineStatus SalesOrderNumber FormattedDelveryAddress")
        .indexed(&["SalesOrderNumber"])
}

/// The order's raw table: it alone tells when an order was changed, and whether it goes to a home.
fn sales_table_set() -> EntitySet {
    EntitySet::new("SalesTableBiEntities", "SalesTableBiEntity", "SalesTableBiEntity", &["dataAreaId", "SalesId"])
        .texts(
            "dataAreaId SalesId CustAccount InvoiceAccount CustomerRef DlvMode DlvTerm Phone Email \
         CurrencyCode LanguageId InventSiteId ShipCarrierId ShipCarrierAccount \
         ShipCarrierAccountCode ShipCarrierName ShipCarrierDeliveryContact FreightZone CustInvoiceId",
        )
        .add("ShippingDateRequested ShippingDateConfirmed", Kind::Date)
        .add("SysModifiedDateTime CreatedOn", Kind::Moment)
        .enums(
            "SalesStatus:SalesStatus=None DocumentStatus:DocumentStatus=None SalesType:SalesType=Sales \
         ReleaseStatus:WHSReleaseStatus=Open MCROrderStopped:NoYes=No CredManInCreditControl:NoYes=No \
         CredManRejected:NoYes=No CredManReleasedFromCreditControl:NoYes=No \
         ShipCarrierDlvType:ShipCarrierDlvType=Misc ShipCarrierResidential:NoYes=No \
         ShipCarrierBlindShipment:NoYes=No ShipCarrierExpeditedShipment:NoYes=No",
        )
        .sealed()
        .indexed(&["SalesId"])
}

fn confirmation_set() -> EntitySet {
    EntitySet::new(
        "SalesOrderConfirmationHeaders",
        "SalesOrderConfirmationHeader",
        "SalesOrderConfirmationHeaderEntity",
        &["dataAreaId", "SalesOrderNumber", "ConfirmationDate", "ConfirmationNumber"],
    )
    .texts(
        "dataAreaId SalesOrderNumber ConfirmationNumber ConfirmationDocumentReference \
         OrderingCustomerAccountNumber InvoiceCustomerAccountNumber CustomersOrderReference \
         CustomerRequisitionNumber CurrencyCode LanguageId PaymentTermsName DeliveryModeCode \
         DeliveryTermsCode DeliveryAddressName DeliveryAddressStreet DeliveryAddressStreetNumber \
         DeliveryAddressCity DeliveryAddressStateId DeliveryAddressZipCode DeliveryAddressPostBox \
         DeliveryAddressCountryRegionId DeliveryAddressCountryRegionISOCode",
    )
    .add("ConfirmationDate", Kind::Date)
    .add(
        "TotalNetWeight TotalNetVolume TotalQuantity TotalConfirmedAmount SubTotalAmount \
         TotalChargeAmount TotalDiscountAmount TotalSalesTaxAmount",
        Kind::Decimal,
    )
    .sealed()
    .indexed(&["SalesOrderNumber"])
}

fn invoice_set() -> EntitySet {
    EntitySet::new(
        "SalesInvoiceHeadersV2",
        "SalesInvoiceHeaderV2",
        "SalesInvoiceHeaderV2Entity",
        &["dataAreaId", "InvoiceNumber", "InvoiceDate", "LedgerVoucher"],
    )
    .texts(
        "dataAreaId InvoiceNumber LedgerVoucher SalesOrderNumber SalesOrderOriginCode \
         SalesOrderResponsiblePersonnelNumber CustomersOrderReference \
         InvoiceCustomerAccountNumber CurrencyCode DeliveryModeCode DeliveryTermsCode \
         PaymentTermsName ContactPersonId InvoiceAddressStreet InvoiceAddressStreetNumber \
         InvoiceAddressCity InvoiceAddressState InvoiceAddressZipCode \
         InvoiceAddressCountryRegionId InvoiceAddressCountryRegionISOCode",
    )
    .add("InvoiceDate DueDate", Kind::Date)
    .add(
        "TotalInvoiceAmount TotalTaxAmount TotalChargeAmount TotalDiscountAmount \
         TotalDiscountCustomerGroupAmount",
        Kind::Decimal,
    )
    .indexed(&["SalesOrderNumber"])
}

fn packing_slip_set() -> EntitySet {
    EntitySet::new(
        "CustPackingSlipJourBiEntities",
        "CustPackingSlipJourBiEntity",
        "CustPackingSlipJourBiEntity",
        &["dataAreaId", "SourceDocumentHeader"],
    )
    .texts(
        "dataAreaId SourceDocumentHeader SalesId PackingSlipId OrderAccount InvoiceAccount \
         DeliveryName DlvMode DlvTerm PurchaseOrder CustomerRef LedgerVoucher",
    )
    .add("DeliveryDate", Kind::Date)
    .add("CreatedOn", Kind::Moment)
    .add("Qty Weight Volume", Kind::Decimal)
    .indexed(&["SalesId"])
}

fn tracking_set() -> EntitySet {
    EntitySet::new(
        "PackingSlipTrackingInformation",
        "PackingSlipTrackingInformation",
        "SalesPackingSlipTrackingInformationEntity",
        &["dataAreaId", "SalesOrderNumber", "PackingSlipNumber", "DeliveryDate", "TrackingNumber"],
    )
    .texts("dataAreaId SalesOrderNumber PackingSlipNumber TrackingURL")
    .add("TrackingNumber", Kind::Text(30))
    .add("DeliveryDate", Kind::Date)
    .read_only("TrackingURL")
    .indexed(&["SalesOrderNumber"])
    .creatable()
}

fn attachment_set() -> EntitySet {
    EntitySet::new(
        "SalesOrderHeaderDocumentAttachmentsV2",
        "SalesOrderHeaderDocumentAttachmentV2",
        "SalesOrderHeaderDocumentAttachmentV2Entity",
        &["dataAreaId", "DocumentId"],
    )
    .texts(
        "dataAreaId SalesOrderNumber DocumentAttachmentTypeCode AttachmentDescription FileName \
         FileType",
    )
    .add("Notes Attachment", Kind::Text(usize::MAX))
    .add("DocumentId", Kind::Guid)
    .enums("AccessRestriction:DocuRestriction=Internal IsDefaultAttachment:NoYes=No")
    .indexed(&["SalesOrderNumber"])
    .creatable()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_has_the_168_standard_properties_and_fifteen_of_the_customer() {
        let header = headers();
        assert_eq!(header.properties().count(), 168 + 15);
        assert!(header.property("FormattedDelveryAddress").is_some());
        assert!(header.property("salesordernumber").is_none());
        assert!(!header.property("SalesOrderStatus").unwrap().editable);
        assert_eq!(header.property("DeliveryAddressTimeZone").unwrap().kind.empty(), Value::Null);
        assert_eq!(lines().properties().count(), 151);
    }

    #[test]
    fn newer_versions_show_the_same_rows_with_other_properties() {
        let (v3, v4) = (known("SalesOrderHeadersV3"), known("SalesOrderHeadersV4"));
        assert_eq!((v3.table, v3.has_lines), ("SalesOrderHeadersV2", true));
        assert_eq!((v4.table, v4.has_lines), ("SalesOrderHeadersV2", false));
        assert!(v3.property("RevRecReallocationId").is_some() && v4.property("RevRecReallocationId").is_none());
        assert!(headers().property("FinTagDisplayValue").is_none() && v4.property("FinTagDisplayValue").is_some());
        assert!(known("SalesOrderLinesV3").property("BundleLineType").is_none());
    }
}
