//! What an operator can see: reads the store, hands rows to `present.rs`, decides nothing.

use crate::audit::System;
use crate::clock::SECOND_MS;
use crate::d365::expiry::Notice;
use crate::desk::{
    OperatorDesk, Role, attention, batches, caller, chosen, connections, day, environments, events, figures, inbox,
    modes, order_view, pickups, present, problem, rules, start_steps, write_back_views,
};
use crate::engine::Engine;
use crate::order::cause::words;
use crate::order::scan::Milestone;
use crate::order::search::Query;
use crate::order::state::State;
use crate::store::StoreError;
use crate::store::cursors::LAST_PULL;
use crate::store::shipments::{ListFilter, ListRow};
use app::contract::{
    Attention, Connections, Counter, D365Connection, Day, FedexConnection, Figures, Frame, Ladder, LadderRow,
    OrderDetail, OrderFilter, OrderRow, Page, Problem, Rules, Standing, Tone, TrailEntry, TrailFilter, Viewer,
};
use app::desk::Views;
use async_trait::async_trait;

/// Rows of a page of orders.
const ORDERS_PAGE: i64 = 50;
/// Climbs of a connection's ladder shown: two days of hourly ones.
const LADDERS_SHOWN: i64 = 48;

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
        let counts = self.store(engine.store.db.count_by_state().await)?;
        Ok(Frame {
            viewer: Some(Viewer { name: operator.name.clone(), role: operator.role.name().to_owned() }),
            first_run: false,
            setup_code_required: false,
            attention: sum(&counts, State::needs_attention)
                + self.store(write_back_views::count_parked(engine).await)?,
            chips: vec![present::chip(engine, System::D365).await, present::chip(engine, System::Fedex).await],
            rehearsal: environments::frame(engine).await,
            pauses: self.paused().await?,
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
        let stopped = self.store(write_back_views::count_parked(engine).await)?;
        let headline = write_back_views::with_parked(headline, stopped);
        let interval = i64::try_from(engine.config.poll_interval_s).unwrap_or(0) * SECOND_MS;
        Ok(Attention {
            headline,
            counters,
            groups: self.store(attention::groups(engine, self.sees_people()).await)?,
            notices: self.store(notices(engine).await)?,
            checklist: match self.allowed_connections() {
                Ok(_) => self.store(start_steps::checklist(engine).await)?,
                Err(_) => Vec::new(),
            },
            gaps: self.gap_alarm().await?,
            pickups: self.store(pickups::clocks(engine).await)?,
            pickup_rows: self.store(pickups::rows(engine).await)?,
            batches: self.store(batches::latest(engine).await)?,
            may_act: self.allowed(Role::Operator).is_ok(),
            last_pull: last_pull.map(present::moment),
            next_pull: last_pull.map(|ms| present::moment(ms + interval)),
            now: present::moment(engine.clock.now_ms()),
        })
    }

    async fn orders(&self, filter: OrderFilter) -> Result<Page<OrderRow>, Problem> {
        self.allowed(Role::Viewer)?;
        let db = &self.engine.store.db;
        let query = list_filter(&filter, self.sees_people())?;
        let mut rows = self.store(db.list(&query, ORDERS_PAGE + 1).await)?;
        let total = self.store(db.count(&query).await)?;
        let more = rows.len() > usize::try_from(ORDERS_PAGE).unwrap_or(0);
        rows.truncate(usize::try_from(ORDERS_PAGE).unwrap_or(0));
        let last = rows.last().map(|row| format!("{}.{}", row.changed_ms, row.shipment_id));
        let may_act = self.allowed(Role::Operator).is_ok();
        let may_print = may_act && self.store(db.printers().await)?.iter().any(|printer| printer.enabled);
        let shown = |row| {
            let shown = order_row(row);
            let (stands, prints) = (shown.stands.clone(), shown.prints.clone());
            OrderRow { stands: stands.filter(|_| may_act), prints: prints.filter(|_| may_print), ..shown }
        };
        Ok(Page {
            next: last.filter(|_| more),
            rows: rows.iter().map(shown).collect(),
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
        let mut order = self.store(order_view::order_detail(&self.engine, &record).await)?;
        if self.allowed_connections().is_ok() {
            order.d365_href = environments::sales_orders_href(&self.engine, &record.key.company).await;
        }
        Ok(order)
    }

    async fn trail(&self, filter: TrailFilter) -> Result<Page<TrailEntry>, Problem> {
        self.allowed(Role::Viewer)?;
        self.trail_page(&filter).await
    }

    async fn connections(&self) -> Result<Connections, Problem> {
        self.allowed_connections()?;
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
                history: self.ladders(System::D365).await?,
                refused: self.refused_save(System::D365),
                expiry: expiry(&self.engine).await.map(|notice| notice.sentence),
            },
            fedex: FedexConnection {
                chip: present::chip(&self.engine, System::Fedex).await,
                form: fedex.as_ref().map(|saved| connections::fedex_form(&saved.document)).unwrap_or_default(),
                saved: fedex.as_ref().map(when),
                document: fedex.as_ref().map(pretty).unwrap_or_default(),
                ladder: self.last_ladder(System::Fedex).await?,
                history: self.ladders(System::Fedex).await?,
                refused: self.refused_save(System::Fedex),
            },
            now: present::moment(self.engine.clock.now_ms()),
        })
    }

    async fn rules(&self) -> Result<Rules, Problem> {
        self.allowed(Role::Viewer)?;
        let may_edit = self.allowed(Role::Operator).is_ok();
        self.store(rules::view(&self.engine, may_edit).await)
    }

    async fn day(&self) -> Result<Day, Problem> {
        self.allowed(Role::Viewer)?;
        let may_close = self.allowed(Role::Operator).is_ok();
        self.store(day::view(&self.engine, may_close).await)
    }

    async fn figures(&self, span: Option<String>) -> Result<Figures, Problem> {
        self.allowed(Role::Viewer)?;
        let span = figures::span(span.as_deref())?;
        self.store(figures::view(&self.engine, span).await)
    }
}

