//! A change of the rules tried on the last shipments: what would differ, with nothing saved.

use crate::support::{TestApp, backends, quick};
use app::contract::{BackTest, RulesChange, ServiceRow, ShipFromRow};
use app::desk::{ApproveDesk, Views};
use ml_connector::desk::Role;
use serde_json::json;

impl TestApp {
    async fn try_change(&self, change: RulesChange) -> BackTest {
        let desk = self.desk(Role::Operator);
        let version = desk.rules().await.expect("rules").version;
        desk.try_rules(version, change, 200).await.expect("tried")
    }
}

fn counts(tried: &BackTest) -> Vec<(&str, u64)> {
    tried.groups.iter().map(|group| (group.kind.as_str(), group.count)).collect()
}

fn service(mode: &str, service: &str) -> RulesChange {
    RulesChange::Service(ServiceRow { mode: mode.into(), service: service.into(), ..ServiceRow::default() })
}

#[tokio::test]
async fn a_change_is_tried_on_shipped_and_on_parked_orders_and_saves_nothing() {
    for backend in backends() {
        let app = TestApp::start_on(backend, quick()).await;
        app.order("SO-1").await;
        app.order("SO-2").await;
        app.order_with("SO-3", json!({"mode": "FEDEX-SAT"})).await;
        app.pull().await;
        app.drive().await;
        let before = app.desk(Role::Viewer).rules().await.expect("rules");

        let faster = app.try_change(service("FEDEX-GRD", "FEDEX_2_DAY")).await;
        assert_eq!((faster.tried, faster.different, counts(&faster)), (3, 2, vec![("service", 2)]), "{faster:?}");
        let row = &faster.groups[0].rows[0];
        assert_eq!((row.was.as_str(), row.now.as_str()), ("FEDEX_GROUND", "FEDEX_2_DAY"));
        let mapped = app.try_change(service("FEDEX-SAT", "FEDEX_2_DAY")).await;
        assert_eq!(counts(&mapped), [("no-longer-parked", 1)]);
        assert_eq!(mapped.groups[0].rows[0].number, "SO-3");
        let gone = RulesChange::RemoveService { mode: "FEDEX-GRD".into(), other_carrier: false };
        assert_eq!(counts(&app.try_change(gone).await), [("newly-parked", 2)]);
        let theirs = RulesChange::RemoveService { mode: "FEDEX-GRD".into(), other_carrier: true };
        assert_eq!(counts(&app.try_change(theirs).await), [("left-alone", 2)]);

        let mut document: serde_json::Value = serde_json::from_str(&before.document).expect("readable");
        document["packing"]["methods"] = json!({"default": "line"});
        document["accounts"] = json!({"usmf": "740561073"});
        let same = app.try_change(RulesChange::Document(document.to_string())).await;
        assert_eq!(counts(&same), [("payer", 2)], "one line is one package either way");

        let after = app.desk(Role::Viewer).rules().await.expect("rules");
        assert_eq!((after.version, after.document), (before.version, before.document));
    }
}

#[tokio::test]
async fn another_ship_from_is_seen_and_what_went_on_in_dynamics_365_changes_nothing() {
    let app = TestApp::start().await;
    app.order("SO-1").await;
    app.pull().await;
    app.drive().await;
    // Shipped long ago: its lines are delivered now, and it is tried as it was all the same.
    app.twin_send(
        reqwest::Method::PATCH,
        "/_twin/orders/usmf/SO-1",
        Some(json!({"lines": {"1": {"status": "Delivered"}}})),
    )
    .await;
    app.pull().await;
    let from = ShipFromRow {
        warehouse: app.shipment("SO-1").await.plan.expect("a plan").warehouse,
        company: "Contoso Parts".into(),
        phone: "9015550100".into(),
        street: "10 FedEx Pkwy".into(),
        city: "Memphis".into(),
        region: "TN".into(),
        postal_code: "38118".into(),
        country: "US".into(),
    };
    let moved = app.try_change(RulesChange::ShipFrom(from)).await;
    assert!(counts(&moved).contains(&("ship-from", 1)), "{moved:?}");
}

#[tokio::test]
async fn what_cannot_be_tried_is_refused_with_a_reason() {
    let app = TestApp::start().await;
    let desk = app.desk(Role::Operator);
    let version = desk.rules().await.expect("rules").version;
    let change = || service("FEDEX-GRD", "FEDEX_2_DAY");
    let code = |answer: Result<BackTest, app::contract::Problem>| answer.expect_err("refused").code;
    assert_eq!(code(desk.try_rules(version, change(), 1_001).await), "rules.back-test-size");
    assert_eq!(code(desk.try_rules(version, change(), 0).await), "rules.back-test-size");
    assert_eq!(code(desk.try_rules(version + 1, change(), 200).await), "rules.stale");
    assert_eq!(code(desk.try_rules(version, service("", ""), 200).await), "rules.invalid");
    let broken = RulesChange::Document("{".into());
    assert_eq!(code(desk.try_rules(version, broken, 200).await), "rules.invalid");
    assert_eq!(code(app.desk(Role::Viewer).try_rules(version, change(), 200).await), "desk.not-allowed");
    let nothing = desk.try_rules(version, change(), 200).await.expect("tried");
    assert!(nothing.headline.contains("No shipment was planned yet"), "{}", nothing.headline);
}
