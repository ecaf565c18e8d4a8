//! The audit trail: filtered, paged and exported. An export reads and writes a part at a time, so that
//! years of entries need no memory.

use crate::audit::{Actor, Subject};
use crate::clock::{self, MINUTE_MS};
use crate::desk::for_reader::without_people;
use crate::desk::spreadsheet::defused;
use crate::desk::{OperatorDesk, Role, present};
use crate::engine::Engine;
use crate::store::Result as Stored;
use crate::store::audit::{Exported, TrailQuery, TrailRow};
use crate::zone::Zone;
use app::contract::{Page, Problem, TrailEntry, TrailFilter};
use serde_json::{Value, json};

/// Rows of a page.
const PAGE: i64 = 50;
/// Characters of a body shown in the list.
const BODY_SHOWN: usize = 4_000;
/// Entries read and written at a time.
const PART: i64 = 200;
/// The columns of an export as a table, in their order. Scripts count on it: new ones go to the end.
const COLUMNS: [&str; 16] = [
    "sequence",
    "at",
    "actor",
    "system",
    "action",
    "outcome",
    "order_id",
    "summary",
    "http_status",
    "duration_ms",
    "hash",
    "company",
    "order_number",
    "shipment_id",
    "attempt_id",
    "call_id",
];

/// How an export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    JsonLines,
    /// Comma-separated, with a header line.
    Csv,
}

impl Format {
    /// The format of a name.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "jsonl" => Some(Self::JsonLines),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// The ending of a file of it.
    pub fn ending(self) -> &'static str {
        match self {
            Self::JsonLines => "jsonl",
            Self::Csv => "csv",
        }
    }

    /// What stands before the entries.
    pub fn head(self) -> String {
        match self {
            Self::JsonLines => String::new(),
            Self::Csv => line(&COLUMNS.map(str::to_owned)),
        }
    }
}

/// What a filter asks of the store; its moments are written by the clocks of `zone`.
pub fn query_of(filter: &TrailFilter, zone: &Zone) -> Result<TrailQuery, Problem> {
    let from = |text: &str| zone.read(text);
    let to = |text: &str| {
        let at = zone.read(text)?;
        // A day and a minute count to their end.
        Some(if text.contains([':', 'T']) { at + MINUTE_MS } else { zone.next_midnight_ms(at) })
    };
    Ok(TrailQuery {
        order: filter.order.clone(),
        actor: filter.actor.clone(),
        system: filter.system.clone(),
        action: filter.action.clone(),
        outcome: filter.outcome.clone(),
        text: filter.text.clone(),
        from_ms: bound(filter.from.as_deref(), from)?,
        to_ms: bound(filter.to.as_deref(), to)?,
        correlation: filter.correlation.clone(),
        without_routine: filter.is_without_routine(),
        before: filter.after.as_deref().and_then(|after| after.parse().ok()),
    })
}

fn bound(text: Option<&str>, read: impl Fn(&str) -> Option<i64>) -> Result<Option<i64>, Problem> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    read(text).map(Some).ok_or_else(|| {
        let message = format!("{text:?} is no moment.");
        Problem::new("trail.no-moment", &message, "Write it like 2026-11-22 or 2026-11-22T18:30.")
    })
}

impl OperatorDesk {
    /// One page of the trail, newest first.
    pub(super) async fn trail_page(&self, filter: &TrailFilter) -> Result<Page<TrailEntry>, Problem> {
        let db = &self.engine.store.db;
        let zone = self.store(self.engine.zone().await)?;
        let query = query_of(filter, &zone)?;
        let mut rows = self.store(db.trail(&query, PAGE + 1).await)?;
        let total = self.store(db.count_trail(&query).await)?;
        let page = usize::try_from(PAGE).unwrap_or(0);
        let more = rows.len() > page;
        rows.truncate(page);
        Ok(Page {
            next: rows.last().filter(|_| more).map(|row| row.sequence.to_string()),
            rows: rows.into_iter().map(entry).collect(),
            total: u64::try_from(total).unwrap_or(0),
            now: present::moment(self.engine.clock.now_ms()),
        })
    }
}

fn entry(row: TrailRow) -> TrailEntry {
    let body = row.body.map(|body| {
        if body.len() <= BODY_SHOWN {
            return body;
        }
        format!(
            "{}… ({} bytes in all; the order page shows the rest)",
            &body[..body.floor_char_boundary(BODY_SHOWN)],
            body.len()
        )
    });
    TrailEntry {
        sequence: row.sequence,
        at: present::moment(row.at_ms),
        actor: row.actor,
        system: row.system,
        action: row.action,
        outcome: present::outcome(&row.outcome),
        summary: row.summary,
        correlation: row.attempt_id.or(row.shipment_id).or(row.call_id),
        order: row.company.zip(row.number),
        http_status: row.http_status,
        duration_ms: row.duration_ms,
        body,
    }
}

