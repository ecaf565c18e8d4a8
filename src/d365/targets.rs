//! Where values are written in Dynamics 365: targets as data, checked once, each fault by its field.
//!
//! A target either changes a record that is there (`patch`) or adds one (`post`). Adding needs to know
//! what "already there" means, so it is known for two sets: tracking rows of packing slips, and notes
//! and files attached to the order.

use crate::d365::odata::is_name;
use crate::transport::credential::CredentialError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The one standard set that takes tracking numbers.
pub const TRACKING_SET: &str = "PackingSlipTrackingInformation";
/// Notes and files of an order; the newer set first.
pub const ATTACHMENT_SETS: [&str; 2] = ["SalesOrderHeaderDocumentAttachmentsV2", "SalesOrderHeaderDocumentAttachments"];
/// The key of a sales order header.
pub const ORDER_KEY: &str = "dataAreaId='{company}',SalesOrderNumber='{order}'";
/// In a map of values: all that are not named.
pub const ALL_OTHERS: &str = "*";
/// What a status can be; a map of values must name each, or all others.
pub const STATUSES: [&str; 7] =
    ["labelled", "in_transit", "out_for_delivery", "exception", "delivered", "returned", "voided"];

/// What kind of value it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// Text.
    Text,
    /// A moment, or its day.
    Moment,
    /// An amount.
    Money,
    /// A note or a file: only attached, never a property of the order.
    Paper,
}

/// What can be written back, and what it is.
pub const WRITABLE: [(&str, ValueKind); 17] = [
    ("tracking_number", ValueKind::Text),
    ("tracking_url", ValueKind::Text),
    ("carrier", ValueKind::Text),
    ("service", ValueKind::Text),
    ("status", ValueKind::Text),
    ("status_time", ValueKind::Moment),
    ("last_scan", ValueKind::Text),
    ("ship_date", ValueKind::Moment),
    ("estimated_delivery", ValueKind::Moment),
    ("delivered_at", ValueKind::Moment),
    ("signed_by", ValueKind::Text),
    ("charge_amount", ValueKind::Money),
    ("charge_currency", ValueKind::Text),
    ("invoice_reference", ValueKind::Text),
    ("note", ValueKind::Paper),
    ("delivery_note", ValueKind::Paper),
    ("label", ValueKind::Paper),
];

/// Free words: cut where they are too long. Numbers and codes never are.
pub const WORDS: [&str; 3] = ["service", "last_scan", "signed_by"];

/// What kind a value is; `None`: there is no such value.
pub fn kind_of(value: &str) -> Option<ValueKind> {
    WRITABLE.iter().find(|(name, _)| *name == value).map(|(_, kind)| *kind)
}

/// How a target is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Changes an entity that is there.
    Patch,
    /// Adds one.
    Post,
}

/// When a target is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// At once.
    Always,
    /// Once a packing slip is posted.
    PackingSlip,
}

/// What happens to a value that is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Ours replaces it.
    #[default]
    Always,
    /// It stays, unless we wrote it ourselves.
    OnlyIfEmpty,
    /// Ours becomes one more line of it, once.
    Append,
}

/// How a moment is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateForm {
    /// As the value that is there looks.
    #[default]
    Auto,
    /// The day, at noon UTC, as Dynamics 365 keeps dates.
    Date,
    /// With its time.
    DateTime,
}

/// Where one value goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The property.
    pub property: String,
    /// Its length; the metadata does not tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// Our word → the property's own, for enumerations.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
    /// What happens to a value that is there already.
    #[serde(default, skip_serializing_if = "is_default")]
    pub policy: Policy,
    /// How a moment is written.
    #[serde(default, skip_serializing_if = "is_default")]
    pub date: DateForm,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// One place values are written to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Target {
    /// How.
    pub kind: Kind,
    /// Entity set.
    pub entity_set: String,
    /// Key with `{company}` and `{order}`.
    pub key: String,
    /// Legal entities it is for; empty: all.
    pub companies: Vec<String>,
    /// When.
    pub condition: Condition,
    /// `DocumentAttachmentTypeCode` of what is attached.
    pub document_type: Option<String>,
    /// Value → property. See [`WRITABLE`].
    pub fields: BTreeMap<String, Field>,
}

/// A target as it stands in the JSON of the connection.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WireTarget {
    kind: Kind,
    entity_set: String,
    #[serde(default)]
    key: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    companies: Vec<String>,
    #[serde(default)]
    condition: Option<Condition>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    document_type: Option<String>,
    fields: BTreeMap<String, Field>,
}

