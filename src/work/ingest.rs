//! Takes in what FedEx pushed: reads each kept push, hands every parcel's news to where polled news
//! go too, and writes down in words what became of it.
//!
//! A push is read at least once; reading it twice changes nothing, since scans and images are kept
//! once. They may come in any order. A number nobody has yet waits for its label.

use crate::audit::Actor;
use crate::clock::{DAY_MS, MINUTE_MS, SECOND_MS};
use crate::engine::{Engine, LEASE_MS};
use crate::fedex::proof::{self, Image};
use crate::fedex::webhook::{self, Pushed};
use crate::lifecycle::Lifecycle;
use crate::order::ShipmentId;
use crate::store::inbox::{Claimed, Settled, Verdict};
use crate::store::proofs::NewProof;
use crate::store::{Result, Tx};
use crate::transport::chain;
use crate::work::news;
use crate::work::settle::subject;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::time::Duration;
use ulid::Ulid;

/// Pushes read in one turn. Each may hold some megabytes.
const BATCH: i64 = 16;
/// How long another node leaves a push alone that this one reads.
const READING_MS: i64 = 2 * MINUTE_MS;
/// Longest sleep between two looks; a push wakes the loop at once.
const IDLE: Duration = Duration::from_secs(1);
/// Wait after a failure, times the number of failures.
const WAIT_MS: i64 = 10 * SECOND_MS;
/// After so many failures a push is a person's business.
const FAILURES: i64 = 5;
/// Labels are looked at for this long after they were bought, for pushes that came before them:
/// longer than the longest step, whose transaction may end long after the moment it names.
const OVERLAP_MS: i64 = LEASE_MS + 5 * MINUTE_MS;
/// How far labels were looked at is written down this often, not at each turn.
const MATCHED_EVERY_MS: i64 = MINUTE_MS;
/// Waiting pushes that a label lets go in one turn.
const MATCHED_AT_ONCE: i64 = 200;
/// Old pushes are looked for this often.
const PRUNE_EVERY_MS: i64 = 10 * MINUTE_MS;
/// Rows forgotten in one transaction, so that nobody waits long for the database.
const PRUNED_AT_ONCE: i64 = 500;
/// How long a push is kept, by verdict. FedEx repeats what it could not deliver for 7 days.
const KEPT_DAYS: [(Verdict, i64); 5] = [
    (Verdict::TakenIn, 30),
    (Verdict::SelfTest, 7),
    // As long as a label dated ahead may wait for its parcel.
    (Verdict::UnknownNumber, 60),
    (Verdict::Quarantined, 90),
    (Verdict::Failed, 90),
];
/// Refused pushes kept, newest first: anybody can send them, so they are bounded by number.
const REFUSED_KEPT: i64 = 500;
/// Key that only our own test of the way has.
pub const SELF_TEST_KEY: &str = "mlConnectorSelfTest";
/// When FedEx last pushed something.
pub const LAST_PUSH: &str = "inbox.last_push_ms";
/// Up to when labels were looked at.
const MATCHED: &str = "inbox.matched_ms";
/// When old pushes were last looked for.
const PRUNED: &str = "inbox.pruned_ms";
/// FedEx's numbers have 12 to 34 characters.
const NUMBER_LIMIT: usize = 50;
/// Longest text of an event kept.
const EVENT_LIMIT: usize = 200;

/// When a token last signed something.
pub fn token_used(token_id: &str) -> String {
    format!("inbox.token.{token_id}.used_ms")
}

/// When a token that was replaced stops being valid.
pub fn token_until(token_id: &str) -> String {
    format!("inbox.token.{token_id}.until_ms")
}

/// Reads until the program stops.
pub async fn run(engine: &Engine, lifecycle: &Lifecycle) {
    while !lifecycle.is_stopping() {
        match tick(engine).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => super::failed("ingest", &error),
        }
        tokio::select! {
            () = engine.wake_ingest.notified() => {}
            () = super::pause(IDLE, lifecycle) => {}
        }
    }
}

/// Reads some of what waits; answers how many.
pub async fn tick(engine: &Engine) -> Result<usize> {
    let now = engine.clock.now_ms();
    let db = &engine.store.db;
    match_bought(engine, now).await?;
    prune(engine, now).await?;
    if !db.has_due_deliveries(now).await? {
        return Ok(0);
    }
    let mut tx = engine.store.begin().await?;
    let claimed = tx.claim_deliveries(now, now + READING_MS, BATCH).await?;
    tx.commit().await?;
    let mut read_ones = Vec::with_capacity(claimed.len());
    for delivery in &claimed {
        read_ones.push(read(engine, delivery).await);
    }
    // Written down together: one wait for the disk, not one each.
    let mut tx = engine.store.begin().await?;
    for (delivery, read) in claimed.iter().zip(read_ones) {
        write_down(engine, &mut tx, delivery, read).await?;
    }
    tx.commit().await?;
    Ok(claimed.len())
}

