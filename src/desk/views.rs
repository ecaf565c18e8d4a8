//! What an operator can see: reads the store, hands rows to `present.rs`, decides nothing.

use crate::audit::System;
use crate::clock::SECOND_MS;
use crate::desk::{OperatorDesk, Role, connections, present, problem};
use crate::engine::Engine;
use crate::order::cause::{Class, words};
use crate::order::scan::Milestone;
use crate::order::state::State;
use crate::order::transition::{Event, Refusal, apply, is_before_label};
use crate::order::{Order, Shipment};
use crate::store::StoreError;
use crate::store::audit::{TrailQuery, TrailRow};
use crate::store::cursors::LAST_PULL;
use crate::store::orders::OrderRecord;
use crate::store::shipments::{ListFilter, ListRow};
use app::contract::{
    Action, ActionKind, AttemptView, Attention, CauseGroup, ChargeView, Connections, Counter, D365Connection,
    ExchangeView, FedexConnection, Frame, LabelView, Ladder, LineView, OrderDetail, OrderFilter, OrderRow, Page,
    PieceView, Problem, ShipmentDetail, TimelineEntry, Tone, TrailEntry, TrailFilter, Viewer,
};
use app::desk::Views;
use async_trait::async_trait;

/// Rows of a page of orders.
const ORDERS_PAGE: i64 = 50;
/// Rows of a page of the trail.
const TRAIL_PAGE: i64 = 50;
/// Entries read for one order's page; older ones stay in the trail.
const ORDER_TRAIL: i64 = 2_000;
/// Orders shown inside a cause group.
const GROUP_ORDERS: i64 = 8;
/// Characters of a body shown in the trail's list.
const BODY_SHOWN: usize = 4_000;

#[async_trait]
impl Views for OperatorDesk {
    async fn frame(&self) -> Result<Frame, Problem> {
        let engine = &self.engine;
        let now = present::moment(engine.clock.now_ms());
        let Some(operator) = &self.operator else {
            let has_operators = self.store(engine.store.db.has_operators().await)?;
            return Ok(Frame {
                first_run: !has_operators,
                setup_code_required: self.setup_code_required,
                now,
                ..Frame::default()
            });
        };
        let environment = engine.fedex().await.ok().map(|fedex| fedex.environment_name());
        let counts = self.store(engine.store.db.count_by_state().await)?;
        Ok(Frame {
            viewer: Some(Viewer { name: operator.name.clone(), role: operator.role.name().to_owned() }),
            first_run: false,
            setup_code_required: false,
            attention: sum(&counts, State::needs_attention),
            chips: vec![present::chip(engine, System::D365).await, present::chip(engine, System::Fedex).await],
            rehearsal: environment.filter(|name| *name != "production").map(str::to_owned),
            now,
        })
    }

    async fn attention(&self) -> Result<Attention, Problem> {
        self.allowed(Role::Viewer)?;
        let engine = &self.engine;
        let counts = self.store(engine.store.db.count_by_state().await)?;
        let last_pull = self.store(engine.store.db.cursor(LAST_PULL).await)?;
        let need = sum(&counts, State::needs_attention);
        let counters = counters(&counts, need);
        let moving: u64 = counters.iter().skip(1).take(2).map(|counter| counter.count).sum();
        let headline = match (need, moving) {
            (0, 0) => "Nothing needs you.".to_owned(),
            (0, moving) => format!("Nothing needs you; {} by {}.", shipments(moving, "moves", "move"), itself(moving)),
            (need, moving) => format!(
                "{} you; {moving} {} by {}.",
                shipments(need, "needs", "need"),
                if moving == 1 { "moves" } else { "move" },
                itself(moving)
            ),
        };
        let interval = i64::try_from(engine.config.poll_interval_s).unwrap_or(0) * SECOND_MS;
        Ok(Attention {
            headline,
            counters,
            groups: self.store(groups(engine).await)?,
            checklist: self.checklist(last_pull).await,
            last_pull: last_pull.map(present::moment),
            next_pull: last_pull.map(|ms| present::moment(ms + interval)),
            now: present::moment(engine.clock.now_ms()),
        })
    }

