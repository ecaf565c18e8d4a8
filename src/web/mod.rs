//! HTTP: pages, server functions, sign-in, labels, health. The only module that names axum and
//! leptos.

mod d365_webhook;
mod fedex_webhook;
mod headers;
mod health;
mod label;
mod live;
mod proof;
mod session;
mod site;
mod trail;

use crate::config::Config;
use crate::desk::Operator;
use crate::desk::for_reader::desk_of;
use crate::desk::setup_code::setup_code;
use crate::engine::Engine;
use crate::lifecycle::Lifecycle;
use crate::store::Db;
use crate::store::intake::Intake;
use app::desk::DeskHandle;
use app::pages::rules_try::Posted;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use leptos::config::LeptosOptions;
use leptos::prelude::{IntoView, provide_context};
use leptos_axum::{AxumRouteListing, LeptosRoutes};
use secrecy::ExposeSecret;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_sessions::{SessionManagerLayer, SessionStore};
use tower_sessions_sqlx_store::{PostgresStore, SqliteStore};

/// Largest form or server-function call: a connection as JSON is a few kilobytes.
const FORM_LIMIT: usize = 256 * 1024;

/// What handlers need.
#[derive(Clone)]
pub struct Web {
    engine: Engine,
    options: LeptosOptions,
    routes: Arc<Vec<AxumRouteListing>>,
    /// Asked on the set-up page when the server can be reached from other machines.
    setup_code: Option<Arc<str>>,
    /// Tells open pages that something changed.
    beat: live::Beat,
}

impl axum::extract::FromRef<Web> for LeptosOptions {
    fn from_ref(web: &Web) -> Self {
        web.options.clone()
    }
}

