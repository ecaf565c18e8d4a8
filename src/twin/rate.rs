//! What a shipment costs, computed from weight, zone and service, the same every time.
//!
//! Amounts are whole cents inside and JSON numbers outside. The tariff is invented; its shape is
//! not: base charge, fuel surcharge, and their sum as the net charge.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Fuel surcharge in percent.
const FUEL_PERCENT: u64 = 5;
/// List rates are this many percent of account rates.
const LIST_PERCENT: u64 = 140;

/// What the pieces of a shipment cost.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Charge {
    pub zone: u8,
    /// Base charge of each piece in cents.
    pub bases: Vec<u64>,
}

impl Charge {
    /// Rates pieces, given in hundredths of a pound, between two postal codes.
    pub(super) fn new(service: &str, from: &str, to: &str, weights_clb: &[u64]) -> Self {
        let zone = zone(from, to);
        let (first, per_pound) = tariff(service);
        let bases = weights_clb
            .iter()
            .map(|weight| {
                let pounds = weight.div_ceil(100).max(1);
                first + pounds * per_pound * u64::from(zone) / 4
            })
            .collect();
        Self { zone, bases }
    }

    /// The base charge of all pieces in cents.
    pub(super) fn base(&self) -> u64 {
        self.bases.iter().sum()
    }

    /// The net charge of all pieces in cents.
    pub(super) fn net(&self) -> u64 {
        self.bases.iter().map(|base| net(*base)).sum()
    }

    /// The fuel surcharge of all pieces in cents.
    pub(super) fn fuel(&self) -> u64 {
        self.net() - self.base()
    }

    /// The same pieces at list rates.
    pub(super) fn list(&self) -> Self {
        Self { zone: self.zone, bases: self.bases.iter().map(|base| base * LIST_PERCENT / 100).collect() }
    }
}

/// A base charge with its fuel surcharge, in cents.
pub(super) fn net(base: u64) -> u64 {
    base + base * FUEL_PERCENT / 100
}

/// Fuel surcharge in percent, as the answer states it.
pub(super) fn fuel_percent() -> Value {
    amount(FUEL_PERCENT * 100)
}

/// Cents as a JSON number in dollars; `2208` prints as `22.08`.
#[expect(clippy::cast_precision_loss, reason = "charges are far below 2^53 cents")]
pub(super) fn amount(cents: u64) -> Value {
    json!(cents as f64 / 100.0)
}

/// Hundredths of a pound in pounds.
#[expect(clippy::cast_precision_loss, reason = "weights are far below 2^53 hundredths of a pound")]
pub(super) fn pounds(weight_clb: u64) -> f64 {
    weight_clb as f64 / 100.0
}

/// Price of the first part of a parcel and of each pound in zone 4, in cents.
fn tariff(service: &str) -> (u64, u64) {
    match service {
        "FEDEX_GROUND" => (1_083, 52),
        "GROUND_HOME_DELIVERY" => (1_247, 55),
        "SMART_POST" => (845, 38),
        "FEDEX_EXPRESS_SAVER" => (1_962, 118),
        "FEDEX_2_DAY" => (2_371, 149),
        "FEDEX_2_DAY_AM" => (2_719, 161),
        "STANDARD_OVERNIGHT" => (3_894, 226),
        "PRIORITY_OVERNIGHT" => (4_415, 243),
        "FIRST_OVERNIGHT" => (8_120, 287),
        _ => (6_530, 391),
    }
}

/// Zones 2 to 8 by the distance of the first digits, which run from east to west.
fn zone(from: &str, to: &str) -> u8 {
    let region = |code: &str| code.bytes().next().filter(u8::is_ascii_digit).map(|digit| digit - b'0');
    match (region(from), region(to)) {
        (Some(from), Some(to)) => (2 + from.abs_diff(to)).min(8),
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_charge_is_the_sum_of_its_pieces_and_has_two_decimals() {
        let charge = Charge::new("FEDEX_GROUND", "38118", "60601", &[1_250, 400]);
        assert_eq!(charge.zone, 5);
        assert_eq!(charge.net(), charge.bases.iter().map(|base| net(*base)).sum::<u64>());
        assert_eq!(charge.net(), charge.base() + charge.fuel());
        assert_eq!(amount(2_208).to_string(), "22.08");
        assert_eq!(amount(7_180).to_string(), "71.8");
    }
}
