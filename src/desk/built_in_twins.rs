//! The built-in twins: both systems simulated inside this server, on loopback, in place of the real ones.
//!
//! They are offered only while nothing real was ever connected, and while they are at work nothing real
//! can be: an order of theirs must not meet the real FedEx. When they are removed, everything that came
//! of them goes with them (charges that nobody owes would stand in the books, parked orders in the way);
//! the audit trail alone keeps what was done. They write their world to a file, so they go on after a
//! restart.

use crate::audit::{Actor, Subject, System};
use crate::desk::{connections, ping, problem};
use crate::engine::Engine;
use crate::store::StoreError;
use crate::store::cursors::TWINS_AT_WORK;
use crate::twin::{Scenario, Twin, TwinOptions, start};
use crate::vault;
use app::contract::Problem;
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// From label to delivered: everything can be watched within a cup of coffee.
const JOURNEY: Duration = Duration::from_mins(1);
/// Another order is confirmed this often, so that there is always something to watch.
const RELEASE: Duration = Duration::from_secs(20);
/// The twins' world, in the data directory.
const STATE_FILE: &str = "twin.json";
/// All orders of the twins are of this host.
const HOST: &str = "127.0.0.1";

/// How they run here: an hour of a distributor's day, kept in the data directory.
pub fn options(data_dir: &Path) -> TwinOptions {
    TwinOptions {
        journey: JOURNEY,
        scenario: Scenario::Demo,
        release_every: Some(RELEASE),
        state_file: Some(state_file(data_dir)),
        ..TwinOptions::loopback()
    }
}

fn state_file(data_dir: &Path) -> PathBuf {
    data_dir.join(STATE_FILE)
}

/// Saves the twins' credentials, pings both, and so has their orders pulled.
pub async fn connect(engine: &Engine, actor: &Actor, d365: Value, fedex: Value) -> Result<(), Problem> {
    for (system, document) in [(System::D365, d365), (System::Fedex, fedex)] {
        connections::save(engine, actor, system, document).await?;
        ping::ping(engine, system, actor).await.map_err(|error| problem::store(engine, &error))?;
    }
    Ok(())
}

/// Has the FedEx twin push to this server, as FedEx would. Where it cannot, parcels are asked about.
pub fn push_here(engine: &Engine, twin: &Twin) {
    let listen = engine.config.listen;
    let host = if listen.ip().is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { listen.ip() };
    let address = SocketAddr::new(host, listen.port());
    if let Err(reason) = twin.push_to(&format!("http://{address}{}", crate::fedex::callback::PATH)) {
        tracing::warn!("the FedEx twin does not push here: {reason}");
    }
}

/// Since when they are at work, if they are.
pub async fn since(engine: &Engine) -> Result<Option<i64>, StoreError> {
    engine.store.db.cursor(TWINS_AT_WORK).await
}

/// Why they cannot be started, if they cannot.
pub async fn refused(engine: &Engine) -> Result<Option<Problem>, StoreError> {
    let no = |sentence: &str, next: &str| Ok(Some(Problem::new("twins.refused", sentence, next)));
    if since(engine).await?.is_some() {
        return no("The built-in twins are at work already.", "Look at their orders.");
    }
    for name in [vault::D365, vault::FEDEX] {
        if engine.store.db.secret(name).await?.is_some() {
            return no(
                "A connection is saved already, and orders of the twins must not mix with real ones.",
                "Go on connecting your systems; `ml-connector demo` shows the twins with data of their own.",
            );
        }
    }
    if !engine.config.is_sqlite() {
        return no(
            "With PostgreSQL several servers may share the work, and the twins would be in one of them only.",
            "Start `ml-connector demo` to try it; it needs no database server.",
        );
    }
    if !engine.store.db.count_by_state().await?.is_empty() {
        return no(
            "There are orders already, and orders of the twins must not mix with them.",
            "Go on connecting your systems; `ml-connector demo` shows the twins with data of their own.",
        );
    }
    Ok(None)
}

/// Starts them.
pub async fn begin(engine: &Engine, actor: &Actor) -> Result<(), Problem> {
    // Held throughout: of two clicks the second finds the twins at work.
    let mut twins = engine.twins.lock().await;
    if let Some(problem) = refused(engine).await.map_err(|error| problem::store(engine, &error))? {
        return Err(problem);
    }
    // A world that they left earlier would not be new.
    let file = state_file(&engine.config.data_dir);
    if file.exists() {
        std::fs::remove_file(&file).map_err(|error| problem::broken(engine, &error))?;
    }
    let twin = start(options(&engine.config.data_dir)).await.map_err(|error| problem::broken(engine, &error))?;
    push_here(engine, &twin);
    let connected = async {
        note_begun(engine, actor).await.map_err(|error| problem::store(engine, &error))?;
        let mut fedex = twin.fedex_credentials();
        // A picture can be shown on the page.
        fedex["label"] = json!({"image_type": "PNG"});
        connect(engine, actor, twin.d365_credentials(), fedex).await
    };
    match connected.await {
        Ok(()) => {
            *twins = Some(twin);
            Ok(())
        }
        Err(problem) => {
            twin.stop().await;
            clear(engine, actor, "The built-in twins could not be connected.").await?;
            Err(problem)
        }
    }
}

