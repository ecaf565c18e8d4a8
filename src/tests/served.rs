//! The whole program behind a port: what a pusher or a browser reaches.

use crate::support::{Backend, TestApp};
use app::contract::{Inbox, InboxFilter};
use app::desk::InboxDesk;
use ml_connector::audit::System;
use ml_connector::desk::Role;
use ml_connector::lifecycle::Lifecycle;
use ml_connector::order::ShipmentId;
use ml_connector::store::inbox::{DeliveryRow, Verdict};
use ml_connector::twin::TwinOptions;
use ml_connector::web;
use ml_connector::work::ingest;
use serde_json::Value;
use tempfile::TempDir;

/// An app whose router listens, at its own public address.
pub struct Served {
    app: TestApp,
    pub url: String,
    pub lifecycle: Lifecycle,
    _site: TempDir,
}

impl std::ops::Deref for Served {
    type Target = TestApp;
    fn deref(&self) -> &TestApp {
        &self.app
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.lifecycle.stop();
    }
}

impl Served {
    pub async fn start(backend: Backend, options: TwinOptions) -> Self {
        let served = Self::start_unconnected(backend, options).await;
        served.connect(System::D365, served.twin.d365_credentials()).await;
        served.connect(System::Fedex, served.twin.fedex_credentials()).await;
        served
    }

    pub async fn start_unconnected(backend: Backend, options: TwinOptions) -> Self {
        let site = tempfile::tempdir().expect("a directory");
        std::fs::create_dir(site.path().join("pkg")).expect("made");
        std::fs::write(site.path().join("pkg/hash.txt"), "").expect("written");
        let listener = web::bind("127.0.0.1:0".parse().expect("an address")).await.expect("bound");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let app = TestApp::start_with(backend, options, |config| {
            config.public_url = Some(url.parse().expect("an address"));
            config.site_dir = Some(site.path().to_owned());
        })
        .await;
        let lifecycle = Lifecycle::default();
        let served = Self { app, url, lifecycle, _site: site };
        served.listen(listener);
        served
    }

    fn listen(&self, listener: tokio::net::TcpListener) {
        let (engine, lifecycle) = (self.app.engine.clone(), self.lifecycle.clone());
        self.lifecycle.spawn("web", async move { web::serve(&engine, &lifecycle, listener).await.expect("serves") });
    }

    /// Signs the first administrator in, as a browser without JavaScript; answers the cookie.
    pub async fn sign_in(&self) -> String {
        let form = "name=kim&password=correct-horse-battery&password_again=correct-horse-battery";
        let answer = self.form("/setup", form, "").await;
        let cookie = answer.headers().get("set-cookie").expect("a session").to_str().expect("text");
        cookie.split(';').next().expect("a cookie").to_owned()
    }

    /// Posts a plain form, and follows no redirect.
    pub async fn form(&self, path: &str, form: &'static str, cookie: &str) -> reqwest::Response {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let request = client.post(format!("{}{path}", self.url)).body(form);
        let kind = "application/x-www-form-urlencoded";
        let request = request.header("content-type", kind).header("accept", "text/html").header("cookie", cookie);
        let request = request.header("referer", format!("{}/inbox", self.url));
        request.send().await.expect("answered")
    }

    /// What a browser gets at an address.
    pub async fn get(&self, path: &str, cookie: &str) -> reqwest::Response {
        let request = self.http.get(format!("{}{path}", self.url)).header("cookie", cookie);
        request.send().await.expect("answered")
    }

    /// The same data in a new process, listening anew.
    pub async fn restart(&mut self) {
        self.lifecycle.stop();
        self.lifecycle = Lifecycle::default();
        self.app.restart().await;
        let listener = web::bind("127.0.0.1:0".parse().expect("an address")).await.expect("bound");
        self.url = format!("http://{}", listener.local_addr().expect("bound"));
        self.listen(listener);
    }

    /// Body and signature of a push, from the twin.
    pub async fn push(&self, wanted: Value) -> (String, String) {
        let push = self.twin_post("/_twin/webhook", wanted).await;
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        (text(&push["body"]), text(&push["headers"]["fdx-signature"]))
    }

    pub async fn post(&self, body: impl Into<reqwest::Body>, headers: &[(&str, &str)]) -> (u16, String) {
        // Two of the same millisecond have no order.
        self.clock.advance_ms(1);
        let mut request = self.http.post(format!("{}/webhooks/fedex", self.url)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.expect("the server answers");
        let status = answer.status().as_u16();
        (status, answer.text().await.expect("the server answers"))
    }

    pub async fn deliver(&self, wanted: Value) -> u16 {
        let (body, signature) = self.push(wanted).await;
        self.post(body, &[("fdx-signature", &signature)]).await.0
    }

    pub async fn ingest(&self) {
        while ingest::tick(&self.engine).await.expect("stored") > 0 {}
    }

    /// Deliveries, oldest first.
    pub async fn rows(&self) -> Vec<DeliveryRow> {
        let mut rows = self.engine.store.db.deliveries(None, None, 1_000).await.expect("read");
        rows.reverse();
        rows
    }

    pub async fn last(&self) -> DeliveryRow {
        self.rows().await.pop().expect("a delivery")
    }

    pub async fn page(&self) -> Inbox {
        self.desk(Role::Admin).inbox(InboxFilter::default()).await.expect("seen")
    }

    /// An announced order; answers its tracking number.
    pub async fn ship(&self, order: &str) -> String {
        self.order(order).await;
        self.pull().await;
        self.drive().await;
        self.shipment(order).await.tracking_number.expect("a label")
    }

    pub async fn scans(&self, id: &ShipmentId) -> usize {
        self.engine.store.db.scans_of(id).await.expect("read").len()
    }
}

/// What became of a push.
pub fn verdict(row: &DeliveryRow) -> Verdict {
    Verdict::parse(&row.verdict).expect("a verdict")
}
