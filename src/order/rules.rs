//! What an operator set: how delivery modes become services, who pays, how lines become packages.
//!
//! One document, edited on the Rules page, read whole. A map is keyed by what Dynamics 365 says (a
//! delivery mode, a warehouse, delivery terms); `default` stands for all others.

use crate::order::Address;
use crate::order::customs::PURPOSES;
use crate::order::mode::Mode;
use crate::order::parcel::{Dimensions, ImageType, Service};
use crate::order::pickup::Pickup;
use crate::zone::Zone;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The key that stands for everything without a key of its own.
pub const DEFAULT: &str = "default";

/// Everything an operator set for shipping.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Delivery mode, or `mode/carrier service` → FedEx service.
    pub services: BTreeMap<String, Service>,
    /// Delivery modes that are not FedEx's: such lines are left to others, not parked.
    pub other_carriers: Vec<String>,
    /// Warehouse, or `default` → where parcels leave from.
    pub ship_from: BTreeMap<String, ShipFrom>,
    /// `company/warehouse` or `company` → FedEx account; else the connection's.
    pub accounts: BTreeMap<String, String>,
    /// Delivery terms → who pays FedEx.
    pub payers: BTreeMap<String, Payer>,
    /// Label format.
    pub label: Label,
    /// How lines become packages.
    pub packing: Packing,
    /// Weights and units.
    pub weights: Weights,
    /// What goes into `INVOICE_NUMBER`.
    pub invoice: Invoice,
    /// Customs documents.
    pub customs: CustomsRules,
    /// Split street lines over 35 characters at words, without asking.
    pub split_streets: bool,
    /// Warehouse, or `default` → when FedEx comes.
    pub pickups: BTreeMap<String, Pickup>,
    /// IANA name of the time zone in which the desk shows moments and takes them; blank: that of the
    /// pick-ups.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub time_zone: String,
    /// Legal entity → how far its orders go by themselves; automatic for all others. Switched by an
    /// administrator with a reason, never edited with the rest.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub modes: BTreeMap<String, Mode>,
    /// Processing statuses that may ship; of the Dynamics 365 connection.
    #[serde(skip)]
    pub processing_statuses: Vec<String>,
}

impl Rules {
    /// Delivery modes that mean FedEx.
    pub fn fedex_modes(&self) -> Vec<String> {
        let modes = self.services.keys().map(|key| key.split('/').next().unwrap_or(key).to_owned());
        let modes: BTreeSet<String> = modes.filter(|mode| mode != DEFAULT).collect();
        modes.into_iter().collect()
    }

    /// How far the orders of a legal entity go by themselves.
    pub fn mode(&self, company: &str) -> Mode {
        self.modes.get(company).copied().unwrap_or_default()
    }

    /// In which time zone the desk shows moments: the named one, that of the `default` pick-up, or the
    /// one that all pick-ups share; else UTC.
    pub fn shown_in(&self) -> Zone {
        let named = Some(self.time_zone.trim()).filter(|name| !name.is_empty());
        let default = || self.pickups.get(DEFAULT).map(|pickup| pickup.zone.trim());
        let shared = || {
            let mut zones = self.pickups.values().map(|pickup| pickup.zone.trim());
            let first = zones.next()?;
            zones.all(|zone| zone == first).then_some(first)
        };
        named.or_else(default).or_else(shared).and_then(Zone::named).unwrap_or_default()
    }

    /// The time zone of a warehouse: its day is the one a label is dated by.
    pub fn zone_of(&self, warehouse: &str) -> Zone {
        let own = keyed(&self.pickups, warehouse).and_then(|pickup| Zone::named(&pickup.zone));
        own.unwrap_or_else(|| self.shown_in())
    }

