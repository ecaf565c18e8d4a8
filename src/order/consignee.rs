//! Who gets the parcel, and who sends it: values that FedEx will take, or the reason why not.
//!
//! The only way to own these types is to parse them. Limits are FedEx's (Ship API, October 2025):
//! three street lines of 35, city and company 35, postal code 10, telephone 10 to 15 digits.

use crate::order::Address;
use crate::order::cause::Cause;
use crate::order::postal;
use serde::{Deserialize, Serialize};

/// FedEx: characters of a street line.
pub const STREET_LINE_LIMIT: usize = 35;
/// FedEx: street lines; more are ignored on several address objects.
pub const STREET_LINES: usize = 3;
/// FedEx: characters of a city, and of a company name.
pub const NAME_LIMIT: usize = 35;
/// FedEx: characters of a postal code.
pub const POSTAL_CODE_LIMIT: usize = 10;
/// FedEx: digits of a telephone number outside the US and Canada.
pub const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 10..=15;

/// An address and a person to ring there, in FedEx's limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consignee {
    /// Company or person.
    pub name: String,
    /// One to three street lines.
    pub street: Vec<String>,
    /// City.
    pub city: String,
    /// State or province code, where the country has them.
    pub region: Option<String>,
    /// Postal code, where the country has them.
    pub postal_code: Option<String>,
    /// Two-letter country code.
    pub country: String,
    /// Telephone, digits only.
    pub phone: String,
}

/// Countries whose addresses FedEx wants a state or province for.
const WITH_REGION: [&str; 3] = ["US", "CA", "PR"];

impl Consignee {
    /// Checks an address and a telephone number. The first fault is the answer: a person mends
    /// one field at a time.
    pub fn parse(address: &Address, phone: &str) -> Result<Self, Cause> {
        let country = country(&address.country)?;
        let name = short_text(&address.name, "name", "order.name-missing")?;
        let street = street_lines(&address.street)?;
        let city = short_text(&address.city, "city", "order.city-missing")?;
        let region = region(&address.region, &country)?;
        let postal_code = postal_code(&address.postal_code, &country)?;
        if let (Some(code), Some(region)) = (&postal_code, &region)
            && !postal::lies_in(code, region, &country)
        {
            let detail = format!("{code} is not in {region}");
            return Err(Cause::new("order.postal-code-elsewhere").field("postal_code").detail(detail));
        }
        let phone = phone_digits(phone, &country)?;
        Ok(Self { name, street, city, region, postal_code, country, phone })
    }
}

/// Two letters of a country, from two or three (Dynamics 365's own ids are often three).
pub fn country(text: &str) -> Result<String, Cause> {
    let code = text.trim().to_uppercase();
    let found = match code.len() {
        2 => rust_iso3166::from_alpha2(&code),
        3 => rust_iso3166::from_alpha3(&code),
        _ => None,
    };
    found
        .map(|country| country.alpha2.to_owned())
        .ok_or_else(|| Cause::new("order.country-wrong").field("country").detail(text))
}

fn short_text(text: &str, field: &str, missing: &str) -> Result<String, Cause> {
    let text = plain_text(text.trim(), field)?;
    if text.is_empty() {
        return Err(Cause::new(missing).field(field));
    }
    if text.chars().count() > NAME_LIMIT {
        return Err(Cause::new("order.value-too-long").field(field).detail(text));
    }
    Ok(text)
}

/// The street as FedEx takes it. Lines are kept apart, never joined, and never cut: a line that
/// is too long is the operator's to split, with [`propose_split`] beside it.
fn street_lines(street: &str) -> Result<Vec<String>, Cause> {
    let mut lines = Vec::new();
    for (index, line) in street.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
        let field = format!("street_{}", index + 1);
        let line = plain_text(line, &field)?;
        if line.len() > STREET_LINE_LIMIT || index >= STREET_LINES {
            return Err(Cause::new("order.street-too-long").field(&field).detail(line));
        }
        lines.push(line);
    }
    if lines.is_empty() {
        return Err(Cause::new("order.street-missing").field("street_1"));
    }
    Ok(lines)
}

/// A split of a street over lines of 35 at word borders; `None` when it does not fit.
pub fn propose_split(street: &str) -> Option<Vec<String>> {
    let mut lines: Vec<String> = Vec::new();
    for line in street.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut current = String::new();
        for word in line.split_whitespace() {
            if word.len() > STREET_LINE_LIMIT {
                return None;
            }
            if !current.is_empty() && current.len() + 1 + word.len() > STREET_LINE_LIMIT {
                lines.push(std::mem::take(&mut current));
            }
            if !current.is_empty() {
                current.push(' ');
            }
            current.push_str(word);
        }
        lines.push(current);
    }
    (!lines.is_empty() && lines.len() <= STREET_LINES).then_some(lines)
}

/// A post office box, which only the postal service delivers to.
pub fn is_post_office_box(street: &[String]) -> bool {
    street.iter().any(|line| {
        let letters: String = line.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
        let number = letters.strip_prefix("POBOX").or_else(|| letters.strip_prefix("POSTOFFICEBOX"));
        number.is_some_and(|rest| rest.chars().next().is_none_or(|first| first.is_ascii_digit()))
    })
}

fn region(text: &str, country: &str) -> Result<Option<String>, Cause> {
    let code = text.trim().to_uppercase();
    if !WITH_REGION.contains(&country) {
        return Ok(None);
    }
    if code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(Some(code));
    }
    Err(Cause::new("order.region-missing").field("region").detail(text))
}

