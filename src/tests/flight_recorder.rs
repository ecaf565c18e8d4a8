//! The order's page as a flight recorder: an order that fails once, is corrected, replayed and printed
//! can be read from its page alone, and no attempt of it is ever out of reach.

use crate::print_servers::{Manner, RawPrinter};
use crate::secrets::planted;
use crate::served::Served;
use crate::support::{Backend, backends};
use app::contract::{AttemptView, Correction, HIDDEN, OrderDetail};
use app::desk::{Commands, Views};
use ml_connector::audit::System;
use ml_connector::clock::SECOND_MS;
use ml_connector::desk::for_reader::desk_of;
use ml_connector::desk::printing::PrinterForm;
use ml_connector::desk::{Operator, Role};
use ml_connector::order::state::State;
use ml_connector::twin::TwinOptions;
use ml_connector::work::print;
use serde_json::json;

const NUMBER: &str = "SO-1";
/// As Dynamics 365 has it, in the form FedEx gets it in, and as it is corrected.
const PHONES: [&str; 2] = ["3125550144", "6145550199"];
/// As Dynamics 365 writes the first.
const WRITTEN: &str = "312-555-0144";

/// An order whose first purchase was refused, which was then corrected, bought, announced and printed.
async fn flown(backend: Backend) -> Served {
    let served = Served::start(backend, TwinOptions::loopback()).await;
    let mut fedex = served.twin.fedex_credentials();
    fedex["label"] = json!({"image_type": "ZPLII"});
    served.connect(System::Fedex, fedex).await;
    let printer = RawPrinter::start(Manner::Good);
    let form = PrinterForm {
        printer_id: None,
        name: "zebra".into(),
        kind: "raw".into(),
        address: printer.address.clone(),
        takes: "ZPLII".into(),
        enabled: true,
        labels: vec!["default".into()],
        papers: Vec::new(),
    };
    served.desk(Role::Admin).save_printer(form).await.expect("a printer");
    let refused = json!({"system": "fedex", "op": "ship", "kind": "status", "status": 422, "code": "NEW.CODE"});
    served.fault(refused).await;
    served.order(NUMBER).await;
    served.pull().await;
    served.drive().await;
    let parked = served.shipment(NUMBER).await;
    assert_eq!(parked.state, State::Parked, "{:?}", parked.cause);
    served.advance(42).await;
    let correction = Correction { phone: PHONES[1].into(), ..given(&served).await };
    let desk = served.desk(Role::Operator);
    desk.correct(parked.shipment_id.0, parked.version, correction, "Called them".into()).await.expect("corrected");
    served.drive().await;
    served.clock.advance_ms(3 * SECOND_MS);
    assert!(print::tick(&served.engine).await.expect("stored") > 0);
    assert_eq!(printer.sheets().len(), 1);
    served
}

/// The correction form as it is filled in.
async fn given(served: &Served) -> Correction {
    order(served).await.shipments[0].correction.clone().expect("it may be corrected")
}

async fn order(served: &Served) -> OrderDetail {
    served.desk(Role::Admin).order("usmf".into(), NUMBER.into()).await.expect("the order")
}

/// The purchases, newest first.
fn purchases(order: &OrderDetail) -> Vec<&AttemptView> {
    order.shipments[0].attempts.iter().filter(|attempt| attempt.step == "Buy label").collect()
}

async fn page(served: &Served, query: &str, cookie: &str) -> String {
    let answer = served.get(&format!("/orders/usmf/{NUMBER}{query}"), cookie).await;
    assert_eq!(answer.status(), 200, "{query}");
    answer.text().await.expect("a page")
}

#[tokio::test]
async fn every_lane_tells_its_part_and_the_ways_are_measured() {
    for backend in backends() {
        let served = flown(backend).await;
        let order = order(&served).await;
        let told = |lane: &str| -> Vec<String> {
            order.timeline.iter().filter(|entry| entry.lane == lane).map(|entry| entry.title.clone()).collect()
        };
        assert_eq!(told("printer"), ["Queued for printing", "Sent to the printer", "Printed"], "{backend:?}");
        assert_eq!(told("operator"), ["Corrected and replayed"]);
        for lane in ["d365", "connector", "fedex"] {
            assert!(!told(lane).is_empty(), "{lane} on {backend:?}");
        }
        let of_attempts: Vec<_> = order.timeline.iter().filter(|entry| entry.attempt_id.is_some()).collect();
        assert!(of_attempts.len() >= 3 && of_attempts.iter().all(|entry| entry.took_ms.is_some()), "{of_attempts:?}");
        let pace = "From first seen to label 42 s; label to paper 3 s; label to Dynamics 365 under 1 s.";
        assert_eq!(order.shipments[0].pace.as_deref(), Some(pace), "{backend:?}");
        assert_eq!(order.d365_href, None, "twins have no client to open");
        served.assert_clean().await;
    }
}

