//! By which words and numbers an order is found, and how what somebody typed is read. Pure.
//!
//! People leave out blanks, signs and capitals, say only the end of a number, and mix a name with
//! it ("norwood 4213"). So a term is kept without them, and numbers can be read from both ends.

use crate::order::consignee::plain_letter;
use crate::order::{Order, Shipment};
use std::collections::BTreeSet;

/// Fewer characters begin too many words to say anything.
const SHORTEST_BEGINNING: usize = 2;
/// Fewer characters end too many numbers.
const SHORTEST_END: usize = 3;
/// Nobody types more words than these for one order; each costs a look-up.
const MOST_WORDS: usize = 6;
/// Longer than any number or word there is. What follows is somebody's clipboard.
const LONGEST: usize = 80;
/// Digits a telephone number has at least.
const PHONE_DIGITS: usize = 7;
/// Digits of a North American number that is written with its country.
const NORTH_AMERICAN: usize = 11;
/// Words that say what kind of number follows, and are in no number.
const LEADING_WORDS: [&str; 8] = ["order", "invoice", "tracking", "number", "no", "customer", "email", "phone"];

/// What a term is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Sales order number.
    Number,
    /// Invoice number.
    Invoice,
    /// The customer's own reference.
    Reference,
    /// Customer account.
    Account,
    /// A word of the customer's name, or the whole of it.
    Name,
    /// The same of the consignee's, who may be a person.
    Consignee,
    /// E-mail address.
    Email,
    /// Telephone number.
    Phone,
    /// Tracking number.
    Tracking,
    /// Our reference of a purchase.
    Purchase,
}

impl Kind {
    const ALL: [Self; 10] = [
        Self::Number,
        Self::Invoice,
        Self::Reference,
        Self::Account,
        Self::Name,
        Self::Consignee,
        Self::Email,
        Self::Phone,
        Self::Tracking,
        Self::Purchase,
    ];

    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Invoice => "invoice",
            Self::Reference => "reference",
            Self::Account => "account",
            Self::Name => "name",
            Self::Consignee => "consignee",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Tracking => "tracking",
            Self::Purchase => "purchase",
        }
    }

    /// The kind of a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Names are read from their beginning alone.
    pub fn is_name(self) -> bool {
        matches!(self, Self::Name | Self::Consignee)
    }
}

/// What is about people: who does not see it must not find by it either, or could guess it.
pub const PERSONAL: [Kind; 3] = [Kind::Consignee, Kind::Email, Kind::Phone];

/// A word or number an order is found by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term {
    /// What it is of.
    pub kind: Kind,
    /// Small letters and digits; of an e-mail address everything.
    pub text: String,
}

impl Term {
    /// A number, or a code. `None`: nothing is left of it.
    pub fn number(kind: Kind, text: &str) -> Option<Self> {
        let text = squeezed(text);
        (!text.is_empty()).then_some(Self { kind, text })
    }

    /// Read from its end; nobody names the end of a name.
    pub fn backwards(&self) -> Option<String> {
        (!self.kind.is_name()).then(|| backwards(&self.text))
    }
}

/// The terms of what Dynamics 365 says of an order.
pub fn terms_of_order(order: &Order) -> BTreeSet<Term> {
    let mut terms = BTreeSet::new();
    terms.extend(Term::number(Kind::Number, &order.number));
    terms.extend(Term::number(Kind::Reference, &order.customer_reference));
    terms.extend(Term::number(Kind::Account, &order.customer_account));
    let email = email(&order.email);
    terms.extend((!email.is_empty()).then_some(Term { kind: Kind::Email, text: email }));
    for (kind, name) in [(Kind::Name, &order.customer_name), (Kind::Consignee, &order.ship_to.name)] {
        terms.extend(name_words(name).map(|text| Term { kind, text }));
    }
    terms
}

/// Which kinds [`terms_of_order`] gives, and nothing else does.
pub const KINDS_OF_ORDER: [Kind; 6] =
    [Kind::Number, Kind::Reference, Kind::Account, Kind::Name, Kind::Consignee, Kind::Email];

