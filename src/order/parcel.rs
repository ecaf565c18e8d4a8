//! What the parcel weighs and how it travels: weights in pounds, FedEx services and packaging.

use crate::order::cause::Cause;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// Pounds of a kilogram, times 10^8 (exact definition: 1 lb = 0.45359237 kg).
pub const POUNDS_PER_KG: Decimal = Decimal::from_parts(220_462_262, 0, 0, false, 8);
/// FedEx refuses a weight below a tenth of a pound on a label; lighter parcels are rated so.
const LEAST_LB: Decimal = Decimal::from_parts(1, 0, 0, false, 1);

/// A weight in pounds, two decimals as FedEx takes them, rounded up so that it is never less
/// than the parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weight(Decimal);

impl Weight {
    /// From pounds; refuses zero and less.
    pub fn pounds(value: Decimal) -> Result<Self, Cause> {
        if value <= Decimal::ZERO {
            return Err(Cause::new("order.weight-wrong").field("weight_lb").detail(value.to_string()));
        }
        let rounded = value.round_dp_with_strategy(2, RoundingStrategy::AwayFromZero);
        Ok(Self(rounded.max(LEAST_LB)))
    }

    /// From kilograms; refuses zero and less.
    pub fn kilograms(value: Decimal) -> Result<Self, Cause> {
        Self::pounds(value * POUNDS_PER_KG)
    }

    /// From text as a person types it.
    pub fn parse(text: &str) -> Result<Self, Cause> {
        let value: Decimal =
            text.trim().parse().map_err(|_| Cause::new("order.weight-wrong").field("weight_lb").detail(text))?;
        Self::pounds(value)
    }

    /// Pounds.
    pub fn value(self) -> Decimal {
        self.0
    }
}

/// The FedEx service and packaging a delivery mode stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// FedEx `serviceType`: `FEDEX_GROUND`.
    pub service: String,
    /// FedEx `packagingType`: `YOUR_PACKAGING`.
    #[serde(default = "your_packaging")]
    pub packaging: String,
    /// FedEx `signatureOptionType`: `DIRECT`; absent: the service's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// Asks for delivery on Saturday, on the days that lead to one.
    #[serde(default, skip_serializing_if = "is_false")]
    pub saturday: bool,
    /// FedEx One Rate: a flat price for FedEx's own packaging.
    #[serde(default, skip_serializing_if = "is_false")]
    pub one_rate: bool,
}

impl Service {
    /// A service in the shipper's own packaging.
    pub fn new(service: &str) -> Self {
        Self { service: service.to_owned(), packaging: your_packaging(), ..Self::default() }
    }

    /// Ground, whose references are shorter and which knows homes as a service of its own.
    pub fn is_ground(&self) -> bool {
        matches!(self.service.as_str(), GROUND | HOME_DELIVERY)
    }
}

/// FedEx Ground, to businesses.
pub const GROUND: &str = "FEDEX_GROUND";
/// FedEx Ground to homes; refused for an address not marked as one.
pub const HOME_DELIVERY: &str = "GROUND_HOME_DELIVERY";
/// FedEx Ground Economy: the only service that delivers to post office boxes.
pub const GROUND_ECONOMY: &str = "SMART_POST";

fn your_packaging() -> String {
    "YOUR_PACKAGING".to_owned()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// FedEx: a side of a package is a whole number of inches of at most three digits.
pub const DIMENSION_LIMIT: u32 = 999;

/// The outside of a package in whole inches, rounded up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dimensions {
    /// Longest side.
    pub length: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

impl Dimensions {
    /// Every side has a length FedEx takes.
    pub fn is_valid(self) -> bool {
        [self.length, self.width, self.height].iter().all(|side| (1..=DIMENSION_LIMIT).contains(side))
    }
}

/// The format of labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImageType {
    /// For laser printers and screens.
    #[default]
    #[serde(rename = "PDF")]
    Pdf,
    /// A picture.
    #[serde(rename = "PNG")]
    Png,
    /// For thermal printers.
    #[serde(rename = "ZPLII")]
    Zplii,
}

impl ImageType {
    /// FedEx's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Png => "PNG",
            Self::Zplii => "ZPLII",
        }
    }

    /// The type of a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "PDF" => Some(Self::Pdf),
            "PNG" => Some(Self::Png),
            "ZPLII" => Some(Self::Zplii),
            _ => None,
        }
    }

    /// The 4x6 stock FedEx allows for it.
    pub fn stock_4x6(self) -> &'static str {
        match self {
            Self::Pdf | Self::Png => "PAPER_4X6",
            Self::Zplii => "STOCK_4X6",
        }
    }

    /// Media type for a download.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Zplii => "application/zpl",
        }
    }

    /// File ending for a download.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Zplii => "zpl",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_round_up_to_two_decimals_and_are_never_zero() {
        let kilo = Weight::kilograms(Decimal::ONE).expect("good");
        assert_eq!(kilo.value().to_string(), "2.21");
        assert_eq!(Weight::parse("0.01").expect("good").value().to_string(), "0.1");
        assert_eq!(Weight::parse(" 12.5 ").expect("good").value().to_string(), "12.5");
        assert_eq!(Weight::parse("0").expect_err("zero").code, "order.weight-wrong");
        assert_eq!(Weight::parse("heavy").expect_err("text").code, "order.weight-wrong");
    }
}
