//! Print jobs: the queue of every printer, in the order of their ids.

use crate::order::cause::Cause;
use crate::order::parcel::ImageType;
use crate::order::{OrderId, ShipmentId};
use crate::print::job::{DocumentKey, Job, JobState, Next, Of, Origin};
use crate::print::{Kind, Printer};
use crate::store::{Conditions, Db, Param, Result, StoreError, Tx, bind_all, exactly_one, on_db, on_tx};

#[derive(sqlx::FromRow)]
struct Row {
    job_id: String,
    printer_id: String,
    printer_name: String,
    kind: String,
    address: String,
    takes: String,
    enabled: i64,
    removed_ms: Option<i64>,
    shipment_id: Option<String>,
    sequence: Option<i64>,
    document_no: Option<i64>,
    order_id: Option<String>,
    company: Option<String>,
    number: Option<String>,
    content_type: String,
    image_type: String,
    copies: i64,
    origin: String,
    asked_by: Option<String>,
    reason: Option<String>,
    state: String,
    version: i64,
    cause_code: Option<String>,
    cause_detail: Option<String>,
    failures: i64,
    next_run_ms: Option<i64>,
    sent_to: Option<String>,
    remote_job: Option<i64>,
    created_ms: i64,
    changed_ms: i64,
}

const JOBS: &str = "
    select j.job_id, j.printer_id, p.name as printer_name, p.kind, p.address, p.takes, p.enabled, p.removed_ms,
           j.shipment_id, j.sequence, j.document_no, o.order_id, o.company, o.number, j.content_type, j.image_type,
           j.copies, j.origin, j.asked_by, j.reason, j.state, j.version, j.cause_code, j.cause_detail, j.failures,
           j.next_run_ms, j.sent_to, j.remote_job, j.created_ms, j.changed_ms
    from print_jobs j join printers p on p.printer_id = j.printer_id
    left join shipments s on s.shipment_id = j.shipment_id
    left join orders o on o.order_id = s.order_id";

impl Row {
    fn job(self) -> Result<Job> {
        let id = self.job_id.clone();
        let impossible = |column| StoreError::Impossible { table: "print_jobs", id: id.clone(), column };
        let key = match (self.shipment_id, self.sequence, self.document_no) {
            (Some(shipment_id), Some(sequence), Some(document_no)) => {
                Some(DocumentKey { shipment_id: ShipmentId(shipment_id), sequence, document_no })
            }
            _ => None,
        };
        let of = match (key, self.order_id, self.company, self.number) {
            (Some(key), Some(order_id), Some(company), Some(number)) => {
                Some(Of { key, order_id: OrderId(order_id), company, number })
            }
            _ => None,
        };
        let remote_job = match self.remote_job {
            Some(number) => Some(i32::try_from(number).map_err(|_| impossible("remote_job"))?),
            None => None,
        };
        let printer = Printer {
            printer_id: self.printer_id,
            name: self.printer_name,
            kind: Kind::parse(&self.kind).ok_or_else(|| impossible("kind"))?,
            address: self.address,
            takes: ImageType::parse(&self.takes).ok_or_else(|| impossible("takes"))?,
            enabled: self.enabled != 0,
            removed: self.removed_ms.is_some(),
        };
        Ok(Job {
            copies: u32::try_from(self.copies).map_err(|_| impossible("copies"))?,
            origin: Origin::parse(&self.origin).ok_or_else(|| impossible("origin"))?,
            state: JobState::parse(&self.state).ok_or_else(|| impossible("state"))?,
            failures: u32::try_from(self.failures).map_err(|_| impossible("failures"))?,
            cause: self.cause_code.map(|code| Cause { code, field: None, detail: self.cause_detail }),
            job_id: self.job_id,
            printer,
            of,
            content_type: self.content_type,
            image_type: self.image_type,
            asked_by: self.asked_by,
            reason: self.reason,
            version: self.version,
            next_run_ms: self.next_run_ms,
            sent_to: self.sent_to,
            remote_job,
            created_ms: self.created_ms,
            changed_ms: self.changed_ms,
        })
    }
}

/// A job to queue.
#[derive(Clone, Debug)]
pub struct NewJob<'a> {
    /// Its id: its place in the queue.
    pub job_id: &'a str,
    /// Where it prints.
    pub printer_id: &'a str,
    /// What; `None` for a test label.
    pub document: Option<&'a DocumentKey>,
    /// `LABEL`, …
    pub content_type: &'a str,
    /// `PDF`, …
    pub image_type: &'a str,
    /// How often.
    pub copies: i64,
    /// Where it comes from.
    pub origin: Origin,
    /// Who asked and why, if a person did.
    pub asked: Option<Asked<'a>>,
    /// Queued, or stopped with its cause.
    pub first: &'a Next,
}

/// Who asked for a print, and why.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Who.
    pub by: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// What the queue is asked for.
