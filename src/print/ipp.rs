//! The Internet Printing Protocol, as far as a label needs it: Print-Job and Get-Job-Attributes.
//! The crate `ipp` writes and reads the messages; they travel through the one transport.

use crate::audit::System;
use crate::order::cause::Cause;
use crate::order::parcel::ImageType;
use crate::print::target::Queue;
use crate::print::{Outcome, Sheet};
use crate::transport::redact::Redactor;
use crate::transport::{Answer, Call, SendError, Trace, Transport, answer, chain};
use ipp::attribute::IppAttributeName;
use ipp::model::JobState as Remote;
use ipp::parser::{IppParseError, IppParser};
use ipp::prelude::*;
use ipp::reader::IppReader;
use std::io::Cursor;
use std::time::Duration;

/// To hand a document over: a print server spools it, which takes moments; a printer that prints
/// while it reads takes longer.
const PRINT_LIMIT: Duration = Duration::from_mins(1);
/// To answer a question.
const ASK_LIMIT: Duration = Duration::from_secs(10);
/// Whose job it is, in the printer's own queue.
const USER: &str = "ml-connector";
/// Characters of a job name every printer must take.
const NAME_LIMIT: usize = 80;

const PRINT: Call =
    Call { system: System::Connector, operation: "ipp.print-job", timeout: PRINT_LIMIT, confidential: true };
const ASK: Call = Call { system: System::Connector, operation: "ipp.get-job", timeout: ASK_LIMIT, confidential: true };

/// Print-Job.
pub async fn print(transport: &Transport, trace: &Trace, queue: &Queue, sheet: &Sheet<'_>) -> Outcome {
    let request = match print_job(queue, sheet) {
        Ok(request) => request,
        Err(error) => return Outcome::Refused(refused(error.to_string())),
    };
    match transport.send(trace, &PRINT, request, &Redactor::default()).await {
        Ok(answer) => printed(&answer),
        // A call that could not be recorded was not made.
        Err(error @ (SendError::NotSent(_) | SendError::NotRecorded(_))) => {
            Outcome::NotSent(Cause::new("print.unreachable").detail(chain(&error)))
        }
        Err(error @ SendError::NoAnswer(_)) => no_confirmation(chain(&error)),
    }
}

/// Get-Job-Attributes: how the job of that number stands.
pub async fn ask(transport: &Transport, trace: &Trace, queue: &Queue, job: i32) -> Outcome {
    let request = match get_job(queue, job) {
        Ok(request) => request,
        Err(error) => return no_confirmation(error.to_string()),
    };
    match transport.send(trace, &ASK, request, &Redactor::default()).await {
        Ok(answer) => stands(&answer),
        Err(error) => Outcome::Waiting(Some(Cause::new("print.unreachable").detail(chain(&error)))),
    }
}

fn print_job(queue: &Queue, sheet: &Sheet<'_>) -> Result<http::Request<Vec<u8>>, IppParseError> {
    let title: String = sheet.title.chars().take(NAME_LIMIT).collect();
    let mut builder = IppOperationBuilder::print_job(queue.uri.clone(), IppPayload::empty())
        .user_name(USER)
        .job_title(title)
        .document_format(format(sheet.format));
    if let Some(copies) = i32::try_from(sheet.copies).ok().filter(|copies| *copies > 1) {
        builder = builder.attribute(IppAttribute::new(IppAttributeName::COPIES, IppValue::Integer(copies)));
    }
    Ok(post(queue, &builder.build()?.into(), sheet.bytes))
}

fn get_job(queue: &Queue, job: i32) -> Result<http::Request<Vec<u8>>, IppParseError> {
    let operation = IppOperationBuilder::get_job_attributes(queue.uri.clone(), job).user_name(USER).build()?;
    Ok(post(queue, &operation.into(), &[]))
}

fn post(queue: &Queue, message: &IppRequestResponse, document: &[u8]) -> http::Request<Vec<u8>> {
    let body = [message.to_bytes().as_ref(), document].concat();
    let mut request = http::Request::new(body);
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = queue.post_to.clone();
    let headers = request.headers_mut();
    headers.insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/ipp"));
    // A kept connection that the printer dropped meanwhile would look like a lost answer, and a
    // lost answer asks a person.
    headers.insert(http::header::CONNECTION, http::HeaderValue::from_static("close"));
    request
}

/// How the document is called. ZPL must reach the printer untouched, which CUPS does for its raw
/// type whatever driver the queue has.
fn format(format: ImageType) -> &'static str {
    match format {
        ImageType::Pdf | ImageType::Png => format.media_type(),
        ImageType::Zplii => "application/vnd.cups-raw",
    }
}

fn refused(detail: impl Into<String>) -> Cause {
    Cause::new("print.refused").detail(detail)
}