/// An export under way.
pub struct Export {
    engine: Engine,
    query: TrailQuery,
    format: Format,
    /// Personal data goes out with it.
    with_people: bool,
    after: i64,
}

impl Export {
    /// Begins an export for an operator, and puts it on the record.
    pub async fn begin(
        engine: &Engine,
        by: &str,
        role: Role,
        filter: &TrailFilter,
        format: Format,
    ) -> Result<Self, Problem> {
        let failed = |error| crate::desk::problem::store(engine, &error);
        let zone = engine.zone().await.map_err(failed)?;
        let query = TrailQuery { before: None, without_routine: false, ..query_of(filter, &zone)? };
        let asked = serde_json::to_string(&named(filter)).unwrap_or_default();
        let what = format!("Exported the trail as {}.", format.ending());
        let mut entry = engine.entry(&Actor::Operator(by.to_owned()), "desk.trail-exported", Subject::default(), what);
        entry.body = Some(asked);
        let recorded = engine.store.record(&entry).await;
        recorded.map_err(failed)?;
        Ok(Self { engine: engine.clone(), query, format, with_people: role.sees_people(), after: 0 })
    }

    /// An export of the machine itself.
    pub fn of(engine: &Engine, query: TrailQuery, format: Format) -> Self {
        Self { engine: engine.clone(), query, format, with_people: true, after: 0 }
    }

    /// The next part; `None` at the end.
    pub async fn next(&mut self) -> Stored<Option<String>> {
        let rows = self.engine.store.db.trail_after(&self.query, self.after, PART).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        self.after = last.entry.sequence;
        let mut values = Value::Array(rows.iter().map(object).collect());
        if !self.with_people {
            values = without_people(&self.engine, values).await?;
        }
        let write = |value: &Value| match self.format {
            Format::JsonLines => format!("{value}\n"),
            Format::Csv => line(&COLUMNS.map(|column| text(&value[column]))),
        };
        Ok(Some(values.as_array().into_iter().flatten().map(write).collect()))
    }
}

/// The fields of a filter that are set.
fn named(filter: &TrailFilter) -> Value {
    let mut value = serde_json::to_value(filter).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    value
}

fn object(exported: &Exported) -> Value {
    let entry = &exported.entry;
    let (company, number) = exported.order.clone().unzip();
    json!({
        "sequence": entry.sequence, "at": clock::rfc3339(entry.at_ms), "actor": entry.actor, "system": entry.system,
        "action": entry.action, "outcome": entry.outcome, "order_id": entry.order_id, "shipment_id": entry.shipment_id,
        "attempt_id": entry.attempt_id, "call_id": entry.call_id, "summary": entry.summary,
        "http_status": entry.http_status, "duration_ms": entry.duration_ms, "body": entry.body,
        "previous": entry.previous, "hash": entry.hash, "company": company, "number": number, "order_number": number,
    })
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn line(fields: &[String]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let fields = fields.iter().map(|field| defused(field));
    writer.write_record(fields).expect("memory takes every byte");
    String::from_utf8(writer.into_inner().expect("memory takes every byte")).expect("text stays text")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::DAY_MS;

    #[test]
    fn a_day_and_a_minute_count_to_their_end_and_nonsense_is_named() {
        let filter = |from: &str, to: &str| TrailFilter {
            from: Some(from.into()),
            to: Some(to.into()),
            ..TrailFilter::default()
        };
        let utc = Zone::default();
        let query = query_of(&filter("2026-11-22", "2026-11-22"), &utc).expect("days");
        assert_eq!(query.to_ms.zip(query.from_ms).map(|(to, from)| to - from), Some(DAY_MS));
        let query = query_of(&filter("2026-11-22T18:30", "2026-11-22T18:30"), &utc).expect("minutes");
        assert_eq!(query.to_ms.zip(query.from_ms).map(|(to, from)| to - from), Some(MINUTE_MS));
        assert_eq!(query_of(&filter(" ", ""), &utc).expect("nothing asked").from_ms, None);
        assert_eq!(query_of(&filter("yesterday", ""), &utc).expect_err("no moment").code, "trail.no-moment");
    }

    #[test]
    fn a_line_of_the_table_is_quoted_and_never_a_formula() {
        let fields = ["=1+1", "say \"hi\"", "a,b", "two\nlines"].map(str::to_owned);
        assert_eq!(line(&fields), "'=1+1,\"say \"\"hi\"\"\",\"a,b\",\"two\nlines\"\n");
        assert!(Format::Csv.head().starts_with("sequence,at,actor,"));
    }
}
