//! Postal codes against countries and states, as far as the twin checks them.
//!
//! The table maps the first three digits of a US ZIP code to the state that USPS serves with them.

/// Ranges of three-digit prefixes and their state, in ascending order.
const ZIP_PREFIXES: [(u16, u16, &str); 87] = [
    (5, 5, "NY"),
    (6, 7, "PR"),
    (8, 8, "VI"),
    (9, 9, "PR"),
    (10, 27, "MA"),
    (28, 29, "RI"),
    (30, 38, "NH"),
    (39, 49, "ME"),
    (50, 54, "VT"),
    (55, 55, "MA"),
    (56, 59, "VT"),
    (60, 69, "CT"),
    (70, 89, "NJ"),
    (90, 98, "AE"),
    (100, 149, "NY"),
    (150, 196, "PA"),
    (197, 199, "DE"),
    (200, 200, "DC"),
    (201, 201, "VA"),
    (202, 205, "DC"),
    (206, 212, "MD"),
    (214, 219, "MD"),
    (220, 246, "VA"),
    (247, 268, "WV"),
    (270, 289, "NC"),
    (290, 299, "SC"),
    (300, 319, "GA"),
    (320, 339, "FL"),
    (340, 340, "AA"),
    (341, 349, "FL"),
    (350, 352, "AL"),
    (354, 369, "AL"),
    (370, 385, "TN"),
    (386, 397, "MS"),
    (398, 399, "GA"),
    (400, 427, "KY"),
    (430, 459, "OH"),
    (460, 479, "IN"),
    (480, 499, "MI"),
    (500, 516, "IA"),
    (520, 528, "IA"),
    (530, 532, "WI"),
    (534, 535, "WI"),
    (537, 549, "WI"),
    (550, 551, "MN"),
    (553, 567, "MN"),
    (569, 569, "DC"),
    (570, 577, "SD"),
    (580, 588, "ND"),
    (590, 599, "MT"),
    (600, 620, "IL"),
    (622, 629, "IL"),
    (630, 631, "MO"),
    (633, 641, "MO"),
    (644, 658, "MO"),
    (660, 662, "KS"),
    (664, 679, "KS"),
    (680, 681, "NE"),
    (683, 693, "NE"),
    (700, 701, "LA"),
    (703, 708, "LA"),
    (710, 714, "LA"),
    (716, 729, "AR"),
    (730, 731, "OK"),
    (733, 733, "TX"),
    (734, 741, "OK"),
    (743, 749, "OK"),
    (750, 799, "TX"),
    (800, 816, "CO"),
    (820, 831, "WY"),
    (832, 838, "ID"),
    (840, 847, "UT"),
    (850, 865, "AZ"),
    (870, 871, "NM"),
    (873, 884, "NM"),
    (885, 885, "TX"),
    (889, 891, "NV"),
    (893, 898, "NV"),
    (900, 908, "CA"),
    (910, 961, "CA"),
    (962, 966, "AP"),
    (967, 968, "HI"),
    (969, 969, "GU"),
    (970, 979, "OR"),
    (980, 986, "WA"),
    (988, 994, "WA"),
    (995, 999, "AK"),
];

/// Provinces by the first letter of a Canadian postal code; X serves two.
const CANADA: [(char, &[&str]); 18] = [
    ('A', &["NL"]),
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

/// What is wrong with a postal code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Its form is not that of the country.
    Form,
    /// No place has it.
    Unknown,
    /// It belongs to another state.
    OtherState,
}

