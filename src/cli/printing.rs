//! `printers`, `prints` and `print`: printers and the print queue without a browser.

use super::inspect::desk;
use super::{Exit, Failed, Result};
use crate::desk::OperatorDesk;
use crate::desk::printing::{PrinterForm, PrinterView};
use crate::engine::Engine;
use crate::print::job::{Job, JobState};
use crate::store::prints::QueueFilter;
use crate::work::print::DEFAULT_WAREHOUSE;
use clap::{Args, Subcommand};

/// Subcommands of `printers`.
#[derive(Subcommand)]
pub enum Printers {
    /// Lists printers and what they print.
    List {
        /// JSON lines instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Adds a printer.
    Add(Add),
    /// Queues a test label.
    Test {
        /// Its name.
        name: String,
    },
    /// Removes a printer; what waits for it is stopped.
    Remove {
        /// Its name.
        name: String,
    },
}

/// Arguments of `printers add`.
#[derive(Args)]
pub struct Add {
    /// What people call it.
    name: String,
    /// raw (TCP 9100) or ipp.
    #[arg(long)]
    kind: String,
    /// host:port, or `ipp://host:631/printers/NAME`.
    #[arg(long)]
    address: String,
    /// ZPLII, PDF or PNG.
    #[arg(long)]
    takes: String,
    /// Warehouses it prints for; without one, all that have no printer of their own.
    #[arg(long)]
    warehouse: Vec<String>,
    /// It prints customs and other papers instead of labels.
    #[arg(long)]
    papers: bool,
}

impl Printers {
    /// Runs it.
    pub async fn run(self, engine: &Engine) -> Result {
        let desk = desk(engine);
        match self {
            Self::List { json } => {
                for view in desk.printers().await? {
                    if json {
                        say!("{}", serde_json::to_string(&view).unwrap_or_default());
                    } else {
                        print_printer(&view);
                    }
                }
            }
            Self::Add(add) => {
                let name = add.name.clone();
                desk.save_printer(add.form()).await.map_err(|problem| Failed::usage(problem.to_string()))?;
                say!("{name} saved; `ml-connector printers test {name}` prints a test label.");
            }
            Self::Test { name } => {
                let job_id = desk.test_print(&printer_id(&desk, &name).await?).await?;
                say!("{job_id} queued on {name}; the running server prints it, `ml-connector prints` tells.");
            }
            Self::Remove { name } => {
                desk.remove_printer(&printer_id(&desk, &name).await?).await?;
                say!("{name} removed.");
            }
        }
        Ok(Exit::Done)
    }
}

impl Add {
    fn form(self) -> PrinterForm {
        let warehouses = if self.warehouse.is_empty() { vec![DEFAULT_WAREHOUSE.to_owned()] } else { self.warehouse };
        let (labels, papers) = if self.papers { (Vec::new(), warehouses) } else { (warehouses, Vec::new()) };
        PrinterForm {
            printer_id: None,
            name: self.name,
            kind: self.kind,
            address: self.address,
            takes: self.takes,
            enabled: true,
            labels,
            papers,
        }
    }
}

async fn printer_id(desk: &OperatorDesk, name: &str) -> std::result::Result<String, Failed> {
    let found = desk.printers().await?.into_iter().find(|view| view.printer.name == name);
    let missing = || Failed::no(format!("there is no printer {name}; `ml-connector printers list` shows all."));
    found.map(|view| view.printer.printer_id).ok_or_else(missing)
}

fn print_printer(view: &PrinterView) {
    let printer = &view.printer;
    let power = if printer.enabled { "on" } else { "off" };
    let purpose = |word: &str, warehouses: &[String]| {
        if warehouses.is_empty() { String::new() } else { format!("{word}: {}", warehouses.join(", ")) }
    };
    let prints = [purpose("labels", &view.labels), purpose("papers", &view.papers)];
    let prints = prints.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
    say!(
        "{}\t{}\t{}\t{}\t{power}\t{prints}\t{} waiting, {} need a person",
        printer.name,
        printer.kind.name(),
        printer.address,
        printer.takes.name(),
        view.waiting,
        view.needs_person
    );
}

/// Arguments of `prints`.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Prints {
    /// One state only, for example unknown or stopped.
    #[arg(long)]
    state: Option<String>,
    /// JSON lines instead of text.
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    command: Option<PrintsCommand>,
}

