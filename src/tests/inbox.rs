//! FedEx's pushes over real HTTP: verified, durable before 200, taken in once, and seen.

use crate::served::{Served, verdict};
use crate::support::{Backend, TestApp, backends, quick, until};
use app::contract::InboxFilter;
use app::desk::{InboxDesk, Views};
use ml_connector::clock::{DAY_MS, MINUTE_MS};
use ml_connector::desk::Role;
use ml_connector::lifecycle::Lifecycle;
use ml_connector::order::state::State;
use ml_connector::store::Db;
use ml_connector::store::inbox::Verdict;
use ml_connector::store::intake::{Intake, Kept};
use ml_connector::twin::TwinOptions;
use ml_connector::work::ingest;
use serde_json::{Value, json};
use std::time::Duration;

/// FedEx's limit of ours: what is larger is refused.
const LIMIT: usize = 8 * 1024 * 1024;

#[tokio::test]
async fn a_signed_push_moves_its_order_and_every_writing_of_the_signature_counts() {
    for backend in backends() {
        let served = Served::start(backend, quick()).await;
        let number = served.ship("SO-1").await;
        let mut scans = 0;
        for (encoding, prefix, header) in [
            ("base64", "", "fdx-signature"),
            ("base64url", "", "FDX-Signature"),
            ("hex", "", "Fdx-Signature"),
            ("hex", "sha256=", "fdx-signature"),
        ] {
            served.advance(16).await;
            let (body, signature) = served.push(json!({"tracking_number": number, "encoding": encoding})).await;
            let (status, _) = served.post(body, &[(header, &format!("{prefix}{signature}"))]).await;
            assert_eq!(status, 200, "{backend:?} {encoding} {prefix}");
            assert_eq!(verdict(&served.last().await), Verdict::Waiting, "durable before anybody reads it");
            served.ingest().await;
            let row = served.last().await;
            assert_eq!((verdict(&row), row.numbers.as_str()), (Verdict::TakenIn, number.as_str()), "{}", row.reason);
            let now = served.scans(&served.shipment("SO-1").await.shipment_id).await;
            assert!(now > scans, "{backend:?} {encoding}: {now}");
            scans = now;
        }
        served.drive().await;
        // Nobody asked FedEx where the parcel is.
        assert_eq!(served.twin_get("/_twin/calls").await["counts"]["fedex.track"], Value::Null);
        assert_eq!(served.shipment("SO-1").await.state, State::Closed, "{backend:?}");
        assert_eq!(served.d365_order("SO-1").await["FdxStatus"], "delivered");
        served.assert_clean().await;
    }
}

#[tokio::test]
async fn who_did_not_sign_learns_nothing_and_is_kept_with_the_reason() {
    let served = Served::start(Backend::Sqlite, TwinOptions::loopback()).await;
    let number = served.ship("SO-1").await;
    let (body, signature) = served.push(json!({"tracking_number": number})).await;
    let wrong = served.push(json!({"tracking_number": number, "token": "AnotherTokenOfSomebody2026"})).await;
    let cases: [(&str, Option<&str>, &str); 5] = [
        (&body, None, "fdx-signature is missing"),
        (&body, Some("!!"), "(2 characters) is neither base64 nor hexadecimal"),
        (&body, Some("QUJDRA=="), "4 bytes long instead of 32"),
        (&wrong.0, Some(&wrong.1), "(32 bytes in base64) was not made of this body"),
        ("{}", Some(&signature), "was not made of this body"),
    ];
    for (body, signature, reason) in cases {
        let headers: Vec<_> = signature.map(|signature| ("fdx-signature", signature)).into_iter().collect();
        let (status, answer) = served.post(body.to_owned(), &headers).await;
        assert_eq!(status, 401);
        assert!(!answer.contains("base64") && !answer.contains("TwinWebhookToken"), "{answer}");
        let row = served.last().await;
        assert_eq!(verdict(&row), Verdict::Refused);
        assert!(row.reason.contains(reason), "{}", row.reason);
        let given = signature.unwrap_or("TwinWebhookToken");
        assert!(!row.reason.contains("TwinWebhookToken") && !row.reason.contains(given), "{}", row.reason);
    }
    let kept = served.engine.store.db.delivery_body(&served.rows().await[0].delivery_id).await.expect("read");
    assert!(kept.is_some_and(|kept| kept.len() <= 4_096 && body.as_bytes().starts_with(&kept)), "its beginning");
    served.ingest().await;
    assert_eq!(served.scans(&served.shipment("SO-1").await.shipment_id).await, 0, "nothing was taken from them");
    let refused = served.desk(Role::Operator).replay_delivery(served.last().await.delivery_id).await;
    assert_eq!(refused.expect_err("no replay").code, "inbox.refused");
}

