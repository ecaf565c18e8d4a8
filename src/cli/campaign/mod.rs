//! `campaign`: the rehearsal that the promise "exactly one live label an order" has to pass.
//!
//! The twins run in this process, in memory; the product runs as a process of its own, with its own
//! data, and is killed by SIGKILL while FedEx holds back the answer to a purchase. Every safety
//! constant keeps its value: both sides run on clocks that are faster instead, so that the hour
//! after which an absent label is believed passes in a minute. What follows from that:
//!
//! - HTTP timeouts, poll and idle waits stay real seconds. They only make the product slower.
//! - A lease of ten minutes lasts ten real seconds at factor 60. A step that takes longer is thought
//!   dead while it is alive, so shortening leases only asks more of the product.
//! - The product's clock is a little ahead of the twins', as a server's clock may be. Otherwise a
//!   purchase at midnight could arrive on the day after its ship date.

mod figures;
mod product;
mod script;

use super::{Exit, Failed, Result};
use crate::audit::{Actor, System};
use crate::clock::{Clock, Pace, SECOND_MS};
use crate::config::Config;
use crate::desk::connections;
use crate::engine::{Engine, StartError};
use crate::lifecycle::signal;
use crate::order::state::State;
use crate::twin::{Twin, TwinOptions, start};
use clap::Args;
use figures::Figures;
use http::Method;
use product::{Product, Setting};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The outcome of one step of the campaign.
type Done<T> = std::result::Result<T, Failed>;

/// Orders that must be caught by a kill between send and commit: one in so many.
const CAUGHT_ONE_IN: usize = 20;
/// How often the twins' clock is moved and the held answers are counted.
const BEAT: Duration = Duration::from_millis(50);
/// Beats between two looks at the database.
const BEATS_PER_LOOK: u64 = 20;
/// Looks between two lines about the progress.
const LOOKS_PER_LINE: u64 = 15;
/// Beats without another held answer after which the product is killed: long enough for the other
/// purchases of the same moment to arrive, so that one kill catches several.
const STILL_BEATS: u32 = 4;
/// How far the product's clock is ahead, in real time: longer than a call takes on loopback.
const AHEAD_MS: i64 = 500;
/// How long a label stays unknown to FedEx's search by reference, in the twins' time: the first
/// three looks after a lost answer miss, and who believed them would buy a second label.
const INDEX_DELAY_S: u64 = 600;
/// From label to delivery: longer than any campaign, because deliveries are not under test here.
const JOURNEY: Duration = Duration::from_hours(24 * 30);
/// Orders placed at the twin in one call.
const ORDERS_PER_CALL: usize = 500;

/// Arguments of `campaign`.
#[derive(Args)]
pub struct Campaign {
    /// Orders to ship.
    #[arg(long, default_value_t = 10_000)]
    orders: usize,
    /// Decides which calls meet which fault; chosen and printed when not given.
    #[arg(long)]
    seed: Option<u64>,
    /// Real minutes after which it ends, whatever is left.
    #[arg(long, default_value_t = 40)]
    minutes: u64,
    /// An empty directory for the product's data; default `campaign` in the data directory, emptied first.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Shipments the product steps at the same time.
    #[arg(long, default_value_t = 8)]
    concurrency: usize,
    /// An empty PostgreSQL database instead of SQLite.
    #[arg(long)]
    database: Option<String>,
    /// The figures as JSON.
    #[arg(long)]
    json: bool,
    /// How many times faster time passes.
    #[arg(long, default_value_t = 60, hide = true)]
    factor: u32,
}

impl Campaign {
    /// Runs the campaign and prints its figures.
    pub async fn run(self, config: Config) -> Result {
        let seed = self.seed.unwrap_or_else(rand::random);
        let directory = self.directory(&config)?;
        eprintln!("campaign: {} orders, seed {seed}, data in {}", self.orders, directory.display());
        let mut rehearsal = Rehearsal::prepare(&self, seed, &directory).await?;
        let bound = Duration::from_secs(self.minutes * 60);
        let in_time = tokio::select! {
            ended = tokio::time::timeout(bound, rehearsal.drive()) => match ended {
                Ok(result) => result.map(|()| true)?,
                Err(_) => false,
            },
            // The product is a child of this process and ends with it.
            () = signal() => return Err(Failed::no("the campaign was stopped; start it again.")),
        };
        let figures = rehearsal.figures(in_time).await?;
        if self.json {
            say!("{}", serde_json::to_string_pretty(&figures).unwrap_or_default());
        } else {
            say!("{}", figures.table().trim_end());
        }
        if figures.failures.is_empty() {
            return Ok(Exit::Done);
        }
        eprintln!("campaign: seed {seed}; the product's last words are in {}", product::log(&directory).display());
        Ok(Exit::No)
    }

