//! A print job: its states, and the only place that decides what follows a try. Pure.
//!
//! ```text
//! queued ─claimed→ sending ─→ printed
//!    ▲                │  └─ IPP → sent ─→ printed
//!    │                ├─ not sent → failed ─again→ sending
//!    ├──a person──────┤ stopped   (refused, or failed too often)
//!    └──a person──────┘ unknown   (bytes left, nobody confirmed: never again by itself)
//! ```

use crate::clock::{DAY_MS, MINUTE_MS, SECOND_MS};
use crate::order::cause::Cause;
use crate::order::{OrderId, ShipmentId};
use crate::print::{Outcome, Printer};
use serde::Serialize;

/// First wait after a failure: a printer that was just busy takes the label at once.
pub const FIRST_WAIT_MS: i64 = 2 * SECOND_MS;
/// Longest wait after a failure: a printer switched on again prints within a minute.
pub const LONGEST_WAIT_MS: i64 = MINUTE_MS;
/// Failures in a row before a person is asked: about half an hour, longer than a change of rolls.
pub const STOP_AFTER: u32 = 30;
/// First question to a print server after a job: most labels are out in a second.
const FIRST_QUESTION_MS: i64 = SECOND_MS;
/// Longest wait between two questions: an operator who loaded paper sees the end within this.
const LONGEST_QUESTION_MS: i64 = 5 * MINUTE_MS;
/// How long a print server may hold a job before a person is asked; a night and a bit.
const HELD_LONGEST_MS: i64 = DAY_MS;

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// Waits for its turn.
    Queued,
    /// Bytes are on their way now.
    Sending,
    /// A print server has it.
    Sent,
    /// On paper.
    Printed,
    /// Not printed; tried again by itself.
    Failed,
    /// Not printed; needs a person.
    Stopped,
    /// May be printed; needs a person.
    Unknown,
    /// Given up by a person, or the label was voided first.
    Cancelled,
}

impl JobState {
    /// All states.
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Sending,
        Self::Sent,
        Self::Printed,
        Self::Failed,
        Self::Stopped,
        Self::Unknown,
        Self::Cancelled,
    ];

    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Printed => "printed",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
            Self::Unknown => "unknown",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// A person may send it again.
    pub fn may_retry(self) -> bool {
        matches!(self, Self::Failed | Self::Stopped | Self::Unknown)
    }

    /// A person may give it up: nothing of it is under way.
    pub fn may_cancel(self) -> bool {
        matches!(self, Self::Queued | Self::Failed | Self::Stopped | Self::Unknown)
    }
}

/// Where a job comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The label was bought. At most one such job a document, ever.
    Automatic,
    /// An operator asked.
    Reprint,
    /// A test label.
    Test,
}

impl Origin {
    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Reprint => "reprint",
            Self::Test => "test",
        }
    }

    /// The origin of a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Automatic, Self::Reprint, Self::Test].into_iter().find(|origin| origin.name() == name)
    }
}

/// Which stored document a job prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DocumentKey {
    /// Its shipment.
    pub shipment_id: ShipmentId,
    /// Its package.
    pub sequence: i64,
    /// Its place among the package's documents.
    pub document_no: i64,
}

/// Whose document it is, for people and for the trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Of {
    /// The document.
    #[serde(flatten)]
    pub key: DocumentKey,
    /// Its order.
    pub order_id: OrderId,
    /// Legal entity.
    pub company: String,
    /// Order number.
    pub number: String,
}

/// A job with its printer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Job {
    /// Its id (ULID); also its place in the queue.
    pub job_id: String,
    /// Where it prints.
    pub printer: Printer,
    /// What it prints; a test label has no document.
    pub of: Option<Of>,
    /// `LABEL`, `COMMERCIAL_INVOICE`, …
    pub content_type: String,
    /// `PDF`, `PNG`, `ZPLII`, …
    pub image_type: String,
    /// How often.
    pub copies: u32,
    /// Where it comes from.
    pub origin: Origin,
    /// Who asked, if a person did.
    pub asked_by: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Where it stands.
    pub state: JobState,
    /// Raised with every change.
    pub version: i64,
    /// Why it is not printed, or waits.
    pub cause: Option<Cause>,
    /// Failures in a row.
    pub failures: u32,
    /// When it is tried or asked about next.
    pub next_run_ms: Option<i64>,
    /// The queue a print server took it in.
    pub sent_to: Option<String>,
    /// Its number there.
    pub remote_job: Option<i32>,
    /// Since when it exists.
    pub created_ms: i64,
    /// Last change of state.
    pub changed_ms: i64,
}

impl Job {
    /// `usmf 001261, piece 2, LABEL`; without the strangeness of ids.
    pub fn title(&self) -> String {
        match &self.of {
            Some(of) => format!("{} {}, piece {}, {}", of.company, of.number, of.key.sequence, self.content_type),
            None => "test label".to_owned(),
        }
    }
}

/// What a job becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// Its state.
    pub state: JobState,
    /// Why, where it is not simply on its way.
    pub cause: Option<Cause>,
    /// When it is looked at again.
    pub next_run_ms: Option<i64>,
    /// Failures in a row.
    pub failures: u32,
    /// Its number at a print server that just took it.
    pub remote_job: Option<i32>,
}

