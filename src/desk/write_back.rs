//! What is written back onto orders in Dynamics 365, where to, and how it went.

use crate::audit::{Actor, Subject, System};
use crate::clock::DAY_MS;
use crate::d365::targets::{Condition, DateForm, Field, Kind, Policy, Target, ValueKind, kind_of};
use crate::desk::{OperatorDesk, Role, connections, problem, write_back_views as views};
use crate::order::cause::Cause;
use crate::store::orders::OrderRecord;
use crate::store::{StoreError, Tx};
use crate::transport::Trace;
use crate::work::verify::{self, NotTried};
use app::contract::{FieldForm, Problem, TestedWrite, WriteBack};
use app::desk::WriteBackDesk;
use async_trait::async_trait;
use serde_json::Value;
use std::collections::BTreeMap;

/// Longest reason kept.
const REASON_LIMIT: usize = 300;
/// Furthest back that all orders are written anew: FedEx keeps its news as long.
const REPAIR_DAYS: u32 = 90;
/// Under this name the last test write is kept.
pub const TESTED: &str = "test_write";

type Answer<T> = Result<T, Problem>;

#[async_trait]
impl WriteBackDesk for OperatorDesk {
    async fn write_back(&self) -> Answer<WriteBack> {
        self.allowed(Role::Viewer)?;
        let (may_edit, may_write) = (self.allowed(Role::Admin).is_ok(), self.allowed(Role::Operator).is_ok());
        let page = views::page(&self.engine).await.map_err(|error| self.broke(&error))?;
        Ok(WriteBack { may_edit, may_write, ..page })
    }

    async fn add_target(&self, preset: String) -> Answer<()> {
        let actor = self.allowed(Role::Admin)?;
        let Some(target) = Target::preset(&preset) else {
            let message = format!("There is no ready-made target {preset}.");
            return Err(Problem::new("write-back.unknown-preset", &message, "Choose one from the page."));
        };
        self.change(&actor, |targets| {
            if !targets.contains(&target) {
                targets.push(target);
            }
            Ok(())
        })
        .await
    }

    async fn save_field(&self, form: FieldForm) -> Answer<()> {
        let actor = self.allowed(Role::Admin)?;
        let companies = list(&form.companies);
        let (value, mut field) = read_field(&form)?;
        if let (DateForm::Auto, Some(ValueKind::Moment)) = (field.date, kind_of(&value)) {
            field.date = self.known_form(&form.entity_set, &field.property).await;
        }
        self.change(&actor, |targets| {
            let set = form.entity_set.trim();
            let is_it = |target: &&mut Target| {
                target.kind == Kind::Patch && target.entity_set == set && target.companies == companies
            };
            if let Some(target) = targets.iter_mut().find(is_it) {
                target.fields.insert(value, field);
                return Ok(());
            }
            let fields = BTreeMap::from([(value, field)]);
            targets.push(Target { companies, fields, ..Target::patch(set) });
            Ok(())
        })
        .await
    }

    async fn remove_field(&self, target: String, value: String) -> Answer<()> {
        let actor = self.allowed(Role::Admin)?;
        self.change(&actor, |targets| {
            let Some(at) = targets.iter().enumerate().position(|(index, one)| views::key(index, one) == target) else {
                return Err(problem::stale());
            };
            targets[at].fields.remove(&value);
            if value.is_empty() || targets[at].fields.is_empty() {
                targets.remove(at);
            }
            Ok(())
        })
        .await
    }

    async fn discover_fields(&self, entity_set: String) -> Answer<()> {
        let actor = self.allowed(Role::Operator)?;
        self.discover(&actor, entity_set.trim()).await.map(drop)
    }

    async fn verify_targets(&self) -> Answer<()> {
        let actor = self.allowed(Role::Operator)?;
        let found = verify::verify(&self.engine, &actor).await.map_err(|error| self.broke(&error))?;
        found.map(drop).map_err(|failure| problem::failure(&failure))
    }

    async fn test_write(&self, company: String, number: String) -> Answer<TestedWrite> {
        let actor = self.allowed(Role::Admin)?;
        let record = self.named(&company, &number).await?;
        let tried = verify::rehearse(&self.engine, &actor, &record).await.map_err(|error| self.broke(&error))?;
        let tried = tried.map_err(|not_tried| match not_tried {
            NotTried::NotConnected(cause) => problem::cause(&cause),
            NotTried::Shadow => problem::in_shadow(&record.key.company),
            NotTried::Busy(why) => {
                let message = format!("Nothing was tried: {why}.");
                Problem::new("write-back.busy", &message, "Try again in a minute, or name another order.")
            }
        })?;
        let at = self.engine.clock.now_ms();
        let tested = TestedWrite {
            order: (record.key.company, record.key.number),
            at: crate::desk::present::moment(at),
            passed: tried.iter().all(|one| one.passed),
            lines: tried.iter().map(|one| format!("{}: {}", one.set, one.sentence)).collect(),
        };
        let json = serde_json::to_string(&tested).expect("a test is plain data");
        let kept = self.engine.store.db.keep_ping(TESTED, at, tested.passed, &json).await;
        kept.map_err(|error| self.broke(&error))?;
        Ok(tested)
    }

