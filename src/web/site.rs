//! The browser's files: where they are, and how long browsers may keep them.

use crate::config::Config;
use crate::web::{ServeError, Web};
use axum::Router;
use axum::http::{HeaderValue, Response, header};
use std::path::{Path, PathBuf};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// Names under `/pkg/` hold a hash of what they name: kept for ever, asked for never again.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Asked again each time, answered from the browser's store when unchanged.
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");
/// Which hash is in which name; made with the files.
pub const HASHES: &str = "pkg/hash.txt";

/// Where the files are: as set, or `site` beside the program, so that it runs from any directory.
pub fn directory(config: &Config) -> Result<PathBuf, ServeError> {
    let beside = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("site")));
    let candidates: Vec<PathBuf> = match &config.site_dir {
        Some(directory) => vec![directory.clone()],
        None => beside.into_iter().chain([PathBuf::from("target/debug/site")]).collect(),
    };
    let found = candidates.iter().find(|directory| directory.join(HASHES).is_file());
    let found = found.ok_or_else(|| ServeError::NoSite(candidates[0].display().to_string()))?;
    // Leptos looks for the hashes from the program's directory on.
    std::path::absolute(found).map_err(|_| ServeError::NoSite(found.display().to_string()))
}

/// Files under `/pkg/`, and the few at the root, in the smallest form the browser takes.
pub fn assets(site: &Path) -> Router<Web> {
    let files = ServeDir::new(site).precompressed_br().precompressed_gzip();
    let for_ever = SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, keep_found::<axum::body::Body>);
    let revalidate = SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, REVALIDATE);
    let named = Router::new().route_service("/pkg/{*file}", files.clone()).layer(for_ever);
    let plain = Router::new().route_service("/favicon.svg", files.clone()).route_service("/robots.txt", files);
    named.merge(plain.layer(revalidate))
}

/// What is missing now may be there after an update: only files are kept.
fn keep_found<B>(response: &Response<B>) -> Option<HeaderValue> {
    response.status().is_success().then_some(FOR_EVER)
}