impl Next {
    /// A state with nothing more to say.
    pub fn plain(state: JobState) -> Self {
        Self { state, cause: None, next_run_ms: None, failures: 0, remote_job: None }
    }

    /// A state that needs a person.
    pub fn asks(state: JobState, cause: Cause) -> Self {
        Self { cause: Some(cause), ..Self::plain(state) }
    }

    /// Due at a time.
    pub fn due(state: JobState, at_ms: i64) -> Self {
        Self { next_run_ms: Some(at_ms), ..Self::plain(state) }
    }
}

/// What follows a try or a question. Only [`Outcome::NotSent`] leads back to sending.
pub fn next(job: &Job, outcome: Outcome, now_ms: i64) -> Next {
    match outcome {
        Outcome::Printed => Next::plain(JobState::Printed),
        Outcome::Accepted(number) => {
            Next { remote_job: Some(number), ..Next::due(JobState::Sent, now_ms + FIRST_QUESTION_MS) }
        }
        Outcome::Waiting(cause) => {
            let held_ms = now_ms - job.changed_ms;
            if held_ms > HELD_LONGEST_MS {
                let cause = cause.unwrap_or_else(|| Cause::new("print.waiting"));
                let detail = cause.detail.unwrap_or_else(|| "the print server has held it for a day".to_owned());
                return Next::asks(JobState::Unknown, Cause::new("print.no-confirmation").detail(detail));
            }
            // As long again as it has waited already: soon at first, seldom in the night.
            let wait_ms = held_ms.clamp(FIRST_QUESTION_MS, LONGEST_QUESTION_MS);
            Next { cause, ..Next::due(JobState::Sent, now_ms + wait_ms) }
        }
        Outcome::NotSent(cause) => {
            let failures = job.failures + 1;
            if failures >= STOP_AFTER {
                return Next { failures, ..Next::asks(JobState::Stopped, cause) };
            }
            let doubled = FIRST_WAIT_MS.saturating_mul(1 << job.failures.min(20));
            let due = Next::due(JobState::Failed, now_ms + doubled.min(LONGEST_WAIT_MS));
            Next { cause: Some(cause), failures, ..due }
        }
        Outcome::Refused(cause) => Next::asks(JobState::Stopped, cause),
        Outcome::NoConfirmation(cause) => Next::asks(JobState::Unknown, cause),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::parcel::ImageType;
    use crate::print::Kind;

    fn job(failures: u32) -> Job {
        let printer = Printer {
            printer_id: "p".into(),
            name: "zebra".into(),
            kind: Kind::Raw,
            address: "10.0.8.20:9100".into(),
            takes: ImageType::Zplii,
            enabled: true,
            removed: false,
        };
        Job {
            job_id: "j".into(),
            printer,
            of: None,
            content_type: "TEST_LABEL".into(),
            image_type: "ZPLII".into(),
            copies: 1,
            origin: Origin::Test,
            asked_by: Some("kim".into()),
            reason: None,
            state: JobState::Sending,
            version: 2,
            cause: None,
            failures,
            next_run_ms: None,
            sent_to: None,
            remote_job: None,
            created_ms: 0,
            changed_ms: 0,
        }
    }

    fn cause() -> Cause {
        Cause::new("print.unreachable")
    }

    #[test]
    fn only_what_was_certainly_not_sent_is_due_again_for_sending() {
        let outcomes = [
            (Outcome::Printed, JobState::Printed),
            (Outcome::Accepted(7), JobState::Sent),
            (Outcome::Waiting(None), JobState::Sent),
            (Outcome::NotSent(cause()), JobState::Failed),
            (Outcome::Refused(cause()), JobState::Stopped),
            (Outcome::NoConfirmation(cause()), JobState::Unknown),
        ];
        for (outcome, state) in outcomes {
            let next = next(&job(0), outcome, 1_000);
            assert_eq!(next.state, state);
            assert_eq!(next.next_run_ms.is_some(), matches!(state, JobState::Failed | JobState::Sent));
        }
    }

    #[test]
    fn failures_wait_longer_each_time_and_end_with_a_person() {
        let wait = |failures| next(&job(failures), Outcome::NotSent(cause()), 0);
        assert_eq!(wait(0).next_run_ms, Some(2_000));
        assert_eq!(wait(3).next_run_ms, Some(16_000));
        assert_eq!(wait(20).next_run_ms, Some(LONGEST_WAIT_MS));
        let last = wait(STOP_AFTER - 1);
        assert_eq!((last.state, last.next_run_ms), (JobState::Stopped, None));
    }

    #[test]
    fn a_print_server_is_asked_ever_more_seldom_and_after_a_day_a_person_is() {
        let ask = |after_ms| next(&job(0), Outcome::Waiting(None), after_ms);
        assert_eq!(ask(10).next_run_ms, Some(10 + FIRST_QUESTION_MS));
        assert_eq!(ask(8_000).next_run_ms, Some(16_000));
        assert_eq!(ask(DAY_MS).next_run_ms, Some(DAY_MS + LONGEST_QUESTION_MS));
        assert_eq!(ask(DAY_MS + 1).state, JobState::Unknown);
    }
}
