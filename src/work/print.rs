//! Brings documents to paper: queues them when a label is bought, sends them printer by printer,
//! and asks print servers how it went.
//!
//! A job is *sending* from a committed claim until its outcome is committed. Whoever finds it
//! sending after that (a crash, a lease that ended) cannot know what reached the printer: it
//! becomes *unknown*, and only a person sends it again.

use crate::audit::{Actor, Entry, Outcome as Ended, Subject};
use crate::clock::{MINUTE_MS, SECOND_MS};
use crate::engine::Engine;
use crate::lifecycle::Lifecycle;
use crate::order::cause::Cause;
use crate::order::parcel::ImageType;
use crate::order::state::State;
use crate::order::{Shipment, ShipmentId};
use crate::print::job::{DocumentKey, Job, JobState, Next, Origin, next};
use crate::print::target::Target;
use crate::print::{self, Outcome, Printer, Purpose, Sheet, test_label};
use crate::store::documents::DocumentRow;
use crate::store::prints::NewJob;
use crate::store::{Result, StoreError, Tx};
use crate::transport::{Trace, chain};
use futures::future::{BoxFuture, join_all};
use futures::{StreamExt, stream};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use tokio::sync::Notify;
use ulid::Ulid;

/// How long a printer may keep a job to itself: longer than all limits of one try together.
const LEASE_MS: i64 = 5 * MINUTE_MS;
/// Nobody else asks about a job in this time: longer than one question.
const QUESTION_MS: i64 = 30 * SECOND_MS;
/// Printers sent to at the same time: more than a site has; each holds one label in memory.
const PRINTERS: i64 = 32;
/// How often what became of a sent job is stored before that is left to whoever finds it sending. With
/// the database's own waiting (10 s each time) and the sending it stays within the lease.
const STORE_TRIES: usize = 6;
/// See [`STORE_TRIES`].
const STORE_WAIT: Duration = Duration::from_secs(1);
/// Longest sleep between two looks. A label that waits a second is still there before the packer.
const IDLE: Duration = Duration::from_secs(1);
/// The warehouse whose printers serve all that have none of their own.
pub const DEFAULT_WAREHOUSE: &str = "default";

/// The warehouse whose printers print a shipment.
fn warehouse(shipment: &Shipment) -> &str {
    shipment.plan.as_ref().map_or(DEFAULT_WAREHOUSE, |plan| plan.warehouse.as_str())
}

/// The printer for a document of a shipment: its warehouse's, else the default one, else none.
pub async fn printer_for(tx: &mut Tx, shipment: &Shipment, content_type: &str) -> Result<Option<Printer>> {
    let purpose = Purpose::of(content_type);
    match tx.routed_printer(warehouse(shipment), purpose).await? {
        Some(printer) => Ok(Some(printer)),
        None => tx.routed_printer(DEFAULT_WAREHOUSE, purpose).await,
    }
}

/// Where a document begins: queued, or stopped where its printer cannot print it.
pub fn first(printer: &Printer, document: &DocumentRow, now_ms: i64) -> Next {
    match printer.refuses(&document.image_type) {
        None => Next::due(JobState::Queued, now_ms),
        Some(cause) => Next::asks(JobState::Stopped, cause),
    }
}

