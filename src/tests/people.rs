//! Who may sign in and as what: an administrator always remains, and who is put out is out at once.

use crate::served::Served;
use crate::support::{Backend, TestApp, backends};
use app::contract::{OrderFilter, PersonRow};
use app::desk::{Commands, EventDesk, PeopleDesk, Views};
use ml_connector::audit::Actor;
use ml_connector::desk::Role;
use ml_connector::desk::people;
use ml_connector::desk::sign_in::{SignInRefusal, sign_in};
use ml_connector::store::audit::TrailQuery;
use ml_connector::twin::TwinOptions;
use secrecy::SecretString;

const PASSWORD: &str = "correct-horse-battery";

impl TestApp {
    /// Adds a person with the usual password.
    pub async fn person(&self, name: &str, role: Role) -> String {
        let password = SecretString::from(PASSWORD);
        let added = people::add(&self.engine, &Actor::CommandLine, name, role, &password).await;
        added.expect("added").operator_id
    }
}

impl Served {
    /// Adds a person and signs them in; answers the cookie.
    pub async fn signed_in(&self, name: &'static str, role: Role) -> String {
        self.person(name, role).await;
        self.sign_in_as(&format!("name={name}&password={PASSWORD}")).await.expect("signed in")
    }

    /// Posts the sign-in form; answers the cookie unless it was refused.
    pub async fn sign_in_as(&self, form: &str) -> Option<String> {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let request = client.post(format!("{}/login", self.url)).body(form.to_owned());
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.header("origin", &self.url).send().await.expect("answered");
        assert_eq!(answer.status(), 303);
        let cookie = answer.headers().get("set-cookie")?.to_str().expect("text");
        cookie.split(';').next().map(str::to_owned)
    }

    /// Where a browser ends that opens a page.
    pub async fn lands_on(&self, path: &str, cookie: &str) -> String {
        self.get(path, cookie).await.url().path().to_owned()
    }
}

fn names(rows: &[PersonRow]) -> Vec<&str> {
    rows.iter().map(|row| row.name.as_str()).collect()
}