/// A target that is offered ready-made.
pub struct Preset {
    /// Its name: `order_note`.
    pub name: &'static str,
    /// A few words.
    pub title: &'static str,
    /// What it does, in a sentence.
    pub sentence: &'static str,
}

/// Ready-made targets. Fields on the order are chosen one by one, because only the customer knows them.
pub const PRESETS: [Preset; 3] = [
    Preset {
        name: "packing_slip_tracking",
        title: "Tracking numbers on the packing slip",
        sentence: "One row a shipment in the standard tracking form, once a packing slip is posted.",
    },
    Preset {
        name: "order_note",
        title: "Notes on the order",
        sentence: "A note when the label is made and one when the parcel is delivered; works without any customisation.",
    },
    Preset {
        name: "label_attachment",
        title: "Label as an attachment",
        sentence: "The label's file, attached to the order once a shipment.",
    },
];

impl Target {
    /// What works without changing the customer's Dynamics 365.
    pub fn usual() -> Self {
        Self::post(TRACKING_SET, Condition::PackingSlip, None, &[("tracking_number", "TrackingNumber")])
    }

    /// A ready-made target.
    pub fn preset(name: &str) -> Option<Self> {
        let attached = ATTACHMENT_SETS[0];
        match name {
            "packing_slip_tracking" => Some(Self::usual()),
            "order_note" => {
                let notes = [("note", "Notes"), ("delivery_note", "Notes")];
                Some(Self::post(attached, Condition::Always, Some("Note"), &notes))
            }
            "label_attachment" => {
                Some(Self::post(attached, Condition::Always, Some("File"), &[("label", "Attachment")]))
            }
            _ => None,
        }
    }

    /// Fields of a record of this set; none yet.
    pub fn patch(entity_set: &str) -> Self {
        Self {
            kind: Kind::Patch,
            entity_set: entity_set.to_owned(),
            key: ORDER_KEY.to_owned(),
            companies: Vec::new(),
            condition: Condition::Always,
            document_type: None,
            fields: BTreeMap::new(),
        }
    }

    fn post(set: &str, condition: Condition, document_type: Option<&str>, fields: &[(&str, &str)]) -> Self {
        let field = |(value, property): &(&str, &str)| {
            ((*value).to_owned(), Field { property: (*property).to_owned(), ..Field::default() })
        };
        Self {
            kind: Kind::Post,
            condition,
            document_type: document_type.map(str::to_owned),
            fields: fields.iter().map(field).collect(),
            ..Self::patch(set)
        }
    }

    /// It adds notes or files to the order.
    pub fn attaches(&self) -> bool {
        self.kind == Kind::Post && ATTACHMENT_SETS.contains(&self.entity_set.as_str())
    }

    /// It is for orders of this legal entity.
    pub fn is_for(&self, company: &str) -> bool {
        self.companies.is_empty() || self.companies.iter().any(|one| one.eq_ignore_ascii_case(company))
    }

    /// As it stands in the JSON of the connection.
    pub fn wire(&self) -> WireTarget {
        WireTarget {
            kind: self.kind,
            entity_set: self.entity_set.clone(),
            key: Some(self.key.clone()),
            companies: self.companies.clone(),
            condition: Some(self.condition),
            document_type: self.document_type.clone(),
            fields: self.fields.clone(),
        }
    }

    /// Checks a target. `path` is where it stands: `write_back.0`.
    pub fn parse(path: &str, wire: WireTarget, legal_entities: &[String]) -> Result<Self, CredentialError> {
        let at = |field: &str| format!("{path}.{field}");
        name(&at("entity_set"), &wire.entity_set)?;
        if wire.fields.is_empty() {
            let next = "Name at least one field, or remove the target.";
            return Err(CredentialError::new(&at("fields"), "It names no field.", next));
        }
        let attaches = wire.kind == Kind::Post && ATTACHMENT_SETS.contains(&wire.entity_set.as_str());
        for (value, field) in &wire.fields {
            check_field(&at(&format!("fields.{value}")), value, field, attaches)?;
        }
        let key = wire.key.filter(|key| !key.trim().is_empty()).unwrap_or_else(|| ORDER_KEY.to_owned());
        if !key.contains("{order}") {
            let next = format!("Write it like {ORDER_KEY}.");
            return Err(CredentialError::new(&at("key"), "It does not name the order.", &next));
        }
        if wire.kind == Kind::Post {
            added_only_where_it_works(path, &wire.entity_set, &wire.fields)?;
        }
        let document_type = wire.document_type.map(|code| code.trim().to_owned()).filter(|code| !code.is_empty());
        if attaches != document_type.is_some() {
            let (sentence, next) = if attaches {
                (
                    "It is missing.",
                    "Enter the document type of Dynamics 365 that notes or files have, such as Note or File.",
                )
            } else {
                ("Only attachments have a document type.", "Remove it.")
            };
            return Err(CredentialError::new(&at("document_type"), sentence, next));
        }
        let usual_condition = match wire.kind {
            Kind::Post if !attaches => Condition::PackingSlip,
            Kind::Post | Kind::Patch => Condition::Always,
        };
        Ok(Self {
            kind: wire.kind,
            entity_set: wire.entity_set,
            key,
            companies: companies(&at("companies"), &wire.companies, legal_entities)?,
            condition: wire.condition.unwrap_or(usual_condition),
            document_type,
            fields: wire.fields,
        })
    }
}

