//! How a test wants the entities of Dynamics 365 to behave: fields that vanished or are locked, writes
//! that lose a part, people who edit at the same moment, metadata of any size.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::d365::{infolog, malformed};
use super::entities::{self, EntitySet};
use super::exchange::{Call, Reply};
use super::odata_address::{self, Address};
use super::state::World;

/// The switches.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Switches {
    /// Extension fields that are gone, as after a deployment.
    pub hidden: Vec<String>,
    /// Fields that the metadata and the server lock.
    pub locked: Vec<String>,
    /// Longer text is accepted and cut to so many characters.
    pub truncate: Option<usize>,
    /// Before so many of the next changes somebody else edits the same record.
    pub edits: u64,
    /// `/metadata/PublicEntities` is not there.
    pub public_entities_absent: bool,
    /// `$metadata` is at least so many megabytes long.
    pub metadata_mb: usize,
    /// Of so many POSTs of rows, the row is there already by another's hand when it arrives.
    pub raced_posts: u64,
}

/// Shows the switches.
pub(super) fn view(world: &World) -> Value {
    json!(world.odata)
}

/// Sets some of the switches; the others stay.
pub(super) fn set(world: &mut World, wanted: &Value) -> Result<Value, String> {
    let mut all = view(world);
    for (name, value) in wanted.as_object().ok_or("the switches are a JSON object")? {
        all[name] = value.clone();
    }
    world.odata = serde_json::from_value(all).map_err(|error| error.to_string())?;
    world.touch();
    Ok(view(world))
}

/// The refusal of a call that names a field which is gone, in its query or its body.
pub(super) fn gone(world: &World, call: &Call, rest: &str) -> Option<Reply> {
    if world.odata.hidden.is_empty() {
        return None;
    }
    let (Address::Set(set) | Address::Count(set) | Address::Entity(set, _)) = odata_address::parse(rest)?;
    let query = percent_encoding::percent_decode_str(&call.query).decode_utf8_lossy().into_owned();
    let body = call.json().unwrap_or_default();
    let words: Vec<&str> = query.split(|letter: char| !letter.is_ascii_alphanumeric()).collect();
    let is_named = |field: &&String| {
        set.property(field).is_some() && (words.contains(&field.as_str()) || body.get(field.as_str()).is_some())
    };
    let field = world.odata.hidden.iter().find(is_named)?;
    Some(malformed(&format!("Could not find a property named '{field}' on type '{}'.", set.type_name())))
}

/// The refusal of a change to a field that is locked here.
pub(super) fn locked(world: &World, set: &EntitySet, changes: &Map<String, Value>) -> Option<Reply> {
    let field = changes.keys().find(|name| world.odata.locked.contains(name))?;
    let log = format!(
        "Error: Field '{field}' cannot be edited.; Warning: validateField failed on field '{}.{field}'.",
        set.internal
    );
    Some(infolog(400, set.internal, &log))
}

/// Somebody else edits the record before this write arrives.
pub(super) fn edit_meanwhile(world: &mut World, set: &'static EntitySet, key: &[&str]) {
    if world.odata.edits == 0 || set.name != entities::headers().name {
        return;
    }
    world.odata.edits -= 1;
    let edit = format!("edited meanwhile, {} more to come", world.odata.edits);
    let mut changes = Map::new();
    changes.insert("CampaignId".into(), json!(edit));
    world.tables.merge(set, key, changes);
    world.touch();
}

/// Cuts text as a server does that keeps less than it takes.
pub(super) fn truncated(world: &World, changes: Map<String, Value>) -> Map<String, Value> {
    let Some(limit) = world.odata.truncate else { return changes };
    let cut = |value: Value| match value {
        Value::String(text) if !text.ends_with('Z') => json!(text.chars().take(limit).collect::<String>()),
        other => other,
    };
    changes.into_iter().map(|(name, value)| (name, cut(value))).collect()
}
