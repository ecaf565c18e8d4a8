//! All orders of a group of failures on one sheet, with the values at fault filled in as far as they
//! are known. Nothing is changed here.

use crate::desk::{OperatorDesk, Role, present, problem};
use crate::engine::Engine;
use crate::order::cause::Cause;
use crate::order::consignee::STREET_LINE_LIMIT;
use crate::order::correction::Correction;
use crate::order::group::group_of;
use crate::order::repair::{GroupKey, Operation, Remedy, Value, is_ready, proposal, remaining_fault};
use crate::order::{Address, Shipment};
use crate::store::StoreError;
use crate::store::failures::{Failed, FailureGroup};
use crate::store::orders::OrderRecord;
use crate::transport::Trace;
use crate::work::check::noted;
use crate::work::settle::{one_line, subject};
use app::contract::{FixRow, HIDDEN, Problem, RepairRow, RepairSheet, RepairValue};
use futures::{StreamExt, stream};
use std::collections::BTreeMap;

/// Orders on a sheet: as many as somebody looks through. More are decided about by their proposals.
pub const SHEET_ROWS: usize = 50;
/// Shipments of one batch: a night's outage of a large warehouse, and still frozen within seconds.
pub const BATCH_MOST: u16 = 5_000;
/// Questions to Dynamics 365 at a time while a sheet is filled in.
const ASKED_AT_ONCE: usize = 4;

/// What is filled in for a shipment.
pub struct Proposed {
    /// The order.
    pub record: OrderRecord,
    /// Where the shipment goes, as Dynamics 365 has it.
    pub address: Address,
    /// The proposal.
    pub proposal: Correction,
    /// It mends the fault by itself.
    pub ready: bool,
}

/// What is proposed for a shipment that stopped.
pub async fn proposed(engine: &Engine, shipment: &Shipment, values: &[Value]) -> Result<Proposed, StoreError> {
    let record = engine.store.db.order(&shipment.order_id).await?;
    let lots = engine.store.db.lots_of(&shipment.order_id).await?;
    let address = match lots.get(&shipment.shipment_id) {
        Some(lots) => group_of(&record.order, lots).ship_to,
        None => record.order.ship_to.clone(),
    };
    let proposal = proposal(&address, &shipment.correction, values);
    let ready = is_ready(&address, &shipment.correction, &proposal, values);
    Ok(Proposed { record, address, proposal, ready })
}

/// A group's name in a command, read.
pub fn known_key(text: &str) -> Result<GroupKey, Problem> {
    GroupKey::parse(text).ok_or_else(|| {
        let hint = "Go back to Attention and open the group there.";
        Problem::new("attention.unknown-group", "There is no such group of failures.", hint)
    })
}

/// The step that failed, for people.
pub fn operation(operation: Operation) -> &'static str {
    match operation {
        Operation::Ship => "Before the label",
        Operation::LookUp => "Looking up the label",
        Operation::Announce => "Writing the tracking number",
        Operation::ConfirmDelivery => "Writing the delivery",
        Operation::Other => "After the label",
    }
}

/// The verb of a remedy.
pub fn verb(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::Fix => "Fix and ship",
        Remedy::Replay => "Replay",
        Remedy::LookUp => "Look up",
    }
}

/// The first orders of a group with the value at fault, for the home page.
pub async fn fix_rows(engine: &Engine, group: &FailureGroup, limit: i64) -> Result<(Vec<FixRow>, bool), StoreError> {
    let values = group.key.values();
    let mut rows = Vec::new();
    let mut ready = true;
    for Failed { shipment, since_ms } in engine.store.db.failed_shipments(group, i64::MAX, limit).await? {
        let Proposed { record, address, proposal, ready: this } = proposed(engine, &shipment, values).await?;
        let filled =
            values.iter().flat_map(|value| value.read(&proposal).lines().map(str::to_owned).collect::<Vec<_>>());
        ready &= this;
        rows.push(FixRow {
            shipment_id: shipment.shipment_id.0.clone(),
            company: record.key.company,
            number: record.key.number,
            customer: record.order.customer_name,
            ship_to: one_line(&address),
            since: present::moment(since_ms),
            found: found(shipment.cause.as_ref()).unwrap_or_default(),
            proposal: if this { filled.collect() } else { Vec::new() },
        });
    }
    Ok((rows, ready))
}

