//! Does a postal code lie in its state or province? Checked before FedEx is asked, because FedEx may
//! correct the state silently and charge for it.
//!
//! Only what is certain is refused. A US ZIP code's first digit stands for a group of states, with two
//! places served from across a border; a Canadian code's first letter stands for a province.

/// First digit of a ZIP code → states and territories, as the Postal Service groups them. 569 is
/// Washington's, 885 is El Paso's.
const ZIP_AREAS: [&[&str]; 10] = [
    &["CT", "MA", "ME", "NH", "NJ", "NY", "PR", "RI", "VT", "VI", "AE"],
    &["DE", "NY", "PA"],
    &["DC", "MD", "NC", "SC", "VA", "WV"],
    &["AL", "FL", "GA", "MS", "TN", "AA"],
    &["IN", "KY", "MI", "OH"],
    &["IA", "MN", "MT", "ND", "SD", "WI", "DC"],
    &["IL", "KS", "MO", "NE"],
    &["AR", "LA", "OK", "TX"],
    &["AZ", "CO", "ID", "NM", "NV", "UT", "WY", "TX"],
    &["AK", "AP", "AS", "CA", "FM", "GU", "HI", "MH", "MP", "OR", "PW", "WA"],
];

/// First letter of a Canadian postal code → provinces and territories.
const CANADA: [(char, &[&str]); 18] = [
    ('A', &["NL", "NF"]),
    ('B', &["NS"]),
    ('C', &["PE"]),
    ('E', &["NB"]),
    ('G', &["QC", "PQ"]),
    ('H', &["QC", "PQ"]),
    ('J', &["QC", "PQ"]),
    ('K', &["ON"]),
    ('L', &["ON"]),
    ('M', &["ON"]),
    ('N', &["ON"]),
    ('P', &["ON"]),
    ('R', &["MB"]),
    ('S', &["SK"]),
    ('T', &["AB"]),
    ('V', &["BC"]),
    ('X', &["NT", "NU"]),
    ('Y', &["YT"]),
];

/// Whether a checked postal code can lie in a region; `true` where we cannot tell.
pub fn lies_in(postal_code: &str, region: &str, country: &str) -> bool {
    let Some(first) = postal_code.chars().next() else { return true };
    let regions = match country {
        "US" => first.to_digit(10).and_then(|digit| ZIP_AREAS.get(usize::try_from(digit).ok()?)).copied(),
        "CA" => CANADA.iter().find(|(letter, _)| *letter == first).map(|(_, regions)| *regions),
        _ => None,
    };
    regions.is_none_or(|regions| regions.contains(&region))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_another_state_is_seen_and_one_across_a_border_is_not_refused() {
        assert!(lies_in("75201", "TX", "US") && lies_in("38118-1234", "TN", "US"));
        assert!(!lies_in("50110", "TX", "US") && !lies_in("10001", "CA", "US"));
        assert!(lies_in("06390", "NY", "US"), "Fishers Island");
        assert!(lies_in("88510", "TX", "US"), "El Paso");
        assert!(lies_in("M5V 2T6", "ON", "CA") && !lies_in("M5V 2T6", "QC", "CA"));
        assert!(lies_in("70173", "BW", "DE"), "no table, no verdict");
    }
}
