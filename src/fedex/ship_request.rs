//! The body of a purchase, from the plan of a shipment; the dry run sends the same.

use crate::fedex::ship_customs::{Clearance, Papers, TaxId, clearance, papers, tax_ids};
use crate::fedex::ship_packages::{CustomerReference, LineItem, line_items};
use crate::fedex::wire::{AccountNumber, Address, Payment, number};
use crate::order::cause::Cause;
use crate::order::consignee::Consignee;
use crate::order::parcel::GROUND_ECONOMY;
use crate::order::plan::{self, Plan};
use crate::order::rules::Payer;
use jiff::civil::{Date, Weekday};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;
use serde_json::value::RawValue;

/// FedEx: pieces it labels while we wait; for more it answers a job.
const AT_ONCE: usize = 40;
/// FedEx: characters of `RMA_ASSOCIATION`.
const RMA_LIMIT: usize = 20;
/// FedEx Ground Economy: lighter parcels travel as another class of mail.
const PARCEL_SELECT_FROM_LB: Decimal = Decimal::ONE;
/// Services that deliver on a Saturday when asked to, and the day they must leave on to be there on
/// one: asked for on another day FedEx refuses the shipment.
const SATURDAY_FROM: [(&str, Weekday); 3] =
    [("FIRST_OVERNIGHT", Weekday::Friday), ("PRIORITY_OVERNIGHT", Weekday::Friday), ("FEDEX_2_DAY", Weekday::Thursday)];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShipRequest<'a> {
    account_number: AccountNumber<'a>,
    label_response_options: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    processing_option_type: Option<&'static str>,
    requested_shipment: RequestedShipment<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestedShipment<'a> {
    ship_datestamp: &'a str,
    service_type: &'a str,
    packaging_type: &'a str,
    pickup_type: &'static str,
    block_insight_visibility: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_weight: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_package_count: Option<usize>,
    shipper: Party<'a>,
    recipients: [Party<'a>; 1],
    shipping_charges_payment: Payment<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipment_special_services: Option<SpecialServices>,
    label_specification: LabelSpecification<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customs_clearance_detail: Option<Clearance<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipping_document_specification: Option<Papers>,
    #[serde(skip_serializing_if = "Option::is_none")]
    smart_post_info_detail: Option<GroundEconomy>,
    requested_package_line_items: Vec<LineItem<'a>>,
}

