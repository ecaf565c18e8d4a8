//! The product as a process of its own: started, killed, started again.

use super::{Done, Failed};
use crate::clock::Pace;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

/// Real seconds between two pulls. A pull starts anew after each 429 on one of its pages, so with
/// two in a hundred of them a long list needs several.
const POLL_INTERVAL_S: u32 = 20;
/// Seconds between two questions about one parcel, in the product's fast time: at the usual
/// interval a campaign would ask sixty times as often a real second as any warehouse.
const TRACK_INTERVAL_S: u32 = 86_400;

/// How the product is started.
pub struct Setting {
    /// Its data directory, absolute.
    pub directory: PathBuf,
    /// PostgreSQL instead of SQLite.
    pub database: Option<String>,
    /// Shipments stepped at the same time.
    pub concurrency: usize,
    /// Its clock; the same after each start.
    pub pace: Pace,
}

/// The running product. Ends with its value: no campaign leaves a process behind.
pub struct Product {
    setting: Setting,
    child: Child,
    /// How often it was killed and started again.
    pub kills: u32,
}

/// Where a product in this directory writes its log.
pub fn log(directory: &Path) -> PathBuf {
    directory.join("product.log")
}

impl Product {
    /// Starts it.
    pub fn start(setting: Setting) -> Done<Self> {
        let child = spawn(&setting)?;
        Ok(Self { setting, child, kills: 0 })
    }

    /// Kills it by SIGKILL: no chance to finish, to close or to say anything.
    pub fn kill(&mut self) -> Done<()> {
        self.kills += 1;
        self.stop()
    }

    /// The same at the end of a campaign, where it counts as no fault.
    pub fn stop(&mut self) -> Done<()> {
        let killed = self.child.kill().and_then(|()| self.child.wait());
        killed.map(|_| ()).map_err(|error| Failed::no(format!("the product cannot be killed: {error}.")))
    }

    /// Starts it on the same data.
    pub fn start_again(&mut self) -> Done<()> {
        self.child = spawn(&self.setting)?;
        Ok(())
    }

    /// How it ended, if it did so by itself.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Its log.
    pub fn log(&self) -> PathBuf {
        log(&self.setting.directory)
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        // One that was stopped already is no failure.
        drop(self.stop());
    }
}

fn spawn(setting: &Setting) -> Done<Child> {
    let failed = |error: std::io::Error| Failed::no(format!("the product cannot be started: {error}."));
    let log = OpenOptions::new().create(true).append(true).open(log(&setting.directory)).map_err(failed)?;
    let mut command = Command::new(std::env::current_exe().map_err(failed)?);
    // Nothing of this machine's own settings reaches it: no environment, no settings file.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ML_")) {
        command.env_remove(name);
    }
    command.arg("worker").current_dir(&setting.directory).env("ML_DATA_DIR", &setting.directory);
    if let Some(url) = &setting.database {
        command.env("ML_DATABASE_URL", url);
    }
    command
        .env("ML_CONCURRENCY", setting.concurrency.to_string())
        .env("ML_CLOCK_FACTOR", setting.pace.factor.to_string())
        .env("ML_CLOCK_FROM_MS", setting.pace.from_ms.to_string())
        .env("ML_POLL_INTERVAL_S", POLL_INTERVAL_S.to_string())
        .env("ML_TRACK_INTERVAL_S", TRACK_INTERVAL_S.to_string())
        .env("ML_LOG", "warn")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log);
    command.spawn().map_err(failed)
}

/// Processor time in seconds: of this process, and of its children that have ended. Linux counts
/// both in hundredths of a second; elsewhere there is no such file, and no figure.
pub fn processor_seconds() -> Option<(i64, i64)> {
    const TICKS_PER_SECOND: i64 = 100;
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The program's name may hold spaces; behind its bracket the third field begins.
    let fields: Vec<i64> =
        text.rsplit_once(')')?.1.split_whitespace().map(|field| field.parse().unwrap_or(0)).collect();
    let sum = |first: usize| Some((fields.get(first)? + fields.get(first + 1)?) / TICKS_PER_SECOND);
    Some((sum(11)?, sum(13)?))
}