async fn note_begun(engine: &Engine, actor: &Actor) -> Result<(), StoreError> {
    let now = engine.clock.now_ms();
    let what = "Started the built-in twins in place of Dynamics 365 and FedEx.";
    let entry = engine.entry(actor, "twins.started", Subject::default(), what);
    let mut tx = engine.store.begin().await?;
    tx.set_cursor(TWINS_AT_WORK, now, now).await?;
    engine.store.append(&mut tx, &entry).await?;
    tx.commit().await
}

/// Starts them again after a restart of the server: their world is as it was, their ports are new.
pub async fn take_up(engine: &Engine) -> Result<(), Problem> {
    let mut twins = engine.twins.lock().await;
    let goes_on = since(engine).await.map_err(|error| problem::store(engine, &error))?.is_some();
    if !goes_on || twins.is_some() {
        return Ok(());
    }
    let twin = start(options(&engine.config.data_dir)).await.map_err(|error| problem::broken(engine, &error))?;
    push_here(engine, &twin);
    move_to(engine, System::D365, &twin.d365_url(), &["base_url", "authority"]).await?;
    move_to(engine, System::Fedex, &twin.fedex_url(), &["base_url"]).await?;
    *twins = Some(twin);
    Ok(())
}

/// Gives a saved connection a new address; whatever else an operator changed in it stays.
async fn move_to(engine: &Engine, system: System, url: &str, fields: &[&str]) -> Result<(), Problem> {
    let Some(mut document) = connections::sealed(engine, system).await? else { return Ok(()) };
    for field in fields {
        document[*field] = url.into();
    }
    connections::save_anywhere(engine, &Actor::Engine, system, document).await
}

/// Ends them when the server stops; they go on with the next start.
pub async fn pause(engine: &Engine) {
    if let Some(twin) = engine.twins.lock().await.take() {
        twin.stop().await;
    }
}

/// Removes them with everything that came of them.
pub async fn remove(engine: &Engine, actor: &Actor) -> Result<(), Problem> {
    let mut twins = engine.twins.lock().await;
    if since(engine).await.map_err(|error| problem::store(engine, &error))?.is_none() {
        let next = "Connect your systems.";
        return Err(Problem::new("twins.none", "The built-in twins are not at work.", next));
    }
    let what = "Removed the built-in twins with all orders, labels and rules that came of them.";
    clear(engine, actor, what).await?;
    if let Some(twin) = twins.take() {
        twin.stop().await;
    }
    // What was just being written when the first clearing came: no call of it can follow any more.
    sweep(engine).await.map_err(|error| problem::store(engine, &error))?;
    // Best effort: what is left of their world is removed before the next one begins as well.
    drop(std::fs::remove_file(state_file(&engine.config.data_dir)));
    Ok(())
}

/// Forgets connections, orders and rules of theirs, all or nothing.
async fn clear(engine: &Engine, actor: &Actor, what: &str) -> Result<(), Problem> {
    let cleared = async {
        let mut tx = engine.store.begin().await?;
        if tx.count_orders_beside(HOST).await? > 0 {
            return Ok(false);
        }
        for prefix in ["d365.", "fedex."] {
            tx.forget_secrets(prefix).await?;
        }
        tx.clear_orders().await?;
        let entry = engine.entry(actor, "twins.removed", Subject::default(), what);
        engine.store.append(&mut tx, &entry).await?;
        tx.commit().await?;
        Ok(true)
    };
    let cleared = cleared.await.map_err(|error: StoreError| problem::store(engine, &error))?;
    if !cleared {
        return Err(Problem::new(
            "twins.mixed",
            "There are orders of another environment beside theirs, so nothing is removed.",
            "Begin with a new data directory, or keep the twins.",
        ));
    }
    for system in [System::D365, System::Fedex] {
        engine.keep_refused(system, None);
    }
    engine.forget_connections();
    engine.forget_health();
    Ok(())
}

async fn sweep(engine: &Engine) -> Result<(), StoreError> {
    let mut tx = engine.store.begin().await?;
    if tx.count_orders_beside(HOST).await? == 0 {
        for prefix in ["d365.", "fedex."] {
            tx.forget_secrets(prefix).await?;
        }
        tx.clear_orders().await?;
    }
    tx.commit().await
}

/// Why a connection cannot be saved now: while the twins are at work both lead to them and nowhere else.
pub async fn keeps_out(engine: &Engine, old: Option<&Value>, new: &Value) -> Result<Option<Problem>, StoreError> {
    let address = |document: &Value| document["base_url"].as_str().unwrap_or_default().trim_end_matches('/').to_owned();
    let Some(old) = old else { return Ok(None) };
    if since(engine).await?.is_none() || address(old) == address(new) {
        return Ok(None);
    }
    Ok(Some(Problem::new(
        "twins.at-work",
        "The built-in twins are at work, and their orders must not reach a real system.",
        "Remove the twins on the Start page first.",
    )))
}