    async fn write_again(&self, company: String, number: String, reason: String) -> Answer<()> {
        let actor = self.allowed(Role::Operator)?;
        let record = self.named(&company, &number).await?;
        let now = self.engine.clock.now_ms();
        let done = async {
            let mut tx = self.engine.store.begin().await?;
            tx.write_again(&record.order_id, now).await?;
            let subject = Subject { order_id: Some(record.order_id.clone()), ..Subject::default() };
            let summary = said("Asked to write the order again", &reason);
            self.audited(tx, &actor, "desk.write-again", subject, summary).await
        };
        done.await.map_err(|error| self.broke(&error))
    }

    async fn write_all_again(&self, cause: String, reason: String) -> Answer<()> {
        let actor = self.allowed(Role::Operator)?;
        let now = self.engine.clock.now_ms();
        let done = async {
            let mut tx = self.engine.store.begin().await?;
            let orders = tx.write_again_parked(&cause, now).await?;
            let summary = said(&format!("Asked to write {orders} orders again that stopped by {cause}"), &reason);
            self.audited(tx, &actor, "desk.write-again", Subject::default(), summary).await
        };
        done.await.map_err(|error| self.broke(&error))
    }

    async fn repair_since(&self, days: u32, reason: String) -> Answer<()> {
        let actor = self.allowed(Role::Operator)?;
        if days == 0 || days > REPAIR_DAYS {
            let message = format!("{days} days is not possible.");
            return Err(Problem::new("write-back.days-wrong", &message, &format!("Enter 1 to {REPAIR_DAYS}.")));
        }
        let now = self.engine.clock.now_ms();
        let done = async {
            let mut tx = self.engine.store.begin().await?;
            let orders = tx.write_again_since(now - i64::from(days) * DAY_MS, now).await?;
            let what = format!("Asked to write {orders} orders again that were labelled in the last {days} days");
            self.audited(tx, &actor, "desk.repair", Subject::default(), said(&what, &reason)).await
        };
        done.await.map_err(|error| self.broke(&error))
    }
}

impl OperatorDesk {
    /// Asks Dynamics 365 for the fields of a set and keeps them for choosing. Answers how many can be written.
    pub async fn discover(&self, actor: &Actor, set: &str) -> Answer<usize> {
        crate::d365::targets::name("entity_set", set)
            .map_err(|error| Problem::new("connections.invalid", &error.sentence, &error.next_step))?;
        let d365 = self.engine.d365().await.map_err(|failure| problem::failure(&failure))?;
        let trace = Trace { actor: actor.clone(), subject: Subject::default() };
        let entity = d365.entity(&trace, set).await.map_err(|failure| problem::failure(&failure))?;
        let Some(entity) = entity else {
            let detail = format!("this environment has no entity set {set}");
            return Err(problem::cause(&Cause::new("d365.write-field-unknown").field(set).detail(detail)));
        };
        let writable = entity.properties.iter().filter(|property| property.may_write(Kind::Patch)).count();
        let now = self.engine.clock.now_ms();
        let kept = async {
            let mut tx = self.engine.store.begin().await?;
            tx.save_entity(d365.host(), &entity, now).await?;
            let summary = format!("Asked for the fields of {set}: {writable} can be written.");
            self.audited(tx, actor, "write-back.discovered", Subject::default(), summary).await
        };
        kept.await.map_err(|error| self.broke(&error))?;
        Ok(writable)
    }

    /// Changes the targets of the saved connection; everything else of it stays.
    async fn change(&self, actor: &Actor, change: impl FnOnce(&mut Vec<Target>) -> Answer<()>) -> Answer<()> {
        let d365 = self.engine.d365().await.map_err(|failure| problem::failure(&failure))?;
        let mut targets = d365.credentials().write_back.clone();
        change(&mut targets)?;
        let saved = connections::saved(&self.engine, System::D365).await?;
        let Some(mut document) = saved.map(|saved| saved.document) else {
            return Err(problem::cause(&Cause::new("auth.not-configured")));
        };
        let wire: Vec<_> = targets.iter().map(Target::wire).collect();
        document["write_back"] = serde_json::to_value(&wire).unwrap_or(Value::Null);
        connections::save(&self.engine, actor, System::D365, document).await
    }

