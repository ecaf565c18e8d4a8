//! Labels that FedEx makes later: POST /ship/v1/shipments/results with the job it answered.
//!
//! That a job was accepted does not mean that it succeeds. A job cannot be changed; one that failed
//! made no label, and the shipment is sent anew.

use crate::audit::System;
use crate::fedex::ship::{self, Shipped};
use crate::fedex::{READ_TIMEOUT, post_json};
use crate::order::cause::Cause;
use crate::order::retry::Failure;
use crate::transport::Call;
use serde::Serialize;
use url::Url;

const PATH: &str = "/ship/v1/shipments/results";

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
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    account_number: AccountNumber<'a>,
    job_id: &'a str,
}

#[derive(Serialize)]
struct AccountNumber<'a> {
    value: &'a str,
}

/// The request.
pub fn request(base: &Url, account: &str, job_id: &str) -> http::Request<Vec<u8>> {
    post_json(base, PATH, &Request { account_number: AccountNumber { value: account }, job_id })
}

/// What became of it.
pub fn parse(body: &[u8]) -> Result<JobAnswer, Failure> {
    match ship::parse(body) {
        Ok(ship::Purchase::Made(shipped)) => Ok(JobAnswer::Made(shipped)),
        Ok(ship::Purchase::Job(_)) => Ok(JobAnswer::Pending),
        Err(failure) => Err(failure),
    }
}
