//! The rules as a person edits them: row by row, or all of it as JSON. A save lets go what waited for
//! a rule, because nobody should have to find those orders one by one.

use crate::audit::{Actor, Outcome, Subject};
use crate::desk::{OperatorDesk, modes, present};
use crate::engine::Engine;
use crate::order::correction::Correction;
use crate::order::parcel::Service;
use crate::order::rules::{InvoiceSource, Method, Payer, Rules, ShipFrom};
use crate::order::transition::{Event, apply, is_before_label};
use crate::store::StoreError;
use crate::store::corrections::Remembered;
use crate::store::shipments::{LeaseAfter, Save};
use crate::transport::Trace;
use crate::work::settle::subject;
use app::contract::{
    self, CorrectionRow, Problem, RulesChange, RulesSaved, ServiceRow, ShipFromRow, Suggestion, UnmappedMode,
};

/// Causes that a change of the rules may mend.
const RULES_CAUSES: &str = "rules.";
/// Remembered corrections shown; more than that is a list to clean up in Dynamics 365.
const CORRECTIONS_SHOWN: i64 = 200;

/// The rules as the page shows them.
pub async fn view(engine: &Engine, may_edit: bool) -> Result<contract::Rules, StoreError> {
    let saved = engine.store.db.rules().await?;
    let rules = engine.rules().await?;
    let unmapped = engine.store.db.modes_without_service().await?;
    let corrections = engine.store.db.corrections(CORRECTIONS_SHOWN).await?;
    Ok(contract::Rules {
        version: saved.as_ref().map_or(0, |saved| saved.version),
        saved: saved.map(|saved| (present::moment(saved.updated_ms), saved.updated_by)),
        services: rules.services.iter().map(service_row).collect(),
        unmapped: unmapped
            .into_iter()
            .map(|(mode, orders)| UnmappedMode { mode, orders: u64::try_from(orders).unwrap_or(0), proposal: None })
            .collect(),
        other_carriers: rules.other_carriers.clone(),
        ship_from: rules.ship_from.iter().map(ship_from_row).collect(),
        document: serde_json::to_string_pretty(&rules).unwrap_or_default(),
        modes: modes::held(&rules)
            .into_iter()
            .map(|(company, mode)| {
                let meaning = modes::meaning(&company, mode);
                (company, modes::status(mode), meaning)
            })
            .collect(),
        sentences: sentences(&rules),
        corrections: corrections.iter().map(correction_row).collect(),
        may_edit,
        now: present::moment(engine.clock.now_ms()),
    })
}

fn service_row((mode, service): (&String, &Service)) -> ServiceRow {
    ServiceRow {
        mode: mode.clone(),
        service: service.service.clone(),
        packaging: service.packaging.clone(),
        signature: service.signature.clone().unwrap_or_default(),
        saturday: service.saturday,
        one_rate: service.one_rate,
    }
}

fn ship_from_row((warehouse, from): (&String, &ShipFrom)) -> ShipFromRow {
    ShipFromRow {
        warehouse: warehouse.clone(),
        company: from.company.clone(),
        phone: from.phone.clone(),
        street: from.street.join(" | "),
        city: from.city.clone(),
        region: from.region.clone(),
        postal_code: from.postal_code.clone(),
        country: from.country.clone(),
    }
}

fn correction_row(remembered: &Remembered) -> CorrectionRow {
    CorrectionRow {
        correction_id: remembered.correction_id.clone(),
        customer: remembered.customer.clone(),
        address: remembered.address.clone(),
        correction: correction_words(&remembered.correction),
        used: remembered.used,
        saved: (present::moment(remembered.updated_ms), remembered.updated_by.clone()),
    }
}

fn correction_words(correction: &Correction) -> String {
    let street = correction.street.join(" | ");
    let parts = [
        ("name", &correction.name),
        ("street", &street),
        ("city", &correction.city),
        ("state", &correction.region),
        ("postal code", &correction.postal_code),
        ("phone", &correction.phone),
        ("home", &correction.residential),
    ];
    let parts = parts.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name} {value}"));
    parts.collect::<Vec<_>>().join("; ")
}

