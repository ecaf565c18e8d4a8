//! The Ground close at the end of the day: PUT /ship/v1/endofday/.
//!
//! What is closed stays closed, so a close without an answer may be sent again: it then finds nothing
//! left. FedEx documents no answer for that; a yes without documents is taken for it.

use crate::audit::System;
use crate::fedex::error::{Purpose, Said, refusal, unreadable};
use crate::fedex::ship::Document;
use crate::fedex::ship_answer::decoded;
use crate::fedex::wire::AccountNumber;
use crate::fedex::{READ_TIMEOUT, lenient, post_json};
use crate::order::retry::Failure;
use crate::transport::Call;
use http::Method;
use serde::{Deserialize, Serialize};
use url::Url;

const PATH: &str = "/ship/v1/endofday/";

/// The call.
pub const CALL: Call =
    Call { system: System::Fedex, operation: "fedex.close_ground", timeout: READ_TIMEOUT, confidential: false };

/// What a close did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// In a sentence, with FedEx's remarks.
    pub sentence: String,
    /// The manifest; none when nothing was left to close.
    pub documents: Vec<Document>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    close_req_type: &'static str,
    account_number: AccountNumber<'a>,
    ground_service_category: &'static str,
    close_date: &'a str,
    close_document_specification: DocumentSpecification,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DocumentSpecification {
    close_document_types: [&'static str; 1],
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default, deserialize_with = "lenient::or_empty")]
    output: Option<Output>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Output {
    #[serde(deserialize_with = "lenient::list")]
    alerts: Vec<Said>,
    #[serde(deserialize_with = "lenient::list")]
    close_documents: Vec<CloseDocument>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CloseDocument {
    #[serde(rename = "type", deserialize_with = "lenient::text")]
    kind: String,
    #[serde(deserialize_with = "lenient::count")]
    copies_to_print: Option<u32>,
    #[serde(deserialize_with = "lenient::list")]
    parts: Vec<Part>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Part {
    #[serde(deserialize_with = "lenient::count")]
    document_part_sequence_number: Option<u32>,
    #[serde(deserialize_with = "lenient::text")]
    image: String,
}

/// The request. `date` is `YYYY-MM-DD`.
pub fn request(base: &Url, account: &str, date: &str) -> http::Request<Vec<u8>> {
    let body = Request {
        close_req_type: "GCDR",
        account_number: AccountNumber { value: account },
        ground_service_category: "GROUND",
        close_date: date,
        close_document_specification: DocumentSpecification { close_document_types: ["MANIFEST"] },
    };
    let mut request = post_json(base, PATH, &body);
    *request.method_mut() = Method::PUT;
    request
}

/// What was closed.
pub fn parse(body: &[u8]) -> Result<Closed, Failure> {
    if let Some(failure) = refusal(body, Purpose::Read) {
        return Err(failure);
    }
    let answer: Answer = serde_json::from_slice(body).map_err(|_| unreadable(Purpose::Read, body))?;
    let output = answer.output.ok_or_else(|| unreadable(Purpose::Read, body))?;
    let documents: Vec<Document> = output.close_documents.into_iter().flat_map(documents).collect();
    let done = if documents.is_empty() { "FedEx has nothing left to close." } else { "FedEx closed the day." };
    let remarks = output.alerts.iter().map(Said::text);
    let sentence = std::iter::once(done.to_owned()).chain(remarks).collect::<Vec<_>>().join(" ");
    Ok(Closed { sentence, documents })
}

fn documents(wire: CloseDocument) -> Vec<Document> {
    let CloseDocument { kind, copies_to_print, mut parts } = wire;
    parts.sort_by_key(|part| part.document_part_sequence_number);
    let document = |bytes: Vec<u8>| Document {
        content_type: kind.clone(),
        image_type: format_of(&bytes).to_owned(),
        bytes,
        copies: copies_to_print.unwrap_or(1).max(1),
    };
    parts.iter().filter_map(|part| decoded(&part.image)).map(document).collect()
}

/// FedEx does not say in what format it answers; the bytes do.
fn format_of(bytes: &[u8]) -> &'static str {
    match bytes {
        [b'%', b'P', b'D', b'F', ..] => "PDF",
        [0x89, b'P', b'N', b'G', ..] => "PNG",
        [b'^', b'X', b'A', ..] => "ZPLII",
        _ => "TEXT",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn the_request_closes_the_ground_of_a_day() {
        let base = Url::parse("https://apis.fedex.com").unwrap();
        let request = request(&base, "740561073", "2026-11-20");
        assert_eq!((request.method(), request.uri().path()), (&Method::PUT, PATH));
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        let expected = json!({"closeReqType": "GCDR", "accountNumber": {"value": "740561073"},
            "groundServiceCategory": "GROUND", "closeDate": "2026-11-20",
            "closeDocumentSpecification": {"closeDocumentTypes": ["MANIFEST"]}});
        assert_eq!(body, expected);
    }

    #[test]
    fn the_parts_of_the_manifest_come_in_their_order() {
        let body = json!({"output": {"closeDocuments": [{"type": "MANIFEST", "copiesToPrint": 2, "parts": [
            {"documentPartSequenceNumber": 2, "image": "VEVYVA=="},
            {"documentPartSequenceNumber": 1, "image": "JVBERg=="}]}]}});
        let closed = parse(body.to_string().as_bytes()).unwrap();
        let found: Vec<_> = closed.documents.iter().map(|one| (one.image_type.as_str(), one.copies)).collect();
        assert_eq!(found, [("PDF", 2), ("TEXT", 2)]);
        assert_eq!(closed.sentence, "FedEx closed the day.");
    }

    #[test]
    fn nothing_left_is_an_answer_and_a_refusal_is_not() {
        let body = json!({"output": {"alerts": [{"code": "N", "message": "None."}], "closeDocuments": []}});
        let closed = parse(body.to_string().as_bytes()).unwrap();
        assert_eq!(
            (closed.sentence.as_str(), closed.documents.len()),
            ("FedEx has nothing left to close. N: None.", 0)
        );
        let refused =
            json!({"errors": [{"code": "AVAILABILITY.SHIP.DATE.INVALID", "message": "Ship date is invalid."}]});
        assert!(matches!(parse(refused.to_string().as_bytes()), Err(Failure::Permanent(_))));
        assert!(matches!(parse(b"{}"), Err(Failure::Transient(_))));
    }
}
