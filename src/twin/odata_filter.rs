//! The part of `$filter` that F&O understands: comparisons, and, or, not, parentheses.
//!
//! Refused as F&O refuses it: unknown or misspelt properties, plain strings against enumerations,
//! `in`, `has`, lambdas and text functions. A wildcard is written `eq '*text*'`.

use super::clock;
use super::entities::{self, EntitySet, Kind, NAMESPACE};
use super::table::Row;

/// Deepest nesting of parentheses; a longer or-chain is flat and not limited by it.
const DEPTH_LIMIT: usize = 64;

/// A checked filter.
#[derive(Debug)]
pub(super) enum Filter {
    /// All parts hold.
    And(Vec<Filter>),
    /// At least one part holds.
    Or(Vec<Filter>),
    /// The part does not hold.
    Not(Box<Filter>),
    /// A property compares with a value.
    Compare(String, Operator, Literal),
}

/// How a property compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
}

/// A value in a filter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    /// A quoted string.
    Text(String),
    /// A number.
    Number(f64),
    /// An instant in Unix milliseconds.
    Moment(i64),
    /// A member of an enumeration type.
    Member(String, String),
    /// No value.
    Null,
}

impl Literal {
    fn type_name(&self) -> String {
        match self {
            Self::Text(_) => "Edm.String".to_owned(),
            Self::Number(_) => "Edm.Decimal".to_owned(),
            Self::Moment(_) => "Edm.DateTimeOffset".to_owned(),
            Self::Member(of, _) => of.clone(),
            Self::Null => "<null>".to_owned(),
        }
    }
}

impl Filter {
    /// Parses and checks a filter for one entity set; the error is the `OData` library's sentence.
    pub(super) fn parse(text: &str, set: &EntitySet) -> Result<Self, String> {
        let tokens = scan(text)?;
        let mut parser = Parser { tokens: &tokens, at: 0, text, set };
        let filter = parser.either(0)?;
        match parser.peek() {
            None => Ok(filter),
            Some(_) => Err(parser.syntax_error()),
        }
    }

    /// Tells whether a row passes.
    pub(super) fn passes(&self, set: &EntitySet, row: &Row) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.passes(set, row)),
            Self::Or(parts) => parts.iter().any(|part| part.passes(set, row)),
            Self::Not(part) => !part.passes(set, row),
            Self::Compare(property, operator, literal) => compare(set, row, property, *operator, literal),
        }
    }

    /// The values that a property must equal for a row to pass, when the filter says so.
    pub(super) fn pinned(&self, property: &str) -> Option<Vec<String>> {
        match self {
            Self::And(parts) => parts.iter().find_map(|part| part.pinned(property)),
            Self::Or(parts) => {
                let all: Option<Vec<_>> = parts.iter().map(|part| part.pinned(property)).collect();
                all.map(|lists| lists.into_iter().flatten().collect())
            }
            Self::Compare(name, Operator::Eq, literal) if name == property => match literal {
                Literal::Text(text) if !text.contains('*') => Some(vec![text.clone()]),
                Literal::Member(_, member) => Some(vec![member.clone()]),
                _ => None,
            },
            Self::Not(_) | Self::Compare(..) => None,
        }
    }
}

fn compare(set: &EntitySet, row: &Row, property: &str, operator: Operator, literal: &Literal) -> bool {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let value = row.peek(set, property);
    let ordering = match literal {
        Literal::Null => Some(if value.is_null() { Equal } else { Greater }),
        Literal::Number(number) => value.as_f64().and_then(|value| value.partial_cmp(number)),
        Literal::Moment(ms) => value.as_str().and_then(clock::parse_ms).map(|value| value.cmp(ms)),
        Literal::Member(_, member) => value.as_str().map(|value| value.cmp(member.as_str())),
        Literal::Text(text) => value.as_str().map(|value| compare_text(value, text)),
    };
    let Some(ordering) = ordering else {
        return operator == Operator::Ne;
    };
    match operator {
        Operator::Eq => ordering == Equal,
        Operator::Ne => ordering != Equal,
        Operator::Gt => ordering == Greater,
        Operator::Ge => ordering != Less,
        Operator::Lt => ordering == Less,
        Operator::Le => ordering != Greater,
    }
}

