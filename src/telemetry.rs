//! Logging: one subscriber, text for people or JSON for collectors, always to standard error so
//! that standard output stays data.
//!
//! Field names are dotted and stable: `order.number order.state attempt.step remote.system
//! remote.op remote.status duration_ms retry.in_ms problem.code actor.name node.id`. Never bodies,
//! secrets, names or addresses. `error` means that a person must act.

use crate::config::LogFormat;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Dependencies that talk too much at our level.
const QUIET: &str = "sqlx=warn,hyper=warn,tower_sessions=warn,tower_sessions_core=warn";

/// Starts logging. A filter that cannot be read falls back to `info`, and says so.
pub fn start(filter: &str, format: LogFormat) {
    let wanted = EnvFilter::try_new(format!("{QUIET},{filter}"));
    let failed = wanted.is_err();
    let filter = wanted.unwrap_or_else(|_| EnvFilter::new(format!("{QUIET},info")));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    if started.is_ok() && failed {
        tracing::warn!("the log filter cannot be read; using info");
    }
}