    async fn orders(&self, filter: OrderFilter) -> Result<Page<OrderRow>, Problem> {
        self.allowed(Role::Viewer)?;
        let db = &self.engine.store.db;
        let query = list_filter(&filter)?;
        let mut rows = self.store(db.list(&query, ORDERS_PAGE + 1).await)?;
        let total = self.store(db.count(&query).await)?;
        let more = rows.len() > usize::try_from(ORDERS_PAGE).unwrap_or(0);
        rows.truncate(usize::try_from(ORDERS_PAGE).unwrap_or(0));
        let last = rows.last().map(|row| format!("{}.{}", row.changed_ms, row.shipment_id));
        Ok(Page {
            next: last.filter(|_| more),
            rows: rows.iter().map(order_row).collect(),
            total: u64::try_from(total).unwrap_or(0),
            now: present::moment(self.engine.clock.now_ms()),
        })
    }

    async fn order(&self, company: String, number: String) -> Result<OrderDetail, Problem> {
        self.allowed(Role::Viewer)?;
        let db = &self.engine.store.db;
        let record = self.store(db.order_by_number(&company, &number).await)?.ok_or_else(|| {
            Problem::new(
                "order.not-found",
                &format!("Order {number} of {company} has not been seen."),
                "Check the number; an order shows here once Dynamics 365 says it is ready to ship.",
            )
        })?;
        self.store(order_detail(&self.engine, &record).await)
    }

    async fn trail(&self, filter: TrailFilter) -> Result<Page<TrailEntry>, Problem> {
        self.allowed(Role::Viewer)?;
        let db = &self.engine.store.db;
        let query = TrailQuery {
            order: filter.order,
            actor: filter.actor,
            system: filter.system,
            outcome: filter.outcome,
            before: filter.after.as_deref().and_then(|after| after.parse().ok()),
        };
        let mut rows = self.store(db.trail(&query, TRAIL_PAGE + 1).await)?;
        let total = self.store(db.count_trail(&query).await)?;
        let more = rows.len() > usize::try_from(TRAIL_PAGE).unwrap_or(0);
        rows.truncate(usize::try_from(TRAIL_PAGE).unwrap_or(0));
        Ok(Page {
            next: rows.last().filter(|_| more).map(|row| row.sequence.to_string()),
            rows: rows.into_iter().map(trail_entry).collect(),
            total: u64::try_from(total).unwrap_or(0),
            now: present::moment(self.engine.clock.now_ms()),
        })
    }

    async fn connections(&self) -> Result<Connections, Problem> {
        self.allowed(Role::Viewer)?;
        let d365 = connections::saved(&self.engine, System::D365).await?;
        let fedex = connections::saved(&self.engine, System::Fedex).await?;
        let pretty = |saved: &connections::Saved| serde_json::to_string_pretty(&saved.document).unwrap_or_default();
        let when = |saved: &connections::Saved| (present::moment(saved.updated_ms), saved.updated_by.clone());
        Ok(Connections {
            d365: D365Connection {
                chip: present::chip(&self.engine, System::D365).await,
                form: d365.as_ref().map(|saved| connections::d365_form(&saved.document)).unwrap_or_default(),
                saved: d365.as_ref().map(when),
                document: d365.as_ref().map(pretty).unwrap_or_default(),
                ladder: self.last_ladder(System::D365).await?,
            },
            fedex: FedexConnection {
                chip: present::chip(&self.engine, System::Fedex).await,
                form: fedex.as_ref().map(|saved| connections::fedex_form(&saved.document)).unwrap_or_default(),
                saved: fedex.as_ref().map(when),
                document: fedex.as_ref().map(pretty).unwrap_or_default(),
                ladder: self.last_ladder(System::Fedex).await?,
            },
            now: present::moment(self.engine.clock.now_ms()),
        })
    }
}

impl OperatorDesk {
    fn store<T>(&self, result: Result<T, StoreError>) -> Result<T, Problem> {
        result.map_err(|error| problem::store(&self.engine, &error))
    }

    async fn last_ladder(&self, system: System) -> Result<Option<Ladder>, Problem> {
        let last = self.store(self.engine.store.db.last_ping(system.name()).await)?;
        Ok(last.and_then(|(_, json)| serde_json::from_str(&json).ok()))
    }

    /// First-day steps that are still open.
    async fn checklist(&self, last_pull: Option<i64>) -> Vec<Counter> {
        let open = |label: &str, href: &str| Counter {
            label: label.to_owned(),
            count: 1,
            href: href.to_owned(),
            tone: Tone::Warning,
        };
        let mut list = Vec::new();
        if self.engine.d365().await.is_err() {
            list.push(open("Connect Dynamics 365 and ping it", "/connections#d365"));
        }
        if self.engine.fedex().await.is_err() {
            list.push(open("Connect FedEx and ping it", "/connections#fedex"));
        }
        if list.is_empty() && last_pull.is_none() {
            list.push(open("Wait for the first pull of orders, or look why it fails", "/trail?system=d365"));
        }
        list
    }
}