#[tokio::test]
async fn without_a_token_everything_is_refused_and_the_page_says_so() {
    let served = Served::start_unconnected(Backend::Sqlite, TwinOptions::loopback()).await;
    let (status, _) = served.post("{}", &[("fdx-signature", "x")]).await;
    assert_eq!(status, 401);
    assert!(served.last().await.reason.contains("No security token is set"));
    assert!(served.page().await.headline.contains("No security token is set"));
    let get = served.http.get(format!("{}/webhooks/fedex", served.url)).send().await.expect("answered");
    assert_eq!((get.status().as_u16(), get.headers()["allow"].to_str().expect("text")), (405, "POST"));
    assert!(get.text().await.expect("a sentence").contains("POST"));
}

#[tokio::test]
async fn several_megabytes_are_taken_and_more_is_refused() {
    let served = Served::start(Backend::Sqlite, quick()).await;
    let number = served.ship("SO-1").await;
    served.advance(70).await;
    let images = json!({"tracking_number": number, "images": ["PPOD"], "kib": 4_096});
    assert_eq!(served.deliver(images).await, 200);
    assert!(served.last().await.body_size > 5 * 1024 * 1024);
    served.ingest().await;
    assert_eq!(served.last().await.proofs, 1);

    let (status, text) = served.post(vec![b'x'; LIMIT + 1], &[("fdx-signature", "x")]).await;
    assert_eq!((status, text.contains("8 MiB")), (413, true), "announced");
    let address = served.url.trim_start_matches("http://").to_owned();
    let answer = tokio::task::spawn_blocking(move || unannounced(&address)).await.expect("ran");
    // The server may close before everything is sent; the answer is then lost, the push still refused.
    assert!(answer.is_none_or(|line| line.starts_with("HTTP/1.1 413")), "not announced");
    assert_eq!(served.rows().await.len(), 1, "neither is kept");
}

/// Sends more than is taken without saying so before; answers the first line of the answer, if any came.
fn unannounced(address: &str) -> Option<String> {
    use std::io::{BufRead, BufReader, Write};
    let mut stream = std::net::TcpStream::connect(address).expect("connected");
    let head = format!("POST /webhooks/fedex HTTP/1.1\r\nhost: {address}\r\ntransfer-encoding: chunked\r\n\r\n");
    stream.write_all(head.as_bytes()).expect("sent");
    let chunk = [format!("{:x}\r\n", LIMIT / 8).into_bytes(), vec![b'x'; LIMIT / 8], b"\r\n".to_vec()].concat();
    for _ in 0..9 {
        if stream.write_all(&chunk).is_err() {
            break;
        }
    }
    BufReader::new(stream).lines().next()?.ok()
}

#[tokio::test]
async fn a_flood_of_bad_pushes_is_bounded_and_good_ones_pass() {
    let served = Served::start(Backend::Sqlite, TwinOptions::loopback()).await;
    let number = served.ship("SO-1").await;
    for _ in 0..100 {
        assert_eq!(served.post(vec![b'x'; 20_000], &[]).await.0, 401);
    }
    assert_eq!(served.deliver(json!({"tracking_number": number})).await, 200, "the flood does not keep it out");
    let rows = served.rows().await;
    let refused = rows.iter().filter(|row| verdict(row) == Verdict::Refused).count();
    assert_eq!(refused, 30, "so many a minute are kept");
    assert_eq!(served.page().await.turned_away, 70);
    // Over hours, the newest five hundred.
    for _ in 0..20 {
        served.clock.advance_ms(MINUTE_MS);
        for _ in 0..30 {
            served.post("x", &[]).await;
        }
    }
    served.ingest().await;
    let counts = served.engine.store.db.count_deliveries().await.expect("read");
    assert!(counts.contains(&(Verdict::Refused, 500)), "{counts:?}");
    assert!(counts.contains(&(Verdict::TakenIn, 1)), "{counts:?}");
}

