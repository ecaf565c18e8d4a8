//! The properties every sales order header has, as a complete metadata of one tenant lists them. What is
//! not among them was added by the customer or a supplier of theirs, which is where tracking goes.

/// Standard properties of `SalesOrderHeadersV2`, `V3` and `V4` together.
const HEADER: &str = "\
    ArePricesIncludingSalesTax AreTotalsCalculated BankConstantSymbol BankSpecificSymbol \
    BaseDocumentDate BaseDocumentItemNumber BaseDocumentLineNumber BaseDocumentNumber \
    BaseDocumentType CFPSCode CIPEcode CampaignId CashDiscountCode ChargeCustomerGroupId \
    CommissionCustomerGroupId CommissionSalesRepresentativeGroupId ConfirmedReceiptDate \
    ConfirmedShippingDate ContactPersonId CreditNoteReasonCode CurrencyCode \
    CustomerPaymentFinancialInterestCode CustomerPaymentFineCode CustomerPaymentMethodName \
    CustomerPaymentMethodSpecificationName CustomerPostingProfileId CustomerRequisitionNumber \
    CustomerTransactionSettlementType CustomersOrderReference DefaultLedgerDimensionDisplayValue \
    DefaultShippingSiteId DefaultShippingWarehouseId DeliveryAddressCity DeliveryAddressCityInKana \
    DeliveryAddressCountryRegionISOCode DeliveryAddressCountryRegionId DeliveryAddressCountyId \
    DeliveryAddressDescription DeliveryAddressDistrictName DeliveryAddressDunsNumber \
    DeliveryAddressLatitude DeliveryAddressLocationId DeliveryAddressLongitude DeliveryAddressName \
    DeliveryAddressPostBox DeliveryAddressStateId DeliveryAddressStreet DeliveryAddressStreetInKana \
    DeliveryAddressStreetNumber DeliveryAddressTimeZone DeliveryAddressZipCode \
    DeliveryBuildingCompliment DeliveryModeCode DeliveryReasonCode DeliveryTermsCode \
    DirectDebitMandateId EInvoiceDimensionAccountCode EUSalesListCode Email \
    ExcludeFromMasterPlanning ExportReason FinTagDisplayValue FiscalDocumentOperationTypeId \
    FiscalOperationPresenceType FixedDueDate FixedExchangeRate FormattedDelveryAddress \
    FormattedInvoiceAddress FulfillmentPolicyName FullRunCTPStatus IntrastatPortId \
    IntrastatStatisticsProcedureCode IntrastatTransactionCode IntrastatTransportModeCode \
    InventoryReservationMethod InvoiceAddressCity InvoiceAddressCityInKana \
    InvoiceAddressCountryRegionISOCode InvoiceAddressCountryRegionId InvoiceAddressCountyId \
    InvoiceAddressDistrictName InvoiceAddressLatitude InvoiceAddressLongitude InvoiceAddressPostBox \
    InvoiceAddressStateId InvoiceAddressStreet InvoiceAddressStreetInKana InvoiceAddressStreetNumber \
    InvoiceAddressTimeZone InvoiceAddressZipCode InvoiceBuildingCompliment \
    InvoiceCustomerAccountNumber InvoicePaymentAttachmentType InvoiceType \
    IsConsolidatedInvoiceTarget IsDeliveryAddressOrderSpecific IsDeliveryAddressPrivate \
    IsEInvoiceDimensionAccountCodeSpecifiedPerLine IsEntryCertificateRequired IsExportSale \
    IsFinalUser IsInvoiceAddressPrivate IsOneTimeCustomer IsOwnEntryCertificateIssued \
    IsSalesProcessingStopped IsServiceDeliveryAddressBased LanguageId LineDiscountCustomerGroupCode \
    MultilineDiscountCustomerGroupCode NumberSequenceGroupId OrderCreationDateTime \
    OrderHeaderTaxAmount OrderOrAgreementCode OrderResponsiblePersonnelNumber \
    OrderTakerPersonnelNumber OrderTotalAmount OrderTotalChargesAmount OrderTotalDiscountAmount \
    OrderTotalTaxAmount OrderingCustomerAccountNumber OverrideSalesTax PaymentScheduleName \
    PaymentTermsBaseDate PaymentTermsName PriceCustomerGroupCode ProjectId QuotationNumber \
    ReportingCurrencyFixedExchangeRate RequestedReceiptDate RequestedShippingDate RetailChannelTable \
    RevRecContractEndDate RevRecContractStartDate RevRecFollowOriginalPricingMethod \
    RevRecLatestReverseJournal RevRecMultipleSOReallocation RevRecReallocationId SalesOrderName \
    SalesOrderNumber SalesOrderOriginCode SalesOrderPoolId SalesOrderProcessingStatus \
    SalesOrderPromisingMethod SalesOrderStatus SalesRebateCustomerGroupId SalesTaxGroupCode \
    SalesUnitId ServiceFiscalInformationCode ShipmentProcessingPolicyName \
    ShippingCarrierCustomerAccountNumber ShippingCarrierId ShippingCarrierServiceGroupId \
    ShippingCarrierServiceId SkipCreateAutoCharges SkipGlobalUnifiedPricingCalculation \
    SubBillCreatedFromSubscriptionBilling TMACustomerGroupId TaxExemptNumber TenderCode \
    ThirdPartySalesDigitalPlatform ThirdPartySalesDigitalPlatformCNPJ TotalDiscountAmount \
    TotalDiscountCustomerGroupCode TotalDiscountPercentage TransportationBrokerId \
    TransportationDocumentLineId TransportationModeId TransportationRoutePlanId \
    TransportationTemplateId URL WillAutomaticInventoryReservationConsiderBatchAttributes dataAreaId";

/// Sets of sales order headers.
const HEADER_SETS: &str = "SalesOrderHeadersV";

/// The property belongs to the set's standard. Of sets whose standard is not known here, none does.
pub fn is_standard(entity_set: &str, property: &str) -> bool {
    entity_set.starts_with(HEADER_SETS) && HEADER.split_ascii_whitespace().any(|name| name == property)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_is_known_and_an_extension_is_none_of_it() {
        assert_eq!(HEADER.split_ascii_whitespace().count(), 172);
        assert!(is_standard("SalesOrderHeadersV2", "FormattedDelveryAddress"));
        assert!(!is_standard("SalesOrderHeadersV3", "FdxTrackingNumber"));
        assert!(!is_standard("ContosoShipments", "Email"));
    }
}