fn sum(counts: &[(State, i64)], wanted: impl Fn(State) -> bool) -> u64 {
    counts.iter().filter(|(state, _)| wanted(*state)).map(|(_, count)| u64::try_from(*count).unwrap_or(0)).sum()
}

fn shipments(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 shipment {one}") } else { format!("{count} shipments {many}") }
}

fn itself(count: u64) -> &'static str {
    if count == 1 { "itself" } else { "themselves" }
}

/// Groups of states that lists can be asked for beside single states.
const STATE_GROUPS: &[(&str, &[State])] = &[
    ("attention", &[State::Parked, State::OutcomeUnknown, State::Exception]),
    ("before_label", &[State::Received, State::Ready]),
    ("moving", &[State::Labelled, State::Announced, State::InTransit, State::OutForDelivery]),
    ("done", &[State::Delivered, State::Closed]),
];

fn counters(counts: &[(State, i64)], need: u64) -> Vec<Counter> {
    let group = |name: &str| {
        let states = STATE_GROUPS.iter().find(|(group, _)| *group == name).map_or(&[][..], |(_, states)| states);
        sum(counts, |state| states.contains(&state))
    };
    let counter = |label: &str, name: &str, count: u64, tone: Tone| Counter {
        label: label.to_owned(),
        count,
        href: format!("/orders?state={name}"),
        tone,
    };
    vec![
        counter("Need you", "attention", need, if need > 0 { Tone::Bad } else { Tone::Good }),
        counter("Before the label", "before_label", group("before_label"), Tone::Moving),
        counter("On their way", "moving", group("moving"), Tone::Moving),
        counter("Delivered", "done", group("done"), Tone::Good),
    ]
}

fn list_filter(filter: &OrderFilter) -> Result<ListFilter, Problem> {
    let states = match filter.state.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
        None => Vec::new(),
        Some(name) => match STATE_GROUPS.iter().find(|(group, _)| *group == name) {
            Some((_, states)) => states.to_vec(),
            None => vec![State::parse(name).ok_or_else(|| {
                Problem::new(
                    "orders.unknown-state",
                    &format!("There is no state {name}."),
                    "Choose a state from the list.",
                )
            })?],
        },
    };
    let cursor = |after: &String| {
        let (changed_ms, id) = after.split_once('.')?;
        Some((changed_ms.parse().ok()?, id.to_owned()))
    };
    let text = |value: &Option<String>| value.clone().filter(|value| !value.trim().is_empty());
    Ok(ListFilter {
        states,
        cause: text(&filter.cause),
        search: text(&filter.search),
        after: filter.after.as_ref().and_then(cursor),
    })
}

fn order_row(row: &ListRow) -> OrderRow {
    OrderRow {
        company: row.company.clone(),
        number: row.number.clone(),
        customer: row.customer_name.clone(),
        ship_to: row.ship_to.clone(),
        status: State::parse(&row.state).map(present::state).unwrap_or_default(),
        carrier: row.milestone.as_deref().and_then(Milestone::parse).map(present::milestone),
        service: row.service.clone().unwrap_or_default(),
        tracking_number: row.tracking_number.clone(),
        cause: row.cause_code.as_deref().map(|code| words(code).title.to_owned()),
        seen: present::moment(row.seen_ms),
        changed: present::moment(row.changed_ms),
    }
}

async fn groups(engine: &Engine) -> Result<Vec<CauseGroup>, StoreError> {
    let mut groups = Vec::new();
    for count in engine.store.db.count_by_cause().await? {
        let words = words(&count.cause_code);
        let filter = ListFilter { cause: Some(count.cause_code.clone()), ..ListFilter::default() };
        let orders = engine.store.db.list(&filter, GROUP_ORDERS).await?;
        groups.push(CauseGroup {
            title: words.title.to_owned(),
            side: present::side(&count.cause_code).to_owned(),
            sentence: words.sentence.to_owned(),
            next_step: words.next_step.to_owned(),
            class: present::class(words.class).to_owned(),
            count: u64::try_from(count.shipments).unwrap_or(0),
            first: present::moment(count.first_ms),
            last: present::moment(count.last_ms),
            href: format!("/orders?cause={}", count.cause_code),
            orders: orders.iter().map(order_row).collect(),
            code: count.cause_code,
        });
    }
    // What needs a person comes before what passes by itself.
    groups.sort_by_key(|group| words(&group.code).class == Class::MovesByItself);
    Ok(groups)
}

