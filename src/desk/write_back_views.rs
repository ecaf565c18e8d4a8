//! The write-back page and the order's part of it: reads the store, decides nothing.

use crate::d365::metadata::Shape;
use crate::d365::standard::is_standard;
use crate::d365::targets::{DateForm, Field, Kind, PRESETS, Policy, Target, ValueKind};
use crate::desk::write_back::{TESTED, remark};
use crate::desk::{present, problem};
use crate::engine::Engine;
use crate::order::cause::{Cause, words};
use crate::store::StoreError;
use crate::store::write_backs::{WriteBack, WriteState};
use crate::work::verify::{self, Verified};
use app::contract::{
    CauseGroup, Counter, DiscoveredField, DiscoveredSet, FieldProof, Ladder, OrderRow, OrderWriteBack, ParkedWrites,
    PresetView, Rung, RungOutcome, Status, TargetField, TargetView, Tone, WriteBack as Page, WriteBackRow,
};

/// Orders shown in a list; the order's own page has the rest.
const SHOWN: i64 = 50;
/// Parked orders grouped at most; more of them have few causes.
const MOST: i64 = 1_000;
/// Orders shown inside a cause.
const OF_CAUSE: usize = 8;

/// The page, without what the operator may do.
pub async fn page(engine: &Engine) -> Result<Page, StoreError> {
    let db = &engine.store.db;
    let counts = db.count_write_backs().await?;
    let count = |state: WriteState| counts.iter().find(|(of, _)| *of == state).map_or(0, |(_, count)| *count);
    let parked = db.write_backs_in(WriteState::Parked, MOST).await?;
    let waiting = db.write_backs_in(WriteState::Waiting, SHOWN).await?;
    let d365 = engine.d365().await.ok();
    let targets = d365.as_ref().map(|d365| d365.credentials().write_back.clone()).unwrap_or_default();
    let order_set = d365.as_ref().map(|d365| d365.credentials().orders.entity_set.clone()).unwrap_or_default();
    let mut discovered = Vec::new();
    let mut sets: Vec<&str> =
        targets.iter().filter(|one| one.kind == Kind::Patch).map(|one| one.entity_set.as_str()).collect();
    sets.push(&order_set);
    sets.sort_unstable();
    sets.dedup();
    for set in sets {
        let Some(d365) = &d365 else { break };
        if let Some((entity, found_ms)) = db.entity_fields(d365.host(), set).await? {
            discovered.push(discovered_set(&entity, found_ms));
        }
    }
    let verified = verify::last(engine).await?;
    let tested = db.last_ping(TESTED).await?.and_then(|(_, json)| serde_json::from_str(&json).ok());
    Ok(Page {
        headline: headline(targets.len(), count(WriteState::Parked), verified.as_ref()),
        counters: counters(
            count(WriteState::Parked),
            count(WriteState::Waiting),
            count(WriteState::Due),
            count(WriteState::Done),
        ),
        presets: presets(&targets),
        targets: targets.iter().enumerate().map(|(index, target)| target_view(index, target)).collect(),
        discovered,
        verified: verified.as_ref().map(ladder),
        tested,
        parked: by_cause(&parked),
        waiting: waiting.iter().map(row).collect(),
        order_set,
        may_edit: false,
        may_write: false,
        now: present::moment(engine.clock.now_ms()),
    })
}

fn headline(targets: usize, parked: i64, verified: Option<&Verified>) -> String {
    let where_to = match targets {
        0 => "Nothing is written back: no target is set".to_owned(),
        1 => "1 target".to_owned(),
        many => format!("{many} targets"),
    };
    let fault = verified.and_then(Verified::cause).map(|cause| format!("; {}", cause.words().title.to_lowercase()));
    let need = match parked {
        0 => "; no order needs you.".to_owned(),
        1 => "; 1 order needs you.".to_owned(),
        many => format!("; {many} orders need you."),
    };
    format!("{where_to}{}{need}", fault.unwrap_or_default())
}

fn counters(parked: i64, waiting: i64, due: i64, done: i64) -> Vec<Counter> {
    let counter = |label: &str, count: i64, href: &str, tone: Tone| Counter {
        label: label.to_owned(),
        count: u64::try_from(count).unwrap_or(0),
        href: href.to_owned(),
        tone,
    };
    vec![
        counter("Need you", parked, "#parked", if parked > 0 { Tone::Bad } else { Tone::Good }),
        counter("Waiting", waiting, "#waiting", Tone::Neutral),
        counter("To be written", due, "#waiting", Tone::Moving),
        counter("Up to date", done, "/orders", Tone::Good),
    ]
}

/// Names a target in commands: where it stands and what it is, so that a stale page is noticed.
pub fn key(index: usize, target: &Target) -> String {
    let first = target.fields.keys().next().cloned().unwrap_or_default();
    format!("{index}.{}.{first}", target.entity_set)
}