/// What the rules mean, for people who do not read JSON.
fn sentences(rules: &Rules) -> Vec<String> {
    let mut words = Vec::new();
    let method = |method: &Method| match method {
        Method::Order => "one package an order",
        Method::Line => "one package a line",
        Method::Weight => "as many packages as the weight limit asks for",
        Method::Cartons => "boxes of the carton list",
    };
    if rules.packing.methods.is_empty() {
        words.push("Everything of a shipment goes into one package.".to_owned());
    }
    for (warehouse, how) in &rules.packing.methods {
        words.push(format!("Warehouse {warehouse}: {}.", method(how)));
    }
    if !rules.packing.ship_alone.is_empty() {
        words.push(format!("Each in its own package: {}.", rules.packing.ship_alone.join(", ")));
    }
    words.push(match rules.weights.default_parcel_lb {
        Some(weight) => format!("A parcel whose items have no weight counts as {weight} lb."),
        None => "A parcel whose items have no weight waits for a person.".to_owned(),
    });
    words.push(match rules.invoice.source {
        InvoiceSource::WhenKnown => "INVOICE_NUMBER is the newest invoice, if there is one.".to_owned(),
        InvoiceSource::Omit => "INVOICE_NUMBER is left out.".to_owned(),
        InvoiceSource::OrderNumber => "INVOICE_NUMBER is the order number.".to_owned(),
        InvoiceSource::Confirmation => "INVOICE_NUMBER is the number of the order's confirmation.".to_owned(),
        InvoiceSource::Wait => {
            format!("A shipment waits up to {} hours for its invoice, then goes without.", rules.invoice.wait_hours)
        }
    });
    let zone = rules.shown_in();
    words.push(if zone.is_utc() {
        "Times are of UTC. With a pick-up time or time_zone they are of the warehouse.".to_owned()
    } else {
        format!("Times are of {}.", zone.name())
    });
    for (terms, payer) in &rules.payers {
        let who = match payer {
            Payer::Sender => "we pay",
            Payer::Recipient => "the recipient's account pays",
            Payer::ThirdParty => "a third party's account pays",
        };
        words.push(format!("Delivery terms {terms}: {who}."));
    }
    for (place, account) in &rules.accounts {
        words.push(format!("{place} ships on FedEx account {account}."));
    }
    if rules.split_streets {
        words.push("Street lines over 35 characters are split at words without asking.".to_owned());
    }
    words
}

/// Refuses rules that contradict themselves.
pub(super) fn sound(rules: &Rules) -> Result<(), Problem> {
    match rules.fault() {
        None => Ok(()),
        Some((field, sentence)) => {
            Err(Problem::new("rules.invalid", &format!("{field}: {sentence}"), "Correct it, then save again."))
        }
    }
}

impl OperatorDesk {
    /// The rules that were shown, and the same with a change; what the change is, in a sentence.
    pub(super) async fn changed_rules(
        &self,
        version: i64,
        change: RulesChange,
    ) -> Result<(Rules, Rules, String), Problem> {
        let saved = self.store(self.engine.store.db.rules().await)?;
        let known = saved.as_ref().map_or(0, |saved| saved.version);
        if known != version {
            return Err(stale());
        }
        let old = self.store(self.engine.rules().await)?;
        let mut new = old.clone();
        let what = self::change(&mut new, change)?;
        new.processing_statuses.clone_from(&old.processing_statuses);
        if new.modes != old.modes {
            return Err(Problem::new(
                "rules.modes",
                "The modes of legal entities are not changed with the rules.",
                "Leave `modes` as it is; an administrator switches a mode on the Approve page, with a reason.",
            ));
        }
        sound(&new)?;
        Ok((old, new, what))
    }

    /// Changes the rules that were shown, and lets go what waited.
    pub(super) async fn change_rules(
        &self,
        actor: &Actor,
        version: i64,
        change: RulesChange,
    ) -> Result<RulesSaved, Problem> {
        let (_, rules, what) = self.changed_rules(version, change).await?;
        self.write_rules(actor, version, &rules, &what).await
    }

    /// Writes sound rules over the version they were made from.
    pub(super) async fn write_rules(
        &self,
        actor: &Actor,
        version: i64,
        rules: &Rules,
        what: &str,
    ) -> Result<RulesSaved, Problem> {
        let engine = &self.engine;
        let now = engine.clock.now_ms();
        let mut entry = engine.entry(actor, "desk.rules", Subject::default(), what).outcome(Outcome::Ok);
        entry.body = serde_json::to_string(rules).ok();
        let written = async {
            let mut tx = engine.store.begin().await?;
            tx.save_rules(rules, version, now, actor.name()).await?;
            engine.store.append(&mut tx, &entry).await?;
            tx.commit().await
        };
        match written.await {
            Err(StoreError::Conflict { .. }) => return Err(stale()),
            other => self.store(other)?,
        }
        let released = self.release_waiting(actor).await?;
        let sentence = match released {
            0 => "Saved.".to_owned(),
            1 => "Saved; 1 shipment that waited for a rule goes on.".to_owned(),
            count => format!("Saved; {count} shipments that waited for a rule go on."),
        };
        Ok(RulesSaved { sentence, released })
    }

    /// Replays what is parked because a rule was missing. What still misses one parks again.
    async fn release_waiting(&self, actor: &Actor) -> Result<u64, Problem> {
        let engine = &self.engine;
        let mut released = 0;
        for before in self.store(engine.store.db.parked_by(RULES_CAUSES).await)? {
            let now = engine.clock.now_ms();
            if !is_before_label(&before) {
                continue;
            }
            let Ok(after) = apply(&before, Event::Replay, now) else { continue };
            let entry = engine.entry(actor, "desk.replay", subject(&before), "Replayed: the rules changed.");
            let saved = async {
                let mut tx = engine.store.begin().await?;
                let save = Save { now_ms: now, lease: LeaseAfter::Kept, environment: None };
                tx.save_shipment(&before, &after, save).await?;
                engine.store.append(&mut tx, &entry).await?;
                tx.commit().await
            };
            match saved.await {
                Ok(()) => released += 1,
                // Somebody replayed it at this moment.
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return self.store(Err(error)),
            }
        }
        engine.wake_drive.notify_one();
        engine.wake_poll.notify_one();
        Ok(released)
    }