    /// A day or a moment, where the field was discovered.
    async fn known_form(&self, set: &str, property: &str) -> DateForm {
        let Ok(d365) = self.engine.d365().await else { return DateForm::Auto };
        let known = self.engine.store.db.entity_fields(d365.host(), set.trim()).await.ok().flatten();
        let shape = known.as_ref().and_then(|(entity, _)| entity.property(property)).map(|property| property.shape);
        shape.map_or(DateForm::Auto, crate::d365::metadata::Shape::date_form)
    }

    async fn named(&self, company: &str, number: &str) -> Answer<OrderRecord> {
        let found = self.engine.store.db.order_by_number(company.trim(), number).await;
        found.map_err(|error| self.broke(&error))?.ok_or_else(|| {
            let message = format!("Order {number} of {company} has not been seen.");
            Problem::new("order.not-found", &message, "Check the number and the legal entity.")
        })
    }

    async fn audited(
        &self,
        mut tx: Tx,
        actor: &Actor,
        action: &str,
        subject: Subject,
        summary: String,
    ) -> Result<(), StoreError> {
        let entry = self.engine.entry(actor, action, subject, summary);
        self.engine.store.append(&mut tx, &entry).await?;
        tx.commit().await
    }

    fn broke(&self, error: &StoreError) -> Problem {
        problem::store(&self.engine, error)
    }
}

fn said(what: &str, reason: &str) -> String {
    let reason: String = reason.trim().chars().take(REASON_LIMIT).collect();
    if reason.is_empty() { format!("{what}.") } else { format!("{what}: {reason}") }
}

fn list(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for one in text.split(',').map(|one| one.trim().to_lowercase()).filter(|one| !one.is_empty()) {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all
}

/// A field as typed. What is wrong with it besides is said when the connection is saved.
fn read_field(form: &FieldForm) -> Answer<(String, Field)> {
    let invalid = |message: &str, next: &str| Problem::new("connections.invalid", message, next);
    let max_length = match form.max_length.trim() {
        "" => None,
        text => Some(text.parse().map_err(|_| invalid("The length is not a number.", "Enter 30, or leave it blank."))?),
    };
    let policy = match form.policy.as_str() {
        "" | "always" => Policy::Always,
        "only_if_empty" => Policy::OnlyIfEmpty,
        "append" => Policy::Append,
        _ => return Err(invalid("The policy is not known.", "Choose one from the list.")),
    };
    let date = match form.date.as_str() {
        "" | "auto" => DateForm::Auto,
        "date" => DateForm::Date,
        "date_time" => DateForm::DateTime,
        _ => return Err(invalid("The form of the date is not known.", "Choose one from the list.")),
    };
    let mut values = BTreeMap::new();
    for part in form.values.split([',', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
        let Some((word, member)) = part.split_once('=') else {
            return Err(invalid(&format!("{part:?} has no equals sign."), "Write it like delivered = Done, * = Open."));
        };
        values.insert(word.trim().to_owned(), member.trim().to_owned());
    }
    let property = form.property.trim().to_owned();
    Ok((form.value.trim().to_owned(), Field { property, max_length, values, policy, date }))
}

/// When a target is written, and for whom.
pub fn remark(target: &Target) -> String {
    let when = match target.condition {
        Condition::Always => "At once",
        Condition::PackingSlip => "Once a packing slip is posted",
    };
    let whom = if target.companies.is_empty() { "all legal entities".to_owned() } else { target.companies.join(", ") };
    let kind = target.document_type.as_ref().map(|code| format!("; document type {code}")).unwrap_or_default();
    format!("{when}; {whom}{kind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_as_typed_becomes_one_or_says_what_is_wrong() {
        let form = FieldForm {
            value: "status".into(),
            property: " FdxStatus ".into(),
            max_length: "20".into(),
            policy: "append".into(),
            values: "delivered = Done, * = Open".into(),
            ..FieldForm::default()
        };
        let (value, field) = read_field(&form).unwrap();
        assert_eq!((value.as_str(), field.property.as_str(), field.max_length), ("status", "FdxStatus", Some(20)));
        assert_eq!((field.policy, field.values.len()), (Policy::Append, 2));
        for wrong in [
            FieldForm { max_length: "long".into(), ..form.clone() },
            FieldForm { policy: "never".into(), ..form.clone() },
            FieldForm { date: "noon".into(), ..form.clone() },
            FieldForm { values: "delivered".into(), ..form },
        ] {
            assert_eq!(read_field(&wrong).unwrap_err().code, "connections.invalid");
        }
    }
}
