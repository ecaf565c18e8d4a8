//! Printers and the print queue as the pages show them; `printing.rs` decides.

use crate::desk::printing::PrinterView;
use crate::desk::{OperatorDesk, Role, present, printing};
use crate::print::job::{Job, JobState, Origin};
use crate::store::prints::QueueFilter;
use app::contract::{ChosenForm, PrintFilter, PrintJobRow, PrinterForm, PrinterRow, Printing, Problem};
use app::desk::PrintDesk;
use async_trait::async_trait;

#[async_trait]
impl PrintDesk for OperatorDesk {
    async fn printing(&self, filter: PrintFilter) -> Result<Printing, Problem> {
        let printers: Vec<PrinterRow> = self.printers().await?.into_iter().map(printer_row).collect();
        let queue = self.print_queue(&queue_filter(filter)?).await?;
        Ok(Printing {
            headline: headline(&printers),
            printers,
            jobs: queue.jobs.iter().map(job_row).collect(),
            next: queue.next,
            may_edit: self.allowed(Role::Admin).is_ok(),
            may_print: self.allowed(Role::Operator).is_ok(),
            now: present::moment(self.engine.clock.now_ms()),
        })
    }

    async fn save_printer(&self, form: PrinterForm) -> Result<(), Problem> {
        let form = printing::PrinterForm {
            printer_id: Some(form.printer_id).filter(|id| !id.is_empty()),
            labels: names(&form.labels),
            papers: names(&form.papers),
            name: form.name,
            kind: form.kind,
            address: form.address,
            takes: form.takes,
            enabled: form.enabled,
        };
        OperatorDesk::save_printer(self, form).await.map(drop)
    }

    async fn print_chosen(&self, form: ChosenForm) -> Result<String, Problem> {
        self.allowed(Role::Operator)?;
        self.print_ticked(&form).await
    }

    async fn remove_printer(&self, printer_id: String) -> Result<(), Problem> {
        OperatorDesk::remove_printer(self, &printer_id).await
    }

    async fn test_printer(&self, printer_id: String) -> Result<(), Problem> {
        self.test_print(&printer_id).await.map(drop)
    }

    async fn retry_print(&self, job_id: String, version: i64, reason: String) -> Result<(), Problem> {
        OperatorDesk::retry_print(self, &job_id, version, &reason).await
    }

    async fn cancel_print(&self, job_id: String, version: i64, reason: String) -> Result<(), Problem> {
        OperatorDesk::cancel_print(self, &job_id, version, &reason).await
    }
}

fn queue_filter(filter: PrintFilter) -> Result<QueueFilter, Problem> {
    let state = match filter.state.as_deref() {
        None => None,
        Some(name) => Some(JobState::parse(name).ok_or_else(|| {
            Problem::new(
                "print.no-such-state",
                "Print jobs have no such state.",
                "Choose one of the states above the queue.",
            )
        })?),
    };
    Ok(QueueFilter { state, after: filter.after, ..QueueFilter::default() })
}

fn names(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn headline(printers: &[PrinterRow]) -> String {
    let count = |number: i64, one: &str, several: &str| match number {
        1 => format!("1 {one}"),
        other => format!("{other} {several}"),
    };
    let printed = i64::try_from(printers.len()).unwrap_or(i64::MAX);
    let waiting: i64 = printers.iter().map(|row| row.waiting).sum();
    let needs: i64 = printers.iter().map(|row| row.needs_person).sum();
    if printers.is_empty() {
        return "No printer is set up; labels are saved from the pages of their orders.".to_owned();
    }
    let way = if waiting == 0 {
        "nothing waits".to_owned()
    } else {
        format!("{} on the way", count(waiting, "document", "documents"))
    };
    let you =
        if needs == 0 { String::new() } else { format!("; {} you", count(needs, "document needs", "documents need")) };
    format!("{}: {way}{you}.", count(printed, "printer", "printers"))
}

fn printer_row(view: PrinterView) -> PrinterRow {
    let printer = view.printer;
    PrinterRow {
        form: PrinterForm {
            printer_id: printer.printer_id,
            name: printer.name,
            kind: printer.kind.name().to_owned(),
            address: printer.address,
            takes: printer.takes.name().to_owned(),
            enabled: printer.enabled,
            labels: view.labels.join(", "),
            papers: view.papers.join(", "),
        },
        waiting: view.waiting,
        needs_person: view.needs_person,
    }
}

fn job_row(job: &Job) -> PrintJobRow {
    let title = match &job.of {
        Some(of) => format!("{} of package {}", present::document_title(&job.content_type), of.key.sequence),
        None => "Test label".to_owned(),
    };
    let origin = match job.origin {
        Origin::Automatic => "by itself",
        Origin::Reprint => "reprint",
        Origin::Test => "test",
    };
    PrintJobRow {
        job_id: job.job_id.clone(),
        version: job.version,
        title,
        order: job.of.as_ref().map(|of| (of.company.clone(), of.number.clone())),
        status: present::print_state(job.state),
        printer: job.printer.name.clone(),
        origin: origin.to_owned(),
        asked: job.asked_by.clone().map(|by| (by, job.reason.clone().unwrap_or_default())),
        cause: job.cause.as_ref().map(present::cause),
        next_run: job.next_run_ms.map(present::moment),
        changed: present::moment(job.changed_ms),
        may_retry: job.state.may_retry(),
        reason_needed: job.state == JobState::Unknown,
        may_cancel: job.state.may_cancel(),
    }
}

#[cfg(test)]
mod tests {
    use super::{headline, names};
    use app::contract::PrinterRow;

    #[test]
    fn warehouses_are_typed_with_commas() {
        assert_eq!(names(" 24, WEST,, default "), ["24", "WEST", "default"]);
    }

    #[test]
    fn the_headline_says_whether_a_person_is_needed() {
        let row = |waiting, needs_person| PrinterRow { waiting, needs_person, ..PrinterRow::default() };
        assert_eq!(headline(&[row(0, 0)]), "1 printer: nothing waits.");
        assert_eq!(headline(&[row(1, 0), row(1, 1)]), "2 printers: 2 documents on the way; 1 document needs you.");
    }
}