/// Queues the documents of a shipment whose label was just stored, in the same transaction, piece by
/// piece. A document without a printer is downloaded by hand and gets no job.
pub async fn enqueue(engine: &Engine, tx: &mut Tx, shipment: &Shipment, now_ms: i64) -> Result<()> {
    let mut job_id = None;
    let mut queued: BTreeMap<String, usize> = BTreeMap::new();
    for document in tx.documents_of(&shipment.shipment_id).await? {
        let Some(printer) = printer_for(tx, shipment, &document.content_type).await? else { continue };
        let id = following(engine, job_id.as_deref());
        let key = document_key(&shipment.shipment_id, &document);
        let first = first(&printer, &document, now_ms);
        let new = NewJob {
            job_id: &id,
            printer_id: &printer.printer_id,
            document: Some(&key),
            content_type: &document.content_type,
            image_type: &document.image_type,
            copies: document.copies,
            origin: Origin::Automatic,
            asked: None,
            first: &first,
        };
        if tx.insert_print_job(&new, now_ms).await? {
            let stopped = first.state == JobState::Stopped;
            *queued.entry(if stopped { format!("{} (stopped)", printer.name) } else { printer.name }).or_default() += 1;
        }
        job_id = Some(id);
    }
    if !queued.is_empty() {
        let counted: Vec<String> = queued.iter().map(|(printer, count)| format!("{count} on {printer}")).collect();
        let summary = format!("To be printed: {}.", counted.join(", "));
        let subject = crate::work::settle::subject(shipment);
        engine.store.append(tx, &engine.entry(&Actor::Engine, "print.queued", subject, summary)).await?;
    }
    Ok(())
}

/// The key of a stored document.
pub fn document_key(shipment_id: &ShipmentId, document: &DocumentRow) -> DocumentKey {
    DocumentKey { shipment_id: shipment_id.clone(), sequence: document.sequence, document_no: document.document_no }
}

/// An id behind `last` in the order of printing: two new ids of one millisecond have no order.
pub fn following(engine: &Engine, last: Option<&str>) -> String {
    let after = last.and_then(|last| Ulid::from_string(last).ok()).and_then(|last| last.increment());
    after.map_or_else(|| engine.new_id(), |id| id.to_string())
}

/// A job that is this node's to send, with its bytes.
pub struct Claimed {
    job: Job,
    format: ImageType,
    bytes: Vec<u8>,
}

/// Claims what is due. Each claim is committed, with its entry in the trail, before a byte leaves.
pub async fn claim(engine: &Engine) -> Result<Vec<Claimed>> {
    let now = engine.clock.now_ms();
    let mut tx = engine.store.begin().await?;
    let jobs = tx.claim_print_jobs(&engine.node, now, now + LEASE_MS, PRINTERS).await?;
    let mut claimed = Vec::with_capacity(jobs.len());
    for job in jobs {
        match prepare(&mut tx, &job).await? {
            Ok((format, bytes)) => {
                let summary = format!("Sending {} to {} ({}).", job.title(), job.printer.name, job.printer.address);
                let entry = engine.entry(&Actor::Engine, "print.send", subject(&job), summary).outcome(Ended::Begun);
                engine.store.append(&mut tx, &entry).await?;
                claimed.push(Claimed { job, format, bytes });
            }
            Err(next) => {
                tx.save_print_job(&job, &next, None, now).await?;
                engine.store.append(&mut tx, &entry(engine, &job, &next)).await?;
            }
        }
    }
    tx.commit().await?;
    Ok(claimed)
}

/// The bytes of a job, or what becomes of it without sending any.
async fn prepare(tx: &mut Tx, job: &Job) -> Result<std::result::Result<(ImageType, Vec<u8>), Next>> {
    // Checked again: the printer may have been changed since the job was queued.
    if let Some(cause) = job.printer.refuses(&job.image_type) {
        return Ok(Err(Next::asks(JobState::Stopped, cause)));
    }
    let Some(of) = &job.of else {
        let bytes = test_label::render(job.printer.takes, &job.printer.name, job.created_ms);
        return Ok(Ok((job.printer.takes, bytes)));
    };
    // A voided label on paper would go onto a box.
    let shipment = tx.shipment(&of.key.shipment_id).await?;
    if shipment.is_none_or(|shipment| is_void(shipment.state)) {
        return Ok(Err(Next::plain(JobState::Cancelled)));
    }
    let found = tx.document(&of.key).await?;
    let lost = || Next::asks(JobState::Stopped, Cause::new("print.refused").detail("the document is not stored"));
    Ok(found.map(|(_, bytes)| (job.printer.takes, bytes)).ok_or_else(lost))
}

/// The label of a shipment in this state must not be used.
pub fn is_void(state: State) -> bool {
    matches!(state, State::Voided | State::Cancelled | State::Excluded)
}

