//! Rows of the entity sets, their keys, indexes and etags.
//!
//! A row stores only what differs from the empty value of its type; readers see every property.
//! Keys and text compare without regard to case, as F&O's database does. Leading spaces are part
//! of a value and are never trimmed.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::entities::{self, EntitySet};

/// Separates the parts of a key; no identifier contains it.
const KEY_SEPARATOR: char = '\u{1f}';
/// Record ids of a new F&O table begin here.
const FIRST_RECORD_ID: u64 = 5_637_144_576;

/// One record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Row {
    values: Map<String, Value>,
    record_id: u64,
    record_version: u32,
}

impl Row {
    /// The value of a property, the empty value of its type when nothing was stored.
    pub(super) fn value(&self, set: &EntitySet, property: &str) -> Value {
        self.peek(set, property).into_owned()
    }

    /// The same without copying what is stored: filters look at thousands of rows.
    pub(super) fn peek(&self, set: &EntitySet, property: &str) -> Cow<'_, Value> {
        match self.values.get(property) {
            Some(value) => Cow::Borrowed(value),
            None => Cow::Owned(set.property(property).map_or(Value::Null, |known| known.kind.empty())),
        }
    }

    /// The stored text of a property, empty when there is none.
    pub(super) fn text(&self, property: &str) -> &str {
        self.values.get(property).and_then(Value::as_str).unwrap_or_default()
    }

    /// What was stored explicitly.
    pub(super) fn stored(&self) -> &Map<String, Value> {
        &self.values
    }

    /// The etag: a base64 list of record version and record id per underlying table.
    pub(super) fn etag(&self) -> String {
        let inner = format!("'{},{};0,0;0,0;0,0;0,0'", self.record_version, self.record_id);
        format!("W/\"{}\"", STANDARD.encode(inner))
    }

    /// Merges values and gives the row a new version that looks random, as F&O's do.
    pub(super) fn merge(&mut self, changes: Map<String, Value>) {
        self.values.extend(changes);
        let mut hash = Sha256::new();
        hash.update(self.record_id.to_be_bytes());
        hash.update(self.record_version.to_be_bytes());
        let digest = hash.finalize();
        let fresh = u32::from_be_bytes([digest[0] & 0x7f, digest[1], digest[2], digest[3]]);
        self.record_version = fresh.max(2);
    }
}

/// The rows of one entity set.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Table {
    rows: BTreeMap<String, Row>,
    #[serde(skip)]
    index: BTreeMap<&'static str, BTreeMap<String, BTreeSet<String>>>,
}

impl Table {
    /// All rows in key order.
    pub(super) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Rows whose indexed property has one of the values, in key order, looked up as they are asked for.
    pub(super) fn found<'a>(
        &'a self,
        property: &str,
        values: &[String],
    ) -> Option<Box<dyn Iterator<Item = &'a Row> + 'a>> {
        let index = self.index.get(property)?;
        if let [value] = values {
            let keys = index.get(&value.to_lowercase()).into_iter().flatten();
            return Some(Box::new(keys.filter_map(|key| self.rows.get(key))));
        }
        let keys: BTreeSet<&String> =
            values.iter().filter_map(|value| index.get(&value.to_lowercase())).flatten().collect();
        Some(Box::new(keys.into_iter().filter_map(|key| self.rows.get(key))))
    }

    /// How many rows [`Table::found`] would return, at most; `None` without an index.
    pub(super) fn count(&self, property: &str, values: &[String]) -> Option<usize> {
        let index = self.index.get(property)?;
        let sizes = values.iter().filter_map(|value| index.get(&value.to_lowercase()).map(BTreeSet::len));
        Some(sizes.sum())
    }

    fn index_row(&mut self, set: &EntitySet, key: &str, row: &Row) {
        for property in set.indexed {
            self.index
                .entry(property)
                .or_default()
                .entry(index_text(&row.value(set, property)))
                .or_default()
                .insert(key.to_owned());
        }
    }

    fn unindex_row(&mut self, set: &EntitySet, key: &str, row: &Row) {
        for property in set.indexed {
            let text = index_text(&row.value(set, property));
            let Some(index) = self.index.get_mut(property) else {
                continue;
            };
            if let Some(keys) = index.get_mut(&text) {
                keys.remove(key);
                if keys.is_empty() {
                    index.remove(&text);
                }
            }
        }
    }
}

fn index_text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_lowercase()
}

/// All entity sets.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Tables {
    sets: BTreeMap<String, Table>,
    #[serde(skip)]
    last_record: u64,
}

impl Tables {
    /// Builds the indexes anew, after the rows were read from the state file.
    pub(super) fn reindex(&mut self) {
        for (name, table) in &mut self.sets {
            let Some(set) = entities::set(name) else {
                continue;
            };
            table.index.clear();
            let rows = std::mem::take(&mut table.rows);
            for (key, row) in &rows {
                table.index_row(set, key, row);
                self.last_record = self.last_record.max(row.record_id - FIRST_RECORD_ID);
            }
            table.rows = rows;
        }
    }

    /// The rows of a set, once it has some.
    pub(super) fn table(&self, set: &EntitySet) -> Option<&Table> {
        self.sets.get(set.table)
    }

