//! The fault script: what goes wrong, where, how often.
//!
//! A fault is armed through `POST /_twin/faults` and fires on the first matching call. One fault
//! fires per call, the oldest first. It never decides what a call does, only what becomes of the
//! call and its answer; `exchange.rs` carries it out.
//!
//! With `one_in` a fault hits its share of the calls: exactly one run of `burst` calls in each
//! `one_in * burst` of them, at a place that `seed` decides. So a share is the same in every run
//! and in every part of a run, whatever else happens.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What a fault does to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// Answers with `status` before anything happens.
    Status,
    /// Waits `delay_ms`, before or after the commit.
    Delay,
    /// Closes the connection before anything happens.
    CutBefore,
    /// Does everything, then closes the connection without an answer.
    CutAfter,
    /// Does everything, then answers 500.
    ErrorAfter,
    /// Does everything, then answers with half the body.
    Malformed,
    /// Answers with a gateway's HTML page.
    Html,
    /// Answers as for an expired or unknown token.
    Unauthorized,
    /// Answers as FedEx's throttled token endpoint: 403 with HTML.
    TokenThrottle,
    /// Does everything, then trickles the body over `delay_ms`.
    SlowBody,
    /// Does everything, then never answers; whoever started the twins sees it and can kill the
    /// caller in the very moment between the purchase and its answer. A call that is refused is
    /// answered, and the next one is held instead.
    Hold,
    /// Forgets every token handed out, of both vendors; then answers as it would.
    ExpireTokens,
}

impl Kind {
    /// Tells whether the call still reaches the twin.
    pub(super) fn reaches_twin(self) -> bool {
        matches!(
            self,
            Self::Delay
                | Self::CutAfter
                | Self::ErrorAfter
                | Self::Malformed
                | Self::SlowBody
                | Self::Hold
                | Self::ExpireTokens
        )
    }
}

/// When a delay takes place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum When {
    /// Before the twin does anything.
    #[default]
    Before,
    /// After the commit.
    After,
}

/// One line of the script.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fault {
    #[serde(default)]
    pub id: u64,
    #[serde(default = "any")]
    pub system: String,
    #[serde(default = "any")]
    pub op: String,
    pub kind: Kind,
    #[serde(default)]
    pub status: Option<u16>,
    #[serde(default)]
    pub code: Option<String>,
    #[serde(default)]
    pub message: Option<String>,
    /// Sent verbatim: seconds or an HTTP date; absent when null.
    #[serde(default)]
    pub retry_after: Option<String>,
    #[serde(default)]
    pub delay_ms: u64,
    #[serde(default)]
    pub when: When,
    /// How many calls it hits; 0 means every one.
    #[serde(default = "once")]
    pub times: u64,
    #[serde(default)]
    pub fired: u64,
    #[serde(default, rename = "match")]
    pub matching: Option<String>,
    /// Hits one call in so many; 1 means each.
    #[serde(default = "once")]
    pub one_in: u64,
    /// How many calls in a row it hits then.
    #[serde(default = "once")]
    pub burst: u64,
    /// Decides which calls of its share it hits.
    #[serde(default)]
    pub seed: u64,
    /// Calls that matched so far, hit or not.
    #[serde(default)]
    pub met: u64,
}

fn any() -> String {
    "any".to_owned()
}

fn once() -> u64 {
    1
}

const SYSTEMS: [&str; 3] = ["fedex", "d365", "any"];
const OPERATIONS: [&str; 20] = [
    "token", "ship", "validate", "cancel", "track", "lookup", "address", "label", "orders", "order", "patch", "post",
    "master", "results", "rate", "close", "delete", "metadata", "other", "any",
];

impl Fault {
    fn spent(&self) -> bool {
        self.times != 0 && self.fired >= self.times
    }

    fn hits(&self, system: &str, op: &str, text: &str) -> bool {
        !self.spent()
            && (self.system == "any" || self.system == system)
            && (self.op == "any" || self.op == op)
            && self.matching.as_ref().is_none_or(|wanted| text.contains(wanted))
    }

    /// Whether the next call it meets belongs to its share.
    fn is_due(&self) -> bool {
        let period = self.one_in.saturating_mul(self.burst);
        let (round, place) = (self.met / period, self.met % period);
        let mut hash = Sha256::new();
        for part in [self.seed, self.id, round] {
            hash.update(part.to_be_bytes());
        }
        let digest = hash.finalize();
        let number = u64::from_be_bytes(digest[..8].try_into().expect("a hash has more than eight bytes"));
        let start = number % (period - self.burst + 1);
        (start..start + self.burst).contains(&place)
    }

    fn view(&self) -> Value {
        let mut view = serde_json::to_value(self).expect("a fault is plain data");
        view["remaining"] = match self.times {
            0 => Value::Null,
            times => json!(times.saturating_sub(self.fired)),
        };
        view
    }
}

/// The script of both twins.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Faults {
    list: Vec<Fault>,
    last_id: u64,
}

impl Faults {
    /// Tells whether any call could be hit at all, so that the quiet case costs nothing.
    pub(super) fn armed(&self) -> bool {
        self.list.iter().any(|fault| !fault.spent())
    }