#[tokio::test]
async fn what_was_answered_with_200_survives_the_process() {
    for backend in backends() {
        let mut served = Served::start(backend, quick()).await;
        let number = served.ship("SO-1").await;
        served.advance(70).await;
        assert_eq!(served.deliver(json!({"tracking_number": number})).await, 200);
        served.restart().await;
        served.ingest().await;
        served.drive().await;
        assert_eq!(verdict(&served.last().await), Verdict::TakenIn, "{backend:?}");
        assert_eq!(served.shipment("SO-1").await.state, State::Closed, "{backend:?}");
        // Killed between taking its news in and writing that down, it is read a second time.
        let scans = served.scans(&served.shipment("SO-1").await.shipment_id).await;
        let mut tx = served.engine.store.begin().await.expect("begun");
        let id = served.last().await.delivery_id;
        assert!(tx.requeue_delivery(&id, false, served.clock.now_ms()).await.expect("stored"));
        tx.commit().await.expect("stored");
        served.restart().await;
        served.ingest().await;
        assert_eq!(served.scans(&served.shipment("SO-1").await.shipment_id).await, scans, "{backend:?}");
        served.assert_clean().await;
    }
}

#[tokio::test]
async fn a_database_that_is_gone_is_no_200() {
    let served = Served::start(Backend::Sqlite, TwinOptions::loopback()).await;
    let number = served.ship("SO-1").await;
    let push = served.push(json!({"tracking_number": number})).await;
    served.engine.store.db.close().await;
    let (status, text) = served.post(push.0, &[("fdx-signature", &push.1)]).await;
    assert_eq!((status, text.contains("send it again")), (503, true));
}

#[tokio::test]
async fn the_same_news_is_one_delivery_however_often_it_comes() {
    for backend in backends() {
        let served = Served::start(backend, quick()).await;
        let number = served.ship("SO-1").await;
        served.advance(30).await;
        for attempt in 1..=3 {
            assert_eq!(served.deliver(json!({"tracking_number": number, "attempt": attempt})).await, 200);
        }
        served.ingest().await;
        let rows = served.rows().await;
        assert_eq!((rows.len(), rows[0].repeats), (1, 2), "{backend:?}");
        let scans = served.scans(&served.shipment("SO-1").await.shipment_id).await;
        // The flat shapes have no counter of attempts; their scans are known all the same.
        for shape in ["flat", "single"] {
            assert_eq!(served.deliver(json!({"tracking_number": number, "shape": shape})).await, 200);
            served.ingest().await;
            let row = served.last().await;
            assert_eq!((verdict(&row), row.new_scans), (Verdict::TakenIn, 0), "{backend:?} {shape}: {}", row.reason);
            assert!(row.reason.contains("nothing new"), "{}", row.reason);
        }
        assert_eq!(served.scans(&served.shipment("SO-1").await.shipment_id).await, scans);
    }
}

#[tokio::test]
async fn pushes_out_of_order_end_where_the_parcel_is() {
    let served = Served::start(Backend::Sqlite, quick()).await;
    let number = served.ship("SO-1").await;
    let mut pushes = Vec::new();
    for _ in 0..5 {
        served.advance(16).await;
        pushes.push(served.push(json!({"tracking_number": number, "scans": 1})).await);
    }
    for (body, signature) in pushes.iter().rev() {
        assert_eq!(served.post(body.clone(), &[("fdx-signature", signature)]).await.0, 200);
        served.ingest().await;
        served.drive().await;
    }
    let shipment = served.shipment("SO-1").await;
    assert_eq!(shipment.state, State::Closed);
    assert!(served.scans(&shipment.shipment_id).await >= 4);
}

#[tokio::test]
async fn a_number_nobody_has_waits_for_its_label() {
    for backend in backends() {
        let served = Served::start(backend, quick()).await;
        // FedEx made a label and its answer was lost: FedEx knows the number, we do not.
        served.fault(json!({"system": "fedex", "op": "ship", "kind": "cut_after"})).await;
        served.order("SO-1").await;
        served.pull().await;
        served.drive().await;
        assert_eq!(served.shipment("SO-1").await.state, State::OutcomeUnknown);
        let number = served.live_labels("SO-1").await[0]["tracking_number"].as_str().expect("a number").to_owned();
        let stranger = json!({"tracking_number": number, "as_number": "111111111111"});
        assert_eq!(served.deliver(stranger).await, 200);
        served.advance(30).await;
        let early = json!({"tracking_number": number, "images": ["SPOD", "PPOD"]});
        assert_eq!(served.deliver(early).await, 200);
        served.ingest().await;
        for row in served.rows().await {
            assert_eq!(verdict(&row), Verdict::UnknownNumber, "{backend:?}: {}", row.reason);
        }
        served.run_until("SO-1", 60, 10, |shipment| shipment.tracking_number.is_some()).await;
        served.ingest().await;
        let rows = served.rows().await;
        assert_eq!(verdict(&rows[1]), Verdict::TakenIn, "{backend:?}: {}", rows[1].reason);
        assert_eq!(verdict(&rows[0]), Verdict::UnknownNumber, "a stranger's parcel stays one");
        let shipment = served.shipment("SO-1").await;
        assert_eq!(served.engine.store.db.proofs_of(&shipment.shipment_id).await.expect("read").len(), 2);
    }
}

