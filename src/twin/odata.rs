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
use super::table::{Row, Table};
use super::tenant;

/// The company of the connector's user; it holds no orders.
pub(super) const DEFAULT_COMPANY: &str = "dat";
/// The one expansion that headers offer.
const LINES: &str = "SalesOrderLines";
/// Query options that F&O understands.
const OPTIONS: [&str; 7] = ["$select", "$filter", "$expand", "$orderby", "$top", "$skip", "$count"];

/// Answers a GET below `/data`.
pub(super) fn read(world: &World, call: &Call, rest: &str) -> Reply {
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
    fn rows<'a>(&'a self, world: &'a World, set: &'static EntitySet) -> Box<dyn Iterator<Item = &'a Row> + 'a> {
        let Some(table) = world.tables.table(set) else {
            return Box::new(std::iter::empty());
        };
        let passing = self.candidates(table, set).filter(move |row| {
            let visible =
                self.cross_company || !set.per_company || row.text("dataAreaId").eq_ignore_ascii_case(DEFAULT_COMPANY);
            visible && self.filter.as_ref().is_none_or(|filter| filter.passes(set, row))
        });
        if self.in_key_order(set) {
            return Box::new(passing);
        }
        let mut rows: Vec<&Row> = passing.collect();
        rows.sort_by(|left, right| self.compare(set, left, right));
        Box::new(rows.into_iter())
    }

    /// Rows that may pass, in key order: by the narrowest index, unless nearly all are in it.
    fn candidates<'a>(&self, table: &'a Table, set: &EntitySet) -> Box<dyn Iterator<Item = &'a Row> + 'a> {
        let narrowest = self.filter.as_ref().and_then(|filter| {
            set.indexed
                .iter()
                .filter_map(|property| {
                    let values = filter.pinned(property)?;
                    Some((table.count(property, &values)?, *property, values))
                })
                .min_by_key(|(count, ..)| *count)
        });
        narrowest
            .filter(|(count, ..)| *count < table.len() / 2)
            .and_then(|(_, property, values)| table.found(property, &values))
            .unwrap_or_else(|| Box::new(table.rows()))
    }

    /// Tables are kept in the order of their keys, so that such a list needs no sorting.
    fn in_key_order(&self, set: &EntitySet) -> bool {
        let by_key = self.order.iter().map(|(name, _)| name.as_str()).eq(set.keys.iter().copied());
        self.order.is_empty() || (by_key && self.order.iter().all(|(_, descending)| !descending))
    }

    /// One page: its rows, whether more follow, and how many there are in all when that was asked.
    fn page<'a>(&'a self, world: &'a World, set: &'static EntitySet, length: usize) -> Page<'a> {
        let mut page = Page { rows: Vec::new(), more: false, total: 0 };
        for row in self.rows(world, set) {
            page.total += 1;
            if page.total <= self.skip {
                continue;
            }
            if page.rows.len() < length {
                page.rows.push(row);
                continue;
            }
            page.more = true;
            if !self.count {
                break;
            }
        }
        page
    }

    fn compare(&self, set: &EntitySet, left: &Row, right: &Row) -> std::cmp::Ordering {
        for (property, descending) in &self.order {
            let ordering = order_values(&left.peek(set, property), &right.peek(set, property));
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

/// Some rows of a list.
struct Page<'a> {
    rows: Vec<&'a Row>,
    more: bool,
    /// Rows seen; all of them only when a count was asked for.
    total: usize,
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
        let navigation = set.has_lines && name == LINES;
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
    if !set.has_lines || name != LINES {
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

fn list(world: &World, call: &Call, set: &'static EntitySet) -> Reply {
    let query = match Query::parse(call, set) {
        Ok(query) => query,
        Err(message) => return malformed(&message),
    };
    let page_size = world.place.page_size.max(1);
    let origin = call.origin();
    let wanted = query.top.unwrap_or(usize::MAX);
    let page = query.page(world, set, wanted.min(page_size));
    let shown = page.rows.len();
    let left = wanted.saturating_sub(shown);
    let more = page.more && left > 0;
    let value: Vec<Value> = page.rows.iter().map(|row| show(world, set, row, &query)).collect();
    let mut body = Map::new();
    body.insert("@odata.context".into(), json!(format!("{origin}/data/$metadata#{}{}", set.name, query.context())));
    if query.count {
        body.insert("@odata.count".into(), json!(page.total));
    }
    body.insert("value".into(), Value::Array(value));
    if more {
        let top = if query.top.is_some() { left } else { page_size };
        body.insert(
            "@odata.nextLink".into(),
            json!(format!("{origin}{}?{}", call.path, next_query(call, query.skip + shown, top))),
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

fn count(world: &World, call: &Call, set: &'static EntitySet) -> Reply {
    match Query::parse(call, set) {
        Ok(query) => {
            let total = query.rows(world, set).count();
            Reply::bytes(200, "text/plain", total.to_string().into_bytes())
        }
        Err(message) => malformed(&message),
    }
}

fn entity(world: &World, call: &Call, set: &'static EntitySet, key: &[String]) -> Reply {
    let query = match Query::parse(call, set) {
        Ok(query) => query,
        Err(message) => return malformed(&message),
    };
    let parts: Vec<&str> = key.iter().map(String::as_str).collect();
    let Some(row) = world.tables.row(set, &parts) else {
        return Reply::empty(404);
    };
    let mut shown = Map::new();
    shown.insert(
        "@odata.context".into(),
        json!(format!("{}/data/$metadata#{}{}/$entity", call.origin(), set.name, query.context())),
    );
    if let Value::Object(values) = show(world, set, row, &query) {
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
    if set.table == entities::headers().table && tenant::is_broken(world, row) {
        shown.remove("SalesOrderStatus");
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

#[cfg(test)]
#[path = "odata_tests.rs"]
mod tests;
