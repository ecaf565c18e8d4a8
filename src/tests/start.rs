//! The first day: the built-in twins, what is pasted, and the steps until the
//! first label.

use crate::served::Served;
use crate::support::{Backend, TestApp, backends};
use app::contract::{D365Access, FedexAccess, RungOutcome, SecretHeld, StartStep, StartWay, Tone, TrailFilter};
use app::desk::{Commands, StartDesk, Views};
use ml_connector::audit::{Actor, System};
use ml_connector::desk::{Role, built_in_twins, connections};
use ml_connector::order::{Order, OrderId, OrderKey};
use ml_connector::store::built_in_twins::{CLEARED, KEPT};
use ml_connector::transport::Trace;
use ml_connector::twin::TwinOptions;
use ml_connector::work::poll;
use serde_json::{Value, json};

async fn fresh(backend: Backend) -> TestApp {
    TestApp::start_unconnected(backend, TwinOptions::loopback()).await
}

/// What a query of one text column answers.
async fn texts(app: &TestApp, sql: &str) -> Vec<String> {
    let ml_connector::store::Db::Sqlite { readers, .. } = &app.engine.store.db else { panic!("only on SQLite") };
    sqlx::query_scalar(sql).fetch_all(readers).await.expect("read")
}

fn step<'a>(steps: &'a [StartStep], key: &str) -> &'a StartStep {
    steps.iter().find(|step| step.key == key).expect("a step")
}

async fn first_label(app: &TestApp) -> String {
    app.pull().await;
    app.drive().await;
    let start = app.desk(Role::Admin).start().await.expect("seen");
    start.first_label.expect("a label").tracking_number
}

#[tokio::test]
async fn one_click_connects_the_twins_and_their_orders_get_labels() {
    let app = fresh(Backend::Sqlite).await;
    let admin = app.desk(Role::Admin);
    let start = admin.start().await.expect("seen");
    assert_eq!((start.way, start.twins_refused), (StartWay::Choose, None));
    assert_eq!(admin.frame().await.expect("seen").rehearsal, None, "nothing is connected yet");
    assert_eq!(app.desk(Role::Operator).start_twins().await.expect_err("no").code, "desk.not-allowed");

    admin.start_twins().await.expect("begun");
    assert_eq!(admin.start_twins().await.expect_err("twice").code, "twins.refused");
    let number = first_label(&app).await;
    let start = admin.start().await.expect("seen");
    assert_eq!(start.way, StartWay::Twins);
    assert!(start.done, "{:?}", start.steps);
    let label = start.first_label.expect("a label");
    assert!(label.number.starts_with("SO-") || label.number.starts_with("RT-"), "{}", label.number);
    assert_eq!(label.tracking_number, number);
    let frame = admin.frame().await.expect("seen").rehearsal.expect("a frame");
    assert!(frame.sentence.contains("built-in twins"), "{}", frame.sentence);
    let trail = admin.trail(TrailFilter { actor: Some("kim".into()), ..TrailFilter::default() }).await.expect("read");
    assert!(trail.rows.iter().any(|row| row.action == "twins.started"));
    app.assert_clean().await;
}