    /// The empty directory of the product.
    fn directory(&self, config: &Config) -> Done<PathBuf> {
        let wrong = |path: &Path, error: std::io::Error| {
            Failed::usage(format!("{} cannot be used: {error}; name another --data-dir.", path.display()))
        };
        let own = config.data_dir.join("campaign");
        if self.data_dir.is_none() && own.exists() {
            std::fs::remove_dir_all(&own).map_err(|error| wrong(&own, error))?;
        }
        let path = self.data_dir.clone().unwrap_or(own);
        std::fs::create_dir_all(&path).map_err(|error| wrong(&path, error))?;
        let mut entries = std::fs::read_dir(&path).map_err(|error| wrong(&path, error))?;
        if entries.next().is_some() {
            return Err(Failed::usage(format!("{} is not empty; name an empty --data-dir.", path.display())));
        }
        // The product works inside it: a relative path would lead elsewhere.
        path.canonicalize().map_err(|error| wrong(&path, error))
    }
}

/// A campaign under way.
struct Rehearsal {
    orders: usize,
    seed: u64,
    target: usize,
    burst: usize,
    pace: Pace,
    twin: Twin,
    /// Reads the product's database; it never works.
    engine: Engine,
    product: Product,
    /// How far the twins' clock was moved.
    advanced_ms: i64,
    began_ms: i64,
    throttled: bool,
}

impl Rehearsal {
    async fn prepare(arguments: &Campaign, seed: u64, directory: &Path) -> Done<Self> {
        let options = TwinOptions { journey: JOURNEY, ..TwinOptions::loopback() };
        let twin = start(options).await.map_err(|error| Failed::usage(format!("the twins cannot start: {error}.")))?;
        let wall_ms = Clock::System.now_ms();
        let pace = Pace { from_ms: wall_ms - AHEAD_MS, factor: i64::from(arguments.factor) };
        // Nothing of this machine's own settings: a campaign is the same everywhere.
        let mut config = Config::in_directory(directory);
        if let Some(url) = &arguments.database {
            config.set_database_url(url);
        }
        let engine = Engine::start(config, Clock::Scaled(pace)).await.map_err(|error: StartError| {
            Failed::usage(format!("the campaign's database cannot be used: {}.", crate::transport::chain(&error)))
        })?;
        if !engine.store.db.count_by_state().await?.is_empty() {
            return Err(Failed::usage("the database holds orders already; give an empty one."));
        }
        for (system, document) in [(System::D365, twin.d365_credentials()), (System::Fedex, twin.fedex_credentials())] {
            connections::save(&engine, &Actor::CommandLine, system, document).await?;
        }
        let (target, burst) = (arguments.orders.div_ceil(CAUGHT_ONE_IN), arguments.concurrency.min(8));
        place_orders(&twin, arguments.orders).await?;
        control(&twin, Method::POST, "/_twin/clock", &json!({"reference_delay_s": INDEX_DELAY_S})).await?;
        control(&twin, Method::POST, "/_twin/faults", &script::faults(seed, target, burst)).await?;
        let product = Product::start(Setting {
            directory: directory.to_owned(),
            database: arguments.database.clone(),
            concurrency: arguments.concurrency,
            pace,
        })?;
        let (orders, began_ms) = (arguments.orders, Clock::System.now_ms());
        Ok(Self {
            orders,
            seed,
            target,
            burst,
            pace,
            twin,
            engine,
            product,
            advanced_ms: 0,
            began_ms,
            throttled: false,
        })
    }

