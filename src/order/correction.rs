//! What an operator changes on a shipment before its label is bought.

use crate::order::Address;
use serde::{Deserialize, Serialize};

/// Values an operator changed on one shipment; empty text means "as in Dynamics 365".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Correction {
    /// Consignee.
    pub name: String,
    /// Street, one to three lines.
    pub street: Vec<String>,
    /// City.
    pub city: String,
    /// State or province.
    pub region: String,
    /// Postal code.
    pub postal_code: String,
    /// Telephone.
    pub phone: String,
    /// Weight in pounds; several packages with a plus between them.
    pub weight_lb: String,
    /// FedEx service.
    pub service: String,
    /// `yes`: a home, `no`: a business.
    pub residential: String,
}

impl Correction {
    /// This correction, and `remembered` where it says nothing.
    #[must_use]
    pub fn over(&self, remembered: &Self) -> Self {
        let or = |mine: &String, theirs: &String| if mine.trim().is_empty() { theirs.clone() } else { mine.clone() };
        Self {
            name: or(&self.name, &remembered.name),
            street: if self.street.is_empty() { remembered.street.clone() } else { self.street.clone() },
            city: or(&self.city, &remembered.city),
            region: or(&self.region, &remembered.region),
            postal_code: or(&self.postal_code, &remembered.postal_code),
            phone: or(&self.phone, &remembered.phone),
            residential: or(&self.residential, &remembered.residential),
            // Those are of one parcel, not of an address.
            weight_lb: self.weight_lb.clone(),
            service: self.service.clone(),
        }
    }

    /// The part that is of the address, to be remembered for it.
    #[must_use]
    pub fn of_address(&self) -> Self {
        Self { weight_lb: String::new(), service: String::new(), ..self.clone() }
    }

    /// Nothing is corrected.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The address a parcel goes to: the order's, with the operator's corrections over it.
pub fn corrected(address: &Address, correction: &Correction) -> Address {
    let over = |corrected: &str, given: &str| {
        if corrected.trim().is_empty() { given.to_owned() } else { corrected.trim().to_owned() }
    };
    Address {
        name: over(&correction.name, &address.name),
        street: over(&correction.street.join("\n"), &address.street),
        city: over(&correction.city, &address.city),
        region: over(&correction.region, &address.region),
        postal_code: over(&correction.postal_code, &address.postal_code),
        country: address.country.clone(),
    }
}