    /// What Dynamics 365's own carrier set-up names.
    pub(super) async fn suggestions(&self, actor: &Actor) -> Result<Vec<Suggestion>, Problem> {
        let trace = Trace { actor: actor.clone(), subject: Subject::default() };
        let d365 = self.engine.d365().await.map_err(|failure| super::problem::failure(&failure))?;
        let rules = self.store(self.engine.rules().await)?;
        let mut found = Vec::new();
        for company in &d365.credentials().legal_entities {
            let services = d365.carrier_services(&trace, company).await;
            found.extend(services.map_err(|failure| super::problem::failure(&failure))?);
        }
        found.sort();
        found.dedup();
        let suggestion = |service: crate::d365::CarrierService| Suggestion {
            mapped: rules.services.contains_key(&service.mode),
            carrier: format!("{} {}", service.carrier, service.name).trim().to_owned(),
            service: Some(service.external).filter(|external| is_service(external)),
            mode: service.mode,
        };
        Ok(found.into_iter().map(suggestion).collect())
    }
}

/// Makes a change; answers what it is, as a sentence.
fn change(rules: &mut Rules, change: RulesChange) -> Result<String, Problem> {
    Ok(match change {
        RulesChange::Service(row) => {
            let (mode, service) = service(&row)?;
            let what = format!("Delivery mode {mode} is {}.", service.service);
            rules.other_carriers.retain(|other| *other != mode);
            rules.services.insert(mode, service);
            what
        }
        RulesChange::RemoveService { mode, other_carrier } => {
            rules.services.remove(&mode);
            rules.other_carriers.retain(|other| *other != mode);
            if other_carrier {
                rules.other_carriers.push(mode.clone());
                return Ok(format!("Delivery mode {mode} belongs to another carrier."));
            }
            format!("Delivery mode {mode} has no service any more.")
        }
        RulesChange::ShipFrom(row) => {
            let (warehouse, from) = ship_from(&row)?;
            let what = format!("Parcels of warehouse {warehouse} leave from {}.", from.city);
            rules.ship_from.insert(warehouse, from);
            what
        }
        RulesChange::Document(document) => {
            *rules = serde_json::from_str(&document).map_err(|error| {
                let message = format!("The rules cannot be read: {error}.");
                Problem::new("rules.invalid", &message, "Correct it there, then save again.")
            })?;
            "All rules, as JSON.".to_owned()
        }
    })
}

pub(super) fn stale() -> Problem {
    Problem::new("rules.stale", "The rules changed while you looked at them.", "Read the page again, then decide.")
}

/// FedEx's names are capitals, digits and underscores.
fn is_service(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// A row of the form as a rule.
fn service(row: &ServiceRow) -> Result<(String, Service), Problem> {
    let mode = row.mode.trim();
    let name = row.service.trim().to_uppercase();
    if mode.is_empty() {
        let message = "The delivery mode is missing.";
        return Err(Problem::new("rules.invalid", message, "Enter it as Dynamics 365 has it."));
    }
    if !is_service(&name) {
        let message = format!("{:?} is not a FedEx service.", row.service);
        return Err(Problem::new("rules.invalid", &message, "Choose one of the list, FEDEX_GROUND for example."));
    }
    let packaging = row.packaging.trim().to_uppercase();
    let signature = Some(row.signature.trim().to_uppercase()).filter(|signature| !signature.is_empty());
    let plain = Service::new(&name);
    let packaging = if packaging.is_empty() { plain.packaging.clone() } else { packaging };
    Ok((mode.to_owned(), Service { packaging, signature, saturday: row.saturday, one_rate: row.one_rate, ..plain }))
}

/// A row of the form as an address.
fn ship_from(row: &ShipFromRow) -> Result<(String, ShipFrom), Problem> {
    let warehouse = row.warehouse.trim();
    if warehouse.is_empty() {
        let hint = "Enter it as Dynamics 365 has it, or `default` for all others.";
        return Err(Problem::new("rules.invalid", "The warehouse is missing.", hint));
    }
    let lines = row.street.split(['|', '\n']).map(str::trim).filter(|line| !line.is_empty());
    let from = ShipFrom {
        company: row.company.trim().to_owned(),
        phone: row.phone.trim().to_owned(),
        street: lines.map(str::to_owned).collect(),
        city: row.city.trim().to_owned(),
        region: row.region.trim().to_owned(),
        postal_code: row.postal_code.trim().to_owned(),
        country: row.country.trim().to_owned(),
    };
    // Better now than with the first order.
    crate::order::consignee::Consignee::parse(&from.address(), &from.phone)
        .map_err(|cause| super::problem::cause(&cause))?;
    Ok((warehouse.to_owned(), from))
}