    /// Moves time, kills and watches until every order is settled.
    async fn drive(&mut self) -> Done<()> {
        let (mut held_before, mut still) = (0, 0);
        for beat in 1_u64.. {
            tokio::time::sleep(BEAT).await;
            self.move_clock().await?;
            if let Some(status) = self.product.ended() {
                return Err(Failed::no(format!(
                    "the product ended by itself ({status}); read {}.",
                    self.product.log().display()
                )));
            }
            let held = self.twin.held();
            still = if held > 0 && held == held_before { still + 1 } else { 0 };
            held_before = held;
            if held >= self.burst || still >= STILL_BEATS {
                self.kill().await?;
                (held_before, still) = (0, 0);
            }
            if beat.is_multiple_of(BEATS_PER_LOOK) && self.look(beat / BEATS_PER_LOOK).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Kills the product while answers are held back, and starts it again.
    async fn kill(&mut self) -> Done<()> {
        self.product.kill()?;
        // The twin notices the closed sockets within moments; until then it counts their answers.
        while self.twin.held() > 0 {
            tokio::time::sleep(BEAT).await;
        }
        self.product.start_again()
    }

    /// Keeps the twins' clock just behind the product's.
    async fn move_clock(&mut self) -> Done<()> {
        let real_ms = Clock::System.now_ms() - self.pace.from_ms - AHEAD_MS;
        let step_s = (real_ms * (self.pace.factor - 1) - self.advanced_ms) / SECOND_MS;
        if step_s > 0 {
            control(&self.twin, Method::POST, "/_twin/clock", &json!({"advance_s": step_s})).await?;
            self.advanced_ms += step_s * SECOND_MS;
        }
        Ok(())
    }

    /// Looks how far the orders are; `true` when all of them are settled.
    async fn look(&mut self, look: u64) -> Done<bool> {
        let states = self.engine.store.db.count_by_state().await?;
        let count = |wanted: &dyn Fn(State) -> bool| -> usize {
            let some = states.iter().filter(|(state, _)| wanted(*state)).map(|(_, count)| *count);
            usize::try_from(some.sum::<i64>()).unwrap_or(0)
        };
        let is_open =
            |state: State| matches!(state, State::Received | State::Ready | State::Labelled | State::OutcomeUnknown);
        let settled = count(&|state| !is_open(state));
        let bought = count(&|state| state == State::Labelled) + settled;
        if look.is_multiple_of(LOOKS_PER_LINE) {
            let seconds = (Clock::System.now_ms() - self.began_ms) / SECOND_MS;
            eprintln!(
                "campaign: {seconds} s, {} taken in, {bought} bought, {} unknown, {settled} settled, {} kills",
                count(&|_| true),
                count(&|state| state == State::OutcomeUnknown),
                self.product.kills
            );
        }
        // In the middle, when purchases are under way, FedEx closes its token endpoint once.
        if !self.throttled && bought * 3 >= self.orders {
            control(&self.twin, Method::POST, "/_twin/faults", &script::throttle()).await?;
            self.throttled = true;
        }
        Ok(settled >= self.orders)
    }

    async fn figures(mut self, in_time: bool) -> Done<Figures> {
        let wall_ms = Clock::System.now_ms() - self.began_ms;
        // The last word of every campaign: the power goes. What is on the disk must be the truth.
        self.product.stop()?;
        let mut figures = Figures { orders: self.orders, seed: self.seed, ..Figures::default() };
        figures.measure(&self, wall_ms);
        figures.read_product(&self.engine).await?;
        figures.compare(&self.twin, &self.engine).await?;
        figures.judge(in_time, self.target);
        self.twin.stop().await;
        Ok(figures)
    }
}

/// Orders that ship without trouble: what goes wrong is the script's business.
async fn place_orders(twin: &Twin, orders: usize) -> Done<()> {
    const MODES: [&str; 3] = ["FEDEX-GRD", "FEDEX-2D", "FEDEX-ON"];
    const WEIGHTS_KG: [f64; 4] = [0.5, 2.0, 7.5, 20.0];
    let numbers: Vec<usize> = (1..=orders).collect();
    for some in numbers.chunks(ORDERS_PER_CALL) {
        let wanted: Vec<Value> = some
            .iter()
            .map(|number| {
                json!({
                    "number": format!("SO-{number:06}"),
                    "mode": MODES[number % MODES.len()],
                    "lines": [{"weight_kg": WEIGHTS_KG[number % WEIGHTS_KG.len()], "quantity": 1 + number % 2}],
                })
            })
            .collect();
        control(twin, Method::POST, "/_twin/orders", &Value::Array(wanted)).await?;
    }
    Ok(())
}

async fn control(twin: &Twin, method: Method, address: &str, body: &Value) -> Done<Value> {
    let answer = twin.control(method, address, body).await;
    answer.map_err(|error| Failed::no(format!("the twins refused {address}: {error}; report this as a defect.")))
}
