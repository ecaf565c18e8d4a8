//! What describes the service: the set list, a small EDMX, and the per-entity JSON form.

use std::fmt::Write as _;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::d365::{json_reply, no_route};
use super::entities::{self, EntitySet, Kind, NAMESPACE};
use super::exchange::{Call, Reply};

/// Lists the entity sets.
pub(super) fn service_document(call: &Call) -> Reply {
    let value: Value =
        entities::sets().map(|set| json!({"name": set.name, "kind": "EntitySet", "url": set.name})).collect();
    json_reply(
        200,
        &json!({
            "@odata.context": format!("{}/data/$metadata", call.origin()),
            "value": value,
        }),
    )
}

/// The metadata document, with the annotations that tell what may be written.
pub(super) fn edmx() -> Reply {
    let mut text = String::from(concat!(
        r#"<?xml version="1.0" encoding="utf-8"?>"#,
        r#"<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>"#,
    ));
    let _ = write!(text, r#"<Schema Namespace="{NAMESPACE}" xmlns="http://docs.oasis-open.org/odata/ns/edm">"#);
    for set in entities::sets() {
        entity_type(&mut text, set);
    }
    text.push_str(r#"<EntityContainer Name="Resources">"#);
    for set in entities::sets() {
        let _ = write!(text, r#"<EntitySet Name="{}" EntityType="{}"/>"#, set.name, set.type_name());
    }
    text.push_str("</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>");
    Reply::bytes(200, "application/xml", text.into_bytes())
}

fn entity_type(text: &mut String, set: &EntitySet) {
    const TERM: &str = "Microsoft.Dynamics.OData.Core.V1";
    let _ = write!(text, r#"<EntityType Name="{}"><Key>"#, set.entity);
    for key in set.keys {
        let _ = write!(text, r#"<PropertyRef Name="{key}"/>"#);
    }
    text.push_str("</Key>");
    for (name, property) in set.properties() {
        let required = set.keys.contains(&name);
        let _ = write!(
            text,
            r#"<Property Name="{name}" Type="{}"{}>"#,
            property.kind.edm(),
            if required { r#" Nullable="false""# } else { "" }
        );
        if !property.editable {
            let _ = write!(text, r#"<Annotation Term="{TERM}.AllowEdit" Bool="false"/>"#);
        }
        if required {
            let _ = write!(text, r#"<Annotation Term="{TERM}.IsRequired" Bool="true"/>"#);
        }
        let _ = write!(
            text,
            r#"<Annotation Term="{TERM}.AXType"><EnumMember>{TERM}.AXType/{}</EnumMember></Annotation></Property>"#,
            ax_type(property.kind)
        );
    }
    text.push_str("</EntityType>");
}

fn ax_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Text(_) => "String",
        Kind::Date => "Date",
        Kind::Moment => "UtcDateTime",
        Kind::Decimal => "Real",
        Kind::Whole => "Int64",
        Kind::Guid => "Guid",
        Kind::Enum(..) => "Enum",
    }
}

/// Answers `/metadata/PublicEntities('SalesOrderHeaderV2')`.
pub(super) fn public_entity(call: &Call) -> Reply {
    let path = percent_decode_str(&call.path).decode_utf8_lossy();
    let wanted = path.strip_prefix("/metadata/PublicEntities('").and_then(|rest| rest.strip_suffix("')"));
    let Some(set) = wanted.and_then(|wanted| entities::sets().find(|set| set.entity == wanted)) else {
        return no_route(call);
    };
    let properties: Value = set
        .properties()
        .map(|(name, property)| {
            json!({
                "Name": name,
                "TypeName": property.kind.edm(),
                "DataType": ax_type(property.kind),
                "LabelId": null,
                "IsKey": set.keys.contains(&name),
                "IsMandatory": set.keys.contains(&name),
                "ConfigurationEnabled": true,
                "AllowEdit": property.editable,
                "AllowEditOnCreate": true,
                "IsDimension": false,
            })
        })
        .collect();
    json_reply(
        200,
        &json!({
            "@odata.context": format!("{}/metadata/$metadata#PublicEntities/$entity", call.origin()),
            "Name": set.entity,
            "EntitySetName": set.name,
            "LabelId": null,
            "IsReadOnly": false,
            "ConfigurationEnabled": true,
            "Properties": properties,
            "NavigationProperties": [],
            "PropertyGroups": [],
            "Actions": [],
        }),
    )
}
