//! Orders and their shipments as the pages show them.

use super::{Moment, Status, Tone};
use serde::{Deserialize, Serialize};

/// The order list's filter; also its URL query.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFilter {
    /// A state name, or `attention` for all that need a person.
    #[serde(default)]
    pub state: Option<String>,
    /// A cause code.
    #[serde(default)]
    pub cause: Option<String>,
    /// Order number, customer, tracking number, reference: a part of any of them.
    #[serde(default)]
    pub search: Option<String>,
    /// Cursor of the page.
    #[serde(default)]
    pub after: Option<String>,
}

/// One row of the order list: one shipment of an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRow {
    /// Legal entity, `usmf`.
    pub company: String,
    /// Sales order number.
    pub number: String,
    /// Who ordered.
    pub customer: String,
    /// Where it goes, in one line: `Norwood Pump Co, Dallas TX 75201, US`.
    pub ship_to: String,
    /// Where it stands.
    pub status: Status,
    /// What FedEx says of the parcel, once it says something.
    pub carrier: Option<Status>,
    /// FedEx service, or the delivery mode as long as no service is chosen.
    pub service: String,
    /// Master tracking number.
    pub tracking_number: Option<String>,
    /// Why it needs a person, in a few words.
    pub cause: Option<String>,
    /// First seen by us.
    pub seen: Moment,
    /// Last change of state.
    pub changed: Moment,
}

/// A whole order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderDetail {
    /// Legal entity.
    pub company: String,
    /// Sales order number.
    pub number: String,
    /// Who ordered, with the account: `Norwood Pump Co (US-014)`.
    pub customer: String,
    /// The customer's own reference, if any.
    pub customer_reference: Option<String>,
    /// Customer invoice, if one existed at ship time.
    pub invoice_number: Option<String>,
    /// The order as a sentence: `Delivered on ...; the order in Dynamics 365 says so.`
    pub headline: String,
    /// Its lines.
    pub lines: Vec<LineView>,
    /// Its shipments; one, until an order is split.
    pub shipments: Vec<ShipmentDetail>,
    /// Everything that happened, oldest first, over both systems.
    pub timeline: Vec<TimelineEntry>,
    /// The server's clock.
    pub now: Moment,
}

/// A line of the order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineView {
    /// Item number, spaces kept.
    pub item: String,
    /// Its description.
    pub description: String,
    /// Quantity with unit: `12 ea`.
    pub quantity: String,
    /// Set when the line is not shipped: `cancelled`, `service item`.
    pub left_out: Option<String>,
}

/// An address, as lines to print.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressView {
    /// Name, street lines, city line, country.
    pub lines: Vec<String>,
    /// Telephone, if known.
    pub phone: Option<String>,
}

/// One shipment of an order: its state, its parcel, its attempts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentDetail {
    /// Its id; actions name it.
    pub shipment_id: String,
    /// The version this page was made from; an action on an older one is refused.
    pub version: i64,
    /// Where it stands.
    pub status: Status,
    /// What FedEx says of the parcel.
    pub carrier: Option<Status>,
    /// The state as a sentence.
    pub sentence: String,
    /// Why it needs a person, or why it waits.
    pub cause: Option<CauseView>,
    /// When the next step is due, if one is.
    pub next_run: Option<Moment>,
    /// Consignee.
    pub ship_to: AddressView,
    /// Shipper, once planned.
    pub ship_from: Option<AddressView>,
    /// FedEx service.
    pub service: Option<String>,
    /// Weight with unit.
    pub weight: Option<String>,
    /// Our unique reference on the shipment.
    pub reference: Option<String>,
    /// Master tracking number.
    pub tracking_number: Option<String>,
    /// FedEx's public tracking page.
    pub tracking_url: Option<String>,
    /// Pieces with their numbers.
    pub pieces: Vec<PieceView>,
    /// The label, once bought.
    pub label: Option<LabelView>,
    /// The rated charge.
    pub charge: Option<ChargeView>,
    /// What an operator may do, and why not when not.
    pub actions: Vec<Action>,
    /// The values an operator may correct before a replay; `None` when it is too late for that.
    pub correction: Option<Correction>,
    /// Calls to the vendors, newest first.
    pub attempts: Vec<AttemptView>,
    /// FedEx's scans, newest first.
    pub scans: Vec<ScanView>,
}

/// One package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PieceView {
    /// 1 is the master.
    pub sequence: i64,
    /// Its tracking number.
    pub tracking_number: String,
}

