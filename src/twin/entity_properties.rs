//! Property names of the two large entity types, as one tenant's complete metadata lists them.
//!
//! An enumeration is written `Name:Type=EmptyMember`; without a member it is null when unset. The
//! misspelt `FormattedDelveryAddress` is the vendor's.

/// Text properties of a sales order header.
pub(super) const HEADER_TEXTS: &str = "\
    BankConstantSymbol BankSpecificSymbol BaseDocumentItemNumber BaseDocumentNumber CFPSCode \
    CIPEcode CampaignId CashDiscountCode ChargeCustomerGroupId CommissionCustomerGroupId \
    CommissionSalesRepresentativeGroupId ContactPersonId CreditNoteReasonCode CurrencyCode \
    CustomerPaymentFinancialInterestCode CustomerPaymentFineCode CustomerPaymentMethodName \
    CustomerPaymentMethodSpecificationName CustomerPostingProfileId CustomerRequisitionNumber \
    CustomersOrderReference DefaultLedgerDimensionDisplayValue DefaultShippingSiteId \
    DefaultShippingWarehouseId DeliveryAddressCity DeliveryAddressCityInKana \
    DeliveryAddressCountryRegionISOCode DeliveryAddressCountryRegionId DeliveryAddressCountyId \
    DeliveryAddressDescription DeliveryAddressDistrictName DeliveryAddressDunsNumber \
    DeliveryAddressLocationId DeliveryAddressName DeliveryAddressPostBox DeliveryAddressStateId \
    DeliveryAddressStreet DeliveryAddressStreetInKana DeliveryAddressStreetNumber \
    DeliveryAddressZipCode DeliveryBuildingCompliment DeliveryModeCode DeliveryReasonCode \
    DeliveryTermsCode DirectDebitMandateId EInvoiceDimensionAccountCode Email ExportReason \
    FiscalDocumentOperationTypeId FormattedDelveryAddress FormattedInvoiceAddress \
    FulfillmentPolicyName IntrastatPortId IntrastatStatisticsProcedureCode \
    IntrastatTransactionCode IntrastatTransportModeCode InvoiceAddressCity \
    InvoiceAddressCityInKana InvoiceAddressCountryRegionISOCode InvoiceAddressCountryRegionId \
    InvoiceAddressCountyId InvoiceAddressDistrictName InvoiceAddressPostBox \
    InvoiceAddressStateId InvoiceAddressStreet InvoiceAddressStreetInKana \
    InvoiceAddressStreetNumber InvoiceAddressZipCode InvoiceBuildingCompliment \
    InvoiceCustomerAccountNumber LanguageId LineDiscountCustomerGroupCode \
    MultilineDiscountCustomerGroupCode NumberSequenceGroupId OrderOrAgreementCode \
    OrderResponsiblePersonnelNumber OrderTakerPersonnelNumber OrderingCustomerAccountNumber \
    PaymentScheduleName PaymentTermsName PriceCustomerGroupCode ProjectId QuotationNumber \
    RevRecReallocationId SalesOrderName SalesOrderNumber SalesOrderOriginCode SalesOrderPoolId \
    SalesRebateCustomerGroupId SalesTaxGroupCode SalesUnitId ServiceFiscalInformationCode \
    ShippingCarrierCustomerAccountNumber ShippingCarrierId ShippingCarrierServiceGroupId \
    ShippingCarrierServiceId TMACustomerGroupId TaxExemptNumber TenderCode \
    ThirdPartySalesDigitalPlatformCNPJ TotalDiscountCustomerGroupCode TransportationBrokerId \
    TransportationModeId TransportationRoutePlanId TransportationTemplateId URL dataAreaId";

/// Date-only properties of a sales order header.
pub(super) const HEADER_DATES: &str = "\
    BaseDocumentDate ConfirmedReceiptDate ConfirmedShippingDate FixedDueDate \
    PaymentTermsBaseDate RequestedReceiptDate RequestedShippingDate RevRecContractEndDate \
    RevRecContractStartDate";

