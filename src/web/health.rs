//! Alive, ready with reasons, and figures for Prometheus.

use crate::desk::inbox;
use crate::web::Web;
use crate::work::ingest::LAST_PUSH;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::fmt::Write;

/// The routes; no session needed, nothing secret shown.
pub fn routes() -> Router<Web> {
    Router::new().route("/healthz", get(alive)).route("/readyz", get(ready)).route("/metrics", get(metrics))
}

async fn alive() -> &'static str {
    "ok\n"
}

/// Ready: the database answers. A vendor that is down is shown, but does not make us unready: the
/// pages that explain it must stay reachable.
async fn ready(State(web): State<Web>) -> Response {
    let database = web.engine.store.db.check().await;
    let health = web.engine.health();
    let side = |last: Option<(i64, Option<crate::order::cause::Cause>)>| match last {
        None => "not asked yet".to_owned(),
        Some((_, None)) => "ok".to_owned(),
        Some((_, Some(cause))) => cause.code,
    };
    let silence = inbox::silence(&web.engine).await.ok().flatten();
    let status = if database.is_ok() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let text = format!(
        "database: {}\nd365: {}\nfedex: {}\npushes: {}\n",
        if database.is_ok() { "ok" } else { "failed" },
        side(health.d365),
        side(health.fedex),
        silence.map_or_else(|| "ok".to_owned(), |silence| silence.to_string())
    );
    (status, text).into_response()
}

async fn metrics(State(web): State<Web>) -> Response {
    let Ok(counts) = web.engine.store.db.count_by_state().await else {
        return (StatusCode::SERVICE_UNAVAILABLE, "the database failed\n").into_response();
    };
    let mut text = String::from("# HELP ml_shipments Shipments by state.\n# TYPE ml_shipments gauge\n");
    for (state, count) in counts {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "ml_shipments{{state=\"{}\"}} {count}", state.name());
    }
    if let Ok(Some(last)) = web.engine.store.db.cursor(crate::store::cursors::LAST_PULL).await {
        let age = (web.engine.clock.now_ms() - last).max(0) / 1_000;
        let _ = writeln!(
            text,
            "# HELP ml_last_pull_age_seconds Seconds since Dynamics 365 was last asked for orders with success.\n\
             # TYPE ml_last_pull_age_seconds gauge\nml_last_pull_age_seconds {age}"
        );
    }
    if let Ok(budget) = crate::desk::parcels::track_budget(&web.engine).await {
        let _ = write!(
            text,
            "# HELP ml_track_questions Questions to FedEx's Track API in this day of GMT.\n\
             # TYPE ml_track_questions gauge\n\
             ml_track_questions{{kind=\"budget\"}} {}\nml_track_questions{{kind=\"used\"}} {}\n\
             ml_track_questions{{kind=\"left\"}} {}\nml_track_questions{{kind=\"forecast\"}} {}\n\
             # HELP ml_track_resets_timestamp_seconds When they are counted anew.\n\
             # TYPE ml_track_resets_timestamp_seconds gauge\nml_track_resets_timestamp_seconds {}\n",
            budget.budget,
            budget.used,
            budget.left,
            budget.forecast,
            budget.resets.ms / 1_000
        );
    }
    if let Ok((push, poll)) = crate::desk::parcels::scan_delays(&web.engine).await {
        text.push_str(
            "# HELP ml_scan_delay_seconds Median time from FedEx's scanner to us, of the newest 500 scans.\n\
             # TYPE ml_scan_delay_seconds gauge\n",
        );
        for (way, delay) in [("push", push), ("poll", poll)] {
            let Some(delay) = delay else { continue };
            let _ = writeln!(text, "ml_scan_delay_seconds{{way=\"{way}\"}} {}", delay / 1_000);
        }
    }
    text.push_str(&push_metrics(&web).await);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

/// Figures of FedEx's pushes.
async fn push_metrics(web: &Web) -> String {
    let db = &web.engine.store.db;
    let mut text = String::from("# HELP ml_pushes Pushes kept, by verdict.\n# TYPE ml_pushes gauge\n");
    for (verdict, count) in db.count_deliveries().await.unwrap_or_default() {
        let _ = writeln!(text, "ml_pushes{{verdict=\"{}\"}} {count}", verdict.name());
    }
    if let Ok(Some(last)) = db.cursor(LAST_PUSH).await {
        let age = (web.engine.clock.now_ms() - last).max(0) / 1_000;
        let _ = writeln!(
            text,
            "# HELP ml_last_push_age_seconds Seconds since FedEx last pushed.\n\
             # TYPE ml_last_push_age_seconds gauge\nml_last_push_age_seconds {age}"
        );
    }
    let silent = u8::from(matches!(inbox::silence(&web.engine).await, Ok(Some(_))));
    let _ = writeln!(
        text,
        "# HELP ml_pushes_silent FedEx pushes nothing although parcels move.\n\
         # TYPE ml_pushes_silent gauge\nml_pushes_silent {silent}"
    );
    text
}