/// Subcommands of `prints`.
#[derive(Subcommand)]
pub enum PrintsCommand {
    /// Sends a failed, stopped or unknown job again.
    Retry {
        /// Job id.
        job: String,
        /// Why; needed where the document may be on paper already.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Gives a job up.
    Cancel {
        /// Job id.
        job: String,
        /// Why.
        #[arg(long, default_value = "")]
        reason: String,
    },
}

impl Prints {
    /// Lists the queue, newest first, or moves one job.
    pub async fn run(self, engine: &Engine) -> Result {
        let desk = desk(engine);
        match self.command {
            None => return list(&desk, self.state, self.json).await,
            Some(PrintsCommand::Retry { job, reason }) => {
                let version = version(engine, &job).await?;
                desk.retry_print(&job, version, &reason).await?;
                say!("{job} queued again.");
            }
            Some(PrintsCommand::Cancel { job, reason }) => {
                let version = version(engine, &job).await?;
                desk.cancel_print(&job, version, &reason).await?;
                say!("{job} cancelled.");
            }
        }
        Ok(Exit::Done)
    }
}

async fn version(engine: &Engine, job: &str) -> std::result::Result<i64, Failed> {
    let found = engine.store.db.print_job(job).await?;
    let missing = || Failed::no(format!("there is no print job {job}; `ml-connector prints` lists them."));
    found.map(|job| job.version).ok_or_else(missing)
}

async fn list(desk: &OperatorDesk, state: Option<String>, json: bool) -> Result {
    let state = match state {
        None => None,
        Some(name) => Some(JobState::parse(&name).ok_or_else(|| {
            let names = JobState::ALL.map(JobState::name).join(", ");
            Failed::usage(format!("there is no state {name}; use one of {names}."))
        })?),
    };
    let mut filter = QueueFilter { state, ..QueueFilter::default() };
    loop {
        let page = desk.print_queue(&filter).await?;
        for job in &page.jobs {
            if json {
                say!("{}", serde_json::to_string(job).unwrap_or_default());
            } else {
                print_job(job);
            }
        }
        if page.next.is_none() {
            return Ok(Exit::Done);
        }
        filter.after = page.next;
    }
}

fn print_job(job: &Job) {
    let (code, detail) =
        job.cause.as_ref().map_or(("", ""), |cause| (cause.code.as_str(), cause.detail.as_deref().unwrap_or_default()));
    say!("{}\t{}\t{}\t{}\t{code}\t{detail}", job.job_id, job.state.name(), job.printer.name, job.title());
}

/// Arguments of `print`.
#[derive(Args)]
pub struct Print {
    /// Order number.
    number: String,
    /// Why; a second label of a parcel must be explained.
    #[arg(long, default_value = "Printed at the command line.")]
    reason: String,
}

impl Print {
    /// Queues all documents of an order again.
    pub async fn run(self, engine: &Engine) -> Result {
        let Self { number, reason } = self;
        let desk = desk(engine);
        let mut exit = Exit::No;
        for record in engine.store.db.orders_by_number(&number).await? {
            for shipment in engine.store.db.shipments_of(&record.order_id).await? {
                match desk.print_shipment_again(&shipment.shipment_id, &reason).await {
                    Ok(jobs) => {
                        say!("{} {number}: queued as {}", record.key.company, jobs.join(", "));
                        exit = Exit::Done;
                    }
                    Err(problem) => eprintln!("{} {number}: {problem}", record.key.company),
                }
            }
        }
        if exit == Exit::No {
            return Err(Failed::no(format!(
                "nothing of order {number} was queued; `ml-connector order {number}` shows it."
            )));
        }
        Ok(exit)
    }
}