/// What was seen of a fault: the value, or the vendor's words.
fn found(cause: Option<&Cause>) -> Option<String> {
    cause.and_then(|cause| cause.detail.clone()).filter(|detail| !detail.trim().is_empty())
}

/// The inputs of a row, filled in.
fn inputs(values: &[Value], filled: &Correction) -> Vec<RepairValue> {
    let input = |name: &str, label: &str, value: String, most: Option<usize>| RepairValue {
        name: name.to_owned(),
        label: label.to_owned(),
        value,
        most: most.and_then(|most| u32::try_from(most).ok()),
    };
    let line = |index: usize| filled.street.get(index).cloned().unwrap_or_default();
    values
        .iter()
        .flat_map(|value| match value {
            Value::Street => (0..3)
                .map(|index| {
                    let number = index + 1;
                    let label = format!("Street {number}");
                    input(&format!("street_{number}"), &label, line(index), Some(STREET_LINE_LIMIT))
                })
                .collect(),
            Value::Name => vec![input("name", "Name", value.read(filled), None)],
            Value::City => vec![input("city", "City", value.read(filled), None)],
            Value::Region => vec![input("region", "State or province", value.read(filled), None)],
            Value::PostalCode => vec![input("postal_code", "Postal code", value.read(filled), None)],
            Value::Phone => vec![input("phone", "Telephone", value.read(filled), None)],
            Value::Weight => vec![input("weight_lb", "Weight (lb)", value.read(filled), None)],
            Value::Service => vec![input("service", "FedEx service", value.read(filled), None)],
        })
        .collect()
}

/// Telephones found, by shipment, each with where it stands.
type Telephones = BTreeMap<String, (String, String)>;

/// Hides what lines hold, not how many there are.
pub fn hide_lines(lines: &mut [String]) {
    for line in lines {
        HIDDEN.clone_into(line);
    }
}

impl OperatorDesk {
    /// The sheet of a group.
    pub(super) async fn repair_rows(&self, key: &str, ask: bool) -> Result<RepairSheet, Problem> {
        let engine = &self.engine;
        let now = engine.clock.now_ms();
        let key = known_key(key)?;
        let group = self.store(engine.store.db.failure_group(&key).await)?;
        let found = match &group {
            Some(group) => self.store(engine.store.db.failed_shipments(group, now, i64::from(BATCH_MOST) + 1).await)?,
            None => Vec::new(),
        };
        let stopped: Vec<Failed> = found.into_iter().filter(|one| Remedy::of(&one.shipment).is_some()).collect();
        let values = key.values();
        let remedy = key.remedy();
        let mut rows = Vec::new();
        for failed in stopped.iter().take(SHEET_ROWS) {
            let proposed = self.store(proposed(engine, &failed.shipment, values).await)?;
            rows.push((failed, proposed));
        }
        let can_ask = values.contains(&Value::Phone) && self.allowed(Role::Operator).is_ok();
        let (phones, asked) =
            if ask && can_ask { self.ask_telephones(&rows).await? } else { (Telephones::new(), None) };
        let words = crate::order::cause::words(&key.code);
        let count = stopped.len().min(usize::from(BATCH_MOST));
        let others = count.saturating_sub(rows.len()) as u64;
        let rows = rows.into_iter().map(|(failed, proposed)| row(failed, proposed, values, &phones)).collect();
        Ok(RepairSheet {
            key: key.text(),
            code: key.code.clone(),
            title: words.title.to_owned(),
            sentence: words.sentence.to_owned(),
            next_step: words.next_step.to_owned(),
            operation: operation(key.operation).to_owned(),
            kind: remedy.name().to_owned(),
            verb: verb(remedy).to_owned(),
            count: count as u64,
            others,
            rows: self.shown_rows(rows),
            bound: (stopped.len() > usize::from(BATCH_MOST)).then(|| {
                format!(
                    "One batch takes {BATCH_MOST} shipments, the longest waiting first; the rest waits for the next."
                )
            }),
            can_ask: can_ask && count > 0,
            asked,
            reason: format!("{}: {}", verb(remedy), words.title.to_lowercase()),
            may_act: self.allowed(Role::Operator).is_ok(),
            now: present::moment(now),
        })
    }

