//! Orders and their shipments as the pages show them.

use super::{InvoiceView, Moment, ParcelView, ProofView, Status, Tone};
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
    /// The shipment and the version shown, when it stands and can be made to go on; `None` otherwise.
    pub stands: Option<Standing>,
    /// The same, when its documents can be printed again: it has a label, and there is a printer.
    #[serde(default)]
    pub prints: Option<Standing>,
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

impl OrderFilter {
    /// What the list is narrowed by, each under its name in the address; the page is no part of it.
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let parts = [("state", &self.state), ("cause", &self.cause), ("search", &self.search)];
        parts.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }
}

/// A shipment that stands, as a decision about it names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The shipment.
    pub shipment_id: String,
    /// The version seen.
    pub version: i64,
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
    /// Invoices found after the label was bought; FedEx was not told of them.
    #[serde(default)]
    pub invoices: Vec<InvoiceView>,
    /// The order as a sentence: `Delivered on ...; the order in Dynamics 365 says so.`
    pub headline: String,
    /// Its lines.
    pub lines: Vec<LineView>,
    /// Its shipments; one, until an order is split.
    pub shipments: Vec<ShipmentDetail>,
    /// What Dynamics 365 holds of it, once something is owed to it.
    #[serde(default)]
    pub write_back: Option<super::OrderWriteBack>,
    /// Everything that happened, oldest first, over both systems.
    pub timeline: Vec<TimelineEntry>,
    /// The list of sales orders in Dynamics 365, in the order's legal entity; `None` where there is no real
    /// Dynamics 365, and for who does not see connections.
    #[serde(default)]
    pub d365_href: Option<String>,
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
    /// `Shipment 1 of 2`, `Return of shipment 1`; empty when the order has only this one.
    pub title: String,
    /// `outbound` or `return`.
    pub kind: String,
    /// Warehouse it leaves from.
    pub warehouse: String,
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
    /// The packages, planned or bought, master first.
    pub packages: Vec<PackageView>,
    /// Papers of the whole shipment: commercial invoice.
    pub papers: Vec<DocumentView>,
    /// Who pays FedEx, when it is not our default account: `the recipient's account 123456789`.
    pub payment: Option<String>,
    /// The customs declaration, when it leaves the country.
    pub customs: Option<CustomsView>,
    /// What changed in Dynamics 365 since the label was bought.
    pub changes: Vec<ChangeView>,
    /// The label, once bought.
    pub label: Option<LabelView>,
    /// The rated charge.
    pub charge: Option<ChargeView>,
    /// What an operator may do, and why not when not.
    pub actions: Vec<Action>,
    /// The values an operator may correct before a replay; `None` when it is too late for that.
    pub correction: Option<Correction>,
    /// What was corrected, oldest first; it stays after the label.
    #[serde(default)]
    pub corrected: Vec<CorrectionMade>,
    /// How long the ways took, as far as they are known: `From first seen to label 42 s; label to paper 3 s.`
    #[serde(default)]
    pub pace: Option<String>,
    /// Calls to the vendors, newest first.
    pub attempts: Vec<AttemptView>,
    /// Its parcels and where each is; empty before the label.
    pub parcels: Vec<ParcelView>,
    /// FedEx's scans, newest first.
    pub scans: Vec<ScanView>,
    /// Pictures and signatures of the delivery.
    #[serde(default)]
    pub proofs: Vec<ProofView>,
}

/// One package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageView {
    /// 1 is the master.
    pub sequence: i64,
    /// Its tracking number, once bought.
    pub tracking_number: Option<String>,
    /// Weight with unit, as planned.
    pub weight: Option<String>,
    /// Box and its outside: `L, 12 × 10 × 8 in`.
    pub carton: Option<String>,
    /// What is in it: `4 × P-100`.
    pub contents: Vec<String>,
    /// Its labels.
    pub documents: Vec<DocumentView>,
}

/// A label or a paper that can be shown, saved and printed again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentView {
    /// What it is: `Label`, `Commercial invoice`.
    pub title: String,
    /// Where to get it.
    pub href: String,
    /// `PDF`, `PNG` or `ZPLII`.
    pub image_type: String,
    /// Size in bytes.
    pub bytes: i64,
    /// The package it belongs to.
    pub sequence: i64,
    /// Its place among the package's documents.
    pub document_no: i64,
    /// How printing it went, newest last: `Printed on Dock 1 at 15:12`.
    pub prints: Vec<PrintView>,
}

/// One printing of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintView {
    /// The print job.
    pub job_id: String,
    /// How it stands.
    pub status: Status,
    /// Printer.
    pub printer: String,
    /// When it was asked for.
    pub at: Moment,
    /// By whom, for a reprint.
    pub by: Option<String>,
}

