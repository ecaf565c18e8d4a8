//! Settings: parsed once, typed, unknown names refused. Defaults and reasons stand in
//! `config.default.toml`, which is the first layer.

use crate::clock::{Clock, Pace, SECOND_MS};
use figment::Figment;
use figment::providers::{Env, Format, Toml};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use url::Url;

/// The first layer, with the reasons.
pub const DEFAULTS: &str = include_str!("config.default.toml");
/// Environment names with our prefix that are no settings.
const NOT_SETTINGS: [&str; 2] = ["operator_password", "config"];
/// Shortest polling interval: below it a typing slip becomes a load on somebody's ERP.
const LEAST_INTERVAL_S: u64 = 1;
/// Smallest budget of questions: below it FedEx is hardly ever asked.
const LEAST_TRACK_BUDGET: u32 = 100;
/// Shortest wait before a label nobody finds is bought again: a shorter one risks a second label.
const LEAST_ABSENCE_WAIT_S: u64 = 600;
/// Fastest rehearsal: beyond it a lease of ten minutes is shorter than one call.
const FASTEST: u32 = 600;

/// Log format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For collectors.
    Json,
}

/// All settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the web server listens.
    pub listen: SocketAddr,
    /// The address browsers use.
    #[serde(default)]
    pub public_url: Option<Url>,
    /// Everything we keep.
    pub data_dir: PathBuf,
    /// Database address; may hold a password.
    #[serde(default)]
    database_url: Option<SecretString>,
    /// Master key in base64.
    #[serde(default)]
    pub master_key: Option<SecretString>,
    /// File with the master key.
    #[serde(default)]
    pub master_key_file: Option<PathBuf>,
    /// Seconds between two pulls.
    pub poll_interval_s: u64,
    /// Seconds between two scans of the whole open set, where changes can be asked for.
    pub full_scan_interval_s: u64,
    /// Seconds between two questions about a parcel.
    #[serde(default)]
    pub track_interval_s: Option<u64>,
    /// Parcels that FedEx is asked about in a day of GMT.
    pub track_daily_budget: u32,
    /// Shipments stepped at the same time.
    pub concurrency: usize,
    /// Seconds a label must be missing before it is bought again.
    pub absence_wait_s: u64,
    /// How many times faster time passes, for rehearsals.
    #[serde(default)]
    clock_factor: Option<u32>,
    /// Since when it does.
    #[serde(default)]
    clock_from_ms: Option<i64>,
    /// The browser's files.
    #[serde(default)]
    pub site_dir: Option<PathBuf>,
    /// Log filter.
    pub log: String,
    /// Log format.
    pub log_format: LogFormat,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value is missing, wrong or unknown.
    #[error(
        "the settings are not valid: {0}. Compare them with config.default.toml (`ml-connector check-config` prints what is in force)."
    )]
    Invalid(String),
    /// A named file is not there.
    #[error("the settings file {} does not exist", .0.display())]
    NoFile(PathBuf),
}