/// Sends a claimed job once, and stores what became of it.
async fn deliver(engine: &Engine, claimed: Claimed) -> Result<()> {
    let Claimed { job, format, bytes } = claimed;
    let title = job.title();
    let sheet = Sheet { title: &title, format, copies: job.copies, bytes: &bytes };
    let outcome = print::send(&engine.transport, &trace(&job), &job.printer, &sheet).await;
    // The paper is there: a database that is away for a moment must not make a question of it.
    for _ in 1..STORE_TRIES {
        match settle(engine, &job, outcome.clone()).await {
            Err(StoreError::Database(error)) => tracing::warn!(print.job = job.job_id, %error, "not stored, once more"),
            stored => return stored,
        }
        tokio::time::sleep(STORE_WAIT).await;
    }
    settle(engine, &job, outcome).await
}

/// Asks a print server about a job it took, and stores what it said.
async fn ask(engine: &Engine, job: Job) -> Result<()> {
    let (Some(sent_to), Some(number)) = (&job.sent_to, job.remote_job) else { return Ok(()) };
    let outcome = match Target::parse(print::Kind::Ipp, sent_to) {
        Ok(Target::Ipp(queue)) => print::ipp::ask(&engine.transport, &trace(&job), &queue, number).await,
        Ok(Target::Raw { .. }) | Err(_) => {
            Outcome::NoConfirmation(Cause::new("print.no-confirmation").detail("its print server cannot be asked"))
        }
    };
    settle(engine, &job, outcome).await
}

async fn settle(engine: &Engine, job: &Job, outcome: Outcome) -> Result<()> {
    let now = engine.clock.now_ms();
    let next = next(job, outcome, now);
    let mut tx = engine.store.begin().await?;
    match tx.save_print_job(job, &next, None, now).await {
        Ok(()) => {}
        Err(StoreError::Conflict { .. }) => {
            // Somebody thought this node dead. What is known now stays on the record.
            let summary = format!("{} came too late: {}", next.state.name(), sentence(job, &next));
            let late = engine.entry(&Actor::Engine, "print.answer-too-late", subject(job), summary);
            engine.store.append(&mut tx, &late.outcome(Ended::Failed)).await?;
            return tx.commit().await;
        }
        Err(error) => return Err(error),
    }
    // A print server that is still at it is no news.
    if job.state != next.state {
        engine.store.append(&mut tx, &entry(engine, job, &next)).await?;
        log(job, &next);
    }
    tx.commit().await
}

fn trace(job: &Job) -> Trace {
    Trace { subject: subject(job), ..Trace::engine() }
}

/// What entries about a job name.
pub fn subject(job: &Job) -> Subject {
    let of = job.of.as_ref();
    Subject {
        order_id: of.map(|of| of.order_id.clone()),
        shipment_id: of.map(|of| of.key.shipment_id.clone()),
        attempt_id: None,
    }
}

fn entry(engine: &Engine, job: &Job, next: &Next) -> Entry {
    let outcome = match next.state {
        JobState::Failed => Ended::Failed,
        JobState::Stopped | JobState::Cancelled => Ended::Refused,
        JobState::Unknown => Ended::Unknown,
        JobState::Queued | JobState::Sending | JobState::Sent | JobState::Printed => Ended::Ok,
    };
    let action = format!("print.{}", next.state.name());
    engine.entry(&Actor::Engine, &action, subject(job), sentence(job, next)).outcome(outcome)
}

fn sentence(job: &Job, next: &Next) -> String {
    let (title, printer) = (job.title(), &job.printer.name);
    let why = next.cause.as_ref().map(|cause| match &cause.detail {
        Some(detail) => format!("{} ({detail})", cause.words().sentence),
        None => cause.words().sentence.to_owned(),
    });
    match (next.state, why) {
        (JobState::Sent, _) => {
            format!("{printer} took {title} as job {}.", next.remote_job.or(job.remote_job).unwrap_or_default())
        }
        (JobState::Cancelled, _) => format!("{title} not printed: the label was voided first."),
        (_, Some(why)) => format!("{title} on {printer}: {why}"),
        (state, None) => format!("{title} on {printer}: {}.", state.name()),
    }
}

