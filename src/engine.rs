//! The engine: what desk, web and work hold. Built once, cloned cheaply.

use crate::audit::{Actor, Entry, Subject, System};
use crate::clock::{Clock, MINUTE_MS, SECOND_MS};
use crate::config::Config;
use crate::d365::{D365, NextLink};
use crate::fedex::{Environment, Fedex};
use crate::order::cause::Cause;
use crate::order::retry::Failure;
use crate::order::rules::Rules;
use crate::store::rules::HeldRules;
use crate::store::{Db, Store, StoreError};
use crate::transport::Transport;
use crate::transport::token::{Shelf, Shelved};
use crate::twin::Twin;
use crate::vault::{KeyError, MasterKey, Vault, VaultError};
use crate::zone::Zone;
use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use tokio::sync::Notify;
use ulid::Ulid;

/// How long a step may hold a shipment. Longer than all its calls together (a write-back reads,
/// writes and reads again, 120 s each at worst), since a lease that ends early means a look-up.
pub const LEASE_MS: i64 = 10 * 60 * SECOND_MS;
/// How long changed credentials may stay unnoticed when another process saved them.
const CONNECTIONS_AGE_MS: i64 = 2 * SECOND_MS;

/// What starting can fail with.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No data directory.
    #[error("the data directory {0} cannot be made; check the path and its owner")]
    Directory(String, #[source] std::io::Error),
    /// No master key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// No database.
    #[error("the database cannot be used; check database_url and that the server or the disk is there")]
    Store(#[from] StoreError),
    /// The database was sealed with another key.
    #[error("the master key does not fit this database; give the key it was made with (ML_MASTER_KEY or the key file)")]
    Vault(#[from] VaultError),
    /// No HTTP client.
    #[error("the HTTP client could not be made")]
    Transport(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Everything the program works with.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

/// See [`Engine`].
pub struct Inner {
    /// The database.
    pub store: Store,
    /// Sealed secrets.
    pub vault: Vault,
    /// The time.
    pub clock: Clock,
    /// The settings.
    pub config: Config,
    /// Names this process in leases.
    pub node: String,
    /// There is something to step.
    pub wake_drive: Notify,
    /// Somebody wants a pull now.
    pub wake_poll: Notify,
    /// There is an order to look at.
    pub wake_look_at: Notify,
    /// Changes should be read now.
    pub wake_changes: Notify,
    /// Somebody wants to know what was missed.
    pub wake_gap: Notify,
    /// A push waits to be read.
    pub wake_ingest: Notify,
    /// A batch waits to be worked off.
    pub wake_batch: Notify,
    /// How many refused pushes are kept.
    pub refusals: Gate,
    /// How bytes leave over HTTP; printers are called through it directly.
    pub transport: Transport,
    connections: Mutex<Connections>,
    held_rules: HeldRules,
    health: Mutex<Health>,
    /// Where a pull stopped: host and page.
    stopped_at: Mutex<Option<(String, NextLink)>>,
    shown_once: Mutex<Option<ShownOnce>>,
    pasted: Mutex<Vec<Pasted>>,
    /// The built-in twins, while they stand in for both systems. Held for the whole of a change.
    pub twins: tokio::sync::Mutex<Option<Twin>>,
    refused: Mutex<BTreeMap<&'static str, RefusedConnection>>,
}

/// What an operator pasted about a connection, secrets included, until it is saved. It is nowhere else.
#[derive(Clone)]
pub struct Pasted {
    /// The operator.
    pub by: String,
    /// Which connection.
    pub system: System,
    /// What was understood of it, as a connection's JSON with what was there.
    pub document: SecretString,
    /// What to tell about it.
    pub remarks: Vec<String>,
    /// Until when.
    pub until_ms: i64,
}

/// A connection whose new secret failed its test. It is kept for some minutes, here and nowhere else,
/// so that an administrator can save it anyway without entering it again.
#[derive(Clone)]
pub struct RefusedConnection {
    /// The whole document, secrets included.
    pub document: SecretString,
    /// The ladder of the test as JSON.
    pub ladder: String,
    /// Who tried.
    pub by: String,
    /// Until when.
    pub until_ms: i64,
}

/// A secret that was made here and is shown to who made it, for some minutes. It is nowhere else.
pub struct ShownOnce {
    /// The operator.
    pub to: String,
    /// What is shown.
    pub value: SecretString,
    /// Until when.
    pub until_ms: i64,
}

impl std::ops::Deref for Engine {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

#[derive(Clone, Default)]
struct Connections {
    /// Counts every change of what stands here.
    generation: u64,
    checked_ms: i64,
    /// When each sealed connection was changed: tells whether the clients are still the right ones.
    d365_stamp: Option<i64>,
    fedex_stamp: Option<i64>,
    d365: Option<Arc<D365>>,
    fedex: Option<Arc<Fedex>>,
}

/// Refused pushes kept in a minute: enough to see what is wrong, too few to fill a disk.
const REFUSALS_A_MINUTE: u64 = 30;

/// Lets so many through in a minute, and counts the rest: what strangers send must not fill the disk.
#[derive(Default)]
pub struct Gate(Mutex<Passed>);

#[derive(Default)]
struct Passed {
    minute: i64,
    count: u64,
    turned_away: u64,
}

impl Gate {
    /// One more; `false` when this minute has had enough.
    pub fn admit(&self, now_ms: i64) -> bool {
        let mut passed = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let minute = now_ms.div_euclid(MINUTE_MS);
        if passed.minute != minute {
            (passed.minute, passed.count) = (minute, 0);
        }
        let admitted = passed.count < REFUSALS_A_MINUTE;
        if admitted {
            passed.count += 1;
        } else {
            passed.turned_away += 1;
        }
        admitted
    }

    /// How many were turned away since the start.
    pub fn turned_away(&self) -> u64 {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).turned_away
    }
}

/// How the last calls of each side went, for the chips.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// Dynamics 365: when, and what was wrong.
    pub d365: Option<(i64, Option<Cause>)>,
    /// FedEx.
    pub fedex: Option<(i64, Option<Cause>)>,
}

impl Engine {
    /// Opens database and vault and builds the engine.
    pub async fn start(config: Config, clock: Clock) -> Result<Self, StartError> {
        std::fs::create_dir_all(&config.data_dir)
            .map_err(|error| StartError::Directory(config.data_dir.display().to_string(), error))?;
        let key = master_key(&config)?;
        let db = Db::connect(config.database_url().expose_secret()).await?;
        db.migrate().await?;
        let (vault, chain) = Vault::open(db.clone(), key, clock.now_ms()).await?;
        let store = Store::new(db, chain);
        let indexed = store.index_older_orders().await?;
        if indexed > 0 {
            tracing::info!(orders = indexed, "orders from before the search can be found now");
        }
        let transport = Transport::new(Arc::new(store.clone()), clock.clone())
            .map_err(|error| StartError::Transport(error.into()))?;
        Ok(Self(Arc::new(Inner {
            node: format!("node-{}", fresh_id(clock.now_ms())),
            store,
            vault,
            clock,
            config,
            wake_drive: Notify::new(),
            wake_poll: Notify::new(),
            wake_look_at: Notify::new(),
            wake_changes: Notify::new(),
            wake_gap: Notify::new(),
            wake_ingest: Notify::new(),
            wake_batch: Notify::new(),
            refusals: Gate::default(),
            transport,
            connections: Mutex::default(),
            held_rules: HeldRules::default(),
            health: Mutex::default(),
            stopped_at: Mutex::default(),
            shown_once: Mutex::default(),
            pasted: Mutex::default(),
            twins: tokio::sync::Mutex::default(),
            refused: Mutex::default(),
        })))
    }

    /// A new ULID: sorts by time, unique over nodes.
    pub fn new_id(&self) -> String {
        fresh_id(self.clock.now_ms())
    }

    /// Letters and digits nobody can guess.
    pub fn random_text(&self, length: usize) -> String {
        let letters = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
        let pick = |()| char::from(letters[rand::random_range(0..letters.len())]);
        std::iter::repeat_n((), length).map(pick).collect()
    }

    /// A number from 0 to 1 that spreads waits.
    pub fn jitter(&self) -> f64 {
        rand::random()
    }

    fn shelf(&self) -> Arc<dyn Shelf> {
        Arc::new(OwnShelf(Arc::downgrade(&self.0)))
    }

    /// The Dynamics 365 client, or why there is none.
    pub async fn d365(&self) -> Result<Arc<D365>, Failure> {
        self.refreshed().await.d365.ok_or_else(not_configured)
    }

    /// The FedEx client, or why there is none.
    pub async fn fedex(&self) -> Result<Arc<Fedex>, Failure> {
        self.refreshed().await.fedex.ok_or_else(not_configured)
    }

    /// What an operator set for shipping. Rules saved with the FedEx connection, as the first version
    /// did, count until the first save on the Rules page.
    pub async fn rules(&self) -> Result<Rules, StoreError> {
        let mut rules = match self.held_rules.latest(&self.store.db).await? {
            Some(saved) => saved.rules.clone(),
            None => self.fedex().await.map(|fedex| fedex.credentials().rules()).unwrap_or_default(),
        };
        if let Ok(d365) = self.d365().await {
            rules.processing_statuses.clone_from(&d365.credentials().orders.processing_statuses);
        }
        Ok(rules)
    }

    /// In which time zone the desk shows moments and takes them.
    pub async fn zone(&self) -> Result<Zone, StoreError> {
        Ok(self.rules().await?.shown_in())
    }

    /// Forgets the clients: credentials were saved just now.
    pub fn forget_connections(&self) {
        // Two saves within a millisecond have the same stamp.
        let mut held = self.connections();
        *held = Connections { generation: held.generation + 1, ..Connections::default() };
    }

    /// Never held over an await: who renders a page may stand still with it, and everybody with him.
    fn connections(&self) -> MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The clients, with credentials saved by this or another process taken up.
    async fn refreshed(&self) -> Connections {
        loop {
            let now = self.clock.now_ms();
            let seen = self.connections().clone();
            if now - seen.checked_ms < CONNECTIONS_AGE_MS {
                return seen;
            }
            let Some(read) = self.read_connections(&seen, now).await else { return seen };
            let mut held = self.connections();
            // Somebody was faster, or forgot them: look again.
            if held.generation == seen.generation {
                *held = Connections { generation: seen.generation + 1, ..read };
                return held.clone();
            }
        }
    }

    /// The clients as they are stored now; those whose credentials did not change are kept, with their tokens.
    async fn read_connections(&self, seen: &Connections, now: i64) -> Option<Connections> {
        let names = match self.store.db.secret_names().await {
            Ok(names) => names,
            Err(error) => {
                tracing::error!(error = %crate::transport::chain(&error), "connections could not be read");
                return None;
            }
        };
        let mut read = Connections { checked_ms: now, ..seen.clone() };
        let stamp = |wanted: &str| names.iter().find(|(name, ..)| name == wanted).map(|(_, updated_ms, _)| *updated_ms);
        let (d365_stamp, fedex_stamp) = (stamp(crate::vault::D365), stamp(crate::vault::FEDEX));
        if read.d365_stamp != d365_stamp {
            read.d365_stamp = d365_stamp;
            read.d365 = self.opened(crate::vault::D365).await.and_then(|json| {
                let credentials = crate::d365::Credentials::parse(json.expose_secret());
                let credentials = credentials.map_err(|error| unusable(crate::vault::D365, &error)).ok()?;
                Some(Arc::new(D365::new(credentials, self.transport.clone(), self.shelf())))
            });
        }
        if read.fedex_stamp != fedex_stamp {
            read.fedex_stamp = fedex_stamp;
            read.fedex = self.opened(crate::vault::FEDEX).await.and_then(|json| {
                let credentials = crate::fedex::Credentials::parse(json.expose_secret());
                let credentials = credentials.map_err(|error| unusable(crate::vault::FEDEX, &error)).ok()?;
                if !self.may_use(&credentials) {
                    unusable(crate::vault::FEDEX, &"clock_factor is for rehearsals with the twins; remove it");
                    return None;
                }
                Some(Arc::new(Fedex::new(credentials, self.transport.clone(), self.shelf())))
            });
        }
        Some(read)
    }

    async fn opened(&self, name: &str) -> Option<SecretString> {
        match self.vault.get(name).await {
            Ok(opened) => opened.map(|opened| opened.value),
            Err(error) => {
                tracing::error!(secret = name, error = %crate::transport::chain(&error), "a sealed connection does not open");
                None
            }
        }
    }

    /// The page a pull stopped at, taken so that it is gone on from once.
    pub fn take_stopped_at(&self, host: &str) -> Option<NextLink> {
        let stopped = self.stopped_at.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        stopped.filter(|(of, _)| of == host).map(|(_, page)| page)
    }

    /// Keeps the page a pull stopped at.
    pub fn keep_stopped_at(&self, host: &str, page: Option<NextLink>) {
        let stopped = page.map(|page| (host.to_owned(), page));
        *self.stopped_at.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = stopped;
    }

    /// Shows a new secret to who made it, in place of the one before.
    pub fn show_once(&self, shown: Option<ShownOnce>) {
        *self.shown_once.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = shown;
    }

    /// The secret that is shown to an operator now.
    pub fn shown_to(&self, operator: &str) -> Option<SecretString> {
        let now = self.clock.now_ms();
        let shown = self.shown_once.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        shown.as_ref().filter(|shown| shown.to == operator && now < shown.until_ms).map(|shown| shown.value.clone())
    }

    /// Keeps what an operator pasted, in place of what they pasted before about the same connection.
    pub fn keep_pasted(&self, pasted: Pasted) {
        let mut kept = self.pasted.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let now = self.clock.now_ms();
        kept.retain(|one| now < one.until_ms && (one.by != pasted.by || one.system != pasted.system));
        kept.push(pasted);
    }

    /// What an operator pasted about a connection.
    pub fn pasted(&self, by: &str, system: System) -> Option<Pasted> {
        let kept = self.pasted.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let now = self.clock.now_ms();
        kept.iter().find(|one| one.by == by && one.system == system && now < one.until_ms).cloned()
    }

    /// Forgets what was pasted about a connection: it is saved.
    pub fn forget_pasted(&self, by: &str, system: System) {
        let mut kept = self.pasted.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        kept.retain(|one| one.by != by || one.system != system);
    }

    /// Forgets how the last calls went: they were to systems that are not connected any more.
    pub fn forget_health(&self) {
        *self.health.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Health::default();
    }

    /// Keeps a refused connection of a system in place of the one before, or forgets it.
    pub fn keep_refused(&self, system: System, refused: Option<RefusedConnection>) {
        let mut kept = self.refused.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match refused {
            Some(refused) => kept.insert(system.name(), refused),
            None => kept.remove(system.name()),
        };
    }

    /// The refused connection of a system, while it is kept.
    pub fn refused(&self, system: System) -> Option<RefusedConnection> {
        let now = self.clock.now_ms();
        let kept = self.refused.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        kept.get(system.name()).filter(|refused| now < refused.until_ms).cloned()
    }

    /// A Dynamics 365 client of credentials that are not in force.
    pub fn d365_on_trial(&self, credentials: crate::d365::Credentials) -> D365 {
        D365::new(credentials, self.transport.clone(), Arc::new(TrialShelf(self.shelf())))
    }

    /// A FedEx client of credentials that are not in force; `None` where they would be refused.
    pub fn fedex_on_trial(&self, credentials: crate::fedex::Credentials) -> Option<Fedex> {
        let may = self.may_use(&credentials);
        may.then(|| Fedex::new(credentials, self.transport.clone(), Arc::new(TrialShelf(self.shelf()))))
    }

    /// Waits that protect FedEx and the customer's money must not be shortened there.
    fn may_use(&self, credentials: &crate::fedex::Credentials) -> bool {
        !matches!(self.clock, Clock::Scaled(_)) || credentials.environment == Environment::Custom
    }

    /// How the last calls went.
    pub fn health(&self) -> Health {
        self.health.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Notes how a call to Dynamics 365 went.
    pub fn note_d365(&self, cause: Option<Cause>) {
        let now = self.clock.now_ms();
        self.health.lock().unwrap_or_else(std::sync::PoisonError::into_inner).d365 = Some((now, cause));
    }

    /// Notes how a call to FedEx went.
    pub fn note_fedex(&self, cause: Option<Cause>) {
        let now = self.clock.now_ms();
        self.health.lock().unwrap_or_else(std::sync::PoisonError::into_inner).fedex = Some((now, cause));
    }

    /// An audit entry about something done here.
    pub fn entry(&self, actor: &Actor, action: &str, subject: Subject, summary: impl Into<String>) -> Entry {
        Entry::done(self.clock.now_ms(), actor.clone(), action, subject, summary)
    }
}

fn unusable(name: &str, error: &dyn std::fmt::Display) {
    tracing::error!(secret = name, "saved connection cannot be used: {error}");
}

fn not_configured() -> Failure {
    Failure::NotAllowed(Cause::new("auth.not-configured"))
}

fn fresh_id(now_ms: i64) -> String {
    Ulid::from_parts(u64::try_from(now_ms).unwrap_or(0), rand::random()).to_string()
}

fn master_key(config: &Config) -> Result<MasterKey, KeyError> {
    match (&config.master_key, &config.master_key_file) {
        (Some(text), _) => MasterKey::from_text(text, "ML_MASTER_KEY"),
        (None, Some(file)) => MasterKey::from_file(file),
        (None, None) => MasterKey::from_directory(&config.data_dir),
    }
}

/// The engine as its own clients hold it. Not the engine itself: that holds the clients, and neither
/// would ever end, nor their database connections.
struct OwnShelf(Weak<Inner>);

impl OwnShelf {
    fn engine(&self) -> Option<Engine> {
        self.0.upgrade().map(Engine)
    }
}

#[async_trait]
impl Shelf for OwnShelf {
    async fn token(&self, name: &str) -> Option<Shelved> {
        self.engine()?.token(name).await
    }

    async fn keep_token(&self, name: &str, token: &Shelved) {
        if let Some(engine) = self.engine() {
            engine.keep_token(name, token).await;
        }
    }

    async fn breaker(&self, name: &str) -> Option<i64> {
        self.engine()?.breaker(name).await
    }

    async fn open_breaker(&self, name: &str, until_ms: i64) {
        if let Some(engine) = self.engine() {
            engine.open_breaker(name, until_ms).await;
        }
    }
}

/// The shelf of credentials on trial: their tokens are kept nowhere, since those of the credentials in
/// force lie there. Breakers count: vendors close an endpoint to whoever asks from here.
struct TrialShelf(Arc<dyn Shelf>);

#[async_trait]
impl Shelf for TrialShelf {
    async fn token(&self, _name: &str) -> Option<Shelved> {
        None
    }

    async fn keep_token(&self, _name: &str, _token: &Shelved) {}

    async fn breaker(&self, name: &str) -> Option<i64> {
        self.0.breaker(name).await
    }

    async fn open_breaker(&self, name: &str, until_ms: i64) {
        self.0.open_breaker(name, until_ms).await;
    }
}

/// Tokens are sealed like every secret; breakers are plain moments.
#[async_trait]
impl Shelf for Engine {
    async fn token(&self, name: &str) -> Option<Shelved> {
        let sealed = self.opened(name).await?;
        serde_json::from_str(sealed.expose_secret()).ok()
    }

    async fn keep_token(&self, name: &str, token: &Shelved) {
        let json: SecretString = serde_json::to_string(token).expect("a token is plain data").into();
        let kept = async {
            let mut tx = self.store.begin().await?;
            self.vault.put(&mut tx, name, &json, self.clock.now_ms(), "engine").await?;
            tx.commit().await.map_err(VaultError::from)
        };
        if let Err(error) = kept.await {
            // The token still serves this process; only a restart would mint another.
            tracing::warn!(secret = name, error = %crate::transport::chain(&error), "token not kept");
        }
    }

    async fn breaker(&self, name: &str) -> Option<i64> {
        self.store.db.cursor(&breaker_name(name)).await.ok().flatten()
    }

    async fn open_breaker(&self, name: &str, until_ms: i64) {
        let kept = self.store.db.set_cursor(&breaker_name(name), until_ms, self.clock.now_ms()).await;
        if let Err(error) = kept {
            tracing::error!(breaker = name, error = %crate::transport::chain(&error), "breaker not kept");
        }
    }
}

fn breaker_name(name: &str) -> String {
    format!("{name}.breaker_until_ms")
}
