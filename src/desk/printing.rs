//! Printers and the print queue, as an operator sees and moves them.

use crate::audit::{Actor, Subject};
use crate::desk::{OperatorDesk, Role, problem};
use crate::order::ShipmentId;
use crate::order::parcel::ImageType;
use crate::print::job::{DocumentKey, Job, JobState, Next, Origin};
use crate::print::target::Target;
use crate::print::{Kind, Printer, Purpose, test_label};
use crate::store::documents::DocumentRow;
use crate::store::printers::Route;
use crate::store::prints::{Asked, NewJob, QueueFilter};
use crate::store::{StoreError, Tx};
use crate::work::print::{document_key, first, following, is_void, printer_for, subject};
use crate::work::settle;
use app::contract::Problem;
use serde::Serialize;

/// Longest name of a printer.
const NAME_LIMIT: usize = 60;
/// Longest reason kept.
const REASON_LIMIT: usize = 300;
/// Jobs a page.
const PAGE: usize = 50;

/// A printer with what it is for and how busy it is.
#[derive(Clone, Debug, Serialize)]
pub struct PrinterView {
    /// The printer.
    #[serde(flatten)]
    pub printer: Printer,
    /// Warehouses whose labels it prints; `default` stands for all without a printer of their own.
    pub labels: Vec<String>,
    /// Warehouses whose papers it prints.
    pub papers: Vec<String>,
    /// Jobs on their way.
    pub waiting: i64,
    /// Jobs that need a person.
    pub needs_person: i64,
}

/// A printer as typed.
#[derive(Clone, Debug, Default)]
pub struct PrinterForm {
    /// The one to change; `None` adds one.
    pub printer_id: Option<String>,
    /// What people call it.
    pub name: String,
    /// `raw` or `ipp`.
    pub kind: String,
    /// `host:port`, or `ipp://host:631/printers/NAME`.
    pub address: String,
    /// `ZPLII`, `PDF` or `PNG`.
    pub takes: String,
    /// Off keeps its queue and sends nothing.
    pub enabled: bool,
    /// Warehouses whose labels it prints from now on.
    pub labels: Vec<String>,
    /// Warehouses whose papers it prints from now on.
    pub papers: Vec<String>,
}

/// A page of the queue, newest first.
#[derive(Clone, Debug, Serialize)]
pub struct QueuePage {
    /// Its jobs.
    pub jobs: Vec<Job>,
    /// `after` of the next page, if there is one.
    pub next: Option<String>,
}

type Answer<T> = std::result::Result<T, Problem>;

impl OperatorDesk {
    /// All printers, by name.
    pub async fn printers(&self) -> Answer<Vec<PrinterView>> {
        self.allowed(Role::Viewer)?;
        let db = &self.engine.store.db;
        let read = async { Ok((db.printers().await?, db.print_routes().await?, db.count_print_jobs().await?)) };
        let (printers, routes, counts) = read.await.map_err(|error| self.broken(&error))?;
        let views = printers.into_iter().map(|printer| {
            let id = &printer.printer_id;
            let of = |purpose| {
                let mine = routes.iter().filter(|route| route.printer_id == *id && route.purpose == purpose);
                mine.map(|route| route.warehouse.clone()).collect()
            };
            let count = |person: bool| {
                let mine = counts.iter().filter(|(printer_id, ..)| printer_id == id);
                let such =
                    mine.filter(|(_, state, _)| matches!(state, JobState::Stopped | JobState::Unknown) == person);
                such.map(|(.., count)| count).sum()
            };
            PrinterView {
                labels: of(Purpose::Label),
                papers: of(Purpose::Paper),
                waiting: count(false),
                needs_person: count(true),
                printer,
            }
        });
        Ok(views.collect())
    }

