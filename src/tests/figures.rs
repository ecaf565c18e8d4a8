//! The figures of a day on which not everything went well: through the port, and as the page.

use crate::served::Served;
use crate::support::{Backend, backends, is, quick};
use app::contract::{BarChart, Figures};
use app::desk::Views;
use ml_connector::clock::{DAY_MS, HOUR_MS};
use ml_connector::desk::Role;
use ml_connector::order::state::State;
use serde_json::json;

impl Served {
    async fn figures(&self, span: Option<&str>) -> Figures {
        self.desk(Role::Viewer).figures(span.map(Into::into)).await.expect("seen")
    }

    /// Three labels, one purchase that FedEx refuses, one order without a telephone.
    async fn a_mixed_day(&self) {
        let refusal = json!({"system": "fedex", "op": "ship", "kind": "status", "status": 400, "match": "SO-4",
            "code": "SERVICE.PACKAGECOMBINATION.INVALID", "message": "Invalid service and packaging combination."});
        self.fault(refusal).await;
        for number in 1..=4 {
            self.order(&format!("SO-{number}")).await;
        }
        self.order_with("SO-5", json!({"customer": "C-5", "phone": ""})).await;
        self.pull().await;
        self.drive().await;
        assert_eq!(self.shipment("SO-4").await.state, State::Parked);
        assert_eq!(self.shipment("SO-5").await.state, State::Parked);
    }
}

fn totals(chart: &BarChart) -> Vec<(&str, u64)> {
    chart.parts.iter().map(|part| (part.label.as_str(), part.total)).collect()
}

/// What the bars add up to, part by part.
fn summed(chart: &BarChart) -> Vec<u64> {
    (0..chart.parts.len()).map(|part| chart.bars.iter().map(|bar| bar.counts[part]).sum()).collect()
}

#[tokio::test]
async fn the_figures_count_labels_causes_punctuality_and_times() {
    for backend in backends() {
        let served = Served::start(backend, quick()).await;
        let nothing = served.figures(None).await;
        assert!(nothing.labels.empty.is_some() && nothing.causes.empty.is_some(), "{backend:?}");
        assert!(nothing.punctuality.empty.is_some() && nothing.latency.empty.is_some());
        served.a_mixed_day().await;
        let figures = served.figures(None).await;
        assert_eq!(totals(&figures.labels), [("Bought", 3), ("Failed", 1)], "{backend:?}");
        assert_eq!((figures.labels.bars.len(), summed(&figures.labels)), (24, vec![3, 1]));
        let said = "3 labels were bought in the last 24 hours and 1 purchase failed; the busiest hour was ";
        assert!(figures.labels.sentence.starts_with(said), "{}", figures.labels.sentence);
        // One failed at FedEx, one was stopped before anybody was called: each counts once.
        let causes: Vec<u64> = figures.causes.parts.iter().map(|part| part.total).collect();
        assert_eq!((causes, summed(&figures.causes)), (vec![1, 1], vec![1, 1]), "{backend:?}");
        assert!(figures.causes.parts.iter().any(|part| part.label == "Recipient phone missing"));
        assert_eq!(totals(&figures.punctuality), [("On time", 0), ("Late", 0), ("No promise known", 0)]);
        let measured: Vec<_> = figures.latency.rows.iter().map(|row| (row.operation.as_str(), row.measured)).collect();
        assert_eq!(measured, [("FedEx: buy label", 4), ("Dynamics 365: write tracking number", 3)]);

        // All have their promise before the first is on its way.
        for order in ["SO-1", "SO-2", "SO-3"] {
            let number = served.shipment(order).await.tracking_number.expect("a label");
            served.twin_post("/_twin/parcels", json!({"tracking_number": number, "commitment_s": 3_600})).await;
        }
        for order in ["SO-1", "SO-2", "SO-3"] {
            served.run_until(order, 60, 300, is(State::Closed)).await;
        }
        let figures = served.figures(Some("7d")).await;
        assert_eq!((figures.labels.bars.len(), summed(&figures.labels)), (7, vec![3, 1]));
        let punctuality = &figures.punctuality;
        assert_eq!(punctuality.parts.iter().map(|part| part.total).sum::<u64>(), 3, "{backend:?}");
        assert_eq!(punctuality.bars[0].label, "FedEx Ground");
        assert_eq!(punctuality.bars[0].counts[0], 3, "the twin keeps its word: {punctuality:?}");
        assert!(punctuality.sentence.starts_with("3 of 3 parcels with a promise came on time (100 %)"));
    }
}

#[tokio::test]
async fn what_is_too_late_or_too_long_ago_is_told_apart() {
    for backend in backends() {
        let served = Served::start(backend, quick()).await;
        served.a_mixed_day().await;
        served.run_until("SO-1", 60, 300, is(State::Closed)).await;
        let id = served.shipment("SO-1").await.shipment_id;
        let mut tx = served.engine.store.begin().await.expect("begun");
        let before = tx.parcel(&id, 1).await.expect("read").expect("a parcel");
        let mut after = before.clone();
        after.promised_ms = before.delivered_ms.map(|ms| ms - DAY_MS);
        tx.save_parcel(&before, &after).await.expect("saved");
        tx.commit().await.expect("committed");
        let figures = served.figures(Some("30d")).await;
        assert!(totals(&figures.punctuality).contains(&("Late", 1)), "{backend:?}: {:?}", figures.punctuality);
        // A day and an hour later it is nothing of the last 24 hours, and still of the last 7 days.
        served.clock.advance_ms(DAY_MS + HOUR_MS);
        let figures = served.figures(Some("24h")).await;
        assert_eq!((totals(&figures.labels)[0], figures.labels.empty.is_some()), (("Bought", 0), true), "{backend:?}");
        assert_eq!(totals(&served.figures(Some("7d")).await.labels)[0], ("Bought", 3));
    }
}

#[tokio::test]
async fn the_page_says_draws_and_lists_them() {
    let served = Served::start(Backend::Sqlite, quick()).await;
    let viewer = served.signed_in("vera", Role::Viewer).await;
    let page = served.get("/figures", &viewer).await.text().await.expect("a page");
    assert!(page.contains("No label was bought in the last 24 hours. The first one appears here"), "{page}");
    assert!(!page.contains("chart-scroll"), "nothing is drawn without numbers");
    served.a_mixed_day().await;
    let answer = served.get("/figures", &viewer).await;
    assert_eq!(answer.status(), 200);
    // The renderer marks where a text ends.
    let page = answer.text().await.expect("a page").replace("<!>", "");
    for part in [
        "3 labels were bought in the last 24 hours and 1 purchase failed; the busiest hour was",
        r#"role="img""#,
        r#"aria-labelledby="labels-picture""#,
        r#"id="labels-pattern-1""#,
        r#"fill="url(#labels-pattern-1)""#,
        "<caption>Labels per hour</caption>",
        r#"<th scope="col">Failed</th>"#,
        r#"<th scope="row">FedEx: buy label</th>"#,
        "No parcel was delivered in the last 24 hours.",
        r#"href="/figures?span=30d""#,
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    let page = served.get("/figures?span=1y", &viewer).await.text().await.expect("a page");
    assert!(page.contains("Figures have no such span.") && page.contains("Choose one of 24h, 7d, 30d."));
}