fn check_field(path: &str, value: &str, field: &Field, attaches: bool) -> Result<(), CredentialError> {
    let Some(kind) = kind_of(value) else {
        let known: Vec<&str> = WRITABLE.iter().map(|(name, _)| *name).collect();
        let next = format!("Known values are {}.", known.join(", "));
        return Err(CredentialError::new(path, "This value is not known.", &next));
    };
    if (kind == ValueKind::Paper) != attaches {
        let next = "Map note, delivery_note and label to the order's attachments, and nothing else there.";
        return Err(CredentialError::new(path, "Notes and files are attached, other values are not.", next));
    }
    name(&format!("{path}.property"), &field.property)?;
    if field.max_length == Some(0) {
        return Err(CredentialError::new(
            &format!("{path}.max_length"),
            "It is zero.",
            "Enter a length, or remove it.",
        ));
    }
    if field.date != DateForm::Auto && kind != ValueKind::Moment {
        let next = "Remove it, or map a moment such as delivered_at.";
        return Err(CredentialError::new(&format!("{path}.date"), "This value is no date.", next));
    }
    if kind != ValueKind::Text && field.policy == Policy::Append {
        let next = "Use always or only_if_empty.";
        return Err(CredentialError::new(&format!("{path}.policy"), "Only text can be appended.", next));
    }
    check_map(&format!("{path}.values"), value, kind, field)
}

/// A word that no map names would stop an order some day; better said when it is saved.
fn check_map(path: &str, value: &str, kind: ValueKind, field: &Field) -> Result<(), CredentialError> {
    if field.values.is_empty() {
        return Ok(());
    }
    if kind != ValueKind::Text {
        return Err(CredentialError::new(path, "Only words can be mapped to members.", "Remove it."));
    }
    let missing: Vec<&str> =
        STATUSES.into_iter().filter(|status| value == "status" && !field.values.contains_key(*status)).collect();
    let all_others = field.values.contains_key(ALL_OTHERS);
    if !all_others && (value != "status" || !missing.is_empty()) {
        let missing = if missing.is_empty() { String::new() } else { format!(" ({})", missing.join(", ")) };
        let next = format!("Name a member for each, or one for \"{ALL_OTHERS}\", which stands for all others.");
        return Err(CredentialError::new(path, &format!("It does not say what other words become{missing}."), &next));
    }
    Ok(())
}

fn companies(path: &str, given: &[String], known: &[String]) -> Result<Vec<String>, CredentialError> {
    let mut companies: Vec<String> = Vec::new();
    for company in given.iter().map(|company| company.trim().to_lowercase()).filter(|company| !company.is_empty()) {
        if !known.contains(&company) {
            let next = "Name a legal entity of the connection, or leave the list empty for all.";
            return Err(CredentialError::new(path, "It names a legal entity that is not pulled.", next));
        }
        if !companies.contains(&company) {
            companies.push(company);
        }
    }
    Ok(companies)
}

/// Adding needs to know the set's key and what "already there" means.
fn added_only_where_it_works(
    path: &str,
    entity_set: &str,
    fields: &BTreeMap<String, Field>,
) -> Result<(), CredentialError> {
    if ATTACHMENT_SETS.contains(&entity_set) {
        let fits = |(value, field): (&String, &Field)| {
            field.property == if value == "label" { "Attachment" } else { "Notes" } && plain(field)
        };
        if !fields.iter().all(fits) {
            let next = "Map note and delivery_note to Notes, label to Attachment, without any option.";
            return Err(CredentialError::new(&format!("{path}.fields"), "An attachment has its own properties.", next));
        }
        return Ok(());
    }
    if entity_set != TRACKING_SET {
        let next = format!("Use {TRACKING_SET} or {}, or kind patch.", ATTACHMENT_SETS[0]);
        return Err(CredentialError::new(&format!("{path}.entity_set"), "Nothing can be added to this set.", &next));
    }
    let fits = |(value, field): (&String, &Field)| match value.as_str() {
        "tracking_number" => field.property == "TrackingNumber" && field.policy == Policy::Always,
        "tracking_url" => field.property == "TrackingURL" && plain(field),
        _ => false,
    };
    if !fields.contains_key("tracking_number") || !fields.iter().all(fits) {
        let next = "Map tracking_number to TrackingNumber; write the others with kind patch.";
        return Err(CredentialError::new(&format!("{path}.fields"), "The set takes tracking numbers only.", next));
    }
    Ok(())
}

