//! Pictures and signatures of a proof of delivery, byte for byte as FedEx sent them.

use crate::desk::problem;
use crate::order::ShipmentId;
use crate::web::Web;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// What browsers show by themselves; the rest is saved as a file.
const SHOWN: [&str; 4] = ["image/jpeg", "image/png", "image/gif", "application/pdf"];

/// GET /orders/{company}/{number}/shipments/{id}/proofs/{digest}.
pub async fn show(
    State(web): State<Web>,
    Path((_, _, id, digest)): Path<(String, String, String, String)>,
) -> Response {
    let found = match web.engine.store.db.proof(&ShipmentId(id), &digest).await {
        Ok(Some(found)) => found,
        Ok(None) => {
            let text = "There is no such proof of delivery. Open the order again; it lists what FedEx sent.";
            return (StatusCode::NOT_FOUND, text).into_response();
        }
        Err(error) => {
            let problem = problem::store(&web.engine, &error);
            return (StatusCode::INTERNAL_SERVER_ERROR, format!("{} {}", problem.message, problem.hint))
                .into_response();
        }
    };
    let (media_type, bytes) = found;
    let how = if SHOWN.contains(&media_type.as_str()) { "inline" } else { "attachment" };
    let ending = media_type.rsplit('/').next().unwrap_or_default().to_owned();
    let name = format!("{how}; filename=\"proof-{}.{ending}\"", digest.get(..8).unwrap_or_default());
    ([(header::CONTENT_TYPE, media_type), (header::CONTENT_DISPOSITION, name)], bytes).into_response()
}
