//! Entity sets of master data: customers, products, warehouses, carriers, units.
//!
//! Unit conversions belong to the whole system, not to a company. Products keep their weight and
//! size per inventory unit, while order lines count in sales units.

use super::entities::{EntitySet, Kind};

/// All master data sets.
pub(super) fn sets() -> [EntitySet; 11] {
    [
        customer_set(),
        contact_set(),
        warehouse_set(),
        product_set(),
        company_set(),
        delivery_mode_set(),
        delivery_terms_set(),
        carrier_set(),
        carrier_service_set(),
        unit_set(),
        product_unit_set(),
    ]
}

fn customer_set() -> EntitySet {
    EntitySet::new("CustomersV3", "CustomerV3", "CustCustomerV3Entity", &["dataAreaId", "CustomerAccount"])
        .texts(
            "dataAreaId CustomerAccount OrganizationName PersonFirstName PersonMiddleName \
         PersonLastName NameAlias PartyNumber PartyType CustomerGroupId LanguageId \
         SalesCurrencyCode PaymentTerms DeliveryMode DeliveryTerms ContactPersonId \
         PrimaryContactPhone PrimaryContactPhoneExtension PrimaryContactPhoneDescription \
         PrimaryContactPhonePurpose PrimaryContactEmail PrimaryContactURL PrimaryContactFax \
         AddressDescription AddressStreet AddressStreetNumber AddressCity AddressState \
         AddressZipCode AddressCounty AddressCountryRegionId AddressCountryRegionISOCode \
         FullPrimaryAddress DeliveryAddressDescription DeliveryAddressStreet \
         DeliveryAddressStreetNumber DeliveryAddressCity DeliveryAddressState \
         DeliveryAddressZipCode DeliveryAddressCounty DeliveryAddressCountryRegionId \
         DeliveryAddressCountryRegionISOCode InvoiceAddressStreet InvoiceAddressCity \
         InvoiceAddressState InvoiceAddressZipCode InvoiceAddressCountryRegionISOCode \
         InvoiceAccount SalesTaxGroup TaxExemptNumber WarehouseId SiteId SalesMemo \
         EmployeeResponsibleNumber",
        )
        .add("CreditLimit", Kind::Decimal)
        .enums("IsPrimaryPhoneNumberMobile:NoYes=No OnHoldStatus:CustVendorBlocked=No IsOneTimeCustomer:NoYes=No")
        .indexed(&["CustomerAccount"])
}

fn contact_set() -> EntitySet {
    EntitySet::new("ContactPersons", "ContactPerson", "ContactPersonEntity", &["dataAreaId", "ContactPersonId"])
        .texts(
            "dataAreaId ContactPersonId ContactPersonName ContactPersonPartyNumber \
         ContactPersonPartyType FirstName MiddleName LastName ContactInformationLanguageId \
         AssociatedPartyNumber EmploymentJobTitle EmploymentDepartment PrimaryPhoneNumber \
         PrimaryPhoneNumberExtension PrimaryPhoneNumberDescription PrimaryEmailAddress \
         PrimaryFaxNumber PrimaryURL PrimaryAddressCity PrimaryAddressStreet \
         PrimaryAddressStateId PrimaryAddressZipCode PrimaryAddressCountryRegionId",
        )
        .enums("IsInactive:NoYes=No IsPrimaryPhoneNumberMobile:NoYes=No")
        .indexed(&["ContactPersonId"])
}

fn warehouse_set() -> EntitySet {
    EntitySet::new("Warehouses", "Warehouse", "InventWarehouseEntity", &["dataAreaId", "WarehouseId"])
        .texts(
            "dataAreaId WarehouseId WarehouseName OperationalSiteId PrimaryAddressDescription \
         PrimaryAddressStreet PrimaryAddressStreetNumber PrimaryAddressCity \
         PrimaryAddressStateId PrimaryAddressZipCode PrimaryAddressCountyId \
         PrimaryAddressDistrictName PrimaryAddressPostBox PrimaryAddressCountryRegionId \
         PrimaryAddressBuildingCompliment FormattedPrimaryAddress PrimaryAddressLocationRoles \
         QuarantineWarehouseId TransitWarehouseId MainRefillingWarehouseId",
        )
        .add("PrimaryAddressLatitude PrimaryAddressLongitude", Kind::Decimal)
        .enums(
            "IsPrimaryAddressAssigned:NoYes=No IsWarehouseExternallyManaged:NoYes=No \
         AreAdvancedWarehouseManagementProcessesEnabled:NoYes=No IsRetailStoreWarehouse:NoYes=No \
         WarehouseType:InventLocationType=Standard PrimaryAddressTimeZone:Timezone",
        )
        .indexed(&["WarehouseId"])
}

