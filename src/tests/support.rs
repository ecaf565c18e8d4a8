//! One `TestApp`: its own database, its own twins, a clock that only tests move.

use ml_connector::audit::{Actor, System};
use ml_connector::clock::{Clock, SECOND_MS};
use ml_connector::config::Config;
use ml_connector::desk::{Operator, OperatorDesk, Role, connections};
use ml_connector::engine::Engine;
use ml_connector::order::Shipment;
use ml_connector::order::state::State;
use ml_connector::transport::Trace;
use ml_connector::twin::{Twin, TwinOptions, start};
use ml_connector::work::{drive, poll, reconcile, rescue};
use serde_json::{Value, json};
use sqlx::Connection;
use std::sync::Once;
use std::time::Duration;
use tempfile::TempDir;

/// A database for a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// The databases this run can test on. PostgreSQL needs `TEST_POSTGRES_URL`; `make test` gives it
/// and says so when it cannot.
pub fn backends() -> Vec<Backend> {
    let mut backends = vec![Backend::Sqlite];
    if std::env::var("TEST_POSTGRES_URL").is_ok() {
        backends.push(Backend::Postgres);
    }
    backends
}

static TLS: Once = Once::new();

pub struct TestApp {
    pub engine: Engine,
    pub twin: Twin,
    pub clock: Clock,
    pub http: reqwest::Client,
    config: Config,
    _directory: TempDir,
}

impl TestApp {
    /// An app with both connections saved and no orders.
    pub async fn start() -> Self {
        Self::start_on(Backend::Sqlite, TwinOptions::loopback()).await
    }

    pub async fn start_on(backend: Backend, options: TwinOptions) -> Self {
        let app = Self::start_unconnected(backend, options).await;
        app.connect(System::D365, app.twin.d365_credentials()).await;
        app.connect(System::Fedex, app.twin.fedex_credentials()).await;
        app
    }

    /// An app that knows neither system yet.
    pub async fn start_unconnected(backend: Backend, options: TwinOptions) -> Self {
        Self::start_with(backend, options, |_| {}).await
    }

    /// The same with settings of the test's own.
    pub async fn start_with(backend: Backend, options: TwinOptions, set: impl FnOnce(&mut Config)) -> Self {
        TLS.call_once(|| rustls::crypto::ring::default_provider().install_default().expect("installed once"));
        let directory = tempfile::tempdir().expect("a directory");
        let mut config = Config::in_directory(directory.path());
        if backend == Backend::Postgres {
            config.set_database_url(&fresh_postgres().await);
        }
        set(&mut config);
        // The twins follow the wall clock; ours begins there and then moves only by hand.
        let clock = Clock::manual(Clock::System.now_ms());
        let engine = Engine::start(config.clone(), clock.clone()).await.expect("the engine starts");
        let twin = start(options).await.expect("the twins start");
        #[expect(clippy::disallowed_methods, reason = "tests talk to the twins' control routes directly")]
        let http = reqwest::Client::new();
        Self { engine, twin, clock, http, config, _directory: directory }
    }

    pub async fn connect(&self, system: System, document: Value) {
        connections::save(&self.engine, &Actor::CommandLine, system, document).await.expect("credentials are valid");
        self.clock.advance_ms(3 * SECOND_MS);
    }

