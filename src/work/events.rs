//! Takes in business events: each is kept, and a hint queues its order to be read.
//!
//! Row and queue are one transaction, so what was answered 200 is not lost. Order and number of
//! deliveries do not matter, because an event says nothing but where to look. No audit entry a
//! delivery: there may be hundreds a minute, and their own table is the record.

use crate::clock::{DAY_MS, MINUTE_MS};
use crate::d365::business_event::{Known, Verdict, parse};
use crate::engine::Engine;
use crate::store::Result;
use crate::store::event_tokens::EventToken;
use crate::transport::redact::Redactor;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// Random bytes of a token: nobody guesses 256 bits.
const TOKEN_BYTES: usize = 32;
/// Events are kept so long; Event Grid repeats a delivery for a day, people look back some weeks.
const KEPT_MS: i64 = 30 * DAY_MS;
/// And so many at most.
const KEPT: i64 = 20_000;
/// Calls with a wrong token are noted this often, so that guessing does not fill log and database.
const NOTED_EVERY_MS: i64 = MINUTE_MS;
/// Why an order with a new invoice is in the queue: who reads it asks for the invoice too.
pub const INVOICE_EVENT: &str = "invoice event";
/// When somebody last called with a wrong token.
pub const WRONG_TOKEN: &str = "events.wrong_token_ms";

/// What was received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Events kept.
    pub events: usize,
    /// Orders queued.
    pub hints: usize,
    /// What Event Grid wants to hear back.
    pub validation_code: Option<String>,
}

/// A new token. It is shown once; its hash is kept.
pub fn new_token() -> SecretString {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; TOKEN_BYTES]>()).into()
}

/// What is kept of a token.
pub fn token_hash(token: &SecretString) -> String {
    format!("{:x}", Sha256::digest(token.expose_secret()))
}

/// The live address of a token. A wrong one is noted now and then.
pub async fn address_of(engine: &Engine, token: &SecretString) -> Result<Option<EventToken>> {
    let hash = token_hash(token);
    let live = engine.store.db.live_event_tokens().await?;
    let found =
        live.into_iter().fold(None, |found, live| if same(&live.token_hash, &hash) { Some(live) } else { found });
    if found.is_none() {
        note_wrong(engine).await?;
    }
    Ok(found)
}

/// Takes the same time wherever the difference is.
fn same(one: &str, other: &str) -> bool {
    let differ = one.bytes().zip(other.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b));
    one.len() == other.len() && differ == 0
}

async fn note_wrong(engine: &Engine) -> Result<()> {
    let now = engine.clock.now_ms();
    let noted = engine.store.db.cursor(WRONG_TOKEN).await?;
    if noted.is_none_or(|noted| now - noted >= NOTED_EVERY_MS) {
        engine.store.db.set_cursor(WRONG_TOKEN, now, now).await?;
        tracing::warn!("a business event came to an address that is unknown or retired; it was not read");
    }
    Ok(())
}

/// Keeps a delivery and queues what it hints at.
pub async fn receive(
    engine: &Engine,
    address: &EventToken,
    token: &SecretString,
    body: &[u8],
    aeg_event_type: &str,
) -> Result<Received> {
    let d365 = engine.d365().await.ok();
    let known = d365.as_ref().map(|d365| Known {
        host: d365.host(),
        companies: &d365.credentials().legal_entities,
        listed: &d365.credentials().events,
    });
    let delivery = parse(body, aeg_event_type, known);
    // A body may repeat the address it was sent to.
    let redactor = Redactor::new(vec![token.clone()]);
    let now = engine.clock.now_ms();
    let mut received = Received { validation_code: delivery.validation_code, ..Received::default() };
    let delivery_id = engine.new_id();
    let mut tx = engine.store.begin().await?;
    for (place, mut event) in delivery.events.into_iter().enumerate() {
        event.detail = event.detail.map(|detail| redactor.text(&detail));
        let first = tx.insert_business_event(&format!("{delivery_id}.{place:05}"), &event, now).await?;
        received.events += 1;
        if let (true, Some(key)) = (first, event.order_key(d365.as_ref().map_or("", |d365| d365.host()))) {
            let why = if event.verdict == Verdict::Invoice { INVOICE_EVENT } else { "business event" };
            tx.ask_to_look_at(&key, why, now).await?;
            received.hints += 1;
        }
    }
    tx.note_event_token_used(&address.token_id, now).await?;
    tx.prune_business_events(now - KEPT_MS, KEPT).await?;
    tx.commit().await?;
    if received.hints > 0 {
        engine.wake_look_at.notify_one();
    }
    Ok(received)
}