fn trail_entry(row: TrailRow) -> TrailEntry {
    let body = row.body.map(|body| {
        if body.len() <= BODY_SHOWN {
            return body;
        }
        format!(
            "{}… ({} bytes in all; the order page shows the rest)",
            &body[..body.floor_char_boundary(BODY_SHOWN)],
            body.len()
        )
    });
    TrailEntry {
        sequence: row.sequence,
        at: present::moment(row.at_ms),
        actor: row.actor,
        system: row.system,
        action: row.action,
        outcome: present::outcome(&row.outcome),
        summary: row.summary,
        order: row.company.zip(row.number),
        http_status: row.http_status,
        duration_ms: row.duration_ms,
        body,
    }
}

async fn order_detail(engine: &Engine, record: &OrderRecord) -> Result<OrderDetail, StoreError> {
    let db = &engine.store.db;
    let trail = db.trail_of_order(&record.order_id.0, ORDER_TRAIL).await?;
    let shipments = db.shipments_of(&record.order_id).await?;
    let mut details = Vec::new();
    let mut timeline = timeline(&trail);
    for shipment in &shipments {
        let scans = db.scans_of(&shipment.shipment_id).await?;
        timeline.extend(scans.iter().map(scan_entry));
        let mut detail = shipment_detail(engine, record, shipment, &trail).await?;
        detail.scans = scans.iter().map(present::scan).collect();
        details.push(detail);
    }
    timeline.sort_by_key(|entry| entry.at.ms);
    let order = &record.order;
    let account =
        if order.customer_account.is_empty() { String::new() } else { format!(" ({})", order.customer_account) };
    Ok(OrderDetail {
        company: record.key.company.clone(),
        number: record.key.number.clone(),
        customer: format!("{}{account}", order.customer_name),
        customer_reference: (!order.customer_reference.is_empty()).then(|| order.customer_reference.clone()),
        invoice_number: record.invoice_number.clone(),
        headline: shipments.first().map(present::sentence).unwrap_or_default(),
        lines: lines(order),
        shipments: details,
        timeline,
        now: present::moment(engine.clock.now_ms()),
    })
}

fn lines(order: &Order) -> Vec<LineView> {
    let view = |line: &crate::order::Line| LineView {
        item: line.item.clone(),
        description: line.description.clone(),
        quantity: format!("{} {}", line.quantity.normalize(), line.unit).trim().to_owned(),
        left_out: line.left_out().map(str::to_owned),
    };
    order.lines.iter().map(view).collect()
}

/// Changes of state and what operators did. Scans come beside it from their own table, and calls
/// stand under the attempts.
fn timeline(trail: &[TrailRow]) -> Vec<TimelineEntry> {
    trail
        .iter()
        .filter(|row| row.action.starts_with("shipment.") || row.action.starts_with("desk."))
        .map(|row| TimelineEntry {
            at: present::moment(row.at_ms),
            lane: present::lane(&row.action, &row.system).to_owned(),
            title: present::action_title(&row.action),
            detail: row.summary.clone(),
            tone: present::outcome(&row.outcome).tone,
            attempt_id: row.attempt_id.clone(),
        })
        .collect()
}

fn scan_entry(scan: &crate::order::scan::Scan) -> TimelineEntry {
    let view = present::scan(scan);
    let detail = [view.place.clone(), view.exception.clone().unwrap_or_default()];
    TimelineEntry {
        at: view.at,
        lane: "fedex".to_owned(),
        title: view.description,
        detail: detail.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" · "),
        tone: view.tone,
        attempt_id: None,
    }
}

