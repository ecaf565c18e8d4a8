//! What FedEx pushed: deliveries with their verdict, and what can be done with them.

use crate::audit::Subject;
use crate::clock::HOUR_MS;
use crate::desk::{OperatorDesk, Role, inbox_way, present};
use crate::engine::Engine;
use crate::fedex::{callback, proof};
use crate::order::state::State;
use crate::store::StoreError;
use crate::store::inbox::{DeliveryRow, Verdict};
use crate::work::ingest::LAST_PUSH;
use app::contract::{self, Delivery, Inbox, InboxFilter, Ladder, Problem, Status, Tone, VerdictCount};
use app::desk::InboxDesk;
use async_trait::async_trait;

/// Deliveries a page.
const PAGE: usize = 50;
/// Characters of a body shown.
const BODY_SHOWN: usize = 64 * 1024;
/// Orders named beside a delivery.
const ORDERS_SHOWN: usize = 10;
/// Parcels are scanned several times a day: with no push for so long while some move, none come.
const SILENT_MS: i64 = 3 * HOUR_MS;

/// FedEx pushes nothing although parcels move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Since when.
    pub since_ms: i64,
    /// How many shipments move.
    pub moving: i64,
    now_ms: i64,
}

impl std::fmt::Display for Silence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hours = (self.now_ms - self.since_ms) / HOUR_MS;
        let move_ = if self.moving == 1 { "1 parcel moves" } else { &format!("{} parcels move", self.moving) };
        write!(f, "No push from FedEx for {hours} h while {move_}; polling has taken over.")
    }
}

/// Whether pushes are missing: tokens are set, some came once, none for long, and parcels move.
pub async fn silence(engine: &Engine) -> Result<Option<Silence>, StoreError> {
    let has_tokens = engine.fedex().await.is_ok_and(|fedex| !fedex.credentials().webhook_tokens.is_empty());
    let now_ms = engine.clock.now_ms();
    let db = &engine.store.db;
    let Some(since_ms) = db.cursor(LAST_PUSH).await?.filter(|last| has_tokens && now_ms - last >= SILENT_MS) else {
        return Ok(None);
    };
    let moves = |state: &State| matches!(state, State::InTransit | State::OutForDelivery);
    let moving = db.count_by_state().await?.iter().filter(|(state, _)| moves(state)).map(|(_, count)| count).sum();
    Ok((moving > 0).then_some(Silence { since_ms, moving, now_ms }))
}

#[async_trait]
impl InboxDesk for OperatorDesk {
    async fn inbox(&self, filter: InboxFilter) -> Result<Inbox, Problem> {
        self.allowed(Role::Viewer)?;
        let engine = &self.engine;
        let db = &engine.store.db;
        let verdict = verdict_of(filter.verdict.as_deref())?;
        let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut rows = self.store(db.deliveries(verdict, filter.after.as_deref(), limit).await)?;
        let next = (rows.len() > PAGE).then(|| rows[PAGE - 1].delivery_id.clone());
        rows.truncate(PAGE);
        let counts = self.store(db.count_deliveries().await)?;
        let count =
            |verdict| counts.iter().filter(|(of, _)| *of == verdict).map(|(_, count)| count.unsigned_abs()).sum();
        let alarm = self.store(silence(engine).await)?.map(|silence| silence.to_string());
        let tokens = self.store(inbox_way::tokens(engine).await)?;
        let last = self.store(db.cursor(LAST_PUSH).await)?;
        let may_rotate = self.allowed(Role::Admin).is_ok();
        let url = callback::callback(&engine.config.public_url());
        Ok(Inbox {
            headline: headline(tokens.is_empty(), last),
            alarm,
            counts: Verdict::ALL.map(|of| VerdictCount { status: verdict_status(of), count: count(of) }).to_vec(),
            rows: rows.iter().map(delivery_row).collect(),
            next,
            turned_away: engine.refusals.turned_away(),
            callback: inbox_way::callback_ladder(engine, &url),
            callback_url: url.to_string(),
            self_test: self.last_test().await?,
            tokens,
            suggested_token: may_rotate.then(|| inbox_way::fresh_token(engine)),
            may_replay: self.allowed(Role::Operator).is_ok(),
            may_rotate,
            now: present::moment(engine.clock.now_ms()),
        })
    }