fn compare_text(value: &str, wanted: &str) -> std::cmp::Ordering {
    if wanted.contains('*') && like(&value.to_lowercase(), &wanted.to_lowercase()) {
        return std::cmp::Ordering::Equal;
    }
    // The usual case, and by far the fastest.
    if value.eq_ignore_ascii_case(wanted) {
        return std::cmp::Ordering::Equal;
    }
    lower(value).cmp(lower(wanted))
}

fn lower(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

fn like(value: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = value.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Open,
    Close,
    Comma,
    Text(String),
    /// A name, number, date, keyword or enumeration literal.
    Word(String),
    /// An enumeration literal: type and member.
    Member(String, String),
}

fn scan(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        match first {
            ' ' | '\t' => rest = &rest[1..],
            '(' | ')' | ',' => {
                tokens.push(match first {
                    '(' => Token::Open,
                    ')' => Token::Close,
                    _ => Token::Comma,
                });
                rest = &rest[1..];
            }
            '\'' => {
                let (content, after) = quoted(rest, text)?;
                tokens.push(Token::Text(content));
                rest = after;
            }
            _ => {
                let end = rest.find([' ', '\t', '(', ')', ',', '\'']).unwrap_or(rest.len());
                let (word, after) = rest.split_at(end);
                rest = after;
                if rest.starts_with('\'') {
                    let (member, after) = quoted(rest, text)?;
                    tokens.push(Token::Member(word.to_owned(), member));
                    rest = after;
                } else {
                    tokens.push(Token::Word(word.to_owned()));
                }
            }
        }
    }
    Ok(tokens)
}

