//! Wrong tenant, wrong secret, wrong key, unreachable host, throttled sign-in: one sentence and a
//! next step each, in the ping and in the trail.

use crate::support::{Backend, TestApp};
use app::contract::{RungOutcome, Tone};
use app::desk::{Commands, Views};
use ml_connector::audit::{Actor, System};
use ml_connector::clock::{self, Clock, DAY_MS};
use ml_connector::desk::ping::ping;
use ml_connector::desk::{Role, connections};
use ml_connector::order::state::State;
use ml_connector::store::audit::TrailQuery;
use ml_connector::twin::TwinOptions;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use serde_json::{Value, json};

/// An address of this machine where nobody listens.
const NOBODY: &str = "http://127.0.0.1:9";

async fn fault_of(app: &TestApp, system: System) -> String {
    let ladder = ping(&app.engine, system, &Actor::Operator("kim".into())).await.expect("pinged");
    assert!(!ladder.passed);
    let problem = ladder.rungs.iter().find_map(|rung| rung.problem.clone()).expect("a problem");
    assert!(problem.message.contains(' ') && problem.hint.ends_with('.'), "{problem:?}");
    let query = TrailQuery { actor: Some("kim".into()), ..TrailQuery::default() };
    let trail = app.engine.store.db.trail(&query, 50).await.expect("read");
    let entry = trail.iter().find(|row| row.action == "desk.ping").expect("in the trail");
    assert_eq!((entry.system.as_str(), entry.outcome.as_str()), (system.name(), "failed"));
    problem.code
}

async fn with(system: System, changes: &[(&str, Value)]) -> String {
    let app = TestApp::start_unconnected(Backend::Sqlite, TwinOptions::loopback()).await;
    let mut document = if system == System::D365 { app.twin.d365_credentials() } else { app.twin.fedex_credentials() };
    for (name, value) in changes {
        document[*name] = value.clone();
    }
    app.connect(System::Fedex, app.twin.fedex_credentials()).await;
    app.connect(system, document).await;
    fault_of(&app, system).await
}

#[tokio::test]
async fn each_wrong_credential_is_told_apart() {
    assert_eq!(with(System::D365, &[("tenant_id", json!("nowhere.example"))]).await, "auth.tenant-unknown");
    assert_eq!(with(System::D365, &[("client_secret", json!("wrong"))]).await, "auth.secret-rejected");
    assert_eq!(
        with(System::D365, &[("client_id", json!("00000000-0000-0000-0000-00000000dead"))]).await,
        "auth.client-unknown"
    );
    assert_eq!(with(System::D365, &[("base_url", json!(NOBODY))]).await, "d365.unreachable");
    assert_eq!(with(System::Fedex, &[("secret_key", json!("wrong"))]).await, "auth.key-rejected");
    assert_eq!(with(System::Fedex, &[("base_url", json!(NOBODY))]).await, "fedex.unreachable");
}

#[tokio::test]
async fn good_credentials_pass_every_rung() {
    let app = TestApp::start().await;
    app.order("SO-1").await;
    for system in [System::D365, System::Fedex] {
        let ladder = ping(&app.engine, system, &Actor::CommandLine).await.expect("pinged");
        assert!(ladder.passed, "{ladder:?}");
        assert!(ladder.rungs.len() >= 5);
    }
}

#[tokio::test]
async fn a_throttled_sign_in_opens_a_breaker_that_outlives_the_process() {
    let mut app = TestApp::start().await;
    app.fault(json!({"system": "fedex", "op": "token", "kind": "token_throttle"})).await;
    assert_eq!(fault_of(&app, System::Fedex).await, "auth.token-throttled");
    let mints = app.twin_get("/_twin/calls").await["counts"]["fedex.token"].clone();

    app.restart().await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    let waiting = app.shipment("SO-1").await;
    assert_eq!(waiting.state, State::Ready);
    assert_eq!(waiting.cause.expect("it waits").code, "auth.token-throttled");
    assert_eq!(app.twin_get("/_twin/calls").await["counts"]["fedex.token"], mints, "nobody asked again");

    let labelled = app.run_until("SO-1", 30, 60, |shipment| shipment.tracking_number.is_some()).await;
    assert!(labelled.tracking_number.is_some(), "after ten minutes it goes on by itself");
}

#[tokio::test]
async fn one_token_serves_many_orders_and_a_restart() {
    let mut app = TestApp::start().await;
    for number in 1..=20 {
        app.order(&format!("SO-{number}")).await;
    }
    app.pull().await;
    app.drive().await;
    app.restart().await;
    app.order("SO-21").await;
    app.pull().await;
    app.drive().await;
    assert!(app.shipment("SO-21").await.tracking_number.is_some());
    let calls = app.twin_get("/_twin/calls").await;
    assert_eq!(calls["token_mints"], json!({"d365": 1, "fedex": 1}));
}

