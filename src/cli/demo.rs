//! `demo` and `twin`.

use super::{Exit, Failed, Result, engine, run};
use crate::audit::Actor;
use crate::config::Config;
use crate::desk::sign_in::{SignInRefusal, add_operator};
use crate::desk::{Role, built_in_twins};
use crate::engine::Engine;
use crate::store::cursors::FIRST_DAY_DONE;
use crate::twin::{Scenario, Twin, TwinOptions, start};
use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The demo asks for orders this often.
const DEMO_POLL_S: u64 = 5;
/// The demo asks about parcels this often.
const DEMO_TRACK_S: u64 = 5;
/// The demo's operator.
const DEMO_OPERATOR: &str = "demo";
/// Password file of the demo, for its owner only.
const PASSWORD_FILE: &str = "login.txt";

/// Arguments of `demo`.
#[derive(Args)]
pub struct Demo {
    /// Forget the last demo and begin anew.
    #[arg(long)]
    fresh: bool,
    /// Address of the FedEx twin.
    #[arg(long, default_value = "127.0.0.1:0")]
    fedex: SocketAddr,
    /// Address of the Dynamics 365 twin.
    #[arg(long, default_value = "127.0.0.1:0")]
    d365: SocketAddr,
}

impl Demo {
    /// Runs the demo until a signal. A killed demo goes on where it was: the twins keep their
    /// state in a file too.
    pub async fn run(self, mut config: Config) -> Result {
        let data_dir = config.data_dir.join("demo");
        if self.fresh && data_dir.exists() {
            let gone = std::fs::remove_dir_all(&data_dir);
            gone.map_err(|error| Failed::usage(format!("{} cannot be removed: {error}.", data_dir.display())))?;
        }
        config.data_dir = data_dir;
        config.set_database_url(&format!("sqlite://{}", config.data_dir.join("ml-connector.db").display()));
        config.poll_interval_s = DEMO_POLL_S;
        config.track_interval_s = Some(DEMO_TRACK_S);
        let listener = run::bind(&mut config).await?;
        let engine = engine(config).await?;
        let _lock = run::claim(&engine)?;
        let twin = self.twin(&engine.config.data_dir).await?;
        let (d365, fedex) = (twin.d365_credentials(), twin.fedex_credentials());
        built_in_twins::connect(&engine, &Actor::CommandLine, d365, fedex).await?;
        first_day_is_over(&engine).await?;
        built_in_twins::push_here(&engine, &twin);
        let password = login(&engine).await?;
        let shown =
            format!("The twins: Dynamics 365 at {}/_twin/ and FedEx at {}/_twin/", twin.d365_url(), twin.fedex_url());
        let exit = run::serve_engine(&engine, listener, |address| {
            say!("\n  ml-connector demo\n  Open  {address}\n  Name  {DEMO_OPERATOR}\n  Password  {password}\n");
            say!("  {shown}\n  Ctrl-C ends it; `--fresh` begins anew.\n");
        })
        .await;
        twin.stop().await;
        exit
    }

    async fn twin(&self, data_dir: &Path) -> std::result::Result<Twin, Failed> {
        let options = TwinOptions { fedex: self.fedex, d365: self.d365, ..built_in_twins::options(data_dir) };
        start(options)
            .await
            .map_err(|error| Failed::usage(format!("the twins cannot start: {error}; is the address free?")))
    }
}

/// The demo has no first day: its list would only stand in the way.
async fn first_day_is_over(engine: &Engine) -> std::result::Result<(), Failed> {
    let now = engine.clock.now_ms();
    Ok(engine.store.db.set_cursor(FIRST_DAY_DONE, now, now).await?)
}

/// The demo's login, made at the first start and printed at each.
async fn login(engine: &Engine) -> std::result::Result<String, Failed> {
    let file = engine.config.data_dir.join(PASSWORD_FILE);
    if let Ok(known) = std::fs::read_to_string(&file) {
        return Ok(known.trim().to_owned());
    }
    let password = match std::env::var("ML_OPERATOR_PASSWORD") {
        Ok(given) => SecretString::from(given),
        Err(_) => SecretString::from(engine.new_id().to_lowercase()),
    };
    match add_operator(engine, &Actor::CommandLine, DEMO_OPERATOR, &password, Role::Admin).await? {
        Ok(_) => {}
        Err(SignInRefusal::PasswordShort) => {
            return Err(Failed::usage("ML_OPERATOR_PASSWORD must have 12 characters."));
        }
        Err(refusal) => {
            return Err(Failed::usage(format!("the demo's operator cannot be made ({refusal:?}); use --fresh.")));
        }
    }
    write_private(&file, password.expose_secret())?;
    Ok(password.expose_secret().to_owned())
}

fn write_private(file: &Path, text: &str) -> std::result::Result<(), Failed> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    let written = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)
        .and_then(|mut opened| writeln!(opened, "{text}"));
    written.map_err(|error| Failed::usage(format!("{} cannot be written: {error}.", file.display())))
}

/// Arguments of `twin`.
#[derive(Args)]
pub struct TwinArguments {
    /// Address of the FedEx twin.
    #[arg(long, default_value = "127.0.0.1:4010")]
    fedex: SocketAddr,
    /// Address of the Dynamics 365 twin.
    #[arg(long, default_value = "127.0.0.1:4020")]
    d365: SocketAddr,
    /// Seconds from label to delivered.
    #[arg(long, default_value_t = 172_800)]
    journey_s: u64,
    /// Start without orders instead of with the demo's.
    #[arg(long)]
    empty: bool,
    /// Keep the twins' state in this file.
    #[arg(long)]
    state: Option<PathBuf>,
}

impl TwinArguments {
    /// Runs the twins until a signal.
    pub async fn run(self) -> Result {
        let options = TwinOptions {
            fedex: self.fedex,
            d365: self.d365,
            journey: Duration::from_secs(self.journey_s),
            scenario: if self.empty { Scenario::Empty } else { Scenario::Demo },
            state_file: self.state,
            ..TwinOptions::loopback()
        };
        let twin = start(options)
            .await
            .map_err(|error| Failed::usage(format!("the twins cannot start: {error}; is the address free?")))?;
        say!("Dynamics 365 twin: {}\nFedEx twin: {}", twin.d365_url(), twin.fedex_url());
        say!("Credentials for Dynamics 365: {}", twin.d365_credentials());
        say!("Credentials for FedEx: {}", twin.fedex_credentials());
        let lifecycle = crate::lifecycle::Lifecycle::default();
        lifecycle.run_until_signal().await;
        twin.stop().await;
        Ok(Exit::Done)
    }
}
