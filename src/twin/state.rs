//! The world both twins share, and how it survives a restart.
//!
//! One mutex guards everything; no handler awaits while it holds it. Where a state file is wanted,
//! each change gets a version, and an answer leaves only after a snapshot of at least that version
//! is on the disk. Without a state file nothing is ever serialised.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::clock;
use super::close::Closings;
use super::control_fedex::Switches;
use super::exchange::System;
use super::fault::Faults;
use super::fedex::Throttle;
use super::job::Jobs;
use super::quota::Quota;
use super::sender::Sender;
use super::shipment::Shipments;
use super::table::Tables;
use super::tenant::Tenant;
use super::{Scenario, TwinOptions, life_cycle, seed};

/// Where the twins can be reached, and the largest page of the `OData` server.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    pub fedex_url: String,
    pub d365_url: String,
    pub page_size: usize,
}

/// A token that a twin handed out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Token {
    pub audience: String,
    pub expires_ms: i64,
}

/// Orders that become Confirmed one after another.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Release {
    pub waiting: VecDeque<(String, String)>,
    pub every_ms: Option<i64>,
    pub next_ms: i64,
}

impl Release {
    /// Starts waiting anew after a pause, so that the orders do not all come at once.
    fn resume(&mut self, now_ms: i64) {
        if self.next_ms < now_ms {
            self.next_ms = now_ms.saturating_add(self.every_ms.unwrap_or(0));
        }
    }
}

/// Everything the twins know.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct World {
    pub offset_ms: i64,
    pub journey_ms: i64,
    /// How long a new label stays unknown to tracking by reference.
    pub reference_delay_ms: i64,
    /// How long a new label stays unknown to tracking by number.
    pub track_delay_ms: i64,
    pub scenario: Scenario,
    pub tables: Tables,
    pub shipments: Shipments,
    #[serde(default)]
    pub jobs: Jobs,
    #[serde(default)]
    pub closings: Closings,
    #[serde(default)]
    pub switches: Switches,
    #[serde(default)]
    pub tenant: Tenant,
    pub odata: super::odata_switches::Switches,
    #[serde(default)]
    pub quota: Quota,
    #[serde(default)]
    pub sender: Sender,
    pub tokens: HashMap<String, Token>,
    /// Certificates registered at Entra, DER in base64.
    #[serde(default)]
    pub certificates: Vec<String>,
    pub throttle: Throttle,
    pub faults: Faults,
    pub calls: BTreeMap<String, u64>,
    pub release: Release,
    serial: u64,
    pub next_piece: u64,
    #[serde(skip)]
    pub place: Place,
    #[serde(skip)]
    version: u64,
}

/// First eleven digits of the first tracking number of an empty scenario.
const FIRST_PIECE: u64 = 79_464_479_013;
/// The demo starts its numbers here plus the second of its start, so that a demo that lost its
/// state does not hand out the numbers of the one before.
const DEMO_PIECE_BASE: u64 = 79_000_000_000;
/// Keeps the demo's numbers within eleven digits.
const DEMO_PIECE_SPAN: u64 = 1_000_000_000;

impl World {
    pub(super) fn new(options: &TwinOptions) -> Self {
        let started_ms = clock::wall_ms();
        let every_ms = options.release_every.map(|every| i64::try_from(every.as_millis()).unwrap_or(i64::MAX).max(1));
        let next_piece = match options.scenario {
            Scenario::Empty => FIRST_PIECE,
            Scenario::Demo => DEMO_PIECE_BASE + started_ms.unsigned_abs() / 1_000 % DEMO_PIECE_SPAN,
        };
        let mut world = Self {
            offset_ms: 0,
            journey_ms: i64::try_from(options.journey.as_millis()).unwrap_or(i64::MAX),
            reference_delay_ms: 0,
            track_delay_ms: 0,
            scenario: options.scenario,
            tables: Tables::default(),
            shipments: Shipments::default(),
            jobs: Jobs::default(),
            closings: Closings::default(),
            switches: Switches::default(),
            tenant: Tenant::default(),
            odata: super::odata_switches::Switches::default(),
            quota: Quota::default(),
            sender: Sender::default(),
            tokens: HashMap::new(),
            certificates: Vec::new(),
            throttle: Throttle::default(),
            faults: Faults::default(),
            calls: BTreeMap::new(),
            release: Release {
                waiting: VecDeque::new(),
                every_ms,
                next_ms: started_ms.saturating_add(every_ms.unwrap_or(0)),
            },
            serial: 0,
            next_piece,
            place: Place::default(),
            version: 1,
        };
        seed::plant(&mut world);
        world
    }

    /// The twin's time in Unix milliseconds.
    pub(super) fn now_ms(&self) -> i64 {
        clock::wall_ms().saturating_add(self.offset_ms)
    }