/// The terms of what we know of a shipment.
pub fn terms_of_shipment(shipment: &Shipment) -> BTreeSet<Term> {
    let mut terms = BTreeSet::new();
    terms.extend(shipment.reference.as_deref().and_then(|text| Term::number(Kind::Purchase, text)));
    terms.extend(shipment.tracking_number.as_deref().and_then(|text| Term::number(Kind::Tracking, text)));
    // On the way back it is the consignee who sends.
    let consignee = shipment
        .plan
        .as_ref()
        .map(|plan| if plan.returning.is_some() { &plan.shipper.phone } else { &plan.recipient.phone });
    for phone in consignee.into_iter().chain([&shipment.correction.phone]) {
        let digits = national(&digits(phone)).to_owned();
        terms.extend((digits.len() >= PHONE_DIGITS).then_some(Term { kind: Kind::Phone, text: digits }));
    }
    terms
}

fn name_words(name: &str) -> impl Iterator<Item = String> {
    let whole = squeezed(name);
    let words = name.split_whitespace().map(squeezed);
    // "Smith-Jones" is found by either half.
    let parts = name.split(|letter: char| !letter.is_alphanumeric()).map(squeezed);
    let all: BTreeSet<String> = words.chain(parts).chain([whole]).filter(|word| word.chars().count() > 1).collect();
    all.into_iter()
}

/// Small letters and digits alone, without accents.
fn squeezed(text: &str) -> String {
    let plain = text.chars().map(plain_letter).filter(|letter| letter.is_alphanumeric());
    plain.flat_map(char::to_lowercase).take(LONGEST).collect()
}

fn email(text: &str) -> String {
    text.trim().to_lowercase().chars().filter(|letter| !letter.is_whitespace()).take(LONGEST).collect()
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// A telephone number as it is dialled within North America.
fn national(digits: &str) -> &str {
    let digits = digits.strip_prefix("00").unwrap_or(digits);
    digits.strip_prefix('1').filter(|rest| rest.len() == NORTH_AMERICAN - 1).unwrap_or(digits)
}

fn backwards(text: &str) -> String {
    text.chars().rev().collect()
}

/// What somebody typed, as it is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// The whole of it as one number or name: an order that has exactly this comes first.
    pub whole: Vec<String>,
    /// Its words: an order must have them all.
    pub words: Vec<Word>,
    /// What is about people is not looked at.
    pub without_people: bool,
}

/// One word of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// How a word or number begins.
    pub beginning: String,
    /// How a number ends, from its end; `None`: too short, or no number.
    pub end: Option<String>,
}

impl Query {
    /// Reads what was typed. `None`: nothing in it can be looked for.
    pub fn read(text: &str) -> Option<Self> {
        let text: String = text.chars().take(2 * LONGEST).collect();
        let mut tokens: Vec<String> = text.split_whitespace().map(token).filter(|token| !token.is_empty()).collect();
        let mut whole: Vec<String> = Vec::new();
        if tokens.len() > 1 {
            whole.push(squeezed(&text));
        }
        while tokens.len() > 1 && LEADING_WORDS.contains(&tokens[0].as_str()) {
            tokens.remove(0);
            whole.push(tokens.concat());
        }
        whole.push(tokens.concat());
        let dialled: Vec<String> = whole.iter().map(|text| national(text).to_owned()).collect();
        whole.extend(dialled);
        whole.sort_unstable();
        whole.dedup();
        tokens.truncate(MOST_WORDS);
        let mut words: Vec<Word> = tokens.into_iter().filter_map(word).collect();
        // The most telling first: the others are only held against what it finds.
        words.sort_by_key(|word| (word.end.is_none(), std::cmp::Reverse(word.beginning.len())));
        (!words.is_empty()).then_some(Self { whole, words, without_people: false })
    }

    /// The same for somebody who does, or does not, see what is about people.
    #[must_use]
    pub fn for_one_who_sees_people(self, sees_people: bool) -> Self {
        Self { without_people: !sees_people, ..self }
    }
}

