//! Labels that FedEx makes later: POST /ship/v1/shipments/results with the job it answered.
//!
//! That a job was accepted does not mean that it succeeds. A job cannot be changed; one that failed
//! made no label, and the shipment is sent anew. FedEx documents no answer for a job that still runs:
//! a yes without a shipment is taken for one, because it denies nothing. A refusal that is about the
//! question (the job's id, the account, the body) says nothing about labels, so they are looked for.

use crate::audit::System;
use crate::fedex::error::{Purpose, refusal, said_code, unreadable};
use crate::fedex::ship::{self, Shipped};
use crate::fedex::wire::AccountNumber;
use crate::fedex::{READ_TIMEOUT, post_json};
use crate::order::cause::Cause;
use crate::order::retry::Failure;
use crate::transport::Call;
use serde::Serialize;
use serde_json::Value;
use url::Url;

const PATH: &str = "/ship/v1/shipments/results";
/// Refusals of the question, not of the shipment.
const ABOUT_THE_QUESTION: [&str; 6] = [
    "SHIPMENT.JOBID.INVALID",
    "NOT.FOUND.ERROR",
    "INVALID.INPUT.EXCEPTION",
    "ACCOUNTNUMBER.REGISTRATION.REQUIRED",
    "SHIPMENT.ACCOUNTNUMBER.UNAUTHORIZED",
    "SHIPMENT.USER.UNAUTHORIZED",
];

/// The call.
pub const CALL: Call =
    Call { system: System::Fedex, operation: "fedex.job", timeout: READ_TIMEOUT, confidential: false };

/// What became of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobAnswer {
    /// FedEx is still at it.
    Pending,
    /// The labels.
    Made(Shipped),
    /// It ended without labels.
    Failed(Cause),
    /// FedEx cannot say: the labels may exist, and only their reference can find them.
    Unknown(Cause),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    account_number: AccountNumber<'a>,
    job_id: &'a str,
}

/// The request.
pub fn request(base: &Url, account: &str, job_id: &str) -> http::Request<Vec<u8>> {
    post_json(base, PATH, &Request { account_number: AccountNumber { value: account }, job_id })
}

/// What became of it.
pub fn parse(body: &[u8]) -> Result<JobAnswer, Failure> {
    if let Some(failure) = refusal(body, Purpose::Read) {
        return refused(failure);
    }
    match ship::parse(body) {
        Ok(ship::Purchase::Made(shipped)) => Ok(JobAnswer::Made(shipped)),
        Ok(ship::Purchase::Job(_)) => Ok(JobAnswer::Pending),
        Err(_) if is_without_shipment(body) => Ok(JobAnswer::Pending),
        Err(_) => Err(unreadable(Purpose::Read, body)),
    }
}

/// What it means that FedEx refused: the job ended, or the question was wrong.
pub fn refused(failure: Failure) -> Result<JobAnswer, Failure> {
    match failure {
        Failure::Permanent(cause) if ABOUT_THE_QUESTION.contains(&said_code(&cause)) => Ok(JobAnswer::Unknown(cause)),
        // Without a code of FedEx's nobody said that the job ended.
        Failure::Permanent(cause) if said_code(&cause).contains('.') => Ok(JobAnswer::Failed(cause)),
        Failure::Permanent(cause) => Ok(JobAnswer::Unknown(cause)),
        other => Err(other),
    }
}

/// A readable yes that holds no shipment.
fn is_without_shipment(body: &[u8]) -> bool {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let shipments = &answer["output"]["transactionShipments"];
    answer["output"].is_object() && shipments.as_array().is_none_or(Vec::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(code: &str) -> Vec<u8> {
        json!({"errors": [{"code": code, "message": "Words."}]}).to_string().into_bytes()
    }

    #[test]
    fn the_request_names_account_and_job() {
        let base = Url::parse("https://apis.fedex.com").unwrap();
        let request = request(&base, "740561073", "J1");
        assert_eq!(request.uri(), "https://apis.fedex.com/ship/v1/shipments/results");
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        assert_eq!(body, json!({"accountNumber": {"value": "740561073"}, "jobId": "J1"}));
    }

    #[test]
    fn a_yes_without_a_shipment_is_a_job_that_still_runs() {
        for body in [
            r#"{"output":{"jobId":"J1"}}"#,
            r#"{"output":{"transactionShipments":[],"alerts":[]}}"#,
            r#"{"output":{}}"#,
        ] {
            assert_eq!(parse(body.as_bytes()), Ok(JobAnswer::Pending), "{body}");
        }
        for body in ["<html>", "{}", r#"{"output":{"transactionShipments":[{}]}}"#] {
            assert!(matches!(parse(body.as_bytes()), Err(Failure::Transient(_))), "{body}");
        }
    }

    #[test]
    fn the_labels_of_a_finished_job_are_read_like_a_purchase() {
        let body = br#"{"output":{"transactionShipments":[{"masterTrackingNumber":"794"}]}}"#;
        assert!(matches!(parse(body), Ok(JobAnswer::Made(shipped)) if shipped.tracking_number == "794"));
    }

    #[test]
    fn a_refusal_ends_the_job_unless_it_is_about_the_question() {
        for code in ["TRACKINGNUMBER.ENTERED.INVALID", "SERVICE.PACKAGECOMBINATION.INVALID", "NEW.CODE"] {
            let Ok(JobAnswer::Failed(cause)) = parse(&said(code)) else { panic!("{code} must fail the job") };
            assert_eq!(cause.detail, Some(format!("{code}: Words.")));
        }
        for code in ABOUT_THE_QUESTION {
            assert!(matches!(parse(&said(code)), Ok(JobAnswer::Unknown(_))), "{code}");
        }
        let proxy = Failure::Permanent(Cause::new("fedex.refused").detail("HTTP 400: <html>"));
        assert!(matches!(refused(proxy), Ok(JobAnswer::Unknown(_))));
        assert!(matches!(parse(&said("SYSTEM.UNAVAILABLE")), Err(Failure::Transient(_))));
    }
}
