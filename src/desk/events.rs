//! Business events of Dynamics 365: the addresses they come to, which are hints, and what came.
//!
//! An address is shown whole to who made it, for some minutes, and never again: only its hash is
//! kept. Without events nothing is lost, since polling finds every order; they make it faster.

use crate::audit::{Subject, System};
use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::d365::business_event::{Listed, Verdict};
use crate::desk::{OperatorDesk, Role, connections, present, problem};
use crate::engine::{Engine, ShownOnce};
use crate::store::business_events::EventRow;
use crate::store::event_tokens::EventToken;
use crate::store::{Result, StoreError};
use crate::work::events::{WRONG_TOKEN, new_token, token_hash};
use app::contract::{EventAddress, EventView, Events, Problem, Status, Tone};
use app::desk::EventDesk;
use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

/// How long a new address is shown to who made it: time to paste it, not to forget it on a screen.
const SHOWN_MS: i64 = 5 * MINUTE_MS;
/// Events on the card.
const SHOWN_EVENTS: i64 = 20;
/// Addresses live at once.
const LIVE: usize = 2;
/// Silence for this long, while orders come in otherwise, is told.
const SILENT_MS: i64 = DAY_MS;

#[async_trait]
impl EventDesk for OperatorDesk {
    async fn events(&self) -> std::result::Result<Events, Problem> {
        self.allowed_connections()?;
        let engine = &self.engine;
        let db = &engine.store.db;
        let addresses = self.store(db.event_tokens().await)?;
        let events = self.store(db.business_events(None, SHOWN_EVENTS).await)?;
        let live = addresses.iter().filter(|address| address.retired_ms.is_none()).count();
        let listed = engine.d365().await.map(|d365| lines(&d365.credentials().events)).unwrap_or_default();
        let headline = match (live, events.first()) {
            (0, _) => "No address yet: orders are found by polling alone.".to_owned(),
            (_, None) => "No event came yet; orders are found by polling.".to_owned(),
            (_, Some(last)) => format!("The last event came on {}.", crate::clock::text(last.received_ms)),
        };
        Ok(Events {
            headline,
            warnings: self.store(warnings(engine, &listed).await)?,
            fresh: self.fresh_address(),
            may_add: live < LIVE,
            may_edit: self.allowed(Role::Admin).is_ok(),
            listed,
            addresses: addresses.into_iter().map(address).collect(),
            events: events.into_iter().map(event).collect(),
            now: present::moment(engine.clock.now_ms()),
        })
    }

    async fn make_event_address(&self) -> std::result::Result<(), Problem> {
        let address = self.new_event_address().await?;
        let until_ms = self.engine.clock.now_ms() + SHOWN_MS;
        let shown = self.operator.as_ref().map(|to| ShownOnce { to: to.name.clone(), value: address, until_ms });
        self.engine.show_once(shown);
        Ok(())
    }

    async fn retire_event_address(&self, token_id: String) -> std::result::Result<(), Problem> {
        let actor = self.allowed(Role::Admin)?;
        let now = self.engine.clock.now_ms();
        let retired = async {
            let mut tx = self.engine.store.begin().await?;
            tx.retire_event_token(&token_id, actor.name(), now).await?;
            let summary = format!("Retired the address {token_id} of business events.");
            let entry = self.engine.entry(&actor, "events.address-retired", Subject::default(), summary);
            self.engine.store.append(&mut tx, &entry).await?;
            tx.commit().await
        };
        match retired.await {
            Ok(()) => {
                self.engine.show_once(None);
                Ok(())
            }
            Err(StoreError::Conflict { .. }) => {
                let message = "There is no live address of this id.";
                Err(Problem::new(
                    "events.address-not-found",
                    message,
                    "Read the page again; it may be retired already.",
                ))
            }
            Err(error) => Err(problem::store(&self.engine, &error)),
        }
    }

    async fn list_events(&self, listed: String) -> std::result::Result<(), Problem> {
        let actor = self.allowed(Role::Admin)?;
        let saved = connections::saved(&self.engine, System::D365).await?.ok_or_else(|| {
            let message = "Dynamics 365 is not connected yet.";
            Problem::new("auth.not-configured", message, "Save the connection first; the list is kept with it.")
        })?;
        let mut document = saved.document;
        document["events"] = listed_of(&listed);
        connections::save(&self.engine, &actor, System::D365, document).await
    }
}

impl OperatorDesk {
    /// Makes an address and answers it whole, for the only time.
    pub async fn new_event_address(&self) -> std::result::Result<SecretString, Problem> {
        let actor = self.allowed(Role::Admin)?;
        let token = new_token();
        let (id, now) = (self.engine.new_id(), self.engine.clock.now_ms());
        let made = async {
            let mut tx = self.engine.store.begin().await?;
            if !tx.insert_event_token(&id, &token_hash(&token), actor.name(), now).await? {
                return Ok(false);
            }
            let summary = format!("Made the address {id} for business events.");
            let entry = self.engine.entry(&actor, "events.address-made", Subject::default(), summary);
            self.engine.store.append(&mut tx, &entry).await?;
            tx.commit().await.map(|()| true)
        };
        if !made.await.map_err(|error| problem::store(&self.engine, &error))? {
            let message = "Two addresses are live already.";
            return Err(Problem::new(
                "events.two-addresses",
                message,
                "Retire the one that is no longer used, then make another.",
            ));
        }
        let base = self.engine.config.public_url();
        let base = base.as_str().trim_end_matches('/');
        Ok(format!("{base}/webhooks/d365/{}", token.expose_secret()).into())
    }