fn plain(field: &Field) -> bool {
    *field == Field { property: field.property.clone(), ..Field::default() }
}

/// A name of Dynamics 365's metadata.
pub fn name(field: &str, value: &str) -> Result<(), CredentialError> {
    if is_name(value) {
        return Ok(());
    }
    let next = "Use letters, digits and underscores, as in Dynamics 365's metadata.";
    Err(CredentialError::new(field, "It is not a name.", next))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(json: &str) -> Result<Target, CredentialError> {
        let wire = serde_json::from_str(json).expect("JSON");
        Target::parse("write_back.0", wire, &["usmf".to_owned(), "usrt".to_owned()])
    }

    #[test]
    fn every_preset_is_a_target_that_can_be_saved() {
        for preset in PRESETS {
            let target = Target::preset(preset.name).expect("it is there");
            let json = serde_json::to_string(&target.wire()).unwrap();
            assert_eq!(parsed(&json).expect(preset.name), target);
        }
        assert!(Target::preset("order_note").unwrap().attaches());
        assert_eq!(Target::preset("fax"), None);
    }

    #[test]
    fn every_fault_of_a_target_names_its_field() {
        let patch =
            |field: &str| format!(r#"{{"kind":"patch","entity_set":"SalesOrderHeadersV2","fields":{{{field}}}}}"#);
        let fields = "write_back.0.fields.";
        for (field, at) in [
            (r#""weight":{"property":"X"}"#, "weight"),
            (r#""note":{"property":"X"}"#, "note"),
            (r#""status":{"property":"X,Y"}"#, "status.property"),
            (r#""status":{"property":"X","max_length":0}"#, "status.max_length"),
            (r#""status":{"property":"X","date":"date"}"#, "status.date"),
            (r#""delivered_at":{"property":"X","policy":"append"}"#, "delivered_at.policy"),
            (r#""delivered_at":{"property":"X","values":{"*":"A"}}"#, "delivered_at.values"),
            (r#""status":{"property":"X","values":{"delivered":"A"}}"#, "status.values"),
            (r#""service":{"property":"X","values":{"FEDEX_GROUND":"A"}}"#, "service.values"),
        ] {
            assert_eq!(parsed(&patch(field)).expect_err(field).field, format!("{fields}{at}"), "{field}");
        }
        let whole = |json: &str| parsed(json).expect_err(json).field;
        assert_eq!(whole(&patch("")), "write_back.0.fields");
        let elsewhere =
            patch(r#""status":{"property":"X"}"#).replace("\"fields\"", "\"companies\":[\"dat\"],\"fields\"");
        assert_eq!(whole(&elsewhere), "write_back.0.companies");
        let untyped = r#"{"kind":"post","entity_set":"SalesOrderHeaderDocumentAttachmentsV2","fields":{"note":{"property":"Notes"}}}"#;
        assert_eq!(whole(untyped), "write_back.0.document_type");
        let wrong = untyped.replace("\"Notes\"", "\"FileName\"");
        assert_eq!(whole(&wrong), "write_back.0.fields");
        let keyless = patch(r#""status":{"property":"X"}"#).replace("\"fields\"", "\"key\":\"Id=1\",\"fields\"");
        assert_eq!(whole(&keyless), "write_back.0.key");
    }

    #[test]
    fn a_map_of_words_is_taken_when_no_word_can_fall_through() {
        let all = STATUSES.map(|status| format!(r#""{status}":"S""#)).join(",");
        for map in [all.as_str(), r#""delivered":"Done","*":"Open""#] {
            let json = format!(
                r#"{{"kind":"patch","entity_set":"S","companies":["USMF","usmf"],"fields":{{"status":{{"property":"X","values":{{{map}}}}}}}}}"#
            );
            let target = parsed(&json).unwrap();
            assert_eq!(target.companies, ["usmf"]);
            assert!(target.is_for("USMF") && !target.is_for("usrt"));
        }
    }
}