    /// Adds or changes a printer and what it prints. A warehouse it takes over is no longer printed
    /// by the printer that had it.
    pub async fn save_printer(&self, form: PrinterForm) -> Answer<Printer> {
        let actor = self.allowed(Role::Admin)?;
        let printer = read_form(&form, || self.engine.new_id())?;
        let now = self.engine.clock.now_ms();
        let mut tx = self.begin().await?;
        let broken = |error| self.broken(&error);
        let namesake = tx.printer_by_name(&printer.name).await.map_err(broken)?;
        if namesake.is_some_and(|namesake| namesake.printer_id != printer.printer_id) {
            let message = format!("Another printer is called {}.", printer.name);
            return Err(Problem::new("printer.name-taken", &message, "Choose another name."));
        }
        let saved = async {
            match form.printer_id {
                Some(_) => tx.update_printer(&printer, now).await?,
                None => tx.insert_printer(&printer, now).await?,
            }
            tx.clear_routes(&printer.printer_id).await?;
            for (purpose, warehouses) in [(Purpose::Label, &form.labels), (Purpose::Paper, &form.papers)] {
                for warehouse in warehouses.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
                    let printer_id = printer.printer_id.clone();
                    tx.set_route(&Route { warehouse: warehouse.to_owned(), purpose, printer_id }).await?;
                }
            }
            let summary = format!(
                "Saved printer {} ({} at {}, takes {}, {}): labels of [{}], papers of [{}].",
                printer.name,
                printer.kind.name(),
                printer.address,
                printer.takes.name(),
                if printer.enabled { "on" } else { "off" },
                form.labels.join(", "),
                form.papers.join(", ")
            );
            let entry = self.engine.entry(&actor, "printer.saved", Subject::default(), summary);
            self.engine.store.append(&mut tx, &entry).await?;
            tx.commit().await
        };
        match saved.await {
            Ok(()) => Ok(printer),
            Err(StoreError::Conflict { .. }) => Err(no_printer()),
            Err(error) => Err(self.broken(&error)),
        }
    }

    /// Takes a printer away. What waits for it is stopped, so that somebody sees it.
    pub async fn remove_printer(&self, printer_id: &str) -> Answer<()> {
        let actor = self.allowed(Role::Admin)?;
        let now = self.engine.clock.now_ms();
        let mut tx = self.begin().await?;
        let removed = async {
            let Some(printer) = tx.printer(printer_id).await? else { return Ok(false) };
            for job in tx.waiting_print_jobs(printer_id).await? {
                let cause = crate::order::cause::Cause::new("print.printer-missing");
                let detail = format!("{} was removed", printer.name);
                tx.save_print_job(&job, &Next::asks(JobState::Stopped, cause.detail(detail)), None, now).await?;
            }
            tx.remove_printer(printer_id, now).await?;
            let summary = format!("Removed printer {}.", printer.name);
            let entry = self.engine.entry(&actor, "printer.removed", Subject::default(), summary);
            self.engine.store.append(&mut tx, &entry).await?;
            tx.commit().await.map(|()| true)
        };
        if removed.await.map_err(|error| problem::store(&self.engine, &error))? { Ok(()) } else { Err(no_printer()) }
    }

    /// Queues a test label. Answers its job.
    pub async fn test_print(&self, printer_id: &str) -> Answer<String> {
        let actor = self.allowed(Role::Operator)?;
        let now = self.engine.clock.now_ms();
        let job_id = self.engine.new_id();
        let mut tx = self.begin().await?;
        let queued = async {
            let Some(printer) = tx.printer(printer_id).await? else { return Ok(false) };
            let new = NewJob {
                job_id: &job_id,
                printer_id,
                document: None,
                content_type: test_label::CONTENT_TYPE,
                image_type: printer.takes.name(),
                copies: 1,
                origin: Origin::Test,
                asked: Some(Asked { by: actor.name(), reason: "test label" }),
                first: &Next::due(JobState::Queued, now),
            };
            tx.insert_print_job(&new, now).await?;
            let summary = format!("Asked for a test label on {}.", printer.name);
            let entry = self.engine.entry(&actor, "print.test", Subject::default(), summary);
            self.engine.store.append(&mut tx, &entry).await?;
            tx.commit().await.map(|()| true)
        };
        if queued.await.map_err(|error| self.broken(&error))? { Ok(job_id) } else { Err(no_printer()) }
    }

    /// One page of the queue.
    pub async fn print_queue(&self, filter: &QueueFilter) -> Answer<QueuePage> {
        self.allowed(Role::Viewer)?;
        let more = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let jobs = self.engine.store.db.print_jobs(filter, more).await;
        let mut jobs = jobs.map_err(|error| self.broken(&error))?;
        let has_next = jobs.len() > PAGE;
        jobs.truncate(PAGE);
        let next = jobs.last().filter(|_| has_next).map(|job| job.job_id.clone());
        Ok(QueuePage { jobs, next })
    }

    /// Sends a job again that failed, was stopped, or may be printed already. The last one only with
    /// a reason: the operator says that the label did not come out.
    pub async fn retry_print(&self, job_id: &str, version: i64, reason: &str) -> Answer<()> {
        let actor = self.allowed(Role::Operator)?;
        let mut tx = self.begin().await?;
        let job = self.seen_job(&mut tx, job_id, version).await?;
        let reason = cut(reason);
        if !job.state.may_retry() {
            return Err(not_now(job.state));
        }
        if job.state == JobState::Unknown && reason.is_empty() {
            let message = "This document may be on paper already.";
            return Err(Problem::new(
                "print.reason-missing",
                message,
                "Look at the printer, and say why it is sent again.",
            ));
        }
        if job.printer.removed {
            let message = "Its printer was removed.";
            return Err(Problem::new("print.printer-missing", message, "Print the document again from its order."));
        }
        if let Some(of) = &job.of {
            let under_way = tx.print_under_way(&of.key).await.map_err(|error| self.broken(&error))?;
            // A failed job is itself the one under way.
            if under_way && job.state != JobState::Failed {
                return Err(already_waiting());
            }
        }
        let next = Next::due(JobState::Queued, self.engine.clock.now_ms());
        let summary = format!("Asked to send {} to {} again{}", job.title(), job.printer.name, because(&reason));
        self.decide(tx, &actor, &job, &next, &reason, "print.retry", summary).await
    }

    /// Gives a job up that is not under way.
    pub async fn cancel_print(&self, job_id: &str, version: i64, reason: &str) -> Answer<()> {
        let actor = self.allowed(Role::Operator)?;
        let mut tx = self.begin().await?;
        let job = self.seen_job(&mut tx, job_id, version).await?;
        if !job.state.may_cancel() {
            return Err(not_now(job.state));
        }
        let reason = cut(reason);
        let summary = format!("Gave up printing {} on {}{}", job.title(), job.printer.name, because(&reason));
        self.decide(tx, &actor, &job, &Next::plain(JobState::Cancelled), &reason, "print.cancelled", summary).await
    }

    /// Prints a stored document again, on the printer its warehouse has now. Answers its job.
    pub async fn print_again(&self, key: &DocumentKey, reason: &str) -> Answer<String> {
        let mut jobs = self.reprint_where(&key.shipment_id, reason, |document| document == key).await?;
        jobs.pop().ok_or_else(no_document)
    }

    /// Prints all documents of a shipment again that have a printer, in their order. Answers the jobs.
    pub async fn print_shipment_again(&self, shipment_id: &ShipmentId, reason: &str) -> Answer<Vec<String>> {
        self.reprint_where(shipment_id, reason, |_| true).await
    }

    /// All or nothing: the pieces of a shipment are queued together, so they come out in order.
    async fn reprint_where(
        &self,
        shipment_id: &ShipmentId,
        reason: &str,
        wanted: impl Fn(&DocumentKey) -> bool,
    ) -> Answer<Vec<String>> {
        let actor = self.allowed(Role::Operator)?;
        let reason = cut(reason);
        if reason.is_empty() {
            let message = "Two labels of one parcel on two boxes cost the FedEx account.";
            return Err(Problem::new("print.reason-missing", message, "Say why it is printed again."));
        }
        let broken = |error: StoreError| self.broken(&error);
        let mut tx = self.begin().await?;
        let shipment = tx.shipment(shipment_id).await.map_err(broken)?.ok_or_else(no_document)?;
        if is_void(shipment.state) {
            let message = "The label was voided.";
            return Err(Problem::new("print.voided", message, "Ship the order again; the new label is printed."));
        }
        let mut documents = tx.documents_of(shipment_id).await.map_err(broken)?;
        documents.retain(|document| wanted(&document_key(shipment_id, document)));
        if documents.is_empty() {
            return Err(no_document());
        }
        let asked = Asked { by: actor.name(), reason: &reason };
        let mut jobs: Vec<String> = Vec::new();
        for document in &documents {
            let Some(printer) = printer_for(&mut tx, &shipment, &document.content_type).await.map_err(broken)? else {
                continue;
            };
            let job_id = following(&self.engine, jobs.last().map(String::as_str));
            if !self.queue_reprint(&mut tx, &job_id, &printer, shipment_id, document, asked).await? {
                return Err(already_waiting());
            }
            jobs.push(job_id);
        }
        if jobs.is_empty() {
            let message = "No printer is set for this document.";
            return Err(Problem::new("print.no-printer", message, "Download it, or add a printer for its warehouse."));
        }
        let count = jobs.len();
        let documents = if count == 1 { "1 document".to_owned() } else { format!("{count} documents") };
        let summary = format!("Asked to print {documents} again{}", because(&reason));
        let entry = self.engine.entry(&actor, "print.reprint", settle::subject(&shipment), summary);
        self.engine.store.append(&mut tx, &entry).await.map_err(broken)?;
        tx.commit().await.map_err(broken)?;
        Ok(jobs)
    }

    async fn queue_reprint(
        &self,
        tx: &mut Tx,
        job_id: &str,
        printer: &Printer,
        shipment_id: &ShipmentId,
        document: &DocumentRow,
        asked: Asked<'_>,
    ) -> Answer<bool> {
        let now = self.engine.clock.now_ms();
        let new = NewJob {
            job_id,
            printer_id: &printer.printer_id,
            document: Some(&document_key(shipment_id, document)),
            content_type: &document.content_type,
            image_type: &document.image_type,
            copies: document.copies,
            origin: Origin::Reprint,
            asked: Some(asked),
            first: &first(printer, document, now),
        };
        tx.insert_print_job(&new, now).await.map_err(|error| self.broken(&error))
    }

    async fn begin(&self) -> Answer<Tx> {
        self.engine.store.begin().await.map_err(|error| self.broken(&error))
    }

    fn broken(&self, error: &StoreError) -> Problem {
        problem::broken(&self.engine, error)
    }

    async fn seen_job(&self, tx: &mut Tx, job_id: &str, version: i64) -> Answer<Job> {
        let found = tx.print_job(job_id).await.map_err(|error| self.broken(&error))?;
        let job = found
            .ok_or_else(|| Problem::new("print.no-such-job", "There is no such print job.", "Read the queue again."))?;
        if job.version == version { Ok(job) } else { Err(stale()) }
    }

    #[expect(clippy::too_many_arguments, reason = "one decision and its record")]
    async fn decide(
        &self,
        mut tx: Tx,
        actor: &Actor,
        job: &Job,
        next: &Next,
        reason: &str,
        action: &str,
        summary: String,
    ) -> Answer<()> {
        let asked = Asked { by: actor.name(), reason };
        let decided = async {
            tx.save_print_job(job, next, Some(asked), self.engine.clock.now_ms()).await?;
            let entry = self.engine.entry(actor, action, subject(job), summary);
            self.engine.store.append(&mut tx, &entry).await?;
            tx.commit().await
        };
        decided.await.map_err(|error| match error {
            StoreError::Conflict { .. } => stale(),
            other => self.broken(&other),
        })
    }
}