/// Checks a postal code against its country and state; other countries than US and CA pass.
pub(super) fn check(country: &str, state: &str, code: &str) -> Result<(), Fault> {
    match country {
        "US" | "PR" => {
            let digits = code.strip_suffix('-').unwrap_or(code);
            let (base, add_on) = match digits.split_once('-') {
                Some((base, add_on)) => (base, Some(add_on)),
                None if digits.len() == 9 && digits.is_ascii() => (&digits[..5], Some(&digits[5..])),
                None => (digits, None),
            };
            let numeric =
                |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
            if !numeric(base, 5) || add_on.is_some_and(|add_on| !numeric(add_on, 4)) {
                return Err(Fault::Form);
            }
            let found = state_of(base).ok_or(Fault::Unknown)?;
            if found == state || (country == "PR" && found == "PR") { Ok(()) } else { Err(Fault::OtherState) }
        }
        "CA" => {
            let compact: String = code.chars().filter(|letter| *letter != ' ').collect();
            let shape = compact
                .chars()
                .enumerate()
                .all(|(at, letter)| if at % 2 == 0 { letter.is_ascii_uppercase() } else { letter.is_ascii_digit() });
            if compact.len() != 6 || !shape {
                return Err(Fault::Form);
            }
            let (_, provinces) = CANADA.iter().find(|(first, _)| compact.starts_with(*first)).ok_or(Fault::Unknown)?;
            if provinces.contains(&state) { Ok(()) } else { Err(Fault::OtherState) }
        }
        _ => Ok(()),
    }
}

/// The state that a US ZIP code lies in.
pub(super) fn state_of(zip: &str) -> Option<&'static str> {
    let prefix: u16 = zip.get(..3)?.parse().ok()?;
    ZIP_PREFIXES.iter().find(|(first, last, _)| (*first..=*last).contains(&prefix)).map(|(.., state)| *state)
}

/// Tells whether a street line names a post office box, wherever in the line it stands.
pub(super) fn is_post_box(line: &str) -> bool {
    let clean: String = line.to_uppercase().chars().filter(|letter| *letter != '.').collect();
    let words: Vec<&str> =
        clean.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let numbered =
        |word: Option<&&str>| word.is_some_and(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    (0..words.len()).any(|at| {
        let length = match &words[at..] {
            ["POST", "OFFICE", "BOX", ..] | ["P", "O", "BOX", ..] => 3,
            ["PO" | "POST", "BOX", ..] => 2,
            ["POBOX" | "POB", ..] => 1,
            [glued, ..] if glued.strip_prefix("POBOX").is_some_and(|number| numbered(Some(&number))) => return true,
            _ => return false,
        };
        numbered(words.get(at + length))
    })
}

/// Hours from UTC in a state, standard time.
pub(super) fn utc_offset(state: &str) -> i8 {
    match state {
        "CA" | "NV" | "OR" | "WA" | "BC" => -8,
        "AZ" | "CO" | "ID" | "MT" | "NM" | "UT" | "WY" | "AB" => -7,
        "AL" | "AR" | "IA" | "IL" | "KS" | "LA" | "MN" | "MO" | "MS" | "ND" | "NE" | "OK" | "SD" | "TN" | "TX"
        | "WI" | "MB" => -6,
        "AK" => -9,
        "HI" => -10,
        _ => -5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn post_boxes_are_recognised_and_streets_are_not() {
        for line in ["PO Box 12", "P.O. Box 12", "P O BOX 7", "Attn Parts, POBox 9", "Post Office Box 4", "PO BOX #12"]
        {
            assert!(is_post_box(line), "{line}");
        }
        for line in ["12 Box Elder Rd", "Po Valley Box Works", "POBOXER ST 3"] {
            assert!(!is_post_box(line), "{line}");
        }
    }

    #[test]
    fn codes_belong_to_their_states() {
        assert_eq!(check("US", "TN", "38118"), Ok(()));
        assert_eq!(check("US", "TN", "38118-1234"), Ok(()));
        assert_eq!(check("US", "OH", "38118"), Err(Fault::OtherState));
        assert_eq!(check("US", "TN", "3811"), Err(Fault::Form));
        assert_eq!(check("US", "TN", "ABCDE"), Err(Fault::Form));
        assert_eq!(check("US", "TN", "00000"), Err(Fault::Unknown));
        assert_eq!(check("CA", "ON", "M5V 3L9"), Ok(()));
        assert_eq!(check("CA", "BC", "M5V 3L9"), Err(Fault::OtherState));
        assert_eq!(check("MX", "", "anything"), Ok(()));
    }
}
