//! Reads of entity sets: lists with query options, counts, and single entities by complete key.
//!
//! Without `cross-company=true` a list silently holds only the user's default company. Pages are
//! skip and top over the current rows, not a snapshot, as in F&O.

use serde_json::{Map, Value, json};

use super::d365::{json_reply, malformed, no_route};
use super::entities::{self, EntitySet};
use super::exchange::{Call, Reply};
use super::odata_address::{self, Address};
use super::odata_filter::{Filter, unknown_property};
use super::state::World;
use super::table::Row;

/// The company of the connector's user; it holds no orders.
pub(super) const DEFAULT_COMPANY: &str = "dat";
/// The one expansion that headers offer.
const LINES: &str = "SalesOrderLines";
/// Query options that F&O understands.
const OPTIONS: [&str; 7] = ["$select", "$filter", "$expand", "$orderby", "$top", "$skip", "$count"];

/// Answers a GET below `/data`.
pub(super) fn read(world: &mut World, call: &Call, rest: &str) -> Reply {
    let Some(address) = odata_address::parse(rest) else {
        return no_route(call);
    };
    match address {
        Address::Set(set) => list(world, call, set),
        Address::Count(set) => count(world, call, set),
        Address::Entity(set, key) => entity(world, call, set, &key),
    }
}

/// The query options of a read, checked.
struct Query {
    select: Option<Vec<String>>,
    /// The properties of the expanded lines; none means all of them.
    expand: Option<Vec<String>>,
    filter: Option<Filter>,
    order: Vec<(String, bool)>,
    top: Option<usize>,
    skip: usize,
    count: bool,
    cross_company: bool,
}

impl Query {
    fn parse(call: &Call, set: &EntitySet) -> Result<Self, String> {
        let mut query = Self {
            select: None,
            expand: None,
            filter: None,
            order: Vec::new(),
            top: None,
            skip: 0,
            count: false,
            cross_company: false,
        };
        let mut seen = Vec::new();
        for (name, value) in url::form_urlencoded::parse(call.query.as_bytes()) {
            if name.starts_with('$') {
                if !OPTIONS.contains(&name.as_ref()) {
                    return Err(format!("The query parameter '{name}' is not supported."));
                }
                if seen.contains(&name) {
                    return Err(format!(
                        "Query option '{name}' was specified more than once, but it must be specified at most once."
                    ));
                }
                seen.push(name.clone());
            }
            query.take(&name, &value, set)?;
        }
        Ok(query)
    }

    fn take(&mut self, name: &str, value: &str, set: &EntitySet) -> Result<(), String> {
        match name {
            "$select" => self.select = Some(selection(value, set)?),
            "$expand" => self.expand = Some(expansion(value, set)?),
            "$filter" => self.filter = Some(Filter::parse(value, set)?),
            "$orderby" => self.order = ordering(value, set)?,
            "$top" => self.top = Some(whole(name, value)?),
            "$skip" => self.skip = whole(name, value)?,
            "$count" => self.count = value == "true",
            "cross-company" => self.cross_company = value.eq_ignore_ascii_case("true"),
            _ => {}
        }
        Ok(())
    }

    /// The rows that pass, in order, before paging.
    fn rows<'a>(&self, world: &'a mut World, set: &EntitySet) -> Vec<&'a Row> {
        let table = world.tables.table(set);
        let narrowest = self.filter.as_ref().and_then(|filter| {
            set.indexed
                .iter()
                .filter_map(|property| {
                    let values = filter.pinned(property)?;
                    Some((table.count(property, &values)?, *property, values))
                })
                .min_by_key(|(count, ..)| *count)
        });
        let candidates: Vec<&Row> = match narrowest {
            Some((_, property, values)) => table.found(property, &values).unwrap_or_default(),
            None => table.rows().collect(),
        };
        let mut rows: Vec<&Row> = candidates
            .into_iter()
            .filter(|row| {
                let visible = self.cross_company
                    || !set.per_company
                    || row.text("dataAreaId").eq_ignore_ascii_case(DEFAULT_COMPANY);
                visible && self.filter.as_ref().is_none_or(|filter| filter.passes(set, row))
            })
            .collect();
        if self.order.iter().map(|(name, _)| name.as_str()).ne(set.keys.iter().copied())
            || self.order.iter().any(|(_, descending)| *descending)
        {
            rows.sort_by(|left, right| self.compare(set, left, right));
        }
        rows
    }

    fn compare(&self, set: &EntitySet, left: &Row, right: &Row) -> std::cmp::Ordering {
        for (property, descending) in &self.order {
            let ordering = order_values(&left.value(set, property), &right.value(set, property));
            let ordering = if *descending { ordering.reverse() } else { ordering };
            if ordering.is_ne() {
                return ordering;
            }
        }
        std::cmp::Ordering::Equal
    }

    fn context(&self) -> String {
        let mut parts = self.select.clone().unwrap_or_default();
        if let Some(lines) = &self.expand {
            parts.push(format!("{LINES}({})", lines.join(",")));
        }
        if parts.is_empty() { String::new() } else { format!("({})", parts.join(",")) }
    }
}

