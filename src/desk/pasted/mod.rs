//! What an administrator has in hand, pasted as it is: a page copied as text, JSON, `name=value`
//! lines, a curl command. Pure: text in, a connection's document out, with what is left to say.
//!
//! A value counts only under a name that is known; everything else is left out, because a wrong id
//! in the right field costs more than an empty one. The document may hold a secret: it is for the
//! caller to keep it from every page.

pub mod d365;
pub mod fedex;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// What was understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Understood {
    /// A connection's document with the fields that were there.
    pub document: Map<String, Value>,
    /// What to tell about it, a sentence each.
    pub remarks: Vec<String>,
}

impl Understood {
    fn set(&mut self, field: &str, value: &str) {
        if !value.is_empty() {
            self.document.insert(field.to_owned(), value.into());
        }
    }

    fn has(&self, field: &str) -> bool {
        self.document.contains_key(field)
    }
}

/// A name squeezed to its letters and digits, and the field it names; empty for names that are known
/// and of no use, so that their values are not taken for somebody else's.
pub(super) type Names = [(&'static str, &'static str)];

/// A value with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// The name as it stood there, squeezed.
    pub name: String,
    /// The field it names.
    pub field: &'static str,
    /// The value.
    pub value: String,
}

/// What a copied page has between names and values.
const NOISE: [&str; 6] = ["copy", "copytoclipboard", "copied", "show", "hide", "learnmore"];
/// What curl, shells and lists put before a pair.
const BEFORE: [&str; 11] =
    ["--data-urlencode", "--data-raw", "--data", "--form", "-d", "-F", "export", "set", "$env:", "•", "*"];
/// What stands before or after a name without changing what it names.
const AROUND: [&str; 14] = [
    "azure",
    "aad",
    "entra",
    "d365fo",
    "d365",
    "dynamics365",
    "dynamics",
    "fedex",
    "fdx",
    "test",
    "sandbox",
    "production",
    "prod",
    "your",
];

/// Every value that stands under a known name, in the order of the text.
pub(super) fn named(text: &str, names: &Names) -> Vec<Named> {
    let text = text.trim();
    let mut found = Vec::new();
    match serde_json::from_str::<Value>(text) {
        Ok(json @ (Value::Object(_) | Value::Array(_))) => flatten("", &json, names, &mut found),
        _ => Lines { names, found: &mut found, awaited: None, header: None }.read(text),
    }
    found
}

fn field_of(name: &str, names: &Names) -> Option<&'static str> {
    let known = |name: &str| names.iter().find(|(known, _)| *known == name).map(|(_, field)| *field);
    if let Some(field) = known(name) {
        return Some(field);
    }
    AROUND.iter().find_map(|word| {
        let rest = name.strip_prefix(word).or_else(|| name.strip_suffix(word))?;
        if rest.is_empty() { None } else { field_of(rest, names) }
    })
}