    async fn delivery(&self, delivery_id: String) -> Result<Delivery, Problem> {
        self.allowed(Role::Viewer)?;
        let db = &self.engine.store.db;
        let row = self.store(db.delivery(&delivery_id).await)?.ok_or_else(no_delivery)?;
        let bytes = self.store(db.delivery_body(&delivery_id).await)?.unwrap_or_default();
        let mut body = proof::readable(&bytes);
        if body.len() > BODY_SHOWN {
            let all = body.len();
            body.truncate(body.floor_char_boundary(BODY_SHOWN));
            body = format!("{body}… ({all} bytes in all)");
        }
        let tokens = self.store(inbox_way::tokens(&self.engine).await)?;
        let signer = match tokens.iter().find(|token| token.token_id == row.signer) {
            _ if row.signer.is_empty() => "nobody we know".to_owned(),
            Some(token) if token.newest => format!("the newest token ({})", token.token_id),
            Some(token) => format!("the previous token ({})", token.token_id),
            None => format!("a token that is no longer set ({})", row.signer),
        };
        let split = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
        Ok(Delivery {
            row: delivery_row(&row),
            last: present::moment(row.last_ms),
            read: row.processed_ms.map(present::moment),
            signer,
            replays: row.replays,
            headers: row.headers.lines().filter_map(split).collect(),
            orders: self.store(orders_of(&self.engine, &row).await)?,
            body,
            may_replay: self.allowed(Role::Operator).is_ok() && is_replayable(&row),
            now: present::moment(self.engine.clock.now_ms()),
        })
    }

    async fn replay_delivery(&self, delivery_id: String) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
        let row = self.store(self.engine.store.db.delivery(&delivery_id).await)?.ok_or_else(no_delivery)?;
        if !is_replayable(&row) {
            let message = "This push was not signed, so nothing is taken from it.";
            return Err(Problem::new("inbox.refused", message, "Set FedEx's token here; FedEx sends it again."));
        }
        let now = self.engine.clock.now_ms();
        let replayed = async {
            let mut tx = self.engine.store.begin().await?;
            tx.requeue_delivery(&delivery_id, true, now).await?;
            let summary = format!("Asked to read push {delivery_id} again.");
            let entry = self.engine.entry(&actor, "inbox.replayed", Subject::default(), summary);
            self.engine.store.append(&mut tx, &entry).await?;
            tx.commit().await
        };
        self.store(replayed.await)?;
        self.engine.wake_ingest.notify_one();
        Ok(())
    }

    async fn test_webhook(&self) -> Result<Ladder, Problem> {
        let actor = self.allowed(Role::Operator)?;
        self.store(inbox_way::self_test(&self.engine, &actor).await)
    }

    async fn check_callback(&self) -> Result<Ladder, Problem> {
        self.allowed(Role::Viewer)?;
        Ok(inbox_way::check_callback(&self.engine).await)
    }

    async fn set_webhook_token(&self, token: String) -> Result<(), Problem> {
        let actor = self.allowed(Role::Admin)?;
        inbox_way::set_token(&self.engine, &actor, &token).await
    }

    async fn retire_webhook_token(&self) -> Result<(), Problem> {
        let actor = self.allowed(Role::Admin)?;
        inbox_way::retire_token(&self.engine, &actor).await
    }
}

impl OperatorDesk {
    async fn last_test(&self) -> Result<Option<Ladder>, Problem> {
        let last = self.store(self.engine.store.db.last_ping(inbox_way::WEBHOOK).await)?;
        Ok(last.and_then(|(_, json)| serde_json::from_str(&json).ok()))
    }
}

fn no_delivery() -> Problem {
    let message = "There is no such push; old ones are forgotten after a while.";
    Problem::new("inbox.not-found", message, "Go back to the inbox.")
}