    /// The first value that cannot be meant: where it stands, and what is wrong.
    pub fn fault(&self) -> Option<(String, String)> {
        let fault = |field: String, sentence: &str| Some((field, sentence.to_owned()));
        for (mode, service) in &self.services {
            if service.service.trim().is_empty() || service.packaging.trim().is_empty() {
                return fault(format!("services.{mode}"), "the service or its packaging is empty");
            }
        }
        for (place, account) in &self.accounts {
            if account.is_empty() || account.len() > 9 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
                return fault(format!("accounts.{place}"), "an account number has at most nine digits");
            }
        }
        for carton in &self.packing.cartons {
            let field = format!("packing.cartons.{}", carton.name);
            if !carton.dimensions.is_valid() {
                return fault(field, "every side is a whole number of inches from 1 to 999");
            }
            if carton.limit_lb <= Decimal::ZERO || carton.tare_lb < Decimal::ZERO {
                return fault(field, "its limit must be more than nothing, and its own weight not less");
            }
        }
        let uses_cartons = self.packing.methods.values().any(|method| *method == Method::Cartons);
        if uses_cartons && self.packing.cartons.is_empty() {
            return fault("packing.cartons".to_owned(), "a warehouse packs into cartons, and there are none");
        }
        let weights = [
            ("packing.limit_lb", self.packing.limit_lb),
            ("weights.default_parcel_lb", self.weights.default_parcel_lb),
        ];
        let weights = weights.into_iter().map(|(name, weight)| (name.to_owned(), weight));
        let items = self.weights.items.iter().map(|(item, weight)| (format!("weights.items.{item}"), Some(*weight)));
        let units = self.weights.conversions.iter();
        let units = units.map(|(unit, factor)| (format!("weights.conversions.{unit}"), Some(*factor)));
        if let Some((field, _)) =
            weights.chain(items).chain(units).find(|(_, value)| value.is_some_and(|value| value <= Decimal::ZERO))
        {
            return fault(field, "it must be more than nothing");
        }
        let purpose = self.customs.purpose.trim();
        if !purpose.is_empty() && !PURPOSES.contains(&purpose) {
            return fault("customs.purpose".to_owned(), "FedEx does not know this purpose");
        }
        if let Some((warehouse, sentence)) = self.pickups.iter().find_map(|(key, one)| Some((key, one.fault()?))) {
            return fault(format!("pickups.{warehouse}"), sentence);
        }
        if !self.time_zone.trim().is_empty() && Zone::named(&self.time_zone).is_none() {
            return fault("time_zone".to_owned(), "the time zone is a name like America/Chicago");
        }
        let terms = self.customs.terms_of_sale.iter().find(|(_, terms)| terms.len() != 3);
        if let Some((name, _)) = terms {
            return fault(format!("customs.terms_of_sale.{name}"), "terms of sale have three letters");
        }
        None
    }
}

/// An address parcels leave from, unchecked until an order is planned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShipFrom {
    /// Company.
    pub company: String,
    /// Telephone.
    pub phone: String,
    /// Street lines.
    pub street: Vec<String>,
    /// City.
    pub city: String,
    /// State or province.
    #[serde(default)]
    pub region: String,
    /// Postal code.
    #[serde(default)]
    pub postal_code: String,
    /// Country, two letters.
    pub country: String,
}

impl ShipFrom {
    /// As an address to check.
    pub fn address(&self) -> Address {
        Address {
            name: self.company.clone(),
            street: self.street.join("\n"),
            city: self.city.clone(),
            region: self.region.clone(),
            postal_code: self.postal_code.clone(),
            country: self.country.clone(),
        }
    }
}

/// The format of labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Label {
    /// FedEx `imageType`.
    pub image_type: ImageType,
    /// FedEx `labelStockType`; empty: the 4x6 stock of the type.
    pub stock: String,
}

impl Label {
    /// The stock to ask for.
    pub fn stock(&self) -> &str {
        if self.stock.trim().is_empty() { self.image_type.stock_4x6() } else { self.stock.trim() }
    }
}

/// Who pays FedEx for a shipment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payer {
    /// Our account.
    #[default]
    Sender,
    /// The consignee's account, which the order names.
    Recipient,
    /// Another account, which the order names.
    ThirdParty,
}

impl Payer {
    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::Recipient => "recipient",
            Self::ThirdParty => "third_party",
        }
    }
}

/// How lines become packages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Packing {
    /// Warehouse, or `default` → method; without any: one package an order.
    pub methods: BTreeMap<String, Method>,
    /// Heaviest package of method `weight`, in pounds; FedEx's own limit when absent.
    pub limit_lb: Option<Decimal>,
    /// The boxes of method `cartons`.
    pub cartons: Vec<Carton>,
    /// Items that always travel alone, each unit in its own package. Dynamics 365 can mark more.
    pub ship_alone: Vec<String>,
}

/// A way to pack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Everything in one package.
    #[default]
    Order,
    /// A package a line.
    Line,
    /// As many packages as the weight limit asks for.
    Weight,
    /// Boxes of the carton list.
    Cartons,
}

/// A box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carton {
    /// What the warehouse calls it.
    pub name: String,
    /// Outside, in inches.
    pub dimensions: Dimensions,
    /// What it holds at most, in pounds.
    pub limit_lb: Decimal,
    /// Its own weight, in pounds.
    #[serde(default)]
    pub tare_lb: Decimal,
}

