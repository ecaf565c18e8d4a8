//! The audit trail's entries and the chain that holds them together. Pure.
//!
//! Every outside call leaves a *begun* and a *completed* entry, every operator action and every
//! change of state leaves one. Each entry carries a keyed hash over itself and the hash before
//! it, so a changed, removed or inserted entry shows. Nothing here updates or deletes.

use crate::order::{AttemptId, OrderId, ShipmentId};
use hmac::{Hmac, Mac};
use serde::Serialize;
use sha2::Sha256;

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The program by itself.
    Engine,
    /// A signed-in operator.
    Operator(String),
    /// Somebody at the command line of the machine.
    CommandLine,
}

impl Actor {
    /// As stored and shown. Operators are named as they are; the other two cannot be operators'
    /// names because of the space or by reservation.
    pub fn name(&self) -> &str {
        match self {
            Self::Engine => "engine",
            Self::Operator(name) => name,
            Self::CommandLine => "command line",
        }
    }
}

/// Which side an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Dynamics 365, with its Entra ID.
    D365,
    /// FedEx.
    Fedex,
    /// This program.
    Connector,
}

impl System {
    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::D365 => "d365",
            Self::Fedex => "fedex",
            Self::Connector => "connector",
        }
    }

    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Self::D365 => "Dynamics 365",
            Self::Fedex => "FedEx",
            Self::Connector => "ml-connector",
        }
    }
}

/// How a thing stands or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Started; its end is another entry.
    Begun,
    /// Done.
    Ok,
    /// The other side said no.
    Refused,
    /// It did not work.
    Failed,
    /// Sent, and no answer.
    Unknown,
}

impl Outcome {
    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// What an entry is about; all parts optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The order.
    pub order_id: Option<OrderId>,
    /// The shipment.
    pub shipment_id: Option<ShipmentId>,
    /// The attempt.
    pub attempt_id: Option<AttemptId>,
}

/// An entry before it is appended. Secrets are already gone from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at_ms: i64,
    /// Who.
    pub actor: Actor,
    /// Which side.
    pub system: System,
    /// What: `fedex.ship`, `desk.replay`, `shipment.labelled`.
    pub action: String,
    /// How.
    pub outcome: Outcome,
    /// About what.
    pub subject: Subject,
    /// Joins the begun and the completed entry of one call.
    pub call_id: Option<String>,
    /// One line for people.
    pub summary: String,
    /// HTTP status of an answered call.
    pub http_status: Option<i64>,
    /// Milliseconds of a completed call.
    pub duration_ms: Option<i64>,
    /// Request or response body, or details.
    pub body: Option<String>,
}

impl Entry {
    /// A thing this program did or saw by itself or for somebody.
    pub fn done(at_ms: i64, actor: Actor, action: &str, subject: Subject, summary: impl Into<String>) -> Self {
        Self {
            at_ms,
            actor,
            system: System::Connector,
            action: action.to_owned(),
            outcome: Outcome::Ok,
            subject,
            call_id: None,
            summary: summary.into(),
            http_status: None,
            duration_ms: None,
            body: None,
        }
    }

    /// The same with another outcome.
    #[must_use]
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }
}

/// Key of the chain: its own secret, so that who can write the database cannot forge the trail.
#[derive(Clone)]
pub struct ChainKey(pub [u8; 32]);

/// Everything an entry's hash covers, in a fixed order.
#[derive(Serialize)]
struct Covered<'a> {
    sequence: i64,
    previous: &'a str,
    at_ms: i64,
    actor: &'a str,
    system: &'a str,
    action: &'a str,
    outcome: &'a str,
    order_id: Option<&'a str>,
    shipment_id: Option<&'a str>,
    attempt_id: Option<&'a str>,
    call_id: Option<&'a str>,
    summary: &'a str,
    http_status: Option<i64>,
    duration_ms: Option<i64>,
    body: Option<&'a str>,
}

/// An entry as read back, for verifying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Position in the trail, from 1 without gaps.
    pub sequence: i64,
    /// Hash of the entry before.
    pub previous: String,
    /// Its own hash.
    pub hash: String,
    /// When.
    pub at_ms: i64,
    /// Who, as stored.
    pub actor: String,
    /// Which side, as stored.
    pub system: String,
    /// What.
    pub action: String,
    /// How, as stored.
    pub outcome: String,
    /// The order.
    pub order_id: Option<String>,
    /// The shipment.
    pub shipment_id: Option<String>,
    /// The attempt.
    pub attempt_id: Option<String>,
    /// The call.
    pub call_id: Option<String>,
    /// One line.
    pub summary: String,
    /// HTTP status.
    pub http_status: Option<i64>,
    /// Milliseconds.
    pub duration_ms: Option<i64>,
    /// Body or details.
    pub body: Option<String>,
}

/// The hash before the first entry.
pub const CHAIN_START: &str = "";