#[tokio::test]
async fn an_unknown_shape_is_kept_and_can_be_read_again() {
    for backend in backends() {
        let served = Served::start(backend, TwinOptions::loopback()).await;
        let no_number = r#"{"trackResults":[{"trackingNumberInfo":{"trackingNumber":"79\u00004"}}]}"#;
        for body in [r#"{"authenticationCode":"x"}"#, "[1,2]", "not json", "", no_number] {
            let push = served.twin_post("/_twin/webhook", json!({"body": body})).await;
            let signature = push["headers"]["fdx-signature"].as_str().expect("text");
            assert_eq!(served.post(body, &[("fdx-signature", signature)]).await.0, 200, "{body}");
        }
        served.ingest().await;
        let rows = served.rows().await;
        assert_eq!(rows.len(), 5);
        assert!(rows.iter().all(|row| verdict(row) == Verdict::Quarantined), "{backend:?} {rows:?}");
        let id = rows[0].delivery_id.clone();
        let shown = served.desk(Role::Viewer).delivery(id.clone()).await.expect("seen");
        assert!(shown.body.contains("authenticationCode") && !shown.may_replay && shown.signer.contains("newest"));
        let refused = served.desk(Role::Viewer).replay_delivery(id.clone()).await.expect_err("a viewer");
        assert_eq!(refused.code, "desk.not-allowed");
        served.desk(Role::Operator).replay_delivery(id.clone()).await.expect("an operator");
        assert_eq!(verdict(&served.rows().await[0]), Verdict::Waiting);
        served.ingest().await;
        let row = &served.rows().await[0];
        assert_eq!((verdict(row), row.replays), (Verdict::Quarantined, 1));
        let trail = served.engine.store.db.audit_after(0, 10_000).await.expect("read");
        assert!(trail.iter().any(|entry| entry.action == "inbox.replayed" && entry.actor == "kim"));
        let quarantined = InboxFilter { verdict: Some("quarantined".into()), after: None };
        assert_eq!(served.desk(Role::Viewer).inbox(quarantined).await.expect("seen").rows.len(), 5);
        let nonsense = InboxFilter { verdict: Some("lost".into()), after: None };
        assert_eq!(served.desk(Role::Viewer).inbox(nonsense).await.expect_err("none").code, "inbox.unknown-verdict");
        served.assert_clean().await;
    }
}

#[tokio::test]
async fn proofs_of_delivery_are_on_the_order_once_and_byte_for_byte() {
    for backend in backends() {
        let served = Served::start(backend, quick()).await;
        let number = served.ship("SO-1").await;
        served.advance(70).await;
        assert_eq!(served.deliver(json!({"tracking_number": number})).await, 200);
        for (attempt, as_numbers) in [(1, false), (2, true)] {
            let second = json!({"tracking_number": number, "images": ["SPOD", "PPOD", "PPODA"], "attempt": attempt,
                "as_numbers": as_numbers});
            assert_eq!(served.deliver(second).await, 200);
        }
        served.ingest().await;
        let detail = served.desk(Role::Viewer).order("usmf".into(), "SO-1".into()).await.expect("seen");
        let mut proofs = detail.shipments[0].proofs.clone();
        proofs.sort_by(|one, other| one.title.cmp(&other.title));
        let seen: Vec<_> =
            proofs.iter().map(|proof| (proof.title.as_str(), proof.format.as_str(), proof.shown)).collect();
        assert_eq!(
            seen,
            [
                ("Picture of an attempt", "JPEG", true),
                ("Picture of the delivery", "JPEG", true),
                ("Signature", "TIFF", false)
            ],
            "{backend:?}"
        );
        // A number's address leads to the bytes, for who is signed in only.
        let answer = served.http.get(format!("{}{}", served.url, proofs[1].href)).send().await.expect("answered");
        // There is no operator yet, so whoever asks is sent to set-up.
        assert_eq!(answer.url().path(), "/setup", "{backend:?}");
        let digest = proofs[1].href.rsplit('/').next().expect("a digest");
        let shipment = served.shipment("SO-1").await;
        let (media_type, bytes) =
            served.engine.store.db.proof(&shipment.shipment_id, digest).await.expect("read").expect("there");
        assert!(media_type == "image/jpeg" && bytes.starts_with(b"\xff\xd8\xff") && bytes.len() > 2_000);
        // Neither page nor trail repeats them.
        let body = served.desk(Role::Viewer).delivery(served.last().await.delivery_id).await.expect("seen").body;
        assert!(body.len() < 20_000 && body.contains("numbers]"), "{}", body.len());
        served.assert_clean().await;
    }
}