/// Writes down what reading a push came to.
async fn write_down(engine: &Engine, tx: &mut Tx, delivery: &Claimed, read: Result<Settled>) -> Result<()> {
    let now = engine.clock.now_ms();
    let id = &delivery.delivery_id;
    match read {
        Ok(settled) => {
            tx.settle_delivery(id, &settled, now).await?;
            if settled.verdict != Verdict::SelfTest {
                tx.advance_cursor(LAST_PUSH, delivery.received_ms, now).await?;
            }
            tx.advance_cursor(&token_used(&delivery.signer), delivery.received_ms, now).await
        }
        Err(error) => {
            let failures = delivery.failures + 1;
            tracing::error!(delivery = id, error = %chain(&error), "a push could not be taken in");
            if failures >= FAILURES {
                let reason = format!("Storing its news failed {failures} times; the log says why. Replay it.");
                let settled = Settled { verdict: Verdict::Failed, reason, ..Settled::default() };
                return tx.settle_delivery(id, &settled, now).await;
            }
            let reason = "Storing its news failed; it is tried again soon.";
            tx.postpone_delivery(id, reason, now + WAIT_MS * failures).await
        }
    }
}

async fn read(engine: &Engine, delivery: &Claimed) -> Result<Settled> {
    let mut news = webhook::parse(&delivery.body);
    news.retain(|one| is_number(&one.tracked.tracking_number));
    let mut images = proof::find(&delivery.body);
    if let [only] = &news[..] {
        // An image without a number in a push about one parcel is of that parcel.
        for image in images.iter_mut().filter(|image| image.tracking_number.is_empty()) {
            image.tracking_number.clone_from(&only.tracked.tracking_number);
        }
    }
    images.retain(|image| is_number(&image.tracking_number));
    if news.is_empty() && images.is_empty() {
        return Ok(without_news(&delivery.body));
    }
    let mut settled = Settled { event: event(&news), ..Settled::default() };
    let mut taken = BTreeSet::new();
    let mut other_parcels = BTreeSet::new();
    for one in &news {
        let number = &one.tracked.tracking_number;
        if let Some(heard) = news::pushed(engine, one).await? {
            settled.new_scans += i64::try_from(heard.new_scans).unwrap_or(i64::MAX);
            taken.insert(number.as_str());
        } else if engine.store.db.shipment_with_number(number).await?.is_some() {
            other_parcels.insert(number.as_str());
        }
    }
    for image in &images {
        let number = image.tracking_number.as_str();
        let is_other = other_parcels.contains(number) && !taken.contains(number);
        if is_other {
            continue;
        }
        if let Some(shipment) = engine.store.db.shipment_with_number(number).await? {
            settled.proofs += i64::from(keep(engine, &shipment, image).await?);
            taken.insert(number);
        }
    }
    let named =
        news.iter().map(|one| &one.tracked.tracking_number).chain(images.iter().map(|image| &image.tracking_number));
    let numbers: BTreeSet<&str> = named.map(String::as_str).collect();
    let unmatched: Vec<&str> =
        numbers.iter().copied().filter(|number| !taken.contains(number) && !other_parcels.contains(number)).collect();
    settled.verdict = if taken.len() == numbers.len() { Verdict::TakenIn } else { Verdict::UnknownNumber };
    settled.reason = reason(&settled, taken.len(), &unmatched, &other_parcels);
    settled.unmatched = unmatched.into_iter().map(str::to_owned).collect();
    settled.numbers = numbers.into_iter().map(str::to_owned).collect();
    Ok(settled)
}

/// Something that can be a tracking number: no database minds looking for it.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= NUMBER_LIMIT && text.chars().all(|letter| letter.is_ascii_alphanumeric())
}

/// Our own test, or a shape nobody has described.
fn without_news(body: &[u8]) -> Settled {
    let value: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    if value.get(SELF_TEST_KEY).is_some() {
        let reason = "Our own test of the way: signed, received and stored.".to_owned();
        return Settled { verdict: Verdict::SelfTest, reason, ..Settled::default() };
    }
    let reason = if value.is_null() {
        "It is signed, and not JSON. It is kept; nothing was taken from it."
    } else {
        "It is signed, and holds no tracking result in a shape known here. It is kept; nothing was taken from it."
    };
    Settled { verdict: Verdict::Quarantined, reason: reason.to_owned(), ..Settled::default() }
}