#[tokio::test]
async fn an_expired_token_is_renewed_once_and_nothing_is_bought_twice() {
    let app = TestApp::start().await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    // The twins' clock runs ahead of ours: our token looks good and is refused.
    app.twin_post("/_twin/clock", json!({"advance_s": 7_200})).await;
    for number in 2..=6 {
        app.order(&format!("SO-{number}")).await;
    }
    app.pull().await;
    app.drive().await;
    for number in 2..=6 {
        assert_eq!(app.live_labels(&format!("SO-{number}")).await.len(), 1);
    }
    assert_eq!(app.twin_get("/_twin/calls").await["token_mints"]["fedex"], 2);
}

#[tokio::test]
async fn a_connection_mended_in_the_product_lets_waiting_orders_go_at_once() {
    let app = TestApp::start().await;
    let mut wrong = app.twin.fedex_credentials();
    wrong["secret_key"] = "wrong".into();
    app.connect(System::Fedex, wrong).await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.cause.expect("it waits").code, "auth.key-rejected");
    app.connect(System::Fedex, app.twin.fedex_credentials()).await;
    ping(&app.engine, System::Fedex, &Actor::CommandLine).await.expect("pinged");
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.state, State::Announced);
}

/// A self-signed certificate with an RSA key, both in PEM; ends so many days from now.
pub fn certificate(days: i64) -> (String, String) {
    let mut random = rsa::rand_core::OsRng;
    let key = rsa::RsaPrivateKey::new(&mut random, 2_048).expect("a key");
    let key = key.to_pkcs8_pem(LineEnding::LF).expect("PEM").to_string();
    let mut params = rcgen::CertificateParams::new(vec!["ml-connector.example".into()]).expect("a name");
    let end = jiff::Timestamp::from_millisecond(Clock::System.now_ms() + days * DAY_MS).expect("a moment");
    let end = end.to_zoned(jiff::tz::TimeZone::UTC);
    let (month, day) = (end.month().unsigned_abs(), end.day().unsigned_abs());
    params.not_after = rcgen::date_time_ymd(i32::from(end.year()), month, day);
    let signer = rcgen::KeyPair::from_pem(&key).expect("an RSA key");
    (params.self_signed(&signer).expect("signed").pem(), key)
}

/// The twin's credentials with a certificate in place of the secret.
pub fn certified(app: &TestApp, (certificate, key): &(String, String)) -> Value {
    let mut document = app.twin.d365_credentials();
    document.as_object_mut().expect("an object").remove("client_secret");
    document["certificate"] = certificate.as_str().into();
    document["private_key"] = key.as_str().into();
    document
}

#[tokio::test]
async fn a_certificate_signs_in_at_both_endpoints_and_its_key_is_nowhere() {
    let app = TestApp::start_unconnected(Backend::Sqlite, TwinOptions::loopback()).await;
    app.connect(System::Fedex, app.twin.fedex_credentials()).await;
    let pair = certificate(300);
    app.twin_post("/_twin/entra", json!({"certificates": [pair.0]})).await;
    for (version, mints) in [("v2", 1), ("v1", 2)] {
        let mut document = certified(&app, &pair);
        document["token_version"] = version.into();
        app.connect(System::D365, document).await;
        let ladder = ping(&app.engine, System::D365, &Actor::CommandLine).await.expect("pinged");
        assert!(ladder.passed, "{ladder:?}");
        assert!(
            ladder.rungs.iter().any(|rung| rung.evidence.starts_with("the certificate is good until")),
            "{ladder:?}"
        );
        assert_eq!(app.twin_get("/_twin/calls").await["token_mints"]["d365"], mints);
    }
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    assert_eq!(app.shipment("SO-1").await.state, State::Announced);

    let desk = app.desk(Role::Admin);
    let connection = desk.connections().await.expect("connections").d365;
    assert_eq!((connection.form.sign_in_with.as_str(), connection.form.private_key.as_str()), ("certificate", ""));
    assert_eq!(connection.expiry, None, "the end is far");
    // The form as shown is saved again: the key stays, although nobody sees it.
    assert!(desk.save_d365(connection.form.clone()).await.expect("saved").passed);
    let lines: Vec<&str> = pair.1.lines().filter(|line| line.len() > 40 && !line.starts_with("---")).collect();
    let clean =
        |place: &str, text: &str| assert!(lines.iter().all(|line| !text.contains(line)), "the key is in {place}");
    clean("the page", &format!("{connection:?}"));
    for entry in app.engine.store.db.audit_after(0, 10_000).await.expect("read") {
        clean("the trail", &format!("{entry:?}"));
        assert!(!format!("{entry:?}").contains("client_assertion="), "a statement is in the trail");
    }
    let directory = app.config().data_dir.clone();
    app.engine.store.db.close().await;
    for file in std::fs::read_dir(directory).expect("readable") {
        let path = file.expect("readable").path();
        clean(&path.display().to_string(), &String::from_utf8_lossy(&std::fs::read(&path).expect("readable")));
    }
}