#[tokio::test]
async fn the_twins_survive_a_restart_with_what_was_changed_in_it() {
    let mut app = fresh(Backend::Sqlite).await;
    app.desk(Role::Admin).start_twins().await.expect("begun");
    let before = app.engine.fedex().await.expect("connected").credentials().base_url.clone();
    let number = first_label(&app).await;
    let rules = app.engine.store.db.rules().await.expect("read").expect("saved");
    let mut changed = rules.rules.clone();
    changed.services.remove("FEDEX-2D").expect("a twin's mode");
    let mut tx = app.engine.store.begin().await.expect("begun");
    tx.save_rules(&changed, rules.version, app.clock.now_ms(), "kim").await.expect("saved");
    tx.commit().await.expect("saved");

    built_in_twins::pause(&app.engine).await;
    app.restart().await;
    built_in_twins::take_up(&app.engine).await.expect("taken up");
    app.clock.advance_ms(3_000);
    let after = app.engine.fedex().await.expect("connected").credentials().base_url.clone();
    assert_ne!(before, after, "the ports are new");
    for system in ["d365", "fedex"] {
        let ladder = app.desk(Role::Admin).ping(system.into()).await.expect("pinged");
        assert!(ladder.passed, "{ladder:?}");
    }
    assert_eq!(app.pull().await.new, 0, "its orders are known");
    assert_eq!(app.desk(Role::Admin).start().await.expect("seen").first_label.expect("kept").tracking_number, number);
    assert_eq!(app.engine.rules().await.expect("read").services, changed.services, "rules are not written over");
    built_in_twins::take_up(&app.engine).await.expect("nothing to do");
}

#[tokio::test]
async fn beside_the_twins_nothing_real_can_be_connected() {
    let app = fresh(Backend::Sqlite).await;
    let admin = app.desk(Role::Admin);
    admin.start_twins().await.expect("begun");
    let mut real = app.twin.fedex_credentials();
    real["environment"] = "production".into();
    real["base_url"] = Value::Null;
    let refused = connections::save(&app.engine, &Actor::CommandLine, System::Fedex, real.clone()).await;
    assert_eq!(refused.expect_err("no").code, "twins.at-work");
    let refused = admin.save_document("fedex".into(), real.to_string()).await.expect_err("no");
    assert_eq!(refused.code, "twins.at-work");
    assert!(admin.connecting_fedex().await.expect("seen").refused.is_some());
    // What leaves the address alone is nobody's danger.
    let saved = connections::saved(&app.engine, System::Fedex).await.expect("read").expect("saved").document;
    admin.save_document("fedex".into(), saved.to_string()).await.expect("saved");
}

#[tokio::test]
async fn removing_the_twins_leaves_an_installation_as_new_with_its_trail() {
    let app = fresh(Backend::Sqlite).await;
    let admin = app.desk(Role::Admin);
    assert_eq!(admin.remove_twins().await.expect_err("none").code, "twins.none");
    admin.start_twins().await.expect("begun");
    first_label(&app).await;
    assert_eq!(app.desk(Role::Operator).remove_twins().await.expect_err("no").code, "desk.not-allowed");
    let twin = app.engine.fedex().await.expect("connected").credentials().base_url.clone();
    admin.remove_twins().await.expect("removed");

    for table in CLEARED {
        let rows = texts(&app, &format!("select cast(count(*) as text) from {table}")).await;
        assert_eq!(rows, ["0"], "{table}");
    }
    let sealed = texts(&app, "select name from secrets order by name").await;
    assert_eq!(sealed, ["audit.key"]);
    assert!(app.engine.d365().await.is_err() && app.engine.fedex().await.is_err());
    assert!(tokio::net::TcpStream::connect(twin.socket_addrs(|| None).expect("a port")[0]).await.is_err(), "it ended");
    let start = admin.start().await.expect("seen");
    assert_eq!((start.way, start.first_label), (StartWay::Choose, None));
    assert!(app.engine.rules().await.expect("read").ship_from.is_empty(), "nothing ships from the twins' address");
    let trail = admin.trail(TrailFilter::default()).await.expect("read");
    assert!(trail.rows.iter().any(|row| row.action == "twins.removed"));
    app.assert_clean().await;
    admin.start_twins().await.expect("a new one can begin");
    first_label(&app).await;
}

#[tokio::test]
async fn orders_of_another_environment_are_never_removed_with_the_twins() {
    let app = fresh(Backend::Sqlite).await;
    let admin = app.desk(Role::Admin);
    admin.start_twins().await.expect("begun");
    let key = OrderKey { host: "contoso.operations.dynamics.com".into(), company: "usmf".into(), number: "1".into() };
    let mut tx = app.engine.store.begin().await.expect("begun");
    assert!(tx.insert_order(&OrderId("o".into()), &key, &Order::default(), 0).await.expect("inserted"));
    tx.commit().await.expect("inserted");
    assert_eq!(admin.remove_twins().await.expect_err("no").code, "twins.mixed");
    assert!(app.engine.fedex().await.is_ok(), "nothing was removed");
}

