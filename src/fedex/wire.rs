//! Parts of requests that several calls share, in the shape FedEx takes them.
//!
//! FedEx asks that empty elements are left out rather than sent empty. Numbers are written from
//! their decimal digits, never through a float.

use crate::order::consignee::Consignee;
use crate::order::parcel;
use crate::order::rules::Payer;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::value::RawValue;

/// A number with exactly these digits.
pub fn number(value: Decimal) -> Box<RawValue> {
    RawValue::from_string(value.normalize().to_string()).expect("a decimal is a JSON number")
}

/// An account.
#[derive(Clone, Serialize)]
pub struct AccountNumber<'a> {
    /// Nine digits.
    pub value: &'a str,
}

/// A weight in pounds, everywhere the same unit: FedEx refuses a mixture.
#[derive(Serialize)]
pub struct Weight {
    units: &'static str,
    value: Box<RawValue>,
}

impl From<parcel::Weight> for Weight {
    fn from(weight: parcel::Weight) -> Self {
        Self { units: "LB", value: number(weight.value()) }
    }
}

/// The outside of a package.
#[derive(Serialize)]
pub struct Dimensions {
    length: u32,
    width: u32,
    height: u32,
    units: &'static str,
}

impl From<parcel::Dimensions> for Dimensions {
    fn from(sides: parcel::Dimensions) -> Self {
        Self { length: sides.length, width: sides.width, height: sides.height, units: "IN" }
    }
}

/// An amount.
#[derive(Serialize)]
pub struct Money<'a> {
    amount: Box<RawValue>,
    currency: &'a str,
}

impl<'a> Money<'a> {
    /// In this currency.
    pub fn new(amount: Decimal, currency: &'a str) -> Self {
        Self { amount: number(amount), currency }
    }
}

/// An address.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Address<'a> {
    street_lines: &'a [String],
    city: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_or_province_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<&'a str>,
    country_code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    residential: Option<bool>,
}

impl<'a> Address<'a> {
    /// Where somebody is; `is_home` marks a residence.
    pub fn new(who: &'a Consignee, is_home: bool) -> Self {
        Self {
            street_lines: &who.street,
            city: &who.city,
            state_or_province_code: who.region.as_deref(),
            postal_code: who.postal_code.as_deref(),
            country_code: &who.country,
            residential: is_home.then_some(true),
        }
    }
}

/// Who pays for something.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Payment<'a> {
    payment_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payor: Option<Payor<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payor<'a> {
    responsible_party: ResponsibleParty<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResponsibleParty<'a> {
    account_number: AccountNumber<'a>,
}

impl<'a> Payment<'a> {
    /// Paid by somebody, from this account.
    pub fn new(payer: Payer, account: Option<&'a str>) -> Self {
        Self {
            payment_type: match payer {
                Payer::Sender => "SENDER",
                Payer::Recipient => "RECIPIENT",
                Payer::ThirdParty => "THIRD_PARTY",
            },
            payor: account
                .map(|value| Payor { responsible_party: ResponsibleParty { account_number: AccountNumber { value } } }),
        }
    }
}