fn postal_code(text: &str, country: &str) -> Result<Option<String>, Cause> {
    let code = text.trim().to_uppercase();
    let wrong = || Cause::new("order.postal-code-wrong").field("postal_code").detail(text);
    let plain: String = code.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let fits = match country {
        "US" | "PR" => matches!(plain.len(), 5 | 9) && plain.bytes().all(|byte| byte.is_ascii_digit()),
        "CA" => {
            plain.len() == 6
                && plain
                    .bytes()
                    .enumerate()
                    .all(|(index, byte)| if index % 2 == 0 { byte.is_ascii_uppercase() } else { byte.is_ascii_digit() })
        }
        _ => code.len() <= POSTAL_CODE_LIMIT && code.is_ascii(),
    };
    if !fits {
        return Err(wrong());
    }
    Ok((!code.is_empty()).then_some(code))
}

/// Digits of a telephone number; a leading 1 or +1 of the US and Canada goes.
fn phone_digits(text: &str, country: &str) -> Result<String, Cause> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if digits.is_empty() {
        return Err(Cause::new("order.phone-missing").field("phone"));
    }
    let wrong = || Cause::new("order.phone-wrong").field("phone").detail(text);
    if matches!(country, "US" | "CA" | "PR") {
        let ten = if digits.len() == 11 { digits.strip_prefix('1').unwrap_or(&digits) } else { &digits };
        return if ten.len() == 10 { Ok(ten.to_owned()) } else { Err(wrong()) };
    }
    if PHONE_DIGITS.contains(&digits.len()) { Ok(digits) } else { Err(wrong()) }
}

/// FedEx's Ship API takes ASCII only. Letters with marks lose them (the usual postal practice);
/// what has no plain form goes to a person.
pub fn plain_text(text: &str, field: &str) -> Result<String, Cause> {
    let plain: String = text.chars().map(plain_letter).collect();
    if plain.is_ascii() { Ok(plain) } else { Err(Cause::new("order.not-ascii").field(field).detail(text)) }
}

/// A letter without its accent, where FedEx prints none.
pub fn plain_letter(letter: char) -> char {
    match letter {
        'á' | 'à' | 'â' | 'ã' | 'å' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' | 'ø' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        'Á' | 'À' | 'Â' | 'Ã' | 'Å' | 'Ä' => 'A',
        'É' | 'È' | 'Ê' | 'Ë' => 'E',
        'Í' | 'Ì' | 'Î' | 'Ï' => 'I',
        'Ó' | 'Ò' | 'Ô' | 'Õ' | 'Ö' | 'Ø' => 'O',
        'Ú' | 'Ù' | 'Û' | 'Ü' => 'U',
        'Ç' => 'C',
        'Ñ' => 'N',
        '\u{2019}' | '\u{2018}' => '\'',
        '\u{2013}' | '\u{2014}' => '-',
        '\u{a0}' => ' ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> Address {
        Address {
            name: "Norwood Pump Co".into(),
            street: "1450 Commerce St".into(),
            city: "Dallas".into(),
            region: "TX".into(),
            postal_code: "75201".into(),
            country: "USA".into(),
        }
    }

    fn code(change: impl FnOnce(&mut Address)) -> String {
        let mut address = address();
        change(&mut address);
        Consignee::parse(&address, "2145550100").expect_err("must be refused").code
    }

    #[test]
    fn a_good_address_passes_and_its_country_becomes_two_letters() {
        let consignee = Consignee::parse(&address(), "+1 (214) 555-0100").expect("good");
        assert_eq!((consignee.country.as_str(), consignee.phone.as_str()), ("US", "2145550100"));
    }

    #[test]
    fn each_fault_names_its_cause() {
        assert_eq!(code(|a| a.name.clear()), "order.name-missing");
        assert_eq!(code(|a| a.street.clear()), "order.street-missing");
        assert_eq!(code(|a| a.street = "x".repeat(36)), "order.street-too-long");
        assert_eq!(code(|a| a.street = "a\nb\nc\nd".into()), "order.street-too-long");
        assert_eq!(code(|a| a.city.clear()), "order.city-missing");
        assert_eq!(code(|a| a.region.clear()), "order.region-missing");
        assert_eq!(code(|a| a.postal_code = "752".into()), "order.postal-code-wrong");
        assert_eq!(code(|a| a.postal_code = "10001".into()), "order.postal-code-elsewhere");
        assert_eq!(code(|a| a.country = "Narnia".into()), "order.country-wrong");
        assert_eq!(code(|a| a.city = "東京".into()), "order.not-ascii");
        let missing = Consignee::parse(&address(), " ").expect_err("no phone");
        assert_eq!(missing.code, "order.phone-missing");
        let short = Consignee::parse(&address(), "555-0100").expect_err("short phone");
        assert_eq!(short.code, "order.phone-wrong");
    }

    #[test]
    fn a_long_street_is_split_at_words_and_never_cut() {
        assert_eq!(
            propose_split("120 Industrial Parkway Building 7 Suite 210"),
            Some(vec!["120 Industrial Parkway Building 7".into(), "Suite 210".into()])
        );
        assert_eq!(propose_split(&"x".repeat(36)), None);
    }

    #[test]
    fn a_post_office_box_is_seen_however_it_is_written() {
        let is = |line: &str| is_post_office_box(&[line.to_owned()]);
        assert!(is("P.O. Box 123") && is("PO BOX 9") && is("Post Office Box 77"));
        assert!(!is("12 Pobox Rd") && !is("Boxwood Ave 3") && !is("POBOXER LN"));
    }

    #[test]
    fn marks_on_letters_are_dropped() {
        let mut address = address();
        address.city = "Montréal".into();
        let consignee = Consignee::parse(&address, "2145550100").expect("good");
        assert_eq!(consignee.city, "Montreal");
    }
}
