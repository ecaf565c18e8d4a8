//! Addresses below `/data`: an entity set, its count, or one entity by its complete key.
//!
//! Names are case-sensitive. A key that lacks a part or names another property has no route, which
//! F&O answers with 404. Strings are quoted with doubled apostrophes; dates are not quoted.

use percent_encoding::percent_decode_str;

use super::clock;
use super::entities::{self, EntitySet, Kind};

/// Where a request points.
#[derive(Debug)]
pub(super) enum Address {
    /// An entity set.
    Set(&'static EntitySet),
    /// The number of its rows.
    Count(&'static EntitySet),
    /// One entity; key values in the order of the set's keys.
    Entity(&'static EntitySet, Vec<String>),
}

/// Parses what follows `/data`; `None` where F&O has no route.
pub(super) fn parse(rest: &str) -> Option<Address> {
    let rest = rest.strip_prefix('/')?;
    if let Some((name, inner)) = rest.split_once('(') {
        let set = entities::set(name)?;
        let inner = inner.strip_suffix(')')?;
        // A slash inside a key has to be percent-encoded, or the route ends there.
        if inner.contains('/') {
            return None;
        }
        let inner = percent_decode_str(inner).decode_utf8().ok()?;
        return key(set, &inner).map(|key| Address::Entity(set, key));
    }
    if let Some(name) = rest.strip_suffix("/$count") {
        return entities::set(name).map(Address::Count);
    }
    entities::set(rest).map(Address::Set)
}

fn key(set: &EntitySet, text: &str) -> Option<Vec<String>> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let name = name.trim();
        let kind = set.property(name)?.kind;
        let (value, after) = value(kind, after)?;
        found.push((name.to_owned(), value));
        rest = match after.trim_start() {
            "" => "",
            more => more.strip_prefix(',')?,
        };
    }
    if found.len() != set.keys.len() {
        return None;
    }
    set.keys
        .iter()
        .map(|wanted| {
            let (_, value) = found.iter().find(|(name, _)| name == wanted)?;
            Some(value.clone())
        })
        .collect()
}

fn value(kind: Kind, text: &str) -> Option<(String, &str)> {
    if matches!(kind, Kind::Text(_)) {
        let mut value = String::new();
        let mut chars = text.strip_prefix('\'')?.char_indices().peekable();
        while let Some((at, letter)) = chars.next() {
            if letter != '\'' {
                value.push(letter);
            } else if chars.next_if(|(_, next)| *next == '\'').is_some() {
                value.push('\'');
            } else {
                return Some((value, &text[at + 2..]));
            }
        }
        return None;
    }
    let end = text.find(',').unwrap_or(text.len());
    let (value, after) = text.split_at(end);
    let value = value.trim();
    match kind {
        Kind::Date => Some((clock::noon(clock::parse_ms(value)?), after)),
        Kind::Moment => Some((clock::utc(clock::parse_ms(value)?), after)),
        Kind::Guid => (value.len() == 36).then(|| (value.to_owned(), after)),
        _ => Some((value.to_owned(), after)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(rest: &str) -> Option<Vec<String>> {
        match parse(rest)? {
            Address::Entity(_, key) => Some(key),
            _ => None,
        }
    }

    #[test]
    fn complete_keys_are_found_in_any_order() {
        let key = entity("/SalesOrderHeadersV2(SalesOrderNumber='SO-1',dataAreaId='usmf')");
        assert_eq!(key.unwrap(), ["usmf", "SO-1"]);
        let key = entity("/ReleasedProductsV2(dataAreaId='usmf',ItemNumber='%20V-BELT')");
        assert_eq!(key.unwrap(), ["usmf", " V-BELT"]);
        let key = entity("/SalesOrderHeadersV2(dataAreaId='usmf',SalesOrderNumber='O%27%27M%2F1')");
        assert_eq!(key.unwrap(), ["usmf", "O'M/1"]);
        let key = entity(
            "/PackingSlipTrackingInformation(dataAreaId='usmf',SalesOrderNumber='SO-1',PackingSlipNumber='PS-1',DeliveryDate=2026-07-30T12:00:00Z,TrackingNumber='794')",
        );
        assert_eq!(key.unwrap()[3], "2026-07-30T12:00:00Z");
    }

    #[test]
    fn anything_else_has_no_route() {
        for rest in [
            "/SalesOrderHeadersV2('SO-1')",
            "/SalesOrderHeadersV2(SalesOrderNumber='SO-1')",
            "/SalesOrderHeadersV2(dataareaid='usmf',SalesOrderNumber='SO-1')",
            "/SalesOrderHeadersV2(dataAreaId='usmf',SalesOrderNumber='a/b')",
            "/SalesOrderHeadersV2(dataAreaId='usmf',SalesOrderNumber='O'M')",
            "/salesorderheadersv2",
            "/SalesOrderLinesV2",
        ] {
            assert!(parse(rest).is_none(), "{rest}");
        }
        assert!(matches!(parse("/Warehouses/$count"), Some(Address::Count(_))));
    }
}