#[tokio::test]
async fn a_certificate_that_entra_does_not_know_is_told_apart_from_one_that_is_wrong_here() {
    let app = TestApp::start_unconnected(Backend::Sqlite, TwinOptions::loopback()).await;
    let (pair, other) = (certificate(300), certificate(300));
    app.twin_post("/_twin/entra", json!({"certificates": [other.0]})).await;
    app.connect(System::D365, certified(&app, &pair)).await;
    assert_eq!(fault_of(&app, System::D365).await, "auth.certificate-rejected");

    app.twin_post("/_twin/entra", json!({"certificates": [pair.0]})).await;
    // Our clock is an hour behind: a statement signed now is over for Entra.
    app.twin_post("/_twin/clock", json!({"advance_s": 3_600})).await;
    let ladder = ping(&app.engine, System::D365, &Actor::CommandLine).await.expect("pinged");
    let problem = ladder.rungs.iter().find_map(|rung| rung.problem.clone()).expect("a problem");
    assert_eq!(problem.code, "auth.clock-wrong");

    let save = |document: Value| {
        let engine = app.engine.clone();
        async move { connections::save(&engine, &Actor::CommandLine, System::D365, document).await.expect_err("refused") }
    };
    let over = certificate(-2);
    for (document, words) in [
        (certified(&app, &(pair.0.clone(), other.1.clone())), "private_key: It does not fit"),
        (certified(&app, &(pair.0.clone(), "hunter2".into())), "private_key: It is not in PEM"),
        (certified(&app, &("hunter2".into(), pair.1.clone())), "certificate: It is not in PEM"),
        (certified(&app, &over), "certificate: It expired on"),
    ] {
        let problem = save(document).await;
        assert!(problem.message.starts_with(words) && !problem.to_string().contains("hunter2"), "{problem}");
        assert!(problem.hint.ends_with('.'));
    }
    // A new certificate needs its own key: the saved one is not taken for it.
    let mut renewed = certified(&app, &(other.0.clone(), String::new()));
    renewed["private_key"] = "***".into();
    assert!(save(renewed).await.message.starts_with("private_key: It does not fit"));
    // And back to a secret: the key is gone with the certificate.
    app.connect(System::D365, app.twin.d365_credentials()).await;
    let saved = connections::saved(&app.engine, System::D365).await.expect("read").expect("saved").document;
    assert!(saved.get("private_key").is_none() && saved["client_secret"] == "***", "{saved}");
}

/// What page, chip and ping say about the end of what signs in.
async fn told(app: &TestApp) -> (Option<String>, Tone, String, Option<String>) {
    let desk = app.desk(Role::Viewer);
    let chip = desk.frame().await.expect("frame").chips[0].clone();
    let notices = desk.attention().await.expect("home").notices;
    let notice = notices.into_iter().find(|notice| notice.href == "/connections#d365").map(|notice| notice.label);
    (desk.connections().await.expect("connections").d365.expiry, chip.tone, chip.text, notice)
}

#[tokio::test]
async fn the_end_of_a_secret_is_told_thirty_days_before_and_is_an_error_after() {
    let app = TestApp::start().await;
    let day = |days: i64| clock::date(app.clock.now_ms() + days * DAY_MS);
    let mut document = app.twin.d365_credentials();
    document["secret_expires"] = day(40).into();
    app.connect(System::D365, document).await;
    assert!(ping(&app.engine, System::D365, &Actor::CommandLine).await.expect("pinged").passed);
    assert_eq!(told(&app).await, (None, Tone::Good, "connected".into(), None));

    let end = day(40);
    app.clock.advance_ms(11 * DAY_MS);
    let ladder = ping(&app.engine, System::D365, &Actor::CommandLine).await.expect("pinged");
    let rung = ladder.rungs.iter().find(|rung| rung.name == "Valid until").expect("a rung");
    assert!(rung.outcome == RungOutcome::Warned && rung.evidence.contains(&end), "{ladder:?}");
    let (page, tone, chip, notice) = told(&app).await;
    assert_eq!((tone, chip), (Tone::Warning, format!("connected; secret expires {end}")));
    assert!(page.is_some() && page == notice && page.expect("told").contains(&format!("expires on {end}")));

    app.clock.advance_ms(31 * DAY_MS);
    let (page, tone, chip, notice) = told(&app).await;
    assert_eq!((tone, chip), (Tone::Bad, format!("secret expired {end}")));
    assert!(page == notice && page.expect("told").contains("expired on"));
}

#[tokio::test]
async fn a_certificate_says_itself_when_it_ends() {
    let app = TestApp::start_unconnected(Backend::Sqlite, TwinOptions::loopback()).await;
    let pair = certificate(10);
    app.twin_post("/_twin/entra", json!({"certificates": [pair.0]})).await;
    app.connect(System::D365, certified(&app, &pair)).await;
    assert!(ping(&app.engine, System::D365, &Actor::CommandLine).await.expect("pinged").passed);
    let (page, tone, chip, notice) = told(&app).await;
    assert!(tone == Tone::Warning && chip.starts_with("connected; certificate expires "), "{chip}");
    assert!(page.is_some() && page == notice);

    app.advance(12 * 24 * 3_600).await;
    assert_eq!(fault_of(&app, System::D365).await, "auth.certificate-expired");
    let (_, tone, chip, _) = told(&app).await;
    assert!(tone == Tone::Bad && chip.starts_with("certificate expired "), "{chip}");
}