/// Letters and digits in lower case: `Application (client) ID` and `application_client_id` are one.
pub(super) fn squeezed(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The pairs of a JSON document, those of `{"key": …, "value": …}` lists among them.
fn flatten(name: &str, json: &Value, names: &Names, found: &mut Vec<Named>) {
    match json {
        Value::Object(fields) => {
            let text = |name: &str| fields.get(name).and_then(Value::as_str);
            if let (Some(key), Some(value)) = (text("key").or_else(|| text("name")), text("value")) {
                return push(&squeezed(key), value, names, found);
            }
            for (name, value) in fields {
                flatten(&squeezed(name), value, names, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| flatten(name, item, names, found)),
        Value::String(value) => push(name, value, names, found),
        Value::Number(value) => push(name, &value.to_string(), names, found),
        Value::Bool(_) | Value::Null => {}
    }
}

fn push(name: &str, value: &str, names: &Names, found: &mut Vec<Named>) {
    let (Some(field), Some(value)) = (field_of(name, names), cleaned(value)) else { return };
    if !field.is_empty() {
        found.push(Named { name: name.to_owned(), field, value });
    }
}

/// A value without the quotes and commas around it; `None` when it is not there or hidden by dots.
fn cleaned(value: &str) -> Option<String> {
    let around = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | ';' | '\\');
    let value = value.trim_matches(around);
    let is_hidden = value.chars().all(|c| matches!(c, '*' | '•' | '●' | '.' | '-' | '—'));
    // Entra shows `Abc******************` of a secret afterwards.
    let is_hidden = is_hidden || value.contains("****");
    let is_noise = NOISE.contains(&squeezed(value).as_str()) || value.eq_ignore_ascii_case("null");
    (!is_hidden && !is_noise).then(|| value.to_owned())
}

/// Text read line by line.
struct Lines<'a> {
    names: &'a Names,
    found: &'a mut Vec<Named>,
    /// A name alone on its line: its value is on the next.
    awaited: Option<String>,
    /// Names of a table's columns: their values are in the next row.
    header: Option<Vec<String>>,
}

impl Lines<'_> {
    fn read(mut self, text: &str) {
        for line in text.lines() {
            let line = without_clutter(line);
            if line.contains(char::is_alphanumeric) && !NOISE.contains(&squeezed(line).as_str()) {
                self.line(line);
            }
        }
    }

    fn is_name(&self, text: &str) -> bool {
        field_of(&squeezed(text), self.names).is_some()
    }

    fn push(&mut self, name: &str, value: &str) {
        push(&squeezed(name), value, self.names, self.found);
    }

    fn line(&mut self, line: &str) {
        if self.table(line) {
            return;
        }
        // `Environment: sandbox` is a name with its value, although `Environment (sandbox)` is a name.
        let stands_alone = !line.trim_end_matches(':').contains(['=', ':']);
        if stands_alone && self.is_name(line) {
            self.awaited = Some(line.to_owned());
            return;
        }
        if self.pair(line) || self.form_body(line) || self.words(line) {
            self.awaited = None;
            return;
        }
        if let Some(name) = self.awaited.take() {
            self.push(&name, line);
        }
    }

    /// A row of a table copied from a page: names above, values below, or a name beside its value.
    fn table(&mut self, line: &str) -> bool {
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        if cells.len() < 2 {
            return false;
        }
        if let Some(header) = self.header.take()
            && header.len() == cells.len()
        {
            for (name, value) in header.iter().zip(&cells) {
                self.push(name, value);
            }
            return true;
        }
        if cells.iter().filter(|cell| self.is_name(cell)).count() >= 2 {
            self.header = Some(cells.iter().map(|cell| (*cell).to_owned()).collect());
            return true;
        }
        let is_pair = self.is_name(cells[0]);
        if is_pair {
            self.push(cells[0], cells[1]);
        }
        is_pair
    }

    /// `name = value` or `name: value`.
    fn pair(&mut self, line: &str) -> bool {
        let Some(at) = line.find(['=', ':']) else { return false };
        let (name, value) = (&line[..at], &line[at + 1..]);
        if !self.is_name(name) || line.contains('&') && self.form_parts(line).count() > 1 {
            return false;
        }
        if cleaned(value).is_some() {
            self.push(name, value);
        } else {
            self.awaited = Some(name.to_owned());
        }
        true
    }

    fn form_parts<'l>(&self, line: &'l str) -> impl Iterator<Item = (&'l str, &'l str)> {
        let around = |c: char| matches!(c, '"' | '\'');
        let names = self.names;
        let parts = line.trim_matches(around).split('&').filter_map(|part| part.split_once('='));
        parts.filter(move |(name, _)| field_of(&squeezed(name), names).is_some())
    }

    /// The body of a token request: `client_id=…&client_secret=…`.
    fn form_body(&mut self, line: &str) -> bool {
        if !line.contains('&') {
            return false;
        }
        let parts: Vec<(&str, String)> = self
            .form_parts(line)
            .map(|(name, value)| (name, percent_decode_str(value).decode_utf8_lossy().into_owned()))
            .collect();
        for (name, value) in &parts {
            self.push(name, value);
        }
        !parts.is_empty()
    }

    /// `Application (client) ID 1b2c…`: a name of several words and one word after it.
    fn words(&mut self, line: &str) -> bool {
        let Some((name, value)) = line.rsplit_once(char::is_whitespace) else { return false };
        let is_pair = self.is_name(name);
        if is_pair {
            self.push(name, value);
        }
        is_pair
    }
}

fn without_clutter(line: &str) -> &str {
    let mut line = line.trim().trim_end_matches('\\').trim();
    while let Some(rest) = BEFORE.iter().find_map(|before| line.strip_prefix(before)) {
        // `--data` is clutter, and `setting=` is a name.
        let is_whole = rest.starts_with([' ', '\'', '"']) || line.starts_with("$env:");
        if !is_whole {
            break;
        }
        line = rest.trim_start();
    }
    line.trim_start_matches(['\'', '"'])
}

/// The web addresses in a text, and bare host names with one of these endings.
pub(super) fn addresses(text: &str, endings: &[&str]) -> Vec<url::Url> {
    let around =
        |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | ';' | '<' | '>' | '(' | ')' | '\\');
    let words = text.split(around).flat_map(|word| {
        // `resource=https://…` and `scope=https%3A%2F%2F…` hold one as well.
        let decoded = percent_decode_str(word).decode_utf8_lossy().into_owned();
        decoded.find("http").map_or_else(|| vec![decoded.clone()], |at| vec![decoded[at..].to_owned()])
    });
    let parsed = words.filter_map(|word| {
        if word.starts_with("http://") || word.starts_with("https://") {
            return url::Url::parse(&word).ok();
        }
        let host = word.split('/').next().unwrap_or_default().to_lowercase();
        let is_host = endings.iter().any(|ending| host.ends_with(ending) && host.len() > ending.len());
        if is_host { url::Url::parse(&format!("https://{word}")).ok() } else { None }
    });
    parsed.filter(|url| url.host().is_some()).collect()
}

/// Whether a text has the form of a GUID.
pub(super) fn is_guid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12] && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