impl Web {
    fn desk(&self, operator: Option<Operator>) -> DeskHandle {
        DeskHandle(desk_of(self.engine.clone(), operator, self.setup_code.is_some()))
    }
}

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The browser's files are not there.
    #[error("the browser files are not at {0}; run `make build` (or `make release`), or set ML_SITE_DIR")]
    NoSite(String),
    /// The address is taken or not ours.
    #[error("cannot listen on {0}; another program may use it, choose another with ML_LISTEN")]
    Listen(SocketAddr, #[source] std::io::Error),
    /// The session table could not be made.
    #[error("the session table could not be made")]
    Sessions(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The set-up code could not be made or read.
    #[error("the set-up code could not be kept; check the database and the master key")]
    SetupCode(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The server broke.
    #[error("the web server stopped")]
    Serve(#[source] std::io::Error),
}

/// Whether the set-up page must ask for a code: everybody who can reach the server could be first.
fn needs_setup_code(config: &Config) -> bool {
    let public = config.public_url();
    let loopback_url = matches!(public.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    !(config.listen.ip().is_loopback() && loopback_url)
}

/// Binds the address; apart from [`serve`] so that callers know the port before anything runs.
pub async fn bind(address: SocketAddr) -> Result<tokio::net::TcpListener, ServeError> {
    tokio::net::TcpListener::bind(address).await.map_err(|error| ServeError::Listen(address, error))
}

/// Serves until the program stops.
pub async fn serve(
    engine: &Engine,
    lifecycle: &Lifecycle,
    listener: tokio::net::TcpListener,
) -> Result<(), ServeError> {
    let site = site::directory(&engine.config)?;
    let setup_code = if needs_setup_code(&engine.config) {
        let code = setup_code(engine).await.map_err(|error| ServeError::SetupCode(error.into()))?;
        Some(Arc::from(code.expose_secret()))
    } else {
        None
    };
    let first_run = !engine.store.db.has_operators().await.unwrap_or(true);
    if let (Some(code), true) = (&setup_code, first_run) {
        tracing::warn!(
            "no operator exists yet: open {}setup and enter the set-up code {code}",
            engine.config.public_url()
        );
    }
    let router = router(engine, site, setup_code, lifecycle).await?;
    let stopping = lifecycle.clone();
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(async move { stopping.stopping().await })
        .await
        .map_err(ServeError::Serve)
}

/// The whole router. Layers from the outside in; each says why it is there.
pub async fn router(
    engine: &Engine,
    site: PathBuf,
    setup_code: Option<Arc<str>>,
    lifecycle: &Lifecycle,
) -> Result<Router, ServeError> {
    let options = LeptosOptions::builder()
        .output_name("ml")
        .site_root(site.display().to_string())
        .site_pkg_dir("pkg")
        .hash_files(true)
        .hash_file(Arc::from(site.join(site::HASHES).display().to_string()))
        .site_addr(engine.config.listen)
        .build();
    let routes = leptos_axum::generate_route_list(app::App);
    let web = Web {
        engine: engine.clone(),
        options: options.clone(),
        routes: Arc::new(routes.clone()),
        setup_code,
        beat: live::Beat::start(engine, lifecycle),
    };
    let sessions = |error: Box<dyn std::error::Error + Send + Sync>| ServeError::Sessions(error);
    let pages = Router::new()
        .route("/desk/{*function}", get(server_function).post(server_function))
        .merge(files())
        .route("/charges.csv", get(label::charges))
        .route("/trail/export", get(trail::export))
        .route("/live", get(live::listen))
        .route("/login", post(session::sign_in))
        .route("/logout", post(session::sign_out))
        .route("/setup", post(session::set_up))
        .route("/rules", post(tried_rules))
        .leptos_routes_with_handler(routes, get(page))
        .fallback(not_found)
        // After the session is known: signed-out browsers see the login page and nothing else.
        .layer(from_fn_with_state(web.clone(), session::require_operator))
        // What somebody asked for is not left half done when the browser goes away.
        .layer(from_fn_with_state(lifecycle.clone(), to_its_end));
    let secure = engine.config.public_url().scheme() == "https";
    let pages = match &engine.store.db {
        Db::Sqlite { writer, .. } => {
            let store = SqliteStore::new(writer.clone());
            store.migrate().await.map_err(|error| sessions(error.into()))?;
            with_sessions(pages, store, secure)
        }
        Db::Postgres(pool) => {
            let store = PostgresStore::new(pool.clone());
            store.migrate().await.map_err(|error| sessions(error.into()))?;
            with_sessions(pages, store, secure)
        }
    };
    let whole = pages
        .merge(site::assets(&site))
        .merge(health::routes())
        // Another site's page must not act in our operator's name.
        .layer(from_fn_with_state(web.clone(), headers::refuse_foreign_origin))
        // Called by programs that know a secret address.
        .merge(d365_webhook::routes())
        // Nobody frames us, nothing is sniffed, pages are not kept by shared caches.
        .layer(from_fn(headers::protect))
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        // Pages shrink to a tenth; events and what is small or compressed already are left alone.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        // No session, no origin, a limit of its own: FedEx signs what it sends.
        .merge(fedex_webhook::routes(intake(engine)))
        // A panic in a page is that page's alone.
        .layer(CatchPanicLayer::new());
    Ok(whole.with_state(web))
}

/// Files that name people, for those who see them.
fn files() -> Router<Web> {
    Router::new()
        .route("/orders/{company}/{number}/label", get(label::download))
        .route("/orders/{company}/{number}/shipments/{id}/documents/{sequence}/{no}", get(label::document))
        .route("/orders/{company}/{number}/shipments/{id}/proofs/{digest}", get(proof::show))
        .route("/day/closes/{id}", get(label::manifest))
        .route_layer(from_fn(session::require_people_seen))
}

/// Where pushes are written; each transaction wakes who reads them.
fn intake(engine: &Engine) -> Intake {
    let (db, woken) = (engine.store.db.clone(), engine.clone());
    // It ends with the router, when nobody waits for it any more.
    Intake::start(db, move || woken.wake_ingest.notify_one(), &Lifecycle::default())
}

fn with_sessions<S: SessionStore + Clone>(pages: Router<Web>, store: S, secure: bool) -> Router<Web> {
    let layer = SessionManagerLayer::new(store)
        .with_name(session::COOKIE)
        .with_http_only(true)
        .with_secure(secure)
        .with_same_site(tower_sessions::cookie::SameSite::Lax)
        .with_expiry(tower_sessions::Expiry::OnInactivity(session::IDLE));
    pages.layer(layer)
}

/// Whoever closes a page while a form is under way takes nothing back: a call whose outcome nobody
/// stored, or a test write that is not restored, would be worse than both ends. Reading may stop.
async fn to_its_end(State(lifecycle): State<Lifecycle>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    lifecycle.to_its_end(next.run(request)).await
}

/// A page, rendered for the operator of the request.
async fn page(State(web): State<Web>, operator: session::Signed, request: Request) -> Response {
    let desk = web.desk(operator.0);
    let options = web.options.clone();
    let render = leptos_axum::render_route_with_context(
        web.routes.to_vec(),
        move || provide_context(desk.clone()),
        move || document(&options),
    );
    render(State(web), request).await.into_response()
}

/// The document of a page.
fn document(options: &LeptosOptions) -> impl IntoView + use<> {
    headers::allow_page_script();
    app::document(options.clone())
}

/// The Rules page with a change that is only tried: what was typed comes with the request, and
/// nothing is saved.
async fn tried_rules(State(web): State<Web>, operator: session::Signed, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, FORM_LIMIT).await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "The rules are too large to be tried; shorten them.").into_response();
    };
    let posted = Posted(String::from_utf8_lossy(&body).into_owned());
    let desk = web.desk(operator.0);
    let options = web.options.clone();
    let render = leptos_axum::render_route_with_context(
        web.routes.to_vec(),
        move || {
            provide_context(desk.clone());
            provide_context(posted.clone());
        },
        move || app::document(options.clone()),
    );
    render(State(web), Request::from_parts(parts, Body::empty())).await.into_response()
}

/// An address without a page: the application renders its own answer, with status 404.
async fn not_found(State(web): State<Web>, operator: session::Signed, request: Request) -> Response {
    let desk = web.desk(operator.0);
    let options = web.options.clone();
    let render =
        leptos_axum::render_app_async_with_context(move || provide_context(desk.clone()), move || document(&options));
    render(request).await.into_response()
}

/// A server function, for the operator of the request.
async fn server_function(State(web): State<Web>, operator: session::Signed, request: Request) -> Response {
    let desk = web.desk(operator.0);
    leptos_axum::handle_server_fns_with_context(move || provide_context(desk.clone()), request).await.into_response()
}