/// Reads a quoted string, in which an apostrophe is doubled; returns it and what follows.
fn quoted<'a>(rest: &'a str, whole: &str) -> Result<(String, &'a str), String> {
    let mut content = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, letter)) = chars.next() {
        if letter != '\'' {
            content.push(letter);
        } else if chars.next_if(|(_, next)| *next == '\'').is_some() {
            content.push('\'');
        } else {
            return Ok((content, &rest[at + 1..]));
        }
    }
    Err(format!("There is an unterminated string literal at position {} in '{whole}'.", whole.len()))
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    text: &'a str,
    set: &'a EntitySet,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn keyword(&mut self, wanted: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(word)) if word == wanted);
        self.at += usize::from(found);
        found
    }

    fn syntax_error(&self) -> String {
        format!("Syntax error at position {} in '{}'.", self.at, self.text)
    }

    fn either(&mut self, depth: usize) -> Result<Filter, String> {
        if depth > DEPTH_LIMIT {
            return Err("Recursion limit exceeded.".to_owned());
        }
        let mut parts = vec![self.both(depth)?];
        while self.keyword("or") {
            parts.push(self.both(depth)?);
        }
        Ok(single(parts, Filter::Or))
    }

    fn both(&mut self, depth: usize) -> Result<Filter, String> {
        let mut parts = vec![self.part(depth)?];
        while self.keyword("and") {
            parts.push(self.part(depth)?);
        }
        Ok(single(parts, Filter::And))
    }

    fn part(&mut self, depth: usize) -> Result<Filter, String> {
        if self.keyword("not") {
            return Ok(Filter::Not(Box::new(self.part(depth + 1)?)));
        }
        if self.peek() == Some(&Token::Open) {
            self.at += 1;
            let inner = self.either(depth + 1)?;
            if self.peek() != Some(&Token::Close) {
                return Err(self.syntax_error());
            }
            self.at += 1;
            return Ok(inner);
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Filter, String> {
        let Some(Token::Word(property)) = self.peek().cloned() else {
            return Err(self.syntax_error());
        };
        self.at += 1;
        if self.peek() == Some(&Token::Open) {
            return Err(format!(
                "An unknown function with name '{property}' was found, or the function is not supported by the data service."
            ));
        }
        let Some(kind) = self.set.property(&property).map(|known| known.kind) else {
            return Err(unknown_property(&property, self.set));
        };
        let operator = self.operator()?;
        let literal = self.literal()?;
        check(&property, kind, operator, &literal)?;
        Ok(Filter::Compare(property, operator, literal))
    }

    fn operator(&mut self) -> Result<Operator, String> {
        let Some(Token::Word(word)) = self.peek() else {
            return Err(self.syntax_error());
        };
        let operator = match word.as_str() {
            "eq" => Operator::Eq,
            "ne" => Operator::Ne,
            "gt" => Operator::Gt,
            "ge" => Operator::Ge,
            "lt" => Operator::Lt,
            "le" => Operator::Le,
            _ => return Err(self.syntax_error()),
        };
        self.at += 1;
        Ok(operator)
    }

    fn literal(&mut self) -> Result<Literal, String> {
        let literal = match self.peek() {
            Some(Token::Text(text)) => Literal::Text(text.clone()),
            Some(Token::Member(of, member)) => Literal::Member(of.clone(), member.clone()),
            Some(Token::Word(word)) => {
                if word == "null" {
                    Literal::Null
                } else if let Ok(number) = word.parse::<f64>() {
                    Literal::Number(number)
                } else if let Some(ms) = clock::parse_ms(word).or_else(|| clock::parse_date_ms(word)) {
                    Literal::Moment(ms)
                } else {
                    return Err(unknown_property(word, self.set));
                }
            }
            _ => return Err(self.syntax_error()),
        };
        self.at += 1;
        Ok(literal)
    }
}

fn single(mut parts: Vec<Filter>, wrap: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.len() {
        1 => parts.remove(0),
        _ => wrap(parts),
    }
}

/// The `OData` library's sentence about a property that the type does not have.
pub(super) fn unknown_property(name: &str, set: &EntitySet) -> String {
    format!("Could not find a property named '{name}' on type '{}'.", set.type_name())
}

fn check(property: &str, kind: Kind, operator: Operator, literal: &Literal) -> Result<(), String> {
    let fits = match (kind, literal) {
        (Kind::Enum(of, _), Literal::Member(named, member)) => {
            if *named != format!("{NAMESPACE}.{of}") {
                return Err(mismatch(kind, literal, operator));
            }
            if entities::members(of).is_some_and(|known| !known.contains(&member.as_str())) {
                return Err(format!("The string '{named}'{member}'' is not a valid enumeration type constant."));
            }
            if !matches!(operator, Operator::Eq | Operator::Ne) {
                return Err(format!(
                    "The operator is not supported for the enumeration property '{property}'; only eq and ne are."
                ));
            }
            true
        }
        (Kind::Enum(..), _) => literal == &Literal::Null,
        (Kind::Text(_) | Kind::Guid, Literal::Text(_))
        | (Kind::Date | Kind::Moment, Literal::Moment(_))
        | (Kind::Decimal | Kind::Whole, Literal::Number(_))
        | (_, Literal::Null) => true,
        _ => false,
    };
    if fits { Ok(()) } else { Err(mismatch(kind, literal, operator)) }
}

fn mismatch(kind: Kind, literal: &Literal, operator: Operator) -> String {
    let operator = match operator {
        Operator::Eq => "Equal",
        Operator::Ne => "NotEqual",
        Operator::Gt => "GreaterThan",
        Operator::Ge => "GreaterThanOrEqual",
        Operator::Lt => "LessThan",
        Operator::Le => "LessThanOrEqual",
    };
    format!(
        "A binary operator with incompatible types was detected. Found operand types '{}' and '{}' for operator kind '{operator}'.",
        kind.edm(),
        literal.type_name()
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::table::{Tables, values};
    use super::*;

    fn parsed(text: &str) -> Result<Filter, String> {
        Filter::parse(text, entities::headers())
    }

    fn passes(text: &str) -> bool {
        let set = entities::headers();
        let mut tables = Tables::default();
        tables.put(
            set,
            values([
                ("dataAreaId", json!("usmf")),
                ("SalesOrderNumber", json!("SO-1")),
                ("SalesOrderStatus", json!("Backorder")),
                ("DeliveryAddressName", json!("O'Malley Pumps")),
                ("OrderTotalAmount", json!(12.5)),
                ("RequestedShippingDate", json!("2026-07-30T12:00:00Z")),
            ]),
        );
        let filter = parsed(text).unwrap();
        filter.passes(set, tables.row(set, &["usmf", "SO-1"]).unwrap())
    }

    #[test]
    fn comparisons_and_logic_work() {
        assert!(passes("dataAreaId eq 'usmf' and SalesOrderNumber eq 'so-1'"));
        assert!(passes("SalesOrderNumber eq 'X' or (not (SalesOrderNumber eq 'Y') and OrderTotalAmount gt 12)"));
        assert!(passes("DeliveryAddressName eq 'O''Malley Pumps'"));
        assert!(passes("DeliveryAddressName eq '*malley*'"));
        assert!(!passes("DeliveryAddressName eq 'malley*'"));
        assert!(passes("SalesOrderStatus eq Microsoft.Dynamics.DataEntities.SalesStatus'Backorder'"));
        assert!(passes("SalesOrderStatus ne Microsoft.Dynamics.DataEntities.SalesStatus'Invoiced'"));
        assert!(passes(
            "RequestedShippingDate ge 2026-07-30T00:00:00Z and RequestedShippingDate lt 2026-07-31T00:00:00Z"
        ));
        assert!(passes("IsSalesProcessingStopped eq Microsoft.Dynamics.DataEntities.NoYes'No'"));
    }

    #[test]
    fn what_the_vendor_refuses_is_refused() {
        for text in [
            "SalesOrderStatus eq 'Backorder'",
            "SalesOrderStatus eq 1",
            "SalesOrderStatus eq Microsoft.Dynamics.DataEntities.SalesStatus'Open order'",
            "SalesOrderStatus eq Microsoft.Dynamics.DataEntities.NoYes'No'",
            "SalesOrderStatus gt Microsoft.Dynamics.DataEntities.SalesStatus'None'",
            "SalesOrderNumber in ('SO-1','SO-2')",
            "contains(SalesOrderNumber,'SO')",
            "startswith(SalesOrderNumber,'SO')",
            "salesordernumber eq 'SO-1'",
            "SalesOrderNumber eq 'SO-1",
            "SalesOrderNumber eq 5",
            "SalesOrderNumber",
            "(SalesOrderNumber eq 'SO-1'",
            "",
        ] {
            assert!(parsed(text).is_err(), "{text}");
        }
        let error = parsed("OrderNumber eq 'SO-1'").unwrap_err();
        assert!(error.contains("Could not find a property named 'OrderNumber'"), "{error}");
    }

    #[test]
    fn pinned_values_are_found_through_and_and_or() {
        let filter = parsed("dataAreaId eq 'usmf' and (SalesOrderNumber eq 'A' or SalesOrderNumber eq 'B')").unwrap();
        assert_eq!(filter.pinned("SalesOrderNumber").unwrap(), ["A", "B"]);
        assert_eq!(filter.pinned("dataAreaId").unwrap(), ["usmf"]);
        assert!(filter.pinned("Email").is_none());
        let open = parsed("SalesOrderNumber eq 'A' or dataAreaId eq 'usmf'").unwrap();
        assert!(open.pinned("SalesOrderNumber").is_none());
    }
}