#[tokio::test]
async fn every_table_is_either_cleared_with_the_twins_or_kept() {
    let app = fresh(Backend::Sqlite).await;
    let tables = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'
        and name not like '_sqlx%' and name not like 'tower_%' order by name";
    let mut decided: Vec<&str> = CLEARED.iter().chain(KEPT).copied().collect();
    decided.sort_unstable();
    assert_eq!(texts(&app, tables).await, decided, "a new table belongs into one list of store/built_in_twins.rs");
}

#[tokio::test]
async fn the_twins_are_not_offered_beside_anything_real() {
    for backend in backends() {
        let app = fresh(backend).await;
        let admin = app.desk(Role::Admin);
        let offered = admin.start().await.expect("seen").twins_refused;
        // Several servers may share PostgreSQL; the twins would be in one of them.
        assert_eq!(offered.is_none(), backend == Backend::Sqlite, "{backend:?}");
        app.connect(System::Fedex, app.twin.fedex_credentials()).await;
        assert_eq!(admin.start().await.expect("seen").way, StartWay::Connect);
        assert_eq!(admin.start_twins().await.expect_err("no").code, "twins.refused");
    }
}

/// An Entra overview, the environment's address, and a secret, as three pastes.
async fn paste_d365(app: &TestApp, secret: &str) {
    let given = app.twin.d365_credentials();
    let text = |name: &str| given[name].as_str().expect("text").to_owned();
    let admin = app.desk(Role::Admin);
    let overview = format!(
        "Display name\nml-connector\nApplication (client) ID\n{}\nDirectory (tenant) ID\n{}\nauthority: {}",
        text("client_id"),
        text("tenant_id"),
        text("authority"),
    );
    for paste in [overview, format!("{}/?mi=SalesTableListPage", text("base_url")), format!("client_secret={secret}")] {
        admin.paste("d365".into(), paste).await.expect("understood");
    }
}

#[tokio::test]
async fn pasted_pieces_become_a_connection_and_the_secret_never_comes_back() {
    for backend in backends() {
        let app = fresh(backend).await;
        let admin = app.desk(Role::Admin);
        let secret = app.twin.d365_credentials()["client_secret"].as_str().expect("text").to_owned();
        paste_d365(&app, &secret).await;
        let side = admin.connecting_d365().await.expect("seen");
        assert_eq!((side.secret, side.saved), (SecretHeld::Pasted, false));
        assert!(!format!("{side:?}").contains(&secret));
        assert!(side.understood.iter().any(|(name, _)| name == "Client secret"), "{:?}", side.understood);

        let ladder = admin.connect_d365(side.form.clone()).await.expect("saved");
        assert!(ladder.passed, "{backend:?}: {ladder:?}");
        let companies = ladder.rungs.iter().find(|rung| rung.name == "Legal entities").expect("a rung");
        assert!(companies.evidence.contains("usmf, usrt"), "{}", companies.evidence);
        let orders = ladder.rungs.iter().find(|rung| rung.name == "Read orders").expect("a rung");
        assert!(orders.evidence.contains("usmf: 0 ready"), "{}", orders.evidence);
        let pulled = poll::tick(&app.engine, &Trace::engine()).await.expect("stored");
        assert!(pulled.is_err(), "no delivery mode has a service yet");
        assert_eq!(admin.frame().await.expect("seen").chips[0].tone, Tone::Good, "and the connection is good");
        let again = admin.connecting_d365().await.expect("seen");
        assert_eq!((again.secret, again.saved), (SecretHeld::Saved, true));
        assert!(again.understood.is_empty(), "what was pasted is forgotten");
        let start = admin.start().await.expect("seen");
        assert_eq!(step(&start.steps, "d365").status.code, "done");
        assert_eq!(step(&start.steps, "fedex").status.code, "open");
        assert_eq!(admin.put_start_away().await.expect_err("not yet").code, "start.not-done");
        let trail = app.engine.store.db.audit_after(0, 10_000).await.expect("read");
        assert!(!format!("{trail:?}").contains(&secret));
    }
}