/// Decimal properties of a sales order header.
pub(super) const HEADER_DECIMALS: &str = "\
    DeliveryAddressLatitude DeliveryAddressLongitude FixedExchangeRate InvoiceAddressLatitude \
    InvoiceAddressLongitude OrderHeaderTaxAmount OrderTotalAmount OrderTotalChargesAmount \
    OrderTotalDiscountAmount OrderTotalTaxAmount ReportingCurrencyFixedExchangeRate \
    TotalDiscountAmount TotalDiscountPercentage";

/// Enumerations of a sales order header.
pub(super) const HEADER_ENUMS: &str = "\
    ArePricesIncludingSalesTax:NoYes=No AreTotalsCalculated:NoYes=No \
    BaseDocumentType:DocumentTypeIt=None CustomerTransactionSettlementType:SettlementType=None \
    DeliveryAddressTimeZone:Timezone EUSalesListCode:Listcode=IncludeNot \
    FiscalOperationPresenceType:EfDocPresenceTypeBr=DoesNotApply \
    FullRunCTPStatus:MpsFullRunCtpStatus=Ready InventoryReservationMethod:ItemReservation=None \
    InvoiceAddressTimeZone:Timezone InvoicePaymentAttachmentType:PaymentStub=None \
    InvoiceType:InvoiceTypeMy=Invoice IsConsolidatedInvoiceTarget:NoYes=No \
    IsDeliveryAddressOrderSpecific:NoYes=No IsDeliveryAddressPrivate:NoYes=No \
    IsEInvoiceDimensionAccountCodeSpecifiedPerLine:NoYes=No IsEntryCertificateRequired:NoYes=No \
    IsExportSale:NoYes=No IsFinalUser:NoYes=No IsInvoiceAddressPrivate:NoYes=No \
    IsOneTimeCustomer:NoYes=No IsOwnEntryCertificateIssued:NoYes=No \
    IsSalesProcessingStopped:NoYes=No IsServiceDeliveryAddressBased:NoYes=No \
    OverrideSalesTax:NoYes=No RevRecFollowOriginalPricingMethod:NoYes=No \
    RevRecMultipleSOReallocation:NoYes=No \
    SalesOrderProcessingStatus:SalesOrderProcessingStatus=Active \
    SalesOrderPromisingMethod:SalesDeliveryDateControlType=None \
    SalesOrderStatus:SalesStatus=None SkipCreateAutoCharges:NoYes=No \
    SkipGlobalUnifiedPricingCalculation:NoYes=No SubBillCreatedFromSubscriptionBilling:NoYes=No \
    ThirdPartySalesDigitalPlatform:NoYes=No \
    WillAutomaticInventoryReservationConsiderBatchAttributes:NoYes=No";

/// Text properties of a sales order line.
pub(super) const LINE_TEXTS: &str = "\
    BOMId CFOPCode CommissionSalesRepresentativeGroupId CreditNoteReasonCode CurrencyCode \
    CustomerRequisitionNumber CustomsDocumentName CustomsDocumentNumber \
    DefaultLedgerDimensionDisplayValue DeliveryAddressCity DeliveryAddressCityInKana \
    DeliveryAddressCountryRegionISOCode DeliveryAddressCountryRegionId DeliveryAddressCountyId \
    DeliveryAddressDescription DeliveryAddressDistrictName DeliveryAddressDunsNumber \
    DeliveryAddressLocationId DeliveryAddressName DeliveryAddressPostBox DeliveryAddressStateId \
    DeliveryAddressStreet DeliveryAddressStreetInKana DeliveryAddressStreetNumber \
    DeliveryAddressZipCode DeliveryBuildingCompliment DeliveryCFOPCode DeliveryModeCode \
    DeliverySalesTaxGroupCode DeliverySalesTaxItemGroupCode DeliveryTermsId \
    EInvoiceDimensionAccountCode EInvoicePropertyNumber ExternalItemNumber FiscalDocumentTypeId \
    FormattedDelveryAddress FulfillmentStoreId GiftCardBuyerEmail GiftCardBuyerName \
    GiftCardGiftMessage GiftCardNumber GiftCardRecipientEmail GiftCardRecipientName \
    IntrastatCommodityCode IntrastatPortId IntrastatSpecialMovementCode \
    IntrastatStatisticsProcedureCode IntrastatTransactionCode IntrastatTransportModeCode \
    InventoryLotId InventoryServiceAdjustmentOffsetDatasource \
    InventoryServiceAdjustmentOffsetPhysicalMeasure InventoryServiceReservationId \
    ItemBatchNumber ItemNumber ItemSerialNumber ItemWithholdingTaxCodeGroupCode LineDescription \
    MainAccountIdDisplayValue OrderLineReference OrderedInventoryStatusId PackingUnitSymbol \
    ProductColorId ProductConfigurationId ProductSizeId ProductStyleId ProductVersionId \
    ProjectCategoryId ProjectId ProjectLinePropertyId RevRecRevenueScheduleId RouteId \
    SalesOrderNumber SalesProductCategoryName SalesRebateProductGroupId SalesTaxGroupCode \
    SalesTaxItemGroupCode SalesUnitSymbol ServiceFiscalInformationCode ServiceOrderNumber \
    ShippingSiteId ShippingWarehouseId ShippingWarehouseLocationId WithholdingTaxGroupCode \
    dataAreaId";