fn event(news: &[Pushed]) -> String {
    let Some(first) = news.first() else { return "Images only".to_owned() };
    let printable = first.tracked.latest_text.chars().filter(|letter| !letter.is_control());
    let text = printable.take(EVENT_LIMIT).collect::<String>();
    match news.len() {
        1 => text,
        several => format!("{text} (and {} more)", several - 1),
    }
}

fn reason(settled: &Settled, taken: usize, unmatched: &[&str], other_parcels: &BTreeSet<&str>) -> String {
    let count = |count: i64, what: &str| format!("{count} new {what}{}", if count == 1 { "" } else { "s" });
    let mut parts = Vec::new();
    if taken > 0 {
        let parcels = if taken == 1 { "1 parcel".to_owned() } else { format!("{taken} parcels") };
        let news = match (settled.new_scans, settled.proofs) {
            (0, 0) => "nothing new".to_owned(),
            (scans, 0) => count(scans, "scan"),
            (0, proofs) => count(proofs, "image"),
            (scans, proofs) => format!("{}, {}", count(scans, "scan"), count(proofs, "image")),
        };
        parts.push(format!("{parcels} of ours: {news}."));
    }
    if !unmatched.is_empty() {
        parts.push(format!("No shipment has {} yet; it is read again once a label does.", unmatched.join(", ")));
    }
    if !other_parcels.is_empty() {
        let numbers = other_parcels.iter().copied().collect::<Vec<_>>().join(", ");
        parts.push(format!("{numbers} is the number of another parcel than ours."));
    }
    parts.join(" ")
}

/// Stores an image with its shipment, once; `true` when it is new.
async fn keep(engine: &Engine, id: &ShipmentId, image: &Image) -> Result<bool> {
    let now = engine.clock.now_ms();
    let digest = format!("{:x}", Sha256::digest(&image.bytes));
    let new = NewProof {
        tracking_number: &image.tracking_number,
        digest: &digest,
        kind: image.kind.name(),
        media_type: image.media_type,
        bytes: &image.bytes,
    };
    let mut tx = engine.store.begin().await?;
    let is_new = tx.insert_proof(id, &new, now).await?;
    if is_new && let Some(shipment) = tx.shipment(id).await? {
        let what = format!("FedEx sent a proof of delivery of {} ({}).", image.tracking_number, image.kind.name());
        let entry = engine.entry(&Actor::Engine, "shipment.proof-stored", subject(&shipment), what);
        engine.store.append(&mut tx, &entry).await?;
    }
    tx.commit().await?;
    Ok(is_new)
}

/// Has pushes read again whose numbers are on labels bought since the last look.
async fn match_bought(engine: &Engine, now: i64) -> Result<()> {
    let db = &engine.store.db;
    let looked = db.cursor(MATCHED).await?;
    let ids = db.matched_deliveries(looked.unwrap_or(0) - OVERLAP_MS, MATCHED_AT_ONCE).await?;
    let all = i64::try_from(ids.len()).unwrap_or(i64::MAX) < MATCHED_AT_ONCE;
    let due = all && looked.is_none_or(|looked| now - looked >= MATCHED_EVERY_MS);
    if ids.is_empty() && !due {
        return Ok(());
    }
    let mut tx = engine.store.begin().await?;
    for id in &ids {
        tx.requeue_delivery(id, false, now).await?;
    }
    if due {
        tx.advance_cursor(MATCHED, now, now).await?;
    }
    tx.commit().await
}

/// Forgets what is old, a part at a time.
async fn prune(engine: &Engine, now: i64) -> Result<()> {
    let db = &engine.store.db;
    if db.cursor(PRUNED).await?.is_some_and(|last| now - last < PRUNE_EVERY_MS) {
        return Ok(());
    }
    let mut befores: Vec<(Verdict, String)> =
        KEPT_DAYS.into_iter().map(|(verdict, days)| (verdict, first_id(now - days * DAY_MS))).collect();
    if let Some(last_kept) = db.delivery_at(Verdict::Refused, REFUSED_KEPT - 1).await? {
        befores.push((Verdict::Refused, last_kept));
    }
    for (verdict, before) in befores {
        loop {
            let mut tx = engine.store.begin().await?;
            let gone = tx.prune_deliveries(verdict, &before, PRUNED_AT_ONCE).await?;
            tx.commit().await?;
            if gone < PRUNED_AT_ONCE.unsigned_abs() {
                break;
            }
        }
    }
    let mut tx = engine.store.begin().await?;
    tx.advance_cursor(PRUNED, now, now).await?;
    tx.commit().await
}

/// The smallest id of a moment.
fn first_id(at_ms: i64) -> String {
    Ulid::from_parts(u64::try_from(at_ms).unwrap_or(0), 0).to_string()
}