    /// The same database in a new process: what a restart sees.
    pub async fn restart(&mut self) {
        self.engine.store.db.close().await;
        self.engine = Engine::start(self.config.clone(), self.clock.clone()).await.expect("the engine starts again");
        rescue::at_start(&self.engine).await.expect("rescue");
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The desk of an operator with this role.
    pub fn desk(&self, role: Role) -> OperatorDesk {
        self.desk_of("kim", role)
    }

    /// The same of an operator with a name.
    pub fn desk_of(&self, name: &str, role: Role) -> OperatorDesk {
        OperatorDesk::new(self.engine.clone(), Some(Operator { name: name.into(), role }), false)
    }

    /// Pulls orders once.
    pub async fn pull(&self) -> poll::Pulled {
        poll::tick(&self.engine, &Trace::engine()).await.expect("stored").expect("pulled")
    }

    /// Steps everything that is due now, and what becomes due by that.
    pub async fn drive(&self) {
        for _ in 0..200 {
            if drive::tick(&self.engine).await.expect("driven") == 0 {
                return;
            }
        }
        panic!("the engine never comes to rest");
    }

    /// Moves both clocks and does what then is due, until `done`, or fails after `steps` of them.
    pub async fn run_until(
        &self,
        order: &str,
        steps: usize,
        seconds: i64,
        done: impl Fn(&Shipment) -> bool,
    ) -> Shipment {
        for _ in 0..steps {
            self.drive().await;
            let shipment = self.shipment(order).await;
            if done(&shipment) {
                return shipment;
            }
            self.advance(seconds).await;
            // A pull may fail by a fault under test; the next one comes.
            drop(poll::tick(&self.engine, &Trace::engine()).await.expect("stored"));
            rescue::tick(&self.engine).await.expect("rescued");
            reconcile::tick(&self.engine).await.expect("reconciled");
        }
        let shipment = self.shipment(order).await;
        panic!("{order} is {} after {steps} steps: {:?}", shipment.state.name(), shipment.cause);
    }

    pub async fn advance(&self, seconds: i64) {
        self.clock.advance_ms(seconds * SECOND_MS);
        self.twin_post("/_twin/clock", json!({"advance_s": seconds})).await;
    }

    pub async fn shipment(&self, order: &str) -> Shipment {
        let found = self.engine.store.db.orders_by_number(order).await.expect("read");
        let record = found.first().unwrap_or_else(|| panic!("order {order} was not taken in"));
        self.engine.store.db.shipments_of(&record.order_id).await.expect("read").remove(0)
    }

    /// Makes an order at the twin that is ready to ship.
    pub async fn order(&self, number: &str) {
        self.order_with(number, json!({})).await;
    }

    pub async fn order_with(&self, number: &str, more: Value) {
        let mut order = json!({"number": number, "lines": [{"weight_kg": 2.5, "quantity": 2}]});
        for (name, value) in more.as_object().expect("an object") {
            order[name] = value.clone();
        }
        self.twin_post("/_twin/orders", order).await;
    }

    pub async fn fault(&self, fault: Value) {
        self.twin_post("/_twin/faults", fault).await;
    }

    pub async fn twin_post(&self, path: &str, body: Value) -> Value {
        self.twin_send(reqwest::Method::POST, path, Some(body)).await
    }

    pub async fn twin_get(&self, path: &str) -> Value {
        self.twin_send(reqwest::Method::GET, path, None).await
    }

    pub async fn twin_send(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}{path}", self.twin.fedex_url());
        let mut request = self.http.request(method, url).header("content-type", "application/json");
        if let Some(body) = body {
            request = request.body(body.to_string());
        }
        let answer = request.send().await.expect("the twin answers");
        let status = answer.status();
        let text = answer.text().await.expect("the twin answers");
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// Live labels the FedEx twin holds for an order.
    pub async fn live_labels(&self, order: &str) -> Vec<Value> {
        let shipments = self.twin_get(&format!("/_twin/shipments?order={order}")).await;
        let all = shipments.as_array().cloned().unwrap_or_default();
        all.into_iter().filter(is_live).collect()
    }

    /// The order as the Dynamics 365 twin holds it.
    pub async fn d365_order(&self, number: &str) -> Value {
        let orders = self.twin_get(&format!("/_twin/orders?number={number}")).await;
        orders.as_array().and_then(|orders| orders.first().cloned()).unwrap_or(orders)
    }

    /// Nothing may be left half done at the end of a test.
    pub async fn assert_clean(&self) {
        let now = self.clock.now_ms() + 3_600 * SECOND_MS;
        let open = self.engine.store.db.abandoned_attempts(now).await.expect("read");
        assert!(open.is_empty(), "attempts left open: {open:?}");
        let chain = self.engine.store.verify_chain().await.expect("read");
        assert!(chain.is_ok(), "the audit trail is broken: {chain:?}");
    }
}

fn is_live(shipment: &Value) -> bool {
    shipment.get("cancelled").and_then(Value::as_bool) != Some(true)
        && shipment.get("live").and_then(Value::as_bool) != Some(false)
}

pub fn is(state: State) -> impl Fn(&Shipment) -> bool {
    move |shipment| shipment.state == state
}

/// Waits for what happens beside the test; fails when that takes longer than it ever should.
pub async fn until(what: &str, within: Duration, mut holds: impl AsyncFnMut() -> bool) {
    let held = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(tokio::time::timeout(within, held).await.is_ok(), "it never came: {what}");
}

/// A twin whose parcels arrive after a minute.
pub fn quick() -> TwinOptions {
    TwinOptions { journey: Duration::from_mins(1), ..TwinOptions::loopback() }
}

pub async fn fresh_postgres() -> String {
    let base = std::env::var("TEST_POSTGRES_URL").expect("backends() asked");
    let name = format!("ml_test_{}", ulid::Ulid::from_parts(0, rand::random()).to_string().to_lowercase());
    let mut connection = sqlx::PgConnection::connect(&base).await.expect("PostgreSQL answers");
    sqlx::query(&format!("create database {name}")).execute(&mut connection).await.expect("created");
    let mut url = url::Url::parse(&base).expect("an address");
    url.set_path(&name);
    url.to_string()
}