fn token(text: &str) -> String {
    if text.contains('@') { email(text) } else { squeezed(text) }
}

fn word(token: String) -> Option<Word> {
    let length = token.chars().count();
    let ends = length >= SHORTEST_END && token.chars().any(|letter| letter.is_ascii_digit() || letter == '@');
    let end = ends.then(|| backwards(&token));
    (length >= SHORTEST_BEGINNING).then_some(Word { beginning: token, end })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::{Address, OrderId, ShipmentId};

    fn order() -> Order {
        Order {
            number: "SO-004213".into(),
            customer_account: "US-014".into(),
            customer_name: "Norwood Pump & Valve Co".into(),
            customer_reference: "PO 77/81".into(),
            email: "Jane@Norwood.example ".into(),
            ship_to: Address { name: "Café O'Brien-Ruiz".into(), ..Address::default() },
            ..Order::default()
        }
    }

    fn texts(kind: Kind) -> Vec<String> {
        terms_of_order(&order()).into_iter().filter(|term| term.kind == kind).map(|term| term.text).collect()
    }

    #[test]
    fn numbers_lose_their_signs_and_names_are_found_by_every_word() {
        assert_eq!(texts(Kind::Number), ["so004213"]);
        assert_eq!(texts(Kind::Reference), ["po7781"]);
        assert_eq!(texts(Kind::Account), ["us014"]);
        assert_eq!(texts(Kind::Email), ["jane@norwood.example"]);
        assert_eq!(texts(Kind::Name), ["co", "norwood", "norwoodpumpvalveco", "pump", "valve"]);
        assert_eq!(texts(Kind::Consignee), ["brien", "cafe", "cafeobrienruiz", "obrienruiz", "ruiz"]);
        assert!(KINDS_OF_ORDER.iter().all(|kind| !texts(*kind).is_empty()));
    }

    #[test]
    fn the_end_of_a_number_is_its_beginning_from_behind() {
        let term = Term::number(Kind::Number, "SO-004213").expect("a number");
        assert_eq!(term.backwards().as_deref(), Some("312400os"));
        assert_eq!(Term { kind: Kind::Name, text: "norwood".into() }.backwards(), None);
        assert_eq!(Term::number(Kind::Invoice, " - "), None);
    }

    #[test]
    fn a_telephone_is_found_with_and_without_its_country() {
        let mut shipment = Shipment::received(ShipmentId("s".into()), OrderId("o".into()), 1, 0);
        shipment.correction.phone = "+1 (214) 555-0143".into();
        let terms: Vec<Term> = terms_of_shipment(&shipment).into_iter().collect();
        assert_eq!(terms, [Term { kind: Kind::Phone, text: "2145550143".into() }]);
        for typed in ["214 555 0143", "+1 214-555-0143", "001 214 555 0143", "phone 2145550143"] {
            let query = Query::read(typed).expect("a query");
            assert!(query.whole.contains(&"2145550143".to_owned()), "{typed}: {:?}", query.whole);
        }
    }

    #[test]
    fn what_is_typed_is_read_as_one_number_and_as_words() {
        let query = Query::read(" 7949 7207 2690 ").expect("a query");
        assert_eq!(query.whole, ["794972072690"]);
        let query = Query::read("norwood 4213").expect("a query");
        assert_eq!(query.whole, ["norwood4213"]);
        assert_eq!(query.words[0], Word { beginning: "4213".into(), end: Some("3124".into()) });
        assert_eq!(query.words[1], Word { beginning: "norwood".into(), end: None });
        assert_eq!(Query::read("Order #4213").expect("a query").words.len(), 1);
        assert_eq!(Query::read("customer").expect("a query").words.len(), 1, "a word alone is looked for");
        assert_eq!(Query::read("@norwood.example").expect("a query").words[0].beginning, "@norwood.example");
        for nothing in ["", "  ", "%", "a", "- / -"] {
            assert_eq!(Query::read(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn a_kind_is_read_back_from_its_name() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.name()), Some(kind));
        }
    }
}
