//! Lines of orders whose header set has no navigation to them: the newest headers (V4) are such.
//!
//! They are asked for by or-chains of order numbers, because `in` is not supported, in addresses
//! that stay short enough for every gateway.

use crate::d365::error::Purpose;
use crate::d365::odata::{Query, any_of, literal};
use crate::d365::order_select::Selection;
use crate::d365::orders::{followed, no_set};
use crate::d365::{D365, data_call, record};
use crate::order::retry::Failure;
use crate::transport::{Call, Trace};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, HashMap};

/// The headers that do not have their lines inside.
const WITHOUT_LINES: &str = "SalesOrderHeadersV4";
/// The sets the lines are in, the newer first; an environment may have the older only.
const SETS: [&str; 2] = ["SalesOrderLinesV3", "SalesOrderLines"];
/// Bytes the or-chain of numbers may have. IIS refuses query strings over 2,048 characters unless
/// told otherwise, and the rest of the query takes about half of them.
const CHAIN_BYTES: usize = 1_000;
/// Bytes of one term of the chain beside its number, once it is percent-encoded.
const TERM_BYTES: usize = "%20or%20SalesOrderNumber%20eq%20%27%27".len();

const CALL: Call = data_call("d365.order_lines");

/// Lines by legal entity and order number.
#[derive(Debug, Default)]
pub(super) struct Apart(HashMap<(String, String), Vec<Box<RawValue>>>);

impl Apart {
    /// The lines of an order; Dynamics 365 compares both without case.
    pub fn of(&self, company: &str, number: &str) -> &[Box<RawValue>] {
        self.0.get(&(company.to_lowercase(), number.to_lowercase())).map_or(&[], Vec::as_slice)
    }
}

/// Whether the lines of this header set are read apart.
pub(super) fn are_apart(set: &str) -> bool {
    set == WITHOUT_LINES
}

/// Legal entity and number of a header or a line.
pub(super) fn key(json: &str) -> Option<(String, String)> {
    #[derive(Deserialize)]
    struct Key {
        #[serde(rename = "dataAreaId", deserialize_with = "record::text")]
        company: String,
        #[serde(rename = "SalesOrderNumber", deserialize_with = "record::text")]
        number: String,
    }
    let key: Key = serde_json::from_str(json).ok()?;
    (!key.number.is_empty()).then(|| (key.company.to_lowercase(), key.number))
}

impl D365 {
    /// The lines of these orders.
    pub(super) async fn lines_of(&self, trace: &Trace, orders: &[(String, String)]) -> Result<Apart, Failure> {
        let mut by_company: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (company, number) in orders {
            by_company.entry(company).or_default().push(number);
        }
        let mut apart = Apart::default();
        for (company, numbers) in by_company {
            for some in chains(&numbers) {
                for line in self.lines_of_some(trace, company, some).await? {
                    if let Some((company, number)) = key(line.get()) {
                        apart.0.entry((company, number.to_lowercase())).or_default().push(line);
                    }
                }
            }
        }
        Ok(apart)
    }

    async fn lines_of_some(
        &self,
        trace: &Trace,
        company: &str,
        numbers: &[&str],
    ) -> Result<Vec<Box<RawValue>>, Failure> {
        let conditions: Vec<String> = [
            Some(format!("dataAreaId eq {}", literal(company))),
            any_of("SalesOrderNumber", numbers.iter().map(|number| literal(number))),
        ]
        .into_iter()
        .flatten()
        .collect();
        let query = |selection: &Selection| {
            let mut properties = vec!["dataAreaId", "SalesOrderNumber"];
            properties.extend(&selection.line);
            Query::new().filter(&conditions).select(&properties).order_by("dataAreaId,InventoryLotId")
        };
        for set in SETS {
            let Some(body) = self.get_selected(trace, &CALL, set, &query).await? else { continue };
            let mut list = record::list(&body)?;
            let mut lines = std::mem::take(&mut list.value);
            while let Some(link) = list.next_link {
                let address = followed(&link, &self.inner.credentials.base_url)?;
                let body = self.get(trace, &CALL, Purpose::Read, &address).await?.ok_or_else(|| no_set(set))?;
                list = record::list(&body)?;
                lines.append(&mut list.value);
            }
            return Ok(lines);
        }
        Err(no_set(SETS[0]))
    }
}

/// Numbers in chains that keep an address short; a number too long for any is a chain of its own.
pub(super) fn chains<'a, 'b>(numbers: &'b [&'a str]) -> Vec<&'b [&'a str]> {
    let mut chains = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (at, number) in numbers.iter().enumerate() {
        // A byte that needs escaping becomes three; an apostrophe is doubled before.
        let escaped: usize = number.bytes().map(escaped_bytes).sum();
        let term = TERM_BYTES + escaped;
        if at > start && bytes + term > CHAIN_BYTES {
            chains.push(&numbers[start..at]);
            (start, bytes) = (at, 0);
        }
        bytes += term;
    }
    if start < numbers.len() {
        chains.push(&numbers[start..]);
    }
    chains
}

fn escaped_bytes(byte: u8) -> usize {
    match byte {
        b'\'' => "%27%27".len(),
        byte if byte.is_ascii_alphanumeric() => 1,
        _ => "%20".len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::d365::order_select::Missing;

    #[test]
    fn chains_keep_every_address_within_what_iis_takes() {
        let plain: Vec<String> = (0..500).map(|number| format!("SO-{number:017}")).collect();
        let odd: Vec<String> = (0..100).map(|number| format!(" O'M/{number:015}")).collect();
        for numbers in [plain, odd] {
            let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
            let chains = chains(&numbers);
            assert!(chains.len() > 1);
            assert_eq!(chains.concat(), numbers, "every number, in its order, once");
            let selection = Missing::default().selection();
            for chain in chains {
                let filter = any_of("SalesOrderNumber", chain.iter().map(|number| literal(number))).unwrap();
                let filter = [format!("dataAreaId eq {}", literal("usmf")), filter];
                let query = Query::new().filter(&filter).select(&selection.line).order_by("dataAreaId,InventoryLotId");
                assert!(query.text().len() < 2_048, "{}", query.text().len());
            }
        }
        assert!(super::chains(&[]).is_empty());
    }
}