    /// A proposal is personal before any order holds it, and only what orders hold is known to `for_reader.rs`.
    fn shown_rows(&self, mut rows: Vec<RepairRow>) -> Vec<RepairRow> {
        if !self.sees_people() {
            let values = rows.iter_mut().flat_map(|row| &mut row.values).filter(|value| !value.value.is_empty());
            values.for_each(|value| HIDDEN.clone_into(&mut value.value));
        }
        rows
    }

    /// Asks Dynamics 365 which telephones it has now for the orders of a sheet; those that FedEx takes.
    async fn ask_telephones(&self, rows: &[(&Failed, Proposed)]) -> Result<(Telephones, Option<String>), Problem> {
        let actor = self.allowed(Role::Operator)?;
        let d365 = self.engine.d365().await.map_err(|failure| problem::failure(&failure))?;
        let questions: Vec<_> = rows
            .iter()
            .map(|(Failed { shipment, .. }, proposed)| {
                let trace = Trace { actor: actor.clone(), subject: subject(shipment) };
                (trace, proposed.record.order.clone())
            })
            .collect();
        let asked = stream::iter(questions).map(|(trace, order)| {
            let d365 = d365.clone();
            async move { d365.telephones(&trace, &order).await }
        });
        let answers: Vec<_> = asked.buffered(ASKED_AT_ONCE).collect().await;
        let mut phones = BTreeMap::new();
        for ((Failed { shipment, .. }, proposed), answer) in rows.iter().zip(answers) {
            let found = match noted(&self.engine, answer) {
                Ok(found) => found,
                Err(failure) => {
                    let sentence = format!("Dynamics 365 could not be asked: {}", failure.cause().words().sentence);
                    return Ok((phones, Some(sentence)));
                }
            };
            let taken = found.into_iter().find(|(_, phone)| takes(&proposed.address, phone));
            if let Some((place, phone)) = taken {
                phones.insert(shipment.shipment_id.0.clone(), (phone, format!("Of the {place} in Dynamics 365")));
            }
        }
        let sentence = match (phones.len(), rows.len()) {
            (0, _) => "Dynamics 365 has no telephone for them that FedEx takes.".to_owned(),
            (found, all) => format!("Dynamics 365 has a telephone now for {found} of {all}; they are filled in."),
        };
        Ok((phones, Some(sentence)))
    }
}

fn takes(address: &Address, phone: &str) -> bool {
    let with = Correction { phone: phone.to_owned(), ..Correction::default() };
    remaining_fault(address, &with, &[Value::Phone]).is_none()
}

fn row(
    Failed { shipment, since_ms }: &Failed,
    mut proposed: Proposed,
    values: &[Value],
    phones: &Telephones,
) -> RepairRow {
    let known = phones.get(&shipment.shipment_id.0);
    if let Some((phone, _)) = known {
        proposed.proposal.phone.clone_from(phone);
    }
    let Proposed { record, address, proposal, .. } = proposed;
    RepairRow {
        shipment_id: shipment.shipment_id.0.clone(),
        version: shipment.version,
        company: record.key.company,
        number: record.key.number,
        customer: record.order.customer_name,
        ship_to: one_line(&address),
        since: present::moment(*since_ms),
        found: found(shipment.cause.as_ref()),
        ready: is_ready(&address, &shipment.correction, &proposal, values),
        values: inputs(values, &proposal),
        source: known.map(|(_, source)| source.clone()),
    }
}
