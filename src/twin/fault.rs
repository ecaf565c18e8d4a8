//! The fault script: what goes wrong, where, how often.
//!
//! A fault is armed through `POST /_twin/faults` and fires on the first matching call. One fault
//! fires per call, the oldest first. It never decides what a call does, only what becomes of the
//! call and its answer; `exchange.rs` carries it out.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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
}

impl Kind {
    /// Tells whether the call still reaches the twin.
    pub(super) fn reaches_twin(self) -> bool {
        matches!(self, Self::Delay | Self::CutAfter | Self::ErrorAfter | Self::Malformed | Self::SlowBody)
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
}

fn any() -> String {
    "any".to_owned()
}

fn once() -> u64 {
    1
}

const SYSTEMS: [&str; 3] = ["fedex", "d365", "any"];
const OPERATIONS: [&str; 15] = [
    "token", "ship", "validate", "cancel", "track", "lookup", "address", "label", "orders", "order", "patch", "post",
    "master", "other", "any",
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
        let fault = self.list.iter_mut().find(|fault| fault.hits(system, op, text))?;
        fault.fired += 1;
        Some(fault.clone())
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
        }
        let mut views = Vec::new();
        for mut fault in wanted {
            self.last_id += 1;
            fault.id = self.last_id;
            fault.fired = 0;
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
    fn an_unknown_word_in_a_fault_is_refused() {
        let mut faults = Faults::default();
        assert!(faults.arm(json!({"kind":"explode"})).is_err());
        assert!(faults.arm(json!({"kind":"status","op":"lunch"})).is_err());
        assert!(faults.arm(json!({"kind":"status","tiems":3})).is_err());
    }

    #[test]
    fn clearing_takes_one_or_all() {
        let mut faults = Faults::default();
        faults.arm(json!([{"kind":"html"},{"kind":"html"},{"kind":"html"}])).unwrap();
        assert_eq!(faults.clear(Some(2)), 1);
        assert_eq!(faults.clear(None), 2);
    }
}