fn is_replayable(row: &DeliveryRow) -> bool {
    row.verdict != Verdict::Refused.name()
}

fn verdict_of(name: Option<&str>) -> Result<Option<Verdict>, Problem> {
    let Some(name) = name.filter(|name| !name.is_empty()) else { return Ok(None) };
    let unknown = || {
        let names = Verdict::ALL.map(Verdict::name).join(", ");
        Problem::new("inbox.unknown-verdict", &format!("There is no verdict {name}."), &format!("Use one of {names}."))
    };
    Verdict::parse(name).map(Some).ok_or_else(unknown)
}

fn verdict_status(verdict: Verdict) -> Status {
    let (label, tone) = match verdict {
        Verdict::Waiting => ("Waiting", Tone::Moving),
        Verdict::TakenIn => ("Taken in", Tone::Good),
        Verdict::UnknownNumber => ("Unknown number", Tone::Neutral),
        Verdict::Quarantined => ("Unknown shape", Tone::Warning),
        Verdict::SelfTest => ("Our test", Tone::Neutral),
        Verdict::Failed => ("Failed", Tone::Bad),
        Verdict::Refused => ("Refused", Tone::Warning),
    };
    Status { code: verdict.name().to_owned(), label: label.to_owned(), tone }
}

fn headline(no_tokens: bool, last: Option<i64>) -> String {
    match last {
        _ if no_tokens => "No security token is set, so pushes are refused; polling does everything.".to_owned(),
        None => "FedEx has not pushed anything yet; polling does everything.".to_owned(),
        Some(last) => format!("FedEx pushed last at {}.", present::moment(last).text),
    }
}

fn delivery_row(row: &DeliveryRow) -> contract::DeliveryRow {
    contract::DeliveryRow {
        delivery_id: row.delivery_id.clone(),
        received: present::moment(row.received_ms),
        verdict: Verdict::parse(&row.verdict).map(verdict_status).unwrap_or_default(),
        reason: row.reason.clone(),
        event: row.event.clone(),
        parcels: row.numbers.split_whitespace().map(str::to_owned).collect(),
        repeats: row.repeats,
        size: row.body_size,
    }
}

/// The orders a delivery's parcels belong to, each once.
async fn orders_of(engine: &Engine, row: &DeliveryRow) -> Result<Vec<(String, String)>, StoreError> {
    let db = &engine.store.db;
    let mut orders = Vec::new();
    for number in row.numbers.split_whitespace().take(ORDERS_SHOWN) {
        let Some(id) = db.shipment_with_number(number).await? else { continue };
        let Some(shipment) = db.shipment(&id).await? else { continue };
        let record = db.order(&shipment.order_id).await?;
        let order = (record.key.company, record.key.number);
        if !orders.contains(&order) {
            orders.push(order);
        }
    }
    Ok(orders)
}

/// The proofs of delivery of a shipment, for the page of its order.
pub(super) async fn proofs(
    engine: &Engine,
    shipment: &crate::order::ShipmentId,
    order_href: &str,
) -> Result<Vec<contract::ProofView>, StoreError> {
    let rows = engine.store.db.proofs_of(shipment).await?;
    let view = |row: crate::store::proofs::ProofRow| {
        let title = match row.kind.as_str() {
            "signature" => "Signature",
            "picture" => "Picture of the delivery",
            "attempt" => "Picture of an attempt",
            _ => "Proof of delivery",
        };
        contract::ProofView {
            title: title.to_owned(),
            href: format!("{order_href}/shipments/{}/proofs/{}", shipment.0, row.digest),
            shown: matches!(row.media_type.as_str(), "image/jpeg" | "image/png" | "image/gif"),
            format: row.media_type.rsplit('/').next().unwrap_or_default().to_uppercase(),
            tracking_number: row.tracking_number,
            size: row.size,
            received: present::moment(row.received_ms),
        }
    };
    Ok(rows.into_iter().map(view).collect())
}