#[tokio::test]
async fn a_pasted_secret_is_its_operators_own_for_a_while_and_for_its_place() {
    let app = fresh(Backend::Sqlite).await;
    let admin = app.desk(Role::Admin);
    paste_d365(&app, "the-secret").await;
    let side = admin.connecting_d365().await.expect("seen");
    let elsewhere = D365Access { base_url: "https://attacker.example".into(), ..side.form.clone() };
    assert_eq!(admin.connect_d365(elsewhere.clone()).await.expect_err("no").code, "connections.secret-again");
    assert!(app.engine.d365().await.is_err(), "nothing was saved");
    let operator = ml_connector::desk::Operator { name: "eve".into(), role: Role::Admin };
    let eve = ml_connector::desk::OperatorDesk::new(app.engine.clone(), Some(operator), false);
    assert_eq!(eve.connecting_d365().await.expect("seen").secret, SecretHeld::Missing);
    assert_eq!(
        app.desk(Role::Operator).paste("d365".into(), "x".into()).await.expect_err("no").code,
        "desk.not-allowed"
    );
    let refused = admin.paste("d365".into(), "hello".into()).await.expect_err("nothing");
    assert_eq!(refused.code, "start.not-understood");
    app.clock.advance_ms(16 * 60 * 1_000);
    assert_eq!(admin.connecting_d365().await.expect("seen").secret, SecretHeld::Missing, "it is forgotten");
}

#[tokio::test]
async fn a_wrong_secret_is_one_sentence_with_a_text_for_the_colleague() {
    let app = fresh(Backend::Sqlite).await;
    let admin = app.desk(Role::Admin);
    paste_d365(&app, "not-the-secret").await;
    let form = admin.connecting_d365().await.expect("seen").form;
    let ladder = admin.connect_d365(form.clone()).await.expect("saved");
    let red: Vec<_> = ladder.rungs.iter().filter(|rung| rung.outcome == RungOutcome::Failed).collect();
    assert_eq!((red.len(), red[0].name.as_str()), (1, "Sign in"));
    assert_eq!(red[0].problem.as_ref().expect("told").code, "auth.secret-rejected");
    let text = red[0].for_colleague.as_ref().expect("a text");
    assert!(text.contains(&form.client_id) && text.contains(&form.tenant_id) && !text.contains("not-the-secret"));
    assert_eq!(step(&admin.start().await.expect("seen").steps, "d365").status.code, "trouble");

    let secret = app.twin.d365_credentials()["client_secret"].as_str().expect("text").to_owned();
    let mended = admin.connect_d365(D365Access { client_secret: secret, ..form }).await.expect("saved");
    assert!(mended.passed, "{mended:?}");
    let d365 = app.engine.d365().await.expect("connected");
    assert_eq!(d365.credentials().legal_entities, ["usmf", "usrt"], "chosen once the sign-in worked");
}