/// A customs declaration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomsView {
    /// `SOLD`, terms and who pays duties, in a line.
    pub summary: String,
    /// Value of all goods with currency.
    pub total: String,
    /// Each commodity: `3 × Pump (HS 8413.70, made in DE), 60.00 USD`.
    pub commodities: Vec<String>,
}

/// Something that changed in Dynamics 365 since the label was bought.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeView {
    /// What: `delivery address`.
    pub what: String,
    /// As bought.
    pub was: String,
    /// As it is now.
    pub now: String,
}

/// A trial of a shipment: what would be sent, and what FedEx says to it. Nothing is bought.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DryRun {
    /// `would ship`, `would be refused`, `not checked by FedEx`.
    pub verdict: Status,
    /// The verdict as a sentence.
    pub sentence: String,
    /// Why it would not ship.
    pub cause: Option<CauseView>,
    /// FedEx's remarks.
    pub alerts: Vec<String>,
    /// Method and address of the purchase.
    pub request_line: String,
    /// The exact body of the purchase, when there is a plan.
    pub request_body: Option<String>,
}

/// What FedEx would charge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// One sentence: `FEDEX_GROUND would cost 22.08 USD on the account, 31.50 at list.`
    pub sentence: String,
    /// Services, cheapest first.
    pub rows: Vec<QuoteRow>,
}

/// One service of a quote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteRow {
    /// FedEx's name of the service.
    pub service: String,
    /// In words.
    pub name: String,
    /// Account rate with currency.
    pub account: Option<String>,
    /// List rate with currency.
    pub list: Option<String>,
    /// When it would arrive: `Thu 2026-11-26`, `2 days`.
    pub delivery: Option<String>,
    /// The service the plan uses.
    pub chosen: bool,
}

/// FedEx's advice about a delivery address. It never stops a shipment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressAdvice {
    /// One sentence: `FedEx knows the address as a business.`
    pub sentence: String,
    /// `BUSINESS`, `RESIDENTIAL`, `MIXED`, `UNKNOWN`.
    pub classification: String,
    /// FedEx's remarks.
    pub remarks: Vec<String>,
    /// The address as FedEx would write it, when that differs.
    pub proposal: Option<Correction>,
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
    /// Decide that a purchase without an answer made no label, and buy again. Needs a reason.
    BuyAgain,
    /// Show the exact request and FedEx's verdict without buying.
    DryRun,
    /// Ask what the services would cost.
    Quote,
    /// Ask FedEx's advice about the address.
    CheckAddress,
    /// Cancel the label.
    Void,
    /// Cancel the label and ship the same lines anew.
    Reship,
    /// Buy a label for the way back.
    ReturnLabel,
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
    /// Weight in pounds; several packages with a plus between them: `12.5 + 30`.
    #[serde(default)]
    pub weight_lb: String,
    /// FedEx service.
    #[serde(default)]
    pub service: String,
    /// `yes`: a home, `no`: a business, empty: as Dynamics 365 says.
    #[serde(default)]
    pub residential: String,
    /// Set: remember the address part for the next order that goes there.
    #[serde(default)]
    pub remember: bool,
}

/// A correction that was made: both sides hold the corrected fields only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectionMade {
    /// As Dynamics 365 had it when the shipment was last planned; blank where it has no such value.
    pub original: CorrectedValues,
    /// As it was corrected to.
    pub corrected: CorrectedValues,
    /// Who corrected it, where that is on record.
    pub by: Option<String>,
    /// When.
    pub at: Option<Moment>,
    /// It was remembered for the address from an earlier order.
    pub remembered: bool,
}

/// Values of a correction, for reading; blank ones were not corrected. What is personal in them is hidden
/// by the names of these fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrectedValues {
    /// Consignee.
    pub recipient_name: String,
    /// Street, one to three lines.
    pub street: String,
    /// City.
    pub city: String,
    /// State or province code.
    pub region: String,
    /// Postal code.
    pub postal_code: String,
    /// Telephone.
    pub phone: String,
    /// Weight in pounds.
    pub weight_lb: String,
    /// FedEx service.
    pub service: String,
    /// `yes`: a home, `no`: a business.
    pub residential: String,
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
    /// Whose lane: `d365`, `connector`, `fedex`, `printer`, `operator`.
    pub lane: String,
    /// What happened, in a few words.
    pub title: String,
    /// More of it.
    pub detail: String,
    /// Its reading.
    pub tone: Tone,
    /// The attempt it belongs to, for a link.
    pub attempt_id: Option<String>,
    /// How long that attempt took, in milliseconds.
    #[serde(default)]
    pub took_ms: Option<i64>,
}
