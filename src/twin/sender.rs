//! FedEx's side of a webhook subscription: posts a push for each new scan, and tries again.
//!
//! As FedEx does it: the full history of a parcel in each push, a few more attempts after minutes,
//! then a queue of missed events that only a person has sent again. A subscription may repeat,
//! lose and reverse its pushes. Only plain HTTP to a loopback address is ever posted to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use http::{Request, Uri};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::clock::MINUTE_MS;
use super::journey;
use super::state::{Shared, World};
use super::webhook;

/// How often new scans are looked for.
const EVERY: Duration = Duration::from_millis(250);
/// How long a receiver may take; FedEx names no limit.
const PATIENCE: Duration = Duration::from_secs(10);
/// Minutes after which a refused push is tried again; then it is missed.
const AGAIN_MIN: [i64; 3] = [1, 2, 4];

/// Who wants pushes, and how badly they are delivered.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Subscription {
    url: String,
    token: Option<String>,
    /// `base64` or `hex`.
    encoding: Option<String>,
    /// One push in so many is sent twice; 0 for none.
    duplicate_one_in: u64,
    /// One push in so many is lost on the way; 0 for none.
    lose_one_in: u64,
    /// Pushes of the same moment come in reverse order.
    reverse: bool,
}

/// A push that is to be sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Pending {
    number: String,
    attempt: u64,
    due_ms: i64,
}

/// The state of FedEx's sender.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Sender {
    subscription: Option<Subscription>,
    /// Scans of each number that were pushed.
    told: BTreeMap<String, usize>,
    queue: Vec<Pending>,
    missed: Vec<String>,
    made: u64,
    sent: u64,
    accepted: u64,
    lost: u64,
}

impl Sender {
    /// Shows the subscription and what became of its pushes.
    pub(super) fn view(&self) -> Value {
        json!({
            "url": self.subscription.as_ref().map(|subscription| subscription.url.as_str()),
            "made": self.made,
            "sent": self.sent,
            "accepted": self.accepted,
            "lost": self.lost,
            "waiting": self.queue.len(),
            "missed": self.missed,
        })
    }
}

/// Subscribes, ends the subscription (an empty `url`), or sends what was missed (`replay_missed`).
pub(super) fn set(world: &mut World, wanted: &Value) -> Result<Value, String> {
    world.touch();
    if wanted["replay_missed"] == true {
        let due_ms = world.now_ms();
        let missed = std::mem::take(&mut world.sender.missed);
        world.sender.queue.extend(missed.into_iter().map(|number| Pending { number, attempt: 1, due_ms }));
        return Ok(world.sender.view());
    }
    let subscription: Subscription = serde_json::from_value(wanted.clone()).map_err(|error| error.to_string())?;
    if subscription.url.is_empty() {
        world.sender.subscription = None;
        return Ok(world.sender.view());
    }
    let url: Uri = subscription.url.parse().map_err(|error| format!("url: {error}"))?;
    let loopback = matches!(url.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
    if url.scheme_str() != Some("http") || !loopback {
        return Err("a twin posts to http on a loopback address only".to_owned());
    }
    world.sender.subscription = Some(subscription);
    Ok(world.sender.view())
}

/// A push on its way.
struct Push {
    pending: Pending,
    url: String,
    signature: String,
    body: String,
    times: u32,
}

/// What is to be posted now.
fn due(world: &mut World) -> Vec<Push> {
    let Some(subscription) = world.sender.subscription.clone() else { return Vec::new() };
    let now_ms = world.now_ms();
    let mut news = Vec::new();
    for shipment in world.shipments.under_way(now_ms) {
        for (piece, found) in shipment.pieces.iter().enumerate() {
            let scans = journey::scans(&shipment, piece, now_ms).len();
            if world.sender.told.get(&found.tracking_number).copied().unwrap_or(0) < scans {
                news.push((found.tracking_number.clone(), scans));
            }
        }
    }
    for (number, scans) in news {
        world.sender.told.insert(number.clone(), scans);
        world.sender.queue.push(Pending { number, attempt: 1, due_ms: now_ms });
    }
    let (mut ready, later): (Vec<Pending>, Vec<Pending>) =
        std::mem::take(&mut world.sender.queue).into_iter().partition(|pending| pending.due_ms <= now_ms);
    world.sender.queue = later;
    if ready.is_empty() {
        return Vec::new();
    }
    world.touch();
    if subscription.reverse {
        ready.reverse();
    }
    let one_in = |count: u64, n: u64| n > 0 && count.is_multiple_of(n);
    let mut pushes = Vec::new();
    for pending in ready {
        world.sender.made += 1;
        let made = world.sender.made;
        if one_in(made, subscription.lose_one_in) {
            world.sender.lost += 1;
            continue;
        }
        let wanted = json!({
            "tracking_number": pending.number,
            "attempt": pending.attempt,
            "token": subscription.token,
            "encoding": subscription.encoding,
        });
        // A number without a parcel has nothing to tell.
        let Ok(made_push) = webhook::push(world, &wanted) else { continue };
        pushes.push(Push {
            pending,
            url: subscription.url.clone(),
            signature: made_push["headers"]["fdx-signature"].as_str().unwrap_or_default().to_owned(),
            body: made_push["body"].as_str().unwrap_or_default().to_owned(),
            times: if one_in(made, subscription.duplicate_one_in) { 2 } else { 1 },
        });
    }
    pushes
}

/// Notes how a push ended: FedEx counts 200 and 202 as delivered, nothing else.
fn settle(world: &mut World, pending: Pending, delivered: bool) {
    world.touch();
    world.sender.sent += 1;
    if delivered {
        world.sender.accepted += 1;
        return;
    }
    let tries = usize::try_from(pending.attempt).unwrap_or(usize::MAX);
    match AGAIN_MIN.get(tries.saturating_sub(1)) {
        Some(minutes) => {
            let due_ms = world.now_ms() + minutes * MINUTE_MS;
            world.sender.queue.push(Pending { attempt: pending.attempt + 1, due_ms, ..pending });
        }
        None => world.sender.missed.push(pending.number),
    }
}

/// Posts until the twin stops.
pub(super) async fn run(shared: Arc<Shared>, mut stopped: watch::Receiver<bool>) {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
        for push in shared.change(due) {
            let mut delivered = false;
            for _ in 0..push.times {
                let request = Request::post(&push.url)
                    .header("content-type", "application/json")
                    .header("fdx-signature", &push.signature)
                    .body(Full::new(Bytes::from(push.body.clone())));
                let Ok(request) = request else { break };
                let answer = tokio::time::timeout(PATIENCE, client.request(request)).await;
                delivered = matches!(answer, Ok(Ok(answer)) if [200, 202].contains(&answer.status().as_u16()));
            }
            shared.change(|world| settle(world, push.pending, delivered));
        }
    }
}
