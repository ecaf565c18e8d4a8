//! How many signed pushes a second are durable before their 200, beside what would limit it.
//!
//! `make bench`. Everything is on loopback and bounded in count and time; the client is one thread
//! of this process, so it takes its share of the machine. The limits are measured in the same run:
//! commits of one row each on the same database, and the same server's route that does nothing.

use anyhow::{Context, Result, bail, ensure};
use hmac::{Hmac, Mac};
use ml_connector::audit::{Actor, System};
use ml_connector::clock::Clock;
use ml_connector::config::Config;
use ml_connector::desk::connections;
use ml_connector::engine::Engine;
use ml_connector::lifecycle::Lifecycle;
use ml_connector::store::inbox::NewDelivery;
use ml_connector::web;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Pushes in one measurement, unless `PUSHES` says otherwise.
const PUSHES: usize = 20_000;
/// Longest one measurement.
const LONGEST: Duration = Duration::from_secs(10);
/// Connections: one, and as many as a busy sender keeps open.
const CONNECTIONS: [usize; 2] = [1, 32];
/// More news than one measurement tells.
const NEWS: usize = 1_000_000;
const TOKEN: &str = "BenchWebhookToken2026ForSigning42";
/// Largest answer read.
const ANSWER: usize = 4_096;

/// Requests to send and the server's answers a second.
type Requests = Vec<Vec<u8>>;

#[tokio::main]
async fn main() -> Result<()> {
    // `cargo test` runs benches too, to see that they work.
    let measure = std::env::args().any(|argument| argument == "--bench");
    let asked = std::env::var("PUSHES").ok().and_then(|count| count.parse().ok());
    let pushes = asked.unwrap_or(if measure { PUSHES } else { 200 });
    rustls::crypto::ring::default_provider().install_default().ok().context("TLS")?;
    let directory = tempfile::tempdir()?;
    database("SQLite", directory.path(), None, pushes).await?;
    match std::env::var("TEST_POSTGRES_URL") {
        Ok(url) => {
            let directory = tempfile::tempdir()?;
            database("PostgreSQL", directory.path(), Some(&url), pushes).await?;
        }
        Err(_) => println!("PostgreSQL: TEST_POSTGRES_URL is not set, not measured"),
    }
    Ok(())
}

async fn database(name: &str, directory: &Path, url: Option<&str>, pushes: usize) -> Result<()> {
    let mut config = Config::in_directory(directory);
    if let Some(url) = url {
        config.set_database_url(url);
    }
    std::fs::create_dir_all(directory.join("site/pkg"))?;
    std::fs::write(directory.join("site/pkg/hash.txt"), "")?;
    config.site_dir = Some(directory.join("site"));
    let engine = Engine::start(config, Clock::System).await?;
    let fedex = json!({"environment": "custom", "base_url": "http://127.0.0.1:9", "api_key": "key",
        "secret_key": "secret", "account_number": "740561073", "webhook_tokens": [TOKEN]});
    let saved = connections::save(&engine, &Actor::CommandLine, System::Fedex, fedex).await;
    saved.map_err(|problem| anyhow::anyhow!("{problem}"))?;
    let listener = web::bind("127.0.0.1:0".parse()?).await?;
    let address = listener.local_addr()?;
    let lifecycle = Lifecycle::default();
    let (served, until) = (engine.clone(), lifecycle.clone());
    lifecycle.spawn("web", async move {
        if let Err(error) = web::serve(&served, &until, listener).await {
            eprintln!("the server stopped: {error}");
        }
    });

    let commits = commits(&engine, pushes).await?;
    println!("{name}");
    println!("  {commits:>9.0} /s  limit: commits of one row each, one after the other");
    for connections in CONNECTIONS {
        let (null, _) = run(address, connections, vec![get(); pushes])?;
        let before = kept(&engine).await?;
        let (durable, answered) = run(address, connections, requests(connections * NEWS, pushes))?;
        let new = kept(&engine).await? - before;
        ensure!(new == i64::from(answered), "{answered} pushes were answered 200 and {new} are in the database");
        println!("  {null:>9.0} /s  limit: the server's null route, {connections} connections");
        println!("  {durable:>9.0} /s  pushes durable before 200, {connections} connections ({new} kept)");
    }
    lifecycle.stop();
    engine.store.db.close().await;
    Ok(())
}