fn order_values(left: &Value, right: &Value) -> std::cmp::Ordering {
    if let (Some(left), Some(right)) = (left.as_f64(), right.as_f64()) {
        return left.total_cmp(&right);
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_lowercase();
    text(left).cmp(&text(right))
}

fn selection(value: &str, set: &EntitySet) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    for name in value.split(',').map(str::trim).filter(|name| *name != "*") {
        let navigation = set.name == entities::headers().name && name == LINES;
        if set.property(name).is_none() && !navigation {
            return Err(unknown_property(name, set));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

/// One navigation, with nothing but a nested `$select`.
fn expansion(value: &str, set: &EntitySet) -> Result<Vec<String>, String> {
    let (name, inner) = match value.split_once('(') {
        Some((name, inner)) => {
            let inner = inner.strip_suffix(')').ok_or("Syntax error in $expand.")?;
            (name.trim(), Some(inner))
        }
        None => (value.trim(), None),
    };
    if set.name != entities::headers().name || name != LINES {
        return Err(unknown_property(name, set));
    }
    let Some(inner) = inner.filter(|inner| !inner.trim().is_empty()) else {
        return Ok(Vec::new());
    };
    let list = inner.trim().strip_prefix("$select=").ok_or("Only $select is supported inside $expand.")?;
    selection(list, entities::lines())
}

fn ordering(value: &str, set: &EntitySet) -> Result<Vec<(String, bool)>, String> {
    let mut order = Vec::new();
    for part in value.split(',') {
        let mut words = part.split_whitespace();
        let name = words.next().unwrap_or_default();
        if set.property(name).is_none() {
            return Err(unknown_property(name, set));
        }
        let descending = match words.next() {
            None | Some("asc") => false,
            Some("desc") => true,
            Some(_) => return Err(format!("Syntax error in '$orderby={value}'.")),
        };
        order.push((name.to_owned(), descending));
    }
    Ok(order)
}

fn whole(name: &str, value: &str) -> Result<usize, String> {
    value.parse().map_err(|_| {
        format!(
            "Invalid value '{value}' for {name} query option found. The {name} query option requires a non-negative integer value."
        )
    })
}

fn list(world: &mut World, call: &Call, set: &'static EntitySet) -> Reply {
    let query = match Query::parse(call, set) {
        Ok(query) => query,
        Err(message) => return malformed(&message),
    };
    let page_size = world.place.page_size.max(1);
    let origin = call.origin();
    let rows = query.rows(world, set);
    let total = rows.len();
    let wanted = query.top.unwrap_or(usize::MAX);
    let length = wanted.min(page_size);
    let page: Vec<Row> = rows.into_iter().skip(query.skip).take(length).cloned().collect();
    let next_skip = query.skip + page.len();
    let left = wanted.saturating_sub(page.len());
    let more = next_skip < total && left > 0 && page.len() == page_size;
    let value: Vec<Value> = page.iter().map(|row| show(world, set, row, &query)).collect();
    let mut body = Map::new();
    body.insert("@odata.context".into(), json!(format!("{origin}/data/$metadata#{}{}", set.name, query.context())));
    if query.count {
        body.insert("@odata.count".into(), json!(total));
    }
    body.insert("value".into(), Value::Array(value));
    if more {
        let top = if query.top.is_some() { left } else { page_size };
        body.insert(
            "@odata.nextLink".into(),
            json!(format!("{origin}{}?{}", call.path, next_query(call, next_skip, top))),
        );
    }
    json_reply(200, &Value::Object(body))
}

/// The query of the next page: the same options with another skip and top.
fn next_query(call: &Call, skip: usize, top: usize) -> String {
    let mut next = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in url::form_urlencoded::parse(call.query.as_bytes()) {
        if name != "$skip" && name != "$top" {
            next.append_pair(&name, &value);
        }
    }
    next.append_pair("$skip", &skip.to_string());
    next.append_pair("$top", &top.to_string());
    // F&O leaves the dollar signs of its options as they are.
    next.finish().replace("%24", "$")
}

fn count(world: &mut World, call: &Call, set: &'static EntitySet) -> Reply {
    match Query::parse(call, set) {
        Ok(query) => {
            let total = query.rows(world, set).len();
            Reply::bytes(200, "text/plain", total.to_string().into_bytes())
        }
        Err(message) => malformed(&message),
    }
}

fn entity(world: &mut World, call: &Call, set: &'static EntitySet, key: &[String]) -> Reply {
    let query = match Query::parse(call, set) {
        Ok(query) => query,
        Err(message) => return malformed(&message),
    };
    let parts: Vec<&str> = key.iter().map(String::as_str).collect();
    let Some(row) = world.tables.row(set, &parts).cloned() else {
        return Reply::empty(404);
    };
    let mut shown = Map::new();
    shown.insert(
        "@odata.context".into(),
        json!(format!("{}/data/$metadata#{}{}/$entity", call.origin(), set.name, query.context())),
    );
    if let Value::Object(values) = show(world, set, &row, &query) {
        shown.extend(values);
    }
    json_reply(200, &Value::Object(shown))
}

fn show(world: &World, set: &EntitySet, row: &Row, query: &Query) -> Value {
    let mut shown = project(set, row, query.select.as_deref());
    if let Some(select) = &query.expand {
        let lines = entities::lines();
        let found = world.tables.of(lines, row.text("dataAreaId"), "SalesOrderNumber", row.text("SalesOrderNumber"));
        let lines: Value = found.into_iter().map(|line| Value::Object(project(lines, line, Some(select)))).collect();
        shown.insert(LINES.into(), lines);
    }
    Value::Object(shown)
}

/// A row as a client sees it: its etag, and all properties or the selected ones.
pub(super) fn project(set: &EntitySet, row: &Row, select: Option<&[String]>) -> Map<String, Value> {
    let mut shown = Map::new();
    shown.insert("@odata.etag".into(), json!(row.etag()));
    match select.filter(|select| !select.is_empty()) {
        Some(select) => {
            for name in select.iter().filter(|name| set.property(name).is_some()) {
                shown.insert(name.clone(), row.value(set, name));
            }
        }
        None => {
            for (name, _) in set.properties() {
                shown.insert(name.to_owned(), row.value(set, name));
            }
        }
    }
    shown
}
