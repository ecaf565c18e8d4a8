//! Whoever does not see people finds none of them: on no page, in no answer and in no file.
//!
//! An order with planted values goes the whole way, so that they are in bodies, sentences, scans and
//! corrections too. Every route of the site is opened, so that a new page cannot be left out.

use crate::served::Served;
use crate::support::{Backend, backends, quick};
use app::contract::{Correction, RepairForm, RepairItem};
use app::desk::{Commands, RepairDesk, Views};
use ml_connector::desk::Role;
use serde_json::json;

/// A person's name, street, telephone (as typed, and as FedEx gets it), e-mail, and who signed.
const PLANTED: [&str; 7] =
    ["Zelda Quint", "4711 Hidden Hollow", "Backdoor 17", "555-0142", "9015550142", "zelda@quint.example", "R.RECEIVER"];
/// What everybody sees of the same order.
const SHOWN: [&str; 2] = ["Memphis", "SO-1"];

/// A site with one order that was delivered, one that is stopped, and one corrected.
async fn planted(backend: Backend) -> Served {
    let served = Served::start(backend, quick()).await;
    let address = json!({"name": "Zelda Quint", "street": "4711 Hidden Hollow\nBackdoor 17"});
    let people = json!({"address": address, "phone": "(901) 555-0142", "properties": {"Email": "zelda@quint.example"}});
    served.order_with("SO-1", people.clone()).await;
    served
        .order_with("SO-2", json!({"address": {"name": "Zelda Quint", "street": ""}, "phone": "(901) 555-0142"}))
        .await;
    served.pull().await;
    served.drive().await;
    let number = served.shipment("SO-1").await.tracking_number.expect("a label");
    served.advance(70).await;
    let push = json!({"tracking_number": number, "images": ["SPOD", "PPOD"]});
    assert_eq!(served.deliver(push).await, 200);
    served.ingest().await;
    served.drive().await;
    let stopped = served.shipment("SO-2").await;
    let correction = Correction {
        name: "Zelda Quint".into(),
        street_1: "4711 Hidden Hollow".into(),
        street_2: "Backdoor 17".into(),
        phone: "9015550142".into(),
        remember: true,
        ..Correction::default()
    };
    let desk = served.desk(Role::Operator);
    let reason = "Rang Zelda Quint at 901-555-0142";
    desk.correct(stopped.shipment_id.0.clone(), stopped.version, correction, reason.into()).await.expect("corrected");
    served.drive().await;
    batch(&served, reason).await;
    served
}

/// A batch that would split the street of a third order, and waits for its yes.
async fn batch(served: &Served, reason: &str) {
    let address = json!({"name": "Zelda Quint", "street": "4711 Hidden Hollow Backdoor 17 Suite 9"});
    served.order_with("SO-3", json!({"address": address})).await;
    served.pull().await;
    served.drive().await;
    let desk = served.desk(Role::Operator);
    let sheet = desk.repair_sheet("order.street-too-long~ship~street".into(), false).await.expect("the sheet");
    let row = &sheet.rows[0];
    let typed = Correction {
        street_1: "4711 Hidden Hollow".into(),
        street_2: "Backdoor 17 Suite 9".into(),
        ..Correction::default()
    };
    let item = RepairItem { shipment_id: row.shipment_id.clone(), version: row.version, ticked: true, typed };
    let form = RepairForm {
        key: sheet.key.clone(),
        as_of_ms: sheet.now.ms,
        reason: reason.into(),
        items: vec![item],
        ..RepairForm::default()
    };
    desk.try_repair(form).await.expect("prepared");
}