#[tokio::test]
async fn old_pushes_are_forgotten_and_new_ones_stay() {
    for backend in backends() {
        let served = Served::start(backend, quick()).await;
        let number = served.ship("SO-1").await;
        served.advance(70).await;
        assert_eq!(served.deliver(json!({"tracking_number": number})).await, 200);
        let stranger = json!({"tracking_number": number, "as_number": "111111111111"});
        assert_eq!(served.deliver(stranger).await, 200);
        served.ingest().await;
        let left = async |days: i64| {
            served.clock.advance_ms(days * DAY_MS);
            served.ingest().await;
            served.rows().await.iter().map(verdict).collect::<Vec<_>>()
        };
        assert_eq!(left(29).await, [Verdict::TakenIn, Verdict::UnknownNumber], "{backend:?}");
        assert_eq!(left(2).await, [Verdict::UnknownNumber], "{backend:?}");
        assert_eq!(left(30).await, [], "{backend:?}");
        // What was taken in stays with the order.
        assert!(served.scans(&served.shipment("SO-1").await.shipment_id).await > 0);
    }
}

#[tokio::test]
async fn many_at_once_are_one_row_each() {
    for backend in backends() {
        let app = TestApp::start_on(backend, TwinOptions::loopback()).await;
        let lifecycle = Lifecycle::default();
        let intake = Intake::start(app.engine.store.db.clone(), || {}, &lifecycle);
        let one = |index: u32| {
            let (engine, intake) = (app.engine.clone(), intake.clone());
            let mut key = [0; 32];
            // Each news comes twice, at the same moment.
            key[..4].copy_from_slice(&(index / 2).to_be_bytes());
            let delivery = ml_connector::store::inbox::NewDelivery {
                delivery_id: engine.new_id(),
                environment: "sandbox".into(),
                content_key: Some(key),
                received_ms: engine.clock.now_ms(),
                reason: String::new(),
                signer: "token".into(),
                headers: String::new(),
                body: b"{}".to_vec(),
                body_size: 2,
            };
            async move { intake.keep(delivery).await.expect("kept") }
        };
        let kept = futures::future::join_all((0..600).map(one)).await;
        let new = kept.iter().filter(|kept| **kept == Kept::New).count();
        let rows = app.engine.store.db.deliveries(None, None, 1_000).await.expect("read");
        assert_eq!((new, rows.len()), (300, 300), "{backend:?}");
        assert!(rows.iter().all(|row| row.repeats == 1), "{backend:?}");
        // Two nodes share the work; none is read by both.
        let now = app.clock.now_ms();
        let mut claims = Vec::new();
        for _ in 0..2 {
            let mut tx = app.engine.store.begin().await.expect("begun");
            claims.push(tx.claim_deliveries(now, now + MINUTE_MS, 200).await.expect("claimed"));
            tx.commit().await.expect("stored");
        }
        if backend == Backend::Postgres {
            assert_eq!((claims[0].len(), claims[1].len()), (200, 100));
            assert!(claims[0].iter().all(|one| claims[1].iter().all(|other| one.delivery_id != other.delivery_id)));
        }
    }
}

