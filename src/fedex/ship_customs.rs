//! The customs part of a request: the goods, who pays duties, and the commercial invoice.

use crate::fedex::wire::{Money, Payment, Weight};
use crate::order::cause::Cause;
use crate::order::customs::{Commodity, Customs};
use crate::order::plan::Plan;
use crate::order::rules::Payer;
use rust_decimal::Decimal;
use serde::Serialize;

/// FedEx: an amount has five digits before the point; only a customs value has more.
const MONEY_BELOW: Decimal = Decimal::from_parts(100_000, 0, 0, false, 0);

/// What customs want to know.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Clearance<'a> {
    commercial_invoice: CommercialInvoice<'a>,
    commodities: Vec<Goods<'a>>,
    duties_payment: Payment<'a>,
    is_document_only: bool,
    // FedEx adds the goods up itself where the sum has more digits than it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    total_customs_value: Option<Money<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customs_option: Option<CustomsOption>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CommercialInvoice<'a> {
    shipment_purpose: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    terms_of_sale: Option<&'a str>,
}

/// The goods of a line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Goods<'a> {
    description: &'a str,
    part_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    harmonized_code: Option<&'a str>,
    country_of_manufacture: &'a str,
    quantity: u64,
    quantity_units: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_price: Option<Money<'a>>,
    customs_value: Money<'a>,
    weight: Weight,
}

/// Why goods cross the border the second time.
#[derive(Serialize)]
struct CustomsOption {
    #[serde(rename = "type")]
    kind: &'static str,
    description: &'static str,
}

/// The papers FedEx shall make.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Papers {
    shipping_document_types: [&'static str; 1],
    commercial_invoice_detail: InvoiceDetail,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InvoiceDetail {
    document_format: DocumentFormat,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DocumentFormat {
    doc_type: &'static str,
    stock_type: &'static str,
}

/// A tax id of a party.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TaxId<'a> {
    number: &'a str,
    tin_type: &'static str,
}

/// The declaration of a shipment that leaves the country.
pub(super) fn clearance<'a>(account: &'a str, plan: &'a Plan) -> Result<Option<Clearance<'a>>, Cause> {
    let Some(customs) = &plan.customs else { return Ok(None) };
    let total = customs.total();
    Ok(Some(Clearance {
        commercial_invoice: CommercialInvoice {
            shipment_purpose: &customs.purpose,
            terms_of_sale: customs.terms_of_sale.as_deref(),
        },
        commodities: goods(customs),
        duties_payment: duties(account, plan, customs)?,
        is_document_only: false,
        total_customs_value: (total < MONEY_BELOW).then(|| Money::new(total, &customs.currency)),
        // FedEx's other reasons say more than we know.
        customs_option: plan
            .returning
            .as_ref()
            .map(|_| CustomsOption { kind: "OTHER", description: "Goods returned to the seller" }),
    }))
}

/// The commercial invoice, in the only format FedEx has for it.
pub(super) fn papers(plan: &Plan) -> Option<Papers> {
    plan.customs.as_ref().map(|_| Papers {
        shipping_document_types: ["COMMERCIAL_INVOICE"],
        commercial_invoice_detail: InvoiceDetail {
            document_format: DocumentFormat { doc_type: "PDF", stock_type: "PAPER_LETTER" },
        },
    })
}

/// Tax ids of shipper and recipient. On the way back the two have changed places.
pub(super) fn tax_ids(plan: &Plan) -> [Option<TaxId<'_>>; 2] {
    let Some(customs) = &plan.customs else { return [None, None] };
    let ids = [&customs.shipper_tax_id, &customs.recipient_tax_id];
    let [shipper, recipient] =
        ids.map(|id| id.as_deref().map(|number| TaxId { number, tin_type: "BUSINESS_NATIONAL" }));
    if plan.returning.is_some() { [recipient, shipper] } else { [shipper, recipient] }
}

/// The goods, for a purchase or a quote.
pub(super) fn goods(customs: &Customs) -> Vec<Goods<'_>> {
    customs.commodities.iter().map(|commodity| declared(commodity, &customs.currency)).collect()
}

fn declared<'a>(commodity: &'a Commodity, currency: &'a str) -> Goods<'a> {
    let (quantity, unit_price) = units(commodity);
    Goods {
        description: &commodity.description,
        part_number: &commodity.part_number,
        harmonized_code: commodity.hs_code.as_deref(),
        country_of_manufacture: &commodity.origin,
        quantity,
        quantity_units: "EA",
        // Optional; a dearer piece has its whole value below.
        unit_price: (unit_price < MONEY_BELOW).then(|| Money::new(unit_price, currency)),
        customs_value: Money::new(commodity.value, currency),
        weight: commodity.weight.into(),
    }
}

/// FedEx counts goods in whole units: 2.5 m of hose are one lot of their whole value.
fn units(commodity: &Commodity) -> (u64, Decimal) {
    let whole = commodity.quantity.is_integer().then(|| u64::try_from(commodity.quantity).ok()).flatten();
    match whole {
        Some(quantity) if quantity > 0 => (quantity, commodity.unit_price),
        _ => (1, commodity.value),
    }
}

/// Who pays the duties: we from our account, the consignee from theirs or at the door.
fn duties<'a>(account: &'a str, plan: &'a Plan, customs: &Customs) -> Result<Payment<'a>, Cause> {
    let named = || plan.payment.account_number.as_deref().filter(|_| plan.payment.payer == customs.duties);
    let payer_account = match customs.duties {
        Payer::Sender => Some(account),
        Payer::Recipient => named(),
        Payer::ThirdParty => Some(named().ok_or_else(|| {
            let detail = "the duties are a third party's to pay, and no third party pays the shipment";
            Cause::new("order.payer-account-missing").field("carrier_account").detail(detail)
        })?),
    };
    Ok(Payment::new(customs.duties, payer_account))
}
