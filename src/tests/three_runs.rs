//! However FedEx's news come, by push alone, by question alone, or by both with pushes repeated,
//! reversed, held back and lost, the end is the same, in Dynamics 365 too.

use crate::served::Served;
use crate::support::{Backend, backends};
use crate::write_back::all_fields;
use jiff::Timestamp;
use ml_connector::audit::System;
use ml_connector::clock::MINUTE_MS;
use ml_connector::order::scan::Milestone;
use ml_connector::order::state::State;
use ml_connector::twin::TwinOptions;
use ml_connector::work::{reconcile, write_back};
use serde_json::json;
use std::time::Duration;

/// Orders of a run, with their packages.
const ORDERS: [(&str, usize); 4] = [("SO-1", 1), ("SO-2", 3), ("SO-3", 1), ("SO-4", 2)];
/// From the label to the delivery: ten hours, so that the milliseconds a test takes move nothing.
const JOURNEY: Duration = Duration::from_hours(10);
/// Between two looks less time passes than between any two scans.
const STEP_S: i64 = 1_200;
/// Twelve hours.
const STEPS: usize = 36;
/// Fields whose values do not depend on when the run began.
const TEXTS: [&str; 5] = ["FdxStatus", "FdxLastScan", "FdxService", "FdxCharge", "FdxChargeCurrency"];
/// Fields that hold a moment.
const MOMENTS: [&str; 2] = ["FdxStatusAt", "FdxDeliveredAt"];

/// How the news come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Pushed,
    Asked,
    BothBadly,
}

/// What a parcel came to.
#[derive(Debug, PartialEq)]
struct ParcelEnd {
    milestone: Option<Milestone>,
    code: String,
    delivered: Option<i64>,
    signed_by: Option<String>,
}