#[derive(Clone, Debug, Default)]
pub struct QueueFilter {
    /// This state only.
    pub state: Option<JobState>,
    /// This printer only.
    pub printer_id: Option<String>,
    /// Documents of this shipment only.
    pub shipment_id: Option<ShipmentId>,
    /// Jobs older than this one.
    pub after: Option<String>,
}

impl Tx {
    /// Queues a job. `false`: the document has had its automatic job, or another one is under way.
    pub async fn insert_print_job(&mut self, job: &NewJob<'_>, now_ms: i64) -> Result<bool> {
        let sql = "
            insert into print_jobs (job_id, printer_id, shipment_id, sequence, document_no, content_type, image_type,
                                    copies, origin, asked_by, reason, state, version, cause_code, cause_detail,
                                    failures, next_run_ms, created_ms, changed_ms)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, $13, $14, 0, $15, $16, $16)
            on conflict do nothing";
        let cause = job.first.cause.as_ref();
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(job.job_id)
            .bind(job.printer_id)
            .bind(job.document.map(|key| key.shipment_id.0.clone()))
            .bind(job.document.map(|key| key.sequence))
            .bind(job.document.map(|key| key.document_no))
            .bind(job.content_type)
            .bind(job.image_type)
            .bind(job.copies)
            .bind(job.origin.name())
            .bind(job.asked.map(|asked| asked.by))
            .bind(job.asked.map(|asked| asked.reason))
            .bind(job.first.state.name())
            .bind(cause.map(|cause| cause.code.clone()))
            .bind(cause.and_then(|cause| cause.detail.clone()))
            .bind(job.first.next_run_ms)
            .bind(now_ms)
            .execute(conn).await?.rows_affected());
        Ok(rows == 1)
    }

    /// Claims the head of the queue of every printer that is not being sent anything, where the head
    /// is due. A head that waits for its printer holds up the rest: pieces come out in order.
    pub async fn claim_print_jobs(&mut self, node: &str, now_ms: i64, until_ms: i64, limit: i64) -> Result<Vec<Job>> {
        let heads = "
            select j.job_id from print_jobs j
            where j.state in ('queued', 'failed') and j.next_run_ms <= $1
              and exists (select 1 from printers p where p.printer_id = j.printer_id and p.enabled = 1)
              and not exists (
                select 1 from print_jobs e where e.printer_id = j.printer_id
                and (e.state = 'sending' or (e.state in ('queued', 'failed') and e.job_id < j.job_id)))
            order by j.job_id limit $4";
        let claim = |skip: &str| {
            format!(
                "update print_jobs set state = 'sending', version = version + 1, next_run_ms = null,
                        lease = $2, lease_until_ms = $3, changed_ms = $1
                 where job_id in ({heads} {skip}) returning job_id"
            )
        };
        let mut ids: Vec<(String,)> = match self {
            Tx::Sqlite(tx) => {
                let sql = claim("");
                sqlx::query_as(&sql).bind(now_ms).bind(node).bind(until_ms).bind(limit).fetch_all(&mut **tx).await?
            }
            Tx::Postgres(tx) => {
                // Heads another node is claiming at this moment are its, not ours.
                let sql = claim("for update skip locked");
                sqlx::query_as(&sql).bind(now_ms).bind(node).bind(until_ms).bind(limit).fetch_all(&mut **tx).await?
            }
        };
        ids.sort();
        self.jobs_of_ids(ids).await
    }

    /// Takes the jobs a print server should be asked about now; nobody else asks before `until_ms`.
    pub async fn claim_print_questions(&mut self, now_ms: i64, until_ms: i64) -> Result<Vec<Job>> {
        let sql = "
            update print_jobs set next_run_ms = $2 where state = 'sent' and next_run_ms <= $1 returning job_id";
        let ids: Vec<(String,)> =
            on_tx!(self, conn => sqlx::query_as(sql).bind(now_ms).bind(until_ms).fetch_all(conn).await?);
        self.jobs_of_ids(ids).await
    }

    async fn jobs_of_ids(&mut self, ids: Vec<(String,)>) -> Result<Vec<Job>> {
        let mut jobs = Vec::with_capacity(ids.len());
        for (id,) in ids {
            jobs.extend(self.print_job(&id).await?);
        }
        Ok(jobs)
    }

    /// A job.
    pub async fn print_job(&mut self, job_id: &str) -> Result<Option<Job>> {
        let sql = format!("{JOBS} where j.job_id = $1");
        let row: Option<Row> = on_tx!(self, conn => sqlx::query_as(&sql).bind(job_id).fetch_optional(conn).await?);
        row.map(Row::job).transpose()
    }

    /// The jobs of a printer that wait for their turn.
    pub async fn waiting_print_jobs(&mut self, printer_id: &str) -> Result<Vec<Job>> {
        let sql = format!("{JOBS} where j.printer_id = $1 and j.state in ('queued', 'failed') order by j.job_id");
        let rows: Vec<Row> = on_tx!(self, conn => sqlx::query_as(&sql).bind(printer_id).fetch_all(conn).await?);
        rows.into_iter().map(Row::job).collect()
    }

    /// Another job of the document is on its way.
    pub async fn print_under_way(&mut self, key: &DocumentKey) -> Result<bool> {
        let sql = "
            select job_id from print_jobs
            where shipment_id = $1 and sequence = $2 and document_no = $3
              and state in ('queued', 'failed', 'sending', 'sent')";
        let row: Option<(String,)> = on_tx!(self, conn => sqlx::query_as(sql)
            .bind(&key.shipment_id.0).bind(key.sequence).bind(key.document_no).fetch_optional(conn).await?);
        Ok(row.is_some())
    }

    /// Saves what became of a job over the version it was read in, and ends its lease. With `asked`,
    /// a person decided it.
    pub async fn save_print_job(
        &mut self,
        before: &Job,
        next: &Next,
        asked: Option<Asked<'_>>,
        now_ms: i64,
    ) -> Result<()> {
        let sql = "
            update print_jobs
            set state = $4, version = version + 1, cause_code = $5, cause_detail = $6, failures = $7,
                next_run_ms = $8, lease = null, lease_until_ms = null,
                sent_to = coalesce($9, sent_to), remote_job = coalesce($10, remote_job),
                asked_by = coalesce($11, asked_by), reason = coalesce($12, reason),
                changed_ms = case when state = $4 then changed_ms else $13 end
            where job_id = $1 and state = $2 and version = $3";
        let cause = next.cause.as_ref();
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(&before.job_id)
            .bind(before.state.name())
            .bind(before.version)
            .bind(next.state.name())
            .bind(cause.map(|cause| cause.code.clone()))
            .bind(cause.and_then(|cause| cause.detail.clone()))
            .bind(i64::from(next.failures))
            .bind(next.next_run_ms)
            .bind(next.remote_job.map(|_| before.printer.address.clone()))
            .bind(next.remote_job.map(i64::from))
            .bind(asked.map(|asked| asked.by))
            .bind(asked.map(|asked| asked.reason))
            .bind(now_ms)
            .execute(conn).await?.rows_affected());
        exactly_one(rows, "print_jobs", &before.job_id)
    }
}

