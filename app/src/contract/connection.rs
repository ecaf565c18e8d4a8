//! The connections page: credentials (write-only) and the ping ladder.

use super::{ConnectionChip, Moment, Problem};
use serde::{Deserialize, Serialize};

/// Both connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connections {
    /// Dynamics 365 Finance & Operations.
    pub d365: D365Connection,
    /// FedEx.
    pub fedex: FedexConnection,
    /// The server's clock.
    pub now: Moment,
}

/// The Dynamics 365 side. Secrets in `form` are always blank.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct D365Connection {
    /// Health.
    pub chip: ConnectionChip,
    /// Saved values without secrets.
    pub form: D365Form,
    /// Saved when, by whom.
    pub saved: Option<(Moment, String)>,
    /// Everything saved, as JSON without secrets, for what the form does not show.
    pub document: String,
    /// The last ping.
    pub ladder: Option<Ladder>,
    /// Pings of the last days, newest first.
    #[serde(default)]
    pub history: Vec<LadderRow>,
    /// A new secret that failed its test and is not in force.
    #[serde(default)]
    pub refused: Option<RefusedSave>,
    /// When what signs us in ends, once that is near: one sentence.
    #[serde(default)]
    pub expiry: Option<String>,
}

/// The FedEx side. Secrets in `form` are always blank.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FedexConnection {
    /// Health.
    pub chip: ConnectionChip,
    /// Saved values without secrets.
    pub form: FedexForm,
    /// Saved when, by whom.
    pub saved: Option<(Moment, String)>,
    /// Everything saved, as JSON without secrets, for what the form does not show.
    pub document: String,
    /// The last ping.
    pub ladder: Option<Ladder>,
    /// Pings of the last days, newest first.
    #[serde(default)]
    pub history: Vec<LadderRow>,
    /// A new secret that failed its test and is not in force.
    #[serde(default)]
    pub refused: Option<RefusedSave>,
}

/// The Dynamics 365 form, values as typed. Lists are separated by commas.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct D365Form {
    /// Environment address, `https://contoso.operations.dynamics.com`.
    pub base_url: String,
    /// Entra authority, `https://login.microsoftonline.com`.
    pub authority: String,
    /// Entra tenant id or domain.
    pub tenant_id: String,
    /// Application (client) id.
    pub client_id: String,
    /// `secret` or `certificate`.
    pub sign_in_with: String,
    /// Client secret; blank keeps the saved one.
    pub client_secret: String,
    /// The day the secret ends, `2027-01-31`; blank when nobody knows.
    pub secret_expires: String,
    /// Certificate, PEM; no secret.
    pub certificate: String,
    /// Its private key, PEM; blank keeps the saved one.
    pub private_key: String,
    /// `v2` or `v1`.
    pub token_version: String,
    /// Legal entities to pull, `usmf, usrt`.
    pub legal_entities: String,
    /// Processing statuses that mean "ship it", `Confirmed`.
    pub processing_statuses: String,
    /// Entity set of the order headers, `SalesOrderHeadersV2`.
    pub entity_set: String,
    /// Orders in one request, 1 to 1,000.
    pub page_size: String,
    /// Delivery modes that mean FedEx; blank means all that have a service.
    pub delivery_modes: String,
    /// `patch` (fields on the order) or `post` (packing slip tracking).
    pub write_back_kind: String,
    /// Property for the tracking number.
    pub tracking_property: String,
    /// Property for the status.
    pub status_property: String,
    /// Property for the delivery time.
    pub delivered_at_property: String,
    /// Property for the rated charge.
    pub charge_amount_property: String,
    /// Property for its currency.
    pub charge_currency_property: String,
}

/// The FedEx form, values as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FedexForm {
    /// `production`, `sandbox` or `custom`.
    pub environment: String,
    /// Address for `custom`.
    pub base_url: String,
    /// API key.
    pub api_key: String,
    /// Secret key; blank keeps the saved one.
    pub secret_key: String,
    /// Nine-digit account number.
    pub account_number: String,
    /// `PDF`, `PNG` or `ZPLII`.
    pub image_type: String,
    /// Weight in pounds where Dynamics 365 has none; blank parks such orders.
    pub default_weight_lb: String,
    /// One per line: `FEDEX-GRD = FEDEX_GROUND, YOUR_PACKAGING`.
    pub services: String,
    /// Ship-from company.
    pub from_company: String,
    /// Ship-from telephone.
    pub from_phone: String,
    /// Ship-from street; lines separated by `|`, since a text field keeps no line breaks.
    pub from_street: String,
    /// Ship-from city.
    pub from_city: String,
    /// Ship-from state or province code.
    pub from_region: String,
    /// Ship-from postal code.
    pub from_postal_code: String,
    /// Ship-from country, two letters.
    pub from_country: String,
}

/// One ping: named checks, each with its evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ladder {
    /// `d365` or `fedex`.
    pub system: String,
    /// When it ran.
    pub at: Moment,
    /// All rungs passed.
    pub passed: bool,
    /// In all.
    pub duration_ms: i64,
    /// Top to bottom; after a failed rung the rest is skipped.
    pub rungs: Vec<Rung>,
}

/// One ping among the earlier ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LadderRow {
    /// Its id.
    pub ping_id: String,
    /// Who asked: an operator, or `engine` for the hourly check.
    pub by: String,
    /// The first rung that did not hold, and what it said.
    pub fault: Option<String>,
    /// The ladder.
    pub ladder: Ladder,
}

/// A new secret that failed its test: the old one stays in force unless it is saved anyway.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedSave {
    /// The ladder of the test.
    pub ladder: Ladder,
    /// Who tried.
    pub by: String,
    /// Until when it can be saved anyway without entering it again.
    pub until: Moment,
    /// What saving it anyway risks.
    pub risk: String,
}

/// One named check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// `Token`, `Read orders`.
    pub name: String,
    /// How it went.
    pub outcome: RungOutcome,
    /// Milliseconds, if it ran.
    pub duration_ms: Option<i64>,
    /// What was seen: `4 orders ready in usmf`.
    pub evidence: String,
    /// What is wrong and what to do, if something is.
    pub problem: Option<Problem>,
    /// The same for the colleague who has to do it, with the ids it needs and without a secret.
    #[serde(default)]
    pub for_colleague: Option<String>,
}

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RungOutcome {
    /// As it should be.
    Passed,
    /// Works, but somebody should look.
    Warned,
    /// Does not work.
    Failed,
    /// Not tried, because an earlier check failed.
    Skipped,
}
