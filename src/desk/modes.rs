//! The modes of legal entities: what they are, what they mean, and switching them.

use crate::audit::{Actor, Outcome, Subject};
use crate::desk::shipping::reason_given;
use crate::desk::{OperatorDesk, problem};
use crate::engine::Engine;
use crate::order::mode::{Mode, asked_to_buy};
use crate::order::rules::Rules;
use crate::order::{OrderId, Shipment};
use crate::store::StoreError;
use crate::store::approvals::AwaitingFilter;
use app::contract::{CompanyMode, Counter, ModeSwitch, Problem, Status, Tone};
use std::collections::BTreeSet;

/// Longest reason kept.
const REASON_LIMIT: usize = 300;

/// A mode's word.
pub fn status(mode: Mode) -> Status {
    let (label, tone) = match mode {
        Mode::Shadow => ("Shadow", Tone::Warning),
        Mode::Approve => ("Approve", Tone::Moving),
        Mode::Automatic => ("Automatic", Tone::Good),
    };
    Status { code: mode.name().to_owned(), label: label.to_owned(), tone }
}

/// What a mode means for a legal entity.
pub fn meaning(company: &str, mode: Mode) -> String {
    match mode {
        Mode::Shadow => format!("{company} is in shadow: nothing is shipped."),
        Mode::Approve => format!("{company} asks for approval: a person lets each shipment go."),
        Mode::Automatic => format!("{company} is automatic: confirmed orders are shipped by themselves."),
    }
}

/// Legal entities that do not go by themselves.
pub fn held(rules: &Rules) -> Vec<(String, Mode)> {
    let modes = rules.modes.iter().map(|(company, mode)| (company.clone(), *mode));
    modes.filter(|(_, mode)| *mode != Mode::Automatic).collect()
}

/// Legal entities in shadow.
pub fn shadowed(rules: &Rules) -> Vec<String> {
    held(rules).into_iter().filter(|(_, mode)| *mode == Mode::Shadow).map(|(company, _)| company).collect()
}

/// What is told on the first page of legal entities that do not go by themselves, and of what is
/// still held back of one that does.
pub async fn notices(engine: &Engine) -> Result<Vec<Counter>, StoreError> {
    let rules = engine.rules().await?;
    let held = held(&rules);
    let notice = |label: String, count: u64, tone: Tone| Counter { label, count, href: "/approve".to_owned(), tone };
    let mut list = Vec::new();
    for (company, mode) in &held {
        let filter = AwaitingFilter { company: Some(company.clone()), ..AwaitingFilter::default() };
        let count = u64::try_from(engine.store.db.count_awaiting(&filter).await?).unwrap_or(0);
        let (label, tone) = match (mode, count) {
            (Mode::Shadow, 0) => (meaning(company, *mode), Tone::Warning),
            (Mode::Shadow, count) => (format!("{} {count} are prepared.", meaning(company, *mode)), Tone::Warning),
            (_, 0) => (format!("{company} asks for approval; nothing waits for it now."), Tone::Neutral),
            (_, count) => (format!("{company} asks for approval: {}.", shipments(count)), Tone::Warning),
        };
        list.push(notice(label, count, tone));
    }
    let filter =
        AwaitingFilter { not_of: held.into_iter().map(|(company, _)| company).collect(), ..AwaitingFilter::default() };
    let left = u64::try_from(engine.store.db.count_awaiting(&filter).await?).unwrap_or(0);
    if left > 0 {
        let label = format!("Held back before orders went by themselves: {} for approval.", shipments(left));
        list.push(notice(label, left, Tone::Warning));
    }
    Ok(list)
}

/// `1 shipment waits`.
pub fn shipments(count: u64) -> String {
    if count == 1 { "1 shipment waits".to_owned() } else { format!("{count} shipments wait") }
}

/// Every legal entity that is configured or has a mode.
async fn companies(engine: &Engine, rules: &Rules) -> Vec<String> {
    let mut names: BTreeSet<String> = rules.modes.keys().cloned().collect();
    if let Ok(d365) = engine.d365().await {
        names.extend(d365.credentials().legal_entities.iter().map(|name| name.trim().to_lowercase()));
    }
    names.into_iter().collect()
}

/// Every legal entity with its mode and what a switch would do.
pub async fn overview(engine: &Engine, rules: &Rules) -> Result<Vec<CompanyMode>, StoreError> {
    let mut list = Vec::new();
    for company in companies(engine, rules).await {
        let mode = rules.mode(&company);
        let waiting = u64::try_from(engine.store.db.count_before_label(&company).await?).unwrap_or(0);
        let to = |to: Mode| ModeSwitch {
            mode: to.name().to_owned(),
            label: status(to).label,
            effect: effect(&company, mode, to, waiting),
        };
        list.push(CompanyMode {
            mode: status(mode),
            meaning: meaning(&company, mode),
            switches: Mode::ALL.into_iter().filter(|other| *other != mode).map(to).collect(),
            company,
        });
    }
    Ok(list)
}

