//! A shipment's label, byte for byte as FedEx sent it.

use crate::audit::{Actor, Outcome};
use crate::desk::problem;
use crate::order::parcel::ImageType;
use crate::store::Result;
use crate::web::Web;
use crate::web::session::Signed;
use crate::work::settle::subject;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

/// `?download` asks the browser to save the file instead of showing it.
#[derive(Deserialize)]
pub struct Wanted {
    download: Option<String>,
}

/// GET /orders/{company}/{number}/label.
pub async fn download(
    State(web): State<Web>,
    signed: Signed,
    Path((company, number)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let saved = wanted.download.is_some();
    match find(&web, signed, &company, &number, saved).await {
        Ok(Some((kind, bytes, tracking_number))) => {
            let disposition = format!(
                "{}; filename=\"label-{tracking_number}.{}\"",
                if saved { "attachment" } else { "inline" },
                kind.ending()
            );
            let headers =
                [(header::CONTENT_TYPE, kind.media_type().to_owned()), (header::CONTENT_DISPOSITION, disposition)];
            (headers, bytes).into_response()
        }
        Ok(None) => {
            let text = "There is no label for this order. If its bytes were lost, print it again from FedEx by its tracking number.";
            (StatusCode::NOT_FOUND, text).into_response()
        }
        Err(error) => {
            let problem = problem::store(&web.engine, &error);
            (StatusCode::INTERNAL_SERVER_ERROR, format!("{} {}", problem.message, problem.hint)).into_response()
        }
    }
}

async fn find(
    web: &Web,
    signed: Signed,
    company: &str,
    number: &str,
    saved: bool,
) -> Result<Option<(ImageType, Vec<u8>, String)>> {
    let db = &web.engine.store.db;
    let Some(record) = db.order_by_number(company, number).await? else { return Ok(None) };
    for shipment in db.shipments_of(&record.order_id).await? {
        let documents = db.documents_of(&shipment.shipment_id).await?;
        let Some(first) = documents.first() else { continue };
        let found = db.document(&shipment.shipment_id, first.sequence, first.document_no).await?;
        let Some((kind, bytes)) = found else { continue };
        let Some(kind) = ImageType::parse(&kind) else { continue };
        if let (Some(operator), true) = (signed.0, saved) {
            // A saved label may end on a second box: it is on the record who took it.
            let actor = Actor::Operator(operator.name);
            let entry = web
                .engine
                .entry(&actor, "desk.label-saved", subject(&shipment), "Saved the label as a file.")
                .outcome(Outcome::Ok);
            web.engine.store.record(&entry).await?;
        }
        return Ok(Some((kind, bytes, shipment.tracking_number.unwrap_or_default())));
    }
    Ok(None)
}