fn presets(targets: &[Target]) -> Vec<PresetView> {
    let is_there = |name: &str| {
        let Some(preset) = Target::preset(name) else { return true };
        targets.iter().any(|one| {
            one.kind == preset.kind
                && one.entity_set == preset.entity_set
                && one.fields.keys().any(|value| preset.fields.contains_key(value))
        })
    };
    PRESETS
        .iter()
        .filter(|preset| !is_there(preset.name))
        .map(|preset| PresetView {
            name: preset.name.to_owned(),
            title: preset.title.to_owned(),
            sentence: preset.sentence.to_owned(),
        })
        .collect()
}

fn target_view(index: usize, target: &Target) -> TargetView {
    let title = match (target.kind, target.attaches()) {
        (Kind::Patch, _) => "Fields",
        (Kind::Post, false) => "Tracking numbers on the packing slip",
        (Kind::Post, true) if target.fields.contains_key("label") => "Label as an attachment",
        (Kind::Post, true) => "Notes on the order",
    };
    TargetView {
        key: key(index, target),
        title: title.to_owned(),
        entity_set: target.entity_set.clone(),
        remark: remark(target),
        may_choose: target.kind == Kind::Patch,
        companies: target.companies.join(", "),
        fields: target.fields.iter().map(|(value, field)| field_view(value, field)).collect(),
    }
}

fn field_view(value: &str, field: &Field) -> TargetField {
    let length = field.max_length.map(|length| format!("at most {length} characters"));
    let policy = match field.policy {
        Policy::Always => None,
        Policy::OnlyIfEmpty => Some("only if empty".to_owned()),
        Policy::Append => Some("appended as a line".to_owned()),
    };
    let date = match field.date {
        DateForm::Auto => None,
        DateForm::Date => Some("as a day".to_owned()),
        DateForm::DateTime => Some("with its time".to_owned()),
    };
    let map = (!field.values.is_empty()).then(|| {
        let pairs: Vec<String> = field.values.iter().map(|(word, member)| format!("{word} = {member}")).collect();
        pairs.join(", ")
    });
    let parts: Vec<String> = [length, policy, date, map].into_iter().flatten().collect();
    TargetField {
        value: value.to_owned(),
        title: value_title(value),
        property: field.property.clone(),
        remark: parts.join("; "),
    }
}

/// `tracking_number` → `Tracking number`.
fn value_title(value: &str) -> String {
    let text = value.replace('_', " ");
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn discovered_set(entity: &crate::d365::metadata::Entity, found_ms: i64) -> DiscoveredSet {
    let mut fields: Vec<DiscoveredField> = [ValueKind::Text, ValueKind::Moment, ValueKind::Money]
        .into_iter()
        .flat_map(|kind| entity.offered(kind))
        .map(|property| DiscoveredField {
            property: property.name.clone(),
            shape: shape(property.shape).to_owned(),
            extension: !is_standard(&entity.set, &property.name),
        })
        .collect();
    fields.sort_by_key(|field| (!field.extension, field.property.clone()));
    DiscoveredSet { entity_set: entity.set.clone(), found: present::moment(found_ms), fields }
}

fn shape(shape: Shape) -> &'static str {
    match shape {
        Shape::Text => "text",
        Shape::Date => "day",
        Shape::DateTime => "date and time",
        Shape::EitherDate => "day, or date and time",
        Shape::Decimal => "number",
        Shape::Enum => "one of some words",
        Shape::Other => "other",
    }
}

fn ladder(verified: &Verified) -> Ladder {
    let rung = |target: &verify::VerifiedTarget| Rung {
        name: target.name.clone(),
        outcome: match (target.passed, target.doubtful) {
            (false, _) => RungOutcome::Failed,
            (true, true) => RungOutcome::Warned,
            (true, false) => RungOutcome::Passed,
        },
        duration_ms: target.duration_ms,
        evidence: target.evidence.clone(),
        problem: target.cause.as_ref().map(problem::cause),
        for_colleague: None,
    };
    Ladder {
        system: verify::NAME.to_owned(),
        at: present::moment(verified.at_ms),
        passed: verified.passed(),
        duration_ms: verified.duration_ms,
        rungs: verified.targets.iter().map(rung).collect(),
    }
}

fn by_cause(parked: &[WriteBack]) -> Vec<ParkedWrites> {
    let mut groups: Vec<ParkedWrites> = Vec::new();
    for one in parked {
        let Some(cause) = &one.cause else { continue };
        if !groups.iter().any(|group| group.cause.code == cause.code) {
            groups.push(ParkedWrites { cause: present::cause(cause), ..ParkedWrites::default() });
        }
        let Some(group) = groups.iter_mut().find(|group| group.cause.code == cause.code) else { continue };
        group.count += 1;
        if group.rows.len() < OF_CAUSE {
            group.rows.push(row(one));
        }
    }
    groups.sort_by_key(|group| -group.count);
    groups
}

