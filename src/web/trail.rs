//! The audit trail as a file, as long as it may be: written while it is read.

use crate::desk::problem;
use crate::desk::trail::{Export, Format};
use crate::web::Web;
use crate::web::session::Signed;
use app::contract::TrailFilter;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use serde::Deserialize;

/// The format beside the filter of the page.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    format: String,
    #[serde(flatten)]
    filter: TrailFilter,
}

/// GET /trail/export?format=csv&… with the filter of the page.
pub async fn export(State(web): State<Web>, signed: Signed, Query(asked): Query<Asked>) -> Response {
    let Some(format) = Format::parse(&asked.format) else {
        return (StatusCode::BAD_REQUEST, "There is no such format; use csv or jsonl.").into_response();
    };
    // Signed-out browsers never come here (`require_operator`).
    let Some(operator) = signed.0 else { return StatusCode::UNAUTHORIZED.into_response() };
    let export = match Export::begin(&web.engine, &operator.name, operator.role, &asked.filter, format).await {
        Ok(export) => export,
        Err(problem) => return (StatusCode::BAD_REQUEST, problem.to_string()).into_response(),
    };
    let kind = match format {
        Format::JsonLines => "application/x-ndjson",
        Format::Csv => "text/csv; charset=utf-8",
    };
    let name = format!("attachment; filename=\"trail.{}\"", format.ending());
    let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)];
    let head = stream::iter([Ok(Bytes::from(format.head()))]);
    let parts = stream::try_unfold((export, web), |(mut export, web)| async move {
        match export.next().await {
            Ok(part) => Ok(part.map(|part| (Bytes::from(part), (export, web)))),
            // The browser sees a file that ends in the middle, and the log says why.
            Err(error) => Err(problem::store(&web.engine, &error)),
        }
    });
    (headers, Body::from_stream(futures::StreamExt::chain(head, parts))).into_response()
}
