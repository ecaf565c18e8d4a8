//! Buying labels: POST /ship/v1/shipments.
//!
//! All packages of a shipment in one request. Up to forty are labelled in the answer; for more
//! FedEx answers a job ([`crate::fedex::job`]). The body is made in `ship_request`, the answer read in
//! `ship_answer`.

use crate::audit::System;
use crate::fedex::{SHIP_TIMEOUT, named, post_json, ship_request};
use crate::order::Charge;
use crate::order::plan::Plan;
use crate::order::retry::Failure;
use crate::transport::Call;
use url::Url;

pub use crate::fedex::ship_answer::parse;

const PATH: &str = "/ship/v1/shipments";

/// The call.
pub const CALL: Call =
    Call { system: System::Fedex, operation: "fedex.ship", timeout: SHIP_TIMEOUT, confidential: false };

/// What FedEx made of a purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purchase {
    /// The labels.
    Made(Shipped),
    /// A job that makes them; see [`crate::fedex::job`].
    Job(String),
}

/// A label FedEx made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// Master tracking number.
    pub tracking_number: String,
    /// The packages, with their labels.
    pub pieces: Vec<Piece>,
    /// What FedEx rated; it ships even when its rating is down.
    pub charge: Option<Charge>,
    /// The service in FedEx's words.
    pub service_name: Option<String>,
    /// FedEx's remarks, `CODE: message`.
    pub alerts: Vec<String>,
    /// A canned answer of the sandbox: its number is not ours alone.
    pub is_virtual: bool,
}

/// One package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// From 1.
    pub sequence: u32,
    /// Its tracking number; the first piece's is the master number.
    pub tracking_number: String,
    /// Its labels and papers.
    pub documents: Vec<Document>,
}

impl Piece {
    /// Its label came with it.
    pub fn has_label(&self) -> bool {
        self.documents.iter().any(Document::is_label)
    }
}

/// A label or a paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// `LABEL`, `AUXILIARY`, `COMMERCIAL_INVOICE`, …
    pub content_type: String,
    /// `PDF`, `PNG`, `ZPLII`, …
    pub image_type: String,
    /// The bytes to print, unchanged.
    pub bytes: Vec<u8>,
    /// How often to print it.
    pub copies: u32,
}

impl Document {
    /// It goes onto the package, not beside it.
    pub fn is_label(&self) -> bool {
        self.content_type.contains("LABEL")
    }
}

/// The request, or why this plan cannot be asked for. `ship_date` is `YYYY-MM-DD`.
pub fn request(
    base: &Url,
    account: &str,
    plan: &Plan,
    reference: &str,
    ship_date: &str,
) -> Result<http::Request<Vec<u8>>, Failure> {
    let body = ship_request::body(account, plan, reference, ship_date).map_err(Failure::Permanent)?;
    Ok(named(post_json(base, PATH, &body), reference))
}