impl Config {
    /// Reads defaults, the file (if named, it must exist; else `ml-connector.toml` if present),
    /// and the environment.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Toml::string(DEFAULTS));
        match file {
            Some(file) if !file.exists() => return Err(ConfigError::NoFile(file.to_owned())),
            Some(file) => figment = figment.merge(Toml::file_exact(file)),
            None => figment = figment.merge(Toml::file("ml-connector.toml")),
        }
        let figment = figment.merge(Env::prefixed("ML_").ignore(&NOT_SETTINGS).split("__"));
        let config: Self = figment.extract().map_err(|error| ConfigError::Invalid(describe(&error)))?;
        config.checked()
    }

    /// The defaults alone, in a data directory; for tests and tools.
    pub fn in_directory(data_dir: &Path) -> Self {
        let defaults: Self = Figment::from(Toml::string(DEFAULTS)).extract().expect("the defaults are complete");
        Self { data_dir: data_dir.to_owned(), ..defaults }
    }

    fn checked(self) -> Result<Self, ConfigError> {
        let invalid = |text: &str| Err(ConfigError::Invalid(text.to_owned()));
        if self.poll_interval_s < LEAST_INTERVAL_S || self.track_interval_s.is_some_and(|s| s < LEAST_INTERVAL_S) {
            return invalid("poll_interval_s and track_interval_s must be at least 1");
        }
        if self.track_daily_budget < LEAST_TRACK_BUDGET {
            return invalid("track_daily_budget must be at least 100: fewer questions a day follow no parcels");
        }
        if self.concurrency == 0 {
            return invalid("concurrency must be at least 1");
        }
        if self.absence_wait_s < LEAST_ABSENCE_WAIT_S {
            return invalid("absence_wait_s must be at least 600: a label that FedEx shows late would be bought twice");
        }
        match (self.clock_factor, self.clock_from_ms) {
            (None, None) => {}
            (Some(factor), Some(_)) if (1..=FASTEST).contains(&factor) => {}
            _ => return invalid("clock_factor (1 to 600) and clock_from_ms are given together, for rehearsals only"),
        }
        if self.master_key.is_some() && self.master_key_file.is_some() {
            return invalid("give master_key or master_key_file, not both");
        }
        Ok(self)
    }

    /// The database address.
    pub fn database_url(&self) -> SecretString {
        match &self.database_url {
            Some(url) => url.clone(),
            None => format!("sqlite://{}", self.data_dir.join("ml-connector.db").display()).into(),
        }
    }

    /// How long a label must be missing before it is bought again.
    pub fn absence_wait_ms(&self) -> i64 {
        i64::try_from(self.absence_wait_s).unwrap_or(i64::MAX / SECOND_MS).saturating_mul(SECOND_MS)
    }

    /// How long after a scan of the whole open set the next is due; never sooner than a pull.
    pub fn full_scan_interval_ms(&self) -> i64 {
        i64::try_from(self.full_scan_interval_s.max(self.poll_interval_s))
            .unwrap_or(i64::MAX / SECOND_MS)
            .saturating_mul(SECOND_MS)
    }

    /// The clock of this process.
    pub fn clock(&self) -> Clock {
        match (self.clock_factor, self.clock_from_ms) {
            (Some(factor), Some(from_ms)) => Clock::Scaled(Pace { from_ms, factor: i64::from(factor) }),
            _ => Clock::System,
        }
    }

    /// One file, one process.
    pub fn is_sqlite(&self) -> bool {
        self.database_url().expose_secret().starts_with("sqlite:")
    }

    /// Uses another database; for the demo and for tests.
    pub fn set_database_url(&mut self, url: &str) {
        self.database_url = Some(url.into());
    }

    /// The address browsers use.
    pub fn public_url(&self) -> Url {
        self.public_url.clone().unwrap_or_else(|| {
            Url::parse(&format!("http://{}", self.listen)).expect("a socket address makes an address")
        })
    }

    /// What is in force, secrets as `***`.
    pub fn redacted(&self) -> String {
        let optional = |name: &str, value: Option<String>| match value {
            Some(value) => format!("{name} = {value:?}\n"),
            None => format!("# {name} is not set\n"),
        };
        let hidden = |present: bool| present.then(|| "***".to_owned());
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        let database =
            if self.is_sqlite() { self.database_url().expose_secret().to_owned() } else { "postgres://***".into() };
        [
            format!("listen = \"{}\"\n", self.listen),
            format!("public_url = \"{}\"\n", self.public_url()),
            format!("data_dir = {:?}\n", self.data_dir.display().to_string()),
            format!("database_url = {database:?}\n"),
            optional("master_key", hidden(self.master_key.is_some())),
            optional("master_key_file", path(&self.master_key_file)),
            format!("poll_interval_s = {}\n", self.poll_interval_s),
            format!("full_scan_interval_s = {}\n", self.full_scan_interval_s),
            match self.track_interval_s {
                Some(seconds) => format!("track_interval_s = {seconds}\n"),
                None => "# track_interval_s is not set: by stage\n".to_owned(),
            },
            format!("track_daily_budget = {}\n", self.track_daily_budget),
            format!("concurrency = {}\n", self.concurrency),
            format!("absence_wait_s = {}\n", self.absence_wait_s),
            match (self.clock_factor, self.clock_from_ms) {
                (Some(factor), Some(from_ms)) => format!("clock_factor = {factor}\nclock_from_ms = {from_ms}\n"),
                _ => "# clock_factor is not set: the machine's clock\n".to_owned(),
            },
            optional("site_dir", path(&self.site_dir)),
            format!("log = {:?}\n", self.log),
            format!("log_format = \"{}\"\n", if self.log_format == LogFormat::Json { "json" } else { "text" }),
        ]
        .concat()
    }
}

/// Figment's message without the value, which may be a secret.
fn describe(error: &figment::Error) -> String {
    use figment::error::Kind;
    let name = if error.path.is_empty() { String::new() } else { error.path.join(".") };
    match &error.kind {
        Kind::UnknownField(field, _) => format!("there is no setting named {field}"),
        Kind::MissingField(field) => format!("{field} is missing"),
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => format!("{name} must be {expected}"),
        Kind::Message(_) => format!("{name} has a value that cannot be read"),
        _ => format!("{name} cannot be read"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_complete_and_secrets_are_not_printed() {
        let toml = format!("{DEFAULTS}\nmaster_key = \"hunter2\"\ndatabase_url = \"postgres://u:hunter2@db/x\"");
        let config: Config = Figment::from(Toml::string(&toml)).extract().unwrap();
        let printed = format!("{}{config:?}", config.redacted());
        assert!(printed.contains("127.0.0.1:3000") && !printed.contains("hunter2"), "{printed}");
    }

    #[test]
    fn a_wait_too_short_and_half_a_rehearsal_clock_are_refused() {
        let load = |line: &str| {
            let toml = DEFAULTS.replace("absence_wait_s = 3600", line);
            Figment::from(Toml::string(&toml)).extract::<Config>().expect("well formed").checked()
        };
        assert!(load("absence_wait_s = 600").is_ok());
        assert!(load("absence_wait_s = 599").is_err());
        assert!(load("absence_wait_s = 3600\nclock_factor = 60").is_err());
        assert!(load("absence_wait_s = 3600\nclock_factor = 60000\nclock_from_ms = 1").is_err());
        let scaled = load("absence_wait_s = 3600\nclock_factor = 60\nclock_from_ms = 1").expect("both are given");
        assert!(matches!(scaled.clock(), Clock::Scaled(Pace { from_ms: 1, factor: 60 })));
    }

    #[test]
    fn an_unknown_or_malformed_setting_is_named_without_its_value() {
        for (line, name) in [("pol_interval_s = 5", "pol_interval_s"), ("listen2 = \"hunter2\"", "listen2")] {
            let error = Figment::from(Toml::string(&format!("{DEFAULTS}\n{line}"))).extract::<Config>().unwrap_err();
            let text = describe(&error);
            assert!(text.contains(name) && !text.contains("hunter2"), "{text}");
        }
        let wrong = DEFAULTS.replace("poll_interval_s = 60", "poll_interval_s = \"hunter2\"");
        let error = Figment::from(Toml::string(&wrong)).extract::<Config>().unwrap_err();
        assert!(describe(&error).contains("poll_interval_s") && !describe(&error).contains("hunter2"));
    }
}