/// What a switch would do, told before it is made.
fn effect(company: &str, from: Mode, to: Mode, waiting: u64) -> String {
    let waiting = match waiting {
        0 => "No shipment waits without a label.".to_owned(),
        count => format!("{} without a label; none is shipped by switching.", shipments(count)),
    };
    let written = match from {
        Mode::Shadow => " What was held back of labels bought before is written to Dynamics 365.",
        Mode::Approve | Mode::Automatic => "",
    };
    match to {
        Mode::Shadow => format!(
            "From then on nothing of {company} is bought and nothing is written to Dynamics 365. {waiting} \
             Parcels under way are followed all the same."
        ),
        Mode::Approve => format!("{waiting} Each is bought once a person approves it.{written}"),
        Mode::Automatic => format!(
            "{waiting} They wait for approval still; orders that come from then on are shipped by themselves.{written}"
        ),
    }
}

impl OperatorDesk {
    /// The mode of an order's legal entity, with its name.
    pub(super) async fn mode_of(&self, order: &OrderId) -> Result<(Mode, String), Problem> {
        let mode = self.store(self.engine.store.db.mode_of(order).await)?;
        let record = self.store(self.engine.store.db.order(order).await)?;
        Ok((mode, record.key.company))
    }

    /// Refuses what would buy while the legal entity is in shadow; answers the mode otherwise.
    pub(super) async fn may_buy(&self, order: &OrderId) -> Result<Mode, Problem> {
        match self.mode_of(order).await? {
            (Mode::Shadow, company) => Err(problem::in_shadow(&company)),
            (mode, _) => Ok(mode),
        }
    }

    /// The shipment with what an operator says by asking for its label, or a refusal in shadow.
    pub(super) async fn asked_to_buy(&self, before: &Shipment) -> Result<Shipment, Problem> {
        let mode = self.may_buy(&before.order_id).await?;
        Ok(Shipment { approval: asked_to_buy(mode, before.approval.as_ref()), ..before.clone() })
    }

    /// Switches the mode of a legal entity.
    pub(super) async fn switch(
        &self,
        actor: &Actor,
        company: &str,
        mode: &str,
        reason: &str,
    ) -> Result<String, Problem> {
        reason_given(reason)?;
        let engine = &self.engine;
        let company = company.trim().to_lowercase();
        let to = Mode::parse(mode.trim()).ok_or_else(|| {
            let message = format!("There is no mode {mode:?}.");
            Problem::new("mode.unknown", &message, "Choose shadow, approve or automatic.")
        })?;
        let saved = self.store(engine.store.db.rules().await)?;
        let version = saved.as_ref().map_or(0, |saved| saved.version);
        let mut rules = match saved {
            Some(saved) => saved.rules,
            None => self.store(engine.rules().await)?,
        };
        if !companies(engine, &rules).await.contains(&company) {
            let message = format!("{company:?} is no legal entity of the connection.");
            let hint = "Add it on the Connections page, or check its name.";
            return Err(Problem::new("mode.company-not-found", &message, hint));
        }
        let from = rules.mode(&company);
        if from == to {
            let message = format!("{company} is in that mode already.");
            return Err(Problem::new("mode.same", &message, "Read the page again; it may have moved on."));
        }
        if to == Mode::Automatic {
            rules.modes.remove(&company);
        } else {
            rules.modes.insert(company.clone(), to);
        }
        let reason: String = reason.trim().chars().take(REASON_LIMIT).collect();
        let what = format!("Switched {company} from {} to {}: {reason}", from.name(), to.name());
        let entry = engine.entry(actor, "desk.mode", Subject::default(), what).outcome(Outcome::Ok);
        let now = engine.clock.now_ms();
        let written = async {
            let mut tx = engine.store.begin().await?;
            tx.save_rules(&rules, version, now, actor.name()).await?;
            let held = if to == Mode::Automatic { tx.hold_before_label(&company).await? } else { 0 };
            if from == Mode::Shadow {
                tx.hurry_shadowed(&company, now).await?;
            }
            engine.store.append(&mut tx, &entry).await?;
            tx.commit().await?;
            Ok(held)
        };
        match written.await {
            Err(StoreError::Conflict { .. }) => return Err(super::rules::stale()),
            other => self.store(other)?,
        };
        engine.wake_drive.notify_one();
        let waiting = u64::try_from(self.store(engine.store.db.count_before_label(&company).await)?).unwrap_or(0);
        let waiting = if waiting == 0 { String::new() } else { format!(" {}; none was shipped.", shipments(waiting)) };
        Ok(format!("{}{waiting}", meaning(&company, to)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_effect_of_a_switch_is_told_before() {
        let told = effect("usmf", Mode::Shadow, Mode::Automatic, 132);
        assert!(told.starts_with("132 shipments wait without a label; none is shipped by switching."), "{told}");
        assert!(told.contains("wait for approval still"), "{told}");
        assert!(effect("usmf", Mode::Automatic, Mode::Approve, 0).starts_with("No shipment waits"));
    }
}
