//! Moments are shown, taken and meant by the clocks of the warehouse.

use crate::support::{TestApp, backends};
use app::contract::{PickupForm, TrailFilter};
use app::desk::Desk;
use ml_connector::clock::{self, DAY_MS, MINUTE_MS};
use ml_connector::desk::for_reader::desk_of;
use ml_connector::desk::{Operator, Role};
use ml_connector::twin::TwinOptions;
use ml_connector::zone::Zone;
use std::sync::Arc;

/// A zone whose day is not that of UTC now: at any hour one of these two.
fn elsewhere(now_ms: i64) -> (&'static str, Zone) {
    let zones = ["Pacific/Kiritimati", "Pacific/Pago_Pago"].map(|name| (name, Zone::named(name).expect("a zone")));
    zones.into_iter().find(|(_, zone)| zone.date(now_ms) != clock::date(now_ms)).expect("14 h before, 11 h behind")
}

/// The desk as a page gets it.
fn desk(app: &TestApp, role: Role) -> Arc<dyn Desk> {
    desk_of(app.engine.clone(), Some(Operator { name: "kim".into(), role }), false)
}

#[tokio::test]
async fn a_label_is_dated_and_every_moment_shown_and_taken_by_the_clocks_of_the_warehouse() {
    for backend in backends() {
        let app = TestApp::start_on(backend, TwinOptions::loopback()).await;
        let now = app.clock.now_ms();
        let (name, zone) = elsewhere(now);
        let kim = desk(&app, Role::Operator);
        assert!(kim.day().await.expect("seen").now.text.ends_with(" UTC"), "no zone is set");
        let form = PickupForm { cut_off: "16:30".into(), zone: name.into(), ..PickupForm::default() };
        kim.save_pickup(form).await.expect("saved");
        app.order("SO-1").await;
        app.pull().await;
        app.drive().await;
        let today = zone.date(app.clock.now_ms());
        assert_eq!(app.live_labels("SO-1").await[0]["ship_date"], today, "{backend:?}");

        // A viewer's desk is rewritten twice.
        for role in [Role::Operator, Role::Viewer] {
            let desk = desk(&app, role);
            let order = desk.order("usmf".into(), "SO-1".into()).await.expect("seen");
            for at in [&order.now, &order.timeline[0].at] {
                assert_eq!(at.text, zone.text(at.ms), "{backend:?}");
            }
            let day = desk.day().await.expect("seen");
            assert!(day.headline.starts_with("1 label since midnight "), "{}", day.headline);
            assert!(!day.headline.contains("UTC"), "{}", day.headline);
            let figures = desk.figures(Some("7d".into())).await.expect("seen");
            let last = figures.labels.bars.last().expect("today");
            assert_eq!(last.counts[0], 1, "{backend:?}");
            assert!(figures.headline.contains(&today) && !figures.labels.bars_are.contains("UTC"));
            // The day is the one there, from its beginning to its end.
            let of = |day: &str| TrailFilter { from: Some(day.into()), to: Some(day.into()), ..TrailFilter::default() };
            let all = desk.trail(TrailFilter::default()).await.expect("read").total;
            assert_eq!(desk.trail(of(&today)).await.expect("read").total, all, "{backend:?}");
            let other = zone.date(app.clock.now_ms() + DAY_MS);
            assert_eq!(desk.trail(of(&other)).await.expect("read").total, 0);
        }
        let rules = kim.rules().await.expect("seen");
        assert!(rules.sentences.contains(&format!("Times are of {name}.")), "{:?}", rules.sentences);
        let window = kim.recovery(None).await.expect("seen");
        let to_ms = zone.read(&window.to).expect("a moment");
        assert!((to_ms - app.clock.now_ms()).abs() <= 2 * MINUTE_MS, "{}", window.to);
        app.assert_clean().await;
    }
}