impl OperatorDesk {
    pub(super) fn store<T>(&self, result: Result<T, StoreError>) -> Result<T, Problem> {
        result.map_err(|error| problem::store(&self.engine, &error))
    }

    pub(super) async fn last_ladder(&self, system: System) -> Result<Option<Ladder>, Problem> {
        let last = self.store(self.engine.store.db.last_ping(system.name()).await)?;
        Ok(last.and_then(|(_, json)| serde_json::from_str(&json).ok()))
    }

    /// The last climbs of a system's ladder, newest first.
    async fn ladders(&self, system: System) -> Result<Vec<LadderRow>, Problem> {
        let rows = self.store(self.engine.store.db.pings(system.name(), LADDERS_SHOWN).await)?;
        Ok(rows.into_iter().filter_map(present::ladder_row).collect())
    }
}

/// What is told of the end of what signs us in to Dynamics 365.
async fn expiry(engine: &Engine) -> Option<Notice> {
    engine.d365().await.ok()?.expiry()?.notice(engine.clock.now_ms())
}

/// What needs somebody and is not about an order.
async fn notices(engine: &Engine) -> Result<Vec<Counter>, StoreError> {
    let notice = |label: String, href: &str, tone: Tone| Counter { label, count: 1, href: href.to_owned(), tone };
    let mut list = Vec::new();
    if let Some(end) = expiry(engine).await {
        list.push(notice(end.sentence, "/connections#d365", if end.expired { Tone::Bad } else { Tone::Warning }));
    }
    if let Some(silence) = events::silence(engine).await? {
        list.push(notice(silence, "/connections#events", Tone::Warning));
    }
    if let Some(silence) = inbox::silence(engine).await? {
        list.push(notice(silence.to_string(), "/inbox", Tone::Warning));
    }
    list.extend(modes::notices(engine).await?);
    Ok(list)
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

pub(super) fn list_filter(filter: &OrderFilter, sees_people: bool) -> Result<ListFilter, Problem> {
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
        search: filter.search.as_deref().and_then(Query::read).map(|query| query.for_one_who_sees_people(sees_people)),
        after: filter.after.as_ref().and_then(cursor),
    })
}

/// A shipment in a list.
pub fn order_row(row: &ListRow) -> OrderRow {
    let state = State::parse(&row.state);
    let stands = state.is_some_and(|state| chosen::STANDING.contains(&state));
    let prints = row.tracking_number.is_some() && state.is_some_and(|state| !state.frees_lines());
    let seen = || Standing { shipment_id: row.shipment_id.clone(), version: row.version };
    OrderRow {
        stands: stands.then(seen),
        prints: prints.then(seen),
        company: row.company.clone(),
        number: row.number.clone(),
        customer: row.customer_name.clone(),
        ship_to: row.ship_to.clone(),
        status: State::parse(&row.state).map(present::state).unwrap_or_default(),
        carrier: row.milestone.as_deref().and_then(Milestone::parse).map(present::milestone),
        service: row.service.as_deref().map(caller::service_or_mode).unwrap_or_default(),
        tracking_number: row.tracking_number.clone(),
        cause: row.cause_code.as_deref().map(|code| words(code).title.to_owned()),
        seen: present::moment(row.seen_ms),
        changed: present::moment(row.changed_ms),
    }
}
