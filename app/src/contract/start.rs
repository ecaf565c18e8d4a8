//! The first day: the choice, what was pasted, and the steps until the first label.

use super::{Ladder, Moment, Problem, Status};
use serde::{Deserialize, Serialize};

/// The start page.
#[expect(clippy::struct_excessive_bools, reason = "each says one thing the page shows or leaves out")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// Where the installation stands.
    pub way: StartWay,
    /// Why the built-in twins are not offered, if they are not.
    pub twins_refused: Option<Problem>,
    /// The steps of the first day, each from facts.
    pub steps: Vec<StartStep>,
    /// Every step that must be done is done.
    pub done: bool,
    /// An operator put the finished list away.
    pub put_away: bool,
    /// The first label, once there is one.
    pub first_label: Option<FirstLabel>,
    /// The operator may connect systems and start the twins.
    pub may_change: bool,
    /// The operator may put the finished list away.
    pub may_put_away: bool,
    /// The server's clock.
    pub now: Moment,
}

/// Where the installation stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartWay {
    /// Nothing is connected: twins, or real systems?
    #[default]
    Choose,
    /// The built-in twins stand in for both systems.
    Twins,
    /// Systems are being connected, or are.
    Connect,
}

/// One step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartStep {
    /// `d365`, `fedex`, `services`, `orders`, `label`, `pushes`.
    pub key: String,
    /// What to do.
    pub title: String,
    /// `done`, `open`, `trouble` or `optional`, with its word.
    pub status: Status,
    /// What was seen, or what comes next.
    pub evidence: String,
    /// Where it is done.
    pub href: String,
}

/// The first label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstLabel {
    /// Its tracking number.
    pub tracking_number: String,
    /// Its order.
    pub number: String,
    /// The order's page.
    pub order_href: String,
    /// The label as FedEx sent it, for who may see it.
    pub label_href: Option<String>,
    /// The same, if it is a picture a page can show.
    pub picture_href: Option<String>,
    /// When it came.
    pub at: Moment,
}

/// One side of the guide: the form, what was pasted, and how the last ping went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connecting<F> {
    /// What was pasted or saved; its secret is always blank.
    pub form: F,
    /// Where the secret is, if there is one.
    pub secret: SecretHeld,
    /// What was understood of what was pasted: a name and a value each, no secret.
    pub understood: Vec<(String, String)>,
    /// What to tell about it.
    pub remarks: Vec<String>,
    /// The connection is saved.
    pub saved: bool,
    /// The last ping.
    pub ladder: Option<Ladder>,
    /// Why this side cannot be connected now, if it cannot.
    pub refused: Option<Problem>,
    /// The server's clock.
    pub now: Moment,
}

/// Where a secret is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretHeld {
    /// Nowhere yet.
    #[default]
    Missing,
    /// In what was pasted, held on the server for some minutes.
    Pasted,
    /// Sealed with the connection.
    Saved,
}

/// What the guide asks about Dynamics 365.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct D365Access {
    /// Environment address.
    pub base_url: String,
    /// Entra tenant id or domain.
    pub tenant_id: String,
    /// Application (client) id.
    pub client_id: String,
    /// Client secret; blank takes the pasted or the saved one.
    pub client_secret: String,
}

/// What the guide asks about FedEx.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FedexAccess {
    /// `production`, `sandbox` or `custom`.
    pub environment: String,
    /// Address for `custom`.
    pub base_url: String,
    /// API key.
    pub api_key: String,
    /// Secret key; blank takes the pasted or the saved one.
    pub secret_key: String,
    /// Account number.
    pub account_number: String,
}