#[tokio::test]
async fn what_was_corrected_stays_beside_what_dynamics_365_has() {
    for backend in backends() {
        let served = flown(backend).await;
        let order = order(&served).await;
        let [made] = &order.shipments[0].corrected[..] else { panic!("{:?}", order.shipments[0].corrected) };
        assert_eq!([made.original.phone.as_str(), made.corrected.phone.as_str()], [WRITTEN, PHONES[1]], "{backend:?}");
        assert_eq!((made.by.as_deref(), made.remembered, made.corrected.city.as_str()), (Some("kim"), false, ""));
        assert!(made.at.is_some());
        let viewer = Operator { name: "vera".into(), role: Role::Viewer };
        let masked = desk_of(served.engine.clone(), Some(viewer), false);
        let masked = masked.order("usmf".into(), NUMBER.into()).await.expect("the order");
        let made = &masked.shipments[0].corrected[0];
        assert_eq!((made.original.phone.as_str(), made.corrected.phone.as_str()), (HIDDEN, HIDDEN));
    }
}

#[tokio::test]
async fn an_attempt_has_an_address_that_shows_it_with_what_changed_and_as_a_command() {
    for backend in backends() {
        let served = flown(backend).await;
        let order = order(&served).await;
        let [second, first] = purchases(&order)[..] else { panic!("two purchases: {:?}", purchases(&order)) };
        assert_eq!([first.outcome.code.as_str(), second.outcome.code.as_str()], ["parked", "ok"]);
        let cookie = served.signed_in("olga", Role::Operator).await;
        let html = page(&served, &format!("?attempt={}", second.attempt_id), &cookie).await;
        assert!(html.contains(&format!("data-attempt=\"{}\"", second.attempt_id)), "{backend:?}");
        assert!(!html.contains(&format!("data-attempt=\"{}\"", first.attempt_id)), "one attempt is open");
        assert!(html.contains(&format!("data-live-href=\"/orders/usmf/{NUMBER}?attempt={}\"", second.attempt_id)));
        let changed = |tag: &str, value: &str| {
            let open = format!("<{tag}>");
            let mut lines = html.split(open.as_str()).skip(1).filter_map(|rest| rest.split("</").next());
            lines.any(|line| line.contains("phoneNumber") && line.contains(value))
        };
        assert!(changed("del", PHONES[0]) && changed("ins", PHONES[1]), "the change is not told");
        assert!(html.contains("since attempt 1"));
        let mut commands = html.split("curl --globoff").skip(1);
        assert!(commands.any(|command| command.contains("/ship/v1/shipments") && command.contains(PHONES[1])));
        assert!(html.contains("Bearer &lt;token&gt;"), "a placeholder stands for the token");
        for secret in planted(&served).await {
            assert!(!html.contains(&secret), "a secret is on the page");
        }
        // The failed one, whatever came after it.
        let html = page(&served, &format!("?attempt={}", first.attempt_id), &cookie).await;
        assert!(html.contains(&format!("data-attempt=\"{}\"", first.attempt_id)) && html.contains("NEW.CODE"));
        assert!(html.contains(PHONES[0]));
        // Without a choice it is the newest.
        let newest = &order.shipments[0].attempts[0].attempt_id;
        assert!(page(&served, "", &cookie).await.contains(&format!("data-attempt=\"{newest}\"")));
    }
}

#[tokio::test]
async fn an_attempt_that_is_not_there_is_said_with_those_that_are() {
    let served = flown(Backend::Sqlite).await;
    let cookie = served.signed_in("olga", Role::Operator).await;
    let html = page(&served, "?attempt=01NOSUCHATTEMPT\"><b>", &cookie).await;
    let notice = html.split("attempt-unknown").nth(1).and_then(|rest| rest.split("</nav>").next()).expect("a notice");
    assert!(notice.contains("<code>01NOSUCHATTEMPTb<"), "{notice}");
    for attempt in &order(&served).await.shipments[0].attempts {
        assert!(notice.contains(&format!("?attempt={}", attempt.attempt_id)), "{notice}");
    }
}

#[tokio::test]
async fn who_does_not_see_people_sees_no_more_by_a_difference_or_a_command() {
    let served = flown(Backend::Sqlite).await;
    let order = order(&served).await;
    let cookie = served.signed_in("vera", Role::Viewer).await;
    for attempt in &order.shipments[0].attempts {
        let html = page(&served, &format!("?attempt={}", attempt.attempt_id), &cookie).await;
        assert!(html.contains("curl --globoff"));
        for phone in PHONES.into_iter().chain([WRITTEN]) {
            assert!(!html.contains(phone), "{} shows {phone}", attempt.step);
        }
    }
}