#[tokio::test]
async fn news_that_cannot_be_stored_hold_nobody_up_and_can_be_replayed() {
    let served = Served::start(Backend::Sqlite, quick()).await;
    let number = served.ship("SO-1").await;
    let Db::Sqlite { writer, .. } = &served.engine.store.db else { panic!("SQLite") };
    let broken = "create trigger broken before insert on scans begin select raise(abort, 'broken'); end";
    sqlx::query(broken).execute(writer).await.expect("made");
    served.advance(70).await;
    assert_eq!(served.deliver(json!({"tracking_number": number})).await, 200);
    let other = served.twin_post("/_twin/webhook", json!({"body": "{}"})).await;
    let signature = other["headers"]["fdx-signature"].as_str().expect("text");
    assert_eq!(served.post("{}", &[("fdx-signature", signature)]).await.0, 200);
    for _ in 0..5 {
        let first = &served.rows().await[0];
        assert_eq!(verdict(first), Verdict::Waiting, "{}", first.reason);
        served.ingest().await;
        assert_eq!(verdict(&served.last().await), Verdict::Quarantined, "the next one is read all the same");
        served.clock.advance_ms(MINUTE_MS);
    }
    let failed = &served.rows().await[0];
    assert_eq!(verdict(failed), Verdict::Failed);
    assert!(failed.reason.contains("5 times"), "{}", failed.reason);
    sqlx::query("drop trigger broken").execute(writer).await.expect("mended");
    served.desk(Role::Operator).replay_delivery(failed.delivery_id.clone()).await.expect("replayed");
    served.ingest().await;
    served.drive().await;
    assert_eq!(verdict(&served.rows().await[0]), Verdict::TakenIn);
    assert_eq!(served.shipment("SO-1").await.state, State::Closed);
}

#[tokio::test]
async fn the_loop_reads_a_push_by_itself() {
    let served = Served::start(Backend::Sqlite, quick()).await;
    let number = served.ship("SO-1").await;
    let (engine, lifecycle) = (served.engine.clone(), served.lifecycle.clone());
    served.lifecycle.spawn("ingest", async move { ingest::run(&engine, &lifecycle).await });
    served.advance(30).await;
    assert_eq!(served.deliver(json!({"tracking_number": number})).await, 200);
    until("somebody reads it", Duration::from_secs(10), async || verdict(&served.last().await) == Verdict::TakenIn)
        .await;
}

#[tokio::test]
async fn pages_and_forms_work_without_javascript() {
    let served = Served::start(Backend::Sqlite, quick()).await;
    let number = served.ship("SO-1").await;
    served.advance(70).await;
    assert_eq!(served.deliver(json!({"tracking_number": number, "images": ["SPOD", "PPOD"]})).await, 200);
    served.ingest().await;
    let cookie = served.sign_in().await;
    let text = async |path: &str| {
        let answer = served.get(path, &cookie).await;
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.expect("text")
    };
    let page = text("/inbox").await;
    for part in ["Taken in 1", number.as_str(), "/webhooks/fedex", "Send a signed test", "Set this token"] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("TwinWebhookToken"), "a token that is set is never shown");
    let id = served.last().await.delivery_id;
    let delivery = text(&format!("/inbox/{id}")).await;
    assert!(delivery.contains("Read it again") && delivery.contains("/orders/usmf/SO-1"));
    let answer = served.form("/desk/inbox/self-test", "", &cookie).await;
    assert!(answer.status().is_redirection(), "{}", answer.status());
    assert!(text("/inbox").await.contains("All checks passed"));
    let refused = served.form("/desk/inbox/set-token", "token=short", &cookie).await;
    let back = refused.headers()["location"].to_str().expect("text").to_owned();
    assert!(refused.status().is_redirection() && back.contains("__err") && !back.contains("short"), "{back}");

    let order = text("/orders/usmf/SO-1").await;
    let detail = served.desk(Role::Viewer).order("usmf".into(), "SO-1".into()).await.expect("seen");
    for proof in &detail.shipments[0].proofs {
        assert!(order.contains(&proof.href), "{}", proof.href);
        let answer = served.get(&proof.href, &cookie).await;
        let header = |name: &str| answer.headers()[name].to_str().expect("text").to_owned();
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("content-disposition").starts_with("inline"), proof.shown);
        assert_eq!(header("content-type"), if proof.shown { "image/jpeg" } else { "image/tiff" });
        assert_eq!(i64::try_from(answer.bytes().await.expect("bytes").len()).expect("small"), proof.size);
    }
    assert_eq!(detail.shipments[0].proofs.len(), 2);
}