    fn fresh_address(&self) -> Option<String> {
        let name = &self.operator.as_ref()?.name;
        self.engine.shown_to(name).map(|value| value.expose_secret().to_owned())
    }
}

/// What somebody should look at.
async fn warnings(engine: &Engine, listed: &str) -> Result<Vec<String>> {
    let mut found: Vec<String> = silence(engine).await?.into_iter().collect();
    let live = !engine.store.db.live_event_tokens().await?.is_empty();
    if live && listed.is_empty() {
        let text = "No event is listed as a hint yet: list the id that stands in the business events catalogue. Invoices and changes from Dataverse count without.";
        found.push(text.to_owned());
    }
    let public = engine.config.public_url();
    if live && public.scheme() != "https" {
        found.push(format!("Dynamics 365 in the cloud reaches only public https addresses, and this server calls itself {public}. Set ML_PUBLIC_URL, then make a new address."));
    }
    let wrong = engine.store.db.cursor(WRONG_TOKEN).await?;
    if let Some(wrong_ms) = wrong.filter(|wrong_ms| engine.clock.now_ms() - wrong_ms < DAY_MS) {
        found.push(format!(
            "Something called an unknown or retired address, last noted on {}. If it is Dynamics 365, give its endpoint a live address.",
            crate::clock::text(wrong_ms)
        ));
    }
    Ok(found)
}

/// No event for a day while orders came in: somebody set events up, and they do not arrive.
pub async fn silence(engine: &Engine) -> Result<Option<String>> {
    let live = engine.store.db.live_event_tokens().await?;
    let Some(since_ms) = live.iter().map(|address| address.created_ms).min() else { return Ok(None) };
    let last_ms = engine.store.db.last_business_event_ms().await?.map_or(since_ms, |last_ms| last_ms.max(since_ms));
    let silent_ms = engine.clock.now_ms() - last_ms;
    if silent_ms < SILENT_MS {
        return Ok(None);
    }
    let orders = engine.store.db.orders_seen_since(engine.clock.now_ms() - SILENT_MS).await?;
    Ok((orders > 0).then(|| {
        format!(
            "No business event came for {} h while {orders} new {} pulled: look for the endpoint's errors under System administration > Business events in Dynamics 365. Polling finds the orders meanwhile.",
            silent_ms / HOUR_MS,
            if orders == 1 { "order was" } else { "orders were" }
        )
    }))
}

fn address(row: EventToken) -> EventAddress {
    EventAddress {
        token_id: row.token_id,
        made: (present::moment(row.created_ms), row.created_by),
        last_used: row.last_used_ms.map(present::moment),
        retired: row.retired_ms.map(present::moment).zip(row.retired_by),
    }
}

fn event(row: EventRow) -> EventView {
    EventView {
        row_id: row.row_id,
        kind: row.event.kind,
        order: row.event.company.zip(row.event.order),
        control_number: row.event.control_number,
        verdict: verdict(row.event.verdict),
        detail: row.event.detail,
        received: present::moment(row.received_ms),
    }
}

fn verdict(verdict: Verdict) -> Status {
    let (label, tone) = match verdict {
        Verdict::Hint => ("Looked at", Tone::Good),
        Verdict::Invoice => ("Invoice", Tone::Good),
        Verdict::Test => ("Test", Tone::Good),
        Verdict::Duplicate => ("Came before", Tone::Neutral),
        Verdict::NotListed => ("Not listed", Tone::Neutral),
        Verdict::Unreadable => ("Not understood", Tone::Warning),
    };
    Status { code: verdict.name().to_owned(), label: label.to_owned(), tone }
}

/// One a line, as [`listed_of`] reads them.
fn lines(listed: &[Listed]) -> String {
    let line = |event: &Listed| match (&event.order, &event.company) {
        (None, None) => event.id.clone(),
        (order, None) => format!("{} = {}", event.id, order.clone().unwrap_or_default()),
        (order, Some(company)) => format!("{} = {}, {company}", event.id, order.clone().unwrap_or_default()),
    };
    listed.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// `ID`, `ID = order path`, `ID = order path, company path`, one a line.
fn listed_of(text: &str) -> Value {
    let filled = |part: &str| Some(part.trim().to_owned()).filter(|part| !part.is_empty());
    let event = |line: &str| {
        let (id, paths) = line.split_once('=').unwrap_or((line, ""));
        let (order, company) = paths.split_once(',').unwrap_or((paths, ""));
        json!(Listed { id: id.trim().to_owned(), order: filled(order), company: filled(company) })
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(event).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_as_it_is_written() {
        let text = "Released\nDeep = Order.Nr\nForeign = , Firm\nBoth = Order.Nr, Firm";
        let listed: Vec<Listed> = serde_json::from_value(listed_of(&format!("\n {text}\n"))).unwrap();
        assert_eq!(lines(&listed), text);
        assert_eq!(listed[2], Listed { id: "Foreign".into(), order: None, company: Some("Firm".into()) });
        assert_eq!(listed_of(" \n"), json!([]));
    }
}