/// A printer from a form, or which field is wrong.
fn read_form(form: &PrinterForm, new_id: impl FnOnce() -> String) -> Answer<Printer> {
    let invalid = |message: &str, hint: &str| Problem::new("printer.invalid", message, hint);
    let name = form.name.trim();
    if name.is_empty() || name.chars().count() > NAME_LIMIT || name.chars().any(char::is_control) {
        let hint = format!("Give it one of 1 to {NAME_LIMIT} characters.");
        return Err(invalid("The printer needs a name.", &hint));
    }
    let kind = Kind::parse(form.kind.trim())
        .ok_or_else(|| invalid("There is no such kind of printer.", "Use raw (TCP 9100) or ipp."))?;
    let takes = ImageType::parse(form.takes.trim())
        .ok_or_else(|| invalid("There is no such format.", "Use ZPLII, PDF or PNG."))?;
    let address = form.address.trim().to_owned();
    Target::parse(kind, &address).map_err(|sentence| invalid(&sentence, "Correct the address, then save again."))?;
    Ok(Printer {
        printer_id: form.printer_id.clone().unwrap_or_else(new_id),
        name: name.to_owned(),
        kind,
        address,
        takes,
        enabled: form.enabled,
        removed: false,
    })
}

fn cut(reason: &str) -> String {
    reason.trim().chars().take(REASON_LIMIT).collect()
}

fn because(reason: &str) -> String {
    if reason.is_empty() { ".".to_owned() } else { format!(": {reason}") }
}

fn no_printer() -> Problem {
    Problem::new("printer.not-found", "There is no such printer.", "Read the list of printers again.")
}

fn no_document() -> Problem {
    let hint = "If its bytes were lost, print it from FedEx by its tracking number.";
    Problem::new("print.no-document", "There is no such document.", hint)
}

fn already_waiting() -> Problem {
    let message = "This document is already on its way to a printer.";
    Problem::new("print.already-waiting", message, "Wait for it, or cancel it in the print queue first.")
}

fn not_now(state: JobState) -> Problem {
    let message = format!("This is not possible while the job is {}.", state.name());
    let hint = match state {
        JobState::Sent => "The print server has it; cancel it there.",
        _ => "Read the queue again; it may have moved on.",
    };
    Problem::new("print.not-now", &message, hint)
}

fn stale() -> Problem {
    Problem::new("desk.stale", "The print job changed while you looked at it.", "Read the queue again, then decide.")
}
