//! `serve` and `worker`.

use super::{Exit, Failed, Result, engine};
use crate::config::Config;
use crate::desk::built_in_twins;
use crate::desk::ping_hourly;
use crate::engine::Engine;
use crate::lifecycle::{DirectoryLock, Lifecycle};
use crate::{web, work};
use tokio::net::TcpListener;

/// Web server and workers.
pub async fn serve(mut config: Config) -> Result {
    let listener = bind(&mut config).await?;
    let engine = engine(config).await?;
    let _lock = claim(&engine)?;
    serve_engine(&engine, listener, |_| {}).await
}

/// Binds the configured address. Port 0 becomes the port that was free, so that every address this
/// server names is one it answers at.
pub async fn bind(config: &mut Config) -> std::result::Result<TcpListener, Failed> {
    let listener = web::bind(config.listen).await.map_err(|error| Failed::usage(format!("{error}.")))?;
    config.listen = listener.local_addr().map_err(|error| Failed::usage(format!("no local address: {error}.")))?;
    Ok(listener)
}

/// Serves an engine until a signal; `ready` is told the address once it listens.
pub async fn serve_engine(engine: &Engine, listener: TcpListener, ready: impl FnOnce(&str)) -> Result {
    let lifecycle = Lifecycle::default();
    take_up(engine).await?;
    spawn_loops(engine, &lifecycle);
    let address = engine.config.public_url().to_string();
    tracing::info!("listening on {address}");
    let server = lifecycle.clone();
    let (served_engine, failed) = (engine.clone(), std::sync::Arc::new(std::sync::Mutex::new(None)));
    let outcome = failed.clone();
    lifecycle.spawn("web", async move {
        if let Err(error) = web::serve(&served_engine, &server, listener).await {
            *outcome.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(format!("{error}."));
            server.stop();
        }
    });
    ready(&address);
    lifecycle.run_until_signal().await;
    built_in_twins::pause(engine).await;
    engine.store.db.close().await;
    let error = failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    error.map_or(Ok(Exit::Done), |text| Err(Failed::usage(text)))
}

/// The work, and the hourly check of the connections, whose ladders are the desk's.
fn spawn_loops(engine: &Engine, lifecycle: &Lifecycle) {
    work::spawn(engine, lifecycle);
    let (e, l) = (engine.clone(), lifecycle.clone());
    lifecycle.spawn("ping", async move { ping_hourly::run(&e, &l).await });
}

/// Workers only. On SQLite there can be one process: the lock refuses a second.
pub async fn worker(config: Config) -> Result {
    let engine = engine(config).await?;
    let _lock = claim(&engine)?;
    take_up(&engine).await?;
    let lifecycle = Lifecycle::default();
    spawn_loops(&engine, &lifecycle);
    lifecycle.run_until_signal().await;
    built_in_twins::pause(&engine).await;
    engine.store.db.close().await;
    Ok(Exit::Done)
}

/// On SQLite this process is alone; with PostgreSQL leases keep nodes apart.
pub fn claim(engine: &Engine) -> std::result::Result<Option<DirectoryLock>, Failed> {
    if !engine.config.is_sqlite() {
        return Ok(None);
    }
    DirectoryLock::take(&engine.config.data_dir).map(Some).map_err(|error| Failed::usage(format!("{error}.")))
}

async fn take_up(engine: &Engine) -> std::result::Result<(), Failed> {
    if engine.config.is_sqlite() {
        work::rescue::at_start(engine).await?;
    }
    // Without them their orders stand still, and everything else works.
    if let Err(problem) = built_in_twins::take_up(engine).await {
        tracing::error!("the built-in twins could not be started again: {problem}");
    }
    Ok(())
}