impl Db {
    /// Jobs that were being sent by somebody whose lease ended before a time.
    pub async fn abandoned_print_jobs(&self, before_ms: i64) -> Result<Vec<Job>> {
        let sql = format!("{JOBS} where j.state = 'sending' and j.lease_until_ms < $1 order by j.job_id");
        let rows: Vec<Row> = on_db!(self, pool => sqlx::query_as(&sql).bind(before_ms).fetch_all(pool).await?);
        rows.into_iter().map(Row::job).collect()
    }

    /// A job.
    pub async fn print_job(&self, job_id: &str) -> Result<Option<Job>> {
        let sql = format!("{JOBS} where j.job_id = $1");
        let row: Option<Row> = on_db!(self, pool => sqlx::query_as(&sql).bind(job_id).fetch_optional(pool).await?);
        row.map(Row::job).transpose()
    }

    /// One page of the queue, newest first.
    pub async fn print_jobs(&self, filter: &QueueFilter, limit: i64) -> Result<Vec<Job>> {
        let mut conditions = Conditions::default();
        let shipment_id = filter.shipment_id.as_ref().map(|id| id.0.clone());
        for (part, value) in [
            ("j.state = ?", filter.state.map(|state| state.name().to_owned())),
            ("j.printer_id = ?", filter.printer_id.clone()),
            ("j.shipment_id = ?", shipment_id),
            ("j.job_id < ?", filter.after.clone()),
        ] {
            if let Some(value) = value {
                conditions.and(part, Param::Text(value));
            }
        }
        let sql = format!("{JOBS} {} order by j.job_id desc limit {limit}", conditions.sql());
        let rows: Vec<Row> =
            on_db!(self, pool => bind_all!(sqlx::query_as(&sql), &conditions.params).fetch_all(pool).await?);
        rows.into_iter().map(Row::job).collect()
    }

    /// Unfinished jobs by printer and state.
    pub async fn count_print_jobs(&self) -> Result<Vec<(String, JobState, i64)>> {
        let sql = "
            select printer_id, state, count(*) from print_jobs
            where state not in ('printed', 'cancelled') group by printer_id, state";
        let rows: Vec<(String, String, i64)> = on_db!(self, pool => sqlx::query_as(sql).fetch_all(pool).await?);
        rows.into_iter()
            .map(|(printer_id, state, count)| match JobState::parse(&state) {
                Some(state) => Ok((printer_id, state, count)),
                None => Err(StoreError::Impossible { table: "print_jobs", id: printer_id, column: "state" }),
            })
            .collect()
    }
}