#[tokio::test]
async fn an_administrator_always_remains() {
    for backend in backends() {
        let app = TestApp::start_unconnected(backend, TwinOptions::loopback()).await;
        let ann = app.person("ann", Role::Admin).await;
        let bob = app.person("bob", Role::Operator).await;
        let desk = app.desk_of("ann", Role::Admin);
        for refused in [desk.set_role(ann.clone(), "viewer".into()).await, desk.set_enabled(ann.clone(), false).await] {
            let problem = refused.expect_err("the last one");
            assert_eq!(problem.code, "people.last-administrator", "{backend:?}");
            assert!(problem.message.contains("ann") && problem.hint.ends_with('.'));
        }
        desk.set_role(bob.clone(), "admin".into()).await.expect("promoted");
        // Both let the other go at the same moment: one of them stays.
        let (first, second) =
            tokio::join!(desk.set_role(ann.clone(), "viewer".into()), desk.set_enabled(bob.clone(), false));
        assert!(first.is_ok() != second.is_ok(), "{backend:?}: {first:?} {second:?}");
        let rows = desk.people().await.expect("seen").rows;
        let admins = rows.iter().filter(|row| row.role == "admin" && row.disabled.is_none());
        assert_eq!((names(&rows), admins.count()), (vec!["ann", "bob"], 1));
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn only_administrators_see_and_change_people_and_what_they_did_is_on_the_record() {
    let app = TestApp::start_unconnected(Backend::Sqlite, TwinOptions::loopback()).await;
    app.person("ann", Role::Admin).await;
    let vera = app.person("vera", Role::Viewer).await;
    let admin = app.desk_of("ann", Role::Admin);
    for role in [Role::Viewer, Role::CustomerService, Role::Operator] {
        let desk = app.desk_of("vera", role);
        let people = desk.people().await.expect("seen");
        assert!(!people.may_edit && names(&people.rows) == ["vera"]);
        for refused in [
            desk.add_person("eve".into(), "admin".into(), PASSWORD.into()).await,
            desk.set_role(vera.clone(), "admin".into()).await,
            desk.set_enabled(vera.clone(), true).await,
            desk.set_password(vera.clone(), PASSWORD.into()).await,
        ] {
            let problem = refused.expect_err("refused");
            assert_eq!(problem.code, "desk.not-allowed");
            assert_eq!(problem.hint, "Ask somebody who is administrator to do it.");
        }
    }
    for (name, role, password, code) in [
        ("eve", "boss", PASSWORD, "people.unknown-role"),
        ("eve", "viewer", "short", "people.password-short"),
        ("engine", "viewer", PASSWORD, "people.name-invalid"),
        (" VERA ", "viewer", PASSWORD, "people.name-taken"),
    ] {
        let refused = admin.add_person(name.into(), role.into(), password.into()).await.expect_err(code);
        assert_eq!(refused.code, code);
    }
    admin.add_person("carl".into(), "customer_service".into(), PASSWORD.into()).await.expect("added");
    admin.set_role(vera, "operator".into()).await.expect("changed");
    let query = TrailQuery { action: Some("operator.".into()), ..TrailQuery::default() };
    let trail = app.engine.store.db.trail(&query, 50).await.expect("read");
    let told: Vec<_> = trail.iter().map(|row| (row.actor.as_str(), row.summary.as_str())).collect();
    assert_eq!(
        told[..2],
        [("ann", "vera is operator now; was viewer."), ("ann", "carl was added as customer_service.")]
    );
    assert!(!format!("{trail:?}").contains(PASSWORD));
}

#[tokio::test]
async fn who_is_disabled_or_gets_another_password_is_out_at_once() {
    for backend in backends() {
        let served = Served::start_unconnected(backend, TwinOptions::loopback()).await;
        served.person("ann", Role::Admin).await;
        let cookie = served.signed_in("vera", Role::Operator).await;
        let vera = people::named(&served.engine, "vera").await.expect("there");
        assert_eq!(vera.signed_in_ms, Some(served.clock.now_ms()));
        let admin = served.desk_of("ann", Role::Admin);
        assert_eq!(served.lands_on("/orders", &cookie).await, "/orders", "{backend:?}");

        admin.set_enabled(vera.operator_id.clone(), false).await.expect("disabled");
        assert_eq!(served.lands_on("/orders", &cookie).await, "/login", "{backend:?}");
        let refused = sign_in(&served.engine, "vera", &PASSWORD.into(), "10.0.0.9").await.expect("stored");
        assert_eq!(refused.err(), Some(SignInRefusal::Wrong), "no more is told than of a wrong password");

        admin.set_enabled(vera.operator_id.clone(), true).await.expect("enabled");
        assert_eq!(served.lands_on("/orders", &cookie).await, "/orders");
        admin.set_password(vera.operator_id.clone(), "another-horse-battery".into()).await.expect("set");
        assert_eq!(served.lands_on("/orders", &cookie).await, "/login", "{backend:?}");
        let again = served.sign_in_as("name=vera&password=another-horse-battery").await.expect("the new one counts");
        assert_eq!(served.lands_on("/orders", &again).await, "/orders");
    }
}

#[tokio::test]
async fn ones_own_password_is_changed_with_the_old_one_and_guessing_it_is_throttled() {
    let app = TestApp::start_unconnected(Backend::Sqlite, TwinOptions::loopback()).await;
    app.person("vera", Role::Viewer).await;
    let desk = app.desk_of("vera", Role::Viewer);
    let short = desk.change_own_password(PASSWORD.into(), "short".into()).await.expect_err("short");
    assert_eq!(short.code, "people.password-short");
    desk.change_own_password(PASSWORD.into(), "another-horse-battery".into()).await.expect("changed");
    for _ in 0..6 {
        let wrong = desk.change_own_password("guess guess guess".into(), PASSWORD.into()).await.expect_err("wrong");
        assert_eq!(wrong.code, "people.wrong-password");
    }
    let blocked = desk.change_own_password("another-horse-battery".into(), PASSWORD.into()).await;
    assert_eq!(blocked.expect_err("waits too").code, "people.throttled");
    app.clock.advance_ms(6_000);
    desk.change_own_password("another-horse-battery".into(), PASSWORD.into()).await.expect("changed back");
}

#[tokio::test]
async fn customer_service_sees_orders_and_neither_replays_nor_sees_connections() {
    let app = TestApp::start().await;
    app.order("SO-1").await;
    app.pull().await;
    let desk = app.desk(Role::CustomerService);
    let order = desk.order("usmf".into(), "SO-1".into()).await.expect("seen");
    assert!(order.shipments[0].ship_to.lines.len() >= 3);
    assert_eq!(desk.orders(OrderFilter::default()).await.expect("seen").rows.len(), 1);
    let shipment = app.shipment("SO-1").await;
    let refused = desk.replay(shipment.shipment_id.0.clone(), shipment.version, String::new()).await;
    assert_eq!(refused.expect_err("refused").hint, "Ask somebody who is operator to do it.");
    for refused in [desk.connections().await.map(drop), desk.events().await.map(drop)] {
        let problem = refused.expect_err("not shown");
        assert_eq!(
            (problem.code.as_str(), problem.message.as_str()),
            ("desk.not-allowed", "Your role does not show connections.")
        );
    }
    assert!(app.desk(Role::Viewer).connections().await.is_ok());
}