fn row(one: &WriteBack) -> WriteBackRow {
    WriteBackRow {
        company: one.company.clone(),
        number: one.number.clone(),
        customer: one.customer_name.clone(),
        status: status(one.state),
        cause: one.cause.as_ref().map(present::cause),
        next_run: one.next_run_ms.map(present::moment),
        changed: present::moment(one.changed_ms),
    }
}

fn status(state: WriteState) -> Status {
    let (label, tone) = match state {
        WriteState::Due => ("To be written", Tone::Moving),
        WriteState::Done => ("Up to date", Tone::Good),
        WriteState::Waiting => ("Waiting", Tone::Neutral),
        WriteState::Parked => ("Needs you", Tone::Bad),
    };
    Status { code: state.name().to_owned(), label: label.to_owned(), tone }
}

/// What Dynamics 365 holds of an order; `None` as long as nothing is owed to it.
pub async fn of_order(engine: &Engine, order: &crate::order::OrderId) -> Result<Option<OrderWriteBack>, StoreError> {
    let found = engine.store.db.write_back(order).await?;
    Ok(found.filter(|one| one.version > 0 || !one.proof.is_empty()).map(|one| OrderWriteBack {
        sentence: sentence(&one),
        status: status(one.state),
        cause: one.cause.as_ref().map(present::cause),
        next_run: one.next_run_ms.map(present::moment),
        verified: one.verified_ms.map(present::moment),
        proof: one
            .proof
            .iter()
            .map(|proof| FieldProof {
                property: proof.property.clone(),
                value: proof.value.clone(),
                theirs: !proof.ours,
            })
            .collect(),
    }))
}

fn sentence(one: &WriteBack) -> String {
    let held = |cause: &Option<Cause>| cause.as_ref().map_or("", |cause| cause.words().sentence).to_owned();
    match one.state {
        WriteState::Due => "There is news to write; it is written within a minute.".to_owned(),
        WriteState::Done if one.proof.is_empty() => {
            "No field is configured for what is known; nothing was written.".to_owned()
        }
        WriteState::Done => "Dynamics 365 holds what is known; read back after the last write.".to_owned(),
        WriteState::Waiting | WriteState::Parked => held(&one.cause),
    }
}

fn order_row(one: &WriteBack) -> OrderRow {
    OrderRow {
        company: one.company.clone(),
        number: one.number.clone(),
        customer: one.customer_name.clone(),
        status: status(one.state),
        cause: one.cause.as_ref().map(|cause| cause.words().title.to_owned()),
        seen: present::moment(one.changed_ms),
        changed: present::moment(one.changed_ms),
        ..OrderRow::default()
    }
}

/// How many orders wait for a person with their write-back.
pub async fn count_parked(engine: &Engine) -> Result<u64, StoreError> {
    let counts = engine.store.db.parked_write_backs_by_cause().await?;
    Ok(counts.iter().map(|count| u64::try_from(count.orders).unwrap_or(0)).sum())
}

/// The home page's sentence, with what stopped on its way back.
pub fn with_parked(headline: String, parked: u64) -> String {
    let stopped = match parked {
        0 => return headline,
        1 => "The write-back of 1 order needs you".to_owned(),
        many => format!("The write-back of {many} orders needs you"),
    };
    match headline.strip_prefix("Nothing needs you") {
        Some(rest) => format!("{stopped}{rest}"),
        None => format!("{headline} {stopped}."),
    }
}

/// Parked write-backs as groups of the home page, and how many orders they are.
pub async fn groups(engine: &Engine) -> Result<Vec<CauseGroup>, StoreError> {
    let counts = engine.store.db.parked_write_backs_by_cause().await?;
    let parked =
        if counts.is_empty() { Vec::new() } else { engine.store.db.write_backs_in(WriteState::Parked, MOST).await? };
    let orders = |code: &str| -> Vec<OrderRow> {
        let of = parked.iter().filter(|one| one.cause.as_ref().is_some_and(|cause| cause.code == code));
        of.take(OF_CAUSE).map(order_row).collect()
    };
    let group = |count: crate::store::write_backs::ParkedCount| {
        let words = words(&count.cause_code);
        CauseGroup {
            code: format!("write-back.{}", count.cause_code),
            title: format!("Write-back: {}", words.title.to_lowercase()),
            side: "d365".to_owned(),
            sentence: words.sentence.to_owned(),
            next_step: "Mend it as the cause says, then write the orders again on the Write-back page.".to_owned(),
            class: present::class(words.class).to_owned(),
            count: u64::try_from(count.orders).unwrap_or(0),
            first: present::moment(count.first_ms),
            last: present::moment(count.last_ms),
            href: "/write-back#parked".to_owned(),
            orders: orders(&count.cause_code),
            ..CauseGroup::default()
        }
    };
    Ok(counts.into_iter().map(group).collect())
}