    /// All rows of a set in key order.
    pub(super) fn rows(&self, set: &EntitySet) -> impl Iterator<Item = &Row> + use<'_> {
        self.table(set).into_iter().flat_map(Table::rows)
    }

    /// One row by its key values.
    pub(super) fn row(&self, set: &EntitySet, key: &[&str]) -> Option<&Row> {
        self.sets.get(set.table)?.rows.get(&key_text(key))
    }

    /// Inserts or replaces a row.
    pub(super) fn put(&mut self, set: &'static EntitySet, values: Map<String, Value>) {
        let parts: Vec<&str> =
            set.keys.iter().map(|key| values.get(*key).and_then(Value::as_str).unwrap_or_default()).collect();
        let key = key_text(&parts);
        self.last_record += 1;
        let row = Row { values, record_id: FIRST_RECORD_ID + self.last_record, record_version: 1 };
        let table = self.sets.entry(set.table.to_owned()).or_default();
        if let Some(old) = table.rows.remove(&key) {
            table.unindex_row(set, &key, &old);
        }
        table.index_row(set, &key, &row);
        table.rows.insert(key, row);
    }

    /// Merges values into a row; false when there is no such row.
    pub(super) fn merge(&mut self, set: &'static EntitySet, key: &[&str], changes: Map<String, Value>) -> bool {
        let key = key_text(key);
        let Some(table) = self.sets.get_mut(set.table) else {
            return false;
        };
        let Some(mut row) = table.rows.remove(&key) else {
            return false;
        };
        let moves = set.indexed.iter().any(|property| changes.contains_key(*property));
        if moves {
            table.unindex_row(set, &key, &row);
        }
        row.merge(changes);
        if moves {
            table.index_row(set, &key, &row);
        }
        table.rows.insert(key, row);
        true
    }

    /// Removes a row; false when there is none.
    pub(super) fn remove(&mut self, set: &'static EntitySet, key: &[&str]) -> bool {
        let key = key_text(key);
        let Some(table) = self.sets.get_mut(set.name) else {
            return false;
        };
        let Some(row) = table.rows.remove(&key) else {
            return false;
        };
        table.unindex_row(set, &key, &row);
        true
    }

    /// Removes the rows of an order, found by the property that holds its number.
    pub(super) fn remove_of(&mut self, set: &'static EntitySet, company: &str, property: &str, number: &str) {
        let table = self.sets.entry(set.table.to_owned()).or_default();
        let found = table.found(property, &[number.to_owned()]);
        let keys: Vec<String> = found
            .into_iter()
            .flatten()
            .filter(|row| row.text("dataAreaId").eq_ignore_ascii_case(company))
            .map(|row| key_of(set, row))
            .collect();
        for key in keys {
            if let Some(row) = table.rows.remove(&key) {
                table.unindex_row(set, &key, &row);
            }
        }
    }

    /// Rows of all companies whose indexed property has the value, in key order.
    pub(super) fn having<'a>(
        &'a self,
        set: &EntitySet,
        property: &str,
        value: &str,
    ) -> impl Iterator<Item = &'a Row> + use<'a> {
        self.table(set).and_then(|table| table.found(property, &[value.to_owned()])).into_iter().flatten()
    }

    /// Rows of one company whose indexed property has the value, in key order.
    pub(super) fn of(&self, set: &EntitySet, company: &str, property: &str, value: &str) -> Vec<&Row> {
        self.having(set, property, value).filter(|row| row.text("dataAreaId").eq_ignore_ascii_case(company)).collect()
    }
}

/// The key of a row as the tables keep it.
fn key_of(set: &EntitySet, row: &Row) -> String {
    let parts: Vec<&str> = set.keys.iter().map(|key| row.text(key)).collect();
    key_text(&parts)
}

fn key_text(parts: &[&str]) -> String {
    let mut key = String::new();
    for part in parts {
        if !key.is_empty() {
            key.push(KEY_SEPARATOR);
        }
        key.push_str(&part.to_lowercase());
    }
    key
}

/// Collects properties into the form that rows are made of.
pub(super) fn values<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A whole number where there is one, as F&O prints decimals.
#[expect(
    clippy::cast_possible_truncation,
    reason = "amounts and quantities are far below 2^53 and checked to be whole"
)]
pub(super) fn decimal(number: f64) -> Value {
    if number.fract() == 0.0 { json!(number as i64) } else { json!(number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_moves_the_etag_and_the_index() {
        let set = entities::set("SalesOrderHeadersV2").unwrap();
        let mut tables = Tables::default();
        tables.put(set, values([("dataAreaId", json!("usmf")), ("SalesOrderNumber", json!("SO-1"))]));
        let before = tables.row(set, &["USMF", "so-1"]).unwrap().etag();
        assert!(tables.merge(set, &["usmf", "SO-1"], values([("SalesOrderProcessingStatus", json!("Confirmed"))])));
        assert_ne!(before, tables.row(set, &["usmf", "SO-1"]).unwrap().etag());
        let found = tables.of(set, "usmf", "SalesOrderProcessingStatus", "Confirmed");
        assert_eq!(found.len(), 1);
        assert!(tables.of(set, "usmf", "SalesOrderProcessingStatus", "Active").is_empty());
    }
}