async fn kept(engine: &Engine) -> Result<i64> {
    Ok(engine.store.db.count_deliveries().await?.iter().map(|(_, count)| count).sum())
}

/// Commits of one row each a second.
async fn commits(engine: &Engine, most: usize) -> Result<f64> {
    let began = Instant::now();
    let mut count = 0_u32;
    while began.elapsed() < LONGEST / 4 && usize::try_from(count)? < most {
        let mut tx = engine.store.begin().await?;
        let row = NewDelivery {
            delivery_id: engine.new_id(),
            environment: "limit".into(),
            content_key: Some(Sha256::digest(count.to_be_bytes()).into()),
            received_ms: engine.clock.now_ms(),
            reason: String::new(),
            signer: "bench".into(),
            headers: String::new(),
            body: body(0).into_bytes(),
            body_size: 0,
        };
        tx.insert_deliveries(&[row]).await?;
        tx.commit().await?;
        count += 1;
    }
    Ok(f64::from(count) / began.elapsed().as_secs_f64())
}

/// A push of the usual size; each is other news.
fn body(index: usize) -> String {
    let scan = |at: usize| {
        json!({"date": format!("2026-11-{:02}T04:29:00-06:00", at + 1), "eventType": "IT",
            "eventDescription": "On the way", "derivedStatusCode": "IT", "derivedStatus": "In transit",
            "exceptionCode": "", "locationId": "MEMH", "locationType": "FEDEX_FACILITY",
            "scanLocation": {"city": "MEMPHIS", "stateOrProvinceCode": "TN", "postalCode": "38118", "countryCode": "US"}})
    };
    let number = format!("{:012}", 794_000_000_000 + index);
    json!({"transactionId": "bench", "outputMetaData": [{"attempt": 1}], "output": {"completeTrackResults": [{
        "trackingNumber": number, "trackResults": [{"trackingNumberInfo": {"trackingNumber": number},
            "latestStatusDetail": {"code": "IT", "statusByLocale": "In transit"},
            "scanEvents": (0..8).map(scan).collect::<Vec<_>>()}]}]}})
    .to_string()
}

/// Signed pushes, ready to be sent; made before the measurement. No two measurements tell the same
/// news: a repeat is counted, not stored.
fn requests(from: usize, count: usize) -> Requests {
    let one = |index: usize| {
        let body = body(from + index);
        let mac = Hmac::<Sha256>::new_from_slice(TOKEN.as_bytes()).expect("HMAC takes keys of any length");
        let signature = hex::encode(mac.chain_update(&body).finalize().into_bytes());
        format!(
            "POST /webhooks/fedex HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n\
             fdx-signature: {signature}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    };
    (0..count).map(one).collect()
}

fn get() -> Vec<u8> {
    b"GET /healthz HTTP/1.1\r\nhost: bench\r\n\r\n".to_vec()
}

/// Sends all requests over so many connections kept open, on a thread of its own: answers a second,
/// and how many.
fn run(address: SocketAddr, connections: usize, requests: Requests) -> Result<(f64, u32)> {
    let client = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let began = Instant::now();
        let each = requests.len().div_ceil(connections);
        let parts = requests.chunks(each).map(|part| connection(address, part, began));
        let counts: Vec<Result<u32>> = runtime.block_on(futures::future::join_all(parts));
        let count: u32 = counts.into_iter().sum::<Result<u32>>()?;
        Ok((f64::from(count) / began.elapsed().as_secs_f64(), count))
    });
    tokio::task::block_in_place(|| client.join()).map_err(|_| anyhow::anyhow!("the client panicked"))?
}

async fn connection(address: SocketAddr, requests: &[Vec<u8>], began: Instant) -> Result<u32> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut answer = vec![0; ANSWER];
    let mut count = 0;
    for request in requests {
        if began.elapsed() > LONGEST {
            break;
        }
        stream.write_all(request).await?;
        let mut read = 0;
        while !is_whole(&answer[..read])? {
            match stream.read(&mut answer[read..]).await? {
                0 => bail!("the server closed the connection"),
                more => read += more,
            }
        }
        ensure!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer[..read]));
        count += 1;
    }
    Ok(count)
}

/// Head and body of an answer are there.
fn is_whole(answer: &[u8]) -> Result<bool> {
    let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(false) };
    let head = std::str::from_utf8(&answer[..end])?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.context("the answer has no length")?.parse()?;
    Ok(answer.len() >= end + 4 + length)
}