fn product_set() -> EntitySet {
    EntitySet::new(
        "ReleasedProductsV2",
        "ReleasedProductV2",
        "EcoResReleasedProductV2Entity",
        &["dataAreaId", "ItemNumber"],
    )
    .texts(
        "dataAreaId ItemNumber ProductNumber ProductName SearchName ProductSearchName \
         ProductDescription ProductGroupId ItemModelGroupId SalesUnitSymbol InventoryUnitSymbol \
         PurchaseUnitSymbol BOMUnitSymbol OriginCountryRegionId OriginStateId \
         IntrastatCommodityCode SalesSalesTaxItemGroupCode PackagingGroupId PackingMaterialGroupId \
         WarehouseMobileDeviceDescriptionLine1 HarmonizedSystemCode NMFCCode",
    )
    .add(
        "NetProductWeight TareProductWeight GrossProductHeight GrossProductWidth GrossDepth \
         ProductVolume SalesPrice SalesPriceQuantity PackingDutyQuantity",
        Kind::Decimal,
    )
    .enums(
        "ProductType:EcoResProductType=Item ProductSubType:EcoResProductSubtype=Product \
         IsHazardousMaterial:NoYes=No IsShipAloneEnabled:NoYes=No IsCatchWeightProduct:NoYes=No",
    )
    .indexed(&["ItemNumber"])
}

fn company_set() -> EntitySet {
    EntitySet::new("LegalEntities", "LegalEntity", "OMLegalEntity", &["LegalEntityId"]).texts(
        "LegalEntityId Name NameAlias AddressStreet AddressStreetNumber AddressCity AddressState \
         AddressZipCode AddressCountryRegionId AddressCountryRegionISOCode PrimaryContactPhone \
         PrimaryContactEmail VATNum LanguageId FullPrimaryAddress",
    )
}

fn delivery_mode_set() -> EntitySet {
    EntitySet::new("DeliveryModesV2", "DeliveryModeV2", "DlvModeEntity", &["dataAreaId", "ModeCode"])
        .texts("dataAreaId ModeCode ModeDescription")
}

fn delivery_terms_set() -> EntitySet {
    EntitySet::new("DeliveryTerms", "DeliveryTerm", "DlvTermEntity", &["dataAreaId", "TermsCode"])
        .texts("dataAreaId TermsCode TermsDescription")
        .enums("FreightChargeTerms:WMSFreightChargeTerms=Prepaid IsCashOnDelivery:NoYes=No")
}

fn carrier_set() -> EntitySet {
    EntitySet::new("ShippingCarriers", "ShippingCarrier", "TMSCarrierEntity", &["dataAreaId", "CarrierId"])
        .texts(
            "dataAreaId CarrierId CarrierName StandardCarrierAlphaCode TransportationModeId \
         ShippingCarrierTrackingURL ShippingCarrierWebsiteURL ShippingCarrierVendorAccountNumber",
        )
        .add("AverageContainerWeight", Kind::Decimal)
        .enums("IsShippingCarrierActive:NoYes=No IsShippingCarrierRatingActive:NoYes=No IsBroker:NoYes=No")
}

fn carrier_service_set() -> EntitySet {
    EntitySet::new(
        "ShippingCarrierServices",
        "ShippingCarrierService",
        "TMSCarrierServiceEntity",
        &["dataAreaId", "ShippingCarrierId", "ServiceId"],
    )
    .texts(
        "dataAreaId ShippingCarrierId ServiceId ServiceName ExternalShippingCarrierServiceId \
         TransportationMethodId TransportationBillingGroupId PhysicalLoadTemplateId",
    )
    .add("DeliveryModeCode", Kind::Text(10))
    .add("LoadVolumeFactor", Kind::Decimal)
    .enums("ShippingLabelRequestType:TMSShippingLabelRequestType=ShippingLabelOnly")
    .indexed(&["DeliveryModeCode"])
}

/// Conversions that hold for every product: quantity × factor × numerator ÷ denominator.
fn unit_set() -> EntitySet {
    EntitySet::new(
        "UnitOfMeasureConversions",
        "UnitOfMeasureConversion",
        "UnitOfMeasureConversionEntity",
        &["FromUnitSymbol", "ToUnitSymbol"],
    )
    .texts("FromUnitSymbol ToUnitSymbol")
    .add("Factor InnerOffset OuterOffset", Kind::Decimal)
    .add("Numerator Denominator", Kind::Whole)
    .enums("Rounding:UnitOfMeasureConversionRounding=Nearest")
}

fn product_unit_set() -> EntitySet {
    EntitySet::new(
        "ProductUnitOfMeasureConversions",
        "ProductUnitOfMeasureConversion",
        "EcoResProductUnitConversionEntity",
        &["FromUnitSymbol", "ToUnitSymbol", "ProductNumber"],
    )
    .texts("FromUnitSymbol ToUnitSymbol ProductNumber")
    .add("Factor InnerOffset OuterOffset", Kind::Decimal)
    .add("Numerator Denominator", Kind::Whole)
    .enums("Rounding:UnitOfMeasureConversionRounding=Nearest")
    .indexed(&["ProductNumber"])
}