fn log(job: &Job, next: &Next) {
    let code = next.cause.as_ref().map(|cause| cause.code.as_str());
    tracing::info!(
        print.job = job.job_id,
        print.printer = job.printer.name,
        print.state = next.state.name(),
        problem.code = code,
        "print job {} on {} is {}",
        job.job_id,
        job.printer.name,
        next.state.name()
    );
}

/// At the start of the only process on a database: nobody can be in the middle of sending.
pub async fn at_start(engine: &Engine) -> Result<()> {
    abandon(engine, i64::MAX).await
}

/// Jobs whose sender is gone: nobody knows how far the bytes came.
async fn abandon(engine: &Engine, before_ms: i64) -> Result<()> {
    for job in engine.store.db.abandoned_print_jobs(before_ms).await? {
        let detail = "the program stopped while the document was being sent";
        let cause = Cause::new("print.no-confirmation").detail(detail);
        settle(engine, &job, Outcome::NoConfirmation(cause)).await?;
    }
    Ok(())
}

type Work<'a> = BoxFuture<'a, Result<()>>;

/// What is due now, begun: each printer's next job, and the questions to print servers.
async fn begin(engine: &Engine) -> Result<Vec<Work<'_>>> {
    let now = engine.clock.now_ms();
    abandon(engine, now).await?;
    let mut tx = engine.store.begin().await?;
    let questions = tx.claim_print_questions(now, now + QUESTION_MS).await?;
    tx.commit().await?;
    let mut work: Vec<Work<'_>> = Vec::new();
    for job in questions {
        work.push(Box::pin(ask(engine, job)));
    }
    for claimed in claim(engine).await? {
        work.push(Box::pin(deliver(engine, claimed)));
    }
    Ok(work)
}

/// Prints what is due, one job a printer. Answers how many jobs it moved.
pub async fn tick(engine: &Engine) -> Result<usize> {
    let work = begin(engine).await?;
    let count = work.len();
    for result in join_all(work).await {
        result?;
    }
    Ok(count)
}

/// Prints until the program stops. A slow printer holds up nobody but itself: the others are looked
/// at again while it works.
pub async fn run(engine: &Engine, lifecycle: &Lifecycle) {
    // Whoever looks for work and whoever is at it are driven together: a job left standing between two
    // looks may hold the one connection that writes, and the look would wait for it.
    let ended = &Notify::new();
    stream::unfold(VecDeque::new(), |begun| next_work(engine, lifecycle, ended, begun))
        .for_each_concurrent(None, |work| async move {
            note(work.await);
            ended.notify_one();
        })
        .await;
}

/// The next piece of work, and what else was begun with it; `None` once the program stops. What was
/// begun is always worked off: its jobs are claimed.
async fn next_work<'a>(
    engine: &'a Engine,
    lifecycle: &Lifecycle,
    ended: &Notify,
    mut begun: VecDeque<Work<'a>>,
) -> Option<(Work<'a>, VecDeque<Work<'a>>)> {
    loop {
        if let Some(work) = begun.pop_front() {
            return Some((work, begun));
        }
        if lifecycle.is_stopping() {
            return None;
        }
        match begin(engine).await {
            Ok(work) if !work.is_empty() => {
                begun.extend(work);
                continue;
            }
            Ok(_) => {}
            Err(error) => super::failed("print", &error),
        }
        tokio::select! {
            // Its printer is free.
            () = ended.notified() => {}
            () = super::pause(IDLE, lifecycle) => {}
        }
    }
}

/// A job whose end could not be stored stays *sending* until its lease ends, and is then unknown.
fn note(result: Result<()>) {
    if let Err(error) = result {
        tracing::error!(error = %chain(&error), "what became of a print job could not be stored");
    }
}