async fn shipment_detail(
    engine: &Engine,
    record: &OrderRecord,
    shipment: &Shipment,
    trail: &[TrailRow],
) -> Result<ShipmentDetail, StoreError> {
    let db = &engine.store.db;
    let plan = shipment.plan.as_ref();
    let corrected = crate::order::correction::corrected(&record.order.ship_to, &shipment.correction);
    let pieces = db.pieces_of(&shipment.shipment_id).await?;
    Ok(ShipmentDetail {
        shipment_id: shipment.shipment_id.0.clone(),
        version: shipment.version,
        status: present::state(shipment.state),
        carrier: shipment.milestone.map(present::milestone),
        sentence: present::sentence(shipment),
        cause: shipment.cause.as_ref().map(present::cause),
        next_run: shipment.next_run_ms.map(present::moment),
        ship_to: plan.map_or_else(|| present::address(&corrected, None), |plan| present::consignee(&plan.recipient)),
        ship_from: plan.map(|plan| present::consignee(&plan.shipper)),
        service: plan.map(|plan| plan.service.service.clone()),
        weight: plan.map(|plan| format!("{} lb", plan.weight().normalize())),
        reference: shipment.reference.clone(),
        tracking_number: shipment.tracking_number.clone(),
        tracking_url: shipment.tracking_number.as_deref().map(present::tracking_url),
        pieces: pieces
            .into_iter()
            .map(|piece| PieceView { sequence: piece.sequence, tracking_number: piece.tracking_number })
            .collect(),
        label: label(engine, record, shipment).await?,
        charge: shipment.charge.as_ref().map(|charge| ChargeView {
            amount: charge.amount.to_string(),
            currency: charge.currency.clone(),
            rate_type: charge.rate_type.clone(),
        }),
        actions: actions(engine, shipment),
        correction: (shipment.state == State::Parked && is_before_label(shipment))
            .then(|| present::correction(&record.order, shipment)),
        attempts: attempts(engine, shipment, trail).await?,
        scans: Vec::new(),
    })
}

async fn label(engine: &Engine, record: &OrderRecord, shipment: &Shipment) -> Result<Option<LabelView>, StoreError> {
    let documents = engine.store.db.documents_of(&shipment.shipment_id).await?;
    let href = format!("/orders/{}/{}/label", percent_encode(&record.key.company), percent_encode(&record.key.number));
    Ok(match documents.first() {
        Some(document) => Some(LabelView {
            href,
            image_type: document.image_type.clone(),
            bytes: document.size,
            reprint_needed: shipment.reprint_needed,
        }),
        None if shipment.reprint_needed => Some(LabelView { href, reprint_needed: true, ..LabelView::default() }),
        None => None,
    })
}

fn percent_encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// What is allowed is asked of the domain itself, so the page and the command cannot disagree.
fn actions(engine: &Engine, shipment: &Shipment) -> Vec<Action> {
    let now = engine.clock.now_ms();
    let ask = |event: Event, otherwise: &str| {
        apply(shipment, event, now).err().map(|refusal| match refusal {
            Refusal::NotNow(_) => otherwise.to_owned(),
            other => problem::refusal(&other).message,
        })
    };
    let replay = ask(Event::Replay, "Nothing stopped, so there is nothing to replay.");
    let correct = if replay.is_none() && is_before_label(shipment) {
        None
    } else {
        Some("Values can be corrected while the shipment is stopped before its label.".to_owned())
    };
    let look_up = ask(Event::LookUpNow, "Only a purchase without an answer is looked up.");
    vec![
        Action { kind: ActionKind::Replay, refused: replay },
        Action { kind: ActionKind::Correct, refused: correct },
        Action { kind: ActionKind::LookUp, refused: look_up },
    ]
}

async fn attempts(engine: &Engine, shipment: &Shipment, trail: &[TrailRow]) -> Result<Vec<AttemptView>, StoreError> {
    let rows = engine.store.db.attempts_of(&shipment.shipment_id).await?;
    Ok(rows
        .into_iter()
        .map(|row| AttemptView {
            exchanges: exchanges(trail, &row.attempt_id),
            step: present::step_title(&row.step),
            number: row.number,
            reference: row.reference,
            begun: present::moment(row.begun_ms),
            duration_ms: row.finished_ms.map(|finished_ms| finished_ms - row.begun_ms),
            outcome: present::attempt_outcome(row.outcome.as_deref()),
            sentence: row.sentence.unwrap_or_else(|| "The answer is awaited.".to_owned()),
            attempt_id: row.attempt_id,
        })
        .collect())
}

/// The calls of an attempt: each begun entry with the completed one that names it.
fn exchanges(trail: &[TrailRow], attempt_id: &str) -> Vec<ExchangeView> {
    let of_attempt = || trail.iter().filter(|row| row.attempt_id.as_deref() == Some(attempt_id));
    of_attempt()
        .filter(|row| row.outcome == "begun")
        .map(|begun| {
            let call_id = begun.sequence.to_string();
            let end = of_attempt().find(|row| row.call_id.as_deref() == Some(&call_id));
            ExchangeView {
                operation: begun.action.clone(),
                request_line: begun.summary.clone(),
                request_body: begun.body.clone(),
                status: end.and_then(|end| end.http_status),
                response_body: end.and_then(|end| end.body.clone()),
                duration_ms: end.and_then(|end| end.duration_ms),
            }
        })
        .collect()
}
