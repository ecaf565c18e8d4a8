//! Labels and papers, byte for byte as FedEx sent them, and the charges as CSV.

use crate::audit::{Actor, Subject};
use crate::clock::DAY_MS;
use crate::desk::{day, problem};
use crate::order::parcel::ImageType;
use crate::order::{Shipment, ShipmentId};
use crate::store::{Result, StoreError};
use crate::web::Web;
use crate::web::session::Signed;
use crate::work::settle::subject;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

/// Longest span of an export, so that a typing slip does not read years.
const EXPORT_DAYS: i64 = 366;
const NO_LABEL: &str =
    "There is no such document. If a label's bytes were lost, print it again from FedEx by its tracking number.";

/// `?download` asks the browser to save the file instead of showing it.
#[derive(Deserialize)]
pub struct Wanted {
    download: Option<String>,
}

/// A document to send.
struct Found {
    kind: ImageType,
    bytes: Vec<u8>,
    name: String,
    shipment: Shipment,
}

/// GET /orders/{company}/{number}/label: the master's label of the newest shipment that has one.
pub async fn download(
    State(web): State<Web>,
    signed: Signed,
    Path((company, number)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Response {
    answer(&web, signed, &wanted, first_label(&web, &company, &number).await).await
}

/// GET /orders/{company}/{number}/shipments/{id}/documents/{sequence}/{no}.
pub async fn document(
    State(web): State<Web>,
    signed: Signed,
    Path((_, _, id, sequence, document_no)): Path<(String, String, String, i64, i64)>,
    Query(wanted): Query<Wanted>,
) -> Response {
    answer(&web, signed, &wanted, one(&web, &ShipmentId(id), sequence, document_no).await).await
}

/// GET /day/closes/{id}: the manifest of an end of day.
pub async fn manifest(State(web): State<Web>, Path(close_id): Path<String>) -> Response {
    match web.engine.store.db.manifest(&close_id).await {
        Ok(Some((kind, bytes))) => file(ImageType::parse(&kind).unwrap_or_default(), bytes, "manifest", false),
        Ok(None) => (StatusCode::NOT_FOUND, "FedEx sent no manifest with this end of day.").into_response(),
        Err(error) => failed(&web, &error),
    }
}

/// Days of an export, both included.
#[derive(Deserialize)]
pub struct Span {
    from: Option<String>,
    to: Option<String>,
}

/// GET /charges.csv?from=2026-11-01&to=2026-11-30.
pub async fn charges(State(web): State<Web>, signed: Signed, Query(span): Query<Span>) -> Response {
    let zone = match web.engine.zone().await {
        Ok(zone) => zone,
        Err(error) => return failed(&web, &error),
    };
    let now = web.engine.clock.now_ms();
    let day_of = |text: Option<&str>| match text.map(str::trim).filter(|text| !text.is_empty()) {
        None => Some(zone.midnight_ms(now)),
        Some(text) => zone.read(text).map(|ms| zone.midnight_ms(ms)),
    };
    let (Some(from), Some(to)) = (day_of(span.from.as_deref()), day_of(span.to.as_deref())) else {
        return (StatusCode::BAD_REQUEST, "A day is not a date; write it as 2026-11-30.").into_response();
    };
    if to < from || to - from > EXPORT_DAYS * DAY_MS {
        return (StatusCode::BAD_REQUEST, "The last day must follow the first, within a year.").into_response();
    }
    let written = async {
        let csv = day::charges_csv(&web.engine, from, zone.next_midnight_ms(to)).await?;
        if let Some(operator) = signed.0 {
            let what = format!("Exported the charges of {} to {}.", zone.date(from), zone.date(to));
            let actor = Actor::Operator(operator.name);
            let entry = web.engine.entry(&actor, "desk.charges-exported", Subject::default(), what);
            web.engine.store.record(&entry).await?;
        }
        Ok::<_, StoreError>(csv)
    };
    match written.await {
        Ok(csv) => {
            let name = format!("attachment; filename=\"charges-{}-{}.csv\"", zone.date(from), zone.date(to));
            let headers =
                [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
            (headers, csv).into_response()
        }
        Err(error) => failed(&web, &error),
    }
}

async fn answer(web: &Web, signed: Signed, wanted: &Wanted, found: Result<Option<Found>>) -> Response {
    let saved = wanted.download.is_some();
    let found = match found {
        Ok(Some(found)) => found,
        Ok(None) => return (StatusCode::NOT_FOUND, NO_LABEL).into_response(),
        Err(error) => return failed(web, &error),
    };
    if let (Some(operator), true) = (signed.0, saved) {
        // A saved label may end on a second box: it is on the record who took it.
        let actor = Actor::Operator(operator.name);
        let what = format!("Saved {} as a file.", found.name);
        let entry = web.engine.entry(&actor, "desk.label-saved", subject(&found.shipment), what);
        if let Err(error) = web.engine.store.record(&entry).await {
            return failed(web, &error);
        }
    }
    file(found.kind, found.bytes, &found.name, saved)
}

fn file(kind: ImageType, bytes: Vec<u8>, name: &str, saved: bool) -> Response {
    let how = if saved { "attachment" } else { "inline" };
    let disposition = format!("{how}; filename=\"{name}.{}\"", kind.ending());
    let headers = [(header::CONTENT_TYPE, kind.media_type().to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, bytes).into_response()
}

fn failed(web: &Web, error: &StoreError) -> Response {
    let problem = problem::store(&web.engine, error);
    (StatusCode::INTERNAL_SERVER_ERROR, format!("{} {}", problem.message, problem.hint)).into_response()
}

async fn first_label(web: &Web, company: &str, number: &str) -> Result<Option<Found>> {
    let db = &web.engine.store.db;
    let Some(record) = db.order_by_number(company, number).await? else { return Ok(None) };
    for shipment in db.shipments_of(&record.order_id).await?.into_iter().rev() {
        if let Some(first) = db.documents_of(&shipment.shipment_id).await?.first() {
            return one(web, &shipment.shipment_id, first.sequence, first.document_no).await;
        }
    }
    Ok(None)
}

async fn one(web: &Web, id: &ShipmentId, sequence: i64, document_no: i64) -> Result<Option<Found>> {
    let db = &web.engine.store.db;
    let Some(shipment) = db.shipment(id).await? else { return Ok(None) };
    let documents = db.documents_of(id).await?;
    let row = documents.into_iter().find(|row| (row.sequence, row.document_no) == (sequence, document_no));
    let found = db.document(id, sequence, document_no).await?;
    let (Some(row), Some((kind, bytes))) = (row, found) else { return Ok(None) };
    let Some(kind) = ImageType::parse(&kind) else { return Ok(None) };
    let number = shipment.tracking_number.clone().unwrap_or_default();
    let what = row.content_type.to_lowercase().replace('_', "-");
    let piece = if sequence > 1 { format!("-{sequence}") } else { String::new() };
    Ok(Some(Found { kind, bytes, name: format!("{what}-{number}{piece}"), shipment }))
}
