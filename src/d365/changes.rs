//! Which orders changed since a moment, asked of the raw order table: the only set of orders with a
//! date of change. Not every environment publishes it, so it hurries things up and decides nothing.
//!
//! Pages are cut by the date itself, not by skip: a row that changes meanwhile moves to the end,
//! and nothing is lost behind it.

use crate::clock;
use crate::d365::error::Purpose;
use crate::d365::master::knows_nothing;
use crate::d365::odata::{Query, any_of, literal};
use crate::d365::{D365, data_call, record};
use crate::order::retry::Failure;
use crate::transport::{Call, Trace};
use serde::Deserialize;

/// The set.
pub const SET: &str = "SalesTableBiEntities";
/// Changes in one request: a key and three values each.
const PAGE: usize = 500;
const CALL: Call = data_call("d365.changes");
const PROPERTIES: [&str; 5] = ["dataAreaId", "SalesId", "SysModifiedDateTime", "DlvMode", "SalesStatus"];

/// An order that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Legal entity, lower case.
    pub company: String,
    /// Number.
    pub number: String,
    /// When, by the clock of Dynamics 365.
    pub modified_ms: i64,
    /// Its delivery mode.
    pub delivery_mode: String,
    /// `SalesStatus` member.
    pub sales_status: String,
}

/// Where to read on: from this moment, after so many rows of exactly this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct From {
    /// The moment.
    pub ms: i64,
    /// Rows of it that were read already.
    pub skip: usize,
}

/// What the environment says to a question for changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<T> {
    /// It knows.
    Known(T),
    /// It does not publish the set, or not to us: why.
    NotOffered(String),
}

/// Some changes, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The changes.
    pub rows: Vec<Change>,
    /// Where more are.
    pub next: Option<From>,
}

impl D365 {
    /// The newest change there is: where a cursor begins, by the clock of Dynamics 365.
    pub async fn newest_change(&self, trace: &Trace) -> Result<Answer<Option<i64>>, Failure> {
        let query = self.changes_query(None).order_by("SysModifiedDateTime desc").top(1);
        Ok(match self.read_changes(trace, &query).await? {
            Answer::Known((rows, _)) => Answer::Known(rows.first().map(|row| row.modified_ms)),
            Answer::NotOffered(why) => Answer::NotOffered(why),
        })
    }

    /// A page of what changed.
    pub async fn changes(&self, trace: &Trace, from: From) -> Result<Answer<Changes>, Failure> {
        let query = self
            .changes_query(Some(from.ms))
            .order_by("SysModifiedDateTime,dataAreaId,SalesId")
            .top(PAGE)
            .skip(from.skip);
        Ok(match self.read_changes(trace, &query).await? {
            Answer::Known((rows, more)) => Answer::Known(Changes { next: next(&rows, from, more), rows }),
            Answer::NotOffered(why) => Answer::NotOffered(why),
        })
    }

    fn changes_query(&self, from_ms: Option<i64>) -> Query {
        let companies = self.inner.credentials.legal_entities.iter().map(|company| literal(company));
        let since = from_ms.map(|ms| format!("SysModifiedDateTime ge {}", clock::rfc3339(ms)));
        let conditions: Vec<String> = [any_of("dataAreaId", companies), since].into_iter().flatten().collect();
        Query::new().filter(&conditions).select(&PROPERTIES)
    }

    /// The rows, and whether there may be more.
    async fn read_changes(&self, trace: &Trace, query: &Query) -> Result<Answer<(Vec<Change>, bool)>, Failure> {
        let refused = |failure: &Failure| {
            let cause = failure.cause();
            cause.detail.clone().unwrap_or_else(|| cause.words().sentence.to_owned())
        };
        match self.get(trace, &CALL, Purpose::Read, &self.address(SET, query)).await {
            Ok(Some(body)) => match record::list(&body) {
                Ok(list) => {
                    let more = list.next_link.is_some() || list.value.len() >= PAGE;
                    let rows: Vec<Row> = record::readable(&list);
                    Ok(Answer::Known((rows.into_iter().filter_map(Row::change).collect(), more)))
                }
                Err(failure) if knows_nothing(&failure) => Ok(Answer::NotOffered(refused(&failure))),
                Err(failure) => Err(failure),
            },
            Ok(None) => Ok(Answer::NotOffered(format!("this environment has no entity set {SET}"))),
            Err(failure) if knows_nothing(&failure) => Ok(Answer::NotOffered(refused(&failure))),
            Err(failure) => Err(failure),
        }
    }
}

/// Goes on at the moment of the last row, after the rows of it that are read.
fn next(rows: &[Change], from: From, more: bool) -> Option<From> {
    let last = rows.last().filter(|_| more)?.modified_ms;
    let of_last = rows.iter().rev().take_while(|row| row.modified_ms == last).count();
    let before = if last == from.ms { from.skip } else { 0 };
    Some(From { ms: last, skip: before + of_last })
}

#[derive(Deserialize)]
struct Row {
    #[serde(rename = "dataAreaId", deserialize_with = "record::text")]
    company: String,
    #[serde(rename = "SalesId", deserialize_with = "record::text")]
    number: String,
    #[serde(rename = "SysModifiedDateTime", deserialize_with = "record::text")]
    modified: String,
    #[serde(rename = "DlvMode", default, deserialize_with = "record::text")]
    delivery_mode: String,
    #[serde(rename = "SalesStatus", default, deserialize_with = "record::text")]
    sales_status: String,
}

impl Row {
    fn change(self) -> Option<Change> {
        let modified_ms = clock::parse_ms(&self.modified)?;
        let named = !self.company.is_empty() && !self.number.is_empty();
        named.then(|| Change {
            company: self.company.to_lowercase(),
            number: self.number,
            modified_ms,
            delivery_mode: self.delivery_mode,
            sales_status: self.sales_status,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(moments: &[i64]) -> Vec<Change> {
        let row = |(at, ms): (usize, &i64)| Change {
            company: "usmf".into(),
            number: at.to_string(),
            modified_ms: *ms,
            delivery_mode: String::new(),
            sales_status: String::new(),
        };
        moments.iter().enumerate().map(row).collect()
    }

    #[test]
    fn pages_go_on_at_the_moment_of_the_last_row_even_where_many_share_it() {
        let from = From { ms: 1, skip: 0 };
        assert_eq!(next(&rows(&[1, 2, 3, 3]), from, true), Some(From { ms: 3, skip: 2 }));
        assert_eq!(next(&rows(&[1, 2]), from, false), None);
        assert_eq!(next(&[], from, true), None);
        // A page of one moment alone: a bulk update. It must not be read for ever.
        let first = next(&rows(&[3, 3]), From { ms: 3, skip: 2 }, true);
        assert_eq!(first, Some(From { ms: 3, skip: 4 }));
    }
}