impl Stored {
    /// Places an entry into the chain.
    pub fn place(entry: &Entry, sequence: i64, previous: &str, key: &ChainKey) -> Self {
        let text = |value: &str| value.to_owned();
        let mut stored = Self {
            sequence,
            previous: text(previous),
            hash: String::new(),
            at_ms: entry.at_ms,
            actor: text(entry.actor.name()),
            system: text(entry.system.name()),
            action: entry.action.clone(),
            outcome: text(entry.outcome.name()),
            order_id: entry.subject.order_id.as_ref().map(|id| id.0.clone()),
            shipment_id: entry.subject.shipment_id.as_ref().map(|id| id.0.clone()),
            attempt_id: entry.subject.attempt_id.as_ref().map(|id| id.0.clone()),
            call_id: entry.call_id.clone(),
            summary: entry.summary.clone(),
            http_status: entry.http_status,
            duration_ms: entry.duration_ms,
            body: entry.body.clone(),
        };
        stored.hash = stored.computed(key);
        stored
    }

    /// The hash its content calls for.
    pub fn computed(&self, key: &ChainKey) -> String {
        let covered = Covered {
            sequence: self.sequence,
            previous: &self.previous,
            at_ms: self.at_ms,
            actor: &self.actor,
            system: &self.system,
            action: &self.action,
            outcome: &self.outcome,
            order_id: self.order_id.as_deref(),
            shipment_id: self.shipment_id.as_deref(),
            attempt_id: self.attempt_id.as_deref(),
            call_id: self.call_id.as_deref(),
            summary: &self.summary,
            http_status: self.http_status,
            duration_ms: self.duration_ms,
            body: self.body.as_deref(),
        };
        let bytes = serde_json::to_vec(&covered).expect("an entry is plain data");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key.0).expect("HMAC takes any key length");
        mac.update(&bytes);
        hex::encode(mac.finalize().into_bytes())
    }
}

/// Why a trail does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// An entry is missing before this one.
    #[error("entry {found} follows where entry {expected} should stand: entries are missing")]
    Gap {
        /// The sequence that should stand here.
        expected: i64,
        /// The one that does.
        found: i64,
    },
    /// An entry does not follow the one before it.
    #[error("entry {0} does not follow the entry before it")]
    Unchained(i64),
    /// An entry was changed.
    #[error("entry {0} was changed after it was written")]
    Changed(i64),
}

/// Checks that `next` follows: what [`Stored::place`] made, in the same order, untouched.
pub fn follows(previous: Option<&Stored>, next: &Stored, key: &ChainKey) -> Result<(), Broken> {
    let expected = previous.map_or(1, |entry| entry.sequence + 1);
    if next.sequence != expected {
        return Err(Broken::Gap { expected, found: next.sequence });
    }
    if next.previous != previous.map_or(CHAIN_START, |entry| &entry.hash) {
        return Err(Broken::Unchained(next.sequence));
    }
    if next.hash != next.computed(key) {
        return Err(Broken::Changed(next.sequence));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain() -> (Vec<Stored>, ChainKey) {
        let key = ChainKey([7; 32]);
        let mut entries: Vec<Stored> = Vec::new();
        for (sequence, action) in (1..).zip(["a", "b", "c"]) {
            let entry = Entry::done(sequence, Actor::Engine, action, Subject::default(), "did it");
            let previous = entries.last().map_or(CHAIN_START.to_owned(), |last| last.hash.clone());
            entries.push(Stored::place(&entry, sequence, &previous, &key));
        }
        (entries, key)
    }

    fn verify(entries: &[Stored], key: &ChainKey) -> Result<(), Broken> {
        let mut previous = None;
        for entry in entries {
            follows(previous, entry, key)?;
            previous = Some(entry);
        }
        Ok(())
    }

    #[test]
    fn an_untouched_chain_holds() {
        let (entries, key) = chain();
        assert_eq!(verify(&entries, &key), Ok(()));
    }

    #[test]
    fn a_changed_removed_or_moved_entry_shows() {
        let (mut changed, key) = chain();
        changed[1].summary = "did not".into();
        assert_eq!(verify(&changed, &key), Err(Broken::Changed(2)));

        let (mut removed, key) = chain();
        removed.remove(1);
        assert_eq!(verify(&removed, &key), Err(Broken::Gap { expected: 2, found: 3 }));

        let (mut forged, key) = chain();
        forged[1].previous = "00".into();
        assert_eq!(verify(&forged, &key), Err(Broken::Unchained(2)));
    }

    #[test]
    fn without_the_key_no_entry_can_be_forged() {
        let (mut entries, key) = chain();
        entries[2].summary = "forged".into();
        entries[2].hash = entries[2].computed(&ChainKey([8; 32]));
        assert_eq!(verify(&entries, &key), Err(Broken::Changed(3)));
    }
}
