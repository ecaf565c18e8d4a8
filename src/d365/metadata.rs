//! What an environment says it has: the fields of an entity set, and which of them can be written.
//!
//! Asked first as one small JSON document. An environment without it has only `$metadata`, tens of
//! megabytes of every entity there is: that one is read as it comes, and nothing of it is kept but the
//! entity looked for.

use crate::d365::error::{self, Purpose};
use crate::d365::standard::is_standard;
use crate::d365::targets::{DateForm, Kind, ValueKind};
use crate::d365::{D365, data_call, request};
use crate::order::cause::Cause;
use crate::order::retry::Failure;
use crate::transport::{Call, Pieces, Trace};
use http::{Method, StatusCode};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use serde::Deserialize;
use std::io::{BufRead, Read};
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, channel};

/// Tens of megabytes from a server that makes them while it sends.
const EDMX_TIMEOUT: Duration = Duration::from_mins(10);
/// Largest `$metadata` read; the largest known is below a tenth of it.
const EDMX_LIMIT: usize = 1024 * 1024 * 1024;
/// Pieces waiting to be parsed; the sender waits when they are not.
const PIECES: usize = 8;
/// Longest single tag or text. A tag of `$metadata` has a few hundred bytes; one without an end must not fill memory.
const EVENT_LIMIT: usize = 1024 * 1024;
/// Most properties kept of one entity; the largest known has some three hundred.
const PROPERTIES: usize = 5_000;

const ENTITY: Call = data_call("d365.entity");
const EDMX: Call = Call { timeout: EDMX_TIMEOUT, ..data_call("d365.metadata") };

/// What a property takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Text.
    Text,
    /// A day.
    Date,
    /// A moment.
    DateTime,
    /// A day or a moment; the metadata does not say.
    EitherDate,
    /// A number with decimals.
    Decimal,
    /// One of some words.
    Enum,
    /// Anything we have no value for.
    Other,
}

const SHAPES: [(Shape, &str); 7] = [
    (Shape::Text, "text"),
    (Shape::Date, "date"),
    (Shape::DateTime, "date_time"),
    (Shape::EitherDate, "either_date"),
    (Shape::Decimal, "decimal"),
    (Shape::Enum, "enum"),
    (Shape::Other, "other"),
];

impl Shape {
    /// The stored name.
    pub fn name(self) -> &'static str {
        SHAPES.iter().find(|(shape, _)| *shape == self).map_or("other", |(_, name)| name)
    }

    /// The shape of a stored name.
    pub fn parse(name: &str) -> Self {
        SHAPES.iter().find(|(_, known)| *known == name).map_or(Self::Other, |(shape, _)| *shape)
    }

    /// By the two types the metadata gives: OData's, and F&O's own, which alone tells a day from a moment.
    fn of(edm: &str, ax: &str) -> Self {
        match (edm, ax) {
            (_, "Date") => Self::Date,
            (_, "UtcDateTime") => Self::DateTime,
            (_, "Enum") => Self::Enum,
            ("Edm.String", _) => Self::Text,
            ("Edm.DateTimeOffset", _) => Self::EitherDate,
            ("Edm.Decimal" | "Edm.Double", _) => Self::Decimal,
            (edm, _) if !edm.is_empty() && !edm.starts_with("Edm.") => Self::Enum,
            _ => Self::Other,
        }
    }

    /// It takes values of this kind; an enumeration takes words through a map.
    pub fn takes(self, kind: ValueKind) -> bool {
        match kind {
            ValueKind::Text => matches!(self, Self::Text | Self::Enum),
            ValueKind::Moment => matches!(self, Self::Date | Self::DateTime | Self::EitherDate),
            ValueKind::Money => self == Self::Decimal,
            ValueKind::Paper => self == Self::Text,
        }
    }

    /// How a moment is written there.
    pub fn date_form(self) -> DateForm {
        match self {
            Self::Date => DateForm::Date,
            Self::DateTime => DateForm::DateTime,
            _ => DateForm::Auto,
        }
    }
}

/// A property of an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// What it takes.
    pub shape: Shape,
    /// Part of the key.
    pub is_key: bool,
    /// It can be changed.
    pub may_edit: bool,
    /// It can be given when a record is added.
    pub may_create: bool,
}