    /// Marks the world as changed, so that it is saved before the answer goes out.
    pub(super) fn touch(&mut self) {
        self.version += 1;
    }

    /// Counts a call of one operation.
    pub(super) fn count(&mut self, system: System, op: &str) {
        *self.calls.entry(format!("{}.{op}", system.name())).or_default() += 1;
    }

    /// Counts something that is not a call, such as a token handed out.
    pub(super) fn tally(&mut self, what: &str) {
        *self.calls.entry(what.to_owned()).or_default() += 1;
    }

    /// The next number of the world's only counter.
    pub(super) fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.touch();
        self.serial
    }

    /// Thirty-two bytes that differ from all others this world produced.
    pub(super) fn fresh_bytes(&mut self) -> [u8; 32] {
        let serial = self.next_serial();
        let mut hash = Sha256::new();
        hash.update(b"twin");
        hash.update(serial.to_be_bytes());
        hash.update(self.now_ms().to_be_bytes());
        hash.finalize().into()
    }

    /// A fresh identifier in the form of a version 4 UUID. It does not count as a change.
    pub(super) fn fresh_uuid(&mut self) -> String {
        let version = self.version;
        let bytes = self.fresh_bytes();
        self.version = version;
        let hex = hex(&bytes[..16]);
        format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
    }

    /// Confirms the waiting orders whose time has come.
    pub(super) fn release_due(&mut self) {
        let Some(every_ms) = self.release.every_ms else {
            return;
        };
        let now_ms = self.now_ms();
        while self.release.next_ms <= now_ms {
            let Some((company, number)) = self.release.waiting.pop_front() else {
                return;
            };
            self.release.next_ms = self.release.next_ms.saturating_add(every_ms);
            // A test may have replaced or cancelled the order meanwhile: then nothing is due.
            let _ = life_cycle::act(self, &company, &number, "confirm");
            self.touch();
        }
    }
}

/// A serialised world and its version.
pub(super) struct Snapshot {
    version: u64,
    bytes: Vec<u8>,
}

/// The world behind its mutex, and the file it is saved to.
#[derive(Debug)]
pub(super) struct Shared {
    world: Mutex<World>,
    /// Answers that a fault holds back at this moment.
    pub(super) held: watch::Sender<usize>,
    file: Option<PathBuf>,
    saved_version: Mutex<u64>,
}

impl Shared {
    /// Reads the world from the state file, or makes a new one.
    pub(super) fn open(options: &TwinOptions, place: Place) -> io::Result<Self> {
        let mut world = match options.state_file.as_deref() {
            Some(path) if path.exists() => {
                serde_json::from_slice::<World>(&std::fs::read(path)?).map_err(io::Error::other)?
            }
            _ => World::new(options),
        };
        world.place = place;
        world.version = 1;
        world.release.resume(world.now_ms());
        world.tables.reindex();
        world.shipments.reindex();
        let shared = Self {
            world: Mutex::new(world),
            held: watch::Sender::new(0),
            file: options.state_file.clone(),
            saved_version: Mutex::new(0),
        };
        if shared.file.is_some() {
            let snapshot = shared.snapshot(&guard(&shared.world));
            if let Some(snapshot) = snapshot {
                shared.save(&snapshot)?;
            }
        }
        Ok(shared)
    }

    /// Changes the world without waiting for the disk.
    pub(super) fn change<T>(&self, act: impl FnOnce(&mut World) -> T) -> T {
        act(&mut guard(&self.world))
    }

    /// Changes the world and takes a snapshot when something changed and a file is wanted.
    pub(super) fn change_and_snapshot<T>(&self, act: impl FnOnce(&mut World) -> T) -> (T, Option<Snapshot>) {
        let mut world = guard(&self.world);
        let before = world.version;
        let result = act(&mut world);
        let snapshot = if world.version == before { None } else { self.snapshot(&world) };
        (result, snapshot)
    }

    fn snapshot(&self, world: &World) -> Option<Snapshot> {
        self.file.as_ref()?;
        Some(Snapshot { version: world.version, bytes: serde_json::to_vec(world).expect("the world is plain data") })
    }

    /// Has a snapshot on the disk: temporary file, fsync, rename. An older one is not written.
    pub(super) fn save(&self, snapshot: &Snapshot) -> io::Result<()> {
        let Some(path) = self.file.as_deref() else {
            return Ok(());
        };
        let mut saved = guard(&self.saved_version);
        if *saved >= snapshot.version {
            return Ok(());
        }
        write_durably(path, &snapshot.bytes)?;
        *saved = snapshot.version;
        Ok(())
    }
}

fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        std::fs::create_dir_all(folder)?;
    }
    let temporary = path.with_extension("tmp");
    let mut file = File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)?;
    // The rename itself is durable once the folder is.
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// A poisoned world is still the best one there is: a panic in one handler must not end the twin.
fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
