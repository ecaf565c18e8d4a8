//! The browser's files: where they are, and how long browsers may keep them.

use crate::config::Config;
use crate::web::{ServeError, Web};
use axum::Router;
use axum::http::{HeaderValue, header};
use std::path::{Path, PathBuf};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// Asked again each time, answered from the browser's store when unchanged: a page must never run
/// with the files of another version.
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

/// Where the files are: as set, or `site` beside the program, so that it runs from any directory.
pub fn directory(config: &Config) -> Result<PathBuf, ServeError> {
    let beside = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("site")));
    let candidates: Vec<PathBuf> = match &config.site_dir {
        Some(directory) => vec![directory.clone()],
        None => beside.into_iter().chain([PathBuf::from("target/debug/site")]).collect(),
    };
    let found = candidates.iter().find(|directory| directory.join("pkg/ml.js").is_file());
    found.cloned().ok_or_else(|| ServeError::NoSite(candidates[0].display().to_string()))
}

/// Files under `/pkg/`, and the few at the root, in the smallest form the browser takes.
pub fn assets(site: &Path) -> Router<Web> {
    let files = ServeDir::new(site).precompressed_br().precompressed_gzip();
    let revalidate = SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, REVALIDATE);
    Router::new()
        .route_service("/pkg/{*file}", files.clone())
        .route_service("/favicon.svg", files.clone())
        .route_service("/robots.txt", files)
        .layer(revalidate)
}
