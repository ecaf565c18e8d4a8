//! What describes the service: the set list, a small EDMX, and the per-entity JSON form.

use std::fmt::Write as _;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::d365::{json_reply, no_route};
use super::entities::{self, EntitySet, Kind, NAMESPACE};
use super::exchange::{Call, More, Reply};
use super::state::World;

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

/// Entity types of a padded document come in pieces of so many bytes, about.
const PADDING_PIECE: usize = 64 * 1024;
const TERM: &str = "Microsoft.Dynamics.OData.Core.V1";

/// The metadata document, with the annotations that tell what may be written. As in F&O the sets stand
/// behind all types; other types between them make it as long as wanted.
pub(super) fn edmx(world: &World) -> Reply {
    let mut text = String::from(concat!(
        r#"<?xml version="1.0" encoding="utf-8"?>"#,
        r#"<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>"#,
    ));
    let _ = write!(text, r#"<Schema Namespace="{NAMESPACE}" xmlns="http://docs.oasis-open.org/odata/ns/edm">"#);
    for set in entities::sets() {
        entity_type(&mut text, world, set);
    }
    let mut end = String::from(r#"<EntityContainer Name="Resources">"#);
    for set in entities::sets() {
        let _ = write!(end, r#"<EntitySet Name="{}" EntityType="{}"/>"#, set.name, set.type_name());
    }
    end.push_str("</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>");
    let mut reply = Reply::bytes(200, "application/xml", text.into_bytes());
    let pieces = (world.odata.metadata_mb * 1024 * 1024).div_ceil(PADDING_PIECE);
    reply.more = Some(More { pieces, piece: padding, end: end.into_bytes() });
    reply
}

/// A type nobody asks for, as long as the largest of F&O.
fn padding(number: usize) -> String {
    let mut text = format!(r#"<EntityType Name="Padding{number}"><Key><PropertyRef Name="dataAreaId"/></Key>"#);
    let mut property = 0;
    while text.len() < PADDING_PIECE {
        property += 1;
        let _ = write!(
            text,
            r#"<Property Name="Field{property}" Type="Edm.String"><Annotation Term="{TERM}.LabelId" String="@SYS{property}"/><Annotation Term="{TERM}.AXType"><EnumMember>{TERM}.AXType/String</EnumMember></Annotation></Property>"#
        );
    }
    text.push_str("</EntityType>");
    text
}

/// The properties a set has at this moment, and whether each can be edited.
fn properties<'a>(world: &'a World, set: &'static EntitySet) -> impl Iterator<Item = (&'static str, Kind, bool)> + 'a {
    set.properties().filter(|(name, _)| !world.odata.hidden.iter().any(|hidden| hidden == name)).map(
        |(name, property)| {
            (name, property.kind, property.editable && !world.odata.locked.iter().any(|locked| locked == name))
        },
    )
}

fn entity_type(text: &mut String, world: &World, set: &'static EntitySet) {
    let _ = write!(text, r#"<EntityType Name="{}"><Key>"#, set.entity);
    for key in set.keys {
        let _ = write!(text, r#"<PropertyRef Name="{key}"/>"#);
    }
    text.push_str("</Key>");
    for (name, kind, editable) in properties(world, set) {
        let required = set.keys.contains(&name);
        let _ = write!(
            text,
            r#"<Property Name="{name}" Type="{}"{}>"#,
            kind.edm(),
            if required { r#" Nullable="false""# } else { "" }
        );
        if !editable {
            let _ = write!(text, r#"<Annotation Term="{TERM}.AllowEdit" Bool="false"/>"#);
        }
        if required {
            let _ = write!(text, r#"<Annotation Term="{TERM}.IsRequired" Bool="true"/>"#);
        }
        let _ = write!(
            text,
            r#"<Annotation Term="{TERM}.AXType"><EnumMember>{TERM}.AXType/{}</EnumMember></Annotation></Property>"#,
            ax_type(kind)
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
pub(super) fn public_entity(world: &World, call: &Call) -> Reply {
    if world.odata.public_entities_absent {
        return no_route(call);
    }
    let path = percent_decode_str(&call.path).decode_utf8_lossy();
    let wanted = path.strip_prefix("/metadata/PublicEntities('").and_then(|rest| rest.strip_suffix("')"));
    let Some(set) = wanted.and_then(|wanted| entities::sets().find(|set| set.entity == wanted)) else {
        return no_route(call);
    };
    let properties: Value = properties(world, set)
        .map(|(name, kind, editable)| {
            json!({
                "Name": name,
                "TypeName": kind.edm(),
                "DataType": ax_type(kind),
                "LabelId": null,
                "IsKey": set.keys.contains(&name),
                "IsMandatory": set.keys.contains(&name),
                "ConfigurationEnabled": true,
                "AllowEdit": editable,
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