/// Every page of the site: the routes themselves, parameters filled in.
async fn pages(served: &Served) -> Vec<String> {
    let delivery = served.last().await.delivery_id;
    let batch = served.engine.store.db.batches(1).await.expect("batches").remove(0).batch_id;
    let routes = leptos_axum::generate_route_list(app::App);
    let filled = routes.iter().flat_map(|route| {
        let path =
            route.path().replace("{delivery}", &delivery).replace("{company}", "usmf").replace("{batch}", &batch);
        let path = path.replace("{cause}", "order.phone-missing~ship~phone");
        if path.contains("{number}") {
            vec![path.replace("{number}", "SO-1"), path.replace("{number}", "SO-2")]
        } else {
            vec![path]
        }
    });
    let entry = ["/login", "/setup"];
    let mut pages: Vec<String> = filled.filter(|path| !entry.contains(&path.as_str())).collect();
    let unknown: Vec<&String> = pages.iter().filter(|path| path.contains('{')).collect();
    assert!(unknown.is_empty() && pages.len() > 12, "fill in the parameters of {unknown:?}");
    // Every attempt of the orders has a page.
    for number in ["SO-1", "SO-2"] {
        let order = served.desk(Role::Admin).order("usmf".into(), number.into()).await.expect("the order");
        let attempts = order.shipments.iter().flat_map(|shipment| &shipment.attempts);
        pages.extend(attempts.map(|attempt| format!("/orders/usmf/{number}?attempt={}", attempt.attempt_id)));
    }
    // The same pages with what their addresses can ask for.
    for more in [
        "/trail?order=SO-1",
        "/trail?order=SO-2",
        "/trail?system=fedex",
        "/trail?text=zelda",
        "/orders?search=SO-1",
        "/parcels?show=delivered",
        "/pull?number=SO-1",
        "/figures?span=7d",
    ] {
        pages.push(more.to_owned());
    }
    pages
}

#[tokio::test]
async fn no_page_shows_people_to_who_does_not_see_them() {
    for backend in backends() {
        let served = planted(backend).await;
        let (viewer, service) =
            (served.signed_in("vera", Role::Viewer).await, served.signed_in("carl", Role::CustomerService).await);
        let mut seen_by_service = String::new();
        for path in pages(&served).await {
            let page = served.get(&path, &viewer).await;
            let status = page.status();
            let html = page.text().await.expect("a page");
            assert!(status.is_success(), "{path} {status}");
            for planted in PLANTED {
                assert!(!html.contains(planted), "{backend:?}: {path} shows {planted}");
            }
            seen_by_service += &served.get(&path, &service).await.text().await.expect("a page");
        }
        // The e-mail address stands deep in the bodies of calls, which lists cut.
        for planted in PLANTED.into_iter().filter(|planted| !planted.contains('@')) {
            assert!(seen_by_service.contains(planted), "{planted} is on no page at all: this test proves nothing");
        }
        let order = served.get("/orders/usmf/SO-1", &viewer).await.text().await.expect("a page");
        for shown in SHOWN {
            assert!(order.contains(shown), "{shown} is hidden although it is nobody's");
        }
    }
}

#[tokio::test]
async fn no_server_function_and_no_file_tells_of_people_to_who_does_not_see_them() {
    let served = planted(Backend::Sqlite).await;
    let viewer = served.signed_in("vera", Role::Viewer).await;
    let service = served.signed_in("carl", Role::CustomerService).await;
    let shipment = served.shipment("SO-1").await.shipment_id.0;
    let base = format!("/orders/usmf/SO-1/shipments/{shipment}");
    let proof = served.get("/orders/usmf/SO-1", &service).await.text().await.expect("a page");
    let proof = proof.split("/proofs/").nth(1).and_then(|rest| rest.split('"').next()).expect("a proof");
    let files = [
        "/orders/usmf/SO-1/label".to_owned(),
        "/orders/usmf/SO-1/label?download".to_owned(),
        format!("{base}/documents/1/0"),
        format!("{base}/proofs/{proof}"),
        "/day/closes/any".to_owned(),
    ];
    for file in &files {
        let answer = served.get(file, &viewer).await;
        assert_eq!(answer.status(), 403, "{file}");
        assert!(answer.text().await.expect("text").contains("Your role does not see labels"));
    }
    for file in &files[..4] {
        assert_ne!(served.get(file, &service).await.status(), 403, "{file}");
    }
    assert_eq!(served.get(&files[0], &service).await.status(), 200);
    let charges = served.get("/charges.csv", &viewer).await.text().await.expect("a table");
    assert!(charges.contains("SO-1"));
    let mut whole = String::new();
    for format in ["csv", "jsonl"] {
        let path = format!("/trail/export?format={format}");
        let hidden = served.get(&path, &viewer).await.text().await.expect("a file");
        assert!(
            hidden.lines().count() > 20
                && hidden.contains("fedex.ship")
                && hidden.contains("Memphis") == (format == "jsonl")
        );
        for planted in PLANTED {
            assert!(!hidden.contains(planted) && !charges.contains(planted), "{format} tells {planted}");
        }
        whole += &served.get(&path, &service).await.text().await.expect("a file");
    }
    // Who signed came with a push, and pushes leave no call in the trail.
    for planted in PLANTED.into_iter().filter(|planted| *planted != "R.RECEIVER") {
        assert!(whole.contains(planted), "{planted} is in no export at all: this test proves nothing");
    }
}