    /// Takes the first fault that this call meets; `text` is its path, query and body.
    pub(super) fn take(&mut self, system: &str, op: &str, text: &str) -> Option<Fault> {
        let fault = self.list.iter_mut().filter(|fault| fault.hits(system, op, text)).find_map(|fault| {
            let due = fault.is_due();
            fault.met += 1;
            due.then_some(fault)
        })?;
        fault.fired += 1;
        Some(fault.clone())
    }

    /// Takes back that a fault fired: its call was not worth it, the next one will do.
    pub(super) fn spare(&mut self, id: u64) {
        if let Some(fault) = self.list.iter_mut().find(|fault| fault.id == id) {
            fault.fired = fault.fired.saturating_sub(1);
            fault.met = fault.met.saturating_sub(1);
        }
    }

    /// Arms one fault or an array of them and returns them with their ids.
    pub(super) fn arm(&mut self, wanted: Value) -> Result<Value, String> {
        let single = !wanted.is_array();
        let wanted: Vec<Fault> = match wanted {
            Value::Array(list) => list,
            one => vec![one],
        }
        .into_iter()
        .map(|one| serde_json::from_value(one).map_err(|error| error.to_string()))
        .collect::<Result<_, _>>()?;
        for fault in &wanted {
            if !SYSTEMS.contains(&fault.system.as_str()) {
                return Err(format!("system must be one of {SYSTEMS:?}"));
            }
            if !OPERATIONS.contains(&fault.op.as_str()) {
                return Err(format!("op must be one of {OPERATIONS:?}"));
            }
            if fault.one_in == 0 || fault.burst == 0 {
                return Err("one_in and burst are at least 1".to_owned());
            }
        }
        let mut views = Vec::new();
        for mut fault in wanted {
            self.last_id += 1;
            fault.id = self.last_id;
            (fault.fired, fault.met) = (0, 0);
            views.push(fault.view());
            self.list.push(fault);
        }
        Ok(if single { views.remove(0) } else { Value::Array(views) })
    }

    /// Lists every fault with its counts, spent ones included.
    pub(super) fn views(&self) -> Value {
        self.list.iter().map(Fault::view).collect()
    }

    /// Removes one fault, or all when no id is given; returns how many went.
    pub(super) fn clear(&mut self, id: Option<u64>) -> usize {
        let before = self.list.len();
        self.list.retain(|fault| id.is_some_and(|id| id != fault.id));
        before - self.list.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_fires_as_often_as_asked_and_only_where_it_matches() {
        let mut faults = Faults::default();
        faults.arm(json!({"system":"fedex","op":"ship","kind":"cut_after","times":2,"match":"SO-7"})).unwrap();
        assert!(faults.take("fedex", "ship", "order SO-8").is_none());
        assert!(faults.take("d365", "ship", "order SO-7").is_none());
        assert!(faults.take("fedex", "ship", "order SO-7").is_some());
        assert!(faults.take("fedex", "ship", "order SO-7").is_some());
        assert!(faults.take("fedex", "ship", "order SO-7").is_none());
        assert_eq!(faults.views()[0]["remaining"], 0);
        assert!(!faults.armed());
    }

    #[test]
    fn a_share_is_exact_in_every_part_of_a_run_and_the_same_for_the_same_seed() {
        let run = |seed: u64, one_in: u64, burst: u64| {
            let mut faults = Faults::default();
            faults.arm(json!({"kind": "hold", "times": 0, "one_in": one_in, "burst": burst, "seed": seed})).unwrap();
            (0..1_200).map(|_| faults.take("fedex", "ship", "").is_some()).collect::<Vec<bool>>()
        };
        for (one_in, burst) in [(1, 1), (20, 1), (15, 4)] {
            let hits = run(7, one_in, burst);
            for part in hits.chunks(usize::try_from(one_in * burst).unwrap()) {
                assert_eq!(part.iter().filter(|hit| **hit).count() as u64, burst, "1 in {one_in}, {burst} in a row");
            }
        }
        assert_eq!(run(7, 20, 1), run(7, 20, 1));
        assert_ne!(run(7, 20, 1), run(8, 20, 1));
    }

    #[test]
    fn a_call_that_one_fault_leaves_alone_meets_the_next() {
        let mut faults = Faults::default();
        faults.arm(json!([{"kind": "hold", "times": 0, "one_in": 2}, {"kind": "html", "times": 0}])).unwrap();
        let kinds: Vec<Kind> = (0..10).map(|_| faults.take("fedex", "ship", "").unwrap().kind).collect();
        assert_eq!(kinds.iter().filter(|kind| **kind == Kind::Hold).count(), 5);
    }

    #[test]
    fn an_unknown_word_in_a_fault_is_refused() {
        let mut faults = Faults::default();
        assert!(faults.arm(json!({"kind":"explode"})).is_err());
        assert!(faults.arm(json!({"kind":"status","op":"lunch"})).is_err());
        assert!(faults.arm(json!({"kind":"status","tiems":3})).is_err());
        assert!(faults.arm(json!({"kind":"status","one_in":0})).is_err());
    }

    #[test]
    fn clearing_takes_one_or_all() {
        let mut faults = Faults::default();
        faults.arm(json!([{"kind":"html"},{"kind":"html"},{"kind":"html"}])).unwrap();
        assert_eq!(faults.clear(Some(2)), 1);
        assert_eq!(faults.clear(None), 2);
    }
}