/// What an order came to, with moments as minutes since its label.
#[derive(Debug, PartialEq)]
struct End {
    order: &'static str,
    state: State,
    parcels: Vec<ParcelEnd>,
    scans: Vec<(String, String, i64, String)>,
    told: Vec<(&'static str, String)>,
    number_is_told: bool,
}

/// Pushes on their way to a receiver that gets them badly.
#[derive(Default)]
struct Post {
    held: Vec<(String, String)>,
    turn: u32,
}

async fn run(backend: Backend, way: Way) -> Vec<End> {
    let options = TwinOptions { journey: JOURNEY, ..TwinOptions::loopback() };
    let served = Served::start(backend, options).await;
    let mut credentials = served.twin.d365_credentials();
    credentials["write_back"] = all_fields();
    served.connect(System::D365, credentials).await;
    for (order, packages) in ORDERS {
        let line = json!({"weight_kg": 4, "quantity": packages, "ship_alone": true});
        served.order_with(order, json!({"lines": [line]})).await;
    }
    served.pull().await;
    served.drive().await;
    // One of them meets somebody who is not at home.
    let detained = served.parcels("SO-3").await.remove(0).tracking_number;
    let scan = json!({"code": "DE", "description": "Delivery exception", "derived_code": "DE", "reason": "08",
                      "reason_text": "Recipient not in", "in_s": 9 * 3_600 + 900});
    served.twin_post("/_twin/parcels", json!({"tracking_number": detained, "scans": [scan]})).await;
    let mut post = Post::default();
    for _ in 0..STEPS {
        served.advance(STEP_S).await;
        if way != Way::Asked {
            push_all(&served, way, &mut post).await;
            served.ingest().await;
        }
        if way != Way::Pushed {
            reconcile::tick(&served.engine).await.expect("asked");
        }
        served.drive().await;
        served.advance(6).await;
        write_back::tick(&served.engine).await.expect("written");
        served.drive().await;
    }
    let asked = served.twin_get("/_twin/calls").await["counts"]["fedex.track"].as_u64().unwrap_or(0);
    let pushed = served.rows().await.len();
    match way {
        Way::Pushed => assert!(asked == 0 && pushed > 0, "{asked} questions, {pushed} pushes"),
        Way::Asked => assert!(asked > 0 && pushed == 0, "{asked} questions, {pushed} pushes"),
        Way::BothBadly => {
            assert!(asked > 0 && pushed > 0, "{asked} questions, {pushed} pushes");
            assert!(served.rows().await.iter().any(|row| row.repeats > 0), "some came twice");
        }
    }
    let mut ends = Vec::new();
    for (order, _) in ORDERS {
        ends.push(end(&served, order).await);
    }
    served.assert_clean().await;
    ends
}

/// Delivers what FedEx would push now, as well or badly as this way does.
async fn push_all(served: &Served, way: Way, post: &mut Post) {
    let mut fresh = Vec::new();
    for (order, _) in ORDERS {
        for parcel in served.parcels(order).await {
            fresh.push(served.push(json!({"tracking_number": parcel.tracking_number})).await);
        }
    }
    if way == Way::BothBadly {
        post.turn += 1;
        // A third is lost, a third waits for a later turn, the rest comes twice and the newest first.
        let mut late = std::mem::take(&mut post.held);
        let mut now = Vec::new();
        for (index, push) in (post.turn..).zip(fresh) {
            match index % 3 {
                0 => {}
                1 => post.held.push(push),
                _ => now.extend([push.clone(), push]),
            }
        }
        now.reverse();
        now.append(&mut late);
        fresh = now;
    }
    for (body, signature) in fresh {
        assert_eq!(served.post(body, &[("fdx-signature", &signature)]).await.0, 200);
    }
}

async fn end(served: &Served, order: &'static str) -> End {
    let shipment = served.shipment(order).await;
    let mut scans = served.engine.store.db.scans_of(&shipment.shipment_id).await.expect("read");
    let label_ms = scans.iter().filter(|scan| scan.code == "OC").map(|scan| scan.at_ms).min().expect("a label scan");
    let minutes = |at_ms: i64| (at_ms - label_ms + MINUTE_MS / 2).div_euclid(MINUTE_MS);
    // A scan that names no time is kept at the label's; when that is depends on who heard of it first.
    scans.retain(ml_connector::order::scan::Scan::has_time);
    let numbers: Vec<String> = served.parcels(order).await.into_iter().map(|parcel| parcel.tracking_number).collect();
    let place = |number: &str| numbers.iter().position(|one| one == number).unwrap_or(usize::MAX);
    let mut scans: Vec<(String, String, i64, String)> = scans
        .into_iter()
        .map(|scan| {
            (format!("{} {}", place(&scan.tracking_number), scan.code), scan.exception, minutes(scan.at_ms), scan.place)
        })
        .collect();
    scans.sort();
    let parcels = served.parcels(order).await.into_iter();
    let parcels = parcels
        .map(|one| ParcelEnd {
            milestone: one.milestone,
            code: one.status_code.clone(),
            delivered: one.delivered_ms.map(minutes),
            signed_by: one.signed_by.clone(),
        })
        .collect();
    let mut told = Vec::new();
    for property in TEXTS {
        told.push((property, served.d365_field(order, property).await.to_string()));
    }
    for property in MOMENTS {
        let text = served.d365_field(order, property).await;
        let moment: Timestamp = text.as_str().expect("a moment").parse().expect("a moment");
        told.push((property, minutes(moment.as_millisecond()).to_string()));
    }
    let number = shipment.tracking_number.expect("a label");
    let written = served.d365_field(order, "FdxTrackingNumber").await;
    End { order, state: shipment.state, parcels, scans, told, number_is_told: written == number }
}

#[tokio::test]
async fn pushed_asked_or_both_badly_ends_the_same_here_and_in_dynamics() {
    for backend in backends() {
        let pushed = run(backend, Way::Pushed).await;
        for end in &pushed {
            assert_eq!(end.state, State::Closed, "{end:?}");
            assert!(end.number_is_told && end.told[0].1.contains("delivered"), "{end:?}");
        }
        assert!(pushed[2].scans.iter().any(|scan| scan.0.ends_with("DE")), "one met an exception: {:?}", pushed[2]);
        for way in [Way::Asked, Way::BothBadly] {
            for (one, other) in pushed.iter().zip(run(backend, way).await) {
                assert_eq!(*one, other, "{backend:?}: pushed, and {way:?}");
            }
        }
    }
}