/// Weights and units.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Weights {
    /// The unit of weights in Dynamics 365.
    pub unit: MassUnit,
    /// Weight of a whole parcel whose items have none, in pounds; absent: such orders wait for a person.
    pub default_parcel_lb: Option<Decimal>,
    /// Item → weight of one inventory unit, in the unit above; over what Dynamics 365 says.
    pub items: BTreeMap<String, Decimal>,
    /// Sales unit, or `item/sales unit` → how many inventory units it holds.
    pub conversions: BTreeMap<String, Decimal>,
}

/// The unit of weights in Dynamics 365: it stores numbers without one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MassUnit {
    /// Kilograms.
    #[default]
    Kg,
    /// Pounds.
    Lb,
}

/// What goes into `INVOICE_NUMBER`. At the time of shipping an invoice seldom exists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Invoice {
    /// From where.
    pub source: InvoiceSource,
    /// With `wait`: how many hours at most; then the shipment goes without.
    pub wait_hours: u32,
}

/// Where the value of `INVOICE_NUMBER` comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceSource {
    /// The newest issued invoice, if there is one.
    #[default]
    WhenKnown,
    /// Nothing.
    Omit,
    /// The order number again.
    OrderNumber,
    /// The number of the order's newest confirmation.
    Confirmation,
    /// The newest issued invoice; the shipment waits for it.
    Wait,
}

/// Customs documents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CustomsRules {
    /// FedEx `shipmentPurpose`; empty: `SOLD`.
    pub purpose: String,
    /// Who pays duties and taxes; absent: the recipient.
    pub duties: Option<Payer>,
    /// Delivery terms → three letters of `termsOfSale`.
    pub terms_of_sale: BTreeMap<String, String>,
    /// Our tax id for foreign customs, by ship-from country.
    pub tax_ids: BTreeMap<String, String>,
    /// Item → country of manufacture, where Dynamics 365 has none; `default` for all.
    pub origins: BTreeMap<String, String>,
    /// Item → harmonised code, where Dynamics 365 has none.
    pub hs_codes: BTreeMap<String, String>,
}

/// The entry of a key, or of `default`.
pub fn keyed<'a, T>(map: &'a BTreeMap<String, T>, key: &str) -> Option<&'a T> {
    map.get(key).or_else(|| map.get(DEFAULT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(json: &str) -> Option<String> {
        serde_json::from_str::<Rules>(json).expect("readable").fault().map(|(field, _)| field)
    }

    #[test]
    fn the_first_value_that_cannot_be_meant_is_named() {
        assert_eq!(fault("{}"), None);
        assert_eq!(fault(r#"{"accounts":{"usmf":"74056107X"}}"#).as_deref(), Some("accounts.usmf"));
        assert_eq!(fault(r#"{"packing":{"methods":{"24":"cartons"}}}"#).as_deref(), Some("packing.cartons"));
        let carton =
            r#"{"packing":{"cartons":[{"name":"S","dimensions":{"length":0,"width":1,"height":1},"limit_lb":"5"}]}}"#;
        assert_eq!(fault(carton).as_deref(), Some("packing.cartons.S"));
        assert_eq!(fault(r#"{"weights":{"items":{"P":"0"}}}"#).as_deref(), Some("weights.items.P"));
        let pickup = r#"{"pickups":{"24":{"cut_off":"16:30","zone":"America/Nowhere"}}}"#;
        assert_eq!(fault(pickup).as_deref(), Some("pickups.24"));
        assert_eq!(fault(r#"{"customs":{"purpose":"GIFTS"}}"#).as_deref(), Some("customs.purpose"));
        assert_eq!(fault(r#"{"customs":{"terms_of_sale":{"X":"DAPP"}}}"#).as_deref(), Some("customs.terms_of_sale.X"));
        assert!(
            serde_json::from_str::<Rules>(r#"{"pakcing":{}}"#).is_err(),
            "a misspelt key is a setting that does nothing"
        );
    }

    #[test]
    fn a_document_from_before_the_modes_is_automatic_and_stays_as_it_was() {
        let mut rules: Rules = serde_json::from_str("{}").expect("readable");
        assert_eq!(rules.mode("usmf"), Mode::Automatic);
        assert!(!serde_json::to_string(&rules).expect("plain").contains("modes"));
        rules.modes.insert("usmf".into(), Mode::Shadow);
        let again: Rules = serde_json::from_str(&serde_json::to_string(&rules).expect("plain")).expect("readable");
        assert_eq!((again.mode("usmf"), again.mode("demf")), (Mode::Shadow, Mode::Automatic));
    }

    #[test]
    fn a_mode_with_a_carrier_service_is_still_that_mode() {
        let rules: Rules =
            serde_json::from_str(r#"{"services":{"A/X":{"service":"S"},"A":{"service":"S"},"B":{"service":"S"}}}"#)
                .expect("readable");
        assert_eq!(rules.fedex_modes(), ["A", "B"]);
    }
}