/// The label of a shipment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelView {
    /// Where to download it.
    pub href: String,
    /// `PDF`, `PNG` or `ZPLII`.
    pub image_type: String,
    /// Size in bytes.
    pub bytes: i64,
    /// The bytes were lost with the answer; print it again from FedEx.
    pub reprint_needed: bool,
}

/// The rated charge of a shipment, before FedEx's invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeView {
    /// Decimal text: `22.08`.
    pub amount: String,
    /// `USD`.
    pub currency: String,
    /// FedEx's rate type, e.g. `PAYOR_ACCOUNT_PACKAGE`.
    pub rate_type: String,
}

/// Why a shipment needs a person, or waits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CauseView {
    /// Stable dotted code: `fedex.street-too-long`.
    pub code: String,
    /// A few words.
    pub title: String,
    /// One plain sentence.
    pub sentence: String,
    /// The next step.
    pub next_step: String,
    /// The field at fault, if one is known: `street_1`.
    pub field: Option<String>,
    /// What the system said, word for word, labelled as theirs.
    pub vendor_text: Option<String>,
}

/// What an operator can do with a shipment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// Run the failed step again.
    Replay,
    /// Change values, then run the failed step again.
    Correct,
    /// Ask FedEx whether the parcel exists.
    LookUp,
}

/// One action, allowed or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Which.
    pub kind: ActionKind,
    /// `None`: allowed. Otherwise the reason why not, as a sentence.
    pub refused: Option<String>,
}

/// Values an operator may correct on a shipment before it is labelled. Text as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Consignee name or company.
    #[serde(default)]
    pub name: String,
    /// Street line 1, at most 35 characters.
    #[serde(default)]
    pub street_1: String,
    /// Street line 2.
    #[serde(default)]
    pub street_2: String,
    /// Street line 3.
    #[serde(default)]
    pub street_3: String,
    /// City.
    #[serde(default)]
    pub city: String,
    /// State or province code.
    #[serde(default)]
    pub region: String,
    /// Postal code.
    #[serde(default)]
    pub postal_code: String,
    /// Telephone.
    #[serde(default)]
    pub phone: String,
    /// Total weight in pounds.
    #[serde(default)]
    pub weight_lb: String,
    /// FedEx service.
    #[serde(default)]
    pub service: String,
}

/// One attempt: a step that called a vendor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptView {
    /// Its id; also its anchor on the page.
    pub attempt_id: String,
    /// `Ship`, `Look up`, `Write tracking number`, `Write delivery`.
    pub step: String,
    /// 1, 2, 3 … within the shipment.
    pub number: i64,
    /// Our unique reference sent with it, if it bought something.
    pub reference: Option<String>,
    /// When it began.
    pub begun: Moment,
    /// How long it took; `None` while it runs or when the answer never came.
    pub duration_ms: Option<i64>,
    /// How it ended.
    pub outcome: Status,
    /// The outcome as a sentence.
    pub sentence: String,
    /// The calls it made, in order.
    pub exchanges: Vec<ExchangeView>,
}

/// One HTTP exchange with a vendor, secrets removed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeView {
    /// `fedex.ship`, `d365.write_back`.
    pub operation: String,
    /// Method and address.
    pub request_line: String,
    /// Request body, secrets removed.
    pub request_body: Option<String>,
    /// HTTP status, if an answer came.
    pub status: Option<i64>,
    /// Response body, label bytes and secrets removed.
    pub response_body: Option<String>,
    /// Milliseconds, if an answer came.
    pub duration_ms: Option<i64>,
}

/// One FedEx scan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanView {
    /// When FedEx scanned.
    pub at: Moment,
    /// FedEx's own time text with its offset.
    pub local_time: String,
    /// FedEx's event code: `OD`.
    pub code: String,
    /// What happened.
    pub description: String,
    /// Where.
    pub place: String,
    /// What went wrong, if something did.
    pub exception: Option<String>,
    /// Its reading.
    pub tone: Tone,
}

/// One line of an order's timeline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// When.
    pub at: Moment,
    /// Whose lane: `d365`, `connector`, `fedex`, `operator`.
    pub lane: String,
    /// What happened, in a few words.
    pub title: String,
    /// More of it.
    pub detail: String,
    /// Its reading.
    pub tone: Tone,
    /// The attempt it belongs to, for a link.
    pub attempt_id: Option<String>,
}
