//! What surrounds every page: who is signed in, and how the two systems are.

use super::{Moment, Tone};
use serde::{Deserialize, Serialize};

/// Everything the shell shows around a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// The signed-in operator; `None` on the login and set-up pages.
    pub viewer: Option<Viewer>,
    /// No operator exists yet: the set-up page is the only one that works.
    pub first_run: bool,
    /// The set-up page must ask for the code from the server's log.
    pub setup_code_required: bool,
    /// How many shipments need a person.
    pub attention: u64,
    /// One chip a system.
    pub chips: Vec<ConnectionChip>,
    /// Set when one of the systems is not the production one.
    pub rehearsal: Option<Rehearsal>,
    /// What a person stopped, and why.
    #[serde(default)]
    pub pauses: Vec<PauseView>,
    /// The server's clock.
    pub now: Moment,
}

/// What the frame around everything says while something is not real.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsal {
    /// One word: `SANDBOX`.
    pub word: String,
    /// Which side is what, and what follows.
    pub sentence: String,
}

/// The signed-in operator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// The name they sign in with.
    pub name: String,
    /// `admin`, `operator`, `customer_service` or `viewer`.
    pub role: String,
}

/// The health of one system at a glance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionChip {
    /// `d365` or `fedex`.
    pub system: String,
    /// `Dynamics 365` or `FedEx`.
    pub name: String,
    /// Its reading.
    pub tone: Tone,
    /// A few words: `connected`, `not configured`, `secret rejected`.
    pub text: String,
    /// When the cached token ends, for a countdown.
    pub token_until_ms: Option<i64>,
    /// Until when the token endpoint must be left alone, for a countdown.
    pub breaker_until_ms: Option<i64>,
}

/// A part of the flow that a person stopped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PauseView {
    /// `shipping`, `write_back` or `pull`.
    pub flow: String,
    /// What stands still: `No label is bought.`
    pub title: String,
    /// What goes on meanwhile.
    pub goes_on: String,
    /// Why, in the words of who stopped it.
    pub reason: String,
    /// Since when.
    pub since: Moment,
    /// Who stopped it.
    pub by: String,
    /// The viewer may let it go on.
    pub may_resume: bool,
}
