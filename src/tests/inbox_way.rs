//! The way FedEx's pushes come on: tokens exchanged without a gap, a signed test, and silence.

use crate::served::{Served, verdict};
use crate::support::{Backend, TestApp, backends};
use app::contract::InboxFilter;
use app::desk::{InboxDesk, Views};
use ml_connector::audit::System;
use ml_connector::clock::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
use ml_connector::desk::{Role, inbox};
use ml_connector::order::state::State;
use ml_connector::store::inbox::Verdict;
use ml_connector::twin::TwinOptions;
use serde_json::json;

#[tokio::test]
async fn a_token_is_changed_without_a_gap_and_the_old_one_ends() {
    for backend in backends() {
        let served = Served::start(backend, TwinOptions::loopback()).await;
        let number = served.ship("SO-1").await;
        let admin = served.desk(Role::Admin);
        let new = served.page().await.suggested_token.expect("a fresh one");
        assert!(
            served.desk(Role::Operator).inbox(InboxFilter::default()).await.expect("seen").suggested_token.is_none()
        );
        assert_eq!(
            served.desk(Role::Operator).set_webhook_token(new.clone()).await.expect_err("no").code,
            "desk.not-allowed"
        );
        assert_eq!(admin.set_webhook_token("short".into()).await.expect_err("a rule").code, "inbox.token");
        admin.set_webhook_token(new.clone()).await.expect("set");
        assert_eq!(admin.set_webhook_token(new.clone()).await.expect_err("twice").code, "inbox.token-known");

        assert_eq!(served.deliver(json!({"tracking_number": number})).await, 200, "{backend:?}: the old one overlaps");
        served.clock.advance_ms(HOUR_MS);
        let with_new = json!({"tracking_number": number, "token": new, "shape": "flat"});
        assert_eq!(served.deliver(with_new.clone()).await, 200);
        served.ingest().await;
        let tokens = served.page().await.tokens;
        assert!(tokens[0].newest && tokens[0].used.is_some() && !tokens[1].newest);
        let used = |index: usize| tokens[index].used.as_ref().map_or(0, |at| at.ms);
        assert!(used(1) > 0 && used(0) - used(1) >= HOUR_MS, "{tokens:?}");
        assert!(!tokens[1].ended && tokens[1].until.is_some());

        served.clock.advance_ms(7 * DAY_MS);
        assert_eq!(served.deliver(json!({"tracking_number": number})).await, 401);
        assert!(served.last().await.reason.contains("overlap ended"));
        assert!(served.page().await.tokens[1].ended);
        assert_eq!(served.deliver(with_new).await, 200);

        admin.retire_webhook_token().await.expect("retired");
        served.clock.advance_ms(3 * SECOND_MS);
        assert_eq!(served.page().await.tokens.len(), 1);
        assert_eq!(admin.retire_webhook_token().await.expect_err("none").code, "inbox.no-old-token");
        // No secret is in the trail, in any form.
        let trail = served.engine.store.db.audit_after(0, 10_000).await.expect("read");
        let all = format!("{trail:?}");
        assert!(all.contains("inbox.token-set") && all.contains("inbox.token-retired") && !all.contains(&new));
        served.assert_clean().await;
    }
}

#[tokio::test]
async fn the_signed_test_goes_out_and_comes_in_and_says_what_is_wrong() {
    for backend in backends() {
        let served = Served::start(backend, TwinOptions::loopback()).await;
        let ladder = served.desk(Role::Operator).test_webhook().await.expect("tested");
        assert!(ladder.passed, "{ladder:?}");
        let names: Vec<_> = ladder.rungs.iter().map(|rung| rung.name.as_str()).collect();
        assert_eq!(names, ["Token", "Reached", "Signature", "Stored"]);
        served.ingest().await;
        assert_eq!(verdict(&served.last().await), Verdict::SelfTest);
        assert_eq!(served.page().await.self_test, Some(ladder), "{backend:?}: kept for the page");
        let trail = served.engine.store.db.audit_after(0, 10_000).await.expect("read");
        let calls = trail.iter().filter(|entry| entry.action == "connector.webhook-test").count();
        assert_eq!(calls, 2, "the call is on the record");
        assert!(!format!("{trail:?}").contains("fdx-signature:"));
        // Loopback breaks FedEx's rules for addresses, and says so.
        let check = served.desk(Role::Viewer).check_callback().await.expect("checked");
        let faults: Vec<_> =
            check.rungs.iter().filter(|rung| rung.problem.is_some()).map(|rung| rung.name.as_str()).collect();
        assert_eq!(faults, ["https", "Host name", "Public name", "Name resolves"]);
    }
}

#[tokio::test]
async fn a_test_that_nobody_answers_names_the_next_step() {
    let app = TestApp::start_with(Backend::Sqlite, TwinOptions::loopback(), |config| {
        config.public_url = Some("http://127.0.0.1:9".parse().expect("an address"));
    })
    .await;
    let without = app.desk(Role::Operator).test_webhook().await.expect("tested");
    assert_eq!(without.rungs[0].problem.as_ref().expect("no token").code, "inbox.no-token");
    app.connect(System::Fedex, app.twin.fedex_credentials()).await;
    let ladder = app.desk(Role::Operator).test_webhook().await.expect("tested");
    let problem = ladder.rungs[1].problem.as_ref().expect("a problem");
    assert!(!ladder.passed && problem.code == "inbox.unreachable" && problem.hint.ends_with('.'), "{ladder:?}");
}

#[tokio::test]
async fn silence_while_parcels_move_is_said_everywhere_and_ends_by_itself() {
    let served = Served::start(Backend::Sqlite, TwinOptions::loopback()).await;
    let number = served.ship("SO-1").await;
    served.advance(24 * 3_600).await;
    let silence = async |served: &Served| inbox::silence(&served.engine).await.expect("read");
    assert_eq!(silence(&served).await, None, "nothing ever came, so nothing is missing");
    assert_eq!(served.deliver(json!({"tracking_number": number})).await, 200);
    served.ingest().await;
    served.drive().await;
    assert_eq!(served.shipment("SO-1").await.state, State::InTransit);
    served.clock.advance_ms(3 * HOUR_MS - MINUTE_MS);
    assert_eq!(silence(&served).await, None);
    served.clock.advance_ms(MINUTE_MS);
    let sentence = "No push from FedEx for 3 h while 1 parcel moves; polling has taken over.";
    assert_eq!(served.page().await.alarm.as_deref(), Some(sentence));
    let desk = served.desk(Role::Viewer);
    let attention = desk.attention().await.expect("seen");
    assert!(attention.notices.iter().any(|line| line.label == sentence && line.href == "/inbox"));
    let chip = desk.frame().await.expect("seen").chips.pop().expect("FedEx");
    assert_eq!(chip.text, "pushes silent");
    let text = async |path: &str| {
        let answer = served.http.get(format!("{}{path}", served.url)).send().await.expect("answered");
        answer.text().await.expect("text")
    };
    assert!(text("/metrics").await.contains("ml_pushes_silent 1"));
    assert!(text("/readyz").await.contains(sentence));
    // Our own test is no push of FedEx.
    desk_test(&served).await;
    assert!(silence(&served).await.is_some());
    assert_eq!(served.deliver(json!({"tracking_number": number, "shape": "flat"})).await, 200);
    served.ingest().await;
    assert_eq!(silence(&served).await, None);
    assert!(text("/metrics").await.contains("ml_pushes_silent 0"));
}

async fn desk_test(served: &Served) {
    assert!(served.desk(Role::Operator).test_webhook().await.expect("tested").passed);
    served.ingest().await;
}