impl Property {
    /// It can be written by a target of this kind.
    pub fn may_write(&self, kind: Kind) -> bool {
        match kind {
            Kind::Patch => self.may_edit && !self.is_key,
            Kind::Post => self.may_create,
        }
    }
}

/// An entity set as its environment describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entity {
    /// The set.
    pub set: String,
    /// Its properties.
    pub properties: Vec<Property>,
}

impl Entity {
    /// A property by its exact name.
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// What can be chosen for a value of this kind: the customer's own fields first.
    pub fn offered(&self, kind: ValueKind) -> Vec<&Property> {
        let fits = |property: &&Property| property.may_write(Kind::Patch) && property.shape.takes(kind);
        let mut offered: Vec<&Property> = self.properties.iter().filter(fits).collect();
        offered.sort_by_key(|property| (is_standard(&self.set, &property.name), property.name.clone()));
        offered
    }
}

impl D365 {
    /// What the environment says of a set; `None`: it has no such set.
    pub async fn entity(&self, trace: &Trace, set: &str) -> Result<Option<Entity>, Failure> {
        for name in names_of(set) {
            let base = self.inner.credentials.base_url.as_str().trim_end_matches('/');
            let address = format!("{base}/metadata/PublicEntities('{name}')");
            match self.get(trace, &ENTITY, Purpose::Read, &address).await {
                Ok(Some(body)) => {
                    let entity: Public = serde_json::from_slice(&body).map_err(|_| error::unreadable(&body))?;
                    if entity.entity_set_name == set {
                        return Ok(Some(entity.entity()));
                    }
                }
                // Not there, or refused as such: the large document knows as well.
                Ok(None) | Err(Failure::Permanent(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        self.find_in_edmx(trace, set).await
    }

    async fn find_in_edmx(&self, trace: &Trace, set: &str) -> Result<Option<Entity>, Failure> {
        let found = self.read_edmx(trace, set, names_of(set)).await?;
        match found {
            // The sets stand behind all entities: a type whose name nobody could guess is read for at a second pass.
            Found { kind: Some(kind), entity: None } => Ok(self.read_edmx(trace, set, vec![kind]).await?.entity),
            Found { kind: Some(_), entity } => Ok(entity),
            Found { kind: None, .. } => Ok(None),
        }
    }

    async fn read_edmx(&self, trace: &Trace, set: &str, names: Vec<String>) -> Result<Found, Failure> {
        let (sender, receiver) = channel(PIECES);
        let base = self.inner.credentials.base_url.as_str().trim_end_matches('/');
        let mut request = request(Method::GET, &format!("{base}/data/$metadata"), &[])?;
        request.headers_mut().insert(http::header::ACCEPT, http::HeaderValue::from_static("application/xml"));
        let set = set.to_owned();
        let parser = tokio::task::spawn_blocking(move || find(Pieced::new(receiver), &set, &names));
        let answer = self.exchange_pieces(trace, &EDMX, request, Pieces { sender, limit: EDMX_LIMIT }).await;
        let found = parser.await.map_err(|_| unreadable_edmx("its reader broke"))?;
        let answer = answer?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Err(unreadable_edmx("this environment answers no $metadata"));
        }
        found.map_err(|detail| unreadable_edmx(&detail))
    }
}

fn unreadable_edmx(detail: &str) -> Failure {
    Failure::Permanent(Cause::new("d365.answer-unreadable").detail(format!("$metadata: {detail}")))
}

/// Names the entity of a set may have: without the plural, as F&O makes them, or the same.
fn names_of(set: &str) -> Vec<String> {
    let digits = set.len() - set.trim_end_matches(|letter: char| letter.is_ascii_digit()).len();
    let stem = &set[..set.len() - digits];
    let (stem, version) = match stem.strip_suffix('V') {
        Some(stem) if digits > 0 => (stem, &set[stem.len()..]),
        _ => (set, ""),
    };
    let singular = match (stem.strip_suffix("ies"), stem.strip_suffix('s')) {
        (Some(stem), _) => Some(format!("{stem}y{version}")),
        (None, Some(stem)) => Some(format!("{stem}{version}")),
        (None, None) => None,
    };
    singular.into_iter().chain([set.to_owned()]).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Public {
    entity_set_name: String,
    #[serde(default)]
    is_read_only: bool,
    #[serde(default = "yes")]
    configuration_enabled: bool,
    #[serde(default)]
    properties: Vec<PublicProperty>,
}

#[expect(clippy::struct_excessive_bools, reason = "these are the words of the document")]
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PublicProperty {
    name: String,
    #[serde(default)]
    type_name: String,
    #[serde(default)]
    data_type: String,
    #[serde(default)]
    is_key: bool,
    #[serde(default = "yes")]
    allow_edit: bool,
    #[serde(default = "yes")]
    allow_edit_on_create: bool,
    #[serde(default = "yes")]
    configuration_enabled: bool,
}

/// What is not said is allowed.
fn yes() -> bool {
    true
}

impl Public {
    fn entity(self) -> Entity {
        let open = !self.is_read_only && self.configuration_enabled;
        let property = |property: PublicProperty| {
            let enabled = open && property.configuration_enabled;
            Property {
                shape: Shape::of(&property.type_name, &property.data_type),
                is_key: property.is_key,
                may_edit: enabled && property.allow_edit,
                may_create: enabled && property.allow_edit_on_create,
                name: property.name,
            }
        };
        Entity { set: self.entity_set_name, properties: self.properties.into_iter().map(property).collect() }
    }
}

/// What was found in a `$metadata`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    /// The name of the set's entity.
    kind: Option<String>,
    /// The entity, if its name was among those read for.
    entity: Option<Entity>,
}

/// An entity while it is read.
#[derive(Default)]
struct Reading {
    name: String,
    read_only: bool,
    keys: Vec<String>,
    properties: Vec<Property>,
    /// The property being read, with its OData type.
    current: Option<(Property, String)>,
    /// F&O's own type of it.
    ax: String,
    /// The text of an enumeration member follows.
    in_ax: bool,
}

impl Reading {
    fn annotation(&mut self, tag: &BytesStart<'_>) {
        let term = attribute(tag, "Term");
        let is_off = attribute(tag, "Bool") == "false";
        let term = term.rsplit('.').next().unwrap_or_default();
        match (&mut self.current, term) {
            (Some((property, _)), "AllowEdit") if is_off => property.may_edit = false,
            (Some((property, _)), "AllowEditOnCreate") if is_off => property.may_create = false,
            (Some((property, _)), "ConfigurationKeyEnabled") if is_off => {
                (property.may_edit, property.may_create) = (false, false);
            }
            (Some(_), "AXType") => {
                self.in_ax = true;
                self.take_ax(&attribute(tag, "EnumMember"));
            }
            (None, "IsReadOnly") if attribute(tag, "Bool") == "true" => self.read_only = true,
            (None, "ConfigurationKeyEnabled") if is_off => self.read_only = true,
            _ => {}
        }
    }

    fn take_ax(&mut self, member: &str) {
        if let Some(name) = member.trim().rsplit('/').next().filter(|name| !name.is_empty()) {
            name.clone_into(&mut self.ax);
        }
    }

    fn begin_property(&mut self, tag: &BytesStart<'_>) {
        let (name, shape) = (attribute(tag, "Name"), Shape::Other);
        let property = Property { name, shape, is_key: false, may_edit: true, may_create: true };
        self.current = Some((property, attribute(tag, "Type")));
        self.ax.clear();
    }

    fn end_property(&mut self) {
        if let Some((mut property, edm)) = self.current.take() {
            property.shape = Shape::of(&edm, &self.ax);
            if self.properties.len() < PROPERTIES {
                self.properties.push(property);
            }
        }
    }

    fn entity(self, set: &str) -> Entity {
        let finished = |mut property: Property| {
            property.is_key = self.keys.contains(&property.name);
            property.may_edit &= !self.read_only;
            property.may_create &= !self.read_only;
            property
        };
        Entity { set: set.to_owned(), properties: self.properties.into_iter().map(finished).collect() }
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> String {
    let found = tag.try_get_attribute(name).ok().flatten();
    found
        .and_then(|found| found.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned))
        .unwrap_or_default()
}

/// Reads a `$metadata` for one set. Entities of these names are kept on the way, all others pass by.
fn find(from: impl BufRead, set: &str, names: &[String]) -> Result<Found, String> {
    let mut reader = Reader::from_reader(Rationed { from, left: EVENT_LIMIT });
    let mut buffer = Vec::new();
    let mut reading: Option<Reading> = None;
    let mut candidates: Vec<Reading> = Vec::new();
    loop {
        buffer.clear();
        reader.get_mut().left = EVENT_LIMIT;
        let event = reader.read_event_into(&mut buffer).map_err(|error| error.to_string())?;
        let closes = matches!(event, Event::Empty(_));
        match &event {
            Event::Eof => return Ok(Found::default()),
            Event::Start(tag) | Event::Empty(tag) => match (tag.local_name().as_ref(), &mut reading) {
                ("EntityType", _) if !closes => {
                    let name = attribute(tag, "Name");
                    reading = names.contains(&name).then(|| Reading { name, ..Reading::default() });
                }
                ("EntitySet", _) if attribute(tag, "Name") == set => {
                    let kind = attribute(tag, "EntityType");
                    let kind = kind.rsplit('.').next().unwrap_or_default().to_owned();
                    let entity = candidates.into_iter().find(|read| read.name == kind).map(|read| read.entity(set));
                    return Ok(Found { kind: Some(kind), entity });
                }
                ("PropertyRef", Some(reading)) => reading.keys.push(attribute(tag, "Name")),
                ("Property", Some(reading)) => {
                    reading.begin_property(tag);
                    if closes {
                        reading.end_property();
                    }
                }
                ("Annotation", Some(reading)) => {
                    reading.annotation(tag);
                    reading.in_ax &= !closes;
                }
                _ => {}
            },
            Event::Text(text) => {
                if let Some(reading) = reading.as_mut().filter(|reading| reading.in_ax) {
                    reading.take_ax(text);
                }
            }
            Event::End(tag) => match (tag.local_name().as_ref(), &mut reading) {
                ("EntityType", _) => candidates.extend(reading.take()),
                ("Property", Some(reading)) => reading.end_property(),
                ("Annotation", Some(reading)) => reading.in_ax = false,
                _ => {}
            },
            _ => {}
        }
    }
}

/// A reader that gives so many bytes and then refuses, until the ration is set anew.
struct Rationed<R> {
    from: R,
    left: usize,
}

impl<R: BufRead> Read for Rationed<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Rationed<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        let left = self.left;
        let bytes = self.from.fill_buf()?;
        if left == 0 && !bytes.is_empty() {
            return Err(std::io::Error::other(format!("a tag of more than {EVENT_LIMIT} bytes")));
        }
        Ok(&bytes[..bytes.len().min(left)])
    }

    fn consume(&mut self, count: usize) {
        self.left -= count.min(self.left);
        self.from.consume(count);
    }
}

/// The pieces of an answer, read one after another as they come.
struct Pieced {
    receiver: Receiver<Vec<u8>>,
    piece: Vec<u8>,
    at: usize,
}

impl Pieced {
    fn new(receiver: Receiver<Vec<u8>>) -> Self {
        Self { receiver, piece: Vec::new(), at: 0 }
    }
}

impl Read for Pieced {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Pieced {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        while self.at == self.piece.len() {
            match self.receiver.blocking_recv() {
                Some(piece) => (self.piece, self.at) = (piece, 0),
                None => return Ok(&[]),
            }
        }
        Ok(&self.piece[self.at..])
    }

    fn consume(&mut self, count: usize) {
        self.at = (self.at + count).min(self.piece.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fragment of a genuine document, and a set whose entity has another name.
    const EDMX: &str = r#"<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="4.0"><edmx:DataServices><Schema Namespace="Microsoft.Dynamics.DataEntities">
        <EnumType Name="NoYes"><Member Name="No"/></EnumType>
        <EntityType Name="PackingSlipTrackingInformation"><Key><PropertyRef Name="dataAreaId"/><PropertyRef Name="TrackingNumber"/></Key>
        <Property Name="TrackingNumber" Type="Edm.String" Nullable="false">
        <Annotation Term="Microsoft.Dynamics.OData.Core.V1.AllowEdit" Bool="false"/>
        <Annotation Term="Microsoft.Dynamics.OData.Core.V1.AXType"><EnumMember>Microsoft.Dynamics.OData.Core.V1.AXType/String</EnumMember></Annotation></Property>
        <Property Name="Off" Type="Edm.String"><Annotation Term="Microsoft.Dynamics.OData.Core.V1.ConfigurationKeyEnabled" Bool="false"/></Property>
        <Property Name="Day" Type="Edm.DateTimeOffset"><Annotation Term="X.AXType"><EnumMember>X.AXType/Date</EnumMember></Annotation></Property>
        <Property Name="Time" Type="Edm.DateTimeOffset"><Annotation Term="X.AXType"><EnumMember>X.AXType/UtcDateTime</EnumMember></Annotation></Property>
        <Property Name="Yes" Type="Microsoft.Dynamics.DataEntities.NoYes"/><Property Name="Sum" Type="Edm.Decimal"/></EntityType>
        <EntityType Name="Odd"><Annotation Term="X.IsReadOnly" Bool="true"/><Property Name="A" Type="Edm.String"/></EntityType>
        <EntityContainer Name="Resources"><EntitySet Name="OddOnes" EntityType="Microsoft.Dynamics.DataEntities.Odd"/>
        <EntitySet Name="PackingSlipTrackingInformation" EntityType="Microsoft.Dynamics.DataEntities.PackingSlipTrackingInformation"/>
        </EntityContainer></Schema></edmx:DataServices></edmx:Edmx>"#;

    #[test]
    fn an_entity_is_read_with_what_may_be_written() {
        let set = "PackingSlipTrackingInformation";
        let entity = find(EDMX.as_bytes(), set, &names_of(set)).unwrap().entity.expect("it is there");
        let shown: Vec<(&str, Shape, bool, bool)> = entity
            .properties
            .iter()
            .map(|property| (property.name.as_str(), property.shape, property.may_write(Kind::Patch), property.is_key))
            .collect();
        let expected = [
            ("TrackingNumber", Shape::Text, false, true),
            ("Off", Shape::Text, false, false),
            ("Day", Shape::Date, true, false),
            ("Time", Shape::DateTime, true, false),
            ("Yes", Shape::Enum, true, false),
            ("Sum", Shape::Decimal, true, false),
        ];
        assert_eq!(shown, expected);
        assert!(entity.property("TrackingNumber").unwrap().may_write(Kind::Post));
        let moments: Vec<&str> = entity.offered(ValueKind::Moment).iter().map(|one| one.name.as_str()).collect();
        assert_eq!(moments, ["Day", "Time"]);
    }

    #[test]
    fn an_entity_of_another_name_is_found_by_its_set() {
        let first = find(EDMX.as_bytes(), "OddOnes", &names_of("OddOnes")).unwrap();
        assert_eq!(first, Found { kind: Some("Odd".into()), entity: None });
        let entity = find(EDMX.as_bytes(), "OddOnes", &["Odd".to_owned()]).unwrap().entity.expect("at the second pass");
        assert!(!entity.properties[0].may_edit, "the whole set is read-only");
        assert_eq!(find(EDMX.as_bytes(), "None", &[]).unwrap(), Found::default());
    }

    #[test]
    fn a_set_tells_the_name_of_its_entity() {
        assert_eq!(names_of("SalesOrderHeadersV2"), ["SalesOrderHeaderV2", "SalesOrderHeadersV2"]);
        assert_eq!(names_of("CustPackingSlipJourBiEntities")[0], "CustPackingSlipJourBiEntity");
        assert_eq!(names_of("PackingSlipTrackingInformation"), ["PackingSlipTrackingInformation"]);
        assert_eq!(names_of("CustomersV3")[0], "CustomerV3");
    }

    #[test]
    fn a_tag_without_an_end_is_refused_before_it_fills_memory() {
        let endless = format!("<a b=\"{}", "x".repeat(2 * EVENT_LIMIT));
        assert!(find(endless.as_bytes(), "S", &[]).unwrap_err().contains("more than"));
    }

    #[test]
    fn the_small_document_says_the_same() {
        let json = r#"{"Name":"T","EntitySetName":"Ts","IsReadOnly":false,"ConfigurationEnabled":true,"Properties":[
            {"Name":"A","TypeName":"Edm.DateTimeOffset","DataType":"Date","IsKey":false,"AllowEdit":true,"ConfigurationEnabled":true},
            {"Name":"B","TypeName":"Edm.String","DataType":"String","AllowEdit":false,"AllowEditOnCreate":true},
            {"Name":"C","TypeName":"Edm.String","ConfigurationEnabled":false}]}"#;
        let entity = serde_json::from_str::<Public>(json).unwrap().entity();
        let may: Vec<(bool, bool)> = entity.properties.iter().map(|one| (one.may_edit, one.may_create)).collect();
        assert_eq!(may, [(true, true), (false, true), (false, false)]);
        assert_eq!(entity.properties[0].shape, Shape::Date);
    }
}