#[derive(Serialize)]
struct Party<'a> {
    contact: Contact<'a>,
    address: Address<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tins: Option<[TaxId<'a>; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Contact<'a> {
    company_name: &'a str,
    phone_number: &'a str,
}

impl<'a> Party<'a> {
    fn new(who: &'a Consignee, is_home: bool, tax_id: Option<TaxId<'a>>) -> Self {
        Self {
            contact: Contact { company_name: &who.name, phone_number: &who.phone },
            address: Address::new(who, is_home),
            tins: tax_id.map(|id| [id]),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SpecialServices {
    special_service_types: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    return_shipment_detail: Option<ReturnShipment>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReturnShipment {
    return_type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LabelSpecification<'a> {
    image_type: &'static str,
    label_stock_type: &'a str,
}

// The hub FedEx asks for as well belongs to the account, and no setting of ours holds it yet.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroundEconomy {
    indicia: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ancillary_endorsement: Option<&'static str>,
}

/// The body. `ship_date` is `YYYY-MM-DD`.
pub(super) fn body<'a>(
    account: &'a str,
    plan: &'a Plan,
    reference: &'a str,
    ship_date: &'a str,
) -> Result<impl Serialize, Cause> {
    let [shipper_tax_id, recipient_tax_id] = tax_ids(plan);
    // FedEx wants the totals of several packages, and of everything that crosses a border.
    let has_totals = plan.packages.len() > 1 || plan.customs.is_some();
    Ok(ShipRequest {
        account_number: AccountNumber { value: account },
        label_response_options: "LABEL",
        processing_option_type: (plan.packages.len() > AT_ONCE).then_some("ALLOW_ASYNCHRONOUS"),
        requested_shipment: RequestedShipment {
            ship_datestamp: ship_date,
            service_type: &plan.service.service,
            packaging_type: &plan.service.packaging,
            // Nobody of ours is where a return begins.
            pickup_type: if plan.returning.is_some() { "DROPOFF_AT_FEDEX_LOCATION" } else { "USE_SCHEDULED_PICKUP" },
            block_insight_visibility: false,
            total_weight: has_totals.then(|| total_weight(plan)),
            total_package_count: has_totals.then_some(plan.packages.len()),
            shipper: Party::new(&plan.shipper, false, shipper_tax_id),
            recipients: [Party::new(&plan.recipient, plan.residential, recipient_tax_id)],
            shipping_charges_payment: payment(&plan.payment)?,
            shipment_special_services: special_services(plan, ship_date),
            label_specification: LabelSpecification {
                image_type: plan.image_type.name(),
                label_stock_type: &plan.stock,
            },
            customs_clearance_detail: clearance(account, plan)?,
            shipping_document_specification: papers(plan),
            smart_post_info_detail: ground_economy(plan),
            requested_package_line_items: line_items(plan, &references(plan, reference)?),
        },
    })
}

/// FedEx takes one decimal of a total; rounded up like every weight.
fn total_weight(plan: &Plan) -> Box<RawValue> {
    number(plan.weight().round_dp_with_strategy(1, RoundingStrategy::AwayFromZero))
}

fn references<'a>(plan: &'a Plan, reference: &'a str) -> Result<Vec<CustomerReference<'a>>, Cause> {
    let rma = plan.returning.as_ref().and_then(|returning| returning.rma.as_deref());
    if let Some(rma) = rma.filter(|rma| rma.chars().count() > RMA_LIMIT || !rma.is_ascii()) {
        // Never cut: a shortened number is another number.
        return Err(Cause::new("order.value-too-long").field("rma").detail(rma));
    }
    let values = [
        ("CUSTOMER_REFERENCE", Some(reference)),
        ("P_O_NUMBER", Some(plan.order_number.as_str())),
        ("INVOICE_NUMBER", plan.invoice_number.as_deref()),
        ("RMA_ASSOCIATION", rma),
    ];
    let given = values.into_iter().filter_map(|(kind, value)| {
        let value = value.filter(|value| !value.is_empty())?;
        Some(CustomerReference { customer_reference_type: kind, value })
    });
    Ok(given.collect())
}

/// Whoever pays in our place is named by an account.
fn payment(payment: &plan::Payment) -> Result<Payment<'_>, Cause> {
    let account = payment.account_number.as_deref();
    match (payment.payer, account) {
        (Payer::Sender, _) => Ok(Payment::new(Payer::Sender, None)),
        (_, None) => Err(Cause::new("order.payer-account-missing").field("carrier_account")),
        (payer, account) => Ok(Payment::new(payer, account)),
    }
}

fn special_services(plan: &Plan, ship_date: &str) -> Option<SpecialServices> {
    let is_return = plan.returning.is_some();
    let wanted = [
        ("FEDEX_ONE_RATE", plan.service.one_rate),
        ("RETURN_SHIPMENT", is_return),
        ("SATURDAY_DELIVERY", plan.service.saturday && leads_to_saturday(&plan.service.service, ship_date)),
    ];
    let types: Vec<&'static str> = wanted.into_iter().filter_map(|(name, asked)| asked.then_some(name)).collect();
    (!types.is_empty()).then(|| SpecialServices {
        special_service_types: types,
        return_shipment_detail: is_return.then_some(ReturnShipment { return_type: "PRINT_RETURN_LABEL" }),
    })
}

fn leads_to_saturday(service: &str, ship_date: &str) -> bool {
    let weekday = ship_date.parse::<Date>().ok().map(Date::weekday);
    SATURDAY_FROM.iter().any(|(known, from)| *known == service && weekday == Some(*from))
}

fn ground_economy(plan: &Plan) -> Option<GroundEconomy> {
    let is_light = plan.packages.iter().all(|package| package.weight.value() < PARCEL_SELECT_FROM_LB);
    let (indicia, ancillary_endorsement) = match (plan.returning.is_some(), is_light) {
        (true, _) => ("PARCEL_RETURN", None),
        (false, true) => ("PRESORTED_STANDARD", Some("ADDRESS_CORRECTION")),
        (false, false) => ("PARCEL_SELECT", None),
    };
    (plan.service.service == GROUND_ECONOMY).then_some(GroundEconomy { indicia, ancillary_endorsement })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fedex::sample::{customs, plan};
    use crate::order::parcel::{HOME_DELIVERY, Service};
    use crate::order::plan::Return;
    use serde_json::{Value, json};

    fn sent(plan: &Plan, ship_date: &str) -> Value {
        serde_json::to_value(body("740561073", plan, "01REF", ship_date).expect("possible")).unwrap()
    }

    fn wanted(plan: &Plan) -> Value {
        sent(plan, "2026-11-22")["requestedShipment"].clone()
    }

    fn party(name: &str) -> Value {
        json!({"contact": {"companyName": name, "phoneNumber": "2145550100"},
            "address": {"streetLines": ["1450 Commerce St", "Suite 2"], "city": "Dallas", "stateOrProvinceCode": "TX",
                "postalCode": "75201", "countryCode": "US"}})
    }

    #[test]
    fn a_single_parcel_asks_for_no_more_than_fedex_was_recorded_to_take() {
        let expected = json!({
            "accountNumber": {"value": "740561073"},
            "labelResponseOptions": "LABEL",
            "requestedShipment": {
                "shipDatestamp": "2026-11-22", "serviceType": "FEDEX_GROUND", "packagingType": "YOUR_PACKAGING",
                "pickupType": "USE_SCHEDULED_PICKUP", "blockInsightVisibility": false,
                "shipper": party("Contoso Parts"), "recipients": [party("Norwood Pump Co")],
                "shippingChargesPayment": {"paymentType": "SENDER"},
                "labelSpecification": {"imageType": "ZPLII", "labelStockType": "STOCK_4X6"},
                "requestedPackageLineItems": [{"sequenceNumber": 1, "groupPackageCount": 1,
                    "weight": {"units": "LB", "value": 13.2}, "customerReferences": [
                    {"customerReferenceType": "CUSTOMER_REFERENCE", "value": "01REF"},
                    {"customerReferenceType": "P_O_NUMBER", "value": "001261"},
                    {"customerReferenceType": "INVOICE_NUMBER", "value": "INV-7"}]}]
            }
        });
        assert_eq!(sent(&plan(&["13.20"]), "2026-11-22"), expected);
        let plan = plan(&["13.20"]);
        let text = serde_json::to_string(&body("1", &plan, "R", "2026-11-22").expect("possible")).unwrap();
        assert!(text.contains(r#""value":13.2}"#), "a number, not text");
    }

    #[test]
    fn packages_are_numbered_and_more_than_thirty_go_in_groups() {
        let two = wanted(&plan(&["1", "2.25"]));
        assert_eq!((&two["totalPackageCount"], &two["totalWeight"]), (&json!(2), &json!(3.3)));
        assert_eq!(two["requestedPackageLineItems"][1]["sequenceNumber"], json!(2));
        let mut many = vec!["10"; 31];
        many.extend(["20"; 20]);
        let body = sent(&plan(&many), "2026-11-22");
        assert_eq!(body["processingOptionType"], json!("ALLOW_ASYNCHRONOUS"));
        let items = body["requestedShipment"]["requestedPackageLineItems"].as_array().unwrap();
        let groups: Vec<_> = items.iter().map(|item| item["groupPackageCount"].as_u64().unwrap()).collect();
        assert_eq!((groups, items[0].get("sequenceNumber")), (vec![31, 20], None));
        assert_eq!(sent(&plan(&["10"; 40]), "2026-11-22").get("processingOptionType"), None);
    }

    #[test]
    fn a_payer_in_our_place_is_named_by_an_account() {
        let paid = |payer, account: Option<&str>| {
            let plan =
                Plan { payment: plan::Payment { payer, account_number: account.map(str::to_owned) }, ..plan(&["1"]) };
            body("740561073", &plan, "R", "2026-11-22")
                .map(|body| serde_json::to_value(body).unwrap()["requestedShipment"]["shippingChargesPayment"].clone())
                .map_err(|cause| cause.code)
        };
        let named = json!({"responsibleParty": {"accountNumber": {"value": "123456789"}}});
        assert_eq!(paid(Payer::Recipient, Some("123456789")), Ok(json!({"paymentType": "RECIPIENT", "payor": named})));
        assert_eq!(paid(Payer::ThirdParty, Some("123456789")).unwrap()["paymentType"], "THIRD_PARTY");
        assert_eq!(paid(Payer::ThirdParty, None).unwrap_err(), "order.payer-account-missing");
    }

    #[test]
    fn saturday_is_asked_for_only_on_the_days_that_lead_to_one() {
        let asked = |service: &str, ship_date: &str| {
            let service = Service { saturday: true, ..Service::new(service) };
            let body = sent(&Plan { service, ..plan(&["1"]) }, ship_date);
            body["requestedShipment"]["shipmentSpecialServices"]["specialServiceTypes"] == json!(["SATURDAY_DELIVERY"])
        };
        // 20 November 2026 is a Friday.
        assert!(asked("PRIORITY_OVERNIGHT", "2026-11-20") && !asked("PRIORITY_OVERNIGHT", "2026-11-19"));
        assert!(asked("FEDEX_2_DAY", "2026-11-19") && !asked("FEDEX_2_DAY", "2026-11-20"));
        assert!(!asked("FEDEX_GROUND", "2026-11-20") && !asked("PRIORITY_OVERNIGHT", "soon"));
    }

    #[test]
    fn home_signature_and_one_rate_are_asked_for() {
        let service = Service { signature: Some("DIRECT".into()), one_rate: true, ..Service::new(HOME_DELIVERY) };
        let wanted = wanted(&Plan { service, residential: true, ..plan(&["1", "2"]) });
        assert_eq!(wanted["recipients"][0]["address"]["residential"], json!(true));
        assert_eq!(wanted["shipper"]["address"].get("residential"), None);
        assert_eq!(wanted["shipmentSpecialServices"], json!({"specialServiceTypes": ["FEDEX_ONE_RATE"]}));
        for item in wanted["requestedPackageLineItems"].as_array().unwrap() {
            let signed = json!({"specialServiceTypes": ["SIGNATURE_OPTION"], "signatureOptionType": "DIRECT"});
            assert_eq!(item["packageSpecialServices"], signed);
        }
    }

    #[test]
    fn a_return_is_printed_dropped_off_and_found_by_its_authorisation() {
        let back = |rma: &str| plan(&["1"]).reversed(Return { rma: Some(rma.into()) });
        let returned = wanted(&back("RMA-7"));
        let services = json!({"specialServiceTypes": ["RETURN_SHIPMENT"],
            "returnShipmentDetail": {"returnType": "PRINT_RETURN_LABEL"}});
        assert_eq!(
            (&returned["shipmentSpecialServices"], &returned["pickupType"]),
            (&services, &json!("DROPOFF_AT_FEDEX_LOCATION"))
        );
        let references = returned["requestedPackageLineItems"][0]["customerReferences"].as_array().unwrap();
        assert_eq!(references.last().unwrap(), &json!({"customerReferenceType": "RMA_ASSOCIATION", "value": "RMA-7"}));
        let long = back(&"7".repeat(21));
        let cause = body("1", &long, "R", "2026-11-22").err().expect("refused");
        assert_eq!((cause.code.as_str(), cause.field.as_deref()), ("order.value-too-long", Some("rma")));
    }

    #[test]
    fn ground_economy_travels_as_the_class_of_mail_of_its_weight() {
        let indicia = |weight: &str| {
            wanted(&Plan { service: Service::new(GROUND_ECONOMY), ..plan(&[weight]) })["smartPostInfoDetail"].clone()
        };
        assert_eq!(indicia("1"), json!({"indicia": "PARCEL_SELECT"}));
        assert_eq!(indicia("0.9")["indicia"], "PRESORTED_STANDARD");
    }

    #[test]
    fn goods_that_leave_the_country_are_declared() {
        let mut abroad = Plan { customs: Some(customs()), ..plan(&["5"]) };
        abroad.recipient.country = "CA".into();
        let out = wanted(&abroad);
        assert_eq!((&out["totalPackageCount"], &out["totalWeight"]), (&json!(1), &json!(5)));
        let clearance = &out["customsClearanceDetail"];
        assert_eq!(clearance["commercialInvoice"], json!({"shipmentPurpose": "SOLD", "termsOfSale": "DDP"}));
        assert_eq!(clearance["commodities"][0]["quantity"], json!(3));
        let hose = &clearance["commodities"][1];
        assert_eq!((&hose["quantity"], &hose["unitPrice"]), (&json!(1), &json!({"amount": 25, "currency": "USD"})));
        assert_eq!(clearance["totalCustomsValue"], json!({"amount": 85, "currency": "USD"}));
        let ours = json!({"responsibleParty": {"accountNumber": {"value": "740561073"}}});
        assert_eq!(clearance["dutiesPayment"], json!({"paymentType": "SENDER", "payor": ours}));
        assert_eq!(out["shippingDocumentSpecification"]["shippingDocumentTypes"], json!(["COMMERCIAL_INVOICE"]));
        assert_eq!(out["shipper"]["tins"][0]["number"], "12-3456789");
        assert_eq!(out["requestedPackageLineItems"][0]["subPackagingType"], "BOX");
        let back = wanted(&abroad.reversed(Return::default()));
        assert_eq!(
            (back["shipper"].get("tins"), &back["recipients"][0]["tins"][0]["number"]),
            (None, &json!("12-3456789"))
        );
        assert_eq!(back["customsClearanceDetail"]["customsOption"]["type"], "OTHER");
    }

    #[test]
    fn duties_for_a_third_party_need_its_account() {
        let with = |duties| Plan {
            customs: Some(crate::order::customs::Customs { duties, ..customs() }),
            payment: plan::Payment { payer: Payer::Recipient, account_number: Some("123456789".into()) },
            ..plan(&["5"])
        };
        let cause = body("1", &with(Payer::ThirdParty), "R", "2026-11-22").err().expect("refused");
        assert_eq!(cause.code, "order.payer-account-missing");
        let theirs = wanted(&with(Payer::Recipient))["customsClearanceDetail"]["dutiesPayment"].clone();
        assert_eq!(theirs["payor"]["responsibleParty"]["accountNumber"]["value"], "123456789");
    }
}