fn no_confirmation(detail: impl Into<String>) -> Outcome {
    Outcome::NoConfirmation(Cause::new("print.no-confirmation").detail(detail))
}

/// The IPP message of an answer, or its HTTP status.
fn message(answer: &Answer) -> Result<IppRequestResponse, String> {
    if answer.status() != http::StatusCode::OK {
        return Err(format!("HTTP {}: {}", answer.status().as_u16(), answer::quote(answer.body())));
    }
    IppParser::new(IppReader::new(Cursor::new(answer.body().clone()))).parse().map_err(|error| error.to_string())
}

/// What the answer to Print-Job means for the paper.
fn printed(answer: &Answer) -> Outcome {
    let message = match message(answer) {
        Ok(message) => message,
        // Turned away at the door: no job was made.
        Err(detail) if answer.status().is_client_error() => return Outcome::Refused(refused(detail)),
        Err(detail) => return no_confirmation(detail),
    };
    let status = message.header().status_code();
    let detail = || explained(&message, status);
    match status {
        status if status.is_success() => match number(&message, IppAttribute::JOB_ID) {
            Some(job) => Outcome::Accepted(job),
            None => no_confirmation("the job was accepted without a number to ask for"),
        },
        // The three refusals of a whole job that pass by themselves.
        StatusCode::ServerErrorServiceUnavailable
        | StatusCode::ServerErrorNotAcceptingJobs
        | StatusCode::ServerErrorBusy => Outcome::NotSent(Cause::new("print.unreachable").detail(detail())),
        StatusCode::ClientErrorDocumentFormatNotSupported | StatusCode::ClientErrorDocumentFormatError => {
            Outcome::Refused(Cause::new("print.format-not-accepted").detail(detail()))
        }
        _ if is_client_error(&message) => Outcome::Refused(refused(detail())),
        // Something broke while the document was taken in.
        _ => no_confirmation(detail()),
    }
}

/// What the answer to Get-Job-Attributes means.
fn stands(answer: &Answer) -> Outcome {
    let waiting = |detail: String| Outcome::Waiting(Some(Cause::new("print.waiting").detail(detail)));
    let message = match message(answer) {
        Ok(message) => message,
        Err(detail) => return waiting(detail),
    };
    let status = message.header().status_code();
    if matches!(status, StatusCode::ClientErrorNotFound | StatusCode::ClientErrorGone) {
        // Forgotten jobs were printed, or cancelled: the server no longer says which.
        return no_confirmation("the print server no longer knows the job");
    }
    if !status.is_success() {
        return waiting(explained(&message, status));
    }
    let reasons = words(&message, IppAttribute::JOB_STATE_REASONS);
    let said = [words(&message, IppAttribute::JOB_STATE_MESSAGE), reasons].join(" ").trim().to_owned();
    match number(&message, IppAttribute::JOB_STATE).and_then(Remote::from_i32) {
        Some(Remote::Completed) => Outcome::Printed,
        Some(Remote::Aborted) => Outcome::Refused(refused(format!("the print server gave up: {said}"))),
        Some(Remote::Canceled) => Outcome::Refused(refused(format!("cancelled at the print server: {said}"))),
        Some(Remote::PendingHeld | Remote::ProcessingStopped) => waiting(format!("held: {said}")),
        Some(Remote::Pending | Remote::Processing) => Outcome::Waiting(None),
        None => waiting("the print server did not say how the job stands".to_owned()),
    }
}

/// Statuses 0x0400 to 0x04ff: the request was refused, and nothing was made of it.
fn is_client_error(message: &IppRequestResponse) -> bool {
    message.header().operation_or_status >> 8 == 0x04
}

fn explained(message: &IppRequestResponse, status: StatusCode) -> String {
    format!("{status:?} {}", words(message, IppAttribute::STATUS_MESSAGE)).trim().to_owned()
}

/// The value of an attribute, in whichever group it stands.
fn value<'a>(message: &'a IppRequestResponse, name: &str) -> Option<&'a IppValue> {
    let groups = [DelimiterTag::JobAttributes, DelimiterTag::OperationAttributes];
    let mut groups = groups.into_iter().flat_map(|tag| message.attributes().groups_of(tag));
    groups
        .find_map(|group| group.attributes().iter().find(|attribute| attribute.name().as_str() == name))
        .map(IppAttribute::value)
}

fn number(message: &IppRequestResponse, name: &str) -> Option<i32> {
    match value(message, name)? {
        IppValue::Integer(number) | IppValue::Enum(number) => Some(*number),
        _ => None,
    }
}

fn words(message: &IppRequestResponse, name: &str) -> String {
    let Some(value) = value(message, name) else { return String::new() };
    let all: Vec<String> = value.into_iter().map(ToString::to_string).filter(|word| word != "none").collect();
    all.join(", ")
}