/// Date-only properties of a sales order line.
pub(super) const LINE_DATES: &str = "\
    ConfirmedReceiptDate ConfirmedShippingDate CustomsDocumentDate RequestedReceiptDate \
    RequestedShippingDate RevRecContractEndDate RevRecContractStartDate";

/// Decimal properties of a sales order line.
pub(super) const LINE_DECIMALS: &str = "\
    AllowedOverdeliveryPercentage AllowedUnderdeliveryPercentage DeliveryAddressLatitude \
    DeliveryAddressLongitude FixedPriceCharges IntrastatStatisticValue LineAmount \
    LineDiscountAmount LineDiscountPercentage LineNumber MultilineDiscountAmount \
    MultilineDiscountPercentage OrderedCatchWeightQuantity OrderedSalesQuantity PlanningPriority \
    RetailCalculatedLineDiscountAmount RetailCalculatedLineDiscountPercentage \
    RetailCalculatedManualLineDiscountAmount RetailCalculatedManualLineDiscountPercentage \
    RetailCalculatedPeriodicDiscountAmount RetailCalculatedPeriodicDiscountPercentage \
    RetailCalculatedTenderDiscountAmount RetailCalculatedTenderDiscountPercentage \
    RetailCalculatedTotalDiscountAmount RetailCalculatedTotalDiscountPercentage \
    RevRecSalesDeliverNow SalesDeliverNow SalesPrice SalesPriceQuantity \
    SuframaDiscountPercentage";

/// Enumerations of a sales order line.
pub(super) const LINE_ENUMS: &str = "\
    BundleLineStatus:BundleLineStatus=None BundleLineType:BundleLineType=None \
    CalculateLineAmount:NoYes=No DefaultLineNumberFromLineCreationSequenceNumber:NoYes=No \
    DeliveryAddressTimeZone:Timezone ExcludeFromMasterPlanning:NoYes=No \
    FulfillmentStatus:RetailFulfillmentLineStatus=Unknown \
    FullRunCTPStatus:MpsFullRunCtpStatus=Ready GiftCardType:McrGiftCardType=Email \
    InventoryReservationMethod:ItemReservation=None IsDeliveryAddressOrderSpecific:NoYes=No \
    IsDeliveryAddressPrivate:NoYes=No IsIntrastatTriangularDeal:NoYes=No IsLineStopped:NoYes=No \
    IsPriceLocked:NoYes=No IsSoftReservedExternally:NoYes=No OverrideSalesTax:NoYes=No \
    SalesOrderLineCreationMethod:SalesSalesOrderCreationMethod=Unknown \
    SalesOrderLineStatus:SalesStatus=None \
    SalesOrderPromisingMethod:SalesDeliveryDateControlType=None SkipCreateAutoCharges:NoYes=No \
    SubBillRevenueSplit:NoYes=No \
    WillAutomaticInventoryReservationConsiderBatchAttributes:NoYes=No \
    WillRebateCalculationExcludeLine:NoYes=No";