#[tokio::test]
async fn each_fedex_api_is_a_rung_of_its_own() {
    let app = fresh(Backend::Sqlite).await;
    let admin = app.desk(Role::Admin);
    admin.paste("fedex".into(), app.twin.fedex_credentials().to_string()).await.expect("understood");
    let side = admin.connecting_fedex().await.expect("seen");
    assert_eq!((side.form.environment.as_str(), side.secret), ("custom", SecretHeld::Pasted));
    app.fault(json!({"system": "fedex", "op": "rate", "kind": "status", "status": 403, "times": 1})).await;
    app.fault(json!({"system": "fedex", "op": "validate", "kind": "status", "status": 403, "times": 1})).await;
    let ladder = admin.connect_fedex(side.form).await.expect("saved");
    let of = |name: &str| ladder.rungs.iter().find(|rung| rung.name == name).expect("a rung").clone();
    assert_eq!(of("Track API").outcome, RungOutcome::Passed);
    assert_eq!(of("Ship API").outcome, RungOutcome::Failed);
    assert!(of("Ship API").for_colleague.expect("a text").contains("Ship API"));
    assert_eq!(of("Rates API").outcome, RungOutcome::Warned, "shipping does not need it");
    assert_eq!(of("Address API").outcome, RungOutcome::Passed);
    let again = admin.connect_fedex(admin.connecting_fedex().await.expect("seen").form).await.expect("saved");
    assert!(again.passed, "{again:?}");
    assert_eq!(app.engine.rules().await.expect("read").services.len(), 5, "what the guide does not show is kept");
}

#[tokio::test]
async fn fedex_can_be_pinged_before_any_rule_is_set() {
    let app = fresh(Backend::Sqlite).await;
    let given = app.twin.fedex_credentials();
    let text = |name: &str| given[name].as_str().expect("text").to_owned();
    let form = FedexAccess {
        environment: "custom".into(),
        base_url: text("base_url"),
        api_key: text("api_key"),
        secret_key: text("secret_key"),
        account_number: text("account_number"),
    };
    let admin = app.desk(Role::Admin);
    let ladder = admin.connect_fedex(form).await.expect("saved");
    assert!(ladder.passed, "{ladder:?}");
    let ship = ladder.rungs.iter().find(|rung| rung.name == "Ship API").expect("a rung");
    assert!(ship.evidence.contains("no ship-from address is set"), "{}", ship.evidence);
    assert_eq!(step(&admin.start().await.expect("seen").steps, "services").status.code, "open");
}

#[tokio::test]
async fn the_list_stays_until_it_is_done_and_put_away() {
    let app = TestApp::start().await;
    let desk = app.desk(Role::Operator);
    let home = desk.attention().await.expect("seen");
    assert!(home.checklist.iter().any(|line| line.label == "Ship the first order"), "{:?}", home.checklist);
    for system in ["d365", "fedex"] {
        assert!(desk.ping(system.into()).await.expect("pinged").passed);
    }
    assert_eq!(desk.put_start_away().await.expect_err("not yet").code, "start.not-done");
    app.order("SO-1").await;
    first_label(&app).await;
    let start = desk.start().await.expect("seen");
    assert!(start.done, "{:?}", start.steps);
    assert_eq!(step(&start.steps, "pushes").status.code, "optional");
    assert!(!desk.attention().await.expect("seen").checklist.is_empty());
    assert_eq!(app.desk(Role::Viewer).put_start_away().await.expect_err("no").code, "desk.not-allowed");
    desk.put_start_away().await.expect("put away");
    assert!(desk.attention().await.expect("seen").checklist.is_empty());
    assert!(desk.start().await.expect("seen").put_away);
}

#[tokio::test]
async fn the_set_up_code_is_the_same_after_a_restart() {
    use secrecy::ExposeSecret;
    for backend in backends() {
        let mut app = fresh(backend).await;
        let first = ml_connector::desk::setup_code::setup_code(&app.engine).await.expect("made");
        app.restart().await;
        let second = ml_connector::desk::setup_code::setup_code(&app.engine).await.expect("read");
        assert_eq!(first.expose_secret(), second.expose_secret());
        assert!(first.expose_secret().len() >= 20);
    }
}

#[tokio::test]
async fn the_first_administrator_is_led_to_the_guide() {
    let served = Served::start_unconnected(Backend::Sqlite, TwinOptions::loopback()).await;
    let form = "name=kim&password=correct-horse-battery&password_again=correct-horse-battery";
    let answer = served.form("/setup", form, "").await;
    assert_eq!(answer.headers()["location"], "/start");
}
